"""The slow, obvious twins of the key player measures: loops and sets, as in the paper."""

from itertools import combinations

from naive import heard_by, hears, undirected


def distances(rows, source, gone=frozenset()):
    """Hops from one account to each that can be reached, through accounts that are not gone."""
    found = {source: 0}
    front = [source]
    while front:
        following = []
        for u in front:
            for v in rows[u]:
                if v not in found and v not in gone:
                    found[v] = found[u] + 1
                    following.append(v)
        front = following
    return found


def _pairs(graph, gone, direction, weights, worth):
    rows = undirected(graph) if direction == "both" else heard_by(graph)
    weights = [1.0] * graph.n if weights is None else weights
    rest = [u for u in range(graph.n) if u not in gone]
    joined = everything = 0.0
    for i in rest:
        near = distances(rows, i, gone)
        for j in rest:
            if i != j:
                everything += weights[i] * weights[j]
                if j in near:
                    joined += weights[i] * weights[j] * worth(near[j])
    return 1.0 - joined / everything if everything else 1.0


def fragmentation(graph, gone, direction="both", weights=None):
    return _pairs(graph, set(gone), direction, weights, lambda d: 1.0)


def distance_fragmentation(graph, gone, direction="both", weights=None):
    return _pairs(graph, set(gone), direction, weights, lambda d: 1.0 / d)


def _from_set(graph, members, direction):
    """The distance of each account to its nearest member of the set."""
    rows = {"in": hears, "out": heard_by, "both": undirected}[direction](graph)
    nearest = {}
    for member in members:
        for account, d in distances(rows, member).items():
            nearest[account] = min(d, nearest.get(account, d))
    return nearest


def m_reach(graph, members, radius=2, direction="in", weights=None):
    weights = [1.0] * graph.n if weights is None else weights
    near = _from_set(graph, members, direction)
    return sum(weights[account] for account, d in near.items() if d <= radius)


def distance_reach(graph, members, direction="in", weights=None):
    weights = [1.0] * graph.n if weights is None else weights
    near = _from_set(graph, members, direction)
    return sum(weights[account] / max(d, 1) for account, d in near.items()) / sum(weights)


def best(graph, size, value, allowed=None):
    """The largest value of any set of a size."""
    accounts = range(graph.n) if allowed is None else allowed
    return max(value(graph, chosen) for chosen in combinations(accounts, size))
