"""The problem that a strategy against reach is given."""

from dataclasses import dataclass

import numpy as np

from keynodes.cascades.scenario import Scenario
from keynodes.kernels.worlds import Worlds

SLACK = 1 + 1e-12
"""Costs are compared with what is left of the budget up to rounding."""

CUTS = {"accounts": "accounts", "reposts": "reposts"}
"""What is cut: the account itself, or what it passes on."""


@dataclass(frozen=True, eq=False)
class ReachProblem:
    """Whose removal may cut which reach, at what cost.

    Attributes
    ----------
    scenario : Scenario
        Who speaks, and how it is passed on.
    worlds : tuple of Worlds
        The worlds to choose by, in packs.
    candidates : numpy.ndarray of bool, shape (n,)
        Who may be removed: no protected account, no seed unless seeds may be.
    costs : numpy.ndarray of float64, shape (n,)
        What each removal costs, above 0.
    budget : float
        What all removals may cost together.
    first : numpy.ndarray of int32
        Accounts that are removed first in any case.
    muting : bool
        Whether accounts are muted instead: they go on hearing, and sources go on speaking.
    """

    scenario: Scenario
    worlds: tuple[Worlds, ...]
    candidates: np.ndarray
    costs: np.ndarray
    budget: float
    first: np.ndarray
    muting: bool = False

    @property
    def n(self) -> int:
        """Number of accounts."""
        return self.scenario.graph.n

    @property
    def count(self) -> int:
        """Number of worlds."""
        return sum(len(pack.sources) for pack in self.worlds)

    @property
    def one_price(self) -> bool:
        """Whether all candidates cost the same."""
        costs = self.costs[self.candidates]
        return bool((costs == costs[:1]).all())

    def affordable(self, taken: np.ndarray, spent: float) -> np.ndarray:
        """Return who may be removed next: bool (n,)."""
        return self.candidates & ~taken & (spent + self.costs <= self.budget * SLACK)


def reached_in(problem: ReachProblem) -> np.ndarray:
    """What each world reaches with nobody removed, in units: int64 (worlds,)."""
    values = problem.scenario.values
    totals = []
    for pack in problem.worlds:
        running = np.concatenate([[0], np.cumsum(values[pack.nodes])])
        begin = pack.starts[:-1] + pack.sources
        totals.append(running[pack.starts[1:]] - running[begin])
    return np.concatenate(totals)


def reached_at_start(problem: ReachProblem) -> float:
    """What is reached with nobody removed, on average."""
    return float(reached_in(problem).mean()) * problem.scenario.unit
