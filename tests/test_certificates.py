"""Certificates: no set of the budget may cut more than they allow, by trying all of them."""

import itertools
from dataclasses import replace

import naive_blocking as naive
import naive_worlds as twins
import numpy as np
import pytest
from hypothesis import given, settings
from naive_blocking import smalls
from test_portfolio import CERTAIN, graph_of, random_arcs

from keynodes import InteractionGraph
from keynodes.blocking import certificates, reach_takedown
from keynodes.blocking.certificates import ONE_SIDED, _best_within, certificate, doubt
from keynodes.blocking.problem import reached_in
from keynodes.blocking.verdicts import paired_difference
from keynodes.cascades.scenario import scenario
from keynodes.cascades.transmission import transmission
from keynodes.kernels.removals import first_worlds, trees_of

# --- trees ------------------------------------------------------------------------------------


@given(smalls())
def test_trees_hold_one_live_path_to_everybody(small):
    asked = small.problem.scenario
    for pack in small.problem.worlds:
        trees = trees_of(pack, asked.limit)
        np.testing.assert_array_equal(trees.nodes, pack.nodes)
        for i in range(len(pack.sources)):
            nodes, sources, live = twins.unpacked(pack, i)
            _, _, kept = twins.unpacked(trees, i)
            assert set(kept) <= set(live)
            heads = [v for _, v in kept]
            assert sorted(heads) == sorted(set(nodes) - sources)
            tree = twins.World(frozenset(sources), dict.fromkeys(kept, 1.0))
            assert set(twins.arrivals(tree)) == set(nodes)
            if asked.limited:
                # Paths are shortest ones, so that they hold as long as they are whole.
                world = twins.World(frozenset(sources), live)
                timed = twins.World(frozenset(sources), {pair: live[pair] for pair in kept})
                assert twins.arrivals(timed) == pytest.approx(twins.arrivals(world), rel=1e-6)


def test_which_path_is_kept_is_drawn_evenly():
    """Of four gates side by side each carries a quarter of 4,000 listeners."""
    arcs = [(0, g) for g in range(1, 5)] + [(g, v) for g in range(1, 5) for v in range(5, 4005)]
    graph = InteractionGraph.from_arcs([f"a{i:04}" for i in range(4005)], *zip(*arcs, strict=True))
    asked = scenario(graph, ["a0000"], model=CERTAIN)
    pack = naive.problem_of(asked, 2).worlds[0]
    trees = trees_of(pack, np.inf)
    carried = np.diff(trees.ptr)[1:5]
    assert carried.sum() == 4000
    assert (abs(carried - 1000) < 4.5 * np.sqrt(4000 * 3 / 16)).all()


def test_the_first_worlds_of_a_pack():
    asked = scenario(random_arcs(9, 30, 2), ["a000"], model="constant:probability=0.6")
    pack = naive.problem_of(asked, 7).worlds[0]
    for count in (1, 3, 7):
        some = first_worlds(pack, count)
        assert len(some.sources) == count
        assert len(some.targets) == some.ptr[-1]
        for i in range(count):
            assert twins.unpacked(some, i) == twins.unpacked(pack, i)


# --- the bound --------------------------------------------------------------------------------


def on_the_sample(small):
    """What the certificate says of the sample itself, without its allowance for chance."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(certificates, "ONE_SIDED", 0.0)
        found = certificate(small.problem, 0.0)
    return 0.0 if found is None else found.most / small.problem.scenario.unit


@given(smalls(max_accounts=7))
@settings(max_examples=200)
def test_no_set_cuts_more_on_the_sample(small):
    """Any model, limits, costs, reposts, seeded or not, what must go: never violated."""
    assert on_the_sample(small) >= naive.optimum(small) / small.problem.count - 1e-9


@given(smalls(max_accounts=7))
def test_the_allowance_is_that_of_the_mean_square_of_reach_or_of_reach_itself(small):
    problem, found = small.problem, certificate(small.problem, 1.0)
    if found is None:
        return
    reached = reached_in(problem).astype(float)
    worlds = np.sqrt(problem.count)
    whole = reached.mean() + ONE_SIDED * reached.std() / worlds
    square = ONE_SIDED * np.sqrt((reached**2).mean()) / worlds
    assert found.most <= whole + 1e-9
    assert found.most >= min(naive.optimum(small) / problem.count + square, whole) - 1e-9
    assert found.share == pytest.approx(min(1 / found.most, 1))


@given(smalls(models=("linear-threshold",), limits=({},), max_accounts=7))
def test_greedy_has_its_part_of_the_bound_under_linear_threshold(small):
    """Its worlds are trees: the bound follows from (1 − 1/e), and so must greedy's cut."""
    if (small.problem.costs == 1).all() and len(small.first) == 0:
        plan = naive.greedy(small)
        cut = (naive.left(small, []) - naive.left(small, plan)) / small.problem.count
        assert on_the_sample(small) <= cut / (1 - 1 / np.e) + 1e-9


KINDS = {
    "given": {"model": "given"},
    "threshold": {"model": "linear-threshold"},
    "hops": {"model": "given", "hops": 2},
    "reposts": {"model": "given", "cut": "reposts"},
    "costs": {"model": "given", "costs": np.array([1, 2, 0.5, 1, 0.5, 1])},
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_certified_is_true_of_all_worlds(kind):
    """Against the best set by enumerating every world: wrong in at most 5 % of samples."""
    terms = dict(KINDS[kind])
    limit, costs = terms.get("hops", np.inf), terms.get("costs", np.ones(6))
    gone = twins.MUTED if terms.get("cut") == "reposts" else twins.REMOVED
    above, wrong, shares, tries = 0, 0, [], 0
    for case in range(4):
        rng = np.random.default_rng(case)
        pairs = [(u, v) for u in range(6) for v in range(6) if u != v and v != 0]
        tails, heads = zip(*(pairs[i] for i in rng.choice(len(pairs), 9, False)), strict=True)
        names = [f"a{i:03}" for i in range(6)]
        graph = InteractionGraph.from_arcs(names, tails, heads, rng.uniform(0.2, 0.9, 9))
        passing = transmission(graph, terms["model"])
        whole = twins.expected(passing, [0], [1] * 6, None, limit)[0]
        cuts = {}
        for size in range(4):
            for chosen in itertools.combinations(range(1, 6), size):
                if costs[list(chosen)].sum() <= 2:
                    status = dict.fromkeys(chosen, gone)
                    rest = twins.expected(passing, [0], [1] * 6, status, limit)[0]
                    cuts[frozenset(chosen)] = whole - rest
        most = max(cuts.values())
        for seed in range(15):
            found = reach_takedown(
                graph,
                seeds=["a000"],
                budget=2,
                worlds=200,
                rng=seed,
                together=False,
                **{**terms, "model": passing},
            )
            tries += 1
            if found.certificate is None:
                assert most < 0.2
                continue
            above += found.certificate.most < most
            wrong += cuts[frozenset(found.order.tolist())] < found.certificate.share * most - 1e-9
            shares.append(found.certificate.share)
            assert f"at least {found.certificate.share:.0%}" in found.summary()[-1]
    assert above <= 0.05 * tries + 2
    assert wrong <= 0.05 * tries + 2
    assert np.mean(shares) > 0.4  # it says something


def test_rare_large_cascades_are_not_certified_away():
    """Whoever is heard once in 500 worlds, and then by 3,000, is the best to remove."""
    leaves = 3000
    arcs = [(0, 1), (0, 2), *((2, v) for v in range(3, leaves + 3))]
    graph = InteractionGraph.from_arcs(
        [f"a{i:04}" for i in range(leaves + 3)],
        *zip(*arcs, strict=True),
        [1.0, 0.002] + [1.0] * leaves,
    )
    passing = transmission(graph, "given")
    cuts = {(): 0.0, (1,): 1.0, (2,): 0.002 * (leaves + 1)}
    wrong, said = 0, 0
    for seed in range(100):
        found = reach_takedown(
            graph,
            seeds=["a0000"],
            strategy="greedy",
            budget=1,
            worlds=1000,
            model=passing,
            rng=seed,
            together=False,
        )
        if found.certificate is None:
            said += any("no certificate: the 5 largest of 1,000" in one for one in found.notices)
            continue
        wrong += cuts[tuple(found.order.tolist())] < found.certificate.share * max(cuts.values())
    assert wrong <= 5
    assert said > 90


def test_few_worlds_certify_nothing():
    graph = graph_of(9, [(v, v + 1) for v in range(8)])
    arguments = {"seeds": ["a000"], "budget": 1, "model": CERTAIN}
    for counts in {"worlds": 199}, {"worlds": 300, "fresh_worlds": 199}:
        found = reach_takedown(graph, **counts, **arguments)
        assert found.certificate is None
        said = "no certificate: 199 worlds are too few for a normal approximation"
        assert said in found.notices
    found = reach_takedown(graph, worlds=200, **arguments)
    assert found.certificate.worlds == 200
    assert "95 % confidence by a normal approximation over 200 worlds" in found.summary()[-1]
    assert not any("no certificate" in said for said in found.notices)


def test_doubt():
    assert doubt(np.ones(200)) is None
    assert doubt(np.zeros(200)) is None
    few = np.concatenate([np.full(5, 20), np.full(1995, 1)])
    assert "5 largest of 2,000" in doubt(few)
    assert "5 largest of 2,000" in doubt(np.ones(300), few)
    assert doubt(np.concatenate([np.full(11, 20), np.full(1995, 1)])) is None


def test_without_seeds_too():
    for seed in range(6):
        graph = random_arcs(8, 20, seed)
        asked = scenario(graph, model="constant:probability=0.6", rng=seed, posts=np.ones(8))
        small = naive.small_of(naive.problem_of(asked, 60))
        assert on_the_sample(small) >= naive.optimum(small) / 60 - 1e-9


def test_the_low_end_of_the_cut_knows_that_reach_varies():
    """All is cut in every world: the share is certain, and what is cut is not."""
    graph = graph_of(42, [(0, 1), *((1, v) for v in range(2, 42))])
    half = transmission(graph, "constant:probability=0.5")
    found = reach_takedown(graph, seeds=["a000"], budget=1, model=half, worlds=400)
    assert found.share.low[-1] == found.share.high[-1] == 1
    spread = found.left_in_worlds[:, 0].std(ddof=1) / 20
    assert spread > 0.5
    _, half = paired_difference(found.left_in_worlds[:, 0], found.left_in_worlds[:, -1])
    assert half == pytest.approx(2 * spread, rel=0.05)
    assert found.cut_at_least == pytest.approx(found.reached_left[0] - half)
    # The bound on all sets alone would promise less; but nothing cuts more than all.
    assert found.cut_at_least / found.certificate.most < 0.9
    assert found.certificate.share == 1


def test_a_certificate_of_certain_worlds_is_tight_but_for_its_allowance():
    chain = graph_of(9, [(v, v + 1) for v in range(8)])
    asked = scenario(chain, ["a000"], model=CERTAIN)
    problem = naive.problem_of(asked, 500, budget=1.0)
    found = certificate(problem, 8.0)
    assert (found.most, found.share) == (8.0, 1.0)
    tail = replace(problem, candidates=np.arange(9) > 4)
    found = certificate(tail, 4.0)
    assert found.most == pytest.approx(4 + ONE_SIDED * 8 / np.sqrt(500))
    assert certificate(replace(problem, candidates=np.zeros(9, bool)), 0.0).share == 0
    alone = scenario(chain, ["a008"], model=CERTAIN)
    assert certificate(naive.problem_of(alone, 5), 0.0) is None


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "costs", [np.ones(7), np.full(7, 0.4), np.array([1, 2, 0.5, 3, 1, 0.3, 4])]
)
def test_the_most_that_gains_add_up_to_is_no_less_than_of_any_set(seed, costs):
    rng = np.random.default_rng(seed)
    gains, able = rng.integers(0, 9, 7), rng.random(7) < 0.8
    for budget in (0.2, 1.0, 2.0, 2.5, 100.0):
        most = max(
            gains[list(chosen)].sum()
            for size in range(8)
            for chosen in itertools.combinations(np.flatnonzero(able), size)
            if costs[list(chosen)].sum() <= budget + 1e-9
        )
        found = _best_within(gains, costs, able, budget)
        assert found >= most
        if (costs == costs[0]).all():
            assert found == most


def test_who_cuts_all_cuts_all_that_any_set_could():
    graph = InteractionGraph.from_arcs(["s", "a", "b"], [0, 1], [1, 2])
    found = reach_takedown(
        graph, seeds=["s"], budget=1, model="constant:probability=0.5", worlds=300
    )
    assert found.cut[-1] == 1
    assert found.certificate.share == 1


def test_seeds_that_reach_nobody_are_said():
    graph = InteractionGraph.from_arcs(["s", "a"], [1], [0])
    found = reach_takedown(graph, seeds=["s"], budget=1, worlds=20)
    assert any("nobody is reached" in sentence for sentence in found.notices)
