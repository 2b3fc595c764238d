"""Worlds and what is asked of them: every kernel against deletion, every number by its definition.

Worlds are drawn by the library and again by the twin, which tosses the coins in plain integers;
what the kernels say of the one is compared with what deletion says of the other.
"""

import math
from dataclasses import replace
from typing import NamedTuple

import naive_worlds as twins
import numpy as np
import pytest
from conftest import random_graph
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_worlds import REMOVED

from keynodes import InteractionGraph
from keynodes.cascades.keys import CHOOSING, FITTING, JUDGING, REPORTING, world_keys
from keynodes.cascades.sampling import each_pack, sampled, size_of
from keynodes.cascades.scenario import Scenario, scenario
from keynodes.cascades.transmission import transmission
from keynodes.kernels.dominators import (
    PATIENCE,
    add_drops,
    dominated,
    dominated_within,
    drops_by_meeting,
    drops_by_numbers,
    lost_without,
)
from keynodes.kernels.fair_shares import FRACTION, credited
from keynodes.kernels.reach_curves import (
    heard_counts,
    reach_after,
    reach_after_within,
    reach_without,
)

MODELS = (
    "constant:probability=1",
    "constant:probability=0.6",
    "counts:beta=0.3",
    "weighted-cascade",
    "linear-threshold",
)
LIMITS = (
    {},
    {"hops": 1},
    {"hops": 2},
    {"hops": 3},
    {"within": 2.0, "delay": 1.0},
    {"within": 0.4, "delay": 1.0},
)
COUNT = 4


class Case(NamedTuple):
    """A scenario, what has become of its accounts, and worlds of it, drawn twice."""

    asked: Scenario
    status: np.ndarray
    pack: twins.Worlds
    worlds: list

    @property
    def limit(self):
        return self.asked.limit

    @property
    def statuses(self):
        return dict(enumerate(self.status.tolist()))

    @property
    def values(self):
        return self.asked.values.tolist()

    @property
    def all(self):
        return np.arange(len(self.worlds))

    def nodes(self):
        """Each node of the pack: its position, its world, its account."""
        for i, one in enumerate(self.worlds):
            for j in range(self.pack.starts[i], self.pack.starts[i + 1]):
                yield j, one, int(self.pack.nodes[j])


@st.composite
def cases(draw, limits=LIMITS, models=MODELS, all_open=False):
    rng, graph = twins.random_case(draw(twins.choices))
    n = graph.n
    seeds = rng.choice(n, int(rng.integers(0, min(n, 4))), replace=False)
    asked = scenario(
        graph,
        graph.accounts[seeds].tolist() or None,
        model=models[rng.integers(len(models))],
        accounts=rng.integers(0, 6, n) + np.eye(n, dtype=int)[0],
        rng=int(rng.integers(10)),
        **limits[rng.integers(len(limits))],
    )
    chance = 0 if all_open else rng.choice([0.0, 0.15, 0.3])
    status = (rng.integers(1, 3, n) * (rng.random(n) < chance)).astype(np.uint8)
    keys = world_keys(asked.rng, REPORTING, COUNT)
    return Case(asked, status, sampled(asked, keys)[0], [twins.world(asked, row) for row in keys])


def zeros(case):
    return np.zeros(len(case.pack.nodes), np.int64)


# --- worlds -----------------------------------------------------------------------------------


@given(cases(all_open=True))
def test_a_world_is_what_its_coins_say(case):
    for i, one in enumerate(case.worlds):
        nodes, sources, live = twins.unpacked(case.pack, i)
        when = twins.arrivals(one, None, case.limit)
        assert sources == one.sources
        assert sorted(nodes) == sorted(when)
        times = [when[v] for v in nodes]
        assert times == sorted(times)
        expected = twins.timely(one, None, case.limit).live
        expected = {(u, v): t for (u, v), t in expected.items() if v not in sources}
        # Compiled logarithms may differ from those of the math library in their last digit.
        assert live == pytest.approx(expected, rel=1e-6)


@given(cases(all_open=True), st.integers(1, COUNT))
def test_a_world_is_the_same_in_any_company(case, count):
    keys = world_keys(case.asked.rng, REPORTING, count)
    alone = sampled(case.asked, keys[-1:])[0]
    assert twins.unpacked(alone, 0) == twins.unpacked(case.pack, count - 1)


def test_streams_share_no_world_and_do_not_depend_on_the_count():
    many = [world_keys(3, stream, 5000) for stream in (CHOOSING, JUDGING, REPORTING, FITTING)]
    many.append(world_keys(4, CHOOSING, 5000))
    rows = {tuple(row) for keys in many for row in keys[:, :2].tolist()}
    assert len(rows) == 25_000
    for stream, keys in enumerate(many[:4]):
        np.testing.assert_array_equal(world_keys(3, stream, 700), keys[:700])


@given(cases(models=("linear-threshold",), all_open=True))
def test_a_world_of_linear_threshold_is_a_forest(case):
    for i in range(COUNT):
        nodes, sources, live = twins.unpacked(case.pack, i)
        heads = [v for _, v in live]
        assert len(heads) == len(set(heads))
        assert len(live) == len(nodes) - len(sources)


@pytest.mark.parametrize("limits", [{}, {"within": 2.0, "delay": 1.0}])
def test_a_source_that_is_given_twice_speaks_once(limits):
    asked = scenario(random_graph(30, 120, seed=2), ["user000004", "user000009"], **limits)
    keys = world_keys(0, JUDGING, 3)
    once = sampled(asked, keys)[0]
    twice = sampled(replace(asked, seeds=np.array([9, 4, 9, 4], np.int32)), keys)[0]
    assert twice.sources.tolist() == [2, 2, 2]
    for i in range(3):
        nodes, sources, live = twins.unpacked(twice, i)
        expected, speaking, arcs = twins.unpacked(once, i)
        assert (sorted(nodes), sources, live) == (sorted(expected), speaking, arcs)


def test_a_pack_may_outgrow_the_room_it_was_given():
    """Thousands of nodes, arcs and heap entries, where arrays begin with 1,024."""
    graph = random_graph(3000, 12_000, seed=3)
    seeds = graph.accounts[:40].tolist()
    for limits in ({}, {"hops": 4}, {"within": 3.0, "delay": 1.0}):
        asked = scenario(graph, seeds, model="constant:probability=0.5", **limits)
        keys = world_keys(0, CHOOSING, 1)
        nodes, _, live = twins.unpacked(sampled(asked, keys)[0], 0)
        when = twins.arrivals(twins.world(asked, keys[0]), None, asked.limit)
        assert len(nodes) > 1024
        assert len(live) > 1024
        assert sorted(nodes) == sorted(when)


# --- drops ------------------------------------------------------------------------------------


def both_ways(pack, w, status, values, muting, patience):
    """The drops of a world by meeting paths (None: that took too long) and by semi-NCA."""
    nodes, arcs = np.diff(pack.starts)[w], len(pack.targets)
    scratch = np.empty((8, nodes + 2), np.int32)
    room = [np.empty(arcs + 1, np.int32) for _ in range(2)]
    below, every = np.empty(nodes + 1, np.int64), np.zeros(0, bool)
    drops = [np.full(len(pack.nodes), -1, np.int64) for _ in range(2)]
    terms = (pack, w, every, status, values, muting, scratch)
    within = drops_by_meeting(*terms, *room, below, drops[0], patience)
    drops_by_numbers(*terms, np.empty(nodes + 1, np.int64), room[0], below, drops[1])
    mine = slice(*pack.starts[w : w + 2])
    return drops[0][mine].tolist() if within else None, drops[1][mine].tolist()


@pytest.mark.parametrize("muting", [False, True])
@given(case=cases(limits=({},)))
def test_both_ways_to_dominators_agree(muting, case):
    for w in range(COUNT):
        terms = (case.pack, w, case.status, case.asked.values, muting)
        one, other = both_ways(*terms, patience=10**6)
        assert one == other


def test_where_paths_are_long_dominators_are_found_the_other_way():
    # A chain, and beside each of its accounts one that hears it and the end of the chain.
    length = 300
    chain, beside = np.arange(length), np.arange(length, 2 * length)
    tails = np.concatenate([chain[:-1], chain, np.full(length, length - 1)])
    heads = np.concatenate([chain[1:], beside, beside])
    arcs = np.unique(np.stack([tails, heads]), axis=1)
    names = [f"{i:04}" for i in range(2 * length)]
    graph = InteractionGraph.from_arcs(names, *arcs, np.ones(arcs.shape[1]))
    asked = scenario(graph, seeds=["0000"], model="constant:probability=1", rng=0)
    pack, _ = sampled(asked, world_keys(0, CHOOSING, 1))
    status, values = np.zeros(graph.n, np.uint8), asked.values
    patiently, expected = both_ways(pack, 0, status, values, False, patience=10**6)
    hastily, _ = both_ways(pack, 0, status, values, False, patience=PATIENCE)
    assert hastily is None
    assert patiently == expected
    drops = np.zeros(len(pack.nodes), np.int64)
    dominated(pack, np.zeros(1, np.int64), status, values, False, drops)
    assert drops.tolist() == expected


@pytest.mark.parametrize("muting", [False, True])
@given(case=cases(limits=({},)))
def test_a_drop_is_what_deletion_costs(muting, case):
    drops = zeros(case)
    dominated(case.pack, case.all, case.status, case.asked.values, muting, drops)
    for j, one, v in case.nodes():
        assert drops[j] == twins.drop(one, case.values, v, case.statuses, muting=muting)


@pytest.mark.parametrize("muting", [False, True])
@settings(max_examples=120)
@given(case=cases(limits=LIMITS[1:]))
def test_under_a_limit_the_drop_is_between_its_bounds(muting, case):
    lower, upper = zeros(case), zeros(case)
    dominated_within(
        case.pack, case.all, case.status, case.asked.values, muting, case.limit, lower, upper
    )
    for j, one, v in case.nodes():
        arguments = (case.values, v, case.statuses)
        true = twins.drop(one, *arguments, limit=case.limit, muting=muting)
        assert lower[j] <= true <= upper[j]
        for found, shortest in ((lower, False), (upper, True)):
            kept = twins.timely(one, case.statuses, case.limit, shortest)
            assert found[j] == twins.drop(kept, *arguments, muting=muting)


@pytest.mark.parametrize("muting", [False, True])
@given(case=cases())
def test_trying_finds_the_drop(muting, case):
    rows = [(i, j) for i in range(COUNT) for j in range(np.diff(case.pack.starts)[i])]
    which, places = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    lost = np.full(len(rows), -1, np.int64)
    lost_without(case.pack, which, places, case.status, case.asked.values, muting, case.limit, lost)
    for found, (_, one, v) in zip(lost, case.nodes(), strict=True):
        assert found == twins.drop(one, case.values, v, case.statuses, case.limit, muting)


def test_plain_dominators_under_a_limit_are_the_lower_bound_only():
    """The target has two ways, and only the short one is timely after its relay is gone."""
    #   s → a → t → x  and  s → b → c → t: without a, t is heard after 3 hops and x too late.
    graph = InteractionGraph.from_arcs("abcstx", [3, 0, 3, 1, 2, 4], [0, 4, 1, 2, 4, 5])
    asked = scenario(graph, ["s"], model="constant:probability=1", hops=3)
    keys = world_keys(0, REPORTING, 1)
    pack, one = sampled(asked, keys)[0], twins.world(asked, keys[0])
    status, every = np.zeros(6, np.uint8), np.arange(1)
    plain, lower, upper = (np.zeros(len(pack.nodes), np.int64) for _ in range(3))
    dominated(pack, every, status, asked.values, False, plain)
    dominated_within(pack, every, status, asked.values, False, 3.0, lower, upper)
    at = pack.nodes.tolist().index(0)
    assert twins.drop(one, [1] * 6, 0, limit=3.0) == 2  # a itself and x
    assert (plain[at], lower[at], upper[at]) == (1, 1, 3)
    # With a gone, x is too late already: c has only t to lose.
    status[0] = REMOVED
    dominated_within(pack, every, status, asked.values, False, 3.0, lower, upper)
    at = pack.nodes.tolist().index(2)
    assert lower[at] == upper[at] == twins.drop(one, [1] * 6, 2, {0: REMOVED}, 3.0) == 2


@pytest.mark.parametrize("seeds", [None, ["user000003", "user000007"]])
def test_drops_are_added_up_by_batch_and_by_author(seeds):
    graph = random_graph(40, 120, seed=5)
    asked = scenario(graph, seeds, model="constant:probability=0.4")
    pack, _ = sampled(asked, world_keys(0, REPORTING, 30))
    drops = np.arange(len(pack.nodes)) ** 2 % 17
    batch_of = np.arange(30) % 4
    totals, authored = np.zeros((4, graph.n), np.int64), np.zeros(graph.n, np.int64)
    add_drops(pack, drops, batch_of, totals, authored)
    expected, speaking = np.zeros_like(totals), np.zeros_like(authored)
    for i in range(30):
        for j in range(pack.starts[i], pack.starts[i + 1]):
            expected[batch_of[i], pack.nodes[j]] += drops[j]
            if j < pack.starts[i] + pack.sources[i]:
                speaking[pack.nodes[j]] += drops[j]
    np.testing.assert_array_equal(totals, expected)
    np.testing.assert_array_equal(authored, speaking)


def test_only_the_worlds_asked_for_are_worked_on():
    graph = random_graph(40, 120, seed=5)
    asked = scenario(graph, model="constant:probability=0.4")
    pack, _ = sampled(asked, world_keys(0, REPORTING, 6))
    status, some = np.zeros(graph.n, np.uint8), np.array([4, 1])
    inside = np.isin(np.searchsorted(pack.starts, np.arange(len(pack.nodes)), "right") - 1, some)
    for function in (dominated, credited):
        whole, part = (np.full(len(pack.nodes), -7, np.int64) for _ in range(2))
        function(pack, np.arange(6), status, asked.values, False, whole)
        function(pack, some, status, asked.values, False, part)
        np.testing.assert_array_equal(part, np.where(inside, whole, -7))


# --- second oracles ---------------------------------------------------------------------------


def dominator_tree_by_networkx(pack):
    """The immediate dominators of one world's positions, from a root before its sources."""
    import networkx

    world = networkx.DiGraph()
    world.add_edges_from((-1, root) for root in range(pack.sources[0]))
    for u in range(len(pack.nodes)):
        world.add_edges_from((u, int(t)) for t in pack.targets[pack.ptr[u] : pack.ptr[u + 1]])
    above = dict(networkx.immediate_dominators(world, -1))
    return [above[u] for u in range(len(pack.nodes))]


def dominator_tree_by_igraph(pack):
    import igraph

    count = len(pack.nodes)
    tails = np.repeat(np.arange(count), np.diff(pack.ptr))
    arcs = list(zip(tails.tolist(), pack.targets.tolist(), strict=True))
    arcs += [(count, root) for root in range(pack.sources[0])]
    above = igraph.Graph(count + 1, arcs, directed=True).dominator(count, mode="out")
    return [-1 if above[u] == count else above[u] for u in range(count)]


@pytest.mark.parametrize("oracle", [dominator_tree_by_networkx, dominator_tree_by_igraph])
@pytest.mark.parametrize(
    ("n", "m", "p", "seeds"), [(400, 1600, 0.5, 3), (900, 2700, 0.8, 1), (150, 1500, 0.15, 5)]
)
def test_subtrees_of_other_peoples_dominator_trees(oracle, n, m, p, seeds):
    graph = random_graph(n, m, seed=n, hubs=1.3)
    speaking = graph.accounts[np.argsort(-np.diff(graph.out.indptr))[:seeds]].tolist()
    asked = scenario(
        graph, speaking, model=f"constant:probability={p}", accounts=np.arange(n) % 4 + 1
    )
    deep = 0
    for row in range(5):
        pack, _ = sampled(asked, world_keys(1, JUDGING, 5)[row : row + 1])
        above = oracle(pack)
        sizes = np.where(np.arange(len(above)) < seeds, 0, asked.values[pack.nodes])
        depth = {-1: 0}

        def depth_of(u, above=above, depth=depth):
            while u not in depth:
                chain = [u]
                while above[chain[-1]] not in depth:
                    chain.append(above[chain[-1]])
                for v in reversed(chain):
                    depth[v] = depth[above[v]] + 1
            return depth[u]

        for u in sorted(range(len(above)), key=depth_of, reverse=True):
            if above[u] >= 0:
                sizes[above[u]] += sizes[u]
        drops = np.zeros(len(pack.nodes), np.int64)
        status = np.zeros(n, np.uint8)
        dominated(pack, np.arange(1), status, asked.values, False, drops)
        np.testing.assert_array_equal(drops, sizes)
        deep = max(deep, *depth.values())
    assert deep > 3


# --- fair shares, curves, counts --------------------------------------------------------------


@pytest.mark.parametrize("muting", [False, True])
@given(case=cases())
def test_credit_is_split_evenly_over_who_was_there_before(muting, case):
    shares = zeros(case)
    credited(case.pack, case.all, case.status, case.asked.values, muting, shares)
    # Only what a world holds is credited: under a limit that is what can be part of a timely path.
    kept = {id(one): twins.timely(one, None, case.limit) for one in case.worlds}
    for j, one, v in case.nodes():
        credit = twins.credits_of(kept[id(one)], case.values, case.statuses, muting).get(v, 0)
        assert abs(shares[j] - credit * FRACTION) <= 0.5 + 1e-6


@given(cases(all_open=True))
def test_all_credit_of_a_world_ends_at_its_sources(case):
    shares = zeros(case)
    credited(case.pack, case.all, case.status, case.asked.values, False, shares)
    for i, one in enumerate(case.worlds):
        begin = case.pack.starts[i]
        at_sources = int(shares[begin : begin + case.pack.sources[i]].sum())
        reached = twins.heard(one, case.values, limit=case.limit)
        assert at_sources == pytest.approx(FRACTION * reached, abs=len(one.sources))


@pytest.mark.parametrize("muting", [False, True])
@pytest.mark.parametrize("sources_only", [False, True])
@given(case=cases(all_open=True), order=st.permutations(range(9)), length=st.integers(0, 9))
def test_a_curve_is_reach_after_every_prefix(sources_only, muting, case, order, length):
    plan = [v for v in order if v < case.asked.graph.n][:length]
    steps = np.zeros(case.asked.graph.n, np.int32)
    steps[plan] = np.arange(1, len(plan) + 1)
    left = np.full((COUNT, len(plan) + 1), -1, np.int64)
    arguments = (case.pack, steps, len(plan), case.asked.values, muting, sources_only)
    if case.asked.limited:
        reach_after_within(*arguments, case.limit, left)
    else:
        reach_after(*arguments, left)
        again = np.full_like(left, -1)
        reach_after_within(*arguments, math.inf, again)
        np.testing.assert_array_equal(left, again)
        if not sources_only:
            gone = np.isin(np.arange(case.asked.graph.n), plan)
            at_end = np.full(COUNT, -1, np.int64)
            reach_without(case.pack, gone, case.asked.values, muting, at_end)
            np.testing.assert_array_equal(at_end, left[:, -1])
    for i, one in enumerate(case.worlds):
        # Nobody is removed where it does not speak: the plan goes on with the next one.
        taken = [v if v in one.sources or not sources_only else None for v in plan]
        assert left[i].tolist() == twins.curve(one, case.values, taken, case.limit, muting)
    # No removal adds reach: in every world, exactly.
    assert (np.diff(left, axis=1) <= 0).all()


@given(cases())
def test_who_is_reached_is_counted(case):
    counts = np.zeros(case.asked.graph.n, np.int64)
    totals = np.full(COUNT, -1, np.int64)
    heard_counts(case.pack, case.status, case.asked.values, case.limit, counts, totals)
    times = [twins.arrivals(one, case.statuses, case.limit) for one in case.worlds]
    for v in range(case.asked.graph.n):
        assert counts[v] == sum(
            v in when and v not in one.sources for when, one in zip(times, case.worlds, strict=True)
        )
    expected = [twins.heard(o, case.values, case.statuses, case.limit) for o in case.worlds]
    assert totals.tolist() == expected


# --- packs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", ["1", "2", "5"])
def test_packs_come_in_order_with_the_same_bits_on_any_number_of_threads(threads, monkeypatch):
    monkeypatch.setenv("KEYNODES_THREADS", threads)
    monkeypatch.setattr("keynodes.cascades.sampling.PACK_VISITS", 400)
    asked = scenario(random_graph(60, 240, seed=1), model="constant:probability=0.3", rng=8)
    size, said = size_of(asked), []
    packs = list(
        each_pack(asked, JUDGING, 100, size, lambda pack: pack, lambda *at: said.append(at))
    )
    whole, _ = sampled(asked, world_keys(8, JUDGING, 100))
    assert len(packs) > 5
    assert [w for here, _ in packs for w in range(100)[here]] == list(range(100))
    assert said[-1] == (len(packs), len(packs))
    for here, pack in packs:
        for i, w in enumerate(range(100)[here]):
            assert twins.unpacked(pack, i) == twins.unpacked(whole, w)


def test_the_pilot_ends_once_large_worlds_are_seen(monkeypatch):
    graph = InteractionGraph.from_arcs([f"a{i:03}" for i in range(101)], [0] * 100, range(1, 101))
    asked = scenario(graph, ["a000"], model="constant:probability=0.5")
    looked = []

    def counted(*arguments):
        looked.append(arguments)
        return sampled(*arguments)

    monkeypatch.setattr("keynodes.cascades.sampling.sampled", counted)
    found = {}
    for most, worlds in ((1, 1), (250, 3), (10**6, 20)):
        monkeypatch.setattr("keynodes.cascades.sampling.PILOT_VISITS", most)
        looked.clear()
        found[worlds] = size_of(asked)
        assert len(looked) == worlds
        assert found[worlds].visits == 100
        assert found[worlds].nodes == found[worlds].arcs + 1
    assert found[1].nodes != found[20].nodes


def test_sources_are_drawn_by_their_shares():
    graph = InteractionGraph.from_arcs("abcd", [0, 1, 2], [1, 2, 3])
    asked = scenario(graph, posts={"a": 1, "b": 0, "c": 3, "d": 6})
    pack, _ = sampled(asked, world_keys(0, REPORTING, 20_000))
    first = np.bincount(pack.nodes[pack.starts[:-1]], minlength=4) / 20_000
    np.testing.assert_allclose(first, [0.1, 0, 0.3, 0.6], atol=4 * math.sqrt(0.24 / 20_000))
    assert first[1] == 0


def test_arcs_are_as_often_live_as_their_probability_and_independently():
    """Of pairs of arcs, of one arc in following worlds, and of following seeds."""
    graph = InteractionGraph.from_arcs("abcde", [0] * 4, [1, 2, 3, 4])
    passing = transmission(graph, "constant:probability=0.3")
    live = {}
    for rng in (0, 1):
        asked = scenario(graph, ["a"], model=passing, rng=rng)
        pack, _ = sampled(asked, world_keys(rng, REPORTING, 20_000))
        live[rng] = np.zeros((20_000, 5), bool)
        world = np.searchsorted(pack.starts, np.arange(len(pack.nodes)), "right") - 1
        live[rng][world, pack.nodes] = True
    at = live[0][:, 1:]
    error = 4.5 / math.sqrt(20_000)
    np.testing.assert_allclose(at.mean(axis=0), 0.3, atol=error * math.sqrt(0.21))
    for i in range(4):
        for other in (at[:, (i + 1) % 4], np.roll(at[:, i], 1), live[1][:, i + 1]):
            assert abs(np.corrcoef(at[:, i], other)[0, 1]) < error
