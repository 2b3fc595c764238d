"""Intervals of 95 % for means and shares over worlds, however few the worlds are."""

import functools
import math
import sys

import numpy as np

WIDE = 1.959964
"""Standard errors on each side in an interval of 95 % where the error is known."""


@functools.cache
def errors_aside(independent: int) -> float:
    """Standard errors on each side of a mean of so many independent values, for 95 %.

    Student's t: the error is estimated from the same values, which tells little where they are
    few.

    Examples
    --------
    >>> [round(errors_aside(count), 3) for count in (2, 5, 20, 1000)]
    [12.706, 2.776, 2.093, 1.962]
    """
    from scipy.special import stdtrit

    return float(stdtrit(independent - 1, 0.975))


def half_width(values: np.ndarray) -> float:
    """Half the width of the interval for the mean of independent values."""
    return errors_aside(len(values)) * float(values.std(ddof=1)) / math.sqrt(len(values))


def p_value(differences: np.ndarray) -> float:
    """How often paired differences would be as far from 0 by chance, both ways.

    Student's t. Where all are equal and not 0 there is no spread to compare with, and the sign
    test is left: n coins that fall alike, 2·2^(−n).

    Examples
    --------
    >>> p_value(np.zeros(3)), p_value(np.full(3, 4.0)), round(p_value(np.array([0.0, 1, 2])), 4)
    (1.0, 0.25, 0.2254)
    """
    count = len(differences)
    if (differences == differences[0]).all():
        return 1.0 if differences[0] == 0 else max(math.ldexp(2.0, -count), sys.float_info.min)
    from scipy.special import stdtr

    error = float(differences.std(ddof=1)) / math.sqrt(count)
    return float(2 * stdtr(count - 1, -abs(float(differences.mean())) / error))


def wilson(share: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's interval for a share of `count` independent tries (Wilson 1927)."""
    squared = WIDE**2 / count
    middle = (share + squared / 2) / (1 + squared)
    half = WIDE * np.sqrt(share * (1 - share) / count + squared / (4 * count)) / (1 + squared)
    # The interval holds the share itself, whatever rounding does where that is 0 or 1.
    return np.clip(middle - half, 0.0, share), np.clip(middle + half, share, 1.0)
