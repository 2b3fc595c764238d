"""`keynodes compare`: which of several plans leaves less reach, now or while accounts return?"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keynodes.cli.options import Output, shares_options
from keynodes.cli.reading import Reading
from keynodes.cli.returning import PANEL, Returning
from keynodes.cli.spreading import Cut, Seed, Seeds, Spreading, check_cut, known_of, without_limits

if TYPE_CHECKING:
    pass


@shares_options
def command(
    reading: Reading,
    output: Output,
    *,
    plan: Annotated[
        list[str],
        typer.Option(
            metavar="FILE",
            help="Accounts in the order of removal, as 'keynodes takedown -o' writes them or one "
            "a line; give it once for each plan.",
        ),
    ],
    seeds: Seeds = None,
    protect: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Accounts that are never removed: a plan that names one of them is refused.",
        ),
    ] = None,
    allow_unknown: Annotated[
        bool, typer.Option("--allow-unknown", help="Pass over accounts that the graph lacks.")
    ] = False,
    cut: Cut = "accounts",
    spreading: Spreading,
    returning: Returning,
    box: Annotated[
        list[str] | None,
        typer.Option(
            "--range",
            metavar="NAME=LOW:HIGH",
            help="With --return: the worst case of each plan while return-probability, "
            "return-delay, regained, regained-decay or speed-up lies in this range; give it once "
            "for each.",
            rich_help_panel=PANEL,
        ),
    ] = None,
    seed: Seed = 0,
) -> None:
    """Compare plans of removal by what they leave of reach, all in the same worlds.

    A place in a plan is a reason to look at an account, never a reason by itself to remove it.
    """
    from keynodes.blocking import compare_plans
    from keynodes.cli.delivery import deliver
    from keynodes.cli.talking import talk
    from keynodes.dismantling.scoring import planned_order
    from keynodes.errors import UsageError
    from keynodes.lists import read_accounts, read_plan
    from keynodes.returns import rank_by_area

    form = output.chosen_format()
    spreading.check()
    cut = check_cut(cut)
    returning.check()
    ranges = _ranges(box or [])
    if len(set(plan)) < len(plan):
        raise UsageError("a plan is named twice; name each --plan once")
    if len(plan) < 2:
        raise UsageError("a comparison takes at least two --plan")
    safe = reading.spreadsheet_safe
    speakers = None if seeds is None else read_accounts(seeds, spreadsheet_safe=safe)
    plans = {path: read_plan(path, spreadsheet_safe=safe) for path in plan}
    kept = [] if protect is None else read_accounts(protect, spreadsheet_safe=safe)
    coming_back = returning.asked(safe)
    with talk(output.quiet) as progress:
        interactions, graph, notices = reading.read(progress, output.quiet, spreading.combine)
        plans = {
            path: known_of(graph, accounts, "planned account", allow_unknown, notices)
            for path, accounts in plans.items()
        }
        kept = known_of(graph, kept, "protected account", allow_unknown, notices)
        for accounts in plans.values():
            planned_order(graph, accounts, kept)
        terms, said = spreading.terms(interactions, speakers)
        how: dict[str, Any] = {"seeds": speakers, "worlds": spreading.worlds, "rng": seed}
        how["protect"] = kept
        if returning.preset is None:
            found = compare_plans(graph, plans, **how, **terms, cut=cut, progress=progress)
            notices += [*said, *next(iter(found.plans.values())).notices, *found.summary()]
            frame = found.to_frame()
        else:
            how |= coming_back | without_limits(graph, terms, seeded=speakers is not None, rng=seed)
            ranked = rank_by_area(graph, plans, box=ranges or None, **how, progress=progress)
            notices += [*said, *ranked.notices, *ranked.summary()]
            frame = ranked.to_frame()
    deliver(
        frame,
        reading,
        output,
        form,
        command="compare",
        options={
            "plan": plan,
            "seeds": seeds,
            "protect": protect,
            "allow_unknown": allow_unknown,
            "cut": cut,
            **asdict(spreading),
            **asdict(returning),
            "box": box,
            "seed": seed,
        },
        interactions=interactions,
        graph=graph,
        notices=notices,
    )


def _ranges(texts: list[str]) -> dict[str, tuple[float | str, float | str]]:
    """Read ranges such as ``regained=0.1:0.5``, by what `rank_by_area` calls them."""
    from keynodes.errors import UsageError
    from keynodes.escaping import shortened
    from keynodes.registry import pick

    names = {
        "return_probability": "return_probability",
        "return_delay": "delay",
        "regained": "regained",
        "regained_decay": "decay",
        "speed_up": "speed_up",
    }
    ranges: dict[str, tuple[float | str, float | str]] = {}
    for text in texts:
        name, equals, ends = text.partition("=")
        low, colon, high = ends.partition(":")
        key = pick(names, name, "assumption on return")
        if not equals or not colon:
            raise UsageError(
                f"--range is NAME=LOW:HIGH, such as regained=0.1:0.5; got {shortened(text, 60)!r}"
            )
        if key in ranges:
            raise UsageError(f"--range of {name} is given twice")
        try:
            ranges[key] = (low, high) if key == "delay" else (float(low), float(high))
        except ValueError:
            raise UsageError(f"--range {shortened(text, 60)!r}: its ends must be numbers") from None
    return ranges
