"""What a user says of accounts, as arrays: who is meant, what they weigh, what they cost."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph
from keynodes.lists.matching import match


def indices_of(graph: InteractionGraph, accounts: Iterable[str], what: str) -> np.ndarray:
    """Return the indices of a list of accounts: int64, sorted.

    Raises
    ------
    UnknownAccount
        When the graph lacks one: a list that matches nobody would fail silently.
    """
    if isinstance(accounts, str):
        raise UsageError(f"{what}s are a list of accounts, got a text; give [account]")
    found = match(graph, list(accounts), what)
    found.require("one without them")
    return found.indices


def account_weights(
    graph: InteractionGraph, given: Any, notices: list[str]
) -> tuple[np.ndarray, bool]:
    """Return the weight of every account (1 each without any), and whether there are any.

    `given` is an array or a list in the order of the graph, or a mapping or a Series by account
    id; without it, the column ``weight`` of the account attributes counts.

    Raises
    ------
    UsageError
        When a weight is none, or all together are too large or too small to count with.
    """
    where = "accounts"
    if given is None and graph.attributes is not None and "weight" in graph.attributes.columns:
        given, where = graph.attributes["weight"], "the column weight of the account attributes"
        given = given.dropna()  # accounts of which only other things are known
    if given is None:
        return _read_only(np.ones(graph.n)), False
    values = _per_account(graph, given, "weight", notices)
    wrong = np.flatnonzero(~((values >= 0) & np.isfinite(values)))
    if len(wrong):
        raise UsageError(
            f"weights of accounts must be finite and 0 or more; {_named(graph, values, wrong)} "
            f"in {where}"
        )
    if graph.n and not values.any():
        raise UsageError(f"weights of accounts are all 0 in {where}; one must be above 0")
    # Pairs of accounts weigh products, and all pairs together the square of the sum.
    with np.errstate(over="ignore", under="ignore"):
        squared = values.sum() ** 2
    if graph.n and not 0 < squared < np.inf:
        raise UsageError(
            f"weights of accounts are too {'large' if squared else 'small'} in {where}: the square "
            "of their sum must be a finite number above 0; scale them"
        )
    notices.append(f"accounts count by their weights ({where})")
    return _read_only(values), True


def account_costs(graph: InteractionGraph, given: Any, notices: list[str]) -> np.ndarray | None:
    """Return what the removal of every account costs, given as weights are; None without any.

    Raises
    ------
    UsageError
        When a cost is none, or all together are too large to count with.
    """
    if given is None:
        return None
    values = _per_account(graph, given, "cost", notices)
    wrong = np.flatnonzero(~((values > 0) & np.isfinite(values)))
    if len(wrong):
        raise UsageError(
            f"costs of accounts must be finite and above 0; {_named(graph, values, wrong)}"
        )
    with np.errstate(over="ignore"):
        total = values.sum()
    if not np.isfinite(total):
        raise UsageError("costs of accounts are too large: their sum must be finite; scale them")
    return _read_only(values)


def account_posts(graph: InteractionGraph, given: Any, notices: list[str]) -> np.ndarray:
    """Return how many posts every account made, given as weights are; 0 for those without.

    Raises
    ------
    UsageError
        When a number is none, or all are 0.
    """
    values = _per_account(graph, given, "posts", notices, absent=0.0)
    wrong = np.flatnonzero(~((values >= 0) & np.isfinite(values)))
    if len(wrong):
        raise UsageError(
            f"numbers of posts must be finite and 0 or more; {_named(graph, values, wrong)}"
        )
    if not values.any():
        raise UsageError("no account has a post")
    return _read_only(values)


_MEMBER = {"cost": "priced account", "weight": "weighted account", "posts": "account with posts"}


def _per_account(
    graph: InteractionGraph, given: Any, what: str, notices: list[str], absent: float = 1.0
) -> np.ndarray:
    """Numbers by account as float64 (n,): an array in the graph's order, or by account id."""
    if isinstance(given, np.ndarray | list | tuple):
        return _in_order(graph, given, what)
    if hasattr(given, "columns"):
        if list(given.columns).count(what) != 1:
            many = what in given.columns
            raise UsageError(
                f"the table of {what}s has {'more than one' if many else 'no'} column {what!r}"
            )
        given = given[what]
    items = _by_account(graph, given, what)
    values = np.full(graph.n, np.nan)
    for i, account in enumerate(graph.accounts.tolist()):
        value = items.get(account, np.nan)
        try:
            values[i] = float(value)
        except (TypeError, ValueError, OverflowError):
            raise UsageError(
                f"the {what} of account {account!r} must be a number, got {value!r}"
            ) from None
    unknown = np.isnan(values)
    if unknown.all() and graph.n:
        raise UsageError(f"no account of the graph has a {what}")
    found = match(graph, items, _MEMBER[what])
    if found.unknown:
        notices.append(found.sentence)
    if unknown.any():
        notices.append(f"{int(unknown.sum()):,} accounts without a {what} count as {absent:g}")
        values[unknown] = absent
    return values


def _in_order(graph: InteractionGraph, given: Any, what: str) -> np.ndarray:
    """Numbers in the order of the graph."""
    try:
        values = np.array(given, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise UsageError(
            f"one {what} an account is needed, all of them numbers; got something else"
        ) from None
    if values.shape != (graph.n,):
        raise UsageError(f"one {what} an account is needed: {graph.n:,}, got {values.shape}")
    return values


def _by_account(graph: InteractionGraph, given: Any, what: str) -> dict[str, Any]:
    """Numbers by account id, each account once; those of aliases are their account's."""
    if not hasattr(given, "items"):
        raise UsageError(
            f"{what}s of accounts are a mapping, a Series or an array, got {type(given).__name__}"
        )
    items: dict[str, Any] = {}
    for account, value in given.items():
        if not isinstance(account, str):
            raise UsageError(f"{what}s are given by account id, and ids are text, got {account!r}")
        account = graph.aliases.get(account, account)
        if account in items:
            raise UsageError(f"account {account!r} has more than one {what}; give each account one")
        items[account] = value
    return items


def _named(graph: InteractionGraph, values: np.ndarray, wrong: np.ndarray) -> str:
    """The first account whose number cannot be, with the number."""
    return f"that of {str(graph.accounts[wrong[0]])!r} is {values[wrong[0]]:g}"


def _read_only(values: np.ndarray) -> np.ndarray:
    values.setflags(write=False)
    return values
