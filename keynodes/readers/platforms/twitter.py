"""Twitter (X) as JSON: version 2 of its interface (twarc: pages or flattened) and version 1.1."""

from keynodes.readers.requests import Reader

READERS: dict[str, Reader] = {}
"""The formats of this file, in the order in which they are tried."""
