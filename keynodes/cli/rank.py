"""`keynodes rank`: a file of who interacted with whom in, a ranked list out."""

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
    by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[:k=v]",
            help="A measure (see 'keynodes measures'); several make a consensus; none, the "
            "default consensus.",
        ),
    ] = None,
    top: Annotated[int, typer.Option(min=0, help="How many accounts to list; 0 for all.")] = 20,
    within_communities: Annotated[
        bool,
        typer.Option(
            "--within-communities",
            help="Rank inside each community, and list the first of each.",
        ),
    ] = False,
    scoring: Scoring,
) -> None:
    """Rank accounts by one measure or by the consensus of several.

    A high rank is a reason to look at an account, never a reason by itself to remove it.
    """
    from keynodes.cli.delivery import deliver
    from keynodes.cli.talking import talk
    from keynodes.ranking import rank

    form = output.chosen_format()
    given = scoring.lists(reading.spreadsheet_safe)
    with talk(output.quiet) as progress:
        interactions, graph, about = reading.read(progress, output.quiet)
        scoring.check(graph, given)
        ranking = rank(
            graph,
            by,
            top=top,
            within_communities=within_communities,
            progress=progress,
            **scoring.replicates(),
            **given,
        )
    notices = [*about, *ranking.notices]
    if len(ranking.shown) < len(ranking.order):
        each = " of each community," if within_communities else ""
        notices.append(
            f"the first {top:,}{each} of {len(ranking.order):,} accounts; --top 0 lists all"
        )
    deliver(
        ranking.to_frame(),
        reading,
        output,
        form,
        command="rank",
        options={
            "by": list(ranking.by),
            "method": ranking.method,
            "top": top,
            "within_communities": within_communities,
            **asdict(scoring),
        },
        interactions=interactions,
        graph=graph,
        notices=notices,
    )
