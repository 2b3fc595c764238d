"""Brokers: what passes between communities through an account.

Communities come from outside, as a label for each account (-1: none). An account without one has
no score, and as a neighbour it is left out of the scores of others.
"""

import numpy as np

from keynodes.errors import LabelsNeeded, UsageError
from keynodes.graph import InteractionGraph
from keynodes.kernels import brokers as kernels
from keynodes.kernels.blocks import Progress, by_work, in_order
from keynodes.measures.registration import measure

_GOULD = "Gould & Fernandez 1989, doi:10.2307/270949"
_COST = "O(m^1.5)"
_STEPS = 1 << 25
"""Steps of one block: some tenths of a second."""


@measure(question="bridges", key="high", direction=True, weights="no", cost=_COST, reference=_GOULD)
def coordinator(
    graph: InteractionGraph,
    *,
    labels: np.ndarray | None = None,
    progress: Progress | None = None,
) -> np.ndarray:
    """Pairs of its own community that reach each other through it and not directly.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.
    labels : numpy.ndarray of int64, shape (n,)
        The community of each account, -1 for none.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Two-paths a → b → c without an arc a → c, where a, b and c have the same community. NaN
        for an account without a community.

    Notes
    -----
    O(m^1.5) time at worst, O(n + m) memory: two-paths are counted by community, and only the
    closed ones are listed, so a hub is a normal case. A raw count, as ``raw.nli`` (w_I) of
    ``sna::brokerage`` in R; an account counts the same however heavy its arcs. Two-paths that
    begin or end at an account without a community are not counted.

    References
    ----------
    Gould, R. V., & Fernandez, R. M. (1989). Structures of mediation: a formal approach to
    brokerage in transaction networks. Sociological Methodology 19, 89–126.
    https://doi.org/10.2307/270949

    Examples
    --------
    >>> line = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1], [1, 2])
    >>> coordinator(line, labels=np.array([0, 0, 0]))
    array([0., 1., 0.])
    """
    return _brokerage("coordinator", graph, labels, progress)


@measure(question="bridges", key="high", direction=True, weights="no", cost=_COST, reference=_GOULD)
def itinerant(
    graph: InteractionGraph,
    *,
    labels: np.ndarray | None = None,
    progress: Progress | None = None,
) -> np.ndarray:
    """Pairs of one other community that reach each other through it and not directly.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.
    labels : numpy.ndarray of int64, shape (n,)
        The community of each account, -1 for none.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Two-paths a → b → c without an arc a → c, where a and c have the same community and b
        another. NaN for an account without a community.

    Notes
    -----
    O(m^1.5) time at worst, O(n + m) memory (see `coordinator`). Also called consultant; w_O of
    ``sna::brokerage``.

    References
    ----------
    Gould, R. V., & Fernandez, R. M. (1989). Structures of mediation: a formal approach to
    brokerage in transaction networks. Sociological Methodology 19, 89–126.
    https://doi.org/10.2307/270949

    Examples
    --------
    >>> line = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1], [1, 2])
    >>> itinerant(line, labels=np.array([0, 1, 0]))
    array([0., 1., 0.])
    """
    return _brokerage("itinerant", graph, labels, progress)


@measure(question="bridges", key="high", direction=True, weights="no", cost=_COST, reference=_GOULD)
def gatekeeper(
    graph: InteractionGraph,
    *,
    labels: np.ndarray | None = None,
    progress: Progress | None = None,
) -> np.ndarray:
    """Pairs of an outsider and a member of its community that it lets in: its way in.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.
    labels : numpy.ndarray of int64, shape (n,)
        The community of each account, -1 for none.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Two-paths a → b → c without an arc a → c, where b and c have the same community and a
        another. NaN for an account without a community.

    Notes
    -----
    O(m^1.5) time at worst, O(n + m) memory (see `coordinator`). b_OI of ``sna::brokerage``. With
    all arcs turned round it is `representative`.

    References
    ----------
    Gould, R. V., & Fernandez, R. M. (1989). Structures of mediation: a formal approach to
    brokerage in transaction networks. Sociological Methodology 19, 89–126.
    https://doi.org/10.2307/270949

    Examples
    --------
    >>> line = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1], [1, 2])
    >>> gatekeeper(line, labels=np.array([0, 1, 1]))
    array([0., 1., 0.])
    """
    return _brokerage("gatekeeper", graph, labels, progress)


@measure(question="bridges", key="high", direction=True, weights="no", cost=_COST, reference=_GOULD)
def representative(
    graph: InteractionGraph,
    *,
    labels: np.ndarray | None = None,
    progress: Progress | None = None,
) -> np.ndarray:
    """Pairs of a member of its community and an outsider whom it carries the member's posts to.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.
    labels : numpy.ndarray of int64, shape (n,)
        The community of each account, -1 for none.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Two-paths a → b → c without an arc a → c, where a and b have the same community and c
        another. NaN for an account without a community.

    Notes
    -----
    O(m^1.5) time at worst, O(n + m) memory (see `coordinator`). b_IO of ``sna::brokerage``. With
    all arcs turned round it is `gatekeeper`.

    References
    ----------
    Gould, R. V., & Fernandez, R. M. (1989). Structures of mediation: a formal approach to
    brokerage in transaction networks. Sociological Methodology 19, 89–126.
    https://doi.org/10.2307/270949

    Examples
    --------
    >>> line = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1], [1, 2])
    >>> representative(line, labels=np.array([0, 0, 1]))
    array([0., 1., 0.])
    """
    return _brokerage("representative", graph, labels, progress)


@measure(question="bridges", key="high", direction=True, weights="no", cost=_COST, reference=_GOULD)
def liaison(
    graph: InteractionGraph,
    *,
    labels: np.ndarray | None = None,
    progress: Progress | None = None,
) -> np.ndarray:
    """Pairs of two other communities that reach each other through it and not directly.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.
    labels : numpy.ndarray of int64, shape (n,)
        The community of each account, -1 for none.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Two-paths a → b → c without an arc a → c, where a, b and c have three communities. NaN
        for an account without a community.

    Notes
    -----
    O(m^1.5) time at worst, O(n + m) memory (see `coordinator`). b_O of ``sna::brokerage``.

    References
    ----------
    Gould, R. V., & Fernandez, R. M. (1989). Structures of mediation: a formal approach to
    brokerage in transaction networks. Sociological Methodology 19, 89–126.
    https://doi.org/10.2307/270949

    Examples
    --------
    >>> line = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1], [1, 2])
    >>> liaison(line, labels=np.array([0, 1, 2]))
    array([0., 1., 0.])
    """
    return _brokerage("liaison", graph, labels, progress)


def brokerage(
    graph: InteractionGraph, labels: np.ndarray, *, progress: Progress | None = None
) -> np.ndarray:
    """All five counts of every account in one pass: int64 (n, 5).

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.
    labels : numpy.ndarray of int64, shape (n,)
        The community of each account, -1 for none.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    numpy.ndarray of int64, shape (n, 5)
        A column a role, in the order coordinator, itinerant, gatekeeper, representative, liaison;
        0 for an account without a community.

    Raises
    ------
    UsageError
        When `labels` are not one whole number an account.

    Notes
    -----
    O(m^1.5) time at worst, O(n + m) memory (see `coordinator`): as much as one of them.

    Examples
    --------
    >>> line = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1], [1, 2])
    >>> brokerage(line, np.array([0, 1, 1]))[1]
    array([0, 0, 1, 0, 0])
    """
    return _counts(graph, *communities_of("brokerage", graph, labels), progress)


def _brokerage(
    name: str, graph: InteractionGraph, labels: np.ndarray | None, progress: Progress | None
) -> np.ndarray:
    """Open two-paths through each account in one role."""
    communities, number = communities_of(name, graph, labels)
    counts = _counts(graph, communities, number, progress)
    scores = counts[:, kernels.ROLES.index(name)].astype(np.float64)
    scores[communities < 0] = np.nan
    return scores


def _counts(
    graph: InteractionGraph, communities: np.ndarray, number: int, progress: Progress | None
) -> np.ndarray:
    """Open two-paths through each account, by role: all less the closed ones."""
    arcs = (*graph.out[:2], *graph.into[:2])
    counts = kernels.two_paths(*arcs, communities, number)
    indptr, indices, directions = kernels.upward(*arcs, communities)
    for array in (indptr, indices, directions):
        array.setflags(write=False)

    def step(rows: slice) -> np.ndarray:
        return kernels.closed_two_paths(
            indptr, indices, directions, communities, rows.start, rows.stop
        )

    steps = np.concatenate([[0], np.cumsum(np.diff(indptr)[indices] + 1)])
    # A block clears and adds 5 n numbers: it should have more than that to do.
    blocks = by_work(np.diff(steps[indptr]), max(_STEPS, 10 * graph.n))
    for closed in in_order(step, blocks, progress):
        counts -= closed
    return counts


def communities_of(
    name: str, graph: InteractionGraph, labels: np.ndarray | None
) -> tuple[np.ndarray, int]:
    """Communities numbered from 0 (-1: none), and how many there are."""
    if labels is None:
        raise LabelsNeeded(
            f"measure '{name}' compares communities: give --communities FILE (account,label) "
            "or METHOD, or labels= in Python"
        )
    given = np.asarray(labels)
    if given.shape != (graph.n,) or (graph.n and given.dtype.kind not in "iu"):
        raise UsageError(
            f"measure '{name}': labels must be {graph.n:,} whole numbers, one an account (-1 for "
            f"none), got {given.dtype} of shape {given.shape}"
        )
    members = given >= 0
    names, numbered = np.unique(given[members], return_inverse=True)
    communities = np.full(graph.n, -1, np.int64)
    communities[members] = numbered
    communities.setflags(write=False)
    return communities, len(names)
