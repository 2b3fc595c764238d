"""`keynodes validate`: what would be read, or everything that is wrong with it."""

from typing import Annotated

import typer

from keynodes.cli.options import PlainOutput, shares_options
from keynodes.cli.reading import Reading


@shares_options
def command(
    reading: Reading,
    output: PlainOutput,
    *,
    save_mapping: Annotated[
        str | None,
        typer.Option(
            "--save-mapping",
            metavar="FILE.toml",
            help="Write which columns were read as what, for --reader FILE.toml.",
        ),
    ] = None,
) -> None:
    """Say what would be read, with counts, or line by line what is wrong; no graph is built.

    The exit code is 1 if anything is wrong.
    """
    from keynodes.cli.talking import say, talk
    from keynodes.errors import UsageError
    from keynodes.interop.tables import write_table
    from keynodes.readers.mapping import is_mapping
    from keynodes.readers.validation import validate
    from keynodes.writing import check_writable, is_same_file

    form = output.chosen_format()
    if reading.min_weight is not None:
        raise UsageError("--min-weight says nothing to validate: there are no arcs yet")
    if save_mapping is not None:
        if not is_mapping(save_mapping):
            raise UsageError(
                f"a mapping is written to a file that ends in .toml, got {save_mapping}"
            )
        for other in (*reading.beside(), output.output):
            if other is not None and is_same_file(save_mapping, other):
                raise UsageError(f"{save_mapping} is read or written already; name another file")
        check_writable(save_mapping)
    with talk(output.quiet) as progress, progress.about("reading"):
        source = reading.files if len(reading.files) > 1 else reading.files[0]
        found = validate(source, **reading.arguments())
    if form == "table" and output.output is None:
        typer.echo("\n".join(found.sentences()))
    else:
        # Sentences are not cut as names are.
        write_table(
            found.to_frame(),
            output.output,
            form,
            spreadsheet_safe=reading.spreadsheet_safe,
            longest=400,
        )
    if found.problems:
        if save_mapping is not None:
            # A mapping is what the next command trusts: none is made of what is wrong.
            say([f"not saved: {save_mapping}, for something is wrong"], output.quiet)
        raise SystemExit(1)
    if save_mapping is not None:
        found.save_mapping(save_mapping)
        say([f"mapping saved to {save_mapping}"], output.quiet)
