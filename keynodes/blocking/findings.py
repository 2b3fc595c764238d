"""What a takedown against reach found: an order of removal, and what is still reached."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from keynodes.blocking.certificates import Certificate
from keynodes.blocking.together import Together
from keynodes.blocking.verdicts import Share, cut_share, paired_difference
from keynodes.cascades.intervals import half_width
from keynodes.cascades.scenario import Scenario

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, eq=False)
class ReachTakedown:
    """A plan of removal against reach, judged on worlds that did not choose it.

    A place in a plan is a reason to look at an account, never a reason by itself to remove it.

    Attributes
    ----------
    scenario : Scenario
        Who speaks, and how it is passed on.
    order : numpy.ndarray of int32, shape (k,)
        The plan, as indices of the graph, first removed first.
    left_in_worlds : numpy.ndarray of float64, shape (worlds, k + 1)
        What each reporting world reaches after 0, 1, … k removals.
    author_left : numpy.ndarray of float64, shape (k + 1,)
        The same on average, if the accounts were removed only where they are the source.
    strategy : str
        The strategy that made the plan: of several, the one whose plan is best on worlds that
        neither made the plans nor judge them here.
    chosen_on : int
        Worlds that the plan was chosen on, none of them among those that judge it; 0 for a plan
        that was given.
    muting : bool
        Whether the accounts are muted (limited in what they pass on) instead of removed.
    seconds : float
        How long it took to make.
    seeds_removable : bool
        Whether seeds could be proposed.
    costs : numpy.ndarray of float64, shape (n,), or None
        What each removal costs, where accounts differ.
    certificate : Certificate or None
        A bound on what any set could cut.
    together : Together or None
        Groups of accounts that work only together.
    protected : pandas.DataFrame or None
        What runs through protected accounts: columns ``account, drop, share``.
    rivals : mapping of str to ReachTakedown
        The plans of all strategies that were asked for, where there were several.
    notices : tuple of str
        What a reader should know about these numbers.
    """

    scenario: Scenario
    order: np.ndarray
    left_in_worlds: np.ndarray
    author_left: np.ndarray
    strategy: str
    chosen_on: int
    muting: bool
    seconds: float
    seeds_removable: bool
    costs: np.ndarray | None = None
    certificate: Certificate | None = None
    together: Together | None = None
    protected: "pandas.DataFrame | None" = None
    rivals: Mapping[str, "ReachTakedown"] = field(default_factory=dict)
    notices: tuple[str, ...] = ()

    @property
    def accounts(self) -> np.ndarray:
        """All accounts of the graph."""
        return self.scenario.graph.accounts

    @property
    def objective(self) -> str:
        """What the plan was judged by."""
        return "reach"

    @property
    def reached_left(self) -> np.ndarray:
        """Expected reach after 0, 1, … k removals: float64 (k + 1,)."""
        return self.left_in_worlds.mean(axis=0)

    @property
    def share(self) -> Share:
        """The share of reach that is cut, with its interval."""
        return cut_share(self.left_in_worlds)

    @property
    def cut(self) -> np.ndarray:
        """The share of reach that is cut: float64 (k + 1,)."""
        return self.share.mean

    @property
    def cut_at_least(self) -> float:
        """What is cut at the end, in units of reach, at the low end of its interval of 95 %.

        Of the cut itself: that of its share leaves out how reach at the start varies.
        """
        mean, half = paired_difference(self.left_in_worlds[:, 0], self.left_in_worlds[:, -1])
        return max(0.0, mean - half)

    @property
    def author_share(self) -> np.ndarray:
        """The part of `cut` that is cut because the accounts no longer speak: float64 (k + 1,)."""
        base = self.author_left[0]
        return 1.0 - self.author_left / base if base > 0 else np.zeros(len(self.author_left))

    @property
    def interval(self) -> tuple[float, float]:
        """Interval of 95 % for the reach that is left at the end."""
        last = self.left_in_worlds[:, -1]
        half = half_width(last)
        return max(0.0, float(last.mean()) - half), float(last.mean()) + half

    def to_frame(self) -> "pandas.DataFrame":
        """Return one row a step.

        Columns ``step, account, cut, left, cut_low, cut_high, reached_left, author_share,
        relay_share``, all cumulative: cut, left and the interval of 95 % are shares of reach at the
        start, ``reached_left`` is in accounts (or weight), and ``cut = author_share +
        relay_share``: what is cut because the accounts no longer speak, and because they no longer
        pass on. Then ``cost_so_far`` where accounts differ in cost.
        """
        import pandas

        share, author = self.share, self.author_share
        columns: dict[str, np.ndarray] = {
            "step": np.arange(1, len(self.order) + 1),
            "account": self.accounts[self.order],
            "cut": share.mean[1:],
            "left": 1.0 - share.mean[1:],
            "cut_low": share.low[1:],
            "cut_high": share.high[1:],
            "reached_left": self.reached_left[1:],
            "author_share": author[1:],
            "relay_share": share.mean[1:] - author[1:],
        }
        if self.costs is not None:
            columns["cost_so_far"] = np.cumsum(self.costs[self.order])
        return pandas.DataFrame(columns)

    def comparison(self) -> "pandas.DataFrame":
        """Return one row a strategy, in the order in which other worlds ranked them, best first.

        Columns ``strategy, removals, cut, left, cut_low, cut_high, reached_left, seconds``.
        """
        import pandas

        rows = []
        for name, plan in (self.rivals or {self.strategy: self}).items():
            share = plan.share
            rows.append(
                {
                    "strategy": name,
                    "removals": len(plan.order),
                    "cut": share.mean[-1],
                    "left": 1.0 - share.mean[-1],
                    "cut_low": share.low[-1],
                    "cut_high": share.high[-1],
                    "reached_left": plan.reached_left[-1],
                    "seconds": round(plan.seconds, 3),
                }
            )
        return pandas.DataFrame(rows)

    def summary(self) -> list[str]:
        """Say in sentences what the plan cuts, by which model, and how sure that is."""
        share = self.share
        low, high = self.interval
        what = "weight of accounts" if self.scenario.by_weight else "accounts"
        done = "muted" if self.muting else "removed"
        chosen = f"{self.chosen_on:,} worlds to choose by, " if self.chosen_on else ""
        seeds = (
            []
            if self.scenario.seeds is None or not self.chosen_on
            else [f"seeds {'may be' if self.seeds_removable else 'are not'} proposed"]
        )
        return [
            f"reach: {self.reached_left[0]:,.1f} {what} at the start, "
            f"{self.reached_left[-1]:,.1f} ({low:,.1f} to {high:,.1f}) with {len(self.order):,} "
            f"{done}: {share.mean[-1]:.1%} cut ({share.low[-1]:.1%} to {share.high[-1]:.1%})",
            f"strategy: {self.strategy}; {self.seconds:.1f} s; seed {self.scenario.rng}",
            "; ".join([f"model: {self.scenario.sentence}", *seeds]),
            f"{chosen}{len(self.left_in_worlds):,} {'others ' if chosen else 'worlds '}for these "
            "numbers; intervals are for chance in the worlds, not for the model",
            *([] if self.certificate is None else [self.certificate.sentence]),
        ]
