"""`keynodes curve`: what anybody's order of removal would leave, step by step."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from keynodes.cli.options import Output, shares_options
from keynodes.cli.reading import Reading
from keynodes.cli.returning import Returning
from keynodes.cli.spreading import Cut, Seed, Seeds, Spreading, against_reach, check_cut, known_of
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
    seeds: Seeds = None,
    cut: Cut = "accounts",
    spreading: Spreading,
    returning: Returning,
    seed: Seed = 0,
) -> None:
    """Score an order of removal, whoever made it: what is left after each step.

    A place in a plan is a reason to look at an account, never a reason by itself to remove it.
    """
    from keynodes.blocking import score_reach_plan
    from keynodes.cli.delivery import deliver
    from keynodes.cli.returning import followed
    from keynodes.cli.talking import talk
    from keynodes.dismantling import score_plan
    from keynodes.errors import UsageError
    from keynodes.lists import read_accounts, read_costs, read_plan

    form = output.chosen_format()
    reach = against_reach(objective)
    if reach:
        spreading.check()
        cut = check_cut(cut)
        returning.check()
        if costs is not None and returning.preset is not None:
            raise UsageError("--costs says nothing beside --return")
    safe = reading.spreadsheet_safe
    speakers = None if seeds is None else read_accounts(seeds, spreadsheet_safe=safe)
    coming_back = returning.asked(safe)
    accounts = read_plan(plan, spreadsheet_safe=reading.spreadsheet_safe)
    prices = None if costs is None else read_costs(costs, spreadsheet_safe=reading.spreadsheet_safe)
    kept: list[str] = []
    if protect is not None:
        kept = read_accounts(protect, spreadsheet_safe=reading.spreadsheet_safe)
    with talk(output.quiet) as progress:
        combine = spreading.combine if reach else "sum"
        interactions, graph, notices = reading.read(progress, output.quiet, combine)
        accounts = known_of(graph, accounts, "planned account", allow_unknown, notices)
        kept = known_of(graph, kept, "protected account", allow_unknown, notices)
        if reach:
            terms, said = spreading.terms(interactions, speakers)
            notices += said
            how: dict[str, Any] = {"seeds": speakers, "worlds": spreading.worlds, "rng": seed}
            judged = score_reach_plan(
                graph,
                accounts,
                **how,
                **terms,
                costs=prices,
                protect=kept,
                cut=cut,
                progress=progress,
            )
            frame, about = judged.to_frame(), [*judged.notices, *judged.summary()]
            if returning.preset is not None:
                moving = progress.on("following returns")
                after, later = followed(graph, accounts, coming_back, terms, moving, **how)
                frame, about = after.to_frame(), [*about, *later]
        else:
            scored = score_plan(graph, accounts, objective=objective, costs=prices, protect=kept)
            frame, about = scored.to_frame(), [*scored.notices, *scored.summary()]
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
            **(
                {"seeds": seeds, "cut": cut, "seed": seed} | asdict(spreading) | asdict(returning)
                if reach
                else {}
            ),
        },
        interactions=interactions,
        graph=graph,
        notices=dict.fromkeys([*notices, *about]),
    )
