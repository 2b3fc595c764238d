"""Every measure points the right way: at sources, relays and bridges, never at the audience."""

import numpy as np
import pandas as pd
import pytest

from keynodes import MEASURES, InteractionGraph, build_graph, rank, read_interactions

DIRECTED = [n for n, row in MEASURES.items() if row.direction and not row.needs_labels]
# A star has no core: that is tested apart.
STARRY = [n for n in DIRECTED if not n.startswith("coreness")]
HEARD = [n for n in STARRY if MEASURES[n].question == "heard"]
HEARS = [n for n in STARRY if MEASURES[n].question == "hears"]


def first(graph, name):
    ranking = rank(graph, name)
    return graph.accounts[ranking.order[0]]


def stream(n=6):
    """A star that is heard by many, who are heard by nobody: the centre is the source."""
    names = ["source", *(f"listener{i}" for i in range(n))]
    # Heard several times by each, so that the h-index can tell.
    return InteractionGraph.from_arcs(names, [0] * n, range(1, n + 1), [n] * n)


@pytest.mark.parametrize("name", HEARD)
def test_the_centre_of_an_out_star_is_heard(name):
    assert first(stream(), name) == "source"


@pytest.mark.parametrize("name", HEARS)
def test_the_centre_of_an_out_star_hears_least(name):
    graph = stream()
    scores = MEASURES[name](graph)
    assert scores[graph.index_of("source")] == np.nanmin(scores)
    assert scores[graph.index_of("listener0")] > scores[graph.index_of("source")]
    assert MEASURES[name].key == "none"


@pytest.mark.parametrize("name", ["pagerank", "katz", "harmonic"])
def test_the_head_of_an_out_chain_is_heard_furthest(name):
    names = [f"link{i}" for i in range(6)]
    chain = InteractionGraph.from_arcs(names, range(5), range(1, 6))
    order = [chain.accounts[i] for i in rank(chain, name).order]
    assert order[0] == "link0" if name != "katz" else order.index("link0") < 2
    assert order[-1] == "link5"


@pytest.mark.parametrize("name", ["cheirank"])
def test_the_tail_of_an_out_chain_hears_most(name):
    names = [f"link{i}" for i in range(6)]
    chain = InteractionGraph.from_arcs(names, range(5), range(1, 6))
    assert first(chain, name) == "link5"


def test_the_middle_of_an_out_chain_bridges():
    chain = InteractionGraph.from_arcs("abcde", range(4), range(1, 5))
    assert first(chain, "betweenness") == "c"


@pytest.mark.parametrize("name", HEARD)
def test_a_retweet_file_ranks_the_retweeted_first(name):
    rows = [(f"fan{i}", "star", "RT") for i in range(5) for _ in range(5)]
    rows += [("fan0", "fan1", "RT"), ("star", "fan2", "mention")]
    frame = pd.DataFrame(rows, columns=["source", "target", "relation"])
    assert first(build_graph(read_interactions(frame)), name) == "star"


def test_cores_of_sources_and_of_listeners():
    """Four sources that hear each other, each heard by four listeners that hear each other."""
    pairs = [(i, j) for i in range(4) for j in range(4) if i != j]
    pairs += [(i, 4 + j) for i in range(4) for j in range(4)]
    graph = InteractionGraph.from_arcs("abcdwxyz", *zip(*pairs, strict=True))
    assert MEASURES["coreness_out"](graph).tolist() == [3] * 4 + [0] * 4
    turned = InteractionGraph.from_arcs("abcdwxyz", *zip(*(p[::-1] for p in pairs), strict=True))
    assert MEASURES["coreness_in"](turned).tolist() == [3] * 4 + [0] * 4


def test_brokers_by_direction():
    # a and b in one group, c in the other: content goes a → b → c.
    graph = InteractionGraph.from_arcs("abc", [0, 1], [1, 2])
    labels = np.array([0, 0, 1])
    assert MEASURES["representative"](graph, labels=labels).tolist() == [0, 1, 0]
    assert MEASURES["gatekeeper"](graph, labels=labels).tolist() == [0, 0, 0]
    turned = InteractionGraph.from_arcs("abc", [2, 1], [1, 0])
    assert MEASURES["gatekeeper"](turned, labels=labels).tolist() == [0, 1, 0]
