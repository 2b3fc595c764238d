"""The slow, obvious twins: same name, same answer, loops and sets.

Every fast measure has a function of its own name here. A twin reads the graph through
`weights_of` alone and does what the definition says, as plainly as it can.
"""

import math
import statistics

import numpy as np

from keynodes import InteractionGraph


def weights_of(graph: InteractionGraph) -> dict[tuple[int, int], float]:
    """Weight of every arc (u, v), by account index."""
    indptr, indices, weights = graph.out
    return {
        (u, int(indices[i])): float(weights[i])
        for u in range(graph.n)
        for i in range(indptr[u], indptr[u + 1])
    }


def heard_by(graph: InteractionGraph) -> list[dict[int, float]]:
    """For each account u: the accounts that hear it, with weights."""
    rows: list[dict[int, float]] = [{} for _ in range(graph.n)]
    for (u, v), w in weights_of(graph).items():
        rows[u][v] = w
    return rows


def hears(graph: InteractionGraph) -> list[dict[int, float]]:
    """For each account v: the accounts it hears, with weights."""
    rows: list[dict[int, float]] = [{} for _ in range(graph.n)]
    for (u, v), w in weights_of(graph).items():
        rows[v][u] = w
    return rows


def undirected(graph: InteractionGraph) -> list[dict[int, float]]:
    """For each account: its neighbours in either direction, with w(u→v) + w(v→u)."""
    rows: list[dict[int, float]] = [{} for _ in range(graph.n)]
    for (u, v), w in weights_of(graph).items():
        rows[u][v] = rows[u].get(v, 0.0) + w
        rows[v][u] = rows[v].get(u, 0.0) + w
    return rows


# --- degrees ----------------------------------------------------------------------------------


def in_degree(graph):
    return [len(row) for row in hears(graph)]


def out_degree(graph):
    return [len(row) for row in heard_by(graph)]


def in_strength(graph):
    return [sum(row.values()) for row in hears(graph)]


def out_strength(graph):
    return [sum(row.values()) for row in heard_by(graph)]


def reciprocity(graph):
    arcs = set(weights_of(graph))
    result = []
    for u in range(graph.n):
        mine = [arc for arc in arcs if u in arc]
        answered = [(a, b) for a, b in mine if (b, a) in arcs]
        result.append(len(answered) / len(mine) if mine else float("nan"))
    return result


def h_index(graph):
    result = []
    for row in heard_by(graph):
        h = 0
        while sum(times >= h + 1 for times in row.values()) >= h + 1:
            h += 1
        result.append(h)
    return result


# --- walks ------------------------------------------------------------------------------------


def walker(rows, damping=0.85, seeds=None):
    """Where a walker is in the long run who steps from u along rows[u], or starts anew."""
    n = len(rows)
    homes = range(n) if seeds is None else sorted(set(seeds))
    time = [1 / n for _ in rows]
    for _ in range(250):
        after = [0.0] * n
        anew = 0.0
        for u in range(n):
            anew += time[u] * (1 - damping if rows[u] else 1)
            for v, w in rows[u].items():
                after[v] += damping * time[u] * w / sum(rows[u].values())
        for v in homes:
            after[v] += anew / len(homes)
        time = after
    return time


def pagerank(graph, damping=0.85, seeds=None):
    return walker(hears(graph), damping, seeds)


def cheirank(graph, damping=0.85, seeds=None):
    return walker(heard_by(graph), damping, seeds)


def spectral_radius(graph):
    """Largest eigenvalue among the matrices of the strongly connected components."""
    arcs = set(weights_of(graph))
    reach = {(v, v) for v in range(graph.n)} | arcs
    for k in range(graph.n):
        reach |= {(u, v) for u in range(graph.n) for v in range(graph.n)
                  if (u, k) in reach and (k, v) in reach}  # fmt: skip
    largest = 0.0
    for v in range(graph.n):
        members = [u for u in range(graph.n) if (u, v) in reach and (v, u) in reach]
        if len(members) > 1:
            matrix = [[float((a, b) in arcs) for b in members] for a in members]
            largest = max(largest, max(abs(np.linalg.eigvals(matrix))))
    return largest


def katz(graph, alpha=None):
    if not graph.n:
        return []
    if alpha is None:
        bound = (max(in_degree(graph)) * max(out_degree(graph))) ** 0.5
        alpha = 0.85 / (spectral_radius(graph) or bound or 1)
    matrix = np.eye(graph.n)
    for u, v in weights_of(graph):
        matrix[u, v] -= alpha
    scores = np.linalg.solve(matrix, np.ones(graph.n))
    return scores / np.linalg.norm(scores)


def hub(graph):
    """The vector of ones, projected onto the principal eigenvectors of AᵀA."""
    if not weights_of(graph):
        return [float("nan")] * graph.n
    matrix = np.zeros((graph.n, graph.n))
    for (u, v), w in weights_of(graph).items():
        matrix[u, v] = w
    values, vectors = np.linalg.eigh(matrix.T @ matrix)
    principal = vectors[:, values > values[-1] * (1 - 1e-9)]
    scores = principal @ principal.T @ np.ones(graph.n)
    return scores / scores.sum()


def authority(graph):
    hubs = hub(graph)
    scores = [sum(w * hubs[v] for v, w in row.items()) for row in heard_by(graph)]
    return [score / sum(scores) if weights_of(graph) else float("nan") for score in scores]


# --- paths ------------------------------------------------------------------------------------


def shortest_paths(rows):
    """Hops and number of shortest paths between all pairs that have any: {(s, t): ...} twice."""
    hops, paths = {}, {}
    for s in range(len(rows)):
        hops[s, s], paths[s, s] = 0, 1
        level, distance = {s: 1}, 0
        while level:
            following = {}
            for u, count in level.items():
                for v in rows[u]:
                    if (s, v) not in hops:
                        following[v] = following.get(v, 0) + count
            distance += 1
            for v, count in following.items():
                hops[s, v], paths[s, v] = distance, count
            level = following
    return hops, paths


def passing(rows, counts=lambda s, v, t: True):
    """For each v: sum of paths(s, v) paths(v, t) / paths(s, t) over ordered pairs of others."""
    hops, paths = shortest_paths(rows)
    result = [0.0] * len(rows)
    for s, t in hops:
        for v in range(len(rows)):
            if len({s, v, t}) == 3 and (s, v) in hops and (v, t) in hops:
                on_the_way = hops[s, v] + hops[v, t] == hops[s, t]
                if on_the_way and counts(s, v, t):
                    result[v] += paths[s, v] * paths[v, t] / paths[s, t]
    return result


def betweenness(graph):
    pairs = (graph.n - 1) * (graph.n - 2)
    return [score / pairs if pairs > 0 else 0.0 for score in passing(heard_by(graph))]


def harmonic(graph):
    hops, _ = shortest_paths(heard_by(graph))
    return [sum(1 / d for (u, v), d in hops.items() if u == w != v) for w in range(graph.n)]


# --- bridges --------------------------------------------------------------------------------


def ev_brokerage(graph):
    rows = undirected(graph)
    scores = passing(rows)
    return [
        (score + graph.n - 1) / len(row) if score else 0.0
        for row, score in zip(rows, scores, strict=True)
    ]


def bridging(graph):
    rows = undirected(graph)
    pairs = (graph.n - 1) * (graph.n - 2)
    result = []
    for row, score in zip(rows, passing(rows), strict=True):
        around = sum(1 / len(rows[i]) for i in row)
        share = score / pairs if pairs > 0 else 0.0
        result.append(share / len(row) / around if row else float("nan"))
    return result


def bridgeness(graph):
    rows = undirected(graph)
    beyond = passing(rows, lambda s, v, t: s not in rows[v] and t not in rows[v])
    return [score / 2 for score in beyond]


# --- cores ------------------------------------------------------------------------------------


def peeled(graph, degree_in):
    """For each account: the largest k whose group it survives in; degree_in(v, group) counts."""
    core = [0] * graph.n
    for k in range(1, 2 * graph.n):
        group = set(range(graph.n))
        while weak := [v for v in group if degree_in(v, group) < k]:
            group -= set(weak)
        for v in group:
            core[v] = k
    return core


def coreness_in(graph):
    rows = hears(graph)
    return peeled(graph, lambda v, group: sum(u in group for u in rows[v]))


def coreness_out(graph):
    rows = heard_by(graph)
    return peeled(graph, lambda v, group: sum(u in group for u in rows[v]))


def coreness_total(graph):
    out, into = heard_by(graph), hears(graph)
    return peeled(graph, lambda v, group: sum(u in group for u in [*out[v], *into[v]]))


def collective_influence(graph, radius=1):
    rows = undirected(graph)
    result = []
    for v in range(graph.n):
        ball, rim = {v}, {v}
        for _ in range(radius):
            rim = {w for u in rim for w in rows[u]} - ball
            ball |= rim
        result.append((len(rows[v]) - 1) * sum(len(rows[u]) - 1 for u in rim))
    return result


# --- holes ------------------------------------------------------------------------------------


def effective_size(graph):
    rows = undirected(graph)
    result = []
    for i in range(graph.n):
        size = 0.0
        for j in rows[i]:
            redundant = 0.0
            for q in rows[i]:
                p_iq = rows[i][q] / sum(rows[i].values())
                m_jq = rows[j].get(q, 0.0) / max(rows[j].values())
                redundant += p_iq * m_jq
            size += 1 - redundant
        result.append(size if rows[i] else float("nan"))
    return result


def efficiency(graph):
    rows = undirected(graph)
    sizes = effective_size(graph)
    return [sizes[i] / len(rows[i]) if rows[i] else float("nan") for i in range(graph.n)]


def local_constraints(graph):
    """For each account i: the constraint from each of its neighbours j."""
    rows = undirected(graph)

    def p(i, j):
        return rows[i].get(j, 0.0) / sum(rows[i].values())

    return [
        {j: (p(i, j) + sum(p(i, q) * p(q, j) for q in rows[i])) ** 2 for j in rows[i]}
        for i in range(graph.n)
    ]


def constraint(graph):
    return [sum(row.values()) if row else float("nan") for row in local_constraints(graph)]


def hierarchy(graph):
    result = []
    for row in local_constraints(graph):
        if len(row) < 2:
            result.append(1.0 if row else float("nan"))
            continue
        mean = sum(row.values()) / len(row)
        theil = sum(c / mean * math.log(c / mean) for c in row.values())
        result.append(theil / (len(row) * math.log(len(row))))
    return result


# --- brokers ----------------------------------------------------------------------------------


def open_two_paths(graph, labels):
    """Every a → b → c without a → c between three accounts that have communities."""
    arcs = set(weights_of(graph))
    return [
        (a, b, c)
        for a, b in arcs
        for c in range(graph.n)
        if (b, c) in arcs
        and c != a
        and (a, c) not in arcs
        and min(labels[i] for i in (a, b, c)) >= 0
    ]


def brokered(graph, labels, fits):
    """How many open two-paths through each account have communities that fit."""
    counts = [0.0 if label >= 0 else float("nan") for label in labels]
    for a, b, c in open_two_paths(graph, labels):
        if fits(labels[a], labels[b], labels[c]):
            counts[b] += 1
    return counts


def coordinator(graph, labels):
    return brokered(graph, labels, lambda a, b, c: a == b == c)


def itinerant(graph, labels):
    return brokered(graph, labels, lambda a, b, c: a == c != b)


def gatekeeper(graph, labels):
    return brokered(graph, labels, lambda a, b, c: a != b == c)


def representative(graph, labels):
    return brokered(graph, labels, lambda a, b, c: a == b != c)


def liaison(graph, labels):
    return brokered(graph, labels, lambda a, b, c: len({a, b, c}) == 3)


# --- cartography ------------------------------------------------------------------------------


def spread(rows, labels):
    """1 − the sum of squared shares of the communities among each account's neighbours."""
    result = []
    for i, row in enumerate(rows):
        communities = [labels[j] for j in row if labels[j] >= 0]
        if labels[i] < 0 or not communities:
            result.append(float("nan"))
            continue
        shares = [communities.count(s) / len(communities) for s in set(communities)]
        result.append(1 - sum(share**2 for share in shares))
    return result


def participation(graph, labels):
    return spread(undirected(graph), labels)


def participation_in(graph, labels):
    return spread(hears(graph), labels)


def participation_out(graph, labels):
    return spread(heard_by(graph), labels)


def neighbours_by_chance(graph, labels):
    """For each account: how many neighbours it would have in each community by chance."""
    degree = [
        sum(labels[j] >= 0 for j in row) if labels[i] >= 0 else 0
        for i, row in enumerate(undirected(graph))
    ]
    result = []
    for i in range(graph.n):
        others = [j for j in range(graph.n) if j != i and labels[j] >= 0]
        ends = sum(degree[j] for j in others)
        result.append(
            {
                s: degree[i] * sum(degree[j] for j in others if labels[j] == s) / ends
                for s in set(labels) - {-1}
                if ends
            }
        )
    return result


def participation_normalised(graph, labels):
    chance = neighbours_by_chance(graph, labels)
    result = []
    for i, row in enumerate(undirected(graph)):
        communities = [labels[j] for j in row if labels[j] >= 0]
        if labels[i] < 0 or not communities:
            result.append(float("nan"))
            continue
        gaps = [(communities.count(s) - by_chance) / len(communities)
                for s, by_chance in chance[i].items()]  # fmt: skip
        result.append(1 - (sum(gap**2 for gap in gaps) / 2) ** 0.5)
    return result


def standing(rows, labels):
    """The z-score, among the members of its community, of the neighbours it has inside."""
    inside = [sum(labels[j] == labels[i] for j in row) for i, row in enumerate(rows)]
    result = []
    for i in range(len(rows)):
        if labels[i] < 0:
            result.append(float("nan"))
            continue
        community = [inside[j] for j in range(len(rows)) if labels[j] == labels[i]]
        sigma = statistics.pstdev(community)
        result.append((inside[i] - statistics.mean(community)) / sigma if sigma else 0.0)
    return result


def within_z(graph, labels):
    return standing(undirected(graph), labels)


def within_z_in(graph, labels):
    return standing(hears(graph), labels)


def within_z_out(graph, labels):
    return standing(heard_by(graph), labels)


# --- reach ------------------------------------------------------------------------------------


def reach_vitality(graph, worlds, rng=0):
    """By deletion in the worlds of a weighted cascade; sources are drawn as they are heard."""
    import naive_cascades
    import naive_worlds

    from keynodes.cascades.keys import REPORTING, world_keys

    arcs, heard = naive_cascades.weighted_cascade(weights_of(graph)), out_strength(graph)
    lost = [0] * graph.n
    for first, second, third in world_keys(rng, REPORTING, worlds).tolist() if arcs else ():
        point = (third + 0.5) / 2**32 * sum(heard)
        source = next(v for v in range(graph.n) if point < sum(heard[: v + 1]))
        live = {
            pair: 1.0
            for a, (pair, p) in enumerate(arcs.items())
            if naive_cascades.coin(first, second, a) < p * 2**32 // 1
        }
        world = naive_worlds.World(frozenset([source]), live)
        for v in range(graph.n):
            lost[v] += naive_worlds.drop(world, [1] * graph.n, v)
    return [total / worlds for total in lost]


# --- removal ----------------------------------------------------------------------------------


def components_without(graph, gone=()):
    """The weak components (sets of accounts) of the graph without some accounts."""
    neighbours = undirected(graph)
    left = set(range(graph.n)) - set(gone)
    components = []
    while left:
        component, waiting = set(), [min(left)]
        while waiting:
            u = waiting.pop()
            if u in left:
                left.remove(u)
                component.add(u)
                waiting.extend(neighbours[u])
        components.append(component)
    return components


def vitality_component(graph):
    def largest(components):
        return max((len(component) for component in components), default=0)

    whole = largest(components_without(graph))
    return [whole - largest(components_without(graph, [v])) for v in range(graph.n)]


def vitality_pairs(graph):
    def pairs(components):
        return sum(len(component) * (len(component) - 1) // 2 for component in components)

    whole = pairs(components_without(graph))
    return [whole - pairs(components_without(graph, [v])) for v in range(graph.n)]


def ranks_within(scores, key, labels):
    """One more than how many of its community are clearly before it; 0 without a community.

    For scores that are either equal or far apart; undefined ones are behind all others.
    """

    def before(one, other):
        if math.isnan(one) or math.isnan(other):
            return math.isnan(other) and not math.isnan(one)
        return one < other if key == "low" else one > other

    n = len(scores)
    return [
        0
        if labels[v] < 0
        else 1 + sum(before(scores[u], scores[v]) for u in range(n) if labels[u] == labels[v])
        for v in range(n)
    ]
