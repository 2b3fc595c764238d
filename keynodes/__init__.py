"""keynodes: find the key accounts in an interaction network.

records → interactions → graph → scores, communities → order of removal → reach curve → tables.

A high rank is a reason to look at an account, never a reason by itself to remove it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from keynodes.blocking import (
        REACH_STRATEGIES,
        PlanComparison,
        ReachTakedown,
        compare_plans,
        reach_takedown,
        score_reach_plan,
    )
    from keynodes.building import build_graph
    from keynodes.cascades import MODELS
    from keynodes.cascades.reaching import Reach, reach
    from keynodes.cascades.transmission import Transmission, transmission
    from keynodes.cascades.vitality import Vitality, reach_vitality
    from keynodes.communities import METHODS
    from keynodes.communities.cartography import brokerage_by_community, roles
    from keynodes.communities.gates import gatekeepers
    from keynodes.communities.partitioning import partition
    from keynodes.communities.quality import community_summary
    from keynodes.communities.resolutions import resolution_scan
    from keynodes.dismantling import (
        STRATEGIES,
        Takedown,
        impact_table,
        plan_robustness,
        reorder,
        score_plan,
    )
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
    from keynodes.exporting import Picture, export_network, write_network
    from keynodes.flow import FLOW
    from keynodes.graph import InteractionGraph
    from keynodes.interactions import Interactions
    from keynodes.keyplayers import (
        KEY_PLAYER_MEASURES,
        KeyPlayers,
        distance_fragmentation,
        distance_reach,
        fragmentation,
        key_players,
        m_reach,
    )
    from keynodes.layouts import LAYOUTS
    from keynodes.lists import read_aliases
    from keynodes.measures import MEASURES
    from keynodes.objectives import OBJECTIVES, removal_curve
    from keynodes.ranking import rank
    from keynodes.readers import READERS, read_interactions
    from keynodes.readers.validation import Validation, validate
    from keynodes.recruitment import burn_in_partition, hubs, structural_hubs
    from keynodes.results import Partition, Ranking
    from keynodes.returns import (
        POLICIES,
        PRESETS,
        AreaRanking,
        Returns,
        rank_by_area,
        simulate_return,
    )
    from keynodes.takedowns import takedown

_HOMES = {
    "AreaRanking": "returns",
    "FLOW": "flow",
    "InteractionGraph": "graph",
    "Interactions": "interactions",
    "KEY_PLAYER_MEASURES": "keyplayers",
    "KeyPlayers": "keyplayers",
    "KeynodesError": "errors",
    "LAYOUTS": "layouts",
    "LabelsNeeded": "errors",
    "MEASURES": "measures",
    "METHODS": "communities",
    "MODELS": "cascades",
    "NotConverged": "errors",
    "OBJECTIVES": "objectives",
    "POLICIES": "returns",
    "PRESETS": "returns",
    "Partition": "results",
    "Picture": "exporting",
    "PlanComparison": "blocking",
    "READERS": "readers",
    "REACH_STRATEGIES": "blocking",
    "Ranking": "results",
    "Reach": "cascades.reaching",
    "ReachTakedown": "blocking",
    "ReadingError": "errors",
    "Returns": "returns",
    "STRATEGIES": "dismantling",
    "Takedown": "dismantling",
    "Transmission": "cascades.transmission",
    "UnknownAccount": "errors",
    "UnknownName": "errors",
    "UnknownRelation": "errors",
    "UsageError": "errors",
    "Validation": "readers.validation",
    "Vitality": "cascades.vitality",
    "brokerage_by_community": "communities.cartography",
    "build_graph": "building",
    "burn_in_partition": "recruitment",
    "community_summary": "communities.quality",
    "compare_plans": "blocking",
    "distance_fragmentation": "keyplayers",
    "distance_reach": "keyplayers",
    "export_network": "exporting",
    "fragmentation": "keyplayers",
    "gatekeepers": "communities.gates",
    "hubs": "recruitment",
    "impact_table": "dismantling",
    "key_players": "keyplayers",
    "m_reach": "keyplayers",
    "partition": "communities.partitioning",
    "plan_robustness": "dismantling",
    "rank": "ranking",
    "rank_by_area": "returns",
    "reach": "cascades.reaching",
    "reach_takedown": "blocking",
    "reach_vitality": "cascades.vitality",
    "read_aliases": "lists",
    "read_interactions": "readers",
    "removal_curve": "objectives",
    "reorder": "dismantling",
    "resolution_scan": "communities.resolutions",
    "roles": "communities.cartography",
    "score_plan": "dismantling",
    "score_reach_plan": "blocking",
    "simulate_return": "returns",
    "structural_hubs": "recruitment",
    "takedown": "takedowns",
    "transmission": "cascades.transmission",
    "validate": "readers.validation",
    "write_network": "exporting",
}
"""Which module each public name lives in: it is imported when the name is first used."""

__all__ = [
    "FLOW",
    "KEY_PLAYER_MEASURES",
    "LAYOUTS",
    "MEASURES",
    "METHODS",
    "MODELS",
    "OBJECTIVES",
    "POLICIES",
    "PRESETS",
    "REACH_STRATEGIES",
    "READERS",
    "STRATEGIES",
    "AreaRanking",
    "InteractionGraph",
    "Interactions",
    "KeyPlayers",
    "KeynodesError",
    "LabelsNeeded",
    "NotConverged",
    "Partition",
    "Picture",
    "PlanComparison",
    "Ranking",
    "Reach",
    "ReachTakedown",
    "ReadingError",
    "Returns",
    "Takedown",
    "Transmission",
    "UnknownAccount",
    "UnknownName",
    "UnknownRelation",
    "UsageError",
    "Validation",
    "Vitality",
    "brokerage_by_community",
    "build_graph",
    "burn_in_partition",
    "community_summary",
    "compare_plans",
    "distance_fragmentation",
    "distance_reach",
    "export_network",
    "fragmentation",
    "gatekeepers",
    "hubs",
    "impact_table",
    "key_players",
    "m_reach",
    "partition",
    "plan_robustness",
    "rank",
    "rank_by_area",
    "reach",
    "reach_takedown",
    "reach_vitality",
    "read_aliases",
    "read_interactions",
    "removal_curve",
    "reorder",
    "resolution_scan",
    "roles",
    "score_plan",
    "score_reach_plan",
    "simulate_return",
    "structural_hubs",
    "takedown",
    "transmission",
    "validate",
    "write_network",
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
