"""Roles: what part each account plays in its community, and between communities."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import Progress
from keynodes.kernels.brokers import ROLES as BROKERS
from keynodes.measures import cartography
from keynodes.measures.brokers import brokerage
from keynodes.results import TIE, Partition

if TYPE_CHECKING:
    import pandas

HUB = 2.5
"""An account is a hub of its community from this within-community z-score on."""

DETAILS = (
    "within_z_in",
    "within_z_out",
    "participation_in",
    "participation_out",
    "participation_normalised",
)
"""The measures that a detailed table of roles has beside those that make the role."""


class Role(NamedTuple):
    """A role in the map of Guimerà and Amaral."""

    name: str
    hub: bool
    """Whether its accounts have a within-community z-score of `HUB` or more."""
    participation: float
    """The largest participation coefficient of its accounts, this one included; the smallest is
    the largest of the role before."""


ROLES = (
    Role("ultra-peripheral", False, 0.05),
    Role("peripheral", False, 0.62),
    Role("connector", False, 0.80),
    Role("kinless", False, 1.0),
    Role("provincial hub", True, 0.30),
    Role("connector hub", True, 0.75),
    Role("kinless hub", True, 1.0),
)
"""The seven roles by their published thresholds (R1 … R7 of the paper)."""


@dataclass(frozen=True, eq=False)
class Roles:
    """The role of every account that has a community.

    A role says where an account stands in the graph. It is no reason by itself to remove one.

    Attributes
    ----------
    partition : Partition
        The communities.
    role : numpy.ndarray of str objects, shape (n,)
        A name of `ROLES`; None for an account without a community, or without a neighbour that
        has one.
    within_z, participation : numpy.ndarray of float64, shape (n,)
        The measures of these names, which make the role.
    details : mapping of str to numpy.ndarray
        For a detailed table, one array of n numbers a column: `DETAILS`, then the five counts of
        Gould and Fernandez. Empty otherwise.
    """

    partition: Partition
    role: np.ndarray
    within_z: np.ndarray
    participation: np.ndarray
    details: Mapping[str, np.ndarray] = field(default_factory=dict)

    def to_frame(self) -> "pandas.DataFrame":
        """Return a table of all accounts that have a community, by community, then by account.

        Columns ``account, community, size, stability, role, within_z, participation``, and those
        of `details` if they were asked for.
        """
        labels = self.partition.labels
        order = np.argsort(labels, kind="stable")
        shown = order[labels[order] >= 0]
        frame = self.partition.to_frame()
        columns = {
            "role": self.role,
            "within_z": self.within_z,
            "participation": self.participation,
            **self.details,
        }
        return frame.assign(**{name: column[shown] for name, column in columns.items()})


def roles(
    graph: InteractionGraph,
    partition: Partition,
    *,
    detailed: bool = False,
    progress: Progress | None = None,
) -> Roles:
    """What part each account plays: at home in its community, or between communities.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.
    partition : Partition
        Communities of the accounts of this graph. Accounts without one have no role, and are left
        out of the neighbours of others.
    detailed : bool, default False
        Also the directed variants of both measures, the normalised participation coefficient and
        the five counts of Gould and Fernandez; this takes longer.
    progress : callable, optional
        Called as ``progress(done, total)`` while the counts are made.

    Returns
    -------
    Roles
        With ``.to_frame()``.

    Raises
    ------
    UsageError
        When the communities are those of other accounts.

    Notes
    -----
    O(n + m) time and memory; detailed, O(m^1.5) time at worst. The role follows from `within_z`
    and `participation` by the thresholds in `ROLES`. Both measures are of the undirected view,
    without weights, as in the paper; `participation` is biased by the sizes of communities, which
    ``participation_normalised`` is not. In communities of fewer than eight members nobody can
    reach a z-score of 2.5, so none of them has a hub.

    References
    ----------
    Guimerà, R., & Amaral, L. A. N. (2005). Functional cartography of complex metabolic networks.
    Nature 433, 895–900. https://doi.org/10.1038/nature03288

    Examples
    --------
    >>> star = InteractionGraph.from_arcs("abcdefghi", [0] * 8, range(1, 9))
    >>> one = Partition(star.accounts, np.zeros(9, int), names=("0",))
    >>> roles(star, one).to_frame()[["account", "role"]].head(2)
      account              role
    0       a    provincial hub
    1       b  ultra-peripheral
    """
    labels = labels_of(graph, partition)
    within_z = cartography.within_z(graph, labels=labels)
    participation = cartography.participation(graph, labels=labels)
    details: dict[str, np.ndarray] = {}
    if detailed:
        details = {name: getattr(cartography, name)(graph, labels=labels) for name in DETAILS}
        counts = brokerage(graph, labels, progress=progress)
        details |= dict(zip(BROKERS, counts.T, strict=True))
    return Roles(partition, role_of(within_z, participation), within_z, participation, details)


def role_of(within_z: np.ndarray, participation: np.ndarray) -> np.ndarray:
    """Name the roles that go with pairs of a z-score and a participation coefficient.

    Parameters
    ----------
    within_z, participation : array of float
        The measures of these names, of one shape.

    Returns
    -------
    numpy.ndarray of str objects
        Names of `ROLES`; None where either number is missing.

    Notes
    -----
    O(n). A number within 1e-9 of a threshold is on it, so that its last bit decides nothing: with
    z from 2.5 on an account is a hub, and a participation of exactly 0.62 is peripheral.

    Examples
    --------
    >>> role_of(np.array([0.0, 2.5, 0.0]), np.array([0.62, 0.31, np.nan]))
    array(['peripheral', 'connector hub', None], dtype=object)
    """
    within_z = np.asarray(within_z, dtype=np.float64)
    participation = np.asarray(participation, dtype=np.float64)
    named = np.full(within_z.shape, None, dtype=object)
    defined = ~(np.isnan(within_z) | np.isnan(participation))
    hub = within_z >= HUB - TIE
    # From the widest role to the narrowest: each takes its part of the one that holds it.
    for role in reversed(ROLES):
        named[defined & (hub == role.hub) & (participation <= role.participation + TIE)] = role.name
    return named


def brokerage_by_community(
    graph: InteractionGraph, partition: Partition, *, progress: Progress | None = None
) -> "pandas.DataFrame":
    """How often the members of each community broker, in each of Gould and Fernandez's roles.

    Parameters
    ----------
    graph : InteractionGraph
        Arcs u → v: what u posts can reach v.
    partition : Partition
        Communities of the accounts of this graph.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    pandas.DataFrame
        One row a community, in the order of their numbers: ``community, size`` and the sums over
        its members of ``coordinator, itinerant, gatekeeper, representative, liaison``.

    Raises
    ------
    UsageError
        When the communities are those of other accounts.

    Notes
    -----
    O(m^1.5) time at worst, O(n + m) memory. A two-path counts for the community of the account in
    its middle. Two-paths that begin or end at an account without a community are not counted.

    References
    ----------
    Gould, R. V., & Fernandez, R. M. (1989). Structures of mediation: a formal approach to
    brokerage in transaction networks. Sociological Methodology 19, 89–126.
    https://doi.org/10.2307/270949

    Examples
    --------
    >>> line = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1], [1, 2])
    >>> two = Partition(line.accounts, np.array([1, 0, 0]), names=("0", "1"))
    >>> brokerage_by_community(line, two)[["community", "size", "gatekeeper"]]
      community  size  gatekeeper
    0         0     2           1
    1         1     1           0
    """
    import pandas

    labels = labels_of(graph, partition)
    members = np.flatnonzero(labels >= 0)
    sums = np.zeros((len(partition.sizes), len(BROKERS)), np.int64)
    np.add.at(sums, labels[members], brokerage(graph, labels, progress=progress)[members])
    columns: dict[str, np.ndarray] = {
        "community": np.asarray(partition.names, dtype=object),
        "size": partition.sizes,
        **dict(zip(BROKERS, sums.T, strict=True)),
    }
    return pandas.DataFrame(columns)


def labels_of(graph: InteractionGraph, partition: Partition) -> np.ndarray:
    """Return the community numbers of the graph's accounts, int64 (n,) and read-only.

    Raises
    ------
    UsageError
        When the partition is one of other accounts.
    """
    if partition.accounts is not graph.accounts and not np.array_equal(
        partition.accounts, graph.accounts
    ):
        raise UsageError(
            f"these are communities of other accounts ({len(partition.accounts):,}) than the "
            f"graph has ({graph.n:,}); give the partition of this graph"
        )
    labels = np.array(partition.labels, dtype=np.int64)
    if labels.shape != (graph.n,) or labels.max(initial=-1) >= len(partition.names):
        raise UsageError(
            f"a partition must have a label for each of its {graph.n:,} accounts, from -1 (none) "
            f"to {len(partition.names) - 1:,} (the last of its names)"
        )
    labels.setflags(write=False)
    return labels
