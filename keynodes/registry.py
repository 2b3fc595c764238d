"""Look a name up in a table, or say which names there are."""

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

from keynodes.errors import UnknownName

Row = TypeVar("Row")


def pick(table: Mapping[str, Row], name: str, what: str) -> Row:
    """Return the row called `name`; hyphens and underscores are the same.

    Raises
    ------
    UnknownName
        With the nearest name, or all names when none is near.

    Examples
    --------
    >>> pick({"in_degree": 1}, "in-degree", "measure")
    1
    >>> pick({"betweenness": 1}, "betweeness", "measure")
    Traceback (most recent call last):
    keynodes.errors.UnknownName: there is no measure 'betweeness'; did you mean 'betweenness'?
    """
    known = {_plain(key): key for key in table}
    key = known.get(_plain(name))
    if key is None:
        raise UnknownName(f"there is no {what} {name!r}; {suggestion(name, table)}")
    return table[key]


def suggestion(name: str, names: Iterable[str]) -> str:
    """Say which of `names` was probably meant, or list them all."""
    names = list(names)
    if not names:
        return "there are none to choose from"
    known = {_plain(key): key for key in names}
    near = difflib.get_close_matches(_plain(name), known, n=1, cutoff=0.7)
    if near:
        return f"did you mean '{known[near[0]]}'?"
    return "choose from " + ", ".join(names)


def _plain(name: str) -> str:
    return name.strip().replace("-", "_").casefold()
