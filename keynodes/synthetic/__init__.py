"""Graphs with a planted answer: made up, so that nobody real is in them and the truth is known."""

import inspect
from collections.abc import Callable

from keynodes.errors import UsageError
from keynodes.registry import pick
from keynodes.synthetic.cells import two_cells
from keynodes.synthetic.census import census
from keynodes.synthetic.gateways import gateways
from keynodes.synthetic.planted import Planted
from keynodes.synthetic.recruiting import recruiting
from keynodes.synthetic.storing import store, write

SYNTHETIC: dict[str, Callable[..., Planted]] = {
    "two-cells": two_cells,
    "gateways": gateways,
    "recruiting": recruiting,
    "census": census,
}
"""Every graph that can be made, by name; their parameters are keyword-only whole numbers."""

__all__ = [
    "SYNTHETIC",
    "Planted",
    "census",
    "gateways",
    "make",
    "recruiting",
    "store",
    "two_cells",
    "write",
]


def make(name: str, *, rng: int = 0, **sizes: int | None) -> Planted:
    """Make a graph of `SYNTHETIC` by name.

    Parameters
    ----------
    name : str
        Such as ``"census"``.
    rng : int, default 0
        Seed of everything random in it.
    **sizes : int or None
        Its own parameters; None leaves one at its default.

    Raises
    ------
    UnknownName
        When there is no such graph.
    UsageError
        When it has no such parameter.

    Examples
    --------
    >>> make("census", accounts=1000, records=20_000).name
    'census'
    """
    function = pick(SYNTHETIC, name, "synthetic graph")
    taken = inspect.signature(function).parameters
    given = {key: value for key, value in sizes.items() if value is not None}
    if "rng" in taken or rng:
        given["rng"] = rng
    for key in given:
        if key not in taken:
            word = "seed" if key == "rng" else key
            known = ", ".join("seed" if k == "rng" else k for k in taken)
            raise UsageError(
                f"the synthetic graph '{name}' takes no {word}"
                + (f"; it takes {known}" if known else ": it is fixed")
            )
    return function(**given)
