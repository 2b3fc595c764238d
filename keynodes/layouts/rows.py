"""Layouts that look at no arc: a circle, and rows."""

import numpy as np

from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import Progress
from keynodes.layouts.registration import layout


@layout(cost="n log n")
def circle(
    graph: InteractionGraph,
    *,
    labels: np.ndarray,
    radii: np.ndarray,
    rng: np.random.Generator,
    progress: Progress | None = None,
) -> np.ndarray:
    """All accounts on one circle, community by community, the largest accounts of each first.

    Parameters
    ----------
    graph, labels, radii, rng, progress
        As for `keynodes.layouts.discs.communities`; nothing is random.

    Returns
    -------
    numpy.ndarray of float64, shape (n, 2)

    Notes
    -----
    O(n log n).
    """
    order = np.lexsort((-radii, labels))
    ends = np.cumsum(2 * radii[order])
    # The circle as long as they need, and one that two can stand on.
    length = float(ends.max(initial=1.0))
    turn = 2 * np.pi * (ends - radii[order]) / length
    places = np.empty((graph.n, 2))
    places[order] = length / (2 * np.pi) * np.column_stack([np.cos(turn), np.sin(turn)])
    return places


@layout(cost="n log n")
def grid(
    graph: InteractionGraph,
    *,
    labels: np.ndarray,
    radii: np.ndarray,
    rng: np.random.Generator,
    progress: Progress | None = None,
) -> np.ndarray:
    """All accounts in rows, as a text is read: the largest first.

    Parameters
    ----------
    graph, labels, radii, rng, progress
        As for `keynodes.layouts.discs.communities`; nothing is random.

    Returns
    -------
    numpy.ndarray of float64, shape (n, 2)

    Notes
    -----
    O(n log n).
    """
    order = np.lexsort((labels, -radii))
    wide = 2 * radii[order]
    ends = np.cumsum(wide)
    # A line as long as all rows together are high.
    length = 1.1 * np.sqrt((wide**2).sum())
    places = np.empty((graph.n, 2))
    start, top = 0, 0.0
    while start < graph.n:
        before = ends[start] - wide[start]
        stop = max(int(np.searchsorted(ends, before + length, side="right")), start + 1)
        row = order[start:stop]
        places[row, 0] = ends[start:stop] - before - radii[row] - length / 2
        places[row, 1] = length / 2 - top - radii[row[0]]
        top += wide[start]
        start = stop
    return places
