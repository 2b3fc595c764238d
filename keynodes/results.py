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

FENCE = 0.5
"""An account is on the fence between communities when its stability is below this: in the mean of
the runs, it is with fewer than half of the accounts that its two communities have between them."""

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
        How many accounts the table shows (of each community, with `within`); 0 for all.
    members : mapping of str to numpy.ndarray
        For a consensus: the rank of every account in each member. Empty for one measure.
    rank_low, rank_high, top_share : numpy.ndarray or None
        Sensitivity to missing records: the ranks between which an account lies in nine of ten
        replicates, and the share of replicates in which it is among the first `top` (20 when
        `top` is 0). NaN for an account that was in no replicate.
    within : Partition or None
        The communities inside which ranks are counted, all ranks that the table shows. The scores
        are those of the whole graph all the same. None: one list of all accounts.
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
    within: "Partition | None" = None
    notices: tuple[str, ...] = ()

    @cached_property
    def ranks(self) -> np.ndarray:
        """The rank of every account, from 1; ties share the smallest: int64 (n,).

        With `within`, the rank in its community; 0 for an account that is in none.
        """
        return ranks_of(self.scores, self.key, None if self.within is None else self.within.labels)

    @cached_property
    def order(self) -> np.ndarray:
        """Account indices from the first rank to the last, ties in account order: int64.

        With `within`, by community first, and without the accounts that are in none.
        """
        if self.within is None:
            return np.argsort(self.ranks, kind="stable")
        order = np.lexsort((self.ranks, self.within.labels))
        return order[self.within.labels[order] >= 0]

    @property
    def shown(self) -> np.ndarray:
        """Account indices of the rows of the table (`top`, of each community with `within`)."""
        if not self.top:
            return self.order
        if self.within is None:
            return self.order[: self.top]
        labels = self.within.labels[self.order]
        return self.order[np.arange(len(labels)) - np.searchsorted(labels, labels) < self.top]

    def to_frame(self) -> "pandas.DataFrame":
        """Return the first `top` accounts as a table.

        Columns ``rank, account, score`` (``rank, account, community, score`` with `within`, by
        community), then ``rank_low, rank_high, top_share`` if replicates were made, ``protected``
        if there is a list, and for a consensus one column of ranks a member.
        """
        import pandas

        shown = self.shown
        columns: dict[str, np.ndarray] = {
            "rank": self.ranks[shown],
            "account": self.accounts[shown],
        }
        if self.within is not None:
            names = np.asarray(self.within.names, dtype=object)
            columns["community"] = names[self.within.labels[shown]]
        columns["score"] = self.scores[shown]
        if self.rank_low is not None and self.rank_high is not None:
            columns["rank_low"] = _whole(self.rank_low[shown])
            columns["rank_high"] = _whole(self.rank_high[shown])
        if self.top_share is not None:
            columns["top_share"] = self.top_share[shown]
        if self.protected is not None:
            columns["protected"] = self.protected[shown]
        columns |= {name: ranks[shown] for name, ranks in self.members.items()}
        return pandas.DataFrame(columns)


@dataclass(frozen=True, eq=False)
class Partition:
    """The community of every account, and how far it can be trusted.

    Communities are numbered by size, then by their smallest member; the numbers mean nothing
    else. An account is in one community, or in none.

    Attributes
    ----------
    accounts : numpy.ndarray of str objects, shape (n,)
        All accounts of the graph, sorted by id.
    labels : numpy.ndarray of int64, shape (n,)
        Number of each account's community, from 0; -1 for none.
    by : str
        The method, a name of `METHODS`; ``"given"`` for communities that came from outside.
    names : tuple of str
        What each community is called: its number, or the label it came with.
    resolution : float or None
        The resolution of the method; None where it has none.
    runs : int
        How many runs, each with a stream of its own, the consensus was made of.
    run_labels : numpy.ndarray of int32, shape (runs, n)
        The partition of each run, numbered as `labels` are. Empty (0, n) for given communities.
    stability : numpy.ndarray of float64, shape (n,), or None
        Mean over the runs of |C ∩ C_r| / |C ∪ C_r|: C the account's community, C_r that of run
        r. 1: always with the same accounts. None where there was only one run.
    agreement : float
        Mean adjusted Rand index of all pairs of runs: 1 the same, 0 as chance has it. NaN for
        one run.
    information : float
        The same with adjusted mutual information.
    modularity : float
        Modularity of `labels` on the undirected view (weights of u → v and v → u added), at
        resolution 1; NaN without arcs.
    rng : int
        The seed.
    notices : tuple of str
        What a reader should know about these communities.
    """

    accounts: np.ndarray
    labels: np.ndarray
    by: str = "given"
    names: tuple[str, ...] = ()
    resolution: float | None = None
    runs: int = 0
    run_labels: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.int32))
    stability: np.ndarray | None = None
    agreement: float = float("nan")
    information: float = float("nan")
    modularity: float = float("nan")
    rng: int = 0
    notices: tuple[str, ...] = ()

    @cached_property
    def sizes(self) -> np.ndarray:
        """Number of members of each community: int64 (communities,)."""
        return np.bincount(self.labels[self.labels >= 0], minlength=len(self.names))

    @property
    def on_the_fence(self) -> np.ndarray:
        """Accounts with a stability below `FENCE`, the least stable first: int64 indices."""
        if self.stability is None:
            return np.zeros(0, np.int64)
        found = np.flatnonzero(self.stability < FENCE)
        return found[np.argsort(self.stability[found], kind="stable")]

    def to_frame(self) -> "pandas.DataFrame":
        """Return a table of all accounts that have a community, by community, then by account.

        Columns ``account, community, size, stability`` (NaN after a single run).
        """
        import pandas

        order = np.argsort(self.labels, kind="stable")
        shown = order[self.labels[order] >= 0]
        labels = self.labels[shown]
        stability = np.full(len(shown), np.nan)
        if self.stability is not None:
            stability = self.stability[shown]
        return pandas.DataFrame(
            {
                "account": self.accounts[shown],
                "community": np.asarray(self.names, dtype=object)[labels],
                "size": self.sizes[labels],
                "stability": stability,
            }
        )


def ranks_of(scores: np.ndarray, key: str, communities: np.ndarray | None = None) -> np.ndarray:
    """Rank scores from their key end: 1 is first, ties share the smallest, NaN come last.

    Neighbours in the sorted scores tie when their relative gap is below `TIE`. There are no
    rounding bins, so no two scores are parted by an edge between them; a chain of scores, each
    that close to the next, is one tie. With `communities` (int64, -1 for none) each is ranked for
    itself, and accounts that are in none get 0.

    Examples
    --------
    >>> ranks_of(np.array([2.0, np.nan, 3.0, 2.0 + 1e-15]), "high")
    array([2, 4, 1, 2])
    >>> ranks_of(np.array([2.0, 5.0, 3.0, 9.0]), "high", np.array([0, 1, 0, -1]))
    array([2, 1, 1, 0])
    """
    order, tie, edges = _ties(scores, key, communities)
    first = edges[:-1] + 1
    if communities is not None:
        ordered = communities[order]
        first = first - np.searchsorted(ordered, ordered[edges[:-1]])
    ranks = np.empty(len(scores), np.int64)
    ranks[order] = first[tie]
    if communities is not None:
        ranks[communities < 0] = 0
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


def _ties(
    scores: np.ndarray, key: str, communities: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sort from the key end, undefined scores last: order, number of the tie, edges of the ties.

    Places ``edges[t]`` … ``edges[t + 1] - 1`` of the order hold tie t. Communities come one after
    the other, and none shares a tie with the next.
    """
    keys = scores if key == "low" else -scores
    order = np.argsort(keys) if communities is None else np.lexsort((keys, communities))
    ordered = keys[order]
    before, after = ordered[:-1], ordered[1:]
    size = np.minimum(np.abs(before), np.abs(after))
    # Gaps may be infinite or beyond all numbers: then they are no ties. Equal infinities are.
    with np.errstate(over="ignore", invalid="ignore"):
        near = (after - before < TIE * size) | (before == after) | np.isnan(before)
    if communities is not None:
        near &= communities[order[:-1]] == communities[order[1:]]
    starts = np.concatenate([np.ones(min(len(scores), 1), bool), ~near])
    edges = np.append(np.flatnonzero(starts), len(scores))
    return order, np.cumsum(starts) - 1, edges


def _whole(ranks: np.ndarray) -> np.ndarray:
    """Ranks as integers where none is missing."""
    return ranks if np.isnan(ranks).any() else ranks.astype(np.int64)
