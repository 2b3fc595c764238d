"""Accounts that work only together: gates side by side, of which one alone cuts nothing."""

from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from keynodes.blocking.problem import ReachProblem, reached_at_start
from keynodes.blocking.removals import MUTED, REMOVED, Removals
from keynodes.cascades.reaching import WIDE
from keynodes.kernels.blocks import Progress, in_order
from keynodes.kernels.dominators import dominated
from keynodes.kernels.fair_shares import FRACTION
from keynodes.kernels.joint_drops import excesses, lost_together
from keynodes.kernels.removals import worlds_with

if TYPE_CHECKING:
    import pandas

LOOKED_AT = 500
"""Accounts of which pairs are looked at: those with most fair share."""

TIMES = 3.0
"""A group works only together if it cuts more than so many times what its members cut alone."""

LARGEST = 4
"""Accounts in a group at most."""

WORK = 5 * 10**7
"""Nodes of worlds that the search for pairs may look at: it takes fewer worlds when they are
large. What it finds is then measured on all worlds."""

STARTS = 20
"""Accounts that groups are grown from: those whose credit is furthest above what they cut alone."""

SHOWN = 30
"""Groups that are measured: those whose members would gain most from each other's absence."""


@dataclass(frozen=True, eq=False)
class Together:
    """Groups whose joint cut is far above the sum of what their members cut alone.

    Attributes
    ----------
    groups : tuple of tuple of str
        The accounts of each group, the largest joint cut first.
    joint, alone : numpy.ndarray of float64
        What the group cuts on average over worlds, and the sum of what its members cut alone.
    low, high : numpy.ndarray of float64
        Interval of 95 % for joint − alone, paired over worlds.
    reached : float
        What is reached at the start.
    worlds : int
        Worlds that were measured on.
    """

    groups: tuple[tuple[str, ...], ...]
    joint: np.ndarray
    alone: np.ndarray
    low: np.ndarray
    high: np.ndarray
    reached: float
    worlds: int

    def to_frame(self) -> "pandas.DataFrame":
        """Return one row an account of a group.

        Columns ``group, account, joint, alone, excess_low, excess_high, share``: the same for all
        accounts of a group; ``share`` is the joint cut as a share of reach.
        """
        import pandas

        rows = [
            (
                group,
                account,
                self.joint[group],
                self.alone[group],
                self.low[group],
                self.high[group],
                self.joint[group] / self.reached if self.reached > 0 else 0.0,
            )
            for group, accounts in enumerate(self.groups)
            for account in accounts
        ]
        names = ["group", "account", "joint", "alone", "excess_low", "excess_high", "share"]
        return pandas.DataFrame(rows, columns=names)


def works_together(problem: ReachProblem, progress: Progress | None = None) -> Together:
    """Find pairs and small groups that cut much together and little one by one.

    Parameters
    ----------
    problem : ReachProblem
        Its candidates are looked at, on its worlds; costs and budget do not matter.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    Together
        Groups whose joint cut is more than 3 times the sum of the single cuts, and more than it
        beyond chance (paired interval of 95 %).

    Notes
    -----
    Pairs among the 500 candidates with most fair share are looked at, on as many worlds as the work
    allows, by dominators with one of the two gone: so all partners of an account come at once. A
    pair of which both need a third account shows as nothing; so groups grow, account by account,
    by who takes over the credit of those that are gone, to at most four. Joint cuts are exact on
    all stored worlds. Limits of hops and time are not looked at here: worlds count as drawn.
    """
    base = replace(problem, first=np.zeros(0, np.int32))
    base = replace(base, scenario=replace(problem.scenario, hops=None, within=None, delay=None))
    credit = Removals(base, shares=True).gains
    places = np.flatnonzero(problem.candidates & (credit > 0))
    top = places[np.argsort(-credit[places], kind="stable")[:LOOKED_AT]]
    if len(top) < 2:
        return _measured(base, [], progress)
    few = replace(base, worlds=_within_work(base, top))
    proposals = _pairs(few, top, progress)
    proposals |= _grown(few, top)
    return _measured(base, sorted(proposals), progress)


def _within_work(problem: ReachProblem, top: np.ndarray) -> tuple:
    """The first packs, as many as the search for pairs may look at; at least one."""
    looked_at = np.zeros(problem.n, bool)
    looked_at[top] = True
    work = accumulate(
        int((np.add.reduceat(looked_at[pack.nodes], pack.starts[:-1]) * np.diff(pack.starts)).sum())
        for pack in problem.worlds
    )
    count = max(1, sum(done <= WORK for done in work))
    return problem.worlds[:count]


def _alone(problem: ReachProblem) -> list[np.ndarray]:
    """What each node cuts alone, in each world."""

    def step(i: int) -> np.ndarray:
        pack = problem.worlds[i]
        drops = np.zeros(len(pack.nodes), np.int64)
        every = np.arange(len(pack.sources))
        status = np.zeros(problem.n, np.uint8)
        dominated(pack, every, status, problem.scenario.values, problem.muting, drops)
        return drops

    return list(in_order(step, range(len(problem.worlds))))


def _pairs(
    problem: ReachProblem, top: np.ndarray, progress: Progress | None
) -> set[tuple[int, ...]]:
    """Pairs whose excess is large beside what they cut alone, most first, from some worlds."""
    drops = _alone(problem)
    place = np.full(problem.n, -1, np.int32)
    place[top] = np.arange(len(top))
    excess = np.zeros((len(top), len(top)), np.int64)
    gone = MUTED if problem.muting else REMOVED

    def step(i: int) -> np.ndarray:
        row = np.zeros(len(top), np.int64)
        status = np.zeros(problem.n, np.uint8)
        for pack, alone in zip(problem.worlds, drops, strict=True):
            which, _ = worlds_with(pack, top[i], alone, False)
            if len(which):
                excesses(
                    pack,
                    which,
                    top[i],
                    place,
                    status,
                    gone,
                    problem.scenario.values,
                    problem.muting,
                    alone,
                    row,
                )
        return row

    for i, row in enumerate(in_order(step, range(len(top)), progress)):
        excess[i] = row
    single = np.zeros(problem.n, np.int64)
    for pack, alone in zip(problem.worlds, drops, strict=True):
        np.add.at(single, pack.nodes, alone)
    both = single[top][:, None] + single[top][None, :]
    one, other = np.nonzero(np.triu(excess + both > TIMES * both, 1) & (excess > 0))
    order = np.argsort(-excess[one, other], kind="stable")[:SHOWN]
    return {tuple(sorted((int(top[one[i]]), int(top[other[i]])))) for i in order}


def _grown(problem: ReachProblem, top: np.ndarray) -> set[tuple[int, ...]]:
    """Groups that grow by who takes over the credit of those that are gone."""
    shares, drops = Removals(problem, shares=True), Removals(problem)
    credit, single = shares.gains.copy(), drops.gains.copy()
    among = np.zeros(problem.n, bool)
    among[top] = True
    # Whoever has much more credit than it cuts shares its work with somebody.
    unexplained = credit[top] - single[top] * FRACTION
    found: set[tuple[int, ...]] = set()
    for start in top[np.argsort(-unexplained, kind="stable")[:STARTS]].tolist():
        group = [start]
        joint = int(single[start])
        while len(group) < LARGEST:
            shares.remove(group[-1])
            drops.remove(group[-1])
            rise = np.where(among & ~drops.taken, shares.gains - credit, 0)
            partner = int(np.argmax(rise))
            if rise[partner] <= 0:
                break
            joint += int(drops.gains[partner])
            group.append(partner)
            if joint > TIMES * single[group].sum():
                found.add(tuple(sorted(group)))
                break
        for account in group:
            if drops.taken[account]:
                shares.restore(account)
                drops.restore(account)
    return found


def _measured(
    problem: ReachProblem, proposals: list[tuple[int, ...]], progress: Progress | None
) -> Together:
    """Joint cuts on all worlds, and which groups stand out."""
    drops = _alone(problem)
    gone = np.uint8(MUTED if problem.muting else REMOVED)
    values = problem.scenario.values

    def step(group: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        accounts = np.asarray(group, np.int64)
        status = np.zeros(problem.n, np.uint8)
        lost, alone = np.zeros(problem.count, np.int64), np.zeros(problem.count, np.int64)
        begin = 0
        for pack, single in zip(problem.worlds, drops, strict=True):
            here = slice(begin, begin + len(pack.sources))
            lost_together(
                pack,
                accounts,
                status,
                gone,
                values,
                problem.muting,
                single,
                lost[here],
                alone[here],
            )
            begin = here.stop
        return lost, alone

    unit = problem.scenario.unit
    rows = []
    for group, (lost, alone) in zip(proposals, in_order(step, proposals, progress), strict=True):
        gap = (lost - alone).astype(np.float64)
        half = WIDE * gap.std(ddof=1) / np.sqrt(len(gap))
        if lost.sum() > TIMES * alone.sum() and gap.mean() - half > 0:
            terms = (lost.mean(), alone.mean(), gap.mean() - half, gap.mean() + half)
            rows.append((group, *(unit * value for value in terms)))
    rows.sort(key=lambda row: (-row[1], row[0]))
    accounts = problem.scenario.graph.accounts
    numbers = np.array([row[1:] for row in rows], np.float64).reshape(len(rows), 4)
    return Together(
        tuple(tuple(accounts[list(row[0])].tolist()) for row in rows),
        joint=numbers[:, 0],
        alone=numbers[:, 1],
        low=numbers[:, 2],
        high=numbers[:, 3],
        reached=reached_at_start(problem),
        worlds=problem.count,
    )
