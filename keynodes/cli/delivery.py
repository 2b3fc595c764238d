"""What every command does at its end: the table out, the manifest beside it, the notices said."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from keynodes.cli.options import Output, listed
from keynodes.cli.reading import Reading
from keynodes.cli.talking import say

if TYPE_CHECKING:
    import pandas

    from keynodes.graph import InteractionGraph
    from keynodes.interactions import Interactions


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
) -> None:
    """Write the table where `output` says, with ``-o`` also its manifest.

    Tables `beside` it, each to its own file in the format of its ending, are written first: where
    the table itself is, they are whole too.
    """
    from keynodes.interop.manifest import write_manifest
    from keynodes.interop.tables import format_for, write_table
    from keynodes.writing import is_stream

    notices = list(notices)
    tables = [
        *((path, extra, format_for(path, None)) for path, extra in (beside or {}).items()),
        (output.output, frame, form),
    ]
    notices += [
        f"{path} is no plain file: there is no manifest"
        for path, *_ in tables
        if path is not None and is_stream(path)
    ]
    say(notices, output.quiet)
    # Before anything is written: a file of that name may be made here.
    inputs = [
        *interactions.report.inputs,
        *([reading.accounts] if reading.accounts else []),
        *listed(options),
    ]
    for path, content, its_form in tables:
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
