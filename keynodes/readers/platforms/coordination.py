"""Who shared the same: tables of CooRTweet and of the coordination network toolkit."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from keynodes.durations import duration, written_length
from keynodes.errors import ReadingError, UsageError
from keynodes.escaping import shortened
from keynodes.readers.columns import listing
from keynodes.readers.exports import Export, header_of, load_rows
from keynodes.readers.inputs import File
from keynodes.readers.loading import Loader
from keynodes.readers.platforms import coordination_toolkit
from keynodes.readers.requests import Part, Reader, Request
from keynodes.readers.times import TIME_KINDS, parsed

if TYPE_CHECKING:
    import duckdb

WINDOW = 10.0
"""Seconds between two shares of an object that count as one act, as in CooRTweet."""

MOST_PAIRS = 20_000_000
"""Pairs of shares that a file may hold: a hub of 50,000 shares at once has 1.25e9 of them."""

_SHARED = ("object_id", "content_id", "timestamp_share")
_ACCOUNT = ("account_id", "id_user")  # the second is what older versions call it


def looks_like_coortweet(file: File) -> bool:
    """Whether the header names what CooRTweet needs: object, account, content and time."""
    header = header_of(file)
    return set(_SHARED) <= set(header) and _account_column(header) is not None


def load_coortweet(file: File, request: Request, loader: Loader) -> Part:
    """Read a table of shares, and make a record of every two within the window.

    Two shares of one object by different accounts, at most ``window`` apart, are a record of the
    relation ``co-share``: from the later account to the earlier one (in the order of their ids at
    the same moment), at the time and with the content id of the later share. Every share is a post
    as well. The object itself (content and object have one id) is no share of it. As in CooRTweet,
    except that accounts of a single share stay.

    Cost O(n log n + pairs) for n shares: the window slides over the shares of an object in the
    order of time. Above `MOST_PAIRS` reading stops and names the object; ``most`` links each share
    only with so many of the latest before it.
    """
    header = header_of(file)
    account = _account_column(header)
    missing = [name for name in _SHARED if name not in header]
    if missing or account is None:
        raise ReadingError(
            f"{file.name} is no table of CooRTweet: there is no column "
            f"{' or '.join(missing or ['account_id'])} among {listing(header)}"
        )
    place = header.index("timestamp_share")
    time = coordination_toolkit.kind_of_times(file, request, place)
    unit = TIME_KINDS[time].unit
    window, most = _window(request.parameters, unit), _most(request.parameters)
    left_out = 0

    def find_windows(connection: "duckdb.DuckDBPyConnection") -> None:
        nonlocal left_out
        connection.execute(_shares(account, time, window))
        (all_pairs,) = connection.execute(
            "SELECT coalesce(sum(place - first), 0) FROM windows"
        ).fetchone() or (0,)
        if most is not None:
            connection.execute(f"UPDATE windows SET first = greatest(first, place - {most})")
        pairs, found = _fullest_object(connection)
        if pairs > MOST_PAIRS:
            raise ReadingError(f"{file.name}: {_too_many(pairs, found, window, unit)}")
        left_out = all_pairs - pairs

    part = load_rows(
        file,
        request,
        loader,
        Export(
            _CO_SHARES,
            time=time,
            whole=True,
            prepare=find_windows,
            columns=(*_SHARED, account),
        ),
    )
    connection = loader.connection
    connection.execute("DROP TABLE IF EXISTS shares")
    connection.execute("DROP TABLE IF EXISTS windows")
    notices = [
        f"{file.name}: accounts are linked where they shared the same within "
        f"{written_length(window, unit)} (another: --reader coortweet:window=60)"
    ]
    if left_out:
        notices.append(
            f"{file.name}: {left_out:,} pair(s) of shares left out: each share is linked only "
            f"with the latest {most:,} before it (most={most})"
        )
    return replace(part, notices=(*part.notices, *notices))


def _account_column(header: tuple[str, ...]) -> str | None:
    return next((name for name in _ACCOUNT if name in header), None)


def _window(parameters: Mapping[str, str], unit: str) -> float:
    text = parameters.get("window")
    if text is None:
        return WINDOW
    try:
        length: str | float = float(text)  # CooRTweet's own way: a plain number of seconds
    except ValueError:
        length = text
    return duration(length, unit, "reader coortweet:window")


def _most(parameters: Mapping[str, str]) -> int | None:
    text = parameters.get("most")
    if text is None:
        return None
    if not text.isdecimal() or not 0 < int(text) < 2**31:
        raise UsageError(f"--reader coortweet:most is a whole number above 0, found {text!r}")
    return int(text)


def _shares(account: str, time: str, window: float) -> str:
    """SQL: the shares with what is wrong with each, and how far back the window of each goes."""
    return f"""
        CREATE OR REPLACE TEMP TABLE shares AS
        SELECT line, {account} AS account, object_id AS object, content_id AS content,
            timestamp_share AS time, {parsed(time, "timestamp_share")} AS moment, CASE
                WHEN row_number() OVER (
                    PARTITION BY object_id, {account}, content_id, timestamp_share ORDER BY line
                ) > 1 AND trim(content_id) <> '' THEN 'the same share once more'
                WHEN trim(object_id) = '' THEN 'what was shared is not named'
                WHEN trim(timestamp_share) = '' THEN 'a share without a time is in no window'
            END AS reason
        FROM records;
        CREATE OR REPLACE TEMP TABLE windows AS
        SELECT *, min(place) OVER (
            PARTITION BY object ORDER BY moment RANGE BETWEEN {window!r} PRECEDING AND CURRENT ROW
        ) AS first
        FROM (
            SELECT *, row_number() OVER (ORDER BY object, moment, account, content, line) AS place
            FROM shares
            WHERE reason IS NULL AND moment IS NOT NULL AND trim(account) <> ''
                AND content <> object
        )
    """


_CO_SHARES = """
    SELECT line, account AS source, account AS target, 'post' AS relation, time,
        content AS evidence, NULL AS reason
    FROM shares WHERE reason IS DISTINCT FROM 'the same share once more'
    UNION ALL
    SELECT line, account, account, 'co-share', time, content, reason
    FROM shares WHERE reason IS NOT NULL
    UNION ALL
    SELECT later.line, later.account, earlier.account, 'co-share', later.time, later.content, NULL
    FROM (SELECT *, unnest(range(first, place)) AS other FROM windows) AS later
    JOIN windows AS earlier ON earlier.place = later.other
    WHERE later.account <> earlier.account
"""


def _fullest_object(connection: "duckdb.DuckDBPyConnection") -> tuple[int, tuple[str, int, int]]:
    """How many pairs there are, and the object with the most of them, its pairs and accounts."""
    rows = connection.execute(
        "SELECT object, sum(place - first)::BIGINT AS pairs, count(DISTINCT account), "
        "sum(pairs) OVER () FROM windows GROUP BY object ORDER BY pairs DESC, object LIMIT 1"
    ).fetchall()
    return (int(rows[0][3]), rows[0][:3]) if rows else (0, ("", 0, 0))


def _too_many(pairs: int, fullest: tuple[str, int, int], window: float, unit: str) -> str:
    name, own, accounts = fullest
    return (
        f"{pairs:,} pairs of shares lie within {written_length(window, unit)}, more than "
        f"{MOST_PAIRS:,}; object {shortened(name, 40)!r} alone, shared by {accounts:,} accounts, "
        f"has {own:,}; say a shorter window (--reader coortweet:window=1), or link each share only "
        "with the latest before it (--reader coortweet:most=100)"
    )


READERS: dict[str, Reader] = {
    "coortweet": Reader(
        looks_like_coortweet,
        load_coortweet,
        "CooRTweet table: object_id, account_id, content_id, timestamp_share",
        "two accounts shared the same object within a window (co-share): an arc each way, for who "
        "shared later need not have seen the earlier share",
        parameters={
            "window": "how far apart two shares of an object may be: seconds, or such as 5m (10)",
            "most": "how many of the latest shares before it each share is linked with (all)",
        },
        export=Export(_CO_SHARES, whole=True),
    ),
    **coordination_toolkit.READERS,
}
"""The formats of this file, in the order in which they are tried."""
