"""What a row of `METHODS` says, and the decorator that writes it."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas

CONTEXT = ("layers", "layer_weights")
"""Arguments that only methods with layers take."""


@dataclass(frozen=True)
class Method:
    """A published way to find communities, and what one must know to read its answer.

    Calling the row calls the function: ``METHODS["labels"](graph, rng=0)`` is n labels. Where
    nothing is random, ``rng`` is taken and changes nothing.
    """

    name: str
    function: Callable[..., np.ndarray]
    direction: str
    """Whether it looks at the direction of arcs: ``yes``, or ``no``: it sees the undirected view,
    in which the weights of u → v and v → u are added."""
    weights: str
    """What stands for the strength of an arc: ``yes`` (its weight), ``counts`` (its interactions
    of each relation) or ``no``."""
    layers: str
    """``yes`` where layers (relations, platforms) are kept apart, else ``no``."""
    resolution: str
    """The default resolution in words; ``no`` where there is none."""
    needs: str
    """The library that does the work: ``igraph``, ``leidenalg`` or ``keynodes``."""
    cost: str
    """Time in n accounts and m arcs."""
    reference: str
    prepare: Callable[..., Any] | None = None
    """Called as the function is, without ``rng``: what `keynodes.communities.runs` needs to run it
    many times; None where nothing is random."""

    def __call__(self, graph: Any, **arguments: Any) -> np.ndarray:
        if not self.random:
            arguments.pop("rng", None)
        return self.function(graph, **arguments)

    @property
    def random(self) -> bool:
        """Whether runs differ: only then do several runs say something."""
        return self.prepare is not None

    @property
    def summary(self) -> str:
        """The first line of the docstring: what makes a community."""
        return (self.function.__doc__ or "").strip().splitlines()[0]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the arguments that the function takes beside the graph."""
        return tuple(inspect.signature(self.function).parameters)[1:]


METHODS: dict[str, Method] = {}
"""Every community method by name."""


def capabilities() -> "pandas.DataFrame":
    """One row a method: what makes a community, what it looks at, and what it needs."""
    import pandas

    return pandas.DataFrame(
        {
            "method": row.name,
            "direction": row.direction,
            "weights": row.weights,
            "layers": row.layers,
            "resolution": row.resolution,
            "random": "yes" if row.random else "no",
            "needs": row.needs,
            "cost": row.cost,
            "meaning": row.summary,
            "reference": row.reference,
        }
        for row in METHODS.values()
    )


def method(
    *,
    direction: str,
    weights: str,
    layers: str = "no",
    resolution: str = "no",
    needs: str,
    cost: str,
    reference: str,
    prepare: Callable[..., Any] | None = None,
) -> Callable[[Callable[..., np.ndarray]], Callable[..., np.ndarray]]:
    """Register the decorated function as a row of `METHODS`: ``leiden_cpm`` as leiden-cpm."""

    def register(function: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
        name = function.__name__.replace("_", "-")
        METHODS[name] = Method(
            name,
            function,
            direction,
            weights,
            layers,
            resolution,
            needs,
            cost,
            reference,
            prepare,
        )
        return function

    return register
