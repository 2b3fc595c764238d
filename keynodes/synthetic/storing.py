"""Planted graphs as files, each written whole or not at all."""

import gzip
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from keynodes.interactions import connect
from keynodes.synthetic.cells import two_cells
from keynodes.synthetic.gateways import gateways
from keynodes.synthetic.planted import Planted
from keynodes.synthetic.recruiting import recruiting
from keynodes.writing import check_folder, written_whole

STORED: dict[str, Callable[[], Planted]] = {
    "two-cells.csv": two_cells,
    "gateways.csv.gz": gateways,
    "recruiting.csv.gz": recruiting,
}
"""The small graphs that come with the project: file name in ``graphs/``, and its recipe."""

CHECKSUMS = "checksums.txt"


def write(planted: Planted, directory: str | os.PathLike[str]) -> list[Path]:
    """Write a planted graph: ``records.csv``, ``truth.csv``, ``seeds.csv``, ``protected.csv``.

    Parameters
    ----------
    planted : Planted
        Any of `SYNTHETIC`.
    directory : path
        Made when it is not there; files of these names in it are replaced.

    Returns
    -------
    list of Path
        The four files. Times are ISO 8601 in UTC, or whole numbers where they are phases.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     [path.name for path in write(two_cells(), directory)]
    ['records.csv', 'truth.csv', 'seeds.csv', 'protected.csv']
    """
    check_folder(directory)
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    records = directory / "records.csv"
    _write_records(planted, records)
    return [records, *_write_lists(planted, directory, "")]


def store(directory: str | os.PathLike[str]) -> list[Path]:
    """Write ``graphs/`` and ``seeds/`` of the project anew, with their checksums.

    Parameters
    ----------
    directory : path
        The root of the project.

    Returns
    -------
    list of Path
        What was written; ``graphs/checksums.txt`` comes last.
    """
    root = Path(directory)
    written = []
    for folder in ("graphs", "seeds"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for file, make in STORED.items():
        planted = make()
        path = root / "graphs" / file
        _write_records(planted, path)
        written += [path, *_write_lists(planted, root / "seeds", f"{planted.name}-")]
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(root).as_posix()}\n"
        for path in sorted(written)
    ]
    checksums = root / "graphs" / CHECKSUMS
    with written_whole(checksums) as temporary:
        temporary.write_text("".join(lines), encoding="utf-8", newline="\n")
    return [*written, checksums]


def _write_records(planted: Planted, path: Path) -> None:
    frame = planted.records
    columns = "*"
    if frame["time"].dtype.kind == "M":
        # All times are UTC, and the format says so; it applies to this type of timestamp only.
        frame = frame.assign(time=frame["time"].dt.tz_localize(None))
        columns = "* REPLACE (time::TIMESTAMP AS time)"
    with written_whole(path) as temporary:
        connection = connect()
        connection.register("planted", frame)
        target = temporary.as_posix().replace("'", "''")
        connection.execute(
            f"COPY (SELECT {columns} FROM planted) TO '{target}' "
            "(FORMAT csv, HEADER, COMPRESSION none, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%SZ')"
        )
        connection.close()
        if path.suffix == ".gz":
            # No time stamp and no file name inside: the same records give the same bytes.
            temporary.write_bytes(gzip.compress(temporary.read_bytes(), 9, mtime=0))


def _write_lists(planted: Planted, directory: Path, prefix: str) -> list[Path]:
    """The truth table and the two lists of accounts, all with the column ``account``."""
    truth = planted.truth
    rows = zip(*(truth[column] for column in truth), strict=True)
    tables = {
        "truth": [",".join(truth.columns), *(",".join(map(str, row)) for row in rows)],
        "seeds": ["account", *planted.seeds],
        "protected": ["account", *planted.protected],
    }
    paths = []
    for name, lines in tables.items():
        path = directory / f"{prefix}{name}.csv"
        with written_whole(path) as temporary:
            temporary.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
        paths.append(path)
    return paths
