"""GDF, of GUESS and Gephi: a table of nodes and a table of edges in one file."""

import re

from keynodes.errors import ReadingError
from keynodes.escaping import shortened
from keynodes.readers.columns import plain
from keynodes.readers.inputs import File
from keynodes.readers.loading import Loader
from keynodes.readers.networks.elements import Elements, load_network, text_lines
from keynodes.readers.requests import Part, Request

_FIELD = re.compile(
    r"""\s*+(?:"((?:[^"\\]|\\.|"")*+)"\s*+|'((?:[^'\\]|\\.|'')*+)'\s*+|((?:[^,\\]|\\.)*+\\?+))(,|\Z)""",
    re.DOTALL,
)
_DOUBLED = {'"': '""', "'": "''"}
_TRUE = ("true", "1")


def looks_like_gdf(file: File) -> bool:
    """Whether a file begins with the definition of a table of nodes."""
    text = file.head[:200].decode("utf-8", "replace").removeprefix("\ufeff").lstrip()
    return text.lower().startswith("nodedef>")


def load_gdf(file: File, request: Request, loader: Loader) -> Part:
    """Read GDF."""
    return load_network(file, request, loader, _parse)


def fields_of(text: str) -> list[str] | None:
    r"""Cut a row at its commas; quotes of either kind hold commas, a backslash one sign. None: no.

    Examples
    --------
    >>> fields_of("a,'b, c',\"d\"\"e\",f\\,g,"), fields_of("'a' b,c")
    (['a', 'b, c', 'd"e', 'f,g', ''], None)
    """
    fields = []
    position = 0
    while True:
        found = _FIELD.match(text, position)
        if found is None:
            return None
        if found[3] is not None:
            if found[3][:1] in ('"', "'") and found[3].count(found[3][0]) > 1:
                return None
            fields.append(re.sub(r"\\(.)", r"\1", found[3].strip(), flags=re.DOTALL))
        else:
            sign, inside = ('"', found[1]) if found[1] is not None else ("'", found[2])
            inside = inside.replace(_DOUBLED[sign], sign)
            fields.append(re.sub(r"\\(.)", r"\1", inside, flags=re.DOTALL))
        position = found.end()
        if not found[4]:
            return fields


def _parse(elements: Elements) -> None:
    columns: list[str] = []
    nodes = True
    for line, text in text_lines(elements):
        if not text.strip():
            continue
        kind = text.lstrip("\ufeff ").lower()
        if kind.startswith(("nodedef>", "edgedef>")):
            nodes = kind.startswith("nodedef>")
            columns = _columns(elements, text.partition(">")[2], nodes)
            continue
        if not columns:
            raise ReadingError(
                f"{elements.file.name}, line {line}: GDF begins with nodedef> and the columns of "
                f"nodes, found {shortened(text, 40)!r}"
            )
        fields = fields_of(text)
        if fields is None:
            elements.refuse(line, "text follows the closing quote of a field")
            continue
        while len(fields) > len(columns) and not fields[-1]:
            fields.pop()
        if len(fields) > len(columns):
            elements.refuse(
                line, f"found {len(fields)} fields where the table has {len(columns)} columns"
            )
            continue
        row = {name: value for name, value in zip(columns, fields, strict=False) if value}
        if nodes:
            elements.node(line, row.pop("name", ""), row)
            continue
        source, target = row.pop("node1", ""), row.pop("node2", "")
        said = next((row.pop(name) for name in list(row) if plain(name) == "directed"), "true")
        elements.edge(line, source, target, row, said.casefold() in _TRUE)


def _columns(elements: Elements, text: str, nodes: bool) -> list[str]:
    """The names of the columns of a table; their types are noted."""
    names: list[str] = []
    for one in fields_of(text) or text.split(","):
        name, _, kind = one.strip().partition(" ")
        # Called so in any case; every other column keeps its letters.
        name = name.lower() if name.lower() in ("name", "node1", "node2") else name
        names.append(f"{name} ({len(names) + 1})" if name in names else name)
        if nodes:
            elements.facts.kinds[names[-1]] = kind.split()[0] if kind.split() else "varchar"
    return names
