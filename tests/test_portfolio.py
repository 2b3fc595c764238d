"""The portfolio, its terms, and what it reports: on worlds that did not choose."""

import math

import naive_blocking as naive
import naive_worlds as twins
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_blocking import smalls

from keynodes import InteractionGraph, build_graph, read_interactions, takedown
from keynodes.blocking import REACH_STRATEGIES, reach_takedown, score_reach_plan
from keynodes.blocking.portfolio import contest
from keynodes.blocking.removals import Removals
from keynodes.blocking.verdicts import cut_share, left_after
from keynodes.cascades.keys import CHOOSING, REPORTING, world_keys
from keynodes.cascades.sampling import sampled
from keynodes.cascades.scenario import scenario
from keynodes.cascades.transmission import transmission
from keynodes.errors import UnknownAccount, UnknownName, UsageError
from keynodes.synthetic.gateways import gateways

CERTAIN = "constant:probability=1"
HALF = "constant:probability=0.5"
QUICK = {"certify": False, "together": False}


def graph_of(n, arcs):
    return InteractionGraph.from_arcs([f"a{i:03}" for i in range(n)], *zip(*arcs, strict=True))


def random_arcs(n, m, seed):
    rng = np.random.default_rng(seed)
    return graph_of(n, rng.integers(0, n, (m, 2)).tolist())


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """The `gateways` recipe, seeds in its first community, and the gates around them."""
    made = gateways()
    path = tmp_path_factory.mktemp("planted") / "records.csv"
    made.records.to_csv(path, index=False)
    graph = build_graph(read_interactions(path))
    truth = made.truth.set_index("account")
    home = truth["community"].loc[graph.accounts].to_numpy() == "c00"
    gate = truth["role"].loc[graph.accounts].to_numpy() == "gateway"
    tails, heads = graph.tails, graph.out.indices
    bridge = home[tails] != home[heads]
    ends = np.unique(np.concatenate([tails[bridge], heads[bridge]]))
    gates = ends[gate[ends]]
    members = np.flatnonzero(home & ~gate)
    seeds = members[np.random.default_rng(0).choice(len(members), 40, replace=False)]
    return graph, graph.accounts[seeds].tolist(), graph.accounts[gates].tolist()


# --- planted redundancy -----------------------------------------------------------------------


def test_the_portfolio_finds_the_planted_gates(planted):
    graph, seeds, gates = planted
    assert len(gates) == 4
    arguments = {"seeds": seeds, "model": HALF}
    found = reach_takedown(graph, budget=4, **arguments, **QUICK)
    exact = score_reach_plan(graph, gates, **arguments)
    assert found.reached_left[0] == exact.reached_left[0]
    assert found.reached_left[-1] <= 1.01 * exact.reached_left[-1]


def wasteful(gates=2, clusters=3, size=200, distractors=12, tail=20):
    """Clusters each behind some gates side by side, and distractors that each carry a tail.

    Removing one gate alone cuts that gate; each distractor cuts its tail at once. A gate listens
    to the seed, and is heard by all of its cluster.
    """
    arcs, planted, at = [], [], 1
    for _ in range(clusters):
        here = list(range(at, at + gates))
        planted += here
        at += gates
        arcs += [(0, g) for g in here]
        arcs += [(g, v) for g in here for v in range(at, at + size)]
        at += size
    for _ in range(distractors):
        arcs += [(0, at)] + [(at, v) for v in range(at + 1, at + 1 + tail)]
        at += 1 + tail
    return graph_of(at, arcs), planted


@pytest.mark.parametrize("gates", [2, 3])
def test_redundant_gates_are_found_where_greedy_wastes_its_picks(gates):
    graph, planted = wasteful(gates)
    arguments = {"seeds": ["a000"], "model": CERTAIN, "worlds": 5}
    names = graph.accounts[planted].tolist()
    exact = score_reach_plan(graph, names, **arguments).reached_left[-1]
    strategies = ["greedy", "fair-share", "portfolio"]
    found = reach_takedown(graph, strategy=strategies, budget=len(planted), **arguments, **QUICK)
    ends = {name: plan.reached_left[-1] for name, plan in found.rivals.items()}
    assert ends["portfolio"] == ends["fair-share"] == exact
    assert ends["greedy"] > 2 * exact
    assert sorted(found.rivals["portfolio"].order.tolist()) == planted


# --- against the optimum ----------------------------------------------------------------------


def test_the_gap_to_the_optimum_on_small_graphs():
    """Never better than the best of all sets on the same worlds, and rarely far from it."""
    gaps = []
    for seed in range(24):
        graph = random_arcs(10, 26, seed)
        asked = scenario(graph, ["a000", "a001"], model="constant:probability=0.6", rng=seed)
        small = naive.small_of(naive.problem_of(asked, 30))
        order = contest(small.problem, seed).order.tolist()
        most = naive.optimum(small)
        cut = naive.left(small, []) - naive.left(small, order)
        assert cut <= most
        gaps.append(1 - cut / most if most else 0.0)
    assert np.mean(gaps) < 0.01
    assert max(gaps) < 0.06
    assert np.median(gaps) == 0


def test_the_optimum_is_reached_on_simple_cases():
    star = graph_of(9, [(0, v) for v in range(1, 9)])
    path = graph_of(9, [(v, v + 1) for v in range(8)])
    tree = graph_of(9, [((v - 1) // 2, v) for v in range(1, 9)])
    two = graph_of(9, [(0, 1), (0, 2), *((g, v) for g in (1, 2) for v in range(3, 9))])
    for graph in (star, path, tree, two):
        for model in (CERTAIN, HALF):
            asked = scenario(graph, ["a000"], model=model)
            small = naive.small_of(naive.problem_of(asked, 60, budget=2.0))
            order = contest(small.problem, 0).order.tolist()
            cut = naive.left(small, []) - naive.left(small, order)
            assert cut >= (1 if model == CERTAIN else 0.97) * naive.optimum(small)


# --- what is reported -------------------------------------------------------------------------


@given(smalls(count=5))
def test_curves_are_those_of_simulating_every_prefix_again(small):
    problem = small.problem
    plan = problem.first.tolist() + np.flatnonzero(problem.candidates).tolist()[:4]
    asked, values = problem.scenario, small.values
    keys = world_keys(asked.rng, CHOOSING, 5)
    pack = sampled(asked, keys)[0]
    left, authored = (
        left_after(asked, pack, np.array(plan, np.int32), problem.muting, only)
        for only in (False, True)
    )
    for i, one in enumerate(small.worlds):
        assert left[i].tolist() == twins.curve(one, values, plan, small.limit, problem.muting)
        # By definition: gone only where it is the one who speaks.
        for k in range(len(plan) + 1):
            speaking = dict.fromkeys(set(plan[:k]) & one.sources, small.gone)
            assert authored[i, k] == twins.heard(one, values, speaking, small.limit)


@pytest.mark.parametrize("cut", ["accounts", "reposts"])
@pytest.mark.parametrize("seeds", [["a000", "a005"], None])
def test_the_table_adds_up(seeds, cut):
    graph = random_arcs(40, 160, 3)
    arguments = {"seeds": seeds, "cut": cut, "worlds": 300, "rng": 4, "model": HALF}
    arguments["posts"] = None if seeds else np.arange(40.0)
    found = reach_takedown(
        graph, budget=6, **({"seeds_removable": True} if seeds else {}), **arguments, **QUICK
    )
    frame = found.to_frame()
    assert frame.columns.tolist() == [
        *("step", "account", "cut", "left", "cut_low", "cut_high", "reached_left"),
        *("author_share", "relay_share"),
    ]
    np.testing.assert_allclose(frame["cut"] + frame["left"], 1, atol=1e-12)
    np.testing.assert_allclose(frame["author_share"] + frame["relay_share"], frame["cut"])
    assert frame["cut"].is_monotonic_increasing
    assert (frame["cut_low"] <= frame["cut"]).all()
    assert (frame["cut"] <= frame["cut_high"]).all()
    assert (frame[["author_share", "relay_share"]] > -1e-12).all(axis=None)
    assert (frame["author_share"] > 0).any() == (cut == "accounts")
    base = found.reached_left[0]
    np.testing.assert_allclose(frame["reached_left"], base * frame["left"])
    # Every number again, from worlds tossed in plain integers.
    asked = found.scenario
    worlds = [twins.world(asked, row) for row in world_keys(4, REPORTING, 300)]
    gone = twins.MUTED if cut == "reposts" else twins.REMOVED
    for k in (1, 3, 6):
        status = dict.fromkeys(found.order[:k].tolist(), gone)
        total = sum(twins.heard(one, [1] * 40, status) for one in worlds)
        assert found.reached_left[k] == pytest.approx(total / 300)
    scored = score_reach_plan(graph, frame["account"], **arguments)
    np.testing.assert_array_equal(scored.left_in_worlds, found.left_in_worlds)
    np.testing.assert_array_equal(scored.author_left_in_worlds, found.author_left_in_worlds)


def test_the_numbers_come_from_worlds_that_did_not_choose(monkeypatch):
    seen = {}

    def watched(rng, stream, count):
        keys = world_keys(rng, stream, count)
        seen.setdefault(stream, set()).update(map(tuple, keys.tolist()))
        return keys

    monkeypatch.setattr("keynodes.cascades.sampling.world_keys", watched)
    graph = random_arcs(40, 160, 5)
    reach_takedown(graph, seeds=["a000"], budget=3, worlds=200, fresh_worlds=400)
    assert sorted(len(keys) for keys in seen.values()) == [200, 200, 400]
    assert len(set.union(*seen.values())) == 800


def test_an_estimate_on_the_worlds_that_chose_is_too_good():
    graph = random_arcs(120, 420, 8)
    arguments = {"seeds": ["a000", "a001", "a002"], "model": "constant:probability=0.3"}
    optimism, honesty = [], []
    for rng in range(12):
        found = reach_takedown(
            graph, budget=8, worlds=12, fresh_worlds=1500, rng=rng, **arguments, **QUICK
        )
        asked = scenario(graph, rng=rng, **arguments)
        problem = naive.problem_of(asked, 12)
        pack = np.concatenate(
            [left_after(asked, pack, found.order, False) for pack in problem.worlds]
        )
        truth = score_reach_plan(
            graph, graph.accounts[found.order], worlds=6000, rng=rng + 100, **arguments
        ).reached_left[-1]
        optimism.append(pack[:, -1].mean() / truth - 1)
        honesty.append(found.reached_left[-1] / truth - 1)
    assert np.mean(optimism) < -0.1
    assert abs(np.mean(honesty)) < 0.02


def test_the_interval_of_the_cut_holds_the_truth_as_often_as_it_says():
    """The truth by enumerating all worlds of ten arcs."""
    rng = np.random.default_rng(7)
    pairs = [(u, v) for u in range(6) for v in range(6) if u != v]
    tails, heads = zip(*(pairs[i] for i in rng.choice(len(pairs), 10, False)), strict=True)
    names = [f"a{i:03}" for i in range(6)]
    graph = InteractionGraph.from_arcs(names, tails, heads, rng.uniform(0.3, 0.9, 10))
    passing, plan = transmission(graph, "given"), [1, 3]
    whole = twins.expected(passing, [0], [1] * 6)[0]
    rest = twins.expected(passing, [0], [1] * 6, dict.fromkeys(plan, twins.REMOVED))[0]
    truth = 1 - rest / whole
    assert 0.1 < truth < 0.95
    held, means = 0, []
    for seed in range(200):
        share = score_reach_plan(
            graph, graph.accounts[plan], seeds=["a000"], model=passing, worlds=200, rng=seed
        ).share
        held += share.low[-1] <= truth <= share.high[-1]
        means.append(share.mean[-1])
    assert 180 <= held <= 199
    assert abs(np.mean(means) - truth) < 0.005


def test_nothing_reached_is_nothing_cut():
    share = cut_share(np.zeros((5, 3)))
    assert share.mean.tolist() == share.low.tolist() == share.high.tolist() == [0, 0, 0]


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
    for name in ("search", "degree", "adaptive:degree"):
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


def test_graphs_without_anything_to_do():
    for names, seeds in (["a"], ["a"]), (["a", "b"], ["a"]):
        alone = reach_takedown(InteractionGraph.from_arcs(names, [], []), seeds=seeds, worlds=10)
        assert alone.reached_left[0] == 0
        assert alone.cut[-1] == 0
        assert alone.certificate is None
        assert alone.together.groups == ()
    with pytest.raises(UsageError, match="none of the seeds"):
        reach_takedown(InteractionGraph.from_arcs([], [], []), seeds=["a"])
    with pytest.raises(UsageError, match="nobody has posted"):
        reach_takedown(InteractionGraph.from_arcs(["a"], [], []))


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"strategy": "gredy"}, UnknownName, "greedy"),
        ({"strategy": "btweenness"}, UnknownName, "betweenness"),
        ({"strategy": ["greedy", "Greedy"]}, UsageError, "twice"),
        ({"cut": "reposting"}, UsageError, "cut is one of"),
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
    graph = random_arcs(300, 1200, 1)
    found = []
    for count in ("1", "2", "5"):
        monkeypatch.setenv("KEYNODES_THREADS", count)
        for arguments in ({"seeds": ["a000", "a007"]}, {"worlds": 1500}, {"hops": 3}):
            strategies = [name for name in REACH_STRATEGIES if arguments or name != "random"]
            plan = reach_takedown(
                graph, strategy=strategies, budget=5, model="constant:probability=0.3", **arguments
            )
            numbers = (plan.left_in_worlds.tobytes(), plan.certificate, plan.together.groups)
            orders = {name: rival.order.tolist() for name, rival in plan.rivals.items()}
            found.append((orders, numbers, plan.notices, plan.together.joint.tobytes()))
    assert found[:3] == found[3:6] == found[6:]


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
    arguments = {"seeds": ["a000"], "budget": 3, "model": "constant:probability=0.4"}
    whole = reach_takedown(graph, worlds=400, **arguments)
    tight = reach_takedown(graph, worlds=400, max_memory=300_000, **arguments)
    assert 2 <= tight.chosen_on < 400
    assert any(f"{tight.chosen_on:,} worlds are stored" in notice for notice in tight.notices)
    assert len(tight.order) == 3
    assert len(tight.left_in_worlds) == 400
    np.testing.assert_array_equal(tight.left_in_worlds[:, 0], whole.left_in_worlds[:, 0])


@pytest.mark.parametrize(
    ("where", "missing"),
    [
        ("portfolio.swapped", True),
        ("portfolio.in_other_orders", True),
        ("takedowns.certificate", True),
        ("takedowns.works_together", True),
    ],
)
def test_ctrl_c_gives_the_best_so_far_and_says_so(where, missing, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    graph = random_arcs(60, 240, 1)
    arguments = {"seeds": ["a000"], "budget": 3, "worlds": 50, "model": HALF}
    whole = reach_takedown(graph, **arguments)
    monkeypatch.setattr(f"keynodes.blocking.{where}", stop)
    found = reach_takedown(graph, **arguments)
    assert len(found.order) == len(whole.order)
    assert found.reached_left[-1] <= 1.3 * whole.reached_left[-1]
    assert (found.together is None) == missing
    assert any("Ctrl-C" in notice for notice in found.notices)
    if where.startswith("takedowns"):
        assert found.order.tolist() == whole.order.tolist()


def test_ctrl_c_in_a_member_leaves_those_before_it(monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    graph = random_arcs(60, 240, 1)
    arguments = {"seeds": ["a000"], "budget": 3, "worlds": 50, "model": HALF}
    from keynodes.blocking import portfolio

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


# --- names, limits, size ----------------------------------------------------------------------


def test_hostile_names_are_escaped_in_what_is_said():
    bad = ["\x1b[31mred", "a\nb", "\u202egnp", "=cmd()"]
    arcs = [(0, 1), (0, 2), *((g, v) for g in (1, 2) for v in range(4, 40))]
    names = ["seed", *bad[:3], *(f"v{i:02}" for i in range(36))]
    graph = InteractionGraph.from_arcs(names, *zip(*arcs, strict=True))
    arguments = {"seeds": ["seed"], "model": CERTAIN, "worlds": 10, "budget": 2}
    both = reach_takedown(graph, **arguments)
    guarded = reach_takedown(graph, protect=bad[:1], **arguments)
    said = [*both.notices, *guarded.notices, *both.summary()]
    assert any("works only together" in notice for notice in said)
    for sentence in said:
        assert not set(sentence) & set("\x1b\n\u202e")


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


def test_progress_is_told():
    said = []
    reach_takedown(
        random_arcs(60, 240, 1), seeds=["a000"], worlds=100, progress=lambda *at: said.append(at)
    )
    assert len({what for what, _, _ in said}) >= 8
    for _, done, total in said:
        assert 0 <= done <= total
        assert math.isfinite(total)
