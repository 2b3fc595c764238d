"""Made-up worlds without recruiters: newcomers arrive, and nobody treats them specially.

In each, whom an act hits depends on its actor through its community alone; how often an account
acts is its own affair. So no account meets more newcomers than its acts (or its popularity) give
by chance, although none of these worlds is made by the null model that `hubs` tests against.
"""

from typing import NamedTuple

import numpy as np
import pandas

from keynodes.synthetic.planted import at_seconds

START = 1_893_456_000
"""2030-01-01."""
HOUR, DAY = 3600, 86_400
PERIOD = 200 * DAY
QUARTER = PERIOD // 4
ABROAD = 0.1
"""Share of acts that go to another community."""
RELATIONS = ("mention", "reply", "quote", "repost", "like")
MIXTURE = (0.25, 0.2, 0.05, 0.3, 0.2)
RECORDS = (12_000, 28_000)


class World(NamedTuple):
    """Who there is: arrays by account."""

    community: np.ndarray
    joined: np.ndarray
    """Second at which it can act and be acted on; 0 for the established."""
    left: np.ndarray
    """Second from which it is gone."""
    passing: np.ndarray
    """Whether it is a newcomer who acts a few times at most and goes."""


class Acts(NamedTuple):
    """What happened: arrays by record."""

    actors: np.ndarray
    targets: np.ndarray
    relations: np.ndarray
    times: np.ndarray
    messages: np.ndarray


# --- the four worlds ------------------------------------------------------------------------------


def heavy_tailed(seed):
    """How much an account posts is Pareto; whom it addresses is up to a mild popularity."""
    random = np.random.default_rng([1, seed])
    world = settled(random)
    posts = random.pareto(random.uniform(1.2, 1.8), len(world.joined)) + 1
    counts = shared_out(random, world, posts)
    actors = np.repeat(np.arange(len(counts)), counts)
    times = moments(random, world.joined[actors], world.left[actors])
    popularity = random.lognormal(0, 0.5, len(counts))
    targets = aimed(random, world, actors, times, popularity)
    return written(random, world, single(random, actors, targets, times))


def preferential(seed):
    """Whom accounts act on is in proportion to what these have received so far, plus one."""
    random = np.random.default_rng([2, seed])
    world = settled(random)
    counts = shared_out(random, world, random.lognormal(0, 0.8, len(world.joined)))
    actors = np.repeat(np.arange(len(counts)), counts)
    times = moments(random, world.joined[actors], world.left[actors])
    order = np.argsort(times, kind="stable")
    actors, times = actors[order], times[order]
    arrivals = np.argsort(world.joined, kind="stable").tolist()
    joined, left = world.joined.tolist(), world.left.tolist()
    community = world.community.tolist()
    urns = [[] for _ in range(max(community) + 1)]
    where = abroad(random, world, actors).tolist()
    chances = random.random((len(actors), 60))
    arrived = 0
    targets = np.full(len(actors), -1)
    for i, (actor, time, c) in enumerate(zip(actors.tolist(), times.tolist(), where, strict=True)):
        while arrived < len(arrivals) and joined[arrivals[arrived]] <= time:
            urns[community[arrivals[arrived]]].append(arrivals[arrived])
            arrived += 1
        urn = urns[c]
        for chance in chances[i]:
            chosen = urn[int(chance * len(urn))]
            if chosen != actor and time < left[chosen]:
                targets[i] = chosen
                urn.append(chosen)
                break
    return written(random, world, single(random, actors, targets, times))


def bursty(seed):
    """Silent for weeks, then dozens of messages in hours, each to one account or to several."""
    random = np.random.default_rng([3, seed])
    world = settled(random)
    n = len(world.joined)
    popularity = random.lognormal(0, 0.5, n)
    # Some always mention one, some as many as they can.
    habit = np.where(random.random(n) < 0.4, 1, random.integers(2, 9, n))
    # One in eight ever bursts, once in seven to thirteen weeks while it is there.
    stay = (world.left - world.joined) / DAY
    often = (random.random(n) < 0.13) & ~world.passing
    bursts = random.poisson(np.where(often, stay / random.uniform(50, 90, n), 0.0))
    bursting = np.repeat(np.arange(n), bursts)
    begin = moments(random, world.joined[bursting], world.left[bursting])
    size = random.integers(12, 31, len(bursting))
    actors = np.repeat(bursting, size)
    lasting = np.repeat(random.uniform(1, 8, len(bursting)) * HOUR, size)
    times = np.repeat(begin, size) + (random.random(len(actors)) * lasting).astype(np.int64)
    width = np.where(habit[actors] > 1, np.clip(random.poisson(habit[actors]), 2, 8), 1)
    # Everybody acts once in a while beside that.
    counts = shared_out(random, world, np.ones(n), total=8_000)
    quiet = np.repeat(np.arange(n), counts)
    actors = np.concatenate([actors, quiet])
    times = np.concatenate([times, moments(random, world.joined[quiet], world.left[quiet])])
    width = np.concatenate([width, np.ones(len(quiet), np.int64)])
    in_burst = np.arange(len(actors)) < len(actors) - len(quiet)
    relations = np.where(in_burst, "mention", random.choice(RELATIONS, len(actors), p=MIXTURE))
    message = np.repeat(np.arange(len(actors)), width)
    targets = aimed(random, world, actors[message], times[message], popularity)
    acts = Acts(actors[message], targets, relations[message], times[message], message)
    return written(random, world, acts)


def growing(seed):
    """Communities grow at rates of their own; newcomers act like others; the old go quiet."""
    random = np.random.default_rng([4, seed])
    sizes = random.integers(100, 200, random.integers(4, 7))
    community, joined = [], []
    for c, size in enumerate(sizes):
        factor = random.uniform(1.2, 3.0)  # how many times as large in the end
        arrivals = int(size * (factor - 1))
        when = PERIOD * np.log1p(random.random(arrivals) * (factor - 1)) / np.log(factor)
        community += [c] * (size + arrivals)
        joined += [0] * size + when.astype(int).tolist()
    community, joined = np.array(community), np.array(joined)
    n = len(joined)
    passing = (joined > 0) & (random.random(n) < 0.5)
    active = random.exponential(random.uniform(60, 150) * DAY, n)
    active = np.where(passing, random.uniform(1, 14, n) * DAY, active + 20 * DAY)
    world = World(community, joined, np.minimum(joined + active, PERIOD).astype(int), passing)
    counts = shared_out(random, world, random.lognormal(0, 1, n))
    actors = np.repeat(np.arange(n), counts)
    times = moments(random, world.joined[actors], world.left[actors])
    targets = aimed(random, world, actors, times, random.lognormal(0, 0.7, n))
    return written(random, world, single(random, actors, targets, times))


WORLDS = {
    "heavy-tailed activity": heavy_tailed,
    "preferential attachment": preferential,
    "bursty multi-mentions": bursty,
    "growing communities": growing,
}


# --- what they are made of ------------------------------------------------------------------------


def settled(random):
    """Four to six communities of 100 to 250, and half as many newcomers, half of whom go again."""
    sizes = random.integers(100, 251, random.integers(4, 7))
    arriving = (sizes * random.uniform(0.4, 0.7, len(sizes))).astype(int)
    communities = np.arange(len(sizes))
    community = np.concatenate([np.repeat(communities, sizes), np.repeat(communities, arriving)])
    n = len(community)
    new = np.arange(n) >= sizes.sum()
    # One newcomer in thirteen comes in the first quarter.
    joined = np.where(new, 10 * DAY + 0.94 * PERIOD * random.random(n) ** 0.6, 0).astype(np.int64)
    passing = new & (random.random(n) < 0.5)
    stay = np.where(random.random(n) < 0.3, random.uniform(30, 200, n) * DAY, PERIOD)
    stay[passing] = random.uniform(1, 14, passing.sum()) * DAY
    left = np.minimum(joined + stay, PERIOD).astype(np.int64)
    return World(community, joined, left, passing)


def shared_out(random, world, weights, total=None):
    """How often each account acts: by its weight while it is there; one to three if passing."""
    expected = weights * (world.left - world.joined)
    expected[world.passing] = 0.0
    total = random.uniform(*RECORDS) if total is None else total
    counts = random.poisson(expected * (total / expected.sum()))
    counts[world.passing] = random.integers(1, 4, world.passing.sum())
    return counts


def rhythm():
    """Second of each hour of the period, and how much of all activity is over by then."""
    hours = np.arange(PERIOD // HOUR)
    day = 1 + 0.9 * np.sin((hours % 24 - 8) * np.pi / 12)
    week = np.where(hours // 24 % 7 < 5, 1.0, 0.6)
    return np.append(hours, len(hours)) * HOUR, np.concatenate([[0.0], np.cumsum(day * week)])


def moments(random, joined, left):
    """A second for each pair of ends, by day and night and the days of the week."""
    seconds, passed = rhythm()
    low, high = np.interp(joined, seconds, passed), np.interp(left, seconds, passed)
    drawn = low + random.random(len(low)) * (high - low)
    return np.clip(np.interp(drawn, passed, seconds).astype(np.int64), joined, left - 1)


def abroad(random, world, actors):
    """The community that each act goes to: mostly the actor's own."""
    number = world.community.max() + 1
    step = random.integers(1, number, len(actors))
    away = random.random(len(actors)) < ABROAD
    return np.where(away, (world.community[actors] + step) % number, world.community[actors])


def aimed(random, world, actors, times, weights):
    """Whom each act hits: by weight, among the accounts there at that moment; -1 for nobody."""
    where = abroad(random, world, actors)
    targets = np.full(len(actors), -1)
    for c in range(world.community.max() + 1):
        members = np.flatnonzero(world.community == c)
        running = np.cumsum(weights[members])
        left = np.flatnonzero(where == c)
        for _ in range(60):
            drawn = np.searchsorted(running, random.random(len(left)) * running[-1], side="right")
            chosen = members[np.minimum(drawn, len(members) - 1)]
            now = times[left]
            there = (world.joined[chosen] <= now) & (now < world.left[chosen])
            there &= chosen != actors[left]
            targets[left[there]] = chosen[there]
            left = left[~there]
    return targets


def single(random, actors, targets, times):
    """Acts on one account each."""
    relations = random.choice(RELATIONS, len(actors), p=MIXTURE)
    return Acts(actors, targets, relations, times, np.arange(len(actors)))


def written(random, world, acts):
    """(records, labels): a table in the order of time, and account -> name of its community."""
    n = len(world.joined)
    # Names say nothing about who came first.
    names = np.array([f"u{i:05}" for i in random.permutation(n)])
    hit = np.flatnonzero((acts.targets >= 0) & (acts.times < PERIOD))
    acts = Acts(*(column[hit] for column in acts))
    # A message mentions an account once.
    pair = np.stack([acts.messages, acts.targets])
    once = np.unique(pair, axis=1, return_index=True)[1]
    once = once[np.argsort(acts.times[once], kind="stable")]
    acts = Acts(*(column[once] for column in acts))
    records = pandas.DataFrame(
        {
            "source": names[acts.actors],
            "target": names[acts.targets],
            "relation": acts.relations,
            "time": at_seconds(START + acts.times),
            "evidence": [f"m{i:06}" for i in acts.messages],
        }
    )
    communities = [f"c{c}" for c in world.community]
    return records, dict(zip(names.tolist(), communities, strict=True))
