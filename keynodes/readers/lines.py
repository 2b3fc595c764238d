"""The careful way through a text file: line by line, in any encoding, in little memory.

Slower than DuckDB's own reader and more patient: it knows the line of everything it meets, takes
comments and mixed line ends, and holds one record at a time. What it says is the reference.
"""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from keynodes.errors import ReadingError

LONGEST_RECORD = 1_000_000
"""Characters that a line, or a record over several lines, may have."""

SURROGATE = re.compile("[\ud800-\udfff]")
"""What no text in UTF-8 can hold; undecodable bytes arrive as U+DC80 to U+DCFF."""

COMMENT_SIGNS = ("#", "%")


class Record(NamedTuple):
    """One record of a file: its fields, or why it has none."""

    line: int
    fields: list[str]
    problem: str = ""
    unquoted_sign: bool = False
    """Whether it begins with an unquoted # or % and was taken for a record all the same."""


@dataclass
class Tally:
    """What was met besides records."""

    comments: int = 0
    unquoted_signs: int = 0


def lines(
    path: Path, name: str, encoding: str, *, longest: int | None = LONGEST_RECORD
) -> Iterator[tuple[int, str]]:
    """Yield every line with its number and its line end; those over `longest` are cut there."""
    number = 0
    limit = -1 if longest is None else longest + 2
    with open(path, "rb") as stream:
        text = io.TextIOWrapper(stream, encoding, errors="surrogateescape", newline="")
        try:
            while line := text.readline(limit):
                number += 1
                yield number, line
                if longest is not None and len(line) > longest:
                    while line and not line.endswith(("\n", "\r")):
                        line = text.readline(longest)
        except UnicodeError as error:
            raise ReadingError(
                f"{name}, after line {number}: not {encoding} text ({_reason(error)}); "
                "name the encoding of the file with --encoding"
            ) from None


def _reason(error: UnicodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        bytes_found = " ".join(f"0x{b:02X}" for b in error.object[error.start : error.end][:4])
        return f"found {bytes_found}: {error.reason}"
    return str(error)


class QuoteError(ValueError):
    """Quotes of a record that do not match."""

    def __init__(self, still_open: bool) -> None:
        super().__init__(
            "a quoted field that begins here is never closed"
            if still_open
            else "text follows the closing quote of a field"
        )
        self.still_open = still_open


class Splitter:
    """Cuts a record into fields at a delimiter; None means runs of blanks and tabs.

    A field may stand in double quotes (a double quote inside is written twice), with blanks
    around them. A quote elsewhere is a character like any other.
    """

    def __init__(self, delimiter: str | None) -> None:
        self.delimiter = delimiter
        end = "[ \\t]+" if delimiter is None else re.escape(delimiter)
        outside = "[^ \\t]" if delimiter is None else f"[^{end}]"
        around = "" if delimiter is None else " *+"
        # Possessive (*+): a hostile field cannot make the search take quadratic time.
        quoted = rf'{around}"((?:[^"]|"")*+)"{around}({end}|\Z)'
        self._field = re.compile(rf"{quoted}|({outside}*+)({end}|\Z)")
        self._still_open = re.compile(rf'{around}"(?:[^"]|"")*+\Z')
        self._begins_quoted = re.compile(rf'(?:\A|{end}){around}"')
        self._runs = re.compile(end)

    def split(self, text: str) -> list[str]:
        """Return the fields of a record without its line end, or raise `QuoteError`."""
        if self.delimiter is None:
            text = text.strip(" \t")
        if '"' not in text or not self._begins_quoted.search(text):
            return self._runs.split(text) if self.delimiter is None else text.split(self.delimiter)
        fields = []
        position = 0
        while True:
            found = self._field.match(text, position)
            inside = found and found[1]
            if found is None or (inside is None and found[3].lstrip(" ").startswith('"')):
                raise QuoteError(self._still_open.match(text, position) is not None)
            fields.append(found[3] if inside is None else inside.replace('""', '"'))
            position = found.end()
            if not (found[2] or found[4]):
                return fields


def records(
    source: Iterable[tuple[int, str]],
    splitter: Splitter,
    tally: Tally,
    *,
    width: int | None = None,
    encoding: str = "utf-8",
) -> Iterator[Record]:
    """Yield the records among the lines of a file.

    Lines that begin with # or % are comments; but after the first record, an unquoted line with
    a sign, no blank after it and exactly `width` fields is a record, for people name accounts so.
    Blank lines are passed over.
    """
    waiting = iter(source)
    pushed: list[tuple[int, str]] = []
    started = False
    while True:
        item = pushed.pop() if pushed else next(waiting, None)
        if item is None:
            return
        number, raw = item
        text = raw.rstrip("\r\n")
        if len(text) > LONGEST_RECORD:
            yield Record(number, [], f"longer than {LONGEST_RECORD:,} characters")
            continue
        if not text or text.isspace():
            continue
        sign = text.startswith(COMMENT_SIGNS)
        if sign and not (started and _is_record(text, splitter, width)):
            tally.comments += 1
            continue
        started = True
        fields, problem = _fields(raw, text, splitter, waiting, pushed)
        if not problem and not raw.isascii() and any(SURROGATE.search(field) for field in fields):
            problem = undecodable("\0".join(fields), encoding)
        if not problem and width is not None and len(fields) != width:
            # Delimiters at the end of a line, with nothing between them, make no fields.
            while len(fields) > width and not fields[-1]:
                fields.pop()
            if len(fields) != width:
                problem = _miscounted(len(fields), width)
        if sign and not problem:
            tally.unquoted_signs += 1
        yield Record(number, fields, problem, sign)


def _miscounted(found: int, width: int) -> str:
    return f"found {found} field{'s' * (found != 1)} where the first row has {width}"


def _is_record(text: str, splitter: Splitter, width: int | None) -> bool:
    if text[1:2].isspace() or width is None:
        return False
    try:
        return len(splitter.split(text)) == width
    except QuoteError:
        return False


def _fields(
    raw: str,
    text: str,
    splitter: Splitter,
    waiting: Iterator[tuple[int, str]],
    pushed: list[tuple[int, str]],
) -> tuple[list[str], str]:
    """Split a record, reading on while a quote is open; if it never closes, hand lines back."""
    taken: list[tuple[int, str]] = []
    pieces, length = [raw], len(raw)
    while True:
        try:
            return splitter.split(text), ""
        except QuoteError as error:
            problem = str(error)
            still_open = error.still_open
        quote_found = False
        while still_open and not quote_found and length <= LONGEST_RECORD:
            item = pushed.pop() if pushed else next(waiting, None)
            if item is None:
                still_open = False
                break
            taken.append(item)
            pieces.append(item[1])
            length += len(item[1])
            quote_found = '"' in item[1]
        if not quote_found:
            pushed.extend(reversed(taken))
            return [], problem
        text = "".join(pieces).rstrip("\r\n")


def undecodable(text: str, encoding: str) -> str:
    """Say which byte or half of a character of a text has no meaning in its encoding."""
    found = SURROGATE.search(text)
    code = ord(found[0]) if found else 0
    if 0xDC80 <= code <= 0xDCFF:
        return (
            f"byte 0x{code - 0xDC00:02X} after {text[: found.start()][-20:]!r} "  # type: ignore[union-attr]
            f"is not {encoding} (is the file in another encoding? try --encoding cp1252)"
        )
    return f"the lone surrogate U+{code:04X} is no character"
