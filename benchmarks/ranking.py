"""`keynodes rank` end to end on the census: time and memory, plain and with replicates.

python benchmarks/ranking.py [--records 5000000] [--replicates 20] [--runs 3]
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measured import write


def run(arguments):
    """Seconds and peak memory (MB) of one command; children's peak only ever grows."""
    command = [str(Path(sys.executable).parent / "keynodes"), *arguments]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    taken = time.perf_counter() - start
    return taken, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=5_000_000)
    parser.add_argument("--replicates", type=int, default=20)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        making, _ = run(["synth", "census", "--records", str(options.records), "-o", folder])
        rows.append(["making the census", making, None])
        path = f"{folder}/records.csv"
        run(["rank", str(Path(__file__).parents[1] / "graphs" / "two-cells.csv")])  # warms up
        plain = [run(["rank", path]) for _ in range(options.runs)]
        seconds = [taken for taken, _ in plain]
        rows.append(["`keynodes rank`", statistics.median(seconds), max(mb for _, mb in plain)])
        replicated = run(["rank", path, "--intervals", str(options.replicates)])
        rows.append([f"`keynodes rank --intervals {options.replicates}`", *replicated])
    write(
        "ranking",
        f"`keynodes rank` end to end on a census of {options.records:,} records",
        f"python benchmarks/ranking.py --records {options.records} "
        f"--replicates {options.replicates} --runs {options.runs}",
        ["what", "seconds", "peak MB"],
        rows,
        ["Warm (kernels compiled). Peak memory is the largest of any process so far."],
    )


if __name__ == "__main__":
    main()
