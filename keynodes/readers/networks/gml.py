"""GML: nested lists of keys and values."""

import html.entities
import re
from collections.abc import Iterator

from keynodes.errors import ReadingError
from keynodes.readers.inputs import File
from keynodes.readers.lines import LONGEST_RECORD
from keynodes.readers.loading import Loader
from keynodes.readers.networks.elements import Elements, load_network, text_lines
from keynodes.readers.requests import Part, Request

_BEGINNING = re.compile(
    r'\s*+(?:(?:\#[^\n]*+\n\s*+)|(?!graph\b)[A-Za-z]\w*+\s++(?:"[^"]*+"|[-+.\w]++)\s++)*+'
    r"graph\s*+\[",
    re.IGNORECASE,
)
_TOKEN = re.compile(r'"[^"]*+"|"[^"]*+\Z|[\[\]]|[^\s\[\]"]++')
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(\w{1,32}));")
_WHOLE = re.compile(r"[-+]?\d+")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


def looks_like_gml(file: File) -> bool:
    """Whether a file is GML: a key ``graph`` with a list, after nothing but simple keys."""
    text = file.head.decode("utf-8", "replace").removeprefix("\ufeff")
    return _BEGINNING.match(text) is not None


def load_gml(file: File, request: Request, loader: Loader) -> Part:
    """Read GML."""
    return load_network(file, request, loader, _parse)


def referenced(text: str, named: bool = True) -> str:
    """Put characters for references such as ``&#233;``; what names none stays as it is.

    Examples
    --------
    >>> referenced("caf&#233; &quot;x&quot; &#xD800; &nothing;")
    'café "x" &#xD800; &nothing;'
    """
    if "&" not in text:
        return text

    def character(found: re.Match[str]) -> str:
        decimal, hexadecimal, name = found.groups()
        if name is not None:
            return html.entities.html5.get(f"{name};", found[0]) if named else found[0]
        code = int(decimal) if decimal else int(hexadecimal, 16)
        if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            return found[0]
        return chr(code)

    return _REFERENCE.sub(character, text)


def _tokens(elements: Elements) -> Iterator[tuple[int, str]]:
    """Yield every word, bracket and quoted text (with its quotes) and the line where it begins."""
    pending, began = "", 0
    for line, text in text_lines(elements):
        if pending:
            pending += "\n" + text
            if '"' not in text:
                if len(pending) > LONGEST_RECORD:
                    break
                continue
            text, line, pending = pending, began, ""
        elif text.lstrip().startswith("#"):
            elements.comments += 1
            continue
        for found in _TOKEN.finditer(text):
            token = found[0]
            if token[0] == '"' and (len(token) == 1 or token[-1] != '"'):
                pending, began = token, line
            else:
                yield line, token
    if pending:
        raise ReadingError(
            f"{elements.file.name}, line {began}: a quoted text that begins here is never closed"
        )


class _List:
    """An open list: its key, where it begins, and its simple values."""

    def __init__(self, key: str, line: int, inside: "_List | None") -> None:
        self.key = key
        self.line = line
        self.inside = inside
        self.values: dict[str, str] = {}


class _Network:
    """What is known of the network while its lists are read."""

    def __init__(self, elements: Elements) -> None:
        self.elements = elements
        self.directed = False
        self.by_igraph = False
        self.edges = False

    def value(self, within: _List | None, key: str, token: str, line: int) -> None:
        """Take a key with a simple value."""
        quoted = token[0] == '"'
        text = referenced(token[1:-1]) if quoted else token
        if within is None:
            self.by_igraph = self.by_igraph or (key == "creator" and "igraph" in text)
            return
        if within.key == "graph" and key == "directed":
            if self.edges and self.directed != (text != "0"):
                raise ReadingError(
                    f"{self.elements.file.name}, line {line}: whether the graph is directed "
                    "stands after its edges; move it before them"
                )
            self.directed = text != "0"
        if within.key not in ("node", "edge"):
            return
        if key in within.values:
            self.elements.count("a value that is there already; the first is kept", line)
            return
        within.values[key] = text
        if within.key == "node":
            kinds = self.elements.facts.kinds
            kind = _kind(text, quoted)
            before = kinds.get(key, kind)
            kinds[key] = kind if kind == before else _wider(kind, before)

    def end(self, closed: _List) -> None:
        """Take a list that is complete."""
        if closed.key not in ("node", "edge"):
            return
        values = closed.values
        if closed.inside is None or closed.inside.key != "graph":
            self.elements.count(f"a list {closed.key!r} that is not of a graph", closed.line)
        elif closed.key == "node":
            node = values.get("id")
            if node is None:
                self.elements.refuse(closed.line, "a node without an id")
                return
            column = "name" if self.by_igraph and "name" in values else "label"
            name = "" if self.elements.plan.by_id else values.pop(column, "")
            facts = values if name and name != node else {k: values[k] for k in values if k != "id"}
            self.elements.node(closed.line, node, facts, name)
        else:
            source, target = values.pop("source", None), values.pop("target", None)
            if source is None or target is None:
                missing = "source" if source is None else "target"
                self.elements.refuse(closed.line, f"an edge without a {missing}")
                return
            self.edges = True
            self.elements.edge(closed.line, source, target, values, self.directed)


def _parse(elements: Elements) -> None:
    network = _Network(elements)
    within: _List | None = None
    key = ""
    for line, token in _tokens(elements):
        if not key:
            if token == "]":
                if within is None:
                    raise _misplaced(elements, line, token, "no list is open")
                network.end(within)
                within = within.inside
            elif token == "[" or token[0] == '"':
                raise _misplaced(elements, line, token, "a key is needed")
            else:
                # Keys of the format are told apart by their small letters; others keep theirs.
                known = ("graph", "node", "edge", "id", "source", "target", "directed", "creator")
                key = token.lower() if token.lower() in known else token
            continue
        if token == "[":
            if key == "graph" and within is not None:
                elements.count("a graph inside a node or edge: read as part of the whole", line)
            within = _List(key, line, within)
        elif token == "]":
            raise _misplaced(elements, line, token, f"the key {key!r} has no value")
        else:
            network.value(within, key, token, line)
        key = ""
    if within is not None:
        raise ReadingError(
            f"{elements.file.name}, line {within.line}: the list {within.key!r} that begins here "
            "is never closed; the file is cut off"
        )


def _misplaced(elements: Elements, line: int, token: str, why: str) -> ReadingError:
    return ReadingError(f"{elements.file.name}, line {line}: found {token[:40]!r}, but {why}")


def _kind(text: str, quoted: bool) -> str:
    if quoted:
        return "string"
    if _WHOLE.fullmatch(text):
        return "int"
    return "double" if _NUMBER.fullmatch(text) else "string"


def _wider(one: str, other: str) -> str:
    return "string" if "string" in (one, other) else "double"
