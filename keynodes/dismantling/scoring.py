"""An order of removal that somebody else made, with its curve."""

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from keynodes.dismantling.findings import Takedown
from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph
from keynodes.lists import match, resolved
from keynodes.lists.matching import named
from keynodes.lists.numbers import account_costs, account_weights, indices_of
from keynodes.objectives import objective_named, removal_curve
from keynodes.objectives.summaries import robustness

if TYPE_CHECKING:
    import pandas


def score_plan(
    graph: InteractionGraph,
    accounts: Iterable[str],
    *,
    objective: str = "largest-component",
    weights: "Mapping[str, float] | pandas.Series | np.ndarray | None" = None,
    costs: "Mapping[str, float] | pandas.Series | np.ndarray | None" = None,
    protect: Iterable[str] = (),
) -> Takedown:
    """What is left of the network after each step of a plan, whoever made it.

    Parameters
    ----------
    graph : InteractionGraph
        The network; it is not changed.
    accounts : iterable of str
        The plan, first removed first. Its order is kept; see `reorder` for a better one.
    objective : str, default "largest-component"
        What the plan is judged by; see `OBJECTIVES`.
    weights : mapping, Series or array of float, optional
        Weights of accounts, as `accounts` of `takedown`.
    costs : mapping, Series or array of float, optional
        What removing each account costs, as in `takedown`: it is added up.
    protect : iterable of str
        Accounts that are never removed: a plan that names one of them is refused.

    Returns
    -------
    Takedown
        As `takedown` returns it; its strategy is ``"given"``.

    Raises
    ------
    UnknownAccount
        When the graph lacks an account of the plan, or a protected one.
    UsageError
        When the plan names an account twice, or one that is protected.

    Notes
    -----
    Exact: O(n + m), and O(m log k) more for strong components.

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d", "e"], [0, 1, 2, 3], [1, 2, 3, 4])
    >>> score_plan(chain, ["e", "c"]).to_frame()
       step account  cut  left  largest_component  pairs  components
    0     1       e  0.2   0.8                  4      6           1
    1     2       c  0.6   0.4                  2      1           2
    """
    row = objective_named(objective)
    order = planned_order(graph, accounts, protect)
    notices: list[str] = []
    masses, by_weight = account_weights(graph, weights, notices)
    prices = account_costs(graph, costs, notices)
    begin = time.perf_counter()
    curve = removal_curve(graph, order, weights=masses, strong=row.strong)
    return Takedown(
        graph.accounts,
        curve.order,
        curve,
        row.name,
        masses if by_weight else None,
        "given",
        robustness(graph, order),
        time.perf_counter() - begin,
        0,
        costs=prices,
        notices=tuple(notices),
    )


def planned_order(
    graph: InteractionGraph, accounts: Iterable[str], protect: Iterable[str] = ()
) -> np.ndarray:
    """Return a plan that somebody made as indices of the graph: int32, each once.

    Raises
    ------
    UnknownAccount
        When the graph lacks an account of the plan, or a protected one.
    UsageError
        When the plan names an account twice, or one that is protected.
    """
    if isinstance(accounts, str):
        raise UsageError("a plan is a list of accounts, got a text; give [account]")
    plan = resolved(graph, accounts)
    match(graph, plan, "account").require("one without them")
    index = {account: i for i, account in enumerate(graph.accounts.tolist())}
    order = np.asarray([index[account] for account in plan], np.int32)
    places, counts = np.unique(order, return_counts=True)
    if (counts > 1).any():
        twice = str(graph.accounts[places[counts > 1][0]])
        raise UsageError(f"account {twice!r} is in the plan twice; each can be removed once")
    kept = indices_of(graph, protect, "protected account")
    if both := graph.accounts[np.intersect1d(order, kept)].tolist():
        raise UsageError(
            f"the plan names {len(both):,} protected account{'s' * (len(both) != 1)}: "
            f"{named(both, {})}; they are never removed: take them off the plan"
        )
    return order
