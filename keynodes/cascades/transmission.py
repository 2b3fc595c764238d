"""`transmission`: from the graph to who passes on to whom, and with which probability."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

# Imported for the rows that they register.
from keynodes.cascades import models  # noqa: F401
from keynodes.cascades.registration import Arcs, Asked, asked_for
from keynodes.durations import duration, written_length
from keynodes.errors import UnknownName, UsageError
from keynodes.escaping import one_line, shortened
from keynodes.flow import FLOW, canonical_relation
from keynodes.graph import InteractionGraph
from keynodes.kernels import transmission as kernels
from keynodes.registry import suggestion

if TYPE_CHECKING:
    import pandas

RELATIONS = ("repost", "forward", "quote", "reply")
"""Relations of which content is passed on, where nothing else is said: the actor saw the post and
handed it to its own audience. A like hands on nothing, a mention is no answer to a post."""


@dataclass(frozen=True, eq=False)
class Transmission:
    """Who passes on to whom, and with which probability.

    Independent cascade: arc a is live in a world if ``coin(k0, k1, a) <= top[a]``, with a its
    position here. Linear threshold: arc a into v is live if
    ``low[a] <= coin(k0, k1, v) <= low[a] + top[a]``, so at most one arc into v is.

    Attributes
    ----------
    graph : InteractionGraph
        The whole graph.
    model : str
        As spelled with its parameters, such as ``"counts:beta=0.1"``.
    threshold : bool
        Linear threshold: each account keeps at most one live incoming arc.
    indptr : numpy.ndarray of int64, shape (n + 1,)
    heads : numpy.ndarray of int32, shape (a,)
        Compressed sparse rows by tail, rows sorted by head: who may pass on what each account
        says. Arcs that do not transmit are not there.
    probabilities : numpy.ndarray of float64, shape (a,)
        Above 0, at most 1.
    arcs : numpy.ndarray of int64, shape (a,)
        Which arc of ``graph.out`` each is.
    relations : tuple of str
        The relations used; empty where records have none.
    notices : tuple of str
        What a reader should know, one line each.
    details : tuple of str
        What the sentence says besides: what the model rests on, values that were fitted, the decay.
    """

    graph: InteractionGraph
    model: str
    threshold: bool
    indptr: np.ndarray
    heads: np.ndarray
    probabilities: np.ndarray
    arcs: np.ndarray
    relations: tuple[str, ...]
    notices: tuple[str, ...]
    details: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for array in (self.indptr, self.heads, self.probabilities, self.arcs):
            array.setflags(write=False)

    def __repr__(self) -> str:
        return f"<Transmission: {self.model}, {len(self.heads):,} of {self.graph.m:,} arcs>"

    @cached_property
    def _intervals(self) -> tuple[np.ndarray, np.ndarray]:
        if self.threshold:
            low, top = kernels.intervals(self.graph.n, self.heads, self.probabilities)
        else:
            low, top = np.zeros(0, np.uint32), kernels.tops(self.probabilities)
        low.setflags(write=False)
        top.setflags(write=False)
        return low, top

    @cached_property
    def low(self) -> np.ndarray:
        """uint32 (a,): the lowest coin of an arc's head with which it is live; (0,) without
        threshold."""
        return self._intervals[0]

    @cached_property
    def top(self) -> np.ndarray:
        """uint32 (a,): the highest coin with which an arc is live, above `low` with threshold."""
        return self._intervals[1]

    @property
    def heard(self) -> np.ndarray:
        """The weight with which each account is heard, by what transmits alone: float64 (n,)."""
        codes = [self.graph.relations.index(relation) for relation in self.relations]
        positions, weights = _used(self.graph, codes, [])
        return np.bincount(self.graph.tails[positions], weights, minlength=self.graph.n)

    @property
    def sentence(self) -> str:
        """One line that goes with every result: the model, its parameters, the relations used."""
        said = [f"{self.model} ({'; '.join(self.details)})" if self.details else self.model]
        if self.relations:
            plural = "s" * (len(self.relations) > 1)
            names = ", ".join(shortened(relation, 40) for relation in self.relations)
            said.append(f"relation{plural} {names}")
        return one_line(", ".join(said))


def transmission(
    graph: InteractionGraph,
    model: str = "weighted-cascade",
    *,
    relations: Sequence[str] | None = None,
    decay: str | float | None = None,
    posts: "Mapping[str, float] | pandas.Series | np.ndarray | None" = None,
    rng: int = 0,
) -> Transmission:
    """Say for every arc with which probability what its tail says is passed on by its head.

    Parameters
    ----------
    graph : InteractionGraph
        From `build_graph`. What passes content on is decided on the whole graph, once: removing
        accounts later changes no probability.
    model : str, default "weighted-cascade"
        A row of `MODELS` with its parameters: ``counts:beta=0.05``, ``bernoulli:strength=10``.
    relations : sequence of str, optional
        The relations by which content is passed on, names or aliases of `FLOW` or names of the
        records, in any case. Unless given those of repost, forward, quote and reply that the graph
        has; every arc where it has none of them, or no relations at all. An arc weighs what these
        relations add to it: their count where weights are counts, else their share of the count
        times the weight. Arcs without any of them do not transmit. The model `given` takes every
        arc, because a probability cannot be taken apart.
    decay : str or float, optional
        A duration τ (``7d``; see `durations.duration`): weights become w·exp(−age/τ), age counted
        from the last time of the arc to the latest time of the graph. Of an arc no other time is
        known but its first, so all its interactions count as if they were that young; an arc
        without a time counts as if it were as old as the oldest.
    posts : mapping, Series or array, optional
        How many posts each account made, by account id or in the order of the graph, such as
        ``Interactions.posts()[0]``. Used by `bernoulli` and by ``counts:cascade_size``; accounts
        that a mapping lacks have none.
    rng : int, default 0
        The seed of the worlds that a parameter is fitted in, where one is.

    Returns
    -------
    Transmission

    Raises
    ------
    UnknownName
        No such model, parameter or relation, with the nearest.
    UsageError
        A parameter out of its range; something the model has no use for (relations or a decay of
        given probabilities); a decay without times; posts that are needed and not given.

    Notes
    -----
    O(n + m); arrays of 36 bytes an arc. A model chosen by convention is not a prediction: it says
    what would be reached if content travelled like that, and results should hold under several.

    Where records went both ways (undirected data) the two arcs have coins of their own. What
    reaches whom from given seeds is distributed as with one coin for both: an edge is first tried
    from the end that hears first, and by then the other direction leads only to who has heard.

    References
    ----------
    Kempe, D., Kleinberg, J., & Tardos, É. (2003). Maximizing the spread of influence through a
    social network. KDD 2003, 137–146. https://doi.org/10.1145/956750.956769

    Goyal, A., Bonchi, F., & Lakshmanan, L. V. S. (2010). Learning influence probabilities in social
    networks. WSDM 2010, 241–250. https://doi.org/10.1145/1718487.1718518

    Examples
    --------
    >>> import pandas
    >>> from keynodes import build_graph, read_interactions
    >>> records = pandas.DataFrame(
    ...     {
    ...         "source": ["ann", "ann", "ann", "bob"],
    ...         "target": ["eve", "eve", "bob", "eve"],
    ...         "relation": ["RT", "RT", "reply", "mention"],
    ...     }
    ... )
    >>> found = transmission(build_graph(read_interactions(records)), "counts:beta=0.5")
    >>> found.probabilities
    array([0.5 , 0.75])
    >>> print(found.sentence)
    counts:beta=0.5 (a convention, not a measurement), relations reply, repost
    >>> print(*found.notices)
    1 of 3 arcs has only other relations (mention) and does not transmit
    """
    asked = asked_for(model)
    notices: list[str] = []
    if relations is not None:
        _check_relations(graph, asked, relations)
    codes = _codes_used(graph, asked, relations, notices)
    positions, weights = _used(graph, codes, notices)
    indptr, heads = graph.out.indptr, graph.out.indices
    if len(positions) < graph.m:
        indptr = np.searchsorted(positions, graph.out.indptr).astype(np.int64)
        heads = heads[positions]
        heads.setflags(write=False)
        indptr.setflags(write=False)
    ages, decayed = _ages(graph, asked, decay, positions, notices)
    arcs = Arcs(
        graph,
        indptr,
        heads,
        graph.tails[positions],
        weights,
        ages,
        _posts_of(graph, posts),
        [],
        notices,
        rng,
    )
    probabilities = asked.row.function(arcs, **asked.parameters)
    return Transmission(
        graph=graph,
        model=asked.text,
        threshold=asked.row.threshold,
        indptr=indptr,
        heads=heads,
        probabilities=probabilities,
        arcs=positions,
        relations=tuple(graph.relations[code] for code in codes),
        notices=tuple(one_line(notice) for notice in notices),
        details=(asked.row.basis, *arcs.details, *decayed),
    )


def _check_relations(graph: InteractionGraph, asked: Asked, given: Sequence[str]) -> None:
    """Refuse a choice of relations that cannot be made."""
    if isinstance(given, str):
        raise UsageError("relations are a list of names, got a text; give [relation]")
    if asked.row.weights == "probabilities":
        raise UsageError(
            f"the model {asked.row.name} takes every arc with the probability that it has: give no "
            "relations, and leave out the records of the others"
        )
    if not graph.relations:
        raise UsageError("relations were given, and the records have none; leave them out")
    if not len(given):
        raise UsageError("relations are an empty list: name at least one, or leave them out")


def _codes_used(
    graph: InteractionGraph, asked: Asked, given: Sequence[str] | None, notices: list[str]
) -> list[int]:
    """Which relations are used, as positions in ``graph.relations``, sorted."""
    everything = list(range(len(graph.relations)))
    if asked.row.weights == "probabilities":
        return everything
    if given is None:
        found = [graph.relations.index(name) for name in RELATIONS if name in graph.relations]
        if graph.relations and not found:
            notices.append(
                f"none of the relations {', '.join(RELATIONS)} is in the records: all arcs "
                f"transmit ({_listed(graph.relations)})"
            )
        return sorted(found) or everything
    chosen: set[int] = set()
    for name in given:
        relation = canonical_relation(str(name))
        # Relations that FLOW does not know are kept as the records spell them.
        alike = [c for c in everything if graph.relations[c] == relation] or [
            c
            for c in everything
            if graph.relations[c].strip().casefold() == relation.strip().casefold()
        ]
        if not alike:
            shown = repr(shortened(str(name), 40))
            if relation in FLOW:
                raise UnknownName(
                    f"no record has the relation {shown}; choose from {_listed(graph.relations)}"
                )
            spellings = [word for key, row in FLOW.items() for word in (key, *row.aliases)]
            near = suggestion(str(name), dict.fromkeys([*graph.relations, *spellings]))
            if not near.startswith("did you mean"):
                near = f"choose from {_listed(graph.relations)}"
            raise UnknownName(f"there is no relation {shown}; {near}")
        chosen.update(alike)
    return sorted(chosen)


def _listed(relations: Sequence[str]) -> str:
    shown = [shortened(relation, 40) for relation in relations[:10]]
    return ", ".join(shown) + ", …" * (len(relations) > 10)


def _used(
    graph: InteractionGraph, codes: list[int], notices: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Which arcs have one of the relations, and what these relations weigh on each."""
    if len(codes) == len(graph.relations):
        return np.arange(graph.m), graph.out.weights
    wanted = np.zeros(len(graph.relations), bool)
    wanted[codes] = True
    taken = np.where(wanted[graph.relation_codes], graph.relation_counts, 0)
    passed = np.concatenate([[0], np.cumsum(taken)])
    per_arc = np.diff(passed[graph.relation_indptr])
    positions = np.flatnonzero(per_arc)
    if missing := graph.m - len(positions):
        others = [name for name, used in zip(graph.relations, wanted, strict=True) if not used]
        has, does = ("has", "does") if missing == 1 else ("have", "do")
        notices.append(
            f"{missing:,} of {graph.m:,} arcs {has} only other relations ({_listed(others)}) and "
            f"{does} not transmit"
        )
    mine, counts = per_arc[positions], graph.counts[positions]
    if graph.weights_are_counts:
        return positions, mine.astype(np.float64)
    weights = graph.out.weights[positions]
    return positions, np.where(mine == counts, weights, weights * (mine / counts))


def _ages(
    graph: InteractionGraph,
    asked: Asked,
    decay: str | float | None,
    positions: np.ndarray,
    notices: list[str],
) -> tuple[np.ndarray | None, list[str]]:
    """How old each arc is, in units of the decay, and what the sentence says of that."""
    if decay is None:
        return None, []
    if asked.row.weights != "interactions":
        raise UsageError(
            f"the model {asked.row.name} does not use how often arcs were used, so nothing can "
            "decay: give no decay, or choose another model"
        )
    length = duration(decay, graph.time_unit, "decay")
    times = graph.last_time[positions]
    known = ~np.isnan(times)
    if not known.any():
        if len(times):
            raise UsageError("--decay needs times, and no arc that transmits has one")
        return np.zeros(0), [f"decay {written_length(length, graph.time_unit)}"]
    if untimed := int((~known).sum()):
        notices.append(
            f"{untimed:,} of {len(times):,} arcs have no time: for the decay they are as old as "
            "the oldest"
        )
    oldest = times[known].min()
    ages = (np.nanmax(graph.last_time) - np.where(known, times, oldest)) / length
    return ages, [f"decay {written_length(length, graph.time_unit)}"]


def _posts_of(graph: InteractionGraph, given: Any) -> np.ndarray | None:
    """How many posts each account made: float64 (n,), finite and 0 or more."""
    if given is None:
        return None
    known = isinstance(given, np.ndarray | list) or hasattr(given, "items")
    if not known or hasattr(given, "columns"):
        raise UsageError(
            "posts are a mapping, a Series or an array, such as Interactions.posts()[0], got "
            f"{type(given).__name__}"
        )
    try:
        if isinstance(given, np.ndarray | list):
            values = np.array(given, dtype=np.float64)
        else:
            items = dict(given.items())
            if len(items) < len(given):
                raise UsageError("posts are given twice for an account; give each account one")
            values = np.array([items.get(a, 0.0) for a in graph.accounts], dtype=np.float64)
            if graph.n and not any(account in items for account in graph.accounts):
                raise UsageError("posts are of other accounts: the graph has none of them")
    except (TypeError, ValueError, OverflowError):
        raise UsageError("posts of accounts must be numbers") from None
    if values.shape != (graph.n,):
        raise UsageError(f"posts are one number an account: {graph.n:,}, got {values.shape}")
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if len(wrong):
        account = repr(shortened(str(graph.accounts[wrong[0]]), 40))
        raise UsageError(
            f"posts must be finite and 0 or more; account {account} has {values[wrong[0]]:g}"
        )
    return values
