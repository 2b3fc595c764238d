"""What was handed to `read_interactions`: files, globs, standard input, tables and networks."""

import gzip
import os
import shutil
import sys
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import Any

from keynodes.errors import ReadingError, UsageError

HEAD = 65_536
"""Bytes looked at to tell what a file is."""

_FOREIGN = (
    (b"PK\x03\x04", "is a zip archive; unpack it first"),
    (
        b"SQLite format 3",
        "is an SQLite database, damaged or not of the coordination network toolkit; export the "
        "table of interactions as CSV",
    ),
    (
        b"\xd0\xcf\x11\xe0",
        "is an Office file of the old kind (.xls) or with a password; save it as .xlsx without one",
    ),
    (b"BZh", "is packed with bzip2; unpack it first (bunzip2)"),
    (b"\xfd7zXZ", "is packed with xz; unpack it first (unxz)"),
    (b"7z\xbc\xaf", "is a 7z archive; unpack it first"),
    (b"%PDF", "is a PDF; a table of interactions is needed"),
    (b"<?xml", "is XML, but neither GraphML nor GEXF; save the network as one of them"),
    (b"<!DOCTYPE", "is a web page or XML, not a table"),
    (b"<html", "is a web page, not a table"),
)


@dataclass(frozen=True)
class File:
    """A readable, unpacked file: where its bytes are and what to call it."""

    path: Path
    name: str
    head: bytes
    """Its first bytes."""


def expand(source: Any) -> list[Any]:
    """List what the user gave: paths as `Path` or ``"-"``, other objects as they are."""
    if isinstance(source, (str, os.PathLike)):
        return _paths(source)
    if isinstance(source, (list, tuple)) or (
        isinstance(source, Iterator) and not hasattr(source, "columns")
    ):
        return _expanded_list(source)
    return [source]


def _expanded_list(sources: Iterable[Any]) -> list[Any]:
    every = [one for source in sources for one in expand(source)]
    if not every:
        raise UsageError("no input was given: name at least one file")
    seen = set()
    for one in every:
        key = str(one.resolve()) if isinstance(one, Path) else id(one)
        if key in seen:
            raise UsageError(f"{one} is given twice: its records would count double")
        seen.add(key)
    return every


def _paths(source: "str | os.PathLike[str]") -> list[Any]:
    text = os.fspath(source)
    if text == "-":
        return ["-"]
    if not text:
        raise UsageError("the name of an input is empty")
    if not os.path.lexists(text) and any(sign in text for sign in "*?["):
        found = sorted(glob(text, recursive=True))
        if not found:
            raise ReadingError(f"no file matches {text!r}")
        return [Path(one) for one in found if not os.path.isdir(one)] or [Path(found[0])]
    return [Path(text)]


@contextmanager
def opened(source: "Path | str") -> Iterator[File]:
    """Make a file readable: standard input is copied, gzip and zstd unpacked, to a temporary file.

    The input itself is never touched; what was unpacked is removed at the end.
    """
    name = "<stdin>" if source == "-" else str(source)
    spooled: list[Path] = []
    try:
        path = _spool(name, sys.stdin.buffer, spooled) if source == "-" else Path(source)
        head = _head(path, name)
        for _ in range(2):  # at most packed twice
            if head.startswith(b"\x1f\x8b"):
                with gzip.open(path) as packed:
                    path = _spool(name, packed, spooled)
            elif head.startswith(b"\x28\xb5\x2f\xfd"):
                path = _spool_zstd(name, path, spooled)
            else:
                break
            head = _head(path, name)
        yield File(path, name, head)
    finally:
        for path in spooled:
            path.unlink(missing_ok=True)


def _head(path: Path, name: str) -> bytes:
    try:
        with open(path, "rb") as stream:
            head = stream.read(HEAD)
    except FileNotFoundError:
        raise ReadingError(f"{name}: there is no such file") from None
    except IsADirectoryError:
        raise ReadingError(
            f"{name} is a directory; name the files in it (such as {name.rstrip('/')}/*.csv)"
        ) from None
    except OSError as error:
        raise ReadingError(f"{name} cannot be read: {error.strerror or error}") from None
    if not head:
        raise ReadingError(f"{name} is empty")
    return head


def _spool(name: str, stream: Any, spooled: list[Path]) -> Path:
    handle, text = tempfile.mkstemp(prefix="keynodes-")
    path = Path(text)
    spooled.append(path)
    with open(handle, "wb") as copy:
        try:
            shutil.copyfileobj(stream, copy, 1 << 20)
        except EOFError:
            raise ReadingError(
                f"{name}: the gzip data end too early; the file is cut off"
            ) from None
        except (gzip.BadGzipFile, zlib.error) as error:
            raise ReadingError(f"{name}: the gzip data are damaged ({error})") from None
        except OSError as error:
            raise ReadingError(f"{name} cannot be unpacked: {error.strerror or error}") from None
    return path


def _spool_zstd(name: str, path: Path, spooled: list[Path]) -> Path:
    import zstandard

    handle, text = tempfile.mkstemp(prefix="keynodes-")
    unpacked = Path(text)
    spooled.append(unpacked)
    with open(handle, "wb") as copy, open(path, "rb") as packed:
        frame = None
        try:
            while block := packed.read(8192):
                while block:
                    frame = frame or zstandard.ZstdDecompressor().decompressobj()
                    copy.write(frame.decompress(block))
                    block = b""
                    if frame.eof:  # another frame may follow
                        block, frame = frame.unused_data, None
        except zstandard.ZstdError as error:
            raise ReadingError(f"{name}: the zstd data are damaged ({error})") from None
    if frame is not None:
        raise ReadingError(f"{name}: the zstd data end too early; the file is cut off")
    return unpacked


def refuse_foreign(file: File) -> None:
    """Stop at a file that is certainly no table of text, with what to do about it."""
    name, head = file.name, file.head
    if head.startswith(b"PK\x03\x04") and (b"xl/" in head or name.lower().endswith(".xlsx")):
        raise ReadingError(
            f"{name} is a spreadsheet (xlsx); only NodeXL workbooks are read as they are, by the "
            "columns of their sheet Edges: export the sheet of interactions as CSV"
        )
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for magic, advice in _FOREIGN:
        if start[: len(magic)].lower() == magic.lower():
            raise ReadingError(f"{name} {advice}")
