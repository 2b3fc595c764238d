"""Histories of accounts that are removed and come back.

A history says for every planned identity when its account is gone, when a new one appears, and how
much of its audience that one has won back. Its coins belong to identities and cycles, never to a
plan or a policy: whatever is compared is compared on the same people.
"""

import math
from typing import NamedTuple

import numpy as np

from keynodes.kernels.coins import MASK, coin, mixed
from keynodes.kernels.compiling import kernel

REMOVED = -1
RANGE = 4294967296.0
HALF = 0.5 / RANGE
HEARERS = 1000
"""Of so many hearers the overlap of two audiences is seen to 3 % (95 %), whatever their size."""
CYCLE = np.uint64(0x9E3779B1)
"""Odd, so that no two cycles of an identity share their coins."""
WHETHER, RADIUS, ANGLE, INSTANT = (
    np.uint64(word) for word in (0x68E31DA4, 0xB5297A4D, 0x1B56C4E9, 0x7FEB3521)
)
"""Which question a coin answers: it is mixed into the keys."""


class Terms(NamedTuple):
    """On which terms identities come back."""

    probability: np.ndarray
    """float64 (c,): of a return after removal number 1, 2, …, at positions 1, 2, …."""
    regained: np.ndarray
    """float64 (c,): the share of its former audience that the account which then appears can win
    back; 1 at position 0."""
    median: float
    """Of the delay until the return."""
    dispersion: float
    """Standard deviation of the logarithm of the delay."""
    rate: float
    """At which the audience is won back."""
    speed_up: float
    """How much faster that is when all of the former audience hears an announcer."""


class Pressure(NamedTuple):
    """When planned accounts are removed."""

    interval: float
    """Between rounds, the first at 0; infinite: there is only that."""
    capacity: float
    """Removals a round; infinite: everyone who is there."""
    reaction: float
    """From the appearance of a returned account to its removal; infinite: in rounds only."""
    until: float
    """When it all ends."""


class Announcing(NamedTuple):
    """Who tells where returned accounts are, and whom that reaches."""

    announcers: np.ndarray
    """int64 (a,): announcers that are in the plan themselves, by their position there."""
    overlaps: np.ndarray
    """float64 (p, a): the share of each planned identity's hearers that hear each of them; 0 for
    itself."""
    outside: np.ndarray
    """float64 (p,): the sum of such shares over announcers outside the plan."""


class Identities(NamedTuple):
    """Where the planned identities stand, in the order of the plan; and what is counted."""

    plan: np.ndarray
    """int32."""
    active: np.ndarray
    """bool: whether it has an account."""
    cycles: np.ndarray
    """int64: how often it was removed."""
    since: np.ndarray
    """float64: when its account appeared; of who is gone, when one will."""
    gained: np.ndarray
    """float64: rate × time of winning back: a share 1 − exp(−gained) of what can be won."""
    lives: np.ndarray
    """float64 (c, 4), by cycle: accounts opened, accounts removed, time lived, and the audience
    when that ended, as a share of the first, added up."""


@kernel
def answer(first_key, second_key, question, item):
    """The coin of `item` for a question: a float64 in [0, 1)."""
    return np.float64(coin(mixed(first_key ^ question), mixed(second_key ^ question), item)) / RANGE


@kernel
def time_until_return(first_key, second_key, identity, cycle, terms):
    """How long after its removal number `cycle` an identity is back; infinite if never.

    Log-normal: the median times exp(dispersion · z), z standard normal (Box & Muller 1958).
    """
    second_key = mixed((second_key + np.uint64(cycle) * CYCLE) & MASK)
    if answer(first_key, second_key, WHETHER, identity) >= terms.probability[cycle]:
        return np.inf
    radius = answer(first_key, second_key, RADIUS, identity) + HALF  # its logarithm is finite
    angle = 2.0 * math.pi * answer(first_key, second_key, ANGLE, identity)
    z = math.sqrt(-2.0 * math.log(radius)) * math.cos(angle)
    return terms.median * math.exp(terms.dispersion * z)


@kernel
def overlaps(indptr, heads, plan, announcers):
    """The share of each planned identity's hearers that hear each announcer: float64 (p, a).

    Of `HEARERS` of them, evenly spaced in its row, where it has more.
    """
    shares = np.zeros((len(plan), len(announcers)))
    hears = np.zeros(len(indptr) - 1, np.bool_)
    for i in range(len(announcers)):
        a = announcers[i]
        hears[heads[indptr[a] : indptr[a + 1]]] = True
        for p in range(len(plan)):
            u = plan[p]
            if u != a and indptr[u + 1] > indptr[u]:
                degree = indptr[u + 1] - indptr[u]
                looked = min(degree, HEARERS)
                both = 0
                for j in range(looked):
                    both += hears[heads[indptr[u] + j * degree // looked]]
                shares[p, i] = both / looked
        hears[heads[indptr[a] : indptr[a + 1]]] = False
    return shares


@kernel
def overlaps_outside(indptr, heads, plan, announcers):
    """The sum of these shares over announcers none of whom is planned: float64 (p,)."""
    heard = np.zeros(len(indptr) - 1, np.int64)
    for a in announcers:
        for arc in range(indptr[a], indptr[a + 1]):
            heard[heads[arc]] += 1
    sums = np.zeros(len(plan))
    for p in range(len(plan)):
        u = plan[p]
        total = 0
        for arc in range(indptr[u], indptr[u + 1]):
            total += heard[heads[arc]]
        sums[p] = total / max(indptr[u + 1] - indptr[u], 1)
    return sums


@kernel
def held(who, p, regained):
    """The share of its first audience that the account of planned identity p has."""
    if not who.active[p]:
        return 0.0
    if who.cycles[p] == 0:
        return 1.0
    return regained[who.cycles[p]] * (1.0 - math.exp(-who.gained[p]))


@kernel
def exposures(announcing, who, regained):
    """How much of the former audience of each identity hears a living announcer: float64 (p,).

    The shares that hear each of them, added up, at most 1: exact where no hearer hears two. An
    announcer counts by the share of its audience that it has. 0 for who has its first account: it
    has nothing to win back.
    """
    voices = np.zeros(len(announcing.announcers))
    for i in range(len(voices)):
        voices[i] = held(who, announcing.announcers[i], regained)
    result = np.zeros(len(who.plan))
    for p in range(len(who.plan)):
        if who.active[p] and who.cycles[p] == 0:
            continue
        total = announcing.outside[p]
        for i in range(len(voices)):
            total += announcing.overlaps[p, i] * voices[i]
        result[p] = min(1.0, total)
    return result


@kernel
def close(p, now, who, terms, first_key, second_key):
    """Remove the account of planned identity p at `now`, and draw when it will be back."""
    c = who.cycles[p]
    who.lives[c, 1] += 1
    who.lives[c, 2] += now - who.since[p]
    who.lives[c, 3] += held(who, p, terms.regained)
    who.active[p] = False
    who.cycles[p] = c + 1
    who.since[p] = now + time_until_return(first_key, second_key, who.plan[p], c + 1, terms)


@kernel
def history(announcing, plan, keys, terms, pressure, steps, step):
    """One history of the planned identities, and how it looks at one instant of every step.

    The instant is drawn within the step, so that sums over steps estimate areas without bias: a
    fixed one would always fall just before, or just after, what a policy does every day.

    Parameters
    ----------
    announcing : Announcing
    plan : int32 (p,)
        Identities in the order of removal.
    keys : uint64 (2,) or longer
    terms : Terms
    pressure : Pressure
    steps, step : int, float
        Their number and length.

    Returns
    -------
    cycle : int16 (steps, p)
        At the instant: how often the identity was removed before, −1 while it has no account.
    growth : float32 (steps, p)
        How much of what it can win back the account has: 0 to 1.
    flows : int64 (steps, 2)
        Accounts that appeared in a step, and returned accounts that were removed in it.
    lives : float64 (c, 4)
        As in `Identities`, accounts that were there at the end included.
    """
    first, second = keys[0], keys[1]
    count = len(plan)
    cycle = np.full((steps, count), REMOVED, np.int16)
    growth = np.zeros((steps, count), np.float32)
    flows = np.zeros((steps, 2), np.int64)
    who = Identities(
        plan,
        np.ones(count, np.bool_),
        np.zeros(count, np.int64),
        np.zeros(count),
        np.zeros(count),
        np.zeros((len(terms.regained), 4)),
    )
    who.lives[0, 0] = count
    exposed = np.zeros(count)
    planned, rounds = 0, 0
    for j in range(steps):
        begin, end = j * step, (j + 1) * step
        instant = begin + step * (answer(first, second, INSTANT, j) + HALF)
        if terms.speed_up > 0.0:
            exposed = exposures(announcing, who, terms.regained)
        now, seen = begin, False
        while True:
            due = rounds * pressure.interval if rounds > 0 else 0.0
            if due > pressure.until:
                due = np.inf
            stop = min(end, due)
            if not seen and instant < stop:
                stop = instant
            for p in range(count):
                live(p, now, stop, exposed[p], who, terms, pressure, first, second, flows[j])
            now = stop
            if now == due and now < end:
                planned = clear(planned, rounds, now, who, terms, pressure, first, second, flows[j])
                rounds += 1
            elif not seen and now == instant:
                seen = True
                for p in range(count):
                    if who.active[p]:
                        cycle[j, p] = who.cycles[p]
                        growth[j, p] = 1.0 - math.exp(-who.gained[p])
            else:
                break
    for p in range(count):
        if who.active[p]:
            who.lives[who.cycles[p], 2] += steps * step - who.since[p]
            who.lives[who.cycles[p], 3] += held(who, p, terms.regained)
    return cycle, growth, flows, who.lives


@kernel
def live(p, now, stop, exposure, who, terms, pressure, first_key, second_key, flows):
    """Let planned identity p live from `now` to `stop`, between two rounds."""
    pace = terms.rate * (1.0 + terms.speed_up * exposure)
    while True:
        if not who.active[p]:
            if who.since[p] > stop:
                return
            who.active[p] = True
            now = max(now, who.since[p])
            who.gained[p] = 0.0
            who.lives[who.cycles[p], 0] += 1
            flows[0] += 1
        if who.cycles[p] == 0:
            return
        leave = who.since[p] + pressure.reaction
        if leave > stop or leave > pressure.until:
            who.gained[p] += pace * (stop - now)
            return
        who.gained[p] += pace * (leave - now)
        now = leave
        flows[1] += 1
        close(p, now, who, terms, first_key, second_key)


@kernel
def clear(planned, rounds, now, who, terms, pressure, first_key, second_key, flows):
    """Hold a round: first who was never removed, then who has been back for longest.

    `planned` is how many of the plan had been removed before; what it is now is returned.
    """
    left = pressure.capacity
    if left < np.inf:
        # A fraction of a removal is carried over; whole ones that nobody was there for are not.
        left = math.floor((rounds + 1) * left) - math.floor(rounds * left)
    while left > 0 and planned < len(who.plan):
        close(planned, now, who, terms, first_key, second_key)
        planned += 1
        left -= 1
    if left > 0:
        back = np.flatnonzero(who.active & (who.cycles > 0))
        if left < len(back):
            back = back[np.argsort(who.since[back], kind="mergesort")]
        for p in back:
            if left <= 0:
                break
            flows[1] += 1
            close(p, now, who, terms, first_key, second_key)
            left -= 1
    return planned
