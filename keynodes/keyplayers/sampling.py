"""Fragmentation from searches of a sample of accounts, and what is left without a set."""

from collections.abc import Iterable

import numpy as np

from keynodes.graph import Adjacency
from keynodes.kernels import nearness
from keynodes.kernels.blocks import Progress, in_order
from keynodes.keyplayers.findings import SetValue

SAMPLES = 512
"""Accounts that a sampled fragmentation searches from unless said."""

FEW = 50_000
"""Accounts and arcs that are sooner searched than given to threads."""

NOTHING = 1e-12
"""A share of all pairs too small to tell from rounding."""


def sampled(
    views: tuple[Adjacency, Adjacency],
    weights: np.ndarray,
    alive: np.ndarray,
    sources: np.ndarray,
    harmonic: bool,
    progress: Progress | None = None,
) -> SetValue:
    """Estimate F (or DF, if `harmonic`) of what is alive from searches of `sources`.

    The sources that are alive are a simple random sample of all accounts alive with a weight. Of
    each, what it reaches is set against what there is: the ratio of the two sums, and its
    half-width by the residuals (with the correction for a finite population).
    """
    rows = rows_of(views, weights, alive, sources, harmonic, progress)
    drawn = alive[sources]
    own = weights[sources][drawn]
    population = int((alive & (weights > 0)).sum())
    there = own * (weights[alive].sum() - own)
    joined = own * rows[drawn]
    count = len(own)
    if population < 2 or (count and there.sum() <= NOTHING * weights[alive].sum() ** 2):
        return SetValue(1.0, 0.0, count)
    if not count:
        return SetValue(float("nan"), float("nan"), 0)
    ratio = joined.sum() / there.sum()
    if count >= population:
        return SetValue(float(1.0 - ratio), 0.0, count)
    if count < 2:
        return SetValue(float(1.0 - ratio), float("nan"), count)
    residuals = joined - ratio * there
    variance = (residuals**2).sum() / (count - 1) / count * (1.0 - count / population)
    half_width = 1.96 * np.sqrt(variance) / there.mean()
    if not half_width > NOTHING:
        # All alike: another kind that makes up 3/count of the rest is missed once in twenty times.
        half_width = 3.0 / count
    return SetValue(float(1.0 - ratio), float(half_width), count)


def sources_of(
    weights: np.ndarray, samples: int, rng: int | np.random.Generator | np.random.SeedSequence
) -> np.ndarray:
    """Draw accounts with a weight to search from, each at most once: int32, sorted."""
    population = np.flatnonzero(weights > 0)
    if len(population) > samples:
        generator = np.random.default_rng(rng)
        population = np.sort(generator.choice(population, samples, replace=False))
    return frozen(population)


def rows_of(
    views: tuple[Adjacency, Adjacency],
    weights: np.ndarray,
    alive: np.ndarray,
    sources: np.ndarray,
    harmonic: bool,
    progress: Progress | None,
) -> np.ndarray:
    """Return what each source reaches, in weight (over the distance, if `harmonic`): float64."""
    cuts = range(0, len(sources), nearness.LANES)
    blocks = [frozen(sources[cut : cut + nearness.LANES]) for cut in cuts]

    def step(block: np.ndarray) -> np.ndarray:
        along, against = views
        found = nearness.search_lanes(*along[:2], *against[:2], weights, alive, block, False)
        return found[1 if harmonic else 0][: len(block)]

    if len(blocks) * (len(alive) + len(views[0].indices)) < FEW:  # less than starting threads costs
        rows = [step(block) for block in blocks]
    else:
        rows = list(in_order(step, blocks, progress, workspace=40 * len(alive)))
    return np.concatenate(rows) if rows else np.zeros(0)


def disconnected(pairs: np.ndarray | float, rest: np.ndarray) -> np.ndarray | float:
    """F, from the connected weight pairs and the weights of what is left."""
    everything = rest.sum() ** 2 - (rest * rest).sum()
    if everything <= NOTHING * rest.sum() ** 2:
        return 1.0
    return 1.0 - 2.0 * pairs / everything


def without(n: int, members: Iterable[int]) -> np.ndarray:
    """Return which accounts are left without `members`: read-only bool (n,)."""
    alive = np.ones(n, bool)
    alive[np.asarray(list(members), np.int64)] = False
    alive.setflags(write=False)
    return alive


def frozen(members: np.ndarray) -> np.ndarray:
    """Return accounts as kernels take them: read-only int32."""
    members = np.array(members, np.int32)
    members.setflags(write=False)
    return members
