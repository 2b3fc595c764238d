"""takedown(): which accounts, removed in which order, break the network most."""

# The order of the imports is the order of the rows in every table.
from keynodes.dismantling import search, reverse_greedy, explosive, spectral, influence  # noqa: F401, I001
from keynodes.dismantling import decycling, hub_removal, orders  # noqa: F401
from keynodes.dismantling.findings import Takedown
from keynodes.dismantling.impact import impact_table
from keynodes.dismantling.registration import STRATEGIES, Problem, Strategy, capabilities, strategy
from keynodes.dismantling.robustness import PlanRobustness, plan_robustness
from keynodes.dismantling.scoring import score_plan
from keynodes.dismantling.takedowns import reorder, takedown

__all__ = [
    "STRATEGIES",
    "PlanRobustness",
    "Problem",
    "Strategy",
    "Takedown",
    "capabilities",
    "impact_table",
    "plan_robustness",
    "reorder",
    "score_plan",
    "strategy",
    "takedown",
]
