"""`takedown`: which accounts, removed together, break the network, or cut reach, most."""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from keynodes.blocking import ReachTakedown, reach_takedown
from keynodes.blocking.running import against_reach
from keynodes.cascades.transmission import Transmission
from keynodes.dismantling import STRATEGIES, Takedown
from keynodes.dismantling import takedown as fragmentation_takedown
from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import NamedProgress
from keynodes.objectives import OBJECTIVES
from keynodes.objectives.registration import ALIASES
from keynodes.registry import pick

if TYPE_CHECKING:
    import pandas

REACH = "reach"
"""The objective of what is heard from the seeds; all others are fragmentation."""

_DEFAULTS = {
    function: {
        name: parameter.default
        for name, parameter in inspect.signature(function).parameters.items()
    }
    for function in (reach_takedown, fragmentation_takedown)
}


def takedown(
    graph: InteractionGraph,
    *,
    objective: str = "largest-component",
    strategy: str | Sequence[str] | None = None,
    budget: float | None = None,
    target: float | None = None,
    seeds: Iterable[str] | None = None,
    accounts: "Mapping[str, float] | pandas.Series | np.ndarray | None" = None,
    protect: Iterable[str] = (),
    must: Iterable[str] = (),
    costs: "Mapping[str, float] | pandas.Series | np.ndarray | None" = None,
    minimise: str = "both",
    iterations: int | None = None,
    seconds: float | None = None,
    intervals: int = 0,
    missing: float | None = None,
    missing_what: str | None = None,
    model: str | Transmission = "weighted-cascade",
    relations: Sequence[str] | None = None,
    decay: str | float | None = None,
    posts: Any = None,
    hops: int | None = None,
    within: str | float | None = None,
    delay: str | float | None = None,
    seeds_removable: bool = False,
    cut: str = "accounts",
    worlds: int | None = None,
    fresh_worlds: int | None = None,
    max_memory: float | None = None,
    certify: bool = True,
    together: bool = True,
    rng: int = 0,
    progress: NamedProgress | None = None,
) -> Takedown | ReachTakedown:
    """Find the accounts that, removed together and in this order, break the network most.

    Parameters
    ----------
    graph : InteractionGraph
        From `build_graph`; it is not changed.
    objective : {"largest-component", "pairs", "strong", "reach"}, default "largest-component"
        What is to be made small: how the network hangs together (see `OBJECTIVES`), or what is
        heard from the seeds.
    strategy : str or sequence of str, optional
        A name in `STRATEGIES` or, against reach, in `REACH_STRATEGIES`; a measure such as
        ``"betweenness"`` (a static order), or ``"adaptive:betweenness"``. Several are compared,
        and the best plan is returned. ``"search"`` when not given; ``"portfolio"`` against reach.
    budget : int or float, optional
        How many accounts are removed: 20 when neither it nor `target` is given. With `costs` what
        they may cost together.
    target : float, optional
        Fragmentation only, instead of a budget: the smallest set that leaves this share.
    seeds : iterable of str, optional
        Known key accounts. Against reach they speak; without them sources are drawn by posts.
    accounts : mapping, Series or array of float, optional
        Weights of accounts (their audience); the column ``weight`` of the graph's attributes when
        not given.
    protect, must : iterables of str
        Accounts that are never removed, and those that are removed first in any case.
    costs : mapping, Series or array of float, optional
        What removing each account costs, above 0; 1 for accounts without.
    minimise, iterations, seconds, intervals, missing, missing_what
        Fragmentation only: as in `keynodes.dismantling.takedown`.
    model, relations, decay, posts, hops, within, delay
        Reach only: how content is passed on, and how far; as in `reach`.
    seeds_removable, cut, worlds, fresh_worlds, max_memory, certify, together
        Reach only: as in `reach_takedown`.
    rng : int, default 0
        Seed of everything random.
    progress : callable, optional
        Called as ``progress(what, done, total)``.

    Returns
    -------
    Takedown or ReachTakedown
        Both have ``.order``, ``.to_frame()``, ``.comparison()``, ``.summary()`` and ``.notices``.

    Raises
    ------
    UnknownName
        No such objective, strategy, measure, model or parameter.
    UnknownAccount
        The graph lacks a protected account or one that must go.
    UsageError
        An argument out of its range, or one that would be ignored.

    Notes
    -----
    See `keynodes.dismantling.takedown` and `reach_takedown` for what is exact, what is sampled, and
    what is not guaranteed. Same arguments, same plan, on any number of threads, unless `seconds`
    is given. Memory O(n + m), and what the stored worlds take.

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d", "e"], [0, 1, 2, 3], [1, 2, 3, 4])
    >>> takedown(chain, budget=1).to_frame()["account"].tolist()
    ['c']
    >>> sure = "constant:probability=1"
    >>> plan = takedown(chain, objective="reach", seeds=["a"], budget=1, model=sure, worlds=9)
    >>> plan.to_frame()["account"].tolist()
    ['b']
    """
    given = dict(locals())
    del given["graph"], given["objective"]
    wanted = objective_called(objective)
    called = reach_takedown if wanted == REACH else fragmentation_takedown
    if given["max_memory"] is None:
        given["max_memory"] = _DEFAULTS[reach_takedown]["max_memory"]
    own = _DEFAULTS[called]
    for name, value in given.items():
        default = _DEFAULTS[reach_takedown].get(name, _DEFAULTS[fragmentation_takedown].get(name))
        plain = isinstance(value, str | int | float) and value == default
        if name not in own and value is not default and not plain:
            kind = "reach" if wanted == REACH else f"fragmentation ({wanted})"
            raise UsageError(f"{name} says nothing to the objective of {kind}")
    arguments = {name: value for name, value in given.items() if name in own}
    if called is reach_takedown:
        return reach_takedown(graph, **arguments)
    check_strategies(strategy, wanted)
    return fragmentation_takedown(graph, objective=wanted, **arguments)


def objective_called(name: str) -> str:
    """Return the name of an objective, reach included, however it is written.

    Raises
    ------
    UnknownName
        When there is no such objective, with the nearest.
    """
    names = {known: known for known in (*OBJECTIVES, REACH)} | ALIASES
    return pick(names, name, "objective")


def check_strategies(strategy: str | Sequence[str] | None, objective: str) -> None:
    """Refuse a strategy against reach where fragmentation is asked for.

    Raises
    ------
    UsageError
        With the objective that it works towards.
    """
    texts = [strategy] if isinstance(strategy, str) else list(strategy or [])
    for text in texts:
        row = against_reach(text)
        if row is not None and row.name not in STRATEGIES:
            raise UsageError(
                f"{row.name} works towards reach, not {objective}; ask for the objective reach"
            )
