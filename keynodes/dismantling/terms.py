"""The terms of a takedown: how far it may go, and whether all that was given is used."""

from collections.abc import Iterable, Sequence
from numbers import Integral, Real

import numpy as np

from keynodes.dismantling.registration import STRATEGIES
from keynodes.dismantling.robustness import MISSING_WHAT
from keynodes.dismantling.running import Asked
from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph
from keynodes.registry import pick
from keynodes.thinning import check_share

BUDGET = 20
"""How many accounts a plan has unless asked otherwise: what a person can look into."""

MINIMISE = ("both", "size", "area")
"""What can be small in a plan with a target."""

MISSING = 0.1
"""The share that is missing in each replicate unless asked otherwise."""


def ends(
    graph: InteractionGraph,
    weights: np.ndarray,
    by_weight: bool,
    budget: float | None,
    target: float | None,
    prices: np.ndarray | None,
    removable: np.ndarray,
    notices: list[str],
) -> tuple[float, float]:
    """The threshold for components, and the budget."""
    if target is not None:
        whole = float(weights.sum()) if by_weight else float(graph.n)
        return (target * whole if by_weight else float(np.ceil(target * whole))), float("inf")
    budget = BUDGET if budget is None else budget
    able = int(removable.sum())
    if prices is None and budget > able:
        notices.append(
            f"{able:,} account{'s' * (able != 1)} may be removed at most: that is the budget"
        )
        budget = able
    return 0.0, float(budget)


def enough_at(
    graph: InteractionGraph,
    objective: str,
    weights: np.ndarray,
    by_weight: bool,
    target: float | None,
) -> float:
    """Where a plan with a target ends, in units of the objective; −1 without one."""
    if target is None:
        return -1.0
    total = float(weights.sum())
    if objective == "pairs":
        return target * (total**2 - float((weights**2).sum())) / 2.0
    return target * total if by_weight else float(np.ceil(target * graph.n))


def check_arguments(
    wanted: Sequence[Asked],
    *,
    budget: float | None,
    target: float | None,
    costs: bool,
    seeds: Iterable[str] | None,
    minimise: str,
    iterations: int | None,
    seconds: float | None,
    intervals: int,
    missing: float | None,
    missing_what: str | None,
    rng: int,
) -> None:
    """Refuse values out of range, and arguments that would be ignored, before any work is done.

    `costs` says whether accounts have any.
    """
    names = [asked.text for asked in wanted]
    if twice := next((text for text in names if names.count(text) > 1), None):
        raise UsageError(f"strategy {twice!r} is asked for twice")
    _check_end(budget, target, costs)
    pick({kind: kind for kind in MINIMISE}, minimise, "thing to minimise")
    if target is None and minimise != "both":
        raise UsageError("what to minimise is a question of plans with a target, not a budget")
    if isinstance(seeds, str):
        raise UsageError("seeds are a list of accounts, got a text; give [account]")
    if seeds is not None and not any(asked.takes("seeds") for asked in wanted):
        raise UsageError(f"seeds are used by none of these strategies: {', '.join(names)}")
    _check_effort(wanted, iterations, seconds)
    _check_replicates(intervals, missing, missing_what)
    check_seed(rng)


def check_seed(rng: int) -> None:
    """Refuse what is not a seed."""
    _check_whole("rng", rng, 0)


def _check_end(budget: float | None, target: float | None, costs: bool) -> None:
    if budget is not None and target is not None:
        raise UsageError("give a budget or a target, not both")
    if target is not None:
        _check_number("target", target)
        if not 0 < target < 1:
            raise UsageError(
                f"target must be a share above 0 and below 1 (10 % is 0.1), got {target}"
            )
    if budget is not None:
        _check_number("budget", budget)
        if not (np.isfinite(budget) and budget > 0):
            raise UsageError(f"budget must be above 0, got {budget}")
        if not costs and budget != int(budget):
            raise UsageError(
                f"budget is a number of accounts unless accounts have costs; got {budget}"
            )


def _check_effort(wanted: Sequence[Asked], iterations: int | None, seconds: float | None) -> None:
    if iterations is not None and seconds is not None:
        raise UsageError("give iterations or seconds, not both")
    if iterations is not None:
        _check_whole("iterations", iterations, 1)
    if seconds is not None:
        _check_number("seconds", seconds)
        if not (np.isfinite(seconds) and seconds > 0):
            raise UsageError(f"seconds must be above 0, got {seconds}")
    for what, value in (("iterations", iterations), ("seconds", seconds)):
        if value is not None and not any(asked.takes(what) for asked in wanted):
            names = ", ".join(asked.text for asked in wanted)
            able = ", ".join(row.name for row in STRATEGIES.values() if what in row.parameters)
            raise UsageError(f"{what} say nothing to {names}; only to {able}")


def _check_replicates(intervals: int, missing: float | None, missing_what: str | None) -> None:
    _check_whole("intervals", intervals, 0)
    for what, value in (("missing", missing), ("missing_what", missing_what)):
        if value is not None and not intervals:
            raise UsageError(f"{what} says nothing without intervals; give intervals=20, say")
    if missing is not None:
        _check_number("missing", missing)
        check_share(missing)
    if missing_what is not None:
        pick({what: what for what in MISSING_WHAT}, missing_what, "kind of missing data")


def _check_whole(what: str, value: object, least: int) -> None:
    if not isinstance(value, Integral) or value < least:
        raise UsageError(f"{what} must be a whole number from {least} on, got {value!r}")


def _check_number(what: str, value: object) -> None:
    if not isinstance(value, Real):
        raise UsageError(f"{what} must be a number, got {value!r}")
