"""Takedown where the answer was planted, or is documented: a census, gateways, Project Caviar."""

import csv
import sys

import numpy as np
from dismantling_networks import DATA, edges_of
from dismantling_tables import document

DRAWS = 10
"""Random sets; the table shows their mean."""
HEADS = ("1", "3", "12")
"""The documented heads of Project Caviar (Morselli 2009)."""
PIVOTS = 256


def left_by(graph, order):
    """The largest component and the pairs left by a set, as shares of those at the start."""
    from keynodes.objectives import removal_curve

    curve = removal_curve(graph, np.asarray(order, np.int32))
    sizes, pairs = curve.largest_component, curve.pairs
    return int(sizes[-1]), sizes[-1] / sizes[0], pairs[-1] / pairs[0], int(curve.components[-1])


def by_degree(graph, k):
    return np.argsort(-np.diff(graph.both.indptr), kind="stable")[:k]


def by_betweenness(graph, k, **settings):
    from keynodes import MEASURES

    return np.argsort(-MEASURES["betweenness"](graph, **settings), kind="stable")[:k]


def plan(graph, k, strategy="search", objective="largest-component", **settings):
    from keynodes.dismantling import takedown

    found = takedown(graph, budget=k, strategy=strategy, objective=objective, **settings)
    print(strategy, objective, f"{found.seconds:.1f} s", file=sys.stderr, flush=True)
    return found


def planned(graph, k):
    """Plans of k accounts by what made them, and their seconds."""
    plans = {}
    for what, strategy, objective in (
        ("`search`", "search", "largest-component"),
        ("`search` for pairs", "search", "pairs"),
        ("`reverse-greedy`", "reverse-greedy", "largest-component"),
        ("`adaptive-degree`", "adaptive-degree", "largest-component"),
    ):
        found = plan(graph, k, strategy, objective)
        plans[what] = found.order, found.seconds
    return plans


def census(options):
    from keynodes import build_graph, read_interactions
    from keynodes.synthetic import make

    made = make("census", accounts=options.accounts, records=options.records)
    graph = build_graph(read_interactions(made.records))
    k = options.budget
    orders = planned(graph, k)
    orders["highest degree"] = by_degree(graph, k), None
    orders[f"highest betweenness, {PIVOTS} pivots"] = (
        by_betweenness(graph, k, pivots=PIVOTS),
        None,
    )
    key = set(made.truth.loc[made.truth["key"] == 1, "account"])
    rows = []
    for what, (order, seconds) in orders.items():
        size, share, pairs, components = left_by(graph, order)
        planted = sum(account in key for account in graph.accounts[order])
        rows.append(
            [what, f"{size:,}", f"{share:.2%}", f"{pairs:.2%}", f"{components:,}", planted, seconds]
        )
    random = np.random.default_rng(0)
    drawn = [left_by(graph, random.choice(graph.n, k, replace=False)) for _ in range(DRAWS)]
    size, share, pairs, components = np.mean(drawn, axis=0)
    rows.append(["random", f"{size:,.0f}", f"{share:.2%}", f"{pairs:.2%}", f"{components:,.0f}"])
    rows[-1] += [f"{k * len(key) / graph.n:.0f} (expected)", None]
    return (
        f"`census`: {k:,} of {graph.n:,} accounts, {edges_of(graph):,} edges",
        [
            "removed",
            "largest component",
            "of that at the start",
            "pairs left",
            "components",
            f"of the {len(key)} planted",
            "seconds",
        ],
        rows,
        [
            f"Seed 0. Random: mean of {DRAWS} sets. The planted recruiters and gateways of a "
            "census are not what holds it together: how many are in a plan is told, not a goal."
        ],
    )


def gateways(seeds=5):
    from keynodes import build_graph, read_interactions
    from keynodes.synthetic import make

    rows = []
    for seed in range(seeds):
        made = make("gateways", rng=seed)
        graph = build_graph(read_interactions(made.records))
        key = set(made.truth.loc[made.truth["key"] == 1, "account"])
        orders = {
            "`search`": plan(graph, len(key)).order,
            "`search` for pairs": plan(graph, len(key), objective="pairs").order,
            "`search` for pairs, 400,000 moves": plan(
                graph, len(key), objective="pairs", iterations=400_000
            ).order,
            "`adaptive:betweenness`": plan(graph, len(key), "adaptive:betweenness").order,
            "betweenness": by_betweenness(graph, len(key)),
            "degree": by_degree(graph, len(key)),
        }
        of_key = np.flatnonzero(np.isin(graph.accounts.astype(str), list(key)))
        cells = []
        for order in orders.values():
            _, share, pairs, _ = left_by(graph, order)
            found = sum(account in key for account in graph.accounts[order])
            cells.append(f"{found} / {share:.1%} / {pairs:.1%}")
        _, share, pairs, _ = left_by(graph, of_key)
        rows.append([seed, f"{len(key)} / {share:.1%} / {pairs:.1%}", *cells])
    return (
        "`gateways`: as many accounts as there are planted gateways",
        ["seed", "the planted gateways", *orders],
        rows,
        ["Cells: gateways in the set / largest component left / pairs left, as shares."],
    )


# --- Project Caviar -------------------------------------------------------------------------------


def caviar():
    """The plan of the whole period, the heads in it, and three accounts phase by phase."""
    folder = DATA / "caviar"
    if not folder.is_dir():
        return []
    import pandas

    from keynodes import build_graph, read_interactions

    records = pandas.read_csv(folder / "edges.csv", dtype={"source": str, "target": str})
    graphs = {
        phase: build_graph(read_interactions(part.drop(columns="timestamp"), flow="forth"))
        for phase, part in records.groupby("timestamp")
    }
    whole = build_graph(read_interactions(records.drop(columns="timestamp"), flow="forth"))
    with open(folder / "seizures.csv", newline="", encoding="utf-8") as stream:
        seizures = {int(row["phase"]): int(row["seizures"]) for row in csv.DictReader(stream)}
    return [_whole(whole), _phases(graphs, seizures)]


def _whole(graph):
    from keynodes.dismantling import takedown

    rows = []
    for what, found in (
        ("three accounts", plan(graph, 3)),
        ("ten accounts", plan(graph, 10)),
        ("three accounts, pairs", plan(graph, 3, objective="pairs")),
        ("ten accounts, pairs", plan(graph, 10, objective="pairs")),
        ("down to a tenth", takedown(graph, target=0.1, minimise="area")),
    ):
        named = found.accounts[found.order].tolist()
        size, share, pairs, _ = left_by(graph, found.order)
        rows.append([what, ", ".join(named), f"{size} ({share:.0%})", f"{pairs:.0%}"])
        rows[-1] += [_place(named, head) for head in HEADS]
    degrees = graph.accounts[by_degree(graph, 10)].tolist()
    size, share, pairs, _ = left_by(graph, by_degree(graph, 10))
    rows.append(["ten of highest degree", ", ".join(degrees), f"{size} ({share:.0%})"])
    rows[-1] += [f"{pairs:.0%}", *(_place(degrees, head) for head in HEADS)]
    return (
        f"Project Caviar, the whole period: {graph.n} accounts, {edges_of(graph)} edges",
        ["plan", "accounts in order", "largest component left", "pairs left"]
        + [f"place of {head}" for head in HEADS],
        rows,
        ["1, 3 and 12 are the documented heads (Morselli 2009)."],
    )


def _place(named, head):
    return named.index(head) + 1 if head in named else None


def _phases(graphs, seizures):
    rows, held, small, healed = [], 0, 0, []
    phases = sorted(graphs)
    for phase in phases:
        graph = graphs[phase]
        found = plan(graph, 3)
        named = found.accounts[found.order].tolist()
        before = int(found.curve.largest_component[0])
        size, share, *_ = left_by(graph, found.order)
        heads = [head for head in HEADS if head in named]
        held += len(heads)
        small += share <= 0.5
        again = None
        if phase + 1 in graphs:
            following = graphs[phase + 1]
            there = np.flatnonzero(np.isin(following.accounts.astype(str), named))
            own = left_by(following, plan(following, 3).order)[1]
            old = left_by(following, there)[1]
            healed.append((old, own))
            again = f"{len(there)} / {old:.0%}"
        rows.append([phase, graph.n, before, ", ".join(named), ", ".join(heads) or None])
        rows[-1] += [f"{size} ({share:.0%})", again, seizures.get(phase, 0)]
    old, own = np.mean(healed, axis=0)
    return (
        "Project Caviar, phase by phase: the plan of three",
        [
            "phase",
            "accounts",
            "largest component",
            "plan",
            "heads in it",
            "left",
            "of them there in the next phase / what they leave of it",
            "seizures",
        ],
        rows,
        [
            "The model shows who held together what was overheard in one phase: three accounts "
            f"leave half of the largest component or less in {small} of {len(phases)} phases, and "
            f"the three heads fill {held} of the {3 * len(phases)} places. It does not show what "
            "comes next: goods were seized, but nobody was taken out until the end, and those who "
            "count changed from phase to phase (the accounts of a phase's plan leave "
            f"{old:.0%} of the next phase's largest component on average, that phase's own plan "
            f"{own:.0%}), while the curve assumes that nobody steps in and all others stay as "
            "they are.",
        ],
    )


def planted(options):
    document(
        "dismantling_planted" if options.keep else "",
        "Takedown of planted and documented networks",
        f"python benchmarks/dismantling.py planted --accounts {options.accounts} "
        f"--records {options.records} --budget {options.budget}",
        [census(options), gateways(), *caviar()],
    )
