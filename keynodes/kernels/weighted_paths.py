"""Shortest paths where an arc of weight w has length 1 / w: Dijkstra, one source at a time.

Lengths of equal paths differ in their last bits (1/6 + 1/3 is not always 1/2), so two lengths
count as equal when they differ by less than one part in 10¹⁰, as in igraph.
"""

import numpy as np

from keynodes.kernels.compiling import kernel

TOLERANCE = 1e-10
"""Two lengths that differ by less than this share are equal."""


@kernel
def weighted_dependencies(out_indptr, out_indices, out_weights, into, into_weights, sources):
    """As `paths.dependencies`, by weighted distance; `into` is a pair (indptr, indices)."""
    in_indptr, in_indices = into
    n = out_indptr.shape[0] - 1
    sums = np.zeros(n)
    squares = np.zeros(n)
    distance = np.full(n, np.inf)
    paths = np.zeros(n)
    shares = np.zeros(n)
    settled = np.empty(n, np.int32)
    heap = np.empty(n, np.int32)
    place = np.full(n, -1, np.int64)
    overflow = False
    for s in sources:
        count = _settle(out_indptr, out_indices, out_weights, s, distance, settled, heap, place)
        paths[s] = 1.0
        for i in range(1, count):
            v = settled[i]
            limit = distance[v] * (1.0 + TOLERANCE)
            total = 0.0
            for j in range(in_indptr[v], in_indptr[v + 1]):
                u = in_indices[j]
                if distance[u] < distance[v] and distance[u] + 1.0 / into_weights[j] <= limit:
                    total += paths[u]
            paths[v] = total
            overflow = overflow or total == np.inf
        for i in range(count - 1, 0, -1):
            v = settled[i]
            dependency = paths[v] * shares[v]
            sums[v] += dependency
            squares[v] += dependency * dependency
            share = (1.0 + dependency) / paths[v]
            limit = distance[v] * (1.0 + TOLERANCE)
            for j in range(in_indptr[v], in_indptr[v + 1]):
                u = in_indices[j]
                if distance[u] < distance[v] and distance[u] + 1.0 / into_weights[j] <= limit:
                    shares[u] += share
        for i in range(count):
            v = settled[i]
            distance[v] = np.inf
            shares[v] = 0.0
            place[v] = -1
    if overflow:
        sums[:] = np.nan
    return sums, squares


@kernel
def weighted_inverse_distances(in_indptr, in_indices, in_weights, targets):
    """As `paths.inverse_distances`, by weighted distance."""
    n = in_indptr.shape[0] - 1
    sums = np.zeros(n)
    squares = np.zeros(n)
    distance = np.full(n, np.inf)
    settled = np.empty(n, np.int32)
    heap = np.empty(n, np.int32)
    place = np.full(n, -1, np.int64)
    for t in targets:
        count = _settle(in_indptr, in_indices, in_weights, t, distance, settled, heap, place)
        for i in range(count):
            v = settled[i]
            if i > 0:
                sums[v] += 1.0 / distance[v]
                squares[v] += 1.0 / (distance[v] * distance[v])
            distance[v] = np.inf
            place[v] = -1
    return sums, squares


@kernel
def _settle(indptr, indices, weights, source, distance, settled, heap, place):
    """Dijkstra (1959) from `source`: fill `distance` and `settled`; return how many it reached.

    The heap holds each account once and `place` says where. Accounts at equal distance are
    settled by index, so the order does not depend on the order of arcs.
    """
    distance[source] = 0.0
    heap[0] = source
    place[source] = 0
    size = 1
    count = 0
    while size:
        u = heap[0]
        settled[count] = u
        count += 1
        size -= 1
        if size:
            last = heap[size]
            hole = 0
            while True:
                child = 2 * hole + 1
                if child >= size:
                    break
                if child + 1 < size and _before(heap[child + 1], heap[child], distance):
                    child += 1
                if not _before(heap[child], last, distance):
                    break
                heap[hole] = heap[child]
                place[heap[hole]] = hole
                hole = child
            heap[hole] = last
            place[last] = hole
        for j in range(indptr[u], indptr[u + 1]):
            v = indices[j]
            reached = distance[u] + 1.0 / weights[j]
            if reached >= distance[v]:
                continue
            if distance[v] == np.inf:
                place[v] = size
                size += 1
            distance[v] = reached
            hole = place[v]
            while hole:
                parent = (hole - 1) // 2
                if not _before(v, heap[parent], distance):
                    break
                heap[hole] = heap[parent]
                place[heap[hole]] = hole
                hole = parent
            heap[hole] = v
            place[v] = hole
    return count


@kernel
def _before(u, v, distance):
    return distance[u] < distance[v] or (distance[u] == distance[v] and u < v)
