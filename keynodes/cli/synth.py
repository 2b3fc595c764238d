"""`keynodes synth`: a made-up network with a planted answer."""

from typing import Annotated

import typer

from keynodes.cli.options import shares_options


@shares_options
def command(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="two-cells, gateways, recruiting or census."),
    ],
    directory: Annotated[
        str, typer.Option("--output", "-o", metavar="DIR", help="The folder to write into.")
    ],
    accounts: Annotated[
        int | None, typer.Option(min=1, help="How many accounts, where the graph can be sized.")
    ] = None,
    records: Annotated[
        int | None, typer.Option(min=1, help="How many records, where the graph can be sized.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of everything random.")] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Do not say what was made.")] = False,
) -> None:
    """Make a synthetic network: records, planted truth, seeds and protected accounts."""
    import os

    from keynodes.cli.talking import say, talk
    from keynodes.synthetic import make, write
    from keynodes.writing import check_folder

    check_folder(directory)
    before = set(os.listdir(directory)) if os.path.isdir(directory) else set()
    with talk(quiet) as progress, progress.about(f"making {name}"):
        planted = make(name, accounts=accounts, records=records, rng=seed)
        paths = write(planted, directory)
    said = [f"{'replaced' if path.name in before else 'wrote'} {path}" for path in paths]
    say([planted.note, *said], quiet)
