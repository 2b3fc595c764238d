"""What a set of accounts is worth: fragmentation without it, or how near it is to the rest."""

from collections.abc import Iterable

import numpy as np

from keynodes.errors import UsageError
from keynodes.graph import Adjacency, InteractionGraph
from keynodes.kernels import nearness
from keynodes.kernels.blocks import Progress, in_order
from keynodes.keyplayers.findings import SetValue
from keynodes.objectives.curves import checked_weights, removal_curve

SAMPLES = 512
"""Accounts that a sampled fragmentation searches from unless said."""

DIRECTIONS = ("in", "out", "both")

FEW = 50_000
"""Accounts and arcs that are sooner searched than given to threads."""

NOTHING = 1e-12
"""A share of all pairs too small to tell from rounding."""


def fragmentation(
    graph: InteractionGraph,
    removed: Iterable[str] = (),
    *,
    direction: str = "both",
    weights: np.ndarray | None = None,
    samples: int = SAMPLES,
    rng: int = 0,
    progress: Progress | None = None,
) -> SetValue:
    """Share of the pairs of accounts left over that nothing joins, once a set is removed.

    Parameters
    ----------
    graph : InteractionGraph
        The network; it is not changed.
    removed : iterable of str
        The accounts that are gone.
    direction : {"both", "out", "in"}, default "both"
        "both" takes arcs as undirected. Otherwise a pair is ordered, and joined when what the one
        posts can reach the other; "out" and "in" then count the same pairs.
    weights : numpy.ndarray of float64, shape (n,), optional
        Weights of accounts; a pair counts the product of its two. 1 each when not given.
    samples : int, default 512
        With direction: accounts to search from; all of them when there are no more than that.
    rng : int, default 0
        Seed of the sample.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    SetValue
        F = 1 − Σ s_k (s_k − 1) / (n (n − 1)) over the sizes s_k of the components, and n the
        number of accounts *left*, as in the paper; 1 when fewer than two are left.

    Raises
    ------
    UnknownAccount
        When the graph lacks an account of the set.
    UsageError
        When an argument is out of its range.

    Notes
    -----
    Exact in O(n + m) when undirected. Otherwise `samples` searches of O(n + m), sixty-four at a
    time; the half-width is that of a ratio estimate at 95 %, for a sample without replacement.
    O(n + m) memory.

    References
    ----------
    Borgatti, S. P. (2006). Identifying sets of key players in a social network. Computational and
    Mathematical Organization Theory 12, 21–34 (eq. 4). https://doi.org/10.1007/s10588-006-7084-x

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d", "e"], [0, 1, 2, 3], [1, 2, 3, 4])
    >>> round(fragmentation(chain, ["c"]).value, 3)  # two pairs of two: 4 of 12 ordered pairs
    0.667
    """
    weights = usable_weights(graph, weights)
    members = indices_of(graph, removed)
    if checked_direction(direction) != "both":
        views = views_of(graph, "out")
        alive = without(graph.n, members)
        return sampled(views, weights, alive, sources_of(weights, samples, rng), False, progress)
    curve = removal_curve(graph, members, weights=weights)
    rest = np.delete(weights, members)
    return SetValue(float(disconnected(curve.weighted_pairs[-1], rest)), 0.0, graph.n)


def distance_fragmentation(
    graph: InteractionGraph,
    removed: Iterable[str] = (),
    *,
    direction: str = "both",
    weights: np.ndarray | None = None,
    samples: int = SAMPLES,
    rng: int = 0,
    progress: Progress | None = None,
) -> SetValue:
    """How far apart the accounts left over are, once a set is removed: 1 minus the mean of 1/d.

    Parameters
    ----------
    graph : InteractionGraph
        The network; it is not changed.
    removed : iterable of str
        The accounts that are gone.
    direction : {"both", "out", "in"}, default "both"
        "both" takes arcs as undirected; otherwise distances run along arcs, over ordered pairs.
    weights : numpy.ndarray of float64, shape (n,), optional
        Weights of accounts; a pair counts the product of its two. 1 each when not given.
    samples : int, default 512
        Accounts to search from; all of them, exactly, when there are no more than that.
    rng : int, default 0
        Seed of the sample.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    SetValue
        DF = 1 − 2 Σ_{i>j} 1/d_ij / (n (n − 1)), with d in hops (1/d = 0 where there is no path)
        and n the number of accounts *left*; 1 when fewer than two are left.

    Raises
    ------
    UnknownAccount
        When the graph lacks an account of the set.
    UsageError
        When an argument is out of its range.

    Notes
    -----
    `samples` searches of O(n + m), sixty-four at a time; O(n + m) memory. The half-width is that
    of a ratio estimate at 95 %, for a sample without replacement.

    References
    ----------
    Borgatti, S. P. (2006). Identifying sets of key players in a social network. Computational and
    Mathematical Organization Theory 12, 21–34 (eq. 9). https://doi.org/10.1007/s10588-006-7084-x

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 1, 2], [1, 2, 3])
    >>> round(distance_fragmentation(chain).value, 3)  # 1 − (3·1 + 2·1/2 + 1/3) / 6
    0.278
    """
    weights = usable_weights(graph, weights)
    views = views_of(graph, "both" if checked_direction(direction) == "both" else "out")
    alive = without(graph.n, indices_of(graph, removed))
    return sampled(views, weights, alive, sources_of(weights, samples, rng), True, progress)


def m_reach(
    graph: InteractionGraph,
    watched: Iterable[str],
    *,
    radius: int = 2,
    direction: str = "in",
    weights: np.ndarray | None = None,
) -> SetValue:
    """Accounts within a number of hops of a set, its own included.

    Parameters
    ----------
    graph : InteractionGraph
        The network.
    watched : iterable of str
        The set.
    radius : int, default 2
        How many hops, 1 or more.
    direction : {"in", "out", "both"}, default "in"
        "in": accounts whose posts reach the set (whom to *watch*); "out": accounts that posts of
        the set reach (whom to *inform*); "both": arcs as undirected, as in the paper.
    weights : numpy.ndarray of float64, shape (n,), optional
        Weights of accounts, to be added up; 1 each when not given.

    Returns
    -------
    SetValue
        Exact. Without the set itself, take its size (its weight) off.

    Raises
    ------
    UnknownAccount
        When the graph lacks an account of the set.
    UsageError
        When an argument is out of its range.

    Notes
    -----
    One search from the whole set: O(n + m).

    References
    ----------
    Borgatti, S. P. (2006). Identifying sets of key players in a social network. Computational and
    Mathematical Organization Theory 12, 21–34 (eq. 12). https://doi.org/10.1007/s10588-006-7084-x

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 1, 2], [1, 2, 3])
    >>> m_reach(chain, ["c"]).value, m_reach(chain, ["c"], direction="out").value
    (3.0, 2.0)
    """
    reach = Reaching(graph, weights, direction, checked_radius(radius))
    return SetValue(sum(reach.admit(v) for v in indices_of(graph, watched)), 0.0, graph.n)


def distance_reach(
    graph: InteractionGraph,
    watched: Iterable[str],
    *,
    direction: str = "in",
    weights: np.ndarray | None = None,
) -> SetValue:
    """How near a set is to all accounts: the mean of 1/d, d the hops to its nearest member.

    Parameters
    ----------
    graph : InteractionGraph
        The network.
    watched : iterable of str
        The set.
    direction : {"in", "out", "both"}, default "in"
        As in `m_reach`.
    weights : numpy.ndarray of float64, shape (n,), optional
        Weights of accounts, for a weighted mean; 1 each when not given.

    Returns
    -------
    SetValue
        D_R = Σ_j (1/d_Kj) / n over all n accounts, exact: d is 1 for the members of the set
        themselves, as in the paper, and 1/d is 0 where there is no path. 1 when every account is
        a member or one hop away.

    Raises
    ------
    UnknownAccount
        When the graph lacks an account of the set.
    UsageError
        When an argument is out of its range.

    Notes
    -----
    One search from the whole set: O(n + m).

    References
    ----------
    Borgatti, S. P. (2006). Identifying sets of key players in a social network. Computational and
    Mathematical Organization Theory 12, 21–34 (eq. 14). https://doi.org/10.1007/s10588-006-7084-x

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 1, 2], [1, 2, 3])
    >>> distance_reach(chain, ["c"]).value  # c itself and b 1, a 1/2, d nothing
    0.625
    """
    reach = Reaching(graph, weights, direction, None)
    return SetValue(sum(reach.admit(v) for v in indices_of(graph, watched)), 0.0, graph.n)


class Reaching:
    """A set that grows, and how near it is to every account."""

    def __init__(
        self,
        graph: InteractionGraph,
        weights: np.ndarray | None,
        direction: str,
        radius: int | None,
    ) -> None:
        weights = usable_weights(graph, weights)
        # What an account covers lies along the arcs that lead to it, or away from it.
        self.view, self.opposite = views_of(graph, checked_direction(direction))
        self.weights = weights if radius is not None else weights / max(weights.sum(), 1e-300)
        self.weights.setflags(write=False)
        self.radius = radius
        self.distances = np.full(graph.n, nearness.FAR, np.int32)

    def admit(self, account: int, commit: bool = True) -> float:
        """Return what the set gains by an account, and take it in if `commit`."""
        return float(
            nearness.admit(
                self.view.indptr,
                self.view.indices,
                self.weights,
                self.distances,
                int(account),
                int(nearness.FAR) if self.radius is None else self.radius,
                self.radius is None,
                commit,
            )
        )

    def start(self, members: Iterable[int] = ()) -> float:
        """Begin again with a set, and return what it is worth."""
        self.distances[:] = nearness.FAR
        return sum(self.admit(v) for v in members)


def views_of(graph: InteractionGraph, direction: str) -> tuple[Adjacency, Adjacency]:
    """Return the arcs that lead from a set to what it covers, and the same turned round."""
    if direction == "both":
        return graph.both, graph.both
    return (graph.into, graph.out) if direction == "in" else (graph.out, graph.into)


def sampled(
    views: tuple[Adjacency, Adjacency],
    weights: np.ndarray,
    alive: np.ndarray,
    sources: np.ndarray,
    harmonic: bool,
    progress: Progress | None = None,
) -> SetValue:
    """Estimate F (or DF, if `harmonic`) of what is alive from searches of `sources`.

    The sources that are alive are a simple random sample of all accounts alive with a weight. Of
    each, what it reaches is set against what there is: the ratio of the two sums, and its
    half-width by the residuals (with the correction for a finite population).
    """
    rows = rows_of(views, weights, alive, sources, harmonic, progress)
    drawn = alive[sources]
    own = weights[sources][drawn]
    population = int((alive & (weights > 0)).sum())
    there = own * (weights[alive].sum() - own)
    joined = own * rows[drawn]
    count = len(own)
    if population < 2 or (count and there.sum() <= NOTHING * weights[alive].sum() ** 2):
        return SetValue(1.0, 0.0, count)
    if not count:
        return SetValue(float("nan"), float("nan"), 0)
    ratio = joined.sum() / there.sum()
    if count >= population:
        return SetValue(float(1.0 - ratio), 0.0, count)
    if count < 2:
        return SetValue(float(1.0 - ratio), float("nan"), count)
    residuals = joined - ratio * there
    variance = (residuals**2).sum() / (count - 1) / count * (1.0 - count / population)
    half_width = 1.96 * np.sqrt(variance) / there.mean()
    if not half_width > NOTHING:
        # All alike: another kind that makes up 3/count of the rest is missed once in twenty times.
        half_width = 3.0 / count
    return SetValue(float(1.0 - ratio), float(half_width), count)


def sources_of(
    weights: np.ndarray, samples: int, rng: int | np.random.Generator | np.random.SeedSequence
) -> np.ndarray:
    """Draw accounts with a weight to search from, each at most once: int32, sorted."""
    population = np.flatnonzero(weights > 0)
    if len(population) > samples:
        generator = np.random.default_rng(rng)
        population = np.sort(generator.choice(population, samples, replace=False))
    return frozen(population)


def rows_of(
    views: tuple[Adjacency, Adjacency],
    weights: np.ndarray,
    alive: np.ndarray,
    sources: np.ndarray,
    harmonic: bool,
    progress: Progress | None,
) -> np.ndarray:
    """Return what each source reaches, in weight (over the distance, if `harmonic`): float64."""
    cuts = range(0, len(sources), nearness.LANES)
    blocks = [frozen(sources[cut : cut + nearness.LANES]) for cut in cuts]

    def step(block: np.ndarray) -> np.ndarray:
        along, against = views
        found = nearness.search_lanes(*along[:2], *against[:2], weights, alive, block, False)
        return found[1 if harmonic else 0][: len(block)]

    if len(blocks) * (len(alive) + len(views[0].indices)) < FEW:  # less than starting threads costs
        rows = [step(block) for block in blocks]
    else:
        rows = list(in_order(step, blocks, progress, workspace=40 * len(alive)))
    return np.concatenate(rows) if rows else np.zeros(0)


def disconnected(pairs: np.ndarray | float, rest: np.ndarray) -> np.ndarray | float:
    """F, from the connected weight pairs and the weights of what is left."""
    everything = rest.sum() ** 2 - (rest * rest).sum()
    if everything <= NOTHING * rest.sum() ** 2:
        return 1.0
    return 1.0 - 2.0 * pairs / everything


def without(n: int, members: Iterable[int]) -> np.ndarray:
    """Return which accounts are left without `members`: read-only bool (n,)."""
    alive = np.ones(n, bool)
    alive[np.asarray(list(members), np.int64)] = False
    alive.setflags(write=False)
    return alive


def usable_weights(graph: InteractionGraph, weights: np.ndarray | None) -> np.ndarray:
    """Return account weights as read-only float64 (n,), or say what is wrong with them."""
    checked = checked_weights(graph, weights)
    if graph.n and not checked.any():
        raise UsageError("account weights are all 0; at least one must be above 0")
    return checked


def indices_of(graph: InteractionGraph, accounts: Iterable[str]) -> np.ndarray:
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


def frozen(members: np.ndarray) -> np.ndarray:
    """Return accounts as kernels take them: read-only int32."""
    members = np.array(members, np.int32)
    members.setflags(write=False)
    return members
