"""The portfolio: several strategies, the best improved by swaps, judged on worlds of their own."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from keynodes.blocking.dominating import greedy, picked, replace
from keynodes.blocking.problem import ReachProblem
from keynodes.blocking.registration import reach_strategy
from keynodes.blocking.removals import Removals
from keynodes.blocking.rivals import outdegree_frequency
from keynodes.blocking.sharing import fair_share
from keynodes.blocking.verdicts import curves, paired_difference
from keynodes.cascades.keys import JUDGING
from keynodes.cascades.sampling import Size, size_of
from keynodes.kernels.blocks import NamedProgress, Progress, progress_on

MEMBERS: dict[str, Callable[..., np.ndarray]] = {
    "greedy": greedy,
    "fair-share": fair_share,
    "replace": replace,
    "outdegree-frequency": outdegree_frequency,
}
"""Strategies that the portfolio tries."""

ROUNDS = 2
"""Rounds of swaps, each over all places of the plan, that improve the best plan at most."""

SWAPPED = 200
"""Places that a round looks at in longer plans: those of the accounts that gain least."""


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
    """

    name: str
    order: np.ndarray
    notices: tuple[str, ...] = ()


def contest(problem: ReachProblem, rng: int, progress: NamedProgress | None = None) -> Verdict:
    """Let the members of the portfolio compete, improve the best plan, and judge again.

    Plans are judged by what they leave at their end; of the orders of the best set that one is
    taken which leaves least on the way.
    """
    plans: dict[str, np.ndarray] = {}
    stopped: list[str] = []
    for name, function in MEMBERS.items():
        try:
            plans[name] = function(problem, rng=rng, progress=progress_on(progress, name))
        except KeyboardInterrupt:
            if not plans:
                raise
            stopped.append(f"stopped by Ctrl-C: the best of {', '.join(plans)}, without swaps")
            break
    size = size_of(problem.scenario)
    left = _judged(problem, size, plans, progress)
    if stopped:
        best = min(plans, key=lambda name: left[name][:, -1].mean())
        return Verdict(best, plans[best], tuple(stopped))
    best = min(plans, key=lambda name: left[name][:, -1].mean())
    improved = swapped(problem, plans[best], progress_on(progress, "swaps in the best plan"))
    name = f"{best}, swapped"
    if set(improved.tolist()) != set(plans[best].tolist()):
        plans[name] = improved
        left |= _judged(problem, size, {name: improved}, progress)
    ranking = sorted(plans, key=lambda name: left[name][:, -1].mean())
    winner, second = ranking[:2]
    orders = {winner: plans[winner], **in_other_orders(problem, plans[winner])}
    left |= _judged(problem, size, {k: v for k, v in orders.items() if k != winner}, progress)
    soonest = min(orders, key=lambda name: left[name].mean())
    unit = problem.scenario.unit
    gap, half = (
        unit * value for value in paired_difference(left[second][:, -1], left[winner][:, -1])
    )
    ahead = (
        f"{winner} leaves {gap:,.1f} ± {half:,.1f} less reach than {second} on worlds that chose "
        "neither"
        if gap > half
        else f"{winner} and {second} leave the same on worlds that chose neither, as far as "
        f"{problem.count:,} worlds can tell"
    )
    return Verdict(winner, orders[soonest], (ahead,))


def _judged(
    problem: ReachProblem,
    size: Size,
    plans: dict[str, np.ndarray],
    progress: NamedProgress | None,
) -> dict[str, np.ndarray]:
    """What plans leave after each step, in worlds of the judging stream."""
    left = curves(
        problem.scenario,
        JUDGING,
        problem.count,
        size,
        list(plans.values()),
        problem.muting,
        progress=progress_on(progress, "judging on other worlds"),
    )
    return dict(zip(plans, left, strict=True))


def swapped(
    problem: ReachProblem, order: np.ndarray, progress: Progress | None = None
) -> np.ndarray:
    """Exchange accounts of a plan for others as long as one exchange cuts more: int32."""
    removals = Removals(problem)
    begun = len(problem.first)
    members = order.tolist()
    for account in members[begun:]:
        removals.remove(account)
    places = list(range(begun, len(members)))
    if len(places) > SWAPPED:
        places = places[-SWAPPED:]  # the last ones gained least when they were chosen
    for turn in range(ROUNDS):
        changed = False
        for done, place in enumerate(reversed(places), start=1):
            out = members[place]
            spent = float(problem.costs[members].sum() - problem.costs[out])
            removals.restore(out)
            best = removals.best(problem.affordable(removals.taken, spent))
            if best >= 0 and best != out and removals.gain(best) > removals.gain(out):
                members[place] = best
                changed = True
            removals.remove(members[place])
            if progress:
                progress(turn * len(places) + done, ROUNDS * len(places))
        if not changed:
            break
    # What the swaps saved may pay for more.
    members = picked(problem, removals, problem.candidates, members, None)
    return np.asarray(members, np.int32)


def in_other_orders(problem: ReachProblem, order: np.ndarray) -> dict[str, np.ndarray]:
    """The same set in the orders in which dominators and fair shares would take it."""
    inside = np.zeros(problem.n, bool)
    inside[order] = True
    found = {}
    for kind, shares in (("by drop", False), ("by share", True)):
        removals = Removals(problem, shares=shares)
        taken = picked(problem, removals, inside, problem.first.tolist(), None)
        listed = set(taken)
        rest = [account for account in order.tolist() if account not in listed]
        found[kind] = np.asarray([*taken, *rest], np.int32)
    return found


@reach_strategy(
    "portfolio",
    order="adaptive",
    cost="that of greedy, fair-share, replace and two rounds of swaps",
    reference="a portfolio; its members are rows of their own",
)
def portfolio(problem: ReachProblem, *, rng: int, progress: Progress | None = None) -> np.ndarray:
    """Greedy, fair-share, replace and outdegree-frequency, the best improved by swaps.

    The winner is chosen on worlds that chose none of the plans.
    """
    named = None if progress is None else lambda what, done, total: progress(done, total)
    return contest(problem, rng, named).order
