"""Local search on a plan of removal: one account at a time, put where it does most, or left out.

Works on a quotient of the network (see `quotients`): nodes below `c` are candidates, the others
clusters that are always there. What counts after each removal is the heaviest component or, with
`by_squares`, the sum of the squared masses of all components.
"""

from typing import NamedTuple

import numpy as np

from keynodes.kernels.compiling import kernel
from keynodes.kernels.fragmentation import root_of
from keynodes.kernels.random_words import random_below, random_share

BATCH = 32
"""Candidates outside the plan that are tried between two rebuilds of the base."""

MOVES_A_BATCH = 128
"""Moves between two rebuilds of the base."""

SHORT = 192
"""Plans up to this long are always walked from end to end."""

NEGLIGIBLE = 16.0
"""Temperatures above the cheapest place at which a place is not looked at: e^-16 is 1e-7."""


class Quotient(NamedTuple):
    """A network seen from its candidates for removal; see `quotients.quotient`."""

    indptr: np.ndarray
    indices: np.ndarray
    total: np.ndarray
    folded_squares: np.ndarray
    c: int
    heaviest: float
    squares: float


class Parts(NamedTuple):
    """A union-find over the nodes of a quotient: who is there, and what hangs together."""

    parent: np.ndarray
    mass: np.ndarray
    present: np.ndarray
    ends: np.ndarray
    """float64 (2,): the heaviest component, the sum of the squared masses."""


class Goal(NamedTuple):
    """What a plan is judged by: Σ worth[i] · curve[i], and its dues."""

    by_squares: bool
    threshold: float
    """The plan ends where the curve is at this or below; below 0, at a fixed length."""
    worth: np.ndarray
    """float64 (c + 2,): what the curve after i removals counts."""
    dues: np.ndarray
    """float64 (c,): what each candidate costs, on top, when it is in the plan."""


class Walk(NamedTuple):
    """A plan, and what is left after each of its removals."""

    order: np.ndarray
    """int32 (c,): the candidates in the plan, first removed first."""
    curve: np.ndarray
    """float64 (c + 2,): what is left after 0, 1, … removals."""
    place: np.ndarray
    """int32 (c,): where each candidate stands in the order, −1 outside."""


@kernel
def empty_parts(nodes):
    return (
        np.empty(nodes, np.int32),
        np.empty(nodes, np.float64),
        np.empty(nodes, np.bool_),
        np.empty(2, np.float64),
    )


@kernel
def copy_parts(target, source):
    target.parent[:] = source.parent
    target.mass[:] = source.mass
    target.present[:] = source.present
    target.ends[:] = source.ends


@kernel
def join(net, v, parts):
    """Put candidate v back, and join it to the neighbours that are there."""
    parts.present[v] = True
    parts.ends[1] += net.total[v] * net.total[v] - net.folded_squares[v]
    root = v
    for i in range(net.indptr[v], net.indptr[v + 1]):
        x = net.indices[i]
        if not parts.present[x]:
            continue
        other = root_of(parts.parent, x)
        if other == root:
            continue
        if parts.mass[other] > parts.mass[root]:
            root, other = other, root
        parts.ends[1] += 2.0 * parts.mass[root] * parts.mass[other]
        parts.parent[other] = root
        parts.mass[root] += parts.mass[other]
    parts.ends[0] = max(parts.ends[0], parts.mass[root])


@kernel
def lay_out(net, absent, parts):
    """Everything is there but the candidates marked `absent` (bool (c,))."""
    for x in range(net.total.shape[0]):
        parts.parent[x] = x
        parts.mass[x] = net.total[x]
        parts.present[x] = x >= net.c
    parts.ends[0] = net.heaviest
    parts.ends[1] = net.squares
    for x in range(net.c):
        if not absent[x]:
            join(net, x, parts)
    for x in range(net.total.shape[0]):
        parts.parent[x] = root_of(parts.parent, x)


@kernel
def follow(net, goal, walk, length):
    """Write the curve and the places of the first `length` of the order."""
    which = 1 if goal.by_squares else 0
    absent = np.zeros(net.c, np.bool_)
    walk.place[:] = -1
    for i in range(length):
        walk.place[walk.order[i]] = i
        absent[walk.order[i]] = True
    parts = Parts(*empty_parts(net.total.shape[0]))
    lay_out(net, absent, parts)
    walk.curve[length] = parts.ends[which]
    for i in range(length - 1, -1, -1):
        join(net, walk.order[i], parts)
        walk.curve[i] = parts.ends[which]


@kernel
def cut_short(goal, walk, length):
    """Where the plan ends: at the threshold; what stands behind leaves the plan."""
    end = length
    for i in range(1, length + 1):
        if walk.curve[i] <= goal.threshold:
            end = i
            break
    for i in range(end, length):
        walk.place[walk.order[i]] = -1
    return end


@kernel
def price(goal, walk, length):
    """What the plan costs; infinite when it does not reach the threshold."""
    if goal.threshold >= 0 and (length == 0 or walk.curve[length] > goal.threshold):
        return np.inf
    cost = 0.0
    for i in range(1, length + 1):
        cost += goal.worth[i] * walk.curve[i] + goal.dues[walk.order[i - 1]]
    if goal.threshold >= 0:
        cost -= 0.5 * goal.worth[length] * walk.curve[length]
    return cost


@kernel
def anneal(net, goal, walk, length, state, moves, warm, cool, best_order, best):
    """`moves` moves of a walk over plans that cools from `warm` to `cool`; the new length.

    A move takes one candidate and weighs the places in the order that it could have, "not in the
    plan" being one: walking back with it and without it tells what each place would cost. It goes
    to one with probability ∝ exp(−cost / temperature) (heat bath). Long plans are mostly walked
    in part only: around the candidate's place, as far as a random reach.

    `best_order` (c,) and `best` (2,: its cost, its length) keep the best plan met.
    """
    nodes = net.total.shape[0]
    c = net.c
    which = 1 if goal.by_squares else 0
    base = Parts(*empty_parts(nodes))
    parts = Parts(*empty_parts(nodes))
    absent = np.zeros(c, np.bool_)
    loose = np.empty(c, np.int32)  # outside the plan, and not in the base
    is_loose = np.zeros(c, np.bool_)
    loose_count = 0
    marks = 33
    mark_parent = np.empty((marks, nodes), np.int32)
    mark_mass = np.empty((marks, nodes), np.float64)
    mark_present = np.empty((marks, nodes), np.bool_)
    mark_ends = np.empty((marks, 2), np.float64)
    valid = np.zeros(marks, np.bool_)
    gap = np.int64(1)
    without = np.empty(c + 2, np.float64)
    with_it = np.empty(c + 2, np.float64)
    cost = np.empty(c + 2, np.float64)
    left_in_batch = 0
    for move in range(moves):
        if left_in_batch == 0:
            # A new base: all but the plan and a batch of others, the next to be tried.
            left_in_batch = MOVES_A_BATCH
            for x in range(c):
                absent[x] = walk.place[x] >= 0
                is_loose[x] = False
            loose_count = 0
            if length < c:
                for _ in range(4 * BATCH):
                    x = np.int32(random_below(state, c))
                    if not absent[x]:
                        absent[x] = True
                        is_loose[x] = True
                        loose[loose_count] = x
                        loose_count += 1
                        if loose_count == BATCH:
                            break
            lay_out(net, absent, base)
            valid[:] = False
            gap = max(np.int64(64), length // 32 + 1)
            now = price(goal, walk, length)
            if now < best[0] * (1.0 - 1e-12):
                best[0] = now
                best[1] = length
                best_order[:length] = walk.order[:length]
        left_in_batch -= 1
        temperature = warm * (cool / warm) ** (move / moves)
        reach = np.int64(c)
        if length > SHORT and random_share(state) > 0.5:
            reach = np.int64(16.0 * (length / 16.0) ** random_share(state))
        x = np.int32(-1)
        if loose_count > 0 and random_share(state) < 0.5:
            x = loose[random_below(state, loose_count)]
        if x < 0 or walk.place[x] >= 0:
            if length == 0:
                continue
            x = walk.order[random_below(state, length)]
        a = np.int64(walk.place[x])
        cheapest = 0.0  # of the places, against where it is now
        low = a
        high = a
        end = np.int64(-1)  # where the plan would end if it stood before
        out_end = np.int64(-1)  # where the plan would end without it
        out_cost = np.inf
        if a >= 0:
            # Later places, from far to near: after i removals the candidate is still there.
            top = min(length, a + reach)
            _state_at(net, walk, top, length, base, parts, gap, valid, mark_parent, mark_mass,
                      mark_present, mark_ends, loose, loose_count)
            join(net, x, parts)
            with_it[top - 1] = parts.ends[which]
            for j in range(top - 2, a, -1):
                join(net, walk.order[j + 1], parts)
                with_it[j] = parts.ends[which]
            change = 0.0
            high = a
            for p in range(a + 1, top):
                if with_it[p] <= goal.threshold:
                    # It is over before the candidate's turn: the plan does without it.
                    out_end = p
                    out_cost = change + 0.5 * goal.worth[p] * with_it[p] - goal.dues[x]
                    out_cost -= _paid(goal, walk, length, p, p + 1)
                    break
                change += goal.worth[p] * (with_it[p] - walk.curve[p])
                cost[p] = change
                high = p
                cheapest = min(cheapest, change)
            cheapest = min(cheapest, out_cost)
            cost[a] = 0.0
            # Earlier places: the candidate is gone already.
            if a > 0:
                _state_at(net, walk, a + 1, length, base, parts, gap, valid, mark_parent,
                          mark_mass, mark_present, mark_ends, loose, loose_count)
                change = 0.0
                bottom = max(np.int64(0), a - reach)
                p = a
                while p > bottom and p > 0:
                    p -= 1
                    join(net, walk.order[p], parts)
                    without[p] = parts.ends[which]
                    if without[p] <= goal.threshold:
                        end = p
                        change = goal.dues[x] + 0.5 * goal.worth[p + 1] * without[p]
                        change -= _paid(goal, walk, length, p + 1, p)
                        bottom = min(bottom, np.int64(p - 1))  # it may end sooner still
                    else:
                        change += goal.worth[p + 1] * (without[p] - walk.curve[p + 1])
                    cost[p] = change
                    low = p
                    cheapest = min(cheapest, change)
                    if (
                        end != p
                        and length > SHORT
                        and change - cheapest > NEGLIGIBLE * temperature
                    ):
                        break
            if end >= 0:
                for p in range(end + 1, a):
                    cost[p] = np.inf
        else:
            _state_at(net, walk, length, length, base, parts, gap, valid, mark_parent, mark_mass,
                      mark_present, mark_ends, loose, -1)
            for i in range(loose_count):
                if walk.place[loose[i]] < 0 and loose[i] != x:
                    join(net, loose[i], parts)
            without[length] = parts.ends[which]
            # A plan of fixed length gives its last place up.
            p = length
            change = goal.dues[x]
            if goal.threshold >= 0:
                end = length
                change += goal.worth[length] * walk.curve[length] * 0.5
                change += goal.worth[length + 1] * without[length] * 0.5
                cost[length] = change
                low = length
                cheapest = min(cheapest, change)
            else:
                change -= goal.dues[walk.order[length - 1]]
                low = length
            high = length if goal.threshold >= 0 else length - 1
            bottom = max(np.int64(0), length - reach)
            p = length - 1
            while p >= 0:
                join(net, walk.order[p], parts)
                without[p] = parts.ends[which]
                if goal.threshold >= 0 and without[p] <= goal.threshold:
                    end = p
                    change = goal.dues[x] + 0.5 * goal.worth[p + 1] * without[p]
                    change -= _paid(goal, walk, length, p + 1, p)
                    high = p
                else:
                    change += goal.worth[p + 1] * (without[p] - walk.curve[p + 1])
                cost[p] = change
                low = p
                cheapest = min(cheapest, change)
                far = reach < c and change - cheapest > NEGLIGIBLE * temperature
                if end != p and (p <= bottom or far):
                    break
                p -= 1
        # The heat bath.
        limit = cheapest + NEGLIGIBLE * temperature
        weight = 0.0
        if a < 0:
            weight += np.exp((cheapest - 0.0) / temperature)  # stays outside
        for p in range(low, high + 1):
            if cost[p] < limit:
                weight += np.exp((cheapest - cost[p]) / temperature)
        if out_end >= 0 and out_cost < limit:
            weight += np.exp((cheapest - out_cost) / temperature)
        draw = random_share(state) * weight
        chosen = np.int64(-1)
        if a < 0:
            draw -= np.exp((cheapest - 0.0) / temperature)
        if a >= 0 or draw >= 0.0:
            for p in range(low, high + 1):
                if cost[p] < limit:
                    chosen = p
                    draw -= np.exp((cheapest - cost[p]) / temperature)
                    if draw < 0.0:
                        break
        if a >= 0 and draw >= 0.0 and out_end >= 0 and out_cost < limit:
            # Out of the plan.
            for i in range(a, length):
                walk.place[walk.order[i]] = -1
            for i in range(out_end + 1, length):
                if not is_loose[walk.order[i]]:
                    is_loose[walk.order[i]] = True
                    loose[loose_count] = walk.order[i]
                    loose_count += 1
            for j in range(a, out_end):
                walk.order[j] = walk.order[j + 1]
                walk.place[walk.order[j]] = j
            for j in range(a + 1, out_end + 1):
                walk.curve[j] = with_it[j]
            length = out_end
            if not is_loose[x]:
                is_loose[x] = True
                loose[loose_count] = x
                loose_count += 1
            valid[:] = False
            if loose_count > 4 * BATCH:
                left_in_batch = 0
            continue
        if chosen < 0 or chosen == a:
            continue
        if a >= 0 and chosen > a:
            for j in range(a, chosen):
                walk.order[j] = walk.order[j + 1]
                walk.place[walk.order[j]] = j
                walk.curve[j + 1] = with_it[j + 1]
            walk.order[chosen] = x
            walk.place[x] = chosen
            for k in range(a // gap, chosen // gap + 1):
                if k < marks and a < k * gap <= chosen:
                    valid[k] = False
            continue
        stop = a if a >= 0 else (length if goal.threshold >= 0 else length - 1)
        if a < 0 and goal.threshold < 0:
            walk.place[walk.order[length - 1]] = -1
            if not is_loose[walk.order[length - 1]]:
                is_loose[walk.order[length - 1]] = True
                loose[loose_count] = walk.order[length - 1]
                loose_count += 1
        for j in range(stop, chosen, -1):
            walk.order[j] = walk.order[j - 1]
            walk.place[walk.order[j]] = j
            walk.curve[j] = without[j - 1]
        if a < 0:
            walk.curve[stop + 1] = without[stop]
        walk.order[chosen] = x
        walk.place[x] = chosen
        walk.curve[chosen + 1] = without[chosen]
        if a < 0:
            if goal.threshold >= 0:
                length += 1
            valid[:] = False
        else:
            for k in range(chosen // gap, a // gap + 1):
                if k < marks and chosen < k * gap <= a:
                    valid[k] = False
        if goal.threshold >= 0 and end >= 0 and end + 1 < length:
            for i in range(end + 1, length):
                v = walk.order[i]
                walk.place[v] = -1
                if not is_loose[v]:
                    is_loose[v] = True
                    loose[loose_count] = v
                    loose_count += 1
            length = end + 1
            valid[:] = False
        if loose_count > 4 * BATCH:
            left_in_batch = 0
    now = price(goal, walk, length)
    if now < best[0] * (1.0 - 1e-12):
        best[0] = now
        best[1] = length
        best_order[:length] = walk.order[:length]
    return length


@kernel
def _paid(goal, walk, length, first, due):
    """What the plan pays for the curve from its `first` point on, and for those from `due` on."""
    paid = -0.5 * goal.worth[length] * walk.curve[length]
    for i in range(first, length + 1):
        paid += goal.worth[i] * walk.curve[i]
    for i in range(due, length):
        paid += goal.dues[walk.order[i]]
    return paid


@kernel
def _state_at(net, walk, q, length, base, parts, gap, valid, mark_parent, mark_mass, mark_present,
              mark_ends, loose, loose_count):
    """Write into `parts` what is there when the first q of the plan are removed.

    Walks back from the nearest mark at or after q, leaving marks on the way; the loose candidates
    are joined last (−1: not at all), because no mark holds them.
    """
    nearest = -1
    k = (q + gap - 1) // gap
    while k < valid.shape[0] and k * gap <= length:
        if valid[k]:
            nearest = k
            break
        k += 1
    if nearest >= 0:
        parts.parent[:] = mark_parent[nearest]
        parts.mass[:] = mark_mass[nearest]
        parts.present[:] = mark_present[nearest]
        parts.ends[:] = mark_ends[nearest]
        position = nearest * gap
    else:
        copy_parts(parts, base)
        position = length
    while position > q:
        position -= 1
        join(net, walk.order[position], parts)
        if position % gap == 0 and position > 0:
            k = position // gap
            if k < valid.shape[0]:
                mark_parent[k] = parts.parent
                mark_mass[k] = parts.mass
                mark_present[k] = parts.present
                mark_ends[k] = parts.ends
                valid[k] = True
    for i in range(loose_count):
        if walk.place[loose[i]] < 0:
            join(net, loose[i], parts)
