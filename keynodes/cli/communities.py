"""`keynodes communities`: which communities there are, and how far they can be trusted."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keynodes.cli.options import Output, shares_options
from keynodes.cli.reading import FILES, Reading

if TYPE_CHECKING:
    import pandas

    from keynodes.cli.talking import Talk
    from keynodes.graph import InteractionGraph
    from keynodes.results import Partition

SHOWN = 20
"""How many rows a drawn table has unless asked otherwise; other formats have all."""

SUMMARY = (
    "community",
    "size",
    "arcs",
    "inside_share",
    "insularity",
    "conductance",
    "stability",
    "leaders",
)
"""Columns of ``--summary``; ``--all-scores`` shows those that `community_summary` has beside."""


@dataclass(frozen=True)
class ReadingIfAny(Reading):
    """The same, but the table of methods needs no records."""

    files: Annotated[list[str], FILES] = field(default_factory=list)


@shares_options
def command(
    reading: ReadingIfAny,
    output: Output,
    *,
    by: Annotated[
        list[str] | None,
        typer.Option(metavar="METHOD", help="How communities are found: leiden unless said."),
    ] = None,
    resolution: Annotated[
        float | None,
        typer.Option(metavar="R", help="Larger makes smaller communities; see --methods."),
    ] = None,
    runs: Annotated[
        int,
        typer.Option(metavar="R", help="Runs with streams of their own, for the stability."),
    ] = 10,
    layers: Annotated[
        str | None,
        typer.Option(
            metavar="relation|COLUMN",
            help="Keep apart what is of different relations, or of accounts that differ in a "
            "column of --accounts, with leiden-layers.",
        ),
    ] = None,
    layer_weight: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=W", help="How much a layer counts: 1 unless said."),
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="How many rows to list, 0 for all: 20 in a drawn table and all else unless said. "
            "Of accounts, those of highest within_z, from each community in turn.",
        ),
    ] = None,
    all_scores: Annotated[
        bool, typer.Option("--all-scores", help="Every column there is.")
    ] = False,
    summary: Annotated[
        bool, typer.Option("--summary", help="One line a community.", rich_help_panel="Tables")
    ] = False,
    gatekeepers: Annotated[
        bool,
        typer.Option(
            "--gatekeepers",
            help="For each pair of communities, up to five accounts that most of the flow between "
            "them passes through.",
            rich_help_panel="Tables",
        ),
    ] = False,
    resolutions: Annotated[
        str | None,
        typer.Option(
            metavar="A:B:N",
            help="N resolutions from A to B: how many communities each gives, and how stable.",
            rich_help_panel="Tables",
        ),
    ] = None,
    methods: Annotated[
        bool,
        typer.Option(
            "--methods", help="The methods and what each looks at.", rich_help_panel="Tables"
        ),
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of everything random.")] = 0,
) -> None:
    """Find communities, how sure they are, and what part each account plays in them."""
    from keynodes.cli.delivery import deliver
    from keynodes.cli.talking import talk
    from keynodes.communities import METHODS
    from keynodes.communities.partitioning import partition
    from keynodes.communities.resolutions import parsed, resolution_scan
    from keynodes.errors import UsageError
    from keynodes.registry import pick

    form = output.chosen_format()
    if methods:
        _write_methods(output, form)
        return
    if not reading.files:
        raise UsageError("name at least one FILE of records; only --methods needs none")
    weights = _weights(layer_weight or [])
    layered = layers is not None or weights is not None
    if by is not None and len(by) > 1:
        raise UsageError(f"--by takes one method, got {len(by)}: {', '.join(by)}")
    asked = by[0] if by else "leiden-layers" if layered else "leiden"
    # Looked up before anything is read: reading may take long.
    method = pick(METHODS, asked, "community method").name
    steps = None if resolutions is None else parsed(resolutions)
    if top is None:
        top = SHOWN if form == "table" else 0
    with talk(output.quiet) as progress:
        interactions, graph, about = reading.read(progress, output.quiet)
        how: dict[str, Any] = {
            "by": method,
            "runs": runs,
            "rng": seed,
            "layers": layers,
            "layer_weights": weights,
            "progress": progress,
        }
        if steps is not None:
            scan = resolution_scan(graph, steps, **how)
            frame, notices = scan.to_frame(), list(scan.notices)
        else:
            found = partition(graph, resolution=resolution, **how)
            tables = {"summary": summary, "gatekeepers": gatekeepers}
            table = next((name for name, wanted in tables.items() if wanted), "accounts")
            frame, said = TABLES[table](graph, found, top, all_scores, progress)
            notices = [*found.notices, *said]
    deliver(
        frame,
        reading,
        output,
        form,
        command="communities",
        options={
            "by": method,
            "resolution": resolution,
            "runs": runs,
            "layers": layers,
            "layer_weight": layer_weight,
            "top": top,
            "all_scores": all_scores,
            "summary": summary,
            "gatekeepers": gatekeepers,
            "resolutions": resolutions,
            "seed": seed,
        },
        interactions=interactions,
        graph=graph,
        notices=[*about, *notices],
    )


def _accounts(
    graph: "InteractionGraph", found: "Partition", top: int, all_scores: bool, progress: "Talk"
) -> "tuple[pandas.DataFrame, list[str]]":
    """Every account with its community, how sure that is, and its role there."""
    from keynodes.communities.cartography import roles
    from keynodes.communities.excerpts import leading

    whole = roles(graph, found, detailed=all_scores, progress=progress.on("roles")).to_frame()
    frame = leading(whole, top)
    return frame, _about_cut(
        frame,
        whole,
        "accounts, those of highest within_z from each community in turn",
        "; --summary has a line a community",
    )


def _summary(
    graph: "InteractionGraph", found: "Partition", top: int, all_scores: bool, progress: "Talk"
) -> "tuple[pandas.DataFrame, list[str]]":
    """A line a community."""
    from keynodes.communities.cartography import brokerage_by_community
    from keynodes.communities.quality import community_summary, whole_quality

    with progress.about("describing the communities"):
        whole = community_summary(graph, found)
    if all_scores:
        counts = brokerage_by_community(graph, found, progress=progress.on("brokers"))
        whole = whole.merge(counts.drop(columns="size"), on="community", how="left")
    frame = whole if all_scores else whole[list(SUMMARY)]
    frame = frame.head(top) if top else frame
    said = _about_cut(frame, whole, "communities")
    if graph.m:
        quality = whole_quality(graph, found)
        said.insert(
            0,
            f"{quality['inside_share']:.1%} of all weight is inside communities; "
            f"{quality['insularity']:.1%} of what their members hear comes from their own",
        )
    return frame, said


def _gatekeepers(
    graph: "InteractionGraph", found: "Partition", top: int, all_scores: bool, progress: "Talk"
) -> "tuple[pandas.DataFrame, list[str]]":
    """A line for each account that much of the flow between two communities passes through."""
    from keynodes.communities.gates import gatekeepers

    gates = gatekeepers(graph, found, progress=progress.on("gatekeepers"))
    whole = gates.to_frame()
    frame = whole.head(top) if top else whole
    return frame, [*gates.notices, *_about_cut(frame, whole, "gatekeepers")]


TABLES = {"accounts": _accounts, "summary": _summary, "gatekeepers": _gatekeepers}


def _about_cut(
    frame: "pandas.DataFrame", whole: "pandas.DataFrame", what: str, more: str = ""
) -> list[str]:
    if len(frame) == len(whole):
        return []
    return [f"{len(frame):,} of {len(whole):,} {what}; --top 0 lists all{more}"]


def _weights(texts: list[str]) -> dict[str, float] | None:
    """Read ``NAME=W``, the name in any characters."""
    from keynodes.errors import UsageError

    weights: dict[str, float] = {}
    for text in texts:
        name, equals, weight = text.rpartition("=")
        try:
            if not equals or not name or name in weights:
                raise ValueError
            weights[name] = float(weight)
        except ValueError:
            raise UsageError(
                f"--layer-weight must be NAME=W with a number W, each name once; found {text!r}"
            ) from None
    return weights or None


def _write_methods(output: Output, form: str) -> None:
    from keynodes.communities import capabilities
    from keynodes.interop.tables import write_table

    table = capabilities()
    if form == "table":
        # A person reads the meaning; costs and references are in the full table.
        table = table.drop(columns=["cost", "reference"])
    write_table(table, output.output, form, longest=120)
