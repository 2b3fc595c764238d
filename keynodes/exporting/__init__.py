"""`export_network`: a graph with what was found out about it, ready to be drawn."""

from keynodes.exporting.files import FORMATS, write_network
from keynodes.exporting.pictures import LEVELS, Picture, export_network

__all__ = ["FORMATS", "LEVELS", "Picture", "export_network", "write_network"]
