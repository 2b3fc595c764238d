"""Quality of communities against networkx, igraph and the naive twin, and cases done by hand."""

import math

import naive_communities
import networkx as nx
import numpy as np
import pytest
from conftest import graphs, random_graph
from hypothesis import given
from hypothesis import strategies as st
from naive_communities import partition_of

from keynodes import InteractionGraph
from keynodes.communities.quality import (
    community_summary,
    joined,
    separated,
    whole_quality,
)
from keynodes.errors import UsageError
from keynodes.results import Partition

COLUMNS = [
    "community",
    "size",
    "arcs",
    "inside_share",
    "insularity",
    "conductance",
    "stability",
    "leaders",
    "density",
    "modularity",
]


def weighted(**arcs):
    """A graph from arcs such as ab=2."""
    names = sorted(set("".join(arcs)))
    tails, heads = zip(*((names.index(u), names.index(v)) for u, v in arcs), strict=True)
    return InteractionGraph.from_arcs(names, tails, heads, list(arcs.values()))


def draw_labels(data, graph, least=-1):
    return data.draw(st.lists(st.integers(least, 3), min_size=graph.n, max_size=graph.n))


def test_the_summary_by_hand():
    """{a, b, c} hear 6 from inside and 2 from x; x and y hear 1 from inside and 3 from outside."""
    graph = weighted(ab=3, ac=2, ba=1, xa=2, cx=3, yx=1)
    partition = partition_of(graph, [0, 0, 0, 1, 1], np.array([1, 0.5, 0.75, 1, 0]))
    frame = community_summary(graph, partition)
    assert list(frame.columns) == COLUMNS
    first, second = frame.to_dict("records")
    assert first == {
        "community": "0",
        "size": 3,
        "arcs": 3,
        "inside_share": 6 / 11,
        "insularity": 6 / 8,
        "conductance": 5 / 7,
        "stability": 0.75,
        "leaders": "a | b",
        "density": 3 / 6,
        "modularity": pytest.approx(6 / 12 - (17 / 24) ** 2),
    }
    assert second == {
        "community": "1",
        "size": 2,
        "arcs": 1,
        "inside_share": 1 / 6,
        "insularity": 1 / 4,
        "conductance": 5 / 7,
        "stability": 0.5,
        "leaders": "y",
        "density": 1 / 2,
        "modularity": pytest.approx(1 / 12 - (7 / 24) ** 2),
    }


def test_insularity_is_of_what_is_heard_not_of_what_is_said():
    graph = weighted(ab=1, ba=1, ax=9)
    frame = community_summary(graph, partition_of(graph, [0, 0, 1]))
    assert frame["insularity"].tolist() == [1, 0]
    graph = weighted(ab=1, ba=1, xa=9)
    frame = community_summary(graph, partition_of(graph, [0, 0, 1]))
    assert frame["insularity"][0] == 2 / 11
    assert math.isnan(frame["insularity"][1])


def test_leaders_are_those_whom_members_hear_most_ties_by_id():
    """d is heard by many, but outside; b and c equally; the fifth is not named."""
    graph = weighted(ab=1, ba=3, ca=3, ea=4, db=1, dx=99, dy=99)
    frame = community_summary(graph, partition_of(graph, [0, 0, 0, 0, 0, 1, 2]))
    assert frame["leaders"][0] == "e | b | c"
    assert frame["leaders"].isna().tolist() == [False, True, True]


def test_accounts_without_a_community_are_outside():
    graph = weighted(ab=2, bc=1, ca=3, cd=5)
    frame = community_summary(graph, partition_of(graph, [0, 0, -1, -1]))
    assert len(frame) == 1
    assert frame.iloc[0][["size", "arcs"]].tolist() == [2, 1]
    assert frame["inside_share"][0] == 2 / 6
    assert frame["insularity"][0] == 2 / 5
    assert frame["conductance"][0] == 4 / 8
    found = whole_quality(graph, partition_of(graph, [0, 0, -1, -1]))
    assert found["unassigned"] == 2
    assert found["inside_share"] == 2 / 11
    assert found["modularity"] == pytest.approx(2 / 11 - (8 / 22) ** 2)


def test_where_there_is_nothing_to_take_a_share_of():
    graph = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0], [1], [0.1])
    frame = community_summary(graph, partition_of(graph, [0, 0, 1, 2]))
    assert frame["inside_share"].tolist()[0] == 1
    # All arcs are inside the first community: the rest of the graph has no volume.
    shares = frame[["inside_share", "insularity", "conductance", "density"]].to_numpy()
    assert np.isnan(shares[0]).tolist() == [False, False, True, False]
    assert np.isnan(shares[1:]).all()
    assert frame["modularity"].tolist() == [0, 0, 0]
    assert frame["stability"].isna().all()
    for n in (0, 2):
        graph = InteractionGraph.from_arcs([f"a{i}" for i in range(n)], [], [])
        partition = partition_of(graph, [0] * n)
        assert len(community_summary(graph, partition)) == min(n, 1)
        assert community_summary(graph, partition)["modularity"].isna().all()
        found = whole_quality(graph, partition)
        assert math.isnan(found["modularity"])
        assert math.isnan(found["insularity"])


def test_a_closed_community_has_conductance_0_whatever_the_weights():
    graph = weighted(ab=0.1, bc=0.7, xy=0.3, yz=1e-9)
    frame = community_summary(graph, partition_of(graph, [0, 0, 0, 1, 1, 1]))
    assert frame["conductance"].tolist() == [0, 0]
    assert frame["inside_share"].tolist() == [1, 1]


@given(graph=graphs(), data=st.data(), whole=st.booleans())
def test_any_communities_agree_with_the_naive_twin(graph, data, whole):
    if not whole:
        graph = InteractionGraph.from_arcs(
            graph.accounts, graph.tails, graph.out.indices, graph.out.weights * 0.1
        )
    partition = partition_of(graph, draw_labels(data, graph))
    frame = community_summary(graph, partition)
    rows = naive_communities.community_summary(graph, partition.labels.tolist())
    assert len(frame) == len(rows)
    for name in ("size", "arcs", "inside_share", "insularity", "density", "modularity"):
        np.testing.assert_allclose(frame[name], [row[name] for row in rows], rtol=1e-9, atol=1e-12)
    # Where the border is nothing, a volume that is nothing in exact sums need not be in the twin's.
    for mine, row in zip(frame["conductance"], rows, strict=True):
        assert mine == pytest.approx(row["conductance"], nan_ok=True) or (
            not whole and math.isnan(mine) and row["conductance"] == 0
        )
    for mine, row in zip(frame["leaders"], rows, strict=True):
        assert (separated(mine) if isinstance(mine, str) else []) == row["leaders"]


@given(graph=graphs(), data=st.data())
def test_conductance_and_modularity_are_those_of_networkx(graph, data):
    if not graph.m:
        return
    partition = partition_of(graph, draw_labels(data, graph, least=0))
    other = undirected(graph)
    frame = community_summary(graph, partition)
    communities = [set(graph.accounts[partition.labels == s]) for s in range(len(partition.names))]
    for members, mine in zip(communities, frame["conductance"], strict=True):
        try:
            expected = nx.algorithms.cuts.conductance(other, members, weight="weight")
        except ZeroDivisionError:
            expected = math.nan
        assert mine == pytest.approx(expected, nan_ok=True)
    expected = nx.community.modularity(other, communities)
    assert whole_quality(graph, partition)["modularity"] == pytest.approx(expected, abs=1e-12)
    assert frame["modularity"].sum() == pytest.approx(expected, abs=1e-12)


def undirected(graph):
    other = nx.Graph()
    other.add_nodes_from(graph.accounts)
    for u, v, weight in graph.to_networkx().edges(data="weight"):
        before = other.get_edge_data(u, v, {"weight": 0})["weight"]
        other.add_edge(u, v, weight=before + weight)
    return other


def test_modularity_is_that_of_igraph(medium_graph):
    partition = partition_of(medium_graph, np.arange(medium_graph.n) % 7)
    other = medium_graph.to_igraph().as_undirected(combine_edges="sum")
    expected = other.modularity(partition.labels.tolist(), weights="weight")
    assert whole_quality(medium_graph, partition)["modularity"] == pytest.approx(expected)


def test_the_whole_is_the_sum_of_its_parts():
    graph = random_graph(300, 3000)
    partition = partition_of(graph, np.arange(graph.n) % 5 - 1)
    frame, found = community_summary(graph, partition), whole_quality(graph, partition)
    labels, (_, heads, weights) = partition.labels, graph.out
    heard = np.array([weights[labels[heads] == s].sum() for s in range(4)])
    assert found["insularity"] == pytest.approx((frame["insularity"] * heard).sum() / heard.sum())
    inside = (labels[graph.tails] == labels[heads]) & (labels[heads] >= 0)
    assert found["inside_share"] == pytest.approx(weights[inside].sum() / weights.sum())
    assert found["communities"] == 4
    assert found["unassigned"] == 60
    assert found["largest_share"] == 60 / 300


@given(st.lists(st.text(min_size=0, max_size=8), min_size=1, max_size=4))
def test_any_names_are_joined_reversibly_on_one_safe_line(names):
    text = joined(names)
    assert separated(text) == names
    assert text.isprintable()


@pytest.mark.parametrize(
    "name", ["a | b", "|", " | ", "a\\x7cb", "\\", " a ", "x\x1b[31m", "\n", "\u202e", "=1+1"]
)
def test_leaders_with_hostile_names_come_back_exactly(name):
    graph = InteractionGraph.from_arcs([name, "plain"], [0, 1], [1, 0], [2, 1])
    frame = community_summary(graph, partition_of(graph, [0, 0]))
    assert separated(frame["leaders"][0]) == [name, "plain"]


def test_communities_that_came_with_names_keep_them():
    graph = weighted(ab=1, cd=1)
    partition = Partition(graph.accounts, np.array([0, 0, 1, 1]), names=("| red", "blue"))
    assert community_summary(graph, partition)["community"].tolist() == ["| red", "blue"]


@pytest.mark.parametrize("ask", [community_summary, whole_quality])
def test_communities_of_other_accounts_are_refused(ask, medium_graph):
    graph = weighted(ab=1)
    with pytest.raises(UsageError, match="these are communities of other accounts \\(2\\)"):
        ask(medium_graph, partition_of(graph, [0, 0]))
