"""The portfolio: several strategies, the best improved by swaps, judged on worlds of their own."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from keynodes.blocking.cuts import minimum_cut
from keynodes.blocking.dominating import Unfinished, greedy, picked, replace
from keynodes.blocking.problem import ReachProblem
from keynodes.blocking.registration import reach_strategy
from keynodes.blocking.removals import Removals
from keynodes.blocking.rivals import outdegree_frequency
from keynodes.blocking.sharing import fair_share
from keynodes.blocking.verdicts import left_after, left_at_end, paired_difference
from keynodes.cascades.keys import JUDGING
from keynodes.cascades.sampling import each_pack, size_of
from keynodes.kernels.blocks import NamedProgress, Progress, in_order, progress_on
from keynodes.kernels.worlds import Worlds

MEMBERS: dict[str, Callable[..., np.ndarray]] = {
    "greedy": greedy,
    "fair-share": fair_share,
    "replace": replace,
    "minimum-cut": minimum_cut,
    "outdegree-frequency": outdegree_frequency,
}
"""Strategies that the portfolio tries."""

ROUNDS = 2
"""Rounds of swaps, each over all places of the plan, that improve the best plan at most."""

PATIENCE = 10
"""Places in a row that keep their account before a round of swaps ends. It begins at the end of the
plan, where accounts gain least: what was chosen first is seldom worth a swap."""


@dataclass(frozen=True, eq=False)
class Verdict:
    """Which plan of several is best on worlds that chose none of them.

    Attributes
    ----------
    name : str
        The strategy of the best plan.
    order : numpy.ndarray of int32
        The best plan.
    notices : tuple of str
        By how much it is ahead.
    stopped : bool
        Whether Ctrl-C ended the contest before its end.
    """

    name: str
    order: np.ndarray
    notices: tuple[str, ...] = ()
    stopped: bool = False


def contest(problem: ReachProblem, rng: int, progress: NamedProgress | None = None) -> Verdict:
    """Let the members of the portfolio compete, improve the best plan, and judge again.

    Plans are judged by what they leave at their end; of the orders of the best set that one is
    taken which leaves least on the way. Ctrl-C ends the contest with the best plan so far.
    """
    plans: dict[str, np.ndarray] = {}
    left: dict[str, np.ndarray] = {}
    try:
        for name, function in MEMBERS.items():
            plans[name] = function(problem, rng=rng, progress=progress_on(progress, name))
        return _winner(problem, plans, left, progress)
    except KeyboardInterrupt as stop:
        if not plans and isinstance(stop, Unfinished):
            said = f"stopped by Ctrl-C: {name} had taken {len(stop.order):,} accounts so far"
            return Verdict(name, stop.order, (said,), stopped=True)
        if not plans:
            raise
    judged = left or plans
    if len(plans) > 1 and not left:
        _judged(problem, plans, left, progress)
    best = min(judged, key=lambda name: left[name].mean() if left else 0.0)
    said = f"stopped by Ctrl-C: the best of {', '.join(judged)}"
    return Verdict(best, plans[best], (said,), stopped=True)


def _winner(
    problem: ReachProblem,
    plans: dict[str, np.ndarray],
    left: dict[str, np.ndarray],
    progress: NamedProgress | None,
) -> Verdict:
    """Judge all plans, improve the best, and judge that; what they leave is written to `left`."""
    worlds = _judged(problem, plans, left, progress)
    best = min(plans, key=lambda name: left[name].mean())
    improved = swapped(problem, plans[best], progress_on(progress, "swaps in the best plan"))
    name = f"{best}, swapped"
    if set(improved.tolist()) != set(plans[best].tolist()):
        plans[name] = improved
        left[name] = _in_all(worlds, lambda pack: _at_end(problem, pack, improved))
    ranking = sorted(plans, key=lambda name: left[name].mean())
    winner, second = ranking[:2]
    orders = [plans[winner]]
    if winner not in ("greedy", "fair-share"):  # those are in a good order as they are
        orders += in_other_orders(problem, plans[winner])
        orders.sort(key=lambda order: _on_the_way(problem, worlds, order))
    gap, half = (
        problem.scenario.unit * value for value in paired_difference(left[second], left[winner])
    )
    ahead = (
        f"{winner} leaves {gap:,.1f} ± {half:,.1f} less reach than {second} on the worlds that "
        "chose between them"
        if gap > half
        else f"{winner} and {second} leave the same on the worlds that chose between them, as "
        f"far as {problem.count:,} worlds can tell"
    )
    return Verdict(winner, orders[0], (ahead,))


def _judged(
    problem: ReachProblem,
    plans: dict[str, np.ndarray],
    left: dict[str, np.ndarray],
    progress: NamedProgress | None,
) -> list[Worlds]:
    """Draw as many worlds as chose the plans, none of them the same; write what plans leave there.

    `left` has int64 (worlds,) a plan, in units; it is filled when all worlds are drawn.
    """
    scenario = problem.scenario
    said = progress_on(progress, "worlds to judge by")

    def step(pack: Worlds) -> tuple[Worlds, list[np.ndarray]]:
        return pack, [_at_end(problem, pack, order) for order in plans.values()]

    drawn = each_pack(scenario, JUDGING, problem.count, size_of(scenario), step, said)
    packs, found = zip(*(result for _, result in drawn), strict=True)
    left.update(zip(plans, map(np.concatenate, zip(*found, strict=True)), strict=True))
    return list(packs)


def _at_end(problem: ReachProblem, pack: Worlds, order: np.ndarray) -> np.ndarray:
    return left_at_end(problem.scenario, pack, order, problem.muting)


def _on_the_way(problem: ReachProblem, worlds: list[Worlds], order: np.ndarray) -> float:
    """What a plan leaves on average over its steps, in units."""
    return float(
        _in_all(
            worlds, lambda pack: left_after(problem.scenario, pack, order, problem.muting)
        ).mean()
    )


def _in_all(worlds: list[Worlds], step: Callable[[Worlds], np.ndarray]) -> np.ndarray:
    return np.concatenate(list(in_order(step, worlds)))


def swapped(
    problem: ReachProblem, order: np.ndarray, progress: Progress | None = None
) -> np.ndarray:
    """Exchange accounts of a plan for others as long as one exchange cuts more: int32.

    Where accounts differ in cost, first for those that gain most for their cost, which may save
    something to spend, then for those that gain most of all that the freed budget pays for.
    """
    members = order.tolist()
    removals = Removals(problem, gone=members)
    for per_cost in (True,) if problem.one_price else (True, False):
        _exchange(problem, removals, members, per_cost, progress)
        # What the swaps saved may pay for more.
        members = picked(problem, removals, problem.candidates, members, None)
    return np.asarray(members, np.int32)


def _exchange(
    problem: ReachProblem,
    removals: Removals,
    members: list[int],
    per_cost: bool,
    progress: Progress | None,
) -> None:
    """Rounds of swaps, by gains for their cost or by gains."""
    begun = len(problem.first)
    for turn in range(ROUNDS):
        changed, kept = False, 0
        for done, place in enumerate(range(len(members) - 1, begun - 1, -1), start=1):
            out = members[place]
            spent = float(problem.costs[members].sum() - problem.costs[out])
            removals.restore(out)
            able = problem.affordable(removals.taken, spent)
            best = removals.best(able, per_cost=per_cost)
            if best >= 0 and best != out and removals.gain(best) > removals.gain(out):
                members[place] = best
                changed, kept = True, 0
            else:
                kept += 1
            removals.remove(members[place])
            if progress:
                progress(turn * len(members) + done, ROUNDS * len(members))
            if kept == PATIENCE:
                break
        if not changed:
            return


def in_other_orders(problem: ReachProblem, order: np.ndarray) -> list[np.ndarray]:
    """The same set in the orders in which dominators and fair shares would take it."""
    inside = np.zeros(problem.n, bool)
    inside[order] = True
    found = []
    for shares in (False, True):
        removals = Removals(problem, shares=shares)
        taken = picked(problem, removals, inside, problem.first.tolist(), None)
        listed = set(taken)
        rest = [account for account in order.tolist() if account not in listed]
        found.append(np.asarray([*taken, *rest], np.int32))
    return found


@reach_strategy(
    "portfolio",
    order="adaptive",
    cost="that of greedy, fair-share, replace and two rounds of swaps",
    reference="a portfolio; its members are rows of their own",
)
def portfolio(problem: ReachProblem, *, rng: int, progress: Progress | None = None) -> np.ndarray:
    """Greedy, fair-share, replace, minimum-cut, outdegree-frequency; the best improved by swaps.

    The winner is chosen on worlds that chose none of the plans.
    """
    named = None if progress is None else lambda what, done, total: progress(done, total)
    return contest(problem, rng, named).order
