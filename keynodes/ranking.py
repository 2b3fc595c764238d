"""`rank`: accounts in the order of one measure, or of the consensus of several."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from keynodes.aggregation import AGGREGATION
from keynodes.communities.choosing import partition_of
from keynodes.errors import LabelsNeeded, UsageError
from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import NamedProgress, progress_on
from keynodes.lists import match
from keynodes.measures import MEASURES, Measure
from keynodes.registry import pick
from keynodes.results import TOP, Partition, Ranking, middle_ranks_of, ranks_of
from keynodes.thinning import without_accounts, without_records

DEFAULT_MEASURES = ("pagerank", "h_index", "collective_influence", "betweenness")
"""The consensus when nothing is asked for: members from each of the three questions.

How widely it is heard, by whom and how steadily (`pagerank`, `h_index`), what it relays to the well
connected (`collective_influence`), and what passes through it (`betweenness`). No member is best
everywhere, and the consensus is not either: see ``benchmarks/results/quality.md``.
"""

NO_KEY = "neither end is key"

MISSING_WHAT = ("records", "accounts")


@dataclass(frozen=True)
class Request:
    """A measure as it was asked for, with its parameters."""

    text: str
    measure: Measure
    parameters: Mapping[str, Any]


def rank(
    graph: InteractionGraph,
    by: str | Sequence[str] | None = None,
    *,
    top: int = TOP,
    intervals: int = 0,
    missing: float = 0.1,
    missing_what: str = "records",
    seeds: Iterable[str] | None = None,
    labels: Any = None,
    within_communities: bool = False,
    protected: Iterable[str] | None = None,
    combine: str = "reciprocal_rank_fusion",
    rng: int = 0,
    progress: NamedProgress | None = None,
) -> Ranking:
    """Put the accounts in the order of a measure, or of the consensus of several.

    Parameters
    ----------
    graph : InteractionGraph
        From `build_graph`.
    by : str or sequence of str, optional
        Names of `MEASURES`, each with parameters if you like: ``"katz:alpha=0.01"``. Several are
        combined by `combine`; none means `DEFAULT_MEASURES`, members from each question
        (*heard*, *relays*, *bridges*).
    top : int, default 20
        How many accounts the table shows, of each community with `within_communities`; 0 for all.
    intervals : int, default 0
        Replicates with records missing, to see how the ranks depend on them: 100 is a good
        number. This is *sensitivity to missing records*, not a confidence interval.
    missing : float, default 0.1
        The share that is missing in each replicate.
    missing_what : {"records", "accounts"}, default "records"
        What is missing: records one by one (where weights are no counts: whole arcs), or
        accounts with all their records.
    seeds : iterable of str, optional
        Accounts known to be key, for the measures that start from them (see `keynodes measures`).
    labels : Partition, str, path, mapping, Series or array of int, optional
        The community of each account, for the measures that compare communities: found already,
        a file, or the name of a method of `METHODS` (a file of that name goes first), which then
        runs with the seed `rng`. In replicates they stay those of the whole graph.
    within_communities : bool, default False
        Count ranks inside the community of each account, by `labels`. The scores are those of the
        whole graph all the same; accounts without a community are left out.
    protected : iterable of str, optional
        Accounts to mark: they take part in everything and are never proposed for removal.
    combine : {"reciprocal_rank_fusion", "borda"}, default "reciprocal_rank_fusion"
        The rule that combines several measures.
    rng : int, default 0
        Seed of everything random: sampled measures and replicates.
    progress : callable, optional
        Called as ``progress(what, done, total)``.

    Returns
    -------
    Ranking
        ``.to_frame()`` is the table.

    Raises
    ------
    UnknownName
        No such measure or parameter.
    LabelsNeeded
        A measure compares communities, or ranks are to be counted in them, and there are none.
    UsageError
        An argument out of its range, or one that no measure asked for can use.

    Notes
    -----
    The cost is that of the measures, `intervals` + 1 times. The same arguments give the same
    bits on any number of threads. In a replicate sampled measures draw anew, so the ranks vary
    with the sampling as well as with the missing records.

    Examples
    --------
    >>> from keynodes import InteractionGraph
    >>> graph = InteractionGraph.from_arcs(["ann", "bob", "eve"], [0, 0, 2], [1, 2, 1])
    >>> rank(graph, "out_degree").to_frame()
       rank account  score
    0     1     ann    2.0
    1     2     eve    1.0
    2     3     bob    0.0
    """
    requests = [request(text) for text in ([by] if isinstance(by, str) else by or DEFAULT_MEASURES)]
    _check(requests, top, intervals, missing_what)
    rule = pick(AGGREGATION, combine, "rule")
    notices: list[str] = []
    if within_communities and labels is None:
        raise LabelsNeeded(
            "ranks within communities need the communities: give --communities FILE "
            "(account,label) or METHOD, or labels= in Python"
        )
    communities = None
    if labels is not None:
        if not within_communities:
            notices += _about_idle("labels", requests)
        communities = partition_of(graph, labels, rng=rng, progress=progress)
        if communities is not labels:
            notices += communities.notices
        if intervals:
            notices.append("in every replicate the communities are those of the whole graph")
    context = _context(graph, requests, seeds, communities, notices)
    within = communities if within_communities else None
    scores, member_scores = _scores(graph, requests, rule, context, rng, notices.append, progress)

    sensitivity: dict[str, np.ndarray] = {}
    if intervals:
        sensitivity = _sensitivity(
            graph,
            requests,
            rule,
            context,
            within,
            intervals,
            missing,
            missing_what,
            top or TOP,
            rng,
            progress,
        )
        notices.append(_about_intervals(graph, intervals, missing, missing_what))
    marked = None
    if isinstance(protected, str):
        raise UsageError("protected must be a list of accounts, got a text; give [account]")
    if protected is not None:
        found = match(graph, protected, "protected account")
        marked = np.zeros(graph.n, bool)
        marked[found.indices] = True
        if found.unknown:
            notices.append(found.sentence)
    several = len(requests) > 1
    if within is not None:
        notices += _about_within(within)
    return Ranking(
        accounts=graph.accounts,
        scores=scores,
        by=tuple(asked.text for asked in requests),
        key="high" if several else _end(requests[0]),
        method=combine if several else requests[0].measure.name,
        top=top,
        members={
            asked.text: ranks_of(member, _end(asked), None if within is None else within.labels)
            for asked, member in zip(requests, member_scores, strict=True)
        }
        if several
        else {},
        protected=marked,
        within=within,
        notices=tuple(dict.fromkeys(notices)),
        **sensitivity,
    )


def request(text: str) -> Request:
    """Read ``NAME[:k=v[:k=v]]``, such as ``katz:alpha=0.01``.

    Raises
    ------
    UnknownName
        No such measure or parameter, with the nearest.
    UsageError
        A value that is not of the parameter's type.
    """
    name, *settings = text.replace(",", ":").split(":")
    if settings and "=" not in settings[0] and settings[0] in MEASURES:
        raise UsageError(f"{text!r} names two measures; ask for each by itself: --by A --by B")
    row = pick(MEASURES, name, "measure")
    pairs = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not value:
            raise UsageError(f"{text!r}: expected NAME:parameter=value, found {setting!r}")
        pairs[key.strip()] = value.strip()
    parameters = row.parse(pairs)
    return Request(":".join([row.name, *settings]), row, parameters)


def _check(requests: Sequence[Request], top: int, intervals: int, missing_what: str) -> None:
    texts = [asked.text for asked in requests]
    if twice := {text for text in texts if texts.count(text) > 1}:
        raise UsageError(f"measure '{min(twice)}' is asked for twice")
    if top < 0 or intervals < 0:
        raise UsageError(f"top and intervals must not be negative, got {min(top, intervals)}")
    pick({what: what for what in MISSING_WHAT}, missing_what, "kind of missing data")


def _end(asked: Request) -> str:
    """The end that comes first; a measure without a key end is listed from high to low."""
    return "low" if asked.measure.key == "low" else "high"


def _context(
    graph: InteractionGraph,
    requests: Sequence[Request],
    seeds: Iterable[str] | None,
    communities: Partition | None,
    notices: list[str],
) -> dict[str, np.ndarray]:
    """Seeds and labels as arrays; a sentence where a measure does not use what was given."""
    context: dict[str, np.ndarray] = {}
    if isinstance(seeds, str):
        raise UsageError("seeds must be a list of accounts, got a text; give [account]")
    if seeds is not None:
        found = match(graph, seeds, "seed")
        if found.unknown:
            notices.append(found.sentence)
        found.require_any()
        notices += _about_idle("seeds", requests)
        context["seeds"] = found.indices
    if communities is not None:
        context["labels"] = communities.labels
    for asked in requests:
        if asked.measure.key == "none":
            notices.append(f"{asked.measure.name}: {NO_KEY}; listed from high to low")
    return context


def _about_idle(what: str, requests: Sequence[Request]) -> list[str]:
    idle = check_used(what, requests)
    return [f"{what} are not used by {', '.join(idle)}"] if idle else []


def check_used(what: str, requests: Sequence[Request]) -> list[str]:
    """Return the measures that do not use `what` (seeds or labels); at least one must.

    Raises
    ------
    UsageError
        When none does: what was given would be ignored.
    """
    idle = [r.measure.name for r in requests if what not in r.measure.context]
    if len(idle) == len(requests):
        able = [row.name for row in MEASURES.values() if what in row.context]
        inside = "; to rank inside communities, say --within-communities" * (what == "labels")
        raise UsageError(
            f"none of these measures uses {what}; those that do: {', '.join(able)}{inside}"
        )
    return idle


def _scores(
    graph: InteractionGraph,
    requests: Sequence[Request],
    rule: Callable[[np.ndarray], np.ndarray],
    context: Mapping[str, np.ndarray],
    rng: int | np.random.SeedSequence,
    notice: Callable[[str], None] | None = None,
    progress: NamedProgress | None = None,
) -> tuple[np.ndarray, list[np.ndarray]]:
    """The scores to rank by, and those of each member."""
    members = []
    for asked in requests:
        name = asked.measure.name
        available = {
            **context,
            # Every measure has a stream of its own, whichever others are asked for.
            "rng": np.random.default_rng(rng),
            "notice": notice,
            "progress": progress_on(progress, name),
        }
        given = {k: available[k] for k in asked.measure.context if k in available}
        members.append(asked.measure(graph, **given, **asked.parameters))
    if len(requests) == 1:
        return members[0], members
    ranks = [
        middle_ranks_of(member, _end(asked))
        for asked, member in zip(requests, members, strict=True)
    ]
    return rule(np.array(ranks)), members


def _sensitivity(
    graph: InteractionGraph,
    requests: Sequence[Request],
    rule: Callable[[np.ndarray], np.ndarray],
    context: Mapping[str, np.ndarray],
    within: Partition | None,
    replicates: int,
    missing: float,
    missing_what: str,
    top: int,
    rng: int,
    progress: NamedProgress | None,
) -> dict[str, np.ndarray]:
    """Rank every replicate; nine in ten ranks of an account lie between low and high."""
    key = "high" if len(requests) > 1 else _end(requests[0])
    ranks = np.full((replicates, graph.n), np.nan, np.float32 if graph.n < 2**24 else np.float64)
    if progress:
        progress("replicates", 0, replicates)
    for i, stream in enumerate(np.random.SeedSequence(rng).spawn(replicates)):
        thinning, drawing = stream.spawn(2)
        if missing_what == "accounts":
            thinned, present = without_accounts(graph, missing, np.random.default_rng(thinning))
        else:
            thinned = without_records(graph, missing, np.random.default_rng(thinning))
            present = np.arange(graph.n)
        scores, _ = _scores(thinned, requests, rule, _among(context, present, graph.n), drawing)
        if within is None:
            ranks[i, present] = ranks_of(scores, key)
        else:
            inside = within.labels[present]
            counted = ranks_of(scores, key, inside)
            ranks[i, present] = np.where(inside >= 0, counted, np.nan)
        if progress:
            progress("replicates", i + 1, replicates)
    seen = (~np.isnan(ranks)).sum(axis=0)
    ordered = np.sort(ranks, axis=0)  # NaN last
    columns = np.arange(graph.n)
    # The narrowest pair of observed ranks with at least the middle nine tenths between them.
    low = np.maximum(np.floor(0.05 * (seen - 1)), 0).astype(np.int64)
    high = np.maximum(np.ceil(0.95 * (seen - 1)), 0).astype(np.int64)
    with np.errstate(invalid="ignore"):
        share = np.where(seen > 0, (ranks <= top).sum(axis=0) / seen, np.nan)
    return {
        "rank_low": ordered[low, columns].astype(np.float64),
        "rank_high": ordered[high, columns].astype(np.float64),
        "top_share": share,
    }


def _among(context: Mapping[str, np.ndarray], present: np.ndarray, n: int) -> dict[str, np.ndarray]:
    """Seeds and labels for the accounts that are present."""
    inside = dict(context)
    if "labels" in context:
        inside["labels"] = context["labels"][present]
    if "seeds" in context:
        place = np.full(n, -1, np.int64)
        place[present] = np.arange(len(present))
        seeds = place[context["seeds"]]
        inside["seeds"] = seeds[seeds >= 0]
        if not len(inside["seeds"]):
            del inside["seeds"]
    return inside


def _about_within(within: Partition) -> list[str]:
    said = ["scores are those of the whole graph; ranks are counted inside each community"]
    if without := int((within.labels < 0).sum()):
        said.append(
            f"{without:,} of {len(within.labels):,} accounts have no community and are left out"
        )
    return said


def _about_intervals(
    graph: InteractionGraph, replicates: int, missing: float, missing_what: str
) -> str:
    what = missing_what
    if missing_what == "records" and not graph.weights_are_counts:
        what = "arcs (weights are not counts, so arcs went missing whole)"
    return (
        f"rank_low to top_share: sensitivity to missing data ({replicates} replicates, "
        f"{missing:.0%} of {what} missing), not a confidence interval"
    )
