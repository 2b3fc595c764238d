"""`keynodes measures`: the table of what can be measured."""

from typing import Annotated

import typer

from keynodes.cli.options import PlainOutput, shares_options


@shares_options
def command(
    output: PlainOutput,
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="Explain one measure in full.", show_default=False),
    ] = None,
) -> None:
    """List the measures: what each means, what it looks at, which end is key."""
    from inspect import getdoc

    from keynodes.errors import UsageError
    from keynodes.interop.tables import write_table
    from keynodes.measures import MEASURES, capabilities
    from keynodes.registry import pick

    form = output.chosen_format()
    if name is not None:
        if output.output is not None or output.form is not None:
            raise UsageError(
                "one measure is explained in words: -o and --format are for the table of all"
            )
        typer.echo(getdoc(pick(MEASURES, name, "measure").function))
        return
    table = capabilities()
    if form == "table":
        # A person reads the meaning; costs and references are in the full table.
        table = table[["measure", "question", "key", "direction", "weights", "labels", "meaning"]]
    # Sentences are not cut as names are.
    write_table(table, output.output, form, longest=120)
