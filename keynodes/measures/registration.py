"""What a row of `MEASURES` says, and the decorator that writes it."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keynodes.errors import UnknownName, UsageError
from keynodes.graph import InteractionGraph
from keynodes.registry import pick, suggestion

if TYPE_CHECKING:
    import pandas

Notice = Callable[[str], None]
"""Takes one sentence that the reader of the result should see."""

CONTEXT = ("labels", "seeds", "rng", "progress", "notice")
"""Arguments that `rank` hands to every measure that has them; the rest are its parameters."""


@dataclass(frozen=True)
class Measure:
    """A published number for every account, and what one must know to read it.

    Calling the row calls the function: ``MEASURES["h_index"](graph)`` is n floats.
    """

    name: str
    function: Callable[..., np.ndarray]
    question: str
    """``heard`` (how widely is it heard), ``relays`` (does it pass things on), ``bridges`` (does
    it connect what would fall apart), or ``hears`` (how much does it hear: an audience)."""
    key: str
    """Which end is key: ``high``, ``low``, or ``none``."""
    direction: bool
    """Whether it looks at the direction of arcs; if not, it sees the undirected view."""
    weights: str
    """Whether the weights of arcs count: ``yes``, ``no`` or ``option``."""
    exact: str
    """``exact``, or the size above which the number is sampled."""
    cost: str
    """Time in n accounts and m arcs."""
    reference: str

    def __call__(self, graph: InteractionGraph, **arguments: Any) -> np.ndarray:
        return self.function(graph, **arguments)

    @property
    def summary(self) -> str:
        """The first line of the docstring: what the number means."""
        return (self.function.__doc__ or "").strip().splitlines()[0]

    @property
    def needs_labels(self) -> bool:
        """Whether it compares communities and so needs their labels."""
        return "labels" in inspect.signature(self.function).parameters

    @property
    def context(self) -> tuple[str, ...]:
        """Which of `CONTEXT` the function takes."""
        taken = inspect.signature(self.function).parameters
        return tuple(name for name in CONTEXT if name in taken)

    @property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """The parameters a user may set, with their defaults."""
        taken = inspect.signature(self.function).parameters
        return {k: p for k, p in list(taken.items())[1:] if k not in CONTEXT}

    def parse(self, settings: Mapping[str, str]) -> dict[str, Any]:
        """Turn parameters given as text into values, or say what is wrong with them."""
        values = {}
        for given, text in settings.items():
            parameters = {k: k for k in self.parameters}
            try:
                name = pick(parameters, given, "parameter")
            except UnknownName:
                known = suggestion(given, parameters)
                raise UnknownName(
                    f"measure '{self.name}' has no parameter {given!r}; {known}"
                ) from None
            values[name] = _value(self.name, name, text, self.parameters[name].annotation)
        return values


MEASURES: dict[str, Measure] = {}
"""Every measure by name, in the order of the families."""


def capabilities() -> "pandas.DataFrame":
    """One row a measure: what it means, what it looks at, and which end is key."""
    import pandas

    return pandas.DataFrame(
        {
            "measure": row.name,
            "question": row.question,
            "key": row.key,
            "direction": "yes" if row.direction else "no",
            "weights": row.weights,
            "labels": "needed" if row.needs_labels else "no",
            "exact": row.exact,
            "parameters": ", ".join(
                f"{name}={parameter.default}" for name, parameter in row.parameters.items()
            ),
            "cost": row.cost,
            "meaning": row.summary,
            "reference": row.reference,
        }
        for row in MEASURES.values()
    )


def measure(
    *,
    question: str,
    key: str,
    direction: bool,
    weights: str,
    cost: str,
    reference: str,
    exact: str = "exact",
) -> Callable[[Callable[..., np.ndarray]], Callable[..., np.ndarray]]:
    """Register the decorated function, under its own name, as a row of `MEASURES`."""

    def register(function: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
        name = function.__name__
        MEASURES[name] = Measure(
            name, function, question, key, direction, weights, exact, cost, reference
        )
        return function

    return register


def _value(measure_name: str, name: str, text: str, annotation: Any) -> Any:
    """Read `text` as the first type of `annotation` (such as ``float | None``) that takes it."""
    kinds = [kind for kind in (int, float, str) if kind in _members(annotation)]
    for kind in kinds:
        try:
            return kind(text)
        except ValueError:
            continue
    raise UsageError(
        f"measure '{measure_name}': {name} must be "
        f"{'a whole number' if kinds == [int] else 'a number'}, got {text!r}"
    )


def _members(annotation: Any) -> tuple[Any, ...]:
    return getattr(annotation, "__args__", ()) or (annotation,)
