"""Network files: who acted on whom in each format, what is kept and what is counted."""

import gzip
from functools import cache

import igraph
import networkx
import pytest
from reading import rows
from social import EXPORTS, forced, taken, travels

from keynodes import ReadingError, UnknownRelation, UsageError, build_graph, read_interactions
from keynodes.readers import READERS
from keynodes.readers.networks import facts, plain, xml

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


def graphml(nodes="", edges="", keys="", graph='edgedefault="directed"'):
    return f"<graphml>{keys}<graph {graph}>{nodes}{edges}</graph></graphml>"


KIND = '<key id="k" for="edge" attr.name="{}" attr.type="string"/>'


def kinds(name, *values):
    edges = "".join(
        f'<edge source="a" target="b{i}"><data key="k">{value}</data></edge>'
        for i, value in enumerate(values)
    )
    return graphml(edges=edges, keys=KIND.format(name))


@pytest.mark.parametrize("name", ["relation", "interaction", "kind", "type", "label"])
def test_the_relation_of_edges_has_many_names(network, name):
    assert travels(network(kinds(name, "RT", "mention"))) == {("b0", "a"), ("a", "b1")}


def test_labels_are_relations_only_where_all_are_known(network):
    assert network(kinds("label", "RT", "anything")).report.relations == {}
    with pytest.raises(UnknownRelation, match=r"line 1: .* relation 'sold'.*--flow 'sold=back'"):
        network(kinds("kind", "sold"))
    sold = network(kinds("label", "sold"), columns={"relation": "label"}, flow="sold=back")
    assert travels(sold) == {("b0", "a")}


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


# --- hostile and malformed ----------------------------------------------------------------------

HOSTILE = [
    "=1+1",
    "\u202eevil",
    "<b>&amp;</b>",
    "a\\x0ab",
    "'quoted'",
    '"',
    "né",
    "null",
    "x" * 9999,
]


def test_hostile_ids_are_kept_as_they_stand(network):
    from xml.sax.saxutils import quoteattr

    edges = "".join(f"<edge source={quoteattr(name)} target='t'/>" for name in HOSTILE)
    assert rows(network(graphml(edges=edges)), "source") == sorted(
        [(n,) for n in HOSTILE], key=repr
    )
    gexf = f"<gexf><graph defaultedgetype='directed'><edges>{edges}</edges></graph></gexf>"
    assert rows(network(gexf), "source") == sorted([(n,) for n in HOSTILE], key=repr)


@pytest.mark.parametrize(
    ("doctype", "message"),
    [
        ('<!DOCTYPE graphml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>', "document type"),
        ('<!DOCTYPE graphml [<!ENTITY a SYSTEM "file:///etc/hostname">]>', "document type"),
        ('<!DOCTYPE graphml SYSTEM "http://example.invalid/graphml.dtd">', "document type"),
    ],
)
def test_entities_and_foreign_document_types_are_refused(network, doctype, message):
    with pytest.raises(ReadingError, match=message):
        network(doctype + graphml('<node id="&b;"/>'))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (graphml('<node id="a\x01"/>'), "line 1: no valid XML .*invalid token"),
        (graphml('<node id="a"/>')[:-15], "the file is cut off"),
        (graphml('<node id="&a;"/>'), "undefined entity"),
        (graphml("<node/>"), "line 1: a node without an id"),
        (graphml('<node id=" "/>'), "the id of the node is blank"),
        (graphml(edges='<edge source="a"/>'), "an edge without a target"),
        (graphml(edges='<edge source="a" target=" "/>'), "target is blank"),
        (kinds("weight", "0"), "weight must be a number above 0, found '0'"),
        (kinds("time", "2024-01-01", "soon"), "time must be an ISO 8601 date"),
        ("<gexf><graph><nodes><node/></nodes></graph></gexf>", "a node without an id"),
        ("<gexf><graph><edges><edge target='a'/></edges></graph></gexf>", "without a source"),
        ("graph [ node [ id 1 ]", "list 'graph' that begins here is never closed"),
        ("graph [ node [ id ] ]", "the key 'id' has no value"),
        ("graph [ ] ]", "no list is open"),
        ('graph [ node [ id 1 label "x ] ]\n', "quoted text that begins here is never closed"),
        ("graph [ node [ label 1 ] ]", "a node without an id"),
        ("graph [ edge [ source 1 ] ]", "an edge without a target"),
        ("graph [ edge [ source 1 target 2 ]\n directed 1 ]", "stands after its edges"),
        ("*Vertices many\n", "needs how many there are"),
        ("*Vertices 99999999999999\n", "at most"),
        ("*Vertices 2\n*Arcs\n1\n", "line 3: two vertices are needed"),
        ("*Vertices 2\n*Arcs\n1 2 -1\n", "line 3: weight must be a number above 0, found '-1'"),
        ("*Vertices 2\n*Matrix\n0 1\n1 0\n1\n", "line 5: the matrix has more than 2 × 2 cells"),
        ("*Vertices 1\n*Vertices 1\n", "a second network begins here"),
        ("nodedef>name\na,b\n", "line 2: found 2 fields where the table has 1 columns"),
        ("nodedef>name\n'a' b\n", "line 2: text follows the closing quote"),
        ("nodedef>name\na\nedgedef>node1,node2\na\n", "line 4: target is blank"),
        ("dl n=2\ndata:\n0 1\n1 0\n1\n", "line 5: more than 2 × 2 cells"),
        ("dl n=2 format=edgelist1\ndata:\n1 3\n", "a node must be a number from 1 to 2, found '3'"),
        ("dl n=2 format=edgelist1\ndata:\n1\n", "two nodes and a weight at most, found 1"),
        ("dl n=2 format=blockmatrix\ndata:\n1\n", "DL of the format blockmatrix is not read"),
        ("dl n=2\nlabels:\na\ndata:\n0 1 1 0\n", "1 labels for 2 nodes"),
        ("dl nr=2, nc=3\ndata:\n0 1 1 0 1 1\n", "a network of two modes"),
        ("% bip unweighted\n1 1\n", "a network of two modes"),
        ("% asym signed\n1 2 -1\n", "weight must be a number above 0"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(network, text, message):
    with pytest.raises(ReadingError, match=message) as raised:
        network(text, "bad.txt")
    assert "bad.txt" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_bytes_that_are_no_text_are_refused_with_their_line(write):
    path = write('graph [\nnode [ id 1 label "caf\xe9" ] ]'.encode("latin-1"), "latin.gml")
    with pytest.raises(ReadingError, match=r"latin.gml, line 2: byte 0xE9.*--encoding"):
        read_interactions(path)
    assert read_interactions(path, encoding="latin-1").isolated == ("café",)
    for end in (b"1,caf\xe9\n", b"caf\xe9,x\n"):
        with pytest.raises(ReadingError, match=r"a.gdf, line 2: byte 0xE9"):
            read_interactions(write(b"nodedef>name,label\n" + end, "a.gdf"))
    with pytest.raises(ReadingError, match=r"line 2: byte 0xE9"):
        read_interactions(write(b"nodedef>name,caf\xe9\na,b\n", "b.gdf"))
    with pytest.raises(ReadingError, match=r"encoding cannot be read .*--encoding"):
        read_interactions(write("<?xml version='1.0' encoding='x-no'?>" + graphml(), "a.graphml"))
    skipped = write(b"*Vertices 2\n1 ann\n2 bob\n*Arcs\n1 2\n1 caf\xe9\n", "bytes.net")
    found = read_interactions(skipped, skip_bad_rows=True)
    assert rows(found) == [("ann", "bob")]
    assert found.report.rows_refused == 1


def test_references_that_name_no_character_stay(network):
    names = ["&#xD800;", "&#xD801;", "&nothing;", "&#1;"]
    text = "graph [ " + " ".join(f'node [ id {i} label "{n}" ]' for i, n in enumerate(names)) + "]"
    assert network(text).isolated == (*names[:3], "\x01")


def test_attributes_without_end_do_not_fill_the_memory(network, monkeypatch):
    monkeypatch.setattr(facts, "MOST_COLUMNS", 3)
    text = "graph [ " + " ".join(f"node [ id {i} a{i} 1 ]" for i in range(5)) + " ]"
    found = network(text)
    assert len(found.attributes.columns) == 3
    assert any("2 value(s) of nodes are left out" in notice for notice in found.report.notices)


def test_values_that_are_not_of_their_type_stay_text(network):
    keys = '<key id="n" for="node" attr.name="n" attr.type="int"/>'
    nodes = "".join(
        f'<node id="{i}"><data key="n">{value}</data></node>'
        for i, value in enumerate(["1", "one", "9" * 40])
    )
    assert network(graphml(nodes, keys=keys)).attributes["n"].tolist() == ["1", "one", "9" * 40]


# --- other shapes of these formats --------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*Vertices 3\n*Arcslist\n1 2 3\n", {("1", "2"), ("1", "3")}),
        ("*Vertices 3\n*Edgeslist\n1 2\n", {("1", "2"), ("2", "1")}),
        ("*Vertices 2\n*Matrix\n0 2\n0 0\n", {("1", "2")}),
        ("*Vertices 3 1\n*Matrix\n0 2\n", {("1", "3")}),
        ("*vertices 2\n1 a\n2 b\n*ARCS\n1 2\n", {("a", "b")}),
        ("*Arcs\n1 2\n", {("1", "2")}),
        ('*Vertices 2\n*Arcs :1 "RT"\n*Arcs :2 "mention"\n1: 1 2 3\n', {("2", "1")}),
        ("dl n=3 format=edgelist1\ndata:\n1 2 4\n2 3\n3 1 0\n", {("1", "2"), ("2", "3")}),
        ("DL n=3, format = nodelist1\nlabels:\na,b,c\ndata:\n1 2 3\n", {("a", "b"), ("a", "c")}),
        (
            'dl n=3 format=edgelist1\nlabels embedded\ndata:\nann bob\n"c d" ann 2\n',
            {("ann", "bob"), ("c d", "ann")},
        ),
        (
            "dl n=2 format=fullmatrix\nlabels embedded:\ndata:\nann bob\nann 0 1\nbob 0 0\n",
            {("ann", "bob")},
        ),
        ("dl n=2 format=lowerhalf\ndata:\n0\n1 0\n", {("1", "2"), ("2", "1")}),
        ("dl n=2\ndata: 0 1\n0 0\n", {("1", "2")}),
        (
            "dl n=2 nm=2\nlabels:\na b\nmatrix labels:\nmention RT\ndata:\n0 1 0 0\n0 1 0 0\n",
            {("a", "b"), ("b", "a")},
        ),
        ("# Undirected graph: x\n# Nodes: 2 Edges: 1\n1\t2\n", {("1", "2"), ("2", "1")}),
        ("% asym unweighted\n1 2\n", {("1", "2")}),
        ("% asym weighted\n1\t2\t0.5\n", {("1", "2")}),
        ("nodedef> name\na\nedgedef> node1, node2\na,b\n", {("a", "b")}),
        (
            "<gexf><graph><edges><edge source='a' target='b'/></edges></graph></gexf>",
            {("a", "b"), ("b", "a")},
        ),
        (
            "<gexf><graph><edges>"
            "<edge source='a' target='b' type='retweet'/></edges></graph></gexf>",
            {("a", "b"), ("b", "a")},
        ),
        (
            "<gexf><graph defaultedgetype='directed'><edges>"
            "<edge source='a' target='b' kind='RT' timestamps='&lt;[2, 3]&gt;'/>"
            "</edges></graph></gexf>",
            {("b", "a")},
        ),
        (
            graphml(edges='<edge source="a" target="b"/>', graph='edgedefault="undirected"'),
            {("a", "b"), ("b", "a")},
        ),
    ],
)
def test_shapes_of_formats(network, text, expected):
    assert travels(network(text)) == expected


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
