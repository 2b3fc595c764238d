"""A made-up graph whose answer is known, because it was planted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keynodes.flow import FLOW

if TYPE_CHECKING:
    import pandas

RECORD_COLUMNS = ("source", "target", "relation", "time", "evidence")
"""The columns of ``Planted.records``: who acted on whom, how, when and in which message."""

TRUTH_COLUMNS = ("account", "role", "community", "key")
"""The columns of ``Planted.truth``: one row an account."""


@dataclass(frozen=True, eq=False)
class Planted:
    """Records of a made-up network, and who in it was made key.

    Attributes
    ----------
    name : str
        As in `SYNTHETIC`.
    records : pandas.DataFrame
        ``source`` (the actor), ``target``, ``relation`` (a name of `FLOW`), ``time`` (datetime in
        UTC to the second, or a whole number where it is a phase) and ``evidence`` (id of the
        message: records with the same actor, time and evidence are one message to many), in the
        order of time.
    truth : pandas.DataFrame
        ``account, role, community, key`` for every account, sorted by account; ``key`` is 1 for
        the accounts to be found.
    seeds : list of str
        Accounts taken as known beforehand, sorted. None of them is key.
    protected : list of str
        Accounts that must never be removed (reporters and the like), sorted.
    note : str
        What was planted, in a few sentences.
    """

    name: str
    records: "pandas.DataFrame"
    truth: "pandas.DataFrame"
    seeds: list[str]
    protected: list[str]
    note: str

    def __repr__(self) -> str:
        accounts, records = len(self.truth), len(self.records)
        return f"<Planted: {self.name}, {accounts:,} accounts, {records:,} records>"


def actor_and_target(
    speaker: np.ndarray, hearer: np.ndarray, relation: Sequence[str] | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Who acts on whom, when content of each `speaker` reaches its `hearer` by each `relation`.

    Examples
    --------
    >>> actor_and_target(np.array([1, 1]), np.array([2, 2]), ["repost", "mention"])
    (array([2, 1]), array([1, 2]))
    """
    back = np.array([FLOW[name].flow == "back" for name in relation], bool)
    return np.where(back, hearer, speaker), np.where(back, speaker, hearer)


def truth_table(
    names: Sequence[str] | np.ndarray,
    roles: Sequence[str] | np.ndarray,
    communities: Sequence[str] | np.ndarray,
    key: Sequence[int] | np.ndarray,
) -> "pandas.DataFrame":
    """One row an account, sorted by account."""
    import pandas

    columns = (np.asarray(column) for column in (names, roles, communities, key))
    table = pandas.DataFrame(dict(zip(TRUTH_COLUMNS, columns, strict=True)))
    return table.sort_values("account", ignore_index=True)


def at_seconds(seconds: np.ndarray) -> "pandas.Series":
    """Seconds since 1970 as datetimes in UTC."""
    import pandas

    return pandas.Series(np.asarray(seconds, np.int64).view("datetime64[s]")).dt.tz_localize("UTC")
