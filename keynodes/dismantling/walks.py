"""Walks over plans: single accounts move, come in and go, and the temperature falls."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from keynodes.dismantling.plans import (
    Interrupted,
    Plan,
    cost_of,
    left_after,
    plan_of,
    price_of_size,
    seen_from,
)
from keynodes.dismantling.registration import Problem
from keynodes.kernels import annealing
from keynodes.kernels.blocks import Progress, in_order

MOVES = 40_000
"""Moves of each walk, unless asked otherwise, and unless that were more than `ARCS`."""

ARCS = 5_000_000_000
"""Nodes and arcs of the contracted network that the moves of a walk may come by, each move all."""

FIRST = 0.07
"""A short round at the beginning, so that there is a good plan early: for whoever stops it."""

MAIN, LATER = 0.7, ((0.2, 0.3), (0.1, 0.1))
"""The share of the moves that goes into walks from the warmest on; and of each later round its
share, and how warm it begins against those. A round begins from the best plan so far, and looks at
other candidates. In each two walks go side by side, whatever the number of processors."""

TURNS = 200
"""A candidate that comes up more often than this in the main part: the part is walked again."""

WARMEST = 0.7
"""The highest temperature a walk begins at, as a share of the mean height of the curve."""

COOL = 0.0005
"""The temperature at the end of a round, as a share of the mean height of the curve."""

WORK = 30_000_000
"""Nodes and arcs looked at in one compiled call: some tenths of a second."""

RESERVE = 0.5
"""With a budget, the order goes on behind it by this share: whoever waits there may come in."""


@dataclass
class Chain:
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
    def size(self) -> int:
        """Nodes and arcs of the contracted network."""
        return len(self.net.total) + len(self.net.indices)

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
    part: float = 1.0,
    progress: Progress | None = None,
) -> Plan:
    """Improve the best of `plans` by moves of single accounts; never worse than it.

    The walks of a round start from the best plan so far, each among candidates of its own. Only a
    `part` of the moves or of the time is used.
    """
    best = plans[0]
    if not len(best.order) or not np.isfinite(best.cost[0]):
        return best
    chains: list[Chain] = []
    front = best
    begin = time.monotonic()
    try:
        chains = chains_of(problem, [best, best], plans, candidates, rng)
        if seconds is None:
            size = max(chain.size for chain in chains)
            planned = part * (iterations or min(MOVES, ARCS // size + 1))
        else:
            planned = part * seconds * moves_a_second(problem, chains, best, part * seconds)
            seconds = max(part * seconds - (time.monotonic() - begin), 0.0)
        rounds = rounds_of(planned / max(len(chain.accounts) for chain in chains))
        done = 0.0
        for number, (share, warmth) in enumerate(rounds):
            # The smallest set is looked for at the end, beside the best in both respects.
            terms = problem
            if problem.minimise == "size" and number < len(rounds) - len(LATER):
                terms = replace(problem, minimise="both")
            front = min((plan_of(terms, plan.order) for plan in (front, best)), key=cost_of)
            starts = [front, best if terms is problem else front]
            chains = chains_of(terms, starts, plans, candidates, rng)
            limit = None if seconds is None else share * seconds
            for passed in walked(terms, chains, front, share * planned, warmth, limit):
                if progress:
                    progress(int(1000 * min(1.0, done + share * passed)), 1000)
            done += share
            front = min([front, *found_by(terms, chains)], key=cost_of)
            best = min([best, *found_by(problem, chains)], key=cost_of)
    except KeyboardInterrupt:
        raise Interrupted(min([best, *found_by(problem, chains)], key=cost_of)) from None
    if progress:
        progress(1000, 1000)
    return best


def rounds_of(turns: float) -> list[tuple[float, float]]:
    """The share of the moves and the warmth of each round, when each candidate has its turns."""
    again = int(min(4, max(1, MAIN * turns / TURNS)))
    return [(FIRST, 1.0), *[((MAIN - FIRST) / again, 1.0)] * again, *LATER]


def moves_a_call(chains: list[Chain]) -> int:
    """How many moves one compiled call makes."""
    return max(annealing.MOVES_A_BATCH, WORK // (4 * max(chain.size for chain in chains) + 1))


def moves_a_second(problem: Problem, chains: list[Chain], best: Plan, seconds: float) -> float:
    """Try, for a fiftieth of the time there is, how fast walks go on this machine."""
    cool = COOL * height_of(problem, best)
    moves = moves_a_call(chains)
    list(in_order(lambda chain: chain.move(moves, cool, cool), chains))  # may have to compile
    begin, moved = time.monotonic(), 0
    while moved == 0 or time.monotonic() - begin < min(0.5, 0.02 * seconds):
        list(in_order(lambda chain: chain.move(moves, cool, cool), chains))
        moved += moves
    return moved / max(time.monotonic() - begin, 1e-6)


def walked(
    problem: Problem,
    chains: list[Chain],
    front: Plan,
    planned: float,
    warmth: float,
    seconds: float | None,
) -> Iterator[float]:
    """Walk one round, cooling; yields the share of it that is done after each compiled call."""
    height = height_of(problem, front)
    # The more often each candidate comes up, the warmer a walk may begin.
    turns = planned / max(len(chain.accounts) for chain in chains)
    warm = warmth * min(WARMEST, 0.03 * max(turns, 1.0) ** 0.65) * height
    cool = min(COOL * height, warm)
    begin, moved = time.monotonic(), 0
    passed = 0.0
    while passed < 1.0:
        moves = int(min(moves_a_call(chains), planned - moved + 1))
        then = min(1.0, passed + moves / max(planned, 1.0))
        temperatures = [warm * (cool / warm) ** part for part in (passed, then)]
        list(in_order(lambda chain: chain.move(moves, *temperatures), chains))  # noqa: B023
        moved += moves
        if seconds is None:
            passed = moved / planned
        else:
            passed = (time.monotonic() - begin) / max(seconds, 1e-6)
            planned = moved / max(passed, 1e-9)
        yield min(passed, 1.0)


def found_by(problem: Problem, chains: list[Chain]) -> list[Plan]:
    """Return the best plan that each walk met."""
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
    others = np.flatnonzero(candidates & ~pool & (degrees > 0))
    if len(others):
        share = degrees[others] / degrees[others].sum()
        drawn = rng.choice(others, min(room // 2, len(others)), replace=False, p=share)
        pool[drawn] = True
    pool &= candidates
    pool[best.order] = True
    return pool


def chains_of(
    problem: Problem,
    starts: list[Plan],
    plans: list[Plan],
    candidates: np.ndarray,
    rng: np.random.Generator,
) -> list[Chain]:
    """A walk from each start, among candidates of its own."""
    pools = [_pool(problem, start, plans, candidates, rng) for start in starts]
    return [
        chain_of(problem, start.order, pool, rng) for start, pool in zip(starts, pools, strict=True)
    ]


def chain_of(
    problem: Problem, order: np.ndarray, pool: np.ndarray, rng: np.random.Generator
) -> Chain:
    """Begin a walk at a plan, among the accounts of a pool (bool (n,))."""
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
    return Chain(accounts, net, goal, walk, length, state, np.zeros(c, np.int32))


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
    dues /= problem.costs.mean()
    return annealing.Goal(squares, problem.enough * unit, worth, dues)


def _whole(problem: Problem) -> float:
    return float(left_after(problem, np.zeros(0, np.int32))[0])


def height_of(problem: Problem, best: Plan) -> float:
    """Return what temperatures are measured in: how much one removal matters."""
    values = left_after(problem, best.order) * (2.0 if problem.objective == "pairs" else 1.0)
    least = 1e-6 * max(float(values[0]), 1e-300)
    if np.isfinite(problem.budget):
        return max(float(values[0] - values[-1]) / max(len(best.order), 1), least)
    return max(float(values[1:].mean()), least)
