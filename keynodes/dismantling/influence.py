"""Collective influence: optimal percolation as Morone and Makse see it, one removal at a time."""

import numpy as np

from keynodes.dismantling.orders import as_needed, is_enough, is_whole, read_only
from keynodes.dismantling.registration import Problem, strategy
from keynodes.errors import UsageError
from keynodes.kernels import collective_influence as kernels
from keynodes.kernels.blocks import Progress

WORK = 30_000_000
"""Arcs looked at in one compiled call, and between two looks at what is left."""


@strategy(
    "collective-influence",
    order="adaptive",
    optimises=("largest-component",),
    cost="O(looks · ball)",
    reference="Morone & Makse 2015, doi:10.1038/nature14604",
    costs=True,
)
def collective_influence(
    problem: Problem,
    *,
    rng: np.random.Generator,
    progress: Progress | None = None,
    radius: int = 2,
) -> np.ndarray:
    """Most spare neighbours, its own times those of the accounts at a distance around it.

    Parameters
    ----------
    problem : Problem
        Whom to remove from what, and when it is enough.
    rng : numpy.random.Generator
        Not used: see Notes for ties.
    progress : callable, optional
        Called as ``progress(done, total)``; `total` is the most there can be.
    radius : int, default 2
        At which distance the accounts around are counted, from 1.

    Returns
    -------
    numpy.ndarray of int32
        The accounts, first removed first, as far as the problem needs them.

    Raises
    ------
    UsageError
        When `radius` is not a whole number from 1 on.

    Notes
    -----
    (k_i − 1) Σ_j (k_j − 1) over the accounts j at distance exactly `radius`, counted in what is
    left after every removal; with costs, per cost. Equal ones go by neighbours left, then the
    smaller account first.

    The order is exactly that of counting everybody again after every removal, but few are
    counted: the sum over distances 2 … `radius` only falls as accounts go, so an old one is an
    upper bound, and only those whose bound comes first are looked at. O(n + m) memory. The time
    is that of the balls looked at. It grows fast with the radius in dense networks, where a ball
    of radius 3 is nearly everybody, and beside a protected hub, which stays in many balls. The
    paper puts accounts back in the end; here the plan does that.

    References
    ----------
    Morone, F., & Makse, H. A. (2015). Influence maximization in complex networks through optimal
    percolation. Nature 524, 65–68. https://doi.org/10.1038/nature14604

    Morone, F., Min, B., Bo, L., Mari, R., & Makse, H. A. (2016). Collective Influence Algorithm to
    find influencers via optimal percolation in massively large social media. Scientific Reports
    6, 30062. https://doi.org/10.1038/srep30062

    Examples
    --------
    >>> from keynodes.graph import InteractionGraph
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d", "e"], [0, 1, 2, 3], [1, 2, 3, 4])
    >>> problem = Problem(chain, np.ones(5), np.ones(5, bool), np.ones(5), threshold=2)
    >>> collective_influence(problem, rng=np.random.default_rng(0), radius=1).tolist()
    [2]
    """
    if not is_whole(radius, 1):
        raise UsageError(
            f"collective-influence: radius must be a whole number from 1 on, got {radius!r}"
        )
    graph = problem.graph
    n = graph.n
    total = int(problem.removable.sum())
    indptr, shared, _ = graph.both
    indices = shared.copy()  # rows are closed up as accounts go
    degree = np.diff(indptr)
    bounds = _walks(indptr, shared, degree, radius)
    small = 0.5 / max(n, 1)
    costs = read_only(problem.costs)
    candidates = np.flatnonzero(problem.removable)
    spare = np.maximum(degree[candidates] - 1.0, 0.0) * bounds[candidates]
    keys = -(spare + small * degree[candidates]) / costs[candidates]
    sequence = np.argsort(keys, kind="stable")  # sorted keys are a heap
    keys, heap = keys[sequence], candidates[sequence].astype(np.int32)
    order = np.empty(total, np.int32)
    # The heap's size, removed, held in this round, balls looked at.
    state = np.array([total, 0, 0, 0])
    room = (
        np.ones(n, bool),
        degree,
        bounds,
        np.zeros(n, np.int64),
        np.empty(n, np.int32),
        keys,
        heap,
        np.empty(total, np.int32),
        np.empty(total, np.float64),
        order,
        state,
    )
    ends = indptr[1:].copy()
    looked = -1
    while state[1] < total:
        if looked != state[1] and is_enough(problem, order[: state[1]]):
            break
        looked = state[1]
        kernels.take_influential(indptr, indices, ends, costs, int(radius), small, *room, WORK)
        if progress:
            progress(int(state[1]), total)
    if progress and total:
        progress(total, total)
    return as_needed(problem, order[: state[1]])


def _walks(indptr: np.ndarray, indices: np.ndarray, degree: np.ndarray, radius: int) -> np.ndarray:
    """Spare neighbours at the ends of all walks of 2 … `radius` steps: at least the ball's."""
    ends = np.maximum(degree - 1.0, 0.0)
    bounds = np.zeros(len(degree))
    most = ends.sum()
    for step in range(1, radius + 1):
        # Beyond all spare neighbours there are, a larger number says nothing more.
        ends = np.minimum(kernels.walk_sums(indptr, indices, ends), most)
        if step > 1 or radius == 1:
            bounds += ends
    return np.minimum(bounds, most)
