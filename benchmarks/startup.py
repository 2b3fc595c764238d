"""How soon it answers: `keynodes --help` beside typer's own, and the first run ever.

    python benchmarks/startup.py [--runs 7]

The first run ever compiles: it is timed with an empty kernel cache, on the bundled sample.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measured import write

TYPER = """
import typer
app = typer.Typer()
@app.command()
def first(x: int):
    "x"
@app.command()
def second(x: int):
    "x"
app()
"""
SAMPLE = Path(__file__).parents[1] / "graphs" / "two-cells.csv"


def seconds(command, **environment):
    start = time.perf_counter()
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    keynodes = str(Path(sys.executable).parent / "keynodes")
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "own.py"
        program.write_text(TYPER)
        contest = {
            "`keynodes --help`": [keynodes, "--help"],
            "typer with two empty commands, `--help`": [sys.executable, str(program), "--help"],
            "`keynodes rank` on the sample": [keynodes, "rank", str(SAMPLE)],
        }
        times = {name: [] for name in contest}
        for round_ in range(options.runs + 1):  # the first round warms the caches
            for name, command in contest.items():
                taken = seconds(command)
                if round_:
                    times[name].append(taken)
        rows = [[name, statistics.median(runs)] for name, runs in times.items()]
        first = seconds(contest["`keynodes rank` on the sample"], NUMBA_CACHE_DIR=folder)
    rows.append(["`keynodes rank` on the sample, first run ever (compiling)", first])
    ratio = rows[0][1] / rows[1][1]
    write(
        "startup",
        "Start-up",
        f"python benchmarks/startup.py --runs {options.runs}",
        ["command", "seconds"],
        rows,
        [f"`keynodes --help` takes {ratio:.2f} × typer's own."],
    )


if __name__ == "__main__":
    main()
