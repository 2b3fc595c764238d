"""Colours that people with any kind of colour vision can tell apart, the same in every run."""

import numpy as np

COMMUNITIES = (
    "#1965B0",
    "#EE8866",
    "#228833",
    "#AA3377",
    "#33BBEE",
    "#CCBB44",
    "#332288",
    "#CC3311",
    "#8C564B",
    "#AE76A3",
    "#72190E",
    "#EE6677",
)
"""Of communities 0, 1, 2…: mostly of Paul Tol's schemes (SRON/EPS/TN/09-002), and any two
colours of this file differ by 14 or more (CIE 1976) to people who see all colours, no red, no
green or no blue (Machado, Oliveira & Fernandes 2009, doi:10.1109/TVCG.2009.113)."""

OTHERS = "#BBBBBB"
"""Of all communities after these, and of accounts in none: nobody can tell more colours apart."""

REMOVED = "#000000"
"""Of accounts that a plan removes."""

PROTECTED = "#FFEE00"
"""Of protected accounts."""


def community_colors(labels: np.ndarray) -> np.ndarray:
    """Return the colour of each account by the number of its community, as ``#RRGGBB``.

    Parameters
    ----------
    labels : numpy.ndarray of int, shape (n,)
        Communities numbered by size; below 0: none.

    Returns
    -------
    numpy.ndarray of str objects, shape (n,)

    Examples
    --------
    >>> community_colors(np.array([0, 1, 12, -1])).tolist()
    ['#1965B0', '#EE8866', '#BBBBBB', '#BBBBBB']
    """
    colors = np.array([*COMMUNITIES, OTHERS], dtype=object)
    colored = (labels >= 0) & (labels < len(COMMUNITIES))
    return colors[np.where(colored, labels, len(COMMUNITIES))]
