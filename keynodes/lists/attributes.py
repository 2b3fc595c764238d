"""Facts about accounts: a table with a column of ids and any others."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from keynodes.errors import ReadingError
from keynodes.lists.files import ACCOUNT, account_in, plain, rows_of

if TYPE_CHECKING:
    import pandas

_NUMBERS = ("posts", "weight")


def read_attributes(
    source: "str | os.PathLike[str] | pandas.DataFrame", *, spreadsheet_safe: bool = False
) -> "pandas.DataFrame":
    """Read facts about accounts: a column of ids and any other columns.

    The ids are in the column ``account`` (or ``id``, ``name``, ``user``…; else the first). The
    columns ``posts`` and ``weight`` must hold numbers of 0 or more, or nothing.
    `spreadsheet_safe` removes the ``'`` that such output puts before a text that a spreadsheet
    would run as a formula.

    Returns
    -------
    pandas.DataFrame
        Indexed by account (text), in the order of the source.
    """
    import pandas

    if isinstance(source, pandas.DataFrame):
        where, frame = "<accounts DataFrame>", _frame_by_account(source)
    else:
        where, frame = str(source), _file_by_account(source, spreadsheet_safe)
    duplicates = frame.index[frame.index.duplicated()]
    if len(duplicates):
        raise ReadingError(f"{where}: account {duplicates[0]!r} is listed more than once")
    for column in frame.columns:
        if plain(column) in _NUMBERS:
            name = plain(column)
            frame = frame.rename(columns={column: name})
            frame[name] = _checked_numbers(frame[name], name, where)
    return frame


def _file_by_account(path: "str | os.PathLike[str]", spreadsheet_safe: bool) -> "pandas.DataFrame":
    import pandas

    rows = rows_of(path, spreadsheet_safe)
    if not rows:
        raise ReadingError(f"{path} is empty")
    header = rows[0][1]
    place = _account_place(header)
    if len(rows) == 1:
        raise ReadingError(f"{path} has a header but no accounts")
    for line, row in rows[1:]:
        if len(row) != len(header):
            raise ReadingError(
                f"{path}, line {line}: found {len(row)} fields where the header has {len(header)}"
            )
    repeated = next((name for name in header if header.count(name) > 1), None)
    if repeated is not None:
        raise ReadingError(f"{path}: two columns are called {repeated!r}")
    accounts = [account_in(row, place, line, path) for line, row in rows[1:]]
    columns = {name: [row[i] for _, row in rows[1:]] for i, name in enumerate(header) if i != place}
    index = pandas.Index(accounts, dtype=object, name="account")
    return pandas.DataFrame(columns, index=index, dtype=object)


def _account_place(header: Sequence[str]) -> int:
    names = [plain(cell) for cell in header]
    return next((names.index(name) for name in ACCOUNT if name in names), 0)


def _frame_by_account(frame: "pandas.DataFrame") -> "pandas.DataFrame":
    import pandas

    where = "<accounts DataFrame>"
    if frame.index.name is not None and plain(frame.index.name) in ACCOUNT:
        frame = frame.reset_index()
    if not len(frame.columns):
        raise ReadingError(f"{where} has no columns")
    names = [str(column) for column in frame.columns]
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        raise ReadingError(f"{where}: two columns are called {repeated!r}")
    place = _account_place(names)
    ids = frame.iloc[:, place]
    if pandas.api.types.is_float_dtype(ids.dtype) or pandas.api.types.is_bool_dtype(ids.dtype):
        raise ReadingError(
            f"{where}: column {frame.columns[place]!r} holds {ids.dtype}, and long ids have lost "
            "digits that way; read the ids as text (dtype=str)"
        )
    accounts = []
    for row, value in enumerate(ids.astype(object), start=1):
        if value is None or value != value or not str(value).strip():
            raise ReadingError(f"{where}, row {row}: the account is blank")
        accounts.append(str(value))
    others = frame.drop(columns=frame.columns[place])
    others.index = pandas.Index(accounts, dtype=object, name="account")
    return others


def _checked_numbers(values: "pandas.Series", name: str, where: str) -> "pandas.Series":
    numbers = np.full(len(values), np.nan)
    for i, (account, value) in enumerate(values.items()):
        if value is None or value != value or not str(value).strip():
            continue
        try:
            numbers[i] = float(value)
        except (TypeError, ValueError):
            numbers[i] = -1.0
        if not 0 <= numbers[i] < np.inf:
            raise ReadingError(
                f"{where}: {name} of account {account!r} must be a number of 0 or more, "
                f"found {value!r}"
            )
    return type(values)(numbers, index=values.index, name=name)
