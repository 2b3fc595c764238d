"""takedown(): which accounts, removed in which order, break the network most."""

# Imported for the rows that they register.
from keynodes.dismantling import (  # noqa: F401
    decycling,
    explosive,
    hub_removal,
    influence,
    orders,
    reverse_greedy,
    search,
    spectral,
)
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
