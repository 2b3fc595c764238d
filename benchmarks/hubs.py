"""Recruiter hubs: who is found where somebody recruits, who where nobody does, and how fast.

    python benchmarks/hubs.py [--seeds 5] [--first-seed 100] [--graphs 50] [--records 5000000]
        [--rounds 3]

Finding: average precision for the planted recruiters of ``recruiting``, from the communities that
were planted and from those of the burn-in, and without times, beside centralities. False alarms:
graphs of four kinds in which nobody recruits (``tests/null_worlds.py``). Speed: one large graph
with heavy-tailed activity.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import null_worlds
from measured import in_turn, write

from keynodes import MEASURES, build_graph, read_interactions
from keynodes.recruitment import burn_in_partition, hubs
from keynodes.recruitment.structure import structural_hubs
from keynodes.synthetic import make

CENTRALITIES = ("out_degree", "in_degree", "pagerank", "betweenness")


def precision(key_accounts, accounts, places):
    """Average precision of a list: `accounts` at `places`, the smaller the better."""
    from sklearn.metrics import average_precision_score

    truth = np.array([account in key_accounts for account in accounts])
    # Recruiters that are not on the list are never found.
    share = truth.sum() / len(key_accounts)
    return share * average_precision_score(truth, -np.asarray(places))


def listed(found):
    """Accounts and places of hubs, in order."""
    return found.accounts[found.tested[found.order]], np.arange(len(found.order))


def finding(seed):
    """Average precision of each way on one planted graph."""
    planted = make("recruiting", rng=seed)
    truth = planted.truth.set_index("account")
    key = set(truth.index[truth["key"] == 1])
    communities = truth["community"]
    interactions = read_interactions(planted.records)
    graph = build_graph(interactions)
    found = hubs(interactions, communities, graph=graph)
    timeless = read_interactions(planted.records.drop(columns="time"))
    structural = structural_hubs(timeless, communities)
    burn_in = hubs(interactions, burn_in_partition(interactions, rng=seed), graph=graph)
    grades = {
        "hubs, planted communities": precision(key, *listed(found)),
        "hubs, communities of the burn-in": precision(key, *listed(burn_in)),
        "hubs, in the order of p": precision(
            key, found.accounts[found.tested], np.argsort(np.argsort(found.p_value, kind="stable"))
        ),
        "structural score, without times": precision(key, structural.accounts, structural.ranks),
    }
    for name in CENTRALITIES:
        grades[f"`{name}`"] = precision(key, graph.accounts, -MEASURES[name](graph))
    return grades


def alarms(name, graphs):
    """Graphs with a discovery, and shares of accounts below two levels of p."""
    discoveries, p_values, contacts, records = [], [], [], []
    for seed in range(graphs):
        frame, labels = null_worlds.WORLDS[name](seed)
        found = hubs(read_interactions(frame), labels)
        discoveries.append(found.discoveries)
        p_values.append(found.p_value)
        contacts.append(found.contacts.sum())
        records.append(len(frame))
    together = np.concatenate(p_values)
    return [
        name,
        f"{int(np.mean(records)):,}",
        int(np.mean(contacts)),
        f"{sum(d > 0 for d in discoveries)} of {graphs}",
        f"{together.min():.1e}",
        f"{(together <= 0.01).mean():.4f}",
        f"{(together <= 0.05).mean():.4f}",
    ]


def large(records, accounts=100_000, seed=0):
    """A frame of many records with heavy-tailed activity, and the communities."""
    random = np.random.default_rng(seed)
    community = np.arange(accounts) % 25
    new = random.random(accounts) < 0.4
    joined = np.where(new, null_worlds.PERIOD * 0.97 * random.random(accounts), 0).astype(np.int64)
    left = np.full(accounts, null_worlds.PERIOD)
    world = null_worlds.World(community, joined, left, new & (random.random(accounts) < 0.5))
    counts = null_worlds.shared_out(random, world, random.pareto(1.5, accounts) + 1, records)
    actors = np.repeat(np.arange(accounts), counts)
    times = null_worlds.moments(random, joined[actors], left[actors])
    targets = null_worlds.aimed(random, world, actors, times, random.lognormal(0, 1, accounts))
    acts = null_worlds.single(random, actors, targets, times)
    return null_worlds.written(random, world, acts)


def prepare(path, labels_path):
    """Compile on a small graph; what is timed comes after."""
    import pandas

    frame, labels = null_worlds.heavy_tailed(0)
    hubs(read_interactions(frame), labels)
    labels = pandas.read_csv(labels_path, dtype=str).set_index("account")["community"]
    return path, labels


def prepare_read(path, labels_path):
    path, labels = prepare(path, labels_path)
    return read_interactions(path), labels


def read_and_find(ready):
    path, labels = ready
    return hubs(read_interactions(path), labels)


def find(ready):
    return hubs(*ready)


def read(ready):
    return read_interactions(ready[0])


def speed(records, rounds):
    import tempfile

    import pandas

    frame, labels = large(records)
    with tempfile.TemporaryDirectory() as folder:
        path, labels_path = str(Path(folder, "records.parquet")), str(Path(folder, "labels.csv"))
        frame.to_parquet(path)
        pandas.DataFrame(labels.items(), columns=["account", "community"]).to_csv(
            labels_path, index=False
        )
        contestants = {
            what: {
                "module": "hubs",
                "prepare": before,
                "call": call,
                "arguments": [path, labels_path],
            }
            for what, before, call in (
                ("reading Parquet", "prepare", "read"),
                ("`hubs` of what was read", "prepare_read", "find"),
                ("reading and `hubs`", "prepare", "read_and_find"),
            )
        }
        results = in_turn(contestants, rounds)
    return [
        [
            what,
            f"{len(frame):,}",
            float(result["seconds"]),
            ", ".join(f"{seconds:.1f}" for seconds in result["runs"]),
            float(result["peak_mb"]),
        ]
        for what, result in results.items()
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=100)
    parser.add_argument("--graphs", type=int, default=50)
    parser.add_argument("--records", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    command = (
        f"python benchmarks/hubs.py --seeds {options.seeds} --first-seed {options.first_seed} "
        f"--graphs {options.graphs} --records {options.records} --rounds {options.rounds}"
    )
    if options.seeds:
        seeds = range(options.first_seed, options.first_seed + options.seeds)
        runs = [finding(seed) for seed in seeds]
        write(
            "hubs_found",
            "Planted recruiters among posters, celebrities and greeters: average precision",
            command,
            ["order", "mean", "smallest", "largest"],
            [
                [way, *(f"{f([run[way] for run in runs]):.2f}" for f in (np.mean, min, max))]
                for way in runs[0]
            ],
            [f"Seeds {seeds.start} to {seeds.stop - 1} of `recruiting`; 15 recruiters each."],
        )
    if options.graphs:
        started = time.perf_counter()
        rows = [alarms(name, options.graphs) for name in null_worlds.WORLDS]
        print(f"{time.perf_counter() - started:.0f} s", file=sys.stderr)
        write(
            "hubs_alarms",
            "Where nobody recruits: graphs with any discovery at q ≤ 0.1",
            command,
            ["world", "records", "contacts", "with a discovery", "least p", "p ≤ 0.01", "p ≤ 0.05"],
            rows,
            [
                f"Seeds 0 to {options.graphs - 1}, planted communities, default window, horizon "
                "and burn-in; records and contacts are means, shares are of all members tested."
            ],
        )
    if options.records:
        write(
            "hubs_speed",
            "Recruiter hubs in many records",
            command,
            ["what", "records", "seconds (median)", "each run", "peak MB"],
            speed(options.records, options.rounds),
            [
                "100,000 accounts in 25 communities; one after the other, round by round, each in "
                "a process of its own, which the peak is of. `hubs` builds the graph too. Load "
                "average of the machine over the last 1 and 5 minutes: "
                + " and ".join(f"{load:.1f}" for load in os.getloadavg()[:2])
                + ", of which this takes up to 2; with more, others were at work beside it."
            ],
        )


if __name__ == "__main__":
    main()
