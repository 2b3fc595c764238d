"""`Returns`: what a takedown leaves while accounts come back, and on which assumptions."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keynodes.cascades.intervals import errors_aside
from keynodes.returns.parameters import Preset

if TYPE_CHECKING:
    import pandas

BAND = (0.05, 0.95)
"""The quantiles over histories between which a band lies."""

MIGRATION = (
    "where accounts that do not return speak instead (another platform) is not modelled, and is "
    "not counted as cut: reach lost here need not be reach lost"
)


@dataclass(frozen=True, eq=False)
class Returns:
    """Reach over time after a takedown, while removed identities come back.

    What is assumed of them is a set of labelled assumptions, never an estimate. A place in a plan
    is a reason to look at an account, never a reason by itself to remove it.

    Attributes
    ----------
    accounts : numpy.ndarray of str objects, shape (n,)
        All accounts of the graph.
    plan : numpy.ndarray of int32, shape (p,)
        The planned identities, as indices of the graph, in the order of removal.
    base : float
        Expected reach without any removal.
    reached : numpy.ndarray of float64, shape (histories, steps)
        Expected reach in each history, at an instant of each step.
    active, returned : numpy.ndarray of int64, shape (histories, steps)
        At that instant: planned identities with an account, and those of them that came back.
    opened, removed_again : numpy.ndarray of int64, shape (histories, steps)
        In the step: accounts opened by identities that came back, and such accounts removed.
    audience : numpy.ndarray of float64, shape (histories, steps)
        At the instant: the mean share of its former audience that a returned account can reach;
        NaN where none is back.
    lives : numpy.ndarray of float64, shape (cycles, 4)
        By how often an identity was removed before, in the mean history: accounts opened, accounts
        removed, days lived, and the sum of their audiences when that ended.
    step : float
        Days between steps.
    terms : Preset
        All assumptions.
    origins : mapping of str to str
        Where each of the five parameters comes from: ``given``, the preset, or ``default``.
    policy : str
        As in `POLICIES`.
    announcers : numpy.ndarray of int32
        Who announces returned accounts, as indices of the graph.
    scenario : str
        One line on the model of transmission and the sources.
    by_world : numpy.ndarray of float64, shape (2, worlds)
        In each: reach without a removal, and the mean over histories and steps.
    rng : int
        The seed.
    notices : tuple of str
        What a reader should know about these numbers.
    """

    accounts: np.ndarray
    plan: np.ndarray
    base: float
    reached: np.ndarray
    active: np.ndarray
    returned: np.ndarray
    opened: np.ndarray
    removed_again: np.ndarray
    audience: np.ndarray
    lives: np.ndarray
    step: float
    terms: Preset
    origins: Mapping[str, str]
    policy: str
    announcers: np.ndarray
    scenario: str
    by_world: np.ndarray
    rng: int
    notices: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return (
            f"<Returns: {len(self.plan):,} accounts, {self.policy}, {self.area_share:.1%} left "
            f"over {self.horizon:g} days>"
        )

    @property
    def horizon(self) -> float:
        """Days that were simulated."""
        return self.step * self.reached.shape[1]

    @property
    def replicates(self) -> int:
        """How many histories were drawn."""
        return len(self.reached)

    @property
    def areas(self) -> np.ndarray:
        """Area under reach in each history, in account-days: float64 (histories,)."""
        return self.reached.sum(axis=1) * self.step

    @property
    def area(self) -> float:
        """Area under reach over the horizon, in account-days: the mean over histories."""
        return float(self.areas.mean())

    @property
    def area_shares(self) -> np.ndarray:
        """The areas as shares of the area without a takedown; 1 where there was nothing to cut."""
        whole = self.base * self.horizon
        return self.areas / whole if whole > 0 else np.ones(self.replicates)

    @property
    def area_share(self) -> float:
        """Their mean: what is left of reach over the whole horizon."""
        return float(self.area_shares.mean())

    @property
    def worlds(self) -> int:
        """In how many worlds reach was counted."""
        return self.by_world.shape[1]

    @property
    def area_error(self) -> float:
        """Standard error of `area_share` that comes of the worlds, as of a ratio of two means."""
        whole, after = self.by_world
        return self._error(after - self.area_share * whole)

    def error_beside(self, other: "Returns") -> float:
        """Return the standard error of the difference to another plan in the same worlds."""
        if self is other:
            return 0.0
        whole, after = self.by_world
        share = self.area_share - other.area_share
        return self._error(after - other.by_world[1] - share * whole)

    def _error(self, residuals: np.ndarray) -> float:
        if not self.base > 0:
            return 0.0
        return float(residuals.std(ddof=1)) / self.base / math.sqrt(self.worlds)

    @property
    def left(self) -> np.ndarray:
        """Reach in each step, as a share of reach without a takedown: float64 (steps,)."""
        steps = self.reached.shape[1]
        return self.reached.mean(axis=0) / self.base if self.base > 0 else np.ones(steps)

    def to_frame(self) -> "pandas.DataFrame":
        """Return one row a step.

        Columns ``day`` (when the step begins), ``reached`` with its band ``reached_low,
        reached_high`` (5 and 95 % of histories), ``left`` (as a share of reach without a takedown),
        ``active`` (planned identities with an account), ``returned`` (those of them that came
        back), ``removed_again`` (returned accounts removed in this step) and ``audience`` (the
        share of its former audience that a returned account has; empty where none is back): means
        over histories.
        """
        import pandas

        low, high = np.quantile(self.reached, BAND, axis=0)
        there = ~np.isnan(self.audience)
        audience = np.full(there.shape[1], np.nan)
        some = there.any(axis=0)
        audience[some] = np.nanmean(self.audience[:, some], axis=0)
        return pandas.DataFrame(
            {
                "day": np.arange(self.reached.shape[1]) * self.step,
                "reached": self.reached.mean(axis=0),
                "reached_low": low,
                "reached_high": high,
                "left": self.left,
                "active": self.active.mean(axis=0),
                "returned": self.returned.mean(axis=0),
                "removed_again": self.removed_again.mean(axis=0),
                "audience": audience,
            }
        )

    def cycles_frame(self) -> "pandas.DataFrame":
        """Return one row for each number of removals that an identity can have behind it.

        Columns ``removals_before, opened, removed`` (accounts, in the mean history), ``lifetime``
        (days lived for each removal; empty where none was removed) and ``audience`` (the share of
        the first audience that an account had when it was removed, or at the horizon).
        """
        import pandas

        opened, removed, lived, audience = self.lives[self.lives[:, 0] > 0].T
        with np.errstate(divide="ignore", invalid="ignore"):
            lifetime = np.where(removed > 0, lived / removed, np.nan)
        return pandas.DataFrame(
            {
                "removals_before": np.flatnonzero(self.lives[:, 0] > 0),
                "opened": opened,
                "removed": removed,
                "lifetime": lifetime,
                "audience": audience / opened,
            }
        )

    def summary(self) -> list[str]:
        """Say in sentences what is left, how sure that is, and what was assumed."""
        low, high = np.quantile(self.area_shares, BAND)
        back_low, back_high = np.quantile(self.returned[:, -1], BAND)
        planned = len(self.plan)
        chances = self.terms.return_probability
        values = {
            "return_probability": ", ".join(f"{p:g}" for p in chances)
            if isinstance(chances, tuple)
            else f"{chances:g}",
            "delay": self.terms.delay,
            "regained": f"{self.terms.regained:g}",
            "decay": f"{self.terms.decay:g}",
            "speed_up": f"{self.terms.speed_up:g}",
        }
        error = errors_aside(self.worlds) * self.area_error
        source = f"; {self.terms.source}" if self.terms.source else ""
        return [
            f"reach without a takedown: {self.base:,.1f} expected ({self.scenario})",
            f"over {self.horizon:g} days {self.area_share:.1%} of it is left: {self.area:,.0f} "
            f"account-days (5 to 95 % of {self.replicates:,} histories: {low:.1%} to {high:.1%}; "
            f"± {error:.1%} from {self.worlds:,} worlds); in the last step "
            f"{self.left[-1]:.1%}",
            f"policy {self.policy}: {self.returned[:, -1].mean():,.1f} of {planned:,} planned "
            f"identities are back at the end ({back_low:,.0f} to {back_high:,.0f}), "
            f"{self.active[:, -1].mean():,.1f} have an account; "
            f"{self.opened.sum(axis=1).mean():,.1f} accounts were opened and "
            f"{self.removed_again.sum(axis=1).mean():,.1f} of them removed again",
            "assumed, not estimated: "
            + ", ".join(f"{name} {value} ({self.origins[name]})" for name, value in values.items())
            + source,
            "constants: "
            + ", ".join(f"{name} {value:g}" for name, value in self.terms.constants.items())
            + f"; {len(self.announcers):,} announcers; seed {self.rng}",
            MIGRATION,
        ]
