"""What a tweet says of who acted on whom, whatever format it came in.

A format makes its digest of a file: a row a tweet, with the columns below. The queries here read
digests of all formats alike, so that a repost is a repost in each of them.

An account is its id where the file has one for it, and ``@handle`` (in lower case, for handles
know no case) where it has not. Ids stay text. What is a repost, the tweet of another, has no
mentions, no reply and no quote of its own. The account that is replied to is not mentioned as
well; whoever else is named in a tweet is, also where the platform put the name there. Who is
addressed by a tweet that answers no other is mentioned. An account whose tweets cannot be mapped
stays, without arcs.
"""

from collections.abc import Mapping

from keynodes.readers.exports import Export, text_at

USER = "STRUCT(id VARCHAR, handle VARCHAR)"
"""An account as a file names it: either end may be missing."""

DIGEST: Mapping[str, str] = {
    "line": "BIGINT",
    # tweet; seen (what others refer to, and profiles); removal; none (nothing to be mapped)
    "kind": "VARCHAR",
    "id": "VARCHAR",
    "author": USER,
    "time": "VARCHAR",
    # when the handles were seen
    "seen": "VARCHAR",
    "is_repost": "BOOLEAN",
    "repost_of": "VARCHAR",
    "reposted": USER,
    # what "RT @name:" says; it is asked last
    "reposted_name": USER,
    "is_reply": "BOOLEAN",
    "reply_to": "VARCHAR",
    "replied": USER,
    "is_quote": "BOOLEAN",
    "quote_of": "VARCHAR",
    "quoted": USER,
    "mentions": f"{USER}[]",
    # accounts with handles that do nothing here
    "others": f"{USER}[]",
    "event": "VARCHAR",
    "reason": "VARCHAR",
}
"""The columns of a digest. Those that a format has nothing for are NULL."""

FIRST_ID_OF_TIME = 10**12
"""Ids from here on tell their time; those before November 2010 were counted."""


def digest_row(source: str, kind: str, **columns: str) -> str:
    """SQL: the rows of `source` in the form of `DIGEST`; `columns` are expressions of it."""
    given = {"line": "line", "kind": f"'{kind}'", **columns}
    chosen = ", ".join(f"{given[name]}::{DIGEST[name]} AS {name}" for name in given)
    return f"SELECT {chosen}, page, place FROM {source}"


def digest_of(steps: str, *rows: str) -> str:
    """SQL: a digest from its steps (of a WITH) and rows by `digest_row`, in the file's order."""
    empty = ", ".join(f"NULL::{of_type} AS {name}" for name, of_type in DIGEST.items())
    every = " UNION ALL BY NAME ".join((f"SELECT {empty} WHERE false", *rows))
    return f"WITH {steps} SELECT {', '.join(DIGEST)} FROM ({every}) ORDER BY page, place, kind DESC"


def user(account: str, handle: str) -> str:
    """SQL: an account from its id and its handle, either of which may be NULL or empty."""
    return f"{{'id': nullif({account}, ''), 'handle': nullif({handle}, '')}}"


def time_of(found: str, tweet: str) -> str:
    """SQL: the time as it was found, or else the time that the id of the tweet holds."""
    return (
        f"coalesce(nullif({found}, ''), CASE WHEN regexp_full_match({tweet}, '[0-9]{{13,19}}') "
        f"AND try_cast({tweet} AS BIGINT) >= {FIRST_ID_OF_TIME} THEN "
        f"{iso_of_milliseconds(f'((try_cast({tweet} AS BIGINT) >> 22) + 1288834974657)')} END)"
    )


def iso_of_milliseconds(number: str) -> str:
    """SQL: unix milliseconds, a whole number, as ISO 8601; NULL beyond all years."""
    return f"strftime(try(make_timestamp_ms({number})), '%Y-%m-%dT%H:%M:%S.%gZ')"


def leaf_text(*leaves: str) -> str:
    """SQL: the first of some JSON values that is a text or a number, and not empty."""
    texts = [f"nullif({text_at('$', leaf)}, '')" for leaf in leaves]
    return texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"


def leaf_time(leaf: str) -> str:
    """SQL: a time as it stands there, whatever it is: what is none is refused with its line."""
    return f"nullif({leaf} ->> '$', '')"


def _named(who: str) -> str:
    return f"coalesce({who}.id, {who}.handle) IS NOT NULL"


def _account(who: str, known: str) -> str:
    return f"coalesce({who}.id, {known}.id, '@' || lower({who}.handle))"


def _lookup(who: str, known: str) -> str:
    """SQL: look a handle up, where there is no id."""
    return (
        f"LEFT JOIN known {known} "
        f"ON {known}.handle = CASE WHEN {who}.id IS NULL THEN lower({who}.handle) END"
    )


def _is_id(column: str) -> str:
    # A spreadsheet writes 1.29E+18 for any of them: such are never taken for the same.
    return f"regexp_full_match({column}, '[0-9]+')"


_NAMES = """
    name AS MATERIALIZED (
        SELECT who.id AS account, who.handle AS handle, min(seen) AS first, max(seen) AS last
        FROM (
            SELECT seen, unnest([author, reposted, reposted_name, replied, quoted]
                || coalesce(mentions, []) || coalesce(others, [])) AS who FROM records
        )
        WHERE who.id IS NOT NULL AND who.handle IS NOT NULL
        GROUP BY who.id, who.handle
    )
"""

# A handle that several accounts had says nothing of whose it was.
_KNOWN = f"""
    {_NAMES},
    known AS MATERIALIZED (
        SELECT lower(handle) AS handle, min(account) AS id FROM name
        GROUP BY lower(handle) HAVING count(DISTINCT account) = 1
    ),
    authored AS MATERIALIZED (
        SELECT id, arg_min(author, rowid) AS author FROM records
        WHERE kind IN ('tweet', 'seen') AND {_is_id("id")} AND {_named("author")} GROUP BY id
    )
"""

# A tweet stands twice where its id, its author and its time do.
_TWEETS = f"""
    {_KNOWN},
    every AS MATERIALIZED (
        SELECT records.* EXCLUDE (mentions, others), records.rowid AS n, mentions,
            {_account("author", "whose")} AS account,
            row_number() OVER (
                PARTITION BY CASE WHEN {_is_id("records.id")}
                    THEN records.id ELSE 'row ' || records.rowid END,
                    {_account("author", "whose")}, time
                ORDER BY records.rowid
            ) AS copy
        FROM records {_lookup("author", "whose")} WHERE kind = 'tweet'
    ),
    tweet AS MATERIALIZED (SELECT * FROM every WHERE copy = 1 AND account IS NOT NULL),
    referred AS (
        SELECT n, 'repost' AS relation, repost_of AS post, reposted AS who, reposted_name AS named
        FROM tweet WHERE is_repost
        UNION ALL
        SELECT n, 'reply', reply_to, replied, NULL FROM tweet WHERE is_reply AND NOT is_repost
        UNION ALL
        SELECT n, 'quote', quote_of, quoted, NULL FROM tweet WHERE is_quote AND NOT is_repost
    ),
    chosen AS (
        SELECT n, relation, CASE
            WHEN who.id IS NOT NULL THEN who
            WHEN author.id IS NOT NULL THEN author
            WHEN named.id IS NOT NULL OR NOT {_named("who")} THEN named
            ELSE who END AS who
        FROM referred LEFT JOIN authored ON authored.id = post
    ),
    found AS MATERIALIZED (
        SELECT n, relation, {_account("who", "whose")} AS target
        FROM chosen {_lookup("who", "whose")}
    ),
    mentioned AS (
        SELECT n, unnest(coalesce(mentions, [])
            || CASE WHEN NOT is_reply AND {_named("replied")} THEN [replied] ELSE [] END) AS who
        FROM tweet WHERE NOT is_repost
    ),
    mention AS (
        SELECT DISTINCT n, 'mention' AS relation, {_account("who", "whose")} AS target
        FROM mentioned {_lookup("who", "whose")}
    )
"""

_UNKNOWN = "is not in the file, and its author is not named"

_INTERACTIONS = f"""
    WITH {_TWEETS},
    act AS (
        SELECT n, relation, target, CASE WHEN target IS NULL THEN CASE relation
            WHEN 'repost' THEN 'the reposted tweet {_UNKNOWN}'
            WHEN 'reply' THEN 'the tweet replied to {_UNKNOWN}'
            ELSE 'the quoted tweet {_UNKNOWN}' END END AS reason
        FROM found
        UNION ALL
        SELECT n, relation, target,
            CASE WHEN target IS NULL THEN 'a mention that names no account' END
        FROM mention ANTI JOIN (SELECT n, target FROM found WHERE relation = 'reply') AS answered
            USING (n, target)
        UNION ALL
        SELECT n, 'post', account, NULL
        FROM tweet ANTI JOIN (SELECT n FROM found WHERE target IS NOT NULL) AS acted USING (n)
        WHERE NOT is_repost
    )
    SELECT line, account AS source, target, relation, time, id AS evidence, act.reason AS reason
    FROM tweet JOIN act USING (n)
    UNION ALL
    SELECT line, NULL, NULL, NULL, NULL, NULL, CASE
        WHEN account IS NULL THEN 'a tweet that does not name its author'
        ELSE 'a tweet that stood in the file before' END
    FROM every WHERE copy > 1 OR account IS NULL
    UNION ALL
    SELECT line, NULL, NULL, NULL, NULL, NULL, reason FROM records WHERE kind = 'none'
    UNION ALL
    SELECT line, NULL, NULL, NULL, NULL, NULL,
        'what was removed is not in the file, and its account is not named'
    FROM records LEFT JOIN authored USING (id)
    WHERE kind = 'removal' AND coalesce(records.author.id, authored.author.id) IS NULL
"""

_HANDLES = f"""
    WITH {_NAMES}
    SELECT account, handle, first AS time FROM name
    UNION SELECT account, handle, last FROM name
"""

_REMOVALS = f"""
    WITH {_KNOWN}
    SELECT coalesce(records.author.id, authored.author.id) AS account, time, event, id AS evidence
    FROM records LEFT JOIN authored USING (id)
    WHERE kind = 'removal' AND coalesce(records.author.id, authored.author.id) IS NOT NULL
"""

_ISOLATED = f"""
    WITH {_TWEETS}
    SELECT account FROM tweet WHERE is_repost
    AND n IN (SELECT n FROM found WHERE relation = 'repost' AND target IS NULL)
"""

FLOW = (
    "who reposts, quotes or replies acts on the author of that tweet, whose content came to them; "
    "who mentions turns to the account named, which their tweet reaches"
)
"""Which way content goes in tweets, in words."""


def export_of(
    digest: str, *, columns: tuple[str, ...] = (), notices: tuple[str, ...] = ()
) -> Export:
    """The export of a format of tweets, from the query that makes its digest."""
    return Export(
        _INTERACTIONS,
        handles=_HANDLES,
        removals=_REMOVALS,
        isolated=_ISOLATED,
        digest=digest,
        columns=columns,
        notices=(
            "tweets that others only refer to are not counted as posts of their own",
            *notices,
        ),
    )
