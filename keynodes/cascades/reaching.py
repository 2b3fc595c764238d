"""`reach`: how many accounts hear what the seeds say, and which."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keynodes.cascades.intervals import half_width, wilson
from keynodes.cascades.keys import REPORTING
from keynodes.cascades.sampling import each_pack, how_many, size_of
from keynodes.cascades.scenario import Scenario, scenario
from keynodes.cascades.transmission import Transmission
from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import NamedProgress, progress_on
from keynodes.kernels.reach_curves import heard_counts
from keynodes.kernels.worlds import Worlds
from keynodes.lists.numbers import indices_of

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, eq=False)
class Reach:
    """How many accounts hear what is said, on average over worlds.

    The number is that of a model: accounts reached if content travels as the model says. It is
    no count of people, and the choice of the model matters more than the interval shows.

    Attributes
    ----------
    scenario : Scenario
        Who speaks, and how it is passed on.
    removed : numpy.ndarray of int64
        Accounts that were taken out before.
    totals : numpy.ndarray of float64, shape (worlds,)
        What was reached in each world, sources apart.
    probability : numpy.ndarray of float64, shape (n,)
        The share of worlds in which each account is reached (as a source it is not).
    seconds : float
        How long it took.
    notices : tuple of str
        What a reader should know about these numbers.
    """

    scenario: Scenario
    removed: np.ndarray
    totals: np.ndarray
    probability: np.ndarray
    seconds: float
    notices: tuple[str, ...] = ()

    @property
    def worlds(self) -> int:
        """Number of worlds behind the numbers."""
        return len(self.totals)

    @property
    def reached(self) -> float:
        """Expected number of accounts reached (or their weight)."""
        return float(self.totals.mean())

    @property
    def standard_error(self) -> float:
        """Standard error of `reached`."""
        return float(self.totals.std(ddof=1) / np.sqrt(len(self.totals)))

    @property
    def interval(self) -> tuple[float, float]:
        """Interval of 95 % for `reached`: what chance in the worlds allows, not
        model error. Student's t, so that few worlds make it wide."""
        half = half_width(self.totals)
        return max(0.0, self.reached - half), self.reached + half

    def to_frame(self, top: int | None = None) -> "pandas.DataFrame":
        """Return one row an account that is reached in any world, the likeliest first.

        Columns ``rank, account, probability, low, high``: the chance to be reached, with Wilson's
        interval of 95 %. Ties share a rank and stand in the order of account ids.
        """
        import pandas

        order = np.argsort(-self.probability, kind="stable")
        order = order[self.probability[order] > 0][:top]
        share = self.probability[order]
        low, high = wilson(share, self.worlds)
        rank = np.searchsorted(-share, -share, side="left") + 1
        return pandas.DataFrame(
            {
                "rank": rank,
                "account": self.scenario.graph.accounts[order],
                "probability": share,
                "low": low,
                "high": high,
            }
        )

    def summary(self) -> list[str]:
        """Say in sentences what is reached, by which model, and how sure that is."""
        low, high = self.interval
        what = "weight of accounts" if self.scenario.by_weight else "accounts"
        without = f" without {len(self.removed):,} removed" if len(self.removed) else ""
        spread = float(self.totals.std(ddof=1))
        return [
            f"reach{without}: {self.reached:,.1f} {what} on average (95 % interval {low:,.1f} to "
            f"{high:,.1f}; one world differs by {spread:,.0f}), sources apart",
            f"model: {self.scenario.sentence}",
            f"{self.worlds:,} worlds; {self.seconds:.1f} s; seed {self.scenario.rng}",
        ]


def reach(
    graph: InteractionGraph,
    seeds: Iterable[str] | None = None,
    *,
    model: str | Transmission = "weighted-cascade",
    relations: Sequence[str] | None = None,
    decay: str | float | None = None,
    posts: Any = None,
    accounts: Any = None,
    hops: int | None = None,
    within: str | float | None = None,
    delay: str | float | None = None,
    removed: Iterable[str] = (),
    worlds: int | None = None,
    rng: int = 0,
    progress: NamedProgress | None = None,
) -> Reach:
    """Estimate how many accounts hear what the seeds say, and how likely each of them is to.

    Parameters
    ----------
    graph : InteractionGraph
        From `build_graph`; it is not changed.
    seeds : iterable of str, optional
        The accounts that speak, all of them in every world. Without them each world has one
        source, drawn in proportion to posts.
    model, relations, decay, posts, accounts, hops, within, delay
        How content is passed on, what counts, and how far: as in `scenario`.
    removed : iterable of str
        Accounts taken out before: they neither speak nor hear, and the probabilities of the
        others stay as they were on the whole graph.
    worlds : int, optional
        How many worlds are drawn: 1,000 to 5,000 with seeds, 20,000 without; fewer where
        they are large.
    rng : int, default 0
        The seed of everything random.
    progress : callable, optional
        Called as ``progress(what, done, total)``.

    Returns
    -------
    Reach

    Raises
    ------
    UsageError
        An argument out of its range, or nobody to start from.
    UnknownName
        No such model, parameter or relation.
    UnknownAccount
        The graph lacks an account that was to be removed.

    Notes
    -----
    Reach counts accounts other than the sources. In every world an arc passes content on with its
    probability, by a coin that depends on (rng, world, arc) alone: so removing accounts never adds
    reach, in no world. Time O(worlds · arcs out of who is reached), memory O(n + m). The interval
    is for chance in the worlds; that the model is right is not claimed.

    References
    ----------
    Kempe, D., Kleinberg, J., & Tardos, É. (2003). Maximizing the spread of influence through a
    social network. KDD '03, 137–146. https://doi.org/10.1145/956750.956769

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1], [1, 2])
    >>> found = reach(chain, ["a"], model="constant:probability=1")
    >>> found.reached, found.probability.tolist()
    (2.0, [0.0, 1.0, 1.0])
    """
    begin = time.perf_counter()
    asked = scenario(
        graph,
        seeds,
        model=model,
        relations=relations,
        decay=decay,
        posts=posts,
        accounts=accounts,
        hops=hops,
        within=within,
        delay=delay,
        rng=rng,
    )
    gone = indices_of(graph, removed, "removed account")
    notices = list(asked.notices)
    if asked.seeds is not None and not np.setdiff1d(asked.seeds, gone).size:
        notices.append("all seeds are removed: nobody is left to speak")
    size = size_of(asked)
    count = how_many(asked, worlds, size, notices)
    totals, counts = heard(asked, REPORTING, count, size, gone, progress_on(progress, "worlds"))
    return Reach(
        asked,
        gone,
        totals * asked.unit,
        counts / count,
        time.perf_counter() - begin,
        tuple(notices),
    )


def heard(
    asked: Scenario,
    stream: int,
    count: int,
    size: Any,
    gone: np.ndarray,
    progress: Any = None,
) -> tuple[np.ndarray, np.ndarray]:
    """What is reached in each world (int64, in units), and in how many worlds each account is."""
    status = np.zeros(asked.graph.n, np.uint8)
    status[gone] = 1

    def step(pack: Worlds) -> tuple[np.ndarray, np.ndarray]:
        totals = np.zeros(len(pack.sources), np.int64)
        counts = np.zeros(asked.graph.n, np.int64)
        heard_counts(pack, status, asked.values, asked.limit, counts, totals)
        return totals, counts

    totals = np.zeros(count, np.int64)
    counts = np.zeros(asked.graph.n, np.int64)
    for pack, (found, times) in each_pack(asked, stream, count, size, step, progress):
        totals[pack] = found
        counts += times
    return totals, counts
