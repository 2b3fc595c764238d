"""`hubs`: who draws newcomers into a community, beyond what chance would have."""

from dataclasses import replace
from typing import Any

import numpy as np

from keynodes.building import build_graph
from keynodes.communities import partitioning
from keynodes.communities.cartography import role_of
from keynodes.communities.choosing import partition_of
from keynodes.durations import duration, written_length
from keynodes.errors import KeynodesError, UsageError
from keynodes.graph import InteractionGraph, written_time
from keynodes.interactions import TABLE, Interactions
from keynodes.kernels.blocks import NamedProgress, progress_on
from keynodes.kernels.contacts import REACHED
from keynodes.measures import MEASURES
from keynodes.readers.times import kind_of_text, parse_period
from keynodes.recruitment.acts import Acts, acts_of
from keynodes.recruitment.chance import (
    Chances,
    benjamini_hochberg,
    chances,
    draws_of,
    tested_accounts,
)
from keynodes.recruitment.contacts import Meetings, Rules, meetings
from keynodes.recruitment.findings import DISCOVERY, Hubs
from keynodes.results import TOP, Partition

WINDOW, HORIZON = "7d", "30d"
"""For first contacts, and after them for being drawn in; unless asked otherwise."""

BURN_IN = 0.25
"""The share of the period that is taken as it is, unless asked otherwise: a newcomer can only be
told from an account not seen yet when there is a past to look at."""


def hubs(
    interactions: Interactions,
    partition: Any,
    *,
    window: str | float = WINDOW,
    horizon: str | float = HORIZON,
    burn_in: str | float | None = None,
    further: int = 3,
    top: int = TOP,
    graph: InteractionGraph | None = None,
    progress: NamedProgress | None = None,
) -> Hubs:
    """Find the accounts that draw newcomers into their community, beyond what chance would have.

    Measured from acts (who acted on whom), never from arcs: a reply to a newcomer is reaching
    out, although content flowed the other way.

    Parameters
    ----------
    interactions : Interactions
        Records with times, from `read_interactions`. A record is one act, whatever its weight.
    partition : Partition, or mapping, Series, path of labels, name of a method
        The community of each account; accounts without one can only be newcomers. A partition of
        the whole period has seen the future: recruits then define the community of who recruited
        them. `burn_in_partition` has not.
    window : str or float, default "7d"
        How long after its first sight the contacts of a newcomer are its first. A number is in
        seconds, or in the unit of times that are plain numbers.
    horizon : str or float, default "30d"
        How long after the window it has to be drawn in.
    burn_in : str or float, optional
        The time before which accounts are taken as they are: a length from the first record
        (``"60d"``, a number) or a date. By default a quarter of the period.
    further : int, default 3
        With how many further members a newcomer must interact to be drawn in.
    top : int, default 20
        How many accounts the table shows; 0 for all.
    graph : InteractionGraph, optional
        The graph of these records, if you have built it, for the roles.
    progress : callable, optional
        Called as ``progress(what, done, total)``.

    Returns
    -------
    Hubs
        ``.to_frame()`` is the table, ``.evidence_frame()`` the newcomers behind it.

    Raises
    ------
    KeynodesError
        When the records have no times (see `structural_hubs`).
    UsageError
        When an argument is out of its range.

    Notes
    -----
    *Member*: an account from its first act with another account of its community in the burn-in
    on, or from the moment it was drawn in. *Newcomer*: any other account, at its first act with a
    member, if that comes after the burn-in. *First contacts*, within the window: each member
    that addressed it before it acted on that member (``reached_out``), or on which it acted first
    (``attracted``). *Drawn in*: in the horizon it interacts with `further` members of the
    community that are no first contacts of its. Newcomers whose window and horizon go beyond
    the last record are censored: they are counted in the notices only.

    *Chance*: a contact is drawn among the members of the community that are active within a
    window before or after it, in proportion to what they do among established members in that
    time: reaching out to the members they address, attracting by an address or by a reaction to
    the addresses or the reactions they receive from members. Acts of a pair count once a window,
    as contacts do. A member with a such acts among the A of its community has the chance
    (a + 1) / (A + 1): the tested contact counts as its own, so that no account comes out for
    having been too quiet to compare. (One added to every active member instead takes chances
    from those who post much: they came out for posting in each of twenty worlds.) Newcomers
    addressed by one act (same actor, time, evidence id) are one draw. ``p_value`` is the upper
    tail of that Poisson-binomial distribution: exact up to four million draws × contacts of an
    account; beyond, stretches of draws are taken at their mean chance, up to 64 contacts exactly
    and else by saddle point (Lugannani & Rice 1980, doi:10.2307/1426607). ``q_value``: Benjamini
    & Hochberg over all members active after the burn-in, contacted or not. As the chances are
    estimated from acts that are luck themselves, the tail of the negative binomial distribution
    that follows from that is taken where it is larger.

    What is expected does not add up to the contacts: each account is given the benefit of one
    more act. Contacts around which no member did the like to another can make nobody stand out;
    they are counted in the notices.

    Time O(m log m), memory O(m) for m records. Not guaranteed: that an excess is recruitment; that
    acts not in the records did not come first; independence of newcomers who know each other.

    Examples
    --------
    >>> from keynodes import read_interactions
    >>> from keynodes.synthetic import recruiting
    >>> planted = recruiting()
    >>> truth = planted.truth.set_index("account")
    >>> found = hubs(read_interactions(planted.records), truth["community"], top=15)
    >>> truth.loc[found.to_frame()["account"], "role"].unique().tolist()
    ['recruiter']
    """
    for name, value, least in (("further", further, 1), ("top", top, 0)):
        if value < least:
            raise UsageError(f"{name} must be at least {least}, got {value}")
    unit = interactions.report.time_unit
    if unit is None:
        raise KeynodesError(
            "the records have no times, so who was new cannot be told; structural_hubs() gives a "
            "weaker score"
        )
    if unit == "number" and (window, horizon) == (WINDOW, HORIZON):
        raise UsageError(
            "times are plain numbers (phases, not dates): give --window and --horizon as plain "
            f"numbers; {WINDOW} and {HORIZON}, which hold unless said, are for dates"
        )
    rules = Rules(
        burn_in=end_of_burn_in(interactions, burn_in),
        window=duration(window, unit, "window"),
        horizon=duration(horizon, unit, "horizon"),
        further=further,
    )
    graph = build_graph(interactions) if graph is None else graph
    acts = acts_of(interactions)
    if not np.array_equal(acts.accounts, graph.accounts):
        raise UsageError("the graph is not of these records: their accounts differ")
    labels, names, notices = _labels(graph, partition)
    followed = meetings(acts, labels, rules, progress_on(progress, "following newcomers"))
    tested = tested_accounts(acts, followed, rules)
    draws = draws_of(acts, followed)
    by_chance = chances(
        acts, followed, rules, draws, tested, progress=progress_on(progress, "chances")
    )
    found = Hubs(
        accounts=acts.accounts,
        tested=tested,
        community=np.asarray(names, dtype=object)[followed.home[tested]],
        role=_roles(graph, followed, labels)[tested],
        contacts=by_chance.hits,
        expected=by_chance.expected,
        p_value=by_chance.p_values,
        q_value=benjamini_hochberg(by_chance.p_values),
        rules=rules,
        meetings=followed,
        interactions=interactions,
        acts=acts,
        top=top,
        **_counts(acts, followed, rules, tested),  # type: ignore[arg-type]
    )
    return replace(found, notices=(*notices, *_notices(found, by_chance)))


def end_of_burn_in(interactions: Interactions, burn_in: str | float | None = None) -> float:
    """Return the moment at which the burn-in ends, in the unit of the records.

    Parameters
    ----------
    interactions : Interactions
        Records with times.
    burn_in : str or float, optional
        A length from the first record (``"60d"``, or a plain number) or a date; by default a
        quarter of the period.

    Raises
    ------
    UsageError
        When it is neither, or no record is before it, or none after.
    """
    unit = interactions.report.time_unit
    first, last = interactions.connection.execute(
        f"SELECT min(time), max(time) FROM {TABLE}"
    ).fetchall()[0]
    if first is None:
        raise KeynodesError("there is no record with a time, so there is no burn-in")
    if burn_in is None:
        return float(first + BURN_IN * (last - first))
    moment = None
    if isinstance(burn_in, str) and unit == "timestamp" and kind_of_text(burn_in) == "iso":
        moment = parse_period(None, burn_in).until
    if moment is None:
        try:
            moment = first + duration(burn_in, unit, "burn-in")
        except UsageError as error:
            if unit != "timestamp":
                raise
            raise UsageError(f"{error}; a date such as 2024-05-31 will do too") from None
    if not first < moment <= last:
        raise UsageError(
            f"--burn-in must end after the first record ({written_time(first, unit)}) and not "
            f"after the last ({written_time(last, unit)}); {burn_in!r} ends at "
            f"{written_time(moment, unit)}"
        )
    return float(moment)


def burn_in_partition(
    interactions: Interactions,
    burn_in: str | float | None = None,
    by: str = "leiden",
    **arguments: Any,
) -> Partition:
    """Find the communities of the burn-in alone: they have not seen whom anybody recruited.

    Parameters
    ----------
    interactions : Interactions
        Records with times.
    burn_in : str or float, optional
        As in `hubs`.
    by : str, default "leiden"
        A method of `METHODS`.
    **arguments
        What else `partition` takes.

    Returns
    -------
    Partition
        Of the accounts seen in the burn-in. Those that come later have no community, until
        `hubs` sees them drawn into one.

    Examples
    --------
    >>> from keynodes import read_interactions
    >>> from keynodes.synthetic import recruiting
    >>> interactions = read_interactions(recruiting().records)
    >>> len(burn_in_partition(interactions, "60d", runs=2).names)
    5
    """
    graph = build_graph(interactions, until=end_of_burn_in(interactions, burn_in))
    return partitioning.partition(graph, by, **arguments)


def _labels(
    graph: InteractionGraph, partition: Any
) -> tuple[np.ndarray, tuple[str, ...], list[str]]:
    """The community of each account of the graph, their names, and what did not match."""
    if not isinstance(partition, Partition):
        found = partition_of(graph, partition)
        labels = found.labels.copy()
        labels.setflags(write=False)  # kernels see one kind of array: they compile once
        return labels, found.names, list(found.notices)
    import pandas

    # Those of the burn-in lack the accounts that came later.
    place = pandas.Index(partition.accounts).get_indexer(pandas.Index(graph.accounts))
    labels = np.full(graph.n, -1, np.int64)
    labels[place >= 0] = partition.labels[place[place >= 0]]
    labels.setflags(write=False)
    return labels, partition.names, []


def _roles(graph: InteractionGraph, followed: Meetings, labels: np.ndarray) -> np.ndarray:
    """Each account's role in the whole graph; who was drawn in belongs where it was drawn."""
    joined = np.where(followed.home >= 0, followed.home, labels)
    return role_of(
        MEASURES["within_z"](graph, labels=joined), MEASURES["participation"](graph, labels=joined)
    )


def _counts(
    acts: Acts, followed: Meetings, rules: Rules, tested: np.ndarray
) -> dict[str, np.ndarray]:
    """What each tested account did with newcomers, and its share of it."""
    n = len(acts.accounts)
    counted = ~followed.censored[followed.newcomers]
    newcomers, members = followed.newcomers[counted], followed.members[counted]
    reached = followed.kinds[counted] == REACHED
    stayed = followed.drawn_in[newcomers] & (followed.home[newcomers] == followed.home[members])
    reached_out = np.bincount(members[reached], minlength=n)[tested]
    drawn_in = np.bincount(members[stayed], minlength=n)[tested]
    # Whom it turned to is known of those too who came too late to be followed.
    turned_to = np.bincount(followed.members[followed.kinds == REACHED], minlength=n)[tested]
    entered = followed.home[followed.drawn_in & ~followed.censored]
    communities = max(int(followed.home.max(initial=-1)) + 1, 1)
    intake = np.bincount(entered, minlength=communities)[followed.home[tested]]
    # Members it turned to after the burn-in, each once.
    among = (
        (acts.reactions == 0)
        & (acts.times >= rules.burn_in)
        & (acts.times > followed.since[acts.actors])
        & (acts.times > followed.since[acts.targets])
    )
    pairs = np.sort(acts.actors[among].astype(np.int64) * n + acts.targets[among])
    different = np.ones(len(pairs), bool)
    different[1:] = pairs[1:] != pairs[:-1]
    addressed = np.bincount(pairs[different] // max(n, 1), minlength=n)[tested]
    with np.errstate(invalid="ignore"):
        return {
            "reached_out": reached_out,
            "attracted": np.bincount(members[~reached], minlength=n)[tested],
            "drawn_in": drawn_in,
            "intake_share": drawn_in / np.where(intake > 0, intake, np.nan),
            "outreach_share": turned_to / (turned_to + addressed),
        }


def _notices(found: Hubs, by_chance: Chances) -> list[str]:
    unit, rules, followed = found.interactions.report.time_unit, found.rules, found.meetings
    newcomers = np.isfinite(followed.seen)
    uncensored = newcomers & ~followed.censored
    sentences = [
        f"burn-in until {written_time(rules.burn_in, unit)}, window "
        f"{written_length(rules.window, unit)}, horizon {written_length(rules.horizon, unit)}: "
        f"{int(uncensored.sum()):,} newcomers, {int((followed.drawn_in & uncensored).sum()):,} of "
        f"them drawn in by {rules.further} further members of one community",
        f"{found.discoveries:,} of {len(found.tested):,} members met more newcomers than by chance "
        f"(q-value up to {DISCOVERY:g})",
        "a hub may also be a greeter, a helpdesk or a reporter: look at its evidence",
    ]
    if late := int((newcomers & followed.censored).sum()):
        sentences.insert(
            1,
            f"{late:,} more came too late to see what became of them (censored): they are left out",
        )
    if late and not uncensored.any():
        needed = written_length(rules.window + rules.horizon, unit)
        left = written_length(found.acts.times[-1] - rules.burn_in, unit)
        sentences.append(
            f"nobody could be followed: window and horizon take {needed}, and the records go on "
            f"for {left} after the burn-in; give a shorter --window and --horizon"
        )
    if by_chance.without_reference:
        sentences.append(
            f"{by_chance.without_reference:,} contacts have nothing to be compared with: around "
            "them no member did the like to another, so they make nobody stand out"
        )
    if found.acts.m and not found.acts.messages.any():
        sentences.append(
            "there are no message ids: whom an account turns to at one time counts as one contact"
        )
    if found.acts.undated:
        sentences.append(f"{found.acts.undated:,} records without a time were left out")
    (undirected,) = found.interactions.connection.execute(
        f"SELECT count(*) FROM {TABLE} WHERE flow = 'both'"
    ).fetchall()[0]
    if undirected:
        sentences.append(
            f"{undirected:,} records are undirected: each is taken as an act of its source, though "
            "who reached out cannot be told"
        )
    return sentences
