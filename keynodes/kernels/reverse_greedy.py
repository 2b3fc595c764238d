"""Reverse greedy: from the empty network, put the cheapest account back, again and again.

Both loops work on a quotient (see `quotients`): nodes below `c` are candidates, the others are
clusters that are there from the start.
"""

from typing import NamedTuple

import numpy as np

from keynodes.kernels.compiling import kernel
from keynodes.kernels.fragmentation import root_of
from keynodes.kernels.heaps import drop_first, push, sift_down


@kernel
def key_of(kind, together, touched, heaviest, roots, degree):
    """How dear it is to put a node back. `together`: the mass of the component that it would make.

    `touched` is the number of components it would join, `heaviest` the mass of the largest of
    them, `roots` the sum of the square roots of their masses minus one each.
    """
    if kind == 0:
        return together
    if kind == 1:
        return together * max(touched, 1)
    if kind == 2:
        return together - heaviest
    if kind == 3:
        return np.sqrt(together) * (1.0 + touched)
    return degree + roots


@kernel
def minimal_set(indptr, indices, total, c, threshold, kind, bias):
    """Which candidates stay out when all others are back and no component passes the threshold.

    The cheapest candidate by key × bias comes back first; one that would join components to more
    than the threshold never can again, and stays out. bool (c,).

    A heap holds the keys as last counted, and the first is counted anew before it is taken: exact
    for key 0, which only grows. The others can fall when two components that a candidate touches
    become one; it may come back later than a full count would have it.
    """
    nodes = total.shape[0]
    parent = np.arange(nodes).astype(np.int32)
    mass = total.copy()
    present = np.zeros(nodes, np.bool_)
    for x in range(c, nodes):
        present[x] = True
    stamp = np.full(nodes, -1, np.int32)
    out = np.ones(c, np.bool_)
    keys = np.empty(c, np.float64)
    heap = np.empty(c, np.int32)
    size = 0
    for v in range(c):
        least = least_key(kind, total[v], indptr[v + 1] - indptr[v])
        size = push(keys, heap, size, least * bias[v], v)
    visits = np.int32(0)
    while size > 0:
        v = heap[0]
        visits += np.int32(1)
        together = total[v]
        touched = 0
        heaviest = 0.0
        roots = 0.0
        for i in range(indptr[v], indptr[v + 1]):
            x = indices[i]
            if not present[x]:
                continue
            root = root_of(parent, x)
            if stamp[root] == visits:
                continue
            stamp[root] = visits
            touched += 1
            together += mass[root]
            if together > threshold:
                break
            heaviest = max(heaviest, mass[root])
            roots += np.sqrt(mass[root]) - 1.0
        if together > threshold:
            size = drop_first(keys, heap, size)
            continue
        key = key_of(kind, together, touched, heaviest, roots, indptr[v + 1] - indptr[v]) * bias[v]
        # The next one's key may be old, but an old key is a lower bound (for the plain mass; for
        # the other keys nearly so).
        if size > 1:
            second = 1
            if size > 2 and (keys[2] < keys[1] or (keys[2] == keys[1] and heap[2] < heap[1])):
                second = 2
            if key > keys[second] or (key == keys[second] and v > heap[second]):
                sift_down(keys, heap, size, key, v)
                continue
        size = drop_first(keys, heap, size)
        out[v] = False
        present[v] = True
        root = v
        for i in range(indptr[v], indptr[v + 1]):
            x = indices[i]
            if not present[x]:
                continue
            other = root_of(parent, x)
            if other == root:
                continue
            if mass[other] > mass[root]:
                root, other = other, root
            parent[other] = root
            mass[root] += mass[other]
    return out


@kernel
def least_key(kind, own, degree):
    """A bound from below on the key of a node that weighs `own`, whatever it would join."""
    if kind == 3:
        return np.sqrt(own)
    if kind == 4:
        return float(degree)
    return own


class Waiting(NamedTuple):
    """The candidates that are not back yet, and what it would cost to put each back."""

    loads: np.ndarray
    """float64 (c,): what each would join, itself included and the giant not, as last counted."""
    counts: np.ndarray
    """int64 (c,): how many components that is."""
    entry: np.ndarray
    """float64 (c,): the key under which each stands in the heap; entries with another are old."""
    keys: np.ndarray
    heap: np.ndarray
    bias: np.ndarray
    """float64 (c,): what its key is multiplied with."""
    present: np.ndarray
    """bool (nodes,): who is there."""
    follower: np.ndarray
    """int32 (nodes,): the next member of the same component, in a circle."""
    stamp: np.ndarray
    """int64 (nodes,): at which tick of the clock each component or candidate was last met."""


@kernel
def order_of_return(indptr, indices, total, c, threshold, kind, bias):
    """In which order the candidates come back when each time the one that joins least does.

    The mass of the giant (the heaviest component, once one passes the threshold) does not count:
    every candidate beside it would pay the same for it, and every key would change with it. int32
    (c,), first back first: the last to be removed.

    A heap holds bounds from below, and the first is counted anew before it is taken: exact for
    key 0. The other keys count components, which fall together away from the giant too; who
    touches several of those may come back later than a full count would have it.
    """
    nodes = total.shape[0]
    parent = np.arange(nodes).astype(np.int32)
    mass = total.copy()
    present = np.zeros(nodes, np.bool_)
    present[c:] = True
    room = 2 * c + indices.shape[0] + 16
    keys = np.empty(room, np.float64)
    heap = np.empty(room, np.int32)
    waiting = Waiting(
        np.zeros(c, np.float64),
        np.zeros(c, np.int64),
        np.zeros(c, np.float64),
        keys,
        heap,
        bias,
        present,
        np.arange(nodes).astype(np.int32),
        np.full(nodes, -1, np.int64),
    )
    loads, counts, entry = waiting.loads, waiting.counts, waiting.entry
    follower, stamp = waiting.follower, waiting.stamp
    giant = -1
    for x in range(c, nodes):
        if mass[x] > threshold and (giant < 0 or mass[x] > mass[giant]):
            giant = x
    size = 0
    for v in range(c):
        load = total[v]
        count = 0
        for i in range(indptr[v], indptr[v + 1]):
            x = indices[i]
            if present[x] and x != giant:
                load += mass[x]
                count += 1
        loads[v] = load
        counts[v] = count
        entry[v] = return_key(kind, load, count) * bias[v]
        size = push(keys, heap, size, entry[v], v)
    order = np.empty(c, np.int32)
    found = 0
    clock = 0
    while found < c:
        v = heap[0]
        if present[v] or keys[0] != entry[v]:
            size = drop_first(keys, heap, size)
            continue
        clock += 1
        load = total[v]
        count = 0
        for i in range(indptr[v], indptr[v + 1]):
            x = indices[i]
            if not present[x]:
                continue
            root = root_of(parent, x)
            if stamp[root] == clock:
                continue
            stamp[root] = clock
            if root != giant:
                load += mass[root]
                count += 1
        loads[v] = load
        counts[v] = count
        key = return_key(kind, load, count) * bias[v]
        if key > keys[0]:
            # The key under which it stood was a lower bound; look again who is first.
            entry[v] = key
            sift_down(keys, heap, size, key, v)
            # An old entry of the same candidate may have come up: it says nothing.
            if heap[0] != v or keys[0] != key:
                continue
        size = drop_first(keys, heap, size)
        order[found] = v
        found += 1
        present[v] = True
        beside_giant = giant >= 0 and stamp[giant] == clock
        root = v
        for i in range(indptr[v], indptr[v + 1]):
            x = indices[i]
            if not present[x]:
                continue
            other = root_of(parent, x)
            if other == root:
                continue
            if beside_giant and other != giant:
                clock += 1
                size = relieve(
                    indptr, indices, total, other, mass[other], clock, kind, waiting, size
                )
            if mass[other] > mass[root]:
                root, other = other, root
            parent[other] = root
            mass[root] += mass[other]
            follower[root], follower[other] = follower[other], follower[root]
        if beside_giant:
            giant = root
        elif mass[root] > threshold and (giant < 0 or mass[root] > mass[giant]):
            giant = root
            clock += 1
            size = relieve(indptr, indices, total, root, mass[root], clock, kind, waiting, size)
    return order


@kernel
def relieve(indptr, indices, total, component, load, clock, kind, waiting, size):
    """A component became part of the giant: whoever touches it joins `load` less now.

    The new keys are bounds from below (the component may have grown since they were counted).
    A component becomes part of the giant once, unless another one overtakes the giant: O(m) for
    all of them as a rule. The heap's new size.
    """
    loads, counts, entry = waiting.loads, waiting.counts, waiting.entry
    present, follower, stamp = waiting.present, waiting.follower, waiting.stamp
    c = loads.shape[0]
    member = component
    while True:
        for i in range(indptr[member], indptr[member + 1]):
            u = indices[i]
            if u >= c or present[u] or stamp[u] == clock:
                continue
            stamp[u] = clock
            loads[u] = max(total[u], loads[u] - load)
            counts[u] = max(0, counts[u] - 1)
            lower = return_key(kind, loads[u], counts[u]) * waiting.bias[u]
            if lower < entry[u]:
                entry[u] = lower
                if size < waiting.keys.shape[0]:
                    size = push(waiting.keys, waiting.heap, size, lower, u)
                    continue
                # Most entries are old ones: start again with those that are not.
                size = 0
                for w in range(c):
                    if not present[w]:
                        size = push(waiting.keys, waiting.heap, size, entry[w], w)
        member = follower[member]
        if member == component:
            return size


@kernel
def return_key(kind, load, count):
    """How dear it is to put a candidate back beside the giant, which does not count."""
    if kind == 0:
        return load
    if kind == 1:
        return load * max(count, 1)
    return np.sqrt(load) * (1.0 + count)
