"""`keynodes reach`: who hears what the seeds say?"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keynodes.cli.options import Output, shares_options
from keynodes.cli.reading import Reading
from keynodes.cli.spreading import Cut, Seed, Seeds, Spreading, check_cut

if TYPE_CHECKING:
    from keynodes.cascades.vitality import Vitality


@shares_options
def command(
    reading: Reading,
    output: Output,
    *,
    seeds: Seeds = None,
    plan: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Accounts that are removed before: a list, or what 'keynodes takedown -o' wrote.",
        ),
    ] = None,
    protect: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Accounts to mark as protected: never for removal. A --plan that names one of "
            "them is refused.",
        ),
    ] = None,
    allow_unknown: Annotated[
        bool, typer.Option("--allow-unknown", help="Pass over accounts that the graph lacks.")
    ] = False,
    vitality: Annotated[
        bool,
        typer.Option(
            "--vitality",
            help="Instead: by how much reach would drop if each account alone were gone.",
        ),
    ] = False,
    cut: Cut = "accounts",
    top: Annotated[int, typer.Option(min=0, help="How many accounts to list; 0 for all.")] = 20,
    spreading: Spreading,
    seed: Seed = 0,
) -> None:
    """Estimate how many accounts hear what the seeds say, and who does.

    Reach is an expectation under a model of how content is passed on, not a count of people. To be
    reached is no reason to look at an account; to carry much of it is one, and no more than that.
    """
    from keynodes.cascades.reaching import reach
    from keynodes.cascades.vitality import reach_vitality
    from keynodes.cli.delivery import deliver
    from keynodes.cli.spreading import known_of, marked
    from keynodes.cli.talking import talk
    from keynodes.dismantling.scoring import planned_order
    from keynodes.lists import read_accounts, read_plan

    form = output.chosen_format()
    spreading.check()
    cut = check_cut(cut)
    safe = reading.spreadsheet_safe
    speakers = None if seeds is None else read_accounts(seeds, spreadsheet_safe=safe)
    removed = [] if plan is None else read_plan(plan, spreadsheet_safe=safe)
    kept = [] if protect is None else read_accounts(protect, spreadsheet_safe=safe)
    with talk(output.quiet) as progress:
        interactions, graph, notices = reading.read(progress, output.quiet, spreading.combine)
        removed = known_of(graph, removed, "planned account", allow_unknown, notices)
        kept = known_of(graph, kept, "protected account", allow_unknown, notices)
        planned_order(graph, removed, kept)
        terms, said = spreading.terms(interactions, speakers)
        how: dict[str, Any] = {**terms, "worlds": spreading.worlds, "rng": seed}
        if vitality:
            alone = reach_vitality(
                graph, speakers, **how, muting=cut == "reposts", progress=progress
            )
            found, about = alone.to_frame(), [*alone.notices, *_about(alone)]
        else:
            heard = reach(graph, speakers, **how, removed=removed, progress=progress)
            found, about = heard.to_frame(), [*heard.notices, *heard.summary()]
    notices += [*said, *about]
    if top and len(found) > top:
        what = "that carry any of it" if vitality else "that are reached in any world"
        notices.append(f"the first {top:,} of {len(found):,} accounts {what}; --top 0 lists all")
        found = found.head(top)
    deliver(
        marked(graph, found, {"seeds": speakers if vitality else None, "protect": kept}),
        reading,
        output,
        form,
        command="reach",
        options={
            "seeds": seeds,
            "plan": plan,
            "protect": protect,
            "allow_unknown": allow_unknown,
            "vitality": vitality,
            "cut": cut,
            "top": top,
            **asdict(spreading),
            "seed": seed,
        },
        interactions=interactions,
        graph=graph,
        notices=notices,
    )


def _about(alone: "Vitality") -> list[str]:
    """Say what the drops are of."""
    done = "muted" if alone.muting else "removed"
    return [
        f"reach: {alone.reached:,.1f} at the start; each drop is that of one account {done} alone",
        f"model: {alone.scenario.sentence}",
        f"{alone.worlds:,} worlds; {alone.seconds:.1f} s; seed {alone.scenario.rng}; intervals are "
        "for chance in the worlds, not for the model",
    ]
