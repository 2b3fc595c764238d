"""takedown(): which accounts, removed in which order, break the network most."""

from keynodes.dismantling.registration import STRATEGIES, Problem, Strategy, capabilities, strategy

__all__ = ["STRATEGIES", "Problem", "Strategy", "capabilities", "strategy"]
