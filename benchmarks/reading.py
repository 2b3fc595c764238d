"""Reading and building: keynodes beside DuckDB's own GROUP BY, pandas + igraph, and networkx.

    python benchmarks/reading.py [--records 5000000] [--runs 3]

Every contestant starts from the same CSV file (source, target, relation, time, evidence), in a
process of its own, and ends with the arcs in memory. DuckDB only groups and fetches: it builds no
graph and checks nothing. networkx gets a tenth of the records.
"""

import argparse
import tempfile
from pathlib import Path

from measured import in_turn, write

GROUP_BY = """
    SELECT source, target, relation, count(*), min(time), max(time)
    FROM read_csv('{path}') GROUP BY source, target, relation
"""


def path_only(path):
    return path


def keynodes(path):
    from keynodes import build_graph, read_interactions

    return build_graph(read_interactions(path))


def keynodes_warm(path):
    """Kernels compiled (they are cached on disk) before the clock starts."""
    import pandas

    from keynodes import build_graph, read_interactions

    build_graph(read_interactions(pandas.DataFrame({"source": ["a"], "target": ["b"]})))
    return path


def duckdb_numpy(path):
    import duckdb

    return duckdb.connect().execute(GROUP_BY.format(path=path)).fetchnumpy()


def duckdb_arrow(path):
    import duckdb

    return duckdb.connect().sql(GROUP_BY.format(path=path)).to_arrow_table()


def pandas_igraph(path):
    import igraph
    import pandas

    frame = pandas.read_csv(path, dtype={"source": str, "target": str})
    frame["time"] = pandas.to_datetime(frame["time"])
    grouped = frame.groupby(["source", "target", "relation"], sort=False)["time"]
    arcs = grouped.agg(["size", "min", "max"]).reset_index()
    return igraph.Graph.DataFrame(arcs[["source", "target"]], directed=True, use_vids=False)


def networkx_tenth(path):
    import csv

    import networkx

    graph = networkx.DiGraph()
    with open(path, newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            u, v = row["target"], row["source"]
            if graph.has_edge(u, v):
                graph[u][v]["weight"] += 1
            else:
                graph.add_edge(u, v, weight=1)
    return graph


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=5_000_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()

    from keynodes.synthetic import make
    from keynodes.synthetic import write as write_graph

    with tempfile.TemporaryDirectory() as folder:
        whole, tenth = Path(folder) / "whole", Path(folder) / "tenth"
        write_graph(make("census", records=options.records), whole)
        write_graph(make("census", accounts=7_000, records=options.records // 10), tenth)
        path, small = str(whole / "records.csv"), str(tenth / "records.csv")
        how = {"module": "reading", "prepare": "path_only", "arguments": [path]}
        ours = {**how, "prepare": "keynodes_warm", "call": "keynodes"}
        results = in_turn(
            {
                "keynodes": ours,
                "DuckDB GROUP BY, fetched to numpy": {**how, "call": "duckdb_numpy"},
                "DuckDB GROUP BY, fetched to arrow": {**how, "call": "duckdb_arrow"},
                "pandas + igraph": {**how, "call": "pandas_igraph"},
                "keynodes, a tenth": {**ours, "arguments": [small]},
                "networkx, a tenth": {**how, "call": "networkx_tenth", "arguments": [small]},
            },
            options.runs,
        )
    takes = results["keynodes"]["seconds"], results["keynodes, a tenth"]["seconds"]
    rows = [
        [name, r["seconds"], takes["tenth" in name] / r["seconds"], r["peak_mb"]]
        for name, r in results.items()
    ]
    write(
        "reading",
        f"Reading {options.records:,} records and building the graph",
        f"python benchmarks/reading.py --records {options.records} --runs {options.runs}",
        ["contestant", "seconds", "keynodes takes × its time", "peak MB"],
        rows,
        ["Medians; contestants in turn, each in a fresh process."],
    )


if __name__ == "__main__":
    main()
