"""Networks of the benchmarks of reach: published ones where they are, and two made to scale."""

import os
from pathlib import Path

import numpy as np

from keynodes import InteractionGraph, build_graph, read_interactions
from keynodes.synthetic.census import census
from keynodes.synthetic.gateways import gateways

DATA = Path(os.environ.get("KEYNODES_DATA", Path(__file__).parents[2] / "shared" / "data"))
"""Where the published research networks are; they are not part of the project."""


def _edges(path, **options):
    return build_graph(read_interactions(DATA / path, flow="forth"), **options)


NETWORKS = {
    "email_eu_core": (lambda: _edges("email_eu_core/edges.csv"), "weighted-cascade"),
    "wiki_vote": (lambda: _edges("wiki_vote/edges.csv.gz"), "weighted-cascade"),
    "congress_twitter_2022": (
        lambda: _edges("congress_twitter_2022/edges.csv", combine="probabilities"),
        "given",
    ),
}
"""How each is loaded, and the model of transmission for it."""


def seeds_of(name, graph):
    """Ten seeds, node i·(n/10) in the order of the published numbers."""
    ids = sorted(graph.accounts.tolist(), key=int)
    return [ids[i * (len(ids) // 10)] for i in range(10)]


def census_at_scale():
    """100,000 accounts, more than 5 million arcs that all transmit, and 50 seeds."""
    planted = census(accounts=100_000, records=7_000_000, rng=0)
    whole = build_graph(read_interactions(planted.records))
    graph = InteractionGraph.from_arcs(
        whole.accounts, whole.tails, whole.out.indices, whole.out.weights
    )
    by_hearers = np.argsort(-np.diff(graph.out.indptr), kind="stable")
    return graph, graph.accounts[by_hearers[100:150]].tolist()


def gates_at_scale():
    """500 communities of 200 on a tree, seven gates between neighbours; seeds in the first."""
    planted = gateways(communities=500, members=200, redundancy=7, rng=0)
    graph = build_graph(read_interactions(planted.records))
    truth = planted.truth
    first = truth["community"].min()
    home = truth[truth["community"] == first]
    seeds = home[home["role"] == "member"]["account"].tolist()[:40]
    return graph, seeds, heard_gates(graph, truth, first)


def heard_gates(graph, truth, community):
    """The gateways that have to do with a community: its ways out."""
    inside = set(truth[truth["community"] == community]["account"])
    gates = []
    for account in truth[truth["role"] == "gateway"]["account"]:
        u = graph.index_of(account)
        neighbours = graph.both.indices[graph.both.indptr[u] : graph.both.indptr[u + 1]]
        if inside & set(graph.accounts[neighbours].tolist()):
            gates.append(account)
    return gates
