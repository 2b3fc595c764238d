import numpy as np
import pandas as pd
import pytest
from conftest import graphs, random_graph
from hypothesis import given

from keynodes import InteractionGraph, build_graph, read_interactions
from keynodes.errors import UsageError
from keynodes.thinning import without_accounts, without_records


@given(graphs())
def test_nothing_missing_changes_nothing(graph):
    thinned = without_records(graph, 0.0, rng=1)
    for one, other in zip(graph.out, thinned.out, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_right_share_of_records_goes():
    graph = random_graph(2000, 40_000)
    thinned = without_records(graph, 0.1, rng=3)
    assert thinned.n == graph.n
    assert thinned.out.weights.sum() == pytest.approx(0.9 * graph.out.weights.sum(), rel=0.01)
    np.testing.assert_array_equal(thinned.out.weights, thinned.counts)
    whole = dict(zip(zip(graph.tails.tolist(), graph.out.indices.tolist(), strict=True),
                     graph.out.weights, strict=True))  # fmt: skip
    for arc in zip(thinned.tails.tolist(), thinned.out.indices.tolist(), thinned.out.weights,
                   strict=True):  # fmt: skip
        assert arc[2] <= whole[arc[:2]]


def test_arcs_go_whole_when_weights_are_no_counts():
    graph = InteractionGraph.from_arcs(
        [f"a{i:03}" for i in range(400)], range(399), range(1, 400), [0.25 + i for i in range(399)]
    )
    thinned = without_records(graph, 0.3, rng=0)
    assert set(thinned.out.weights) < set(graph.out.weights)
    assert 220 < thinned.m < 340


@pytest.mark.parametrize("weight", [1, 3, 0.5])
def test_an_undirected_record_goes_from_both_its_arcs_or_from_neither(weight):
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(rng.integers(0, 60, (900, 2)).astype(str), columns=["source", "target"])
    graph = build_graph(read_interactions(frame.assign(weight=weight), flow="both"))
    assert graph.describe()["reciprocity"] == 1.0
    thinned = without_records(graph, 0.4, rng=1)
    assert thinned.m < graph.m
    matrix = thinned.to_scipy()
    assert (matrix != matrix.T).nnz == 0
    assert thinned.records == pytest.approx(0.6 * graph.records, rel=0.1)


def test_one_way_and_both_ways_thin_apart():
    frame = pd.DataFrame({"source": ["a", "a"], "target": ["b", "b"], "relation": ["x", "y"],
                          "weight": [1000, 500]})  # fmt: skip
    graph = build_graph(read_interactions(frame, flow=["x=both", "y=forth"]))
    thinned = without_records(graph, 0.5, rng=0)
    forth, back = thinned.out.weights
    assert 430 < back < 570
    assert 200 < forth - back < 300


def test_missing_accounts_take_their_arcs_along():
    graph = random_graph(500, 4000)
    thinned, present = without_accounts(graph, 0.2, rng=0)
    assert 360 < len(present) < 440
    expected = graph.subgraph(graph.accounts[present])
    np.testing.assert_array_equal(thinned.accounts, expected.accounts)
    for one, other in zip(expected.out, thinned.out, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("missing", [-0.1, 1.0, float("nan")])
def test_an_impossible_share_is_refused(missing):
    graph = random_graph(10, 20)
    with pytest.raises(UsageError, match="missing share"):
        without_records(graph, missing, rng=0)
    with pytest.raises(UsageError, match="missing share"):
        without_accounts(graph, missing, rng=0)
