"""Communities by reach alone: the connected parts of the graph."""

from typing import Literal

import numpy as np

from keynodes.communities.numbering import canonical
from keynodes.communities.registration import method
from keynodes.graph import InteractionGraph


@method(
    direction="no",
    weights="no",
    needs="scipy",
    cost="O(n + m)",
    reference="Hopcroft & Tarjan 1973, doi:10.1145/362248.362272",
)
def components(graph: InteractionGraph) -> np.ndarray:
    """Accounts that are connected, whichever way the arcs point: weak components.

    Parameters
    ----------
    graph : InteractionGraph
        An arc in either direction connects two accounts.

    Returns
    -------
    numpy.ndarray of int64, shape (n,)
        The community of each account, by size, then by smallest member. An account without an arc
        is a community of its own.

    Notes
    -----
    O(n + m) time and memory. Nothing is random.

    References
    ----------
    Hopcroft, J., & Tarjan, R. (1973). Algorithm 447: efficient algorithms for graph manipulation.
    Communications of the ACM 16, 372–378. https://doi.org/10.1145/362248.362272

    Examples
    --------
    >>> components(InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 2], [1, 1]))
    array([0, 0, 0, 1])
    """
    return _components(graph, "weak")


@method(
    direction="yes",
    weights="no",
    needs="scipy",
    cost="O(n + m)",
    reference="Tarjan 1972, doi:10.1137/0201010",
)
def components_strong(graph: InteractionGraph) -> np.ndarray:
    """Accounts that can all reach one another along the arcs: strong components.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.

    Returns
    -------
    numpy.ndarray of int64, shape (n,)
        The community of each account, by size, then by smallest member. An account on no cycle is
        a community of its own.

    Notes
    -----
    O(n + m) time and memory. Nothing is random.

    References
    ----------
    Tarjan, R. (1972). Depth-first search and linear graph algorithms. SIAM Journal on Computing
    1, 146–160. https://doi.org/10.1137/0201010

    Examples
    --------
    >>> components_strong(InteractionGraph.from_arcs(["a", "b", "c"], [0, 1, 1], [1, 0, 2]))
    array([0, 0, 1])
    """
    return _components(graph, "strong")


def _components(graph: InteractionGraph, connection: Literal["weak", "strong"]) -> np.ndarray:
    from scipy.sparse.csgraph import connected_components

    if not graph.n:
        return np.zeros(0, np.int64)
    _, found = connected_components(graph.to_scipy(), directed=True, connection=connection)
    return canonical(found)
