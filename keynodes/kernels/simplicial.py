"""Which accounts have neighbours that are all joined to each other."""

import numpy as np

from keynodes.kernels.compiling import kernel


@kernel
def is_simplicial(indptr, indices):
    """Whether the neighbours of each account are all neighbours of each other: bool (n,).

    Rows are sorted, arcs come in pairs. An account without neighbours is simplicial. Every
    neighbour must then have at least as many neighbours itself, which settles nearly all accounts
    at once; the rest is binary search, left at the first pair that is missing.
    """
    n = indptr.shape[0] - 1
    result = np.ones(n, np.bool_)
    for v in range(n):
        begin, end = indptr[v], indptr[v + 1]
        for i in range(begin, end):
            if indptr[indices[i] + 1] - indptr[indices[i]] < end - begin:
                result[v] = False
                break
        i = begin
        while i < end and result[v]:
            u = indices[i]
            place = indptr[u]
            for j in range(i + 1, end):
                stop = indptr[u + 1]
                while place < stop:
                    middle = (place + stop) // 2
                    if indices[middle] < indices[j]:
                        place = middle + 1
                    else:
                        stop = middle
                if place == indptr[u + 1] or indices[place] != indices[j]:
                    result[v] = False
                    break
            i += 1
    return result
