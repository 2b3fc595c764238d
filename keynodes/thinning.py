"""Replicates of a graph with some of its records, or some of its accounts, missing.

Missing data is the normal case: not every account is found, not every record is held. Whatever
ranks high only with one lucky tenth of the data should be seen to do so.
"""

from dataclasses import replace

import numpy as np

from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph


def without_records(
    graph: InteractionGraph, missing: float, rng: int | np.random.Generator
) -> InteractionGraph:
    """Return the graph with a share of its records gone at random; every account stays.

    Parameters
    ----------
    graph : InteractionGraph
        The whole graph.
    missing : float
        The probability of each record to be missing, 0 to 1 (1 excluded).
    rng : int or numpy.random.Generator
        Where the chance comes from.

    Returns
    -------
    InteractionGraph
        Where weights are counts, each arc keeps Binomial(count, 1 − missing) of them; else arcs
        go or stay whole. A record that went both ways (undirected data) goes from both its arcs
        or from neither. Without relation counts.

    Notes
    -----
    O(n + m), O(m log m) where records went both ways. Records go independently of each other; a
    collector that misses whole accounts or whole days makes other errors (see `without_accounts`).

    Examples
    --------
    >>> graph = InteractionGraph.from_arcs(["a", "b"], [0], [1], [1000])
    >>> without_records(graph, 0.1, rng=0).out.weights
    array([908.])
    """
    check_share(missing)
    rng = np.random.default_rng(rng)
    bare = _without_relations(graph)
    # A record that went both ways made two arcs: it goes from both or from neither.
    up = graph.tails < graph.out.indices
    opposite = _opposite(graph) if graph.mutual.any() else None
    if not graph.weights_are_counts:
        stays = rng.random(graph.m) >= missing
        if opposite is not None:
            follows = (graph.mutual > 0) & ~up
            stays[follows] = stays[opposite[follows]]
        return bare.keep_arcs(stays)
    left = _survivors(graph.counts - graph.mutual, missing, rng)
    mutual = graph.mutual
    if opposite is not None:
        mutual = np.where(up, _survivors(np.where(up, mutual, 0), missing, rng), 0)
        follows = (graph.mutual > 0) & ~up
        mutual[follows] = mutual[opposite[follows]]
        left += mutual
    out = bare.out._replace(weights=left.astype(np.float64))
    return replace(bare, out=out, counts=left, mutual=mutual).keep_arcs(left > 0)


def _survivors(counts: np.ndarray, missing: float, rng: np.random.Generator) -> np.ndarray:
    """Binomial(count, 1 − missing) of each count."""
    left = counts.copy()
    # Most arcs stand for one record, for which a coin is quicker than a binomial.
    single = left == 1
    left[single] = rng.random(int(single.sum())) >= missing
    several = left > 1
    left[several] = rng.binomial(left[several], 1.0 - missing)
    return left


def _opposite(graph: InteractionGraph) -> np.ndarray:
    """Position of the arc v → u for every arc u → v that has records both ways: int64 (m,)."""
    key = graph.tails.astype(np.int64) * graph.n + graph.out.indices
    turned = graph.out.indices.astype(np.int64) * graph.n + graph.tails
    return np.minimum(np.searchsorted(key, turned), graph.m - 1)


def without_accounts(
    graph: InteractionGraph, missing: float, rng: int | np.random.Generator
) -> tuple[InteractionGraph, np.ndarray]:
    """Return the graph with a share of its accounts gone at random, and who stayed.

    Parameters
    ----------
    graph : InteractionGraph
        The whole graph.
    missing : float
        The probability of each account to be missing, 0 to 1 (1 excluded).
    rng : int or numpy.random.Generator
        Where the chance comes from.

    Returns
    -------
    thinned : InteractionGraph
        The graph among the accounts that stayed, without relation counts.
    present : numpy.ndarray of int64
        Their indices in `graph`.

    Notes
    -----
    O(n + m).

    Examples
    --------
    >>> graph = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1], [1, 2])
    >>> thinned, present = without_accounts(graph, 0.5, rng=1)
    >>> thinned.accounts.tolist(), present.tolist()
    (['a', 'b'], [0, 1])
    """
    check_share(missing)
    stays = np.random.default_rng(rng).random(graph.n) >= missing
    return _without_relations(graph).among(stays), np.flatnonzero(stays)


def check_share(missing: float) -> None:
    """Refuse a share of missing data that cannot be."""
    if not 0 <= missing < 1:
        raise UsageError(f"the missing share must be at least 0 and below 1, got {missing}")


def _without_relations(graph: InteractionGraph) -> InteractionGraph:
    return replace(
        graph,
        relations=(),
        relation_indptr=np.zeros(graph.m + 1, np.int64),
        relation_codes=np.zeros(0, np.int32),
        relation_counts=np.zeros(0, np.int64),
        relation_mutual=np.zeros(0, np.int64),
    )
