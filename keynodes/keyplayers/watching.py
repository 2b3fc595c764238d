"""The set nearest to all: targets and who is near them, greedy cover, swaps, exact values."""

from collections.abc import Iterable
from functools import cached_property

import numpy as np

from keynodes.kernels import nearness
from keynodes.kernels.blocks import by_work, in_order, slices
from keynodes.keyplayers.problem import BETTER, Asked, first_best
from keynodes.keyplayers.reaching import Reaching

TARGETS_IN_REACH = 2048
"""Targets that m-reach is chosen by unless said: a bit an account each."""

TARGETS_BY_DISTANCE = 1024
"""Targets that distance reach is chosen by unless said: a byte an account each."""

TABLE = 128 * 2**20
"""Bytes that the table of accounts and targets may take; with more accounts, fewer targets."""

CLOSER_LOOK = 16
"""How many accounts that lead on the sample, and by neighbours, are valued exactly at each step."""

WORK = 1e10
"""Entries of the table that swaps may read: some ten seconds."""

COMPARING = 3e8
"""The same where every set is compared."""

BLOCK = 20_000_000
"""Entries that one call reads: well under half a second."""


class Watching:
    """A search for the accounts that are nearest to all."""

    def __init__(self, asked: Asked, reaching: Reaching) -> None:
        self.asked = asked
        self.notices: list[str] = []
        graph = asked.graph
        self.radius = radius = reaching.radius
        self.reaching = reaching
        self.degrees = np.diff(reaching.view.indptr)
        worth = self.reaching.weights
        population = np.flatnonzero(worth > 0)
        per_account = TABLE // max(graph.n, 1)  # the rows of bits are there twice, while they grow
        room = max(nearness.LANES, per_account * (4 if radius else 1))
        most = min(asked.samples, room - room % nearness.LANES)
        self.exact = len(population) <= most
        if self.exact:
            targets, values = population, worth[population]
        else:
            if most < asked.samples:
                self.notices.append(
                    f"chosen by {most:,} targets instead of {asked.samples:,}: with {graph.n:,} "
                    f"accounts the table would pass {TABLE // 2**20:,} MB"
                )
            generator = np.random.default_rng(asked.seed.spawn(1)[0])
            shares = None if (worth == worth[0]).all() else worth / worth.sum()
            targets = generator.choice(
                graph.n, most, replace=shares is not None, p=shares, shuffle=False
            )
            targets = np.sort(targets)
            values = np.full(most, worth.sum() / most)
            self.notices.append(
                f"chosen by how near {most:,} sampled accounts are; the values are exact"
            )
        self.targets = targets.astype(np.int32)
        self.words = max(1, -(-len(targets) // nearness.LANES))
        self.values = np.zeros(self.words * nearness.LANES)
        self.values[: len(targets)] = values
        self.values.setflags(write=False)
        self.equal = bool(len(values)) and bool((values == values[0]).all())
        # Bits of unequal worth are added one by one.
        columns = self.words if radius is not None and self.equal else len(self.values)
        self.unit = graph.n * columns
        self.inverse = np.concatenate([[0.0], 1.0 / np.arange(1, 256)])
        self.inverse.setflags(write=False)

    @cached_property
    def table(self) -> np.ndarray:
        """How near each account is to each target."""
        if self.radius is None:
            table = self._distances(self.words)
        else:
            table = self._cover(self.words, self.radius)
        table.setflags(write=False)
        return table

    def _cover(self, words: int, radius: int) -> np.ndarray:
        """Which targets are within the radius of each account: uint64 (n, words)."""
        view = self.reaching.view
        bits = np.zeros((self.asked.graph.n, words), np.uint64)
        number = np.arange(len(self.targets))
        lanes = np.uint64(1) << (number % nearness.LANES).astype(np.uint64)
        np.bitwise_or.at(bits, (self.targets, number // nearness.LANES), lanes)
        blocks = by_work((np.diff(view.indptr) + 1) * words, BLOCK)

        def step(block: slice) -> np.ndarray:
            return nearness.spread_rows(view.indptr, view.indices, bits, block.start, block.stop)

        for hop in range(radius):
            bits.setflags(write=False)
            wider = np.concatenate([bits[:0], *in_order(step, blocks)])
            self.asked.tell("counting who is near", hop + 1, radius)
            if np.array_equal(wider, bits):
                break
            bits = wider
        return bits

    def _distances(self, words: int) -> np.ndarray:
        """Hops between each account and each target, at most 254: uint8 (n, 64 * words)."""
        graph = self.asked.graph
        views = (self.reaching.opposite, self.reaching.view)
        everybody = np.ones(graph.n, bool)
        everybody.setflags(write=False)
        table = np.zeros((graph.n, words * nearness.LANES), np.uint8)
        cuts = slices(len(self.targets), nearness.LANES)
        blocks = [np.array(self.targets[cut]) for cut in cuts]
        for block in blocks:
            block.setflags(write=False)

        def step(block: np.ndarray) -> np.ndarray:
            weights = self.asked.weights
            found = nearness.search_lanes(
                *views[0][:2], *views[1][:2], weights, everybody, block, True
            )
            return found[2]

        def tell(done: int, total: int) -> None:
            self.asked.tell("measuring distances", done, total)

        levels = in_order(step, blocks, tell, workspace=120 * graph.n)
        for i, found in enumerate(levels):
            table[:, i * nearness.LANES : (i + 1) * nearness.LANES] = found
        # A member of the set counts as one hop away.
        table[self.targets, np.arange(len(self.targets))] = 1
        return table

    def added(self, members: Iterable[int]) -> np.ndarray:
        """Return what the targets say each account adds to `members`; −inf if not allowed."""
        table, members = self.table, list(members)
        blocks = slices(len(table), max(1, BLOCK // max(table.shape[1], 1)))
        if self.radius is not None:
            open_bits = ~np.bitwise_or.reduce(table[members], axis=0, initial=np.uint64(0))

            def step(block: slice) -> np.ndarray:
                return nearness.new_bits(
                    table, open_bits, self.values, self.equal, block.start, block.stop
                )
        else:
            current = self._current(members)

            def step(block: slice) -> np.ndarray:
                return nearness.nearer(
                    table, self.inverse, current, self.values, block.start, block.stop
                )

        gains = np.concatenate([np.zeros(0), *in_order(step, blocks)])
        gains[~self.asked.allowed] = -np.inf
        gains[members] = -np.inf
        return gains

    def _current(self, members: list[int]) -> np.ndarray:
        if not members:
            return np.zeros(self.table.shape[1])
        return np.asarray(self.inverse[self.table[members]].max(axis=0))

    def value_by_targets(self, members: list[int]) -> float:
        """Return what the targets say a set is worth."""
        if self.radius is None:
            return float((self._current(members) * self.values).sum())
        covered = np.bitwise_or.reduce(self.table[members], axis=0, initial=np.uint64(0))
        bits = np.unpackbits(covered.astype("<u8").view(np.uint8), bitorder="little")
        return float((bits * self.values).sum())

    def best_of_all(self) -> list[int] | None:
        """Return the best of all sets, or None where they are too many to compare."""
        smaller = self.asked.smaller_sets(self.unit, COMPARING) if self.exact else None
        return None if smaller is None else self._best_of_all(smaller)

    def find(self) -> list[int]:
        """Return the set of the greedy search, after swaps."""
        starts = [self.greedy(), [*self.asked.must, *self.by_degree[: self.asked.free]]]
        values = []
        for start in starts:
            values.append(self.reaching.start(start))
            self.asked.so_far.offer(start, values[-1])
        return self.swapped(starts[int(np.argmax(values))])

    def _best_of_all(self, smaller: list[list[int]]) -> list[int]:
        best: list[int] = []
        best_value = -np.inf
        for done, members in enumerate(smaller, start=1):
            gains = self.added(members) + self.value_by_targets(members)
            if gains.max() > best_value + BETTER:
                best_value = gains.max()
                best = [*members, first_best(gains, self.degrees)]
                self.asked.so_far.offer(best, best_value)
            self.asked.tell("comparing sets", done, len(smaller))
        return best

    def greedy(self) -> list[int]:
        """Add the account that adds most, by the targets first, exactly among those that lead."""
        asked = self.asked
        members = list(asked.must)
        self.reaching.start(members)
        while len(members) < asked.size:
            leading = self._leading(members, self.added(members))
            gains = [self.reaching.admit(account, commit=False) for account in leading]
            chosen = leading[int(np.argmax(gains))]
            self.reaching.admit(chosen)
            members.append(chosen)
            asked.tell("adding accounts", len(members), asked.size)
        return members

    def _leading(self, members: list[int], gains: np.ndarray) -> list[int]:
        """Return who is worth an exact look: whoever leads by the targets, or by neighbours.

        A sample of targets tells accounts badly apart that few targets are near.
        """
        closer = 1 if self.exact else CLOSER_LOOK
        leading = np.argsort(-gains, kind="stable")[:closer].tolist()
        if not self.exact:
            taken = set(members)
            nearest = [account for account in self.by_degree if account not in taken]
            leading = list(dict.fromkeys([*leading, *nearest[:closer]]))
        return [account for account in leading if gains[account] > -np.inf]

    @cached_property
    def by_degree(self) -> list[int]:
        """As many accounts as may be wanted, those that most are one hop away from first."""
        order = np.argsort(np.where(self.asked.allowed, -self.degrees, 1), kind="stable")
        return order[: min(self.asked.size + CLOSER_LOOK, int(self.asked.allowed.sum()))].tolist()

    def swapped(self, members: list[int]) -> list[int]:
        """Replace one account at a time where the targets say so and the exact value agrees."""
        asked = self.asked
        members = list(members)
        value = self.reaching.start(members)
        total = min(10 * asked.free, int(WORK / max(self.unit, 1)))
        left, idle, place = total, 0, len(asked.must)
        while idle < asked.free and left > 0:
            left -= 1
            others = members[:place] + members[place + 1 :]
            leading = self._leading(others, self.added(others))
            before = self.reaching.start(others)
            gains = [self.reaching.admit(account, commit=False) for account in leading]
            best = int(np.argmax(gains))
            idle += 1
            if before + gains[best] > value + BETTER:
                members[place], value, idle = leading[best], before + gains[best], 0
                asked.so_far.offer(members, value)
            place = place + 1 if place + 1 < len(members) else len(asked.must)
            asked.tell("swapping", total - left, total)
        if left <= 0:
            self.notices.append(
                f"the swaps stopped at their limit of {total:,}, not because none would help"
            )
        return members
