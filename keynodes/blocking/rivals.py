"""Strategies to beat: orders from one look, and chance."""

import numpy as np

from keynodes.blocking.problem import SLACK, ReachProblem
from keynodes.blocking.registration import reach_strategy
from keynodes.kernels.blocks import Progress


def in_turn(problem: ReachProblem, ranking: np.ndarray) -> np.ndarray:
    """The first accounts of a ranking that are candidates and that the budget pays for: int32."""
    order = problem.first.tolist()
    taken = np.zeros(problem.n, bool)
    taken[order] = True
    spent = float(problem.costs[order].sum())
    cheapest = problem.costs[problem.candidates].min(initial=np.inf)
    for account in ranking.tolist():
        if spent + cheapest > problem.budget * SLACK:
            break
        if not problem.candidates[account] or taken[account]:
            continue
        if spent + problem.costs[account] <= problem.budget * SLACK:
            order.append(account)
            taken[account] = True
            spent += float(problem.costs[account])
    return np.asarray(order, np.int32)


@reach_strategy(
    "outdegree-frequency",
    order="static",
    cost="O(what the worlds reach + n log n)",
    reference="the trivial rival; cf. the LHGA heuristic of Wang et al. 2024",
    weights=False,
)
def outdegree_frequency(
    problem: ReachProblem, *, rng: int, progress: Progress | None = None
) -> np.ndarray:
    """By how many hear it times how often it is reached: what any strategy has to beat.

    Where accounts differ in cost, per cost.
    """
    times = np.zeros(problem.n, np.int64)
    for pack in problem.worlds:
        times += np.bincount(pack.nodes, minlength=problem.n)
    score = np.diff(problem.scenario.transmission.indptr) * times / problem.costs
    return in_turn(problem, np.argsort(-score, kind="stable"))


@reach_strategy(
    "random",
    order="static",
    cost="O(n)",
    reference="none",
    direction=False,
    costs=False,
    weights=False,
)
def random(problem: ReachProblem, *, rng: int, progress: Progress | None = None) -> np.ndarray:
    """Accounts in a uniformly random order: the floor."""
    return in_turn(problem, np.random.default_rng(rng).permutation(problem.n))
