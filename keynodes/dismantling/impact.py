"""The impact table: what each account's removal alone would do, beside its place in the plan."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph
from keynodes.kernels import removal as kernels
from keynodes.measures.removal import vitality_component, vitality_pairs
from keynodes.objectives.curves import checked_order, checked_weights
from keynodes.objectives.registration import objective_named
from keynodes.objectives.strong import strong_curve
from keynodes.results import TOP, ranks_of

if TYPE_CHECKING:
    import pandas

_SIZES = 5
"""How many sizes of pieces are written out."""


def impact_table(
    graph: InteractionGraph,
    order: np.ndarray | Sequence[int],
    *,
    objective: str = "largest-component",
    weights: np.ndarray | None = None,
    top: int = TOP,
) -> "pandas.DataFrame":
    """What the loss of each account alone would cut, beside its place in a plan of removal.

    Parameters
    ----------
    graph : InteractionGraph
        The network before the first removal.
    order : sequence of int, shape (k,)
        The plan: account indices, first removed first. May be empty.
    objective : str, default "largest-component"
        A name of `OBJECTIVES`: which loss puts the rows in order.
    weights : numpy.ndarray of float64, shape (n,), optional
        Weights of accounts, 0 or more: losses are then weights, not accounts.
    top : int, default 20
        Lists the first `top` accounts of the plan and the `top` whose loss alone is largest; 0
        for all accounts.

    Returns
    -------
    pandas.DataFrame
        The largest loss alone first, with columns

        - ``account``;
        - ``step``: its place in the plan, empty if it is not in it;
        - ``component_loss``, ``component_rank``: by how much the largest weak component shrinks
          when this account alone goes, and its rank among all accounts by that;
        - ``pairs_loss``, ``pairs_rank``: the same for connected pairs;
        - ``strong_loss``: the same for the largest strong component, with the objective
          ``strong`` only, and without ranks;
        - ``fallen``: accounts that are then cut off from the largest piece left of its component;
        - ``pieces``: how many pieces they make, and the sizes of the largest of these.

    Raises
    ------
    UnknownName
        No such objective.
    UsageError
        When the order, the weights or `top` cannot be.

    Notes
    -----
    Exact. O(n log n + m) for both weak losses of all accounts, from a depth-first search that
    cuts the graph at its articulation points. The loss of the strong component is recounted for
    each listed account, O(m) a row, and so the list holds those that the plan or the pairs put
    first: an account that breaks directed ways only may be missing.

    Losses alone do not add up. Two accounts that stand in for each other both score low, and a
    plan removes both; of two that cut off the same accounts both score high, and a plan needs
    one. That is why a plan is no ranking.

    References
    ----------
    Hopcroft, J., & Tarjan, R. (1973). Algorithm 447: efficient algorithms for graph manipulation.
    Communications of the ACM 16, 372–378. https://doi.org/10.1145/362248.362272

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d", "e"], [0, 1, 2, 3], [1, 2, 3, 4])
    >>> table = impact_table(chain, [1, 3], top=2)
    >>> table[["account", "step", "component_loss", "component_rank", "pieces"]]
      account  step  component_loss  component_rank      pieces
    0       c  <NA>               3               1  1 piece: 2
    1       b     1               2               2  1 piece: 1
    2       d     2               2               2  1 piece: 1
    """
    import pandas

    row = objective_named(objective)
    order = checked_order(graph, np.asarray(order))
    if top < 0:
        raise UsageError(f"top must not be negative, got {top}")
    if weights is None:
        component = vitality_component(graph).astype(np.int64)
        pairs = vitality_pairs(graph).astype(np.int64)
    else:
        component, pairs = _weighted_losses(graph, checked_weights(graph, weights))
    step = np.zeros(graph.n, np.int64)
    step[order] = np.arange(1, len(order) + 1)
    ranks = {
        "component": ranks_of(component.astype(np.float64), "high"),
        "pairs": ranks_of(pairs.astype(np.float64), "high"),
    }
    first, second = (
        ("component", "pairs")
        if row.name == "largest-component"
        else (
            "pairs",
            "component",
        )
    )
    in_plan = np.where(step > 0, step, len(order) + 1)
    shown = np.lexsort((in_plan, ranks[second], ranks[first]))
    if top:
        listed = np.zeros(graph.n, bool)
        listed[order[:top]] = True
        listed[shown[:top]] = True
        shown = shown[listed[shown]]
    strong = None
    if row.strong:
        strong = _strong_losses(graph, shown, weights)
        by_loss = np.argsort(ranks_of(strong.astype(np.float64), "high"), kind="stable")
        shown, strong = shown[by_loss], strong[by_loss]
    fallen, pieces = _pieces(graph, shown)
    columns: dict[str, object] = {
        "account": graph.accounts[shown],
        "step": pandas.array(step[shown], dtype="Int64"),
        "component_loss": component[shown],
        "component_rank": ranks["component"][shown],
        "pairs_loss": pairs[shown],
        "pairs_rank": ranks["pairs"][shown],
    }
    if strong is not None:
        columns["strong_loss"] = strong
    table = pandas.DataFrame(columns | {"fallen": fallen, "pieces": pieces})
    table["step"] = table["step"].mask(table["step"] == 0)
    return table


def _weighted_losses(graph: InteractionGraph, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the heaviest component and the weighted pairs lose without each account alone."""
    component, heaviest_piece, parted, number = kernels.weighted_pieces(
        graph.both.indptr, graph.both.indices, weights
    )
    if not graph.n:
        return component, parted
    most = component.max()
    in_heaviest = number == number[np.argmax(component)]
    runner_up = component[~in_heaviest].max(initial=0.0)
    loss = np.maximum(most - np.maximum(heaviest_piece, runner_up), 0.0)
    return np.where(in_heaviest, loss, 0.0), parted


def _strong_losses(
    graph: InteractionGraph, accounts: np.ndarray, weights: np.ndarray | None
) -> np.ndarray:
    """What the largest strong component loses without each of some accounts alone."""
    checked = checked_weights(graph, weights)
    column = 0 if weights is None else 1
    losses = []
    for account in accounts:
        left = strong_curve(graph, np.array([account], np.int32), checked)[column]
        losses.append(left[0] - left[1])
    return np.array(losses, np.int64 if weights is None else np.float64)


def _pieces(graph: InteractionGraph, accounts: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """How many accounts fall off with each of some accounts, and the pieces in words."""
    chosen = np.zeros(graph.n, bool)
    chosen[accounts] = True
    owner, sizes, rest = kernels.fallen_subtrees(graph.both.indptr, graph.both.indices, chosen)
    with_rest = accounts[rest[accounts] > 0]
    owner = np.concatenate([owner, with_rest])
    sizes = np.concatenate([sizes, rest[with_rest]])
    largest_first = np.lexsort((-sizes, owner))
    owner, sizes = owner[largest_first], sizes[largest_first]
    starts = np.searchsorted(owner, accounts)
    ends = np.searchsorted(owner, accounts, side="right")
    fallen, words = [], []
    for start, end in zip(starts, ends, strict=True):
        pieces = sizes[start + 1 : end]  # the largest stays
        fallen.append(int(pieces.sum()))
        words.append(_in_words(pieces))
    return np.array(fallen, np.int64), words


def _in_words(pieces: np.ndarray) -> str:
    """Such as ``3 pieces: 120, 4, 1``.

    Examples
    --------
    >>> _in_words(np.array([120, 4, 1])), _in_words(np.zeros(0, int)), _in_words(np.ones(7, int))
    ('3 pieces: 120, 4, 1', 'none', '7 pieces: 1, 1, 1, 1, 1, …')
    """
    if not len(pieces):
        return "none"
    noun = "piece" if len(pieces) == 1 else "pieces"
    more = ", …" if len(pieces) > _SIZES else ""
    return f"{len(pieces)} {noun}: {', '.join(map(str, pieces[:_SIZES]))}{more}"
