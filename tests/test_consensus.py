"""Agreement of runs, stability of accounts, and one partition of several."""

import math

import igraph
import naive_communities as naive
import networkx as nx
import numpy as np
import pytest
from conftest import COMPILED, graphs
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from keynodes import InteractionGraph
from keynodes.communities import agreement
from keynodes.communities.agreement import (
    adjusted_information,
    adjusted_rand,
    grouped,
    mean_agreement,
    rand_matrix,
    stability,
)
from keynodes.communities.consensus import consensus, medoid
from keynodes.communities.modularity_score import modularity
from keynodes.communities.numbering import canonical
from keynodes.kernels.consensus import expected_information, matches


def in_runs(*texts):
    """Runs written as texts: one letter an account."""
    return np.array([canonical(np.array([ord(c) for c in text])) for text in texts], np.int32)


@st.composite
def several_runs(draw, most_accounts=9, most_runs=6):
    shape = draw(st.integers(1, most_runs)), draw(st.integers(0, most_accounts))
    drawn = draw(hnp.arrays(np.int64, shape, elements=st.integers(0, 4)))
    return np.array([canonical(run) for run in drawn], np.int32).reshape(shape)


def noisy(n, communities, noise, runs, seed=0):
    """A planted partition, and runs that each put some accounts anywhere."""
    rng = np.random.default_rng(seed)
    planted = canonical(rng.integers(0, communities, n))
    each = []
    for _ in range(runs):
        wrong = rng.random(n) < noise
        each.append(canonical(np.where(wrong, rng.integers(0, communities, n), planted)))
    return planted, np.array(each, np.int32)


# --- stability -----------------------------------------------------------------------------------


def test_stability_by_hand():
    labels = canonical(np.array([0, 0, 0, 1]))
    found = stability(labels, in_runs("aaab", "aabb"))
    # c: 3 of 3, then {c} of {a, b, c, d}; d: all of itself, then half of {c, d}.
    np.testing.assert_allclose(found, [(1 + 2 / 3) / 2, (1 + 2 / 3) / 2, (1 + 1 / 4) / 2, 0.75])


@given(several_runs(), st.data())
def test_stability_agrees_with_its_twin(runs, data):
    n = runs.shape[1]
    labels = np.array(data.draw(st.lists(st.integers(-1, 3), min_size=n, max_size=n)), np.int64)
    labels = canonical(labels)
    np.testing.assert_allclose(stability(labels, runs), naive.stability(labels, runs))


def test_accounts_always_together_are_perfectly_stable():
    planted, _ = noisy(100, 4, 0, 1)
    assert (stability(planted, np.tile(planted, (3, 1)).astype(np.int32)) == 1).all()


# --- agreement -----------------------------------------------------------------------------------


@given(several_runs(most_runs=2))
def test_the_rand_index_is_scikit_learns(runs):
    one, other = runs[0], runs[-1]
    assert adjusted_rand(one, other) == pytest.approx(adjusted_rand_score(one, other), rel=1e-12)
    if len(one) > 1:
        assert adjusted_rand(one, other) == pytest.approx(naive.rand_from_pairs(one, other))


@given(several_runs(most_accounts=30, most_runs=2))
def test_the_information_is_scikit_learns(runs):
    one, other = runs[0], runs[-1]
    if len(one):
        expected = adjusted_mutual_info_score(one, other)
        assert adjusted_information(one, other) == pytest.approx(expected, abs=1e-9)


@given(several_runs(most_accounts=6, most_runs=2))
def test_the_expected_information_is_the_mean_over_all_shuffles(runs):
    one, other = runs[0], runs[-1]
    if not len(one):
        return
    sizes = [np.unique(np.bincount(run), return_counts=True) for run in (one, other)]
    found = expected_information(*sizes[0], *sizes[1], len(one))
    assert found == pytest.approx(naive.expected_information(one.tolist(), other.tolist()))


@pytest.mark.compiled
@pytest.mark.parametrize(("n", "communities"), [(70_000, 20), (70_000, 500), (5000, 3000)])
def test_the_information_of_large_partitions_is_scikit_learns(n, communities):
    one, other = noisy(n, communities, 0.3, 2)[1]
    assert adjusted_information(one, other) == pytest.approx(
        adjusted_mutual_info_score(one, other), abs=1e-9
    )
    assert adjusted_rand(one, other) == pytest.approx(adjusted_rand_score(one, other), rel=1e-12)


def test_squares_of_a_community_of_millions_do_not_overflow():
    one = np.zeros(3_000_000 if COMPILED else 3000, np.int32)
    other = one.copy()
    other[:10] = 1
    assert adjusted_rand(one, other) == pytest.approx(adjusted_rand_score(one, other), rel=1e-12)


def test_mean_agreement_is_the_mean_over_pairs():
    _, runs = noisy(60, 5, 0.3, 4)
    pairs = [(i, j) for i in range(4) for j in range(i)]
    rand, information, notice = mean_agreement(runs)
    assert rand == pytest.approx(np.mean([adjusted_rand_score(runs[i], runs[j]) for i, j in pairs]))
    assert information == pytest.approx(
        np.mean([adjusted_mutual_info_score(runs[i], runs[j]) for i, j in pairs])
    )
    assert notice == ""
    # Whatever the order of the runs; the index that the consensus goes by to the last bit.
    assert mean_agreement(runs[::-1]) == (rand, pytest.approx(information, rel=1e-12), "")
    np.testing.assert_array_equal(rand_matrix(runs), rand_matrix(runs).T)


def test_agreement_of_one_run_is_unknown():
    rand, information, notice = mean_agreement(np.zeros((1, 5), np.int32))
    assert math.isnan(rand)
    assert math.isnan(information)
    assert notice == ""


@pytest.mark.parametrize("n", [0, 1, 2])
def test_agreement_of_next_to_nothing(n):
    assert mean_agreement(np.zeros((2, n), np.int32)) == (1.0, 1.0, "")


def test_beyond_500_communities_the_small_ones_are_pooled(monkeypatch):
    monkeypatch.setattr(agreement, "WHOLE", 3)
    few = in_runs("aaaabbbbcccc")[0]
    many = in_runs("aaaabbbccdef")[0]
    _, information, notice = mean_agreement(np.array([few, many]))
    pooled = adjusted_mutual_info_score(np.minimum(few, 3), np.minimum(many, 3))
    assert information == pytest.approx(pooled)
    assert "largest 3 communities" in notice
    assert "1 of 1 pairs" in notice
    # Up to the limit both are compared whole.
    three = in_runs("aaaabbbbcccc", "aaaabbbccccc")
    assert mean_agreement(three)[1:] == (
        pytest.approx(adjusted_mutual_info_score(*three)),
        "",
    )


def test_masses_of_lone_accounts_are_normal():
    lone = np.arange(20_000 if COMPILED else 600, dtype=np.int32)
    runs = np.array([lone, lone])
    rand, information, notice = mean_agreement(runs)
    assert (rand, information) == (1.0, pytest.approx(1.0))
    assert "500" in notice
    np.testing.assert_array_equal(consensus(runs), lone)


# --- consensus -----------------------------------------------------------------------------------


def test_an_account_goes_where_most_runs_have_it():
    # The medoid is the first; c is with d and e in all others.
    runs = in_runs("aaabbb", "aabbbb", "aabbbc", "aabbbb")
    assert consensus(runs).tolist() == canonical(np.array([0, 0, 1, 1, 1, 1])).tolist()


def test_half_of_the_runs_is_no_majority():
    runs = in_runs("aaabbb", "aabbbb")
    np.testing.assert_array_equal(consensus(runs), medoid(runs))


def test_a_community_like_two_others_stands_for_the_first():
    whole = grouped(np.zeros(4, np.int32))
    for halves in ([0, 0, 1, 1], [1, 1, 0, 0]):
        other = grouped(np.array(halves))
        assert matches(whole.order, whole.starts, other.labels, other.sizes).tolist() == [0]
    # {a, b, c, d} has all of {a, b}, which is more alike than two of {c, d, e}.
    run, other = grouped(np.array([0, 0, 0, 0, 1])), grouped(np.array([1, 1, 0, 0, 0]))
    assert matches(run.order, run.starts, other.labels, other.sizes).tolist() == [1, 0]


def test_a_community_may_be_empty_in_the_end():
    runs = in_runs("aaabbbbc", "aaabbbbb", "aaabbbbb")
    assert consensus(runs).max() == 1


@given(several_runs())
def test_the_consensus_agrees_with_its_twin(runs):
    found = consensus(runs)
    twin = naive.consensus_from(medoid(runs).tolist(), runs)
    np.testing.assert_array_equal(found, canonical(np.array(twin, np.int64)))


@given(several_runs(), st.integers(1, 4))
def test_runs_that_are_all_the_same_are_the_consensus(runs, times):
    np.testing.assert_array_equal(consensus(np.repeat(runs[:1], times, axis=0)), runs[0])


@given(several_runs(), st.randoms(use_true_random=False))
def test_the_order_of_the_runs_does_not_matter(runs, random):
    order = list(range(len(runs)))
    random.shuffle(order)
    np.testing.assert_array_equal(consensus(runs[order]), consensus(runs))


@given(several_runs())
def test_the_consensus_is_numbered_and_complete(runs):
    found = consensus(runs)
    np.testing.assert_array_equal(found, canonical(found))
    assert found.shape == (runs.shape[1],)
    assert (found >= 0).all()


@given(several_runs())
def test_no_majority_is_left_unheard(runs):
    found = consensus(runs)
    again = naive.consensus_from(found.tolist(), runs, rounds=1)
    np.testing.assert_array_equal(canonical(np.array(again, np.int64)), found)


def test_the_consensus_is_nearer_to_the_truth_than_any_run():
    planted, runs = noisy(3000, 20, 0.3, 10)
    found = adjusted_rand(consensus(runs), planted)
    assert found > 0.85
    assert found > max(adjusted_rand(run, planted) for run in runs) + 0.2
    assert len(np.unique(consensus(runs))) == 20


def test_noise_makes_neither_one_community_nor_fragments():
    runs = noisy(3000, 20, 1.0, 10)[1]
    assert 10 <= len(np.unique(consensus(runs))) <= 20


def test_a_run_of_one_community_does_no_harm():
    planted, runs = noisy(2000, 40, 0.1, 10)
    runs[3] = 0
    assert adjusted_rand(consensus(runs), planted) > 0.95


# --- modularity ----------------------------------------------------------------------------------


@given(graphs(whole_weights=False), st.data(), st.sampled_from([1.0, 0.3, 2.5]))
def test_modularity_agrees_with_its_twin_and_igraph(graph, data, resolution):
    n = graph.n
    labels = np.array(data.draw(st.lists(st.integers(-1, 3), min_size=n, max_size=n)), np.int64)
    found = modularity(graph, labels, resolution)
    np.testing.assert_allclose(found, naive.modularity(graph, labels, resolution), atol=1e-12)
    if graph.m and (labels >= 0).all():
        both = graph.to_igraph().as_undirected(combine_edges="sum")
        theirs = both.modularity(labels.tolist(), weights="weight", resolution=resolution)
        assert found == pytest.approx(theirs, abs=1e-12)
        undirected = nx.Graph((u, v, {"weight": 0.0}) for u, v in both.get_edgelist())
        undirected.add_nodes_from(range(n))
        for edge in both.es:
            undirected.edges[edge.tuple]["weight"] = edge["weight"]
        sets = [{i for i in range(n) if labels[i] == c} for c in set(labels.tolist())]
        theirs = nx.community.modularity(undirected, sets, resolution=resolution)
        assert found == pytest.approx(theirs, abs=1e-12)


def test_modularity_without_arcs_is_unknown():
    graph = InteractionGraph.from_arcs(["a", "b"], [], [])
    assert math.isnan(modularity(graph, np.array([0, 0])))
    assert igraph.Graph(2).modularity([0, 0]) != 0
