"""Reverse greedy: the accounts that cannot come back without joining too much, in good order."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from keynodes.dismantling.hub_removal import adaptive_degree
from keynodes.dismantling.plans import Interrupted, Plan, candidates_of, filled, plan_of, seen_from
from keynodes.dismantling.registration import Problem, strategy
from keynodes.kernels import reverse_greedy as kernels
from keynodes.kernels.annealing import Quotient
from keynodes.kernels.blocks import Progress, in_order


class Recipe(NamedTuple):
    """One way to put accounts back: who may stay out, in which order they return."""

    among: float
    """Candidates: the first of the adaptive-degree order, this many times as many as reach the
    threshold; 0 for all accounts."""
    key: int
    """Which key says how dear a return is; see `kernels.reverse_greedy.key_of`."""
    power: float
    """The key is multiplied with the degree to this power: hubs return late."""


RECIPES = tuple(
    Recipe(among, key, power)
    for among in (0.0, 1.1, 1.5, 3.0)
    for key in (0, 1, 2, 3, 4)
    for power in (0.0, 0.5)
    if (key, power) != (2, 0.0)
)
"""The grid: no recipe is best everywhere, and all of them together take seconds."""

RETURNS = ((0, 0.0), (0, 0.5), (1, 0.5), (1, 1.0), (2, 0.0))
"""Orders tried for every set: the key (see `kernels.reverse_greedy.return_key`) and the power of
the degree that it is multiplied with."""

NEARLY = 0.9
"""A part of the candidates that is this large a share of all gives the same plans once more."""

LADDER = 10_000_000
"""Nodes and arcs that one recipe may come by when it tries evenly spaced thresholds."""

FINE = 0.002
"""How closely a threshold is bisected, as a share of it."""

KEPT = 12
"""How many plans of the grid are kept for the search."""


@strategy(
    "reverse-greedy",
    order="adaptive",
    optimises=("largest-component", "pairs"),
    costs=True,
    weights=True,
    cost="O(m log n) for each of 36 recipes",
    reference="Clusella et al. 2016, doi:10.1103/PhysRevLett.117.208301",
)
def reverse_greedy(
    problem: Problem, *, rng: np.random.Generator, progress: Progress | None = None
) -> np.ndarray:
    """Accounts that cannot return to the empty network without joining too much; a grid of keys.

    Parameters
    ----------
    problem : Problem
        Whom to remove from what, and when it is enough.
    rng : numpy.random.Generator
        Not used: nothing here is left to chance.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    numpy.ndarray of int32
        The best plan of the grid by exact score.

    Notes
    -----
    From the empty network the cheapest account returns, again and again; one whose return would
    make a component above the threshold stays out. Those that stayed out are the set; they then
    return in an order that joins least to the largest component, whose own size is left out of
    the key (Fan et al. 2020 and Clusella et al. 2016 for the keys). Read backwards, that is the
    order of removal. With a budget the threshold is bisected until the set costs just that much.

    A lazy heap keeps the keys: exact for the mass of what is joined, which only grows, and nearly
    so for the others. O(m log n) time for each recipe (a return scans its neighbours, and is
    looked at again when the heap says so), O(n + m) memory.

    References
    ----------
    Clusella, P., Grassberger, P., Pérez-Reche, F. J., & Politi, A. (2016). Immunization and
    targeted destruction of networks using explosive percolation. Physical Review Letters 117,
    208301. https://doi.org/10.1103/PhysRevLett.117.208301

    Fan, C., Zeng, L., Sun, Y., & Liu, Y.-Y. (2020). Finding key players in complex networks
    through deep reinforcement learning. Nature Machine Intelligence 2, 317–324.
    https://doi.org/10.1038/s42256-020-0177-2

    Examples
    --------
    >>> from keynodes import InteractionGraph
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d", "e"], [0, 1, 2, 3], [1, 2, 3, 4])
    >>> problem = Problem(
    ...     chain, np.ones(5), np.ones(5, bool), np.ones(5), threshold=2, enough=2
    ... )
    >>> reverse_greedy(problem, rng=np.random.default_rng(0)).tolist()
    [2]
    """
    plans = greedy_plans(problem, progress=progress)
    return plans[0].order if plans else np.zeros(0, np.int32)


def greedy_plans(
    problem: Problem, *, among: np.ndarray | None = None, progress: Progress | None = None
) -> list[Plan]:
    """Return the best plans of the grid, best first.

    Parameters
    ----------
    problem : Problem
        Whom to remove from what, and when it is enough.
    among : numpy.ndarray of bool, shape (n,), optional
        Only these accounts: the best plan within a given set. All that are worth removing when
        not given, and parts of those by adaptive degree.
    """
    worth = candidates_of(problem)
    if among is not None:
        pools = {0.0: among & problem.removable}
    else:
        pools = {0.0: worth} | _by_degree(problem, worth)
    recipes = [recipe for recipe in RECIPES if recipe.among in pools]
    seen = {name: seen_from(problem, pool) for name, pool in pools.items() if pool.any()}
    recipes = [recipe for recipe in recipes if recipe.among in seen]
    limited = np.isfinite(problem.budget)
    # All of a set that just spends the budget goes, in whatever order: fewer orders will do.
    returns = RETURNS[1:3] if limited else RETURNS
    recipes = [recipe for recipe in recipes if recipe.power or not limited]

    def step(recipe: Recipe) -> list[Plan]:
        return [
            plan
            for threshold in _thresholds(problem, recipe, *seen[recipe.among])
            for plan in _plans_of(problem, recipe, *seen[recipe.among], threshold, returns)
        ]

    found: list[Plan] = []
    try:
        for plans in in_order(step, recipes, progress):
            found = _best([*found, *plans])
    except KeyboardInterrupt:
        if not found or not np.isfinite(found[0].cost[0]):
            raise
        raise Interrupted(found[0]) from None
    if np.isfinite(problem.budget):
        found = _best([plan_of(problem, filled(problem, plan.order)) for plan in found])
    return found


def _best(plans: list[Plan]) -> list[Plan]:
    """The best plans, each order once; of equals the first found."""
    kept: dict[bytes, Plan] = {}
    for plan in sorted(plans, key=lambda plan: plan.cost):
        kept.setdefault(plan.order.tobytes(), plan)
    return list(kept.values())[:KEPT]


def _by_degree(problem: Problem, worth: np.ndarray) -> dict[float, np.ndarray]:
    """Mark the first of the adaptive-degree order, some times as many as it needs."""
    needed = len(adaptive_degree(problem, rng=np.random.default_rng(0)))
    whole = adaptive_degree(
        replace(problem, threshold=0.0, budget=float("inf")), rng=np.random.default_rng(0)
    )
    pools = {}
    for share in {recipe.among for recipe in RECIPES if recipe.among}:
        pool = np.zeros(problem.graph.n, bool)
        pool[whole[: int(share * needed) + 1]] = True
        pool &= worth
        if pool.sum() < NEARLY * worth.sum():
            pools[share] = pool
    return pools


def _thresholds(
    problem: Problem, recipe: Recipe, accounts: np.ndarray, net: Quotient
) -> list[float]:
    """The thresholds to try: the problem's own or, with a budget, the one that just spends it."""
    if np.isfinite(problem.budget):
        high = _bisected(problem, recipe, accounts, net)
        # A little below, the set costs a little more than the budget: its best part may do better.
        return [high, 0.98 * high]
    if problem.objective == "pairs":
        # One component may be heavier than that, as long as the sum over all is small enough.
        return [share * np.sqrt(2.0 * problem.enough) for share in (0.95, 0.7, 0.4)]
    return [problem.threshold]


def budget_threshold(problem: Problem) -> float:
    """Return the least threshold whose set, by any recipe of the grid, the budget pays for."""
    pool = candidates_of(problem)
    if not pool.any():
        return 0.0
    accounts, net = seen_from(problem, pool)
    recipes = [recipe for recipe in RECIPES if recipe.power and not recipe.among]
    return min(in_order(lambda recipe: _bisected(problem, recipe, accounts, net), recipes))


def _bisected(problem: Problem, recipe: Recipe, accounts: np.ndarray, net: Quotient) -> float:
    whole = float(problem.weights.sum())

    def affords(threshold: float) -> bool:
        out = _stays_out(problem, recipe, accounts, net, threshold)
        return float(problem.costs[accounts[out]].sum()) <= problem.budget

    # Sets do not always shrink as the threshold rises: one below a dearer one would be missed.
    rungs = int(np.clip(LADDER // (len(net.total) + len(net.indices)), 4, 32))
    ladder = [whole * rung / rungs for rung in range(1, rungs)]
    high = next((threshold for threshold in ladder if affords(threshold)), whole)
    low = high - whole / rungs
    least = problem.weights[problem.weights > 0].min(initial=np.inf)
    while high - low > max(0.5 * least, FINE * high):
        middle = (low + high) / 2
        if affords(middle):
            high = middle
        else:
            low = middle
    return high


def _stays_out(
    problem: Problem, recipe: Recipe, accounts: np.ndarray, net: Quotient, threshold: float
) -> np.ndarray:
    """Mark who stays out when the others return."""
    bias = _bias(problem, accounts, recipe.power)
    return kernels.minimal_set(
        net.indptr, net.indices, net.total, net.c, threshold, recipe.key, bias
    )


def _bias(problem: Problem, accounts: np.ndarray, power: float) -> np.ndarray:
    """What keys are multiplied with: hubs come back late, dear accounts early."""
    degrees = np.diff(problem.graph.both.indptr)[accounts]
    return np.maximum(degrees, 1.0) ** power / problem.costs[accounts]


def _plans_of(
    problem: Problem,
    recipe: Recipe,
    accounts: np.ndarray,
    net: Quotient,
    threshold: float,
    returns: Sequence[tuple[int, float]],
) -> list[Plan]:
    """The plans of one set of accounts that stay out, in several orders."""
    out = accounts[_stays_out(problem, recipe, accounts, net, threshold)]
    if not len(out):
        return [plan_of(problem, out)]
    return orders_of(problem, out, threshold, returns)


def orders_of(
    problem: Problem,
    members: np.ndarray,
    threshold: float,
    returns: Sequence[tuple[int, float]] = RETURNS,
) -> list[Plan]:
    """Put a set in order, in each of several ways."""
    chosen = np.zeros(problem.graph.n, bool)
    chosen[members] = True
    accounts, net = seen_from(problem, chosen)
    plans = []
    for key, power in returns:
        order = kernels.order_of_return(
            net.indptr,
            net.indices,
            net.total,
            net.c,
            threshold,
            key,
            _bias(problem, accounts, power),
        )
        plans.append(plan_of(problem, accounts[order[::-1]].astype(np.int32)))
    return plans
