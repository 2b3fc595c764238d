"""Exports of platforms, declared: a query that makes interactions of their records.

An `Export` is data. `load_objects` (JSON) and `load_rows` (CSV) put the records of a file, a batch
at a time, into a table ``records`` of DuckDB and run the queries of the export on it. What a query
cannot map it returns with a reason, and the reasons are counted: nothing is guessed.
"""

import json
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keynodes.errors import ReadingError, UsageError
from keynodes.flow import FLOW
from keynodes.interactions import TABLE, frame_of
from keynodes.readers.dialects import delimiter_of, encoding_of
from keynodes.readers.inputs import File
from keynodes.readers.lines import (
    SURROGATE,
    QuoteError,
    Splitter,
    Tally,
    lines,
    records,
    undecodable,
)
from keynodes.readers.loading import Loader, Shape
from keynodes.readers.requests import Part, Request

if TYPE_CHECKING:
    import duckdb

BATCH = 20_000
BATCH_CHARACTERS = 50_000_000
"""Records, and characters of them, held in Python at a time."""

LONGEST_OBJECT = 100_000_000
"""Characters that one JSON object may have: pages of an interface are long lines."""


@dataclass(frozen=True)
class Export:
    """The queries of a format. Each reads the table ``records``.

    In JSON, ``records`` has the columns ``line`` and ``object`` (of type JSON); in CSV ``line`` and
    the columns of the file, all of them text, an empty field as an empty text. Account ids are
    text (in JSON: ``->>``).
    """

    interactions: str
    """Yields ``line, source, target, relation, time, evidence, reason`` (and ``weight`` where
    `weight` says so), all but ``line`` text: who acted on whom. A row with a ``reason`` is counted
    under it and is no interaction. An account's own post is a row of the relation ``post`` with
    itself as the target."""
    time: str = "iso"
    """Which of `TIME_KINDS` the times are."""
    weight: bool = False
    relation: bool = True
    """Whether its interactions have a relation; without one, the user is asked for the flow."""
    row: str = "line"
    """What a record is called in messages: ``line`` of a text or ``row`` of a table."""
    handles: str | None = None
    """Yields ``account, handle, time``: what accounts were called, and when."""
    removals: str | None = None
    """Yields ``account, time, event, evidence``: what was deleted or closed; time as text."""
    isolated: str | None = None
    """Yields ``account``: who stays in the network even where no interaction of theirs is known."""
    whole: bool = False
    """Whether a query must see all records at once (to join replies with what they answer)."""
    prepare: "Callable[[duckdb.DuckDBPyConnection], object] | None" = None
    """Called when ``records`` is there, before the queries: makes temporary tables for them."""
    digest: str | None = None
    """Makes of ``records``, a batch at a time, what the other queries read in their place, all of
    the file at once: joins over the whole file that hold little of it. Rows keep the order in
    which it yields them (``rowid``)."""
    columns: tuple[str, ...] = ()
    """Columns of CSV that the queries use: those that the file lacks are NULL, and no others are
    kept, which a query might take for its own. Empty: all that the file has."""
    notices: tuple[str, ...] = ()
    """What a reader of the result should know of the format."""


def load_objects(
    file: File,
    request: Request,
    loader: Loader,
    export: Export,
    objects: Iterable[tuple[int, str]] | None = None,
) -> Part:
    """Read a file of JSON objects: one a line, in one array, or a single one over many lines.

    `objects` are the line and the text of each, where the format has its own way to find them.
    """
    found = objects_of(file, request) if objects is None else objects
    return load_frames(file, loader, export, batches_of_objects(file, loader, export, found))


def load_rows(
    file: File,
    request: Request,
    loader: Loader,
    export: Export,
    names: Sequence[str] | None = None,
) -> Part:
    """Read a CSV file with a header, whose quoted fields may go over several lines.

    `names` are what the queries call the first columns, where the place of a column says what it
    is and not its name.
    """
    if request.header is False and names is None:
        raise UsageError(
            f"{file.name}: the columns of this format go by their names, so that --no-header says "
            "nothing to it"
        )
    return load_frames(file, loader, export, batches_of_rows(file, request, loader, export, names))


def shape_of(file: File, export: Export) -> Shape:
    """What the rows of an export hold."""
    return Shape(
        file.name,
        relation=export.relation,
        time=export.time,
        weight=export.weight,
        row=export.row,
    )


def load_frames(file: File, loader: Loader, export: Export, batches: Iterator[Any]) -> Part:
    """Read DataFrames, a batch of records each: ``line`` and columns of text, as in `Export`."""
    import pandas

    connection = loader.connection
    shape = shape_of(file, export)
    loader.learn(FLOW)
    reasons: dict[str, tuple[int, int]] = {}
    handles: list[pandas.DataFrame] = []
    removals: list[pandas.DataFrame] = []
    isolated: dict[str, None] = {}

    def map_records() -> None:
        if export.prepare is not None:
            export.prepare(connection)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE mapped AS {export.interactions}")
        for reason, count, line in connection.execute(
            "SELECT reason, count(*), min(line) FROM mapped WHERE reason IS NOT NULL "
            "GROUP BY reason ORDER BY min(line), reason"
        ).fetchall():
            before, first = reasons.get(reason, (0, line))
            reasons[reason] = (before + count, min(first, line))
        weight = "weight" if export.weight else "NULL::VARCHAR AS weight"
        loader.load(
            f"SELECT line, source, target, relation, time, {weight}, evidence "
            "FROM mapped WHERE reason IS NULL",
            shape,
        )
        connection.execute("DROP TABLE mapped")
        for query, into in ((export.handles, handles), (export.removals, removals)):
            if query is not None:
                frame = frame_of(connection.execute(f"SELECT DISTINCT * FROM ({query})"))
                if len(frame):
                    into.append(frame)
        if export.isolated is not None:
            found = connection.execute(
                f"SELECT account FROM ({export.isolated}) "
                f"EXCEPT (SELECT source FROM {TABLE} UNION SELECT target FROM {TABLE})"
            )
            isolated.update((account, None) for (account,) in found.fetchall())

    any_record = False
    try:
        for batch in batches:
            connection.register("batch", batch)
            typed = "* REPLACE (object::JSON AS object)" if "object" in batch else "*"
            if not (export.whole and any_record):
                connection.execute(
                    f"CREATE OR REPLACE TEMP TABLE records AS SELECT {typed} FROM batch"
                )
            else:
                connection.execute(f"INSERT INTO records SELECT {typed} FROM batch")
            connection.unregister("batch")
            if export.digest is not None:
                into = "INSERT INTO" if any_record else "CREATE OR REPLACE TEMP TABLE"
                of = "" if any_record else "AS"
                connection.execute(f"{into} digests {of} {export.digest}")
            any_record = True
            if not (export.whole or export.digest):
                map_records()
        if not any_record:
            raise ReadingError(f"{file.name} holds no records")
        if export.digest is not None:
            connection.execute("DROP TABLE records")
            connection.execute("ALTER TABLE digests RENAME TO records")
        if export.whole or export.digest:
            map_records()
    finally:
        connection.execute("DROP TABLE IF EXISTS records")
        connection.execute("DROP TABLE IF EXISTS digests")
    return Part(
        shape,
        evidence=True,
        notices=export.notices,
        isolated=tuple(isolated),
        unmapped=reasons,
        handles=pandas.concat(handles, ignore_index=True) if handles else None,
        removals=pandas.concat(removals, ignore_index=True) if removals else None,
    )


def batches_of_objects(
    file: File, loader: Loader, export: Export, objects: Iterable[tuple[int, str]]
) -> Iterator[Any]:
    """Yield the records of a JSON file as tables of ``line`` and ``object``, a batch at a time."""
    shape = shape_of(file, export)
    batch: list[tuple[int, str]] = []
    held = 0
    for item in objects:
        batch.append(item)
        held += len(item[1])
        if len(batch) >= BATCH or held >= BATCH_CHARACTERS:
            yield from _valid(batch, loader, shape)
            batch, held = [], 0
    yield from _valid(batch, loader, shape)


def _valid(batch: list[tuple[int, str]], loader: Loader, shape: Shape) -> Iterator[Any]:
    """The objects of a batch as a table, without what is no object: that is refused."""
    import pandas

    if not batch:
        return
    numbers, texts = zip(*batch, strict=True)
    frame = pandas.DataFrame(
        {"line": np.asarray(numbers, np.int64), "object": pandas.Series(texts, dtype=object)}
    )
    bad = [i for i, text in enumerate(texts) if not text.isascii() and SURROGATE.search(text)]
    for i in bad:
        loader.refuse(shape, numbers[i], undecodable(texts[i], "UTF-8"))
    frame = frame.drop(index=bad)
    loader.connection.register("unchecked", frame)
    wrong = loader.connection.execute(
        "SELECT line, json_valid(object) FROM unchecked "
        "WHERE NOT json_valid(object) OR json_type(object::JSON) <> 'OBJECT' ORDER BY line"
    ).fetchall()
    loader.connection.unregister("unchecked")
    for line, valid in wrong:
        loader.refuse(shape, line, "a JSON object is needed" if valid else "no valid JSON")
    if wrong:
        frame = frame[~frame["line"].isin([line for line, _ in wrong])]
    if len(frame):
        yield frame


def objects_of(file: File, request: Request) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of every JSON object of a file.

    The file has one a line, or is one array, or one object over many lines (held in memory).
    """
    encoding = encoding_of(file, request.encoding)
    first = next((raw for _, raw in _long_lines(file, encoding) if raw.strip()), "").strip()
    # A first line that is no JSON begins an object over many lines, or was cut off in a stream.
    if first.startswith("[") or (first.endswith(("{", "[", ",", ":")) and not _is_json(first)):
        text = "".join(raw for _, raw in _long_lines(file, encoding, longest=None))
        yield from _arrays(text) if first.startswith("[") else [(1, text)]
        return
    for number, raw in _long_lines(file, encoding):
        text = raw.strip(" \t\r\n")
        if text:
            yield number, text


def _arrays(text: str) -> Iterator[tuple[int, str]]:
    """Yield the elements of every array of a file: pages of an interface come one a line."""
    place, line, counted = 0, 1, 0
    while True:
        while place < len(text) and text[place].isspace():
            place += 1
        line, counted = line + text.count("\n", counted, place), place
        if not text.startswith("[", place):
            break
        place = yield from elements(text, place, line)
    if place < len(text):
        yield line, text[place : place + 40]


def elements(
    text: str, start: int = 0, line: int | None = None
) -> Generator[tuple[int, str], None, int]:
    """Yield the line and the text of every element of the JSON array that begins at `start`.

    `line` is the line of the start where it is known; what is returned is where the array ends.

    Examples
    --------
    >>> list(elements('[{"a": 1},\\n {"b": 2}]'))
    [(1, '{"a": 1}'), (2, '{"b": 2}')]
    """
    decode = json.JSONDecoder(strict=False).raw_decode
    place = text.index("[", start) + 1
    counted = 0 if line is None else start
    line = line or 1
    while True:
        while place < len(text) and text[place] in " \t\r\n,":
            place += 1
        line, counted = line + text.count("\n", counted, place), place
        if place >= len(text) or text[place] == "]":
            return place + 1
        try:
            _, end = decode(text, place)
        except (json.JSONDecodeError, RecursionError):
            # What follows cannot be told apart any more: the rest is one object that is none.
            yield line, text[place : place + 40]
            return len(text)
        yield line, text[place:end]
        place = end


def sampled_objects(file: File, most: int = 50) -> list[dict[str, Any]]:
    """The first JSON objects within the head of a file, to tell what it is.

    One a line, or the elements of an array, or the members of one object that go on beyond the
    head: of that, what was complete is returned.
    """
    text = file.head.decode("utf-8", "ignore").lstrip("\ufeff \t\r\n")
    found: list[Any] = []
    if text.startswith("["):
        for _, element in elements(text):
            found.append(_parsed(element))
            if len(found) >= most:
                break
    else:
        # Not splitlines: names and texts hold its other ends of lines, such as U+2028, as they are.
        whole = text.split("\n") if len(file.head) < 65_536 else text.split("\n")[:-1]
        found = [_parsed(line) for line in (whole or [text])[:most] if line.strip()]
        if not any(isinstance(one, dict) for one in found):
            found = [_parsed(text)]
    return [one for one in found if isinstance(one, dict)]


def text_at(path: str, of: str = "object") -> str:
    """SQL: the text or the number at a path of a JSON value; NULL where anything else stands."""
    return (
        f"(CASE WHEN json_type({of}, '{path}') NOT IN ('OBJECT', 'ARRAY', 'BOOLEAN', 'NULL') "
        f"THEN {of} ->> '{path}' END)"
    )


def list_at(path: str, of: str = "object") -> str:
    """SQL: the elements of the array at a path of a JSON value, to be unnested; NULL if none."""
    return f"try_cast({of} -> '{path}' AS JSON[])"


def header_of(file: File) -> tuple[str, ...]:
    """The names in the first line of a delimited file (comma, else semicolon, else tab)."""
    text = file.head.decode("utf-8-sig", "ignore")
    first = next((line for line in text.splitlines() if line.strip()), "")
    for delimiter in (",", ";", "\t"):
        if delimiter in first:
            try:
                return tuple(name.strip() for name in Splitter(delimiter).split(first))
            except QuoteError:
                return ()
    return (first.strip(),)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (json.JSONDecodeError, RecursionError):
        return None


def _is_json(text: str) -> bool:
    return _parsed(text) is not None


def _long_lines(
    file: File, encoding: str, longest: int | None = LONGEST_OBJECT
) -> Iterator[tuple[int, str]]:
    return lines(file.path, file.name, encoding, longest=longest)


def batches_of_rows(
    file: File,
    request: Request,
    loader: Loader,
    export: Export,
    called: Sequence[str] | None = None,
) -> Iterator[Any]:
    """Yield the rows of a CSV file as tables of ``line`` and its columns, a batch at a time.

    Without a header, if the request says so, the columns are called by their number.
    """
    import pandas

    shape = shape_of(file, export)
    encoding = encoding_of(file, request.encoding)
    first_line = file.head.decode("utf-8-sig", "ignore").lstrip().split("\n", 1)[0]
    delimiter: str | None = next((d for d in ",;\t" if d in first_line), ",")
    if request.delimiter is not None:
        delimiter = delimiter_of(request.delimiter)
    splitter = Splitter(delimiter)
    head = next(records(lines(file.path, file.name, encoding), splitter, Tally()), None)
    if head is None or head.problem:
        problem = f", line {head.line}: {head.problem}" if head else " holds no records"
        raise ReadingError(f"{file.name}{problem}")
    every = records(
        lines(file.path, file.name, encoding),
        splitter,
        Tally(),
        width=len(head.fields),
        encoding="UTF-8" if encoding.startswith("utf-8") else encoding,
    )
    if request.header is False:
        names = [str(place) for place in range(1, len(head.fields) + 1)]
    else:
        names = [name.strip() for name in next(every).fields]
    if called is not None:
        others = range(len(called), len(names))
        names = [*called[: len(names)], *(f"column {place + 1}" for place in others)]
    twice, times = Counter(names).most_common(1)[0]
    if times > 1:
        raise ReadingError(f"{file.name}: two columns are called {twice!r}")
    places: dict[str, int] = {}
    taken = {"line", "rowid"}  # in SQL names that differ in case only are one
    for place, name in enumerate(names):
        if not export.columns or name in export.columns:
            places[f"column {place + 1}" if name.lower() in taken else name] = place
            taken.add(name.lower())

    def frame(kept: list[tuple[int, list[str]]]) -> Any:
        columns: dict[str, Any] = {"line": np.asarray([line for line, _ in kept], np.int64)}
        for name, place in places.items():
            columns[name] = pandas.Series([fields[place] for _, fields in kept], dtype=object)
        table = pandas.DataFrame(columns)
        for name in export.columns:
            if name not in columns:
                # Typed, for DuckDB takes a column of nothing but None for numbers.
                table[name] = pandas.Series([None] * len(kept), dtype="string")
        return table

    kept: list[tuple[int, list[str]]] = []
    for line, fields, problem, _ in every:
        if problem:
            loader.refuse(shape, line, problem)
            continue
        kept.append((line, fields))
        if len(kept) >= BATCH:
            yield frame(kept)
            kept = []
    if kept:
        yield frame(kept)
