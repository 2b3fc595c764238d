"""What a set of accounts is worth: fragmentation without it, or how near it is to the rest."""

from collections.abc import Iterable

import numpy as np

from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import Progress
from keynodes.keyplayers.arguments import (
    Weights,
    account_indices,
    checked_direction,
    checked_radius,
    checked_samples,
    checked_seed,
    usable_weights,
    views_of,
)
from keynodes.keyplayers.findings import SetValue
from keynodes.keyplayers.reaching import Reaching
from keynodes.keyplayers.sampling import SAMPLES, disconnected, sampled, sources_of, without
from keynodes.objectives.curves import removal_curve


def fragmentation(
    graph: InteractionGraph,
    removed: Iterable[str] = (),
    *,
    direction: str = "both",
    weights: "Weights" = None,
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
    weights : mapping, Series or array of float, optional
        Weights of accounts, as in `key_players`; a pair counts the product of its two.
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
    samples, rng = checked_samples(samples), checked_seed(rng)
    weights = usable_weights(graph, weights)
    members = account_indices(graph, removed)
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
    weights: "Weights" = None,
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
    weights : mapping, Series or array of float, optional
        Weights of accounts, as in `key_players`; a pair counts the product of its two.
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
    samples, rng = checked_samples(samples), checked_seed(rng)
    weights = usable_weights(graph, weights)
    views = views_of(graph, "both" if checked_direction(direction) == "both" else "out")
    alive = without(graph.n, account_indices(graph, removed))
    return sampled(views, weights, alive, sources_of(weights, samples, rng), True, progress)


def m_reach(
    graph: InteractionGraph,
    watched: Iterable[str],
    *,
    radius: int = 2,
    direction: str = "in",
    weights: "Weights" = None,
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
    weights : mapping, Series or array of float, optional
        Weights of accounts, as in `key_players`, to be added up.

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
    return SetValue(sum(reach.admit(v) for v in account_indices(graph, watched)), 0.0, graph.n)


def distance_reach(
    graph: InteractionGraph,
    watched: Iterable[str],
    *,
    direction: str = "in",
    weights: "Weights" = None,
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
    weights : mapping, Series or array of float, optional
        Weights of accounts, as in `key_players`, for a weighted mean.

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
    return SetValue(sum(reach.admit(v) for v in account_indices(graph, watched)), 0.0, graph.n)
