"""`partition`, communities that are given, and the scan of resolutions."""

import csv
import os
import random
import subprocess
import sys
from dataclasses import replace

import networkx as nx
import numpy as np
import pandas
import pytest
from conftest import COMPILED, DATA
from hypothesis import given as examples
from hypothesis import strategies as st
from sklearn.metrics import adjusted_mutual_info_score

from keynodes import InteractionGraph, build_graph, read_interactions
from keynodes.communities import METHODS
from keynodes.communities.agreement import mean_agreement, stability
from keynodes.communities.consensus import consensus
from keynodes.communities.modularity_score import modularity
from keynodes.communities.numbering import canonical
from keynodes.communities.partitioning import given, partition, streams
from keynodes.communities.resolutions import (
    PLATEAU,
    ResolutionScan,
    geometric,
    parsed,
    resolution_scan,
)
from keynodes.errors import ReadingError, UnknownName, UsageError

SIZE = 600 if COMPILED else 120


def undirected(G):
    """The arcs of a networkx graph both ways; nodes are numbers from 0."""
    nodes = G.number_of_nodes()
    ends = np.array([edge for edge in G.edges if edge[0] != edge[1]]).reshape(-1, 2)
    names = [f"a{i:05}" for i in range(nodes)]
    tails, heads = np.concatenate([ends, ends[:, ::-1]]).T
    return InteractionGraph.from_arcs(names, tails, heads)


def cliques(*sizes, tied=0):
    """Cliques side by side, and accounts with a tie to every member of all of them."""
    members = np.split(np.arange(sum(sizes)), np.cumsum(sizes)[:-1])
    arcs = [(u, v) for group in members for u in group for v in group if u != v]
    for extra in range(sum(sizes), sum(sizes) + tied):
        arcs += [(u, extra) for u in range(sum(sizes))]
    names = [f"c{i:03}" for i in range(sum(sizes) + tied)]
    return InteractionGraph.from_arcs(names, *zip(*arcs, strict=True))


@pytest.fixture(scope="module")
def blocks():
    """Six planted communities, far from the limit of what can be detected."""
    sizes = [SIZE // 6] * 6
    inside = 0.3
    p = np.full((6, 6), 0.01 if COMPILED else 0.02)
    np.fill_diagonal(p, inside if COMPILED else 0.6)
    G = nx.stochastic_block_model(sizes, p, seed=4)
    return undirected(G), np.repeat(np.arange(6), SIZE // 6)


@pytest.fixture(scope="module")
def shaky():
    """Communities near the limit: runs differ."""
    G = nx.planted_partition_graph(4, 30, 0.25, 0.12, seed=2)
    return undirected(G), np.repeat(np.arange(4), 30)


# --- what is found -------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [name for name, row in METHODS.items() if row.random])
def test_planted_blocks_are_found(blocks, method):
    graph, truth = blocks
    layers = {"layers": "side"} if "layers" in METHODS[method].parameters else {}
    if layers:
        sides = pandas.DataFrame({"side": "one"}, index=pandas.Index(graph.accounts))
        graph = replace(graph, attributes=sides)
    found = partition(graph, method, runs=4, **layers)
    assert adjusted_mutual_info_score(truth, found.labels) > 0.95
    # Label propagation now and then merges two blocks: a run, not the consensus.
    assert found.agreement > 0.9
    assert found.stability.mean() > 0.9


@pytest.mark.compiled
def test_a_planted_lfr_graph_is_found():
    G = nx.LFR_benchmark_graph(
        1000, 2.5, 1.5, 0.3, average_degree=20, max_degree=50, min_community=40, seed=1
    )
    truth = np.empty(1000, int)
    for number, members in enumerate({frozenset(G.nodes[v]["community"]) for v in G}):
        truth[list(members)] = number
    for method in ("leiden", "infomap"):
        found = partition(undirected(G), method, runs=4)
        assert adjusted_mutual_info_score(truth, found.labels) > 0.97


def test_two_cliques_are_perfectly_stable():
    graph = cliques(6, 5)
    for method in METHODS:
        if method != "leiden-layers":
            found = partition(graph, method, runs=5)
            assert found.sizes.tolist() == [6, 5]
            if METHODS[method].random:
                assert (found.stability == 1).all()
                assert (found.agreement, found.information) == (1.0, pytest.approx(1.0))
            assert not len(found.on_the_fence)
            assert not any("fence" in notice for notice in found.notices)


def test_the_account_tied_to_two_cliques_is_the_least_stable():
    graph = cliques(6, 6, tied=1)
    found = partition(graph, runs=40)
    assert np.argmin(found.stability) == 12
    # Its community comes with it or does not: 1 for its own side, 1 / 13 for the other.
    with_it = (found.run_labels[:, 12] == found.run_labels[:, found.labels[12] * 6]).mean()
    assert 0.3 < with_it < 1
    assert found.stability[12] == pytest.approx(with_it + (1 - with_it) / 13)
    assert found.stability[:12].min() > 0.8


def test_accounts_on_the_fence_are_named(shaky):
    graph, _ = shaky
    found = partition(graph)
    fence = found.on_the_fence
    assert len(fence) > 5
    notice = next(text for text in found.notices if "fence" in text)
    first = ", ".join(repr(account) for account in graph.accounts[fence[:5]])
    assert notice == (
        f"{len(fence)} of 120 accounts are on the fence (stability below 0.5): {first} and "
        f"{len(fence) - 5} more"
    )


def test_hostile_names_on_the_fence_stay_on_one_line(shaky):
    graph, _ = shaky
    evil = np.array([f"{account}\n\x1b[31m" + "x" * 100 for account in graph.accounts], object)
    found = partition(replace(graph, accounts=evil))
    notice = next(text for text in found.notices if "fence" in text)
    assert notice.isprintable()
    assert len(notice) < 400


def test_the_parts_fit_together(shaky):
    graph, _ = shaky
    found = partition(graph, runs=6, rng=3)
    assert found.run_labels.shape == (6, graph.n)
    assert found.run_labels.dtype == np.int32
    assert found.labels.dtype == np.int64
    np.testing.assert_array_equal(found.labels, consensus(found.run_labels))
    np.testing.assert_array_equal(found.stability, stability(found.labels, found.run_labels))
    assert (found.agreement, found.information) == mean_agreement(found.run_labels)[:2]
    assert found.modularity == modularity(graph, found.labels)
    assert found.names == tuple(map(str, range(len(found.sizes))))
    assert (found.by, found.runs, found.rng, found.resolution) == ("leiden", 6, 3, 1.0)
    for run, seed in zip(found.run_labels, streams(3, 6), strict=True):
        np.testing.assert_array_equal(run, METHODS["leiden"](graph, rng=seed))
    # Streams do not depend on how many there are; seeds differ, and so do their runs.
    np.testing.assert_array_equal(partition(graph, runs=3, rng=3).run_labels, found.run_labels[:3])
    assert len({run.tobytes() for run in found.run_labels}) > 1
    other = partition(graph, runs=6, rng=4)
    assert other.run_labels.tobytes() != found.run_labels.tobytes()


def test_one_run_says_nothing_about_trust(shaky):
    found = partition(shaky[0], runs=1)
    assert found.stability is None
    assert np.isnan(found.agreement)
    assert np.isnan(found.information)
    assert found.to_frame()["stability"].isna().all()
    np.testing.assert_array_equal(found.labels, found.run_labels[0])


def test_what_is_not_random_runs_once(shaky):
    for runs, told in ((10, False), (1, False), (7, True)):
        found = partition(shaky[0], "components", runs=runs)
        assert found.runs == 1
        assert found.stability is None
        assert any("one run instead of 7" in text for text in found.notices) == told


def test_the_resolution_is_kept(blocks):
    graph, _ = blocks
    assert partition(graph, "labels", runs=1).resolution is None
    assert partition(graph, "leiden-cpm", runs=1).resolution == pytest.approx(
        graph.m / (graph.n * (graph.n - 1) / 2)
    )
    few, many = (partition(graph, resolution=r, runs=2) for r in (0.1, 20))
    assert few.resolution == 0.1
    assert len(few.names) < 6 < len(many.names)


def test_what_becomes_of_direction_is_said():
    arcs = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1, 1], [1, 0, 2])
    told = "leiden looks at the undirected view: the weights of u→v and v→u are added"
    assert told in partition(arcs).notices
    assert not any("undirected" in text for text in partition(arcs, "leiden-directed").notices)
    heavier = InteractionGraph.from_arcs(["a", "b"], [0, 1], [1, 0], [1, 2])
    assert told in partition(heavier).notices
    assert told not in partition(cliques(3, 3)).notices


def test_one_flood_is_no_division():
    found = partition(cliques(12), "labels", runs=2)
    assert any("found no division" in text for text in found.notices)


@pytest.mark.parametrize("method", [name for name in METHODS if name != "leiden-layers"])
@pytest.mark.parametrize("n", [0, 1, 3])
def test_next_to_nothing(method, n):
    graph = InteractionGraph.from_arcs([f"a{i}" for i in range(n)], [], [])
    found = partition(graph, method, runs=3)
    assert found.labels.tolist() == list(range(n))
    assert np.isnan(found.modularity)
    assert found.to_frame()["account"].tolist() == graph.accounts.tolist()
    if found.stability is not None:
        assert found.stability.tolist() == [1.0] * n
        assert found.agreement == 1.0


def test_progress_counts_runs(shaky):
    told = []
    partition(shaky[0], runs=3, progress=lambda *what: told.append(what))
    assert told == [("runs of leiden", done, 3) for done in (1, 2, 3)]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"by": "leidn"}, UnknownName, "no community method 'leidn'; did you mean 'leiden'"),
        ({"by": "labels", "resolution": 1}, UsageError, "labels has no resolution; leave it out"),
        ({"resolution": -1}, UsageError, "leiden: the resolution must be a finite number of 0"),
        ({"resolution": float("nan")}, UsageError, "finite number"),
        ({"resolution": float("inf")}, UsageError, "finite number"),
        ({"resolution": "1"}, UsageError, "got '1'"),
        ({"resolution": True}, UsageError, "got True"),
        ({"runs": 0}, UsageError, "runs must be a whole number of 1 or more, got 0"),
        ({"runs": 2.5}, UsageError, "got 2.5"),
        ({"rng": -1}, UsageError, "rng must be a whole number of 0 or more, got -1"),
        ({"rng": None}, UsageError, "got None"),
        ({"layers": "relation"}, UsageError, "leiden does not keep layers apart; .*leiden-layers"),
        ({"layer_weights": {"a": 1}}, UsageError, "leave layer_weights out"),
    ],
)
def test_errors(arguments, error, message):
    with pytest.raises(error, match=message) as caught:
        partition(cliques(3, 3), **arguments)
    assert "\n" not in str(caught.value)


# --- the same everywhere -------------------------------------------------------------------------

PROGRAM = """
import hashlib, sys
from keynodes import build_graph, read_interactions
from keynodes.communities.partitioning import partition
graph = build_graph(read_interactions(sys.argv[1], flow="forth"))
for method in sys.argv[2].split(","):
    found = partition(graph, method, runs=4, rng=5)
    parts = [found.labels, found.run_labels, found.stability]
    digest = hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()
    print(method, digest, found.agreement.hex(), found.information.hex(), found.modularity.hex())
"""


@pytest.mark.compiled
def test_the_same_bits_on_any_machine(tmp_path, shaky):
    graph, _ = shaky
    rng = random.Random(1)
    lines = [
        f"{graph.accounts[u]},{graph.accounts[v]},{rng.randint(1, 30) / 10}"
        for u, v in zip(graph.tails, graph.out.indices, strict=True)
    ]
    answers = set()
    for place, (threads, hashes) in enumerate([("1", "0"), ("2", "0"), ("2", "77")]):
        rng.shuffle(lines)
        path = tmp_path / f"{place}.csv"
        path.write_text("\n".join(["source,target,weight", *lines]) + "\n")
        environment = os.environ | {"KEYNODES_THREADS": threads, "PYTHONHASHSEED": hashes}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, path, "leiden,leiden-cpm,leiden-directed,labels"],
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert len(done.stdout.splitlines()) == 4
        answers.add(done.stdout)
    assert len(answers) == 1


# --- communities that are given ------------------------------------------------------------------


def test_given_communities_are_numbered_and_keep_their_names():
    graph = InteractionGraph.from_arcs(["a", "b", "c", "d", "e"], [0, 2], [1, 3])
    found = given(graph, {"a": "x", "b": "y", "c": "y", "e": "w", "z": "x"})
    assert found.labels.tolist() == [1, 0, 0, -1, 2]
    assert found.names == ("y", "x", "w")
    assert found.sizes.tolist() == [2, 1, 1]
    assert found.by == "given"
    assert found.stability is None
    assert found.run_labels.shape == (0, 5)
    assert found.notices == (
        "1 labelled account(s) are not in the graph: 'z'; 1 of 5 accounts have no label",
    )
    assert found.to_frame()["community"].tolist() == ["y", "y", "x", "w"]
    assert given(graph, ["", None, -1, float("nan"), ""]).names == ()


@examples(st.lists(st.integers(-1, 4), max_size=9))
def test_given_numbers_are_only_renamed(labels):
    graph = InteractionGraph.from_arcs([f"a{i}" for i in range(len(labels))], [], [])
    found = given(graph, labels)
    np.testing.assert_array_equal(found.labels, canonical(np.array(labels, np.int64)))
    for label, number in zip(labels, found.labels.tolist(), strict=True):
        assert found.names[number] == str(label) if label >= 0 else number == -1


def test_given_communities_may_be_a_file(write):
    graph = InteractionGraph.from_arcs(["a", "b", "c"], [0], [1])
    found = given(graph, write("account,label\na,red\nb,red\nc,blue\n"))
    assert found.names == ("red", "blue")
    assert found.notices == ()
    with pytest.raises(ReadingError, match="2 labels for 3 accounts"):
        given(graph, [1, 2])


# --- resolutions ---------------------------------------------------------------------------------


def test_a_scan_finds_the_plateaus_of_nested_communities():
    """Three pairs of cliques, the two of a pair with ties between them."""
    G = nx.disjoint_union_all([nx.complete_graph(8)] * 6)
    G.add_edges_from((16 * pair + i, 16 * pair + 8 + i) for pair in range(3) for i in range(8))
    G.add_edges_from([(0, 16), (17, 32), (33, 1)])
    scan = resolution_scan(undirected(G), "0.4:6:9", runs=3)
    assert isinstance(scan, ResolutionScan)
    frame = scan.to_frame()
    assert list(frame) == [
        "resolution",
        "communities",
        "largest",
        "modularity",
        "agreement",
        "agreement_with_next",
        "plateau",
    ]
    np.testing.assert_allclose(frame["resolution"], np.geomspace(0.4, 6, 9))
    by_plateau = frame.dropna(subset="plateau").groupby("plateau")["communities"].unique()
    assert [3] in [found.tolist() for found in by_plateau]
    assert [6] in [found.tolist() for found in by_plateau]
    assert by_plateau.index.tolist() == list(range(1, len(by_plateau) + 1))
    assert np.isnan(frame["agreement_with_next"].iloc[-1])
    assert any("3 communities of two or more accounts" in text for text in scan.notices)
    for row, found in zip(frame.itertuples(), scan.partitions, strict=True):
        alone = partition(undirected(G), resolution=row.resolution, runs=3)
        np.testing.assert_array_equal(found.labels, alone.labels)
        assert row.modularity == alone.modularity
        assert row.agreement == alone.agreement


def test_plateaus_by_hand():
    from keynodes.communities.resolutions import _plateaus

    nan = np.nan
    following = np.array([1, 0.95, 0.5, 1, 1, 0.9, nan])
    agreement = np.array([1, 1, 1, 1, 0.8, PLATEAU, 1])
    np.testing.assert_array_equal(_plateaus(following, agreement), [1, 1, 1, nan, nan, 2, 2])
    np.testing.assert_array_equal(_plateaus(following[:2], agreement[:2]), [1, 1])
    np.testing.assert_array_equal(_plateaus(following[-1:], agreement[-1:]), [nan])
    np.testing.assert_array_equal(_plateaus(following, np.full(7, nan)), [nan] * 7)


def test_lone_accounts_are_not_counted_in_a_scan():
    graph = InteractionGraph.from_arcs(list("abcdef"), [0, 1], [1, 0])
    frame = resolution_scan(graph, [1, 0.5], runs=2).to_frame()
    assert frame["resolution"].tolist() == [0.5, 1.0]
    assert frame["communities"].tolist() == [1, 1]
    assert frame["largest"].tolist() == [2, 2]


def test_a_scan_of_nothing_and_with_one_run():
    empty = InteractionGraph.from_arcs([], [], [])
    assert resolution_scan(empty, [1], runs=2).to_frame()["communities"].tolist() == [0]
    scan = resolution_scan(cliques(4, 4), "0.5:1:3", runs=1)
    assert scan.to_frame()["plateau"].isna().all()
    assert any("only two or more runs" in text for text in scan.notices)


def test_progress_of_a_scan_counts_all_runs():
    told = []
    resolution_scan(cliques(3, 3), [1, 2], runs=2, progress=lambda *what: told.append(what[1:]))
    assert told == [(done, 4) for done in (1, 2, 3, 4)]


def test_resolutions_are_read():
    assert parsed(" 0.1:10:3 ") == [0.1, pytest.approx(1.0), 10.0]
    steps = geometric(0.3, 7, 25)
    assert (len(steps), steps[0], steps[-1]) == (25, 0.3, 7.0)
    np.testing.assert_allclose(np.diff(np.log(steps)), np.log(7 / 0.3) / 24)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("often", "must be A:B:N.* found 'often'"),
        ("1:2", "must be A:B:N"),
        ("1:2:3:4", "must be A:B:N"),
        ("1:2:2.5", "must be A:B:N"),
        ("a:2:3", "must be A:B:N"),
        ("0:2:3", "from a number above 0 to a larger one, got 0.0 to 2.0"),
        ("2:1:3", "from a number above 0"),
        ("1:inf:3", "from a number above 0"),
        ("nan:1:3", "from a number above 0"),
        ("1:2:1", "2 to 1000 resolutions, got 1"),
        ("1:2:1001", "2 to 1000 resolutions"),
        ([1, -1], "numbers of 0 or more, got -1"),
        ([1, float("nan")], "got nan"),
        ([1, 1.0], "one is there twice"),
        ([], "1 to 1000 resolutions, got 0"),
        (["1"], "got '1'"),
    ],
)
def test_bad_resolutions(text, message):
    with pytest.raises(UsageError, match=message) as caught:
        resolution_scan(cliques(3, 3), text)
    assert "\n" not in str(caught.value)


def test_a_method_without_a_resolution_cannot_be_scanned():
    with pytest.raises(UsageError, match="labels has no resolution"):
        resolution_scan(cliques(3, 3), [1, 2], "labels")


# --- real networks -------------------------------------------------------------------------------


@pytest.mark.real
def test_the_karate_club_parts_as_it_did():
    graph = build_graph(read_interactions(DATA / "karate" / "edges.csv", flow="both"))
    found = partition(graph)
    assert found.modularity == pytest.approx(0.4449, abs=1e-4)
    assert found.labels[graph.index_of("0")] != found.labels[graph.index_of("33")]
    scan = resolution_scan(graph, "0.2:0.4:4")
    assert scan.to_frame()["communities"].tolist() == [2, 2, 2, 2]
    assert (scan.plateau == 1).all()


@pytest.mark.real
def test_departments_are_found_in_their_mails():
    graph = build_graph(read_interactions(DATA / "email_eu_core" / "edges.csv"))
    with open(DATA / "email_eu_core" / "nodes.csv", newline="") as stream:
        department = {row["id"]: row["department"] for row in csv.DictReader(stream)}
    truth = [department[account] for account in graph.accounts]
    found = partition(graph)
    # 42 departments, of which modularity at resolution 1 sees no more than this.
    assert adjusted_mutual_info_score(truth, found.labels) > 0.52
    finer = partition(graph, resolution=4)
    assert adjusted_mutual_info_score(truth, finer.labels) > 0.6
    assert found.stability.mean() > 0.8
    assert 0 < len(found.on_the_fence) < 100
