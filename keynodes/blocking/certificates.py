"""How much of what any set could cut a plan cuts: a bound, where theory gives one.

Under independent cascades nothing is submodular, so that greedy promises nothing. But keep in
every world one path to every account: whoever is lost when a set is removed has lost that path. So
the accounts whose kept path a set touches are at least those it cuts off; that number is a coverage
function, submodular, and the best set for it can be bounded (Leskovec et al. 2007): after any
greedy step, no set of the budget covers more than what is covered plus the largest further gains.
"""

from dataclasses import dataclass, replace

import numpy as np

from keynodes.blocking.problem import SLACK, ReachProblem, reached_in
from keynodes.blocking.removals import Removals
from keynodes.cascades.sampling import FEWEST
from keynodes.kernels.blocks import Progress, in_order
from keynodes.kernels.removals import trees_of

ONE_SIDED = 2.241403
"""Standard errors that a normal number exceeds with probability 1.25 %: two bounds on all sets fail
with that each, the interval of the plan with 2.5 %; together at most 5 %."""

FEW, HELD = 5, 0.5
"""No certificate where so few worlds carry more than this share of the mean square of reach."""


@dataclass(frozen=True)
class Certificate:
    """A bound for all sets of the budget.

    Attributes
    ----------
    most : float
        No set of the budget cuts more than this on average, with 97.5 % confidence (the lower of
        two bounds of 98.75 %); in units of reach (accounts, or weight).
    share : float
        The plan's cut, at the low end of its interval, as a share of `most`.
    worlds : int
        Worlds that the bound comes from.
    """

    most: float
    share: float
    worlds: int

    @property
    def sentence(self) -> str:
        """What may be claimed."""
        return (
            f"certificate: this set cuts at least {self.share:.0%} of what any set of this budget "
            "could, with 95 % confidence by a normal approximation over "
            f"{self.worlds:,} worlds"
        )


def doubt(*samples: np.ndarray) -> str | None:
    """Say why a normal approximation must not be trusted, if so.

    Parameters
    ----------
    *samples : numpy.ndarray
        What each world reaches with nobody removed: of the worlds that bound what any set could
        cut, and of those that say what the plan cuts.

    Returns
    -------
    str or None
        Worlds are few, or few of them carry most of the mean square of reach: where large cascades
        are rare, how many of them were drawn says little about how many there are.
    """
    for reached in samples:
        if len(reached) < FEWEST:
            return f"{len(reached):,} worlds are too few for a normal approximation"
        squares = np.sort(reached.astype(np.float64) ** 2)
        if squares[-FEW:].sum() > HELD * squares.sum():
            return (
                f"the {FEW} largest of {len(reached):,} worlds carry more than half of the mean "
                "square of reach, so that no normal approximation holds"
            )
    return None


def certificate(
    problem: ReachProblem, cut_low: float, progress: Progress | None = None
) -> Certificate | None:
    """Bound what any set of the budget could cut, and compare.

    Parameters
    ----------
    problem : ReachProblem
        Its worlds chose the plan; the bound holds for every set, so that they may serve again.
    cut_low : float
        What the plan cuts on worlds that did not choose it, at the low end of its interval.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    Certificate or None
        None where nothing can be cut.

    Notes
    -----
    The bound on the sample holds for every set. For the expectation a normal approximation over
    worlds is used, with the variance of any cut bounded by the mean square of reach. It cannot know
    of cascades so rare that no world has one; see `doubt` for when it must not be used.
    """
    limit = problem.scenario.limit
    if problem.scenario.transmission.threshold and not problem.scenario.limited:
        trees = problem.worlds  # at most one arc into each account is live: they are trees
    else:
        packs = problem.worlds
        trees = tuple(in_order(lambda i: trees_of(packs[i], limit), range(len(packs))))
    plain = replace(problem.scenario, hops=None, within=None, delay=None)
    covering = replace(problem, worlds=trees, scenario=plain)
    removals = Removals(covering)
    count = problem.count
    begun = problem.first.tolist()
    covered = _gone_with(covering, begun)
    spent = float(problem.costs[begun].sum())
    able = problem.candidates.copy()
    able[begun] = False
    free = problem.budget - spent
    bound = np.inf
    while True:
        among = problem.affordable(removals.taken, spent)
        account = removals.best(among)
        bound = min(bound, covered + _best_within(removals.at_most, problem.costs, able, free))
        if account < 0:
            break
        covered += removals.gain(account)
        removals.remove(account)
        spent += float(problem.costs[account])
        if progress:
            progress(int(min(spent, problem.budget)), max(1, int(problem.budget)))
    reached = reached_in(problem).astype(np.float64)
    error = ONE_SIDED * np.sqrt((reached**2).mean() / count)
    most = min(bound / count + error, reached.mean() + ONE_SIDED * reached.std() / np.sqrt(count))
    most *= problem.scenario.unit
    if not most > 0:
        return None
    return Certificate(float(most), float(np.clip(cut_low / most, 0.0, 1.0)), count)


def _gone_with(problem: ReachProblem, accounts: list[int]) -> float:
    """What is lost with accounts that must go in any case, in units over all worlds."""
    if not accounts:
        return 0.0
    removals = Removals(replace(problem, first=np.zeros(0, np.int32)))
    total = 0.0
    for account in accounts:
        total += removals.gain(account)
        removals.remove(account)
    return total


def _best_within(gains: np.ndarray, costs: np.ndarray, able: np.ndarray, budget: float) -> float:
    """The most that gains add up to within a budget, the last one in part."""
    places = np.flatnonzero(able & (gains > 0) & (costs <= budget * SLACK))
    if len(places) and (costs[places] == costs[places[0]]).all():
        whole = int(budget * SLACK / costs[places[0]])
        if whole < len(places):
            gains = np.partition(gains[places], len(places) - whole)
            return float(gains[len(places) - whole :].sum())
        return float(gains[places].sum())
    places = places[np.argsort(-(gains[places] / costs[places]), kind="stable")]
    spent = np.cumsum(costs[places])
    whole = int(np.searchsorted(spent, budget * SLACK, side="right"))
    total = float(gains[places[:whole]].sum())
    if whole < len(places):
        rest = budget - (spent[whole - 1] if whole else 0.0)
        total += float(gains[places[whole]]) * max(rest, 0.0) / float(costs[places[whole]])
    return total
