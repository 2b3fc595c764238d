"""The slow, obvious twins of `keynodes.recruitment`: loops, dicts and sets, nothing else."""

import itertools
import math
import statistics
from typing import Any, NamedTuple


class Record(NamedTuple):
    """Somebody acted on somebody."""

    actor: Any
    target: Any
    act: str
    """``address`` or ``react``."""
    time: float | None
    evidence: Any = None


class Newcomer(NamedTuple):
    """An account first seen after the burn-in, and what became of it."""

    seen: float
    """Its first record with a member."""
    censored: bool
    """Whether the data end before its horizon."""
    contacts: dict
    """member -> (how, time, evidence); how: ``reached``, ``address`` or ``react``."""
    further: list
    """(member, time) of the members it met in the horizon, up to the draw."""
    drawn_in: tuple | None
    """(community, time)."""


class Found(NamedTuple):
    """The answer of `hubs`."""

    rows: dict
    """account -> its numbers, in order of rank, for every account that was tested."""
    newcomers: dict
    """account -> `Newcomer`."""
    home: dict
    """account -> (community, since) of everybody who ever was a member."""
    left_out: int
    """Records of accounts with themselves, or without a time."""


def hubs(records, labels, *, window, horizon, burn_in=None, further=3):
    """Recruiter hubs by the definition.

    `records` are tuples as `Record`, in any order; `labels` maps accounts to communities, -1 or
    missing for none; `burn_in` is the time at which the burn-in ends.
    """
    everything = [Record(*record) for record in records]
    kept = [r for r in everything if r.actor != r.target and timed(r)]
    left_out = len(everything) - len(kept)
    kept.sort(key=lambda r: r.time)
    if not kept:
        return Found({}, {}, {}, left_out)
    first, end = kept[0].time, kept[-1].time
    start = first + (end - first) / 4 if burn_in is None else burn_in

    home, newcomers = follow(kept, labels, start, end, window, horizon, further)

    def member(account, time):
        return account in home and home[account][1] < time

    events, activity = reference(kept, member, home, window)
    draws = draws_of(newcomers)
    tested = sorted({a for a, times in activity.items() if any(t >= start for t in times)})
    chances = chances_of(draws, events, activity, home, window)
    counted = [x for x in newcomers.values() if not x.censored]
    rows = {}
    for account in tested:
        community = home[account][0]
        expected = math.fsum(chances[account])
        observed = sum(1 for draw in draws if draw[0] == account)
        contacted = [x for x in counted if account in x.contacts]
        reached = sum(1 for x in contacted if x.contacts[account][0] == "reached")
        turned_to = [x for x in newcomers.values() if account in x.contacts]
        addressed = sum(1 for x in turned_to if x.contacts[account][0] == "reached")
        drawn_in = sum(1 for x in contacted if x.drawn_in and x.drawn_in[0] == community)
        intake = sum(1 for x in counted if x.drawn_in and x.drawn_in[0] == community)
        established = {
            r.target
            for r in kept
            if r.actor == account
            and r.act == "address"
            and r.time >= start
            and member(account, r.time)
            and member(r.target, r.time)
        }
        rows[account] = {
            "community": community,
            "reached_out": reached,
            "attracted": len(contacted) - reached,
            "drawn_in": drawn_in,
            "observed": observed,
            "expected": expected,
            "excess": observed - expected,
            "tail": tail(chances[account], observed),
            "p_value": max(
                tail(chances[account], observed),
                guessed_tail(
                    expected,
                    own_events(account, events, [(home[m][0], s, t) for m, s, t in draws], window),
                    observed,
                ),
            ),
            "intake_share": drawn_in / intake if intake else math.nan,
            "outreach_share": share(addressed, addressed + len(established)),
        }
    q_values = benjamini_hochberg([row["p_value"] for row in rows.values()])
    for row in rows.values():
        row["q_value"] = q_values[row["p_value"]]

    def place(account):
        row = rows[account]
        contacted = row["reached_out"] + row["attracted"]
        drawn_share = row["drawn_in"] / contacted if contacted else 0.0
        key = max(row["excess"], 0.0) * drawn_share
        return (row["q_value"] > 0.1, -key, row["p_value"], account)

    order = sorted(rows, key=place)
    return Found({account: rows[account] for account in order}, newcomers, home, left_out)


def timed(record):
    return record.time is not None and not math.isnan(record.time)


def share(part, whole):
    return part / whole if whole else math.nan


# --- who is a member, who is new ----------------------------------------------------------------


def follow(records, labels, start, end, window, horizon, further):
    """Go through the records in time: home of every member, and what became of newcomers."""

    def label(account):
        return labels.get(account, -1)

    home = {}
    for r in records:  # by time: the first stays
        if r.time < start and label(r.actor) >= 0 and label(r.actor) == label(r.target):
            for account in (r.actor, r.target):
                home.setdefault(account, (label(account), r.time))

    def member(account, time):
        return account in home and home[account][1] < time

    known = set()
    for r in records:
        if r.time < start:
            for account, other in ((r.actor, r.target), (r.target, r.actor)):
                if member(other, r.time):
                    known.add(account)

    newcomers = {}
    for time, group in itertools.groupby(records, key=lambda r: r.time):
        if time < start:
            continue
        now = list(group)
        joining = {}
        candidates = {}
        for r in now:
            for x, m in ((r.actor, r.target), (r.target, r.actor)):
                if x in home or not member(m, time):
                    continue
                community = home[m][0]
                if x in known:
                    if label(x) == community:
                        joining[x] = (community, time)
                    continue
                if x not in newcomers:
                    censored = time + window + horizon > end
                    newcomers[x] = Newcomer(time, censored, {}, [], None)
                seen, _, contacts, met, _ = newcomers[x]
                if seen <= time < seen + window:
                    if m not in contacts and (how := contact(r, m)):
                        candidates.setdefault((x, m), []).append((how, r.evidence))
                elif (
                    seen + window <= time < seen + window + horizon
                    and m not in contacts
                    and m not in [account for account, _ in met]
                ):
                    met.append((m, time))
        for (x, m), ways in candidates.items():
            how, evidence = min(ways, key=tie)
            newcomers[x].contacts[m] = (how, time, evidence)
        for x, newcomer in newcomers.items():
            if x in home:
                continue
            communities = [home[m][0] for m, _ in newcomer.further]
            enough = [c for c in communities if communities.count(c) >= further]
            if enough:
                joining[x] = (min(enough), time)
                newcomers[x] = newcomer._replace(drawn_in=joining[x])
        home.update(joining)
    return home, newcomers


def contact(record, member):
    """How a member and a newcomer come into contact by this record; None if they do not."""
    if record.target == member:
        return record.act
    return "reached" if record.act == "address" else None


def tie(way):
    """At the same time: reached first, then address, then react; then no evidence, then the id."""
    how, evidence = way
    return ("reached", "address", "react").index(how), evidence is not None, evidence or ""


# --- chance ---------------------------------------------------------------------------------------


def reference(records, member, home, window):
    """Events of members by series, and times at which they were active.

    events[series] is a list of (member, community, time).
    """
    events = ([], [], [])
    activity = {}
    last = {}
    for r in records:
        for account in (r.actor, r.target):
            if member(account, r.time):
                activity.setdefault(account, []).append(r.time)
        triple = (r.actor, r.target, r.act)
        if triple in last and r.time - last[triple] < window:
            continue
        last[triple] = r.time
        if member(r.actor, r.time) and member(r.target, r.time):
            if r.act == "address":
                events[0].append((r.actor, home[r.actor][0], r.time))
                events[1].append((r.target, home[r.target][0], r.time))
            else:
                events[2].append((r.target, home[r.target][0], r.time))
    return events, activity


def draws_of(newcomers):
    """(member, series, time) of every draw; contacts made by one act are one draw."""
    draws = []
    acts = set()
    for newcomer in newcomers.values():
        if newcomer.censored:
            continue
        for member, (how, time, evidence) in newcomer.contacts.items():
            if how == "reached":
                acts.add((member, time, evidence))
            else:
                draws.append((member, 1 if how == "address" else 2, time))
    return [(member, 0, time) for member, time, _ in acts] + draws


def chances_of(draws, events, activity, home, window):
    """account -> the chance that each draw falls on it; draws on which it cannot are left out."""
    chances = {account: [] for account in home}
    for member, series, time in draws:
        community = home[member][0]
        inside = [
            who
            for who, where, t in events[series]
            if where == community and time - window <= t <= time + window
        ]
        for account, (where, _) in home.items():
            times = activity.get(account, ())
            if where == community and any(time - window <= t <= time + window for t in times):
                chance = (inside.count(account) + 1) / (len(inside) + 1)
                chances[account].append(min(chance, 1.0))
    return chances


def tail(chances, observed):
    """P(S >= observed) for a sum of independent Bernoullis; exact with Fractions.

    Every term is a sum of positive numbers, so floats lose nothing either.
    """
    if observed == 0:
        return 1.0
    zero = chances[0] * 0
    distribution = [zero + 1] + [zero] * observed  # the last: that many or more
    for p in chances:
        new = [zero] * (observed + 1)
        for count, mass in enumerate(distribution):
            new[count] += mass * (1 - p) if count < observed else mass
            if count < observed:
                new[count + 1] += mass * p
        distribution = new
    return distribution[observed]


def own_events(account, events, draws, window):
    """How many events of an account lie within a window of a draw of their kind."""
    return sum(
        any(
            number == series and where == community and abs(t - time) <= window
            for where, number, time in draws
        )
        for series in range(3)
        for who, community, t in events[series]
        if who == account
    )


def guessed_tail(expected, events, observed):
    """P(hits >= observed) where what is expected is a guess from so many events.

    Negative binomial: hits before events + 1 misses, with that mean.
    """
    if observed == 0:
        return 1.0
    shape = events + 1
    hit = expected / (shape + expected)
    total, count = 0.0, observed
    while True:
        term = math.exp(
            math.lgamma(count + shape)
            - math.lgamma(shape)
            - math.lgamma(count + 1)
            + shape * math.log1p(-hit)
            + count * math.log(hit)
        )
        total += term
        if count > expected and term < 1e-13 * total:
            return total
        count += 1


def benjamini_hochberg(p_values):
    """p -> q: the smallest level at which a test with that p is a discovery."""
    number = len(p_values)
    q, found = {}, 1.0
    for rank, p in sorted(enumerate(sorted(p_values), start=1), reverse=True):
        found = min(found, p * number / rank)
        q[p] = found
    return q


# --- records without times ------------------------------------------------------------------------


def structural_hubs(acts, labels):
    """account -> (addressed, periphery, outsiders, score) of every account with a label.

    `acts` are (actor, target, act); an undirected record is there both ways round.
    """
    acts = [(u, v, act) for u, v, act in acts if u != v]
    neighbours = {account: set() for account in labels}
    addressed = {account: set() for account in labels}
    for u, v, act in acts:
        for account, other in ((u, v), (v, u)):
            neighbours.setdefault(account, set()).add(other)
        if act == "address":
            addressed.setdefault(u, set()).add(v)

    def label(account):
        return labels.get(account, -1)

    def inside(account):
        return sum(1 for other in neighbours[account] if label(other) == label(account))

    def in_periphery(account):
        members = [inside(other) for other in labels if label(other) == label(account)]
        mean, spread = statistics.fmean(members), statistics.pstdev(members)
        z = (inside(account) - mean) / spread if spread else 0
        others = [label(other) for other in neighbours[account] if label(other) >= 0]
        if not others:
            return False
        participation = 1 - sum((others.count(c) / len(others)) ** 2 for c in set(others))
        return z < 0 and participation <= 0.62 + 1e-9

    periphery = {account for account in labels if label(account) >= 0 and in_periphery(account)}
    counts = {}
    for account in labels:
        if label(account) >= 0:
            own = [v for v in addressed[account] if label(v) == label(account)]
            counts[account] = (
                len(addressed[account]),
                sum(1 for v in own if v in periphery),
                len(addressed[account]) - len(own),
            )
    result = {}
    for account, (total, edge, out) in counts.items():
        community = [c for a, c in counts.items() if label(a) == label(account)]
        everything = sum(c[0] for c in community)
        share_of_all = sum(c[1] + c[2] for c in community) / everything if everything else 0
        result[account] = (total, edge, out, edge + out - share_of_all * total)
    return result
