"""Shortest paths by hops from eight sources, or from sixty-four, in one scan of the arcs.

Sources are searched together, one lane each. An account's eight lanes are eight doubles in a row:
one cache line, fetched once instead of eight times. Each level of the search runs whichever way
meets fewer arcs: *scatter* along the arcs that leave the level, or *gather* along the arcs that
end at accounts still open in some lane. Lists remember who was found at which level, so that the
way back needs neither predecessors nor distances, and so that a search costs what it reaches and
never O(n) a level.
"""

import numpy as np

from keynodes.kernels.compiling import kernel

LANES = 8
"""Sources searched together by `dependencies`: eight doubles are one cache line."""

BITS = 64
"""Targets searched together by `inverse_distances`: the bits of one word."""

# A scattered arc reads, adds, and writes back; a gathered one only reads. Measured: about twice.
_SCATTER_COST = 2


def workspace_for(n: int) -> np.ndarray:
    """Zeros for `dependencies`, (3, n * LANES): each account's lanes on one cache line.

    Made by numpy, which asks the system for huge pages and gets zeros without writing them.
    """
    size = 3 * n * LANES
    flat = np.zeros(size + 8)
    shift = (-flat.ctypes.data % 64) // 8
    return flat[shift : shift + size].reshape(3, n * LANES)


@kernel
def dependencies(out_indptr, out_indices, in_indptr, in_indices, sources, beyond, workspace):
    """Dependencies of sources on every account, and their squares, summed over the sources.

    The dependency of s on v is Σ_t σ_st(v) / σ_st, endpoints not counted (Brandes 2001). With
    `beyond`, s and t are not neighbours of v (arcs must then come in pairs). Sources must differ.

    Returns float64 (n,) twice; NaN throughout when path counts overflow (above 1e308).
    """
    n = out_indptr.shape[0] - 1
    sums = np.zeros(n)
    squares = np.zeros(n)
    paths, front, arriving = workspace[0], workspace[1], workspace[2]
    visited = np.zeros(n, np.uint8)
    unfinished = np.ones(n, np.uint8)
    wanted = np.zeros(n, np.uint8)
    found = np.empty(n * LANES, np.int32)
    lanes = np.empty(n * LANES, np.uint8)
    starts = np.empty(n + 2, np.int64)
    touched = np.empty(n, np.int32)
    unfinished_list = np.empty(n, np.int32)
    # With `beyond`, the way back carries a second number a source, the paths that go on after the
    # next account: it takes the upper four lanes.
    width = LANES // 2 if beyond else LANES
    overflow = False

    for first in range(0, sources.shape[0], width):
        together = min(width, sources.shape[0] - first)
        full = (1 << together) - 1
        starts[0] = 0
        for k in range(together):
            s = sources[first + k]
            found[k] = s
            lanes[k] = 1 << k
            visited[s] = 1 << k
            paths[s * LANES + k] = 1.0
            front[s * LANES + k] = 1.0
        end = together
        starts[1] = end
        if together == 1:
            unfinished[sources[first]] = 0
        level = 0
        open_arcs = in_indices.shape[0]
        listed = -1

        while True:
            begin = starts[level]
            leaving = 0
            for i in range(begin, end):
                leaving += out_indptr[found[i] + 1] - out_indptr[found[i]]
            if leaving == 0:
                break
            if leaving * _SCATTER_COST <= open_arcs + (n if listed < 0 else listed):
                count = _scatter(
                    out_indptr, out_indices, found[begin:end], front, arriving, unfinished, touched
                )
                reached = touched[:count]
            else:
                count = 0
                if listed < 0:
                    for v in range(n):
                        if unfinished[v] and in_indptr[v + 1] > in_indptr[v]:
                            unfinished_list[count] = v
                            count += 1
                else:
                    for i in range(listed):
                        if unfinished[unfinished_list[i]]:
                            unfinished_list[count] = unfinished_list[i]
                            count += 1
                listed = count
                reached = unfinished_list[:count]
                _gather(in_indptr, in_indices, reached, front, arriving)
            _clear(found[begin:end], front)
            begin = end
            for i in range(count):
                v = reached[i]
                row = v * LANES
                old = visited[v]
                new = 0
                for k in range(together):
                    if arriving[row + k] > 0.0 and not (old >> k) & 1:
                        new |= 1 << k
                        paths[row + k] = arriving[row + k]
                        front[row + k] = arriving[row + k]
                        overflow = overflow or arriving[row + k] == np.inf
                for k in range(LANES):
                    arriving[row + k] = 0.0
                if new:
                    visited[v] = old | new
                    found[end] = v
                    lanes[end] = new
                    end += 1
                    if old | new == full:
                        unfinished[v] = 0
                        open_arcs -= in_indptr[v + 1] - in_indptr[v]
            if begin == end:
                break
            level += 1
            starts[level + 1] = end

        # The way back: `front` now carries (1 + dependency) / paths of the level just done.
        _clear(found[starts[level] : starts[level + 1]], front)
        nearest = 2 if beyond else 1
        for current in range(level, nearest - 1, -1):
            begin, end = starts[current], starts[current + 1]
            if current < level:
                deeper = starts[current + 2]
                leaving = 0
                for i in range(begin, end):
                    leaving += out_indptr[found[i] + 1] - out_indptr[found[i]]
                ending = 0
                for i in range(end, deeper):
                    ending += in_indptr[found[i] + 1] - in_indptr[found[i]]
                if leaving <= ending * _SCATTER_COST:
                    _gather(out_indptr, out_indices, found[begin:end], front, arriving)
                else:
                    for i in range(begin, end):
                        wanted[found[i]] = 1
                    _scatter(
                        in_indptr, in_indices, found[end:deeper], front, arriving, wanted, touched
                    )
                    for i in range(begin, end):
                        wanted[found[i]] = 0
                _clear(found[end:deeper], front)
            for i in range(begin, end):
                v = found[i]
                row = v * LANES
                for k in range(together):
                    if (lanes[i] >> k) & 1:
                        count_paths = paths[row + k]
                        dependency = count_paths * arriving[row + k]
                        front[row + k] = (1.0 + dependency) / count_paths
                        if beyond:
                            front[row + width + k] = dependency / count_paths
                            dependency = count_paths * arriving[row + width + k]
                        sums[v] += dependency
                        squares[v] += dependency * dependency
                for k in range(LANES):
                    arriving[row + k] = 0.0
        if level >= nearest:
            _clear(found[starts[nearest] : starts[nearest + 1]], front)
        for i in range(starts[level + 1]):
            visited[found[i]] = 0
            unfinished[found[i]] = 1

    if overflow:
        sums[:] = np.nan
    return sums, squares


@kernel
def _clear(rows, values):
    for v in rows:
        for k in range(v * LANES, v * LANES + LANES):
            values[k] = 0.0


@kernel
def _gather(indptr, indices, rows, source, target):
    """Set the lanes of each row to the sum over its neighbours."""
    for v in rows:
        # Eight variables, not an array: the compiler keeps them in registers.
        a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = 0.0
        for j in range(indptr[v], indptr[v + 1]):
            i = indices[j] * LANES
            a0 += source[i]
            a1 += source[i + 1]
            a2 += source[i + 2]
            a3 += source[i + 3]
            a4 += source[i + 4]
            a5 += source[i + 5]
            a6 += source[i + 6]
            a7 += source[i + 7]
        i = v * LANES
        target[i] = a0
        target[i + 1] = a1
        target[i + 2] = a2
        target[i + 3] = a3
        target[i + 4] = a4
        target[i + 5] = a5
        target[i + 6] = a6
        target[i + 7] = a7


@kernel
def _scatter(indptr, indices, rows, source, target, wanted, touched):
    """Add the lanes of each row to those of its wanted neighbours; list these, return how many."""
    count = 0
    for v in rows:
        i = v * LANES
        a0 = source[i]
        a1 = source[i + 1]
        a2 = source[i + 2]
        a3 = source[i + 3]
        a4 = source[i + 4]
        a5 = source[i + 5]
        a6 = source[i + 6]
        a7 = source[i + 7]
        for j in range(indptr[v], indptr[v + 1]):
            u = indices[j]
            if wanted[u] == 0:
                continue
            if wanted[u] == 1:
                wanted[u] = 2
                touched[count] = u
                count += 1
            i = u * LANES
            target[i] += a0
            target[i + 1] += a1
            target[i + 2] += a2
            target[i + 3] += a3
            target[i + 4] += a4
            target[i + 5] += a5
            target[i + 6] += a6
            target[i + 7] += a7
    n = wanted.shape[0]
    if count > n // 8:
        # A long list is read in the order of accounts: the memory that follows is read in order.
        count = 0
        for u in range(n):
            if wanted[u] == 2:
                wanted[u] = 1
                touched[count] = u
                count += 1
    else:
        for i in range(count):
            wanted[touched[i]] = 1
    return count


@kernel
def inverse_distances(out_indptr, out_indices, in_indptr, in_indices, targets):
    """1 / distance from every account to targets, and 1 / distance², summed over the targets.

    Searches backward from `targets`, which must differ; one bit of a word stands for one target.
    Returns float64 (n,) twice.
    """
    n = out_indptr.shape[0] - 1
    sums = np.zeros(n)
    squares = np.zeros(n)
    visited = np.zeros(n, np.uint64)
    front = np.zeros(n, np.uint64)
    arriving = np.zeros(n, np.uint64)
    current = np.empty(n, np.int32)
    following = np.empty(n, np.int32)
    unfinished = np.empty(n, np.int32)
    zero, one = np.uint64(0), np.uint64(1)

    for first in range(0, targets.shape[0], BITS):
        together = min(BITS, targets.shape[0] - first)
        full = zero
        for k in range(together):
            bit = one << np.uint64(k)
            full |= bit
            current[k] = targets[first + k]
            visited[current[k]] = bit
            front[current[k]] = bit
        count = together
        distance = 0
        open_arcs = out_indices.shape[0]
        listed = -1

        while count:
            distance += 1
            arcs = 0
            for i in range(count):
                arcs += in_indptr[current[i] + 1] - in_indptr[current[i]]
            reached = 0
            if arcs <= open_arcs + (n if listed < 0 else listed):
                for i in range(count):
                    bits = front[current[i]]
                    for j in range(in_indptr[current[i]], in_indptr[current[i] + 1]):
                        u = in_indices[j]
                        new = bits & ~visited[u]
                        if new != zero:
                            if arriving[u] == zero:
                                following[reached] = u
                                reached += 1
                            arriving[u] |= new
            else:
                if listed < 0:
                    listed = 0
                    for u in range(n):
                        if visited[u] != full and out_indptr[u + 1] > out_indptr[u]:
                            unfinished[listed] = u
                            listed += 1
                else:
                    kept = 0
                    for i in range(listed):
                        if visited[unfinished[i]] != full:
                            unfinished[kept] = unfinished[i]
                            kept += 1
                    listed = kept
                for i in range(listed):
                    u = unfinished[i]
                    old = visited[u]
                    bits = old
                    for j in range(out_indptr[u], out_indptr[u + 1]):
                        bits |= front[out_indices[j]]
                        if bits == full:
                            break
                    if bits != old:
                        arriving[u] = bits & ~old
                        following[reached] = u
                        reached += 1
            for i in range(count):
                front[current[i]] = zero
            for i in range(reached):
                u = following[i]
                new = arriving[u]
                arriving[u] = zero
                front[u] = new
                visited[u] |= new
                if visited[u] == full:
                    open_arcs -= out_indptr[u + 1] - out_indptr[u]
                times = _bits_set(new)
                sums[u] += times / distance
                squares[u] += times / (distance * distance)
            current, following = following, current
            count = reached
        # Every account that was found has a bit; those that were not need no cleaning.
        visited[:] = zero
    return sums, squares


@kernel
def _bits_set(word):
    """Number of ones in a word of 64 bits."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + (
        (word >> np.uint64(2)) & np.uint64(0x3333333333333333)
    )
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    word += word >> np.uint64(8)
    word += word >> np.uint64(16)
    word += word >> np.uint64(32)
    return np.int64(word & np.uint64(0x7F))
