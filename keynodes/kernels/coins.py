"""The coin of an (arc, world) pair: a hash, so that no coin is ever stored.

A world has two keys below 2^32; the coin of item i (an arc, or an account) in it is a whole number
below 2^32 that looks random and is always the same: for every strategy, thread and machine. The
mixing is lowbias32 (Wellons 2018, the constants of "hash function prospector"), twice, with a key
before each: products stay below 2^64, so that nothing overflows with the JIT off either.
"""

import numpy as np

from keynodes.kernels.compiling import kernel

MASK = np.uint64(0xFFFFFFFF)
FIRST = np.uint64(0x7FEB352D)
SECOND = np.uint64(0x846CA68B)
FIFTEEN = np.uint64(15)
SIXTEEN = np.uint64(16)


@kernel
def mixed(x):
    """A bijection of the whole numbers below 2^32 that changes half of the bits for any one."""
    x = x ^ (x >> SIXTEEN)
    x = (x * FIRST) & MASK
    x = x ^ (x >> FIFTEEN)
    x = (x * SECOND) & MASK
    return x ^ (x >> SIXTEEN)


@kernel
def coin(first_key, second_key, item):
    """The coin of `item` in the world with these keys: uint64 below 2^32.

    Keys are uint64 below 2^32, items are below 2^32.
    """
    return mixed((mixed(np.uint64(item) ^ first_key) + second_key) & MASK)


@kernel
def narrow(item, first_key, second_key):
    """The same coin as uint32, of an item and keys that are uint32: many are tossed at once."""
    x = _mixed_narrow(np.uint32(item ^ first_key))
    return _mixed_narrow(np.uint32((np.uint64(x) + np.uint64(second_key)) & MASK))


@kernel
def _mixed_narrow(x):
    x = np.uint32(x ^ (x >> np.uint32(16)))
    x = np.uint32((np.uint64(x) * FIRST) & MASK)
    x = np.uint32(x ^ (x >> np.uint32(15)))
    x = np.uint32((np.uint64(x) * SECOND) & MASK)
    return np.uint32(x ^ (x >> np.uint32(16)))
