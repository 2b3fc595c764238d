"""One shortest path, drawn at random, between each of many pairs: search from both ends.

Two balls grow, one along the arcs from s and one against the arcs from t, always the one that
meets fewer arcs; where they touch, a path is drawn with equal chances for all shortest ones
(Riondato & Kornaropoulos 2016; Borassi & Natale 2019). That meets a small part of the arcs.
"""

import numpy as np

from keynodes.kernels.compiling import kernel


@kernel
def passed(out_indptr, out_indices, in_indptr, in_indices, pairs, seeds):
    """How many of the paths drawn pass each account, endpoints not counted: float64 (n,).

    `pairs` is int64 (k, 2), one (s, t) a row, and `seeds` uint64 (k,), not 0. Also returns the
    number of arcs met. Counts are NaN when the number of shortest paths overflows.
    """
    n = out_indptr.shape[0] - 1
    counts = np.zeros(n)
    from_level = np.full(n, -1, np.int32)
    to_level = np.full(n, -1, np.int32)
    from_paths = np.empty(n)
    to_paths = np.empty(n)
    from_queue = np.empty(n, np.int32)
    to_queue = np.empty(n, np.int32)
    arcs = 0
    for i in range(pairs.shape[0]):
        s, t = pairs[i]
        if s == t:
            continue
        from_level[s] = to_level[t] = 0
        from_paths[s] = to_paths[t] = 1.0
        from_queue[0] = s
        to_queue[0] = t
        from_begin, from_end, to_begin, to_end = 0, 1, 0, 1
        from_arcs = out_indptr[s + 1] - out_indptr[s]
        to_arcs = in_indptr[t + 1] - in_indptr[t]
        # Until a new level touches the other ball, no shortest path has been completed.
        begin, end, ways = 0, 0, 0.0
        while from_arcs and to_arcs and ways == 0.0:
            if from_arcs <= to_arcs:
                arcs += from_arcs
                begin, end = (
                    from_end,
                    _grow(
                        out_indptr,
                        out_indices,
                        from_level,
                        from_paths,
                        from_queue,
                        from_begin,
                        from_end,
                    ),
                )
                from_begin, from_end, from_arcs = begin, end, 0
                queue = from_queue
                for j in range(begin, end):
                    from_arcs += out_indptr[queue[j] + 1] - out_indptr[queue[j]]
            else:
                arcs += to_arcs
                begin, end = (
                    to_end,
                    _grow(in_indptr, in_indices, to_level, to_paths, to_queue, to_begin, to_end),
                )
                to_begin, to_end, to_arcs = begin, end, 0
                queue = to_queue
                for j in range(begin, end):
                    to_arcs += in_indptr[queue[j] + 1] - in_indptr[queue[j]]
            for j in range(begin, end):
                v = queue[j]
                if from_level[v] >= 0 and to_level[v] >= 0:
                    ways += from_paths[v] * to_paths[v]
        if ways > 0.0:
            if ways == np.inf:
                counts[:] = np.nan
                return counts, arcs
            state = _next(seeds[i])
            rest = _fraction(state) * ways
            middle = -1
            for j in range(begin, end):
                v = queue[j]
                if from_level[v] >= 0 and to_level[v] >= 0:
                    middle = v
                    rest -= from_paths[v] * to_paths[v]
                    if rest < 0.0:
                        break
            if middle != s and middle != t:
                counts[middle] += 1.0
            state = _walk(in_indptr, in_indices, from_level, from_paths, middle, state, counts)
            _walk(out_indptr, out_indices, to_level, to_paths, middle, state, counts)
        for j in range(from_end):
            from_level[from_queue[j]] = -1
        for j in range(to_end):
            to_level[to_queue[j]] = -1
    return counts, arcs


@kernel
def _grow(indptr, indices, level, paths, queue, begin, end):
    """Add the next level of a ball to its queue and count paths; return the new end."""
    following = level[queue[begin]] + 1
    stop = end
    for i in range(begin, end):
        u = queue[i]
        for j in range(indptr[u], indptr[u + 1]):
            v = indices[j]
            if level[v] < 0:
                level[v] = following
                paths[v] = paths[u]
                queue[stop] = v
                stop += 1
            elif level[v] == following:
                paths[v] += paths[u]
    return stop


@kernel
def _walk(indptr, indices, level, paths, start, state, counts):
    """Walk from `start` to the centre of a ball, against the growth; count whom it passes."""
    v = start
    while level[v] > 1:
        state = _next(state)
        rest = _fraction(state) * paths[v]
        chosen = -1
        for j in range(indptr[v], indptr[v + 1]):
            u = indices[j]
            if level[u] == level[v] - 1:
                chosen = u
                rest -= paths[u]
                if rest < 0.0:
                    break
        v = chosen
        counts[v] += 1.0
    return state


@kernel
def _next(state):
    """One step of xorshift64 (Marsaglia 2003)."""
    state ^= state << np.uint64(13)
    state ^= state >> np.uint64(7)
    return state ^ (state << np.uint64(17))


@kernel
def _fraction(state):
    """A number in [0, 1) from the upper 53 bits."""
    return np.int64(state >> np.uint64(11)) / 9007199254740992.0
