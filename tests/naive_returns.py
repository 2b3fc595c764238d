"""The slow, obvious twins of account return: a history as a list of events, a world by search."""

import math

MASK = 2**32 - 1


def mixed(x):
    x ^= x >> 16
    x = x * 0x7FEB352D & MASK
    x ^= x >> 15
    x = x * 0x846CA68B & MASK
    return x ^ x >> 16


def coin(one, two, item):
    return mixed(mixed(item ^ one) + two & MASK)


def answer(keys, question, item):
    one, two = (mixed(int(key) ^ int(question)) for key in keys[:2])
    return coin(one, two, item) / 2**32


def delay_after(keys, identity, cycle, terms, questions):
    """How long an identity is away after its removal number `cycle`."""
    one, two = int(keys[0]), mixed(int(keys[1]) + cycle * 0x9E3779B1 & MASK)
    whether, radius, angle = (answer((one, two), q, identity) for q in questions[:3])
    if whether >= terms.probability[cycle]:
        return math.inf
    z = math.sqrt(-2 * math.log(radius + 0.5 / 2**32)) * math.cos(2 * math.pi * angle)
    return terms.median * math.exp(terms.dispersion * z)


def presence(state, regained):
    """The share of its first audience that an identity has."""
    removals, gained, there = state
    if not there:
        return 0.0
    return 1.0 if removals == 0 else regained[removals] * (1 - math.exp(-gained))


def exposure_of(identity, states, arcs, announcers, regained):
    """The shares of its former hearers that hear each announcer there is, at most 1 together."""
    hearers = [head for tail, head in arcs if tail == identity]
    total = 0.0
    for a in announcers:
        if a != identity and hearers:
            share = sum((a, hearer) in arcs for hearer in hearers) / len(hearers)
            total += share * (presence(states[a], regained) if a in states else 1.0)
    return min(1.0, total)


def history(arcs, plan, announcers, keys, terms, pressure, steps, step, questions):
    """States of the plan at an instant of each step: {identity: (removals, gained, there)}.

    Everything that happens is put on one list of times and done in that order; between two times
    accounts win back their audience.
    """
    states = dict.fromkeys(plan, (0, 0.0, True))
    since = dict.fromkeys(plan, 0.0)
    fresh = list(plan)
    seen, lives, now, rounds = [], [], 0.0, 0

    def due():
        when = rounds * pressure.interval if rounds else 0.0
        return when if when <= pressure.until else math.inf

    def remove(identity):
        removals, _, _ = states[identity]
        lives.append((removals, now - since[identity], presence(states[identity], terms.regained)))
        states[identity] = (removals + 1, 0.0, False)
        since[identity] = now + delay_after(keys, identity, removals + 1, terms, questions)

    for j in range(steps):
        exposed = {
            u: 0.0
            if states[u][0] == 0 or not terms.speed_up
            else exposure_of(u, states, arcs, announcers, terms.regained)
            for u in plan
        }
        pace = {u: terms.rate * (1 + terms.speed_up * exposed[u]) for u in plan}
        end = (j + 1) * step
        instant = j * step + step * (answer(keys, questions[3], j) + 0.5 / 2**32)
        looked = False
        while True:
            happens = [(end, "end", None)]
            if due() < end:
                happens.append((due(), "round", None))
            if not looked:
                happens.append((instant, "look", None))
            for u in plan:
                removals, _, there = states[u]
                if not there:
                    happens.append((since[u], "back", u))
                elif removals and since[u] + pressure.reaction <= pressure.until:
                    happens.append((since[u] + pressure.reaction, "found", u))
            when, what, who = min(happens, key=lambda event: event[0])
            for u in plan:
                removals, gained, there = states[u]
                if there and removals:
                    states[u] = (removals, gained + pace[u] * (when - now), there)
            now = when
            if what == "end":
                break
            if what == "look":
                looked = True
                seen.append(dict(states))
            elif what == "back":
                states[who] = (states[who][0], 0.0, True)
            elif what == "found":
                remove(who)
            else:
                budget = pressure.capacity
                if budget < math.inf:
                    budget = math.floor((rounds + 1) * budget) - math.floor(rounds * budget)
                rounds += 1
                back = [u for u in plan if states[u][2] and states[u][0]]
                queue = fresh + sorted(back, key=lambda u: since[u])
                for u in queue[: int(min(budget, len(queue)))]:
                    if u in fresh:
                        fresh.remove(u)
                    remove(u)
    still = [
        (states[u][0], now - since[u], presence(states[u], terms.regained))
        for u in plan
        if states[u][2]
    ]
    return seen, lives, still


def live_arcs(tail, state, rows, lows, tops, risen, welcome, ties, regained, keys, questions):
    """Who hears `tail` in a world, in the state that it is in: None for an account not planned."""
    if lows:  # linear threshold: the coin is the hearer's
        one, two = int(keys[0]), int(keys[1])
        ends = [(arc, v, coin(one, two, v) - lows[arc]) for arc, v in rows[tail]]
        live = [(arc, v) for arc, v, toss in ends if 0 <= toss <= tops[arc]]
        if state is None or state[0] == 0:
            return {v for _, v in live}
        share = regained[state[0]] * state[1]
        return {v for arc, v in live if answer(keys, questions[0], arc) < share}
    loyal, fresh, tie, kind, first, last = questions
    every = [head for row in rows for _, head in row]
    heard = set()
    for arc, head in rows[tail]:
        toss = coin(int(keys[0]), int(keys[1]), arc)
        if state is None or state[0] == 0:
            if toss <= tops[arc]:
                heard.add(head)
            continue
        removals, growth = state
        if answer(keys, loyal, arc) < regained[removals]:
            if answer(keys, loyal, arc) < regained[removals] * growth and toss <= risen[arc]:
                heard.add(head)
        elif answer(keys, fresh, arc) < ties.share * growth:
            new = None
            at = answer(keys, first, arc)
            if answer(keys, kind, arc) < ties.closure:
                middle = rows[tail][int(at * len(rows[tail]))][1]
                if rows[middle]:
                    new = rows[middle][int(answer(keys, last, arc) * len(rows[middle]))][1]
            elif answer(keys, kind, arc) < ties.closure + (1 - ties.closure) * ties.preferential:
                new = every[int(at * len(every))]
            if new is not None and new != tail and answer(keys, tie, arc) * 2**32 < welcome[new]:
                heard.add(new)
    return heard


def reached(sources, states, gone, hears):
    """Who is reached besides the sources, whoever is gone neither speaking nor hearing."""
    waiting = [s for s in sources if s not in gone]
    found = set(waiting)
    while waiting:
        u = waiting.pop()
        for v in hears(u, states.get(u)):
            if v not in found and v not in gone:
                found.add(v)
                waiting.append(v)
    return found - set(sources)
