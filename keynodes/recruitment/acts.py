"""Acts: who acted on whom and when, as arrays in the order of time."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keynodes.building import coded_accounts
from keynodes.flow import FLOW, FLOWS, act_of
from keynodes.interactions import TABLE, Interactions

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, eq=False)
class Acts:
    """Records of one account acting on another at a known time, in the order of time.

    Records of one time stand in the order of actor, target, address before reaction, message: the
    order of lines in a file cannot change anything.

    Attributes
    ----------
    accounts : numpy.ndarray of str objects, shape (n,)
        All accounts of the records, sorted by id.
    actors, targets : numpy.ndarray of int32, shape (m,)
        Who acted, and on whom, by place in `accounts`.
    reactions : numpy.ndarray of uint8, shape (m,)
        1 where the actor reacted to the target, 0 where it addressed it.
    times : numpy.ndarray of float64, shape (m,)
        When, in the time unit of the records.
    messages : numpy.ndarray of uint64, shape (m,)
        A number for the evidence id: records with the same actor, time and message are one act.
    rows : numpy.ndarray of int64, shape (m,)
        Which row of the table of records each is.
    undated : int
        Records left out because they have no time.
    """

    accounts: np.ndarray
    actors: np.ndarray
    targets: np.ndarray
    reactions: np.ndarray
    times: np.ndarray
    messages: np.ndarray
    rows: np.ndarray
    undated: int

    @property
    def m(self) -> int:
        """Number of acts."""
        return len(self.times)


def acts_of(interactions: Interactions) -> Acts:
    """Fetch the acts of a table of records.

    Notes
    -----
    O(records) time and memory, apart from sorting by time: 33 bytes a record once sorted, about
    three times that on the way. The weight of a record is not used: it is one act.
    """
    connection = interactions.connection
    accounts = coded_accounts(interactions)
    acting = "record.source <> record.target AND record.time IS NOT NULL"
    found = connection.execute(
        f"""
        SELECT s.i AS actors, t.i AS targets, {_is_reaction("record")}::INTEGER AS reactions,
            record.time AS times, coalesce(hash(record.evidence), 0)::UBIGINT AS messages,
            record.rowid AS rows, coalesce(hash(record.relation), 0)::UBIGINT AS relations
        FROM {TABLE} AS record JOIN account s ON s.id = record.source
            JOIN account t ON t.id = record.target
        WHERE {acting}
        """
    ).fetchnumpy()
    connection.execute("DROP TABLE account")
    (undated,) = connection.execute(
        f"SELECT count(*) FROM {TABLE} WHERE source <> target AND time IS NULL"
    ).fetchall()[0]
    columns = {name: np.asarray(column) for name, column in found.items()}
    order = _order(columns)
    del columns["relations"]
    sorted_columns = {name: column[order] for name, column in columns.items()}
    sorted_columns["reactions"] = sorted_columns["reactions"].astype(np.uint8)
    for array in sorted_columns.values():
        array.setflags(write=False)
    return Acts(accounts=accounts, undated=int(undated), **sorted_columns)


def _is_reaction(record: str) -> str:
    """SQL for whether a record is a reaction: what `act_of` says, by relation and flow."""
    relation, flow = f"coalesce({record}.relation, '')", f"{record}.flow"
    known = ", ".join(f"'{name}'" for name in FLOW)
    reacting = ", ".join(f"'{name}'" for name in FLOW if FLOW[name].act == "react")
    back = ", ".join(f"'{name}'" for name in FLOWS if act_of(None, name) == "react")
    return f"({relation} IN ({reacting}) OR ({relation} NOT IN ({known}) AND {flow} IN ({back})))"


def _order(columns: dict[str, np.ndarray]) -> np.ndarray:
    """Positions by time, actor, target, act, message and relation."""
    order = np.argsort(columns["times"], kind="stable")
    times = columns["times"][order]
    same = times[1:] == times[:-1]
    # Most moments have one act: only the others need the other keys.
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
    among = order[tied]
    keys = ("relations", "messages", "reactions", "targets", "actors", "times")
    order[tied] = among[np.lexsort([columns[key][among] for key in keys])]
    return order


def evidence_of(interactions: Interactions, rows: np.ndarray) -> "pandas.DataFrame":
    """Look up relation and evidence id of some rows of the table: columns in that order."""
    import pandas

    connection = interactions.connection
    found = connection.execute(
        f"""
        SELECT record.relation, record.evidence
        FROM (SELECT unnest(?::BIGINT[]) AS row, unnest(range(?)) AS place) asked
            JOIN {TABLE} AS record ON record.rowid = asked.row
        ORDER BY asked.place
        """,
        [rows.tolist(), len(rows)],
    ).fetchall()
    return pandas.DataFrame(found, columns=["relation", "evidence"], dtype=object)
