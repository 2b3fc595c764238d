"""`keynodes explain`: why is this account on the list?"""

from dataclasses import asdict
from typing import Annotated

import typer

from keynodes.cli.options import Output, shares_options
from keynodes.cli.reading import Reading
from keynodes.cli.scoring import Scoring


@shares_options
def command(
    reading: Reading,
    output: Output,
    *,
    account: Annotated[
        str, typer.Argument(metavar="ACCOUNT", help="The account.", show_default=False)
    ],
    by: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME[:k=v]", help="Measures; by default degrees and the consensus."),
    ] = None,
    arcs: Annotated[
        int, typer.Option(min=0, help="How many of its strongest arcs to show each way.")
    ] = 10,
    scoring: Scoring,
) -> None:
    """Show the numbers behind one account: scores, ranks, sensitivity, strongest arcs."""
    from keynodes.cli.delivery import deliver
    from keynodes.cli.talking import talk
    from keynodes.explanation import explain

    form = output.chosen_format()
    given = scoring.lists(reading.spreadsheet_safe)
    with talk(output.quiet) as progress:
        interactions, graph, about = reading.read(progress, output.quiet)
        scoring.check(graph, given)
        explanation = explain(
            graph, account, by=by, arcs=arcs, progress=progress, **scoring.replicates(), **given
        )
    deliver(
        explanation.to_frame(),
        reading,
        output,
        form,
        command="explain",
        options={"account": account, "by": by, "arcs": arcs, **asdict(scoring)},
        interactions=interactions,
        graph=graph,
        notices=[*about, *explanation.notices],
        # Of an arc, the account at its other end.
        accounts=[
            str(row["name"]) if "weight" in row else explanation.account for row in explanation.rows
        ],
    )
