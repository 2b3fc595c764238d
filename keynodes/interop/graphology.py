"""JSON as graphology holds a network: for Gephi Lite and other programs in JavaScript."""

import json
import os
from collections.abc import Sequence

import numpy as np

from keynodes.interop.blocks import Piece, text_file, write_rows
from keynodes.interop.columns import Column, Texts
from keynodes.interop.contents import Contents, NetworkReport, about_of, contents_of, written_ids
from keynodes.interop.names import MARK, object_id, whole
from keynodes.interop.networks import Network
from keynodes.kernels.blocks import NamedProgress, slices

ORDER = 2**16
"""Arcs that are looked at together when parallel ones are searched."""


def write_graphology(
    network: Network, path: str | os.PathLike[str], *, progress: NamedProgress | None = None
) -> NetworkReport:
    """Write a network as graphology's JSON.

    Ids are exact, for JSON has an escape for every character (the file is ASCII); only what each
    object in JavaScript has, such as ``constructor``, is no id there and gets a backslash before
    it (`keynodes.interop.names.object_id`). Infinite values, which JSON has no word for, are left
    out and counted.

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
    Time O(n + m) times the columns. Memory: the ids as JSON, beside a block of 2,048 rows; 16
    bytes an arc for a moment where the arcs are not sorted by tail and head.
    """
    contents = contents_of(network)
    # In one colour: r, g and b would be three columns of data.
    looks = [column for name, column in contents.looks.items() if name not in ("r", "g", "b")]
    weight = [contents.weight] if contents.weight else []
    arcs = [*weight, *contents.times.values(), *contents.arcs]
    ids = written_ids(network.ids, object_id, quoted, contents.report)
    options = {
        "type": "directed" if network.directed else "undirected",
        "multi": has_parallel_arcs(network),
        "allowSelfLoops": True,
    }
    about = {**about_of(network), "creator": MARK}

    def node_pieces(rows: slice) -> Sequence[Piece]:
        attributes = _attributes([*looks, *contents.nodes], rows, contents)
        return [
            ("", _commas(rows), '{"key":'),
            ("", ids[rows].tolist(), ',"attributes":{'),
            ("", attributes, "}}"),
        ]

    def arc_pieces(rows: slice) -> Sequence[Piece]:
        return [
            ("", _commas(rows), '{"key":"e'),
            ("", list(map(str, range(rows.start, rows.stop))), '",'),
            ('"source":', ids[network.tails[rows]].tolist(), ","),
            ('"target":', ids[network.heads[rows]].tolist(), ',"attributes":{'),
            ("", _attributes(arcs, rows, contents), "}}"),
        ]

    with text_file(path) as stream:
        stream.write(f'{{"options":{json.dumps(options)},\n')
        stream.write(f'"attributes":{json.dumps(about)},\n"nodes":[')
        write_rows(stream, len(ids), node_pieces, "nodes", progress)
        stream.write('],\n"edges":[')
        write_rows(stream, len(network.tails), arc_pieces, "arcs", progress)
        stream.write("]}\n")
    return contents.report


def quoted(text: str) -> str:
    """Write a text as JSON, in ASCII."""
    return json.dumps(whole(text))


def has_parallel_arcs(network: Network) -> bool:
    """Whether two arcs join the same two nodes the same way (either way, if undirected)."""
    tails, heads = network.tails, network.heads
    if not network.directed:
        tails, heads = np.minimum(tails, heads), np.maximum(tails, heads)
    pairs = (
        tails[block].astype(np.int64) * len(network.ids) + heads[block]
        # Each block begins with the last arc of the one before.
        for block in (slice(max(b.start - 1, 0), b.stop) for b in slices(len(tails), ORDER))
    )
    if all((np.diff(block) > 0).all() for block in pairs):
        return False
    every = tails.astype(np.int64) * len(network.ids) + heads
    return len(np.unique(every)) < len(every)


def _commas(rows: slice) -> Texts:
    return ["\n" if row == 0 else ",\n" for row in range(rows.start, rows.stop)]


def _attributes(columns: Sequence[Column], rows: slice, contents: Contents) -> Texts:
    """Of every row, the attributes that it has, as the inside of a JSON object."""
    parts = []
    for column in columns:
        name = quoted(column.name)
        texts = column.cells(rows, quoted)
        if column.kind == "double":
            infinite = {"Infinity", "-Infinity"}
            if not infinite.isdisjoint(texts):
                contents.report.counts["infinite left out"] += sum(t in infinite for t in texts)
                texts = [None if text in infinite else text for text in texts]
        parts.append(["" if text is None else f"{name}:{text}" for text in texts])
    return [",".join(filter(None, row)) for row in zip(*parts, strict=True)] or [""] * (
        rows.stop - rows.start
    )
