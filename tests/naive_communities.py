"""The slow, obvious twins of what is done with communities: loops and sets.

Like those in naive.py, a twin reads the graph through `weights_of` alone.
"""

import math
from collections import defaultdict
from fractions import Fraction

import naive
import numpy as np

from keynodes.results import Partition


def partition_of(graph, labels, stability=None):
    """Communities of a graph's accounts from any whole numbers (below 0: none)."""
    labels = np.asarray(labels, np.int64)
    members = {s: np.flatnonzero(labels == s) for s in set(labels.tolist()) if s >= 0}
    order = sorted(members, key=lambda s: (-len(members[s]), members[s][0]))
    numbered = np.full(graph.n, -1, np.int64)
    for number, s in enumerate(order):
        numbered[members[s]] = number
    names = tuple(str(number) for number in range(len(order)))
    return Partition(graph.accounts, numbered, names=names, stability=stability)


# --- roles, gatekeepers, quality --------------------------------------------------------------


def role_of(within_z, participation):
    """The role of one account, as the paper words it."""
    if math.isnan(within_z) or math.isnan(participation):
        return None
    if within_z < 2.5:
        if participation <= 0.05:
            return "ultra-peripheral"
        if participation <= 0.62:
            return "peripheral"
        return "connector" if participation <= 0.80 else "kinless"
    if participation <= 0.30:
        return "provincial hub"
    return "connector hub" if participation <= 0.75 else "kinless hub"


def brokerage_by_community(graph, labels):
    """For each community, in the order of their numbers: sums of the five counts."""
    counts = [
        getattr(naive, name)(graph, labels)
        for name in ("coordinator", "itinerant", "gatekeeper", "representative", "liaison")
    ]
    return [
        [sum(count[i] for i in range(graph.n) if labels[i] == s) for count in counts]
        for s in range(max(labels, default=-1) + 1)
    ]


def gatekeepers(graph, labels, share=0.5, most=5):
    """Rows (from, to, weight, account, share, covered), heaviest pairs first."""
    between = defaultdict(dict)
    for (u, v), w in naive.weights_of(graph).items():
        if labels[u] >= 0 and labels[v] >= 0 and labels[u] != labels[v]:
            between[labels[u], labels[v]][u, v] = w
    rows = []

    def heaviest(pair):
        return (-round(math.fsum(between[pair].values()), 6), pair)

    for pair in sorted(between, key=heaviest):
        arcs = between[pair]
        weight = math.fsum(arcs.values())
        left, named = set(arcs), []
        while left and len(named) < most:
            ends = sorted({end for arc in left for end in arc})
            gain = {end: math.fsum(arcs[arc] for arc in left if end in arc) for end in ends}
            best = max(ends, key=lambda end: (round(gain[end], 6), -end))
            named.append(best)
            left = {arc for arc in left if best not in arc}
            touching = math.fsum(w for arc, w in arcs.items() if best in arc)
            covered = weight - math.fsum(arcs[arc] for arc in left)
            rows.append((*pair, weight, best, touching / weight, covered / weight))
            if covered > share * weight + 1e-7:
                break
    return rows


def community_summary(graph, labels):
    """One dict of numbers a community, in the order of their numbers."""
    weights = naive.weights_of(graph)
    strength = [sum(row.values()) for row in naive.undirected(graph)]
    total = sum(weights.values())

    def share(part, whole):
        return part / whole if whole else float("nan")

    rows = []
    for s in range(max(labels, default=-1) + 1):
        members = {i for i in range(graph.n) if labels[i] == s}
        inside = {arc: w for arc, w in weights.items() if members >= set(arc)}
        border = {arc: w for arc, w in weights.items() if len(members & set(arc)) == 1}
        heard = [w for (_, v), w in weights.items() if v in members]
        volume = sum(strength[i] for i in members)
        rest = sum(strength[i] for i in range(graph.n) if i not in members)
        to_members = {i: sum(w for (u, _), w in inside.items() if u == i) for i in members}
        leaders = sorted(members, key=lambda i: (-round(to_members[i], 6), i))[:3]
        rows.append(
            {
                "size": len(members),
                "arcs": len(inside),
                "inside_share": share(
                    sum(inside.values()), sum(inside.values()) + sum(border.values())
                ),
                "insularity": share(sum(inside.values()), sum(heard)),
                "conductance": share(sum(border.values()), min(volume, rest)),
                "leaders": [graph.accounts[i] for i in leaders if to_members[i] > 0],
                "density": share(len(inside), len(members) * (len(members) - 1)),
                "modularity": share(sum(inside.values()), total) - share(volume, 2 * total) ** 2
                if total
                else float("nan"),
            }
        )
    return rows


# --- methods ----------------------------------------------------------------------------------


def canonical(labels):
    """Numbers by size, then by smallest member; -1 stays."""
    members = defaultdict(list)
    for i, label in enumerate(labels):
        if label >= 0:
            members[label].append(i)
    order = sorted(members, key=lambda label: (-len(members[label]), members[label][0]))
    return [order.index(label) if label >= 0 else -1 for label in labels]


def parts(neighbours, labels):
    """The connected part of its label that each account is in, named by its smallest member."""
    part = [-1] * len(labels)
    for start in range(len(labels)):
        waiting = {start} if part[start] < 0 else set()
        while waiting:
            u = waiting.pop()
            part[u] = start
            waiting |= {v for v in neighbours[u] if labels[v] == labels[u] and part[v] < 0}
    return part


def labels(graph, rng=0):
    """Label propagation with the same order of visits and the same choice among equals."""
    neighbours = naive.undirected(graph)
    stream = np.random.default_rng(rng)
    mine = list(range(graph.n))
    content = False
    while not content:
        content = True
        order, draws = stream.permutation(graph.n), stream.random(graph.n)
        for v in order:
            heard = {}
            for u in sorted(neighbours[v]):
                heard[mine[u]] = heard.get(mine[u], 0.0) + neighbours[v][u]
            best = [s for s in heard if heard[s] >= max(heard.values()) * (1 - 1e-9)]
            if best and mine[v] not in best:
                mine[v] = best[int(draws[v] * len(best))]
                content = False
    return canonical(parts(neighbours, mine))


def components(graph):
    return canonical(parts(naive.undirected(graph), [0] * graph.n))


def components_strong(graph):
    reach = {(v, v) for v in range(graph.n)} | set(naive.weights_of(graph))
    for k in range(graph.n):
        reach |= {(u, v) for u in range(graph.n) for v in range(graph.n)
                  if (u, k) in reach and (k, v) in reach}  # fmt: skip
    mutual = [[v for v in range(graph.n) if {(u, v), (v, u)} <= reach] for u in range(graph.n)]
    return canonical([members[0] for members in mutual])


def modularity_gain(weights, labels, resolution=1.0):
    """Directed modularity times all weight: Σ over pairs of a community of w − γ out·in / W."""
    total = sum(weights.values())
    out, into = defaultdict(float), defaultdict(float)
    for (u, v), w in weights.items():
        out[u] += w
        into[v] += w
    return sum(
        weights.get((u, v), 0.0) - resolution * out[u] * into[v] / total
        for u in range(len(labels))
        for v in range(len(labels))
        if labels[u] == labels[v]
    )


def potts_gain(weights, labels, resolution):
    """The constant Potts model on undirected pairs: Σ over pairs of a community of w − γ."""
    return sum(
        weights.get((u, v), 0.0) + weights.get((v, u), 0.0) - resolution
        for u in range(len(labels))
        for v in range(u)
        if labels[u] == labels[v]
    )


def flow_of(graph):
    """Share of a walker's steps that take each arc, from the linear equations of its stay."""
    weights = naive.weights_of(graph)
    out = [sum(row.values()) for row in naive.heard_by(graph)]
    anew = np.array(out) / sum(out)
    step = np.zeros((graph.n, graph.n))
    for u in range(graph.n):
        step[:, u] = anew if out[u] == 0 else 0.15 * anew
    for (u, v), w in weights.items():
        step[v, u] += 0.85 * w / out[u]
    equations = np.vstack([step - np.eye(graph.n), np.ones(graph.n)])
    time = np.linalg.lstsq(equations, [0] * graph.n + [1], rcond=None)[0]
    steps = {(u, v): time[u] * w / out[u] for (u, v), w in weights.items()}
    return {arc: flow / sum(steps.values()) for arc, flow in steps.items()}


def map_gain(flow, labels):
    """Bits that describe a step of the walk (below 0), each step seen at both of its ends."""

    def bits(share):
        return share * math.log2(share) if share > 0 else 0.0

    ends = [0.0] * len(labels)
    leaving = [0.0] * len(labels)
    for (u, v), share in flow.items():
        for end in (u, v):
            ends[end] += share / 2
            leaving[labels[end]] += share / 2 if labels[u] != labels[v] else 0
    within = [
        q + sum(p for p, label in zip(ends, labels, strict=True) if label == s)
        for s, q in enumerate(leaving)
    ]
    return -(
        bits(sum(leaving)) - 2 * sum(map(bits, leaving)) - sum(map(bits, ends))
        + sum(map(bits, within))
    )  # fmt: skip


def best_partition(n, gain):
    """The most that any partition of n accounts gains, by trying all of them."""

    def partitions(labels):
        if len(labels) == n:
            yield labels
            return
        for label in range(max(labels, default=-1) + 2):
            yield from partitions([*labels, label])

    return max(gain(labels) for labels in partitions([]))


# --- trust: agreement, stability, consensus ---------------------------------------------------


def members_of(labels, account):
    return {j for j in range(len(labels)) if labels[j] == labels[account]}


def stability(labels, run_labels):
    """Mean over the runs of the overlap of the account's two communities, as sets."""
    result = []
    for i in range(len(labels)):
        if labels[i] < 0 or not len(run_labels):
            result.append(float("nan"))
            continue
        mine = members_of(labels, i)
        shares = [
            len(mine & members_of(run, i)) / len(mine | members_of(run, i)) for run in run_labels
        ]
        result.append(sum(shares) / len(shares))
    return result


def rand_from_pairs(one, other):
    """Adjusted Rand index: pairs that both have together, against what chance has."""
    n = len(one)
    pairs = [(i, j) for i in range(n) for j in range(i)]
    first = sum(one[i] == one[j] for i, j in pairs)
    second = sum(other[i] == other[j] for i, j in pairs)
    both = sum(one[i] == one[j] and other[i] == other[j] for i, j in pairs)
    if first == second == both:
        return 1.0
    expected = first * second / len(pairs)
    return (both - expected) / ((first + second) / 2 - expected)


def expected_information(one, other):
    """Mean mutual information (nats) over all ways to shuffle the second partition."""
    from itertools import permutations

    values = [mutual_information(one, shuffled) for shuffled in permutations(other)]
    return sum(values) / len(values)


def mutual_information(one, other):
    n = len(one)
    result = 0.0
    for a in set(one):
        for b in set(other):
            both = sum(x == a and y == b for x, y in zip(one, other, strict=True))
            if both:
                result += (
                    both / n * math.log(n * both / (list(one).count(a) * list(other).count(b)))
                )
    return result


def consensus_from(labels, run_labels, rounds=20):
    """The runs vote, from a first partition on, until nobody moves; communities by sets."""
    n = len(labels)
    for _ in range(rounds):
        # Numbered by size, then smallest member.
        groups = {frozenset(members_of(labels, i)) for i in range(n)}
        groups = sorted(groups, key=lambda group: (-len(group), min(group)))
        after = []
        for i in range(n):
            votes = []
            for run in run_labels:
                mine = members_of(run, i)
                likeness = [Fraction(len(mine & group), len(mine | group)) for group in groups]
                votes.append(likeness.index(max(likeness)))
            own = next(number for number, group in enumerate(groups) if i in group)
            winner = [v for v in set(votes) if 2 * votes.count(v) > len(votes)]
            after.append(winner[0] if winner else own)
        if all(members_of(after, i) == members_of(labels, i) for i in range(n)):
            break
        labels = after
    return labels


def modularity(graph, labels, resolution=1.0):
    """From all pairs of accounts: weight less expected weight, where the labels are the same."""
    rows = naive.undirected(graph)
    strengths = [sum(row.values()) for row in rows]
    whole = sum(strengths)
    if not whole:
        return float("nan")
    return sum(
        rows[i].get(j, 0.0) / whole - resolution * strengths[i] * strengths[j] / whole**2
        for i in range(graph.n)
        for j in range(graph.n)
        if labels[i] == labels[j] >= 0
    )
