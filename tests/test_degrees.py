import networkx as nx
import numpy as np
import pytest
from conftest import graphs, random_graph
from hypothesis import given

from keynodes import MEASURES, InteractionGraph

ORACLES = {
    "in_degree": lambda G: dict(G.in_degree()),
    "out_degree": lambda G: dict(G.out_degree()),
    "in_strength": lambda G: dict(G.in_degree(weight="weight")),
    "out_strength": lambda G: dict(G.out_degree(weight="weight")),
}


@pytest.mark.parametrize("name", ORACLES)
@given(graph=graphs(whole_weights=False))
def test_degrees_are_networkxs(name, graph):
    expected = ORACLES[name](graph.to_networkx())
    np.testing.assert_allclose(MEASURES[name](graph), [expected[a] for a in graph.accounts])


@given(graph=graphs())
def test_reciprocity_is_networkxs_share_of_arcs(graph):
    if not graph.m:
        return
    G = graph.to_networkx()
    expected = nx.reciprocity(G, [a for a in G if G.degree(a)])
    scores = dict(zip(graph.accounts, MEASURES["reciprocity"](graph), strict=True))
    for account, share in expected.items():
        assert scores[account] == pytest.approx(share)


def test_the_h_index_by_hand():
    # Heard 5, 4, 3, 1 times: three hearers at least three times each, not four at least four.
    graph = InteractionGraph.from_arcs("abcde", [0] * 4, [1, 2, 3, 4], [5, 4, 3, 1])
    assert MEASURES["h_index"](graph)[0] == 3


def test_the_h_index_stays_between_its_bounds():
    graph = random_graph(500, 6000)
    h = MEASURES["h_index"](graph)
    assert (h <= MEASURES["out_degree"](graph)).all()
    assert (h * h <= MEASURES["out_strength"](graph)).all()
