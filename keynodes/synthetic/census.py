"""`census`: a whole population of accounts, with a few key ones in it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from keynodes.errors import UsageError
from keynodes.synthetic.drawing import (
    distinct,
    generator,
    heavy_tail,
    mostly_small,
    shuffled,
    weighted,
    whole,
)
from keynodes.synthetic.planted import Planted, actor_and_target, at_seconds, truth_table

if TYPE_CHECKING:
    import pandas

Batch = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Some records: actors, targets, places in `RELATIONS`, seconds after the start of the year."""

START = 1_861_920_000
"""2029-01-01: nobody can take these dates for something that happened."""
DAY = 86_400
YEAR = 365 * DAY

RELATIONS = ("like", "mention", "quote", "reply", "repost", "invite")
MIXTURE = (0.22, 0.15, 0.05, 0.16, 0.41, 0.01)
AT_HOME = 0.8
"""Share of interactions inside one's own community."""
REPEATED = 0.25
"""Share of interactions between two accounts that already had one."""
LATECOMERS = 0.4
"""Share of accounts that arrive during the year."""
RECRUITS = (30, 90)
AUDIENCE = (40, 110)
"""Fewest and most recruits of a recruiter; hearers of a gateway on each of its two sides."""


class Population(NamedTuple):
    """Who there is: accounts stand community by community."""

    community: np.ndarray
    """int64 (n,)."""
    first: np.ndarray
    """int64 (communities + 1,): where each community begins."""
    activity: np.ndarray
    popularity: np.ndarray
    devotion: np.ndarray
    """float64 (n,): how often it acts, is acted on, and is come back to."""
    arrival: np.ndarray
    """int64 (n,): seconds after the start of the year."""


def census(*, accounts: int = 70_000, records: int = 5_000_000, rng: int = 0) -> Planted:
    """A population in communities over a year, with planted recruiters and gateways.

    Parameters
    ----------
    accounts : int
        1,000 or more.
    records : int
        Ten an account or more.
    rng : int
        Seed; the same seed gives the same bytes everywhere.

    Returns
    -------
    Planted
        Key are the recruiters and the gateways, one of each for every thousand accounts. Decoys:
        as many celebrities (the most popular) and posters (the most active). ``source, target,
        relation`` are categorical columns and ``evidence`` numbers the messages, for the sake of
        memory.

    Notes
    -----
    O(records log records) time. Activity and popularity are heavy-tailed and independent of each
    other; four in five interactions stay inside a community, one in four repeats an earlier pair,
    four accounts in ten arrive during the year. A recruiter is the first to address 30 to 90 of
    the latecomers of its community, who go on to repost it; a gateway is heard, time and again, by
    40 to 110 accounts in each of two communities, and hears the popular ones of both. Otherwise
    these accounts are as active and as popular as any.

    Examples
    --------
    >>> planted = census(accounts=1000, records=20_000)
    >>> planted
    <Planted: census, 1,000 accounts, 20,000 records>
    >>> planted.truth.groupby("role")["key"].sum().to_dict()
    {'celebrity': 0, 'gateway': 3, 'member': 0, 'poster': 0, 'recruiter': 3}
    """
    if accounts < 1000:
        raise UsageError(f"census: accounts must be at least 1000, got {accounts}")
    if records < 10 * accounts:
        raise UsageError(f"census: records must be at least ten an account, got {records}")
    random = generator(rng)
    people = _population(random, accounts)
    roles = _roles(random, people)
    batches = [*_recruiting(random, people, roles), *_bridging(random, people, roles)]
    batches.append(_everyday(random, people, records - sum(len(b[0]) for b in batches)))
    source, target, relation, seconds = (
        np.concatenate(column) for column in zip(*batches, strict=True)
    )

    # A name tells the community and nothing else: numbers are dealt out at random inside it.
    first = people.first
    name = np.empty(accounts, np.int64)
    for c in range(len(first) - 1):
        name[first[c] : first[c + 1]] = first[c] + shuffled(random, int(first[c + 1] - first[c]))
    digits = max(2, len(str(len(first) - 2)))
    labels = np.array([f"c{c:0{digits}}" for c in range(len(first) - 1)])
    width = max(4, len(str(np.diff(first).max())))
    names = [f"{labels[c]}-{i - first[c]:0{width}}" for i, c in enumerate(people.community)]
    truth_roles = np.empty(accounts, object)
    truth_roles[name] = roles
    key = np.isin(truth_roles.astype(str), ("recruiter", "gateway"))
    unknown = (truth_roles == "member").astype(np.float64)
    order = np.argsort(seconds, kind="stable")
    return Planted(
        "census",
        _frame(names, name[source[order]], name[target[order]], relation[order], seconds[order]),
        truth_table(names, truth_roles.astype(str), labels[people.community], key.astype(int)),
        seeds=_some(random, names, unknown, max(5, accounts // 2000)),
        protected=_some(random, names, (truth_roles == "celebrity").astype(float), 10),
        note="Recruiters and gateways in a population where others are louder and more popular.",
    )


def _population(random: np.random.Generator, accounts: int) -> Population:
    communities = max(4, accounts // 1400)
    share = np.cumsum(heavy_tail(communities, 5.0))
    ends = (accounts * (share / share[-1])).astype(np.int64)
    ends[-1] = accounts
    first = np.concatenate([[0], ends])
    sizes = np.diff(first)
    community = np.repeat(np.arange(communities), sizes)
    # 1 / sqrt(rank) over everyone: the busiest act a hundred times as often as the idlest.
    activity = np.sqrt(heavy_tail(accounts, 7.0))[shuffled(random, accounts)]
    popularity = np.empty(accounts)
    for c in range(communities):
        ranks = shuffled(random, int(sizes[c]))
        # So that a community is acted on in proportion to its size, whatever its size.
        weights = heavy_tail(int(sizes[c]), 4.0 + sizes[c] // 200)
        popularity[first[c] : first[c + 1]] = (weights * (sizes[c] / np.cumsum(weights)[-1]))[ranks]
    devotion = np.sqrt(heavy_tail(accounts, 50.0))[shuffled(random, accounts)]
    late = random.random(accounts) < LATECOMERS
    arrival = np.where(late, 30 * DAY + whole(random, 270 * DAY, accounts), 0)
    return Population(community, first, activity, popularity, devotion, arrival)


def _roles(random: np.random.Generator, people: Population) -> np.ndarray:
    """A role for every account; the key ones are drawn among the unremarkable."""
    n = len(people.community)
    count = max(3, n // 1000)
    roles = np.full(n, "member", object)
    roles[np.argsort(-people.activity, kind="stable")[:count]] = "poster"
    popular = np.argsort(-people.popularity, kind="stable")
    roles[[u for u in popular[: 2 * count] if roles[u] == "member"][:count]] = "celebrity"
    candidates = shuffled(random, n)
    candidates = candidates[(roles[candidates] == "member") & (people.arrival[candidates] == 0)]
    roles[candidates[:count]] = "recruiter"
    roles[candidates[count : 2 * count]] = "gateway"
    return roles


def _recruiting(
    random: np.random.Generator, people: Population, roles: np.ndarray
) -> Iterator[Batch]:
    """Each recruiter addresses latecomers at their arrival; they repost it afterwards."""
    free = (people.arrival > 0) & (roles == "member")
    for recruiter in np.flatnonzero(roles == "recruiter"):
        c = people.community[recruiter]
        here = np.arange(people.first[c], people.first[c + 1])
        here = here[free[here]]
        low, high = RECRUITS
        recruits = here[shuffled(random, len(here))][: low + int(whole(random, high - low)[0])]
        free[recruits] = False
        when = people.arrival[recruits]
        how = np.array([1, 3, 5])[whole(random, 3, len(recruits))]
        yield np.full(len(recruits), recruiter), recruits, how.astype(np.int8), when
        # Many come back now and then, some all the time.
        often = np.repeat(recruits, 1 + mostly_small(random, 9, len(recruits)))
        yield _flowing(random, people, np.full(len(often), recruiter), often)


def _bridging(
    random: np.random.Generator, people: Population, roles: np.ndarray
) -> Iterator[Batch]:
    """Each gateway is heard in two communities, and hears what is popular in both."""
    communities = len(people.first) - 1
    for gateway in np.flatnonzero(roles == "gateway"):
        home = int(people.community[gateway])
        away = (home + 1 + int(whole(random, communities - 1)[0])) % communities
        for c in (home, away):
            start, end = people.first[c], people.first[c + 1]
            low, high = AUDIENCE
            size = low + int(whole(random, high - low)[0])
            hearers = start + shuffled(random, int(end - start))[:size]
            hearers = hearers[hearers != gateway]
            often = np.repeat(hearers, 1 + mostly_small(random, 8, len(hearers)))
            yield _flowing(random, people, np.full(len(often), gateway), often)
            heard = start + weighted(random, people.popularity[start:end], size)
            heard = heard[heard != gateway]
            yield _flowing(random, people, heard, np.full(len(heard), gateway))


def _flowing(
    random: np.random.Generator, people: Population, speaker: np.ndarray, hearer: np.ndarray
) -> Batch:
    """Records by which content of each speaker reaches its hearer."""
    relation = weighted(random, np.array(MIXTURE[:-1]), len(speaker)).astype(np.int8)
    source, target = actor_and_target(speaker, hearer, np.array(RELATIONS)[relation])
    return source, target, relation, _times(random, people, source, target)


def _everyday(random: np.random.Generator, people: Population, count: int) -> Batch:
    """What everybody does: actors by activity, targets by popularity, mostly at home."""
    fresh = count - int(REPEATED * count)
    source = weighted(random, people.activity, fresh)
    running = np.concatenate([[0.0], np.cumsum(people.popularity)])
    lowest = running[people.first[people.community[source]]]
    span = running[people.first[people.community[source] + 1]] - lowest
    abroad = random.random(fresh) >= AT_HOME
    lowest[abroad], span[abroad] = 0.0, running[-1]
    target = np.searchsorted(running, lowest + random.random(fresh) * span, side="right") - 1
    target = np.minimum(target, len(people.activity) - 1)
    # Nobody acts on itself here: the neighbour in the list takes its place.
    target = np.where(target == source, (target + 1) % len(people.activity), target)
    again = weighted(random, people.devotion[target], count - fresh)
    source, target = (
        np.concatenate([source, source[again]]),
        np.concatenate([target, target[again]]),
    )
    relation = weighted(random, np.array(MIXTURE), count).astype(np.int8)
    return source, target, relation, _times(random, people, source, target)


def _times(
    random: np.random.Generator, people: Population, source: np.ndarray, target: np.ndarray
) -> np.ndarray:
    """Seconds after the start of the year, once both have arrived."""
    earliest = np.maximum(people.arrival[source], people.arrival[target])
    return earliest + 1 + whole(random, YEAR - earliest - 1)


def _some(
    random: np.random.Generator, names: list[str], weights: np.ndarray, count: int
) -> list[str]:
    return sorted(names[i] for i in distinct(random, weights, count))


def _frame(
    names: list[str],
    source: np.ndarray,
    target: np.ndarray,
    relation: np.ndarray,
    seconds: np.ndarray,
) -> "pandas.DataFrame":
    import pandas

    kinds = sorted(RELATIONS)
    code = np.array([kinds.index(name) for name in RELATIONS], np.int8)
    accounts, relations = pandas.CategoricalDtype(names), pandas.CategoricalDtype(kinds)
    return pandas.DataFrame(
        {
            "source": pandas.Categorical.from_codes(source.astype(np.int32), dtype=accounts),
            "target": pandas.Categorical.from_codes(target.astype(np.int32), dtype=accounts),
            "relation": pandas.Categorical.from_codes(code[relation], dtype=relations),
            "time": at_seconds(START + seconds),
            "evidence": np.arange(1, len(source) + 1),
        }
    )
