"""A given set in good order."""

from dataclasses import replace

import numpy as np

from keynodes.dismantling.optimum import FEW, best_order
from keynodes.dismantling.plans import Plan, left_after, plan_of
from keynodes.dismantling.registration import Problem
from keynodes.dismantling.reverse_greedy import orders_of
from keynodes.dismantling.walks import chain_of, moves_a_call
from keynodes.kernels import annealing

ORDER_MOVES = 10_000
"""Moves of a walk when only the order of a given set is looked for."""

WARM = (0.3, 0.03, 0.03)
"""The temperatures they begin at, one walk each, as shares of the mean height of the curve."""

FALL = 0.001
"""How far the temperature falls in a walk."""


def ordered(problem: Problem, members: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return all of a set in the order that leaves least along the way.

    Up to `FEW` accounts the best order of all; else the best of several orders of return, improved
    by moves of single accounts.
    """
    if len(members) < 2:
        return members
    if len(members) <= FEW and problem.objective != "strong":
        return best_order(problem, members)
    chosen = np.zeros(problem.graph.n, bool)
    chosen[members] = True
    squares = problem.objective == "pairs"
    whole = replace(problem, enough=-1.0, budget=float(problem.costs[members].sum()) + 1.0)
    threshold = float(left_after(problem, members)[-1])
    given = plan_of(whole, members)
    best = min([given, *orders_of(whole, members, threshold)], key=_area)
    if problem.objective == "strong":
        return best.order
    values = left_after(problem, best.order)
    height = max(float(values[1:].mean()), 1e-6 * float(values[0]), 1e-300)
    height *= 2.0 if squares else 1.0
    # Single moves do not turn a whole order round: the walks start far from each other.
    starts = (best.order, members, best.order[::-1].copy())
    for start, warmth in zip(starts, WARM, strict=True):
        chain = chain_of(whole, start, chosen, rng)
        worth = np.ones(len(members) + 2)
        chain.goal = annealing.Goal(squares, -1.0, worth, np.zeros(len(members)))
        done = 0
        while done < ORDER_MOVES:
            moves = min(moves_a_call([chain]), ORDER_MOVES - done)
            warm = warmth * height * FALL ** (done / ORDER_MOVES)
            chain.move(moves, warm, warm * FALL ** (moves / ORDER_MOVES))
            done += moves
        best = min(best, plan_of(whole, chain.found), key=_area)
    return best.order


def _area(plan: Plan) -> tuple[float, float]:
    return plan.cost[1], plan.cost[0]
