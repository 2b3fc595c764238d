"""Networks as adversaries and their files would have them, for the tests of all writers."""

import numpy as np
from hypothesis import strategies as st

from keynodes.interop.networks import Network

HOSTILE = [
    "",
    " ",
    " ann ",
    "two\nlines",
    "\t",
    "\r\n",
    "a\x00b",
    "\x1b[31mred\x1b[0m",
    "\x0b\x0c\x1f",
    "a\ufffe",
    "\uffff",
    "]]>",
    "<!-- &amp; -->",
    "<b>&lt;",
    '"',
    "'",
    "\\",
    "\\\\",
    "\\x0a",
    "\\u0000",
    "\\0",
    "\u202egnp.exe",
    "null",
    "NULL",
    "INFO_x",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "\\valueOf",
    "\u3000wide\u3000",
    "\x85\u2028\ufeff",
    "\U0001f469\u200d\U0001f467",
    "a" + "\u0301" * 5000,
    "=1+1",
    "a,b;c",
    "#x",
    "%s%%",
    "{0}",
    "1.29E+18",
    "NaN",
]
NAMES = [
    *("score", "Score", "x", "y", "z", "size", "color", "label", "id", "r", "Id", "Weight", "d3"),
    *("weight", "type", "kind", "self", "node_for_adding", "u_for_edge", "key", "__proto__", "%s"),
    *('a"b', "<k>", "\x00", "", "a\nb", "2024", "viz", "start", "timeset", "Label", "x_value"),
]

texts = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
floats = st.floats(width=64)
wholes = st.integers(-(2**31), 2**31 - 1) | st.integers(-(2**70), 2**70)
missing = st.sampled_from([None, float("nan")])
anything = st.one_of(
    texts,
    texts.map(np.str_),
    floats,
    floats.map(np.float64),
    wholes,
    st.integers(-(2**63), 2**63 - 1).map(np.int64),
    st.booleans(),
    st.booleans().map(np.bool_),
    missing,
)


def objects(values):
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


@st.composite
def columns(draw, length):
    """A column of any type that a caller may hand in."""
    kind = draw(st.sampled_from(["mixed", "text", "float", "int", "bool", "whole", "color"]))
    many = {"min_size": length, "max_size": length}
    if kind == "float":
        return np.array(draw(st.lists(floats, **many)), dtype=np.float64)
    if kind == "int":
        return np.array(draw(st.lists(st.integers(-(2**63), 2**63 - 1), **many)), dtype=np.int64)
    if kind == "bool":
        return np.array(draw(st.lists(st.booleans(), **many)), dtype=bool)
    if kind == "color":
        return objects(draw(st.lists(st.sampled_from(["#00ff7F", "#000000", None]), **many)))
    of = {"mixed": anything, "text": texts | missing, "whole": wholes | missing}[kind]
    return objects(draw(st.lists(of, **many)))


@st.composite
def networks(draw):
    """Any network: hostile ids, columns of any name and type, parallel arcs, loops, times."""
    ids = draw(st.lists(texts, min_size=1, max_size=6, unique=True))
    n = len(ids)
    ends = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=6))
    m = len(ends)
    weights = draw(st.lists(st.floats(1e-30, 1e30), min_size=m, max_size=m))
    nodes = {
        name: draw(columns(n))
        for name in draw(st.lists(st.sampled_from(NAMES), max_size=5, unique=True))
    }
    arcs = {
        name: draw(columns(m))
        for name in draw(st.lists(st.sampled_from(NAMES), max_size=4, unique=True))
        if name != "weight"
    }
    if draw(st.booleans()):
        arcs["weight"] = np.array(weights, dtype=np.float64)
    if draw(st.booleans()):
        arcs["interaction"] = objects(draw(st.lists(texts, min_size=m, max_size=m)))
    unit = draw(st.sampled_from(["timestamp", "number", None]))
    if unit:
        first = np.array(
            draw(st.lists(st.floats(-1e10, 1e10) | st.just(np.nan), min_size=m, max_size=m)),
            dtype=np.float64,
        )
        arcs |= {"first_time": first, "last_time": first + 0.25}
    return Network(
        ids=objects(ids),
        nodes=nodes,
        tails=np.array([tail for tail, _ in ends], dtype=np.int32),
        heads=np.array([head for _, head in ends], dtype=np.int32),
        arcs=arcs,
        directed=draw(st.booleans()),
        time_unit=unit,
        about={"title": draw(texts)},
    )


def pair(**how):
    """Two nodes and an arc, with whatever else."""
    how = {"nodes": {}, "arcs": {}, **how}
    return Network(ids=objects(["a", "b"]), tails=np.array([0]), heads=np.array([1]), **how)
