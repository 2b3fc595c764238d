"""When accounts first belong to one strongly connected component, as accounts are put back.

Offline divide and conquer over time. A segment is a set of arcs and a span of times in which
each of them is known to fall inside a component for the first time; splitting it at the middle
takes the components of its arcs alone, so a level of all segments costs O(m).
"""

import numpy as np

from keynodes.kernels.compiling import kernel
from keynodes.kernels.fragmentation import root_of


@kernel
def component_roots(indptr, heads, count, roots, seen, earliest, above, following, waiting):
    """Give every account of a small graph the root of its strongly connected component.

    Accounts are 0 … count − 1; the row of u is ``heads[indptr[u]:indptr[u + 1]]``. `roots` is
    filled; the other arrays are room to work in. Tarjan's algorithm (1972), with the path of the
    search in `above` instead of a recursion.
    """
    clock, top = 0, 0
    for u in range(count):
        seen[u] = -1
        roots[u] = -1
    for start in range(count):
        if seen[start] >= 0:
            continue
        u = start
        above[u] = -1
        seen[u] = earliest[u] = clock
        clock += 1
        following[u] = indptr[u]
        waiting[top] = u
        top += 1
        while u >= 0:
            lowest = earliest[u]
            i = following[u]
            end = indptr[u + 1]
            child = -1
            while i < end:
                v = heads[i]
                i += 1
                if seen[v] < 0:
                    child = v
                    break
                if roots[v] < 0:  # its component is still open: v is on the path or below it
                    lowest = min(lowest, seen[v])
            following[u] = i
            earliest[u] = lowest
            if child >= 0:
                above[child] = u
                seen[child] = earliest[child] = clock
                clock += 1
                following[child] = indptr[child]
                waiting[top] = child
                top += 1
                u = child
                continue
            if lowest == seen[u]:
                while True:
                    top -= 1
                    v = waiting[top]
                    roots[v] = u
                    if v == u:
                        break
            parent = above[u]
            if parent >= 0:
                earliest[parent] = min(earliest[parent], lowest)
            u = parent


@kernel
def split(accounts, never, tails, heads, appears, bounds, low, high):
    """Split every segment of arcs at the middle of its times.

    Segment s is the arcs ``bounds[s]`` … ``bounds[s + 1] - 1``: each of them is inside a strongly
    connected component first at a time from ``low[s]`` to ``high[s] > low[s]``. Arcs whose ends
    are in one component at the middle go to the earlier half; the others go to the later half,
    where that component is one account. What can join no more is dropped.

    Returns the arcs that need another look as segments (tails, heads, appears, bounds, low,
    high), and those whose time is found: two accounts each, and the time they join (joined_tails,
    joined_heads, joined_at).
    """
    arcs = tails.shape[0]
    segments = low.shape[0]
    longest = 0
    for s in range(segments):
        longest = max(longest, bounds[s + 1] - bounds[s])
    room = min(accounts, 2 * longest)
    place = np.full(accounts, -1, np.int32)  # number of an account among those of the segment
    names = np.empty(room, np.int32)
    indptr = np.empty(room + 1, np.int32)
    targets = np.empty(longest, np.int32)
    roots = np.empty(room, np.int32)
    seen = np.empty(room, np.int32)
    earliest = np.empty(room, np.int32)
    above = np.empty(room, np.int32)
    following = np.empty(room, np.int32)
    waiting = np.empty(room, np.int32)
    new_tails = np.empty(arcs, np.int32)
    new_heads = np.empty(arcs, np.int32)
    new_appears = np.empty(arcs, np.int32)
    new_bounds = np.zeros(2 * segments + 1, np.int64)
    new_low = np.empty(2 * segments, np.int32)
    new_high = np.empty(2 * segments, np.int32)
    joined_tails = np.empty(arcs, np.int32)
    joined_heads = np.empty(arcs, np.int32)
    joined_at = np.empty(arcs, np.int32)
    kept, pieces, joined = 0, 0, 0
    for s in range(segments):
        begin, end = bounds[s], bounds[s + 1]
        middle = (low[s] + high[s]) // 2
        count = 0
        for i in range(begin, end):
            if appears[i] > middle:
                continue
            for u in (tails[i], heads[i]):
                if place[u] < 0:
                    place[u] = count
                    names[count] = u
                    indptr[count] = 0
                    count += 1
            indptr[place[tails[i]]] += 1
        total = 0
        for u in range(count):
            total += indptr[u]
            indptr[u] = total
        indptr[count] = total
        for i in range(end - 1, begin - 1, -1):
            if appears[i] <= middle:
                u = place[tails[i]]
                indptr[u] -= 1
                targets[indptr[u]] = place[heads[i]]
        component_roots(indptr, targets, count, roots, seen, earliest, above, following, waiting)
        for i in range(begin, end):
            if appears[i] > middle or roots[place[tails[i]]] != roots[place[heads[i]]]:
                continue
            if low[s] == middle:
                joined_tails[joined], joined_heads[joined] = tails[i], heads[i]
                joined_at[joined] = middle
                joined += 1
            else:
                new_tails[kept], new_heads[kept] = tails[i], heads[i]
                new_appears[kept] = appears[i]
                kept += 1
        if kept > new_bounds[pieces]:
            new_low[pieces], new_high[pieces] = low[s], middle
            pieces += 1
            new_bounds[pieces] = kept
        later = middle + 1
        for i in range(begin, end):
            if later == never:
                break
            tail, head = tails[i], heads[i]
            if place[tail] >= 0:
                tail = names[roots[place[tail]]]
            if place[head] >= 0:
                head = names[roots[place[head]]]
            if tail == head:
                continue
            if later == high[s]:
                joined_tails[joined], joined_heads[joined] = tail, head
                joined_at[joined] = later
                joined += 1
            else:
                new_tails[kept], new_heads[kept] = tail, head
                new_appears[kept] = appears[i]
                kept += 1
        if kept > new_bounds[pieces]:
            new_low[pieces], new_high[pieces] = later, high[s]
            pieces += 1
            new_bounds[pieces] = kept
        for u in range(count):
            place[names[u]] = -1
    return (
        (
            new_tails[:kept].copy(),
            new_heads[:kept].copy(),
            new_appears[:kept].copy(),
            new_bounds[: pieces + 1].copy(),
            new_low[:pieces].copy(),
            new_high[:pieces].copy(),
        ),
        (joined_tails[:joined].copy(), joined_heads[:joined].copy(), joined_at[:joined].copy()),
    )


@kernel
def grown(tails, heads, starts, order, weights):
    """Largest and heaviest component after 0 … k removals: int64 and float64 (k + 1,).

    Pairs ``starts[t]`` … ``starts[t + 1] - 1`` join at time t; at time t the last t accounts of
    `order` have been put back, so it is the state after k − t removals.
    """
    n = weights.shape[0]
    k = order.shape[0]
    parent = np.arange(n).astype(np.int32)
    size = np.ones(n, np.int64)
    weight = weights.copy()
    gone = np.zeros(n, np.bool_)
    for i in range(k):
        gone[order[i]] = True
    most, heavy = 0, 0.0
    for u in range(n):
        if not gone[u]:
            most = 1
            heavy = max(heavy, weight[u])
    largest = np.empty(k + 1, np.int64)
    heaviest = np.empty(k + 1, np.float64)
    for time in range(k + 1):
        if time > 0:
            u = order[k - time]
            most = max(most, 1)
            heavy = max(heavy, weight[u])
        for i in range(starts[time], starts[time + 1]):
            root, other = root_of(parent, tails[i]), root_of(parent, heads[i])
            if root == other:
                continue
            if size[other] > size[root]:
                root, other = other, root
            parent[other] = root
            size[root] += size[other]
            weight[root] += weight[other]
            most = max(most, size[root])
            heavy = max(heavy, weight[root])
        largest[k - time], heaviest[k - time] = most, heavy
    return largest, heaviest
