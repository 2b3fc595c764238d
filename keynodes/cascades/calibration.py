"""A parameter fitted to the mean size of the cascades that were observed."""

import math
from collections.abc import Callable, Iterator

import numpy as np

from keynodes.cascades.keys import FITTING, world_keys
from keynodes.cascades.registration import Arcs
from keynodes.errors import UsageError
from keynodes.kernels.blocks import in_order, slices
from keynodes.kernels.transmission import tops
from keynodes.kernels.worlds import sampled

WORLDS = 2000
"""Posts whose cascades are drawn. Their mean is that far from the truth as its error says."""

MEMBERS = 2**20
"""Where these posts would reach more accounts together, fewer are drawn, down to a tenth."""

ENOUGH = 10
"""Accounts that all of them must reach together: of fewer, chance says how many."""

PRECISION = 1e-3
"""The parameter is found to this relative error; that of the mean of so many posts is larger."""

SMALLEST = 2.0**-30
"""No parameter below this is tried: coins have 32 bits."""

STRIDE = 8.0
"""By how much the parameter grows until it reaches the size."""

BLOCK = 8
"""Worlds that are held at a time."""


def fitted(arcs: Arcs, size: float, probabilities_of: Callable[[float], np.ndarray]) -> np.ndarray:
    """Return the probabilities under which a post reaches `size` accounts on average.

    Parameters
    ----------
    arcs : Arcs
        With the posts that draw the sources; takes details and a notice.
    size : float
        The author of a post is not counted.
    probabilities_of : callable
        From the parameter, 0 (excluded) to 1, to the probability of each arc; never falling.

    Returns
    -------
    numpy.ndarray of float64, shape (a,)

    Raises
    ------
    UsageError
        When no parameter gives that size, or no posts are known.

    Notes
    -----
    Coins are compared with thresholds, so in the same worlds a higher parameter reaches at least
    as many: bisection finds where the mean passes `size`. A trial ends when it has; so none costs
    much more than cascades of the wanted size, O(`WORLDS` · size · out-degree). About 20 trials.
    """
    count = int(min(WORLDS, max(WORLDS / 10, MEMBERS / size)))
    cascades = _Cascades(arcs, count)
    if size * count < ENOUGH:
        raise UsageError(
            f"cascade_size={size:g} is too small to be told apart from 0 with {count:,} posts"
        )
    low, high = SMALLEST, SMALLEST
    while not cascades.reach(probabilities_of(high), size):
        if high == 1.0:
            raise UsageError(
                f"cascade_size={size:g} cannot be: even with beta=1 a post reaches only "
                f"{cascades.last:g} accounts on average, so it may be from 0 to {cascades.last:g}"
            )
        low, high = high, min(STRIDE * high, 1.0)
    while high - low > PRECISION * high:
        middle = math.sqrt(low * high)
        if cascades.reach(probabilities_of(middle), size):
            high = middle
        else:
            low = middle
    mean, error = cascades.mean(probabilities_of(high))
    arcs.details.append(f"beta={high:.4g} fitted to a mean cascade of {size:g}")
    arcs.notices.append(
        f"beta={high:.4g} fitted: in {count:,} worlds a post reaches {mean:.3g} accounts on "
        f"average (standard error {error:.2g})"
    )
    return probabilities_of(high)


class _Cascades:
    """The same worlds again and again, with other probabilities."""

    def __init__(self, arcs: Arcs, count: int) -> None:
        if arcs.posts is None:
            raise UsageError(
                "cascade_size needs the posts of accounts, which draw the sources: give posts, "
                "such as Interactions.posts()[0], or give beta"
            )
        if not arcs.posts.any():
            raise UsageError("cascade_size needs posts to start from, and no account has any")
        self.arcs = arcs
        self.low = np.zeros(0, np.uint32)
        self.low.setflags(write=False)
        self.keys = world_keys(arcs.rng, FITTING, count)
        self.sources = drawn_by(arcs.posts, self.keys[:, 2])
        self.last = 0.0
        """The mean of the last trial that did not reach its size."""

    def reach(self, probabilities: np.ndarray, size: float) -> bool:
        """Whether a post reaches at least `size` accounts on average; stops once that is sure."""
        reached = 0
        for sizes in self._sizes(probabilities):
            reached += int(sizes.sum())
            if reached >= size * len(self.keys):
                return True
        self.last = reached / len(self.keys)
        return False

    def mean(self, probabilities: np.ndarray) -> tuple[float, float]:
        """How many accounts a post reaches on average, and the standard error of that."""
        sizes = np.concatenate(list(self._sizes(probabilities)))
        return float(sizes.mean()), float(sizes.std(ddof=1) / math.sqrt(len(sizes)))

    def _sizes(self, probabilities: np.ndarray) -> Iterator[np.ndarray]:
        top = tops(probabilities)
        top.setflags(write=False)  # kernels see one kind of array: they compile once

        def step(block: slice) -> np.ndarray:
            worlds = self.keys[block]
            starts = sampled(
                self.arcs.indptr,
                self.arcs.heads,
                self.low,
                top,
                worlds,
                np.arange(len(worlds) + 1),
                self.sources[block],
                np.iinfo(np.int64).max,
            )[0]
            return np.diff(starts) - 1

        yield from in_order(step, slices(len(self.keys), BLOCK))


def drawn_by(weights: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Draw an account for each key below 2^32, in proportion to weights: int32.

    Examples
    --------
    >>> drawn_by(np.array([1.0, 0.0, 3.0]), np.array([0, 2**30 - 1, 2**30, 2**32 - 1], np.uint64))
    array([0, 0, 2, 2], dtype=int32)
    """
    ends = np.cumsum(weights)
    at = (keys.astype(np.float64) + 0.5) / 2.0**32 * ends[-1]
    found = np.searchsorted(ends, at, side="right")
    return np.minimum(found, np.flatnonzero(weights)[-1]).astype(np.int32)
