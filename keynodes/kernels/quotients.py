"""The network seen from its candidates for removal: everything between them shrinks to a point."""

import numpy as np

from keynodes.kernels.compiling import kernel
from keynodes.kernels.fragmentation import root_of


@kernel
def quotient(indptr, indices, weights, candidate):
    """Contract what is left without the candidates: a small graph with the same removal curves.

    Node i < c is the i-th candidate; further nodes are the components of the network without all
    candidates, called clusters here, that touch two candidates or more, by their first account. A
    cluster that touches one candidate only is folded into it, and one that touches none is kept
    as a number only.

    Returns the candidates (int32), the rows of neighbours (int64, int32), the mass of every node
    with what is folded into it, its own weight (0 for clusters), the sum of squares of the
    clusters folded into it (float64), the mass of the heaviest cluster, and the sum of the
    squared masses of all clusters.
    """
    n = indptr.shape[0] - 1
    parent = np.arange(n).astype(np.int32)
    mass = weights.copy()
    for u in range(n):
        if candidate[u]:
            continue
        root = root_of(parent, u)
        for i in range(indptr[u], indptr[u + 1]):
            v = indices[i]
            if v > u:
                break  # rows are sorted: each pair is met once
            if candidate[v]:
                continue
            other = root_of(parent, v)
            if other != root:
                # The lighter joins the heavier, so that paths stay short.
                if mass[other] > mass[root]:
                    root, other = other, root
                parent[other] = root
                mass[root] += mass[other]
    c = 0
    place = np.full(n, -1, np.int32)
    for u in range(n):
        if candidate[u]:
            place[u] = c
            c += 1
    candidates = np.empty(c, np.int32)
    for u in range(n):
        if candidate[u]:
            candidates[place[u]] = u
    # How many candidates each cluster touches, and which one if it is one.
    touched = np.zeros(n, np.int32)
    seen_by = np.full(n, -1, np.int32)
    for i in range(c):
        u = candidates[i]
        for j in range(indptr[u], indptr[u + 1]):
            v = indices[j]
            if not candidate[v]:
                root = root_of(parent, v)
                if seen_by[root] != i:
                    seen_by[root] = i
                    touched[root] += 1
    heaviest = 0.0
    squares = 0.0
    nodes = c
    for u in range(n):
        if candidate[u]:
            continue
        root = root_of(parent, u)
        if root == u:
            heaviest = max(heaviest, mass[u])
            squares += mass[u] * mass[u]
        if touched[root] > 1 and place[root] < 0:
            place[root] = nodes
            nodes += 1
    own = np.zeros(nodes, np.float64)
    total = np.zeros(nodes, np.float64)
    folded_squares = np.zeros(nodes, np.float64)
    lengths = np.zeros(nodes + 1, np.int64)
    for u in range(n):
        if not candidate[u] and parent[u] == u and touched[u] > 1:
            total[place[u]] = mass[u]
            lengths[place[u] + 1] = touched[u]
    for i in range(n):
        seen_by[i] = -1
    for i in range(c):
        u = candidates[i]
        own[i] = weights[u]
        total[i] += weights[u]
        length = 0
        for j in range(indptr[u], indptr[u + 1]):
            v = indices[j]
            if candidate[v]:
                length += 1
                continue
            root = root_of(parent, v)
            if seen_by[root] == i:
                continue
            seen_by[root] = i
            if touched[root] == 1:
                total[i] += mass[root]
                folded_squares[i] += mass[root] * mass[root]
            else:
                length += 1
        lengths[i + 1] = length
    for i in range(nodes):
        lengths[i + 1] += lengths[i]
    out_indptr = lengths
    out_indices = np.empty(out_indptr[nodes], np.int32)
    filled = out_indptr[:-1].copy()
    for i in range(n):
        seen_by[i] = -1
    # Candidates are met in order, so each cluster's row comes out sorted; so does a candidate's
    # part that names candidates, and clusters follow in the order they are met.
    for i in range(c):
        u = candidates[i]
        for j in range(indptr[u], indptr[u + 1]):
            v = indices[j]
            if candidate[v]:
                out_indices[filled[i]] = place[v]
                filled[i] += 1
        for j in range(indptr[u], indptr[u + 1]):
            v = indices[j]
            if candidate[v]:
                continue
            root = root_of(parent, v)
            if seen_by[root] == i or touched[root] == 1:
                continue
            seen_by[root] = i
            cluster = place[root]
            out_indices[filled[i]] = cluster
            filled[i] += 1
            out_indices[filled[cluster]] = i
            filled[cluster] += 1
    return candidates, out_indptr, out_indices, total, own, folded_squares, heaviest, squares
