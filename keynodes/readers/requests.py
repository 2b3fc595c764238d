"""What the caller asked for, and what a reader gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from keynodes.readers.loading import Shape


@dataclass(frozen=True)
class Request:
    """The options of `read_interactions` that readers of files need."""

    columns: Mapping[str, str] = field(default_factory=dict)
    delimiter: str | None = None
    header: bool | None = None
    encoding: str | None = None
    progress: Callable[[int, int], None] | None = None


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
