"""`takedown`: which accounts, removed in which order, break the network most."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from keynodes.dismantling.findings import Takedown
from keynodes.dismantling.given import account_costs, account_weights, indices_of
from keynodes.dismantling.ordering import ordered
from keynodes.dismantling.outcomes import about_outcome
from keynodes.dismantling.plans import Plan, filled, left_after, plan_of
from keynodes.dismantling.registration import Problem
from keynodes.dismantling.reverse_greedy import greedy_plans, orders_of
from keynodes.dismantling.robustness import PlanRobustness, plan_robustness
from keynodes.dismantling.running import Asked, asked_for, run
from keynodes.dismantling.terms import check_used, ends, enough_at
from keynodes.dismantling.walks import Interrupted
from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import NamedProgress, progress_on
from keynodes.objectives import OBJECTIVES, removal_curve
from keynodes.objectives.registration import ALIASES
from keynodes.objectives.summaries import robustness
from keynodes.registry import pick

if TYPE_CHECKING:
    import pandas

MINIMISE = ("both", "size", "area")


def takedown(
    graph: InteractionGraph,
    *,
    objective: str = "largest-component",
    strategy: str | Sequence[str] | None = None,
    budget: float | None = None,
    target: float | None = None,
    seeds: Iterable[str] | None = None,
    accounts: "Mapping[str, float] | pandas.Series | np.ndarray | None" = None,
    protect: Iterable[str] = (),
    must: Iterable[str] = (),
    costs: "Mapping[str, float] | pandas.Series | np.ndarray | None" = None,
    minimise: str = "both",
    iterations: int | None = None,
    seconds: float | None = None,
    intervals: int = 0,
    missing: float = 0.1,
    missing_what: str = "records",
    rng: int = 0,
    progress: NamedProgress | None = None,
) -> Takedown:
    """Find the accounts that, removed together and in this order, break the network most.

    Parameters
    ----------
    graph : InteractionGraph
        From `build_graph`; it is not changed.
    objective : {"largest-component", "pairs", "strong"}, default "largest-component"
        What is to be made small; see `OBJECTIVES`. ``"core"`` is another name of ``"strong"``.
    strategy : str or sequence of str, optional
        A name in `STRATEGIES`, a measure such as ``"betweenness"`` (a static order), or
        ``"adaptive:betweenness"`` (measured again after each removal). Several are compared, and
        the best plan is returned. ``"search"`` when not given.
    budget : int or float, optional
        The set of so many accounts that leaves least, and its order: 20 when there is no `target`
        either. With `costs` what they may cost together.
    target : float, optional
        Instead of a budget: the smallest set after which the objective is at most this share of
        what it would be if all accounts hung together (for components ⌈share · n⌉).
    seeds : iterable of str, optional
        Known key accounts, for measures that start from them.
    accounts : mapping, Series or array of float, optional
        Weights of accounts (their audience), 0 or more: components and pairs count by them. The
        column ``weight`` of the graph's attributes when not given. Accounts without one count 1.
    protect : iterable of str
        Accounts that are never removed.
    must : iterable of str
        Accounts that are removed first in any case; they count towards the budget.
    costs : mapping, Series or array of float, optional
        What removing each account costs, above 0; 1 for accounts without.
    minimise : {"both", "size", "area"}, default "both"
        With a target, what is to be small: the set, the area under the curve of what is left, or
        both. With both, of sets of up to 20 the smallest (the area decides between equals); of
        larger ones that for which the area plus 0.3 of the whole for each removal is least.
    iterations : int, optional
        Moves of each of the two walks of the search: 40,000 when not given.
    seconds : float, optional
        Let the search go on for so long instead; its result then depends on the machine.
    intervals : int, default 0
        Replicates with data missing on which the plan is tried; see `plan_robustness`.
    missing, missing_what
        As in `rank`.
    rng : int, default 0
        Seed of everything random.
    progress : callable, optional
        Called as ``progress(what, done, total)``.

    Returns
    -------
    Takedown
        ``.to_frame()`` is the table; ``.comparison()`` sets several strategies side by side.

    Raises
    ------
    UnknownName
        No such objective, strategy, measure or parameter.
    UnknownAccount
        The graph lacks a protected account or one that must go.
    UsageError
        An argument out of its range, or one that would be ignored.

    Notes
    -----
    Exact are the numbers of a given plan. That no better plan exists is not claimed, except where
    at most 14 accounts are worth removing: then every set is tried. Same arguments, same plan, on
    any number of threads, unless `seconds` is given. Ctrl-C during the search returns the best
    plan so far. O(n + m) memory; time: see the strategies.

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d", "e"], [0, 1, 2, 3], [1, 2, 3, 4])
    >>> takedown(chain, budget=1).to_frame()
       step account  cut  left  largest_component  pairs  components
    0     1       c  0.6   0.4                  2      2           2
    """
    name = pick({**{n: n for n in OBJECTIVES}, **ALIASES}, objective, "objective")
    pick({kind: kind for kind in MINIMISE}, minimise, "thing to minimise")
    texts = [strategy] if isinstance(strategy, str) else list(strategy or ["search"])
    wanted = [asked_for(text) for text in texts]
    names = [asked.text for asked in wanted]
    if twice := next((text for text in names if names.count(text) > 1), None):
        raise UsageError(f"strategy {twice!r} is asked for twice")
    notices: list[str] = []
    weights, by_weight = account_weights(graph, accounts, notices)
    prices = account_costs(graph, costs, notices)
    kept, first = (
        indices_of(graph, protect, "protected account"),
        indices_of(graph, must, "required account"),
    )
    if both := np.intersect1d(kept, first).tolist():
        raise UsageError(
            f"account {str(graph.accounts[both[0]])!r} is protected and must go: choose one"
        )
    removable = np.ones(graph.n, bool)
    removable[kept] = False
    problem = Problem(
        graph,
        weights,
        removable,
        np.ones(graph.n) if prices is None else prices,
        *ends(graph, weights, by_weight, budget, target, prices, removable, notices),
        objective=name,
        minimise=minimise,
    )
    problem = replace(problem, enough=enough_at(graph, name, weights, by_weight, target))
    check_used(wanted, seeds, iterations, seconds, target, minimise)
    if float(problem.costs[first].sum()) > problem.budget:
        raise UsageError(
            f"the accounts that must go cost {problem.costs[first].sum():g}, more than the budget "
            f"of {problem.budget:g}"
        )
    found: dict[str, Takedown] = {}
    stopped = False
    for asked in wanted:
        if stopped:
            notices.append(f"stopped by Ctrl-C: {asked.text} was not tried")
            continue
        begin = time.perf_counter()
        try:
            plan, said, stopped = _planned(
                problem,
                asked,
                first,
                seeds,
                iterations,
                seconds,
                rng,
                progress_on(progress, asked.text),
            )
        except KeyboardInterrupt:
            if not found:
                raise
            stopped = True
            notices.append(f"stopped by Ctrl-C: {asked.text} has no plan")
            continue
        took = time.perf_counter() - begin
        found[asked.text] = Takedown(
            graph.accounts,
            plan.order,
            removal_curve(graph, plan.order, weights=weights, strong=OBJECTIVES[name].strong),
            name,
            by_weight,
            asked.text,
            robustness(graph, plan.order),
            took,
            rng,
            costs=prices,
            machine_dependent=seconds is not None and asked.takes("seconds"),
            notices=tuple(said),
        )
    order = sorted(found, key=lambda text: _rank_of(problem, found[text]))
    best = found[order[0]]
    notices += [sentence for text in order for sentence in found[text].notices]
    notices += about_outcome(problem, best, target)
    tried = None
    spent = float(problem.costs[best.order].sum())
    try:
        if intervals and not stopped:
            tried = plan_robustness(
                graph,
                best.order,
                objective=name,
                weights=weights if by_weight else None,
                intervals=intervals,
                missing=missing,
                missing_what=missing_what,
                replan=lambda replicate: _replanned(replicate, graph, problem, spent),
                rng=rng,
                progress=progress,
            )
            notices += [*tried.notices, *_about_replicates(tried)]
    except KeyboardInterrupt:
        stopped = True
    if intervals and tried is None:
        notices.append("stopped by Ctrl-C: the plan was not tried on replicates")
    return replace(
        best,
        intervals=tried,
        rivals={text: found[text] for text in order} if len(found) > 1 else {},
        notices=tuple(dict.fromkeys(notices)),
    )


def reorder(
    graph: InteractionGraph,
    accounts: Iterable[str],
    *,
    objective: str = "largest-component",
    weights: "Mapping[str, float] | pandas.Series | np.ndarray | None" = None,
    rng: int = 0,
) -> Takedown:
    """Put a given set of accounts in the order that breaks the network soonest.

    Parameters
    ----------
    graph : InteractionGraph
        The network.
    accounts : iterable of str
        The set: every one of it is in the plan.
    objective : str, default "largest-component"
        What is to be small as soon as possible; see `OBJECTIVES`.
    weights : mapping, Series or array of float, optional
        Weights of accounts, as `accounts` of `takedown`.
    rng : int, default 0
        Seed of the search among orders.

    Returns
    -------
    Takedown

    Notes
    -----
    Orders of return by several keys, then a search that moves one account at a time, by the area
    under the whole curve. Up to 14 accounts: the best order of all. Published sets are often in
    no particular order, and gain much by this.

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d", "e"], [0, 1, 2, 3], [1, 2, 3, 4])
    >>> plan = reorder(chain, ["e", "c"])
    >>> plan.to_frame()["account"].tolist()
    ['c', 'e']
    """
    name = pick({**{n: n for n in OBJECTIVES}, **ALIASES}, objective, "objective")
    notices: list[str] = []
    masses, by_weight = account_weights(graph, weights, notices)
    listed = list(accounts)
    indices_of(graph, listed, "account")
    members = np.asarray([graph.index_of(one) for one in dict.fromkeys(listed)], np.int32)
    begin = time.perf_counter()
    problem = Problem(graph, masses, np.ones(graph.n, bool), np.ones(graph.n), 0.0, objective=name)
    order = ordered(problem, members, np.random.default_rng(rng))
    return Takedown(
        graph.accounts,
        order,
        removal_curve(graph, order, weights=masses, strong=OBJECTIVES[name].strong),
        name,
        by_weight,
        "reorder",
        robustness(graph, order),
        time.perf_counter() - begin,
        rng,
        notices=tuple(notices),
    )


def _planned(
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
    if enough or remaining.budget <= 0:
        return plan_of(replace(problem, enough=-1.0, budget=float("inf")), first), [], False
    plan, said, stopped = _caught(remaining, asked, seeds, iterations, seconds, generator, progress)
    return Plan(plan.cost, np.concatenate([first, rest[plan.order]])), said, stopped


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
        plan = plan_of(problem, filled(problem, plan.order))
    return plan, said, stopped


def _rank_of(problem: Problem, found: Takedown) -> tuple[float, float]:
    return plan_of(problem, found.order).cost


def _about_replicates(tried: PlanRobustness) -> list[str]:
    """Say how the plan fares beside plans that were made on the replicates."""
    if tried.replanned_median is None or np.isnan(tried.cut[0]):
        return []
    return [
        f"on the replicates this plan cuts {tried.cut_median[-1]:.1%} (median), plans of the "
        f"reverse-greedy grid made on each of them {tried.replanned_median[-1]:.1%}; "
        f"{int(tried.shaky.sum()):,} of {len(tried.order):,} steps are shaky"
    ]


def _replanned(
    replicate: InteractionGraph, graph: InteractionGraph, problem: Problem, spent: float
) -> np.ndarray:
    """A plan made on a replicate, for as much, by the reverse-greedy grid."""
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
    plans = greedy_plans(again)
    return filled(again, plans[0].order) if plans else np.zeros(0, np.int32)
