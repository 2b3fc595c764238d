"""Local search on a plan of removal: one account at a time, put where it does most, or left out."""

import numpy as np

from keynodes.kernels.compiling import kernel
from keynodes.kernels.plan_curves import (
    Goal,
    Quotient,
    Walk,
    cut_short,
    follow,
    lay_out,
    price,
)
from keynodes.kernels.plan_places import MARKS, NEGLIGIBLE, SHORT, weigh, workspace
from keynodes.kernels.random_words import random_below, random_share

__all__ = ["Goal", "Quotient", "Walk", "anneal", "cut_short", "follow", "price"]

BATCH = 32
"""Candidates outside the plan that are tried between two rebuilds of the base."""

MOVES_A_BATCH = 128
"""Moves between two rebuilds of the base."""

STAY = -1
"""The choice to change nothing."""

LEAVE = -2
"""The choice to take a candidate out of the plan."""


@kernel
def anneal(net, goal, walk, length, state, moves, warm, cool, best_order, best):
    """`moves` moves of a walk over plans that cools from `warm` to `cool`; the new length.

    A move takes one candidate and weighs the places in the order that it could have, "not in the
    plan" being one: walking back with it and without it tells what each place would cost. It goes
    to one with probability ∝ exp(−cost / temperature) (heat bath). Long plans are mostly walked
    in part only: around the candidate's place, as far as a random reach.

    `best_order` (c,) and `best` (2,: its cost, its length) keep the best of the plans that the
    walk is at when a batch of moves begins, and when it ends.
    """
    work = workspace(net)
    left_in_batch = 0
    for move in range(moves):
        if left_in_batch == 0 or work.loose_count[0] > 4 * BATCH:
            left_in_batch = MOVES_A_BATCH
            new_base(net, walk, length, state, work)
            keep_best(goal, walk, length, best_order, best)
        left_in_batch -= 1
        temperature = warm * (cool / warm) ** (move / moves)
        reach = np.int64(net.c)
        if length > SHORT and random_share(state) > 0.5:
            reach = np.int64(16.0 * (length / 16.0) ** random_share(state))
        x = whom_to_move(walk, length, state, work)
        if x < 0:
            continue
        places = weigh(net, goal, walk, length, x, reach, temperature, work)
        chosen = heat_bath(places, work.cost, temperature, state)
        length = carry_out(goal, walk, length, x, chosen, places, work)
    keep_best(goal, walk, length, best_order, best)
    return length


@kernel
def new_base(net, walk, length, state, work):
    """Lay out all but the plan and a batch of others, drawn at random: the next to be tried."""
    absent = np.zeros(net.c, np.bool_)
    for x in range(net.c):
        absent[x] = walk.place[x] >= 0
        work.is_loose[x] = False
    work.loose_count[0] = 0
    if length < net.c:
        for _ in range(4 * BATCH):
            x = random_below(state, net.c)
            if not absent[x]:
                absent[x] = True
                set_loose(x, work)
                if work.loose_count[0] == BATCH:
                    break
    lay_out(net, absent, work.base)
    work.valid[:] = False
    work.gap[0] = max(64, length // 32 + 1)


@kernel
def set_loose(x, work):
    """Note that candidate x is not in the base, nor in any mark."""
    if not work.is_loose[x]:
        work.is_loose[x] = True
        work.loose[work.loose_count[0]] = x
        work.loose_count[0] += 1


@kernel
def keep_best(goal, walk, length, best_order, best):
    """Copy the plan if it is cheaper than the best so far."""
    cost = price(goal, walk, length)
    if cost < best[0] * (1.0 - 1e-12):
        best[0] = cost
        best[1] = length
        best_order[:length] = walk.order[:length]


@kernel
def whom_to_move(walk, length, state, work):
    """Draw a candidate: every other time from the loose ones, if it is out, else from the plan.

    −1: nobody.
    """
    count = work.loose_count[0]
    if count > 0 and random_share(state) < 0.5:
        x = work.loose[random_below(state, count)]
        if walk.place[x] < 0:
            return np.int64(x)
    if length == 0:
        return np.int64(-1)
    return np.int64(walk.order[random_below(state, length)])


@kernel
def heat_bath(places, cost, temperature, state):
    """Draw a choice with probability ∝ exp(−cost / temperature): a place, or STAY, or LEAVE."""
    cheapest = places.cheapest
    limit = cheapest + NEGLIGIBLE * temperature
    outside = np.exp(cheapest / temperature) if places.at < 0 else 0.0
    may_leave = places.out_end >= 0 and places.out_cost <= limit
    weight = outside
    for p in range(places.low, places.high + 1):
        if cost[p] <= limit:
            weight += np.exp((cheapest - cost[p]) / temperature)
    if may_leave:
        weight += np.exp((cheapest - places.out_cost) / temperature)
    draw = random_share(state) * weight - outside
    chosen = np.int64(STAY)
    if places.at < 0 and draw < 0.0:
        return chosen
    for p in range(places.low, places.high + 1):
        if cost[p] <= limit:
            chosen = np.int64(p)
            draw -= np.exp((cheapest - cost[p]) / temperature)
            if draw < 0.0:
                return chosen
    # Nothing is left of the draw but what rounding left: the last choice it is.
    return np.int64(LEAVE) if may_leave else chosen


@kernel
def carry_out(goal, walk, length, x, chosen, places, work):
    """Change the plan as was chosen for candidate x; the new length."""
    if chosen in (STAY, places.at):
        return length
    if chosen == LEAVE:
        return leave(walk, length, places.at, places.out_end, work)
    if places.at < 0:
        return come_in(goal, walk, length, x, chosen, places.end, work)
    if chosen > places.at:
        move_later(walk, places.at, chosen, work)
        return length
    move_earlier(walk, places.at, chosen, work)
    return shorten(walk, length, places.end + 1, work) if places.end >= 0 else length


@kernel
def move_later(walk, at, to, work):
    """Those between two places go first, then the one that stood before them."""
    x = walk.order[at]
    for i in range(at, to):
        walk.order[i] = walk.order[i + 1]
        walk.place[walk.order[i]] = i
        walk.curve[i + 1] = work.with_it[i + 1]
    walk.order[to] = x
    walk.place[x] = to
    forget_marks(at, to, work)


@kernel
def move_earlier(walk, at, to, work):
    """The one that stood behind those between two places goes first."""
    x = walk.order[at]
    for i in range(at, to, -1):
        walk.order[i] = walk.order[i - 1]
        walk.place[walk.order[i]] = i
        walk.curve[i] = work.without[i - 1]
    walk.order[to] = x
    walk.place[x] = to
    forget_marks(to, at, work)


@kernel
def forget_marks(low, high, work):
    """What is there after low < i ≤ high removals changed."""
    gap = work.gap[0]
    for k in range(low // gap, min(high // gap, MARKS - 1) + 1):
        if k * gap > low:
            work.valid[k] = False


@kernel
def come_in(goal, walk, length, x, to, end, work):
    """Put candidate x into the plan; the new length. One of fixed length gives up its last."""
    if goal.threshold >= 0:
        length += 1
    else:
        last = walk.order[length - 1]
        walk.place[last] = -1
        set_loose(last, work)
    for i in range(length - 1, to, -1):
        walk.order[i] = walk.order[i - 1]
        walk.place[walk.order[i]] = i
        walk.curve[i] = work.without[i - 1]
    walk.curve[length] = work.without[length - 1]
    walk.curve[to + 1] = work.without[to]
    walk.order[to] = x
    walk.place[x] = to
    work.valid[:] = False
    return shorten(walk, length, end + 1, work) if end >= 0 else length


@kernel
def leave(walk, length, at, end, work):
    """The candidate at a place leaves the plan, which ends `end` removals long: the new length."""
    x = walk.order[at]
    shorten(walk, length, end + 1, work)
    for i in range(at, end):
        walk.order[i] = walk.order[i + 1]
        walk.place[walk.order[i]] = i
        walk.curve[i + 1] = work.with_it[i + 1]
    walk.place[x] = -1
    set_loose(x, work)
    work.valid[:] = False
    return end


@kernel
def shorten(walk, length, end, work):
    """The plan ends `end` removals long; those behind are out of it. The new length."""
    for i in range(end, length):
        walk.place[walk.order[i]] = -1
        set_loose(walk.order[i], work)
    if end < length:
        work.valid[:] = False
    return end
