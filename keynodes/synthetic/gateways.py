"""`gateways`: communities that hang together by more than one thread."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from keynodes.errors import UsageError
from keynodes.synthetic.drawing import distinct, generator, heavy_tail, shuffled, weighted, whole
from keynodes.synthetic.planted import Planted, actor_and_target, at_seconds, truth_table

if TYPE_CHECKING:
    import pandas

START = 1_893_456_000
"""2030-01-01: nobody can take these dates for something that happened."""
DAY = 86_400
RELATIONS = ("repost", "reply", "mention", "quote", "like")
MIXTURE = (0.45, 0.2, 0.2, 0.05, 0.1)
HOME_ARCS, AWAY_ARCS = 3, 3
"""Accounts that a gateway hears and that hear it, at home and on the other side."""


def gateways(
    *, communities: int = 12, members: int = 200, redundancy: int = 2, rng: int = 0
) -> Planted:
    """Communities on a tree, each joined to its neighbours by redundant gateways only.

    Parameters
    ----------
    communities : int
        How many; community c > 0 is a neighbour of community (c − 1) // 2.
    members : int
        Accounts in each community, gateways included.
    redundancy : int
        Gateways between each pair of neighbouring communities, 2 or more; their homes alternate.
    rng : int
        Seed; the same seed gives the same bytes everywhere.

    Returns
    -------
    Planted
        Key are the gateways. The two most heard accounts of each community are its hubs: decoys.

    Notes
    -----
    O(communities × members²) time. Inside a community everyone hears four others or so, popular
    accounts more often. A gateway hears three accounts at home and three on the other side, and as
    many of each hear it: about what an ordinary account has. Removing one gateway parts nothing;
    removing all between two communities parts the tree there.

    Examples
    --------
    >>> planted = gateways(communities=3, members=40)
    >>> planted
    <Planted: gateways, 120 accounts, 768 records>
    >>> planted.truth["role"].value_counts().to_dict()
    {'member': 110, 'hub': 6, 'gateway': 4}
    """
    if communities < 2 or redundancy < 2:
        raise UsageError("gateways: communities and redundancy must be at least 2")
    pairs = [((c - 1) // 2, c) for c in range(1, communities)]
    sides = [(pair[g % 2], pair[1 - g % 2]) for pair in pairs for g in range(redundancy)]
    most = max(sum(home == c for home, _ in sides) for c in range(communities))
    if members < most + 20:
        raise UsageError(f"gateways: members must be at least {most + 20} here, got {members}")
    random = generator(rng)

    # Inside a community, accounts stand by popularity, gateways last; names are dealt at random.
    first = np.arange(communities) * members
    ordinary = [members - sum(home == c for home, _ in sides) for c in range(communities)]
    gateway = np.zeros(communities * members, bool)
    for c in range(communities):
        gateway[first[c] + ordinary[c] : first[c] + members] = True
    popularity = heavy_tail(members, 8.0)
    arcs = [
        *_inside(random, first, ordinary, popularity),
        *_across(random, first, ordinary, popularity, sides),
    ]
    speaker, hearer = (np.concatenate(ends) for ends in zip(*arcs, strict=True))
    times = 1 + whole(random, 1 + 2 * whole(random, 2, len(speaker)))
    kept = np.repeat(speaker != hearer, times)
    speaker, hearer = np.repeat(speaker, times)[kept], np.repeat(hearer, times)[kept]

    names = np.empty(communities * members, object)
    hub = np.zeros(communities * members, bool)
    heard = np.bincount(speaker, minlength=communities * members)
    digits = max(2, len(str(communities - 1)))
    for c in range(communities):
        here = slice(first[c], first[c] + members)
        names[here] = [f"c{c:0{digits}}-{i:04}" for i in shuffled(random, members)]
        most_heard = np.argsort(-heard[here][: ordinary[c]], kind="stable")[:2]
        hub[first[c] + most_heard] = True
    return Planted(
        "gateways",
        _records(random, names, speaker, hearer),
        truth_table(
            names,
            np.where(gateway, "gateway", np.where(hub, "hub", "member")),
            np.repeat([f"c{c:0{digits}}" for c in range(communities)], members),
            gateway.astype(int),
        ),
        seeds=sorted(names[distinct(random, (~gateway & ~hub).astype(float), 10)]),
        protected=sorted(names[distinct(random, hub.astype(float), 6)]),
        note=f"{communities} communities on a tree, {redundancy} gateways between neighbours.",
    )


def _inside(
    random: np.random.Generator, first: np.ndarray, ordinary: list[int], popularity: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Speakers and hearers inside each community, gateways left out."""
    for c, n in enumerate(ordinary):
        # Everyone hears someone more popular, so that no community depends on a gateway.
        yield first[c] + whole(random, np.arange(1, n)), first[c] + np.arange(1, n)
        hearers = np.repeat(np.arange(n), 1 + whole(random, 5, n))
        yield first[c] + weighted(random, popularity[:n], len(hearers)), first[c] + hearers


def _across(
    random: np.random.Generator,
    first: np.ndarray,
    ordinary: list[int],
    popularity: np.ndarray,
    sides: list[tuple[int, int]],
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Speakers and hearers of each gateway, in its own community and in the other."""
    placed = list(ordinary)
    for home, away in sides:
        gateway = first[home] + placed[home]
        placed[home] += 1
        for c, count in ((home, HOME_ARCS), (away, AWAY_ARCS)):
            heard = first[c] + distinct(random, popularity[: ordinary[c]], count)
            hearers = first[c] + distinct(random, np.ones(ordinary[c]), count)
            yield heard, np.full(count, gateway)
            yield np.full(count, gateway), hearers


def _records(
    random: np.random.Generator, names: np.ndarray, speaker: np.ndarray, hearer: np.ndarray
) -> "pandas.DataFrame":
    import pandas

    relation = np.array(RELATIONS)[weighted(random, np.array(MIXTURE), len(speaker))]
    source, target = actor_and_target(speaker, hearer, relation)
    seconds = START + whole(random, 90 * DAY, len(speaker))
    order = np.lexsort((target, source, seconds))
    return pandas.DataFrame(
        {
            "source": names[source[order]].astype(str),
            "target": names[target[order]].astype(str),
            "relation": relation[order],
            "time": at_seconds(seconds[order]),
            "evidence": [f"m{i + 1:06}" for i in range(len(order))],
        }
    )
