"""What is known of the accounts of a graph, before it is known which of them are shown."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from keynodes.aggregation import AGGREGATION
from keynodes.communities.cartography import roles
from keynodes.communities.choosing import partition_of
from keynodes.communities.gates import gatekeepers
from keynodes.dismantling.scoring import planned_order
from keynodes.errors import UnknownName, UsageError
from keynodes.exporting.columns import where
from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import NamedProgress, progress_on
from keynodes.lists import match
from keynodes.ranking import DEFAULT_MEASURES, rank, request
from keynodes.registry import suggestion
from keynodes.results import Partition, Ranking, middle_ranks_of, ranks_of

GATES = 200
"""Pairs of communities whose gatekeepers are named: those with most weight between them."""

HANDLE = "handle"
"""The fact that accounts are labelled by when none is asked for."""

COMBINED = "reciprocal_rank_fusion"
"""What makes one order of several measures, as in `rank`."""


class Known(NamedTuple):
    """What is known of the accounts of the whole graph."""

    graph: InteractionGraph
    by: tuple[str, ...]
    partition: Partition
    scores: dict[str, np.ndarray]
    """Columns: ``rank``, and what it was made of."""
    order: np.ndarray
    """Accounts from the first rank to the last."""
    middle: np.ndarray
    """Ranks, ties at the mean of their places."""
    marks: dict[str, np.ndarray]
    """``protected`` and ``seed``, where there are such lists."""
    steps: np.ndarray
    """When the plan removes each account, from 1; 0: never."""
    labels: np.ndarray
    """What each account is labelled by."""


def what_is_known(
    graph: InteractionGraph,
    by: str | Sequence[str] | None,
    communities: Any,
    plan: Iterable[str],
    protected: Iterable[str] | None,
    seeds: Iterable[str] | None,
    label: str | None,
    rng: int,
    notice: Callable[[str], None],
    progress: NamedProgress | None,
) -> Known:
    """Find out what a picture says of accounts: see `export_network` for the arguments."""
    if seeds is not None and not isinstance(seeds, str):
        # They are gone through more than once.
        seeds = list(seeds)
    marks = {
        name: _marked(graph, listed, what, notice)
        for name, what, listed in (
            ("protected", "protected account", protected),
            ("seed", "seed", seeds),
        )
        if listed is not None
    }
    kept_safe = graph.accounts[marks["protected"]] if "protected" in marks else ()
    planned = planned_order(graph, plan, kept_safe)
    steps = np.zeros(graph.n, np.int64)
    steps[planned] = np.arange(1, len(planned) + 1)
    labels = _labels(graph, label)
    asked = [by] if isinstance(by, str) else list(by or DEFAULT_MEASURES)
    if twice := {text for text in asked if asked.count(text) > 1}:
        raise UsageError(f"measure '{min(twice)}' is asked for twice")
    partition = partition_of(graph, communities, rng=rng, progress=progress)
    rankings = [_ranking(graph, text, seeds, partition, rng, progress) for text in asked]
    for said in (*partition.notices, *(n for ranking in rankings for n in ranking.notices)):
        notice(said)
    if len(rankings) == 1:
        scores, key = rankings[0].scores, rankings[0].key
        columns = {rankings[0].by[0]: scores}
    else:
        middles = np.array([middle_ranks_of(each.scores, each.key) for each in rankings])
        scores, key = AGGREGATION[COMBINED](middles), "high"
        columns = {COMBINED: scores}
        for each in rankings:
            columns |= {each.by[0]: each.scores, f"{each.by[0]}_rank": each.ranks}
    ranks = ranks_of(scores, key)
    return Known(
        graph,
        tuple(ranking.by[0] for ranking in rankings),
        partition,
        {"rank": ranks, **columns},
        np.argsort(ranks, kind="stable"),
        middle_ranks_of(scores, key),
        marks,
        steps,
        labels,
    )


def _ranking(
    graph: InteractionGraph,
    text: str,
    seeds: Iterable[str] | None,
    partition: Partition,
    rng: int,
    progress: NamedProgress | None,
) -> Ranking:
    """Rank by one measure: with the seeds and the communities where it uses them."""
    uses = request(text).measure.context
    return rank(
        graph,
        text,
        seeds=seeds if "seeds" in uses else None,
        labels=partition if "labels" in uses else None,
        rng=rng,
        progress=progress,
    )


def _marked(
    graph: InteractionGraph, accounts: Iterable[str], what: str, notice: Callable[[str], None]
) -> np.ndarray:
    """Which accounts are on a list; a notice on those that the graph lacks."""
    if isinstance(accounts, str):
        raise UsageError(f"{what}s are a list of accounts, got a text; give [account]")
    found = match(graph, list(accounts), what)
    if found.unknown:
        notice(found.sentence)
    marked = np.zeros(graph.n, bool)
    marked[found.indices] = True
    return marked


def _labels(graph: InteractionGraph, label: str | None) -> np.ndarray:
    """Return what accounts are labelled by: an attribute where there is one, else the id."""
    names = [] if graph.attributes is None else [str(name) for name in graph.attributes.columns]
    if label is None:
        # Ids of platforms are numbers, which nobody recognises.
        if HANDLE not in names:
            return graph.accounts
        label = HANDLE
    if label not in names or graph.attributes is None:
        raise UnknownName(
            f"there is no fact {label!r} about accounts to label them by; "
            f"{suggestion(label, names)}"
        )
    texts = graph.attributes.iloc[:, names.index(label)].reindex(graph.accounts.tolist())
    labels = graph.accounts.copy()
    for place, text in enumerate(texts.tolist()):
        if text is not None and text == text and str(text).strip():
            labels[place] = str(text)
    return labels


def parts_in_communities(
    graph: InteractionGraph, partition: Partition, progress: NamedProgress | None
) -> dict[str, np.ndarray]:
    """Return columns: each account's community, how sure that is, and its part in it.

    Returns
    -------
    dict of str to numpy.ndarray
        ``community`` (its number, or the name that it came with), ``stability`` where there were
        several runs, ``role``, ``within_z``, ``participation`` (see `roles`), ``gates`` (between
        how many pairs of communities, of the `GATES` heaviest, `gatekeepers` names the account)
        and ``gate_share`` (the largest share of the weight between two that touches it).
    """
    inside = partition.labels >= 0
    names: np.ndarray = np.asarray([*partition.names, None], dtype=object)
    if partition.by != "given":
        names = np.asarray([*range(len(partition.names)), None], dtype=object)
    columns = {"community": names[np.where(inside, partition.labels, len(names) - 1)]}
    if partition.stability is not None:
        columns["stability"] = partition.stability
    parts = roles(graph, partition)
    columns |= {
        "role": parts.role,
        "within_z": parts.within_z,
        "participation": parts.participation,
    }
    gates = gatekeepers(
        graph, partition, pairs=GATES, progress=progress_on(progress, "gatekeepers")
    )
    opened = np.bincount(gates.account, minlength=graph.n)
    share = np.zeros(graph.n)
    np.maximum.at(share, gates.account, gates.share)
    return columns | {
        "gates": where(opened > 0, opened),
        "gate_share": np.where(opened > 0, share, np.nan),
    }
