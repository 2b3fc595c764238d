"""GraphML as Gephi, Gephi Lite, networkx and igraph all read it."""

import os
from collections.abc import Sequence

from keynodes.interop.blocks import Piece, text_file, write_rows
from keynodes.interop.columns import Column
from keynodes.interop.contents import NetworkReport, contents_of, described, written_ids
from keynodes.interop.names import MARK, ODD_IN_XML, escaped, written_id, xml
from keynodes.interop.networks import Network
from keynodes.kernels.blocks import NamedProgress

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns \
http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
"""


def write_graphml(
    network: Network, path: str | os.PathLike[str], *, progress: NamedProgress | None = None
) -> NetworkReport:
    r"""Write a network as GraphML.

    Ids are text, with what XML cannot hold written as `keynodes.interop.names` says. Every column
    is declared once, with one of the types boolean, int, long, double and string, under a key
    that is its name. Missing values are left out. Times of arcs are ISO 8601 where they are
    moments, else numbers.

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
    """
    contents = contents_of(network)
    nodes = [*contents.looks.values(), *contents.nodes]
    arcs = [*([contents.weight] if contents.weight else []), *contents.times.values()]
    arcs += contents.arcs
    # Ids of keys are unique in the whole file. Gephi looks for the names that mean something to
    # it in the id first and then in the name: so the edges' `weight` is found under any id.
    used = {column.name.lower() for column in nodes}
    arc_keys = []
    for column in arcs:
        key = column.name
        while key.lower() in used:
            key = f"edge_{key}"
        used.add(key.lower())
        arc_keys.append(key)
    ids = written_ids(network.ids, written_id, xml, contents.report)
    directed = "directed" if network.directed else "undirected"

    with text_file(path) as stream:
        stream.write(HEAD)
        if network.about:
            stream.write(f"<desc>{escaped(described(network))}</desc>\n")
        for column in nodes:
            stream.write(_key(column.name, "node", column))
        for key, column in zip(arc_keys, arcs, strict=True):
            stream.write(_key(key, "edge", column))
        stream.write(f'<graph id="{MARK}" edgedefault="{directed}">\n')

        def node_pieces(rows: slice) -> Sequence[Piece]:
            return [
                ('<node id="', ids[rows].tolist(), '">'),
                *(_data(column.name, column, rows) for column in nodes),
                "</node>\n",
            ]

        def arc_pieces(rows: slice) -> Sequence[Piece]:
            return [
                ('<edge id="e', list(map(str, range(rows.start, rows.stop))), '"'),
                (' source="', ids[network.tails[rows]].tolist(), '"'),
                (' target="', ids[network.heads[rows]].tolist(), '">'),
                *(_data(key, column, rows) for key, column in zip(arc_keys, arcs, strict=True)),
                "</edge>\n",
            ]

        write_rows(stream, len(ids), node_pieces, "nodes", progress)
        write_rows(stream, len(network.tails), arc_pieces, "arcs", progress)
        stream.write("</graph>\n</graphml>\n")
    return contents.report


def _key(key: str, holder: str, column: Column) -> str:
    name = escaped(column.name)
    return (
        f'<key id="{escaped(key)}" for="{holder}" attr.name="{name}" attr.type="{column.kind}"/>\n'
    )


def _data(key: str, column: Column, rows: slice) -> Piece:
    # A label is cleaned for the eye; nothing of it is undone.
    written = column.cells(rows, xml if key == "label" else escaped, ODD_IN_XML)
    return f'<data key="{escaped(key)}">', written, "</data>"
