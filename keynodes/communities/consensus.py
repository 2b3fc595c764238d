"""One partition of several runs."""

import math

import numpy as np

from keynodes.communities.agreement import Groups, grouped, rand_matrix
from keynodes.communities.numbering import canonical
from keynodes.kernels import consensus as kernels

ROUNDS = 20
"""How often the runs vote, at most; two or three times is the rule."""


def consensus(run_labels: np.ndarray) -> np.ndarray:
    """The run most like the others, with each account where more than half of the runs have it.

    Parameters
    ----------
    run_labels : numpy.ndarray of int, shape (runs, n)
        The communities of each run, from 0.

    Returns
    -------
    numpy.ndarray of int64, shape (n,)
        Communities numbered by size, then smallest member.

    Notes
    -----
    It begins with the medoid: the run with the highest mean adjusted Rand index with the others.
    Then the runs vote, as Dimitriadou, Weingessel and Hornik have it: each community C of a run
    stands for the community D of the consensus that it shares most with, by |C ∩ D| / |C ∪ D|;
    an account for which more than half of the runs say D moves to D, all others stay; and so on
    until nobody moves. Matching by overlap alone, or moving without a majority, makes everything
    one community where runs disagree; moving to lower the Mirkin distance (pairs that one partition
    has together and another apart) makes hundreds of fragments there.

    Not guaranteed: that any distance to the runs is the smallest possible; that a community is
    connected, even where those of every run are; that the votes come to rest (they end after 20
    rounds). The order of the runs does not matter. Beyond the limit of what can be detected the
    consensus is one of many answers, and no better than a single run: read it with the agreement
    of the runs and the stability of the accounts.

    O(runs² × n) time, O(runs × n) memory.

    References
    ----------
    Dimitriadou, E., Weingessel, A., & Hornik, K. (2002). A combination scheme for fuzzy
    clustering. International Journal of Pattern Recognition and Artificial Intelligence 16,
    901–912. https://doi.org/10.1142/S0218001402002052

    Examples
    --------
    >>> consensus(np.array([[0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1]]))
    array([0, 0, 0, 1, 1, 1])
    """
    runs = [grouped(labels) for labels in run_labels]
    labels = canonical(medoid(run_labels))
    for _ in range(ROUNDS):
        voted = canonical(kernels.elected(_votes(labels, runs), labels))
        if (voted == labels).all():
            break
        labels = voted
    return labels


def medoid(run_labels: np.ndarray) -> np.ndarray:
    """The run with the highest mean adjusted Rand index with the others.

    Among equals the one whose labels, read as a list, come first: the order of the runs does not
    matter.
    """
    means = [math.fsum(row) for row in rand_matrix(run_labels).tolist()]
    highest = max(means)
    equals = [labels for labels, mean in zip(run_labels, means, strict=True) if mean == highest]
    return min(equals, key=lambda labels: labels.tolist()) if len(equals) > 1 else equals[0]


def _votes(labels: np.ndarray, runs: list[Groups]) -> np.ndarray:
    """The community of `labels` that each run puts each account in: int64 (runs, n)."""
    sizes = np.bincount(labels)
    for array in (labels, sizes):
        array.setflags(write=False)  # kernels see one kind of array: they compile once
    votes = np.empty((len(runs), len(labels)), np.int64)
    for row, run in zip(votes, runs, strict=True):
        row[:] = kernels.matches(run.order, run.starts, labels, sizes)[run.labels]
    return votes
