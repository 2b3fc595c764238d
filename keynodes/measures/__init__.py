"""`MEASURES`: graph → n floats. A file a family, a function a member.

Each function takes the graph and keyword-only parameters and returns one float64 an account, in
the order of ``graph.accounts``: the published number, NaN where it is undefined. To add one, write
the function in its family's file under the decorator `measure`, and its twin in ``tests/naive.py``.
"""

# The order of the imports is the order of the families in every table.
from keynodes.measures import degrees, walks, hits, paths, bridges, cores, holes, brokers  # noqa: F401, I001
from keynodes.measures import cartography, removal, reach  # noqa: F401
from keynodes.measures.registration import CONTEXT, MEASURES, Measure, capabilities, measure

__all__ = ["CONTEXT", "MEASURES", "Measure", "capabilities", "measure"]
