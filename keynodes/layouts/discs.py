"""The layout of communities: a disc for each, its members inside by the forces between them."""

from typing import TYPE_CHECKING

import numpy as np

from keynodes.graph import InteractionGraph
from keynodes.kernels import positions as kernels
from keynodes.kernels.blocks import Progress
from keynodes.layouts.filling import filled
from keynodes.layouts.forces import Forces
from keynodes.layouts.registration import layout
from keynodes.layouts.spacing import part

if TYPE_CHECKING:
    import scipy.sparse

STEPS = (60, 10)
"""Steps of the forces, at most and at least: more change little, because every disc is filled
evenly afterwards."""

ACCOUNTS_MOVED = 3_000_000
"""Over all steps: above 50,000 accounts there are fewer."""

FILLED = 0.55
"""The share of a disc that the circles of its members take."""

APART = 1.12
"""Radius of the place that a disc takes, in its own radius: what parts it from its neighbours."""

CENTRE = 600
"""Communities that are placed one by one, the largest; the others go into rings around them."""

LEAST = 3
"""Members that a community must have for that, unless it has ties with others."""

RAYS = 64
"""Directions in which a place for a community is sought."""


@layout(needs="keynodes", cost="(n log n + m) × 10–60")
def communities(
    graph: InteractionGraph,
    *,
    labels: np.ndarray,
    radii: np.ndarray,
    rng: np.random.Generator,
    progress: Progress | None = None,
) -> np.ndarray:
    """Every community a disc of its own, near those it has ties with, its hubs in the middle.

    Parameters
    ----------
    graph : InteractionGraph
    labels : numpy.ndarray of int64, shape (n,)
        The community of each account; below 0 for none: such an account stands alone.
    radii : numpy.ndarray of float64, shape (n,)
        The room that each account needs around it.
    rng : numpy.random.Generator
        For where the members begin.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    numpy.ndarray of float64, shape (n, 2)

    Notes
    -----
    A disc has the area that its members need. The largest communities are placed one by one: each
    where it touches those placed before as near as can be to the ones that it shares weight with.
    Small ones and single accounts go into rings around them. Inside, ties draw together and all
    push apart (as in Fruchterman and Reingold 1991, far accounts together as in Barnes and Hut
    1986); a tie to another community draws its ends to the rim on that side. Then hubs are drawn to
    the middle, and the members are spread so that the disc is filled evenly: its halves get as
    many of its slots as they hold accounts, and so on inside each half.
    O((n log n + m) × 10–60) time, O(n + m) memory.

    Examples
    --------
    >>> pairs = InteractionGraph.from_arcs("abcd", [0, 2], [1, 3])
    >>> places = communities(
    ...     pairs,
    ...     labels=np.array([0, 0, 1, 1]),
    ...     radii=np.ones(4),
    ...     rng=np.random.default_rng(0),
    ... )
    >>> a, b, c, d = places
    >>> bool(np.hypot(*(a - b)) < np.hypot(*(a - c)))
    True
    """
    if not graph.n:
        return np.zeros((0, 2))
    discs = _discs_of(labels)
    number = int(discs.max(initial=-1)) + 1
    sizes = np.bincount(discs, minlength=number)
    rooms = np.sqrt(np.bincount(discs, weights=radii**2, minlength=number) / FILLED)
    centres = _placed(graph, discs, sizes, rooms * APART)
    middles, limits = centres[discs], rooms[discs]
    # Uniform in the disc: the square root makes up for the area growing outwards.
    angle, out = 2 * np.pi * rng.random(graph.n), np.sqrt(rng.random(graph.n))
    places = middles + (limits * out)[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    most, least = STEPS
    steps = max(min(ACCOUNTS_MOVED // max(graph.n, 1), most), least)
    forces = Forces(graph, discs, rooms, middles)
    for step in range(steps):
        places = forces.moved(places, 0.5 * (1 - step / steps))
        if progress:
            progress(step + 1, steps + 2)
    places = filled(discs, centres, rooms, forces.centred(places), forces.hubs)
    if progress:
        progress(steps + 1, steps + 2)
    part(places, radii)
    if progress:
        progress(steps + 2, steps + 2)
    return places


@layout(cost="(n log n + m) × 10–60")
def disc(
    graph: InteractionGraph,
    *,
    labels: np.ndarray,
    radii: np.ndarray,
    rng: np.random.Generator,
    progress: Progress | None = None,
) -> np.ndarray:
    """All accounts in one disc, by the same forces: neighbours near each other, hubs in the middle.

    Parameters
    ----------
    graph, labels, radii, rng, progress
        As for `communities`; labels are not used.

    Returns
    -------
    numpy.ndarray of float64, shape (n, 2)

    Notes
    -----
    As for `communities`.
    """
    return communities(
        graph, labels=np.zeros(graph.n, np.int64), radii=radii, rng=rng, progress=progress
    )


def _discs_of(labels: np.ndarray) -> np.ndarray:
    """Number the discs: the communities, then every account that is in none."""
    discs = labels.astype(np.int64)
    alone = discs < 0
    discs[alone] = labels.max(initial=-1) + 1 + np.arange(alone.sum())
    return np.unique(discs, return_inverse=True)[1]


def _placed(
    graph: InteractionGraph, discs: np.ndarray, sizes: np.ndarray, rooms: np.ndarray
) -> np.ndarray:
    """Where the centres of the discs are: float64 (number, 2)."""
    number = len(sizes)
    ties = between(graph, discs, number)
    order = np.argsort(-rooms, kind="stable")
    tied = (sizes >= LEAST) | (np.diff(ties.indptr) > 0)
    first = order[tied[order]][:CENTRE]
    centres = np.zeros((number, 2))
    turns = 2 * np.pi * np.arange(RAYS) / RAYS
    rays = np.column_stack([np.cos(turns), np.sin(turns)])
    place_of = np.full(number, -1)
    there, room = np.zeros((len(first), 2)), np.ascontiguousarray(rooms[first])
    for i, disc in enumerate(first):
        distances = kernels.first_gaps(there, room, i, room[i], rays)
        spots = rays * distances[:, None]
        row = slice(ties.indptr[disc], ties.indptr[disc + 1])
        beside = place_of[ties.indices[row]]
        known, weight = beside >= 0, ties.data[row]
        cost = 0.3 * distances
        if known.any():
            share = weight[known] / weight[known].sum()
            gaps = spots[:, None, :] - there[beside[known]]
            cost = cost + np.hypot(gaps[..., 0], gaps[..., 1]) @ share
        there[i] = spots[np.argmin(cost)]
        place_of[disc] = i
    if len(first):
        # The middle of the picture is that of the communities, whichever came first.
        there -= np.average(there, axis=0, weights=room**2)
    centres[first] = there
    outer = float((np.hypot(*there.T) + room).max(initial=0.0))
    rest = order[place_of[order] < 0]
    # The direction of what each of them has ties with.
    weights = ties[rest][:, first]
    wanted = np.arctan2(*(weights @ there).T[::-1]) if len(first) else np.zeros(len(rest))
    centres[rest] = _rings(rooms[rest], wanted, outer)
    return centres


def _rings(rooms: np.ndarray, wanted: np.ndarray, inner: float) -> np.ndarray:
    """Discs, the largest first, in rings around a circle; inside a ring by wanted angle."""
    centres = np.zeros((len(rooms), 2))
    start = 0
    while start < len(rooms):
        thickest = rooms[start]
        way = inner + thickest
        # What each takes of a turn; as many as fit, and at least one.
        turns = np.arcsin(np.minimum(rooms[start:] / way, 1.0)) / np.pi
        fitting = max(int(np.searchsorted(np.cumsum(turns), 1.0 + 1e-9, side="right")), 1)
        ring = slice(start, start + fitting)
        by_angle = np.argsort(wanted[ring], kind="stable")
        taken = turns[:fitting][by_angle]
        spare = max(1.0 - taken.sum(), 0.0) / fitting
        middle = np.cumsum(taken + spare) - (taken + spare) / 2
        angle = 2 * np.pi * middle - np.pi
        spots = way * np.column_stack([np.cos(angle), np.sin(angle)])
        centres[start + by_angle] = spots if len(rooms) > 1 or inner else 0.0
        inner = way + thickest
        start += fitting
    return centres


def between(graph: InteractionGraph, discs: np.ndarray, number: int) -> "scipy.sparse.csr_array":
    """Return the weight between any two different groups, either way: (number, number)."""
    import scipy.sparse

    tails, heads = discs[graph.tails], discs[graph.out.indices]
    crossing = tails != heads
    pairs = (tails[crossing], heads[crossing])
    one_way = scipy.sparse.csr_array(
        (graph.out.weights[crossing], pairs), shape=(number, number), dtype=np.float64
    )
    return scipy.sparse.csr_array(one_way + one_way.T)
