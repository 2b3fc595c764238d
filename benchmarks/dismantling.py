"""Dismantling: every strategy on networks whose peers' figures are known, and on graphs made here.

    python benchmarks/dismantling.py adaptive [--limit 900]
    python benchmarks/dismantling.py quality [--seconds 60] [--limit 300]
    python benchmarks/dismantling.py spread [--seeds 5]
    python benchmarks/dismantling.py speed [--edges 500000] [--large 5000000]
    python benchmarks/dismantling.py synthetic [--seconds 20] [--limit 120]
    python benchmarks/dismantling.py planted [--accounts 50000] [--budget 1000]

adaptive   adaptive betweenness with igraph on networks of up to 5,000 accounts; slow, and kept in
           ``results/dismantling_adaptive.csv`` for the other tables
quality    area under the curve, removals to a tenth and seconds of every strategy, beside MIND,
           GDM, CI, CoreHD, EI, GND, GND+R, HBA and the best of their sets in a better order
spread     the search from several seeds
speed      one key and one order of reverse greedy, the grid, ten times as many edges, cost by edges
synthetic  every strategy on random, block, LFR and power-law graphs
planted    a census, gateways that hold communities together, and a documented criminal network

``--networks DIR`` holds files ``NAME.txt`` or ``NAME.txt.gz`` of lines ``u v``: undirected edges of
accounts numbered from 0; ``../shared/data/dismantling`` when not given. With ``--only NAME…``
nothing is kept but the figures of `adaptive`. What peers reached is in ``dismantling_peers.csv``.
"""

import argparse
import csv
import math
import sys
import time
from pathlib import Path

import numpy as np
from dismantling_networks import NETWORKS, edges_of, lcc, load, made, networks
from dismantling_tables import (
    ADAPTIVE,
    COMPARED,
    REORDERED,
    Score,
    adaptive_betweenness,
    best_released,
    compared,
    document,
    peers,
    score,
    warm,
)

BETWEENNESS_UP_TO = 5_000
"""Accounts up to which adaptive betweenness is computed."""

MEANING = (
    "Cells: area under the largest component until it holds a tenth of all accounts (the review's "
    "Simpson sum, in removals; smaller is better) / removals to get there / seconds."
)


def classics():
    """The strategies beside the grid and the search."""
    from keynodes.dismantling import STRATEGIES

    return [name for name in STRATEGIES if name not in ("search", "reverse-greedy")]


def said(*cells):
    """Show a row when it is there: the table may take long."""
    print(*cells, sep=" | ", file=sys.stderr, flush=True)


# --- adaptive betweenness, with igraph ------------------------------------------------------------


def removed_by_betweenness(graph, limit):
    """Remove the account of highest betweenness in the largest component until a tenth is left."""
    import igraph

    heads = np.asarray(graph.both.indices)
    tails = np.repeat(np.arange(graph.n), np.diff(graph.both.indptr))
    left = igraph.Graph(graph.n, np.column_stack([tails, heads])[tails < heads].tolist())
    left.vs["account"] = range(graph.n)
    order, start = [], time.perf_counter()
    while True:
        largest = left.connected_components().giant()
        if largest.vcount() <= math.ceil(0.1 * graph.n):
            return order
        if time.perf_counter() - start > limit:
            return None
        account = largest.vs[int(np.argmax(largest.betweenness(directed=False)))]["account"]
        order.append(account)
        # It stays as an account of its own, so that numbers do not move.
        left.delete_edges(left.incident(account))


def adaptive(options):
    from keynodes.objectives import curve_area, removal_curve, removals_to

    rows = adaptive_betweenness()
    for name, path in networks(options.networks, options.only).items():
        graph = load(path)
        if graph.n > BETWEENNESS_UP_TO:
            continue
        start = time.perf_counter()
        order = removed_by_betweenness(graph, options.limit)
        took = time.perf_counter() - start
        rows[name] = Score(math.nan, None, took, f"over {took:.0f} s")
        if order is not None:
            sizes = removal_curve(graph, np.asarray(order, np.int32)).largest_component
            area, removals = curve_area(sizes, graph.n), removals_to(sizes, graph.n)[0.1]
            rows[name] = Score(area, removals, took)
        said(name, rows[name])
        _keep(rows)
    document(
        "" if options.only else "dismantling_adaptive",
        "Adaptive betweenness",
        f"python benchmarks/dismantling.py adaptive --limit {options.limit:g}",
        [
            (
                f"Networks of up to {BETWEENNESS_UP_TO:,} accounts",
                ["network", "this run", "HBA, measured before"],
                [[name, row, peers(name).get("HBA")] for name, row in rows.items()],
                [
                    MEANING,
                    "igraph's betweenness of the largest component, computed again after each "
                    "removal; its highest account goes, ties to the smaller number.",
                ],
            )
        ],
    )


def _keep(rows):
    ADAPTIVE.parent.mkdir(exist_ok=True)
    with open(ADAPTIVE, "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["network", "curve_area", "removals", "seconds"])
        for name, row in sorted(rows.items()):
            known = not math.isnan(row.area)
            area = f"{row.area:.6g}" if known else ""
            writer.writerow([name, area, row.removals if known else "", f"{row.seconds:.1f}"])


# --- quality --------------------------------------------------------------------------------------


def all_scores(graph, options):
    """The grid, the search by moves and by time, and every other strategy."""
    found = {
        "reverse-greedy (grid)": score(graph, "reverse-greedy"),
        "search": score(graph, "search"),
        "search, timed": score(graph, "search", seconds=options.seconds),
    }
    for name in classics():
        found[name] = score(graph, name, limit=options.limit)
    return found


def quality(options):
    warm(["search", "reverse-greedy", *classics()])
    known = adaptive_betweenness()
    found, others, sizes = {}, {}, {}
    for name, path in networks(options.networks, options.only).items():
        graph = load(path)
        sizes[name] = [f"{graph.n:,}", f"{edges_of(graph):,}"]
        found[name], others[name] = all_scores(graph, options), peers(name)
        said(name, *(f"{way} {row}" for way, row in found[name].items()))
    ways = list(next(iter(found.values())))
    methods = list(dict.fromkeys(method for rows in others.values() for method in rows))
    methods = [method for method in methods if method != REORDERED] + [REORDERED]

    def areas(way):
        return {name: rows[way].area for name, rows in found.items()}

    def theirs(method):
        return {name: rows[method].area for name, rows in others.items() if method in rows}

    grid, searched, timed = (areas(way) for way in ways[:3])
    mind, reordered = theirs("MIND"), theirs(REORDERED)
    released = {name: best_released(rows) for name, rows in others.items()}
    betweenness = {name: row.area for name, row in known.items()}
    within = f"search, {options.seconds:g} s"
    against = [
        ("MIND", mind),
        ("the best released peer", released),
        ("the best released set, re-ordered", reordered),
        ("adaptive betweenness", betweenness),
    ]
    bars = {"MIND": (0.74, 1.0), "the best released peer": (0.87, None)}
    bars |= {"the best released set, re-ordered": (0.94, None), "adaptive betweenness": (None, 1.0)}
    summary = [compared("grid / MIND", grid, mind, 0.84)]
    for what, other in against:
        summary.append(compared(f"{within} / {what}", timed, other, *bars[what]))
    for what, other in against:
        summary.append(compared(f"search / {what}", searched, other))
    summary += [compared(f"{within} / {way}", timed, areas(way)) for way in ways if way != ways[2]]
    summary += [
        compared(f"{within} / {method}", timed, theirs(method))
        for method in methods
        if method not in ("MIND", REORDERED)
    ]
    each = [
        [name, *(_ratio(timed[name], other.get(name)) for _, other in against)] for name in found
    ]
    document(
        "" if options.only else "dismantling_quality",
        "Dismantling: strategies beside their peers",
        f"python benchmarks/dismantling.py quality --seconds {options.seconds:g} "
        f"--limit {options.limit:g}" + options.named,
        [
            (
                "Against the bars",
                COMPARED,
                summary,
                [
                    "Below 1 ours is better. The best released peer is the best own plan of all "
                    "methods in the table of peers, HBA included where it is known; re-ordered, "
                    "the best of their sets in a greedy order. Peers' areas are known to a tenth."
                ],
            ),
            (
                f"{within}: each network",
                ["network", *(f"/ {what}" for what, _ in against)],
                each,
                [],
            ),
            (
                "Strategies",
                ["network", "accounts", "edges", *ways[:2], within, *ways[3:]],
                [[name, *sizes[name], *rows.values()] for name, rows in found.items()],
                [
                    MEANING,
                    f"Strategies that took longer than {options.limit:g} s were stopped. "
                    "Of strategies that name a set, the plan is its best part in the best order "
                    "found. Seed 0; a search by moves is the same on any machine, a timed one is "
                    "not.",
                ],
            ),
            (
                "Peers",
                ["network", *methods, "adaptive betweenness, here"],
                [
                    [name, *(rows.get(method) for method in methods), known.get(name)]
                    for name, rows in others.items()
                ],
                [
                    "Area / removals. MIND: published with it. The others: measured once, run as "
                    "released (see `dismantling_peers.csv`); not run again here. Missing: not "
                    "known, or over its time. Adaptive betweenness is computed by "
                    "`python benchmarks/dismantling.py adaptive`.",
                ],
            ),
        ],
    )


def _ratio(ours, theirs):
    return None if theirs is None or math.isnan(theirs) else f"{ours / theirs:.3f}"


# --- spread ---------------------------------------------------------------------------------------


def spread(options):
    warm(["search"])
    rows = []
    for name, path in networks(options.networks, options.only).items():
        graph = load(path)
        runs = [score(graph, "search", rng=seed) for seed in range(options.seeds)]
        areas = [run.area for run in runs]
        rows.append(
            [
                name,
                *(f"{f(areas):.2f}" for f in (min, np.median, max)),
                f"{(max(areas) - min(areas)) / np.median(areas):.1%}",
                f"{min(run.removals for run in runs):,} to {max(run.removals for run in runs):,}",
                float(np.median([run.seconds for run in runs])),
            ]
        )
        said(*rows[-1])
    header = ["network", "least area", "median", "largest", "apart", "removals", "seconds (median)"]
    document(
        "" if options.only else "dismantling_spread",
        "The search from several seeds",
        f"python benchmarks/dismantling.py spread --seeds {options.seeds}" + options.named,
        [(f"Seeds 0 to {options.seeds - 1}, default moves", header, rows, [])],
    )


# --- graphs made from a seed ----------------------------------------------------------------------


def synthetic(options):
    warm(["search", "reverse-greedy", *classics()])
    found = {}
    for n in options.sizes:
        for name, graph in made(n, options.first_seed):
            rows = all_scores(graph, options)
            area, removals = math.nan, None
            if n <= options.betweenness:
                rows["adaptive:betweenness"] = score(
                    graph, "adaptive:betweenness", limit=options.limit
                )
            else:
                rows["adaptive:betweenness"] = Score(area, removals, None, "not tried")
            found[name] = [f"{edges_of(graph):,}", f"{lcc(graph):,}"], rows
            said(name, *(f"{way} {row}" for way, row in rows.items()))
    ways = list(next(iter(found.values()))[1])

    def areas(way):
        return {name: rows[way].area for name, (_, rows) in found.items()}

    within = f"search, {options.seconds:g} s"
    best = {
        name: min(
            (row.area for way, row in rows.items() if way not in ways[:3] and row.area > 0),
            default=math.nan,
        )
        for name, (_, rows) in found.items()
    }
    summary = [
        compared(f"{ours} / {what}", areas(way), other)
        for ours, way in (("grid", ways[0]), ("search", ways[1]), (within, ways[2]))
        for what, other in (
            *((way, areas(way)) for way in ways[3:]),
            ("the best of these", best),
        )
    ]
    document(
        "dismantling_synthetic" if options.keep else "",
        "Dismantling graphs made from a seed",
        f"python benchmarks/dismantling.py synthetic --seconds {options.seconds:g} "
        f"--limit {options.limit:g} --first-seed {options.first_seed} "
        f"--sizes {' '.join(map(str, options.sizes))} --betweenness {options.betweenness}",
        [
            ("Ratios", COMPARED, summary, []),
            (
                "Strategies",
                ["graph", "edges", "largest component", *ways[:2], within, *ways[3:]],
                [[name, *sizes, *rows.values()] for name, (sizes, rows) in found.items()],
                [
                    MEANING,
                    f"Stopped after {options.limit:g} s. Adaptive betweenness up to "
                    f"{options.betweenness:,} accounts. ER: as many edges as the mean degree says, "
                    "at random; SBM: stochastic block model; LFR: mean degree 8, heavy-tailed "
                    "degrees and communities; power law: configuration model, 2 ties or more each.",
                ],
            ),
        ],
    )


# --- the command ----------------------------------------------------------------------------------


def main():
    from dismantling_planted import planted
    from dismantling_speed import speed

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    rows = {}
    for run in (adaptive, quality, spread, speed, synthetic, planted):
        rows[run.__name__] = commands.add_parser(run.__name__)
        rows[run.__name__].set_defaults(run=run)
    for name in ("adaptive", "quality", "spread"):
        rows[name].add_argument("--networks", type=Path, default=NETWORKS, metavar="DIR")
        rows[name].add_argument("--only", nargs="+", metavar="NAME")
    for name, seconds, limit in (("quality", 60, 300), ("synthetic", 20, 120)):
        rows[name].add_argument("--seconds", type=float, default=seconds, help="of the search")
        rows[name].add_argument("--limit", type=float, default=limit, help="of other strategies, s")
    rows["adaptive"].add_argument("--limit", type=float, default=900, help="for each network, s")
    rows["spread"].add_argument("--seeds", type=int, default=5)
    rows["synthetic"].add_argument("--first-seed", type=int, default=1)
    rows["synthetic"].add_argument("--sizes", type=int, nargs="+", default=[1_000, 5_000])
    rows["synthetic"].add_argument("--betweenness", type=int, default=1_000, metavar="ACCOUNTS")
    rows["speed"].add_argument("--edges", type=int, default=500_000)
    rows["speed"].add_argument("--large", type=int, default=5_000_000)
    rows["planted"].add_argument("--accounts", type=int, default=50_000)
    rows["planted"].add_argument("--records", type=int, default=3_500_000)
    rows["planted"].add_argument("--budget", type=int, default=1_000)
    for name in ("speed", "synthetic", "planted"):
        rows[name].add_argument(
            "--no-keep", dest="keep", action="store_false", help="print the table, and that is all"
        )
    options = parser.parse_args()
    # Where the networks are is a matter of the machine: results do not say it.
    elsewhere = getattr(options, "networks", NETWORKS) != NETWORKS
    options.named = " --networks DIR" if elsewhere else ""
    start = time.perf_counter()
    options.run(options)
    said(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
