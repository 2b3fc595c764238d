"""Plans are judged on worlds that did not choose them: which is best, and what each leaves."""

import numpy as np

from keynodes.blocking.findings import ReachTakedown
from keynodes.blocking.problem import ReachProblem
from keynodes.blocking.verdicts import split_curves
from keynodes.cascades.keys import JUDGING, REPORTING
from keynodes.cascades.sampling import FEWEST, Size
from keynodes.kernels.blocks import NamedProgress, progress_on

Plans = dict[str, tuple[str, np.ndarray, float]]
"""By how a strategy was asked for: what it is called, its plan, and the seconds that it took."""


class Judge:
    """What plans leave on worlds that did not choose them; Ctrl-C ends it with fewer worlds."""

    def __init__(
        self,
        problem: ReachProblem,
        size: Size,
        notices: list[str],
        progress: NamedProgress | None,
    ) -> None:
        self.problem, self.size, self.notices, self.progress = problem, size, notices, progress
        self.stopped = False

    def ranking(self, found: Plans, count: int) -> Plans:
        """The plans, that first which leaves least on worlds that neither made nor report any."""
        if len(found) < 2:
            return found
        left = self._curves(JUDGING, count, found, "choosing among plans", "chosen among plans")
        ends = {text: rows[:, -1].mean() for text, (rows, _) in zip(found, left, strict=True)}
        return {text: found[text] for text in sorted(found, key=lambda text: ends[text])}

    def reported(
        self,
        found: Plans,
        count: int,
        seeds_removable: bool,
        prices: np.ndarray | None,
    ) -> dict[str, ReachTakedown]:
        """What they leave on worlds that chose nothing."""
        left = self._curves(REPORTING, count, found, "judging on fresh worlds", "judged")
        problem, unit = self.problem, self.problem.scenario.unit
        return {
            text: ReachTakedown(
                problem.scenario,
                order,
                rows * unit,
                authored * unit,
                name,
                problem.count,
                problem.muting,
                seconds,
                seeds_removable,
                prices,
            )
            for (text, (name, order, seconds)), (rows, authored) in zip(
                found.items(), left, strict=True
            )
        }

    def _curves(
        self, stream: int, count: int, found: Plans, doing: str, done: str
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """The curves of plans; at Ctrl-C on the worlds that are finished, if not on a few."""
        orders = [order for _, order, _ in found.values()]
        terms = (orders, self.problem.muting, stream == REPORTING, FEWEST)
        asked = self.problem.scenario
        said = progress_on(self.progress, doing)
        try:
            left = split_curves(asked, stream, count, self.size, *terms, said)
        except KeyboardInterrupt:
            count, before = min(count, FEWEST), count
            left = split_curves(asked, stream, count, self.size, *terms, said)
            self._say(done, count, before)
        else:
            if len(left[0][0]) < count:
                self._say(done, len(left[0][0]), count)
        return left

    def _say(self, done: str, count: int, before: int) -> None:
        self.stopped = True
        if count < before:
            self.notices.append(
                f"stopped by Ctrl-C: {done} on {count:,} worlds instead of {before:,}"
            )
