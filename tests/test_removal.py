"""Removal: against brute-force deletion, and igraph's and networkx's articulation points."""

import igraph
import naive
import networkx as nx
import numpy as np
import pytest
from conftest import graphs, random_graph
from hypothesis import given

from keynodes import InteractionGraph
from keynodes.measures.removal import vitality_component, vitality_pairs


def build(n, arcs):
    tails, heads = zip(*arcs, strict=True) if arcs else ((), ())
    return InteractionGraph.from_arcs([f"a{i:06}" for i in range(n)], tails, heads)


def largest(graph):
    return max((len(c) for c in nx.connected_components(graph)), default=0)


def pairs(graph):
    return sum(len(c) * (len(c) - 1) // 2 for c in nx.connected_components(graph))


def without_each(graph, count):
    """`count` of the whole less `count` of what networkx leaves without each account."""
    whole = nx.Graph()
    whole.add_nodes_from(range(graph.n))
    whole.add_edges_from(zip(graph.tails.tolist(), graph.out.indices.tolist(), strict=True))
    losses = []
    for v in range(graph.n):
        rest = whole.copy()
        rest.remove_node(v)
        losses.append(count(whole) - count(rest))
    return losses


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("m", [60, 130, 400])
def test_deleting_each_account_with_networkx_gives_the_same(seed, m):
    graph = random_graph(120, m, seed=seed)
    np.testing.assert_array_equal(vitality_component(graph), without_each(graph, largest))
    np.testing.assert_array_equal(vitality_pairs(graph), without_each(graph, pairs))


@given(graph=graphs(max_accounts=16))
def test_never_below_what_the_account_itself_was_worth(graph):
    component, lost = vitality_component(graph), vitality_pairs(graph)
    assert (component >= 0).all()
    assert (lost >= np.diff(graph.both.indptr)).all()  # at least its own neighbours
    assert component.max(initial=0) <= graph.n


def test_on_a_chain_every_account_cuts_by_hand():
    chain = build(5, [(0, 1), (1, 2), (2, 3), (3, 4)])
    assert vitality_component(chain).tolist() == [1, 2, 3, 2, 1]
    assert vitality_pairs(chain).tolist() == [4, 7, 8, 7, 4]


def test_two_triangles_at_one_account_come_apart():
    """The bow tie: 10 pairs; without the knot 1 + 1 remain, without another account 6."""
    tie = build(5, [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 2)])
    assert vitality_component(tie).tolist() == [1, 1, 3, 1, 1]
    assert vitality_pairs(tie).tolist() == [4, 4, 8, 4, 4]


def test_a_cycle_has_no_weak_spot():
    ring = build(6, [(i, (i + 1) % 6) for i in range(6)])
    assert vitality_component(ring).tolist() == [1] * 6
    assert vitality_pairs(ring).tolist() == [5] * 6


def test_the_runner_up_takes_over():
    """A star of five beside a triangle: without its centre the triangle is the largest."""
    graph = build(8, [(0, 1), (0, 2), (0, 3), (0, 4), (5, 6), (6, 7), (7, 5)])
    assert vitality_component(graph).tolist() == [2, 1, 1, 1, 1, 0, 0, 0]
    assert vitality_pairs(graph).tolist() == [10, 4, 4, 4, 4, 2, 2, 2]


def test_of_two_equally_large_components_one_always_remains():
    graph = build(5, [(0, 1), (2, 3)])
    assert vitality_component(graph).tolist() == [0] * 5
    assert vitality_pairs(graph).tolist() == [1, 1, 1, 1, 0]


def test_a_lonely_account_is_all_there_is():
    assert vitality_component(build(1, [])).tolist() == [1]
    assert vitality_pairs(build(1, [])).tolist() == [0]


@pytest.mark.parametrize("arcs", [[(0, 1), (0, 2), (0, 3)], [(1, 0), (2, 0), (3, 0)]])
def test_direction_plays_no_part(arcs):
    assert vitality_component(build(4, arcs)).tolist() == [3, 1, 1, 1]
    assert vitality_pairs(build(4, arcs)).tolist() == [6, 3, 3, 3]


@pytest.mark.parametrize("seed", range(4))
def test_only_articulation_points_cost_more_than_themselves(seed):
    graph = random_graph(600, 900, seed=seed)
    size = np.zeros(graph.n, np.int64)
    peer = igraph.Graph(n=graph.n, edges=list(zip(graph.tails, graph.out.indices, strict=True)))
    for members in peer.connected_components():
        size[members] = len(members)
    cutting = np.flatnonzero(vitality_pairs(graph) > size - 1)
    assert cutting.tolist() == sorted(peer.articulation_points())
    undirected = nx.Graph(list(zip(graph.tails.tolist(), graph.out.indices.tolist(), strict=True)))
    assert cutting.tolist() == sorted(nx.articulation_points(undirected))


@pytest.mark.compiled
def test_a_path_of_200_000_accounts_needs_no_recursion():
    n = 200_000
    path = build(n, [(i, i + 1) for i in range(n - 1)])
    assert vitality_component(path)[n // 2] == n - max(n // 2, n - n // 2 - 1)
    middle = n // 2
    left = middle * (middle - 1) // 2 + (n - middle - 1) * (n - middle - 2) // 2
    assert vitality_pairs(path)[middle] == n * (n - 1) // 2 - left


def test_the_twins_delete_for_themselves():
    """The twin knows nothing of search trees: it is right on the bow tie counted by hand."""
    tie = build(5, [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 2)])
    assert naive.vitality_component(tie) == [1, 1, 3, 1, 1]
    assert naive.vitality_pairs(tie) == [4, 4, 8, 4, 4]
