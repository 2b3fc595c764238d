"""Several inputs, and formats other than text: JSON lines, Parquet, tables, networks."""

import gzip
import io
import json

import networkx
import pandas
import pytest
from reading import rows, times_of

from keynodes import (
    ReadingError,
    UsageError,
    build_graph,
    export_network,
    read_interactions,
    write_network,
)
from keynodes.readers import READERS

# --- several inputs -----------------------------------------------------------------------------


def test_several_files_and_globs(write, tmp_path):
    write("source,target,weight\na,b,2\n", "one.csv")
    write("to;from\nd;c\n", "two.csv")
    for source in (
        [tmp_path / "one.csv", str(tmp_path / "two.csv")],
        str(tmp_path / "*.csv"),
        (tmp_path / name for name in ("one.csv", "two.csv")),
    ):
        interactions = read_interactions(source)
        assert rows(interactions, "source", "target", "weight") == [
            ("a", "b", 2.0),
            ("c", "d", 1.0),
        ]
        assert len(interactions.report.inputs) == 2
        assert interactions.report.weight_kind == "count"


def test_a_file_whose_name_looks_like_a_glob(write):
    path = write("source,target\na,b\n", "edges[1].csv")
    assert rows(read_interactions(str(path))) == [("a", "b")]


def test_files_that_do_not_fit_together(write):
    dated = write("source,target,time\na,b,2024-01-01\n", "dated.csv")
    phased = write("source,target,time\na,b,3\n", "phased.csv")
    with pytest.raises(ReadingError, match="read them apart"):
        read_interactions([dated, phased])
    typed = write("source,target,relation\na,b,RT\n", "typed.csv")
    with pytest.raises(ReadingError, match="has no relation column"):
        read_interactions([typed, phased])
    with pytest.raises(UsageError, match="given twice"):
        read_interactions([typed, typed])


def test_unix_and_iso_times_go_together(write):
    one = write("source,target,time\na,b,2023-11-14T22:13:20Z\n", "one.csv")
    two = write("source,target,time\na,b,1700000000\n", "two.csv")
    graph = build_graph(read_interactions([one, two]))
    assert graph.first_time.tolist() == graph.last_time.tolist() == [1.7e9]


def test_standard_input(monkeypatch):
    packed = gzip.compress(b"source,target\na,b\n")
    for content in (b"source,target\na,b\n", packed):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
        interactions = read_interactions("-")
        assert rows(interactions) == [("a", "b")]
        assert interactions.report.inputs == ("<stdin>",)


# --- other formats ------------------------------------------------------------------------------


def test_readers_are_told_by_content(write):
    assert next(iter(READERS)) == "parquet"
    assert list(READERS)[-2:] == ["json-lines", "delimited"]
    path = write('{"from": "a", "to": "b"}\n', "edges.csv")
    assert rows(read_interactions(path)) == [("a", "b")]


def test_json_lines(write):
    records = [
        {"from": "a\n\u202e", "to": "\0", "type": "RT", "time": 1700000000, "weight": 2},
        {"to": "😀", "from": 7, "type": "mention", "time": "1700000001", "weight": "3"},
    ]
    path = write("\n\n".join(map(json.dumps, records)) + "\n", "edges.ndjson")
    interactions = read_interactions(path)
    assert rows(interactions, "source", "target", "relation", "weight") == sorted(
        [("a\n\u202e", "\0", "repost", 2.0), ("7", "😀", "mention", 3.0)], key=repr
    )
    assert interactions.report.time_unit == "timestamp"


@pytest.mark.parametrize(
    "times",
    [
        pandas.to_datetime(["2023-11-14T22:13:20", None]),
        pandas.to_datetime(["2023-11-14T22:13:20Z", None]),
        pandas.Series(["2023-11-14T22:13:20Z", None], dtype=object),
        pandas.Series([1700000000, None], dtype="Int64"),
        pandas.Series([1700000000.0, None]),
        pandas.Series([pandas.Timestamp(1.7e9, unit="s").to_pydatetime(), None], dtype=object),
    ],
)
def test_frames_and_parquet_are_alike(tmp_path, times):
    frame = pandas.DataFrame(
        {"source": ["a", "b\0"], "target": [1, 2], "time": times, "weight": [1.5, 2.0]}
    )
    path = tmp_path / "edges.parquet"
    frame.to_parquet(path)
    for source in (frame, path):
        interactions = read_interactions(source)
        assert rows(interactions, "source", "target", "weight") == sorted(
            [("a", "1", 1.5), ("b\0", "2", 2.0)], key=repr
        )
        assert times_of(interactions) == [(1.7e9,), (None,)]
        assert interactions.report.weight_kind == "weight"


def test_parquet_dates(tmp_path):
    path = tmp_path / "edges.parquet"
    days = pandas.Series(pandas.to_datetime(["2024-01-02"])).dt.date
    pandas.DataFrame({"source": ["a"], "target": ["b"], "date": days}).to_parquet(path)
    assert read_interactions(path).to_frame()["time"][0] == pandas.Timestamp("2024-01-02", tz="UTC")


def test_networkx_graphs():
    undirected = networkx.Graph()
    undirected.add_edge(1, "b", weight=3)
    undirected.add_node("alone")
    interactions = read_interactions(undirected)
    assert rows(interactions, "source", "target", "weight", "flow") == [("1", "b", 3.0, "both")]
    assert interactions.isolated == ("alone",)
    assert build_graph(interactions).accounts.tolist() == ["1", "alone", "b"]
    directed = networkx.MultiDiGraph()
    directed.add_edge("a", "b", type="RT", time=5)
    directed.add_edge("a", "b", type="mention", time=6)
    interactions = read_interactions(directed)
    assert rows(interactions, "relation", "flow", "time") == [
        ("mention", "forth", 6.0),
        ("repost", "back", 5.0),
    ]
    assert rows(read_interactions(undirected, flow="back"), "flow") == [("back",)]


def test_igraph_graphs():
    igraph = pytest.importorskip("igraph")
    ring = igraph.Graph.Ring(3)
    assert rows(read_interactions(ring), "source", "target", "flow") == [
        ("0", "1", "both"),
        ("0", "2", "both"),
        ("1", "2", "both"),
    ]
    named = igraph.Graph([(0, 1)], directed=True, n=3)
    named.vs["name"] = ["a", "b", "c"]
    named.es["weight"] = [2]
    interactions = read_interactions(named)
    assert rows(interactions, "source", "target", "weight") == [("a", "b", 2.0)]
    assert interactions.isolated == ("c",)
    assert build_graph(read_interactions(igraph.Graph(2))).accounts.tolist() == ["0", "1"]


def test_a_graph_survives_networkx_and_back():
    frame = pandas.DataFrame({"source": ["a", "b"], "target": ["b", "c"], "weight": [1.5, 2.5]})
    graph = build_graph(read_interactions(frame))
    again = build_graph(read_interactions(graph.to_networkx()))
    assert again.arcs[["source", "target", "weight"]].equals(
        graph.arcs[["source", "target", "weight"]]
    )


def test_accounts_file(write):
    edges = write("source,target\na,b\n")
    facts = write("account,posts,city\na,7,Rome\nzz,1,Oslo\n", "accounts.csv")
    interactions = read_interactions(edges, accounts=facts)
    assert interactions.attributes.loc["a", "posts"] == 7.0
    posts, basis = interactions.posts()
    assert basis == "posts column"
    assert posts.to_dict() == {"a": 7.0, "b": 0.0}


@pytest.mark.parametrize(("kind", "flow"), [("Directed", "forth"), ("undirected", "both")])
def test_the_type_of_an_edge_table_of_gephi_is_no_relation(write, kind, flow):
    read = read_interactions(write(f"Source,Target,Type,Weight\na,b,{kind},2\nb,c,{kind},1\n"))
    frame = read.to_frame()
    assert set(frame["flow"]) == {flow}
    assert frame["relation"].isna().all()
    assert any("how arcs run" in notice for notice in read.report.notices)


def test_an_edge_table_with_both_types_is_refused(write):
    path = write("Source,Target,Type\na,b,Directed\nb,c,Undirected\n")
    with pytest.raises(ReadingError, match="directed and undirected edges side by side"):
        read_interactions(path)


def test_tables_of_arcs_that_keynodes_wrote_are_read_again_and_never_turned_round(write, tmp_path):
    records = "source,target,relation\n" + "".join(f"{u},hub,RT\n" for u in "abc")
    graph = build_graph(read_interactions(write(records)))
    picture = export_network(graph, "out_degree", layout="none")
    write_network(picture.network, tmp_path / "arcs.csv")
    again = build_graph(read_interactions(tmp_path / "arcs.csv"))
    assert again.arcs[["source", "target", "weight"]].equals(
        graph.arcs[["source", "target", "weight"]]
    )
    with pytest.raises(UsageError, match="leave --relation interaction out"):
        read_interactions(tmp_path / "arcs.csv", columns={"relation": "interaction"})
