"""Removals from stored worlds against deletion, and every strategy against its twin."""

import itertools

import naive_blocking as naive
import naive_worlds as twins
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_blocking import smalls

from keynodes import InteractionGraph
from keynodes.blocking import REACH_STRATEGIES, rivals
from keynodes.blocking.dominating import greedy, replace
from keynodes.blocking.portfolio import swapped
from keynodes.blocking.problem import SLACK, reached_at_start, reached_in
from keynodes.blocking.removals import Removals
from keynodes.blocking.rivals import outdegree_frequency
from keynodes.blocking.sharing import fair_share
from keynodes.cascades.scenario import scenario
from keynodes.kernels.fair_shares import FRACTION

CERTAIN = "constant:probability=1"


def run(name, small, rng=0):
    return REACH_STRATEGIES[name].function(small.problem, rng=rng).tolist()


def moves(small):
    """Removals, and a restoration in between: a list of (account, back)."""
    n = small.problem.n
    return st.lists(st.tuples(st.integers(0, n - 1), st.booleans()), max_size=7)


# --- Removals ---------------------------------------------------------------------------------


@given(smalls(), st.data())
@settings(max_examples=150)
def test_gains_are_those_of_deletion_after_any_removals_and_restorations(small, data):
    removals = Removals(small.problem)
    gone = list(small.first)
    for v, asked in [(0, None), *data.draw(moves(small))]:
        if asked is not None and v in gone:
            gone.remove(v)
            removals.restore(v)
        elif asked is not None:
            gone.append(v)
            removals.remove(v)
        # Not asked every time: what is put off must come out the same.
        if asked is True:
            continue
        assert np.flatnonzero(removals.taken).tolist() == sorted(gone)
        for u in set(range(small.problem.n)) - set(gone):
            expected = naive.gain(small, u, gone)
            assert removals.gains[u] <= expected <= removals.ceilings[u]
            assert removals.gain(u) == expected
            if not removals.limited:
                assert removals.gains[u] == expected


@pytest.mark.parametrize("limits", [{"hops": 3}, {"hops": 4}, {"within": 2.5, "delay": 1.0}])
def test_gains_are_exact_where_a_detour_comes_too_late(limits):
    """Bounds leave room there: what is lost is tried, before and after a removal."""
    loose, tried = 0, 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        layer = np.sort(rng.integers(1, 5, 15))
        pairs = [(0, v) for v in range(1, 16) if layer[v - 1] == layer[0]]
        pairs += [
            (u, v)
            for u, v in rng.integers(1, 16, (60, 2)).tolist()
            if u != v and layer[v - 1] - layer[u - 1] in (0, 1)
        ]
        graph = InteractionGraph.from_arcs(
            [f"a{i:02}" for i in range(16)], *zip(*pairs, strict=True)
        )
        asked = scenario(graph, ["a00"], model="constant:probability=0.7", rng=seed, **limits)
        small = naive.small_of(naive.problem_of(asked, 3, muting=bool(seed % 2)))
        removals, gone = Removals(small.problem), []
        for _ in range(3):
            loose += (removals.gains < removals.ceilings).sum()
            for u in set(range(1, 16)) - set(gone):
                expected = naive.gain(small, u, gone)
                assert removals.gain(u) == expected
                tried += expected > removals.gains[u]
            among = naive.affordable(small, gone)
            mask = np.isin(np.arange(16), among)
            best = removals.best(mask)
            assert best == (-1 if (v := naive.best(small, among, gone)) is None else v)
            if best < 0:
                break
            removals.remove(best)
            gone.append(best)
    assert loose > 10
    assert tried > 4


def test_gates_that_count_nothing_themselves_are_looked_at_again():
    arcs = [(0, 1), (0, 2), *((g, v) for g in (1, 2) for v in (3, 4, 5))]
    graph = InteractionGraph.from_arcs("abcdef", *zip(*arcs, strict=True))
    weights = np.array([0.0, 0, 0, 1, 1, 1])
    asked = scenario(graph, ["a"], model=CERTAIN, accounts=weights)
    removals = Removals(naive.problem_of(asked, 2))
    assert (removals.gain(1), removals.gain(2)) == (0, 0)
    removals.remove(1)
    assert removals.gain(2) == 6
    removals.restore(1)
    assert (removals.gain(1), removals.gain(2)) == (0, 0)


@pytest.mark.parametrize("shares", [False, True])
@given(smalls(), st.data())
def test_what_was_put_back_leaves_no_trace(shares, small, data):
    fresh, removals = (Removals(small.problem, shares=shares) for _ in range(2))
    gone = []
    for v, _ in data.draw(moves(small)):
        if v not in gone and v not in small.first:
            removals.remove(v)
            gone.append(v)
    for v in data.draw(st.permutations(gone)):
        removals.restore(v)
    np.testing.assert_array_equal(removals.gains, fresh.gains)
    np.testing.assert_array_equal(removals.ceilings, fresh.ceilings)


@given(smalls(), st.data())
def test_shares_are_those_of_fresh_worlds_after_any_removals(small, data):
    removals = Removals(small.problem, shares=True)
    gone = list(small.first)
    for v, back in data.draw(moves(small)):
        if v in gone and back and v not in small.first:
            gone.remove(v)
            removals.restore(v)
        elif v not in gone:
            gone.append(v)
            removals.remove(v)
    for u in range(small.problem.n):
        expected = naive.credit(small, u, gone)
        if u not in gone:
            assert abs(removals.gain(u) - expected) <= small.problem.count * 0.51 / FRACTION


@given(smalls(), st.data())
@settings(max_examples=150)
def test_the_best_gains_most_for_its_cost_and_is_the_lowest_of_those_that_do(small, data):
    removals = Removals(small.problem)
    gone = list(small.first)
    for v, _ in data.draw(moves(small)):
        among = [u for u in range(small.problem.n) if u not in gone]
        mask = np.zeros(small.problem.n, bool)
        mask[among] = True
        best = naive.best(small, among, gone)
        assert removals.best(mask) == (-1 if best is None else best)
        if v not in gone:
            gone.append(v)
            removals.remove(v)


@pytest.mark.parametrize("seed", range(200))
def test_under_a_limit_the_best_is_found_by_bounds_alone(seed):
    """Whatever gains and their upper bounds: the lowest of those that gain most for their cost."""
    rng = np.random.default_rng(seed)
    graph = InteractionGraph.from_arcs([f"a{i}" for i in range(8)], [0], [1])
    costs = rng.choice([1.0, 2.0], 8)
    asked = scenario(graph, ["a0"], hops=2)
    removals = Removals(naive.problem_of(asked, 2, costs=costs))
    values = rng.integers(0, 4, 8)
    removals._ceilings[:] = values + rng.integers(0, 3, 8)
    looked = []
    removals.gain = lambda v: looked.append(v) or float(values[v])
    among = rng.random(8) < 0.8
    worth = np.where(among, values / costs, 0)
    assert removals.best(among) == (int(worth.argmax()) if worth.any() else -1)
    assert len(set(looked)) == len(looked)
    # Nobody is tried whose bound is below what was found.
    assert all(removals._ceilings[v] / costs[v] >= worth.max() for v in looked)


@given(smalls())
def test_what_is_reached_at_the_start(small):
    expected = [twins.heard(one, small.values, None, small.limit) for one in small.worlds]
    assert reached_in(small.problem).tolist() == expected
    assert reached_at_start(small.problem) == np.mean(expected)


# --- strategies against their twins -----------------------------------------------------------


@given(smalls())
def test_greedy_is_greedy_by_deletion_in_every_world(small):
    assert run("greedy", small) == naive.greedy(small)


@given(smalls())
def test_replace_replaces_from_the_last_pick_back(small):
    assert run("replace", small) == naive.replace(small)


@given(smalls())
def test_outdegree_frequency_is_how_many_hear_it_times_how_often_it_is_reached(small):
    assert run("outdegree-frequency", small) == naive.outdegree_frequency(small)


@given(smalls())
def test_every_pick_of_fair_share_has_the_most_credit_left(small):
    """Up to rounding: the credit of a world is counted in whole parts."""
    plan, begun = run("fair-share", small), len(small.first)
    slack = small.problem.count * 1.02 / FRACTION

    def worth(v, gone):
        return naive.credit(small, v, gone) / small.problem.costs[v]

    for k in range(begun, len(plan)):
        able = naive.affordable(small, plan[:k])
        assert plan[k] in able
        most = max(worth(v, plan[:k]) for v in able)
        assert worth(plan[k], plan[:k]) >= most - 4 * slack
    assert all(worth(v, plan) <= 4 * slack for v in naive.affordable(small, plan))


@given(smalls())
@settings(max_examples=40)
def test_swaps_never_cut_less_and_end_where_no_swap_cuts_more(small):
    plan = run("fair-share", small)
    better = swapped(small.problem, np.array(plan, np.int32)).tolist()
    assert naive.left(small, better) <= naive.left(small, plan)
    if set(better) == set(plan) and not small.problem.scenario.limited:
        for place in range(len(small.first), len(plan)):
            rest = plan[:place] + plan[place + 1 :]
            for other in naive.affordable(small, rest):
                assert naive.left(small, [*rest, other]) >= naive.left(small, plan)


# --- what every strategy keeps to -------------------------------------------------------------


@pytest.mark.parametrize("name", REACH_STRATEGIES)
@given(smalls())
@settings(max_examples=30)
def test_every_strategy_keeps_to_the_terms(name, small):
    problem = small.problem
    plan = run(name, small)
    assert plan[: len(problem.first)] == problem.first.tolist()
    chosen = plan[len(problem.first) :]
    assert len(set(plan)) == len(plan)
    assert problem.candidates[chosen].all()
    assert problem.costs[plan].sum() <= problem.budget * SLACK
    assert run(name, small) == plan
    # It ends early only where nothing is left to gain, or to pay with.
    for v in naive.affordable(small, plan):
        assert name != "random"
        assert name != "outdegree-frequency"
        assert naive.gain(small, v, plan) == 0


@pytest.mark.parametrize("name", REACH_STRATEGIES)
@given(smalls(max_accounts=7))
@settings(max_examples=25)
def test_no_strategy_beats_the_optimum(name, small):
    whole, plan = naive.left(small, []), run(name, small)
    assert whole - naive.left(small, plan) <= naive.optimum(small)


@pytest.mark.parametrize("name", REACH_STRATEGIES)
def test_every_strategy_says_how_it_works(name):
    row = REACH_STRATEGIES[name]
    assert row.name == name
    assert row.optimises == ("reach",)
    assert row.order in ("static", "adaptive", "set")
    assert row.summary.endswith((".", "."))
    assert row.cost
    assert row.reference


def of_three_gates(weights=1.0, costs=(1.0, 1.0, 1.0), budget=1.0):
    """Gates that are heard by 10, 8 and 8; the weights are those of who hears the second."""
    arcs = [(0, 1), (0, 2), (0, 3), *((1, v) for v in range(4, 14))]
    arcs += [(2, v) for v in range(14, 22)] + [(3, v) for v in range(22, 30)]
    graph = InteractionGraph.from_arcs([f"a{i:02}" for i in range(30)], *zip(*arcs, strict=True))
    counts = np.where((np.arange(30) < 14) | (np.arange(30) > 21), 1.0, weights)
    asked = scenario(graph, ["a00"], model=CERTAIN, accounts=counts)
    prices, candidates = np.ones(30), np.isin(np.arange(30), [1, 2, 3])
    prices[1:4] = costs
    return naive.problem_of(asked, 5, costs=prices, candidates=candidates, budget=budget)


@pytest.mark.parametrize("name", REACH_STRATEGIES)
def test_what_a_strategy_looks_at_is_what_its_row_says(name):
    row = REACH_STRATEGIES[name]
    rng = next(i for i in range(99) if rivals.random(of_three_gates(), rng=i).tolist() == [1])
    plain, weighted, cheap, dear = (
        set(row.function(problem, rng=rng).tolist())
        for problem in (
            of_three_gates(),
            of_three_gates(weights=5.0),
            of_three_gates(costs=(1.0, 2.0, 2.0), budget=2.0),
            of_three_gates(costs=(2.0, 1.0, 1.0), budget=2.0),
        )
    )
    assert plain == cheap == {1}
    assert (weighted != plain) == row.weights
    assert (dear != cheap) == row.costs
    assert row.direction == (name != "random")


def test_a_single_dear_account_may_beat_many_cheap_ones():
    """Per cost the leaves are better; one hub for the whole budget cuts more."""
    arcs = [(0, v) for v in range(1, 5)] + [(1, v) for v in range(5, 25)]
    graph = InteractionGraph.from_arcs([f"a{i:02}" for i in range(25)], *zip(*arcs, strict=True))
    costs = np.full(25, 0.125)
    costs[1] = 4.0
    candidates = np.arange(25) < 5
    candidates[0] = False
    asked = scenario(graph, ["a00"], model=CERTAIN)
    terms = {"costs": costs, "budget": 4.0, "candidates": candidates}
    small = naive.small_of(naive.problem_of(asked, 2, **terms))
    assert run("greedy", small) == naive.greedy(small)
    assert run("greedy", small) == [1]


def gates_with(gains, costs, budget):
    """Gates side by side, each with a tail of its own."""
    arcs, at = [(0, g) for g in range(1, len(gains) + 1)], len(gains) + 1
    for gate, gain in enumerate(gains, start=1):
        arcs += [(gate, v) for v in range(at, at + gain - 1)]
        at += gain - 1
    graph = InteractionGraph.from_arcs([f"a{i:04}" for i in range(at)], *zip(*arcs, strict=True))
    prices, candidates = np.ones(at), np.zeros(at, bool)
    prices[1 : len(gains) + 1], candidates[1 : len(gains) + 1] = costs, True
    asked = scenario(graph, ["a0000"], model=CERTAIN)
    return naive.problem_of(asked, 3, costs=prices, budget=budget, candidates=candidates)


def test_what_the_dear_account_leaves_of_the_budget_is_spent():
    problem = gates_with([600, 100, 50, 30, 10], [62.0, 9.0, 3.0, 4.0, 1.0], 70.0)
    assert run("greedy", naive.small_of(problem)) == [1, 3, 5, 4]


@pytest.mark.parametrize("name", ["replace", "portfolio"])
def test_what_is_replaced_pays_for_whoever_gains_most(name):
    """Per cost the first two are best; the last is worth what it costs more."""
    problem = gates_with([80, 95, 105], [4.0, 5.0, 6.0], 10.0)
    small = naive.small_of(problem)
    plan = run(name, small)
    assert sorted(plan) == [1, 3]
    assert naive.left(small, []) - naive.left(small, plan) == naive.optimum(small)


def test_what_replacement_saves_is_spent_again():
    for seed in range(30):
        rng = np.random.default_rng(seed)
        graph = InteractionGraph.from_arcs(
            [f"a{i:02}" for i in range(14)], *rng.integers(0, 14, (2, 40))
        )
        asked = scenario(graph, ["a00"], model="constant:probability=0.6", rng=seed)
        costs = rng.choice([0.25, 1.0, 2.0], 14)
        small = naive.small_of(naive.problem_of(asked, 6, costs=costs, budget=3.0))
        plan = run("replace", small)
        assert plan == naive.replace(small)
        assert all(naive.gain(small, v, plan) == 0 for v in naive.affordable(small, plan))


# --- traps ------------------------------------------------------------------------------------


def lazy(small):
    """CELF: whoever stands first in a queue of old gains is looked at again, nobody else."""
    plan, budget = [], int(small.problem.budget)
    queue = {v: naive.gain(small, v) for v in naive.affordable(small, [])}
    while len(plan) < budget and queue:
        fresh = set()
        while True:
            first = min(queue, key=lambda v: (-queue[v], v))
            if first in fresh:
                break
            queue[first] = naive.gain(small, first, plan)
            fresh.add(first)
        if queue.pop(first) == 0:
            break
        plan.append(first)
    return plan


def two_gates_and_a_hub():
    """Behind b and c, side by side, stand 30; a alone carries 3; d with 4 hangs on b alone."""
    arcs = [(0, 1), (0, 2), (0, 3), (1, 4), (1, 5)]
    arcs += [(2, 6), (2, 7), (2, 8), (2, 9), (2, 10), (2, 11), (2, 12), (3, 12)]
    arcs += [(12, v) for v in range(13, 43)]
    graph = InteractionGraph.from_arcs([f"a{i:02}" for i in range(43)], *zip(*arcs, strict=True))
    return scenario(graph, ["a00"], model=CERTAIN)


def test_gains_rise_after_a_pick_so_that_a_lazy_queue_is_wrong():
    asked = two_gates_and_a_hub()
    candidates = np.zeros(43, bool)
    candidates[[1, 2, 3]] = True  # the junction behind the gates is protected
    small = naive.small_of(naive.problem_of(asked, 2, candidates=candidates, budget=2.0))
    removals = Removals(small.problem)
    before = removals.gain(3)
    removals.remove(2)
    assert removals.gain(3) > 10 * before
    assert run("greedy", small) == naive.greedy(small) == [2, 3]
    assert lazy(small) == [2, 1]
    assert naive.left(small, [2, 3]) < naive.left(small, [2, 1])


@given(smalls(models=("linear-threshold",), limits=({},), costs=False, muting=False))
def test_linear_threshold_is_a_coverage_so_that_lazy_and_greedy_agree_and_are_good(small):
    if len(small.first):
        return
    plan = run("greedy", small)
    assert plan == lazy(small)
    whole = naive.left(small, [])
    cut = whole - naive.left(small, plan)
    assert cut >= (1 - 1 / np.e) * naive.optimum(small)
    for gone in itertools.islice(itertools.pairwise(range(small.problem.n)), 5):
        for v in range(small.problem.n):
            assert v in gone or naive.gain(small, v, gone) <= naive.gain(small, v, gone[:1])


def test_who_is_reached_most_often_is_useless_and_seeds_are_the_trivial_optimum():
    gates, audience, listeners = range(1, 6), range(6, 106), range(106, 126)
    arcs = [(0, g) for g in gates] + [(g, v) for g in gates for v in listeners]
    arcs += [(g, v) for v in audience for g in gates if (v + g) % 3 == 0]
    graph = InteractionGraph.from_arcs([f"a{i:03}" for i in range(126)], *zip(*arcs, strict=True))
    asked = scenario(graph, ["a000"], model="constant:probability=0.4")
    small = naive.small_of(naive.problem_of(asked, 200, budget=5.0))
    problem = small.problem
    times = sum(np.bincount(pack.nodes, minlength=126) for pack in problem.worlds)
    often = np.argsort(-times * problem.candidates, kind="stable")[:5].tolist()
    assert set(often) <= set(listeners)
    whole = naive.left(small, [])
    assert naive.left(small, often) > 0.9 * whole
    for function in (greedy, fair_share, replace, outdegree_frequency):
        assert set(function(problem, rng=0).tolist()) == set(gates)
    able = naive.problem_of(asked, 200, candidates=np.ones(126, bool), budget=1.0)
    for function in (greedy, fair_share):
        assert function(able, rng=0).tolist() == [0]
