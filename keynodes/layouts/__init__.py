"""`LAYOUTS`: graph → a place for every account, so that a picture opens ready to read.

Each function takes the graph and keyword-only ``labels``, ``radii``, ``rng`` and ``progress``, and
returns one place an account in any unit. To add one, write the function in its family's file
under the decorator `layout`.
"""

import numpy as np

from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import Progress

# The order of the imports is the order of the layouts in every list.
from keynodes.layouts import discs, foreign, rows  # noqa: F401
from keynodes.layouts.registration import LAYOUTS, Layout, layout
from keynodes.layouts.spacing import framed
from keynodes.registry import pick

__all__ = ["LAYOUTS", "Layout", "layout", "places"]


def places(
    graph: InteractionGraph,
    by: str = "communities",
    *,
    labels: np.ndarray | None = None,
    radii: np.ndarray | None = None,
    rng: int = 0,
    progress: Progress | None = None,
) -> np.ndarray:
    """Place every account in a picture.

    Parameters
    ----------
    graph : InteractionGraph
    by : str, default "communities"
        A name of `LAYOUTS`.
    labels : numpy.ndarray of int, shape (n,), optional
        The community of each account, below 0 for none; without it all are in one.
    radii : numpy.ndarray of float, shape (n,), optional
        The room that each account needs around it, in the unit of the places; 5 each unless said.
    rng : int, default 0
        The seed.
    progress : callable, optional
        Called as ``progress(done, total)``, by layouts that can say how far they are.

    Returns
    -------
    numpy.ndarray of float64, shape (n, 2)
        x and y within ±5,000, finite, no two accounts at one place. Where all would not fit at
        their size, places are drawn together, and circles overlap.

    Raises
    ------
    UnknownName
        No such layout.

    Notes
    -----
    The cost is that of the layout. The same arguments give the same bits on any number of threads;
    a layout of igraph's, for the same release of igraph.

    Examples
    --------
    >>> line = InteractionGraph.from_arcs(["ann", "bob"], [0], [1])
    >>> places(line, "grid").round(1).tolist()
    [[-2.8, 2.8], [-2.8, -7.2]]
    """
    row = pick(LAYOUTS, by, "layout")
    communities = np.zeros(graph.n, np.int64) if labels is None else np.asarray(labels, np.int64)
    rooms = np.full(graph.n, 5.0) if radii is None else np.asarray(radii, np.float64)
    found = row(
        graph,
        labels=communities,
        radii=rooms,
        rng=np.random.default_rng(rng),
        progress=progress,
    )
    return framed(found)
