"""Worlds: which arcs pass content on, as far as it gets from the sources, packed into arrays.

In a world every arc is live or not by its coin (Kempe, Kleinberg & Tardos 2003), and only what the
sources reach along live arcs is kept. A pack of worlds lies in a few arrays, one world behind the
other: `nodes` in the order in which they were reached, sources first; the live arcs of the node at
position j are ``targets[ptr[j]:ptr[j + 1]]``, counted from the start of its world.
"""

from typing import NamedTuple

import numpy as np

from keynodes.kernels import heaps
from keynodes.kernels.coins import coin, narrow
from keynodes.kernels.compiling import kernel


class Worlds(NamedTuple):
    """Some worlds, packed."""

    starts: np.ndarray
    """int64 (w + 1,): the nodes of world i are ``nodes[starts[i]:starts[i + 1]]``."""
    sources: np.ndarray
    """int32 (w,): so many of them, the first, are its sources."""
    nodes: np.ndarray
    """int32: account of each node."""
    ptr: np.ndarray
    """int32 (nodes + 1,)."""
    targets: np.ndarray
    """int32: where each live arc leads, as a position in its world."""
    lengths: np.ndarray
    """float32: how long each live arc takes; empty where arcs are not timed."""


@kernel
def sampled(indptr, heads, low, top, keys, source_starts, source_nodes, hops):
    """Draw one world for each row of `keys`, no further than `hops` from its sources.

    Parameters
    ----------
    indptr, heads, low, top
        The arcs and when they are live, as in `Transmission`; `low` is empty unless each account
        keeps at most one of its arcs (linear threshold).
    keys : uint64 (w, 3)
    source_starts, source_nodes
        The sources of world i are ``source_nodes[source_starts[i]:source_starts[i + 1]]``.
    hops : int64

    Returns
    -------
    starts, sources, nodes, ptr, targets, visits
        As in `Worlds`, and how many arcs were looked at.
    """
    count = len(keys)
    place = np.full(len(indptr) - 1, -1, np.int32)
    starts = np.zeros(count + 1, np.int64)
    sources = np.zeros(count, np.int32)
    nodes = np.empty(1024, np.int32)
    ptr = np.empty(1025, np.int32)
    targets = np.empty(1024, np.int32)
    live = np.empty(widest(indptr) + 1, np.int64)
    tossed = np.empty(len(live), np.bool_)
    ptr[0] = 0
    used, arcs, visits = 0, 0, 0
    for w in range(count):
        first_key, second_key = keys[w, 0], keys[w, 1]
        base = used
        for i in range(source_starts[w], source_starts[w + 1]):
            s = source_nodes[i]
            if place[s] < 0:
                if used == len(nodes):
                    nodes = doubled(nodes)
                place[s] = used - base
                nodes[used] = s
                used += 1
        roots = used - base
        sources[w] = roots
        j = base
        depth, last_of_depth = 0, used
        while j < used:
            if j == last_of_depth:
                depth += 1
                last_of_depth = used
            u = nodes[j]
            if depth < hops:
                visits += indptr[u + 1] - indptr[u]
                hits = live_arcs(
                    indptr[u], indptr[u + 1], heads, low, top, first_key, second_key, live, tossed
                )
                # Apart from what follows, so that the processor waits for all of them at once.
                for hit in range(hits):
                    live[hit] = heads[live[hit]]
                while used + hits > len(nodes):
                    nodes = doubled(nodes)
                while arcs + hits > len(targets):
                    targets = doubled(targets)
                for hit in range(hits):
                    v = live[hit]
                    at = place[v]
                    if at < 0:
                        at = np.int32(used - base)
                        place[v] = at
                        nodes[used] = v
                        used += 1
                    elif at < roots:
                        continue  # what a source says is known to it already
                    targets[arcs] = at
                    arcs += 1
            j += 1
            if j == len(ptr):
                ptr = doubled(ptr)
            ptr[j] = arcs
        for i in range(base, used):
            place[nodes[i]] = -1
        starts[w + 1] = used
    return (
        starts,
        sources,
        nodes[:used].copy(),
        ptr[: used + 1].copy(),
        targets[:arcs].copy(),
        visits,
    )


@kernel
def sampled_in_time(indptr, heads, low, top, keys, source_starts, source_nodes, mean, limit):
    """Draw worlds as `sampled` does, each live arc taking an exponential time, up to `limit`.

    The time of an arc has the given `mean` and comes from its coin with the keys exchanged. Nodes
    stand in the order of the time at which they are reached (ties: as found).

    Returns
    -------
    starts, sources, nodes, ptr, targets, lengths, visits
    """
    n = len(indptr) - 1
    count = len(keys)
    live = np.empty(widest(indptr) + 1, np.int64)
    tossed = np.empty(len(live), np.bool_)
    place = np.full(n, -1, np.int32)
    reached_at = np.full(n, np.inf)
    starts = np.zeros(count + 1, np.int64)
    sources = np.zeros(count, np.int32)
    nodes = np.empty(1024, np.int32)
    ptr = np.empty(1025, np.int32)
    targets = np.empty(1024, np.int32)
    lengths = np.empty(1024, np.float32)
    heap_keys = np.empty(1024, np.float64)
    heap_nodes = np.empty(1024, np.int32)
    ptr[0] = 0
    used, arcs, visits = 0, 0, 0
    for w in range(count):
        first_key, second_key = keys[w, 0], keys[w, 1]
        base, first_arc = used, arcs
        size = 0
        roots = 0
        for i in range(source_starts[w], source_starts[w + 1]):
            s = source_nodes[i]
            if reached_at[s] > 0.0:
                if size == len(heap_keys):
                    heap_keys = doubled(heap_keys)
                    heap_nodes = doubled(heap_nodes)
                reached_at[s] = 0.0
                size = heaps.push(heap_keys, heap_nodes, size, 0.0, s)
                roots += 1
        sources[w] = roots
        while size > 0:
            now, u = heap_keys[0], heap_nodes[0]
            size = heaps.drop_first(heap_keys, heap_nodes, size)
            if place[u] >= 0:
                continue
            if used == len(nodes):
                nodes = doubled(nodes)
            place[u] = used - base
            nodes[used] = u
            used += 1
            visits += indptr[u + 1] - indptr[u]
            hits = live_arcs(
                indptr[u], indptr[u + 1], heads, low, top, first_key, second_key, live, tossed
            )
            for hit in range(hits):
                arc = live[hit]
                v = heads[arc]
                if reached_at[v] == 0.0:
                    continue
                share = (np.float64(coin(second_key, first_key, arc)) + 0.5) / 4294967296.0
                length = np.float32(-mean * np.log(share))
                then = now + np.float64(length)
                if then > limit:
                    continue
                if then < reached_at[v]:
                    reached_at[v] = then
                    if size == len(heap_keys):
                        heap_keys = doubled(heap_keys)
                        heap_nodes = doubled(heap_nodes)
                    size = heaps.push(heap_keys, heap_nodes, size, then, v)
                if arcs == len(targets):
                    targets = doubled(targets)
                    lengths = doubled(lengths)
                targets[arcs] = v
                lengths[arcs] = length
                arcs += 1
            if used == len(ptr):
                ptr = doubled(ptr)
            ptr[used] = arcs
        for arc in range(first_arc, arcs):
            targets[arc] = place[targets[arc]]
        for i in range(base, used):
            place[nodes[i]] = -1
            reached_at[nodes[i]] = np.inf
        starts[w + 1] = used
    return (
        starts,
        sources,
        nodes[:used].copy(),
        ptr[: used + 1].copy(),
        targets[:arcs].copy(),
        lengths[:arcs].copy(),
        visits,
    )


@kernel
def doubled(values):
    """The same array with room for twice as many."""
    longer = np.empty(2 * len(values), values.dtype)
    longer[: len(values)] = values
    return longer


@kernel
def widest(indptr):
    """The length of the longest row."""
    most = 0
    for u in range(len(indptr) - 1):
        most = max(most, indptr[u + 1] - indptr[u])
    return most


@kernel
def live_arcs(start, stop, heads, low, top, first_key, second_key, live, tossed):
    """Write those of the arcs `start` … `stop` − 1 that are live in a world; how many.

    Apart from the search around it and without branches, because few arcs are live, and coins
    first, because many are tossed at once: several times as fast. `live` has room for one more than
    that, `tossed` for as many.
    """
    hits = 0
    if len(low) == 0:
        one, two = np.uint32(first_key), np.uint32(second_key)
        tops = top[start:stop]
        for i in range(stop - start):
            tossed[i] = narrow(np.uint32(start + i), one, two) <= tops[i]
        for i in range(stop - start):
            live[hits] = start + i
            hits += tossed[i]
    else:
        for arc in range(start, stop):
            live[hits] = arc
            toss = coin(first_key, second_key, heads[arc])
            hits += (low[arc] <= toss) & (toss <= low[arc] + top[arc])
    return hits
