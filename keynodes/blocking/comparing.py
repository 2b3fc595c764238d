"""`compare_plans`: which of several plans leaves less reach, in the same worlds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keynodes.blocking.findings import ReachTakedown
from keynodes.blocking.scoring import score_reach_plan
from keynodes.blocking.verdicts import paired_difference
from keynodes.cascades.intervals import p_value
from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import NamedProgress

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, eq=False)
class PlanComparison:
    """Plans in the same worlds, so that chance in the worlds cancels in their differences.

    Attributes
    ----------
    plans : mapping of str to ReachTakedown
        The plans by name, the one that leaves least first; ties by name.
    """

    plans: Mapping[str, ReachTakedown]

    def to_frame(self) -> "pandas.DataFrame":
        """Return one row a plan, the one that leaves least first.

        Columns ``plan, removals, cut, left, cut_low, cut_high, reached_left`` as in a takedown,
        and beside the first plan ``difference`` (how much more is reached), ``difference_low,
        difference_high`` (paired interval of 95 %) and ``p_value`` (two-sided, of no difference).
        """
        import pandas

        rows = []
        first = next(iter(self.plans.values())).left_in_worlds[:, -1]
        for name, plan in self.plans.items():
            share = plan.share
            gap, half = paired_difference(plan.left_in_worlds[:, -1], first)
            rows.append(
                {
                    "plan": name,
                    "removals": len(plan.order),
                    "cut": share.mean[-1],
                    "left": 1.0 - share.mean[-1],
                    "cut_low": share.low[-1],
                    "cut_high": share.high[-1],
                    "reached_left": plan.reached_left[-1],
                    "difference": gap,
                    "difference_low": gap - half,
                    "difference_high": gap + half,
                    "p_value": p_value(plan.left_in_worlds[:, -1] - first),
                }
            )
        return pandas.DataFrame(rows)

    def summary(self) -> list[str]:
        """Say in sentences which plan leaves less, and how sure that is."""
        names = list(self.plans)
        best = self.plans[names[0]]
        sentences = [
            f"reach: {best.reached_left[0]:,.1f} at the start; {names[0]} leaves "
            f"{best.reached_left[-1]:,.1f} with {len(best.order):,} removals"
        ]
        for name in names[1:]:
            other = self.plans[name]
            pair = other.left_in_worlds[:, -1], best.left_in_worlds[:, -1]
            gap, half = paired_difference(*pair)
            # The interval leaves 0 out, or so many worlds agree.
            sure = (
                "more than chance" if p_value(pair[0] - pair[1]) < 0.05 else "no more than chance"
            )
            sentences.append(
                f"{name} leaves {gap:,.1f} ± {half:,.1f} more ({sure}) with "
                f"{len(other.order):,} removals"
            )
        sentences += [
            f"model: {best.scenario.sentence}",
            f"{len(best.left_in_worlds):,} worlds, the same for all plans; seed "
            f"{best.scenario.rng}; intervals are for chance in the worlds, not for the model",
        ]
        return sentences


def compare_plans(
    graph: InteractionGraph,
    plans: Mapping[str, Iterable[str]],
    *,
    seeds: Iterable[str] | None = None,
    progress: NamedProgress | None = None,
    **terms: Any,
) -> PlanComparison:
    """Judge plans of removal on the same fresh worlds.

    Parameters
    ----------
    graph : InteractionGraph
        The network; it is not changed.
    plans : mapping of str to iterable of str
        The accounts of each plan, by its name; at least two.
    seeds : iterable of str, optional
        The accounts that speak; without them sources are drawn in proportion to posts.
    progress : callable, optional
        Called as ``progress(what, done, total)``.
    **terms
        As in `score_reach_plan`: the model, what counts, worlds, rng.

    Returns
    -------
    PlanComparison
        ``.to_frame()`` is the table.

    Raises
    ------
    UsageError
        When there are fewer than two plans, or an argument is out of its range.

    Notes
    -----
    The same worlds for all plans: the interval of a difference is several times narrower than
    those of the plans (common random numbers). Time as `score_reach_plan`, for each plan.

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1], [1, 2])
    >>> found = compare_plans(
    ...     chain,
    ...     {"near": ["b"], "far": ["c"]},
    ...     seeds=["a"],
    ...     model="constant:probability=1",
    ...     worlds=11,
    ... )
    >>> found.to_frame()[["plan", "reached_left", "difference", "p_value"]]
       plan  reached_left  difference   p_value
    0  near           0.0         0.0  1.000000
    1   far           1.0         1.0  0.000977
    """
    if len(plans) < 2:
        raise UsageError("a comparison takes at least two plans")
    seeds = None if seeds is None else list(seeds)
    judged = {
        name: score_reach_plan(graph, plan, seeds=seeds, progress=progress, **terms)
        for name, plan in plans.items()
    }
    order = sorted(judged, key=lambda name: (judged[name].reached_left[-1], name))
    return PlanComparison({name: judged[name] for name in order})
