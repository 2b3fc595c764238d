"""The slow, obvious twins of objectives: remove an account, look again, count.

They read the graph through `weights_of` alone and know nothing of union-find.
"""

from naive import undirected, weights_of


def weak_parts(graph, gone):
    """Sets of accounts that hang together when `gone` are gone, whatever the direction."""
    return _parts(undirected(graph), graph.n, gone)


def strong_parts(graph, gone):
    """Sets of accounts that can all reach each other when `gone` are gone."""
    reach = [_reached(graph, u, gone) if u not in gone else set() for u in range(graph.n)]
    parts = []
    for u in range(graph.n):
        if u in gone or any(u in part for part in parts):
            continue
        parts.append({v for v in reach[u] if u in reach[v]})
    return parts


def removal_curve(graph, order, weights):
    """The columns of `RemovalCurve` by name, each a list with k + 1 numbers."""
    columns = {
        "largest_component": [],
        "pairs": [],
        "components": [],
        "heaviest_component": [],
        "weighted_pairs": [],
        "largest_strong": [],
        "heaviest_strong": [],
    }
    for steps in range(len(order) + 1):
        gone = {int(u) for u in order[:steps]}
        parts = weak_parts(graph, gone)
        strong = strong_parts(graph, gone)
        joined = [(u, v) for part in parts for u in part for v in part if u < v]
        columns["largest_component"].append(max(map(len, parts), default=0))
        columns["pairs"].append(len(joined))
        columns["components"].append(len(parts))
        columns["heaviest_component"].append(_heaviest(parts, weights))
        columns["weighted_pairs"].append(sum(weights[u] * weights[v] for u, v in joined))
        columns["largest_strong"].append(max(map(len, strong), default=0))
        columns["heaviest_strong"].append(_heaviest(strong, weights))
    return columns


def robustness(graph, order):
    """Remove the plan, then whoever has most neighbours, until nobody is left."""
    neighbours = undirected(graph)
    rest = sorted(set(range(graph.n)) - set(order), key=lambda u: (-len(neighbours[u]), u))
    gone, total = set(), 0.0
    for u in [*order, *rest]:
        gone.add(int(u))
        total += max(map(len, weak_parts(graph, gone)), default=0) / graph.n
    return total / graph.n


def lost_alone(graph, account, weights):
    """What goes with one account: weight of the largest component, and weighted pairs."""
    before, after = (_state(weak_parts(graph, gone), weights) for gone in (set(), {account}))
    return before[0] - after[0], before[1] - after[1]


def fallen_pieces(graph, account):
    """Sizes of the pieces of an account's component without it, largest first, but the first."""
    component = next(part for part in weak_parts(graph, set()) if account in part)
    left = [part for part in weak_parts(graph, {account}) if part <= component]
    return sorted(map(len, left), reverse=True)[1:]


def _state(parts, weights):
    pairs = sum(weights[u] * weights[v] for part in parts for u in part for v in part if u < v)
    return _heaviest(parts, weights), pairs


def _heaviest(parts, weights):
    return max((sum(weights[u] for u in part) for part in parts), default=0.0)


def _parts(neighbours, n, gone):
    parts, seen = [], set(gone)
    for start in range(n):
        if start in seen:
            continue
        part, waiting = {start}, [start]
        while waiting:
            for v in neighbours[waiting.pop()]:
                if v not in part and v not in gone:
                    part.add(v)
                    waiting.append(v)
        seen |= part
        parts.append(part)
    return parts


def _reached(graph, start, gone):
    heard_by = {}
    for u, v in weights_of(graph):
        heard_by.setdefault(u, []).append(v)
    reached, waiting = {start}, [start]
    while waiting:
        for v in heard_by.get(waiting.pop(), []):
            if v not in reached and v not in gone:
                reached.add(v)
                waiting.append(v)
    return reached
