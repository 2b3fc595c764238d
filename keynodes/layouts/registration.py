"""What a row of `LAYOUTS` says, and the decorator that writes it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Layout:
    """A way to place the accounts of a graph in a picture.

    Calling the row calls the function: one place an account, float64 (n, 2), in any unit.
    """

    name: str
    function: Callable[..., np.ndarray]
    needs: str
    """The library that does the work: ``keynodes`` or ``igraph``."""
    cost: str
    """Time in n accounts and m arcs."""
    hubs: bool
    """Whether an account with 300,000 neighbours is a normal case, done in seconds."""

    def __call__(self, *given: object, **arguments: object) -> np.ndarray:
        return self.function(*given, **arguments)

    @property
    def summary(self) -> str:
        """The first line of the docstring."""
        return (self.function.__doc__ or "").strip().splitlines()[0]


LAYOUTS: dict[str, Layout] = {}
"""Every layout by name."""


def layout(
    *, cost: str, needs: str = "keynodes", hubs: bool = True
) -> Callable[[Callable[..., np.ndarray]], Callable[..., np.ndarray]]:
    """Register a function as a layout: its name with hyphens is the name of the row.

    It takes the graph and keyword-only ``labels``, ``radii``, ``rng`` and ``progress`` (see
    `keynodes.layouts.discs.communities`), and returns one place an account.
    """

    def register(function: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
        name = function.__name__.replace("_", "-")
        LAYOUTS[name] = Layout(name, function, needs, cost, hubs)
        return function

    return register
