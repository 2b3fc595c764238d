"""The options of commands that score accounts, and those for naming communities."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from keynodes.graph import InteractionGraph

Communities = Annotated[
    str | None,
    typer.Option(
        "--communities",
        "--labels",
        metavar="FILE|METHOD",
        help="The community of each account: a file (account,label, or what 'keynodes communities "
        "-o' wrote) or a method (see 'keynodes communities --methods').",
    ),
]
"""Which communities: a file goes first, else the name of a method."""


@dataclass(frozen=True)
class Scoring:
    """What scores rest on beside the records: replicates, lists of accounts, chance."""

    intervals: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="B",
            help="Replicates with data missing, for rank_low, rank_high and top_share; 100 is a "
            "good number.",
        ),
    ] = 0
    missing: Annotated[
        float, typer.Option(metavar="Q", help="The share that is missing in a replicate.")
    ] = 0.1
    missing_what: Annotated[
        str, typer.Option(metavar="records|accounts", help="What is missing.")
    ] = "records"
    seeds: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Known key accounts, for measures that use them."),
    ] = None
    protect: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Accounts to mark as protected: never for removal."),
    ] = None
    allow_unknown: Annotated[
        bool,
        typer.Option("--allow-unknown", help="Go on when the graph lacks protected accounts."),
    ] = False
    communities: Communities = None
    seed: Annotated[int, typer.Option(min=0, help="Of everything random.")] = 0

    def lists(self, spreadsheet_safe: bool) -> dict[str, Any]:
        """Read the lists that were named, as arguments of `rank` and `explain`."""
        from keynodes.communities.choosing import named_communities
        from keynodes.lists import read_accounts

        return {
            name: None if text is None else read(text, spreadsheet_safe=spreadsheet_safe)
            for name, text, read in (
                ("seeds", self.seeds, read_accounts),
                ("protected", self.protect, read_accounts),
                ("labels", self.communities, named_communities),
            )
        }

    def check(self, graph: "InteractionGraph", lists: Mapping[str, Any]) -> None:
        """Stop when the graph lacks protected accounts: protection must not fail silently."""
        from keynodes.lists import match

        if lists["protected"] is not None and not self.allow_unknown:
            match(graph, lists["protected"], "protected account").require("--allow-unknown")

    def replicates(self) -> dict[str, Any]:
        """Return the replicates and the seed, as arguments of `rank` and `explain`."""
        return {
            "intervals": self.intervals,
            "missing": self.missing,
            "missing_what": self.missing_what,
            "rng": self.seed,
        }
