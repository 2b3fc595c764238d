import networkx as nx
import numpy as np
import pandas as pd
import pytest
from conftest import graphs
from hypothesis import given
from hypothesis import strategies as st

from keynodes import FLOW, InteractionGraph, build_graph, read_interactions
from keynodes.errors import KeynodesError, UnknownAccount, UsageError
from keynodes.flow import FLOWS, act_of, canonical_relation
from keynodes.graph import written_time


def records(*rows, columns=("source", "target", "relation", "time")):
    return pd.DataFrame(rows, columns=list(columns)[: len(rows[0])])


def arcs_of(graph):
    return {(row.source, row.target): row.weight for row in graph.arcs.itertuples()}


def test_content_flows_as_the_table_says():
    graph = build_graph(
        read_interactions(
            records(
                ("fan", "star", "retweet"),
                ("critic", "star", "quote"),
                ("neighbour", "star", "reply"),
                ("reader", "star", "follow"),
                ("star", "friend", "mention"),
                ("recruiter", "newcomer", "invite_members"),
            )
        )
    )
    assert set(arcs_of(graph)) == {
        ("star", "fan"),
        ("star", "critic"),
        ("star", "neighbour"),
        ("star", "reader"),
        ("star", "friend"),
        ("recruiter", "newcomer"),
    }


@pytest.mark.parametrize("relation", FLOW)
def test_every_alias_means_its_relation_in_any_case(relation):
    row = FLOW[relation]
    assert row.flow in FLOWS
    assert row.act in ("react", "address")
    for alias in (relation, *row.aliases):
        for written in (alias, alias.upper(), alias.lower(), f" {alias} "):
            assert canonical_relation(written) == relation


def test_what_looks_at_acts_has_its_own_answer():
    assert act_of("reply", "back") == "address"
    assert act_of("RT", "back") == "react"
    assert act_of("sold to", "back") == "react"
    assert act_of(None, "forth") == "address"


def test_both_is_an_arc_each_way():
    graph = build_graph(read_interactions(records(("a", "b"), ("b", "a")), flow="both"))
    assert arcs_of(graph) == {("a", "b"): 2.0, ("b", "a"): 2.0}


@pytest.mark.parametrize("chunk", [1, 2, 3])
def test_chunks_make_the_same_graph(chunk, monkeypatch):
    rows = [("a", "b", "repost", 5), ("b", "a", "reply", 1), ("a", "b", "repost", 2)] * 3
    whole = build_graph(read_interactions(records(*rows))).arcs
    monkeypatch.setattr("keynodes.building.CHUNK", chunk)
    pd.testing.assert_frame_equal(build_graph(read_interactions(records(*rows))).arcs, whole)


def test_one_way_and_both_ways_add_up_whatever_the_weights():
    for weight in (2, 0.5):
        frame = records(("a", "b", "x"), ("b", "a", "y"), ("a", "b", "x")).assign(weight=weight)
        graph = build_graph(read_interactions(frame, flow=["x=both", "y=back"]))
        assert arcs_of(graph) == {("a", "b"): 3 * weight, ("b", "a"): 2 * weight}


def test_repeats_add_up_with_their_times_and_relations():
    graph = build_graph(
        read_interactions(
            records(
                ("a", "b", "reply", 5),
                ("a", "b", "repost", 2),
                ("a", "b", "repost", 9),
                ("b", "a", "mention", 7),
                ("c", "c", "mention", 1),
            )
        )
    )
    assert graph.accounts.tolist() == ["a", "b", "c"]
    row = graph.arcs.iloc[0]
    assert (row.source, row.target, row.weight) == ("b", "a", 4.0)
    assert (row.first_time, row.last_time) == (2, 9)
    assert (row.n_mention, row.n_reply, row.n_repost) == (1, 1, 2)
    assert graph.records == 4
    facts = graph.describe()
    assert facts["isolated"] == 1
    assert facts["relations"] == {"mention": 1, "reply": 1, "repost": 2}


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcd"),
            st.sampled_from("abcd"),
            st.sampled_from([0.1, 0.2, 0.3, 1e-9, 123456.789, 7.0]),
        ),
        min_size=1,
        max_size=40,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_records_changes_no_bit(rows, random):
    columns = ("source", "target", "weight")
    graph = build_graph(read_interactions(records(*rows, columns=columns)))
    random.shuffle(rows)
    shuffled = build_graph(read_interactions(records(*rows, columns=columns)))
    assert graph.accounts.tolist() == shuffled.accounts.tolist()
    for one, other in zip(graph.out, shuffled.out, strict=True):
        assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize("size", [1e-300, 1e-12, 0.001, 1.5, 1e15, 1e300])
def test_weights_of_any_size_are_added_exactly(size):
    rows = [("a", "b", size * k) for k in (1.0, 1.25, 0.5)]
    graph = build_graph(read_interactions(records(*rows, columns=("source", "target", "weight"))))
    assert graph.out.weights[0] == pytest.approx(2.75 * size, rel=1e-15)


@given(graphs())
def test_a_graph_is_valid_by_construction(graph):
    indptr, indices, weights = graph.out
    assert sorted(graph.accounts) == graph.accounts.tolist()
    assert (weights > 0).all()
    for u in range(graph.n):
        row = indices[indptr[u] : indptr[u + 1]].tolist()
        assert row == sorted(set(row))
        assert u not in row
    for array in (graph.accounts, *graph.out, *graph.into, *graph.both, graph.counts):
        assert not array.flags.writeable


@given(graphs())
def test_conversions_agree_with_each_other(graph):
    G = graph.to_networkx()
    assert list(G) == graph.accounts.tolist()
    expected = {(u, v): d["weight"] for u, v, d in G.edges(data=True)}
    assert arcs_of(graph) == expected
    ig = graph.to_igraph()
    names = ig.vs["name"] if graph.n else []
    assert {(names[e.source], names[e.target]): e["weight"] for e in ig.es} == expected
    np.testing.assert_array_equal(
        graph.to_scipy().toarray(), nx.to_numpy_array(G) if graph.n else np.zeros((0, 0))
    )


@given(graphs())
def test_the_description_agrees_with_networkx(graph):
    G = graph.to_networkx()
    facts = graph.describe()
    assert facts["arcs"] == G.number_of_edges()
    assert facts["weak_components"] == nx.number_weakly_connected_components(G)
    assert facts["strong_components"] == nx.number_strongly_connected_components(G)
    largest = max(map(len, nx.strongly_connected_components(G)), default=0)
    assert facts["largest_strong_component"] == largest
    if graph.m:
        assert facts["reciprocity"] == pytest.approx(nx.overall_reciprocity(G))
        assert facts["density"] == pytest.approx(nx.density(G))


@given(graphs(), st.data())
def test_a_subgraph_is_networkxs(graph, data):
    chosen = data.draw(st.sets(st.sampled_from(graph.accounts.tolist()))) if graph.n else set()
    inside = graph.subgraph(chosen)
    expected = graph.to_networkx().subgraph(chosen)
    assert set(inside.accounts) == chosen
    assert set(arcs_of(inside)) == set(expected.edges)
    np.testing.assert_array_equal(np.diff(inside.out.indptr), [
        expected.out_degree(account) for account in inside.accounts
    ])  # fmt: skip


def test_a_minimum_weight_drops_arcs_and_keeps_accounts():
    graph = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1], [1, 2], [1, 3])
    heavy = graph.with_min_weight(2)
    assert arcs_of(heavy) == {("b", "c"): 3.0}
    assert heavy.n == 3


def test_relations_follow_their_arcs_into_a_subgraph():
    graph = build_graph(
        read_interactions(records(("a", "b", "repost"), ("a", "c", "reply"), ("b", "c", "mention")))
    )
    inside = graph.subgraph(["a", "c"]).arcs
    assert inside[["source", "target", "n_mention", "n_reply", "n_repost"]].values.tolist() == [
        ["c", "a", 0, 1, 0]
    ]


def test_unknown_accounts_are_named():
    graph = InteractionGraph.from_arcs(["Bob", "eve"], [0], [1])
    with pytest.raises(UnknownAccount, match=r"no account '@bob'; did you mean 'Bob'\?"):
        graph.index_of("@bob")


def test_undirected_records_are_counted_once():
    graph = build_graph(read_interactions(records(("a", "b", "x"), ("b", "c", "x")), flow="both"))
    facts = graph.describe()
    assert (facts["arcs"], facts["records"], facts["relations"]) == (4, 2, {"x": 2})


def test_repeats_that_were_merged_are_counted():
    rows = [("a", "b", "reply"), ("a", "b", "repost"), ("c", "c", "reply"), ("b", "c", "reply")]
    graph = build_graph(read_interactions(records(*rows)))
    assert graph.repeats_merged == 1
    assert build_graph(read_interactions(records(*rows), flow="both")).repeats_merged == 1


def test_a_subgraph_counts_its_own_records():
    graph = build_graph(read_interactions(records(("a", "b"), ("a", "b"), ("b", "c"))))
    assert graph.subgraph(["b", "c"]).records == 1
    assert graph.with_min_weight(2).records == 2


@pytest.mark.parametrize("weights", [(1e300, 1e-5), (1e-310, 0.5), (2.0**52, 2.0**52)])
def test_weights_that_cannot_be_added_exactly_are_an_error(weights):
    frame = records(("a", "b"), ("b", "c")).assign(weight=weights)
    with pytest.raises(KeynodesError, match=r"add|range"):
        build_graph(read_interactions(frame))


@pytest.mark.parametrize("weight", [0, -1, float("nan")])
def test_an_impossible_minimum_weight_is_refused(weight):
    with pytest.raises(UsageError, match="above 0"):
        InteractionGraph.from_arcs(["a", "b"], [0], [1]).with_min_weight(weight)


@pytest.mark.parametrize(
    "arguments",
    [
        (["a", "b"], [-1], [0]),
        (["a", "b"], [0], [2]),
        (["a", "b"], [0, 1], [1]),
        ([1, 2], [0], [1]),
    ],
)
def test_impossible_arcs_are_refused(arguments):
    with pytest.raises(KeynodesError):
        InteractionGraph.from_arcs(*arguments)


@pytest.mark.parametrize("weight", [0, -1, float("nan"), float("inf")])
def test_impossible_weights_are_refused(weight):
    with pytest.raises(KeynodesError, match="finite and above 0"):
        InteractionGraph.from_arcs(["a", "b"], [0], [1], [weight])


def test_repeated_accounts_are_refused():
    with pytest.raises(KeynodesError, match="must differ"):
        InteractionGraph.from_arcs(["a", "a"], [0], [1])


def test_times_are_written_for_people():
    assert written_time(0.0, "timestamp") == "1970-01-01T00:00:00Z"
    assert written_time(4.0, "number") == 4.0
