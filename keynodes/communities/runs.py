"""Many runs of a method, on all cores: in worker processes, on threads, or one after the other.

Labels belong to the seed alone; where a run took place cannot change them.
"""

import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import numpy as np

from keynodes.communities import worker
from keynodes.communities.numbering import canonical
from keynodes.communities.registration import Method
from keynodes.communities.worker import Job
from keynodes.errors import KeynodesError
from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import Progress, in_order, threads

Stepwise = Callable[[int], Generator[None, None, np.ndarray]]
"""Seed → labels, in compiled steps with a yield between them."""

SECONDS = {"leiden": (2e-5, 1e-6), "infomap": (2e-5, 5e-6), "leidenalg": (2e-4, 1e-5)}
"""About how long one run takes for each account and each arc: measured on graphs from a thousand
accounts to 116,000, and up to 3.5 million arcs. Sparse graphs take more iterations."""

START = 0.6
"""Seconds that starting a worker process takes, with what it must import."""

PATIENCE = 1.0
"""A run of more seconds goes to a process, even if there is only one: Ctrl-C must end it."""


def run_labels(
    graph: InteractionGraph,
    row: Method,
    seeds: Sequence[int],
    arguments: Mapping[str, Any],
    progress: Progress | None = None,
) -> np.ndarray:
    """Run a method once for every seed.

    Parameters
    ----------
    graph : InteractionGraph
    row : Method
        A row of `METHODS`.
    seeds : sequence of int
        One for each run.
    arguments : mapping of str
        What the method is called with, without ``rng``.
    progress : callable, optional
        Called as ``progress(done, total)`` after each run.

    Returns
    -------
    numpy.ndarray of int32, shape (len(seeds), n)
        Row i is ``row(graph, rng=seeds[i], **arguments)``.

    Raises
    ------
    KeynodesError
        When a worker process fails or dies.

    Notes
    -----
    igraph and leidenalg hold the interpreter's lock, so their runs go to worker processes, as
    many as `keynodes.kernels.blocks.threads` says and no more than there are runs; each gets the
    arrays of the graph through a pipe and builds the library's graph once. Runs too short to be
    worth a process stay in this one, unless a single one takes more than about a second: igraph's
    and leidenalg's loops do not hear Ctrl-C, but their process can be ended. Label propagation
    runs on threads. Memory: O(n + m) a worker, and O(n) a run.

    Examples
    --------
    >>> from keynodes.communities import METHODS
    >>> pairs = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 2], [1, 3])
    >>> run_labels(pairs, METHODS["leiden"], [0, 1], {})
    array([[0, 0, 1, 1],
           [0, 0, 1, 1]], dtype=int32)
    """
    if row.prepare is not None:
        return runs_of(row.prepare(graph, **arguments), graph.n, seeds, progress)
    # Nothing is random: all runs are one.
    labels = row(graph, **arguments).astype(np.int32)
    if progress and len(seeds):
        progress(len(seeds), len(seeds))
    return np.tile(labels, (len(seeds), 1))


def runs_of(
    prepared: Job | Stepwise, n: int, seeds: Sequence[int], progress: Progress | None = None
) -> np.ndarray:
    """Run what a method prepared once for every seed: int32 (len(seeds), n)."""
    seeds = [int(seed) for seed in seeds]
    result = np.empty((len(seeds), n), np.int32)
    if not isinstance(prepared, Job):
        runs = _on_threads(prepared, seeds)
    elif workers := _workers(prepared, len(seeds)):
        runs = _in_processes(prepared, seeds, workers)
    else:
        runs = _here(prepared, seeds)
    # Closed in all cases, so that no process or thread is left behind.
    with closing(runs):
        for done, (place, labels) in enumerate(runs, start=1):
            result[place] = canonical(labels)
            if progress:
                progress(done, len(seeds))
    return result


Runs = Generator[tuple[int, np.ndarray], None, None]
"""The place of a seed and its labels, in whatever order they are ready."""


def _workers(job: Job, runs: int) -> int:
    """How many processes to start; 0: stay in this one."""
    if not sys.executable or getattr(sys, "frozen", False):
        # There is no interpreter to start.
        return 0
    an_account, an_arc = SECONDS[job.solver]
    seconds = an_account * job.n + an_arc * len(job.arrays["weights"])
    workers = min(threads(), runs)
    if seconds > PATIENCE:
        return workers
    saved = seconds * (runs - runs / max(workers, 1))
    return workers if saved > START else 0


def _here(job: Job, seeds: Sequence[int]) -> Runs:
    with worker.uninterrupted():
        run = worker.prepare(job)
    for place, seed in enumerate(seeds):
        with worker.uninterrupted():
            labels = run(seed)
        yield place, np.asarray(labels, np.int64)


def _on_threads(stepwise: Stepwise, seeds: Sequence[int]) -> Runs:
    """Advance a few runs at a time, each by a step: so Ctrl-C never waits for a whole run."""
    waiting = deque(enumerate(seeds))
    going: list[tuple[int, Generator[None, None, np.ndarray]]] = []
    while waiting or going:
        while waiting and len(going) < 2 * threads():
            place, seed = waiting.popleft()
            going.append((place, stepwise(seed)))
        ended = list(in_order(_advanced, [run for _, run in going]))
        for (place, _), labels in zip(going, ended, strict=True):
            if labels is not None:
                yield place, labels
        going = [run for run, labels in zip(going, ended, strict=True) if labels is None]


def _advanced(run: Generator[None, None, np.ndarray]) -> np.ndarray | None:
    try:
        next(run)
    except StopIteration as end:
        return end.value
    return None


def _in_processes(job: Job, seeds: Sequence[int], number: int) -> Runs:
    waiting = deque(enumerate(seeds))
    answers: queue.SimpleQueue[tuple[int, np.ndarray] | Exception] = queue.SimpleQueue()
    workers: list[_Worker] = []
    try:
        for _ in range(number):
            workers.append(_Worker(job, waiting, answers))
        for _ in seeds:
            answer = _next(answers)
            if isinstance(answer, Exception):
                raise answer
            yield answer
    finally:
        for process in workers:
            process.end()


def _next(answers: "queue.SimpleQueue[Any]") -> Any:
    while True:
        # Not one long wait: on some systems that would not hear Ctrl-C.
        with suppress(queue.Empty):
            return answers.get(timeout=0.5)


class _Worker:
    """A process that runs seeds, and the thread that talks to it."""

    def __init__(
        self, job: Job, waiting: "deque[tuple[int, int]]", answers: "queue.SimpleQueue[Any]"
    ) -> None:
        self._job = job
        self._waiting = waiting
        self._answers = answers
        # A file, not a pipe: a full pipe that nobody reads would stop the process.
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-W", "ignore", str(Path(worker.__file__))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                # Libraries are found where this process finds them.
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        except BaseException as error:
            self._complaints.close()
            if not isinstance(error, OSError):
                raise
            raise KeynodesError(
                f"a process for {job.solver} could not be started: {error.strerror or error}"
            ) from error
        self._thread = threading.Thread(target=self._talk, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """End the process at once, whatever it is doing, and clear up."""
        self._process.kill()
        self._thread.join()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._complaints):
            with suppress(OSError):
                stream.close()  # type: ignore[union-attr]

    def _talk(self) -> None:
        try:
            requests, replies = self._process.stdin, self._process.stdout
            assert requests
            assert replies
            with suppress(BrokenPipeError):
                worker.send(self._job, requests)
            while True:
                try:
                    place, seed = self._waiting.popleft()
                except IndexError:
                    return
                with suppress(BrokenPipeError):
                    requests.write(b"%d\n" % seed)
                    requests.flush()
                self._answers.put((place, self._labels(replies)))
        except Exception as error:
            self._answers.put(error)

    def _labels(self, replies: Any) -> np.ndarray:
        """Read one answer (see `worker.main`)."""
        head = replies.readline()
        data = replies.read(4 * self._job.n) if head == b"ok\n" else b""
        if head == b"ok\n" and len(data) == 4 * self._job.n:
            return np.frombuffer(data, np.int32)
        if head.endswith(b"\n") and head != b"ok\n":
            raise KeynodesError(f"{self._job.solver} failed: {head.decode(errors='replace')}")
        raise KeynodesError(
            f"the process that ran {self._job.solver} ended with {self._reason()}; if memory was "
            "short, KEYNODES_THREADS=1 runs one at a time"
        )

    def _reason(self) -> str:
        code = self._process.wait()
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        return f"code {code}" + (f" ({said[-1][:200]})" if said else "")
