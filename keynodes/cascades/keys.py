"""Which worlds there are: keys by seed and stream, so that choosing and judging never share one."""

import numpy as np

CHOOSING, JUDGING, REPORTING, FITTING = range(4)
"""Streams of worlds: for choosing accounts, for choosing among plans, for the numbers that are
reported, and for calibrating a model. No world is in two of them."""


def world_keys(rng: int, stream: int, count: int) -> np.ndarray:
    """Return the keys of the first `count` worlds of a stream: uint64 (count, 3), below 2^32.

    The first two make the coins of `kernels.coins.coin`; the third draws the source of a world
    that has one of its own. World i has the same keys whatever the count.

    Examples
    --------
    >>> bool((world_keys(0, CHOOSING, 5)[:3] == world_keys(0, CHOOSING, 3)).all())
    True
    """
    words = np.random.SeedSequence([rng, stream]).generate_state(3 * count, np.uint32)
    return words.astype(np.uint64).reshape(count, 3)
