"""Few candidates: every set is looked at, and every order of it. Nothing is better."""

import numpy as np

from keynodes.dismantling.plans import seen_from
from keynodes.dismantling.registration import Problem
from keynodes.kernels import subsets

FEW = 14
"""Up to so many candidates, every set is tried, and its best order found: the optimum."""


def best_of_all(problem: Problem, candidates: np.ndarray) -> np.ndarray:
    """Return the optimum by looking at every set: O(2^c (n' + m')) for c candidates."""
    accounts, net = seen_from(problem, candidates)
    c = len(accounts)
    squares = problem.objective == "pairs"
    values = subsets.what_is_left(net, squares) / (2.0 if squares else 1.0)
    sums, last = subsets.best_orders(values, c)
    sets = np.arange(1 << c)
    costs = np.zeros(1 << c)
    for i in range(c):
        costs += ((sets >> i) & 1) * problem.costs[accounts[i]]
    if np.isfinite(problem.budget):
        fits = costs <= problem.budget * (1 + 1e-12)
        # Of equals the set that is largest, so that a budget is used, then the best order.
        preference = (np.where(fits, 0, 1), values, -costs, sums)
    else:
        fits = values <= problem.enough
        area = sums / max(values[0], 1e-300)
        cost = (area, costs) if problem.minimise == "area" else (costs, area)
        preference = (np.where(fits, 0, 1), *cost)
    best = int(np.lexsort((sets, *reversed(preference)))[0])
    if not fits[best]:
        return np.zeros(0, np.int32)
    return _unrolled(accounts, last, best)


def best_order(problem: Problem, members: np.ndarray) -> np.ndarray:
    """Return all of a small set in the order that leaves least along the way."""
    chosen = np.zeros(problem.graph.n, bool)
    chosen[members] = True
    accounts, net = seen_from(problem, chosen)
    values = subsets.what_is_left(net, problem.objective == "pairs")
    _, last = subsets.best_orders(values, net.c)
    return _unrolled(accounts, last, (1 << net.c) - 1)


def _unrolled(accounts: np.ndarray, last: np.ndarray, gone: int) -> np.ndarray:
    """Read the best order of a set from the last removal of each of its parts."""
    order = []
    while gone:
        order.append(accounts[last[gone]])
        gone ^= 1 << int(last[gone])
    return np.asarray(order[::-1], np.int32)
