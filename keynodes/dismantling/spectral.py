"""Spectral dismantling: split along a slow mode, remove the cheapest accounts on the cut."""

import heapq
from collections.abc import Iterator

import numpy as np

from keynodes.dismantling.hub_removal import with_the_rest
from keynodes.dismantling.orders import read_only
from keynodes.dismantling.registration import Problem, strategy
from keynodes.kernels import bisection as kernels
from keynodes.kernels.blocks import Progress

LOOKS = (30, 100, 300, 1000)
"""After how many iterations the two sides of a component are looked at."""
WORK = 50_000_000
"""Arcs looked at in one compiled call."""


@strategy(
    "spectral",
    order="set",
    optimises=("largest-component", "pairs"),
    cost="O((n + m) iterations · depth)",
    reference="Ren et al. 2019, doi:10.1073/pnas.1806108116",
    costs=True,
    weights=True,
)
def spectral_cuts(
    problem: Problem, *, rng: np.random.Generator, progress: Progress | None = None
) -> np.ndarray:
    """The cheapest accounts between two halves of the heaviest component, and so on (GND).

    Parameters
    ----------
    problem : Problem
        Whom to remove from what, and when it is enough.
    rng : numpy.random.Generator
        What the start vector is drawn from.
    progress : callable, optional
        Called as ``progress(done, total)``, in accounts that are in small enough components.

    Returns
    -------
    numpy.ndarray of int32
        The accounts, as far as the problem needs them: cut after cut, the heaviest component
        first, and in each cut those with most neighbours per cost first.

    Notes
    -----
    The heaviest component is split by the signs of an approximate Fiedler vector: a random vector
    after up to 1000 steps of diffusion. All edges between the sides have to go, so a vertex cover
    of them is removed: weighted by cost, at most twice the cheapest (Clarkson's rule), without
    the protected. An edge between two protected accounts stays. Those that turn out to join no more
    than the threshold go back. What is still too heavy is split again.

    Departures from the paper: there the vector comes from one operator, here from two, the
    Laplacian and the random walk (that is, the normalised Laplacian, which hubs do not slow
    down), looked at after 30, 100, 300 and 1000 steps, and the cover with the least cost per
    share of connected pairs cut is taken. The weight of an edge is the mean cost of its ends (a
    protected end counts as the dearest). No vector is followed until it converges: the split is a
    good one, not the best.

    O((n + m) · 2000) for a split and O(n + m) memory; even splits take log(n) rounds. When
    protected accounts keep the network above the threshold, the rest follows in the order of
    `adaptive-degree`.

    References
    ----------
    Ren, X.-L., Gleinig, N., Helbing, D., & Antulov-Fantulin, N. (2019). Generalized network
    dismantling. PNAS 116, 6554–6559. https://doi.org/10.1073/pnas.1806108116

    Clarkson, K. L. (1983). A modification of the greedy algorithm for vertex cover. Information
    Processing Letters 16, 23–25. https://doi.org/10.1016/0020-0190(83)90007-8

    Examples
    --------
    >>> from keynodes.graph import InteractionGraph
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d", "e"], [0, 1, 2, 3], [1, 2, 3, 4])
    >>> problem = Problem(chain, np.ones(5), np.ones(5, bool), np.ones(5), threshold=2)
    >>> spectral_cuts(problem, rng=np.random.default_rng(0)).tolist()
    [2]
    """
    graph = problem.graph
    indptr, indices, _ = graph.both
    removable = problem.removable
    dearest = problem.costs[removable].max(initial=0.0)
    costs = np.where(removable, problem.costs, max(dearest, problem.costs.max(initial=0.0)))
    start = rng.standard_normal(graph.n)
    place = np.full(graph.n, -1, np.int32)
    order: list[np.ndarray] = []
    everybody = np.arange(graph.n, dtype=np.int32)
    waiting: list[tuple[float, int, np.ndarray]] = []
    for part, weight in _parts(problem, everybody, np.zeros(graph.n, bool), indptr, indices):
        heapq.heappush(waiting, (-weight, int(part[0]), part))
    unfinished = sum(len(part) for _, _, part in waiting)
    while waiting:
        _, _, members = heapq.heappop(waiting)
        unfinished -= len(members)
        if not removable[members].any():
            continue
        local = kernels.within(indptr, indices, read_only(costs), read_only(members), place)
        for array in local:
            array.setflags(write=False)  # kernels see one kind of array: they compile once
        gone = _cut(problem, members, local, costs[members], start[members])
        chosen = _most_neighbours_first(np.flatnonzero(gone), local[0], costs[members])
        order.append(members[chosen])
        for part, weight in _parts(problem, members, gone, local[0], local[1]):
            heapq.heappush(waiting, (-weight, int(part[0]), part))
            unfinished += len(part)
        if progress:
            progress(graph.n - unfinished, graph.n)
    return with_the_rest(problem, np.concatenate([np.zeros(0, np.int32), *order]))


def _parts(
    problem: Problem,
    members: np.ndarray,
    gone: np.ndarray,
    indptr: np.ndarray,
    indices: np.ndarray,
) -> Iterator[tuple[np.ndarray, float]]:
    """Yield the components of what is not gone that are too heavy, with their weights."""
    label = np.empty(len(members), np.int32)
    count = kernels.pieces(indptr, indices, gone, label)
    inside = np.flatnonzero(label >= 0)
    weights = np.bincount(label[inside], problem.weights[members[inside]], minlength=count)
    by_label = inside[np.argsort(label[inside], kind="stable")]
    edges = np.append(0, np.cumsum(np.bincount(label[inside], minlength=count)))
    for c in np.flatnonzero(weights > problem.threshold):
        yield members[by_label[edges[c] : edges[c + 1]]], float(weights[c])


def _cut(
    problem: Problem,
    members: np.ndarray,
    local: tuple[np.ndarray, np.ndarray, np.ndarray],
    costs: np.ndarray,
    start: np.ndarray,
) -> np.ndarray:
    """Mark the members to remove: the best cover seen, by cost per share of pairs cut."""
    indptr, indices, _ = local
    removable = read_only(problem.removable[members])
    weights = problem.weights[members]
    costs = read_only(costs)
    shares = weights / weights.sum()
    best, least = None, np.inf
    for side in _sides(local, start):
        gone = np.zeros(len(members), bool)
        kernels.cover(indptr, indices, side, costs, removable, gone)
        if not gone.any():
            continue
        sequence = _most_neighbours_first(np.flatnonzero(gone), indptr, costs)
        kernels.put_needless_back(
            indptr,
            indices,
            read_only(weights),
            gone,
            sequence.astype(np.int32),
            float(problem.threshold),
        )
        label = np.empty(len(members), np.int32)
        count = kernels.pieces(indptr, indices, gone, label)
        left = np.bincount(label[~gone], shares[~gone], minlength=count)
        cut = 1.0 - (left * left).sum()
        if cut > 0 and costs[gone].sum() / cut < least:
            best, least = gone, costs[gone].sum() / cut
    if best is None:  # protected accounts hold the sides together: the hub at least
        best = np.zeros(len(members), bool)
        best[_most_neighbours_first(np.flatnonzero(removable), indptr, costs)[0]] = True
    return best


def _sides(
    local: tuple[np.ndarray, np.ndarray, np.ndarray], start: np.ndarray
) -> Iterator[np.ndarray]:
    """Yield splits of a component in two: bool (n,), from two operators, early to late."""
    indptr, indices, weights = local
    if not len(indices):
        return
    strengths = np.add.reduceat(weights, indptr[:-1])
    ones = np.ones(len(start))
    steps = max(1, WORK // len(indices))
    for keep, share, volume in (
        (1.0 - strengths / strengths.max(), ones / strengths.max(), ones),
        (0.5 * ones, 0.5 / strengths, strengths),
    ):
        vector, following = start.copy(), np.empty(len(start))
        seen = None
        done = 0
        for look in LOOKS:
            while done < look:
                more = min(steps, look - done)
                kernels.diffuse(
                    indptr, indices, weights, keep, share, volume, vector, following, more
                )
                done += more
            side = vector >= 0
            if seen is None or (side != seen).any():
                yield side
            seen = side


def _most_neighbours_first(
    accounts: np.ndarray, indptr: np.ndarray, costs: np.ndarray
) -> np.ndarray:
    """Sort accounts by neighbours per cost, ties to the smaller."""
    degrees = (indptr[1:] - indptr[:-1])[accounts]
    return accounts[np.argsort(-degrees / costs[accounts], kind="stable")]
