"""What falls apart when one account goes: every answer from a single depth-first search."""

import numpy as np

from keynodes.kernels.compiling import kernel


@kernel
def pieces(indptr, indices):
    """What is left of each account's component without the account: three int64 (n,).

    Returns the accounts in its component (itself included), the accounts in the largest piece
    that its removal leaves of it, and the connected pairs inside all those pieces together.

    A child of u in the search tree is cut off with its whole subtree when nothing in that subtree
    has a neighbour seen before u (Hopcroft & Tarjan 1973); whatever is not cut off hangs together.
    The search keeps its path in `parent` instead of recursing: a path may hold all accounts.
    """
    n = indptr.shape[0] - 1
    component = np.zeros(n, np.int64)
    largest = np.zeros(n, np.int64)
    pairs = np.zeros(n, np.int64)
    cut_off = np.zeros(n, np.int64)  # accounts in subtrees that hang on this account alone
    subtree = np.ones(n, np.int64)
    seen = np.full(n, -1, np.int64)  # when it was first seen: 0, 1, 2, …
    earliest = np.empty(n, np.int64)  # first seen among its subtree's neighbours, tree arcs too
    parent = np.empty(n, np.int64)
    following = indptr[:-1].copy()  # the next neighbour to look at
    by_time = np.empty(n, np.int64)
    clock = 0
    for root in range(n):
        if seen[root] >= 0:
            continue
        start = clock
        parent[root] = -1
        seen[root] = clock
        earliest[root] = clock
        by_time[clock] = root
        clock += 1
        u = root
        while u >= 0:
            lowest = earliest[u]
            child = -1
            i = following[u]
            end = indptr[u + 1]
            while i < end:
                v = indices[i]
                i += 1
                if seen[v] < 0:
                    child = v
                    break
                lowest = min(lowest, seen[v])
            following[u] = i
            earliest[u] = lowest
            if child >= 0:
                parent[child] = u
                seen[child] = clock
                earliest[child] = clock
                by_time[clock] = child
                clock += 1
                u = child
                continue
            above = parent[u]
            if above >= 0:
                size = subtree[u]
                subtree[above] += size
                earliest[above] = min(earliest[above], lowest)
                if lowest >= seen[above]:
                    cut_off[above] += size
                    largest[above] = max(largest[above], size)
                    pairs[above] += size * (size - 1) // 2
            u = above
        for time in range(start, clock):
            u = by_time[time]
            rest = clock - start - 1 - cut_off[u]
            component[u] = clock - start
            largest[u] = max(largest[u], rest)
            pairs[u] += rest * (rest - 1) // 2
    return component, largest, pairs
