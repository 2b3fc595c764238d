"""Swaps at the end of a search with costs: some accounts out of a set, what they paid for in."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from keynodes.dismantling.plans import Interrupted, Plan, candidates_of, cost_of, plan_of
from keynodes.dismantling.registration import Problem
from keynodes.dismantling.reverse_greedy import orders_of
from keynodes.kernels.removal import weighted_pieces
from keynodes.objectives import OBJECTIVES, removal_curve

PASSES = 5
"""Times that one search, and what goes with it, comes by every account and arc."""

TOGETHER = 5
"""So many accounts leave together at most."""

GAIN = 1e-9
"""What is left must fall by more than this share of the start: less is rounding."""


def swapped(
    problem: Problem, plan: Plan, visits: float, draws: int, rng: np.random.Generator
) -> Plan:
    """Replace accounts of a set by the best that their cost pays for, until that helps no more.

    Parameters
    ----------
    problem : Problem
        With a budget, and an objective of weak components.
    plan : Plan
        Where to begin.
    visits : float
        Accounts and arcs that may be come by in all.
    draws : int
        How often some leave together.
    rng : numpy.random.Generator
        Who leaves together is drawn from it.

    Returns
    -------
    Plan
        Never worse than `plan`.

    Raises
    ------
    Interrupted
        On Ctrl-C, with the better of `plan` and the set so far.

    Notes
    -----
    A walk moves between sets of one size, and knows nothing of what they cost. Here an account
    leaves, and then whoever leaves least comes in, one after the other, as long as somebody can be
    paid for. One depth-first search, O(n + m), says exactly what each of all accounts would leave;
    between equals the connected pairs decide, then the number. Then some leave together, drawn at
    random, and in the end it is one by one again.
    """
    looks = int(visits // (PASSES * (problem.graph.n + len(problem.graph.both.indices))))
    members = plan.order.tolist()
    here = _Set(problem, candidates_of(problem), members, _left(problem, members), looks)
    try:
        here.one_by_one()
        for _ in range(draws):
            if here.looks <= 0 or len(here.members) < 2:
                break
            several = min(int(rng.integers(2, TOGETHER + 1)), len(here.members))
            drawn = rng.choice(len(here.members), several, replace=False)
            here.without([here.members[place] for place in np.sort(drawn)])
        here.one_by_one()
        if set(here.members) == set(plan.order.tolist()):
            return plan
        orders = orders_of(problem, np.asarray(here.members, np.int32), here.left[0])
        return min([plan, *orders], key=cost_of)
    except KeyboardInterrupt:
        so_far = plan_of(problem, np.asarray(here.members, np.int32))
        raise Interrupted(min(plan, so_far, key=cost_of)) from None


@dataclass
class _Set:
    """A set of accounts that the budget pays for, and what it leaves."""

    problem: Problem
    candidates: np.ndarray
    members: list[int]
    left: tuple[float, float]
    looks: int

    def one_by_one(self) -> None:
        """Let each in turn leave, until nobody's leaving helps."""
        place = idle = 0
        while idle < len(self.members) and self.looks > 0:
            idle = 0 if self.without([self.members[place]]) else idle + 1
            place = (place + 1) % len(self.members)

    def without(self, some: list[int]) -> bool:
        """Let some leave and the best come in, if less is left then; whether it was."""
        others = [member for member in self.members if member not in some]
        for worth in (_as_it_is, _for_its_cost):
            filled, used = _filled(self.problem, self.candidates, others, worth)
            self.looks -= used
            left = _left(self.problem, filled)
            if _less(left, self.left):
                self.members, self.left = filled, left
                return True
        return False


def without_one_more(problem: Problem, gone: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """What is left when one more account goes: the objective and the pairs, float64 (n,) each."""
    view = problem.graph.both
    alive = np.ones(problem.graph.n, bool)
    alive[gone] = False
    kept = np.repeat(alive, np.diff(view.indptr)) & alive[view.indices]
    indptr = np.concatenate([[0], np.cumsum(kept)])[view.indptr]
    weights = np.where(alive, problem.weights, 0.0)
    component, heaviest, parted, number = weighted_pieces(indptr, view.indices[kept], weights)
    totals = np.zeros(int(number.max(initial=-1)) + 1)
    totals[number] = component
    squares = float((totals**2).sum() - (weights**2).sum())
    pairs = squares / 2.0 - parted
    if problem.objective == "pairs":
        return pairs, pairs
    # Beside what is left of its own component there are the others: the heaviest of them counts.
    first, second = np.sort(np.concatenate([totals, [0.0, 0.0]]))[[-1, -2]]
    elsewhere = np.where((component == first) & (first > second), second, first)
    return np.maximum(heaviest, elsewhere), pairs


def _filled(
    problem: Problem,
    candidates: np.ndarray,
    members: list[int],
    worth: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> tuple[list[int], int]:
    """Add accounts to a set until the budget is spent: it, and how many searches that took."""
    members = list(members)
    left = problem.budget * (1 + 1e-12) - float(problem.costs[members].sum())
    used = 0
    while True:
        able = candidates & (problem.costs <= left)
        able[members] = False
        if not able.any():
            return members, used
        used += 1
        values, pairs = without_one_more(problem, members)
        accounts = np.flatnonzero(able)
        now = _left(problem, members)
        gains = [
            worth(at - some[accounts], problem.costs[accounts])
            for at, some in zip(now, (values, pairs), strict=True)
        ]
        chosen = int(accounts[np.lexsort((accounts, -gains[1], -gains[0]))[0]])
        members.append(chosen)
        left -= float(problem.costs[chosen])


def _as_it_is(gains: np.ndarray, costs: np.ndarray) -> np.ndarray:
    return gains


def _for_its_cost(gains: np.ndarray, costs: np.ndarray) -> np.ndarray:
    return gains / costs


def _left(problem: Problem, members: list[int]) -> tuple[float, float]:
    """The objective and the connected pairs once a set is gone."""
    order = np.asarray(members, np.int32)
    curve = removal_curve(problem.graph, order, weights=problem.weights)
    value = OBJECTIVES[problem.objective].of(curve, by_weight=True)[-1]
    return float(value), float(curve.weighted_pairs[-1])


def _less(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether less is left, or as much but fewer pairs."""
    for a, b in zip(one, other, strict=True):
        if abs(a - b) > GAIN * max(a, b):
            return a < b
    return False
