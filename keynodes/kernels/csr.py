"""Compressed sparse rows: sort, transpose, symmetrise. All of it O(n + m)."""

import numpy as np

from keynodes.kernels.compiling import kernel


@kernel
def stable_order(keys, bound, order):
    """Sort `order`, positions in `keys`, by key: a counting sort, int64 (m,).

    Keys are integers in ``range(bound)``; equal ones stay in the order they came. Sorting by the
    last key first and by the first key last sorts by several.
    """
    starts = np.zeros(bound + 1, np.int64)
    for i in order:
        starts[keys[i] + 1] += 1
    for key in range(bound):
        starts[key + 1] += starts[key]
    result = np.empty_like(order)
    for i in order:
        key = keys[i]
        result[starts[key]] = i
        starts[key] += 1
    return result


@kernel
def runs(order, tails, heads, codes):
    """Runs of the same (tail, head, code) in `order`: where each begins, and its three keys."""
    m = order.shape[0]
    starts = np.empty(m, np.int64)
    out_tails = np.empty(m, np.int32)
    out_heads = np.empty(m, np.int32)
    out_codes = np.empty(m, np.int32)
    found = 0
    for j in range(m):
        i = order[j]
        tail, head, code = tails[i], heads[i], codes[i]
        if (
            found == 0
            or tail != out_tails[found - 1]
            or head != out_heads[found - 1]
            or code != out_codes[found - 1]
        ):
            starts[found] = j
            out_tails[found] = tail
            out_heads[found] = head
            out_codes[found] = code
            found += 1
    return (
        starts[:found].copy(),
        out_tails[:found].copy(),
        out_heads[:found].copy(),
        out_codes[:found].copy(),
    )


@kernel
def merged(order, starts, counts, mutual, weights, first, last):
    """Add up each run of `order` that begins at `starts`: two counts, weights, first, last time.

    Weights are added in the order given; times that are NaN are passed over.
    """
    m = starts.shape[0]
    out_counts = np.empty(m, np.int64)
    out_mutual = np.empty(m, np.int64)
    out_weights = np.empty(m, np.float64)
    out_first = np.empty(m, np.float64)
    out_last = np.empty(m, np.float64)
    for k in range(m):
        end = starts[k + 1] if k + 1 < m else order.shape[0]
        i = order[starts[k]]
        count, twice, weight = counts[i], mutual[i], weights[i]
        earliest, latest = first[i], last[i]
        for j in range(starts[k] + 1, end):
            i = order[j]
            count += counts[i]
            twice += mutual[i]
            weight += weights[i]
            if first[i] < earliest or np.isnan(earliest):
                earliest = first[i]
            if last[i] > latest or np.isnan(latest):
                latest = last[i]
        out_counts[k] = count
        out_mutual[k] = twice
        out_weights[k] = weight
        out_first[k] = earliest
        out_last[k] = latest
    return out_counts, out_mutual, out_weights, out_first, out_last


@kernel
def transpose(indptr, indices):
    """Rows of the transpose: (indptr, indices, position of each entry in the original).

    Rows of the result are sorted.
    """
    n = indptr.shape[0] - 1
    m = indices.shape[0]
    starts = np.zeros(n + 1, np.int64)
    for i in range(m):
        starts[indices[i] + 1] += 1
    for v in range(n):
        starts[v + 1] += starts[v]
    out_indptr = starts.copy()
    out_indices = np.empty(m, np.int32)
    position = np.empty(m, np.int64)
    for u in range(n):
        for i in range(indptr[u], indptr[u + 1]):
            v = indices[i]
            j = starts[v]
            out_indices[j] = u
            position[j] = i
            starts[v] = j + 1
    return out_indptr, out_indices, position


@kernel
def row_lengths_of_union(indptr, indices, other_indptr, other_indices):
    """How many different neighbours each row has in two adjacencies together: int64 (n,)."""
    n = indptr.shape[0] - 1
    lengths = np.zeros(n, np.int64)
    for u in range(n):
        i, i_end = indptr[u], indptr[u + 1]
        j, j_end = other_indptr[u], other_indptr[u + 1]
        count = 0
        while i < i_end and j < j_end:
            a, b = indices[i], other_indices[j]
            if a <= b:
                i += 1
            if b <= a:
                j += 1
            count += 1
        lengths[u] = count + (i_end - i) + (j_end - j)
    return lengths


@kernel
def union(indptr, indices, weights, other_indptr, other_indices, other_weights, union_indptr):
    """Merge sorted rows of two adjacencies, adding the weights of shared neighbours."""
    n = indptr.shape[0] - 1
    out_indices = np.empty(union_indptr[n], np.int32)
    out_weights = np.empty(union_indptr[n], np.float64)
    for u in range(n):
        i, i_end = indptr[u], indptr[u + 1]
        j, j_end = other_indptr[u], other_indptr[u + 1]
        k = union_indptr[u]
        while i < i_end or j < j_end:
            if j == j_end or (i < i_end and indices[i] < other_indices[j]):
                out_indices[k] = indices[i]
                out_weights[k] = weights[i]
                i += 1
            elif i == i_end or other_indices[j] < indices[i]:
                out_indices[k] = other_indices[j]
                out_weights[k] = other_weights[j]
                j += 1
            else:
                out_indices[k] = indices[i]
                out_weights[k] = weights[i] + other_weights[j]
                i += 1
                j += 1
            k += 1
    return out_indices, out_weights
