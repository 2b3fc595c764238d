"""Policies of removal: when the accounts of a plan, and those that come back, are taken down."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keynodes.errors import UsageError
from keynodes.escaping import shortened
from keynodes.kernels.returns import Pressure
from keynodes.registry import pick
from keynodes.returns.parameters import days

if TYPE_CHECKING:
    import pandas

ROUNDS = 10_000
"""Most rounds, or removals of one identity, within a horizon: beyond, the steps are too fine."""


@dataclass(frozen=True)
class Policy:
    """A row of `POLICIES`."""

    name: str
    argument: str
    """What stands behind the colon: empty for nothing."""
    read: Callable[[str], Pressure]
    """Its argument, read; times in days."""
    meaning: str
    reference: str

    @property
    def written(self) -> str:
        """How it is asked for."""
        return f"{self.name}:{self.argument}" if self.argument else self.name


def _once(_: str) -> Pressure:
    return Pressure(math.inf, math.inf, math.inf, math.inf)


def _daily(count: str) -> Pressure:
    removals = float(count) if re.fullmatch(r"[0-9]*\.?[0-9]+|[0-9]+\.", count) else 0.0
    if not 0 < removals < math.inf:
        raise UsageError(
            f"policy daily: expected a number of removals a day such as daily:10, found {count!r}"
        )
    return Pressure(1.0, removals, math.inf, math.inf)


def _every(interval: str) -> Pressure:
    return Pressure(days(interval, "policy"), math.inf, math.inf, math.inf)


def _react(time: str) -> Pressure:
    return Pressure(math.inf, math.inf, days(time, "policy"), math.inf)


POLICIES: dict[str, Policy] = {
    row.name: row
    for row in (
        Policy(
            "once",
            "",
            _once,
            "the whole plan at the start, and never again",
            "an action day: 2 April 2015 (Berger), Telegram in October 2018 (CREST 2021)",
        ),
        Policy(
            "daily",
            "K",
            _daily,
            "K removals a day: the plan in its order, then whoever has been back for longest",
            "referral units close 10 to 500 accounts a day (CTIRU 2016, EU IRU 2018)",
        ),
        Policy(
            "every",
            "TIME",
            _every,
            "the whole plan at the start, then every TIME whoever of it is back",
            "waves: 2015 (Berger & Perez 2016)",
        ),
        Policy(
            "react",
            "TIME",
            _react,
            "the whole plan at the start, then each new account TIME after it appeared",
            "the goal of 1 to 2 hours (May, UN, September 2017), one hour after an order "
            "(Regulation (EU) 2021/784)",
        ),
    )
}
"""Every policy by name."""


def policy_named(text: str, horizon: float, until: float | None = None) -> tuple[str, Pressure]:
    """Read a policy such as ``once``, ``daily:20``, ``every:12h`` or ``react:2h``.

    Parameters
    ----------
    text : str
    horizon : float
        In days: what is simulated.
    until : float, optional
        In days: when the pressure ends; with the horizon if not given.

    Returns
    -------
    written : str
    pressure : Pressure
        Times in days.

    Raises
    ------
    UnknownName
        No such policy, with the nearest.
    UsageError
        Its argument is missing, out of range, or too fine for the horizon.

    Examples
    --------
    >>> policy_named("React:2h", 90.0)[0], policy_named("daily:1.5", 90.0)[1].capacity
    ('react:2h', 1.5)
    """
    if not isinstance(text, str):
        raise UsageError(f"a policy is a text such as react:2h, got {text!r}")
    name, colon, argument = (part.strip() for part in shortened(text).partition(":"))
    row = pick(POLICIES, name, "policy")
    if bool(row.argument) != bool(argument) or (colon and not row.argument):
        raise UsageError(f"policy {row.name} is asked for as {row.written}, got {text!r}")
    pressure = row.read(argument)
    shortest = min(pressure.interval, pressure.reaction)
    if horizon / shortest > ROUNDS:
        raise UsageError(
            f"policy {text!r} acts more than {ROUNDS:,} times in the horizon: give a longer time, "
            "or a shorter horizon"
        )
    if until is not None:
        if row.name == "once":
            raise UsageError("until says nothing to policy once, which acts at the start only")
        pressure = pressure._replace(until=until)
    return f"{row.name}:{argument}" if argument else row.name, pressure


def policies_table() -> "pandas.DataFrame":
    """One row a policy: how it is asked for, what it does, and who does it."""
    import pandas

    return pandas.DataFrame(
        {"policy": row.written, "meaning": row.meaning, "reference": row.reference}
        for row in POLICIES.values()
    )
