"""The set whose removal sets accounts apart, in distance or along arcs: sampled searches."""

from dataclasses import replace

import numpy as np

from keynodes.kernels import keyplayers as kernels
from keynodes.kernels import nearness, paths
from keynodes.keyplayers.arguments import views_of
from keynodes.keyplayers.before import Before
from keynodes.keyplayers.cutting import Cutting
from keynodes.keyplayers.findings import SetValue
from keynodes.keyplayers.problem import BETTER, Asked, SoFar
from keynodes.keyplayers.sampling import sampled, sources_of, without

CHOOSING = 256
"""Accounts that the choice rests on, where there are more than are sampled."""

WORK = 2e8
"""Accounts and arcs that all searches together may visit, sixty-four searches counting as one."""

LEAST, MOST = 150, 1_000
"""Sets that are valued at least and at most, whatever the work."""

PIVOTS = 32
"""Sources of the shortest paths that the short list rests on."""

STEPS_IN_FULL = 32
"""Sets up to this size have every step valued on the whole sample."""


class Separating:
    """A search for the accounts whose removal leaves the others farthest apart."""

    def __init__(self, asked: Asked, harmonic: bool, directed: bool) -> None:
        self.asked = asked
        self.harmonic = harmonic
        self.views = views_of(asked.graph, "out" if directed else "both")
        choosing, self.reporting = (np.random.default_rng(s) for s in asked.seed.spawn(2))
        population = int((asked.weights > 0).sum())
        self.exact = population <= asked.samples
        samples = asked.samples if self.exact else min(CHOOSING, asked.samples)
        self.sources = sources_of(asked.weights, samples, choosing)
        self.before = None
        if not self.exact:
            self.before = Before(asked, self.views, self.sources, harmonic, choosing)
        searches = -(-len(self.sources) // nearness.LANES) + (0 if self.exact else 2)
        self.unit = searches * (asked.graph.n + len(self.views[0].indices))
        self.budget = int(np.clip(WORK / max(self.unit, 1), LEAST, MOST))
        self.left = self.budget
        self.values: list[SetValue] = []
        # What cuts well is a start only: its values are of another measure.
        self.cutting = Cutting(replace(asked, so_far=SoFar()))

    def value(self, members: list[int]) -> float:
        """Return what the sample of the choice says about a set."""
        self.left -= 1
        self.asked.tell("comparing sets", self.budget - self.left, self.budget)
        alive = without(self.asked.graph.n, members)
        if self.before is not None:
            value = self.before.value(members, alive)
        else:
            found = sampled(self.views, self.asked.weights, alive, self.sources, self.harmonic)
            value = found.value
        if len(members) == self.asked.size:
            self.asked.so_far.offer(members, value)
        return value

    def find(self) -> tuple[list[int], bool]:
        """Return the best set found, and whether none can be better."""
        asked = self.asked
        if not asked.free:
            return list(asked.must), False
        count = int(asked.allowed.sum())
        if self.exact:
            smaller = asked.smaller_sets(count, self.budget)
            if smaller is not None:
                return self._best_of_all(smaller), True
        short = self.short_list(max(16, min(count, self.budget // 4)))
        starts, values = [], []
        ways = (
            lambda: self.greedy(short),
            lambda: self.cutting.by_degree(list(asked.must)),
            self.cutting.quick,
        )
        for way in ways:
            starts.append(way())
            values.append(self.value(starts[-1]))
        best = int(np.argmax(values))
        members = self.swapped(starts[best], values[best], short)
        if self.left <= 0:
            asked.notices.append(
                f"the search stopped after {self.budget:,} sets, not because no swap would help"
            )
        return members, False

    def _best_of_all(self, smaller: list[list[int]]) -> list[int]:
        best: list[int] = []
        best_value = -np.inf
        for members in smaller:
            floor = members[-1] if len(members) > len(self.asked.must) else -1
            for account in np.flatnonzero(self.asked.allowed[floor + 1 :]) + floor + 1:
                value = self.value([*members, int(account)])
                if value > best_value + BETTER:
                    best, best_value = [*members, int(account)], value
        return best

    def short_list(self, length: int) -> list[int]:
        """Return the accounts worth a closer look, the most promising first.

        Those of most neighbours, those on most shortest paths (of a few sources), and those whose
        removal disconnects most pairs; an account counts by its best place in the three.
        """
        asked, graph = self.asked, self.asked.graph
        alive = without(graph.n, asked.must)
        pairs, _ = kernels.pairs_left(graph.both.indptr, graph.both.indices, asked.weights, alive)
        dependencies = np.zeros(graph.n)
        # Others than the choice rests on: whoever is beside one of those looks important twice.
        pivots = sources_of(asked.weights, PIVOTS, self.asked.seed.spawn(1)[0])
        for first in range(0, len(pivots), paths.LANES):
            block = pivots[first : first + paths.LANES].astype(np.int64)
            sums, _ = paths.dependencies(
                *self.views[0][:2], *self.views[1][:2], block, False, paths.workspace_for(graph.n)
            )
            dependencies += np.nan_to_num(sums, nan=0.0)
        scores = (np.diff(graph.both.indptr).astype(float), dependencies, -pairs)
        place = np.full(graph.n, graph.n)
        for score in scores:
            order = np.argsort(np.where(asked.allowed, -score, np.inf), kind="stable")
            place[order] = np.minimum(place[order], np.arange(graph.n))
        place[~asked.allowed] = graph.n + 1
        return np.argsort(place, kind="stable")[: min(length, int(asked.allowed.sum()))].tolist()

    def greedy(self, short: list[int]) -> list[int]:
        """Add accounts of the short list, the best first; gains are counted anew as they come up.

        An account is passed over while its last known gain is below that of another just counted.
        A gain may grow when others have gone, so this may miss what only works together.
        """
        asked = self.asked
        members = list(asked.must)
        value = self.value(members)
        gains = dict.fromkeys(short, np.inf)
        # Half of the budget is for swaps; what is left is added as it stands in the list.
        while len(members) < asked.size and gains and self.left > self.budget // 2:
            fresh: dict[int, float] = {}
            while self.left > self.budget // 2 or not fresh:
                account = max(gains, key=lambda one: (gains[one], -short.index(one)))
                if account in fresh:
                    break
                fresh[account] = self.value([*members, account])
                gains[account] = fresh[account] - value
            chosen = max(fresh, key=lambda one: (fresh[one], -short.index(one)))
            members.append(chosen)
            value = fresh[chosen]
            del gains[chosen]
        if len(members) < asked.size:
            known = sorted(gains, key=lambda one: (-gains[one], short.index(one)))
            known = [one for one in known if np.isfinite(gains[one])] or known
            members += known[: asked.size - len(members)]
        if len(members) < asked.size:
            members = self.cutting.by_degree(members)
        return members

    def swapped(self, members: list[int], value: float, short: list[int]) -> list[int]:
        """Replace one account at a time by a better one of the short list."""
        members = list(members)
        improved = True
        while improved and self.left > 0:
            improved = False
            for account in short:
                if account in members or self.left <= 0:
                    continue
                for place in self._weakest(members):
                    if self.left <= 0:
                        break
                    tried = [*members[:place], account, *members[place + 1 :]]
                    found = self.value(tried)
                    if found > value + BETTER:
                        members, value, improved = tried, found, True
                        break
        return members

    def _weakest(self, members: list[int]) -> list[int]:
        """Places of the accounts that may go, those with the fewest neighbours first."""
        places = range(len(self.asked.must), len(members))
        degrees = np.diff(self.asked.graph.both.indptr)
        weakest = sorted(places, key=lambda place: (degrees[members[place]], -members[place]))
        # In a large network a try is dear: only the least are up for it.
        return weakest if self.budget > LEAST * 10 else weakest[:3]

    def ordered(self, members: list[int]) -> list[int]:
        """Put a set in order: first whoever sets most apart, then whoever does after that.

        Where that would cost more than the search, as in `Cutting`, by connected pairs.
        """
        stopped = self.asked.so_far.stopped
        if stopped or len(members) * (len(members) + 1) // 2 > self.budget:
            return self.cutting.ordered(members)
        order: list[int] = []
        rest = sorted(members)
        while rest:
            values = [self.value([*order, account]) for account in rest]
            order.append(rest.pop(int(np.argmax(values))))
        return order

    def report(self, order: list[int]) -> list[SetValue]:
        """Value every step of an order on fresh accounts, from no account on.

        The whole set comes first: that is what somebody who stops this wants to know.
        """
        asked = self.asked
        sources = sources_of(asked.weights, asked.samples, self.reporting)
        self.values = [SetValue(float("nan"), float("nan"), 0)] * (len(order) + 1)
        for done, step in enumerate([len(order), *range(len(order))]):
            some = sources
            if step not in (0, len(order)) and len(order) > STEPS_IN_FULL:
                some = sources[:: max(1, len(sources) // nearness.LANES)][: nearness.LANES]
                some = some.copy()
                some.setflags(write=False)
            alive = without(asked.graph.n, order[:step])
            self.values[step] = sampled(self.views, asked.weights, alive, some, self.harmonic)
            asked.tell("valuing the steps", done, len(order))
        return self.values
