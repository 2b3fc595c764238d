"""Who shared the same: tables of CooRTweet and of the coordination network toolkit."""

from keynodes.readers.requests import Reader

READERS: dict[str, Reader] = {}
"""The formats of this file, in the order in which they are tried."""
