"""Pajek .net files: sections of vertices, arcs (directed) and edges (undirected)."""

import re
from collections import deque
from collections.abc import Callable

from keynodes.errors import ReadingError
from keynodes.escaping import shortened
from keynodes.readers.inputs import File
from keynodes.readers.loading import Loader
from keynodes.readers.networks.elements import (
    Elements,
    check_unnamed,
    load_network,
    text_lines,
)
from keynodes.readers.networks.gml import referenced
from keynodes.readers.requests import Part, Request

_BEGINNING = re.compile(r"(?:\s*+%[^\n]*+\n)*+\s*+\*(?:network|vertices|arcs|edges|matrix)\b", re.I)
_TOKEN = re.compile(r'"([^"]*+)"|(\[[^\]]{0,1000}+\])|(\S++)')
_SECTION = re.compile(r"\*(\w+)\s*(.*)")
_RELATION = re.compile(r':?\s*(\d+)\s*:?\s*(?:"([^"]*)"|(\S.*))?')
_WHOLE = re.compile(r"[0-9]{1,18}")
_MOMENT = re.compile(r"-?\d+(\.\d+)?")


def looks_like_pajek(file: File) -> bool:
    """Whether a file begins with a section of Pajek."""
    text = file.head.decode("utf-8", "replace").removeprefix("\ufeff")
    return _BEGINNING.match(text) is not None


def load_pajek(file: File, request: Request, loader: Loader) -> Part:
    """Read a Pajek network."""
    return load_network(file, request, loader, lambda elements: _Parsing(elements).read())


class _Parsing:
    """One pass over a file."""

    def __init__(self, elements: Elements) -> None:
        self.elements = elements
        self.vertices = self.first_mode = 0
        self.listed: set[str] = set()
        self.header = 0
        self.relation = ""
        self.relations: dict[str, str] = {}
        self.cells = self.expected = 0

    def read(self) -> None:
        """Read the sections of the file, one line after the other."""
        section: Callable[[int, str], None] = self._outside
        for line, text in text_lines(self.elements):
            text = text.strip()
            if not text:
                continue
            if text.startswith("%"):
                self.elements.comments += 1
            elif text.startswith("*"):
                section = self._section(line, text)
            else:
                section(line, text)
        self._fill()
        self._end_matrix()

    def _section(self, line: int, text: str) -> Callable[[int, str], None]:
        found = _SECTION.match(text)
        name, rest = (found[1].lower(), found[2]) if found else ("", "")
        self._end_matrix()
        if name == "network":
            return self._outside
        if name == "vertices":
            self._fill()
            self._count_vertices(line, rest)
            return self._vertex
        self._fill()
        self.relation = ""
        if name in ("arcs", "edges") and (numbered := _RELATION.match(rest)):
            self.relation = numbered[2] or numbered[3] or numbered[1]
            self.relations[numbered[1]] = self.relation
        if name in ("arcs", "edges"):
            return lambda line, text: self._line(line, text, name == "arcs")
        if name in ("arcslist", "edgeslist"):
            return lambda line, text: self._list(line, text, name == "arcslist")
        if name == "matrix":
            self.cells, self.expected = 0, self._rows * self._columns
            return self._matrix
        self.elements.count("a section that is no network, such as *Partition", line)
        return lambda line, text: None

    def _outside(self, line: int, text: str) -> None:
        self.elements.refuse(line, f"found {text[:40]!r} outside of any section")

    def _count_vertices(self, line: int, rest: str) -> None:
        numbers = rest.split()
        if self.vertices:
            raise ReadingError(
                f"{self.elements.file.name}, line {line}: a second network begins here; put each "
                "into a file of its own"
            )
        if not numbers or not all(map(_WHOLE.fullmatch, numbers[:2])):
            raise ReadingError(
                f"{self.elements.file.name}, line {line}: *Vertices needs how many there are, "
                f"found {rest[:40]!r}"
            )
        self.vertices = int(numbers[0])
        self.first_mode = int(numbers[1]) if len(numbers) > 1 else 0
        self.header = line

    def _fill(self) -> None:
        """Vertices that have no line of their own are there all the same, by their number."""
        if len(self.listed) < self.vertices:
            check_unnamed(self.elements, self.header, self.vertices - len(self.listed))
            for number in range(1, self.vertices + 1):
                if str(number) not in self.listed:
                    self.listed.add(str(number))
                    self.elements.node(self.header, str(number), {}, str(number))

    def _vertex(self, line: int, text: str) -> None:
        tokens = _tokens(text)
        if not _WHOLE.fullmatch(tokens[0]):
            found = shortened(tokens[0], 40)
            self.elements.refuse(line, f"a vertex must be a whole number, found {found!r}")
            return
        number = str(int(tokens[0]))
        name = referenced(tokens[1], named=False) if len(tokens) > 1 else number
        self.listed.add(number)
        facts = {"label": name} if self.elements.plan.by_id else {}
        self.elements.node(line, number, facts, name)

    def _line(self, line: int, text: str, directed: bool) -> None:
        tokens = _tokens(text)
        relation = self.relation
        if tokens[0].endswith(":") and tokens[0][:-1].isdecimal() and len(tokens) > 2:
            number = tokens.pop(0)[:-1]
            relation = self.relations.get(number, number)
        if len(tokens) < 2:
            self.elements.refuse(line, f"two vertices are needed, found {text[:40]!r}")
            return
        attributes = {"relation": relation} if relation else {}
        rest = deque(tokens[2:])
        if rest and not rest[0].startswith("["):
            attributes["weight"] = rest.popleft()
        while rest:
            token = rest.popleft()
            if token.startswith("["):
                if moment := _MOMENT.search(token):
                    attributes["time"] = moment[0]
            elif rest:
                attributes.setdefault(token, rest.popleft())
        self._edge(line, tokens[0], tokens[1], attributes, directed)

    def _list(self, line: int, text: str, directed: bool) -> None:
        first, *others = _tokens(text)
        for other in others:
            self._edge(line, first, other, {}, directed)

    def _edge(
        self, line: int, source: str, target: str, attributes: dict[str, str], directed: bool
    ) -> None:
        for token in (source, target):
            if not _WHOLE.fullmatch(token):
                found = shortened(token, 40)
                self.elements.refuse(line, f"a vertex must be a whole number, found {found!r}")
                return
        ends = str(int(source)), str(int(target))
        self.elements.edge(line, *ends, attributes, directed)

    # With two modes, rows are the first vertices and columns the others.
    @property
    def _rows(self) -> int:
        return self.first_mode or self.vertices

    @property
    def _columns(self) -> int:
        return self.vertices - self.first_mode

    def _end_matrix(self) -> None:
        if self.cells < self.expected:
            raise ReadingError(
                f"{self.elements.file.name}: the matrix has {self.cells:,} of "
                f"{self._rows:,} × {self._columns:,} cells; the file is cut off"
            )
        self.expected = 0

    def _matrix(self, line: int, text: str) -> None:
        rows, columns = self._rows, self._columns
        for value in text.split():
            row, column = divmod(self.cells, columns) if columns else (rows, 0)
            self.cells += 1
            if row >= rows:
                self.elements.refuse(line, f"the matrix has more than {rows:,} × {columns:,} cells")
                return
            if not is_zero(value):
                ends = str(row + 1), str(self.first_mode + column + 1)
                self.elements.edge(line, *ends, {"weight": value}, True)


def _tokens(text: str) -> list[str]:
    return [
        one[1] if one[1] is not None else one[2] if one[2] is not None else one[3]
        for one in _TOKEN.finditer(text)
    ]


def is_zero(value: str) -> bool:
    """Whether a cell of a matrix says that there is no edge."""
    try:
        return float(value) == 0
    except ValueError:
        return False
