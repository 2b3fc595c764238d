"""How the benchmarks measure: each run a process of its own, peers in turn, medians and ratios."""

import json
import os
import platform
import statistics
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

RESULTS = Path(__file__).parent / "results"

# Runs in a fresh process: prepares (not timed), then times the call and reads the peak memory.
_PROGRAM = r"""
import json, sys, time
sys.path.insert(0, {folder!r})
import {module} as contest
ready = contest.{prepare}(*json.loads({arguments!r}))
times = []
while not times or (len(times) < {repeats} and sum(times) < 10):
    start = time.perf_counter()
    contest.{call}(ready)
    times.append(time.perf_counter() - start)
seconds = sorted(times)[len(times) // 2]
# Not ru_maxrss: that of a child starts with what its parent had.
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print("\nMEASURED", json.dumps([seconds, peak / 1024]))
"""


def measured(module, prepare, call, arguments=(), threads=None, repeats=1):
    """Seconds and peak memory (MB) of ``call(prepare(*arguments))``.

    The call is repeated up to `repeats` times in its process while it stays below ten seconds
    together; the median counts.
    """
    program = _PROGRAM.format(
        folder=str(Path(__file__).parent),
        module=module,
        prepare=prepare,
        call=call,
        repeats=repeats,
        arguments=json.dumps(list(arguments)),
    )
    environment = dict(os.environ)
    if threads is not None:
        for name in ("KEYNODES_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            environment[name] = str(threads)
    finished = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
    )
    for line in finished.stdout.splitlines():
        if line.startswith("MEASURED"):
            return json.loads(line.removeprefix("MEASURED"))
    raise RuntimeError(
        f"{module}.{call} failed with code {finished.returncode}:\n{finished.stderr[-2000:]}"
    )


def in_turn(contestants, runs):
    """Run every contestant in turn, `runs` rounds: its lists of seconds and of memory.

    `contestants` maps a name to the keyword arguments of `measured`.
    """
    results = {name: [] for name in contestants}
    for _ in range(runs):
        for name, how in contestants.items():
            results[name].append(measured(**how))
    return {
        name: {
            "seconds": statistics.median(run[0] for run in all_runs),
            "peak_mb": statistics.median(run[1] for run in all_runs),
            "runs": [run[0] for run in all_runs],
        }
        for name, all_runs in results.items()
    }


def machine():
    """One line about the machine and the versions, for under a table."""
    names = ["keynodes", "numpy", "numba", "duckdb", "pandas", "igraph", "networkx", "networkit"]
    found = []
    for name in [*names, "scikit-network"]:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return (
        f"{len(os.sched_getaffinity(0))} cores, {platform.machine()}, "
        f"Python {platform.python_version()}, " + ", ".join(found)
    )


def write(name, title, command, header, rows, notes=()):
    """Print a table and, if it has a name, keep it as ``benchmarks/results/<name>.md``."""
    lines = [
        f"# {title}",
        "",
        f"Written by `{command}`.",
        "",
        "| " + " | ".join(header) + " |",
        "|" + "---|" * len(header),
        *("| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows),
        "",
        *notes,
        "",
        machine(),
        "",
    ]
    text = "\n".join(lines)
    if name:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{name}.md").write_text(text, encoding="utf-8")
    print(text)


def _cell(value):
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.3g}" if value < 100 else f"{value:,.0f}"
    return str(value)
