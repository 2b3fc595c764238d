"""The setting of a simulation: all of it but the plan, checked before any work is done."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any

import numpy as np

from keynodes.cascades.scenario import Scenario, scenario
from keynodes.cascades.transmission import Transmission
from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph
from keynodes.kernels.returns import Pressure
from keynodes.lists import match
from keynodes.registry import pick
from keynodes.returns.parameters import PARAMETERS, Preset, days, probabilities
from keynodes.returns.policies import policy_named
from keynodes.returns.presets import DEFAULTS, PRESETS

REPLICATES = 40
"""Histories unless asked otherwise."""

SEEDED, SOURCED = 500, 5_000
"""Worlds unless asked otherwise: where all seeds speak, and where each world has one source."""

STEPS = (30, 180)
"""A horizon has so many steps at least and at most; between, a step is a day."""

ANNOUNCER_SHARE = 0.01
"""So many of all accounts, those with most hearers, announce returned ones unless named."""


@dataclass(frozen=True, eq=False)
class Setting:
    """All of a simulation but its plan.

    Attributes
    ----------
    scenario : Scenario
        Who speaks, how content is passed on, what counts.
    terms : Preset
        What is assumed of returns.
    origins : mapping of str to str
        Where each of the five parameters comes from.
    announcers : numpy.ndarray of int32
        By index.
    policy : str
    pressure : Pressure
        The policy as asked for, and as read.
    steps, step : int, float
        How many, and how many days each.
    replicates, worlds : int
    protected : numpy.ndarray of int64
        Who is never removed, by index.
    notices : tuple of str
        What a reader should know.
    """

    scenario: Scenario
    terms: Preset
    origins: Mapping[str, str]
    announcers: np.ndarray
    policy: str
    pressure: Pressure
    steps: int
    step: float
    replicates: int
    worlds: int
    protected: np.ndarray
    notices: tuple[str, ...]


def terms_of(
    preset: str | Preset | None,
    return_probability: float | Sequence[float] | None,
    delay: str | None,
    regained: float | None,
    decay: float | None,
    speed_up: float | None,
) -> tuple[Preset, dict[str, str]]:
    """Put together the assumptions, and where each of the five comes from."""
    start = (
        DEFAULTS
        if preset is None
        else preset
        if isinstance(preset, Preset)
        else pick(PRESETS, preset, "preset of return")
    )
    given: dict[str, Any] = {
        "return_probability": None
        if return_probability is None
        else probabilities(return_probability),
        "delay": delay,
        "regained": regained,
        "decay": decay,
        "speed_up": speed_up,
    }
    given = {name: value for name, value in given.items() if value is not None}
    label = "default" if preset is None else start.name
    origins = {name: "given" if name in given else label for name in PARAMETERS}
    source = "" if set(given) == set(PARAMETERS) else start.source
    return replace(start, **given, source=source), origins


def setting(
    graph: InteractionGraph,
    *,
    seeds: Iterable[str] | None,
    model: str | Transmission,
    posts: Any,
    accounts: Any,
    terms: tuple[Preset, dict[str, str]],
    announcers: Iterable[str] | None,
    policy: str,
    until: str | None,
    horizon: str,
    replicates: int,
    worlds: int | None,
    protect: Iterable[str],
    rng: int,
) -> Setting:
    """Check everything before any work is done."""
    _check_count("replicates", replicates, 1)
    if worlds is not None:
        _check_count("worlds", worlds, 2)
    length = days(horizon, "horizon")
    written, pressure = policy_named(
        policy, length, None if until is None else days(until, "until")
    )
    scene = scenario(graph, seeds, model=model, posts=posts, accounts=accounts, rng=rng)
    notices = list(scene.notices)
    if isinstance(protect, str):
        raise UsageError("protected accounts are a list of accounts, got a text; give [account]")
    protected = match(graph, protect, "protected account")
    protected.require("one without them")
    assumed, origins = terms
    if defaulted := [name for name, origin in origins.items() if origin == "default"]:
        notices.append(
            f"not given, so a labelled default, not an estimate: {', '.join(defaulted)}; give "
            "them, or a preset"
        )
    if scene.transmission.threshold and (assumed.activity != 1.0 or assumed.new_ties > 0.0):
        notices.append(
            "in a linear threshold model returned accounts make no new ties, and how often they "
            "post changes nothing"
        )
    who = _announcers(scene, announcers, assumed, notices)
    steps = min(max(math.ceil(length), STEPS[0]), STEPS[1])
    if worlds is None:
        worlds = SOURCED if scene.seeds is None else SEEDED
    return Setting(
        scene,
        assumed,
        origins,
        who,
        written,
        pressure,
        steps,
        length / steps,
        int(replicates),
        int(worlds),
        protected.indices,
        tuple(notices),
    )


def _announcers(
    scene: Scenario, given: Iterable[str] | None, terms: Preset, notices: list[str]
) -> np.ndarray:
    """Who announces, by index."""
    if isinstance(given, str):
        raise UsageError("announcers are a list of accounts, got a text; give [account]")
    if given is not None:
        found = match(scene.graph, given, "announcer")
        found.require("one without them")
        if terms.speed_up == 0 and len(found.indices):
            raise UsageError("announcers change nothing without a speed_up above 0")
        return found.indices.astype(np.int32)
    if terms.speed_up == 0 or scene.graph.n == 0:
        return np.zeros(0, np.int32)
    hearers = np.diff(scene.transmission.indptr)
    count = max(1, round(ANNOUNCER_SHARE * scene.graph.n))
    most = np.argsort(-hearers, kind="stable")[:count].astype(np.int32)
    notices.append(
        f"nobody was named who announces returned accounts: the {count:,} accounts with most "
        "hearers do"
    )
    return np.sort(most)


def planned(asked: Setting, plan: Sequence[str], notices: list[str]) -> np.ndarray:
    """The plan by index, in its order, without protected accounts."""
    if isinstance(plan, str):
        raise UsageError("a plan is a list of accounts, got a text; give [account]")
    names = list(plan)
    graph = asked.scenario.graph
    match(graph, names, "planned account").require("one without them")
    order = np.asarray([graph.index_of(name) for name in names], np.int32)
    places, counts = np.unique(order, return_counts=True)
    if (counts > 1).any():
        twice = str(graph.accounts[places[counts > 1][0]])
        raise UsageError(f"account {twice!r} is in the plan twice; each is an identity of its own")
    kept = np.isin(order, asked.protected)
    if count := int(kept.sum()):
        notices.append(
            f"{count:,} of the {len(order):,} planned accounts "
            f"{'is' if count == 1 else 'are'} protected and never removed"
        )
    return order[~kept]


def _check_count(what: str, value: object, least: int) -> None:
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise UsageError(f"{what} must be a whole number from {least} on, got {value!r}")
