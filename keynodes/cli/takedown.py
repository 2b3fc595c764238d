"""`keynodes takedown`: which accounts, removed in which order, break the network most?"""

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keynodes.cli.blocking import Blocking
from keynodes.cli.options import Output, shares_options
from keynodes.cli.reading import FILES, Reading, column
from keynodes.cli.returning import Returning
from keynodes.cli.spreading import Spreading, against_reach

if TYPE_CHECKING:
    import pandas

    from keynodes.blocking import ReachTakedown
    from keynodes.cli.talking import Talk
    from keynodes.dismantling import Takedown
    from keynodes.graph import InteractionGraph

Objective = Annotated[
    str,
    typer.Option(
        metavar="largest-component|pairs|core|reach",
        help="What is to be small: the accounts that hang together (either way), the pairs that "
        "do, the accounts that can all reach each other, or those that hear what --seeds say.",
    ),
]
"""What a plan is judged by."""

Costs = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="What removing each account costs: columns account,cost; 1 for those not in it.",
    ),
]
"""What accounts cost."""


@dataclass(frozen=True)
class TakedownReading(Reading):
    """The same, but ``--target`` is a share, and the table of strategies needs no records."""

    files: Annotated[list[str], FILES] = field(default_factory=list)
    target: Annotated[str | None, column("whom they act on", "--target-column")] = None


@dataclass(frozen=True)
class TakedownOutput(Output):
    """The table, and beside a comparison or the impact the plan itself."""

    plan_file: Annotated[
        str | None,
        typer.Option(
            "--best-plan",
            metavar="FILE",
            help="Write the best plan to FILE, beside a comparison, --impact or --return.",
            rich_help_panel="Output",
        ),
    ] = None
    together_file: Annotated[
        str | None,
        typer.Option(
            "--together",
            metavar="FILE",
            help="Write the groups of accounts that work only together to FILE.",
            rich_help_panel="Output",
        ),
    ] = None
    protected_file: Annotated[
        str | None,
        typer.Option(
            "--protected-reach",
            metavar="FILE",
            help="Write how much reach runs through each protected account to FILE.",
            rich_help_panel="Output",
        ),
    ] = None

    def chosen_format(self) -> str:
        """Return the format of the table; all places are checked before any work is done."""
        from keynodes.interop.tables import format_for

        for path in self.extra():
            format_for(path, None)
        return super().chosen_format()

    def extra(self) -> list[str]:
        """Return the files beside the table itself."""
        extra = (self.plan_file, self.together_file, self.protected_file)
        return [path for path in extra if path is not None]

    def written(self) -> list[str]:
        """Return the files that the command will write."""
        beside = [Output(output=path).written() for path in self.extra()]
        return [*super().written(), *(path for paths in beside for path in paths)]


@dataclass(frozen=True)
class Planning:
    """What is to be made small, how, and how far it may go."""

    objective: Objective = "largest-component"
    strategy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[:k=v]",
            help="How accounts are chosen: search unless said, portfolio against reach; see "
            "--strategies. A measure is a "
            "strategy too, and adaptive:MEASURE measures again after each removal. Several are "
            "compared.",
        ),
    ] = None
    budget: Annotated[
        float | None,
        typer.Option(
            metavar="K",
            help="How many accounts are removed: 20 unless said. With --costs what they may cost.",
        ),
    ] = None
    target_share: Annotated[
        str | None,
        typer.Option(
            "--target",
            metavar="SHARE",
            help="Instead: the smallest set that leaves this share, such as 0.1. (The column of "
            "targets is --target-column.)",
        ),
    ] = None
    minimise: Annotated[
        str,
        typer.Option(
            metavar="both|size|area",
            help="With --target: few removals, little left on the way, or both.",
        ),
    ] = "both"
    iterations: Annotated[
        int | None,
        typer.Option(metavar="N", help="Moves of each walk of the search: 40,000 unless said."),
    ] = None
    seconds: Annotated[
        float | None,
        typer.Option(
            metavar="T",
            help="Search for so long instead; another machine may then find another plan.",
        ),
    ] = None
    protect: Annotated[
        str | None, typer.Option(metavar="FILE", help="Accounts that are never removed.")
    ] = None
    allow_unknown: Annotated[
        bool,
        typer.Option("--allow-unknown", help="Go on when the graph lacks protected accounts."),
    ] = False
    must: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Accounts that go first in any case; the budget counts them."
        ),
    ] = None
    costs: Costs = None
    seeds: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Known key accounts, for measures that use them; with the objective reach those "
            "that speak: without them everybody does, in proportion to posts.",
        ),
    ] = None
    intervals: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="B",
            help="Replicates with data missing on which the plan is tried, for cut_low, cut_high, "
            "held and shaky.",
        ),
    ] = 0
    missing: Annotated[
        float, typer.Option(metavar="Q", help="The share that is missing in a replicate.")
    ] = 0.1
    missing_what: Annotated[
        str, typer.Option(metavar="records|accounts", help="What is missing.")
    ] = "records"
    seed: Annotated[int, typer.Option(min=0, help="Of everything random.")] = 0

    def target(self) -> float | None:
        """Return the share to get down to."""
        from keynodes.errors import UsageError

        if self.target_share is None:
            return None
        try:
            return float(self.target_share)
        except ValueError:
            raise UsageError(
                f"--target is a share such as 0.1, got {self.target_share!r}; the column of "
                "targets is --target-column"
            ) from None

    def check(self) -> None:
        """Look all names up before anything is read: reading may take long."""
        from keynodes.dismantling.running import asked_for
        from keynodes.dismantling.terms import check_arguments
        from keynodes.objectives import objective_named
        from keynodes.takedowns import check_strategies

        check_strategies(self.strategy, objective_named(self.objective).name)
        check_arguments(
            [asked_for(text) for text in self.strategy or ["search"]],
            costs=self.costs is not None,
            seeds=None if self.seeds is None else [self.seeds],
            **self._plain(),
        )

    def _plain(self) -> dict[str, Any]:
        """Return what is checked and passed on as it is."""
        names = ("budget", "minimise", "iterations", "seconds", "intervals")
        return {name: getattr(self, name) for name in names} | {
            "target": self.target(),
            "missing": self.missing if self.intervals else None,
            "missing_what": self.missing_what if self.intervals else None,
            "rng": self.seed,
        }

    def asked(self, spreadsheet_safe: bool) -> dict[str, Any]:
        """Read the lists that were named, and return all as arguments of `takedown`."""
        from keynodes.lists import read_accounts, read_costs

        lists: dict[str, Any] = {
            name: read(path, spreadsheet_safe=spreadsheet_safe)
            for name, path, read in (
                ("protect", self.protect, read_accounts),
                ("must", self.must, read_accounts),
                ("seeds", self.seeds, read_accounts),
                ("costs", self.costs, read_costs),
            )
            if path is not None
        }
        return {"objective": self.objective, "strategy": self.strategy} | self._plain() | lists


@shares_options
def command(
    reading: TakedownReading,
    output: TakedownOutput,
    *,
    planning: Planning,
    spreading: Spreading,
    blocking: Blocking,
    returning: Returning,
    impact: Annotated[
        bool,
        typer.Option(
            "--impact",
            help="What the loss of each account alone would cut, beside its place in the plan.",
            rich_help_panel="Tables",
        ),
    ] = False,
    top: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Of --impact: how many of the plan, and how many of the largest losses: 20 "
            "unless said; 0 for all accounts.",
            rich_help_panel="Tables",
        ),
    ] = None,
    strategies: Annotated[
        bool,
        typer.Option(
            "--strategies",
            help="The strategies and what each works towards.",
            rich_help_panel="Tables",
        ),
    ] = False,
    models: Annotated[
        bool,
        typer.Option(
            "--models",
            help="The models of how content is passed on, for the objective reach.",
            rich_help_panel="Tables",
        ),
    ] = False,
    presets: Annotated[
        bool,
        typer.Option(
            "--presets",
            help="The assumptions on accounts that come back, with their sources, for --return.",
            rich_help_panel="Tables",
        ),
    ] = False,
    parameters: Annotated[
        bool,
        typer.Option(
            "--parameters",
            help="What of them can be set: the ranges and defaults, with their sources.",
            rich_help_panel="Tables",
        ),
    ] = False,
) -> None:
    """Find the accounts that, removed together and in this order, break the network most.

    With --objective reach: whose removal cuts most of what is heard from --seeds.

    A place in a plan is a reason to look at an account, never a reason by itself to remove it.
    """
    from keynodes.cli.blocking import (
        write_models,
        write_parameters,
        write_presets,
        write_strategies,
    )
    from keynodes.cli.delivery import deliver
    from keynodes.cli.guarding import answered
    from keynodes.cli.returning import followed, in_order
    from keynodes.cli.spreading import marked
    from keynodes.cli.talking import talk
    from keynodes.errors import UsageError
    from keynodes.takedowns import takedown

    form = output.chosen_format()
    tables = (
        (strategies, write_strategies),
        (models, write_models),
        (presets, write_presets),
        (parameters, write_parameters),
    )
    for wanted, write in tables:
        if wanted:
            write(output, form)
            return
    if not reading.files:
        raise UsageError(
            "name at least one FILE of records; only --strategies, --models, --presets and "
            "--parameters need none"
        )
    _check_tables(planning, output, impact, top)
    reach = against_reach(planning.objective)
    if reach:
        blocking.check(planning.strategy or [], planning.budget, planning.costs is not None)
        spreading.check()
        returning.check()
        if returning.preset is not None and len(planning.strategy or []) > 1:
            raise UsageError(
                "--return is of one plan; name one --strategy, or compare plans with 'keynodes "
                "compare'"
            )
    else:
        planning.check()
    asked = planning.asked(reading.spreadsheet_safe)
    coming_back = returning.asked(reading.spreadsheet_safe)
    combine = spreading.combine if reach else "sum"
    with talk(output.quiet) as progress:
        interactions, graph, notices = reading.read(progress, output.quiet, combine)
        notices += _without_unknown(graph, asked, planning.allow_unknown)
        terms: dict[str, Any] = {}
        if reach:
            terms, said = spreading.terms(interactions, asked.get("seeds"))
            notices += said
            asked |= {**terms, **blocking.asked(), "worlds": spreading.worlds}
        found = takedown(graph, **asked, progress=progress)
        # Whoever stopped a search has its best plan: that is a result, and a second Ctrl-C counts.
        answered()
        frame = found.comparison() if len(planning.strategy or []) > 1 else found.to_frame()
        later: list[str] = []
        if returning.preset is not None:
            plan = found.to_frame()["account"].tolist()
            try:
                after, later = followed(
                    graph,
                    plan,
                    coming_back,
                    terms,
                    progress.on("following returns"),
                    seeds=asked.get("seeds"),
                    protect=asked.get("protect", ()),
                    worlds=spreading.worlds,
                    rng=planning.seed,
                )
                frame = after.to_frame()
                later.insert(0, in_order(plan))
            except KeyboardInterrupt:
                answered()
                later = ["stopped by Ctrl-C: returns were not followed; the table is the plan"]
        if impact:
            frame = marked(graph, _impact(graph, found, top, asked, progress), asked)
            notices.append(
                "each loss is of that account alone: a plan works together, and its accounts may "
                "cut little one by one"
            )
    beside = _beside(output, found)
    later += [f"{path} was not written" for path in output.extra() if path not in beside]
    notices = list(dict.fromkeys([*notices, *found.notices, *found.summary(), *later]))
    deliver(
        frame,
        reading,
        output,
        form,
        command="takedown",
        options={
            **asdict(planning),
            **(asdict(spreading) | asdict(blocking) | asdict(returning) if reach else {}),
            "impact": impact,
            "top": top,
            "plan_file": output.plan_file,
            "together_file": output.together_file,
            "protected_file": output.protected_file,
        },
        interactions=interactions,
        graph=graph,
        notices=notices,
        beside=beside,
    )


def _beside(
    output: TakedownOutput, found: "Takedown | ReachTakedown"
) -> "dict[str, pandas.DataFrame]":
    """Return what goes to files of its own beside the table."""
    from keynodes.dismantling import Takedown

    tables = {output.plan_file: found.to_frame()}
    if not isinstance(found, Takedown):
        # Neither was looked for when Ctrl-C ended the choice early.
        if found.together is not None:
            tables[output.together_file] = found.together.to_frame()
        if found.protected is not None:
            tables[output.protected_file] = found.protected
    return {path: table for path, table in tables.items() if path is not None}


def _check_tables(
    planning: Planning, output: TakedownOutput, impact: bool, top: int | None
) -> None:
    """Refuse what no table that is written would show."""
    from keynodes.errors import UsageError

    several = len(planning.strategy or []) > 1
    if impact and several:
        raise UsageError("--impact is of one plan; name one --strategy")
    if top is not None and not impact:
        raise UsageError("--top says nothing without --impact: a plan is listed whole")
    if planning.intervals and output.plan_file is None and (impact or several):
        raise UsageError(
            f"--intervals says nothing beside {'--impact' if impact else 'several --strategy'}; "
            "--best-plan FILE writes the plan with them"
        )


def _without_unknown(
    graph: "InteractionGraph", asked: dict[str, Any], allow_unknown: bool
) -> list[str]:
    """Stop when the graph lacks protected accounts, or leave them out and say so."""
    from keynodes.lists import match

    if "protect" not in asked:
        return []
    found = match(graph, asked["protect"], "protected account")
    if not allow_unknown:
        found.require("--allow-unknown")
    asked["protect"] = graph.accounts[found.indices].tolist()
    return [found.sentence] if found.unknown else []


def _impact(
    graph: "InteractionGraph",
    found: "Takedown | ReachTakedown",
    top: int | None,
    asked: dict[str, Any],
    progress: "Talk",
) -> "pandas.DataFrame":
    from keynodes.cli.blocking import impact_of
    from keynodes.dismantling import Takedown, impact_table
    from keynodes.results import TOP

    top = TOP if top is None else top
    if not isinstance(found, Takedown):
        return impact_of(graph, found, top, asked, progress)
    return impact_table(
        graph, found.order, objective=found.objective, weights=found.weights, top=top
    )
