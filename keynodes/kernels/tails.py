"""How probable it is that so many of some independent draws hit one account (Poisson-binomial)."""

import math

import numpy as np

from keynodes.kernels.compiling import kernel

SHARP = 64
"""Up to so many hits, stretches of draws are added up exactly; beyond, by saddle point."""


@kernel
def first_from(times, start, stop, moment, window):
    """First of the sorted ``times[start:stop]`` that is no more than a window before a moment."""
    while start < stop:
        middle = (start + stop) >> 1
        if times[middle] - moment < -window:
            start = middle + 1
        else:
            stop = middle
    return start


@kernel
def first_beyond(times, start, stop, moment, window):
    """First of the sorted ``times[start:stop]`` that is more than a window after a moment."""
    while start < stop:
        middle = (start + stop) >> 1
        if times[middle] - moment > window:
            stop = middle
        else:
            start = middle + 1
    return start


@kernel
def events_around(draw_times, draw_groups, event_times, indptr, window):
    """How many events of its group lie within a window of each draw, before or after: int64."""
    result = np.empty(draw_times.shape[0], np.int64)
    for d in range(draw_times.shape[0]):
        start, stop = indptr[draw_groups[d]], indptr[draw_groups[d] + 1]
        first = first_from(event_times, start, stop, draw_times[d], window)
        result[d] = first_beyond(event_times, first, stop, draw_times[d], window) - first
    return result


@kernel
def stretches(draws, start, stop, events, spells, window, bounds, counts, found):
    """Cut draws ``start:stop`` where the events of an account around them change in number.

    `events` are its sorted times, `spells` the first and last times between which it is active
    within a window of every moment. Appends to ``bounds`` (first and last + 1 draw) and ``counts``
    (events within a window of each) the stretches in which it is active; returns how many there
    are now, and how many events are within a window of any draw.
    """
    m, k = events.shape[0], spells.shape[0]
    entering, leaving = np.empty(m, np.int64), np.empty(m, np.int64)
    waking, tiring = np.empty(k, np.int64), np.empty(k, np.int64)
    # Each is found beyond the one before.
    first, last = start, start
    near = 0
    for i in range(m):
        first = first_from(draws, first, stop, events[i], window)
        last = first_beyond(draws, max(first, last), stop, events[i], window)
        entering[i], leaving[i] = first, last
        near += last > first
    first, last = start, start
    for i in range(k):
        first = first_from(draws, first, stop, spells[i, 0], window)
        last = first_beyond(draws, max(first, last), stop, spells[i, 1], window)
        waking[i], tiring[i] = first, last
    entered, left, woken, tired = 0, 0, 0, 0
    here = start
    while here < stop:
        while entered < m and entering[entered] <= here:
            entered += 1
        while left < m and leaving[left] <= here:
            left += 1
        while woken < k and waking[woken] <= here:
            woken += 1
        while tired < k and tiring[tired] <= here:
            tired += 1
        end = stop
        if entered < m:
            end = min(end, entering[entered])
        if left < m:
            end = min(end, leaving[left])
        if woken < k:
            end = min(end, waking[woken])
        if tired < k:
            end = min(end, tiring[tired])
        if woken > tired:
            bounds[found, 0], bounds[found, 1] = here, end
            counts[found] = entered - left
            found += 1
        here = end
    return found, near


@kernel
def tail_by_draws(hits, bounds, counts, found, inverse):
    """P(at least `hits`), adding the draws one by one: exact. O(draws × hits)."""
    mass = np.zeros(hits)
    mass[0] = 1.0
    tail = 0.0
    for i in range(found):
        for d in range(bounds[i, 0], bounds[i, 1]):
            p = (counts[i] + 1) * inverse[d]
            # What gets there stays: small tails are sums of small numbers, not differences.
            tail += mass[hits - 1] * p
            for k in range(hits - 1, 0, -1):
                mass[k] = mass[k] * (1 - p) + mass[k - 1] * p
            mass[0] *= 1 - p
    return min(tail, 1.0)


@kernel
def tail_by_stretches(hits, draws, chances, found, expected):
    """P(at least `hits`), each stretch at its mean chance: its binomials added up exactly.

    Draws of unequal chance vary less than as many of their mean chance (Hoeffding 1956), so this
    is no smaller than the exact tail where ``hits`` is above ``expected + 1``.
    """
    if expected > 4 * hits + 60:
        return 1.0
    certain = 0
    for i in range(found):
        if chances[i] >= 1:
            certain += draws[i]
    hits -= certain
    expected -= certain
    if hits <= 0:
        return 1.0
    # The tail is summed where fewer are expected: there, what is beyond does not count.
    size = hits + 16 + int(8 * math.sqrt(hits))
    mass = np.zeros(size)
    mass[0] = 1.0
    some = np.empty(size)
    for i in range(found):
        m, p = draws[i], chances[i]
        if p >= 1:
            continue
        if m * math.log1p(-p) < -600:
            # None of them is too improbable for a float to hold; but then they are few.
            for _ in range(m):
                for k in range(size - 1, 0, -1):
                    mass[k] = mass[k] * (1 - p) + mass[k - 1] * p
                mass[0] *= 1 - p
            continue
        odds = p / (1 - p)
        some[0] = math.exp(m * math.log1p(-p))
        last = min(m, size - 1)
        for k in range(1, last + 1):
            some[k] = some[k - 1] * odds * (m - k + 1) / k
        for k in range(size - 1, -1, -1):
            total = 0.0
            for j in range(min(k, last) + 1):
                total += mass[k - j] * some[j]
            mass[k] = total
    below, above = 0.0, 0.0
    for k in range(hits):
        below += mass[k]
    for k in range(hits, size):
        above += mass[k]
    return above if expected < hits else min(max(1 - below, 0.0), 1.0)


@kernel
def tail_by_saddle_point(hits, draws, chances, found, expected):
    """P(at least `hits`) by the formula of Lugannani & Rice (1980) for whole numbers."""
    total, certain = 0, 0
    for i in range(found):
        total += draws[i]
        if chances[i] >= 1:
            certain += draws[i]
    if hits <= certain:
        return 1.0
    if hits >= total:
        logarithm = 0.0
        for i in range(found):
            logarithm += draws[i] * math.log(chances[i])
        return math.exp(logarithm)
    # The saddle point: where the tilted draws are expected to hit so often. Bisection between
    # bounds that the mean chance gives, then Newton's steps while they stay inside.
    low, high = -50.0, 50.0
    s = 0.0
    first, second = 0.0, 0.0
    for _ in range(200):
        first, second = 0.0, 0.0
        for i in range(found):
            tilted = chances[i] * math.exp(s) / (1 - chances[i] + chances[i] * math.exp(s))
            first += draws[i] * tilted
            second += draws[i] * tilted * (1 - tilted)
        if abs(first - hits) <= 1e-10 * hits:
            break
        if first > hits:
            high = s
        else:
            low = s
        step = s - (first - hits) / second if second > 0 else low - 1
        s = step if low < step < high else (low + high) / 2
    generating, third = 0.0, 0.0
    for i in range(found):
        grown = 1 - chances[i] + chances[i] * math.exp(s)
        generating += draws[i] * math.log(grown)
        tilted = chances[i] * math.exp(s) / grown
        third += draws[i] * tilted * (1 - tilted) * (1 - 2 * tilted)
    if abs(s) * math.sqrt(second) < 1e-3:
        correction = (0.5 - third / (6 * second)) / math.sqrt(second)
        return min(max(0.5 + correction / math.sqrt(2 * math.pi), 0.0), 1.0)
    root = math.copysign(math.sqrt(max(2 * (s * hits - generating), 0.0)), s)
    scale = (1 - math.exp(-s)) * math.sqrt(second)
    density = math.exp(-root * root / 2) / math.sqrt(2 * math.pi)
    tail = 0.5 * math.erfc(root / math.sqrt(2)) + density * (1 / scale - 1 / root)
    return min(max(tail, 0.0), 1.0)


@kernel
def chances_of(
    tested,
    homes,
    hits,
    draw_indptr,
    draw_times,
    inverse,
    sums,
    event_indptr,
    event_times,
    spells_indptr,
    spells,
    window,
    exact,
):
    """Expected hits of some accounts, how probable so many are, and how many events say so.

    Draws stand by community and series (three each), events by account and series. A draw of a
    community hits an account that is active within a window of it with the chance (events of
    the account + 1) × `inverse`, 1 over the events of its community + 1; `sums` are the running
    sums of `inverse`. Up to `exact` draws × hits, draws are taken one by one.
    """
    n = tested.shape[0]
    expected = np.zeros(n)
    tails = np.ones(n)
    events_near = np.zeros(n, np.int64)
    for r in range(n):
        a = tested[r]
        active = spells[spells_indptr[a] : spells_indptr[a + 1]]
        most = 2 * (event_indptr[3 * a + 3] - event_indptr[3 * a]) + 6 * active.shape[0] + 3
        bounds = np.empty((most, 2), np.int64)
        counts = np.empty(most, np.int64)
        found = 0
        for series in range(3):
            group = 3 * homes[a] + series
            events = event_times[event_indptr[3 * a + series] : event_indptr[3 * a + series + 1]]
            found, near = stretches(
                draw_times,
                draw_indptr[group],
                draw_indptr[group + 1],
                events,
                active,
                window,
                bounds,
                counts,
                found,
            )
            events_near[r] += near
        draws = np.empty(found, np.int64)
        chances = np.empty(found)
        total = 0
        for i in range(found):
            draws[i] = bounds[i, 1] - bounds[i, 0]
            hit = (counts[i] + 1) * (sums[bounds[i, 1]] - sums[bounds[i, 0]])
            chances[i] = min(hit / draws[i], 1.0)
            expected[r] += hit
            total += draws[i]
        if hits[a] > 0:
            if total * hits[a] <= exact:
                tails[r] = tail_by_draws(hits[a], bounds, counts, found, inverse)
            elif hits[a] <= SHARP:
                tails[r] = tail_by_stretches(hits[a], draws, chances, found, expected[r])
            else:
                tails[r] = tail_by_saddle_point(hits[a], draws, chances, found, expected[r])
    return expected, tails, events_near
