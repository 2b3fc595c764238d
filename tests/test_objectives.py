"""Objectives: recounts from scratch after each removal, igraph, scipy, and cases by hand."""

import math

import igraph
import naive_objectives as naive
import networkx as nx
import numpy as np
import pytest
from conftest import DATA, graphs, random_graph
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import simpson
from scipy.sparse.csgraph import connected_components

from keynodes import InteractionGraph, UsageError, build_graph, read_interactions
from keynodes.objectives import OBJECTIVES, removal_curve
from keynodes.objectives.curves import RemovalCurve
from keynodes.objectives.registration import ALIASES
from keynodes.objectives.strong import strong_curve
from keynodes.objectives.summaries import curve_area, removals_to, robustness

COLUMNS = (
    "largest_component",
    "pairs",
    "components",
    "heaviest_component",
    "weighted_pairs",
    "largest_strong",
    "heaviest_strong",
)


def build(n, arcs):
    tails, heads = zip(*arcs, strict=True) if arcs else ((), ())
    return InteractionGraph.from_arcs([f"a{i:06}" for i in range(n)], tails, heads)


def ring(n):
    return build(n, [(i, (i + 1) % n) for i in range(n)])


@st.composite
def plans(draw, max_accounts=12):
    """A graph, an order of some or all of its accounts, and whole account weights."""
    graph = draw(graphs(max_accounts=max_accounts))
    everybody = draw(st.permutations(range(graph.n)))
    order = everybody[: draw(st.integers(0, graph.n))]
    weights = draw(st.lists(st.integers(0, 5), min_size=graph.n, max_size=graph.n))
    return graph, np.array(order, np.int64), np.array(weights, np.float64)


def recounted(graph, order, steps, connection):
    """Largest component after each of `steps` removals, by scipy on what is left."""
    matrix, sizes = graph.to_scipy(), []
    for step in steps:
        kept = np.delete(np.arange(graph.n), order[:step])
        if not len(kept):
            sizes.append(0)
            continue
        labels = connected_components(matrix[kept][:, kept], connection=connection)[1]
        sizes.append(int(np.bincount(labels).max()))
    return sizes


# --- curves -----------------------------------------------------------------------------------


@given(plan=plans())
def test_every_column_is_what_a_recount_finds(plan):
    graph, order, weights = plan
    curve = removal_curve(graph, order, weights=weights, strong=True)
    for name, expected in naive.removal_curve(graph, order, weights).items():
        assert getattr(curve, name).tolist() == expected, name


@given(plan=plans())
def test_without_weights_every_account_weighs_one(plan):
    graph, order, _ = plan
    curve = removal_curve(graph, order, strong=True)
    np.testing.assert_array_equal(curve.heaviest_component, curve.largest_component)
    np.testing.assert_array_equal(curve.weighted_pairs, curve.pairs)
    np.testing.assert_array_equal(curve.heaviest_strong, curve.largest_strong)


@given(plan=plans(), weights=st.data())
def test_weights_that_are_not_whole(plan, weights):
    graph, order, _ = plan
    fractions = st.floats(0, 1e6, allow_subnormal=False)
    drawn = np.array(weights.draw(st.lists(fractions, min_size=graph.n, max_size=graph.n)))
    curve = removal_curve(graph, order, weights=drawn, strong=True)
    for name, expected in naive.removal_curve(graph, order, drawn).items():
        np.testing.assert_allclose(getattr(curve, name), expected, rtol=1e-12, err_msg=name)


@given(plan=plans())
def test_a_longer_order_begins_with_the_shorter(plan):
    graph, order, weights = plan
    whole = removal_curve(graph, order, weights=weights, strong=True)
    half = removal_curve(graph, order[: len(order) // 2], weights=weights, strong=True)
    for name in COLUMNS:
        long, short = getattr(whole, name), getattr(half, name)
        np.testing.assert_array_equal(long[: len(short)], short, err_msg=name)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("m", [60, 150, 500])
def test_igraph_counts_the_same(seed, m):
    graph = random_graph(90, m, seed=seed)
    order = np.random.default_rng(seed).permutation(graph.n)
    curve = removal_curve(graph, order, strong=True)
    peer = igraph.Graph(graph.n, list(zip(graph.tails, graph.out.indices, strict=True)), True)
    for step in range(graph.n + 1):
        left = peer.copy()
        left.delete_vertices(order[:step].tolist())
        sizes = left.connected_components("weak").sizes()
        assert curve.largest_component[step] == max(sizes, default=0)
        assert curve.pairs[step] == sum(size * (size - 1) // 2 for size in sizes)
        assert curve.components[step] == len(sizes)
        strong = left.connected_components("strong").sizes()
        assert curve.largest_strong[step] == max(strong, default=0)


def test_a_chain_by_hand():
    """a-b-c-d-e without c, then a: 2 + 2, then 1 + 2."""
    curve = removal_curve(build(5, [(0, 1), (2, 1), (2, 3), (4, 3)]), [2, 0], strong=True)
    assert curve.accounts == 5
    assert curve.order.tolist() == [2, 0]
    assert curve.largest_component.tolist() == [5, 2, 2]
    assert curve.pairs.tolist() == [10, 2, 1]
    assert curve.components.tolist() == [1, 2, 2]
    assert curve.largest_strong.tolist() == [1, 1, 1]


def test_account_weights_by_hand():
    """The heaviest component need not be the largest: 9 + 1 outweigh 1 + 1 + 1."""
    graph = build(6, [(0, 1), (1, 2), (3, 4), (5, 3)])
    weights = np.array([1, 1, 1, 9, 1, 2.0])
    curve = removal_curve(graph, [5, 3], weights=weights)
    assert curve.largest_component.tolist() == [3, 3, 3]
    assert curve.heaviest_component.tolist() == [12, 10, 3]
    assert curve.weighted_pairs.tolist() == [3 + 9 + 18 + 2, 3 + 9, 3]


def test_removing_everybody_leaves_nothing():
    curve = removal_curve(ring(5), np.arange(5), strong=True)
    assert curve.largest_component.tolist() == [5, 4, 3, 2, 1, 0]
    for name in COLUMNS:
        assert getattr(curve, name)[-1] == 0, name


def test_removing_nobody_is_one_look():
    curve = removal_curve(ring(4), [], strong=True)
    for name in COLUMNS:
        assert len(getattr(curve, name)) == 1, name
    assert curve.pairs.tolist() == [6]
    assert curve.largest_strong.tolist() == [4]


def test_a_network_without_accounts():
    curve = removal_curve(build(0, []), [], strong=True)
    for name in COLUMNS:
        assert getattr(curve, name).tolist() == [0], name


def test_strong_is_left_out_unless_asked_for():
    curve = removal_curve(ring(3), [0])
    assert curve.largest_strong is None
    assert curve.heaviest_strong is None


@pytest.mark.compiled
@pytest.mark.parametrize("heard", [True, False])
def test_a_star_of_300_000(star, heard):
    graph = star if heard else build(star.n, [(i, 0) for i in range(1, star.n)])
    centre = int(np.argmax(np.diff(graph.both.indptr)))
    leaves = np.delete(np.arange(graph.n), centre)
    first = removal_curve(graph, [centre, *leaves[:5]], strong=True)
    assert first.largest_component.tolist() == [graph.n] + [1] * 6
    assert first.pairs.tolist() == [graph.n * (graph.n - 1) // 2] + [0] * 6
    assert first.components[:2].tolist() == [1, graph.n - 1]
    last = removal_curve(graph, [*leaves, centre], strong=True)
    assert last.largest_component.tolist() == [*range(graph.n, 0, -1), 0]
    assert last.largest_strong.max() == 1


@pytest.mark.compiled
def test_a_star_of_300_000_that_answers_is_strong_until_its_centre_goes(star):
    n = star.n
    tails = np.concatenate([np.zeros(n - 1, int), np.arange(1, n)])
    graph = InteractionGraph.from_arcs(star.accounts, tails, np.roll(tails, n - 1))
    centre = int(np.argmax(np.diff(graph.out.indptr)))
    order = np.delete(np.arange(n), centre)[:1000]
    curve = removal_curve(graph, [*order, centre], strong=True)
    assert curve.largest_strong.tolist() == [*range(n, n - 1001, -1), 1]


def test_what_is_given_stays_as_it_was():
    graph = random_graph(50, 200)
    order, weights = np.arange(20), np.ones(50)
    curve = removal_curve(graph, order, weights=weights, strong=True)
    assert order.flags.writeable
    assert weights.flags.writeable
    assert order.tolist() == list(range(20))
    assert curve.order.dtype == np.int32
    assert not curve.order.flags.writeable


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ([0, 0], "twice"),
        ([4], "4 accounts, counted from 0"),
        ([-1], "4 accounts, counted from 0"),
        ([0.5], "account indices"),
        (["a000001"], "account indices"),
        ([[0, 1]], "account indices"),
    ],
)
def test_orders_that_cannot_be_followed(order, said):
    with pytest.raises(UsageError, match=said):
        removal_curve(ring(4), order)


@pytest.mark.parametrize("weights", [[1, 1, 1], [1, 1, 1, -1], [1, 1, 1, math.nan], [math.inf] * 4])
def test_weights_that_cannot_be(weights):
    with pytest.raises(UsageError, match="account weights"):
        removal_curve(ring(4), [0], weights=weights)


# --- the largest strongly connected component -----------------------------------------------


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("m", [200, 500, 2000])
def test_scipy_recounts_the_strong_component(seed, m):
    graph = random_graph(150, m, seed=seed, hubs=1.3)
    order = np.random.default_rng(seed).permutation(graph.n)
    curve = removal_curve(graph, order, strong=True)
    assert curve.largest_strong.tolist() == recounted(graph, order, range(151), "strong")


def test_networkx_recounts_the_weight_of_the_strong_component():
    graph = random_graph(60, 240, seed=5, hubs=1.2)
    weights = np.random.default_rng(0).integers(0, 100, graph.n).astype(float)
    order = np.random.default_rng(1).permutation(graph.n)
    left = nx.DiGraph(list(zip(graph.tails.tolist(), graph.out.indices.tolist(), strict=True)))
    left.add_nodes_from(range(graph.n))
    heaviest = []
    for gone in [None, *order.tolist()]:
        left.remove_nodes_from([gone])
        parts = nx.strongly_connected_components(left)
        heaviest.append(max((sum(weights[list(part)]) for part in parts), default=0))
    curve = removal_curve(graph, order, weights=weights, strong=True)
    assert curve.heaviest_strong.tolist() == heaviest


def test_two_rings_that_hang_on_one_arc_each_way():
    """Rings a-b-c and d-e-f joined both ways; each loss by hand."""
    arcs = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (2, 3), (5, 0)]
    assert removal_curve(build(6, arcs), [4, 1], strong=True).largest_strong.tolist() == [6, 3, 1]


def test_one_account_may_close_a_cycle_through_all():
    graph = ring(500)
    assert removal_curve(graph, [123], strong=True).largest_strong.tolist() == [500, 1]


@pytest.mark.compiled
def test_a_path_of_200_000_there_and_back_needs_no_recursion():
    n = 200_000
    tails = np.arange(n - 1)
    graph = InteractionGraph.from_arcs(
        [f"a{i:06}" for i in range(n)],
        np.concatenate([tails, tails + 1]),
        np.concatenate([tails + 1, tails]),
    )
    order = np.array([n // 2, n // 4, n - 1])
    half = n // 2
    assert removal_curve(graph, order, strong=True).largest_strong.tolist() == [
        n,
        half,
        half - 1,
        half - 2,
    ]


@pytest.mark.compiled
def test_strong_is_the_same_on_any_number_of_threads_and_in_small_blocks(monkeypatch):
    graph = random_graph(2000, 30_000, seed=3, hubs=1.3)
    order = np.random.default_rng(0).permutation(graph.n).astype(np.int32)
    weights = np.random.default_rng(1).random(graph.n)
    results = []
    monkeypatch.setattr("keynodes.objectives.strong._BLOCK", 100)
    for threads in ("1", "3"):
        monkeypatch.setenv("KEYNODES_THREADS", threads)
        results.append(strong_curve(graph, order, weights))
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)
    steps = range(0, graph.n + 1, 50)
    assert results[0][0][steps].tolist() == recounted(graph, order, steps, "strong")


# --- rows -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OBJECTIVES)
def test_every_row_reads_the_curve(name):
    row = OBJECTIVES[name]
    graph = random_graph(40, 100, seed=1, hubs=1.3)
    weights = np.arange(graph.n, dtype=float)
    order = np.arange(graph.n)
    curve = removal_curve(graph, order, weights=weights, strong=row.strong)
    expected = naive.removal_curve(graph, order, weights)
    assert row.of(curve).tolist() == expected[row.column]
    assert row.of(curve, by_weight=True).tolist() == expected[row.weighted]
    assert row.of(curve).dtype == np.float64
    assert row.name == name
    assert row.meaning.endswith(".")
    assert "doi:" in row.reference


def test_other_names_are_names_of_rows():
    assert set(ALIASES.values()) <= set(OBJECTIVES)
    assert not set(ALIASES) & set(OBJECTIVES)
    assert {row.column for row in OBJECTIVES.values()} <= set(RemovalCurve.__annotations__)


# --- summaries --------------------------------------------------------------------------------


def igraph_sizes(graph, order):
    """LCC after 1, 2, … removals, by igraph."""
    peer = igraph.Graph(graph.n, list(zip(graph.tails, graph.out.indices, strict=True)))
    sizes = []
    for step in range(1, len(order) + 1):
        left = peer.copy()
        left.delete_vertices(order[:step].tolist())
        sizes.append(max(left.connected_components().sizes(), default=0))
    return sizes


@pytest.mark.parametrize("seed", range(6))
def test_the_area_is_the_review_s_sum_over_igraph_s_components(seed):
    graph = random_graph(83, 160, seed=seed)
    order = np.random.default_rng(seed).permutation(graph.n)
    shares = np.array(igraph_sizes(graph, order)) / graph.n
    stop = int(np.ceil(graph.n * 0.1))
    end = next(i for i, share in enumerate(shares, 1) if share * graph.n <= stop)
    sizes = removal_curve(graph, order).largest_component
    assert curve_area(sizes, graph.n) == simpson(shares[:end], dx=1)
    assert removals_to(sizes, graph.n)[0.1] == end
    assert math.isnan(curve_area(sizes[:end], graph.n))
    assert curve_area(sizes[: end + 1], graph.n) == curve_area(sizes, graph.n)


def test_the_area_of_one_or_two_removals_is_what_scipy_makes_of_it():
    assert curve_area([20, 2], 20) == simpson([0.1], dx=1) == 0
    assert curve_area([20, 10, 2], 20) == simpson([0.5, 0.1], dx=1) == pytest.approx(0.3)


def test_the_area_starts_after_the_first_removal_even_where_nothing_is_left_to_do():
    """Ten isolated accounts are broken before the first removal; T is 1 all the same."""
    sizes = removal_curve(build(10, []), np.arange(3)).largest_component
    assert curve_area(sizes, 10) == 0
    assert removals_to(sizes, 10)[0.1] == 0
    assert math.isnan(curve_area([1], 10))


def test_a_tenth_is_rounded_up():
    assert curve_area([31, 16, 4], 31) == simpson([16 / 31, 4 / 31], dx=1)
    assert removals_to([31, 16, 4], 31) == {0.5: 1, 0.2: 2, 0.1: 2, 0.01: None}


@given(plan=plans())
def test_robustness_is_what_a_recount_finds(plan):
    graph, order, _ = plan
    if graph.n:
        assert robustness(graph, order) == pytest.approx(
            naive.robustness(graph, order.tolist()), rel=1e-12
        )


def test_robustness_of_all_accounts_with_igraph():
    graph = random_graph(70, 200, seed=2)
    order = np.random.default_rng(3).permutation(graph.n)
    expected = sum(igraph_sizes(graph, order)) / graph.n**2
    assert robustness(graph, order) == pytest.approx(expected, rel=1e-12)


def test_robustness_of_a_star_and_of_nothing():
    """Centre first: one leaf after another; a leaf first, then the centre by degree."""
    star = build(5, [(0, i) for i in range(1, 5)])
    assert robustness(star, []) == (1 + 1 + 1 + 1 + 0) / 25
    assert robustness(star, [3]) == (4 + 1 + 1 + 1 + 0) / 25
    assert math.isnan(robustness(build(0, []), []))
    assert 0 < robustness(build(30, [(u, v) for u in range(30) for v in range(u)]), []) < 0.5


def test_removals_to_shares_of_one_s_own():
    assert removals_to([8, 5, 2], 8, shares=[1, 0.25]) == {1: 0, 0.25: 2}
    assert removals_to([0], 0) == {0.5: 0, 0.2: 0, 0.1: 0, 0.01: 0}


@pytest.mark.parametrize("share", [0, -0.1, 1.5, math.nan])
def test_shares_that_cannot_be(share):
    with pytest.raises(UsageError, match="share of the accounts"):
        removals_to([3, 2], 3, shares=[share])


@pytest.mark.parametrize("sizes", [[], [[3, 2]], [4, 2]])
def test_curves_that_cannot_be(sizes):
    with pytest.raises(UsageError, match="at most 3 accounts"):
        curve_area(sizes, 3)
    with pytest.raises(UsageError, match="at most 3 accounts"):
        removals_to(sizes, 3)


@pytest.mark.real
def test_higgs_falls_apart_as_scipy_says():
    graph = build_graph(read_interactions(DATA / "higgs_twitter" / "edges.csv.gz"))
    order = np.argsort(-np.diff(graph.both.indptr), kind="stable")[:200]
    curve = removal_curve(graph, order, strong=True)
    steps = [0, 1, 17, 200]
    assert curve.largest_component[steps].tolist() == recounted(graph, order, steps, "weak")
    assert curve.largest_strong[steps].tolist() == recounted(graph, order, steps, "strong")
