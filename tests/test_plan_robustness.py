"""Robustness of a plan: replicates by hand, the twin's recount, and plans that must hold or not."""

import dataclasses
import statistics

import naive_objectives as naive
import numpy as np
import pytest
from conftest import graphs, random_graph
from hypothesis import given
from hypothesis import strategies as st

from keynodes import InteractionGraph, UnknownName, UsageError
from keynodes.dismantling.robustness import PlanRobustness, plan_robustness
from keynodes.objectives import OBJECTIVES
from keynodes.thinning import without_accounts, without_records


def build(n, arcs, weights=None):
    tails, heads = zip(*arcs, strict=True) if arcs else ((), ())
    return InteractionGraph.from_arcs([f"a{i:06}" for i in range(n)], tails, heads, weights)


def by_degree(graph):
    return np.argsort(-np.diff(graph.both.indptr), kind="stable")


def naive_cut(graph, order, column, weights):
    left = naive.removal_curve(graph, order, weights)[column]
    return [1 - value / left[0] if left[0] > 0 else float("nan") for value in left]


@st.composite
def plans(draw):
    graph = draw(graphs())
    everybody = draw(st.permutations(range(graph.n)))
    weights = draw(st.lists(st.integers(0, 5), min_size=graph.n, max_size=graph.n))
    order = everybody[: draw(st.integers(0, graph.n))]
    return graph, np.array(order, np.int64), np.array(weights, np.float64)


@given(
    plan=plans(),
    objective=st.sampled_from(sorted(OBJECTIVES)),
    what=st.sampled_from(["records", "accounts"]),
    weigh=st.booleans(),
)
def test_every_cut_is_what_a_recount_on_the_replicate_finds(plan, objective, what, weigh):
    graph, order, weights = plan
    row = OBJECTIVES[objective]
    result = plan_robustness(
        graph,
        order,
        objective=objective,
        weights=weights if weigh else None,
        intervals=3,
        missing=0.3,
        missing_what=what,
        rng=5,
    )
    weights = weights if weigh else np.ones(graph.n)
    column = row.weighted
    expected = naive_cut(graph, order, column, weights)
    np.testing.assert_allclose(result.cut, expected, atol=1e-12)
    for i, stream in enumerate(np.random.SeedSequence(5).spawn(3)):
        draws = np.random.default_rng(stream)
        if what == "records":
            replicate, present = without_records(graph, 0.3, draws), np.arange(graph.n)
        else:
            replicate, present = without_accounts(graph, 0.3, draws)
        place = {int(old): new for new, old in enumerate(present)}
        for step in range(len(order) + 1):
            there = [place[u] for u in order[:step].tolist() if u in place]
            cut = naive_cut(replicate, there, column, weights[present])[-1]
            np.testing.assert_allclose(result.cuts[i, step], cut, atol=1e-12)
        assert result.present[i].tolist() == [u in place for u in order.tolist()]


@given(plan=plans(), what=st.sampled_from(["records", "accounts"]))
def test_the_summaries_are_plain_counts_over_the_replicates(plan, what):
    graph, order, _ = plan
    result = plan_robustness(graph, order, intervals=7, missing=0.4, missing_what=what)
    for step in range(len(order) + 1):
        cuts = sorted(cut for cut in result.cuts[:, step].tolist() if cut == cut)
        if not cuts:
            assert np.isnan(result.cut_median[step])
            continue
        # Of up to 7 sorted cuts the middle nine tenths reach from the first to the last.
        assert result.cut_low[step] == cuts[0]
        assert result.cut_high[step] == cuts[-1]
        assert result.cut_median[step] == pytest.approx(statistics.median(cuts))
    for step in range(len(order)):
        gain = result.cut[step + 1] - result.cut[step]
        held = [
            float(cuts[step + 1] - cuts[step] > gain / 2 - 1e-9)
            for cuts, here in zip(result.cuts, result.present[:, step], strict=True)
            if here and cuts[0] == cuts[0]
        ]
        if held:
            assert result.held[step] == pytest.approx(statistics.mean(held))
            assert result.shaky[step] == (statistics.mean(held) < 0.5)
        else:
            assert np.isnan(result.held[step])
            assert not result.shaky[step]


def test_of_40_replicates_nine_in_ten_lie_between():
    graph = random_graph(120, 300, seed=1)
    result = plan_robustness(graph, by_degree(graph)[:30], objective="pairs", intervals=40)
    inside = (result.cuts >= result.cut_low) & (result.cuts <= result.cut_high)
    assert (inside.mean(axis=0) >= 0.9).all()
    assert (result.cut_low > result.cuts.min(axis=0)).any()
    assert (result.cut_high < result.cuts.max(axis=0)).any()


def test_with_nothing_missing_nothing_changes():
    graph = random_graph(80, 200, seed=2)
    order = by_degree(graph)[:20]
    for what in ("records", "accounts"):
        result = plan_robustness(
            graph, order, missing=0, missing_what=what, intervals=3, replan=lambda g: by_degree(g)
        )
        np.testing.assert_array_equal(result.cuts, np.tile(result.cut, (3, 1)))
        np.testing.assert_array_equal(result.regret, np.zeros(21))
        np.testing.assert_array_equal(result.held, np.ones(20))
        assert not result.shaky.any()
        assert result.survives[-1] == 1


def test_many_records_hold_and_single_ones_shake():
    """Two cliques meet in one account by many records; one cutpoint hangs on single records."""
    clique = [(u, v) for u in range(5) for v in range(u)]
    clique += [(u, v) for u in range(4, 9) for v in range(4, u)]
    strong = build(9, clique, [30] * len(clique))
    result = plan_robustness(strong, [4], missing=0.3)
    assert result.cut.tolist() == pytest.approx([0, 5 / 9])
    assert result.cut_low[1] == pytest.approx(5 / 9)
    assert result.survives[1] == pytest.approx(1)
    assert result.held.tolist() == [1]
    chain = build(9, [(i, i + 1) for i in range(8)])
    weak = plan_robustness(chain, [4], missing=0.6, intervals=40)
    assert weak.held[0] < 0.5
    assert weak.shaky.tolist() == [True]
    assert weak.to_frame()["shaky"].tolist() == [True]


def test_half_of_a_gain_holds_and_half_of_the_replicates_are_enough_by_hand():
    """Gains 0.4 and 0.2; of the first, two of four replicates keep half, of the second one."""
    result = PlanRobustness(
        accounts=np.array(["a", "b"], dtype=object),
        order=np.array([1, 0], np.int32),
        objective="pairs",
        missing=0.1,
        missing_what="accounts",
        rng=0,
        cut=np.array([0, 0.4, 0.6]),
        cuts=np.array([[0, 0.2, 0.2], [0, 0.19, 0.28], [0, 0.5, 0.7], [0, 0, 0.2]]),
        present=np.array([[1, 1], [1, 1], [1, 1], [0, 0]], bool),
    )
    assert result.held.tolist() == pytest.approx([2 / 3, 1 / 3])
    assert result.shaky.tolist() == [False, True]
    frame = result.to_frame()
    assert frame["account"].tolist() == ["b", "a"]
    assert frame["absent"].tolist() == [1, 1]
    assert frame["cut_median"].tolist() == pytest.approx([0.195, 0.24])
    assert frame["survives"].tolist() == pytest.approx([0.195 / 0.4, 0.24 / 0.6])
    two = dataclasses.replace(result, cuts=result.cuts[:2], present=result.present[:2])
    assert two.held.tolist() == [0.5, 0]
    assert two.shaky.tolist() == [False, True]


def test_a_missing_account_is_passed_over_and_counted():
    graph = random_graph(100, 400, seed=4)
    order = by_degree(graph)[:10]
    result = plan_robustness(graph, order, missing=0.5, missing_what="accounts", intervals=10)
    absent = ~result.present
    assert 0 < absent.sum() < absent.size
    np.testing.assert_array_equal(np.diff(result.cuts, axis=1)[absent], 0)
    frame = result.to_frame()
    assert frame["absent"].tolist() == absent.sum(axis=0).tolist()


def test_a_plan_made_on_the_replicate_is_followed_there():
    graph = random_graph(100, 260, seed=6)
    order = by_degree(graph)[:12]
    seen = []

    def replan(replicate):
        seen.append(replicate)
        return by_degree(replicate)[:5]

    result = plan_robustness(
        graph, order, objective="pairs", missing_what="accounts", intervals=4, replan=replan
    )
    assert result.replanned.shape == (4, 13)
    for i, replicate in enumerate(seen):
        weights = np.ones(replicate.n)
        expected = naive_cut(replicate, by_degree(replicate)[:5], "pairs", weights)
        np.testing.assert_allclose(result.replanned[i], expected + [expected[-1]] * 7)
    np.testing.assert_allclose(
        result.regret, np.median(result.replanned - result.cuts, axis=0), atol=1e-15
    )
    frame = result.to_frame()
    assert frame.columns.tolist()[-2:] == ["replanned_median", "regret"]
    assert len(frame) == 12
    assert plan_robustness(graph, order, intervals=1).regret is None


def test_a_longer_plan_on_the_replicate_counts_no_more_steps():
    graph = random_graph(60, 150, seed=7)
    result = plan_robustness(graph, [3, 5], intervals=2, replan=by_degree)
    assert result.replanned.shape == (2, 3)


def test_the_seed_decides():
    graph = random_graph(100, 260, seed=8)
    order = by_degree(graph)[:8]
    one, same = (plan_robustness(graph, order, rng=3) for _ in range(2))
    other = plan_robustness(graph, order, rng=4)
    np.testing.assert_array_equal(one.cuts, same.cuts)
    assert (one.cuts != other.cuts).any()
    # The first replicates are the same, however many are made.
    np.testing.assert_array_equal(
        plan_robustness(graph, order, rng=3, intervals=5).cuts, one.cuts[:5]
    )


def test_what_is_said():
    counted = build(4, [(0, 1), (1, 2), (2, 3)])
    assert "20 replicates, 10% of records" in plan_robustness(counted, [1]).notices[0]
    whole = build(4, [(0, 1), (1, 2), (2, 3)], [0.5, 0.5, 0.5])
    assert "arcs went missing whole" in plan_robustness(whole, [1]).notices[0]
    nothing = plan_robustness(build(3, []), [0], objective="pairs")
    assert "nothing to cut" in nothing.notices[-1]
    assert nothing.to_frame()["cut"].isna().all()
    assert nothing.to_frame()["held"].isna().all()


def test_progress_is_told():
    told = []
    graph = build(4, [(0, 1), (1, 2), (2, 3)])
    plan_robustness(graph, [1], intervals=2, progress=lambda *said: told.append(said))
    assert told == [("replicates", 0, 2), ("replicates", 1, 2), ("replicates", 2, 2)]


def test_an_empty_plan_and_an_empty_network():
    for graph in (build(0, []), build(3, [(0, 1)])):
        result = plan_robustness(graph, [], intervals=2)
        assert isinstance(result, PlanRobustness)
        assert result.to_frame().empty


def test_what_cannot_be():
    graph = build(3, [(0, 1)])
    with pytest.raises(UnknownName, match="objective"):
        plan_robustness(graph, [0], objective="parts")
    with pytest.raises(UnknownName, match="missing data"):
        plan_robustness(graph, [0], missing_what="days")
    with pytest.raises(UsageError, match="replicates"):
        plan_robustness(graph, [0], intervals=0)
    with pytest.raises(UsageError, match="share"):
        plan_robustness(graph, [0], missing=1)
    with pytest.raises(UsageError, match="twice"):
        plan_robustness(graph, [0, 0])
    with pytest.raises(UsageError, match="weights"):
        plan_robustness(graph, [0], weights=[1, 2])
