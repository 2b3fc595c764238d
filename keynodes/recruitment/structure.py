"""`structural_hubs`: who turns to the periphery and to outsiders, for records without times."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from keynodes.building import build_graph, coded_accounts
from keynodes.communities.cartography import roles
from keynodes.communities.choosing import partition_of
from keynodes.errors import UsageError
from keynodes.flow import act_of
from keynodes.graph import InteractionGraph
from keynodes.interactions import TABLE, Interactions
from keynodes.kernels.blocks import NamedProgress
from keynodes.results import TOP, Partition, ranks_of

if TYPE_CHECKING:
    import pandas

PERIPHERAL = ("ultra-peripheral", "peripheral")
"""Roles that a member of the periphery has; beside that it has fewer neighbours in its community
than the mean member (a z-score below 0), as most accounts have one of these two roles."""

WEAKER = (
    "the structural score is weaker than first contacts in time: without times nobody is known to "
    "be new, chance is not tested, and so there is no p-value; who greets, helps or merely posts "
    "a lot scores too (if a column does hold times, name it with --time)"
)


@dataclass(frozen=True, eq=False)
class StructuralHubs:
    """Accounts in the order of their outreach beyond that of their community.

    Weaker than `Hubs`: it says whom an account turns to, not who was new, nor who stayed. Being
    listed is a reason to look at an account, never a reason by itself to remove it.

    Attributes
    ----------
    accounts : numpy.ndarray of str objects, shape (k,)
        The accounts that have a community, sorted by id. What follows has one entry each.
    community : numpy.ndarray of str objects
        The community it belongs to.
    role : numpy.ndarray of str objects
        Its role by Guimerà and Amaral; None where it has none. The hub roles are no part of the
        score: accounts that merely post a lot, or are merely popular, have them too.
    structural_score : numpy.ndarray of float64
        Accounts addressed in the periphery or outside, beyond what as many addressed accounts
        give at the mean share of its community. 0 for who addresses as its community does, or
        nobody.
    addressed : numpy.ndarray of int64
        Different accounts it addressed.
    periphery : numpy.ndarray of int64
        Those of them in the periphery of its own community: the role ultra-peripheral or
        peripheral, and fewer neighbours inside than the mean member.
    outsiders : numpy.ndarray of int64
        Those of them in another community, or in none.
    top : int
        How many accounts the table shows; 0 for all.
    notices : tuple of str
        What a reader should know about these numbers.
    """

    accounts: np.ndarray
    community: np.ndarray
    role: np.ndarray
    structural_score: np.ndarray
    addressed: np.ndarray
    periphery: np.ndarray
    outsiders: np.ndarray
    top: int = TOP
    notices: tuple[str, ...] = ()

    @property
    def outreach_share(self) -> np.ndarray:
        """Share of periphery and outsiders among the accounts it addressed; NaN without any."""
        outreach = (self.periphery + self.outsiders).astype(np.float64)
        return outreach / np.where(self.addressed > 0, self.addressed, np.nan)

    @cached_property
    def ranks(self) -> np.ndarray:
        """The rank of every account, from 1; ties share the smallest: int64 (k,)."""
        return ranks_of(self.structural_score, "high")

    @cached_property
    def order(self) -> np.ndarray:
        """Places in `accounts` from the first rank to the last, ties in account order."""
        return np.argsort(self.ranks, kind="stable")

    def to_frame(self) -> "pandas.DataFrame":
        """Return the first `top` accounts as a table.

        Columns ``rank, account, community, role, structural_score, addressed, periphery,
        outsiders, outreach_share``.
        """
        import pandas

        shown = self.order[: self.top] if self.top else self.order
        columns: dict[str, np.ndarray] = {
            "rank": self.ranks[shown],
            "account": self.accounts[shown],
        }
        for name in (
            "community",
            "role",
            "structural_score",
            "addressed",
            "periphery",
            "outsiders",
            "outreach_share",
        ):
            columns[name] = getattr(self, name)[shown]
        return pandas.DataFrame(columns)


def structural_hubs(
    interactions: Interactions,
    partition: Any,
    *,
    top: int = TOP,
    graph: InteractionGraph | None = None,
    progress: NamedProgress | None = None,
) -> StructuralHubs:
    """Find the accounts that turn to the periphery and to outsiders more than their community.

    For records without times, where `hubs` cannot tell who was new. A weaker score: there is no
    null model and no p-value.

    Parameters
    ----------
    interactions : Interactions
        Records, from `read_interactions`. Measured from acts (who addressed whom), never from
        arcs: a reply to an outsider is reaching out, although content flowed the other way.
        Reactions (reposts, likes, follows) reach out to nobody. Times and weights are not used.
    partition : Partition, mapping, Series, path or name of a method
        The community of each account, as in `hubs`.
    top : int, default 20
        How many accounts the table shows; 0 for all.
    graph : InteractionGraph, optional
        The graph of these records, if you have built it, for the roles.
    progress : callable, optional
        Called as ``progress(what, done, total)`` where a method finds the communities.

    Returns
    -------
    StructuralHubs
        With ``.to_frame()``.

    Raises
    ------
    UsageError
        When `top` is negative, or the graph is not of these records.

    Notes
    -----
    Of the different accounts that an account addressed, those count as outreach that are in the
    periphery of its community (`roles` ultra-peripheral or peripheral, and a z-score below 0) or
    outside. The score is its outreach less what its number of addressed accounts gives at the
    share that its whole community has: so it sums to 0 over a community, and posting more is not
    enough. The roles are those of the whole graph, to which the outreach itself belongs.

    An undirected record counts for both of its accounts, as who addressed whom cannot be told.

    O(records + n + m) time, O(n + m) memory. Not guaranteed: that a peripheral account was new,
    that it stayed, that the excess is more than chance. On the planted graph ``recruiting``
    without its times recruiters come well before where degree, PageRank and betweenness place
    them, but greeters, and some who post a lot, come with them (`hubs` tells these apart).

    Examples
    --------
    >>> from keynodes import read_interactions
    >>> import pandas
    >>> acts = [("ann", "new1"), ("ann", "new2"), ("bob", "cat"), ("cat", "dan"), ("bob", "dan")]
    >>> records = pandas.DataFrame(acts, columns=["source", "target"]).assign(relation="reply")
    >>> circle = dict.fromkeys(["ann", "bob", "cat", "dan"], "circle")
    >>> found = structural_hubs(read_interactions(records), circle)
    >>> found.to_frame()[["account", "structural_score", "addressed", "outsiders"]].head(2)
      account  structural_score  addressed  outsiders
    0     ann               1.2          2          2
    1     dan               0.0          0          0
    """
    if top < 0:
        raise UsageError(f"top must not be negative, got {top}")
    graph = build_graph(interactions) if graph is None else graph
    accounts, actors, targets, undirected = _addressed_pairs(interactions)
    if not np.array_equal(accounts, graph.accounts):
        raise UsageError("the graph is not of these records: their accounts differ")
    communities = partition_of(graph, partition, progress=progress)
    counts, score, role = _outreach(graph, communities, actors, targets)
    members = np.flatnonzero(communities.labels >= 0)
    # Whoever gave a partition has its notices.
    matched = () if communities is partition else communities.notices
    return StructuralHubs(
        accounts=accounts[members],
        community=np.asarray(communities.names, dtype=object)[communities.labels[members]],
        role=role[members],
        structural_score=score[members],
        addressed=counts[0][members],
        periphery=counts[1][members],
        outsiders=counts[2][members],
        top=top,
        notices=(*matched, *_notices(interactions, len(actors), undirected)),
    )


def _addressed_pairs(
    interactions: Interactions,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """All accounts; actor and target of each pair that was addressed; undirected records."""
    connection = interactions.connection
    kinds = connection.execute(
        f"SELECT relation, flow, count(*) FROM {TABLE} WHERE source <> target GROUP BY ALL"
    ).fetchall()
    addressing = [kind for kind in kinds if act_of(*kind[:2]) == "address"]
    accounts = coded_accounts(interactions)
    found = connection.execute(
        f"""
        WITH asked AS (SELECT unnest(?::VARCHAR[]) AS relation, unnest(?::VARCHAR[]) AS flow),
        addressed AS (
            SELECT DISTINCT source, target, record.flow = 'both' AS undirected
            FROM {TABLE} AS record JOIN asked
                ON record.relation IS NOT DISTINCT FROM asked.relation
                AND record.flow = asked.flow
            WHERE source <> target
        ),
        pairs AS (
            SELECT source, target FROM addressed
            UNION SELECT target, source FROM addressed WHERE undirected
        )
        SELECT s.i AS actor, t.i AS target
        FROM pairs JOIN account s ON s.id = pairs.source JOIN account t ON t.id = pairs.target
        """,
        [[relation for relation, _, _ in addressing], [flow for _, flow, _ in addressing]],
    ).fetchnumpy()
    connection.execute("DROP TABLE account")
    undirected = sum(count for _, flow, count in addressing if flow == "both")
    return accounts, np.asarray(found["actor"]), np.asarray(found["target"]), undirected


def _outreach(
    graph: InteractionGraph, communities: Partition, actors: np.ndarray, targets: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Addressed, periphery and outsiders of each account; its excess; its role."""
    labels, n = communities.labels, graph.n
    placed = roles(graph, communities)
    periphery = np.isin(placed.role, PERIPHERAL) & (placed.within_z < 0)
    inside = labels[actors] == labels[targets]
    counts = np.array(
        [
            np.bincount(actors[chosen], minlength=n)
            for chosen in (slice(None), inside & periphery[targets], ~inside)
        ]
    )
    outreach, excess = counts[1] + counts[2], np.zeros(n)
    members = np.flatnonzero(labels >= 0)
    home = labels[members]
    all_addressed, all_outreach = np.zeros((2, len(communities.names)), np.int64)
    np.add.at(all_addressed, home, counts[0][members])
    np.add.at(all_outreach, home, outreach[members])
    # Whole numbers up to the division: equals score equally to the last bit.
    beyond = outreach[members] * all_addressed[home] - counts[0][members] * all_outreach[home]
    excess[members] = beyond / np.maximum(all_addressed[home], 1)
    return counts, excess, placed.role


def _notices(interactions: Interactions, pairs: int, undirected: int) -> list[str]:
    sentences = [WEAKER]
    if interactions.report.time_unit is not None:
        sentences.append("these records have times: hubs() tells who was new and tests chance")
    if not pairs:
        sentences.append("no record addresses anybody (all are reactions), so all scores are 0")
    if undirected:
        sentences.append(
            f"{undirected:,} records are undirected: each counts for both of its accounts, as "
            "who addressed whom cannot be told"
        )
    return sentences
