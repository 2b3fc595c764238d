"""The methods: each against a twin or all partitions there are, and the runs on all cores."""

import _thread
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import replace
from functools import partial

import igraph
import naive
import naive_communities
import networkx as nx
import numpy as np
import pandas
import pytest
from conftest import graphs, processor_seconds, random_graph
from hypothesis import given, settings
from hypothesis import strategies as st

from keynodes import InteractionGraph, build_graph, read_interactions
from keynodes.communities import (
    METHODS,
    capabilities,
    layering,
    map_equation,
    propagation,
    runs,
    worker,
)
from keynodes.communities.modularity import density
from keynodes.communities.numbering import canonical
from keynodes.communities.runs import run_labels
from keynodes.errors import KeynodesError, UnknownName, UsageError

SINGLE = [name for name in METHODS if name != "leiden-layers"]
LIBRARIES = [name for name, row in METHODS.items() if row.needs in ("igraph", "leidenalg")]


def related(rows):
    """A graph of records (source, target, relation)."""
    return build_graph(
        read_interactions(pandas.DataFrame(rows, columns=["source", "target", "relation"]))
    )


def two_layers():
    """Two rings of four: replies make half of each ring, mentions the other half."""
    rows = []
    for ring in ("abcd", "efgh"):
        for i, relation in enumerate(("reply", "mention", "reply", "mention")):
            one, other = ring[i], ring[(i + 1) % 4]
            rows += [(one, other, relation), (other, one, relation)]
    return related(rows)


def platforms(values=("x", "x", "x", "y", "y", "y")):
    """Two triangles, joined by one arc, with a platform for each account."""
    graph = InteractionGraph.from_arcs(
        "abcdef", [0, 1, 2, 3, 4, 5, 2], [1, 2, 0, 4, 5, 3, 3], [3, 3, 3, 3, 3, 3, 1]
    )
    index = pandas.Index(list("fedcba"), name="account")
    return replace(graph, attributes=pandas.DataFrame({"platform": values[::-1]}, index=index))


@pytest.fixture
def processes(monkeypatch):
    """Send every run to two worker processes; return those that were started."""
    started = []
    usual = subprocess.Popen

    def recorded(*arguments, **named):
        started.append(usual(*arguments, **named))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", recorded)
    monkeypatch.setattr(runs, "START", -1.0)
    monkeypatch.setenv("KEYNODES_THREADS", "2")
    return started


def _note(done, *at):
    done.append(at)


# --- numbers --------------------------------------------------------------------------------


@given(st.lists(st.integers(-1, 6) | st.integers(10**12, 10**12 + 3), max_size=12))
def test_communities_are_numbered_by_size_then_by_smallest_member(labels):
    found = canonical(np.array(labels, np.int64))
    assert found.dtype == np.int64
    assert found.tolist() == naive_communities.canonical(labels)
    assert canonical(found).tolist() == found.tolist()


# --- every method ---------------------------------------------------------------------------


def test_the_table_says_what_each_method_looks_at():
    table = capabilities().set_index("method")
    assert list(table.index) == [
        "leiden",
        "leiden-cpm",
        "leiden-directed",
        "leiden-layers",
        "infomap",
        "labels",
        "components",
        "components-strong",
    ]
    assert (table != "").all(axis=None)
    directed = ["leiden-directed", "leiden-layers", "infomap", "components-strong"]
    assert table.index[table["direction"] == "yes"].tolist() == directed
    assert table.index[table["layers"] == "yes"].tolist() == ["leiden-layers"]
    assert table.index[table["random"] == "no"].tolist() == ["components", "components-strong"]
    resolved = [name for name, row in METHODS.items() if "resolution" in row.parameters]
    assert table.index[table["resolution"] != "no"].tolist() == resolved


@pytest.mark.parametrize("row", METHODS.values(), ids=list(METHODS))
def test_every_row_is_explained(row):
    doi = row.reference.split("doi:")[1]
    assert f"https://doi.org/{doi}" in row.function.__doc__
    assert len(row.summary) < 100
    assert row.summary.endswith(".")
    for section in ("Parameters", "Returns", "Notes", "References", "Examples"):
        assert f"{section}\n    ---" in row.function.__doc__
    assert "O(" in row.cost or "O(" in row.function.__doc__


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("n", [0, 1, 5])
def test_without_arcs_everyone_is_alone(name, n):
    found = METHODS[name](InteractionGraph.from_arcs("abcdef"[:n], [], []), rng=1)
    assert found.dtype == np.int64
    assert found.tolist() == list(range(n))


@pytest.mark.parametrize("name", SINGLE)
def test_two_groups_are_told_apart_and_the_isolated_are_alone(name):
    # The groups follow each other in name by turns, and one account comes between them.
    group = [0, 2, 4, 6], [1, 3, 7, 8, 9]
    arcs = [(u, v) for members in group for u in members for v in members if u != v]
    graph = InteractionGraph.from_arcs("abcdefghij", *zip(*arcs, (0, 1), strict=True))
    expected = [1, 0, 1, 0, 1, 2, 1, 0, 0, 0]
    if name == "components":
        expected = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0]
    assert METHODS[name](graph).tolist() == expected


@pytest.mark.parametrize("name", METHODS)
def test_labels_are_canonical_and_belong_to_the_seed(name, medium_graph):
    graph = medium_graph if name != "leiden-layers" else two_layers()
    before = [array.tobytes() for array in (*graph.out, *graph.both)]
    row = METHODS[name]
    several = run_labels(graph, row, [5, 6, 5], {})
    assert several.dtype == np.int32
    for seed, labels in zip([5, 6, 5], several, strict=True):
        assert labels.tolist() == row(graph, rng=seed).tolist()
        assert labels.tolist() == naive_communities.canonical(labels.tolist())
    assert [array.tobytes() for array in (*graph.out, *graph.both)] == before


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize("scale", [2.0**-900, 2.0**900])
def test_the_unit_of_weights_means_nothing(name, scale):
    graph = random_graph(60, 200)
    scaled = InteractionGraph.from_arcs(
        graph.accounts, graph.tails, graph.out.indices, graph.out.weights * scale
    )
    assert METHODS[name](scaled, rng=3).tolist() == METHODS[name](graph, rng=3).tolist()


@pytest.mark.parametrize("name", ["leiden", "labels", "components", "components-strong", "infomap"])
@pytest.mark.compiled
def test_a_hub_is_a_normal_case(name, star):
    start = processor_seconds()
    found = METHODS[name](star)
    assert processor_seconds() - start < 10
    assert len(np.unique(found)) == (star.n if name == "components-strong" else 1)


@pytest.mark.parametrize("name", [n for n, row in METHODS.items() if row.resolution != "no"])
@pytest.mark.parametrize("resolution", [-1.0, float("nan"), float("inf")])
def test_a_resolution_that_is_none_is_one_line(name, resolution):
    with pytest.raises(UsageError, match=f"{name}: the resolution must be a finite number"):
        METHODS[name](platforms(), resolution=resolution)


# --- against all partitions, twins and other libraries --------------------------------------


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("resolution", [0.7, 1.0, 1.6])
def test_the_best_of_a_few_runs_is_the_best_there_is(seed, resolution):
    graph = random_graph(7, 16, seed, hubs=1.3)
    weights = naive.weights_of(graph)
    both = {(u, v): w for u, row in enumerate(naive.undirected(graph)) for v, w in row.items()}
    gains = {
        "leiden": lambda labels: naive_communities.modularity_gain(both, labels, resolution),
        "leiden-cpm": lambda labels: naive_communities.potts_gain(weights, labels, resolution),
        "leiden-directed": lambda labels: naive_communities.modularity_gain(
            weights, labels, resolution
        ),
    }
    for name, gain in gains.items():
        found = run_labels(graph, METHODS[name], range(8), {"resolution": resolution})
        best = max(gain(labels.tolist()) for labels in found)
        assert best == pytest.approx(naive_communities.best_partition(graph.n, gain)), name


@given(graphs())
@settings(max_examples=30)
def test_leiden_is_igraphs_on_the_undirected_graph(graph):
    """igraph's own way to the undirected graph; modularity does not depend on the order of ties."""
    found = METHODS["leiden"](graph, rng=2)
    oracle = graph.to_igraph().as_undirected(combine_edges="sum")
    if not graph.m:
        return
    theirs = max(
        oracle.community_leiden("modularity", weights="weight", n_iterations=-1).modularity
        for _ in range(5)
    )
    ours = max(
        oracle.modularity(labels.tolist(), weights="weight")
        for labels in run_labels(graph, METHODS["leiden"], range(5), {})
    )
    assert ours == pytest.approx(theirs, abs=0.02)
    assert oracle.modularity(found.tolist(), weights="weight") <= theirs + 0.02


@pytest.mark.parametrize("mean", [1, 1.7])
def test_leiden_is_igraphs_call_with_the_same_seed(mean):
    # With a mean weight from 1 to 2 they are taken as they are.
    graph = random_graph(400, 2000)
    ties = {(u, v) for u, v in zip(graph.tails.tolist(), graph.out.indices.tolist(), strict=True)}
    ties = sorted({(min(arc), max(arc)) for arc in ties})
    weights = np.full(len(ties), float(mean))
    graph = InteractionGraph.from_arcs(graph.accounts, *zip(*ties, strict=True), weights)
    oracle = igraph.Graph(graph.n, ties)
    igraph.set_random_number_generator(random.Random(4))
    theirs = oracle.community_leiden("modularity", weights=weights, n_iterations=-1).membership
    igraph.set_random_number_generator(random)
    assert METHODS["leiden"](graph, rng=4).tolist() == naive_communities.canonical(theirs)


def test_the_random_numbers_of_others_are_left_alone():
    random.seed(1)
    expected = [random.random() for _ in range(3)]
    random.seed(1)
    for name in METHODS:
        METHODS[name](platforms(), **({"layers": "platform"} if name == "leiden-layers" else {}))
    # igraph draws from this stream again.
    igraph.Graph.Erdos_Renyi(5, 0.5)
    random.seed(1)
    assert [random.random() for _ in range(3)] == expected
    random.seed(2)
    one = igraph.Graph.Erdos_Renyi(20, 0.5).get_edgelist()
    random.seed(2)
    assert igraph.Graph.Erdos_Renyi(20, 0.5).get_edgelist() == one


def test_the_karate_club_has_the_modularity_that_is_known():
    club = nx.karate_club_graph()
    graph = InteractionGraph.from_arcs([f"{v:02}" for v in club], *zip(*club.edges, strict=True))
    best = max(
        nx.community.modularity(
            club, [set(np.flatnonzero(labels == s)) for s in range(labels.max() + 1)], weight=None
        )
        for labels in run_labels(graph, METHODS["leiden"], range(10), {})
    )
    assert best == pytest.approx(0.41979, abs=1e-5)


def test_the_default_of_cpm_is_the_density():
    graph = random_graph(50, 150)
    assert density(graph) == 2 * graph.out.weights.sum() / (50 * 49)
    row = METHODS["leiden-cpm"]
    assert row(graph).tolist() == row(graph, resolution=density(graph)).tolist()
    assert density(InteractionGraph.from_arcs(["a"], [], [])) == 0
    # Above the heaviest pair nobody is with anybody; at 0, whoever is connected.
    assert row(graph, resolution=100.0).tolist() == list(range(50))
    assert row(graph, resolution=0.0).tolist() == METHODS["components"](graph).tolist()


@pytest.mark.parametrize("seed", range(6))
def test_infomap_finds_the_shortest_description_there_is(seed):
    graph = random_graph(7, 16, seed, hubs=1.3)
    flow = naive_communities.flow_of(graph)
    ours = map_equation.flow_of(graph)
    arcs = zip(graph.tails.tolist(), graph.out.indices.tolist(), strict=True)
    assert ours == pytest.approx([flow[arc] for arc in arcs], abs=1e-10)
    found = run_labels(graph, METHODS["infomap"], range(8), {})
    best = max(naive_communities.map_gain(flow, labels.tolist()) for labels in found)
    shortest = naive_communities.best_partition(
        graph.n, lambda labels: naive_communities.map_gain(flow, labels)
    )
    assert best == pytest.approx(shortest, abs=1e-9)


def test_the_code_length_is_igraphs(medium_graph):
    job = METHODS["infomap"].prepare(medium_graph)
    ties = np.column_stack([job.arrays["tails"], job.arrays["heads"]])
    oracle = igraph.Graph(job.n, ties)
    found = oracle.community_infomap(edge_weights=job.arrays["weights"].tolist(), trials=1)
    flow = naive_communities.flow_of(medium_graph)
    expected = -naive_communities.map_gain(flow, found.membership)
    assert found.codelength == pytest.approx(expected, rel=1e-9)


def test_larger_resolutions_make_more_communities(medium_graph):
    for name in ("leiden", "leiden-cpm", "leiden-directed"):
        counts = [METHODS[name](medium_graph, resolution=r).max() for r in (0.5, 2.0, 8.0)]
        assert counts == sorted(counts)
        assert counts[0] < counts[-1]


@given(graphs(whole_weights=False), st.integers(0, 3))
def test_label_propagation_is_its_twin(graph, seed):
    assert METHODS["labels"](graph, rng=seed).tolist() == naive_communities.labels(graph, seed)


def test_label_propagation_in_small_steps_is_the_same(monkeypatch):
    graph = random_graph(300, 900)
    expected = [METHODS["labels"](graph, rng=seed).tolist() for seed in range(6)]
    assert expected[:2] == [naive_communities.labels(graph, seed) for seed in range(2)]
    monkeypatch.setattr(propagation, "_STEP", 40)
    for threads in ("1", "3"):
        monkeypatch.setenv("KEYNODES_THREADS", threads)
        done = []
        found = run_labels(graph, METHODS["labels"], range(6), {}, partial(_note, done))
        assert found.tolist() == expected
        assert done == [(i, 6) for i in range(1, 7)]


def test_a_label_in_two_places_is_two_communities():
    # Here the label of b, c and i goes on to f, and the account between them takes another.
    arcs = [(0, 10, 4), (1, 2, 1), (3, 1, 1), (3, 8, 1), (3, 10, 2), (5, 8, 1), (6, 7, 4)]
    arcs += [(7, 0, 3), (9, 3, 2), (9, 10, 3), (10, 11, 2), (11, 7, 1)]
    graph = InteractionGraph.from_arcs("abcdefghijkl", *zip(*arcs, strict=True))
    found = METHODS["labels"](graph, rng=1)
    assert found.tolist() == [0, 1, 1, 0, 4, 2, 3, 3, 2, 0, 0, 0]
    assert found.tolist() == naive_communities.labels(graph, 1)


def test_every_account_has_a_heaviest_label_in_the_end(medium_graph):
    found = METHODS["labels"](medium_graph, rng=9)
    for v, row in enumerate(naive.undirected(medium_graph)):
        heard = {}
        for u, w in row.items():
            heard[found[u]] = heard.get(found[u], 0) + w
        # A label in two places has become two communities, so its share can only have shrunk.
        assert not row or heard.get(found[v], 0) > 0


def test_equal_weights_that_rounding_parts_do_not_go_round_for_ever():
    # 0.1 + 0.2 is not 0.3 in floating point.
    rows = [(u, v, w) for u in range(4) for v, w in ((u + 1, 0.1), (u + 2, 0.2), (u + 3, 0.3))]
    tails, heads, weights = zip(*rows, strict=True)
    graph = InteractionGraph.from_arcs("abcdefg", tails, heads, weights)
    for seed in range(20):
        assert METHODS["labels"](graph, rng=seed).tolist() == naive_communities.labels(graph, seed)


@given(graphs(max_accounts=9))
def test_components_are_their_twins_and_networkxs(graph):
    G = graph.to_networkx()
    for name, oracle in (
        ("components", nx.weakly_connected_components),
        ("components-strong", nx.strongly_connected_components),
    ):
        found = METHODS[name](graph).tolist()
        assert found == getattr(naive_communities, name.replace("-", "_"))(graph)
        members = {}
        for account, label in zip(graph.accounts, found, strict=True):
            members.setdefault(label, set()).add(account)
        assert sorted(map(sorted, members.values())) == sorted(map(sorted, oracle(G)))


# --- direction ------------------------------------------------------------------------------


def test_directed_leiden_sees_what_leiden_cannot():
    # Reversing an arc changes nothing for the undirected view, and something for the directed.
    changed = set()
    for seed in range(5):
        graph = random_graph(40, 110, seed)
        reversed_some = InteractionGraph.from_arcs(
            graph.accounts,
            np.where(np.arange(graph.m) % 2, graph.tails, graph.out.indices),
            np.where(np.arange(graph.m) % 2, graph.out.indices, graph.tails),
            graph.out.weights,
        )
        assert graph.both.weights.tolist() == reversed_some.both.weights.tolist()
        for name in SINGLE:
            if (METHODS[name](graph) != METHODS[name](reversed_some)).any():
                changed.add(name)
    assert changed == {"leiden-directed", "infomap", "components-strong"}


def test_directed_modularity_parts_two_accounts_that_only_send():
    # a and b post to everyone and hear nobody; the undirected view has them among their hearers.
    tails, heads = [0, 0, 1, 1, 2, 3], [2, 3, 2, 3, 3, 2]
    graph = InteractionGraph.from_arcs("abcd", tails, heads)
    assert METHODS["leiden"](graph).tolist() == [0, 0, 0, 0]
    assert METHODS["leiden-directed"](graph).tolist() != [0, 0, 0, 0]


def test_infomap_follows_the_flow():
    # Rosvall and Bergstrom 2008, figure 3: four groups of four, one pattern of ties, two of
    # directions. Where flow goes round in each group it stays; where it passes through, it does
    # not. The undirected view cannot tell.
    def four_groups(inside, last):
        arcs = []
        for first in range(0, 16, 4):
            arcs += [(first + u, first + v, 2) for u, v in inside]
            arcs.append((first + last, (first + 4) % 16, 1))
        tails, heads, weights = zip(*arcs, strict=True)
        return InteractionGraph.from_arcs([f"{i:02}" for i in range(16)], tails, heads, weights)

    round_it = four_groups([(0, 1), (1, 2), (2, 3), (3, 0)], 3)
    through_it = four_groups([(0, 1), (2, 1), (2, 3), (0, 3)], 3)
    assert (np.sort(round_it.both.weights) == np.sort(through_it.both.weights)).all()
    groups = np.repeat(range(4), 4).tolist()
    assert METHODS["leiden"](round_it).tolist() == METHODS["leiden"](through_it).tolist() == groups
    assert METHODS["infomap"](round_it).tolist() == groups
    assert METHODS["infomap"](through_it).tolist() != groups


# --- layers ---------------------------------------------------------------------------------


def test_layers_find_together_what_each_misses_alone():
    graph = two_layers()
    row = METHODS["leiden-layers"]
    assert row(graph).tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert row(graph, layer_weights={"mention": 0}).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert row(graph, layer_weights={"Reply": 0.0}).tolist() == [0, 1, 1, 0, 2, 3, 3, 2]
    # Only ratios of layer weights count.
    for weight in (1e-300, 1e300):
        both = {"mention": weight, "reply": weight}
        assert row(graph, layer_weights=both).tolist() == row(graph).tolist()


@pytest.mark.parametrize("seed", range(4))
def test_layers_reach_the_best_sum_there_is(seed):
    draw = np.random.default_rng(seed)
    kinds = ["reply", "mention"]
    rows = [
        ("abcdefg"[u], "abcdefg"[v], kinds[k])
        for u, v, k in zip(*draw.integers(0, 7, (2, 40)), draw.integers(0, 2, 40), strict=True)
        if u != v
    ]
    graph = related(rows)
    layers = [{}, {}]
    place = graph.accounts.tolist().index
    for source, target, kind in rows:
        # Who replies has heard; who mentions is heard.
        arc = (target, source) if kind == "reply" else (source, target)
        key = tuple(place(account) for account in arc)
        layers[kinds.index(kind)][key] = layers[kinds.index(kind)].get(key, 0) + 1

    def gain(labels):
        one, other = (naive_communities.modularity_gain(layer, labels) for layer in layers)
        return one + 0.5 * other

    found = run_labels(
        graph, METHODS["leiden-layers"], range(8), {"layer_weights": {"mention": 0.5}}
    )
    best = max(gain(labels.tolist()) for labels in found)
    assert best == pytest.approx(naive_communities.best_partition(graph.n, gain))


def test_an_attribute_makes_layers_of_the_accounts_that_arcs_leave():
    graph = platforms()
    arrays, shares = layering.layers_of(graph, "platform", {"y": 0.5})
    assert (arrays["bounds"].tolist(), shares) == ([0, 4, 7], [1.0, 0.5])
    assert arrays["tails"].tolist() == [0, 1, 2, 2, 3, 4, 5]
    assert arrays["weights"].tolist() == [3, 3, 3, 1, 3, 3, 3]
    found = METHODS["leiden-layers"](graph, layers="platform")
    assert found.tolist() == [0, 0, 0, 1, 1, 1]


def test_accounts_without_a_value_are_a_layer_of_their_own():
    for missing in (None, float("nan"), pandas.NA, "", "  "):
        graph = platforms(("x", "x", "x", missing, missing, "x"))
        arrays, _ = layering.layers_of(graph, "platform", {"(none)": 0.5})
        assert arrays["bounds"].tolist() == [0, 2, 7]
    # Accounts that the table does not list have no value.
    graph = platforms()
    some = replace(graph, attributes=graph.attributes.drop(index=["a"]))
    assert layering.layers_of(some, "platform", None)[0]["bounds"].tolist() == [0, 1, 4, 7]


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({}, UsageError, "the records have no relations"),
        ({"layers": "platfrom"}, UnknownName, "no attribute 'platfrom'; did you mean 'platform'"),
        ({"layers": "platform", "layer_weights": {"z": 1}}, UnknownName, "choose from x, y"),
        ({"layers": "platform", "layer_weights": {"x": -1}}, UsageError, "got -1"),
        ({"layers": "platform", "layer_weights": {"x": float("nan")}}, UsageError, "got nan"),
        ({"layers": "platform", "layer_weights": {"x": float("inf")}}, UsageError, "got inf"),
        ({"layers": "platform", "layer_weights": {"x": 0, "y": 0}}, UsageError, "weight 0"),
    ],
)
def test_layers_that_make_no_sense_are_one_line(arguments, error, text):
    with pytest.raises(error, match=text):
        METHODS["leiden-layers"](platforms(), **arguments)


def test_layers_that_cannot_be_are_one_line():
    bare = replace(platforms(), attributes=None)
    with pytest.raises(UsageError, match="the graph has no attributes to look 'platform' up in"):
        METHODS["leiden-layers"](bare, layers="platform")
    graph = random_graph(200, 400)
    ids = pandas.DataFrame({"id": graph.accounts}, index=graph.accounts)
    with pytest.raises(UsageError, match="'id' has 200 different values"):
        METHODS["leiden-layers"](replace(graph, attributes=ids), layers="id")


# --- runs -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LIBRARIES)
def test_worker_processes_find_the_same(name, processes):
    graph = two_layers() if name == "leiden-layers" else random_graph(80, 300)
    done = []
    found = run_labels(graph, METHODS[name], range(3), {}, lambda *at: done.append(at))
    assert len(processes) == 2
    assert all(process.poll() is not None for process in processes)
    assert done == [(1, 3), (2, 3), (3, 3)]
    run = worker.prepare(METHODS[name].prepare(graph))
    assert found.tolist() == [canonical(np.array(run(seed))).tolist() for seed in range(3)]


def test_short_runs_and_single_ones_stay_in_this_process(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    graph = random_graph(80, 300)
    run_labels(graph, METHODS["leiden"], range(20), {})
    monkeypatch.setenv("KEYNODES_THREADS", "1")
    monkeypatch.setattr(runs, "START", 0.0)
    run_labels(graph, METHODS["leiden"], range(3), {})
    # But one that takes long goes to one process: there Ctrl-C can end it.
    monkeypatch.setattr(runs, "PATIENCE", 0.0)
    with pytest.raises(AssertionError, match="a process was started"):
        run_labels(graph, METHODS["leiden"], [0], {})


def test_a_worker_that_cannot_be_started_is_one_line(monkeypatch, processes):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(KeynodesError, match="a process for leiden could not be started: No such"):
        run_labels(random_graph(20, 40), METHODS["leiden"], range(2), {})


@pytest.mark.parametrize(
    ("program", "text"),
    [
        ("import sys; sys.exit('nothing works')", r"ended with code 1 \(nothing works\)"),
        ("import os; os.kill(os.getpid(), 9)", "ended with code -9; if memory was short"),
        ("import sys; sys.stdin.readline(); print('ok')", "ended with code"),
        ("import sys; sys.stdin.readline(); print('Boom: no')", "leiden failed: Boom: no"),
    ],
)
def test_a_worker_that_dies_is_one_line(program, text, tmp_path, monkeypatch, processes):
    path = tmp_path / "worker.py"
    path.write_text(program)
    monkeypatch.setattr(worker, "__file__", str(path))
    with pytest.raises(KeynodesError, match=text) as caught:
        run_labels(random_graph(2000, 10_000), METHODS["leiden"], range(3), {})
    assert "\n" not in str(caught.value)
    assert all(process.poll() is not None for process in processes)


def test_what_a_library_refuses_is_one_line(monkeypatch, processes):
    job = METHODS["leiden-directed"].prepare(random_graph(20, 40))
    job.settings["layer_weights"] = []
    with pytest.raises(KeynodesError, match="leidenalg failed: ValueError: zip"):
        runs.runs_of(job, job.n, [0, 1])


def test_ctrl_c_ends_the_workers_at_once(tmp_path, monkeypatch, processes):
    path = tmp_path / "worker.py"
    path.write_text("import time\ntime.sleep(1000)")
    monkeypatch.setattr(worker, "__file__", str(path))
    graph = random_graph(2000, 10_000)
    _ = graph.both
    threading.Timer(0.7, _thread.interrupt_main).start()
    start = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        run_labels(graph, METHODS["leiden"], range(3), {})
    assert time.perf_counter() - start < 5
    assert len(processes) == 2
    assert all(process.poll() is not None for process in processes)
    assert threading.active_count() <= 2


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a run may go on alone")
@pytest.mark.compiled
def test_a_worker_does_not_outlive_who_was_killed():
    """Nobody can clear up after SIGKILL, and a run may take minutes."""
    code = """
        import numpy as np
        from keynodes import InteractionGraph, partition
        ends = np.random.default_rng(0).integers(0, 30_000, (2, 600_000))
        print("ready", flush=True)
        names = [str(i) for i in range(30_000)]
        partition(InteractionGraph.from_arcs(names, *ends), "leiden-directed", runs=2)
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True
    )
    with parent:
        parent.stdout.readline()
        listed = f"/proc/{parent.pid}/task/{parent.pid}/children"
        workers = []
        while len(workers) < 2 and parent.poll() is None:
            time.sleep(0.05)
            with open(listed) as children:
                workers = children.read().split()
        assert len(workers) == 2
        # Until they are past their imports, where they ask to end with their parent.
        time.sleep(2)
        parent.kill()
    ended = time.monotonic() + 5
    while any(os.path.exists(f"/proc/{pid}/exe") for pid in workers):
        assert time.monotonic() < ended
        time.sleep(0.05)


def test_progress_that_fails_ends_the_workers_too(processes):
    def fail(done, total):
        raise ZeroDivisionError

    # What is caught holds the frames of the call: nothing ends by being forgotten.
    with pytest.raises(ZeroDivisionError) as caught:
        run_labels(random_graph(20, 40), METHODS["leiden"], range(5), {}, fail)
    assert all(process.poll() is not None for process in processes)
    assert caught.tb


def test_ctrl_c_waits_for_the_library_in_this_process():
    """igraph's Leiden algorithm aborts the interpreter when Ctrl-C reaches it."""
    reached = []

    def interrupted():
        with worker.uninterrupted():
            signal.raise_signal(signal.SIGINT)
            reached.append(True)

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert reached
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    # Threads never hear it.
    thread = threading.Thread(target=METHODS["leiden"], args=[random_graph(20, 40)])
    thread.start()
    thread.join()


@pytest.mark.skipif(os.name != "posix", reason="signals to a process group")
@pytest.mark.compiled
def test_ctrl_c_at_the_terminal_is_one_interrupt(tmp_path):
    # Without a guard for __main__: no worker may run this file again.
    program = tmp_path / "script.py"
    program.write_text(
        textwrap.dedent(
            """
            import numpy as np
            from keynodes import InteractionGraph
            from keynodes.communities import METHODS, runs

            runs.START = -1.0
            draw = np.random.default_rng(0)
            graph = InteractionGraph.from_arcs(
                [f"{i:04}" for i in range(3000)], *draw.integers(0, 3000, (2, 20_000))
            )
            print("read", flush=True)
            say = lambda *at: print("going", flush=True)
            runs.run_labels(graph, METHODS["leiden"], range(10_000), {}, say)
            """
        )
    )
    process = subprocess.Popen(
        [sys.executable, str(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "KEYNODES_THREADS": "2"},
        cwd=tmp_path,
    )
    lines = [process.stdout.readline().strip() for _ in range(3)]
    assert lines == ["read", "going", "going"]
    os.killpg(process.pid, signal.SIGINT)
    # Both streams end with the last process that holds them.
    _, complaints = process.communicate(timeout=10)
    assert complaints.count("Traceback") == 1
    assert complaints.strip().endswith("KeyboardInterrupt")


DIGEST = """
import hashlib
import numpy as np
import pandas
from keynodes import build_graph, read_interactions
from keynodes.communities import METHODS, runs

draw = np.random.default_rng(5)
ends = (300 * draw.random((2, 1500)) ** 1.5).astype(int)
frame = pandas.DataFrame({"source": ends[0], "target": ends[1]}).astype(str)
frame["relation"] = np.where(draw.random(1500) < 0.5, "reply", "mention")
frame = frame.sample(frac=1, random_state=int(__import__("os").environ["SHUFFLE"]))
graph = build_graph(read_interactions(frame))
digest = hashlib.sha256()
for row in METHODS.values():
    for runs.START in (-1.0, 1e9):
        digest.update(runs.run_labels(graph, row, [0, 1, 2], {}).tobytes())
print(digest.hexdigest())
"""


@pytest.mark.compiled
def test_hash_seed_threads_and_order_of_lines_change_no_bit():
    digests = {
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", DIGEST],
            env={
                **os.environ,
                "PYTHONHASHSEED": hashing,
                "KEYNODES_THREADS": threads,
                "SHUFFLE": shuffle,
            },
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for hashing, threads, shuffle in (("0", "1", "1"), ("1", "2", "2"), ("4711", "3", "3"))
    }
    assert len(digests) == 1
