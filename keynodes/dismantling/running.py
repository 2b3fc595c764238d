"""Strategies by name: rows of STRATEGIES, measures as static orders, measures looked at again."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from keynodes.dismantling.orders import adaptively, by_measure, check_orders
from keynodes.dismantling.plans import Interrupted, Plan, cost_of, left_after, plan_of
from keynodes.dismantling.registration import STRATEGIES, Problem, Strategy
from keynodes.dismantling.reverse_greedy import budget_threshold, greedy_plans
from keynodes.errors import UnknownName, UsageError
from keynodes.kernels.blocks import Progress
from keynodes.lists import match
from keynodes.measures import MEASURES, Measure
from keynodes.ranking import request
from keynodes.registry import pick, suggestion

ADAPTIVE = "adaptive:"

DRAWS = 20
"""Random orders behind the band of the strategy `random`."""


@dataclass(frozen=True)
class Asked:
    """A strategy as it was asked for: a row of STRATEGIES, or a measure."""

    text: str
    row: Strategy | None = None
    measure: Measure | None = None
    adaptive: bool = False
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def takes(self, name: str) -> bool:
        """Whether the strategy uses an argument."""
        if self.measure is not None:
            return name in self.measure.context
        return self.row is not None and name in self.row.parameters

    def said(self, problem: Problem) -> list[str]:
        """What a reader should know about the strategy on this problem."""
        notices = []
        optimises = self.row.optimises if self.row is not None else ()
        if problem.objective not in optimises:
            towards = f"works towards {', '.join(optimises)}" if optimises else "has no objective"
            notices.append(f"{self.text} {towards}; on {problem.objective} it is scored only")
        if self.row is not None:
            differ = (problem.costs != problem.costs[:1]).any()
            if differ and not self.row.costs:
                notices.append(f"{self.text} does not look at costs when it chooses")
            weigh = (problem.weights != problem.weights[:1]).any()
            if weigh and not self.row.weights:
                notices.append(f"{self.text} does not look at account weights when it chooses")
        return notices


def asked_for(text: str) -> Asked:
    """Read a strategy: ``search``, ``betweenness:pivots=100``, ``adaptive:pagerank``.

    Raises
    ------
    UnknownName
        Neither a strategy nor a measure, with the nearest.
    UsageError
        A measure that makes no order.
    """
    if text.startswith(ADAPTIVE):
        asked = request(text.removeprefix(ADAPTIVE))
        check_orders(asked.measure)
        return Asked(ADAPTIVE + asked.text, None, asked.measure, True, asked.parameters)
    name, *settings = text.replace(",", ":").split(":")
    try:
        row = pick(STRATEGIES, name, "strategy")
    except UnknownName:
        try:
            asked = request(text)
        except UnknownName:
            if name in MEASURES:
                raise
            raise UnknownName(
                f"there is no strategy or measure {name!r}; "
                f"{suggestion(name, [*STRATEGIES, *MEASURES])}"
            ) from None
        check_orders(asked.measure)
        return Asked(asked.text, None, asked.measure, False, asked.parameters)
    values: dict[str, int] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not row.settings:
            raise UsageError(
                f"{text!r}: expected {row.name}:parameter=value, found {setting!r}; it has "
                + (", ".join(row.settings) or "no parameters")
            )
        key = pick({name: name for name in row.settings}, key, f"parameter of {row.name}")
        if key in values:
            raise UsageError(f"{text!r}: {key} is given twice")
        try:
            values[key] = int(value)
        except ValueError:
            raise UsageError(f"{text!r}: {key} must be a whole number, got {value!r}") from None
    spelled = ":".join([row.name, *(f"{key}={value}" for key, value in values.items())])
    return Asked(spelled, row, None, False, values)


def run(
    problem: Problem,
    asked: Asked,
    seeds: Iterable[str] | None,
    iterations: int | None,
    seconds: float | None,
    rng: np.random.Generator,
    progress: Progress | None,
    notice: Callable[[str], None],
) -> Plan:
    """Return the plan that a strategy makes."""
    if asked.measure is not None:
        arguments = dict(asked.parameters)
        if "seeds" in asked.measure.context and seeds is not None:
            found = match(problem.graph, seeds, "seed")
            if found.unknown:
                notice(found.sentence)
            found.require_any()
            arguments["seeds"] = found.indices
        if "notice" in asked.measure.context:
            arguments["notice"] = notice
        order_by = adaptively if asked.adaptive else by_measure
        return plan_of(problem, order_by(problem, asked.measure, arguments, rng, progress))
    row = asked.row
    assert row is not None
    arguments = dict(asked.parameters)
    if iterations is not None and "iterations" in row.parameters:
        arguments["iterations"] = iterations
    if seconds is not None and "seconds" in row.parameters:
        arguments["seconds"] = seconds
    if row.name == "random":
        return _random(problem, row, rng)
    if row.order != "set":
        return plan_of(problem, row.function(problem, rng=rng, progress=progress, **arguments))
    # A set: of what it names the best part, in the best order, if that beats its own.
    limited = np.isfinite(problem.budget)
    threshold = budget_threshold(problem) if limited else problem.threshold
    unbounded = replace(problem, threshold=threshold, budget=float("inf"))
    order = row.function(unbounded, rng=rng, progress=progress, **arguments)
    chosen = np.zeros(problem.graph.n, bool)
    chosen[order] = True
    own = plan_of(problem, order)
    try:
        return min([own, *greedy_plans(problem, among=chosen)], key=cost_of)
    except KeyboardInterrupt as stopped:
        met = stopped.plan if isinstance(stopped, Interrupted) else own
        if not np.isfinite(own.cost[0]):
            raise
        raise Interrupted(min(own, met, key=cost_of)) from None


def _random(problem: Problem, row: Strategy, rng: np.random.Generator) -> Plan:
    """The middle one of several random orders, with all of them for a band."""
    plans = [plan_of(problem, row.function(problem, rng=rng)) for _ in range(DRAWS)]
    plans.sort(key=cost_of)
    return plans[DRAWS // 2]._replace(draws=tuple(plan.order for plan in plans))


def band_of(problem: Problem, plan: Plan) -> tuple[np.ndarray | None, list[str]]:
    """Say how far the orders behind a plan differ, step by step and in a sentence.

    The band is float64 (2, k + 1), the cuts of all orders but the least and the greatest of each
    step; an order that is shorter than the plan cuts no more after its end. None for a plan that
    is the only one.
    """
    if not plan.draws:
        return None, []
    steps = np.arange(len(plan.order) + 1)
    left, cuts = [], []
    for order in plan.draws:
        values = left_after(problem, order)
        shares = values / values[0] if values[0] > 0 else np.ones(len(values))
        left.append(shares[-1])
        cuts.append(1.0 - shares[np.minimum(steps, len(shares) - 1)])
    counts = [len(order) for order in plan.draws]
    differ = (
        f"leave {min(left):.1%} to {max(left):.1%}"
        if np.isfinite(problem.budget)
        else f"take {min(counts):,} to {max(counts):,} removals"
    )
    return np.sort(cuts, axis=0)[[1, -2]], [
        f"random: the middle one of {len(plan.draws)} orders; they {differ}"
    ]
