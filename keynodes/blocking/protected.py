"""What runs through protected accounts, which are never proposed."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from keynodes.blocking.problem import ReachProblem, reached_at_start
from keynodes.blocking.removals import Removals
from keynodes.escaping import one_line, shortened

if TYPE_CHECKING:
    import pandas

NOTABLE = 0.01
"""The share of reach that must run through a protected account to be worth a sentence."""


def through_protected(
    problem: ReachProblem, kept: np.ndarray, notices: list[str]
) -> "pandas.DataFrame | None":
    """What runs through each protected account alone: never proposed, but it should be known."""
    if not len(kept):
        return None
    import pandas

    removals = Removals(replace(problem, first=np.zeros(0, np.int32)))
    drops = np.array([removals.gain(int(account)) for account in kept]) / problem.count
    drops *= problem.scenario.unit
    reached = reached_at_start(problem)
    shares = drops / reached if reached > 0 else np.zeros(len(drops))
    order = np.argsort(-drops, kind="stable")
    names = problem.scenario.graph.accounts[kept]
    if len(order) and shares[order[0]] >= NOTABLE:
        listed = ", ".join(
            f"{shortened(names[i], 40)!r} {shares[i]:.1%}"
            for i in order[:3]
            if shares[i] >= NOTABLE
        )
        notices.append(
            one_line(
                "reach runs through protected accounts, which are never proposed; each alone "
                f"carries: {listed}"
            )
        )
    return pandas.DataFrame({"account": names[order], "drop": drops[order], "share": shares[order]})
