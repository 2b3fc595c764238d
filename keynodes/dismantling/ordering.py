"""A given set in good order."""

from dataclasses import replace

import numpy as np

from keynodes.dismantling.optimum import FEW, best_order
from keynodes.dismantling.plans import Plan, left_after, plan_of
from keynodes.dismantling.registration import Problem
from keynodes.dismantling.reverse_greedy import orders_of
from keynodes.dismantling.walks import calls_of, chain_of
from keynodes.kernels import annealing

ORDER_MOVES = 10_000
"""Moves when only the order of a given set is looked for."""


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
    start = float(left_after(problem, members)[-1])
    best = min(orders_of(whole, members, start), key=_area)
    if problem.objective == "strong":
        return best.order
    chain = chain_of(whole, best.order, chosen, rng)
    worth = np.ones(len(members) + 2)
    chain.goal = annealing.Goal(squares, -1.0, worth, np.zeros(len(members)))
    height = float(max(left_after(problem, best.order)[1:].mean(), 1.0)) * (2.0 if squares else 1.0)
    done = 0
    while done < ORDER_MOVES:
        moves = min(calls_of([chain]), ORDER_MOVES - done)
        warm = 0.05 * height * 0.01 ** (done / ORDER_MOVES)
        chain.move(moves, warm, warm * 0.01 ** (moves / ORDER_MOVES))
        done += moves
    found = plan_of(whole, chain.found)
    return min(best, found, key=_area).order


def _area(plan: Plan) -> tuple[float, float]:
    return plan.cost[1], plan.cost[0]
