"""Networks in XML: GraphML, also what keynodes wrote, and GEXF."""

from keynodes.readers.requests import Reader

READERS: dict[str, Reader] = {}
"""The formats of this file, in the order in which they are tried."""
