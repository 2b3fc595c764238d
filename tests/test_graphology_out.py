"""graphology's JSON and the two tables of a spreadsheet."""

import csv
import json

import gephi_rules
import graphology_reader
import numpy as np
import pandas as pd
import pytest
from hostile_networks import HOSTILE, networks, objects, pair
from hypothesis import given, settings

from keynodes.errors import KeynodesError, UsageError
from keynodes.interop.graphology import has_parallel_arcs, write_graphology
from keynodes.interop.names import object_id, read_id
from keynodes.interop.networks import Network
from keynodes.interop.spreadsheets import write_spreadsheets


def small(**how):
    return Network(
        **{
            "ids": objects(["ann", "bob\n\\x", "=eve"]),
            "nodes": {
                "x": np.array([0.1, 2.0, 3.0]),
                "y": np.array([0.0, 1.0, 2.0]),
                "color": objects(["#ff8000", None, "#000000"]),
                "score": np.array([0.1 + 0.2, np.nan, np.inf]),
                "seen": np.array([1, 2, 2**60]),
                "role": objects(["@hub", 'a "b", c', None]),
            },
            "tails": np.array([0, 1], dtype=np.int32),
            "heads": np.array([1, 2], dtype=np.int32),
            "arcs": {
                "weight": np.array([1.0, 0.1]),
                "interaction": objects(["retweet", None]),
                "first_time": np.array([1341100972.5, np.nan]),
            },
            "time_unit": "timestamp",
            "about": {"title": "\udcff", "creator": "somebody"},
            **how,
        }
    )


def test_graphology_reads_what_was_written(tmp_path):
    path = tmp_path / "graph.json"
    report = write_graphology(small(), path)
    graph = graphology_reader.read(path)
    assert (graph["type"], graph["multi"]) == ("directed", False)
    assert graph["attributes"] == {"title": "\\udcff", "creator": "keynodes"}
    assert graph["nodes"] == [
        [
            "ann",
            {
                **{"label": "ann", "x": 0.1, "y": 0, "color": "#ff8000", "score": 0.1 + 0.2},
                **{"seen": "1", "role": "@hub"},
            },
        ],
        ["bob\n\\x", {"label": "bob \\x", "x": 2, "y": 1, "seen": "2", "role": 'a "b", c'}],
        ["=eve", {"label": "=eve", "x": 3, "y": 2, "color": "#000000", "seen": str(2**60)}],
    ]
    assert graph["edges"] == [
        [
            *("e0", "ann", "bob\n\\x"),
            {"weight": 1, "first_time": "2012-07-01T00:02:52.500Z", "interaction": "retweet"},
        ],
        ["e1", "bob\n\\x", "=eve", {"weight": 0.1}],
    ]
    assert report.notices() == [
        "nodes: seen is text: whole numbers above 2^53 lose digits",
        "labels cleaned for the eye (ids are exact): 1",
        "infinite values left out, which JSON has no word for: 1",
    ]


@settings(max_examples=40)
@given(networks())
def test_graphology_reads_any_network(tmp_path, network):
    path = tmp_path / "graph.json"
    write_graphology(network, path)
    json.loads(path.read_text(encoding="ascii"), parse_constant=pytest.fail)
    graph = graphology_reader.read(path)
    ids = [object_id(account) for account in network.ids.tolist()]
    assert [node for node, _ in graph["nodes"]] == ids
    assert graph["type"] == ("directed" if network.directed else "undirected")
    edges = {key: ends for key, *ends in graph["edges"]}
    assert len(edges) == len(network.tails)
    for arc, (tail, head) in enumerate(zip(network.tails, network.heads, strict=True)):
        source, target, data = edges[f"e{arc}"]
        assert (source, target) == (ids[tail], ids[head])
        if "weight" in network.arcs:
            assert data["weight"] == network.arcs["weight"][arc]
        if "interaction" in network.arcs:
            assert data["interaction"] == network.arcs["interaction"][arc]


def test_an_id_is_changed_only_where_javascript_needs_it():
    changed = {name for name in HOSTILE if object_id(name) != name}
    assert changed == {"__proto__", "constructor", "hasOwnProperty", "\\valueOf"}
    assert len({object_id("\\" * n + "valueOf") for n in range(4)}) == 4


@pytest.mark.parametrize(
    ("tails", "heads", "directed", "parallel"),
    [
        ([], [], True, False),
        ([0, 0, 1], [0, 1, 0], True, False),
        ([0, 1, 0], [1, 0, 1], True, True),
        ([0, 0], [1, 1], True, True),
        ([0, 1], [1, 0], False, True),
        ([0, 1], [0, 1], False, False),
    ],
)
def test_parallel_arcs(monkeypatch, tails, heads, directed, parallel):
    ids = objects(["a", "b"])
    network = Network(ids, {}, np.array(tails, int), np.array(heads, int), {}, directed=directed)
    assert has_parallel_arcs(network) == parallel
    # Also where a block ends between the two.
    monkeypatch.setattr("keynodes.interop.graphology.ORDER", 1)
    assert has_parallel_arcs(network) == parallel


def test_arcs_without_columns_and_no_arcs_at_all(tmp_path):
    path = tmp_path / "graph.json"
    write_graphology(pair(directed=False), path)
    assert graphology_reader.read(path)["edges"] == [["e0", "a", "b", {}]]
    nothing = np.zeros(0, dtype=np.int64)
    write_graphology(Network(objects([]), {}, nothing, nothing, {}), path)
    assert graphology_reader.read(path)["nodes"] == []


@pytest.mark.parametrize("where", ["id", "node"])
def test_half_a_character_is_an_error(tmp_path, where):
    bad = objects(["x\ud83d", "b"])
    network = pair(nodes={"v": bad})
    if where == "id":
        network = Network(bad, {}, np.array([0]), np.array([1]), {})
    with pytest.raises(KeynodesError, match="unpaired surrogate"):
        write_graphology(network, tmp_path / "graph.json")
    with pytest.raises(KeynodesError, match="unpaired surrogate"):
        write_spreadsheets(network, tmp_path / "nodes.csv", tmp_path / "edges.csv")
    assert list(tmp_path.iterdir()) == []


def test_spreadsheets(tmp_path):
    nodes, edges = tmp_path / "nodes.csv", tmp_path / "edges.csv"
    write_spreadsheets(small(), nodes, edges)
    assert gephi_rules.spreadsheet_faults(nodes, edges) == []
    assert nodes.read_text() == (
        "Id,Label,x,y,color,score,seen,role\n"
        'ann,ann,0.1,0.0,"#ff8000",0.30000000000000004,1,@hub\n'
        'bob\\x0a\\x5cx,bob \\x5cx,2.0,1.0,,,2,"a ""b"", c"\n'
        '=eve,=eve,3.0,2.0,"#000000",Infinity,1152921504606846976,\n'
    )
    assert edges.read_text() == (
        "Source,Target,Type,Id,Weight,first_time,interaction\n"
        "ann,bob\\x0a\\x5cx,Directed,e0,1.0,2012-07-01T00:02:52.500Z,retweet\n"
        "bob\\x0a\\x5cx,=eve,Directed,e1,0.1,,\n"
    )


def test_spreadsheets_without_formulas(tmp_path):
    nodes, edges = tmp_path / "nodes.csv", tmp_path / "edges.csv"
    write_spreadsheets(small(), nodes, edges, spreadsheet_safe=True)
    assert gephi_rules.spreadsheet_faults(nodes, edges) == []
    frame = pd.read_csv(nodes, dtype=str)
    assert frame["Id"].tolist()[2] == "'=eve"
    assert frame["role"].tolist()[0] == "'@hub"
    assert pd.read_csv(edges)["Target"].tolist()[1] == "'=eve"


def test_spreadsheets_of_all_hostile_names_at_once(tmp_path):
    nodes, edges = tmp_path / "nodes.csv", tmp_path / "edges.csv"
    ids = objects(HOSTILE)
    places = np.arange(len(ids))
    write_spreadsheets(Network(ids, {"said": ids}, places, places, {"said": ids}), nodes, edges)
    assert gephi_rules.spreadsheet_faults(nodes, edges) == []


@settings(max_examples=60)
@given(networks())
def test_spreadsheets_of_any_network(tmp_path, network):
    nodes, edges = tmp_path / "nodes.csv", tmp_path / "edges.csv"
    write_spreadsheets(network, nodes, edges)
    assert gephi_rules.spreadsheet_faults(nodes, edges) == []
    with open(nodes, encoding="utf-8", newline="") as stream:
        ids = [row["Id"] for row in csv.DictReader(stream)]
    # A backslash is never doubled here: to Gephi, two would be one.
    assert [read_id(account.replace("\\x5c", "\\\\")) for account in ids] == network.ids.tolist()
    with open(edges, encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["Source"] for row in rows] == [ids[tail] for tail in network.tails]
    assert [row["Target"] for row in rows] == [ids[head] for head in network.heads]
    if "weight" in network.arcs:
        assert [float(row["Weight"]) for row in rows] == network.arcs["weight"].tolist()


def test_spreadsheets_are_two_files(tmp_path):
    with pytest.raises(UsageError, match="name two files"):
        write_spreadsheets(small(), tmp_path / "a.csv", tmp_path / "a.csv")
