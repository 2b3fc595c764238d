"""Cores and collective influence."""

import igraph
import naive
import networkx
import numpy as np
import pytest
from conftest import graphs, random_graph
from hypothesis import given

from keynodes import InteractionGraph
from keynodes.errors import UsageError
from keynodes.measures import cores
from keynodes.measures.cores import (
    collective_influence,
    coreness_in,
    coreness_out,
    coreness_total,
)

RANDOM = [random_graph(80, 400, seed=1), random_graph(300, 900, seed=2, hubs=1.0)]
RANDOM += [random_graph(400, 6000, seed=3), random_graph(200, 3000, seed=4, hubs=4.0)]


def arcs(n, *pairs):
    """A graph of n accounts a, b, c… from pairs such as "ab"."""
    place = [chr(ord("a") + i) for i in range(n)]
    tails, heads = ([place.index(pair[side]) for pair in pairs] for side in (0, 1))
    return InteractionGraph.from_arcs(place, tails, heads)


# --- coreness ---------------------------------------------------------------------------------


@pytest.mark.parametrize("graph", RANDOM)
@pytest.mark.parametrize(
    ("score", "mode"), [(coreness_in, "in"), (coreness_out, "out"), (coreness_total, "all")]
)
def test_coreness_agrees_with_igraph(graph, score, mode):
    arc_list = np.column_stack([graph.tails, graph.out.indices]).tolist()
    peer = igraph.Graph(graph.n, arc_list, directed=True)
    assert score(graph).tolist() == peer.coreness(mode=mode)


@pytest.mark.parametrize("graph", RANDOM)
def test_coreness_total_agrees_with_networkx(graph):
    expected = networkx.core_number(graph.to_networkx())
    assert coreness_total(graph).tolist() == [expected[account] for account in graph.accounts]


def test_a_celebrity_outside_every_group_has_no_core():
    """a is heard by four who are heard by nobody; b, c, d hear one another."""
    graph = arcs(8, "ae", "af", "ag", "ah", "bc", "cb", "cd", "dc", "db", "bd")
    assert coreness_out(graph).tolist() == [0, 2, 2, 2, 0, 0, 0, 0]


def test_whoever_only_hears_a_core_is_in_it_by_in_degree():
    graph = arcs(4, "ab", "ba", "ac", "bc", "bd")
    assert coreness_in(graph).tolist() == [1, 1, 1, 1]
    graph = arcs(4, "ab", "bc", "ca", "ac", "ba", "cb", "ad", "bd")
    assert coreness_in(graph).tolist() == [2, 2, 2, 2]
    assert coreness_out(graph).tolist() == [2, 2, 2, 0]


def test_in_a_chain_nobody_has_a_core_by_one_direction():
    graph = arcs(4, "ab", "bc", "cd")
    assert coreness_in(graph).tolist() == coreness_out(graph).tolist() == [0, 0, 0, 0]
    assert coreness_total(graph).tolist() == [1, 1, 1, 1]


def test_two_who_hear_each_other_have_two_arcs():
    assert coreness_total(arcs(3, "ab", "ba", "bc")).tolist() == [2, 2, 1]


@given(graph=graphs())
def test_peeling_in_many_small_calls_is_the_same(graph):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cores, "PEELED", 1)
        small = [score(graph) for score in (coreness_in, coreness_out, coreness_total)]
    for scores, score in zip(small, (coreness_in, coreness_out, coreness_total), strict=True):
        np.testing.assert_array_equal(scores, score(graph))


# --- collective influence ---------------------------------------------------------------------


def test_collective_influence_by_hand():
    """Two hubs of three leaves each, joined by a go-between."""
    graph = arcs(9, "ab", "ac", "ad", "ae", "ef", "fg", "fh", "fi")
    # a and f have degree 4, e has 2: at distance 1 a sees e alone with something to spare.
    assert collective_influence(graph).tolist() == [3, 0, 0, 0, 6, 3, 0, 0, 0]
    assert collective_influence(graph, radius=2).tolist() == [9, 0, 0, 0, 0, 9, 0, 0, 0]


@given(graph=graphs())
def test_radius_2_agrees_with_the_twin(graph):
    expected = naive.collective_influence(graph, radius=2)
    np.testing.assert_array_equal(collective_influence(graph, radius=2), expected)


@pytest.mark.parametrize("graph", RANDOM)
@pytest.mark.parametrize("radius", [1, 2])
def test_collective_influence_agrees_with_distances_of_networkx(graph, radius):
    peer = graph.to_networkx().to_undirected()
    expected = []
    for account in graph.accounts:
        away = networkx.single_source_shortest_path_length(peer, account, cutoff=radius)
        rim = sum(peer.degree(other) - 1 for other, steps in away.items() if steps == radius)
        expected.append((peer.degree(account) - 1) * rim)
    assert collective_influence(graph, radius=radius).tolist() == expected


@pytest.mark.parametrize("threads", ["1", "3"])
def test_radius_2_in_blocks_on_threads_is_the_same(threads, monkeypatch):
    expected = collective_influence(RANDOM[2], radius=2)
    monkeypatch.setenv("KEYNODES_THREADS", threads)
    monkeypatch.setattr(cores, "TWO_PATHS", 5000)
    seen = []
    scores = collective_influence(RANDOM[2], radius=2, progress=lambda *at: seen.append(at))
    assert scores.tobytes() == expected.tobytes()
    assert len(seen) > 10
    assert seen[-1][0] == seen[-1][1]


def test_too_many_two_paths_fall_back_to_radius_1_for_everybody_and_say_so():
    graph = RANDOM[0]
    needed = int((np.diff(graph.both.indptr) ** 2).sum())
    said = []
    scores = collective_influence(graph, radius=2, two_paths=needed - 1, notice=said.append)
    np.testing.assert_array_equal(scores, collective_influence(graph))
    assert said == [
        f"collective_influence: radius 2 would look at {needed:,} two-paths, more than "
        f"two_paths={needed - 1:,}; these are the scores of radius 1"
    ]
    said.clear()
    scores = collective_influence(graph, radius=2, two_paths=needed, notice=said.append)
    assert said == []
    assert not np.array_equal(scores, collective_influence(graph))


def test_without_a_notice_the_fall_back_is_a_warning():
    with pytest.warns(UserWarning, match="these are the scores of radius 1"):
        collective_influence(RANDOM[0], radius=2, two_paths=10)


@pytest.mark.compiled
def test_a_hub_of_300_000_falls_back(star):
    said = []
    assert collective_influence(star, radius=2, notice=said.append).max() == 0
    assert len(said) == 1


@pytest.mark.parametrize("radius", [0, 3, -1])
def test_other_radii_are_errors(radius):
    with pytest.raises(UsageError, match=f"radius must be 1 or 2, got {radius}"):
        collective_influence(RANDOM[0], radius=radius)


def test_a_negative_cap_is_an_error():
    with pytest.raises(UsageError, match="two_paths must be 0 or more"):
        collective_influence(RANDOM[0], two_paths=-1)
