"""`reach_takedown`: which accounts, removed together, cut most of what is heard from the seeds."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from keynodes.blocking.certificates import certificate, doubt
from keynodes.blocking.dominating import Unfinished
from keynodes.blocking.findings import ReachTakedown
from keynodes.blocking.judging import Judge, Plans
from keynodes.blocking.portfolio import MEMBERS, contest
from keynodes.blocking.problem import CUTS, SLACK, ReachProblem, reached_in
from keynodes.blocking.protected import through_protected
from keynodes.blocking.registration import REACH_STRATEGIES
from keynodes.blocking.running import DEFAULT, ReachAsked, order_by, reach_asked_for
from keynodes.blocking.together import works_together
from keynodes.cascades.keys import CHOOSING
from keynodes.cascades.sampling import FEWEST, MEMORY, Size, how_many, size_of, stored
from keynodes.cascades.scenario import Scenario, scenario
from keynodes.cascades.transmission import Transmission
from keynodes.dismantling.terms import BUDGET
from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import NamedProgress, progress_on
from keynodes.lists.numbers import account_costs, indices_of
from keynodes.registry import pick

if TYPE_CHECKING:
    import pandas


def reach_takedown(
    graph: InteractionGraph,
    *,
    strategy: str | Sequence[str] | None = None,
    budget: float | None = None,
    seeds: Iterable[str] | None = None,
    accounts: "Mapping[str, float] | pandas.Series | np.ndarray | None" = None,
    protect: Iterable[str] = (),
    must: Iterable[str] = (),
    costs: "Mapping[str, float] | pandas.Series | np.ndarray | None" = None,
    model: str | Transmission = "weighted-cascade",
    relations: Sequence[str] | None = None,
    decay: str | float | None = None,
    posts: Any = None,
    hops: int | None = None,
    within: str | float | None = None,
    delay: str | float | None = None,
    seeds_removable: bool = False,
    cut: str = "accounts",
    worlds: int | None = None,
    fresh_worlds: int | None = None,
    max_memory: float = MEMORY,
    certify: bool = True,
    together: bool = True,
    rng: int = 0,
    progress: NamedProgress | None = None,
) -> ReachTakedown:
    """Find the accounts that, removed together, cut most of what is heard from the seeds.

    Parameters
    ----------
    graph : InteractionGraph
        From `build_graph`; it is not changed.
    strategy : str or sequence of str, optional
        A name in `REACH_STRATEGIES`; or a measure or strategy of fragmentation, which is scored
        only. Several are compared, and the best plan is returned. ``"portfolio"`` when not given.
    budget : int or float, optional
        How many accounts are removed: 20 when not given. With `costs` what they may cost together.
    seeds : iterable of str, optional
        The accounts that speak. Without them sources are drawn in proportion to posts, and
        everybody may be removed.
    accounts : mapping, Series or array of float, optional
        Weights of accounts: reach counts by them. The column ``weight`` of the graph's attributes
        when not given.
    protect : iterable of str
        Accounts that are never removed. What runs through them is said.
    must : iterable of str
        Accounts that are removed first in any case; they count towards the budget. Seeds may be.
    costs : mapping, Series or array of float, optional
        What removing each account costs, above 0; 1 for accounts without.
    model, relations, decay, posts, hops, within, delay
        How content is passed on, and how far: as in `scenario`.
    seeds_removable : bool, default False
        Whether seeds may be proposed: removing them is trivial where they are known.
    cut : {"accounts", "reposts"}, default "accounts"
        Remove accounts, or limit them: they go on hearing, and pass on nothing that others said.
    worlds : int, optional
        Worlds to choose by: 1,000 to 5,000 with seeds, 20,000 without; fewer where they are large.
    fresh_worlds : int, optional
        Worlds for the numbers that are reported: as many as `worlds` when not given. They are not
        stored, so that `max_memory` does not lower a number that was asked for.
    max_memory : float, default 2**30
        Bytes that the stored worlds and what plans leave in each world may take; fewer worlds are
        stored when they do not fit.
    certify : bool, default True
        Bound what any set of the budget could cut, where worlds are enough for it.
    together : bool, default True
        Look for pairs and small groups that work only together; see `works_together`.
    rng : int, default 0
        Seed of everything random.
    progress : callable, optional
        Called as ``progress(what, done, total)``.

    Returns
    -------
    ReachTakedown
        ``.to_frame()`` is the table; ``.comparison()`` sets several strategies side by side.

    Raises
    ------
    UnknownName
        No such strategy, model, measure or parameter.
    UnknownAccount
        The graph lacks a protected account or one that must go.
    UsageError
        An argument out of its range, or one that would be ignored.

    Notes
    -----
    Plans are chosen on stored worlds, the winner of several on others, and all numbers come from a
    third set: an estimate on the worlds that chose a plan would be too good. All strategies see
    the same worlds, because the coin of an arc in a world is a hash: differences are paired, and
    removal never adds reach. The set is not claimed to be the best; `certificate` says how far
    from it the set can be at most. Same arguments, same plan, on any number of threads. Ctrl-C
    returns the best of the plans that are finished, or as much as there is of the first one; while
    plans are judged it ends that with fewer worlds.

    Memory O(n + m + worlds · (accounts + live arcs of a world + budget)); time: see
    `REACH_STRATEGIES`.

    Examples
    --------
    Two gates side by side: one alone cuts nothing but itself.

    >>> arcs = [(0, 1), (0, 2), (1, 3), (2, 3), (3, 4), (3, 5)]
    >>> gates = InteractionGraph.from_arcs(["s", "g", "h", "i", "j", "k"], *zip(*arcs))
    >>> plan = reach_takedown(
    ...     gates, seeds=["s"], budget=1, model="constant:probability=1", worlds=50
    ... )
    >>> plan.to_frame()[["account", "cut", "reached_left"]]
      account  cut  reached_left
    0       i  0.6           2.0
    """
    begin = time.perf_counter()
    texts = [strategy] if isinstance(strategy, str) else list(strategy or [DEFAULT])
    wanted = [reach_asked_for(text) for text in texts]
    names = [asked.text for asked in wanted]
    if twice := next((text for text in names if names.count(text) > 1), None):
        raise UsageError(f"strategy {twice!r} is asked for twice")
    cut = pick(CUTS, cut, "way to cut")
    if not max_memory > 0:
        raise UsageError(f"max_memory must be above 0 bytes, got {max_memory}")
    asked = scenario(
        graph,
        seeds,
        model=model,
        relations=relations,
        decay=decay,
        posts=posts,
        accounts=accounts,
        hops=hops,
        within=within,
        delay=delay,
        rng=rng,
    )
    if seeds_removable and asked.seeds is None:
        raise UsageError("without seeds everybody may be proposed: seeds_removable says nothing")
    notices = list(asked.notices)
    if seeds_removable and cut == "reposts":
        notices.append("seeds go on speaking where only reposts are limited: no seed is proposed")
    prices = account_costs(graph, costs, notices)
    kept = indices_of(graph, protect, "protected account")
    terms = _terms(graph, asked, prices, budget, kept, must, seeds_removable, notices)
    size = size_of(asked)
    reporting, count = _worlds(
        asked, size, wanted, _longest(*terms), worlds, fresh_worlds, max_memory, notices
    )
    problem = ReachProblem(
        asked,
        tuple(stored(asked, CHOOSING, count, size, progress_on(progress, "worlds"))),
        *terms,
        muting=cut == "reposts",
    )
    found, stopped = _planned(problem, wanted, rng, notices, progress)
    judge = Judge(problem, size, notices, progress)
    ranking = judge.ranking(found, count)
    judged = judge.reported(ranking, reporting, seeds_removable, prices)
    best = judged[next(iter(ranking))]
    if not best.reached_left[0]:
        notices.append(
            "nobody is reached, so there is nothing to cut: does content travel the other way?"
        )
    stopped |= judge.stopped
    bound, groups = None, None
    doubtful = doubt(reached_in(problem), best.left_in_worlds[:, 0])
    if certify and not stopped and doubtful:
        notices.append(f"no certificate: {doubtful}")
        certify = False
    try:
        if certify and not stopped:
            bound = certificate(problem, best.cut_at_least, progress_on(progress, "certificate"))
        if bound is not None:
            # Nothing cuts more than all there is.
            bound = replace(bound, share=max(bound.share, float(best.share.low[-1])))
        if together and not stopped:
            groups = works_together(problem, progress_on(progress, "what works only together"))
            notices += groups.sentences
    except KeyboardInterrupt:
        stopped = True
    if stopped:
        missing = [
            what
            for what, wished, is_there in (
                ("certificate", certify, bound),
                ("search for what works only together", together, groups),
            )
            if wished and is_there is None
        ]
        notices += [f"no {what} after Ctrl-C" for what in missing]
    protected = None
    try:
        protected = through_protected(problem, kept, notices)
    except KeyboardInterrupt:
        notices.append("what runs through protected accounts was not looked at after Ctrl-C")
    return replace(
        best,
        certificate=bound,
        together=groups,
        protected=protected,
        rivals=judged if len(judged) > 1 else {},
        notices=tuple(dict.fromkeys(notices)),
        seconds=time.perf_counter() - begin if len(judged) == 1 else best.seconds,
    )


def _longest(candidates: np.ndarray, costs: np.ndarray, budget: float, first: np.ndarray) -> int:
    """How many accounts a plan has at most."""
    free = budget - float(costs[first].sum())
    paid = np.cumsum(np.sort(costs[candidates]))
    return len(first) + int(np.searchsorted(paid, free * SLACK, side="right"))


def _worlds(
    asked: Scenario,
    size: Size,
    wanted: Sequence[ReachAsked],
    longest: int,
    worlds: int | None,
    fresh_worlds: int | None,
    max_memory: float,
    notices: list[str],
) -> tuple[int, int]:
    """How many worlds report, and how many choose: as many as fit beside the curves of plans.

    A curve is kept for each world, in whole numbers and in units; those of the members of the
    portfolio in whole numbers.
    """
    curve = 8.0 * (longest + 1)
    kept = 2 * len(wanted) * curve
    passing = (len(wanted) if len(wanted) > 1 else 0) * curve
    if any(one.row is REACH_STRATEGIES[DEFAULT] for one in wanted):
        passing = max(passing, (len(MEMBERS) + 1) * curve)
    # Worlds that report are not stored: a number of them that was asked for is not lowered.
    fresh = next((given for given in (fresh_worlds, worlds) if given is not None), None)
    if fresh is None:
        count = how_many(asked, worlds, size, notices, max_memory, kept + passing)
        return max(count, FEWEST), count
    reporting = how_many(asked, fresh, size, notices)
    if kept * reporting >= max_memory:
        raise UsageError(
            f"what the plans leave in each of {reporting:,} fresh worlds does not fit into "
            f"{max_memory / 2**20:,.2f} MB; raise the memory limit or ask for fewer"
        )
    room = max_memory - kept * reporting
    return reporting, how_many(asked, worlds, size, notices, room, passing)


def _terms(
    graph: InteractionGraph,
    asked: Scenario,
    prices: np.ndarray | None,
    budget: float | None,
    kept: np.ndarray,
    must: Iterable[str],
    seeds_removable: bool,
    notices: list[str],
) -> tuple[np.ndarray, np.ndarray, float, np.ndarray]:
    """Candidates, costs, budget and who must go."""
    first = indices_of(graph, must, "required account").astype(np.int32)
    if both := np.intersect1d(kept, first).tolist():
        raise UsageError(
            f"account {str(graph.accounts[both[0]])!r} is protected and must go: choose one"
        )
    if budget is not None:
        if isinstance(budget, bool) or not isinstance(budget, int | float | np.number):
            raise UsageError(f"budget must be a number, got {budget!r}")
        if not (np.isfinite(budget) and budget > 0):
            raise UsageError(f"budget must be above 0, got {budget}")
        if prices is None and budget != int(budget):
            raise UsageError(
                f"budget is a number of accounts unless accounts have costs; got {budget}"
            )
    candidates = np.ones(graph.n, bool)
    candidates[kept] = False
    if asked.seeds is not None and not seeds_removable:
        candidates[asked.seeds] = False
    costs = np.ones(graph.n) if prices is None else prices
    able = int(candidates.sum() + (~candidates[first]).sum())
    total = float(BUDGET if budget is None else budget)
    if prices is None and total > able:
        notices.append(f"{able:,} accounts may be removed at most: that is the budget")
        total = float(able)
    spent = float(costs[first].sum())
    if spent > total * SLACK:
        raise UsageError(
            f"the accounts that must go cost {spent:g}, more than the budget of {total:g}"
        )
    candidates[first] = False
    if candidates.any() and spent + costs[candidates].min() > total * SLACK and not len(first):
        notices.append(
            f"the budget of {total:g} pays for nobody: the cheapest account costs "
            f"{costs[candidates].min():g}"
        )
    return candidates, costs, total, first


def _planned(
    problem: ReachProblem,
    wanted: Sequence[ReachAsked],
    rng: int,
    notices: list[str],
    progress: NamedProgress | None,
) -> tuple[Plans, bool]:
    """The plan of every strategy: what it is called, its order, and the seconds it took.

    And whether Ctrl-C ended the last of them.
    """
    found: Plans = {}
    stopped = False
    for i, one in enumerate(wanted, start=1):
        notices += one.said
        begin = time.perf_counter()
        try:
            if one.row is REACH_STRATEGIES[DEFAULT]:
                verdict = contest(problem, rng, progress)
                name, order = f"{DEFAULT}: {verdict.name}", verdict.order
                notices += verdict.notices
                stopped = verdict.stopped
            else:
                name = one.text
                order = order_by(problem, one, rng, progress_on(progress, name), notices.append)
        except Unfinished as stop:
            name, order, stopped = one.text, stop.order, True
            notices.append(
                f"stopped by Ctrl-C: {one.text} had taken {len(order):,} accounts so far"
            )
        except KeyboardInterrupt:
            if not found:
                raise
            notices.append(f"stopped by Ctrl-C: {one.text} has no plan")
            return found, True
        found[one.text] = name, order, time.perf_counter() - begin
        if stopped:
            notices += [f"stopped by Ctrl-C: {other.text} has no plan" for other in wanted[i:]]
            break
    return found, stopped
