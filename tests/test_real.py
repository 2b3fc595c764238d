"""Published research networks, read in place when they are there."""

import csv

import networkx as nx
import numpy as np
import pytest
from conftest import DATA

from keynodes import MEASURES, build_graph, rank, read_interactions

pytestmark = pytest.mark.real

# network: (file, which way content flowed, accounts, arcs)
NETWORKS = {
    "caviar": ("caviar/edges.csv", None, 107, 303),
    "madrid": ("madrid_2004_rodriguez/edges.csv", "both", 64, 2 * 243),
    "manufacturing": ("manufacturing_email/edges.csv", None, 167, 5783),
    "email": ("email_eu_core/edges.csv", None, 1005, 25_571 - 642),
    "messages": ("college_msg/edges.csv.gz", None, 1899, 20_296),
    "congress": ("congress_twitter_2022/edges.csv", "forth", 475, 13_289),
    "higgs": ("higgs_twitter/edges.csv.gz", None, 116_408, None),
    "votes": ("wiki_vote/edges.csv.gz", None, 7115, 103_689),
    "lastfm": ("lastfm_asia/edges.csv", "both", 7624, 2 * 27_806),
    "karate": ("karate/edges.csv", "both", 34, 2 * 78),
    "brightkite": ("dismantling/loc-brightkite.txt.gz", "both", None, None),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_is_ranked_sensibly_and_repeatably(name):
    file, flow, accounts, arcs = NETWORKS[name]
    graph = build_graph(read_interactions(DATA / file, flow=flow))
    assert accounts is None or graph.n == accounts
    assert arcs is None or graph.m == arcs
    one, other = rank(graph), rank(graph)
    assert one.scores.tobytes() == other.scores.tobytes()
    # Whoever leads the consensus is far up in most of its members.
    first = one.order[0]
    places = [ranks[first] for ranks in one.members.values()]
    assert np.median(places) <= max(5, 0.01 * graph.n)


def test_the_documented_heads_lead_the_caviar_list():
    graph = build_graph(read_interactions(DATA / "caviar" / "edges.csv"))
    assert set(rank(graph, top=3).to_frame()["account"]) == {"1", "3", "12"}
    assert graph.describe()["last_time"] == 11


def test_the_two_leaders_are_among_the_first_of_the_karate_club():
    graph = build_graph(read_interactions(DATA / "karate" / "edges.csv", flow="both"))
    assert set(rank(graph, top=3).to_frame()["account"]) >= {"0", "33"}


def test_brokers_between_departments_are_named():
    graph = build_graph(read_interactions(DATA / "email_eu_core" / "edges.csv"))
    with open(DATA / "email_eu_core" / "nodes.csv", newline="") as stream:
        labels = {row["id"]: row["department"] for row in csv.DictReader(stream)}
    liaison = rank(graph, "liaison", labels=labels, top=0)
    assert liaison.scores.max() > 1000
    assert rank(graph, "participation", labels=labels).to_frame()["score"].between(0, 1).all()


@pytest.mark.parametrize("name", ["pagerank", "betweenness", "constraint", "authority"])
def test_measures_agree_with_networkx_on_a_real_network(name):
    graph = build_graph(read_interactions(DATA / "email_eu_core" / "edges.csv"))
    G = graph.to_networkx()
    oracle = {
        "pagerank": lambda: nx.pagerank(G.reverse(), tol=1e-12),
        "betweenness": lambda: nx.betweenness_centrality(G),
        "constraint": lambda: nx.constraint(G, weight="weight"),
        "authority": lambda: nx.hits(G.reverse(), tol=1e-12)[1],
    }[name]()
    expected = np.array([oracle[account] for account in graph.accounts])
    np.testing.assert_allclose(MEASURES[name](graph), expected, rtol=1e-5, atol=1e-8)
