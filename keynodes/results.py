"""What the verbs return: frozen records that turn into tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas

TOP = 20
"""How many accounts a list has unless asked otherwise: what a person can look into."""

TIE = 1e-9
"""Scores whose relative gap is below this share a rank: the order in which a sum was taken, which
depends on names, makes smaller ones."""


@dataclass(frozen=True, eq=False)
class Ranking:
    """Accounts in the order of a measure, or of the consensus of several.

    A rank is a reason to look at an account, never a reason by itself to remove it.

    Attributes
    ----------
    accounts : numpy.ndarray of str objects, shape (n,)
        All accounts of the graph, sorted by id.
    scores : numpy.ndarray of float64, shape (n,)
        The published number of the measure; for a consensus, the score of `method`.
    by : tuple of str
        The measures, as they were asked for.
    key : {"high", "low"}
        Which end of the scores comes first.
    method : str
        The measure, or the rule of rank aggregation.
    top : int
        How many accounts the table shows; 0 for all.
    members : mapping of str to numpy.ndarray
        For a consensus: the rank of every account in each member. Empty for one measure.
    rank_low, rank_high, top_share : numpy.ndarray or None
        Sensitivity to missing records: the ranks between which an account lies in nine of ten
        replicates, and the share of replicates in which it is among the first `top` (20 when
        `top` is 0). NaN for an account that was in no replicate.
    protected : numpy.ndarray of bool or None
        Which accounts are protected: counted like all, marked, never proposed for removal.
    notices : tuple of str
        What a reader should know about these numbers.
    """

    accounts: np.ndarray
    scores: np.ndarray
    by: tuple[str, ...]
    key: str = "high"
    method: str = ""
    top: int = TOP
    members: Mapping[str, np.ndarray] = field(default_factory=dict)
    rank_low: np.ndarray | None = None
    rank_high: np.ndarray | None = None
    top_share: np.ndarray | None = None
    protected: np.ndarray | None = None
    notices: tuple[str, ...] = ()

    @cached_property
    def ranks(self) -> np.ndarray:
        """The rank of every account, from 1; ties share the smallest: int64 (n,)."""
        return ranks_of(self.scores, self.key)

    @cached_property
    def order(self) -> np.ndarray:
        """Account indices from the first rank to the last, ties in account order: int64 (n,)."""
        return np.argsort(self.ranks, kind="stable")

    def to_frame(self) -> "pandas.DataFrame":
        """Return the first `top` accounts as a table.

        Columns ``rank, account, score``, then ``rank_low, rank_high, top_share`` if replicates
        were made, ``protected`` if there is a list, and for a consensus one column of ranks a
        member.
        """
        import pandas

        shown = self.order[: self.top] if self.top else self.order
        columns: dict[str, np.ndarray] = {
            "rank": self.ranks[shown],
            "account": self.accounts[shown],
            "score": self.scores[shown],
        }
        if self.rank_low is not None and self.rank_high is not None:
            columns["rank_low"] = _whole(self.rank_low[shown])
            columns["rank_high"] = _whole(self.rank_high[shown])
        if self.top_share is not None:
            columns["top_share"] = self.top_share[shown]
        if self.protected is not None:
            columns["protected"] = self.protected[shown]
        columns |= {name: ranks[shown] for name, ranks in self.members.items()}
        return pandas.DataFrame(columns)


def ranks_of(scores: np.ndarray, key: str) -> np.ndarray:
    """Rank scores from their key end: 1 is first, ties share the smallest, NaN come last.

    Neighbours in the sorted scores tie when their relative gap is below `TIE`. There are no
    rounding bins, so no two scores are parted by an edge between them; a chain of scores, each
    that close to the next, is one tie.

    Examples
    --------
    >>> ranks_of(np.array([2.0, np.nan, 3.0, 2.0 + 1e-15]), "high")
    array([2, 4, 1, 2])
    """
    order, tie, edges = _ties(scores, key)
    ranks = np.empty(len(scores), np.int64)
    ranks[order] = (edges[:-1] + 1)[tie]
    return ranks


def middle_ranks_of(scores: np.ndarray, key: str) -> np.ndarray:
    """Rank scores from their key end, ties sharing the mean of their places: float64 (n,).

    Examples
    --------
    >>> middle_ranks_of(np.array([5.0, 5.0, 1.0]), "high")
    array([1.5, 1.5, 3. ])
    """
    order, tie, edges = _ties(scores, key)
    ranks = np.empty(len(scores))
    ranks[order] = ((edges[:-1] + edges[1:] + 1) / 2)[tie]
    return ranks


def _ties(scores: np.ndarray, key: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sort from the key end, undefined scores last: order, number of the tie, edges of the ties.

    Places ``edges[t]`` … ``edges[t + 1] - 1`` of the order hold tie t.
    """
    keys = scores if key == "low" else -scores
    order = np.argsort(keys)
    ordered = keys[order]
    before, after = ordered[:-1], ordered[1:]
    size = np.minimum(np.abs(before), np.abs(after))
    # Gaps may be infinite or beyond all numbers: then they are no ties. Equal infinities are.
    with np.errstate(over="ignore", invalid="ignore"):
        near = (after - before < TIE * size) | (before == after) | np.isnan(before)
    starts = np.concatenate([np.ones(min(len(scores), 1), bool), ~near])
    edges = np.append(np.flatnonzero(starts), len(scores))
    return order, np.cumsum(starts) - 1, edges


def _whole(ranks: np.ndarray) -> np.ndarray:
    """Ranks as integers where none is missing."""
    return ranks if np.isnan(ranks).any() else ranks.astype(np.int64)
