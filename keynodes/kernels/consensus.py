"""How partitions overlap, beside what chance gives; which communities match; who is elected.

A partition is given as labels from 0; `order` lists the accounts by label, and ``starts`` says
where each label begins in it.
"""

import math

import numpy as np

from keynodes.kernels.compiling import kernel

NEGLIGIBLE = 1e-25
"""Probabilities this much below the largest are left out of an expectation."""


@kernel
def overlap(order, starts, others, number):
    """Sum of squares, and of c ln c, over the sizes c of all overlaps of two partitions.

    `others` is the other partition, of `number` communities. O(n).
    """
    counts = np.zeros(number, np.int64)
    squares = 0
    logs = 0.0
    for community in range(len(starts) - 1):
        first, last = starts[community], starts[community + 1]
        for place in range(first, last):
            counts[others[order[place]]] += 1
        for place in range(first, last):
            other = others[order[place]]
            count = counts[other]
            if count > 0:
                squares += count * count
                logs += count * math.log(count)
                counts[other] = 0
    return squares, logs


@kernel
def shared(order, starts, others, sizes, shares):
    """Add |C ∩ D| / |C ∪ D| to the `shares` of each account, D its community among `others`.

    `sizes` are those of `others`. O(n).
    """
    counts = np.zeros(len(sizes), np.int64)
    for community in range(len(starts) - 1):
        first, last = starts[community], starts[community + 1]
        for place in range(first, last):
            counts[others[order[place]]] += 1
        for place in range(first, last):
            account = order[place]
            common = counts[others[account]]
            shares[account] += common / (last - first + sizes[others[account]] - common)
        for place in range(first, last):
            counts[others[order[place]]] = 0


@kernel
def expected_information(sizes, times, other_sizes, other_times, n):
    """Mean mutual information (nats) of two partitions of n with these sizes, else drawn at random.

    `times` says how many communities have each size. The overlap of two communities is
    hypergeometric: its terms are taken from the largest outwards and divided by their sum, so no
    factorial is needed and nothing overflows.
    """
    total = 0.0
    for i in range(len(sizes)):
        a = sizes[i]
        for j in range(len(other_sizes)):
            b = other_sizes[j]
            rest = n - a - b
            mode = ((a + 1) * (b + 1)) // (n + 2)
            mode = min(max(mode, -rest, 0), a, b)
            scale = math.log(n) - math.log(a) - math.log(b)
            chance, mass, mean = 1.0, 0.0, 0.0
            k = mode
            while k <= min(a, b) and chance > NEGLIGIBLE:
                mass += chance
                if k > 0:
                    mean += chance * k * (scale + math.log(k))
                chance *= (a - k) / (k + 1) * ((b - k) / (rest + k + 1))
                k += 1
            k = mode
            chance = 1.0
            while k > max(-rest, 0) and chance > NEGLIGIBLE:
                chance *= k / (a - k + 1) * ((rest + k) / (b - k + 1))
                k -= 1
                mass += chance
                if k > 0:
                    mean += chance * k * (scale + math.log(k))
            total += times[i] * other_times[j] * (mean / mass / n)
    return total


@kernel
def matches(order, starts, others, sizes):
    """For each community, the community D of `others` with the largest |C ∩ D| / |C ∪ D|: int64.

    Ties go to the smaller number. `sizes` are those of `others`. O(n).
    """
    counts = np.zeros(len(sizes), np.int64)
    result = np.empty(len(starts) - 1, np.int64)
    for community in range(len(starts) - 1):
        first, last = starts[community], starts[community + 1]
        for place in range(first, last):
            counts[others[order[place]]] += 1
        best, most, whole = -1, 0, 1
        for place in range(first, last):
            other = others[order[place]]
            common = counts[other]
            if common > 0:
                counts[other] = 0
                union = last - first + sizes[other] - common
                # As fractions of whole numbers: equal ones tie exactly.
                more = common * whole - most * union
                if more > 0 or (more == 0 and other < best):
                    best, most, whole = other, common, union
        result[community] = best
    return result


@kernel
def elected(votes, labels):
    """For each account, what more than half of its votes (runs, n) say, else its label: int64 (n,).

    After Boyer and Moore: unlike votes cancel out, so only what is left can have the majority.
    """
    runs, n = votes.shape
    result = np.empty(n, np.int64)
    for account in range(n):
        candidate, left = -1, 0
        for run in range(runs):
            if left == 0:
                candidate = votes[run, account]
            left += 1 if votes[run, account] == candidate else -1
        supporters = 0
        for run in range(runs):
            supporters += votes[run, account] == candidate
        result[account] = candidate if 2 * supporters > runs else labels[account]
    return result
