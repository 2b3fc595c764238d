"""Which file a network goes into: a format by its ending, and the two files of a spreadsheet."""

import os
from collections.abc import Callable

from keynodes.errors import UsageError
from keynodes.interop.contents import NetworkReport
from keynodes.interop.gexf import write_gexf
from keynodes.interop.graphml import write_graphml
from keynodes.interop.graphology import write_graphology
from keynodes.interop.networks import Network
from keynodes.interop.spreadsheets import write_spreadsheets
from keynodes.kernels.blocks import NamedProgress
from keynodes.registry import pick
from keynodes.writing import is_stream

FORMATS = ("graphml", "gexf", "json", "csv")
"""What a network can be written as."""

_IN_ONE_FILE: dict[str, Callable[..., NetworkReport]] = {
    "graphml": write_graphml,
    "gexf": write_gexf,
    "json": write_graphology,
}


def format_of(path: str | os.PathLike[str], asked: str | None = None) -> str:
    """Return the format of a file: as asked, else by its ending, packed or not.

    Raises
    ------
    UsageError
        When the ending belongs to none, with those that do; when a spreadsheet, which is two
        files, would go into a pipe.

    Examples
    --------
    >>> format_of("graph.graphml.gz"), format_of("graph.dat", "gexf")
    ('graphml', 'gexf')
    """
    if asked is None:
        name = os.fspath(path).lower().removesuffix(".gz")
        asked = os.path.splitext(name)[1].lstrip(".")
        if asked not in FORMATS:
            endings = ", ".join(f".{form}" for form in FORMATS)
            raise UsageError(
                f"{os.fspath(path)}: a network goes into a file that ends in {endings} (or one of "
                "these and .gz); rename it, or say the --format"
            )
    form = pick({form: form for form in FORMATS}, asked, "format")
    if form == "csv" and is_stream(path):
        raise UsageError(
            f"{os.fspath(path)}: .csv is two files, one of arcs and one of nodes: name a plain file"
        )
    return form


def nodes_file(path: str | os.PathLike[str]) -> str:
    """Return the name of the file of nodes that goes with a spreadsheet of arcs.

    Examples
    --------
    >>> nodes_file("graph.csv"), nodes_file("out/graph.csv.gz")
    ('graph.nodes.csv', 'out/graph.nodes.csv.gz')
    """
    name = os.fspath(path)
    packed = ".gz" if name.lower().endswith(".gz") else ""
    stem, ending = os.path.splitext(name[: len(name) - len(packed)])
    return f"{stem}.nodes{ending}{name[len(name) - len(packed) :]}"


def files_of(path: str | os.PathLike[str], form: str) -> list[str]:
    """Return the files that a network will be written into."""
    name = os.fspath(path)
    return [name, nodes_file(name)] if form == "csv" else [name]


def write_network(
    network: Network,
    path: str | os.PathLike[str],
    form: str | None = None,
    *,
    spreadsheet_safe: bool = False,
    progress: NamedProgress | None = None,
) -> NetworkReport:
    """Write a network in the format that the name of the file says.

    Parameters
    ----------
    network : Network
        Such as `export_network` makes.
    path : path
        Ending in ``.graphml``, ``.gexf``, ``.json`` (graphology) or ``.csv`` (arcs; the nodes go
        into ``….nodes.csv`` beside it), or in one of these and ``.gz``.
    form : {"graphml", "gexf", "json", "csv"}, optional
        Where the ending does not say it.
    spreadsheet_safe : bool, default False
        In CSV, prefix ``'`` to texts that a spreadsheet would run as a formula.
    progress : callable, optional
        Called as ``progress(what, done, total)``.

    Returns
    -------
    NetworkReport
        What was written in another way than it is called or spelled.

    Raises
    ------
    UsageError
        When the ending belongs to no format.
    """
    form = format_of(path, form)
    if form == "csv":
        return write_spreadsheets(
            network,
            nodes_file(path),
            path,
            spreadsheet_safe=spreadsheet_safe,
            progress=progress,
        )
    return _IN_ONE_FILE[form](network, path, progress=progress)
