"""Minimum cuts: exact in one world, and what is found where everything stands side by side."""

import itertools
from dataclasses import replace

import naive_blocking as naive
import numpy as np
import pytest
from hypothesis import given, settings

from keynodes import InteractionGraph
from keynodes.blocking import cuts, reach_takedown
from keynodes.blocking.cuts import merged, minimum_cut, side_by_side
from keynodes.cascades.scenario import scenario

NO_LIMIT = ({},)


def cheapest(small, worlds, price):
    """The least of what is reached plus a price a removal, over all sets: by trying them."""
    able = np.flatnonzero(small.problem.candidates).tolist()
    few = small._replace(worlds=worlds)
    return min(
        naive.left(few, [*small.first, *chosen]) + price * small.problem.costs[list(chosen)].sum()
        for size in range(len(able) + 1)
        for chosen in itertools.combinations(able, size)
    )


@settings(max_examples=60)
@given(small=naive.smalls(limits=NO_LIMIT, max_accounts=6, count=1))
def test_a_cut_of_one_world_is_the_best_of_all_sets_at_its_price(small):
    network = side_by_side(small.problem, small.problem.worlds[0])
    for price in (0.3, 1.4, 2.7):
        removed = network.cut(price * small.problem.costs[network.accounts])
        chosen = network.accounts[removed].tolist()
        assert small.problem.candidates[chosen].all()
        paid = naive.left(small, [*small.first, *chosen])
        paid += price * small.problem.costs[chosen].sum()
        assert paid == pytest.approx(cheapest(small, small.worlds, price), abs=1e-4)


@settings(max_examples=30)
@given(small=naive.smalls(limits=NO_LIMIT, max_accounts=6, count=3))
def test_worlds_side_by_side_are_cut_apart(small):
    (pack,) = small.problem.worlds
    network = side_by_side(small.problem, pack)
    removed = network.cut(1.4 * small.problem.costs[network.accounts])
    for w, world in enumerate(small.worlds):
        here = slice(pack.starts[w], pack.starts[w + 1])
        chosen = network.accounts[here][removed[here]].tolist()
        paid = naive.left(small._replace(worlds=[world]), [*small.first, *chosen])
        paid += 1.4 * small.problem.costs[chosen].sum()
        assert paid == pytest.approx(cheapest(small, [world], 1.4), abs=1e-4)


def layered(gates=5, near=8, far=12, cluster=40):
    """A seed, accounts near it, gates side by side, accounts that hear them, and a large cluster.

    Every layer passes all on to the next one: only all gates together part it, and every account
    in front of them has more hearers, every layer has more accounts.
    """
    sizes = [1, near, gates, far, cluster]
    first = np.concatenate([[0], np.cumsum(sizes)])
    arcs = [
        (u, v)
        for layer in range(4)
        for u in range(first[layer], first[layer + 1])
        for v in range(first[layer + 1], first[layer + 2])
    ]
    names = [f"{'sngfc'[layer]}{i:03}" for layer in range(5) for i in range(sizes[layer])]
    return InteractionGraph.from_arcs(names, *zip(*arcs, strict=True))


@pytest.mark.parametrize("probability", [1.0, 0.9, 0.6])
def test_gates_side_by_side_between_larger_layers_are_found(probability):
    graph = layered()
    terms = {"seeds": ["s000"], "budget": 5, "model": f"constant:probability={probability}"}
    few = {"worlds": 200, "certify": False, "together": False}
    found = reach_takedown(graph, strategy="minimum-cut", **terms, **few)
    assert sorted(found.accounts[found.order]) == [f"g{i:03}" for i in range(5)]
    greedy = reach_takedown(graph, strategy="greedy", **terms, **few)
    assert greedy.reached_left[-1] > (4 if probability == 1 else 0.999) * found.reached_left[-1]
    best = reach_takedown(graph, **terms, **few)
    assert best.reached_left[-1] <= 1.01 * found.reached_left[-1]


def test_merged_networks_hold_the_arcs_that_are_live_often_enough():
    graph = InteractionGraph.from_arcs(["s", "a", "b"], [0, 0, 1], [1, 2, 2])
    asked = scenario(graph, ["s"], model="constant:probability=0.4")
    problem = naive.problem_of(asked, 400)
    networks = merged(problem, list(problem.worlds))
    arcs = [len(network.tails) - 2 * len(network.accounts) - 1 for network in networks]
    assert arcs == [3, 0]  # 0.4 is above 0 and not above a half
    values = networks[0].capacities[-3 - 3 : -3] / networks[0].scale
    reached = [np.mean([v in pack.nodes[lo:hi] for pack in problem.worlds for lo, hi in
               itertools.pairwise(pack.starts)]) for v in networks[0].accounts]  # fmt: skip
    np.testing.assert_allclose(values, [0 if graph.accounts[v] == "s" else share
                               for v, share in zip(networks[0].accounts, reached, strict=True)],
                               rtol=1e-6)  # fmt: skip


@settings(max_examples=30)
@given(small=naive.smalls(max_accounts=7, count=6))
def test_the_plan_keeps_its_terms_and_gives_the_same_twice(small):
    problem = small.problem
    plan = minimum_cut(problem, rng=0)
    assert plan[: len(small.first)].tolist() == small.first
    rest = plan[len(small.first) :]
    assert problem.candidates[rest].all()
    assert len(set(plan.tolist())) == len(plan)
    assert problem.costs[plan].sum() <= problem.budget * (1 + 1e-9)
    assert plan.tolist() == minimum_cut(problem, rng=0).tolist()


def test_large_worlds_are_cut_in_as_many_as_fit(monkeypatch):
    graph = layered()
    asked = scenario(graph, ["s000"], model="constant:probability=0.9")
    problem = naive.problem_of(asked, 60, budget=5.0)
    one_by_one = replace(problem, worlds=tuple(pack for pack in problem.worlds for _ in range(2)))
    monkeypatch.setattr(cuts, "NODES", 1)
    assert sorted(minimum_cut(one_by_one, rng=0).tolist()) == sorted(
        minimum_cut(problem, rng=0).tolist()
    )
