"""`keynodes explain`: why is this account on the list?"""

from typing import Annotated

import typer

from keynodes.cli.options import Output, Reading, shares_options


@shares_options
def command(
    reading: Reading,
    output: Output,
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
    intervals: Annotated[
        int, typer.Option(min=0, metavar="B", help="Replicates with data missing.")
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
    """Show the numbers behind one account: scores, ranks, sensitivity, strongest arcs."""
    from keynodes.cli.delivery import deliver
    from keynodes.cli.talking import say, talk
    from keynodes.explanation import explain
    from keynodes.lists import match, read_accounts, read_labels

    form = output.chosen_format()
    safe = reading.spreadsheet_safe
    communities = None if labels is None else read_labels(labels, spreadsheet_safe=safe)
    known = None if seeds is None else read_accounts(seeds, spreadsheet_safe=safe)
    protected = None if protect is None else read_accounts(protect, spreadsheet_safe=safe)
    with talk(output.quiet) as progress:
        with progress.about("reading"):
            interactions = reading.interactions()
        say(interactions.report.notices, output.quiet)
        with progress.about("building the graph"):
            graph, about = reading.graph(interactions)
        if protected is not None and not allow_unknown:
            match(graph, protected, "protected account").require("--allow-unknown")
        explanation = explain(
            graph,
            account,
            by=by,
            arcs=arcs,
            intervals=intervals,
            missing=missing,
            missing_what=missing_what,
            seeds=known,
            labels=communities,
            protected=protected,
            rng=seed,
            progress=progress,
        )
    deliver(
        explanation.to_frame(),
        reading,
        output,
        form,
        command="explain",
        options={
            "account": account,
            "by": by,
            "arcs": arcs,
            "intervals": intervals,
            "missing": missing,
            "missing_what": missing_what,
            "seeds": seeds,
            "protect": protect,
            "allow_unknown": allow_unknown,
            "labels": labels,
            "seed": seed,
        },
        interactions=interactions,
        graph=graph,
        notices=[*about, *explanation.notices],
    )
