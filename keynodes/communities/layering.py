"""Layers of a graph: its arcs by relation, or by a fact about the account they leave."""

from collections.abc import Mapping

import numpy as np

from keynodes.errors import UnknownName, UsageError
from keynodes.graph import InteractionGraph
from keynodes.registry import suggestion

RELATION = "relation"
NONE = "(none)"
"""The layer of accounts without a value."""

MOST = 100
"""Layers at most: each holds all accounts, and a column of more values is no kind of thing."""


def layers_of(
    graph: InteractionGraph, layers: str, layer_weights: Mapping[str, float] | None
) -> tuple[dict[str, np.ndarray], list[float]]:
    """Cut a graph into layers (see `leiden_layers`).

    Returns
    -------
    arrays : dict of numpy.ndarray
        ``tails, heads, weights`` of the arcs, layer after layer, and ``bounds``: layer i has those
        from ``bounds[i]`` to ``bounds[i + 1] - 1``. Layers without arcs or weight are left out.
    shares : list of float
        The weight of each layer, the largest of all 1.

    Raises
    ------
    UsageError
        When there are no such layers, too many, or none with a weight, or when a weight is no
        number of 0 or more.
    """
    names, codes, arcs, weights = (
        _by_relation(graph) if layers == RELATION else _by_attribute(graph, layers)
    )
    if len(names) > MOST:
        raise UsageError(
            f"leiden-layers: {layers!r} has {len(names):,} different values, and layers must be "
            f"at most {MOST}; choose a column with fewer"
        )
    shares = _checked_weights(names, layer_weights or {})
    counted = shares[codes] > 0
    order = np.flatnonzero(counted)[np.argsort(codes[counted], kind="stable")]
    sizes = np.bincount(codes[order], minlength=len(names))
    kept = np.flatnonzero(sizes)
    arrays = {
        "tails": graph.tails[arcs[order]],
        "heads": graph.out.indices[arcs[order]],
        "weights": weights[order].astype(np.float64),
        "bounds": np.concatenate([[0], np.cumsum(sizes[kept])]),
    }
    return arrays, (shares[kept] / shares.max(initial=0.0)).tolist()


def _by_relation(
    graph: InteractionGraph,
) -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray]:
    """Names of layers; and of each entry its layer, its arc and its weight."""
    if graph.m and not graph.relations:
        raise UsageError(
            "leiden-layers: the records have no relations to make layers of; name a column of the "
            "account attributes in layers="
        )
    arcs = np.repeat(np.arange(graph.m), np.diff(graph.relation_indptr))
    return list(graph.relations), graph.relation_codes, arcs, graph.relation_counts


def _by_attribute(
    graph: InteractionGraph, column: str
) -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray]:
    if graph.attributes is None:
        raise UsageError(
            f"leiden-layers: layers must be {RELATION!r} or a column of the account attributes, "
            f"and the graph has no attributes to look {column!r} up in"
        )
    known = [str(name) for name in graph.attributes.columns]
    if column not in known:
        hint = suggestion(column, [RELATION, *known])
        raise UnknownName(f"leiden-layers: accounts have no attribute {column!r}; {hint}")
    values = graph.attributes.iloc[:, known.index(column)]
    value_of = dict(zip(values.index, values, strict=True))
    texts = [_text(value_of.get(account)) for account in graph.accounts]
    names = sorted(set(texts))
    number = {name: i for i, name in enumerate(names)}
    code_of = np.array([number[text] for text in texts], np.int64)
    return names, code_of[graph.tails], np.arange(graph.m), graph.out.weights


def _text(value: object) -> str:
    # A missing value differs from itself, or is None; pandas.NA has no truth value.
    missing = value is None or type(value).__name__ == "NAType" or value != value
    return NONE if missing or not str(value).strip() else str(value).strip()


def _checked_weights(names: list[str], given: Mapping[str, float]) -> np.ndarray:
    known = {name.casefold(): i for i, name in enumerate(names)}
    shares = np.ones(len(names))
    for name, weight in given.items():
        i = names.index(name) if name in names else known.get(str(name).casefold())
        if i is None:
            raise UnknownName(f"there is no layer {name!r}; {suggestion(str(name), names)}")
        if not 0 <= weight < np.inf:
            raise UsageError(
                f"the weight of layer {name!r} must be a finite number of 0 or more, got {weight!r}"
            )
        shares[i] = weight
    if len(names) and not shares.any():
        raise UsageError("every layer has weight 0: there is nothing to find communities in")
    return shares
