"""JSON lines: one object a line; numbers keep the digits they were written with."""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from keynodes.errors import ReadingError
from keynodes.readers.columns import choose
from keynodes.readers.dialects import SAMPLE, encoding_of
from keynodes.readers.inputs import File
from keynodes.readers.lines import LONGEST_RECORD, SURROGATE, Record, lines, undecodable
from keynodes.readers.loading import Loader, Shape
from keynodes.readers.requests import Part, Request, Table
from keynodes.readers.rows import Batches
from keynodes.readers.times import kind_of_column

# Numbers stay the text they are: 1e5 and 12345678901234567890123 are names like any other.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, strict=False)

_GRAPHOLOGY = re.compile(
    rb'\s*\{\s*"(options|attributes)"\s*:\s*\{.*?"nodes"\s*:\s*\[\s*(\{\s*"key"|\])', re.DOTALL
)
"""How a network begins in the JSON of graphology, which `keynodes export` writes too."""


def looks_like_json(file: File) -> bool:
    """Whether a file begins like JSON, in UTF-8 or UTF-16."""
    start = file.head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")
    return start.startswith((b"{", b"[{", b"[\n", b"[\r", b"[ "))


def load_json_lines(file: File, request: Request, loader: Loader) -> Part:
    """Read JSON lines."""
    encoding = encoding_of(file, request.encoding)
    if file.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        raise ReadingError(
            f"{file.name} is one JSON array; write one object a line (such as jq -c '.[]' does)"
        )
    if _GRAPHOLOGY.match(file.head):
        raise ReadingError(
            f"{file.name} is a picture for Gephi Lite (graphology's JSON), which is not read; read "
            "the .graphml or .gexf of the network"
        )
    sample = [value for _, value, problem in _sampled(file, encoding) if not problem]
    names = list(dict.fromkeys(name for value in sample for name in value))
    if not names:
        first = next(_objects(file, encoding), None)
        if first is not None and first[2]:
            raise ReadingError(f"{file.name}, line {first[0]}: {first[2]}")
        raise ReadingError(f"{file.name} holds no records")
    positions = choose(names, request.columns, file.name, header=False, only=request.only)
    keys = {role: names[place] for role, place in positions.items()}
    time = None
    if "time" in keys:
        values = (_text(value.get(keys["time"])) for value in sample)
        time = kind_of_column(v for v in values if v is not None) or "iso"
    shape = Shape(file.name, "relation" in keys, time, "weight" in keys)
    if "relation" in keys:
        loader.learn(_text(value.get(keys["relation"])) or "" for value in sample)
    batches = Batches(loader, shape, tuple(keys))
    for line, fields, problem, _ in _records(file, encoding, keys):
        if problem:
            batches.refuse(line, problem)
        else:
            batches.add(line, fields)
    batches.finish()

    def first_line(relation: str) -> int | None:
        place = list(keys).index("relation")
        every = _records(file, encoding, keys)
        return next((r.line for r in every if not r.problem and r.fields[place] == relation), None)

    table = Table(keys, encoding=request.encoding)
    return Part(shape, "evidence" in keys, first_line=first_line, table=table)


def _sampled(file: File, encoding: str) -> Iterator[tuple[int, dict[str, Any], str]]:
    return islice(_objects(file, encoding), SAMPLE)


def _records(file: File, encoding: str, keys: dict[str, str]) -> Iterator[Record]:
    for line, value, found in _objects(file, encoding):
        problem = found
        fields = []
        for role, key in keys.items():
            text = _text(value.get(key))
            if text is None and not problem:
                problem = f"{role} must be a text or a number, found {_shown(value[key])}"
            elif text and not problem and not text.isascii() and SURROGATE.search(text):
                problem = undecodable(text, "UTF-8")
            fields.append(text or "")
        yield Record(line, fields, problem)


def _objects(file: File, encoding: str) -> Iterator[tuple[int, dict[str, Any], str]]:
    """Yield every line with its object, or with what is wrong with it."""
    for number, raw in lines(file.path, file.name, encoding):
        text = raw.strip(" \t\r\n")
        if not text:
            continue
        if len(raw) > LONGEST_RECORD:
            yield number, {}, f"longer than {LONGEST_RECORD:,} characters"
            continue
        if not raw.isascii() and SURROGATE.search(raw):
            yield number, {}, undecodable(raw, encoding)
            continue
        try:
            value = _DECODER.decode(text)
        except json.JSONDecodeError as error:
            yield number, {}, f"no valid JSON ({error.msg} at character {error.pos + 1})"
            continue
        except RecursionError:
            yield number, {}, "JSON nested too deeply"
            continue
        if not isinstance(value, dict):
            yield number, {}, f"a JSON object is needed, found {_shown(value)}"
            continue
        yield number, value, ""


def _text(value: Any) -> str | None:
    """Return a text or number as written, nothing as an empty text, None for all else."""
    if isinstance(value, str):
        return value
    return "" if value is None else None


def _shown(value: Any) -> str:
    return json.dumps(value)[:40]
