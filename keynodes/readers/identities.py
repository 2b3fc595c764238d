"""Who is who: names that accounts had, what was taken down, ids of several platforms, aliases."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from keynodes.graph import written_time
from keynodes.interactions import TABLE, frame_of
from keynodes.lists.files import plain
from keynodes.lists.matching import named
from keynodes.readers.requests import Part
from keynodes.readers.times import parsed

if TYPE_CHECKING:
    import duckdb
    import pandas

OF_ACCOUNTS = "account "
"""Events that begin so happened to the account itself, others to one of its posts.

An event of one word, such as ``suspended``, is what a platform calls the state of an account.
"""

RESTORED = "account restored"
"""The event that takes the others back."""

_ENDS = ("source", "target")


class Loaded(NamedTuple):
    """An input, and which rows of the table are its records."""

    part: Part
    reader: str
    platform: str | None
    start: int
    stop: int


@dataclass
class Identities:
    """What is known of accounts beside their records, under the ids that the records have now."""

    isolated: tuple[str, ...] = ()
    attributes: "pandas.DataFrame | None" = None
    removals: "pandas.DataFrame | None" = None
    notices: list[str] = field(default_factory=list)


def settle_identities(
    connection: "duckdb.DuckDBPyConnection",
    inputs: Sequence[Loaded],
    given: "pandas.DataFrame | None",
    aliases: Mapping[str, str],
    unit: str | None,
) -> Identities:
    """Give accounts their final ids, in the records and in everything said beside them.

    Ids of several platforms begin with the platform; then aliases become the account that they
    stand for. `given` are the facts of ``accounts=``, under these ids; they win value by value.
    """
    known = Identities()
    platforms = _platforms(connection, inputs, known)
    isolated = [
        name
        for one, before in zip(inputs, platforms, strict=True)
        for name in _under(one.part.isolated, before, aliases)
    ]
    if aliases:
        _merge(connection, inputs, platforms, aliases, bool(any(platforms)), known)
    known.isolated = tuple(dict.fromkeys(isolated))
    handles = _handles(connection, inputs, platforms, aliases, unit)
    known.removals = _removals(connection, inputs, platforms, aliases, unit, known)
    found = [handles, _removed(known.removals, unit)]
    found += [
        _one_row_each(_renamed(one.part.attributes, known), before, aliases)
        for one, before in zip(inputs, platforms, strict=True)
        if one.part.attributes is not None
    ]
    facts = [frame for frame in found if frame is not None and len(frame)]
    if given is not None:
        facts.insert(0, _one_row_each(given, "", aliases) if aliases else given)
        _check_met(connection, facts[0], known)
    for frame in facts:
        known.attributes = frame if known.attributes is None else filled_up(known.attributes, frame)
    return known


def _platforms(
    connection: "duckdb.DuckDBPyConnection", inputs: Sequence[Loaded], known: Identities
) -> list[str]:
    """What the ids of each input begin with: nothing, unless several platforms come together."""
    names = list(dict.fromkeys(one.platform for one in inputs if one.platform))
    if len(names) < 2:
        return [""] * len(inputs)
    before = ["" if one.platform is None else f"{one.platform}:" for one in inputs]
    for one, start in zip(inputs, before, strict=True):
        if start:
            connection.execute(
                f"UPDATE {TABLE} SET source = ? || source, target = ? || target "
                "WHERE rowid >= ? AND rowid < ?",
                [start, start, one.start, one.stop],
            )
    known.notices.append(
        f"accounts of {len(names)} platforms are read together, so their ids begin with the "
        f"platform ({', '.join(f'{name}:…' for name in names)}); name them so in lists of accounts"
    )
    as_they_are = [one.part.shape.name for one in inputs if one.platform is None]
    if as_they_are:
        known.notices.append(
            f"ids of {', '.join(as_they_are[:3])}{' and more' if len(as_they_are) > 3 else ''} are "
            "left as they are: the format does not say of which platform they are"
        )
    return before


def _merge(
    connection: "duckdb.DuckDBPyConnection",
    inputs: Sequence[Loaded],
    platforms: Sequence[str],
    aliases: Mapping[str, str],
    several: bool,
    known: Identities,
) -> None:
    """Put accounts in the place of their aliases, in the records; say what that changed."""
    connection.execute("CREATE OR REPLACE TEMP TABLE alias_of (alias VARCHAR, account VARCHAR)")
    connection.execute(
        "INSERT INTO alias_of SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[])",
        [list(aliases), list(aliases.values())],
    )
    lone = [
        start + name
        for one, start in zip(inputs, platforms, strict=True)
        for name in one.part.isolated
    ]
    (records,) = connection.execute(
        f"SELECT count(*) FROM {TABLE} WHERE source IN (SELECT alias FROM alias_of) "
        "OR target IN (SELECT alias FROM alias_of)"
    ).fetchone() or (0,)
    there = connection.execute(
        f"""
        SELECT name, is_alias FROM (
            SELECT alias AS name, true AS is_alias FROM alias_of
            UNION SELECT account, false FROM alias_of
        ) WHERE name IN (
            SELECT source FROM {TABLE} UNION SELECT target FROM {TABLE}
            UNION SELECT unnest(?::VARCHAR[])
        )
        """,
        [lone],
    ).fetchall()
    for end in _ENDS:
        connection.execute(
            f"UPDATE {TABLE} SET {end} = alias_of.account FROM alias_of "
            f"WHERE {TABLE}.{end} = alias_of.alias"
        )
    connection.execute("DROP TABLE alias_of")
    present = {name for name, _ in there}
    merged = {name for name, is_alias in there if is_alias}
    into = {aliases[name] for name in merged}
    known.notices.append(
        f"aliases: {len(merged):,} account(s) merged into {len(into):,}, in {records:,} record(s)"
    )
    asked = dict.fromkeys(name for pair in aliases.items() for name in pair)
    lacking = [name for name in asked if name not in present]
    if lacking:
        hint = " (where platforms are read together, ids begin with the platform)" * several
        known.notices.append(
            f"aliases: {len(lacking):,} of {len(asked):,} names do not occur in the records: "
            f"{named(lacking, {})}{hint}"
        )


def _check_met(
    connection: "duckdb.DuckDBPyConnection", given: "pandas.DataFrame", known: Identities
) -> None:
    """Say it where the facts that the user gave are of nobody here: they would fail silently."""
    names = [str(name) for name in given.index]
    (met,) = connection.execute(
        f"SELECT count(*) FROM (SELECT unnest(?::VARCHAR[]) AS name) WHERE name IN (SELECT source "
        f"FROM {TABLE} UNION SELECT target FROM {TABLE} UNION SELECT unnest(?::VARCHAR[]))",
        [names, list(known.isolated)],
    ).fetchone() or (0,)
    if names and not met:
        known.notices.append(
            f"facts about accounts: none of {len(names):,} account(s) occurs in the records: "
            f"{named(names, {})}"
        )


def _under(names: Sequence[str], start: str, aliases: Mapping[str, str]) -> list[str]:
    """Ids as the records have them now."""
    return [aliases.get(start + name, start + name) for name in names]


def _handles(
    connection: "duckdb.DuckDBPyConnection",
    inputs: Sequence[Loaded],
    platforms: Sequence[str],
    aliases: Mapping[str, str],
    unit: str | None,
) -> "pandas.DataFrame | None":
    """What accounts were called last, and what before that."""
    import pandas

    parts = [(one.part.handles, one, start) for one, start in zip(inputs, platforms, strict=True)]
    if not _gathered(connection, parts, aliases, ("handle",)):
        return None
    rows = connection.execute(
        """
        SELECT account, list(handle ORDER BY first NULLS FIRST, handle),
            list(first ORDER BY first NULLS FIRST, handle),
            list(handle ORDER BY last DESC NULLS LAST, handle DESC)[1]
        FROM (
            SELECT account, handle, min(moment) AS first, max(moment) AS last FROM gathered
            WHERE trim(handle) <> '' GROUP BY account, handle
        ) GROUP BY account ORDER BY account
        """
    ).fetchall()
    connection.execute("DROP TABLE gathered")
    histories = [
        json.dumps([[name, _written(time, unit)] for name, time in zip(names, since, strict=True)],
                   ensure_ascii=False) if len(names) > 1 else None
        for _, names, since, _ in rows
    ]  # fmt: skip
    index = pandas.Index([row[0] for row in rows], dtype=object, name="account")
    columns = {"handle": [row[3] for row in rows]}
    if any(histories):
        columns["handles"] = histories
    return pandas.DataFrame(columns, index=index, dtype=object)


def _removals(
    connection: "duckdb.DuckDBPyConnection",
    inputs: Sequence[Loaded],
    platforms: Sequence[str],
    aliases: Mapping[str, str],
    unit: str | None,
    known: Identities,
) -> "pandas.DataFrame | None":
    """What was taken down, oldest first."""
    import pandas

    parts = [(one.part.removals, one, start) for one, start in zip(inputs, platforms, strict=True)]
    if not _gathered(connection, parts, aliases, ("event", "evidence")):
        return None
    event = f"CASE WHEN contains(event, ' ') THEN event ELSE '{OF_ACCOUNTS}' || event END"
    frame = frame_of(
        connection.execute(
            f"SELECT account, moment AS time, {event} AS event, evidence FROM gathered "
            "WHERE event IS NOT NULL ORDER BY moment NULLS FIRST, account, event, evidence"
        )
    )
    connection.execute("DROP TABLE gathered")
    if unit == "timestamp":
        frame["time"] = pandas.to_datetime((frame["time"] * 1e6).round(), unit="us", utc=True)
    if len(frame):
        of_accounts = int(frame["event"].str.startswith(OF_ACCOUNTS).sum())
        known.notices.append(
            f"{len(frame):,} removal(s) are told of, {of_accounts:,} of them of accounts; they are "
            "kept apart from the records"
        )
    return frame


def _gathered(
    connection: "duckdb.DuckDBPyConnection",
    parts: "Sequence[tuple[pandas.DataFrame | None, Loaded, str]]",
    aliases: Mapping[str, str],
    columns: tuple[str, ...],
) -> bool:
    """Put what the parts say into the table ``gathered``; False when none says anything."""
    parts = [(frame, one, start) for frame, one, start in parts if frame is not None and len(frame)]
    if not parts:
        return False
    texts = ", ".join(f"{name} VARCHAR" for name in columns)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE gathered (account VARCHAR, moment DOUBLE, {texts})"
    )
    for frame, one, start in parts:
        assert frame is not None
        connection.register("said", frame)
        chosen = ", ".join(f"{name}::VARCHAR" for name in columns)
        kind = one.part.shape.time
        moment = parsed(kind) if kind else "NULL"
        connection.execute(
            f"INSERT INTO gathered SELECT ? || account, {moment}, {chosen} FROM "
            f"(SELECT * REPLACE (account::VARCHAR AS account, time::VARCHAR AS time) FROM said) "
            "WHERE trim(account) <> ''",
            [start],
        )
        connection.unregister("said")
    if aliases:
        connection.execute(
            "UPDATE gathered SET account = a.account FROM "
            "(SELECT unnest(?::VARCHAR[]) AS alias, unnest(?::VARCHAR[]) AS account) AS a "
            "WHERE gathered.account = a.alias",
            [list(aliases), list(aliases.values())],
        )
    return True


def _removed(removals: "pandas.DataFrame | None", unit: str | None) -> "pandas.DataFrame | None":
    """When and how accounts were taken down last, as attributes."""
    if removals is None:
        return None
    mine = removals[removals["event"].str.startswith(OF_ACCOUNTS)]
    last = mine.drop_duplicates("account", keep="last").set_index("account")
    last = last[last["event"] != RESTORED]
    times = last["time"]
    if unit == "timestamp":
        times = times.map(lambda time: time.timestamp(), na_action="ignore")
    written = [None if time != time else _written(time, unit) for time in times]
    import pandas

    columns = {"removed_at": written, "removed_how": last["event"].tolist()}
    return pandas.DataFrame(columns, index=last.index, dtype=object)


def _written(time: float | None, unit: str | None) -> str | float | None:
    return None if time is None else written_time(time, unit)


def _renamed(frame: "pandas.DataFrame", known: Identities) -> "pandas.DataFrame":
    """Attributes that a file has, under names that mean nothing by themselves.

    ``posts`` and ``weight`` are used by name, and a node's weight may be anything: only the user
    can say that accounts count by it.
    """
    names = {name: f"node_{plain(name)}" for name in frame.columns if plain(name) in _USED}
    if names:
        listed = ", ".join(f"{old!r} is called {new!r}" for old, new in names.items())
        known.notices.append(
            f"attributes of accounts in the input: {listed}; to count by it, name it in --accounts"
        )
    return frame.rename(columns=names)


_USED = ("posts", "weight")


def _one_row_each(
    frame: "pandas.DataFrame", start: str, aliases: Mapping[str, str]
) -> "pandas.DataFrame":
    """The facts of an account and of its aliases in one row: its own first, then theirs in order.

    Numbers of posts add up.
    """
    import pandas

    names = [start + str(name) for name in frame.index]
    accounts = [aliases.get(name, name) for name in names]
    if accounts == names and frame.index.is_unique:
        return frame.set_axis(pandas.Index(names, dtype=object, name="account"), axis=0)
    own = [account == name for account, name in zip(accounts, names, strict=True)]
    order = sorted(range(len(names)), key=lambda i: not own[i])
    sorted_frame = frame.iloc[order]
    index = pandas.Index([accounts[i] for i in order], dtype=object, name="account")
    sorted_frame = sorted_frame.set_axis(index, axis=0)
    columns = {}
    for name in sorted_frame.columns:
        series = sorted_frame[name]
        groups = series.where(~_missing(series)).groupby(level=0, sort=False)
        columns[name] = groups.sum(min_count=1) if name == "posts" else groups.first()
    merged = pandas.DataFrame(columns, index=pandas.Index(dict.fromkeys(index), dtype=object))
    return merged.rename_axis("account")


def filled_up(first: "pandas.DataFrame", then: "pandas.DataFrame") -> "pandas.DataFrame":
    """All facts of two tables by account; where both have a value, that of the first."""
    import pandas

    index = first.index.append(then.index.difference(first.index, sort=None))
    columns = {}
    for name in dict.fromkeys([*first.columns, *then.columns]):
        if name not in then.columns:
            columns[name] = first[name].reindex(index)
        elif name not in first.columns:
            columns[name] = then[name].reindex(index)
        else:
            mine, theirs = first[name].reindex(index), then[name].reindex(index)
            columns[name] = mine.where(~_missing(mine), theirs)
    return pandas.DataFrame(columns, index=index).rename_axis("account")


def _missing(values: "pandas.Series") -> "pandas.Series":
    return values.isna() | values.map(lambda value: isinstance(value, str) and not value)
