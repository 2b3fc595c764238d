"""Times: dates, unix times or plain numbers, decided once for a whole column."""

import datetime
import math
import re
from collections.abc import Iterable
from typing import NamedTuple

import duckdb

from keynodes.errors import UsageError


class TimeKind(NamedTuple):
    """How the times of a column are written."""

    unit: str
    """``timestamp`` (seconds since 1970 UTC once read) or ``number``."""
    words: str
    """What a reader is told."""
    expected: str
    """What an error says a time must be."""
    divisor: float
    low: float
    high: float
    """Values are at least `low` and below `high` (after parsing, before dividing)."""


# ISO years outside these bounds are two-digit years or slips of the pen, not times of records.
_FIRST, _LAST = -11676096000.0, 253402300800.0

TIME_KINDS: dict[str, TimeKind] = {
    "iso": TimeKind(
        "timestamp",
        "dates (ISO 8601; UTC where no offset is given)",
        "an ISO 8601 date such as 2024-05-31 or 2024-05-31T12:00:00Z",
        1,
        _FIRST,
        _LAST,
    ),
    "seconds": TimeKind(
        "timestamp", "unix seconds", "unix seconds like the first times of the column", 1, 1e8, 1e11
    ),
    "milliseconds": TimeKind(
        "timestamp",
        "unix milliseconds",
        "unix milliseconds like the first times of the column",
        1e3,
        1e11,
        1e14,
    ),
    "microseconds": TimeKind(
        "timestamp",
        "unix microseconds",
        "unix microseconds like the first times of the column",
        1e6,
        1e14,
        1e17,
    ),
    "number": TimeKind(
        "number",
        "plain numbers (phases, not dates)",
        "a plain number below 100,000,000 like the first times of the column",
        1,
        -1e8,
        1e8,
    ),
    "stored": TimeKind("timestamp", "dates as stored", "a date", 1, _FIRST, _LAST),
}
"""Numbers are told apart by size alone: unix seconds from March 1973 on are above 10⁸."""

_ISO = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ].*)?")


def kind_of_text(text: str) -> str | None:
    """Return which of `TIME_KINDS` a time is written in, None if it looks like none.

    Examples
    --------
    >>> [kind_of_text(t) for t in ("2024-05-31", "1717113600", "1717113600000", "11", "May")]
    ['iso', 'seconds', 'milliseconds', 'number', None]
    """
    text = text.strip()
    if _ISO.fullmatch(text):
        return "iso"
    value = number(text)
    return None if value is None else kind_of_number(value)


def kind_of_number(value: float) -> str | None:
    """Return which of `TIME_KINDS` a number is, by its size."""
    for name in ("number", "seconds", "milliseconds", "microseconds"):
        if TIME_KINDS[name].low <= value < TIME_KINDS[name].high:
            return name
    return None


def kind_of_column(times: Iterable[str]) -> str | None:
    """Return the kind that most of the times have (ties to the first); None without any time."""
    votes: dict[str, int] = {}
    seen = False
    for text in times:
        if text is None or not text.strip():
            continue
        seen = True
        if (kind := kind_of_text(text)) is not None:
            votes[kind] = votes.get(kind, 0) + 1
    if votes:
        return max(votes, key=votes.__getitem__)
    return "iso" if seen else None


def number(text: str) -> float | None:
    """Return the finite number that a text is, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def parsed(kind: str, column: str = "time") -> str:
    """SQL: the time as seconds since 1970 or as a plain number; NULL when it does not parse."""
    row = TIME_KINDS[kind]
    value = {
        "iso": f"epoch(try_cast(trim({column}) AS TIMESTAMPTZ))",
        "stored": column,
    }.get(kind, f"try_cast({column} AS DOUBLE)")
    divided = "" if row.divisor == 1 else f" / {row.divisor!r}"
    return f"CASE WHEN {value} >= {row.low!r} AND {value} < {row.high!r} THEN {value}{divided} END"


class Period(NamedTuple):
    """``since ≤ t < until``; each end may be missing."""

    since: float | None
    until: float | None
    unit: str | None
    """The unit of both ends; None when there is neither."""

    @property
    def condition(self) -> str:
        """SQL: which rows are inside."""
        ends = ["time IS NOT NULL"]
        if self.since is not None:
            ends.append(f"time >= {self.since!r}::DOUBLE")
        if self.until is not None:
            ends.append(f"time < {self.until!r}::DOUBLE")
        return " AND ".join(ends)


def parse_period(since: object, until: object) -> Period:
    """Read both ends of a period: ISO text, numbers, dates or datetimes."""
    first = _end("since", since)
    last = _end("until", until)
    units = {end[1] for end in (first, last) if end is not None}
    if len(units) > 1:
        raise UsageError("since and until must both be dates or both be plain numbers")
    start, stop = first and first[0], last and last[0]
    if start is not None and stop is not None and start >= stop:
        raise UsageError(f"since ({since}) must be before until ({until})")
    return Period(start, stop, units.pop() if units else None)


def _end(name: str, value: object) -> tuple[float, str] | None:
    if value is None:
        return None
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            value = value.replace(tzinfo=datetime.UTC)
        return value.timestamp(), "timestamp"
    text = value.isoformat() if isinstance(value, datetime.date) else str(value).strip()
    kind = kind_of_text(text)
    if kind is not None:
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            seconds = connection.execute(
                f"SELECT {parsed(kind)} FROM (SELECT ?::VARCHAR AS time)", [text]
            ).fetchone()
        if seconds and seconds[0] is not None:
            return seconds[0], TIME_KINDS[kind].unit
    raise UsageError(f"{name} must be a date such as 2024-05-31 or a number, got {text!r}")
