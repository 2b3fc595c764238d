"""`recruiting`: who draws newcomers in, among accounts that are merely loud, loved or polite."""

from typing import TYPE_CHECKING

import numpy as np

from keynodes.flow import FLOW
from keynodes.synthetic.drawing import (
    distinct,
    generator,
    heavy_tail,
    mostly_small,
    shuffled,
    weighted,
    whole,
)
from keynodes.synthetic.planted import Planted, at_seconds, truth_table

if TYPE_CHECKING:
    import pandas

START = 1_893_456_000
"""2030-01-01: nobody can take these dates for something that happened."""
HOUR, DAY = 3600, 86_400
PERIOD = 240 * DAY
SETTLED = 45 * DAY
"""By then every established member has acted on three others of its community."""
ARRIVALS = (60 * DAY, 195 * DAY)
"""When newcomers are first seen: late enough to know the members, early enough to see the rest."""
WINDOW, HORIZON = 7 * DAY, 30 * DAY

COMMUNITIES = 5
RECRUITERS, POSTERS, CELEBRITIES, GREETERS, MEMBERS = 3, 3, 3, 2, 179
"""Established accounts in each community."""
RECRUITS = (20, 21, 22)
"""Recruits of the recruiters of a community: 63 of its 210 newcomers, or 30 %."""
GREETED, OTHERS = 20, 107
"""Newcomers of each greeter, and newcomers of a community that come by the ordinary ways."""

RELATIONS = ("repost", "reply", "mention", "like", "quote")
MIXTURE = (0.42, 0.2, 0.2, 0.12, 0.06)
OUTREACH = ("mention", "mention", "reply", "invite", "message")


def recruiting(*, rng: int = 0) -> Planted:
    """Recruiters who draw newcomers into five communities over eight months, and decoys.

    Parameters
    ----------
    rng : int
        Seed; the same seed gives the same bytes everywhere.

    Returns
    -------
    Planted
        2,000 accounts. Key are 15 recruiters, each the first contact of 20 to 22 newcomers
        (``recruit``), all of whom are drawn in. Decoys: 15 posters, 15 celebrities, and 10
        greeters, each the first contact of 20 newcomers who are never seen again.

    Notes
    -----
    950 members are established from the first weeks on and interact to the end. 1,050 newcomers
    arrive between day 60 and day 195; 735 of them (70 %) have another first contact than a
    recruiter. The ordinary ones (535) come the way chance has it: an established member who
    addresses another also addresses the newcomer (so posters meet many), or the newcomer reacts to
    what an established member reacted to (so celebrities meet many). Half of these are drawn in:
    from the eighth to the 28th day they interact with three to six further members, and stay. The
    others meet at most two. Recruiters act and are acted on as much as any member otherwise.

    Examples
    --------
    >>> planted = recruiting()
    >>> planted.truth.query("key == 1")["role"].value_counts().to_dict()
    {'recruiter': 15}
    """
    random = generator(rng)
    world = _World(random)
    for c in range(COMMUNITIES):
        world.settle(c)
    for c in range(COMMUNITIES):
        world.welcome(c)
    names = np.empty(len(world.roles), object)
    for c in range(COMMUNITIES):
        here = np.flatnonzero(world.community == c)
        names[here] = [f"c{c:02}-{i:04}" for i in shuffled(random, len(here))]
    roles = np.array(world.roles)
    return Planted(
        "recruiting",
        _records(names, world.acts),
        truth_table(
            names,
            roles,
            [f"c{c:02}" for c in world.community],
            (roles == "recruiter").astype(int),
        ),
        seeds=sorted(names[distinct(random, (roles == "member").astype(float), 10)]),
        protected=sorted(names[distinct(random, (roles == "celebrity").astype(float), 5)]),
        note="15 recruiters among posters, celebrities and greeters; 70 % of newcomers come alone.",
    )


Act = tuple[int, int, int, str, int]
"""Second, actor, target, relation, message."""


class _World:
    """Who there is, and every act so far. Accounts stand community by community."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random
        established = (
            ["recruiter"] * RECRUITERS
            + ["poster"] * POSTERS
            + ["celebrity"] * CELEBRITIES
            + ["greeter"] * GREETERS
            + ["member"] * MEMBERS
        )
        arriving = ["recruit"] * sum(RECRUITS) + ["newcomer"] * (GREETED * GREETERS + OTHERS)
        self.roles = (established + arriving) * COMMUNITIES
        self.established = len(established)
        self.size = len(established) + len(arriving)
        self.community = np.repeat(np.arange(COMMUNITIES), self.size)
        self.acts: list[Act] = []
        self.messages = 0
        # The members' popularity is heavy-tailed too; celebrities stand far above it.
        popularity = heavy_tail(self.established, 15.0)
        self.popularity = np.empty((COMMUNITIES, self.established))
        for c in range(COMMUNITIES):
            self.popularity[c] = popularity[shuffled(random, self.established)]
            self.popularity[c, self._places("celebrity")] = 0.5
            self.popularity[c, self._places("recruiter")] = np.median(popularity)

    def _places(self, role: str) -> list[int]:
        return [i for i in range(self.established) if self.roles[i] == role]

    def act(self, second: int, actor: int, target: int, relation: str, message: int = -1) -> int:
        """Write down an act; return its message, so that others can be put into the same one."""
        if message < 0:
            message = self.messages
            self.messages += 1
        self.acts.append((int(second), int(actor), int(target), relation, message))
        return message

    def between(self, low: float, high: float) -> int:
        return int(low + self.random.random() * (high - low))

    def below(self, end: int) -> int:
        return int(whole(self.random, end)[0])

    def one_of(self, names: tuple[str, ...], weights: tuple[float, ...] = ()) -> str:
        each = np.array(weights) if weights else np.ones(len(names))
        return names[weighted(self.random, each, 1)[0]]

    def settle(self, c: int) -> None:
        """Established members interact among themselves, from the first weeks to the end."""
        for place in range(self.established):
            actor = c * self.size + place
            role = self.roles[place]
            for i in range(6 + int(mostly_small(self.random, 24)[0])):
                second = self.between(0, SETTLED if i < 3 else PERIOD)
                home = c if i < 3 or self.random.random() < 0.95 else self.below(COMMUNITIES)
                target = self.somebody(home, actor)
                self.act(second, actor, target, self.one_of(RELATIONS, MIXTURE))
            for _ in range(self.between(100, 180) if role == "poster" else 0):
                second, message = self.between(0, PERIOD), -1
                for addressed in distinct(self.random, np.ones(self.established), 4):
                    if self.random.random() < 0.5 and c * self.size + addressed != actor:
                        target = c * self.size + addressed
                        message = self.act(second, actor, target, "mention", message)

    def somebody(self, c: int, but: int) -> int:
        """An established member of a community, by popularity."""
        weights = self.popularity[c].copy()
        if c * self.size <= but < c * self.size + self.established:
            weights[but - c * self.size] = 0.0
        return c * self.size + int(weighted(self.random, weights, 1)[0])

    def welcome(self, c: int) -> None:
        """Newcomers arrive: by a recruiter, by a greeter, or as chance has it."""
        newcomer = c * self.size + self.established
        for i, count in zip(self._places("recruiter"), RECRUITS, strict=True):
            self.recruit(c * self.size + i, newcomer, count)
            newcomer += count
        for i in self._places("greeter"):
            for _ in range(GREETED):
                self.greet(c * self.size + i, newcomer)
                newcomer += 1
        models = self.models(c)
        for i in range(OTHERS):
            first, contact = self.meet(models, newcomer, reached=self.random.random() < 0.6)
            # Every second one, so that the share does not depend on luck.
            self.draw_in(newcomer, contact, first, stays=i % 2 == 0)
            newcomer += 1

    def recruit(self, recruiter: int, newcomer: int, count: int) -> None:
        """The recruiter addresses each newcomer first, sometimes two in one message."""
        first, message, relation = 0, -1, ""
        for recruited in range(newcomer, newcomer + count):
            if relation != "mention" or self.random.random() >= 0.4:
                first, message = self.between(*ARRIVALS), -1
                relation = self.one_of(OUTREACH)
            message = self.act(first, recruiter, recruited, relation, message)
            answered = self.between(first + HOUR, first + 3 * DAY)
            self.act(answered, recruited, recruiter, "reply")
            if self.random.random() < 0.5:
                self.act(answered + HOUR, recruiter, recruited, "reply")
            for _ in range(self.below(4)):
                self.act(self.between(first + WINDOW, PERIOD), recruited, recruiter, "repost")
            self.draw_in(recruited, recruiter, first, stays=True)

    def greet(self, greeter: int, newcomer: int) -> None:
        """The greeter welcomes a newcomer, who may thank it and is never seen again."""
        first = self.between(*ARRIVALS)
        self.act(first, greeter, newcomer, "mention")
        if self.random.random() < 0.5:
            self.act(self.between(first + HOUR, first + 2 * DAY), newcomer, greeter, "reply")

    def models(self, c: int) -> dict[bool, list[Act]]:
        """Acts among established members of a community that newcomers may be drawn into."""
        start, end = c * self.size, c * self.size + self.established
        apart = ("recruiter", "greeter")
        found: dict[bool, list[Act]] = {True: [], False: []}
        for act in self.acts:
            second, actor, target, relation, _ = act
            if not (ARRIVALS[0] <= second < ARRIVALS[1] and start <= actor < end):
                continue
            if not start <= target < end:
                continue
            addresses = FLOW[relation].act == "address"
            if self.roles[actor if addresses else target] not in apart:
                found[addresses].append(act)
        return found

    def meet(
        self, models: dict[bool, list[Act]], newcomer: int, *, reached: bool
    ) -> tuple[int, int]:
        """A first contact in proportion to what established members do anyway."""
        chosen = models[reached][self.below(len(models[reached]))]
        second, actor, target, relation, message = chosen
        if reached and relation == "mention" and self.random.random() < 0.5:
            self.act(second, actor, newcomer, relation, message)
            return second, actor
        second += self.between(HOUR, DAY)
        if reached:
            self.act(second, actor, newcomer, relation)
            return second, actor
        self.act(second, newcomer, target, relation)
        return second, target

    def draw_in(self, newcomer: int, contact: int, first: int, *, stays: bool) -> None:
        """After the window, interactions with further members: three or more for who stays."""
        c = newcomer // self.size
        weights = self.popularity[c].copy()
        weights[contact - c * self.size] = 0.0
        count = 3 + self.below(4) if stays else self.below(3)
        for other in c * self.size + distinct(self.random, weights, count):
            second = self.between(first + WINDOW + HOUR, first + HORIZON - 2 * DAY)
            if self.random.random() < 0.2:
                self.act(second, other, newcomer, "reply")
            else:
                self.act(second, newcomer, other, self.one_of(RELATIONS, MIXTURE))
        for _ in range(self.below(9) if stays else 0):
            second = self.between(first + HORIZON, PERIOD)
            self.act(second, newcomer, self.somebody(c, newcomer), self.one_of(RELATIONS, MIXTURE))


def _records(names: np.ndarray, acts: list[Act]) -> "pandas.DataFrame":
    import pandas

    seconds, actors, targets, relations, messages = (
        np.array(column) for column in zip(*acts, strict=True)
    )
    order = np.lexsort((targets, messages, actors, seconds))
    # Messages are numbered as they come, so that an id says nothing about who was planted.
    _, where, number = np.unique(messages[order], return_index=True, return_inverse=True)
    rank = np.empty(len(where), np.int64)
    rank[np.argsort(where, kind="stable")] = np.arange(1, len(where) + 1)
    return pandas.DataFrame(
        {
            "source": names[actors[order]].astype(str),
            "target": names[targets[order]].astype(str),
            "relation": relations[order],
            "time": at_seconds(START + seconds[order]),
            "evidence": [f"m{i:06}" for i in rank[number]],
        }
    )
