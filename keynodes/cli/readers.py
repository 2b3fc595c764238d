"""`keynodes readers`: which files can be read, and which way a post travels in each."""

from typing import TYPE_CHECKING, Annotated

import typer

from keynodes.cli.options import PlainOutput, shares_options

if TYPE_CHECKING:
    from keynodes.readers.requests import Reader


@shares_options
def command(
    output: PlainOutput,
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="Explain one reader in full.", show_default=False),
    ] = None,
    *,
    query: Annotated[
        bool, typer.Option("--query", help="Also print the SQL queries that the reader NAME is.")
    ] = False,
) -> None:
    """List the file formats: what each is, who acts on whom in it, and where its ids are from."""
    import pandas

    from keynodes.errors import UsageError
    from keynodes.interop.tables import write_table
    from keynodes.readers import READERS
    from keynodes.registry import pick

    form = output.chosen_format()
    if name is not None:
        if output.output is not None or output.form is not None:
            raise UsageError(
                "one reader is explained in words: -o and --format are for the table of all"
            )
        found = pick({one: one for one in READERS}, name, "reader")
        typer.echo("\n".join(_explained(found, READERS[found], query)))
        return
    if query:
        raise UsageError("--query prints the queries of one reader: name it")
    table = pandas.DataFrame(
        {
            "reader": list(READERS),
            "reads": [row.words for row in READERS.values()],
            "content": [row.flow for row in READERS.values()],
            "platform": [row.platform for row in READERS.values()],
            "parameters": [", ".join(row.parameters) or None for row in READERS.values()],
        },
        dtype=object,
    )
    if form == "table":
        # Whole sentences make a drawn table too wide to read; `keynodes readers NAME` has them.
        table = table.drop(columns="content")
    # Sentences are not cut as names are.
    write_table(table, output.output, form, longest=400)


def _explained(name: str, reader: "Reader", query: bool) -> list[str]:
    """One reader in words, and with `query` the queries that it is."""
    from inspect import cleandoc, getdoc

    lines = [f"{name}: {reader.words}", "", f"Which way content goes: {reader.flow}."]
    if reader.platform:
        lines.append(
            f"Account ids are those of {reader.platform}; read together with another platform, "
            f"they become {reader.platform}:id."
        )
    for parameter, meaning in reader.parameters.items():
        lines.append(f"--reader {name}:{parameter}=…  {meaning}")
    export = reader.export
    if export is None:
        words = getdoc(reader.load) or "Read by a program of its own, not by a query."
        return [*lines, "", words]
    lines += export.notices
    if not query:
        return lines
    for what, sql in (
        ("what is kept of each record", export.digest),
        ("interactions", export.interactions),
        ("handles of accounts", export.handles),
        ("removals", export.removals),
    ):
        if sql:
            rows = [line.rstrip() for line in cleandoc("\n" + sql).splitlines()]
            lines += ["", f"-- {what}", *filter(None, rows)]
    return lines
