"""The terms of a takedown: how far it may go, and whether all that was given is used."""

import numpy as np

from keynodes.dismantling.registration import STRATEGIES
from keynodes.dismantling.running import Asked
from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph

BUDGET = 20
"""How many accounts a plan has unless asked otherwise: what a person can look into."""


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
    if budget is not None and target is not None:
        raise UsageError("give a budget or a target, not both")
    if target is not None:
        if not 0 < target < 1:
            raise UsageError(f"target must be a share above 0 and below 1, got {target}")
        whole = float(weights.sum()) if by_weight else float(graph.n)
        return (target * whole if by_weight else float(np.ceil(target * whole))), float("inf")
    budget = BUDGET if budget is None else budget
    if not (np.isfinite(budget) and budget > 0):
        raise UsageError(f"budget must be above 0, got {budget}")
    if prices is None and budget != int(budget):
        raise UsageError(f"budget is a number of accounts unless accounts have costs; got {budget}")
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


def check_used(
    wanted: list[Asked],
    seeds: object,
    iterations: int | None,
    seconds: float | None,
    target: float | None,
    minimise: str,
) -> None:
    """Refuse arguments that the strategies asked for would ignore, and values out of range."""
    names = ", ".join(asked.text for asked in wanted)
    if seeds is not None and not any(asked.takes("seeds") for asked in wanted):
        raise UsageError(f"seeds are used by none of these strategies: {names}")
    if iterations is not None and seconds is not None:
        raise UsageError("give iterations or seconds, not both")
    for what, value in (("iterations", iterations), ("seconds", seconds)):
        if value is None:
            continue
        if not value > 0:
            raise UsageError(f"{what} must be above 0, got {value}")
        if not any(asked.takes(what) for asked in wanted):
            able = ", ".join(row.name for row in STRATEGIES.values() if what in row.parameters)
            raise UsageError(f"{what} say nothing to {names}; only to {able}")
    if target is None and minimise != "both":
        raise UsageError("what to minimise is a question of plans with a target, not a budget")
