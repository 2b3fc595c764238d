"""A short list of accounts that shows every community, or as many as fit."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas


def leading(frame: "pandas.DataFrame", top: int) -> "pandas.DataFrame":
    """Return `top` rows of a table of accounts: from each community in turn, its strongest left.

    Parameters
    ----------
    frame : pandas.DataFrame
        As `Roles.to_frame` makes it: by community, then by account, with a column ``within_z``.
    top : int
        How many rows; 0 for all.

    Returns
    -------
    pandas.DataFrame
        The rows in the order they had. The first community gives its account of highest
        ``within_z`` (ties and undefined ones in the order of the table), then the second gives
        its, and when every community has given one, the first gives another.

    Notes
    -----
    O(n log n).

    Examples
    --------
    >>> import pandas
    >>> scores = pandas.DataFrame({"community": list("xxxy"), "within_z": [0.1, 2.0, 0.3, -1.0]})
    >>> leading(scores, 2).index.tolist(), leading(scores, 3).index.tolist()
    ([1, 3], [1, 2, 3])
    """
    if not top or top >= len(frame):
        return frame
    names = frame["community"].to_numpy()
    communities = np.cumsum(np.append(0, names[1:] != names[:-1]))
    strength = -frame["within_z"].to_numpy(dtype=np.float64)
    order = np.lexsort((strength, communities))  # NaN last; equals as they stand
    turns = np.arange(len(order)) - np.searchsorted(communities, communities[order])
    taken = order[np.lexsort((communities[order], turns))[:top]]
    return frame.iloc[np.sort(taken)]
