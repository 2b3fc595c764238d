"""GEXF out: Gephi's timeline, Gephi Lite, networkx."""

import warnings

import gephi_rules
import graphology_reader
import networkx as nx
import numpy as np
import pytest
from hostile_networks import networks, objects, pair
from hypothesis import given, settings

from keynodes.errors import KeynodesError
from keynodes.interop.gexf import write_gexf
from keynodes.interop.names import read_id, read_text
from keynodes.interop.networks import Network


@pytest.fixture
def path(tmp_path):
    return tmp_path / "graph.gexf"


def small(**how):
    return Network(
        **{
            "ids": objects(["ann", "bob\n", "eve"]),
            "nodes": {
                "label": objects(["Ann", None, "a & b"]),
                "x": np.array([0.1, 2.0, np.nan]),
                "y": np.array([0.0, 1.0, 2.0]),
                "size": np.array([4.0, np.nan, 10.5]),
                "color": objects(["#ff8000", "#00FF7f", None]),
                "rank": np.array([1, 2, 3]),
                "seen": np.array([1, 2**40, 3]),
                "2024": np.array([True, False, True]),
            },
            "tails": np.array([0, 1, 0], dtype=np.int32),
            "heads": np.array([1, 2, 1], dtype=np.int32),
            "arcs": {
                "weight": np.array([1.0, 0.1, 3.0]),
                "interaction": objects(["retweet", None, "reply"]),
                "n_retweet": np.array([1, 3, 0]),
            },
            "about": {"title": "Ann & <friends>"},
            **how,
        }
    )


def read_nx(path, **how):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return nx.read_gexf(path, version="1.3", **how)


def test_networkx_reads_what_was_written(path):
    write_gexf(small(), path)
    assert gephi_rules.gexf_faults(path) == []
    graph = read_nx(path)
    assert graph.is_directed()
    assert [read_id(node) for node in graph] == ["ann", "bob\n", "eve"]
    assert graph.nodes["ann"] == {
        **{"label": "Ann", "rank": 1, "seen": 1, "2024": True},
        "viz": {
            "color": {"r": 255, "g": 128, "b": 0, "a": 1.0},
            "size": 4.0,
            "position": {"x": 0.1, "y": 0.0, "z": 0.0},
        },
    }
    # Half a position is none.
    assert graph.nodes["eve"]["viz"] == {"size": 10.5}
    assert list(graph.edges(keys=True, data=True)) == [
        (*("ann", "bob\\x0a", "e0"), {**edge(0, 1.0, 1), "interaction": "retweet"}),
        (*("ann", "bob\\x0a", "e2"), {**edge(2, 3.0, 0), "interaction": "reply"}),
        (*("bob\\x0a", "eve", "e1"), edge(1, 0.1, 3)),
    ]


def edge(number, weight, retweets):
    return {"id": f"e{number}", "weight": weight, "n_retweet": retweets}


def test_gephi_lite_reads_what_was_written(path):
    write_gexf(small(), path)
    graph = graphology_reader.read(path)
    assert (graph["type"], graph["multi"]) == ("directed", True)
    assert graph["attributes"] == {"creator": "keynodes", "description": "title: Ann & <friends>"}
    nodes = dict(graph["nodes"])
    assert nodes["ann"] == {
        **{"label": "Ann", "rank": 1, "seen": 1, "2024": True},
        **{"x": 0.1, "y": 0, "size": 4, "color": "rgb(255,128,0)"},
    }
    assert nodes["bob\\x0a"]["seen"] == 2**40
    assert graph["edges"][0] == [
        *("e0", "ann", "bob\\x0a"),
        {"weight": 1, "kind": "retweet", "interaction": "retweet", "n_retweet": 1},
    ]


def test_arcs_have_their_time(path):
    arcs = {
        "first_time": np.array([1341100972.5, np.nan, 0.0]),
        "last_time": np.array([1341100973.0, np.nan, 0.0]),
    }
    write_gexf(small(arcs=arcs, time_unit="timestamp"), path)
    assert gephi_rules.gexf_faults(path) == []
    text = path.read_text()
    assert 'mode="dynamic" timeformat="dateTime" timerepresentation="interval"' in text
    assert 'start="2012-07-01T00:02:52.500Z" end="2012-07-01T00:02:53Z"' in text
    assert 'start="1970-01-01T00:00:00Z" end="1970-01-01T00:00:00Z"' in text
    assert text.count("start=") == 2


def test_plain_times_are_numbers(path):
    arcs = {"first_time": np.array([3.0, 0.5, -1e20]), "last_time": np.array([4.0, 0.5, np.nan])}
    write_gexf(small(arcs=arcs, time_unit="number"), path)
    assert gephi_rules.gexf_faults(path) == []
    assert 'timeformat="double"' in path.read_text()
    edges = {data["id"]: data for _, _, data in read_nx(path).edges(data=True)}
    assert edges["e0"] == {"id": "e0", "start": 3.0, "end": 4.0}
    assert edges["e2"] == {"id": "e2", "start": -1e20}


def test_nothing_but_nodes_and_edges(path):
    write_gexf(pair(directed=False), path)
    assert gephi_rules.gexf_faults(path) == []
    graph = read_nx(path)
    assert not graph.is_directed()
    assert list(graph.edges) == [("a", "b")]


@settings(max_examples=60)
@given(networks())
def test_any_network_is_read_by_everyone(tmp_path, network):
    path = tmp_path / "graph.gexf"
    write_gexf(network, path)
    assert gephi_rules.gexf_faults(path) == []
    ids = network.ids.tolist()
    arcs = range(len(network.tails))
    meant = [(ids[network.tails[arc]], ids[network.heads[arc]]) for arc in arcs]

    if network.time_unit != "timestamp":  # networkx 3.6 does not know the timeformat dateTime
        other = read_nx(path)
        assert [read_id(node) for node in other] == ids
        found = {data["id"]: (tail, head) for tail, head, data in other.edges(data=True)}
        assert len(found) == len(meant)
        for arc, ends in enumerate(meant):
            read = tuple(map(read_id, found[f"e{arc}"]))
            assert read == ends or (not network.directed and read == ends[::-1])

    graph = graphology_reader.read(path)
    assert [read_id(node) for node, _ in graph["nodes"]] == ids
    edges = {key: ends for key, *ends in graph["edges"]}
    assert len(edges) == len(meant)
    for arc, ends in enumerate(meant):
        source, target, data = edges[f"e{arc}"]
        assert (read_id(source), read_id(target)) == ends
        if "weight" in network.arcs:
            assert data["weight"] == network.arcs["weight"][arc]
        if "interaction" in network.arcs:
            assert read_text(data["interaction"]) == network.arcs["interaction"][arc]


def test_half_a_character_is_an_error(path):
    with pytest.raises(KeynodesError, match="unpaired surrogate"):
        write_gexf(pair(nodes={"v": objects(["x\ud83d", "b"])}), path)
    assert not path.exists()
