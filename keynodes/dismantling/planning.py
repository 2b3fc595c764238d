"""One strategy's plan: those that must go first, then what the strategy says of the rest."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from keynodes.dismantling.plans import Interrupted, Plan, filled, left_after, plan_of
from keynodes.dismantling.registration import Problem
from keynodes.dismantling.reverse_greedy import orders_of
from keynodes.dismantling.running import Asked, asked_for, run
from keynodes.graph import InteractionGraph


def planned(
    problem: Problem,
    asked: Asked,
    first: np.ndarray,
    seeds: Iterable[str] | None,
    iterations: int | None,
    seconds: float | None,
    rng: int,
    progress: Any,
) -> tuple[Plan, list[str], bool]:
    """The plan of one strategy on the whole network, those that must go before the others.

    With it come sentences about it, and whether Ctrl-C cut it short.
    """
    generator = np.random.default_rng([rng, 0])
    if not len(first):
        return _caught(problem, asked, seeds, iterations, seconds, generator, progress)
    first = _first_of_all(problem, first)
    stays = np.ones(problem.graph.n, bool)
    stays[first] = False
    rest = np.flatnonzero(stays).astype(np.int32)
    remaining = replace(
        problem,
        graph=problem.graph.among(stays),
        weights=problem.weights[stays],
        removable=problem.removable[stays],
        costs=problem.costs[stays],
        budget=problem.budget - float(problem.costs[first].sum()),
    )
    enough = left_after(problem, first)[-1] <= problem.enough
    if enough or remaining.budget <= 1e-12 * min(problem.budget, 1.0):
        return plan_of(replace(problem, enough=-1.0, budget=float("inf")), first), [], False
    plan, said, stopped = _caught(remaining, asked, seeds, iterations, seconds, generator, progress)
    order, *draws = (np.concatenate([first, rest[part]]) for part in (plan.order, *plan.draws))
    return Plan(plan.cost, order, tuple(draws)), said, stopped


def _first_of_all(problem: Problem, first: np.ndarray) -> np.ndarray:
    """Put those that must go in the order that breaks most soonest."""
    whole = replace(problem, enough=-1.0, budget=float(problem.costs[first].sum()) + 1.0)
    plans = orders_of(whole, first.astype(np.int32), problem.threshold)
    return min(plans, key=lambda plan: plan.cost).order


def _caught(
    problem: Problem,
    asked: Asked,
    seeds: Iterable[str] | None,
    iterations: int | None,
    seconds: float | None,
    generator: np.random.Generator,
    progress: Any,
) -> tuple[Plan, list[str], bool]:
    """Run a strategy; Ctrl-C in the middle of a search gives the best plan so far."""
    said = asked.said(problem)
    stopped = False
    try:
        plan = run(problem, asked, seeds, iterations, seconds, generator, progress, said.append)
    except Interrupted as interrupted:
        plan, stopped = interrupted.plan, True
        said.append(f"{asked.text}: stopped by Ctrl-C; this is the best plan found so far")
    if np.isfinite(problem.budget):
        plan = plan_of(problem, filled(problem, plan.order))._replace(draws=plan.draws)
    return plan, said, stopped


def replanned(
    replicate: InteractionGraph,
    graph: InteractionGraph,
    problem: Problem,
    first: np.ndarray,
    spent: float,
) -> np.ndarray:
    """A plan made on a replicate, for as much, by the reverse-greedy grid.

    Those that must go (`first`, as indices of `graph`) go first there too. Ctrl-C is Ctrl-C: half
    of a grid says nothing of the replicate.
    """
    here = np.searchsorted(graph.accounts, replicate.accounts)
    again = Problem(
        replicate,
        problem.weights[here],
        problem.removable[here],
        problem.costs[here],
        0.0,
        spent,
        objective=problem.objective,
    )
    present = np.flatnonzero(np.isin(here, first))
    if not problem.weights[here].sum() > 0:
        return present.astype(np.int32)
    return by_grid(again, present).order


def by_grid(problem: Problem, first: np.ndarray) -> Plan:
    """Make a plan by the whole reverse-greedy grid, or none: KeyboardInterrupt on Ctrl-C."""
    greedy = asked_for("reverse-greedy")
    plan, _, stopped = planned(problem, greedy, first, None, None, None, 0, None)
    if stopped:
        raise KeyboardInterrupt
    return plan
