"""`build_graph`: from records of who acted on whom to the graph of who can reach whom."""

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from keynodes.errors import KeynodesError, UsageError
from keynodes.escaping import shortened
from keynodes.graph import Groups, InteractionGraph, assemble, grouped
from keynodes.interactions import TABLE, Interactions, ReadingReport
from keynodes.kernels import csr, transmission
from keynodes.registry import pick

if TYPE_CHECKING:
    import duckdb

CHUNK = 2**23
"""Records that are in Python's memory at a time: about 400 MB."""

COMBINATIONS = ("sum", "probabilities")
"""What the weights of records with the same arc can become: their sum, or 1 − ∏(1 − p)."""


def build_graph(
    interactions: Interactions, *, combine: str = "sum", until: float | None = None
) -> InteractionGraph:
    """Turn records into the graph of who can reach whom.

    Each record makes an arc in the direction its content flowed (an arc each way where the flow
    is ``both``). Records with the same arc are combined to one; self-loops make no arc, but their
    account stays.

    Parameters
    ----------
    interactions : Interactions
        From `read_interactions`.
    combine : {"sum", "probabilities"}
        What the weights of records with the same arc become. "sum": they are added up.
        "probabilities": each weight is the probability that content passes, and an arc has the
        probability that it does by at least one of its records, 1 − ∏(1 − p), as if they were
        independent: for the transmission model `given`.
    until : float, optional
        Only records before this time, in the unit of the records (seconds since 1970 for
        timestamps): the graph as it was then, without accounts that came later. Records without
        a time are left out.

    Returns
    -------
    InteractionGraph
        With the accounts sorted, so that the order of the records cannot change a result.

    Raises
    ------
    UsageError
        With "probabilities", when records have no weights or one is above 1; with the record.

    Notes
    -----
    Time O(records), memory O(accounts + arcs) and a chunk of `CHUNK` records; DuckDB spills to
    disk when its memory runs short. Whole-number weights are added as integers, others in 128-bit
    fixed point, which no order of addition can change. Probabilities are combined from the
    smallest to the largest: O(records log records), memory O(different probabilities of all arcs).

    Examples
    --------
    >>> import pandas
    >>> from keynodes import build_graph, read_interactions
    >>> records = pandas.DataFrame(
    ...     {"source": ["ann", "bob"], "target": ["eve", "eve"], "relation": ["RT", "RT"]}
    ... )
    >>> build_graph(read_interactions(records)).arcs[["source", "target", "weight"]]
      source target  weight
    0    eve    ann     1.0
    1    eve    bob     1.0
    """
    report = interactions.report
    connection = interactions.connection
    relations = tuple(sorted(report.relations))
    ways = {name: name for name in COMBINATIONS}
    chances = pick(ways, combine, "way to combine weights") == "probabilities"
    rows = "true" if until is None else f"record.time < {float(until)!r}::DOUBLE"
    if chances:
        _check_probabilities(connection, report, rows)
    accounts = coded_accounts(interactions, rows)
    _code_relations(interactions, relations)
    probabilities = None
    if chances:
        groups, probabilities = _combined(connection, len(accounts), len(relations), rows)
    elif report.weight_kind == "weight":
        groups = _added(connection, len(accounts), len(relations), rows)
    else:
        groups = _counted(connection, report, len(accounts), len(relations), rows)
    connection.execute("DROP TABLE account; DROP TABLE relation_code")
    graph = assemble(
        accounts,
        groups,
        relations,
        weights_are_counts=report.weight_kind != "weight" and not chances,
        time_unit=report.time_unit,
        attributes=interactions.attributes,
        aliases=interactions.aliases,
    )
    if probabilities is not None:
        out = graph.out._replace(weights=probabilities)
        graph = replace(graph, out=out, weights_are_probabilities=True)
    if until is not None:
        return graph
    pairs = int(np.count_nonzero(graph.mutual)) // 2
    kept_apart = graph.m - pairs
    return replace(graph, repeats_merged=report.records - report.self_loops - kept_apart)


def coded_accounts(interactions: Interactions, rows: str = "true") -> np.ndarray:
    """Number the accounts of some rows, in sorted order, in a table ``account``; return them.

    The caller drops the table.
    """
    connection = interactions.connection
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE account AS
        SELECT id, (row_number() OVER (ORDER BY id) - 1)::INTEGER AS i FROM (
            SELECT source AS id FROM {TABLE} AS record WHERE {rows}
            UNION SELECT target FROM {TABLE} AS record WHERE {rows}
            UNION SELECT unnest(?::VARCHAR[])
        )
        """,
        [list(interactions.isolated) if rows == "true" else []],
    )
    ids = connection.execute("SELECT id FROM account ORDER BY i").fetchnumpy()["id"]
    return np.asarray(ids, dtype=object)


def _code_relations(interactions: Interactions, relations: tuple[str, ...]) -> None:
    """Number the relations in a table of their own."""
    interactions.connection.execute(
        """
        CREATE OR REPLACE TABLE relation_code AS
        SELECT unnest(?::VARCHAR[]) AS name, unnest(range(?))::INTEGER AS code
        """,
        [list(relations), len(relations)],
    )


def _arcs(columns: str, rows: str = "true") -> str:
    """SQL for records as numbers: tail, head, relation, whether both ways, and some columns."""
    return f"""
        SELECT CASE WHEN flow = 'back' THEN t.i ELSE s.i END AS tail,
            CASE WHEN flow = 'back' THEN s.i ELSE t.i END AS head,
            coalesce(r.code, 0)::INTEGER AS code, flow = 'both' AS both_ways, {columns}
        FROM {TABLE} AS record JOIN account s ON s.id = record.source
            JOIN account t ON t.id = record.target
            LEFT JOIN relation_code r ON r.name = record.relation
        WHERE record.source <> record.target AND {rows}
    """


def _counted(
    connection: "duckdb.DuckDBPyConnection",
    report: ReadingReport,
    accounts: int,
    relations: int,
    kept: str,
) -> Groups:
    """Group records whose weights are counts: whole numbers, which any order adds alike.

    Grouping plain integers ourselves takes half the time of a GROUP BY. It goes by chunks, so
    that repeats never fill the memory.
    """
    (total,) = connection.execute(f"SELECT sum(weight) FROM {TABLE}").fetchall()[0]
    if total is not None and total >= 2**53:
        raise KeynodesError(
            f"the weights are taken as counts of interactions, but add up to {total:g}, more than "
            "can be counted exactly; rescale them"
        )
    count = "weight::BIGINT" if report.weight_kind == "count" else "1::BIGINT"
    time = "coalesce(time, 'nan'::DOUBLE)"
    columns = f"{count} AS count, {count}::DOUBLE AS weight, {time} AS time"
    groups = None
    for start in range(0, max(report.records, 1), CHUNK):
        rows = f"record.rowid >= {start} AND record.rowid < {start + CHUNK} AND {kept}"
        chunk = _fetched(connection, _arcs(columns, rows))
        if groups is not None:
            chunk = Groups(*map(np.concatenate, zip(groups, chunk, strict=True)))
        groups = grouped(chunk, accounts, relations)
    assert groups is not None
    return groups


def _added(
    connection: "duckdb.DuckDBPyConnection", accounts: int, relations: int, kept: str
) -> Groups:
    """Group records whose weights are not whole: added as 128-bit integers, exact in any order."""
    smallest, largest, rows = connection.execute(
        f"SELECT min(weight), max(weight), count(*) FROM {TABLE}"
    ).fetchall()[0]
    # The largest power of two that keeps the sum of all rows below 2^125.
    bits = 125 - math.ceil(math.log2(largest)) - int(rows).bit_length()
    scale = 2.0 ** min(bits, 1000)
    query = f"""
        SELECT tail, head, code, both_ways, count(*) AS count,
            sum((weight * {scale!r})::HUGEINT)::DOUBLE AS weight,
            coalesce(min(time), 'nan'::DOUBLE) AS first, coalesce(max(time), 'nan'::DOUBLE) AS last
        FROM ({_arcs("weight, time", kept)}) GROUP BY tail, head, code, both_ways
    """
    found = _fetched(connection, query)
    # An arc may come from records one way and both ways: two numbers, which any order adds alike.
    groups = grouped(found._replace(weights=found.weights / scale), accounts, relations)
    if not (np.isfinite(groups.weights) & (groups.weights > 0)).all():
        raise KeynodesError(
            f"the weights span too wide a range to be added up: from {smallest} to {largest}; "
            "rescale them, or leave out the extreme ones"
        )
    return groups


def _check_probabilities(
    connection: "duckdb.DuckDBPyConnection", report: ReadingReport, kept: str
) -> None:
    """Refuse records whose weights are no probabilities."""
    if report.weight_kind == "none" and report.records:
        raise UsageError(
            "combine='probabilities' needs a weight a record, and the records have none; name the "
            "column of the probabilities as weight, or choose another transmission model"
        )
    wrong = connection.execute(
        f"""
        SELECT source, target, weight FROM {TABLE} AS record WHERE weight > 1 AND {kept}
        ORDER BY weight DESC, source, target LIMIT 1
        """
    ).fetchone()
    if wrong is not None:
        source, target = (repr(shortened(account, 40)) for account in wrong[:2])
        raise UsageError(
            f"probabilities must be at most 1, and the record of {source} and {target} weighs "
            f"{wrong[2]:g}; scale the weights, or choose a model that takes counts, such as counts"
        )


def _combined(
    connection: "duckdb.DuckDBPyConnection", accounts: int, relations: int, kept: str
) -> tuple[Groups, np.ndarray]:
    """Group records whose weights are probabilities; and the probability of each arc.

    Weights of the groups mean nothing: the relations of an arc are combined too.
    """
    query = f"""
        SELECT tail, head, code, both_ways, weight, count(*) AS count,
            coalesce(min(time), 'nan'::DOUBLE) AS first, coalesce(max(time), 'nan'::DOUBLE) AS last
        FROM ({_arcs("weight, time", kept)}) GROUP BY tail, head, code, both_ways, weight
    """
    found = _fetched(connection, query)
    order = np.argsort(found.weights, kind="stable")
    order = csr.stable_order(found.heads, accounts, order)
    order = csr.stable_order(found.tails, accounts, order)
    starts, *_ = csr.runs(order, found.tails, found.heads, np.zeros_like(found.codes))
    probabilities = transmission.combined(order, starts, found.weights, found.counts)
    return grouped(found, accounts, relations), probabilities


def _fetched(connection: "duckdb.DuckDBPyConnection", query: str) -> Groups:
    """Fetch groups (or records, of one time); those that go both ways come back twice."""
    found = connection.execute(query).fetchnumpy()
    first, last = ("time", "time") if "time" in found else ("first", "last")
    names = ("tail", "head", "code", "count", "weight", first, last)
    columns = [np.asarray(found[name]) for name in names]
    mutual = np.asarray(found["both_ways"], dtype=bool)
    if mutual.any():
        tails, heads, *rest = columns
        columns = [
            np.concatenate([tails, heads[mutual]]),
            np.concatenate([heads, tails[mutual]]),
            *(np.concatenate([values, values[mutual]]) for values in rest),
        ]
    tails, heads, codes, counts, *rest = columns
    twice = counts.copy()
    twice[: len(mutual)][~mutual] = 0
    return Groups(tails, heads, codes, counts, twice, *rest)
