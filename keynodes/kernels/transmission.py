"""Probabilities of arcs: several of them taken together, and cut into intervals of a coin."""

import numpy as np

from keynodes.kernels.compiling import kernel


@kernel
def either(p, q):
    """The probability that at least one of two independent things happens.

    p + q(1 − p) keeps all digits of small probabilities, where 1 − (1 − p)(1 − q) loses them.
    """
    return min(p + q * (1.0 - p), 1.0)


@kernel
def combined(order, starts, probabilities, counts):
    """The probability that at least one happens, for each run of `order` that begins at `starts`.

    Each of the `probabilities` stands for as many independent things as its count says. They are
    combined in the order given: sort by probability within a run, and the bits are the same for
    every order of the records.
    """
    m = starts.shape[0]
    result = np.zeros(m, np.float64)
    for k in range(m):
        end = starts[k + 1] if k + 1 < m else order.shape[0]
        j = starts[k]
        while j < end:
            factor, left = probabilities[order[j]], counts[order[j]]
            j += 1
            # Equal ones are taken together: which of them came first must not change a bit.
            while j < end and probabilities[order[j]] == factor:
                left += counts[order[j]]
                j += 1
            while left > 0:
                if left & 1:
                    result[k] = either(result[k], factor)
                factor = either(factor, factor)
                left >>= 1
    return result


@kernel
def tops(probabilities):
    """The highest coin with which each arc is live by itself: uint32.

    1 is live with every coin; what is too small for 32 bits is live with the coin 0 alone.
    """
    result = np.empty(probabilities.shape[0], np.uint32)
    for i in range(probabilities.shape[0]):
        coins = np.floor(probabilities[i] * 4294967296.0)
        result[i] = np.uint32(min(max(coins, 1.0), 4294967296.0) - 1.0)
    return result


@kernel
def intervals(n, heads, probabilities):
    """Cut the numbers below 2^32 into an interval an arc, for the arcs into each account.

    Parameters
    ----------
    n : int
    heads : int32 (a,)
        Arcs sorted by their tails; there are less than 2^32.
    probabilities : float64 (a,)
        Above 0; those into an account add up to at most 1, but for rounding.

    Returns
    -------
    low, top : uint32 (a,)
        The interval of an arc is low … low + top. Those into an account follow one another from
        0 on, in the order of the arcs, without a gap. Ends are the running sums times 2^32,
        rounded: a sum of 1 fills the range. No interval is empty.
    """
    a = heads.shape[0]
    low = np.empty(a, np.uint32)
    top = np.empty(a, np.uint32)
    left = np.zeros(n, np.int64)
    for i in range(a):
        left[heads[i]] += 1
    sums = np.zeros(n, np.float64)
    # What rounding lost (Neumaier): a hub hears a million, and the end must be 2^32 all the same.
    lost = np.zeros(n, np.float64)
    ends = np.zeros(n, np.int64)
    for i in range(a):
        v = heads[i]
        p = probabilities[i]
        total = sums[v] + p
        if sums[v] >= p:
            lost[v] += (sums[v] - total) + p
        else:
            lost[v] += (p - total) + sums[v]
        sums[v] = total
        left[v] -= 1
        end = np.int64(np.floor((total + lost[v]) * 4294967296.0 + 0.5))
        end = min(max(end, ends[v] + 1), 4294967296 - left[v])
        low[i] = np.uint32(ends[v])
        top[i] = np.uint32(end - ends[v] - 1)
        ends[v] = end
    return low, top
