"""Fair shares: the credit for every reached account flows back, split over who passed it on.

Where two accounts each carry all to the same others, neither dominates anybody, and half of the
credit goes to each: redundant gates show.
"""

import numpy as np

from keynodes.kernels.compiling import kernel
from keynodes.kernels.dominators import MUTED, REMOVED

FRACTION = 4096
"""Credit is counted in so many parts of a unit of value."""


@kernel
def credited(worlds, which, status, values, muting, shares):
    """Write the credit of every node of the worlds `which`, in 1 / `FRACTION` of a value.

    An account's credit is its own value and its share of the credit of those it passed on to: each
    of them splits its credit evenly over the live arcs that come from accounts reached before it
    (breadth first). So all credit of a world ends at its sources.

    Parameters
    ----------
    worlds, which, status, values, muting
        As in `dominators.dominated`.
    shares : int64 (nodes,)
        0 where the node is not reached. When `muting`, without the account's own value, and 0 for
        sources.
    """
    most = 0
    for w in which:
        most = max(most, worlds.starts[w + 1] - worlds.starts[w])
    place = np.empty(most + 1, np.int32)
    order = np.empty(most + 1, np.int32)
    ways = np.empty(most + 1, np.int32)
    credit = np.empty(most + 1, np.float64)
    nodes, ptr, targets = worlds.nodes, worlds.ptr, worlds.targets
    for w in which:
        base, end = worlds.starts[w], worlds.starts[w + 1]
        count, roots = end - base, worlds.sources[w]
        for u in range(count):
            place[u] = -1
            shares[base + u] = 0
        found = 0
        for root in range(roots):
            if status[nodes[base + root]] != REMOVED:
                place[root] = found
                order[found] = root
                ways[root] = 0
                found += 1
        at = 0
        while at < found:
            u = order[at]
            at += 1
            if status[nodes[base + u]] == MUTED and u >= roots:
                continue
            for arc in range(ptr[base + u], ptr[base + u + 1]):
                t = targets[arc]
                if place[t] < 0 and status[nodes[base + t]] != REMOVED:
                    place[t] = found
                    order[found] = t
                    ways[t] = 1
                    found += 1
                elif place[t] > place[u]:
                    ways[t] += 1
        for i in range(found - 1, -1, -1):
            u = order[i]
            own = 0.0 if u < roots else np.float64(values[nodes[base + u]])
            passed = 0.0
            if not (status[nodes[base + u]] == MUTED and u >= roots):
                for arc in range(ptr[base + u], ptr[base + u + 1]):
                    t = targets[arc]
                    if place[t] > i:
                        passed += credit[t] / ways[t]
            credit[u] = own + passed
            if not muting:
                shares[base + u] = np.int64(np.rint(credit[u] * FRACTION))
            elif u >= roots:
                shares[base + u] = np.int64(np.rint(passed * FRACTION))
