"""Hubs taken one after the other, of a network or of its 2-core, and the trees that remain."""

import numpy as np

from keynodes.kernels.compiling import kernel
from keynodes.kernels.heaps import drop_first, sift_down


@kernel
def fall_out(indptr, indices, least, degree, inside, waiting, count):
    """Let go of the first `count` accounts of `waiting`, and of all that then have too few.

    The waiting ones are not `inside` any more, but their neighbours' `degree` does not know yet.
    Whoever keeps fewer than `least` neighbours inside goes too. Returns how many arcs it saw.
    """
    seen = 0
    while count > 0:
        count -= 1
        v = waiting[count]
        seen += indptr[v + 1] - indptr[v]
        for i in range(indptr[v], indptr[v + 1]):
            w = indices[i]
            if not inside[w]:
                continue
            degree[w] -= 1
            if degree[w] < least:
                inside[w] = False
                waiting[count] = w
                count += 1
    return seen


@kernel
def take_hubs(
    indptr, indices, costs, least, degree, inside, waiting, keys, heap, size, order, found, limit
):
    """Take the account with most neighbours left per cost, again and again: (size, found).

    `heap` holds every account that may be taken, under minus its neighbours per cost when last
    looked at: it can only have lost some since, so an old key is never too late. After each
    removal, accounts with fewer than `least` neighbours inside fall out untaken. `order` is filled
    from `found` on. Stops after about `limit` arcs.
    """
    done = 0
    while size > 0 and done < limit:
        done += 1
        u = heap[0]
        if not inside[u]:
            size = drop_first(keys, heap, size)
            continue
        key = -degree[u] / costs[u]
        if key != keys[0]:
            sift_down(keys, heap, size, key, u)
            continue
        size = drop_first(keys, heap, size)
        order[found] = u
        found += 1
        inside[u] = False
        waiting[0] = u
        done += fall_out(indptr, indices, least, degree, inside, waiting, 1)
    return size, found


@kernel
def break_trees(indptr, indices, weights, costs, removable, gone, threshold):
    """Cut the forest of what is not `gone` until no piece is heavier than `threshold`.

    From the leaves up: where an account and what still hangs below it pass the threshold, it goes,
    or the cheapest enough of the pieces' own tops do, whichever costs less. With equal costs and
    nobody protected that is the smallest number of removals there is. Accounts that are not
    removable and hang together count as one. Returns the chosen (int32), in the order of the
    search, and the weight that hung on each when it was cut (float64).
    """
    n = indptr.shape[0] - 1
    cheapest = np.inf
    for u in range(n):
        if removable[u] and not gone[u]:
            cheapest = min(cheapest, costs[u])
    above = np.full(n, -2, np.int32)  # -2: not seen, -1: a root
    top = np.empty(n, np.int32)  # the first of the protected accounts that hang together; or itself
    mass = np.zeros(n, np.float64)
    queue = np.empty(n, np.int32)
    end = 0
    for start in range(n):
        if gone[start] or above[start] != -2:
            continue
        above[start] = -1
        queue[end] = start
        at = end
        end += 1
        while at < end:
            v = queue[at]
            at += 1
            top[v] = v
            if not removable[v] and above[v] >= 0 and not removable[above[v]]:
                top[v] = top[above[v]]
            mass[top[v]] += weights[v]
            for i in range(indptr[v], indptr[v + 1]):
                w = indices[i]
                if not gone[w] and above[w] == -2:
                    above[w] = v
                    queue[end] = w
                    end += 1
    first_below = np.full(n, -1, np.int32)  # the pieces that hang on a top: linked lists
    beside = np.full(n, -1, np.int32)
    hanging = mass.copy()
    chosen = np.empty(n, np.int32)
    cut_off = np.empty(n, np.float64)
    found = 0
    for at in range(end - 1, -1, -1):
        v = queue[at]
        if top[v] != v:
            continue
        taken = False
        if hanging[v] > threshold:
            if removable[v] and costs[v] <= cheapest:
                taken = True
            else:
                count = 0
                w = first_below[v]
                while w >= 0:
                    if removable[w]:
                        count += 1
                    w = beside[w]
                pieces = np.empty(count, np.int32)
                keys = np.empty(count, np.float64)
                count = 0
                w = first_below[v]
                while w >= 0:
                    if removable[w]:
                        pieces[count] = w
                        keys[count] = -hanging[w] / costs[w]
                        count += 1
                    w = beside[w]
                sequence = np.argsort(keys, kind="mergesort")
                left = hanging[v]
                price = 0.0
                used = 0
                while used < count and left > threshold:
                    w = pieces[sequence[used]]
                    left -= hanging[w]
                    price += costs[w]
                    used += 1
                if removable[v] and (left > threshold or costs[v] <= price):
                    taken = True
                else:
                    for j in range(used):
                        w = pieces[sequence[j]]
                        chosen[found] = w
                        cut_off[found] = hanging[w]
                        found += 1
                    hanging[v] = left
        if taken:
            chosen[found] = v
            cut_off[found] = hanging[v]
            found += 1
        elif above[v] >= 0:
            parent = top[above[v]]
            hanging[parent] += hanging[v]
            beside[v] = first_below[parent]
            first_below[parent] = v
    return chosen[:found].copy(), cut_off[:found].copy()


@kernel
def degrees_within(indptr, indices, inside):
    """How many neighbours of each account are `inside`: int64 (n,)."""
    n = indptr.shape[0] - 1
    degree = np.zeros(n, np.int64)
    for u in range(n):
        for i in range(indptr[u], indptr[u + 1]):
            degree[u] += inside[indices[i]]
    return degree
