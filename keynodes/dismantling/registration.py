"""What a row of `STRATEGIES` says, the problem that a strategy is given, and the decorator."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keynodes.graph import InteractionGraph

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, eq=False)
class Problem:
    """Which accounts may be removed from which network, and when it is enough.

    Attributes
    ----------
    graph : InteractionGraph
        The network that is left to work on.
    weights : numpy.ndarray of float64, shape (n,)
        What each account adds to the component it is in: 1, or its weight.
    removable : numpy.ndarray of bool, shape (n,)
        False for protected accounts, which no strategy may name.
    costs : numpy.ndarray of float64, shape (n,)
        What removing each account costs: 1 unless said, above 0.
    threshold : float
        A strategy may stop when no component weighs more than this; 0: only its budget stops it.
    budget : float
        A strategy may stop when its accounts cost this much together; infinite without one.
    objective : str
        What the plan will be judged by: a name in `OBJECTIVES`.
    enough : float
        The plan ends where the objective is at this or below; −1: at the budget.
    minimise : {"both", "size", "area"}
        What counts in a plan without a budget: how few (or how cheap) its accounts are, the area
        under its curve, or both.
    """

    graph: InteractionGraph
    weights: np.ndarray
    removable: np.ndarray
    costs: np.ndarray
    threshold: float
    budget: float = float("inf")
    objective: str = "largest-component"
    enough: float = -1.0
    minimise: str = "both"


@dataclass(frozen=True)
class Strategy:
    """A way to choose an order of removal, and what one must know to read it."""

    name: str
    function: Callable[..., np.ndarray]
    order: str
    """``static`` (from one look), ``adaptive`` (looks again after removals), or ``set`` (its
    order within the set means little: the plan puts the set in order)."""
    optimises: tuple[str, ...]
    """The objectives it works towards; on the others it is scored, not more."""
    direction: bool
    """Whether it looks at the direction of arcs; if not, it sees the undirected view."""
    costs: bool
    """Whether it takes the costs of accounts into account when it chooses."""
    weights: bool
    """Whether it takes the weights of accounts into account when it chooses."""
    cost: str
    """Time in n accounts, m arcs and k removals."""
    reference: str

    @property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """What the function takes besides the problem, a generator and progress."""
        taken = inspect.signature(self.function).parameters
        return {k: p for k, p in taken.items() if k not in ("problem", "rng", "progress")}

    @property
    def settings(self) -> tuple[str, ...]:
        """Those of them that are written behind the name: ``collective-influence:radius=3``."""
        return tuple(name for name in self.parameters if name not in ("iterations", "seconds"))

    @property
    def summary(self) -> str:
        """The first line of the docstring: how it chooses."""
        return (self.function.__doc__ or "").strip().splitlines()[0]


STRATEGIES: dict[str, Strategy] = {}
"""Every strategy by name. Any measure is one too (a static order), and ``adaptive:MEASURE``."""


def strategy(
    name: str,
    *,
    order: str,
    optimises: tuple[str, ...],
    cost: str,
    reference: str,
    direction: bool = False,
    costs: bool = False,
    weights: bool = False,
) -> Callable[[Callable[..., np.ndarray]], Callable[..., np.ndarray]]:
    """Register the decorated function as a row of `STRATEGIES`.

    The function takes ``(problem, *, rng, progress)`` and returns an order of removal: int32,
    removable accounts, each once, going on at least until the threshold is reached, the budget is
    spent or no removable account is left. `rng` is a `numpy.random.Generator`; `progress` is
    called as ``progress(done, total)`` or None.
    """

    def register(function: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
        STRATEGIES[name] = Strategy(
            name, function, order, optimises, direction, costs, weights, cost, reference
        )
        return function

    return register


_DEPTH = {"adaptive": 0, "set": 1, "static": 2}
"""Strategies are listed by how often they look: again and again, once for a set, once."""


def capabilities() -> "pandas.DataFrame":
    """One row a strategy: how it chooses, what it works towards, and what it looks at."""
    import pandas

    return pandas.DataFrame(
        {
            "strategy": row.name,
            "order": row.order,
            "optimises": ", ".join(row.optimises) or "none",
            "direction": "yes" if row.direction else "no",
            "costs": "yes" if row.costs else "no",
            "weights": "yes" if row.weights else "no",
            "parameters": ", ".join(
                f"{name}={row.parameters[name].default}" for name in row.settings
            ),
            "cost": row.cost,
            "meaning": row.summary,
            "reference": row.reference,
        }
        for row in sorted(STRATEGIES.values(), key=lambda row: (_DEPTH[row.order], row.name))
    )
