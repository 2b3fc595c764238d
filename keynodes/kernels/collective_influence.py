"""Collective influence, removal after removal: who has most spare neighbours far around it."""

import numpy as np

from keynodes.kernels.compiling import kernel
from keynodes.kernels.heaps import drop_first, push, sift_down


@kernel
def walk_sums(indptr, indices, values):
    """Sum of `values` (float64) over each row: float64 (n,)."""
    n = indptr.shape[0] - 1
    sums = np.zeros(n, np.float64)
    for u in range(n):
        total = 0.0
        for i in range(indptr[u], indptr[u + 1]):
            total += values[indices[i]]
        sums[u] = total
    return sums


@kernel
def ball(indptr, indices, ends, alive, degree, radius, account, seen, stamp, queue):
    """Spare neighbours around an account: (at distance `radius`, at 2 … `radius`, arcs seen).

    With radius 1 the first two are the same. Rows are closed up over accounts that are gone when
    they are met: `indices` and `ends` (where each row ends now) change in place, nobody's
    neighbours do.
    """
    seen[account] = stamp
    queue[0] = account
    first, last = 0, 1
    around = 0
    within = 0
    work = 0
    for distance in range(1, radius + 1):
        around = 0
        filled = last
        for position in range(first, last):
            v = queue[position]
            start = indptr[v]
            if ends[v] - start != degree[v]:
                kept = start
                work += ends[v] - start
                for i in range(start, ends[v]):
                    w = indices[i]
                    if alive[w]:
                        indices[kept] = w
                        kept += 1
                ends[v] = kept
            work += ends[v] - start
            for i in range(start, ends[v]):
                w = indices[i]
                if seen[w] != stamp:
                    seen[w] = stamp
                    around += degree[w] - 1
                    if distance < radius:
                        queue[filled] = w
                        filled += 1
        if distance > 1 or radius == 1:
            within += around
        first, last = last, filled
    return around, within, work


@kernel
def key_of(degree, spare, cost, small):
    """Minus collective influence per cost; `small` × degree (below 1) orders equal influence.

    Without a neighbour there is nobody around either: then `spare` may be old, and does not count.
    """
    return -(max(degree - 1.0, 0.0) * spare + small * degree) / cost


@kernel
def take_influential(
    indptr,
    indices,
    ends,
    costs,
    radius,
    small,
    alive,
    degree,
    bounds,
    seen,
    queue,
    keys,
    heap,
    held,
    held_keys,
    order,
    state,
    limit,
):
    """Remove the account of most collective influence per cost, again and again.

    `bounds` are the spare neighbours at distance 2 … `radius` of each account when last counted
    (or more). A removal can only lower them: neighbours stay neighbours, and nobody comes nearer.
    The heap has every account under the key of its bound, so once the best exact key of those
    looked at comes before the first bound, it is the best of all: the order is the same as if
    every account were counted again after every removal. `state` is the heap's size, the number
    removed, the number held (looked at in this round) and how often a ball was looked at. Stops
    after about `limit` arcs, also in the middle of a round.
    """
    size, found, holding, stamp = state[0], state[1], state[2], state[3]
    best = 0
    for j in range(1, holding):
        if held_keys[j] < held_keys[best] or (
            held_keys[j] == held_keys[best] and held[j] < held[best]
        ):
            best = j
    done = 0
    while (size > 0 or holding > 0) and done < limit:
        done += 1
        if size > 0 and (
            holding == 0
            or keys[0] < held_keys[best]
            or (keys[0] == held_keys[best] and heap[0] < held[best])
        ):
            u = heap[0]
            key = key_of(degree[u], bounds[u], costs[u], small)
            if key != keys[0]:
                sift_down(keys, heap, size, key, u)
                continue
            size = drop_first(keys, heap, size)
            if degree[u] > 1:  # else the key is exact: a leaf need not look around its hub
                stamp += 1
                around, within, work = ball(
                    indptr, indices, ends, alive, degree, radius, u, seen, stamp, queue
                )
                done += work
                bounds[u] = within
                key = key_of(degree[u], around, costs[u], small)
            held[holding] = u
            held_keys[holding] = key
            if holding == 0 or key < held_keys[best] or (key == held_keys[best] and u < held[best]):
                best = holding
            holding += 1
            continue
        taken = held[best]
        order[found] = taken
        found += 1
        alive[taken] = False
        done += ends[taken] - indptr[taken]
        for i in range(indptr[taken], ends[taken]):
            degree[indices[i]] -= alive[indices[i]]
        for j in range(holding):
            u = held[j]
            if u != taken:
                key = key_of(degree[u], bounds[u], costs[u], small)
                size = push(keys, heap, size, key, u)
        holding = 0
        best = 0
    state[0], state[1], state[2], state[3] = size, found, holding, stamp
