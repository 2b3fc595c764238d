"""Which communities were asked for: those of a file, of a table, or of a method."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from keynodes.communities.partitioning import given, partition
from keynodes.communities.registration import METHODS
from keynodes.errors import ReadingError, UnknownName
from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import NamedProgress
from keynodes.lists import read_labels
from keynodes.registry import pick, suggestion
from keynodes.results import Partition


@dataclass(frozen=True)
class Named:
    """What a text names: the labels of a file that was read, or a method.

    Attributes
    ----------
    labels : mapping of str to str, or None
        The community of each account; None for a method.
    method : str
        A name of `METHODS`; empty for a file.
    notices : tuple of str
        What a reader should know.
    """

    labels: Mapping[str, str] | None = None
    method: str = ""
    notices: tuple[str, ...] = ()


def named_communities(text: "str | os.PathLike[str]", *, spreadsheet_safe: bool = False) -> Named:
    """Find out what a text names: a file of communities, which goes first, or a method.

    Parameters
    ----------
    text : str or path
        A path is always a file.
    spreadsheet_safe : bool, default False
        As for `read_labels`.

    Raises
    ------
    UnknownName
        When it is neither, with the nearest method.
    ReadingError
        When a file cannot be read as labels.

    Examples
    --------
    >>> named_communities("Leiden-CPM").method
    'leiden-cpm'
    """
    try:
        method = pick(METHODS, text, "method").name if isinstance(text, str) else ""
    except UnknownName:
        method = ""
    if os.path.lexists(text):
        labels = read_labels(text, spreadsheet_safe=spreadsheet_safe)
        both = f"{os.fspath(text)!r} is a file and a method: the file was read"
        return Named(labels, notices=(both,) if method else ())
    if method:
        return Named(method=method)
    if not isinstance(text, str) or os.path.dirname(text) or os.path.splitext(text)[1]:
        raise ReadingError(f"{os.fspath(text)}: there is no such file")
    raise UnknownName(
        f"there is no file and no community method {text!r}; {suggestion(text, METHODS)}"
    )


def partition_of(
    graph: InteractionGraph,
    communities: Any,
    *,
    rng: int = 0,
    progress: NamedProgress | None = None,
) -> Partition:
    """Return the communities of a graph's accounts, in whichever way they are given.

    Parameters
    ----------
    graph : InteractionGraph
    communities : Partition, Named, str, path, mapping, Series or array
        Of this graph or of another (then matched by account id); a file or the name of a method
        (see `named_communities`); or labels as `label_codes` takes them.
    rng : int, default 0
        The seed, where a method runs.
    progress : callable, optional
        Called as ``progress(what, done, total)``.

    Raises
    ------
    UnknownName
        No such file or method.
    ReadingError
        Labels that cannot be read.

    Notes
    -----
    The cost is that of the method; labels that are given take O(n + m).
    """
    if isinstance(communities, Partition):
        if np.array_equal(communities.accounts, graph.accounts):
            return communities
        inside = communities.labels >= 0
        names = communities.names
        communities = {
            account: names[label]
            for account, label in zip(
                communities.accounts[inside], communities.labels[inside].tolist(), strict=True
            )
        }
    if isinstance(communities, (str, os.PathLike)):
        communities = named_communities(communities)
    if isinstance(communities, Named):
        found = (
            partition(graph, communities.method, rng=rng, progress=progress)
            if communities.labels is None
            else given(graph, communities.labels)
        )
        if communities.labels and graph.n and not found.names:
            raise ReadingError("no account of the file with communities is in these records")
        return replace(found, notices=(*communities.notices, *found.notices))
    return given(graph, communities)
