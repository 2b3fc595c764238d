"""Structural holes against networkx and igraph, the papers' examples, and sums done by hand."""

import networkx as nx
import numpy as np
import pytest
from conftest import graphs, random_graph
from hypothesis import given

from keynodes import MEASURES, InteractionGraph
from keynodes.measures import holes
from keynodes.measures.holes import constraint, effective_size, efficiency, hierarchy

HOLES = (effective_size, efficiency, constraint, hierarchy)

# Borgatti 1997, figure 1; the weights are those of the tests of networkx, checked with UCINET.
BORGATTI = {
    "AB": 2, "AF": 3, "AG": 5, "AE": 2, "EG": 8, "FG": 3, "BG": 4, "BD": 1, "DG": 3, "GC": 10,
}  # fmt: skip


def graph_of(ties):
    """A graph from {"uv": weight}: an arc u → v for each."""
    names = sorted(set("".join(ties)))
    tails, heads = zip(*[(names.index(u), names.index(v)) for u, v in ties], strict=True)
    return InteractionGraph.from_arcs(names, tails, heads, list(ties.values()))


def by_account(graph, scores):
    return dict(zip(graph.accounts, scores.tolist(), strict=True))


weighted_graphs = pytest.mark.parametrize(
    "graph",
    [random_graph(30, 90, 1), random_graph(80, 700, 2), random_graph(120, 400, 3, hubs=4.0)],
    ids=["loose", "dense", "hubs"],
)


@weighted_graphs
def test_effective_size_and_efficiency_are_those_of_networkx(graph):
    """By the loops of networkx: its matrix path (without `nodes`) takes the wrong maximum."""
    other = graph.to_networkx()
    sizes = nx.effective_size(other, nodes=list(other), weight="weight")
    heard = np.diff(graph.out.indptr) > 0  # the loops pass over whom nobody hears
    expected = np.array([sizes[account] for account in graph.accounts])[heard]
    np.testing.assert_allclose(effective_size(graph)[heard], expected, rtol=1e-9)
    degrees = np.diff(graph.both.indptr)[heard]
    np.testing.assert_allclose(efficiency(graph)[heard], expected / degrees, rtol=1e-9)


@weighted_graphs
def test_effective_size_is_that_of_networkx_on_the_undirected_view(graph):
    tails = np.repeat(np.arange(graph.n), np.diff(graph.both.indptr))
    both = nx.Graph()
    both.add_nodes_from(range(graph.n))
    both.add_weighted_edges_from(
        zip(tails.tolist(), graph.both.indices.tolist(), graph.both.weights.tolist(), strict=True)
    )
    sizes = nx.effective_size(both, nodes=list(both), weight="weight")
    np.testing.assert_allclose(effective_size(graph), [sizes[u] for u in range(graph.n)], rtol=1e-9)


@weighted_graphs
def test_constraint_is_that_of_networkx_and_igraph(graph):
    expected = nx.constraint(graph.to_networkx(), weight="weight")
    np.testing.assert_allclose(
        constraint(graph), [expected[account] for account in graph.accounts], rtol=1e-9
    )
    np.testing.assert_allclose(
        constraint(graph), graph.to_igraph().constraint(weights="weight"), rtol=1e-9
    )


@weighted_graphs
def test_hierarchy_is_the_theil_index_of_the_local_constraints_of_networkx(graph):
    other = graph.to_networkx()
    scores = hierarchy(graph)
    for u, account in list(enumerate(graph.accounts))[:25]:
        neighbours = set(nx.all_neighbors(other, account))
        if len(neighbours) < 2:
            continue
        local = np.array([nx.local_constraint(other, account, v, "weight") for v in neighbours])
        ratio = local / local.mean()
        theil = (ratio * np.log(ratio)).mean() / np.log(len(ratio))
        assert scores[u] == pytest.approx(theil, rel=1e-9, abs=1e-12)


def test_the_example_of_borgatti():
    graph = graph_of(dict.fromkeys(BORGATTI, 1))
    sizes = by_account(graph, effective_size(graph))
    assert sizes["G"] == pytest.approx(6 - 2 * 4 / 6)  # 4.67 in the paper
    assert sizes["A"] == pytest.approx(4 - 2 * 3 / 4)  # 2.50
    assert sizes["C"] == pytest.approx(1)
    assert by_account(graph, efficiency(graph))["G"] == pytest.approx(0.778, abs=1e-3)
    constraints = by_account(graph, constraint(graph))
    assert constraints["G"] == pytest.approx(0.400, abs=1e-3)
    assert constraints["A"] == pytest.approx(0.595, abs=1e-3)
    assert constraints["C"] == pytest.approx(1)


def test_the_example_of_borgatti_with_weights():
    graph = graph_of(BORGATTI)
    sizes, constraints = effective_size(graph), constraint(graph)
    assert by_account(graph, sizes)["G"] == pytest.approx(5.47, abs=1e-2)
    assert by_account(graph, sizes)["A"] == pytest.approx(2.47, abs=1e-2)
    assert by_account(graph, constraints)["G"] == pytest.approx(0.299, abs=1e-3)
    assert by_account(graph, constraints)["A"] == pytest.approx(0.795, abs=1e-3)


def test_a_line_a_triangle_and_a_star_by_hand():
    line = graph_of({"ab": 1, "bc": 1})
    np.testing.assert_allclose(effective_size(line), [1, 2, 1])
    np.testing.assert_allclose(efficiency(line), [1, 1, 1])
    np.testing.assert_allclose(constraint(line), [1, 1 / 2, 1])
    np.testing.assert_allclose(hierarchy(line), [1, 0, 1])
    triangle = graph_of({"ab": 1, "bc": 1, "ca": 1})
    np.testing.assert_allclose(effective_size(triangle), 1)
    np.testing.assert_allclose(constraint(triangle), 2 * (1 / 2 + 1 / 4) ** 2)
    np.testing.assert_allclose(hierarchy(triangle), 0, atol=1e-15)
    star = graph_of({"ab": 1, "ac": 1, "ad": 1, "ae": 1})
    np.testing.assert_allclose(effective_size(star), [4, 1, 1, 1, 1])
    np.testing.assert_allclose(constraint(star), [1 / 4, 1, 1, 1, 1])
    np.testing.assert_allclose(hierarchy(star), [0, 1, 1, 1, 1], atol=1e-15)


def test_a_weighted_triangle_by_hand():
    """Ties ab 3 (as 1 + 2), ac 1, bc 1."""
    graph = graph_of({"ab": 1, "ba": 2, "ac": 1, "bc": 1})
    # a: b is heard by c 1 of its heaviest 3, and c is on b as much as on a.
    redundant_b, redundant_c = 1 / 4 * 1 / 3, 3 / 4 * 1 / 1
    assert effective_size(graph)[0] == pytest.approx(2 - redundant_b - redundant_c)
    from_b, from_c = (3 / 4 + 1 / 4 * 1 / 2) ** 2, (1 / 4 + 3 / 4 * 1 / 4) ** 2
    assert constraint(graph)[0] == pytest.approx(from_b + from_c)
    ratio = np.array([from_b, from_c]) / ((from_b + from_c) / 2)
    assert hierarchy(graph)[0] == pytest.approx((ratio @ np.log(ratio)) / (2 * np.log(2)))


@pytest.mark.parametrize("score", HOLES)
def test_the_way_arcs_point_does_not_matter(score):
    out_star = graph_of({"ab": 1, "ac": 2, "bc": 3})
    in_star = graph_of({"ba": 1, "ca": 2, "cb": 3})
    np.testing.assert_array_equal(score(out_star), score(in_star))


@pytest.mark.parametrize("score", HOLES)
def test_an_account_without_neighbours_has_no_number(score):
    graph = InteractionGraph.from_arcs(["a", "b", "loner"], [0], [1])
    np.testing.assert_array_equal(np.isnan(score(graph)), [False, False, True])


@given(graph=graphs())
def test_numbers_stay_in_their_ranges(graph):
    neighbours = np.diff(graph.both.indptr)
    some = neighbours > 0
    slack = 1 + 1e-12
    assert (effective_size(graph)[some] <= neighbours[some] * slack).all()
    assert (efficiency(graph)[some] > 0).all()
    assert (constraint(graph)[some] >= 1 / neighbours[some] / slack).all()
    assert (hierarchy(graph)[some] >= 0).all()
    assert (hierarchy(graph)[some] <= slack).all()


@given(graph=graphs())
def test_without_weights_effective_size_is_the_formula_of_borgatti(graph):
    tails, heads = graph.tails, graph.out.indices
    forth = tails < heads
    graph = InteractionGraph.from_arcs(graph.accounts, tails[forth], heads[forth])
    plain = graph.to_networkx().to_undirected()
    for account, size in by_account(graph, effective_size(graph)).items():
        n = plain.degree(account)
        if n:
            t = plain.subgraph(plain[account]).size()
            assert size == pytest.approx(n - 2 * t / n)


@pytest.mark.parametrize("score", HOLES)
@pytest.mark.parametrize("factor", [1e300, 1e-300, 3.7])
def test_the_unit_of_the_weights_does_not_matter(score, factor):
    graph = random_graph(60, 300)
    scaled = InteractionGraph.from_arcs(
        graph.accounts, graph.tails, graph.out.indices, graph.out.weights * factor
    )
    np.testing.assert_allclose(score(scaled), score(graph), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("score", HOLES)
def test_work_in_many_blocks_gives_the_same_bits_and_shows_progress(
    score, medium_graph, monkeypatch
):
    whole = score(medium_graph)
    seen = []
    monkeypatch.setattr(holes, "_STEPS", 1)
    blocks = score(medium_graph, progress=lambda done, total: seen.append((done, total)))
    assert whole.tobytes() == blocks.tobytes()
    assert len(seen) > 3
    assert seen[-1] == (len(seen), len(seen))


@pytest.mark.compiled
def test_two_hubs_with_100_000_shared_neighbours():
    """Two hubs that hear each other too: every leaf closes a triangle."""
    leaves = np.arange(2, 100_002)
    n = len(leaves)
    names = [f"a{i:06}" for i in range(n + 2)]
    tails = np.concatenate([[0], np.zeros(n, int), np.ones(n, int)])
    graph = InteractionGraph.from_arcs(names, tails, np.concatenate([[1], leaves, leaves]))
    sizes = effective_size(graph)
    # A hub has n + 1 neighbours, and n ties among them; a leaf has two, tied.
    np.testing.assert_allclose(sizes[:2], n + 1 - 2 * n / (n + 1))
    np.testing.assert_allclose(sizes[2:], 1)
    p = 1 / (n + 1)
    from_hub, from_leaf = (p + n * p / 2) ** 2, (p + p * p) ** 2
    np.testing.assert_allclose(constraint(graph)[:2], from_hub + n * from_leaf)
    np.testing.assert_allclose(constraint(graph)[2:], 2 * (1 / 2 + p / 2) ** 2)


def test_which_end_is_key():
    assert {name: MEASURES[name].key for name in (score.__name__ for score in HOLES)} == {
        "effective_size": "high",
        "efficiency": "high",
        "constraint": "low",
        "hierarchy": "none",
    }
