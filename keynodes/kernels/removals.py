"""Removal from stored worlds: which worlds it concerns, and what changes in them."""

import numpy as np

from keynodes.kernels.compiling import kernel
from keynodes.kernels.worlds import Worlds


@kernel
def worlds_with(worlds, account, scores, reached_only):
    """The worlds that an account is in, and its positions: int64 both.

    With `reached_only` those where its score is not 0, or where it is a source: enough where
    whoever is reached has a score.
    """
    found = np.empty(len(worlds.sources), np.int64)
    places = np.empty(len(worlds.sources), np.int64)
    count = 0
    w = 0
    for j in range(len(worlds.nodes)):
        if worlds.nodes[j] != account:
            continue
        while worlds.starts[w + 1] <= j:
            w += 1
        if not reached_only or scores[j] != 0 or j - worlds.starts[w] < worlds.sources[w]:
            found[count] = w
            places[count] = j
            count += 1
    return found[:count].copy(), places[:count].copy()


@kernel
def outdated_with(worlds, outdated, account):
    """The worlds among the `outdated` ones in which an account passes something on: int64."""
    found = np.empty(len(worlds.sources), np.int64)
    count = 0
    for w in range(len(worlds.sources)):
        if not outdated[w]:
            continue
        for j in range(worlds.starts[w], worlds.starts[w + 1]):
            if worlds.nodes[j] == account:
                if worlds.ptr[j + 1] > worlds.ptr[j]:
                    found[count] = w
                    count += 1
                break
    return found[:count].copy()


@kernel
def scores_of(worlds, which, scores):
    """The scores of all nodes of some worlds, one world behind the other."""
    total = 0
    for w in which:
        total += worlds.starts[w + 1] - worlds.starts[w]
    copied = np.empty(total, np.int64)
    at = 0
    for w in which:
        for j in range(worlds.starts[w], worlds.starts[w + 1]):
            copied[at] = scores[j]
            at += 1
    return copied


@kernel
def add_scores(worlds, which, scores, before, gains):
    """Add the scores of some worlds to the accounts' gains, less what they were `before`.

    Parameters
    ----------
    worlds : Worlds
    which : int64
    scores : int64 (nodes,)
    before : int64
        As `scores_of` returns it; empty for nothing.
    gains : int64 (n,)
    """
    at = 0
    for w in which:
        for j in range(worlds.starts[w], worlds.starts[w + 1]):
            if not len(before):
                gains[worlds.nodes[j]] += scores[j]
            elif scores[j] != before[at + j - worlds.starts[w]]:
                # Most are as they were, and their accounts lie far apart.
                gains[worlds.nodes[j]] += scores[j] - before[at + j - worlds.starts[w]]
        at += worlds.starts[w + 1] - worlds.starts[w]


@kernel
def one_path_each(worlds, limit):
    """Keep one live path to every node: of the arcs into it one, drawn at random, from before it.

    What is reached along other paths stays reached in truth, so that removal from these trees cuts
    at least what it cuts from the worlds. Under a finite `limit` the paths are shortest ones.

    Returns
    -------
    ptr, targets
        The live arcs of the same nodes, at most one into each.
    """
    nodes = len(worlds.nodes)
    parent = np.full(nodes, -1, np.int32)
    ways = np.zeros(nodes, np.int32)
    when = np.zeros(nodes, np.float64)
    timed = len(worlds.lengths) > 0
    limited = limit < np.inf
    state = np.uint64(0x2545F491)
    for w in range(len(worlds.sources)):
        base, end = worlds.starts[w], worlds.starts[w + 1]
        roots = worlds.sources[w]
        if limited:
            # Nodes stand in the order in which they are reached: times are known on the way.
            for u in range(base + roots, end):
                when[u] = np.inf
            for u in range(base, end):
                for arc in range(worlds.ptr[u], worlds.ptr[u + 1]):
                    t = base + worlds.targets[arc]
                    then = when[u] + (np.float64(worlds.lengths[arc]) if timed else 1.0)
                    when[t] = min(when[t], then)
        for u in range(base, end):
            for arc in range(worlds.ptr[u], worlds.ptr[u + 1]):
                t = base + worlds.targets[arc]
                if t <= u:
                    continue
                if limited:
                    then = when[u] + (np.float64(worlds.lengths[arc]) if timed else 1.0)
                    if then > when[t]:
                        continue
                ways[t] += 1
                # Reservoir sampling, by a multiply-with-carry below 2^32 (no overflow).
                state = (state & np.uint64(0xFFFF)) * np.uint64(36969) + (state >> np.uint64(16))
                if np.int64(state & np.uint64(0xFFFF)) * ways[t] < 65536:
                    parent[t] = u - base
    ptr = np.zeros(nodes + 1, np.int32)
    targets = np.empty(nodes, np.int32)
    for w in range(len(worlds.sources)):
        base = worlds.starts[w]
        for t in range(base, worlds.starts[w + 1]):
            if parent[t] >= 0:
                ptr[base + parent[t] + 1] += 1
    for j in range(nodes):
        ptr[j + 1] += ptr[j]
    filled = ptr[:-1].copy()
    for w in range(len(worlds.sources)):
        base = worlds.starts[w]
        for t in range(base, worlds.starts[w + 1]):
            if parent[t] >= 0:
                at = base + parent[t]
                targets[filled[at]] = t - base
                filled[at] += 1
    return ptr, targets[: ptr[nodes]].copy()


def trees_of(worlds: Worlds, limit: float) -> Worlds:
    """Return the worlds with one live path to every node."""
    ptr, targets = one_path_each(worlds, limit)
    return worlds._replace(ptr=ptr, targets=targets, lengths=np.zeros(0, np.float32))


def first_worlds(worlds: Worlds, count: int) -> Worlds:
    """Return the first so many worlds of a pack, at least one."""
    nodes = worlds.starts[count]
    arcs = worlds.ptr[nodes]
    return Worlds(
        worlds.starts[: count + 1],
        worlds.sources[:count],
        worlds.nodes[:nodes],
        worlds.ptr[: nodes + 1],
        worlds.targets[:arcs],
        worlds.lengths[:arcs],
    )
