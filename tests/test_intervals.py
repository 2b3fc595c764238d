"""Intervals hold what they say, at however few worlds."""

import numpy as np
import pytest
import scipy.stats

from keynodes import InteractionGraph
from keynodes.blocking.verdicts import cut_share, paired_difference
from keynodes.cascades.intervals import errors_aside, half_width, p_value
from keynodes.cascades.reaching import reach
from keynodes.cascades.vitality import reach_vitality

FEW = (2, 5, 10)
TRIES = 4_000


def holds(inside):
    """Whether so many of the intervals hold the truth as 95 % of them should."""
    return abs(np.mean(inside) - 0.95) < 4 * np.sqrt(0.95 * 0.05 / len(inside))


@pytest.mark.parametrize("count", [*FEW, 20, 1_000])
def test_the_quantile_is_that_of_students_t(count):
    assert errors_aside(count) == pytest.approx(scipy.stats.t.ppf(0.975, count - 1), rel=1e-9)


@pytest.mark.parametrize("worlds", FEW)
def test_means_and_paired_differences_at_few_worlds(worlds):
    rng = np.random.default_rng(worlds)
    one, other = rng.normal([[[1_000]], [[990]]], 50, (2, TRIES, worlds))
    assert holds([abs(row.mean() - 1_000) <= half_width(row) for row in one])
    found = [paired_difference(*pair) for pair in zip(one, other, strict=True)]
    assert holds([abs(mean - 10) <= half for mean, half in found])
    # The p-value is the same statement, the other way round.
    for row, (mean, half) in zip(one - other, found, strict=True):
        assert (p_value(row) < 0.05) == (abs(mean) > half)


@pytest.mark.parametrize("worlds", FEW)
def test_shares_that_are_cut_at_few_worlds(worlds):
    """A ratio of means over the same worlds; as what is left varies with the base, mostly."""
    rng = np.random.default_rng(worlds)
    base = rng.normal(1_000, 20, (TRIES, worlds))
    left = 0.6 * base + rng.normal(0, 10, base.shape)
    shares = [cut_share(np.column_stack(pair)) for pair in zip(base, left, strict=True)]
    assert holds([share.low[1] <= 0.4 <= share.high[1] for share in shares])


@pytest.fixture(scope="module")
def fan():
    """A source with 60 hearers: what is reached is nearly normal, 30 on average."""
    return InteractionGraph.from_arcs([f"a{i:02}" for i in range(61)], [0] * 60, range(1, 61))


@pytest.mark.parametrize("worlds", FEW)
def test_reach_and_drops_at_few_worlds(fan, worlds):
    asked = {"seeds": ["a00"], "model": "constant:probability=0.5", "worlds": worlds}
    reached, dropped = [], []
    for rng in range(500):
        low, high = reach(fan, **asked, rng=rng).interval
        reached.append(low <= 30 <= high)
        row = reach_vitality(fan, **asked, rng=rng).to_frame(1).iloc[0]
        assert row["account"] == "a00"
        dropped.append(row["low"] <= 30 <= row["high"])
    assert np.mean(reached) > 0.92
    assert np.mean(dropped) > 0.92


def test_drops_from_many_worlds_have_the_intervals_of_their_batches(fan):
    found = reach_vitality(fan, ["a00"], model="constant:probability=0.5", worlds=400)
    row = found.to_frame(1).iloc[0]
    assert row["high"] - row["drop"] == pytest.approx(2.093024 * found.standard_error[0])


def test_p_values_without_spread():
    assert p_value(np.zeros(7)) == 1
    assert p_value(np.full(7, -3.0)) == 2 / 2**7
    assert p_value(np.full(5_000, 0.1)) > 0
