"""REACH_STRATEGIES: ways to choose whose removal cuts reach, and what one must know of each."""

from collections.abc import Callable

import numpy as np

from keynodes.dismantling.registration import Strategy

REACH_STRATEGIES: dict[str, Strategy] = {}
"""Every strategy that works towards reach, by name."""


def reach_strategy(
    name: str,
    *,
    order: str,
    cost: str,
    reference: str,
    direction: bool = True,
    costs: bool = True,
    weights: bool = True,
) -> Callable[[Callable[..., np.ndarray]], Callable[..., np.ndarray]]:
    """Register the decorated function as a row of `REACH_STRATEGIES`.

    The function takes ``(problem, *, rng, progress)``, a `ReachProblem`, a seed and a callback, and
    returns an order of removal: int32, `first` of the problem at its start, then candidates, each
    once, that the budget pays for. It may end sooner where no further removal would gain anything.
    Say so where it does not look at direction, or at the costs or weights of accounts, when it
    chooses: what stands in worlds has a direction, and most strategies count gains per cost.
    """

    def register(function: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
        REACH_STRATEGIES[name] = Strategy(
            name, function, order, ("reach",), direction, costs, weights, cost, reference
        )
        return function

    return register
