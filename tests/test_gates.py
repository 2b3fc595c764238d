"""Gatekeepers between communities against the naive greedy cover, and cases done by hand."""

import math

import naive_communities
import numpy as np
import pytest
from conftest import graphs, processor_seconds, random_graph
from hypothesis import given
from hypothesis import strategies as st
from naive_communities import partition_of

from keynodes import InteractionGraph
from keynodes.communities import gates
from keynodes.communities.gates import gatekeepers
from keynodes.errors import UsageError
from keynodes.results import Partition

COLUMNS = [
    "from_community",
    "to_community",
    "weight",
    "account",
    "community",
    "side",
    "share",
    "covered",
]


def weighted(**arcs):
    """A graph from arcs such as ab=2."""
    names = sorted(set("".join(arcs)))
    tails, heads = zip(*((names.index(u), names.index(v)) for u, v in arcs), strict=True)
    return InteractionGraph.from_arcs(names, tails, heads, list(arcs.values()))


def of_letters(graph):
    """Lower-case letters are community 0 or 1 by the alphabet: a … m, n … z."""
    return Partition(
        graph.accounts,
        np.array([int(name >= "n") for name in graph.accounts]),
        names=("low", "high"),
    )


def test_gatekeepers_by_hand():
    """From low to high: x hears a and b (5 of 8), c reaches y and z (3). Back: z to a alone."""
    graph = weighted(ax=3, bx=2, cy=1, cz=2, za=4, ab=50)
    found = gatekeepers(graph, of_letters(graph), share=0.7)
    frame = found.to_frame()
    assert list(frame.columns) == COLUMNS
    assert frame.values.tolist() == [
        ["low", "high", 8.0, "x", "high", "gatekeeper", 5 / 8, 5 / 8],
        ["low", "high", 8.0, "c", "low", "representative", 3 / 8, 1.0],
        ["high", "low", 4.0, "a", "low", "gatekeeper", 1.0, 1.0],
    ]
    assert found.notices == ()
    assert len(gatekeepers(graph, of_letters(graph)).to_frame()) == 2


def test_exactly_half_is_not_most():
    graph = weighted(ax=1, bx=1, cy=1, cz=1)
    found = gatekeepers(graph, of_letters(graph))
    assert found.covered.tolist() == [0.5, 1.0]
    # c before x: equals go by the smaller account.
    assert graph.accounts[found.account].tolist() == ["c", "x"]


def test_the_last_bit_of_a_sum_decides_nothing():
    """0.1 + 0.2 is a bit more than 0.3: as equals they are, c comes before x."""
    graph = weighted(ax=0.1, bx=0.2, cy=0.3)
    found = gatekeepers(graph, of_letters(graph))
    assert graph.accounts[found.account].tolist() == ["c", "x"]
    assert found.covered[-1] == 1


def test_the_share_is_of_all_that_touches_it_and_covered_counts_each_arc_once():
    graph = weighted(ax=4, bx=1, ay=2)
    found = gatekeepers(graph, of_letters(graph), share=1)
    assert graph.accounts[found.account].tolist() == ["a", "b"]
    assert found.share.tolist() == [6 / 7, 1 / 7]
    assert found.covered.tolist() == [6 / 7, 1.0]
    graph = weighted(ax=4, bx=2, ay=2, cy=1)
    found = gatekeepers(graph, of_letters(graph), share=1)
    # x touches 6, but of what a leaves only 2.
    assert graph.accounts[found.account].tolist() == ["a", "b", "c"]


def test_turning_all_arcs_round_turns_pairs_and_sides(medium_graph):
    communities = partition_of(medium_graph, np.arange(medium_graph.n) % 4 - 1)
    turned = InteractionGraph.from_arcs(
        medium_graph.accounts,
        medium_graph.out.indices,
        medium_graph.tails,
        medium_graph.out.weights,
    )
    one, other = gatekeepers(medium_graph, communities), gatekeepers(turned, communities)
    rows = [
        sorted(zip(*(column.tolist() for column in columns), strict=True))
        for columns in (
            (one.from_community, one.to_community, one.account, one.lets_in, one.share),
            (other.to_community, other.from_community, other.account, ~other.lets_in, other.share),
        )
    ]
    assert rows[0] == rows[1]
    assert len(rows[0]) > 6


@given(graph=graphs(), data=st.data(), whole=st.booleans())
def test_any_communities_agree_with_the_naive_twin(graph, data, whole):
    labels = data.draw(st.lists(st.integers(-1, 3), min_size=graph.n, max_size=graph.n))
    share = data.draw(st.sampled_from([0.2, 0.5, 0.75, 1]))
    most = data.draw(st.integers(1, 6))
    if not whole:
        graph = InteractionGraph.from_arcs(
            graph.accounts, graph.tails, graph.out.indices, graph.out.weights * 0.1
        )
    communities = partition_of(graph, labels)
    found = gatekeepers(graph, communities, share=share, most=most)
    rows = naive_communities.gatekeepers(graph, communities.labels.tolist(), share, most)
    assert [
        (a, b, u)
        for a, b, u in zip(found.from_community, found.to_community, found.account, strict=True)
    ] == [(a, b, u) for a, b, _, u, _, _ in rows]
    for mine, theirs in zip((found.weight, found.share, found.covered), (2, 4, 5), strict=True):
        np.testing.assert_allclose(mine, [row[theirs] for row in rows], rtol=1e-12)
    assert (found.lets_in == (found.partition.labels[found.account] == found.to_community)).all()


@given(graph=graphs(max_accounts=10), seed=st.integers(0, 9))
def test_a_pair_is_covered_as_far_as_was_asked(graph, seed):
    communities = partition_of(graph, np.random.default_rng(seed).integers(0, 3, graph.n))
    found = gatekeepers(graph, communities, share=0.6, most=99)
    pairs = found.from_community * 100 + found.to_community
    for pair in set(pairs.tolist()):
        covered = found.covered[pairs == pair]
        assert (np.diff(covered) > 0).all()
        assert (covered[:-1] <= 0.6 + 1e-9).all()
        assert covered[-1] > 0.6
    assert not len(pairs) or found.weight[0] == found.weight.max()
    everything = gatekeepers(graph, communities, share=1, most=99)
    last = np.append(np.diff(everything.from_community * 100 + everything.to_community) != 0, True)
    assert (everything.covered[last[: len(everything.covered)]] == 1).all()


def test_only_the_heaviest_pairs_when_asked():
    graph = random_graph(200, 2000)
    communities = partition_of(graph, np.arange(graph.n) % 6 - 1)
    everything, some = gatekeepers(graph, communities), gatekeepers(graph, communities, pairs=4)
    kept = len(some.account)
    assert some.to_frame().equals(everything.to_frame()[:kept])
    assert len(set(zip(some.from_community.tolist(), some.to_community.tolist(), strict=True))) == 4
    assert some.notices[1] == "the 4 heaviest of 20 pairs of communities"
    outside = (communities.labels[graph.tails] < 0) | (communities.labels[graph.out.indices] < 0)
    assert everything.notices == (
        f"{outside.sum():,} arc(s) of accounts without a community are left out",
    )


@pytest.mark.parametrize("n", [0, 1, 3])
def test_nothing_between_communities_is_an_empty_table(n):
    graph = InteractionGraph.from_arcs([f"a{i}" for i in range(n)], [], [])
    frame = gatekeepers(graph, partition_of(graph, np.arange(n))).to_frame()
    assert list(frame.columns) == COLUMNS
    assert frame.empty
    line = weighted(ab=1)
    assert gatekeepers(line, partition_of(line, [0, 0])).to_frame().empty
    assert gatekeepers(line, partition_of(line, [0, -1])).to_frame().empty


@pytest.mark.parametrize("threads", ["1", "2", "5"])
def test_work_in_many_blocks_gives_the_same_bits_and_shows_progress(monkeypatch, threads):
    graph = random_graph(300, 6000)
    communities = partition_of(graph, np.arange(graph.n) % 40)
    whole = gatekeepers(graph, communities)
    seen = []
    monkeypatch.setattr(gates, "_STEPS", 1)
    monkeypatch.setenv("KEYNODES_THREADS", threads)
    parts = gatekeepers(graph, communities, progress=lambda *counts: seen.append(counts))
    for name in ("from_community", "to_community", "weight", "account", "share", "covered"):
        assert getattr(whole, name).tobytes() == getattr(parts, name).tobytes()
    pairs = len(set(zip(whole.from_community.tolist(), whole.to_community.tolist(), strict=True)))
    assert len(seen) > 1
    assert seen == sorted(seen)
    assert seen[-1] == (pairs, pairs)


@pytest.mark.compiled
def test_a_hub_heard_in_thousands_of_communities_is_a_normal_case(star):
    labels = np.arange(star.n) % 5000 + 1
    labels[0] = 0
    small = weighted(ab=1)
    gatekeepers(small, partition_of(small, [0, 1]))
    communities = Partition(star.accounts, labels, names=tuple(map(str, range(5001))))
    start = processor_seconds()
    found = gatekeepers(star, communities)
    assert processor_seconds() - start < 5
    # The centre touches everything, but where a leaf is alone the weights are equal.
    assert len(found.account) == 5000
    assert (found.covered == 1).all()
    assert set(found.account.tolist()) == {star.index_of("centre")}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"share": 0}, "share must be a number above 0 and at most 1, got 0"),
        ({"share": 1.5}, "share must be"),
        ({"share": math.nan}, "share must be"),
        ({"most": 0}, "most must be a whole number from 1, got 0"),
        ({"most": 2.5}, "most must be"),
        ({"pairs": 0}, "pairs must be a whole number from 1, got 0"),
    ],
)
def test_parameters_out_of_range_are_refused(wrong, message):
    graph = weighted(ax=1)
    with pytest.raises(UsageError, match=message):
        gatekeepers(graph, of_letters(graph), **wrong)


def test_communities_of_other_accounts_are_refused(medium_graph):
    graph = weighted(ax=1)
    with pytest.raises(UsageError, match="these are communities of other accounts \\(2\\)"):
        gatekeepers(medium_graph, of_letters(graph))
