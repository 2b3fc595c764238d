"""takedown(), reorder() and score_plan(): what is promised, against trying everything."""

import itertools
import math
import re

import naive_objectives as twins
import numpy as np
import pandas
import pytest
from conftest import graphs, processor_seconds, random_graph
from hypothesis import given, settings
from hypothesis import strategies as st

import keynodes
from keynodes import (
    OBJECTIVES,
    STRATEGIES,
    InteractionGraph,
    UnknownAccount,
    UnknownName,
    UsageError,
    reorder,
    score_plan,
    takedown,
)
from keynodes.dismantling import Problem, reverse_greedy, walks
from keynodes.dismantling.plans import Interrupted, Plan
from keynodes.dismantling.running import band_of

EVERY = (*STRATEGIES, "betweenness", "adaptive:pagerank")
SHORT = {"iterations": 300}
NAIVE_COLUMN = {
    ("largest-component", False): "largest_component",
    ("pairs", False): "pairs",
    ("strong", False): "largest_strong",
    ("largest-component", True): "heaviest_component",
    ("pairs", True): "weighted_pairs",
    ("strong", True): "heaviest_strong",
}


def quickly(graph, **how):
    """A takedown whose search, if there is one, is short."""
    names = how.get("strategy", "search")
    names = [names] if isinstance(names, str) else names
    if "search" in names and "seconds" not in how:
        how = SHORT | how
    return takedown(graph, **how)


def plan_in(found):
    return found.accounts[found.order].tolist()


def undirected(n, edges, weights=None):
    tails, heads = zip(*edges, strict=True)
    return InteractionGraph.from_arcs([f"a{i:03}" for i in range(n)], tails, heads, weights)


@pytest.fixture
def chain():
    return undirected(5, [(0, 1), (1, 2), (2, 3), (3, 4)])


@pytest.fixture(scope="module")
def larger():
    """Enough accounts that the search walks, and does not try everything."""
    return random_graph(120, 260, seed=3)


@st.composite
def tasks(draw, max_accounts=9, objectives=tuple(OBJECTIVES)):
    """A graph and the arguments of a takedown of it."""
    graph = draw(graphs(max_accounts))
    names = graph.accounts.tolist()
    role = draw(st.lists(st.sampled_from("...pm"), min_size=graph.n, max_size=graph.n))
    protect = [name for name, r in zip(names, role, strict=True) if r == "p"]
    must = [name for name, r in zip(names, role, strict=True) if r == "m"][:2]
    how = {"objective": draw(st.sampled_from(objectives)), "protect": protect, "must": must}
    numbers = st.sampled_from([0.5, 1.0, 1.0, 2.0, 3.0])
    if draw(st.booleans()):
        weights = draw(st.lists(numbers, min_size=graph.n, max_size=graph.n))
        how["accounts"] = np.asarray(weights, float)
    prices = np.ones(graph.n)
    if draw(st.booleans()):
        prices = np.asarray(draw(st.lists(numbers, min_size=graph.n, max_size=graph.n)), float)
        how["costs"] = prices
    if draw(st.booleans()):
        how["target"] = draw(st.sampled_from([0.1, 0.25, 0.4, 0.7]))
        how["minimise"] = draw(st.sampled_from(["both", "size", "area"]))
    else:
        needed = prices[[names.index(name) for name in must]].sum()
        how["budget"] = float(math.ceil(needed) + draw(st.integers(1, 4)))
    return graph, how


def naive_values(graph, order, objective, weights=None):
    by_weight = weights is not None
    weights = np.ones(graph.n) if weights is None else weights
    return twins.removal_curve(graph, order, weights)[NAIVE_COLUMN[objective, by_weight]]


def enough_for(graph, objective, target, weights=None):
    """What the documentation of `target` says, once more."""
    if weights is None:
        limit = math.ceil(target * graph.n)
        return limit if objective != "pairs" else target * graph.n * (graph.n - 1) / 2
    total = sum(weights)
    pairs = (total**2 - sum(w * w for w in weights)) / 2
    return target * (pairs if objective == "pairs" else total)


# What every plan keeps


@pytest.mark.parametrize("strategy", EVERY)
@settings(max_examples=25)
@given(task=tasks())
def test_every_strategy_keeps_what_the_plan_promises(strategy, task):
    graph, how = task
    found = quickly(graph, strategy=strategy, **how)
    plan = plan_in(found)
    must, weights = how["must"], how.get("accounts")
    assert len(set(plan)) == len(plan)
    assert not set(plan) & set(how["protect"])
    # A plan that gets there before all of them are gone goes on: they must.
    assert set(plan[: len(must)]) == set(must)
    removable = [name for name in graph.accounts.tolist() if name not in how["protect"]]
    naive = naive_values(graph, found.order.tolist(), how["objective"], weights)
    assert found.values.tolist() == pytest.approx(naive)
    if "budget" in how:
        prices = how.get("costs")
        if prices is None:
            assert len(plan) == min(how["budget"], len(removable))
        else:
            assert prices[found.order].sum() <= how["budget"] * (1 + 1e-9)
            # What is left of the budget pays for nobody who could go.
            left = how["budget"] - prices[found.order].sum()
            others = set(removable) - set(plan)
            assert all(prices[graph.index_of(name)] > left - 1e-9 for name in others)
        return
    enough = enough_for(graph, how["objective"], how["target"], weights)
    everybody = [graph.index_of(name) for name in removable]
    if naive_values(graph, everybody, how["objective"], weights)[-1] <= enough:
        assert naive[-1] <= enough * (1 + 1e-12)
        # It stops there.
        assert len(plan) == len(must) or naive[-2] > enough
    else:
        assert any("no plan gets the objective down" in notice for notice in found.notices)


@settings(max_examples=40)
@given(task=tasks(objectives=("largest-component", "pairs")))
def test_the_numbers_are_those_of_the_twin(task):
    graph, how = task
    found = quickly(graph, **how)
    weights = how.get("accounts", np.ones(graph.n))
    naive = twins.removal_curve(graph, found.order.tolist(), weights)
    frame = found.to_frame()
    for column in ("largest_component", "pairs", "components"):
        assert frame[column].tolist() == naive[column][1:]
    assert (frame["cut"] + frame["left"]).tolist() == pytest.approx([1.0] * len(frame))
    start = naive[NAIVE_COLUMN[how["objective"], "accounts" in how]][0]
    if start:
        end = naive[NAIVE_COLUMN[how["objective"], "accounts" in how]][1:]
        assert frame["left"].tolist() == pytest.approx([value / start for value in end])
    if graph.n:
        assert found.robustness == pytest.approx(twins.robustness(graph, found.order.tolist()))
    assert ("cost_so_far" in frame.columns) == ("costs" in how)
    if "costs" in how:
        spent = list(itertools.accumulate(how["costs"][found.order].tolist()))
        assert frame["cost_so_far"].tolist() == pytest.approx(spent)


# The optimum, by trying every set


def every_set(graph, how):
    """(cost, what is left, accounts) of every set that may go and holds those that must."""
    names = graph.accounts.tolist()
    must = {names.index(name) for name in how["must"]}
    free = [i for i in range(graph.n) if names[i] not in how["protect"] and i not in must]
    prices = how.get("costs", np.ones(graph.n))
    weights = how.get("accounts", np.ones(graph.n))
    for size in range(len(free) + 1):
        for chosen in itertools.combinations(free, size):
            gone = must | set(chosen)
            parts = twins.weak_parts(graph, gone)
            if how["objective"] == "pairs":
                pairs = (itertools.combinations(sorted(part), 2) for part in parts)
                left = sum(weights[u] * weights[v] for some in pairs for u, v in some)
            else:
                left = max((sum(weights[u] for u in part) for part in parts), default=0.0)
            yield sum(prices[u] for u in gone), left, gone


def check_optimal(graph, how):
    found = quickly(graph, **how)
    sets = list(every_set(graph, how))
    prices = how.get("costs", np.ones(graph.n))
    if "budget" in how:
        best = min(left for cost, left, _ in sets if cost <= how["budget"] + 1e-9)
        assert found.values[-1] == pytest.approx(best)
        return
    enough = enough_for(graph, how["objective"], how["target"], how.get("accounts"))
    costs = [cost for cost, left, _ in sets if left <= enough]
    if costs:
        assert prices[found.order].sum() == pytest.approx(min(costs))


@settings(max_examples=60)
@given(task=tasks(max_accounts=8, objectives=("largest-component", "pairs")))
def test_the_search_finds_the_optimum_of_small_graphs(task):
    graph, how = task
    if how.get("minimise") == "area":
        how = how | {"minimise": "both"}
    check_optimal(graph, how)


@pytest.mark.parametrize("ends", [{"budget": 3}, {"target": 0.2}])
@pytest.mark.parametrize("objective", ["largest-component", "pairs"])
def test_the_optimum_of_twelve_accounts(objective, ends):
    graph = random_graph(12, 22, seed=8, hubs=1.3)
    check_optimal(graph, {"objective": objective, "must": [], "protect": [], **ends})


@settings(max_examples=25)
@given(graph=graphs(7), budget=st.integers(1, 3))
def test_of_sets_that_leave_the_least_the_order_that_breaks_soonest(graph, budget):
    found = quickly(graph, budget=budget)
    if not graph.n:
        return
    orders = itertools.permutations(range(graph.n), min(budget, graph.n))
    curves = [naive_values(graph, order, "largest-component")[1:] for order in orders]
    assert (found.values[-1], found.values[1:].sum()) == min((c[-1], sum(c)) for c in curves)


def test_a_target_may_be_met_by_fewer_or_with_less_on_the_way():
    # Two accounts suffice: x then y. With area, a third that hurts at once is worth its place.
    for seed in range(6):
        graph = random_graph(11, 20, seed=seed, hubs=1.2)
        few = quickly(graph, target=0.2)
        low = quickly(graph, target=0.2, minimise="area")
        assert len(few.order) <= len(low.order)
        assert area(low) <= area(few) + 1e-9


def area(found):
    values = found.values[1:]
    return values.sum() - 0.5 * (values[0] + values[-1])


def test_the_walk_is_no_worse_than_the_grid(larger):
    for ends in ({"budget": 12}, {"target": 0.1}):
        both = quickly(larger, strategy=["reverse-greedy", "search"], **ends)
        walked, grid = both.rivals["search"], both.rivals["reverse-greedy"]
        if "budget" in ends:
            assert walked.values[-1] <= grid.values[-1]
        assert both.strategy == next(iter(both.rivals))


# Several strategies


def test_several_strategies_are_compared_best_first(larger):
    asked = ["random", "search", "out_degree"]
    found = quickly(larger, strategy=asked, budget=10)
    frame = found.comparison()
    assert sorted(frame["strategy"]) == sorted(asked)
    assert frame["strategy"][0] == found.strategy == "search"
    assert frame["left"].tolist() == sorted(frame["left"])
    assert (frame["removals"] == 10).all()
    for name, plan in found.rivals.items():
        alone = quickly(larger, strategy=name, budget=10)
        assert alone.order.tolist() == plan.order.tolist()
    assert frame.columns[:4].tolist() == ["strategy", "removals", "cut", "left"]
    assert frame["to_1"].isna().all()
    one = quickly(larger, budget=10)
    assert one.comparison()["strategy"].tolist() == ["search"]


def test_strategies_that_do_not_work_towards_the_objective_say_so(larger):
    found = quickly(larger, strategy="explosive", objective="pairs", budget=3)
    said = "explosive works towards largest-component; on pairs it is scored only"
    assert said in found.notices
    found = quickly(larger, strategy="out_degree", budget=3)
    assert any("out_degree has no objective" in notice for notice in found.notices)
    found = quickly(larger, strategy="search", objective="core", budget=3)
    assert found.objective == "strong"
    assert any("on strong it is scored only" in notice for notice in found.notices)
    assert "largest_strong" in found.to_frame().columns
    prices = np.where(np.arange(larger.n) % 2, 1.0, 2.0)
    found = quickly(larger, strategy="random", budget=3, costs=prices, accounts=prices)
    assert "random does not look at costs when it chooses" in found.notices
    assert "random does not look at account weights when it chooses" in found.notices


def test_the_band_of_random_orders(larger):
    weights = 1.0 + np.arange(larger.n)
    for how in ({}, {"must": larger.accounts[:2].tolist()}, {"accounts": weights}):
        found = quickly(larger, strategy="random", budget=10, **how)
        low, high = said_by(found, r"they leave ([\d.]+)% to ([\d.]+)%")
        assert low <= 100 * found.left[-1] + 0.05
        assert 100 * found.left[-1] - 0.05 <= high
        frame = found.to_frame()
        assert frame.columns[-2:].tolist() == ["cut_low", "cut_high"]
        least, greatest = found.band
        assert frame["cut_low"].tolist() == least[1:].tolist()
        assert (least <= greatest).all()
        assert (np.diff(least) >= 0).all()
        assert 100 * (1 - greatest[-1]) >= low - 0.05
        assert 100 * (1 - least[-1]) <= high + 0.05
        assert any("18 of 20 random orders" in line for line in found.summary())
    found = quickly(larger, strategy="random", target=0.2)
    low, high = said_by(found, r"take (\d+) to (\d+) removals")
    assert low <= len(found.order) <= high
    assert low < high
    assert found.band.shape == (2, len(found.order) + 1)
    found = quickly(larger, strategy="random", budget=10, intervals=2)
    assert found.to_frame()["cut_low"].tolist() == found.intervals.cut_low[1:].tolist()
    assert quickly(larger, strategy="out_degree", budget=3).band is None


def test_the_band_is_that_of_the_twenty_orders(chain):
    problem = Problem(
        chain, np.ones(5), np.ones(5, bool), np.ones(5), 1.0, enough=1.0, minimise="size"
    )
    orders = [np.array(order, np.int32) for order in [*[[1, 3]] * 9, [2, 0, 3], *[[0, 1, 3]] * 10]]
    band, said = band_of(problem, Plan((2.0, 0.0), orders[0], tuple(orders)))
    # After one: 3 left, once 2, ten times 4; the extremes of each step are left out.
    assert band[:, 1].tolist() == pytest.approx([0.2, 0.4])
    assert band[:, 2].tolist() == pytest.approx([0.4, 0.8])
    assert said == ["random: the middle one of 20 orders; they take 2 to 3 removals"]


def said_by(found, pattern):
    """The numbers of the one notice that says so."""
    (numbers,) = [match for notice in found.notices for match in re.findall(pattern, notice)]
    return [float(number) for number in numbers]


# What is said of what cannot be cut


def test_when_nothing_cuts_a_minimum_weight_is_offered():
    # All know all, a little; three groups of twenty know each other well, and only 0 joins them.
    edges = list(itertools.combinations(range(60), 2))
    weights = [10.0 if u // 20 == v // 20 or (u == 0 and v in (20, 40)) else 1.0 for u, v in edges]
    graph = undirected(60, edges, weights)
    found = quickly(graph, budget=1)
    assert any("no plan found cuts 5%" in notice for notice in found.notices)
    assert any("--min-weight 10" in notice for notice in found.notices)
    again = quickly(graph.with_min_weight(10), budget=1)
    assert plan_in(again) == ["a000"]
    assert f"the same budget would cut {again.cut[-1]:.1%}" in " ".join(found.notices)
    # Those that must go cut there too; what they cost is part of the budget.
    two = quickly(graph, budget=2, must=["a005"])
    again = quickly(graph.with_min_weight(10), budget=2, must=["a005"])
    assert f"the same budget would cut {again.cut[-1]:.1%}" in " ".join(two.notices)
    spent = quickly(graph, budget=1, must=["a005"])
    assert any("does not change that here" in notice for notice in spent.notices)
    dear = quickly(graph, budget=1.5, costs={"a001": 2.0})
    assert any("does not hang on accounts that cost 1.5" in notice for notice in dear.notices)
    alike = quickly(undirected(60, edges), budget=1)
    assert any("does not change that here" in notice for notice in alike.notices)


def test_protected_accounts_that_hold_it_together(chain):
    found = quickly(chain, target=0.3, protect=["a001", "a002", "a003"])
    assert any("protected accounts hold it together" in notice for notice in found.notices)
    # Without the light arc in the middle it falls apart.
    edges = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]
    light = undirected(6, edges, [2.0, 2.0, 1.0, 2.0, 2.0])
    found = quickly(light, target=0.5, protect=["a001", "a002", "a003", "a004"])
    assert any("hold it together" in notice for notice in found.notices)
    assert any(
        "among arcs of weight 2 or more (4 of 5) 0 removals would do: --min-weight 2" in notice
        for notice in found.notices
    )
    found = quickly(chain, target=0.9, must=["a000"])
    assert plan_in(found) == ["a000"]
    assert any("already: only those go who must" in notice for notice in found.notices)
    found = quickly(chain, target=0.9)
    # ⌈0.9 · 5⌉ = 5: they are no more already.
    assert plan_in(found) == []
    assert any("nobody has to go" in notice for notice in found.notices)
    assert len(found.to_frame()) == 0
    assert found.summary()


@pytest.mark.parametrize("strategy", EVERY)
@pytest.mark.parametrize("how", [{}, {"budget": 1}, {"target": 0.5}, {"objective": "core"}])
def test_networks_with_nothing_in_them(strategy, how):
    for n in (0, 1, 3):
        graph = InteractionGraph.from_arcs([f"a{i}" for i in range(n)], [], [])
        found = quickly(graph, strategy=strategy, **how)
        if "target" not in how:
            assert len(found.order) == min(how.get("budget", 20), n)
        assert len(found.to_frame()) == len(found.order)
        assert len(found.comparison()) == 1
        assert found.summary()


def test_a_budget_beyond_everybody_says_so(chain):
    found = quickly(chain, budget=9, protect=["a000"])
    assert len(found.order) == 4
    assert "4 accounts may be removed at most: that is the budget" in found.notices
    assert not np.isnan(found.curve_area)


# Weights and costs


def test_weights_come_from_the_attributes_or_are_given():
    edges = [(0, 1), (1, 2), (2, 3), (3, 4), (2, 5), (2, 6)]
    plain = undirected(7, edges)
    assert plan_in(quickly(plain, budget=1)) == ["a002"]
    # a004 is heard by millions: cutting it off, or it alone, is what counts.
    weights = dict.fromkeys(plain.accounts, 1.0) | {"a004": 1e6}
    found = quickly(plain, budget=1, accounts=weights)
    assert plan_in(found) == ["a004"]
    assert any("accounts count by their weights" in notice for notice in found.notices)
    assert found.to_frame()["heaviest_component"].tolist() == [6.0]
    series = pandas.Series(weights)
    assert plan_in(quickly(plain, budget=1, accounts=series)) == ["a004"]
    few = quickly(plain, budget=1, accounts={"a004": 1e6, "A003": 2.0})
    assert plan_in(few) == ["a004"]
    assert "6 accounts without a weight count as 1" in few.notices
    assert any("did you mean 'a003'?" in notice for notice in few.notices)
    assert any("heaviest" in name for name in few.to_frame().columns)


def test_costs_decide_who_is_worth_it():
    # Two hubs with as many leaves; one is dear.
    edges = [(0, 1), *((0, i) for i in range(2, 8)), *((1, i) for i in range(8, 14))]
    graph = undirected(14, edges)
    found = quickly(graph, target=0.6, costs={"a000": 5.0, "a001": 1.0})
    assert plan_in(found) == ["a001"]
    assert found.to_frame()["cost_so_far"].tolist() == [1.0]
    assert "12 accounts without a cost count as 1" in found.notices
    found = quickly(graph, budget=4.5, costs={"a000": 5.0})
    assert "a000" not in plan_in(found)


@pytest.mark.parametrize("what", ["accounts", "costs"])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"a000": "much"}, "of account 'a000' must be a number, got 'much'"),
        ({"a000": -1.0}, "that of 'a000' is -1"),
        ({"a000": float("inf")}, "that of 'a000' is inf"),
        ({"nobody": 1.0}, "no account of the graph has a"),
        ({3: 1.0}, "ids are text"),
        (np.ones(3), "one weight an account is needed: 5, got (3,)"),
        (pandas.DataFrame({"x": [1.0]}, index=["a000"]), "has no column"),
    ],
)
def test_numbers_of_accounts_that_cannot_be(chain, what, value, words):
    words = words.replace("weight", "weight" if what == "accounts" else "cost")
    with pytest.raises(UsageError) as caught:
        takedown(chain, budget=1, **{what: value})
    assert words in str(caught.value)


# What is refused


@pytest.mark.parametrize(
    ("how", "error", "words"),
    [
        ({"budget": 2, "target": 0.1}, UsageError, "a budget or a target, not both"),
        ({"budget": 0}, UsageError, "budget must be above 0, got 0"),
        ({"budget": -3}, UsageError, "budget must be above 0"),
        ({"budget": float("nan")}, UsageError, "budget must be above 0"),
        ({"budget": 2.5}, UsageError, "a number of accounts unless accounts have costs; got 2.5"),
        (
            {"target": 0},
            UsageError,
            "target must be a share above 0 and below 1 (10 % is 0.1), got 0",
        ),
        ({"target": 1}, UsageError, "target must be a share"),
        ({"target": 2}, UsageError, "target must be a share"),
        ({"target": float("nan")}, UsageError, "target must be a share"),
        ({"objective": "pair"}, UnknownName, "did you mean 'pairs'?"),
        ({"strategy": "serach"}, UnknownName, "did you mean 'search'?"),
        ({"strategy": "betweeness"}, UnknownName, "did you mean 'betweenness'?"),
        ({"strategy": "adaptive:pagernak"}, UnknownName, "did you mean 'pagerank'?"),
        ({"strategy": "collective-influence:radios=3"}, UnknownName, "did you mean 'radius'?"),
        ({"strategy": "explosive:candidates=5:candidates=7"}, UsageError, "is given twice"),
        ({"strategy": ["explosive:candidates=5", "explosive:candidates=05"]}, UsageError, "twice"),
        ({"strategy": "corehd:x=3"}, UsageError, "it has no parameters"),
        ({"target": "0.1"}, UsageError, "target must be a number, got '0.1'"),
        ({"budget": "3"}, UsageError, "budget must be a number, got '3'"),
        ({"intervals": -1}, UsageError, "intervals must be a whole number from 0 on, got -1"),
        ({"intervals": 2.5}, UsageError, "intervals must be a whole number"),
        ({"intervals": 2, "missing": 7}, UsageError, "missing share must be at least 0 and below"),
        ({"intervals": 2, "missing": float("nan")}, UsageError, "missing share must be"),
        ({"intervals": 2, "missing_what": "record"}, UnknownName, "did you mean 'records'?"),
        ({"missing": 0.1}, UsageError, "missing says nothing without intervals"),
        ({"missing_what": "records"}, UsageError, "missing_what says nothing without intervals"),
        ({"rng": -1}, UsageError, "rng must be a whole number from 0 on, got -1"),
        ({"rng": 0.5}, UsageError, "rng must be a whole number from 0 on, got 0.5"),
        ({"iterations": 2.5}, UsageError, "iterations must be a whole number from 1 on, got 2.5"),
        ({"seconds": float("inf")}, UsageError, "seconds must be above 0"),
        ({"seeds": "a001", "strategy": "pagerank"}, UsageError, "give [account]"),
        ({"strategy": "collective-influence:radius=x"}, UsageError, "a whole number"),
        ({"strategy": ["search", "search"]}, UsageError, "asked for twice"),
        ({"minimise": "sise", "target": 0.1}, UnknownName, "did you mean 'size'?"),
        ({"minimise": "area"}, UsageError, "plans with a target, not a budget"),
        ({"protect": ["A001"]}, UnknownAccount, "did you mean 'a001'?"),
        ({"must": ["A001"]}, UnknownAccount, "did you mean 'a001'?"),
        ({"protect": "a001"}, UsageError, "give [account]"),
        ({"protect": ["a001"], "must": ["a001"]}, UsageError, "protected and must go"),
        ({"must": ["a001", "a002"], "budget": 1}, UsageError, "more than the budget"),
        ({"seeds": ["a001"]}, UsageError, "seeds are used by none of these strategies: search"),
        ({"iterations": 9, "seconds": 1}, UsageError, "iterations or seconds, not both"),
        ({"iterations": 0}, UsageError, "iterations must be a whole number from 1 on, got 0"),
        ({"seconds": 0.0}, UsageError, "seconds must be above 0"),
        ({"iterations": 9, "strategy": "corehd"}, UsageError, "say nothing to corehd; only to"),
        ({"seconds": 9, "strategy": "corehd"}, UsageError, "say nothing to corehd; only to"),
    ],
)
def test_what_is_refused(chain, how, error, words):
    with pytest.raises(error) as caught:
        takedown(chain, **how)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_seeds_reach_the_measures_that_use_them(larger):
    name = larger.accounts[5]
    found = quickly(larger, strategy="pagerank", seeds=[name], budget=5)
    assert found.order.tolist() != quickly(larger, strategy="pagerank", budget=5).order.tolist()
    found = quickly(larger, strategy=["pagerank", "search"], seeds=[name, "nobody"], budget=5)
    assert any("'nobody'" in notice for notice in found.notices)


# The same again


def test_two_runs_any_threads_and_shuffled_records_give_the_same_plan(larger, monkeypatch):
    arcs = larger.tails, larger.out.indices, larger.out.weights
    shuffled = np.random.default_rng(1).permutation(larger.m)
    again = InteractionGraph.from_arcs(larger.accounts, *(part[shuffled] for part in arcs))
    for how in ({"budget": 12}, {"target": 0.1}, {"budget": 9, "objective": "pairs"}):
        plans = []
        for graph, threads in ((larger, "1"), (larger, "2"), (again, "2"), (again, "1")):
            monkeypatch.setenv("KEYNODES_THREADS", threads)
            found = takedown(graph, iterations=2000, rng=4, **how)
            plans.append(found.order.tobytes() + found.to_frame().to_csv().encode())
        assert len(set(plans)) == 1


def test_every_strategy_gives_the_same_again(larger):
    for name in EVERY:
        one, two = (quickly(larger, strategy=name, budget=6, rng=2) for _ in range(2))
        assert one.order.tolist() == two.order.tolist(), name
        assert not one.machine_dependent


def test_seconds_make_it_depend_on_the_machine(larger):
    found = takedown(larger, budget=8, seconds=0.2, strategy=["search", "corehd"])
    assert found.rivals["search"].machine_dependent
    assert not found.rivals["corehd"].machine_dependent
    said = " ".join(found.rivals["search"].summary())
    assert "another machine may find another plan" in said
    assert "another machine" not in " ".join(takedown(larger, budget=8, **SHORT).summary())


@pytest.mark.compiled
def test_a_hub_with_300_000_neighbours(star):
    quickly(random_graph(50, 90), budget=2)  # compiled
    start = processor_seconds()
    found = takedown(star, budget=3)
    assert processor_seconds() - start < 10
    assert found.accounts[found.order[0]] == "centre"
    assert found.values.tolist() == [300_001, 1, 1, 1]


def test_arguments_are_checked_before_any_work(chain, monkeypatch):
    def works(*_):
        raise AssertionError("it was worked already")

    monkeypatch.setattr("keynodes.dismantling.takedowns.account_weights", works)
    for how in ({"rng": -1}, {"budget": 0}, {"intervals": 2, "missing": 1}, {"iterations": 0}):
        with pytest.raises(UsageError):
            takedown(chain, **how)


def test_weights_are_kept_and_areas_of_other_objectives_are_not_shown(larger):
    weights = 1.0 + np.arange(larger.n)
    found = quickly(larger, strategy="corehd", target=0.1, accounts=weights)
    assert found.weights.tolist() == weights.tolist()
    assert found.by_weight
    plain = quickly(larger, strategy="corehd", target=0.1)
    assert plain.weights is None
    assert plain.comparison()["curve_area"].tolist() == [plain.curve_area]
    assert plain.curve_area > 0
    pairs = quickly(larger, strategy="corehd", target=0.01, objective="pairs")
    assert not np.isnan(pairs.curve_area)
    assert pairs.comparison()["curve_area"].isna().all()


# Stopping


def test_ctrl_c_in_the_search_gives_the_best_plan_so_far(larger, monkeypatch):
    calls = []

    def stops(self, *_):
        calls.append(1)
        if len(calls) > 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(walks.Chain, "move", stops)
    found = takedown(larger, budget=8, strategy=["search", "corehd"], intervals=3)
    assert len(found.order) == 8
    grid = takedown(larger, budget=8, strategy="reverse-greedy")
    assert found.values[-1] <= grid.values[-1]
    said = " ".join(found.notices)
    assert "search: stopped by Ctrl-C; this is the best plan found so far" in said
    assert "corehd was not tried" in said
    assert "not tried on replicates" in said
    assert found.intervals is None
    assert found.rivals == {}
    # A network that nothing cuts: no more plans are made, to see whether another would be cut.
    calls.clear()
    dense = random_graph(60, 1500, seed=1)
    dense = InteractionGraph.from_arcs(
        dense.accounts, dense.tails, dense.out.indices, 1.0 + np.arange(dense.m)
    )
    found = takedown(dense, budget=1)
    assert any("no plan found cuts" in notice for notice in found.notices)
    assert not any("min-weight" in notice for notice in found.notices)


def test_ctrl_c_before_there_is_a_plan_is_ctrl_c(larger, monkeypatch):
    def stops(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("keynodes.dismantling.search.greedy_plans", stops)
    with pytest.raises(KeyboardInterrupt):
        takedown(larger, budget=8)
    # With a plan of another strategy there is one.
    found = takedown(larger, budget=8, strategy=["corehd", "search"])
    assert found.strategy == "corehd"
    assert "stopped by Ctrl-C: search has no plan" in found.notices


def test_ctrl_c_among_the_replicates_keeps_the_plan(larger):
    def stops(what, *_):
        if what == "replicates":
            raise KeyboardInterrupt

    found = takedown(larger, budget=4, intervals=3, progress=stops, **SHORT)
    assert len(found.order) == 4
    assert "stopped by Ctrl-C: the plan was not tried on replicates" in found.notices


def test_ctrl_c_while_a_replicate_is_planned_is_heard(larger, monkeypatch):
    """The grid has a plan when it is stopped, but it is no plan of that replicate."""
    stopped = []

    def stops(problem, **_):
        if problem.graph is larger:
            return greedy_plans(problem)
        stopped.append(1)
        raise Interrupted(Plan((0.0, 0.0), np.zeros(1, np.int32)))

    greedy_plans = reverse_greedy.greedy_plans
    monkeypatch.setattr("keynodes.dismantling.reverse_greedy.greedy_plans", stops)
    found = takedown(larger, budget=4, intervals=3, **SHORT)
    assert stopped == [1]
    assert found.intervals is None
    assert "stopped by Ctrl-C: the plan was not tried on replicates" in found.notices


def test_ctrl_c_while_a_minimum_weight_is_tried_is_heard(monkeypatch):
    dense = random_graph(60, 1500, seed=1)
    dense = InteractionGraph.from_arcs(
        dense.accounts, dense.tails, dense.out.indices, 1.0 + np.arange(dense.m)
    )

    def stops(problem, **_):
        if problem.graph is dense:
            return greedy_plans(problem)
        raise Interrupted(Plan((0.0, 0.0), np.zeros(1, np.int32)))

    greedy_plans = reverse_greedy.greedy_plans
    monkeypatch.setattr("keynodes.dismantling.reverse_greedy.greedy_plans", stops)
    found = takedown(dense, budget=1, strategy="reverse-greedy")
    assert "stopped by Ctrl-C: not every minimum weight of arcs was tried" in found.notices


@pytest.mark.parametrize("target", [0.1, 0.3])
def test_ctrl_c_among_the_spectral_starts_keeps_the_plan_of_the_grid(larger, monkeypatch, target):
    def stops(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("keynodes.dismantling.search.spectral_cuts", stops)
    found = takedown(larger, target=target, minimise="area")
    grid = takedown(larger, target=target, minimise="area", strategy="reverse-greedy")
    assert found.order.tolist() == grid.order.tolist()
    assert any("this is the best plan found so far" in notice for notice in found.notices)


@pytest.mark.parametrize("carries", [False, True])
def test_ctrl_c_while_a_set_is_put_in_order_keeps_the_set(larger, monkeypatch, carries):
    def stops(problem, **_):
        bad = Plan((np.inf, np.inf), np.zeros(1, np.int32))
        raise Interrupted(bad) if carries else KeyboardInterrupt

    monkeypatch.setattr("keynodes.dismantling.running.greedy_plans", stops)
    found = takedown(larger, target=0.1, strategy="corehd")
    assert found.values[-1] <= 0.1 * larger.n
    assert "corehd: stopped by Ctrl-C; this is the best plan found so far" in found.notices


def test_ctrl_c_in_the_weak_search_for_core_ends_where_it_is_enough(larger, monkeypatch):
    def stops(self, *_):
        raise KeyboardInterrupt

    monkeypatch.setattr(walks.Chain, "move", stops)
    found = takedown(larger, objective="core", target=0.1)
    enough = math.ceil(0.1 * larger.n)
    assert found.values[-1] <= enough < found.values[-2]
    assert any("this is the best plan found so far" in notice for notice in found.notices)


# Replicates


def test_intervals_come_with_the_plan(larger):
    found = takedown(larger, budget=5, intervals=4, **SHORT)
    frame = found.to_frame()
    assert frame.columns[-4:].tolist() == ["cut_low", "cut_high", "held", "shaky"]
    assert (frame["cut_low"] <= frame["cut_high"]).all()
    assert found.intervals.cuts.shape == (4, 6)
    assert found.intervals.replanned is not None
    assert any("sensitivity to missing data" in notice for notice in found.notices)
    assert found.order.tolist() == takedown(larger, budget=5, **SHORT).order.tolist()


# reorder()


@settings(max_examples=40)
@given(graph=graphs(10), objective=st.sampled_from(["largest-component", "pairs"]), data=st.data())
def test_reorder_finds_the_best_order_of_a_small_set(graph, objective, data):
    names = graph.accounts.tolist()
    some = data.draw(
        st.lists(st.sampled_from(names), unique=True, max_size=5) if names else st.just([])
    )
    found = reorder(graph, some, objective=objective)
    assert sorted(plan_in(found)) == sorted(some)
    indices = [graph.index_of(name) for name in some]
    areas = [
        sum(naive_values(graph, order, objective)) for order in itertools.permutations(indices)
    ]
    assert found.values.sum() == pytest.approx(min(areas))


def test_reorder_of_seven_is_the_best_of_5040():
    graph = random_graph(30, 50, seed=2)
    some = graph.accounts[np.argsort(-np.diff(graph.both.indptr), kind="stable")[:7]].tolist()
    weights = np.arange(1.0, 31.0)
    found = reorder(graph, some, weights=weights)
    indices = [graph.index_of(name) for name in some]
    areas = [
        keynodes.removal_curve(graph, np.array(order), weights=weights).heaviest_component.sum()
        for order in itertools.permutations(indices)
    ]
    assert found.values.sum() == min(areas)


@pytest.mark.parametrize("objective", [*OBJECTIVES])
def test_reorder_is_never_worse_than_a_good_order(larger, objective):
    plan = plan_in(takedown(larger, budget=30, objective=objective, **SHORT))
    given_order = score_plan(larger, plan, objective=objective)
    found = reorder(larger, plan[::-1], objective=objective)
    assert sorted(plan_in(found)) == sorted(plan)
    assert found.values.sum() <= score_plan(larger, plan[::-1], objective=objective).values.sum()
    if objective != "strong":
        assert found.values.sum() <= given_order.values.sum() * 1.02
    assert found.strategy == "reorder"


def test_reorder_refuses_whom_the_graph_lacks(chain):
    with pytest.raises(UnknownAccount, match="did you mean 'a001'"):
        reorder(chain, ["A001"])
    with pytest.raises(UnknownName, match="did you mean 'pairs'"):
        reorder(chain, ["a001"], objective="pair")
    with pytest.raises(UsageError, match="a list of accounts, got a text"):
        reorder(chain, "ab")
    with pytest.raises(UsageError, match="rng must be a whole number"):
        reorder(chain, ["a001"], rng=-1)


# score_plan()


@settings(max_examples=30)
@given(graph=graphs(9), objective=st.sampled_from([*OBJECTIVES]), data=st.data())
def test_a_given_plan_keeps_its_order_and_gets_the_numbers_of_the_twin(graph, objective, data):
    names = graph.accounts.tolist()
    plan = data.draw(st.permutations(names))[: data.draw(st.integers(0, 5))]
    found = score_plan(graph, plan, objective=objective)
    assert plan_in(found) == list(plan)
    naive = naive_values(graph, found.order.tolist(), objective)
    assert found.values.tolist() == naive
    assert found.strategy == "given"
    assert found.summary()


def test_the_plan_of_a_takedown_scores_as_it_said(larger):
    weights = np.arange(1.0, larger.n + 1)
    prices = np.where(np.arange(larger.n) % 3, 1.0, 2.0)
    for how in ({}, {"accounts": weights}, {"costs": prices}, {"objective": "pairs"}):
        found = takedown(larger, budget=6, **SHORT, **how)
        how = {"weights" if name == "accounts" else name: value for name, value in how.items()}
        again = score_plan(larger, plan_in(found), **how)
        pandas.testing.assert_frame_equal(found.to_frame(), again.to_frame())
        assert found.summary()[:3] == again.summary()[:3]


def test_a_plan_with_protected_accounts_has_no_score(chain):
    with pytest.raises(UsageError, match="names 2 protected accounts: 'a001', 'a003'"):
        score_plan(chain, ["a003", "a002", "a001"], protect=["a001", "a003", "a000"])
    assert plan_in(score_plan(chain, ["a002"], protect=["a001"])) == ["a002"]
    with pytest.raises(UnknownAccount, match="did you mean 'a001'"):
        score_plan(chain, ["a002"], protect=["A001"])


@pytest.mark.parametrize(
    ("plan", "error", "words"),
    [
        (["a001", "a001"], UsageError, "account 'a001' is in the plan twice"),
        (["A001"], UnknownAccount, "did you mean 'a001'?"),
        ("a001", UsageError, "give [account]"),
    ],
)
def test_plans_that_cannot_be_scored(chain, plan, error, words):
    with pytest.raises(error) as caught:
        score_plan(chain, plan)
    assert words in str(caught.value)
