"""What Gephi's importers and graphology's parsers accept, as rules that a file keeps or breaks.

Stated from their source (ImporterGraphML, ImporterGEXF, ImportEdgesProcess, ElementDraftImpl of
Gephi 0.10; npm graphology-graphml 0.5.2, graphology-gexf 0.13.2). Each function returns the faults
that it finds, a line each: none where every program reads the whole file as it is meant.
"""

import gzip
import re
from collections import Counter
from xml.etree import ElementTree

import numpy as np

GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"
GEXF = "{http://gexf.net/1.3}"
VIZ = "{http://gexf.net/1.3/viz}"

# Matched exactly, by the id of the key first, then by its name; such a key is no column.
NODE_LOOKS = {"label", "nodelabel", "d3", "x", "y", "z", "xpos", "ypos", "zpos", "size"}
EDGE_LOOKS = {"label", "edgelabel", "d7", "weight", "Edge Weight", "id", "edgeid"}
COLORS = {"r", "g", "b", "color"}
LOOKS = {"node": NODE_LOOKS | COLORS, "edge": EDGE_LOOKS | COLORS}
# Gephi has these columns already; it knows columns by their small letters.
TAKEN = {"node": {"id", "label", "timeset"}, "edge": {"id", "label", "weight", "timeset"}}

# In JavaScript every object has these; graphology asks objects for nodes and attributes.
JAVASCRIPT = {
    *("__proto__", "constructor", "hasOwnProperty", "isPrototypeOf", "toLocaleString"),
    *("propertyIsEnumerable", "toString", "valueOf", "__defineGetter__", "__defineSetter__"),
    *("__lookupGetter__", "__lookupSetter__"),
}

JAVA_NUMBER = re.compile(r"[+-]?(NaN|Infinity|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)")
ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def text_of(path):
    opened = gzip.open if str(path).endswith(".gz") else open
    with opened(path, "rb") as stream:
        return stream.read().decode("utf-8")


def graphml_faults(path):
    root, faults = _parsed(text_of(path))
    if root is None:
        return faults
    graphs = root.findall(f"{GRAPHML}graph")
    if len(graphs) != 1:
        return [*faults, f"{len(graphs)} graphs: nested or several become one"]
    graph = graphs[0]
    if graph.get("edgedefault") not in ("directed", "undirected"):
        faults.append("edgedefault is neither directed nor undirected")
    keys = {}
    faults += _repeated([key.get("id") for key in root.findall(f"{GRAPHML}key")], "key")
    for key in root.findall(f"{GRAPHML}key"):
        id_, holder = key.get("id") or "", key.get("for")
        name, type_ = key.get("attr.name") or "", key.get("attr.type")
        keys[id_] = (holder, name, type_)
        if not id_ or not name:
            faults.append("a key without id or name")
        if holder not in LOOKS:
            faults.append(f"key {id_}: for={holder} stops graphology or is dropped")
            continue
        if type_ not in ("boolean", "int", "long", "float", "double", "string"):
            faults.append(f"key {id_}: type {type_} stops graphology or is dropped")
        if len(key):
            faults.append(f"key {id_}: graphology does not cast a default")
        if {id_, name} & LOOKS[holder]:
            look = id_ if id_ in LOOKS[holder] else name
            if type_ not in _look_types(look):
                faults.append(f"key {id_}: {look} as {type_}")
    for holder in LOOKS:
        columns = {
            id_: name
            for id_, (for_, name, _) in keys.items()
            if for_ == holder and not {id_, name} & LOOKS[holder]
        }
        faults += _columns(columns, holder)
    nodes = graph.findall(f"{GRAPHML}node")
    edges = graph.findall(f"{GRAPHML}edge")
    faults += _structure(nodes, edges)
    places = []
    for holder, elements in (("node", nodes), ("edge", edges)):
        for element in elements:
            where = f"{holder} {element.get('id')!r}"
            cells = [(data.get("key"), data.text or "") for data in element]
            faults += _repeated([key for key, _ in cells], f"{where}: data")
            looks = {}
            for key, value in cells:
                for_, name, type_ = keys.get(key, (None, "", ""))
                if for_ != holder:
                    faults.append(f"{where}: data for {key}, which is no key of a {holder}")
                    continue
                faults += _value(type_, value, f"{where}: {key}")
                look = key if key in LOOKS[holder] else name
                if look in LOOKS[holder]:
                    looks[look] = value
            faults += _looks(looks, where)
            if holder == "node" and "x" in looks:
                places.append((looks["x"], looks.get("y")))
    return faults + _places(places)


def gexf_faults(path):
    root, faults = _parsed(text_of(path))
    if root is None:
        return faults
    if root.tag != f"{GEXF}gexf" or root.get("version") != "1.3":
        return [*faults, "no GEXF 1.3"]
    graph = root.find(f"{GEXF}graph")
    if graph.get("defaultedgetype") not in ("directed", "undirected"):
        faults.append("defaultedgetype is neither directed nor undirected")
    dynamic = graph.get("mode") == "dynamic"
    unit = (graph.get("timeformat") or "double").lower()
    if unit not in ("double", "float", "date", "datetime", "timestamp"):
        faults.append(f"timeformat {unit}")
    declared = {"node": {}, "edge": {}}
    for attributes in graph.findall(f"{GEXF}attributes"):
        holder = attributes.get("class")
        if holder not in declared:
            faults.append(f"attributes of class {holder}")
            continue
        faults += _repeated([a.get("id") for a in attributes], f"{holder} attribute")
        for attribute in attributes:
            id_, type_ = attribute.get("id") or "", attribute.get("type")
            declared[holder][id_] = (attribute.get("title") or id_, type_)
            if type_ not in ("boolean", "integer", "long", "float", "double", "string"):
                faults.append(f"attribute {id_}: type {type_} is text to graphology, or refused")
            # graphology takes an id for the name unless it is a number.
            if attribute.get("title") != id_:
                faults.append(f"attribute {id_}: another title than its id")
        faults += _columns({id_: t for id_, (t, _) in declared[holder].items()}, holder)
    nodes = graph.findall(f"{GEXF}nodes/{GEXF}node")
    edges = graph.findall(f"{GEXF}edges/{GEXF}edge")
    faults += _structure(nodes, edges)
    places = []
    for holder, elements in (("node", nodes), ("edge", edges)):
        for element in elements:
            where = f"{holder} {element.get('id')!r}"
            values = element.findall(f"{GEXF}attvalues/{GEXF}attvalue")
            faults += _repeated([value.get("for") for value in values], f"{where}: attvalue")
            for value in values:
                _, type_ = declared[holder].get(value.get("for"), ("", None))
                if type_ is None:
                    faults.append(f"{where}: attvalue for {value.get('for')}, not declared")
                    continue
                faults += _value(type_, value.get("value"), f"{where}: {value.get('for')}")
            looks = {}
            for viz in element:
                if viz.tag == f"{VIZ}size":
                    if next(iter(viz.attrib), None) != "value":
                        faults.append(f"{where}: viz:size must begin with its value")
                        continue
                    looks["size"] = viz.get("value")
                elif viz.tag == f"{VIZ}position":
                    looks |= {name: viz.get(name, "") for name in "xy"}
                    places.append((viz.get("x"), viz.get("y")))
                elif viz.tag == f"{VIZ}color":
                    looks |= {name: viz.get(name, "") for name in "rgb"}
            if "weight" in element.attrib:
                looks["weight"] = element.get("weight")
            faults += _looks(looks, where)
            faults += _time(element, dynamic, graph.get("timerepresentation"), unit, where)
            if element.get("type") not in (None, "directed", "undirected"):
                faults.append(f"{where}: type {element.get('type')}")
            if "pid" in element.attrib:
                faults.append(f"{where}: pid is no longer read")
    return faults + _places(places)


def spreadsheet_faults(nodes_path, edges_path):
    faults = []
    tables = {}
    for what, path in (("nodes", nodes_path), ("edges", edges_path)):
        text = text_of(path)
        if re.search(r"\\(?![xu0])", text):
            faults.append(f"{what}: a backslash that Gephi takes for its own escape")
        rows, blanks = _cells(text)
        faults += [f"{what}: the blanks of {cell!r} are lost, unless quoted" for cell in blanks]
        header = [name.strip().lower() for name in rows[0]]
        faults += _repeated(header, f"{what}: column")
        if "" in header:
            faults.append(f"{what}: a column without a name")
        if any(len(row) != len(header) for row in rows):
            faults.append(f"{what}: rows of different length")
        tables[what] = [dict(zip(header, row, strict=False)) for row in rows[1:]]
        for row in tables[what]:
            for name in ("id", "source", "target"):
                if name in row and _has_outer_blanks(row[name]):
                    faults.append(f"{what}: {name} {row[name]!r} is trimmed by Gephi")
    ids = [row.get("id", "") for row in tables["nodes"]]
    edges = tables["edges"]
    faults += _ids(ids, "node") + _ids([row.get("id", "") for row in edges], "edge")
    for row in edges:
        faults += [
            f"edge {row.get('id')!r}: {end} is no node"
            for end in ("source", "target")
            if row.get(end) not in set(ids)
        ]
        if row.get("type") not in ("Directed", "Undirected"):
            faults.append(f"edge {row.get('id')!r}: type {row.get('type')!r}")
        if row.get("weight"):
            faults += _looks({"weight": row["weight"]}, f"edge {row.get('id')!r}")
    return faults


def _cells(text):
    """The rows of a CSV file, and the cells without quotes whose blanks Gephi would trim."""
    rows, blanks = [[]], []
    for cell, end in re.findall(r'("(?:[^"]|"")*"|[^,\r\n]*)(,|\n)', text):
        if cell != cell.strip():
            blanks.append(cell)
        rows[-1].append(cell[1:-1].replace('""', '"') if cell.startswith('"') else cell)
        if end == "\n":
            rows.append([])
    return rows[:-1], blanks


def _has_outer_blanks(text):
    # As Java trims.
    return text != "" and (text[0] <= " " or text[-1] <= " ")


def read_otherwise(values):
    """How many of these texts Gephi reads as another: INF becomes Infinity, null nothing."""
    return sum("INF" in value or value.lower() == "null" for value in values)


def _parsed(text):
    found = ILLEGAL.search(text)
    if found:
        return None, [f"U+{ord(found[0]):04X} is no character of XML 1.0: the whole file fails"]
    try:
        return ElementTree.fromstring(text), []
    except ElementTree.ParseError as error:
        return None, [f"no XML: {error}"]


def _repeated(values, what):
    return [f"{what} {value!r} stands twice" for value, n in Counter(values).items() if n > 1]


def _columns(columns, holder):
    faults = _repeated([id_.lower() for id_ in columns], f"{holder} column (in small letters)")
    for id_, name in columns.items():
        for word in {id_.lower(), name.lower()} & TAKEN[holder]:
            faults.append(f"{holder} column {id_}: Gephi has its own column {word}")
        if {id_, name} & JAVASCRIPT:
            faults.append(f"{holder} column {id_}: no name for an attribute in JavaScript")
    return faults


def _ids(ids, what):
    faults = _repeated(ids, f"{what} id")
    for id_ in ids:
        if not id_:
            faults.append(f"a {what} with an empty id: the import stops")
        elif _has_outer_blanks(id_):
            faults.append(f"{what} id {id_!r} has outer blanks")
        elif id_ in JAVASCRIPT:
            faults.append(f"{what} id {id_}: graphology finds edges to it that are not there")
    return faults


def _structure(nodes, edges):
    ids = [node.get("id") or "" for node in nodes]
    known = set(ids)
    faults = _ids(ids, "node") + _ids([edge.get("id") or "" for edge in edges], "edge")
    for edge in edges:
        for end in ("source", "target"):
            if edge.get(end) not in known:
                faults.append(f"edge {edge.get('id')!r}: {end} {edge.get(end)!r} is no node")
    return faults


def _value(type_, value, where):
    if type_ == "boolean" and value not in ("true", "false"):
        return [f"{where}: {value!r} is no boolean"]
    if type_ in ("int", "integer", "long"):
        bound = 2**53 if type_ == "long" else 2**31
        if not re.fullmatch(r"-?\d+", value) or not -bound <= int(value) <= bound - (bound < 2**53):
            return [f"{where}: {value!r} is no {type_} of every program"]
    if type_ in ("float", "double") and not JAVA_NUMBER.fullmatch(value):
        return [f"{where}: {value!r} is no number to Java"]
    return []


def _look_types(look):
    if look in ("label", "nodelabel", "edgelabel", "color", "d3", "d7", "id", "edgeid"):
        return ("string",)
    return ("int",) if look in COLORS else ("float", "double")


def _looks(looks, where):
    faults = []
    for name in ("x", "y", "z", "size", "weight"):
        if name in looks:
            if not JAVA_NUMBER.fullmatch(looks[name]) or not np.isfinite(float(looks[name])):
                faults.append(f"{where}: {name} {looks[name]!r} is no finite number")
                continue
            if name == "size" and float(looks[name]) < 0:
                faults.append(f"{where}: size below 0")
            # Gephi keeps 32 bits.
            if name == "weight" and np.float64(looks[name]).astype(np.float32) <= 0:
                faults.append(f"{where}: weight {looks[name]}: Gephi removes the edge")
    parts = [looks.get(name, "") for name in "rgb"]
    if any(parts) and not all(re.fullmatch(r"\d+", part) and int(part) < 256 for part in parts):
        faults.append(f"{where}: r, g and b must be three whole numbers from 0 to 255")
    if not re.fullmatch("#[0-9a-fA-F]{6}", looks.get("color", "#000000")):
        faults.append(f"{where}: colour {looks['color']!r}")
    return faults


def _places(places):
    if len(places) > 1 and all(float(x) == float(y or 0) == 0 for x, y in places):
        return ["all nodes at 0, 0: Gephi places them at random"]
    return []


def _time(element, dynamic, representation, unit, where):
    start, end = element.get("start"), element.get("end")
    if start is None and end is None:
        return []
    if not dynamic or representation != "interval":
        return [f"{where}: an interval where the graph has none"]
    if unit == "datetime":
        if not all(ISO.fullmatch(time) for time in (start, end) if time is not None):
            return [f"{where}: times are ISO 8601 with T and Z"]
    elif not all(JAVA_NUMBER.fullmatch(time) for time in (start, end) if time is not None):
        return [f"{where}: times are numbers"]
    if start and end:
        first, last = (start, end) if unit == "datetime" else (float(start), float(end))
        if unit == "datetime":  # a fraction sorts after the Z of the same whole second
            first, last = start.rstrip("Z"), end.rstrip("Z")
        if first > last:
            return [f"{where}: ends before it starts"]
    return []
