"""Bluesky: the lines of a Jetstream, and tables that minet makes."""

from keynodes.readers.requests import Reader

READERS: dict[str, Reader] = {}
"""The formats of this file, in the order in which they are tried."""
