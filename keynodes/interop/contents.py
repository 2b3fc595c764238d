"""What a network file holds, in an order and under names that every program reads alike."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from keynodes.escaping import cleaned, one_line
from keynodes.interop.columns import (
    Column,
    Texts,
    column_of,
    double_column,
    holds_wholes,
    time_column,
)
from keynodes.interop.networks import ARC_NAMES, LOOKS, NODE_NAMES, Network, written_names

VANISHING = 2.0**-150
"""Gephi keeps weights in 32 bits: such a one, or less, is 0 to it, and the edge is removed."""

SMALLEST = np.finfo(np.float64).tiny
"""Of the numbers with all their digits: at one closer to 0, igraph gives up on the whole file."""

_COLOR = re.compile("#[0-9a-fA-F]{6}")
_READ_AS_MISSING = re.compile("null", re.IGNORECASE)


@dataclass
class NetworkReport:
    """What a reader of the file should know: what was written in another way, and how often.

    Attributes
    ----------
    nodes, arcs : int
        How many were written.
    renamed : dict of str to str
        Columns under another name, as ``nodes: size`` or ``arcs: type``, and that name.
    as_text : list of str
        Columns of whole numbers that became text, too large for programs in JavaScript.
    counts : Counter
        ``ids escaped``, ``labels cleaned``, ``infinite left out`` (JSON has no word for it),
        ``null`` and ``INF`` (texts that Gephi reads otherwise), ``weights too small`` (for Gephi),
        ``too small`` (for igraph).
    """

    nodes: int
    arcs: int
    renamed: dict[str, str] = field(default_factory=dict)
    as_text: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def notices(self) -> list[str]:
        """Return one sentence for each."""
        told = [
            f"{one_line(old)} is called {new} in the file: its name means something else to "
            "programs, or another column has it"
            for old, new in self.renamed.items()
        ]
        told += [f"{name} is text: whole numbers above 2^53 lose digits" for name in self.as_text]
        for what, sentence in (
            ("ids escaped", "ids that programs do not take as they are, written with a backslash"),
            ("labels cleaned", "labels cleaned for the eye (ids are exact)"),
            ("infinite left out", "infinite values left out, which JSON has no word for"),
            ("null", 'texts "null", which Gephi takes for missing'),
            ("INF", 'texts with "INF", which Gephi shows as "Infinity"'),
            ("weights too small", "weights so small that Gephi reads 0 and removes the arcs"),
            ("too small", "numbers so small (below 2.2e-308) that igraph refuses the file"),
        ):
            if self.counts[what]:
                told.append(f"{sentence}: {self.counts[what]:,}")
        return told


@dataclass(frozen=True)
class Contents:
    """The columns of a network, ready to be written.

    Attributes
    ----------
    looks : dict of str to Column
        Of the nodes, those that there are of ``label``, ``x``, ``y``, ``size``, ``r``, ``g``,
        ``b`` and ``color``, in that order.
    nodes : list of Column
        Data of the nodes.
    weight : Column or None
        Of the arcs.
    times : dict of str to Column
        ``first_time`` and ``last_time`` of the arcs, where there are such.
    arcs : list of Column
        Other data of the arcs.
    report : NetworkReport
        Counts grow as the columns are written.
    """

    looks: dict[str, Column]
    nodes: list[Column]
    weight: Column | None
    times: dict[str, Column]
    arcs: list[Column]
    report: NetworkReport


def contents_of(network: Network) -> Contents:
    """Sort the columns of a network by what they mean, and give each its name and type."""
    report = NetworkReport(len(network.ids), len(network.tails))
    looks = _looks(network, report.counts)
    # Programs take these names for looks; what does not fit is data, by another name.
    kept = tuple(name for name in LOOKS if name in looks and name in network.nodes)
    data = {name: values for name, values in network.nodes.items() if name not in kept}
    names = written_names(data, kept=(), taken=NODE_NAMES)
    nodes = [_data(name, data[old], "nodes", report) for old, name in names.items()]
    report.renamed.update({f"nodes: {old}": new for old, new in names.items() if old != new})

    known = ("weight", "first_time", "last_time")
    names = written_names(network.arcs, kept=known, taken=ARC_NAMES)
    report.renamed.update({f"arcs: {old}": new for old, new in names.items() if old != new})
    weight = None
    if "weight" in network.arcs:
        weight = _watched(double_column("weight", network.arcs["weight"]), report.counts)
        small = network.arcs["weight"] <= VANISHING
        report.counts["weights too small"] += int(small.sum())
    times = {}
    for name in known[1:]:
        if name in network.arcs:
            times[name] = time_column(
                name, np.asarray(network.arcs[name], np.float64), network.time_unit
            )
            if times[name].kind == "double":
                times[name] = _watched(times[name], report.counts)
    arcs = [
        _data(name, network.arcs[old], "arcs", report)
        for old, name in names.items()
        if old not in known
    ]
    return Contents(looks, nodes, weight, times, arcs, report)


def written_ids(
    ids: np.ndarray,
    written: Callable[[str], str],
    quoted: Callable[[str], str],
    report: NetworkReport,
) -> np.ndarray:
    """Write every id for a format, once, and count those that it has to write otherwise.

    The array holds the very strings of `ids` where nothing is changed.
    """
    cells = np.empty(len(ids), dtype=object)
    for place, account in enumerate(ids.tolist()):
        text = written(account)
        report.counts["ids escaped"] += text != account
        cells[place] = quoted(text)
    return cells


def about_of(network: Network) -> dict[str, str]:
    """What the file was made from, as text that can be shown: it quotes paths and names."""
    return {one_line(str(name)): one_line(str(value)) for name, value in network.about.items()}


def described(network: Network) -> str:
    """Describe what the file was made from, a line for each thing that is known of it."""
    return "\n".join(f"{name}: {value}" for name, value in about_of(network).items())


def _looks(network: Network, counts: Counter[str]) -> dict[str, Column]:
    given = {name: np.asarray(network.nodes[name]) for name in LOOKS if name in network.nodes}
    looks = {"label": _label(network.ids, given.get("label"), counts)}
    if all(name in given and _fits(given[name], -np.inf) for name in ("x", "y")):
        looks["x"] = _watched(double_column("x", given["x"]), counts)
        looks["y"] = _watched(double_column("y", given["y"]), counts)
    if "size" in given and _fits(given["size"], 0):
        looks["size"] = _watched(double_column("size", given["size"]), counts)
    if "color" in given and _are_colors(given["color"]):
        colors = column_of("color", given["color"], "nodes")
        for place, name in enumerate("rgb"):
            looks[name] = _part(name, colors, place)
        looks["color"] = colors
    return looks


def _label(ids: np.ndarray, labels: np.ndarray | None, counts: Counter[str]) -> Column:
    given = None if labels is None else column_of("label", labels, "nodes")

    def texts(rows: slice) -> Texts:
        own = given.texts(rows) if given else [None] * len(ids[rows])
        shown: Texts = []
        for account, label in zip(ids[rows].tolist(), own, strict=True):
            text = account if label is None else label
            clean = cleaned(text)
            counts["labels cleaned"] += clean != text
            shown.append(clean)
        return shown

    return Column("label", "string", texts)


def _fits(values: np.ndarray, least: float) -> bool:
    if values.dtype.kind not in "iuf":
        return False
    return not (np.isinf(values) | (values < least)).any()


def _are_colors(values: np.ndarray) -> bool:
    if values.dtype.kind not in "UTO":
        return False
    texts = column_of("color", values, "nodes").texts(slice(None))
    return all(text is None or _COLOR.fullmatch(text) for text in set(texts))


def _part(name: str, colors: Column, place: int) -> Column:
    """Red, green or blue of ``#rrggbb``."""
    start = 1 + 2 * place

    def texts(rows: slice) -> Texts:
        return [
            None if color is None else str(int(color[start : start + 2], 16))
            for color in colors.texts(rows)
        ]

    return Column(name, "int", texts)


def _data(name: str, values: np.ndarray, where: str, report: NetworkReport) -> Column:
    column = column_of(name, values, where)
    if column.kind == "string" and holds_wholes(np.asarray(values)):
        report.as_text.append(f"{where}: {name}")
        return column
    return _watched(column, report.counts)


def _watched(column: Column, counts: Counter[str]) -> Column:
    """Count, as a column is written, the values that a program reads otherwise, or not at all."""
    if column.kind not in ("string", "double"):
        return column
    odd = _read_otherwise if column.kind == "string" else _too_small

    def texts(rows: slice) -> Texts:
        found = column.texts(rows)
        for text in set(found):
            if text is not None and (what := odd(text)):
                counts[what] += found.count(text)
        return found

    return replace(column, texts=texts)


def _read_otherwise(text: str) -> str | None:
    if "INF" in text:
        return "INF"
    return "null" if _READ_AS_MISSING.fullmatch(text) else None


def _too_small(number: str) -> str | None:
    return "too small" if "e-3" in number and 0 < abs(float(number)) < SMALLEST else None
