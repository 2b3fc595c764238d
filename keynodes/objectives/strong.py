"""The largest strongly connected component along an order of removal."""

import numpy as np

from keynodes.graph import InteractionGraph
from keynodes.kernels import csr
from keynodes.kernels import strong as kernels
from keynodes.kernels.blocks import by_work, in_order

_BLOCK = 1 << 18
"""Arcs of one block of segments: a tenth of a second."""


def strong_curve(
    graph: InteractionGraph, order: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Largest group of accounts that can all reach each other, after every removal of an order.

    Parameters
    ----------
    graph : InteractionGraph
        The network; arcs count in their direction.
    order : numpy.ndarray of int32, shape (k,)
        Accounts in the order of removal, each at most once.
    weights : numpy.ndarray of float64, shape (n,)
        Weights of accounts, 0 or more.

    Returns
    -------
    largest_strong : numpy.ndarray of int64, shape (k + 1,)
        Accounts in the largest strongly connected component after 0, 1, … k removals.
    heaviest_strong : numpy.ndarray of float64, shape (k + 1,)
        The largest sum of account weights in one such component.

    Notes
    -----
    Exact: O(m log k) time and O(n + m) memory. Strong components do not merge one arc at a time
    as weak ones do: an arc may close a cycle through many. But an account put back never parts
    a component, so for every arc there is one first time at which both its ends are in the
    same one. All these times are found together by divide and conquer: the components at the
    middle of a span say which arcs belong to its earlier half, and the later half looks at what
    is left with each component shrunk to one account. A union-find then joins the accounts in
    the order of these times. The level by level form of offline incremental strong
    connectivity, a folklore technique. Sums of weights that are not whole numbers are rounded
    in the order of the joins.

    References
    ----------
    Tarjan, R. (1972). Depth-first search and linear graph algorithms. SIAM Journal on Computing
    1, 146–160. https://doi.org/10.1137/0201010

    Examples
    --------
    >>> names = ["a", "b", "c", "d"]
    >>> ring = InteractionGraph.from_arcs(names, [0, 1, 2, 2, 3], [1, 2, 0, 3, 2])
    >>> largest, _ = strong_curve(ring, np.array([0, 2], np.int32), np.ones(4))
    >>> largest
    array([4, 2, 1])
    """
    k = len(order)
    never = k + 1
    # Time t is the state after k − t removals; accounts that are never removed are there at 0.
    back = np.zeros(graph.n, np.int32)
    back[order] = np.arange(k, 0, -1)
    tails, heads = graph.tails, graph.out.indices
    appears = np.maximum(back[tails], back[heads])
    whole = (np.array([0, graph.m]), np.zeros(1, np.int32), np.full(1, never, np.int32))
    level = [_frozen(tails, heads, appears, *whole)]
    found = []
    while level:
        blocks = [block for segments in level for block in _cut(segments, graph.n)]
        level = []
        for segments, joined in in_order(
            lambda block: kernels.split(graph.n, never, *block), blocks
        ):
            found.append(joined)
            if len(segments[0]):
                level.append(_frozen(*segments))
    one, other, when = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    by_time = csr.stable_order(when, k + 1, np.arange(len(when)))
    starts = np.searchsorted(when[by_time], np.arange(k + 2))
    return kernels.grown(one[by_time], other[by_time], starts, *_frozen(order, weights))


def _cut(segments: tuple[np.ndarray, ...], accounts: int) -> list[tuple[np.ndarray, ...]]:
    """Cut segments into blocks, each with enough arcs to be worth a table of all accounts."""
    tails, heads, appears, bounds, low, high = segments
    return [
        _frozen(
            tails[bounds[cut.start] : bounds[cut.stop]],
            heads[bounds[cut.start] : bounds[cut.stop]],
            appears[bounds[cut.start] : bounds[cut.stop]],
            bounds[cut.start : cut.stop + 1] - bounds[cut.start],
            low[cut],
            high[cut],
        )
        for cut in by_work(np.diff(bounds), max(_BLOCK, accounts))
    ]


def _frozen(*arrays: np.ndarray) -> tuple[np.ndarray, ...]:
    """Read-only views: the kernels see one kind of array, and compile once."""
    views = tuple(array.view() for array in arrays)
    for view in views:
        view.setflags(write=False)
    return views
