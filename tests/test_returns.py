"""Account return: what must hold, whatever is assumed."""

import math
from dataclasses import replace

import numpy as np
import pytest
from conftest import random_graph

from keynodes import InteractionGraph, UnknownAccount, UnknownName, UsageError
from keynodes.kernels import returns
from keynodes.returns import (
    PARAMETERS,
    POLICIES,
    PRESETS,
    Preset,
    parameters_table,
    policies_table,
    presets_table,
    rank_by_area,
    simulate_return,
)
from keynodes.returns.policies import policy_named


@pytest.fixture(scope="module")
def network():
    """300 accounts, and the 15 with most hearers."""
    graph = random_graph(300, 1500, seed=5)
    degree = np.diff(graph.out.indptr)
    return graph, graph.accounts[np.argsort(-degree, kind="stable")[:15]].tolist()


SHORT = {"replicates": 6, "worlds": 150, "horizon": "30d"}
SURE = {"return_probability": 1.0, "delay": "1m", "regained": 1.0, "decay": 1.0, "speed_up": 0.0}


def test_without_return_reach_stays_where_the_purge_left_it(network):
    graph, plan = network
    found = simulate_return(graph, plan, preset="no-return", **SHORT)
    assert (found.reached == found.reached[0, 0]).all()
    assert 0 < found.reached[0, 0] < found.base
    assert found.area_share == pytest.approx(found.left[0])
    assert not found.opened.any()
    assert found.lives[0].tolist() == [15, 15, 0, 15]


def test_a_sure_and_full_return_gives_reach_back(network):
    graph, plan = network
    fast = Preset("fast", **SURE, regain_rate=50.0)
    found = simulate_return(graph, plan, preset=fast, **SHORT)
    assert found.left[1:] == pytest.approx(1.0)
    assert (found.returned == 15).mean() > 0.95
    slow = simulate_return(graph, plan, preset=replace(fast, regain_rate=0.1), **SHORT)
    assert (np.diff(slow.reached, axis=1) >= 0).all()
    assert slow.left[0] < 0.5 < 0.9 < slow.left[-1] <= 1.0


def test_an_empty_plan_leaves_everything(network):
    graph, _ = network
    found = simulate_return(graph, [], preset="wave-april-2015", **SHORT)
    assert (found.reached == found.base).all()
    assert found.area_share == pytest.approx(1.0)
    assert found.area_error < 1e-12


@pytest.mark.parametrize(("calmer", "harder"), [
    ("once", "react:7d"), ("react:7d", "react:1d"), ("react:1d", "react:2h"),
    ("once", "every:10d"), ("every:10d", "every:12h"), ("daily:1", "daily:5"),
])  # fmt: skip
def test_more_pressure_leaves_no_more(network, calmer, harder):
    graph, plan = network
    given = {"preset": "repeat-offenders-2015", **SHORT}
    soft = simulate_return(graph, plan, policy=calmer, **given)
    hard = simulate_return(graph, plan, policy=harder, **given)
    assert hard.area_share < soft.area_share
    assert (hard.areas <= soft.areas).mean() > 0.8


def test_more_return_never_leaves_less(network):
    graph, plan = network
    areas = [
        simulate_return(graph, plan, preset="wave-april-2015", **SHORT, **{name: value}).area
        for name, values in {
            "return_probability": (0.1, 0.5, 1.0),
            "delay": ("20d", "5d", "1d"),
            "regained": (0.1, 0.5, 1.0),
            "speed_up": (0.0, 1.0, 5.0),
        }.items()
        for value in values
    ]
    for of_one in np.reshape(areas, (4, 3)):
        assert (np.diff(of_one) > 0).all()


def test_announcers_speed_up_only_whom_they_share_hearers_with():
    #  s → x, y; announcer a → x, y as well; b speaks to nobody of them.
    graph = InteractionGraph.from_arcs(
        ["a", "b", "s", "x", "y", "z"], [2, 2, 0, 0, 1], [3, 4, 3, 4, 5]
    )
    given = {"seeds": ["s"], "return_probability": 1.0, "delay": "1d", "speed_up": 3.0} | SHORT
    near = simulate_return(graph, ["s"], announcers=["a"], **given)
    far = simulate_return(graph, ["s"], announcers=["b"], **given)
    gone = simulate_return(graph, ["s", "a"], announcers=["a"], **given)
    assert np.nanmean(near.audience[:, :10]) > 1.5 * np.nanmean(far.audience[:, :10])
    # The announcer is away at first and has few hearers then: less help than from one who stays.
    own = gone.lives[1, 3] / gone.lives[1, 0]
    assert near.lives[1, 3] > own >= far.lives[1, 3] * 0.9


def test_protected_accounts_are_never_removed(network):
    graph, plan = network
    given = {"preset": "wave-april-2015", "policy": "react:1d"} | SHORT
    found = simulate_return(graph, plan, protect=plan[:3], **given)
    assert found.accounts[found.plan].tolist() == plan[3:]
    assert "3 of the 15 planned accounts are protected and never removed" in found.notices
    assert found.area == simulate_return(graph, plan[3:], **given).area


def test_the_same_bits_on_one_and_two_threads(network, monkeypatch):
    graph, plan = network
    given = {"preset": "wave-april-2015", "policy": "every:9d"} | SHORT
    found = []
    for threads in ("1", "2"):
        monkeypatch.setenv("KEYNODES_THREADS", threads)
        found.append(simulate_return(graph, plan, **given))
    again = simulate_return(graph, plan, **given)
    other = simulate_return(graph, plan, rng=1, **given)
    for name in ("reached", "active", "returned", "opened", "removed_again", "lives", "by_world"):
        assert np.array_equal(getattr(found[0], name), getattr(found[1], name)), name
        assert np.array_equal(getattr(found[0], name), getattr(again, name)), name
    assert not np.array_equal(found[0].reached, other.reached)


def test_cutting_the_work_changes_nothing(network, monkeypatch):
    from keynodes.returns import following

    graph, plan = network
    given = {"preset": "wave-april-2015", "policy": "every:9d"} | SHORT
    whole = simulate_return(graph, plan, **given)
    monkeypatch.setattr(following, "WORK", 1000)
    monkeypatch.setattr(following, "HELD", 1000)
    told = []
    cut = simulate_return(graph, plan, **given, progress=lambda *done: told.append(done))
    assert np.array_equal(whole.reached, cut.reached)
    assert np.array_equal(whole.by_world, cut.by_world)
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_an_identity_returns_alike_in_every_plan(network):
    graph, plan = network
    given = {"preset": "wave-april-2015", "speed_up": 0.0} | SHORT
    both = simulate_return(graph, plan, **given)
    parts = [simulate_return(graph, part, **given) for part in (plan[:7], plan[7:])]
    assert np.array_equal(both.returned, parts[0].returned + parts[1].returned)


def test_until_ends_the_pressure(network):
    graph, plan = network
    found = simulate_return(
        graph, plan, preset="repeat-offenders-2015", policy="react:1d", until="10d", **SHORT
    )
    assert found.removed_again[:, :10].sum() > 0
    assert found.removed_again[:, 10:].sum() == 0


def test_the_table_and_the_sentences(network):
    graph, plan = network
    found = simulate_return(graph, plan, regained=0.4, policy="react:5d", **SHORT)
    frame = found.to_frame()
    assert list(frame.columns) == [
        "day", "reached", "reached_low", "reached_high", "left", "active", "returned",
        "removed_again", "audience",
    ]  # fmt: skip
    assert (frame["reached_low"] <= frame["reached"] + 1e-9).all()
    assert len(frame) == 30
    assert found.area == pytest.approx(frame["reached"].sum())
    said = "\n".join(found.summary())
    assert "regained 0.4 (given)" in said
    assert "return_probability 0.6 (default)" in said
    assert "regain_rate 0.1" in said
    assert "not modelled" in said
    assert "not counted as cut" in said  # R9
    assert any("labelled default, not an estimate" in notice for notice in found.notices)
    cycles = found.cycles_frame()
    assert cycles["removals_before"].tolist() == list(range(len(cycles)))
    assert cycles["lifetime"][1] == pytest.approx(5, rel=0.3)


def test_short_and_long_horizons_have_steps_of_their_own(network):
    graph, plan = network
    given = {"preset": "no-return", "replicates": 2, "worlds": 20}
    lengths = {"12h": (30, 0.5), "90d": (90, 90), "1000d": (180, 1000)}
    for text, (steps, horizon) in lengths.items():
        found = simulate_return(graph, plan, horizon=text, **given)
        assert found.reached.shape == (2, steps)
        assert found.horizon == pytest.approx(horizon)


def test_every_preset_and_policy_runs_and_names_its_source(network):
    graph, plan = network
    for name, row in PRESETS.items():
        found = simulate_return(graph, plan, preset=name, **SHORT)
        assert row.source in "\n".join(found.summary())
        assert row.pressure
        assert row.assumed
    examples = {"once": "once", "daily": "daily:2", "every": "every:3d", "react": "react:2h"}
    assert set(examples) == set(POLICIES)
    for text in examples.values():
        assert simulate_return(graph, plan, preset="wave-april-2015", policy=text, **SHORT).policy
    assert len(presets_table()) == len(PRESETS)
    assert len(policies_table()) == len(POLICIES)
    assert parameters_table()["source"].str.len().min() > 20
    assert len(PARAMETERS) == 5


@pytest.mark.parametrize("model", ["linear-threshold", "constant:probability=0.1", "counts"])
def test_other_models(network, model):
    graph, plan = network
    found = simulate_return(graph, plan, preset="wave-april-2015", model=model, **SHORT)
    assert 0 < found.area_share < 1
    assert any("linear threshold" in n for n in found.notices) == (model == "linear-threshold")


def test_seeds_that_are_removed_do_not_speak(network):
    graph, plan = network
    found = simulate_return(graph, plan[:1], seeds=plan[:1], preset="no-return", **SHORT)
    assert found.base > 0
    assert found.area_share == 0.0


@pytest.mark.parametrize(("wrong", "message"), [
    ({"plan": ["nobody"]}, "1 of 1 planned account is not in the graph: 'nobody'"),
    ({"plan": "user000001"}, "a plan is a list of accounts"),
    ({"plan": ["user000001"] * 2}, "in the plan twice"),
    ({"protect": ["nobody"]}, "protected account"),
    ({"protect": "nobody"}, "list of accounts"),
    ({"announcers": ["nobody"], "speed_up": 1.0}, "announcer"),
    ({"announcers": ["user000001"], "speed_up": 0.0}, "without a speed_up"),
    ({"seeds": ["nobody"]}, "none of the seeds"),
    ({"preset": "wave-april-2016"}, "did you mean 'wave-april-2015'"),
    ({"policy": "reakt:2h"}, "did you mean 'react'"),
    ({"policy": "react"}, "react:TIME"),
    ({"policy": "once:2h"}, "asked for as once"),
    ({"policy": "daily:no"}, "removals a day"),
    ({"policy": "every:2 fortnights"}, "there is no unit"),
    ({"policy": "react:1s"}, "more than 10,000 times"),
    ({"policy": 3}, "a policy is a text"),
    ({"until": "3d"}, "says nothing to policy once"),
    ({"horizon": "90"}, "of what"),
    ({"horizon": 90}, "must say its unit"),
    ({"delay": "0d"}, "above 0"),
    ({"regained": 1.5}, "regained must be a number from 0 to 1"),
    ({"return_probability": [0.5, 2.0]}, "return_probability must be a number from 0 to 1"),
    ({"return_probability": []}, "at least one value"),
    ({"decay": float("nan")}, "decay must be a number"),
    ({"speed_up": float("inf")}, "finite"),
    ({"replicates": 0}, "replicates must be a whole number from 1"),
    ({"worlds": 1}, "worlds must be a whole number from 2"),
    ({"rng": -1}, "rng must be a whole number"),
    ({"plan": ["\x1b[31mred"]}, r"\\x1b\[31mred"),
])  # fmt: skip
def test_errors_say_what_to_do(network, wrong, message):
    graph, plan = network
    with pytest.raises((UsageError, UnknownAccount, UnknownName), match=message) as failure:
        simulate_return(graph, **({"plan": plan} | wrong))
    assert "\n" not in str(failure.value)
    assert "\x1b" not in str(failure.value)


def test_hostile_names_come_through():
    names = ["\x1b[31mred", "=1+1", "\u202egnp", "a\nb"]
    graph = InteractionGraph.from_arcs(names, [0, 0, 0], [1, 2, 3])
    found = rank_by_area(graph, {"\x1b[2J": [names[0]], "b": []}, preset="no-return", worlds=10)
    text = found.to_frame().to_string() + "\n".join(found.summary())
    assert "\x1b" not in text
    assert found.best == "\x1b[2J"


def test_plans_are_ranked_on_the_same_worlds_and_histories(network):
    graph, plan = network
    plans = {"few": plan[:3], "all": plan, "same": list(plan), "none": []}
    found = rank_by_area(graph, plans, preset="wave-april-2015", policy="react:2d", **SHORT)
    frame = found.to_frame()
    assert frame["plan"].tolist() == ["all", "same", "few", "none"]
    assert frame["behind"].tolist()[:2] == [0, 0]
    assert frame["behind_error"].tolist()[:2] == [0, 0]
    assert (frame["behind_low"][2:] > 0).all()
    assert (frame["behind"] - frame["behind_error"])[2:].gt(0).all()
    assert found.plans["none"].area_share == pytest.approx(1.0)
    assert "all leaves least" in found.summary()[0]


def test_the_worst_case_over_a_box(network):
    graph, plan = network
    told = []
    found = rank_by_area(
        graph,
        {"hubs": plan[:5], "more": plan},
        box={"return_probability": (0.1, 0.9), "delay": ("1d", "9d")},
        points=2,
        regained=0.5,
        decay=0.7,
        speed_up=0.0,
        progress=lambda *done: told.append(done[0]),
        **SHORT,
    )
    frame = found.to_frame()
    assert found.points == 6
    assert (frame["worst_share"] >= frame["area_share"] - 1e-12).all()
    assert frame["worst_at"].tolist() == ["return_probability 0.9, delay 1d"] * 2
    assert "more, point 6 of 6" in told
    assert "worst case of 6 points" in found.summary()[1]
    for box, message in [
        ({"rho": (0, 1)}, "no parameter of return"),
        ({"decay": (0.9, 0.1)}, "low ≤ high"),
        ({"decay": 0.9}, "low, high"),
        ({"delay": (1, 2)}, "must say its unit"),
    ]:
        with pytest.raises(UsageError, match=message):
            rank_by_area(graph, {"a": plan}, box=box)
    with pytest.raises(UsageError, match="given and in the box"):
        rank_by_area(graph, {"a": plan}, box={"decay": (0.1, 0.9)}, decay=0.5)
    with pytest.raises(UsageError, match="at least one name"):
        rank_by_area(graph, {})


def test_policies_are_read():
    assert policy_named("daily:2.5", 90)[1] == returns.Pressure(1, 2.5, math.inf, math.inf)
    assert policy_named("EVERY: 12h", 90)[1] == returns.Pressure(0.5, math.inf, math.inf, math.inf)
    assert policy_named("react:2h", 90, 30)[1] == returns.Pressure(math.inf, math.inf, 2 / 24, 30)
