"""What is asked for: how many accounts, which may be chosen, and how the search is limited."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations, islice
from typing import TypeVar

import numpy as np

from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import NamedProgress

Found = TypeVar("Found")

BETTER = 1e-12
"""A difference of values below this is rounding: no reason to swap, and a tie."""

COMPARED = 200_000
"""Sets that are compared at most when all of them are."""


@dataclass(eq=False)
class SoFar:
    """The best complete set so far, for whoever stops the search, and whether somebody has."""

    best: tuple[float, list[int]] | None = None
    stopped: bool = False

    def offer(self, members: list[int], value: float) -> None:
        """Keep a complete set if it is better than the one before."""
        if self.best is None or value > self.best[0] or math.isnan(self.best[0]):
            self.best = float(value), list(members)


@dataclass(frozen=True, eq=False)
class Asked:
    """One search for a key player set.

    Attributes
    ----------
    graph : InteractionGraph
        The network.
    weights : numpy.ndarray of float64, shape (n,)
        Of accounts.
    allowed : numpy.ndarray of bool, shape (n,)
        Which accounts may be chosen beside `must`: neither those nor the protected ones.
    must : list of int
        Accounts that are in the set whatever they are worth.
    size : int
        Of the whole set.
    samples : int
        Accounts that a sampled value rests on.
    seed : numpy.random.SeedSequence
        Streams for choosing and for reporting come from it.
    progress : callable or None
        Called as ``progress(what, done, total)``.
    notices : list of str
        Where the search says what a reader should know.
    so_far : SoFar
        Where it leaves the best set it has.
    """

    graph: InteractionGraph
    weights: np.ndarray
    allowed: np.ndarray
    must: list[int]
    size: int
    samples: int
    seed: np.random.SeedSequence
    progress: NamedProgress | None = None
    notices: list[str] = field(default_factory=list)
    so_far: SoFar = field(default_factory=SoFar)

    @property
    def free(self) -> int:
        """How many accounts are to be chosen."""
        return self.size - len(self.must)

    def smaller_sets(self, work: float, limit: float) -> list[list[int]] | None:
        """Return every set that is one short of the size, if there are few enough; else None.

        `work` is what one of them costs to complete in the best way, `limit` what all may cost.
        """
        accounts = np.flatnonzero(self.allowed).tolist()
        count = math.comb(len(accounts), self.free - 1)
        if count > COMPARED or count * work > limit:
            return None
        chosen = islice(combinations(accounts, self.free - 1), count)
        return [[*self.must, *some] for some in chosen]

    def unless_stopped(
        self, work: Callable[[], Found], instead: Callable[[], Found | None], said: str
    ) -> Found:
        """Do some work; the first Ctrl-C is answered with what there is instead, if anything.

        A second one passes: whoever presses it does not want to wait for a result.
        """
        try:
            return work()
        except KeyboardInterrupt:
            if self.so_far.stopped:
                raise
            self.so_far.stopped = True
            found = instead()
            if found is None:
                raise
            self.notices.append(f"stopped by Ctrl-C: {said}")
            return found

    def search(self, find: Callable[[], tuple[list[int], bool]]) -> tuple[list[int], bool]:
        """Return the set that a search finds, or the best it had when Ctrl-C was pressed."""

        def best() -> tuple[list[int], bool] | None:
            return None if self.so_far.best is None else (self.so_far.best[1], False)

        return self.unless_stopped(find, best, "this is the best set found so far")

    def tell(self, what: str, done: int, total: int) -> None:
        """Report progress."""
        if self.progress is not None:
            self.progress(what, min(done, total), total)


def first_best(values: np.ndarray, ties: np.ndarray) -> int:
    """Return the account of the highest value; of ties the highest in `ties`, then the first."""
    near = np.flatnonzero(values >= values.max() - BETTER)
    return int(near[np.argmax(ties[near])])
