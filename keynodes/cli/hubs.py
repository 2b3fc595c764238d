"""`keynodes hubs`: who draws newcomers into a community?"""

from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer

from keynodes.cli.options import Output, shares_options
from keynodes.cli.reading import Reading, column
from keynodes.cli.scoring import Communities

DEFAULT_METHOD = "leiden"
"""How communities are found unless some are named."""

SOURCES = ("burn-in", "all")

FUTURE = "they have seen the future: recruits help to define the community of who recruited them"


@dataclass(frozen=True)
class HubsReading(Reading):
    """The same, but ``--evidence`` names a file to write."""

    evidence: Annotated[str | None, column("the id of the message", "--evidence-column")] = None


@dataclass(frozen=True)
class HubsOutput(Output):
    """The table of hubs, and beside it the evidence for it."""

    evidence_file: Annotated[
        str | None,
        typer.Option(
            "--evidence",
            metavar="FILE",
            help="Write the newcomers of the accounts listed to FILE: when and how each was met, "
            "and what came of it.",
            rich_help_panel="Output",
        ),
    ] = None

    def chosen_format(self) -> str:
        """Return the format of the table; all places are checked before any work is done."""
        from keynodes.interop.tables import format_for

        if self.evidence_file is not None:
            format_for(self.evidence_file, None)
        return super().chosen_format()

    def written(self) -> list[str]:
        """Return the files that the command will write."""
        evidence = Output(output=self.evidence_file)
        return [*super().written(), *evidence.written()]


@dataclass(frozen=True)
class Timing:
    """What is new, first and lasting; nothing of it means anything without times."""

    window: Annotated[
        str | None,
        typer.Option(
            metavar="D",
            help="How long the contacts of a newcomer count as its first: 7d unless said; a plain "
            "number where times are plain numbers.",
            rich_help_panel="Newcomers",
        ),
    ] = None
    horizon: Annotated[
        str | None,
        typer.Option(
            metavar="D",
            help="How long after that it has to be drawn in: 30d unless said.",
            rich_help_panel="Newcomers",
        ),
    ] = None
    burn_in: Annotated[
        str | None,
        typer.Option(
            metavar="D|T",
            help="The time before which everybody is no newcomer: a length (60d) or a date; a "
            "quarter of the period unless said.",
            rich_help_panel="Newcomers",
        ),
    ] = None
    further: Annotated[
        int | None,
        typer.Option(
            metavar="K",
            help="With how many further members of one community it must interact to be drawn in: "
            "3 unless said.",
            rich_help_panel="Newcomers",
        ),
    ] = None

    def given(self) -> dict[str, Any]:
        """Return what was said, as arguments of `hubs`."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@shares_options
def command(
    reading: HubsReading,
    output: HubsOutput,
    *,
    top: Annotated[int, typer.Option(min=0, help="How many accounts to list; 0 for all.")] = 20,
    communities: Communities = None,
    communities_from: Annotated[
        str | None,
        typer.Option(
            metavar="burn-in|all",
            help="Which records a method finds communities in: those of the burn-in (unless said), "
            "or all: then recruits define the community of who recruited them.",
        ),
    ] = None,
    timing: Timing,
    seed: Annotated[int, typer.Option(min=0, help="Of everything random.")] = 0,
) -> None:
    """Find who draws newcomers into each community, beyond what chance would have.

    A high rank is a reason to look at an account, never a reason by itself to remove it.
    """
    from keynodes.cli.delivery import deliver
    from keynodes.cli.talking import talk
    from keynodes.communities.choosing import Named, named_communities, partition_of
    from keynodes.errors import UsageError
    from keynodes.recruitment import Hubs, burn_in_partition, hubs
    from keynodes.recruitment.structure import StructuralHubs, structural_hubs
    from keynodes.registry import pick

    form = output.chosen_format()
    named = Named(method=DEFAULT_METHOD)
    if communities is not None:
        named = named_communities(communities, spreadsheet_safe=reading.spreadsheet_safe)
    if communities_from is not None:
        sources = {name: name for name in SOURCES}
        communities_from = pick(sources, communities_from, "source of communities")
        if named.labels is not None:
            raise UsageError(
                f"--communities-from says where a method looks, but {communities} is a file"
            )
    with talk(output.quiet) as progress:
        interactions, graph, notices = reading.read(progress, output.quiet)
        timed = interactions.report.time_unit is not None
        if not timed:
            _refuse_what_needs_times(timing, output, communities_from)
        if named.labels is None and timed and communities_from != "all":
            notices.append(
                "communities are those of the burn-in: who comes later has none before it is drawn "
                "into one"
            )
            partition = burn_in_partition(
                interactions, timing.burn_in, named.method, rng=seed, progress=progress
            )
        else:
            partition = partition_of(graph, named, rng=seed, progress=progress)
        beside = {}
        found: Hubs | StructuralHubs
        if timed:
            found = hubs(
                interactions, partition, top=top, graph=graph, progress=progress, **timing.given()
            )
            if output.evidence_file is not None:
                beside = {output.evidence_file: found.evidence_frame()}
        else:
            found = structural_hubs(interactions, partition, top=top, graph=graph)
        frame = found.to_frame()
    # Both may say which accounts have no community.
    notices += dict.fromkeys([*partition.notices, *found.notices])
    if timed and named.labels is not None:
        notices.append(
            f"if the communities of {communities} were found in the whole period: {FUTURE}"
        )
    elif timed and communities_from == "all":
        notices.append(f"{FUTURE}; --communities-from burn-in has not seen it")
    if output.evidence_file is not None and "." not in output.evidence_file:
        notices.append(
            f"evidence is written to the file {output.evidence_file}; --evidence-column is for the "
            "column of message ids"
        )
    if reading.min_weight is not None:
        notices.append(
            "--min-weight leaves out arcs, for the roles; acts count whatever they weigh"
        )
    if len(frame) < len(found.order):
        notices.append(f"{len(frame):,} of {len(found.order):,} accounts; --top 0 lists all")
    deliver(
        frame,
        reading,
        output,
        form,
        command="hubs",
        options={
            "top": top,
            "communities": communities,
            "communities_from": communities_from,
            **asdict(timing),
            "seed": seed,
            "evidence_file": output.evidence_file,
        },
        interactions=interactions,
        graph=graph,
        notices=notices,
        beside=beside,
    )


def _refuse_what_needs_times(
    timing: Timing, output: HubsOutput, communities_from: str | None
) -> None:
    """Records without times have no newcomers: what is said about them would be ignored."""
    from keynodes.errors import UsageError

    asked = {
        **timing.given(),
        "communities_from": communities_from,
        "evidence": output.evidence_file,
    }
    for name, value in asked.items():
        if value is not None:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(f"{option} needs times, and the records have none")
