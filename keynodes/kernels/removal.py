"""What falls apart when one account goes: every answer from a single depth-first search."""

import numpy as np

from keynodes.kernels.compiling import kernel


@kernel
def search_tree(indptr, indices):
    """Search depth-first from the first account of every component: three arrays (n,).

    Returns the accounts in the order they were first seen (components one after the other), the
    account that each was reached from (-1 for the first of a component), and whether what was
    reached through it, itself included, is cut off when that account goes: nothing there has a
    neighbour seen before that account (Hopcroft & Tarjan 1973). Whatever is not cut off hangs
    together. The search keeps its path in `parent` instead of recursing: a path may hold all
    accounts.
    """
    n = indptr.shape[0] - 1
    by_time = np.empty(n, np.int64)
    parent = np.empty(n, np.int64)
    cut_off = np.zeros(n, np.bool_)
    seen = np.full(n, -1, np.int64)  # when it was first seen: 0, 1, 2, …
    earliest = np.empty(n, np.int64)  # first seen among its subtree's neighbours, tree arcs too
    following = indptr[:-1].copy()  # the next neighbour to look at
    clock = 0
    for root in range(n):
        if seen[root] >= 0:
            continue
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
                earliest[above] = min(earliest[above], lowest)
                cut_off[u] = lowest >= seen[above]
            u = above
    return by_time, parent, cut_off


@kernel
def pieces(indptr, indices):
    """What is left of each account's component without the account: three int64 (n,).

    Returns the accounts in its component (itself included), the accounts in the largest piece
    that its removal leaves of it, and the connected pairs inside all those pieces together.
    """
    n = indptr.shape[0] - 1
    by_time, parent, cut_off = search_tree(indptr, indices)
    component = np.zeros(n, np.int64)
    largest = np.zeros(n, np.int64)
    pairs = np.zeros(n, np.int64)
    fallen = np.zeros(n, np.int64)  # accounts in subtrees that hang on this account alone
    subtree = np.ones(n, np.int64)
    end = n
    for start in range(n - 1, -1, -1):
        u = by_time[start]
        above = parent[u]
        if above >= 0:
            size = subtree[u]
            subtree[above] += size
            if cut_off[u]:
                fallen[above] += size
                largest[above] = max(largest[above], size)
                pairs[above] += size * (size - 1) // 2
            continue
        for time in range(start, end):
            u = by_time[time]
            rest = end - start - 1 - fallen[u]
            component[u] = end - start
            largest[u] = max(largest[u], rest)
            pairs[u] += rest * (rest - 1) // 2
        end = start
    return component, largest, pairs


@kernel
def weighted_pieces(indptr, indices, weights):
    """The same for account weights: what each component weighs, and what one account's loss costs.

    Returns float64 (n,): the weight of the account's component, that of the heaviest piece which
    its removal leaves of it, and the sum of w_u w_v over the pairs that its removal parts, its
    own pairs included. And int64 (n,): the number of its component, from 0. All weights are added
    up and none subtracted, so that a light account keeps its digits beside heavy ones.
    """
    n = indptr.shape[0] - 1
    by_time, parent, cut_off = search_tree(indptr, indices)
    component = np.zeros(n, np.float64)
    heaviest = np.zeros(n, np.float64)
    parted = np.zeros(n, np.float64)
    number = np.zeros(n, np.int64)
    fallen = np.zeros(n, np.float64)  # weight of the subtrees that hang on this account alone
    rest = np.zeros(n, np.float64)  # weight of the other subtrees below it
    subtree = weights.copy()
    outside = np.zeros(n, np.float64)  # weight of all that is not in its subtree
    for time in range(n - 1, -1, -1):
        u = by_time[time]
        above = parent[u]
        if above < 0:
            continue
        weight = subtree[u]
        outside[u] = fallen[above] + rest[above]  # its siblings that were reached later
        subtree[above] += weight
        if cut_off[u]:
            parted[above] += fallen[above] * weight
            fallen[above] += weight
            heaviest[above] = max(heaviest[above], weight)
        else:
            rest[above] += weight
    siblings = np.zeros(n, np.float64)  # weight of the subtrees passed so far
    found = -1
    total = 0.0
    for time in range(n):
        u = by_time[time]
        above = parent[u]
        if above < 0:
            found += 1
            total = subtree[u]
        else:
            outside[u] += siblings[above] + outside[above] + weights[above]
            siblings[above] += subtree[u]
        stays = rest[u] + outside[u]
        component[u] = total
        number[u] = found
        heaviest[u] = max(heaviest[u], stays)
        parted[u] += fallen[u] * stays + weights[u] * (fallen[u] + stays)
    return component, heaviest, parted, number


@kernel
def fallen_subtrees(indptr, indices, chosen):
    """The pieces that the removal of each `chosen` account cuts off, in the search tree's view.

    Returns two int64 arrays of one length, an account and the size of one piece that hangs on it
    alone; and, int64 (n,), how many accounts are left of each account's component beside itself
    and such pieces: that rest hangs together.
    """
    n = indptr.shape[0] - 1
    by_time, parent, cut_off = search_tree(indptr, indices)
    count = 0
    for u in range(n):
        if cut_off[u] and chosen[parent[u]]:
            count += 1
    owner = np.empty(count, np.int64)
    sizes = np.empty(count, np.int64)
    rest = np.zeros(n, np.int64)
    subtree = np.ones(n, np.int64)
    fallen = np.ones(n, np.int64)
    end = n
    for start in range(n - 1, -1, -1):
        u = by_time[start]
        above = parent[u]
        if above >= 0:
            subtree[above] += subtree[u]
            if cut_off[u]:
                fallen[above] += subtree[u]
                if chosen[above]:
                    count -= 1
                    owner[count], sizes[count] = above, subtree[u]
            continue
        for time in range(start, end):
            v = by_time[time]
            rest[v] = end - start - fallen[v]
        end = start
    return owner, sizes, rest
