"""What each account of a world dominates: all that nobody would hear of without it.

The drop of reach when one account alone is removed is, in each world, exactly the size of its
subtree in the dominator tree (Lengauer & Tarjan 1979, doi:10.1145/357062.357071). Worlds are nearly
trees, where few accounts are heard from twice: there the tree is made by meeting the paths of those
few (Cooper, Harvey & Kennedy 2001, "A simple, fast dominance algorithm"). Where that takes too many
steps, it is made by the semi-NCA algorithm (Georgiadis, Tarjan & Werneck 2006,
doi:10.7155/jgaa.00119), without recursion. O(nodes + arcs) a world but for the logarithm of path
compression.
"""

import numpy as np

from keynodes.kernels import heaps
from keynodes.kernels.compiling import kernel

PATIENCE = 8
"""Steps for each node and arc that meeting paths may take before semi-NCA is taken instead."""

OPEN, REMOVED, MUTED = 0, 1, 2
"""What has become of an account: it passes on what it hears; it is gone; it hears, and no more."""


@kernel
def dominated(worlds, which, status, values, muting, drops):
    """Write the drop of every node of the worlds `which` into `drops`.

    Parameters
    ----------
    worlds : Worlds
    which : int64
        Worlds to work on.
    status : uint8 (n,)
        `OPEN`, `REMOVED` or `MUTED`, by account. Sources that are muted still say what they say.
    values : int64 (n,)
        What reaching each account counts; sources count nothing in their world.
    muting : bool
        Whether the drop is that of muting the account, which goes on hearing; else of removal.
    drops : int64 (nodes,)
        0 where the node is not reached any more.
    """
    most_nodes, most_arcs = 0, 0
    for w in which:
        begin, end = worlds.starts[w], worlds.starts[w + 1]
        most_nodes = max(most_nodes, end - begin)
        most_arcs = max(most_arcs, worlds.ptr[end] - worlds.ptr[begin])
    scratch = np.empty((8, most_nodes + 2), np.int32)
    cursor = np.empty(most_nodes + 1, np.int64)
    heard_from = np.empty(most_arcs + 1, np.int32)
    heard_before = np.empty(most_arcs + 1, np.int32)
    below = np.empty(most_nodes + 1, np.int64)
    every = np.empty(0, np.bool_)
    for w in which:
        terms = (worlds, w, every, status, values, muting, scratch)
        if not drops_by_meeting(*terms, heard_from, heard_before, below, drops, PATIENCE):
            drops_by_numbers(*terms, cursor, heard_from, below, drops)


@kernel
def dominated_within(worlds, which, status, values, muting, limit, lower, upper):
    """Write bounds of the drop of every node, where only what arrives within `limit` counts.

    Where lengths matter, removal may make an arrival late without making it impossible. What a
    node dominates along the arcs that can be part of a timely path is lost for certain, and what
    it does not dominate along the arcs of shortest paths keeps its time: the true drop is between.

    Parameters
    ----------
    worlds, which, status, values, muting
        As in `dominated`; arcs without `lengths` take 1 each.
    limit : float64
    lower, upper : int64 (nodes,)
        Both 0 where the node is not reached in time any more.
    """
    most_nodes, most_arcs = 0, 0
    for w in which:
        begin, end = worlds.starts[w], worlds.starts[w + 1]
        most_nodes = max(most_nodes, end - begin)
        most_arcs = max(most_arcs, worlds.ptr[end] - worlds.ptr[begin])
    scratch = np.empty((8, most_nodes + 2), np.int32)
    cursor = np.empty(most_nodes + 1, np.int64)
    heard_from = np.empty(most_arcs + 1, np.int32)
    heard_before = np.empty(most_arcs + 1, np.int32)
    below = np.empty(most_nodes + 1, np.int64)
    kept = np.empty(most_arcs + 1, np.bool_)
    when = np.empty(most_nodes + 1, np.float64)
    heap_keys = np.empty(most_arcs + most_nodes + 1, np.float64)
    heap_nodes = np.empty(most_arcs + most_nodes + 1, np.int32)
    for w in which:
        base, end = worlds.starts[w], worlds.starts[w + 1]
        arrivals(worlds, w, status, limit, when, heap_keys, heap_nodes)
        for side in range(2):
            for u in range(end - base):
                for arc in range(worlds.ptr[base + u], worlds.ptr[base + u + 1]):
                    then = when[u] + _length(worlds, arc)
                    if side == 0:
                        timely = then <= limit
                    else:
                        timely = then <= limit and then == when[worlds.targets[arc]]
                    kept[arc - worlds.ptr[base]] = timely
            drops = lower if side == 0 else upper
            terms = (worlds, w, kept, status, values, muting, scratch)
            if not drops_by_meeting(*terms, heard_from, heard_before, below, drops, PATIENCE):
                drops_by_numbers(*terms, cursor, heard_from, below, drops)


@kernel
def arrivals(worlds, w, status, limit, when, heap_keys, heap_nodes):
    """Write when each node of a world is reached, infinity after `limit` (Dijkstra).

    The heap needs room for all nodes and arcs of the world.
    """
    base, end = worlds.starts[w], worlds.starts[w + 1]
    roots = worlds.sources[w]
    size = 0
    for u in range(end - base):
        when[u] = np.inf
    for root in range(roots):
        if status[worlds.nodes[base + root]] != REMOVED:
            when[root] = 0.0
            size = heaps.push(heap_keys, heap_nodes, size, 0.0, np.int32(root))
    while size > 0:
        now, u = heap_keys[0], heap_nodes[0]
        size = heaps.drop_first(heap_keys, heap_nodes, size)
        if now > when[u] or (status[worlds.nodes[base + u]] == MUTED and u >= roots):
            continue
        for arc in range(worlds.ptr[base + u], worlds.ptr[base + u + 1]):
            t = worlds.targets[arc]
            then = now + _length(worlds, arc)
            if then <= limit and then < when[t] and status[worlds.nodes[base + t]] != REMOVED:
                when[t] = then
                size = heaps.push(heap_keys, heap_nodes, size, then, t)


@kernel
def lost_without(worlds, which, places, status, values, muting, limit, losses):
    """Write how much less is reached in time when one node is gone: by trying it.

    Parameters
    ----------
    which, places : int64 (k,)
        Entry i is about the node at position ``places[i]`` of world ``which[i]``.
    muting : bool
        Whether it is muted instead.
    losses : int64 (k,)
    """
    most_nodes, most_arcs = 0, 0
    for w in which:
        begin, end = worlds.starts[w], worlds.starts[w + 1]
        most_nodes = max(most_nodes, end - begin)
        most_arcs = max(most_arcs, worlds.ptr[end] - worlds.ptr[begin])
    when = np.empty(most_nodes + 1, np.float64)
    heap_keys = np.empty(most_arcs + most_nodes + 1, np.float64)
    heap_nodes = np.empty(most_arcs + most_nodes + 1, np.int32)
    changed = status.copy()
    last, whole = -1, 0
    for i in range(len(which)):
        w = which[i]
        account = worlds.nodes[worlds.starts[w] + places[i]]
        if w != last:
            arrivals(worlds, w, status, limit, when, heap_keys, heap_nodes)
            whole = _heard(worlds, w, when, values)
            last = w
        # Who is gone already does not come back as muted.
        changed[account] = MUTED if muting and status[account] != REMOVED else REMOVED
        arrivals(worlds, w, changed, limit, when, heap_keys, heap_nodes)
        losses[i] = whole - _heard(worlds, w, when, values)
        changed[account] = status[account]


@kernel
def _heard(worlds, w, when, values):
    """What the nodes that are reached count, sources apart."""
    base = worlds.starts[w]
    total = np.int64(0)
    for u in range(worlds.sources[w], worlds.starts[w + 1] - base):
        if when[u] < np.inf:
            total += values[worlds.nodes[base + u]]
    return total


@kernel
def _length(worlds, arc):
    """How long a live arc takes: 1 where arcs are not timed."""
    return np.float64(worlds.lengths[arc]) if len(worlds.lengths) else 1.0


@kernel
def drops_by_meeting(
    worlds,
    w,
    kept,
    status,
    values,
    muting,
    scratch,
    heard_from,
    heard_before,
    below,
    drops,
    patience,
):
    """Write the drops of one world, along the arcs that are `kept` (all where that is empty).

    Breadth first from all sources, everybody hangs on whom it heard first. Whoever hears from
    somebody else too is hung where both paths meet, until nothing changes.

    Returns
    -------
    bool
        False when that takes more than `patience` steps for each node and arc: nothing is known.
    """
    base, end = worlds.starts[w], worlds.starts[w + 1]
    roots = worlds.sources[w]
    nodes, ptr, targets = worlds.nodes, worlds.ptr, worlds.targets
    some = len(kept) > 0
    first_arc = ptr[base]
    number, vertex, parent, dominator = scratch[0], scratch[1], scratch[2], scratch[3]
    last = scratch[4]
    for i in range(end - base):
        number[i] = 0
        drops[base + i] = 0
    # Numbers are from 1 on; sources hang on a root of number 0. Whom each hears besides is a chain:
    # entry `last` of `heard_from`, and before each entry that in `heard_before`; 0 ends it.
    found, again = 0, 0
    for root in range(roots):
        if status[nodes[base + root]] != REMOVED:
            found += 1
            number[root] = found
            vertex[found] = root
            parent[found] = 0
            last[found] = 0
    i = 1
    while i <= found:
        u = vertex[i]
        if status[nodes[base + u]] != MUTED or u < roots:
            for arc in range(ptr[base + u], ptr[base + u + 1]):
                if some and not kept[arc - first_arc]:
                    continue
                t = targets[arc]
                j = number[t]
                if j > 0:
                    again += 1
                    heard_from[again] = i
                    heard_before[again] = last[j]
                    last[j] = again
                elif status[nodes[base + t]] != REMOVED:
                    found += 1
                    number[t] = found
                    vertex[found] = t
                    parent[found] = i
                    last[found] = 0
        i += 1
    for i in range(found + 1):
        dominator[i] = parent[i]
    steps, most = 0, patience * (found + again)
    changed = again > 0
    while changed:
        changed = False
        for i in range(1, found + 1):
            at = last[i]
            if at == 0:
                continue
            meeting = parent[i]
            while at > 0:
                other = heard_from[at]
                while meeting != other:
                    # Whoever dominates has the smaller number.
                    if meeting > other:
                        meeting = dominator[meeting]
                    else:
                        other = dominator[other]
                    steps += 1
                at = heard_before[at]
            if meeting != dominator[i]:
                dominator[i] = meeting
                changed = True
            if steps > most:
                return False
    _sum_subtrees(worlds, w, found, vertex, dominator, values, muting, below, drops)
    return True


@kernel
def drops_by_numbers(
    worlds, w, kept, status, values, muting, scratch, cursor, heard_from, below, drops
):
    """Write the same by semi-NCA, whatever the world looks like."""
    base, end = worlds.starts[w], worlds.starts[w + 1]
    count, roots = end - base, worlds.sources[w]
    nodes, ptr, targets = worlds.nodes, worlds.ptr, worlds.targets
    some = len(kept) > 0
    first_arc = ptr[base]
    number, vertex, parent, dominator = scratch[0], scratch[1], scratch[2], scratch[3]
    semi, label, stack, heard_ptr = scratch[4], scratch[5], scratch[6], scratch[7]

    # Depth first from all sources, which hang on a root of number 0. Numbers are from 1 on.
    for i in range(count):
        number[i] = 0
        drops[base + i] = 0
    found = 0
    for root in range(roots):
        if status[nodes[base + root]] == REMOVED:
            continue
        found += 1
        number[root] = found
        vertex[found] = root
        parent[found] = 0
        cursor[root] = ptr[base + root]
        stack[0] = root
        height = 1
        while height > 0:
            u = stack[height - 1]
            arc, stop = cursor[u], ptr[base + u + 1]
            if status[nodes[base + u]] == MUTED and u >= roots:
                stop = arc
            deeper = False
            while arc < stop:
                t = targets[arc]
                if (
                    number[t] == 0
                    and status[nodes[base + t]] != REMOVED
                    and (not some or kept[arc - first_arc])
                ):
                    found += 1
                    number[t] = found
                    vertex[found] = t
                    parent[found] = number[u]
                    cursor[t] = ptr[base + t]
                    stack[height] = t
                    height += 1
                    deeper = True
                    arc += 1
                    break
                arc += 1
            cursor[u] = arc
            if not deeper:
                height -= 1

    # Whom each heard it from, by number.
    for i in range(found + 2):
        heard_ptr[i] = 0
    for i in range(1, found + 1):
        u = vertex[i]
        if status[nodes[base + u]] == MUTED and u >= roots:
            continue
        for arc in range(ptr[base + u], ptr[base + u + 1]):
            if number[targets[arc]] > 0 and (not some or kept[arc - first_arc]):
                heard_ptr[number[targets[arc]] + 1] += 1
    for i in range(1, found + 2):
        heard_ptr[i] += heard_ptr[i - 1]
    for i in range(1, found + 1):
        u = vertex[i]
        if status[nodes[base + u]] == MUTED and u >= roots:
            continue
        for arc in range(ptr[base + u], ptr[base + u + 1]):
            t = number[targets[arc]]
            if t > 0 and (not some or kept[arc - first_arc]):
                heard_from[heard_ptr[t]] = i
                heard_ptr[t] += 1
    # Each row has moved to the start of the next one.
    for i in range(found + 1, 0, -1):
        heard_ptr[i] = heard_ptr[i - 1]

    for i in range(found + 1):
        semi[i] = i
        label[i] = i
        dominator[i] = parent[i]
    for i in range(found, 0, -1):
        best = parent[i]
        for at in range(heard_ptr[i], heard_ptr[i + 1]):
            candidate = semi[_lowest(heard_from[at], i + 1, parent, semi, label, stack)]
            best = min(best, candidate)
        semi[i] = best
    for i in range(1, found + 1):
        above = dominator[i]
        while above > semi[i]:
            above = dominator[above]
        dominator[i] = above
    _sum_subtrees(worlds, w, found, vertex, dominator, values, muting, below, drops)


@kernel
def _sum_subtrees(worlds, w, found, vertex, dominator, values, muting, below, drops):
    """Write what each of the `found` nodes has below it in the dominator tree, itself included."""
    base, roots, nodes = worlds.starts[w], worlds.sources[w], worlds.nodes
    for i in range(1, found + 1):
        u = vertex[i]
        below[i] = 0 if u < roots else values[nodes[base + u]]
    for i in range(found, 0, -1):
        u = vertex[i]
        if dominator[i] > 0:
            below[dominator[i]] += below[i]
        drops[base + u] = below[i]
        if muting:
            # It goes on hearing; and a source goes on saying what it has to say.
            drops[base + u] -= below[i] if u < roots else values[nodes[base + u]]


@kernel
def _lowest(v, linked, parent, semi, label, stack):
    """The label with the least semidominator on the path above v among numbers from `linked` on.

    Paths are compressed on the way.
    """
    if parent[v] < linked:
        return label[v]
    height = 0
    u = v
    while parent[u] >= linked:
        stack[height] = u
        height += 1
        u = parent[u]
    # u hangs below a number that is not linked yet.
    while height > 0:
        height -= 1
        below = stack[height]
        parent[below] = parent[u]
        if semi[label[u]] < semi[label[below]]:
            label[below] = label[u]
        u = below
    return label[v]


@kernel
def add_drops(worlds, drops, batch_of, totals, authored):
    """Add the drops of all nodes to the totals of the batch that their world belongs to.

    Parameters
    ----------
    worlds : Worlds
    drops : int64 (nodes,)
    batch_of : int64 (w,)
        Which row of `totals` each world is added to.
    totals : int64 (batches, n)
    authored : int64 (n,)
        The part of the drops where the account is a source of the world.
    """
    for w in range(len(worlds.sources)):
        base = worlds.starts[w]
        total = totals[batch_of[w]]
        for j in range(base, worlds.starts[w + 1]):
            total[worlds.nodes[j]] += drops[j]
            if j - base < worlds.sources[w]:
                authored[worlds.nodes[j]] += drops[j]
