"""Cartography: where an account stands in its community, and across communities.

Communities come from outside, as a label for each account (-1: none). An account without one has
no score, and as a neighbour it is left out of the scores of others.
"""

import numpy as np

from keynodes.graph import Adjacency, InteractionGraph
from keynodes.kernels import cartography as kernels
from keynodes.measures.brokers import communities_of
from keynodes.measures.registration import measure

_GUIMERA = "Guimerà & Amaral 2005, doi:10.1038/nature03288"
_RUBINOV = "Rubinov & Sporns 2010, doi:10.1016/j.neuroimage.2009.10.003"
_PEDERSEN = "Pedersen et al. 2020, doi:10.1162/netn_a_00127"


@measure(
    question="bridges", key="high", direction=False, weights="no", cost="O(m)", reference=_GUIMERA
)
def participation(graph: InteractionGraph, *, labels: np.ndarray | None = None) -> np.ndarray:
    """How evenly its neighbours spread over communities: 0 when all are of one.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v; a neighbour in either direction is one neighbour.
    labels : numpy.ndarray of int64, shape (n,)
        The community of each account, -1 for none.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        The participation coefficient 1 − Σ_s (k_is / k_i)²: k_is of the k_i neighbours of account
        i are in community s. Below 1; NaN for an account without a community, or without a
        neighbour that has one.

    Notes
    -----
    O(n + m). Neighbours without a community are left out of k_i. Two neighbours of two
    communities already make 0.5: read it beside the degree, or `within_z`.

    References
    ----------
    Guimerà, R., & Amaral, L. A. N. (2005). Functional cartography of complex metabolic networks.
    Nature 433, 895–900. https://doi.org/10.1038/nature03288

    Examples
    --------
    >>> star = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 0, 0], [1, 2, 3])
    >>> participation(star, labels=np.array([0, 0, 1, 2])).round(3)
    array([0.667, 0.   , 0.   , 0.   ])
    """
    return _participation(graph.both, *communities_of("participation", graph, labels))


@measure(
    question="hears", key="none", direction=True, weights="no", cost="O(m)", reference=_RUBINOV
)
def participation_in(graph: InteractionGraph, *, labels: np.ndarray | None = None) -> np.ndarray:
    """How evenly the accounts it hears spread over communities: 0 when all are of one.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.
    labels : numpy.ndarray of int64, shape (n,)
        The community of each account, -1 for none.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        `participation` counted over the accounts whose posts can reach it. NaN for an account
        without a community, or that hears none that has one.

    Notes
    -----
    O(n + m). ``participation_coef`` of the Brain Connectivity Toolbox with the flag for in-degree,
    on arcs without weights; there an account that hears nobody has 0.

    References
    ----------
    Rubinov, M., & Sporns, O. (2010). Complex network measures of brain connectivity: uses and
    interpretations. NeuroImage 52, 1059–1069. https://doi.org/10.1016/j.neuroimage.2009.10.003

    Examples
    --------
    >>> ears = InteractionGraph.from_arcs(["a", "b", "c"], [1, 2], [0, 0])
    >>> participation_in(ears, labels=np.array([0, 0, 1]))
    array([0.5, nan, nan])
    """
    return _participation(graph.into, *communities_of("participation_in", graph, labels))


@measure(
    question="bridges", key="high", direction=True, weights="no", cost="O(m)", reference=_RUBINOV
)
def participation_out(graph: InteractionGraph, *, labels: np.ndarray | None = None) -> np.ndarray:
    """How evenly the accounts that hear it spread over communities: 0 when all are of one.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.
    labels : numpy.ndarray of int64, shape (n,)
        The community of each account, -1 for none.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        `participation` counted over the accounts that its posts can reach. NaN for an account
        without a community, or that none hears that has one.

    Notes
    -----
    O(n + m). ``participation_coef`` of the Brain Connectivity Toolbox with the flag for
    out-degree, on arcs without weights; there an account that nobody hears has 0.

    References
    ----------
    Rubinov, M., & Sporns, O. (2010). Complex network measures of brain connectivity: uses and
    interpretations. NeuroImage 52, 1059–1069. https://doi.org/10.1016/j.neuroimage.2009.10.003

    Examples
    --------
    >>> voice = InteractionGraph.from_arcs(["a", "b", "c"], [0, 0], [1, 2])
    >>> participation_out(voice, labels=np.array([0, 0, 1]))
    array([0.5, nan, nan])
    """
    return _participation(graph.out, *communities_of("participation_out", graph, labels))


@measure(
    question="bridges", key="high", direction=False, weights="no", cost="O(m)", reference=_PEDERSEN
)
def participation_normalised(
    graph: InteractionGraph, *, labels: np.ndarray | None = None
) -> np.ndarray:
    """How near the spread of its neighbours over communities is to what chance would make of it.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v; a neighbour in either direction is one neighbour.
    labels : numpy.ndarray of int64, shape (n,)
        The community of each account, -1 for none.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        1 − √(½ Σ_s ((k_is − e_is) / k_i)²): k_is of the k_i neighbours of account i are in
        community s, and e_is would be by chance. 1: as chance has it; low: kept to few
        communities, whatever their sizes. NaN for an account without a community, or without a
        neighbour that has one.

    Notes
    -----
    O(n + m). `participation` says that members of large communities take part in few: most
    neighbours of anybody are there. This one compares with chance instead, and so a spread that is
    *more* even than chance has it lowers it too.

    What differs from the paper: there, the neighbours by chance are those in 100 or more rewirings
    of the graph (Maslov & Sneppen), and the score is the median over the rewirings. Here e_is is
    their expectation in the configuration model, k_i K_s / Σ_t K_t with K_s the neighbours of all
    *other* members of s. So (1) nothing is drawn; (2) the spread of the rewirings about their mean
    does not lower the score, as it does in the paper for accounts of few neighbours; (3) pairs may
    be tied more than once by chance, so for an account tied to a large part of all others e_is
    leans to communities of hubs. On graphs of 330 arcs, 600 rewirings agreed with e_is to 1 % of
    k_i (3 % with one account tied to half the others), and the paper's score was lower by 0.1 for
    accounts of one or two neighbours and by 0.04 for those of eight and more.

    Neighbours without a community are left out, of k_i and of K_s.

    References
    ----------
    Pedersen, M., Omidvarnia, A., Shine, J. M., Jackson, G. D., & Zalesky, A. (2020). Reducing the
    influence of intramodular connectivity in participation coefficient. Network Neuroscience 4,
    416–431. https://doi.org/10.1162/netn_a_00127

    Examples
    --------
    Of the others' six ends, three are with b, in the community of a, and three with c and d: so
    one neighbour of each is what chance gives a. Of d's only neighbour it expects 2/7 in its own.

    >>> kite = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 0, 1, 1], [1, 2, 2, 3])
    >>> participation_normalised(kite, labels=np.array([0, 0, 1, 1])).round(3)
    array([1.   , 0.933, 0.833, 0.714])
    """
    communities, number = communities_of("participation_normalised", graph, labels)
    degrees = _by_community(graph.both, communities, number)[0]
    members = communities >= 0
    # Whole numbers below 2^53, so adding them as floats loses nothing.
    ends = np.bincount(communities[members], degrees[members], minlength=number).astype(np.int64)
    indptr, indices, _ = graph.both
    distance = kernels.distance_from_chance(indptr, indices, communities, degrees, ends)
    return 1 - np.sqrt(0.5 * distance)


@measure(
    question="relays", key="high", direction=False, weights="no", cost="O(m)", reference=_GUIMERA
)
def within_z(graph: InteractionGraph, *, labels: np.ndarray | None = None) -> np.ndarray:
    """How far its neighbours inside its community outnumber those of the other members.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v; a neighbour in either direction is one neighbour.
    labels : numpy.ndarray of int64, shape (n,)
        The community of each account, -1 for none.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        The within-community z-score (κ_i − mean κ) / σ, κ: neighbours of the same community; mean
        and (population) standard deviation over the community of i. 0 where all members have
        equally many, a community of one included; NaN for an account without a community.

    Notes
    -----
    O(n + m). 2.5 and more makes a hub in the paper's map of roles.

    References
    ----------
    Guimerà, R., & Amaral, L. A. N. (2005). Functional cartography of complex metabolic networks.
    Nature 433, 895–900. https://doi.org/10.1038/nature03288

    Examples
    --------
    >>> star = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 0, 0], [1, 2, 3])
    >>> within_z(star, labels=np.array([0, 0, 0, 1])).round(3)
    array([ 1.414, -0.707, -0.707,  0.   ])
    """
    return _within_z(graph.both, *communities_of("within_z", graph, labels))


@measure(
    question="hears", key="none", direction=True, weights="no", cost="O(m)", reference=_RUBINOV
)
def within_z_in(graph: InteractionGraph, *, labels: np.ndarray | None = None) -> np.ndarray:
    """How far it hears more of its community than the other members do.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.
    labels : numpy.ndarray of int64, shape (n,)
        The community of each account, -1 for none.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        `within_z` with κ the members whose posts can reach it. 0 where all members have equally
        many; NaN for an account without a community.

    Notes
    -----
    O(n + m). ``module_degree_zscore`` of the Brain Connectivity Toolbox with the flag for
    in-degree, on arcs without weights; MATLAB divides by the sample's standard deviation (size −
    1), here as in the paper of 2005 by the population's.

    References
    ----------
    Rubinov, M., & Sporns, O. (2010). Complex network measures of brain connectivity: uses and
    interpretations. NeuroImage 52, 1059–1069. https://doi.org/10.1016/j.neuroimage.2009.10.003

    Examples
    --------
    >>> ears = InteractionGraph.from_arcs(["a", "b", "c", "d"], [1, 2, 3], [0, 0, 0])
    >>> within_z_in(ears, labels=np.array([0, 0, 0, 1])).round(3)
    array([ 1.414, -0.707, -0.707,  0.   ])
    """
    return _within_z(graph.into, *communities_of("within_z_in", graph, labels))


@measure(
    question="heard", key="high", direction=True, weights="no", cost="O(m)", reference=_RUBINOV
)
def within_z_out(graph: InteractionGraph, *, labels: np.ndarray | None = None) -> np.ndarray:
    """How far more of its community hears it than hears the other members.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.
    labels : numpy.ndarray of int64, shape (n,)
        The community of each account, -1 for none.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        `within_z` with κ the members that its posts can reach. 0 where all members have equally
        many; NaN for an account without a community.

    Notes
    -----
    O(n + m). ``module_degree_zscore`` of the Brain Connectivity Toolbox with the flag for
    out-degree, on arcs without weights; for its standard deviation see `within_z_in`.

    References
    ----------
    Rubinov, M., & Sporns, O. (2010). Complex network measures of brain connectivity: uses and
    interpretations. NeuroImage 52, 1059–1069. https://doi.org/10.1016/j.neuroimage.2009.10.003

    Examples
    --------
    >>> voice = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 0, 0], [1, 2, 3])
    >>> within_z_out(voice, labels=np.array([0, 0, 0, 1])).round(3)
    array([ 1.414, -0.707, -0.707,  0.   ])
    """
    return _within_z(graph.out, *communities_of("within_z_out", graph, labels))


def _participation(view: Adjacency, communities: np.ndarray, number: int) -> np.ndarray:
    """The participation coefficient over the neighbours in one view of the graph."""
    neighbours, squares, _ = _by_community(view, communities, number)
    with np.errstate(invalid="ignore"):
        spread = 1 - squares / (neighbours * neighbours)
    return np.where(communities >= 0, spread, np.nan)


def _within_z(view: Adjacency, communities: np.ndarray, number: int) -> np.ndarray:
    """The within-community z-score over the neighbours in one view of the graph."""
    members = communities >= 0
    community = communities[members]
    inside = _by_community(view, communities, number)[2][members]
    size = np.bincount(community, minlength=number)
    deviation = inside - (np.bincount(community, inside, minlength=number) / size)[community]
    variance = (np.bincount(community, deviation**2, minlength=number) / size)[community]
    result = np.full(len(communities), np.nan)
    # Sums of whole numbers are exact: members that are all alike leave a variance of exactly 0.
    spread = np.sqrt(np.where(variance > 0, variance, 1))
    result[members] = deviation / spread
    return result


def _by_community(view: Adjacency, communities: np.ndarray, number: int) -> np.ndarray:
    """Neighbours with a community, sum of their squared numbers by community, own: (3, n)."""
    counts = kernels.neighbours_by_community(view.indptr, view.indices, communities, number)
    counts.setflags(write=False)
    return counts.T
