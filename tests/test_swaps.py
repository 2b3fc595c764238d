"""Swaps at the end of a search with costs: exact values, and no single swap left that helps."""

import naive_objectives as twins
import numpy as np
import pytest
from conftest import graphs, random_graph
from hypothesis import given
from hypothesis import strategies as st

from keynodes import takedown
from keynodes.dismantling import Problem, swaps
from keynodes.dismantling.plans import Interrupted, plan_of

OBJECTIVES = ("largest-component", "pairs")
COLUMN = {"largest-component": "heaviest_component", "pairs": "weighted_pairs"}


def left_by(problem, members):
    """The objective and the pairs once a set is gone, counted again."""
    curve = twins.removal_curve(problem.graph, members, problem.weights.tolist())
    return curve[COLUMN[problem.objective]][-1], curve["weighted_pairs"][-1]


def priced(n, m, seed, objective="largest-component"):
    rng = np.random.default_rng(seed)
    graph = random_graph(n, m, seed=seed, hubs=1.5)
    costs = rng.choice([1.0, 2.0, 3.0, 5.0], graph.n)
    budget = float(np.round(costs.mean() * n / 10))
    return Problem(
        graph, np.ones(n), np.ones(n, bool), costs, 0.0, budget=budget, objective=objective
    )


@given(graph=graphs(9), objective=st.sampled_from(OBJECTIVES), data=st.data())
def test_what_one_more_removal_leaves_is_counted_again(graph, objective, data):
    n = graph.n
    weights = np.array(data.draw(st.lists(st.integers(0, 4), min_size=n, max_size=n)), float)
    gone = data.draw(st.permutations(range(n)))[: data.draw(st.integers(0, n))]
    ones = np.ones(n)
    problem = Problem(graph, weights, np.ones(n, bool), ones, 0.0, budget=n, objective=objective)
    values, pairs = swaps.without_one_more(problem, gone)
    for account in set(range(n)) - set(gone):
        assert (values[account], pairs[account]) == left_by(problem, [*gone, account])


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("seed", range(3))
def test_no_single_swap_helps_afterwards(objective, seed):
    problem = priced(25, 40, seed, objective)
    start = plan_of(problem, np.arange(problem.graph.n, dtype=np.int32))
    found = swaps.swapped(problem, start, 1e9, 50, np.random.default_rng(0))
    assert found.cost <= start.cost
    members = found.order.tolist()
    assert problem.costs[members].sum() <= problem.budget
    now = left_by(problem, members)
    for one in members:
        others = [member for member in members if member != one]
        room = problem.budget - problem.costs[others].sum()
        for other in range(problem.graph.n):
            if other not in members and problem.costs[other] <= room:
                assert left_by(problem, [*others, other]) >= now
    assert swaps.swapped(problem, start, 0.0, 50, np.random.default_rng(0)) is start


def test_the_set_keeps_to_those_who_may_be_removed():
    problem = priced(25, 40, 1)
    problem.removable[::2] = False
    start = plan_of(problem, np.arange(1, 25, 2, dtype=np.int32))
    found = swaps.swapped(problem, start, 1e9, 50, np.random.default_rng(0))
    assert problem.removable[found.order].all()
    assert found.cost < start.cost


@pytest.mark.compiled
@pytest.mark.parametrize(("objective", "seed"), [("largest-component", 1), ("pairs", 2)])
def test_the_plan_of_a_cost_budget_is_not_improved_by_a_swap(objective, seed):
    problem = priced(160, 260, seed, objective)
    how = {"objective": objective, "costs": problem.costs, "iterations": 3000}
    found = takedown(problem.graph, budget=problem.budget, **how)
    assert found.costs[found.order].sum() <= problem.budget
    again = swaps.swapped(problem, plan_of(problem, found.order), 1e9, 0, np.random.default_rng(0))
    assert again.cost[0] == pytest.approx(found.left[-1])


@pytest.mark.parametrize("most", [0, 12, 200])
def test_ctrl_c_between_two_swaps_keeps_the_better_set(monkeypatch, most):
    problem = priced(25, 40, 1)
    start = plan_of(problem, np.arange(problem.graph.n, dtype=np.int32))
    whole = swaps.swapped(problem, start, 1e9, 50, np.random.default_rng(0))
    calls = []
    search = swaps.without_one_more

    def stops(*given):
        calls.append(1)
        if len(calls) > most:
            raise KeyboardInterrupt
        return search(*given)

    monkeypatch.setattr(swaps, "without_one_more", stops)
    with pytest.raises(Interrupted) as stopped:
        swaps.swapped(problem, start, 1e9, 50, np.random.default_rng(0))
    assert whole.cost <= stopped.value.plan.cost <= start.cost
    assert (stopped.value.plan.cost < start.cost) == (most > 0)
