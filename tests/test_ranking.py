import numpy as np
import pytest
from conftest import graphs, random_graph
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from keynodes import MEASURES, InteractionGraph, rank
from keynodes.errors import LabelsNeeded, UnknownName, UsageError
from keynodes.ranking import AGGREGATION, DEFAULT_MEASURES, borda, reciprocal_rank_fusion
from keynodes.results import middle_ranks_of, ranks_of


@pytest.fixture(scope="module")
def star():
    return InteractionGraph.from_arcs(["hub", "a", "b", "c"], [0, 0, 0], [1, 2, 3])


@pytest.fixture(scope="module")
def graph():
    return random_graph(300, 2500, seed=5)


def test_the_table_has_exactly_these_columns(graph):
    labels = np.arange(graph.n) % 3
    assert list(rank(graph, "out_degree").to_frame()) == ["rank", "account", "score"]
    everything = rank(
        graph,
        ["pagerank", "liaison"],
        intervals=3,
        labels=labels,
        protected=[graph.accounts[0]],
    ).to_frame()
    assert list(everything) == [
        "rank",
        "account",
        "score",
        "rank_low",
        "rank_high",
        "top_share",
        "protected",
        "pagerank",
        "liaison",
    ]
    assert len(everything) == 20


def test_ties_share_the_smallest_rank_in_account_order(star):
    table = rank(star, "out_degree").to_frame()
    assert table["rank"].tolist() == [1, 2, 2, 2]
    assert table["account"].tolist() == ["hub", "a", "b", "c"]


def test_rounding_noise_is_a_tie():
    assert ranks_of(np.array([0.1 + 0.2, 0.3, 0.3000001]), "high").tolist() == [2, 2, 1]
    assert ranks_of(np.array([0.0, -0.0, 5e-324, np.inf]), "high").tolist() == [3, 3, 2, 1]


@given(
    st.floats(-1e300, 1e300).filter(lambda score: abs(score) > 1e-300),
    st.sampled_from(["high", "low"]),
)
def test_no_edge_of_a_bin_parts_what_is_nearly_equal(score, key):
    """0.12345678905 sits on the edge of ten significant digits; here any score would do."""
    for near in (1e-15, 1e-12, 4e-10):
        noisy = score * np.array([1 - near, 1 + near])
        assert ranks_of(noisy, key).tolist() == [1, 1]
        assert middle_ranks_of(noisy, key).tolist() == [1.5, 1.5]
    apart = score * np.array([1 - 1e-9, 1 + 1e-9])
    assert sorted(ranks_of(apart, key)) == [1, 2]


def test_a_chain_of_near_equals_is_one_tie():
    chain = 1 + 5e-10 * np.arange(10)
    assert ranks_of(np.append(chain, 2.0), "low").tolist() == [1] * 10 + [11]
    assert middle_ranks_of(np.append(chain, 2.0), "low").tolist() == [5.5] * 10 + [11]


def test_extreme_scores_are_in_order():
    largest = np.finfo(float).max
    scores = [np.inf, np.inf, largest, 1e-315, 5e-324, 0.0, -5e-324, -largest, -np.inf, np.nan]
    assert ranks_of(np.array(scores), "high").tolist() == [1, 1, 3, 4, 5, 6, 7, 8, 9, 10]
    assert ranks_of(np.array(scores), "low").tolist() == [8, 8, 7, 6, 5, 4, 3, 2, 1, 10]
    assert ranks_of(np.array([-np.inf, np.inf]), "high").tolist() == [2, 1]
    assert ranks_of(np.array([np.nan, -np.inf]), "high").tolist() == [2, 1]
    assert ranks_of(np.array([]), "high").tolist() == []


def test_undefined_comes_last_at_either_end():
    scores = np.array([np.nan, 1.0, 2.0, np.nan])
    assert ranks_of(scores, "high").tolist() == [3, 2, 1, 3]
    assert ranks_of(scores, "low").tolist() == [3, 1, 2, 3]
    assert middle_ranks_of(scores, "low").tolist() == [3.5, 1, 2, 3.5]


@given(arrays(np.float64, st.integers(0, 20), elements=st.sampled_from([0, 1, -2, np.nan, 0.5])))
def test_ranks_are_those_of_scipy(scores):
    from scipy.stats import rankdata

    for key, sign in (("high", -1), ("low", 1)):
        keys = np.where(np.isnan(scores), np.inf, sign * scores)
        np.testing.assert_array_equal(ranks_of(scores, key), rankdata(keys, "min"))
        np.testing.assert_array_equal(middle_ranks_of(scores, key), rankdata(keys, "average"))


def test_low_is_key_where_the_row_says_so(star):
    scores = MEASURES["constraint"](star)
    first = rank(star, "constraint").to_frame()["account"][0]
    assert scores[star.index_of(first)] == np.nanmin(scores)


@pytest.mark.parametrize("rule", AGGREGATION)
def test_a_consensus_of_equals_is_their_order(rule):
    ranks = np.array([[1.0, 2, 3, 4]] * 3)
    scores = AGGREGATION[rule](ranks)
    assert ranks_of(scores, "high").tolist() == [1, 2, 3, 4]


def test_the_rules_by_hand():
    ranks = np.array([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0]])
    np.testing.assert_allclose(
        reciprocal_rank_fusion(ranks), [1 / 61 + 1 / 63, 1 / 62 + 1 / 61, 1 / 63 + 1 / 62]
    )
    np.testing.assert_allclose(borda(ranks), [0.5, 0.75, 0.25])


@given(graphs())
def test_a_consensus_shows_the_rank_in_each_member(graph):
    ranking = rank(graph, ["out_degree", "coreness_out", "constraint"], top=0)
    table = ranking.to_frame()
    for name in ("out_degree", "coreness_out", "constraint"):
        alone = rank(graph, name, top=0)
        assert dict(zip(table["account"], table[name], strict=True)) == dict(
            zip(alone.accounts, alone.ranks, strict=True)
        )


def test_the_default_has_members_from_each_question():
    questions = {MEASURES[name].question for name in DEFAULT_MEASURES}
    assert questions >= {"heard", "relays", "bridges"}
    assert all(MEASURES[name].key != "none" for name in DEFAULT_MEASURES)
    assert not any(MEASURES[name].needs_labels for name in DEFAULT_MEASURES)


@pytest.mark.parametrize("what", ["records", "accounts"])
def test_intervals_bracket_and_repeat(graph, what):
    ranking = rank(graph, ["out_degree", "pagerank"], intervals=20, missing_what=what, top=10)
    again = rank(graph, ["out_degree", "pagerank"], intervals=20, missing_what=what, top=10)
    other = rank(graph, ["out_degree", "pagerank"], intervals=20, missing_what=what, top=10, rng=1)
    for name in ("rank_low", "rank_high", "top_share"):
        np.testing.assert_array_equal(getattr(ranking, name), getattr(again, name))
    assert not np.array_equal(ranking.rank_low, other.rank_low)
    assert (ranking.rank_low <= ranking.rank_high).all()
    assert (ranking.rank_low >= 1).all()
    first = ranking.order[0]
    assert ranking.top_share[first] > 0.9
    assert ranking.top_share[ranking.order[-1]] == 0
    assert any("not a confidence interval" in notice for notice in ranking.notices)
    # In every replicate ten accounts are in the top ten (more when tied, fewer never).
    assert np.nansum(ranking.top_share) >= 9 if what == "records" else True


def test_nothing_missing_gives_the_rank_itself(graph):
    ranking = rank(graph, "out_degree", intervals=5, missing=0.0)
    np.testing.assert_array_equal(ranking.rank_low, ranking.ranks)
    np.testing.assert_array_equal(ranking.rank_high, ranking.ranks)


def test_more_missing_is_less_sure(graph):
    widths = [
        (r.rank_high - r.rank_low)[r.order[:20]].mean()
        for r in (rank(graph, "out_strength", intervals=30, missing=q) for q in (0.05, 0.5))
    ]
    assert widths[0] < widths[1]


def test_top_zero_is_everybody_and_the_share_is_for_twenty(graph):
    everybody = rank(graph, "out_degree", top=0, intervals=5)
    assert len(everybody.to_frame()) == graph.n
    twenty = rank(graph, "out_degree", top=20, intervals=5)
    np.testing.assert_array_equal(everybody.top_share, twenty.top_share)


def test_seeds_personalise_and_idle_members_say_so(graph):
    seeds = graph.accounts[:3].tolist()
    near = rank(graph, ["pagerank", "out_degree"], seeds=seeds)
    assert not np.array_equal(near.scores, rank(graph, ["pagerank", "out_degree"]).scores)
    assert any("seeds are not used by out_degree" in notice for notice in near.notices)
    with pytest.raises(UsageError, match="none of these measures uses seeds"):
        rank(graph, "out_degree", seeds=seeds)
    with pytest.raises(UsageError, match="none of the seeds"):
        rank(graph, "pagerank", seeds=["nobody"])


def test_protected_accounts_stay_and_are_marked(graph):
    everyone = rank(graph, "out_degree")
    first = everyone.accounts[everyone.order[0]]
    marked = rank(graph, "out_degree", protected=[first, "nobody"])
    np.testing.assert_array_equal(everyone.scores, marked.scores)
    assert marked.to_frame()["protected"].tolist() == [True] + [False] * 19
    assert any("nobody" in notice for notice in marked.notices)


@pytest.mark.parametrize(
    ("by", "error", "message"),
    [
        ("betweeness", UnknownName, "did you mean 'betweenness'"),
        ("katz:aplha=0.1", UnknownName, "no parameter 'aplha'; did you mean 'alpha'"),
        ("katz:alpha=lots", UsageError, "alpha must be a number, got 'lots'"),
        ("katz:alpha", UsageError, "expected NAME:parameter=value"),
        (["katz", "katz"], UsageError, "asked for twice"),
        ("gatekeeper", LabelsNeeded, "--labels"),
    ],
)
def test_wrong_requests_are_explained(graph, by, error, message):
    with pytest.raises(error, match=message):
        rank(graph, by)


@pytest.mark.parametrize(
    "arguments",
    [{"top": -1}, {"intervals": -1}, {"missing_what": "sleep"}, {"combine": "vote"},
     {"intervals": 2, "missing": 1.5}],
)  # fmt: skip
def test_wrong_arguments_are_refused(graph, arguments):
    with pytest.raises(UsageError):
        rank(graph, "out_degree", **arguments)


def test_parameters_take_either_dash(graph):
    one = rank(graph, "collective-influence:radius=1")
    other = rank(graph, "collective_influence")
    np.testing.assert_array_equal(one.scores, other.scores)
    assert one.by == ("collective_influence:radius=1",)


def test_a_measure_without_a_key_end_says_so(star):
    assert any("neither end is key" in notice for notice in rank(star, "in_degree").notices)


@given(graphs())
def test_any_graph_can_be_ranked(graph):
    table = rank(graph, intervals=2).to_frame()
    assert len(table) == min(graph.n, 20)
