"""Sweeps and products over the rows of an adjacency, for what is defined by random walks.

A sweep visits the rows ``first`` … ``last`` and uses each new score at once (Gauss–Seidel). It is
one sequential loop: neither threads nor how the rows are cut can change a bit. Graph arrays come
read-only and are left alone; ``scores``, ``sent``, ``product`` and ``sums`` are written. Rows are
read as slices and neighbours as unsigned numbers, which spares the test whether an index counts
from the end: a quarter of the time.
"""

from itertools import pairwise

import numpy as np

from keynodes.kernels.compiling import kernel

STEP = 1 << 24
"""Arcs in one compiled call: some tens of milliseconds, after which Ctrl-C is heard."""


def row_steps(indptr: np.ndarray) -> list[tuple[int, int]]:
    """Cut the rows into ranges (first, last) of about `STEP` arcs each.

    Examples
    --------
    >>> row_steps(np.array([0, 3, 3, 5]))
    [(0, 3)]
    """
    n = len(indptr) - 1
    cuts = np.searchsorted(indptr, np.arange(STEP, int(indptr[-1]), STEP)).tolist()
    edges = sorted({0, n, *cuts})
    return list(pairwise(edges))


@kernel
def column_sums(indices, weights, n):
    """Sum of the weights in each column: float64 (n,)."""
    sums = np.zeros(n, np.float64)
    for i in range(indices.shape[0]):
        sums[indices[i]] += weights[i]
    return sums


@kernel
def pagerank_sweep(indptr, indices, weights, first, last, damping, restart, share, scores, sent):
    """Set each score to restart + damping · Σ weight · sent, with sent = score · share.

    Returns the largest change of a score as a share of that score.
    """
    largest = 0.0
    for u in range(first, last):
        # Two sums that do not wait for each other, in a fixed order.
        even, odd = 0.0, 0.0
        row = indices[indptr[u] : indptr[u + 1]]
        weight = weights[indptr[u] : indptr[u + 1]]
        for i in range(0, len(row) - 1, 2):
            even += weight[i] * sent[np.uint32(row[i])]
            odd += weight[i + 1] * sent[np.uint32(row[i + 1])]
        if len(row) % 2:
            even += weight[-1] * sent[np.uint32(row[-1])]
        score = restart[u] + damping * (even + odd)
        change = abs(score - scores[u])
        whole = max(score, scores[u])
        if change > largest * whole:
            largest = change / whole
        scores[u] = score
        sent[u] = score * share[u]
    return largest


@kernel
def katz_sweep(indptr, indices, first, last, alpha, scores):
    """Set each score to 1 + alpha · Σ scores of the row; return the largest change."""
    change = 0.0
    for u in range(first, last):
        even, odd = 0.0, 0.0
        row = indices[indptr[u] : indptr[u + 1]]
        for i in range(0, len(row) - 1, 2):
            even += scores[np.uint32(row[i])]
            odd += scores[np.uint32(row[i + 1])]
        if len(row) % 2:
            even += scores[np.uint32(row[-1])]
        score = 1.0 + alpha * (even + odd)
        change = max(change, abs(score - scores[u]))
        scores[u] = score
    return change


@kernel
def sums_within(indptr, indices, first, last, component, vector, sums):
    """Sum `vector` over the neighbours of each row that lie in its own component."""
    for u in range(first, last):
        mine = component[u]
        total = 0.0
        row = indices[indptr[u] : indptr[u + 1]]
        for i in range(len(row)):
            v = np.uint32(row[i])
            if component[v] == mine:
                total += vector[v]
        sums[u] = total


@kernel
def gram(indptr, indices, weights, first, last, scale, vector, sums, product):
    """Put scale · A · vector into `sums` and add scale² · AᵀA · vector to `product`, for the rows.

    One pass over the arcs serves both factors, because a row is still in the cache when it is
    needed again; AᵀA is never formed.
    """
    for u in range(first, last):
        even, odd = 0.0, 0.0
        row = indices[indptr[u] : indptr[u + 1]]
        weight = weights[indptr[u] : indptr[u + 1]]
        for i in range(0, len(row) - 1, 2):
            even += weight[i] * vector[np.uint32(row[i])]
            odd += weight[i + 1] * vector[np.uint32(row[i + 1])]
        if len(row) % 2:
            even += weight[-1] * vector[np.uint32(row[-1])]
        sums[u] = scale * (even + odd)
        passed = scale * sums[u]
        if passed != 0.0:
            for i in range(len(row)):
                product[np.uint32(row[i])] += weight[i] * passed


@kernel
def orthogonalise(basis, count, vector):
    """Take from `vector`, in place, its parts along the first `count` orthonormal rows of `basis`.

    Returns those parts and, last, the norm of what is left: float64 (count + 1,). A rest that is
    only rounding is returned as norm 0. No BLAS: its sums depend on threads and processors.
    """
    n = vector.shape[0]
    parts = np.zeros(count + 1, np.float64)
    whole = 0.0
    for v in range(n):
        whole += vector[v] * vector[v]
    before, left = whole, whole
    for _ in range(3):
        for j in range(count):
            part = 0.0
            for v in range(n):
                part += basis[j, v] * vector[v]
            for v in range(n):
                vector[v] -= part * basis[j, v]
            parts[j] += part
        left = 0.0
        for v in range(n):
            left += vector[v] * vector[v]
        # Once is enough unless most of the vector went away (Kahan and Parlett).
        if left > 0.01 * before:
            break
        before = left
    parts[count] = np.sqrt(left) if left > 1e-27 * whole else 0.0
    return parts
