"""The set whose removal fragments the undirected view most: exact values, greedy, and swaps."""

from collections.abc import Iterable

import numpy as np

from keynodes.kernels import keyplayers as kernels
from keynodes.kernels import paths
from keynodes.kernels.blocks import in_order, slices
from keynodes.keyplayers.problem import BETTER, Asked, first_best
from keynodes.keyplayers.sampling import NOTHING, disconnected, sources_of, without
from keynodes.objectives.curves import removal_curve

WORK = 1e9
"""Accounts and arc ends that all depth-first searches together may visit: half a minute or so."""

COMPARING = 5e7
"""The same where every set is compared."""

PIVOTS = 64
"""Sources of the shortest paths that suggest accounts."""

SEARCHES_TO_PASSES = 3
"""Time of eight searches for shortest paths, over one depth-first search."""

BETWEEN_TIMES = 10
"""How often the shortest paths are counted anew for a starting set."""

PAIRS = 32
"""Accounts that are tried as the first of a pair."""

RESTARTS = 10
"""Random starting sets, where there is work left for them."""

SLACK = 0.1
"""By how much a cost may be out of date when accounts are put back (see `put_back`)."""

CHUNK = 3_000_000
"""Arc ends that one call of `put_back` visits: well under half a second."""

EXACT_ORDER = 200
"""Sets up to this size are put in order without slack."""


class Cutting:
    """A search for the accounts whose removal leaves the fewest connected pairs."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        view = asked.graph.both
        self.indptr, self.indices = view.indptr, view.indices
        self.degrees = np.diff(self.indptr)
        self.unit = asked.graph.n + len(self.indices)
        self.left = WORK
        self.spent = 0

    def added(self, members: Iterable[int]) -> np.ndarray:
        """Return F once each account goes beside `members`; −inf for those not allowed.

        One depth-first search: O(n + m) for all of them.
        """
        self.left -= self.unit
        self.spent += 1
        members = list(members)
        alive = without(self.asked.graph.n, members)
        weights = self.asked.weights
        pairs, _ = kernels.pairs_left(self.indptr, self.indices, weights, alive)
        present = weights[alive]
        total, squares = present.sum(), (present * present).sum()
        rest = (total - weights) ** 2 - (squares - weights * weights)
        few = rest <= NOTHING * total * total
        values = 1.0 - 2.0 * pairs / np.where(few, 1.0, rest)
        values[few] = 1.0
        values[~(alive & self.asked.allowed)] = -np.inf
        return values

    def value(self, members: list[int]) -> float:
        """Return F once `members` are gone."""
        weights = self.asked.weights
        curve = removal_curve(self.asked.graph, np.array(members, np.int64), weights=weights)
        return float(disconnected(curve.weighted_pairs[-1], np.delete(weights, members)))

    def find(self) -> tuple[list[int], bool]:
        """Return the best set found, and whether none can be better."""
        asked = self.asked
        if not asked.free:
            return list(asked.must), False
        smaller = asked.smaller_sets(self.unit, COMPARING)
        if smaller is not None:
            return self._best_of_all(smaller), True
        ways = (
            self.greedy,
            self.put_back_all,
            lambda: self.by_degree(list(asked.must)),
            self.by_betweenness,
        )
        different: dict[tuple[int, ...], tuple[float, list[int]]] = {}
        for way in ways:
            start = way()
            value = self.value(start)
            different[tuple(sorted(start))] = value, start
            asked.so_far.offer(start, value)
        starts = [start for _, start in different.values()]
        scored = sorted(((v, -i) for i, (v, _) in enumerate(different.values())), reverse=True)
        best, best_value = starts[-scored[0][1]], scored[0][0]
        for _, i in scored:
            members, value = self.swapped(starts[-i])
            members, value = self.paired(members, value)
            if value > best_value + BETTER:
                best, best_value = members, value
        generator = np.random.default_rng(asked.seed.spawn(1)[0])
        choices = np.flatnonzero(asked.allowed)
        for _ in range(RESTARTS):
            if self.left < 3 * asked.free * self.unit:
                break
            drawn = generator.choice(choices, asked.free, replace=False).tolist()
            members, value = self.swapped([*asked.must, *drawn])
            if value > best_value + BETTER:
                best, best_value = members, value
        if self.left <= 0:
            asked.notices.append(
                f"the swaps stopped at their limit of {WORK:.0e} visits of accounts and arcs, not "
                "because none would help"
            )
        return best, False

    def quick(self) -> list[int]:
        """Return what two of the starts and a quarter of the swaps find."""
        self.left = WORK / 4
        starts = [self.put_back_all(), self.by_betweenness()]
        values = [self.value(start) for start in starts]
        return self.paired(*self.swapped(starts[int(np.argmax(values))]))[0]

    def _best_of_all(self, smaller: list[list[int]]) -> list[int]:
        best: list[int] = []
        best_value = -np.inf
        for done, members in enumerate(smaller, start=1):
            values = self.added(members)
            # The same set comes up once for each of its members: only a real gain counts.
            if values.max() > best_value + BETTER:
                best_value = values.max()
                best = [*members, first_best(values, self.degrees)]
                self.asked.so_far.offer(best, best_value)
            self.asked.tell("comparing sets", done, len(smaller))
        return best

    def greedy(self) -> list[int]:
        """Add the account that fragments most, again and again; of ties the one of most arcs.

        In a dense network ties are the rule: no single account breaks anything. Where the set is
        so large that one search an account would cost more than a quarter of all, several of the
        best are taken at once.
        """
        asked = self.asked
        members = list(asked.must)
        degrees = self._degrees_without(members)
        searches = max(1, int(WORK / 4 / self.unit))
        together = -(-asked.free // searches)
        while len(members) < asked.size:
            values = self.added(members)
            for _ in range(min(together, asked.size - len(members))):
                chosen = first_best(values, degrees)
                values[chosen] = -np.inf
                members.append(chosen)
                self._take(chosen, degrees)
            asked.tell("adding accounts", len(members), asked.size)
        return members

    def by_degree(self, members: list[int]) -> list[int]:
        """Add the account with the most neighbours left, again and again."""
        degrees = self._degrees_without(members).astype(np.float64)
        degrees[~self.asked.allowed] = -np.inf
        degrees[members] = -np.inf
        members = list(members)
        while len(members) < self.asked.size:
            chosen = int(degrees.argmax())
            members.append(chosen)
            self._take(chosen, degrees)
            degrees[chosen] = -np.inf
        return members

    def by_betweenness(self) -> list[int]:
        """Add the accounts that most shortest paths lead through, a tenth of the set at a time.

        What two accounts carry together, the one carries alone when the other is gone.
        """
        asked = self.asked
        members = list(asked.must)
        together = -(-asked.free // BETWEEN_TIMES)
        while len(members) < asked.size:
            leading = self._between(members, together)
            members += leading[: asked.size - len(members)]
            asked.tell("adding accounts", len(members), asked.size)
        return members

    def _between(self, members: list[int], count: int) -> list[int]:
        """Return the accounts that most shortest paths lead through when `members` are gone."""
        asked = self.asked
        n = asked.graph.n
        alive = without(n, members)
        kept = np.repeat(alive, np.diff(self.indptr)) & alive[self.indices]
        passed = np.concatenate([[0], np.cumsum(kept)])
        indptr, indices = passed[self.indptr], self.indices[kept]
        for array in (indptr, indices):
            array.setflags(write=False)
        generator = np.random.default_rng(asked.seed)
        pivots = sources_of(asked.weights * alive, PIVOTS, generator).astype(np.int64)

        def step(block: slice) -> np.ndarray:
            space = paths.workspace_for(n)
            return paths.dependencies(
                indptr, indices, indptr, indices, pivots[block], False, space
            )[0]

        sums = np.zeros(n)
        blocks = slices(len(pivots), paths.LANES)
        for part in in_order(step, blocks, workspace=24 * paths.LANES * n):
            sums += np.nan_to_num(part, nan=0.0)
        self.left -= self.unit * len(blocks) * SEARCHES_TO_PASSES
        sums[~(alive & asked.allowed)] = -np.inf
        order = np.lexsort((-self.degrees, -sums))[:count]
        return order[sums[order] > -np.inf].tolist()

    def paired(self, members: list[int], value: float) -> tuple[list[int], float]:
        """Replace the two accounts that are missed least by the best pair, until that is no help.

        One of the pair is among those that most shortest paths lead through, the other any: two
        that only cut together are no gain one by one.
        """
        asked = self.asked
        while asked.free > 1 and self.left > asked.free * self.unit:
            self.left -= asked.free * self.unit
            losses = []
            for place in range(len(asked.must), len(members)):
                others = members[:place] + members[place + 1 :]
                losses.append((self.value(others), -self.degrees[members[place]], place))
            # Whose absence from the set leaves F high is missed least.
            least = {place for *_, place in sorted(losses, reverse=True)[:2]}
            others = [one for place, one in enumerate(members) if place not in least]
            best_value, best = value, members
            for first in self._between(others, PAIRS):
                values = self.added([*others, first])
                second = first_best(values, self.degrees)
                if values[second] > best_value + BETTER:
                    best_value, best = float(values[second]), [*others, first, second]
                if self.left <= 0:
                    break
            if best is members:
                break
            members, value = self.swapped(best)
        return members, value

    def put_back_all(self) -> list[int]:
        """Start from nobody, and put back whoever joins least until as many as asked are away."""
        asked = self.asked
        alive = ~asked.allowed
        alive[asked.must] = False
        return [*asked.must, *self._put_back(alive, asked.allowed, asked.free, SLACK)[1]]

    def swapped(self, members: list[int]) -> tuple[list[int], float]:
        """Replace one account at a time by the best there is, until that helps no more."""
        asked = self.asked
        members = list(members)
        value = self.value(members)
        asked.so_far.offer(members, value)
        idle = 0
        place = len(asked.must)
        while idle < asked.free and self.left > 0:
            others = members[:place] + members[place + 1 :]
            values = self.added(others)
            chosen = first_best(values, self.degrees)
            if values[chosen] > value + BETTER:
                value = float(values[chosen])
                members[place] = chosen
                asked.so_far.offer(members, value)
                idle = 0
            idle += 1
            place = place + 1 if place + 1 < len(members) else len(asked.must)
            asked.tell("swapping", int(WORK - self.left), int(WORK))
        return members, value

    def ordered(self, members: list[int]) -> list[int]:
        """Put a set in order: last comes whose return would join least, then the next, back to
        the first.
        """
        away = np.zeros(self.asked.graph.n, bool)
        away[members] = True
        slack = 0.0 if len(members) <= EXACT_ORDER else SLACK
        return self._put_back(~away, away, 0, slack)[0][::-1]

    def _put_back(
        self, alive: np.ndarray, away: np.ndarray, keep: int, slack: float
    ) -> tuple[list[int], list[int]]:
        """Put accounts back until `keep` are away: the order of return, and who stays away."""
        graph, weights = self.asked.graph, self.asked.weights
        accounts = np.flatnonzero(away)
        # Of equals the one of few arcs comes back first, then the larger index.
        order = accounts[np.lexsort((-accounts, self.degrees[accounts]))]
        ties = np.zeros(graph.n, np.int32)
        ties[order] = np.arange(len(order))
        heap = order.astype(np.int32)
        costs = np.zeros(graph.n)
        marks = np.zeros(graph.n, np.int64)
        back = np.empty(len(heap), np.int32)
        counters = np.array([len(heap), 0, 0], np.int64)
        alive = alive.copy()
        alive.setflags(write=False)
        joined, parent, mass = kernels.start_joining(self.indptr, self.indices, weights, alive)
        while counters[0] > keep:
            kernels.put_back(
                self.indptr,
                self.indices,
                weights,
                joined,
                parent,
                mass,
                marks,
                heap,
                costs,
                ties,
                counters,
                keep,
                slack,
                CHUNK,
                back,
            )
            self.asked.tell("putting accounts back", int(counters[1]), len(heap) - keep)
        return back[: counters[1]].tolist(), np.sort(heap[: counters[0]]).tolist()

    def _degrees_without(self, members: list[int]) -> np.ndarray:
        degrees = self.degrees.copy()
        for member in members:
            self._take(member, degrees)
        return degrees

    def _take(self, account: int, degrees: np.ndarray) -> None:
        """Count one neighbour less for the neighbours of an account that goes."""
        degrees[self.indices[self.indptr[account] : self.indptr[account + 1]]] -= 1
