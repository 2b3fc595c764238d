"""What a user says of accounts, as arrays: who is protected, what they weigh, what they cost."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph
from keynodes.lists import match

if TYPE_CHECKING:
    pass

Numbers = "Mapping[str, float] | pandas.Series | np.ndarray | None"


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
    """Return the weight of every account (1 each without any), and whether there are any."""
    where = "accounts"
    if given is None and graph.attributes is not None and "weight" in graph.attributes.columns:
        given, where = graph.attributes["weight"], "the column weight of the account attributes"
    if given is None:
        return _read_only(np.ones(graph.n)), False
    values = _per_account(graph, given, "weight", notices)
    wrong = np.flatnonzero(~((values >= 0) & np.isfinite(values)))
    if len(wrong):
        raise UsageError(
            f"weights of accounts must be finite and 0 or more; {_named(graph, values, wrong)} "
            f"in {where}"
        )
    if graph.n and not values.sum() > 0:
        raise UsageError(f"all accounts weigh 0; see {where}")
    notices.append(f"accounts count by their weights ({where})")
    return _read_only(values), True


def account_costs(graph: InteractionGraph, given: Any, notices: list[str]) -> np.ndarray | None:
    """Return what the removal of every account costs; None without any."""
    if given is None:
        return None
    values = _per_account(graph, given, "cost", notices)
    wrong = np.flatnonzero(~((values > 0) & np.isfinite(values)))
    if len(wrong):
        raise UsageError(
            f"costs of accounts must be finite and above 0; {_named(graph, values, wrong)}"
        )
    return _read_only(values)


def _per_account(graph: InteractionGraph, given: Any, what: str, notices: list[str]) -> np.ndarray:
    """Numbers by account as float64 (n,): an array in the graph's order, or by account id."""
    if isinstance(given, np.ndarray):
        if given.shape != (graph.n,):
            raise UsageError(f"one {what} an account is needed: {graph.n:,}, got {given.shape}")
        return given.astype(np.float64)
    if hasattr(given, "columns"):
        if what not in given.columns:
            raise UsageError(f"the table of {what}s has no column {what!r}")
        given = given[what]
    items = dict(given.items())
    if not all(isinstance(account, str) for account in items):
        raise UsageError(f"{what}s are given by account id, and ids are text")
    values = np.full(graph.n, np.nan)
    for i, account in enumerate(graph.accounts.tolist()):
        value = items.get(account, np.nan)
        try:
            values[i] = float(value)
        except (TypeError, ValueError):
            raise UsageError(
                f"the {what} of account {account!r} must be a number, got {value!r}"
            ) from None
    unknown = np.isnan(values)
    if unknown.all() and graph.n:
        raise UsageError(f"no account of the graph has a {what}")
    found = match(graph, items, "priced account" if what == "cost" else "weighted account")
    if found.unknown:
        notices.append(found.sentence)
    if unknown.any():
        notices.append(f"{int(unknown.sum()):,} accounts without a {what} count as 1")
        values[unknown] = 1.0
    return values


def _named(graph: InteractionGraph, values: np.ndarray, wrong: np.ndarray) -> str:
    """The first account whose number cannot be, with the number."""
    return f"that of {str(graph.accounts[wrong[0]])!r} is {values[wrong[0]]:g}"


def _read_only(values: np.ndarray) -> np.ndarray:
    values.setflags(write=False)
    return values
