"""The graph: who can reach whom. An arc u → v means that what u posts can reach v."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from keynodes.errors import KeynodesError, UnknownAccount, UsageError
from keynodes.kernels import csr

if TYPE_CHECKING:
    import igraph
    import networkx
    import pandas
    import scipy.sparse


def written_time(time: float, unit: str | None) -> str | float:
    """Write a time of the graph for a reader: ISO 8601 in UTC, or the plain number it is.

    Examples
    --------
    >>> written_time(1341100972.5, "timestamp"), written_time(3, "number")
    ('2012-07-01T00:02:52.500Z', 3.0)
    """
    if unit != "timestamp":
        return float(time)
    moment = np.datetime64(round(float(time) * 1e6), "us")
    if float(time).is_integer():
        return f"{np.datetime_as_string(moment, unit='s')}Z"
    return f"{np.datetime_as_string(moment, unit='ms')}Z"


class Adjacency(NamedTuple):
    """Neighbours of every account in compressed sparse rows; rows sorted, arrays read-only."""

    indptr: np.ndarray
    """int64 (n + 1,): row u is ``indices[indptr[u]:indptr[u + 1]]``."""
    indices: np.ndarray
    """int32 (m,): the neighbours."""
    weights: np.ndarray
    """float64 (m,): the weight of each arc, above 0."""


@dataclass(frozen=True, eq=False)
class InteractionGraph:
    """Who can reach whom: a directed, weighted graph, valid by construction and frozen.

    Accounts are sorted by id and known inside by their index 0 … n − 1. There are no self-loops
    and no parallel arcs; weights are finite and above 0; rows are sorted; arrays are read-only.

    Attributes
    ----------
    accounts : numpy.ndarray of str objects, shape (n,)
        The account ids, sorted by code point.
    out : Adjacency
        ``out.indices[out.indptr[u]:out.indptr[u + 1]]``: the accounts that hear u.
    counts : numpy.ndarray of int64, shape (m,)
        How many interactions each arc stands for (the sum of weights when these are counts).
    mutual : numpy.ndarray of int64, shape (m,)
        How many of these went both ways: each stands at the opposite arc too.
    first_time, last_time : numpy.ndarray of float64, shape (m,)
        When the first and the last of them happened, in `time_unit`; NaN when unknown.
    relations : tuple of str
        The relations, sorted; empty when the records have none.
    relation_indptr, relation_codes, relation_counts, relation_mutual : numpy.ndarray
        Arc i has the relations ``relations[relation_codes[j]]``, each ``relation_counts[j]``
        times (``relation_mutual[j]`` of them both ways), for j in
        ``range(relation_indptr[i], relation_indptr[i + 1])``.
    weights_are_counts : bool
        Whether weights count interactions (so that a share of them can go missing).
    weights_are_probabilities : bool
        Whether `build_graph` combined the weights of repeats to 1 − ∏(1 − p).
    time_unit : {"timestamp", "number", None}
        As in `ReadingReport`.
    repeats_merged : int or None
        Records that `build_graph` added to an arc that another record had made already; None for
        a graph made of another graph.
    attributes : pandas.DataFrame or None
        Facts about accounts, indexed by account id (see `Interactions.attributes`); it may lack
        accounts of the graph, and have others. To put them beside a result:
        ``ranking.to_frame().join(graph.attributes, on="account")``.
    aliases : mapping of str to str
        Other ids of accounts, by which lists may name them too: from alias to account.
    """

    accounts: np.ndarray
    out: Adjacency
    counts: np.ndarray
    mutual: np.ndarray
    first_time: np.ndarray
    last_time: np.ndarray
    relations: tuple[str, ...] = ()
    relation_indptr: np.ndarray = field(default_factory=lambda: np.zeros(1, np.int64))
    relation_codes: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    relation_counts: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    relation_mutual: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    weights_are_counts: bool = True
    weights_are_probabilities: bool = False
    time_unit: str | None = None
    repeats_merged: int | None = None
    attributes: "pandas.DataFrame | None" = None
    aliases: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for array in (
            self.accounts,
            *self.out,
            self.counts,
            self.mutual,
            self.first_time,
            self.last_time,
            self.relation_indptr,
            self.relation_codes,
            self.relation_counts,
            self.relation_mutual,
        ):
            array.setflags(write=False)

    def __repr__(self) -> str:
        return f"<InteractionGraph: {self.n:,} accounts, {self.m:,} arcs>"

    @property
    def n(self) -> int:
        """Number of accounts."""
        return len(self.accounts)

    @property
    def m(self) -> int:
        """Number of arcs."""
        return len(self.out.indices)

    @property
    def records(self) -> int:
        """Number of interactions behind the arcs; one that went both ways is one."""
        return int(self.counts.sum() - self.mutual.sum() // 2)

    @cached_property
    def _transposed(self) -> tuple[Adjacency, np.ndarray]:
        indptr, indices, arcs = csr.transpose(self.out.indptr, self.out.indices)
        arcs.setflags(write=False)
        return _frozen(Adjacency(indptr, indices, self.out.weights[arcs])), arcs

    @property
    def into(self) -> Adjacency:
        """The accounts that each account hears: the transpose of `out`, made once."""
        return self._transposed[0]

    @property
    def into_arcs(self) -> np.ndarray:
        """int64 (m,): which arc of `out` stands at each position of `into`."""
        return self._transposed[1]

    @cached_property
    def both(self) -> Adjacency:
        """The undirected view: neighbours in either direction, weights w(u→v) + w(v→u)."""
        lengths = csr.row_lengths_of_union(
            self.out.indptr, self.out.indices, self.into.indptr, self.into.indices
        )
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        indptr.setflags(write=False)  # kernels see one kind of array: they compile once
        return _frozen(Adjacency(indptr, *csr.union(*self.out, *self.into, indptr)))

    @cached_property
    def tails(self) -> np.ndarray:
        """int32 (m,): the account that each arc of `out` leaves."""
        tails = np.repeat(np.arange(self.n, dtype=np.int32), np.diff(self.out.indptr))
        tails.setflags(write=False)
        return tails

    @cached_property
    def _index(self) -> dict[str, int]:
        return {account: i for i, account in enumerate(self.accounts)}

    def index_of(self, account: str) -> int:
        """Return the index of an account, named by its id or by an alias.

        Raises
        ------
        UnknownAccount
            When the graph has no such account, with the nearest id and whose handle it is.
        """
        found = self._index.get(self.aliases.get(account, account))
        if found is None:
            plain = account.casefold().strip("@ ")
            near = [a for a in self.accounts if a.casefold().strip("@ ") == plain]
            # Where several platforms were read together, ids begin with the platform.
            near += [a for a in self.accounts if a.casefold().partition(":")[2] == plain]
            hint = f"; did you mean {near[0]!r}?" if near else ""
            owner = accounts_by_handle(self, [account]).get(account)
            if owner is not None:
                hint += f"; {account!r} is the handle of {owner!r}"
            raise UnknownAccount(f"the graph has no account {account!r}{hint}")
        return found

    @classmethod
    def from_arcs(
        cls,
        accounts: Iterable[str],
        tails: Iterable[int],
        heads: Iterable[int],
        weights: Iterable[float] | None = None,
    ) -> "InteractionGraph":
        """Build a graph from arcs between account *indices*; repeats are added up.

        Parameters
        ----------
        accounts : sequence of str
            Account ids, in any order but each once.
        tails, heads : iterables of int
            Arc i goes from ``accounts[tails[i]]`` to ``accounts[heads[i]]``. Self-loops are
            dropped.
        weights : iterable of float, optional
            Above 0; 1 each when not given.

        Examples
        --------
        >>> InteractionGraph.from_arcs(["a", "b", "c"], [0, 0, 0], [1, 2, 2]).out.weights
        array([1., 2.])
        """
        ids = np.asarray(list(accounts), dtype=object)
        if not all(isinstance(account, str) for account in ids):
            raise KeynodesError("account ids must be text")
        if len(set(ids.tolist())) < len(ids):
            raise KeynodesError("account ids must differ")
        order = np.argsort(ids, kind="stable")
        place = np.empty(len(ids), np.int64)
        place[order] = np.arange(len(ids))
        ends = [np.asarray(list(given), dtype=np.int64) for given in (tails, heads)]
        for end in ends:
            if len(end) != len(ends[0]) or ((end < 0) | (end >= len(ids))).any():
                raise KeynodesError(
                    "tails and heads must be as many, and indices of the accounts from 0"
                )
        tail, head = place[ends[0]], place[ends[1]]
        weight = np.ones(len(tail)) if weights is None else np.array(weights, dtype=np.float64)
        if len(weight) != len(tail) or not (np.isfinite(weight) & (weight > 0)).all():
            raise KeynodesError("weights must be finite and above 0, one an arc")
        kept = tail != head
        tail, head, weight = tail[kept], head[kept], weight[kept]
        # Sorted before they are added, so that the order of the input cannot change a last bit.
        by_weight = np.argsort(weight, kind="stable")
        weight = weight[by_weight]
        whole = bool((weight == np.floor(weight)).all() and weight.sum() < 2**53)
        unknown = np.full(len(weight), np.nan)
        records = Groups(
            tail[by_weight].astype(np.int32),
            head[by_weight].astype(np.int32),
            np.zeros(len(weight), np.int32),
            weight.astype(np.int64) if whole else np.ones(len(weight), np.int64),
            np.zeros(len(weight), np.int64),
            weight,
            unknown,
            unknown,
        )
        return assemble(
            ids[order],
            grouped(records, len(ids), 1),
            (),
            weights_are_counts=whole,
        )

    def keep_arcs(self, kept: np.ndarray) -> "InteractionGraph":
        """Return the graph with only some arcs; every account stays.

        Parameters
        ----------
        kept : numpy.ndarray of bool, shape (m,)
            Which arcs to keep, in the order of `out`.

        Notes
        -----
        O(n + m).
        """
        passed = np.concatenate([[0], np.cumsum(kept)])
        lengths = np.diff(self.relation_indptr)
        kept_groups = np.repeat(kept, lengths)
        return replace(
            self,
            out=Adjacency(passed[self.out.indptr], self.out.indices[kept], self.out.weights[kept]),
            counts=self.counts[kept],
            mutual=self.mutual[kept],
            first_time=self.first_time[kept],
            last_time=self.last_time[kept],
            relation_indptr=np.concatenate([[0], np.cumsum(lengths[kept])]),
            relation_codes=self.relation_codes[kept_groups],
            relation_counts=self.relation_counts[kept_groups],
            relation_mutual=self.relation_mutual[kept_groups],
            repeats_merged=None,
        )

    def with_min_weight(self, weight: float) -> "InteractionGraph":
        """Return the graph without its arcs lighter than `weight`; every account stays.

        Raises
        ------
        UsageError
            When `weight` is not a number above 0.
        """
        if not weight > 0:
            raise UsageError(f"the minimum weight must be a number above 0, got {weight}")
        return self.keep_arcs(self.out.weights >= weight)

    def subgraph(self, accounts: Iterable[str]) -> "InteractionGraph":
        """Return the graph among some accounts: those accounts and the arcs between them.

        Raises
        ------
        UnknownAccount
            When one of them is not in the graph.
        """
        chosen = np.zeros(self.n, bool)
        chosen[[self.index_of(account) for account in accounts]] = True
        return self.among(chosen)

    def among(self, chosen: np.ndarray) -> "InteractionGraph":
        """Return the graph among the accounts marked in `chosen` (bool, shape (n,))."""
        inside = self.keep_arcs(chosen[self.tails] & chosen[self.out.indices])
        place = (np.cumsum(chosen) - 1).astype(np.int32)
        indptr = np.append(inside.out.indptr[:-1][chosen], inside.m)
        return replace(
            inside,
            accounts=self.accounts[chosen],
            out=Adjacency(indptr, place[inside.out.indices], inside.out.weights),
        )

    def describe(self) -> dict[str, object]:
        """Say what kind of graph this is.

        Returns
        -------
        dict
            ``accounts, arcs, records, first_time, last_time`` (ISO 8601 or a number; None without
            times), ``relations`` (interactions of each, those both ways once), ``isolated``
            (accounts without an arc),
            ``reciprocity`` (share of arcs whose reverse exists), ``density`` (arcs over
            n(n − 1)), ``weak_components, largest_weak_component, strong_components,
            largest_strong_component, largest_out_degree, largest_in_degree, total_weight``.
        """
        from scipy.sparse.csgraph import connected_components

        matrix = self.to_scipy()
        sizes = {}
        for kind in ("weak", "strong"):
            count, labels = connected_components(matrix, directed=True, connection=kind)
            sizes[kind] = (count, int(np.bincount(labels).max(initial=0)) if self.n else 0)
        out_degrees, in_degrees = np.diff(self.out.indptr), np.diff(self.into.indptr)
        mutual = 2 * self.m - len(self.both.indices)
        timed = not np.isnan(self.first_time).all()
        once = self.relation_counts - self.relation_mutual / 2
        per_relation = np.bincount(self.relation_codes, once, minlength=len(self.relations))
        return {
            "accounts": self.n,
            "arcs": self.m,
            "records": self.records,
            "first_time": (
                written_time(np.nanmin(self.first_time), self.time_unit) if timed else None
            ),
            "last_time": written_time(np.nanmax(self.last_time), self.time_unit) if timed else None,
            "relations": {r: int(c) for r, c in zip(self.relations, per_relation, strict=True)},
            "isolated": int((out_degrees + in_degrees == 0).sum()),
            "reciprocity": mutual / self.m if self.m else float("nan"),
            "density": self.m / (self.n * (self.n - 1)) if self.n > 1 else float("nan"),
            "weak_components": sizes["weak"][0],
            "largest_weak_component": sizes["weak"][1],
            "strong_components": sizes["strong"][0],
            "largest_strong_component": sizes["strong"][1],
            "largest_out_degree": int(out_degrees.max(initial=0)),
            "largest_in_degree": int(in_degrees.max(initial=0)),
            "total_weight": float(self.out.weights.sum()),
        }

    @property
    def arcs(self) -> "pandas.DataFrame":
        """The arcs as a table, sorted by source and target.

        Columns ``source, target, weight, first_time, last_time`` and one count a relation. Here
        `source` is the account whose posts reach `target`, whoever acted on whom.
        """
        import pandas

        columns: dict[str, np.ndarray] = {
            "source": self.accounts[self.tails],
            "target": self.accounts[self.out.indices],
            "weight": self.out.weights,
            "first_time": self.first_time,
            "last_time": self.last_time,
        }
        arc_of_group = np.repeat(np.arange(self.m), np.diff(self.relation_indptr))
        for code, relation in enumerate(self.relations):
            mine = self.relation_codes == code
            counts = np.zeros(self.m, np.int64)
            counts[arc_of_group[mine]] = self.relation_counts[mine]
            columns[f"n_{relation}"] = counts
        return pandas.DataFrame(columns)

    def to_scipy(self) -> "scipy.sparse.csr_array":
        """Return the weights as a sparse matrix: entry (u, v) is the weight of the arc u → v."""
        import scipy.sparse

        weights, indices, indptr = self.out.weights, self.out.indices, self.out.indptr
        return scipy.sparse.csr_array(
            (weights.copy(), indices.copy(), indptr.copy()), shape=(self.n, self.n)
        )

    def to_networkx(self) -> "networkx.DiGraph":
        """Return a networkx.DiGraph: account ids as nodes, ``weight`` on arcs u → v."""
        import networkx

        result: networkx.DiGraph = networkx.DiGraph()
        result.add_nodes_from(self.accounts.tolist())
        result.add_weighted_edges_from(
            zip(
                self.accounts[self.tails].tolist(),
                self.accounts[self.out.indices].tolist(),
                self.out.weights.tolist(),
                strict=True,
            )
        )
        return result

    def to_igraph(self) -> "igraph.Graph":
        """Return a directed igraph.Graph: ids as vertex ``name``, ``weight`` on edges u → v."""
        import igraph

        pairs = np.column_stack([self.tails, self.out.indices])
        result = igraph.Graph(self.n, pairs, directed=True)
        result.vs["name"] = self.accounts.tolist()
        result.es["weight"] = self.out.weights
        return result


class Groups(NamedTuple):
    """Records by arc and relation: arrays of one length."""

    tails: np.ndarray
    """int32: who is heard, by account index."""
    heads: np.ndarray
    """int32: who hears."""
    codes: np.ndarray
    """int32: which relation; 0 where there are none."""
    counts: np.ndarray
    """int64: how many interactions."""
    mutual: np.ndarray
    """int64: how many of them went both ways, and so stand at the opposite arc too."""
    weights: np.ndarray
    """float64: their weight."""
    first: np.ndarray
    """float64: the time of the first, NaN when unknown."""
    last: np.ndarray
    """float64: the time of the last."""


def grouped(records: Groups, accounts: int, relations: int) -> Groups:
    """Sort by tail, head and relation, and add up what has the same three.

    O(records + accounts). Weights are added in the order of `records`.
    """
    order = np.arange(len(records.tails))
    order = csr.stable_order(records.codes, max(relations, 1), order)
    order = csr.stable_order(records.heads, accounts, order)
    order = csr.stable_order(records.tails, accounts, order)
    starts, *keys = csr.runs(order, records.tails, records.heads, records.codes)
    return Groups(*keys, *csr.merged(order, starts, *records[3:]))


def assemble(
    accounts: np.ndarray, groups: Groups, relations: tuple[str, ...], **facts: Any
) -> InteractionGraph:
    """Make the graph of groups that are sorted and each there once (see `grouped`)."""
    tails, heads = groups.tails, groups.heads
    starts_arc = np.ones(len(tails), bool)
    starts_arc[1:] = (tails[1:] != tails[:-1]) | (heads[1:] != heads[:-1])
    starts = np.flatnonzero(starts_arc)
    degrees = np.bincount(tails[starts], minlength=len(accounts))
    counts, mutual, weights, first, last = csr.merged(np.arange(len(tails)), starts, *groups[3:])
    related: dict[str, Any] = {"relation_indptr": np.zeros(len(starts) + 1, np.int64)}
    if relations:
        related = {
            "relation_indptr": np.append(starts, len(tails)),
            "relation_codes": groups.codes,
            "relation_counts": groups.counts,
            "relation_mutual": groups.mutual,
        }
    return InteractionGraph(
        accounts=accounts,
        out=Adjacency(np.concatenate([[0], np.cumsum(degrees)]), heads[starts], weights),
        counts=counts,
        mutual=mutual,
        first_time=first,
        last_time=last,
        relations=relations,
        **related,
        **facts,
    )


def _frozen(adjacency: Adjacency) -> Adjacency:
    for array in adjacency:
        array.setflags(write=False)
    return adjacency


def accounts_by_handle(graph: InteractionGraph, names: Iterable[str]) -> dict[str, str]:
    """Return, for each name that is the handle of exactly one account, the id of that account.

    Upper and lower case and a leading ``@`` make no difference. It is for telling people only:
    handles change hands and can be imitated, so nothing is done to an account by its handle.

    Notes
    -----
    O(accounts with facts + names).

    Examples
    --------
    >>> import pandas
    >>> graph = InteractionGraph.from_arcs(["12", "34"], [0], [1])
    >>> facts = pandas.DataFrame({"handle": ["Ann", "bob"]}, index=["12", "34"])
    >>> accounts_by_handle(replace(graph, attributes=facts), ["@ann", "eve"])
    {'@ann': '12'}
    """
    columns = [] if graph.attributes is None else [str(name) for name in graph.attributes.columns]
    if graph.attributes is None or "handle" not in columns:
        return {}
    wanted = {name: name.casefold().strip("@ ") for name in names}
    owners: dict[str, set[str]] = {text: set() for text in wanted.values() if text}
    handles = graph.attributes.iloc[:, columns.index("handle")]
    for account, handle in zip(handles.index.tolist(), handles.tolist(), strict=True):
        if isinstance(handle, str) and (text := handle.casefold().strip("@ ")) in owners:
            owners[text].add(str(account))
    only = {text: next(iter(found)) for text, found in owners.items() if len(found) == 1}
    # Facts may be about accounts that the graph lacks: they are no help.
    return {n: only[t] for n, t in wanted.items() if t in only and only[t] in graph._index}
