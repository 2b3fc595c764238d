"""How many are still reached after each step of a plan: the whole curve of a world in one pass.

An account is reached after step i if a live path from a source leads to it along accounts that are
removed later than i, or never. So it is reached for as long as the best of its paths holds: a
widest path, found from the latest steps down in O(nodes + arcs + steps).
"""

import numpy as np

from keynodes.kernels import heaps
from keynodes.kernels.compiling import kernel
from keynodes.kernels.dominators import MUTED, OPEN, REMOVED, arrivals


@kernel
def reach_after(worlds, steps, length, values, muting, sources_only, left):
    """Write what is reached in every world after 0, 1, … `length` steps of a plan.

    Parameters
    ----------
    worlds : Worlds
    steps : int32 (n,)
        The step at which each account is removed, 1 … length; 0: never.
    length : int
    values : int64 (n,)
    muting : bool
        Whether accounts are muted instead: they go on hearing, and sources go on speaking.
    sources_only : bool
        Whether accounts are removed only from worlds in which they are a source.
    left : int64 (w, length + 1)
    """
    most = 0
    for w in range(len(worlds.sources)):
        most = max(most, worlds.starts[w + 1] - worlds.starts[w])
    following = np.empty(most + 1, np.int32)
    known = np.empty(most + 1, np.bool_)
    first = np.full(length + 2, -1, np.int32)
    nodes, ptr, targets = worlds.nodes, worlds.ptr, worlds.targets
    for w in range(len(worlds.sources)):
        base, end = worlds.starts[w], worlds.starts[w + 1]
        count, roots = end - base, worlds.sources[w]
        for u in range(count):
            known[u] = False
        for i in range(length + 1):
            left[w, i] = 0
        for root in range(roots):
            step = steps[nodes[base + root]]
            level = length + 1 if step == 0 or muting else step
            known[root] = True
            following[root] = first[level]
            first[level] = root
        for level in range(length + 1, 0, -1):
            while first[level] >= 0:
                u = first[level]
                first[level] = following[u]
                for arc in range(ptr[base + u], ptr[base + u + 1]):
                    t = targets[arc]
                    if known[t]:
                        continue
                    known[t] = True
                    step = 0 if sources_only else steps[nodes[base + t]]
                    passing = level if step == 0 else min(level, step)
                    # Reached until step `hearing`: counted there, added up below.
                    hearing = level if muting else passing
                    left[w, hearing - 1] += values[nodes[base + t]]
                    following[t] = first[passing]
                    first[passing] = t
        for i in range(length - 1, -1, -1):
            left[w, i] += left[w, i + 1]


@kernel
def reach_without(worlds, gone, values, muting, left):
    """Write what is reached in every world once all of a plan are removed, as `reach_after` does.

    Parameters
    ----------
    worlds : Worlds
    gone : bool (n,)
        The accounts of the plan.
    values : int64 (n,)
    muting : bool
    left : int64 (w,)
    """
    most = 0
    for w in range(len(worlds.sources)):
        most = max(most, worlds.starts[w + 1] - worlds.starts[w])
    speaking = np.empty(most + 1, np.int32)
    known = np.empty(most + 1, np.bool_)
    nodes, ptr, targets = worlds.nodes, worlds.ptr, worlds.targets
    for w in range(len(worlds.sources)):
        base, end = worlds.starts[w], worlds.starts[w + 1]
        count, roots = end - base, worlds.sources[w]
        found, total = 0, np.int64(0)
        for u in range(count):
            known[u] = u < roots
        for root in range(roots):
            if muting or not gone[nodes[base + root]]:
                speaking[found] = root
                found += 1
        done = 0
        while done < found:
            u = speaking[done]
            done += 1
            for arc in range(ptr[base + u], ptr[base + u + 1]):
                t = targets[arc]
                if known[t]:
                    continue
                known[t] = True
                account = nodes[base + t]
                if not gone[account]:
                    speaking[found] = t
                    found += 1
                if muting or not gone[account]:
                    total += values[account]
        left[w] = total


@kernel
def reach_after_within(worlds, steps, length, values, muting, sources_only, limit, left):
    """The same where only what arrives within `limit` counts; arcs without lengths take 1.

    The plan is undone from its last step on; times of arrival only fall, and only what falls is
    looked at again.
    """
    most_nodes, most_arcs = 0, 0
    for w in range(len(worlds.sources)):
        begin, end = worlds.starts[w], worlds.starts[w + 1]
        most_nodes = max(most_nodes, end - begin)
        most_arcs = max(most_arcs, worlds.ptr[end] - worlds.ptr[begin])
    # When it would be reached, if it were open; and when it was looked at.
    when = np.empty(most_nodes + 1, np.float64)
    state = np.empty(most_nodes + 1, np.uint8)
    counted = np.empty(most_nodes + 1, np.bool_)
    following = np.empty(most_nodes + 1, np.int32)
    first = np.full(length + 2, -1, np.int32)
    room = most_nodes + most_arcs + 1
    heap_keys, heap_nodes = np.empty(room, np.float64), np.empty(room, np.int32)
    nodes, ptr, targets = worlds.nodes, worlds.ptr, worlds.targets
    timed = len(worlds.lengths) > 0
    for w in range(len(worlds.sources)):
        base, end = worlds.starts[w], worlds.starts[w + 1]
        count, roots = end - base, worlds.sources[w]
        size = 0
        for u in range(count):
            when[u] = 0.0 if u < roots else np.inf
            counted[u] = False
            step = steps[nodes[base + u]]
            if step == 0 or (muting and u < roots) or (sources_only and u >= roots):
                state[u] = OPEN
            else:
                state[u] = MUTED if muting else REMOVED
                following[u] = first[step]
                first[step] = u
            if u < roots and state[u] == OPEN:
                size = heaps.push(heap_keys, heap_nodes, size, 0.0, np.int32(u))
        total = np.int64(0)
        for step in range(length, -1, -1):
            while size > 0:
                now, u = heap_keys[0], heap_nodes[0]
                size = heaps.drop_first(heap_keys, heap_nodes, size)
                if now > when[u]:
                    continue
                if not counted[u] and u >= roots:
                    counted[u] = True
                    total += values[nodes[base + u]]
                if state[u] != OPEN:
                    continue
                for arc in range(ptr[base + u], ptr[base + u + 1]):
                    t = targets[arc]
                    then = now + (np.float64(worlds.lengths[arc]) if timed else 1.0)
                    if then <= limit and then < when[t]:
                        when[t] = then
                        if state[t] != REMOVED:
                            size = heaps.push(heap_keys, heap_nodes, size, then, t)
            left[w, step] = total
            if step == 0:
                break
            while first[step] >= 0:
                u = first[step]
                first[step] = following[u]
                state[u] = OPEN
                if when[u] < np.inf:
                    size = heaps.push(heap_keys, heap_nodes, size, when[u], u)


@kernel
def heard_counts(worlds, status, values, limit, counts, totals):
    """Count for every account the worlds in which it is reached; what each world reaches.

    Parameters
    ----------
    worlds, status, values
        As in `dominators.dominated`.
    limit : float64
        Only who is reached until then counts; infinite where worlds were drawn without a limit.
    counts : int64 (n,)
        Added to; sources of a world are not counted in it.
    totals : int64 (w,)
    """
    most_nodes, most_arcs = 0, 0
    for w in range(len(worlds.sources)):
        begin, end = worlds.starts[w], worlds.starts[w + 1]
        most_nodes = max(most_nodes, end - begin)
        most_arcs = max(most_arcs, worlds.ptr[end] - worlds.ptr[begin])
    open_to_all = True
    for one in status:
        open_to_all = open_to_all and one == OPEN
    when = np.zeros(most_nodes + 1, np.float64)
    room = 1 if open_to_all else most_nodes + most_arcs + 1
    heap_keys, heap_nodes = np.empty(room, np.float64), np.empty(room, np.int32)
    for w in range(len(worlds.sources)):
        base, end = worlds.starts[w], worlds.starts[w + 1]
        # All that a world holds is reached unless somebody is gone.
        if not open_to_all:
            arrivals(worlds, w, status, limit, when, heap_keys, heap_nodes)
        total = np.int64(0)
        for u in range(worlds.sources[w], end - base):
            if when[u] < np.inf:
                counts[worlds.nodes[base + u]] += 1
                total += values[worlds.nodes[base + u]]
        totals[w] = total
