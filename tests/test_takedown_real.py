"""Published networks: our plans beside the figures that the field's dismantlers reach on them."""

import gzip

import numpy as np
import pytest
from conftest import DATA

from keynodes import InteractionGraph, takedown

pytestmark = [pytest.mark.real, pytest.mark.compiled]

# Area under the largest component until it holds a tenth of all (the review's sum): the least
# that any published dismantler reaches as released, and its best set in a good order.
PUBLISHED = {
    "moreno_train_train": (7.4, 6.9),
    "inf-USAir97": (21.6, 20.9),
    "eu-powergrid": (6.2, 5.2),
    "opsahl-powergrid": (36.0, 31.7),
    "maayan-vidal": (150.1, 146.5),
    "web-EPA": (131.0, 128.8),
}


def network(name):
    with gzip.open(DATA / "dismantling" / f"{name}.txt.gz", "rt") as file:
        ends = np.loadtxt(file, dtype=np.int64)
    both = np.concatenate([ends, ends[:, ::-1]])
    accounts = [f"{i:06}" for i in range(ends.max() + 1)]
    return InteractionGraph.from_arcs(accounts, both[:, 0], both[:, 1])


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_search_is_at_least_as_good_as_what_is_published(name):
    released, ordered = PUBLISHED[name]
    plan = takedown(network(name), target=0.1, minimise="area")
    assert plan.curve_area <= 1.01 * min(released, ordered)
    assert plan.removals_to[0.1] == len(plan.order)


def test_the_grid_alone_beats_the_hubs_of_what_is_left():
    graph = network("maayan-vidal")
    areas = {
        name: takedown(graph, target=0.1, strategy=name).curve_area
        for name in ("reverse-greedy", "adaptive-degree", "betweenness", "random")
    }
    assert areas["reverse-greedy"] < 0.9 * areas["adaptive-degree"]
    assert areas["adaptive-degree"] < 0.5 * areas["random"]
    assert areas["reverse-greedy"] < areas["betweenness"]


def test_the_heads_of_caviar_are_in_the_plan():
    path = DATA / "caviar" / "edges.csv"
    lines = [line.split(",")[:2] for line in path.read_text().splitlines()[1:]]
    accounts = sorted({account for line in lines for account in line})
    place = {account: i for i, account in enumerate(accounts)}
    graph = InteractionGraph.from_arcs(
        accounts, [place[a] for a, _ in lines], [place[b] for _, b in lines]
    )
    plan = takedown(graph, budget=5)
    assert {"1", "12"} <= set(graph.accounts[plan.order])
