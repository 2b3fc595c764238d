"""Bridges: against networkx and published or hand-worked numbers, in the undirected view."""

import networkx
import numpy as np
import pytest
from conftest import graphs, random_graph
from hypothesis import given

from keynodes import MEASURES, InteractionGraph
from keynodes.errors import UsageError
from keynodes.kernels.simplicial import is_simplicial
from keynodes.measures import bridges
from keynodes.measures.bridges import bridgeness, bridging, ev_brokerage

every_bridge = pytest.mark.parametrize("name", ["ev_brokerage", "bridging", "bridgeness"])
random_graphs = pytest.mark.parametrize(
    "graph",
    [
        random_graph(60, 60, seed=1),
        random_graph(100, 400, seed=2),
        random_graph(80, 1500, seed=3),
    ],
    ids=["sparse", "medium", "dense"],
)


def undirected_betweenness(graph, **settings):
    converted = graph.to_networkx().to_undirected()
    scores = networkx.betweenness_centrality(converted, **settings)
    return converted, np.array([scores[account] for account in graph.accounts])


def two_cliques():
    """Two groups of four, joined through one account: a..d, then e, then f..i."""
    left = [(a, b) for a in range(4) for b in range(a)]
    right = [(a + 5, b + 5) for a, b in left]
    tails, heads = zip(*left, *right, (3, 4), (4, 5), strict=True)
    return InteractionGraph.from_arcs(list("abcdefghi"), tails, heads)


@random_graphs
def test_brokerage_is_made_of_networkx_betweenness(graph):
    converted, raw = undirected_betweenness(graph, normalized=False)
    degree = np.array([converted.degree(account) for account in graph.accounts])
    expected = np.where(raw > 1e-9, (2 * raw + graph.n - 1) / np.maximum(degree, 1), 0)
    np.testing.assert_allclose(ev_brokerage(graph), expected, rtol=1e-9)


@random_graphs
def test_brokerage_is_the_average_edge_betweenness_in_connected_graphs(graph):
    """Everett and Valente's reason: paths through a tie either go on or end."""
    largest = max(networkx.connected_components(graph.to_networkx().to_undirected()), key=len)
    graph = graph.subgraph(sorted(largest))
    converted, raw = undirected_betweenness(graph, normalized=False)
    ties = networkx.edge_betweenness_centrality(converted, normalized=False)
    through = {account: [] for account in graph.accounts}
    for (a, b), score in ties.items():
        through[a].append(score)
        through[b].append(score)
    expected = [np.mean(through[account]) for account in graph.accounts]
    between = raw > 1e-9
    np.testing.assert_allclose(ev_brokerage(graph)[between], np.array(expected)[between])


@random_graphs
def test_bridging_is_made_of_networkx_betweenness(graph):
    converted, share = undirected_betweenness(graph)
    expected = [
        score / converted.degree(v) / sum(1 / converted.degree(i) for i in converted[v])
        if converted[v]
        else np.nan
        for v, score in zip(graph.accounts, share, strict=True)
    ]
    np.testing.assert_allclose(bridging(graph), expected, rtol=1e-9, atol=1e-15)


@random_graphs
def test_bridgeness_leaves_out_pairs_with_a_neighbour(graph):
    """Betweenness among subsets, as networkx counts it, one account at a time."""
    converted = graph.to_networkx().to_undirected()
    scores = bridgeness(graph)
    for i in np.argsort(-scores)[:12]:
        v = graph.accounts[i]
        far = [account for account in converted if account != v and account not in converted[v]]
        expected = networkx.betweenness_centrality_subset(converted, far, far)[v]
        np.testing.assert_allclose(scores[i], expected, rtol=1e-9)


def test_two_groups_and_a_bridge_worked_out_by_hand():
    graph = two_cliques()
    # e lies between 4 × 4 pairs, of degree 2: (2 · 16 + 8) / 2. d lies between 3 × 5, degree 4.
    np.testing.assert_allclose(ev_brokerage(graph), [0, 0, 0, 9.5, 20, 9.5, 0, 0, 0])
    # Coefficient of e: (1/2) / (1/4 + 1/4) = 1; of d: (1/4) / (3 · 1/3 + 1/2) = 1/6.
    np.testing.assert_allclose(
        bridging(graph) * 28, [0, 0, 0, 15 / 6, 16, 15 / 6, 0, 0, 0], atol=1e-12
    )
    # Beyond their neighbours: e joins {a b c} and {g h i}; all pairs of d hold a neighbour of d.
    assert bridgeness(graph).tolist() == [0, 0, 0, 0, 9, 0, 0, 0, 0]


def test_the_centre_of_a_star_is_no_global_bridge():
    star = InteractionGraph.from_arcs([f"a{i}" for i in range(6)], [0] * 5, [1, 2, 3, 4, 5])
    assert bridgeness(star).tolist() == [0] * 6
    np.testing.assert_allclose(ev_brokerage(star), [(20 + 5) / 5, 0, 0, 0, 0, 0])


def test_isolated_accounts_are_between_no_one():
    graph = InteractionGraph.from_arcs(list("abcd"), [0, 1], [1, 2])
    assert ev_brokerage(graph)[3] == 0
    assert bridgeness(graph)[3] == 0
    assert np.isnan(bridging(graph)[3])


@given(graph=graphs())
def test_an_account_is_simplicial_when_no_path_needs_it(graph):
    converted, raw = undirected_betweenness(graph, normalized=False)
    assert len(converted) == graph.n
    simplicial = is_simplicial(graph.both.indptr, graph.both.indices)
    np.testing.assert_array_equal(simplicial, raw < 1e-9)


@every_bridge
def test_all_pivots_give_the_exact_bits(name, medium_graph):
    exact = MEASURES[name](medium_graph)
    assert exact.tobytes() == MEASURES[name](medium_graph, pivots=medium_graph.n, rng=3).tobytes()


@pytest.mark.compiled
@every_bridge
def test_sampling_is_right_on_average(name):
    graph = random_graph(80, 200, seed=6)
    exact = MEASURES[name](graph)
    runs = np.array([MEASURES[name](graph, pivots=12, rng=seed) for seed in range(500)])
    error = np.nan_to_num(runs.mean(axis=0) - exact)
    spread = np.nan_to_num(runs.std(axis=0)) / np.sqrt(len(runs))
    assert (np.abs(error) <= 4.5 * spread + 1e-9).all()


@every_bridge
def test_above_the_stated_size_it_samples_and_says_so(name, monkeypatch, medium_graph):
    monkeypatch.setattr(bridges, "EXACT_BETWEENNESS", 1000)
    monkeypatch.setattr(bridges, "BETWEENNESS_PIVOTS", 40)
    said, progress = [], []
    MEASURES[name](medium_graph, notice=said.append, progress=lambda *a: progress.append(a))
    (sentence,) = said
    assert name in sentence
    assert "from 40 of" in sentence
    assert progress[-1] == (40, 40)


@every_bridge
def test_bad_pivots_are_refused(name, medium_graph):
    with pytest.raises(UsageError, match="pivots must be 1 or more"):
        MEASURES[name](medium_graph, pivots=-3)
