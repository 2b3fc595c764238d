"""`Hubs`: the accounts that meet more newcomers than chance would have them meet."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from keynodes.graph import written_time
from keynodes.interactions import Interactions
from keynodes.kernels.contacts import REACHED
from keynodes.recruitment.acts import Acts, evidence_of
from keynodes.recruitment.contacts import Meetings, Rules
from keynodes.results import TOP, ranks_of

if TYPE_CHECKING:
    import pandas

DISCOVERY = 0.1
"""A q-value up to which an excess is called a discovery: one discovery in ten may be chance."""


@dataclass(frozen=True, eq=False)
class Hubs:
    """Members of communities in the order of the newcomers they drew in beyond chance.

    First come those whose excess is a discovery (a q-value up to 0.1), then the others; each by
    ``excess × drawn_in / contacts``, the excess newcomers who stayed. Being listed is a reason to
    look at an account, never a reason by itself to remove it: greeters and helpdesks meet
    newcomers too.

    Attributes
    ----------
    accounts : numpy.ndarray of str objects, shape (n,)
        All accounts of the records, sorted by id.
    tested : numpy.ndarray of int64, shape (k,)
        Which of them were active as members after the burn-in. What follows has one entry each.
    community : numpy.ndarray of str objects
        The community it is a member of.
    role : numpy.ndarray of str objects
        Its role by Guimerà and Amaral in the whole graph; empty where it has none.
    reached_out, attracted : numpy.ndarray of int64
        Newcomers it addressed first, and newcomers who first addressed or reacted to it.
    drawn_in : numpy.ndarray of int64
        How many of both later interacted with `further` other members of its community.
    contacts : numpy.ndarray of int64
        Contacts counted for the test: newcomers that one act addressed are one.
    expected : numpy.ndarray of float64
        How many such contacts it would have by chance.
    p_value, q_value : numpy.ndarray of float64
        Probability of so many by chance; false discovery rate over all tested accounts.
    intake_share : numpy.ndarray of float64
        Share of the newcomers drawn into its community whom it was a first contact of.
    outreach_share : numpy.ndarray of float64
        Share of newcomers among the newcomers and members it addressed after the burn-in.
    rules : Rules
        Burn-in, window, horizon, further members.
    meetings : Meetings
        Who was new, whom each met and what came of it.
    top : int
        How many accounts the table shows, of those that met a newcomer; 0 for all tested.
    notices : tuple of str
        What a reader should know about these numbers.
    """

    accounts: np.ndarray
    tested: np.ndarray
    community: np.ndarray
    role: np.ndarray
    reached_out: np.ndarray
    attracted: np.ndarray
    drawn_in: np.ndarray
    contacts: np.ndarray
    expected: np.ndarray
    p_value: np.ndarray
    q_value: np.ndarray
    intake_share: np.ndarray
    outreach_share: np.ndarray
    rules: Rules
    meetings: Meetings
    interactions: Interactions
    acts: Acts
    top: int = TOP
    notices: tuple[str, ...] = ()

    @property
    def excess(self) -> np.ndarray:
        """Contacts beyond those expected by chance: float64 (k,)."""
        return self.contacts - self.expected

    @cached_property
    def _keys(self) -> tuple[np.ndarray, ...]:
        """What the order goes by, the last first: small is key."""
        stayed = self.drawn_in / np.maximum(self.reached_out + self.attracted, 1)
        drawing = ranks_of(np.maximum(self.excess, 0) * stayed, "high")
        return ranks_of(self.p_value, "low"), drawing, self.q_value > DISCOVERY

    @cached_property
    def order(self) -> np.ndarray:
        """Places in `tested` from the first rank to the last: int64 (k,)."""
        return np.lexsort((self.tested, *self._keys))

    @cached_property
    def ranks(self) -> np.ndarray:
        """The rank of each of `tested`, from 1; equals share the smallest: int64 (k,)."""
        differs = np.ones(len(self.order), bool)
        keys = np.array([key[self.order] for key in self._keys], dtype=np.int64)
        differs[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
        places = np.arange(1, len(self.order) + 1)
        ranks = np.empty(len(self.order), np.int64)
        ranks[self.order] = np.maximum.accumulate(np.where(differs, places, 0))
        return ranks

    @property
    def shown(self) -> np.ndarray:
        """The first `top` of `order` that met any newcomer; all of them for 0."""
        if not self.top:
            return self.order
        met = self.order[(self.reached_out + self.attracted)[self.order] > 0]
        return met[: self.top]

    @property
    def discoveries(self) -> int:
        """How many accounts have a q-value up to 0.1."""
        return int((self.q_value <= DISCOVERY).sum())

    def to_frame(self) -> "pandas.DataFrame":
        """Return the first `top` accounts as a table.

        Columns ``rank, account, community, role, reached_out, attracted, drawn_in, expected,
        excess, p_value, q_value, intake_share, outreach_share``.
        """
        import pandas

        shown = self.shown
        columns: dict[str, np.ndarray] = {
            "rank": self.ranks[shown],
            "account": self.accounts[self.tested[shown]],
        }
        for name in (
            "community",
            "role",
            "reached_out",
            "attracted",
            "drawn_in",
            "expected",
            "excess",
            "p_value",
            "q_value",
            "intake_share",
            "outreach_share",
        ):
            columns[name] = getattr(self, name)[shown]
        return pandas.DataFrame(columns)

    def evidence_frame(self) -> "pandas.DataFrame":
        """Return the newcomers of the accounts shown: how each was met, and what came of it.

        Columns ``rank, account, community, newcomer, contact`` (``reached out`` or
        ``attracted``), ``time, relation, evidence``, ``outcome`` (``drawn in``, ``not drawn in``),
        ``further`` (other members of the community it met in its horizon, until it was drawn in)
        and ``drawn_in_time``. By rank, then by time.
        """
        import pandas

        meetings, unit = self.meetings, self.interactions.report.time_unit
        place = np.full(len(self.accounts), -1, np.int64)
        place[self.tested[self.shown]] = np.arange(len(self.shown))
        found = np.flatnonzero(
            (place[meetings.members] >= 0) & ~meetings.censored[meetings.newcomers]
        )
        at = meetings.acts[found]
        order = np.lexsort(
            (meetings.newcomers[found], self.acts.times[at], place[meetings.members[found]])
        )
        found, at = found[order], at[order]
        newcomers, members = meetings.newcomers[found], meetings.members[found]
        stayed = meetings.drawn_in[newcomers] & (meetings.home[newcomers] == meetings.home[members])
        evidence = evidence_of(self.interactions, self.acts.rows[at])
        when = [written_time(t, unit) for t in self.acts.times[at].tolist()]
        return pandas.DataFrame(
            {
                "rank": self.ranks[self.shown][place[members]],
                "account": self.accounts[members],
                "community": self.community[self.shown][place[members]],
                "newcomer": self.accounts[newcomers],
                "contact": np.where(meetings.kinds[found] == REACHED, "reached out", "attracted"),
                "time": pandas.Series(when, dtype=object),
                "relation": evidence["relation"],
                "evidence": evidence["evidence"],
                "outcome": np.where(stayed, "drawn in", "not drawn in"),
                "further": meetings.further[found],
                "drawn_in_time": pandas.Series(
                    [
                        written_time(t, unit) if yes else None
                        for t, yes in zip(
                            meetings.since[newcomers].tolist(), stayed.tolist(), strict=True
                        )
                    ],
                    dtype=object,
                ),
            }
        )
