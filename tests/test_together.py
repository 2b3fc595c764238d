"""What works only together: gates side by side, found, measured by deletion, and nothing else."""

import itertools

import naive_blocking as naive
import naive_worlds as twins
import numpy as np
import pytest
from hypothesis import given, settings
from naive_blocking import smalls
from test_portfolio import CERTAIN, HALF, graph_of, random_arcs

from keynodes import InteractionGraph
from keynodes.blocking import reach_takedown, together
from keynodes.blocking.together import TIMES, works_together
from keynodes.cascades.keys import JUDGING
from keynodes.cascades.sampling import each_pack
from keynodes.cascades.scenario import scenario
from keynodes.kernels.joint_drops import excesses, lost_together
from keynodes.kernels.removals import worlds_with

WIDE = 2.200985
"""Student's t for 12 worlds."""


def side_by_side(gates, size=30, tail=1):
    """A cluster behind some gates, each heard by a tail of its own."""
    arcs = [(0, g) for g in range(1, gates + 1)]
    at = gates + 1
    arcs += [(g, v) for g in range(1, gates + 1) for v in range(at, at + size)]
    at += size
    for g in range(1, gates + 1):
        arcs += [(g, v) for v in range(at, at + tail)]
        at += tail
    return graph_of(at, arcs)


def problem_on(graph, model=CERTAIN, count=40, seeds=("a000",), **terms):
    return naive.problem_of(scenario(graph, list(seeds), model=model), count, **terms)


def found_on_as_many(problem):
    """What is found where as many worlds measure as propose; and those that measure."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(together, "FEWEST", 0)
        patch.setattr(together, "ENOUGH", 0)
        return works_together(problem), naive.small_of(problem, JUDGING)


def joint_by_deletion(small, group):
    """What a group cuts in each world, and the sum of what its members cut alone."""
    gone = dict.fromkeys(group, small.gone)
    joint, alone = [], []
    for one in small.worlds:
        whole = twins.heard(one, small.values)
        joint.append(whole - twins.heard(one, small.values, gone))
        alone.append(sum(whole - twins.heard(one, small.values, {v: small.gone}) for v in group))
    return np.array(joint), np.array(alone)


# --- kernels ----------------------------------------------------------------------------------


@given(smalls(limits=({},), count=3))
def test_joint_drops_are_those_of_deletion(small):
    problem = small.problem
    n, values = problem.n, problem.scenario.values
    status, gone = np.zeros(n, np.uint8), np.uint8(small.gone)
    drops = together._alone(problem)[0]
    pack = problem.worlds[0]
    for group in itertools.combinations(range(min(n, 5)), 3):
        lost, alone = np.zeros(3, np.int64), np.zeros(3, np.int64)
        accounts = np.array(group)
        lost_together(pack, accounts, status, gone, values, problem.muting, drops, lost, alone)
        joint, single = joint_by_deletion(small, group)
        assert lost.tolist() == joint.tolist()
        assert alone.tolist() == single.tolist()
        assert not status.any()
    place = np.arange(n, dtype=np.int32)
    for u in range(n):
        row = np.zeros(n, np.int64)
        which, at = worlds_with(pack, u, drops, False)
        assert (pack.nodes[at] == u).all()
        excesses(pack, which, u, place, status, gone, values, problem.muting, drops, row)
        for v in range(n):
            joint, single = joint_by_deletion(small, (u, v))
            assert u == v or row[v] == (joint - single).sum()
        assert row[u] == 0
        assert not status.any()


# --- what is found ----------------------------------------------------------------------------


@pytest.mark.parametrize("gates", [2, 3, 4])
@pytest.mark.parametrize("muting", [False, True])
def test_gates_side_by_side_are_found(gates, muting):
    found = works_together(problem_on(side_by_side(gates), muting=muting))
    assert found.groups[0] == tuple(f"a{g:03}" for g in range(1, gates + 1))
    assert len(found.groups) == 1
    own = 0 if muting else 1
    assert found.joint.tolist() == [30 + gates * (1 + own)]
    assert found.alone.tolist() == [gates * (1 + own)]
    assert found.low.tolist() == found.high.tolist() == [30]
    assert found.worlds == 200
    frame = found.to_frame()
    assert frame["account"].tolist() == list(found.groups[0])
    assert (frame["share"] == found.joint[0] / found.reached).all()


def test_five_gates_are_too_many():
    assert works_together(problem_on(side_by_side(5))).groups == ()


def test_two_pairs_are_two_groups_and_not_one_of_four():
    arcs = [(0, g) for g in range(1, 5)]
    arcs += [(g, v) for g in (1, 2) for v in range(5, 45)]
    arcs += [(g, v) for g in (3, 4) for v in range(45, 75)]
    found = works_together(problem_on(graph_of(75, arcs)))
    assert found.groups == (("a001", "a002"), ("a003", "a004"))
    assert found.joint.tolist() == [42, 32]


def test_more_pairs_than_groups_are_grown_from_are_found():
    arcs, at, pairs = [], 1, []
    for i in range(together.STARTS + 6):
        pairs.append((at, at + 1))
        arcs += [(0, at), (0, at + 1)]
        arcs += [(g, v) for g in (at, at + 1) for v in range(at + 2, at + 12 + i)]
        at += 12 + i
    found = works_together(problem_on(graph_of(at, arcs), count=3))
    assert set(found.groups) == {(f"a{u:03}", f"a{v:03}") for u, v in pairs}


def test_nobody_is_in_a_group_who_is_not_needed():
    """The bystander shares a few listeners with the gates; the pair is the group."""
    arcs = [(0, g) for g in (1, 2, 3)]
    arcs += [(g, v) for g in (1, 2) for v in range(4, 64)]
    arcs += [(3, v) for v in range(64, 70)]
    arcs += [(g, v) for g in (1, 2) for v in range(64, 70)]
    found = works_together(problem_on(graph_of(70, arcs)))
    assert found.groups == (("a001", "a002"),)


@pytest.mark.parametrize("model", [CERTAIN, HALF])
@pytest.mark.parametrize("muting", [False, True])
def test_nothing_works_only_together_on_a_star_or_a_tree(model, muting):
    star = graph_of(40, [(0, v) for v in range(1, 40)])
    tree = graph_of(63, [((v - 1) // 2, v) for v in range(1, 63)])
    chain = graph_of(30, [(v, v + 1) for v in range(29)])
    for graph in (star, tree, chain):
        assert works_together(problem_on(graph, model, muting=muting)).groups == ()


def test_what_one_world_in_twelve_shows_may_be_chance():
    """Gates that count nothing themselves, behind an account that is seldom reached."""
    arcs = [(0, 1), (1, 2), (1, 3), *((g, v) for g in (2, 3) for v in range(4, 10))]
    names = [f"a{i:03}" for i in range(10)]
    graph = InteractionGraph.from_arcs(
        names, *zip(*arcs, strict=True), [0.1] + [1.0] * (len(arcs) - 1)
    )
    values, candidates = np.arange(10) > 3, np.isin(np.arange(10), [2, 3])
    shown = {}
    for rng in range(80):
        asked = scenario(graph, ["a000"], model="given", accounts=values.astype(float), rng=rng)
        problem = naive.problem_of(asked, 12, candidates=candidates)
        if not any((pack.nodes == 2).any() for pack in problem.worlds):
            continue  # nothing is proposed
        found, small = found_on_as_many(problem)
        times = sum(2 in twins.arrivals(one) for one in small.worlds)
        shown.setdefault(times, set()).add(found.groups)
    assert shown[1] == {()}
    assert shown[0] == {()}
    for times in shown.keys() - {0, 1, 2, 3}:
        assert shown[times] == {(("a002", "a003"),)}
    asked = scenario(graph, ["a000"], model="given", accounts=values.astype(float))
    assert works_together(naive.problem_of(asked, 400, candidates=candidates)).groups


def test_only_candidates_are_looked_at():
    graph, candidates = side_by_side(2), np.ones(35, bool)
    candidates[[0, 2]] = False
    assert works_together(problem_on(graph, candidates=candidates)).groups == ()


@given(smalls(limits=({},), count=12))
@settings(max_examples=80)
def test_every_group_that_is_shown_is_what_it_says(small):
    found, small = found_on_as_many(small.problem)
    accounts = small.problem.scenario.graph.accounts.tolist()
    for i, names in enumerate(found.groups):
        group = [accounts.index(name) for name in names]
        assert len(set(group)) == len(group) >= 2
        assert small.problem.candidates[group].all()
        joint, alone = joint_by_deletion(small, group)
        assert found.joint[i] == joint.mean()
        assert found.alone[i] == alone.mean()
        beyond = joint - TIMES * alone
        assert beyond.mean() - WIDE * beyond.std(ddof=1) / np.sqrt(12) > -1e-9
        half = WIDE * (joint - alone).std(ddof=1) / np.sqrt(12)
        gap = (joint - alone).mean()
        assert (found.low[i], found.high[i]) == pytest.approx((gap - half, gap + half))
        assert found.low[i] > 0
    assert list(found.joint) == sorted(found.joint, reverse=True)


@given(smalls(limits=({},), count=12, max_accounts=7))
@settings(max_examples=80)
def test_no_pair_that_stands_out_is_missed(small):
    """All pairs by deletion: three times what its members cut; on the others beyond chance."""
    found, judging = found_on_as_many(small.problem)
    accounts = small.problem.scenario.graph.accounts
    able = np.flatnonzero(small.problem.candidates)
    for pair in itertools.combinations(able.tolist(), 2):
        joint, alone = joint_by_deletion(small, pair)
        proposed = joint.sum() > TIMES * alone.sum()
        joint, alone = joint_by_deletion(judging, pair)
        beyond = joint - TIMES * alone
        sure = beyond.mean() - WIDE * beyond.std(ddof=1) / np.sqrt(12) > 1e-9
        assert (tuple(accounts[list(pair)].tolist()) in set(found.groups)) >= (proposed and sure)


@given(smalls(limits=({"hops": 2}, {"hops": 3}, {"within": 1.5, "delay": 1.0}), count=12))
def test_nothing_is_said_under_a_limit(small):
    found = works_together(small.problem)
    assert found.groups == ()
    assert found.limited
    assert found.to_frame().empty


@pytest.mark.parametrize("limit", [{"hops": 3}, {"within": 3.5, "delay": 1.0}])
def test_what_dominators_cannot_see_under_a_limit_is_not_said(limit):
    """Of two ways round the gates one is too long: by deletion each gate cuts nearly all alone."""
    arcs = [(0, 1), (1, 3), (0, 2), (2, 4), (4, 3), *((3, v) for v in range(5, 35))]
    graph = graph_of(35, arcs)
    asked = scenario(graph, ["a000"], model=CERTAIN, **limit)
    candidates = np.isin(np.arange(35), [1, 2])
    problem = naive.problem_of(asked, 12, candidates=candidates)
    small = naive.small_of(problem)
    gone = [naive.gain(small, v) for v in (1, 2)]
    joint = naive.left(small, []) - naive.left(small, [1, 2])
    assert joint < TIMES * sum(gone)
    assert works_together(problem).groups == ()
    found = reach_takedown(graph, seeds=["a000"], model=CERTAIN, budget=2, worlds=30, **limit)
    said = "what works only together is not looked for under a limit of hops or time"
    assert said in found.notices
    assert found.together.to_frame().empty


def test_chance_among_many_pairs_shows_nothing():
    """Many pairs whose joint cut is 2.5 times the sum: on the worlds that propose some pass."""
    rng, arcs, at = np.random.default_rng(0), [], 1
    weights, shown, proposed = [], 0, 0
    for _ in range(60):
        arcs += [(0, at), (0, at + 1), (at, at + 2), (at + 1, at + 2)]
        weights += [0.75, 0.75, 1.0, 1.0]
        at += 3
    graph = InteractionGraph.from_arcs(
        [f"a{i:03}" for i in range(at)], *zip(*arcs, strict=True), weights
    )
    worth = np.arange(at) % 3 == 0
    for _ in range(3):
        asked = scenario(
            graph, ["a000"], model="given", accounts=worth.astype(float), rng=int(rng.integers(99))
        )
        problem = naive.problem_of(asked, 60, candidates=~worth)
        small = naive.small_of(problem)
        for u in range(1, at, 3):
            joint, alone = joint_by_deletion(small, (u, u + 1))
            proposed += joint.sum() > TIMES * alone.sum() and (joint - alone).sum() > 0
        shown += len(works_together(problem).groups)
    assert proposed > 2
    assert shown == 0


def test_credit_is_never_less_than_what_is_cut_and_more_for_one_of_each_pair():
    """Why nothing is searched where nobody has more credit than it cuts."""
    seen = 0
    for seed in range(40):
        graph = random_arcs(9, 24, seed)
        small = naive.small_of(problem_on(graph, "constant:probability=0.7", 6))
        more = [naive.credit(small, v) - naive.gain(small, v) for v in range(1, 9)]
        assert min(more) >= 0
        for u, v in itertools.combinations(range(1, 9), 2):
            joint, alone = joint_by_deletion(small, (u, v))
            if joint.sum() > alone.sum():
                seen += 1
                assert max(more[u - 1], more[v - 1]) > 0
    assert seen > 20


# --- size -------------------------------------------------------------------------------------


def test_large_worlds_are_measured_on_fewer(monkeypatch):
    """On 200 where that can be paid for: two looks at worlds of 35 nodes and 64 arcs."""
    graph = side_by_side(2)
    for work, affordable, worlds in (
        (10**9, 10**9, 400),
        (300 * 198, 300 * 198, 300),
        (3000, 10**9, 200),
        (3000, 90 * 198, 90),
        (10, 10, together.ENOUGH),
    ):
        monkeypatch.setattr(together, "WORK", work)
        monkeypatch.setattr(together, "AFFORDABLE", affordable)
        found = works_together(problem_on(graph, count=400))
        assert found.groups == (("a001", "a002"),)
        assert found.worlds == worlds
        assert found.joint.tolist() == [34]


def test_what_is_measured_is_drawn_apart_and_not_kept(monkeypatch):
    seen = []

    def watched(scenario, stream, *rest):
        seen.append(stream)
        return each_pack(scenario, stream, *rest)

    problem = problem_on(side_by_side(2))
    monkeypatch.setattr(together, "each_pack", watched)
    works_together(problem)
    assert seen == [JUDGING]


def test_pairs_that_were_not_measured_are_counted(monkeypatch):
    arcs, at = [], 1
    for _ in range(5):
        arcs += [
            (0, at),
            (0, at + 1),
            *((g, v) for g in (at, at + 1) for v in range(at + 2, at + 12)),
        ]
        at += 12
    monkeypatch.setattr(together, "SHOWN", 3)
    monkeypatch.setattr(together, "STARTS", 1)
    found = works_together(problem_on(graph_of(at, arcs), count=3))
    assert len(found.groups) == 3
    assert found.passed_over == 2
    assert "the 3 that promise most were measured; 2 were not" in found.sentences[-1]


def test_groups_are_said_in_sentences():
    found = reach_takedown(side_by_side(2), seeds=["a000"], budget=2, model=CERTAIN, worlds=30)
    assert any(
        "works only together, on 200 other worlds: 'a001' + 'a002' cut 100.0% of reach, each alone "
        "11.8% in sum" in said
        for said in found.notices
    )
    assert found.together.to_frame()["account"].tolist() == ["a001", "a002"]


def test_must_and_budget_do_not_change_what_works_together():
    graph = side_by_side(3)
    plain = works_together(problem_on(graph))
    bound = works_together(
        problem_on(graph, first=np.array([4], np.int32), budget=1.0, costs=np.full(graph.n, 7.0))
    )
    assert plain.groups == bound.groups
    assert plain.joint.tolist() == bound.joint.tolist()
