"""Edge lists of the collections SNAP and KONECT: columns without names, and a note before them."""

import re
from dataclasses import replace

from keynodes.errors import ReadingError
from keynodes.readers.columns import recognised
from keynodes.readers.delimited import load_delimited
from keynodes.readers.inputs import File
from keynodes.readers.loading import Loader
from keynodes.readers.requests import Part, Request

_SNAP = re.compile(
    r"#\s*(?:(?:un)?directed graph\b|nodes:\s*\d+\s+edges:|fromnodeid\b)", re.IGNORECASE
)
_UNDIRECTED = re.compile(r"#\s*undirected graph\b", re.IGNORECASE)
_KONECT = re.compile(r"%\s*(sym|asym|bip)(?:\s+(\w+))?\s*$", re.IGNORECASE)
_COLUMNS = ("source", "target", "weight", "time")


def looks_like_snap(file: File) -> bool:
    """Whether a comment says so as SNAP does, and no row names the columns."""
    notes, first = _beginning(file, "#")
    return any(_SNAP.match(note) for note in notes) and not any(map(recognised, first))


def load_snap(file: File, request: Request, loader: Loader) -> Part:
    """Read an edge list of SNAP."""
    notes, first = _beginning(file, "#")
    undirected = any(_UNDIRECTED.match(note) for note in notes)
    columns = request.columns
    if not columns and len(first) == 2:
        columns = {"source": "1", "target": "2"}
    request = replace(request, header=False, columns=columns)
    part = load_delimited(file, request, loader, flow="both" if undirected else None)
    return _noted(part, undirected, loader)


def looks_like_konect(file: File) -> bool:
    """Whether the first line says what kind of network it is, as KONECT does."""
    notes, _ = _beginning(file, "%")
    return bool(notes) and _KONECT.match(notes[0]) is not None


def load_konect(file: File, request: Request, loader: Loader) -> Part:
    """Read an edge list of KONECT: source, target, weight and time, as many as there are."""
    notes, first = _beginning(file, "%")
    found = _KONECT.match(notes[0]) if notes else None
    if found is None:
        raise ReadingError(
            f"{file.name}: a file of KONECT begins with '% sym', '% asym' or '% bip'; read it with "
            "another reader, or leave --reader out"
        )
    kind = found[1].lower()
    if kind == "bip":
        raise ReadingError(
            f"{file.name}, line 1: a network of two modes (bip): its targets are no accounts, "
            "though their numbers are the same; project it onto accounts first"
        )
    named = _COLUMNS[: len(first)]
    columns = request.columns or {role: str(i) for i, role in enumerate(named, start=1)}
    request = replace(
        request, header=False, columns=columns, delimiter=request.delimiter or "space"
    )
    part = load_delimited(file, request, loader, flow="both" if kind == "sym" else None)
    part = _noted(part, kind == "sym", loader)
    told = f"{file.name} is a file of KONECT: columns read as {', '.join(columns)}"
    return replace(part, notices=(told, *part.notices))


def _noted(part: Part, undirected: bool, loader: Loader) -> Part:
    if not undirected or loader.flows.overall:
        return part
    told = f"{part.shape.name} is undirected: each edge is an arc both ways"
    return replace(part, notices=(*part.notices, told))


def _beginning(file: File, sign: str) -> tuple[list[str], list[str]]:
    """The comments at the beginning of a file, and the fields of the first row."""
    notes: list[str] = []
    for text in file.head.decode("utf-8", "replace").removeprefix("\ufeff").splitlines():
        text = text.strip()
        if text.startswith(sign):
            notes.append(text)
        elif text:
            return notes, text.split()
    return notes, []
