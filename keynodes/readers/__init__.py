"""From files, tables and networks to `Interactions`: a format is a query.

`READERS` holds a row a file format. To add one, write a function that finds out what the columns
are and hands `loading.Loader` a query which yields line, source, target, relation, time, weight
and evidence; all checks of values are there, the same for every format.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from keynodes.errors import ReadingError, UsageError
from keynodes.escaping import one_line, shortened
from keynodes.interactions import COLUMNS, TABLE, Interactions, ReadingReport, connect
from keynodes.lists import read_attributes
from keynodes.readers import frames
from keynodes.readers.columns import checked_request
from keynodes.readers.delimited import load_delimited, looks_delimited
from keynodes.readers.flows import parse_flow
from keynodes.readers.inputs import expand, opened, refuse_foreign
from keynodes.readers.jsonlines import load_json_lines, looks_like_json
from keynodes.readers.loading import Loader, relation_counts
from keynodes.readers.networks import plain, xml
from keynodes.readers.parquet import load_parquet, looks_like_parquet
from keynodes.readers.platforms import (
    bluesky,
    coordination,
    mastodon,
    nodexl,
    telegram,
    tweet_tables,
    twitter,
)
from keynodes.readers.requests import Part, Reader, Request
from keynodes.readers.times import TIME_KINDS, Period, parse_period

if TYPE_CHECKING:
    import os

    import duckdb
    import pandas


_ASKED = "source acts on target; which way content went is asked (FLOW knows the usual relations)"

READERS: dict[str, Reader] = {
    "parquet": Reader(looks_like_parquet, load_parquet, "Parquet", _ASKED),
    **nodexl.READERS,
    **coordination.READERS,
    **twitter.READERS,
    **tweet_tables.READERS,
    **bluesky.READERS,
    **mastodon.READERS,
    **telegram.READERS,
    **xml.READERS,
    **plain.READERS,
    "json-lines": Reader(looks_like_json, load_json_lines, "JSON lines: one object a line", _ASKED),
    "delimited": Reader(
        looks_delimited, load_delimited, "CSV, TSV and other delimited text", _ASKED
    ),
}
"""The file formats, in the order in which they are tried."""


def read_interactions(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    flow: "str | Iterable[str] | Mapping[str, str] | None" = None,
    since: object = None,
    until: object = None,
    accounts: "str | os.PathLike[str] | pandas.DataFrame | None" = None,
    delimiter: str | None = None,
    header: bool | None = None,
    encoding: str | None = None,
    skip_bad_rows: bool = False,
    spreadsheet_safe: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Interactions:
    """Read who acted on whom, check it, and account for every row.

    Parameters
    ----------
    source : path, glob, "-", DataFrame, networkx or igraph graph, or a list of these
        Files are CSV or other delimited text, JSON lines or Parquet, also packed with gzip or
        zstd; what they are is seen from their content. "-" is standard input.
    columns : mapping of str to str, optional
        Which column is which, by role: source, target, relation, time, weight, evidence. Common
        names are recognised without it (see `readers.columns.NAMES`). Columns of a file without
        a header are called by their number: "1", "2"….
    flow : str, list of str or mapping, optional
        Which way content flowed: "back" (from the target to the actor), "forth" or "both", for
        every record or for one relation ("RT=back", {"RT": "back"}); overrides `FLOW`.
    since, until : str, number, date or datetime, optional
        Keep records with ``since ≤ time < until``; naive dates are UTC.
    accounts : path or DataFrame, optional
        Facts about accounts: a column of ids and any others; ``posts`` and ``weight`` are used
        by name.
    delimiter : str, optional
        A sign or its name (tab, comma, semicolon, pipe, space); found out when not given.
    header : bool, optional
        Whether the first row names the columns; found out when not given.
    encoding : str, optional
        The text encoding; UTF-8, or UTF-16 and UTF-32 by their byte order mark, when not given.
    skip_bad_rows : bool
        Leave malformed rows out and count them, instead of stopping at the first.
    spreadsheet_safe : bool
        Remove the ``'`` that ``--spreadsheet-safe`` output puts before ids such as ``=1+1``.
    progress : callable, optional
        Called as ``progress(done, total)`` in inputs.

    Returns
    -------
    Interactions
        The records as a DuckDB relation, and the report of what was read and left out.

    Raises
    ------
    ReadingError
        For an input that cannot be read, with file and line.
    UnknownRelation
        For a relation that `FLOW` lacks and `flow` does not name.
    UsageError
        For arguments that do not fit together.

    Notes
    -----
    Plain UTF-8 text goes through DuckDB's own reader in one pass, on all threads; a file with
    anything odd in it is read again line by line, about ten times slower, in any encoding. Both
    give the same table. DuckDB spills to disk when memory runs short; a compressed input is first
    unpacked to the temporary folder. Inputs are never changed.

    Examples
    --------
    >>> import pandas
    >>> from keynodes import read_interactions
    >>> records = pandas.DataFrame({"from": ["ann", "bob"], "to": ["eve", "eve"]})
    >>> read_interactions(records, flow="back").to_frame()[["source", "target", "flow"]]
      source target  flow
    0    ann    eve  back
    1    bob    eve  back
    """
    flows = parse_flow(flow)
    period = parse_period(since, until)
    request = Request(checked_request(columns), delimiter, header, encoding, progress)
    sources = expand(source)
    attributes = (
        None if accounts is None else read_attributes(accounts, spreadsheet_safe=spreadsheet_safe)
    )
    connection = connect()
    try:
        loader = Loader(
            connection, flows, skip_bad_rows=skip_bad_rows, spreadsheet_safe=spreadsheet_safe
        )
        parts, readers = [], []
        for done, one in enumerate(sources, start=1):
            part, reader = _load(one, request, loader)
            parts.append(part)
            readers.append(reader)
            if progress:
                progress(done, len(sources))
        report = _settle(loader, parts, readers, period)
    except BaseException:
        connection.close()
        raise
    isolated = tuple(dict.fromkeys(a for part in parts for a in part.isolated))
    return Interactions(connection, report, isolated, attributes)


def _load(source: Any, request: Request, loader: Loader) -> tuple[Part, str]:
    """Load one input; say also what it was read as."""
    start = loader.loaded
    for detects, load in (
        (frames.is_frame, frames.load_frame),
        (frames.is_networkx, frames.load_networkx),
        (frames.is_igraph, frames.load_igraph),
    ):
        if detects(source):
            part = load(source, request, loader)
            loader.settle_flows(part.shape, start, part.first_line)
            return part, part.shape.name.strip("<>")
    if source != "-" and not hasattr(source, "__fspath__"):
        raise UsageError(
            "interactions are read from a path, a DataFrame, a networkx or an igraph graph; "
            f"got {type(source).__name__}"
        )
    with opened(source) as file:
        name = next(name for name, reader in READERS.items() if reader.detects(file))
        if name == "delimited":
            refuse_foreign(file)
        part = READERS[name].load(file, request, loader)
        loader.settle_flows(part.shape, start, part.first_line)
        return part, name


def _settle(loader: Loader, parts: list[Part], readers: list[str], period: Period) -> ReadingReport:
    """Check that the inputs fit together, keep the period, and write the report."""
    connection = loader.connection
    connection.execute("DROP TABLE flow_of")
    unit = _one_time_unit(parts)
    _check_relations(parts)
    isolated = any(part.isolated for part in parts)
    rows = loader.loaded + loader.refused.rows
    if not rows and not isolated:
        raise ReadingError(f"{_names(parts)}: there are no records, only a header or comments")
    if not loader.loaded and not isolated:
        raise ReadingError(
            f"{_names(parts)}: every one of {rows:,} rows was refused; the first: "
            f"{loader.refused.shown[0]}"
        )
    notices = [notice for part in parts for notice in part.notices]
    notices += _flow_notices(loader, parts)
    outside = _keep_period(connection, period, unit, loader.loaded)
    relations, facts = relation_counts(connection)
    notices += _time_notices(parts, facts, period, outside)
    weighted = any(part.shape.weight for part in parts)
    kind = "none" if not weighted else "count" if facts["whole"] else "weight"
    if kind == "count":
        notices.append("weights are whole numbers: taken as counts of interactions")
    for named in loader.flows.unused(relations):
        if not any(part.shape.relation for part in parts):
            raise UsageError(
                f"--flow names relation {named!r}, but {_names(parts)} has no relation column; say "
                "--flow back, forth or both for every record, or name the column with --relation"
            )
        notices.append(f"--flow names relation {named!r}, which does not occur")
    notices += _unmapped_notices(parts)
    if loader.refused.rows:
        notices.append(
            f"{loader.refused.rows:,} malformed row(s) left out, the first: "
            f"{loader.refused.shown[0]}"
        )
    return ReadingReport(
        inputs=tuple(part.shape.name for part in parts),
        rows=rows,
        rows_refused=loader.refused.rows,
        refused=tuple(one_line(text) for text in loader.refused.shown),
        rows_outside_period=outside,
        self_loops=int(facts["self_loops"]),
        records=int(facts["records"]),
        comments=sum(part.comments for part in parts),
        relations=relations,
        time_unit=unit,
        weight_kind=kind,
        unmapped=_unmapped(parts),
        readers=tuple(readers),
        notices=tuple(one_line(notice) for notice in notices),
    )


def _unmapped(parts: list[Part]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for part in parts:
        for reason, (count, _) in part.unmapped.items():
            counts[reason] = counts.get(reason, 0) + count
    return counts


def _unmapped_notices(parts: list[Part]) -> list[str]:
    return [
        f"{part.shape.name}: {count:,} record(s) not mapped: {reason}, the first in "
        f"{part.shape.row} {line}"
        for part in parts
        for reason, (count, line) in part.unmapped.items()
    ]


def _names(parts: list[Part]) -> str:
    names = [part.shape.name for part in parts]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _one_time_unit(parts: list[Part]) -> str | None:
    units: dict[str, Part] = {}
    for part in parts:
        if part.shape.time:
            units.setdefault(TIME_KINDS[part.shape.time].unit, part)
    if len(units) > 1:
        dated, numbered = units["timestamp"].shape, units["number"].shape
        raise ReadingError(
            f"times of {dated.name} are {TIME_KINDS[dated.time or 'iso'].words}, those of "
            f"{numbered.name} plain numbers; read them apart, or give them the same kind"
        )
    return next(iter(units), None)


def _check_relations(parts: list[Part]) -> None:
    with_, without = (
        [part.shape.name for part in parts if part.shape.relation is one] for one in (True, False)
    )
    if with_ and without:
        raise ReadingError(
            f"{without[0]} has no relation column, but {with_[0]} has one; add it, or read the "
            "inputs apart"
        )


def _flow_notices(loader: Loader, parts: list[Part]) -> list[str]:
    plain = [part for part in parts if not part.shape.relation and not part.shape.flow]
    if loader.flows.overall or not plain or not loader.loaded:
        return []
    first = loader.connection.execute(f"SELECT source, target FROM {TABLE} LIMIT 1").fetchone()
    actor, target = (repr(shortened(account, 40)) for account in first or ("", ""))
    return [
        f"no relation column: what {actor} posts is read as reaching {target} (first record), and "
        "so on; if it went the other way, say --flow back"
    ]


def _keep_period(
    connection: "duckdb.DuckDBPyConnection", period: Period, unit: str | None, rows: int
) -> int:
    """Drop records outside the period; return how many."""
    if period.unit is None:
        return 0
    if unit is None:
        raise UsageError("since and until need times, and the records have no time column")
    if unit != period.unit:
        given, held = ("dates", "plain numbers") if unit == "number" else ("plain numbers", "dates")
        raise UsageError(f"since and until are {given}, but the times of the records are {held}")
    connection.execute(
        f"CREATE TABLE inside AS SELECT {', '.join(COLUMNS)} FROM {TABLE} WHERE {period.condition}"
    )
    connection.execute(f"DROP TABLE {TABLE}")
    connection.execute(f"ALTER TABLE inside RENAME TO {TABLE}")
    (kept,) = connection.execute(f"SELECT count(*) FROM {TABLE}").fetchone() or (0,)
    return rows - kept


def _time_notices(
    parts: list[Part], facts: Mapping[str, float], period: Period, outside: int
) -> list[str]:
    notices = []
    kinds = list(dict.fromkeys(p.shape.time for p in parts if p.shape.time))
    if kinds:
        words = " and ".join(TIME_KINDS[kind].words for kind in kinds)
        notices.append(f"times are read as {words}")
        if (missing := int(facts["records"] - facts["timed"])) > 0:
            notices.append(f"{missing:,} record(s) have no time")
    if outside:
        notices.append(f"{outside:,} record(s) outside the period were left out")
    elif period.unit:
        notices.append("every record is inside the period")
    return notices


__all__ = ["READERS", "Part", "Reader", "Request", "read_interactions"]
