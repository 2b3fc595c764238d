r"""Two tables, of nodes and of edges, as Gephi's "import spreadsheet" and Cytoscape read them.

Gephi takes a backslash in a CSV file for an escape of its own and trims outer blanks. So ids and
texts are written as in the other network files, except that a backslash is ``\x5c``: no program
sees anything but the letters that stand there.
"""

import os
from collections.abc import Callable, Sequence

from keynodes.errors import UsageError
from keynodes.interop.blocks import Piece, text_file, write_rows
from keynodes.interop.columns import Column, Texts
from keynodes.interop.contents import NetworkReport, contents_of, written_ids
from keynodes.interop.names import written_id, written_text
from keynodes.interop.networks import Network
from keynodes.interop.tables import csv_cell, defused
from keynodes.kernels.blocks import NamedProgress
from keynodes.writing import is_same_file

BACKSLASH = r"\x5c"


def write_spreadsheets(
    network: Network,
    nodes_path: str | os.PathLike[str],
    edges_path: str | os.PathLike[str],
    *,
    spreadsheet_safe: bool = False,
    progress: NamedProgress | None = None,
) -> NetworkReport:
    """Write a network as two CSV files: ``Id,Label,…`` and ``Source,Target,Type,Id,Weight,…``.

    CSV has no types: Gephi guesses a column's from its first 25 rows (change it in the import
    dialogue), and takes no colour, size or position from a table, so that these are data there.
    GraphML has neither limit.

    Parameters
    ----------
    network : Network
        What to write.
    nodes_path, edges_path : path
        Where to; packed where it ends in ``.gz``. Each written whole or not at all.
    spreadsheet_safe : bool, default False
        Prefix ``'`` to ids and texts that a spreadsheet would run as a formula, alike in both.
    progress : callable, optional
        Called as ``progress(what, done, total)``.

    Returns
    -------
    NetworkReport
        What was written in another way than it is called or spelled.

    Raises
    ------
    UsageError
        When both paths lead to the same file.
    """
    if is_same_file(nodes_path, os.fspath(edges_path)):
        raise UsageError(f"{os.fspath(edges_path)}: name two files, for nodes and for edges")
    safe: Callable[[str], str] = defused if spreadsheet_safe else str

    def account(text: str) -> str:
        return safe(written_id(text, BACKSLASH))

    def cell(text: str) -> str:
        return _cell(safe(written_text(text, BACKSLASH)))

    contents = contents_of(network)
    ids = written_ids(network.ids, account, _cell, contents.report)
    label = contents.looks["label"]
    nodes = [contents.looks[name] for name in ("x", "y", "size", "color") if name in contents.looks]
    nodes += contents.nodes
    arcs = [*contents.times.values(), *contents.arcs]
    weight = [contents.weight] if contents.weight else []
    directed = "Directed" if network.directed else "Undirected"

    def node_pieces(rows: slice) -> Sequence[Piece]:
        return [
            ("", ids[rows].tolist(), ","),
            ("", _filled(label, rows, cell), ""),
            *((",", _filled(column, rows, cell), "") for column in nodes),
            "\n",
        ]

    def arc_pieces(rows: slice) -> Sequence[Piece]:
        return [
            ("", ids[network.tails[rows]].tolist(), ","),
            ("", ids[network.heads[rows]].tolist(), f",{directed},e"),
            ("", list(map(str, range(rows.start, rows.stop))), ""),
            *((",", _filled(column, rows, cell), "") for column in [*weight, *arcs]),
            "\n",
        ]

    with text_file(nodes_path) as stream, text_file(edges_path) as edges:
        stream.write(_header(["Id", "Label"], nodes, cell))
        write_rows(stream, len(ids), node_pieces, "nodes", progress)
        edges.write(
            _header(["Source", "Target", "Type", "Id", *(["Weight"] if weight else [])], arcs, cell)
        )
        write_rows(edges, len(network.tails), arc_pieces, "arcs", progress)
    return contents.report


def _header(first: list[str], columns: Sequence[Column], cell: Callable[[str], str]) -> str:
    return ",".join([*first, *(cell(column.name) for column in columns)]) + "\n"


def _cell(text: str) -> str:
    """Write a text as a cell; Gephi trims every blank there is in Unicode, unless it is quoted."""
    cell = csv_cell(text)
    bare = cell == text and (text[:1].isspace() or text[-1:].isspace())
    return f'"{text}"' if bare else cell


def _filled(column: Column, rows: slice, cell: Callable[[str], str]) -> Texts:
    """Values as cells: a missing one is an empty cell, or the ones after it would move up."""
    return ["" if text is None else text for text in column.cells(rows, cell)]
