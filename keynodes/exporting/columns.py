"""What a network file says of accounts and arcs, as one array a column."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keynodes.errors import UsageError
from keynodes.escaping import escape, shortened
from keynodes.graph import InteractionGraph
from keynodes.interop.columns import LARGEST_WHOLE
from keynodes.interop.networks import own_columns

_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,15}")
"""A whole number as a program writes one: an id such as 007, or a long one, stays text."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

MOST_RELATIONS = 100
"""Relations that a network file has a column for each of."""


def attribute_columns(graph: InteractionGraph, taken: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the facts about accounts that came with the graph, one value an account.

    Parameters
    ----------
    graph : InteractionGraph
    taken : sequence of str
        Names of other columns: a fact of that name gets ``given_`` before it.

    Returns
    -------
    dict of str to numpy.ndarray
        A column that holds numbers only, or texts of them, is one of numbers; None is missing.

    Examples
    --------
    >>> import pandas
    >>> from dataclasses import replace
    >>> graph = InteractionGraph.from_arcs(["ann", "bob"], [0], [1])
    >>> facts = pandas.DataFrame({"posts": ["3", "4.5"], "rank": ["a", ""]}, index=["ann", "bob"])
    >>> attribute_columns(replace(graph, attributes=facts), ["rank"])
    {'posts': array([3. , 4.5]), 'given_rank': array(['a', None], dtype=object)}
    """
    if graph.attributes is None:
        return {}
    facts = graph.attributes.reindex(graph.accounts.tolist())
    given: dict[str, np.ndarray] = {}
    for place, name in enumerate(map(str, facts.columns)):
        # A table of pandas may call two columns alike.
        key = name if name not in given else f"{name}_{place + 1}"
        given[key] = _typed(facts.iloc[:, place])
    columns = own_columns(given)
    used = {name.casefold() for name in taken}
    named: dict[str, np.ndarray] = {}
    for name, values in columns.items():
        free = name
        while free.casefold() in used:
            free = f"given_{free}"
        used.add(free.casefold())
        named[free] = values
    return named


def _typed(series: Any) -> np.ndarray:
    """Return the values as numbers or booleans where all of them are, else as text."""
    values = series.to_numpy()
    if values.dtype.kind in "biuf":
        return values
    cells = [_plain(value) for value in values.astype(object).tolist()]
    there = [cell for cell in cells if cell is not None]
    if there and all(isinstance(cell, str) for cell in there):
        if all(map(_whole, there)):
            return _objects([None if cell is None else int(cell) for cell in cells])
        if all(_decimal(cell) for cell in there):
            return np.array([np.nan if cell is None else float(cell) for cell in cells])
    return _objects(cells)


def _plain(value: Any) -> Any:
    """Return a value as Python has it; None where there is none."""
    if value is None or value != value or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, np.generic):
        value = value.item()
    return value if isinstance(value, (str, bool, int, float)) else str(value)


def _whole(cell: str) -> bool:
    return bool(_WHOLE.fullmatch(cell)) and abs(int(cell)) < LARGEST_WHOLE


def _decimal(cell: str) -> bool:
    if not _NUMBER.fullmatch(cell) or not np.isfinite(float(cell)):
        return False
    # What has neither point nor exponent and is no such whole number is an id.
    return _whole(cell) or any(sign in cell for sign in ".eE")


def _objects(values: Sequence[Any]) -> np.ndarray:
    cells = np.empty(len(values), dtype=object)
    cells[:] = values
    return cells


def where(marked: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return whole numbers as objects, None where they are not marked."""
    cells = np.full(len(marked), None, dtype=object)
    cells[marked] = values[marked].tolist()
    return cells


def arc_columns(graph: InteractionGraph) -> dict[str, np.ndarray]:
    """Return what a file says of every arc.

    Returns
    -------
    dict of str to numpy.ndarray
        ``weight``, ``interactions`` (how many it stands for), ``first_time`` and ``last_time``
        where records have times, ``interaction`` (its relations, joined by ``+``) and one column
        ``n_<relation>`` of counts where they have relations.
    """
    columns: dict[str, np.ndarray] = {
        "weight": graph.out.weights,
        "interactions": graph.counts,
    }
    for name, times in (("first_time", graph.first_time), ("last_time", graph.last_time)):
        if not np.isnan(times).all():
            columns[name] = times
    if graph.relations:
        counts = relation_counts(graph)
        columns["interaction"] = _joined(counts, graph.m)
        columns |= {f"n_{relation}": each for relation, each in counts.items()}
    return columns


def check_relations(graph: InteractionGraph) -> None:
    """Refuse what is no column of relations: a picture would have a column for each."""
    if len(graph.relations) > MOST_RELATIONS:
        raise UsageError(
            f"the records have {len(graph.relations):,} relations, such as "
            f"{shortened(escape(graph.relations[0]), 40)}, and a network file has a column for "
            f"each of at most {MOST_RELATIONS}; is another column the relation (--relation COLUMN)?"
        )


def relation_counts(graph: InteractionGraph) -> dict[str, np.ndarray]:
    """Return for every relation how many interactions of it each arc stands for: int64 (m,)."""
    arc_of_group = np.repeat(np.arange(graph.m), np.diff(graph.relation_indptr))
    found = {}
    for code, relation in enumerate(graph.relations):
        mine = graph.relation_codes == code
        counts = np.zeros(graph.m, np.int64)
        counts[arc_of_group[mine]] = graph.relation_counts[mine]
        if counts.any():
            found[relation] = counts
    return found


def _joined(counts: Mapping[str, np.ndarray], m: int) -> np.ndarray:
    """Name the relations of every arc."""
    kinds, texts = np.zeros(m, np.int64), [""]
    for relation, each in counts.items():
        pairs, kinds = np.unique(2 * kinds + (each > 0), return_inverse=True)
        texts = [
            "+".join(filter(None, [texts[pair // 2], relation if pair % 2 else ""]))
            for pair in pairs.tolist()
        ]
    return _objects(texts)[kinds] if m else np.zeros(0, dtype=object)
