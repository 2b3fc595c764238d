"""Structural holes: whether the accounts around an account need it to meet.

All of them look at the undirected view: a tie weighs w(u→v) + w(v→u).
"""

import numpy as np

from keynodes.graph import InteractionGraph
from keynodes.kernels import holes as kernels
from keynodes.kernels.blocks import Progress, by_work, in_order
from keynodes.measures.registration import measure

_BURT = "Burt 1992, Structural Holes, Harvard University Press"
_COST = "O(m^1.5)"
_STEPS = 1 << 25
"""Steps of one block: some tenths of a second."""


@measure(
    question="bridges", key="high", direction=False, weights="yes", cost=_COST, reference=_BURT
)
def effective_size(graph: InteractionGraph, *, progress: Progress | None = None) -> np.ndarray:
    """Number of its neighbours less what they are tied to each other: its contacts that count.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v; both directions are added up.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Σ_j (1 − Σ_q p_iq m_jq) over the neighbours j of i; p_iq: the share of i's weight that is
        on q; m_jq: the weight of the tie j–q over the heaviest tie of j. At most the degree,
        which it reaches when no two neighbours are tied; NaN for an account without neighbours.

    Notes
    -----
    O(m^1.5) time at worst (the sum over ties of the smaller of two degrees), O(n + m) memory,
    hubs included. The same number as ``networkx.effective_size(G, nodes=G, weight="weight")``,
    which knows none for accounts that nobody hears; without ``nodes=``, networkx (3.6) takes
    m_jq over the heaviest tie of q (its pull request 8906). With equal weights it is n − 2t/n, t:
    the ties among the n neighbours (Borgatti 1997).

    References
    ----------
    Burt, R. S. (1992). Structural Holes: The Social Structure of Competition. Cambridge: Harvard
    University Press.

    Borgatti, S. P. (1997). Structural holes: unpacking Burt's redundancy measures. Connections
    20(1), 35–38.

    Examples
    --------
    >>> graph = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 0, 0, 1], [1, 2, 3, 2])
    >>> effective_size(graph).round(3)
    array([2.333, 1.   , 1.   , 1.   ])
    """
    # A power of two scales without rounding; squares of the largest weights cannot overflow.
    exponent = int(np.frexp(graph.both.weights.max(initial=0))[1])
    scale = 2.0 ** min(-exponent, 1000)
    shared = _shared_ties(graph, np.full(graph.n, scale), progress)
    heaviest = _over_rows(np.maximum, graph, graph.both.weights)
    strength = _over_rows(np.add, graph, graph.both.weights)
    shared /= heaviest[graph.both.indices]
    return _degree(graph) - _over_rows(np.add, graph, shared) / (strength * scale)


@measure(
    question="bridges", key="high", direction=False, weights="yes", cost=_COST, reference=_BURT
)
def efficiency(graph: InteractionGraph, *, progress: Progress | None = None) -> np.ndarray:
    """Share of its neighbours that count as contacts of their own: effective size over degree.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v; both directions are added up.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Above 0, at most 1; NaN for an account without neighbours.

    Notes
    -----
    O(m^1.5) time at worst, O(n + m) memory. An account with a single neighbour has 1, the
    largest number there is: read it beside `effective_size`.

    References
    ----------
    Burt, R. S. (1992). Structural Holes: The Social Structure of Competition. Cambridge: Harvard
    University Press.

    Borgatti, S. P. (1997). Structural holes: unpacking Burt's redundancy measures. Connections
    20(1), 35–38.

    Examples
    --------
    >>> graph = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 0, 0, 1], [1, 2, 3, 2])
    >>> efficiency(graph).round(3)
    array([0.778, 0.5  , 0.5  , 1.   ])
    """
    return effective_size(graph, progress=progress) / _degree(graph)


@measure(
    question="bridges",
    key="low",
    direction=False,
    weights="yes",
    cost=_COST,
    reference="Burt 1992; Burt 2004, doi:10.1086/421787",
)
def constraint(graph: InteractionGraph, *, progress: Progress | None = None) -> np.ndarray:
    """How far its ties lead back to the same neighbours: low where it spans structural holes.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v; both directions are added up.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Σ_j (p_ij + Σ_q p_iq p_qj)² over the neighbours j of i, p_ij: the share of i's weight that
        is on j. 1/n for the centre of a star of n; can exceed 1; NaN without neighbours.

    Notes
    -----
    O(m^1.5) time at worst, O(n + m) memory, hubs included. The same number as
    ``networkx.constraint(G, weight="weight")`` and as ``constraint`` of igraph. Large degrees
    make it low by themselves.

    References
    ----------
    Burt, R. S. (1992). Structural Holes: The Social Structure of Competition. Cambridge: Harvard
    University Press.

    Burt, R. S. (2004). Structural holes and good ideas. American Journal of Sociology 110,
    349–399. https://doi.org/10.1086/421787

    Examples
    --------
    >>> graph = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 0, 0, 1], [1, 2, 3, 2])
    >>> constraint(graph).round(3)
    array([0.611, 1.007, 1.007, 1.   ])
    """
    return _over_rows(np.add, graph, _local_constraints(graph, progress))


@measure(
    question="bridges", key="none", direction=False, weights="yes", cost=_COST, reference=_BURT
)
def hierarchy(graph: InteractionGraph, *, progress: Progress | None = None) -> np.ndarray:
    """How far its constraint comes from a single neighbour: 0 from all alike, 1 from one.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v; both directions are added up.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        The Coleman–Theil index Σ_j r_j ln r_j / (N ln N), where r_j is the constraint from
        neighbour j over the mean of the N neighbours. 1 for an account with a single neighbour
        (Burt's convention: the formula is 0/0 there); NaN without neighbours.

    Notes
    -----
    O(m^1.5) time at worst, O(n + m) memory. It says where the constraint sits, not how much of
    it there is (see `constraint`), so neither end is key.

    References
    ----------
    Burt, R. S. (1992). Structural Holes: The Social Structure of Competition. Cambridge: Harvard
    University Press.

    Examples
    --------
    >>> graph = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 0, 0, 1], [1, 2, 3, 2])
    >>> hierarchy(graph).round(3)
    array([0.052, 0.01 , 0.01 , 1.   ])
    """
    local = _local_constraints(graph, progress)
    degree = _degree(graph)
    mean = _over_rows(np.add, graph, local) / degree
    local /= np.repeat(mean, np.diff(graph.both.indptr))
    # Σ (r − 1) is 0: taken away from each term, it leaves no rounding where all r are near 1.
    terms = local * np.log(local, out=np.zeros_like(local), where=local > 0) - (local - 1)
    total = np.maximum(_over_rows(np.add, graph, terms), 0)
    with np.errstate(invalid="ignore"):  # 0 / 0 of a single neighbour
        return np.where(degree == 1, 1.0, total / (degree * np.log(degree)))


def _local_constraints(graph: InteractionGraph, progress: Progress | None) -> np.ndarray:
    """(p_ij + Σ_q p_iq p_qj)² of every entry (i, j) of the undirected view."""
    strength = _over_rows(np.add, graph, graph.both.weights)
    local = _shared_ties(graph, 1 / strength, progress)
    local += graph.both.weights
    local /= np.repeat(strength, np.diff(graph.both.indptr))
    return np.square(local, out=local)


def _shared_ties(
    graph: InteractionGraph, factors: np.ndarray, progress: Progress | None
) -> np.ndarray:
    """Σ_q w(i, q) factors[q] w(q, j) of every entry (i, j): over what i and j both have ties to."""
    indptr, indices, weights = graph.both
    factors.setflags(write=False)

    def step(rows: slice) -> np.ndarray:
        return kernels.shared_ties(indptr, indices, weights, factors, rows.start, rows.stop)

    # A block clears n numbers first: it should have more than that to do.
    blocks = by_work(kernels.row_work(indptr, indices), max(_STEPS, graph.n))
    sums = np.empty(len(indices))
    for rows, part in zip(blocks, in_order(step, blocks, progress), strict=True):
        sums[indptr[rows.start] : indptr[rows.stop]] = part
    kernels.mirror(indptr, indices, sums)
    return sums


def _over_rows(operation: np.ufunc, graph: InteractionGraph, values: np.ndarray) -> np.ndarray:
    """`operation` over the entries of each row of the undirected view; NaN for an empty row."""
    starts, degrees = graph.both.indptr[:-1], np.diff(graph.both.indptr)
    result = np.full(graph.n, np.nan)
    if len(values):
        result[degrees > 0] = operation.reduceat(values, starts[degrees > 0])
    return result


def _degree(graph: InteractionGraph) -> np.ndarray:
    """Neighbours in either direction; NaN where there are none."""
    degree = np.diff(graph.both.indptr).astype(np.float64)
    degree[degree == 0] = np.nan
    return degree
