"""How near accounts are to a set: sixty-four searches at once, coverage in bits, one set grown."""

import numpy as np

from keynodes.kernels.compiling import kernel

LANES = 64
"""Sources searched together: the bits of one word."""

FAR = np.int32(2**31 - 1)
"""The distance of what cannot be reached."""


@kernel
def _lowest(bits):
    """The place of the lowest bit that is set, by halving."""
    place = 0
    if bits & np.uint64(0xFFFFFFFF) == 0:
        bits >>= np.uint64(32)
        place += 32
    if bits & np.uint64(0xFFFF) == 0:
        bits >>= np.uint64(16)
        place += 16
    if bits & np.uint64(0xFF) == 0:
        bits >>= np.uint64(8)
        place += 8
    if bits & np.uint64(0xF) == 0:
        bits >>= np.uint64(4)
        place += 4
    if bits & np.uint64(0x3) == 0:
        bits >>= np.uint64(2)
        place += 2
    if bits & np.uint64(0x1) == 0:
        place += 1
    return place


@kernel
def search_lanes(
    indptr, indices, back_indptr, back_indices, weights, alive, sources, keep
):  # fmt: skip
    """Search from up to 64 sources at once, through accounts that are `alive` only.

    Where most arcs leave the level that is searched from, accounts that are still open look back
    along the arcs that lead to them instead: one read an arc, and no more once nothing is open.

    Returns for each source the weight it reaches, and the weight divided by the distance, both
    without the source itself (float64); and the distance of every account from each source, uint8
    (n, 64): 0 for what is 255 hops away or more, if `keep` (else an empty array).
    """
    n = indptr.shape[0] - 1
    reached = np.zeros(LANES)
    here = np.zeros(LANES)  # what this level reaches
    nearness = np.zeros(LANES)
    levels = np.zeros((n if keep else 0, LANES), np.uint8)
    visited = np.zeros(n, np.uint64)
    front = np.zeros(n, np.uint64)
    coming = np.zeros(n, np.uint64)
    listed = np.empty(n, np.int32)
    following = np.empty(n, np.int32)
    closed = ~np.uint64(0)  # lanes without a source
    for lane in range(sources.shape[0]):
        if alive[sources[lane]]:
            closed ^= np.uint64(1) << np.uint64(lane)
    for v in range(n):
        visited[v] = closed if alive[v] else ~np.uint64(0)
    count = 0
    for lane in range(sources.shape[0]):
        s = sources[lane]
        if not alive[s]:
            continue
        bit = np.uint64(1) << np.uint64(lane)
        if front[s] == 0:
            listed[count] = s
            count += 1
        front[s] |= bit
        visited[s] |= bit
    level = 0
    while count:
        level += 1
        found = 0
        leaving = 0
        for i in range(count):
            leaving += indptr[listed[i] + 1] - indptr[listed[i]]
        if 3 * leaving > indices.shape[0]:
            for v in range(n):
                open_lanes = ~visited[v]
                if open_lanes == 0:
                    continue
                new = np.uint64(0)
                for j in range(back_indptr[v], back_indptr[v + 1]):
                    new |= front[back_indices[j]]
                    if new & open_lanes == open_lanes:
                        break
                new &= open_lanes
                if new:
                    coming[v] = new
                    following[found] = v
                    found += 1
            for i in range(count):
                front[listed[i]] = np.uint64(0)
        else:
            for i in range(count):
                u = listed[i]
                bits = front[u]
                front[u] = np.uint64(0)
                for j in range(indptr[u], indptr[u + 1]):
                    v = indices[j]
                    new = bits & ~visited[v]
                    if new:
                        if coming[v] == 0:
                            following[found] = v
                            found += 1
                        coming[v] |= new
        for i in range(found):
            v = following[i]
            bits = coming[v]
            coming[v] = np.uint64(0)
            visited[v] |= bits
            front[v] = bits
            weight = weights[v]
            # One pass over all lanes without a branch beats picking bits out, when there are many.
            few = bits
            for _ in range(6):
                few &= few - np.uint64(few != 0)
            if few:
                for lane in range(LANES):
                    here[lane] += weight if (bits >> np.uint64(lane)) & np.uint64(1) else 0.0
                if keep and level < 255:
                    for lane in range(LANES):
                        if (bits >> np.uint64(lane)) & np.uint64(1):
                            levels[v, lane] = level
            else:
                while bits:
                    lane = _lowest(bits)
                    bits &= bits - np.uint64(1)
                    here[lane] += weight
                    if keep and level < 255:
                        levels[v, lane] = level
        for lane in range(LANES):
            reached[lane] += here[lane]
            nearness[lane] += here[lane] / level
            here[lane] = 0.0
        listed, following = following, listed
        count = found
    return reached, nearness, levels


@kernel
def spread_rows(indptr, indices, bits, first, last):
    """Each account's row of bits and those of its neighbours, ORed: rows `first` to `last`."""
    words = bits.shape[1]
    result = bits[first:last].copy()
    for u in range(first, last):
        row = result[u - first]
        for j in range(indptr[u], indptr[u + 1]):
            other = bits[indices[j]]
            for k in range(words):
                row[k] |= other[k]
    return result


@kernel
def new_bits(bits, open_bits, values, equal, first, last):
    """The value of the targets that each account would add: float64 (last − first,).

    Row v of `bits` has the targets near v, `open_bits` those that nobody is near yet; target t is
    worth values[t]. With `equal` all are worth values[0], and bits are only counted.
    """
    words = bits.shape[1]
    result = np.zeros(last - first)
    for v in range(first, last):
        total = 0.0
        for k in range(words):
            new = bits[v, k] & open_bits[k]
            if equal:
                new -= (new >> np.uint64(1)) & np.uint64(0x5555555555555555)
                new = (new & np.uint64(0x3333333333333333)) + (
                    (new >> np.uint64(2)) & np.uint64(0x3333333333333333)
                )
                new = (new + (new >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
                new += new >> np.uint64(8)
                new += new >> np.uint64(16)
                new += new >> np.uint64(32)
                total += np.float64(new & np.uint64(0x7F))
            else:
                while new:
                    total += values[64 * k + _lowest(new)]
                    new &= new - np.uint64(1)
        result[v - first] = total * values[0] if equal else total
    return result


@kernel
def nearer(levels, inverse, current, values, first, last):
    """How much each account would add by being nearer to targets: float64 (last − first,).

    levels[v, t] is the distance of account v and target t (0: none), `inverse` the table of 1/d
    (and 0 at 0), current[t] what the set has now, values[t] what the target is worth.
    """
    result = np.zeros(last - first)
    for v in range(first, last):
        total = 0.0
        for t in range(levels.shape[1]):
            gain = inverse[levels[v, t]] - current[t]
            if gain > 0.0:
                total += gain * values[t]
        result[v - first] = total
    return result


@kernel
def admit(indptr, indices, weights, distances, account, radius, harmonic, commit):
    """What the set gains by `account`: weight reached within `radius`, or weight / distance.

    `distances` are those from the set (FAR: none) and are lowered where the account is nearer, if
    `commit`; else they are left as they were. The search goes on only where the account is nearer
    than the set is, so it costs what it changes.
    """
    n = indptr.shape[0] - 1
    queue = np.empty(n, np.int32)
    before = np.empty(n, np.int32)
    if distances[account] == 0:
        return 0.0
    queue[0] = account
    before[0] = distances[account]
    distances[account] = 0
    head, tail = 0, 1
    gain = 0.0
    while head < tail:
        u = queue[head]
        level = distances[u]
        old = before[head]
        head += 1
        if harmonic:
            # A member of the set counts as one hop away.
            gain += weights[u] / max(level, 1)
            if old != FAR:
                gain -= weights[u] / max(old, 1)
        elif old > radius:
            gain += weights[u]
        if level == radius:
            continue
        for j in range(indptr[u], indptr[u + 1]):
            v = indices[j]
            if distances[v] > level + 1:
                before[tail] = distances[v]
                distances[v] = level + 1
                queue[tail] = v
                tail += 1
    if not commit:
        for i in range(tail):
            distances[queue[i]] = before[i]
    return gain


@kernel
def walks(indptr, indices, radius, most):
    """Arcs that a search of `radius` hops may meet from each account, at most `most`: int64 (n,).

    Walks are counted, so an account that is met twice counts twice: a bound.
    """
    n = indptr.shape[0] - 1
    met = np.ones(n, np.int64)
    for _ in range(radius):
        longer = np.ones(n, np.int64)
        for u in range(n):
            total = np.int64(1)
            for j in range(indptr[u], indptr[u + 1]):
                total += met[indices[j]]
                if total >= most:
                    total = most
                    break
            longer[u] = total
        met = longer
    return met


@kernel
def reach_alone(indptr, indices, weights, radius, first, last):
    """The weight within `radius` hops of each account from `first` to `last`: float64."""
    n = indptr.shape[0] - 1
    seen = np.full(n, -1, np.int32)
    queue = np.empty(n, np.int32)
    result = np.empty(last - first)
    for account in range(first, last):
        seen[account] = account
        queue[0] = account
        begin, end = 0, 1
        total = weights[account]
        for _ in range(radius):
            following = end
            for i in range(begin, end):
                u = queue[i]
                for j in range(indptr[u], indptr[u + 1]):
                    v = indices[j]
                    if seen[v] != account:
                        seen[v] = account
                        queue[following] = v
                        following += 1
                        total += weights[v]
            begin, end = end, following
            if begin == end:
                break
        result[account - first] = total
    return result
