"""What return depends on: five parameters with ranges from the literature, and named constants."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from numbers import Real
from typing import TYPE_CHECKING

from keynodes.durations import SECONDS, duration
from keynodes.errors import UsageError
from keynodes.escaping import shortened

if TYPE_CHECKING:
    import pandas

DAY = float(SECONDS["d"])


@dataclass(frozen=True)
class Parameter:
    """A number that the user gives, and what is known about it."""

    name: str
    meaning: str
    low: float | str
    high: float | str
    default: float | str
    """The range from the literature and the value used when none is given: labels, no estimates."""
    source: str


PARAMETERS: dict[str, Parameter] = {
    row.name: row
    for row in (
        Parameter(
            "return_probability",
            "probability that an identity whose account was removed opens another one",
            0.05,
            0.9,
            0.6,
            "2,000 accounts made while 10,000 were suspended (Berger, 2 April 2015), 105 new "
            "channels after the Telegram action day of 2019 (Amarasingam, Maher & Winter 2021), "
            "'quickly create new accounts' (Wright et al. 2016)",
        ),
        Parameter(
            "delay",
            "median time from a removal to the new account",
            "1d",
            "14d",
            "3d",
            "'some days to regenerate what Twitter cost them in a single day' (Berger 2015)",
        ),
        Parameter(
            "regained",
            "share of its former audience that the first new account can win back",
            0.1,
            0.9,
            0.5,
            "followers of repeat offenders 'rarely fully rebound' (Berger & Perez 2016)",
        ),
        Parameter(
            "decay",
            "factor on that share for each further removal of the same identity",
            0.4,
            0.95,
            0.7,
            "'devastating' falls in followers with each suspension (Berger & Perez 2016)",
        ),
        Parameter(
            "speed_up",
            "how much faster the audience is won back where all of it hears an announcer, as a "
            "multiple added to 1",
            0.0,
            5.0,
            1.0,
            "shout-out accounts that announce returnees (S2T 2015); the number is assumed",
        ),
    )
}
"""The five parameters of a return, by name."""


@dataclass(frozen=True)
class Preset:
    """A set of assumptions on return: the five parameters, and the constants they stand beside.

    Attributes
    ----------
    name : str
    return_probability : float or tuple of float
        Of a return after a removal: one for all, or after the first, second, … (the last holds
        from then on).
    delay : str
        Median of the delay, such as ``"3d"``; delays are log-normal.
    regained, decay : float
        The account after removal number c can win back ``regained · decay ** (c − 1)`` of the
        audience of the first.
    speed_up : float
        It wins it back ``1 + speed_up · exposure`` times as fast, where exposure adds up the
        shares of its former audience that hear each announcer there is, to at most 1.
    pressure : str
        What was done there to the accounts, as reported.
    source : str
        Where that was reported.
    assumed : str
        Which of these numbers nobody has reported.
    dispersion : float
        Standard deviation of the logarithm of the delay: at 1, two in three delays lie between a
        third of the median and three times it.
    regain_rate : float
        Winning back without announcers, per day: at 0.1 half of it takes a week.
    new_ties : float
        Of the hearers lost for good, how many are replaced by new ones.
    closure : float
        Probability that a new hearer is a hearer of a hearer (triadic closure).
    preferential : float
        Probability that one who is not is found all the same, by how many accounts it hears already
        (preferential attachment); else that tie is lost.
    activity : float
        How often a returned account posts, as a multiple of before: an arc that passes content on
        with probability p does so with 1 − (1 − p) ** activity.
    """

    name: str
    return_probability: float | tuple[float, ...]
    delay: str
    regained: float
    decay: float
    speed_up: float
    pressure: str = ""
    source: str = ""
    assumed: str = ""
    dispersion: float = 1.0
    regain_rate: float = 0.1
    new_ties: float = 0.1
    closure: float = 0.5
    preferential: float = 1.0
    activity: float = 1.0

    def __post_init__(self) -> None:
        chances = self.return_probability
        for chance in chances if isinstance(chances, tuple) else (chances,):
            _between("return_probability", chance, 0, 1)
        if isinstance(chances, tuple) and not chances:
            raise UsageError("return_probability must have at least one value, got none")
        days(self.delay, "delay")
        for name in ("regained", "decay", "new_ties", "closure", "preferential"):
            _between(name, getattr(self, name), 0, 1)
        for name in ("speed_up", "dispersion"):
            _between(name, getattr(self, name), 0, math.inf)
        for name in ("regain_rate", "activity"):
            _between(name, getattr(self, name), 0, math.inf)
            if getattr(self, name) == 0:
                raise UsageError(f"{name} must be above 0, got 0")

    @property
    def constants(self) -> dict[str, float]:
        """The numbers beside the five parameters."""
        names = [field.name for field in fields(self)]
        return {name: getattr(self, name) for name in names[names.index("dispersion") :]}

    def probability_after(self, removals: int) -> float:
        """Probability of a return after so many removals of the same identity, from 1."""
        if not isinstance(self.return_probability, tuple):
            return float(self.return_probability)
        return float(self.return_probability[min(removals, len(self.return_probability)) - 1])

    def regained_after(self, removals: int) -> float:
        """Share of the first audience that the account after so many removals can win back."""
        return float(self.regained * self.decay ** (removals - 1)) if removals else 1.0


def probabilities(value: float | Sequence[float]) -> float | tuple[float, ...]:
    """Return one probability, or one a cycle, as a preset has them."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        return value
    return tuple(value)


def days(value: str, what: str) -> float:
    """Read a length of time, in days; it needs a unit, whatever the times of the graph are.

    Examples
    --------
    >>> days("36h", "delay")
    1.5
    >>> days("36", "delay")
    Traceback (most recent call last):
    keynodes.errors.UsageError: --delay: '36' of what? Say 7d, 12h, 30m (minutes), 45s or 2w; \
times are dates
    """
    if not isinstance(value, str):
        raise UsageError(f"{what} must say its unit, such as '3d' or '12h', got {value!r}")
    return duration(shortened(value), "timestamp", what) / DAY


def parameters_table() -> "pandas.DataFrame":
    """One row a parameter: what it means, its range and default, and where these come from."""
    import pandas

    names = [field.name for field in fields(Parameter)]
    return pandas.DataFrame([{n: getattr(row, n) for n in names} for row in PARAMETERS.values()])


def _between(name: str, value: object, low: float, high: float) -> None:
    number = float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
    if not low <= number <= high:
        bounds = f"from {low} to {high}" if high < math.inf else f"{low} or more"
        raise UsageError(f"{name} must be a number {bounds}, got {value!r}")
    if not math.isfinite(number):
        raise UsageError(f"{name} must be finite, got {value!r}")
