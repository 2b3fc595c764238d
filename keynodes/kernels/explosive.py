"""Explosive percolation backwards: accounts come back where they join least."""

import numpy as np

from keynodes.kernels.compiling import kernel


@kernel
def effective_degrees(indptr, indices, hub, effective):
    """One sweep over the effective degrees, in place; how many changed.

    The neighbours of each account, without those that have no other neighbour and without those
    whose own effective degree is `hub` or more.
    """
    n = indptr.shape[0] - 1
    changed = 0
    for u in range(n):
        count = 0
        for i in range(indptr[u], indptr[u + 1]):
            v = indices[i]
            if effective[v] < hub and indptr[v + 1] - indptr[v] > 1:
                count += 1
        if count != effective[u]:
            effective[u] = count
            changed += 1
    return changed


@kernel
def put_back(indptr, indices, u, label, size, root, follower):
    """Join u with the clusters around it.

    `label` is the cluster of every account that is there, else -1; `follower` holds the members
    of a cluster in a circle. The smaller cluster takes the label of the larger, so all joins
    together take O(m + n log n), and to know a cluster takes one look.
    """
    label[u] = u
    size[u] = 1
    root[u] = 0.0
    follower[u] = u
    own = u
    for i in range(indptr[u], indptr[u + 1]):
        other = label[indices[i]]
        if other < 0 or other == own:
            continue
        if size[other] > size[own]:
            own, other = other, own
        member = other
        while True:
            label[member] = own
            member = follower[member]
            if member == other:
                break
        follower[own], follower[other] = follower[other], follower[own]
        size[own] += size[other]
        root[own] = np.sqrt(size[own]) - 1.0


@kernel
def put_many_back(indptr, indices, accounts, label, size, root, follower):
    """Join several accounts, one after the other, with what is there."""
    for u in accounts:
        put_back(indptr, indices, u, label, size, root, follower)


@kernel
def put_cheapest_back(
    indptr,
    indices,
    costs,
    effective,
    draws,
    first,
    absent,
    left,
    label,
    size,
    root,
    follower,
    seen,
    clock,
    order,
    limit,
):
    """Put back the cheapest of some candidates, once for each row of `draws` from `first` on.

    The candidates are drawn from the `left` absent accounts, with repetition; all of them are
    candidates when they are no more than the columns of `draws`. Cheapest is the least effective
    degree + Σ (√size − 1) over the clusters that touch it, per cost. `order` is filled from its
    end: first back, last removed. Returns the next row, how many are left and the clock; stops
    early after about `limit` arcs.
    """
    rows, candidates = draws.shape
    done = 0
    while first < rows and left > 0 and done < limit:
        count = min(left, candidates)
        best = -1
        best_place = 0
        best_key = np.inf
        for c in range(count):
            place = c if left <= candidates else (np.int64(draws[first, c]) * left) >> 32
            u = absent[place]
            score = float(effective[u])
            # The score only grows while its clusters are counted: most hubs are out at once. The
            # last digits are left to the comparison of the whole score.
            enough = best_key * costs[u] * (1.0 + 1e-9)
            if score > enough:
                continue
            clock += 1
            i = indptr[u]
            end = indptr[u + 1]
            done += 1
            while i < end and score <= enough:
                cluster = label[indices[i]]
                i += 1
                if cluster >= 0 and seen[cluster] != clock:
                    seen[cluster] = clock
                    score += root[cluster]
            done += i - indptr[u]
            key = score / costs[u]
            if i == end and (key < best_key or (key == best_key and u < best)):
                best, best_place, best_key = u, place, key
        put_back(indptr, indices, best, label, size, root, follower)
        done += indptr[best + 1] - indptr[best]
        left -= 1
        order[left] = best
        absent[best_place] = absent[left]
        first += 1
    return first, left, clock
