"""Each measure at 70,000 accounts and 3.5 million arcs, beside the peers that define it alike.

    python benchmarks/measures.py [--records 5000000] [--pivots 32] [--runs 3] [--only NAME]…

Every run is a process of its own that loads the same arcs and builds its own graph object before
the clock starts. keynodes runs on one thread and on two; peers on one. Peers that are far too slow
at this size, and exact path measures, are compared on 1,000 accounts and 50,000 records.
"""

import argparse
import re
import tempfile
from pathlib import Path

import numpy as np
from measured import in_turn, write

SEEDED = 7
REPEATS = 5


def arcs(path):
    data = np.load(path)
    return int(data["n"]), data["tails"], data["heads"], data["weights"]


# --- what each contestant prepares ---------------------------------------------------------------


def prepare_keynodes(path, name, parameters):
    from keynodes import MEASURES, InteractionGraph

    n, tails, heads, weights = arcs(path)
    width = len(str(n))
    graph = InteractionGraph.from_arcs([f"{i:0{width}}" for i in range(n)], tails, heads, weights)
    tiny = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1, 2, 2], [1, 2, 0, 1])
    # The views are part of the graph, as they are of the peers' objects; kernels are compiled.
    for warmed in (graph, tiny):
        _ = warmed.into, warmed.both, warmed.tails
    labels = np.arange(n) % 50
    row = MEASURES[name]
    if row.needs_labels:
        parameters = {**parameters, "labels": labels}
        row(tiny, labels=np.array([0, 0, 1]))
    else:
        row(tiny, **{k: min(v, 2) if k == "pivots" else v for k, v in parameters.items()})
    if "rng" in row.context:
        parameters = {**parameters, "rng": SEEDED}
    return row, graph, parameters


def call_keynodes(ready):
    row, graph, parameters = ready
    return row(graph, **parameters)


def prepare_igraph(path, expression, pivots):
    import igraph

    n, tails, heads, weights = arcs(path)
    if expression.startswith("r."):
        tails, heads = heads, tails
    graph = igraph.Graph(n, np.column_stack([tails, heads]), directed=True)
    graph.es["weight"] = weights
    chosen = np.random.default_rng(SEEDED).choice(n, min(pivots, n), replace=False).tolist()
    both = graph.as_undirected(combine_edges="sum") if "both" in expression else None
    return expression, {"g": graph, "r": graph, "both": both, "pivots": chosen}


def prepare_networkit(path, expression, pivots):
    import networkit

    networkit.setNumberOfThreads(1)
    n, tails, heads, weights = arcs(path)
    make = {
        "g": lambda: networkit.GraphFromCoo((weights, (tails, heads)), n, True, True),
        "r": lambda: networkit.GraphFromCoo((weights, (heads, tails)), n, True, True),
        "b": lambda: networkit.GraphFromCoo((tails, heads), n, False, True),
        "rb": lambda: networkit.GraphFromCoo((heads, tails), n, False, True),
    }
    used = re.search(r"\((\w+)[,)]", expression)[1]
    return expression, {"nk": networkit, used: make[used](), "pivots": pivots}


def prepare_sknetwork(path, expression, pivots):
    import scipy.sparse
    import sknetwork.ranking

    n, tails, heads, weights = arcs(path)
    matrix = scipy.sparse.csr_matrix((weights, (tails, heads)), shape=(n, n))
    known = {"sk": sknetwork.ranking, "a": matrix, "t": matrix.T.tocsr()}
    return expression, known


def prepare_networkx(path, expression, pivots):
    import networkx

    n, tails, heads, weights = arcs(path)
    graph = networkx.DiGraph()
    graph.add_nodes_from(range(n))
    graph.add_weighted_edges_from(
        zip(tails.tolist(), heads.tolist(), weights.tolist(), strict=True)
    )
    return expression, {"nx": networkx, "g": graph, "r": graph.reverse(copy=True)}


def call_expression(ready):
    expression, known = ready
    return eval(expression, known)


# --- who is compared with whom -------------------------------------------------------------------

# measure: {peer: expression}; "small:" marks those that get the hundredth.
PEERS = {
    "in_degree": {"igraph": "g.indegree()"},
    "out_degree": {"igraph": "g.outdegree()"},
    "in_strength": {"igraph": "g.strength(mode='in', weights='weight')"},
    "out_strength": {"igraph": "g.strength(mode='out', weights='weight')"},
    "reciprocity": {"small:networkx": "nx.reciprocity(g, g.nodes)"},
    "h_index": {},
    "pagerank": {
        "igraph": "r.pagerank(weights='weight', damping=0.85)",
        "networkit": "nk.centrality.PageRank(r, 0.85, 1e-10).run().scores()",
        "sknetwork": "sk.PageRank(n_iter=60, tol=1e-10).fit_predict(t)",
    },
    "cheirank": {
        "igraph": "g.pagerank(weights='weight', damping=0.85)",
        "networkit": "nk.centrality.PageRank(g, 0.85, 1e-10).run().scores()",
        "sknetwork": "sk.PageRank(n_iter=60, tol=1e-10).fit_predict(a)",
    },
    "katz": {
        "networkit": "nk.centrality.KatzCentrality(rb, 0.001, 1.0, 1e-10).run().scores()",
        "small:networkx": "nx.katz_centrality(r, alpha=0.001)",
    },
    "authority": {
        "igraph": "g.hub_score(weights='weight')",
        "sknetwork": "sk.HITS().fit_predict(t)",
        "small:networkx": "nx.hits(r)",
    },
    "hub": {
        "igraph": "g.authority_score(weights='weight')",
        "sknetwork": "sk.HITS().fit_predict(t)",
        "small:networkx": "nx.hits(r)",
    },
    "betweenness": {
        "igraph": "g.betweenness(sources=pivots)",
        "networkit": "nk.centrality.EstimateBetweenness(b, pivots, True, False).run().scores()",
        "small:networkx": "nx.betweenness_centrality(g)",
        "small:igraph": "g.betweenness()",
        "small:networkit": "nk.centrality.Betweenness(b).run().scores()",
    },
    "harmonic": {
        "igraph": "g.harmonic_centrality(vertices=pivots, mode='in')",
        "small:networkx": "nx.harmonic_centrality(r)",
        "small:igraph": "g.harmonic_centrality(mode='out')",
        "small:networkit": "nk.centrality.HarmonicCloseness(b, False).run().scores()",
    },
    "ev_brokerage": {},
    "bridging": {},
    "bridgeness": {},
    "coreness_in": {"igraph": "g.coreness(mode='in')"},
    "coreness_out": {"igraph": "g.coreness(mode='out')"},
    "coreness_total": {"igraph": "g.coreness(mode='all')"},
    "collective_influence": {},
    "effective_size": {"small:networkx": "nx.effective_size(g, weight='weight')"},
    "efficiency": {"small:networkx": "nx.effective_size(g, weight='weight')"},
    "constraint": {
        "igraph": "g.constraint(weights='weight')",
        "small:networkx": "nx.constraint(g, weight='weight')",
    },
    "hierarchy": {},
    "vitality_component": {"igraph": "both.articulation_points()"},
    "vitality_pairs": {"igraph": "both.articulation_points()"},
}

PREPARE = {
    "igraph": "prepare_igraph",
    "networkit": "prepare_networkit",
    "sknetwork": "prepare_sknetwork",
    "networkx": "prepare_networkx",
}

# Parameters that peers get too.
SAME = {"katz": {"alpha": 0.001}}

SAMPLED = ("betweenness", "harmonic", "ev_brokerage", "bridging", "bridgeness")


def contest(name, large, small, pivots, runs):
    """Rows of the table for one measure: at full size, and small where a peer needs it."""
    rows = []
    peers = PEERS.get(name, {})
    sizes = [("", large, {"pivots": pivots} if name in SAMPLED else SAME.get(name, {}))]
    if any(peer.startswith("small:") for peer in peers):
        sizes.append(("small:", small, SAME.get(name, {})))
    for mark, path, settings in sizes:
        ours = {
            "module": "measures",
            "prepare": "prepare_keynodes",
            "call": "call_keynodes",
            "arguments": [path, name, settings],
            "repeats": REPEATS,
        }
        contestants = {
            "one": {**ours, "threads": 1},
            "two": {**ours, "threads": 2},
        }
        for peer, expression in peers.items():
            if peer.startswith("small:") != bool(mark):
                continue
            contestants[peer] = {
                "module": "measures",
                "prepare": PREPARE[peer.removeprefix("small:")],
                "call": "call_expression",
                "arguments": [path, expression, pivots],
                "threads": 1,
                "repeats": REPEATS,
            }
        results = in_turn(contestants, runs)
        one, two = results.pop("one"), results.pop("two")
        fastest = min(results.items(), key=lambda item: item[1]["seconds"], default=None)
        rows.append(
            [
                f"`{name}`" + "".join(f" ({value} {what})" for what, value in settings.items()),
                "small" if mark else "full",
                one["seconds"],
                two["seconds"],
                ", ".join(
                    f"{peer.removeprefix('small:')} {result['seconds']:.3g}"
                    for peer, result in results.items()
                )
                or None,
                fastest[1]["seconds"] / one["seconds"] if fastest else None,
                fastest[1]["seconds"] / two["seconds"] if fastest else None,
            ]
        )
        print(rows[-1], flush=True)
    return rows


def save_arcs(records, accounts, folder):
    """Make a census and keep the arcs of its graph."""
    from keynodes import build_graph, read_interactions
    from keynodes.synthetic import make

    graph = build_graph(
        read_interactions(make("census", accounts=accounts, records=records).records)
    )
    path = Path(folder) / f"{records}.npz"
    np.savez(path, n=graph.n, tails=graph.tails, heads=graph.out.indices, weights=graph.out.weights)
    return str(path), graph.n, graph.m


def main():
    from keynodes import MEASURES

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=70_000)
    parser.add_argument("--records", type=int, default=5_000_000)
    parser.add_argument("--pivots", type=int, default=32)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--only", action="append", choices=list(MEASURES))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        large, n, m = save_arcs(options.records, options.accounts, folder)
        small, small_n, small_m = save_arcs(50_000, 1_000, folder)
        rows = []
        for name in options.only or MEASURES:
            rows += contest(name, large, small, options.pivots, options.runs)
    header = ["measure", "size", "one thread, s", "two threads, s", "peers on one thread, s"]
    header += ["× the fastest peer, one thread", "two threads"]
    write(
        "" if options.only else "measures",
        f"Measures at {n:,} accounts and {m:,} arcs",
        f"python benchmarks/measures.py --accounts {options.accounts} --records {options.records} "
        f"--pivots {options.pivots} --runs {options.runs}",
        header,
        rows,
        [
            f"`small` is {small_n:,} accounts and {small_m:,} arcs. A factor above 1 means that "
            f"keynodes is faster. Medians of up to {REPEATS} calls in a fresh process, the graph "
            "built and kernels compiled. igraph's articulation points are part of the work of "
            "the vitalities, not the same number. At full size the path measures use "
            f"{options.pivots} pivots on both sides.",
        ],
    )


if __name__ == "__main__":
    main()
