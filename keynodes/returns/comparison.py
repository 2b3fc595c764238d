"""rank_by_area(): which plan leaves least while accounts come back, and in the worst case."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keynodes.cascades.intervals import errors_aside
from keynodes.errors import UsageError
from keynodes.escaping import escape, shortened
from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import NamedProgress, progress_on
from keynodes.registry import pick
from keynodes.returns.findings import BAND, Returns
from keynodes.returns.parameters import PARAMETERS, days
from keynodes.returns.simulation import simulate_return

if TYPE_CHECKING:
    import pandas

POINTS = 8
"""Points drawn within the box, besides its corners."""

DRAWN = 0x53
"""The stream of random numbers for these points."""

EQUAL = 1e-9
"""Areas closer than this share of the base are equal: the plan given first goes first."""


@dataclass(frozen=True, eq=False)
class AreaRanking:
    """Plans in the order of what they leave over the whole horizon, least first.

    Attributes
    ----------
    plans : mapping of str to Returns
        Each plan under the assumptions given, best first. All were followed in the same worlds and
        with the same histories of identities.
    worst : mapping of str to (float, mapping of str to float)
        With a box: the largest share of the area that each plan leaves at any of its points, and
        that point. Empty without.
    points : int
        How many points of the box were tried.
    notices : tuple of str
        What a reader should know.
    """

    plans: Mapping[str, Returns]
    worst: Mapping[str, tuple[float, Mapping[str, float]]]
    points: int
    notices: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<AreaRanking: {len(self.plans):,} plans, {self.points:,} points of a box>"

    @property
    def best(self) -> str:
        """The plan that leaves least."""
        return next(iter(self.plans))

    def to_frame(self) -> "pandas.DataFrame":
        """Return one row a plan, best first.

        Columns ``rank, plan, accounts, area`` (account-days), ``area_share`` with its band over
        histories ``area_low, area_high``, ``behind`` (how much more of the share than the best
        plan's it leaves) with the band of that difference over the same histories ``behind_low,
        behind_high`` and the half-width of its 95 % interval over the same worlds
        ``behind_error``, ``left_at_end`` and ``returned`` (identities back at the end). With a box
        also ``worst_share, worst_rank`` and ``worst_at``. Names of plans are escaped.
        """
        import pandas

        best = self.plans[self.best]
        rows = []
        for rank, (name, found) in enumerate(self.plans.items(), start=1):
            behind = found.area_shares - best.area_shares
            area_low, area_high = np.quantile(found.area_shares, BAND)
            behind_low, behind_high = np.quantile(behind, BAND)
            row: dict[str, Any] = {
                "rank": rank,
                "plan": escape(name),
                "accounts": len(found.plan),
                "area": found.area,
                "area_share": found.area_share,
                "area_low": area_low,
                "area_high": area_high,
                "behind": float(behind.mean()),
                "behind_low": behind_low,
                "behind_high": behind_high,
                "behind_error": errors_aside(found.worlds) * found.error_beside(best),
                "left_at_end": float(found.left[-1]),
                "returned": float(found.returned[:, -1].mean()),
            }
            if self.worst:
                share, point = self.worst[name]
                row["worst_share"] = share
                row["worst_rank"] = 1 + sum(other < share for other, _ in self.worst.values())
                row["worst_at"] = ", ".join(f"{key} {_said(key, v)}" for key, v in point.items())
            rows.append(row)
        return pandas.DataFrame(rows)

    def summary(self) -> list[str]:
        """Say in sentences which plan leaves least, and on which assumptions."""
        best = self.plans[self.best]
        said = [
            f"{shortened(escape(self.best))} leaves least over {best.horizon:g} days: "
            f"{best.area_share:.1%} of the area under reach, of {len(self.plans):,} plans"
        ]
        if self.worst:
            safest = min(self.worst, key=lambda name: self.worst[name][0])
            share, point = self.worst[safest]
            at = ", ".join(f"{key} {_said(key, value)}" for key, value in point.items())
            said.append(
                f"in the worst case of {self.points:,} points of the box "
                f"{shortened(escape(safest))} leaves least: {share:.1%} ({at})"
            )
        return said + best.summary()[3:]


def rank_by_area(
    graph: InteractionGraph,
    plans: Mapping[str, Sequence[str]],
    *,
    box: Mapping[str, tuple[float | str, float | str]] | None = None,
    points: int = POINTS,
    progress: NamedProgress | None = None,
    **assumptions: Any,
) -> AreaRanking:
    """Rank plans by the area under reach while accounts come back.

    What cuts most on the first day need not cut most over three months: hubs come back with much
    of their audience, gates and announcers do not. All plans are followed in the same worlds, and
    an identity that is in several of them comes back at the same time in each.

    Parameters
    ----------
    graph : InteractionGraph
        From `build_graph`; it is not changed.
    plans : mapping of str to sequence of str
        The accounts of each plan, by a name for it.
    box : mapping of str to (low, high), optional
        Ranges of some of the five parameters, such as ``{"return_probability": (0.1, 0.6), "delay":
        ("1d", "14d")}``: the worst case of each plan is looked for at all corners and at `points`
        points in between, drawn with the seed.
    points : int, default 8
        How many.
    progress : callable, optional
        Called as ``progress(what, done, total)``.
    **assumptions
        Everything else that `simulate_return` takes, the same for all plans.

    Returns
    -------
    AreaRanking
        ``.to_frame()`` is the table.

    Raises
    ------
    UsageError
        No plans, a range that is none, or what `simulate_return` refuses.
    UnknownName
        A range of something that is no parameter.

    Notes
    -----
    The cost of `simulate_return` times plans times points. A worst case over points is a lower
    bound on the worst case of the box. Of two plans, one is behind for sure where both `behind_low`
    and ``behind - behind_error`` are above 0.

    Examples
    --------
    >>> star = InteractionGraph.from_arcs(["hub", "x", "y", "z"], [0, 0, 0], [1, 2, 3])
    >>> found = rank_by_area(
    ...     star,
    ...     {"a leaf": ["x"], "the hub": ["hub"]},
    ...     seeds=["hub"],
    ...     preset="no-return",
    ...     worlds=10,
    ... )
    >>> found.to_frame()[["rank", "plan", "area_share", "behind"]].round(3)
       rank     plan  area_share  behind
    0     1  the hub       0.000   0.000
    1     2   a leaf       0.667   0.667
    """
    if not isinstance(plans, Mapping) or not plans:
        raise UsageError("plans are a mapping of at least one name to a list of accounts")
    if isinstance(points, bool) or not isinstance(points, int) or points < 0:
        raise UsageError(f"points must be a whole number from 0 on, got {points!r}")
    corners = _points(box or {}, points, assumptions) if box else []
    found: dict[str, Returns] = {}
    worst: dict[str, tuple[float, Mapping[str, float]]] = {}
    for name, plan in plans.items():
        shown = shortened(escape(str(name)))
        found[name] = simulate_return(
            graph, plan, **assumptions, progress=progress_on(progress, shown)
        )
        for number, point in enumerate(corners, start=1):
            what = f"{shown}, point {number:,} of {len(corners):,}"
            values = {k: _said(k, v) if k == "delay" else v for k, v in point.items()}
            at = {**assumptions, **values}
            share = simulate_return(
                graph, plan, **at, progress=progress_on(progress, what)
            ).area_share
            if name not in worst or share > worst[name][0]:
                worst[name] = (share, point)
    places = {name: i for i, name in enumerate(found)}
    # Sums over worlds are exact, so equal plans have equal areas; rounding only guards the rest.
    order = sorted(found, key=lambda n: (round(found[n].area_share / EQUAL), places[n]))
    notices = dict.fromkeys(note for name in order for note in found[name].notices)
    return AreaRanking({name: found[name] for name in order}, worst, len(corners), tuple(notices))


def _points(
    box: Mapping[str, tuple[float | str, float | str]], points: int, assumptions: Mapping[str, Any]
) -> list[dict[str, float]]:
    """All corners of the box, and points in it; delays in days."""
    ranges: dict[str, tuple[float, float]] = {}
    for given, ends in box.items():
        name = pick({key: key for key in PARAMETERS}, given, "parameter of return")
        if assumptions.get(name) is not None:
            raise UsageError(f"{name} is given and in the box too: choose one")
        if not isinstance(ends, tuple | list) or len(ends) != 2:
            raise UsageError(f"the range of {name} is (low, high), got {ends!r}")
        low, high = (days(end, name) if name == "delay" else end for end in ends)  # type: ignore[arg-type]
        if not all(isinstance(end, int | float) for end in (low, high)) or not low <= high:  # type: ignore[operator]
            raise UsageError(f"the range of {name} is (low, high) with low ≤ high, got {ends!r}")
        ranges[name] = (float(low), float(high))
    found = [
        dict(zip(ranges, corner, strict=True))
        for corner in itertools.product(*(dict.fromkeys(ends) for ends in ranges.values()))
    ]
    random = np.random.default_rng([int(assumptions.get("rng", 0)), DRAWN])
    for _ in range(points):
        drawn = random.random(len(ranges))
        found.append(
            {
                name: low + (high - low) * float(u)
                for (name, (low, high)), u in zip(ranges.items(), drawn, strict=True)
            }
        )
    return found


def _said(name: str, value: float) -> str:
    """A value of a parameter as it is given."""
    return f"{value:.6g}d" if name == "delay" else f"{value:.3g}"
