"""Removals from stored worlds, one after the other, and what each further one would cut."""

import numpy as np

from keynodes.blocking.problem import ReachProblem
from keynodes.kernels import removals as kernels
from keynodes.kernels.blocks import in_order
from keynodes.kernels.dominators import dominated, dominated_within, lost_without
from keynodes.kernels.fair_shares import FRACTION, credited

OPEN, REMOVED, MUTED = 0, 1, 2


class Removals:
    """Accounts that are gone from the worlds of a problem, and the gain of removing each other one.

    After each removal only the worlds in which the account still carried reach are looked at
    again, so that gains are exact at every step without a heap: under independent cascades gains
    may rise after a removal, and a lazy queue would be wrong.

    Parameters
    ----------
    problem : ReachProblem
        The worlds.
    shares : bool, default False
        Score by fair shares instead of dominators.

    Attributes
    ----------
    gains : numpy.ndarray of int64, shape (n,)
        What would be cut from all worlds together by each account alone (in units; in fair
        shares as many times `FRACTION`). Under a limit a lower bound; `ceilings` is the upper.
    """

    def __init__(self, problem: ReachProblem, *, shares: bool = False) -> None:
        self.problem = problem
        self.shares = shares
        self.limited = problem.scenario.limited and not shares
        self.status = np.zeros(problem.n, np.uint8)
        self.gains = np.zeros(problem.n, np.int64)
        self.ceilings = np.zeros(problem.n, np.int64) if self.limited else self.gains
        self._scores = [np.zeros(len(pack.nodes), np.int64) for pack in problem.worlds]
        self._highest = (
            [np.zeros(len(pack.nodes), np.int64) for pack in problem.worlds]
            if self.limited
            else self._scores
        )
        for account in problem.first:
            self.status[account] = MUTED if problem.muting else REMOVED
        everything = [np.arange(len(pack.sources)) for pack in problem.worlds]
        self._update(everything, fresh=True)

    @property
    def taken(self) -> np.ndarray:
        """Who is gone: bool (n,)."""
        return self.status != OPEN

    def remove(self, account: int) -> None:
        """Take an account out."""
        concerned = self._worlds_with(account, reached_only=True)
        self.status[account] = MUTED if self.problem.muting else REMOVED
        self._update(concerned)

    def restore(self, account: int) -> None:
        """Put an account back."""
        concerned = self._worlds_with(account, reached_only=False)
        self.status[account] = OPEN
        self._update(concerned)

    def gain(self, account: int) -> float:
        """Return what removing an account cuts, in units over all worlds: exact.

        In fair shares its credit.
        """
        if not self.limited or self.gains[account] == self.ceilings[account]:
            return float(self.gains[account]) / (FRACTION if self.shares else 1)
        problem = self.problem

        def step(i: int) -> int:
            pack, low, high = problem.worlds[i], self._scores[i], self._highest[i]
            at = np.flatnonzero((pack.nodes == account) & (low < high))
            world = np.searchsorted(pack.starts, at, side="right") - 1
            lost = np.zeros(len(at), np.int64)
            lost_without(
                pack,
                world,
                at - pack.starts[world],
                self.status,
                problem.scenario.values,
                problem.muting,
                problem.scenario.limit,
                lost,
            )
            return int((lost - low[at]).sum())

        return float(self.gains[account]) + sum(in_order(step, range(len(problem.worlds))))

    def best(self, among: np.ndarray, most: int = 200) -> int:
        """Return the account whose removal gains most for its cost, −1 where none gains anything.

        Parameters
        ----------
        among : numpy.ndarray of bool, shape (n,)
            Who is looked at.
        most : int
            Under a limit: how many are tried before the best of them is taken. Exact when the
            bounds of the others leave nothing to find.
        """
        places = np.flatnonzero(among & (self.ceilings > 0))
        if not len(places):
            return -1
        costs = self.problem.costs[places]
        if not self.limited:
            worth = self.gains[places] / costs
            return int(places[np.argmax(worth)])
        ceiling = self.ceilings[places] / costs
        order = np.argsort(-ceiling, kind="stable")
        found, top = -1, 0.0
        for i in order[:most]:
            if ceiling[i] < top or (ceiling[i] == top and places[i] > found >= 0):
                break
            value = self.gain(int(places[i])) / costs[i]
            if value > top or (value == top and value > 0 and places[i] < found):
                found, top = int(places[i]), value
        return found

    def _worlds_with(self, account: int, reached_only: bool) -> list[np.ndarray]:
        worlds = self.problem.worlds
        # Whoever counts nothing, or only loses what it passes on, may be reached with a score of 0.
        counts = self.problem.scenario.values[account] > 0 and not self.problem.muting
        reached_only = reached_only and bool(counts)

        def step(i: int) -> np.ndarray:
            return kernels.worlds_with(worlds[i], account, self._highest[i], reached_only)

        return list(in_order(step, range(len(worlds))))

    def _update(self, which: list[np.ndarray], fresh: bool = False) -> None:
        """Score some worlds again and bring the gains up to date."""
        problem, worlds = self.problem, self.problem.worlds
        scenario = problem.scenario
        concerned = [i for i in range(len(worlds)) if len(which[i])]
        nothing = np.zeros(0, np.int64)

        def step(i: int) -> tuple[np.ndarray, np.ndarray]:
            before = nothing if fresh else kernels.scores_of(worlds[i], which[i], self._scores[i])
            above = (
                nothing
                if fresh or not self.limited
                else kernels.scores_of(worlds[i], which[i], self._highest[i])
            )
            terms = (worlds[i], which[i], self.status, scenario.values, problem.muting)
            if self.shares:
                credited(*terms, self._scores[i])
            elif self.limited:
                dominated_within(*terms, scenario.limit, self._scores[i], self._highest[i])
            else:
                dominated(*terms, self._scores[i])
            return before, above

        for i, (before, above) in zip(concerned, in_order(step, concerned), strict=True):
            kernels.add_scores(worlds[i], which[i], self._scores[i], before, self.gains)
            if self.limited:
                kernels.add_scores(worlds[i], which[i], self._highest[i], above, self.ceilings)
