"""Two-paths by the communities they pass through.

Communities are numbered from 0; an account without one has -1 and is as if it were not there.
A two-path a → b → c has one of five roles for b, in the order of `ROLES`.
"""

import numpy as np

from keynodes.kernels.compiling import kernel

ROLES = ("coordinator", "itinerant", "gatekeeper", "representative", "liaison")


@kernel
def two_paths(indptr, indices, into_indptr, into_indices, labels, communities):
    """Two-paths a → b → c with a ≠ c through each account b, by role: int64 (n, 5).

    Counted from how many neighbours b has in each community, never one by one: O(n + m).
    """
    n = indptr.shape[0] - 1
    result = np.zeros((n, 5), np.int64)
    from_community = np.zeros(communities, np.int64)
    to_community = np.zeros(communities, np.int64)
    for b in range(n):
        own = labels[b]
        if own < 0:
            continue
        heard, hearers = 0, 0
        for i in range(into_indptr[b], into_indptr[b + 1]):
            s = labels[into_indices[i]]
            if s >= 0:
                from_community[s] += 1
                heard += 1
        for i in range(indptr[b], indptr[b + 1]):
            s = labels[indices[i]]
            if s >= 0:
                to_community[s] += 1
                hearers += 1
        inside, outside = from_community[own], to_community[own]
        result[b, 0] = inside * outside
        result[b, 2] = (heard - inside) * outside
        result[b, 3] = inside * (hearers - outside)
        # Each other community once: its count is cleared when it has been used.
        from_community[own] = 0
        to_community[own] = 0
        there_and_back = 0
        for i in range(into_indptr[b], into_indptr[b + 1]):
            s = labels[into_indices[i]]
            if s >= 0:
                there_and_back += from_community[s] * to_community[s]
                from_community[s] = 0
        for i in range(indptr[b], indptr[b + 1]):
            s = labels[indices[i]]
            if s >= 0:
                to_community[s] = 0
        result[b, 1] = there_and_back
        result[b, 4] = (heard - inside) * (hearers - outside) - there_and_back
        # a → b → a is no two-path: both rows are sorted, so the accounts in both come together.
        i, j = into_indptr[b], indptr[b]
        while i < into_indptr[b + 1] and j < indptr[b + 1]:
            a, c = into_indices[i], indices[j]
            if a == c and labels[a] >= 0:
                result[b, 0 if labels[a] == own else 1] -= 1
            if a <= c:
                i += 1
            if c <= a:
                j += 1
    return result


@kernel
def upward(indptr, indices, into_indptr, into_indices, labels):
    """Each tie at its end with fewer arcs (of two equal ones: the smaller index).

    Returns indptr, indices and, for each tie u–v in row u, its arcs: 1 for u → v, 2 for v → u,
    3 for both. No row is longer than 2√m. Ties of accounts without a community are left out.
    """
    n = indptr.shape[0] - 1
    up_indptr = np.zeros(n + 1, np.int64)
    up_indices = np.empty(indices.shape[0], np.int32)
    arcs = np.empty(indices.shape[0], np.uint8)
    k = 0
    for u in range(n):
        i, i_end = indptr[u], indptr[u + 1]
        j, j_end = into_indptr[u], into_indptr[u + 1]
        degree = i_end - i + j_end - j
        while labels[u] >= 0 and (i < i_end or j < j_end):
            arc = 0
            if j == j_end or (i < i_end and indices[i] <= into_indices[j]):
                arc = 1
            if i == i_end or (j < j_end and into_indices[j] <= indices[i]):
                arc += 2
            v = indices[i] if arc & 1 else into_indices[j]
            i += arc & 1
            j += arc >> 1
            other = indptr[v + 1] - indptr[v] + into_indptr[v + 1] - into_indptr[v]
            if labels[v] >= 0 and (degree < other or (degree == other and u < v)):
                up_indices[k] = v
                arcs[k] = arc
                k += 1
        up_indptr[u + 1] = k
    return up_indptr, up_indices[:k].copy(), arcs[:k].copy()


@kernel
def role(a, b, c):
    """Role of b in a two-path a → b → c, from the three communities: a column of `ROLES`."""
    if a == b:
        return 0 if b == c else 3
    if b == c:
        return 2
    return 1 if a == c else 4


@kernel
def closed_two_paths(up_indptr, up_indices, arcs, labels, start, stop):
    """Two-paths a → b → c with an arc a → c, by role of b: int64 (n, 5).

    Those of the triangles whose lowest account (see `upward`) is one of rows start … stop.
    """
    n = up_indptr.shape[0] - 1
    result = np.zeros((n, 5), np.int64)
    arcs_of = np.zeros(n, np.uint8)
    for u in range(start, stop):
        of_u = labels[u]
        for i in range(up_indptr[u], up_indptr[u + 1]):
            arcs_of[up_indices[i]] = arcs[i]
        for i in range(up_indptr[u], up_indptr[u + 1]):
            v, uv = up_indices[i], arcs[i]
            of_v = labels[v]
            for j in range(up_indptr[v], up_indptr[v + 1]):
                w = up_indices[j]
                uw = arcs_of[w]
                if uw == 0:
                    continue
                vw, of_w = arcs[j], labels[w]
                # Bit 1: from the account named first; bit 2: to it.
                if uv & 2 and uw & 1 and vw & 1:
                    result[u, role(of_v, of_u, of_w)] += 1
                if uv & 1 and uw & 2 and vw & 2:
                    result[u, role(of_w, of_u, of_v)] += 1
                if uv & 1 and vw & 1 and uw & 1:
                    result[v, role(of_u, of_v, of_w)] += 1
                if uv & 2 and vw & 2 and uw & 2:
                    result[v, role(of_w, of_v, of_u)] += 1
                if uw & 1 and vw & 2 and uv & 1:
                    result[w, role(of_u, of_w, of_v)] += 1
                if uw & 2 and vw & 1 and uv & 2:
                    result[w, role(of_v, of_w, of_u)] += 1
        for i in range(up_indptr[u], up_indptr[u + 1]):
            arcs_of[up_indices[i]] = 0
    return result
