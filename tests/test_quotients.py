"""The network seen from its candidates, and what small compiled helpers stand on."""

import heapq
import os
import subprocess
import sys
from itertools import islice

import naive_plans as twins
import numpy as np
import pytest
from conftest import graphs
from hypothesis import given
from hypothesis import strategies as st
from naive import undirected
from naive_objectives import weak_parts

from keynodes import InteractionGraph
from keynodes.dismantling.plans import seen_from
from keynodes.dismantling.registration import Problem
from keynodes.kernels import annealing, heaps, quotients, random_words
from keynodes.objectives import removal_curve


def problem_of(graph, weights=None):
    n = graph.n
    weights = np.ones(n) if weights is None else np.asarray(weights, float)
    return Problem(graph, weights, np.ones(n, bool), np.ones(n), threshold=0.0)


def curve_of(net, order, by_squares):
    """The removal curve as the walks over plans see it."""
    c = net.c
    goal = annealing.Goal(by_squares, -1.0, np.ones(c + 2), np.zeros(c))
    walk = annealing.Walk(np.zeros(c, np.int32), np.zeros(c + 2), np.full(c, -1, np.int32))
    walk.order[: len(order)] = order
    annealing.follow(net, goal, walk, len(order))
    assert walk.place.tolist() == [order.index(x) if x in order else -1 for x in range(c)]
    return walk.curve[: len(order) + 1]


@st.composite
def seen(draw, max_accounts=11):
    """A graph, weights of its accounts, some candidates, and an order of some of these."""
    graph = draw(graphs(max_accounts))
    each = draw(
        st.lists(st.sampled_from([1.0, 1.0, 2.5, 0.25]), min_size=graph.n, max_size=graph.n)
    )
    which = draw(st.lists(st.booleans(), min_size=graph.n, max_size=graph.n))
    weights, chosen = np.array(each, float), np.array(which, bool)
    order = draw(st.permutations(range(int(chosen.sum()))))
    return graph, weights, chosen, order[: draw(st.integers(0, len(order)))]


@given(seen())
def test_the_curve_is_that_of_the_network(case):
    graph, weights, chosen, order = case
    accounts, net = seen_from(problem_of(graph, weights), chosen)
    assert accounts.tolist() == np.flatnonzero(chosen).tolist()
    expected = removal_curve(graph, accounts[order].astype(np.int32), weights=weights)
    assert curve_of(net, order, False).tolist() == expected.heaviest_component.tolist()
    assert (curve_of(net, order, True) / 2).tolist() == expected.weighted_pairs.tolist()
    gone = {int(u) for u in accounts[order]}
    assert curve_of(net, order, False)[-1] == twins.heaviest(graph, gone, weights)
    assert curve_of(net, order, True)[-1] == twins.squares(graph, gone, weights)


@given(seen())
def test_clusters_fold_into_the_only_candidate_that_touches_them(case):
    graph, weights, chosen, _ = case
    indptr, indices = graph.both.indptr, graph.both.indices
    accounts, rows, near, total, own, folded, heaviest, squares = quotients.quotient(
        indptr, indices, weights, chosen
    )
    neighbours = [set(row) for row in undirected(graph)]
    gone = set(accounts.tolist())
    parts = weak_parts(graph, gone)
    masses = [sum(weights[u] for u in part) for part in parts]
    touching = [{u for u in gone if neighbours[u] & part} for part in parts]
    kept = [i for i in range(len(parts)) if len(touching[i]) > 1]
    kept.sort(key=lambda k: min(parts[k]))
    assert heaviest == max(masses, default=0.0)
    assert squares == sum(mass**2 for mass in masses)
    assert len(total) == len(accounts) + len(kept)
    assert not own[len(accounts) :].any()
    assert not folded[len(accounts) :].any()
    for i, u in enumerate(accounts.tolist()):
        mine = [masses[k] for k in range(len(parts)) if touching[k] == {u}]
        assert own[i] == weights[u]
        assert total[i] == weights[u] + sum(mine)
        assert folded[i] == sum(mass**2 for mass in mine)
    links = [set(near[rows[i] : rows[i + 1]].tolist()) for i in range(len(total))]
    assert sum(map(len, links)) == len(near)  # each neighbour once
    place = {u: i for i, u in enumerate(accounts.tolist())}
    found = range(len(accounts), len(total))
    assert [(total[x], links[x]) for x in found] == [
        (masses[k], {place[u] for u in touching[k]}) for k in kept
    ]
    for i, u in enumerate(accounts.tolist()):
        assert {j for j in links[i] if j < len(accounts)} == {
            place[v] for v in neighbours[u] & gone
        }
        assert {x for x in links[i] if x >= len(accounts)} == {x for x in found if i in links[x]}


@given(graphs())
def test_no_candidates_and_all(graph):
    nobody, everybody = np.zeros(graph.n, bool), np.ones(graph.n, bool)
    accounts, net = seen_from(problem_of(graph), nobody)
    assert len(accounts) == len(net.total) == len(net.indices) == net.c == 0
    assert curve_of(net, [], False).tolist() == [twins.heaviest(graph, set(), [1.0] * graph.n)]
    _, net = seen_from(problem_of(graph), everybody)
    np.testing.assert_array_equal(net.indptr, graph.both.indptr)
    np.testing.assert_array_equal(net.indices, graph.both.indices)
    assert (net.heaviest, net.squares) == (0.0, 0.0)


@pytest.mark.compiled
@pytest.mark.parametrize("hub", [True, False])
def test_a_star_of_300_000(star, hub):
    hub_at = int(np.argmax(np.diff(star.both.indptr)))
    chosen = np.zeros(star.n, bool)
    if hub:
        chosen[hub_at] = True
        accounts, net = seen_from(problem_of(star), chosen)
        assert net.total.tolist() == [star.n]
        assert curve_of(net, [0], False).tolist() == [star.n, 1]
        assert curve_of(net, [0], True).tolist() == [star.n * (star.n - 1), 0]
    else:
        chosen[:] = True
        chosen[hub_at] = False
        accounts, net = seen_from(problem_of(star), chosen)
        assert len(net.total) == star.n
        assert net.indptr[star.n - 1] == star.n - 1
        goal = annealing.Goal(False, -1.0, np.ones(net.c + 2), np.zeros(net.c))
        walk = annealing.Walk(
            np.arange(net.c, dtype=np.int32), np.zeros(net.c + 2), np.zeros(net.c, np.int32)
        )
        annealing.follow(net, goal, walk, 5)
        assert walk.curve[:6].tolist() == [star.n - i for i in range(6)]
        assert len(accounts) == net.c


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.5, 1.0, 2.0]), st.integers(0, 9)), max_size=40))
def test_the_heap_is_heapqs(entries):
    keys, nodes = np.empty(40), np.empty(40, np.int32)
    size, expected = 0, []
    for i, (key, node) in enumerate(entries):
        if i % 5 == 4:
            assert (keys[0], nodes[0]) == heapq.heappop(expected)
            size = heaps.drop_first(keys, nodes, size)
        if i % 7 == 6 and size:
            heapq.heapreplace(expected, (key, node))
            heaps.sift_down(keys, nodes, size, key, node)
        else:
            size = heaps.push(keys, nodes, size, key, node)
            heapq.heappush(expected, (key, node))
        assert size == len(expected)
    while expected:
        assert (keys[0], nodes[0]) == heapq.heappop(expected)
        size = heaps.drop_first(keys, nodes, size)
    assert size == 0


@given(st.integers(0, 2**64 - 1))
def test_random_words_are_those_of_splitmix64(seed):
    state = np.array([seed], np.uint64)
    assert [int(random_words.random_word(state)) for _ in range(20)] == list(
        islice(twins.splitmix64(seed), 20)
    )


def test_random_words_are_the_published_ones():
    """The first five for the state 1234567, as everybody's splitmix64 gives them."""
    state = np.array([1234567], np.uint64)
    assert [int(random_words.random_word(state)) for _ in range(5)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


def test_shares_fill_the_unit_interval():
    state = np.array([5], np.uint64)
    shares = np.array([random_words.random_share(state) for _ in range(4000)])
    assert shares.min() >= 0.0
    assert shares.max() < 1.0
    counts = np.histogram(shares, 10, (0.0, 1.0))[0]
    assert np.abs(counts - 400).max() < 5 * np.sqrt(400)
    below = [int(random_words.random_below(state, 3)) for _ in range(300)]
    assert set(below) == {0, 1, 2}


PROBE = """
import hashlib
import numpy as np
from conftest import random_graph
from test_annealing import chain_of, walk_on
graph = random_graph(40, 70, seed=3)
told = hashlib.sha256()
for by_squares, threshold in ((False, 6.0), (True, 60.0), (False, -1.0)):
    chain = chain_of(graph, by_squares=by_squares, threshold=threshold)
    walk_on(chain, 120)
    told.update(chain.walk.order[: chain.length].tobytes())
    told.update(chain.walk.curve[: chain.length + 1].tobytes() + chain.state.tobytes())
print(told.hexdigest())
"""


@pytest.mark.compiled
def test_walks_are_the_same_without_the_compiler():
    told = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", PROBE],
            env={**os.environ, "NUMBA_DISABLE_JIT": off, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for off in "01"
    ]
    assert told[0] == told[1] != ""


def test_the_graph_of_one_account_with_itself_left_out():
    graph = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1], [1, 2])
    _, net = seen_from(problem_of(graph, [3.0, 1.0, 0.5]), np.array([False, True, False]))
    assert curve_of(net, [0], False).tolist() == [4.5, 3.0]
    assert curve_of(net, [0], True).tolist() == [2 * (3.0 + 1.5 + 0.5), 0.0]
