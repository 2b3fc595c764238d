"""Shares of random draws, estimated until they are near enough: pairs, and one path each.

Between a random source and a random target one of the shortest paths is drawn at random; the
share of draws that pass an account is its betweenness. A draw meets few arcs where searches from
both ends touch early, so for the accounts at the top this takes far less than pivots do.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from keynodes.kernels.blocks import in_order, slices
from keynodes.measures.sampling import (
    Estimate,
    Request,
    bernoulli_half_widths,
    refuse_overflow,
)

_GROWTH = 1.15
"""How many more draws there are at each check of a run with `epsilon`."""

_PILOT = 1024
"""Draws that tell how many arc visits a draw takes."""

_BLOCK = 128
"""Draws a compiled call."""


@dataclass(frozen=True, eq=False)
class Draws:
    """A share: score = factor × the probability that a draw hits the account.

    Attributes
    ----------
    step : callable
        Takes a number of draws and a generator of its own; returns how many of the draws hit each
        account, float64 (n,), and the arc visits they took.
    factor : float
        What the probability is multiplied by.
    shares : numpy.ndarray of float64, shape (n,)
        As in `Contributions`.
    population : int
        How many draws there are to choose from.
    arcs : int
        Give up beyond so many arc visits.
    """

    step: Callable[[int, np.random.Generator], tuple[np.ndarray, int]]
    factor: float
    shares: np.ndarray
    population: int
    arcs: int


def draw_within_epsilon(draws: Draws, request: Request) -> Estimate | None:
    """Draw until every half-width is at most epsilon; None if that takes too many arc visits.

    Notes
    -----
    Draws are independent and hit or miss, so Chernoff's bound in its Kullback–Leibler form is the
    whole of it: at each of T checks account v has the failure probability δ_v / T, half above and
    half below. By Pinsker's inequality ln(2 T / δ_v) / 2ε² draws always suffice. The numbers of
    draws at which is checked are fixed beforehand; a check that cannot succeed is passed over.
    """
    assert request.epsilon is not None
    rng = np.random.default_rng(request.rng)
    epsilon = min(request.epsilon / draws.factor, 1.0)
    counted = np.flatnonzero(draws.shares)
    if len(counted) == 0:
        return None
    exponents = np.log(2.0 / (request.delta * draws.shares[counted]))
    first = float(exponents.max()) / epsilon
    checks = 1 + int(np.ceil(np.log(1.0 / epsilon) / np.log(_GROWTH)))
    exponents += np.log(checks + 1)
    hits = np.zeros(len(draws.shares))
    means = np.zeros(len(counted))
    widths = np.zeros(len(draws.shares))
    done = visits = 0
    for check in range(checks + 1):
        size = int(first * _GROWTH**check) + 1
        if check == checks:
            size = max(size, int(1.001 * exponents.max() / (2.0 * epsilon**2)) + 1)
        if done:
            if visits / done * size > draws.arcs:
                return None
            if check < checks and bernoulli_half_widths(means, exponents / size).max() > epsilon:
                continue
        for found, arcs, length in _make(draws, rng, size - done):
            hits += found
            visits += arcs
            done += length
            if request.progress:
                request.progress(done, size)
        refuse_overflow(hits)
        means = hits[counted] / done
        widths[counted] = bernoulli_half_widths(means, exponents / done)
        if widths.max(initial=0.0) <= epsilon:
            break
    scores = draws.factor / done * hits
    return Estimate(scores, draws.factor * widths, done, draws.population, "guaranteed", "pairs")


def affordable(draws: Draws, request: Request, arcs: int) -> int:
    """About how many draws take `arcs` arc visits, told from a first few."""
    visits = sum(met for _, met, _ in _make(draws, np.random.default_rng(request.rng), _PILOT))
    return arcs * _PILOT // max(1, visits)


def draw(draws: Draws, request: Request, size: int) -> Estimate:
    """Make `size` draws; half-widths are 95 % by the normal approximation."""
    hits = np.zeros(len(draws.shares))
    done = 0
    for found, _, length in _make(draws, np.random.default_rng(request.rng), size):
        hits += found
        done += length
        if request.progress:
            request.progress(done, size)
    refuse_overflow(hits)
    means = hits / size
    widths = 1.96 * np.sqrt(means * (1.0 - means) / size)
    scores, widths = draws.factor * means, draws.factor * widths
    return Estimate(scores, widths, size, draws.population, "normal", "pairs")


def _make(
    draws: Draws, rng: np.random.Generator, size: int
) -> Iterator[tuple[np.ndarray, int, int]]:
    """Make `size` draws in blocks: hits, arc visits and length of each, in order."""
    lengths = [s.stop - s.start for s in slices(size, _BLOCK)]
    generators = rng.spawn(len(lengths))
    blocks = list(zip(lengths, generators, strict=True))
    for length, (found, arcs) in zip(
        lengths, in_order(lambda block: draws.step(*block), blocks), strict=True
    ):
        yield found, arcs, length
