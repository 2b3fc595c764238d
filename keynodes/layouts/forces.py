"""The forces between accounts: ties draw together, and all push apart."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from keynodes.graph import InteractionGraph
from keynodes.kernels import positions as kernels
from keynodes.kernels.blocks import by_work, in_order, slices

OUTWARD = 0.1
"""What a tie to another disc counts: it draws its ends to that side of theirs."""

_WORK = 1 << 17
"""Neighbours and squares of one block: a tenth of a second."""

_SQUARES = 1 << 12
"""Squares of one block."""


class Forces:
    """The forces of a graph whose accounts stay inside discs.

    Parameters
    ----------
    graph : InteractionGraph
    discs : numpy.ndarray of int64, shape (n,)
        The disc of each account.
    rooms : numpy.ndarray of float64
        The radius of each disc.
    middles : numpy.ndarray of float64, shape (n, 2)
        The centre of each account's disc.

    Attributes
    ----------
    hubs : numpy.ndarray of int64
        In each disc, the account with most ties inside.
    """

    def __init__(
        self, graph: InteractionGraph, discs: np.ndarray, rooms: np.ndarray, middles: np.ndarray
    ) -> None:
        self._indptr, self._indices, weights = graph.both
        tails = np.repeat(np.arange(graph.n), np.diff(self._indptr))
        inside = discs[tails] == discs[self._indices]
        # The square root: a tie of a hundred interactions is closer than one of one, but it is not
        # all there is.
        self._pulls = np.sqrt(weights) * np.where(inside, 1.0, OUTWARD)
        held = np.bincount(tails[inside], weights=self._pulls[inside], minlength=graph.n)
        most = np.zeros(len(rooms))
        np.maximum.at(most, discs, held)
        self._weight = (held / np.maximum(most[discs], 1e-300)) ** 2
        order = np.lexsort((-held, discs))
        self.hubs = order[np.searchsorted(discs[order], np.arange(len(rooms)))]
        self._discs, self._middles, self._reach = discs, middles, rooms[discs]
        self._members = np.maximum(np.bincount(discs), 1)
        # About eight accounts in one of the smallest squares.
        self._levels = max(round(np.log2(max(graph.n, 1) / 8) / 2) - 1, 1)
        self._blocks = by_work(np.diff(self._indptr) + 9, _WORK)
        self._squares = slices(1 << 2 * (self._levels + 1), _SQUARES)
        # The mean area of an account: with this push a disc that is filled evenly stays as large
        # as it is when all its members are drawn to its middle.
        self._push = float((rooms**2).sum()) / max(graph.n, 1)

    def moved(self, places: np.ndarray, heat: float) -> np.ndarray:
        """Return the places one step later.

        No account goes farther than `heat` radii of its disc, none leaves it, and the disc as a
        whole stays where it is. O(n log n + m), the same bits on any number of threads.
        """
        low = places.min(axis=0)
        side = max(float((places.max(axis=0) - low).max()) * (1 + 1e-9), 1e-9)
        squares = kernels.squares_of(places, low, side, self._levels)
        far = partial(_on_slice, kernels.fields, *squares, self._push)
        field = np.concatenate(list(in_order(far, self._squares)))
        ties = (self._indptr, self._indices, self._pulls)
        near = partial(
            _on_slice, kernels.moves, *ties, places, low, side, *squares, self._push, field
        )
        move = np.concatenate(list(in_order(near, self._blocks)))
        move -= self._mean(move)
        move *= _at_most(move, heat * self._reach)
        out = places + move - self._middles
        return self._middles + out * _at_most(out, self._reach)

    def centred(self, places: np.ndarray) -> np.ndarray:
        """Return the places with the hubs of every disc drawn to the median of its members.

        The account with most ties inside goes there whole, one with half as many a quarter of the
        way. O(n log n).
        """
        ends = np.cumsum(np.bincount(self._discs))
        middle = ends - (self._members + 1) // 2
        medians = [
            places[np.lexsort((places[:, axis], self._discs))[middle], axis] for axis in range(2)
        ]
        return places + self._weight[:, None] * (np.column_stack(medians)[self._discs] - places)

    def _mean(self, vectors: np.ndarray) -> np.ndarray:
        """Return for every account the mean over its disc."""
        sums = [np.bincount(self._discs, weights=vectors[:, axis]) for axis in range(2)]
        return (np.column_stack(sums) / self._members[:, None])[self._discs]


def _on_slice(kernel: Callable[..., np.ndarray], *given: Any) -> np.ndarray:
    *arguments, block = given
    return kernel(block.start, block.stop, *arguments)


def _at_most(vectors: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """By how much to shorten each vector so that it is no longer than that."""
    return np.minimum(lengths / np.maximum(np.hypot(*vectors.T), 1e-12), 1.0)[:, None]
