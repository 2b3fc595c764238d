"""One node a community: what is left to look at where there are too many accounts to draw."""

from collections.abc import Mapping, Sequence

import numpy as np

from keynodes.graph import InteractionGraph


def grouped_by_community(
    graph: InteractionGraph,
    labels: np.ndarray,
    names: Sequence[str],
    order: np.ndarray,
    marks: Mapping[str, np.ndarray],
) -> tuple[InteractionGraph, dict[str, np.ndarray], dict[str, np.ndarray], str]:
    """Make the graph of communities, with what is known of each.

    Parameters
    ----------
    graph : InteractionGraph
    labels : numpy.ndarray of int64, shape (n,)
        The number of each account's community; below 0: none.
    names : sequence of str
        What the communities are called; one without a member is left out.
    order : numpy.ndarray of int, shape (n,)
        The accounts from the first rank to the last.
    marks : mapping of str to numpy.ndarray of bool
        Accounts to count in every community, by the name of the column without ``_members``.

    Returns
    -------
    InteractionGraph
        One account a community, called by its name; the weight of an arc is that of all arcs from
        the members of one to those of the other.
    dict of str to numpy.ndarray
        Columns of its accounts: ``community`` (the number), ``members``, ``leader`` (index of
        the first account), ``inside_weight``, ``inside_arcs``, and the counts of the marks.
    dict of str to numpy.ndarray
        Columns of its arcs: ``weight``, ``interactions``, ``arcs`` (how many it stands for), and
        ``first_time`` and ``last_time`` where there are times.
    str
        What was left out; empty when nothing was.

    Notes
    -----
    O(n + m log m).

    Examples
    --------
    >>> graph = InteractionGraph.from_arcs("abc", [0, 0, 1], [1, 2, 2])
    >>> groups, nodes, arcs, _ = grouped_by_community(
    ...     graph, np.array([0, 0, 1]), ["x", "y"], np.arange(3), {}
    ... )
    >>> nodes["members"], arcs["weight"], arcs["arcs"]
    (array([2, 1]), array([2.]), array([2]))
    """
    inside = labels >= 0
    present = np.unique(labels[inside])
    number = len(present)
    called = np.empty(number, dtype=object)
    called[:] = [names[label] for label in present.tolist()]
    # A graph has its accounts by name: so the groups are numbered here.
    by_name = np.argsort(called, kind="stable")
    group_of_label = np.full(len(names) + 1, -1)
    group_of_label[present[by_name]] = np.arange(number)
    group = group_of_label[labels]

    tails, heads = group[graph.tails], group[graph.out.indices]
    known = (tails >= 0) & (heads >= 0)
    own, crossing = known & (tails == heads), known & (tails != heads)
    # One place for each pair that has an arc, in the order of the arcs of the new graph.
    pairs, place = np.unique(
        tails[crossing].astype(np.int64) * number + heads[crossing], return_inverse=True
    )
    weights = np.bincount(place, weights=graph.out.weights[crossing], minlength=len(pairs))
    ends = np.divmod(pairs, max(number, 1))
    groups = InteractionGraph.from_arcs(called[by_name].tolist(), *ends, weights)

    leader = np.zeros(number, np.int64)
    last_first = order[inside[order]][::-1]
    leader[group[last_first]] = last_first
    columns = {
        "community": present[by_name],
        "members": np.bincount(group[inside], minlength=number),
        "leader": leader,
        "inside_weight": np.bincount(tails[own], graph.out.weights[own], minlength=number),
        "inside_arcs": np.bincount(tails[own], minlength=number),
    }
    for name, marked in marks.items():
        columns[f"{name}_members"] = np.bincount(group[marked & inside], minlength=number)
    arcs = {
        "weight": groups.out.weights,
        "interactions": np.bincount(place, graph.counts[crossing], len(pairs)).astype(np.int64),
        "arcs": np.bincount(place, minlength=len(pairs)),
    }
    for name, times, earlier in (
        ("first_time", graph.first_time, np.fmin),
        ("last_time", graph.last_time, np.fmax),
    ):
        if not np.isnan(times).all():
            arcs[name] = np.full(len(pairs), np.nan)
            earlier.at(arcs[name], place, times[crossing])
    without = int((~inside).sum())
    said = f"{without:,} accounts without a community are left out" if without else ""
    return groups, columns, arcs, said
