"""Which accounts go into a picture: the first of a ranking, named ones, and who is near them."""

from collections.abc import Iterable

import numpy as np

from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph


def selected(
    graph: InteractionGraph,
    order: np.ndarray,
    *,
    top: int,
    around: Iterable[str],
    seeds: np.ndarray,
    ego: int | None,
) -> tuple[np.ndarray, list[str]]:
    """Mark the accounts to keep, and say how many that leaves out.

    Parameters
    ----------
    graph : InteractionGraph
    order : numpy.ndarray of int
        Accounts from the first rank to the last.
    top : int
        How many of the first are kept; 0 for all.
    around : iterable of str
        Accounts that are kept whatever their rank.
    seeds : numpy.ndarray of int
        Accounts that are kept with `ego` where neither `top` nor `around` says which.
    ego : int or None
        In how many steps along arcs, either way, others must be reached from these to be kept.
        None: 1 with `around`, else 0.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
    list of str

    Raises
    ------
    UnknownAccount
        When the graph lacks an account of `around`.
    UsageError
        When `ego` has nothing to start from.

    Notes
    -----
    O(n + m) a step.
    """
    named = [graph.index_of(account) for account in around]
    kept = np.zeros(graph.n, bool)
    if top or named:
        kept[order[:top]] = True
        kept[named] = True
    elif ego is not None:
        if not len(seeds):
            raise UsageError(
                "--ego needs accounts to be around: give --top, --around, or --seeds of the graph"
            )
        kept[seeds] = True
    else:
        return np.ones(graph.n, bool), []
    radius = (1 if named else 0) if ego is None else ego
    chosen = int(kept.sum())
    for _ in range(radius):
        before = kept.copy()
        kept[graph.out.indices[before[graph.tails]]] = True
        kept[graph.tails[before[graph.out.indices]]] = True
    arcs = int((kept[graph.tails] & kept[graph.out.indices]).sum())
    said = f"{chosen:,} chosen account{'s' * (chosen != 1)}"
    if radius:
        said += f" and {int(kept.sum()) - chosen:,} within {radius:,} of them"
    return kept, [
        f"{said}, with the arcs among them; left out: {int((~kept).sum()):,} of {graph.n:,} "
        f"accounts, {graph.m - arcs:,} of {graph.m:,} arcs"
    ]
