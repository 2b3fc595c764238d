"""GEXF 1.3: as GraphML, and with the time of every arc for Gephi's timeline."""

import os
from collections.abc import Sequence

from keynodes.interop.blocks import Piece, text_file, write_rows
from keynodes.interop.columns import Column, Texts
from keynodes.interop.contents import NetworkReport, contents_of, described, written_ids
from keynodes.interop.names import MARK, ODD_IN_XML, escaped, written_id, xml
from keynodes.interop.networks import Network
from keynodes.kernels.blocks import NamedProgress

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">
"""

TYPES = {"int": "integer"}
"""GEXF's words for types, where they are not GraphML's."""


def write_gexf(
    network: Network, path: str | os.PathLike[str], *, progress: NamedProgress | None = None
) -> NetworkReport:
    """Write a network as GEXF 1.3.

    Ids and columns are written as `keynodes.interop.graphml.write_graphml` writes them. Where arcs
    have a ``first_time`` or a ``last_time``, the network is dynamic and every arc is there from
    the one to the other (an interval; to Gephi Lite, which knows no time, always). What an arc is
    made of (``interaction``) is its kind as well: Gephi keeps parallel edges of different kinds
    apart.

    Parameters
    ----------
    network : Network
        What to write.
    path : path
        Where to; packed when it ends in ``.gz``. Written whole or not at all.
    progress : callable, optional
        Called as ``progress(what, done, total)``.

    Returns
    -------
    NetworkReport
        What was written in another way than it is called or spelled.

    Notes
    -----
    Time O(n + m) times the columns; memory a pointer for each node, beside a block of 2,048 rows.
    networkx (3.6) reads no GEXF whose times are dates.
    """
    contents = contents_of(network)
    looks = contents.looks
    kinds = [column for column in contents.arcs if column.name == "interaction"]
    ids = written_ids(network.ids, written_id, xml, contents.report)

    def node_pieces(rows: slice) -> Sequence[Piece]:
        pieces: list[Piece] = [
            ('<node id="', ids[rows].tolist(), '"'),
            (' label="', looks["label"].cells(rows, xml, ODD_IN_XML), '">'),
            *_attvalues(contents.nodes, rows),
        ]
        if "size" in looks:
            pieces.append(('<viz:size value="', looks["size"].texts(rows), '"/>'))
        if "x" in looks:
            places = _beside('" y="', looks["x"].texts(rows), looks["y"].texts(rows))
            pieces.append(('<viz:position x="', places, '"/>'))
        if "r" in looks:
            red, green, blue = (looks[name].texts(rows) for name in "rgb")
            colors = _beside('" b="', _beside('" g="', red, green), blue)
            pieces.append(('<viz:color r="', colors, '"/>'))
        return [*pieces, "</node>\n"]

    def arc_pieces(rows: slice) -> Sequence[Piece]:
        pieces: list[Piece] = [
            ('<edge id="e', list(map(str, range(rows.start, rows.stop))), '"'),
            (' source="', ids[network.tails[rows]].tolist(), '"'),
            (' target="', ids[network.heads[rows]].tolist(), '"'),
        ]
        if contents.weight:
            pieces.append((' weight="', contents.weight.texts(rows), '"'))
        for column in kinds:
            pieces.append((' kind="', column.cells(rows, escaped, ODD_IN_XML), '"'))
        for name, end in (("first_time", "start"), ("last_time", "end")):
            if name in contents.times:
                pieces.append((f' {end}="', contents.times[name].texts(rows), '"'))
        return [*pieces, ">", *_attvalues(contents.arcs, rows), "</edge>\n"]

    with text_file(path) as stream:
        stream.write(f"{HEAD}<meta><creator>{MARK}</creator>")
        if network.about:
            stream.write(f"<description>{escaped(described(network))}</description>")
        stream.write(f"</meta>\n{_graph(network, bool(contents.times))}\n")
        stream.write(_declared("node", contents.nodes) + _declared("edge", contents.arcs))
        stream.write("<nodes>\n")
        write_rows(stream, len(ids), node_pieces, "nodes", progress)
        stream.write("</nodes>\n<edges>\n")
        write_rows(stream, len(network.tails), arc_pieces, "arcs", progress)
        stream.write("</edges>\n</graph>\n</gexf>\n")
    return contents.report


def _graph(network: Network, dynamic: bool) -> str:
    directed = "directed" if network.directed else "undirected"
    time = 'mode="static"'
    if dynamic:
        unit = "dateTime" if network.time_unit == "timestamp" else "double"
        time = f'mode="dynamic" timeformat="{unit}" timerepresentation="interval"'
    return f'<graph defaultedgetype="{directed}" idtype="string" {time}>'


def _declared(holder: str, columns: Sequence[Column]) -> str:
    # An id that is no number: graphology takes it for the name, Gephi for the id of its column.
    declared = (
        f'<attribute id="{escaped(column.name)}" title="{escaped(column.name)}" '
        f'type="{TYPES.get(column.kind, column.kind)}"/>\n'
        for column in columns
    )
    return f'<attributes class="{holder}" mode="static">\n{"".join(declared)}</attributes>\n'


def _attvalues(columns: Sequence[Column], rows: slice) -> list[Piece]:
    if not columns:
        return []
    values: list[Piece] = [
        (
            f'<attvalue for="{escaped(column.name)}" value="',
            column.cells(rows, escaped, ODD_IN_XML),
            '"/>',
        )
        for column in columns
    ]
    return ["<attvalues>", *values, "</attvalues>"]


def _beside(between: str, left: Texts, right: Texts) -> Texts:
    """Join two columns; where either is missing, both are."""
    return [
        None if one is None or other is None else f"{one}{between}{other}"
        for one, other in zip(left, right, strict=True)
    ]
