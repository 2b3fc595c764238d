"""Parquet, and every other table whose columns already have types."""

import duckdb

from keynodes.errors import ReadingError
from keynodes.readers.columns import choose
from keynodes.readers.dialects import SAMPLE
from keynodes.readers.inputs import File
from keynodes.readers.loading import Loader, Shape
from keynodes.readers.requests import Part, Request, Table
from keynodes.readers.rows import TEXTS
from keynodes.readers.times import kind_of_column

_WHOLE = frozenset(
    f"{sign}{size}INT" for sign in ("", "U") for size in ("TINY", "SMALL", "", "BIG", "HUGE")
) | {"INTEGER", "UINTEGER"}


def looks_like_parquet(file: File) -> bool:
    """Whether a file begins like Parquet."""
    return file.head.startswith(b"PAR1")


def load_parquet(file: File, request: Request, loader: Loader) -> Part:
    """Read a Parquet file."""
    quoted = str(file.path).replace("'", "''")
    table = f"read_parquet('{quoted}', file_row_number = true)"
    try:
        return load_typed(
            table, "file_row_number + 1", file.name, request, loader, hidden=("file_row_number",)
        )
    except duckdb.Error as error:
        first = str(error).splitlines()[0].replace(str(file.path), file.name)
        raise ReadingError(f"{file.name} cannot be read as Parquet: {first}") from None


def load_typed(
    table: str,
    row: str,
    name: str,
    request: Request,
    loader: Loader,
    *,
    hidden: tuple[str, ...] = (),
    flow: str | None = None,
) -> Part:
    """Read a table expression of DuckDB with typed columns; `row` is SQL for the row's number."""
    connection = loader.connection
    described = connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
    types = {column: kind for column, kind, *_ in described if column not in hidden}
    names = list(types)
    positions = choose(names, request.columns, name, header=False, only=request.only)
    columns = {role: names[place] for role, place in positions.items()}
    for end in ("source", "target"):
        check_id_type(name, columns[end], types[columns[end]])
    texts = {role: f"{_quoted(column)}::VARCHAR" for role, column in columns.items()}
    time = None
    if "time" in columns:
        column, kind = _quoted(columns["time"]), types[columns["time"]]
        if kind.startswith(("TIMESTAMP", "DATE")):
            time, texts["time"] = "stored", f"epoch({column}::TIMESTAMPTZ)"
        else:
            found = connection.execute(
                f"SELECT {texts['time']} FROM {table} WHERE {column} IS NOT NULL LIMIT {SAMPLE}"
            ).fetchall()
            time = kind_of_column(value for (value,) in found) or "iso"
    shape = Shape(name, "relation" in columns, time, "weight" in columns, flow, row="row")
    if "relation" in columns:
        found = connection.execute(
            f"SELECT DISTINCT {texts['relation']} FROM {table} LIMIT {SAMPLE}"
        ).fetchall()
        loader.learn(value for (value,) in found)
    absent = "".join(f", NULL::VARCHAR AS {role}" for role in TEXTS if role not in columns)
    chosen = ", ".join(f"{text} AS {role}" for role, text in texts.items())
    query = f"SELECT {row} AS line, {chosen}{absent} FROM {table}"
    if not loader.load_clean(query, shape):
        loader.load(query, shape)

    def first_line(relation: str) -> int | None:
        (line,) = connection.execute(
            f"SELECT min({row}) FROM {table} WHERE {texts['relation']} = ?", [relation]
        ).fetchone() or (None,)
        return line

    return Part(shape, "evidence" in columns, first_line=first_line, table=Table(columns))


def check_id_type(name: str, column: str, kind: str) -> None:
    """Refuse a column of ids that has already lost what ids are."""
    if kind == "VARCHAR" or kind in _WHOLE or kind.startswith(("ENUM", "UUID")):
        return
    if kind.startswith(("FLOAT", "DOUBLE", "DECIMAL", "REAL")):
        raise float_ids(name, column)
    raise ReadingError(f"{name}: column {column!r} holds {kind}, which cannot be account ids")


def float_ids(name: str, column: str) -> ReadingError:
    """Return the error for ids that were read as floating-point numbers."""
    return ReadingError(
        f"{name}: column {column!r} holds floating-point numbers, and long ids have lost digits "
        f"that way; read the ids as text (in pandas: dtype={{{column!r}: str}}) and try again"
    )


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
