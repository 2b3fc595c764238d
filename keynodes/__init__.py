"""keynodes: find the key accounts in an interaction network.

records → interactions → graph → scores, communities → order of removal → reach curve → tables.

A high rank is a reason to look at an account, never a reason by itself to remove it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from keynodes.building import build_graph
    from keynodes.errors import (
        KeynodesError,
        LabelsNeeded,
        NotConverged,
        ReadingError,
        UnknownAccount,
        UnknownName,
        UnknownRelation,
        UsageError,
    )
    from keynodes.flow import FLOW
    from keynodes.graph import InteractionGraph
    from keynodes.interactions import Interactions
    from keynodes.measures import MEASURES
    from keynodes.ranking import rank
    from keynodes.readers import read_interactions
    from keynodes.results import Ranking

_HOMES = {
    "FLOW": "flow",
    "InteractionGraph": "graph",
    "Interactions": "interactions",
    "KeynodesError": "errors",
    "LabelsNeeded": "errors",
    "MEASURES": "measures",
    "NotConverged": "errors",
    "Ranking": "results",
    "ReadingError": "errors",
    "UnknownAccount": "errors",
    "UnknownName": "errors",
    "UnknownRelation": "errors",
    "UsageError": "errors",
    "build_graph": "building",
    "rank": "ranking",
    "read_interactions": "readers",
}
"""Which module each public name lives in: it is imported when the name is first used."""

__all__ = [
    "FLOW",
    "MEASURES",
    "InteractionGraph",
    "Interactions",
    "KeynodesError",
    "LabelsNeeded",
    "NotConverged",
    "Ranking",
    "ReadingError",
    "UnknownAccount",
    "UnknownName",
    "UnknownRelation",
    "UsageError",
    "build_graph",
    "rank",
    "read_interactions",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'keynodes' has no attribute {name!r}")
    value = getattr(import_module(f"keynodes.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
