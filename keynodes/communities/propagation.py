"""Communities by what the neighbours say: label propagation."""

from collections.abc import Generator
from functools import partial

import numpy as np

from keynodes.communities.numbering import canonical
from keynodes.communities.registration import method
from keynodes.communities.runs import Stepwise, runs_of
from keynodes.graph import Adjacency, InteractionGraph
from keynodes.kernels import communities as kernels
from keynodes.kernels.blocks import by_work

_RAGHAVAN = "Raghavan, Albert & Kumara 2007, doi:10.1103/PhysRevE.76.036106"

_STEP = 1 << 24
"""Entries of the undirected view that one compiled step reads: some tenths of a second."""


def _prepare(graph: InteractionGraph) -> Stepwise:
    return partial(_propagated, graph.both)


@method(
    direction="no",
    weights="yes",
    needs="keynodes",
    cost="O(n + m) a sweep",
    reference=_RAGHAVAN,
    prepare=_prepare,
)
def labels(graph: InteractionGraph, *, rng: int = 0) -> np.ndarray:
    """Accounts that each have more weight to their own community than to any other.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs in both directions count as one tie with the sum of their weights.
    rng : int, default 0
        The seed: it decides the order of the visits and which of several equal labels is taken.

    Returns
    -------
    numpy.ndarray of int64, shape (n,)
        The community of each account, by size, then by smallest member. An account without an arc
        is a community of its own.

    Notes
    -----
    O(n + m) time a sweep, O(n + m) memory; a few sweeps are usual, and after the first only
    accounts whose neighbours changed are looked at. Fast, and the least reliable of the methods:
    a first look. Where communities are weakly parted, one label may flood the whole graph.

    At first every account has a label of its own. In each sweep all accounts are visited in a new
    random order, and each takes the label that weighs most among its neighbours: its own, if that
    is one of the heaviest, else a random one of them. The end is when every account has a heaviest
    label. It always comes: each change puts more weight inside communities, by more than rounding
    (weights with a relative gap below 1e-9 are equal). As in the paper, a label that ends up in
    places that are not connected makes several communities.

    References
    ----------
    Raghavan, U. N., Albert, R., & Kumara, S. (2007). Near linear time algorithm to detect
    community structures in large-scale networks. Physical Review E 76, 036106.
    https://doi.org/10.1103/PhysRevE.76.036106

    Examples
    --------
    >>> tails, heads = [0, 0, 1, 3, 3, 4, 2], [1, 2, 2, 4, 5, 5, 3]
    >>> labels(InteractionGraph.from_arcs("abcdef", tails, heads))
    array([0, 0, 0, 1, 1, 1])
    """
    return runs_of(_prepare(graph), graph.n, [rng])[0].astype(np.int64)


def _propagated(both: Adjacency, seed: int) -> Generator[None, None, np.ndarray]:
    """Propagate labels, with a yield after every compiled step."""
    n = len(both.indptr) - 1
    rng = np.random.default_rng(seed)
    degrees = np.diff(both.indptr)
    found = np.arange(n, dtype=np.int32)
    unsettled = degrees > 0
    heard, workspace = np.zeros(n), np.empty(n, np.int32)
    since = 0
    changed = 1
    while changed:
        changed = 0
        order = rng.permutation(n)
        draws = rng.random(n)
        for piece in by_work(degrees[order], _STEP):
            changes, read = kernels.adopt_labels(
                *both, order, piece.start, piece.stop, draws, found, unsettled, heard, workspace
            )
            changed += changes
            since += read + n
            if since > _STEP:
                since = 0
                yield
    return canonical(kernels.connected_parts(both.indptr, both.indices, found))
