"""`key_players`: the set of accounts that holds a network together, or that is near to all."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph
from keynodes.kernels import nearness
from keynodes.kernels.blocks import NamedProgress
from keynodes.keyplayers.arguments import (
    Weights,
    checked_direction,
    checked_radius,
    checked_samples,
    checked_seed,
)
from keynodes.keyplayers.covering import SEARCHING, Covering, ordered
from keynodes.keyplayers.cutting import Cutting
from keynodes.keyplayers.findings import KeyPlayers, SetValue
from keynodes.keyplayers.problem import Asked
from keynodes.keyplayers.reaching import Reaching
from keynodes.keyplayers.sampling import SAMPLES, disconnected, without
from keynodes.keyplayers.separating import Separating
from keynodes.keyplayers.watching import TARGETS_BY_DISTANCE, TARGETS_IN_REACH, Watching
from keynodes.lists import match
from keynodes.lists.numbers import account_weights
from keynodes.objectives.curves import removal_curve
from keynodes.registry import pick

KEY_PLAYER_MEASURES: Mapping[str, tuple[str, ...]] = {
    "remove": ("fragmentation", "distance-fragmentation"),
    "watch": ("m-reach", "distance-reach"),
}
"""The measures of each goal; the first is the default."""

DEFAULT_DIRECTION = {"remove": "both", "watch": "in"}
"""Which arcs count unless said: to remove, the undirected view; to watch, what comes in."""

DEFAULT_RADIUS = 2

SAMPLES_OF = {
    "fragmentation": SAMPLES,
    "distance-fragmentation": SAMPLES,
    "m-reach": TARGETS_IN_REACH,
    "distance-reach": TARGETS_BY_DISTANCE,
}
"""How many accounts a sample has, unless said."""


def key_players(
    graph: InteractionGraph,
    size: int,
    *,
    goal: str = "remove",
    measure: str | None = None,
    radius: int | None = None,
    direction: str | None = None,
    weights: "Weights" = None,
    protect: Iterable[str] = (),
    must: Iterable[str] = (),
    rng: int = 0,
    samples: int | None = None,
    progress: NamedProgress | None = None,
) -> KeyPlayers:
    """Find the set of accounts that, removed, breaks the network most, or is nearest to all of it.

    The best set is not the set of the best accounts: two that do the same are one too many.

    Parameters
    ----------
    graph : InteractionGraph
        The network; it is not changed.
    size : int
        How many accounts the set has, those of `must` included.
    goal : {"remove", "watch"}, default "remove"
        "remove": leave the others as far apart as possible (KPP-Neg). "watch": be near to as many
        as possible (KPP-Pos).
    measure : str, optional
        To remove, ``"fragmentation"`` (the default: pairs that nothing joins) or
        ``"distance-fragmentation"`` (pairs count by 1 − 1/d); to watch, ``"m-reach"`` (the
        default: accounts within `radius` hops) or ``"distance-reach"`` (each by 1/d). See the
        functions of these names.
    radius : int, optional
        Of m-reach: 2 unless said.
    direction : {"in", "out", "both"}, optional
        To watch: "in" (the default) counts accounts whose posts reach the set: what circulates
        comes by. "out" counts those that posts of the set reach: whom to inform. "both" is the
        undirected view of the paper. To remove: "both" is the default; "in" and "out" are the
        same there, pairs joined along arcs.
    weights : mapping, Series or array of float, optional
        What each account counts (its audience, say), 0 or more: by account id, 1 for accounts
        left out, or an array in the order of the graph. When not given, the column ``weight`` of
        the account attributes; without one, 1 each. Distances are hops, whatever the arcs weigh.
    protect : iterable of str
        Accounts that are never chosen. They are part of the network like all.
    must : iterable of str
        Accounts that are in the set in any case.
    rng : int, default 0
        Seed of everything random.
    samples : int, optional
        Accounts that a sample has where there is one: 512 to search from (distance-fragmentation,
        and fragmentation along arcs); to be near to, 1,024 (distance-reach) or 2,048 (m-reach).
        With no more accounts than that, nothing is sampled.
    progress : callable, optional
        Called as ``progress(what, done, total)``.

    Returns
    -------
    KeyPlayers
        ``.to_frame()`` is the table.

    Raises
    ------
    UsageError
        When the arguments do not go together, or leave too few accounts to choose from.
    UnknownAccount
        When the graph lacks an account of `must`.

    Notes
    -----
    No method is sure to find the best set of a large network. Where the sets are few, all are
    compared, and `optimal` says so.

    *fragmentation* of the undirected view: one depth-first search, O(n + m), values every account
    that could be added, exactly. Four starts (greedy with ties to the account of most neighbours;
    of most neighbours left; of most shortest paths left; everybody away and the cheapest put back
    until `size` are left away), then the best swap of one account for another, again until none
    helps, the two missed least for the best pair found, and random starts while the documented
    work lasts (10⁹ visits). The order in the set is that of the returns, backwards.

    *m-reach*: greedy and swaps, with every value exact, where searches from all accounts meet at
    most 2·10⁹ arcs (the radius is 1, or few are near). Else, and for *distance-reach*: greedy on
    targets (all accounts, or a sample), where those that lead are valued exactly, and swaps that
    the exact value must confirm. Both are submodular, so greedy alone reaches 1 − 1/e = 63 % of
    the best, on a sample of targets nearly so. The values returned are exact, from one search of
    the whole set: no half-width is needed.

    *distance-fragmentation*, and fragmentation along arcs: a short list (most neighbours, most
    shortest paths, most pairs disconnected alone), greedy and swaps on one sample of sources (256,
    and up to 128 neighbours of the set, who lose most); the values reported rest on a fresh
    sample. No guarantee, and no better than the list by degree where no set stands out: two sets
    whose values differ by less than the half-width are not told apart. In sets above 32, the steps
    in between rest on 64 sources.

    Ctrl-C returns the best complete set so far, with a notice, if there is one; a second Ctrl-C
    stops everything. O(n + m) memory; the table of targets is kept below 128 MB by taking fewer.

    References
    ----------
    Borgatti, S. P. (2006). Identifying sets of key players in a social network. Computational and
    Mathematical Organization Theory 12, 21–34. https://doi.org/10.1007/s10588-006-7084-x

    Nemhauser, G. L., Wolsey, L. A., & Fisher, M. L. (1978). An analysis of approximations for
    maximizing submodular set functions. Mathematical Programming 14, 265–294.
    https://doi.org/10.1007/BF01588971

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d", "e"], [0, 1, 2, 3], [1, 2, 3, 4])
    >>> key_players(chain, 2).accounts.tolist()
    ['b', 'd']
    >>> key_players(chain, 1, goal="watch", radius=1, direction="both").to_frame()
       step account  value  gain  half_width
    0     1       b    3.0   3.0         0.0
    """
    goal, measure, radius, direction = checked_terms(goal, measure, radius, direction, samples)
    rng = checked_seed(rng)
    sampled = measure != "fragmentation" or direction != "both"
    number = SAMPLES_OF[measure] if samples is None else int(samples)
    asked, by_weight = _asked(graph, size, weights, protect, must, number, rng, progress)
    if goal == "watch":
        order, optimal, values = _watch(asked, direction, radius)
    elif sampled:
        harmonic = measure == "distance-fragmentation"
        order, optimal, values = _separate(asked, harmonic, direction != "both")
    else:
        order, optimal, values = _cut(asked)
    if optimal:
        asked.notices.append("every set of that size was compared: none is better")
    return KeyPlayers(
        accounts=graph.accounts[order],
        indices=np.asarray(order, np.int64),
        values=np.array([step.value for step in values[1:]]),
        half_widths=np.array([step.half_width for step in values[1:]]),
        before=values[0].value,
        before_half_width=values[0].half_width,
        goal=goal,
        measure=measure,
        direction=direction,
        radius=radius,
        samples=values[-1].samples,
        optimal=optimal,
        by_weight=by_weight,
        whole=float(asked.weights.sum()),
        rng=rng,
        notices=tuple(asked.notices),
    )


def _cut(asked: Asked) -> tuple[list[int], bool, list[SetValue]]:
    cutting = Cutting(asked)
    members, optimal = asked.search(cutting.find)
    order = _in_order(asked, members, lambda: cutting.ordered(members))
    curve = removal_curve(asked.graph, np.array(order, np.int64), weights=asked.weights)
    values = []
    for step, pairs in enumerate(curve.weighted_pairs):
        rest = asked.weights[without(asked.graph.n, order[:step])]
        values.append(SetValue(float(disconnected(pairs, rest)), 0.0, asked.graph.n))
    return order, optimal, values


def _separate(
    asked: Asked, harmonic: bool, directed: bool
) -> tuple[list[int], bool, list[SetValue]]:
    separating = Separating(asked, harmonic, directed)
    members, optimal = asked.search(separating.find)
    order = _in_order(asked, members, lambda: separating.ordered(members))
    values = asked.unless_stopped(
        lambda: separating.report(order),
        lambda: separating.values or None,
        "not every step of the set has a value",
    )
    if values[-1].samples and not separating.exact:
        asked.notices.append(
            f"values are estimates from {values[-1].samples:,} accounts that had no part in the "
            f"choice; the choice rests on {len(separating.sources):,} others"
        )
    return order, optimal, values


def _watch(
    asked: Asked, direction: str, radius: int | None
) -> tuple[list[int], bool, list[SetValue]]:
    graph = asked.graph
    reaching = Reaching(graph, asked.weights, direction, radius)
    members, optimal = asked.search(lambda: _nearest(asked, reaching))
    order = _in_order(asked, members, lambda: ordered(asked, reaching, members))
    values = [SetValue(0.0, 0.0, graph.n)]
    reaching.start()
    for account in order:
        value = values[-1].value + reaching.admit(account)
        values.append(SetValue(value, 0.0, graph.n))
    return order, optimal, values


def _nearest(asked: Asked, reaching: Reaching) -> tuple[list[int], bool]:
    """The set nearest to all, by the first way that is not too much work, and if none is better."""
    if not asked.free:
        return list(asked.must), False
    watching = Watching(asked, reaching)
    every = watching.best_of_all()
    if every is not None:
        return every, True
    if reaching.radius is not None:
        view, radius = reaching.view, min(reaching.radius, 64)
        most = asked.graph.n + len(view.indices)
        met = nearness.walks(view.indptr, view.indices, radius, most)
        if met.sum() <= SEARCHING:
            return Covering(asked, reaching, met).find(), False
    try:
        return watching.find(), False
    finally:
        asked.notices.extend(watching.notices)


def _in_order(asked: Asked, members: list[int], work: Callable[[], list[int]]) -> list[int]:
    """The set in order of importance; in order of neighbours if Ctrl-C is pressed meanwhile."""

    def by_neighbours() -> list[int]:
        degrees = np.diff(asked.graph.both.indptr)
        return sorted(members, key=lambda account: (-degrees[account], account))

    return asked.unless_stopped(work, by_neighbours, "the set is in order of neighbours")


def checked_terms(
    goal: str, measure: str | None, radius: int | None, direction: str | None, samples: int | None
) -> tuple[str, str, int | None, str]:
    """Return goal, measure, radius and direction, or say what does not go together.

    Needs no network, so that it can be said before one is read.
    """
    goal, measure = goal_and_measure(goal, measure)
    radius = _radius(measure, radius)
    direction = checked_direction(DEFAULT_DIRECTION[goal] if direction is None else direction)
    if samples is not None:
        checked_samples(samples)
        if measure == "fragmentation" and direction == "both":
            raise UsageError("samples say nothing for fragmentation of the undirected view: exact")
    return goal, measure, radius, direction


def goal_and_measure(goal: str, measure: str | None) -> tuple[str, str]:
    """Return the goal and the measure asked for, or the default of the goal.

    Raises
    ------
    UsageError
        When there is no such goal or measure, or the measure belongs to another goal.
    """
    goal = pick({name: name for name in KEY_PLAYER_MEASURES}, goal, "goal")
    mine = KEY_PLAYER_MEASURES[goal]
    if measure is None:
        return goal, mine[0]
    every = {name: name for names in KEY_PLAYER_MEASURES.values() for name in names}
    found = pick(every, measure, "measure of a set")
    if found not in mine:
        raise UsageError(
            f"{found} says nothing for the goal {goal}; choose from {', '.join(mine)}, or another "
            "goal"
        )
    return goal, found


def _radius(measure: str, radius: int | None) -> int | None:
    if measure == "m-reach":
        return checked_radius(DEFAULT_RADIUS if radius is None else radius)
    if radius is not None:
        raise UsageError(f"a radius says nothing for {measure}; only m-reach has one")
    return None


def _asked(
    graph: InteractionGraph,
    size: int,
    weights: "Weights",
    protect: Iterable[str],
    must: Iterable[str],
    samples: int,
    rng: int,
    progress: NamedProgress | None,
) -> tuple[Asked, bool]:
    """Check what is asked for; with it comes whether accounts count by weights."""
    for name, accounts in (("protect", protect), ("must", must)):
        if isinstance(accounts, str):
            raise UsageError(f"{name} must be a list of accounts, got a text; give [account]")
    if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
        raise UsageError(f"the size of the set must be a whole number from 1, got {size!r}")
    protected = match(graph, protect, "protected account")
    wanted = match(graph, must, "account that must be chosen")
    wanted.require("a graph that has them")
    allowed = np.ones(graph.n, bool)
    allowed[protected.indices] = False
    if not allowed[wanted.indices].all():
        both = graph.accounts[wanted.indices[~allowed[wanted.indices]][0]]
        raise UsageError(f"{both!r} is protected and must be chosen; take it off one list")
    if len(wanted.indices) > size:
        raise UsageError(
            f"{len(wanted.indices):,} accounts must be chosen, but the set has {size:,}; make it "
            "larger"
        )
    if size > allowed.sum():
        raise UsageError(
            f"a set of {size:,} was asked for, but only {allowed.sum():,} of {graph.n:,} accounts "
            "may be chosen"
        )
    allowed[wanted.indices] = False
    allowed.setflags(write=False)
    notices = [protected.sentence] if protected.unknown else []
    masses, by_weight = account_weights(graph, weights, notices)
    asked = Asked(
        graph=graph,
        weights=masses,
        allowed=allowed,
        must=wanted.indices.tolist(),
        size=int(size),
        samples=samples,
        seed=np.random.SeedSequence(rng),
        progress=progress,
        notices=notices,
    )
    return asked, by_weight
