"""Paths: against networkx and igraph, sampled against exact."""

from fractions import Fraction

import igraph
import networkx
import numpy as np
import pytest
from conftest import COMPILED, graphs, random_graph
from hypothesis import given

from keynodes import MEASURES, InteractionGraph
from keynodes.errors import KeynodesError, UsageError
from keynodes.kernels import paths as kernels
from keynodes.kernels.pair_paths import passed
from keynodes.measures import paths
from keynodes.measures.paths import (
    betweenness,
    harmonic,
    sampled_betweenness,
    sampled_harmonic,
)
from keynodes.measures.sampling import guaranteed_half_widths

# Without the JIT a third as many accounts, with as many arcs each.
DENSE, HUBS = ((150, 4000), (200, 800)) if COMPILED else ((50, 1300), (66, 264))

random_graphs = pytest.mark.parametrize(
    "graph",
    [
        random_graph(60, 90, seed=1),
        random_graph(120, 500, seed=2),
        random_graph(*DENSE, seed=3),
        random_graph(*HUBS, seed=4, hubs=3.0),
    ],
    ids=["sparse", "medium", "dense", "hubs"],
)


def in_order_of(graph, scores):
    return [scores[account] for account in graph.accounts]


def with_lengths(graph):
    """As networkx, with lengths as fractions: no tie is lost to rounding."""
    converted = graph.to_networkx()
    for _, _, data in converted.edges(data=True):
        data["length"] = Fraction(1) / Fraction(data["weight"])
    return converted


def ladder(rungs):
    """Diamonds in a row: 2 ** rungs shortest paths from end to end."""
    tails, heads = [], []
    for i in range(rungs):
        a, b, c, d = 3 * i, 3 * i + 1, 3 * i + 2, 3 * i + 3
        tails += [a, a, b, c]
        heads += [b, c, d, d]
    return InteractionGraph.from_arcs([f"a{i:05}" for i in range(3 * rungs + 1)], tails, heads)


@random_graphs
def test_betweenness_is_that_of_networkx_and_igraph(graph):
    expected = in_order_of(graph, networkx.betweenness_centrality(graph.to_networkx()))
    np.testing.assert_allclose(betweenness(graph), expected, rtol=1e-9, atol=1e-12)
    pairs = (graph.n - 1) * (graph.n - 2)
    by_igraph = igraph.Graph(
        n=graph.n, edges=list(zip(graph.tails, graph.out.indices, strict=True)), directed=True
    ).betweenness()
    np.testing.assert_allclose(betweenness(graph) * pairs, by_igraph, rtol=1e-9, atol=1e-9)


@random_graphs
def test_harmonic_is_that_of_networkx_on_the_reversed_graph(graph):
    expected = in_order_of(graph, networkx.harmonic_centrality(graph.to_networkx().reverse()))
    np.testing.assert_allclose(harmonic(graph), expected, rtol=1e-9)


@random_graphs
def test_betweenness_by_weight_is_that_of_networkx_without_rounding(graph):
    expected = networkx.betweenness_centrality(with_lengths(graph), weight="length")
    np.testing.assert_allclose(
        betweenness(graph, distance="inverse-weight"),
        in_order_of(graph, expected),
        rtol=1e-9,
        atol=1e-12,
    )


@random_graphs
def test_harmonic_by_weight_is_that_of_networkx(graph):
    expected = networkx.harmonic_centrality(with_lengths(graph).reverse(), distance="length")
    np.testing.assert_allclose(
        harmonic(graph, distance="inverse-weight"),
        [float(x) for x in in_order_of(graph, expected)],
        rtol=1e-9,
    )


@given(graph=graphs())
def test_equal_weights_give_the_same_order_as_hops(graph):
    even = InteractionGraph.from_arcs(
        graph.accounts, graph.tails, graph.out.indices, np.full(graph.m, 3.0)
    )
    by_weight = {"distance": "inverse-weight"}
    np.testing.assert_allclose(betweenness(even, **by_weight), betweenness(graph), atol=1e-12)
    np.testing.assert_allclose(harmonic(even, **by_weight), 3 * harmonic(graph), rtol=1e-12)


def test_a_tie_hidden_by_rounding_counts_as_a_tie():
    assert 1 + 1 / 6 + 1 / 6 != 1 + 1 / 3
    graph = InteractionGraph.from_arcs(
        list("abcdz"), [0, 1, 2, 0, 3], [1, 2, 4, 3, 4], [1, 6, 6, 1, 3]
    )
    np.testing.assert_allclose(betweenness(graph, distance="inverse-weight")[3] * 12, 0.5)


def test_what_passes_is_worked_out_by_hand():
    # a → b → d and a → c → d, then d → e: b and c share (a, d) and (a, e); d has (a, e), (b, e)
    # and (c, e); out of 12 ordered pairs each.
    graph = InteractionGraph.from_arcs(list("abcde"), [0, 0, 1, 2, 3], [1, 2, 3, 3, 4])
    np.testing.assert_allclose(betweenness(graph) * 12, [0, 1, 1, 3, 0])
    np.testing.assert_allclose(harmonic(graph), [2 + 1 / 2 + 1 / 3, 1.5, 1.5, 1, 0])


def test_a_broadcaster_is_widely_heard_and_its_audience_is_not():
    star = InteractionGraph.from_arcs([f"a{i}" for i in range(6)], [0] * 5, [1, 2, 3, 4, 5])
    assert harmonic(star).tolist() == [5, 0, 0, 0, 0, 0]
    assert not betweenness(star).any()


def test_along_a_chain_hearing_falls_and_the_middle_is_between():
    chain = InteractionGraph.from_arcs([f"a{i}" for i in range(7)], range(6), range(1, 7))
    assert (np.diff(harmonic(chain)) < 0).all()
    np.testing.assert_allclose(betweenness(chain) * 30, [0, 5, 8, 9, 8, 5, 0])


@pytest.mark.compiled
def test_a_long_chain_takes_no_longer_than_its_arcs():
    n = 30_000
    chain = InteractionGraph.from_arcs([f"a{i:06}" for i in range(n)], range(n - 1), range(1, n))
    middle = betweenness(chain, pivots=64, rng=3)
    assert middle.max() > 0.1
    assert harmonic(chain, pivots=64).shape == (n,)


@pytest.mark.compiled
def test_many_shortest_paths_are_counted_and_too_many_refused():
    graph = ladder(200)
    expected = in_order_of(graph, networkx.betweenness_centrality(graph.to_networkx()))
    np.testing.assert_allclose(betweenness(graph), expected, rtol=1e-9)
    for distance in ("hops", "inverse-weight"):
        with pytest.raises(KeynodesError, match="more than 1e308 shortest paths"):
            betweenness(ladder(1100), distance=distance)


@pytest.mark.parametrize("name", ["betweenness", "harmonic"])
@pytest.mark.parametrize("distance", ["hops", "inverse-weight"])
def test_all_pivots_give_the_exact_bits(name, distance, medium_graph):
    exact = MEASURES[name](medium_graph, distance=distance)
    sampled = MEASURES[name](medium_graph, distance=distance, pivots=medium_graph.n, rng=5)
    assert exact.tobytes() == sampled.tobytes()


@pytest.mark.compiled
@pytest.mark.parametrize("name", ["betweenness", "harmonic"])
@pytest.mark.parametrize("distance", ["hops", "inverse-weight"])
def test_sampling_is_right_on_average(name, distance):
    graph = random_graph(100, 400, seed=7)
    exact = MEASURES[name](graph, distance=distance)
    runs = np.array(
        [MEASURES[name](graph, distance=distance, pivots=10, rng=seed) for seed in range(400)]
    )
    error = runs.mean(axis=0) - exact
    spread = runs.std(axis=0) / np.sqrt(len(runs))
    assert (np.abs(error) <= 4.5 * spread + 1e-12).all()


@pytest.mark.compiled
@pytest.mark.parametrize("sampled", [sampled_betweenness, sampled_harmonic])
def test_normal_intervals_cover_the_exact_score_of_accounts_that_vary(sampled):
    graph = random_graph(1200, 6000, seed=8)
    exact = sampled(graph).scores
    top = np.argsort(-exact)[:20]
    runs = [sampled(graph, pivots=500, rng=seed) for seed in range(60)]
    covered = [np.abs(run.scores - exact)[top] <= run.half_widths[top] for run in runs]
    assert 0.90 < np.mean(covered) < 0.99
    assert {run.bound for run in runs} == {"normal"}


@pytest.mark.compiled
@pytest.mark.parametrize(
    ("sampled", "epsilon"), [(sampled_betweenness, 0.02), (sampled_harmonic, 0.05)]
)
def test_epsilon_holds_on_directed_graphs(sampled, epsilon):
    graph = random_graph(2500, 12_000, seed=9)
    exact = sampled(graph).scores
    unit = 1 if sampled is sampled_betweenness else graph.n - 1
    runs = [sampled(graph, epsilon=epsilon, delta=0.2, rng=seed) for seed in range(40)]
    assert all(run.bound == "guaranteed" for run in runs)
    assert all(run.half_widths.max() <= epsilon * unit for run in runs)
    within = [(np.abs(run.scores - exact) <= run.half_widths).all() for run in runs]
    assert np.mean(within) >= 0.8
    errors = [np.abs(run.scores - exact).max() for run in runs]
    assert np.mean([error <= epsilon * unit for error in errors]) >= 0.8


def test_epsilon_is_exact_when_every_source_is_needed(medium_graph):
    for sampled in (sampled_betweenness, sampled_harmonic):
        run = sampled(medium_graph, epsilon=0.001)
        assert run.bound == "exact"
        np.testing.assert_allclose(run.scores, sampled(medium_graph).scores, rtol=1e-9)


@pytest.mark.parametrize("mean", [0.0, 0.001, 0.05, 0.5])
def test_the_interval_of_a_mean_holds_as_often_as_it_says(mean):
    """One event in five at exponent r fails with probability at most exp(−r)."""
    rng = np.random.default_rng(0)
    draws, repeats, exponent = 200, 4000, 2.5
    coins = rng.random((repeats, draws)) < 2 * mean
    values = coins * rng.choice([0.4, 0.6], (repeats, draws))
    widths = guaranteed_half_widths(
        values.mean(axis=1), (values**2).mean(axis=1), np.full(repeats, exponent / draws)
    )
    missed = np.mean(np.abs(values.mean(axis=1) - mean) > widths)
    assert missed <= 5 * np.exp(-exponent)
    assert widths.max() < 0.3


@pytest.mark.compiled
def test_above_the_stated_size_it_samples_and_says_so(monkeypatch, medium_graph):
    monkeypatch.setattr(paths, "EXACT_BETWEENNESS", 1000)
    monkeypatch.setattr(paths, "EXACT_HARMONIC", 1000)
    monkeypatch.setattr(paths, "BETWEENNESS_PAIRS", 5000)
    monkeypatch.setattr(paths, "HARMONIC_PIVOTS", 60)
    said, progress = [], []
    scores = betweenness(medium_graph, notice=said.append, progress=lambda *a: progress.append(a))
    harmonic(medium_graph, notice=said.append)
    assert len(said) == 2
    assert said[0].startswith("betweenness is estimated from 5,000 of ")
    assert " pairs: half-width" in said[0]
    assert said[1].startswith("harmonic is estimated from 60 of ")
    assert all("half-width at most" in sentence and "normal" in sentence for sentence in said)
    assert progress[-1] == (5000, 5000)
    assert scores.tobytes() == betweenness(medium_graph, pairs=5000).tobytes()
    assert scores.tobytes() != betweenness(medium_graph, pairs=5000, rng=1).tobytes()


@pytest.mark.compiled
def test_where_pairs_take_long_it_draws_pivots(monkeypatch, medium_graph):
    monkeypatch.setattr(paths, "EXACT_BETWEENNESS", 1000)
    monkeypatch.setattr(paths, "PAIRS_WORK", 10_000)
    monkeypatch.setattr(paths, "BETWEENNESS_PIVOTS", 50)
    assert sampled_betweenness(medium_graph).drawn == "pivots"
    assert betweenness(medium_graph).tobytes() == betweenness(medium_graph, pivots=50).tobytes()


@pytest.mark.compiled
def test_pairs_are_right_on_average_and_within_their_intervals():
    graph = random_graph(120, 600, seed=7)
    exact = betweenness(graph)
    runs = [sampled_betweenness(graph, pairs=2000, rng=seed) for seed in range(150)]
    scores = np.array([run.scores for run in runs])
    spread = np.sqrt(exact * (1 - exact) / 2000 / len(runs))
    assert (np.abs(scores.mean(axis=0) - exact) <= 4.5 * spread + 1e-12).all()
    top = np.argsort(-exact)[:20]
    covered = [np.abs(run.scores - exact)[top] <= run.half_widths[top] for run in runs]
    assert 0.92 < np.mean(covered) < 0.98


@pytest.mark.compiled
def test_a_pair_draws_each_of_its_shortest_paths_alike():
    """Four of length four: by 1 4 6, by 2 4 6, by 3 5 6 and by 3 5 7."""
    tails = [0, 0, 0, 1, 2, 3, 4, 5, 5, 6, 7]
    heads = [1, 2, 3, 4, 4, 5, 6, 6, 7, 8, 8]
    graph = InteractionGraph.from_arcs([f"a{i}" for i in range(9)], tails, heads)
    pairs = np.tile(np.array([[0, 8]]), (30_000, 1))
    seeds = np.random.default_rng(4).integers(1, 2**64, len(pairs), dtype=np.uint64)
    counts, _ = passed(*graph.out[:2], *graph.into[:2], pairs, seeds)
    expected = [0, 0.25, 0.25, 0.5, 0.5, 0.5, 0.75, 0.25, 0]
    np.testing.assert_allclose(counts / len(pairs), expected, atol=0.012)


def test_exact_scores_need_no_notice(medium_graph):
    said = []
    betweenness(medium_graph, notice=said.append)
    harmonic(medium_graph, notice=said.append)
    assert said == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"pivots": 0}, "pivots must be 1 or more, got 0"),
        ({"epsilon": 0.0}, "epsilon must lie between 0 and 1, got 0.0"),
        ({"epsilon": 2.0}, "epsilon must lie between 0 and 1"),
        ({"epsilon": 0.1, "delta": 1.0}, "delta must lie between 0 and 1"),
        ({"epsilon": 0.1, "pivots": 5}, "give pivots or epsilon, not both"),
        ({"distance": "miles"}, "distance must be hops or inverse-weight, got 'miles'"),
    ],
)
@pytest.mark.parametrize("name", ["betweenness", "harmonic"])
def test_bad_parameters_are_refused(name, settings, message, medium_graph):
    with pytest.raises(UsageError, match=message):
        MEASURES[name](medium_graph, **settings)


def test_pairs_are_by_hops_and_alone(medium_graph):
    with pytest.raises(UsageError, match="pairs needs distance=hops"):
        betweenness(medium_graph, distance="inverse-weight", pairs=10)
    with pytest.raises(UsageError, match="pairs must be 1 or more, got 0"):
        betweenness(medium_graph, pairs=0)
    with pytest.raises(UsageError, match="give pivots or pairs, not both"):
        betweenness(medium_graph, pairs=10, pivots=10)


def test_harmonic_by_weight_has_no_epsilon(medium_graph):
    with pytest.raises(UsageError, match="epsilon needs distance=hops"):
        harmonic(medium_graph, distance="inverse-weight", epsilon=0.1)


def test_settings_given_as_text_are_understood():
    parsed = MEASURES["betweenness"].parse({"pivots": "64", "distance": "inverse-weight"})
    assert parsed == {"pivots": 64, "distance": "inverse-weight"}
    assert MEASURES["harmonic"].parse({"epsilon": "0.05"}) == {"epsilon": 0.05}


@pytest.mark.parametrize("epsilon", [None, 0.1])
@pytest.mark.parametrize("n", [0, 1, 2])
def test_small_graphs_have_no_one_between(n, epsilon):
    graph = InteractionGraph.from_arcs([f"a{i}" for i in range(n)], range(n - 1), range(1, n))
    assert betweenness(graph, epsilon=epsilon).tolist() == [0.0] * n
    assert harmonic(graph, epsilon=epsilon).tolist() == ([1.0, 0.0] if n == 2 else [0.0] * n)


def test_a_search_leaves_its_workspace_clean(medium_graph):
    """It is handed from one group of sources to the next within a call."""
    space = kernels.workspace_for(medium_graph.n)
    arrays = (*medium_graph.out[:2], *medium_graph.into[:2])
    for beyond in (False, True):
        kernels.dependencies(*arrays, np.arange(37), beyond, space)
        assert not space[1:].any()
