"""The search: plans of the reverse-greedy grid, improved one account at a time."""

import time
from dataclasses import replace

import numpy as np

from keynodes.dismantling.optimum import FEW, best_of_all
from keynodes.dismantling.plans import (
    Interrupted,
    Plan,
    candidates_of,
    cost_of,
    filled,
    heaviest_after,
    plan_of,
)
from keynodes.dismantling.registration import Problem, strategy
from keynodes.dismantling.reverse_greedy import budget_threshold, greedy_plans
from keynodes.dismantling.spectral import spectral_cuts
from keynodes.dismantling.swaps import swapped
from keynodes.dismantling.walks import MOVES, improved
from keynodes.kernels.blocks import Progress
from keynodes.kernels.keyplayers import pairs_left
from keynodes.keyplayers.cutting import Cutting
from keynodes.keyplayers.problem import Asked

SMALL = 20
"""Of plans of up to so many accounts the smallest is wanted."""

ATTEMPTS = 3
"""With a budget: how often a smallest set that leaves less is looked for."""

MORE = 1.3
"""What sets of so many times the budget leave, by reverse greedy, is worth a try."""

PROMISING = 0.95
"""A set is worth looking for when it would leave less than this share of the best so far."""

CLOSE = 0.01
"""The looking stops when what is left is known so closely, as a share of it."""

SPECTRAL = 300_000
"""Nodes and arcs up to which the search also begins from spectral cuts: a few seconds."""

PAIRED = 100
"""Up to so many accounts, pairs are swapped too before the search begins."""

GRID = 0.1
"""How much of the progress the grid is."""

MOVES_A_DRAW = 160
"""With costs: for so many moves of the walks, some accounts are swapped together once."""

LOOKS = 300_000_000
"""Nodes and arcs that the depth-first searches for single accounts may come by together."""


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
        Moves of each of two walks: 40,000, or as many as come by 5·10^9 arcs of the contracted
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

    Other starts than the grid: spectral cuts in networks of up to 300,000 accounts and arcs, and
    with a budget vitality and, up to 100 accounts, swaps of pairs. Walks that spend a budget count
    accounts; where these differ in cost, swaps that count what they cost come last.

    With at most 14 accounts worth removing, every set and order is tried instead: the optimum,
    except for ``strong``, towards which it does not work.
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
        # What falls apart whatever the direction falls apart along it too.
        weak = replace(problem, objective="largest-component")
        try:
            order = search(weak, rng=rng, progress=progress, iterations=iterations, seconds=seconds)
        except Interrupted as stopped:
            raise Interrupted(plan_of(problem, stopped.plan.order)) from None
        plans = [plan_of(problem, order), *greedy_plans(problem)]
        return min(plans, key=cost_of).order
    if candidates.sum() <= FEW:
        return best_of_all(problem, candidates)
    start = time.monotonic()
    plans = greedy_plans(problem, progress=_part(progress, 0.0, GRID))
    try:
        if np.isfinite(problem.budget):
            alone = by_vitality(problem)
            plans = sorted([*plans, alone, *by_pairs(problem, [alone, *plans[:2]])], key=cost_of)
        elif problem.graph.n + len(problem.graph.both.indices) <= SPECTRAL:
            plans = sorted([*plans, *by_spectrum(problem, rng)], key=cost_of)
    except KeyboardInterrupt:
        # Whatever was under way, the grid is there: a result, if it gets far enough.
        if not plans or not np.isfinite(plans[0].cost[0]):
            raise
        raise Interrupted(plans[0]) from None
    spent = time.monotonic() - start
    limit = None if seconds is None else max(seconds - spent, 0.0)
    shown = _part(progress, GRID, 1.0)
    if problem.minimise == "both" and plans:
        smallest = min(plans, key=lambda plan: (plan.cost[1], plan.cost[0]))
        if len(smallest.order) <= SMALL:
            # Each account is work for a person: where they can be counted, they are.
            problem = replace(problem, minimise="size")
            plans = sorted((plan_of(problem, plan.order) for plan in plans), key=cost_of)
    if not np.isfinite(problem.budget):
        return improved(problem, plans, candidates, rng, iterations, limit, 1.0, shown).order
    best = spent_well(problem, plans, candidates, rng, iterations, limit, shown)
    if (problem.costs != problem.costs[:1]).any():
        draws = (MOVES if iterations is None else iterations) // MOVES_A_DRAW
        best = swapped(problem, best, LOOKS / 3, draws, rng)
    return best.order


def spent_well(
    problem: Problem,
    plans: list[Plan],
    candidates: np.ndarray,
    rng: np.random.Generator,
    iterations: int | None,
    seconds: float | None,
    progress: Progress | None,
) -> Plan:
    """Look for the set that the budget pays for from two sides, and return the better one.

    From above, sets that just spend it; what they leave hardly differs from one set to the next
    where only all of a cut together parts the network. So also from below: the smallest set that
    leaves less than the best so far, which may turn out to cost no more than the budget.
    """
    best, under = plans[0], None
    try:
        # What a set of somewhat more leaves, by reverse greedy, may be had for the budget too.
        low = budget_threshold(replace(problem, budget=MORE * problem.budget))
        promising = low < PROMISING * heaviest_after(problem, best.order)
        # The walks from above count accounts; only those from below count what they cost.
        promising |= bool((problem.costs != problem.costs[:1]).any())
        parts = ATTEMPTS + 1 if promising else 1
        shown = _part(progress, 0.0, 1 / parts)
        best = improved(problem, plans, candidates, rng, iterations, seconds, 1 / parts, shown)
        high = heaviest_after(problem, best.order)
        limit = low + PROMISING * (high - low)
        tried = low
        for attempt in range(1, parts):
            if limit - low < CLOSE * high:
                break
            under = replace(
                problem,
                threshold=tried,
                budget=float("inf"),
                objective="largest-component",
                enough=tried,
                minimise="size",
            )
            starts = [plan for plan in greedy_plans(under) if np.isfinite(plan.cost[0])]
            if not starts:
                break
            shown = _part(progress, attempt / parts, (attempt + 1) / parts)
            found = improved(under, starts, candidates, rng, iterations, seconds, 1 / parts, shown)
            if problem.costs[found.order].sum() <= problem.budget * (1 + 1e-12):
                plan = plan_of(problem, filled(problem, found.order))
                best = min(best, plan, key=cost_of)
                limit = tried
                tried = (low + tried) / 2
            else:
                low = tried
                tried = (tried + limit) / 2
    except Interrupted as stopped:
        met = stopped.plan if under is None else best
        raise Interrupted(min(best, met, key=cost_of)) from None
    except KeyboardInterrupt:
        raise Interrupted(best) from None
    if progress:
        progress(1000, 1000)
    return best


def _part(progress: Progress | None, begin: float, end: float) -> Progress | None:
    """The progress of one part of the search, as a share of the whole."""
    if progress is None:
        return None
    return lambda done, total: progress(int(1000 * (begin + (end - begin) * done / total)), 1000)


def by_spectrum(problem: Problem, rng: np.random.Generator) -> list[Plan]:
    """Cut between the halves of what hangs together: keys do not see where blocks meet."""
    order = spectral_cuts(problem, rng=rng)
    chosen = np.zeros(problem.graph.n, bool)
    chosen[order] = True
    return [plan_of(problem, order), *greedy_plans(problem, among=chosen)]


def by_pairs(problem: Problem, starts: list[Plan]) -> list[Plan]:
    """Swap accounts, and the two that are missed least for the best two, as key players are found.

    For small sets: two accounts that only cut together are no gain one by one.
    """
    if problem.budget > PAIRED or (problem.costs != problem.costs[:1]).any():
        return []
    found = []
    for start in starts:
        members = start.order.tolist()
        if not members:
            continue
        sequence = np.random.SeedSequence(0)  # for pivots and samples only
        asked = Asked(
            problem.graph, problem.weights, problem.removable, [], len(members), 2, sequence
        )
        cutting = Cutting(asked)
        cutting.left = LOOKS / 3
        swapped = cutting.paired(*cutting.swapped(members))[0]
        found.append(plan_of(problem, np.asarray(swapped, np.int32)))
    return found


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
    at_once = int(np.clip(problem.budget / np.median(problem.costs) / looks, 1, problem.graph.n))
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
