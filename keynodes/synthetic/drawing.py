"""Random draws that come out the same on every machine.

PCG64 gives the same bits everywhere, and ``Generator.random`` turns them into floats exactly. The
other methods of a generator may change with numpy, and ``exp``, ``log`` or ``power`` may differ in
their last bit from one processor to the next. So everything here is made of ``random()``, the four
operations and square roots, which are exact by IEEE 754.
"""

import numpy as np


def generator(rng: int) -> np.random.Generator:
    """A PCG64 generator from a seed."""
    return np.random.Generator(np.random.PCG64(rng))


def whole(rng: np.random.Generator, below: int | np.ndarray, size: int = 1) -> np.ndarray:
    """Whole numbers in ``range(below)``, int64: `size` of them, or one for each of `below`."""
    count = len(below) if isinstance(below, np.ndarray) else size
    return (rng.random(count) * below).astype(np.int64)


def mostly_small(rng: np.random.Generator, below: int, size: int = 1) -> np.ndarray:
    """Whole numbers in ``range(below)``, int64; half of them in the lowest quarter."""
    u = rng.random(size)
    return (u * u * below).astype(np.int64)


def weighted(rng: np.random.Generator, weights: np.ndarray, size: int) -> np.ndarray:
    """Indices drawn in proportion to `weights`, with replacement."""
    running = np.cumsum(weights)
    found = np.searchsorted(running, rng.random(size) * running[-1], side="right")
    return np.minimum(found, len(weights) - 1)


def distinct(rng: np.random.Generator, weights: np.ndarray, size: int) -> np.ndarray:
    """Different indices, drawn one by one in proportion to `weights`.

    Those of weight 0 never come; `size` is cut to the others.
    """
    left = np.array(weights, dtype=np.float64)
    chosen = np.empty(min(size, int(np.count_nonzero(left))), np.int64)
    for i in range(len(chosen)):
        chosen[i] = weighted(rng, left, 1)[0]
        left[chosen[i]] = 0.0
    return chosen


def shuffled(rng: np.random.Generator, n: int) -> np.ndarray:
    """The numbers of ``range(n)`` in random order."""
    return np.argsort(rng.random(n), kind="stable")


def heavy_tail(n: int, offset: float) -> np.ndarray:
    """Weights that fall as 1 / (rank + offset): the smaller `offset`, the heavier the first."""
    return 1.0 / (np.arange(n) + 1.0 + offset)
