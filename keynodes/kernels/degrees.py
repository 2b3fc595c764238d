"""The h-index of each row."""

import numpy as np

from keynodes.kernels.compiling import kernel


@kernel
def h_index(indptr, counts):
    """Largest h such that h entries of the row are at least h: float64 (n,)."""
    n = indptr.shape[0] - 1
    largest = 0
    for u in range(n):
        largest = max(largest, indptr[u + 1] - indptr[u])
    at_least = np.zeros(largest + 2, np.int64)
    result = np.zeros(n, np.float64)
    for u in range(n):
        degree = indptr[u + 1] - indptr[u]
        at_least[: degree + 1] = 0
        for i in range(indptr[u], indptr[u + 1]):
            at_least[min(counts[i], degree)] += 1
        h = degree
        reached = at_least[degree]
        while reached < h:
            h -= 1
            reached += at_least[h]
        result[u] = h
    return result
