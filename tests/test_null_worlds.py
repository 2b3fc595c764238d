"""Where nobody recruits, `hubs` finds nobody; and these worlds are what they say they are."""

import functools

import null_worlds
import numpy as np
import pandas
import pytest
import scipy.stats

from keynodes import read_interactions
from keynodes.recruitment import hubs
from keynodes.recruitment.chance import benjamini_hochberg
from keynodes.synthetic import make

GRAPHS = 15
"""Of each kind; ``benchmarks/hubs.py`` takes fifty."""
ALLOWED = 2
"""Of fifteen graphs, as nine are of fifty."""

every_world = pytest.mark.parametrize("name", null_worlds.WORLDS)


@functools.cache
def found(name, seed):
    records, labels = null_worlds.WORLDS[name](seed)
    return hubs(read_interactions(records), labels, top=0)


@pytest.mark.compiled
@every_world
def test_where_nobody_recruits_hardly_any_graph_has_a_discovery(name):
    results = [found(name, seed) for seed in range(GRAPHS)]
    assert sum(result.discoveries > 0 for result in results) <= ALLOWED
    p_values = np.concatenate([result.p_value for result in results])
    for level in (0.001, 0.01, 0.05):
        assert (p_values <= level).mean() <= level
    # There was something to find, if anybody had recruited.
    assert min(result.contacts.sum() for result in results) > 200


@pytest.mark.compiled
@pytest.mark.parametrize("name", ["heavy-tailed activity", "preferential attachment"])
def test_a_simpler_chance_would_take_the_loud_and_the_loved_for_recruiters(name):
    """Were all members equally likely to be met, most of these graphs had a discovery."""
    wrong = 0
    for seed in range(GRAPHS):
        result = found(name, seed)
        members = pandas.Series(result.community)
        met = pandas.Series(result.contacts).groupby(members).transform("sum")
        chance = 1 / members.groupby(members).transform("size")
        tails = scipy.stats.binom.sf(result.contacts - 1, met, chance)
        wrong += (benjamini_hochberg(tails) <= 0.1).any()
    assert wrong > GRAPHS / 2


@every_world
def test_worlds_are_as_described(name):
    for seed in range(5):
        records, labels = null_worlds.WORLDS[name](seed)
        assert list(records.columns) == ["source", "target", "relation", "time", "evidence"]
        assert records["time"].is_monotonic_increasing
        assert 10_000 <= len(records) <= 45_000
        assert (records["source"] != records["target"]).all()
        accounts = set(records["source"]) | set(records["target"])
        assert accounts <= set(labels)
        assert 4 <= len(set(labels.values())) <= 6
        days = (records["time"] - records["time"].iloc[0]).dt.total_seconds() / 86_400
        assert 190 < days.max() < 201
        # A message has one actor, one time and one relation, and mentions an account once.
        messages = records.groupby("evidence")[["source", "time", "relation"]].nunique()
        assert (messages == 1).all(axis=None)
        assert not records.duplicated(["evidence", "target"]).any()
        # Newcomers keep arriving after the burn-in, and half of them act a few times at most.
        first = seen_first(records)
        late = first.index[first > first.min() + pandas.Timedelta(days=50)]
        assert len(late) > 150
        acts = records["source"].value_counts().reindex(late, fill_value=0)
        assert 0.35 < (acts <= 3).mean() < 0.9


def test_bursts_mention_one_or_many():
    records, _ = null_worlds.bursty(0)
    sizes = records.groupby("evidence").size()
    assert sizes.max() == 8
    assert (sizes > 1).sum() > 300
    hours = records["time"].dt.floor("6h")
    assert records.groupby(["source", hours]).size().max() > 60


@every_world
def test_the_same_seed_makes_the_same_world(name):
    records, labels = null_worlds.WORLDS[name](3)
    again, same = null_worlds.WORLDS[name](3)
    pandas.testing.assert_frame_equal(records, again)
    assert labels == same
    other, _ = null_worlds.WORLDS[name](4)
    assert len(records) != len(other)


def seen_first(records):
    ends = [records.set_index(end)["time"] for end in ("source", "target")]
    return pandas.concat(ends).groupby(level=0).min()


def preference(records, labels):
    """How far each actor's acts hit new accounts more often than those of others then do: z.

    The others are the acts on the same community around that moment.
    """
    records = records.assign(community=records["target"].map(labels))
    age = records["time"] - records["target"].map(seen_first(records))
    late = records["time"] > records["time"].min() + pandas.Timedelta(days=50)
    records = records.assign(new=(age < pandas.Timedelta(days=7)).astype(float))[late]
    # The targets of one message differ: each is drawn among those that are left.
    around = records.groupby("community")["new"]
    rate = around.transform(lambda new: new.rolling(301, center=True, min_periods=50).mean())
    actors = records.assign(rate=rate, spread=rate * (1 - rate)).groupby("source")
    sums = actors[["new", "rate", "spread"]].sum()
    sums = sums[actors.size() >= 20]
    return (sums["new"] - sums["rate"]) / np.sqrt(sums["spread"].clip(lower=0.5))


@every_world
def test_nobody_in_them_prefers_newcomers(name):
    for seed in range(3):
        scores = preference(*null_worlds.WORLDS[name](seed))
        assert len(scores) > 100
        assert scores.max() < 6
        assert scores.std() < 1.25


def test_recruiters_do_prefer_newcomers():
    planted = make("recruiting", rng=0)
    truth = planted.truth.set_index("account")
    scores = preference(planted.records, truth["community"])
    recruiters = scores.reindex(truth.index[truth["role"] == "recruiter"]).dropna()
    assert len(recruiters) > 5
    assert recruiters.median() > 5
