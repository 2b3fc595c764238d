"""`MEASURES`: graph → n floats. A file a family, a function a member."""

# The order of the imports is the order of the families in every table.
from keynodes.measures import degrees, walks, hits, paths, bridges, cores, holes, brokers  # noqa: F401, I001
from keynodes.measures.registration import CONTEXT, MEASURES, Measure, capabilities, measure

__all__ = ["CONTEXT", "MEASURES", "Measure", "capabilities", "measure"]
