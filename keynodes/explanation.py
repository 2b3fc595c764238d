"""`explain`: the numbers behind one account."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keynodes.communities.choosing import partition_of
from keynodes.errors import UnknownAccount
from keynodes.escaping import unescape
from keynodes.graph import Adjacency, InteractionGraph, written_time
from keynodes.kernels.blocks import NamedProgress
from keynodes.lists import match
from keynodes.ranking import (
    DEFAULT_MEASURES,
    NO_KEY,
    check_used,
    rank,
    request,
)

if TYPE_CHECKING:
    import pandas

SHOWN_MEASURES = tuple(
    dict.fromkeys(("out_degree", "in_degree", "out_strength", *DEFAULT_MEASURES))
)
"""What is shown when nothing is asked for: plain degrees first, then the consensus."""

COLUMNS = (
    "what",
    "name",
    "question",
    "key",
    "score",
    "rank",
    "rank_low",
    "rank_high",
    "top_share",
    "protected",
    "weight",
    "relations",
    "first_time",
    "last_time",
)


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why an account is where it is: a table of what was measured and whom it is tied to.

    Attributes
    ----------
    account : str
        The account.
    rows : tuple of dict
        Rows of `COLUMNS`: first ``what="consensus"`` and ``"measure"`` (name, score, rank among
        all accounts), then
        ``what="heard by"`` and ``what="hears"`` (name, weight, relations and times of an arc).
    notices : tuple of str
        What a reader should know about these numbers.
    """

    account: str
    rows: tuple[dict[str, Any], ...]
    notices: tuple[str, ...]

    def to_frame(self) -> "pandas.DataFrame":
        """Return the rows as a table with `COLUMNS`; what does not apply is missing."""
        import pandas

        return pandas.DataFrame(
            {
                name: pandas.Series([row.get(name) for row in self.rows], dtype=object)
                for name in COLUMNS
                if name in ("what", "name") or any(name in row for row in self.rows)
            }
        )


def explain(
    graph: InteractionGraph,
    account: str,
    *,
    by: Sequence[str] | None = None,
    arcs: int = 10,
    intervals: int = 0,
    missing: float = 0.1,
    missing_what: str = "records",
    seeds: Iterable[str] | None = None,
    labels: Any = None,
    protected: Iterable[str] | None = None,
    rng: int = 0,
    progress: NamedProgress | None = None,
) -> Explanation:
    """Show the numbers behind one account.

    Parameters
    ----------
    graph : InteractionGraph
        From `build_graph`.
    account : str
        Its id, or its id as a table shows it (escaped).
    by : sequence of str, optional
        Measures, as for `rank`; by default `SHOWN_MEASURES`. Their consensus is shown when there
        are several; by default that of `DEFAULT_MEASURES`, as `rank` shows it.
    arcs : int, default 10
        How many of its strongest arcs to show each way.
    protected : iterable of str, optional
        Accounts to mark: this one, and those it is tied to.
    intervals, missing, missing_what, seeds, labels, rng, progress
        As for `rank`.

    Returns
    -------
    Explanation
        ``.to_frame()`` is the table.

    Raises
    ------
    UnknownAccount
        When the graph has no such account.
    UsageError
        When none of the measures can use the seeds or labels given.

    Notes
    -----
    The cost is that of ranking by each measure and by their consensus.

    Examples
    --------
    >>> graph = InteractionGraph.from_arcs(["ann", "bob", "eve"], [0, 0, 2], [1, 2, 1])
    >>> explain(graph, "ann", by=["out_degree"]).to_frame()[["what", "name", "score", "rank"]]
           what        name score  rank
    0   measure  out_degree   2.0     1
    1  heard by         bob  None  None
    2  heard by         eve  None  None
    """
    index = _index_of(graph, account)
    consensus = tuple(by or DEFAULT_MEASURES)
    requests: list[tuple[str, ...]] = [(text,) for text in (by or SHOWN_MEASURES)]
    if len(consensus) > 1:
        requests.insert(0, consensus)
    context = {"seeds": None if seeds is None else list(seeds), "labels": labels}
    for name in [name for name, given in context.items() if given is not None]:
        check_used(name, [request(text) for texts in requests for text in texts])
    rows: list[dict[str, Any]] = []
    notices: list[str] = []
    if labels is not None:
        # Once for all rankings: a method takes its time.
        context["labels"] = found = partition_of(graph, labels, rng=rng, progress=progress)
        if found is not labels:
            notices += found.notices
    for texts in requests:
        asked = [request(text) for text in texts]
        ranking = rank(
            graph,
            texts,
            intervals=intervals,
            missing=missing,
            missing_what=missing_what,
            rng=rng,
            progress=progress,
            **{k: v for k, v in context.items() if any(k in a.measure.context for a in asked)},
        )
        several = len(texts) > 1
        row: dict[str, Any] = {
            "what": "consensus" if several else "measure",
            "name": ranking.method if several else ranking.by[0],
            "question": "" if several else asked[0].measure.question,
            "key": ranking.key if several else asked[0].measure.key,
            "score": float(ranking.scores[index]),
            "rank": int(ranking.ranks[index]),
        }
        for name in ("rank_low", "rank_high", "top_share"):
            values = getattr(ranking, name)
            if values is not None:
                row[name] = float(values[index])
        rows.append(row)
        # The column `key` says it.
        notices += [notice for notice in ranking.notices if NO_KEY not in notice]
    rows += _arcs(graph, "heard by", graph.out, np.arange(graph.m), index, arcs)
    rows += _arcs(graph, "hears", graph.into, graph.into_arcs, index, arcs)
    if protected is not None:
        marked = {str(graph.accounts[i]) for i in match(graph, protected).indices}
        for row in rows:
            of_account = row["what"] in ("consensus", "measure")
            row["protected"] = (graph.accounts[index] if of_account else row["name"]) in marked
    return Explanation(str(graph.accounts[index]), tuple(rows), tuple(dict.fromkeys(notices)))


def _index_of(graph: InteractionGraph, account: str) -> int:
    try:
        return graph.index_of(account)
    except UnknownAccount:
        # A name with control characters can only be typed as a table shows it.
        if "\\" not in account:
            raise
        return graph.index_of(unescape(account))


def _arcs(
    graph: InteractionGraph,
    what: str,
    adjacency: Adjacency,
    positions: np.ndarray,
    index: int,
    most: int,
) -> list[dict[str, Any]]:
    """The strongest arcs of a row, ties in account order."""
    mine = slice(adjacency.indptr[index], adjacency.indptr[index + 1])
    weights, neighbours, arcs = adjacency.weights[mine], adjacency.indices[mine], positions[mine]
    rows = []
    for i in np.argsort(-weights, kind="stable")[:most]:
        arc = arcs[i]
        groups = slice(graph.relation_indptr[arc], graph.relation_indptr[arc + 1])
        relations = [
            f"{graph.relations[code]} {count}"
            for code, count in zip(
                graph.relation_codes[groups], graph.relation_counts[groups], strict=True
            )
        ]
        row: dict[str, Any] = {
            "what": what,
            "name": str(graph.accounts[neighbours[i]]),
            "weight": float(weights[i]),
        }
        if relations:
            row["relations"] = ", ".join(relations)
        if not np.isnan(graph.first_time[arc]):
            row["first_time"] = written_time(graph.first_time[arc], graph.time_unit)
            row["last_time"] = written_time(graph.last_time[arc], graph.time_unit)
        rows.append(row)
    return rows
