"""Cores: how deep inside the densely knit part an account sits."""

import warnings
from itertools import pairwise

import numpy as np

from keynodes.errors import UsageError
from keynodes.graph import Adjacency, InteractionGraph
from keynodes.kernels import cores as kernels
from keynodes.kernels.blocks import Progress, in_order
from keynodes.measures.registration import Notice, measure

_SEIDMAN = "Seidman 1983, doi:10.1016/0378-8733(83)90028-X"
_GIATSIDIS = "Giatsidis et al. 2013, doi:10.1007/s10115-012-0539-0"

PEELED = 1 << 23
"""Arcs looked at in one compiled call of peeling."""
TWO_PATHS = 1 << 25
"""Two-paths looked at in one compiled call: well under half a second."""


@measure(
    question="hears", key="none", direction=True, weights="no", cost="O(m)", reference=_GIATSIDIS
)
def coreness_in(graph: InteractionGraph) -> np.ndarray:
    """Largest k such that it is in a group whose members each hear k others of the group.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Core numbers by in-degree; whole numbers, at most the in-degree.

    Notes
    -----
    O(n + m) time, O(n) memory beside the graph. The same as igraph's ``coreness(mode="in")``. A
    deep member of an audience need not be heard by anyone outside it: neither end is key.

    References
    ----------
    Giatsidis, C., Thilikos, D. M., & Vazirgiannis, M. (2013). D-cores: measuring collaboration of
    directed graphs based on degeneracy. Knowledge and Information Systems 35, 311–343.
    https://doi.org/10.1007/s10115-012-0539-0

    Examples
    --------
    >>> graph = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1, 0], [1, 0, 2])
    >>> coreness_in(graph)
    array([1., 1., 1.])
    """
    return _peeled(np.diff(graph.into.indptr), graph.out, None)


@measure(
    question="heard", key="high", direction=True, weights="no", cost="O(m)", reference=_GIATSIDIS
)
def coreness_out(graph: InteractionGraph) -> np.ndarray:
    """Largest k such that it is in a group whose members each are heard by k others of the group.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Core numbers by out-degree; whole numbers, at most the out-degree.

    Notes
    -----
    O(n + m) time, O(n) memory beside the graph. The same as igraph's ``coreness(mode="out")``. A
    celebrity whose hearers are heard by nobody has 0: it stands outside every such group.

    References
    ----------
    Giatsidis, C., Thilikos, D. M., & Vazirgiannis, M. (2013). D-cores: measuring collaboration of
    directed graphs based on degeneracy. Knowledge and Information Systems 35, 311–343.
    https://doi.org/10.1007/s10115-012-0539-0

    Examples
    --------
    >>> graph = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1, 0], [1, 0, 2])
    >>> coreness_out(graph)
    array([1., 1., 0.])
    """
    return _peeled(np.diff(graph.out.indptr), graph.into, None)


@measure(
    question="relays", key="high", direction=True, weights="no", cost="O(m)", reference=_SEIDMAN
)
def coreness_total(graph: InteractionGraph) -> np.ndarray:
    """Largest k such that it is in a group whose members each have k arcs, in or out, inside it.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Core numbers by in-degree plus out-degree: two accounts that hear each other have two
        arcs, so direction counts.

    Notes
    -----
    O(n + m) time, O(n) memory beside the graph. The same as igraph's ``coreness(mode="all")`` and
    ``networkx.core_number`` of a directed graph. Kitsak et al. found that accounts of high
    coreness, more than those of high degree, start large cascades.

    References
    ----------
    Seidman, S. B. (1983). Network structure and minimum degree. Social Networks 5, 269–287.
    https://doi.org/10.1016/0378-8733(83)90028-X

    Batagelj, V., & Zaveršnik, M. (2003). An O(m) algorithm for cores decomposition of networks.
    https://arxiv.org/abs/cs/0310049

    Kitsak, M., et al. (2010). Identification of influential spreaders in complex networks. Nature
    Physics 6, 888–893. https://doi.org/10.1038/nphys1746

    Examples
    --------
    >>> graph = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1, 0], [1, 0, 2])
    >>> coreness_total(graph)
    array([2., 2., 1.])
    """
    return _peeled(np.diff(graph.out.indptr) + np.diff(graph.into.indptr), graph.out, graph.into)


@measure(
    question="relays",
    key="high",
    direction=False,
    weights="no",
    cost="O(m); radius 2: O(two-paths)",
    reference="Morone & Makse 2015, doi:10.1038/nature14604",
)
def collective_influence(
    graph: InteractionGraph,
    *,
    radius: int = 1,
    two_paths: int = 1_000_000_000,
    notice: Notice | None = None,
    progress: Progress | None = None,
) -> np.ndarray:
    """Its own spare neighbours times those of the accounts at a given distance around it.

    Parameters
    ----------
    graph : InteractionGraph
        Seen without direction: neighbours are accounts joined either way.
    radius : int
        1 or 2: at which distance the accounts around it are counted.
    two_paths : int
        For radius 2: how many paths of two steps (Σ degree²) may be looked at. A graph with more
        gets radius 1 instead, for every account alike, so that the scores stay comparable.
    notice : callable, optional
        Called with a sentence when radius 1 took the place of radius 2. Without it that sentence
        is a `UserWarning`.
    progress : callable, optional
        Called as ``progress(done, total)`` while radius 2 is at work.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        (k_i − 1) Σ_j (k_j − 1) over the accounts j at distance exactly `radius`, with k the
        number of neighbours.

    Notes
    -----
    Radius 1: O(n + m). Radius 2: O(Σ degree²) time, some hundred million two-paths a second, and
    O(n + m) memory. Where hubs bring everybody within two steps of everybody, larger radii say
    little. This is the score in the whole graph; the dismantling of the paper removes one account
    at a time and scores again.

    References
    ----------
    Morone, F., & Makse, H. A. (2015). Influence maximization in complex networks through optimal
    percolation. Nature 524, 65–68. https://doi.org/10.1038/nature14604

    Examples
    --------
    >>> path = InteractionGraph.from_arcs(["a", "b", "c", "d", "e"], [0, 1, 2, 3], [1, 2, 3, 4])
    >>> collective_influence(path)
    array([0., 1., 2., 1., 0.])
    >>> collective_influence(path, radius=2)
    array([0., 1., 0., 1., 0.])
    """
    if radius not in (1, 2):
        raise UsageError(f"collective_influence: radius must be 1 or 2, got {radius!r}")
    if not two_paths >= 0:
        raise UsageError(f"collective_influence: two_paths must be 0 or more, got {two_paths!r}")
    neighbours = graph.both
    degrees = np.diff(neighbours.indptr)
    spare = degrees - 1
    if radius == 2:
        needed = int((degrees * degrees).sum())
        if needed > two_paths:
            _tell(
                f"collective_influence: radius 2 would look at {needed:,} two-paths, more than "
                f"two_paths={two_paths:,}; these are the scores of radius 1",
                notice,
            )
        else:
            return (spare * _two_away(neighbours, spare, progress)).astype(np.float64)
    sums = kernels.sums_of_neighbours(neighbours.indptr, neighbours.indices, spare)
    return (spare * sums).astype(np.float64)


def _peeled(degrees: np.ndarray, lowered: Adjacency, also: Adjacency | None) -> np.ndarray:
    """Core numbers, where taking an account away lowers the degrees in its row of `lowered`."""
    if also is None:
        also = Adjacency(np.zeros_like(lowered.indptr), np.zeros(0, np.int32), np.zeros(0))
        for array in also:
            array.setflags(write=False)
    order, place, starts = kernels.sort_by_degree(degrees)
    first = 0
    while first < len(order):
        first = kernels.peel(
            lowered.indptr,
            lowered.indices,
            degrees,
            order,
            place,
            starts,
            first,
            also.indptr,
            also.indices,
            PEELED,
        )
    return degrees.astype(np.float64)


def _two_away(neighbours: Adjacency, values: np.ndarray, progress: Progress | None) -> np.ndarray:
    """Sum of `values` over the accounts two steps away."""
    indptr, indices, _ = neighbours
    work = kernels.sums_of_neighbours(indptr, indices, values + 1)
    ends = np.cumsum(work + 1)
    cuts = np.searchsorted(ends, np.arange(TWO_PATHS, ends[-1] if len(ends) else 0, TWO_PATHS))
    edges = sorted({0, len(work), *cuts.tolist()})
    blocks = list(pairwise(edges))

    def step(block: tuple[int, int]) -> np.ndarray:
        return kernels.sums_two_away(indptr, indices, values, work, *block)

    return np.concatenate([np.zeros(0, np.int64), *in_order(step, blocks, progress)])


def _tell(sentence: str, notice: Notice | None) -> None:
    if notice:
        notice(sentence)
    else:
        warnings.warn(sentence, stacklevel=3)
