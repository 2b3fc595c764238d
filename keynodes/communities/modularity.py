"""Communities with more weight inside than chance has it: the Leiden algorithm."""

from collections.abc import Mapping

import numpy as np

from keynodes.communities.layering import layers_of
from keynodes.communities.registration import method
from keynodes.communities.runs import runs_of
from keynodes.communities.worker import Job
from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph

_TRAAG = "Traag, Waltman & van Eck 2019, doi:10.1038/s41598-019-41695-z"
_POTTS = "Traag, Van Dooren & Nesterov 2011, doi:10.1103/PhysRevE.84.016114"
_LEICHT = "Leicht & Newman 2008, doi:10.1103/PhysRevLett.100.118703"
_MUCHA = "Mucha et al. 2010, doi:10.1126/science.1184819"


def density(graph: InteractionGraph) -> float:
    """Return the mean weight of a pair of accounts, arcs in both directions added.

    2 W / (n (n − 1)), W: the sum of all weights; where weights are 1, and no arc is returned, this
    is the share of pairs that are connected. 0 for less than two accounts.

    Examples
    --------
    >>> density(InteractionGraph.from_arcs(["a", "b", "c"], [0, 1], [1, 2]))
    0.6666666666666666
    """
    pairs = graph.n * (graph.n - 1) / 2
    return float(graph.out.weights.sum()) / pairs if pairs else 0.0


def _prepare_leiden(graph: InteractionGraph, *, resolution: float = 1.0) -> Job:
    settings = {"objective": "modularity", "resolution": _checked("leiden", resolution)}
    return Job("leiden", graph.n, _ties(graph), settings)


@method(
    direction="no",
    weights="yes",
    resolution="1",
    needs="igraph",
    cost="O(m) an iteration",
    reference=_TRAAG,
    prepare=_prepare_leiden,
)
def leiden(graph: InteractionGraph, *, resolution: float = 1.0, rng: int = 0) -> np.ndarray:
    """Accounts with more weight among them than their total weights let one expect.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs in both directions count as one tie: the weights of u → v and v → u are added.
    resolution : float, default 1
        How much more: larger values make more and smaller communities.
    rng : int, default 0
        The seed.

    Returns
    -------
    numpy.ndarray of int64, shape (n,)
        The community of each account, by size, then by smallest member. An account without an arc
        is a community of its own.

    Raises
    ------
    UsageError
        When the resolution is no number of 0 or more.

    Notes
    -----
    igraph's ``community_leiden`` for modularity, repeated until an iteration gains less than
    0.00001: O(m) time an iteration, and a few iterations where there are communities; O(n + m)
    memory. Communities are connected; the largest modularity is not guaranteed. Modularity has a
    resolution limit: small communities are merged when the graph is large (Fortunato & Barthélemy
    2007); `leiden_cpm` has none. Same labels for the same seed and the same release of igraph.

    References
    ----------
    Traag, V. A., Waltman, L., & van Eck, N. J. (2019). From Louvain to Leiden: guaranteeing
    well-connected communities. Scientific Reports 9, 5233.
    https://doi.org/10.1038/s41598-019-41695-z

    Fortunato, S., & Barthélemy, M. (2007). Resolution limit in community detection. Proceedings of
    the National Academy of Sciences 104, 36–41. https://doi.org/10.1073/pnas.0605965104

    Examples
    --------
    >>> tails, heads = [0, 0, 1, 3, 3, 4, 2], [1, 2, 2, 4, 5, 5, 3]
    >>> leiden(InteractionGraph.from_arcs("abcdef", tails, heads))
    array([0, 0, 0, 1, 1, 1])
    """
    return _once(_prepare_leiden(graph, resolution=resolution), rng)


def _prepare_cpm(graph: InteractionGraph, *, resolution: float | None = None) -> Job:
    chosen = density(graph) if resolution is None else resolution
    settings = {"objective": "CPM", "resolution": _checked("leiden-cpm", chosen)}
    return Job("leiden", graph.n, _ties(graph), settings)


@method(
    direction="no",
    weights="yes",
    resolution="density",
    needs="igraph",
    cost="O(m) an iteration",
    reference=_POTTS,
    prepare=_prepare_cpm,
)
def leiden_cpm(
    graph: InteractionGraph, *, resolution: float | None = None, rng: int = 0
) -> np.ndarray:
    """Accounts whose pairs have more weight than the resolution, however large the graph is.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs in both directions count as one tie: the weights of u → v and v → u are added.
    resolution : float, optional
        The weight that a pair inside a community must have in the mean, and that a pair of two
        communities does not have: in the unit of the weights. The `density` of the graph when not
        given.
    rng : int, default 0
        The seed.

    Returns
    -------
    numpy.ndarray of int64, shape (n,)
        The community of each account, by size, then by smallest member. An account without an arc
        is a community of its own.

    Raises
    ------
    UsageError
        When the resolution is no number of 0 or more.

    Notes
    -----
    The constant Potts model: no resolution limit, so what a community is does not depend on the
    rest of the graph; on the other hand one resolution rarely fits a sparse and a dense part of a
    graph with heavy-tailed degrees, and accounts with few ties stay alone. igraph's
    ``community_leiden``, repeated until an iteration gains less than 0.00001 of the weight: O(m)
    time an iteration; O(n + m) memory. The best partition is not guaranteed. Same labels for the
    same seed and the same release of igraph.

    References
    ----------
    Traag, V. A., Van Dooren, P., & Nesterov, Y. (2011). Narrow scope for resolution-limit-free
    community detection. Physical Review E 84, 016114. https://doi.org/10.1103/PhysRevE.84.016114

    Examples
    --------
    >>> tails, heads = [0, 0, 1, 3, 3, 4, 2], [1, 2, 2, 4, 5, 5, 3]
    >>> leiden_cpm(InteractionGraph.from_arcs("abcdef", tails, heads))
    array([0, 0, 0, 1, 1, 1])
    """
    return _once(_prepare_cpm(graph, resolution=resolution), rng)


def _prepare_directed(graph: InteractionGraph, *, resolution: float = 1.0) -> Job:
    arrays = {
        "tails": graph.tails,
        "heads": graph.out.indices,
        "weights": graph.out.weights,
        "bounds": np.array([0, graph.m]),
    }
    settings = {"resolution": _checked("leiden-directed", resolution), "layer_weights": [1.0]}
    return Job("leidenalg", graph.n, arrays, settings)


@method(
    direction="yes",
    weights="yes",
    resolution="1",
    needs="leidenalg",
    cost="10–30 × leiden",
    reference=_LEICHT,
    prepare=_prepare_directed,
)
def leiden_directed(
    graph: InteractionGraph, *, resolution: float = 1.0, rng: int = 0
) -> np.ndarray:
    """Accounts that hear more of each other than what each posts and hears lets one expect.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.
    resolution : float, default 1
        How much more: larger values make more and smaller communities.
    rng : int, default 0
        The seed.

    Returns
    -------
    numpy.ndarray of int64, shape (n,)
        The community of each account, by size, then by smallest member. An account without an arc
        is a community of its own.

    Raises
    ------
    UsageError
        When the resolution is no number of 0 or more.

    Notes
    -----
    Directed modularity: an arc u → v counts for the more, the less u posts and the less v hears.
    leidenalg's ``RBConfigurationVertexPartition``, until an iteration improves nothing: about 10
    to 30 times the time of `leiden`, minutes where a hundred thousand accounts are sparsely
    connected; O(n + m) memory. The largest modularity is not guaranteed, and there is a resolution
    limit (see `leiden`). Same labels for the same seed and the same release of leidenalg.

    References
    ----------
    Leicht, E. A., & Newman, M. E. J. (2008). Community structure in directed networks. Physical
    Review Letters 100, 118703. https://doi.org/10.1103/PhysRevLett.100.118703

    Traag, V. A., Waltman, L., & van Eck, N. J. (2019). From Louvain to Leiden: guaranteeing
    well-connected communities. Scientific Reports 9, 5233.
    https://doi.org/10.1038/s41598-019-41695-z

    Examples
    --------
    >>> tails, heads = [0, 1, 2, 3, 4, 5, 2], [1, 2, 0, 4, 5, 3, 3]
    >>> leiden_directed(InteractionGraph.from_arcs("abcdef", tails, heads))
    array([0, 0, 0, 1, 1, 1])
    """
    return _once(_prepare_directed(graph, resolution=resolution), rng)


def _prepare_layers(
    graph: InteractionGraph,
    *,
    layers: str = "relation",
    layer_weights: Mapping[str, float] | None = None,
    resolution: float = 1.0,
) -> Job:
    chosen = _checked("leiden-layers", resolution)
    arrays, shares = layers_of(graph, layers, layer_weights)
    return Job("leidenalg", graph.n, arrays, {"resolution": chosen, "layer_weights": shares})


@method(
    direction="yes",
    weights="counts",
    layers="yes",
    resolution="1",
    needs="leidenalg",
    cost="10–30 × leiden",
    reference=_MUCHA,
    prepare=_prepare_layers,
)
def leiden_layers(
    graph: InteractionGraph,
    *,
    layers: str = "relation",
    layer_weights: Mapping[str, float] | None = None,
    resolution: float = 1.0,
    rng: int = 0,
) -> np.ndarray:
    """Accounts that hear more of each other than expected, in all kinds of interaction together.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.
    layers : str, default "relation"
        ``relation``: a layer for each relation, an arc weighing as many interactions of it as it
        stands for. Else a column of ``graph.attributes``, such as ``platform``: an arc belongs
        to the layer of the account it leaves, with its weight. Accounts without a value make a
        layer of their own, ``(none)``.
    layer_weights : mapping of str to float, optional
        How much a layer counts, 1 for those not named; 0 leaves a layer out.
    resolution : float, default 1
        How much more: larger values make more and smaller communities.
    rng : int, default 0
        The seed.

    Returns
    -------
    numpy.ndarray of int64, shape (n,)
        One community for each account in all layers, by size, then by smallest member. An account
        without an arc is a community of its own.

    Raises
    ------
    UsageError
        When there are no such layers, too many, or none with a weight; when a weight or the
        resolution is no number of 0 or more.

    Notes
    -----
    The sum over layers of layer weight × directed modularity, each with what is expected in that
    layer, not divided by the weight in the layer: of two layers with the same layer weight the
    one with more interactions counts more. Layers are coupled fully: an account has the same
    community in all of them. leidenalg's ``optimise_partition_multiplex``, until an iteration
    improves nothing: about 10 to 30 times the time of `leiden` (see `leiden_directed`);
    O(m + n · layers) memory. The best partition is not guaranteed. Same labels for the same seed
    and the same release of leidenalg.

    References
    ----------
    Mucha, P. J., Richardson, T., Macon, K., Porter, M. A., & Onnela, J.-P. (2010). Community
    structure in time-dependent, multiscale, and multiplex networks. Science 328, 876–878.
    https://doi.org/10.1126/science.1184819

    Leicht, E. A., & Newman, M. E. J. (2008). Community structure in directed networks. Physical
    Review Letters 100, 118703. https://doi.org/10.1103/PhysRevLett.100.118703

    Examples
    --------
    >>> import pandas
    >>> from keynodes import build_graph, read_interactions
    >>> rows = [("a", "b", "RE"), ("b", "a", "RE"), ("c", "d", "MT"), ("d", "c", "MT")]
    >>> records = pandas.DataFrame(rows, columns=["source", "target", "relation"])
    >>> leiden_layers(build_graph(read_interactions(records)), layer_weights={"mention": 2})
    array([0, 0, 1, 1])
    """
    prepared = _prepare_layers(
        graph, layers=layers, layer_weights=layer_weights, resolution=resolution
    )
    return _once(prepared, rng)


def _once(job: Job, seed: int) -> np.ndarray:
    return runs_of(job, job.n, [seed])[0].astype(np.int64)


def _ties(graph: InteractionGraph) -> dict[str, np.ndarray]:
    """The undirected view, each tie once: the upper triangle."""
    indptr, heads, weights = graph.both
    tails = np.repeat(np.arange(graph.n, dtype=np.int32), np.diff(indptr))
    upper = tails < heads
    return {"tails": tails[upper], "heads": heads[upper], "weights": weights[upper]}


def _checked(name: str, resolution: float) -> float:
    if not 0 <= resolution < np.inf:
        raise UsageError(
            f"{name}: the resolution must be a finite number of 0 or more, got {resolution!r}"
        )
    return float(resolution)
