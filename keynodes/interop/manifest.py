"""The manifest beside an output: what it was made from, so that it can be made again."""

import hashlib
import json
import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from keynodes.graph import InteractionGraph
from keynodes.interactions import ReadingReport
from keynodes.writing import written_whole

PACKAGES = (
    "duckdb",
    "igraph",
    "leidenalg",
    "numba",
    "numpy",
    "pandas",
    "scikit-learn",
    "scipy",
)
"""Whose versions may change a number."""


def manifest_of(output: str | os.PathLike[str]) -> str:
    """Return the path of the manifest of an output file."""
    return f"{os.fspath(output)}.manifest.json"


def write_manifest(
    output: str | os.PathLike[str],
    *,
    command: str,
    inputs: Iterable[str],
    options: Mapping[str, Any],
    report: ReadingReport,
    graph: InteractionGraph,
    notices: Iterable[str] = (),
) -> None:
    """Write ``<output>.manifest.json``.

    Parameters
    ----------
    output : path
        The finished output file; its checksum is recorded too.
    command : str
        The command that made it.
    inputs : iterable of str
        Paths of every file that was read; what is not a file is named without a checksum.
    options : mapping
        Every option with its value, the seed among them.
    report : ReadingReport
        What was read and dropped.
    graph : InteractionGraph
        The graph it was computed on.
    notices : iterable of str
        What the user was told.
    """
    contents = {
        "keynodes": version("keynodes"),
        "command": command,
        "time_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "inputs": [checksum(path) for path in inputs],
        "output": checksum(output),
        "options": dict(options),
        "reading": asdict(report),
        "graph": {
            "accounts": graph.n,
            "arcs": graph.m,
            "interactions": graph.records,
            "repeats_merged": graph.repeats_merged,
        },
        "notices": list(notices),
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in PACKAGES},
        },
    }
    with written_whole(manifest_of(output)) as temporary:
        temporary.write_text(json.dumps(contents, indent=1, default=str) + "\n", encoding="utf-8")


def checksum(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Name, size in bytes and SHA-256 of a file; only the name when it is none."""
    name = os.fspath(path)
    if not os.path.isfile(name):
        return {"name": name}
    with open(name, "rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"name": name, "bytes": os.path.getsize(name), "sha256": digest}
