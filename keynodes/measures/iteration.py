"""Repeating until it is exact enough: what measures that converge have in common."""

import math
from collections.abc import Callable

from keynodes.errors import NotConverged, UsageError


def check(name: str, tolerance: float, max_iterations: int) -> None:
    """Refuse a tolerance or a number of iterations that makes no sense."""
    if not tolerance > 0:
        raise UsageError(f"{name}: tolerance must be above 0, got {tolerance!r}")
    if not max_iterations >= 1:
        raise UsageError(f"{name}: max_iterations must be at least 1, got {max_iterations!r}")


def repeat(
    name: str, sweep: Callable[[], float], tolerance: float, max_iterations: int, advice: str
) -> None:
    """Sweep until the error that a sweep reports is within the tolerance."""
    error = math.inf
    for _ in range(max_iterations):
        error = sweep()
        if error <= tolerance:
            return
        if not math.isfinite(error):
            break
    raise NotConverged(
        f"{name} did not converge: after {max_iterations} sweeps its error is {error:.2g}, not yet "
        f"{tolerance:g}; raise max_iterations or tolerance, {advice}"
    )
