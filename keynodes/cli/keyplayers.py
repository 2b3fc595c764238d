"""`keynodes keyplayers`: which accounts, together, to remove or to watch?"""

from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer

from keynodes.cli.options import Output, shares_options
from keynodes.cli.reading import Reading


@dataclass(frozen=True)
class Choosing:
    """What the set is for, how large it is, and who may be in it."""

    size: Annotated[
        int, typer.Option(metavar="K", min=1, help="How many accounts, those of --must included.")
    ] = 10
    goal: Annotated[
        str,
        typer.Option(
            metavar="remove|watch",
            help="remove: leave the others apart; watch: be near to as many as possible.",
        ),
    ] = "remove"
    measure: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="To remove: fragmentation (unless said) or distance-fragmentation; to watch: "
            "m-reach (unless said) or distance-reach.",
        ),
    ] = None
    radius: Annotated[
        int | None, typer.Option(metavar="M", help="Of m-reach: 2 hops unless said.")
    ] = None
    direction: Annotated[
        str | None,
        typer.Option(
            metavar="in|out|both",
            help="To watch, in (unless said): accounts whose posts reach the set; out: accounts "
            "that its posts reach (whom to inform); both: undirected. To remove, both unless said; "
            "in or out: pairs joined along arcs.",
        ),
    ] = None
    protect: Annotated[
        str | None, typer.Option(metavar="FILE", help="Accounts that are never chosen.")
    ] = None
    allow_unknown: Annotated[
        bool,
        typer.Option("--allow-unknown", help="Go on when the graph lacks protected accounts."),
    ] = False
    must: Annotated[
        str | None, typer.Option(metavar="FILE", help="Accounts that are in the set in any case.")
    ] = None
    samples: Annotated[
        int | None,
        typer.Option(
            min=2,
            metavar="N",
            help="Accounts that a sample has, where there is one: 512 unless said; 1024 for "
            "distance-reach, 2048 for m-reach.",
        ),
    ] = None
    seed: Annotated[int, typer.Option(min=0, help="Of everything random.")] = 0

    def asked(self, spreadsheet_safe: bool) -> dict[str, Any]:
        """Read the lists that were named, and return all as arguments of `key_players`."""
        from keynodes.lists import read_accounts

        lists = {
            name: () if path is None else read_accounts(path, spreadsheet_safe=spreadsheet_safe)
            for name, path in (("protect", self.protect), ("must", self.must))
        }
        plain = ("size", "goal", "measure", "radius", "direction", "samples")
        return {name: getattr(self, name) for name in plain} | lists | {"rng": self.seed}


@shares_options
def command(reading: Reading, output: Output, *, choosing: Choosing) -> None:
    """Find the set of accounts that breaks the network most, or that is nearest to all of it.

    The best set is not the set of the best accounts: two that do the same are one too many.
    Being in it is a reason to look at an account, never a reason by itself to remove it.
    """
    from keynodes.cli.delivery import deliver
    from keynodes.cli.guarding import answered
    from keynodes.cli.talking import talk
    from keynodes.keyplayers import key_players
    from keynodes.keyplayers.choosing import checked_terms
    from keynodes.lists import match

    form = output.chosen_format()
    checked_terms(
        choosing.goal, choosing.measure, choosing.radius, choosing.direction, choosing.samples
    )
    asked = choosing.asked(reading.spreadsheet_safe)
    with talk(output.quiet) as progress:
        interactions, graph, notices = reading.read(progress, output.quiet)
        if not choosing.allow_unknown:
            match(graph, asked["protect"], "protected account").require("--allow-unknown")
        found = key_players(graph, **asked, progress=progress)
        # Whoever stopped a search has its best set: that is a result, and a second Ctrl-C counts.
        answered()
        frame = found.to_frame()
    notices += [*found.notices, *found.summary()]
    deliver(
        frame,
        reading,
        output,
        form,
        command="keyplayers",
        options=asdict(choosing),
        interactions=interactions,
        graph=graph,
        notices=notices,
    )
