"""The rules themselves: each sees the file that breaks it, and none sees one in a good file."""

import re

import gephi_rules
import pytest

GRAPHML = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="label" for="node" attr.name="label" attr.type="string"/>
<key id="x" for="node" attr.name="x" attr.type="double"/>
<key id="y" for="node" attr.name="y" attr.type="double"/>
<key id="size" for="node" attr.name="size" attr.type="double"/>
<key id="r" for="node" attr.name="r" attr.type="int"/>
<key id="g" for="node" attr.name="g" attr.type="int"/>
<key id="b" for="node" attr.name="b" attr.type="int"/>
<key id="color" for="node" attr.name="color" attr.type="string"/>
<key id="score" for="node" attr.name="score" attr.type="double"/>
<key id="seen" for="node" attr.name="seen" attr.type="long"/>
<key id="watch" for="node" attr.name="watch" attr.type="boolean"/>
<key id="weight" for="edge" attr.name="weight" attr.type="double"/>
<graph id="keynodes" edgedefault="directed">
<node id="a"><data key="label">A</data><data key="x">1.0</data><data key="y">0.0</data>\
<data key="size">4.0</data><data key="r">255</data><data key="g">0</data><data key="b">9</data>\
<data key="color">#ff0009</data><data key="score">NaN</data><data key="seen">9</data>\
<data key="watch">true</data></node>
<node id="b"/>
<edge id="e0" source="a" target="b"><data key="weight">2.0</data></edge>
<edge id="e1" source="b" target="a"/>
</graph>
</graphml>
"""

GEXF = """<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">
<graph defaultedgetype="directed" mode="dynamic" timeformat="dateTime" \
timerepresentation="interval">
<attributes class="node" mode="static">
<attribute id="score" title="score" type="double"/>
<attribute id="rank" title="rank" type="integer"/>
</attributes>
<nodes>
<node id="a" label="A"><attvalues><attvalue for="score" value="0.5"/></attvalues>\
<viz:size value="4.0"/><viz:position x="1.0" y="0.0"/><viz:color r="255" g="0" b="9"/></node>
<node id="b" label="B"/>
</nodes>
<edges>
<edge id="e0" source="a" target="b" weight="2.0" kind="reply" start="2020-01-01T00:00:00Z" \
end="2020-01-01T00:00:00.500Z"/>
</edges>
</graph>
</gexf>
"""

NODES = 'Id,Label,score\na,A,0.5\n"\u3000b",,\n'
EDGES = 'Source,Target,Type,Id,Weight\na,"\u3000b",Directed,e0,2.0\n'


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("A</data>", "A\x00</data>", r"U\+0000 is no character"),
        ("A</data>", "A\ufffe</data>", r"U\+FFFE is no character"),
        ("A</data>", "A & B</data>", "no XML"),
        ('id="b"/>', 'id="a"/>', "node id 'a' stands twice"),
        ('id="b"/>', 'id=""/>', "a node with an empty id"),
        ('id="b"/>', 'id=" b"/>', "outer blanks"),
        ('id="b"/>', 'id="constructor"/>', "edges to it that are not there"),
        ('"e1"', '"e0"', "edge id 'e0' stands twice"),
        ('source="b"', 'source="c"', "source 'c' is no node"),
        ('target="b"', 'target=""', "target '' is no node"),
        ('edgedefault="directed"', "", "edgedefault"),
        ('key id="score" for="node"', 'key id="score" for="all"', "for=all stops graphology"),
        ('"score" attr.type="double"', '"score" attr.type="integer"', "type integer stops"),
        ('"score" attr.type="double"', '"score" attr.type="date"', "type date stops"),
        ('id="seen" for', 'id="score" for', "key 'score' stands twice"),
        ('id="seen" for', 'id="Score" for', r"'score' stands twice|no key of a node"),
        ('id="seen" for', 'id="Id" for', "Gephi has its own column id"),
        ('id="seen" for', 'id="toString" for', "JavaScript"),
        ('attr.name="seen"', "", "a key without id or name"),
        ('"r" attr.type="int"', '"r" attr.type="string"', "r as string"),
        ('"size" attr.type="double"', '"size" attr.type="string"', "size as string"),
        ('"double"/>\n<graph', '"double"><default>1</default></key>\n<graph', "does not cast"),
        (">NaN<", ">nan<", "'nan' is no number to Java"),
        (">NaN<", ">inf<", "'inf' is no number to Java"),
        ('"seen">9<', '"seen">9.0<', "is no long"),
        ('"seen">9<', f'"seen">{2**53 + 1}<', "is no long of every program"),
        ('"r">255<', '"r">300<', "from 0 to 255"),
        ('<data key="g">0</data>', "", "must be three"),
        (">#ff0009<", ">rgb(255,0,9)<", "colour"),
        (">#ff0009<", ">#ff0009ff<", "colour"),
        (">true<", ">True<", "no boolean"),
        ('"weight">2.0', '"weight">0', "Gephi removes the edge"),
        ('"weight">2.0', '"weight">1e-60', "Gephi removes the edge"),
        ('"weight">2.0', '"weight">-1', "Gephi removes the edge"),
        ('"weight">2.0', '"weight">NaN', "no finite number"),
        ('"size">4.0', '"size">-4.0', "size below 0"),
        ('"x">1.0', '"x">Infinity', "no finite number"),
        ('key="weight">2', 'key="score">2', "no key of a edge"),
        ('<data key="x">', '<data key="y">', "data 'y' stands twice"),
        ("</graph>", "</graph><graph/>", "2 graphs"),
        (
            '<node id="b"/>',
            '<node id="b"><data key="x">0</data><data key="y">0</data></node>',
            "at random",
        ),
    ],
)
def test_graphml(tmp_path, old, new, fault):
    path = tmp_path / "graph.graphml"
    path.write_text(GRAPHML)
    assert gephi_rules.graphml_faults(path) == []
    assert old in GRAPHML
    broken = GRAPHML.replace(old, new, 1)
    if fault == "at random":
        broken = broken.replace('"x">1.0', '"x">0.0')
    path.write_text(broken)
    faults = gephi_rules.graphml_faults(path)
    assert faults
    assert any(re.search(fault, found) for found in faults), faults


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('version="1.3"', 'version="2"', "no GEXF 1.3"),
        ('"http://gexf.net/1.3"', '"http://gexf.net/1.2"', "no GEXF 1.3"),
        ('defaultedgetype="directed"', 'defaultedgetype="mutual"', "defaultedgetype"),
        ('timeformat="dateTime"', 'timeformat="iso"', "timeformat iso"),
        ('mode="dynamic"', 'mode="static"', "an interval where the graph has none"),
        ('timerepresentation="interval"', "", "an interval where the graph has none"),
        ("2020-01-01T00:00:00Z", "2020-01-01", "ISO 8601"),
        ("2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z", "ends before it starts"),
        ('class="node"', 'class="nodes"', "attributes of class nodes"),
        ('type="integer"', 'type="int"', "type int is text to graphology"),
        ('id="rank"', 'id="0"', "another title than its id"),
        ('id="rank" title="rank"', 'id="Score" title="Score"', "'score' stands twice"),
        ('for="score"', 'for="rang"', "not declared"),
        ('value="0.5"', 'value="inf"', "no number to Java"),
        ('<viz:size value="4.0"/>', '<viz:size id="1" value="4.0"/>', "begin with its value"),
        ('<viz:size value="4.0"/>', "<viz:size/>", "begin with its value"),
        ('r="255"', 'r="256"', "from 0 to 255"),
        ('y="0.0"/>', 'y="NaN"/>', "no finite number"),
        ('weight="2.0"', 'weight="0.0"', "Gephi removes the edge"),
        ('kind="reply"', 'type="reply"', "type reply"),
        ('label="B"', 'pid="a"', "pid"),
        ('id="b"', 'id=""', "empty id"),
        ('target="b"', 'target="c"', "'c' is no node"),
    ],
)
def test_gexf(tmp_path, old, new, fault):
    path = tmp_path / "graph.gexf"
    path.write_text(GEXF)
    assert gephi_rules.gexf_faults(path) == []
    assert old in GEXF
    path.write_text(GEXF.replace(old, new, 1))
    assert any(fault in found for found in gephi_rules.gexf_faults(path))


@pytest.mark.parametrize(
    ("table", "old", "new", "fault"),
    [
        ("nodes", "A,", "a\\nb,", "its own escape"),
        ("nodes", '"\u3000b"', "\u3000b", "lost, unless quoted"),
        ("nodes", "score", "Label", "column 'label' stands twice"),
        ("nodes", "score", "", "a column without a name"),
        ("nodes", ",0.5", "", "rows of different length"),
        ("nodes", "\na,", '\n"a ",', "trimmed by Gephi"),
        ("nodes", "\na,", "\n\u3000b,", "lost, unless quoted"),
        ("nodes", "\na,", "\n,", "empty id"),
        ("edges", "\na,", "\nc,", "source is no node"),
        ("edges", "Directed", "reply", "type 'reply'"),
        ("edges", "2.0", "0", "Gephi removes the edge"),
    ],
)
def test_spreadsheets(tmp_path, table, old, new, fault):
    paths = {"nodes": tmp_path / "nodes.csv", "edges": tmp_path / "edges.csv"}
    texts = {"nodes": NODES, "edges": EDGES}
    for what, path in paths.items():
        path.write_text(texts[what])
    assert gephi_rules.spreadsheet_faults(*paths.values()) == []
    assert old in texts[table]
    paths[table].write_text(texts[table].replace(old, new, 1))
    assert any(fault in found for found in gephi_rules.spreadsheet_faults(*paths.values()))


def test_what_gephi_reads_otherwise():
    assert gephi_rules.read_otherwise(["INFO", "info", "null", "Null", "nullify", ""]) == 3
