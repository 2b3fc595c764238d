"""Network files: who acted on whom in each format, what is kept and what is counted."""

import gzip
from functools import cache

import igraph
import networkx
import pytest
from networks import graphml, kinds
from reading import rows
from social import EXPORTS, forced, taken, travels

from keynodes import ReadingError, UnknownRelation, UsageError, build_graph, read_interactions
from keynodes.readers import READERS
from keynodes.readers.networks import plain, xml

ANN, BOB = "90071992547409931", "90071992547409932"

FIXTURES = {
    "graphml": "graphml.graphml",
    "gexf": "gexf.gexf",
    "gml": "gml.gml",
    "pajek": "pajek.net",
    "gdf": "gdf.gdf",
    "ucinet-dl": "ucinet-dl.dl",
    "snap": "snap.txt",
    "konect": "konect.txt",
}


@cache
def read(name, flow=None):
    return read_interactions(EXPORTS / FIXTURES[name], flow=flow)


@pytest.fixture
def network(write):
    """Read a network written in a test."""
    return lambda text, name="network.txt", **options: read_interactions(
        write(text, name), **options
    )


# --- which format it is -------------------------------------------------------------------------


def test_every_format_has_a_fixture_and_says_which_way_content_flows():
    family = {**xml.READERS, **plain.READERS}
    assert set(family) == set(FIXTURES)
    for name, row in family.items():
        assert READERS[name] is row
        assert "goes forth" in row.flow


@pytest.mark.parametrize("name", FIXTURES)
def test_a_format_is_told_by_its_content(name):
    assert read(name).report.readers == (name,)


@pytest.mark.parametrize("name", FIXTURES)
def test_a_format_is_told_when_it_is_packed(name, tmp_path):
    path = tmp_path / "no-name"
    path.write_bytes(gzip.compress((EXPORTS / FIXTURES[name]).read_bytes(), mtime=0))
    assert read_interactions(path).report.readers == (name,)


@pytest.mark.parametrize("name", FIXTURES)
def test_no_other_file_is_taken_for_this_format(name):
    assert taken({name: READERS[name]}, FIXTURES[name]) == []


@pytest.mark.parametrize(
    ("text", "reader"),
    [
        ("source,target\ngraph,node\n", "delimited"),
        ("# a comment\nsource\ttarget\n1\t2\n", "delimited"),
        ("# Directed graph\nsource\ttarget\n1\t2\n", "delimited"),
        ("% a comment\n1 2\n", "delimited"),
        ("dl,target\na,b\n", "delimited"),
        ("*a,b\nc,d\n", "delimited"),
        ("graph,target,weight\na,b,1\n", "delimited"),
        ('{"source": "graph [", "target": "nodedef>"}\n', "json-lines"),
    ],
)
def test_tables_stay_tables(network, text, reader):
    columns = None if "source" in text or text[0] == "%" else {"source": "1", "target": "2"}
    header = False if columns else None
    assert network(text, columns=columns, header=header).report.readers == (reader,)


def test_the_first_element_tells_what_xml_is(network):
    for before in ("\ufeff", "<?xml version='1.0'?>\n<!-- <gexf> -->\n", "<!DOCTYPE graphml>\n"):
        text = f"{before}<g:graphml xmlns:g='x'><g:graph><g:node id='a'/></g:graph></g:graphml>"
        assert network(text).isolated == ("a",)
    utf16 = (
        "<?xml version='1.0' encoding='utf-16'?><graphml><graph><node id='é'/></graph></graphml>"
    )
    assert network(utf16.encode("utf-16")).isolated == ("é",)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("graphml", "no valid XML"),
        ("gexf", "no valid XML"),
        ("gml", "a key is needed|never closed|has no value"),
        ("pajek", "outside of any section"),
        ("gdf", "begins with nodedef>"),
        ("ucinet-dl", "without 'data:'"),
        ("konect", "begins with '% sym'"),
        ("snap", "one column"),
    ],
)
def test_a_reader_forced_on_another_file_says_what_is_wrong(name, message, write):
    text = "just one column\n" if name != "snap" else "column\n"
    path = write('"a [ ]\n' if name == "gml" else text)
    with pytest.raises(ReadingError, match=message):
        forced(name, path)


def test_graphml_is_no_gexf():
    with pytest.raises(ReadingError, match="no gexf but <graphml> begins here"):
        forced("gexf", EXPORTS / "graphml.graphml")


# --- which way a post travels -------------------------------------------------------------------


def test_graphml_what_the_target_of_a_retweet_posts_reaches_who_retweets():
    arcs = travels(read("graphml"))
    assert ("relay é", ANN) in arcs
    assert (ANN, "relay é") not in arcs


def test_graphml_what_who_mentions_posts_reaches_who_is_mentioned():
    assert (BOB, ANN) in travels(read("graphml"))
    assert (ANN, BOB) not in travels(read("graphml"))


def test_graphml_what_either_end_of_an_undirected_edge_posts_reaches_the_other():
    assert {("inside", "newcomer"), ("newcomer", "inside")} <= travels(read("graphml"))


def test_gexf_reposts_go_back_mentions_forth_and_undirected_replies_both_ways():
    ann, bob = "18446744073709551617", "18446744073709551618"
    # Ann reposted Bob, and Bob mentioned Ann: what Bob posts reaches Ann, both times.
    assert travels(read("gexf")) == {(bob, ann), ("child", ann), (ann, "child")}


def test_gml_retweets_and_replies_go_back_mentions_forth():
    ann, bob = 'ann "the" first é', "bob\nof two lines"
    # Ann retweeted Bob and Bob mentioned Ann; Bob replied to 40, so he has read 40.
    assert travels(read("gml")) == {(bob, ann), ("40", bob)}


def test_pajek_arcs_go_by_their_relation_and_edges_both_ways():
    # Ann retweeted Bob and Bob mentioned Ann.
    expected = {("bob", "ann the first"), ("bob", "café"), ("café", "bob")}
    assert travels(read("pajek")) == expected


def test_gdf_rows_go_by_their_relation_and_undirected_ones_both_ways():
    assert travels(read("gdf")) == {(BOB, ANN), (BOB, "newcomer"), ("newcomer", BOB)}


def test_ucinet_and_snap_without_relations_go_forth_and_say_so():
    # Row to column: what ann posts reaches bob.
    assert travels(read("ucinet-dl")) == {("ann", "bob"), ("bob", "cleo d"), ("cleo d", "ann")}
    assert travels(read("snap")) == {(ANN, "2"), ("2", "3"), ("3", "4")}
    assert travels(read("snap", flow="back")) == {("2", ANN), ("3", "2"), ("4", "3")}
    for name in ("ucinet-dl", "snap"):
        assert any("say --flow back" in notice for notice in read(name).report.notices)


def test_konect_a_symmetric_network_goes_both_ways():
    arcs = travels(read("konect"))
    assert arcs == {pair for a, b in ("12", "23", "34") for pair in ((a, b), (b, a))}


def test_flow_of_the_user_stands_above_relation_and_undirected_edges():
    assert travels(read("gdf", flow="forth")) == {(ANN, BOB), (BOB, ANN), (BOB, "newcomer")}
    assert travels(read("gdf", flow=("RT=forth", "reply=back"))) == {
        (ANN, BOB),
        (BOB, ANN),
        ("newcomer", BOB),
    }
    assert travels(read("konect", flow="forth")) == {("1", "2"), ("2", "3"), ("3", "4")}
    assert not any("both ways" in notice for notice in read("konect", flow="forth").report.notices)


# --- what is read -------------------------------------------------------------------------------


def test_graphml_columns_ids_times_weights_and_evidence():
    frame = read("graphml").to_frame()
    frame = frame[frame["relation"] == "repost"].sort_values("time")
    assert frame["source"].tolist() == [ANN, ANN]
    assert frame["weight"].tolist() == [2.5, 1.0]  # the second by the default of the key
    assert frame["evidence"].tolist() == ["1001", "1002"]
    assert frame["time"].dt.strftime("%d %H").tolist() == ["01 10", "02 10"]


def test_graphml_attributes_are_of_the_type_that_is_declared():
    attributes = read("graphml").attributes
    assert attributes.loc[ANN, "followers"] == 9007199254740993
    assert attributes.loc[ANN, "note"] == "first\n of all"
    assert attributes.loc[ANN, "label"] == "Ann"
    assert attributes["verified"].tolist().count(True) == 1
    assert "d6" not in attributes


def test_graphml_what_cannot_be_mapped_is_counted():
    report = read("graphml").report
    assert [reason.partition(":")[0] for reason in report.unmapped] == [
        "a port of a node",
        "a graph inside a node or edge",
        "a hyperedge",
        "data of a key that is not declared",
    ]
    assert set(report.unmapped.values()) == {1}


def test_isolated_nodes_stay_and_so_do_accounts_that_only_edges_name():
    assert read("graphml").isolated == ("lone", "group")
    accounts = build_graph(read("graphml")).accounts.tolist()
    assert {"lone", "group", "newcomer", "inside"} <= set(accounts)
    assert read("gexf").isolated == ("lone",)
    assert read("gml").isolated == ("lone",)
    assert read("pajek").isolated == ("4", "5")
    assert read("gdf").isolated == ("lone",)
    assert read("ucinet-dl").isolated == ("lone",)


def test_gexf_times_and_weights():
    frame = read("gexf").to_frame()
    assert frame["weight"].tolist() == [2.5, 1.0, 1.0]
    assert frame["time"].dt.day.tolist() == [1, 2, 3]
    assert read("gexf").attributes["lang"].tolist() == ["fa", "und", "und", "und"]
    assert read("gexf").attributes.loc["18446744073709551617", "score"] == 0.5


def test_gml_and_pajek_and_gdf_and_konect_values():
    assert sorted(read("gml").to_frame()["weight"]) == [1.0, 1.0, 2.0]
    assert read("gml").report.time_unit == "timestamp"
    assert read("gml").attributes["followers"].tolist()[:2] == [12, 7]
    pajek = read("pajek").to_frame()
    assert pajek["weight"].tolist() == [2.0, 1.0, 0.5]
    assert pajek["time"].tolist()[2] == 7.0
    assert read("pajek").report.comments == 1
    gdf = read("gdf").attributes
    assert gdf["label"].tolist() == ["Ann, the first", "O'Brien", "L,one"]
    assert gdf["followers"].tolist()[:2] == [12, 7]
    assert gdf["verified"].tolist()[:2] == [True, False]
    konect = read("konect").to_frame()
    assert konect["weight"].tolist() == [2.0, 1.0, 0.5]
    assert konect["time"].notna().all()


@pytest.mark.parametrize("name", ["relation", "interaction", "kind", "type", "label"])
def test_the_relation_of_edges_has_many_names(network, name):
    assert travels(network(kinds(name, "RT", "mention"))) == {("b0", "a"), ("a", "b1")}


def test_labels_are_relations_only_where_all_are_known(network):
    assert network(kinds("label", "RT", "anything")).report.relations == {}
    with pytest.raises(UnknownRelation, match=r"line 1: .* relation 'sold'.*--flow 'sold=back'"):
        network(kinds("kind", "sold"))
    sold = network(kinds("label", "sold"), columns={"relation": "label"}, flow="sold=back")
    assert travels(sold) == {("b0", "a")}


def test_the_number_of_an_edge_is_evidence_only_where_asked(network):
    text = graphml(edges='<edge id="e7" source="a" target="b"/>')
    assert network(text).to_frame()["evidence"].tolist() == [None]
    assert network(text, columns={"evidence": "id"}).to_frame()["evidence"].tolist() == ["e7"]


def test_columns_that_come_after_the_sample_are_found(network, monkeypatch):
    monkeypatch.setattr("keynodes.readers.networks.elements.SAMPLE", 2)
    edges = "edge [ source {} target 9 ] "
    late = 'edge [ source 4 target 9 weight 2.5 kind "RT" time 1714557600 ]'
    text = "graph [ directed 1 " + "".join(edges.format(i) for i in range(3))
    plain_part = network(text + "]")
    assert plain_part.report.relations == {}
    with pytest.raises(ReadingError, match="relation is blank"):
        network(text + late + "]")
    found = network(text + late + "]", skip_bad_rows=True)
    assert rows(found, "source", "relation", "weight") == [("4", "repost", 2.5)]
    assert (found.report.rows, found.report.rows_refused) == (4, 3)
    assert found.report.time_unit == "timestamp"
    assert build_graph(found).m == 1


def test_rows_of_files_before_stay_when_a_network_is_read_again(write, monkeypatch):
    monkeypatch.setattr("keynodes.readers.networks.elements.SAMPLE", 1)
    table = write("source,target\nx,y\n", "table.csv")
    late = write(
        "graph [ edge [ source 1 target 2 ] edge [ source 2 target 3 weight 4 ] ]", "a.gml"
    )
    for order in ([table, late], [late, table]):
        found = read_interactions(order)
        assert rows(found, "source", "target", "weight") == sorted(
            [("x", "y", 1.0), ("1", "2", 1.0), ("2", "3", 4.0)], key=repr
        )
        assert build_graph(found).m == 5


def test_names_that_are_not_unique_give_way_to_ids(network, monkeypatch):
    text = """graph [ node [ id 1 label "x" ] node [ id 2 label "x" ] node [ id 3 label "y" ]
        edge [ source 1 target 3 ] ]"""
    twins = network(text)
    assert set(build_graph(twins).accounts) == {"1", "2", "3"}
    assert any("not unique" in notice for notice in twins.report.notices)
    assert twins.attributes["label"].tolist() == ["x", "x", "y"]
    # An account that only an edge names must not become another, whose name is the same.
    undeclared = """graph [ node [ id 1 label "2" ] edge [ source 1 target 2 ] ]"""
    assert set(build_graph(network(undeclared)).accounts) == {"1", "2"}
    pajek = '*Vertices 3\n1 "x"\n2 "x"\n*Arcs\n1 2\n'
    assert set(build_graph(network(pajek)).accounts) == {"1", "2", "3"}
    after = """graph [ edge [ source 1 target 2 ] node [ id 1 label "ann" ] node [ id 2 ] ]"""
    assert set(build_graph(network(after)).accounts) == {"ann", "2"}
    monkeypatch.setattr("keynodes.readers.networks.elements.SAMPLE", 1)
    assert set(build_graph(network(after)).accounts) == {"1", "2"}


def test_nodes_that_stand_twice_are_counted(network):
    text = graphml('<node id="a"/><node id="a"/>', '<edge source="a" target="b"/>')
    assert list(network(text).report.unmapped.values()) == [1]


# --- what networkx and igraph write -------------------------------------------------------------


def arcs_of(graph):
    """The arcs of a networkx graph with their weights, both ways where it is undirected."""
    found = {}
    for tail, head, weight in graph.edges(data="weight", default=1):
        for pair in [(tail, head)] if graph.is_directed() else [(tail, head), (head, tail)]:
            found[tuple(map(str, pair))] = found.get(tuple(map(str, pair)), 0) + float(weight)
    return found


def arcs_read(path):
    arcs = build_graph(read_interactions(path)).arcs
    return dict(zip(zip(arcs["source"], arcs["target"], strict=True), arcs["weight"], strict=True))


def sample_of_networkx(kind):
    graph = kind()
    graph.add_weighted_edges_from(
        [("ann b", "bob", 2.0), ("bob", "çelo", 1.5), ("çelo", "ann b", 0.25), ("bob", "dora", 3.0)]
    )
    graph.add_node("lone")
    return graph


@pytest.mark.parametrize("kind", [networkx.DiGraph, networkx.Graph, networkx.MultiDiGraph])
@pytest.mark.parametrize("form", ["graphml", "gexf", "gml", "pajek"])
def test_files_of_networkx_are_read_as_networkx_reads_them(tmp_path, kind, form):
    graph, path = sample_of_networkx(kind), tmp_path / "network"
    if graph.is_multigraph():
        graph.add_edge("ann b", "bob", weight=4.0)
    getattr(networkx, f"write_{form}")(graph, path)
    found = read_interactions(path)
    assert arcs_read(path) == arcs_of(getattr(networkx, f"read_{form}")(path)) == arcs_of(graph)
    assert found.isolated == ("lone",)


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("form", ["graphml", "gml", "pajek"])
def test_files_of_igraph_are_read_as_igraph_reads_them(tmp_path, directed, form):
    graph = igraph.Graph([(0, 1), (1, 2), (2, 0), (1, 3)], directed=directed)
    graph.add_vertices(1)
    graph.vs["name"] = ["ann b", "bob", 'ç"elo', "d&ora", "lone"]
    graph.es["weight"] = [2.0, 1.5, 0.25, 3.0]
    path = tmp_path / "network"
    getattr(graph, f"write_{form}")(str(path))
    again = igraph.Graph.Read(str(path), format=form)
    assert again.ecount() == 4
    assert arcs_read(path) == arcs_of(graph.to_networkx(vertex_attr_hashable="name"))
    assert read_interactions(path).isolated == ("lone",)


def test_columns_named_for_a_file_of_keynodes_are_refused(network):
    text = graphml(edges='<edge source="a" target="b"/>', graph='id="keynodes"')
    with pytest.raises(UsageError, match="leave out --weight"):
        network(text, columns={"weight": "x"})
