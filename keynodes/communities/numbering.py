"""Numbers of communities that mean the same everywhere: by size, then by smallest member."""

import numpy as np

from keynodes.kernels.csr import stable_order


def canonical(labels: np.ndarray) -> np.ndarray:
    """Number communities by size, the largest 0, and equal ones by their smallest member.

    Parameters
    ----------
    labels : numpy.ndarray of int, shape (n,)
        Any whole number for each community; below 0: in none.

    Returns
    -------
    numpy.ndarray of int64, shape (n,)
        From 0; -1 for an account in no community.

    Notes
    -----
    O(n) time and memory for labels below 4 n; O(n log n) for larger ones.

    Examples
    --------
    >>> canonical(np.array([7, 3, -1, 3, 9]))
    array([ 1,  0, -1,  0,  2])
    """
    n = len(labels)
    inside = np.flatnonzero(labels >= 0)
    given = labels[inside].astype(np.int64)
    if len(given) and given.max() >= 4 * n:
        given = np.unique(given, return_inverse=True)[1]
    sizes = np.bincount(given)
    # Written from the last account to the first: what stays is the smallest.
    smallest = np.empty(len(sizes), np.int64)
    smallest[given[::-1]] = inside[::-1]
    by_member = given[inside == smallest[given]]
    order = stable_order(n - sizes, n + 1, by_member)
    numbers = np.empty(len(sizes), np.int64)
    numbers[order] = np.arange(len(order))
    result = np.full(n, -1, np.int64)
    result[inside] = numbers[given]
    return result
