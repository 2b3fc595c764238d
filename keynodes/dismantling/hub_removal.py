"""The hub of what is left, again and again: of the whole network, or of its core."""

import numpy as np

from keynodes.dismantling.orders import as_needed, is_enough, read_only
from keynodes.dismantling.registration import Problem, strategy
from keynodes.kernels import decycling as kernels
from keynodes.kernels.blocks import Progress

WORK = 20_000_000
"""Arcs looked at in one compiled call: about a tenth of a second."""


@strategy(
    "adaptive-degree",
    order="adaptive",
    optimises=("largest-component", "pairs"),
    cost="O((n + m) log n)",
    reference="Holme et al. 2002, doi:10.1103/PhysRevE.65.056109",
    costs=True,
)
def adaptive_degree(
    problem: Problem, *, rng: np.random.Generator, progress: Progress | None = None
) -> np.ndarray:
    """The account with most neighbours left, again and again (HDA, high degree adaptive).

    Parameters
    ----------
    problem : Problem
        Whom to remove from what, and when it is enough.
    rng : numpy.random.Generator
        Not used: ties go to the smaller account.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    numpy.ndarray of int32
        The accounts, first removed first, as far as the problem needs them.

    Notes
    -----
    O((n + m) log n) at worst, in practice little more than a pass over the arcs: a heap entry is
    looked at again only when it comes up. Neighbours count in either direction, whatever the
    weight of the arc. With costs, neighbours per cost.

    References
    ----------
    Holme, P., Kim, B. J., Yoon, C. N., & Han, S. K. (2002). Attack vulnerability of complex
    networks. Physical Review E 65, 056109. https://doi.org/10.1103/PhysRevE.65.056109

    Examples
    --------
    >>> from keynodes.graph import InteractionGraph
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d", "e"], [0, 1, 2, 3], [1, 2, 3, 4])
    >>> problem = Problem(chain, np.ones(5), np.ones(5, bool), np.ones(5), threshold=1)
    >>> adaptive_degree(problem, rng=np.random.default_rng(0)).tolist()
    [1, 3]
    """
    inside = np.ones(problem.graph.n, bool)
    return as_needed(problem, hubs_in_turn(problem, inside, 0, progress))


def hubs_in_turn(
    problem: Problem, inside: np.ndarray, least: int, progress: Progress | None = None
) -> np.ndarray:
    """Take the account with most neighbours inside per cost until there is none to take.

    Whoever keeps fewer than `least` neighbours inside falls out untaken: with 2, the hubs of the
    2-core are taken until it is gone. In the end `inside` (changed in place) marks what is left:
    with nobody protected, nothing. O((n + m) log n) in all.
    """
    indptr, indices, _ = problem.graph.both
    n = problem.graph.n
    degree = kernels.degrees_within(indptr, indices, inside)
    waiting = np.empty(n, np.int32)
    few = np.flatnonzero(inside & (degree < least))
    waiting[: len(few)] = few
    inside[few] = False
    kernels.fall_out(indptr, indices, least, degree, inside, waiting, len(few))
    candidates = np.flatnonzero(inside & problem.removable)
    keys = -degree[candidates] / problem.costs[candidates]
    sequence = np.argsort(keys, kind="stable")  # sorted keys are a heap
    keys, heap = keys[sequence], candidates[sequence].astype(np.int32)
    order = np.empty(len(heap), np.int32)
    costs = read_only(problem.costs)
    size, found = len(heap), 0
    while size > 0:
        size, found = kernels.take_hubs(
            indptr,
            indices,
            costs,
            least,
            degree,
            inside,
            waiting,
            keys,
            heap,
            size,
            order,
            found,
            WORK,
        )
        if progress:
            progress(len(heap) - size, len(heap))
    return order[:found]


def with_the_rest(
    problem: Problem, order: np.ndarray, progress: Progress | None = None
) -> np.ndarray:
    """Let an order that stopped short go on with the hubs of what is left, and cut it as needed."""
    cut = as_needed(problem, order)
    if len(cut) < len(order) or is_enough(problem, cut):
        return cut
    inside = np.ones(problem.graph.n, bool)
    inside[order] = False
    return as_needed(problem, np.concatenate([order, hubs_in_turn(problem, inside, 0, progress)]))
