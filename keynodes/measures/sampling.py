"""Sums over many accounts, estimated from some of them: pivots, and how far off they may be.

A path measure adds up what each of N accounts (sources, or targets) contributes. Pivots are drawn
from those N without replacement, and their sum is scaled by N / pivots, so that the estimate is
right on average and exact when all N are drawn.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from keynodes.errors import KeynodesError, UsageError
from keynodes.kernels.blocks import Progress, in_order, slices
from keynodes.measures.registration import Notice

Generator = int | np.random.Generator
"""A seed, or a generator of random numbers."""

_GROWTH = 1.5
"""How much longer each stage of a run with `epsilon` is: few checks, little overshoot."""

_BLOCK_ARCS = 120_000_000
"""Arc visits a compiled call: a few tenths of a second, in which Ctrl-C must wait."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """A score for every account, and how far it may be from the exact one.

    Attributes
    ----------
    scores : numpy.ndarray of float64, shape (n,)
        Unbiased estimates, or the exact scores.
    half_widths : numpy.ndarray of float64, shape (n,)
        Half the width of the interval around each score; 0 where the score is exact.
    pivots, population : int
        How many accounts were searched from (or pairs searched between), of how many.
    bound : {"exact", "normal", "guaranteed"}
        ``normal``: 95 % intervals by the normal approximation, each account by itself; they are
        too short for accounts that few pivots see. ``guaranteed``: all intervals hold together
        with probability at least 1 − delta, on any graph.
    """

    scores: np.ndarray
    half_widths: np.ndarray
    pivots: int
    population: int
    bound: str
    drawn: str = "pivots"
    """What was drawn: ``pivots`` (accounts) or ``pairs`` of accounts."""

    def tell(self, name: str, notice: Notice | None, probability: float = 0.95) -> None:
        """Say in one sentence how the scores were estimated, if they were."""
        if notice is None or self.bound == "exact":
            return
        widest = float(self.half_widths.max(initial=0.0))
        kind = (
            "95 % intervals by the normal approximation, each account by itself"
            if self.bound == "normal"
            else f"for all accounts together with probability {probability:g}, by the "
            "Chernoff and Bernstein bounds"
        )
        notice(
            f"{name} is estimated from {self.pivots:,} of {self.population:,} {self.drawn}: "
            f"half-width at most {widest:.3g} ({kind})"
        )


@dataclass(frozen=True)
class Request:
    """How a sum shall be estimated: what the user asked for, checked."""

    pivots: int | None
    epsilon: float | None
    delta: float
    rng: Generator
    progress: Progress | None
    pairs: int | None = None

    def __post_init__(self) -> None:
        given = {"pivots": self.pivots, "pairs": self.pairs, "epsilon": self.epsilon}
        names = [name for name, value in given.items() if value is not None]
        if len(names) > 1:
            raise UsageError(f"give {' or '.join(names)}, not both")
        for name, value in (("pivots", self.pivots), ("pairs", self.pairs)):
            if value is not None and not value >= 1:
                raise UsageError(f"{name} must be 1 or more, got {value!r}")
        if self.epsilon is not None and not 0 < self.epsilon < 1:
            raise UsageError(f"epsilon must lie between 0 and 1, got {self.epsilon!r}")
        if not 0 < self.delta < 1:
            raise UsageError(f"delta must lie between 0 and 1, got {self.delta!r}")


@dataclass(frozen=True, eq=False)
class Contributions:
    """A sum over accounts: score = factor × Σ over the population of what each contributes.

    Attributes
    ----------
    population : numpy.ndarray of int64
        The accounts that can contribute anything, in account order.
    step : callable
        Takes some of them; returns the sum of their contributions and of the squares of these,
        two float64 (n,).
    largest : float
        No single contribution is above it, and none below 0.
    factor : float
        What the sum is multiplied by.
    arcs : int
        Arc visits for each of them, at most.
    together : int
        How many `step` searches from in one scan: blocks are multiples of it.
    shares : numpy.ndarray of float64, shape (n,)
        How delta is divided among the accounts; 0 for those whose score is 0 without looking.
        Any division that does not look at the sample is valid.
    workspace : int
        Bytes that one `step` works in.
    """

    population: np.ndarray
    step: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
    largest: float
    factor: float
    arcs: int
    together: int
    shares: np.ndarray
    workspace: int = 0

    def blocks(self, pivots: np.ndarray) -> Sequence[np.ndarray]:
        groups = _BLOCK_ARCS // (self.together * max(1, self.arcs))
        return [pivots[s] for s in slices(len(pivots), self.together * min(max(1, groups), 128))]


def estimate(
    contributions: Contributions,
    request: Request,
    *,
    exact_work: int,
    default_pivots: int,
    unit: float = 1.0,
) -> Estimate:
    """Add up all contributions, or estimate their sum, as requested.

    Without pivots and epsilon: all of them when that takes at most `exact_work` arc visits, else
    `default_pivots`. `epsilon` counts in `unit`.

    Notes
    -----
    With `epsilon`, pivots are added in stages, each half as long again, until every half-width is
    at most epsilon. At each of T stages account v has the failure probability δ_v / T, which is
    divided among five events: the mean of its contributions lies outside the interval of
    Chernoff's bound in its Kullback–Leibler form (above, below), their mean square lies above it,
    and the mean lies outside the interval of Bernstein's inequality with the variance bounded by
    that mean square (above, below). The shorter interval counts. These inequalities bound a
    moment-generating function, so they hold for draws without replacement too (Hoeffding 1963,
    theorem 4); nothing in them asks for an undirected graph.
    """
    size = len(contributions.population)
    wanted = request.pivots
    if wanted is None and request.epsilon is None:
        wanted = size if size * contributions.arcs <= exact_work else default_pivots
    if size == 0 or (wanted is not None and wanted >= size):
        total, _ = _sum(contributions, contributions.population, request.progress, 0)
        return _exact(contributions, total)
    drawn = np.random.default_rng(request.rng).permutation(contributions.population)
    if wanted is not None:
        total, squares = _sum(contributions, drawn[:wanted], request.progress, 0)
        widths = _normal_half_widths(total, squares, wanted, size)
        scale = contributions.factor * size
        return Estimate(scale * total / wanted, scale * widths, wanted, size, "normal")
    return _within_epsilon(contributions, drawn, request, unit)


def _within_epsilon(
    contributions: Contributions, drawn: np.ndarray, request: Request, unit: float
) -> Estimate:
    size = len(drawn)
    shares = contributions.shares
    scale = contributions.factor * contributions.largest * size
    assert request.epsilon is not None
    epsilon = request.epsilon * unit / scale if scale else 1.0
    with np.errstate(divide="ignore"):
        exponents = np.log(5.0 / (request.delta * shares))
    counted = np.flatnonzero(shares)
    # Fewer pivots than this leave even an account that none of them saw uncertain.
    following = max(64, int(exponents[counted].max(initial=0.0) / epsilon) + 1)
    stages = 1 + max(0, int(np.ceil(np.log(size / following) / np.log(_GROWTH))))
    exponents = exponents + np.log(stages)
    done = 0
    total = np.zeros(len(shares))
    squares = np.zeros(len(shares))
    while True:
        following = min(following, size)
        for_all = _sum(contributions, drawn[done:following], request.progress, done)
        total += for_all[0]
        squares += for_all[1]
        done = following
        if done == size:
            return _exact(contributions, total)
        widths = np.zeros(len(shares))
        widths[counted] = guaranteed_half_widths(
            total[counted] / (done * contributions.largest),
            squares[counted] / (done * contributions.largest**2),
            exponents[counted] / done,
        )
        if widths.max() <= epsilon:
            scores = contributions.factor * size / done * total
            return Estimate(scores, scale * widths, done, size, "guaranteed")
        following = int(done * _GROWTH) + 1


def bernoulli_half_widths(means: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Half-widths by Chernoff's bound in its Kullback–Leibler form."""
    above = _largest_mean(means, rates) - means
    below = _largest_mean(1.0 - means, rates) - (1.0 - means)
    return np.maximum(above, below)


def guaranteed_half_widths(
    means: np.ndarray, mean_squares: np.ndarray, rates: np.ndarray
) -> np.ndarray:
    """Half-widths of intervals for means of values in [0, 1], at exponents `rates` a draw.

    Parameters
    ----------
    means, mean_squares : numpy.ndarray of float64
        Of the values drawn, and of their squares.
    rates : numpy.ndarray of float64
        ln(1 / probability of failure of one event) / number of draws.
    """
    means = np.clip(means, 0.0, 1.0)
    chernoff = bernoulli_half_widths(means, rates)
    smallest = np.maximum(means - chernoff, 0.0)
    variances = _largest_mean(np.clip(mean_squares, 0.0, 1.0), rates) - smallest**2
    bernstein = np.sqrt(2.0 * np.maximum(variances, 0.0) * rates) + rates / 3.0
    return np.minimum(chernoff, bernstein)


def _largest_mean(means: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Largest p with kl(mean ‖ p) ≤ rate, by halving; never too small."""
    low = means
    # kl(q ‖ p) ≥ (p − q)² / 2p for p > q.
    high = np.minimum(means + rates + np.sqrt(rates * rates + 2.0 * means * rates), 1.0)
    for _ in range(20):
        middle = (low + high) / 2.0
        with np.errstate(divide="ignore", invalid="ignore"):
            one = np.where(means > 0.0, means * np.log(means / middle), 0.0)
            other = np.where(
                means < 1.0, (1.0 - means) * np.log((1.0 - means) / (1.0 - middle)), 0.0
            )
        inside = one + other <= rates
        low = np.where(inside, middle, low)
        high = np.where(inside, high, middle)
    return high


def _normal_half_widths(
    total: np.ndarray, squares: np.ndarray, pivots: int, size: int
) -> np.ndarray:
    """95 % half-widths of a mean of `pivots` draws from `size` without replacement."""
    if pivots < 2:
        return np.full(len(total), np.inf)
    variances = np.maximum(squares - total * total / pivots, 0.0) / (pivots - 1)
    return 1.96 * np.sqrt(variances / pivots * (1.0 - pivots / size))


def _exact(contributions: Contributions, total: np.ndarray) -> Estimate:
    size = len(contributions.population)
    scores = contributions.factor * total
    return Estimate(scores, np.zeros(len(scores)), size, size, "exact")


def _sum(
    contributions: Contributions, pivots: np.ndarray, progress: Progress | None, before: int
) -> tuple[np.ndarray, np.ndarray]:
    """Sum of the contributions of `pivots` and of their squares, in block order."""
    blocks = contributions.blocks(pivots)
    total = np.zeros(len(contributions.shares))
    squares = np.zeros(len(contributions.shares))
    done = before
    for block, (sums, sums_of_squares) in zip(
        blocks, in_order(contributions.step, blocks, workspace=contributions.workspace), strict=True
    ):
        total += sums
        squares += sums_of_squares
        done += len(block)
        if progress:
            progress(done, before + len(pivots))
    refuse_overflow(total)
    return total, squares


def refuse_overflow(total: np.ndarray) -> None:
    """Raise when a kernel says by NaN that it could not count the paths."""
    if np.isnan(total).any():
        raise KeynodesError(
            "between some two accounts there are more than 1e308 shortest paths: they cannot be "
            "counted; leave out betweenness and its relatives"
        )
