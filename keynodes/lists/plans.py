"""An order of removal, whoever made it: a list of accounts, or a table with steps."""

import math
import os

from keynodes.errors import ReadingError
from keynodes.lists.files import account_column, account_in, plain, rows_of

STEP = "step"

_NO_LIST = (".json", ".jsonl", ".ndjson", ".parquet")
"""Endings of tables that are written here, but not read as short lists."""


def read_plan(path: "str | os.PathLike[str]", *, spreadsheet_safe: bool = False) -> list[str]:
    """Read the accounts of a plan, first removed first.

    One id a line, or CSV with a column ``account``; with a column ``step`` in the order of the
    steps, else in the order of the lines. Other columns are passed over, so that what ``keynodes
    takedown -o`` wrote can be read. `spreadsheet_safe` removes the ``'`` that such output puts
    before ids such as ``=1+1``.

    Raises
    ------
    ReadingError
        When an account or a step comes twice, or a step is no number: then nobody knows the order.
    """
    if os.path.splitext(path)[1].lower() in _NO_LIST:
        raise ReadingError(f"{path}: a plan is read from CSV; write it to a .csv file")
    rows = rows_of(path, spreadsheet_safe)
    names = [plain(cell) for cell in rows[0][1]] if rows else []
    place, by_step = 0, None
    if len(names) > 1 or "account" in names:
        place = account_column(rows[0][1], str(path))
        if names.count(STEP) > 1:
            raise ReadingError(f"{path}: more than one column is called 'step'")
        by_step = names.index(STEP) if STEP in names else None
        rows = rows[1:]
    first: dict[str, int] = {}
    steps: dict[float, int] = {}
    for line, row in rows:
        account = account_in(row, place, line, path)
        if account in first:
            raise ReadingError(
                f"{path}, line {line}: account {account!r} is in the plan already, in line "
                f"{first[account]}"
            )
        first[account] = line
        if by_step is not None:
            step = _step(row, by_step, line, path)
            if step in steps:
                raise ReadingError(
                    f"{path}, line {line}: step {step:g} is also that of line {steps[step]}; each "
                    "account needs one of its own"
                )
            steps[step] = line
    if not first:
        raise ReadingError(f"{path} names no accounts")
    if by_step is None:
        return list(first)
    at = {line: account for account, line in first.items()}
    return [at[steps[step]] for step in sorted(steps)]


def _step(row: list[str], place: int, line: int, path: object) -> float:
    text = row[place] if place < len(row) else ""
    try:
        step = float(text)
    except ValueError:
        step = math.nan
    if not math.isfinite(step):
        raise ReadingError(f"{path}, line {line}: a step must be a number, found {text!r}")
    return step
