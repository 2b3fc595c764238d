"""What a reader should know when a plan does little: nothing to cut, out of reach, or too dense."""

from dataclasses import replace

import numpy as np

from keynodes.dismantling.findings import Takedown
from keynodes.dismantling.planning import by_grid
from keynodes.dismantling.plans import left_after
from keynodes.dismantling.registration import Problem

LITTLE = 0.05
"""A plan that cuts less than this share is said to cut little."""

LIGHTEST = (0.5, 0.75, 0.9)
"""Of the arcs, the lightest so many are left out to see whether the others hang on few accounts."""


def about_outcome(
    problem: Problem, best: Takedown, target: float | None, first: np.ndarray, stopped: bool
) -> list[str]:
    """Say when there was nothing to cut, the target was missed, or little was cut.

    `first` are those that must go, as indices. Once `stopped`, no further plans are made.
    """
    if not best.values[0] > 0:
        return ["the network has nothing to cut: the objective is 0 at the start"]
    if target is None:
        if best.cut[-1] >= LITTLE:
            return _about_padding(best)
        few = (
            f"accounts that cost {problem.budget:g}"
            if best.costs is not None
            else f"{len(best.order):,} account{'s' * (len(best.order) != 1)}"
        )
        said = (
            f"this plan cuts {best.cut[-1]:.1%}, and no plan found cuts {LITTLE:.0%}: the network "
            f"does not hang on {few}"
        )
    elif best.values[0] <= problem.enough:
        who = "only those go who must" if len(first) else "nobody has to go"
        return [f"the objective is at most {problem.enough:,.10g} already: {who}"]
    elif best.values[-1] <= problem.enough:
        return []
    else:
        said = _about_miss(problem, best)
    return [said] if stopped else [said, _about_heavier_arcs(problem, first)]


def _about_padding(best: Takedown) -> list[str]:
    """Say how many removals at the end take off nobody but themselves."""
    if best.objective != "largest-component" or best.by_weight:
        return []
    idle = np.diff(best.values)[::-1] >= -1.0
    count = int(np.argmin(idle)) if not idle.all() else 0
    if not count:
        return []
    return [
        f"the last {count:,} of {len(best.order):,} removals take off nobody but themselves: the "
        f"plan breaks no more after step {len(best.order) - count:,}"
    ]


def _about_miss(problem: Problem, best: Takedown) -> str:
    """Say that a target is out of anybody's reach, or only of this plan's."""
    everybody = np.flatnonzero(problem.removable).astype(np.int32)
    if left_after(problem, everybody)[-1] > problem.enough:
        return (
            f"no plan gets the objective down to {problem.enough:,.10g}: protected accounts hold "
            "it together"
        )
    return (
        f"this plan leaves {best.values[-1]:,.10g}, more than the {problem.enough:,.10g} asked for"
    )


def _about_heavier_arcs(problem: Problem, first: np.ndarray) -> str:
    """Say from which weight of arcs on the same budget would cut more, or the target be reached."""
    weights = problem.graph.out.weights
    # Each is a weight that some arc has, and leaves the lightest out.
    steps = np.unique(np.quantile(weights, LIGHTEST, method="higher")) if len(weights) else weights
    try:
        for weight in steps[steps > weights.min(initial=np.inf)].tolist():
            thinner = replace(problem, graph=problem.graph.with_min_weight(weight))
            plan = by_grid(thinner, first)
            values = left_after(thinner, plan.order)
            cut = 1.0 - values[-1] / values[0] if values[0] > 0 else 0.0
            limited = np.isfinite(problem.budget)
            if cut >= LITTLE if limited else values[-1] <= problem.enough:
                count = len(plan.order)
                what = (
                    f"the same budget would cut {cut:.1%}"
                    if limited
                    else f"{count:,} removal{'s' * (count != 1)} would do"
                )
                return (
                    f"among arcs of weight {weight:g} or more ({thinner.graph.m:,} of "
                    f"{problem.graph.m:,}) {what}: --min-weight {weight:g}"
                )
    except KeyboardInterrupt:
        return "stopped by Ctrl-C: not every minimum weight of arcs was tried"
    return "a minimum weight of arcs (--min-weight) does not change that here"
