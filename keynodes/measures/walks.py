"""Walks: who stands at the source of what is read, when everyone follows it back."""

import math

import numpy as np

from keynodes.errors import NotConverged, UsageError
from keynodes.graph import Adjacency, InteractionGraph
from keynodes.kernels import walks as kernels
from keynodes.measures.iteration import check, repeat
from keynodes.measures.registration import measure
from keynodes.measures.spectra import spectral_radius

_BRIN = "Brin & Page 1998, doi:10.1016/S0169-7552(98)00110-X"
_CHEPELIANSKII = "Chepelianskii 2010, arXiv:1003.5455"
_KATZ = "Katz 1953, doi:10.1007/BF02289026"

SWEEPS_BEFORE_LIMIT = 30
"""Sweeps that `katz` tries with a given alpha before it makes sure of the limit."""

SHARE_OF_LIMIT = 0.85
"""The default alpha of `katz`, as a share of the alpha at which its sums cease to converge."""
RESCALED = 50
"""First sweeps of PageRank before which the scores are scaled to the right total. That spares the
slowest direction; later sweeps go without, so that their steady contraction is sure."""

LAST_BITS = 1e-15
"""A change of a PageRank by this share of itself is rounding."""


@measure(
    question="heard",
    key="high",
    direction=True,
    weights="yes",
    cost="O((n + m) sweeps)",
    reference=_BRIN,
)
def pagerank(
    graph: InteractionGraph,
    *,
    damping: float = 0.85,
    tolerance: float = 1e-10,
    max_iterations: int = 1000,
    seeds: np.ndarray | None = None,
) -> np.ndarray:
    """Share of its time a reader spends at each account, following posts back to their source.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v. The reader goes from v to u, in proportion to weight.
    damping : float
        How often the reader follows a post instead of starting anew; at least 0, below 1.
    tolerance : float
        Bound on the sum of the absolute errors of all scores, rounding aside. Each score is that
        exact for its size: none changed in the last sweep by a larger share of itself than the
        bound allows to all.
    max_iterations : int
        Sweeps over all arcs before `NotConverged` is raised.
    seeds : array of int, optional
        Account indices at one of which the reader starts anew; all accounts when not given.
        The scores then say whom the seeds hear, directly or through others.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Above 0 (at least 0 with seeds), summing to 1.

    Notes
    -----
    The same as ``networkx.pagerank(G.reverse())``: a reader at an account that hears nobody
    starts anew. Gauss–Seidel sweeps, O(n + m) each: some 10 on a random graph, 20 to 90 on
    real networks, some 200 at worst for the default damping. O(n) memory beside the graph.
    Accounts in equal positions may differ by an error within the tolerance: far less than parts
    their ranks.

    References
    ----------
    Brin, S., & Page, L. (1998). The anatomy of a large-scale hypertextual web search engine.
    Computer Networks and ISDN Systems 30, 107–117. https://doi.org/10.1016/S0169-7552(98)00110-X

    Gleich, D. F. (2015). PageRank beyond the web. SIAM Review 57, 321–363.
    https://doi.org/10.1137/140976649

    Examples
    --------
    >>> star = InteractionGraph.from_arcs(["a", "b", "c"], [0, 0], [1, 2])
    >>> pagerank(star).round(3)
    array([0.574, 0.213, 0.213])
    """
    return _pagerank("pagerank", graph.out, damping, tolerance, max_iterations, seeds)


@measure(
    question="hears",
    key="none",
    direction=True,
    weights="yes",
    cost="O((n + m) sweeps)",
    reference=_CHEPELIANSKII,
)
def cheirank(
    graph: InteractionGraph,
    *,
    damping: float = 0.85,
    tolerance: float = 1e-10,
    max_iterations: int = 1000,
    seeds: np.ndarray | None = None,
) -> np.ndarray:
    """Share of its time a post spends at each account, wandering from hearer to hearer.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v. The post goes from u to v, in proportion to weight.
    damping : float
        How often the post is passed on instead of a new one starting; at least 0, below 1.
    tolerance : float
        Bound on the sum of the absolute errors of all scores, rounding aside. Each score is that
        exact for its size: none changed in the last sweep by a larger share of itself than the
        bound allows to all.
    max_iterations : int
        Sweeps over all arcs before `NotConverged` is raised.
    seeds : array of int, optional
        Account indices at one of which every post starts; all accounts when not given. The
        scores then say who hears the seeds, directly or through others.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Above 0 (at least 0 with seeds), summing to 1.

    Notes
    -----
    The same as ``networkx.pagerank(G)``; see `pagerank` for the method. O(n + m) a sweep. It finds
    an audience: neither end is key.

    References
    ----------
    Chepelianskii, A. D. (2010). Towards physical laws for software architecture.
    https://arxiv.org/abs/1003.5455

    Examples
    --------
    >>> star = InteractionGraph.from_arcs(["a", "b", "c"], [0, 0], [1, 2])
    >>> cheirank(star).round(3)
    array([0.26, 0.37, 0.37])
    """
    return _pagerank("cheirank", graph.into, damping, tolerance, max_iterations, seeds)


@measure(
    question="heard",
    key="high",
    direction=True,
    weights="no",
    cost="O((n + m) sweeps)",
    reference=_KATZ,
)
def katz(
    graph: InteractionGraph,
    *,
    alpha: float | None = None,
    tolerance: float = 1e-10,
    max_iterations: int = 1000,
) -> np.ndarray:
    """Number of walks by which its posts can travel, each step counting alpha times as much.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v. Weights are not looked at.
    alpha : float, optional
        Above 0 and below 1/λ, with λ the largest eigenvalue of the 0/1 adjacency. Not given:
        0.85/λ; where no walk returns (λ = 0, any alpha will do) 0.85/√(largest in-degree ×
        largest out-degree).
    tolerance : float
        Bound on the relative error of every score before normalisation, rounding aside.
    max_iterations : int
        Sweeps over all arcs, and products for λ, before `NotConverged` is raised.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Above 0, their squares summing to 1; the empty walk counts 1 for everybody.

    Notes
    -----
    The same as ``networkx.katz_centrality(G.reverse(), alpha)``. Gauss–Seidel sweeps from below,
    O(n + m) each: no score ever falls, so once no score rises by more than `tolerance` in a
    sweep, none is further than that share of itself below its limit. λ comes from Arnoldi's method
    within strongly connected components, so cycles and graphs in pieces are no trouble; it is left
    out when the sweeps come to rest with a given alpha, which proves it to be small enough. O(n)
    memory beside the graph (some 25 floats an account).

    References
    ----------
    Katz, L. (1953). A new status index derived from sociometric analysis. Psychometrika 18,
    39–43. https://doi.org/10.1007/BF02289026

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1], [1, 2])
    >>> (katz(chain, alpha=0.5) / katz(chain, alpha=0.5)[2]).round(3)
    array([1.75, 1.5 , 1.  ])
    """
    check("katz", tolerance, max_iterations)
    if alpha is not None and not (alpha > 0 and math.isfinite(alpha)):
        raise UsageError(f"katz: alpha must be above 0, got {alpha!r}")
    indptr, indices, _ = graph.out
    steps = kernels.row_steps(indptr)
    scores = np.ones(graph.n)

    def sweep() -> float:
        changes = [kernels.katz_sweep(indptr, indices, *step, alpha, scores) for step in steps]
        return max(changes, default=0.0)

    # At or above the limit 1/λ some score rises by 1 or more in every sweep. So sweeps that soon
    # come to rest prove alpha to be below it, and finding λ, the greater work, can be spared.
    soon = range(min(SWEEPS_BEFORE_LIMIT, max_iterations))
    if alpha is None or tolerance >= 1 or not any(sweep() <= tolerance for _ in soon):
        alpha = _alpha(graph, alpha, max_iterations)
        scores.fill(1.0)
    repeat("katz", sweep, tolerance, max_iterations, "or lower alpha")
    scores /= scores.max(initial=1.0)
    return scores / np.sqrt((scores * scores).sum())


def _pagerank(
    name: str,
    sources: Adjacency,
    damping: float,
    tolerance: float,
    max_iterations: int,
    seeds: np.ndarray | None,
) -> np.ndarray:
    """Walk from the columns of `sources` to its rows.

    The walker starts anew from dead ends and by chance in the same way, so the scores are
    proportional to those of a walker who vanishes at dead ends: y = restart + damping · P y, a
    linear system. The true residual after a sweep is at most damping × P × the changes of the
    sweep, and the inverse of I − damping · P has norm 1/(1 − damping) at most. Changes are looked
    at score by score, each as a share of its score, because a small score wants ranking too.
    """
    check(name, tolerance, max_iterations)
    if not 0 <= damping < 1:
        raise UsageError(f"{name}: damping must be at least 0 and below 1, got {damping!r}")
    indptr, indices, weights = sources
    n = len(indptr) - 1
    restart = _restart(name, seeds, n)
    strengths = kernels.column_sums(indices, weights, n)
    walks_on = strengths > 0
    share = np.zeros(n)
    share[walks_on] = 1 / strengths[walks_on]
    scores = restart.copy()
    steps = kernels.row_steps(indptr)
    sweeps = 0

    def sweep() -> float:
        nonlocal scores, sweeps
        if sweeps < RESCALED:
            # What enters by restarts must leave at dead ends or by chance.
            scores /= scores.sum() - damping * scores[walks_on].sum()
        sweeps += 1
        sent = scores * share
        changes = [
            kernels.pagerank_sweep(
                indptr, indices, weights, *step, damping, restart, share, scores, sent
            )
            for step in steps
        ]
        if not math.isfinite(scores.sum()):
            return math.inf
        # The last bit of a score may swing for ever.
        return 2 * damping / (1 - damping) * max(0.0, max(changes) - LAST_BITS)

    if n:
        repeat(name, sweep, tolerance, max_iterations, "or lower damping")
    return scores / scores.sum()


def _restart(name: str, seeds: np.ndarray | None, n: int) -> np.ndarray:
    """Where the walker starts anew: equally often at each seed, or anywhere."""
    if seeds is None:
        return np.full(n, 1 / max(n, 1))
    chosen = np.unique(np.asarray(seeds))
    if not len(chosen):
        raise UsageError(f"{name}: seeds must name at least one account")
    if chosen.dtype.kind not in "iu" or chosen[0] < 0 or chosen[-1] >= n:
        raise UsageError(f"{name}: seeds must be account indices from 0 to {n - 1}")
    restart = np.zeros(n)
    restart[chosen] = 1 / len(chosen)
    return restart


def _alpha(graph: InteractionGraph, alpha: float | None, max_iterations: int) -> float:
    """Check alpha against the limit 1/λ, or choose it."""
    heard = int(np.diff(graph.out.indptr).max(initial=0))
    hears = int(np.diff(graph.into.indptr).max(initial=0))
    at_most = math.sqrt(heard * hears)  # bounds the spectral norm, and so λ
    if alpha is not None and alpha * at_most < 1:
        return alpha
    radius, residual = spectral_radius(graph.out, max_iterations)
    if residual > 1e-9:
        raise NotConverged(
            f"katz: the largest eigenvalue was not found: after {max_iterations} products with the "
            f"adjacency its relative residual is {residual:.2g}; raise max_iterations, or give "
            f"an alpha below {1 / at_most:.6g}"
        )
    if alpha is None:
        return SHARE_OF_LIMIT / (radius or at_most or 1.0)
    if alpha * radius >= 1:
        raise UsageError(f"katz: alpha must be below 1/λ = {1 / radius:.10g} here, got {alpha!r}")
    return alpha
