"""Running the command line from a test."""

import csv
import io
import shlex
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from keynodes.cli import app

ROOT = Path(__file__).parents[1]


SAMPLE = ROOT / "graphs" / "two-cells.csv"


PROGRAM = shlex.quote(str(Path(sys.executable).parent / "keynodes"))


def keynodes(*arguments, stdin=None):
    """Run the command line in this process: (exit code, stdout, stderr)."""
    result = CliRunner().invoke(app, [str(a) for a in arguments], input=stdin)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def program(*arguments, **how):
    """Run it as a process of its own."""
    command = [str(Path(sys.executable).parent / "keynodes"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, **how)


def table(text):
    return list(csv.DictReader(io.StringIO(text)))
