"""What all network files share: how ids are spelled, which networks hold together, times."""

import math

import numpy as np
import pytest
from hostile_networks import HOSTILE, objects, pair, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from keynodes.errors import KeynodesError, ReadingError, UsageError
from keynodes.graph import written_time
from keynodes.interop.columns import time_column
from keynodes.interop.names import read_id, read_text, written_id, written_text
from keynodes.interop.networks import Network, own_columns


@settings(max_examples=200)
@given(texts)
def test_ids_and_texts_come_back(text):
    assert read_id(written_id(text)) == text
    assert read_text(written_text(text)) == text
    assert written_id(text).strip(" \t\n\r\x00") == written_id(text) != ""


@settings(max_examples=60)
@given(st.lists(st.text("\\x0a5c\n \ue000_", max_size=6), unique=True))
def test_different_ids_stay_different(ids):
    assert len({written_id(account) for account in ids}) == len(ids)


@pytest.mark.parametrize("account", ["ann", "Zoë", "李", "👍", "a b", "nul\x7f", "@x", "null"])
def test_ordinary_ids_are_left_alone(account):
    assert written_id(account) == account


@pytest.mark.parametrize("text", [r"\x61", r"\x0A", "\\", r"\xzz", r"\ud800", r"\U00110000"])
def test_a_spelling_that_is_not_ours_is_refused(text):
    with pytest.raises(ReadingError, match="the file was changed since"):
        read_id(text)


def test_columns_of_ones_own_go_by_names_that_are_no_looks():
    columns = own_columns({"x": 1, "Label": 2, "score": 3, "x_value": 4})
    assert columns == {"x_value": 1, "Label_value": 2, "score": 3, "x_value_2": 4}


@pytest.mark.parametrize("weight", [0.0, -1.0, np.nan, np.inf])
def test_a_weight_is_above_0(weight):
    with pytest.raises(KeynodesError, match=r"the arc a → b has the weight .*leave the arc out"):
        pair(arcs={"weight": np.array([weight])})


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"ids": objects(["a", "a"])}, "the id a stands twice"),
        ({"ids": objects(["a", 2])}, "the id 2 is no text"),
        ({"tails": np.array([2])}, "tails must be places in ids, from 0 to 1"),
        ({"heads": np.array([-1])}, "heads must be places"),
        ({"heads": np.array([0.0])}, "heads must be whole numbers, found float64"),
        ({"heads": np.array([0, 1])}, r"arcs: the column heads has the shape \(2,\), not \(1,\)"),
        ({"nodes": {"v": np.zeros(3)}}, r"nodes: the column v has the shape \(3,\), not \(2,\)"),
        ({"arcs": {"weight": objects(["1"])}}, "arcs: weight must be numbers, found object"),
        ({"arcs": {"first_time": objects(["1"])}}, "arcs: first_time must be numbers"),
    ],
)
def test_a_network_that_does_not_hold_together_is_refused(how, message):
    parts = {
        **{"ids": objects(["a", "b"]), "nodes": {}, "arcs": {}},
        **{"tails": np.array([0]), "heads": np.array([1])},
    }
    with pytest.raises(UsageError, match=message):
        Network(**(parts | how))


@given(st.lists(st.floats(-6.2e10, 2.5e11) | st.sampled_from([0.0, -1.5, np.nan]), max_size=5))
def test_times_are_those_of_the_graph(times):
    column = time_column("t", np.array(times, dtype=np.float64), "timestamp")
    for time, text in zip(times, column.texts(slice(None)), strict=True):
        if math.isnan(time):
            assert text is None
            continue
        # To the microsecond, where the graph says milliseconds.
        moment = np.datetime64(text.removesuffix("Z"), "us").astype(np.int64)
        assert moment == round(time * 1e6)
        if time.is_integer():
            assert text == written_time(time, "timestamp")


def test_hostile_ids_are_all_here():
    """The list that the other tests draw from covers what XML, Gephi and JavaScript stumble on."""
    escaped = {name for name in HOSTILE if written_id(name) != name}
    assert {"", " ", "\t", "a\x00b", "a\ufffe", "\\0", "__proto__"} <= escaped < set(HOSTILE)


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("parallel", [True, False])
def test_objects_of_networkx_and_igraph_hold_every_column(directed, parallel):
    tails, heads = [0, 2, 1], [1, 0, 0 if parallel else 2]
    if parallel and directed:
        tails, heads = [0, 2, 0], [1, 0, 1]
    network = Network(
        objects(["b", "a", "c"]),
        {"score": np.array([1.5, np.nan, 2.0]), "name": objects(["Bea", None, "null"])},
        np.array(tails),
        np.array(heads),
        {"weight": np.array([1.0, 2.0, 0.5]), "n_repost": np.array([1, 2, 3])},
        directed=directed,
    )
    made = network.to_networkx()
    assert (made.is_directed(), made.is_multigraph()) == (directed, parallel)
    assert list(made.nodes(data=True)) == [
        ("b", {"score": 1.5, "name": "Bea"}),
        ("a", {}),
        ("c", {"score": 2.0, "name": "null"}),
    ]
    found = [(*ends, *data.values()) for *ends, data in made.edges(data=True)]
    ids = network.ids.tolist()
    given = [
        (ids[tail], ids[head], *row)
        for tail, head, row in zip(tails, heads, [(1.0, 1), (2.0, 2), (0.5, 3)], strict=True)
    ]
    same = (lambda edge: edge) if directed else (lambda edge: (*sorted(edge[:2]), *edge[2:]))
    assert sorted(map(same, found)) == sorted(map(same, given))
    drawn = network.to_igraph()
    assert drawn.is_directed() is directed
    assert drawn.vs["name"] == ids
    assert drawn.vs["score"] == [1.5, None, 2.0]
    assert drawn.vs["name_value"] == ["Bea", None, "null"]
    assert drawn.es["n_repost"] == [1, 2, 3]
    if directed:
        assert drawn.get_edgelist() == list(zip(tails, heads, strict=True))
