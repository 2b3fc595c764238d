"""The file formats: a row each, in the order in which they are tried."""

from collections.abc import Mapping

from keynodes.errors import UnknownName, UsageError
from keynodes.readers.delimited import load_delimited, looks_delimited
from keynodes.readers.inputs import File
from keynodes.readers.jsonlines import load_json_lines, looks_like_json
from keynodes.readers.networks import plain, xml
from keynodes.readers.parquet import load_parquet, looks_like_parquet
from keynodes.readers.platforms import (
    bluesky,
    coordination,
    mastodon,
    nodexl,
    telegram,
    tweet_tables,
    twitter,
)
from keynodes.readers.requests import Reader
from keynodes.registry import pick, suggestion

_ASKED = "source acts on target; which way content went is asked (FLOW knows the usual relations)"

READERS: dict[str, Reader] = {
    "parquet": Reader(looks_like_parquet, load_parquet, "Parquet", _ASKED),
    **nodexl.READERS,
    **coordination.READERS,
    **twitter.READERS,
    **tweet_tables.READERS,
    **bluesky.READERS,
    **mastodon.READERS,
    **telegram.READERS,
    **xml.READERS,
    **plain.READERS,
    "json-lines": Reader(looks_like_json, load_json_lines, "JSON lines: one object a line", _ASKED),
    "delimited": Reader(
        looks_delimited, load_delimited, "CSV, TSV and other delimited text", _ASKED
    ),
}
"""The file formats, in the order in which they are tried."""

TABLES = ("parquet", "json-lines", "delimited")
"""Those whose columns the user can name: what each of them means is not given by the format."""


TABULAR = frozenset(
    {
        "delimited",
        "snap",
        "konect",
        "twarc-csv",
        "minet",
        "tcat",
        "bluesky-table",
        "coortweet",
        "coordination-csv",
        "coordination-network",
    }
)
"""Formats that are delimited text: a delimiter and a missing header mean something there."""

BINARY = frozenset({"parquet", "nodexl", "coordination-sqlite"})
"""Formats whose text has one encoding."""

BY_COLUMN = (*xml.READERS, *plain.READERS, *TABLES)
"""Those to which the names of columns say something."""


def format_of(file: File, *, by_column: bool = False) -> str:
    """Return the name of the format that a file has, by its content; if asked for, of `BY_COLUMN`.

    The last of the formats takes whatever is left.
    """
    return next(
        name
        for name, reader in READERS.items()
        if (name in BY_COLUMN or not by_column) and reader.detects(file)
    )


def table_of(file: File) -> str:
    """Return which of `TABLES` a file is."""
    return next(name for name in TABLES if READERS[name].detects(file))


def chosen_format(text: str) -> tuple[str, dict[str, str]]:
    """Read ``NAME`` or ``NAME:parameter=value[:parameter=value]``.

    Examples
    --------
    >>> chosen_format("JSON_lines")
    ('json-lines', {})
    """
    spelled, *settings = text.split(":")
    row = pick({name: name for name in READERS}, spelled, "reader")
    known: Mapping[str, str] = READERS[row].parameters
    parameters: dict[str, str] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        name = name.strip()
        if not equals or not value.strip():
            raise UsageError(
                f"a parameter of reader {row!r} is written name=value, got {setting!r}"
            )
        if name not in known:
            has = suggestion(name, known) if known else "it has none"
            raise UnknownName(f"reader {row!r} has no parameter {name!r}; {has}")
        if name in parameters:
            raise UsageError(f"parameter {name!r} of reader {row!r} is said twice")
        parameters[name] = value.strip()
    return row, parameters
