"""The search: plans of the reverse-greedy grid, improved one account at a time."""

import time
from dataclasses import dataclass, field, replace

import numpy as np

from keynodes.dismantling.plans import (
    Plan,
    candidates_of,
    left_after,
    plan_of,
    price_of_size,
    seen_from,
)
from keynodes.dismantling.registration import Problem, strategy
from keynodes.dismantling.reverse_greedy import greedy_plans, orders_of
from keynodes.kernels import annealing, subsets
from keynodes.kernels.blocks import Progress, in_order
from keynodes.kernels.keyplayers import pairs_left

MOVES = 40_000
"""Moves of each walk, unless asked otherwise, and unless that were more than `ARCS`."""

ARCS = 10_000_000_000
"""Nodes and arcs of the contracted network that the moves of a walk may come by, each move all."""

CHAINS = 2
"""Walks side by side, each with random numbers of its own; a constant, so that the number of
processors cannot change the result."""

ROUNDS = ((0.7, 1.0), (0.3, 0.15))
"""The share of the moves that each round gets, and how warm it begins, against the first. A round
begins from the best plan of the one before, and looks at other candidates."""

COOL = 0.0005
"""The temperature at the end of a round, as a share of the mean height of the curve."""

WORK = 30_000_000
"""Nodes and arcs looked at in one compiled call: some tenths of a second."""

LOOKS = 300_000_000
"""Nodes and arcs that the depth-first searches for single accounts may come by together."""

FEW = 14
"""Up to so many candidates, every set is tried, and its best order found: the optimum."""

ORDER_MOVES = 10_000
"""Moves when only the order of a given set is looked for."""

RESERVE = 0.5
"""With a budget, the order goes on behind it by this share: whoever waits there may come in."""


@strategy(
    "search",
    order="adaptive",
    optimises=("largest-component", "pairs"),
    costs=True,
    weights=True,
    cost="O(m log n) for each recipe, then O(k + m') for each move",
    reference="Geman & Geman 1984, doi:10.1109/TPAMI.1984.4767596",
)
def search(
    problem: Problem,
    *,
    rng: np.random.Generator,
    progress: Progress | None = None,
    iterations: int | None = None,
    seconds: float | None = None,
) -> np.ndarray:
    """The reverse-greedy grid, then a search over set and order that moves one account at a time.

    Parameters
    ----------
    problem : Problem
        Whom to remove from what, and when it is enough.
    rng : numpy.random.Generator
        Where the moves come from.
    progress : callable, optional
        Called as ``progress(done, total)``.
    iterations : int, optional
        Moves of each of two walks: 40,000, or as many as come by 10^10 arcs of the contracted
        network, if that is fewer.
    seconds : float, optional
        Go on for so long instead: the result then depends on the machine.

    Returns
    -------
    numpy.ndarray of int32
        The best plan found.

    Notes
    -----
    A move takes one account and weighs all places in the order that it could have, "not in the
    plan" among them: one walk back without it and one with it tell what each would cost. It goes
    to one of them with probability ∝ exp(−cost / temperature), the heat bath of Geman & Geman,
    and the temperature falls. What lies between the candidates is contracted first, so that a
    move costs O(k + m') for k removals and m' arcs that touch a candidate; long plans are walked
    in part.

    With at most 14 accounts worth removing, every set and order is tried instead: the optimum.
    Otherwise nothing is guaranteed but that the plan is no worse than that of reverse greedy.
    Ctrl-C ends the search; the best plan so far is returned. O(n + m) memory.

    References
    ----------
    Geman, S., & Geman, D. (1984). Stochastic relaxation, Gibbs distributions, and the Bayesian
    restoration of images. IEEE Transactions on Pattern Analysis and Machine Intelligence 6,
    721–741. https://doi.org/10.1109/TPAMI.1984.4767596

    Examples
    --------
    >>> from keynodes import InteractionGraph
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d", "e"], [0, 1, 2, 3], [1, 2, 3, 4])
    >>> problem = Problem(
    ...     chain, np.ones(5), np.ones(5, bool), np.ones(5), threshold=2, enough=2
    ... )
    >>> search(problem, rng=np.random.default_rng(0)).tolist()
    [2]
    """
    candidates = candidates_of(problem)
    if problem.objective == "strong":
        # What falls apart whatever the direction falls apart along it too: search there, score here.
        weak = replace(problem, objective="largest-component")
        order = search(weak, rng=rng, progress=progress, iterations=iterations, seconds=seconds)
        plans = [plan_of(problem, order), *greedy_plans(problem)]
        return min(plans, key=lambda plan: plan.cost).order
    if candidates.sum() <= FEW:
        return best_of_all(problem, candidates)
    start = time.monotonic()
    plans = greedy_plans(problem, progress=progress)
    if np.isfinite(problem.budget):
        plans = sorted([*plans, by_vitality(problem)], key=lambda plan: plan.cost)
    spent = time.monotonic() - start
    limit = None if seconds is None else max(seconds - spent, 0.0)
    return improved(problem, plans, candidates, rng, iterations, limit, progress).order


def by_vitality(problem: Problem) -> Plan:
    """Take whoever, alone, parts most of what is left, again and again; several at a time if many.

    One depth-first search looks at every account. O(n + m) for each of at most `LOOKS` searches.
    """
    view = problem.graph.both
    unit = problem.graph.n + len(view.indices)
    looks = max(1, min(problem.graph.n, LOOKS // unit))
    alive = np.ones(problem.graph.n, bool)
    order: list[np.ndarray] = []
    left = problem.budget
    at_once = max(1, int(np.ceil(problem.budget / problem.costs.min() / looks)))
    while left > 0:
        pairs, _ = pairs_left(view.indptr, view.indices, problem.weights, alive)
        able = np.flatnonzero(alive & problem.removable & (problem.costs <= left))
        if not len(able):
            break
        degrees = np.diff(view.indptr)[able]
        gains = (pairs[able] - pairs[able].max()) / problem.costs[able]
        taken = able[np.lexsort((able, -degrees, gains))[:at_once]].astype(np.int32)
        order.append(taken)
        alive[taken] = False
        left -= float(problem.costs[taken].sum())
    return plan_of(problem, np.concatenate(order) if order else np.zeros(0, np.int32))


def best_of_all(problem: Problem, candidates: np.ndarray) -> np.ndarray:
    """Return the optimum by looking at every set: O(2^c (n' + m')) for c candidates."""
    accounts, net = seen_from(problem, candidates)
    c = len(accounts)
    squares = problem.objective == "pairs"
    values = subsets.what_is_left(net, squares) / (2.0 if squares else 1.0)
    sums, last = subsets.best_orders(values, c)
    sets = np.arange(1 << c)
    costs = sum(
        (((sets >> i) & 1) * problem.costs[accounts[i]] for i in range(c)), np.zeros(1 << c)
    )
    if np.isfinite(problem.budget):
        fits = costs <= problem.budget * (1 + 1e-12)
        # Of equals the set that is largest, so that a budget is used, then the best order.
        preference = (np.where(fits, 0, 1), values, -costs, sums)
    else:
        fits = values <= problem.enough
        area = sums / max(values[0], 1e-300)
        cost = (costs, area) if problem.minimise == "size" else (area, costs)
        preference = (np.where(fits, 0, 1), *cost)
    best = int(np.lexsort((sets, *reversed(preference)))[0])
    if not fits[best]:
        return np.zeros(0, np.int32)
    return _unrolled(accounts, last, best)


def _unrolled(accounts: np.ndarray, last: np.ndarray, gone: int) -> np.ndarray:
    """Read the best order of a set from the last removal of each of its parts."""
    order = []
    while gone:
        order.append(accounts[last[gone]])
        gone ^= 1 << int(last[gone])
    return np.asarray(order[::-1], np.int32)


@dataclass
class _Chain:
    """One walk over plans."""

    accounts: np.ndarray
    net: annealing.Quotient
    goal: annealing.Goal
    walk: annealing.Walk
    length: int
    state: np.ndarray
    best_order: np.ndarray
    best: np.ndarray = field(default_factory=lambda: np.array([np.inf, 0.0]))

    def move(self, moves: int, warm: float, cool: float) -> None:
        self.length = annealing.anneal(
            self.net,
            self.goal,
            self.walk,
            self.length,
            self.state,
            moves,
            warm,
            cool,
            self.best_order,
            self.best,
        )

    @property
    def found(self) -> np.ndarray:
        """The best order met, in accounts."""
        return self.accounts[self.best_order[: int(self.best[1])]].astype(np.int32)


def improved(
    problem: Problem,
    plans: list[Plan],
    candidates: np.ndarray,
    rng: np.random.Generator,
    iterations: int | None,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Improve the best of `plans` by moves of single accounts; never worse than it.

    The walks of a round start from the best plan so far, each among candidates of its own.
    """
    best = plans[0]
    if not len(best.order) or not np.isfinite(best.cost[0]):
        return best
    done = 0.0
    try:
        for share, warmth in ROUNDS:
            pools = [_pool(problem, best, plans, candidates, rng) for _ in range(CHAINS)]
            chains = [_chain(problem, best.order, pool, rng) for pool in pools]
            size = max(len(chain.net.total) + len(chain.net.indices) for chain in chains)
            step = max(annealing.MOVES_A_BATCH, WORK // (4 * size + 1))
            height = _height(problem, best)
            planned = share * (iterations or min(MOVES, ARCS // size + 1))
            moved, passed = 0, 0.0
            round_begin = time.monotonic()
            while True:
                if seconds is None:
                    passed = moved / planned
                    moves = int(min(step, planned - moved + 1))
                else:
                    elapsed = time.monotonic() - round_begin
                    passed = elapsed / (share * seconds) if seconds > 0 else 1.0
                    moves = step
                    if moved:
                        planned = moved / max(passed, 1e-9)
                if passed >= 1.0:
                    break
                # The more often each candidate comes up, the warmer a walk may begin.
                turns = planned / max(len(chain.accounts) for chain in chains)
                warm = warmth * min(1.0, 0.03 * max(turns, 1.0) ** 0.65) * height
                cool = min(COOL * height, warm)
                now = warm * (cool / warm) ** passed
                then = warm * (cool / warm) ** min(1.0, passed + moves / max(planned, 1.0))
                list(in_order(lambda chain: chain.move(moves, now, then), chains))  # noqa: B023
                moved += moves
                if progress:
                    progress(int(1000 * min(1.0, done + share * passed)), 1000)
            done += share
            best = min([best, *_found(problem, chains)], key=lambda plan: plan.cost)
    except KeyboardInterrupt:
        best = min([best, *_found(problem, chains)], key=lambda plan: plan.cost)
        raise Interrupted(best) from None
    if progress:
        progress(1000, 1000)
    return best


def ordered(problem: Problem, members: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return all of a set in the order that leaves least along the way.

    Up to `FEW` accounts the best order of all; else the best of several orders of return, improved
    by moves of single accounts.
    """
    chosen = np.zeros(problem.graph.n, bool)
    chosen[members] = True
    squares = problem.objective == "pairs"
    whole = replace(problem, enough=-1.0, budget=float(problem.costs[members].sum()) + 1.0)
    if len(members) < 2:
        return members
    if len(members) <= FEW and problem.objective != "strong":
        accounts, net = seen_from(problem, chosen)
        _, last = subsets.best_orders(subsets.what_is_left(net, squares), net.c)
        return _unrolled(accounts, last, (1 << net.c) - 1)
    start = float(left_after(problem, members)[-1])
    best = min(orders_of(whole, members, start), key=lambda plan: (plan.cost[1], plan.cost[0]))
    if problem.objective == "strong":
        return best.order
    chain = _chain(whole, best.order, chosen, rng)
    worth = np.ones(len(members) + 2)
    chain.goal = annealing.Goal(squares, -1.0, worth, np.zeros(len(members)))
    height = float(max(left_after(problem, best.order)[1:].mean(), 1.0)) * (2.0 if squares else 1.0)
    size = len(chain.net.total) + len(chain.net.indices)
    step = max(annealing.MOVES_A_BATCH, WORK // (4 * size + 1))
    done = 0
    while done < ORDER_MOVES:
        moves = min(step, ORDER_MOVES - done)
        warm = 0.05 * height * 0.01 ** (done / ORDER_MOVES)
        chain.move(moves, warm, warm * 0.01 ** (moves / ORDER_MOVES))
        done += moves
    found = plan_of(whole, chain.found)
    return min(best, found, key=lambda plan: (plan.cost[1], plan.cost[0])).order


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during the search: carries the best plan so far."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan


def _found(problem: Problem, chains: list[_Chain]) -> list[Plan]:
    return [plan_of(problem, chain.found) for chain in chains if np.isfinite(chain.best[0])]


def _pool(
    problem: Problem,
    best: Plan,
    plans: list[Plan],
    candidates: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Who may move: the plans' accounts, those with most neighbours, and some drawn by degree."""
    degrees = np.diff(problem.graph.both.indptr).astype(np.float64)
    pool = np.zeros(problem.graph.n, bool)
    for plan in (best, *plans[:8]):
        pool[plan.order] = True
    room = max(2 * len(best.order), 300)
    pool[np.argsort(-degrees / problem.costs, kind="stable")[:room]] = True
    others = np.flatnonzero(candidates & ~pool)
    if len(others):
        share = degrees[others] / degrees[others].sum()
        drawn = rng.choice(others, min(room // 2, len(others)), replace=False, p=share)
        pool[drawn] = True
    pool &= candidates
    pool[best.order] = True
    return pool


def _chain(
    problem: Problem, order: np.ndarray, pool: np.ndarray, rng: np.random.Generator
) -> _Chain:
    accounts, net = seen_from(problem, pool)
    place = np.full(problem.graph.n, -1, np.int32)
    place[accounts] = np.arange(len(accounts))
    c = len(accounts)
    length = len(order)
    walk = annealing.Walk(np.zeros(c, np.int32), np.zeros(c + 2), np.full(c, -1, np.int32))
    walk.order[:length] = place[order]
    goal = _goal(problem, accounts, order)
    if goal.threshold < 0:
        # Behind the budget the order goes on: with those that come next by degree.
        waiting = min(c, length + max(int(RESERVE * length), 10)) - length
        degrees = np.diff(net.indptr)[:c].astype(np.float64)
        degrees[place[order]] = -1.0
        walk.order[length : length + waiting] = np.argsort(-degrees, kind="stable")[:waiting]
        length += waiting
    annealing.follow(net, goal, walk, length)
    if goal.threshold >= 0:
        length = annealing.cut_short(goal, walk, length)
    state = rng.integers(0, 2**64, 1, dtype=np.uint64)
    return _Chain(accounts, net, goal, walk, length, state, np.zeros(c, np.int32))


def _goal(problem: Problem, accounts: np.ndarray, order: np.ndarray) -> annealing.Goal:
    """What the walk is judged by, in the units of its curve (with pairs, twice the objective)."""
    c = len(accounts)
    squares = problem.objective == "pairs"
    unit = 2.0 if squares else 1.0
    worth = np.ones(c + 2)
    if np.isfinite(problem.budget):
        # What is left at the end counts; the way there, and whoever waits behind, a little.
        k = len(order)
        worth[:] = 0.0
        worth[1:k] = 0.05 / k
        worth[k] = 1.0
        behind = np.arange(k + 1, c + 2)
        worth[k + 1 :] = 0.02 / k * 0.5 ** ((behind - k) / max(k * RESERVE, 10))
        return annealing.Goal(squares, -1.0, worth, np.zeros(c))
    worth[1] = 0.5
    dues = price_of_size(problem) * problem.costs[accounts] * _whole(problem) * unit
    return annealing.Goal(squares, problem.enough * unit, worth, dues)


def _whole(problem: Problem) -> float:
    return float(left_after(problem, np.zeros(0, np.int32))[0])


def _height(problem: Problem, best: Plan) -> float:
    """What temperatures are measured in: how much one removal matters."""
    values = left_after(problem, best.order) * (2.0 if problem.objective == "pairs" else 1.0)
    if np.isfinite(problem.budget):
        return float(max(values[0] - values[-1], 1.0) / max(len(best.order), 1))
    return float(max(values[1:].mean(), 1.0))
