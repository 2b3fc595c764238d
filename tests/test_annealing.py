"""Walks over plans against counts from scratch, and all orders of a handful of candidates."""

import itertools
from dataclasses import dataclass

import naive_plans as twins
import numpy as np
import pytest
from conftest import graphs, random_graph
from hypothesis import assume, given
from hypothesis import strategies as st
from test_quotients import problem_of

from keynodes.dismantling.plans import seen_from
from keynodes.kernels import annealing, plan_curves, plan_places, subsets
from keynodes.objectives import removal_curve


@dataclass
class Chain:
    """A walk over plans, and the network that it is about."""

    graph: object
    weights: np.ndarray
    accounts: np.ndarray
    net: plan_curves.Quotient
    goal: plan_curves.Goal
    walk: plan_curves.Walk
    length: int
    state: np.ndarray
    best_order: np.ndarray
    best: np.ndarray

    @property
    def order(self):
        return self.walk.order[: self.length].tolist()

    def curve_from_scratch(self, order):
        """The curve of any order of candidates, by the scorer of the library."""
        curve = removal_curve(
            self.graph, self.accounts[np.asarray(order, int)], weights=self.weights
        )
        return 2 * curve.weighted_pairs if self.goal.by_squares else curve.heaviest_component

    def ended(self, order):
        """The order up to where it is enough."""
        curve = self.curve_from_scratch(order)
        enough = np.flatnonzero(curve[1:] <= self.goal.threshold)
        return order[: enough[0] + 1] if len(enough) else order

    def price_from_scratch(self, order):
        curve, goal = self.curve_from_scratch(order), self.goal
        return twins.price(curve, goal.worth, goal.dues, order, goal.threshold)

    def check(self):
        curve = self.curve_from_scratch(self.order)
        assert self.walk.curve[: self.length + 1].tolist() == curve.tolist()
        place = np.full(self.net.c, -1)
        place[self.order] = np.arange(self.length)
        assert self.walk.place.tolist() == place.tolist()
        if self.goal.threshold >= 0:
            assert np.flatnonzero(curve[1:] <= self.goal.threshold).tolist() == [self.length - 1]
        best = self.best_order[: int(self.best[1])].tolist()
        if np.isfinite(self.best[0]):
            assert self.best[0] == pytest.approx(self.price_from_scratch(best), rel=1e-12)


def chain_of(
    graph,
    *,
    by_squares=False,
    threshold=-1.0,
    weights=None,
    chosen=None,
    dues=0.0,
    worth=None,
    length=None,
    seed=1,
    shuffled=False,
):
    """A walk that begins with the candidates by degree, as many as reach the threshold."""
    weights = np.ones(graph.n) if weights is None else np.asarray(weights, float)
    chosen = np.ones(graph.n, bool) if chosen is None else np.asarray(chosen, bool)
    accounts, net = seen_from(problem_of(graph, weights), chosen)
    c = len(accounts)
    worth = np.ones(c + 2) if worth is None else np.resize(np.asarray(worth, float), c + 2)
    if threshold >= 0:
        worth[1] *= 0.5
    goal = plan_curves.Goal(by_squares, threshold, worth, np.resize(np.asarray(dues, float), c))
    walk = plan_curves.Walk(np.zeros(c, np.int32), np.zeros(c + 2), np.full(c, -1, np.int32))
    walk.order[:] = np.argsort(-np.diff(net.indptr)[:c], kind="stable")
    if shuffled:
        walk.order[:] = np.random.default_rng(seed).permutation(c)
    length = c if length is None else min(length, c)
    plan_curves.follow(net, goal, walk, length)
    if threshold >= 0:
        length = plan_curves.cut_short(goal, walk, length)
    return Chain(
        graph,
        weights,
        accounts,
        net,
        goal,
        walk,
        length,
        np.array([seed], np.uint64),
        np.zeros(c, np.int32),
        np.array([np.inf, 0.0]),
    )


def walk_on(chain, moves, warm=2.0, cool=0.1):
    chain.length = annealing.anneal(
        chain.net,
        chain.goal,
        chain.walk,
        chain.length,
        chain.state,
        moves,
        warm,
        cool,
        chain.best_order,
        chain.best,
    )


@st.composite
def chains(draw, max_accounts=10):
    """Any goal and any plan on any small network."""
    graph = draw(graphs(max_accounts))

    def each(values):
        return draw(st.lists(values, min_size=graph.n, max_size=graph.n))

    weights = each(st.sampled_from([1.0, 1.0, 2.0, 0.5]))
    chosen = np.array(each(st.sampled_from([True, True, True, False])), bool)
    assume(chosen.any())
    c = int(chosen.sum())
    by_squares = draw(st.booleans())
    ends = draw(st.booleans())
    most = twins.squares if by_squares else twins.heaviest
    gone = set(np.flatnonzero(chosen).tolist())
    low, high = most(graph, gone, weights), most(graph, set(), weights)
    threshold = low + draw(st.sampled_from([0.0, 0.3, 0.7])) * (high - low) if ends else -1.0
    chain = chain_of(
        graph,
        by_squares=by_squares,
        threshold=threshold,
        weights=weights,
        chosen=chosen,
        dues=draw(st.lists(st.sampled_from([0.0, 0.5, 3.0]), min_size=c, max_size=c)),
        worth=None if ends else draw(st.lists(st.sampled_from([0.0, 1.0, 0.25]), min_size=3)),
        length=None if ends else draw(st.integers(1, c)),
        seed=draw(st.integers(0, 2**64 - 1)),
        shuffled=draw(st.booleans()),
    )
    assume(chain.length > 0)
    return chain


@given(chains(), st.sampled_from([1, 3, 200]))
def test_the_curve_stays_that_of_the_plan(chain, moves):
    chain.check()
    start, length = chain.price_from_scratch(chain.order), chain.length
    for _ in range(2):
        walk_on(chain, moves)
        chain.check()
    assert chain.best[0] <= start
    if chain.goal.threshold < 0:
        assert chain.length == length


def choices_from_scratch(chain, x, places):
    """Every choice that was weighed, as (what its price is said to change by, the new order)."""
    work_order, grows = chain.order, chain.goal.threshold >= 0
    rest = [v for v in work_order if v != x]
    if places.at < 0 and not grows:
        rest.pop()
    for p in range(places.low, places.high + 1):
        yield p, [*rest[:p], x, *rest[p:]]
    if places.out_end >= 0:
        yield annealing.LEAVE, rest


def check_weighing(chain):
    """Weigh each candidate's places, and make each plan that they stand for."""
    before = chain.price_from_scratch(chain.order)
    kinds = set()
    for x in range(chain.net.c):
        work = plan_places.workspace(chain.net)
        annealing.new_base(chain.net, chain.walk, chain.length, chain.state, work)
        at = int(chain.walk.place[x])
        if at < 0 and not work.is_loose[x]:
            continue
        places = plan_places.weigh(
            chain.net, chain.goal, chain.walk, chain.length, x, chain.net.c, 1.0, work
        )
        told = []
        for choice, order in choices_from_scratch(chain, x, places):
            leaves = choice == annealing.LEAVE
            cost = places.out_cost if leaves else work.cost[choice]
            told.append(cost)
            ended = chain.ended(order)
            if not np.isfinite(cost):
                # Not considered: to stand where the plan ends sooner is shorter, and not dearer.
                assert places.end < choice < at
                shorter = chain.price_from_scratch([*order[: places.end], x])
                assert shorter <= chain.price_from_scratch(ended) + 1e-9
                kinds.add("passed over")
                continue
            assert cost == pytest.approx(chain.price_from_scratch(ended) - before, abs=1e-9)
            if leaves:
                assert places.out_end == len(ended)
                kinds.add("leaves")
            elif 0 <= choice <= places.end:
                assert places.end + 1 == len(ended)
                kinds.add("ends sooner" if len(ended) < chain.length else "comes in")
        if chain.goal.threshold >= 0 and at >= 0:
            # Whoever is not needed is weighed without.
            without = chain.ended([v for v in chain.order if v != x])
            reached = chain.curve_from_scratch(without)[-1] <= chain.goal.threshold
            assert (places.out_end >= 0) == (at < len(without) and bool(reached))
        assert places.cheapest <= min([0.0, *told]) + 1e-12
    return kinds


@given(chains(), st.integers(0, 30))
def test_what_is_weighed_is_the_difference_in_price(chain, moves):
    walk_on(chain, moves)
    check_weighing(chain)


@pytest.mark.parametrize("by_squares", [False, True])
@pytest.mark.parametrize("share", [0.2, 0.4])
def test_every_kind_of_choice_is_weighed_right(by_squares, share):
    kinds = set()
    for seed in range(6):
        graph = random_graph(16, 24, seed=seed)
        whole = graph.n**2 * share**2 if by_squares else graph.n * share
        dues = np.random.default_rng(seed).choice([0.0, 1.5, 4.0], graph.n)
        chain = chain_of(
            graph, by_squares=by_squares, threshold=whole, dues=dues, seed=seed, shuffled=True
        )
        for moves in (0, 10):
            walk_on(chain, moves, warm=20.0, cool=20.0)
            chain.check()
            kinds |= check_weighing(chain)
    assert kinds == {"leaves", "ends sooner", "comes in", "passed over"}


@pytest.mark.parametrize("by_squares", [False, True])
@pytest.mark.parametrize("threshold", [-1.0, 0.3])
def test_hot_walks_that_go_in_and_out(by_squares, threshold):
    """In a batch of moves, candidates come in that were loose, and go out again."""
    for seed in range(5):
        graph = random_graph(20, 32, seed=seed)
        if threshold >= 0:
            threshold = graph.n**2 * 0.09 if by_squares else graph.n * 0.3
        dues = np.random.default_rng(seed).choice([0.0, 1.5, 4.0], graph.n)
        chain = chain_of(
            graph,
            by_squares=by_squares,
            threshold=threshold,
            dues=dues,
            length=None if threshold >= 0 else 6,
            seed=seed,
            shuffled=True,
        )
        met = set()
        for _ in range(8):
            walk_on(chain, 20, warm=30.0, cool=30.0)
            chain.check()
            met |= set(chain.order)
        assert len(met) > chain.length


def test_the_hub_of_a_star_goes_first():
    """Leaves first, the hub last: with the hub anywhere before, the plan ends sooner."""
    star = random_graph(1, 0)
    star = star.from_arcs([f"a{i}" for i in range(7)], [0] * 6, range(1, 7))
    chain = chain_of(star, threshold=1.0)
    chain.walk.order[:4] = [1, 2, 3, 0]
    plan_curves.follow(chain.net, chain.goal, chain.walk, 4)
    chain.length = plan_curves.cut_short(chain.goal, chain.walk, 4)
    assert chain.length == 4
    assert chain.walk.curve[:5].tolist() == [7, 6, 5, 4, 1]
    work = plan_places.workspace(chain.net)
    annealing.new_base(chain.net, chain.walk, 4, chain.state, work)
    places = plan_places.weigh(chain.net, chain.goal, chain.walk, 4, 0, 7, 1.0, work)
    assert (places.at, places.low, places.high, places.end) == (3, 0, 3, 0)
    # ½ · 6 + 5 + 4 + ½ · 1 = 12.5 before; the hub alone: ¼ · 1, first and last point in one.
    assert work.cost[:4].tolist() == [0.25 - 12.5, np.inf, np.inf, 0.0]
    walk_on(chain, 60, warm=0.5, cool=0.01)
    assert chain.order == [0]
    chain.check()


@given(chains())
def test_a_cold_walk_never_climbs(chain):
    price = chain.price_from_scratch(chain.order)
    for _ in range(20):
        walk_on(chain, 1, warm=1e-9, cool=1e-9)
        now = chain.price_from_scratch(chain.order)
        assert now <= price + 1e-9
        price = now
    chain.check()


@given(chains())
def test_a_walk_goes_on_as_its_state_says(chain):
    walks = []
    for seed in (5, 5):
        other = chain_of(chain.graph, threshold=-1.0, weights=chain.weights, length=3, seed=seed)
        walk_on(other, 40)
        walks.append((other.order, other.walk.curve[: other.length + 1].tolist(), other.state[0]))
    assert walks[0] == walks[1]


def test_other_states_give_other_walks():
    graph = random_graph(60, 120, seed=1)
    orders = set()
    for seed in range(4):
        chain = chain_of(graph, threshold=6.0, seed=seed)
        walk_on(chain, 200)
        orders.add(tuple(chain.order))
    assert len(orders) > 1


def test_the_heat_bath_draws_by_boltzmann_weights():
    cost = np.array([0.0, 1.0, np.inf, 0.5])
    places = plan_places.Places(0, 0, 3, -1, 7, 0.25, 0.0)
    state = np.array([3], np.uint64)
    draws = [int(annealing.heat_bath(places, cost, 0.5, state)) for _ in range(6000)]
    weights = {0: 1.0, 1: np.exp(-2.0), 3: np.exp(-1.0), annealing.LEAVE: np.exp(-0.5)}
    total = sum(weights.values())
    assert set(draws) == set(weights)
    for choice, weight in weights.items():
        share = weight / total
        assert draws.count(choice) == pytest.approx(
            6000 * share, abs=4 * np.sqrt(6000 * share * (1 - share))
        )
    outside = places._replace(at=-1, out_end=-1, cheapest=-1.0)
    draws = [int(annealing.heat_bath(outside, cost - 1.0, 0.5, state)) for _ in range(6000)]
    share = np.exp(-2.0) / (1.0 + np.exp(-2.0) + np.exp(-1.0) + np.exp(-2.0))
    assert draws.count(annealing.STAY) == pytest.approx(6000 * share, abs=4 * np.sqrt(6000 * share))


def test_a_cold_bath_takes_the_cheapest_even_far_below():
    places = plan_places.Places(2, 0, 2, -1, -1, np.inf, -1e9)
    cost = np.array([5.0, -1e9, 0.0])
    assert annealing.heat_bath(places, cost, 1e-9, np.array([1], np.uint64)) == 1


@pytest.mark.compiled
@pytest.mark.parametrize("by_squares", [False, True])
@pytest.mark.parametrize("threshold", [-1.0, 0.05])
def test_long_plans_are_walked_in_part(by_squares, threshold):
    """Plans of hundreds of removals, which reach across marks."""
    graph = random_graph(3000, 6000, seed=2, hubs=1.5)
    weights = np.where(np.arange(graph.n) % 5 == 0, 2.0, 1.0)
    if threshold >= 0:
        whole = float(weights.sum())
        threshold = (threshold * whole) ** 2 if by_squares else threshold * whole
    prices = []
    for _ in range(2):
        chain = chain_of(
            graph,
            by_squares=by_squares,
            threshold=threshold,
            weights=weights,
            length=500 if threshold < 0 else None,
            dues=100.0 if threshold >= 0 else 0.0,
        )
        assert chain.length > plan_places.SHORT
        prices.append(chain.price_from_scratch(chain.order))
        mean = chain.walk.curve[: chain.length].mean()
        for warmth in (0.3, 0.1, 0.01, 0.001):
            walk_on(chain, 700, warmth * mean, warmth * mean / 3)
            chain.check()
        prices.append(chain.best[0])
    assert prices[0] == prices[2]
    assert prices[1] == prices[3] < prices[0]


@pytest.mark.compiled
def test_marks_are_what_a_walk_without_them_finds():
    graph = random_graph(3000, 6000, seed=2, hubs=1.5)
    chain = chain_of(graph, length=700)
    walk_on(chain, 300)
    work, bare = plan_places.workspace(chain.net), plan_places.workspace(chain.net)
    annealing.new_base(chain.net, chain.walk, chain.length, chain.state.copy(), work)
    annealing.new_base(chain.net, chain.walk, chain.length, chain.state.copy(), bare)
    rng = np.random.default_rng(0)
    assert work.gap[0] == 64
    for _ in range(100):
        x = int(chain.walk.order[rng.integers(chain.length)])
        point = int(rng.integers(1, chain.length + 1))
        for room in (work, bare):
            plan_places.state_at(chain.net, chain.walk, point, chain.length, x, room)
        bare.valid[:] = False
        assert work.parts.ends.tolist() == bare.parts.ends.tolist()
        assert (work.parts.present == bare.parts.present).all()
        places = plan_places.weigh(
            chain.net, chain.goal, chain.walk, chain.length, x, 40, 1.0, work
        )
        choice = int(rng.integers(places.low, places.high + 1))
        chain.length = annealing.carry_out(
            chain.goal, chain.walk, chain.length, x, choice, places, work
        )
    chain.check()


@given(graphs(7), st.booleans(), st.data())
def test_all_sets_and_orders(graph, by_squares, data):
    weights = np.array(
        data.draw(st.lists(st.sampled_from([1.0, 2.0]), min_size=graph.n, max_size=graph.n))
    )
    chosen = np.array(data.draw(st.lists(st.booleans(), min_size=graph.n, max_size=graph.n)), bool)
    if chosen.sum() > 6:
        chosen[np.flatnonzero(chosen)[6:]] = False
    accounts, net = seen_from(problem_of(graph, weights), chosen)
    c = len(accounts)
    values = subsets.what_is_left(net, by_squares)
    sums, last = subsets.best_orders(values, c)
    left = {}
    for size in range(c + 1):
        for members in itertools.combinations(range(c), size):
            gone = sum(1 << i for i in members)
            count = twins.squares if by_squares else twins.heaviest
            removed = {int(accounts[i]) for i in members}
            left[frozenset(members)] = count(graph, removed, weights.tolist())
            assert values[gone] == left[frozenset(members)]
    for members in left:
        gone = sum(1 << i for i in members)
        assert sums[gone] == twins.best_order(left.__getitem__, members)
        order, rest = [], gone
        while rest:
            order.append(int(last[rest]))
            rest ^= 1 << order[-1]
        assert sorted(order) == sorted(members)
        order.reverse()
        along = [values[sum(1 << i for i in order[: k + 1])] for k in range(len(order))]
        assert sum(along) == sums[gone]
