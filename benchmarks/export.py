"""Network files out: keynodes' writers, and GraphML beside the two that networkx has.

    python benchmarks/export.py [--accounts 70000] [--arcs 3500000] [--runs 1]

Every contestant writes the same accounts, arcs and columns to a file, in a process of its own,
from what it holds in memory already: keynodes plain arrays, networkx its graph. networkx gets a
tenth of the arcs, for it would need ten gigabytes, and keynodes writes that tenth too. All write on
one core: on a machine that does other work as well, the seconds of the processor are those that
count, and the ratios are of them. Memory is what the process holds at its peak above what it held
before it began.
"""

import argparse
import functools
import os
import tempfile
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from measured import in_turn, write


def network(accounts, arcs, path):
    """Hubs, four columns of the arcs and all that a drawing needs; the peak of memory anew."""
    import numpy as np

    from keynodes.interop.networks import Network

    rng = np.random.default_rng(0)
    # Parallel arcs are merged, so a few more are drawn than are needed.
    tails = (accounts * rng.random(arcs + arcs // 5) ** 1.5).astype(np.int64)
    heads = (accounts * rng.random(len(tails)) ** 1.5).astype(np.int64)
    pairs = np.unique(tails * accounts + heads)
    pairs = np.sort(rng.permutation(pairs)[:arcs])
    tails, heads = np.divmod(pairs, accounts)
    words = np.array(["reply", "retweet", "reply, retweet"], dtype=object)
    colors = np.array(["#e69f00", "#56b4e9", "#009e73", "#f0e442"], dtype=object)
    community = rng.integers(0, 4, accounts)
    ids = np.empty(accounts, dtype=object)
    ids[:] = [str(10**18 + i) for i in range(accounts)]
    labels = np.empty(accounts, dtype=object)
    labels[:] = [f"user {i}" for i in range(accounts)]
    made = Network(
        ids=ids,
        nodes={
            "label": labels,
            "x": rng.normal(size=accounts),
            "y": rng.normal(size=accounts),
            "size": 4 + 56 * rng.random(accounts),
            "color": colors[community],
            "score": rng.random(accounts),
            "community": community,
        },
        tails=tails.astype(np.int32),
        heads=heads.astype(np.int32),
        arcs={
            "weight": rng.integers(1, 50, len(tails)).astype(np.float64),
            "interaction": words[rng.integers(0, 3, len(tails))],
            "n_reply": rng.integers(0, 9, len(tails)),
            "n_retweet": rng.integers(0, 9, len(tails)),
        },
    )
    return made, path


def ready(accounts, arcs, path):
    made = network(accounts, arcs, path)
    _forget_peak()
    return made


def networkx_ready(accounts, arcs, path):
    """The same network as networkx holds it, with the columns that keynodes adds."""
    import networkx

    made, _ = network(accounts, arcs, path)
    ids = made.ids.tolist()
    graph = networkx.DiGraph()
    for account, row in zip(ids, _rows(made.nodes), strict=True):
        red, green, blue = (int(row["color"][start : start + 2], 16) for start in (1, 3, 5))
        graph.add_node(account, r=red, g=green, b=blue, **row)
    ends = zip(made.tails.tolist(), made.heads.tolist(), strict=True)
    for (tail, head), row in zip(ends, _rows(made.arcs), strict=True):
        graph.add_edge(ids[tail], ids[head], **row)
    _forget_peak()
    return graph, path


def _rows(columns):
    names = list(columns)
    for row in zip(*(values.tolist() for values in columns.values()), strict=True):
        yield dict(zip(names, row, strict=True))


def _forget_peak():
    """Let the peak of memory start anew (Linux), so that making the network does not count."""
    import ctypes
    import gc

    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")


def held(made):
    return made


def timed(call):
    """Keep the seconds of the processor that a contestant takes, beside its file."""

    @functools.wraps(call)
    def taking(made):
        start = time.process_time()
        call(made)
        Path(f"{made[1]}.seconds").write_text(str(time.process_time() - start))

    return taking


@timed
def keynodes_graphml(made):
    from keynodes.interop.graphml import write_graphml

    write_graphml(made[0], made[1] + ".graphml")


@timed
def keynodes_packed(made):
    from keynodes.interop.graphml import write_graphml

    write_graphml(made[0], made[1] + ".graphml.gz")


@timed
def keynodes_gexf(made):
    from keynodes.interop.gexf import write_gexf

    write_gexf(made[0], made[1] + ".gexf")


@timed
def keynodes_graphology(made):
    from keynodes.interop.graphology import write_graphology

    write_graphology(made[0], made[1] + ".json")


@timed
def keynodes_spreadsheets(made):
    from keynodes.interop.spreadsheets import write_spreadsheets

    write_spreadsheets(made[0], made[1] + ".nodes.csv", made[1] + ".edges.csv")


@timed
def networkx_xml(made):
    import networkx

    networkx.write_graphml_xml(made[0], made[1] + ".graphml", named_key_ids=True)


@timed
def networkx_lxml(made):
    import networkx

    networkx.write_graphml_lxml(made[0], made[1] + ".graphml", named_key_ids=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=70_000)
    parser.add_argument("--arcs", type=int, default=3_500_000)
    parser.add_argument("--runs", type=int, default=1)
    options = parser.parse_args()
    tenth = options.arcs // 10

    # Name, what it holds, what it calls, how many arcs, the files it writes.
    contestants = [
        ("keynodes GraphML", "ready", "keynodes_graphml", options.arcs),
        ("keynodes GraphML, packed (.gz)", "ready", "keynodes_packed", options.arcs),
        ("keynodes GEXF", "ready", "keynodes_gexf", options.arcs),
        ("keynodes graphology JSON", "ready", "keynodes_graphology", options.arcs),
        ("keynodes two CSV files", "ready", "keynodes_spreadsheets", options.arcs),
        ("keynodes GraphML, a tenth", "ready", "keynodes_graphml", tenth),
        ("networkx write_graphml_xml, a tenth", "networkx_ready", "networkx_xml", tenth),
    ]
    notes = ["Medians; contestants in turn, each in a fresh process."]
    if find_spec("lxml"):
        name = "networkx write_graphml_lxml, a tenth"
        contestants.append((name, "networkx_ready", "networkx_lxml", tenth))
        notes.append(f"lxml {version('lxml')}.")
    else:
        notes.append("networkx's other writer needs lxml, which is not installed.")
    with tempfile.TemporaryDirectory() as folder:
        how = {}
        for place, (name, prepare, call, arcs) in enumerate(contestants):
            path = str(Path(folder) / f"{place}")
            how[name] = {
                "module": "export",
                "prepare": prepare,
                "call": call,
                "arguments": [options.accounts, arcs, path],
            }
        for prepare, arcs in (("ready", options.arcs), ("ready", tenth), ("networkx_ready", tenth)):
            how[f"{prepare} {arcs}"] = {
                "module": "export",
                "prepare": prepare,
                "call": "held",
                "arguments": [options.accounts, arcs, ""],
            }
        results = in_turn(how, options.runs)
        taken = [
            float((Path(folder) / f"{i}.seconds").read_text()) for i in range(len(contestants))
        ]
        sizes = [
            sum(file.stat().st_size for file in Path(folder).glob(f"{place}.*")) / 1e6
            for place in range(len(contestants))
        ]
    tenths = {name: seconds for (name, *_), seconds in zip(contestants, taken, strict=True)}
    notes.append(
        f"Processes that wanted a core, the last 15 minutes' average: {os.getloadavg()[2]:.1f}."
    )
    ours = tenths["keynodes GraphML, a tenth"]
    rows = []
    for (name, prepare, _, arcs), size, seconds in zip(contestants, sizes, taken, strict=True):
        result = results[name]
        beyond = result["peak_mb"] - results[f"{prepare} {arcs}"]["peak_mb"]
        times = seconds / ours if "tenth" in name else None
        rows.append([name, f"{arcs:,}", result["seconds"], seconds, size, beyond, times])
    write(
        "export",
        f"Writing {options.accounts:,} accounts and {options.arcs:,} arcs",
        "python benchmarks/export.py "
        f"--accounts {options.accounts} --arcs {options.arcs} --runs {options.runs}",
        [
            *("contestant", "arcs", "seconds", "seconds of the processor (last run)"),
            *("MB written", "MB above the network", "× keynodes' time"),
        ],
        rows,
        notes,
    )


if __name__ == "__main__":
    main()
