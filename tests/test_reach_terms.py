"""Takedown against reach: its terms, the same everywhere, Ctrl-C, names, what is refused."""

import math
import os
import subprocess
import sys
from pathlib import Path

import naive_blocking as naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_portfolio import CERTAIN, HALF, QUICK, graph_of, random_arcs

from keynodes import InteractionGraph, build_graph, read_interactions, takedown
from keynodes.blocking import REACH_STRATEGIES, portfolio, reach_takedown
from keynodes.blocking.dominating import replace
from keynodes.blocking.removals import Removals
from keynodes.blocking.rivals import random
from keynodes.cascades.sampling import Size, size_of
from keynodes.cascades.scenario import scenario
from keynodes.errors import UnknownAccount, UnknownName, UsageError

# --- terms ------------------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", [*REACH_STRATEGIES, "out_degree", "adaptive-degree"])
@given(data=st.data())
@settings(max_examples=8)
def test_terms_hold_whoever_made_the_plan(strategy, data):
    graph = random_arcs(14, 50, data.draw(st.integers(0, 50)))
    some = data.draw(st.permutations(graph.accounts.tolist()))
    removable = data.draw(st.booleans())
    prices = data.draw(st.sampled_from([None, 0.1, 2.0, "mixed"]))
    costs = None if prices is None else np.full(14, 0.1 if prices == "mixed" else prices)
    if prices == "mixed":
        costs[::3] = 0.75
    budget = data.draw(st.sampled_from([3, 5])) * (1 if prices in (None, 2.0) else 0.25)
    found = reach_takedown(
        graph,
        strategy=strategy,
        seeds=some[:2],
        protect=some[2:5],
        must=some[5:6] if prices != 2.0 else (),
        costs=costs,
        budget=budget,
        seeds_removable=removable,
        worlds=20,
        model=HALF,
        **QUICK,
    )
    plan = graph.accounts[found.order].tolist()
    assert len(set(plan)) == len(plan)
    assert plan[: 0 if prices == 2.0 else 1] == (some[5:6] if prices != 2.0 else [])
    assert not set(plan) & set(some[2:5])
    assert removable or not set(plan) & set(some[:2])
    spent = len(plan) if costs is None else costs[found.order].sum()
    assert spent <= budget * (1 + 1e-9)
    if strategy in ("random", "out_degree", "outdegree-frequency"):
        # These spend all that they can.
        taken = set(plan) | set(some[2:5]) | (set() if removable else set(some[:2]))
        rest = [v for v in range(14) if graph.accounts[v] not in taken]
        price = np.ones(14) if costs is None else costs
        assert all(spent + price[v] > budget * (1 - 1e-9) for v in rest)


def test_measures_are_ordered_per_cost_as_against_fragmentation():
    graph = graph_of(7, [(0, 1), (0, 2), (1, 3), (1, 4), (1, 5), (2, 6), (2, 3)])
    costs = np.array([1, 6, 1, 1, 1, 1, 1.0])
    arguments = {"strategy": "out_degree", "costs": costs, "budget": 7}
    found = reach_takedown(graph, seeds=["a000"], worlds=5, **arguments, **QUICK)
    assert found.order.tolist()[0] == 2
    assert takedown(graph, protect=["a000"], **arguments).order.tolist()[0] == 2


@pytest.mark.parametrize("strategy", ["search", "corehd", "adaptive:out_degree", "out_degree"])
@pytest.mark.parametrize(("cost", "budget", "count"), [(0.1, 0.3, 3), (2.0, 5, 2), (0.4, 0.5, 1)])
def test_one_price_for_all_is_a_number_of_accounts(strategy, cost, budget, count):
    graph = random_arcs(14, 50, 3)
    found = reach_takedown(
        graph,
        strategy=strategy,
        seeds=["a000"],
        costs=np.full(14, cost),
        budget=budget,
        worlds=10,
        **QUICK,
    )
    assert len(found.order) == count


def test_the_budget_and_who_can_be_removed_is_said():
    graph = graph_of(5, [(0, 1), (1, 2), (2, 3), (3, 4)])
    arguments = {"seeds": ["a000"], "worlds": 10, "model": CERTAIN}
    found = reach_takedown(graph, budget=9, **arguments)
    assert len(found.order) == 1  # nothing is left to cut
    assert any("4 accounts may be removed at most" in notice for notice in found.notices)
    dear = reach_takedown(graph, costs=np.full(5, 9.0), budget=2, **arguments)
    assert len(dear.order) == 0
    assert dear.to_frame().empty
    assert any("pays for nobody" in notice for notice in dear.notices)
    assert "0.0% cut" in dear.summary()[0]
    for name in ("search", "out_degree", "adaptive:out_degree"):
        assert not len(
            reach_takedown(graph, strategy=name, costs=np.full(5, 9.0), budget=2, **arguments).order
        )
    everyone = graph.accounts[1:].tolist()
    none = reach_takedown(graph, protect=everyone, **arguments)
    assert not len(none.order)
    assert none.protected["account"].tolist() == everyone
    np.testing.assert_allclose(none.protected["share"], [1, 0.75, 0.5, 0.25])
    assert any("'a001' 100.0%" in notice for notice in none.notices)
    removable = reach_takedown(graph, budget=1, seeds_removable=True, **arguments)
    assert removable.order.tolist() == [0]
    assert "seeds may be proposed" in " ".join(removable.summary())
    assert removable.author_share[-1] == 1
    assert "seeds are not proposed" in " ".join(found.summary())
    limited = reach_takedown(graph, budget=9, seeds_removable=True, cut="reposts", **arguments)
    assert limited.order.tolist() == [1]
    assert any("no seed is proposed" in notice for notice in limited.notices)


def test_graphs_without_anything_to_do():
    for names, seeds in (["a"], ["a"]), (["a", "b"], ["a"]):
        alone = reach_takedown(InteractionGraph.from_arcs(names, [], []), seeds=seeds, worlds=10)
        assert alone.reached_left[0] == 0
        assert alone.cut[-1] == 0
        assert alone.certificate is None
        assert alone.together.groups == ()
    with pytest.raises(UsageError, match="none of the seeds"):
        reach_takedown(InteractionGraph.from_arcs([], [], []), seeds=["a"])
    with pytest.raises(UsageError, match="nobody is heard"):
        reach_takedown(InteractionGraph.from_arcs(["a"], [], []))


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"strategy": "gredy"}, UnknownName, "greedy"),
        ({"strategy": "btweenness"}, UnknownName, "betweenness"),
        ({"strategy": "greedy:steps=3"}, UsageError, "has no parameters"),
        ({"strategy": ["greedy", "Greedy"]}, UsageError, "twice"),
        ({"cut": "reposting"}, UsageError, "no way to cut 'reposting'; did you mean 'reposts'"),
        ({"budget": 0}, UsageError, "above 0"),
        ({"budget": True}, UsageError, "a number"),
        ({"budget": 2.5}, UsageError, "number of accounts unless"),
        ({"budget": float("nan")}, UsageError, "above 0"),
        ({"protect": ["a001"], "must": ["a001"]}, UsageError, "choose one"),
        ({"protect": ["nobody"]}, UnknownAccount, "nobody"),
        ({"must": ["a001", "a002"], "budget": 1}, UsageError, "more than the budget"),
        ({"costs": np.zeros(5)}, UsageError, "cost"),
        ({"worlds": 1}, UsageError, "from 2 on"),
        ({"fresh_worlds": 0}, UsageError, "from 2 on"),
        ({"max_memory": 0}, UsageError, "max_memory"),
        ({"max_memory": 100}, UsageError, "not even two worlds"),
        ({"seeds": None, "seeds_removable": True}, UsageError, "says nothing"),
    ],
)
def test_what_cannot_be_is_refused(arguments, error, said):
    graph = graph_of(5, [(0, 1), (1, 2), (2, 3), (3, 4)])
    with pytest.raises(error, match=said):
        reach_takedown(graph, **{"seeds": ["a000"], **arguments})


# --- the same everywhere ----------------------------------------------------------------------


def test_same_plan_on_any_number_of_threads(monkeypatch):
    graph = random_arcs(150, 450, 1)
    found = []
    for count in ("1", "2", "5"):
        monkeypatch.setenv("KEYNODES_THREADS", count)
        for arguments in ({"seeds": ["a000", "a007"]}, {}, {"hops": 3}):
            plan = reach_takedown(
                graph,
                strategy=list(REACH_STRATEGIES),
                budget=4,
                model="constant:probability=0.3",
                worlds=600,
                **arguments,
            )
            numbers = (plan.left_in_worlds.tobytes(), plan.certificate, plan.together.groups)
            orders = {name: rival.order.tolist() for name, rival in plan.rivals.items()}
            found.append((orders, numbers, plan.notices, plan.together.joint.tobytes()))
    assert found[:3] == found[3:6] == found[6:]


@pytest.mark.compiled
def test_same_plan_without_compilation():
    program = """
import sys
sys.path.insert(0, "tests")
from test_portfolio import random_arcs
from keynodes import reach_takedown
for terms in ({"seeds": ["a000", "a001"]}, {"seeds": ["a000"], "hops": 2}, {"cut": "reposts"}):
    found = reach_takedown(
        random_arcs(25, 80, 1), budget=2, worlds=25, model="constant:probability=0.4", **terms
    )
    print(found.to_frame().to_csv(), found.certificate, found.together.to_frame().to_csv())
"""
    said = []
    for off in ("0", "1"):
        said.append(
            subprocess.run(
                [sys.executable, "-c", program],
                cwd=Path(__file__).parents[1],
                env={**os.environ, "NUMBA_DISABLE_JIT": off},
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        )
    assert said[0] == said[1]
    assert "reached_left" in said[0]


def test_shuffled_records_change_nothing(write):
    rng = np.random.default_rng(2)
    rows = [f"b{u:02},b{v:02}" for u, v in rng.integers(0, 30, (160, 2))]
    plans = []
    for i in range(2):
        path = write("source,target\n" + "\n".join(rows) + "\n", f"{i}.csv")
        graph = build_graph(read_interactions(path))
        found = reach_takedown(graph, seeds=["b00", "b03"], budget=4, worlds=200)
        plans.append((found.to_frame().to_csv(), found.certificate, found.notices))
        rng.shuffle(rows)
    assert plans[0] == plans[1]


def test_a_memory_cap_means_fewer_stored_worlds_and_the_same_reporting():
    graph = random_arcs(200, 800, 1)
    arguments = {
        "seeds": ["a000", "a001", "a002"],
        "budget": 3,
        "model": "constant:probability=0.4",
    }
    whole = reach_takedown(graph, worlds=400, **arguments)
    tight = reach_takedown(graph, worlds=400, max_memory=300_000, **arguments)
    assert 2 <= tight.chosen_on < 400
    assert any(f"{tight.chosen_on:,} worlds are stored" in notice for notice in tight.notices)
    assert len(tight.order) == 3
    assert len(tight.left_in_worlds) == 400
    np.testing.assert_array_equal(tight.left_in_worlds[:, 0], whole.left_in_worlds[:, 0])


def test_what_plans_leave_counts_as_memory():
    """What is kept for each world: by steps, and for each strategy."""
    graph = random_arcs(200, 800, 1)
    arguments = {"seeds": graph.accounts[:3].tolist(), "model": "constant:probability=0.4"}
    arguments |= {"max_memory": 2**20, "fresh_worlds": 400, "strategy": "greedy", **QUICK}
    few = reach_takedown(graph, budget=2, **arguments)
    more = reach_takedown(graph, budget=90, **arguments)
    assert more.chosen_on < 0.6 * few.chosen_on
    with pytest.raises(UsageError, match="does not fit into"):
        reach_takedown(graph, budget=190, **arguments)
    with pytest.raises(UsageError, match="does not fit into"):
        reach_takedown(
            graph, budget=90, **{**arguments, "strategy": ["greedy", "random", "replace"]}
        )
    portfolio = reach_takedown(graph, budget=20, **{**arguments, "strategy": "portfolio"})
    assert portfolio.chosen_on < reach_takedown(graph, budget=20, **arguments).chosen_on


@pytest.mark.parametrize("limits", [{}, {"hops": 3}, {"within": 2.5, "delay": 1.0}])
def test_stored_worlds_take_no_more_than_is_reckoned(limits):
    asked = scenario(random_arcs(200, 800, 1), ["a000", "a001"], model=HALF, **limits)
    size = size_of(asked)
    problem = naive.problem_of(asked, 2000)
    removals = Removals(problem)
    worlds = sum(array.nbytes for pack in problem.worlds for array in pack)
    scores = [*removals._scores, *(removals._highest if limits else [])]
    taken = 2 * worlds + 2 * sum(array.nbytes for array in scores)
    plain = Size(size.visits, size.nodes, size.arcs)
    assert taken < 1.3 * size.bytes(2000)
    beside = size.bytes(1) - plain.bytes(1)
    timed = 8 * size.arcs if "within" in limits else 0
    assert beside == pytest.approx(timed + 16 * size.nodes * bool(limits))


@pytest.mark.parametrize(
    "where",
    [
        "portfolio.swapped",
        "portfolio.in_other_orders",
        "takedowns.certificate",
        "takedowns.works_together",
    ],
)
def test_ctrl_c_gives_the_best_so_far_and_says_so(where, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    graph = random_arcs(60, 240, 1)
    arguments = {"seeds": ["a000"], "budget": 3, "worlds": 200, "model": HALF}
    monkeypatch.setattr(portfolio, "MEMBERS", {"replace": replace, "random": random})
    whole = reach_takedown(graph, **arguments)
    monkeypatch.setattr(f"keynodes.blocking.{where}", stop)
    found = reach_takedown(graph, **arguments)
    assert len(found.order) == len(whole.order)
    assert found.reached_left[-1] <= 1.1 * whole.reached_left[-1]
    assert found.together is None
    assert (found.certificate is None) == (where != "takedowns.works_together")
    assert any("Ctrl-C" in notice for notice in found.notices)
    if where.startswith("takedowns"):
        assert found.order.tolist() == whole.order.tolist()


def test_ctrl_c_in_a_member_leaves_those_before_it(monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    graph = random_arcs(60, 240, 1)
    arguments = {"seeds": ["a000"], "budget": 3, "worlds": 50, "model": HALF}
    monkeypatch.setitem(portfolio.MEMBERS, "fair-share", stop)
    found = reach_takedown(graph, **arguments)
    assert found.strategy == "portfolio: greedy"
    assert any("stopped by Ctrl-C: the best of greedy" in notice for notice in found.notices)
    assert any("no certificate after Ctrl-C" in notice for notice in found.notices)
    several = reach_takedown(graph, strategy=["random", "portfolio", "replace"], **arguments)
    assert set(several.rivals) == {"random", "portfolio"}
    assert any("replace has no plan" in notice for notice in several.notices)
    monkeypatch.setitem(portfolio.MEMBERS, "greedy", stop)
    with pytest.raises(KeyboardInterrupt):
        reach_takedown(graph, **arguments)
    kept = reach_takedown(graph, strategy=["random", "portfolio"], **arguments)
    assert kept.strategy == "random"


@pytest.mark.parametrize("strategy", ["greedy", "fair-share", "replace", "portfolio"])
def test_ctrl_c_in_the_only_plan_gives_what_there_is_of_it(strategy, monkeypatch):
    graph = random_arcs(60, 240, 1)
    arguments = {"strategy": strategy, "budget": 8, "worlds": 50, "model": HALF}
    arguments["seeds"] = graph.accounts[:9].tolist()
    monkeypatch.setattr(portfolio, "MEMBERS", {"replace": replace, "random": random})
    whole = reach_takedown(graph, **arguments)
    remove, taken = Removals.remove, []

    def stopping(self, account):
        if len(taken) == 5:
            raise KeyboardInterrupt
        taken.append(account)
        remove(self, account)

    monkeypatch.setattr(Removals, "remove", stopping)
    found = reach_takedown(graph, **arguments)
    assert found.order.tolist() == taken
    assert 0 < len(taken) < len(whole.order)
    assert any("stopped by Ctrl-C" in said and "5 accounts" in said for said in found.notices)
    assert found.certificate is None
    assert found.together is None
    taken[:] = range(5)
    with pytest.raises(KeyboardInterrupt):
        reach_takedown(graph, **arguments)


@pytest.mark.parametrize(("pack", "worlds"), [(300, 300), (100, 200)])
@pytest.mark.parametrize("strategy", ["greedy", ["greedy", "random"]])
def test_ctrl_c_while_plans_are_judged_keeps_them(strategy, pack, worlds, monkeypatch):
    """On the worlds that are finished where they are 200, else on 200."""
    monkeypatch.setattr(Size, "pack", lambda size: pack)
    graph = random_arcs(60, 240, 1)
    arguments = {"seeds": ["a000"], "strategy": strategy, "budget": 3, "worlds": 2000}
    whole = reach_takedown(graph, model=HALF, **arguments)
    pressed = []

    def press(what, done, total):
        if what == "judging on fresh worlds" and not pressed:
            pressed.append(done)
            raise KeyboardInterrupt

    found = reach_takedown(graph, model=HALF, progress=press, **arguments)
    assert pressed
    assert found.order.tolist() == whole.order.tolist()
    assert (found.left_in_worlds == whole.left_in_worlds[:worlds]).all()
    assert found.author_left.shape == (4,)
    assert f"stopped by Ctrl-C: judged on {worlds} worlds instead of 2,000" in found.notices
    assert found.certificate is None
    assert {"no certificate after Ctrl-C"} < set(found.notices)


def test_ctrl_c_while_a_plan_is_chosen_is_said(monkeypatch):
    def press(what, done, total):
        if what == "choosing among plans":
            raise KeyboardInterrupt

    monkeypatch.setattr(Size, "pack", lambda size: 512)
    arguments = {"seeds": ["a000"], "budget": 3, "worlds": 2000, "model": HALF}
    found = reach_takedown(
        random_arcs(60, 240, 1), strategy=["random", "greedy"], progress=press, **arguments
    )
    assert found.strategy == "greedy"
    assert len(found.left_in_worlds) == 2000
    said = "stopped by Ctrl-C: chosen among plans on 512 worlds instead of 2,000"
    assert said in found.notices


# --- names, limits, size ----------------------------------------------------------------------


def test_hostile_names_are_escaped_in_what_is_said():
    bad = ["\x1b[31mred", "a\nb" + "\u0301" * 30, "\u202egnp"]
    arcs = [(0, 1), (0, 2), *((g, v) for g in (1, 2) for v in range(4, 40))]
    names = ["seed", *bad, *(f"v{i:02}" for i in range(36))]
    graph = InteractionGraph.from_arcs(names, *zip(*arcs, strict=True))
    arguments = {"seeds": ["seed"], "model": CERTAIN, "worlds": 10, "budget": 2}
    both = reach_takedown(graph, **arguments)
    guarded = reach_takedown(graph, protect=bad[:1], **arguments)
    said = [*both.notices, *guarded.notices, *both.summary()]
    assert any("works only together" in notice for notice in said)
    for sentence in said:
        assert not set(sentence) & set("\x1b\n\u202e")
        assert "\u0301" * 5 not in sentence


def test_a_hop_limit_counts_where_it_should():
    """Near the seeds a gate that is passed by a detour of one step more cuts all within 2 hops."""
    arcs = [(0, 1), (0, 2), (2, 3), (3, 4), (1, 4), *((4, v) for v in range(5, 30))]
    arcs += [(0, 30), *((30, v) for v in range(31, 41))]
    graph = graph_of(41, arcs)
    arguments = {"seeds": ["a000"], "budget": 1, "model": CERTAIN, "worlds": 5}
    arguments["protect"] = ["a004"]
    for strategy in ("greedy", "replace", "portfolio"):
        near = reach_takedown(graph, strategy=strategy, hops=3, **arguments, **QUICK)
        far = reach_takedown(graph, strategy=strategy, **arguments, **QUICK)
        assert near.order.tolist() == [1]
        assert far.order.tolist() == [30]


@pytest.mark.compiled
def test_whoever_passes_nothing_on_costs_no_world():
    """A star: its leaves go one by one, and no world is looked at again for any of them."""
    n = 30_001
    star = InteractionGraph.from_arcs(
        [f"v{i:05}" for i in range(n)], np.zeros(n - 1, int), np.arange(1, n)
    )
    asked = scenario(star, ["v00000"])
    removals = Removals(naive.problem_of(asked, 20))
    looked = []
    update = removals._update
    removals._update = lambda which: looked.extend(map(len, which)) or update(which)
    everyone = np.ones(n, bool)
    everyone[0] = False
    for v in range(1, 30):
        assert removals.best(everyone & ~removals.taken) == v
        removals.remove(v)
        assert removals.gain(v) == 0
    removals.restore(7)
    assert removals.best(everyone & ~removals.taken) == 7
    assert sum(looked) == 0
    assert removals.gains[0] == 20 * (n - 1 - 28)
    assert sum(looked) == 20


@pytest.mark.parametrize("strategy", ["betweenness", "search"])
def test_strategies_that_know_no_reach_tell_their_progress_too(strategy):
    said = []
    reach_takedown(
        random_arcs(60, 240, 1),
        seeds=["a000"],
        worlds=20,
        budget=3,
        strategy=strategy,
        certify=False,
        together=False,
        progress=lambda *at: said.append(at),
    )
    own = [at[1:] for at in said if at[0] == strategy]
    assert own
    assert own[-1][0] == own[-1][1] > 0


def test_progress_is_told():
    said = []
    reach_takedown(
        random_arcs(60, 240, 1), seeds=["a000"], worlds=100, progress=lambda *at: said.append(at)
    )
    assert len({what for what, _, _ in said}) >= 8
    for _, done, total in said:
        assert 0 <= done <= total
        assert math.isfinite(total)
