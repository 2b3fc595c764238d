"""Brokers against matrix algebra, against each other, and sums done by hand."""

import naive
import numpy as np
import pytest
from conftest import graphs, random_graph
from hypothesis import given
from hypothesis import strategies as st

from keynodes import MEASURES, InteractionGraph
from keynodes.errors import LabelsNeeded, UsageError
from keynodes.measures import brokers

ROLES = ("coordinator", "itinerant", "gatekeeper", "representative", "liaison")
COMPARING = (
    *ROLES,
    "participation",
    "participation_in",
    "participation_out",
    "participation_normalised",
    "within_z",
    "within_z_in",
    "within_z_out",
)

every_role = pytest.mark.parametrize("role", ROLES)


def graph_of(*arcs):
    """A graph from arcs such as "ab"."""
    names = sorted(set("".join(arcs)))
    return InteractionGraph.from_arcs(
        names, [names.index(u) for u, _ in arcs], [names.index(v) for _, v in arcs]
    )


def counts(graph, labels, account):
    """The five counts of one account, in the order of ROLES."""
    labels = np.array([labels[name] for name in graph.accounts])
    u = graph.index_of(account)
    return tuple(MEASURES[role](graph, labels=labels)[u] for role in ROLES)


def test_the_five_roles_by_hand():
    """b is heard by a member of its own community and of another, and hears three kinds."""
    labels = {"a": 0, "b": 0, "c": 0, "x": 1, "y": 1, "z": 2}
    arcs = ("ab", "bc", "xb", "by", "zb")
    # a→b→c; x→b→y; x→b→c and z→b→c; a→b→y; z→b→y
    assert counts(graph_of(*arcs), labels, "b") == (1, 1, 2, 1, 1)
    assert counts(graph_of(*arcs), labels, "a") == (0, 0, 0, 0, 0)
    # An arc past b closes its two-path; one the other way does not.
    assert counts(graph_of(*arcs, "xy"), labels, "b") == (1, 0, 2, 1, 1)
    assert counts(graph_of(*arcs, "yx"), labels, "b") == (1, 1, 2, 1, 1)
    # y→b→c comes in, b→y stays; y→b→y is no two-path.
    assert counts(graph_of(*arcs, "yb"), labels, "b") == (1, 1, 3, 1, 1)


def test_content_comes_in_through_the_gatekeeper_and_goes_out_through_the_representative():
    chain = graph_of("ab", "bc", "cd")
    assert counts(chain, {"a": 0, "b": 1, "c": 1, "d": 2}, "b") == (0, 0, 1, 0, 0)
    assert counts(chain, {"a": 0, "b": 1, "c": 1, "d": 2}, "c") == (0, 0, 0, 1, 0)


@every_role
def test_an_out_star_brokers_nothing(role):
    star = graph_of("ab", "ac", "ad")
    np.testing.assert_array_equal(MEASURES[role](star, labels=np.array([0, 0, 1, 1])), 0)


@pytest.mark.parametrize("hubs", [1.0, 2.0, 4.0])
def test_the_five_roles_are_masked_matrix_products(hubs):
    graph = random_graph(90, 900, seed=int(hubs), hubs=hubs)
    arc = graph.to_scipy().toarray() > 0
    labels = np.random.default_rng(5).integers(-1, 4, graph.n)
    same = (labels[:, None] == labels) & (labels[:, None] >= 0)
    other = (labels[:, None] != labels) & (labels[:, None] >= 0) & (labels >= 0)
    unjoined = ~arc & ~np.eye(graph.n, dtype=bool)
    sides = {  # (a, b), (b, c) and (a, c): the same community or another
        "coordinator": (same, same, same),
        "itinerant": (other, other, same),
        "gatekeeper": (other, same, other),
        "representative": (same, other, other),
        "liaison": (other, other, other),
    }
    for role, (ab, bc, ac) in sides.items():
        expected = np.einsum(
            "ab,bc,ac->b",
            (arc & ab).astype(float),
            (arc & bc).astype(float),
            (unjoined & ac).astype(float),
            optimize=True,
        )
        expected[labels < 0] = np.nan
        np.testing.assert_array_equal(MEASURES[role](graph, labels=labels), expected)


@given(graph=graphs(max_accounts=9), data=st.data())
def test_any_communities_agree_with_the_naive_twins(graph, data):
    labels = data.draw(st.lists(st.integers(-1, 3), min_size=graph.n, max_size=graph.n))
    for name in COMPARING:
        np.testing.assert_allclose(
            MEASURES[name](graph, labels=np.array(labels, np.int64)),
            getattr(naive, name)(graph, labels=labels),
            atol=1e-9,
        )


@given(graph=graphs())
def test_in_one_community_all_open_two_paths_are_coordinated(graph):
    labels = np.full(graph.n, 4)
    other = graph.to_networkx()
    opened = [
        sum(a != c and not other.has_edge(a, c) for a in other.pred[b] for c in other.succ[b])
        for b in graph.accounts
    ]
    np.testing.assert_array_equal(brokers.coordinator(graph, labels=labels), opened)
    for role in ROLES[1:]:
        np.testing.assert_array_equal(MEASURES[role](graph, labels=labels), 0)


@given(graph=graphs(), seed=st.integers(0, 9))
def test_turning_all_arcs_round_swaps_gatekeepers_and_representatives(graph, seed):
    labels = np.random.default_rng(seed).integers(-1, 3, graph.n)
    turned = InteractionGraph.from_arcs(graph.accounts, graph.out.indices, graph.tails)
    swapped = dict(zip(ROLES, ROLES, strict=True)) | {
        "gatekeeper": "representative",
        "representative": "gatekeeper",
    }
    for role in ROLES:
        np.testing.assert_array_equal(
            MEASURES[role](graph, labels=labels), MEASURES[swapped[role]](turned, labels=labels)
        )


@every_role
def test_an_account_without_a_community_is_as_if_it_were_not_there(role, medium_graph):
    labels = np.arange(medium_graph.n) % 5 - 1
    named = labels >= 0
    without = medium_graph.subgraph(medium_graph.accounts[named])
    scores = MEASURES[role](medium_graph, labels=labels)
    np.testing.assert_array_equal(
        scores[named][np.argsort(medium_graph.accounts[named])],
        MEASURES[role](without, labels=labels[named]),
    )
    assert np.isnan(scores[~named]).all()


@pytest.mark.parametrize("name", COMPARING)
def test_only_who_is_with_whom_matters_not_the_numbers(name, medium_graph):
    labels = np.arange(medium_graph.n) % 4 - 1
    renumbered = np.array([-7, 10**15, 3, 0])[labels + 1]
    np.testing.assert_array_equal(
        MEASURES[name](medium_graph, labels=labels),
        MEASURES[name](medium_graph, labels=renumbered),
    )


@every_role
def test_work_in_many_blocks_gives_the_same_bits_and_shows_progress(role, monkeypatch):
    graph = random_graph(300, 6000)
    labels = np.arange(graph.n) % 4 - 1
    whole = MEASURES[role](graph, labels=labels)
    seen = []
    monkeypatch.setattr(brokers, "_STEPS", 1)
    blocks = MEASURES[role](
        graph, labels=labels, progress=lambda done, total: seen.append((done, total))
    )
    assert whole.tobytes() == blocks.tobytes()
    assert len(seen) > 3
    assert seen[-1] == (len(seen), len(seen))


@pytest.mark.compiled
def test_a_hub_that_passes_on_between_100_000_pairs_of_thousands():
    """One account between 100,000 it hears and 100,000 that hear it: 10^10 two-paths."""
    n = 100_000
    names = [f"a{i:06}" for i in range(2 * n + 1)]
    below, above = np.arange(n), np.arange(n + 1, 2 * n + 1)
    tails = np.concatenate([below, np.full(n, n), below])
    graph = InteractionGraph.from_arcs(names, tails, np.concatenate([np.full(n, n), above, above]))
    labels = np.concatenate([np.zeros(n, int), [1], np.full(n, 2)])
    scores = brokers.liaison(graph, labels=labels)
    assert scores[n] == n * n - n  # each one below has one arc past the hub
    assert scores.sum() == scores[n]


@given(graph=graphs(), seed=st.integers(0, 9))
def test_all_five_counts_in_one_pass_are_the_five_measures(graph, seed):
    labels = np.random.default_rng(seed).integers(-1, 3, graph.n)
    counts = brokers.brokerage(graph, labels)
    assert counts.dtype == np.int64
    assert (counts[labels < 0] == 0).all()
    for role, column in zip(ROLES, counts.T, strict=True):
        scores = MEASURES[role](graph, labels=labels)
        np.testing.assert_array_equal(scores[labels >= 0], column[labels >= 0])


@pytest.mark.parametrize("name", COMPARING)
def test_without_labels_it_says_what_to_give(name, medium_graph):
    with pytest.raises(LabelsNeeded) as raised:
        MEASURES[name](medium_graph)
    assert str(raised.value) == (
        f"measure '{name}' compares communities: give --communities FILE (account,label) "
        "or METHOD, or labels= in Python"
    )
    assert raised.value.exit_code == 2


@pytest.mark.parametrize("name", COMPARING)
@pytest.mark.parametrize("labels", [[0, 1], [0.5, 0.5, 0.5], [[0, 0, 0]], ["x", "y", "z"]])
def test_labels_of_another_shape_or_kind_are_refused(name, labels):
    with pytest.raises(UsageError, match=f"measure '{name}': labels must be 3 whole numbers"):
        MEASURES[name](graph_of("ab", "bc"), labels=labels)
