"""The set that reaches most within a few hops, where few are near: lazily, and exactly."""

import heapq
from collections.abc import Iterable

import numpy as np

from keynodes.kernels import nearness
from keynodes.kernels.blocks import by_work, in_order, progress_on
from keynodes.keyplayers.problem import BETTER, Asked
from keynodes.keyplayers.reaching import Reaching

SEARCHING = 2_000_000_000
"""Arcs that searches from every account may meet, if they are to be made: some ten seconds."""

SWAPPING = 10
"""How often each account of the set is up for a swap, at most."""

TRIES = 200_000_000
"""Arcs that all searches for swaps may meet."""

BLOCK = 20_000_000
"""Arcs that one call meets: well under half a second."""


class Covering:
    """A search for the accounts that reach most within a radius, every value exact.

    No account gains by others being chosen before it, so what it adds to fewer bounds what it adds
    to more: most need not be looked at again (Minoux 1978).
    """

    def __init__(self, asked: Asked, reaching: Reaching, met: np.ndarray) -> None:
        self.asked = asked
        self.reaching = reaching
        self.met = met
        view, weights, radius = reaching.view, reaching.weights, reaching.radius

        def step(block: slice) -> np.ndarray:
            return nearness.reach_alone(
                view.indptr, view.indices, weights, radius, block.start, block.stop
            )

        blocks = by_work(met, max(BLOCK, asked.graph.n))
        told = progress_on(asked.progress, "counting who is near")
        parts = in_order(step, blocks, told, workspace=8 * asked.graph.n)
        self.alone = np.concatenate([np.zeros(0), *parts])

    def find(self) -> list[int]:
        """Return the set of the greedy search, after swaps."""
        asked = self.asked
        self.reaching.start(asked.must)
        heap = self._heap(np.flatnonzero(asked.allowed).tolist())
        members = [*asked.must, *lazily(asked, self.reaching, heap, asked.free)]
        asked.so_far.offer(members, self.reaching.start(members))
        return self._swapped(members)

    def _heap(self, accounts: Iterable[int]) -> list[tuple[float, int]]:
        heap = [(-float(self.alone[account]), account) for account in accounts]
        heapq.heapify(heap)
        return heap

    def _swapped(self, members: list[int]) -> list[int]:
        """Replace one account at a time by the best there is, until that helps no more."""
        asked = self.asked
        # In the order of what each reaches alone: the bounds of what it may add.
        leading = np.lexsort((np.arange(asked.graph.n), -self.alone))
        leading = leading[asked.allowed[leading]].tolist()
        left = TRIES
        tries, idle, place = SWAPPING * asked.free, 0, len(asked.must)
        while idle < asked.free and tries and left > 0:
            tries -= 1
            idle += 1
            others = members[:place] + members[place + 1 :]
            without_it = self.reaching.start(others)
            left -= int(self.met[others].sum())
            best, best_gain = members[place], self.reaching.admit(members[place], commit=False)
            taken = set(others)
            for account in leading:
                if self.alone[account] <= best_gain + BETTER or left <= 0:
                    break
                if account in taken:
                    continue
                gain = self.reaching.admit(account, commit=False)
                left -= int(self.met[account])
                if gain > best_gain + BETTER:
                    best, best_gain, idle = account, gain, 0
            members[place] = best
            asked.so_far.offer(members, without_it + best_gain)
            place = place + 1 if place + 1 < len(members) else len(asked.must)
            asked.tell("swapping", TRIES - left, TRIES)
        if left <= 0:
            asked.notices.append(
                f"the swaps stopped at their limit of {TRIES:.0e} arcs, not because none would help"
            )
        return members


def lazily(
    asked: Asked, reaching: Reaching, heap: list[tuple[float, int]], count: int
) -> list[int]:
    """Take the account that adds most, `count` times; the heap holds bounds, negative."""
    heapq.heapify(heap)
    chosen: list[int] = []
    while len(chosen) < count:
        _, account = heapq.heappop(heap)
        gain = reaching.admit(account, commit=False)
        if heap and (-gain, account) > heap[0]:
            heapq.heappush(heap, (-gain, account))
            continue
        reaching.admit(account)
        chosen.append(account)
        asked.tell("adding accounts", len(chosen), count)
    return chosen


def ordered(asked: Asked, reaching: Reaching, members: list[int]) -> list[int]:
    """Put a set in order: first whoever adds most, then whoever adds most to that."""
    reaching.start()
    heap = [(-reaching.admit(account, commit=False), account) for account in sorted(members)]
    return lazily(asked, reaching, heap, len(members))
