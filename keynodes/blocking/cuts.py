"""The strategy by minimum cuts: the fewest accounts that part the sources from most of the rest."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from keynodes.blocking.dominating import picked
from keynodes.blocking.problem import ReachProblem, reached_at_start
from keynodes.blocking.registration import reach_strategy
from keynodes.blocking.removals import Removals
from keynodes.blocking.rivals import in_turn
from keynodes.blocking.verdicts import left_at_end
from keynodes.kernels.blocks import Progress, in_order
from keynodes.kernels.removals import first_worlds
from keynodes.kernels.worlds import Worlds

NODES, MERGED = 2 * 10**5, 8 * 10**5
"""Nodes of worlds that cuts are made in at most, world by world and merged: of the first worlds, at
least one."""

SEARCHED = 4
"""The price of a removal is looked for in the first of so many parts of them."""

HALVINGS = 6
"""Times that the interval of the price of a removal is halved."""

ROUNDS = 2
"""Rounds in which worlds that cut an account are made to agree on it."""

OFTEN = (0.0, 0.5)
"""An arc belongs to the merged network when it is live in more than this share of worlds."""

CHEAP, DEAR = 1e-4, 1.0
"""Between these shares of reach lies the price of a removal."""

FULL = 2**29
"""Capacities are whole numbers; all values of a network add up to this."""

ENDLESS = 2**30
"""A capacity that is never cut."""


@dataclass(frozen=True, eq=False)
class Network:
    """Accounts in one world, or in several side by side, in which a minimum cut is a best set.

    Every node is split into one that hears and one that speaks. What leads from hearing to speaking
    has the price of the account's removal as its capacity, and what leads on to the sink the value
    of reaching it: a cut pays for each node once, one way or the other.
    """

    accounts: np.ndarray
    """The account of each node."""
    tails: np.ndarray
    heads: np.ndarray
    capacities: np.ndarray
    """Arcs of the split network with their capacities, those within nodes first."""
    removable: np.ndarray
    """Which nodes may be removed: bool."""
    gone: np.ndarray
    """Which nodes are removed in any case: bool."""
    scale: float
    """Capacity of a unit of value."""

    def cut(self, prices: np.ndarray) -> np.ndarray:
        """Return which nodes a minimum cut removes, at a price each in units of value: bool."""
        from scipy.sparse import csr_matrix
        from scipy.sparse.csgraph import breadth_first_order, maximum_flow

        nodes = len(self.accounts)
        paid = np.where(self.removable, np.clip(np.rint(prices * self.scale), 1, ENDLESS), ENDLESS)
        capacities = self.capacities.copy()
        capacities[:nodes] = np.where(self.gone, 0, paid)
        network = csr_matrix(
            (capacities.astype(np.int32), (self.tails, self.heads)),
            shape=(2 * nodes + 2, 2 * nodes + 2),
        )
        left = network - maximum_flow(network, 0, 1).flow
        left.data[left.data < 0] = 0
        left.eliminate_zeros()
        near = np.zeros(2 * nodes + 2, bool)
        near[breadth_first_order(left, 0, return_predecessors=False)] = True
        return near[2::2] & ~near[3::2] & ~self.gone


@reach_strategy(
    "minimum-cut",
    order="set",
    cost="some twenty maximum flows in a million nodes of worlds",
    reference="Ford & Fulkerson 1956, doi:10.4153/CJM-1956-045-5",
)
def minimum_cut(problem: ReachProblem, *, rng: int, progress: Progress | None = None) -> np.ndarray:
    """The cheapest cut between the sources and the rest, whatever stands side by side.

    In one world the set that minimises what is reached plus a price for each removal is a minimum
    cut, and exact. Over many worlds it is found in two ways, and the better one is taken: in each
    world apart, those first that most worlds cut; and in networks of the arcs that are live in
    many worlds.
    """
    reached = max(1.0, reached_at_start(problem) / problem.scenario.unit)
    agreed = _agreement(problem, reached, progress)
    plans = [in_turn(problem, np.argsort(-agreed, kind="stable"))]
    if problem.scenario.seeds is not None:
        many = _first_worlds(problem, MERGED)
        plans += [_merged_plan(problem, reached, network) for network in merged(problem, many)]
    best = min(plans, key=lambda plan: _left(problem, plan))
    taken = np.zeros(problem.n, bool)
    taken[best] = True
    if not problem.affordable(taken, float(problem.costs[best].sum())).any():
        return best
    # A cut may cost less than the budget: whoever cuts most then is added.
    removals = Removals(problem, gone=best.tolist())
    order = picked(problem, removals, problem.candidates, best.tolist(), None)
    return np.asarray(order, np.int32)


def _first_worlds(problem: ReachProblem, nodes: int) -> list[Worlds]:
    """The first worlds with so many nodes together, at least one, in packs."""
    packs: list[Worlds] = []
    for pack in problem.worlds:
        fitting = int(np.searchsorted(pack.starts[1:], nodes, side="right"))
        if fitting < len(pack.sources):
            if fitting or not packs:
                packs.append(first_worlds(pack, max(1, fitting)))
            break
        packs.append(pack)
        nodes -= len(pack.nodes)
    return packs


def side_by_side(problem: ReachProblem, pack: Worlds) -> Network:
    """Build the network of the worlds of a pack."""
    nodes = np.arange(len(pack.nodes))
    world = np.repeat(np.arange(len(pack.sources)), np.diff(pack.starts))
    is_source = nodes - pack.starts[world] < pack.sources[world]
    tails = np.repeat(nodes, np.diff(pack.ptr))
    heads = pack.targets + pack.starts[world[tails]]
    values = problem.scenario.values[pack.nodes].astype(np.float64)
    return _network(problem, pack.nodes, is_source, tails, heads, values)


def merged(problem: ReachProblem, packs: list[Worlds]) -> list[Network]:
    """Build one network of all worlds for each share in which an arc must be live.

    The value of an account is that times the share of worlds in which it is reached.
    """
    n = problem.n
    times = np.zeros(n, np.int64)
    arcs = []
    for pack in packs:
        times += np.bincount(pack.nodes, minlength=n)
        nodes = np.arange(len(pack.nodes))
        base = np.repeat(pack.starts[:-1], np.diff(pack.starts))
        tails = np.repeat(nodes, np.diff(pack.ptr))
        arcs.append(pack.nodes[tails].astype(np.int64) * n + pack.nodes[pack.targets + base[tails]])
    arc, live = np.unique(np.concatenate(arcs), return_counts=True)
    tails, heads = arc // n, arc % n
    accounts = np.flatnonzero(times)
    place = np.zeros(n, np.int64)
    place[accounts] = np.arange(len(accounts))
    worlds = sum(len(pack.sources) for pack in packs)
    values = problem.scenario.values[accounts] * (times[accounts] / worlds)
    is_source = problem.scenario.is_source[accounts]
    networks = []
    for share in OFTEN:
        kept = live > share * times[tails]
        networks.append(
            _network(problem, accounts, is_source, place[tails[kept]], place[heads[kept]], values)
        )
    return networks


def _network(
    problem: ReachProblem,
    accounts: np.ndarray,
    is_source: np.ndarray,
    tails: np.ndarray,
    heads: np.ndarray,
    values: np.ndarray,
) -> Network:
    """Split every node, and join sources and values to the two ends of the flow."""
    nodes = np.arange(len(accounts))
    hears, speaks = 2 + 2 * nodes, 3 + 2 * nodes
    values = np.where(is_source, 0.0, values)
    scale = FULL / max(1.0, float(values.sum()))
    sources = np.flatnonzero(is_source)
    # A source that is muted says what it has to say all the same.
    spared = is_source & problem.muting
    gone = np.zeros(problem.n, bool)
    gone[problem.first] = True
    rows = (
        (hears, speaks, np.zeros(len(nodes))),
        (np.zeros(len(sources), np.int64), hears[sources], np.full(len(sources), float(ENDLESS))),
        (
            hears if problem.muting else speaks,
            np.ones(len(nodes), np.int64),
            np.rint(values * scale),
        ),
        (speaks[tails], hears[heads], np.full(len(tails), float(ENDLESS))),
    )
    starts, ends, capacities = (np.concatenate(column) for column in zip(*rows, strict=True))
    return Network(
        accounts,
        starts,
        ends,
        capacities,
        problem.candidates[accounts] & ~spared,
        gone[accounts] & ~spared,
        scale,
    )


def _priced(
    problem: ReachProblem, spent_at: Callable[[float], float], progress: Progress | None = None
) -> float:
    """The least price of a removal, as a share of reach, at which the budget pays for the cut."""
    free = problem.budget - float(problem.costs[problem.first].sum())
    low, high = CHEAP, DEAR
    for turn in range(HALVINGS):
        price = float(np.sqrt(low * high))
        low, high = (low, price) if spent_at(price) <= free else (price, high)
        if progress:
            progress(turn + 1, HALVINGS + ROUNDS)
    return high


def _merged_plan(problem: ReachProblem, reached: float, network: Network) -> np.ndarray:
    """The cut of a merged network that the budget pays for."""
    costs = problem.costs[network.accounts]

    def removed_at(price: float) -> np.ndarray:
        return network.cut(price * reached * costs)

    price = _priced(problem, lambda price: float(costs[removed_at(price)].sum()))
    return in_turn(problem, network.accounts[removed_at(price)])


def _agreement(problem: ReachProblem, reached: float, progress: Progress | None) -> np.ndarray:
    """In how many worlds each account is cut, for its cost: float64 (n,).

    The price of a removal is shared by the worlds that the account is in. Worlds that want it
    removed pay more from round to round, and the others less, as in Lagrangian decomposition
    (Guignard & Kim 1987, doi:10.1007/BF02592954).
    """
    few, often, part = _apart(problem, reached, NODES // SEARCHED)

    def spent_at(price: float) -> float:
        _, votes = _cuts(problem, few, [part[network.accounts] * price for network in few])
        return float((votes / often * problem.costs).sum())

    price = _priced(problem, spent_at, progress)
    networks, often, part = _apart(problem, reached, NODES)
    prices = [part[network.accounts] * price for network in networks]
    score = np.zeros(problem.n)
    for turn in range(ROUNDS):
        removed, votes = _cuts(problem, networks, prices)
        score += (turn + 1) * votes
        agreed = votes / often
        prices = [
            np.maximum(
                paid
                + price / (1 + turn) * part[network.accounts] * (nodes - agreed[network.accounts]),
                0.0,
            )
            for network, nodes, paid in zip(networks, removed, prices, strict=True)
        ]
        if progress:
            progress(HALVINGS + turn + 1, HALVINGS + ROUNDS)
    # Whoever no world cuts fills up what the budget leaves, by how often it is reached.
    return (score + often / (2.0 * float(often.max()))) / problem.costs


def _apart(
    problem: ReachProblem, reached: float, nodes: int
) -> tuple[list[Network], np.ndarray, np.ndarray]:
    """Networks of worlds side by side, in how many each account is, and what it pays in each.

    The first (int64 (n,)) is at least 1, the other (float64 (n,)) is for a price of 1.
    """
    packs = _first_worlds(problem, nodes)
    networks = [side_by_side(problem, pack) for pack in packs]
    present = np.zeros(problem.n, np.int64)
    for network in networks:
        present += np.bincount(network.accounts, minlength=problem.n)
    often = np.maximum(present, 1)
    worlds = sum(len(pack.sources) for pack in packs)
    return networks, often, worlds / often * problem.costs * reached


def _cuts(
    problem: ReachProblem, networks: list[Network], prices: list[np.ndarray]
) -> tuple[list[np.ndarray], np.ndarray]:
    """Which nodes of each network are removed, and in how many worlds each account."""
    removed = [network.cut(paid) for network, paid in zip(networks, prices, strict=True)]
    votes = np.zeros(problem.n, np.int64)
    for network, nodes in zip(networks, removed, strict=True):
        votes += np.bincount(network.accounts[nodes], minlength=problem.n)
    return removed, votes


def _left(problem: ReachProblem, plan: np.ndarray) -> float:
    """What a plan leaves in the worlds of the problem."""

    def step(pack: Worlds) -> float:
        return float(left_at_end(problem.scenario, pack, plan, problem.muting).sum())

    return sum(in_order(step, problem.worlds))
