"""`keynodes curve`: what anybody's order of removal would leave, step by step."""

from typing import Annotated

import typer

from keynodes.cli.options import Output, shares_options
from keynodes.cli.reading import Reading
from keynodes.cli.takedown import Costs, Objective


@shares_options
def command(
    reading: Reading,
    output: Output,
    *,
    plan: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            help="Accounts in the order of removal: one a line, or CSV with a column account and, "
            "if lines are in another order, a column step.",
        ),
    ],
    objective: Objective = "largest-component",
    costs: Costs = None,
    protect: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Accounts that are never removed: a plan that names one of them is refused.",
        ),
    ] = None,
    allow_unknown: Annotated[
        bool,
        typer.Option(
            "--allow-unknown", help="Pass over planned and protected accounts the graph lacks."
        ),
    ] = False,
) -> None:
    """Score an order of removal, whoever made it: what is left after each step.

    A place in a plan is a reason to look at an account, never a reason by itself to remove it.
    """
    from keynodes.cli.delivery import deliver
    from keynodes.cli.talking import talk
    from keynodes.dismantling import score_plan
    from keynodes.lists import match, read_accounts, read_costs, read_plan
    from keynodes.objectives import objective_named

    form = output.chosen_format()
    objective_named(objective)
    accounts = read_plan(plan, spreadsheet_safe=reading.spreadsheet_safe)
    prices = None if costs is None else read_costs(costs, spreadsheet_safe=reading.spreadsheet_safe)
    kept: list[str] = []
    if protect is not None:
        kept = read_accounts(protect, spreadsheet_safe=reading.spreadsheet_safe)
    with talk(output.quiet) as progress:
        interactions, graph, notices = reading.read(progress, output.quiet)
        known = []
        for what, listed in (("planned account", accounts), ("protected account", kept)):
            found = match(graph, listed, what)
            if not allow_unknown:
                found.require("--allow-unknown")
            elif found.unknown:
                notices.append(f"{found.sentence}; passed over")
            unknown = set(found.unknown)
            known.append([account for account in listed if account not in unknown])
        scored = score_plan(graph, known[0], objective=objective, costs=prices, protect=known[1])
        frame = scored.to_frame()
    deliver(
        frame,
        reading,
        output,
        form,
        command="curve",
        options={
            "plan": plan,
            "objective": objective,
            "costs": costs,
            "protect": protect,
            "allow_unknown": allow_unknown,
        },
        interactions=interactions,
        graph=graph,
        notices=[*notices, *scored.notices, *scored.summary()],
    )
