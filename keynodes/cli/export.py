"""`keynodes export`: records in, a network file out that opens ready to read."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keynodes.cli.options import Output, listed, shares_options
from keynodes.cli.reading import Reading
from keynodes.cli.scoring import Communities

if TYPE_CHECKING:
    from keynodes.cli.talking import Talk
    from keynodes.exporting import Picture
    from keynodes.graph import InteractionGraph
    from keynodes.interactions import Interactions

PANEL = "What is shown"


@dataclass(frozen=True)
class NetworkOutput(Output):
    """Where the network goes, and in which form."""

    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write to FILE, ending in .graphml (Gephi and most others), .gexf (Gephi, with "
            "time), .json (Gephi Lite) or .csv (arcs; the nodes go into FILE.nodes.csv), or in one "
            "of these and .gz; and what it was made from to FILE.manifest.json.",
            rich_help_panel="Output",
        ),
    ] = None
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="graphml|gexf|json|csv",
            help="By default what the ending of FILE says.",
            rich_help_panel="Output",
        ),
    ] = None

    def chosen_format(self) -> str:
        """Return the format to write; it and the place are checked before any work is done."""
        from keynodes.errors import UsageError
        from keynodes.exporting.files import format_of
        from keynodes.writing import check_writable

        if self.output is None:
            raise UsageError("name the file to write: -o graph.graphml")
        form = format_of(self.output, self.form)
        for path in self.written():
            check_writable(path)
        return form

    def networks(self) -> list[str]:
        """Return the files of the network: two for a spreadsheet."""
        from keynodes.exporting.files import files_of, format_of

        if self.output is None:
            return []
        return files_of(self.output, format_of(self.output, self.form))

    def written(self) -> list[str]:
        """Return the files that the command will write."""
        from keynodes.interop.manifest import manifest_of
        from keynodes.writing import is_stream

        files = self.networks()
        return [*files, *(manifest_of(path) for path in files if not is_stream(path))]


@dataclass(frozen=True)
class Showing:
    """Which part of the network is shown, and how."""

    plan: Annotated[
        str | None,
        typer.Option(
            "--takedown",
            metavar="PLAN",
            help="Accounts to show as removed, with the step: a list, or what 'keynodes takedown "
            "-o' wrote.",
        ),
    ] = None
    seeds: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Known key accounts: marked, and for measures that use "
                     "them."),
    ] = None  # fmt: skip
    protect: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Accounts to mark as protected: never for removal."),
    ] = None
    allow_unknown: Annotated[
        bool,
        typer.Option("--allow-unknown", help="Pass over listed accounts that the graph lacks."),
    ] = False
    top: Annotated[
        int,
        typer.Option(
            min=0,
            help="Only the first accounts by rank, and the arcs among them; 0 for all.",
            rich_help_panel=PANEL,
        ),
    ] = 0
    around: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ACCOUNT",
            help="Only this account and those near it; several, if given more than once.",
            rich_help_panel=PANEL,
        ),
    ] = None
    ego: Annotated[
        int | None,
        typer.Option(
            metavar="R",
            min=0,
            help="Also who is within R steps of --top and --around (without both: of --seeds): 1 "
            "with --around unless said, else 0.",
            rich_help_panel=PANEL,
        ),
    ] = None
    level: Annotated[
        str,
        typer.Option(
            metavar="accounts|communities",
            help="What a node is; communities, always all of them, are for networks too large to "
            "draw.",
            rich_help_panel=PANEL,
        ),
    ] = "accounts"
    layout: Annotated[
        str,
        typer.Option(
            metavar="NAME|none",
            help="Where nodes stand: communities (a disc each), disc, fruchterman-reingold, "
            "circle, grid.",
            rich_help_panel=PANEL,
        ),
    ] = "communities"
    label: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Label accounts by this fact about them, such as a column of --accounts; by "
            "default handle, and the id where there is none.",
            rich_help_panel=PANEL,
        ),
    ] = None


@shares_options
def command(
    reading: Reading,
    output: NetworkOutput,
    *,
    by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[:k=v]",
            help="A measure (see 'keynodes measures'), for a column, ranks and sizes; several "
            "make a consensus; none, the default consensus.",
        ),
    ] = None,
    communities: Communities = None,
    showing: Showing,
    seed: Annotated[int, typer.Option(min=0, help="Of everything random.")] = 0,
) -> None:
    """Write the network with ranks, communities, roles and places, for Gephi and its like.

    Nodes are as large as their rank is high and coloured by community; scores and communities are
    those of the whole network, whatever is left out. A high rank is a reason to look at an
    account, never a reason by itself to remove it.
    """
    from keynodes.cli.spreading import known_of
    from keynodes.cli.talking import talk
    from keynodes.communities.choosing import named_communities
    from keynodes.exporting import export_network
    from keynodes.exporting.pictures import check_names, check_part
    from keynodes.lists import read_accounts, read_plan

    form = output.chosen_format()
    level = check_names(by, showing.level, showing.layout)
    check_part(level, showing.top, showing.around or (), showing.ego)
    safe = reading.spreadsheet_safe
    found = named_communities(communities or "leiden", spreadsheet_safe=safe)
    lists: dict[str, list[str] | None] = {
        name: None if path is None else read(path, spreadsheet_safe=safe)
        for name, path, read in (
            ("planned account", showing.plan, read_plan),
            ("protected account", showing.protect, read_accounts),
        )
    }
    seeds = None if showing.seeds is None else read_accounts(showing.seeds, spreadsheet_safe=safe)
    with talk(output.quiet) as progress:
        interactions, graph, notices = reading.read(progress, output.quiet)
        plan, protected = (
            None if accounts is None
            else known_of(graph, accounts, what, showing.allow_unknown, notices)
            for what, accounts in lists.items()
        )  # fmt: skip
        picture = export_network(
            graph,
            by,
            communities=found,
            plan=plan or (),
            protected=protected,
            seeds=seeds,
            top=showing.top,
            around=showing.around or (),
            ego=showing.ego,
            level=level,
            layout=showing.layout,
            label=showing.label,
            rng=seed,
            progress=progress,
        )
        _deliver(
            picture,
            reading,
            output,
            form,
            {"by": by, "communities": communities, **asdict(showing), "seed": seed},
            interactions,
            graph,
            [*notices, *picture.notices],
            progress,
        )


def _deliver(
    picture: "Picture",
    reading: Reading,
    output: NetworkOutput,
    form: str,
    options: dict[str, Any],
    interactions: "Interactions",
    graph: "InteractionGraph",
    notices: list[str],
    progress: "Talk",
) -> None:
    """Write the network, beside each of its files the manifest, and say what to know of it."""
    from keynodes.cli.talking import say
    from keynodes.exporting import write_network
    from keynodes.interop.manifest import write_manifest
    from keynodes.writing import is_stream

    assert output.output is not None
    # Before anything is written: a file of that name may be made here.
    inputs = [*interactions.report.inputs, *reading.beside(), *listed(options)]
    report = write_network(
        picture.network,
        output.output,
        form,
        spreadsheet_safe=reading.spreadsheet_safe,
        progress=progress,
    )
    progress.close()
    files = output.networks()
    notices += [
        *report.notices(),
        f"{report.nodes:,} nodes and {report.arcs:,} arcs in {' and '.join(files)}",
        *(f"{path} is no plain file: there is no manifest" for path in files if is_stream(path)),
    ]
    say(notices, output.quiet)
    for path in files:
        if not is_stream(path):
            write_manifest(
                path,
                command="export",
                inputs=inputs,
                options={**asdict(reading), **options, "format": form},
                report=interactions.report,
                graph=graph,
                notices=[*interactions.report.notices, *notices],
            )
