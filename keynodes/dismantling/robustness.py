"""Robustness of a plan: what it would cut if some of the records, or accounts, were missing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import NamedProgress
from keynodes.objectives.curves import checked_order, checked_weights, removal_curve
from keynodes.objectives.registration import Objective, objective_named
from keynodes.registry import pick
from keynodes.results import TIE
from keynodes.thinning import without_accounts, without_records

if TYPE_CHECKING:
    import pandas

MISSING_WHAT = ("records", "accounts")

_HALF = 0.5
"""A step holds in a replicate that leaves it this share of its gain on the whole data."""


@dataclass(frozen=True, eq=False)
class PlanRobustness:
    """How a plan of removal fares on replicates of the network with data missing.

    The *cut* after i steps is 1 − f(after) / f(before), f the objective: the share of what hung
    together that no longer does. Both are those of the same network, whole or replicate.

    Attributes
    ----------
    accounts : numpy.ndarray of str objects, shape (n,)
        All accounts of the whole graph.
    order : numpy.ndarray of int32, shape (k,)
        The plan.
    objective : str
        Name of the objective.
    missing : float
        The share that is missing in each replicate.
    missing_what : {"records", "accounts"}
        What is missing.
    rng : int
        The seed.
    cut : numpy.ndarray of float64, shape (k + 1,)
        The cut on the whole data after 0, 1, … k steps. NaN where there is nothing to cut.
    cuts : numpy.ndarray of float64, shape (replicates, k + 1)
        The cut of the same plan on each replicate; a step whose account is missing there is
        passed over, and cuts nothing.
    present : numpy.ndarray of bool, shape (replicates, k)
        Whether the account of each step is in each replicate.
    replanned : numpy.ndarray of float64, shape (replicates, k + 1), or None
        The cut of a plan that was made on the replicate, after as many steps (all of it, where it
        is shorter). None when nobody asked for it.
    notices : tuple of str
        What a reader should know about these numbers.
    """

    accounts: np.ndarray
    order: np.ndarray
    objective: str
    missing: float
    missing_what: str
    rng: int
    cut: np.ndarray
    cuts: np.ndarray
    present: np.ndarray
    replanned: np.ndarray | None = None
    notices: tuple[str, ...] = ()

    @cached_property
    def cut_low(self) -> np.ndarray:
        """The cut that all but the worst replicates reach: float64 (k + 1,).

        Nine of ten replicates lie between it and `cut_high`, both of them observed.
        """
        return _observed(self.cuts, 0.05, np.floor)

    @cached_property
    def cut_high(self) -> np.ndarray:
        """The cut that all but the best replicates stay under: float64 (k + 1,)."""
        return _observed(self.cuts, 0.95, np.ceil)

    @cached_property
    def cut_median(self) -> np.ndarray:
        """The median of the cuts over the replicates: float64 (k + 1,)."""
        return _median(self.cuts)

    @property
    def survives(self) -> np.ndarray:
        """The median cut over the cut on the whole data: float64 (k + 1,), NaN where that is 0.

        Above 1 where a thinner network breaks more easily, which is common.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.cut > 0, self.cut_median / self.cut, np.nan)

    @property
    def replanned_median(self) -> np.ndarray | None:
        """The median cut of the plans that were made on the replicates: float64 (k + 1,)."""
        return None if self.replanned is None else _median(self.replanned)

    @property
    def regret(self) -> np.ndarray | None:
        """The median of what was missed: float64 (k + 1,), in shares as the cut is.

        How much more the plan made on a replicate cuts there than this plan: what one would have
        won by knowing that the data were so. Below 0 where this plan does better.
        """
        return None if self.replanned is None else _median(self.replanned - self.cuts)

    @cached_property
    def held(self) -> np.ndarray:
        """Share of the replicates in which a step holds: float64 (k,); NaN if in none present.

        A step holds in a replicate that has its account, when what the step adds to the cut there
        is at least half of what it adds on the whole data.
        """
        enough = _HALF * np.diff(self.cut) * (1 - TIE)  # just half is enough, rounded or not
        holds = (np.diff(self.cuts, axis=1) >= enough) & self.present
        seen = self.present & ~np.isnan(self.cuts[:, :1])
        with np.errstate(invalid="ignore"):
            return holds.sum(axis=0) / seen.sum(axis=0)

    @property
    def shaky(self) -> np.ndarray:
        """Steps that do not hold in more than half of the replicates: bool (k,)."""
        return self.held < _HALF

    def to_frame(self) -> "pandas.DataFrame":
        """Return one row a step.

        Columns ``step, account, cut, cut_low, cut_median, cut_high, survives, held, shaky``, then
        ``absent`` (replicates without the account) when accounts went missing, and
        ``replanned_median, regret`` when plans were made on the replicates.
        """
        import pandas

        columns: dict[str, np.ndarray] = {
            "step": np.arange(1, len(self.order) + 1),
            "account": self.accounts[self.order],
            "cut": self.cut[1:],
            "cut_low": self.cut_low[1:],
            "cut_median": self.cut_median[1:],
            "cut_high": self.cut_high[1:],
            "survives": self.survives[1:],
            "held": self.held,
            "shaky": self.shaky,
        }
        if self.missing_what == "accounts":
            columns["absent"] = (~self.present).sum(axis=0)
        if self.replanned_median is not None and self.regret is not None:
            columns["replanned_median"] = self.replanned_median[1:]
            columns["regret"] = self.regret[1:]
        return pandas.DataFrame(columns)


def plan_robustness(
    graph: InteractionGraph,
    order: np.ndarray | Sequence[int],
    *,
    objective: str = "largest-component",
    weights: np.ndarray | None = None,
    intervals: int = 20,
    missing: float = 0.1,
    missing_what: str = "records",
    replan: Callable[[InteractionGraph], np.ndarray] | None = None,
    rng: int = 0,
    progress: NamedProgress | None = None,
) -> PlanRobustness:
    """See what a plan of removal would cut if a share of the data were missing.

    Parameters
    ----------
    graph : InteractionGraph
        The whole network, on which the plan was made.
    order : sequence of int, shape (k,)
        The plan: account indices, first removed first.
    objective : str, default "largest-component"
        A name of `OBJECTIVES`: what is cut.
    weights : numpy.ndarray of float64, shape (n,), optional
        Weights of accounts, 0 or more; 1 each when not given.
    intervals : int, default 20
        How many replicates to make.
    missing : float, default 0.1
        The share that is missing in each replicate.
    missing_what : {"records", "accounts"}, default "records"
        What is missing: records one by one (where weights are no counts: whole arcs), or
        accounts with all their records.
    replan : callable, optional
        ``replan(replicate)`` makes a plan for a replicate: indices of *its* accounts, fewer than
        those of `graph` when accounts are missing.
    rng : int, default 0
        Seed of the replicates.
    progress : callable, optional
        Called as ``progress("replicates", done, total)``.

    Returns
    -------
    PlanRobustness
        ``.to_frame()`` is the table.

    Raises
    ------
    UnknownName
        No such objective, or kind of missing data.
    UsageError
        When the order, the weights or a number cannot be.

    Notes
    -----
    The cost is that of thinning and one curve a replicate, O(n + m) each (O(m log k) for
    ``strong``), and that of `replan`. This is *sensitivity to missing data*, not a confidence
    interval: the data at hand have gaps already, and the replicates have more.

    A step is called shaky when in more than half of the replicates that have its account it adds
    less than half of what it adds on the whole data. A step with little to add cannot be shaky by
    much; one that completes a break can be, because with other records gone the break comes a
    step earlier or later. So read it beside the cut, which may hold where single steps do not.

    Examples
    --------
    >>> bow = InteractionGraph.from_arcs(
    ...     ["a", "b", "c", "d", "e"], [0, 1, 2, 2, 3, 4], [1, 2, 0, 3, 4, 2], [9] * 6
    ... )
    >>> plan_robustness(bow, [2], objective="pairs").to_frame().round(2)
       step account  cut  cut_low  cut_median  cut_high  survives  held  shaky
    0     1       c  0.8      0.8         0.8       0.8       1.0   1.0  False
    """
    row = objective_named(objective)
    pick({what: what for what in MISSING_WHAT}, missing_what, "kind of missing data")
    order = checked_order(graph, np.asarray(order))
    account_weights = None if weights is None else checked_weights(graph, weights)
    if intervals < 1:
        raise UsageError(f"the number of replicates must be at least 1, got {intervals}")
    steps = len(order)
    cuts = np.empty((intervals, steps + 1))
    present = np.ones((intervals, steps), bool)
    replanned = None if replan is None else np.empty_like(cuts)
    cut = _cut(graph, order, row, account_weights)
    if progress:
        progress("replicates", 0, intervals)
    for i, stream in enumerate(np.random.SeedSequence(rng).spawn(intervals)):
        draws = np.random.default_rng(stream)
        there = order
        among = account_weights
        if missing_what == "accounts":
            replicate, stayed = without_accounts(graph, missing, draws)
            place = np.full(graph.n, -1, np.int32)
            place[stayed] = np.arange(len(stayed))
            present[i] = place[order] >= 0
            there = place[order][present[i]]
            among = None if account_weights is None else account_weights[stayed]
        else:
            replicate = without_records(graph, missing, draws)
        done = np.concatenate([[0], np.cumsum(present[i])])
        cuts[i] = _cut(replicate, there, row, among)[done]
        if replan is not None and replanned is not None:
            remade = _cut(replicate, np.asarray(replan(replicate))[:steps], row, among)
            replanned[i] = remade[np.minimum(np.arange(steps + 1), len(remade) - 1)]
        if progress:
            progress("replicates", i + 1, intervals)
    return PlanRobustness(
        accounts=graph.accounts,
        order=order,
        objective=row.name,
        missing=missing,
        missing_what=missing_what,
        rng=rng,
        cut=cut,
        cuts=cuts,
        present=present,
        replanned=replanned,
        notices=_notices(graph, intervals, missing, missing_what, cut),
    )


def _cut(
    graph: InteractionGraph, order: np.ndarray, row: Objective, weights: np.ndarray | None
) -> np.ndarray:
    """1 − f(after) / f(before) after every step; NaN where f is 0 before the first."""
    curve = removal_curve(graph, order, weights=weights, strong=row.strong)
    left = row.of(curve, by_weight=weights is not None)
    if not left[0] > 0:
        return np.full(len(left), np.nan)
    return (left[0] - left) / left[0]


def _observed(
    cuts: np.ndarray, quantile: float, rounded: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """The observed cut next to a quantile, outwards; replicates with nothing to cut left out."""
    seen = (~np.isnan(cuts)).sum(axis=0)
    place = np.maximum(rounded(quantile * (seen - 1)), 0).astype(np.int64)
    return np.sort(cuts, axis=0)[place, np.arange(cuts.shape[1])]  # NaN last


def _median(cuts: np.ndarray) -> np.ndarray:
    seen = (~np.isnan(cuts)).sum(axis=0)
    ordered, columns = np.sort(cuts, axis=0), np.arange(cuts.shape[1])
    low, high = np.maximum(seen - 1, 0) // 2, seen // 2
    return (ordered[low, columns] + ordered[np.minimum(high, len(cuts) - 1), columns]) / 2


def _notices(
    graph: InteractionGraph, replicates: int, missing: float, missing_what: str, cut: np.ndarray
) -> tuple[str, ...]:
    what = missing_what
    if missing_what == "records" and not graph.weights_are_counts:
        what = "arcs (weights are not counts, so arcs went missing whole)"
    notices = [
        f"cut_low to shaky: sensitivity to missing data ({replicates} replicates, "
        f"{missing:.0%} of {what} missing), not a confidence interval",
        "a network with data missing breaks more easily: cuts of the real one may be smaller",
    ]
    if np.isnan(cut[0]):
        notices.append("the network has nothing to cut: the objective is 0 at the start")
    return tuple(notices)
