"""Rows of a text file, written a block at a time."""

import gzip
import io
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from keynodes.interop.columns import ROWS, Texts
from keynodes.kernels.blocks import NamedProgress, slices
from keynodes.writing import written_whole

Piece = str | tuple[str, Texts, str]
"""Of every row: the same text, or a value with what stands before and after it."""


def joined(pieces: Sequence[Piece]) -> str:
    """Join pieces to rows, side by side; where a value is missing its piece is left out.

    Examples
    --------
    >>> print(joined(["<", (" id=", ["a", "b"], ""), (" n=", ["1", None], ""), ">;"]))
    < id=a n=1>;< id=b>;
    """
    pattern = ""
    columns: list[list[str] | Texts] = []
    for piece in pieces:
        if isinstance(piece, str):
            pattern += piece.replace("%", "%%")
            continue
        before, texts, after = piece
        if None in texts:
            pattern += "%s"
            columns.append(["" if text is None else before + text + after for text in texts])
        else:
            pattern += f"{before.replace('%', '%%')}%s{after.replace('%', '%%')}"
            columns.append(texts)
    return "".join(map(pattern.__mod__, zip(*columns, strict=True)))


def write_rows(
    stream: IO[str],
    count: int,
    pieces: Callable[[slice], Sequence[Piece]],
    what: str,
    progress: NamedProgress | None,
) -> None:
    """Write `count` rows: `pieces` says what those of a slice are made of."""
    for rows in slices(count, ROWS):
        stream.write(joined(pieces(rows)))
        if progress:
            progress(what, rows.stop, count)


@contextmanager
def text_file(path: str | os.PathLike[str]) -> Iterator[IO[str]]:
    """Open a file to write text into, whole or not at all; packed where its name ends in .gz.

    A packed file carries neither time nor name, so that the same network is the same file.
    """
    with written_whole(path) as temporary, open(temporary, "wb") as raw:
        if os.fspath(path).lower().endswith(".gz"):
            with (
                gzip.GzipFile(
                    filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=6
                ) as packed,
                io.TextIOWrapper(packed, encoding="utf-8", newline="\n") as stream,
            ):
                yield stream
        else:
            with io.TextIOWrapper(raw, encoding="utf-8", newline="\n") as stream:
                yield stream
