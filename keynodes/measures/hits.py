"""HITS: who is heard by those who hear what is widely heard, and who hears it."""

import numpy as np

from keynodes.errors import NotConverged
from keynodes.graph import InteractionGraph
from keynodes.measures.iteration import check
from keynodes.measures.registration import measure
from keynodes.measures.spectra import principal_singular_vectors

_KLEINBERG = "Kleinberg 1999, doi:10.1145/324133.324140"


@measure(
    question="heard",
    key="high",
    direction=True,
    weights="yes",
    cost="O((n + m) products)",
    reference=_KLEINBERG,
)
def authority(
    graph: InteractionGraph, *, tolerance: float = 1e-10, max_iterations: int = 1000
) -> np.ndarray:
    """How much it is heard by those who hear much of what is widely heard.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.
    tolerance : float
        Bound on the angle between hub scores and their limit (residual over the gap to the next
        eigenvalue seen). A hub score below it, on vectors of length 1, cannot be told from 0 and
        counts as 0.
    max_iterations : int
        Products with the matrix before `NotConverged` is raised.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        At least 0, summing to 1; NaN everywhere in a graph without arcs.

    Notes
    -----
    The authority of HITS on G.reverse(), as ``networkx.hits(G.reverse())``. It sees one densely
    knit part, where the principal eigenvalue lies; accounts outside have 0. Where parts share that
    eigenvalue the pair of score vectors is not unique (Farahat et al.); here they are those that
    Kleinberg's iteration reaches when all accounts begin as equal hubs, which depends on neither
    names nor order. Arnoldi's method on products, O(n + m) each, around ten when one part
    dominates; O(n) memory beside the graph (some 25 floats an account).

    References
    ----------
    Kleinberg, J. M. (1999). Authoritative sources in a hyperlinked environment. Journal of the
    ACM 46, 604–632. https://doi.org/10.1145/324133.324140

    Farahat, A., LoFaro, T., Miller, J. C., Rae, G., & Ward, L. A. (2006). Authority rankings from
    HITS, PageRank, and SALSA: existence, uniqueness, and effect of initialization. SIAM Journal
    on Scientific Computing 27, 1181–1201. https://doi.org/10.1137/S1064827502412875

    Examples
    --------
    >>> graph = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 0, 1], [2, 3, 3])
    >>> authority(graph).round(3)
    array([0.618, 0.382, 0.   , 0.   ])
    """
    return _hits("authority", graph, tolerance, max_iterations)[0]


@measure(
    question="hears",
    key="none",
    direction=True,
    weights="yes",
    cost="O((n + m) products)",
    reference=_KLEINBERG,
)
def hub(
    graph: InteractionGraph, *, tolerance: float = 1e-10, max_iterations: int = 1000
) -> np.ndarray:
    """How much it hears of what is widely heard.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.
    tolerance : float
        Bound on the angle between the scores and their limit (residual over the gap to the next
        eigenvalue seen). A score below it, on a vector of length 1, cannot be told from 0 and
        is 0.
    max_iterations : int
        Products with the matrix before `NotConverged` is raised.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        At least 0, summing to 1; NaN everywhere in a graph without arcs.

    Notes
    -----
    The hub of HITS on G.reverse(): it collects, it is not heard, so neither end is key. O(n + m) a
    product; see `authority` for the method and for what makes the scores unique.

    References
    ----------
    Kleinberg, J. M. (1999). Authoritative sources in a hyperlinked environment. Journal of the
    ACM 46, 604–632. https://doi.org/10.1145/324133.324140

    Examples
    --------
    >>> graph = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 0, 1], [2, 3, 3])
    >>> hub(graph).round(3)
    array([0.   , 0.   , 0.382, 0.618])
    """
    return _hits("hub", graph, tolerance, max_iterations)[1]


def _hits(
    name: str, graph: InteractionGraph, tolerance: float, max_iterations: int
) -> tuple[np.ndarray, np.ndarray]:
    """Authority and hub scores: principal singular vectors of the adjacency."""
    check(name, tolerance, max_iterations)
    if not graph.m:
        return np.full(graph.n, np.nan), np.full(graph.n, np.nan)
    authorities, hubs, products, angle = principal_singular_vectors(
        graph.out, tolerance, max_iterations
    )
    if not angle <= tolerance:
        raise NotConverged(
            f"{name} did not converge: after {products} products its scores may be off by "
            f"{angle:.2g}, not yet {tolerance:g}; parts of the graph have nearly the same "
            "principal eigenvalue, so raise max_iterations or tolerance"
        )
    return authorities / authorities.sum(), hubs / hubs.sum()
