"""What every command does at its end: the table out, the manifest beside it, the notices said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from keynodes.cli.options import Output, listed
from keynodes.cli.reading import Reading
from keynodes.cli.talking import say

if TYPE_CHECKING:
    import pandas

    from keynodes.graph import InteractionGraph
    from keynodes.interactions import Interactions

ACCOUNT = "account"

SHOWN_UNASKED = ("handle",)
"""Facts that a drawn table shows even if nobody gave them; files and pipes have all."""

_KEPT = (ACCOUNT, "step")
"""What lists are read by: a table that is read as one must have no other column of that name."""


def deliver(
    frame: "pandas.DataFrame",
    reading: Reading,
    output: Output,
    form: str,
    *,
    command: str,
    options: Mapping[str, Any],
    interactions: "Interactions",
    graph: "InteractionGraph",
    notices: Iterable[str],
    title: str = "",
    beside: "Mapping[str, pandas.DataFrame] | None" = None,
    accounts: Sequence[str] | None = None,
) -> None:
    """Write the table where `output` says, with ``-o`` also its manifest.

    Tables `beside` it, each to its own file in the format of its ending, are written first: where
    the table itself is, they are whole too. What is known of accounts is put beside them in every
    table with a column ``account``; `accounts` names that of each row where it has none.
    """
    from keynodes.interop.manifest import write_manifest
    from keynodes.interop.tables import format_for, write_table
    from keynodes.writing import is_stream

    notices = list(notices)
    tables = [
        *((path, extra, format_for(path, None), None) for path, extra in (beside or {}).items()),
        (output.output, frame, form, accounts),
    ]
    tables = [
        (path, with_facts(content, interactions, its_form, notices, of), its_form, None)
        for path, content, its_form, of in tables
    ]
    notices += [
        f"{path} is no plain file: there is no manifest"
        for path, *_ in tables
        if path is not None and is_stream(path)
    ]
    say(notices, output.quiet)
    # Before anything is written: a file of that name may be made here.
    inputs = [*interactions.report.inputs, *reading.beside(), *listed(options)]
    for path, content, its_form, _ in tables:
        if reading.spreadsheet_safe:
            content = content.rename(columns=_defused)
        write_table(content, path, its_form, spreadsheet_safe=reading.spreadsheet_safe, title=title)
        if path is not None and not is_stream(path):
            write_manifest(
                path,
                command=command,
                inputs=inputs,
                options={**asdict(reading), **options, "format": its_form},
                report=interactions.report,
                graph=graph,
                notices=[*interactions.report.notices, *notices],
            )


def with_facts(
    frame: "pandas.DataFrame",
    interactions: "Interactions",
    form: str,
    notices: list[str],
    accounts: Sequence[str] | None = None,
) -> "pandas.DataFrame":
    """Put what is known of accounts beside them, after the table's own columns.

    A name that the table has already gets ``account_`` before it. A drawn table shows what the user
    gave, and `SHOWN_UNASKED`.
    """
    import pandas

    facts = interactions.attributes
    if facts is None or (accounts is None and ACCOUNT not in frame.columns):
        return frame
    given = set(interactions.given_attributes)
    shown = [
        str(name)
        for name in facts.columns
        if form != "table" or str(name) in given or name in SHOWN_UNASKED
    ]
    names = _free_names(shown, [str(name) for name in frame.columns])
    renamed = [f"{old!r} stands as {new!r}" for old, new in names.items() if old != new]
    if renamed:
        notices.append(f"facts about accounts: {', '.join(renamed)}, for the name is taken")
        notices[:] = dict.fromkeys(notices)
    wanted = list(frame[ACCOUNT]) if accounts is None else list(accounts)
    places = facts.index.get_indexer(pandas.Index(wanted, dtype=object))
    columns = {name: frame[name] for name in frame.columns}
    for place, name in enumerate(map(str, facts.columns)):
        if name not in names:
            continue
        values = facts.iloc[:, place].tolist()
        gaps = facts.iloc[:, place].isna().tolist()
        found = [None if at < 0 or gaps[at] or _blank(values[at]) else values[at] for at in places]
        columns[names[name]] = pandas.Series(found, index=frame.index, dtype=_kind(facts, place))
    return pandas.DataFrame(columns, index=frame.index)


def _blank(value: Any) -> bool:
    return isinstance(value, str) and not value


def _defused(name: str) -> str:
    """A name of a column that a spreadsheet would run, as cells are written by `write_table`."""
    from keynodes.interop.tables import FORMULA_STARTS

    return f"'{name}" if name.startswith(FORMULA_STARTS) else name


def _kind(facts: "pandas.DataFrame", place: int) -> Any:
    """Numbers stay numbers where none is missing for want of a row; else values are as they are."""
    kind = facts.dtypes.iloc[place]
    return kind if kind.kind == "f" else object


def _free_names(names: Iterable[str], own: Iterable[str]) -> dict[str, str]:
    """What each fact is called beside the table's own columns: each name once, in any spelling."""
    from keynodes.escaping import escape
    from keynodes.lists.files import plain
    from keynodes.lists.labels import LABEL

    taken = {plain(name) for name in own} | set(_KEPT)
    if not taken.isdisjoint(LABEL):
        taken |= set(LABEL)  # of two columns of labels nobody could tell which counts
    free = {}
    for name in names:
        # Names of columns come from files too, and are shown.
        new = name if name.isprintable() else escape(name)
        while plain(new) in taken:
            new = f"account_{new}"
        taken.add(plain(new))
        free[name] = new
    return free
