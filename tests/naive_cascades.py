"""The slow, obvious twins of cascades: loops, dicts, and fractions where a number is exact.

A twin takes the weights of arcs as a dict (u, v) → weight, by account index, and returns what it
says of each arc as a dict with the same keys.
"""

from fractions import Fraction

from naive import weights_of

RANGE = 2**32


# --- transmission models ----------------------------------------------------------------------


def used_weights(graph, relations):
    """Weights of the arcs by what some relations add to them; arcs without any are left out."""
    result = {}
    for arc, (pair, weight) in enumerate(weights_of(graph).items()):
        counts = {}
        for j in range(graph.relation_indptr[arc], graph.relation_indptr[arc + 1]):
            counts[graph.relations[graph.relation_codes[j]]] = int(graph.relation_counts[j])
        taken = sum(count for relation, count in counts.items() if relation in relations)
        if taken:
            share = Fraction(taken, sum(counts.values()))
            result[pair] = share * Fraction(weight)
    return result


def weighted_cascade(weights):
    heard = {}
    for (_, v), weight in weights.items():
        heard[v] = heard.get(v, Fraction(0)) + Fraction(weight)
    return {(u, v): Fraction(weight) / heard[v] for (u, v), weight in weights.items()}


linear_threshold = weighted_cascade


def counts(weights, beta=0.1):
    return {pair: 1 - (1 - Fraction(beta)) ** int(weight) for pair, weight in weights.items()}


def bernoulli(weights, posts, strength=10):
    if not weights:
        return {}
    passed_on = sum(Fraction(weight) for weight in weights.values())
    shown = sum(Fraction(posts[u]) for u, _ in weights)
    a = min(passed_on / shown, 1) * Fraction(strength)
    b = Fraction(strength) - a
    return {
        (u, v): min((Fraction(weight) + a) / (Fraction(posts[u]) + a + b), 1)
        for (u, v), weight in weights.items()
    }


def given(weights):
    return dict(weights)


def constant(weights, probability=0.1):
    return dict.fromkeys(weights, probability)


def combined(probabilities):
    """The probability that at least one of several independent things happens."""
    none = Fraction(1)
    for p in probabilities:
        none *= 1 - Fraction(p)
    return 1 - none


# --- coins and worlds -------------------------------------------------------------------------


def mixed(x):
    x ^= x >> 16
    x = x * 0x7FEB352D % RANGE
    x ^= x >> 15
    x = x * 0x846CA68B % RANGE
    return x ^ (x >> 16)


def coin(first_key, second_key, item):
    return mixed((mixed(item ^ first_key) + second_key) % RANGE)


def arcs_of(transmission):
    """The arcs of a transmission in order, as (tail, head)."""
    return [
        (u, int(transmission.heads[a]))
        for u in range(transmission.graph.n)
        for a in range(transmission.indptr[u], transmission.indptr[u + 1])
    ]


def live_arcs(transmission, first_key, second_key):
    """The arcs (u, v) that are live in the world with these keys."""
    live = []
    for a, (u, v) in enumerate(arcs_of(transmission)):
        item = v if transmission.threshold else a
        low = int(transmission.low[a]) if transmission.threshold else 0
        toss = coin(int(first_key), int(second_key), item)
        if low <= toss <= low + int(transmission.top[a]):
            live.append((u, v))
    return live


def reached(live, sources):
    """The accounts that some sources reach along live arcs, themselves among them."""
    found = set(sources)
    waiting = list(found)
    while waiting:
        u = waiting.pop()
        for tail, v in live:
            if tail == u and v not in found:
                found.add(v)
                waiting.append(v)
    return found
