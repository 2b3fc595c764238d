"""Neighbours by community, and what chance would have made of them.

Communities are numbered from 0; an account without one has -1 and is as if it were not there.
"""

import numpy as np

from keynodes.kernels.compiling import kernel


@kernel
def neighbours_by_community(indptr, indices, labels, communities):
    """Neighbours that have a community, sum over communities of squared numbers, own: (n, 3)."""
    n = indptr.shape[0] - 1
    result = np.zeros((n, 3), np.int64)
    count = np.zeros(communities, np.int64)
    for u in range(n):
        for i in range(indptr[u], indptr[u + 1]):
            s = labels[indices[i]]
            if s >= 0:
                # (c + 1)² − c² at a time
                result[u, 0] += 1
                result[u, 1] += 2 * count[s] + 1
                count[s] += 1
        if labels[u] >= 0:
            result[u, 2] = count[labels[u]]
        for i in range(indptr[u], indptr[u + 1]):
            s = labels[indices[i]]
            if s >= 0:
                count[s] = 0
    return result


@kernel
def distance_from_chance(indptr, indices, labels, degrees, ends):
    """Sum over communities of (share of the neighbours − share that chance gives it)²: (n,).

    `degrees` are neighbours that have a community, `ends` their sums over each community. Chance
    ties each end at random to one of the others' ends. The sum over communities without a
    neighbour is one of whole numbers, so nothing is lost where it is small: it is exact while
    there are fewer than 3 · 10^9 ends.
    """
    n = indptr.shape[0] - 1
    result = np.full(n, np.nan)
    count = np.zeros(ends.shape[0], np.int64)
    total, squares = 0, 0
    for s in range(ends.shape[0]):
        total += ends[s]
        squares += ends[s] * ends[s]
    left = ends.copy()
    for u in range(n):
        own, degree = labels[u], degrees[u]
        if own < 0 or degree == 0:
            continue
        others = total - degree
        left[own] -= degree
        untouched = squares + left[own] * left[own] - ends[own] * ends[own]
        for i in range(indptr[u], indptr[u + 1]):
            s = labels[indices[i]]
            if s >= 0:
                count[s] += 1
        distance = 0.0
        # Each community once: its count is cleared when it has been used.
        for i in range(indptr[u], indptr[u + 1]):
            s = labels[indices[i]]
            if s >= 0 and count[s] > 0:
                gap = count[s] / degree - left[s] / others
                distance += gap * gap
                untouched -= left[s] * left[s]
                count[s] = 0
        result[u] = distance + untouched / others / others
        left[own] = ends[own]
    return result
