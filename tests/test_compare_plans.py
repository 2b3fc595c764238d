"""Plans in the same worlds: paired differences; and `takedown`, which knows both objectives."""

import math
import sys

import numpy as np
import pytest
import scipy.stats
from test_portfolio import CERTAIN, HALF, QUICK, graph_of, random_arcs

from keynodes import Takedown, compare_plans, reach_takedown, score_reach_plan, takedown
from keynodes.blocking import ReachTakedown
from keynodes.blocking.verdicts import paired_difference
from keynodes.errors import UnknownAccount, UnknownName, UsageError

# --- compare_plans ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def network():
    return random_arcs(200, 800, 6)


def test_the_difference_is_paired_and_narrower_than_of_two_samples(network):
    plans = {"few": ["a010", "a020"], "more": ["a010", "a020", "a030"]}
    arguments = {"seeds": ["a000", "a001", "a002"], "model": "constant:probability=0.4"}
    frame = compare_plans(network, plans, worlds=800, **arguments).to_frame().set_index("plan")
    few, more = (score_reach_plan(network, plans[name], worlds=800, **arguments) for name in plans)
    gap = few.left_in_worlds[:, -1] - more.left_in_worlds[:, -1]
    row = frame.loc["few"]
    assert frame.index.tolist() == ["more", "few"]
    assert row["difference"] == pytest.approx(gap.mean())
    half = scipy.stats.t.ppf(0.975, 799) * gap.std(ddof=1) / math.sqrt(800)
    assert row["difference_high"] - row["difference"] == pytest.approx(half)
    assert row["difference"] - row["difference_low"] == pytest.approx(half)
    apart = math.hypot(*((plan.interval[1] - plan.interval[0]) / 2 for plan in (few, more)))
    assert half < apart / 3
    assert (gap >= 0).all()  # one plan holds the other
    assert row["p_value"] == pytest.approx(scipy.stats.ttest_1samp(gap, 0).pvalue, rel=1e-6)


def test_the_same_plan_twice_does_not_differ(network):
    plan = ["a010", "a020"]
    plans = {"one": plan, "again": plan, "reversed": plan[::-1]}
    frame = compare_plans(network, plans, seeds=["a000"], model=HALF, worlds=100).to_frame()
    assert frame["plan"].tolist() == ["again", "one", "reversed"]
    assert (frame[["difference", "difference_low", "difference_high"]] == 0).all(axis=None)
    assert frame["p_value"].tolist() == [1, 1, 1]


def test_the_order_of_plans_is_irrelevant(network):
    plans = {"x": ["a010"], "b": ["a020"], "same": ["a010"], "none": []}
    found = [
        compare_plans(network, dict(order), seeds=["a000"], model=HALF, worlds=100)
        for order in (plans.items(), reversed(plans.items()))
    ]
    assert found[0].to_frame().equals(found[1].to_frame())
    assert found[0].summary() == found[1].summary()
    assert found[0].to_frame()["reached_left"].is_monotonic_increasing


def test_p_values_of_plans_that_do_not_differ_are_spread_evenly():
    """Two gates alike, one plan each: nothing is there to find."""
    arcs = [(0, 1), (0, 2), *((g, 10 * g + i) for g in (1, 2) for i in range(10))]
    graph = graph_of(30, arcs)
    values = []
    for rng in range(300):
        frame = compare_plans(
            graph, {"a": ["a001"], "b": ["a002"]}, seeds=["a000"], model=HALF, worlds=100, rng=rng
        ).to_frame()
        values.append(frame["p_value"].iloc[1])
    values = np.sort(values)
    # Kolmogorov–Smirnov against the uniform, at about 1 in 1,000.
    steps = np.arange(1, 301) / 300
    assert max(abs(steps - values).max(), abs(steps - 1 / 300 - values).max()) < 1.95 / 300**0.5
    assert 3 <= (values < 0.05).sum() <= 28


@pytest.mark.parametrize(("worlds", "sure"), [(2, False), (5, False), (6, True), (3_000, True)])
def test_a_difference_without_spread_is_as_sure_as_worlds_that_agree(worlds, sure):
    chain = graph_of(4, [(0, 1), (1, 2), (2, 3)])
    plans = {"near": ["a001"], "far": ["a003"]}
    found = compare_plans(chain, plans, seeds=["a000"], model=CERTAIN, worlds=worlds)
    frame = found.to_frame()
    assert frame["difference"].tolist() == [0, 2]
    # The sign test: so many coins fall alike. No number of worlds makes it impossible.
    assert frame["p_value"].tolist() == [1, max(2 * 0.5**worlds, sys.float_info.min)]
    assert ("(more than chance)" in found.summary()[1]) == sure


def test_the_portfolio_scored_again_is_what_it_reported(network):
    for arguments in (
        {"seeds": ["a000", "a001"]},
        {"posts": np.arange(200.0), "worlds": 500},
        {"seeds": ["a000"], "hops": 2},
        {"seeds": ["a000"], "within": 2.0, "delay": 1.0, "worlds": 200},
    ):
        found = reach_takedown(network, budget=4, rng=3, model=HALF, **arguments, **QUICK)
        plan = network.accounts[found.order]
        again = score_reach_plan(network, plan, rng=3, model=HALF, **arguments)
        np.testing.assert_array_equal(found.left_in_worlds, again.left_in_worlds)
        assert found.to_frame().equals(again.to_frame())
        both = compare_plans(
            network, {"it": plan, "nothing": []}, rng=3, model=HALF, **arguments
        ).to_frame()
        assert both["reached_left"].iloc[0] == found.reached_left[-1]


@pytest.mark.parametrize(
    ("plans", "terms", "error", "said"),
    [
        ({"one": ["a001"]}, {}, UsageError, "at least two"),
        ({"one": ["a001", "a001"], "two": []}, {}, UsageError, "twice"),
        ({"one": ["nobody"], "two": []}, {}, UnknownAccount, "nobody"),
        ({"one": "a001", "two": []}, {}, UsageError, "a text"),
        ({"one": [], "two": []}, {"worlds": 1}, UsageError, "from 2 on"),
        ({"one": [], "two": []}, {"cut": "all"}, UnknownName, "no way to cut 'all'"),
        ({"one": [], "two": []}, {"model": "cuonts"}, UnknownName, "counts"),
    ],
)
def test_what_cannot_be_compared_is_refused(network, plans, terms, error, said):
    with pytest.raises(error, match=said):
        compare_plans(network, plans, seeds=["a000"], **terms)


def test_the_summary_says_how_sure_it_is(network):
    found = compare_plans(
        network, {"hub": ["a010"], "none": []}, seeds=["a010"], model=HALF, worlds=200
    )
    words = found.summary()
    assert "hub leaves 0.0 with 1 removals" in words[0]
    assert "more than chance" in words[1]
    assert "200 worlds, the same for all plans" in words[-1]


def test_paired_differences():
    one, other = np.array([3, 5, 4]), np.array([1, 5, 1])
    mean, half = paired_difference(one, other)
    assert mean == pytest.approx(5 / 3)
    # Two degrees of freedom: 4.303 in every table of Student's t.
    assert half == pytest.approx(4.302653 * np.std([2, 0, 3], ddof=1) / math.sqrt(3))


# --- takedown: both objectives ----------------------------------------------------------------

REACH_ONLY = {
    "model": "counts",
    "relations": ["reply"],
    "decay": 3.0,
    "posts": {"a000": 1},
    "hops": 2,
    "within": 2.0,
    "delay": 1.0,
    "seeds_removable": True,
    "cut": "reposts",
    "worlds": 100,
    "fresh_worlds": 100,
    "max_memory": 5e6,
    "certify": False,
    "together": False,
}
FRAGMENTATION_ONLY = {
    "target": 0.5,
    "minimise": "size",
    "iterations": 5,
    "seconds": 1.0,
    "intervals": 10,
    "missing": 0.1,
    "missing_what": "accounts",
}
CHAIN = graph_of(5, [(0, 1), (1, 2), (2, 3), (3, 4)])


@pytest.mark.parametrize("name", REACH_ONLY)
@pytest.mark.parametrize("objective", ["largest-component", "pairs", "strong"])
def test_options_of_reach_are_refused_by_fragmentation(name, objective):
    with pytest.raises(UsageError, match=f"{name} says nothing to the objective of fragmentation"):
        takedown(CHAIN, objective=objective, budget=1, **{name: REACH_ONLY[name]})


@pytest.mark.parametrize("name", FRAGMENTATION_ONLY)
def test_options_of_fragmentation_are_refused_by_reach(name):
    with pytest.raises(UsageError, match=f"{name} says nothing to the objective of reach"):
        takedown(CHAIN, objective="reach", seeds=["a000"], **{name: FRAGMENTATION_ONLY[name]})


def test_every_option_is_of_both_or_of_one():
    import inspect

    from keynodes.dismantling import takedown as fragmenting

    def names(function):
        return set(inspect.signature(function).parameters) - {"graph", "objective"}

    assert names(takedown) == names(reach_takedown) | names(fragmenting)
    assert names(reach_takedown) - names(fragmenting) == set(REACH_ONLY)
    assert names(fragmenting) - names(reach_takedown) == set(FRAGMENTATION_ONLY)


def test_defaults_are_accepted_and_hand_over():
    import inspect

    from keynodes.dismantling import takedown as fragmenting

    defaults = {
        name: parameter.default
        for function in (fragmenting, reach_takedown)
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.default is not inspect.Parameter.empty and name != "objective"
    }
    reached = takedown(CHAIN, objective="Reach", **{**defaults, "seeds": ["a000"], "budget": 1})
    assert isinstance(reached, ReachTakedown)
    plain = reach_takedown(CHAIN, seeds=["a000"], budget=1)
    np.testing.assert_array_equal(reached.left_in_worlds, plain.left_in_worlds)
    broken = takedown(CHAIN, **{**defaults, "budget": 1, "max_memory": None})
    assert isinstance(broken, Takedown)
    assert broken.order.tolist() == fragmenting(CHAIN, budget=1).order.tolist() == [2]


@pytest.mark.parametrize(("wrong", "meant"), [("reech", "reach"), ("pair", "pairs")])
def test_an_unknown_objective_is_answered_with_the_nearest(wrong, meant):
    with pytest.raises(UnknownName, match=f"did you mean '{meant}'"):
        takedown(CHAIN, objective=wrong)


def test_strategies_of_reach_are_refused_where_fragmentation_is_asked_for():
    for strategy in ("greedy", ["random", "fair-share"], "Portfolio"):
        with pytest.raises(UsageError, match="works towards reach"):
            takedown(CHAIN, strategy=strategy, budget=1)
    # A strategy of fragmentation is scored against reach, and that is said.
    found = takedown(CHAIN, objective="reach", strategy="corehd", seeds=["a000"], budget=1)
    assert any("does not work towards reach" in notice for notice in found.notices)
