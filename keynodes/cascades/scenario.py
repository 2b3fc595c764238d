"""The scenario of a reach: who speaks, who passes on, what counts, and how far."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from keynodes.cascades.registration import asked_for
from keynodes.cascades.transmission import Transmission, transmission
from keynodes.durations import duration, written_length
from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph
from keynodes.lists import match
from keynodes.lists.numbers import account_posts, account_weights

MOST_UNITS = 2**30
"""What all accounts together count at most, in whole units: so that sums over worlds are exact."""


@dataclass(frozen=True, eq=False)
class Scenario:
    """Who speaks, how content is passed on, what counts as reached.

    Attributes
    ----------
    transmission : Transmission
        Who passes on to whom, with which probability.
    seeds : numpy.ndarray of int32, or None
        The accounts that speak, in every world all of them, sorted; None where each world has one
        source, drawn by `source_shares`.
    source_shares : numpy.ndarray of float64, shape (n,), or None
        Without seeds: the probability of each account to be the source of a world.
    values : numpy.ndarray of int64, shape (n,)
        What reaching each account counts, in units of `unit`.
    unit : float
        1 unless accounts have weights that are not whole.
    by_weight : bool
        Whether accounts count by their weights; else 1 each.
    hops : int or None
        Only who is reached in so many steps counts.
    within, delay : float or None
        Only who is reached within this time counts, where each passing on takes an exponential
        time of mean `delay`; in the unit of the times of the graph (seconds without times).
    rng : int
        The seed of everything random.
    notices : tuple of str
        What a reader should know.
    by_posts : bool
        Whether `source_shares` are those of posts; else of the weight with which accounts are
        heard.
    """

    transmission: Transmission
    seeds: np.ndarray | None
    source_shares: np.ndarray | None
    values: np.ndarray
    unit: float = 1.0
    by_weight: bool = False
    hops: int | None = None
    within: float | None = None
    delay: float | None = None
    rng: int = 0
    notices: tuple[str, ...] = field(default=())
    by_posts: bool = True

    @property
    def graph(self) -> InteractionGraph:
        """The network."""
        return self.transmission.graph

    @property
    def limited(self) -> bool:
        """Whether only what arrives in time, or in few steps, counts."""
        return self.hops is not None or self.within is not None

    @property
    def limit(self) -> float:
        """The limit for arrivals, in hops or in time; infinite without one."""
        if self.within is not None:
            return self.within
        return math.inf if self.hops is None else float(self.hops)

    @property
    def is_source(self) -> np.ndarray:
        """Who may speak: bool (n,)."""
        if self.seeds is None:
            assert self.source_shares is not None
            return self.source_shares > 0
        speaks = np.zeros(self.graph.n, bool)
        speaks[self.seeds] = True
        return speaks

    @property
    def sentence(self) -> str:
        """One line on the scenario: what it takes to read a number that comes of it."""
        if self.seeds is not None:
            speak = f"{len(self.seeds):,} seed{'s' * (len(self.seeds) != 1)}"
        elif self.by_posts:
            speak = "sources drawn in proportion to posts"
        else:
            speak = "sources drawn by the weight with which they are heard"
        limits = "" if self.hops is None else f"; at most {self.hops:,} hops"
        if self.within is not None and self.delay is not None:
            unit = self.graph.time_unit or "timestamp"
            limits = (
                f"; within {written_length(self.within, unit)}, each passing on taking "
                f"{written_length(self.delay, unit)} on average"
            )
        return f"{self.transmission.sentence}; {speak}{limits}"


def scenario(
    graph: InteractionGraph,
    seeds: Iterable[str] | None = None,
    *,
    model: str | Transmission = "weighted-cascade",
    relations: Sequence[str] | None = None,
    decay: str | float | None = None,
    posts: Any = None,
    accounts: Any = None,
    hops: int | None = None,
    within: str | float | None = None,
    delay: str | float | None = None,
    rng: int = 0,
) -> Scenario:
    """Put together who speaks, how it is passed on, what counts, and how far.

    Parameters
    ----------
    graph : InteractionGraph
        From `build_graph`; it is not changed.
    seeds : iterable of str, optional
        The accounts that speak. Without them every world has one source, drawn in proportion to
        posts, or by how it is heard.
    model : str or Transmission, default "weighted-cascade"
        How likely content is passed on along each arc; see `MODELS`.
    relations, decay : optional
        As in `transmission`.
    posts : mapping, Series or array of float, optional
        How many posts each account made, for a model that needs them, or to draw sources by.
        Without them sources are drawn by the weight with which they are heard, over the arcs that
        transmit.
    accounts : mapping, Series or array of float, optional
        Weights of accounts: reach counts by them. The column ``weight`` of the graph's attributes
        when not given.
    hops : int, optional
        Only who is reached in so many steps counts.
    within, delay : str or float, optional
        Only who is reached within this time counts, each passing on taking an exponential time
        with the mean `delay`; durations such as ``"36h"`` and ``"4h"``.
    rng : int, default 0
        The seed of everything random.

    Raises
    ------
    UsageError
        An argument out of its range, none of the seeds in the graph, or nobody who could speak;
        posts that nothing uses, because seeds speak and the model takes none.
    """
    for what, value, least in (("rng", rng, 0), ("hops", hops, 1)):
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least
        ):
            raise UsageError(f"{what} must be a whole number from {least} on, got {value!r}")
    if hops is not None and within is not None:
        raise UsageError("give hops or a time (within), not both")
    if (within is None) != (delay is None):
        raise UsageError(
            "within and delay go together: the time that counts, and how long one passing on takes"
        )
    notices: list[str] = []
    if isinstance(model, Transmission):
        if model.graph is not graph or relations is not None or decay is not None:
            raise UsageError("a ready Transmission is of its own graph, relations and decay")
        passing, takes_posts = model, False
    else:
        passing = transmission(
            graph, model, relations=relations, decay=decay, posts=posts, rng=int(rng)
        )
        takes_posts = asked_for(model).takes_posts
    if posts is not None and seeds is not None and not takes_posts:
        raise UsageError(
            f"posts say nothing where seeds speak and the model ({passing.model}) is "
            f"{'ready' if isinstance(model, Transmission) else 'one that takes none'}: leave them "
            "out"
        )
    weights, by_weight = account_weights(graph, accounts, notices)
    values, unit = _in_units(weights, notices)
    speakers, shares = None, None
    if seeds is None:
        shares = _source_shares(graph, passing, posts, notices)
    else:
        if isinstance(seeds, str):
            raise UsageError("seeds are a list of accounts, got a text; give [account]")
        found = match(graph, list(seeds), "seed")
        found.require_any()
        if found.unknown:
            notices.append(found.sentence)
        speakers = found.indices.astype(np.int32)
        speakers.setflags(write=False)
    unit_of_time = graph.time_unit or "timestamp"
    return Scenario(
        passing,
        speakers,
        shares,
        values,
        unit,
        by_weight,
        None if hops is None else int(hops),
        None if within is None else duration(within, unit_of_time, "within"),
        None if delay is None else duration(delay, unit_of_time, "delay"),
        int(rng),
        (*passing.notices, *notices),
        posts is not None,
    )


def _in_units(weights: np.ndarray, notices: list[str]) -> tuple[np.ndarray, float]:
    """Weights as whole numbers of a unit: exact where they are whole and not too many."""
    total = float(weights.sum())
    unit = 1.0
    if not (weights == np.floor(weights)).all() or total > MOST_UNITS:
        unit = 2.0 ** (math.frexp(total)[1] - MOST_UNITS.bit_length() + 1)
    values = np.rint(weights / unit).astype(np.int64)
    if lost := int(((weights > 0) & (values == 0)).sum()):
        weigh = "account weighs" if lost == 1 else "accounts weigh"
        notices.append(
            f"{lost:,} {weigh} so little beside the others that reaching them counts 0: weights "
            f"are counted in units of {unit:.3g}"
        )
    values.setflags(write=False)
    return values, unit


def _source_shares(
    graph: InteractionGraph, passing: Transmission, posts: Any, notices: list[str]
) -> np.ndarray:
    """The probability of each account to be the source: by posts, else by how it is heard."""
    if posts is not None:
        counts = account_posts(graph, posts, notices)
    else:
        counts = passing.heard
        notices.append(
            "no posts were given: sources are drawn by the weight with which they are heard"
        )
    if not counts.any():
        raise UsageError("nobody is heard, so there is nobody to start from; give seeds")
    return counts / counts.sum()
