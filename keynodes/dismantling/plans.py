"""Plans of removal while they are made: judged, cut to what the problem asks for, seen small."""

from typing import NamedTuple

import numpy as np

from keynodes.dismantling.registration import Problem
from keynodes.kernels import quotients
from keynodes.kernels.annealing import Quotient
from keynodes.objectives import OBJECTIVES, removal_curve

SIZE_PRICE = 0.3
"""What a removal costs beside the area under the curve, where both count: this share of the whole
network, the area of a removal being the share that it leaves."""

HIGH_PRICE = 2.0
"""The same at the end of a search for the smallest set."""


class Plan(NamedTuple):
    """An order of removal, and what it costs by the problem's own terms: less is better."""

    cost: tuple[float, float]
    order: np.ndarray
    draws: tuple[np.ndarray, ...] = ()
    """All orders that were drawn, where the plan is the middle one of several."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during the search: carries the best plan so far."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan


def plan_of(problem: Problem, order: np.ndarray) -> Plan:
    """Cut an order to what the problem asks for, and say what the plan costs.

    With a budget: accounts that can no longer be paid are passed over; the cost is what is left,
    then the area under the curve. Without one: the plan ends where it is enough; the cost is
    the area (and the price of its size), infinite where the order does not get that far.
    """
    if np.isfinite(problem.budget):
        order = affordable(problem, order)
    values = left_after(problem, order)
    scale = values[0] if values[0] > 0 else 1.0
    if np.isfinite(problem.budget):
        return Plan((float(values[-1] / scale), float(values[1:].sum() / scale)), order)
    ends = np.flatnonzero(values <= problem.enough)
    if not len(ends):
        return Plan((np.inf, np.inf), order)
    order = order[: ends[0]]
    values = values[1 : ends[0] + 1] / scale
    # By trapezes: the ends of the curve count half.
    area = float(values.sum() - 0.5 * (values[0] + values[-1])) if len(values) else 0.0
    dues = float(problem.costs[order].sum())
    if problem.minimise == "size":
        return Plan((dues, area), order)
    price = price_of_size(problem) / float(problem.costs.mean()) if len(order) else 0.0
    return Plan((area + price * dues, dues), order)


def cost_of(plan: Plan) -> tuple[float, float]:
    """Return what plans are compared by."""
    return plan.cost


def price_of_size(problem: Problem) -> float:
    """What a removal of mean cost counts in a search, beside the area as a share of the whole."""
    return {"area": 0.0, "both": SIZE_PRICE, "size": HIGH_PRICE}[problem.minimise]


def left_after(problem: Problem, order: np.ndarray) -> np.ndarray:
    """Return the problem's objective after 0, 1, … removals: float64 (k + 1,)."""
    row = OBJECTIVES[problem.objective]
    curve = removal_curve(problem.graph, order, weights=problem.weights, strong=row.strong)
    return row.of(curve, by_weight=True)


def heaviest_after(problem: Problem, order: np.ndarray) -> float:
    """Return the weight of the heaviest component once a plan is carried out."""
    curve = removal_curve(problem.graph, order, weights=problem.weights)
    return float(curve.heaviest_component[-1])


def affordable(problem: Problem, order: np.ndarray) -> np.ndarray:
    """Return the accounts of an order that the budget pays for, passing over what is too dear."""
    costs = problem.costs[order]
    spent = np.cumsum(costs)
    if not len(spent) or spent[-1] <= problem.budget:
        return order
    if (costs == costs[0]).all():
        return order[: int(np.searchsorted(spent, problem.budget * (1 + 1e-12), side="right"))]
    left = problem.budget * (1 + 1e-12)
    kept = np.zeros(len(order), bool)
    for i, cost in enumerate(costs.tolist()):
        if cost <= left:
            kept[i] = True
            left -= cost
    return order[kept]


def seen_from(problem: Problem, chosen: np.ndarray) -> tuple[np.ndarray, Quotient]:
    """Contract the network around the `chosen` accounts (bool (n,)): they and the small network.

    The masses are the weights of accounts; `squares` is such that half the sum over what is there
    is the weight of connected pairs.
    """
    graph, weights = problem.graph, problem.weights
    accounts, indptr, indices, total, own, folded, heaviest, squares = quotients.quotient(
        graph.both.indptr, graph.both.indices, weights, chosen
    )
    count = len(accounts)
    # A pair of an account with itself is none: Σ m² of components − Σ w² of accounts.
    folded[:count] += own[:count] ** 2
    squares -= float((weights[~chosen] ** 2).sum())
    return accounts, Quotient(indptr, indices, total, folded, count, heaviest, squares)


def candidates_of(problem: Problem) -> np.ndarray:
    """Mark the accounts worth removing: bool (n,).

    An account with one neighbour is not, where the neighbour may be removed in its stead: that
    cuts the account off too, and more. With weights or costs of accounts every one may be; also
    one without neighbours, where it alone may weigh more than is to be left.
    """
    degrees = np.diff(problem.graph.both.indptr)
    eligible = problem.removable & (degrees > 0)
    if problem.objective != "pairs":
        differ = (problem.weights != problem.weights[:1]).any()
        limit = problem.enough if problem.enough >= 0 else 0.0 if differ else np.inf
        too_heavy = problem.removable & (problem.weights > limit)
        if too_heavy.any():
            return eligible | too_heavy
    if (problem.costs != problem.costs[:1]).any() or (problem.weights != problem.weights[:1]).any():
        return eligible
    leaves = np.flatnonzero(eligible & (degrees == 1))
    neighbours = problem.graph.both.indices[problem.graph.both.indptr[leaves]]
    replaceable = problem.removable[neighbours] & (
        (degrees[neighbours] > 1) | (neighbours < leaves)
    )
    eligible[leaves[replaceable]] = False
    return eligible


def filled(problem: Problem, order: np.ndarray) -> np.ndarray:
    """Let an order go on to the end of the budget: first those with most neighbours left."""
    spent = float(problem.costs[order].sum())
    if spent >= problem.budget:
        return order
    view = problem.graph.both
    gone = np.zeros(problem.graph.n, bool)
    gone[order] = True
    tails = np.repeat(np.arange(problem.graph.n), np.diff(view.indptr))
    stays = ~gone[view.indices] & ~gone[tails]
    degrees = np.bincount(tails[stays], minlength=problem.graph.n)
    others = np.flatnonzero(problem.removable & ~gone)
    others = others[np.lexsort((others, ~candidates_of(problem)[others], -degrees[others]))]
    return np.concatenate([order, others.astype(np.int32)])
