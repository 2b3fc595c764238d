"""Room for every account: overlapping circles pushed apart, no two at one place."""

import numpy as np

from keynodes.kernels import positions as kernels

FRAME = 5000.0
"""Places lie within ± this: where Gephi's own layouts keep them."""

SWEEPS = 6
"""Times that overlapping circles are pushed apart."""


def part(places: np.ndarray, radii: np.ndarray) -> None:
    """Push apart, in place, accounts whose circles overlap: the larger ones give way less.

    O(n) a sweep where circles are spread evenly. Some may still overlap afterwards.
    """
    if len(places) < 2:
        return
    for _ in range(SWEEPS):
        low, high = places.min(axis=0), places.max(axis=0)
        # Squares about as many as accounts: one holds a few.
        across = int(np.ceil(np.sqrt(len(places))))
        cell = max(float((high - low).max()) / across * (1 + 1e-9), 1e-9)
        spots = np.minimum(((places - low) / cell).astype(np.int64), across - 1)
        square = spots[:, 1] * across + spots[:, 0]
        members = np.argsort(square, kind="stable")
        starts = np.searchsorted(square[members], np.arange(across * across + 1))
        # The other one of a pair is the smaller circle.
        looks = np.minimum(np.ceil(2 * radii / cell), across).astype(np.int64)
        if not kernels.parted(places, radii, spots, starts, members, looks, across):
            break


def spread(places: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Scale places of any unit so that the circles of all accounts find room, and part these."""
    if not len(places):
        return places
    middle = places - places.mean(axis=0)
    out = np.hypot(*middle.T)
    # What drifted away, as loose accounts do, would press all others together: beyond the edge of
    # nine tenths every doubling counts as one step.
    edge = max(float(np.quantile(out, 0.9)), 1e-9)
    far = np.maximum(out / edge, 1.0)
    middle *= ((1 + np.log(far)) / far)[:, None]
    half = max(float(np.median(out)), 1e-9)
    # Half of the accounts lie in a circle that they fill to a third.
    scaled = middle * (np.sqrt((radii**2).sum() / 2 / 0.3) / half)
    part(scaled, radii)
    return scaled


def framed(places: np.ndarray) -> np.ndarray:
    """Bring places into the frame, and no two of them to one place."""
    largest = float(np.abs(places).max(initial=0.0))
    if largest > FRAME:
        places = places * (FRAME / largest)
    while len(twins := _twins(places)):
        # Turned aside by the golden angle, ever farther: neighbours as seeds in a sunflower.
        step = np.arange(1, len(twins) + 1)
        turn, out = step * (np.pi * (3 - np.sqrt(5))), np.sqrt(step)
        places = places.copy()
        places[twins] = 0.999 * places[twins] + (out * 1e-3)[:, None] * np.column_stack(
            [np.cos(turn), np.sin(turn)]
        )
    return places


def _twins(places: np.ndarray) -> np.ndarray:
    """Accounts at a place that one before them has."""
    order = np.lexsort((places[:, 1], places[:, 0]))
    ordered = places[order]
    same = (ordered[1:] == ordered[:-1]).all(axis=1)
    return np.sort(order[1:][same])
