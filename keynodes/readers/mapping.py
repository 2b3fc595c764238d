"""A mapping file: how to read a table that no reader knows, written once and used again.

    [columns]                   # which column is which; no others are used
    source = "who"
    target = "whom"
    time = "when"

    [flow]                      # which way content travels, by relation; "*" for every record
    RT = "back"

besides ``relation = "retweet"`` (what every record is), ``reader`` (delimited, json-lines or
parquet), ``delimiter``, ``header`` and ``encoding``. Instead of columns, a ``query``: one SELECT
over the table ``input`` that yields ``source, target`` and, as it can, ``relation, time, weight,
evidence``. ``input`` has ``line`` and the columns of the file (text, as it stands there), for JSON
lines ``line`` and ``object`` (of type JSON).

A mapping may come from somebody else. So a query runs in a database of its own that can open no
file and no connection, and whose settings cannot be changed.
"""

import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from keynodes.errors import KeynodesError, ReadingError, UnknownName, UsageError
from keynodes.escaping import shortened
from keynodes.flow import canonical_relation
from keynodes.interactions import TABLE, connect
from keynodes.readers.columns import ROLES, checked_request, listing
from keynodes.readers.dialects import SAMPLE, delimiter_of
from keynodes.readers.exports import Export, batches_of_objects, batches_of_rows, objects_of
from keynodes.readers.flows import Flows, parse_flow
from keynodes.readers.formats import READERS, TABLES, table_of
from keynodes.readers.inputs import File, refuse_foreign
from keynodes.readers.loading import Loader, Shape
from keynodes.readers.parquet import check_id_type
from keynodes.readers.requests import Part, Request, Table
from keynodes.readers.rows import Batches
from keynodes.readers.times import kind_of_column
from keynodes.registry import pick, suggestion
from keynodes.writing import written_whole

EVERY_RECORD = "*"
"""The key of the flow of every record, as that of a relation is its name."""

_KEYS: dict[str, type] = {
    "reader": str,
    "columns": dict,
    "query": str,
    "relation": str,
    "flow": dict,
    "delimiter": str,
    "header": bool,
    "encoding": str,
}
_KINDS = {str: "a text", dict: "a table", bool: "true or false"}


@dataclass(frozen=True)
class FileMapping:
    """What a mapping file says."""

    path: str
    columns: Mapping[str, str] = field(default_factory=dict)
    query: str | None = None
    relation: str | None = None
    flow: Flows = field(default_factory=Flows)
    reader: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    encoding: str | None = None

    def flows_under(self, asked: Flows) -> Flows:
        """What the user says of flow, and below it what the mapping says."""
        if asked.overall is not None:
            return asked
        return Flows(self.flow.overall, {**self.flow.of_relation, **asked.of_relation}, asked.named)


def is_mapping(reader: "str | os.PathLike[str]") -> bool:
    """Whether ``reader=`` names a mapping file and no reader."""
    return os.fspath(reader).lower().endswith(".toml")


def read_mapping(path: "str | os.PathLike[str]") -> FileMapping:
    """Read a mapping file.

    Raises
    ------
    ReadingError
        When it cannot be read, or a value in it cannot be.
    UnknownName
        For a key that there is not, with the nearest.
    """
    where = os.fspath(path)
    try:
        said = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ReadingError(f"{where}: there is no such mapping file") from None
    except OSError as error:
        raise ReadingError(f"{where} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise ReadingError(f"{where}: a mapping file is UTF-8 text, and this is not") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ReadingError(f"{where} is no valid TOML: {error}") from None
    for key, value in said.items():
        if key not in _KEYS:
            raise UnknownName(f"{where}: there is no key {key!r}; {suggestion(key, _KEYS)}")
        if type(value) is not _KEYS[key]:
            raise ReadingError(f"{where}: {key} must be {_KINDS[_KEYS[key]]}, found {value!r}")
    columns, query = said.get("columns", {}), said.get("query")
    if bool(columns) == (query is not None):
        raise ReadingError(
            f"{where}: a mapping needs [columns] or a query"
            + (", not both" if columns else "; it has neither")
        )
    missing = [end for end in ("source", "target") if columns and end not in columns]
    if missing:
        raise ReadingError(f"{where}: [columns] must name the column of {' and '.join(missing)}")
    relation = said.get("relation")
    if relation is not None and (query is not None or "relation" in columns):
        other = "a query" if query is not None else "a column of relations"
        raise ReadingError(f"{where}: relation = {relation!r} says nothing beside {other}")
    if relation is not None and not relation.strip():
        raise ReadingError(f"{where}: relation is blank")
    try:
        named = _texts(columns, "columns")
        flow = _flow(_texts(said.get("flow", {}), "flow"))
        reader = (
            pick({name: name for name in TABLES}, said["reader"], "reader of tables")
            if ("reader" in said)
            else None
        )
        if "delimiter" in said:
            delimiter_of(said["delimiter"])
        checked_request(named)
    except KeynodesError as error:
        raise type(error)(f"{where}: {error}") from None
    if query is not None:
        _check_one_select(query, where)
    return FileMapping(
        where,
        named,
        query,
        relation,
        flow,
        reader,
        said.get("delimiter"),
        said.get("header"),
        said.get("encoding"),
    )


def _texts(table: Mapping[str, Any], what: str) -> dict[str, str]:
    for key, value in table.items():
        if not isinstance(value, str) or not value:
            raise ReadingError(f"[{what}] {key} must be a text, found {value!r}")
    return dict(table)


def _flow(table: Mapping[str, str]) -> Flows:
    every = [table[EVERY_RECORD]] if EVERY_RECORD in table else []
    relations = {name: way for name, way in table.items() if name != EVERY_RECORD}
    return replace(parse_flow(relations), overall=parse_flow(every).overall)


def _check_one_select(query: str, where: str) -> None:
    try:
        with _database() as database:
            _shut(database)
            statements = database.extract_statements(query)
            kinds = [statement.type for statement in statements]
    except duckdb.Error as error:
        raise ReadingError(f"{where}: the query cannot be understood: {_one_line(error)}") from None
    if kinds != [duckdb.StatementType.SELECT]:
        found = ", ".join(kind.name for kind in kinds) or "nothing"
        raise ReadingError(f"{where}: the query must be one SELECT and no more, found {found}")


def load_mapped(
    file: File, request: Request, loader: Loader, mapping: FileMapping
) -> tuple[Part, str]:
    """Load a file as a mapping says, or say why it does not fit; and which table it was."""
    refuse_foreign(file)
    if mapping.query is not None and request.columns:
        role, column = next(iter(request.columns.items()))
        raise UsageError(f"--{role} {column} says nothing beside the query of {mapping.path}")
    name = mapping.reader or table_of(file)
    request = replace(
        request,
        columns={**mapping.columns, **request.columns},
        only=True,
        delimiter=request.delimiter or mapping.delimiter,
        header=mapping.header if request.header is None else request.header,
        encoding=request.encoding or mapping.encoding,
    )
    start = loader.loaded
    try:
        if mapping.query is not None:
            part = _load_query(file, request, loader, mapping, name)
        else:
            part = READERS[name].load(file, request, loader)
    except (ReadingError, UnknownName) as error:
        raise type(error)(f"{error} (read by the mapping {mapping.path})") from None
    if mapping.relation is not None:
        part = _of_one_relation(part, loader, mapping.relation, start)
    return part, name


def _of_one_relation(part: Part, loader: Loader, relation: str, start: int) -> Part:
    """Make all records of an input those of one relation."""
    loader.connection.execute(
        f"UPDATE {TABLE} SET relation = ?, flow = ? WHERE rowid >= ?",
        [canonical_relation(relation), loader.flows.of(relation), start],
    )

    def first_line(_: str) -> int | None:
        return None

    table = None if part.table is None else part.table._replace(relation=relation)
    shape = replace(part.shape, relation=True)
    return replace(part, shape=shape, first_line=first_line, table=table)


@contextmanager
def _database() -> "Iterator[duckdb.DuckDBPyConnection]":
    with connect() as database:
        database.execute("SET autoload_known_extensions = false")
        yield database


def _shut(database: "duckdb.DuckDBPyConnection") -> None:
    """Let a database reach nothing outside any more, and let nobody undo that."""
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")


def _load_query(
    file: File, request: Request, loader: Loader, mapping: FileMapping, name: str
) -> Part:
    assert mapping.query is not None
    with _database() as database:
        _fill(database, file, request, loader, name)
        _shut(database)
        try:
            result = database.execute(mapping.query)
            kinds = {str(column[0]): str(column[1]) for column in result.description}
            if len(kinds) != len(result.description):
                raise ReadingError(f"{file.name}: two columns of the query have one name")
            return _load_result(result, kinds, file, loader)
        except duckdb.InterruptException:
            raise
        except duckdb.Error as error:
            has = [row[0] for row in database.execute("DESCRIBE input").fetchall()]
            raise ReadingError(
                f"{file.name}: the query does not fit: {_one_line(error)}; input has {listing(has)}"
            ) from None


def _fill(
    database: "duckdb.DuckDBPyConnection", file: File, request: Request, loader: Loader, name: str
) -> None:
    """Make the table ``input`` of a file."""
    if name == "parquet":
        quoted = str(file.path).replace("'", "''")
        try:
            database.execute(
                "CREATE TABLE input AS SELECT file_row_number + 1 AS line, * EXCLUDE "
                f"file_row_number FROM read_parquet('{quoted}', file_row_number = true)"
            )
        except duckdb.Error as error:
            raise ReadingError(
                f"{file.name} cannot be read as Parquet: {_one_line(error)}"
            ) from None
        return
    export, typed = Export(""), "*"
    if name == "json-lines":
        objects = objects_of(file, request)
        batches, typed = (
            batches_of_objects(file, loader, export, objects),
            "* REPLACE (object::JSON AS object)",
        )
    else:
        batches = batches_of_rows(file, request, loader, export)
    made = False
    for batch in batches:
        database.register("batch", batch)
        into = "INSERT INTO input" if made else "CREATE TABLE input AS"
        database.execute(f"{into} SELECT {typed} FROM batch")
        database.unregister("batch")
        made = True
    if not made:
        raise ReadingError(f"{file.name} holds no records")


def _load_result(
    result: "duckdb.DuckDBPyConnection", kinds: Mapping[str, str], file: File, loader: Loader
) -> Part:
    for column in kinds:
        if column not in (*ROLES, "line"):
            raise UnknownName(
                f"{file.name}: the query yields a column {column!r}, which means nothing here; "
                f"{suggestion(column, (*ROLES, 'line'))}"
            )
    for end in ("source", "target"):
        if end not in kinds:
            raise ReadingError(
                f"{file.name}: the query must yield source and target, and yields "
                f"{listing(list(kinds))}"
            )
        check_id_type(f"{file.name}, the query", end, kinds[end])
    places = {name: place for place, name in enumerate(kinds)}
    roles = [role for role in ROLES if role in kinds]
    rows = _numbered(result, places.get("line"))
    first = list(islice(rows, SAMPLE))
    time = None
    if "time" in kinds:
        texts = (_text(row[places["time"]]) for _, row in first)
        time = kind_of_column(text for text in texts if text) or "iso"
    row_word = "line" if "line" in kinds else "row"
    shape = Shape(file.name, "relation" in kinds, time, "weight" in kinds, row=row_word)
    if "relation" in kinds:
        loader.learn(_text(row[places["relation"]]) for _, row in first)
    batches = Batches(loader, shape, roles)
    for line, row in _chained(first, rows):
        batches.add(line, [_text(row[places[role]]) for role in roles])
    batches.finish()
    return Part(shape, "evidence" in kinds)


def _numbered(
    result: "duckdb.DuckDBPyConnection", line: int | None
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    number = 0
    while rows := result.fetchmany(20_000):
        for row in rows:
            number += 1
            own = None if line is None else row[line]
            yield own if isinstance(own, int) else number, row


def _chained(*rows: Iterable[tuple[int, tuple[Any, ...]]]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    for some in rows:
        yield from some


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)


def _one_line(error: Exception) -> str:
    return shortened(" ".join(str(error).split()), 300)


def write_mapping(
    path: "str | os.PathLike[str]", table: Table, reader: str, flows: Flows | None = None
) -> None:
    """Write how a table was understood, and what was said of its flow, as a mapping file.

    Written whole or not at all.
    """
    said = {"reader": reader, "relation": table.relation, "delimiter": table.delimiter}
    said |= {"header": table.header, "encoding": table.encoding}  # type: ignore[dict-item]
    ways: dict[str, str] = {}
    if flows is not None:
        ways = {flows.named.get(key, key): way for key, way in flows.of_relation.items()}
        if flows.overall is not None:
            ways[EVERY_RECORD] = flows.overall
    lines = [
        "# How keynodes reads such files: keynodes COMMAND FILE --reader THIS_FILE",
        *(f"{key} = {_toml(value)}" for key, value in said.items() if value is not None),
        "",
        "[columns]",
        *(f"{role} = {_toml(name)}" for role, name in table.columns.items()),
    ]
    if ways:
        lines += ["", "[flow]", *(f"{_toml(name)} = {_toml(way)}" for name, way in ways.items())]
    with written_whole(path) as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _toml(value: str | bool) -> str:
    r"""Write a value of TOML.

    Examples
    --------
    >>> print(_toml('a"b\\c'), _toml("\t"), _toml(True))
    "a\"b\\c" "\u0009" true
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    escaped = "".join(
        f"\\{c}" if c in '"\\' else c if c.isprintable() else
        f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}"
        for c in value
    )  # fmt: skip
    return f'"{escaped}"'
