"""What is left along a plan of removal: its curve on a quotient of the network, and its price.

Nodes below `c` of a quotient (see `quotients`) are candidates, the others clusters that are always
there. What counts after each removal is the heaviest component or, with `by_squares`, the sum of
the squared masses of all components.
"""

from typing import NamedTuple

import numpy as np

from keynodes.kernels.compiling import kernel
from keynodes.kernels.fragmentation import root_of


class Quotient(NamedTuple):
    """A network seen from its candidates for removal; see `quotients.quotient`."""

    indptr: np.ndarray
    indices: np.ndarray
    total: np.ndarray
    folded_squares: np.ndarray
    c: int
    heaviest: float
    squares: float


class Parts(NamedTuple):
    """A union-find over the nodes of a quotient: who is there, and what hangs together."""

    parent: np.ndarray
    mass: np.ndarray
    present: np.ndarray
    ends: np.ndarray
    """float64 (2,): the heaviest component, the sum of the squared masses."""


class Goal(NamedTuple):
    """What a plan is judged by: Σ worth[i] · curve[i], and its dues."""

    by_squares: bool
    threshold: float
    """The plan ends where the curve is at this or below; below 0, at a fixed length."""
    worth: np.ndarray
    """float64 (c + 2,): what the curve after i removals counts."""
    dues: np.ndarray
    """float64 (c,): what each candidate costs, on top, when it is in the plan."""


class Walk(NamedTuple):
    """A plan, and what is left after each of its removals."""

    order: np.ndarray
    """int32 (c,): the candidates in the plan, first removed first."""
    curve: np.ndarray
    """float64 (c + 2,): what is left after 0, 1, … removals."""
    place: np.ndarray
    """int32 (c,): where each candidate stands in the order, −1 outside."""


@kernel
def empty_parts(nodes):
    """The arrays of `Parts`, not yet filled."""
    return (
        np.empty(nodes, np.int32),
        np.empty(nodes, np.float64),
        np.empty(nodes, np.bool_),
        np.empty(2, np.float64),
    )


@kernel
def copy_parts(target, source):
    """Make `target` the same as `source`."""
    target.parent[:] = source.parent
    target.mass[:] = source.mass
    target.present[:] = source.present
    target.ends[:] = source.ends


@kernel
def join(net, v, parts):
    """Put candidate v back, and join it to the neighbours that are there."""
    parts.present[v] = True
    parts.ends[1] += net.total[v] * net.total[v] - net.folded_squares[v]
    root = v
    for i in range(net.indptr[v], net.indptr[v + 1]):
        x = net.indices[i]
        if not parts.present[x]:
            continue
        other = root_of(parts.parent, x)
        if other == root:
            continue
        if parts.mass[other] > parts.mass[root]:
            root, other = other, root
        parts.ends[1] += 2.0 * parts.mass[root] * parts.mass[other]
        parts.parent[other] = root
        parts.mass[root] += parts.mass[other]
    parts.ends[0] = max(parts.ends[0], parts.mass[root])


@kernel
def lay_out(net, absent, parts):
    """Everything is there but the candidates marked `absent` (bool (c,))."""
    for x in range(net.total.shape[0]):
        parts.parent[x] = x
        parts.mass[x] = net.total[x]
        parts.present[x] = x >= net.c
    parts.ends[0] = net.heaviest
    parts.ends[1] = net.squares
    for x in range(net.c):
        if not absent[x]:
            join(net, x, parts)
    for x in range(net.total.shape[0]):
        parts.parent[x] = root_of(parts.parent, x)


@kernel
def follow(net, goal, walk, length):
    """Write the curve and the places of the first `length` of the order."""
    which = 1 if goal.by_squares else 0
    absent = np.zeros(net.c, np.bool_)
    walk.place[:] = -1
    for i in range(length):
        walk.place[walk.order[i]] = i
        absent[walk.order[i]] = True
    parts = Parts(*empty_parts(net.total.shape[0]))
    lay_out(net, absent, parts)
    walk.curve[length] = parts.ends[which]
    for i in range(length - 1, -1, -1):
        join(net, walk.order[i], parts)
        walk.curve[i] = parts.ends[which]


@kernel
def cut_short(goal, walk, length):
    """Where the plan ends: at the threshold; what stands behind leaves the plan."""
    end = length
    for i in range(1, length + 1):
        if walk.curve[i] <= goal.threshold:
            end = i
            break
    for i in range(end, length):
        walk.place[walk.order[i]] = -1
    return end


@kernel
def price(goal, walk, length):
    """What the plan costs; infinite when it does not reach the threshold."""
    if goal.threshold >= 0 and (length == 0 or walk.curve[length] > goal.threshold):
        return np.inf
    cost = 0.0
    for i in range(1, length + 1):
        cost += goal.worth[i] * walk.curve[i] + goal.dues[walk.order[i - 1]]
    if goal.threshold >= 0:
        cost -= 0.5 * goal.worth[length] * walk.curve[length]
    return cost
