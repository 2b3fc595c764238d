"""What the coordination network toolkit reads, keeps and finds: CSV files and its database."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import islice
from typing import Any
from urllib.parse import quote

import numpy as np

from keynodes.errors import ReadingError, UsageError
from keynodes.readers.columns import listing, plain
from keynodes.readers.dialects import SAMPLE, delimiter_of, encoding_of
from keynodes.readers.exports import (
    BATCH,
    LONGEST_OBJECT,
    Export,
    header_of,
    load_frames,
    load_rows,
    shape_of,
)
from keynodes.readers.inputs import File
from keynodes.readers.lines import SURROGATE, Splitter, Tally, lines, records, undecodable
from keynodes.readers.loading import Loader
from keynodes.readers.requests import Part, Reader, Request
from keynodes.readers.times import kind_of_column
from keynodes.registry import suggestion

# --- messages ------------------------------------------------------------------------------------

MESSAGE = ("message_id", "user_id", "username", "repost_id", "reply_id", "message", "timestamp")
"""The columns of a message, in their order; ``urls`` may follow."""

_MESSAGES = """
    WITH messages AS (
        SELECT *, trim(message_id) <> '' AND row_number() OVER (
            PARTITION BY message_id ORDER BY line
        ) > 1 AS again FROM records
    ), authors AS (
        SELECT message_id AS id, user_id AS author FROM messages
        WHERE NOT again AND trim(message_id) <> '' AND trim(user_id) <> ''
    ), acts AS (
        SELECT line, user_id, 'repost' AS relation, repost_id AS answered, timestamp, message_id
        FROM messages WHERE NOT again AND trim(repost_id) <> ''
        UNION ALL
        SELECT line, user_id, 'reply', reply_id, timestamp, message_id
        FROM messages WHERE NOT again AND trim(reply_id) <> ''
    )
    SELECT line, user_id AS source, user_id AS target, 'post' AS relation, timestamp AS time,
        message_id AS evidence, CASE WHEN again THEN 'the same message once more' END AS reason
    FROM messages WHERE again OR (trim(repost_id) = '' AND trim(reply_id) = '')
    UNION ALL
    SELECT line, user_id, author, relation, timestamp, message_id,
        CASE WHEN author IS NOT NULL THEN NULL
            WHEN relation = 'repost'
            THEN 'the reposted message is not in the file, and its author is not named'
            ELSE 'the message replied to is not in the file, and its author is not named' END
    FROM acts LEFT JOIN authors ON authors.id = acts.answered
"""


def _messages(time: str, row: str = "line") -> Export:
    return Export(
        _MESSAGES,
        time=time,
        row=row,
        whole=True,
        handles="SELECT user_id AS account, username AS handle, timestamp AS time FROM records "
        "WHERE trim(user_id) <> '' AND trim(username) <> ''",
        isolated="SELECT user_id AS account FROM records WHERE trim(user_id) <> ''",
    )


def looks_like_messages(file: File) -> bool:
    """Whether the columns of a header are those of the toolkit, by their usual names."""
    return tuple(plain(name) for name in header_of(file)[:5]) == tuple(map(plain, MESSAGE[:5]))


def load_messages(file: File, request: Request, loader: Loader) -> Part:
    """Read the toolkit's input: columns go by their place, whatever the header calls them."""
    header = header_of(file)
    if len(header) not in (len(MESSAGE), len(MESSAGE) + 1):
        raise ReadingError(
            f"{file.name} is no input of the coordination network toolkit: it needs the columns "
            f"{', '.join(MESSAGE)} and urls in this order, and there are {len(header)}: "
            f"{listing(header)}"
        )
    time = kind_of_times(file, request, MESSAGE.index("timestamp"))
    return load_rows(file, request, loader, _messages(time), names=MESSAGE)


def kind_of_times(file: File, request: Request, place: int) -> str:
    """Which of `TIME_KINDS` the first times of a CSV file are, in the column at a place."""
    encoding = encoding_of(file, request.encoding)
    first_line = file.head.decode("utf-8-sig", "ignore").lstrip().split("\n", 1)[0]
    delimiter: str | None = next((sign for sign in ",;\t" if sign in first_line), ",")
    if request.delimiter is not None:
        delimiter = delimiter_of(request.delimiter)
    every = records(lines(file.path, file.name, encoding), Splitter(delimiter), Tally())
    sample = islice(every, 1, SAMPLE + 1)
    return kind_of_column(r.fields[place] for r in sample if len(r.fields) > place) or "iso"


# --- results -------------------------------------------------------------------------------------


def _network(relation: str, row: str = "line") -> Export:
    # Both accounts of a pair stand first once, each with the messages of its own that count.
    return Export(
        f"SELECT line, user_1 AS source, user_2 AS target, {relation} AS relation, "
        "NULL::VARCHAR AS time, weight, NULL::VARCHAR AS evidence, NULL AS reason FROM records",
        weight=True,
        row=row,
    )


def looks_like_network(file: File) -> bool:
    """Whether a table has the columns of the toolkit's results and no others."""
    return header_of(file) in (
        ("user_1", "user_2", "weight"),
        ("user_1", "user_2", "weight", "edge_type"),
    )


def load_network(file: File, request: Request, loader: Loader) -> Part:
    """Read a result of the toolkit: which two accounts did the same, and how often."""
    header = header_of(file)
    if not looks_like_network(file):
        raise ReadingError(
            f"{file.name} is no result of the coordination network toolkit: the columns user_1, "
            f"user_2, weight and perhaps edge_type are needed, found {listing(header)}"
        )
    relation = "edge_type" if "edge_type" in header else "'co-share'"
    return load_rows(file, request, loader, _network(relation))


# --- the database --------------------------------------------------------------------------------

_MAGIC = b"SQLite format 3\x00"

_NETWORK_TABLES = tuple(
    f"co_{kind}_network" for kind in ("retweet", "tweet", "reply", "link", "similar_tweet", "post")
)


def looks_like_sqlite(file: File) -> bool:
    """Whether a file is an SQLite database with a table of the toolkit."""
    if not file.head.startswith(_MAGIC):
        return False
    try:
        with closing(_opened(file)) as database:
            tables = _tables(database)
    except sqlite3.Error:
        return False
    return "edge" in tables or any(name in tables for name in _NETWORK_TABLES)


def load_sqlite(file: File, request: Request, loader: Loader) -> Part:
    """Read the messages of a database of the toolkit, or the result that ``table`` names.

    The database is opened for reading only and never changed.
    """
    if not file.head.startswith(_MAGIC):
        raise ReadingError(f"{file.name} is no SQLite database")
    _check_nothing_waits(file)
    try:
        with closing(_opened(file)) as database:
            table, notices = _chosen_table(database, file, request.parameters.get("table"))
            names: tuple[str, ...] = ("user_1", "user_2", "weight")
            if table == "edge":
                names = tuple(name for name in MESSAGE if name != "message")
                times = database.execute("SELECT timestamp FROM edge LIMIT ?", [SAMPLE])
                time = kind_of_column(_text(time) or "" for (time,) in times)
                export = _messages(time or "iso", row="row")
            else:
                export = _network(f"'{table.removesuffix('_network')}'", row="row")
            frames = _frames(database, table, names, file, loader, export)
            part = load_frames(file, loader, export, frames)
    except sqlite3.Error as error:
        raise ReadingError(f"{file.name} cannot be read as an SQLite database: {error}") from None
    return replace(part, notices=(*part.notices, *notices))


def _opened(file: File) -> sqlite3.Connection:
    # Immutable: no lock is taken, and no file is made beside the database.
    address = f"file:{quote(str(file.path.resolve()))}?mode=ro&immutable=1"
    database = sqlite3.connect(address, uri=True)
    # A database may hold code: its views and functions are not trusted, nor the size of values.
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_OBJECT)
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA query_only = ON")
    database.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    return database


def _check_nothing_waits(file: File) -> None:
    for kind in ("-wal", "-journal"):
        waiting = file.path.with_name(file.path.name + kind)
        if waiting.exists() and waiting.stat().st_size:
            raise ReadingError(
                f"{file.name} has changes that are not in it yet (they wait in {waiting.name}); "
                "close the program that writes it, or copy it: sqlite3 DATABASE '.backup COPY'"
            )


def _tables(database: sqlite3.Connection) -> list[str]:
    """The plain tables: views and virtual tables run code of the database's author."""
    return [
        name
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' "
            "AND sql NOT LIKE 'create virtual%' ORDER BY name"
        )
    ]


def _chosen_table(
    database: sqlite3.Connection, file: File, asked: str | None
) -> tuple[str, tuple[str, ...]]:
    tables = _tables(database)
    there = [name for name in ("edge", *_NETWORK_TABLES) if name in tables]
    if not there:
        raise ReadingError(
            f"{file.name} is no database of the coordination network toolkit: it has no table "
            f"edge and no network, only {listing(tables) or 'no table at all'}"
        )
    results = [name for name in there if name != "edge"]
    if asked is not None:
        if asked not in there:
            raise UsageError(
                f"{file.name}: there is no table {asked!r} of the coordination network toolkit; "
                f"{suggestion(asked, there)}"
            )
        return asked, ()
    listed = ", ".join(results)
    if "edge" in there and database.execute("SELECT 1 FROM edge LIMIT 1").fetchone():
        other = f"; results beside them: {listed} (--reader coordination-sqlite:table=NAME)"
        return "edge", (f"{file.name}: the messages are read{other if results else ''}",)
    if not results:
        raise ReadingError(f"{file.name}: there are no records, its table edge is empty")
    raise ReadingError(
        f"{file.name} holds no messages, only results: {listed}; say which to read "
        f"(--reader coordination-sqlite:table={results[0]})"
    )


def _frames(
    database: sqlite3.Connection,
    table: str,
    names: tuple[str, ...],
    file: File,
    loader: Loader,
    export: Export,
) -> Iterator[Any]:
    import pandas

    has = {row[1] for row in database.execute(f"PRAGMA table_info({table})")}
    missing = [name for name in names if name not in has]
    if missing:
        raise ReadingError(f"{file.name}: table {table} has no column {' or '.join(missing)}")
    shape = shape_of(file, export)
    rows = database.execute(f"SELECT {', '.join(names)} FROM {table}")
    number = 0
    while batch := rows.fetchmany(BATCH):
        kept: list[list[Any]] = []
        for row in batch:
            number += 1
            texts = [_text(value) for value in row]
            problem = ""
            if None in texts:
                problem = f"{names[texts.index(None)]} must be a text or a number, found a blob"
            elif SURROGATE.search(joined := "\0".join(map(str, texts))):
                problem = undecodable(joined, "UTF-8")
            if problem:
                loader.refuse(shape, number, problem)
            else:
                kept.append([number, *texts])
        if kept:
            numbers, *columns = zip(*kept, strict=True)
            texts_of = dict(zip(names, columns, strict=True))
            frame = {name: pandas.Series(one, dtype=object) for name, one in texts_of.items()}
            yield pandas.DataFrame({"line": np.asarray(numbers, np.int64), **frame})


def _text(value: Any) -> str | None:
    """The text of a value of SQLite; nothing is an empty one, and a blob has none."""
    if isinstance(value, bytes):
        return None
    return "" if value is None else str(value)


READERS: dict[str, Reader] = {
    "coordination-csv": Reader(
        looks_like_messages,
        load_messages,
        "coordination network toolkit, messages: message_id, user_id, username, repost_id…",
        "a user reposts or replies to the author of another message of the file: content goes from "
        "that author to the user",
        export=_messages("seconds"),
    ),
    "coordination-network": Reader(
        looks_like_network,
        load_network,
        "coordination network toolkit, result: user_1, user_2, weight",
        "two accounts did the same within a window (co-share): an arc each way",
        export=_network("edge_type"),
    ),
    "coordination-sqlite": Reader(
        looks_like_sqlite,
        load_sqlite,
        "coordination network toolkit, its SQLite database",
        "its messages as in coordination-csv; its results as in coordination-network",
        parameters={
            "table": "edge for the messages (as without it), or a result: "
            + ", ".join(_NETWORK_TABLES)
        },
        export=_messages("iso"),
    ),
}
"""The formats of this file, in the order in which they are tried."""
