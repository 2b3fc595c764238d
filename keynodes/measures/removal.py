"""Removal: what the whole graph loses when one account is gone."""

import numpy as np

from keynodes.graph import InteractionGraph
from keynodes.kernels import removal as kernels
from keynodes.measures.registration import measure

_VITALITY = "Koschützki et al. 2005, doi:10.1007/978-3-540-31955-9_3"


@measure(
    question="bridges", key="high", direction=False, weights="no", cost="O(m)", reference=_VITALITY
)
def vitality_component(graph: InteractionGraph) -> np.ndarray:
    """Number of accounts by which the largest component shrinks when this account is removed.

    Parameters
    ----------
    graph : InteractionGraph
        Seen as undirected: components are weak ones.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        f(G) − f(G − v) with f the number of accounts in the largest weakly connected component.
        1 for an account whose removal costs the component only itself, more for one that others
        hang on, 0 outside the largest component, and 0 everywhere when two are equally large.

    Notes
    -----
    Exact for every account at once: O(n + m) time and O(n) memory beyond the undirected view,
    from one depth-first search that cuts the graph at its articulation points. In a dense graph
    nearly all accounts score 1: what one account alone cannot break, several together may, and
    a vitality does not see that.

    References
    ----------
    Koschützki, D., Lehmann, K. A., Peeters, L., Richter, S., Tenfelde-Podehl, D., & Zlotowski, O.
    (2005). Centrality indices. In Network Analysis, LNCS 3418, 16–61 (vitality: section 3.6).
    https://doi.org/10.1007/978-3-540-31955-9_3

    Hopcroft, J., & Tarjan, R. (1973). Algorithm 447: efficient algorithms for graph manipulation.
    Communications of the ACM 16, 372–378. https://doi.org/10.1145/362248.362272

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d", "e"], [0, 1, 2, 3], [1, 2, 3, 4])
    >>> vitality_component(chain)
    array([1., 2., 3., 2., 1.])
    """
    component, largest_piece, _ = _pieces(graph)
    largest = component.max(initial=0)
    if np.count_nonzero(component == largest) > largest:  # two of them: one always remains
        return np.zeros(graph.n)
    in_largest = component == largest
    runner_up = component[~in_largest].max(initial=0)
    loss = largest - np.maximum(largest_piece, runner_up)
    return np.where(in_largest, loss, 0).astype(np.float64)


@measure(
    question="bridges", key="high", direction=False, weights="no", cost="O(m)", reference=_VITALITY
)
def vitality_pairs(graph: InteractionGraph) -> np.ndarray:
    """Number of pairs of accounts that are no longer connected when this account is removed.

    Parameters
    ----------
    graph : InteractionGraph
        Seen as undirected: two accounts are connected when any path joins them.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        f(G) − f(G − v) with f = Σ s(s − 1)/2 over the sizes s of the weakly connected components.
        The pairs of the account itself count as lost: in a component of s accounts each loses at
        least s − 1. 0 for an isolated account.

    Notes
    -----
    Exact for every account at once: O(n + m) time and O(n) memory beyond the undirected view,
    from one depth-first search that cuts the graph at its articulation points. Unlike
    `vitality_component` it sees breaks in every component, and tells an even break from the loss
    of a few leaves.

    References
    ----------
    Koschützki, D., Lehmann, K. A., Peeters, L., Richter, S., Tenfelde-Podehl, D., & Zlotowski, O.
    (2005). Centrality indices. In Network Analysis, LNCS 3418, 16–61 (vitality: section 3.6).
    https://doi.org/10.1007/978-3-540-31955-9_3

    Hopcroft, J., & Tarjan, R. (1973). Algorithm 447: efficient algorithms for graph manipulation.
    Communications of the ACM 16, 372–378. https://doi.org/10.1145/362248.362272

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d", "e"], [0, 1, 2, 3], [1, 2, 3, 4])
    >>> vitality_pairs(chain)
    array([4., 7., 8., 7., 4.])
    """
    component, _, pairs_left = _pieces(graph)
    return (component * (component - 1) // 2 - pairs_left).astype(np.float64)


def _pieces(graph: InteractionGraph) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return kernels.pieces(graph.both.indptr, graph.both.indices)
