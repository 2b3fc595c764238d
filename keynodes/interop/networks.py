"""`Network`: what a network file holds, as plain columns, before it is known which file."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from keynodes.errors import KeynodesError, UsageError
from keynodes.escaping import cleaned, escape, shortened
from keynodes.spelling import OBJECT_NAMES

if TYPE_CHECKING:
    import igraph
    import networkx

LOOKS = ("label", "x", "y", "size", "color")
"""Columns of nodes that every program which draws takes for how a node looks, not for data."""

_NAMES = {"id", "label", "r", "g", "b", "color", "timeset", "interval", "start", "end", "self"} | {
    name.lower() for name in OBJECT_NAMES
}
NODE_NAMES = frozenset(
    # Gephi's (d3 is yEd's label, which Gephi looks for too); GEXF's by networkx; arguments of
    # networkx's functions, which take columns by name; what an object in JavaScript has
    _NAMES
    | {"nodelabel", "d3", "x", "y", "z", "xpos", "ypos", "zpos", "size"}
    | {"pid", "viz", "parents", "spells"}
    | {"node_for_adding"}
)
ARC_NAMES = frozenset(
    _NAMES
    | {"edgeid", "edgelabel", "d7", "weight", "edge weight", "source", "target", "type", "kind"}
    | {"directed", "spells", "networkx_key", "key"}
    | {"u_for_edge", "v_for_edge"}
)
"""Names (in small letters) that programs take for something else: no column of data has one."""


@dataclass(frozen=True, eq=False)
class Network:
    """Nodes and arcs with their columns, for every writer of network files.

    Values are numbers, booleans or text; NaN, None and pandas' NA are missing and are not written.
    A column has one type for the whole file: that of its array or, where the array holds objects,
    the one that all its values have; text where they differ.

    Attributes
    ----------
    ids : numpy.ndarray of str objects, shape (n,)
        The account ids, each once.
    nodes : mapping of str to numpy.ndarray, each of shape (n,)
        Columns of the nodes. Names with a meaning for every program that draws (`LOOKS`):
        ``label``, ``x`` and ``y`` (finite), ``size`` (finite, not below 0), ``color``
        (``#rrggbb``; the writers add ``r``, ``g`` and ``b``). One whose values do not fit its
        meaning is taken for data and written under another name, as is any column that some
        program would take for something else. Data that are called so by chance should go
        through `own_columns` first. Without a ``label`` the id is the label.
    tails, heads : numpy.ndarray of int, shape (m,)
        Arc i goes from ``ids[tails[i]]`` to ``ids[heads[i]]``.
    arcs : mapping of str to numpy.ndarray, each of shape (m,)
        Columns of the arcs. ``weight`` is finite and above 0; ``interaction`` (text) says which
        relations an arc is made of.
    directed : bool
        False where an arc stands for both ways.
    time_unit : {"timestamp", "number", None}
        What the columns ``first_time`` and ``last_time`` of the arcs hold (floats, as in
        `InteractionGraph`).
    about : mapping of str to Any
        What the file was made from, for a reader of it: title, description, what was measured.
    """

    ids: np.ndarray
    nodes: Mapping[str, np.ndarray]
    tails: np.ndarray
    heads: np.ndarray
    arcs: Mapping[str, np.ndarray]
    directed: bool = True
    time_unit: str | None = None
    about: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ids = self.ids.tolist()
        for account in ids:
            if not isinstance(account, str):
                raise UsageError(f"the id {account!r} is no text: ids lose digits as numbers")
        if len(set(ids)) < len(ids):
            twice, _ = Counter(ids).most_common(1)[0]
            raise UsageError(f"the id {shortened(escape(twice))} stands twice; ids are unique")
        for what, places in (("tails", self.tails), ("heads", self.heads)):
            if places.dtype.kind not in "iu" and len(places):
                raise UsageError(f"{what} must be whole numbers, found {places.dtype}")
            if len(places) and not 0 <= places.min() <= places.max() < len(ids):
                raise UsageError(f"{what} must be places in ids, from 0 to {len(ids) - 1}")
        for what, columns, length in (
            ("nodes", self.nodes, len(ids)),
            ("arcs", {"heads": self.heads, **self.arcs}, len(self.tails)),
        ):
            for name, values in columns.items():
                if np.shape(values) != (length,):
                    raise UsageError(
                        f"{what}: the column {shortened(escape(name))} has the shape "
                        f"{np.shape(values)}, not ({length},)"
                    )
        for name in ("weight", "first_time", "last_time"):
            if name in self.arcs and self.arcs[name].dtype.kind not in "iuf":
                raise UsageError(f"arcs: {name} must be numbers, found {self.arcs[name].dtype}")
        weights = self.arcs.get("weight")
        if weights is not None and len(weights) and not 0 < weights.min() <= weights.max() < np.inf:
            arc = int((~(np.isfinite(weights) & (weights > 0))).argmax())
            raise KeynodesError(
                f"the arc {shortened(escape(ids[self.tails[arc]]))} → "
                f"{shortened(escape(ids[self.heads[arc]]))} has the weight {weights[arc]}; "
                "weights are finite and above 0 (Gephi removes others): leave the arc out"
            )

    def to_networkx(self) -> "networkx.Graph":
        """Return a networkx graph with all columns: a multigraph where arcs are parallel.

        Missing values are left out. A DiGraph (MultiDiGraph) unless `directed` is False. Time and
        memory are those of networkx: some kB an arc.

        Examples
        --------
        >>> ids, weight = np.array(["a", "b"], dtype=object), np.array([2.0])
        >>> network = Network(ids, {}, np.array([0]), np.array([1]), {"weight": weight})
        >>> network.to_networkx().edges(data=True)
        OutEdgeDataView([('a', 'b', {'weight': 2.0})])
        """
        import networkx

        pairs = list(zip(self.tails.tolist(), self.heads.tolist(), strict=True))
        ends = pairs if self.directed else [tuple(sorted(pair)) for pair in pairs]
        kind = {
            (True, False): networkx.DiGraph,
            (True, True): networkx.MultiDiGraph,
            (False, False): networkx.Graph,
            (False, True): networkx.MultiGraph,
        }[self.directed, len(set(ends)) < len(ends)]
        made = kind()
        ids = self.ids.tolist()
        made.add_nodes_from(zip(ids, _rows(self.nodes, len(ids)), strict=True))
        made.add_edges_from(
            (ids[tail], ids[head], row)
            for (tail, head), row in zip(pairs, _rows(self.arcs, len(pairs)), strict=True)
        )
        return made

    def to_igraph(self) -> "igraph.Graph":
        """Return an igraph.Graph with all columns: ids as ``name``, missing values as None.

        A column called ``name`` becomes ``name_value``.
        """
        import igraph

        pairs = np.column_stack([self.tails, self.heads])
        made = igraph.Graph(len(self.ids), pairs, directed=self.directed)
        made.vs["name"] = self.ids.tolist()
        for name, values in self.nodes.items():
            made.vs["name_value" if name == "name" else name] = _plain(values)
        for name, values in self.arcs.items():
            made.es[name] = _plain(values)
        return made


def _plain(values: np.ndarray) -> list[Any]:
    """Values as Python has them, None where one is missing."""
    import pandas

    missing = pandas.isna(values)
    return [None if gone else value for value, gone in zip(values.tolist(), missing, strict=True)]


def _rows(columns: Mapping[str, np.ndarray], length: int) -> Iterator[dict[str, Any]]:
    """What each row has: missing values are left out."""
    plain = {name: _plain(values) for name, values in columns.items()}
    for i in range(length):
        yield {name: values[i] for name, values in plain.items() if values[i] is not None}


def own_columns(columns: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Name columns of nodes that hold data so that none is taken for a look.

    Examples
    --------
    >>> own_columns({"size": [3], "score": [0.5]})
    {'size_value': [3], 'score': [0.5]}
    """
    return {
        new: columns[old] for old, new in written_names(columns, kept=(), taken=NODE_NAMES).items()
    }


def written_names(
    columns: Mapping[str, Any], kept: tuple[str, ...], taken: frozenset[str]
) -> dict[str, str]:
    """Name every column so that no program takes it for another, or for something else.

    Gephi knows columns by their small letters, so ``Score`` and ``score`` are one to it; names
    come from files, so they are cleaned for the eye.

    Parameters
    ----------
    columns : mapping
        By their names.
    kept : tuple of str
        Names that mean what they say.
    taken : frozenset of str
        Names in small letters that no other column may have.

    Returns
    -------
    dict
        The name in the file of each.

    Examples
    --------
    >>> written_names({"Score": 1, "score": 2, "X": 3}, kept=(), taken=NODE_NAMES)
    {'Score': 'Score', 'score': 'score_2', 'X': 'X_value'}
    """
    names = {name: name for name in columns if name in kept}
    used = set(kept)
    for name in columns:
        if name in names:
            continue
        plain = cleaned(name) or "column"
        if plain.lower() in taken:
            plain += "_value"
        unused, number = plain, 2
        while unused.lower() in used:
            unused, number = f"{plain}_{number}", number + 1
        used.add(unused.lower())
        names[name] = unused
    return {name: names[name] for name in columns}
