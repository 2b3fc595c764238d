"""Orders of removal made of scores: once and for all, after every removal, or of none at all."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from keynodes.dismantling.plans import affordable
from keynodes.dismantling.registration import Problem, strategy
from keynodes.errors import LabelsNeeded, UsageError
from keynodes.graph import InteractionGraph
from keynodes.kernels import bisection as kernels
from keynodes.kernels.blocks import Progress
from keynodes.measures import Measure
from keynodes.objectives import removal_curve
from keynodes.results import ranks_of


def static_order(
    graph: InteractionGraph, scores: np.ndarray, key: str, removable: np.ndarray
) -> np.ndarray:
    """Put all removable accounts in the order of their scores, the best first.

    Parameters
    ----------
    graph : InteractionGraph
        The network.
    scores : numpy.ndarray of float64, shape (n,)
        Of any measure; accounts without a score (NaN) come last.
    key : {"high", "low"}
        Which end of the scores is the best.
    removable : numpy.ndarray of bool, shape (n,)
        Who may be removed at all.

    Returns
    -------
    numpy.ndarray of int32
        Every removable account once. Scores that a ranking would call equal are equal here, and
        the smaller account goes first.

    Raises
    ------
    UsageError
        When there is not one score an account, or neither end is key.

    Notes
    -----
    O(n log n).

    Examples
    --------
    >>> graph = InteractionGraph.from_arcs(["a", "b", "c"], [0], [1])
    >>> static_order(graph, np.array([1.0, 2.0, 1.0]), "high", np.ones(3, bool)).tolist()
    [1, 0, 2]
    """
    if np.shape(scores) != (graph.n,):
        raise UsageError(
            f"an order needs one score an account, {graph.n:,}; got shape {np.shape(scores)}"
        )
    if key not in ("high", "low"):
        raise UsageError(f"which end of the scores comes first: 'high' or 'low', got {key!r}")
    order = np.argsort(ranks_of(np.asarray(scores, np.float64), key), kind="stable")
    return order[removable[order]].astype(np.int32)


def by_measure(
    problem: Problem,
    measure: Measure,
    arguments: Mapping[str, Any] | None = None,
    rng: np.random.Generator | None = None,
    progress: Progress | None = None,
) -> np.ndarray:
    """Remove accounts in the order of a measure of the whole network: one look, then no more.

    Parameters
    ----------
    problem : Problem
        Whom to remove from what, and when it is enough.
    measure : Measure
        A row of `MEASURES` with a key end that needs no labels.
    arguments : mapping of str, optional
        Parameters of the measure, and ``seeds`` or ``notice`` if it takes them.
    rng : numpy.random.Generator, optional
        For measures that draw a sample.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    numpy.ndarray of int32
        The accounts, first removed first, as far as the problem needs them.

    Raises
    ------
    UsageError
        Neither end of the measure is key, or it compares communities and so needs labels.

    Notes
    -----
    The cost of the measure, then O(n log n + m). Where accounts differ in what their removal
    costs, a high score is divided by the cost, and a low one (of a measure whose low end is key)
    multiplied with it, so that the dearer of two equals goes later. A score below 0 is treated
    the other way round, for the same end.

    Examples
    --------
    >>> from keynodes.measures import MEASURES
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d", "e"], [0, 1, 2, 3], [1, 2, 3, 4])
    >>> problem = Problem(chain, np.ones(5), np.ones(5, bool), np.ones(5), threshold=2)
    >>> by_measure(problem, MEASURES["vitality_pairs"]).tolist()
    [2]
    """
    check_orders(measure)
    scores = _scores(problem.graph, measure, dict(arguments or {}), rng, progress)
    scores = per_cost(scores, measure.key, problem.costs)
    order = static_order(problem.graph, scores, measure.key, problem.removable)
    return as_needed(problem, order)


def adaptively(
    problem: Problem,
    measure: Measure,
    arguments: Mapping[str, Any] | None = None,
    rng: np.random.Generator | None = None,
    progress: Progress | None = None,
) -> np.ndarray:
    """Remove the first account of a measure, measure what is left, remove its first, and so on.

    Parameters
    ----------
    problem : Problem
        Whom to remove from what, and when it is enough.
    measure : Measure
        A row of `MEASURES` with a key end that needs no labels.
    arguments : mapping of str, optional
        Parameters of the measure, and ``seeds`` or ``notice`` if it takes them. Seeds that were
        removed, or lie in a part that is small enough, are seeds no more.
    rng : numpy.random.Generator, optional
        For measures that draw a sample: a new one after every removal.
    progress : callable, optional
        Called as ``progress(done, total)`` after each removal; `total` is the most there can be.

    Returns
    -------
    numpy.ndarray of int32
        The accounts, first removed first.

    Raises
    ------
    UsageError
        Neither end of the measure is key, or it compares communities and so needs labels.

    Notes
    -----
    With a threshold above 0 only components heavier than it are measured, all of them together,
    and only their accounts are removed: the others are small enough already (as HBA and MIND do).
    With threshold 0 all that is left is measured.

    The cost of the measure and O(n + m), once a removal: betweenness, the classic, takes O(k n m)
    and is for networks of a few thousand accounts. Costs count as in `by_measure`.

    References
    ----------
    Holme, P., Kim, B. J., Yoon, C. N., & Han, S. K. (2002). Attack vulnerability of complex
    networks. Physical Review E 65, 056109. https://doi.org/10.1103/PhysRevE.65.056109

    Examples
    --------
    >>> from keynodes.measures import MEASURES
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d", "e"], [0, 1, 2, 3], [1, 2, 3, 4])
    >>> problem = Problem(chain, np.ones(5), np.ones(5, bool), np.ones(5), threshold=1)
    >>> adaptively(problem, MEASURES["vitality_pairs"]).tolist()
    [2, 0, 3]
    """
    check_orders(measure)
    given = dict(arguments or {})
    _say_once(given)
    seeds = given.pop("seeds", None)
    graph = problem.graph
    accounts = np.arange(graph.n)  # of what is left, by the indices of the whole
    total = int(problem.removable.sum())
    order: list[int] = []
    spent = 0.0
    while True:
        kept = _too_heavy(graph, problem.weights[accounts], problem.threshold)
        if not kept.all():
            graph, accounts = graph.among(kept), accounts[kept]
        paid = spent + problem.costs[accounts] <= problem.budget * (1 + 1e-12)
        removable = problem.removable[accounts] & paid
        if not removable.any():
            break
        if seeds is not None:
            inside = np.flatnonzero(np.isin(accounts, seeds))
            given = {**given, "seeds": inside} if len(inside) else _without(given, "seeds")
        scores = _scores(graph, measure, given, rng, None)
        scores = per_cost(scores, measure.key, problem.costs[accounts])
        first = static_order(graph, scores, measure.key, removable)[0]
        order.append(accounts[first])
        spent += problem.costs[accounts[first]]
        stay = np.arange(graph.n) != first
        graph, accounts = graph.among(stay), accounts[stay]
        if progress:
            progress(len(order), total)
    if progress and total:
        progress(total, total)
    return np.asarray(order, np.int32)


@strategy(
    "random",
    order="static",
    optimises=(),
    cost="O(n + m)",
    reference="Albert et al. 2000, doi:10.1038/35019019",
)
def random_order(
    problem: Problem, *, rng: np.random.Generator, progress: Progress | None = None
) -> np.ndarray:
    """Accounts in a uniformly random order: what any strategy has to beat.

    Parameters
    ----------
    problem : Problem
        Whom to remove from what, and when it is enough. Costs and weights are not looked at.
    rng : numpy.random.Generator
        What the order is drawn from.
    progress : callable, optional
        Not called: there is nothing to wait for.

    Returns
    -------
    numpy.ndarray of int32
        One order, as far as the problem needs it. How much such orders differ, several show.

    Notes
    -----
    O(n + m).

    References
    ----------
    Albert, R., Jeong, H., & Barabási, A.-L. (2000). Error and attack tolerance of complex
    networks. Nature 406, 378–382. https://doi.org/10.1038/35019019

    Examples
    --------
    >>> trio = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1], [1, 2])
    >>> problem = Problem(trio, np.ones(3), np.ones(3, bool), np.ones(3), threshold=0)
    >>> sorted(random_order(problem, rng=np.random.default_rng(1)).tolist())
    [0, 1, 2]
    """
    return as_needed(problem, rng.permutation(np.flatnonzero(problem.removable)).astype(np.int32))


def as_needed(problem: Problem, order: np.ndarray) -> np.ndarray:
    """Cut an order after the step that reaches the threshold, and to what the budget pays for.

    O(n + m). Accounts that can no longer be paid are passed over. An order that reaches neither end
    is returned as it is; a network that needs no removal gets an empty one.
    """
    order = affordable(problem, np.asarray(order, np.int32))
    curve = removal_curve(problem.graph, order, weights=problem.weights)
    reached = np.flatnonzero(curve.heaviest_component <= problem.threshold)
    return order[: reached[0]] if len(reached) else order


def is_enough(problem: Problem, order: np.ndarray) -> bool:
    """Say whether an order reaches the threshold, or leaves too little of the budget: O(n + m)."""
    others = problem.removable.copy()
    others[order] = False
    order = affordable(problem, order)
    left = problem.budget * (1 + 1e-12) - float(problem.costs[order].sum())
    if left < problem.costs[others].min(initial=np.inf):
        return True
    curve = removal_curve(problem.graph, order, weights=problem.weights)
    return bool(curve.heaviest_component[-1] <= problem.threshold)


def per_cost(scores: np.ndarray, key: str, costs: np.ndarray) -> np.ndarray:
    """Make scores of what is gained per cost: the dearer of two equal accounts comes later."""
    if (costs == 1.0).all():
        return scores
    with np.errstate(over="ignore"):
        return np.where((scores > 0) == (key == "high"), scores / costs, scores * costs)


def read_only(array: np.ndarray) -> np.ndarray:
    """Return a view that nobody writes to: kernels see one kind of array and compile once."""
    view = array.view()
    view.setflags(write=False)
    return view


def is_whole(value: object, least: int) -> bool:
    """Say whether a parameter is a whole number from `least` on."""
    return (
        isinstance(value, int | np.integer) and not isinstance(value, bool) and int(value) >= least
    )


def check_orders(measure: Measure) -> None:
    """Say why a measure makes no order of removal, if it makes none.

    Raises
    ------
    LabelsNeeded
        It compares communities.
    UsageError
        Neither of its ends is key.
    """
    if measure.key == "none":
        raise UsageError(
            f"measure '{measure.name}' makes no order of removal: neither of its ends is key; "
            "choose one with key high or low (see keynodes measures)"
        )
    if measure.needs_labels:
        raise LabelsNeeded(
            f"measure '{measure.name}' makes no order of removal: it compares communities and "
            "needs their labels; choose one that needs none (see keynodes measures)"
        )


def _scores(
    graph: InteractionGraph,
    measure: Measure,
    arguments: Mapping[str, Any],
    rng: np.random.Generator | None,
    progress: Progress | None,
) -> np.ndarray:
    available = {"rng": rng, "progress": progress}
    context = {k: v for k, v in available.items() if k in measure.context and v is not None}
    for name in arguments:
        if name not in measure.parameters and name not in measure.context:
            raise UsageError(f"measure '{measure.name}' takes no {name}; leave it out")
    return measure(graph, **{**context, **arguments})


def _say_once(arguments: dict[str, Any]) -> None:
    """Let a notice that would come after every removal come once."""
    notice: Callable[[str], None] | None = arguments.get("notice")
    if notice is None:
        return
    said: set[str] = set()

    def once(sentence: str) -> None:
        if sentence not in said:
            said.add(sentence)
            notice(sentence)

    arguments["notice"] = once


def _without(arguments: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {k: v for k, v in arguments.items() if k != name}


def _too_heavy(graph: InteractionGraph, weights: np.ndarray, threshold: float) -> np.ndarray:
    """Mark the accounts in components heavier than the threshold; with threshold 0, all."""
    if threshold <= 0:
        return np.ones(graph.n, bool)
    label = np.empty(graph.n, np.int32)
    indptr, indices, _ = graph.both
    count = kernels.pieces(indptr, indices, np.zeros(graph.n, bool), label)
    return (np.bincount(label, weights, minlength=count) > threshold)[label]
