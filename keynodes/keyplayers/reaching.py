"""A set that grows, and how near it is to every account."""

from collections.abc import Iterable

import numpy as np

from keynodes.graph import InteractionGraph
from keynodes.kernels import nearness
from keynodes.keyplayers.arguments import Weights, checked_direction, usable_weights, views_of


class Reaching:
    """A set that grows, and how near it is to every account."""

    def __init__(
        self,
        graph: InteractionGraph,
        weights: "Weights",
        direction: str,
        radius: int | None,
    ) -> None:
        weights = usable_weights(graph, weights)
        # What an account covers lies along the arcs that lead to it, or away from it.
        self.view, self.opposite = views_of(graph, checked_direction(direction))
        self.weights = weights if radius is not None else weights / max(weights.sum(), 1e-300)
        self.weights.setflags(write=False)
        self.radius = radius
        self.distances = np.full(graph.n, nearness.FAR, np.int32)

    def admit(self, account: int, commit: bool = True) -> float:
        """Return what the set gains by an account, and take it in if `commit`."""
        return float(
            nearness.admit(
                self.view.indptr,
                self.view.indices,
                self.weights,
                self.distances,
                int(account),
                int(nearness.FAR) if self.radius is None else self.radius,
                self.radius is None,
                commit,
            )
        )

    def start(self, members: Iterable[int] = ()) -> float:
        """Begin again with a set, and return what it is worth."""
        self.distances[:] = nearness.FAR
        return sum(self.admit(v) for v in members)
