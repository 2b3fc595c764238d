"""The process that computes a layout of igraph: it holds the interpreter's lock and hears nothing.

It imports nothing of keynodes: ``python worker.py GRAPH.npz PLACES.npy``.
"""

import os
import random
import signal
import sys
import threading

import numpy as np


def places(job: dict[str, np.ndarray]) -> np.ndarray:
    """Compute the places of a graph's accounts: float64 (n, 2)."""
    import igraph

    start, weights = job["start"].tolist(), job["weights"].tolist()
    pairs = zip(job["tails"].tolist(), job["heads"].tolist(), strict=True)
    graph = igraph.Graph(len(start), list(pairs))
    igraph.set_random_number_generator(random.Random(int(job["seed"])))
    found = graph.layout_fruchterman_reingold(weights=weights or None, seed=start)
    return np.asarray(found.coords, dtype=np.float64)


def _end_with_input() -> None:
    """End this process when whoever started it is gone: then its input ends."""
    # Not through sys.stdin: its lock would be held when this process ends in peace.
    while os.read(0, 1):
        pass
    os._exit(1)


def main() -> None:
    """Read a graph, compute, write the places."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_input, daemon=True).start()
    with np.load(sys.argv[1]) as job:
        found = places(dict(job))
    np.save(sys.argv[2], found)


if __name__ == "__main__":
    main()
