"""What the caller asked for, what a reader gives back, and what a reader is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from keynodes.readers.inputs import File
from keynodes.readers.loading import Loader, Shape

if TYPE_CHECKING:
    import pandas

    from keynodes.readers.exports import Export


@dataclass(frozen=True)
class Request:
    """The options of `read_interactions` that readers of files need."""

    columns: Mapping[str, str] = field(default_factory=dict)
    delimiter: str | None = None
    header: bool | None = None
    encoding: str | None = None
    progress: Callable[[int, int], None] | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    """What was said of the reader itself (``--reader NAME:window=60``); see `Reader.parameters`."""
    only: bool = False
    """Whether `columns` names every column to use, so that none is recognised beside them."""


class Table(NamedTuple):
    """How a table was understood: what a mapping must say to read it so again."""

    columns: Mapping[str, str]
    """The column of each role."""
    delimiter: str | None = None
    header: bool | None = None
    encoding: str | None = None
    relation: str | None = None
    """What every record is, where the mapping says so."""


def _nowhere(relation: str) -> int | None:
    return None


@dataclass(frozen=True)
class Part:
    """How one input was read. Its records are in the table by then."""

    shape: Shape
    evidence: bool = False
    comments: int = 0
    notices: tuple[str, ...] = ()
    isolated: tuple[str, ...] = ()
    first_line: Callable[[str], int | None] = _nowhere
    """Finds the first row of a relation, while the input is still open."""
    unmapped: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """What could not be mapped: how often, and the first line, by reason."""
    handles: "pandas.DataFrame | None" = None
    """Names that accounts had: columns ``account, handle, time`` (text as found, or missing)."""
    removals: "pandas.DataFrame | None" = None
    """What was taken down: columns ``account, time, event, evidence``; time as in the records.
    What happened to an account is one word, or begins with ``account``: ``account deleted``."""
    attributes: "pandas.DataFrame | None" = None
    """Facts about accounts that the input has, indexed by account id."""
    table: Table | None = None
    """How its columns were understood, where it is a plain table."""


class Reader(NamedTuple):
    """A format: how to tell it, by content, how to load it, and which way its content flows."""

    detects: Callable[[File], bool]
    load: Callable[[File, Request, Loader], Part]
    words: str
    """What a person calls it."""
    flow: str
    """Who acts on whom in it and which way content goes, in a sentence."""
    platform: str | None = None
    """Whose ids its accounts have, such as ``twitter``; None where nobody can say."""
    parameters: Mapping[str, str] = MappingProxyType({})
    """What can be said of it, ``--reader NAME:parameter=value``: what each parameter means."""
    export: "Export | None" = None
    """The queries that make interactions of its records, where it is declared by them."""
