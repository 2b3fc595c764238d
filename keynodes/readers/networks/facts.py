"""Attributes of the nodes of a network file: facts about accounts, in columns of one type."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas

LOOKS = ("label", "x", "y", "size", "r", "g", "b", "color")
"""What keynodes writes for the eye: made anew with every file, no facts."""

MOST_COLUMNS = 1000
"""Columns that are kept: each has a place for every node."""

MOST_VALUES = 50_000_000
"""Values that are kept: a default makes one of every node, and a small file many of both."""

_WHOLE = frozenset({"int", "integer", "long", "short", "byte", "biginteger", "tinyint"})
_REAL = frozenset({"double", "float", "real", "bigdecimal"})
_TRUTH = frozenset({"boolean", "bool"})
_TRUE_OR_FALSE = {"true": True, "false": False, "1": True, "0": False}


class Facts:
    """Collects the attributes of nodes, a column each."""

    def __init__(self) -> None:
        self.kinds: dict[str, str] = {}
        """The type that the file declares of a column, as it spells it; text without one."""
        self._accounts: list[str] = []
        self._columns: dict[str, list[str | None]] = {}
        self._values = 0
        self._left_out = 0

    def add(self, account: str, facts: Mapping[str, str]) -> None:
        """Add the facts about one account."""
        place = len(self._accounts)
        self._accounts.append(account)
        for name, value in facts.items():
            new = name not in self._columns
            if self._values >= MOST_VALUES or (new and len(self._columns) >= MOST_COLUMNS):
                self._left_out += 1
                continue
            self._values += 1
            column = self._columns.setdefault(name, [])
            column.extend([None] * (place - len(column)))
            column.append(value)

    def frame(self, notices: list[str]) -> "pandas.DataFrame | None":
        """Return the facts by account, None without any; `notices` are told what is left out."""
        import pandas

        if not self._columns:
            return None
        if self._left_out:
            notices.append(
                f"{self._left_out:,} value(s) of nodes are left out: the first {MOST_COLUMNS:,} "
                f"attributes and {MOST_VALUES:,} values are kept"
            )
        columns: dict[str, Any] = {}
        index = pandas.Index(self._accounts, dtype=object, name="account")
        for name, values in self._columns.items():
            values.extend([None] * (len(index) - len(values)))
            columns[name] = typed(values, self.kinds.get(name, ""))
        return pandas.DataFrame(
            {
                name: pandas.Series(values, index=index, dtype=object)
                if isinstance(values, list)
                else values.set_axis(index)
                for name, values in columns.items()
            },
            index=index,
        )


def typed(values: list[str | None], kind: str) -> Any:
    """Return a column in the type that it is declared to have, as text where a value is not so.

    Examples
    --------
    >>> typed(["1", None], "int").tolist(), typed(["1", "one"], "int")
    ([1, <NA>], ['1', 'one'])
    """
    import pandas

    kind = kind.strip().casefold()
    if kind in _WHOLE:
        whole = _each(values, int)
        if whole is not None and all(v is None or -(2**63) <= v < 2**63 for v in whole):
            return pandas.Series(whole, dtype="int64" if None not in whole else "Int64")
    elif kind in _REAL:
        real = _each(values, float)
        if real is not None:
            return pandas.Series(real, dtype="float64")
    elif kind in _TRUTH:
        truth = _each(values, lambda text: _TRUE_OR_FALSE[text.strip().casefold()])
        if truth is not None:
            return pandas.Series(truth, dtype="bool" if None not in truth else "boolean")
    return values


def _each(values: list[str | None], read: Callable[[str], Any]) -> list[Any] | None:
    # Python would read 1_000 as a number, and no other program does.
    if any(value is not None and "_" in value for value in values):
        return None
    try:
        return [None if value is None else read(value) for value in values]
    except (ValueError, KeyError):
        return None
