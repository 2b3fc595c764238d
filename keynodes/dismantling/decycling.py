"""CoreHD: break every cycle by the hubs of the 2-core, then the trees that remain."""

import numpy as np

from keynodes.dismantling.hub_removal import hubs_in_turn, with_the_rest
from keynodes.dismantling.orders import read_only
from keynodes.dismantling.registration import Problem, strategy
from keynodes.kernels import decycling as kernels
from keynodes.kernels.blocks import Progress


@strategy(
    "corehd",
    order="set",
    optimises=("largest-component",),
    cost="O((n + m) log n)",
    reference="Zdeborová et al. 2016, doi:10.1038/srep37954",
    costs=True,
    weights=True,
)
def corehd(
    problem: Problem, *, rng: np.random.Generator, progress: Progress | None = None
) -> np.ndarray:
    """The hub of the 2-core, until no cycle is left; then the fewest cuts of the trees.

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
        The accounts, first removed first, as far as the problem needs them: the hubs in the order
        in which they were found, then the cuts of the trees, the heaviest branches first.

    Notes
    -----
    A random network of few short cycles falls apart once it has no cycle at all, and the 2-core
    (what is left when accounts with one neighbour drop off, again and again) is where the cycles
    are. The account with most neighbours inside it goes; ties go to the smaller account.

    O((n + m) log n) at worst, in practice one pass over the arcs. Trees are cut from the leaves
    up: with equal costs and nobody protected, the fewest removals that leave no piece heavier than
    the threshold. With costs the hubs are chosen by neighbours per cost, and a branch is cut at
    its foot or above it, whichever is cheaper; that need not be the cheapest of all. The account
    weights matter for the trees alone. With threshold 0, and when protected accounts keep the
    network above it, the rest follows in the order of `adaptive-degree`.

    The paper puts accounts back in the end that turn out not to be needed; here the plan does
    that.

    References
    ----------
    Zdeborová, L., Zhang, P., & Zhou, H.-J. (2016). Fast and simple decycling and dismantling of
    networks. Scientific Reports 6, 37954. https://doi.org/10.1038/srep37954

    Examples
    --------
    >>> from keynodes.graph import InteractionGraph
    >>> ring = InteractionGraph.from_arcs(list("abcdef"), [0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 0])
    >>> problem = Problem(ring, np.ones(6), np.ones(6, bool), np.ones(6), threshold=2)
    >>> corehd(problem, rng=np.random.default_rng(0)).tolist()
    [0, 3]
    """
    graph = problem.graph
    order = hubs_in_turn(problem, np.ones(graph.n, bool), 2, progress)
    if problem.threshold > 0:
        gone = np.zeros(graph.n, bool)
        gone[order] = True
        cuts, hanging = kernels.break_trees(
            graph.both.indptr,
            graph.both.indices,
            read_only(problem.weights),
            read_only(problem.costs),
            read_only(problem.removable),
            gone,
            float(problem.threshold),
        )
        order = np.concatenate([order, cuts[np.lexsort((cuts, -hanging))]])
    return with_the_rest(problem, order, progress)
