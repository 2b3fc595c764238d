"""One number for a whole curve: how soon, and how thoroughly, an order breaks the network."""

import math
from collections.abc import Iterable

import numpy as np

from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph
from keynodes.objectives.curves import checked_order, removal_curve

SHARES = (0.5, 0.2, 0.1, 0.01)
"""Shares of all accounts for which the removals are counted."""

AREA_SHARE = 0.1
"""`curve_area` ends where the largest component holds no more than this share."""


def curve_area(largest_component: np.ndarray, n: int) -> float:
    """Area under the largest component until it holds a tenth of the accounts: smaller is better.

    Parameters
    ----------
    largest_component : sequence of int, shape (k + 1,)
        Accounts in the largest component after 0, 1, … k removals, as in `RemovalCurve`.
    n : int
        All accounts of the network before the first removal, isolated ones too.

    Returns
    -------
    float
        The Simpson sum of LCC_i / n over i = 1 … T, where T is the first i with LCC_i at most
        ⌈n / 10⌉. The unit is removals. NaN when the curve ends before: an area up to somewhere
        else is another number.

    Notes
    -----
    The number that a review of dismantling compares methods by, with its conventions: the state
    before the first removal is left out, and intervals are 1 wide, so that T = 1 gives 0 and
    T = 2 the mean of the two. O(k).

    References
    ----------
    Artime, O., Grassia, M., De Domenico, M., Gleeson, J. P., Makse, H. A., Mangioni, G., Perc, M.,
    & Radicchi, F. (2024). Robustness and resilience of complex networks. Nature Reviews Physics 6,
    114–131. https://doi.org/10.1038/s42254-023-00676-y

    Examples
    --------
    >>> round(curve_area([20, 12, 6, 2, 1], n=20), 4)  # (0.6 + 4 · 0.3 + 0.1) / 3
    0.6333
    >>> curve_area([20, 12, 6], n=20)
    nan
    """
    sizes = _checked(largest_component, n)
    end = _first(sizes[1:], _limit(AREA_SHARE, n))
    if end is None:
        return float("nan")
    from scipy.integrate import simpson

    return float(simpson(sizes[1 : end + 2] / n, dx=1))


def robustness(graph: InteractionGraph, order: np.ndarray) -> float:
    """Schneider's R: the mean share of accounts that still hang together, until none is left.

    Parameters
    ----------
    graph : InteractionGraph
        The network, seen as undirected.
    order : sequence of int, shape (k,)
        Account indices, first removed first. The other accounts go after them, those with the
        most neighbours first, ties in account order.

    Returns
    -------
    float
        R = (1/n) Σ LCC_i / n over i = 1 … n removals, with LCC_i the accounts in the largest
        weakly connected component. Always below ½, smaller for a network that breaks sooner; NaN
        without accounts.

    Raises
    ------
    UsageError
        When the order names an account twice or one that the graph lacks.

    Notes
    -----
    O(n log n + m). The degrees are those of the whole network, not counted again after removals.

    References
    ----------
    Schneider, C. M., Moreira, A. A., Andrade, J. S., Havlin, S., & Herrmann, H. J. (2011).
    Mitigation of malicious attacks on networks. PNAS 108, 3838–3841.
    https://doi.org/10.1073/pnas.1009440108

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d", "e"], [0, 1, 2, 3], [1, 2, 3, 4])
    >>> robustness(chain, [2])
    0.24
    """
    order = checked_order(graph, order)
    if not graph.n:
        return float("nan")
    left = np.ones(graph.n, bool)
    left[order] = False
    degrees = np.diff(graph.both.indptr)
    rest = np.argsort(-degrees, kind="stable")
    whole = np.concatenate([order, rest[left[rest]]]).astype(np.int32)
    sizes = removal_curve(graph, whole).largest_component
    return int(sizes[1:].sum()) / graph.n**2


def removals_to(
    largest_component: np.ndarray, n: int, shares: Iterable[float] = SHARES
) -> dict[float, int | None]:
    """How many removals it takes until the largest component holds a share of the accounts.

    Parameters
    ----------
    largest_component : sequence of int, shape (k + 1,)
        Accounts in the largest component after 0, 1, … k removals, as in `RemovalCurve`.
    n : int
        All accounts of the network before the first removal.
    shares : iterable of float
        Shares of `n`, above 0 and up to 1.

    Returns
    -------
    dict of float to int or None
        For each share the first i, from 0, with LCC_i at most ⌈share · n⌉: the rule of
        `curve_area`, so that 0.1 gives its T. None where the curve ends before.

    Raises
    ------
    UsageError
        When a share is not above 0 and at most 1.

    Notes
    -----
    O(k) for each share.

    Examples
    --------
    >>> removals_to([20, 12, 6, 2], n=20)
    {0.5: 2, 0.2: 3, 0.1: 3, 0.01: None}
    """
    sizes = _checked(largest_component, n)
    return {share: _first(sizes, _limit(share, n)) for share in shares}


def _limit(share: float, n: int) -> int:
    """⌈share · n⌉, multiplied as floats: the review rounds so, and its T is to be met."""
    if not 0 < share <= 1:
        raise UsageError(f"a share of the accounts must be above 0 and at most 1, got {share}")
    return math.ceil(share * n)


def _first(sizes: np.ndarray, limit: int) -> int | None:
    """The first place with a size of at most `limit`."""
    small = np.flatnonzero(sizes <= limit)
    return int(small[0]) if len(small) else None


def _checked(largest_component: np.ndarray, n: int) -> np.ndarray:
    sizes = np.asarray(largest_component)
    if sizes.ndim != 1 or not len(sizes) or sizes.max() > n:
        raise UsageError(
            f"a curve holds the largest component after 0, 1, … removals, at most {n} accounts"
        )
    return sizes
