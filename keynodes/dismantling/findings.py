"""What a takedown found: an order of removal, and what is left after each step."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from keynodes.dismantling.robustness import PlanRobustness
from keynodes.objectives import OBJECTIVES, RemovalCurve, curve_area, removals_to
from keynodes.objectives.summaries import SHARES

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, eq=False)
class Takedown:
    """A plan of removal and its curve.

    A place in a plan is a reason to look at an account, never a reason by itself to remove it.

    Attributes
    ----------
    accounts : numpy.ndarray of str objects, shape (n,)
        All accounts of the graph.
    order : numpy.ndarray of int32, shape (k,)
        The plan, as indices of the graph, first removed first.
    curve : RemovalCurve
        What is left after 0, 1, … k removals.
    objective : str
        What the plan was judged by: a name in `OBJECTIVES`.
    weights : numpy.ndarray of float64, shape (n,), or None
        What each account counts; None: 1 each.
    strategy : str
        The strategy that made the plan: of several, the one whose plan is best.
    robustness : float
        Schneider's R of the plan, the other accounts removed after it by degree.
    seconds : float
        How long it took to make.
    rng : int
        The seed.
    costs : numpy.ndarray of float64, shape (n,), or None
        What each removal costs, where accounts differ.
    band : numpy.ndarray of float64, shape (2, k + 1), or None
        Of the strategy ``random``: the cuts between which 18 of 20 random orders lie.
    machine_dependent : bool
        Whether a time limit decided how long the search went on.
    intervals : PlanRobustness or None
        How the plan fares on replicates with data missing.
    rivals : mapping of str to Takedown
        The plans of all strategies that were asked for, where there were several.
    notices : tuple of str
        What a reader should know about these numbers.
    """

    accounts: np.ndarray
    order: np.ndarray
    curve: RemovalCurve
    objective: str
    weights: np.ndarray | None
    strategy: str
    robustness: float
    seconds: float
    rng: int
    costs: np.ndarray | None = None
    band: np.ndarray | None = None
    machine_dependent: bool = False
    intervals: PlanRobustness | None = None
    rivals: Mapping[str, "Takedown"] = field(default_factory=dict)
    notices: tuple[str, ...] = ()

    @property
    def by_weight(self) -> bool:
        """Whether accounts count by their weights; else 1 each."""
        return self.weights is not None

    @cached_property
    def values(self) -> np.ndarray:
        """The objective after 0, 1, … k removals: float64 (k + 1,)."""
        return OBJECTIVES[self.objective].of(self.curve, self.by_weight)

    @property
    def left(self) -> np.ndarray:
        """The share of the objective at the start that is left: float64 (k + 1,).

        1 throughout where there was nothing to cut.
        """
        start = self.values[0]
        return self.values / start if start > 0 else np.ones(len(self.values))

    @property
    def cut(self) -> np.ndarray:
        """The share that is gone: float64 (k + 1,); cut + left = 1."""
        return 1.0 - self.left

    @property
    def removals_to(self) -> dict[float, int | None]:
        """How many removals it takes until the largest component holds a share of all accounts."""
        return removals_to(self.curve.largest_component, self.curve.accounts, SHARES)

    @property
    def curve_area(self) -> float:
        """Area under the largest component until it holds a tenth of all; NaN if not reached.

        The review's number, in removals: see `objectives.curve_area`.
        """
        return curve_area(self.curve.largest_component, self.curve.accounts)

    def to_frame(self) -> "pandas.DataFrame":
        """Return one row a step.

        Columns ``step, account, cut, left, largest_component, pairs, components``: cut and left
        are shares of the objective at the start, the other three counts after the step. Then
        ``largest_strong`` where that is the objective, ``heaviest_component, weighted_pairs``
        where accounts have weights, ``cost_so_far`` where they differ in cost, and ``cut_low,
        cut_high, held, shaky`` with intervals. Without, the strategy ``random`` has ``cut_low,
        cut_high`` of its orders: the `band`.
        """
        import pandas

        curve = self.curve
        columns: dict[str, np.ndarray] = {
            "step": np.arange(1, len(self.order) + 1),
            "account": self.accounts[self.order],
            "cut": self.cut[1:],
            "left": self.left[1:],
            "largest_component": curve.largest_component[1:],
            "pairs": curve.pairs[1:],
            "components": curve.components[1:],
        }
        if curve.largest_strong is not None:
            columns["largest_strong"] = curve.largest_strong[1:]
        if self.by_weight:
            columns["heaviest_component"] = curve.heaviest_component[1:]
            columns["weighted_pairs"] = curve.weighted_pairs[1:]
        if self.costs is not None:
            columns["cost_so_far"] = np.cumsum(self.costs[self.order])
        if self.intervals is not None:
            columns["cut_low"] = self.intervals.cut_low[1:]
            columns["cut_high"] = self.intervals.cut_high[1:]
            columns["held"] = self.intervals.held
            columns["shaky"] = self.intervals.shaky
        elif self.band is not None:
            columns["cut_low"], columns["cut_high"] = self.band[:, 1:]
        return pandas.DataFrame(columns)

    def comparison(self) -> "pandas.DataFrame":
        """Return one row a strategy, best first.

        Columns ``strategy, removals, cut, left, largest_component, pairs, components, to_50,
        to_20, to_10, to_1`` (removals until the largest component holds that many per cent of all
        accounts; empty if never), ``curve_area`` (empty if never, and for other objectives),
        ``robustness, seconds``.
        """
        import pandas

        rows = []
        for name, plan in (self.rivals or {self.strategy: self}).items():
            reached = plan.removals_to
            rows.append(
                {
                    "strategy": name,
                    "removals": len(plan.order),
                    "cut": plan.cut[-1],
                    "left": plan.left[-1],
                    "largest_component": plan.curve.largest_component[-1],
                    "pairs": plan.curve.pairs[-1],
                    "components": plan.curve.components[-1],
                    **{f"to_{share * 100:g}": reached[share] for share in SHARES},
                    "curve_area": plan.curve_area
                    if plan.objective == "largest-component"
                    else np.nan,
                    "robustness": plan.robustness,
                    "seconds": round(plan.seconds, 3),
                }
            )
        frame = pandas.DataFrame(rows)
        counts = [name for name in frame.columns if name.startswith("to_")]
        return frame.astype(dict.fromkeys(counts, "Int64"))

    def summary(self) -> list[str]:
        """Say in sentences what the plan does, by what, and how long it took."""
        row = OBJECTIVES[self.objective]
        what = f"{row.name}{' by weight' if self.by_weight else ''}"
        reached = ", ".join(
            f"{share * 100:g} % {'not reached' if count is None else f'after {count:,}'}"
            for share, count in self.removals_to.items()
        )
        area = (
            "only for largest-component"
            if self.objective != "largest-component"
            else "not reached"
            if np.isnan(self.curve_area)
            else f"{self.curve_area:.4f}"
        )
        banded = self.band is not None and self.intervals is None
        count = len(self.order)
        limited = "; limited by time, so another machine may find another plan"
        return [
            f"{what}: {self.values[0]:,.10g} at the start, {self.values[-1]:,.10g} after "
            f"{count:,} removal{'s' * (count != 1)} ({self.cut[-1]:.1%} cut)",
            f"largest component at most this share of all {self.curve.accounts:,} accounts, "
            "rounded up: "
            f"{reached}",
            f"curve_area (to 10 %): {area}; R (Schneider): {self.robustness:.4f}",
            f"strategy: {self.strategy}; {self.seconds:.1f} s; seed {self.rng}"
            f"{limited if self.machine_dependent else ''}",
            *["cut_low, cut_high: 18 of 20 random orders cut between these"] * banded,
        ]
