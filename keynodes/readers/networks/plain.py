"""Networks as plain text: GML, Pajek, GDF, UCINET DL, SNAP and KONECT edge lists."""

from keynodes.readers.requests import Reader

READERS: dict[str, Reader] = {}
"""The formats of this file, in the order in which they are tried."""
