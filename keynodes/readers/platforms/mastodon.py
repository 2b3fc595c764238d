"""Mastodon statuses, as an instance's interface gives them."""

from keynodes.readers.requests import Reader

READERS: dict[str, Reader] = {}
"""The formats of this file, in the order in which they are tried."""
