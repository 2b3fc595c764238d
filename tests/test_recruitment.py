"""Recruiter hubs: fast against slow, the chances against scipy, and the planted truth."""

import math
from fractions import Fraction

import naive_recruitment as naive
import numpy as np
import pandas
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from keynodes import KeynodesError, UsageError, build_graph, read_interactions
from keynodes.flow import FLOW, act_of
from keynodes.kernels import tails
from keynodes.recruitment import burn_in_partition, chance, end_of_burn_in, hubs
from keynodes.recruitment.acts import acts_of
from keynodes.recruitment.chance import benjamini_hochberg
from keynodes.results import Partition
from keynodes.synthetic import recruiting

RELATIONS = ("mention", "repost", "reply", "like")
COLUMNS = [
    "rank",
    "account",
    "community",
    "role",
    "reached_out",
    "attracted",
    "drawn_in",
    "expected",
    "excess",
    "p_value",
    "q_value",
    "intake_share",
    "outreach_share",
]


def records_of(rows):
    """A frame of (source, target, relation, time, evidence)."""
    columns = ["source", "target", "relation", "time", "evidence"]
    return pandas.DataFrame(rows, columns=columns)


def as_naive(frame):
    return [
        naive.Record(
            row.source,
            row.target,
            act_of(row.relation, "back" if FLOW[row.relation].flow == "back" else "forth"),
            float(row.time),
            row.evidence,
        )
        for row in frame.itertuples()
    ]


def same(number, other):
    return (math.isnan(number) and math.isnan(other)) or number == pytest.approx(other, rel=1e-9)


def check(frame, labels, window, horizon, burn_in, further, exact=chance.EXACT):
    """Compare with the twin: every account that was tested, every newcomer, every contact."""
    first = frame["time"].min()
    slow = naive.hubs(
        as_naive(frame),
        labels,
        window=window,
        horizon=horizon,
        burn_in=first + burn_in,
        further=further,
    )
    fast = hubs(
        read_interactions(frame),
        {account: f"c{label}" for account, label in labels.items() if label >= 0},
        window=window,
        horizon=horizon,
        burn_in=burn_in,
        further=further,
        top=0,
    )
    meetings, accounts = fast.meetings, fast.accounts
    seen = {accounts[i]: meetings.seen[i] for i in np.flatnonzero(np.isfinite(meetings.seen))}
    assert seen == {account: x.seen for account, x in slow.newcomers.items()}
    for i in np.flatnonzero(np.isfinite(meetings.seen)):
        newcomer = slow.newcomers[accounts[i]]
        assert bool(meetings.censored[i]) == newcomer.censored
        assert bool(meetings.drawn_in[i]) == (newcomer.drawn_in is not None)
        met = np.flatnonzero(meetings.newcomers == i)
        assert {
            accounts[meetings.members[c]]: ("reached", "address", "react")[meetings.kinds[c]]
            for c in met
        } == {member: how for member, (how, _, _) in newcomer.contacts.items()}
    table = fast.to_frame().set_index("account")
    assert table.index.tolist() == list(slow.rows)
    contacts = dict(zip(accounts[fast.tested], fast.contacts, strict=True))
    for account, row in slow.rows.items():
        mine = table.loc[account]
        assert mine["community"] == f"c{row['community']}"
        assert contacts[account] == row["observed"]
        for name in ("reached_out", "attracted", "drawn_in"):
            assert mine[name] == row[name], (account, name)
        for name in (
            "expected",
            "excess",
            "p_value",
            "q_value",
            "intake_share",
            "outreach_share",
        ):
            assert same(mine[name], row[name]), (account, name)
    return fast, slow


@st.composite
def worlds(draw):
    """A handful of accounts, two communities, and acts at times that often coincide."""
    accounts = [f"a{i}" for i in range(draw(st.integers(2, 9)))]
    labels = {a: draw(st.integers(-1, 1)) for a in accounts}
    acts = draw(
        st.lists(
            st.tuples(
                st.sampled_from(accounts),
                st.sampled_from(accounts),
                st.sampled_from(RELATIONS),
                st.integers(0, 40),
                st.sampled_from(["m1", "m2", "m3"]),
            ),
            min_size=2,
            max_size=60,
        )
    )
    times = [act[3] for act in acts]
    if min(times) == max(times):
        acts.append((accounts[0], accounts[1], "mention", max(times) + 1, "m9"))
    return records_of(acts), labels


@given(worlds(), st.integers(1, 6), st.integers(1, 12), st.integers(1, 3))
def test_as_the_slow_twin(world, window, horizon, further):
    frame, labels = world
    span = frame["time"].max() - frame["time"].min()
    check(frame, labels, window, horizon, max(span // 4, 1), further)


@pytest.mark.parametrize("seed", range(3))
def test_as_the_slow_twin_on_a_larger_world(seed):
    """Enough newcomers for tails with many draws, some of them several in one act."""
    random = np.random.default_rng(seed)
    members = [f"m{i:02}" for i in range(12)]
    newcomers = [f"n{i:02}" for i in range(40)]
    rows = []
    for i in range(900):
        time = int(random.integers(0, 400))
        actor, target = random.choice(members, 2, replace=False)
        rows.append((actor, target, str(random.choice(RELATIONS)), time, f"e{i}"))
    for i, newcomer in enumerate(newcomers):
        start = int(random.integers(110, 380))
        for j in range(int(random.integers(1, 9))):
            other = members[int(len(members) * random.random() ** 2)]
            pair = (newcomer, other) if random.random() < 0.5 else (other, newcomer)
            time = start + int(random.integers(0, 40))
            rows.append((*pair, str(random.choice(RELATIONS)), time, f"x{i // 3}-{j}"))
    labels = {a: i % 2 for i, a in enumerate(members)}
    fast, slow = check(records_of(rows), labels, 10, 25, 100, 2)
    assert fast.contacts.max() >= 4
    assert any(x.drawn_in for x in slow.newcomers.values())
    assert any(x.censored for x in slow.newcomers.values())


def tail(chances, hits, exact, spread=1):
    """The tail as the kernel has it, with the draws of one account in stretches of `spread`."""
    chances = np.asarray(chances, float)
    inverse = chances.copy()
    sums = np.concatenate([[0.0], np.cumsum(inverse)])
    starts = np.arange(0, len(chances), spread)
    bounds = np.column_stack([starts, np.minimum(starts + spread, len(chances))])
    counts = np.zeros(len(bounds), np.int64)
    draws = np.diff(bounds)[:, 0]
    means = (sums[bounds[:, 1]] - sums[bounds[:, 0]]) / draws
    if exact == "draws":
        return tails.tail_by_draws(hits, bounds, counts, len(bounds), inverse)
    by = tails.tail_by_stretches if exact == "stretches" else tails.tail_by_saddle_point
    return by(hits, draws, means, len(bounds), float(chances.sum()))


@given(
    st.lists(st.fractions(0, 1, max_denominator=20), min_size=1, max_size=12), st.integers(1, 12)
)
def test_tails_as_fractions_have_them(chances, hits):
    hits = min(hits, len(chances))
    true = float(naive.tail([Fraction(p) for p in chances], hits))
    assert tail(chances, hits, "draws") == pytest.approx(true, abs=1e-14)
    assert tail(chances, hits, "stretches") == pytest.approx(true, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("hits", [1, 5, 12, 20, 40, 60])
def test_tails_as_scipy_has_them(hits):
    random = np.random.default_rng(hits)
    chances = random.random(400) * 0.08
    true = scipy.stats.poisson_binom(chances).sf(hits - 1)
    for way in ("draws", "stretches"):
        # scipy takes the difference from 1, which loses what is below 1e-15.
        assert tail(chances, hits, way) == pytest.approx(true, rel=1e-6, abs=1e-14)


def test_small_tails_keep_their_digits():
    chances = [Fraction(1, 50)] * 60
    true = float(naive.tail(chances, 25))
    assert true < 1e-20
    assert tail([float(p) for p in chances], 25, "draws") == pytest.approx(true, rel=1e-9)
    assert tail([float(p) for p in chances], 25, "stretches") == pytest.approx(true, rel=1e-9)
    assert tail([float(p) for p in chances], 25, "saddle") == pytest.approx(true, rel=0.01)


@pytest.mark.parametrize("hits", [66, 80, 100, 120, 150, 200])
def test_the_saddle_point_is_near(hits):
    """Below, at and far above the mean of 100."""
    chances = np.random.default_rng(1).random(5000) * 0.04
    true = tail(chances, hits, "draws")
    assert tail(chances, hits, "saddle") == pytest.approx(true, rel=0.01)
    assert tail(chances, hits, "saddle", spread=1000) >= true * 0.99


@pytest.mark.parametrize("hits", [103, 110, 130])
def test_stretches_at_their_mean_are_on_the_safe_side(hits):
    chances = np.random.default_rng(2).random(5000) * 0.04
    hits -= 60
    chances *= 0.4
    exact = tail(chances, hits, "draws")
    assert exact * (1 - 1e-9) <= tail(chances, hits, "stretches", spread=500) <= 1.1 * exact


def test_more_draws_than_are_taken_one_by_one(monkeypatch):
    """The three ways of `chances` give nearly the same."""
    planted = recruiting()
    community = planted.truth.set_index("account")["community"]
    interactions = read_interactions(planted.records)
    one_by_one = hubs(interactions, community, top=0)
    monkeypatch.setattr(chance.chances, "__kwdefaults__", {"exact": 0, "progress": None})
    stretched = hubs(interactions, community, top=0)
    np.testing.assert_allclose(stretched.expected, one_by_one.expected, rtol=1e-12)
    small = one_by_one.p_value < 0.01
    assert small.sum() > 20
    ratio = stretched.p_value[small] / one_by_one.p_value[small]
    assert ratio.min() > 1 - 1e-9
    assert ratio.max() < 2.5


def test_q_values_as_scipy_has_them():
    p_values = np.random.default_rng(0).random(200) ** 3
    q_values = benjamini_hochberg(p_values)
    np.testing.assert_allclose(q_values, scipy.stats.false_discovery_control(p_values))
    assert benjamini_hochberg(np.zeros(0)).tolist() == []


def test_the_acts_are_those_of_the_flow_table():
    """SQL and `act_of` say the same of every relation and of unknown ones, whatever the flow."""
    relations = [*FLOW, "sold to"]
    times = [float(i) for i in range(len(relations))]
    frame = pandas.DataFrame({"source": "a", "target": "b", "relation": relations, "time": times})
    for flow in ("back", "forth", "both"):
        acts = acts_of(read_interactions(frame, flow=flow))
        assert acts.reactions.tolist() == [
            int(act_of(relation, flow) == "react") for relation in relations
        ]
        plain = acts_of(read_interactions(frame.drop(columns="relation"), flow=flow))
        assert set(plain.reactions.tolist()) == {int(act_of(None, flow) == "react")}


# --- definitions, by hand -------------------------------------------------------------------------


SETTLED = [(a, b, "mention", t, f"s{a}{b}{t}") for t in (0, 1) for a in "abc" for b in "abc"]
HOME = {"a": "c", "b": "c", "c": "c"}


def found(rows, labels=HOME, **how):
    settings = {"window": 5, "horizon": 10, "burn_in": 10, "further": 2, "top": 0} | how
    frame = records_of([*SETTLED, *rows, ("a", "b", "mention", 200, "end")])
    return hubs(read_interactions(frame), labels, **settings)


def row_of(result, account):
    return result.to_frame().set_index("account").loc[account]


def test_reaching_out_and_attracting_are_kept_apart():
    result = found(
        [
            ("a", "x", "reply", 20, "1"),  # content flowed from x to a: still reaching out
            ("x", "a", "reply", 21, "2"),  # an answer, no attraction
            ("x", "b", "repost", 22, "3"),
            ("c", "x", "like", 23, "4"),  # a reaction to the newcomer is no contact
        ]
    )
    assert row_of(result, "a")[["reached_out", "attracted"]].tolist() == [1, 0]
    assert row_of(result, "b")[["reached_out", "attracted"]].tolist() == [0, 1]
    assert row_of(result, "c")[["reached_out", "attracted"]].tolist() == [0, 0]


def test_drawn_in_takes_further_members_after_the_window():
    met = [("a", "x", "mention", 20, "1")]
    early = [("x", "b", "like", 24, "2"), ("x", "c", "like", 24, "3")]
    late = [("x", "b", "like", 25, "2"), ("c", "x", "like", 34, "3")]
    after = [("x", "b", "like", 25, "2"), ("x", "c", "like", 35, "3")]
    again = [("x", "b", "like", 25, "2"), ("x", "b", "like", 26, "3"), ("x", "a", "like", 27, "4")]
    for what, drawn in ((early, 0), (late, 1), (after, 0), (again, 0)):
        assert row_of(found(met + what), "a")["drawn_in"] == drawn


def test_one_act_is_one_draw_however_many_it_addresses():
    rows = [("a", f"x{i}", "mention", 20, "same") for i in range(6)]
    around = [("b", "c", "mention", 16, "r"), ("c", "b", "mention", 17, "s")]
    together = found(rows + around)
    apart = found([*((*row[:4], f"m{i}") for i, row in enumerate(rows)), *around])
    place = together.accounts[together.tested].tolist().index("a")
    assert row_of(together, "a")["reached_out"] == row_of(apart, "a")["reached_out"] == 6
    assert together.contacts[place] == 1
    assert apart.contacts[place] == 6
    assert row_of(together, "a")["p_value"] > row_of(apart, "a")["p_value"]


def test_who_was_seen_in_the_burn_in_is_no_newcomer():
    result = found([("x", "a", "like", 5, "0"), ("b", "x", "mention", 20, "1")])
    assert row_of(result, "b")["reached_out"] == 0


def test_late_newcomers_are_censored_and_counted():
    result = found([("a", "x", "mention", 190, "1"), ("a", "y", "mention", 20, "2")])
    assert row_of(result, "a")["reached_out"] == 1
    assert any("1 more came too late" in said for said in result.notices)


def test_evidence_says_who_when_how_and_what_came_of_it():
    result = found(
        [
            ("a", "x", "mention", 20, "first"),
            ("x", "b", "like", 26, "2"),
            ("x", "c", "like", 27, "3"),
            ("y", "a", "repost", 50, "other"),
        ]
    )
    evidence = result.evidence_frame()
    mine = evidence[evidence["account"] == "a"].drop(columns=["rank", "community"])
    assert mine.values.tolist() == [
        ["a", "x", "reached out", 20.0, "mention", "first", "drawn in", 2, 27.0],
        ["a", "y", "attracted", 50.0, "repost", "other", "not drawn in", 0, None],
    ]


def test_recruits_can_become_recruiters():
    rows = [("a", "x", "mention", 20, "1"), ("x", "z", "mention", 60, "4")]
    rows += [("x", "b", "like", 26, "2"), ("x", "c", "like", 27, "3")]
    result = found(rows)
    assert row_of(result, "x")[["community", "reached_out"]].tolist() == ["c", 1]


def test_who_was_seen_before_joins_its_own_community_only():
    seen = [("x", "a", "like", t, str(t)) for t in (5, 20, 30)]
    for label, joins in (("c", True), ("d", False)):
        result = found(seen, labels={**HOME, "x": label, "y": "d"})
        assert ("x" in result.to_frame()["account"].tolist()) is joins


def test_at_the_same_time_reaching_out_comes_first():
    both = [("0x", "b", "like", 20, "1"), ("b", "0x", "mention", 20, "2")]
    assert row_of(found(both), "b")[["reached_out", "attracted"]].tolist() == [1, 0]


def test_acts_of_one_time_stand_in_an_order_of_their_own():
    rows = [("x", "b", "mention", 20, m) for m in "123"]
    rows += [("x", "b", "like", 20, m) for m in "456789"]
    # A reply mentions whom it answers.
    rows += [("y", "b", relation, 20, "1") for relation in ("reply", "mention")]
    evidence = [found(each).evidence_frame() for each in (rows, rows[::-1])]
    pandas.testing.assert_frame_equal(*evidence)
    assert evidence[0]["relation"].tolist()[0] == "mention"


def test_accounts_without_a_community_are_newcomers_to_all():
    result = found([("a", "x", "mention", 20, "1")], labels={"a": "c", "b": "c", "c": "c"})
    assert row_of(result, "a")["reached_out"] == 1
    assert "x" not in result.to_frame()["account"].tolist()


# --- chance ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_who_merely_posts_much_is_no_hub(seed):
    """Three post sixty times as much as the others, and whom they address is anybody's luck.

    With one added to the acts of every active member, which takes chances from those who post
    much, all of these worlds had discoveries.
    """
    random = np.random.default_rng(seed)
    members, newcomers, day = 150, 200, 86_400
    rates = random.exponential(0.5, members)  # acts a week
    rates[:3] = 30
    joined = np.r_[np.zeros(members), random.uniform(50, 160, newcomers)]
    gone = np.r_[np.full(members, np.inf), joined[members:] + 30]
    rows = []
    for actor, rate in enumerate(rates):
        for moment in random.uniform(0, 200, random.poisson(rate * 200 / 7) + 3):
            target = random.choice(np.flatnonzero((joined <= moment) & (moment < gone)))
            rows.append((f"a{actor}", f"a{target}", "mention", int(moment * day), f"e{len(rows)}"))
    frame = records_of(rows)
    frame["time"] = pandas.to_datetime(1_900_000_000 + frame["time"], unit="s")
    result = hubs(read_interactions(frame), {f"a{i}": "c" for i in range(members)}, top=0)
    assert result.reached_out.max() > 25
    assert result.discoveries == 0


def test_equals_share_a_rank_and_who_met_nobody_is_listed_only_with_all():
    rows = [("a", "x", "mention", 20, "1"), ("b", "y", "mention", 20, "2")]
    rows += [("c", "a", "mention", 19, "3"), ("c", "b", "mention", 19, "4")]
    everybody = found(rows).to_frame().set_index("account")["rank"]
    assert everybody.to_dict() == {"a": 1, "b": 1, "c": 3}
    assert found(rows, top=5).to_frame()["account"].tolist() == ["a", "b"]
    assert found(rows, top=5).evidence_frame()["rank"].tolist() == [1, 1]


def test_chances_that_are_guessed_from_few_acts_are_not_taken_for_certain():
    """A hundred equals, and more newcomers than there are acts to tell their shares from."""
    random = np.random.default_rng(0)
    members = np.array([f"m{i:03}" for i in range(100)])
    acts, newcomers, day = 10_000, 20_000, 86_400
    actor, target = random.integers(0, 100, (2, acts))
    apart = actor != target
    times = random.uniform(0, 200 * day, acts)[apart]
    among = pandas.DataFrame(
        {"source": members[actor[apart]], "target": members[target[apart]], "time": times}
    )
    arriving = pandas.DataFrame(
        {
            "source": [f"x{i:05}" for i in range(newcomers)],
            "target": members[random.integers(0, 100, newcomers)],
            "time": random.uniform(55 * day, 160 * day, newcomers),
        }
    )
    frame = pandas.concat([among, arriving]).assign(relation="reply")
    frame["time"] = pandas.to_datetime(frame["time"].round(), unit="s")
    result = hubs(read_interactions(frame), dict.fromkeys(members.tolist(), "c"), top=0)
    assert result.attracted.min() > 100
    assert result.discoveries == 0


@pytest.mark.parametrize("certain", [1, 25, 100])
def test_draws_that_cannot_miss(certain):
    """They alone say nothing, however many there are."""
    bounds = np.array([[0, certain], [certain, certain + 500]])
    inverse = np.r_[np.ones(certain), np.full(500, 0.004)]
    counts = np.zeros(2, np.int64)
    draws, chances = np.array([certain, 500]), np.array([1.0, 0.004])
    for more in (0, 3, 6):
        hits = certain + more
        exact = tails.tail_by_draws(hits, bounds, counts, 2, inverse)
        for way, near in ((tails.tail_by_stretches, 1e-9), (tails.tail_by_saddle_point, 0.1)):
            found = way(hits, draws, chances, 2, certain + 2.0)
            assert found == pytest.approx(exact, rel=near)


def test_contacts_without_anything_like_them_are_counted():
    result = found([("x", "a", "repost", 20, "1")])
    assert any("1 contacts have nothing to be compared with" in said for said in result.notices)
    assert row_of(result, "a")["p_value"] == 1


# --- planted truth --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def planted():
    return recruiting()


def average_precision(found, truth):
    key = truth.loc[found, "key"].to_numpy()
    places = np.flatnonzero(key) + 1
    return float((np.arange(1, len(places) + 1) / places).sum() / truth["key"].sum())


def test_the_planted_recruiters_come_first(planted):
    truth = planted.truth.set_index("account")
    interactions = read_interactions(planted.records)
    result = hubs(interactions, truth["community"], top=0)
    assert average_precision(result.to_frame()["account"], truth) >= 0.9
    roles = truth.loc[result.to_frame()["account"][: result.discoveries], "role"]
    assert not set(roles) & {"poster", "celebrity", "member"}


def test_from_the_communities_of_the_burn_in_too(planted):
    truth = planted.truth.set_index("account")
    interactions = read_interactions(planted.records)
    before = burn_in_partition(interactions, runs=3)
    assert set(before.accounts) < set(truth.index)
    result = hubs(interactions, before, top=0)
    assert average_precision(result.to_frame()["account"], truth) >= 0.9


def test_the_order_of_the_records_changes_nothing(planted):
    truth = planted.truth.set_index("account")["community"]
    shuffled = planted.records.sample(frac=1, random_state=1)
    frames = [
        hubs(read_interactions(frame), truth, top=40) for frame in (planted.records, shuffled)
    ]
    pandas.testing.assert_frame_equal(*(f.to_frame() for f in frames), check_exact=True)
    pandas.testing.assert_frame_equal(*(f.evidence_frame() for f in frames), check_exact=True)


# --- errors ---------------------------------------------------------------------------------------


def timed(unit="number", n=20):
    rows = [(a, b, "mention", i, str(i)) for i, (a, b) in enumerate([("a", "b"), ("b", "c")] * n)]
    frame = records_of(rows)
    if unit == "timestamp":
        frame["time"] = pandas.to_datetime(1_900_000_000 + frame["time"] * 86_400, unit="s")
    return read_interactions(frame)


def test_records_without_times_are_refused():
    frame = pandas.DataFrame({"source": ["a"], "target": ["b"]})
    with pytest.raises(KeynodesError, match="no times"):
        hubs(read_interactions(frame), {"a": "1", "b": "1"})


def test_plain_numbers_take_plain_windows():
    with pytest.raises(UsageError, match="give --window and --horizon as plain numbers"):
        hubs(timed(), HOME)
    with pytest.raises(UsageError, match="--window as a plain number, found '7d'"):
        hubs(timed(), HOME, window="7d", horizon=5)
    assert hubs(timed(), HOME, window=3, horizon=5).rules.window == 3


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"further": 0}, "further must be at least 1"),
        ({"window": "0d"}, "--window must be a duration above 0"),
        ({"horizon": "soon"}, "--horizon must be a duration"),
        ({"window": "7"}, "'7' of what"),
        ({"burn_in": "900d"}, "--burn-in must end"),
        ({"burn_in": "1999-01-01"}, "--burn-in must end"),
    ],
)
def test_arguments_out_of_range(how, message):
    with pytest.raises(UsageError, match=message):
        hubs(timed("timestamp"), HOME, **how)


def test_the_burn_in_is_a_length_or_a_date():
    interactions = timed("timestamp", 40)
    first = 1_900_000_000
    assert end_of_burn_in(interactions) == first + 79 * 86_400 / 4
    assert end_of_burn_in(interactions, "10d") == first + 10 * 86_400
    assert end_of_burn_in(interactions, 86_400) == first + 86_400
    assert end_of_burn_in(interactions, "2030-04-01") == 1_901_232_000


def test_records_without_a_time_among_others_are_counted():
    frame = records_of([*SETTLED, ("a", "b", "mention", None, "n"), ("a", "b", "mention", 50, "z")])
    result = hubs(read_interactions(frame), HOME, window=1, horizon=2)
    assert any("1 records without a time" in notice for notice in result.notices)


def test_the_graph_must_be_of_these_records():
    with pytest.raises(UsageError, match="accounts differ"):
        hubs(timed(), HOME, window=1, horizon=1, graph=build_graph(timed()).subgraph(["a", "b"]))


def test_nobody_to_test():
    result = hubs(timed(), {"a": "1"}, window=1, horizon=1)
    assert result.to_frame().columns.tolist() == COLUMNS
    assert len(result.to_frame()) == len(result.evidence_frame()) == 0


def test_a_partition_of_other_accounts_is_matched_by_name():
    accounts = np.array(["b", "c", "z"], dtype=object)
    partition = Partition(accounts, np.array([0, 0, 1]), names=("0", "1"))
    result = hubs(timed(), partition, window=1, horizon=1, top=0)
    assert result.to_frame()["community"].unique().tolist() == ["0"]
