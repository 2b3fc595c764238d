"""The slow, obvious twins of worlds and reach: sets, deletion, and one search after another.

A world is `World`: who speaks in it, and the arcs that are live in the whole graph, each with the
time it takes. Everything else is asked of that, account by account.
"""

import itertools
import math
from fractions import Fraction
from typing import NamedTuple

import naive_cascades as naive
import numpy as np
from hypothesis import strategies as st

from keynodes import InteractionGraph
from keynodes.kernels.worlds import Worlds

OPEN, REMOVED, MUTED = 0, 1, 2


class World(NamedTuple):
    sources: frozenset
    live: dict
    """(u, v) → how long it takes, 1 where arcs are not timed."""


def random_case(seed, max_accounts=9):
    """A generator of choices, and a graph with detours, cycles and many ways: seldom a sparse one.

    What is drawn piece by piece tends to have two or three arcs, on which most errors do not show.
    """
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, max_accounts + 1))
    m = int(rng.integers(1, 4 * n))
    tails = rng.integers(0, n, m)
    heads = (tails + rng.integers(1, n, m)) % n
    names = [f"a{i}" for i in range(n)]
    return rng, InteractionGraph.from_arcs(names, tails, heads, rng.integers(1, 5, m))


choices = st.integers(0, 2**32 - 1)
"""Seeds of random cases."""


# --- worlds -----------------------------------------------------------------------------------


def world(asked, keys):
    """The world of a scenario with these three keys, as its coins say."""
    passing = asked.transmission
    first, second, _ = (int(key) for key in keys)
    live = dict.fromkeys(naive.live_arcs(passing, first, second), 1.0)
    if asked.within is not None:
        for a, pair in enumerate(naive.arcs_of(passing)):
            if pair in live:
                share = (naive.coin(second, first, a) + 0.5) / naive.RANGE
                live[pair] = float(np.float32(-asked.delay * math.log(share)))
    return World(sources(asked, keys), live)


def sources(asked, keys):
    """All seeds; or the account in whose share of the line the third key falls."""
    if asked.seeds is not None:
        return frozenset(asked.seeds.tolist())
    point = Fraction(2 * int(keys[2]) + 1, 2 * naive.RANGE)
    passed = Fraction(0)
    for account, share in enumerate(asked.source_shares.tolist()):
        passed += Fraction(share)
        if point < passed:
            return frozenset([account])
    raise AssertionError("shares add up to 1")


def every_world(passing, speaking):
    """All worlds of a transmission with their probabilities; only for a few arcs."""
    pairs = naive.arcs_of(passing)
    chances = passing.probabilities.tolist()
    if passing.threshold:
        # Each account keeps one of the arcs into it, or none.
        rows = {}
        for pair, p in zip(pairs, chances, strict=True):
            rows.setdefault(pair[1], []).append((p, [pair]))
        choices = [
            [*row, (max(0.0, 1 - math.fsum(p for p, _ in row)), [])] for row in rows.values()
        ]
    else:
        choices = [[(p, [pair]), (1 - p, [])] for pair, p in zip(pairs, chances, strict=True)]
    for choice in itertools.product(*choices):
        probability = math.prod(p for p, _ in choice)
        if probability > 0:
            live = [pair for _, chosen in choice for pair in chosen]
            yield probability, World(frozenset(speaking), dict.fromkeys(live, 1.0))


def packed(worlds):
    """Worlds as arrays: all that the sources reach, as they find it."""
    starts, speaking, nodes, ptr, targets = [0], [], [], [0], []
    for one in worlds:
        order = sorted(one.sources)
        rows = []
        for u in order:
            heads = sorted(v for tail, v in one.live if tail == u and v not in one.sources)
            order.extend(v for v in heads if v not in order)
            rows.append(heads)
        place = {u: i for i, u in enumerate(order)}
        for heads in rows:
            targets.extend(place[v] for v in heads)
            ptr.append(len(targets))
        nodes.extend(order)
        speaking.append(len(one.sources))
        starts.append(len(nodes))
    return Worlds(
        np.array(starts, np.int64),
        np.array(speaking, np.int32),
        np.array(nodes, np.int32),
        np.array(ptr, np.int64),
        np.array(targets, np.int32),
        np.zeros(0, np.float32),
    )


def unpacked(pack, i):
    """World i of a pack: its accounts in order, who speaks, and its live arcs."""
    begin, end = pack.starts[i], pack.starts[i + 1]
    nodes = pack.nodes[begin:end].tolist()
    live = {}
    for j in range(end - begin):
        for arc in range(pack.ptr[begin + j], pack.ptr[begin + j + 1]):
            length = float(pack.lengths[arc]) if len(pack.lengths) else 1.0
            live[nodes[j], nodes[pack.targets[arc]]] = length
    return nodes, set(nodes[: pack.sources[i]]), live


# --- who hears --------------------------------------------------------------------------------


def arrivals(one, status=None, limit=math.inf):
    """When each account is reached that is reached in time: over and over until nothing changes.

    Who is removed is not there; who is muted passes nothing on, unless it is a source.
    """
    status = status or {}
    when = {u: 0.0 for u in one.sources if status.get(u, OPEN) != REMOVED}
    changed = True
    while changed:
        changed = False
        for (u, v), length in one.live.items():
            if u not in when or status.get(v, OPEN) == REMOVED:
                continue
            if status.get(u, OPEN) == MUTED and u not in one.sources:
                continue
            then = when[u] + length
            if then <= limit and then < when.get(v, math.inf):
                when[v] = then
                changed = True
    return when


def heard(one, values, status=None, limit=math.inf):
    """What the accounts that are reached count, sources apart."""
    return sum(values[v] for v in arrivals(one, status, limit) if v not in one.sources)


def drop(one, values, v, status=None, limit=math.inf, muting=False):
    """How much less is reached without v, by removing (or muting) it: 0 if it is not reached."""
    status = status or {}
    if v not in arrivals(one, status, limit):
        return 0
    without = {**status, v: MUTED if muting else REMOVED}
    return heard(one, values, status, limit) - heard(one, values, without, limit)


def timely(one, status, limit, shortest=False):
    """The world with those arcs alone that can be part of a timely (or a shortest) path."""
    when = arrivals(one, status, limit)
    kept = {}
    for (u, v), length in one.live.items():
        if u not in when or v not in when:
            continue
        then = when[u] + length
        if then <= limit and (not shortest or then == when[v]):
            kept[u, v] = length
    return World(one.sources, kept)


def curve(one, values, plan, limit=math.inf, muting=False):
    """What is reached after each prefix of a plan."""
    end = MUTED if muting else REMOVED
    return [heard(one, values, dict.fromkeys(plan[:k], end), limit) for k in range(len(plan) + 1)]


def credits_of(one, values, status=None, muting=False):
    """Fair shares: who is reached splits its credit evenly over those who were there before it."""
    status = status or {}

    def passes_on(u):
        return status.get(u, OPEN) != MUTED or u in one.sources

    order = [u for u in sorted(one.sources) if status.get(u, OPEN) != REMOVED]
    for u in order:
        if passes_on(u):
            order += [
                v
                for tail, v in sorted(one.live)
                if tail == u
                and v not in order
                and v not in one.sources
                and status.get(v, OPEN) != REMOVED
            ]
    place = {u: i for i, u in enumerate(order)}
    before = {v: [] for v in order}
    for u, v in one.live:
        known = u in place and v in place and v not in one.sources
        if known and place[u] < place[v] and passes_on(u):
            before[v].append(u)
    credit = {u: Fraction(0) if u in one.sources else Fraction(int(values[u])) for u in order}
    passed = dict.fromkeys(order, Fraction(0))
    for v in reversed(order):
        for u in before[v]:
            passed[u] += credit[v] / len(before[v])
            credit[u] += credit[v] / len(before[v])
    if not muting:
        return credit
    return {u: Fraction(0) if u in one.sources else passed[u] for u in order}


# --- the estimates ----------------------------------------------------------------------------


def expected(passing, speaking, values, status=None, limit=math.inf):
    """Expected reach over all worlds, and its variance from one world to another."""
    seen = [(p, heard(one, values, status, limit)) for p, one in every_world(passing, speaking)]
    mean = math.fsum(p * reached for p, reached in seen)
    return mean, math.fsum(p * (reached - mean) ** 2 for p, reached in seen)


def expected_drops(passing, speaking, values, limit=math.inf, muting=False):
    """Expected drop of every account over all worlds, and its variance."""
    n = passing.graph.n
    mean, square = np.zeros(n), np.zeros(n)
    for p, one in every_world(passing, speaking):
        for v in arrivals(one, None, limit):
            lost = drop(one, values, v, None, limit, muting)
            mean[v] += p * lost
            square[v] += p * lost**2
    return mean, np.maximum(square - mean**2, 0.0)
