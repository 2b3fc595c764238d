"""Strategies by dominators: what each account alone would cut, exact in every stored world."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from keynodes.blocking.problem import ReachProblem
from keynodes.blocking.registration import reach_strategy
from keynodes.blocking.removals import Removals
from keynodes.kernels.blocks import Progress


class Unfinished(KeyboardInterrupt):
    """Ctrl-C in a strategy whose plan so far can be used: `order`."""

    def __init__(self, order: list[int]) -> None:
        super().__init__()
        self.order = np.asarray(order, np.int32)


@contextmanager
def keeping(problem: ReachProblem, order: list[int]) -> Iterator[None]:
    """Let Ctrl-C within carry a plan, where it has more than what must go in any case."""
    try:
        yield
    except KeyboardInterrupt:
        if len(order) <= len(problem.first):
            raise
        raise Unfinished(order) from None


def picked(
    problem: ReachProblem,
    removals: Removals,
    among: np.ndarray,
    order: list[int],
    progress: Progress | None,
) -> list[int]:
    """Go on removing the account that gains most for its cost, as long as the budget pays.

    Raises
    ------
    Unfinished
        At Ctrl-C, with the order so far.
    """
    total = _steps(problem)
    with keeping(problem, order):
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

    Where accounts differ in cost the gain per cost decides; or the one account that gains most
    goes first, whatever it costs, if that cuts more in the end.
    """
    removals = Removals(problem)
    order = picked(problem, removals, problem.candidates, problem.first.tolist(), progress)
    if problem.one_price:
        return np.asarray(order, np.int32)
    with keeping(problem, order):
        other = _dearest_first(problem)
        if _cut(problem, other) > _cut(problem, order):
            order = other
    return np.asarray(order, np.int32)


@reach_strategy(
    "replace",
    order="adaptive",
    cost="twice that of greedy",
    reference="Xie et al. 2023 (GreedyReplace), doi:10.1109/ICDE55515.2023.00064",
)
def replace(problem: ReachProblem, *, rng: int, progress: Progress | None = None) -> np.ndarray:
    """First those that hear the seeds themselves, then each replaced by the best there is.

    From the last one back, until no other cuts more than the account itself. Where accounts differ
    in cost the best is first the one that gains most for its cost, then the one that gains most.
    """
    passing = problem.scenario.transmission
    near = np.zeros(problem.n, bool)
    for source in np.flatnonzero(problem.scenario.is_source):
        near[passing.heads[passing.indptr[source] : passing.indptr[source + 1]]] = True
    removals = Removals(problem)
    begun = problem.first.tolist()
    order = picked(problem, removals, problem.candidates & near, begun, progress)
    order = picked(problem, removals, problem.candidates, order, progress)
    with keeping(problem, order):
        for per_cost in (True,) if problem.one_price else (True, False):
            for place in range(len(order) - 1, len(problem.first) - 1, -1):
                spent = float(problem.costs[order].sum() - problem.costs[order[place]])
                removals.restore(order[place])
                able = problem.affordable(removals.taken, spent)
                best = removals.best(able, per_cost=per_cost)
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


def _dearest_first(problem: ReachProblem) -> list[int]:
    """What must go, the one account that gains most, whatever its cost, and what more is paid."""
    removals = Removals(problem)
    order = problem.first.tolist()
    spent = float(problem.costs[order].sum())
    account = removals.best(problem.affordable(removals.taken, spent), per_cost=False)
    if account >= 0:
        removals.remove(account)
        order.append(account)
    return picked(problem, removals, problem.candidates, order, None)


def _cut(problem: ReachProblem, order: list[int]) -> float:
    """What a plan cuts from the worlds of the problem."""
    removals = Removals(problem)
    total = 0.0
    for account in order[len(problem.first) :]:
        total += removals.gain(account)
        removals.remove(account)
    return total
