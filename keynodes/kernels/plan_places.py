"""What each place in a plan would cost a candidate: the plan is walked back with it and without it.

A plan and its curve are kept as in `plan_curves`. With v₀, v₁, … the order, curve(i) is what is
left after i removals, and place p that of the removal after p others.
"""

from typing import NamedTuple

import numpy as np

from keynodes.kernels.compiling import kernel
from keynodes.kernels.plan_curves import Parts, copy_parts, empty_parts, join

SHORT = 192
"""Plans up to this long are always walked from end to end."""

NEGLIGIBLE = 16.0
"""Temperatures above the cheapest place at which a place is not looked at: e^-16 is 1e-7."""

MARKS = 33
"""Points of a plan at which the walk back may be taken up again."""


class Workspace(NamedTuple):
    """What a walk over plans works with between two rebuilds of its base."""

    base: Parts
    """All that is there but the plan, as it was, and the loose candidates."""
    parts: Parts
    """What is there at the point of the plan that a move looks at."""
    marks: Parts
    """Row k: what is there after k · gap removals, but for the loose candidates."""
    valid: np.ndarray
    """bool (MARKS,): which marks are as the plan is now."""
    gap: np.ndarray
    """int64 (1,): removals from one mark to the next."""
    loose: np.ndarray
    """int32 (c,): the candidates in no base and no mark, be they in the plan or out."""
    is_loose: np.ndarray
    """bool (c,): whether a candidate is among them."""
    loose_count: np.ndarray
    """int64 (1,): how many they are."""
    with_it: np.ndarray
    """float64 (c + 2,): see `later_places`."""
    without: np.ndarray
    """float64 (c + 2,): see `earlier_places`."""
    cost: np.ndarray
    """float64 (c + 2,): what the price of the plan changes by with the candidate at each place."""


class Places(NamedTuple):
    """The places that a candidate could have; what each would cost is in `Workspace.cost`."""

    at: int
    """Where it stands; −1: not in the plan, which is then one of the choices, and costs 0."""
    low: int
    """The first place weighed."""
    high: int
    """The last place weighed."""
    end: int
    """Up to this place the candidate ends the plan before its time: it gets end + 1 long. −1:
    nowhere."""
    out_end: int
    """How long the plan would be without the candidate; −1: it would not reach the threshold."""
    out_cost: float
    """What that would change the price by."""
    cheapest: float
    """The least of all costs."""


@kernel
def workspace(net):
    """Room for the walks over plans of one network."""
    nodes = net.total.shape[0]
    return Workspace(
        Parts(*empty_parts(nodes)),
        Parts(*empty_parts(nodes)),
        Parts(
            np.empty((MARKS, nodes), np.int32),
            np.empty((MARKS, nodes), np.float64),
            np.empty((MARKS, nodes), np.bool_),
            np.empty((MARKS, 2), np.float64),
        ),
        np.zeros(MARKS, np.bool_),
        np.ones(1, np.int64),
        np.empty(net.c, np.int32),
        np.zeros(net.c, np.bool_),
        np.zeros(1, np.int64),
        np.empty(net.c + 2, np.float64),
        np.empty(net.c + 2, np.float64),
        np.empty(net.c + 2, np.float64),
    )


@kernel
def weigh(net, goal, walk, length, x, reach, temperature, work):
    """What the price changes by with candidate x at each place within reach: `Places`."""
    at = np.int64(walk.place[x])
    if at < 0:
        return places_for_newcomer(net, goal, walk, length, x, reach, temperature, work)
    high, out_end, out_cost, cheapest = later_places(net, goal, walk, length, at, reach, work)
    work.cost[at] = 0.0
    low, end, cheapest = earlier_places(
        net, goal, walk, length, at, reach, temperature, cheapest, work
    )
    return Places(at, low, high, end, out_end, out_cost, cheapest)


@kernel
def later_places(net, goal, walk, length, at, reach, work):
    """Weigh the places behind `at`, where x stands: (high, out_end, out_cost, cheapest).

    Let with(i) be what is left after the first i + 1 removals when x comes back. With x at p > at
    the curve is with(i) at the points at < i ≤ p, and elsewhere as it was:

        cost(p) = Σ_{at < i ≤ p} worth(i) · (with(i) − curve(i))

    Where with(p) is at the threshold, the plan ends after p removals, and does without x.
    """
    which = 1 if goal.by_squares else 0
    x = walk.order[at]
    top = min(length, at + reach)
    state_at(net, walk, top, length, x, work)
    parts, with_it = work.parts, work.with_it
    join(net, x, parts)
    with_it[top - 1] = parts.ends[which]
    for i in range(top - 2, at, -1):
        join(net, walk.order[i + 1], parts)
        with_it[i] = parts.ends[which]
    change = 0.0
    cheapest = 0.0
    high = at
    for p in range(at + 1, top):
        if with_it[p] <= goal.threshold:
            out_cost = change + 0.5 * goal.worth[p] * with_it[p] - goal.dues[x]
            out_cost -= paid_from(goal, walk, length, p, p + 1)
            return high, p, out_cost, min(cheapest, out_cost)
        change += goal.worth[p] * (with_it[p] - walk.curve[p])
        work.cost[p] = change
        high = p
        cheapest = min(cheapest, change)
    return high, np.int64(-1), np.inf, cheapest


@kernel
def earlier_places(net, goal, walk, length, at, reach, temperature, cheapest, work):
    """Weigh the places before `at`, where x stands: (low, end, cheapest).

    Let without(i) be what is left after the first i removals and that of x. With x at p < at the
    curve is without(i − 1) at the points p < i ≤ at, and elsewhere as it was:

        cost(p) = Σ_{p < i ≤ at} worth(i) · (without(i − 1) − curve(i))

    Where without(p) is at the threshold, the plan ends with x at p. `end` is the first such
    place: with x before it the plan ends there too; with x behind it the plan would be longer and
    dearer, so that is no choice.
    """
    which = 1 if goal.by_squares else 0
    x = walk.order[at]
    low = at
    end = np.int64(-1)
    if at == 0:
        return low, end, cheapest
    state_at(net, walk, at + 1, length, x, work)
    parts, without = work.parts, work.without
    change = 0.0
    bottom = max(0, at - reach)
    for p in range(at - 1, -1, -1):
        join(net, walk.order[p], parts)
        without[p] = parts.ends[which]
        if without[p] <= goal.threshold:
            end = p
            change = goal.dues[x] + 0.5 * goal.worth[p + 1] * without[p]
            change -= paid_from(goal, walk, length, p + 1, p)
        else:
            change += goal.worth[p + 1] * (without[p] - walk.curve[p + 1])
        work.cost[p] = change
        low = p
        cheapest = min(cheapest, change)
        far = length > SHORT and change - cheapest > NEGLIGIBLE * temperature
        # At a place that ends the plan the walk goes on: it may end sooner still.
        if end != p and (p <= bottom or far):
            break
    if end >= 0:
        for p in range(end + 1, at):
            work.cost[p] = np.inf
    return low, end, cheapest


@kernel
def places_for_newcomer(net, goal, walk, length, x, reach, temperature, work):
    """Weigh the places for candidate x, which is not in the plan: `Places`.

    As in `earlier_places`: with x at p the curve is without(i − 1) at the points i > p. The plan
    gets one longer, unless it ends sooner; one of fixed length gives up its last removal.
    """
    which = 1 if goal.by_squares else 0
    state_at(net, walk, length, length, x, work)
    parts, without = work.parts, work.without
    without[length] = parts.ends[which]
    change = goal.dues[x]
    cheapest = 0.0
    low = length
    high = length - 1
    end = np.int64(-1)
    if goal.threshold >= 0:
        # As if x came last, which is no choice: the plan ends before.
        end = length
        change += 0.5 * goal.worth[length] * walk.curve[length]
        change += 0.5 * goal.worth[length + 1] * without[length]
    else:
        change -= goal.dues[walk.order[length - 1]]
    bottom = max(0, length - reach)
    for p in range(length - 1, -1, -1):
        join(net, walk.order[p], parts)
        without[p] = parts.ends[which]
        if without[p] <= goal.threshold:
            end = p
            high = p
            change = goal.dues[x] + 0.5 * goal.worth[p + 1] * without[p]
            change -= paid_from(goal, walk, length, p + 1, p)
        else:
            change += goal.worth[p + 1] * (without[p] - walk.curve[p + 1])
        work.cost[p] = change
        low = p
        cheapest = min(cheapest, change)
        far = reach < net.c and change - cheapest > NEGLIGIBLE * temperature
        if end != p and (p <= bottom or far):
            break
    return Places(np.int64(-1), low, high, end, np.int64(-1), np.inf, cheapest)


@kernel
def paid_from(goal, walk, length, point, removal):
    """What a plan with a threshold pays for its curve from a point, and its dues from a removal."""
    paid = -0.5 * goal.worth[length] * walk.curve[length]
    for i in range(point, length + 1):
        paid += goal.worth[i] * walk.curve[i]
    for i in range(removal, length):
        paid += goal.dues[walk.order[i]]
    return paid


@kernel
def state_at(net, walk, point, length, but, work):
    """Write into `work.parts` what is there after `point` removals, but for candidate `but`.

    Walks back from the nearest mark at or behind it, leaving marks on the way; the loose
    candidates that are not in the plan are joined last, because no mark holds them.
    """
    parts, marks, gap = work.parts, work.marks, work.gap[0]
    nearest = -1
    k = (point + gap - 1) // gap
    while k < MARKS and k * gap <= length:
        if work.valid[k]:
            nearest = k
            break
        k += 1
    if nearest >= 0:
        parts.parent[:] = marks.parent[nearest]
        parts.mass[:] = marks.mass[nearest]
        parts.present[:] = marks.present[nearest]
        parts.ends[:] = marks.ends[nearest]
        position = nearest * gap
    else:
        copy_parts(parts, work.base)
        position = length
    while position > point:
        position -= 1
        join(net, walk.order[position], parts)
        if position % gap == 0 and 0 < position < MARKS * gap:
            k = position // gap
            marks.parent[k] = parts.parent
            marks.mass[k] = parts.mass
            marks.present[k] = parts.present
            marks.ends[k] = parts.ends
            work.valid[k] = True
    for i in range(work.loose_count[0]):
        x = work.loose[i]
        if walk.place[x] < 0 and x != but:
            join(net, x, parts)
