"""What was read, once all inputs are in: whether they fit together, and the report of it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from keynodes.errors import ReadingError, UsageError
from keynodes.escaping import one_line, shortened
from keynodes.interactions import COLUMNS, TABLE, ReadingReport
from keynodes.readers.damage import damaged_ids
from keynodes.readers.identities import Identities, Loaded, settle_identities
from keynodes.readers.loading import Loader, relation_counts
from keynodes.readers.requests import Part
from keynodes.readers.times import TIME_KINDS, Period

if TYPE_CHECKING:
    import duckdb
    import pandas

AGAIN = "the same act stands in an earlier file"
"""Why a record of an export is left out that is no record of its own."""


def settle(
    loader: Loader,
    inputs: Sequence[Loaded],
    period: Period,
    given: "pandas.DataFrame | None",
    aliases: Mapping[str, str],
) -> tuple[ReadingReport, Identities]:
    """Check that the inputs fit together, keep the period, and write the report.

    With it comes what is known of accounts; `given` and `aliases` are the user's word on them.
    """
    parts = [one.part for one in inputs]
    connection = loader.connection
    connection.execute("DROP TABLE flow_of")
    unit = one_time_unit(parts)
    check_relations(parts)
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
    # Before ids are put together with anything, and before a period hides some of them.
    damaged = [damage.sentence for damage in damaged_ids(connection)]
    known = settle_identities(connection, inputs, given, aliases, unit)
    again = _repeated(connection, inputs)
    loader.loaded -= again
    rows -= again
    if again:
        notices.append(
            f"{again:,} record(s) left out that an earlier file has too: the same act under the "
            "same id"
        )
    notices += _flow_notices(loader, parts)
    notices += known.notices
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
    notices += unmapped_notices(parts)
    if loader.refused.rows:
        notices.append(
            f"{loader.refused.rows:,} malformed row(s) left out, the first: "
            f"{loader.refused.shown[0]}"
        )
    report = ReadingReport(
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
        unmapped=_unmapped(parts) | ({AGAIN: again} if again else {}),
        readers=tuple(one.reader for one in inputs),
        notices=tuple(one_line(notice) for notice in [*damaged, *notices]),
    )
    return report, known


def _repeated(connection: "duckdb.DuckDBPyConnection", inputs: Sequence[Loaded]) -> int:
    """Drop the records of exports that an earlier export of the platform has too; how many.

    Searches overlap, and an act counts once. What an export has twice its reader has settled.
    """
    platforms = [one.platform for one in inputs if one.platform and one.stop > one.start]
    shared = sorted({name for name in platforms if platforms.count(name) > 1})
    if not shared:
        return 0
    values = ", ".join(
        f"({place}, {one.start}, {one.stop}, {shared.index(one.platform)})"
        for place, one in enumerate(inputs)
        if one.platform in shared and one.stop > one.start
    )
    (dropped,) = connection.execute(
        f"""
        DELETE FROM {TABLE} WHERE rowid IN (
            SELECT id FROM (
                SELECT records.rowid AS id, place, min(place) OVER (
                    PARTITION BY platform, source, target, relation, time, evidence
                ) AS earliest
                FROM {TABLE} AS records
                JOIN (VALUES {values}) AS parts(place, start, stop, platform)
                    ON records.rowid >= start AND records.rowid < stop
                WHERE evidence IS NOT NULL
            ) WHERE place > earliest
        )
        """
    ).fetchone() or (0,)
    return int(dropped)


def _unmapped(parts: list[Part]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for part in parts:
        for reason, (count, _) in part.unmapped.items():
            counts[reason] = counts.get(reason, 0) + count
    return counts


def unmapped_notices(parts: list[Part]) -> list[str]:
    """Say what could not be mapped, a line for each reason in each input."""
    return [
        f"{part.shape.name}: {count:,} record(s) not mapped: {reason}, the first in "
        f"{part.shape.row} {line}"
        for part in parts
        for reason, (count, line) in part.unmapped.items()
    ]


def _names(parts: list[Part]) -> str:
    names = [part.shape.name for part in parts]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def one_time_unit(parts: list[Part]) -> str | None:
    """Return the unit of all times, or say which inputs differ."""
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


def check_relations(parts: list[Part]) -> None:
    """Refuse inputs of which only some have relations."""
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
