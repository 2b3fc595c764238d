"""Communities: ten runs with what they say about trust, and how well planted ones are found.

    python benchmarks/communities.py [SECTION]… [--runs 1] [--graphs 3]

Sections, all of them unless some are named:

methods  one run of each method, beside igraph's whole way to the same (community_methods.py)
runs     `partition` at 70,000 accounts and 3.5 million arcs, on one core and on two, and what of it
         is the runs, the consensus, the stability and the agreement
quality  adjusted mutual information with planted communities, up to the limit of what can be
         detected and beyond, and with the departments of a real network where it is there: the mean
         of single runs, the run most like the others, the consensus

A section that is run takes its place in ``results/communities.md``; the others stay as they are.
"""

import argparse
import csv
import re
import tempfile
import time
from pathlib import Path

import numpy as np
from community_methods import section_methods
from measured import RESULTS, _cell, in_turn, machine

DATA = Path(__file__).parents[2] / "shared" / "data"
SEEDED = 7
RUNS = 10

# --- section runs --------------------------------------------------------------------------------


def prepare_graph(path):
    from keynodes import InteractionGraph, partition

    with np.load(path) as data:
        n = int(data["n"])
        names = [f"{i:0{len(str(n))}}" for i in range(n)]
        graph = InteractionGraph.from_arcs(names, data["tails"], data["heads"], data["weights"])
    _ = graph.into, graph.both, graph.tails
    # Kernels are compiled.
    tiny = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1, 2, 2], [1, 2, 0, 1])
    for method in ("leiden", "labels"):
        partition(tiny, method, runs=3)
    return graph


def prepare_one(path, method):
    return prepare_graph(path), method


def call_partition(ready):
    from keynodes import partition

    graph, method = ready
    partition(graph, method, runs=RUNS, rng=SEEDED)


def prepare_trust(path, method):
    from keynodes import partition

    return partition(prepare_graph(path), method, runs=RUNS, rng=SEEDED).run_labels


def call_consensus(run_labels):
    from keynodes.communities.consensus import consensus

    consensus(run_labels)


def call_stability(run_labels):
    from keynodes.communities.agreement import stability

    stability(run_labels[0], run_labels)


def call_agreement(run_labels):
    from keynodes.communities.agreement import mean_agreement

    mean_agreement(run_labels)


def save_planted(folder, n=70_000, m=3_600_000, communities=50, across=0.5):
    """Heavy-tailed senders; half of what they send stays in their community."""
    rng = np.random.default_rng(SEEDED)
    community = rng.integers(0, communities, n)
    members = np.argsort(community, kind="stable")
    starts = np.searchsorted(community[members], np.arange(communities + 1))
    tails = rng.permutation(n)[(n * rng.random(m) ** 1.5).astype(np.int64)]
    low, high = starts[community[tails]], starts[community[tails] + 1]
    near = members[low + (rng.random(m) * (high - low)).astype(np.int64)]
    heads = np.where(rng.random(m) < across, rng.integers(0, n, m), near)
    path = Path(folder) / "planted.npz"
    np.savez(path, n=n, tails=tails, heads=heads, weights=np.ones(m))
    return str(path)


def section_runs(options):
    from measures import save_arcs

    rows = []
    with tempfile.TemporaryDirectory() as folder:
        census, n, m = save_arcs(5_000_000, 70_000, folder)
        planted = save_planted(folder)
        for what, path in (("census", census), ("planted, half across", planted)):
            for method in ("leiden", "labels"):
                calls = {
                    "one": ("prepare_one", "call_partition", 1),
                    "two": ("prepare_one", "call_partition", 2),
                    "consensus": ("prepare_trust", "call_consensus", 2),
                    "stability": ("prepare_trust", "call_stability", 2),
                    "agreement": ("prepare_trust", "call_agreement", 2),
                }
                found = in_turn(
                    {
                        name: {
                            "module": "communities",
                            "prepare": prepare,
                            "call": call,
                            "arguments": [path, method],
                            "threads": threads,
                        }
                        for name, (prepare, call, threads) in calls.items()
                    },
                    options.runs,
                )
                rows.append([what, f"`{method}`", *(found[name]["seconds"] for name in calls)])
                print(rows[-1], flush=True)
    return (
        f"{RUNS} runs, their consensus, stability and agreement",
        [
            "graph",
            "method",
            "one core, s",
            "two cores, s",
            "of it consensus, s",
            "stability, s",
            "agreement, s",
        ],
        rows,
        [
            f"The census has {n:,} accounts and {m:,} arcs; the planted graph as many accounts, "
            "about 3.5 million arcs and 50 communities. The bar: 60 seconds on two cores. igraph "
            "holds the interpreter's lock, so its runs are in worker processes, one a core; label "
            "propagation runs on threads.",
        ],
    )


# --- section quality -----------------------------------------------------------------------------

METHODS = ("leiden", "leiden-cpm", "leiden-directed", "infomap", "labels")


def lfr(mixing, seed, n=2000):
    """LFR benchmark graph: heavy-tailed degrees and sizes, the share `mixing` of ties across."""
    import networkx as nx

    # Some seeds have no graph with these degrees.
    for attempt in range(seed, seed + 5000, 100):
        try:
            G = nx.LFR_benchmark_graph(
                n,
                2.5,
                1.5,
                mixing,
                average_degree=20,
                max_degree=50,
                min_community=20,
                max_community=100,
                max_iters=2000,
                seed=attempt,
            )
        except nx.ExceededMaxIterations:
            continue
        truth = np.empty(n, int)
        for number, members in enumerate({frozenset(G.nodes[v]["community"]) for v in G}):
            truth[list(members)] = number
        return both_ways(G), truth
    raise RuntimeError("no LFR graph was found")


def blocks(strength, seed, communities=4, degree=12, n=2000):
    """Stochastic block model; at strength 1 it cannot be told from a random graph."""
    import networkx as nx

    gap = strength * communities * np.sqrt(degree)
    across = degree - gap / communities
    p = np.full((communities, communities), across / n)
    np.fill_diagonal(p, (across + gap) / n)
    size = n // communities
    G = nx.stochastic_block_model([size] * communities, p, seed=seed)
    return both_ways(G), np.repeat(np.arange(communities), size)


def both_ways(G):
    from keynodes import InteractionGraph

    ends = np.array([edge for edge in G.edges if edge[0] != edge[1]])
    tails, heads = np.concatenate([ends, ends[:, ::-1]]).T
    names = [f"{i:05}" for i in range(G.number_of_nodes())]
    return InteractionGraph.from_arcs(names, tails, heads)


def departments():
    from keynodes import build_graph, read_interactions

    graph = build_graph(read_interactions(DATA / "email_eu_core" / "edges.csv"))
    with open(DATA / "email_eu_core" / "nodes.csv", newline="") as stream:
        department = {row["id"]: row["department"] for row in csv.DictReader(stream)}
    return graph, np.unique([department[a] for a in graph.accounts], return_inverse=True)[1]


def qualities(graph, truth, method):
    """What is in the table, for one graph."""
    from keynodes import partition
    from keynodes.communities.agreement import adjusted_information
    from keynodes.communities.consensus import medoid

    found = partition(graph, method, runs=RUNS, rng=SEEDED)
    single = np.mean([adjusted_information(truth, run) for run in found.run_labels])
    return (
        single,
        adjusted_information(truth, medoid(found.run_labels)),
        adjusted_information(truth, found.labels),
        (found.sizes > 1).sum(),
        len(np.unique(truth)),
        found.agreement,
        found.stability.mean(),
    )


def section_quality(options):
    kinds = [
        *((f"LFR, {mixing:.0%} across", lfr, mixing) for mixing in (0.3, 0.4, 0.5, 0.6, 0.7)),
        *((f"4 blocks, {s} × the limit", blocks, s) for s in (0.9, 1.1, 1.3, 1.6, 2.0)),
        *(
            (f"20 blocks, {s} × the limit", lambda s, seed: blocks(s, seed, 20, 30), s)
            for s in (1.1, 1.3, 1.5)
        ),
    ]
    rows = []
    for what, make, value in kinds:
        graphs = [make(value, seed) for seed in range(1, options.graphs + 1)]
        rows += rows_of(what, graphs)
    if DATA.is_dir():
        rows += rows_of("email_eu_core, departments", [departments()])
    return (
        "How well communities are found",
        [
            "graph",
            "method",
            "mean of single runs",
            "medoid",
            "consensus",
            "communities",
            "planted",
            "agreement of runs",
            "stability",
        ],
        rows,
        [
            "Adjusted mutual information with the truth (1: found; 0: as chance has it): mean of "
            f"{RUNS} single runs, of the run most like the others, and of the consensus; "
            "communities of two or more accounts in the consensus; mean adjusted Rand index of "
            "pairs of runs; mean stability of accounts. Graphs of each kind: "
            f"{options.graphs}, of 2,000 accounts. LFR: mean degree 20, communities of 20 to 100. "
            "Blocks: stochastic block models; below the limit no method can find anything. Default "
            "resolutions.",
        ],
    )


def rows_of(what, graphs):
    rows = []
    for method in METHODS:
        found = [qualities(graph, truth, method) for graph, truth in graphs]
        rows.append([what, f"`{method}`", *(float(mean) for mean in np.mean(found, axis=0))])
        print(rows[-1], flush=True)
    return rows


# --- the table -----------------------------------------------------------------------------------


def table(title, command, header, rows, notes):
    """A section of the results, below its heading."""
    return "\n".join(
        [
            title,
            "",
            f"Written by `{command}`.",
            "",
            "| " + " | ".join(header) + " |",
            "|" + "---|" * len(header),
            *("| " + " | ".join(map(_cell, row)) + " |" for row in rows),
            "",
            *notes,
            "",
            machine(),
            "",
        ]
    )


SECTIONS = {"methods": section_methods, "runs": section_runs, "quality": section_quality}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []], default=[])
    parser.add_argument("--runs", type=int, default=1, help="rounds of each measurement")
    parser.add_argument("--graphs", type=int, default=3, help="graphs of each kind")
    options = parser.parse_args()
    path = RESULTS / "communities.md"
    kept = {}
    if path.exists():
        parts = re.split(r"^## (\w+): ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        kept = dict(zip(parts[1::2], parts[2::2], strict=True))
    for name in options.sections or SECTIONS:
        start = time.perf_counter()
        title, header, rows, notes = SECTIONS[name](options)
        command = f"python benchmarks/communities.py {name}"
        command += f" --graphs {options.graphs}" if name == "quality" else f" --runs {options.runs}"
        kept[name] = table(title, command, header, rows, notes)
        print(f"{kept[name]}\n{time.perf_counter() - start:.0f} s", flush=True)
    ordered = [name for name in SECTIONS if name in kept]
    text = "\n".join(f"## {name}: {kept[name].rstrip()}\n" for name in ordered)
    path.write_text(f"# Communities\n\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main()
