"""CSV and its kin: a fast way through DuckDB, and a careful way that knows every line."""

from collections.abc import Iterator

from keynodes.readers.dialects import Dialect, understand
from keynodes.readers.inputs import File
from keynodes.readers.lines import LONGEST_RECORD, Record, Splitter, Tally, lines, records
from keynodes.readers.loading import Loader, Shape
from keynodes.readers.requests import Part, Request, Table
from keynodes.readers.rows import Batches

_FAST_ENCODINGS = ("utf-8", "utf-8-sig")


def looks_delimited(file: File) -> bool:
    """Whether this may be a table in text form: the reader of last resort."""
    return True


def load_delimited(
    file: File, request: Request, loader: Loader, *, flow: str | None = None
) -> Part:
    """Read a table in text form; `flow` is that of records whose relation says nothing."""
    dialect = understand(file, request, loader.flows)
    positions = dialect.positions
    shape = Shape(
        file.name,
        relation="relation" in positions,
        time=dialect.time,
        weight="weight" in positions,
        flow=dialect.flow or flow,
    )
    loader.learn(dialect.relations)
    tally = Tally()
    if not _load_fast(file, dialect, loader, shape, tally):
        tally = Tally()
        _load_carefully(file, dialect, request, loader, shape, tally)
    notices = list(dialect.notices)
    if tally.unquoted_signs:
        notices.append(
            f"{file.name}: {tally.unquoted_signs:,} line(s) that begin with # or % and have the "
            "fields of a record were read as records (write a blank after the sign of a comment)"
        )

    def first_line(relation: str) -> int | None:
        place = positions["relation"]
        every = _records(file, dialect, Tally())
        return next((r.line for r in every if not r.problem and r.fields[place] == relation), None)

    return Part(
        shape,
        "evidence" in positions,
        tally.comments,
        tuple(notices),
        first_line=first_line,
        table=_table(dialect, request),
    )


def _table(dialect: Dialect, request: Request) -> Table:
    names = dialect.names
    return Table(
        {role: names[place] for role, place in dialect.positions.items()},
        "space" if dialect.delimiter is None else dialect.delimiter,
        dialect.header,
        request.encoding,
    )


def _load_fast(file: File, dialect: Dialect, loader: Loader, shape: Shape, tally: Tally) -> bool:
    """Load through DuckDB's own reader if the file is as plain as it looks; else load nothing."""
    if not dialect.plain_head or dialect.encoding not in _FAST_ENCODINGS:
        return False
    if dialect.encoding == "utf-8-sig" and dialect.first_line == 1:
        return False
    blanks = dialect.delimiter is None
    delimiter = _single_blank(file, dialect) if blanks else dialect.delimiter
    if delimiter is None:
        return False
    fields = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(dialect.width))
    columns = ", ".join(f"c{place} AS {role}" for role, place in dialect.positions.items())
    absent = "".join(
        f", NULL::VARCHAR AS {role}"
        for role in ("relation", "time", "weight", "evidence")
        if role not in dialect.positions
    )
    query = f"""
        SELECT {columns}{absent}, c0 AS first_field{_blank_trouble(dialect) if blanks else ""}
        FROM read_csv({_text(str(file.path))}, auto_detect = false, header = false,
            columns = {{{fields}}}, all_varchar = true, skip = {dialect.first_line - 1},
            delim = {_text(delimiter)}, quote = '"', escape = '"', compression = 'none',
            strict_mode = true, max_line_size = {LONGEST_RECORD})
    """
    # A line that begins with # or % may be a comment: only the careful way can tell.
    odd = "first_field < '&' AND (first_field[1] = '#' OR first_field[1] = '%')"
    if blanks:
        odd = f"({odd}) OR trouble"
    if not loader.load_clean(query, shape, f"coalesce({odd}, false)"):
        return False
    tally.comments = _comments_before(file, dialect)
    return True


def _single_blank(file: File, dialect: Dialect) -> str | None:
    """The one sign that stands for a run of blanks in the first lines, if it is one."""
    for number, line in lines(file.path, file.name, dialect.encoding):
        if number >= dialect.first_line:
            return "\t" if "\t" in line else " "
    return None


def _blank_trouble(dialect: Dialect) -> str:
    """SQL: whether a row cut at single blanks would be cut otherwise at runs of them."""
    every = range(dialect.width)
    tests = [f"c{i} IS NULL OR contains(c{i}, chr(9)) OR contains(c{i}, ' ')" for i in every]
    return f", ({' OR '.join(tests)}) AS trouble"


def _comments_before(file: File, dialect: Dialect) -> int:
    tally = Tally()
    next(records(lines(file.path, file.name, dialect.encoding), Splitter(None), tally), None)
    return tally.comments


def _records(file: File, dialect: Dialect, tally: Tally) -> Iterator[Record]:
    """Yield every record of a file in its order, the header left out."""
    shown = "UTF-8" if dialect.encoding.startswith("utf-8") else dialect.encoding
    every = records(
        lines(file.path, file.name, dialect.encoding),
        Splitter(dialect.delimiter),
        tally,
        width=dialect.width,
        encoding=shown,
    )
    if dialect.header:
        next(every, None)
    return every


def _load_carefully(
    file: File, dialect: Dialect, request: Request, loader: Loader, shape: Shape, tally: Tally
) -> None:
    batches = Batches(loader, shape, tuple(dialect.positions))
    places = tuple(dialect.positions.values())
    add, refuse = batches.add, batches.refuse
    for line, fields, problem, _ in _records(file, dialect, tally):
        if problem:
            refuse(line, problem)
        else:
            add(line, [fields[place] for place in places])
    batches.finish()


def _text(value: str) -> str:
    """Quote a text for SQL."""
    return "'" + value.replace("'", "''") + "'"
