"""Who is reached while accounts are removed and come back: many histories in each world.

In a world every arc has its coin, and every hearer of a planned identity has made up its mind: how
soon it hears the next account of that identity, if ever. So a world can be kept as the few arcs
that are live in some state of the planned accounts, and all histories are followed in it; nothing
outlives its world. Who hears an account again is nested: the later of two cycles has fewer.
"""

from typing import NamedTuple

import numpy as np

from keynodes.kernels.coins import coin, mixed
from keynodes.kernels.compiling import kernel
from keynodes.kernels.returns import answer
from keynodes.kernels.worlds import doubled

ORIGINAL, AGAIN, NEW = 1, 2, 4
"""What a kept arc is good for: it is live while its tail has its first account; it is live when a
later account of its tail has that hearer again; it is a tie that only a later account makes."""

LOYAL, FRESH, TIE, KIND, FIRST, LAST = (
    np.uint64(word)
    for word in (0x2C1B3C6D, 0x297A2D39, 0x5BD1E995, 0x1B873593, 0x632BE5AB, 0x3D4D51CB)
)
"""Which question a coin answers: it is mixed into the keys."""


class Paths(NamedTuple):
    """The arcs, and when they are live."""

    indptr: np.ndarray
    heads: np.ndarray
    low: np.ndarray
    """uint32: as in `Transmission`; empty unless the model is linear threshold."""
    top: np.ndarray
    risen: np.ndarray
    """uint32: instead of `top` for arcs of returned accounts, which may post more or less."""
    welcome: np.ndarray
    """uint64 (n,): the same for new ties, by who hears; a coin below it is live."""


class Ties(NamedTuple):
    """The new ties of returned accounts."""

    share: float
    """Of the hearers that are lost for good, how many are replaced."""
    closure: float
    """Probability that a new hearer is a hearer of a hearer."""
    preferential: float
    """Probability that one who is not is found all the same, by how many it hears already."""


class Kept(NamedTuple):
    """A world as far as it can get in any state of the planned accounts."""

    nodes: np.ndarray
    """int32: accounts, the sources first."""
    roots: int
    """How many sources."""
    ends: np.ndarray
    """int64: the arcs of node j end there; they begin where those of j − 1 end."""
    targets: np.ndarray
    """int32: positions in `nodes`."""
    kinds: np.ndarray
    """int32: sums of `ORIGINAL` and `AGAIN`, or `NEW`."""
    loyal: np.ndarray
    """float64: the arc of a later account is there once it has more than this share of its
    audience."""
    fresh: np.ndarray
    """float64: the same for new ties, and the share of lost hearers that are replaced."""


@kernel
def new_hearer(paths, ties, u, arc, one, two):
    """Whom a later account of u finds in place of the hearer of `arc`; −1 for nobody."""
    indptr, heads = paths.indptr, paths.heads
    kind = answer(one, two, KIND, arc)
    first = answer(one, two, FIRST, arc)
    last = answer(one, two, LAST, arc)
    found = np.int32(-1)
    if kind < ties.closure:
        v = heads[indptr[u] + np.int64(first * (indptr[u + 1] - indptr[u]))]
        degree = indptr[v + 1] - indptr[v]
        if degree > 0:
            found = heads[indptr[v] + np.int64(last * degree)]
    elif kind < ties.closure + (1.0 - ties.closure) * ties.preferential:
        # Who hears, of any arc: an account in proportion to how many it hears.
        found = heads[np.int64(first * len(heads))]
    return np.int32(-1) if found == u else found


@kernel
def kept_world(paths, ties, place, most, one, two, sources, at):
    """Keep what the sources reach in a world, whichever accounts are removed or back.

    `most` is the largest share of its audience that a later account can have. `at` (int32 (n,)) is
    −1 everywhere; afterwards it has the positions of the nodes.
    """
    indptr, heads = paths.indptr, paths.heads
    by_head = len(paths.low) > 0
    nodes = np.empty(256, np.int32)
    ends = np.empty(256, np.int64)
    targets = np.empty(256, np.int32)
    kinds = np.empty(256, np.int32)
    loyal = np.empty(256)
    fresh = np.empty(256)
    used, arcs, visits, j = 0, 0, 0, 0
    for s in sources:
        if at[s] < 0:
            if used == len(nodes):
                nodes = doubled(nodes)
            at[s] = used
            nodes[used] = s
            used += 1
    roots = used
    while j < used:
        u = nodes[j]
        planned = place[u] >= 0
        visits += indptr[u + 1] - indptr[u]
        for arc in range(indptr[u], indptr[u + 1]):
            if by_head:
                toss = coin(one, two, heads[arc])
                live = toss >= paths.low[arc] and toss - paths.low[arc] <= paths.top[arc]
                again = live
            else:
                toss = coin(one, two, arc)
                live = toss <= paths.top[arc]
                again = toss <= paths.risen[arc]
            old = ORIGINAL if live else 0
            new = 0
            returning = 0.0
            if planned:
                returning = answer(one, two, LOYAL, arc)
                old += AGAIN if again and returning < most else 0
                # In linear threshold a hearer has room for no new tie.
                if not by_head and ties.share > 0.0:
                    new = NEW if answer(one, two, FRESH, arc) < ties.share else 0
            for kind in (old, new):
                if kind == 0:
                    continue
                v = heads[arc] if kind != NEW else new_hearer(paths, ties, u, arc, one, two)
                if v < 0:
                    continue
                if kind == NEW:
                    toss = coin(mixed(one ^ TIE), mixed(two ^ TIE), arc)
                    if toss >= paths.welcome[v]:
                        continue
                if at[v] < 0:
                    if used == len(nodes):
                        nodes = doubled(nodes)
                    at[v] = used
                    nodes[used] = v
                    used += 1
                elif at[v] < roots:
                    continue  # sources are not counted, and know what they say
                if arcs == len(targets):
                    targets, kinds = doubled(targets), doubled(kinds)
                    loyal, fresh = doubled(loyal), doubled(fresh)
                targets[arcs] = at[v]
                kinds[arcs] = kind
                loyal[arcs] = returning
                fresh[arcs] = answer(one, two, FRESH, arc) if kind == NEW else 0.0
                arcs += 1
        if j == len(ends):
            ends = doubled(ends)
        ends[j] = arcs
        j += 1
    return (
        Kept(nodes[:used], roots, ends[:used], targets[:arcs], kinds[:arcs], loyal, fresh),
        visits,
    )


@kernel
def changed_states(cycle, growth):
    """Which identities are in another state than at the instant before: starts, identities.

    Those of history r at instant t are ``identities[starts[i]:starts[i + 1]]`` with i = r · steps +
    t; at the first instant of a history all of them, whatever was before.
    """
    histories, steps, count = cycle.shape
    starts = np.zeros(histories * steps + 1, np.int64)
    identities = np.empty(0, np.int32)
    for filling in range(2):
        if filling:
            identities = np.empty(starts[-1], np.int32)
        found = 0
        for r in range(histories):
            for t in range(steps):
                for p in range(count):
                    if (
                        t == 0
                        or cycle[r, t, p] != cycle[r, t - 1, p]
                        or growth[r, t, p] != growth[r, t - 1, p]
                    ):
                        if filling:
                            identities[found] = p
                        found += 1
                starts[r * steps + t + 1] = found
    return starts, identities


@kernel
def followed(
    paths, ties, values, plan, place, regained, states, changes, keys, source_starts, source_nodes
):
    """Add up who is reached in some worlds, in every history and at every instant.

    Parameters
    ----------
    paths : Paths
    ties : Ties
    values : int64 (n,)
        What reaching each account counts.
    plan : int32 (p,)
    place : int32 (n,)
        Planned accounts; the position in the plan, −1 for others.
    regained : float64 (c,)
        As in `returns.Terms`.
    states : (cycle, growth), each (r, steps, p)
        As `returns.history` gives them.
    changes : (starts, identities)
        As `changed_states` gives them, from these histories on.
    keys : uint64 (w, 3)
    source_starts, source_nodes
        The sources of world i are ``source_nodes[source_starts[i]:source_starts[i + 1]]``.

    Returns
    -------
    counts : int64 (r, steps)
        The value of the accounts reached, besides the sources, added up over the worlds.
    whole : int64 (w,)
        The same without any removal, in each world.
    totals : int64 (w,)
        `counts` of each world, added up over histories and steps.
    arcs, visits : int
        How many arcs were kept, and how many looked at.
    """
    cycle, growth = states
    starts, identities = changes
    histories, steps = cycle.shape[0], cycle.shape[1]
    most = regained[1:].max()
    counts = np.zeros((histories, steps), np.int64)
    whole = np.zeros(len(keys), np.int64)
    totals = np.zeros(len(keys), np.int64)
    at = np.full(len(paths.indptr) - 1, -1, np.int32)
    arcs, visits = 0, 0
    for w in range(len(keys)):
        sources = source_nodes[source_starts[w] : source_starts[w + 1]]
        world, looked = kept_world(paths, ties, place, most, keys[w, 0], keys[w, 1], sources, at)
        visits += looked
        size = len(world.nodes)
        arcs += len(world.targets)
        worth = values[world.nodes]
        there = np.ones(size, np.bool_)
        on = world.kinds & ORIGINAL != 0
        seen = np.zeros(size, np.int32)
        queue = np.empty(size, np.int32)
        stamp = 1
        reached = spread(world, worth, there, on, seen, stamp, queue)
        whole[w] = reached
        for r in range(histories):
            for t in range(steps):
                # Most instants look like the one before: then nothing is counted anew.
                changed = False
                i = r * steps + t
                for p in identities[starts[i] : starts[i + 1]]:
                    j = at[plan[p]]
                    if j >= 0:
                        c, grown = cycle[r, t, p], growth[r, t, p]
                        if turned(world, ties, regained, j, c, grown, there, on):
                            changed = True
                if changed:
                    stamp += 1
                    reached = spread(world, worth, there, on, seen, stamp, queue)
                counts[r, t] += reached
                totals[w] += reached
        for u in world.nodes:
            at[u] = -1
    return counts, whole, totals, arcs, visits


@kernel
def turned(world, ties, regained, j, cycle, growth, there, on):
    """Put the node at position j into a state, and say whether that changed anything."""
    changed = there[j] != (cycle >= 0)
    there[j] = cycle >= 0
    if cycle < 0:
        return changed  # nobody asks for its arcs
    back = regained[cycle] * growth
    replaced = ties.share * growth
    for arc in range(world.ends[j - 1] if j > 0 else 0, world.ends[j]):
        kind = world.kinds[arc]
        if cycle == 0:
            state = kind & ORIGINAL != 0
        elif kind == NEW:
            state = world.loyal[arc] >= regained[cycle] and world.fresh[arc] < replaced
        else:
            state = kind & AGAIN != 0 and world.loyal[arc] < back
        if on[arc] != state:
            on[arc] = state
            changed = True
    return changed


@kernel
def spread(world, worth, there, on, seen, stamp, queue):
    """The value of the nodes that hear a source that is there; sources are not counted."""
    last, value = 0, 0
    for j in range(world.roots):
        if there[j]:
            queue[last] = j
            last += 1
    i = 0
    while i < last:
        j = queue[i]
        i += 1
        for arc in range(world.ends[j - 1] if j > 0 else 0, world.ends[j]):
            v = world.targets[arc]
            if on[arc] and there[v] and seen[v] != stamp:
                seen[v] = stamp
                queue[last] = v
                last += 1
                value += worth[v]
    return value
