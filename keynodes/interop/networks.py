"""`Network`: what a network file holds, as plain columns, before it is known which file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Network:
    """Nodes and arcs with their columns, for every writer of network files.

    Values are numbers, booleans or text; NaN and None are missing and are not written. A column has
    one type for the whole file: that of its array (``float64``, an integer type, ``bool``), or text
    where the array holds objects.

    Attributes
    ----------
    ids : numpy.ndarray of str objects, shape (n,)
        The account ids, each once.
    nodes : mapping of str to numpy.ndarray, each of shape (n,)
        Columns of the nodes. Names with a meaning for every program that draws: ``label``, ``x``,
        ``y``, ``size``, ``color`` (``#rrggbb``; the writers add ``r``, ``g`` and ``b``).
    tails, heads : numpy.ndarray of int, shape (m,)
        Arc i goes from ``ids[tails[i]]`` to ``ids[heads[i]]``.
    arcs : mapping of str to numpy.ndarray, each of shape (m,)
        Columns of the arcs; ``weight`` is above 0.
    directed : bool
        False where an arc stands for both ways.
    time_unit : {"timestamp", "number", None}
        What the columns ``first_time`` and ``last_time`` of the arcs hold (floats, as in
        `InteractionGraph`).
    about : mapping of str to Any
        What the file was made from, for a reader of it: title, description, what was measured.
    """

    ids: np.ndarray
    nodes: Mapping[str, np.ndarray]
    tails: np.ndarray
    heads: np.ndarray
    arcs: Mapping[str, np.ndarray]
    directed: bool = True
    time_unit: str | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
