"""How many newcomers each member would meet by chance, and how sure it is that it met more."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from keynodes.kernels import contacts as contact_kernels
from keynodes.kernels import csr, tails
from keynodes.kernels.blocks import Progress, by_work, in_order
from keynodes.recruitment.acts import Acts
from keynodes.recruitment.contacts import Meetings, Rules

EXACT = 1 << 22
"""Up to so many draws × contacts an account's draws are taken one by one."""

STEPS = 1 << 21
"""Work of one block of accounts: some tenths of a second."""


@dataclass(frozen=True, eq=False)
class Draws:
    """First contacts as independent draws of a member, each from a community and a series.

    Attributes
    ----------
    members : numpy.ndarray of int64, shape (draws,)
        Whom the draw hit.
    groups : numpy.ndarray of int64, shape (draws,)
        3 × community + series (REACHED, ADDRESSED, REACTED); sorted.
    times : numpy.ndarray of float64, shape (draws,)
        When, sorted within each group.
    """

    members: np.ndarray
    groups: np.ndarray
    times: np.ndarray


@dataclass(frozen=True, eq=False)
class Chances:
    """What each tested account met, and what chance would have had it meet.

    Attributes
    ----------
    hits : numpy.ndarray of int64
        Draws that hit the account.
    expected : numpy.ndarray of float64
        Their number by chance.
    tails : numpy.ndarray of float64
        The probability of at least `hits` if the chances were known (Poisson-binomial).
    events : numpy.ndarray of int64
        The account's own acts among members that its chances were taken from.
    without_reference : int
        Draws around which no member did the like: they can make nobody stand out.
    """

    hits: np.ndarray
    expected: np.ndarray
    tails: np.ndarray
    events: np.ndarray
    without_reference: int

    @cached_property
    def p_values(self) -> np.ndarray:
        """The probability of at least `hits` by chance, as far as chances are known: float64.

        Chances are estimates: they come from a number of acts that is itself luck. With the
        luck of a Poisson number, what is expected has a gamma distribution with the shape of
        `events` + 1, and the hits a negative binomial one. The larger of its tail and that of
        known chances is taken. Robbins 1955 (the empirical Bayes of Poisson counts).
        """
        from scipy.stats import nbinom

        shape = self.events + 1.0
        guessed = nbinom.sf(self.hits - 1, shape, shape / (shape + self.expected))
        return np.maximum(self.tails, np.where(self.hits > 0, guessed, 1.0))


def draws_of(acts: Acts, meetings: Meetings) -> Draws:
    """Turn the contacts of newcomers that are not censored into draws.

    Newcomers addressed by one act (same actor, time and message) are one draw: they do not come
    independently.
    """
    counted = np.flatnonzero(~meetings.censored[meetings.newcomers])
    reached = counted[meetings.kinds[counted] == contact_kernels.REACHED]
    attracted = counted[meetings.kinds[counted] != contact_kernels.REACHED]
    at = meetings.acts[reached]
    by_act = np.lexsort((acts.messages[at], acts.times[at], acts.actors[at]))
    reached, at = reached[by_act], at[by_act]
    same = np.zeros(len(at), bool)
    same[1:] = (
        (acts.actors[at][1:] == acts.actors[at][:-1])
        & (acts.times[at][1:] == acts.times[at][:-1])
        & (acts.messages[at][1:] == acts.messages[at][:-1])
    )
    kept = np.concatenate([reached[~same], attracted])
    members = meetings.members[kept]
    groups = 3 * meetings.home[members] + meetings.kinds[kept]
    times = acts.times[meetings.acts[kept]]
    order = np.lexsort((members, times, groups))
    return Draws(members[order], groups[order], times[order])


def tested_accounts(acts: Acts, meetings: Meetings, rules: Rules) -> np.ndarray:
    """Accounts that acted, or were acted on, as members after the burn-in: int64, sorted."""
    active = np.zeros(len(acts.accounts), bool)
    for ends in (acts.actors, acts.targets):
        late = (acts.times >= rules.burn_in) & (acts.times > meetings.since[ends])
        active[ends[late]] = True
    return np.flatnonzero(active)


def chances(
    acts: Acts,
    meetings: Meetings,
    rules: Rules,
    draws: Draws,
    tested: np.ndarray,
    *,
    exact: int = EXACT,
    progress: Progress | None = None,
) -> Chances:
    """Compare what each tested account met with what chance would have it meet.

    Parameters
    ----------
    acts, meetings, rules, draws
        As `meetings` and `draws_of` made them.
    tested : numpy.ndarray of int64
        The accounts to test.
    exact : int
        Up to so many draws × contacts the draws of an account are taken one by one.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    Chances

    Notes
    -----
    Time O(m log m + Σ draws × hits), where accounts beyond `exact` take O(events × hits²)
    instead; memory O(n + m).
    """
    n = len(acts.accounts)
    groups = 3 * (int(meetings.home.max(initial=-1)) + 1)
    draw_indptr = _indptr(draws.groups, groups)
    event_indptr, event_times, totals, total_times = _events(acts, meetings, n, groups)
    around = tails.events_around(draws.times, draws.groups, total_times, totals, rules.window)
    inverse = 1.0 / (around + 1)
    sums = np.concatenate([[0.0], np.cumsum(inverse)])
    spells_indptr, spells = contact_kernels.active_spells(
        acts.actors, acts.targets, acts.times, meetings.since, rules.window
    )
    hits = np.bincount(draws.members, minlength=n)
    homes = meetings.home

    # Stretches are found by bisection among the draws; tails take draws × hits at most.
    sizes = np.diff(draw_indptr).reshape(-1, 3).sum(axis=1)[homes[tested]]
    around_them = np.diff(event_indptr).reshape(-1, 3).sum(axis=1)[tested]
    around_them += 3 * np.diff(spells_indptr)[tested]
    of_tails = np.minimum(sizes * hits[tested], exact)
    blocks = by_work(20 * around_them + of_tails + 100, STEPS)

    def step(block: slice) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return tails.chances_of(
            tested[block],
            homes,
            hits,
            draw_indptr,
            draws.times,
            inverse,
            sums,
            event_indptr,
            event_times,
            spells_indptr,
            spells,
            rules.window,
            exact,
        )

    results = list(in_order(step, blocks, progress))
    nobody = (np.zeros(0), np.zeros(0), np.zeros(0, np.int64))
    expected, probabilities, events = (
        np.concatenate(parts) for parts in zip(nobody, *results, strict=True)
    )
    without = int((around == 0).sum())
    return Chances(hits[tested], expected, probabilities, events, without)


def _events(
    acts: Acts, meetings: Meetings, n: int, groups: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Acts among members, once a window a pair: by account and series, by community and series.

    Each as the places of its groups, and the times in them.
    """
    both = (
        (acts.times > meetings.since[acts.actors])
        & (acts.times > meetings.since[acts.targets])
        & ~meetings.repeats
    )
    addressing = np.flatnonzero(both & (acts.reactions == 0))
    reacting = np.flatnonzero(both & (acts.reactions == 1))
    # As in kernels.contacts: an address counts for its actor and for whom it reached.
    accounts = np.concatenate(
        [acts.actors[addressing], acts.targets[addressing], acts.targets[reacting]]
    ).astype(np.int64)
    series = np.repeat(np.arange(3), [len(addressing), len(addressing), len(reacting)])
    times = acts.times[np.concatenate([addressing, addressing, reacting])]
    # Each series comes in the order of time, and stays so within its group.
    by_account = 3 * accounts + series
    by_community = 3 * meetings.home[accounts] + series
    return (*_grouped(by_account, times, 3 * n), *_grouped(by_community, times, groups))


def _grouped(groups: np.ndarray, times: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Times by group: where the groups begin, and the times, in the order they came."""
    order = csr.stable_order(groups, number, np.arange(len(groups)))
    return _indptr(groups, number), times[order]


def _indptr(groups: np.ndarray, number: int) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(np.bincount(groups, minlength=number))])


def benjamini_hochberg(p_values: np.ndarray) -> np.ndarray:
    """Return the smallest false discovery rate at which each would be a discovery: q-values.

    Benjamini & Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x.

    Examples
    --------
    >>> benjamini_hochberg(np.array([0.01, 0.5, 0.03])).round(3)
    array([0.03 , 0.5  , 0.045])
    """
    order = np.argsort(p_values, kind="stable")
    adjusted = p_values[order] * len(p_values) / np.arange(1, len(p_values) + 1)
    result = np.empty(len(p_values))
    result[order] = np.minimum.accumulate(adjusted[::-1])[::-1]
    return np.minimum(result, 1.0)
