"""Bridges: accounts between groups, seen in the undirected view."""

import numpy as np

from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import Progress
from keynodes.kernels.simplicial import is_simplicial
from keynodes.measures.dependencies import hop_dependencies
from keynodes.measures.paths import BETWEENNESS_PIVOTS, EXACT_BETWEENNESS
from keynodes.measures.registration import Notice, measure
from keynodes.measures.sampling import Estimate, Generator, Request, estimate

_SAMPLED = f"sampled where accounts × (n + arcs of both ways) > {EXACT_BETWEENNESS:.0e}"


@measure(
    question="bridges",
    key="high",
    direction=False,
    weights="no",
    cost="O(n·m), sampled O(pivots·m)",
    reference="Everett & Valente 2016, doi:10.1016/j.socnet.2015.09.001",
    exact=_SAMPLED,
)
def ev_brokerage(
    graph: InteractionGraph,
    *,
    pivots: int | None = None,
    rng: Generator = 0,
    progress: Progress | None = None,
    notice: Notice | None = None,
) -> np.ndarray:
    """Shortest paths that each of its ties carries on average, if it is between anyone at all.

    Parameters
    ----------
    graph : InteractionGraph
        Its undirected view is taken.
    pivots : int, optional
        Search from that many accounts only, drawn at random.
    rng : int or numpy.random.Generator
        Decides on the pivots.
    progress : callable, optional
        Called with pivots done and in sight.
    notice : callable, optional
        Told how the scores were estimated, if they were.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        (B + n − 1) / degree, with B the betweenness counted over ordered pairs (twice the usual
        undirected count); 0 where B is 0, isolated accounts among them.

    Notes
    -----
    O(n·m) time, O(n + m) memory on each thread; from `BETWEENNESS_PIVOTS` pivots above
    `EXACT_BETWEENNESS` arc visits. Paths through a tie, added up over the ties of an account and
    over ordered pairs, are those that go on (B) and those that end (n − 1 in a connected graph;
    n − 1 is added in others too). Whether B is 0 is decided exactly, also in a sample: it is 0
    when all neighbours are neighbours of each other.

    References
    ----------
    Everett, M. G., & Valente, T. W. (2016). Bridging, brokerage and betweenness. Social Networks
    44, 202–208. https://doi.org/10.1016/j.socnet.2015.09.001

    Examples
    --------
    >>> path = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1], [1, 2])
    >>> ev_brokerage(path)
    array([0., 2., 0.])
    """
    found = _undirected(graph, Request(pivots, None, 0.1, rng, progress), factor=1.0)
    found.tell("betweenness (ordered pairs) in ev_brokerage", notice)
    between = ~is_simplicial(*graph.both[:2])
    degree = np.diff(graph.both.indptr)
    return np.where(between, (found.scores + graph.n - 1) / np.maximum(degree, 1), 0.0)


@measure(
    question="bridges",
    key="high",
    direction=False,
    weights="no",
    cost="O(n·m), sampled O(pivots·m)",
    reference="Hwang et al. 2006 (KDD 2008, doi:10.1145/1401890.1401934)",
    exact=_SAMPLED,
)
def bridging(
    graph: InteractionGraph,
    *,
    pivots: int | None = None,
    rng: Generator = 0,
    progress: Progress | None = None,
    notice: Notice | None = None,
) -> np.ndarray:
    """Betweenness of an account with few ties among neighbours with many.

    Parameters
    ----------
    graph : InteractionGraph
        Its undirected view is taken.
    pivots : int, optional
        Search from that many accounts only, drawn at random.
    rng : int or numpy.random.Generator
        Decides on the pivots.
    progress : callable, optional
        Called with pivots done and in sight.
    notice : callable, optional
        Told how the scores were estimated, if they were.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Betweenness × bridging coefficient (1 / d(v)) / Σ 1 / d(i) over the neighbours i. The
        betweenness is the share of pairs, 0 to 1, as ``networkx.betweenness_centrality`` gives
        it; with raw counts all scores are (n − 1)(n − 2) / 2 times higher and the order is the
        same. NaN for isolated accounts, which have no coefficient.

    Notes
    -----
    O(n·m) time, O(n + m) memory on each thread; from `BETWEENNESS_PIVOTS` pivots above
    `EXACT_BETWEENNESS` arc visits. The coefficient is exact; a hub has next to none, however much
    passes through it.

    References
    ----------
    Hwang, W., Cho, Y., Zhang, A., & Ramanathan, M. (2006). Bridging centrality: identifying
    bridging nodes in scale-free networks. Technical report 2006-05, University at Buffalo.

    Hwang, W., Kim, T., Ramanathan, M., & Zhang, A. (2008). Bridging centrality: graph mining from
    element level to group level. KDD 2008, 336–344. https://doi.org/10.1145/1401890.1401934

    Examples
    --------
    >>> path = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1], [1, 2])
    >>> bridging(path)
    array([0.  , 0.25, 0.  ])
    """
    n = graph.n
    of_pairs = 1.0 / ((n - 1) * (n - 2)) if n > 2 else 0.0
    found = _undirected(graph, Request(pivots, None, 0.1, rng, progress), factor=of_pairs)
    found.tell("betweenness in bridging", notice)
    degree = np.diff(graph.both.indptr)
    account = np.repeat(np.arange(n), degree)
    around = np.bincount(account, 1.0 / degree[graph.both.indices], minlength=n)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(degree > 0, found.scores / (degree * around), np.nan)


@measure(
    question="bridges",
    key="high",
    direction=False,
    weights="no",
    cost="O(n·m), sampled O(pivots·m)",
    reference="Jensen et al. 2016, doi:10.1093/comnet/cnv022",
    exact=_SAMPLED,
)
def bridgeness(
    graph: InteractionGraph,
    *,
    pivots: int | None = None,
    rng: Generator = 0,
    progress: Progress | None = None,
    notice: Notice | None = None,
) -> np.ndarray:
    """Pairs of accounts beyond its own neighbours whose shortest paths pass through it.

    Parameters
    ----------
    graph : InteractionGraph
        Its undirected view is taken.
    pivots : int, optional
        Search from that many accounts only, drawn at random.
    rng : int or numpy.random.Generator
        Decides on the pivots.
    progress : callable, optional
        Called with pivots done and in sight.
    notice : callable, optional
        Told how the scores were estimated, if they were.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Σ σ_st(v) / σ_st over unordered pairs s, t that are neither v nor neighbours of v; not
        normalised, so at most the raw betweenness. 0 for isolated accounts.

    Notes
    -----
    O(n·m) time, O(n + m) memory on each thread; from `BETWEENNESS_PIVOTS` pivots above
    `EXACT_BETWEENNESS` arc visits. What betweenness gives the centre of a dense group for joining
    its own neighbours is left out: what remains joins groups.

    References
    ----------
    Jensen, P., Morini, M., Karsai, M., Venturini, T., Vespignani, A., Jacomy, M., Cointet, J.-P.,
    Mercklé, P., & Fleury, E. (2016). Detecting global bridges in networks. Journal of Complex
    Networks 4, 319–329. https://doi.org/10.1093/comnet/cnv022

    Examples
    --------
    >>> path = InteractionGraph.from_arcs(["a", "b", "c", "d", "e"], [0, 1, 2, 3], [1, 2, 3, 4])
    >>> bridgeness(path)
    array([0., 0., 1., 0., 0.])
    """
    request = Request(pivots, None, 0.1, rng, progress)
    found = _undirected(graph, request, factor=0.5, beyond=True)
    found.tell("bridgeness", notice)
    return found.scores


def _undirected(
    graph: InteractionGraph, request: Request, *, factor: float, beyond: bool = False
) -> Estimate:
    """Betweenness over ordered pairs in the undirected view, times `factor`."""
    sums = hop_dependencies(graph.both, graph.both, factor=factor, beyond=beyond)
    return estimate(sums, request, exact_work=EXACT_BETWEENNESS, default_pivots=BETWEENNESS_PIVOTS)
