"""Columns of a network file: one type each for the whole file, and their values as text."""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from keynodes.errors import KeynodesError
from keynodes.escaping import shortened
from keynodes.kernels.blocks import slices

ROWS = 2048
"""Rows that are written at a time: enough to be fast, few enough for names of 10 kB."""

LARGEST_INT = 2**31 - 1
"""Of an ``int``: above it a column is ``long``."""

LARGEST_WHOLE = 2**53
"""A JavaScript program counts no further: above it a column of whole numbers is text."""

FIRST_TIME, END_OF_TIME = -62135596800, 253402300800
"""Seconds of the years 1 to 9999: others are not written with four digits."""

DAY = 24 * 60 * 60

Texts = list[str | None]
"""Values as text, None where there is none."""


@dataclass(frozen=True)
class Column:
    """A column of a file.

    Attributes
    ----------
    name : str
        As written.
    kind : {"boolean", "int", "long", "double", "string"}
        The type, in GraphML's words.
    texts : callable
        The values of some rows as text, not yet escaped for a format.
    """

    name: str
    kind: str
    texts: Callable[[slice], Texts]

    def cells(
        self, rows: slice, escaped: Callable[[str], str], odd: re.Pattern[str] | None = None
    ) -> Texts:
        """Return the values of some rows as the format wants them: text goes through `escaped`.

        Where the format says what is `odd`, a text without it is known to need no escape.
        """
        texts = self.texts(rows)
        if self.kind != "string":
            return texts
        different = {text for text in texts if text is not None}
        if odd and odd.search("".join(different)) is None:
            return texts
        written = {text: escaped(text) for text in different}
        return [None if text is None else written[text] for text in texts]


def column_of(name: str, values: np.ndarray, where: str) -> Column:
    """Make a column of an array: its type is that of all its values.

    Parameters
    ----------
    name : str
        As written.
    values : numpy.ndarray
        Numbers, booleans or text; objects of these kinds, None, NaN or NA where one is missing.
    where : str
        For errors: what it is a column of.

    Raises
    ------
    KeynodesError
        For a value that is neither, such as a list.

    Examples
    --------
    >>> column = column_of("n", np.array([1, None, 2**40], dtype=object), "nodes")
    >>> column.kind, column.texts(slice(0, 3))
    ('long', ['1', None, '1099511627776'])
    >>> column_of("mixed", np.array([1, "a", True], dtype=object), "nodes").texts(slice(0, 3))
    ['1', 'a', 'true']
    """
    values = np.asarray(values)
    kind = values.dtype.kind
    if kind == "b":
        return Column(name, "boolean", lambda rows: [_text(v) for v in values[rows].tolist()])
    if kind in "iu":
        low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
        return Column(name, whole_kind(low, high), lambda rows: _numbers(values[rows]))
    if kind == "f" and values.dtype.itemsize <= 8:
        return Column(name, "double", lambda rows: _numbers(values[rows].astype(np.float64)))
    if kind in "UTO":
        return Column(
            name,
            _kind_of_objects(name, values, where),
            lambda rows: _objects(values[rows].tolist()),
        )
    raise _unwritable(name, where, str(values.dtype))


def double_column(name: str, values: np.ndarray) -> Column:
    """Make a column of floats of any numbers: of a weight, a position, a size."""
    return Column(name, "double", lambda rows: _numbers(values[rows].astype(np.float64)))


def time_column(name: str, values: np.ndarray, unit: str | None) -> Column:
    """Make a column of times as `InteractionGraph` has them: ISO 8601 in UTC, or plain numbers.

    Examples
    --------
    >>> time_column("t", np.array([1341100972.5, np.nan]), "timestamp").texts(slice(0, 2))
    ['2012-07-01T00:02:52.500Z', None]
    """
    if unit != "timestamp":
        return double_column(name, values)
    first, last = np.fmin.reduce(values, initial=np.inf), np.fmax.reduce(values, initial=-np.inf)
    if first < FIRST_TIME or last >= END_OF_TIME:
        outside = (values < FIRST_TIME) | (values >= END_OF_TIME)
        raise KeynodesError(
            f"arcs: {name} holds {values[outside][0]}, no time between the years 1 and 9999; "
            "correct it or leave it out"
        )
    return Column(name, "string", lambda rows: _times(values[rows]))


def whole_kind(low: int, high: int) -> str:
    """Return the narrowest type that every program reads whole numbers in without a loss.

    Examples
    --------
    >>> whole_kind(0, 9), whole_kind(-(2**31) - 1, 0), whole_kind(0, 2**53 + 1)
    ('int', 'long', 'string')
    """
    if low >= -LARGEST_INT - 1 and high <= LARGEST_INT:
        return "int"
    return "long" if low >= -LARGEST_WHOLE and high <= LARGEST_WHOLE else "string"


def holds_wholes(values: np.ndarray) -> bool:
    """Whether all values that there are are whole numbers."""
    if values.dtype.kind != "O":
        return values.dtype.kind in "iu"
    kinds = {type(value) for value in values if not _is_missing(value)}
    return bool(kinds) and all(
        issubclass(kind, int | np.integer) and kind is not bool for kind in kinds
    )


def _kind_of_objects(name: str, values: np.ndarray, where: str) -> str:
    kinds: set[str] = set()
    low = high = 0
    for rows in slices(len(values), ROWS):
        block = values[rows].tolist()
        if set(map(type, block)) == {str}:
            kinds.add("string")
            continue
        for value in block:
            if isinstance(value, str):
                kinds.add("string")
            elif _is_missing(value):
                continue
            elif isinstance(value, bool | np.bool_):
                kinds.add("boolean")
            elif isinstance(value, int | np.integer):
                kinds.add("whole")
                low, high = min(low, int(value)), max(high, int(value))
            elif isinstance(value, float | np.floating):
                kinds.add("double")
            else:
                raise _unwritable(name, where, type(value).__name__)
    if kinds <= {"whole"} and kinds:
        return whole_kind(low, high)
    if kinds == {"whole", "double"} and low >= -LARGEST_WHOLE and high <= LARGEST_WHOLE:
        return "double"
    return kinds.pop() if len(kinds) == 1 else "string"


def _is_missing(value: Any) -> bool:
    if value is None or isinstance(value, float | np.floating):
        return value is None or bool(np.isnan(value))
    # pandas' NA answers no question; NaT answers that it is not itself.
    return type(value).__name__ in ("NAType", "NaTType")


def _objects(values: list[Any]) -> Texts:
    return [
        value if type(value) is str else None if _is_missing(value) else _text(value)
        for value in values
    ]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | np.integer):
        return str(int(value))
    return _double(float(value))


def _double(value: float) -> str:
    """Every digit; the infinite as Java and JavaScript read it."""
    if value - value == 0:
        return repr(value)
    return "Infinity" if value > 0 else "-Infinity"


def _numbers(values: np.ndarray) -> Texts:
    """Numbers as text. Mostly few of them are different, and each is written once."""
    # By their bits: −0.0 equals 0.0 and is written otherwise.
    bits = values.view(np.int64) if values.dtype.kind == "f" else values
    different, places = np.unique(bits, return_inverse=True)
    if 4 * len(different) > len(values):
        return _each_number(values)
    return np.array(_each_number(different.view(values.dtype)), dtype=object)[places].tolist()


def _each_number(values: np.ndarray) -> Texts:
    if values.dtype.kind != "f":
        return list(map(str, values.tolist()))
    if np.isfinite(values).all():
        return list(map(repr, values.tolist()))
    return [None if value != value else _double(value) for value in values.tolist()]


def _times(values: np.ndarray) -> Texts:
    missing = np.isnan(values)
    times = np.where(missing, 0, values)
    if (times == np.floor(times)).all():
        # Records share their days, and a day has few seconds: both are written once.
        days, seconds = np.divmod(times.astype(np.int64), DAY)
        different, places = np.unique(days, return_inverse=True)
        dates = np.datetime_as_string(different.astype("datetime64[D]")).astype(object)
        texts = [
            f"{date}T{clock}Z"
            for date, clock in zip(dates[places].tolist(), _clock()[seconds].tolist(), strict=True)
        ]
    else:
        # To the millisecond or the microsecond, and whole seconds without a fraction.
        moments = np.round(times * 1e6).astype("datetime64[us]")
        exact = np.datetime_as_string(moments, unit="us").tolist()
        exact = [text.removesuffix("000").removesuffix(".000") for text in exact]
        texts = [f"{text}Z" for text in exact]
    return [None if gone else text for text, gone in zip(texts, missing.tolist(), strict=True)]


@functools.cache
def _clock() -> np.ndarray:
    """Every second of a day as HH:MM:SS."""
    return np.array(
        [f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(DAY)], dtype=object
    )


def _unwritable(name: str, where: str, found: str) -> KeynodesError:
    return KeynodesError(
        f"{where}: the column {shortened(name)} holds a {found}; network files hold numbers, "
        "booleans and text: write it as text first"
    )
