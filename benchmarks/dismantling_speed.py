"""How fast reverse greedy is: one key and one order, the whole grid, ten times as many edges."""

import math
import sys

import numpy as np
from dismantling_networks import edges_of, graph_of, heavy_tailed, with_hubs
from dismantling_tables import document
from measured import in_turn

GRAPHS = {"heavy-tailed": heavy_tailed, "hubs of 50,000": with_hubs}
KEYS = ((0, 0.0), (0, 0.5), (1, 0.0), (1, 0.5), (2, 0.5), (3, 0.0), (3, 0.5), (4, 0.0), (4, 0.5))
"""The keys of the grid, each among all accounts: where it takes longest."""
BARS = {"one key": 1.2, "grid": 12.0, "large": 20.0}


def prepare(kind, n, m, key=0, power=0.0):
    """A graph whose views are there, and a recipe; what is compiled is compiled."""
    ends = np.random.default_rng(0).integers(0, 200, (2, 600))
    tiny = graph_of(200, *ends)
    call_key((tiny, key, power))
    call_grid((tiny, key, power))
    graph = GRAPHS[kind](n, m)
    _ = graph.both
    return graph, key, power


def call_key(ready):
    """From the network to one plan: the set by one key, among all accounts, in one order."""
    from keynodes.dismantling import reverse_greedy
    from keynodes.dismantling.plans import candidates_of, seen_from
    from keynodes.dismantling.registration import Problem

    graph, key, power = ready
    enough = float(math.ceil(0.1 * graph.n))
    ones = np.ones(graph.n)
    problem = Problem(
        graph, ones, np.ones(graph.n, bool), ones, enough, enough=enough, minimise="area"
    )
    recipe = reverse_greedy.Recipe(0.0, key, power)
    seen = seen_from(problem, candidates_of(problem))
    one_order = reverse_greedy.RETURNS[:1]
    return reverse_greedy._plans_of(problem, recipe, *seen, enough, one_order)


def call_grid(ready):
    from keynodes.dismantling import takedown

    return takedown(ready[0], target=0.1, strategy="reverse-greedy", minimise="area")


def contestant(call, *arguments, threads=1, repeats=3):
    return {
        "module": "dismantling_speed",
        "prepare": "prepare",
        "call": call,
        "arguments": list(arguments),
        "threads": threads,
        "repeats": repeats,
    }


def one(call, *arguments, **how):
    """Seconds and peak MB of one contestant in a process of its own."""
    found = in_turn({"it": contestant(call, *arguments, **how)}, 1)["it"]
    print(call, *arguments, found, file=sys.stderr, flush=True)
    return found["seconds"], found["peak_mb"]


def speed(options):
    m = options.edges
    n = m // 5
    keys, grids, slowest = [], [], {}
    for kind in GRAPHS:
        times = {key: one("call_key", kind, n, m, *key)[0] for key in KEYS}
        slowest[kind] = max(times, key=times.get)
        graph = GRAPHS[kind](n, m)
        edges, degree = edges_of(graph), int(np.diff(graph.both.indptr).max())
        for key, seconds in times.items():
            each = seconds / edges * 500_000
            keys.append([kind, f"{edges:,}", f"{degree:,}", f"{key[0]}, {key[1]:g}", seconds, each])
            keys[-1] += [f"≤ {BARS['one key']}", _met(each, BARS["one key"])]
        for threads in (1, 2):
            seconds, peak = one("call_grid", kind, n, m, threads=threads, repeats=1)
            each = seconds / edges * 500_000
            bar = BARS["grid"] if threads == 2 else None
            grids.append([kind, f"{edges:,}", threads, seconds, each, peak])
            grids[-1] += [f"≤ {bar:g}" if bar else None, _met(each, bar)]
    key = slowest["heavy-tailed"]
    seconds, peak = one(
        "call_key", "heavy-tailed", options.large // 10, options.large, *key, repeats=1
    )
    large = [f"{options.large // 10:,}", f"{options.large:,}", f"{key[0]}, {key[1]:g}", seconds]
    large += [peak, f"≤ {BARS['large']:g}", _met(seconds, BARS["large"])]
    sizes = [int(m * factor) for factor in (0.25, 0.5, 1, 2, 4)]
    by_size = [one("call_key", "heavy-tailed", size // 5, size, *key)[0] for size in sizes]
    slope, height = np.polyfit(np.log(sizes), np.log(by_size), 1)
    fitted = np.exp(height) * np.asarray(sizes) ** slope
    document(
        "dismantling_speed" if options.keep else "",
        "Reverse greedy: seconds",
        f"python benchmarks/dismantling.py speed --edges {m} --large {options.large}",
        [
            (
                f"One key, one order: {n:,} accounts, one thread",
                [
                    "graph",
                    "edges",
                    "largest degree",
                    "key, power of the degree",
                    "seconds",
                    "for 500,000 edges",
                    "bar",
                    "met",
                ],
                keys,
                [
                    "Among all accounts, where a key takes longest. From the graph with its views "
                    "to the plan with its area, kernels compiled, the median of up to three calls "
                    "in a fresh process."
                ],
            ),
            (
                f"The whole grid: {n:,} accounts",
                [
                    "graph",
                    "edges",
                    "threads",
                    "seconds",
                    "for 500,000 edges",
                    "peak MB",
                    "bar",
                    "met",
                ],
                grids,
                ["`takedown(strategy='reverse-greedy', target=0.1, minimise='area')`, once."],
            ),
            (
                "Large: one key, one order, one thread",
                ["accounts", "edges", "key, power", "seconds", "peak MB", "bar", "met"],
                [large],
                [
                    "Heavy-tailed; the slowest key of those above on such a graph. Peaks include "
                    "making the graph."
                ],
            ),
            (
                "Cost by edges: the same key, five edges an account",
                ["edges", "seconds", "fitted", "seconds for 500,000 edges"],
                [
                    [f"{size:,}", seconds, float(fit), seconds / size * 500_000]
                    for size, seconds, fit in zip(sizes, by_size, fitted, strict=True)
                ],
                [
                    f"Least squares of log seconds on log edges: seconds ∝ edges^{slope:.2f}; the "
                    "farthest size is off by "
                    f"{np.abs(np.asarray(by_size) / fitted - 1).max():.0%}."
                ],
            ),
        ],
    )


def _met(value, bar):
    return None if bar is None else "yes" if value <= bar else "**no**"
