"""A table as CSV, JSON or Parquet, or drawn for a person to read."""

import itertools
import json
import math
import os
import re
import sys
from collections.abc import Callable, Sequence
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from keynodes.errors import KeynodesError, UsageError
from keynodes.escaping import escape
from keynodes.writing import written_whole

if TYPE_CHECKING:
    import pandas

FORMATS = ("table", "csv", "json", "parquet")

UNWRITTEN = ("xlsx", "xls", "ods", "gz", "zst", "zip", "graphml", "gexf")
"""Endings that promise another format than these."""

FORMULA_STARTS = ("=", "+", "-", "@", "'", "\t")
"""A spreadsheet takes a cell that begins so for a formula (or eats the first character)."""

LONGEST = 60
"""Characters of a text that a drawn table shows."""

_CHARACTER = re.compile(r"\\(?:x..|u.{4}|U.{8}|\\)|.", re.DOTALL)
"""One character of an escaped text."""


def format_for(path: str | os.PathLike[str] | None, asked: str | None) -> str:
    """Which format to write: as asked, else by the file's ending, else for who reads it.

    Raises
    ------
    UsageError
        When Parquet would go to the terminal or into a pipe.
    KeynodesError
        When there is no standard output to write to.
    """
    if path is None and sys.stdout is None:
        raise KeynodesError("standard output is closed; name a file with -o FILE")
    if asked is None and path is not None:
        ending = os.path.splitext(path)[1].lower().lstrip(".")
        if ending in UNWRITTEN:
            raise UsageError(
                f"{os.fspath(path)}: no .{ending} is written here; name a .csv, .json or .parquet "
                "file, or say the --format"
            )
        asked = ending if ending in FORMATS else "csv"
    if asked is None:
        asked = "table" if sys.stdout.isatty() else "csv"
    if asked == "parquet" and path is None:
        raise UsageError("--format parquet is binary: name a file with -o FILE")
    return asked


def write_table(
    frame: "pandas.DataFrame",
    path: str | os.PathLike[str] | None,
    form: str,
    *,
    spreadsheet_safe: bool = False,
    title: str = "",
    longest: int = LONGEST,
) -> None:
    """Write a table to a file (whole or not at all) or, without a path, to standard output.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns of numbers, booleans or text; NaN and None are written as missing.
    path : path or None
        Where to.
    form : {"table", "csv", "json", "parquet"}
        CSV and JSON keep every name exactly; ``table`` shows names escaped (see
        `keynodes.escaping.escape`) and long ones shortened. In Parquet a column that mixes
        kinds of values, such as numbers and text, is text.
    spreadsheet_safe : bool, default False
        Prefix ``'`` to text cells that a spreadsheet would run as a formula.
    title : str
        Shown above a ``table``.
    longest : int, default 60
        Texts of more characters are cut in the middle in a ``table``.
    """
    if spreadsheet_safe:
        frame = _replaced(frame, lambda values: [defused(value) for value in values])
    if form == "parquet":
        if path is None:
            raise UsageError("Parquet needs a file")
        with written_whole(path) as temporary:
            _write_parquet(frame, os.fspath(temporary))
    elif path is None:
        _write_text(frame, sys.stdout, form, title, longest)
        sys.stdout.flush()
    else:
        with (
            written_whole(path) as temporary,
            open(temporary, "w", encoding="utf-8", newline="") as stream,
        ):
            _write_text(frame, stream, form, title, longest)


def csv_cell(value: Any) -> str:
    """Write one cell of a CSV file: exact, and quoted where a reader would else misread it.

    Examples
    --------
    >>> csv_cell(0.1), csv_cell("a,b"), csv_cell("#x"), csv_cell(None), csv_cell(True)
    ('0.1', '"a,b"', '"#x"', '', '1')
    """
    if not isinstance(value, str):
        return _written(value) or ""
    text = value
    # An empty cell is a missing one; a line that begins with # or % is a comment to readers.
    odd = text[:1] in ("", "#", "%", " ", "\t") or text[-1:] in (" ", "\t")
    if odd or any(character in text for character in ',"\r\n\0'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _written(value: Any) -> str | None:
    """A value as exact text; None where there is none."""
    if value is None or value != value:
        return None
    if isinstance(value, bool | np.bool_):
        return "1" if value else "0"
    return repr(float(value)) if isinstance(value, float | np.floating) else str(value)


def _write_text(
    frame: "pandas.DataFrame", stream: IO[str], form: str, title: str, longest: int
) -> None:
    if form == "csv":
        # A person's terminal must not run what an account name contains; a file or a pipe gets
        # the names exactly.
        shown = escape if stream.isatty() else str
        stream.write(",".join(csv_cell(column) for column in frame.columns) + "\n")
        for row in _rows(frame):
            cells = (csv_cell(shown(v) if isinstance(v, str) else v) for v in row)
            stream.write(",".join(cells) + "\n")
    elif form == "json":
        names = list(frame.columns)
        rows = [dict(zip(names, map(_json_value, row), strict=True)) for row in _rows(frame)]
        # ASCII only: names reach no terminal unescaped, and every parser gives them back.
        json.dump(rows, stream, indent=1, allow_nan=False)
        stream.write("\n")
    else:
        _draw(frame, stream, title, longest)


def _draw(frame: "pandas.DataFrame", stream: IO[str], title: str, longest: int) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=box.SIMPLE_HEAD, title=title or None, title_justify="left", padding=0, pad_edge=False
    )
    for column in frame.columns:
        right = _is_number(frame[column])
        # A long name of a narrow column goes over several lines.
        name = Text(str(column).replace("_", "_\n") if len(column) > 7 else str(column))
        table.add_column(name, justify="right" if right else "left", no_wrap=True)
    for row in _rows(frame):
        table.add_row(*(Text(_shown(value, longest)) for value in row))
    # Never narrower than it needs: a name that was cut away to fit would be missed, a line that
    # the terminal wraps is not.
    needed = Console(width=10_000).measure(table).maximum
    console = Console(file=stream, width=needed, highlight=False)
    console.print(table, width=needed, crop=False)


def _shown(value: Any, longest: int) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else ""
    if isinstance(value, float | np.floating):
        return "" if math.isnan(value) else _number(float(value))
    if isinstance(value, int | np.integer):
        return f"{value:,}"
    return "" if value is None else shown_text(str(value), longest)


def _number(value: float) -> str:
    """Four digits, which the eye takes in; large numbers whole. CSV keeps every digit."""
    if 1000 <= abs(value) < 1e15:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 1e-4 else f"{value:.4g}"


def shown_text(text: str, longest: int = LONGEST) -> str:
    r"""Write a text for a person's eye: escaped, with its outer blanks, the middle left out.

    Ids that begin alike often end differently, so both ends are kept.

    Examples
    --------
    >>> print(shown_text(" ann\n"), shown_text("x" * 40 + "1", 9))
    \x20ann\x0a xxxx…xxx1
    """
    inner = text.strip()
    start = text.find(inner)
    blanks = (text[:start], text[start + len(inner) :])
    before, after = ("".join(map(_code_of, part)) for part in blanks)
    characters = _CHARACTER.findall(before + escape(inner) + after)
    if sum(map(len, characters)) <= longest:
        return "".join(characters)
    room = longest - 1
    head = _fitting(characters, room - room // 2)
    tail = _fitting(characters[::-1], room // 2)
    return "".join(head) + "…" + "".join(reversed(tail))


def _code_of(blank: str) -> str:
    code = ord(blank)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _fitting(characters: list[str], room: int) -> list[str]:
    """The first characters that fit, none of them in part: an escape is several letters."""
    fitting = itertools.takewhile(
        lambda pair: pair[1] <= room,
        zip(characters, itertools.accumulate(map(len, characters)), strict=True),
    )
    return [character for character, _ in fitting]


def _json_value(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _rows(frame: "pandas.DataFrame") -> Any:
    # Column by column: a row across columns would turn whole numbers into floats.
    columns = [frame[column].tolist() for column in frame.columns]
    missing = [frame[column].isna().tolist() for column in frame.columns]
    return zip(
        *(
            [None if gone else value for value, gone in zip(column, gaps, strict=True)]
            for column, gaps in zip(columns, missing, strict=True)
        ),
        strict=True,
    )


def _is_number(column: "pandas.Series") -> bool:
    return column.dtype.kind in "biuf"


def defused(value: Any) -> Any:
    """Prefix ``'`` to a text that a spreadsheet would run as a formula."""
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def _replaced(
    frame: "pandas.DataFrame", change: "Callable[[list[Any]], Sequence[Any] | pandas.Series]"
) -> "pandas.DataFrame":
    """The table with the values of its columns changed, where they are not plain numbers."""
    import pandas

    columns = {}
    for name in frame.columns:
        values: Any = frame[name]
        if not _is_number(values):
            values = change(values.tolist())
            if not isinstance(values, pandas.Series):
                # As they are: pandas would make floats of whole numbers beside a missing one.
                values = pandas.Series(values, dtype=object)
        columns[name] = values.reset_index(drop=True)
    return pandas.DataFrame(columns)


def _of_one_kind(values: list[Any]) -> "list[Any] | pandas.Series":
    """A column for Parquet: numbers where all are of one kind, else text."""
    import pandas

    plain = [value.item() if isinstance(value, np.generic) else value for value in values]
    kinds = {type(value) for value in plain if not (value is None or value != value)}
    types = {bool: "boolean", int: "Int64", float: "float64"}
    if len(kinds) == 1 and (kind := kinds.pop()) in types:
        kept = [None if value is None or value != value else value for value in plain]
        return pandas.Series(kept, dtype=types[kind])
    return [_written(value) for value in plain]


def _write_parquet(frame: "pandas.DataFrame", path: str) -> None:
    import duckdb

    # Python's objects are text now, all of them: DuckDB need not guess from the first thousand.
    with duckdb.connect(config={"pandas_analyze_sample": 0}) as connection:
        connection.register("written", _replaced(frame, _of_one_kind))
        connection.execute(f"COPY written TO {_quoted(path)} (FORMAT parquet)")


def _quoted(path: str) -> str:
    return "'" + path.replace("'", "''") + "'"
