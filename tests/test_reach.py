"""`reach`: expected reach against enumeration and closed forms; who counts; and the traps."""

import math

import naive_worlds as twins
import numpy as np
import pytest
from conftest import forget_peak_memory, memory, processor_seconds, random_graph
from hypothesis import given

from keynodes import InteractionGraph, build_graph, read_interactions
from keynodes.cascades.intervals import WIDE, wilson
from keynodes.cascades.keys import REPORTING, world_keys
from keynodes.cascades.reaching import reach
from keynodes.cascades.scenario import scenario
from keynodes.cascades.transmission import transmission
from keynodes.errors import UnknownAccount, UsageError

CERTAIN = "constant:probability=1"
HALF = "constant:probability=0.5"


def chain(n, weights=None):
    return InteractionGraph.from_arcs(
        [f"a{i}" for i in range(n)], range(n - 1), range(1, n), weights
    )


# --- against enumeration and closed forms -----------------------------------------------------


def small(seed, arcs=12, n=7):
    """A graph of so many arcs, with probabilities as weights."""
    rng = np.random.default_rng(seed)
    pairs = [(u, v) for u in range(n) for v in range(n) if u != v]
    tails, heads = zip(*(pairs[i] for i in rng.choice(len(pairs), arcs, False)), strict=True)
    names = [f"a{i}" for i in range(n)]
    return InteractionGraph.from_arcs(names, tails, heads, rng.uniform(0.05, 0.95, arcs))


@pytest.mark.parametrize("model", ["given", "weighted-cascade", "linear-threshold"])
@pytest.mark.parametrize("limits", [{}, {"hops": 2}])
@pytest.mark.parametrize("seed", range(4))
def test_expected_reach_is_that_of_all_worlds(seed, limits, model):
    graph = small(seed)
    passing, speaking = transmission(graph, model), [seed % 7, 5]
    arguments = {"model": passing, "worlds": 20_000, "rng": seed, **limits}
    for gone in ([], [(seed + 2) % 5]):
        found = reach(
            graph, graph.accounts[speaking].tolist(), removed=graph.accounts[gone], **arguments
        )
        status = dict.fromkeys(gone, twins.REMOVED)
        limit = limits.get("hops", math.inf)
        mean, variance = twins.expected(passing, speaking, [1] * 7, status, limit)
        assert abs(found.reached - mean) <= 4.5 * math.sqrt(variance / 20_000) + 1e-9
        assert found.standard_error == pytest.approx(math.sqrt(variance / 20_000), rel=0.06)
        for v in range(7):
            only = [int(u == v) for u in range(7)]
            share, spread = twins.expected(passing, speaking, only, status, limit)
            assert abs(found.probability[v] - share) <= 4.5 * math.sqrt(spread / 20_000) + 1e-9


@pytest.mark.parametrize("p", [0.3, 0.9])
def test_a_chain_is_reached_as_far_as_powers_of_p(p):
    found = reach(chain(6), ["a0"], model=f"constant:probability={p}", worlds=20_000)
    expected = np.array([0.0, *(p**k for k in range(1, 6))])
    error = np.sqrt(expected * (1 - expected) / 20_000)
    assert (abs(found.probability - expected) <= 4.5 * error).all()
    assert abs(found.reached - expected.sum()) <= 4.5 * found.standard_error


def test_linear_threshold_on_a_graph_without_cycles_adds_up():
    """There an account is reached with the sum of its shares of those who are: exactly."""
    rng = np.random.default_rng(4)
    tails, heads = np.sort(rng.integers(0, 60, (2, 400)), axis=0)
    graph = InteractionGraph.from_arcs([f"a{i:02}" for i in range(60)], tails, heads)
    passing = transmission(graph, "linear-threshold")
    chance = np.zeros(60)
    for v in range(60):
        arcs = np.flatnonzero(passing.heads == v)
        from_whom = np.searchsorted(passing.indptr, arcs, side="right") - 1
        chance[v] = (passing.probabilities[arcs] * chance[from_whom]).sum() if v != 5 else 1.0
    chance[5] = 0.0  # not counted: it is the seed
    found = reach(graph, ["a05"], model=passing, worlds=20_000)
    error = np.sqrt(chance * (1 - chance) / 20_000)
    assert (abs(found.probability - chance) <= 4.5 * error + 1e-9).all()
    assert 0.05 < chance[-1] < 0.95


def test_times_of_passing_on_are_exponential():
    found = reach(chain(4), ["a0"], model=CERTAIN, within=3.0, delay=2.0, worlds=40_000).probability
    x = 1.5
    erlang = [1 - math.exp(-x) * sum(x**j / math.factorial(j) for j in range(k)) for k in (1, 2, 3)]
    for share, expected in zip(found[1:], erlang, strict=True):
        assert abs(share - expected) <= 4.5 * math.sqrt(expected * (1 - expected) / 40_000)


def test_hops_are_steps():
    for hops in (1, 2, 3, 9):
        found = reach(chain(6), ["a0"], model=CERTAIN, hops=hops, worlds=2)
        assert found.totals.tolist() == [min(hops, 5)] * 2


def test_sources_are_drawn_by_posts():
    posts = {"a0": 1, "a1": 0, "a2": 2, "a3": 1}
    found = reach(chain(4), model=CERTAIN, posts=posts, worlds=20_000)
    spread = math.sqrt((9 + 2 * 1) / 4 - 1.25**2)
    assert abs(found.reached - (3 + 2 * 1 + 0) / 4) <= 4.5 * spread / math.sqrt(20_000)
    # Where it is the source itself it is not reached.
    np.testing.assert_allclose(found.probability, [0, 0.25, 0.25, 0.75], atol=0.015)
    assert "sources drawn in proportion to posts" in found.scenario.sentence
    assert found.notices == ()
    unsaid = reach(chain(4), model=CERTAIN, worlds=50)
    assert any("no posts were given" in notice for notice in unsaid.notices)
    assert "sources drawn by the weight with which they are heard" in unsaid.scenario.sentence
    assert "posts" not in unsaid.scenario.sentence


@pytest.mark.parametrize("weighted", [False, True])
def test_being_heard_is_by_what_transmits_alone(write, weighted):
    """Mentions, however many, hand on nothing: they are no reason to be a source."""
    rows = ["x,loud,retweet"] * 3 + ["x,quiet,retweet", "x,loud,quote", *["quiet,x,mention"] * 90]
    head = "source,target,type"
    if weighted:
        head, rows = head + ",weight", [f"{row},0.5" for row in rows]
    graph = build_graph(read_interactions(write("\n".join([head, *rows]) + "\n")))
    asked = scenario(graph)
    assert graph.accounts.tolist() == ["loud", "quiet", "x"]
    assert asked.source_shares.tolist() == [0.8, 0.2, 0]
    assert scenario(graph, relations=["RT"]).source_shares.tolist() == [0.75, 0.25, 0]
    ready = transmission(graph, relations=["RT"])
    assert scenario(graph, model=ready).source_shares.tolist() == [0.75, 0.25, 0]


def test_weights_too_small_to_count_are_said():
    small = scenario(chain(4), ["a0"], accounts=[1.0, 1e-12, 2.5, 1e-13])
    assert small.values[1] == small.values[3] == 0
    assert any(note.startswith("2 accounts weigh so little") for note in small.notices)
    for plain in ([1.0, 0.5, 0.0, 2.5], [1.0, 2.0, 3.0, 0.0]):
        notices = scenario(chain(4), ["a0"], accounts=plain).notices
        assert not any("counts 0" in note for note in notices)


def test_posts_that_nothing_uses_are_refused():
    graph, posts = chain(4), {"a0": 4, "a1": 2}
    for model in ("weighted-cascade", "counts:beta=0.2", transmission(graph, HALF)):
        with pytest.raises(UsageError, match="posts say nothing where seeds speak"):
            scenario(graph, ["a0"], model=model, posts=posts)
        assert scenario(graph, model=model, posts=posts).by_posts
    for model in ("bernoulli", "counts:cascade_size=0.5"):
        assert scenario(graph, ["a0"], model=model, posts=posts).seeds.tolist() == [0]


def test_the_seed_reaches_the_fit_of_a_model():
    graph = random_graph(20, 60, seed=5)
    asked = {"model": "counts:cascade_size=1", "posts": np.ones(20)}
    fits = [scenario(graph, **asked, rng=rng).transmission.probabilities for rng in (0, 1, 1)]
    assert (fits[0] != fits[1]).any()
    np.testing.assert_array_equal(fits[1], fits[2])
    alone = transmission(graph, asked["model"], posts=asked["posts"], rng=1)
    np.testing.assert_array_equal(fits[1], alone.probabilities)


# --- world by world ---------------------------------------------------------------------------


@given(twins.choices)
def test_every_world_is_reach_by_its_definition_and_no_removal_adds_any(seed):
    rng, graph = twins.random_case(seed)
    limits = [{}, {"hops": 2}, {"within": 1.0, "delay": 1.0}][rng.integers(3)]
    model = ["constant:probability=0.5", "linear-threshold", "counts:beta=0.4"][rng.integers(3)]
    gone = rng.choice(graph.n, min(3, graph.n), replace=False).tolist()
    seeds = graph.accounts[[0, graph.n - 1]].tolist()
    arguments = {"model": model, "worlds": 12, "rng": 5, "accounts": np.arange(graph.n) + 1}
    asked = scenario(graph, seeds, model=model, rng=5, **limits)
    worlds = [twins.world(asked, row) for row in world_keys(5, REPORTING, 12)]
    values, before = list(range(1, graph.n + 1)), None
    for k in range(len(gone) + 1):
        found = reach(graph, seeds, removed=graph.accounts[gone[:k]], **arguments, **limits)
        status = dict.fromkeys(gone[:k], twins.REMOVED)
        expected = [twins.heard(one, values, status, asked.limit) for one in worlds]
        assert found.totals.tolist() == expected
        times = [twins.arrivals(one, status, asked.limit) for one in worlds]
        for v in range(graph.n):
            count = sum(v in when and v not in worlds[0].sources for when in times)
            assert found.probability[v] == count / 12
        assert before is None or (found.totals <= before).all()
        before = found.totals


def test_worlds_are_the_same_whatever_their_number():
    graph = random_graph(200, 900)
    few, many = (
        reach(graph, ["user000003"], model=HALF, worlds=count, rng=2).totals for count in (30, 300)
    )
    np.testing.assert_array_equal(few, many[:30])
    other = reach(graph, ["user000003"], model=HALF, worlds=30, rng=3).totals
    assert (few != other).any()


# --- how sure ---------------------------------------------------------------------------------


def test_the_interval_holds_the_truth_as_often_as_it_says():
    star = InteractionGraph.from_arcs([f"a{i:02}" for i in range(31)], [0] * 30, range(1, 31))
    held = 0
    for rng in range(200):
        low, high = reach(
            star, ["a00"], model="constant:probability=0.2", worlds=100, rng=rng
        ).interval
        held += low <= 6.0 <= high
    assert 180 <= held <= 199


@pytest.mark.parametrize("count", [10, 1000])
def test_wilsons_interval_is_where_the_score_test_turns(count):
    share = np.arange(count + 1) / count
    low, high = wilson(share, count)
    for end in (low, high):
        inside = (end > 1e-9) & (end < 1 - 1e-9)
        distance = abs(share - end) / np.sqrt(np.maximum(end * (1 - end), 1e-12) / count)
        np.testing.assert_allclose(distance[inside], WIDE, rtol=1e-6)
    assert low[0] == pytest.approx(0, abs=1e-12)
    assert high[-1] == pytest.approx(1, abs=1e-12)
    assert (low <= share + 1e-12).all()
    assert (share <= high + 1e-12).all()


def test_the_table_and_the_summary():
    graph = InteractionGraph.from_arcs("abcd", [0, 0, 1], [1, 2, 3], [9, 1, 1])
    found = reach(graph, ["a"], model="counts:beta=0.5", worlds=400)
    frame = found.to_frame()
    assert frame.columns.tolist() == ["rank", "account", "probability", "low", "high"]
    assert frame["account"].tolist()[0] == "b"
    assert set(frame["account"]) == {"b", "c", "d"}
    assert (frame["low"] < frame["probability"]).all()
    assert frame["probability"].is_monotonic_decreasing
    assert len(found.to_frame(top=1)) == 1
    words = " ".join(found.summary())
    for said in ("counts:beta=0.5", "1 seed", "400 worlds", "sources apart", "seed 0"):
        assert said in words
    tied = reach(graph, ["a"], model=CERTAIN, worlds=2).to_frame()
    assert tied["rank"].tolist() == [1, 1, 1]
    assert tied["account"].tolist() == ["b", "c", "d"]


# --- who counts -------------------------------------------------------------------------------


def test_seeds_do_not_count_even_where_seeds_hear_seeds():
    found = reach(chain(4), ["a0", "a2"], model=CERTAIN, worlds=3)
    assert found.totals.tolist() == [2, 2, 2]
    assert found.probability.tolist() == [0, 1, 0, 1]


def test_removed_accounts_neither_speak_nor_hear():
    both = reach(chain(4), ["a0", "a2"], removed=["a2"], model=CERTAIN, worlds=2)
    assert both.totals.tolist() == [1, 1]
    # a2 was a seed: what others say does not get past it either.
    assert both.probability.tolist() == [0, 1, 0, 0]
    none = reach(chain(4), ["a0"], removed=["a0"], model=CERTAIN, worlds=2)
    assert none.reached == 0
    assert "all seeds are removed: nobody is left to speak" in none.notices
    assert "without 1 removed" in none.summary()[0]
    with pytest.raises(UnknownAccount, match="not in the graph"):
        reach(chain(4), ["a0"], removed=["nobody"])


def test_removal_changes_no_probability_of_the_others():
    """Two are heard by c, by halves: with b gone, a is passed on as rarely as before."""
    graph = InteractionGraph.from_arcs("abc", [0, 1], [2, 2])
    found = reach(graph, ["a"], removed=["b"], worlds=4000)
    assert abs(found.reached - 0.5) < 4.5 * math.sqrt(0.25 / 4000)


@pytest.mark.parametrize("scale", [1, 1000, 0.1, 1 / 3, 1e-9, 1e12])
def test_accounts_count_by_their_weights(scale):
    weights = np.array([7, 2, 0, 5.0]) * scale
    found = reach(chain(4), ["a0"], accounts=weights, model=CERTAIN, worlds=2)
    assert found.reached == pytest.approx(7 * scale, rel=1e-8)
    unit = found.scenario.unit
    assert (unit == 1) == (scale in (1, 1000))
    assert abs(found.scenario.values * unit - weights).max() <= unit * 0.500001
    assert "weight of accounts" in found.summary()[0]
    by_name = reach(
        chain(4),
        ["a0"],
        accounts={"a1": 2 * scale, "a3": 5 * scale, "a0": 7 * scale, "a2": 0},
        model=CERTAIN,
        worlds=2,
    )
    assert by_name.reached == pytest.approx(7 * scale, rel=1e-8)
    assert found.probability.tolist() == [0, 1, 1, 1]


def test_seeds_that_are_not_there_are_said_and_none_at_all_is_an_error():
    found = reach(chain(3), ["a0", "A1", "nobody"], model=CERTAIN, worlds=2)
    assert any("2 of 3 seeds are not in the graph" in notice for notice in found.notices)
    assert found.reached == 2
    for seeds, said in ((["x"], "none of the seeds"), ([], "is empty"), ("a0", "a text")):
        with pytest.raises(UsageError, match=said):
            reach(chain(3), seeds)


def test_graphs_in_which_nobody_speaks():
    for names in ([], ["a"], ["a", "b"]):
        graph = InteractionGraph.from_arcs(names, [], [])
        with pytest.raises(UsageError, match=r"nobody is heard.*give seeds"):
            reach(graph)
        with pytest.raises(UsageError, match="no account has a post"):
            reach(graph, posts=np.zeros(graph.n))
    alone = reach(InteractionGraph.from_arcs(["a"], [], []), ["a"], worlds=3)
    assert (alone.reached, alone.interval, alone.probability.tolist()) == (0, (0, 0), [0])
    assert alone.to_frame().empty
    with pytest.raises(UsageError, match="none of the seeds"):
        reach(InteractionGraph.from_arcs([], [], []), ["a"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"hops": 0}, "hops must be a whole number from 1"),
        ({"hops": 2, "within": 1.0, "delay": 1.0}, "not both"),
        ({"within": 1.0}, "go together"),
        ({"worlds": 1}, "from 2 on"),
        ({"worlds": 2.5}, "from 2 on"),
        ({"rng": -1}, "rng must be"),
        ({"accounts": np.array([1.0, -1, 1])}, "must be finite and 0 or more"),
    ],
)
def test_what_cannot_be_is_refused(arguments, said):
    with pytest.raises(UsageError, match=said):
        reach(chain(3), ["a0"], **arguments)


def test_fewer_worlds_are_drawn_where_they_are_large_and_that_is_said(monkeypatch):
    monkeypatch.setattr("keynodes.cascades.sampling.SMALL_VISITS", 0)
    monkeypatch.setattr("keynodes.cascades.sampling.MOST_VISITS", 500 * (3 + 10 * 4))
    found = reach(chain(4), ["a0"], model=CERTAIN)
    assert found.worlds == 500
    assert any("500 are drawn instead of 1,000" in notice for notice in found.notices)
    assert reach(chain(4), ["a0"], model=CERTAIN, worlds=700).worlds == 700


def test_progress_is_told():
    said = []
    reach(chain(4), ["a0"], worlds=600, progress=lambda *at: said.append(at))
    assert said[-1][0] == "worlds"
    assert said[-1][1] == said[-1][2] > 1


@pytest.mark.compiled
def test_a_star_of_300_000_is_a_normal_case(star):
    reach(chain(3), ["a0"], worlds=20)
    before, start = forget_peak_memory(), processor_seconds()
    found = reach(star, ["centre"], model=HALF, worlds=20)
    assert processor_seconds() - start < 10
    assert abs(found.reached - 150_000) < 4.5 * math.sqrt(75_000 / 20)
    if before is not None:
        assert memory("VmHWM") - before < 200_000


# --- traps ------------------------------------------------------------------------------------


def test_a_retweet_travels_from_the_retweeted_to_the_retweeter(write):
    rows = [f"fan{i},star,retweet" for i in range(5)]
    path = write("source,target,type\n" + "\n".join(rows) + "\n")
    graph = build_graph(read_interactions(path))
    assert reach(graph, ["star"], model=CERTAIN, worlds=2).reached == 5
    assert reach(graph, ["fan0"], model=CERTAIN, worlds=2).reached == 0


@pytest.mark.parametrize("model", ["weighted-cascade", "counts:beta=0.3", "linear-threshold"])
def test_self_loops_and_repeats_do_not_change_what_is_reached(model, write):
    rows = ["a,b", "a,b", "b,c", "a,c", "c,d", "b,d", "d,a", "e,d", "e,b"]
    loops = [f"{v},{v}" for v in "abcddd"]
    merged = ["a,b,2", "b,c,1", "a,c,1", "c,d,1", "b,d,1", "d,a,1", "e,d,1", "e,b,1"]
    files = {
        "plain.csv": ["source,target", *rows],
        "loops.csv": ["source,target", *loops, *reversed(rows)],
        "merged.csv": ["source,target,weight", *merged],
    }
    totals = []
    for name, lines in files.items():
        graph = build_graph(read_interactions(write("\n".join(lines) + "\n", name)))
        totals.append(reach(graph, ["a"], model=model, worlds=300).totals)
    np.testing.assert_array_equal(totals[0], totals[1])
    np.testing.assert_array_equal(totals[0], totals[2])
    assert totals[0].std() > 0


def test_who_is_reached_most_often_is_useless_as_a_target():
    """Ten gates carry everything to 500; forty listeners hear all gates, and say nothing."""
    gates, audience, listeners = range(1, 11), range(11, 511), range(511, 551)
    arcs = [(0, g) for g in gates] + [(g, v) for g in gates for v in listeners]
    arcs += [(g, v) for v in audience for g in gates if (v + g) % 4 == 0]
    graph = InteractionGraph.from_arcs([f"a{i:03}" for i in range(551)], *zip(*arcs, strict=True))

    def left(gone):
        removed = graph.accounts[list(gone)].tolist()
        return reach(graph, ["a000"], model="constant:probability=0.4", removed=removed).reached

    whole = reach(graph, ["a000"], model="constant:probability=0.4")
    often = np.argsort(-whole.probability, kind="stable")[:10]
    assert set(often) <= set(listeners)
    by_chance = [
        left(1 + np.random.default_rng(seed).choice(550, 10, replace=False)) for seed in range(20)
    ]
    assert left(often) > 0.97 * np.mean(by_chance)
    assert left(often) > 0.95 * whole.reached
    assert left(gates) == 0


def test_a_share_of_all_or_none_lies_in_its_interval():
    for count in (1, 7, 1000, 4999, 5000):
        low, high = wilson(np.array([0.0, 1.0]), count)
        assert low[0] == 0
        assert high[1] == 1
