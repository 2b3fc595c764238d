"""The structural score: against its twin, by hand, and on planted recruiters without times."""

import naive_recruitment
import numpy as np
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keynodes import MEASURES, InteractionGraph, build_graph, read_interactions
from keynodes.errors import UsageError
from keynodes.flow import act_of
from keynodes.recruitment.structure import WEAKER, structural_hubs
from keynodes.results import Partition
from keynodes.synthetic import make

COLUMNS = [
    "rank",
    "account",
    "community",
    "role",
    "structural_score",
    "addressed",
    "periphery",
    "outsiders",
    "outreach_share",
]


def records_of(*rows):
    return pandas.DataFrame(rows, columns=["source", "target", "relation"])


def found(records, labels, **how):
    return structural_hubs(read_interactions(records), labels, top=0, **how)


def table(records, labels):
    return found(records, labels).to_frame().set_index("account")


# Two circles of four that talk among themselves; ann also turns to outsiders, and so does eve.
TALK = [
    *[(u, v, "reply") for u in ("ann", "bob", "cat", "dan") for v in ("bob", "cat") if u != v],
    *[(u, v, "mention") for u in ("eve", "fay", "gus", "hal") for v in ("fay", "gus") if u != v],
]
CIRCLES = dict.fromkeys(["ann", "bob", "cat", "dan"], "one")
CIRCLES |= dict.fromkeys(["eve", "fay", "gus", "hal"], "two")


def test_outreach_by_hand():
    records = records_of(*TALK, ("ann", "eve", "mention"), ("ann", "new", "reply"))
    rows = table(records, CIRCLES)
    assert list(found(records, CIRCLES).to_frame().columns) == COLUMNS
    assert set(rows.index) == set(CIRCLES)  # `new` has no community
    # Circle one: ann addresses bob, cat, eve and new; bob and cat one each, dan two: two of eight
    # addressed accounts are outsiders. Nobody addresses ann or dan, its periphery.
    ann = rows.loc["ann"]
    assert (ann["addressed"], ann["periphery"], ann["outsiders"]) == (4, 0, 2)
    assert ann["structural_score"] == 2 - 4 * 2 / 8
    assert ann["outreach_share"] == 0.5
    assert rows.loc["dan", "structural_score"] == 0 - 2 * 2 / 8
    assert rows["rank"].iloc[0] == 1
    assert rows.index[0] == "ann"
    # Nobody in circle two reaches out; ties go to the smaller account.
    others = rows[rows["community"] == "two"]
    assert (others["structural_score"] == 0).all()
    assert list(others.index) == ["eve", "fay", "gus", "hal"]
    assert others["rank"].nunique() == 1


def test_the_periphery_is_whoever_has_few_neighbours_inside():
    # Seven who all talk to each other, and three who only answer gil; hub turns to those three.
    core = ["gil", "hub", "ida", "jon", "kit", "lea", "max"]
    edge = ["x", "y", "z"]
    talk = [(u, v, "reply") for u in core for v in core if u < v]
    talk += [(v, "gil", "like") for v in edge] + [("hub", v, "message") for v in edge]
    rows = table(records_of(*talk), dict.fromkeys(core + edge, "c"))
    assert rows.loc["hub", "periphery"] == 3
    assert rows.loc["hub", "outsiders"] == 0
    assert rows.index[0] == "hub"
    assert rows.loc["gil", "periphery"] == 0  # to be liked is not to reach out


def test_a_reply_to_an_outsider_is_reaching_out_and_a_repost_is_not():
    def score(*rows):
        return table(records_of(*TALK, *rows), CIRCLES).loc["ann", "structural_score"]

    assert score() == 0
    for relation in ("reply", "mention", "quote", "invite", "message", "Replies to", "RE"):
        assert score(("ann", "new", relation)) > 0, relation
    for relation in ("repost", "like", "follow", "forward", "RT"):
        assert score(("ann", "new", relation)) == 0, relation
    # Who is addressed from outside reaches out to nobody.
    assert score(("new", "ann", "reply"), ("eve", "ann", "mention")) == 0


def test_unknown_relations_go_by_their_flow():
    rows = records_of(*TALK, ("ann", "new", "waves at"))
    for flow, outsiders in (("forth", 1), ("back", 0), ("both", 1)):
        interactions = read_interactions(rows, flow=f"waves at={flow}")
        frame = structural_hubs(interactions, CIRCLES, top=0).to_frame().set_index("account")
        assert frame.loc["ann", "outsiders"] == outsiders, flow


def test_an_account_counts_once_however_often_it_is_addressed():
    once = records_of(*TALK, ("ann", "new", "mention"))
    often = pandas.concat([once] * 5, ignore_index=True)
    pandas.testing.assert_frame_equal(table(once, CIRCLES), table(often, CIRCLES))


def test_undirected_records_count_for_both_ends():
    pairs = [(u, v) for u, v, _ in TALK] + [("new", "ann")]
    records = pandas.DataFrame(pairs, columns=["source", "target"])
    swapped = records.rename(columns={"source": "target", "target": "source"})
    frames = []
    for given_records in (records, swapped):
        result = structural_hubs(read_interactions(given_records, flow="both"), CIRCLES, top=0)
        assert any("undirected" in sentence for sentence in result.notices)
        frames.append(result.to_frame())
    pandas.testing.assert_frame_equal(*frames)
    assert frames[0].set_index("account").loc["ann", "outsiders"] == 1


def test_what_it_says_about_itself():
    records = records_of(*TALK)
    result = found(records, CIRCLES)
    assert result.notices == (WEAKER,)
    timed = found(records.assign(time=range(len(records))), CIRCLES)
    assert any("hubs()" in sentence for sentence in timed.notices)
    pandas.testing.assert_frame_equal(timed.to_frame(), result.to_frame())
    silent = found(records.assign(relation="like"), CIRCLES)
    assert any("no record addresses anybody" in sentence for sentence in silent.notices)
    assert (silent.structural_score == 0).all()
    assert np.isnan(silent.outreach_share).all()


def test_top_and_arguments_out_of_range():
    interactions = read_interactions(records_of(*TALK))
    assert len(structural_hubs(interactions, CIRCLES, top=3).to_frame()) == 3
    with pytest.raises(UsageError, match="top must not be negative, got -1"):
        structural_hubs(interactions, CIRCLES, top=-1)
    other = InteractionGraph.from_arcs(["a", "b"], [0], [1])
    with pytest.raises(UsageError, match="not of these records"):
        structural_hubs(interactions, CIRCLES, graph=other)


def test_accounts_named_only_once_or_not_at_all():
    # Self-loops and isolated accounts stay; a community of one has nobody to compare with.
    records = records_of(*TALK, ("solo", "solo", "reply"), ("one", "ann", "mention"))
    rows = table(records, CIRCLES | {"solo": "s", "one": "t", "nobody": "t"})
    assert rows.loc["solo", "addressed"] == 0
    assert rows.loc[["solo", "one"], "structural_score"].tolist() == [0, 0]
    assert pandas.isna(rows.loc["solo", "role"])
    graph = build_graph(read_interactions(records))
    nowhere = Partition(graph.accounts, np.full(graph.n, -1))
    assert len(found(records, nowhere).to_frame()) == 0


def test_a_partition_keeps_its_notices_to_itself():
    records = records_of(*TALK)
    graph = build_graph(read_interactions(records))
    given_labels = np.array([0 if CIRCLES[a] == "one" else 1 for a in graph.accounts])
    about = Partition(graph.accounts, given_labels, names=("one", "two"), notices=("about it",))
    result = found(records, about, graph=graph)
    assert result.notices == (WEAKER,)
    pandas.testing.assert_frame_equal(result.to_frame(), found(records, CIRCLES).to_frame())
    # Labels of accounts that the records lack are said.
    assert any(
        "nobody" in sentence for sentence in found(records, CIRCLES | {"nobody": "one"}).notices
    )


@given(st.data())
def test_as_its_twin(data):
    accounts = [f"a{i}" for i in range(data.draw(st.integers(2, 10)))]
    one = st.sampled_from(accounts)
    relation = st.sampled_from(["reply", "mention", "like", "RT", "waves at"])
    rows = data.draw(st.lists(st.tuples(one, one, relation), min_size=1, max_size=50))
    labels = {
        account: label
        for account in accounts
        if (label := data.draw(st.sampled_from(["", "x", "y", "z"])))
    }
    seen = {account for u, v, _ in rows for account in (u, v)}
    labels = {account: label for account, label in labels.items() if account in seen}
    if not labels:
        labels = {min(seen): "x"}
    flow = data.draw(st.sampled_from(["back", "forth", "both"]))
    # The relation that FLOW lacks needs its flow, and only where it is there.
    how = {"flow": f"waves at={flow}"} if any(r == "waves at" for *_, r in rows) else {}
    result = structural_hubs(read_interactions(records_of(*rows), **how), labels, top=0)
    acts = [(u, v, act_of(r, flow)) for u, v, r in rows]
    acts += [
        (v, u, act)
        for (u, v, act), (*_, r) in zip(acts, rows, strict=True)
        if (r, flow) == ("waves at", "both")
    ]
    expected = naive_recruitment.structural_hubs(
        acts, {account: "xyz".index(label) for account, label in labels.items()}
    )
    assert set(result.accounts) == set(expected)
    for i, account in enumerate(result.accounts):
        addressed, periphery, outsiders, score = expected[account]
        assert result.addressed[i] == addressed
        assert result.periphery[i] == periphery
        assert result.outsiders[i] == outsiders
        assert result.structural_score[i] == pytest.approx(score, abs=1e-12)
        assert result.community[i] == labels[account]


@pytest.fixture(scope="module")
def recruiting():
    planted = make("recruiting", rng=100)
    return planted.records.drop(columns="time"), planted.truth.set_index("account")


def test_the_order_of_lines_changes_nothing(recruiting):
    records, truth = recruiting
    frame = found(records, truth["community"]).to_frame()
    shuffled = records.sample(frac=1, random_state=3)
    pandas.testing.assert_frame_equal(frame, found(shuffled, truth["community"]).to_frame())


def test_it_sums_to_nothing_in_each_community(recruiting):
    records, truth = recruiting
    frame = found(records, truth["community"]).to_frame()
    sums = frame.groupby("community")["structural_score"].sum()
    np.testing.assert_allclose(sums, 0, atol=1e-8)


def test_recruiters_without_times_come_before_where_centrality_puts_them(recruiting):
    from sklearn.metrics import average_precision_score

    records, truth = recruiting
    graph = build_graph(read_interactions(records))
    result = found(records, truth["community"], graph=graph)
    key = truth.loc[graph.accounts, "key"]
    scores = {"structural": result.structural_score}
    scores |= {name: MEASURES[name](graph) for name in ("out_degree", "pagerank", "betweenness")}
    precision = {name: average_precision_score(key, score) for name, score in scores.items()}
    best = max(value for name, value in precision.items() if name != "structural")
    assert precision["structural"] > 2 * best
    # The hub roles say nothing about recruiters: posters and celebrities have them.
    roles = pandas.Series(result.role, index=result.accounts)
    hubs = truth.loc[roles[roles == "provincial hub"].index, "role"]
    assert set(hubs) == {"poster", "celebrity"}
