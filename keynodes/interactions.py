"""`Interactions`: one table of who acted on whom, and the account of how it was read."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keynodes.errors import UsageError
from keynodes.escaping import one_line, shortened
from keynodes.kernels.blocks import threads

if TYPE_CHECKING:
    import duckdb
    import pandas

COLUMNS = ("source", "target", "relation", "time", "weight", "evidence", "flow")
"""The columns of every `Interactions` table, in this order."""

TABLE = "interactions"
"""What the table is called inside its DuckDB connection."""


def connect() -> "duckdb.DuckDBPyConnection":
    """Open an empty DuckDB database in memory, with the settings every table here relies on.

    Tables spill to the system's temporary folder when memory runs short. ``KEYNODES_MEMORY``
    (such as ``2GB``) limits the memory DuckDB may take, ``KEYNODES_THREADS`` its threads.
    """
    import duckdb

    connection = duckdb.connect(
        config={
            "threads": threads(),
            "temp_directory": os.path.join(tempfile.gettempdir(), f"keynodes-{os.getpid()}"),
            # Nothing is fetched, and no table is taken for a Python variable of the same name.
            "autoinstall_known_extensions": False,
            "python_enable_replacements": False,
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    # DuckDB draws its bar on standard output, among the results.
    connection.execute("SET enable_progress_bar = false")
    if memory := os.environ.get("KEYNODES_MEMORY"):
        try:
            connection.execute("SET memory_limit = ?", [memory])
        except duckdb.Error as error:
            raise UsageError(
                f"KEYNODES_MEMORY must be an amount such as 2GB, got {memory!r}"
            ) from error
    return connection


@dataclass(frozen=True)
class ReadingReport:
    """What was read and what was not: nothing is dropped without a number here.

    Attributes
    ----------
    inputs : tuple of str
        The files (or ``<stdin>``, ``<DataFrame>``…) in the order they were read.
    rows : int
        Records found in the inputs, refused ones included; comments and blank lines are not.
    rows_refused : int
        Malformed records left out because the caller asked to skip them.
    refused : tuple of str
        The first few of them: file, line and reason.
    rows_outside_period : int
        Records left out because their time is not in ``since ≤ t < until``.
    self_loops : int
        Records of an account acting on itself. They make no arc; the account stays, and the
        record counts as one of its posts.
    records : int
        Records in the table: ``rows - rows_refused - rows_outside_period``.
    comments : int
        Comment lines passed over.
    relations : mapping of str to int
        Records of each relation, empty when the input has no relation column.
    time_unit : {"timestamp", "number", None}
        ``"timestamp"``: times are seconds since 1970-01-01 UTC; ``"number"``: plain numbers such
        as phases; None: no times.
    weight_kind : {"none", "count", "weight"}
        ``"none"``: every record weighs 1; ``"count"``: whole numbers, taken as repeat counts;
        ``"weight"``: anything else above 0.
    unmapped : mapping of str to int
        What an export held that makes no interaction, by reason: never guessed, always counted.
    readers : tuple of str
        The format that each of `inputs` was read as (a name of `READERS`, or what it was).
    notices : tuple of str
        What a reader should know: how columns, times and directions were understood.
    """

    inputs: tuple[str, ...] = ()
    rows: int = 0
    rows_refused: int = 0
    refused: tuple[str, ...] = ()
    rows_outside_period: int = 0
    self_loops: int = 0
    records: int = 0
    comments: int = 0
    relations: Mapping[str, int] = field(default_factory=dict)
    time_unit: str | None = None
    weight_kind: str = "none"
    unmapped: Mapping[str, int] = field(default_factory=dict)
    readers: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Interactions:
    """Who acted on whom: a DuckDB relation, not yet in Python's memory, and its report.

    The columns are those of `COLUMNS`: ``source`` (the actor), ``target`` (whom it acted on),
    ``relation`` (canonical name of `FLOW` where it has one; NULL without a relation column),
    ``time`` (DOUBLE, see ``report.time_unit``; NULL when unknown), ``weight`` (DOUBLE, above 0),
    ``evidence`` (id of the message, or NULL) and ``flow`` (``back``, ``forth`` or ``both``: which
    way content travelled). Reading never swaps actor and target; `build_graph` does, once.

    Attributes
    ----------
    connection : duckdb.DuckDBPyConnection
        Holds the table ``interactions``; it spills to disk when memory runs short.
    report : ReadingReport
        What was read, dropped and understood.
    isolated : tuple of str
        Accounts that the input names without any record (isolated nodes of a network object).
    attributes : pandas.DataFrame or None
        Facts about accounts, indexed by account id: those of ``accounts=``, and what the inputs
        say of them where ``accounts=`` does not: ``handle`` (what the account was called last),
        ``handles`` (a JSON array of names and since when, oldest first, where it had several),
        ``removed_at`` and ``removed_how``, and attributes of nodes in network files.
    given_attributes : tuple of str
        The columns of `attributes` that ``accounts=`` has.
    removals : pandas.DataFrame or None
        What exports say was taken down, oldest first: columns ``account, time, event, evidence``;
        time as in `to_frame`, missing where it is not known.
    aliases : mapping of str to str
        Ids that were merged into others by ``aliases=``, from alias to account.
    """

    connection: "duckdb.DuckDBPyConnection"
    report: ReadingReport
    isolated: tuple[str, ...] = ()
    attributes: "pandas.DataFrame | None" = None
    removals: "pandas.DataFrame | None" = None
    given_attributes: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)

    @property
    def relation(self) -> "duckdb.DuckDBPyRelation":
        """The records as a lazy DuckDB relation."""
        return self.connection.table(TABLE)

    def __len__(self) -> int:
        return self.report.records

    def first_in_words(self, rows: str = "true") -> str:
        """Say what was taken from the first record: who acted on whom, and who reached whom.

        `rows` is SQL for the records that it may be.
        """
        # A post is an account's record with itself, and says nothing of direction.
        query = (
            f"SELECT source, target, relation, flow FROM {TABLE} WHERE flow IS NOT NULL AND {rows} "
            "ORDER BY source = target, rowid LIMIT 1"
        )
        for source, target, relation, flow in self.connection.execute(query).fetchall():
            actor, other = (repr(shortened(account, 40)) for account in (source, target))
            kind = f" ({shortened(relation, 40)})" if relation else ""
            reached = {
                "back": f"what {other} posts reaches {actor}",
                "forth": f"what {actor} posts reaches {other}",
                "both": "what either posts reaches the other",
            }[flow]
            return one_line(f"first record: {actor} acted on {other}{kind}, so {reached}")
        return ""

    def to_frame(self) -> "pandas.DataFrame":
        """Return the records as a DataFrame with the columns of `COLUMNS`.

        Timestamps come as ``datetime64[us, UTC]``, plain numbers as floats. Memory: all records.
        """
        import pandas

        frame = frame_of(self.connection.execute(f"SELECT {', '.join(COLUMNS)} FROM {TABLE}"))
        if self.report.time_unit == "timestamp":
            microseconds = (frame["time"] * 1e6).round()
            frame["time"] = pandas.to_datetime(microseconds, unit="us", utc=True)
        return frame

    def posts(self) -> tuple["pandas.Series", str]:
        """How many posts each account made, and where the number comes from.

        The ``posts`` column of the account attributes where there is one; else the distinct
        evidence ids of the account's own records; else its records. A record of an account
        acting on itself is a post like any other; likes and follows are none.

        Returns
        -------
        posts : pandas.Series of float64
            Indexed by account id, sorted; accounts that only were acted on have 0.
        basis : str
            ``"posts column"``, ``"distinct evidence ids"`` or ``"outgoing records"``.
        """
        count = "count(*)"
        basis = "outgoing records"
        evidence = f"SELECT 1 FROM {TABLE} WHERE evidence IS NOT NULL LIMIT 1"
        if self.connection.execute(evidence).fetchone():
            # A record without an evidence id can only count as a post of its own.
            count = "count(DISTINCT evidence) + count(*) FILTER (evidence IS NULL)"
            basis = "distinct evidence ids"
        self.connection.execute(
            f"""
            SELECT account, coalesce(sum(posts), 0)::DOUBLE AS posts FROM (
                SELECT source AS account, {count} AS posts FROM {TABLE}
                WHERE relation IS NULL OR relation NOT IN ('like', 'follow') GROUP BY source
                UNION ALL SELECT DISTINCT source, 0 FROM {TABLE}
                UNION ALL SELECT DISTINCT target, 0 FROM {TABLE}
            ) GROUP BY account ORDER BY account
            """
        )
        posts = frame_of(self.connection).set_index("account")["posts"]
        if self.attributes is not None and "posts" in self.attributes.columns:
            given = self.attributes["posts"].astype("float64").reindex(posts.index)
            return given.fillna(posts).rename("posts"), "posts column"
        return posts, basis


def frame_of(result: "duckdb.DuckDBPyConnection") -> "pandas.DataFrame":
    """Fetch a DuckDB result as a DataFrame: NULL is None among texts and NaN among numbers."""
    import numpy as np
    import pandas

    columns = {}
    for name, fetched in result.fetchnumpy().items():
        masked = np.ma.asarray(fetched)
        missing = np.ma.getmaskarray(masked)
        values = np.ma.getdata(masked)
        if values.dtype == object:
            values[missing] = None
        elif missing.any():
            values = np.where(missing, np.nan, values)
        columns[name] = values
    return pandas.DataFrame(columns)
