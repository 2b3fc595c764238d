"""The impact table: each loss against deletion by hand, by the twin, and by networkx."""

import naive_objectives as naive
import networkx as nx
import numpy as np
import pytest
from conftest import graphs, random_graph
from hypothesis import given
from hypothesis import strategies as st

from keynodes import InteractionGraph, UnknownName, UsageError
from keynodes.dismantling.impact import impact_table
from keynodes.measures.removal import vitality_component, vitality_pairs
from keynodes.objectives import OBJECTIVES


def build(n, arcs):
    tails, heads = zip(*arcs, strict=True) if arcs else ((), ())
    return InteractionGraph.from_arcs([f"a{i:06}" for i in range(n)], tails, heads)


def by_account(table, graph):
    """The rows of a table of all accounts, in account order."""
    return table.set_index("account").loc[list(graph.accounts)]


@st.composite
def weighted(draw):
    graph = draw(graphs())
    weights = draw(st.lists(st.integers(0, 6), min_size=graph.n, max_size=graph.n))
    return graph, np.array(weights, np.float64)


@given(case=weighted())
def test_losses_and_pieces_are_what_deletion_finds(case):
    graph, weights = case
    plain = by_account(impact_table(graph, [], top=0), graph)
    heavy = by_account(impact_table(graph, [], weights=weights, top=0), graph)
    for u, account in enumerate(graph.accounts):
        for table, w in ((plain, np.ones(graph.n)), (heavy, weights)):
            found = table.loc[account, ["component_loss", "pairs_loss"]].tolist()
            assert found == pytest.approx(naive.lost_alone(graph, u, w))
        pieces = naive.fallen_pieces(graph, u)
        assert plain.loc[account, "fallen"] == sum(pieces)
        if len(pieces) <= 5:
            written = (
                [*map(int, plain.loc[account, "pieces"].partition(": ")[2].split(", "))]
                if (pieces)
                else []
            )
            assert written == pieces
        assert heavy.loc[account, "pieces"] == plain.loc[account, "pieces"]


@given(case=weighted())
def test_the_strong_loss_is_what_deletion_finds(case):
    graph, weights = case
    everybody = range(graph.n)
    for w in (None, weights):
        used = np.ones(graph.n) if w is None else w
        table = by_account(impact_table(graph, [], objective="strong", weights=w, top=0), graph)
        curves = [naive.removal_curve(graph, [u], used)["heaviest_strong"] for u in everybody]
        assert table["strong_loss"].tolist() == [before - after for before, after in curves]


@given(case=weighted())
def test_weights_that_are_not_whole(case):
    graph, weights = case
    weights = weights * 0.1 + 0.7
    table = by_account(impact_table(graph, [], weights=weights, top=0), graph)
    for u, account in enumerate(graph.accounts):
        found = table.loc[account, ["component_loss", "pairs_loss"]].tolist()
        assert found == pytest.approx(naive.lost_alone(graph, u, weights), abs=1e-9)


@pytest.mark.parametrize("centre", [0, 2])
def test_a_light_account_between_heavy_ones_loses_no_digits(centre):
    """Nothing is left of the star without its centre, not even what rounding leaves."""
    graph = build(4, [(centre, v) for v in range(4) if v != centre])
    weights = np.array([1e12 / 3, 7e11 / 9, 1e11 / 7, 1e12 / 13])
    weights[centre] = 0.1
    leaves = np.delete(weights, centre)
    parted = sum(leaves[i] * leaves[j] for i in range(3) for j in range(i)) + 0.1 * leaves.sum()
    table = by_account(impact_table(graph, [], weights=weights, top=0), graph)
    assert table["pairs_loss"].iloc[centre] == pytest.approx(parted, rel=1e-15)
    lonely = build(2, [(0, 1)])
    table = by_account(impact_table(lonely, [], weights=np.array([0.1, 1e12 / 3]), top=0), lonely)
    assert table["pairs_loss"].tolist() == [0.1 * (1e12 / 3)] * 2


def test_of_equal_losses_the_plan_s_come_first():
    ring = build(6, [(i, (i + 1) % 6) for i in range(6)])
    table = impact_table(ring, [4, 1], top=3)
    assert table["account"].tolist() == ["a000004", "a000001", "a000000"]


@pytest.mark.parametrize("seed", range(3))
def test_with_weights_of_one_it_is_the_vitality(seed):
    graph = random_graph(400, 500, seed=seed)
    for weights in (None, np.ones(graph.n)):
        table = by_account(impact_table(graph, [], weights=weights, top=0), graph)
        np.testing.assert_array_equal(table["component_loss"], vitality_component(graph))
        np.testing.assert_array_equal(table["pairs_loss"], vitality_pairs(graph))


def test_networkx_finds_the_same_pieces():
    graph = random_graph(300, 330, seed=4)
    table = by_account(impact_table(graph, [], top=0), graph)
    whole = nx.Graph(list(zip(graph.tails.tolist(), graph.out.indices.tolist(), strict=True)))
    whole.add_nodes_from(range(graph.n))
    for u in range(graph.n):
        part = whole.subgraph(nx.node_connected_component(whole, u) - {u})
        sizes = sorted(map(len, nx.connected_components(part)), reverse=True)[1:]
        assert table["fallen"].iloc[u] == sum(sizes)
        number = 0 if table["pieces"].iloc[u] == "none" else int(table["pieces"].iloc[u].split()[0])
        assert number == len(sizes)


def test_a_table_by_hand():
    """A hub 0 with leaf 1 and the pairs 2-3 and 4-5, a ring 6-7-8-9 on it; plan: 7, then 0."""
    arcs = [(0, 1), (0, 2), (2, 3), (4, 0), (4, 5), (0, 6), (6, 7), (7, 8), (8, 9), (9, 6)]
    table = impact_table(build(10, arcs), [7, 0], top=3)
    assert table["account"].tolist() == ["a000000", "a000006", "a000002", "a000007"]
    assert table["step"].fillna(0).tolist() == [2, 0, 0, 1]
    assert table["step"].isna().tolist() == [False, True, True, False]
    assert table["component_loss"].tolist() == [6, 4, 2, 1]
    assert table["component_rank"].tolist() == [1, 2, 3, 5]
    assert table["pairs_loss"].tolist() == [45 - 8, 45 - 15 - 3, 45 - 28, 9]
    assert table["fallen"].tolist() == [5, 3, 1, 0]
    assert table["pieces"].tolist() == [
        "3 pieces: 2, 2, 1",
        "1 piece: 3",
        "1 piece: 1",
        "none",
    ]


def test_an_objective_puts_the_rows_in_its_order():
    """A path of 7 and a star of 8, which is the largest: the two losses differ."""
    path = [(i, i + 1) for i in range(6)]
    graph = build(15, path + [(7, i) for i in range(8, 15)])
    by_component = impact_table(graph, [], top=2)
    assert by_component["account"].tolist() == ["a000007", "a000008"]
    by_pairs = impact_table(graph, [], objective="pairs", top=2)
    assert by_pairs["account"].tolist() == ["a000007", "a000003"]
    assert by_pairs["pairs_rank"].tolist() == [1, 2]


def test_core_is_strong():
    ring = build(4, [(0, 1), (1, 2), (2, 0), (2, 3)])
    table = impact_table(ring, [], objective="core", top=0)
    assert dict(zip(table["account"], table["strong_loss"], strict=True)) == {
        "a000000": 2,
        "a000001": 2,
        "a000002": 2,
        "a000003": 0,
    }
    assert table["account"].iloc[-1] == "a000003"


def test_both_the_head_of_the_plan_and_the_largest_losses_are_listed():
    graph = random_graph(200, 260, seed=3)
    order = np.random.default_rng(0).permutation(graph.n)[:50]
    table = impact_table(graph, order, top=10)
    everyone = impact_table(graph, order, top=0)
    listed = set(table["account"])
    assert set(graph.accounts[order[:10]]) <= listed
    assert set(everyone["account"][:10]) <= listed
    assert len(listed) == len(table) <= 20
    kept = everyone[everyone["account"].isin(listed)].reset_index(drop=True)
    assert kept.equals(table)
    assert (np.diff(everyone["component_rank"]) >= 0).all()


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_network_without_accounts(objective):
    for weights in (None, np.zeros(0)):
        assert len(impact_table(build(0, []), [], objective=objective, weights=weights)) == 0


@pytest.mark.compiled
def test_a_star_of_300_000(star):
    centre = int(np.argmax(np.diff(star.both.indptr)))
    table = impact_table(star, [centre], top=2)
    assert table["component_loss"].tolist() == [300_000, 1]
    assert table["pieces"].iloc[0] == "299999 pieces: 1, 1, 1, 1, 1, …"
    assert table["fallen"].tolist() == [299_999, 0]
    heavy = impact_table(star, [centre], weights=np.full(star.n, 2.0), top=2)
    assert heavy["component_loss"].tolist() == [600_000, 2]


def test_what_cannot_be():
    graph = build(3, [(0, 1)])
    with pytest.raises(UnknownName, match="objective"):
        impact_table(graph, [], objective="largest")
    with pytest.raises(UsageError, match="top"):
        impact_table(graph, [], top=-1)
    with pytest.raises(UsageError, match="twice"):
        impact_table(graph, [1, 1])
    with pytest.raises(UsageError, match="weights"):
        impact_table(graph, [], weights=np.ones(2))
