"""What a reader should know when a plan does little: nothing to cut, out of reach, or too dense."""

from dataclasses import replace

import numpy as np

from keynodes.dismantling.findings import Takedown
from keynodes.dismantling.plans import left_after
from keynodes.dismantling.registration import Problem
from keynodes.dismantling.reverse_greedy import greedy_plans

LITTLE = 0.05
"""A plan that cuts less than this share is said to cut little."""

SHARES = (0.5, 0.75, 0.9)
"""Of the arcs, the lightest so many are left out to see whether the others hang on few accounts."""


def about_outcome(problem: Problem, best: Takedown, target: float | None) -> list[str]:
    """Say when there was nothing to cut, the target was missed, or little was cut."""
    if not best.values[0] > 0:
        return ["the network has nothing to cut: the objective is 0 at the start"]
    if target is not None:
        if best.values[0] <= problem.enough:
            return [f"the objective is at most {problem.enough:,.10g} already: nobody has to go"]
        if best.values[-1] > problem.enough:
            return [
                f"no plan gets the objective down to {problem.enough:,.10g}: protected accounts "
                "hold it together"
            ]
        return []
    if best.cut[-1] >= LITTLE:
        return []
    said = [
        f"this plan cuts {best.cut[-1]:.1%}, and no plan found cuts {LITTLE:.0%}: the network "
        f"does not hang on {len(best.order):,} account{'s' * (len(best.order) != 1)}"
    ]
    return [*said, _about_heavier_arcs(problem)]


def _about_heavier_arcs(problem: Problem) -> str:
    """Say from which weight of arcs on as many accounts would cut more."""
    weights = problem.graph.out.weights
    # Each is a weight that some arc has, and leaves the lightest out.
    steps = np.unique(np.quantile(weights, SHARES, method="higher")) if len(weights) else weights
    for weight in steps[steps > weights.min(initial=np.inf)].tolist():
        thinner = replace(problem, graph=problem.graph.with_min_weight(weight))
        plans = greedy_plans(thinner)
        values = left_after(thinner, plans[0].order) if plans else np.zeros(1)
        cut = 1.0 - values[-1] / values[0] if values[0] > 0 else 0.0
        if cut >= LITTLE:
            return (
                f"among arcs of weight {weight:g} or more ({thinner.graph.m:,} of "
                f"{problem.graph.m:,}) as many accounts would cut {cut:.1%}: --min-weight "
                f"{weight:g}"
            )
    return "a minimum weight of arcs (--min-weight) does not change that here"
