"""How well each measure, and each consensus, finds planted key accounts.

    python benchmarks/quality.py [--seeds 5] [--first-seed 100]

Average precision and ROC AUC on synthetic graphs with a planted answer, and on the research
networks of ``../shared/data`` where they are present and have a column of truth. The rule and the
members of the default consensus were chosen on seeds 0 to 4; what is reported uses other seeds.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from measured import write

from keynodes import MEASURES, build_graph, read_interactions
from keynodes.aggregation import AGGREGATION
from keynodes.ranking import DEFAULT_MEASURES
from keynodes.results import middle_ranks_of
from keynodes.synthetic import make

DATA = Path(__file__).parents[2] / "shared" / "data"

# network: (file, read as, truth file, id column, column, values that mark a key account)
REAL = {
    "caviar": ("edges.csv", {"flow": "forth"}, "key", {"1"}),
    "madrid_2004_rodriguez": ("edges.csv", {"flow": "both"}, "key", {"1"}),
    "manufacturing_email": ("edges.csv", {"flow": "forth"}, "manager", {"1"}),
    "karate": ("edges.csv", {"flow": "both"}, "leader", {"1"}),
}


def graded(graph, key_accounts):
    """Average precision and AUC of every measure without labels, and of the default consensus."""
    from sklearn.metrics import average_precision_score, roc_auc_score

    truth = np.array([account in key_accounts for account in graph.accounts])
    ranks = {}
    for name, row in MEASURES.items():
        if row.needs_labels:
            continue
        arguments = {"rng": 0} if "rng" in row.context else {}
        scores = row(graph, **arguments)
        ranks[name] = middle_ranks_of(scores, "low" if row.key == "low" else "high")
    members = np.array([ranks[name] for name in DEFAULT_MEASURES])
    for rule, combine in AGGREGATION.items():
        ranks[f"consensus ({rule})"] = -combine(members)
    return {
        name: (average_precision_score(truth, -r), roc_auc_score(truth, -r))
        for name, r in ranks.items()
    }


def synthetic(name, seed, **sizes):
    planted = make(name, rng=seed, **sizes)
    truth = planted.truth
    key = set(truth.loc[truth["key"] == 1, "account"])
    return build_graph(read_interactions(planted.records)), key


def real(name):
    import csv

    file, how, column, marks = REAL[name]
    graph = build_graph(read_interactions(DATA / name / file, **how))
    with open(DATA / name / "nodes.csv", newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    first = next(iter(rows[0]))
    return graph, {row[first] for row in rows if row[column] in marks}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=100)
    parser.add_argument("--accounts", type=int, default=7_000)
    parser.add_argument("--records", type=int, default=200_000)
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    grades = {}
    for name, sizes in (
        ("census", {"accounts": options.accounts, "records": options.records}),
        ("gateways", {}),
        ("recruiting", {}),
    ):
        runs = [graded(*synthetic(name, seed, **sizes)) for seed in seeds]
        grades[name] = {
            measure: tuple(np.mean([run[measure] for run in runs], axis=0)) for measure in runs[0]
        }
        print(name, "done", file=sys.stderr)
    for name in REAL:
        if (DATA / name).is_dir():
            grades[name] = graded(*real(name))
    measures = list(next(iter(grades.values())))
    rows = [
        [f"`{measure}`", *("{:.2f} / {:.2f}".format(*g[measure]) for g in grades.values())]
        for measure in measures
    ]
    write(
        "quality",
        "Planted and documented key accounts: average precision / ROC AUC",
        f"python benchmarks/quality.py --seeds {options.seeds} --first-seed {options.first_seed}",
        ["measure", *grades],
        rows,
        [
            f"Synthetic graphs: mean over seeds {seeds.start} to {seeds.stop - 1}; the members and "
            "the rule of the default consensus were chosen on seeds 0 to 4. Networks of published "
            "research are read in place where present and are not part of the project; nothing "
            "was tuned to them. Each measure is ranked from its key end.",
        ],
    )


if __name__ == "__main__":
    main()
