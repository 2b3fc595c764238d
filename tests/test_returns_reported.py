"""What was reported of accounts that return (R1–R8), in direction and rough size.

On a population of 5,000 accounts whose shares stand for the shares reported; who reported what is
in `PRESETS`. How the numbers below are met is no evidence that the assumptions are right.
"""

from dataclasses import replace

import numpy as np
import pytest

from keynodes import build_graph, read_interactions
from keynodes.returns import PRESETS, simulate_return
from keynodes.synthetic import census

pytestmark = pytest.mark.compiled


class Population:
    def __init__(self):
        self.graph = build_graph(read_interactions(census(accounts=5000, records=100_000).records))
        self.hearers = np.diff(self.graph.out.indptr)
        self.drawn = np.random.default_rng(1).permutation(5000)
        self.loudest = np.argsort(-self.hearers, kind="stable")

    def names(self, indices):
        return self.graph.accounts[indices].tolist()

    def follow(self, indices, **given):
        given = {"replicates": 5, "worlds": 1000, "horizon": "90d"} | given
        return simulate_return(self.graph, self.names(indices), **given)


@pytest.fixture(scope="module")
def population():
    return Population()


def test_r1_low_pressure_changes_nothing(population):
    """3.4 % of accounts in four months: size and reach stay as they were."""
    found = population.follow(
        population.drawn[:170], preset="low-pressure-2014", policy="daily:1.4", horizon="120d"
    )
    assert found.active[:, -1].mean() + 4830 > 0.99 * 5000
    monthly = found.left.reshape(4, 30).mean(axis=1)
    assert monthly.min() > 0.9


def test_r2_routine_removals_leave_the_network_flat_between_waves(population):
    """Less than 2 % of accounts a day, of those at risk: who is heard little, again and again."""
    low = population.hearers[population.drawn] <= np.quantile(population.hearers, 0.75)
    at_risk = population.drawn[low][:1000]
    found = population.follow(at_risk, preset="routine-2015", policy="daily:75", horizon="42d")
    removed = 75 / 5000
    assert removed < 0.02
    between = slice(14, 42)  # once everyone at risk was removed: four weeks without a wave
    size = 4000 + found.active.mean(axis=0)[between]
    assert size.min() > 0.95 * size.max()
    weekly = found.left[between].reshape(4, 7).mean(axis=1)
    assert weekly.min() > 0.9 * weekly.max()


def test_r3_a_wave_is_a_step_down_and_few_are_replaced_at_first(population):
    """A fifth of all accounts in one day; a fifth of these are made anew in the first days."""
    found = population.follow(population.drawn[:1000], preset="wave-april-2015", horizon="30d")
    assert found.left[0] < 0.5
    assert found.opened[:, 0].mean() < 0.1 * 1000
    replaced = found.opened[:, :2].sum(axis=1).mean() / 1000
    assert 0.1 < replaced < 0.3
    assert found.left[0] < found.left[-1] < 0.6


def test_r4_followers_fall_at_each_suspension_and_stay_low_afterwards(population):
    found = population.follow(
        population.loudest[:200],
        preset="repeat-offenders-2015",
        policy="react:7d",
        until="45d",
        worlds=100,
    )
    cycles = found.cycles_frame()
    removed = cycles["audience"][cycles["opened"] > 10].to_numpy()
    assert len(removed) > 5
    assert (np.diff(removed) < 0).all()
    assert removed[1] < 0.4
    afterwards = found.to_frame()["audience"][45:].to_numpy()
    assert afterwards.max() < 0.5 * removed[1]
    assert found.removed_again[:, 46:].sum() == 0
    assert found.left[-1] < 0.1


def test_r5_sustained_pressure_cuts_what_one_day_does_not(population):
    """−15 % in 2018, −95 % in 2019, lasting."""
    once = population.follow(
        population.drawn[:120], preset="action-day-2018", horizon="180d", worlds=400
    )
    sustained = population.follow(
        population.drawn[:2000],
        preset="sustained-telegram-2019",
        policy="react:14d",
        horizon="180d",
        worlds=400,
        replicates=2,
    )
    assert 0.7 < once.area_share < 0.95
    assert sustained.area_share < 0.1
    assert sustained.left[-30:].max() < 0.1
    # And with one plan under one set of assumptions, by the policy alone.
    given = {"return_probability": 0.9, "delay": "1d", "regained": 0.9, "decay": 0.8}
    given |= {"speed_up": 2.0, "worlds": 400}
    calm = population.follow(population.loudest[:50], **given)
    hard = population.follow(population.loudest[:50], policy="react:2h", **given)
    assert calm.area_share > 2 * hard.area_share


def test_r6_under_sustained_pressure_new_accounts_are_many_and_short_lived(population):
    """12 new channels that lived for 302 days against 105 that lived for 14, and posted 12 times
    as much."""
    once = population.follow(
        population.drawn[:120], preset="action-day-2018", horizon="180d", worlds=20
    )
    sustained = population.follow(
        population.drawn[:1000],
        preset="sustained-telegram-2019",
        policy="react:14d",
        horizon="180d",
        worlds=20,
    )
    ratio = sustained.opened.sum() / once.opened.sum()
    assert 4 < ratio < 20
    lives = sustained.cycles_frame()["lifetime"][1:]
    assert lives.dropna().between(13.5, 14.5).all()
    assert once.removed_again.sum() == 0
    assert once.lives[1, 2] / once.lives[1, 0] > 100
    activity = PRESETS["sustained-telegram-2019"].activity
    assert 10 < activity < 14
    calmer = replace(PRESETS["sustained-telegram-2019"], activity=1.0)
    loud, quiet = (
        population.follow(
            population.loudest[:30],
            preset=p,
            return_probability=0.9,
            policy="react:14d",
            worlds=300,
        )
        for p in (PRESETS["sustained-telegram-2019"], calmer)
    )
    assert loud.area_share > quiet.area_share


def test_r7_faster_removal_means_fewer_followers(population):
    """Within two days against tolerated: 13 times the followers."""
    plan = population.drawn[:500]
    followers = {
        policy: np.nanmean(
            population.follow(plan, preset="aggressive-2017", policy=policy, worlds=20).audience
        )
        for policy in ("once", "react:7d", "react:2d", "react:1d", "react:2h")
    }
    found = list(followers.values())
    assert (np.diff(found) < 0).all()
    assert 5 < followers["once"] / followers["react:2d"] < 40


def test_r8_closure_keeps_reach_and_without_new_ties_it_decays(population):
    plan = population.loudest[:250]
    start = replace(PRESETS["wave-april-2015"], new_ties=1.0)
    left = {}
    for name, closure, preferential in (("closure", 1, 1), ("attachment", 0, 1), ("lost", 0, 0)):
        terms = replace(start, closure=float(closure), preferential=float(preferential))
        left[name] = population.follow(plan, preset=terms, worlds=400)
    assert left["closure"].left[-1] > 1.5 * left["lost"].left[-1]
    assert left["attachment"].left[-1] > 1.5 * left["lost"].left[-1]
    assert left["closure"].area_share > left["lost"].area_share
    # Removed again and again, who finds no new hearers ends with hardly more than nothing.
    again = {
        name: population.follow(
            plan,
            preset=replace(start, closure=closure, preferential=0.0),
            policy="every:30d",
            worlds=400,
        )
        for name, closure in (("closure", 1.0), ("lost", 0.0))
    }
    tops = {name: found.left.reshape(3, 30).max(axis=1) for name, found in again.items()}
    assert (np.diff(tops["lost"]) < 0).all()
    assert (tops["closure"] > tops["lost"]).all()
