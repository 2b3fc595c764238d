"""Every set of removals of a network with a handful of candidates, and the best order of each."""

import numpy as np

from keynodes.kernels.compiling import kernel
from keynodes.kernels.plan_curves import Parts, empty_parts, lay_out


@kernel
def what_is_left(net, by_squares):
    """What counts when each set of candidates is gone: float64 (2^c,), bit i for candidate i."""
    which = 1 if by_squares else 0
    values = np.empty(1 << net.c, np.float64)
    parts = Parts(*empty_parts(net.total.shape[0]))
    absent = np.zeros(net.c, np.bool_)
    for gone in range(1 << net.c):
        for i in range(net.c):
            absent[i] = (gone >> i) & 1 == 1
        lay_out(net, absent, parts)
        values[gone] = parts.ends[which]
    return values


@kernel
def best_orders(values, c):
    """The least sum of what is left along any order of each set, and its last removal.

    float64 and int8 (2^c,): a set's best order ends with some member, and begins with the best
    order of the others (Held & Karp 1962).
    """
    sums = np.zeros(1 << c, np.float64)
    last = np.full(1 << c, -1, np.int8)
    for gone in range(1, 1 << c):
        least = np.inf
        for i in range(c):
            if (gone >> i) & 1 == 1 and sums[gone ^ (1 << i)] < least:
                least = sums[gone ^ (1 << i)]
                last[gone] = i
        sums[gone] = least + values[gone]
    return sums, last
