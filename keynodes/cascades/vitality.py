"""`reach_vitality`: by how much reach would drop if one account alone were gone."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keynodes.cascades.intervals import errors_aside
from keynodes.cascades.keys import REPORTING
from keynodes.cascades.sampling import Size, each_pack, how_many, size_of
from keynodes.cascades.scenario import Scenario, scenario
from keynodes.cascades.transmission import Transmission
from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import NamedProgress, Progress, progress_on
from keynodes.kernels.dominators import add_drops, dominated, dominated_within, lost_without
from keynodes.kernels.reach_curves import heard_counts
from keynodes.kernels.worlds import Worlds

if TYPE_CHECKING:
    import pandas

BATCHES = 20
"""Groups of worlds whose means tell the standard error."""

TRIED = 200
"""Accounts whose drop is found by trying, where the bounds under a limit leave it open."""


@dataclass(frozen=True, eq=False)
class Vitality:
    """By how much reach would drop if each account alone were removed (or muted).

    Drops are in accounts (or weight) per world on average. `drop` = `author` + `relay`.

    Attributes
    ----------
    scenario : Scenario
        Who speaks, and how it is passed on.
    drop : numpy.ndarray of float64, shape (n,)
        f(G) − f(G − v), with f the expected number of accounts reached, sources apart. The
        account itself counts where it is reached.
    author : numpy.ndarray of float64, shape (n,)
        The part where the account is a source of the world: what is lost as it does not speak.
    others : numpy.ndarray of float64, shape (n,)
        The drop without the account itself: what the others lose. Where `upper` is above `drop`,
        `author`, `relay` and `others` are lower bounds too.
    standard_error : numpy.ndarray of float64, shape (n,)
        Of `drop`, from 20 batches of worlds (as many as there are worlds, where they are fewer).
    upper : numpy.ndarray of float64, shape (n,)
        Under a limit of hops or time an upper bound of the drop in these worlds; where it is above
        `drop`, that is a lower bound. Without a limit the drop itself.
    reached : float
        What is reached with nobody removed.
    worlds : int
        Worlds behind the numbers.
    muting : bool
        Whether accounts are muted instead of removed.
    seconds : float
        How long it took.
    notices : tuple of str
        What a reader should know.
    """

    scenario: Scenario
    drop: np.ndarray
    author: np.ndarray
    others: np.ndarray
    standard_error: np.ndarray
    upper: np.ndarray
    reached: float
    worlds: int
    muting: bool
    seconds: float
    notices: tuple[str, ...] = ()

    @property
    def relay(self) -> np.ndarray:
        """The part of the drop where the account passes on what others say: float64 (n,)."""
        return self.drop - self.author

    def to_frame(self, top: int | None = None) -> "pandas.DataFrame":
        """Return one row an account that matters in any world, the largest drop first.

        Columns ``rank, account, drop, low, high, share, author, relay, others`` (`low` and `high`:
        interval of 95 % for chance in the worlds; `share` of all reach), and under a limit
        ``upper``. Where that is above the drop, the drop is a lower bound, and so are its share,
        `author`, `relay` and `others`; `high` is counted from the upper bound.
        """
        import pandas

        order = np.argsort(-self.drop, kind="stable")
        order = order[self.drop[order] > 0][:top]
        drop = self.drop[order]
        # Fewer worlds than batches fill as many batches as there are worlds.
        half = errors_aside(min(self.worlds, BATCHES)) * self.standard_error[order]
        columns = {
            "rank": np.searchsorted(-drop, -drop, side="left") + 1,
            "account": self.scenario.graph.accounts[order],
            "drop": drop,
            "low": np.maximum(drop - half, 0.0),
            "high": self.upper[order] + half,
            "share": drop / self.reached if self.reached > 0 else np.zeros(len(drop)),
            "author": self.author[order],
            "relay": self.relay[order],
            "others": self.others[order],
        }
        if self.scenario.limited:
            columns["upper"] = self.upper[order]
        return pandas.DataFrame(columns)


def reach_vitality(
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
    muting: bool = False,
    worlds: int | None = None,
    rng: int = 0,
    progress: NamedProgress | None = None,
) -> Vitality:
    """Estimate for every account by how much reach would drop if it alone were removed.

    Parameters
    ----------
    graph : InteractionGraph
        From `build_graph`; it is not changed.
    seeds, model, relations, decay, posts, accounts, hops, within, delay
        Who speaks, how content is passed on, what counts, and how far: as in `scenario`.
    muting : bool, default False
        Mute accounts instead: they go on hearing and pass nothing on; sources go on speaking.
    worlds : int, optional
        How many worlds are drawn: 1,000 to 5,000 with seeds, 20,000 without; fewer where
        they are large.
    rng : int, default 0
        The seed of everything random.
    progress : callable, optional
        Called as ``progress(what, done, total)``.

    Returns
    -------
    Vitality
        ``.to_frame()`` is the table.

    Raises
    ------
    UsageError
        An argument out of its range, or nobody to start from.

    Notes
    -----
    Exact in every world, for all accounts at once: the drop of an account is the size of its
    subtree in the dominator tree of what is reached. Only the worlds are a sample. Under a limit of
    hops or time dominators give bounds (`upper`, and as `drop` the lower one); where they differ,
    the drops of the 200 accounts with the largest upper bounds are found by trying.

    What one account alone cannot cut, several together may: two accounts that carry the same
    content side by side drop nothing each. Time O(worlds · (arcs out of who is reached)) and
    memory O(20 n + m).

    References
    ----------
    Xie, J., Zhang, F., Wang, K., Lin, X., & Zhang, W. (2023). Minimizing the influence of
    misinformation via vertex blocking. ICDE 2023. https://doi.org/10.1109/ICDE55515.2023.00064

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1], [1, 2])
    >>> found = reach_vitality(chain, ["a"], model="constant:probability=1")
    >>> found.drop.tolist(), found.author.tolist(), found.others.tolist()
    ([2.0, 2.0, 1.0], [2.0, 0.0, 0.0], [2.0, 1.0, 0.0])
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
    notices = list(asked.notices)
    size = size_of(asked)
    count = how_many(asked, worlds, size, notices)
    totals, authored, upper, reached, times = drops(
        asked, REPORTING, count, size, muting, progress_on(progress, "worlds")
    )
    if asked.limited:
        tried = _in_doubt(totals.sum(axis=0), upper)
        _try(
            asked,
            REPORTING,
            count,
            size,
            muting,
            tried,
            totals,
            authored,
            upper,
            progress_on(progress, "accounts in doubt"),
        )
        open_still = int((totals.sum(axis=0) < upper).sum())
        if open_still:
            notices.append(
                f"under the limit the drops of {open_still:,} accounts are lower bounds "
                "(column upper has the other)"
            )
    each = np.bincount(_batch_of(count), minlength=BATCHES)
    scale = asked.unit / count
    drop = totals.sum(axis=0) * scale
    own = 0.0 if muting else times * asked.values * scale
    return Vitality(
        asked,
        drop,
        authored * scale,
        drop - own,
        _standard_error(totals, each) * asked.unit,
        upper * scale,
        float(reached.sum() * scale),
        count,
        muting,
        time.perf_counter() - begin,
        tuple(notices),
    )


def drops(
    asked: Scenario,
    stream: int,
    count: int,
    size: Size,
    muting: bool,
    progress: Progress | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Add up the drops of all accounts over worlds, in units.

    Returns totals (int64, batches × n; lower bounds under a limit), the part of the author, the
    totals of upper bounds, what each world reaches, and in how many worlds each account is reached.
    """
    n = asked.graph.n
    status = np.zeros(n, np.uint8)
    totals = np.zeros((BATCHES, n), np.int64)
    authored, upper = np.zeros(n, np.int64), np.zeros(n, np.int64)
    reached, times = np.zeros(count, np.int64), np.zeros(n, np.int64)
    batch_of = _batch_of(count)
    unused = np.zeros(n, np.int64)

    def step(pack: Worlds) -> tuple[Worlds, np.ndarray, np.ndarray]:
        return pack, *_bounds(asked, pack, status, muting)

    for here, (pack, low, high) in each_pack(asked, stream, count, size, step, progress):
        add_drops(pack, low, batch_of[here], totals, authored)
        if asked.limited:
            add_drops(pack, high, np.zeros_like(pack.starts), upper[None, :], unused)
        heard_counts(pack, status, asked.values, asked.limit, times, reached[here])
    if not asked.limited:
        upper = totals.sum(axis=0)
    return totals, authored, upper, reached, times


def _bounds(
    asked: Scenario, pack: Worlds, status: np.ndarray, muting: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The drop of every node, twice; under a limit a lower and an upper bound of it."""
    every = np.arange(len(pack.sources))
    low = np.zeros(len(pack.nodes), np.int64)
    if not asked.limited:
        dominated(pack, every, status, asked.values, muting, low)
        return low, low
    high = np.zeros(len(pack.nodes), np.int64)
    dominated_within(pack, every, status, asked.values, muting, asked.limit, low, high)
    return low, high


def _batch_of(count: int) -> np.ndarray:
    """The batch of each world: as many worlds in a row as make equal batches."""
    return np.arange(count) * BATCHES // count


def _standard_error(totals: np.ndarray, each: np.ndarray) -> np.ndarray:
    """The standard error of the mean of batches, row by row: no second batches × n of memory."""
    filled = np.flatnonzero(each)
    middle, squares = np.zeros(totals.shape[1]), np.zeros(totals.shape[1])
    for batch in filled:
        middle += totals[batch] / each[batch]
    middle /= len(filled)
    for batch in filled:
        squares += (totals[batch] / each[batch] - middle) ** 2
    return np.sqrt(squares / (len(filled) - 1) / len(filled))


def _in_doubt(lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Mark the accounts whose bounds differ and whose upper bounds are largest: bool (n,)."""
    order = np.argsort(-np.where(lower < upper, upper, -1), kind="stable")[:TRIED]
    tried = np.zeros(len(lower), bool)
    tried[order] = True
    return tried & (lower < upper)


def _try(
    asked: Scenario,
    stream: int,
    count: int,
    size: Size,
    muting: bool,
    tried: np.ndarray,
    totals: np.ndarray,
    authored: np.ndarray,
    upper: np.ndarray,
    progress: Progress | None,
) -> None:
    """Put the true drops of some accounts in the place of their bounds, world by world."""
    status = np.zeros(asked.graph.n, np.uint8)
    batch_of = _batch_of(count)

    def step(pack: Worlds) -> tuple[np.ndarray, ...]:
        low, high = _bounds(asked, pack, status, muting)
        at = np.flatnonzero((low < high) & tried[pack.nodes])
        world = np.searchsorted(pack.starts, at, side="right") - 1
        places = at - pack.starts[world]
        lost = np.zeros(len(at), np.int64)
        lost_without(pack, world, places, status, asked.values, muting, asked.limit, lost)
        speaks = places < pack.sources[world]
        return world, pack.nodes[at], lost - low[at], lost - high[at], speaks

    for here, found in each_pack(asked, stream, count, size, step, progress):
        world, account, more, less, speaks = found
        np.add.at(totals, (batch_of[here.start + world], account), more)
        np.add.at(upper, account, less)
        np.add.at(authored, account[speaks], more[speaks])
