"""Explosive immunisation: percolation run backwards, with the giant component held off."""

import numpy as np

from keynodes.dismantling.orders import as_needed, is_whole, read_only
from keynodes.dismantling.registration import Problem, strategy
from keynodes.errors import UsageError
from keynodes.kernels import explosive as kernels
from keynodes.kernels.blocks import Progress

HUB = 6
"""Neighbours of this effective degree or more do not count towards an effective degree."""
SWEEPS = 100
"""Effective degrees that have not come to rest by then are taken as they are."""
ROWS = 128
"""Accounts that come back in one compiled call, if their arcs allow."""
WORK = 50_000_000
"""Arcs looked at in one compiled call."""


@strategy(
    "explosive",
    order="adaptive",
    optimises=("largest-component",),
    cost="O(n · candidates · degree)",
    reference="Clusella et al. 2016, doi:10.1103/PhysRevLett.117.208301",
    costs=True,
)
def explosive_immunisation(
    problem: Problem,
    *,
    rng: np.random.Generator,
    progress: Progress | None = None,
    candidates: int = 1000,
) -> np.ndarray:
    """Who comes back last when, of random candidates, the one that joins least comes back.

    Parameters
    ----------
    problem : Problem
        Whom to remove from what, and when it is enough.
    rng : numpy.random.Generator
        What the candidates are drawn from.
    progress : callable, optional
        Called as ``progress(done, total)``, in accounts that came back.
    candidates : int, default 1000
        How many are drawn for each that comes back; all, when no more are left.

    Returns
    -------
    numpy.ndarray of int32
        The accounts, first removed first, as far as the problem needs them.

    Raises
    ------
    UsageError
        When `candidates` is not a whole number from 1 on.

    Notes
    -----
    Start with all removable accounts removed. Of the candidates the one with the least
    σ = k_eff + Σ (√|C| − 1) comes back, the sum over the clusters C that touch it and k_eff its
    neighbours in the whole network, those with no other neighbour and those with k_eff ≥ 6 left
    out. Equal ones: the smaller account. That is the first score of the paper, used throughout;
    whoever comes back last is removed first.

    With costs the one with the least σ per cost comes back: whoever is dear to remove and joins
    little stays. Clusters are counted in accounts.

    O(n · candidates · degree) at worst; a hub is given up as soon as its sum passes the best so
    far, so in practice a candidate takes a few arcs. O(n + m) memory.

    References
    ----------
    Clusella, P., Grassberger, P., Pérez-Reche, F. J., & Politi, A. (2016). Immunization and
    targeted destruction of networks using explosive percolation. Physical Review Letters 117,
    208301. https://doi.org/10.1103/PhysRevLett.117.208301

    Examples
    --------
    >>> from keynodes.graph import InteractionGraph
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d", "e"], [0, 1, 2, 3], [1, 2, 3, 4])
    >>> problem = Problem(chain, np.ones(5), np.ones(5, bool), np.ones(5), threshold=2)
    >>> explosive_immunisation(problem, rng=np.random.default_rng(0)).tolist()
    [2]
    """
    if not is_whole(candidates, 1):
        raise UsageError(
            f"explosive: candidates must be a whole number from 1 on, got {candidates!r}"
        )
    n = problem.graph.n
    indptr, indices, _ = problem.graph.both
    effective = effective_degrees(indptr, indices)
    clusters = (
        np.full(n, -1, np.int32),  # the cluster of each account that is there
        np.zeros(n, np.int64),
        np.zeros(n, np.float64),
        np.zeros(n, np.int32),
    )
    staying = np.flatnonzero(~problem.removable).astype(np.int32)
    kernels.put_many_back(indptr, indices, staying, *clusters)
    absent = np.flatnonzero(problem.removable).astype(np.int32)
    left = total = len(absent)
    order = np.empty(total, np.int32)
    seen = np.zeros(n, np.int64)
    clock = 0
    costs = read_only(problem.costs)
    while left > 0:
        draws = rng.integers(0, 2**32, (min(ROWS, left), int(candidates)), dtype=np.uint32)
        row = 0
        while row < len(draws):
            row, left, clock = kernels.put_cheapest_back(
                indptr,
                indices,
                costs,
                effective,
                draws,
                row,
                absent,
                left,
                *clusters,
                seen,
                clock,
                order,
                WORK,
            )
        if progress:
            progress(total - left, total)
    return as_needed(problem, order)


def effective_degrees(indptr: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Neighbours that are no leaves and no hubs: int64 (n,).

    A hub is whoever has an effective degree of `HUB` or more, so the definition refers to itself:
    it starts from the plain degrees and is applied, account after account, until nothing changes.
    """
    effective = np.diff(indptr)
    for _ in range(SWEEPS):
        if not kernels.effective_degrees(indptr, indices, HUB, effective):
            break
    return effective
