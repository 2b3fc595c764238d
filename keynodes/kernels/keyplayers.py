"""Which set holds the network together: what each further removal leaves, and putting back."""

import numpy as np

from keynodes.kernels.compiling import kernel
from keynodes.kernels.fragmentation import root_of


@kernel
def pairs_left(indptr, indices, weights, alive):
    """Connected weight pairs Σ w_i w_j that are left when one more account goes: float64 (n,).

    Returns them for every account that is `alive` (NaN for the others), and the sum as it is now.
    One depth-first search cuts what is left at its articulation points (Hopcroft & Tarjan 1973):
    a child's subtree falls off its parent when nothing in it has a neighbour seen before. The
    search keeps its path in `parent` instead of recursing: a path may hold all accounts.

    Pairs inside a piece are (W² − S)/2, with W the sum of its weights and S that of their squares.
    """
    n = indptr.shape[0] - 1
    left = np.full(n, np.nan)
    falling = np.zeros(n)  # pairs inside the subtrees that hang on this account alone
    cut_weight = np.zeros(n)
    cut_square = np.zeros(n)
    weight = weights.copy()  # of the subtree
    square = weights * weights
    seen = np.full(n, -1, np.int32)
    earliest = np.empty(n, np.int32)
    parent = np.empty(n, np.int32)
    following = indptr[:-1].copy()
    by_time = np.empty(n, np.int32)
    clock = 0
    total = 0.0
    for root in range(n):
        if seen[root] >= 0 or not alive[root]:
            continue
        start = clock
        parent[root] = -1
        seen[root] = clock
        earliest[root] = clock
        by_time[clock] = root
        clock += 1
        u = root
        while u >= 0:
            lowest = earliest[u]
            child = -1
            i = following[u]
            end = indptr[u + 1]
            while i < end:
                v = indices[i]
                i += 1
                if seen[v] < 0:
                    if alive[v]:
                        child = v
                        break
                else:
                    lowest = min(lowest, seen[v])
            following[u] = i
            earliest[u] = lowest
            if child >= 0:
                parent[child] = u
                seen[child] = clock
                earliest[child] = clock
                by_time[clock] = child
                clock += 1
                u = child
                continue
            above = parent[u]
            if above >= 0:
                weight[above] += weight[u]
                square[above] += square[u]
                earliest[above] = min(earliest[above], lowest)
                if lowest >= seen[above]:
                    cut_weight[above] += weight[u]
                    cut_square[above] += square[u]
                    falling[above] += (weight[u] * weight[u] - square[u]) / 2.0
            u = above
        whole, squares = weight[root], square[root]
        inside = (whole * whole - squares) / 2.0
        total += inside
        for time in range(start, clock):
            u = by_time[time]
            rest = whole - weights[u] - cut_weight[u]
            rest_squares = squares - weights[u] * weights[u] - cut_square[u]
            left[u] = falling[u] + (rest * rest - rest_squares) / 2.0 - inside
    return left + total, total


@kernel
def _costs(indptr, indices, weights, joined, parent, mass, marks, stamp, account):
    """Weight pairs that would be joined if `account` came back."""
    together = weights[account]
    apart = together * together
    for i in range(indptr[account], indptr[account + 1]):
        v = indices[i]
        if joined[v]:
            root = root_of(parent, v)
            if marks[root] != stamp:
                marks[root] = stamp
                together += mass[root]
                apart += mass[root] * mass[root]
    return (together * together - apart) / 2.0


@kernel
def _join(indptr, indices, weights, joined, parent, mass, account):
    """Bring `account` back."""
    joined[account] = True
    root = account
    mass[root] = weights[account]
    for i in range(indptr[account], indptr[account + 1]):
        v = indices[i]
        if not joined[v]:
            continue
        other = root_of(parent, v)
        if other == root:
            continue
        if mass[other] > mass[root]:
            root, other = other, root
        parent[other] = root
        mass[root] += mass[other]


@kernel
def _before(costs, ties, one, other):
    if costs[one] != costs[other]:
        return costs[one] < costs[other]
    return ties[one] < ties[other]


@kernel
def _sink(heap, size, place, costs, ties):
    """Let the account at `place` sink to where it belongs."""
    moving = heap[place]
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and _before(costs, ties, heap[child + 1], heap[child]):
            child += 1
        if not _before(costs, ties, heap[child], moving):
            break
        heap[place] = heap[child]
        place = child
    heap[place] = moving


@kernel
def start_joining(indptr, indices, weights, alive):
    """The state of `put_back` when only the accounts `alive` are there: joined, parent, mass."""
    n = indptr.shape[0] - 1
    joined = np.zeros(n, np.bool_)
    parent = np.arange(n).astype(np.int32)
    mass = np.zeros(n)
    for u in range(n):
        if alive[u]:
            _join(indptr, indices, weights, joined, parent, mass, u)
    return joined, parent, mass


@kernel
def put_back(
    indptr, indices, weights, joined, parent, mass, marks, heap, costs, ties, counters,
    keep, slack, work, order,
):  # fmt: skip
    """Bring accounts of the heap back, the cheapest first, until only `keep` stay away.

    The cost of an account is the number of weight pairs that it would join. The heap may hold
    costs of the past: what comes up is counted anew, and comes back if it costs at most 1 +
    `slack` times what the heap's next is thought to cost; else it sinks. With a slack above 0 a
    cost that sinks has grown by that share, so an account is counted O(log(pairs) / slack) times,
    however many neighbours it has.

    Stops after about `work` arcs and goes on when called again: `counters` holds the size of the
    heap, how many came back (into `order`) and a stamp.
    """
    size, found, stamp = counters[0], counters[1], counters[2]
    done = 0
    while size > keep and done < work:
        u = heap[0]
        stamp += 1
        done += indptr[u + 1] - indptr[u] + 1
        costs[u] = _costs(indptr, indices, weights, joined, parent, mass, marks, stamp, u)
        following = -1
        if size > 1:
            following = heap[1]
            if size > 2 and _before(costs, ties, heap[2], heap[1]):
                following = heap[2]
        if following >= 0 and (
            costs[u] > costs[following] * (1.0 + slack)
            or (slack == 0.0 and _before(costs, ties, following, u))
        ):
            _sink(heap, size, 0, costs, ties)
            continue
        size -= 1
        heap[0] = heap[size]
        if size:
            _sink(heap, size, 0, costs, ties)
        _join(indptr, indices, weights, joined, parent, mass, u)
        order[found] = u
        found += 1
    counters[0], counters[1], counters[2] = size, found, stamp
