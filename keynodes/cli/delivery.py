"""What every command does at its end: the table out, the manifest beside it, the notices said."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from keynodes.cli.options import LISTS, Output, Reading
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
) -> None:
    """Write the table where `output` says; with ``-o`` also its manifest."""
    from keynodes.interop.manifest import write_manifest
    from keynodes.interop.tables import write_table
    from keynodes.writing import is_stream

    notices = list(notices)
    streamed = output.output is not None and is_stream(output.output)
    if streamed:
        notices.append(f"{output.output} is no plain file: there is no manifest")
    say(notices, output.quiet)
    write_table(frame, output.output, form, spreadsheet_safe=reading.spreadsheet_safe, title=title)
    if output.output is not None and not streamed:
        lists = [path for name in LISTS if (path := options.get(name))]
        files = [*interactions.report.inputs, *([reading.accounts] if reading.accounts else [])]
        write_manifest(
            output.output,
            command=command,
            inputs=[*files, *lists],
            options={**asdict(reading), **options, "format": form},
            report=interactions.report,
            graph=graph,
            notices=[*interactions.report.notices, *notices],
        )
