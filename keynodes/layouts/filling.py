"""Discs filled evenly, so that no account hides another and none is alone in a wide space."""

import numpy as np

from keynodes.kernels.csr import stable_order

GOLDEN = np.pi * (3 - np.sqrt(5))
"""The angle from one seed of a sunflower to the next (Vogel 1979): no two stand in line."""


def filled(
    discs: np.ndarray,
    centres: np.ndarray,
    rooms: np.ndarray,
    places: np.ndarray,
    hubs: np.ndarray,
) -> np.ndarray:
    """Give each account a slot of its disc, its neighbours about where they were.

    Parameters
    ----------
    discs : numpy.ndarray of int64, shape (n,)
        The disc of each account.
    centres, rooms : numpy.ndarray of float64
        Centre and radius of each disc.
    places : numpy.ndarray of float64, shape (n, 2)
        Where accounts are.
    hubs : numpy.ndarray of int64
        The account of each disc that gets the slot in its middle.

    Returns
    -------
    numpy.ndarray of float64, shape (n, 2)
        No two alike.

    Notes
    -----
    Slots stand as seeds do in a sunflower. Accounts and slots of a disc are halved together, now by
    x, now by y, until each account has one. O(n log n) time, O(n) memory.
    """
    n = len(discs)
    by_disc = np.argsort(discs, kind="stable")
    groups = discs[by_disc]
    seeds = np.arange(n) - np.searchsorted(groups, groups)
    out = rooms[groups] * np.sqrt(seeds / np.bincount(discs)[groups])
    turn = seeds * GOLDEN
    slots = centres[groups] + out[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
    result = np.empty((n, 2))
    result[hubs] = slots[seeds == 0]
    others = np.ones(n, bool)
    others[hubs] = False
    account, slot = np.flatnonzero(others), np.flatnonzero(seeds > 0)
    result[account[_halved(places[account], discs[account])]] = slots[
        slot[_halved(slots[slot], groups[slot])]
    ]
    return result


def _halved(places: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Order points by group, and inside a group by halves of halves, now by x, now by y."""
    n = len(places)
    # Both orders are kept: then a split takes no sorting, only a stable count.
    by_axis = [np.lexsort((places[:, axis], groups)) for axis in range(2)]
    group = np.unique(groups, return_inverse=True)[1][by_axis[0]]
    of_point = np.empty(n, np.int64)
    axis = 0
    while n and (counts := np.bincount(group)[group]).max() > 1:
        order = by_axis[axis]
        later = np.arange(n) - np.searchsorted(group, group) >= (counts + 1) // 2
        group = np.cumsum(np.append(0, np.diff(2 * group + later) != 0))
        of_point[order] = group
        axis = 1 - axis
        by_axis[axis] = stable_order(of_point, n, by_axis[axis])
    return by_axis[axis]
