"""Random numbers inside compiled loops, from a state that the caller holds.

The generator is splitmix64 (Steele, Lea & Flood 2014, doi:10.1145/2714064.2660195): the same
numbers on every machine, with the JIT on or off, and one stream for each `state`, a uint64 array
of length 1.
"""

import numpy as np

from keynodes.kernels.compiling import kernel

HALF = np.uint64(32)
LOW = np.uint64(0xFFFFFFFF)
TOP = np.uint64(1 << 63)


@kernel
def random_word(state):
    """The next 64 random bits."""
    state[0] = added(state[0], np.uint64(0x9E3779B97F4A7C15))
    z = state[0]
    z = multiplied(z ^ (z >> np.uint64(30)), np.uint64(0xBF58476D1CE4E5B9))
    z = multiplied(z ^ (z >> np.uint64(27)), np.uint64(0x94D049BB133111EB))
    return z ^ (z >> np.uint64(31))


@kernel
def added(x, y):
    """x + y modulo 2^64, without the overflow that numpy warns of: the top bits apart."""
    return ((x & ~TOP) + (y & ~TOP)) ^ ((x ^ y) & TOP)


@kernel
def multiplied(x, y):
    """x · y modulo 2^64, without the overflow that numpy warns of: by halves."""
    crossed = ((x >> HALF) * (y & LOW) & LOW) + ((x & LOW) * (y >> HALF) & LOW)
    return added((x & LOW) * (y & LOW), (crossed & LOW) << HALF)


@kernel
def random_share(state):
    """A random float64 in [0, 1)."""
    return np.float64(random_word(state) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@kernel
def random_below(state, bound):
    """A random integer in range(bound); bound is far below 2^53."""
    return np.int64(random_share(state) * bound)
