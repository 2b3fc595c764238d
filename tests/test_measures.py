"""What holds for every measure: the tests iterate the registry."""

import inspect
import os
import subprocess
import sys
import textwrap

import naive
import numpy as np
import pytest
from conftest import (
    COMPILED,
    forget_peak_memory,
    graphs,
    labels_for,
    memory,
    processor_seconds,
    random_graph,
)
from hypothesis import given

from keynodes import MEASURES, InteractionGraph
from keynodes.results import ranks_of

every_measure = pytest.mark.parametrize("name", list(MEASURES))


WORLDS = 20
"""Worlds of the measures that draw some: enough to compare with the same worlds of a twin."""


def compute(name, graph, labels=None, **arguments):
    """Call a measure with the context it asks for."""
    row = MEASURES[name]
    context = dict(arguments)
    if "worlds" in row.parameters:
        context["worlds"] = WORLDS
    if row.needs_labels:
        context["labels"] = labels_for(graph) if labels is None else labels
    if "rng" in row.context:
        context["rng"] = 0
    return row(graph, **context)


def certainly(name, seeds):
    """What leaves nothing to chance, whatever accounts are called: every arc passes on."""
    if MEASURES[name].exact != "sampled":
        return {}
    return {"seeds": seeds, "model": "constant:probability=1"}


def twin(name, graph):
    context = {"labels": labels_for(graph).tolist()} if MEASURES[name].needs_labels else {}
    if "worlds" in MEASURES[name].parameters:
        context["worlds"] = WORLDS
    return getattr(naive, name)(graph, **context)


@every_measure
@given(graph=graphs())
def test_agrees_with_its_naive_twin(name, graph):
    np.testing.assert_allclose(compute(name, graph), twin(name, graph), rtol=1e-6, atol=1e-8)


@every_measure
@given(graph=graphs(whole_weights=False))
def test_agrees_with_its_naive_twin_on_weights_that_are_no_counts(name, graph):
    if name == "h_index":
        pytest.skip("counts records there, which the twin cannot see")
    np.testing.assert_allclose(compute(name, graph), twin(name, graph), rtol=1e-6, atol=1e-8)


@every_measure
def test_returns_floats_in_account_order_and_leaves_the_graph_alone(name, medium_graph):
    before = [array.copy() for array in medium_graph.out]
    scores = compute(name, medium_graph)
    assert scores.dtype == np.float64
    assert scores.shape == (medium_graph.n,)
    for array, kept in zip(medium_graph.out, before, strict=True):
        np.testing.assert_array_equal(array, kept)


@every_measure
@pytest.mark.parametrize("n", [0, 1, 2])
def test_takes_graphs_without_arcs(name, n):
    graph = InteractionGraph.from_arcs([f"a{i}" for i in range(n)], [], [])
    assert compute(name, graph).shape == (n,)


@every_measure
def test_renaming_accounts_in_the_same_order_changes_no_bit(name, medium_graph):
    renamed = InteractionGraph.from_arcs(
        [f"x{i:05}" for i in range(medium_graph.n)],
        medium_graph.tails,
        medium_graph.out.indices,
        medium_graph.out.weights,
    )
    assert compute(name, medium_graph).tobytes() == compute(name, renamed).tobytes()


@every_measure
def test_renaming_accounts_renames_scores(name, medium_graph):
    place = np.random.default_rng(1).permutation(medium_graph.n)
    names = np.array([f"x{i:05}" for i in range(medium_graph.n)])
    renamed = InteractionGraph.from_arcs(
        names,
        place[medium_graph.tails],
        place[medium_graph.out.indices],
        medium_graph.out.weights,
    )
    labels = labels_for(medium_graph)
    moved = np.empty_like(labels)
    moved[place] = labels
    np.testing.assert_allclose(
        compute(name, renamed, moved, **certainly(name, place[:3]))[place],
        compute(name, medium_graph, labels, **certainly(name, np.arange(3))),
        rtol=1e-9,
        atol=1e-9,
    )


@every_measure
def test_direction_matters_only_where_it_is_said_to(name, medium_graph):
    """The same undirected view, every arc now pointing from the smaller to the larger account."""
    indptr, heads, weights = medium_graph.both
    tails = np.repeat(np.arange(medium_graph.n), np.diff(indptr))
    up = tails < heads
    oriented = InteractionGraph.from_arcs(medium_graph.accounts, tails[up], heads[up], weights[up])
    same = np.allclose(
        compute(name, medium_graph), compute(name, oriented), rtol=1e-6, atol=1e-9, equal_nan=True
    )
    assert same != MEASURES[name].direction


@every_measure
def test_weights_matter_only_where_they_are_said_to(name, medium_graph):
    if MEASURES[name].weights == "option":
        pytest.skip("by default it does not look at them")
    weights = np.arange(medium_graph.m) % 9 + 1.0
    reweighted = InteractionGraph.from_arcs(
        medium_graph.accounts, medium_graph.tails, medium_graph.out.indices, weights
    )
    same = np.array_equal(compute(name, medium_graph), compute(name, reweighted), equal_nan=True)
    assert same == (MEASURES[name].weights == "no")


@every_measure
@pytest.mark.parametrize("shape", [(300, 1200, 2.0), (300, 2400, 1.0), (200, 400, 3.0)])
def test_twins_have_equal_ranks_whatever_their_names(name, shape):
    """Two copies of a graph side by side, all names shuffled: places are equal, so ranks are."""
    n, m, hubs = shape
    if not COMPILED:
        n, m = n // 4, m // 4
    one = random_graph(n, m, seed=7, hubs=hubs)
    place = np.random.default_rng(7).permutation(2 * n)
    both = InteractionGraph.from_arcs(
        [f"x{i:05}" for i in range(2 * n)],
        place[np.concatenate([one.tails, one.tails + n])],
        place[np.concatenate([one.out.indices, one.out.indices + n])],
        np.tile(one.out.weights, 2),
    )
    labels = np.empty(2 * n, np.int64)
    labels[place] = np.tile(labels_for(one), 2)
    scores = compute(name, both, labels, **certainly(name, place[[0, 5, n, n + 5]]))
    for key in ("high", "low"):
        ranks = ranks_of(scores, key)[place]
        np.testing.assert_array_equal(ranks[:n], ranks[n:])


@pytest.mark.compiled
@every_measure
def test_a_hub_of_300_000_is_a_normal_case(name, star):
    """Under ten seconds and 200 MB above what the process held before (compiling excepted)."""
    small = random_graph(50, 200)
    compute(name, small)
    before = forget_peak_memory()
    start = processor_seconds()
    scores = compute(name, star)
    assert processor_seconds() - start < 10
    assert scores.shape == (star.n,)
    if before is not None:
        assert memory("VmHWM") - before < 200_000


@pytest.mark.compiled
def test_any_number_of_threads_gives_the_same_bits():
    """In processes of their own, with another hash seed each."""
    program = textwrap.dedent(
        """
        import hashlib, sys
        sys.path.insert(0, sys.argv[1])
        from conftest import random_graph
        from test_measures import compute
        from keynodes import MEASURES
        graph = random_graph(3000, 20000)
        for name in MEASURES:
            print(name, hashlib.sha256(compute(name, graph).tobytes()).hexdigest())
        """
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", program, os.path.dirname(__file__)],
            env={**os.environ, "KEYNODES_THREADS": threads, "PYTHONHASHSEED": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2", "5")
    ]
    assert outputs[0].count("\n") == len(MEASURES)
    assert outputs[0] == outputs[1] == outputs[2]


@every_measure
def test_is_documented(name):
    row = MEASURES[name]
    document = inspect.getdoc(row.function)
    for heading in ("Parameters", "Returns", "Notes", "References", "Examples"):
        assert f"\n{heading}\n---" in document, f"{name} lacks {heading}"
    for parameter in inspect.signature(row.function).parameters:
        assert f"{parameter}" in document.split("Parameters")[1].split("Returns")[0]
    assert "O(" in document.split("Notes")[1]
    assert len(row.summary) < 100
    assert row.summary.endswith(".")
    assert row.question in ("heard", "relays", "bridges", "hears")
    assert row.key in ("high", "low", "none")
    assert row.weights in ("yes", "no", "option")
