"""Aliases: several ids of one person or group, as an analyst has found out."""

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from keynodes.errors import ReadingError
from keynodes.escaping import shortened
from keynodes.lists.files import plain, rows_of
from keynodes.registry import suggestion

if TYPE_CHECKING:
    import pandas

ACCOUNT, ALIAS = "account", "alias"


def read_aliases(
    source: "str | os.PathLike[str] | pandas.DataFrame | Mapping[str, str]",
    *,
    spreadsheet_safe: bool = False,
) -> dict[str, str]:
    """Read which ids are one identity: a table with the columns ``account`` and ``alias``.

    An account may have many aliases. An alias of an alias stands for the account at the end of the
    chain. `spreadsheet_safe` removes the ``'`` that such output puts before ids such as ``=1+1``.

    Parameters
    ----------
    source : path, DataFrame or mapping
        A mapping goes from alias to account.

    Returns
    -------
    dict of str to str
        From each alias to its account, chains followed to their end.

    Raises
    ------
    ReadingError
        With the line, for an alias of two accounts, and for aliases that lead back to themselves.

    Examples
    --------
    >>> read_aliases({"ann_2": "ann_1", "ann_1": "ann"})
    {'ann_2': 'ann', 'ann_1': 'ann'}
    """
    where, row, pairs = _pairs_of(source, spreadsheet_safe)
    stands_for: dict[str, str] = {}
    lines: dict[str, int] = {}
    for line, account, alias in pairs:
        if account == alias:
            continue  # an account is its own alias: nothing to merge
        if stands_for.get(alias, account) != account:
            raise ReadingError(
                f"{where}, {row} {line}: {_shown(alias)} is an alias of {_shown(account)} here, "
                f"but of {_shown(stands_for[alias])} in {row} {lines[alias]}; keep one of them"
            )
        stands_for.setdefault(alias, account)
        lines.setdefault(alias, line)
    if not lines:
        raise ReadingError(f"{where} names no aliases")
    return _followed(stands_for, lines, f"{where}, {row}")


def _followed(
    stands_for: Mapping[str, str], lines: Mapping[str, int], where: str
) -> dict[str, str]:
    """The account at the end of each chain; each name is looked at once."""
    ends: dict[str, str] = {}
    for alias in stands_for:
        chain: dict[str, None] = {}
        name = alias
        while name in stands_for and name not in ends:
            if name in chain:
                raise ReadingError(
                    f"{where} {max(lines[one] for one in chain)}: {_shown(name)} is an alias "
                    "that leads back to itself; say which of these names is the account"
                )
            chain[name] = None
            name = stands_for[name]
        end = ends.get(name, name)
        ends.update(dict.fromkeys(chain, end))
    return {alias: ends[alias] for alias in stands_for}


def _pairs_of(
    source: "str | os.PathLike[str] | pandas.DataFrame | Mapping[str, str]", safe: bool
) -> tuple[str, str, Iterable[tuple[int, str, str]]]:
    """Where the aliases are from, what rows are called there; and row, account, alias of each."""
    word = "row"
    if hasattr(source, "columns"):
        where = "<aliases DataFrame>"
        frame: pandas.DataFrame = source  # type: ignore[assignment]
        account, alias = _places([str(name) for name in frame.columns], where)
        texts = zip(frame.iloc[:, account].tolist(), frame.iloc[:, alias].tolist(), strict=True)
        rows = [(row, list(pair)) for row, pair in enumerate(texts, start=1)]
        account, alias = 0, 1
    elif isinstance(source, Mapping):
        where = "<aliases>"
        rows = [(row, [acc, ali]) for row, (ali, acc) in enumerate(source.items(), start=1)]
        account, alias = 0, 1
    else:
        where, word = os.fspath(source), "line"
        rows = rows_of(source, safe)
        if not rows:
            raise ReadingError(f"{where} is empty")
        account, alias = _places(rows[0][1], where)
        rows = rows[1:]
    pairs = []
    for line, row in rows:
        ends = [row[place] if place < len(row) else "" for place in (account, alias)]
        for what, end in zip((ACCOUNT, ALIAS), ends, strict=True):
            if not isinstance(end, str):
                raise ReadingError(
                    f"{where}, {word} {line}: the {what} must be text (long ids lose digits as "
                    f"numbers), found {end!r}"
                )
            if not end.strip():
                raise ReadingError(f"{where}, {word} {line}: the {what} is blank")
        pairs.append((line, ends[0], ends[1]))
    return where, word, pairs


def _places(cells: list[str], where: str) -> tuple[int, int]:
    names = [plain(cell) for cell in cells]
    for name in (ACCOUNT, ALIAS):
        if names.count(name) != 1:
            hint = suggestion(name, cells) if name not in names else "name each column once"
            found = ", ".join(repr(shortened(cell, 40)) for cell in cells[:10])
            problem = "more than one" if name in names else "there is no"
            raise ReadingError(f"{where}: {problem} column {name!r} among {found}; {hint}")
    return names.index(ACCOUNT), names.index(ALIAS)


def _shown(account: str) -> str:
    return repr(shortened(account, 40))
