"""`keynodes takedown`: which accounts, removed in which order, break the network most?"""

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keynodes.cli.options import Output, shares_options
from keynodes.cli.reading import FILES, Reading, column

if TYPE_CHECKING:
    import pandas

    from keynodes.dismantling import Takedown
    from keynodes.graph import InteractionGraph

Objective = Annotated[
    str,
    typer.Option(
        metavar="largest-component|pairs|core",
        help="What is to be small: the accounts that hang together (either way), the pairs that "
        "do, or the accounts that can all reach each other.",
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
            help="Write the best plan to FILE, beside a comparison or --impact.",
            rich_help_panel="Output",
        ),
    ] = None

    def chosen_format(self) -> str:
        """Return the format of the table; all places are checked before any work is done."""
        from keynodes.interop.tables import format_for

        if self.plan_file is not None:
            format_for(self.plan_file, None)
        return super().chosen_format()

    def written(self) -> list[str]:
        """Return the files that the command will write."""
        return [*super().written(), *Output(output=self.plan_file).written()]


@dataclass(frozen=True)
class Planning:
    """What is to be made small, how, and how far it may go."""

    objective: Objective = "largest-component"
    strategy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[:k=v]",
            help="How accounts are chosen: search unless said; see --strategies. A measure is a "
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
        typer.Option(metavar="FILE", help="Known key accounts, for measures that use them."),
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

        objective_named(self.objective)
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
) -> None:
    """Find the accounts that, removed together and in this order, break the network most.

    A place in a plan is a reason to look at an account, never a reason by itself to remove it.
    """
    from keynodes.cli.delivery import deliver
    from keynodes.cli.guarding import answered
    from keynodes.cli.talking import talk
    from keynodes.dismantling import takedown
    from keynodes.errors import UsageError

    form = output.chosen_format()
    if strategies:
        _write_strategies(output, form)
        return
    if not reading.files:
        raise UsageError("name at least one FILE of records; only --strategies needs none")
    _check_tables(planning, output, impact, top)
    planning.check()
    asked = planning.asked(reading.spreadsheet_safe)
    with talk(output.quiet) as progress:
        interactions, graph, notices = reading.read(progress, output.quiet)
        notices += _without_unknown(graph, asked, planning.allow_unknown)
        found = takedown(graph, **asked, progress=progress)
        # Whoever stopped a search has its best plan: that is a result, and a second Ctrl-C counts.
        answered()
        frame = found.comparison() if len(planning.strategy or []) > 1 else found.to_frame()
        if impact:
            frame = _impact(graph, found, top)
            notices.append(
                "each loss is of that account alone: a plan works together, and its accounts may "
                "cut little one by one"
            )
    notices += [*found.notices, *found.summary()]
    deliver(
        frame,
        reading,
        output,
        form,
        command="takedown",
        options={
            **asdict(planning),
            "impact": impact,
            "top": top,
            "plan_file": output.plan_file,
        },
        interactions=interactions,
        graph=graph,
        notices=notices,
        beside={} if output.plan_file is None else {output.plan_file: found.to_frame()},
    )


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


def _impact(graph: "InteractionGraph", found: "Takedown", top: int | None) -> "pandas.DataFrame":
    from keynodes.dismantling import impact_table
    from keynodes.results import TOP

    return impact_table(
        graph,
        found.order,
        objective=found.objective,
        weights=found.weights,
        top=TOP if top is None else top,
    )


def _write_strategies(output: Output, form: str) -> None:
    from keynodes.dismantling import capabilities
    from keynodes.interop.tables import write_table

    table = capabilities()
    if form == "table":
        # A person reads the meaning; costs and references are in the full table.
        table = table.drop(columns=["cost", "reference"])
    write_table(table, output.output, form, longest=120)
