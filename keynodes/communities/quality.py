"""Quality: how well each community holds together, and how closed it is to the outside."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from keynodes.communities.cartography import labels_of
from keynodes.escaping import escape, unescape
from keynodes.graph import InteractionGraph
from keynodes.results import Partition, ranks_of

if TYPE_CHECKING:
    import pandas

LEADERS = 3
"""How many members the summary names of each community."""

_BETWEEN = " | "
_BAR = "\\x7c"


class _Flows(NamedTuple):
    """What passes inside each community, out of it and into it."""

    arcs: np.ndarray
    """int64 (communities,): arcs between members."""
    touching: np.ndarray
    """int64 (communities,): arcs that begin or end at a member."""
    inside: np.ndarray
    """float64 (communities,): weight of the arcs between members."""
    leaving: np.ndarray
    """float64 (communities,): weight of the arcs from members to others."""
    arriving: np.ndarray
    """float64 (communities,): weight of the arcs from others to members."""
    total: float
    """Weight of all arcs of the graph."""

    @property
    def cut(self) -> np.ndarray:
        return self.leaving + self.arriving

    @property
    def volume(self) -> np.ndarray:
        """Sum of the members' strengths, in the undirected view."""
        return 2 * self.inside + self.cut


def community_summary(graph: InteractionGraph, partition: Partition) -> "pandas.DataFrame":
    """How well each community holds together, how insular it is, and whom its members hear most.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.
    partition : Partition
        Communities of the accounts of this graph. Accounts without one count as outside of all.

    Returns
    -------
    pandas.DataFrame
        One row a community, in the order of their numbers:

        community : str
            Its number, or its name where it came with one.
        size : int
            Members.
        arcs : int
            Arcs between members.
        inside_share : float
            Of the weight of all arcs that begin or end at a member, the share between members.
        insularity : float
            Of the weight of all arcs that members hear, the share that comes from members: 1 when
            nothing from outside reaches them.
        conductance : float
            Weight of the arcs across its border, over its volume or that of the rest of the graph,
            whichever is smaller; the volume of a set is the sum of its accounts' strengths in the
            undirected view. 0: closed; 1: nothing inside.
        stability : float
            Mean stability of its members; NaN where there was only one run.
        leaders : str
            The three members that members hear most (largest weight of arcs to other members),
            ties by account id; missing when no member hears another. Written by `joined`;
            `separated` gives the ids back.
        density : float
            Arcs over size (size − 1): the share of possible arcs that exist.
        modularity : float
            Its term of the modularity of the undirected view at resolution 1: inside / W −
            (volume / 2W)², W the weight of all arcs. The terms add up to the modularity.

        Shares are NaN where there is nothing to take a share of.

    Raises
    ------
    UsageError
        When the communities are those of other accounts.

    Notes
    -----
    O(n log n + m) time, O(n + m) memory. Size biases all of these numbers: a community of most
    accounts is insular whoever is in it. Compare communities of similar sizes.

    References
    ----------
    Newman, M. E. J., & Girvan, M. (2004). Finding and evaluating community structure in networks.
    Physical Review E 69, 026113. https://doi.org/10.1103/PhysRevE.69.026113

    Yang, J., & Leskovec, J. (2015). Defining and evaluating network communities based on
    ground-truth. Knowledge and Information Systems 42, 181–213.
    https://doi.org/10.1007/s10115-013-0693-z

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 1, 2], [1, 2, 3], [2, 1, 3])
    >>> two = Partition(chain.accounts, np.array([0, 0, 1, 1]), names=("0", "1"))
    >>> summary = community_summary(chain, two)
    >>> summary[["community", "arcs", "inside_share", "insularity", "leaders"]].round(2)
      community  arcs  inside_share  insularity leaders
    0         0     1          0.67        1.00       a
    1         1     1          0.75        0.75       c
    """
    import pandas

    labels = labels_of(graph, partition)
    flows = _flows(graph, labels, len(partition.names))
    size = partition.sizes
    inside = flows.inside
    whole = 2 * flows.total
    columns: dict[str, np.ndarray] = {
        "community": np.asarray(partition.names, dtype=object),
        "size": size,
        "arcs": flows.arcs,
        "inside_share": _share(inside, inside + flows.cut),
        "insularity": _share(inside, inside + flows.arriving),
        "conductance": _conductance(flows, graph.m),
        "stability": _stability(partition, labels),
        "leaders": _leaders(graph, labels, len(partition.names)),
        "density": _share(flows.arcs, size * (size - 1)),
        "modularity": _share(inside, flows.total) - _share(flows.volume, whole) ** 2,
    }
    return pandas.DataFrame(columns)


def whole_quality(graph: InteractionGraph, partition: Partition) -> dict[str, float]:
    """How well the communities divide the graph, all of them together.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.
    partition : Partition
        Communities of the accounts of this graph.

    Returns
    -------
    dict
        ``communities`` (how many with a member), ``singletons`` (of a single member),
        ``unassigned`` (accounts without a community), ``largest_share`` (of all accounts, those
        in the largest community), ``inside_share`` (of the weight of all arcs, the share inside
        communities), ``insularity`` (of the weight of all arcs that members hear, the share from
        their own community: the mean insularity by that weight), ``modularity`` (of the
        undirected view, at resolution 1: the sum of the communities' terms, so accounts without a
        community add nothing). Shares are NaN where there is nothing to take a share of.

    Raises
    ------
    UsageError
        When the communities are those of other accounts.

    Notes
    -----
    O(n + m).

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 1, 2], [1, 2, 3], [2, 1, 3])
    >>> two = Partition(chain.accounts, np.array([0, 0, 1, 1]), names=("0", "1"))
    >>> found = whole_quality(chain, two)
    >>> found["communities"], round(found["inside_share"], 3), round(found["modularity"], 3)
    (2, 0.833, 0.319)
    """
    labels = labels_of(graph, partition)
    flows = _flows(graph, labels, len(partition.names))
    inside = flows.inside.sum()
    heard = inside + flows.arriving.sum()
    squares = (_share(flows.volume, 2 * flows.total) ** 2).sum()
    modularity = inside / flows.total - squares if flows.total else np.nan
    sizes = partition.sizes
    return {
        "communities": int((sizes > 0).sum()),
        "singletons": int((sizes == 1).sum()),
        "unassigned": int((labels < 0).sum()),
        "largest_share": float(sizes.max(initial=0) / graph.n) if graph.n else float("nan"),
        "inside_share": float(inside / flows.total) if flows.total else float("nan"),
        "insularity": float(inside / heard) if heard else float("nan"),
        "modularity": float(modularity),
    }


def joined(names: Iterable[str]) -> str:
    r"""Write several account ids in one text, reversibly: with `` | `` between them.

    Each is written as by `keynodes.escaping.escape`, and a bar in it as ``\x7c``. `separated`
    gives them back.

    Examples
    --------
    >>> print(joined(["ann", "bob | eve"]))
    ann | bob \x7c eve
    """
    return _BETWEEN.join(escape(name).replace("|", _BAR) for name in names)


def separated(text: str) -> list[str]:
    """Undo `joined` (of at least one name).

    Examples
    --------
    >>> separated(joined(["ann", "bob | eve"]))
    ['ann', 'bob | eve']
    """
    return [unescape(part) for part in text.split(_BETWEEN)]


def _flows(graph: InteractionGraph, labels: np.ndarray, communities: int) -> _Flows:
    """Add up the arcs of each community, in the order of the arcs."""
    weights = graph.out.weights
    tails, heads = labels[graph.tails], labels[graph.out.indices]
    within = (tails == heads) & (tails >= 0)
    leaves = (tails != heads) & (tails >= 0)
    arrives = (tails != heads) & (heads >= 0)

    def weight(ends: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        sums = np.bincount(ends[chosen], weights[chosen], minlength=communities)
        return sums.astype(np.float64)

    arcs = np.bincount(tails[within], minlength=communities)
    touching = arcs + np.bincount(tails[leaves], minlength=communities)
    touching += np.bincount(heads[arrives], minlength=communities)
    return _Flows(
        arcs,
        touching,
        weight(tails, within),
        weight(tails, leaves),
        weight(heads, arrives),
        float(weights.sum()),
    )


def _conductance(flows: _Flows, arcs: int) -> np.ndarray:
    """Weight across each border, over the smaller of the two volumes it parts."""
    rest = 2 * (flows.total - flows.inside) - flows.cut
    # No rounding may make either side smaller than its own border.
    result = _share(flows.cut, np.maximum(np.minimum(flows.volume, rest), flows.cut))
    closed = flows.cut == 0
    both_have_arcs = (flows.touching > 0) & (flows.touching < arcs)
    result[closed] = np.where(both_have_arcs[closed], 0.0, np.nan)
    return result


def _leaders(graph: InteractionGraph, labels: np.ndarray, communities: int) -> np.ndarray:
    """The members of each community that its members hear most, as `joined` writes them."""
    tails, heads = graph.tails, graph.out.indices
    within = (labels[tails] == labels[heads]) & (labels[tails] >= 0)
    strength = np.bincount(tails[within], graph.out.weights[within], minlength=graph.n)
    heard = np.flatnonzero(strength > 0)
    # By community, then from the most heard on; equals stay in account order.
    order = heard[np.lexsort((ranks_of(strength, "high")[heard], labels[heard]))]
    bounds = np.searchsorted(labels[order], np.arange(communities + 1))
    result = np.full(communities, None, dtype=object)
    for community in np.flatnonzero(np.diff(bounds)):
        start, stop = bounds[community], bounds[community + 1]
        chosen = order[start : min(start + LEADERS, stop)]
        result[community] = joined(graph.accounts[chosen])
    return result


def _stability(partition: Partition, labels: np.ndarray) -> np.ndarray:
    """Mean stability of the members of each community."""
    number = len(partition.names)
    if partition.stability is None:
        return np.full(number, np.nan)
    members = labels >= 0
    sums = np.bincount(labels[members], partition.stability[members], minlength=number)
    return _share(sums, np.bincount(labels[members], minlength=number))


def _share(part: np.ndarray, whole: np.ndarray | float) -> np.ndarray:
    """`part` over `whole`, NaN where there is no whole."""
    whole = np.broadcast_to(np.asarray(whole, dtype=np.float64), part.shape)
    result = np.full(part.shape, np.nan)
    np.divide(part, whole, out=result, where=whole > 0)
    return result
