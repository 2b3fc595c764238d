"""How a network falls apart along an order of removal: one pass, from the last removal back."""

import numpy as np

from keynodes.kernels.compiling import kernel


@kernel
def root_of(parent, node):
    """The representative of a node's set; the way there is halved."""
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@kernel
def curve(indptr, indices, weights, order):
    """What is left after the first 0, 1, … k removals of `order`: five arrays (k + 1,).

    Returns the accounts in the largest component, the connected pairs, the number of components
    (int64), the weight of the heaviest component and the sum of w_u w_v over connected pairs
    (float64).

    Removals taken back one by one only ever join components, so a union-find answers them all
    (Newman & Ziff 2001). Joined by size, with the path halved.
    """
    n = indptr.shape[0] - 1
    k = order.shape[0]
    parent = np.arange(n).astype(np.int32)
    size = np.ones(n, np.int64)
    weight = weights.copy()
    present = np.ones(n, np.bool_)
    for i in range(k):
        present[order[i]] = False
    largest = np.zeros(k + 1, np.int64)
    pairs = np.zeros(k + 1, np.int64)
    components = np.zeros(k + 1, np.int64)
    heaviest = np.zeros(k + 1, np.float64)
    weight_pairs = np.zeros(k + 1, np.float64)
    most, connected, count = 0, 0, 0
    heavy, weight_connected = 0.0, 0.0
    # Accounts that stay are put in first, then the order is walked back; a neighbour counts once
    # it is there itself.
    joined = np.zeros(n, np.bool_)
    for position in range(-n, k):
        if position < 0:
            u = position + n
            if not present[u]:
                continue
        else:
            if position == 0:
                largest[k], pairs[k], components[k] = most, connected, count
                heaviest[k], weight_pairs[k] = heavy, weight_connected
            u = order[k - 1 - position]
        joined[u] = True
        count += 1
        root = root_of(parent, u)
        for i in range(indptr[u], indptr[u + 1]):
            v = indices[i]
            if not joined[v]:
                continue
            other = root_of(parent, v)
            if other == root:
                continue
            connected += size[root] * size[other]
            weight_connected += weight[root] * weight[other]
            count -= 1
            if size[other] > size[root]:
                root, other = other, root
            parent[other] = root
            size[root] += size[other]
            weight[root] += weight[other]
        most = max(most, size[root])
        heavy = max(heavy, weight[root])
        if position >= 0:
            after = k - 1 - position
            largest[after], pairs[after], components[after] = most, connected, count
            heaviest[after], weight_pairs[after] = heavy, weight_connected
    if k == 0:
        largest[0], pairs[0], components[0] = most, connected, count
        heaviest[0], weight_pairs[0] = heavy, weight_connected
    return largest, pairs, components, heaviest, weight_pairs
