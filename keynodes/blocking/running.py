"""Strategies by name: those against reach, measures as static orders, those of fragmentation."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from keynodes.blocking.problem import SLACK, ReachProblem
from keynodes.blocking.registration import REACH_STRATEGIES
from keynodes.blocking.rivals import in_turn
from keynodes.dismantling.orders import per_cost, static_order
from keynodes.dismantling.registration import STRATEGIES, Strategy
from keynodes.dismantling.running import Asked, asked_for
from keynodes.dismantling.takedowns import takedown as fragmenting
from keynodes.errors import UnknownName, UsageError
from keynodes.kernels.blocks import Progress
from keynodes.measures import MEASURES
from keynodes.ranking import rank
from keynodes.registry import suggestion

DEFAULT = "portfolio"


@dataclass(frozen=True)
class ReachAsked:
    """A strategy as it was asked for: a row of REACH_STRATEGIES, or one that knows no reach."""

    text: str
    row: Strategy | None = None
    other: Asked | None = None

    @property
    def said(self) -> list[str]:
        """What a reader should know about it."""
        if self.other is None:
            return []
        return [f"{self.text} does not work towards reach; it is scored only"]


def against_reach(text: str) -> Strategy | None:
    """Return the strategy against reach that a text begins with, however it is written."""
    return REACH_STRATEGIES.get(text.split(":")[0].strip().lower().replace("_", "-"))


def reach_asked_for(text: str) -> ReachAsked:
    """Read a strategy: ``fair-share``, ``betweenness``, ``search``.

    Raises
    ------
    UnknownName
        Neither a strategy nor a measure, with the nearest.
    UsageError
        Parameters for a strategy that has none.
    """
    if (row := against_reach(text)) is not None:
        if ":" in text:
            raise UsageError(f"{row.name} has no parameters; got {text!r}")
        return ReachAsked(row.name, row)
    name = text.split(":")[0]
    try:
        other = asked_for(text)
    except UnknownName:
        if name in MEASURES or name in STRATEGIES or name == "adaptive":
            raise
        known = [*REACH_STRATEGIES, *STRATEGIES, *MEASURES]
        raise UnknownName(
            f"there is no strategy or measure {name!r}; {suggestion(name, known)}"
        ) from None
    return ReachAsked(other.text, None, other)


def order_by(
    problem: ReachProblem,
    asked: ReachAsked,
    rng: int,
    progress: Progress | None,
    notice: Callable[[str], None],
) -> np.ndarray:
    """Return the plan of a strategy: int32."""
    if asked.row is not None:
        return np.asarray(asked.row.function(problem, rng=rng, progress=progress), np.int32)
    other = asked.other
    assert other is not None
    graph = problem.scenario.graph
    seeds = problem.scenario.seeds
    names = None if seeds is None else graph.accounts[seeds].tolist()
    named = None if progress is None else lambda _, done, total: progress(done, total)
    if other.measure is not None and not other.adaptive:
        ranking = rank(
            graph,
            other.text,
            top=0,
            seeds=names if other.takes("seeds") else None,
            rng=rng,
            progress=named,
        )
        for sentence in ranking.notices:
            notice(sentence)
        # As against fragmentation: per cost, where accounts differ in it.
        scores = per_cost(ranking.scores, ranking.key, problem.costs)
        everybody = np.ones(problem.n, bool)
        return in_turn(problem, static_order(graph, scores, ranking.key, everybody))
    # A strategy of fragmentation: the plan it would make for the same budget.
    begun = np.zeros(problem.n, bool)
    begun[problem.first] = True
    spent = float(problem.costs[problem.first].sum())
    if not problem.affordable(begun, spent).any():
        return problem.first
    one = float(problem.costs[0])
    uniform = bool((problem.costs == one).all())
    plan = fragmenting(
        graph,
        strategy=asked.text,
        budget=int(problem.budget * SLACK / one) if uniform else problem.budget,
        protect=graph.accounts[~problem.candidates & ~begun].tolist(),
        must=graph.accounts[problem.first].tolist(),
        costs=None if uniform else problem.costs,
        seeds=names if other.takes("seeds") else None,
        rng=rng,
        progress=named,
    )
    return in_turn(problem, plan.order)
