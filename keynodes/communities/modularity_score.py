"""Modularity of communities that are there already."""

import numpy as np

from keynodes.graph import InteractionGraph


def modularity(graph: InteractionGraph, labels: np.ndarray, resolution: float = 1.0) -> float:
    """How much more weight lies inside the communities than their total weights let one expect.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs in both directions count as one tie: the weights of u → v and v → u are added.
    labels : numpy.ndarray of int, shape (n,)
        The community of each account, below 0 for none: such an account is outside of all.
    resolution : float, default 1
        How much the expected weight counts.

    Returns
    -------
    float
        Σ over the communities of inside / W − resolution × (volume / 2W)²: W the weight of all
        arcs, the volume of a community the sum of its members' strengths. NaN without arcs.

    Notes
    -----
    O(n + m). It grows with the size of a graph, and graphs without communities have partitions of
    high modularity too: compare it on one graph only.

    References
    ----------
    Newman, M. E. J., & Girvan, M. (2004). Finding and evaluating community structure in networks.
    Physical Review E 69, 026113. https://doi.org/10.1103/PhysRevE.69.026113

    Examples
    --------
    >>> pairs = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 2], [1, 3])
    >>> modularity(pairs, np.array([0, 0, 1, 1]))
    0.5
    """
    weights = graph.out.weights
    total = float(weights.sum())
    if not total:
        return float("nan")
    ends = labels[graph.tails], labels[graph.out.indices]
    inside = float(weights[(ends[0] == ends[1]) & (ends[0] >= 0)].sum())
    # Communities are numbered anew, so that no label is too large to count by.
    used, numbered = np.unique(labels, return_inverse=True)
    volumes = sum(
        np.bincount(numbered[accounts], weights, minlength=len(used))
        for accounts in (graph.tails, graph.out.indices)
    )
    shares = np.asarray(volumes)[used >= 0] / (2 * total)
    return inside / total - resolution * float((shares**2).sum())
