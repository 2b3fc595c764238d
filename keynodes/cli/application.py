"""The commands, put together.

Nothing heavy is imported here: `keynodes --help` must answer at once.
"""

import typer

from keynodes import __version__
from keynodes.cli import (
    communities,
    compare,
    curve,
    explain,
    export,
    hubs,
    info,
    keyplayers,
    measures,
    rank,
    reach,
    readers,
    synth,
    takedown,
    validate,
)

app = typer.Typer(
    name="keynodes",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help=(
        "Find the key accounts in a network of who interacted with whom. "
        "A high rank is a reason to look at an account, never a reason by itself to remove it."
    ),
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"keynodes {__version__}")
        raise typer.Exit


@app.callback()
def _keynodes(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version."
    ),
) -> None:
    pass


for module in (
    rank,
    communities,
    hubs,
    reach,
    takedown,
    curve,
    compare,
    keyplayers,
    explain,
    export,
    info,
    validate,
    readers,
    measures,
    synth,
):
    app.command(module.__name__.rpartition(".")[2])(module.command)
