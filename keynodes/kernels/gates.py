"""Who stands between two communities: accounts that most of the weight between them touches."""

import numpy as np

from keynodes.kernels.compiling import kernel


@kernel
def crossing(indptr, indices, labels):
    """Arcs between two different communities: their positions, tails, and both communities."""
    n = indptr.shape[0] - 1
    number = 0
    for u in range(n):
        for i in range(indptr[u], indptr[u + 1]):
            s = labels[indices[i]]
            if labels[u] >= 0 and s >= 0 and s != labels[u]:
                number += 1
    arcs = np.empty(number, np.int64)
    tails = np.empty(number, np.int32)
    of_tails = np.empty(number, np.int32)
    of_heads = np.empty(number, np.int32)
    k = 0
    for u in range(n):
        for i in range(indptr[u], indptr[u + 1]):
            s = labels[indices[i]]
            if labels[u] >= 0 and s >= 0 and s != labels[u]:
                arcs[k] = i
                tails[k] = u
                of_tails[k] = labels[u]
                of_heads[k] = s
                k += 1
    return arcs, tails, of_tails, of_heads


@kernel
def next_passages(tails, heads, weights, bounds, pairs, open_arcs, accounts, tie):
    """Name for each pair the account that most of the weight of its open arcs touches.

    Arcs ``bounds[p]`` … ``bounds[p + 1] - 1`` are those of pair p, of which one at least must be
    open; the tails of a pair are never heads of it. Of accounts whose weights are within the
    share `tie` of the largest, the smallest is named. Its arcs are closed in `open_arcs`.

    Returns, for each pair, the account, the weight of all arcs of the pair that touch it, and the
    weight of those that are closed now; and whether any is still open. O(arcs) time.
    """
    named = np.empty(pairs.shape[0], np.int64)
    touching = np.zeros(pairs.shape[0], np.float64)
    covered = np.zeros(pairs.shape[0], np.float64)
    unfinished = np.zeros(pairs.shape[0], np.bool_)
    gain = np.zeros(accounts, np.float64)
    for k in range(pairs.shape[0]):
        start, stop = bounds[pairs[k]], bounds[pairs[k] + 1]
        for i in range(start, stop):
            if open_arcs[i]:
                gain[tails[i]] += weights[i]
                gain[heads[i]] += weights[i]
        largest = 0.0
        for i in range(start, stop):
            largest = max(largest, gain[tails[i]], gain[heads[i]])
        best = accounts
        for i in range(start, stop):
            if gain[tails[i]] >= largest * (1 - tie):
                best = min(best, tails[i])
            if gain[heads[i]] >= largest * (1 - tie):
                best = min(best, heads[i])
        for i in range(start, stop):
            gain[tails[i]] = 0.0
            gain[heads[i]] = 0.0
        for i in range(start, stop):
            if tails[i] == best or heads[i] == best:
                touching[k] += weights[i]
                open_arcs[i] = False
            if open_arcs[i]:
                unfinished[k] = True
            else:
                covered[k] += weights[i]
        named[k] = best
    return named, touching, covered, unfinished
