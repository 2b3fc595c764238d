"""GraphML out: one type a column, every id back, and nothing that a reader stumbles over."""

import gzip
import math
import warnings

import gephi_rules
import graphology_reader
import igraph
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hostile_networks import HOSTILE, anything, networks, objects, pair
from hypothesis import given, settings
from hypothesis import strategies as st

from keynodes.errors import KeynodesError
from keynodes.interop.columns import ROWS
from keynodes.interop.graphml import write_graphml
from keynodes.interop.names import read_id, read_text
from keynodes.interop.networks import Network


@pytest.fixture
def path(tmp_path):
    return tmp_path / "graph.graphml"


def small(**how):
    """Three nodes and two arcs with all that a drawing needs."""
    return Network(
        **{
            "ids": objects(["ann", "bob\n", "12345678901234567890"]),
            "nodes": {
                "label": objects(["Ann", None, "\u202eeve"]),
                "x": np.array([0.1, 2.0, -3e300]),
                "y": np.array([0.0, 1.0, 2.0]),
                "size": np.array([4.0, 60.0, 10.5]),
                "color": objects(["#ff8000", "#00FF7f", None]),
                "score": np.array([0.1 + 0.2, np.nan, 1e-300]),
                "community": np.array([1, 0, 1]),
                "watch": np.array([True, False, True]),
                "role": objects(["hub", None, "a & b <c>"]),
            },
            "tails": np.array([0, 1], dtype=np.int32),
            "heads": np.array([1, 2], dtype=np.int32),
            "arcs": {
                "weight": np.array([1.0, 0.1]),
                "interaction": objects(["retweet", "reply, retweet"]),
                "n_retweet": np.array([1, 3]),
                "first_time": np.array([1341100972.5, np.nan]),
                "last_time": np.array([1341100973.0, np.nan]),
                "community": objects(["inside", None]),
            },
            "time_unit": "timestamp",
            "about": {"title": "Ann & <friends>", "file": "/data/\udcff.csv"},
            **how,
        }
    )


def read_nx(path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return nx.read_graphml(path, force_multigraph=True)


def read_igraph(path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return igraph.Graph.Read_GraphML(str(path))


def test_networkx_reads_what_was_written(path):
    report = write_graphml(small(), path)
    graph = read_nx(path)
    assert graph.is_directed()
    assert [read_id(node) for node in graph] == ["ann", "bob\n", "12345678901234567890"]
    assert graph.nodes["ann"] == {
        **{"label": "Ann", "x": 0.1, "y": 0.0, "size": 4.0, "r": 255, "g": 128, "b": 0},
        **{"color": "#ff8000", "score": 0.1 + 0.2, "community": 1, "watch": True, "role": "hub"},
    }
    # What is missing is not there, and a label is cleaned or made of the id.
    assert graph.nodes["bob\\x0a"]["label"] == "bob"
    assert not {"score", "role"} & graph.nodes["bob\\x0a"].keys()
    assert graph.nodes["12345678901234567890"]["label"] == "eve"
    assert not {"r", "g", "b", "color"} & graph.nodes["12345678901234567890"].keys()
    arcs = list(graph.edges(keys=True, data=True))
    assert arcs == [
        (
            *("ann", "bob\\x0a", "e0"),
            {
                **{"weight": 1.0, "interaction": "retweet", "n_retweet": 1},
                **{"first_time": "2012-07-01T00:02:52.500Z", "last_time": "2012-07-01T00:02:53Z"},
                "community": "inside",
            },
        ),
        (
            *("bob\\x0a", "12345678901234567890", "e1"),
            {"weight": 0.1, "interaction": "reply, retweet", "n_retweet": 3},
        ),
    ]
    assert type(graph.nodes["ann"]["community"]) is int
    assert (report.nodes, report.arcs) == (3, 2)
    assert report.notices() == [
        "ids that programs do not take as they are, written with a backslash: 1",
        "labels cleaned for the eye (ids are exact): 2",
    ]


def test_igraph_reads_what_was_written(path):
    write_graphml(small(), path)
    graph = read_igraph(path)
    assert graph.is_directed()
    assert [read_id(node) for node in graph.vs["id"]] == ["ann", "bob\n", "12345678901234567890"]
    assert graph.vs["x"] == [0.1, 2.0, -3e300]
    assert graph.vs["score"][0] == 0.1 + 0.2
    assert graph.vs["watch"] == [True, False, True]
    assert graph.vs["role"] == ["hub", "", "a & b <c>"]
    assert graph.get_edgelist() == [(0, 1), (1, 2)]
    assert graph.es["weight"] == [1.0, 0.1]
    assert graph.es["interaction"] == ["retweet", "reply, retweet"]
    assert graph.es["community"] == ["inside", ""]


def test_gephi_lite_reads_what_was_written(path):
    write_graphml(small(), path)
    graph = graphology_reader.read(path)
    assert (graph["type"], graph["multi"]) == ("directed", False)
    nodes = dict(graph["nodes"])
    assert [read_id(node) for node in nodes] == ["ann", "bob\n", "12345678901234567890"]
    assert nodes["ann"] == {
        **{"label": "Ann", "x": 0.1, "y": 0, "size": 4, "color": "#ff8000"},
        **{"score": 0.1 + 0.2, "community": 1, "watch": True, "role": "hub"},
    }
    assert graph["edges"][0][:3] == ["e0", "ann", "bob\\x0a"]
    assert graph["edges"][1][3] == {"weight": 0.1, "interaction": "reply, retweet", "n_retweet": 3}


def test_gephi_finds_no_fault(path):
    write_graphml(small(), path)
    assert gephi_rules.graphml_faults(path) == []


def test_a_key_of_nodes_and_of_edges_has_two_ids_and_one_name(path):
    write_graphml(pair(nodes={"weight": np.arange(2)}, arcs={"weight": np.array([2.0])}), path)
    text = path.read_text()
    assert '<key id="weight" for="node" attr.name="weight" attr.type="int"/>' in text
    assert '<key id="edge_weight" for="edge" attr.name="weight" attr.type="double"/>' in text
    assert gephi_rules.graphml_faults(path) == []
    assert read_igraph(path).es["weight"] == [2.0]


@settings(max_examples=60)
@given(networks())
def test_any_network_is_read_by_everyone(tmp_path, network):
    path = tmp_path / "graph.graphml"
    report = write_graphml(network, path)
    assert gephi_rules.graphml_faults(path) == []
    ids = network.ids.tolist()
    tails, heads = network.tails.tolist(), network.heads.tolist()

    graph = read_nx(path)
    assert [read_id(node) for node in graph] == ids
    assert graph.is_directed() == network.directed
    arcs = {key: (tail, head, data) for tail, head, key, data in graph.edges(keys=True, data=True)}
    assert len(arcs) == report.arcs == len(tails)
    for arc, (tail, head) in enumerate(zip(tails, heads, strict=True)):
        ends = [read_id(end) for end in arcs[f"e{arc}"][:2]]
        assert ends == [ids[tail], ids[head]] or sorted(ends) == sorted([ids[tail], ids[head]])
        if "weight" in network.arcs:
            assert arcs[f"e{arc}"][2]["weight"] == network.arcs["weight"][arc]
        if "interaction" in network.arcs:
            told = read_text(arcs[f"e{arc}"][2]["interaction"])
            assert told == network.arcs["interaction"][arc]

    if report.counts["too small"]:
        with pytest.raises(igraph.InternalError, match="Failed to parse real number"):
            read_igraph(path)
        return
    other = read_igraph(path)
    # igraph's parser leaves the & of an attribute as a reference, however it is written.
    assert [read_id(node.replace("&#38;", "&")) for node in other.vs["id"]] == ids
    ends = [edge if network.directed else sorted(edge) for edge in other.get_edgelist()]
    meant = zip(tails, heads, strict=True)
    assert ends == [edge if network.directed else sorted(edge) for edge in meant]
    if "weight" in network.arcs and tails:
        assert other.es["weight"] == network.arcs["weight"].tolist()


@settings(max_examples=30)
@given(networks())
def test_gephi_lite_opens_any_network(tmp_path, network):
    path = tmp_path / "graph.graphml"
    write_graphml(network, path)
    graph = graphology_reader.read(path)
    ids = network.ids.tolist()
    assert [read_id(node) for node, _ in graph["nodes"]] == ids
    assert len(graph["edges"]) == len(network.tails)
    for key, source, target, data in graph["edges"]:
        arc = int(key[1:])
        assert (read_id(source), read_id(target)) == (
            ids[network.tails[arc]],
            ids[network.heads[arc]],
        )
        if "weight" in network.arcs:
            assert data["weight"] == network.arcs["weight"][arc]


def test_all_hostile_names_at_once(path):
    n = len(HOSTILE)
    network = Network(
        ids=objects(HOSTILE),
        nodes={"said": objects(HOSTILE)},
        tails=np.arange(n),
        heads=(np.arange(n) + 1) % n,
        arcs={"interaction": objects(HOSTILE)},
    )
    write_graphml(network, path)
    assert gephi_rules.graphml_faults(path) == []
    other = read_nx(path)
    assert [read_id(node) for node in other] == HOSTILE
    assert [read_text(data["said"]) for _, data in other.nodes(data=True)] == HOSTILE
    graph = graphology_reader.read(path)
    assert [read_id(node) for node, _ in graph["nodes"]] == HOSTILE
    assert [read_text(data["said"]) for _, data in graph["nodes"]] == HOSTILE
    assert [read_text(data["interaction"]) for *_, data in graph["edges"]] == HOSTILE


def kind_of(path):
    """The type that the column v has in a file."""
    return path.read_text().split('attr.name="v" attr.type="')[1].split('"')[0]


@pytest.mark.parametrize(
    ("values", "kind", "read"),
    [
        ([None, 1.5], "double", [None, 1.5]),
        ([np.bool_(True), False], "boolean", [True, False]),
        ([np.str_("a"), "b"], "string", ["a", "b"]),
        ([np.nan, np.inf], "double", [None, math.inf]),
        ([-np.inf, -0.0], "double", [-math.inf, -0.0]),
        ([np.int64(3), 4], "int", [3, 4]),
        ([2**31, None], "long", [2**31, None]),
        ([2**53 + 1, -1], "string", [str(2**53 + 1), "-1"]),
        ([10**30, 1], "string", [str(10**30), "1"]),
        ([np.float64(0.1), np.float32(0.5)], "double", [0.1, 0.5]),
        ([1, 0.5], "double", [1.0, 0.5]),
        ([2**60, 0.5], "string", [str(2**60), "0.5"]),
        ([True, "yes"], "string", ["true", "yes"]),
        ([True, 2], "string", ["true", "2"]),
        ([pd.NA, pd.NaT], "string", [None, None]),
        (["a\x00\\b", "c\td"], "string", ["a\x00\\b", "c\td"]),
        (["", " \n"], "string", ["", " \n"]),
        (["null", "INFO_x"], "string", ["null", "INFO_x"]),
        (["]]>&\"'<", "\ufffe"], "string", ["]]>&\"'<", "\ufffe"]),
        (np.array([1, 2], np.uint64), "int", [1, 2]),
        (np.array([1, 2**64 - 1], np.uint64), "string", ["1", str(2**64 - 1)]),
        (np.array([True, False]), "boolean", [True, False]),
        (np.array(["a", "b"]), "string", ["a", "b"]),
        (np.array([0.1, np.nan], np.float32), "double", [float(np.float32(0.1)), None]),
    ],
)
def test_every_row_of_the_table_of_writers(path, values, kind, read):
    values = values if isinstance(values, np.ndarray) else objects(values)
    write_graphml(pair(nodes={"v": values}, arcs={"v": values[:1]}), path)
    assert kind_of(path) == kind
    found = [data.get("v") for _, data in read_nx(path).nodes(data=True)]
    found = [read_text(value) if isinstance(value, str) else value for value in found]
    assert found == read
    assert [type(value) for value in found] == [type(value) for value in read]
    assert [str(value) for value in found] == [str(value) for value in read]  # −0.0
    assert gephi_rules.graphml_faults(path) == []


@pytest.mark.parametrize(
    ("value", "found"), [([1], "list"), ({}, "dict"), (b"x", "bytes"), (1j, "complex")]
)
def test_what_is_neither_number_nor_text_is_an_error(path, value, found):
    with pytest.raises(KeynodesError, match=rf"nodes: the column v holds a {found}; .* as text"):
        write_graphml(pair(nodes={"v": objects([None, value])}), path)
    assert not path.exists()


def test_an_array_of_another_type_is_an_error(path):
    dates = np.array(["2020-01-01", "2020-01-02"], dtype="datetime64[s]")
    with pytest.raises(KeynodesError, match=r"column day holds a datetime64\[s\]"):
        write_graphml(pair(nodes={"day": dates}), path)


@pytest.mark.parametrize("where", ["id", "node", "arc"])
def test_half_a_character_is_an_error_and_leaves_the_file_as_it_was(path, where):
    path.write_text("before")
    bad = objects(["x\ud83d", "b"])
    network = {
        "id": lambda: Network(bad, {}, np.array([0]), np.array([1]), {}),
        "node": lambda: pair(nodes={"v": bad}),
        "arc": lambda: pair(arcs={"interaction": bad[:1]}),
    }[where]()
    with pytest.raises(KeynodesError, match=r"unpaired surrogate U\+D83D"):
        write_graphml(network, path)
    assert path.read_text() == "before"
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (np.array([2**60, 1]), True),
        (objects([2**60, None]), True),
        (objects([2**40, None]), False),
        (objects(["1", 2]), False),
        (objects([None, None]), False),
    ],
)
def test_whole_numbers_that_became_text_are_told(path, values, told):
    report = write_graphml(pair(nodes={"v": values}), path)
    assert report.notices() == (
        ["nodes: v is text: whole numbers above 2^53 lose digits"] if told else []
    )


def test_names_that_mean_something_else_are_kept_apart_and_told(path):
    nodes = {name: np.array([1, 2]) for name in ("Score", "score", "score_2", "SIZE", "r", "d3")}
    nodes["SCORE"] = np.array([True, False])
    nodes |= {"x": np.array([0.0, np.inf]), "size": objects(["big", "small"]), "\x00": np.zeros(2)}
    nodes |= {"color": objects(["red", "#fff"]), "y": np.zeros(2)}
    report = write_graphml(pair(nodes=nodes, arcs={"type": objects(["a"])}), path)
    assert gephi_rules.graphml_faults(path) == []
    assert report.renamed == {
        "nodes: score": "score_2",
        "nodes: score_2": "score_2_2",
        "nodes: SIZE": "SIZE_value",
        "nodes: r": "r_value",
        "nodes: d3": "d3_value",
        "nodes: SCORE": "SCORE_3",
        "nodes: x": "x_value",
        "nodes: size": "size_value_2",
        "nodes: \x00": "\\x00",
        "nodes: color": "color_value",
        "nodes: y": "y_value",
        "arcs: type": "type_value",
    }
    assert "arcs: type is called type_value in the file" in report.notices()[-1]
    assert read_nx(path).nodes["b"]["score_2_2"] == 2


def test_what_gephi_reads_otherwise_is_counted(path):
    told = objects(["INFO", "Null", "info", "null", "nullify", "INF"])
    network = Network(
        ids=objects(list("abcdef")),
        nodes={"v": told},
        tails=np.arange(3),
        heads=np.arange(3) + 1,
        arcs={"weight": np.array([1e-60, 1e-46, 1.0]), "v": told[:3]},
    )
    report = write_graphml(network, path)
    assert report.counts["INF"] + report.counts["null"] == gephi_rules.read_otherwise(
        [*told, *told[:3]]
    )
    assert [notice for notice in report.notices() if "Gephi" in notice] == [
        'texts "null", which Gephi takes for missing: 3',
        'texts with "INF", which Gephi shows as "Infinity": 3',
        "weights so small that Gephi reads 0 and removes the arcs: 2",
    ]
    assert sum("removes" in fault for fault in gephi_rules.graphml_faults(path)) == 2


def test_a_time_that_has_no_year_is_an_error(path):
    network = pair(arcs={"first_time": np.array([1e12])}, time_unit="timestamp")
    with pytest.raises(KeynodesError, match=r"first_time holds 1000000000000\.0, no time between"):
        write_graphml(network, path)


def test_plain_times_are_numbers(path):
    write_graphml(pair(arcs={"first_time": np.array([3.0])}, time_unit="number"), path)
    assert 'attr.name="first_time" attr.type="double"' in path.read_text()
    assert next(iter(read_nx(path).edges(data=True)))[2] == {"first_time": 3.0}


@pytest.mark.parametrize("number", [5e-324, -2e-308])
def test_numbers_that_igraph_refuses_are_told(path, number):
    report = write_graphml(pair(nodes={"v": np.array([number, 2.3e-308])}), path)
    assert report.notices() == ["numbers so small (below 2.2e-308) that igraph refuses the file: 1"]
    assert read_nx(path).nodes["a"]["v"] == number
    with pytest.raises(igraph.InternalError, match="Failed to parse real number"):
        read_igraph(path)


def test_more_rows_than_a_block_and_packed(tmp_path):
    n = 2 * ROWS + 3
    ids = objects([f"u{i}" for i in range(n)])
    values = np.random.default_rng(0).random(n)
    values[::7] = np.nan
    signs = np.where(np.arange(n) % 2, -0.0, 0.0)
    network = Network(
        ids=ids,
        nodes={
            "score": values,
            "sign": signs,
            "few": np.arange(n) % 3,
            "some": objects([None, "a"] * n)[:n],
        },
        tails=np.arange(n),
        heads=(np.arange(n) + 1) % n,
        arcs={"weight": np.arange(n) / 2 + 1},
        directed=False,
    )
    packed, plain = tmp_path / "graph.graphml.gz", tmp_path / "graph.graphml"
    calls = []
    write_graphml(network, packed, progress=lambda *call: calls.append(call))
    write_graphml(network, plain)
    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()
    assert calls[0] == ("nodes", ROWS, n)
    assert calls[-1] == ("arcs", n, n)
    graph = read_nx(packed)
    assert not graph.is_directed()
    assert list(graph) == ids.tolist()
    scores = [graph.nodes[i].get("score", np.nan) for i in ids]
    np.testing.assert_array_equal(scores, values)
    # Written once for many, yet zero below zero stays so.
    assert [math.copysign(1, graph.nodes[i]["sign"]) for i in ids[:4]] == [1, -1, 1, -1]
    assert [graph.nodes[i].get("some") for i in ids] == network.nodes["some"].tolist()
    weights = {key: data["weight"] for _, _, key, data in graph.edges(keys=True, data=True)}
    assert weights == {f"e{i}": w for i, w in enumerate(network.arcs["weight"])}
    again = tmp_path / "again.graphml.gz"
    write_graphml(network, again)
    assert again.read_bytes() == packed.read_bytes()


def test_an_empty_network(path):
    nothing = np.zeros(0, dtype=np.int64)
    write_graphml(Network(objects([]), {"score": nothing}, nothing, nothing, {}), path)
    assert gephi_rules.graphml_faults(path) == []
    assert len(read_nx(path)) == read_igraph(path).vcount() == 0


@given(st.lists(anything, min_size=2, max_size=2))
def test_a_column_of_anything_has_one_type(tmp_path, values):
    path = tmp_path / "graph.graphml"
    write_graphml(pair(nodes={"v": objects(values)}), path)
    assert gephi_rules.graphml_faults(path) == []
