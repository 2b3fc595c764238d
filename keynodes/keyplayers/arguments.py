"""What may be asked of a set: its accounts, weights, direction, radius, sample and seed."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from keynodes.errors import UsageError
from keynodes.graph import Adjacency, InteractionGraph
from keynodes.kernels import nearness
from keynodes.lists.numbers import account_weights

if TYPE_CHECKING:
    import pandas

Weights: TypeAlias = "Mapping[str, float] | pandas.Series | np.ndarray | None"
"""Weights of accounts: by account id, or an array in the order of the graph."""

DIRECTIONS = ("in", "out", "both")


def usable_weights(graph: InteractionGraph, weights: "Weights") -> np.ndarray:
    """Return account weights as read-only float64 (n,), or say what is wrong with them."""
    return account_weights(graph, weights, [])[0]


def account_indices(graph: InteractionGraph, accounts: Iterable[str]) -> np.ndarray:
    """Return the indices of accounts, each once, in the order given: int64."""
    if isinstance(accounts, str):
        raise UsageError("a set must be a list of accounts, got a text; give [account]")
    found = dict.fromkeys(graph.index_of(account) for account in accounts)
    return np.fromiter(found, np.int64, len(found))


def checked_direction(direction: str) -> str:
    """Return the direction, or say which there are."""
    if direction not in DIRECTIONS:
        raise UsageError(f"direction must be in, out or both, got {direction!r}")
    return direction


def checked_radius(radius: int) -> int:
    """Return the radius, or say what it must be."""
    if isinstance(radius, bool) or not isinstance(radius, int | np.integer) or radius < 1:
        raise UsageError(f"the radius must be a whole number of hops from 1, got {radius!r}")
    return min(int(radius), int(nearness.FAR) - 1)


def checked_samples(samples: int) -> int:
    """Return how many accounts a sample has, or say what that must be."""
    if isinstance(samples, bool) or not isinstance(samples, int | np.integer) or samples < 2:
        raise UsageError(f"samples must be a whole number from 2, got {samples!r}")
    return int(samples)


def checked_seed(rng: int) -> int:
    """Return the seed, or say what it must be."""
    if isinstance(rng, bool) or not isinstance(rng, int | np.integer) or rng < 0:
        raise UsageError(f"rng must be a whole number from 0, got {rng!r}")
    return int(rng)


def views_of(graph: InteractionGraph, direction: str) -> tuple[Adjacency, Adjacency]:
    """Return the arcs that lead from a set to what it covers, and the same turned round."""
    if direction == "both":
        return graph.both, graph.both
    return (graph.into, graph.out) if direction == "in" else (graph.out, graph.into)
