"""`KeyPlayers`: a set of accounts, the order within it, and what each step is worth."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pandas


class SetValue(NamedTuple):
    """What a set of accounts is worth."""

    value: float
    """The number of the measure."""
    half_width: float
    """Half of its 95 % interval: 0 where it is exact."""
    samples: int
    """Accounts whose distances it rests on; all of them where it is exact."""


@dataclass(frozen=True, eq=False)
class KeyPlayers:
    """A set of accounts that, together, break the network or are near to all of it.

    The set is what was searched for. Its order says which of its accounts matter first, not which
    smaller set is best: that is another search. Being chosen is a reason to look at an account,
    never a reason by itself to remove it.

    Attributes
    ----------
    accounts : numpy.ndarray of str objects, shape (k,)
        The accounts, in order.
    indices : numpy.ndarray of int64, shape (k,)
        The same as indices of the graph.
    values : numpy.ndarray of float64, shape (k,)
        The measure of the first 1, 2, … k accounts.
    half_widths : numpy.ndarray of float64, shape (k,)
        Half of the 95 % interval of each value, from accounts that had no part in the choice; 0
        where the value is exact.
    before : float
        The measure of no account: of the whole network, or 0.
    before_half_width : float
        Half of its 95 % interval.
    goal : {"remove", "watch"}
        What the set is for.
    measure : str
        A name of `KEY_PLAYER_MEASURES`.
    direction : {"in", "out", "both"}
        Which arcs distances run along.
    radius : int or None
        Of m-reach; None for the other measures.
    samples : int
        How many accounts the values rest on: all of them where they are exact.
    optimal : bool
        Whether every set of that size was compared, so that none is better.
    by_weight : bool
        Whether accounts count by their weights.
    whole : float
        What all accounts of the graph weigh together: how many they are, unless weighted.
    rng : int
        The seed.
    notices : tuple of str
        What a reader should know about these numbers.
    """

    accounts: np.ndarray
    indices: np.ndarray
    values: np.ndarray
    half_widths: np.ndarray
    before: float
    before_half_width: float
    goal: str
    measure: str
    direction: str
    radius: int | None
    samples: int
    optimal: bool
    by_weight: bool
    whole: float
    rng: int
    notices: tuple[str, ...] = ()

    @property
    def value(self) -> float:
        """The measure of the whole set."""
        return float(self.values[-1]) if len(self.values) else self.before

    @property
    def gains(self) -> np.ndarray:
        """What each account adds to those before it: float64 (k,)."""
        return np.diff(self.values, prepend=self.before)

    def summary(self) -> list[str]:
        """Say in a sentence what the set is worth, and how far that is from certain."""
        if self.measure == "m-reach":
            everybody = f"{self.whole:,.10g} accounts"
            if self.by_weight:
                everybody = f"a weight of {self.whole:,.10g}"
            return [f"m-reach of the set: {self.value:,.10g} of {everybody}, its own included"]
        last = self.half_widths[-1] if len(self.half_widths) else self.before_half_width
        reached = _with_half_width(self.value, float(last))
        if self.goal == "watch":
            one = "1 is a hop at most to every account"
            return [f"{self.measure} of the set: {reached}; {one}"]
        before = _with_half_width(self.before, self.before_half_width)
        return [f"{self.measure} without the set: {reached}; with it: {before}"]

    def to_frame(self) -> "pandas.DataFrame":
        """Return the accounts in order as a table.

        Columns ``step, account, value, gain, half_width``.
        """
        import pandas

        return pandas.DataFrame(
            {
                "step": np.arange(1, len(self.accounts) + 1),
                "account": self.accounts,
                "value": self.values,
                "gain": self.gains,
                "half_width": self.half_widths,
            }
        )


def _with_half_width(value: float, half_width: float) -> str:
    """A number with half of its 95 % interval, unless it is exact."""
    if np.isnan(value):
        return "unknown"
    if half_width == 0:
        return f"{value:.4f}"
    return f"{value:.4f} ± {'unknown' if np.isnan(half_width) else format(half_width, '.4f')}"
