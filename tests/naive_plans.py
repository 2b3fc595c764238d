"""The slow, obvious twins of the dismantling engine: sets, and everything counted anew."""

import itertools
import math

from naive import undirected
from naive_objectives import weak_parts


def splitmix64(seed):
    """The numbers of Steele, Lea & Flood's generator, in whole numbers without end."""
    modulus = 2**64
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) % modulus
        z = seed
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % modulus
        z = (z ^ z >> 27) * 0x94D049BB133111EB % modulus
        yield z ^ z >> 31


def heaviest(graph, gone, weights):
    return max((sum(weights[u] for u in part) for part in weak_parts(graph, gone)), default=0.0)


def squares(graph, gone, weights):
    """Twice the weight of connected pairs."""
    return sum(
        sum(weights[u] for u in part) ** 2 - sum(weights[u] ** 2 for u in part)
        for part in weak_parts(graph, gone)
    )


def touched_by(graph, account, gone, weights):
    """Masses of the components that an account would join, by their smallest member."""
    neighbours = set(undirected(graph)[account])
    parts = [part for part in weak_parts(graph, gone) if part & neighbours]
    return {min(part): sum(weights[u] for u in part) for part in parts}


def minimal_set(graph, candidates, weights, threshold, bias):
    """Who stays out when the cheapest by mass × bias comes back first, all counted every time."""
    out, never = set(candidates), set()
    while out - never:
        masses = {
            u: weights[u] + sum(touched_by(graph, u, out, weights).values()) for u in out - never
        }
        u = min(masses, key=lambda u: (masses[u] * bias[u], u))
        if masses[u] > threshold:
            never.add(u)
        else:
            out.remove(u)
    return out


def order_of_return(graph, candidates, weights, threshold, bias):
    """First back first: who joins least by mass × bias, the giant's not counted.

    The giant is the heaviest component above the threshold, of equals the one that was it before.
    A cluster that touches one candidate only counts as part of that one.
    """
    out, order, giant = set(candidates), [], set()
    neighbours = undirected(graph)
    folded = {}
    for part in weak_parts(graph, out):
        touching = {u for v in part for u in neighbours[v] if u in out}
        if len(touching) == 1:
            folded.setdefault(touching.pop(), []).append(part)

    def parts_now():
        hidden = [part for u in out for part in folded.get(u, [])]
        return [part for part in weak_parts(graph, out) if part not in hidden]

    def mass(part):
        return sum(weights[u] for u in part)

    def key(u):
        own = weights[u] + sum(map(mass, folded.get(u, [])))
        near = [part for part in parts_now() if part & set(neighbours[u]) and part != giant]
        return (own + sum(map(mass, near))) * bias[u], u

    while True:
        # Who is the giant: components that touch no candidate or one take no part.
        able = [part for part in parts_now() if any(set(neighbours[v]) & set(out) for v in part)]
        able += [part for part in parts_now() if part & set(order) and part not in able]
        heavy = [part for part in able if mass(part) > threshold]
        same = [part for part in heavy if part >= giant] if giant else []
        best = max(map(mass, heavy), default=0.0)
        if heavy and not (same and mass(same[0]) == best):
            giant = min((part for part in heavy if mass(part) == best), key=min)
        elif same:
            giant = same[0]
        if not out:
            return order
        u = min(out, key=key)
        out.remove(u)
        order.append(u)


def price(curve, worth, dues, order, threshold):
    """Σ worth · curve + dues; with a threshold the last point counts half, and must reach it."""
    length = len(order)
    if threshold >= 0 and (length == 0 or curve[length] > threshold):
        return math.inf
    cost = sum(worth[i] * curve[i] for i in range(1, length + 1)) + sum(dues[x] for x in order)
    return cost - (0.5 * worth[length] * curve[length] if threshold >= 0 else 0.0)


def best_order(values_of, members):
    """The least sum of what is left along any order of the members."""
    return min(
        (
            sum(values_of(frozenset(order[: i + 1])) for i in range(len(order)))
            for order in itertools.permutations(members)
        ),
        default=0.0,
    )
