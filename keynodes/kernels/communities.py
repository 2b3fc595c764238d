"""Label propagation, and the connected parts of communities.

Graph arrays are those of the undirected view and come read-only.
"""

import numpy as np

from keynodes.kernels.compiling import kernel

TIE = 1e-9
"""Weights whose relative gap is smaller are equal: more than rounding can make of a long sum."""


@kernel
def adopt_labels(
    indptr, indices, weights, order, first, last, draws, labels, unsettled, heard, found
):
    """Visit accounts ``order[first:last]``: each takes the label that weighs most around it.

    Its own, if that is among the heaviest; else one of them, in the order in which they stand in
    its row: number floor(``draws[v]`` · how many). Only unsettled accounts are visited: those with
    a neighbour that changed since their last visit, for another visit would change nothing.
    `labels` and `unsettled` are written; `heard` (zeros) and `found` are workspace, n long.

    Returns the labels that changed, and the entries that were read.
    """
    changed = 0
    read = 0
    for position in range(first, last):
        v = order[position]
        if not unsettled[v]:
            continue
        unsettled[v] = False
        read += indptr[v + 1] - indptr[v]
        different = 0
        for i in range(indptr[v], indptr[v + 1]):
            label = labels[indices[i]]
            if heard[label] == 0.0:
                found[different] = label
                different += 1
            heard[label] += weights[i]
        heaviest = 0.0
        for j in range(different):
            heaviest = max(heaviest, heard[found[j]])
        bar = heaviest * (1 - TIE)
        if heard[labels[v]] < bar:
            equal = 0
            for j in range(different):
                if heard[found[j]] >= bar:
                    equal += 1
            skip = int(draws[v] * equal)
            for j in range(different):
                if heard[found[j]] >= bar:
                    if skip == 0:
                        labels[v] = found[j]
                        break
                    skip -= 1
            changed += 1
            for i in range(indptr[v], indptr[v + 1]):
                unsettled[indices[i]] = True
        for j in range(different):
            heard[found[j]] = 0.0
    return changed, read


@kernel
def connected_parts(indptr, indices, labels):
    """Number the connected parts of each label, in the order of their smallest account."""
    n = indptr.shape[0] - 1
    parts = np.full(n, -1, np.int64)
    waiting = np.empty(n, np.int64)
    number = 0
    for start in range(n):
        if parts[start] >= 0:
            continue
        parts[start] = number
        waiting[0] = start
        left = 1
        while left:
            left -= 1
            u = waiting[left]
            for i in range(indptr[u], indptr[u + 1]):
                v = indices[i]
                if parts[v] < 0 and labels[v] == labels[u]:
                    parts[v] = number
                    waiting[left] = v
                    left += 1
        number += 1
    return parts
