"""What igraph and leidenalg are asked, here or in a process of their own.

Both hold the interpreter's lock while they work, so only processes use several cores; and a long
run can be given up only with its process: igraph's Leiden algorithm brings the interpreter down
when Ctrl-C reaches it. This file is also the program of such a process (see `main`). It imports
nothing of keynodes, because that is a third of the time that a process takes to start.
"""

import ctypes
import json
import os
import random
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import IO, Any, NamedTuple

import numpy as np

ITERATIONS = 100
"""Leiden iterations at most; a rounding error could make an endless loop."""

ENOUGH = 1e-5
"""An iteration of igraph's that improves modularity (or its like) by less is the last."""

_NOTHING = 1e-12
"""An iteration of leidenalg that improves quality by less than this share of all weight is the
last: sums of so many weights are not more exact."""

_LOCK = threading.Lock()


class Job(NamedTuple):
    """A graph and what is sought in it, in plain arrays and numbers."""

    solver: str
    """A name of `SOLVERS`."""
    n: int
    arrays: dict[str, np.ndarray]
    """``tails``, ``heads`` (int32) and ``weights`` (float64): of directed arcs for leidenalg, with
    ``bounds`` (int64): layer i has the arcs ``bounds[i]`` … ``bounds[i + 1] - 1``; else of ties,
    each once."""
    settings: dict[str, Any]
    """What the solver needs to know, as JSON can hold it."""


def prepare(job: Job) -> Callable[[int], Sequence[int]]:
    """Build the solver's own graph once; return the function seed → label of each account.

    Weights are multiplied by a power of two so that their mean is from 1 to 2, because the
    libraries compare gains with fixed numbers (igraph: the randomness of Leiden's refinement;
    leidenalg: the least gain): otherwise the unit of the weights would matter.
    """
    weights = job.arrays["weights"]
    if not len(weights):
        return lambda seed: range(job.n)
    largest = float(weights.max())
    exponent = np.frexp(largest * float((weights / largest).mean()))[1] - 1
    arrays = {**job.arrays, "weights": np.ldexp(weights, -exponent)}
    settings = dict(job.settings)
    if settings.get("objective") == "CPM":
        settings["resolution"] = float(np.ldexp(settings["resolution"], -exponent))
    return SOLVERS[job.solver](Job(job.solver, job.n, arrays, settings))


def _leiden(job: Job) -> Callable[[int], Sequence[int]]:
    graph = _graphs(job, [0, len(job.arrays["weights"])], directed=False)[0]
    weights = job.arrays["weights"].tolist()

    def run(seed: int) -> Sequence[int]:
        # One iteration a call: with -1, igraph before 1.0 stopped at the first that changed
        # anything, and no igraph stops at a number of them.
        labels = None
        with _seeded(seed):
            quality = -np.inf
            for _ in range(ITERATIONS):
                before = quality
                found = graph.community_leiden(
                    job.settings["objective"],
                    weights=weights,
                    resolution=job.settings["resolution"],
                    n_iterations=1,
                    initial_membership=labels,
                )
                labels, quality = found.membership, found.quality
                # Where there is nothing to find, it goes on for minutes, moving the sixth digit.
                if not quality > before + ENOUGH:
                    break
        return labels or []

    return run


def _infomap(job: Job) -> Callable[[int], Sequence[int]]:
    graph = _graphs(job, [0, len(job.arrays["weights"])], directed=False)[0]
    weights = job.arrays["weights"].tolist()

    def run(seed: int) -> Sequence[int]:
        with _seeded(seed):
            return graph.community_infomap(edge_weights=weights, trials=1).membership

    return run


def _leidenalg(job: Job) -> Callable[[int], Sequence[int]]:
    import leidenalg

    bounds = job.arrays["bounds"].tolist()
    graphs = _graphs(job, bounds, directed=True)
    weights = [job.arrays["weights"][start:stop].tolist() for start, stop in pairwise(bounds)]
    layer_weights = job.settings["layer_weights"]
    whole = sum(share * sum(layer) for share, layer in zip(layer_weights, weights, strict=True))

    def run(seed: int) -> Sequence[int]:
        layers = [
            leidenalg.RBConfigurationVertexPartition(
                graph, weights=layer, resolution_parameter=job.settings["resolution"]
            )
            for graph, layer in zip(graphs, weights, strict=True)
        ]
        optimiser = leidenalg.Optimiser()
        optimiser.set_rng_seed(random.Random(seed).getrandbits(31))
        for _ in range(ITERATIONS):
            gain = optimiser.optimise_partition_multiplex(layers, layer_weights, n_iterations=1)
            if not gain > _NOTHING * whole:
                break
        return layers[0].membership

    return run


SOLVERS: dict[str, Callable[[Job], Callable[[int], Sequence[int]]]] = {
    "leiden": _leiden,
    "infomap": _infomap,
    "leidenalg": _leidenalg,
}


def _graphs(job: Job, bounds: Sequence[int], directed: bool) -> list[Any]:
    import igraph

    tails, heads = job.arrays["tails"], job.arrays["heads"]
    # Pairs one by one: twice as fast as igraph takes an array.
    return [
        igraph.Graph(
            job.n,
            zip(tails[start:stop].tolist(), heads[start:stop].tolist(), strict=True),
            directed=directed,
        )
        for start, stop in pairwise(bounds)
    ]


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Have igraph draw from a stream of its own, which is one for the whole process."""
    import igraph

    with _LOCK:
        igraph.set_random_number_generator(random.Random(seed))
        try:
            yield
        finally:
            igraph.set_random_number_generator(random)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Keep Ctrl-C back until the end of the block."""
    usual = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(usual):
        yield
        return
    heard: list[tuple[int, Any]] = []
    signal.signal(signal.SIGINT, lambda number, frame: heard.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
        if heard:
            usual(*heard[0])


def send(job: Job, stream: IO[bytes]) -> None:
    """Write a job for `main`: one line of JSON, then the bytes of its arrays."""
    arrays = {name: np.ascontiguousarray(array) for name, array in job.arrays.items()}
    header = {
        "solver": job.solver,
        "n": job.n,
        "settings": job.settings,
        "arrays": {name: [array.dtype.str, len(array)] for name, array in arrays.items()},
    }
    stream.write(json.dumps(header).encode() + b"\n")
    for array in arrays.values():
        stream.write(array.tobytes())
    stream.flush()


def received(stream: IO[bytes]) -> Job:
    """Read what `send` wrote."""
    header = json.loads(stream.readline())
    arrays = {}
    for name, (dtype, length) in header["arrays"].items():
        count = int(length) * np.dtype(dtype).itemsize
        data = stream.read(count)
        if len(data) != count:
            raise EOFError("the job ended early")
        arrays[name] = np.frombuffer(data, dtype)
    return Job(header["solver"], header["n"], arrays, header["settings"])


def _end_with(parent: int) -> None:
    """Ask Linux to end this process when `parent` is gone, however that happened."""
    if sys.platform == "linux":
        set_death_signal = 1  # PR_SET_PDEATHSIG
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit()


def main() -> None:
    """Read a job from standard input, then seeds, a line each; answer each with its labels.

    An answer is the line ``ok`` and n numbers of int32, or one line that says what went wrong. The
    end of the input is the end of the process. On Linux it ends at once with who started it;
    elsewhere it may outlive that by a run.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with(os.getppid())
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not get between the answers.
    os.dup2(2, 1)
    try:
        run = prepare(received(requests))
        for line in requests:
            labels = np.asarray(run(int(line)), np.int32)
            answers.write(b"ok\n" + labels.tobytes())
            answers.flush()
    except Exception as error:
        text = " ".join(f"{type(error).__name__}: {error}".split())
        answers.write(text.encode(errors="replace") + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
