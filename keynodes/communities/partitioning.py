"""`partition`: the community of every account, from several runs, and how far it can be trusted."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from keynodes.communities import METHODS, Method
from keynodes.communities.agreement import mean_agreement, stability
from keynodes.communities.consensus import consensus
from keynodes.communities.modularity import density
from keynodes.communities.modularity_score import modularity
from keynodes.communities.numbering import canonical
from keynodes.communities.runs import run_labels
from keynodes.errors import UsageError
from keynodes.escaping import one_line
from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import NamedProgress, progress_on
from keynodes.lists import label_codes
from keynodes.lists.matching import named
from keynodes.registry import pick
from keynodes.results import FENCE, Partition

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas

RUNS = 10
"""Runs unless asked otherwise: a stability then comes in steps fine enough to sort accounts by."""


def partition(
    graph: InteractionGraph,
    by: str = "leiden",
    *,
    resolution: float | None = None,
    runs: int = RUNS,
    rng: int = 0,
    layers: str | None = None,
    layer_weights: Mapping[str, float] | None = None,
    progress: NamedProgress | None = None,
) -> Partition:
    """Find the community of every account, and how far each can be trusted.

    Parameters
    ----------
    graph : InteractionGraph
        From `build_graph`.
    by : str, default "leiden"
        A name of `METHODS`.
    resolution : float, optional
        For the methods that have one: larger makes more and smaller communities. The default is
        the method's: 1 for modularity, the density of the graph for ``leiden-cpm``.
    runs : int, default 10
        Runs of a random method, each with a stream of its own. Their consensus is the answer, and
        where they differ says how sure it is. 1 gives no stability.
    rng : int, default 0
        The seed.
    layers : str, optional
        For ``leiden-layers``: ``"relation"``, or a column of the accounts' attributes.
    layer_weights : mapping of str to float, optional
        How much each layer counts: 1 for those it lacks.
    progress : callable, optional
        Called as ``progress(what, done, total)`` after each run.

    Returns
    -------
    Partition
        The consensus (see `keynodes.communities.consensus`), each run, the stability of each
        account, the agreement of the runs. ``.to_frame()`` is the table.

    Raises
    ------
    UnknownName
        No such method.
    UsageError
        An argument out of its range, or one that the method has no use for.

    Notes
    -----
    The cost is that of the runs, on as many cores as there are, and O(runs² × n) for their
    consensus and agreement; O(runs × n) memory beside that of the method. The same arguments give
    the same bits on any number of cores. Runs that agree say that the method is sure, not that it
    is right.

    Examples
    --------
    >>> pairs = InteractionGraph.from_arcs(["ann", "bob", "eve", "joe"], [0, 2], [1, 3])
    >>> partition(pairs).to_frame()
      account community  size  stability
    0     ann         0     2        1.0
    1     bob         0     2        1.0
    2     eve         1     2        1.0
    3     joe         1     2        1.0
    """
    row = pick(METHODS, by, "community method")
    _check(row, resolution, runs, rng, layers, layer_weights)
    given_arguments = {
        "resolution": resolution,
        "layers": layers,
        "layer_weights": layer_weights,
    }
    arguments = {name: value for name, value in given_arguments.items() if value is not None}
    notices = []
    if not row.random:
        if runs not in (1, RUNS):
            notices.append(f"{row.name} has nothing random: one run instead of {runs:,}")
        runs = 1
    notices += _about_direction(graph, row)
    if row.layers == "yes" and layers in (None, "relation") and not graph.weights_are_counts:
        notices.append(f"{row.name} counts the interactions of each relation, whatever they weigh")
    each = run_labels(
        graph,
        row,
        streams(rng, runs),
        arguments,
        progress_on(progress, f"runs of {row.name}"),
    )
    labels = consensus(each)
    trust: dict[str, Any] = {}
    if runs > 1:
        agreement, information, pooled = mean_agreement(each)
        trust = {
            "stability": stability(labels, each),
            "agreement": agreement,
            "information": information,
        }
        notices.append(
            f"{runs:,} runs agree to {agreement:.2f} (adjusted Rand index) and {information:.2f} "
            "(adjusted mutual information); 1: the same, 0: by chance"
        )
        if pooled:
            notices.append(pooled)
    found = Partition(
        accounts=graph.accounts,
        labels=labels,
        by=row.name,
        names=tuple(map(str, range(int(labels.max(initial=-1)) + 1))),
        resolution=_resolution(graph, row, resolution),
        runs=runs,
        run_labels=each,
        modularity=modularity(graph, labels),
        rng=int(rng),
        **trust,
    )
    notices = [_about_size(found), *notices, *_about_fence(found)]
    if row.random and (found.sizes > 1).sum() == 1:
        notices.append(
            f"{row.name} found no division: all accounts that are not alone are in one community"
        )
    return _with_notices(found, notices)


def given(
    graph: InteractionGraph,
    labels: "Mapping[str, object] | pandas.Series | Sequence[object] | np.ndarray | str | Path",
) -> Partition:
    """Take communities that came from outside, such as those of a file.

    Parameters
    ----------
    graph : InteractionGraph
    labels : mapping, pandas.Series by account, array with a label an account, or path
        As `keynodes.lists.label_codes` takes them: missing values, empty texts and whole numbers
        below 0 are no label.

    Returns
    -------
    Partition
        Numbered by size, then smallest member; `names` are the labels. An account without a label
        is in no community. No stability: there are no runs.

    Raises
    ------
    ReadingError
        When the labels cannot be read, or are not one an account.

    Notes
    -----
    O(n + m) time and memory.

    Examples
    --------
    >>> graph = InteractionGraph.from_arcs(["ann", "bob", "eve"], [0], [1])
    >>> given(graph, {"ann": "red", "bob": "blue", "eve": "blue"}).names
    ('blue', 'red')
    """
    codes, texts, notice = label_codes(graph, labels)
    numbers = canonical(codes)
    names = [""] * len(texts)
    for number, code in {*zip(numbers.tolist(), codes.tolist(), strict=True)}:
        if number >= 0:
            names[number] = texts[code]
    found = Partition(
        accounts=graph.accounts,
        labels=numbers,
        names=tuple(names),
        run_labels=np.zeros((0, graph.n), np.int32),
        modularity=modularity(graph, numbers),
    )
    return _with_notices(found, [notice] if notice else [])


def streams(rng: int, runs: int) -> list[int]:
    """Seeds below 2³¹, one a run: the first ones are the same however many there are.

    Examples
    --------
    >>> streams(0, 3)[:2] == streams(0, 2)
    True
    """
    children = np.random.SeedSequence(rng).spawn(runs)
    return [int(child.generate_state(1)[0] >> 1) for child in children]


def _check(
    row: Method,
    resolution: float | None,
    runs: int,
    rng: int,
    layers: str | None,
    layer_weights: Mapping[str, float] | None,
) -> None:
    if resolution is not None:
        if "resolution" not in row.parameters:
            raise UsageError(
                f"{row.name} has no resolution; leave it out, or choose " + _having("resolution")
            )
        number = isinstance(resolution, (int, float, np.integer, np.floating))
        if not number or isinstance(resolution, bool) or not 0 <= resolution < np.inf:
            raise UsageError(
                f"{row.name}: the resolution must be a finite number of 0 or more, "
                f"got {resolution!r}"
            )
    for name, value in (("layers", layers), ("layer_weights", layer_weights)):
        if value is not None and name not in row.parameters:
            raise UsageError(
                f"{row.name} does not keep layers apart; leave {name} out, or choose "
                + _having(name)
            )
    for name, count, least in (("runs", runs, 1), ("rng", rng, 0)):
        whole = isinstance(count, (int, np.integer)) and not isinstance(count, bool)
        if not whole or count < least:
            raise UsageError(f"{name} must be a whole number of {least} or more, got {count!r}")


def _having(parameter: str) -> str:
    return " or ".join(row.name for row in METHODS.values() if parameter in row.parameters)


def _resolution(graph: InteractionGraph, row: Method, asked: float | None) -> float | None:
    if asked is not None:
        return float(asked)
    if "resolution" not in row.parameters:
        return None
    return density(graph) if row.resolution == "density" else float(row.resolution)


def _about_size(found: Partition) -> str:
    sizes = found.sizes
    alone = int((sizes == 1).sum())
    text = "" if found.by == "given" else f"{found.by}: "
    text += f"{len(sizes):,} communit{'y' if len(sizes) == 1 else 'ies'}"
    if alone:
        text += f" ({alone:,} of them of one account)"
    if np.isnan(found.modularity):
        return text
    return f"{text}; modularity {found.modularity:.3f}"


def _about_direction(graph: InteractionGraph, row: Method) -> list[str]:
    """What becomes of the direction of arcs, where they have one that the method cannot see."""
    same = all(map(np.array_equal, graph.out, graph.into))
    if row.direction != "no" or same:
        return []
    added = ": the weights of u→v and v→u are added" if row.weights == "yes" else ""
    return [f"{row.name} looks at the undirected view{added}"]


def _about_fence(found: Partition) -> list[str]:
    fence = found.on_the_fence
    if not len(fence):
        return []
    number = f"{len(fence):,} of {len(found.accounts):,} account{'s' * (len(found.accounts) != 1)}"
    return [
        one_line(
            f"{number} {'is' if len(fence) == 1 else 'are'} on the fence (stability below "
            f"{FENCE}): {named(found.accounts[fence].tolist(), {})}"
        )
    ]


def _with_notices(found: Partition, notices: list[str]) -> Partition:
    for array in (found.labels, found.run_labels):
        array.setflags(write=False)
    return replace(found, notices=tuple(notices))
