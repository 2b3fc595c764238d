"""Tables of tweets: twarc-csv, minet (twitwi) and TCAT."""

from typing import NamedTuple

from keynodes.errors import ReadingError
from keynodes.readers.exports import Export, header_of, load_rows
from keynodes.readers.inputs import File
from keynodes.readers.loading import Loader
from keynodes.readers.platforms.tweets import (
    FLOW,
    USER,
    digest_of,
    digest_row,
    export_of,
    iso_of_milliseconds,
    time_of,
    user,
)
from keynodes.readers.requests import Part, Reader, Request

# In these queries a column that the file lacks is NULL, and an empty field is an empty text.


def _column(name: str) -> str:
    return f'"{name}"'


def _seconds(column: str) -> str:
    """SQL: unix seconds as ISO 8601; what is no number stays, to be refused with its line."""
    number = f"try_cast({column} AS DOUBLE)"
    return (
        f"CASE WHEN {number} BETWEEN 1e8 AND 1e11 "
        f"THEN {iso_of_milliseconds(f'round({number} * 1000)::BIGINT')} ELSE {column} END"
    )


# --- twarc-csv ------------------------------------------------------------------------------------

TWARC_COLUMNS = (
    "id",
    "author_id",
    "author.id",
    "author.username",
    "created_at",
    "in_reply_to_user_id",
    "in_reply_to_username",
    "retweeted_user_id",
    "retweeted_username",
    "quoted_user_id",
    "quoted_username",
    "referenced_tweets",
    "referenced_tweets.replied_to.id",
    "referenced_tweets.retweeted.id",
    "referenced_tweets.quoted.id",
    "entities.mentions",
    "__twarc.retrieved_at",
)

# With --json-encode-all every field is a JSON text of its own.
_DECODED = ", ".join(
    f"CASE WHEN {name} LIKE '\"%\"' AND json_valid({name}) THEN {name}::JSON ->> '$' "
    f"ELSE {name} END AS {name}"
    for name in map(_column, TWARC_COLUMNS)
)

_NAMED = '[{"username": "VARCHAR", "id": "VARCHAR"}]'
_REFERENCES = '[{"type": "VARCHAR", "id": "VARCHAR"}]'


def _reference(kind: str) -> str:
    """SQL: the id of the tweet referred to: from its column, or from the list of earlier years."""
    return (
        f"coalesce(nullif(\"referenced_tweets.{kind}.id\", ''), "
        f"[r.id for r in referred if r.type = '{kind}'][1])"
    )


# Mentions are a list of objects, of "@handle", or (not JSON) how Python prints such a list.
_TWARC = f"""
    decoded AS (SELECT line, rowid AS page, 0 AS place, {_DECODED} FROM records),
    parsed AS (
        SELECT *, coalesce("entities.mentions", '') AS listed,
            CASE WHEN json_valid("referenced_tweets")
                THEN json_transform("referenced_tweets", '{_REFERENCES}') END AS referred,
            CASE WHEN json_valid(listed) THEN json_transform(listed, '["JSON"]') END AS listing
        FROM decoded
    ),
    tweets AS MATERIALIZED (
        SELECT *, {time_of('"created_at"', "id")} AS time,
            {_reference("replied_to")} AS replied_id, {_reference("retweeted")} AS retweeted_id,
            {_reference("quoted")} AS quoted_id,
            [CASE json_type(m) WHEN 'VARCHAR'
                THEN {user("NULL", "ltrim(m ->> '$', '@')")}
                ELSE {user("m ->> '$.id'", "m ->> '$.username'")} END
                for m in coalesce(listing, [])]::{USER}[] AS mentions
        FROM parsed
    )
"""

TWARC = export_of(
    digest_of(
        _TWARC,
        digest_row(
            "tweets",
            "tweet",
            id="nullif(id, '')",
            author=user("coalesce(nullif(author_id, ''), \"author.id\")", '"author.username"'),
            time="time",
            seen="coalesce(nullif(\"__twarc.retrieved_at\", ''), time)",
            is_repost="coalesce(retweeted_id, nullif(retweeted_user_id, '')) IS NOT NULL",
            repost_of="retweeted_id",
            reposted=user("retweeted_user_id", "retweeted_username"),
            # Older tables do not say what a reply replies to, only to whom.
            is_reply="replied_id IS NOT NULL OR nullif(in_reply_to_user_id, '') IS NOT NULL AND "
            '"referenced_tweets.replied_to.id" IS NULL AND "referenced_tweets" IS NULL',
            reply_to="replied_id",
            replied=user("in_reply_to_user_id", "in_reply_to_username"),
            is_quote="coalesce(quoted_id, nullif(quoted_user_id, '')) IS NOT NULL",
            quote_of="quoted_id",
            quoted=user("quoted_user_id", "quoted_username"),
            mentions="mentions",
        ),
        digest_row(
            "(SELECT * FROM tweets WHERE listed <> '' AND listing IS NULL)",
            "none",
            reason="'mentions that are no JSON list'",
        ),
    ),
    columns=TWARC_COLUMNS,
)


# --- minet (twitwi) and gazouilloire --------------------------------------------------------------

MINET_COLUMNS = (
    "id",
    "timestamp_utc",
    "text",
    "user_id",
    "user_screen_name",
    "to_userid",
    "to_username",
    "to_tweetid",
    "retweeted_id",
    "retweeted_user_id",
    "retweeted_user",
    "quoted_id",
    "quoted_user_id",
    "quoted_user",
    "mentioned_ids",
    "mentioned_names",
)

# The text of a quote has the quoted text in it, « name: text — url », and its mentions are listed
# with the tweet's own, ids in the order of names: those that only stand in there are not its own.
_MINET = f"""
    split AS (
        SELECT *, rowid AS page, 0 AS place,
            string_split(nullif(mentioned_ids, ''), '|') AS ids,
            string_split(lower(nullif(mentioned_names, '')), '|') AS names,
            coalesce(nullif(quoted_id, ''), nullif(quoted_user_id, '')) IS NOT NULL AS quotes,
            strpos(lower(text), lower('« ' || quoted_user || ': ')) AS opens,
            length(text) - strpos(reverse(text), '»') + 1 AS closes
        FROM records
    ),
    own AS (
        SELECT *, CASE WHEN quotes AND opens > 0 AND closes > opens
            THEN regexp_extract_all(lower(text[: opens - 1] || ' ' || text[closes + 1 :]),
                '@(\\w+)', 1) END AS written
        FROM split
    ),
    tweets AS MATERIALIZED (
        SELECT *, {time_of(_seconds("timestamp_utc"), "id")} AS time,
            CASE WHEN ids IS NULL THEN [{user("NULL", "n")} for n in coalesce(names, [])
                if written IS NULL OR list_contains(written, n)]
            ELSE [{user("ids[i]", "NULL")} for i in range(1, len(ids) + 1)
                if written IS NULL OR len(names) IS DISTINCT FROM len(ids)
                OR list_contains(written, names[i])] END::{USER}[] AS mentions
        FROM own
    )
"""

MINET = export_of(
    digest_of(
        _MINET,
        digest_row(
            "tweets",
            "tweet",
            id="nullif(id, '')",
            author=user("user_id", "user_screen_name"),
            time="time",
            seen="time",
            is_repost="coalesce(nullif(retweeted_id, ''), nullif(retweeted_user_id, '')) "
            "IS NOT NULL",
            repost_of="nullif(retweeted_id, '')",
            reposted=user("retweeted_user_id", "retweeted_user"),
            is_reply="nullif(to_tweetid, '') IS NOT NULL "
            "OR to_tweetid IS NULL AND nullif(to_userid, '') IS NOT NULL",
            reply_to="nullif(to_tweetid, '')",
            replied=user("to_userid", "to_username"),
            is_quote="quotes",
            quote_of="nullif(quoted_id, '')",
            quoted=user("quoted_user_id", "quoted_user"),
            mentions="mentions",
        ),
    ),
    columns=MINET_COLUMNS,
)


# --- TCAT -----------------------------------------------------------------------------------------

TCAT_COLUMNS = (
    "id",
    "time",
    "created_at",
    "from_user_id",
    "from_user_name",
    "to_user_name",
    "in_reply_to_status_id",
    "quoted_status_id",
    "text",
    "mentions",
)


def _status(column: str) -> str:
    return f"nullif(nullif({column}, ''), '0')"


# TCAT gives nobody's id but the author's, and says of a retweet no more than its text does.
_TCAT = f"""
    tweets AS MATERIALIZED (
        SELECT * EXCLUDE (time), rowid AS page, 0 AS place,
            {time_of(f"coalesce(nullif(created_at, ''), {_seconds('time')})", "id")} AS time,
            nullif(regexp_extract(text, '^RT @(\\w+)', 1), '') AS reposted_name,
            CASE WHEN mentions IS NULL
                THEN regexp_extract_all(text, '(?:^|[^\\w@])@(\\w+)', 1)
                ELSE string_split(mentions, ';') END AS named
        FROM records
    )
"""

TCAT = export_of(
    digest_of(
        _TCAT,
        digest_row(
            "tweets",
            "tweet",
            id="nullif(id, '')",
            author=user("from_user_id", "from_user_name"),
            time="time",
            seen="time",
            is_repost="reposted_name IS NOT NULL",
            reposted=user("NULL", "reposted_name"),
            is_reply=f"{_status('in_reply_to_status_id')} IS NOT NULL "
            "OR in_reply_to_status_id IS NULL AND nullif(to_user_name, '') IS NOT NULL",
            reply_to=_status("in_reply_to_status_id"),
            replied=user("NULL", "to_user_name"),
            is_quote=f"{_status('quoted_status_id')} IS NOT NULL",
            quote_of=_status("quoted_status_id"),
            mentions=f"[{user('NULL', 'trim(n)')} for n in coalesce(named, []) if trim(n) <> '']",
        ),
    ),
    columns=TCAT_COLUMNS,
    notices=(
        "TCAT names accounts by handle, its authors alone by id too: handles that no author of the "
        "file has stand as @handle; a tweet whose text begins RT @name is a repost of that account",
    ),
)


# --- what is what ---------------------------------------------------------------------------------


class _Table(NamedTuple):
    export: Export
    words: str
    author: tuple[str, ...]
    """Columns that name the author: the file must have one of them."""
    telling: frozenset[str]
    """Columns that no other table with such an author has: one of them tells the format."""


def _reader(table: _Table) -> Reader:
    def looks(file: File) -> bool:
        names = set(header_of(file))
        return "id" in names and not names.isdisjoint(table.author) and bool(names & table.telling)

    def load(file: File, request: Request, loader: Loader) -> Part:
        if set(header_of(file)).isdisjoint(table.author):
            raise ReadingError(
                f"{file.name} has no column {' or '.join(map(repr, table.author))}, which names "
                f"the author in {table.words}; if it is something else, leave the reader to be "
                "found out"
            )
        return load_rows(file, request, loader, table.export)

    return Reader(looks, load, table.words, FLOW, "twitter", export=table.export)


READERS: dict[str, Reader] = {
    "twarc-csv": _reader(
        _Table(
            TWARC,
            "a table of tweets by twarc-csv",
            ("author_id", "author.id"),
            frozenset(
                {
                    "author.username",
                    "conversation_id",
                    "retweeted_user_id",
                    "entities.mentions",
                    "referenced_tweets.retweeted.id",
                }
            ),
        )
    ),
    "minet": _reader(
        _Table(
            MINET,
            "a table of tweets by minet (twitwi) or gazouilloire",
            ("user_id",),
            frozenset({"user_screen_name", "to_userid", "retweeted_user_id", "mentioned_ids"}),
        )
    ),
    "tcat": _reader(
        _Table(
            TCAT,
            "a table of tweets by TCAT",
            ("from_user_id", "from_user_name"),
            frozenset({"to_user_name", "in_reply_to_status_id", "from_user_realname"}),
        )
    ),
}
"""The formats of this file, in the order in which they are tried."""
