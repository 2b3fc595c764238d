"""Peeling by degree, and sums over what lies one or two steps away."""

import numpy as np

from keynodes.kernels.compiling import kernel


@kernel
def sort_by_degree(degrees):
    """Accounts by (degree, index): (order, place of each account, first place of each degree)."""
    n = degrees.shape[0]
    largest = 0
    for v in range(n):
        largest = max(largest, degrees[v])
    starts = np.zeros(largest + 2, np.int64)
    for v in range(n):
        starts[degrees[v] + 1] += 1
    for d in range(largest + 1):
        starts[d + 1] += starts[d]
    filled = starts.copy()
    order = np.empty(n, np.int64)
    place = np.empty(n, np.int64)
    for v in range(n):
        place[v] = filled[degrees[v]]
        order[place[v]] = v
        filled[degrees[v]] += 1
    return order, place, starts


@kernel
def peel(indptr, indices, degrees, order, place, starts, first, other_indptr, other_indices, limit):
    """Take accounts away, the lowest degree first, from place `first` on (Batagelj–Zaveršnik).

    Taking u away lowers the degree of every account in its row of either adjacency, but never
    below the degree of u. All of `degrees`, `order`, `place` and `starts` change in place; in the
    end `degrees` are the core numbers. Stops after about `limit` arcs and returns the next place.
    """
    n = order.shape[0]
    done = 0
    while first < n and done < limit:
        u = order[first]
        level = degrees[u]
        for side in range(2):
            pointers = indptr if side == 0 else other_indptr
            row = indices if side == 0 else other_indices
            done += pointers[u + 1] - pointers[u]
            for i in range(pointers[u], pointers[u + 1]):
                v = row[i]
                degree = degrees[v]
                if degree > level:
                    # v changes places with the first of its degree; then that place is one lower.
                    head = starts[degree]
                    w = order[head]
                    at = place[v]
                    order[head], order[at] = v, w
                    place[v], place[w] = head, at
                    starts[degree] = head + 1
                    degrees[v] = degree - 1
        first += 1
    return first


@kernel
def sums_of_neighbours(indptr, indices, values):
    """Sum of `values` (int64) over each row: int64 (n,)."""
    n = indptr.shape[0] - 1
    sums = np.zeros(n, np.int64)
    for u in range(n):
        total = 0
        for i in range(indptr[u], indptr[u + 1]):
            total += values[indices[i]]
        sums[u] = total
    return sums


@kernel
def sums_two_away(indptr, indices, values, work, first, last):
    """Sum of `values` (int64) over the accounts at distance exactly two: int64 (last - first,).

    `work` is the number of two-paths from each account. First mark, then add: without a branch in
    the inner loops a crowd of two-paths costs about a nanosecond each.
    """
    n = indptr.shape[0] - 1
    marks = np.zeros(n, np.uint8)
    sums = np.zeros(last - first, np.int64)
    for u in range(first, last):
        for i in range(indptr[u], indptr[u + 1]):
            v = indices[i]
            for j in range(indptr[v], indptr[v + 1]):
                marks[np.uint32(indices[j])] = 1
        marks[u] = 0
        for i in range(indptr[u], indptr[u + 1]):
            marks[indices[i]] = 0
        total = 0
        if 4 * work[u] > n:
            for w in range(n):
                total += values[w] * marks[w]
            marks[:] = 0
        else:
            for i in range(indptr[u], indptr[u + 1]):
                v = indices[i]
                for j in range(indptr[v], indptr[v + 1]):
                    w = np.uint32(indices[j])
                    total += values[w] * marks[w]
                    marks[w] = 0
        sums[u - first] = total
    return sums
