"""Colours that people with any kind of colour vision can tell apart, the same in every run."""

import numpy as np

COMMUNITIES = (
    "#332288",
    "#88CCEE",
    "#CC6677",
    "#117733",
    "#DDCC77",
    "#44AA99",
    "#882255",
    "#999933",
    "#AA4499",
)
"""Of communities 0, 1, 2…: Paul Tol's *muted* scheme (SRON/EPS/TN/09-002), made for this."""

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
    >>> community_colors(np.array([0, 1, 9, -1])).tolist()
    ['#332288', '#88CCEE', '#BBBBBB', '#BBBBBB']
    """
    colors = np.array([*COMMUNITIES, OTHERS], dtype=object)
    colored = (labels >= 0) & (labels < len(COMMUNITIES))
    return colors[np.where(colored, labels, len(COMMUNITIES))]
