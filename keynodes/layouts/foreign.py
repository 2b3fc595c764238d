"""A layout that igraph computes, in a process of its own: there Ctrl-C can end it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from keynodes.errors import KeynodesError
from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import Progress
from keynodes.layouts import worker
from keynodes.layouts.registration import layout
from keynodes.layouts.spacing import spread


@layout(needs="igraph", cost="minutes from n = 50,000 on", hubs=False)
def fruchterman_reingold(
    graph: InteractionGraph,
    *,
    labels: np.ndarray,
    radii: np.ndarray,
    rng: np.random.Generator,
    progress: Progress | None = None,
) -> np.ndarray:
    """Ties draw together, all accounts push apart; communities show where there are any.

    Parameters
    ----------
    graph, labels, radii, rng, progress
        As for `keynodes.layouts.discs.communities`; labels are not used; progress is told
        when it begins and when it ends.

    Returns
    -------
    numpy.ndarray of float64, shape (n, 2)

    Raises
    ------
    KeynodesError
        When the process fails.

    Notes
    -----
    igraph's ``layout_fruchterman_reingold``, with its grid from 1,000 accounts on, 500 steps from
    places drawn by `rng`: the same for the same seed and release of igraph. Then circles that
    overlap are pushed apart.

    References
    ----------
    Fruchterman, T. M. J., & Reingold, E. M. (1991). Graph drawing by force-directed placement.
    Software: Practice and Experience 21, 1129–1164. https://doi.org/10.1002/spe.4380211102
    """
    if progress:
        progress(0, 1)
    spots = spread(_computed(graph, rng), radii)
    if progress:
        progress(1, 1)
    return spots


def _computed(graph: InteractionGraph, rng: np.random.Generator) -> np.ndarray:
    """Places by igraph, computed in a process that ends with this call, whatever happens."""
    indptr, heads, weights = graph.both
    tails = np.repeat(np.arange(graph.n, dtype=np.int32), np.diff(indptr))
    once = tails < heads
    job = {
        "seed": int(rng.integers(2**31)),
        "start": rng.standard_normal((graph.n, 2)) * np.sqrt(max(graph.n, 1)),
        "tails": tails[once],
        "heads": heads[once],
        # As close as the square root says: igraph's forces grow with the weight itself.
        "weights": np.sqrt(weights[once] / weights.mean()) if graph.m else weights,
    }
    if graph.n < 2:
        return job["start"]
    with (
        tempfile.TemporaryDirectory(prefix="keynodes-") as folder,
        tempfile.TemporaryFile() as complaints,
    ):
        given, made = Path(folder, "graph.npz"), Path(folder, "places.npy")
        np.savez(given, **job)
        process = subprocess.Popen(
            [sys.executable, "-P", "-W", "ignore", worker.__file__, str(given), str(made)],
            stdin=subprocess.PIPE,  # its end tells the process that this one is gone
            stdout=complaints,
            stderr=complaints,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        try:
            while process.poll() is None:
                # Not one long wait: on some systems that would not hear Ctrl-C.
                _wait(process)
        finally:
            process.kill()
            process.wait()
            if process.stdin:
                process.stdin.close()
        if process.returncode:
            complaints.seek(0)
            said = complaints.read().decode(errors="replace").split("\n")
            last = next((line for line in reversed(said) if line.strip()), "")
            raise KeynodesError(
                f"the process that computed the layout ended with code {process.returncode} "
                f"({last.strip()[:200]}); choose another layout"
            )
        return np.load(made)


def _wait(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(timeout=0.5)
    except subprocess.TimeoutExpired:
        return
