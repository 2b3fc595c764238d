"""`export_network`: scores, communities, roles and looks put together into one `Network`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from keynodes.errors import UsageError
from keynodes.exporting.columns import arc_columns, attribute_columns, check_relations, where
from keynodes.exporting.grouping import grouped_by_community
from keynodes.exporting.knowledge import Known, parts_in_communities, what_is_known
from keynodes.exporting.selection import selected
from keynodes.graph import InteractionGraph
from keynodes.interop.networks import Network
from keynodes.kernels.blocks import NamedProgress, progress_on
from keynodes.layouts import LAYOUTS, places
from keynodes.palettes import COMMUNITIES, PROTECTED, REMOVED, community_colors
from keynodes.ranking import request
from keynodes.registry import pick
from keynodes.results import Partition

LEVELS = ("accounts", "communities")
"""What a node is."""

SIZES = (4.0, 60.0)
"""The smallest and the largest node."""

NO_LAYOUT = "none"
"""Instead of a layout: nodes without places."""

MARGIN = 2.0
"""What is free around every node."""

MOST_NODES, MOST_ARCS = 100_000, 2_000_000
"""Programs that draw take so much, on a machine of today, before they become hard to work with."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture of a network: what to draw, and what a reader of it should know.

    Attributes
    ----------
    network : Network
        Ready for `write_network`.
    partition : Partition
        The communities, of the whole graph.
    notices : tuple of str
        What was left out, what the colours mean, what the numbers rest on.
    """

    network: Network
    partition: Partition
    notices: tuple[str, ...] = ()


def export_network(
    graph: InteractionGraph,
    by: str | Sequence[str] | None = None,
    *,
    communities: Any = "leiden",
    plan: Iterable[str] = (),
    protected: Iterable[str] | None = None,
    seeds: Iterable[str] | None = None,
    top: int = 0,
    around: Iterable[str] = (),
    ego: int | None = None,
    level: str = "accounts",
    layout: str = "communities",
    label: str | None = None,
    rng: int = 0,
    progress: NamedProgress | None = None,
) -> Picture:
    """Put together what a picture of a network shows: scores, communities, roles, looks, places.

    Parameters
    ----------
    graph : InteractionGraph
        From `build_graph`.
    by : str or sequence of str, optional
        Measures, as `rank` takes them; each becomes a column, and its ranks another. None means
        the default consensus of `rank`.
    communities : Partition, str, path, mapping, Series or array, default "leiden"
        As `rank` takes ``labels``: found already, a file, or the name of a method.
    plan : iterable of str
        An order of removal, first removed first: column ``removal_step``.
    protected : iterable of str, optional
        Accounts that are never for removal: column ``protected``.
    seeds : iterable of str, optional
        Accounts known to be key: column ``seed``; measures that start from seeds use them.
    top : int, default 0
        Only so many accounts, the first by rank, and the arcs among them; 0 for all.
    around : iterable of str
        Accounts to show, whatever their rank.
    ego : int, optional
        Also the accounts within so many steps, either way, of the first `top` and of those named
        in `around` (without both: of the seeds). 1 with `around` unless said, else 0.
    level : {"accounts", "communities"}, default "accounts"
        What a node is. Communities are as large as they have members, and an arc stands for all
        between two of them; they are always those of all accounts, without `top`, `around`, `ego`.
    layout : str, default "communities"
        A name of `LAYOUTS`, or ``"none"`` for no places.
    label : str, optional
        The column of the accounts' attributes that nodes are labelled by; the id for those
        without a value. None means ``handle`` where there is one, else the id.
    rng : int, default 0
        The seed of everything random.
    progress : callable, optional
        Called as ``progress(what, done, total)``.

    Returns
    -------
    Picture
        ``.network`` goes to `write_network`. Scores, ranks, communities and roles are those of the
        whole graph, whatever is left out of the picture.

    Raises
    ------
    UnknownName
        No such measure, method, level, layout or attribute.
    UnknownAccount
        When the graph lacks an account of `plan` or `around`.
    UsageError
        An argument out of its range; a plan that names a protected account; more than a hundred
        relations.

    Notes
    -----
    The area of a node is in inverse proportion to its rank, down to the smallest size: the second
    has half the area of the first, whatever the measure, and ties (such as all those with a score
    of 0) are as small as their mean rank. Areas by score would leave one large node and dots,
    because most scores are heavy-tailed. Colours are those of the communities (`palettes`), black
    for accounts of the plan, yellow for protected ones. The cost is that of the measures, the
    communities and the layout. The same arguments give the same bits on any number of threads.

    Examples
    --------
    >>> graph = InteractionGraph.from_arcs(["ann", "bob", "eve"], [0, 0, 2], [1, 2, 1])
    >>> network = export_network(graph, "out_degree", protected=["ann"]).network
    >>> list(network.nodes)[:8]
    ['label', 'x', 'y', 'size', 'color', 'rank', 'out_degree', 'community']
    >>> network.nodes["rank"], network.nodes["protected"], network.arcs["weight"]
    (array([1, 3, 2]), array([ True, False, False]), array([1., 1., 1.]))
    """
    level = pick({name: name for name in LEVELS}, level, "level")
    by_layout = _layout_named(layout)
    around = list(around)
    check_part(level, top, around, ego)
    check_relations(graph)
    notices: list[str] = []
    known = what_is_known(
        graph, by, communities, plan, protected, seeds, label, rng, notices.append, progress
    )
    kept, about_kept = selected(
        graph,
        known.order,
        top=top,
        around=around,
        seeds=np.flatnonzero(known.marks.get("seed", np.zeros(graph.n, bool))),
        ego=ego,
    )
    notices += about_kept
    if level == "communities":
        shown = _communities(known, notices.append)
    else:
        shown = _accounts(known, kept, notices.append, progress)
    notices += _about_colors(known, level)
    looks: dict[str, np.ndarray] = {"label": shown.labels}
    if by_layout is not None:
        spots = places(
            shown.graph,
            by_layout,
            labels=shown.discs,
            radii=shown.sizes / 2 + MARGIN,
            rng=rng,
            progress=progress_on(progress, f"layout {by_layout}"),
        )
        looks |= {"x": spots[:, 0].copy(), "y": spots[:, 1].copy()}
    looks |= {"size": shown.sizes, "color": shown.colors}
    network = Network(
        ids=shown.graph.accounts,
        nodes={**looks, **shown.columns},
        tails=shown.graph.tails,
        heads=shown.graph.out.indices,
        arcs=shown.arcs,
        time_unit=graph.time_unit,
        about={
            "description": "A rank is a reason to look at an account, never a reason by itself to "
            "remove it.",
            "ranks": " + ".join(known.by),
            "communities": known.partition.by,
            "layout": by_layout or "none",
            "seed": rng,
        },
    )
    return Picture(network, known.partition, tuple(dict.fromkeys(notices)))


class _Shown(NamedTuple):
    """Nodes and arcs, but for where the nodes stand."""

    graph: InteractionGraph
    discs: np.ndarray
    sizes: np.ndarray
    colors: np.ndarray
    labels: np.ndarray
    columns: dict[str, np.ndarray]
    arcs: dict[str, np.ndarray]


def _accounts(
    known: Known,
    kept: np.ndarray,
    notice: Callable[[str], None],
    progress: NamedProgress | None,
) -> _Shown:
    """Every account a node."""
    graph = known.graph if kept.all() else known.graph.among(kept)
    columns = {
        **known.scores,
        **parts_in_communities(known.graph, known.partition, progress),
        **known.marks,
    }
    if known.steps.any():
        columns["removal_step"] = where(known.steps > 0, known.steps)
    columns |= attribute_columns(known.graph, list(columns))
    colors = community_colors(known.partition.labels)
    colors[known.steps > 0] = REMOVED
    if "protected" in known.marks:
        colors[known.marks["protected"]] = PROTECTED
    if graph.n > MOST_NODES or graph.m > MOST_ARCS:
        notice(
            f"{graph.n:,} nodes and {graph.m:,} arcs are hard to draw (Gephi: up to about "
            f"{MOST_NODES:,} and {MOST_ARCS:,}); --level communities makes one node a community, "
            "--top N keeps the first N accounts"
        )
    return _Shown(
        graph,
        known.partition.labels[kept],
        np.clip(SIZES[1] / np.sqrt(known.middle), *SIZES)[kept],
        colors[kept],
        known.labels[kept],
        {name: values[kept] for name, values in columns.items()},
        arc_columns(graph),
    )


def _communities(known: Known, notice: Callable[[str], None]) -> _Shown:
    """Every community a node."""
    marks = dict(known.marks)
    if known.steps.any():
        marks["removed"] = known.steps > 0
    groups, columns, arcs, without = grouped_by_community(
        known.graph,
        known.partition.labels,
        known.partition.names,
        known.order,
        marks,
    )
    if without:
        notice(without)
    members = columns["members"]
    share = members / max(int(members.max(initial=0)), 1)
    labels = np.full(groups.n, None, dtype=object)
    labels[:] = [
        f"{name}: {first}"
        for name, first in zip(groups.accounts, known.labels[columns["leader"]], strict=True)
    ]
    columns["leader"] = known.graph.accounts[columns["leader"]]
    return _Shown(
        groups,
        # Each is a disc of its own.
        np.arange(groups.n),
        np.maximum(SIZES[1] * np.sqrt(share), SIZES[0]),
        community_colors(columns["community"]),
        labels,
        columns,
        arcs,
    )


def check_names(by: Sequence[str] | None, level: str, layout: str) -> str:
    """Look names up before anything is read, for reading may take long; return the level.

    Raises
    ------
    UnknownName
        No such measure, level or layout.
    """
    for text in by or ():
        request(text)
    _layout_named(layout)
    return pick({name: name for name in LEVELS}, level, "level")


def _layout_named(layout: str) -> str | None:
    """Return the name of a layout; None for none."""
    names: dict[str, str | None] = {name: name for name in LAYOUTS}
    return pick({**names, NO_LAYOUT: None}, layout, "layout")


def check_part(level: str, top: int, around: Sequence[str], ego: int | None) -> None:
    """Refuse a part of the network that cannot be shown.

    Raises
    ------
    UsageError
        A number below 0; a part of the accounts where nodes are communities, for their members
        and arcs would be counted in that part alone.
    """
    for name, value in (("top", top), ("ego", ego)):
        if value is not None and value < 0:
            raise UsageError(f"{name} must be a whole number of 0 or more, got {value}")
    if level == "communities" and (top or around or ego is not None):
        raise UsageError(
            "--level communities shows all communities; leave --top, --around and --ego out"
        )


def _about_colors(known: Known, level: str) -> list[str]:
    """Say what the colours mean."""
    communities = len(known.partition.sizes)
    said = f"colours: the {min(communities, len(COMMUNITIES))} largest communities"
    if communities > len(COMMUNITIES):
        said += f", grey the other {communities - len(COMMUNITIES):,}"
    if level == "accounts":
        if known.steps.any():
            said += "; black: removed by the plan"
        if "protected" in known.marks:
            said += "; yellow: protected"
    return [said] if communities else []
