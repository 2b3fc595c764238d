"""Lists of accounts: seeds, protected accounts, labels, facts; read and checked against a graph."""

import os

from keynodes.errors import ReadingError
from keynodes.lists.aliases import read_aliases
from keynodes.lists.attributes import read_attributes
from keynodes.lists.costs import read_costs
from keynodes.lists.files import account_column, account_in, plain, rows_of
from keynodes.lists.labels import label_codes, read_labels
from keynodes.lists.matching import Match, match, resolved
from keynodes.lists.plans import read_plan

__all__ = [
    "Match",
    "label_codes",
    "match",
    "read_accounts",
    "read_aliases",
    "read_attributes",
    "read_costs",
    "read_labels",
    "read_plan",
    "resolved",
]


def read_accounts(path: "str | os.PathLike[str]", *, spreadsheet_safe: bool = False) -> list[str]:
    """Read a list of accounts: one id a line, or a CSV file with a column ``account``.

    Lines that begin with ``#`` are comments; an id that begins with ``#`` stands in double
    quotes. Ids are kept as they are written, apart from blanks around unquoted lines; each is
    returned once, in the order of the file.

    Parameters
    ----------
    path : path
        UTF-8 text (or UTF-16 with a byte order mark), also packed with gzip.
    spreadsheet_safe : bool
        Remove the ``'`` that ``--spreadsheet-safe`` output puts before ids such as ``=1+1``.
    """
    rows = rows_of(path, spreadsheet_safe)
    header = {plain(cell): i for i, cell in enumerate(rows[0][1])} if rows else {}
    place = header.get("account")
    if place is None and rows and len(rows[0][1]) > 1:
        place = account_column(rows[0][1], str(path))
    if place is not None:
        accounts = [account_in(row, place, line, path) for line, row in rows[1:]]
    else:
        for line, row in rows:
            if len(row) > 1:
                raise ReadingError(
                    f"{path}, line {line}: one account a line is needed, or a header with the "
                    f"column 'account'; found {len(row)} fields (an id with a comma stands in "
                    "double quotes)"
                )
        accounts = [account_in(row, 0, line, path) for line, row in rows]
    if not accounts:
        raise ReadingError(f"{path} names no accounts")
    return list(dict.fromkeys(accounts))
