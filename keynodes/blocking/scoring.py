"""`score_reach_plan`: what is still reached after each step of a plan that is given."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from keynodes.blocking.findings import ReachTakedown
from keynodes.blocking.problem import CUTS
from keynodes.blocking.verdicts import split_curves
from keynodes.cascades.keys import REPORTING
from keynodes.cascades.sampling import how_many, size_of
from keynodes.cascades.scenario import scenario
from keynodes.cascades.transmission import Transmission
from keynodes.dismantling.scoring import planned_order
from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import NamedProgress, progress_on
from keynodes.lists.numbers import account_costs
from keynodes.registry import pick

if TYPE_CHECKING:
    import pandas


def score_reach_plan(
    graph: InteractionGraph,
    plan: Iterable[str],
    *,
    seeds: Iterable[str] | None = None,
    accounts: "Mapping[str, float] | pandas.Series | np.ndarray | None" = None,
    costs: "Mapping[str, float] | pandas.Series | np.ndarray | None" = None,
    protect: Iterable[str] = (),
    model: str | Transmission = "weighted-cascade",
    relations: Sequence[str] | None = None,
    decay: str | float | None = None,
    posts: Any = None,
    hops: int | None = None,
    within: str | float | None = None,
    delay: str | float | None = None,
    cut: str = "accounts",
    worlds: int | None = None,
    rng: int = 0,
    progress: NamedProgress | None = None,
) -> ReachTakedown:
    """What is still reached after each step of a plan, whoever made it.

    Parameters
    ----------
    graph : InteractionGraph
        The network; it is not changed.
    plan : iterable of str
        Accounts in the order of removal.
    seeds, accounts, costs, model, relations, decay, posts, hops, within, delay, cut
        As in `reach_takedown`.
    protect : iterable of str
        Accounts that are never removed: a plan that names one of them is refused.
    worlds : int, optional
        Worlds that judge it: 1,000 to 5,000 with seeds, 20,000 without; fewer where they are large.
    rng : int, default 0
        Seed of everything random.
    progress : callable, optional
        Called as ``progress(what, done, total)``.

    Returns
    -------
    ReachTakedown
        As `reach_takedown` returns it; its strategy is ``"given"``.

    Raises
    ------
    UnknownAccount
        When the graph lacks an account of the plan, or a protected one.
    UsageError
        When the plan names an account twice or one that is protected, or an argument is out of its
        range.

    Notes
    -----
    The worlds are those on which `reach_takedown` reports with the same `rng`, none of those on
    which it chooses. Time O(worlds · (arcs out of who is reached)), memory O(n + m + worlds · k).

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1], [1, 2])
    >>> scored = score_reach_plan(chain, ["c"], seeds=["a"], model="constant:probability=1")
    >>> scored.to_frame()[["account", "cut", "reached_left"]]
      account  cut  reached_left
    0       c  0.5           1.0
    """
    begin = time.perf_counter()
    cut = pick(CUTS, cut, "way to cut")
    asked = scenario(
        graph,
        seeds,
        model=model,
        relations=relations,
        decay=decay,
        posts=posts,
        accounts=accounts,
        hops=hops,
        within=within,
        delay=delay,
        rng=rng,
    )
    notices = list(asked.notices)
    prices = account_costs(graph, costs, notices)
    order = planned_order(graph, plan, protect)
    size = size_of(asked)
    count = how_many(asked, worlds, size, notices)
    ((left, authored),) = split_curves(
        asked,
        REPORTING,
        count,
        size,
        [order],
        cut == "reposts",
        progress=progress_on(progress, "worlds"),
    )
    return ReachTakedown(
        asked,
        order,
        left * asked.unit,
        authored * asked.unit,
        "given",
        0,
        cut == "reposts",
        time.perf_counter() - begin,
        True,
        prices,
        notices=tuple(notices),
    )
