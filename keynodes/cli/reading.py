"""The options of every command that reads records, and the reading."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from keynodes.cli.talking import Talk
    from keynodes.graph import InteractionGraph
    from keynodes.interactions import Interactions, ReadingReport

ROLES = ("source", "target", "relation", "time", "weight", "evidence")


def column(meaning: str, *names: str) -> Any:
    """An option that names a column."""
    return typer.Option(
        *names, metavar="COLUMN", help=f"Column of {meaning}.", rich_help_panel="Columns"
    )


FILES = typer.Argument(
    metavar="FILE…",
    help="Records of who interacted with whom: CSV, TSV, JSON lines, Parquet, plain or "
    "compressed, or an export of a platform (see 'keynodes readers'); a pattern such as "
    "'logs/*.csv'; '-' for standard input.",
    show_default=False,
)


@dataclass(frozen=True)
class Reading:
    """What to read, and how."""

    files: Annotated[list[str], FILES]
    reader: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE.toml",
            help="What the files are, where that is not seen from their content (see 'keynodes "
            "readers'), or a mapping of your own.",
            rich_help_panel="Reading",
        ),
    ] = None
    flow: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[RELATION=]back|forth|both",
            help="Which way content travels: 'forth' from source to target, 'back' from target "
            "to source, 'both' undirected; for one relation or for all.",
            rich_help_panel="Reading",
        ),
    ] = None
    since: Annotated[
        str | None,
        typer.Option(metavar="T", help="Only records at or after T.", rich_help_panel="Reading"),
    ] = None
    until: Annotated[
        str | None,
        typer.Option(metavar="T", help="Only records before T.", rich_help_panel="Reading"),
    ] = None
    min_weight: Annotated[
        float | None,
        typer.Option(metavar="W", help="Leave out arcs lighter than W.", rich_help_panel="Reading"),
    ] = None
    accounts: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Facts about accounts: a column 'account' and any others; they stand in every "
            "table of accounts.",
            rich_help_panel="Reading",
        ),
    ] = None
    aliases: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Ids that are one identity, to be merged: columns 'account' and 'alias'.",
            rich_help_panel="Reading",
        ),
    ] = None
    source: Annotated[str | None, column("who acts", "--source")] = None
    target: Annotated[str | None, column("whom they act on", "--target", "--target-column")] = None
    relation: Annotated[str | None, column("the kind of interaction", "--relation")] = None
    time: Annotated[str | None, column("when", "--time")] = None
    weight: Annotated[str | None, column("how often or how strongly", "--weight")] = None
    evidence: Annotated[
        str | None, column("the id of the message", "--evidence", "--evidence-column")
    ] = None
    delimiter: Annotated[
        str | None,
        typer.Option(
            metavar="CHAR",
            help="What separates columns: a character, 'tab' or 'space'.",
            rich_help_panel="Reading",
        ),
    ] = None
    encoding: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Such as latin-1; UTF-8 by default.", rich_help_panel="Reading"
        ),
    ] = None
    no_header: Annotated[
        bool,
        typer.Option(
            "--no-header",
            help="The first line is a record; name columns by number: --source 1.",
            rich_help_panel="Reading",
        ),
    ] = False
    skip_bad_rows: Annotated[
        bool,
        typer.Option(
            "--skip-bad-rows",
            help="Count malformed records and go on, instead of stopping at the first.",
            rich_help_panel="Reading",
        ),
    ] = False
    spreadsheet_safe: Annotated[
        bool,
        typer.Option(
            "--spreadsheet-safe",
            help="Write names that a spreadsheet would run as formulas with a ' before them, and "
            "take it off again when reading.",
            rich_help_panel="Output",
        ),
    ] = False

    def arguments(self) -> dict[str, Any]:
        """Return the options as arguments of `read_interactions`."""
        columns = {role: getattr(self, role) for role in ROLES if getattr(self, role) is not None}
        return {
            "columns": columns or None,
            "flow": self.flow,
            "since": self.since,
            "until": self.until,
            "reader": self.reader,
            "accounts": self.accounts,
            "aliases": self.aliases,
            "delimiter": self.delimiter,
            "header": False if self.no_header else None,
            "encoding": self.encoding,
            "skip_bad_rows": self.skip_bad_rows,
            "spreadsheet_safe": self.spreadsheet_safe,
        }

    def beside(self) -> list[str]:
        """Return the files that are read beside the records."""
        mapping = self.reader if self.reader and self.reader.lower().endswith(".toml") else None
        return [path for path in (mapping, self.accounts, self.aliases) if path]

    def interactions(self) -> "Interactions":
        """Read the files."""
        from keynodes.readers import read_interactions

        source = self.files if len(self.files) > 1 else self.files[0]
        return read_interactions(source, **self.arguments())

    def graph(
        self, interactions: "Interactions", combine: str = "sum"
    ) -> tuple["InteractionGraph", list[str]]:
        """Build the graph of the records, without the arcs below ``--min-weight``.

        With it comes what the numbers rest on, in sentences.
        """
        from keynodes.building import build_graph

        graph = build_graph(interactions, combine=combine)
        about = [_about(interactions.report, graph), *interactions.report.refused[1:]]
        if first := interactions.first_in_words():
            about.insert(0, first)
        if self.min_weight is not None:
            whole, graph = graph, graph.with_min_weight(self.min_weight)
            about.append(
                f"{whole.m - graph.m:,} arcs lighter than {self.min_weight:g} were left out"
            )
        if not graph.m:
            about.append("no arc is left, so there is nothing to tell the accounts apart by")
        return graph, about

    def read(
        self, progress: "Talk", quiet: bool, combine: str = "sum"
    ) -> tuple["Interactions", "InteractionGraph", list[str]]:
        """Read and build, showing how far it is and saying how the files were understood."""
        from keynodes.cli.talking import say

        with progress.about("reading"):
            interactions = self.interactions()
        say(interactions.report.notices, quiet)
        with progress.about("building the graph"):
            graph, about = self.graph(interactions, combine)
        return interactions, graph, about


def _about(report: "ReadingReport", graph: "InteractionGraph") -> str:
    parts = [
        f"{graph.n:,} accounts, {graph.m:,} arcs from {report.records:,} of {report.rows:,} records"
    ]
    accounted = {
        "repeats merged": graph.repeats_merged,
        "refused": report.rows_refused,
        "outside the period": report.rows_outside_period,
        "of accounts acting on themselves (posts, not arcs)": report.self_loops,
    }
    parts += [f"{count:,} {what}" for what, count in accounted.items() if count]
    return "; ".join(parts)
