"""Removals from stored worlds, one after the other, and what each further one would cut."""

from collections.abc import Iterable

import numpy as np

from keynodes.blocking.problem import ReachProblem
from keynodes.kernels import removals as kernels
from keynodes.kernels.blocks import in_order
from keynodes.kernels.dominators import (
    MUTED,
    OPEN,
    REMOVED,
    dominated,
    dominated_within,
    lost_without,
)
from keynodes.kernels.fair_shares import FRACTION, credited


class Removals:
    """Accounts that are gone from the worlds of a problem, and the gain of removing each other one.

    After each removal only the worlds in which the account still carried reach are looked at
    again, so that gains are exact at every step without a heap: under independent cascades gains
    may rise after a removal, and a lazy queue would be wrong. In worlds where the account passes
    nothing on gains can only fall, and nobody's but those of whoever passes something on: there
    looking is put off until somebody asks, so that a star does not cost a world a leaf.

    Parameters
    ----------
    problem : ReachProblem
        The worlds.
    shares : bool, default False
        Score by fair shares instead of dominators.
    gone : iterable of int
        Accounts that are gone from the start, beside those that must go in any case.
    """

    def __init__(
        self, problem: ReachProblem, *, shares: bool = False, gone: Iterable[int] = ()
    ) -> None:
        self.problem = problem
        self.shares = shares
        self.limited = problem.scenario.limited and not shares
        self.status = np.zeros(problem.n, np.uint8)
        self._gains = np.zeros(problem.n, np.int64)
        self._ceilings = np.zeros(problem.n, np.int64) if self.limited else self._gains
        self._scores = [np.zeros(len(pack.nodes), np.int64) for pack in problem.worlds]
        self._highest = (
            [np.zeros(len(pack.nodes), np.int64) for pack in problem.worlds]
            if self.limited
            else self._scores
        )
        # Whose removal the scores of a world do not count yet: when each world was scored last,
        # and when each account was taken out of which worlds without scoring them again.
        self._clock = 0
        self._scored = [np.zeros(len(pack.sources), np.int64) for pack in problem.worlds]
        self._outdated = [np.zeros(len(pack.sources), bool) for pack in problem.worlds]
        self._put_off: dict[int, tuple[int, list[np.ndarray]]] = {}
        for account in (*problem.first, *gone):
            self.status[account] = MUTED if problem.muting else REMOVED
        everything = [np.arange(len(pack.sources)) for pack in problem.worlds]
        self._update(everything, fresh=True)

    @property
    def gains(self) -> np.ndarray:
        """What would be cut from all worlds together by each account alone: int64 (n,).

        In units; in fair shares as many times `FRACTION`. Under a limit a lower bound; `ceilings`
        is the upper.
        """
        self._update([np.flatnonzero(outdated) for outdated in self._outdated])
        return self._gains

    @property
    def ceilings(self) -> np.ndarray:
        """As `gains`; under a limit an upper bound of what would be cut: int64 (n,)."""
        self._update([np.flatnonzero(outdated) for outdated in self._outdated])
        return self._ceilings

    @property
    def taken(self) -> np.ndarray:
        """Who is gone: bool (n,)."""
        return self.status != OPEN

    @property
    def at_most(self) -> np.ndarray:
        """As `ceilings`, without looking at what was put off: never below them, and at once."""
        return self._ceilings

    def remove(self, account: int) -> None:
        """Take an account out."""
        found = self._worlds_with(account, reached_only=True)
        self.status[account] = MUTED if self.problem.muting else REMOVED
        self._clock += 1
        concerned, put_off = [], []
        for i, (which, at) in enumerate(found):
            pack = self.problem.worlds[i]
            last = pack.ptr[at + 1] == pack.ptr[at]  # it passes nothing on
            concerned.append(which[~last])
            at = at[last & (at - pack.starts[which] >= pack.sources[which])]
            put_off.append(self._without(i, at))
        self._put_off[account] = self._clock, put_off
        self._update(concerned)

    def restore(self, account: int) -> None:
        """Put an account back."""
        found = self._worlds_with(account, reached_only=False)
        self.status[account] = OPEN
        when, put_off = self._put_off.pop(account, (0, None))
        concerned = []
        for i, (which, at) in enumerate(found):
            # Scores that never counted its removal are as they were.
            still = np.zeros(len(which), bool)
            if put_off is not None:
                still = np.isin(which, put_off[i]) & (self._scored[i][which] < when)
            worth = self.problem.scenario.values[account] * (FRACTION if self.shares else 1)
            for scores, gains in self._tallies(i):
                scores[at[still]] = worth
                gains[account] += worth * still.sum()
            concerned.append(which[~still])
        self._update(concerned)

    def _without(self, i: int, at: np.ndarray) -> np.ndarray:
        """Let accounts that pass nothing on count nothing where they stand; the worlds."""
        pack = self.problem.worlds[i]
        which = np.searchsorted(pack.starts, at, side="right") - 1
        if self.problem.muting:
            return which[:0]  # whoever passes nothing on may as well be muted
        for scores, gains in self._tallies(i):
            np.subtract.at(gains, pack.nodes[at], scores[at])
            scores[at] = 0
        self._outdated[i][which] = True
        return which

    def _tallies(self, i: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """The scores in a pack, and what they add up to: lower and upper ones under a limit."""
        lower = (self._scores[i], self._gains)
        return [lower, (self._highest[i], self._ceilings)] if self.limited else [lower]

    def _look_at(self, account: int) -> bool:
        """Score the worlds again in which what is put off may concern an account."""
        if not any(outdated.any() for outdated in self._outdated):
            return False
        worlds = self.problem.worlds

        def step(i: int) -> np.ndarray:
            return kernels.outdated_with(worlds[i], self._outdated[i], account)

        found = list(in_order(step, range(len(worlds))))
        self._update(found)
        return any(len(which) for which in found)

    def gain(self, account: int) -> float:
        """Return what removing an account cuts, in units over all worlds: exact.

        In fair shares its credit.
        """
        self._look_at(account)
        if not self.limited or self._gains[account] == self._ceilings[account]:
            return float(self._gains[account]) / (FRACTION if self.shares else 1)
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

        return float(self._gains[account]) + sum(in_order(step, range(len(problem.worlds))))

    def best(self, among: np.ndarray, most: int = 200, per_cost: bool = True) -> int:
        """Return the account whose removal gains most for its cost, −1 where none gains anything.

        Parameters
        ----------
        among : numpy.ndarray of bool, shape (n,)
            Who is looked at.
        most : int
            Under a limit: how many are tried before the best of them is taken. Exact when the
            bounds of the others leave nothing to find.
        per_cost : bool, default True
            Else whose removal gains most, whatever it costs.
        """
        while True:
            places = np.flatnonzero(among & (self._ceilings > 0))
            if not len(places):
                return -1
            costs = self.problem.costs[places] if per_cost else np.ones(len(places))
            if self.limited:
                break
            first = int(places[np.argmax(self._gains[places] / costs)])
            # What is put off only lowers gains: whoever stays first when looked at is first.
            if not self._look_at(first):
                return first
        ceiling = self._ceilings[places] / costs
        order = np.argsort(-ceiling, kind="stable")
        found, top = -1, 0.0
        for i in order[:most]:
            if ceiling[i] < top or (ceiling[i] == top and places[i] > found >= 0):
                break
            value = self.gain(int(places[i])) / costs[i]
            if value > top or (value == top and value > 0 and places[i] < found):
                found, top = int(places[i]), value
        return found

    def _worlds_with(self, account: int, reached_only: bool) -> list[tuple[np.ndarray, np.ndarray]]:
        """The worlds of each pack that an account is in, and where."""
        worlds = self.problem.worlds
        # Whoever counts nothing, or only loses what it passes on, may be reached with a score of 0.
        counts = self.problem.scenario.values[account] > 0 and not self.problem.muting
        reached_only = reached_only and bool(counts)

        def step(i: int) -> tuple[np.ndarray, np.ndarray]:
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
            kernels.add_scores(worlds[i], which[i], self._scores[i], before, self._gains)
            if self.limited:
                kernels.add_scores(worlds[i], which[i], self._highest[i], above, self._ceilings)
            self._scored[i][which[i]] = self._clock
            self._outdated[i][which[i]] = False
