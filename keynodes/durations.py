"""Durations such as ``7d``, in the unit that the times of the records have."""

import math
import re

from keynodes.errors import UsageError

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
"""Seconds in a unit; ``m`` is minutes: a month has no fixed length."""

_DURATION = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*([a-zA-Z]*)")


def duration(value: str | float, unit: str | None, what: str = "duration") -> float:
    """Read a length of time, in seconds where times are dates and else in the records' own unit.

    Parameters
    ----------
    value : str or float
        A text with a number and a unit of `SECONDS` (``45s``, ``30m`` minutes, ``12h``, ``7d``,
        ``2w``, ``1.5d``), or a number: seconds where times are dates.
    unit : {"timestamp", "number", None}
        What times are, as in `ReadingReport.time_unit`. Where they are plain numbers (phases),
        only a plain number has a meaning.
    what : str, default "duration"
        The argument it was given for, which an error names.

    Returns
    -------
    float
        Above 0 and finite.

    Raises
    ------
    UsageError
        When it is no duration, not above 0, has a unit that the times have not, or when there
        are no times.

    Examples
    --------
    >>> duration("7d", "timestamp"), duration("1.5h", "timestamp"), duration(90, "timestamp")
    (604800.0, 5400.0, 90.0)
    >>> duration("3", "number", "window")
    3.0
    >>> duration("7d", "number", "window")
    Traceback (most recent call last):
    keynodes.errors.UsageError: times are plain numbers (phases, not dates): give --window as a \
plain number, found '7d'
    """
    option = f"--{what.replace('_', '-')}"
    if unit is None:
        raise UsageError(f"{option} needs times, and the records have none")
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    number, letter = (found[1], found[2]) if found else (value, "")
    if letter and unit != "timestamp":
        raise UsageError(
            f"times are plain numbers (phases, not dates): give {option} as a plain number, found "
            f"{value!r}"
        )
    if isinstance(value, str) and not letter and unit == "timestamp" and _is_number(value):
        raise UsageError(
            f"{option}: {value!r} of what? Say 7d, 12h, 30m (minutes), 45s or 2w; times are dates"
        )
    if letter and letter not in SECONDS:
        raise UsageError(
            f"{option}: there is no unit {letter!r} in {value!r}; use s, m (minutes), h, d or w"
        )
    try:
        length = math.nan if isinstance(number, bool) else float(number) * SECONDS.get(letter, 1)
    except (TypeError, ValueError, OverflowError):
        length = math.nan
    if not 0 < length < math.inf:
        such = "7d, 12h, 30m (minutes) or 45s" if unit == "timestamp" else "3"
        raise UsageError(f"{option} must be a duration above 0 such as {such}, found {value!r}")
    return length


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def written_length(length: float, unit: str | None) -> str:
    """Write a length of time for a reader: in days, hours, minutes or seconds, or as a number.

    Examples
    --------
    >>> written_length(90_000, "timestamp"), written_length(2.5, "number")
    ('1.04 d', '2.5')
    """
    if unit != "timestamp":
        return f"{length:g}"
    for letter in ("d", "h", "m"):
        if length >= SECONDS[letter]:
            return f"{length / SECONDS[letter]:.3g} {letter}"
    return f"{length:.3g} s"
