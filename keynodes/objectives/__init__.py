"""OBJECTIVES: what is left of the network when accounts are gone, step by step."""

from keynodes.objectives.curves import RemovalCurve, removal_curve
from keynodes.objectives.registration import OBJECTIVES, Objective, objective_named
from keynodes.objectives.summaries import curve_area, removals_to, robustness

__all__ = [
    "OBJECTIVES",
    "Objective",
    "RemovalCurve",
    "curve_area",
    "objective_named",
    "removal_curve",
    "removals_to",
    "robustness",
]
