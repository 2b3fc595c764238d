"""Gephi Lite's own parsers, run by Node: what do they make of a file?

    npm ci --prefix tests/foreign     # or the first test installs them into the user's cache

Without Node or npm, or offline, the tests that ask are skipped; with ``KEYNODES_REQUIRE_NODE=1``
they fail.
"""

import atexit
import functools
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

FOREIGN = Path(__file__).parent / "foreign"


def read(path):
    """Read a file as Gephi Lite does: type, multi, attributes, nodes and edges as lists.

    Raises
    ------
    ValueError
        When the parser gives up.
    """
    reader, reason = _process()
    if reader is None and os.environ.get("KEYNODES_REQUIRE_NODE") == "1":
        pytest.fail(reason)
    if reader is None:
        pytest.skip(reason)
    reader.stdin.write(f"{path}\n")
    reader.stdin.flush()
    answer = json.loads(reader.stdout.readline(), object_hook=_number)
    if "error" in answer:
        raise ValueError(answer["error"])
    return answer


def _number(value):
    return float(value["number"]) if value.keys() == {"number"} else value


@functools.cache
def _process():
    """Start Node, once; None and the reason where it cannot be."""
    node = shutil.which("node")
    if node is None:
        return None, "Node is not installed"
    try:
        folder = _installed()
    except (OSError, subprocess.SubprocessError) as error:
        return None, f"npm could not install Gephi Lite's parsers: {error}"
    reader = subprocess.Popen(
        [node, FOREIGN / "read.mjs", folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    atexit.register(reader.communicate)
    return reader, ""


def _installed():
    """Return the folder that holds node_modules."""
    if (FOREIGN / "node_modules").is_dir():
        return FOREIGN
    lock = (FOREIGN / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "keynodes-tests" / hashlib.sha256(lock).hexdigest()[:16]
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(FOREIGN / name, beside)
        subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--fetch-retries=1"],
            cwd=beside,
            check=True,
            capture_output=True,
            timeout=120,
        )
        if not folder.is_dir():  # another process may have done the same
            beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder
