"""Accounts that work only together: gates side by side, of which one alone cuts nothing."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from keynodes.blocking.problem import ReachProblem, reached_at_start, reached_in
from keynodes.blocking.removals import Removals
from keynodes.cascades.intervals import half_width
from keynodes.cascades.keys import JUDGING
from keynodes.cascades.sampling import FEWEST, each_pack, size_of
from keynodes.escaping import one_line, shortened
from keynodes.kernels.blocks import Progress, in_order
from keynodes.kernels.dominators import MUTED, REMOVED, dominated
from keynodes.kernels.fair_shares import FRACTION
from keynodes.kernels.joint_drops import excesses, lost_together
from keynodes.kernels.removals import first_worlds, worlds_with
from keynodes.kernels.worlds import Worlds

if TYPE_CHECKING:
    import pandas

LOOKED_AT = 500
"""Accounts of which pairs are looked at: those with most fair share."""

TIMES = 3.0
"""A group works only together if it cuts more than so many times what its members cut alone."""

LARGEST = 4
"""Accounts in a group at most."""

WORK = 2 * 10**7
"""Nodes and live arcs of worlds that the search for pairs may look at, and measuring again: both
take fewer worlds when they are large."""

AFFORDABLE = 5 * WORK
"""As many may be looked at to measure on 200 worlds."""

ENOUGH = 20
"""Worlds that are measured however large they are."""

STARTS = 20
"""Accounts that groups are grown from: those whose credit is furthest above what they cut alone."""

NEEDED = 0.5
"""Share of a joint cut that must be lost when any one member is left out of the group."""

SHOWN = 30
"""Groups that are measured: those whose members would gain most from each other's absence."""

SAID = 3
"""Groups that are named in sentences; the others are counted."""


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
        Worlds that were measured on, none of them among those that proposed the groups; 0 where
        nothing was proposed.
    passed_over : int
        Pairs that were proposed and not measured, because others promise more.
    limited : bool
        Whether nothing was looked for, because there is a limit of hops or time.
    """

    groups: tuple[tuple[str, ...], ...]
    joint: np.ndarray
    alone: np.ndarray
    low: np.ndarray
    high: np.ndarray
    reached: float
    worlds: int
    passed_over: int = 0
    limited: bool = False

    @property
    def sentences(self) -> list[str]:
        """Say which accounts work only together, and what was not looked at."""
        if self.limited:
            return ["what works only together is not looked for under a limit of hops or time"]
        named = [
            one_line(
                f"works only together, on {self.worlds:,} other worlds: "
                + " + ".join(repr(shortened(account, 40)) for account in group)
                + f" cut {joint / self.reached:.1%} of reach, each alone "
                f"{alone / self.reached:.1%} in sum"
            )
            for group, joint, alone in zip(self.groups[:SAID], self.joint, self.alone, strict=False)
        ]
        more = len(self.groups) - SAID
        if more > 0:
            named.append(f"{more:,} more groups work only together")
        if self.passed_over:
            named.append(
                f"of the pairs that may work only together the {SHOWN} that promise most were "
                f"measured; {self.passed_over:,} were not"
            )
        return named

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
        Its candidates are looked at; its worlds propose. Costs and budget do not matter.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    Together
        Groups whose joint cut is more than 3 times the sum of the single cuts beyond chance: the
        paired interval of 95 % for joint − 3·alone is above 0. None under a limit of hops or time.

    Notes
    -----
    Pairs among the 500 candidates with most fair share are looked at, on as many worlds as the work
    allows, by dominators with one of the two gone: so all partners of an account come at once. One
    of two that work together always has more credit than it cuts alone, so that nothing is searched
    where nobody has. A pair of which both need a third account shows as nothing; so groups grow,
    account by account, by who takes over the credit of those that are gone, to at most four, and
    lose again whoever is not needed. What is proposed is measured on `worlds` worlds of the
    judging stream, exactly in each, as an estimate on the worlds that proposed it would be too
    good. Under a limit of hops or time nothing is looked for: a detour may come too late, which
    dominators do not see.
    """
    if problem.scenario.limited:
        return replace(_measured(problem, [], 0, progress), limited=True)
    base = replace(problem, first=np.zeros(0, np.int32))
    credit = Removals(base, shares=True).gains
    places = np.flatnonzero(problem.candidates & (credit > 0))
    top = places[np.argsort(-credit[places], kind="stable")[:LOOKED_AT]]
    rows = np.flatnonzero(credit[top] > _single(base, _alone(base))[top] * FRACTION)
    if len(top) < 2 or not len(rows):
        return _measured(base, [], 0, progress)
    few = _some(base, WORK / len(rows))
    rows = rows[: max(STARTS, int(WORK / _work(few)))]
    pairs = _pairs(few, top, rows, progress)
    proposals = set(pairs[:SHOWN])
    passed_over = len(pairs) - len(proposals)
    proposals |= _grown(few, top, rows)
    return _measured(base, sorted(proposals), passed_over, progress)


def _work(problem: ReachProblem) -> int:
    """Nodes and live arcs of all worlds."""
    return sum(len(pack.nodes) + len(pack.targets) for pack in problem.worlds)


def _some(problem: ReachProblem, work: float) -> ReachProblem:
    """The first worlds, as many as have so many nodes and live arcs; one at least."""
    kept: list[Worlds] = []
    for pack in problem.worlds:
        ends = pack.starts[1:] + pack.ptr[pack.starts[1:]]
        count = max(int(np.searchsorted(ends, work, side="right")), 0 if kept else 1)
        if count < len(pack.sources):
            kept += [first_worlds(pack, count)] if count > 0 else []
            break
        kept.append(pack)
        work -= float(ends[-1])
    return replace(problem, worlds=tuple(kept))


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


def _single(problem: ReachProblem, drops: list[np.ndarray]) -> np.ndarray:
    """What each account cuts alone, over all worlds: int64 (n,)."""
    total = np.zeros(problem.n, np.int64)
    for pack, alone in zip(problem.worlds, drops, strict=True):
        np.add.at(total, pack.nodes, alone)
    return total


def _pairs(
    problem: ReachProblem, top: np.ndarray, rows: np.ndarray, progress: Progress | None
) -> list[tuple[int, ...]]:
    """Pairs whose excess is large beside what they cut alone, most first, from some worlds.

    Of each pair one account is among the `rows` of `top`.
    """
    drops = _alone(problem)
    place = np.full(problem.n, -1, np.int32)
    place[top] = np.arange(len(top))
    excess = np.zeros((len(rows), len(top)), np.int64)
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

    for i, row in enumerate(in_order(step, rows.tolist(), progress)):
        excess[i] = row
    single = _single(problem, drops)[top]
    both = single[rows][:, None] + single[None, :]
    one, other = np.nonzero((excess > (TIMES - 1) * both) & (excess > 0))
    order = np.argsort(-excess[one, other], kind="stable")
    # Where both are among the rows a pair comes twice, with the same excess.
    pairs = (tuple(sorted((int(top[rows[one[i]]]), int(top[other[i]])))) for i in order)
    return list(dict.fromkeys(pairs))


def _grown(problem: ReachProblem, top: np.ndarray, rows: np.ndarray) -> set[tuple[int, ...]]:
    """Groups that grow by who takes over the credit of those that are gone."""
    shares, drops = Removals(problem, shares=True), Removals(problem)
    credit, single = shares.gains.copy(), drops.gains.copy()
    among = np.zeros(problem.n, bool)
    among[top] = True
    # Whoever has much more credit than it cuts shares its work with somebody.
    unexplained = credit[top[rows]] - single[top[rows]] * FRACTION
    found: set[tuple[int, ...]] = set()
    for start in top[rows[np.argsort(-unexplained, kind="stable")[:STARTS]]].tolist():
        group = [start]
        joint = int(single[start])
        shares.remove(start)
        drops.remove(start)
        while len(group) < LARGEST:
            rise = np.where(among & ~drops.taken, shares.gains - credit, 0)
            partner = int(np.argmax(rise))
            if rise[partner] <= 0:
                break
            joint += int(drops.gain(partner))
            group.append(partner)
            shares.remove(partner)
            drops.remove(partner)
            if joint > TIMES * single[group].sum():
                found.add(_needed(group, joint, single, drops))
                break
        for account in group:
            shares.restore(account)
            if drops.taken[account]:
                drops.restore(account)
    return {group for group in found if len(group) > 1}


def _needed(group: list[int], joint: int, single: np.ndarray, drops: Removals) -> tuple[int, ...]:
    """Those of a group without whom the others and they apart would cut much less; all are gone."""
    needed = list(group)
    for account in group:
        drops.restore(account)
        last = int(drops.gain(account))
        if last - single[account] < NEEDED * joint:
            needed.remove(account)
            joint -= last
        else:
            drops.remove(account)
    return tuple(sorted(needed))


def _measured(
    problem: ReachProblem,
    proposals: list[tuple[int, ...]],
    passed_over: int,
    progress: Progress | None,
) -> Together:
    """Joint cuts on worlds that proposed nothing, and which groups stand out there."""
    scenario = problem.scenario
    accounts, unit = scenario.graph.accounts, scenario.unit
    if not proposals:
        nothing = np.zeros(0)
        return Together((), nothing, nothing, nothing, nothing, reached_at_start(problem), 0)
    size = size_of(scenario)
    passes = 1 + sum(len(group) - 1 for group in proposals)
    work = passes * (size.nodes + size.arcs)
    count = max(problem.count, FEWEST)
    count = max(min(count, int(WORK / work)), min(FEWEST, int(AFFORDABLE / work)), ENOUGH)
    gone = np.uint8(MUTED if problem.muting else REMOVED)
    groups = [np.asarray(group, np.int64) for group in proposals]

    def step(pack: Worlds) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        here = replace(problem, worlds=(pack,))
        (single,) = _alone(here)
        status = np.zeros(problem.n, np.uint8)
        terms = (status, gone, scenario.values, problem.muting, single)
        lost = np.zeros((len(groups), len(pack.sources)), np.int64)
        alone = np.zeros_like(lost)
        for i, group in enumerate(groups):
            lost_together(pack, group, *terms, lost[i], alone[i])
        return lost, alone, reached_in(here)

    # Packs are cut by what is done with their worlds too, so that Ctrl-C is heard soon.
    small = replace(size, visits=size.visits + work)
    packs = [found for _, found in each_pack(scenario, JUDGING, count, small, step, progress)]
    rows = []
    for group, lost, alone in zip(
        proposals,
        np.concatenate([lost for lost, _, _ in packs], axis=1),
        np.concatenate([alone for _, alone, _ in packs], axis=1),
        strict=True,
    ):
        beyond = (lost - TIMES * alone).astype(np.float64)
        if beyond.mean() - half_width(beyond) > 0:
            gap = (lost - alone).astype(np.float64)
            half = half_width(gap)
            terms = (lost.mean(), alone.mean(), gap.mean() - half, gap.mean() + half)
            rows.append((group, *(unit * value for value in terms)))
    rows.sort(key=lambda row: (-row[1], row[0]))
    numbers = np.array([row[1:] for row in rows], np.float64).reshape(len(rows), 4)
    return Together(
        tuple(tuple(accounts[list(row[0])].tolist()) for row in rows),
        joint=numbers[:, 0],
        alone=numbers[:, 1],
        low=numbers[:, 2],
        high=numbers[:, 3],
        reached=float(np.concatenate([reached for _, _, reached in packs]).mean()) * unit,
        worlds=count,
        passed_over=passed_over,
    )
