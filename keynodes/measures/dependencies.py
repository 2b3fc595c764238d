"""What betweenness adds up or draws: dependencies on each source, or pairs of accounts."""

import numpy as np

from keynodes.graph import Adjacency, InteractionGraph
from keynodes.kernels import paths as kernels
from keynodes.kernels import weighted_paths as weighted
from keynodes.kernels.pair_paths import passed
from keynodes.measures.pair_sampling import Draws
from keynodes.measures.sampling import Contributions

WEIGHTED_COST = 20
"""Time of an arc visit in a weighted search, over one of eight searches by hops."""


def random_pairs(graph: InteractionGraph, between_pairs: float) -> Draws:
    """Pairs of a source and a target, and for each one shortest path at random."""
    sources = np.flatnonzero(np.diff(graph.out.indptr))
    targets = np.flatnonzero(np.diff(graph.into.indptr))
    population = len(sources) * len(targets)

    def step(size: int, rng: np.random.Generator) -> tuple[np.ndarray, int]:
        pairs = np.column_stack([rng.choice(sources, size), rng.choice(targets, size)])
        seeds = rng.integers(1, 2**64, size, dtype=np.uint64)
        return passed(*graph.out[:2], *graph.into[:2], pairs, seeds)

    return Draws(
        step=step,
        factor=max(population * between_pairs, 1e-300),
        shares=shares_of_delta(graph.out, graph.into),
        population=population,
        # Eight searches together take about a sixth of this time for each arc.
        arcs=len(sources) * (graph.n + graph.m) // 6,
    )


def hop_dependencies(
    out: Adjacency, into: Adjacency, *, factor: float, beyond: bool = False
) -> Contributions:
    """What each source contributes to betweenness by hops: its dependencies on all accounts.

    `beyond` leaves out the pairs of which either account is a neighbour of the one between
    (for undirected views).
    """
    n = len(out.indptr) - 1

    def step(sources: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        space = kernels.workspace_for(n)
        return kernels.dependencies(*out[:2], *into[:2], sources, beyond, space)

    return Contributions(
        population=np.flatnonzero(np.diff(out.indptr)),
        step=step,
        largest=max(n - 2.0, 1.0),
        factor=factor,
        arcs=n + len(out.indices),
        together=kernels.LANES,
        shares=shares_of_delta(out, into),
        workspace=3 * 8 * kernels.LANES * n,
    )


def shares_of_delta(out: Adjacency, into: Adjacency) -> np.ndarray:
    """Shares of delta: 0 where no path can pass, else half alike and half by degrees."""
    passable = np.diff(out.indptr).astype(np.float64) * np.diff(into.indptr)
    if not passable.any():
        return passable
    return 0.5 * (passable > 0) / np.count_nonzero(passable) + 0.5 * passable / passable.sum()


def weighted_dependencies(graph: InteractionGraph, *, factor: float) -> Contributions:
    """What each source contributes to betweenness by weighted distance."""

    def step(sources: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        into = (graph.into.indptr, graph.into.indices)
        return weighted.weighted_dependencies(*graph.out, into, graph.into.weights, sources)

    return Contributions(
        population=np.flatnonzero(np.diff(graph.out.indptr)),
        step=step,
        largest=max(graph.n - 2.0, 1.0),
        factor=factor,
        arcs=WEIGHTED_COST * (graph.n + graph.m),
        together=1,
        shares=shares_of_delta(graph.out, graph.into),
    )
