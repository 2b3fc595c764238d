"""The slow, obvious twins of the strategies: everything is counted again after every removal."""

import math

from naive import undirected


def neighbours_of(graph):
    return [set(row) for row in undirected(graph)]


def components(neighbours, alive):
    """The connected parts of `alive`, as sets."""
    left, found = set(alive), []
    while left:
        part, front = set(), {left.pop()}
        while front:
            part |= front
            front = {w for v in front for w in neighbours[v] if w in left}
            left -= front
        found.append(part)
    return found


def heaviest(problem, gone):
    """Weight of the heaviest component without `gone`."""
    alive = set(range(problem.graph.n)) - set(gone)
    parts = components(neighbours_of(problem.graph), alive)
    return max((sum(float(problem.weights[v]) for v in part) for part in parts), default=0.0)


def paid(problem, order):
    """What the budget pays for, in turn: who is too dear is passed over."""
    left, kept = problem.budget * (1 + 1e-12), []
    for u in order:
        if problem.costs[u] <= left:
            kept.append(u)
            left -= float(problem.costs[u])
    return kept


def enough(problem, order):
    """Whether the network is broken, or nobody else can be paid."""
    if heaviest(problem, order) <= problem.threshold:
        return True
    others = [u for u in removable_of(problem) if u not in order]
    return len(paid(problem, [*order, *others])) == len(order)


def as_needed(problem, order):
    """The shortest beginning that breaks the network, else all that the budget pays for."""
    order = paid(problem, order)
    for k in range(len(order) + 1):
        if heaviest(problem, order[:k]) <= problem.threshold:
            return list(order[:k])
    return list(order)


def removable_of(problem):
    return [u for u in range(problem.graph.n) if problem.removable[u]]


def adaptive_degree(problem):
    neighbours = neighbours_of(problem.graph)
    order = []
    while len(order) < len(removable_of(problem)):
        left = [u for u in removable_of(problem) if u not in order]
        order.append(
            min(left, key=lambda u: (-len(neighbours[u] - set(order)) / problem.costs[u], u))
        )
    return as_needed(problem, order)


def two_core(neighbours, alive):
    core = set(alive)
    while falling := {v for v in core if len(neighbours[v] & core) < 2}:
        core -= falling
    return core


def core_hubs(problem):
    """The hubs of the 2-core that CoreHD takes, until it holds nobody who may go."""
    neighbours = neighbours_of(problem.graph)
    core = two_core(neighbours, range(problem.graph.n))
    order = []
    while left := [u for u in core if problem.removable[u]]:
        order.append(min(left, key=lambda u: (-len(neighbours[u] & core) / problem.costs[u], u)))
        core = two_core(neighbours, core - {order[-1]})
    return order


def influence(neighbours, alive, u, radius):
    """(k − 1) Σ (k − 1) over the accounts at the distance, and k."""
    degree = {v: len(neighbours[v] & alive) for v in alive}
    seen, front = {u}, {u}
    for _ in range(radius):
        front = {w for v in front for w in neighbours[v] & alive} - seen
        seen |= front
    return (degree[u] - 1) * sum(degree[v] - 1 for v in front), degree[u]


def collective_influence(problem, radius):
    neighbours = neighbours_of(problem.graph)
    order = []
    while len(order) < len(removable_of(problem)):
        alive = set(range(problem.graph.n)) - set(order)
        keys = {}
        for u in alive & set(removable_of(problem)):
            score, degree = influence(neighbours, alive, u, radius)
            small = 0.5 / problem.graph.n * degree
            keys[u] = (-(score + small) / problem.costs[u], u)
        order.append(min(keys, key=keys.get))
    return as_needed(problem, order)


def effective_degrees(graph, hub=6, sweeps=100):
    neighbours = neighbours_of(graph)
    effective = [len(row) for row in neighbours]
    for _ in range(sweeps):
        before = list(effective)
        for u in range(graph.n):
            effective[u] = sum(effective[v] < hub and len(neighbours[v]) > 1 for v in neighbours[u])
        if effective == before:
            break
    return effective


def explosive(problem, rng, candidates, rows):
    """Draws as the fast one does: `rows` at a time, from a pool whose last fills each gap."""
    neighbours = neighbours_of(problem.graph)
    effective = effective_degrees(problem.graph)
    there = {u for u in range(problem.graph.n) if not problem.removable[u]}
    pool = removable_of(problem)
    returned = []
    while pool:
        for draws in rng.integers(0, 2**32, (min(rows, len(pool)), candidates), dtype="uint32"):
            parts = components(neighbours, there)
            places = [int(draw) * len(pool) >> 32 for draw in draws]
            if len(pool) <= candidates:
                places = list(range(len(pool)))

            def key(place, parts=parts):
                u = pool[place]
                touched = [part for v in sorted(neighbours[u]) for part in parts if v in part]
                score = float(effective[u])
                for i, part in enumerate(touched):
                    if part not in touched[:i]:
                        score += math.sqrt(len(part)) - 1.0
                return score / problem.costs[u], u

            place = min(places, key=key)
            returned.append(pool[place])
            there.add(pool[place])
            pool[place] = pool[-1]
            pool.pop()
    return as_needed(problem, returned[::-1])


def cheapest(problem, good):
    """The least cost of a set of removable accounts that is `good`, by trying all of them."""
    accounts = removable_of(problem)
    best = math.inf
    for mask in range(2 ** len(accounts)):
        chosen = {u for i, u in enumerate(accounts) if mask >> i & 1}
        cost = sum(float(problem.costs[u]) for u in chosen)
        if cost < best and good(chosen):
            best = cost
    return best
