"""The kernels of account return against their twins on tiny graphs."""

import math

import naive_returns as twins
import numpy as np
import pytest
from conftest import graphs, random_graph
from hypothesis import given, settings
from hypothesis import strategies as st

from keynodes.cascades.keys import world_keys
from keynodes.kernels import return_worlds, returns

INF = math.inf
PRESSURES = {
    "once": returns.Pressure(INF, INF, INF, INF),
    "daily": returns.Pressure(1.0, 1.4, INF, INF),
    "every": returns.Pressure(2.5, INF, INF, 9.0),
    "react": returns.Pressure(INF, INF, 0.7, INF),
    "react, then not": returns.Pressure(INF, INF, 1.3, 6.0),
}
TIMES = (returns.WHETHER, returns.RADIUS, returns.ANGLE, returns.INSTANT)
QUESTIONS = ("LOYAL", "FRESH", "TIE", "KIND", "FIRST", "LAST")
PLACES = tuple(getattr(return_worlds, question) for question in QUESTIONS)
STEPS, STEP = 14, 0.9


def terms_with(speed_up=0.0):
    cycles = np.arange(40)
    regained = np.where(cycles, 0.6 * 0.8 ** (cycles - 1.0), 1.0)
    return returns.Terms(np.full(40, 0.8), regained, 1.1, 0.7, 0.4, speed_up)


def announcing_of(graph, plan, announcers):
    arcs = (graph.out.indptr, graph.out.indices, plan)
    inside = np.array([a for a in announcers if a in plan], np.int32)
    outside = np.array([a for a in announcers if a not in plan], np.int32)
    places = np.array([plan.tolist().index(a) for a in inside], np.int64)
    return returns.Announcing(
        places, returns.overlaps(*arcs, inside), returns.overlaps_outside(*arcs, outside)
    )


@st.composite
def situations(draw):
    """A graph, a plan in some order, announcers, and a seed."""
    graph = draw(graphs(max_accounts=8).filter(lambda g: g.n))
    order = draw(st.permutations(range(graph.n)))
    plan = np.array(order[: draw(st.integers(0, graph.n))], np.int32)
    announcers = np.array(sorted(draw(st.sets(st.sampled_from(range(graph.n))))), np.int32)
    return graph, plan, announcers, draw(st.integers(0, 50))


@pytest.mark.parametrize("policy", PRESSURES)
@settings(max_examples=15)
@given(situations(), st.sampled_from([0.0, 2.0]))
def test_a_history_is_its_list_of_events(policy, situation, speed_up):
    compare_histories(*situation, policy, speed_up)


@pytest.mark.parametrize("policy", PRESSURES)
@pytest.mark.parametrize("seed", range(3))
def test_a_longer_plan_too(policy, seed):
    graph = random_graph(25, 90, seed=seed)
    plan = np.random.default_rng(seed).permutation(25)[:15].astype(np.int32)
    compare_histories(graph, plan, np.arange(0, 25, 3, dtype=np.int32), seed, policy, 2.0)


def compare_histories(graph, plan, announcers, seed, policy, speed_up):
    keys, terms = world_keys(seed, 9, 1)[0], terms_with(speed_up)
    announcing = announcing_of(graph, plan, announcers)
    cycle, growth, flows, lives = returns.history(
        announcing, plan, keys, terms, PRESSURES[policy], STEPS, STEP
    )
    arcs = set(zip(graph.tails.tolist(), graph.out.indices.tolist(), strict=True))
    seen, ended, living = twins.history(
        arcs, plan.tolist(), announcers.tolist(), keys, terms, PRESSURES[policy], STEPS, STEP, TIMES
    )
    for j, states in enumerate(seen):
        for p, u in enumerate(plan.tolist()):
            removals, gained, there = states[u]
            assert cycle[j, p] == (removals if there else -1)
            if there:
                assert growth[j, p] == pytest.approx(1 - math.exp(-gained), abs=1e-6)
    assert flows[:, 1].sum() == sum(removals > 0 for removals, _, _ in ended)
    assert lives[:, 1].sum() == len(ended)
    assert flows[:, 0].sum() == len(ended) + len(living) - len(plan)
    assert lives[:, 0].sum() == len(ended) + len(living)
    lived, audience = np.zeros(len(lives)), np.zeros(len(lives))
    for removals, days, share in ended + living:
        lived[removals] += days
        audience[removals] += share
    assert lives[:, 2] == pytest.approx(lived)
    assert lives[:, 3] == pytest.approx(audience)


def tops_of(probabilities):
    return (np.asarray(probabilities) * 2.0**32).astype(np.uint64) - np.uint64(1)


@settings(max_examples=60)
@given(
    situations(),
    st.sampled_from(["once", "every", "react, then not"]),
    st.sampled_from([(0.0, 0.5, 1.0), (0.7, 1.0, 1.0), (0.9, 0.3, 0.6)]),
    st.booleans(),
    st.data(),
)
def test_who_is_reached_is_searched_for(situation, policy, new, threshold, data):
    graph, plan, announcers, seed = situation
    n, indptr, heads = graph.n, graph.out.indptr, graph.out.indices
    ties, terms = return_worlds.Ties(*new), terms_with()
    seeds = np.array(sorted(data.draw(st.sets(st.sampled_from(range(n)), min_size=1))), np.int32)
    degrees = np.bincount(heads, minlength=n)
    share = 0.9 / np.maximum(degrees, 1)
    if threshold:
        position = np.zeros(graph.m)
        counts = np.zeros(n)
        for arc, v in enumerate(heads):
            position[arc] = counts[v]
            counts[v] += 1
        low = np.floor(position * share[heads] * 2.0**32).astype(np.uint64)
        top = risen = tops_of(share[heads])
    else:
        low, top, risen = (
            np.zeros(0, np.uint64),
            tops_of(np.full(graph.m, 0.5)),
            tops_of(np.full(graph.m, 0.8)),
        )
    welcome = np.floor(share * 2.0**32).astype(np.uint64)
    announcing = announcing_of(graph, plan, announcers)
    place = np.full(n, -1, np.int32)
    place[plan] = np.arange(len(plan))
    drawn = [
        returns.history(announcing, plan, keys, terms, PRESSURES[policy], STEPS, STEP)
        for keys in world_keys(seed, 9, 2)
    ]
    cycle, growth = (np.stack([found[i] for found in drawn]) for i in range(2))
    keys = world_keys(seed, 2, 3)
    values = np.arange(1, n + 1)
    counts, whole, totals, _, _ = return_worlds.followed(
        return_worlds.Paths(indptr, heads, low, top, risen, welcome),
        ties, values, plan, place, terms.regained, (cycle, growth),
        return_worlds.changed_states(cycle, growth), keys,
        np.arange(len(keys) + 1) * len(seeds), np.tile(seeds, len(keys)),
    )  # fmt: skip
    rows = [[(arc, int(heads[arc])) for arc in range(indptr[u], indptr[u + 1])] for u in range(n)]
    world = [
        lambda u, state, k=k: twins.live_arcs(
            u, state, rows, [int(x) for x in low], top, risen, welcome, ties, terms.regained, k,
            PLACES,
        )
        for k in keys
    ]  # fmt: skip

    def worth(found):
        return sum(u + 1 for u in found)

    expected = np.zeros((len(keys), 2, STEPS), np.int64)
    for w, hears in enumerate(world):
        assert whole[w] == worth(twins.reached(seeds.tolist(), {}, set(), hears))
        for r in range(2):
            for t in range(STEPS):
                gone = {int(u) for p, u in enumerate(plan) if cycle[r, t, p] < 0}
                states = {
                    int(u): (int(cycle[r, t, p]), growth[r, t, p]) for p, u in enumerate(plan)
                }
                expected[w, r, t] = worth(twins.reached(seeds.tolist(), states, gone, hears))
    assert counts.tolist() == expected.sum(axis=0).tolist()
    assert totals.tolist() == expected.sum(axis=(1, 2)).tolist()
