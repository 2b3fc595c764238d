from dataclasses import replace

import naive
import numpy as np
import pytest
from conftest import graphs, labels_for, random_graph
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from keynodes import MEASURES, InteractionGraph, rank
from keynodes.aggregation import AGGREGATION, borda, reciprocal_rank_fusion
from keynodes.errors import LabelsNeeded, ReadingError, UnknownName, UsageError
from keynodes.ranking import DEFAULT_MEASURES
from keynodes.results import Partition, Ranking, middle_ranks_of, ranks_of


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
        ("gatekeeper", LabelsNeeded, "--communities FILE"),
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


# --- within communities ---------------------------------------------------------------------------


def in_communities(graph, labels, names=None):
    names = tuple(str(i) for i in range(max(labels, default=-1) + 1)) if names is None else names
    return Partition(graph.accounts, np.asarray(labels, np.int64), names=names)


def test_ranks_within_communities_by_hand():
    """Two communities, a tie in one of them, an account without any."""
    accounts = np.array(["ann", "bob", "cat", "dan", "eve", "fay"], dtype=object)
    partition = Partition(accounts, np.array([1, 0, 0, 1, 0, -1]), names=("red", "blue"))
    ranking = Ranking(
        accounts,
        np.array([5.0, 1.0, 2.0, 7.0, 2.0, 9.0]),
        ("in_degree",),
        within=partition,
        protected=np.array([True, False, False, False, False, True]),
    )
    assert ranking.ranks.tolist() == [2, 3, 1, 1, 1, 0]
    table = ranking.to_frame()
    assert list(table) == ["rank", "account", "community", "score", "protected"]
    assert table.values.tolist() == [
        [1, "cat", "red", 2.0, False],
        [1, "eve", "red", 2.0, False],
        [3, "bob", "red", 1.0, False],
        [1, "dan", "blue", 7.0, False],
        [2, "ann", "blue", 5.0, True],
    ]
    low = replace(ranking, key="low", top=1).to_frame()
    assert low["account"].tolist() == ["bob", "ann"]
    assert replace(ranking, top=2).to_frame()["account"].tolist() == ["cat", "eve", "dan", "ann"]


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 1.0, -2.0, 0.5, np.nan, np.inf]), st.integers(-1, 3)),
        max_size=20,
    ),
    st.sampled_from(["high", "low"]),
)
def test_ranks_within_communities_are_those_of_the_twin(rows, key):
    scores = np.array([score for score, _ in rows], float)
    labels = np.array([label for _, label in rows], np.int64)
    assert ranks_of(scores, key, labels).tolist() == naive.ranks_within(scores, key, labels)
    members = np.flatnonzero(labels == 1)
    assert (
        ranks_of(scores, key, labels)[members].tolist() == ranks_of(scores[members], key).tolist()
    )


@given(graphs())
def test_one_community_of_everybody_is_the_plain_ranking(graph):
    by = ["out_degree", "pagerank"]
    plain = rank(graph, by, top=3)
    inside = rank(
        graph, by, top=3, within_communities=True,
        labels=in_communities(graph, [0] * graph.n, names=("0",)),
    )  # fmt: skip
    assert inside.to_frame().drop(columns="community").equals(plain.to_frame())


def test_each_community_is_ranked_by_the_scores_of_the_whole_graph(graph):
    partition = in_communities(graph, labels_for(graph).tolist())
    by = ["pagerank", "out_degree"]
    whole = rank(graph, by, top=0)
    ranking = rank(graph, by, labels=partition, within_communities=True, top=4)
    np.testing.assert_array_equal(ranking.scores, whole.scores)
    assert ranking.ranks.tolist() == naive.ranks_within(whole.scores, "high", partition.labels)
    table = ranking.to_frame()
    assert list(table) == ["rank", "account", "community", "score", *by]
    assert table["community"].tolist() == ["0"] * 4 + ["1"] * 4 + ["2"] * 4
    for name in by:
        alone = rank(graph, name, labels=partition, within_communities=True, top=0)
        np.testing.assert_array_equal(ranking.members[name], alone.ranks)
    assert "43 of 300 accounts have no community and are left out" in ranking.notices
    assert not any("labels are not used" in notice for notice in ranking.notices)


@pytest.mark.parametrize("what", ["records", "accounts"])
def test_intervals_within_communities(graph, what):
    partition = in_communities(graph, labels_for(graph).tolist())
    asked = {"labels": partition, "within_communities": True, "missing_what": what, "top": 5}
    ranking = rank(graph, "out_degree", intervals=10, **asked)
    table = ranking.to_frame()
    assert list(table)[2:] == ["community", "score", "rank_low", "rank_high", "top_share"]
    assert (ranking.rank_low <= ranking.rank_high)[partition.labels >= 0].all()
    assert table.loc[table["rank"] == 1, "top_share"].min() > 0.8
    assert np.isnan(ranking.rank_low[partition.labels < 0]).all()
    assert any("communities are those of the whole graph" in notice for notice in ranking.notices)
    nothing = rank(graph, "out_degree", intervals=3, missing=0.0, **asked)
    inside = partition.labels >= 0
    np.testing.assert_array_equal(nothing.rank_low[inside], nothing.ranks[inside])
    np.testing.assert_array_equal(nothing.rank_high[inside], nothing.ranks[inside])
    everybody = rank(graph, "out_degree", intervals=3, missing=0.0, **{**asked, "top": 0})
    np.testing.assert_array_equal(everybody.top_share[inside], nothing.ranks[inside] <= 20)


def test_ranking_within_communities_needs_them(graph):
    with pytest.raises(LabelsNeeded, match="give --communities FILE"):
        rank(graph, "out_degree", within_communities=True)
    with pytest.raises(UsageError, match="none of these measures uses labels"):
        rank(graph, "out_degree", labels=labels_for(graph))


def test_a_partition_of_another_graph_is_matched_by_account(graph):
    partition = in_communities(graph, [i % 3 for i in range(graph.n)], ("x", "y", "z"))
    part = graph.among(np.arange(graph.n) < 100)
    ranking = rank(part, "out_degree", labels=partition, within_communities=True, top=0)
    table = ranking.to_frame()
    expected = {a: "xyz"[i % 3] for i, a in enumerate(graph.accounts[:100])}
    assert dict(zip(table["account"], table["community"], strict=True)) == expected
    assert any("not in the graph" in notice for notice in ranking.notices)


def test_communities_may_be_a_method_a_file_or_a_table(graph, tmp_path, monkeypatch):
    from keynodes.communities.partitioning import partition

    found = partition(graph, "labels", rng=3)
    by_method = rank(graph, "liaison", labels="labels", rng=3)
    np.testing.assert_array_equal(by_method.scores, rank(graph, "liaison", labels=found).scores)
    assert set(found.notices) <= set(by_method.notices)
    path = tmp_path / "c.csv"
    path.write_text(found.to_frame().to_csv(index=False))
    table = dict(zip(found.accounts, found.labels.tolist(), strict=True))
    for labels in (path, str(path), table, found.labels):
        np.testing.assert_array_equal(
            rank(graph, "liaison", labels=labels).scores, by_method.scores
        )
    monkeypatch.chdir(tmp_path)
    path.rename("labels")
    notices = rank(graph, "liaison", labels="labels").notices
    assert "'labels' is a file and a method: the file was read" in notices


def test_explain_finds_communities_once_for_all_its_rankings(graph, monkeypatch):
    from keynodes.communities import choosing
    from keynodes.explanation import explain

    calls = []
    found = choosing.partition
    monkeypatch.setattr(
        choosing, "partition", lambda *args, **how: calls.append(args) or found(*args, **how)
    )
    shown = explain(graph, graph.accounts[0], by=["participation", "liaison"], labels="labels")
    assert len(shown.to_frame()) > 3
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        ("leidn", UnknownName, "no file and no community method 'leidn'; did you mean 'leiden'"),
        ("no/such", ReadingError, "no/such: there is no such file"),
        ("none.csv", ReadingError, "none.csv: there is no such file"),
    ],
)
def test_communities_that_are_nowhere(graph, labels, error, message):
    with pytest.raises(error, match=message):
        rank(graph, "liaison", labels=labels)
