"""Options that commands share, each defined once.

A command names a record of options as the type of a parameter; `shares_options` puts the fields
of the record into the command's own signature, where typer finds them, and hands the filled
record to the command. It also turns errors into one line and an exit code.
"""

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keynodes.cli.guarding import guarded

if TYPE_CHECKING:
    from keynodes.cli.talking import Talk
    from keynodes.graph import InteractionGraph
    from keynodes.interactions import Interactions, ReadingReport

ROLES = ("source", "target", "relation", "time", "weight", "evidence")

LISTS = ("seeds", "protect", "labels")
"""Options of commands that name a file to read, beside those of `Reading`."""

NEEDS = {"missing": "intervals", "missing_what": "intervals", "allow_unknown": "protect"}
"""Options that say nothing without another one."""


def _column(role: str, meaning: str) -> Any:
    return typer.Option(
        f"--{role}", metavar="COLUMN", help=f"Column of {meaning}.", rich_help_panel="Columns"
    )


@dataclass(frozen=True)
class Reading:
    """What to read, and how."""

    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE…",
            help="Records of who interacted with whom: CSV, TSV, JSON lines, Parquet, plain or "
            "compressed; a pattern such as 'logs/*.csv'; '-' for standard input.",
            show_default=False,
        ),
    ]
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
            help="Facts about accounts: a column 'account' and any others.",
            rich_help_panel="Reading",
        ),
    ] = None
    source: Annotated[str | None, _column("source", "who acts")] = None
    target: Annotated[str | None, _column("target", "whom they act on")] = None
    relation: Annotated[str | None, _column("relation", "the kind of interaction")] = None
    time: Annotated[str | None, _column("time", "when")] = None
    weight: Annotated[str | None, _column("weight", "how often or how strongly")] = None
    evidence: Annotated[str | None, _column("evidence", "the id of the message")] = None
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

    def interactions(self) -> "Interactions":
        """Read the files."""
        from keynodes.readers import read_interactions

        columns = {role: getattr(self, role) for role in ROLES if getattr(self, role) is not None}
        return read_interactions(
            self.files if len(self.files) > 1 else self.files[0],
            columns=columns or None,
            flow=self.flow,
            since=self.since,
            until=self.until,
            accounts=self.accounts,
            delimiter=self.delimiter,
            header=False if self.no_header else None,
            encoding=self.encoding,
            skip_bad_rows=self.skip_bad_rows,
            spreadsheet_safe=self.spreadsheet_safe,
        )

    def graph(self, interactions: "Interactions") -> tuple["InteractionGraph", list[str]]:
        """Build the graph of the records, without the arcs below ``--min-weight``.

        With it comes what the numbers rest on, in sentences.
        """
        from keynodes.building import build_graph

        graph = build_graph(interactions)
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
        self, progress: "Talk", quiet: bool
    ) -> tuple["Interactions", "InteractionGraph", list[str]]:
        """Read and build, showing how far it is and saying how the files were understood."""
        from keynodes.cli.talking import say

        with progress.about("reading"):
            interactions = self.interactions()
        say(interactions.report.notices, quiet)
        with progress.about("building the graph"):
            graph, about = self.graph(interactions)
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
    labels: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="account,label: the community of each account."),
    ] = None
    seed: Annotated[int, typer.Option(min=0, help="Of everything random.")] = 0

    def lists(self, spreadsheet_safe: bool) -> dict[str, Any]:
        """Read the lists that were named, as arguments of `rank` and `explain`."""
        from keynodes.lists import read_accounts, read_labels

        return {
            name: None if path is None else read(path, spreadsheet_safe=spreadsheet_safe)
            for name, path, read in (
                ("seeds", self.seeds, read_accounts),
                ("protected", self.protect, read_accounts),
                ("labels", self.labels, read_labels),
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


@dataclass(frozen=True)
class Output:
    """Where the table goes, and in which form."""

    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write to FILE, and what it was made from to FILE.manifest.json.",
            rich_help_panel="Output",
        ),
    ] = None
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="table|csv|json|parquet",
            help="By default a table on a terminal and CSV in a pipe or a file.",
            rich_help_panel="Output",
        ),
    ] = None
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", help="No notices and no progress.", rich_help_panel="Output"),
    ] = False

    def chosen_format(self) -> str:
        """Return the format to write; it and the place are checked before any work is done."""
        from keynodes.interop.tables import FORMATS, format_for
        from keynodes.registry import pick
        from keynodes.writing import check_writable

        asked = pick({form: form for form in FORMATS}, self.form, "format") if self.form else None
        form = format_for(self.output, asked)
        for path in self.written():
            check_writable(path)
        return form

    def written(self) -> list[str]:
        """Return the files that the command will write."""
        from keynodes.interop.manifest import manifest_of
        from keynodes.writing import is_stream

        if self.output is None:
            return []
        # What goes into a pipe or a device leaves no file that a manifest could lie beside.
        return [self.output] if is_stream(self.output) else [self.output, manifest_of(self.output)]


@dataclass(frozen=True)
class PlainOutput(Output):
    """The same for a table that no data went into: it has no manifest."""

    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write to FILE.", rich_help_panel="Output"
        ),
    ] = None

    def written(self) -> list[str]:
        """Return the files that the command will write."""
        return [] if self.output is None else [self.output]


def shares_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give `command` the options of the records it takes, and its errors an exit code.

    What holds for the options of every command is checked here.
    """
    parameters: list[inspect.Parameter] = []
    records: dict[str, Any] = {}
    for parameter in inspect.signature(command).parameters.values():
        if is_dataclass(parameter.annotation):
            records[parameter.name] = parameter.annotation
            parameters += [
                inspect.Parameter(
                    field.name,
                    inspect.Parameter.KEYWORD_ONLY,
                    default=inspect.Parameter.empty if field.default is MISSING else field.default,
                    annotation=field.type,
                )
                for field in fields(parameter.annotation)
            ]
        else:
            parameters.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))

    parameters.append(
        inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    )

    @functools.wraps(command)
    def wrapper(context: typer.Context, **given: Any) -> None:
        flat = dict(given)
        for name, kind in records.items():
            given[name] = kind(**{field.name: given.pop(field.name) for field in fields(kind)})

        def run() -> None:
            _check_needs(context, flat)
            _check_inputs(given, [flat.get(name) for name in LISTS])
            command(**given)

        guarded(run)

    wrapper.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {p.name: p.annotation for p in parameters}
    return wrapper


def _check_needs(context: typer.Context, given: Mapping[str, Any]) -> None:
    """Refuse an option that was given but would be ignored."""
    from keynodes.errors import UsageError

    for name, needed in NEEDS.items():
        if name in given and not given.get(needed) and given_by_user(context, name):
            option, other = (f"--{part.replace('_', '-')}" for part in (name, needed))
            raise UsageError(f"{option} says nothing without {other}")


def given_by_user(context: typer.Context, name: str) -> bool:
    """Whether an option was on the command line, even with the value it has by default."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _check_inputs(given: Mapping[str, Any], lists: Iterable[str | None]) -> None:
    """Refuse to write over what is read."""
    output, reading = given.get("output"), given.get("reading")
    if not isinstance(output, Output) or not isinstance(reading, Reading) or not output.output:
        return
    from keynodes.errors import UsageError
    from keynodes.readers.inputs import expand
    from keynodes.writing import is_same_file, is_stream

    named = [path for path in (reading.accounts, *lists) if path is not None]
    inputs = [*expand(reading.files), *named]
    for path in output.written():
        for read in inputs:
            if not is_stream(path) and is_same_file(path, read):
                raise UsageError(
                    f"{path} would be written over, but it is read"
                    + (" from standard input" if read == "-" else "")
                    + "; write to another file"
                )
