"""Community labels of accounts."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from keynodes.errors import ReadingError
from keynodes.escaping import one_line
from keynodes.graph import InteractionGraph, accounts_by_handle
from keynodes.lists.files import ACCOUNT, account_column, account_in, plain, rows_of
from keynodes.lists.matching import named, near_matches

if TYPE_CHECKING:
    import pandas

LABEL = ("label", "community", "group", "class", "cluster", "department", "partition")
"""What a column of labels may be called: a table with two such columns names none."""

_NO_LIST = (".json", ".jsonl", ".ndjson", ".parquet")
"""Endings of tables that are written here, but not read as short lists."""

_BELOW_ZERO = re.compile(r"-0*[1-9][0-9]*")
"""Whole numbers that are no label."""


def read_labels(
    path: "str | os.PathLike[str]", *, spreadsheet_safe: bool = False
) -> dict[str, str]:
    """Read the community of each account: CSV with the columns ``account`` and ``label``.

    With two columns these names may be missing: the first is the account. An empty label is
    none, and so is a whole number below 0 (as -1 is where labels are numbers). `spreadsheet_safe`
    removes the ``'`` that such output puts before ids such as ``=1+1``.
    """
    if os.path.splitext(path)[1].lower() in _NO_LIST:
        raise ReadingError(f"{path}: communities are read from CSV; write them to a .csv file")
    rows = rows_of(path, spreadsheet_safe)
    if not rows:
        raise ReadingError(f"{path} is empty")
    first = rows[0][1]
    names = [plain(cell) for cell in first]
    accounts = [i for i, cell in enumerate(names) if cell in ACCOUNT]
    labels = [i for i, cell in enumerate(names) if cell in LABEL]
    if accounts or labels:
        body = rows[1:]
        account = account_column(first, str(path)) if accounts else None
        label = labels[0] if len(labels) == 1 else None
        if len(first) == 2:
            account = 1 - (label or 0) if account is None and label is not None else account
            label = 1 - account if label is None and account is not None else label
        if account is None or label is None or account == label:
            raise ReadingError(
                f"{path}: the columns 'account' and 'label' are needed; found "
                + ", ".join(map(repr, first))
            )
    elif len(first) == 2:
        body, account, label = rows, 0, 1
    else:
        raise ReadingError(
            f"{path}: the columns 'account' and 'label' are needed; found "
            + ", ".join(map(repr, first[:10]))
        )
    result: dict[str, str] = {}
    for line, row in body:
        name = account_in(row, account, line, path)
        if len(row) <= label:
            raise ReadingError(f"{path}, line {line}: found no label for {name!r}")
        value = row[label].strip()
        if result.get(name, value) != value:
            raise ReadingError(
                f"{path}, line {line}: account {name!r} has a second label {value!r} "
                f"(the first is {result[name]!r})"
            )
        result[name] = value
    if not result:
        raise ReadingError(f"{path} has a header but no labels")
    return {name: value for name, value in result.items() if _label(value)}


def label_codes(
    graph: InteractionGraph,
    labels: "Mapping[str, object] | pandas.Series | Sequence[object] | np.ndarray | str | Path",
) -> tuple[np.ndarray, tuple[str, ...], str]:
    """Number the communities of a graph's accounts.

    Parameters
    ----------
    graph : InteractionGraph
    labels : mapping, pandas.Series by account, array with a label an account, or path
        Missing values, empty texts and whole numbers below 0 (also as text) are no label.

    Returns
    -------
    codes : numpy.ndarray of int64, shape (n,)
        Place of each account's label in `names`, −1 for none.
    names : tuple of str
        The labels that occur, in sorted order.
    notice : str
        What was not matched, in one line; empty when everything was.
    """
    import pandas

    if isinstance(labels, (str, os.PathLike)):
        labels = read_labels(labels)
    if isinstance(labels, pandas.Series):
        if labels.index.has_duplicates:
            raise ReadingError("labels: an account stands in the index more than once")
        labels = {str(account): label for account, label in labels.items()}
    unknown: list[str] = []
    if isinstance(labels, Mapping):
        by_account = _by_account(graph, labels)
        each = [by_account.get(account, "") for account in graph.accounts.tolist()]
        known = set(graph.accounts.tolist())
        unknown = [account for account in by_account if account not in known]
    else:
        each = [_label(label) for label in labels]
        if len(each) != graph.n:
            raise ReadingError(
                f"labels: {len(each)} labels for {graph.n} accounts; give one an account"
            )
    names = tuple(sorted({label for label in each if label}))
    codes = {label: code for code, label in enumerate(names)}
    notices = []
    if unknown:
        near = near_matches(unknown, dict.fromkeys(graph.accounts.tolist(), 0))
        notices.append(
            f"{len(unknown):,} labelled account(s) are not in the graph: "
            f"{named(unknown, near, accounts_by_handle(graph, unknown))}"
        )
    without = sum(not label for label in each)
    if without:
        notices.append(f"{without:,} of {graph.n:,} accounts have no label")
    return (
        np.asarray([codes.get(label, -1) for label in each], dtype=np.int64),
        names,
        one_line("; ".join(notices)),
    )


def _by_account(graph: InteractionGraph, labels: Mapping[str, object]) -> dict[str, str]:
    """The label of each account; that of an alias is its account's, unless it has one itself."""
    by_account: dict[str, str] = {}
    aliases: dict[str, tuple[str, str]] = {}
    for name, value in labels.items():
        alias, label = str(name), _label(value)
        account = graph.aliases.get(alias, alias)
        if account == alias:
            by_account[account] = label
            continue
        first, before = aliases.setdefault(account, (alias, label))
        if before != label:
            raise ReadingError(
                f"labels: {first!r} and {alias!r} are aliases of account {account!r}, but their "
                f"labels are {before!r} and {label!r}; give the account one"
            )
    return {account: label for account, (_, label) in aliases.items()} | by_account


def _label(value: object) -> str:
    """The text of a label; 3.0 and 3 are the same one, and -1 is none (as codes have it)."""
    if value is None or value != value:
        return ""
    if isinstance(value, str):
        return "" if _BELOW_ZERO.fullmatch(value.strip()) else value.strip()
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        value = int(value)
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value < 0:
        return ""
    return str(value).strip()
