"""Gatekeepers: the accounts that most of what passes between two communities passes through."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from keynodes.communities.cartography import labels_of
from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph
from keynodes.kernels import csr
from keynodes.kernels import gates as kernels
from keynodes.kernels.blocks import Progress, by_work, in_order
from keynodes.results import TIE, Partition, ranks_of

if TYPE_CHECKING:
    import pandas

_STEPS = 1 << 22
"""Arcs of one block: some tenths of a second."""


@dataclass(frozen=True, eq=False)
class Gatekeepers:
    """For pairs of communities, the accounts that most of the flow from one to the other touches.

    One entry an account named; pairs from the heaviest to the lightest, and within a pair in the
    order in which the accounts were named.

    Attributes
    ----------
    partition : Partition
        The communities.
    from_community, to_community : numpy.ndarray of int64
        Numbers of the two communities: what the first posts reaches the second.
    weight : numpy.ndarray of float64
        Weight of all arcs from the first to the second.
    account : numpy.ndarray of int64
        Index of the account.
    share : numpy.ndarray of float64
        Which share of that weight touches the account.
    covered : numpy.ndarray of float64
        Which share touches it or an account named before it.
    notices : tuple of str
        What was left out.
    """

    partition: Partition
    from_community: np.ndarray
    to_community: np.ndarray
    weight: np.ndarray
    account: np.ndarray
    share: np.ndarray
    covered: np.ndarray
    notices: tuple[str, ...] = ()

    @property
    def lets_in(self) -> np.ndarray:
        """Whether the account is in the community that hears: bool, one an entry."""
        return self.partition.labels[self.account] == self.to_community

    def to_frame(self) -> "pandas.DataFrame":
        """Return a table of all entries.

        Columns ``from_community, to_community, weight, account, community, side, share,
        covered``. `side` has Gould and Fernandez's words: a ``gatekeeper`` is in the community
        that hears, a ``representative`` in the one that is heard.
        """
        import pandas

        names = np.asarray(self.partition.names, dtype=object)
        sides = np.array(["representative", "gatekeeper"], dtype=object)
        return pandas.DataFrame(
            {
                "from_community": names[self.from_community],
                "to_community": names[self.to_community],
                "weight": self.weight,
                "account": self.partition.accounts[self.account],
                "community": names[self.partition.labels[self.account]],
                "side": sides[self.lets_in.astype(np.int64)],
                "share": self.share,
                "covered": self.covered,
            }
        )


class _Pairs(NamedTuple):
    """Crossing arcs by the two communities they join: pairs in the order of their numbers."""

    bounds: np.ndarray
    """int64 (pairs + 1,): where the arcs of each pair begin."""
    tails: np.ndarray
    heads: np.ndarray
    weights: np.ndarray
    sources: np.ndarray
    """int64 (pairs,): the community that is heard."""
    targets: np.ndarray
    """int64 (pairs,): the community that hears."""
    totals: np.ndarray
    """float64 (pairs,): weight of each pair."""


def gatekeepers(
    graph: InteractionGraph,
    partition: Partition,
    *,
    share: float = 0.5,
    most: int = 5,
    pairs: int | None = None,
    progress: Progress | None = None,
) -> Gatekeepers:
    """For each two communities, the accounts that most of the flow between them passes through.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.
    partition : Partition
        Communities of the accounts of this graph. Arcs of accounts without one are left out.
    share : float, default 0.5
        Accounts are named until more than this share of the weight between the two communities
        touches one of them; 1 for all of it.
    most : int, default 5
        How many accounts are named at most for each pair.
    pairs : int, optional
        Only so many pairs, the heaviest; all by default.
    progress : callable, optional
        Called as ``progress(done, total)``, in pairs of communities.

    Returns
    -------
    Gatekeepers
        With ``.to_frame()``. From A to B and from B to A are two pairs.

    Raises
    ------
    UsageError
        When a parameter is out of range, or the communities are those of other accounts.

    Notes
    -----
    O(n + m · `most`) time, O(n + m) memory. Accounts of both communities compete: each time the
    one is named that the most weight touches which touches nobody named before it; between equals
    the smaller account id. That is the greedy cover: the smallest set can be smaller, but to find
    it may take exponential time. Naming k accounts this way covers at least 1 − 1/e, 63 %, of what
    the best k could (Nemhauser, Wolsey & Fisher).

    Pairs of equal weight stand in the order of their numbers. Weights of a pair are added in the
    order of its arcs; a relative gap below 1e-9 makes no difference.

    References
    ----------
    Gould, R. V., & Fernandez, R. M. (1989). Structures of mediation: a formal approach to
    brokerage in transaction networks. Sociological Methodology 19, 89–126.
    https://doi.org/10.2307/270949

    Nemhauser, G. L., Wolsey, L. A., & Fisher, M. L. (1978). An analysis of approximations for
    maximizing submodular set functions. Mathematical Programming 14, 265–294.
    https://doi.org/10.1007/BF01588971

    Examples
    --------
    Two of the three arcs touch a, and two touch c; a has the smaller id.

    >>> door = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 1, 0], [2, 2, 3])
    >>> two = Partition(door.accounts, np.array([0, 0, 1, 1]), names=("0", "1"))
    >>> gatekeepers(door, two).to_frame()[["account", "side", "share"]].round(2)
      account            side  share
    0       a  representative   0.67
    """
    if not 0 < share <= 1:
        raise UsageError(f"share must be a number above 0 and at most 1, got {share}")
    for name, value in (("most", most), ("pairs", pairs)):
        if value is not None and not (isinstance(value, int | np.integer) and value >= 1):
            raise UsageError(f"{name} must be a whole number from 1, got {value!r}")
    labels = labels_of(graph, partition)
    found = _pairs(graph, labels, len(partition.names))
    notices = []
    outside = _outside(graph, labels)
    if outside:
        notices.append(f"{outside:,} arc(s) of accounts without a community are left out")
    order = _heaviest_first(found.totals)
    if pairs is not None and pairs < len(order):
        notices.append(f"the {pairs:,} heaviest of {len(order):,} pairs of communities")
        order = order[:pairs]
    order.setflags(write=False)
    pair, account, touching, covered = _named(found, order, graph.n, share, most, progress)
    weight = found.totals[pair]
    return Gatekeepers(
        partition,
        found.sources[pair],
        found.targets[pair],
        weight,
        account,
        touching / weight,
        covered / weight,
        tuple(notices),
    )


def _named(
    found: _Pairs,
    order: np.ndarray,
    accounts: int,
    share: float,
    most: int,
    progress: Progress | None,
) -> list[np.ndarray]:
    """Name accounts, one a round for every pair that is not covered yet.

    Returns, for each account named: its pair, itself, the weight that touches it, and the weight
    that touches it or one named before; in the order of the pairs, then of the rounds.
    """
    open_arcs = np.ones(len(found.tails), bool)
    empty = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
    rounds: list[tuple[np.ndarray, ...]] = [empty]
    places = [np.zeros(0, np.int64)]
    active = np.arange(len(order))
    while len(active) and len(places) <= most:
        numbers = order[active]
        numbers.setflags(write=False)

        def step(part: slice, numbers: np.ndarray = numbers) -> tuple[np.ndarray, ...]:
            return kernels.next_passages(
                found.tails,
                found.heads,
                found.weights,
                found.bounds,
                numbers[part],
                open_arcs,  # each block closes arcs of its own pairs alone
                accounts,
                TIE,
            )

        # A block clears n numbers: it should have more than that to do.
        work = found.bounds[numbers + 1] - found.bounds[numbers]
        blocks = by_work(work, max(_STEPS, accounts))
        named, touching, covered, unfinished = map(
            np.concatenate, zip(*in_order(step, blocks), strict=True)
        )
        rounds.append((numbers, named, touching, covered))
        places.append(active)
        uncovered = covered <= share * found.totals[numbers] * (1 + TIE)
        active = active[unfinished & uncovered]
        if progress:
            progress(len(order) - len(active), len(order))
    if progress and len(active):
        progress(len(order), len(order))
    by_pair = np.argsort(np.concatenate(places), kind="stable")
    return [np.concatenate(column)[by_pair] for column in zip(*rounds, strict=True)]


def _pairs(graph: InteractionGraph, labels: np.ndarray, communities: int) -> _Pairs:
    """Sort the crossing arcs by the communities they come from and go to."""
    arcs, tails, of_tails, of_heads = kernels.crossing(graph.out.indptr, graph.out.indices, labels)
    order = np.arange(len(arcs))
    order = csr.stable_order(of_heads, communities, order)
    order = csr.stable_order(of_tails, communities, order)
    sources, targets, arcs = of_tails[order], of_heads[order], arcs[order]
    starts = np.ones(len(order), bool)
    starts[1:] = (sources[1:] != sources[:-1]) | (targets[1:] != targets[:-1])
    first = np.flatnonzero(starts)
    weights = graph.out.weights[arcs]
    # One after the other, as `next_passages` adds them: what covers all of a pair covers 1 of it.
    totals = np.bincount(np.cumsum(starts) - 1, weights, minlength=len(first))
    result = _Pairs(
        np.append(first, len(order)),
        tails[order],
        graph.out.indices[arcs],
        weights,
        sources[first].astype(np.int64),
        targets[first].astype(np.int64),
        totals.astype(np.float64),
    )
    for array in result:
        array.setflags(write=False)
    return result


def _heaviest_first(totals: np.ndarray) -> np.ndarray:
    """Numbers of the pairs by weight, those of equal weight in the order they stand in."""
    return np.argsort(ranks_of(totals, "high"), kind="stable")


def _outside(graph: InteractionGraph, labels: np.ndarray) -> int:
    """How many arcs begin or end at an account without a community."""
    if labels.min(initial=0) >= 0:
        return 0
    return int(((labels[graph.tails] < 0) | (labels[graph.out.indices] < 0)).sum())
