"""UCINET DL: a header of keywords, then a matrix, a list of edges or a list of neighbours."""

import re
from collections.abc import Iterable, Iterator

from keynodes.errors import ReadingError
from keynodes.readers.inputs import File
from keynodes.readers.loading import Loader
from keynodes.readers.networks.elements import (
    Elements,
    check_unnamed,
    load_network,
    text_lines,
)
from keynodes.readers.networks.pajek import is_zero
from keynodes.readers.requests import Part, Request

_BEGINNING = re.compile(r"\s*+dl\b[\s,]*+(?:n|nr|nc|nm|format)\s*+=", re.IGNORECASE)
_DATA = re.compile(r"\bdata\s*:\s*", re.IGNORECASE)
_SIZE = re.compile(r"\b(nr|nc|nm|n)\s*=\s*([0-9]{1,18})", re.IGNORECASE)
_FORMAT = re.compile(r"\bformat\s*=?\s*(\w+)", re.IGNORECASE)
_WORDS = re.compile(
    r".*?(?=\b(?:(?:row|col|column|level|matrix)\s++)?labels?\s*:|\Z)", re.IGNORECASE | re.DOTALL
)
_EMBEDDED = re.compile(r"\b(?:(?:row|col|column)\s++)?labels?\s*:?\s*embedded\b:?", re.IGNORECASE)
_NO_DIAGONAL = re.compile(r"\bdiagonal\s*=?\s*absent\b", re.IGNORECASE)
_LABELS = re.compile(
    r"\b(?:(row|col|column|level|matrix)\s++)?labels?\s*:(.*?)"
    r"(?=\b(?:(?:row|col|column|level|matrix)\s++)?labels?\s*:|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_TOKEN = re.compile(r'"([^"]*+)"|([^\s,"][^\s,]*+)|"')
FORMATS = ("fullmatrix", "edgelist1", "nodelist1", "lowerhalf")


def looks_like_ucinet(file: File) -> bool:
    """Whether a file begins with ``dl`` and a keyword."""
    text = file.head[:1000].decode("utf-8", "replace").removeprefix("\ufeff")
    return _BEGINNING.match(text) is not None


def load_ucinet(file: File, request: Request, loader: Loader) -> Part:
    """Read UCINET DL."""
    return load_network(file, request, loader, lambda elements: _Parsing(elements).read())


class _Parsing:
    """One pass over a file."""

    def __init__(self, elements: Elements) -> None:
        self.elements = elements
        self.rows = text_lines(elements)
        header, first = self._header()
        where = f"{elements.file.name}, line 1"
        # Labels may look like keywords.
        found = _WORDS.match(_EMBEDDED.sub("", header))
        words = found[0] if found else ""
        sizes = {name.lower(): int(number) for name, number in _SIZE.findall(words)}
        two_modes = (
            f"{where}: a network of two modes (its rows and columns differ): its columns are no "
            "accounts; project it onto accounts first"
        )
        if "nr" in sizes and sizes.get("nr") != sizes.get("nc", sizes["nr"]):
            raise ReadingError(two_modes)
        if _NO_DIAGONAL.search(words):
            raise ReadingError(
                f"{where}: a matrix without its diagonal is not read; write it whole"
            )
        if "n" not in sizes and "nr" not in sizes:
            raise ReadingError(f"{where}: how many nodes there are is not said (n=…)")
        self.n = sizes.get("n", sizes.get("nr", 0))
        check_unnamed(elements, 1, self.n)
        found = _FORMAT.search(words)
        self.format = (found[1] if found else "fullmatrix").lower()
        if self.format not in FORMATS:
            raise ReadingError(
                f"{where}: DL of the format {self.format} is not read; write it as "
                f"{', '.join(FORMATS)}"
            )
        self.embedded = _EMBEDDED.search(header) is not None
        self.labels: list[str] = []
        self.matrices: list[str] = []
        for whose, text in _LABELS.findall(_EMBEDDED.sub("", header)):
            if whose.lower() in ("matrix", "level"):
                self.matrices = _tokens(text)
            elif not self.labels:
                self.labels = _tokens(text)
            elif self.labels != _tokens(text):
                raise ReadingError(two_modes)
        if self.labels and len(self.labels) != self.n:
            raise ReadingError(
                f"{where}: {len(self.labels)} labels for {self.n:,} nodes; a label with blanks or "
                "commas stands in double quotes"
            )
        self.many = sizes.get("nm", 1) > 1
        self.first = first

    def _header(self) -> tuple[str, tuple[int, str]]:
        """Read up to ``data:``; return what stands before, and what after it in the same line."""
        read: list[str] = []
        for line, text in self.rows:
            found = _DATA.search(text)
            if found:
                read.append(text[: found.start()])
                return "\n".join(read), (line, text[found.end() :])
            read.append(text)
        raise ReadingError(f"{self.elements.file.name}: DL without 'data:'; the file is cut off")

    def read(self) -> None:
        """Read nodes, and the data as the header says they are written."""
        if not self.embedded:
            self._declare(self.labels or [""] * self.n)
        body = ((line, _tokens(text)) for line, text in self._body())
        filled = ((line, tokens) for line, tokens in body if tokens)
        if self.format == "edgelist1":
            self._edges(filled)
        elif self.format == "nodelist1":
            self._neighbours(filled)
        else:
            self._matrix(filled)

    def _body(self) -> Iterator[tuple[int, str]]:
        yield self.first
        yield from self.rows

    def _declare(self, labels: list[str]) -> None:
        for number, label in enumerate(labels, start=1):
            facts = {"label": label} if label and self.elements.plan.by_id else {}
            self.elements.node(1, str(number), facts, label)

    def _edges(self, rows: Iterable[tuple[int, list[str]]]) -> None:
        for line, tokens in rows:
            if len(tokens) not in (2, 3):
                self.elements.refuse(line, f"two nodes and a weight at most, found {len(tokens)}")
            else:
                weight = {"weight": tokens[2]} if len(tokens) == 3 else {}
                if not (weight and is_zero(tokens[2])):
                    self._edge(line, tokens[0], tokens[1], weight)

    def _neighbours(self, rows: Iterable[tuple[int, list[str]]]) -> None:
        for line, tokens in rows:
            for other in tokens[1:]:
                self._edge(line, tokens[0], other, {})

    def _edge(self, line: int, source: str, target: str, attributes: dict[str, str]) -> None:
        if not self.embedded:
            for node in (source, target):
                if not (node.isascii() and node.isdecimal() and 0 < int(node[:19]) <= self.n):
                    self.elements.refuse(
                        line, f"a node must be a number from 1 to {self.n:,}, found {node[:40]!r}"
                    )
                    return
        self.elements.edge(line, source, target, attributes, True)

    def _matrix(self, rows: Iterator[tuple[int, list[str]]]) -> None:
        """Cells row by row; with embedded labels the first row has those of the columns."""
        half = self.format == "lowerhalf"
        names = [str(number + 1) for number in range(self.n)]
        if self.embedded:
            line, names = next(rows, (0, []))
            if len(names) != self.n:
                raise ReadingError(
                    f"{self.elements.file.name}, line {line}: {len(names)} labels for {self.n:,} "
                    "columns"
                )
            for name in names:
                self.elements.node(line, name, {})
        matrix = row = column = 0
        source = ""
        for line, tokens in rows:
            for token in tokens:
                if self.embedded and not source:
                    source = token
                    continue
                if row == self.n:
                    matrix, row = matrix + 1, 0
                if matrix and not self.many:
                    self.elements.refuse(line, f"more than {self.n:,} × {self.n:,} cells")
                    return
                if not is_zero(token):
                    attributes = {"weight": token}
                    if self.many:
                        attributes["relation"] = self._name(matrix)
                    ends = (source or names[row], names[column])
                    self.elements.edge(line, *ends, attributes, not half)
                column += 1
                if column == (row + 1 if half else self.n):
                    row, column, source = row + 1, 0, ""
        if row < self.n:
            raise ReadingError(
                f"{self.elements.file.name}: the matrix ends in row {row + 1:,} of {self.n:,}; the "
                "file is cut off"
            )

    def _name(self, matrix: int) -> str:
        return self.matrices[matrix] if matrix < len(self.matrices) else str(matrix + 1)


def _tokens(text: str) -> list[str]:
    return [found[1] or found[2] for found in _TOKEN.finditer(text) if found[1] or found[2]]
