"""Walks and HITS: PageRank, CheiRank, Katz, authorities and hubs."""

import math

import naive
import networkx
import numpy as np
import pytest
from conftest import COMPILED, graphs, random_graph
from hypothesis import given
from hypothesis import strategies as st

from keynodes import InteractionGraph, KeynodesError
from keynodes.errors import NotConverged, UsageError
from keynodes.measures import spectra
from keynodes.measures.hits import authority, hub
from keynodes.measures.spectra import spectral_radius
from keynodes.measures.walks import cheirank, katz, pagerank

RANDOM = [random_graph(60, 300, seed=1), random_graph(200, 500, seed=2, hubs=1.0)]
RANDOM += [random_graph(300, 3000, seed=3), random_graph(150, 4000, seed=4, hubs=4.0)]


def arcs(n, *pairs):
    """A graph of n accounts a, b, c… from pairs such as "ab"."""
    place = [chr(ord("a") + i) for i in range(n)]
    tails, heads = ([place.index(pair[side]) for pair in pairs] for side in (0, 1))
    return InteractionGraph.from_arcs(place, tails, heads)


def ring(n, *chords):
    tails = [*range(n), *(tail for tail, _ in chords)]
    heads = [*((v + 1) % n for v in range(n)), *(head for _, head in chords)]
    return InteractionGraph.from_arcs([f"r{v:05}" for v in range(n)], tails, heads)


def in_order(graph, scores):
    return np.array([scores[account] for account in graph.accounts])


# --- by hand ----------------------------------------------------------------------------------


def test_pagerank_of_an_out_star_by_hand():
    """Each leaf follows the centre, the centre starts anew: c = r + 0.85 · 2 l, l = r."""
    scores = pagerank(arcs(3, "ab", "ac"))
    np.testing.assert_allclose(scores, np.array([2.7, 1, 1]) / 4.7)


def test_cheirank_of_an_out_star_by_hand():
    scores = cheirank(arcs(3, "ab", "ac"))
    np.testing.assert_allclose(scores, np.array([1, 1.425, 1.425]) / 3.85)


def test_a_reader_follows_posts_in_proportion_to_weight():
    graph = InteractionGraph.from_arcs(["a", "b", "reader"], [0, 1], [2, 2], [3, 1])
    a, b, reader = pagerank(graph)
    assert (a - reader) / (b - reader) == pytest.approx(3)


def test_katz_of_a_mutual_pair_by_hand():
    """λ = 1, so alpha = 0.85 and each score is 1/(1 − 0.85) before normalisation."""
    assert katz(arcs(2, "ab", "ba")) == pytest.approx(math.sqrt(0.5))


def test_katz_without_closed_walks_takes_alpha_from_the_degrees():
    """Largest out-degree 4 and in-degree 1: alpha = 0.85/2, and the centre has 1 + 4 alpha."""
    scores = katz(arcs(5, "ab", "ac", "ad", "ae"))
    assert scores / scores[1] == pytest.approx([2.7, 1, 1, 1, 1])


def test_hits_of_a_small_graph_by_hand():
    """Two hearers, one of them hears both sources: the golden ratio."""
    golden = (1 + math.sqrt(5)) / 2
    graph = arcs(4, "ac", "ad", "bd")
    assert authority(graph) == pytest.approx([1 / golden, 1 - 1 / golden, 0, 0])
    assert hub(graph) == pytest.approx([0, 0, 1 - 1 / golden, 1 / golden])


def test_hits_of_two_equal_stars_is_shared_between_them():
    """One principal eigenvalue, two parts: what equal hubs at the start lead to, by any name."""
    graph = arcs(6, "ac", "ad", "be", "bf")
    np.testing.assert_allclose(authority(graph), [0.5, 0.5, 0, 0, 0, 0], atol=1e-12)
    np.testing.assert_allclose(hub(graph), [0, 0, 0.25, 0.25, 0.25, 0.25], atol=1e-12)


def test_hits_outside_the_principal_part_is_exactly_0():
    graph = arcs(7, "ac", "ad", "ag", "be", "bf")
    assert authority(graph).tolist() == [1, 0, 0, 0, 0, 0, 0]


def test_hits_without_arcs_is_undefined():
    assert np.isnan(authority(arcs(3))).all()
    assert np.isnan(hub(arcs(3))).all()


# --- direction --------------------------------------------------------------------------------


@pytest.mark.parametrize("score", [pagerank, katz, authority])
def test_whoever_is_heard_leads_an_out_star(score):
    scores = score(arcs(4, "ab", "ac", "ad"))
    assert scores[0] > scores[1:].max()


@pytest.mark.parametrize("score", [cheirank, hub])
def test_whoever_hears_leads_an_in_star(score):
    scores = score(arcs(4, "ba", "ca", "da"))
    assert scores[0] > scores[1:].max()


@pytest.mark.parametrize("score", [pagerank, katz])
def test_the_source_leads_an_out_chain(score):
    assert (np.diff(score(arcs(4, "ab", "bc", "cd"))) < 0).all()


def test_cheirank_grows_along_an_out_chain():
    assert (np.diff(cheirank(arcs(4, "ab", "bc", "cd"))) > 0).all()


# --- second oracles ---------------------------------------------------------------------------


@pytest.mark.parametrize("graph", RANDOM)
@pytest.mark.parametrize("damping", [0.5, 0.85, 0.95])
def test_pagerank_and_cheirank_agree_with_networkx(graph, damping):
    forward = graph.to_networkx()
    for score, peer in ((pagerank, forward.reverse()), (cheirank, forward)):
        expected = networkx.pagerank(peer, alpha=damping, tol=1e-14, max_iter=2000)
        np.testing.assert_allclose(
            score(graph, damping=damping), in_order(graph, expected), rtol=1e-9, atol=1e-12
        )


@pytest.mark.parametrize("graph", RANDOM)
def test_seeds_agree_with_networkx(graph):
    forward = graph.to_networkx()
    seeds = np.array([3, 11, 11, 40])
    personal = {graph.accounts[i]: 1 for i in seeds}
    for score, peer in ((pagerank, forward.reverse()), (cheirank, forward)):
        expected = networkx.pagerank(peer, personalization=personal, tol=1e-14, max_iter=2000)
        np.testing.assert_allclose(
            score(graph, seeds=seeds), in_order(graph, expected), rtol=1e-9, atol=1e-12
        )


@pytest.mark.parametrize("graph", RANDOM)
def test_katz_agrees_with_networkx(graph):
    alpha = 0.85 / max(abs(np.linalg.eigvals((graph.to_scipy().toarray() > 0).astype(float))))
    expected = networkx.katz_centrality(
        graph.to_networkx().reverse(), alpha=alpha, tol=1e-14, max_iter=5000
    )
    np.testing.assert_allclose(katz(graph), in_order(graph, expected), rtol=1e-8)
    np.testing.assert_allclose(katz(graph, alpha=alpha), in_order(graph, expected), rtol=1e-8)


@pytest.mark.parametrize("graph", RANDOM)
def test_hits_agrees_with_networkx(graph):
    hubs, authorities = networkx.hits(graph.to_networkx().reverse(), tol=1e-14)
    np.testing.assert_allclose(hub(graph), in_order(graph, hubs), rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(authority(graph), in_order(graph, authorities), rtol=1e-7, atol=1e-9)


@given(graph=graphs(), damping=st.sampled_from([0.0, 0.3, 0.9]), data=st.data())
def test_seeds_and_damping_agree_with_the_twin(graph, damping, data):
    if not graph.n:
        return
    seeds = data.draw(st.lists(st.integers(0, graph.n - 1), min_size=1, max_size=4))
    for score, twin in ((pagerank, naive.pagerank), (cheirank, naive.cheirank)):
        np.testing.assert_allclose(
            score(graph, damping=damping, seeds=np.array(seeds)),
            twin(graph, damping=damping, seeds=seeds),
            rtol=1e-9,
            atol=1e-10,
        )


@given(graph=graphs())
def test_the_spectral_radius_agrees_with_dense_eigenvalues(graph):
    value, residual = spectral_radius(graph.out, 1000)
    assert residual <= 1e-12
    assert value == pytest.approx(naive.spectral_radius(graph), rel=1e-9)


@given(graph=graphs())
def test_shares_sum_to_one(graph):
    for score in (pagerank, cheirank, authority, hub):
        scores = score(graph)
        if graph.m:
            assert scores.sum() == pytest.approx(1)
            assert (scores >= 0).all()


# --- hard graphs ------------------------------------------------------------------------------


def test_accounts_that_no_seed_hears_have_exactly_0():
    assert pagerank(arcs(4, "ab", "bc", "ad"), seeds=np.array([1]))[2:].tolist() == [0, 0]


def test_the_power_method_would_swing_for_ever_on_a_periodic_graph():
    assert spectral_radius(ring(9).out, 50)[0] == pytest.approx(1)
    assert spectral_radius(arcs(5, "ab", "ba", "ac", "ca", "ad", "da", "ae", "ea").out, 50)[
        0
    ] == pytest.approx(2)


def test_equal_components_in_a_row_do_not_slow_the_spectral_radius():
    """Mutual pairs joined to a chain: one eigenvalue, a Jordan block of 100."""
    left, right = np.arange(0, 200, 2), np.arange(1, 200, 2)
    tails = np.concatenate([left, right, right[:-1]])
    heads = np.concatenate([right, left, left[1:]])
    graph = InteractionGraph.from_arcs([f"p{i:03}" for i in range(200)], tails, heads)
    assert spectral_radius(graph.out, 5) == (1.0, 0.0)


def test_restarts_keep_what_was_found():
    """A lattice has its eigenvalues close together: more products than the basis can hold."""
    side = 20
    place = np.arange(side * side).reshape(side, side)
    tails = np.concatenate([place[:, :-1].ravel(), place[:-1].ravel()])
    heads = np.concatenate([place[:, 1:].ravel(), place[1:].ravel()])
    graph = InteractionGraph.from_arcs(
        [f"c{i:04}" for i in range(side * side)],
        np.concatenate([tails, heads]),
        np.concatenate([heads, tails]),
    )
    value, residual = spectral_radius(graph.out, 1000)
    assert residual <= spectra.PRECISION
    assert value == pytest.approx(4 * math.cos(math.pi / (side + 1)), rel=1e-11)


def test_restarts_keep_complex_pairs_together():
    """A ring with a chord: eigenvalues on a circle, solved by 1 = x^-40 + x^-26."""
    value, residual = spectral_radius(ring(40, (0, 15)).out, 2000)
    assert residual <= spectra.PRECISION
    assert value**-40 + value**-26 == pytest.approx(1)


@pytest.mark.parametrize(("first", "kept"), [(size, 8) for size in (8, 24)] + [(7, 7), (1, 1)])
def test_a_restart_keeps_an_invariant_subspace_even_where_eigenvalues_tie(first, kept):
    """Real eigenvalues, and complex pairs that all have one real part."""
    size = spectra.BASIS
    square = np.zeros((size, size))
    np.fill_diagonal(square, [*np.linspace(2, 1, size - 1), 0.1])
    for pair in range(first, size - 1, 2):
        square[pair : pair + 2, pair : pair + 2] = [[0.5, pair], [-pair, 0.5]]
    matrix = np.zeros((size + 1, size + 1))
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(size, size)))[0]
    matrix[:size, :size] = turn @ square @ turn.T
    matrix[size, size - 1] = 0.3
    basis, projected = np.eye(size + 1), matrix[:, :size].copy()
    assert spectra._restart(projected, basis) == kept
    np.testing.assert_allclose(
        matrix @ basis[:kept].T, basis[: kept + 1].T @ projected[: kept + 1, :kept], atol=1e-12
    )
    assert max(np.linalg.eigvals(projected[:kept, :kept]).real) == pytest.approx(2)


def test_heavy_weights_do_not_overflow():
    graph = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 0, 1], [2, 3, 3], [1e200] * 3)
    light = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 0, 1], [2, 3, 3])
    for score in (pagerank, cheirank, authority, hub):
        np.testing.assert_allclose(score(graph), score(light), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("tolerance", [1e-3, 1e-6, 1e-9])
def test_errors_stay_within_the_stated_tolerance(tolerance):
    graph = RANDOM[2]
    exact = pagerank(graph, tolerance=1e-14)
    assert abs(pagerank(graph, tolerance=tolerance) - exact).sum() <= tolerance
    exact = katz(graph, tolerance=1e-13)
    assert abs(katz(graph, tolerance=tolerance) / exact - 1).max() <= 2 * tolerance


@pytest.mark.parametrize("score", [pagerank, cheirank])
def test_small_scores_are_as_exact_as_large_ones(score):
    """Ranks need that: a sum of errors says little of a score of a millionth."""
    n = 20000 if COMPILED else 4000
    graph = random_graph(n, 5 * n, seed=2, hubs=4.0)
    exact = score(graph, tolerance=1e-14)
    assert exact.max() > 1000 * exact.min()
    np.testing.assert_allclose(score(graph), exact, rtol=1e-10)


def test_the_last_bit_of_a_score_may_swing_for_ever():
    graph = random_graph(2000, 20000)
    scores = pagerank(graph, damping=0.9999, tolerance=1e-12, max_iterations=100)
    assert scores.sum() == pytest.approx(1)


def test_scores_far_from_the_principal_part_have_true_digits():
    """A tree hangs on a dense core, twice: HITS falls at each step outward, to below 1e-10."""
    rng = np.random.default_rng(0)
    n, core = 2000, 8
    children = np.arange(core, n)
    parents = (children - 1 - rng.random(n - core) ** 3 * np.minimum(children - 1, 400)).astype(int)
    dense = rng.integers(0, core, (2, 12 * core))
    tails = np.concatenate([dense[0], children, parents])
    heads = np.concatenate([dense[1], parents, children])
    place = rng.permutation(2 * n)
    graph = InteractionGraph.from_arcs(
        [f"t{i:04}" for i in range(2 * n)],
        place[np.concatenate([tails, tails + n])],
        place[np.concatenate([heads, heads + n])],
    )
    for score in (authority, hub):
        one, other = score(graph)[place].reshape(2, n)
        assert one[one > 0].min() < 1e-10
        np.testing.assert_allclose(one, other, rtol=1e-10)


# --- what cannot be done ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("score", "settings"),
    [
        (pagerank, {"max_iterations": 3}),
        (cheirank, {"max_iterations": 3}),
        (katz, {"alpha": 0.02, "max_iterations": 3}),
        (katz, {"max_iterations": 2}),
        (authority, {"max_iterations": 2}),
        (hub, {"max_iterations": 2}),
    ],
)
def test_too_few_iterations_are_an_error_that_says_so(score, settings):
    with pytest.raises(NotConverged, match=rf"^{score.__name__}.* after \d .*raise max_iterations"):
        score(RANDOM[2], **settings)


def test_scores_beyond_all_numbers_are_an_error():
    """Each step of this chain of mutual pairs multiplies by three, 1,000 times."""
    left, right = np.arange(0, 2000, 2), np.arange(1, 2000, 2)
    tails = np.concatenate([left, right, right[:-1]])
    heads = np.concatenate([right, left, left[1:]])
    graph = InteractionGraph.from_arcs([f"p{i:04}" for i in range(2000)], tails, heads)
    with pytest.raises(NotConverged, match="lower alpha"):
        katz(graph)


def test_an_alpha_beyond_the_limit_is_an_error_that_states_the_limit():
    graph = arcs(4, "ab", "ba", "bc", "cb", "cd", "dc", "da", "ad")
    with pytest.raises(UsageError, match=r"alpha must be below 1/λ = 0\.5 here, got 0\.5"):
        katz(graph, alpha=0.5)
    katz(graph, alpha=0.49)


@pytest.mark.parametrize(
    ("score", "settings", "sentence"),
    [
        (pagerank, {"damping": 1.0}, "damping must be at least 0 and below 1, got 1.0"),
        (cheirank, {"damping": -0.1}, "damping must be at least 0"),
        (pagerank, {"damping": math.nan}, "damping must be at least 0"),
        (pagerank, {"tolerance": 0.0}, "tolerance must be above 0"),
        (katz, {"alpha": 0.0}, "alpha must be above 0"),
        (katz, {"alpha": math.nan}, "alpha must be above 0"),
        (hub, {"max_iterations": 0}, "max_iterations must be at least 1"),
        (pagerank, {"seeds": np.array([], int)}, "seeds must name at least one account"),
        (cheirank, {"seeds": np.array([60])}, "seeds must be account indices from 0 to 59"),
    ],
)
def test_bad_parameters_are_errors(score, settings, sentence):
    with pytest.raises(UsageError, match=sentence) as raised:
        score(RANDOM[0], **settings)
    assert str(raised.value).startswith(score.__name__)
    assert isinstance(raised.value, KeynodesError)
