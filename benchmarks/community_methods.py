"""Section `methods` of communities.py: one run of each method, and igraph's whole way to the same.

That is its graph from the same arcs, `as_undirected`, and the call run to convergence. The graph
is drawn with planted communities of very different sizes and heavy-tailed activity and popularity.
"""

import random
import tempfile
from pathlib import Path

import numpy as np
from measured import in_turn

SEED = 7
ACCOUNTS, ARCS = 70_000, 3_500_000


# --- the graph -----------------------------------------------------------------------------------


def planted(accounts, arcs, communities=60, outside=0.3, seed=1):
    """Draw arcs: who posts by activity, who hears by popularity, at 1 − `outside` from inside.

    Returns tails, heads, weights, sorted by arc, and the planted community of each account.
    """
    rng = np.random.default_rng(seed)
    sizes = 1 / np.arange(1, communities + 1) ** 0.8
    ends = np.round(np.cumsum(sizes) / sizes.sum() * accounts).astype(np.int64)
    bounds = np.concatenate([[0], ends])
    group = np.repeat(np.arange(communities), np.diff(bounds))
    active = np.cumsum(rng.pareto(1.8, accounts) + 1)
    popular = np.concatenate([[0], np.cumsum(rng.pareto(1.5, accounts) + 1)])
    found, counts = np.zeros(0, np.int64), np.zeros(0, np.int64)
    while len(found) < arcs:
        draws = max(1000, int(1.3 * (arcs - len(found))))
        tails = np.searchsorted(active, rng.random(draws) * active[-1], side="right")
        inside = rng.random(draws) >= outside
        low = np.where(inside, popular[bounds[group[tails]]], 0)
        high = np.where(inside, popular[bounds[group[tails] + 1]], popular[-1])
        heads = np.searchsorted(popular, low + rng.random(draws) * (high - low), side="right") - 1
        heads = np.minimum(heads, accounts - 1)
        drawn = (tails * accounts + heads)[tails != heads]
        times = np.concatenate([counts, np.ones(len(drawn), np.int64)])
        found, place = np.unique(np.concatenate([found, drawn]), return_inverse=True)
        counts = np.bincount(place, times).astype(np.int64)
    kept = rng.permutation(len(found))[:arcs]
    renamed = rng.permutation(accounts)
    tails, heads = renamed[found[kept] // accounts], renamed[found[kept] % accounts]
    order = np.lexsort([heads, tails])
    groups = np.empty(accounts, np.int64)
    groups[renamed] = group
    return tails[order], heads[order], counts[kept][order].astype(float), groups


def loaded(path):
    with np.load(path) as data:
        return int(data["n"]), data["tails"], data["heads"], data["weights"]


# --- what each contestant does -------------------------------------------------------------------


def prepare_one(path, name, stays):
    """Our graph without its views, kernels compiled; `stays`: igraph is called in the process."""
    from keynodes import InteractionGraph
    from keynodes.communities import METHODS, runs

    tiny = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1, 2, 2], [1, 2, 0, 1])
    METHODS[name](tiny)
    _ = tiny.both
    if stays:
        runs.PATIENCE = float("inf")
    n, tails, heads, weights = loaded(path)
    names = [f"{i:0{len(str(n))}}" for i in range(n)]
    return METHODS[name], InteractionGraph.from_arcs(names, tails, heads, weights)


def call_one(ready):
    row, graph = ready
    return row(graph, rng=SEED)


def igraph_of(arcs):
    import igraph

    n, tails, heads, weights = arcs
    # Twice as fast as from an array.
    graph = igraph.Graph(n, zip(tails.tolist(), heads.tolist(), strict=True), directed=True)
    graph.es["weight"] = weights
    return graph.as_undirected(combine_edges="sum")


def prepare_arcs(path, name):
    import igraph  # noqa: F401

    return loaded(path), name


def call_all(ready):
    arcs, name = ready
    return call_alone((igraph_of(arcs), name))


def prepare_undirected(path, name):
    return igraph_of(loaded(path)), name


def call_alone(ready):
    import igraph

    graph, name = ready
    igraph.set_random_number_generator(random.Random(SEED))
    if name == "labels":
        return graph.community_label_propagation(weights="weight")
    return graph.community_leiden("modularity", weights="weight", n_iterations=-1)


# --- the table -----------------------------------------------------------------------------------


def contestant(prepare, call, *arguments):
    return {
        "module": "community_methods",
        "prepare": prepare,
        "call": call,
        "arguments": list(arguments),
        "threads": 1,
    }


def recovery(path, name):
    from sklearn.metrics import adjusted_mutual_info_score

    labels = call_one(prepare_one(path, name, stays=False))
    with np.load(path) as data:
        agreement = adjusted_mutual_info_score(data["groups"], labels)
    return f"{agreement:.3f}, {labels.max() + 1:,}"


def section_methods(options, accounts=ACCOUNTS, arcs=ARCS):
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "planted.npz")
        tails, heads, weights, groups = planted(accounts, arcs)
        np.savez(path, n=accounts, tails=tails, heads=heads, weights=weights, groups=groups)
        for name in ("labels", "leiden"):
            found = in_turn(
                {
                    "here": contestant("prepare_one", "call_one", path, name, True),
                    "usual": contestant("prepare_one", "call_one", path, name, False),
                    "all": contestant("prepare_arcs", "call_all", path, name),
                    "alone": contestant("prepare_undirected", "call_alone", path, name),
                },
                options.runs,
            )
            seconds = {key: result["seconds"] for key, result in found.items()}
            rows.append([f"`{name}`", *seconds.values(), seconds["here"] / seconds["all"]])
            rows[-1] += [found["usual"]["peak_mb"], recovery(path, name)]
            print(rows[-1], flush=True)
        for name in ("leiden-cpm", "leiden-directed", "infomap", "components", "components-strong"):
            usual = contestant("prepare_one", "call_one", path, name, False)
            found = in_turn({"usual": usual}, 1)["usual"]
            rows.append([f"`{name}`", None, found["seconds"], None, None, None])
            rows[-1] += [found["peak_mb"], recovery(path, name)]
            print(rows[-1], flush=True)
    return (
        f"one run at {accounts:,} accounts and {arcs:,} arcs",
        [
            "method",
            "in one process, s",
            "as it comes, s",
            "igraph, all of it, s",
            "igraph, the call, s",
            "× all of igraph",
            "peak MB",
            "AMI with the planted 60, communities",
        ],
        rows,
        [
            f"Medians of {options.runs} processes, contestants in turn (of one for the lower "
            "rows). Ours start from the graph as `build_graph` leaves it, without the undirected "
            "view; igraph from the same arcs, sorted: its graph, `as_undirected`, the call until "
            "nothing changes. A factor below 1 means that keynodes is faster. As it comes, a run "
            "of igraph or leidenalg of more than a second is in a worker process, so that Ctrl-C "
            "can end it; peak memory is that of the main process.",
        ],
    )
