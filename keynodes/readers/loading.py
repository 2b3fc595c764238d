"""From rows of text to the table `interactions`: the one place where values are checked.

A reader hands over a query that yields `line`, `source`, `target`, `relation`, `time`, `weight`
and `evidence` (see `Shape`). Here ids must not be blank, weights must be numbers above 0, times
must parse. So every format follows the same rules, and so do the fast and the careful way of
reading the same file.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import duckdb

from keynodes.errors import ReadingError, UnknownRelation
from keynodes.escaping import shortened
from keynodes.flow import canonical_relation
from keynodes.interactions import TABLE
from keynodes.readers.flows import Flows
from keynodes.readers.times import TIME_KINDS, parsed

SHOWN = 5
"""How many refused rows are described one by one."""

_COLUMNS = """(source VARCHAR, target VARCHAR, relation VARCHAR, time DOUBLE, weight DOUBLE,
    evidence VARCHAR, flow ENUM('back', 'forth', 'both'))"""

KINDS = 50
"""How many reasons for refusing rows are told apart."""

_VALUES = re.compile(r"'(?:[^'\\]|\\.)*'|\"[^\"]*\"|0x[0-9A-F]+|\d[\d,.]*")
"""What differs between rows that are refused for one reason."""

_DECIMAL_COMMA = re.compile(r"\s*\d+,\d+\s*")

_BLANKS = "' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)"


# A file that DuckDB cannot read is read carefully; a query that it cannot read is our mistake.
_OUR_ERRORS = (
    duckdb.ParserException,
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.InterruptException,
)


@dataclass(frozen=True)
class Shape:
    """What the rows of one input hold; columns it lacks are NULL in its query."""

    name: str
    """What to call the input in messages."""
    relation: bool = False
    time: str | None = None
    """One of `TIME_KINDS`, None without times."""
    weight: bool = False
    flow: str | None = None
    """What to take the flow for where neither the user nor a relation says (undirected: both)."""
    row: str = "line"
    """What its rows are called in messages: ``line`` or ``row``."""
    flows: bool = False
    """Whether its query yields ``flow`` as well: which way the row itself says that content went,
    an empty text where it says nothing. It gives way to what the user says, and stands above
    `FLOW`. `Loader.learn` must know the relations by then."""


@dataclass
class Refused:
    """Rows left out, the first few in words."""

    rows: int = 0
    shown: list[str] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)
    """How many of each kind."""
    shown_of: dict[str, list[str]] = field(default_factory=dict)
    """The first few of each kind."""

    def copy(self) -> "Refused":
        """Return what was refused up to now."""
        shown_of = {kind: list(shown) for kind, shown in self.shown_of.items()}
        return Refused(self.rows, list(self.shown), dict(self.reasons), shown_of)

    def note(self, kind: str, count: int, found: str | None = None) -> None:
        """Count rows of a kind, and keep the words on one of them."""
        # Texts of a hostile file must not make kinds without end.
        if kind not in self.reasons and len(self.reasons) >= KINDS:
            kind = "other reasons"
        self.rows += count
        self.reasons[kind] = self.reasons.get(kind, 0) + count
        if found is None:
            return
        for shown in (self.shown, self.shown_of.setdefault(kind, [])):
            if len(shown) < SHOWN:
                shown.append(found)


class Loader:
    """Fills the table of one connection from any number of inputs."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        flows: Flows,
        *,
        skip_bad_rows: bool = False,
        spreadsheet_safe: bool = False,
    ) -> None:
        self.connection = connection
        self.flows = flows
        self.skip_bad_rows = skip_bad_rows
        self.spreadsheet_safe = spreadsheet_safe
        self.loaded = 0
        self.refused = Refused()
        connection.execute(f"CREATE OR REPLACE TABLE {TABLE} {_COLUMNS}")
        connection.execute(
            "CREATE OR REPLACE TABLE flow_of "
            "(name VARCHAR, canonical VARCHAR, flow VARCHAR, said BOOLEAN)"
        )
        self._mapped: set[str] = set()

    def learn(self, relations: Iterable[str]) -> None:
        """Note relations seen in a sample, so that most rows find theirs while they are loaded."""
        for name in relations:
            if name and name not in self._mapped and (flow := self.flows.of(name)) is not None:
                self._mapped.add(name)
                self.connection.execute(
                    "INSERT INTO flow_of VALUES (?, ?, ?, ?)",
                    [name, canonical_relation(name), flow, self.flows.said(name)],
                )

    def load_clean(self, query: str, shape: Shape, odd: str = "false") -> bool:
        """Load all rows of a query in one pass if every one is in order; else load none.

        `odd` is SQL for what else makes a row one to look at more closely.
        """
        checked = f"CASE WHEN NOT ({odd}) AND problem = '' THEN amount ELSE 'nan'::DOUBLE END"
        connection = self.connection
        connection.execute("BEGIN")
        try:
            (rows,) = connection.execute(self._insert(query, shape, checked)).fetchone() or (0,)
            (wrong,) = connection.execute(
                f"SELECT count(*) FROM {TABLE} WHERE rowid >= ? AND isnan(weight)", [self.loaded]
            ).fetchone() or (0,)
        except BaseException as error:
            connection.execute("ROLLBACK")
            if isinstance(error, duckdb.Error) and not isinstance(error, _OUR_ERRORS):
                return False
            raise
        if wrong:
            connection.execute("ROLLBACK")
            return False
        connection.execute("COMMIT")
        self.loaded += rows
        return True

    def load(self, query: str, shape: Shape) -> None:
        """Load the rows of a query that are in order; the others stop it, or are counted."""
        connection = self.connection
        (wrong,) = connection.execute(
            f"SELECT count(*) FROM {self._checked(query, shape)} WHERE problem <> ''"
        ).fetchone() or (0,)
        if wrong:
            first = connection.execute(
                f"""
                SELECT line, problem, count(*) OVER of_kind, row_number() OVER of_kind = 1
                FROM (SELECT *, split_part(problem, ':', 1) AS kind
                    FROM {self._checked(query, shape)} WHERE problem <> '')
                WINDOW of_kind AS (PARTITION BY kind ORDER BY line, problem
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
                QUALIFY row_number() OVER (PARTITION BY kind ORDER BY line, problem) <= {SHOWN}
                ORDER BY line, problem
                """
            ).fetchall()
            for line, problem, count, is_first in first:
                words = _in_words(problem, shape)
                self.refuse(shape, line, words, count if is_first else 0)
        (rows,) = connection.execute(
            self._insert(query, shape, "amount") + " WHERE problem = ''"
        ).fetchone() or (0,)
        self.loaded += rows

    def refuse(self, shape: Shape, line: int, reason: str, count: int = 1) -> None:
        """Stop at a malformed row, or note it where the caller asked to skip such rows."""
        found = f"{shape.name}, {shape.row} {line}: {reason}"
        if not self.skip_bad_rows:
            raise ReadingError(f"{found}; correct it, or skip such rows with --skip-bad-rows")
        expected, _, value = reason.partition(", found ")
        self.refused.note(expected if value else _VALUES.sub("…", reason)[:100], count, found)

    def forget(self, start: int, refused: Refused) -> None:
        """Take back the rows from `start` on, and what was refused since `refused`."""
        # Made anew: a table with rows deleted keeps their places, and later rows are out of step.
        self.connection.execute(f"CREATE TABLE kept AS SELECT * FROM {TABLE} WHERE rowid < {start}")
        self.connection.execute(f"DROP TABLE {TABLE}")
        self.connection.execute(f"ALTER TABLE kept RENAME TO {TABLE}")
        self.loaded, self.refused = start, refused

    def settle_flows(
        self, shape: Shape, start: int, first_line: Callable[[str], int | None]
    ) -> None:
        """Give the records from row `start` on their relation's name and flow.

        Raises
        ------
        UnknownRelation
            For a relation whose flow nobody has said; `first_line` finds where it stands.
        """
        if not shape.relation:
            return
        unmapped = self.connection.execute(
            f"SELECT relation, count(*) FROM {TABLE} WHERE rowid >= ? AND flow IS NULL "
            "GROUP BY relation ORDER BY count(*) DESC, relation",
            [start],
        ).fetchall()
        unknown = [(r, count) for r, count in unmapped if self.flows.of(r) is None]
        if unknown:
            line = first_line(unknown[0][0])
            where = shape.name if line is None else f"{shape.name}, {shape.row} {line}"
            raise _unknown_relation(where, unknown)
        self.learn(relation for relation, _ in unmapped)
        if unmapped:
            self.connection.execute(
                f"UPDATE {TABLE} SET relation = flow_of.canonical, flow = flow_of.flow "
                f"FROM flow_of WHERE {TABLE}.flow IS NULL AND {TABLE}.relation = flow_of.name"
            )

    def _checked(self, query: str, shape: Shape) -> str:
        """SQL: the rows with their time and weight as numbers, and what is wrong with each."""
        ids = ""
        if self.spreadsheet_safe:
            ends = ", ".join(f"{_without_apostrophe(end)} AS {end}" for end in ("source", "target"))
            ids = f" REPLACE ({ends})"
        amount = "try_cast(weight AS DOUBLE)" if shape.weight else "1::DOUBLE"
        moment = parsed(shape.time) if shape.time else "NULL::DOUBLE"
        # A text of one word, then what was found: `_in_words` makes a sentence of it.
        tests = [_blank_test("source"), _blank_test("target")]
        if shape.relation:
            tests.append("WHEN relation IS NULL OR trim(relation) = '' THEN 'relation:'")
        if shape.weight:
            tests.append(
                "WHEN amount IS NULL OR NOT (amount > 0 AND amount < 'inf'::DOUBLE) "
                "THEN 'weight:' || coalesce(weight::VARCHAR, '')"
            )
        if shape.time:
            missing = "time IS NULL" if shape.time == "stored" else "coalesce(trim(time), '') = ''"
            tests.append(f"WHEN moment IS NULL AND NOT ({missing}) THEN 'time:' || time::VARCHAR")
        return f"""(
            SELECT *, CASE {" ".join(tests)} ELSE '' END AS problem FROM (
                SELECT *{ids}, {amount} AS amount, {moment} AS moment FROM ({query})
            )
        )"""

    def _insert(self, query: str, shape: Shape, amount: str) -> str:
        evidence = "nullif(evidence, '')"
        checked = self._checked(query, shape)
        if shape.relation:
            flow = "flow_of.flow"
            if shape.flows:
                own = f"coalesce(nullif(record.flow, ''), {flow})"
                flow = f"CASE WHEN said THEN {flow} ELSE {own} END"
            return (
                f"INSERT INTO {TABLE} SELECT source, target, coalesce(canonical, relation), "
                f"moment, {amount}, {evidence}, {flow} "
                f"FROM {checked} AS record LEFT JOIN flow_of ON flow_of.name = relation"
            )
        flow = f"'{self.flows.overall or shape.flow or 'forth'}'"
        if shape.flows and not self.flows.overall:
            flow = f"coalesce(nullif(flow, ''), {flow})"
        return (
            f"INSERT INTO {TABLE} SELECT source, target, NULL, moment, {amount}, {evidence}, "
            f"{flow} FROM {checked}"
        )


def _blank_test(end: str) -> str:
    # Nearly every id sorts after '!': one look at its first bytes, and no closer one.
    return (
        f"WHEN {end} IS NULL THEN '{end}:' "
        f"WHEN {end} < '!' AND ltrim({end}, {_BLANKS}) = '' THEN '{end}:'"
    )


def _without_apostrophe(column: str) -> str:
    # The reverse of the writer, which puts ' before = + - @ ' and tab for spreadsheets.
    return (
        f"CASE WHEN {column}[1] = '''' AND ({column}[2] IN ('=', '+', '-', '@', '''', chr(9))) "
        f"THEN {column}[2:] ELSE {column} END"
    )


def _in_words(problem: str, shape: Shape) -> str:
    what, _, found = problem.partition(":")
    if what == "weight":
        if not found.strip():
            return "weight is blank"
        comma = "; a decimal comma must be a point" if _DECIMAL_COMMA.fullmatch(found) else ""
        return f"weight must be a number above 0, found {shortened(found)!r}{comma}"
    if what == "time":
        expected = TIME_KINDS[shape.time or "iso"].expected
        return f"time must be {expected}, found {shortened(found)!r}"
    return f"{what} is blank"


def _unknown_relation(where: str, unknown: list[tuple[str, int]]) -> UnknownRelation:
    name, count = unknown[0]
    records = f"{count:,} record{'s' if count != 1 else ''}"
    others = ", ".join(repr(shortened(n, 40)) for n, _ in unknown[1:6])
    others = f" (as for {others}{' and more' if len(unknown) > 6 else ''})" if others else ""
    quoted = shortened(name, 40)
    return UnknownRelation(
        f"{where}: nobody has said which way content flows in relation "
        f"{quoted!r} of {records}{others}; "
        f"say --flow '{quoted}=back' (from the target to the actor), "
        f"'{quoted}=forth' or '{quoted}=both', or --flow back for every record"
    )


def relation_counts(
    connection: duckdb.DuckDBPyConnection,
) -> tuple[Mapping[str, int], dict[str, float]]:
    """Count the records of each relation, and what else the report needs, in one pass."""
    rows = connection.execute(
        f"""
        SELECT relation, count(*), count(*) FILTER (source = target), count(time),
            coalesce(bool_and(weight = floor(weight) AND weight < 9007199254740992), true)
        FROM {TABLE} GROUP BY relation ORDER BY relation
        """
    ).fetchall()
    relations = {row[0]: row[1] for row in rows if row[0] is not None}
    facts = {
        "records": sum(row[1] for row in rows),
        "self_loops": sum(row[2] for row in rows),
        "timed": sum(row[3] for row in rows),
        "whole": all(row[4] for row in rows),
    }
    return relations, facts
