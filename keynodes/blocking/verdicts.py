"""What plans leave on worlds that did not choose them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from keynodes.cascades.intervals import errors_aside, half_width
from keynodes.cascades.sampling import Size, each_pack
from keynodes.cascades.scenario import Scenario
from keynodes.kernels.blocks import Progress
from keynodes.kernels.reach_curves import reach_after, reach_after_within, reach_without
from keynodes.kernels.worlds import Worlds


def left_after(
    scenario: Scenario,
    pack: Worlds,
    order: np.ndarray,
    muting: bool,
    sources_only: bool = False,
) -> np.ndarray:
    """What each world reaches after 0, 1, … k steps of a plan: int64 (worlds, k + 1), in units."""
    steps = np.zeros(scenario.graph.n, np.int32)
    steps[order] = np.arange(1, len(order) + 1)
    left = np.empty((len(pack.sources), len(order) + 1), np.int64)
    terms = (pack, steps, len(order), scenario.values, muting, sources_only)
    if scenario.limited:
        reach_after_within(*terms, scenario.limit, left)
    else:
        reach_after(*terms, left)
    return left


def left_at_end(scenario: Scenario, pack: Worlds, order: np.ndarray, muting: bool) -> np.ndarray:
    """What each world reaches at the end of a plan: int64 (worlds,), in units."""
    if scenario.limited:
        return left_after(scenario, pack, order, muting)[:, -1]
    gone = np.zeros(scenario.graph.n, bool)
    gone[order] = True
    left = np.empty(len(pack.sources), np.int64)
    reach_without(pack, gone, scenario.values, muting, left)
    return left


def curves(
    scenario: Scenario,
    stream: int,
    count: int,
    size: Size,
    orders: Sequence[np.ndarray],
    muting: bool,
    fewest: int | None = None,
    progress: Progress | None = None,
) -> list[np.ndarray]:
    """What plans leave in each world of a stream, all of them in the same worlds.

    Returns one int64 (worlds, k + 1) a plan. At Ctrl-C those of the worlds that are finished, where
    they are at least `fewest`.
    """
    found = split_curves(scenario, stream, count, size, orders, muting, False, fewest, progress)
    return [left for left, _ in found]


def split_curves(
    scenario: Scenario,
    stream: int,
    count: int,
    size: Size,
    orders: Sequence[np.ndarray],
    muting: bool,
    authors: bool = True,
    fewest: int | None = None,
    progress: Progress | None = None,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """As `curves`, and with each what is left if accounts are gone only where they are the source.

    That is wanted on average only: float64 (k + 1,), not kept by worlds.
    """
    left = [np.empty((count, len(order) + 1), np.int64) for order in orders]
    speaks = scenario.is_source
    silent = [not authors or muting or not speaks[order].any() for order in orders]

    def step(pack: Worlds) -> list[tuple[np.ndarray, np.ndarray]]:
        found = []
        for order, none_speaks in zip(orders, silent, strict=True):
            rows = left_after(scenario, pack, order, muting)
            if none_speaks:  # nobody ever speaks less
                sums = np.full(len(order) + 1, rows[:, 0].sum())
            else:
                sums = left_after(scenario, pack, order, muting, True).sum(axis=0)
            found.append((rows, sums))
        return found

    sums: list[list[np.ndarray]] = []
    done = 0
    try:
        for here, found in each_pack(scenario, stream, count, size, step, progress):
            for rows, (values, _) in zip(left, found, strict=True):
                rows[here] = values
            sums.append([of_pack for _, of_pack in found])
            done = here.stop
    except KeyboardInterrupt:
        if fewest is None or done < fewest:
            raise
        sums = sums[: -(-done // size.pack())]
    return [
        (rows[:done], np.sum(of_packs, axis=0) / done)
        for rows, of_packs in zip(left, zip(*sums, strict=True), strict=True)
    ]


@dataclass(frozen=True)
class Share:
    """A share of reach, with its interval of 95 %: float64 (k + 1,) each."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def cut_share(left: np.ndarray) -> Share:
    """The share of reach that is cut after each step, on average over worlds.

    Parameters
    ----------
    left : numpy.ndarray, shape (worlds, k + 1)
        As `curves` returns it; column 0 is what is reached at the start.

    Notes
    -----
    A ratio of two means over the same worlds; its interval is that of the linearised ratio (delta
    method), in which what makes a world large cancels. 0 where nothing is reached at the start.
    """
    base = left[:, 0].mean()
    if base <= 0:
        nothing = np.zeros(left.shape[1])
        return Share(nothing, nothing, nothing)
    kept = left.mean(axis=0) / base
    worlds = len(left)
    residual = left - kept * left[:, :1]
    error = residual.std(axis=0, ddof=1) / (base * np.sqrt(worlds))
    cut = 1.0 - kept
    half = errors_aside(worlds) * error
    return Share(cut, np.clip(cut - half, 0.0, 1.0), np.clip(cut + half, 0.0, 1.0))


def paired_difference(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Mean of ``one − other`` over the same worlds, and the half-width of its interval of 95 %."""
    difference = one.astype(np.float64) - other
    return float(difference.mean()), half_width(difference)
