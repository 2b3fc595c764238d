"""What the removal of each account costs: a table with the columns account and cost."""

import math
import os

from keynodes.errors import ReadingError
from keynodes.lists.attributes import read_attributes
from keynodes.lists.files import plain
from keynodes.registry import suggestion

COST = "cost"


def read_costs(
    path: "str | os.PathLike[str]", *, spreadsheet_safe: bool = False
) -> dict[str, float]:
    """Read what each account costs: a table with the columns ``account`` and ``cost``.

    Costs are numbers above 0; an account whose cost is blank is left out. Other columns are
    passed over. `spreadsheet_safe` removes the ``'`` that such output puts before ids such as
    ``=1+1``.

    Raises
    ------
    ReadingError
        With the file and the account where a cost is none.
    """
    facts = read_attributes(path, spreadsheet_safe=spreadsheet_safe)
    found = [name for name in facts.columns if plain(name) == COST]
    if len(found) != 1:
        raise ReadingError(
            f"{path}: {'more than one' if found else 'there is no'} column 'cost' among "
            f"{', '.join(map(repr, list(facts.columns)[:10])) or 'the others'}; "
            f"{suggestion(COST, facts.columns) if not found else 'name each column once'}"
        )
    costs: dict[str, float] = {}
    for account, text in facts[found[0]].items():
        if not str(text).strip():
            continue
        try:
            cost = float(text)
        except ValueError:
            cost = math.nan
        if not 0 < cost < math.inf:
            raise ReadingError(
                f"{path}: cost of account {account!r} must be a number above 0, found {text!r}"
            )
        costs[str(account)] = cost
    if not costs:
        raise ReadingError(f"{path} names no costs")
    return costs
