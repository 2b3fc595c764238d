"""Which column holds what: the names people use, and what to do when that is not clear."""

from collections.abc import Mapping, Sequence

from keynodes.errors import ReadingError, UnknownName, UsageError
from keynodes.registry import suggestion

ROLES = ("source", "target", "relation", "time", "weight", "evidence")
"""What a column can be."""

NAMES: dict[str, tuple[tuple[str, ...], ...]] = {
    "source": (("source", "from", "src", "user_1", "Vertex 1", "actor"),),
    "target": (("target", "to", "dst", "user_2", "Vertex 2", "object"),),
    "relation": (("relation", "relationship", "type", "edge_type", "kind"),),
    "time": (("time", "timestamp", "created_at", "date", "datetime"),),
    "weight": (("weight", "count"),),
    "evidence": (
        ("evidence", "evidence_id", "message_id", "tweet_id", "post_id", "status_id"),
        # Many tables number their rows in a column of this name: it gives way to the others.
        ("id",),
    ),
}
"""The names recognised for each role, in any case; spaces, underscores and hyphens are alike.

Names of the first group win over those of the next; two columns of one group are ambiguous.
"""


def plain(name: str) -> str:
    """Return a column name without case, spaces, underscores and hyphens.

    Examples
    --------
    >>> plain("Vertex 1"), plain("created_at"), plain("Edge-Type")
    ('vertex1', 'createdat', 'edgetype')
    """
    return "".join(c for c in name.casefold() if c not in " _-\t\ufeff")


_GROUPS = {
    role: tuple(frozenset(plain(name) for name in group) for group in groups)
    for role, groups in NAMES.items()
}
_RECOGNISED = frozenset().union(*(group for groups in _GROUPS.values() for group in groups))


def recognised(name: str) -> bool:
    """Whether a column of this name would be understood without options."""
    return plain(name) in _RECOGNISED


def checked_request(columns: Mapping[str, str] | None) -> dict[str, str]:
    """Return the columns that the user named, by role; roles set to None are left out."""
    asked = {}
    for role, name in (columns or {}).items():
        if role not in ROLES:
            raise UsageError(f"there is no column role {role!r}; {suggestion(str(role), ROLES)}")
        if name is not None:
            asked[role] = str(name)
    return asked


def choose(
    names: Sequence[str],
    asked: Mapping[str, str],
    where: str,
    *,
    header: bool = True,
    only: bool = False,
) -> dict[str, int]:
    """Return the position of the column of each role.

    Parameters
    ----------
    names : sequence of str
        The columns of the input; their numbers "1", "2"… where it has no header.
    asked : mapping of str to str
        The columns that the user named, by role.
    where : str
        What to call the input in an error.
    header : bool
        Whether `names` come from the input itself.
    only : bool
        Whether to leave it at the columns that the user named.
    """
    chosen = {role: _named(names, name, role, where, only) for role, name in asked.items()}
    for role, groups in _GROUPS.items():
        if role in chosen or only:
            continue
        taken = set(chosen.values())
        for group in groups:
            found = [i for i, n in enumerate(names) if plain(n) in group and i not in taken]
            if len(found) > 1:
                listed = " and ".join(repr(names[i]) for i in found)
                raise ReadingError(
                    f"{where}: columns {listed} could each be the {role}; say which with "
                    f"--{role} COLUMN (columns={{'{role}': …}} in Python)"
                )
            if found:
                chosen[role] = found[0]
                break
    missing = [role for role in ("source", "target") if role not in chosen]
    if missing:
        options = " and ".join(f"--{role} COLUMN" for role in missing)
        no_header = "; if the file has no header, --no-header" if header else ""
        raise ReadingError(
            f"{where}: no column is recognised as {' or '.join(missing)} among {listing(names)}; "
            f"say which with {options}{no_header}"
        )
    if chosen["source"] == chosen["target"]:
        raise UsageError(f"{where}: source and target are the same column")
    return chosen


def listing(names: Sequence[str], most: int = 20) -> str:
    """Quote the first names of a table."""
    shown = ", ".join(repr(name[:40]) for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def _named(names: Sequence[str], name: str, role: str, where: str, only: bool) -> int:
    exact = [i for i, n in enumerate(names) if n == name]
    found = exact or [i for i, n in enumerate(names) if plain(n) == plain(name)]
    if not found:
        hint = suggestion(name, names)
        if only:  # from a mapping, whose author saw another file
            hint = f"there are {listing(names)}"
        raise UnknownName(f"{where}: there is no column {name!r} (asked for as {role}); {hint}")
    if len(found) > 1:
        raise ReadingError(f"{where}: {len(found)} columns are called {name!r}; rename one")
    return found[0]
