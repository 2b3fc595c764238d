"""Random numbers inside compiled loops, from a state that the caller holds.

The generator is splitmix64 (Steele, Lea & Flood 2014): the same numbers on every machine, with
the JIT on or off, and one stream for each `state`, a uint64 array of length 1.
"""

import numpy as np

from keynodes.kernels.compiling import kernel


@kernel
def random_word(state):
    """The next 64 random bits."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@kernel
def random_share(state):
    """A random float64 in [0, 1)."""
    return np.float64(random_word(state) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@kernel
def random_below(state, bound):
    """A random integer in range(bound); bound is far below 2^53."""
    return np.int64(random_share(state) * bound)
