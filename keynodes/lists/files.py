"""Short tables on disk: one id a line, or CSV; read whole, with the line of every row."""

import codecs
import csv
import gzip
import io
import os
import zlib
from collections.abc import Sequence
from pathlib import Path

from keynodes.errors import ReadingError
from keynodes.registry import suggestion

ACCOUNT = ("account", "account_id", "id", "name", "user", "user_id", "username", "node", "vertex")
"""What a column of account ids may be called; the first that is there is taken."""

_LONGEST = 1_000_000

_DEFUSED = ("=", "+", "-", "@", "'", "\t")
"""What such output puts a ``'`` before, as for records."""


def rows_of(
    path: "str | os.PathLike[str]", spreadsheet_safe: bool = False
) -> list[tuple[int, list[str]]]:
    """Return the rows of a short list with their lines; comments and blank lines left out.

    With `spreadsheet_safe` every cell loses the ``'`` that such output puts before formulas.
    """
    delimiter = ""
    rows = []
    pending, started = "", 0
    for number, line in enumerate(io.StringIO(_text(path), newline=""), start=1):
        if not pending:
            if not line.strip() or line.startswith("#"):
                continue
            started = number
        pending += line
        delimiter = delimiter or next((sign for sign in "\t;," if sign in line), ",")
        try:
            rows.append((started, _cells(pending.rstrip("\r\n"), delimiter)))
        except csv.Error as error:
            if "unexpected end" not in str(error) or len(pending) > _LONGEST:
                raise ReadingError(f"{path}, line {started}: {error}") from None
            continue  # a quoted id goes on in the next line
        pending = ""
    if pending:
        raise ReadingError(f"{path}, line {started}: a quote that begins here is never closed")
    if spreadsheet_safe:
        return [(line, [_without_apostrophe(cell) for cell in row]) for line, row in rows]
    return rows


def _without_apostrophe(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _DEFUSED else cell


def _cells(text: str, delimiter: str) -> list[str]:
    if '"' in text:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    cells = text.split(delimiter)
    return [cells[0].strip()] if len(cells) == 1 else cells


def _text(path: "str | os.PathLike[str]") -> str:
    try:
        data = Path(path).read_bytes()
        if data.startswith(b"\x1f\x8b"):
            data = gzip.decompress(data)
    except FileNotFoundError:
        raise ReadingError(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise ReadingError(f"{path} is a directory, not a list of accounts") from None
    except (EOFError, zlib.error) as error:
        raise ReadingError(f"{path}: the gzip data are cut off or damaged ({error})") from None
    except OSError as error:
        raise ReadingError(f"{path} cannot be read: {error.strerror or error}") from None
    encoding = "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ReadingError(
            f"{path}, line {line}: byte 0x{data[error.start]:02X} is not {encoding[:5].upper()}; "
            "save the list as UTF-8"
        ) from None


def account_in(row: Sequence[str], place: int, line: int, path: object) -> str:
    """Return the account id of a row, which must not be blank."""
    account = row[place] if place < len(row) else ""
    if not account.strip():
        raise ReadingError(f"{path}, line {line}: the account is blank")
    return account


def plain(cell: object) -> str:
    """Return a column name without case, in one way of writing it."""
    return str(cell).strip().casefold().replace(" ", "_").replace("-", "_")


def account_column(cells: Sequence[str], where: str) -> int:
    """Return the position of the column of account ids, or say that there is none."""
    names = [plain(cell) for cell in cells]
    for name in ACCOUNT:
        if names.count(name) > 1:
            raise ReadingError(f"{where}: more than one column is called {name!r}")
        if name in names:
            return names.index(name)
    raise ReadingError(
        f"{where}: there is no column 'account' among "
        f"{', '.join(repr(cell) for cell in list(cells)[:10])}; {suggestion('account', cells)}"
    )
