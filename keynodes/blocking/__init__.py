"""Takedown against reach: whose removal cuts most of what is heard from the seeds."""

# Imported for the rows that they register.
from keynodes.blocking import cuts, dominating, portfolio, rivals, sharing  # noqa: F401
from keynodes.blocking.comparing import PlanComparison, compare_plans
from keynodes.blocking.findings import ReachTakedown
from keynodes.blocking.registration import REACH_STRATEGIES
from keynodes.blocking.scoring import score_reach_plan
from keynodes.blocking.takedowns import reach_takedown

__all__ = [
    "REACH_STRATEGIES",
    "PlanComparison",
    "ReachTakedown",
    "compare_plans",
    "reach_takedown",
    "score_reach_plan",
]
