"""Strategies by dominators: what each account alone would cut, exact in every stored world."""

import numpy as np

from keynodes.blocking.problem import ReachProblem
from keynodes.blocking.registration import reach_strategy
from keynodes.blocking.removals import Removals
from keynodes.kernels.blocks import Progress


def picked(
    problem: ReachProblem,
    removals: Removals,
    among: np.ndarray,
    order: list[int],
    progress: Progress | None,
) -> list[int]:
    """Go on removing the account that gains most for its cost, as long as the budget pays."""
    total = _steps(problem)
    while True:
        spent = float(problem.costs[order].sum())
        account = removals.best(among & problem.affordable(removals.taken, spent))
        if account < 0:
            return order
        removals.remove(account)
        order.append(account)
        if progress:
            progress(min(len(order), total), total)


@reach_strategy(
    "greedy",
    order="adaptive",
    cost="O(worlds with the pick · what they reach) a removal",
    reference="Xie et al. 2023, doi:10.1109/ICDE55515.2023.00064",
)
def greedy(problem: ReachProblem, *, rng: int, progress: Progress | None = None) -> np.ndarray:
    """The account whose removal alone cuts most now, and again: exact, by dominators.

    Where accounts differ in cost the gain per cost decides, or the one account alone that gains
    most, if that cuts more than all the others together.
    """
    removals = Removals(problem)
    order = picked(problem, removals, problem.candidates, problem.first.tolist(), progress)
    if (problem.costs[problem.candidates] == problem.costs[problem.candidates][:1]).all():
        return np.asarray(order, np.int32)
    alone = _dearest(problem)
    if alone is not None and _cut(problem, alone) > _cut(problem, order):
        order = alone
    return np.asarray(order, np.int32)


@reach_strategy(
    "replace",
    order="adaptive",
    cost="twice that of greedy",
    reference="Xie et al. 2023 (GreedyReplace), doi:10.1109/ICDE55515.2023.00064",
)
def replace(problem: ReachProblem, *, rng: int, progress: Progress | None = None) -> np.ndarray:
    """First those that hear the seeds themselves, then each replaced by the best there is.

    From the last one back, until no other cuts more than the account itself.
    """
    passing = problem.scenario.transmission
    near = np.zeros(problem.n, bool)
    for source in np.flatnonzero(problem.scenario.is_source):
        near[passing.heads[passing.indptr[source] : passing.indptr[source + 1]]] = True
    removals = Removals(problem)
    begun = problem.first.tolist()
    order = picked(problem, removals, problem.candidates & near, begun, progress)
    order = picked(problem, removals, problem.candidates, order, progress)
    for place in range(len(order) - 1, len(problem.first) - 1, -1):
        spent = float(problem.costs[order].sum() - problem.costs[order[place]])
        removals.restore(order[place])
        best = removals.best(problem.affordable(removals.taken, spent))
        if best < 0 or removals.gain(best) <= removals.gain(order[place]):
            removals.remove(order[place])
            break
        removals.remove(best)
        order[place] = best
    # A replacement that costs less leaves something to spend.
    order = picked(problem, removals, problem.candidates, order, progress)
    return np.asarray(order, np.int32)


def _steps(problem: ReachProblem) -> int:
    """About how many removals the budget pays for."""
    costs = np.sort(problem.costs[problem.candidates])
    return max(1, int(np.searchsorted(np.cumsum(costs), problem.budget, side="right")))


def _dearest(problem: ReachProblem) -> list[int] | None:
    """The removals that must be, and the one account that alone gains most, whatever its cost."""
    removals = Removals(problem)
    spent = float(problem.costs[problem.first].sum())
    among = problem.affordable(removals.taken, spent) & (removals.ceilings > 0)
    if not among.any():
        return None
    gains = [(removals.gain(v), -int(v)) for v in _largest(removals.ceilings, among)]
    return [*problem.first.tolist(), -max(gains)[1]]


def _largest(values: np.ndarray, among: np.ndarray, most: int = 50) -> np.ndarray:
    """The accounts of the largest values among some."""
    places = np.flatnonzero(among)
    return places[np.argsort(-values[places], kind="stable")[:most]]


def _cut(problem: ReachProblem, order: list[int]) -> float:
    """What a plan cuts from the worlds of the problem."""
    removals = Removals(problem)
    total = 0.0
    for account in order[len(problem.first) :]:
        total += removals.gain(account)
        removals.remove(account)
    return total
