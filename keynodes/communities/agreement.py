"""How far runs agree: on the whole, and about each account."""

import math
from itertools import combinations
from typing import NamedTuple

import numpy as np

from keynodes.kernels import consensus as kernels
from keynodes.kernels.csr import stable_order

WHOLE = 500
"""Up to this many communities a partition is compared whole by mutual information; of more, this
many, the largest, and the rest pooled into one."""

_EPS = float(np.finfo(np.float64).eps)


class Groups(NamedTuple):
    """A partition, with its accounts in the order of their communities."""

    labels: np.ndarray
    """int64 (n,): from 0."""
    order: np.ndarray
    """int64 (n,): the accounts of community 0, then those of 1, …"""
    starts: np.ndarray
    """int64 (communities + 1,): where each community begins in `order`."""
    sizes: np.ndarray
    """int64 (communities,)."""


def grouped(labels: np.ndarray) -> Groups:
    """Put the accounts of a partition (labels from 0) in the order of their communities: O(n)."""
    kept = labels.astype(np.int64)
    sizes = np.bincount(kept)
    order = stable_order(kept, len(sizes), np.arange(len(kept)))
    result = Groups(kept, order, np.concatenate([[0], np.cumsum(sizes)]), sizes)
    for array in result:
        array.setflags(write=False)  # kernels see one kind of array: they compile once
    return result


def stability(labels: np.ndarray, run_labels: np.ndarray) -> np.ndarray:
    """How steadily the runs put each account with the accounts of its community.

    Parameters
    ----------
    labels : numpy.ndarray of int, shape (n,)
        The community of each account, such as the consensus; below 0 for none.
    run_labels : numpy.ndarray of int, shape (runs, n)
        The communities of each run, from 0.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Mean over the runs of |C ∩ C_r| / |C ∪ C_r|: C the account's community, C_r that of run r.
        1: always with the same accounts. NaN for an account without a community, or without runs.

    Notes
    -----
    O(runs × n) time, O(n) memory. It says how the method's chance moves an account, not whether
    the method is right: a method that always errs the same way is perfectly stable.

    Examples
    --------
    >>> stability(np.array([0, 0, 0, 1]), np.array([[0, 0, 0, 1], [0, 0, 1, 1]])).round(3)
    array([0.833, 0.833, 0.625, 0.75 ])
    """
    inside = np.flatnonzero(labels >= 0)
    consensus = grouped(labels[inside])
    shares = np.zeros(len(inside))
    for run in run_labels:
        # Sizes are those of the whole run, members without a community included.
        sizes = np.bincount(run)
        sizes.setflags(write=False)
        others = run[inside].astype(np.int64)
        others.setflags(write=False)
        kernels.shared(consensus.order, consensus.starts, others, sizes, shares)
    result = np.full(len(labels), np.nan)
    if len(run_labels):
        result[inside] = shares / len(run_labels)
    return result


def mean_agreement(run_labels: np.ndarray) -> tuple[float, float, str]:
    """How far the runs agree, pair by pair: adjusted Rand index and adjusted mutual information.

    Parameters
    ----------
    run_labels : numpy.ndarray of int, shape (runs, n)
        The communities of each run, from 0.

    Returns
    -------
    rand : float
        Mean adjusted Rand index of all pairs of runs: 1 the same, 0 as chance has it. NaN for
        fewer than two runs.
    information : float
        Mean adjusted mutual information (normalised by the mean of the two entropies), of both
        partitions whole when both have at most 500 communities; else of the largest 500 of each
        with the rest pooled into one.
    notice : str
        Whether communities were pooled, and in how many pairs; else empty.

    Notes
    -----
    O(runs² × n) time, O(runs × n) memory. The numbers are those of scikit-learn; the expected
    information is computed once for each two sizes that occur, from the largest term outwards.

    References
    ----------
    Hubert, L., & Arabie, P. (1985). Comparing partitions. Journal of Classification 2, 193–218.
    https://doi.org/10.1007/BF01908075

    Vinh, N. X., Epps, J., & Bailey, J. (2010). Information theoretic measures for clusterings
    comparison. Journal of Machine Learning Research 11, 2837–2854.

    Examples
    --------
    >>> mean_agreement(np.array([[0, 0, 1, 1], [0, 0, 1, 1]]))
    (1.0, 1.0, '')
    """
    runs = [grouped(labels) for labels in run_labels]
    if len(runs) < 2:
        return math.nan, math.nan, ""
    pooled = [_pooled(run) for run in runs]
    rand, information, cut = [], [], 0
    for i, j in combinations(range(len(runs)), 2):
        squares, logs = _overlap(runs[i], runs[j])
        rand.append(_rand(runs[i], runs[j], squares))
        if max(len(runs[i].sizes), len(runs[j].sizes)) > WHOLE:
            cut += 1
            _, logs = _overlap(pooled[i], pooled[j])
        information.append(_information(pooled[i], pooled[j], logs))
    notice = ""
    if cut:
        notice = (
            f"adjusted mutual information compares the largest {WHOLE} communities of a run, all "
            f"others pooled, in {cut:,} of {len(rand):,} pairs of runs: one of the two has more"
        )
    return math.fsum(rand) / len(rand), math.fsum(information) / len(rand), notice


def adjusted_rand(one: np.ndarray, other: np.ndarray) -> float:
    """Adjusted Rand index of two partitions: 1 the same, 0 as chance has it.

    Examples
    --------
    >>> adjusted_rand(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2])).__round__(3)
    0.571
    """
    a, b = grouped(one), grouped(other)
    return _rand(a, b, _overlap(a, b)[0])


def adjusted_information(one: np.ndarray, other: np.ndarray) -> float:
    """Adjusted mutual information of two partitions, whole: 1 the same, 0 as chance has it.

    Examples
    --------
    >>> adjusted_information(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2])).__round__(3)
    0.571
    """
    a, b = grouped(one), grouped(other)
    return _information(a, b, _overlap(a, b)[1])


def rand_matrix(run_labels: np.ndarray) -> np.ndarray:
    """Adjusted Rand index of every two runs: float64 (runs, runs), 1 on the diagonal."""
    runs = [grouped(labels) for labels in run_labels]
    result = np.eye(len(runs))
    for i, j in combinations(range(len(runs)), 2):
        squares, _ = _overlap(runs[i], runs[j])
        result[i, j] = result[j, i] = _rand(runs[i], runs[j], squares)
    return result


def _overlap(one: Groups, other: Groups) -> tuple[int, float]:
    return kernels.overlap(one.order, one.starts, other.labels, len(other.sizes))


def _rand(one: Groups, other: Groups, squares: int) -> float:
    """The index from pairs of accounts; in Python's integers, which do not overflow."""
    n = len(one.labels)
    together = int(squares) - n  # pairs are counted in both orders throughout
    first = int((one.sizes**2).sum()) - n
    second = int((other.sizes**2).sum()) - n
    apart = n * (n - 1) - first - second + together
    only_first, only_second = first - together, second - together
    if not only_first and not only_second:
        return 1.0
    return (
        2
        * (together * apart - only_first * only_second)
        / (
            (together + only_first) * (only_first + apart)
            + (together + only_second) * (only_second + apart)
        )
    )


def _information(one: Groups, other: Groups, logs: float) -> float:
    """The index with the conventions of scikit-learn where it is 0 / 0."""
    n = len(one.labels)
    if len(one.sizes) == len(other.sizes) <= 1:
        return 1.0
    if min(len(one.sizes), len(other.sizes)) == 1:
        return 0.0
    entropies = [math.log(n) - _logs(group.sizes) / n for group in (one, other)]
    shared = sum(entropies) - (math.log(n) - logs / n)
    expected = kernels.expected_information(*_times(one.sizes), *_times(other.sizes), n)
    above, possible = shared - expected, sum(entropies) / 2 - expected
    return math.copysign(max(abs(above), _EPS), above) / math.copysign(
        max(abs(possible), _EPS), possible
    )


def _logs(sizes: np.ndarray) -> float:
    return math.fsum((sizes * np.log(sizes)).tolist())


def _times(sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sizes that occur, and how often."""
    times = np.bincount(sizes)
    occurring = np.flatnonzero(times)
    return occurring, times[occurring]


def _pooled(run: Groups) -> Groups:
    """The largest communities, equal ones by their number, and all others as one."""
    if len(run.sizes) <= WHOLE:
        return run
    place = np.full(len(run.sizes), WHOLE)
    place[np.argsort(-run.sizes, kind="stable")[:WHOLE]] = np.arange(WHOLE)
    return grouped(place[run.labels])
