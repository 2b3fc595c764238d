"""`METHODS`: graph → the community of every account. A file a family, a function a member.

Each function takes the graph and keyword-only parameters and returns one int64 an account, in the
order of ``graph.accounts``: communities are numbered by size, then by smallest member. To add one,
write the function in its family's file under the decorator `method`.
"""

# The order of the imports is the order of the families in every table.
from keynodes.communities import modularity, map_equation, propagation, components  # noqa: F401, I001
from keynodes.communities.registration import METHODS, Method, capabilities, method

__all__ = ["METHODS", "Method", "capabilities", "method"]
