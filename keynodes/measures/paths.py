"""Shortest paths: how widely an account is heard, and how much passes through it."""

from dataclasses import replace

import numpy as np

from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph
from keynodes.kernels import paths as kernels
from keynodes.kernels import weighted_paths as weighted
from keynodes.kernels.blocks import Progress
from keynodes.measures.dependencies import (
    WEIGHTED_COST,
    hop_dependencies,
    random_pairs,
    weighted_dependencies,
)
from keynodes.measures.pair_sampling import affordable, draw, draw_within_epsilon
from keynodes.measures.registration import Notice, measure
from keynodes.measures.sampling import (
    Contributions,
    Estimate,
    Generator,
    Request,
    estimate,
)

EXACT_BETWEENNESS = 2_000_000_000
"""Arc visits (sources × (n + m)) up to which betweenness by hops is exact: seconds on one
processor, at about 2 ns each."""

EXACT_HARMONIC = 20_000_000_000
"""The same for harmonic centrality, whose searches go sixty-four at a time."""

EXACT_WEIGHTED = 200_000_000
"""The same for weighted distances, where each search is by itself."""

BETWEENNESS_PAIRS = 65_536
"""Pairs of a sampled betweenness when nothing else is asked for: on 70,000 accounts and 4 million
arcs they find the top 20 better than four times as long a run with pivots."""

PAIRS_WORK = 500_000_000
"""Arc visits that these pairs may take: seconds. Fewer pairs are drawn where each takes many."""

FEWEST_PAIRS = 4096
"""Where fewer pairs than this could be afforded (long thin graphs), pivots are drawn instead."""

BETWEENNESS_PIVOTS = 512
"""Pivots in that case, and for the measures of `keynodes.measures.bridges`."""

HARMONIC_PIVOTS = 1024
"""Pivots of a sampled harmonic centrality when none are asked for: it varies little."""

WEIGHTED_PIVOTS = 128
"""Pivots by weighted distances when none are asked for: each costs some twenty times more."""


@measure(
    question="bridges",
    key="high",
    direction=True,
    weights="option",
    cost="O(n·m), sampled O(pivots·m)",
    reference="Brandes 2001, doi:10.1080/0022250X.2001.9990249",
    exact=f"sampled where sources × (n + m) > {EXACT_BETWEENNESS:.0e}",
)
def betweenness(
    graph: InteractionGraph,
    *,
    distance: str = "hops",
    pivots: int | None = None,
    pairs: int | None = None,
    epsilon: float | None = None,
    delta: float = 0.1,
    rng: Generator = 0,
    progress: Progress | None = None,
    notice: Notice | None = None,
) -> np.ndarray:
    """Share of the shortest paths between other accounts that pass through it.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.
    distance : {"hops", "inverse-weight"}
        Length of an arc: 1, or 1 / weight.
    pivots : int, optional
        Search from that many accounts only, drawn at random.
    pairs : int, optional
        Draw that many pairs of accounts, and one shortest path between each. By hops only.
    epsilon : float, optional
        Draw as many pairs (by weight: pivots) as it takes for every score to be within epsilon of
        the exact one.
    delta : float
        With `epsilon`: the probability that some score is farther off.
    rng : int or numpy.random.Generator
        Decides on the pivots or pairs.
    progress : callable, optional
        Called with pivots or pairs done and in sight.
    notice : callable, optional
        Told how the scores were estimated, if they were.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Σ σ_st(v) / σ_st over ordered pairs s, t of other accounts, over (n − 1)(n − 2): 0 to 1;
        0 where there are fewer than three accounts.

    Notes
    -----
    The same number as ``networkx.betweenness_centrality(G)``. O(n·m) time, O(n + m) memory on
    each thread. Exact up to `EXACT_BETWEENNESS` arc visits (`EXACT_WEIGHTED` by weight). Above that
    from `BETWEENNESS_PAIRS` random pairs, or from `BETWEENNESS_PIVOTS` pivots where a pair takes
    too many arc visits (`WEIGHTED_PIVOTS` by weight); pivots are drawn without replacement among
    the accounts that have hearers. `sampled_betweenness` gives the interval of each account.
    Estimates are unbiased; the order of accounts that lie close together is not to be trusted,
    and accounts on none of the paths seen have 0. By weight, two paths are equally short when
    their lengths differ by less than one part in 10¹⁰ (as in igraph; networkx asks for equal bits).

    References
    ----------
    Brandes, U. (2001). A faster algorithm for betweenness centrality. Journal of Mathematical
    Sociology 25, 163–177. https://doi.org/10.1080/0022250X.2001.9990249

    Brandes, U., & Pich, C. (2007). Centrality estimation in large networks. International Journal
    of Bifurcation and Chaos 17, 2303–2318. https://doi.org/10.1142/S0218127407018403

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 1, 2], [1, 2, 3])
    >>> betweenness(chain).round(3)
    array([0.   , 0.333, 0.333, 0.   ])
    """
    found = sampled_betweenness(
        graph,
        distance=distance,
        pivots=pivots,
        pairs=pairs,
        epsilon=epsilon,
        delta=delta,
        rng=rng,
        progress=progress,
    )
    found.tell("betweenness", notice, 1 - delta)
    return found.scores


def sampled_betweenness(
    graph: InteractionGraph,
    *,
    distance: str = "hops",
    pivots: int | None = None,
    pairs: int | None = None,
    epsilon: float | None = None,
    delta: float = 0.1,
    rng: Generator = 0,
    progress: Progress | None = None,
) -> Estimate:
    """Betweenness with the interval of every account; parameters as in `betweenness`.

    Returns
    -------
    Estimate
        With `epsilon`, all half-widths are at most epsilon, and all intervals hold together with
        probability at least 1 − delta, on directed graphs as on any; with `pivots`, they are 95 %
        intervals by the normal approximation.

    Notes
    -----
    By hops, a draw is a pair of accounts and one of its shortest paths, each with equal chances,
    found by searches from both ends; it passes an account or not, so Chernoff's bound for coin
    tosses applies, on directed graphs as on any. Where pairs would take longer than searching
    from every source, that is done, and the scores are exact. By weight, the dependency of one
    source on one account is at most n − 2, and `keynodes.measures.sampling.estimate` says more.
    Half of delta goes to all accounts alike, half by in-degree × out-degree: accounts that may
    vary much get more, whatever the sample says.

    References
    ----------
    Riondato, M., & Kornaropoulos, E. M. (2016). Fast approximation of betweenness centrality
    through sampling. Data Mining and Knowledge Discovery 30, 438–475.
    https://doi.org/10.1007/s10618-015-0423-0

    Borassi, M., & Natale, E. (2019). KADABRA is an adaptive algorithm for betweenness via random
    approximation. ACM Journal of Experimental Algorithmics 24. https://doi.org/10.1145/3284359

    Hoeffding, W. (1963). Probability inequalities for sums of bounded random variables. Journal
    of the American Statistical Association 58, 13–30.
    https://doi.org/10.1080/01621459.1963.10500830

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 1, 2], [1, 2, 3])
    >>> found = sampled_betweenness(chain, pivots=2, rng=1)
    >>> found.pivots, found.bound, bool(found.half_widths[1] > 0)
    (2, 'normal', True)
    """
    request = Request(pivots, epsilon, delta, rng, progress, pairs)
    by_hops = _by_hops(distance)
    n = graph.n
    between_pairs = 1.0 / ((n - 1) * (n - 2)) if n > 2 else 0.0
    if by_hops:
        return _betweenness_by_hops(graph, request, between_pairs)
    if pairs is not None:
        raise UsageError("betweenness: pairs needs distance=hops")

    sums = weighted_dependencies(graph, factor=between_pairs)
    return estimate(
        sums,
        request,
        exact_work=WEIGHTED_COST * EXACT_WEIGHTED,
        default_pivots=WEIGHTED_PIVOTS,
    )


@measure(
    question="heard",
    key="high",
    direction=True,
    weights="option",
    cost="O(n·m), sampled O(pivots·m)",
    reference="Boldi & Vigna 2014, doi:10.1080/15427951.2013.865686",
    exact=f"sampled where targets × (n + m) > {EXACT_HARMONIC:.0e}",
)
def harmonic(
    graph: InteractionGraph,
    *,
    distance: str = "hops",
    pivots: int | None = None,
    epsilon: float | None = None,
    delta: float = 0.1,
    rng: Generator = 0,
    progress: Progress | None = None,
    notice: Notice | None = None,
) -> np.ndarray:
    """Number of accounts it can reach, each counted as 1 / distance.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.
    distance : {"hops", "inverse-weight"}
        Length of an arc: 1, or 1 / weight (then one strong arc can count for more than 1).
    pivots : int, optional
        Look at that many reached accounts only, drawn at random.
    epsilon : float, optional
        Look at as many as it takes for every score to be within epsilon · (n − 1) of the exact
        one. By hops only.
    delta : float
        With `epsilon`: the probability that some score is farther off.
    rng : int or numpy.random.Generator
        Decides on the pivots.
    progress : callable, optional
        Called with pivots done and in sight.
    notice : callable, optional
        Told how the scores were estimated, if they were.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Σ 1 / d(u → v) over the other accounts v; those out of reach add 0. Not normalised: by
        hops, n − 1 for an account that everyone hears directly.

    Notes
    -----
    The same number as ``networkx.harmonic_centrality(G.reverse())``. O(n·m) time (by hops,
    sixty-four targets share a scan of the arcs), O(n + m) memory. Searches run backward from the
    accounts reached, so each tells something about every account at once. Exact up to
    `EXACT_HARMONIC` arc visits (`EXACT_WEIGHTED` by weight), above that from `HARMONIC_PIVOTS`
    (`WEIGHTED_PIVOTS`) targets, drawn without replacement among the accounts that hear anyone;
    `sampled_harmonic` gives the interval of each account. Small differences between estimates
    mean nothing.

    References
    ----------
    Boldi, P., & Vigna, S. (2014). Axioms for centrality. Internet Mathematics 10, 222–262.
    https://doi.org/10.1080/15427951.2013.865686

    Eppstein, D., & Wang, J. (2004). Fast approximation of centrality. Journal of Graph Algorithms
    and Applications 8, 39–45. https://doi.org/10.7155/jgaa.00081

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 1, 2], [1, 2, 3])
    >>> harmonic(chain).round(3)
    array([1.833, 1.5  , 1.   , 0.   ])
    """
    found = sampled_harmonic(
        graph,
        distance=distance,
        pivots=pivots,
        epsilon=epsilon,
        delta=delta,
        rng=rng,
        progress=progress,
    )
    found.tell("harmonic", notice, 1 - delta)
    return found.scores


def sampled_harmonic(
    graph: InteractionGraph,
    *,
    distance: str = "hops",
    pivots: int | None = None,
    epsilon: float | None = None,
    delta: float = 0.1,
    rng: Generator = 0,
    progress: Progress | None = None,
) -> Estimate:
    """Harmonic centrality with the interval of every account; parameters as in `harmonic`.

    Returns
    -------
    Estimate
        With `epsilon`, all half-widths are at most epsilon · (n − 1), and all intervals hold
        together with probability at least 1 − delta; with `pivots`, they are 95 % intervals by
        the normal approximation.

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 1, 2], [1, 2, 3])
    >>> found = sampled_harmonic(chain)
    >>> found.pivots, found.bound
    (3, 'exact')
    """
    by_hops = _by_hops(distance)
    if epsilon is not None and not by_hops:
        raise UsageError(
            "harmonic: epsilon needs distance=hops; 1 / distance has no bound by weight"
        )
    request = Request(pivots, epsilon, delta, rng, progress)
    n = graph.n
    out, into = graph.out, graph.into
    has_hearers = np.diff(out.indptr) > 0

    def step(targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if by_hops:
            return kernels.inverse_distances(*out[:2], *into[:2], targets)
        return weighted.weighted_inverse_distances(*into, targets)

    cost = 1 if by_hops else WEIGHTED_COST
    sums = Contributions(
        population=np.flatnonzero(np.diff(into.indptr)),
        step=step,
        largest=1.0,
        factor=1.0,
        arcs=cost * (n + graph.m),
        together=kernels.BITS if by_hops else 1,
        shares=has_hearers / max(1, has_hearers.sum()),
    )
    return estimate(
        sums,
        request,
        exact_work=EXACT_HARMONIC if by_hops else cost * EXACT_WEIGHTED,
        default_pivots=HARMONIC_PIVOTS if by_hops else WEIGHTED_PIVOTS,
        unit=max(1.0, n - 1.0),
    )


def _betweenness_by_hops(
    graph: InteractionGraph, request: Request, between_pairs: float
) -> Estimate:
    """All sources if that is little work or asked for; else pairs, as long as they are cheap."""
    sums = hop_dependencies(graph.out, graph.into, factor=between_pairs)
    everything = len(sums.population) * sums.arcs
    exact_work = EXACT_BETWEENNESS
    possible = len(sums.population) > 0 and graph.n > 2
    if request.pairs is not None and possible:
        return draw(random_pairs(graph, between_pairs), request, request.pairs)
    if request.epsilon is not None:
        found = (
            draw_within_epsilon(random_pairs(graph, between_pairs), request) if possible else None
        )
        if found is not None:
            return found
        request, exact_work = replace(request, epsilon=None), everything
    if request.pivots is None and everything > exact_work:
        draws = random_pairs(graph, between_pairs)
        size = min(BETWEENNESS_PAIRS, affordable(draws, request, PAIRS_WORK))
        if size >= FEWEST_PAIRS:
            return draw(draws, request, size)
    return estimate(sums, request, exact_work=exact_work, default_pivots=BETWEENNESS_PIVOTS)


def _by_hops(distance: str) -> bool:
    known = {"hops": True, "inverse-weight": False, "inverse_weight": False}
    if distance not in known:
        raise UsageError(f"distance must be hops or inverse-weight, got {distance!r}")
    return known[distance]
