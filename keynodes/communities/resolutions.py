"""Communities at several resolutions: where the answer stays the same is a plateau."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keynodes.communities import METHODS
from keynodes.communities.agreement import adjusted_rand
from keynodes.communities.partitioning import RUNS, partition
from keynodes.errors import UsageError
from keynodes.escaping import shortened
from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import NamedProgress
from keynodes.registry import pick
from keynodes.results import Partition

if TYPE_CHECKING:
    import pandas

PLATEAU = 0.9
"""Resolutions are of one plateau when the adjusted Rand index of neighbours is at least this, and
that of the runs of each."""

MOST = 1000
"""Resolutions in one scan at most."""

_A_B_N = re.compile(r"\s*([^:]+):([^:]+):([^:]+)\s*")


@dataclass(frozen=True, eq=False)
class ResolutionScan:
    """What a method finds at several resolutions, and which of them give the same communities.

    Attributes
    ----------
    by : str
        The method.
    partitions : tuple of Partition
        One a resolution, from the smallest resolution to the largest.
    agreement_with_next : numpy.ndarray of float64, shape (resolutions,)
        Adjusted Rand index of each consensus partition and the next; NaN for the last.
    plateau : numpy.ndarray of float64, shape (resolutions,)
        Number of the plateau, from 1; NaN outside. A plateau is a longest row of two or more
        neighbouring resolutions of which each agrees with the next to 0.9 at least, and the runs
        of each agree to 0.9 at least.
    notices : tuple of str
        What a reader should know.
    """

    by: str
    partitions: tuple[Partition, ...]
    agreement_with_next: np.ndarray
    plateau: np.ndarray
    notices: tuple[str, ...] = ()

    @property
    def resolutions(self) -> np.ndarray:
        """The resolutions, increasing: float64."""
        return np.asarray([found.resolution for found in self.partitions], dtype=np.float64)

    def to_frame(self) -> "pandas.DataFrame":
        """Return one row a resolution.

        Columns ``resolution``; ``communities``: of two or more accounts (those of one account are
        left out: they would hide how the others multiply); ``largest``: members of the largest;
        ``modularity``: of the consensus, at resolution 1 whatever the resolution of the row;
        ``agreement``: of the runs (adjusted Rand index); ``agreement_with_next``; ``plateau``.
        """
        import pandas

        return pandas.DataFrame(
            {
                "resolution": self.resolutions,
                "communities": [int((found.sizes > 1).sum()) for found in self.partitions],
                "largest": [int(found.sizes.max(initial=0)) for found in self.partitions],
                "modularity": [found.modularity for found in self.partitions],
                "agreement": [found.agreement for found in self.partitions],
                "agreement_with_next": self.agreement_with_next,
                # Int64 has a missing value, so numbers stay whole.
                "plateau": pandas.array(
                    [None if np.isnan(p) else int(p) for p in self.plateau], dtype="Int64"
                ),
            }
        )


def resolution_scan(
    graph: InteractionGraph,
    resolutions: str | Iterable[float],
    by: str = "leiden",
    *,
    runs: int = RUNS,
    rng: int = 0,
    layers: str | None = None,
    layer_weights: dict[str, float] | None = None,
    progress: NamedProgress | None = None,
) -> ResolutionScan:
    """Find communities at several resolutions, and the plateaus where they stay the same.

    Parameters
    ----------
    graph : InteractionGraph
        From `build_graph`.
    resolutions : str or iterable of float
        ``"A:B:N"`` for N resolutions from A to B, each the same multiple of the one before; or
        numbers of 0 or more, in any order.
    by : str, default "leiden"
        A name of `METHODS`, with a resolution.
    runs : int, default 10
        Runs at each resolution, with the same streams at each.
    rng : int, default 0
        The seed.
    layers, layer_weights
        As for `partition`.
    progress : callable, optional
        Called as ``progress(what, done, total)`` after each run, done and total of all runs.

    Returns
    -------
    ResolutionScan
        ``.to_frame()`` is the table.

    Raises
    ------
    UnknownName
        No such method.
    UsageError
        A method without a resolution, or an argument out of its range.

    Notes
    -----
    The cost is that of `partition` at each resolution; all partitions are kept. A plateau says
    that a scale is no accident of the resolution; it does not say that the scale is right. One
    community of all accounts, and all accounts alone, are plateaus as well.

    References
    ----------
    Arenas, A., Fernández, A., & Gómez, S. (2008). Analysis of the structure of complex networks at
    different resolution levels. New Journal of Physics 10, 053039.
    https://doi.org/10.1088/1367-2630/10/5/053039

    Examples
    --------
    >>> pairs = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 2], [1, 3])
    >>> scan = resolution_scan(pairs, [0.5, 1], runs=2)
    >>> scan.to_frame()[["resolution", "communities", "agreement", "plateau"]]
       resolution  communities  agreement  plateau
    0         0.5            2        1.0        1
    1         1.0            2        1.0        1
    """
    row = pick(METHODS, by, "community method")
    steps = parsed(resolutions) if isinstance(resolutions, str) else _checked(resolutions)
    found = []
    for place, resolution in enumerate(steps):

        def told(what: str, done: int, total: int, before: int = place) -> None:
            if progress:
                progress(what, before * total + done, len(steps) * total)

        found.append(
            partition(
                graph,
                row.name,
                resolution=resolution,
                runs=runs,
                rng=rng,
                layers=layers,
                layer_weights=layer_weights,
                progress=told,
            )
        )
    following = np.full(len(found), np.nan)
    for i in range(len(found) - 1):
        following[i] = adjusted_rand(found[i].labels, found[i + 1].labels)
    plateau = _plateaus(following, np.asarray([one.agreement for one in found]))
    return ResolutionScan(row.name, tuple(found), following, plateau, _notices(found, plateau))


def geometric(low: float, high: float, count: int) -> list[float]:
    """Resolutions from `low` to `high`, each the same multiple of the one before.

    Raises
    ------
    UsageError
        When the ends are not finite, above 0 and increasing, or `count` is not from 2 to 1000.

    Examples
    --------
    >>> geometric(0.25, 4, 3)
    [0.25, 1.0, 4.0]
    """
    if not 0 < low < high < np.inf:
        raise UsageError(
            f"resolutions must go from a number above 0 to a larger one, got {low} to {high}"
        )
    if not 2 <= count <= MOST:
        raise UsageError(f"a scan has 2 to {MOST} resolutions, got {count}")
    return [float(low), *np.geomspace(low, high, count)[1:-1].tolist(), float(high)]


def parsed(text: str) -> list[float]:
    """Read ``A:B:N``: N resolutions from A to B.

    Raises
    ------
    UsageError
        When it is not that.

    Examples
    --------
    >>> parsed("0.5:2:3")
    [0.5, 1.0, 2.0]
    """
    parts = _A_B_N.fullmatch(text)
    try:
        if not parts:
            raise ValueError
        low, high, count = float(parts[1]), float(parts[2]), int(parts[3])
    except ValueError:
        raise UsageError(
            "resolutions must be A:B:N, N of them from A to B, such as 0.25:4:9; found "
            + repr(shortened(text, 40))
        ) from None
    return geometric(low, high, count)


def _checked(resolutions: Iterable[float]) -> list[float]:
    given = list(resolutions)
    for value in given:
        number = isinstance(value, (int, float, np.integer, np.floating))
        if not number or isinstance(value, bool) or not 0 <= value < np.inf:
            raise UsageError(f"resolutions must be finite numbers of 0 or more, got {value!r}")
    steps = sorted({float(value) for value in given})
    if len(steps) < len(given):
        raise UsageError("resolutions must differ; one is there twice")
    if not 1 <= len(steps) <= MOST:
        raise UsageError(f"a scan has 1 to {MOST} resolutions, got {len(steps)}")
    return steps


def _plateaus(following: np.ndarray, agreement: np.ndarray) -> np.ndarray:
    """Number the longest rows of resolutions that agree with the next and within themselves."""
    steady = agreement >= PLATEAU
    plateau = np.full(len(following), np.nan)
    number = 0
    for i in range(len(following) - 1):
        if following[i] >= PLATEAU and steady[i] and steady[i + 1]:
            if np.isnan(plateau[i]):
                number += 1
                plateau[i] = number
            plateau[i + 1] = number
    return plateau


def _notices(found: list[Partition], plateau: np.ndarray) -> tuple[str, ...]:
    """What is said of all resolutions, once; numbers of one resolution are in the table."""
    first = next(iter(found))
    notices = [text for text in first.notices if "undirected view" in text]
    if first.runs == 1:
        return (*notices, "no plateaus: only two or more runs say how steady a resolution is")
    rows = [np.flatnonzero(plateau == number) for number in np.unique(plateau[plateau > 0])]
    if not rows:
        return (*notices, f"no plateau: no neighbours agree to {PLATEAU}, and their runs as well")
    told = []
    for row in rows:
        ends = found[row[0]], found[row[-1]]
        low, high = sorted(int((end.sizes > 1).sum()) for end in ends)
        number = f"{low:,}" if low == high else f"{low:,} to {high:,}"
        told.append(
            f"from {ends[0].resolution:.4g} to {ends[1].resolution:.4g}, {number} "
            f"communit{'y' if high == 1 else 'ies'} of two or more accounts"
        )
    return (*notices, "plateaus: " + "; ".join(told))
