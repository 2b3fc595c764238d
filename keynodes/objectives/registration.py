"""What a row of `OBJECTIVES` says: one number for what is left of the network."""

from dataclasses import dataclass

import numpy as np

from keynodes.objectives.curves import RemovalCurve
from keynodes.registry import pick


@dataclass(frozen=True)
class Objective:
    """One way to say how much of the network still hangs together.

    Attributes
    ----------
    name : str
        As in ``--objective``.
    column, weighted : str
        The arrays of `RemovalCurve` that hold it, without and with account weights.
    strong : bool
        Whether it looks at the direction of arcs (strongly connected components).
    meaning : str
        What the number is.
    reference : str
        Where it was published.
    """

    name: str
    column: str
    weighted: str
    strong: bool
    meaning: str
    reference: str

    def of(self, curve: RemovalCurve, by_weight: bool = False) -> np.ndarray:
        """Return the objective after 0, 1, … k removals: float64 (k + 1,)."""
        return np.asarray(getattr(curve, self.weighted if by_weight else self.column), np.float64)


OBJECTIVES: dict[str, Objective] = {
    row.name: row
    for row in (
        Objective(
            "largest-component",
            "largest_component",
            "heaviest_component",
            False,
            "Accounts that the largest weakly connected component holds.",
            "Schneider et al. 2011, doi:10.1073/pnas.1009440108",
        ),
        Objective(
            "pairs",
            "pairs",
            "weighted_pairs",
            False,
            "Pairs of accounts that a path joins, whatever its direction.",
            "Borgatti 2006, doi:10.1007/s10588-006-7084-x",
        ),
        Objective(
            "strong",
            "largest_strong",
            "heaviest_strong",
            True,
            "Accounts that the largest strongly connected component holds: all can reach all.",
            "Tarjan 1972, doi:10.1137/0201010",
        ),
    )
}
"""Every objective of fragmentation by name."""

ALIASES = {"core": "strong"}
"""Other names of objectives."""


def objective_named(text: str) -> Objective:
    """Return the objective of a name, or of another name for it.

    Raises
    ------
    UnknownName
        With the nearest name, or all names when none is near.

    Examples
    --------
    >>> objective_named("core").name
    'strong'
    """
    return OBJECTIVES[pick({name: name for name in OBJECTIVES} | ALIASES, text, "objective")]
