"""The strategy by fair shares, which sees gates that stand side by side."""

import numpy as np

from keynodes.blocking.dominating import picked
from keynodes.blocking.problem import ReachProblem
from keynodes.blocking.registration import reach_strategy
from keynodes.blocking.removals import Removals
from keynodes.kernels.blocks import Progress


@reach_strategy(
    "fair-share",
    order="adaptive",
    cost="O(worlds with the pick · what they reach) a removal",
    reference="adaptive form of ReversedFlow; see kernels.fair_shares",
)
def fair_share(problem: ReachProblem, *, rng: int, progress: Progress | None = None) -> np.ndarray:
    """The account with most credit for what is reached now, and again: finds redundant gates.

    The credit for every reached account flows back and is split over those who passed content on,
    so that of two gates side by side each has half, where dominators give them nothing. Limits of
    hops and time are those of the worlds as they were drawn: credit does not see that a detour
    would come too late once an account is gone.
    """
    removals = Removals(problem, shares=True)
    order = picked(problem, removals, problem.candidates, problem.first.tolist(), progress)
    return np.asarray(order, np.int32)
