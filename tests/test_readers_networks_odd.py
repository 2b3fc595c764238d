"""Network files that are hostile, malformed, or of a rarer shape."""

import time

import pytest
from networks import graphml, kinds
from reading import rows
from social import travels

from keynodes import ReadingError, read_interactions
from keynodes.readers.networks import facts


@pytest.fixture
def network(write):
    """Read a network written in a test."""
    return lambda text, name="network.txt", **options: read_interactions(
        write(text, name), **options
    )


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
        ("*Vertices 99999999999999\n", "line 1: 99,999,999,999,999 nodes, .* at most"),
        (f"*Vertices {'9' * 5000}\n", "needs how many there are"),
        ("dl n=99999999999 format=edgelist1\ndata:\n1 2\n", "99,999,999,999 nodes, .* at most"),
        ("*Vertices 2\nann\n", "line 2: a vertex must be a whole number, found 'ann'"),
        ("*Vertices 2\n*Arcslist\n1 [1-2]\n", "a vertex must be a whole number"),
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
        ("dl nr=2, nc=2\nrow labels: a b\ncol labels: x y\ndata:\n0 1 1 0\n", "of two modes"),
        ("dl n=3 format=lowerhalf diagonal=absent\ndata:\n1\n0 1\n", "without its diagonal"),
        ("dl n=2\ndata:\n0 1\n1\n", "the matrix ends in row 2 of 2; the file is cut off"),
        ("*Vertices 2\n*Matrix\n0 1\n*Arcs\n", "has 2 of 2 × 2 cells; the file is cut off"),
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


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE[" * 6000,
        "*Vertices 2\n*Arcs\n" + "[ " * 200_000,
        "nodedef>name\n" + "\",'" * 100_000,
        "graph [ " + "a [ " * 100_000,
        "dl n=2\nlabels:\n" + "row  " * 100_000,
        "<graphml><graph>" + "<node id='a'><graph>" * 50_000,
    ],
)
def test_texts_made_to_be_slow_are_not(network, text):
    start = time.process_time()
    with pytest.raises(ReadingError):
        network(text, columns={"source": "1", "target": "2"} if "DOCTYPE" in text else None)
    assert time.process_time() - start < 5


def test_values_that_are_not_of_their_type_stay_text(network):
    keys = '<key id="n" for="node" attr.name="n" attr.type="int"/>'
    nodes = "".join(
        f'<node id="{i}"><data key="n">{value}</data></node>'
        for i, value in enumerate(["1", "one", "9" * 40, "1_0"])
    )
    assert network(graphml(nodes, keys=keys)).attributes["n"].tolist() == [
        "1",
        "one",
        "9" * 40,
        "1_0",
    ]


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


def test_a_small_file_cannot_make_endless_values(tmp_path, monkeypatch):
    keys = "".join(
        f'<key id="k{i}" for="node" attr.name="k{i}" attr.type="string"><default>x</default></key>'
        for i in range(20)
    )
    nodes = "".join(f'<node id="n{i}"/>' for i in range(30))
    path = tmp_path / "many.graphml"
    path.write_text(
        f'<graphml>{keys}<graph edgedefault="directed">{nodes}'
        '<edge source="n0" target="n1"/></graph></graphml>'
    )
    monkeypatch.setattr("keynodes.readers.networks.facts.MOST_VALUES", 250)
    read = read_interactions(path)
    assert int(read.attributes.notna().to_numpy().sum()) == 250
    assert any("350 value(s) of nodes are left out" in notice for notice in read.report.notices)
