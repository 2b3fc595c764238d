"""`takedown`: which accounts, removed in which order, break the network most."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from keynodes.dismantling.findings import Takedown
from keynodes.dismantling.ordering import ordered
from keynodes.dismantling.outcomes import about_outcome
from keynodes.dismantling.planning import planned, replanned
from keynodes.dismantling.plans import plan_of
from keynodes.dismantling.registration import Problem
from keynodes.dismantling.robustness import MISSING_WHAT, PlanRobustness, plan_robustness
from keynodes.dismantling.running import asked_for, band_of
from keynodes.dismantling.search import SMALL
from keynodes.dismantling.terms import MISSING, check_arguments, check_seed, ends, enough_at
from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import NamedProgress, progress_on
from keynodes.lists.matching import resolved
from keynodes.lists.numbers import account_costs, account_weights, indices_of
from keynodes.objectives import objective_named, removal_curve
from keynodes.objectives.summaries import robustness

if TYPE_CHECKING:
    import pandas


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
    missing: float | None = None,
    missing_what: str | None = None,
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
    missing, missing_what : optional
        With intervals, as in `rank`: 0.1 and "records" when not given.
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
    row = objective_named(objective)
    texts = [strategy] if isinstance(strategy, str) else list(strategy or ["search"])
    wanted = [asked_for(text) for text in texts]
    check_arguments(
        wanted,
        budget=budget,
        target=target,
        costs=costs is not None,
        seeds=seeds,
        minimise=minimise,
        iterations=iterations,
        seconds=seconds,
        intervals=intervals,
        missing=missing,
        missing_what=missing_what,
        rng=rng,
    )
    seeds = None if seeds is None else list(seeds)
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
    # In units near their mean: an exact scale, so that nothing depends on the unit of weights.
    unit = float(2.0 ** np.round(np.log2(weights.mean()))) if by_weight and graph.n else 1.0
    masses = weights / unit
    masses.setflags(write=False)
    problem = Problem(
        graph,
        masses,
        removable,
        np.ones(graph.n) if prices is None else prices,
        *ends(graph, masses, by_weight, budget, target, prices, removable, notices),
        objective=row.name,
        minimise=minimise,
    )
    problem = replace(problem, enough=enough_at(graph, row.name, masses, by_weight, target))
    if float(problem.costs[first].sum()) > problem.budget * (1 + 1e-12):
        raise UsageError(
            f"the accounts that must go cost {problem.costs[first].sum():g}, more than the budget "
            f"of {problem.budget:g}"
        )
    # Who is too dear goes into no plan, except those that must go.
    payable = problem.costs <= problem.budget * (1 + 1e-12)
    problem = replace(problem, removable=removable & payable)
    found: dict[str, Takedown] = {}
    stopped = False
    for asked in wanted:
        if stopped:
            notices.append(f"stopped by Ctrl-C: {asked.text} was not tried")
            continue
        begin = time.perf_counter()
        try:
            plan, said, stopped = planned(
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
        band, about_band = band_of(problem, plan)
        found[asked.text] = Takedown(
            graph.accounts,
            plan.order,
            removal_curve(graph, plan.order, weights=weights, strong=row.strong),
            row.name,
            weights if by_weight else None,
            asked.text,
            robustness(graph, plan.order),
            took,
            rng,
            costs=prices,
            band=band,
            machine_dependent=seconds is not None and asked.takes("seconds"),
            notices=(*said, *about_band),
        )
    judged = problem
    if minimise == "both" and min(len(plan.order) for plan in found.values()) <= SMALL:
        judged = replace(problem, minimise="size")  # as the search does
    order = sorted(found, key=lambda text: plan_of(judged, found[text].order).cost)
    best = found[order[0]]
    notices += [sentence for text in order for sentence in found[text].notices]
    enough = enough_at(graph, row.name, weights, by_weight, target)
    notices += about_outcome(
        replace(problem, weights=weights, threshold=unit * problem.threshold, enough=enough),
        best,
        target,
        first,
        stopped,
    )
    tried = None
    spent = float(problem.costs[best.order].sum())
    try:
        if intervals and not stopped:
            tried = plan_robustness(
                graph,
                best.order,
                objective=row.name,
                weights=weights if by_weight else None,
                intervals=intervals,
                missing=MISSING if missing is None else missing,
                missing_what=missing_what or MISSING_WHAT[0],
                replan=lambda replicate: replanned(replicate, graph, problem, first, spent),
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
    row = objective_named(objective)
    notices: list[str] = []
    masses, by_weight = account_weights(graph, weights, notices)
    check_seed(rng)
    if isinstance(accounts, str):
        raise UsageError("a set is a list of accounts, got a text; give [account]")
    listed = resolved(graph, accounts)
    indices_of(graph, listed, "account")
    members = np.asarray([graph.index_of(one) for one in dict.fromkeys(listed)], np.int32)
    begin = time.perf_counter()
    everybody, ones = np.ones(graph.n, bool), np.ones(graph.n)
    problem = Problem(graph, masses, everybody, ones, 0.0, objective=row.name)
    order = ordered(problem, members, np.random.default_rng(rng))
    return Takedown(
        graph.accounts,
        order,
        removal_curve(graph, order, weights=masses, strong=row.strong),
        row.name,
        masses if by_weight else None,
        "reorder",
        robustness(graph, order),
        time.perf_counter() - begin,
        rng,
        notices=tuple(notices),
    )


def _about_replicates(tried: PlanRobustness) -> list[str]:
    """Say how the plan fares beside plans that were made on the replicates."""
    if tried.replanned_median is None or np.isnan(tried.cut[0]):
        return []
    return [
        f"on the replicates this plan cuts {tried.cut_median[-1]:.1%} (median), plans of the "
        f"reverse-greedy grid made on each of them {tried.replanned_median[-1]:.1%}; "
        f"{int(tried.shaky.sum()):,} of {len(tried.order):,} steps are shaky"
    ]
