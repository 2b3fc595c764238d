"""Who stays out, and in which order the others of a set come back, against full counts."""

import naive_plans as twins
import numpy as np
import pytest
from conftest import graphs, random_graph
from hypothesis import given
from hypothesis import strategies as st
from naive_objectives import weak_parts
from test_quotients import problem_of

from keynodes import InteractionGraph
from keynodes.dismantling.plans import seen_from
from keynodes.kernels import reverse_greedy as kernels

KEYS = range(5)
RETURNS = range(3)


@st.composite
def cases(draw, max_accounts=10):
    graph = draw(graphs(max_accounts))

    def each(values):
        return draw(st.lists(values, min_size=graph.n, max_size=graph.n))

    return (
        graph,
        np.array(each(st.sampled_from([1.0, 1.0, 2.0, 0.5])), float),
        np.array(each(st.sampled_from([True, True, True, False])), bool),
        draw(st.sampled_from([0.0, 1.0, 2.0, 3.5, 100.0])),
        np.array(each(st.sampled_from([1.0, 1.0, 0.5, 2.0])), float),
    )


def stays_out(case, kind):
    graph, weights, chosen, threshold, bias = case
    accounts, net = seen_from(problem_of(graph, weights), chosen)
    out = kernels.minimal_set(
        net.indptr, net.indices, net.total, net.c, threshold, kind, bias[accounts]
    )
    return {int(u) for u in accounts[out]}


def returned(case, kind):
    graph, weights, chosen, threshold, bias = case
    accounts, net = seen_from(problem_of(graph, weights), chosen)
    order = kernels.order_of_return(
        net.indptr, net.indices, net.total, net.c, threshold, kind, bias[accounts]
    )
    return accounts[order].tolist()


@given(cases())
def test_the_set_of_the_plain_key_is_that_of_full_counts(case):
    graph, weights, chosen, threshold, bias = case
    expected = twins.minimal_set(graph, np.flatnonzero(chosen).tolist(), weights, threshold, bias)
    assert stays_out(case, 0) == expected


@pytest.mark.parametrize("kind", KEYS)
@given(case=cases())
def test_nobody_could_come_back_and_no_component_is_too_heavy(kind, case):
    graph, weights, chosen, threshold, _ = case
    out = stays_out(case, kind)
    candidates = set(np.flatnonzero(chosen).tolist())
    back = candidates - out
    for part in weak_parts(graph, out):
        if part & back:
            assert sum(weights[u] for u in part) <= threshold
    for u in out:
        joined = weights[u] + sum(twins.touched_by(graph, u, out, weights).values())
        assert joined > threshold


@given(cases())
def test_the_order_of_the_plain_key_is_that_of_full_counts(case):
    graph, weights, chosen, threshold, bias = case
    expected = twins.order_of_return(
        graph, np.flatnonzero(chosen).tolist(), weights, threshold, bias
    )
    assert returned(case, 0) == expected


@pytest.mark.parametrize("kind", RETURNS)
@given(case=cases())
def test_everybody_comes_back_once(kind, case):
    assert sorted(returned(case, kind)) == np.flatnonzero(case[2]).tolist()


def test_equals_come_back_by_index():
    ring = InteractionGraph.from_arcs(list("abcdef"), range(6), [1, 2, 3, 4, 5, 0])
    everybody = (ring, np.ones(6), np.ones(6, bool), 3.0, np.ones(6))
    # a, c and e stand alone first; b joins three, so that d and f would join five.
    assert stays_out(everybody, 0) == {3, 5}
    assert returned(everybody, 0)[:4] == [0, 2, 4, 1]


def test_a_giant_that_is_there_from_the_start_does_not_count():
    """x and y both touch a heavy cluster; y also touches a pair that z touches too."""
    names = ["h1", "h2", "h3", "h4", "p1", "p2", "x", "y", "z"]
    edges = [(0, 1), (1, 2), (2, 3), (4, 5), (6, 0), (7, 3), (7, 4), (8, 5)]
    graph = InteractionGraph.from_arcs(names, *zip(*edges, strict=True))
    chosen = np.array([False] * 6 + [True] * 3)
    case = (graph, np.ones(9), chosen, 3.0, np.ones(9))
    assert returned(case, 0) == [6, 7, 8]  # 1, then 3 before 3
    assert returned(case, 0) == twins.order_of_return(graph, [6, 7, 8], [1.0] * 9, 3.0, [1.0] * 9)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("threshold", [0.0, 10.0, 40.0])
def test_a_larger_graph_as_full_counts_have_it(seed, threshold):
    graph = random_graph(60, 90, seed=seed)
    chosen = np.random.default_rng(seed).random(graph.n) < 0.7
    bias = np.random.default_rng(seed).choice([1.0, 2.0, 0.5], graph.n)
    case = (graph, np.ones(graph.n), chosen, threshold, bias)
    candidates = np.flatnonzero(chosen).tolist()
    weights = [1.0] * graph.n
    assert stays_out(case, 0) == twins.minimal_set(graph, candidates, weights, threshold, bias)
    assert returned(case, 0) == twins.order_of_return(graph, candidates, weights, threshold, bias)


@pytest.mark.compiled
@pytest.mark.parametrize("kind", RETURNS)
def test_the_heap_holds_all_that_is_put_into_it(kind):
    """Two rings that overtake each other again and again, and a hub that touches everybody."""
    n = 4000
    tails = np.concatenate([np.arange(n), np.arange(n), np.full(n, n)])
    heads = np.concatenate([(np.arange(n) + 2) % n, (np.arange(n) + 4) % n, np.arange(n)])
    names = [f"a{i:05}" for i in range(n + 1)]
    graph = InteractionGraph.from_arcs(names, tails, heads)
    weights = np.ones(n + 1)
    case = (graph, weights, np.ones(n + 1, bool), 1.0, np.ones(n + 1))
    order = returned(case, kind)
    assert sorted(order) == list(range(n + 1))


def test_a_full_heap_starts_again_with_what_is_valid():
    """Candidates 0, 1 and 2 touch a cluster of 4; the heap has no room but for old entries."""
    indptr, indices = np.array([0, 1, 2, 3, 6]), np.array([3, 3, 3, 0, 1, 2], np.int32)
    total, entry = np.array([1.0, 1.0, 2.0, 4.0]), np.array([5.0, 5.0, 6.0])
    keys, heap = np.array([5.0, 5.0, 6.0]), np.array([0, 1, 2], np.int32)
    waiting = kernels.Waiting(
        entry.copy(),
        np.ones(3, np.int64),
        entry,
        keys,
        heap,
        np.ones(3),
        np.array([False, True, False, True]),
        np.arange(4, dtype=np.int32),
        np.full(4, -1),
    )
    size = kernels.relieve(indptr, indices, total, 3, 4.0, 1, 0, waiting, 3)
    assert entry.tolist() == [1.0, 5.0, 2.0]
    assert (keys[0], heap[0]) == (1.0, 0)
    assert {(keys[i], int(heap[i])) for i in range(size)} >= {(1.0, 0), (2.0, 2)}


@pytest.mark.compiled
@pytest.mark.parametrize("kind", KEYS)
def test_a_star_of_300_000_loses_its_hub_alone(star, kind):
    hub = int(np.argmax(np.diff(star.both.indptr)))
    case = (star, np.ones(star.n), np.ones(star.n, bool), 5.0, np.ones(star.n))
    out = stays_out(case, kind)
    assert out == {hub} if hub not in range(5) else out
