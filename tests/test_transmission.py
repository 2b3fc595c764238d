"""Transmission models: probabilities, relations, decay, calibration; and the coins themselves."""

from fractions import Fraction

import naive_cascades as naive
import numpy as np
import pandas as pd
import pytest
from conftest import COMPILED, graphs, random_graph
from hypothesis import given
from hypothesis import strategies as st
from naive import weights_of

from keynodes import InteractionGraph, build_graph, read_interactions
from keynodes.cascades import calibration
from keynodes.cascades.keys import CHOOSING, FITTING, JUDGING, world_keys
from keynodes.cascades.registration import MODELS, asked_for, capabilities
from keynodes.cascades.transmission import transmission
from keynodes.errors import KeynodesError, UnknownName, UsageError
from keynodes.kernels.coins import coin
from keynodes.kernels.compiling import kernel

COLUMNS = ("source", "target", "relation", "time")
PARAMETERS = {
    "weighted-cascade": {},
    "counts": {"beta": 0.25},
    "bernoulli": {"strength": 4.0},
    "constant": {"probability": 0.3},
    "linear-threshold": {},
}


def built(rows, columns=COLUMNS, flow="forth", combine="sum"):
    frame = pd.DataFrame(list(rows), columns=list(columns))
    return build_graph(read_interactions(frame, flow=flow), combine=combine)


def of(found):
    """The probabilities of a transmission by (tail, head)."""
    return dict(zip(naive.arcs_of(found), found.probabilities.tolist(), strict=True))


def spelled(name):
    return ":".join([name, *(f"{key}={value}" for key, value in PARAMETERS[name].items())])


def posts_for(graph):
    return np.arange(graph.n) % 5 * 3.0 + 2


def close(found, expected):
    assert found.keys() == expected.keys()
    for pair, value in expected.items():
        assert found[pair] == pytest.approx(float(value), rel=1e-12)
        assert 0 < found[pair] <= 1


# --- models against their twins ---------------------------------------------------------------


@pytest.mark.parametrize("name", PARAMETERS)
@given(graph=graphs())
def test_a_model_is_its_twin(name, graph):
    posts = posts_for(graph)
    found = transmission(graph, spelled(name), posts=posts)
    twin = getattr(naive, name.replace("-", "_"))
    more = {"posts": posts} if name == "bernoulli" else {}
    close(of(found), twin(weights_of(graph), **more, **PARAMETERS[name]))
    assert found.arcs.tolist() == list(range(graph.m))
    assert found.relations == ()
    assert found.threshold == (name == "linear-threshold")


def test_every_model_has_a_twin():
    assert set(MODELS) == {*PARAMETERS, "given"}


@given(graphs(whole_weights=False))
def test_weights_that_are_no_counts_are_taken_too(graph):
    found = of(transmission(graph, "counts:beta=0.5"))
    for pair, weight in weights_of(graph).items():
        assert found[pair] == pytest.approx(1 - 0.5**weight, rel=1e-12)
    close(of(transmission(graph)), naive.weighted_cascade(weights_of(graph)))


@given(graphs(), st.sampled_from(list(PARAMETERS)), st.randoms(use_true_random=False))
def test_a_world_is_its_twin(graph, name, random):
    found = transmission(graph, spelled(name), posts=posts_for(graph))
    first, second = (random.randrange(2**32) for _ in range(2))
    live = set(naive.live_arcs(found, first, second))
    for a, (u, v) in enumerate(naive.arcs_of(found)):
        item = np.int64(v if found.threshold else a)
        toss = coin(np.uint64(first), np.uint64(second), item)
        if found.threshold:
            # As kernels may test it: below `low` the difference wraps around, far above `top`.
            with np.errstate(over="ignore"):
                assert (np.uint64(toss) - found.low[a] <= found.top[a]) == ((u, v) in live)
        else:
            assert (toss <= found.top[a]) == ((u, v) in live)
    if found.threshold:
        assert len({v for _, v in live}) == len(live)


def test_an_account_hears_its_sources_in_proportion():
    graph = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 1, 2], [3, 3, 3], [1, 2, 5])
    for name in ("weighted-cascade", "linear-threshold"):
        assert transmission(graph, name).probabilities.tolist() == [0.125, 0.25, 0.625]


# --- coins and thresholds ---------------------------------------------------------------------


def test_what_is_certain_is_always_live_and_what_is_tiny_almost_never():
    graph = InteractionGraph.from_arcs(
        ["a", "b", "c", "d"], [0, 0, 0], [1, 2, 3], [1.0, 5e-324, 0.5]
    )
    found = transmission(graph, "given")
    assert found.top.tolist() == [2**32 - 1, 0, 2**31 - 1]
    assert found.low.shape == (0,)
    assert found.top.dtype == found.low.dtype == np.uint32


@given(graphs(whole_weights=False))
def test_intervals_into_an_account_fill_the_range(graph):
    found = transmission(graph, "linear-threshold")
    ends = [0] * graph.n
    for (_, v), p, low, top in zip(
        naive.arcs_of(found), found.probabilities, found.low, found.top, strict=True
    ):
        assert int(low) == ends[v]
        assert abs(int(top) + 1 - p * 2**32) <= 1
        ends[v] = int(low) + int(top) + 1
    for v in range(graph.n):
        assert ends[v] == (2**32 if (graph.out.indices == v).any() else 0)


@pytest.mark.parametrize("weight", [1.0, 1e-30, 1e30])
def test_intervals_of_a_hub_are_never_empty_and_end_at_the_end(weight):
    n = 3000
    weights = np.full(n, 0.1)
    weights[[1, n - 1]] = weight
    graph = InteractionGraph.from_arcs(
        [f"a{i:04}" for i in range(n + 1)], range(n), [n] * n, weights
    )
    found = transmission(graph, "linear-threshold")
    low, width = found.low.astype(np.int64), found.top.astype(np.int64) + 1
    assert (width >= 1).all()
    np.testing.assert_array_equal(low[1:], (low + width)[:-1])
    assert low[0] == 0
    assert low[-1] + width[-1] == 2**32


def test_arrays_are_read_only():
    found = transmission(random_graph(30, 90))
    for array in (found.indptr, found.heads, found.probabilities, found.arcs, found.low, found.top):
        with pytest.raises(ValueError, match="read-only"):
            array[:1] = 0


@pytest.mark.parametrize("n", [0, 1, 3])
@pytest.mark.parametrize("name", [*PARAMETERS, "given"])
def test_without_arcs_nothing_is_passed_on(n, name):
    graph = InteractionGraph.from_arcs([str(i) for i in range(n)], [], [])
    found = transmission(graph, name, posts=np.ones(n))
    assert found.indptr.tolist() == [0] * (n + 1)
    assert found.indptr.dtype == found.arcs.dtype == np.int64
    assert found.heads.dtype == np.int32
    assert len(found.heads) == len(found.probabilities) == len(found.top) == 0
    assert found.notices == ()


@kernel
def tosses(keys, items):
    result = np.empty((len(keys), items), np.uint64)
    for w in range(len(keys)):
        for i in range(items):
            result[w, i] = coin(keys[w, 0], keys[w, 1], i)
    return result


def test_the_coin_is_its_twin():
    for w, keys in enumerate(world_keys(3, JUDGING, 5)):
        assert int(coin(keys[0], keys[1], w * 977)) == naive.coin(
            int(keys[0]), int(keys[1]), w * 977
        )
    assert int(coin(np.uint64(2**32 - 1), np.uint64(2**32 - 1), 2**32 - 1)) < 2**32


def test_coins_are_fair_and_independent():
    """Every statistic is within five standard errors of what independent fair coins have."""
    worlds, items = (1000, 1000) if COMPILED else (100, 100)
    size = worlds * items
    tossed = tosses(world_keys(0, CHOOSING, worlds), items)
    assert (tossed < 2**32).all()
    for bit in range(32):
        ones = int((tossed >> np.uint64(bit) & np.uint64(1)).sum())
        assert abs(ones - size / 2) < 5 * np.sqrt(size) / 2
    high, low = (
        np.bincount(part.ravel().astype(np.int64), minlength=256)
        for part in (tossed >> np.uint64(24), tossed & np.uint64(255))
    )
    for found in (high, low):
        squared = ((found - size / 256) ** 2 / (size / 256)).sum()
        assert abs(squared - 255) < 5 * np.sqrt(2 * 255)
    # Means of each world, and of each arc.
    even = tossed.astype(np.float64) / 2**32 - 0.5
    for axis, many in ((0, worlds), (1, items)):
        scores = even.mean(axis=axis) * np.sqrt(12 * many)
        assert abs((scores**2).mean() - 1) < 5 * np.sqrt(2 / len(scores))
    other = tosses(world_keys(0, JUDGING, worlds), items).astype(np.float64) / 2**32 - 0.5
    for step in (1, 2, 64):
        for one, two in (
            (even[:, :-step], even[:, step:]),  # neighbouring arcs
            (even[:-step], even[step:]),  # neighbouring worlds
            (even[:-step, :-step], even[step:, step:]),
            (even[:, :-step], other[:, step:]),
            (even, other),
        ):
            assert abs((one * two).mean() * 12) < 5 / np.sqrt(one.size)
    # Rare arcs, and pairs of them: as often as they should be live, alone and together.
    rare = even < 0.05 - 0.5
    for found, p, many in (
        (rare.sum(), 0.05, size),
        ((rare[:, :-1] & rare[:, 1:]).sum(), 0.05**2, size),
        ((rare[:-1] & rare[1:]).sum(), 0.05**2, size),
    ):
        assert abs(found - p * many) < 6 * np.sqrt(p * many) + p * 2 * max(worlds, items)


def test_no_world_is_in_two_streams():
    keys = [world_keys(0, stream, 500) for stream in (CHOOSING, JUDGING, FITTING)]
    seen = {tuple(row) for stream in keys for row in stream[:, :2].tolist()}
    assert len(seen) == 1500


# --- direction --------------------------------------------------------------------------------


def test_content_travels_from_the_author_to_those_who_repost(retweets):
    graph = build_graph(read_interactions(retweets))
    found = transmission(graph)
    assert found.relations == ("reply", "repost")
    live = [pair for pair, p in of(found).items() if p > 0]
    star = graph.index_of("star")
    assert {graph.accounts[v] for v in naive.reached(live, [star])} == {
        "star",
        *(f"fan{i}" for i in range(5)),
    }
    # fan0 replied to fan1, so fan1 reaches fan0; nobody heard fan0.
    assert naive.reached(live, [graph.index_of("fan0")]) == {graph.index_of("fan0")}
    assert graph.index_of("fan0") in naive.reached(live, [graph.index_of("fan1")])


# --- relations --------------------------------------------------------------------------------

MIXED = [
    ("ann", "eve", "RT", 1),
    ("ann", "eve", "RT", 2),
    ("ann", "eve", "like", 3),
    ("bob", "eve", "like", 4),
    ("eve", "bob", "mention", 5),
    ("cat", "ann", "reply", 6),
    ("cat", "bob", "QUOTED", 7),
]


def mixed_graph(weights=None):
    frame = pd.DataFrame(MIXED, columns=list(COLUMNS))
    if weights is not None:
        frame["weight"] = weights
    return build_graph(read_interactions(frame))


@pytest.mark.parametrize("weights", [None, [3, 1, 2, 1, 1, 4, 2], [0.5, 1.25, 2, 1, 1, 1, 0.1]])
@pytest.mark.parametrize(
    ("asked", "used"),
    [
        (None, ("quote", "reply", "repost")),
        (["repost"], ("repost",)),
        (["retweet", "RT", "Replies to"], ("reply", "repost")),
        (["LIKE", "mention"], ("like", "mention")),
        (
            ["like", "mention", "quote", "reply", "boost"],
            ("like", "mention", "quote", "reply", "repost"),
        ),
    ],
)
def test_an_arc_weighs_what_its_relations_add(weights, asked, used):
    graph = mixed_graph(weights)
    found = transmission(graph, relations=asked)
    assert found.relations == used
    expected = naive.used_weights(graph, used)
    close(of(found), naive.weighted_cascade(expected))
    pairs = list(weights_of(graph))
    assert [pairs[arc] for arc in found.arcs] == naive.arcs_of(found)
    left_out = graph.m - len(expected)
    assert len(found.notices) == (left_out > 0)
    if left_out:
        assert f"{left_out} of {graph.m} arcs" in found.notices[0]
    assert ", ".join(used) in found.sentence


def test_where_nothing_is_passed_on_every_arc_transmits():
    graph = built([("a", "b", "like", 1), ("b", "c", "follow", 2)], flow=None)
    found = transmission(graph)
    assert found.relations == ("follow", "like")
    assert len(found.heads) == 2
    (notice,) = found.notices
    assert "none of the relations repost, forward, quote, reply" in notice


def test_a_constant_probability_looks_at_relations():
    found = transmission(mixed_graph(), "constant", relations=["like"])
    assert of(found) == dict.fromkeys(naive.used_weights(mixed_graph(), ("like",)), 0.1)


def test_relations_outside_the_table_are_matched_in_any_case():
    graph = built([("a", "b", "Sold To", 1), ("b", "c", "sold to", 2), ("c", "d", "x", 3)])
    assert transmission(graph, relations=["Sold To"]).relations == ("Sold To",)
    assert transmission(graph, relations=["SOLD TO"]).relations == ("Sold To", "sold to")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (["retwet"], r"there is no relation 'retwet'; did you mean 'retweet'\?"),
        (["forward"], "no record has the relation 'forward'; choose from like, mention, quote"),
        (["zzz"], "there is no relation 'zzz'; choose from like, mention, quote"),
        ([], "empty list"),
        ("repost", "got a text"),
        (["re\npost\x1b[31m"], "there is no relation"),
    ],
)
def test_relations_that_are_not_there(asked, message):
    with pytest.raises(UsageError, match=message) as caught:
        transmission(mixed_graph(), relations=asked)
    assert str(caught.value).isprintable()


def test_relations_of_records_without_any():
    graph = InteractionGraph.from_arcs(["a", "b"], [0], [1])
    with pytest.raises(UsageError, match="the records have none"):
        transmission(graph, relations=["repost"])


# --- decay ------------------------------------------------------------------------------------


def test_weights_decay_with_the_last_time_of_an_arc():
    rows = [("b", "a", "x", 0), ("b", "a", "x", 7), ("b", "c", "x", 5), ("d", "c", "x", 10)]
    graph = built(rows)
    found = transmission(graph, "counts:beta=0.5", decay=2)
    expected = {(1, 0): 2 * np.exp(-1.5), (1, 2): np.exp(-2.5), (3, 2): 1.0}
    assert of(found) == {pair: pytest.approx(1 - 0.5**w) for pair, w in expected.items()}
    assert found.sentence.startswith("counts:beta=0.5 (a convention, not a measurement; decay 2)")
    shares = of(transmission(graph, "linear-threshold", decay="2"))
    assert shares[1, 2] == pytest.approx(np.exp(-2.5) / (1 + np.exp(-2.5)))
    assert shares[1, 0] == 1
    posts = dict.fromkeys("abcd", 4)
    shares = of(transmission(graph, "bernoulli:strength=2", decay=2, posts=posts))
    mean = sum(expected.values()) / 12
    assert shares[1, 2] == pytest.approx((expected[1, 2] + 2 * mean) / 6)


def test_what_decayed_long_ago_still_has_its_share():
    rows = [("a", "c", "x", 0), ("b", "c", "x", 1), ("c", "d", "x", 1e7)]
    found = of(transmission(built(rows), decay=1))
    assert found[0, 2] == pytest.approx(1 / (1 + np.e))
    assert found[2, 3] == 1
    assert all(p > 0 for p in of(transmission(built(rows), "counts", decay=1)).values())


def test_decay_in_days_where_times_are_dates(retweets):
    graph = build_graph(read_interactions(retweets))
    found = transmission(graph, "counts", decay="7d")
    assert "decay 7 d" in found.sentence
    ages = (graph.last_time.max() - graph.last_time) / 604800
    np.testing.assert_allclose(found.probabilities, 1 - 0.9 ** np.exp(-ages))


def test_arcs_without_a_time_are_as_old_as_the_oldest():
    rows = [("a", "b", "x", 4), ("a", "c", "x", None), ("a", "d", "x", 9)]
    found = transmission(built(rows), "counts", decay=5)
    assert found.probabilities[1] == found.probabilities[0] < found.probabilities[2]
    assert any("1 of 3 arcs have no time" in notice for notice in found.notices)


@pytest.mark.parametrize(
    ("model", "decay", "message"),
    [
        ("constant", 5, "the model constant does not use how often"),
        ("given", 5, "the model given does not use how often"),
        ("counts", "7d", "plain numbers"),
        ("counts", 0, "above 0"),
        ("counts", "soon", "above 0"),
    ],
)
def test_decay_that_cannot_be(model, decay, message):
    with pytest.raises(UsageError, match=message):
        transmission(built([("a", "b", "x", 1)]), model, decay=decay)


def test_decay_needs_times():
    with pytest.raises(UsageError, match="needs times"):
        transmission(InteractionGraph.from_arcs(["a", "b"], [0], [1]), decay=3)


# --- posts ------------------------------------------------------------------------------------


def test_posts_of_the_records_are_taken_by_account(retweets):
    interactions = read_interactions(retweets)
    graph = build_graph(interactions)
    posts, _ = interactions.posts()
    found = transmission(graph, "bernoulli", posts=posts)
    by_index = {i: posts[account] for i, account in enumerate(graph.accounts)}
    close(of(found), naive.bernoulli(weights_of(graph), by_index))
    for other in (posts.to_dict(), posts.reindex(graph.accounts).to_numpy()):
        again = transmission(graph, "bernoulli", posts=other)
        assert again.probabilities.tobytes() == found.probabilities.tobytes()
    # The star posted once in these records, and four of its five fans only know that.
    assert not found.notices


def test_more_passed_on_than_there_are_posts():
    graph = InteractionGraph.from_arcs(["a", "b", "c"], [0, 0, 1], [1, 2, 2], [90, 2, 1])
    found = transmission(graph, "bernoulli", posts={"a": 3})
    assert found.probabilities[0] == 1
    assert (found.probabilities > 0).all()
    (notice,) = found.notices
    assert "2 of 3 arcs passed on more than the source has posts" in notice
    close(of(found), naive.bernoulli(weights_of(graph), [3, 0, 0]))


@pytest.mark.parametrize(
    ("posts", "message"),
    [
        (None, r"needs the posts of accounts: give posts, such as Interactions.posts\(\)\[0\]"),
        ({"a": 0, "b": 3}, "no account that is heard has any"),
        ({"z": 1}, "other accounts"),
        ({"a": -1}, "account 'a' has -1"),
        ({"a": float("nan")}, "account 'a' has nan"),
        ({"a": "many"}, "must be numbers"),
        ([1.0], "one number an account: 2"),
        ((pd.Series({"a": 1.0}), "posts column"), r"Interactions.posts\(\)\[0\], got tuple"),
        (pd.Series([1, 2], ["a", "a"]), "twice"),
        (pd.DataFrame({"a": [1]}), "got DataFrame"),
    ],
)
def test_posts_that_cannot_be(posts, message):
    graph = InteractionGraph.from_arcs(["a", "b"], [0], [1])
    with pytest.raises(UsageError, match=message):
        transmission(graph, "bernoulli", posts=posts)


# --- probabilities as given -------------------------------------------------------------------

CHANCES = st.sampled_from([1.0, 0.5, 0.1, 0.3, 1e-9, 1e-200, 0.9999999, 2.0**-53])
WEIGHTED = ("source", "target", "weight")


@given(
    st.lists(st.tuples(*[st.sampled_from("abcd")] * 2, CHANCES), min_size=1, max_size=40),
    st.sampled_from(["forth", "both"]),
    st.randoms(use_true_random=False),
)
def test_probabilities_combine_like_their_twin_in_any_order(rows, flow, random):
    graph = built(rows, WEIGHTED, flow, "probabilities")
    expected = {}
    for one, other, p in rows:
        for pair in [(one, other), (other, one)][: 1 + (flow == "both")]:
            if one != other:
                expected.setdefault(pair, []).append(p)
    names = graph.accounts
    found = {(names[u], names[v]): p for (u, v), p in weights_of(graph).items()}
    close(found, {pair: naive.combined(chances) for pair, chances in expected.items()})
    # A single record keeps its probability to the last bit.
    for pair, chances in expected.items():
        assert len(chances) > 1 or found[pair] == chances[0]
    assert graph.counts.tolist() == [len(expected[pair]) for pair in found]
    assert not graph.weights_are_counts
    random.shuffle(rows)
    again = built(rows, WEIGHTED, flow, "probabilities")
    for one, other in zip(graph.out, again.out, strict=True):
        assert one.tobytes() == other.tobytes()
    assert transmission(graph, "given").probabilities.tobytes() == graph.out.weights.tobytes()


@given(st.lists(st.tuples(st.sampled_from(["x", "y", "z"]), CHANCES), min_size=2, max_size=30),
       st.randoms(use_true_random=False))  # fmt: skip
def test_probabilities_combine_across_relations(rows, random):
    columns = ("source", "target", "relation", "weight")
    rows = [("a", "b", *row) for row in rows]
    both_ways = ["x=forth", "y=forth", "z=both"]
    graph = built(rows, columns, both_ways, "probabilities")
    assert graph.out.weights[0] == pytest.approx(
        float(naive.combined(row[3] for row in rows)), rel=1e-12
    )
    assert graph.relation_counts[: graph.relation_indptr[1]].sum() == len(rows)
    random.shuffle(rows)
    again = built(rows, columns, both_ways, "probabilities")
    assert graph.out.weights.tobytes() == again.out.weights.tobytes()


def test_many_repeats_of_a_small_probability():
    graph = built([("a", "b", 1e-12)] * 1000, WEIGHTED, combine="probabilities")
    exact = 1 - (1 - Fraction(1e-12)) ** 1000
    assert graph.out.weights[0] == pytest.approx(float(exact), rel=1e-13)
    assert graph.repeats_merged == 999


def test_certain_records_are_probabilities_too():
    graph = built([("a", "b", 1), ("a", "b", 1), ("b", "c", 1)], WEIGHTED, combine="probabilities")
    assert graph.out.weights.tolist() == [1, 1]
    assert not graph.weights_are_counts
    assert transmission(graph, "given").top.tolist() == [2**32 - 1] * 2


def test_probabilities_keep_times_and_the_moment():
    rows = [("a", "b", 0.5, 3), ("a", "b", 0.5, 9), ("b", "c", 0.25, 7)]
    interactions = read_interactions(
        pd.DataFrame(rows, columns=["source", "target", "weight", "time"]), flow="forth"
    )
    graph = build_graph(interactions, combine="probabilities")
    assert graph.out.weights.tolist() == [0.75, 0.25]
    assert graph.last_time.tolist() == [9, 7]
    assert graph.repeats_merged == 1
    early = build_graph(interactions, combine="probabilities", until=7)
    assert (early.n, early.out.weights.tolist()) == (2, [0.5])


@pytest.mark.parametrize("weights", [[0.5, 3.0, 0.5], [1, 3, 1]])
def test_a_record_above_one_is_named(weights):
    rows = [("a", "b", weights[0]), ("c\n", "d", weights[1]), ("b", "c\n", weights[2])]
    with pytest.raises(UsageError, match=r"record of 'c\\n' and 'd' weighs 3; scale") as caught:
        built(rows, WEIGHTED, combine="probabilities")
    assert str(caught.value).isprintable()


def test_records_without_weights_have_no_probabilities():
    with pytest.raises(UsageError, match="needs a weight a record"):
        built([("a", "b")], ("source", "target"), combine="probabilities")


def test_a_way_to_combine_that_does_not_exist():
    with pytest.raises(UnknownName, match="did you mean 'probabilities'"):
        built([("a", "b", 0.5)], WEIGHTED, combine="probability")


def test_counts_are_no_probabilities():
    graph = built([("a", "b"), ("a", "b"), ("b", "c")], ("source", "target"))
    with pytest.raises(UsageError, match=r"count records \(2 from 'a' to 'b'\): build_graph"):
        transmission(graph, "given")


def test_an_arc_above_one_is_named():
    graph = InteractionGraph.from_arcs(["a\x1b[1m", "b"], [0, 1], [1, 0], [1.5, 0.5])
    with pytest.raises(UsageError, match=r"arc from 'a\\x1b\[1m' to 'b' weighs 1.5") as caught:
        transmission(graph, "given")
    assert str(caught.value).isprintable()


def test_weights_that_were_added_up_are_refused_and_combined_ones_are_not():
    rows = [("a", "b", 0.25), ("a", "b", 0.5), ("b", "c", 0.5)]
    graph = built(rows, WEIGHTED)
    assert not graph.weights_are_probabilities
    with pytest.raises(UsageError, match=r"those of 1 arc were added up .* build_graph"):
        transmission(graph, "given")
    combined = built(rows, WEIGHTED, combine="probabilities")
    for graph in (combined, combined.with_min_weight(0.1), combined.subgraph(["a", "b"])):
        assert graph.weights_are_probabilities
        found = transmission(graph, "given")
        assert found.probabilities[0] == 0.625
        assert found.notices == ()


def test_weights_without_repeats_need_not_be_combined():
    graph = built([("a", "b", 0.25), ("b", "c", 0.5)], WEIGHTED)
    assert transmission(graph, "given").probabilities.tolist() == [0.25, 0.5]


def test_all_certain_is_said():
    found = transmission(built([("a", "b")], ("source", "target")), "given")
    assert "makes all of them certain" in found.notices[0]


def test_given_takes_every_relation_and_no_choice_of_them():
    frame = pd.DataFrame(MIXED, columns=list(COLUMNS)).assign(weight=0.5)
    graph = build_graph(read_interactions(frame), combine="probabilities")
    found = transmission(graph, "given")
    assert found.relations == graph.relations
    assert len(found.heads) == graph.m
    with pytest.raises(UsageError, match="give no relations"):
        transmission(graph, "given", relations=["repost"])


# --- calibration ------------------------------------------------------------------------------


def cascade_sizes(found, posts):
    """How many accounts each post of the calibration reaches, by the twins."""
    keys = world_keys(0, FITTING, calibration.WORLDS)
    ends = np.cumsum(posts)
    sizes = []
    for first, second, third in keys.tolist():
        at = (third + 0.5) / 2**32 * ends[-1]
        source = next(i for i, end in enumerate(ends) if at < end)
        live = naive.live_arcs(found, first, second)
        sizes.append(len(naive.reached(live, [source])) - 1)
    return sizes


@pytest.mark.parametrize("size", [0.2, 1.0, 3.0])
def test_beta_is_fitted_to_the_mean_cascade(size, monkeypatch):
    monkeypatch.setattr(calibration, "WORLDS", 100)
    graph = random_graph(20, 60, seed=5)
    posts = posts_for(graph)
    found = transmission(graph, f"counts:cascade_size={size}", posts=posts)
    assert found.model == f"counts:cascade_size={size:g}"
    sizes = cascade_sizes(found, posts)
    # One step of beta can turn one coin of one world, rarely two.
    assert size <= np.mean(sizes) < size + 0.2
    beta = float(found.details[1].split()[0].removeprefix("beta="))
    near = transmission(graph, f"counts:beta={beta}")
    np.testing.assert_allclose(found.probabilities, near.probabilities, rtol=1e-3)
    (notice,) = found.notices
    assert f"in 100 worlds a post reaches {np.mean(sizes):.3g} accounts" in notice
    assert f"fitted to a mean cascade of {size:g}" in found.sentence
    again = transmission(graph, f"counts:cascade_size={size}", posts=posts)
    assert again.probabilities.tobytes() == found.probabilities.tobytes()


@pytest.mark.parametrize(("threads", "block"), [("1", 1), ("2", 3), ("3", 1000)])
def test_neither_threads_nor_blocks_change_a_fit(threads, block, monkeypatch):
    graph = random_graph(50, 200, seed=2)
    expected = transmission(graph, "counts:cascade_size=2", posts=posts_for(graph))
    monkeypatch.setenv("KEYNODES_THREADS", threads)
    monkeypatch.setattr(calibration, "BLOCK", block)
    found = transmission(graph, "counts:cascade_size=2", posts=posts_for(graph))
    assert found.probabilities.tobytes() == expected.probabilities.tobytes()
    assert found.notices == expected.notices


@pytest.mark.parametrize(
    ("size", "posts", "message"),
    [
        (2.5, [1, 0, 0], "only 2 accounts on average, so it may be from 0 to 2"),
        (0.5, [0, 0, 1], "only 0 accounts"),
        (1e-9, [1, 0, 0], "cascade_size=1e-09 is too small"),
        (1, [0, 0, 0], "no account has any"),
        (1, None, "cascade_size needs the posts"),
    ],
)
def test_cascades_that_cannot_be(size, posts, message, monkeypatch):
    monkeypatch.setattr(calibration, "WORLDS", 50)
    graph = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1], [1, 2])
    with pytest.raises(UsageError, match=message):
        transmission(graph, f"counts:cascade_size={size}", posts=posts)


# --- the table, names and parameters ----------------------------------------------------------


@given(st.lists(st.tuples(*[st.sampled_from("abcd")] * 2, st.sampled_from(["RT", "reply", "like"]),
                          st.integers(0, 9)), min_size=1, max_size=30),
       st.sampled_from(list(PARAMETERS)), st.randoms(use_true_random=False))  # fmt: skip
def test_the_order_of_records_changes_no_bit(rows, name, random):
    decay = None if name == "constant" else 3
    found = []
    for _ in range(2):
        graph = built(rows, flow=None)
        posts = {account: 1 + ord(account) % 3 for account in "abcd"}
        found.append(transmission(graph, spelled(name), decay=decay, posts=posts))
        random.shuffle(rows)
    one, other = found
    for array in ("indptr", "heads", "probabilities", "arcs", "low", "top"):
        assert getattr(one, array).tobytes() == getattr(other, array).tobytes()
    assert (one.sentence, one.notices) == (other.sentence, other.notices)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("weighted-casade", "did you mean 'weighted-cascade'"),
        ("viral", "there is no transmission model 'viral'; choose from"),
        ("counts:bta=0.1", "there is no parameter of counts 'bta'; did you mean 'beta'"),
        ("counts:0.1", "expected counts:parameter=value, found '0.1'"),
        ("weighted-cascade:beta=1", "it has no parameters"),
        ("counts:beta=0.1:beta=0.2", "beta is given twice"),
        ("counts:beta=0.1,cascade-size=5", "give one of beta, cascade_size, not both"),
        ("counts:beta=much", "beta must be a number above 0, got 'much'"),
        ("counts:beta=1.5", "beta must be a probability above 0 and at most 1, got 1.5"),
        ("counts:beta=0", "above 0"),
        ("constant:probability=2", "probability must be a probability"),
        ("bernoulli:strength=inf", "strength must be a number above 0"),
        ("counts:cascade_size=nan", "cascade_size must be a number above 0"),
        (None, "is a text"),
    ],
)
def test_models_that_do_not_exist(text, message):
    with pytest.raises(KeynodesError, match=message) as caught:
        transmission(random_graph(5, 9), text)
    assert isinstance(caught.value, UsageError)


def test_a_model_is_spelled_with_its_parameters():
    assert asked_for("Weighted_Cascade").text == "weighted-cascade"
    assert asked_for("constant").text == "constant:probability=0.1"
    assert asked_for("bernoulli: strength=2.50").text == "bernoulli:strength=2.5"
    assert asked_for("counts:beta=1").text == "counts:beta=1"


def test_certain_counts_are_certain():
    graph = InteractionGraph.from_arcs(["a", "b"], [0], [1], [3])
    assert transmission(graph, "counts:beta=1").probabilities.tolist() == [1]
    assert transmission(graph, "counts:beta=1e-12").probabilities[0] == pytest.approx(3e-12)


@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize("weights", [(1e308, 1e308, 1e-308), (5e-324, 1e-300, 1.0)])
def test_weights_of_any_size(name, weights):
    graph = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 1, 2], [3, 3, 3], weights)
    found = transmission(graph, name, posts=np.full(4, 1e307))
    assert ((found.probabilities > 0) & (found.probabilities <= 1)).all()


def test_the_table_says_what_each_model_rests_on():
    table = capabilities().set_index("model")
    assert list(table.index) == list(MODELS)
    assert table.loc["counts", "parameters"] == "beta=0.1, cascade_size"
    assert table.loc["linear-threshold", "kind"] == "linear threshold"
    assert table.loc["bernoulli", "posts"] == "yes"
    assert (
        not table.map(lambda value: "\n" in value or not value)
        .drop(columns="parameters")
        .any(axis=None)
    )
