"""Newcomers and their first contacts, in one pass over the acts in the order of time."""

import numpy as np

from keynodes.kernels.compiling import kernel

REACHED, ADDRESSED, REACTED = 0, 1, 2
"""What a contact is: the member addressed the newcomer, or the newcomer addressed it, or reacted
to it."""

FURTHER = -1
"""In place of a contact: a member met after the window."""


@kernel
def settle(actors, targets, times, labels, burn_in, since):
    """Members of the burn-in: from their first act with another account of their label on.

    Fills `since`; returns how many acts are before `burn_in`.
    """
    early = 0
    while early < times.shape[0] and times[early] < burn_in:
        u, v, t = actors[early], targets[early], times[early]
        if labels[u] >= 0 and labels[u] == labels[v]:
            since[u] = min(since[u], t)
            since[v] = min(since[v], t)
        early += 1
    return early


@kernel
def find(keys, key):
    """Where `key` stands in an open hash table (-1: free), or the free place where it would."""
    mask = keys.shape[0] - 1
    # Keys that follow each other are spread, in products that stay below 2^62.
    place = ((key % 2147483647) * 1597334677 >> 20) & mask
    while keys[place] >= 0 and keys[place] != key:
        place = (place + 1) & mask
    return place


@kernel
def repeats(order, actors, targets, reactions, times, window):
    """Which acts repeat one of the same actor, target and kind less than a window before.

    `order` sorts acts by actor, target, kind and time. The first counts, then the next that is
    at least a window later.
    """
    result = np.zeros(order.shape[0], np.bool_)
    before = -1
    for i in order:
        if (
            before >= 0
            and actors[i] == actors[before]
            and targets[i] == targets[before]
            and reactions[i] == reactions[before]
            and times[i] - times[before] < window
        ):
            result[i] = True
        else:
            before = i
    return result


@kernel
def meet(
    start,
    stop,
    actors,
    targets,
    reactions,
    times,
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
    contact_times,
    kinds,
    acts,
    counts,
):
    """Follow acts `start` … `stop` − 1: who comes, whom they meet, who is drawn in.

    Everything from `since` on is changed. ``settings`` holds burn_in, window, horizon and the
    number of further members; ``counts`` the contacts so far. ``keys, values`` are the hash table
    of pairs: newcomer × account holds the place of their contact, or FURTHER; newcomer ×
    community holds the further members met there.
    """
    n = since.shape[0]
    burn_in, window, horizon, enough = settings
    for i in range(start, stop):
        u, v, t = np.int64(actors[i]), np.int64(targets[i]), times[i]
        u_is, v_is = since[u] < t, since[v] < t
        if u_is == v_is:
            continue
        x, m = (v, u) if u_is else (u, v)
        if t < burn_in:
            known[x] = True
            continue
        community = home[m]
        if known[x]:
            # Seen in the burn-in, though not yet with its own: no newcomer.
            if labels[x] == community and since[x] == np.inf:
                since[x] = t
                home[x] = community
            continue
        if seen[x] == np.inf:
            seen[x] = t
        pair = x * (n + communities) + m
        if t < seen[x] + window:
            kind = REACHED
            if not u_is:
                kind = REACTED if reactions[i] else ADDRESSED
            elif reactions[i]:
                continue
            place = find(keys, pair)
            if keys[place] < 0:
                keys[place] = pair
                values[place] = counts[0]
                c = counts[0]
                contacts[c, 0], contacts[c, 1] = x, m
                contact_times[c], kinds[c], acts[c] = t, kind, i
                counts[0] += 1
            else:
                c = values[place]
                if contact_times[c] == t and kinds[c] != REACHED and kind == REACHED:
                    kinds[c], acts[c] = REACHED, i
        elif t < seen[x] + window + horizon:
            place = find(keys, pair)
            if keys[place] >= 0:
                continue
            keys[place] = pair
            values[place] = FURTHER
            place = find(keys, x * (n + communities) + n + community)
            if keys[place] < 0:
                keys[place] = x * (n + communities) + n + community
                values[place] = 0
            values[place] += 1
            if values[place] >= enough and (
                since[x] == np.inf or (since[x] == t and community < home[x])
            ):
                since[x] = t
                home[x] = community


@kernel
def further_met(keys, values, newcomers, communities, stride, n):
    """How many further members each newcomer met in a community: int64, one a pair asked for."""
    result = np.zeros(newcomers.shape[0], np.int64)
    for i in range(newcomers.shape[0]):
        place = find(keys, newcomers[i] * stride + n + communities[i])
        if keys[place] >= 0:
            result[i] = values[place]
    return result


@kernel
def active_spells(actors, targets, times, since, window):
    """When each member is active: spells in which it is never idle for two windows.

    Acts and being acted on count, from `since` on. Returns where the spells of each account
    begin, and their first and last times: float64 (spells, 2).
    """
    n = since.shape[0]
    indptr = np.zeros(n + 1, np.int64)
    last = np.full(n, -np.inf)
    for counting in (True, False):
        if not counting:
            for a in range(n):
                indptr[a + 1] += indptr[a]
                last[a] = -np.inf
            spells = np.empty((indptr[n], 2))
            place = indptr[:n] - 1
        for i in range(times.shape[0]):
            t = times[i]
            for a in (actors[i], targets[i]):
                if since[a] < t:
                    if t - last[a] > 2 * window:
                        if counting:
                            indptr[a + 1] += 1
                        else:
                            place[a] += 1
                            spells[place[a], 0] = t
                    last[a] = t
                    if not counting:
                        spells[place[a], 1] = t
    return indptr, spells
