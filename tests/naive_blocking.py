"""The slow, obvious twins of blocking: whole worlds, and every removal tried by deletion.

A `Small` is a problem and its worlds, drawn again by tossing the coins in plain integers. Plans are
lists of account indices; gains and cuts are whole units over all worlds together.
"""

import itertools
from fractions import Fraction
from typing import NamedTuple

import naive_worlds as twins
import numpy as np
from hypothesis import strategies as st

from keynodes.blocking.problem import ReachProblem
from keynodes.cascades.keys import CHOOSING, world_keys
from keynodes.cascades.sampling import size_of, stored
from keynodes.cascades.scenario import scenario

MODELS = (
    "constant:probability=1",
    "constant:probability=0.6",
    "counts:beta=0.3",
    "weighted-cascade",
    "linear-threshold",
)
LIMITS = ({}, {}, {"hops": 2}, {"hops": 3}, {"within": 1.5, "delay": 1.0})


class Small(NamedTuple):
    problem: ReachProblem
    worlds: list

    @property
    def values(self):
        return self.problem.scenario.values.tolist()

    @property
    def limit(self):
        return self.problem.scenario.limit

    @property
    def gone(self):
        return twins.MUTED if self.problem.muting else twins.REMOVED

    @property
    def first(self):
        return self.problem.first.tolist()


def problem_of(asked, count, **terms):
    """A problem with stored worlds; unless said otherwise, of everybody but the seeds."""
    n = asked.graph.n
    candidates = np.ones(n, bool)
    if asked.seeds is not None:
        candidates[asked.seeds] = False
    terms = {
        "candidates": candidates,
        "costs": np.ones(n),
        "budget": 3.0,
        "first": np.zeros(0, np.int32),
        **terms,
    }
    return ReachProblem(asked, tuple(stored(asked, CHOOSING, count, size_of(asked))), **terms)


def small_of(problem, stream=CHOOSING):
    asked = problem.scenario
    keys = world_keys(asked.rng, stream, problem.count)
    return Small(problem, [twins.world(asked, row) for row in keys])


@st.composite
def smalls(draw, limits=LIMITS, models=MODELS, costs=True, muting=True, max_accounts=8, count=4):
    """Small problems of any kind, with detours: seeded or not, weights of 0, must, costs."""
    rng, graph = twins.random_case(draw(twins.choices), max_accounts)
    n = graph.n
    seeds = rng.choice(n, int(rng.integers(0, 3)), replace=False)
    asked = scenario(
        graph,
        graph.accounts[seeds].tolist() or None,
        model=models[rng.integers(len(models))],
        # Half of the time most count nothing, so that what is reached need not score.
        accounts=rng.integers(0, 5, n) * (rng.random(n) < rng.choice([0.4, 1.0])) + np.eye(n)[-1],
        rng=int(rng.integers(10)),
        **limits[rng.integers(len(limits))],
    )
    candidates = rng.random(n) < 0.85
    if rng.random() < 0.5:
        candidates[seeds] = False
    first = rng.choice(n, int(rng.random() < 0.3), replace=False)
    candidates[first] = False
    prices = np.ones(n)
    if costs and rng.random() < 0.5:
        prices = rng.choice([1.0, 2.0, 0.25], n)
    budget = max(rng.choice([1.0, 2.0, 2.5, 3.0, 20.0]), prices[first].sum())
    return small_of(
        problem_of(
            asked,
            count,
            candidates=candidates,
            costs=prices,
            budget=float(budget),
            first=first.astype(np.int32),
            muting=bool(muting and rng.random() < 0.4),
        )
    )


# --- what removals cut ------------------------------------------------------------------------


def left(small, gone):
    """What all worlds together still reach without some accounts."""
    status = dict.fromkeys(gone, small.gone)
    return sum(twins.heard(one, small.values, status, small.limit) for one in small.worlds)


def gain(small, v, gone=()):
    """What one more removal cuts."""
    return left(small, gone) - left(small, [*gone, v])


def credit(small, v, gone=()):
    """The fair share of one account, over all worlds."""
    status = dict.fromkeys(gone, small.gone)
    # Under a limit worlds hold what can be part of a timely path, before any removal.
    held = [twins.timely(one, None, small.limit) for one in small.worlds]
    muting = small.problem.muting
    return sum(
        (twins.credits_of(one, small.values, status, muting).get(v, Fraction(0)) for one in held),
        Fraction(0),
    )


def affordable(small, gone):
    """Who may be removed next, by id."""
    problem = small.problem
    spent = sum(problem.costs[v] for v in gone)
    return [
        v
        for v in range(problem.n)
        if problem.candidates[v] and v not in gone and spent + problem.costs[v] <= problem.budget
    ]


def best(small, among, gone, worth=gain, per_cost=True):
    """Who gains most (for its cost), the lowest id first; nobody where nothing is gained."""
    prices = {v: Fraction(float(small.problem.costs[v])) if per_cost else 1 for v in among}
    ranked = [(-worth(small, v, gone) / prices[v], v) for v in among]
    value, v = min(ranked, default=(0, None))
    return v if value < 0 else None


# --- strategies -------------------------------------------------------------------------------


def picked(small, plan, among=None):
    plan = list(plan)
    while True:
        able = [v for v in affordable(small, plan) if among is None or v in among]
        v = best(small, able, plan)
        if v is None:
            return plan
        plan.append(v)


def greedy(small):
    """Remove, try every removal in every world, and again; or first whoever gains most of all."""
    plan = picked(small, small.first)
    if len(prices(small)) > 1:
        v = best(small, affordable(small, small.first), small.first, per_cost=False)
        other = picked(small, [*small.first, *([] if v is None else [v])])
        if left(small, other) < left(small, plan):
            return other
    return plan


def prices(small):
    """What candidates cost."""
    return {small.problem.costs[v] for v in range(small.problem.n) if small.problem.candidates[v]}


def replace(small):
    """The best that hear the sources themselves; then, from the last back, the best there is."""
    asked = small.problem.scenario
    speaking = set(np.flatnonzero(asked.is_source).tolist())
    near = {v for u, v in twins.naive.arcs_of(asked.transmission) if u in speaking}
    plan = picked(small, picked(small, small.first, near))
    for per_cost in (True, False) if len(prices(small)) > 1 else (True,):
        for place in reversed(range(len(small.first), len(plan))):
            rest = plan[:place] + plan[place + 1 :]
            other = best(small, affordable(small, rest), rest, per_cost=per_cost)
            if other is None or gain(small, other, rest) <= gain(small, plan[place], rest):
                break
            plan[place] = other
        plan = picked(small, plan)
    return plan


def outdegree_frequency(small):
    asked = small.problem.scenario
    degree = [0] * small.problem.n
    for u, _ in twins.naive.arcs_of(asked.transmission):
        degree[u] += 1
    times = [
        sum(v in twins.arrivals(one, None, small.limit) for one in small.worlds)
        for v in range(small.problem.n)
    ]
    score = [degree[v] * times[v] / small.problem.costs[v] for v in range(small.problem.n)]
    plan = list(small.first)
    for v in sorted(range(small.problem.n), key=lambda v: (-score[v], v)):
        if v in affordable(small, plan):
            plan.append(v)
    return plan


def optimum(small):
    """The most that any set of the budget cuts, what must go included."""
    problem = small.problem
    able = [v for v in range(problem.n) if problem.candidates[v]]
    whole, most = left(small, []), 0
    for size in range(len(able) + 1):
        for chosen in itertools.combinations(able, size):
            gone = [*small.first, *chosen]
            if sum(problem.costs[v] for v in gone) <= problem.budget:
                most = max(most, whole - left(small, gone))
    return most
