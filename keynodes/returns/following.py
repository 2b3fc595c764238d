"""One plan followed: histories of its identities, and who is reached in each world."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from keynodes.cascades.keys import REPORTING, world_keys
from keynodes.cascades.sampling import sources_of
from keynodes.kernels import return_worlds, returns
from keynodes.kernels.blocks import Progress, in_order, slices
from keynodes.kernels.transmission import tops
from keynodes.returns.findings import Returns
from keynodes.returns.parameters import days
from keynodes.returns.setting import Setting, planned

HISTORIES = 0x52
"""The stream of keys of histories: no stream of worlds has this number."""

HELD = 20_000_000
"""States of identities (histories × steps × plan) that are held at a time: 120 MB, and up to as
much for what changed."""

WORK = 150_000_000
"""Arcs that one compiled call may look at: some tenths of a second, in which Ctrl-C must wait."""

Counted = tuple[np.ndarray, np.ndarray, np.ndarray, int, int]
"""What `return_worlds.followed` returns."""

PILOT = 8
"""Worlds from which the size of the others is guessed, to cut the work into blocks."""


def followed(asked: Setting, plan: Sequence[str], progress: Progress | None = None) -> Returns:
    """Simulate one plan."""
    notices = list(asked.notices)
    order = planned(asked, plan, notices)
    scene = asked.scenario
    graph, histories, steps = scene.graph, asked.replicates, asked.steps
    place = np.full(graph.n, -1, np.int32)
    place[order] = np.arange(len(order))
    terms = _by_cycle(asked)
    announcing = _announcing(asked, order, place)
    history_keys = world_keys(scene.rng, HISTORIES, histories)
    keys = world_keys(scene.rng, REPORTING, asked.worlds)
    starts, sources = sources_of(scene, keys)
    paths, ties = _paths(asked), _ties(asked)

    flows = np.empty((histories, steps, 2), np.int64)
    lives = np.zeros((len(terms.regained), 4))
    active, returned = (np.empty((histories, steps), np.int64) for _ in range(2))
    held = np.full((histories, steps), np.nan)
    counts = np.zeros((histories, steps), np.int64)
    whole, totals = np.zeros(asked.worlds, np.int64), np.zeros(asked.worlds, np.int64)
    chunks = slices(histories, max(1, HELD // max(1, steps * len(order))))
    for number, chunk in enumerate(chunks):
        drawn = list(
            in_order(
                lambda key: returns.history(
                    announcing, order, key, terms, asked.pressure, steps, asked.step
                ),
                list(history_keys[chunk]),
            )
        )
        cycle, growth = (np.stack([found[i] for found in drawn]) for i in range(2))
        flows[chunk] = np.stack([found[2] for found in drawn])
        for found in drawn:
            lives += found[3]
        active[chunk], returned[chunk] = (cycle >= 0).sum(axis=2), (cycle > 0).sum(axis=2)
        shares = np.where(cycle > 0, terms.regained[np.maximum(cycle, 0)] * growth, 0.0)
        some = returned[chunk] > 0
        held[chunk][some] = shares.sum(axis=2)[some] / returned[chunk][some]
        counting = Counting(
            paths,
            ties,
            scene.values,
            order,
            place,
            terms.regained,
            keys,
            starts,
            sources,
            cycle,
            growth,
        )
        for worlds, part, found in counting.each(_part_of(progress, number, len(chunks))):
            counts[chunk][part] += found[0]
            whole[worlds] = found[1]
            totals[worlds] += found[2]
    after = totals / (histories * steps)
    return Returns(
        accounts=graph.accounts,
        plan=order,
        base=float(whole.mean() * scene.unit),
        reached=counts / asked.worlds * scene.unit,
        active=active,
        returned=returned,
        opened=flows[:, :, 0],
        removed_again=flows[:, :, 1],
        audience=held,
        lives=lives / histories,
        step=asked.step,
        terms=asked.terms,
        origins=asked.origins,
        policy=asked.policy,
        announcers=asked.announcers,
        scenario=scene.sentence,
        by_world=np.stack([whole, after]) * scene.unit,
        rng=scene.rng,
        notices=tuple(notices),
    )


@dataclass(frozen=True, eq=False)
class Counting:
    """Worlds in which reach is to be counted, and the histories that are followed in them."""

    paths: return_worlds.Paths
    ties: return_worlds.Ties
    values: np.ndarray
    plan: np.ndarray
    place: np.ndarray
    regained: np.ndarray
    keys: np.ndarray
    starts: np.ndarray
    sources: np.ndarray
    cycle: np.ndarray
    growth: np.ndarray

    @cached_property
    def changes(self) -> tuple[np.ndarray, np.ndarray]:
        """Who changed when: see `return_worlds.changed_states`."""
        return return_worlds.changed_states(self.cycle, self.growth)

    def among(self, worlds: slice, part: slice) -> Counted:
        """Follow some histories in some worlds: see `return_worlds.followed`."""
        starts, identities = self.changes
        steps = self.cycle.shape[1]
        return return_worlds.followed(
            self.paths,
            self.ties,
            self.values,
            self.plan,
            self.place,
            self.regained,
            (self.cycle[part], self.growth[part]),
            (starts[part.start * steps : part.stop * steps + 1], identities),
            self.keys[worlds],
            self.starts[worlds.start : worlds.stop + 1],
            self.sources,
        )

    def blocks(self) -> list[tuple[slice, slice]]:
        """Cut worlds, and where one of them is large histories too, into blocks of like work."""
        pilot = slice(0, min(PILOT, len(self.keys)))
        *_, kept, visits = self.among(pilot, slice(0, 0))
        histories, steps = self.cycle.shape[:2]
        arcs = kept / pilot.stop + 10
        per_world = 5 * visits / pilot.stop + histories * steps * arcs
        parts = slices(histories, max(1, int(WORK / (steps * arcs))))
        count = max(1, int(WORK / per_world)) if len(parts) == 1 else 1
        # Enough blocks for every thread, and for progress that moves.
        count = min(count, max(1, len(self.keys) // 32))
        return [(worlds, part) for worlds in slices(len(self.keys), count) for part in parts]

    def each(self, progress: Progress | None) -> Iterator[tuple[slice, slice, Counted]]:
        """Yield worlds, histories, and what was counted in them."""
        blocks = self.blocks()

        def step(block: tuple[slice, slice]) -> Counted:
            return self.among(*block)

        for (worlds, part), found in zip(blocks, in_order(step, blocks, progress), strict=True):
            yield worlds, part, found


def _part_of(progress: Progress | None, number: int, parts: int) -> Progress | None:
    """Return the progress of one of several parts of like work."""
    if progress is None or parts == 1:
        return progress
    return lambda done, total: progress(number * total + done, parts * total)


def _announcing(asked: Setting, order: np.ndarray, place: np.ndarray) -> returns.Announcing:
    """Whom announcers reach of the audiences of the plan."""
    passing = asked.scenario.transmission
    arcs = (passing.indptr, passing.heads, order)
    inside = asked.announcers[place[asked.announcers] >= 0]
    shares = list(in_order(lambda a: returns.overlaps(*arcs, a), list(inside.reshape(-1, 1))))
    return returns.Announcing(
        place[inside].astype(np.int64),
        np.hstack([np.zeros((len(order), 0)), *shares]),
        returns.overlaps_outside(*arcs, asked.announcers[place[asked.announcers] < 0]),
    )


def _by_cycle(asked: Setting) -> returns.Terms:
    """The terms, for as many removals of one identity as there can be."""
    assumed, horizon = asked.terms, asked.steps * asked.step
    most = 3 + sum(
        math.ceil(horizon / every)
        for every in (asked.pressure.interval, asked.pressure.reaction)
        if every < math.inf
    )
    return returns.Terms(
        np.array([assumed.probability_after(max(1, c)) for c in range(most + 1)]),
        np.array([assumed.regained_after(c) for c in range(most + 1)]),
        days(assumed.delay, "delay"),
        float(assumed.dispersion),
        float(assumed.regain_rate),
        float(assumed.speed_up),
    )


def _paths(asked: Setting) -> return_worlds.Paths:
    """The arcs, with the coins at which those of returned accounts are live."""
    passing, activity = asked.scenario.transmission, asked.terms.activity
    n = passing.graph.n
    risen, probabilities = passing.top, passing.probabilities
    if activity != 1.0 and not passing.threshold:
        with np.errstate(divide="ignore"):
            probabilities = -np.expm1(activity * np.log1p(-probabilities))
        risen = tops(probabilities)
    # A new hearer listens as it does to others: with the mean probability of the arcs into it.
    heard = np.bincount(passing.heads, minlength=n)
    means = np.bincount(passing.heads, probabilities, minlength=n) / np.maximum(heard, 1)
    welcome = np.floor(np.minimum(means, 1.0) * 2.0**32).astype(np.uint64)
    return return_worlds.Paths(
        passing.indptr,
        passing.heads,
        passing.low,
        passing.top,
        risen,
        welcome,
    )


def _ties(asked: Setting) -> return_worlds.Ties:
    assumed = asked.terms
    return return_worlds.Ties(
        float(assumed.new_ties), float(assumed.closure), float(assumed.preferential)
    )
