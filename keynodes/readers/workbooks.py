"""Workbooks (.xlsx): the cells of a sheet, row by row, as the text that stands in the file.

Read with the standard library, for want of a library that fits: openpyxl takes three times as
long, and calamine makes every number a float (long ids lose digits), and for two cells far apart
it asks for the memory of the rectangle between them and, not given it, ends the process.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from xml.parsers import expat

from keynodes.errors import ReadingError
from keynodes.readers.inputs import File

LARGEST_PART = 4_000_000_000
LARGEST_TEXTS = 500_000_000
"""Bytes that a sheet, and the table of texts, which is held in memory, may unpack to."""

_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"

# Excel writes characters that XML cannot hold so, and the underscore before what looks like it.
_ESCAPED = re.compile("((?:_x[0-9A-Fa-f]{4}_)+)")

_LETTERS = re.compile(r"[A-Z]{1,3}")

_USUAL = frozenset({"c", "v", "t", "is", "row"})


class Cell(NamedTuple):
    """What stands in a cell."""

    text: str
    number: bool = False
    """Whether it is stored as a number."""


@dataclass(frozen=True)
class Workbook:
    """An open workbook."""

    name: str
    sheets: Mapping[str, str]
    """The part of the archive that holds each sheet."""
    first_day: datetime
    """The day that dates count from."""
    texts: list[str]
    archive: zipfile.ZipFile

    def rows(self, sheet: str) -> Iterator[tuple[int, dict[int, Cell]]]:
        """Yield the number of each row and its cells that are not empty, by column from 0."""
        found = _Rows(self)
        for _ in _parse(self.archive, self.sheets[sheet], found, LARGEST_PART):
            yield from found.ready
            found.ready.clear()

    def date(self, cell: Cell) -> str:
        """The date that a cell holds, in ISO 8601; its text where it is no number of days."""
        if not cell.number:
            return cell.text
        try:
            # Days are fractions: to the millisecond, or 12:00 becomes 11:59:59.999999.
            seconds = round(float(cell.text) * 86_400, 3)
            return (self.first_day + timedelta(seconds=seconds)).isoformat()
        except (ValueError, OverflowError):
            return cell.text


@contextmanager
def opened_workbook(file: File) -> Iterator[Workbook]:
    """Open a workbook; all that can be wrong with it becomes a `ReadingError`."""
    try:
        with zipfile.ZipFile(file.path) as archive:
            book, targets = _Elements("sheet", "workbookPr"), _Elements("Relationship")
            for part, into in ((_BOOK, book), (_RELATIONS, targets)):
                for _ in _parse(archive, part, into, LARGEST_TEXTS):
                    pass
            parts = {one.get("Id", ""): _part(one.get("Target", "")) for _, one in targets.found}
            sheets = {
                one.get("name", ""): parts.get(_relation_id(one), "")
                for kind, one in book.found
                if kind == "sheet"
            }
            from_1904 = any(one.get("date1904") in ("1", "true") for _, one in book.found)
            shared = next(
                (
                    _part(one.get("Target", ""))
                    for _, one in targets.found
                    if one.get("Type", "").endswith("/sharedStrings")
                ),
                None,
            )
            texts = _Texts()
            if shared is not None:
                for _ in _parse(archive, shared, texts, LARGEST_TEXTS):
                    pass
            first_day = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)
            yield Workbook(file.name, sheets, first_day, texts.found, archive)
    except KeyError as error:
        raise ReadingError(f"{file.name} is no workbook: it holds no {error.args[0]}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise ReadingError(f"{file.name} is a damaged workbook ({error})") from None
    except (RuntimeError, NotImplementedError) as error:  # a password, an unknown packing
        raise ReadingError(f"{file.name}: the workbook cannot be unpacked ({error})") from None
    except expat.ExpatError as error:
        raise ReadingError(f"{file.name} is a damaged workbook ({error})") from None
    except _WrongPart as error:
        raise ReadingError(f"{file.name} is a damaged workbook ({error})") from None


class _WrongPart(Exception):
    """A part of a workbook that is not what it should be."""


def _part(target: str) -> str:
    """Where a part is in the archive: targets are relative to the folder of the workbook."""
    if target.startswith("/"):
        return target.lstrip("/")
    return str(PurePosixPath("xl") / target)


def _relation_id(attributes: Mapping[str, str]) -> str:
    return next((value for name, value in attributes.items() if name.endswith(":id")), "")


def _parse(archive: zipfile.ZipFile, part: str, handler: Any, largest: int) -> Iterator[None]:
    """Hand the elements of a part to a handler, and come back after each piece of the part."""
    size = archive.getinfo(part).file_size
    if size > largest:
        raise _WrongPart(f"{part} unpacks to {size / 1e9:.1f} GB, more than {largest / 1e9:.1f} GB")
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def no_doctype(*_: object) -> None:
        raise _WrongPart(f"{part} declares a document type, which no spreadsheet program does")

    parser.StartDoctypeDeclHandler = no_doctype
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    with archive.open(part) as stream:
        while piece := stream.read(1 << 16):
            parser.Parse(piece)
            yield
        parser.Parse(b"", True)
        yield


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _Elements:
    """Collects the attributes of some elements."""

    def __init__(self, *wanted: str) -> None:
        self.wanted = wanted
        self.found: list[tuple[str, dict[str, str]]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if (kind := _local(name)) in self.wanted:
            self.found.append((kind, attributes))

    def end(self, name: str) -> None:
        """Nothing is to be done."""

    def text(self, text: str) -> None:
        """Nothing is to be done."""


class _Texts:
    """Collects the shared texts; how parts of them look and are pronounced is left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._reading = self._aside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        kind = _local(name)
        if kind == "rPh":
            self._aside = True
        elif kind == "t":
            self._reading = not self._aside

    def end(self, name: str) -> None:
        kind = _local(name)
        if kind == "t":
            self._reading = False
        elif kind == "rPh":
            self._aside = False
        elif kind == "si":
            self.found.append(unescaped("".join(self._pieces)))
            self._pieces.clear()

    def text(self, text: str) -> None:
        if self._reading:
            self._pieces.append(text)


class _Rows:
    """Collects the rows of a sheet."""

    def __init__(self, workbook: Workbook) -> None:
        self.ready: list[tuple[int, dict[int, Cell]]] = []
        self._texts = workbook.texts
        self._cells: dict[int, Cell] = {}
        self._row = 0
        self._column = -1
        self._kind = "n"
        self._pieces: list[str] = []
        self._reading = self._aside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        # Asked for every cell: the names as they mostly stand, without a prefix, come first.
        kind = name if name in _USUAL else _local(name)
        if kind == "c":
            self._kind = attributes.get("t", "n")
            reference = attributes.get("r")
            self._column = self._column + 1 if reference is None else _column(reference)
        elif kind == "v" or kind == "t":
            self._reading = not self._aside
        elif kind == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isdecimal() else self._row + 1
            self._column = -1
        elif kind == "rPh":
            self._aside = True

    def end(self, name: str) -> None:
        kind = name if name in _USUAL else _local(name)
        if kind == "v" or kind == "t":
            self._reading = False
        elif kind == "c":
            if self._pieces:
                self._cells[self._column] = self._cell("".join(self._pieces))
                self._pieces.clear()
        elif kind == "row":
            if self._cells:
                self.ready.append((self._row, self._cells))
                self._cells = {}
        elif kind == "rPh":
            self._aside = False

    def text(self, text: str) -> None:
        if self._reading:
            self._pieces.append(text)

    def _cell(self, text: str) -> Cell:
        if self._kind == "s":
            place = int(text) if text.isdecimal() and len(text) < 12 else -1
            if not 0 <= place < len(self._texts):
                raise _WrongPart(f"row {self._row} refers to text {text[:20]}, which is not there")
            return Cell(self._texts[place])
        if self._kind == "n":
            return Cell(number_in_digits(text.strip()), number=True)
        if self._kind == "b":
            return Cell("FALSE" if text.strip() == "0" else "TRUE")
        return Cell(unescaped(text))


def _column(reference: str) -> int:
    """The column of a cell, counted from 0.

    Examples
    --------
    >>> _column("A1"), _column("AA10")
    (0, 26)
    """
    return _place(reference.rstrip("0123456789"))


@lru_cache(maxsize=20_000)
def _place(letters: str) -> int:
    if not _LETTERS.fullmatch(letters):
        raise _WrongPart(f"there is no column {letters[:20]!r}")
    place = 0
    for letter in letters:
        place = 26 * place + ord(letter) - 64
    return place - 1


def number_in_digits(text: str) -> str:
    """Write a number as a person would, where that is exact: ``1E+3`` is ``1000``.

    What Excel has rounded stays as it is, so that the damage shows.

    Examples
    --------
    >>> [number_in_digits(t) for t in ("1E+3", "1234567890123456789", "1.2345678901234568E+18")]
    ['1000', '1234567890123456789', '1.2345678901234568E+18']
    """
    if text.removeprefix("-").isdecimal():
        return text
    try:
        value = float(text)
    except ValueError:
        return text
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else text


def unescaped(text: str) -> str:
    r"""Undo how Excel writes characters that XML cannot hold.

    Examples
    --------
    >>> unescaped("a_x000A_b_x005F_x000A_")
    'a\nb_x000A_'
    """
    if "_x" not in text:
        return text
    # Runs are decoded at once: two halves of a character stand side by side.
    return _ESCAPED.sub(lambda run: _decoded(run[1]), text)


def _decoded(run: str) -> str:
    codes = [int(code, 16) for code in re.findall("_x([0-9A-Fa-f]{4})_", run)]
    raw = b"".join(code.to_bytes(2, "little") for code in codes)
    try:
        return raw.decode("utf-16-le")
    except UnicodeDecodeError:  # half a character is none: what stands there is kept
        return run
