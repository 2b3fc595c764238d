"""The set whose removal fragments the undirected view most: exact values, greedy, and swaps."""

from collections.abc import Iterable

import numpy as np

from keynodes.kernels import keyplayers as kernels
from keynodes.keyplayers.problem import BETTER, Asked, first_best
from keynodes.keyplayers.values import NOTHING, disconnected, without
from keynodes.objectives.curves import removal_curve

WORK = 1e9
"""Accounts and arc ends that all depth-first searches together may visit: half a minute or so."""

COMPARING = 5e7
"""The same where every set is compared."""

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
        starts = [self.greedy(), self.put_back_all(), self.by_degree(list(asked.must))]
        starts = list({tuple(sorted(start)): start for start in starts}.values())
        scored = sorted(((self.value(start), -i) for i, start in enumerate(starts)), reverse=True)
        best, best_value = starts[-scored[0][1]], scored[0][0]
        for _, i in scored:
            members, value = self.swapped(starts[-i])
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
        """Return what putting back and a quarter of the swaps find."""
        self.left = WORK / 4
        return self.swapped(self.put_back_all())[0]

    def _best_of_all(self, smaller: list[list[int]]) -> list[int]:
        best: list[int] = []
        best_value = -np.inf
        for done, members in enumerate(smaller, start=1):
            values = self.added(members)
            # The same set comes up once for each of its members: only a real gain counts.
            if values.max() > best_value + BETTER:
                best_value = values.max()
                best = [*members, first_best(values, self.degrees)]
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
        idle = 0
        place = len(asked.must)
        while idle < asked.free and self.left > 0:
            others = members[:place] + members[place + 1 :]
            values = self.added(others)
            chosen = first_best(values, self.degrees)
            if values[chosen] > value + BETTER:
                value = float(values[chosen])
                members[place] = chosen
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
