"""Cartography: the map of roles by hand, against matrix algebra and against rewired graphs."""

import random

import naive
import naive_communities
import networkx as nx
import numpy as np
import pytest
from conftest import graphs, random_graph
from hypothesis import given
from hypothesis import strategies as st
from naive_communities import partition_of

from keynodes import InteractionGraph
from keynodes.communities.cartography import (
    DETAILS,
    HUB,
    ROLES,
    brokerage_by_community,
    role_of,
    roles,
)
from keynodes.errors import UsageError
from keynodes.measures import cartography
from keynodes.results import Partition

COLUMNS = ["account", "community", "size", "stability", "role", "within_z", "participation"]
BROKERS = ["coordinator", "itinerant", "gatekeeper", "representative", "liaison"]


def graph_of(*arcs):
    """A graph from arcs such as "ab"."""
    names = sorted(set("".join(arcs)))
    return InteractionGraph.from_arcs(
        names, [names.index(u) for u, _ in arcs], [names.index(v) for _, v in arcs]
    )


# --- the measures -----------------------------------------------------------------------------


def test_participation_by_hand():
    """a has two neighbours of each of three communities, then one of them without any."""
    graph = graph_of("ab", "ca", "ad", "ae", "af", "ag", "ga")
    assert cartography.participation(graph, labels=np.array([0, 0, 0, 1, 1, 2, 2]))[0] == (
        pytest.approx(1 - 3 * (2 / 6) ** 2)
    )
    scores = cartography.participation(graph, labels=np.array([0, 0, 0, 1, 1, 2, -1]))
    assert scores[0] == pytest.approx(1 - (2 / 5) ** 2 - (2 / 5) ** 2 - (1 / 5) ** 2)
    np.testing.assert_array_equal(scores[1:6], 0)
    assert np.isnan(scores[6])


def test_participation_without_a_neighbour_that_has_a_community():
    graph = graph_of("ab", "cd")
    scores = cartography.participation(graph, labels=np.array([0, -1, 1, 1]))
    np.testing.assert_array_equal(scores, [np.nan, np.nan, 0, 0])


def test_within_z_by_hand():
    """Inside {a, b, c, d}: 3, 2, 2 and 1 neighbours; mean 2, variance 1/2. e and f: 1 each."""
    graph = graph_of("ab", "ac", "ad", "bc", "de", "ef", "fe")
    scores = cartography.within_z(graph, labels=np.array([0, 0, 0, 0, 1, 1]))
    np.testing.assert_allclose(scores, [2**0.5, 0, 0, -(2**0.5), 0, 0])


@given(graph=graphs(), seed=st.integers(0, 9))
def test_within_z_has_mean_0_and_variance_1_or_0_in_each_community(graph, seed):
    labels = np.random.default_rng(seed).integers(-1, 2, graph.n)
    scores = cartography.within_z(graph, labels=labels)
    for community in set(labels[labels >= 0].tolist()):
        members = scores[labels == community]
        assert members.mean() == pytest.approx(0, abs=1e-9)
        assert members.var() == pytest.approx(1) or (members == 0).all()


def test_participation_and_within_z_on_the_karate_club():
    """Zachary's club and its two factions: the heads are hubs of theirs, the go-between is not."""
    club = nx.karate_club_graph()
    arcs = np.array(club.edges())
    names = [f"{member:02}" for member in club]
    graph = InteractionGraph.from_arcs(names, arcs[:, 0], arcs[:, 1])
    labels = np.array([int(club.nodes[member]["club"] == "Officer") for member in club])
    z = cartography.within_z(graph, labels=labels)
    assert set(np.argsort(-z)[:2].tolist()) == {0, 33}
    # Member 2 has 10 neighbours: 6 in its faction, 4 in the other.
    inside = sum(labels[v] == labels[2] for v in club[2])
    share = inside / club.degree(2)
    assert cartography.participation(graph, labels=labels)[2] == pytest.approx(
        1 - share**2 - (1 - share) ** 2
    )


def test_who_hears_and_who_is_heard_by_hand():
    """a hears b and c of its own community and x of another, and is heard by y alone."""
    graph = graph_of("ba", "ca", "xa", "ay")
    labels = np.array([0, 0, 0, 1, 1])
    nan = np.nan
    expected = {
        "participation_in": [1 - (2 / 3) ** 2 - (1 / 3) ** 2, nan, nan, nan, 0],
        "participation_out": [0, 0, 0, 0, nan],
        "within_z_in": [2**0.5, -(0.5**0.5), -(0.5**0.5), 0, 0],
        "within_z_out": [-(2**0.5), 0.5**0.5, 0.5**0.5, 0, 0],
    }
    for name, scores in expected.items():
        np.testing.assert_allclose(getattr(cartography, name)(graph, labels=labels), scores)


@given(graph=graphs(), seed=st.integers(0, 9))
def test_turning_all_arcs_round_swaps_who_hears_and_who_is_heard(graph, seed):
    labels = np.random.default_rng(seed).integers(-1, 3, graph.n)
    turned = InteractionGraph.from_arcs(graph.accounts, graph.out.indices, graph.tails)
    for name in ("participation", "within_z"):
        np.testing.assert_array_equal(
            getattr(cartography, f"{name}_in")(graph, labels=labels),
            getattr(cartography, f"{name}_out")(turned, labels=labels),
        )


@pytest.mark.parametrize("hubs", [1.0, 3.0])
def test_the_directed_variants_are_the_toolboxs_matrix_formulas(hubs):
    """participation_coef.m and module_degree_zscore.m of the Brain Connectivity Toolbox."""
    graph = random_graph(80, 700, seed=3, hubs=hubs)
    arc = (graph.to_scipy().toarray() > 0).astype(float)
    labels = np.random.default_rng(4).integers(0, 5, graph.n)
    for suffix, matrix in (("out", arc), ("in", arc.T)):
        degree = matrix.sum(axis=1)
        squares = sum(matrix[:, labels == s].sum(axis=1) ** 2 for s in range(5))
        spread = 1 - squares / np.where(degree > 0, degree, np.nan) ** 2
        z = np.empty(graph.n)
        for s in range(5):
            inside = matrix[np.ix_(labels == s, labels == s)].sum(axis=1)
            z[labels == s] = (inside - inside.mean()) / inside.std()
        mine = getattr(cartography, f"participation_{suffix}")(graph, labels=labels)
        np.testing.assert_allclose(mine, spread, atol=1e-12)
        mine = getattr(cartography, f"within_z_{suffix}")(graph, labels=labels)
        np.testing.assert_allclose(mine, z, atol=1e-12)


def test_normalised_participation_by_hand():
    """Two pairs: of the three ends of others, one is a's partner; its share is 1, not 1/3."""
    graph = graph_of("ab", "cd")
    scores = cartography.participation_normalised(graph, labels=np.array([0, 0, 1, 1]))
    np.testing.assert_allclose(scores, 1 / 3)
    # With one community, or every neighbour where chance puts it, it is 1 to the last bit.
    scores = cartography.participation_normalised(graph, labels=np.zeros(4, int))
    np.testing.assert_array_equal(scores, 1)
    # e is left out. Of b's others, 3 ends are with a, 1 with c and 1 with d.
    star = graph_of("ab", "ac", "ad", "ae")
    labels = np.array([0, 1, 1, 2, -1])
    scores = cartography.participation_normalised(star, labels=labels)
    np.testing.assert_allclose(scores[:4], [1, 1 - 0.12**0.5, 1 - 0.12**0.5, 0.6])
    assert scores[0] == 1
    assert np.isnan(scores[4])


@pytest.mark.parametrize(
    ("hubs", "neighbours", "of_all"),
    # With one account tied to half the others, chance ties pairs more than once; a rewiring cannot.
    [(1.0, 0.25, 0.015), (1.5, 0.25, 0.015), (3.0, 2.0, 0.04)],
)
def test_the_expected_neighbours_are_the_mean_of_many_rewirings(hubs, neighbours, of_all):
    """Maslov and Sneppen's rewiring, as the paper of the normalised participation has it."""
    graph = random_graph(150, 330, seed=11, hubs=hubs)
    labels = np.random.default_rng(2).choice(3, graph.n, p=[0.6, 0.3, 0.1])
    expected = naive.neighbours_by_chance(graph, labels.tolist())
    mean, score = rewired(graph, labels, samples=600)
    degree = np.diff(graph.both.indptr)
    gaps = np.abs(mean - [[row[s] for s in range(3)] for row in expected]).max(axis=1)
    assert gaps.max() < neighbours
    assert gaps.sum() / degree.sum() < of_all
    # The paper's score also counts the spread of the rewirings about their mean: it is lower, the
    # less so the more neighbours there are.
    mine = cartography.participation_normalised(graph, labels=labels)
    for least, most, lower in ((3, 8, 0.12), (8, 999, 0.08)):
        some = (degree >= least) & (degree < most)
        assert 0 < (mine - score)[some].mean() < lower
    assert np.corrcoef(mine[degree >= 8], score[degree >= 8])[0, 1] > 0.8


def rewired(graph, labels, samples):
    """Over rewired graphs: mean neighbours in each community, median of the paper's score."""
    import igraph

    indptr, heads, _ = graph.both
    tails = np.repeat(np.arange(graph.n), np.diff(indptr))
    up = tails < heads
    other = igraph.Graph(graph.n, np.column_stack([tails[up], heads[up]]).tolist())
    igraph.set_random_number_generator(random.Random(5))
    degree = np.maximum(np.array(other.degree()), 1)[:, None]
    member = labels[:, None] == np.arange(3)

    def counts():
        matrix = np.zeros((graph.n, 3))
        ends = np.array(other.get_edgelist())
        np.add.at(matrix, ends[:, 0], member[ends[:, 1]])
        np.add.at(matrix, ends[:, 1], member[ends[:, 0]])
        return matrix

    observed = counts()
    drawn = []
    try:
        for _ in range(samples):
            other.rewire(n=3 * other.ecount())
            drawn.append(counts())
    finally:
        igraph.set_random_number_generator(random)
    chance = np.array(drawn)
    distance = np.sqrt(0.5 * (((observed - chance) / degree) ** 2).sum(axis=2))
    return chance.mean(axis=0), 1 - np.median(distance, axis=0)


def test_normalised_participation_does_not_follow_the_size_of_the_community():
    """On a graph without communities, members of the large one seem to take part in few."""
    graph = random_graph(2000, 20_000, hubs=1.0)
    labels = np.random.default_rng(1).choice(4, graph.n, p=[0.85, 0.05, 0.05, 0.05])
    plain = cartography.participation(graph, labels=labels)
    normalised = cartography.participation_normalised(graph, labels=labels)
    assert np.nanmean(plain) < 0.3
    assert np.nanmean(normalised) > 0.85


# --- roles ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("within_z", "participation", "name"),
    [
        (0.0, 0.0, "ultra-peripheral"),
        (2.49, 0.05, "ultra-peripheral"),
        (-1.0, 0.0501, "peripheral"),
        (0.0, 0.62, "peripheral"),
        (0.0, 0.6201, "connector"),
        (0.0, 0.80, "connector"),
        (0.0, 0.8001, "kinless"),
        (2.49, 1.0, "kinless"),
        (2.5, 0.0, "provincial hub"),
        (9.0, 0.30, "provincial hub"),
        (2.5, 0.3001, "connector hub"),
        (2.5, 0.75, "connector hub"),
        (2.5, 0.7501, "kinless hub"),
        (2.5, 1.0, "kinless hub"),
        (0.0, np.nan, None),
        (np.nan, 0.5, None),
        (np.nan, np.nan, None),
    ],
)
def test_roles_at_their_published_thresholds(within_z, participation, name):
    assert role_of(np.array([within_z]), np.array([participation])).tolist() == [name]
    assert naive_communities.role_of(within_z, participation) == name


@pytest.mark.parametrize("sign", [-1, 1])
def test_the_last_bit_of_a_number_on_a_threshold_decides_nothing(sign):
    z = np.array([0, 0, 0, 9, 9, HUB + sign * 4e-16])
    participation = np.array([0.05, 0.62, 0.80, 0.30, 0.75, 0]) + sign * 1e-16
    assert role_of(z, participation).tolist() == [
        "ultra-peripheral",
        "peripheral",
        "connector",
        "provincial hub",
        "connector hub",
        "provincial hub",
    ]


@given(st.lists(st.tuples(st.floats(-3, 9), st.floats(0, 1)), max_size=30))
def test_every_pair_of_numbers_has_the_role_the_paper_gives_it(pairs):
    z, participation = np.array(pairs).reshape(-1, 2).round(3).T
    assert role_of(z, participation).tolist() == [
        naive_communities.role_of(*pair) for pair in zip(z, participation, strict=True)
    ]


def test_the_seven_roles_are_named_once_each():
    assert len({role.name for role in ROLES}) == 7
    assert [role.hub for role in ROLES] == [False] * 4 + [True] * 3


def test_the_table_of_roles_by_community_then_account():
    graph = graph_of("ab", "ac", "ba", "xb", "xy")
    stability = np.array([1, 0.5, 1, 0.25, 1])
    partition = partition_of(graph, [7, 7, 7, 3, -1], stability)
    frame = roles(graph, partition).to_frame()
    assert list(frame.columns) == COLUMNS
    assert frame["account"].tolist() == ["a", "b", "c", "x"]
    assert frame["community"].tolist() == ["0", "0", "0", "1"]
    assert frame["size"].tolist() == [3, 3, 3, 1]
    assert frame["stability"].tolist() == [1, 0.5, 1, 0.25]
    assert frame["role"].tolist() == [
        "ultra-peripheral", "peripheral", "ultra-peripheral", "ultra-peripheral",
    ]  # fmt: skip
    np.testing.assert_allclose(frame["participation"], [0, 0.5, 0, 0])
    detailed = roles(graph, partition, detailed=True).to_frame()
    assert list(detailed.columns) == [*COLUMNS, *DETAILS, *BROKERS]
    assert detailed[COLUMNS].equals(frame)


def test_an_account_without_neighbours_has_no_role():
    graph = InteractionGraph.from_arcs(["a", "b", "c"], [0], [1])
    found = roles(graph, partition_of(graph, [0, 0, 0]))
    assert found.role.tolist() == ["ultra-peripheral", "ultra-peripheral", None]
    assert found.to_frame()["role"].isna().tolist() == [False, False, True]
    empty = InteractionGraph.from_arcs([], [], [])
    for detailed in (False, True):
        assert roles(empty, partition_of(empty, []), detailed=detailed).to_frame().empty


@given(graph=graphs(), data=st.data())
def test_every_column_is_the_measure_of_its_name(graph, data):
    labels = data.draw(st.lists(st.integers(-1, 3), min_size=graph.n, max_size=graph.n))
    partition = partition_of(graph, labels)
    frame = roles(graph, partition, detailed=True).to_frame()
    numbered = partition.labels.tolist()
    shown = sorted((i for i in range(graph.n) if labels[i] >= 0), key=lambda i: (numbered[i], i))
    assert frame["account"].tolist() == graph.accounts[shown].tolist()
    for name in ("within_z", "participation", *DETAILS, *BROKERS):
        expected = np.array(getattr(naive, name)(graph, numbered))[shown]
        np.testing.assert_allclose(frame[name].to_numpy(), expected, atol=1e-8)


def test_hubs_of_a_planted_graph_are_found():
    """Two communities of thirty; one member of each is tied to all others of its own."""
    names = [f"a{i:02}" for i in range(60)]
    tails = [0] * 29 + [30] * 29 + [0] * 20
    heads = [*range(1, 30), *range(31, 60), *range(31, 51)]
    graph = InteractionGraph.from_arcs(names, tails, heads)
    found = roles(graph, partition_of(graph, np.arange(60) // 30))
    assert found.role[0] == "connector hub"
    assert found.role[30] == "provincial hub"
    assert set(found.role[[*range(1, 30), *range(51, 60)]]) == {"ultra-peripheral"}
    assert set(found.role[31:51]) == {"peripheral"}


@given(graph=graphs(), data=st.data())
def test_brokerage_by_community_is_the_sum_over_its_members(graph, data):
    labels = data.draw(st.lists(st.integers(-1, 3), min_size=graph.n, max_size=graph.n))
    partition = partition_of(graph, labels)
    frame = brokerage_by_community(graph, partition)
    assert list(frame.columns) == ["community", "size", *BROKERS]
    assert frame["community"].tolist() == list(partition.names)
    assert frame["size"].tolist() == partition.sizes.tolist()
    expected = naive_communities.brokerage_by_community(graph, partition.labels.tolist())
    np.testing.assert_array_equal(
        frame[BROKERS].to_numpy().reshape(-1, 5), np.array(expected).reshape(-1, 5)
    )


@pytest.mark.parametrize("ask", [roles, brokerage_by_community])
def test_communities_of_other_accounts_are_refused(ask, medium_graph):
    graph = graph_of("ab", "bc")
    with pytest.raises(UsageError, match="these are communities of other accounts \\(3\\)"):
        ask(medium_graph, partition_of(graph, [0, 0, 1]))
    renamed = graph_of("ab", "bd")
    with pytest.raises(UsageError, match="give the partition of this graph"):
        ask(renamed, partition_of(graph, [0, 0, 1]))


@pytest.mark.parametrize("labels", [[0, 0], [0, 0, 1], [[0, 0, 0]]])
def test_labels_that_fit_neither_accounts_nor_names_are_refused(labels):
    graph = graph_of("ab", "bc")
    with pytest.raises(UsageError, match="a label for each of its 3 accounts"):
        roles(graph, Partition(graph.accounts, np.array(labels), names=("0",)))


def test_progress_is_shown_where_it_takes_long(medium_graph):
    seen = []
    partition = partition_of(medium_graph, np.arange(medium_graph.n) % 3)
    roles(medium_graph, partition, detailed=True, progress=lambda *counts: seen.append(counts))
    assert seen
    assert seen[-1][0] == seen[-1][1]
