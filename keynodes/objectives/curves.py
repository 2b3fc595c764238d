"""The curve of a removal: what is left of the network after every step of an order."""

from dataclasses import dataclass

import numpy as np

from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph
from keynodes.kernels import fragmentation


@dataclass(frozen=True, eq=False)
class RemovalCurve:
    """What is left after the first 0, 1, … k accounts of an order are removed.

    Attributes
    ----------
    order : numpy.ndarray of int32, shape (k,)
        The accounts, as indices of the graph, first removed first.
    accounts : int
        Accounts of the whole graph before the first removal: n.
    largest_component : numpy.ndarray of int64, shape (k + 1,)
        Accounts in the largest weakly connected component.
    pairs : numpy.ndarray of int64, shape (k + 1,)
        Pairs of accounts that a path joins, whatever its direction: Σ s(s − 1)/2.
    components : numpy.ndarray of int64, shape (k + 1,)
        Number of weakly connected components, isolated accounts included.
    heaviest_component : numpy.ndarray of float64, shape (k + 1,)
        The largest sum of account weights in one component; equal to `largest_component` when
        accounts have no weights.
    weighted_pairs : numpy.ndarray of float64, shape (k + 1,)
        Σ w_u w_v over connected pairs; equal to `pairs` when accounts have no weights.
    largest_strong, heaviest_strong : numpy.ndarray or None
        The same for strongly connected components, when they were asked for.
    """

    order: np.ndarray
    accounts: int
    largest_component: np.ndarray
    pairs: np.ndarray
    components: np.ndarray
    heaviest_component: np.ndarray
    weighted_pairs: np.ndarray
    largest_strong: np.ndarray | None = None
    heaviest_strong: np.ndarray | None = None


def removal_curve(
    graph: InteractionGraph,
    order: np.ndarray,
    *,
    weights: np.ndarray | None = None,
    strong: bool = False,
) -> RemovalCurve:
    """Follow an order of removal to its end, whoever made it.

    Parameters
    ----------
    graph : InteractionGraph
        The network; it is not changed.
    order : sequence of int, shape (k,)
        Indices of accounts, each at most once, first removed first.
    weights : numpy.ndarray of float64, shape (n,), optional
        Weights of accounts (their audience, say), 0 or more; 1 each when not given.
    strong : bool
        Also follow the largest strongly connected component.

    Returns
    -------
    RemovalCurve

    Raises
    ------
    UsageError
        When the order names an account twice or one that the graph lacks.

    Notes
    -----
    Exact. The weak view takes one pass of union-find from the last removal back: O(n + m) time
    (up to the inverse Ackermann function) and O(n) memory beyond the undirected view, however
    many steps. `strong` takes O(m log k) by divide and conquer over the times of removal.

    References
    ----------
    Newman, M. E. J., & Ziff, R. M. (2001). Fast Monte Carlo algorithm for site or bond
    percolation. Physical Review E 64, 016706. https://doi.org/10.1103/PhysRevE.64.016706

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d", "e"], [0, 1, 2, 3], [1, 2, 3, 4])
    >>> removal_curve(chain, [2, 0]).largest_component
    array([5, 2, 2])
    """
    order = checked_order(graph, order)
    weights = checked_weights(graph, weights)
    largest, pairs, components, heaviest, weighted_pairs = fragmentation.curve(
        graph.both.indptr, graph.both.indices, weights, order
    )
    largest_strong = heaviest_strong = None
    if strong:
        from keynodes.objectives.strong import strong_curve

        largest_strong, heaviest_strong = strong_curve(graph, order, weights)
    return RemovalCurve(
        order,
        graph.n,
        largest,
        pairs,
        components,
        heaviest,
        weighted_pairs,
        largest_strong,
        heaviest_strong,
    )


def checked_order(graph: InteractionGraph, order: np.ndarray) -> np.ndarray:
    """Return the order as read-only int32, or say what is wrong with it."""
    given = np.asarray(order)
    if given.ndim != 1 or (len(given) and given.dtype.kind not in "iu"):
        raise UsageError("an order of removal is a list of account indices")
    if len(given) and not (given.min() >= 0 and given.max() < graph.n):
        raise UsageError(
            f"an order of removal holds indices of the graph's {graph.n:,} accounts, counted from 0"
        )
    if len(np.unique(given)) < len(given):
        raise UsageError("an order of removal names an account twice")
    checked = given.astype(np.int32)
    checked.setflags(write=False)
    return checked


def checked_weights(graph: InteractionGraph, weights: np.ndarray | None) -> np.ndarray:
    """Return account weights as read-only float64 (n,), 1 each when there are none."""
    checked = np.ones(graph.n) if weights is None else np.array(weights, dtype=np.float64)
    if checked.shape != (graph.n,) or not ((checked >= 0) & np.isfinite(checked)).all():
        raise UsageError("account weights must be finite and 0 or more, one an account")
    checked.setflags(write=False)
    return checked
