"""`AGGREGATION`: published rules that make one order of the ranks in several measures."""

from collections.abc import Callable

import numpy as np

RANK_OFFSET = 60.0
"""The constant of reciprocal rank fusion; the paper found 60 on its pilot data, and so do we."""


def reciprocal_rank_fusion(ranks: np.ndarray) -> np.ndarray:
    """Sum over the members of 1 / (60 + rank): float64 (n,), high is key.

    The first places count most, and one member that puts an account far down cannot undo the
    others. Cormack, Clarke & Büttcher 2009, doi:10.1145/1571941.1572114.

    Parameters
    ----------
    ranks : numpy.ndarray, shape (members, n)
        From 1, ties at the mean of their places.

    Examples
    --------
    >>> reciprocal_rank_fusion(np.array([[1, 2, 3], [1, 3, 2]])).round(4)
    array([0.0328, 0.032 , 0.032 ])
    """
    return (1.0 / (RANK_OFFSET + ranks)).sum(axis=0)


def borda(ranks: np.ndarray) -> np.ndarray:
    """Mean over the members of the share of accounts placed behind: float64 (n,), high is key.

    Every place counts the same, the last as much as the first. Borda 1781; Dwork et al. 2001,
    doi:10.1145/371920.372165.

    Parameters
    ----------
    ranks : numpy.ndarray, shape (members, n)
        From 1, ties at the mean of their places.

    Examples
    --------
    >>> borda(np.array([[1, 2, 3], [1, 3, 2]]))
    array([1.  , 0.25, 0.25])
    """
    n = ranks.shape[1]
    return ((n - ranks) / max(n - 1, 1)).mean(axis=0)


AGGREGATION: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "reciprocal_rank_fusion": reciprocal_rank_fusion,
    "borda": borda,
}
"""Published rules that make one order of several."""
