"""Accounts come back: reach over time after a takedown, and plans ranked by what they leave."""

from keynodes.returns.comparison import AreaRanking, rank_by_area
from keynodes.returns.findings import Returns
from keynodes.returns.parameters import PARAMETERS, Parameter, Preset, parameters_table
from keynodes.returns.policies import POLICIES, policies_table
from keynodes.returns.presets import PRESETS, presets_table
from keynodes.returns.simulation import simulate_return

__all__ = [
    "PARAMETERS",
    "POLICIES",
    "PRESETS",
    "AreaRanking",
    "Parameter",
    "Preset",
    "Returns",
    "parameters_table",
    "policies_table",
    "presets_table",
    "rank_by_area",
    "simulate_return",
]
