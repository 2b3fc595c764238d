"""What a row of `MODELS` says, the arcs that a model is given, and the decorator."""

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from keynodes.errors import UsageError
from keynodes.escaping import shortened
from keynodes.graph import InteractionGraph
from keynodes.registry import pick

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, eq=False)
class Arcs:
    """The arcs that may transmit, as a model is given them.

    Attributes
    ----------
    graph : InteractionGraph
        The whole graph.
    indptr, heads, tails : numpy.ndarray
        The arcs in compressed sparse rows by tail, rows sorted by head; and the tail of each.
    weights : numpy.ndarray of float64, shape (a,)
        Above 0: only what the relations used add to each arc.
    ages : numpy.ndarray of float64, shape (a,), or None
        How long ago each arc was used last, in units of the decay; None without decay.
    posts : numpy.ndarray of float64, shape (n,), or None
        How many posts each account made.
    details : list of str
        What a model adds to the sentence about itself, such as a value that it fitted.
    notices : list of str
        What a model has to say about these data.
    rng : int
        The seed of what a model draws.
    """

    graph: InteractionGraph
    indptr: np.ndarray
    heads: np.ndarray
    tails: np.ndarray
    weights: np.ndarray
    ages: np.ndarray | None = None
    posts: np.ndarray | None = None
    details: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    rng: int = 0

    @property
    def decayed(self) -> np.ndarray:
        """The weights, w·exp(−age) where there is a decay: float64 (a,), above 0."""
        if self.ages is None:
            return self.weights
        return np.maximum(self.weights * np.exp(-self.ages), np.finfo(np.float64).tiny)


@dataclass(frozen=True)
class Model:
    """A way to get from interactions to probabilities, and what one must know to read it."""

    name: str
    function: Callable[..., np.ndarray]
    basis: str
    """What its probabilities rest on, in a few words that are printed with every result."""
    threshold: bool
    """Whether each account keeps at most one live incoming arc (linear threshold); else each arc
    has a coin of its own (independent cascade)."""
    weights: str
    """How it reads weights: as ``interactions`` (which the choice of relations and a decay can
    change), as ``probabilities``, or ``no``."""
    posts: str
    """Whether it needs the posts of accounts: ``yes``, ``no``, or the parameter that does."""
    cost: str
    """Time in n accounts and a arcs."""
    reference: str

    @property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """What may be set behind the name, with the defaults: ``counts:beta=0.1``."""
        taken = inspect.signature(self.function).parameters
        return {name: parameter for name, parameter in taken.items() if name != "arcs"}

    @property
    def summary(self) -> str:
        """The first line of the docstring: what the probability of an arc is."""
        return (self.function.__doc__ or "").strip().splitlines()[0]


MODELS: dict[str, Model] = {}
"""Every transmission model by name."""


def model(
    name: str,
    *,
    basis: str,
    cost: str,
    reference: str,
    threshold: bool = False,
    weights: str = "interactions",
    posts: str = "no",
) -> Callable[[Callable[..., np.ndarray]], Callable[..., np.ndarray]]:
    """Register the decorated function as a row of `MODELS`.

    The function takes ``(arcs, *, …)``, an `Arcs` and float parameters with defaults, and returns
    the probability of each arc: float64 (a,), above 0 and at most 1. It must not look at anything
    but the arcs it is given, nor depend on the order of records. With `threshold` the
    probabilities of the arcs into an account add up to at most 1.
    """

    def register(function: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
        MODELS[name] = Model(name, function, basis, threshold, weights, posts, cost, reference)
        return function

    return register


@dataclass(frozen=True)
class Asked:
    """A model as it was asked for."""

    row: Model
    parameters: Mapping[str, float]

    @property
    def takes_posts(self) -> bool:
        """Whether it needs the posts of accounts, as it was asked for."""
        return self.row.posts == "yes" or self.row.posts in self.parameters

    @property
    def text(self) -> str:
        """The model with its parameters, defaults included: ``counts:beta=0.1``."""
        defaults = {k: p.default for k, p in self.row.parameters.items() if p.default is not None}
        # A parameter without a default stands in for the others.
        alone = any(self.row.parameters[k].default is None for k in self.parameters)
        values = self.parameters if alone else {**defaults, **self.parameters}
        return ":".join([self.row.name, *(f"{k}={_spelled(v)}" for k, v in values.items())])


def asked_for(text: str) -> Asked:
    """Read a model: ``weighted-cascade``, ``counts:beta=0.05``, ``bernoulli:strength=10``.

    Raises
    ------
    UnknownName
        No such model or parameter, with the nearest.
    UsageError
        A parameter that is no finite number above 0, or given twice.

    Examples
    --------
    >>> from keynodes.cascades import models
    >>> asked_for("Counts:beta=.05").text, asked_for("bernoulli").text
    ('counts:beta=0.05', 'bernoulli:strength=10')
    """
    if not isinstance(text, str):
        raise UsageError(f"a transmission model is a text such as counts:beta=0.1, got {text!r}")
    name, *settings = text.replace(",", ":").split(":")
    row = pick(MODELS, name, "transmission model")
    values: dict[str, float] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not row.parameters:
            raise UsageError(
                f"{shortened(text)!r}: expected {row.name}:parameter=value, found {setting!r}; it "
                f"has {', '.join(row.parameters) or 'no parameters'}"
            )
        key = pick({k: k for k in row.parameters}, key, f"parameter of {row.name}")
        if key in values:
            raise UsageError(f"{shortened(text)!r}: {key} is given twice")
        try:
            values[key] = float(value)
        except ValueError:
            values[key] = math.nan
        if not 0 < values[key] < math.inf:
            raise UsageError(f"{shortened(text)!r}: {key} must be a number above 0, got {value!r}")
    for key in values:
        if row.parameters[key].default is None and len(values) > 1:
            raise UsageError(f"{shortened(text)!r}: give one of {', '.join(values)}, not both")
    return Asked(row, values)


def checked_probability(name: str, value: float) -> float:
    """Return `value`, or say that it is no probability above 0."""
    if not 0 < value <= 1:
        raise UsageError(f"{name} must be a probability above 0 and at most 1, got {value:g}")
    return value


def _spelled(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


def capabilities() -> "pandas.DataFrame":
    """One row a model: what the probability of an arc is, and what it rests on."""
    import pandas

    return pandas.DataFrame(
        {
            "model": row.name,
            "kind": "linear threshold" if row.threshold else "independent cascade",
            "basis": row.basis,
            "weights": row.weights,
            "posts": row.posts,
            "parameters": ", ".join(
                name if parameter.default is None else f"{name}={parameter.default:g}"
                for name, parameter in row.parameters.items()
            ),
            "cost": row.cost,
            "meaning": row.summary,
            "reference": row.reference,
        }
        for row in MODELS.values()
    )
