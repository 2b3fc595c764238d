"""`reach_vitality`: drops against deletion, enumeration and closed forms; and as a measure."""

import math
import os
import subprocess
import sys
import textwrap

import naive_worlds as twins
import numpy as np
import pytest
from commands import SAMPLE, keynodes, table
from conftest import forget_peak_memory, memory, processor_seconds, random_graph
from hypothesis import given

from keynodes import MEASURES, InteractionGraph, build_graph, rank, read_interactions
from keynodes.cascades.keys import REPORTING, world_keys
from keynodes.cascades.reaching import reach
from keynodes.cascades.scenario import scenario
from keynodes.cascades.transmission import transmission
from keynodes.cascades.vitality import reach_vitality
from keynodes.errors import UsageError
from keynodes.kernels.dominators import dominated

CERTAIN = "constant:probability=1"
LIMITS = ({}, {"hops": 1}, {"hops": 2}, {"hops": 3}, {"within": 1.5, "delay": 1.0})
FIELDS = ("drop", "author", "others", "relay", "standard_error", "upper")


def graph_of(*arcs):
    names = sorted(set("".join(arcs)))
    tails, heads = ([names.index(arc[end]) for arc in arcs] for end in (0, 1))
    return InteractionGraph.from_arcs(names, tails, heads)


def of(found, field="drop"):
    return dict(zip(found.scenario.graph.accounts, getattr(found, field).tolist(), strict=True))


# --- world by world ---------------------------------------------------------------------------


@pytest.mark.parametrize("muting", [False, True])
@given(seed=twins.choices)
def test_every_number_is_deletion_in_every_world(muting, seed):
    """Exact under limits too: fewer than 200 accounts are ever in doubt here."""
    drawn, graph = twins.random_case(seed, max_accounts=8)
    limits, seeded, rng = LIMITS[drawn.integers(5)], drawn.random() < 0.7, int(drawn.integers(4))
    model = ["constant:probability=0.6", CERTAIN, "linear-threshold"][drawn.integers(3)]
    n, count = graph.n, 25
    seeds = graph.accounts[[0, n - 1]].tolist() if seeded else None
    values = [1 + v % 3 for v in range(n)]
    arguments = {"model": model, "accounts": np.array(values), "rng": rng, **limits}
    asked = scenario(graph, seeds, **arguments)
    worlds = [twins.world(asked, row) for row in world_keys(rng, REPORTING, count)]
    lost = np.array(
        [
            [twins.drop(one, values, v, None, asked.limit, muting) for v in range(n)]
            for one in worlds
        ]
    )
    speaks = np.array([[v in one.sources for v in range(n)] for one in worlds])
    heard = np.array(
        [[v in twins.arrivals(one, None, asked.limit) for v in range(n)] for one in worlds]
    )
    own = (heard & ~speaks) * np.array(values) * (not muting)
    found = reach_vitality(graph, seeds, worlds=count, muting=muting, **arguments)
    close = {"rtol": 1e-12, "atol": 1e-12}
    np.testing.assert_allclose(found.drop, lost.mean(axis=0), **close)
    np.testing.assert_allclose(found.upper, found.drop, **close)
    np.testing.assert_allclose(found.author, (lost * speaks).mean(axis=0), **close)
    np.testing.assert_allclose(found.relay, (lost * ~speaks).mean(axis=0), **close)
    np.testing.assert_allclose(found.others, (lost - own).mean(axis=0), **close)
    batches = [lost[np.arange(count) * 20 // count == b].mean(axis=0) for b in range(20)]
    error = np.std(batches, axis=0, ddof=1) / math.sqrt(20)
    np.testing.assert_allclose(found.standard_error, error, rtol=1e-9, atol=1e-12)
    assert found.reached == pytest.approx(
        np.mean([twins.heard(o, values, None, asked.limit) for o in worlds])
    )
    assert (found.worlds, found.muting) == (count, muting)
    if not muting and not limits and seeds:
        # The same worlds say the same, one account at a time.
        for v in range(n):
            without = reach(graph, seeds, removed=[graph.accounts[v]], worlds=count, **arguments)
            assert found.reached - without.reached == pytest.approx(found.drop[v], abs=1e-9)


# --- enumeration and closed forms -------------------------------------------------------------


def small(seed, arcs=11, n=7):
    """A graph of so many arcs, with probabilities as weights."""
    rng = np.random.default_rng(seed)
    pairs = [(u, v) for u in range(n) for v in range(n) if u != v]
    tails, heads = zip(*(pairs[i] for i in rng.choice(len(pairs), arcs, False)), strict=True)
    names = [f"a{i}" for i in range(n)]
    return InteractionGraph.from_arcs(names, tails, heads, rng.uniform(0.1, 0.95, arcs))


@pytest.mark.parametrize("model", ["given", "linear-threshold"])
@pytest.mark.parametrize("limits", [{}, {"hops": 2}])
@pytest.mark.parametrize("seed", range(3))
def test_expected_drops_are_those_of_all_worlds(seed, limits, model):
    graph = small(seed)
    passing, speaking = transmission(graph, model), [seed, 6]
    limit = limits.get("hops", math.inf)
    mean, variance = twins.expected_drops(passing, speaking, [1] * 7, limit)
    seeds = graph.accounts[speaking].tolist()
    found = reach_vitality(graph, seeds, model=passing, worlds=20_000, **limits)
    error = np.sqrt(variance / 20_000)
    assert (abs(found.drop - mean) <= 4.5 * error + 1e-9).all()
    assert mean.max() > 0.5
    np.testing.assert_allclose(found.standard_error, error, rtol=0.65, atol=1e-8)


@pytest.mark.parametrize("model", ["given", "linear-threshold"])
@pytest.mark.parametrize("seed", range(3))
def test_dominators_of_all_worlds_give_the_exact_expectation(seed, model):
    graph = small(seed, arcs=12)
    passing, speaking, values = transmission(graph, model), [seed, 6], np.arange(7) + 1
    mean, _ = twins.expected_drops(passing, speaking, values.tolist())
    chances, worlds = zip(*twins.every_world(passing, speaking), strict=True)
    assert math.fsum(chances) == pytest.approx(1)
    pack = twins.packed(worlds)
    drops = np.zeros(len(pack.nodes), np.int64)
    status = np.zeros(7, np.uint8)
    dominated(pack, np.arange(len(worlds)), status, values, False, drops)
    chance = np.repeat(chances, np.diff(pack.starts))
    exact = np.bincount(pack.nodes, drops * chance, minlength=7)
    np.testing.assert_allclose(exact, mean, rtol=1e-12)


def test_in_a_tree_the_drop_is_the_subtree_by_products_of_p():
    rng = np.random.default_rng(1)
    n, count = 40, 20_000
    above = [int(rng.integers(max(0, v - 6), v)) for v in range(1, n)]
    p = rng.uniform(0.5, 0.95, n - 1)
    graph = InteractionGraph.from_arcs([f"a{v:02}" for v in range(n)], above, range(1, n), p)
    chance, below = np.ones(n), np.zeros(n)
    for v in range(1, n):
        chance[v] = chance[above[v - 1]] * p[v - 1]
    for v in range(n - 1, 0, -1):
        below[v] += chance[v]
        below[above[v - 1]] += below[v]
    found = reach_vitality(graph, ["a00"], model="given", worlds=count)
    assert (abs(found.drop - below) <= 5 * found.standard_error + 1e-9).all()
    assert abs(found.drop / below - 1).max() < 0.1
    assert found.drop[0] == found.author[0] == found.reached


def test_of_two_gates_side_by_side_none_drops_anything_and_both_drop_the_cluster():
    cluster = "klmnop"
    arcs = ["sg", "sh", *(gate + v for gate in "gh" for v in cluster)]
    graph = graph_of(*arcs)
    found = reach_vitality(graph, ["s"], model=CERTAIN, worlds=2)
    assert of(found, "others")["g"] == of(found, "others")["h"] == 0
    assert of(found)["g"] == of(found)["h"] == 1  # the gate itself hears no more
    assert found.reached == 8
    both = reach(graph, ["s"], removed=["g", "h"], model=CERTAIN, worlds=2)
    assert both.reached == 0
    alone = reach_vitality(
        graph_of(*(arc for arc in arcs if "h" not in arc)), ["s"], model=CERTAIN, worlds=2
    )
    assert of(alone)["g"] == 7


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """Student's t on 20 batches, for a relay that is heard by ten, half of the time each."""
    graph = InteractionGraph.from_arcs(
        [f"a{i:02}" for i in range(12)], [0, *[1] * 10], range(1, 12)
    )
    held = 0
    for rng in range(200):
        found = reach_vitality(
            graph, ["a00"], model="constant:probability=0.5", worlds=200, rng=rng
        )
        row = found.to_frame().set_index("account").loc["a01"]
        held += row["low"] <= 0.5 * (1 + 5) <= row["high"]
    assert 180 <= held <= 199


# --- limits -----------------------------------------------------------------------------------


def test_under_hops_the_detour_that_comes_too_late_counts():
    """Plain dominators see that t has two ways, and miss that x is in time by one of them only."""
    graph = graph_of("sa", "at", "sb", "bc", "ct", "tx")
    found = reach_vitality(graph, ["s"], model=CERTAIN, hops=3, worlds=2)
    assert of(found) == {"s": 5, "a": 2, "b": 2, "c": 1, "t": 2, "x": 1}
    assert of(reach_vitality(graph, ["s"], model=CERTAIN, worlds=2))["a"] == 1


def test_where_not_all_can_be_tried_bounds_stand_and_that_is_said(monkeypatch):
    graph = random_graph(60, 200, seed=2, hubs=1.2)
    arguments = {"model": "constant:probability=0.7", "hops": 3, "worlds": 60}
    seeds = graph.accounts[:3].tolist()
    true = reach_vitality(graph, seeds, **arguments)
    assert not true.notices
    np.testing.assert_array_equal(true.drop, true.upper)
    monkeypatch.setattr("keynodes.cascades.vitality.TRIED", 3)
    some = reach_vitality(graph, seeds, **arguments)
    assert (some.drop <= true.drop + 1e-12).all()
    assert (true.drop <= some.upper + 1e-12).all()
    assert ((some.drop < true.drop).any(), (true.drop < some.upper).any()) == (True, True)
    open_still = int((some.drop < some.upper).sum())
    assert any(f"drops of {open_still:,} accounts are lower bounds" in n for n in some.notices)
    monkeypatch.setattr("keynodes.cascades.vitality.TRIED", 0)
    none = reach_vitality(graph, seeds, **arguments)
    assert (none.drop < none.upper).sum() == open_still + 3
    assert "upper" in none.to_frame().columns
    # The interval holds the true drop although the drop itself is a lower bound.
    frame = none.to_frame().set_index("account")
    half = frame["drop"] - frame["low"]
    at = [graph.accounts.tolist().index(account) for account in frame.index]
    assert (frame["high"] >= true.drop[at]).all()
    whole = frame["low"] > 0
    np.testing.assert_allclose(frame["high"][whole], (frame["upper"] + half)[whole])
    assert (none.author <= true.author + 1e-12).all()
    assert (none.relay <= true.relay + 1e-12).all()
    assert (none.others <= true.others + 1e-12).all()
    assert "upper" not in reach_vitality(graph, seeds, worlds=20).to_frame().columns


# --- the rest of the record -------------------------------------------------------------------


def test_authors_and_relays_are_told_apart():
    """Each world starts at a or at b; what b says comes of itself or of a."""
    found = reach_vitality(graph_of("ab", "bc"), posts={"a": 1, "b": 3}, model=CERTAIN, worlds=8000)
    author, relay = of(found, "author"), of(found, "relay")
    for values, account, expected in (
        (author, "a", 0.5), (relay, "a", 0), (author, "b", 0.75), (relay, "b", 0.5), (relay, "c", 1)
    ):  # fmt: skip
        assert values[account] == pytest.approx(expected, abs=0.03)
    assert found.reached == pytest.approx(0.25 * 2 + 0.75, abs=0.03)


def test_muting_leaves_sources_speaking_and_hearers_hearing():
    found = reach_vitality(graph_of("ab", "bc", "cd"), ["a"], model=CERTAIN, muting=True, worlds=2)
    assert of(found) == of(found, "others") == {"a": 0, "b": 2, "c": 1, "d": 0}


def test_the_table_is_in_order_and_certain_where_nothing_is_left_to_chance():
    found = reach_vitality(graph_of("ab", "bc", "xy"), ["a"], model=CERTAIN, worlds=2)
    frame = found.to_frame()
    assert frame["account"].tolist() == ["a", "b", "c"]
    assert frame["rank"].tolist() == [1, 1, 3]
    assert frame["low"].tolist() == frame["high"].tolist() == frame["drop"].tolist() == [2, 2, 1]
    assert frame["share"].tolist() == [1, 1, 0.5]
    assert len(found.to_frame(top=1)) == 1


@pytest.mark.parametrize("count", [2, 3, 19, 20, 21, 39, 41])
def test_any_number_of_worlds_has_an_error(count):
    found = reach_vitality(random_graph(30, 90), ["user000001"], worlds=count)
    assert np.isfinite(found.standard_error).all()
    assert found.worlds == count


def test_weights_count_in_their_own_measure():
    weights = {"a": 5.0, "b": 0.25, "c": 0.5}
    found = reach_vitality(graph_of("ab", "bc"), ["a"], accounts=weights, model=CERTAIN, worlds=2)
    assert of(found) == pytest.approx({"a": 0.75, "b": 0.75, "c": 0.5}, rel=1e-8)
    assert of(found, "others") == pytest.approx({"a": 0.75, "b": 0.5, "c": 0.0}, abs=1e-8)


@pytest.mark.compiled
def test_any_number_of_threads_gives_the_same_bits():
    """In processes of their own, with another hash seed each."""
    program = textwrap.dedent(
        """
        import hashlib, sys
        sys.path.insert(0, sys.argv[1])
        from conftest import random_graph
        from test_reach_vitality import FIELDS
        from keynodes.cascades import reaching, sampling, vitality
        sampling.PACK_VISITS = 20_000
        graph = random_graph(2000, 9000)
        for seeds in (None, graph.accounts[:5].tolist()):
            for limits in ({}, {"hops": 3}, {"within": 2.0, "delay": 1.0}):
                arguments = dict(model="constant:probability=0.2", worlds=120, **limits)
                drops = vitality.reach_vitality(graph, seeds, **arguments)
                found = reaching.reach(graph, seeds, **arguments)
                bits = [getattr(drops, field) for field in FIELDS]
                bits += [found.totals, found.probability]
                print(hashlib.sha256(b"".join(a.tobytes() for a in bits)).hexdigest())
        """
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", program, os.path.dirname(__file__)],
            env={**os.environ, "KEYNODES_THREADS": threads, "PYTHONHASHSEED": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2", "5")
    ]
    assert len(set(outputs[0].split())) == 6
    assert outputs[0] == outputs[1] == outputs[2]


@pytest.mark.compiled
def test_a_star_of_300_000_is_a_normal_case(star):
    arguments = {"model": "constant:probability=0.5", "worlds": 20}
    reach_vitality(graph_of("ab"), ["a"], **arguments)
    before, start = forget_peak_memory(), processor_seconds()
    found = reach_vitality(star, ["centre"], **arguments)
    assert processor_seconds() - start < 10
    assert found.drop[0] == found.reached == pytest.approx(found.drop[1:].sum())
    if before is not None:
        assert memory("VmHWM") - before < 200_000


# --- as a measure -----------------------------------------------------------------------------


def test_the_measure_is_the_drop():
    graph = random_graph(80, 300)
    row, seeds = MEASURES["reach_vitality"], np.array([7, 2, 2])
    names = graph.accounts[[2, 7]].tolist()
    for arguments in ({}, {"hops": 2}, {"model": "counts:beta=0.2", "rng": 4}):
        drop = reach_vitality(graph, names, worlds=50, **arguments).drop
        assert row(graph, seeds=seeds, worlds=50, **arguments).tobytes() == drop.tobytes()
    unseeded = reach_vitality(graph, worlds=50).drop
    assert row(graph, worlds=50).tobytes() == unseeded.tobytes()
    for wrong in ([], [-1], [80], [0.5]):
        with pytest.raises(UsageError, match="seeds must"):
            row(graph, seeds=np.array(wrong))


def test_a_generator_draws_worlds_of_its_own():
    graph, row = random_graph(80, 300), MEASURES["reach_vitality"]
    one, same, other = (
        row(graph, worlds=50, rng=np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert one.tobytes() == same.tobytes() != other.tobytes()


def test_other_names_change_worlds_and_not_what_they_say(medium_graph):
    """Coins fall on other arcs then: within the error, not to the bit."""
    place = np.random.default_rng(1).permutation(medium_graph.n)
    renamed = InteractionGraph.from_arcs(
        [f"x{i:05}" for i in range(medium_graph.n)],
        place[medium_graph.tails],
        place[medium_graph.out.indices],
        medium_graph.out.weights,
    )
    one, other = (reach_vitality(graph, worlds=20_000) for graph in (medium_graph, renamed))
    error = np.hypot(one.standard_error, other.standard_error[place])
    difference = abs(one.drop - other.drop[place])
    assert (difference <= 5.5 * error + 1e-9).all()
    assert difference.max() > 0


def test_the_measure_tells_what_a_reader_should_know():
    notices, progress = [], []
    MEASURES["reach_vitality"](
        graph_of("ab", "bc"),
        worlds=600,
        hops=2,
        notice=notices.append,
        progress=lambda *at: progress.append(at),
    )
    assert notices[0].startswith("reach_vitality: weighted-cascade")
    assert "drawn by the weight with which they are heard; at most 2 hops; 600 worlds" in notices[0]
    assert any("no posts were given" in notice for notice in notices)
    assert progress[-1][0] == progress[-1][1]


def test_it_ranks_who_is_retweeted_and_not_the_audience(write):
    rows = [f"fan{i},star,retweet" for i in range(9)] + ["star,source,retweet"] * 9
    graph = build_graph(read_interactions(write("source,target,type\n" + "\n".join(rows) + "\n")))
    ranking = rank(graph, "reach_vitality", seeds=["source"])
    assert set(graph.accounts[ranking.order[:2]]) == {"source", "star"}
    assert any("weighted-cascade" in notice for notice in ranking.notices)


def test_rank_by_it_on_the_command_line(tmp_path):
    seeds = tmp_path / "seeds.csv"
    seeds.write_text("account\na-head\nb-head\n")
    code, out, err = keynodes("rank", SAMPLE, "--by", "reach_vitality", "--seeds", seeds)
    assert code == 0, err
    assert {row["account"] for row in table(out)[:2]} == {"a-head", "b-head"}
    assert "weighted-cascade" in err
    assert "2 seeds; 5,000 worlds" in err
    code, short, err = keynodes("rank", SAMPLE, "--by", "reach_vitality:hops=3", "--seeds", seeds)
    assert code == 0, err
    assert "at most 3 hops" in err
    # Detours exist without the limit, and come too late under it.
    assert float(table(short)[0]["score"]) > float(table(out)[0]["score"])
    code, _, err = keynodes("rank", SAMPLE, "--by", "reach_vitality:hops=0")
    assert code == 2
    assert "hops must be a whole number from 1 on" in err
