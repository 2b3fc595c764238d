"""`validate`: what reading would make of some files, or all that is wrong with them.

Reading stops at the first thing it cannot make sense of. This goes on: to the next row, the next
file, and says everything.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb

from keynodes.errors import KeynodesError, UnknownRelation, UsageError
from keynodes.escaping import one_line
from keynodes.graph import written_time
from keynodes.interactions import TABLE, Interactions, ReadingReport, connect
from keynodes.lists import read_aliases, read_attributes
from keynodes.readers.columns import checked_request
from keynodes.readers.damage import damaged_ids
from keynodes.readers.flows import Flows, parse_flow
from keynodes.readers.formats import READERS
from keynodes.readers.identities import Loaded
from keynodes.readers.inputs import expand
from keynodes.readers.loading import Loader, Refused
from keynodes.readers.mapping import FileMapping, write_mapping
from keynodes.readers.reading import Chosen, chosen_reader, loading
from keynodes.readers.reporting import settle, unmapped_notices
from keynodes.readers.requests import Request, Table
from keynodes.readers.times import TIME_KINDS, parse_period

if TYPE_CHECKING:
    import os

    import pandas

ALL = "all inputs"
"""What is said of them together stands under this name."""


class Fact(NamedTuple):
    """One thing found out."""

    input: str
    fact: str
    name: str
    """Of which there may be several: a relation, a reason, a role."""
    value: Any

    @property
    def sentence(self) -> str:
        """The fact as a line for a person."""
        value = f"{self.value:,}" if isinstance(self.value, int) else str(self.value)
        return one_line(
            f"{self.fact} {self.name}: {value}" if self.name else f"{self.fact}: {value}"
        )


@dataclass(frozen=True)
class Validation:
    """What reading would make of some inputs.

    Attributes
    ----------
    facts : tuple of Fact
        In the order of the inputs, those of all together last.
    problems : tuple of str
        What would stop the reading, or leave rows out of it: empty when all is well.
    table : Table or None
        How the columns of a single plain table were understood.
    reader : str
        What that was read as.
    flows : Flows
        What was said of flow.
    """

    facts: tuple[Fact, ...]
    problems: tuple[str, ...]
    table: Table | None
    reader: str
    flows: Flows

    def to_frame(self) -> "pandas.DataFrame":
        """Return the facts as a table ``input, fact, name, value``."""
        import pandas

        frame = pandas.DataFrame(self.facts, columns=list(Fact._fields), dtype=object)
        frame["name"] = frame["name"].where(frame["name"] != "", None)
        return frame

    def sentences(self) -> list[str]:
        """Return the facts as lines, those of an input below its name."""
        lines: list[str] = []
        said = None
        for fact in self.facts:
            if fact.input != said:
                said = fact.input
                lines.append(one_line(said))
            lines.append(f"  {fact.sentence}")
        last = f"{len(self.problems):,} problem(s)" if self.problems else "nothing is wrong"
        return [*lines, last]

    def save_mapping(self, path: "str | os.PathLike[str]") -> None:
        """Write how the table was read as a mapping file, for ``reader=``.

        Raises
        ------
        UsageError
            When there is no single plain table that was read.
        """
        if self.table is None:
            found = (
                f"it was read as {self.reader!r}" if self.reader else "that is not what was read"
            )
            raise UsageError(
                f"a mapping names the columns of one plain table, and {found}: there is none to "
                "save"
            )
        write_mapping(path, self.table, self.reader, self.flows)


def validate(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    flow: "str | Iterable[str] | Mapping[str, str] | None" = None,
    since: object = None,
    until: object = None,
    reader: "str | os.PathLike[str] | None" = None,
    accounts: "str | os.PathLike[str] | pandas.DataFrame | None" = None,
    aliases: "str | os.PathLike[str] | pandas.DataFrame | Mapping[str, str] | None" = None,
    delimiter: str | None = None,
    header: bool | None = None,
    encoding: str | None = None,
    skip_bad_rows: bool = False,
    spreadsheet_safe: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Validation:
    """Say what `read_interactions` would read with these arguments, or all that is wrong.

    Malformed rows are problems, each kind with its first lines; with `skip_bad_rows`, which leaves
    them out, they are only counted. An input that cannot be read is a problem too, and the next is
    looked at.

    Raises
    ------
    UsageError
        For arguments that no input could fit.

    Notes
    -----
    The cost is that of reading; no graph is built.

    Examples
    --------
    >>> import pandas
    >>> found = validate(pandas.DataFrame({"from": ["ann", ""], "to": ["bob", "bob"]}))
    >>> found.problems
    ('<DataFrame>, row 2: source is blank',)
    """
    period = parse_period(since, until)
    chosen = chosen_reader(reader)
    request = Request(checked_request(columns), delimiter, header, encoding)
    flows = parse_flow(flow)
    if isinstance(chosen, FileMapping):
        flows = chosen.flows_under(flows)
    sources = expand(source)
    given = (
        None if accounts is None else read_attributes(accounts, spreadsheet_safe=spreadsheet_safe)
    )
    merged = {} if aliases is None else read_aliases(aliases, spreadsheet_safe=spreadsheet_safe)
    with connect() as connection:
        loader = Loader(connection, flows, skip_bad_rows=True, spreadsheet_safe=spreadsheet_safe)
        findings = _Findings(loader, strict=not skip_bad_rows)
        for done, one in enumerate(sources, start=1):
            findings.look_at(one, request, chosen)
            if progress:
                progress(done, len(sources))
        if findings.inputs and (loader.loaded or not findings.refused.rows):
            # Rows that stop the reading have been said; those left out belong to its report.
            loader.refused = Refused() if findings.strict else findings.refused
            try:
                report, known = settle(loader, findings.inputs, period, given, merged)
            except KeynodesError as error:
                findings.problem(ALL, str(error))
            else:
                records = int(report.records)
                findings.add(ALL, "records", "", records)
                if report.rows_outside_period:
                    findings.add(ALL, "outside the period", "", report.rows_outside_period)
                said = {str(fact.value) for fact in findings.facts}
                said |= set(unmapped_notices([one.part for one in findings.inputs]))
                for notice in report.notices:
                    if notice not in said:
                        findings.add(ALL, "notice", "", notice)
                if known.attributes is not None:
                    names = ", ".join(map(str, known.attributes.columns))
                    findings.add(ALL, "facts about accounts", "", names)
    only = findings.inputs[0] if len(sources) == len(findings.inputs) == 1 else None
    return Validation(
        tuple(findings.facts),
        tuple(findings.problems),
        None if only is None else only.part.table,
        "" if only is None else only.reader,
        flows,
    )


class _Findings:
    """What is found out of one input after the other."""

    def __init__(self, loader: Loader, *, strict: bool) -> None:
        self.loader = loader
        self.strict = strict
        self.facts: list[Fact] = []
        self.problems: list[str] = []
        self.inputs: list[Loaded] = []
        self.refused = Refused()

    def add(self, of: str, fact: str, name: str, value: Any) -> None:
        self.facts.append(Fact(one_line(of), fact, one_line(name), value))

    def problem(self, of: str, words: str) -> None:
        self.problems.append(one_line(words))
        self.add(of, "problem", "", self.problems[-1])

    def look_at(self, source: Any, request: Request, chosen: Chosen) -> None:
        """Read one input as far as it goes."""
        loader = self.loader
        start, loader.refused = loader.loaded, Refused()
        name = _called(source)
        try:
            with loading(source, request, loader, chosen) as loaded:
                name = loaded.part.shape.name
                self.inputs.append(loaded)
                self._of_format(loaded)
                try:
                    loader.settle_flows(loaded.part.shape, start, loaded.part.first_line)
                except UnknownRelation as error:
                    self.problem(name, str(error))
                self._of_records(loaded)
        except (KeynodesError, OSError, duckdb.Error) as error:
            if isinstance(error, duckdb.InterruptException):
                raise
            loader.forget(start, loader.refused)
            self._of_refused(name)
            self.problem(name, " ".join(str(error).split()))
            return
        self._of_refused(name)

    def _of_format(self, loaded: Loaded) -> None:
        part = loaded.part
        of = part.shape.name
        words = READERS[loaded.reader].words if loaded.reader in READERS else "in memory"
        self.add(of, "format", "", f"{loaded.reader} ({words})")
        if part.table is not None:
            for role, column in part.table.columns.items():
                self.add(of, "column", role, column)
            if part.table.delimiter is not None:
                self.add(of, "delimiter", "", repr(part.table.delimiter))
            if part.table.header is False:
                self.add(of, "header", "", "none")
        if part.shape.time:
            self.add(of, "times are", "", TIME_KINDS[part.shape.time].words)

    def _of_records(self, loaded: Loaded) -> None:
        part, of = loaded.part, loaded.part.shape.name
        connection = self.loader.connection
        rows = f"rowid >= {loaded.start} AND rowid < {loaded.stop}"
        self.add(of, "records", "", loaded.stop - loaded.start)
        for relation, flow, count in connection.execute(
            f"SELECT relation, flow, count(*) FROM {TABLE} WHERE {rows} AND relation IS NOT NULL "
            "GROUP BY ALL ORDER BY relation, flow"
        ).fetchall():
            way = (
                f"{count:,}, content goes {flow}" if flow else f"{count:,}, which way is not known"
            )
            self.add(of, "relation", relation, way)
        selves, first, last, timed = connection.execute(
            f"SELECT count(*) FILTER (source = target), min(time), max(time), count(time) "
            f"FROM {TABLE} WHERE {rows}"
        ).fetchone() or (0, None, None, 0)
        (accounts,) = connection.execute(
            f"SELECT count(*) FROM (SELECT source FROM {TABLE} WHERE {rows} UNION "
            f"SELECT target FROM {TABLE} WHERE {rows} UNION SELECT unnest(?::VARCHAR[]))",
            [list(part.isolated)],
        ).fetchone() or (0,)
        self.add(of, "accounts", "", accounts)
        counts = {
            "without any record": ("accounts", len(part.isolated)),
            "of accounts with themselves (posts)": ("records", selves),
            "without a time": ("records", loaded.stop - loaded.start - timed if timed else 0),
        }
        for what, (fact, count) in counts.items():
            if count:
                self.add(of, fact, what, count)
        if timed and part.shape.time:
            unit = TIME_KINDS[part.shape.time].unit
            self.add(of, "first time", "", str(written_time(first, unit)))
            self.add(of, "last time", "", str(written_time(last, unit)))
        if part.comments:
            self.add(of, "comment lines", "", part.comments)
        for reason, (count, line) in part.unmapped.items():
            words = f"{count:,}, the first in {part.shape.row} {line}"
            self.add(of, "not mapped", reason, words)
        for what, frame in (("removals", part.removals), ("handles", part.handles)):
            if frame is not None and len(frame):
                self.add(of, what, "", len(frame))
        for damage in damaged_ids(connection, rows):
            self.problem(of, damage.sentence)
        words = Interactions(connection, ReadingReport()).first_in_words(rows)
        if words:
            self.add(of, "in words", "", words)
        if not (part.shape.relation or part.shape.flow or self.loader.flows.overall):
            self.add(
                of, "asked", "", "which way content went: there is no relation column; it is read "
                "as going forth, otherwise say --flow back or both",
            )  # fmt: skip

    def _of_refused(self, of: str) -> None:
        refused = self.loader.refused
        for kind, count in refused.reasons.items():
            shown = refused.shown_of.get(kind, [])
            self.add(of, "refused", kind, count)
            for words in shown:
                if self.strict:
                    self.problem(of, words)
                else:
                    self.add(of, "left out", "", one_line(words))
        self.refused.rows += refused.rows
        self.refused.shown += refused.shown


def _called(source: Any) -> str:
    """What an input is called before it has been looked at."""
    if isinstance(source, str):
        return "<stdin>"
    return str(source) if hasattr(source, "__fspath__") else f"<{type(source).__name__}>"
