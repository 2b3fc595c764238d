"""What two neighbours share: the sums behind structural holes, one for each tie.

Rows are those of the undirected view: sorted, and symmetric with their weights.
"""

import numpy as np

from keynodes.kernels.compiling import kernel


@kernel
def row_work(indptr, indices):
    """Steps that `shared_ties` takes for each row: int64 (n,).

    Together at most the sum over ties of the smaller of two degrees, which is O(m^1.5).
    """
    n = indptr.shape[0] - 1
    work = np.zeros(n, np.int64)
    for u in range(n):
        degree = indptr[u + 1] - indptr[u]
        work[u] = degree
        for i in range(indptr[u], indptr[u + 1]):
            v = indices[i]
            smaller = indptr[v + 1] - indptr[v]
            if smaller < degree or (smaller == degree and v < u):
                work[u] += smaller
    return work


@kernel
def shared_ties(indptr, indices, weights, factors, start, stop):
    """For ties u–v of rows start … stop: the sum over q of w(u, q) factors[q] w(q, v).

    float64, one an entry of those rows. The row of the account with fewer neighbours (of two
    equal ones: the smaller) is read against the other's, so a tie has its sum only at the entry
    of the account with more neighbours, and 0 at the other: `mirror` copies it there.
    """
    n = indptr.shape[0] - 1
    first = indptr[start]
    sums = np.zeros(indptr[stop] - first, np.float64)
    tied = np.zeros(n, np.float64)
    for u in range(start, stop):
        degree = indptr[u + 1] - indptr[u]
        for i in range(indptr[u], indptr[u + 1]):
            tied[indices[i]] = weights[i] * factors[indices[i]]
        for i in range(indptr[u], indptr[u + 1]):
            v = indices[i]
            smaller = indptr[v + 1] - indptr[v]
            if smaller < degree or (smaller == degree and v < u):
                # Two sums side by side: an addition need not wait for the one before it.
                even, odd = 0.0, 0.0
                j, end = indptr[v], indptr[v + 1]
                while j + 1 < end:
                    even += weights[j] * tied[indices[j]]
                    odd += weights[j + 1] * tied[indices[j + 1]]
                    j += 2
                if j < end:
                    even += weights[j] * tied[indices[j]]
                sums[i - first] = even + odd
        for i in range(indptr[u], indptr[u + 1]):
            tied[indices[i]] = 0.0
    return sums


@kernel
def mirror(indptr, indices, sums):
    """Copy the sum of each tie to the entry of its other end, in place.

    Rows are sorted: the rows that name v come in the order of the entries of row v.
    """
    n = indptr.shape[0] - 1
    entry = indptr[:n].copy()
    for u in range(n):
        degree = indptr[u + 1] - indptr[u]
        for i in range(indptr[u], indptr[u + 1]):
            v = indices[i]
            smaller = indptr[v + 1] - indptr[v]
            if smaller < degree or (smaller == degree and v < u):
                sums[entry[v]] = sums[i]
            entry[v] += 1
