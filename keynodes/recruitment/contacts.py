"""Who is a member, who is new, whom the newcomers meet first, and who of them is drawn in."""

from dataclasses import dataclass

import numpy as np

from keynodes.kernels import contacts as kernels
from keynodes.kernels import csr
from keynodes.kernels.blocks import Progress, slices
from keynodes.recruitment.acts import Acts

STEP = 1 << 20
"""Acts that one compiled call follows: some tenths of a second."""


@dataclass(frozen=True)
class Rules:
    """When an account is new, and when it is drawn in; times in the unit of the records."""

    burn_in: float
    """The moment before which accounts are taken as they are."""
    window: float
    """How long after its first sight the contacts of a newcomer are its first."""
    horizon: float
    """How long after that it has to be drawn in."""
    further: int
    """With how many further members it must interact to be drawn in."""


@dataclass(frozen=True, eq=False)
class Meetings:
    """What came of following the acts.

    Attributes
    ----------
    since : numpy.ndarray of float64, shape (n,)
        When each account became a member; infinite for who never did.
    home : numpy.ndarray of int64, shape (n,)
        Of which community; -1 for none.
    seen : numpy.ndarray of float64, shape (n,)
        When each newcomer first interacted with a member; infinite for who is none.
    censored : numpy.ndarray of bool, shape (n,)
        Newcomers whose window and horizon go beyond the records.
    newcomers, members : numpy.ndarray of int64, shape (contacts,)
        The two accounts of each first contact.
    kinds : numpy.ndarray of int64, shape (contacts,)
        REACHED, ADDRESSED or REACTED, of `keynodes.kernels.contacts`.
    acts : numpy.ndarray of int64, shape (contacts,)
        The act that made the contact.
    further : numpy.ndarray of int64, shape (contacts,)
        How many further members of the member's community the newcomer met in its horizon; no
        longer counted once it is drawn in.
    repeats : numpy.ndarray of bool, shape (m,)
        Acts that repeat one of the same actor, target and kind less than a window before.
    """

    since: np.ndarray
    home: np.ndarray
    seen: np.ndarray
    censored: np.ndarray
    newcomers: np.ndarray
    members: np.ndarray
    kinds: np.ndarray
    acts: np.ndarray
    further: np.ndarray
    repeats: np.ndarray

    @property
    def drawn_in(self) -> np.ndarray:
        """Which newcomers became members: bool (n,)."""
        return np.isfinite(self.seen) & np.isfinite(self.since)


def meetings(
    acts: Acts, labels: np.ndarray, rules: Rules, progress: Progress | None = None
) -> Meetings:
    """Follow the acts in the order of time, from the members of the burn-in on.

    Parameters
    ----------
    acts : Acts
        All of them, sorted by time.
    labels : numpy.ndarray of int64, shape (n,)
        The community of each account, -1 for none.
    rules : Rules
        Burn-in, window, horizon, number of further members.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Notes
    -----
    O(n + m), and the sorting of pairs: 60 bytes an act at most.
    """
    n = len(acts.accounts)
    communities = int(labels.max(initial=-1)) + 1
    since, seen = np.full(n, np.inf), np.full(n, np.inf)
    early = kernels.settle(acts.actors, acts.targets, acts.times, labels, rules.burn_in, since)
    home = np.where(np.isfinite(since), labels, -1)
    # An act adds at most one pair of a newcomer and a member, and one of it and a community.
    possible = _with_strangers(acts, since, early)
    size = 1 << (2 * possible).bit_length()
    keys, values = np.full(size, -1, np.int64), np.empty(size, np.int32)
    contacts, kinds = np.empty((possible, 2), np.int32), np.empty(possible, np.int8)
    moments, made_by = np.empty(possible), np.empty(possible, np.int64)
    counts = np.zeros(1, np.int64)
    known = np.zeros(n, np.bool_)
    settings = (rules.burn_in, rules.window, rules.horizon, rules.further)
    for step in slices(acts.m, STEP):
        kernels.meet(
            step.start,
            step.stop,
            acts.actors,
            acts.targets,
            acts.reactions,
            acts.times,
            labels,
            settings,
            since,
            home,
            known,
            seen,
            communities,
            keys,
            values,
            contacts,
            moments,
            kinds,
            made_by,
            counts,
        )
        if progress:
            progress(step.stop, acts.m)
    made = int(counts[0])
    newcomers, members = contacts[:made].T.astype(np.int64)
    last = acts.times[-1] if acts.m else -np.inf
    with np.errstate(invalid="ignore"):
        censored = np.isfinite(seen) & (seen + rules.window + rules.horizon > last)
    return Meetings(
        since=since,
        home=home,
        seen=seen,
        censored=censored,
        newcomers=newcomers,
        members=members,
        kinds=kinds[:made].astype(np.int64),
        acts=made_by[:made].copy(),
        further=kernels.further_met(keys, values, newcomers, home[members], n + communities, n),
        repeats=_repeats(acts, rules.window),
    )


def _with_strangers(acts: Acts, since: np.ndarray, early: int) -> int:
    """How many acts after the burn-in have an account that is no member yet."""
    late = slice(early, None)
    return int((np.isinf(since[acts.actors[late]]) | np.isinf(since[acts.targets[late]])).sum())


def _repeats(acts: Acts, window: float) -> np.ndarray:
    n = len(acts.accounts)
    order = csr.stable_order(acts.reactions.astype(np.int32), 2, np.arange(acts.m))
    order = csr.stable_order(acts.targets, n, order)
    order = csr.stable_order(acts.actors, n, order)
    return kernels.repeats(order, acts.actors, acts.targets, acts.reactions, acts.times, window)
