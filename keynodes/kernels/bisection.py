"""Splitting a component in two: a slow mode of diffusion, and the cheapest accounts on the cut."""

import numpy as np

from keynodes.kernels.compiling import kernel
from keynodes.kernels.fragmentation import root_of
from keynodes.kernels.heaps import drop_first, push, sift_down


@kernel
def within(indptr, indices, costs, members, place):
    """The network among `members` (sorted), with their own numbers: (indptr, indices, weights).

    `place` is -1 everywhere, before and after. The weight of an edge is the mean cost of its ends.
    """
    count = members.shape[0]
    for j in range(count):
        place[members[j]] = j
    local_indptr = np.zeros(count + 1, np.int64)
    for j in range(count):
        u = members[j]
        kept = 0
        for i in range(indptr[u], indptr[u + 1]):
            kept += place[indices[i]] >= 0
        local_indptr[j + 1] = local_indptr[j] + kept
    local = np.empty(local_indptr[count], np.int32)
    weights = np.empty(local_indptr[count], np.float64)
    filled = 0
    for j in range(count):
        u = members[j]
        for i in range(indptr[u], indptr[u + 1]):
            other = place[indices[i]]
            if other >= 0:
                local[filled] = other
                weights[filled] = 0.5 * (costs[u] + costs[indices[i]])
                filled += 1
    for j in range(count):
        place[members[j]] = -1
    return local_indptr, local, weights


@kernel
def diffuse(indptr, indices, weights, keep, share, volume, vector, following, iterations):
    """Spread `vector` over the edges, again and again, off the constant vector; in place.

    Each account keeps `keep` of its own value and takes in `share` of the weighted sum over its
    neighbours; the constant vector is what that leaves as it is, and it is taken out under the
    inner product of `volume`. What stays longest is the slowest mode but one. Ends with length 1.
    """
    n = vector.shape[0]
    whole = 0.0
    for u in range(n):
        whole += volume[u]
    for _ in range(iterations):
        total = 0.0
        for u in range(n):
            value = 0.0
            for i in range(indptr[u], indptr[u + 1]):
                value += weights[i] * vector[indices[i]]
            value = keep[u] * vector[u] + share[u] * value
            following[u] = value
            total += volume[u] * value
        mean = total / whole
        square = 0.0
        for u in range(n):
            value = following[u] - mean
            following[u] = value
            square += value * value
        scale = 1.0 / np.sqrt(square) if square > 0.0 else 0.0
        for u in range(n):
            vector[u] = following[u] * scale


@kernel
def cover(indptr, indices, side, costs, removable, chosen):
    """Mark in `chosen` accounts that touch every edge between the sides, cheap ones if possible.

    What touches a protected account across the cut has to go. Of the others the one with the
    least cost per cut edge goes first, and its neighbours across the cut are charged that price
    for the edge they shared (Clarkson 1983): at most twice the cheapest cover. Then whoever has
    all its cut edges covered by others stays after all. An edge between two protected accounts
    cannot be cut. Returns how many were chosen.
    """
    n = side.shape[0]
    edges = np.zeros(n, np.int64)
    for u in range(n):
        for i in range(indptr[u], indptr[u + 1]):
            v = indices[i]
            if side[v] != side[u]:
                if removable[v]:
                    edges[u] += 1
                elif removable[u]:
                    chosen[u] = True
    charge = costs.copy()
    for u in range(n):
        if chosen[u]:
            for i in range(indptr[u], indptr[u + 1]):
                edges[indices[i]] -= side[indices[i]] != side[u]
    keys = np.empty(n, np.float64)
    heap = np.empty(n, np.int32)
    sequence = np.empty(n, np.int32)
    found = 0
    size = 0
    for u in range(n):
        if removable[u] and not chosen[u] and edges[u] > 0:
            size = push(keys, heap, size, charge[u] / edges[u], u)
    while size > 0:
        u = heap[0]
        if edges[u] <= 0:
            size = drop_first(keys, heap, size)
            continue
        price = charge[u] / edges[u]
        if price > keys[0]:
            sift_down(keys, heap, size, price, u)
            continue
        size = drop_first(keys, heap, size)
        chosen[u] = True
        edges[u] = 0
        sequence[found] = u
        found += 1
        for i in range(indptr[u], indptr[u + 1]):
            v = indices[i]
            if side[v] != side[u] and not chosen[v]:
                edges[v] -= 1
                charge[v] -= price
    for j in range(found):
        u = sequence[j]
        needed = False
        for i in range(indptr[u], indptr[u + 1]):
            v = indices[i]
            if side[v] != side[u] and not chosen[v]:
                needed = True
                break
        if not needed:
            chosen[u] = False
    count = 0
    for u in range(n):
        count += chosen[u]
    return count


@kernel
def pieces(indptr, indices, gone, label):
    """Number the connected parts of what is not `gone`, in `label` (-1 where gone); how many."""
    n = gone.shape[0]
    queue = np.empty(n, np.int32)
    for u in range(n):
        label[u] = -1
    count = 0
    for start in range(n):
        if gone[start] or label[start] >= 0:
            continue
        label[start] = count
        queue[0] = start
        at, end = 0, 1
        while at < end:
            u = queue[at]
            at += 1
            for i in range(indptr[u], indptr[u + 1]):
                v = indices[i]
                if not gone[v] and label[v] < 0:
                    label[v] = count
                    queue[end] = v
                    end += 1
        count += 1
    return count


@kernel
def put_needless_back(indptr, indices, weights, gone, sequence, threshold):
    """Put accounts back that join no more than `threshold`, the last of `sequence` first.

    `gone` changes in place: in the end whoever is still marked would make too heavy a piece.
    """
    n = gone.shape[0]
    parent = np.arange(n).astype(np.int32)
    mass = weights.copy()
    met = np.empty(n, np.int32)
    for step in range(-n, sequence.shape[0]):
        if step < 0:
            u = np.int32(step + n)
            if gone[u]:
                continue
        else:
            u = sequence[sequence.shape[0] - 1 - step]
            together = mass[u]
            count = 0
            for i in range(indptr[u], indptr[u + 1]):
                if gone[indices[i]]:
                    continue
                root = root_of(parent, indices[i])
                if mass[root] >= 0.0:
                    together += mass[root]
                    mass[root] = -mass[root] - 1.0  # met already
                    met[count] = root
                    count += 1
                if together > threshold:
                    break
            for j in range(count):
                mass[met[j]] = -mass[met[j]] - 1.0
            if together > threshold:
                continue
            gone[u] = False
        root = root_of(parent, u)
        for i in range(indptr[u], indptr[u + 1]):
            v = indices[i]
            if gone[v] or (step < 0 and v > u):
                continue
            other = root_of(parent, v)
            if other == root:
                continue
            if mass[other] > mass[root]:
                root, other = other, root
            parent[other] = root
            mass[root] += mass[other]
