"""`keynodes rank`: a file of who interacted with whom in, a ranked list out."""

from typing import Annotated

import typer

from keynodes.cli.options import Output, Reading, shares_options


@shares_options
def command(
    reading: Reading,
    output: Output,
    by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[:k=v]",
            help="A measure (see 'keynodes measures'); several make a consensus; none, the "
            "default consensus.",
        ),
    ] = None,
    top: Annotated[int, typer.Option(min=0, help="How many accounts to list; 0 for all.")] = 20,
    intervals: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="B",
            help="Replicates with data missing, for rank_low, rank_high and top_share; 100 is a "
            "good number.",
        ),
    ] = 0,
    missing: Annotated[
        float, typer.Option(metavar="Q", help="The share that is missing in a replicate.")
    ] = 0.1,
    missing_what: Annotated[
        str, typer.Option(metavar="records|accounts", help="What is missing.")
    ] = "records",
    seeds: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Known key accounts, for measures that use them."),
    ] = None,
    protect: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Accounts to mark as protected: never for removal."),
    ] = None,
    allow_unknown: Annotated[
        bool,
        typer.Option("--allow-unknown", help="Go on when the graph lacks protected accounts."),
    ] = False,
    labels: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="account,label: the community of each account."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of everything random.")] = 0,
) -> None:
    """Rank accounts by one measure or by the consensus of several.

    A high rank is a reason to look at an account, never a reason by itself to remove it.
    """
    from keynodes.cli.delivery import deliver
    from keynodes.cli.talking import say, talk
    from keynodes.lists import match, read_accounts, read_labels
    from keynodes.ranking import rank

    form = output.chosen_format()
    safe = reading.spreadsheet_safe
    protected = None if protect is None else read_accounts(protect, spreadsheet_safe=safe)
    known = None if seeds is None else read_accounts(seeds, spreadsheet_safe=safe)
    communities = None if labels is None else read_labels(labels, spreadsheet_safe=safe)
    with talk(output.quiet) as progress:
        with progress.about("reading"):
            interactions = reading.interactions()
        say(interactions.report.notices, output.quiet)
        with progress.about("building the graph"):
            graph, about = reading.graph(interactions)
        if protected is not None and not allow_unknown:
            match(graph, protected, "protected account").require("--allow-unknown")
        ranking = rank(
            graph,
            by,
            top=top,
            intervals=intervals,
            missing=missing,
            missing_what=missing_what,
            seeds=known,
            labels=communities,
            protected=protected,
            rng=seed,
            progress=progress,
        )
    notices = [*about, *ranking.notices]
    if top and graph.n > top:
        notices.append(f"the first {top:,} of {graph.n:,} accounts; --top 0 lists all")
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
            "intervals": intervals,
            "missing": missing,
            "missing_what": missing_what,
            "seed": seed,
            "seeds": seeds,
            "protect": protect,
            "labels": labels,
            "allow_unknown": allow_unknown,
        },
        interactions=interactions,
        graph=graph,
        notices=notices,
    )
