"""How a text file is written: its encoding, its delimiter, its header and what its columns are."""

import codecs
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from keynodes.errors import ReadingError, UsageError
from keynodes.escaping import shortened
from keynodes.readers.columns import choose, listing, recognised
from keynodes.readers.flows import Flows
from keynodes.readers.inputs import File
from keynodes.readers.lines import Record, Splitter, Tally, lines, records
from keynodes.readers.requests import Request
from keynodes.readers.times import kind_of_column, kind_of_text, number

SAMPLE = 1000
"""Records looked at to tell how a file is written."""
SAMPLE_CHARACTERS = 1_000_000

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

DELIMITERS: Mapping[str, str | None] = {
    "tab": "\t",
    "\\t": "\t",
    "comma": ",",
    "semicolon": ";",
    "pipe": "|",
    "space": None,
    "spaces": None,
    "whitespace": None,
    " ": None,
}
"""Delimiters by name; None is runs of blanks and tabs."""

DIRECTIONS = {"directed": None, "undirected": "both"}
"""What the column ``Type`` of an edge table of Gephi says, and the flow that it means."""

OURS = {"source", "target", "type", "id", "interaction"}
"""Columns that tell a table of arcs that keynodes wrote."""

_SNIFFED: tuple[str | None, ...] = ("\t", ";", ",", "|", None)


@dataclass(frozen=True)
class Dialect:
    """Everything that must be known to read a text file."""

    encoding: str
    delimiter: str | None
    header: bool
    width: int
    """Fields of a record."""
    first_line: int
    """The line of the first record (after comments and the header)."""
    names: tuple[str, ...]
    """What the columns are called; their numbers without a header."""
    positions: Mapping[str, int]
    """Field of each role."""
    time: str | None
    relations: tuple[str, ...]
    """Relations seen in the sample."""
    notices: tuple[str, ...]
    plain_head: bool
    """Whether every line before the first record is a line of its own for any reader."""
    flow: str | None = None
    """Which way content goes where a column says that all arcs run both ways."""


def encoding_of(file: File, asked: str | None) -> str:
    """Return the encoding of a text file: as asked, by its byte order mark, or UTF-8."""
    if asked is not None:
        try:
            encoding = codecs.lookup(asked).name
            "a".encode(encoding)
        except (LookupError, ValueError):
            raise UsageError(
                f"there is no text encoding {asked!r}; try utf-8, utf-16, cp1252 or latin-1"
            ) from None
        marked = file.head.startswith(codecs.BOM_UTF8)
        return "utf-8-sig" if encoding == "utf-8" and marked else encoding
    for mark, encoding in _MARKS:
        if file.head.startswith(mark):
            return encoding
    start = file.head[:4096]
    # Text holds few controls; a NUL or an escape in a name must not make a file a binary one.
    controls = sum(byte < 32 and byte not in b"\t\n\r\x0b\x0c\x1b" for byte in start)
    if controls > 16 and controls > len(start) // 16:
        nul = start.count(0) > len(start) // 4
        advice = (
            "if it is UTF-16, say --encoding utf-16-le or utf-16-be"
            if nul
            else ("a table in text form, JSON lines or Parquet is needed")
        )
        raise ReadingError(f"{file.name} is not text but binary data; {advice}")
    return "utf-8"


def delimiter_of(asked: str) -> str | None:
    """Return the delimiter that the user named, None for runs of blanks and tabs."""
    if asked.casefold() in DELIMITERS:
        return DELIMITERS[asked.casefold()]
    if len(asked) != 1 or asked in '"\r\n' or asked.isalnum():
        raise UsageError(
            "a delimiter is one sign or its name (tab, comma, semicolon, pipe, space), "
            f"got {asked!r}"
        )
    return asked


def understand(file: File, request: Request, flows: Flows) -> Dialect:
    """Find out how a text file is written, or say what is missing."""
    encoding = encoding_of(file, request.encoding)

    def head() -> Iterator[tuple[int, str]]:
        taken = 0
        for number_, line in islice(lines(file.path, file.name, encoding), 5 * SAMPLE):
            taken += len(line)
            yield number_, line
            if taken > SAMPLE_CHARACTERS:
                return

    cached = list(head())
    percent_head = _begins_with(cached, "%")
    if request.delimiter is not None:
        delimiter = delimiter_of(request.delimiter)
        sample = _sample(cached, delimiter)
    else:
        delimiter, sample = _sniff(cached, request)
    if not sample:
        bad = next(records(iter(cached), Splitter(delimiter), Tally()), None)
        if bad is not None:
            raise ReadingError(f"{file.name}, line {bad.line}: {bad.problem}")
        raise ReadingError(f"{file.name} holds no records, only blank lines and comments")
    first = sample[0]
    width = len(first.fields)
    if width < 2:
        raise ReadingError(
            f"{file.name}, line {first.line}: only one column is found, {first.fields[0][:60]!r}; "
            "source and target are needed (if another delimiter is used, say --delimiter)"
        )
    header = _has_header(file.name, sample, width, request)
    # As in the file itself, empty fields at the end of a line make no difference.
    body = [
        one.fields[:width]
        for one in sample[header:]
        if len(one.fields) >= width and not any(one.fields[width:])
    ]
    if header and len(sample) == 1 and _nothing_else(cached, delimiter):
        raise ReadingError(f"{file.name} has a header but no records")
    columns = _Columns(file.name, body, width)
    if header:
        positions = choose(first.fields, request.columns, file.name, only=request.only)
        notices: tuple[str, ...] = ()
    else:
        positions, notices = columns.without_header(request, flows, percent_head, first.fields)
    time = None
    if "time" in positions:
        time = kind_of_column(columns.values(positions["time"])) or "iso"
    relations: tuple[str, ...] = ()
    flow = None
    if "relation" in positions:
        relations = tuple(dict.fromkeys(columns.values(positions["relation"])))
        if header and "relation" in request.columns:
            _check_unsettled(file.name, first.fields, request.columns["relation"])
        elif header and _says_direction(relations):
            name = first.fields[positions["relation"]]
            flow = _flow_by_direction(file.name, name, relations)
            positions = {role: at for role, at in positions.items() if role != "relation"}
            notices += (
                f"{file.name}: column {name!r} says {relations[0]!r}: how arcs run, as in edge "
                "tables of Gephi, and no relation",
            )
            relations = ()
    before = first.line + header
    after = next((line for line, _ in cached if line >= before), before)
    return Dialect(
        encoding,
        delimiter,
        header,
        width,
        after,
        tuple(first.fields) if header else tuple(str(i + 1) for i in range(width)),
        positions,
        time,
        relations,
        notices,
        plain_head=_plain(cached, after),
        flow=flow,
    )


def _says_direction(values: Sequence[str]) -> bool:
    return bool(values) and {value.strip().casefold() for value in values} <= set(DIRECTIONS)


def _check_unsettled(where: str, names: Sequence[str], asked: str) -> None:
    """Refuse to turn arcs of ours round: what reaches whom is settled in them."""
    if {name.casefold() for name in names} >= OURS:
        raise UsageError(
            f"{where}: an arc that keynodes wrote says already whom content reaches, so that a "
            f"relation would turn it round; leave --relation {asked} out"
        )


def _flow_by_direction(where: str, column: str, values: Sequence[str]) -> str | None:
    flows = {DIRECTIONS[value.strip().casefold()] for value in values}
    if len(flows) > 1:
        raise ReadingError(
            f"{where}: column {column!r} has directed and undirected edges side by side; read them "
            "from two files, or export the network as GraphML"
        )
    return flows.pop()


def _sample(cached: list[tuple[int, str]], delimiter: str | None) -> list[Record]:
    found = records(iter(cached), Splitter(delimiter), Tally())
    return [one for one in islice(found, SAMPLE) if not one.problem]


def _sniff(cached: list[tuple[int, str]], request: Request) -> tuple[str | None, list[Record]]:
    """Choose the delimiter whose first row names columns, else the one that cuts rows alike."""
    best: tuple[float, str | None, list[Record]] = (-1.0, ",", [])
    for delimiter in _SNIFFED:
        sample = _sample(cached, delimiter)
        if not sample:
            continue
        cells = sample[0].fields
        if len(cells) > 1 and request.header is not False and _names_ends(cells, request):
            return delimiter, sample
        widths = [len(one.fields) for one in sample]
        usual = max(set(widths), key=widths.count)
        share = widths.count(usual) / len(widths) if usual > 1 else 0.0
        # Names hold blanks: these only count where no sign cuts most rows alike.
        if delimiter is None and best[0] >= 0.5:
            continue
        if share > best[0]:
            best = (share, delimiter, sample)
    return best[1], best[2]


def _names_ends(cells: list[str], request: Request) -> bool:
    try:
        choose(cells, request.columns, "", only=request.only)
    except (ReadingError, UsageError):
        return False
    return True


def _has_header(name: str, sample: list[Record], width: int, request: Request) -> bool:
    if request.header is not None:
        return request.header
    first = sample[0].fields
    if any(recognised(cell) for cell in first) or set(request.columns.values()) & set(first):
        return True
    rest = [one.fields for one in sample[1:] if len(one.fields) == width]
    for i, cell in enumerate(first):
        values = [row[i] for row in rest if row[i].strip()]
        if len(values) > 1 and number(cell) is None and all(number(v) is not None for v in values):
            raise ReadingError(
                f"{name}: the first row looks like a header, but names no column that is "
                f"recognised: {listing(first)}; say --source COLUMN and --target COLUMN, or "
                "--no-header if it is a record"
            )
    return False


def _begins_with(cached: list[tuple[int, str]], sign: str) -> bool:
    return bool(cached) and cached[0][1].startswith(sign)


def _nothing_else(cached: list[tuple[int, str]], delimiter: str | None) -> bool:
    whole = len(cached) < 5 * SAMPLE and sum(len(text) for _, text in cached) < SAMPLE_CHARACTERS
    return whole and len(list(records(iter(cached), Splitter(delimiter), Tally()))) == 1


def _plain(cached: list[tuple[int, str]], first_line: int) -> bool:
    # A quoted line break in the header, or a lone carriage return, counts lines differently.
    return all(
        '"' not in text and (text.endswith("\n")) for line, text in cached if line < first_line
    )


class _Columns:
    """The columns of a sample without a header, and what they may be."""

    def __init__(self, name: str, rows: list[list[str]], width: int) -> None:
        self.name = name
        self.rows = rows
        self.width = width

    def values(self, position: int) -> list[str]:
        return [value for row in self.rows if (value := row[position]).strip()]

    def all(self, position: int, test: Callable[[str], bool]) -> bool:
        values = self.values(position)
        return bool(values) and all(test(value) for value in values)

    def without_header(
        self, request: Request, flows: Flows, percent_head: bool, first: list[str]
    ) -> tuple[dict[str, int], tuple[str, ...]]:
        numbers = [str(i + 1) for i in range(self.width)]
        if request.columns:
            asked = {"source": "1", "target": "2"} | dict(request.columns)
            return choose(numbers, asked, f"{self.name} (no header)", header=False), ()
        positions = {"source": 0, "target": 1}
        if self.width == 3:
            positions[self._third(flows, first)] = 2
        elif self.width > 3:
            numeric = all(self.all(i, _numeric) for i in (2, 3))
            if not (self.width == 4 and percent_head and numeric):
                raise ReadingError(
                    f"{self.name}: {self.width} columns, and the first row names none that is "
                    f"recognised: {listing(first)}; say which is which with --source, --target, "
                    "--weight… COLUMN (with --no-header their numbers: 1, 2…)"
                )
            positions |= {"weight": 2, "time": 3}
        read_as = ", ".join(positions)
        other = {
            "time": "; if the third column holds weights, say --no-header --weight 3",
            "weight": "; if the third column holds times, say --no-header --time 3",
        }.get(read_as.rpartition(" ")[2] if self.width == 3 else "", "")
        names = " ".join(
            f"--{role} {shortened(name, 30)}" for role, name in zip(positions, first, strict=False)
        )
        return positions, (
            f"{self.name} has no header that is recognised: columns read as {read_as}{other}; if "
            f"the first line is a header, say {names}",
        )

    def _third(self, flows: Flows, first: list[str]) -> str:
        if self.all(2, _numeric):
            large = self.all(2, lambda v: kind_of_text(v) not in ("number", None))
            return "time" if large and self.all(2, str.isdigit) else "weight"
        if self.all(2, lambda v: kind_of_text(v) == "iso"):
            return "time"
        if self.all(2, flows.knows):
            return "relation"
        # A bad weight among good ones is a bad row, not another kind of column.
        values = self.values(2)
        if sum(_numeric(v) for v in values) > len(values) / 2 or not values:
            return "weight"
        raise ReadingError(
            f"{self.name}: without a header, it is not clear what the third column holds "
            f"(first row: {listing(first)}); say --no-header and --weight 3, --time 3 or "
            "--relation 3"
        )


def _numeric(text: str) -> bool:
    return number(text) is not None
