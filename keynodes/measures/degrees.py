"""Degrees: how many accounts hear an account, and how many it hears."""

import numpy as np

from keynodes.graph import InteractionGraph
from keynodes.kernels import degrees as kernels
from keynodes.measures.registration import measure

_FREEMAN = "Freeman 1978, doi:10.1016/0378-8733(78)90021-7"
_BARRAT = "Barrat et al. 2004, doi:10.1073/pnas.0400087101"


@measure(
    question="hears", key="none", direction=True, weights="no", cost="O(n)", reference=_FREEMAN
)
def in_degree(graph: InteractionGraph) -> np.ndarray:
    """Number of accounts it hears.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Arcs that end at each account, whatever their weight.

    Notes
    -----
    O(n). Who hears much is an audience, not a key account: neither end is key.

    References
    ----------
    Freeman, L. C. (1978). Centrality in social networks: conceptual clarification. Social
    Networks 1, 215–239. https://doi.org/10.1016/0378-8733(78)90021-7

    Examples
    --------
    >>> star = InteractionGraph.from_arcs(["hub", "a", "b"], [0, 0], [1, 2])
    >>> dict(zip(star.accounts, in_degree(star).tolist()))
    {'a': 1.0, 'b': 1.0, 'hub': 0.0}
    """
    return np.diff(graph.into.indptr).astype(np.float64)


@measure(
    question="heard", key="high", direction=True, weights="no", cost="O(n)", reference=_FREEMAN
)
def out_degree(graph: InteractionGraph) -> np.ndarray:
    """Number of accounts that hear it.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Arcs that leave each account, whatever their weight.

    Notes
    -----
    O(n). One interaction makes a hearer; see `h_index` for hearers that came back.

    References
    ----------
    Freeman, L. C. (1978). Centrality in social networks: conceptual clarification. Social
    Networks 1, 215–239. https://doi.org/10.1016/0378-8733(78)90021-7

    Examples
    --------
    >>> star = InteractionGraph.from_arcs(["hub", "a", "b"], [0, 0], [1, 2])
    >>> dict(zip(star.accounts, out_degree(star).tolist()))
    {'a': 0.0, 'b': 0.0, 'hub': 2.0}
    """
    return np.diff(graph.out.indptr).astype(np.float64)


@measure(
    question="hears", key="none", direction=True, weights="yes", cost="O(m)", reference=_BARRAT
)
def in_strength(graph: InteractionGraph) -> np.ndarray:
    """Weight of all it hears: the sum of the weights of the arcs that end at it.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        In the unit of the weights (interactions, when weights are counts).

    Notes
    -----
    O(n + m). Neither end is key: who hears much is an audience.

    References
    ----------
    Barrat, A., Barthélemy, M., Pastor-Satorras, R., & Vespignani, A. (2004). The architecture of
    complex weighted networks. PNAS 101, 3747–3752. https://doi.org/10.1073/pnas.0400087101

    Examples
    --------
    >>> pair = InteractionGraph.from_arcs(["a", "b"], [0], [1], [3])
    >>> in_strength(pair)
    array([0., 3.])
    """
    return np.bincount(graph.out.indices, graph.out.weights, minlength=graph.n)


@measure(
    question="heard", key="high", direction=True, weights="yes", cost="O(m)", reference=_BARRAT
)
def out_strength(graph: InteractionGraph) -> np.ndarray:
    """Weight with which it is heard: the sum of the weights of the arcs that leave it.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        In the unit of the weights (interactions, when weights are counts).

    Notes
    -----
    O(n + m). One devoted hearer can make a high strength; see `h_index`.

    References
    ----------
    Barrat, A., Barthélemy, M., Pastor-Satorras, R., & Vespignani, A. (2004). The architecture of
    complex weighted networks. PNAS 101, 3747–3752. https://doi.org/10.1073/pnas.0400087101

    Examples
    --------
    >>> pair = InteractionGraph.from_arcs(["a", "b"], [0], [1], [3])
    >>> out_strength(pair)
    array([3., 0.])
    """
    return np.bincount(graph.tails, graph.out.weights, minlength=graph.n)


@measure(
    question="relays",
    key="none",
    direction=True,
    weights="no",
    cost="O(m)",
    reference="Garlaschelli & Loffredo 2004, doi:10.1103/PhysRevLett.93.268701",
)
def reciprocity(graph: InteractionGraph) -> np.ndarray:
    """Share of its arcs, in and out, that have an arc the other way.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        2 r / (in + out), with r the neighbours joined in both directions: 0 to 1; NaN for an
        account without arcs. It does not change when all arcs are turned round together.

    Notes
    -----
    O(n + m). Low for broadcasters and for pure audiences, high for talkers: neither end is key.
    The same number as ``networkx.reciprocity(G, nodes)``.

    References
    ----------
    Garlaschelli, D., & Loffredo, M. I. (2004). Patterns of link reciprocity in directed networks.
    Physical Review Letters 93, 268701. https://doi.org/10.1103/PhysRevLett.93.268701

    Examples
    --------
    >>> talk = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1, 0], [1, 0, 2])
    >>> reciprocity(talk).round(3)
    array([0.667, 1.   , 0.   ])
    """
    arcs = np.diff(graph.out.indptr) + np.diff(graph.into.indptr)
    mutual = arcs - np.diff(graph.both.indptr)
    with np.errstate(invalid="ignore"):
        return np.where(arcs > 0, 2.0 * mutual / arcs, np.nan)


@measure(
    question="heard",
    key="high",
    direction=True,
    weights="yes",
    cost="O(m)",
    reference="Hirsch 2005, doi:10.1073/pnas.0507655102",
)
def h_index(graph: InteractionGraph) -> np.ndarray:
    """Largest h such that h accounts each heard it at least h times.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v; ``graph.counts`` says how many times.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Whole numbers; at most the number of accounts that hear it.

    Notes
    -----
    O(n + m) time, O(n + largest degree) memory. Neither one devoted hearer nor a crowd that came
    once makes it high. When weights are not counts, each record is one time.

    References
    ----------
    Hirsch, J. E. (2005). An index to quantify an individual's scientific research output. PNAS
    102, 16569–16572. https://doi.org/10.1073/pnas.0507655102

    Examples
    --------
    >>> graph = InteractionGraph.from_arcs(["a", "b", "c"], [0, 0, 1], [1, 2, 2], [2, 5, 9])
    >>> h_index(graph)
    array([2., 1., 0.])
    """
    return kernels.h_index(graph.out.indptr, graph.counts)
