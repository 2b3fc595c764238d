"""Bluesky: the lines of a Jetstream, and tables that minet makes."""

from dataclasses import replace
from typing import TYPE_CHECKING

from keynodes.errors import ReadingError
from keynodes.readers.exports import (
    Export,
    header_of,
    list_at,
    load_objects,
    load_rows,
    sampled_objects,
    text_at,
)
from keynodes.readers.inputs import File
from keynodes.readers.loading import Loader
from keynodes.readers.requests import Part, Reader, Request

if TYPE_CHECKING:
    import duckdb
    import pandas

# --- Jetstream ------------------------------------------------------------------------------------

_KINDS = ("commit", "identity", "account")


# Who made a record is in its address, at://DID/COLLECTION/KEY. Records are written by anyone.
def _whose(uri: str, kind: str = "post") -> str:
    """SQL: the DID of who made the post (or repost) that has an address."""
    pattern = rf"^at://(did:[^/\s]+)/app\.bsky\.feed\.{kind}/[^/\s]+$"
    return f"nullif(regexp_extract({uri}, '{pattern}', 1), '')"


def _did_at(path: str, of: str) -> str:
    """SQL: the DID at a path, where it is one."""
    return f"nullif(regexp_extract({text_at(path, of)}, '^did:\\S+$', 0), '')"


_EVENTS = f"""
    SELECT rowid AS n, line, {text_at("$.did")} AS did, {text_at("$.time_us")} AS time,
        coalesce({text_at("$.kind")}, '') AS kind,
        {text_at("$.commit.operation")} AS operation,
        {text_at("$.commit.collection")} AS collection,
        'at://' || did || '/' || collection || '/' || {text_at("$.commit.rkey")} AS evidence,
        object -> '$.commit.record' AS record,
        CASE operation WHEN 'create' THEN
            md5_number(evidence || ' ' || coalesce({text_at("$.commit.rev")}, time)) END AS made_as,
        {text_at("$.identity.handle")} AS handle,
        CASE object -> '$.account.active' WHEN 'true'::JSON THEN 'account restored'
            WHEN 'false'::JSON THEN
                'account ' || coalesce({text_at("$.account.status")}, 'inactive') END AS became
    FROM records
"""

_JETSTREAM = f"""
    WITH made AS (
        SELECT * FROM events WHERE kind = 'commit' AND operation = 'create' AND NOT again
    ),
    post AS MATERIALIZED (
        SELECT *, coalesce(json_type(record, '$.reply'), 'NULL') <> 'NULL' AS is_reply,
            {_whose(text_at("$.reply.parent.uri", "record"))} AS answered,
            coalesce({text_at("$.embed.record.record.uri", "record")},
                {text_at("$.embed.record.uri", "record")}) AS embedded,
            {_whose("embedded")} AS quoted
        FROM made WHERE collection = 'app.bsky.feed.post'
    ),
    facet AS (SELECT n, unnest({list_at("$.facets", "record")}) AS facet FROM post),
    feature AS (SELECT n, unnest({list_at("$.features", "facet")}) AS feature FROM facet),
    mention AS (
        SELECT DISTINCT n, {_did_at("$.did", "feature")} AS mentioned
        FROM feature
        WHERE {text_at('$."$type"', "feature")} = 'app.bsky.richtext.facet#mention'
    ),
    reaction AS (
        SELECT *, CASE collection WHEN 'app.bsky.feed.like' THEN 'like' ELSE 'repost' END AS act,
            {_whose(text_at("$.subject.uri", "record"))} AS author,
            {_whose(text_at("$.via.uri", "record"), "repost")} AS via
        FROM made WHERE collection IN ('app.bsky.feed.like', 'app.bsky.feed.repost')
    ),
    act AS MATERIALIZED (
        SELECT n, answered AS target, 'reply' AS relation,
            CASE WHEN answered IS NULL THEN 'a reply that names no post' END AS reason
        FROM post WHERE is_reply
        UNION ALL
        SELECT n, quoted, 'quote', CASE WHEN quoted IS NULL
            THEN 'what is embedded is no post (but a list, a feed, a starter pack …)' END
        FROM post WHERE embedded IS NOT NULL
        UNION ALL
        SELECT n, mentioned, 'mention', CASE WHEN mentioned IS NULL
            THEN 'a mention without a DID' END
        FROM mention
        UNION ALL
        SELECT n, author, act, CASE WHEN author IS NULL
            THEN 'a ' || act || ' of what is no post' END
        FROM reaction
        UNION ALL
        SELECT n, via, act, NULL FROM reaction WHERE via <> author AND via <> did
        UNION ALL
        SELECT n, followed, 'follow', CASE WHEN followed IS NULL
            THEN 'a follow without a DID' END
        FROM (SELECT n, {_did_at("$.subject", "record")} AS followed
            FROM made WHERE collection = 'app.bsky.graph.follow')
    ),
    every AS (
        FROM act
        UNION ALL
        SELECT n, did, 'post', NULL
        FROM post ANTI JOIN (SELECT n FROM act WHERE reason IS NULL) AS acted USING (n)
        UNION ALL
        SELECT n, NULL, NULL, CASE
            WHEN again THEN 'a record that stood in the file before'
            WHEN kind = 'account' THEN 'an account event that does not say whether it is active'
            WHEN kind = 'identity' THEN 'an identity event without a handle'
            WHEN kind <> 'commit' THEN 'an event of an unknown kind'
            WHEN operation = 'update' THEN 'a record that was changed, not made'
            WHEN operation IS DISTINCT FROM 'create' THEN 'an operation of an unknown kind'
            WHEN collection = 'app.bsky.graph.block' THEN 'a block: nothing flows'
            ELSE 'a record that is no post, repost, like or follow' END
        FROM events WHERE again OR NOT coalesce(CASE kind
            WHEN 'account' THEN became IS NOT NULL
            WHEN 'identity' THEN handle IS NOT NULL
            WHEN 'commit' THEN operation = 'delete' OR operation = 'create' AND collection IN (
                'app.bsky.feed.post', 'app.bsky.feed.repost', 'app.bsky.feed.like',
                'app.bsky.graph.follow')
            END, false)
    )
    SELECT line, did AS source, target, relation, time, evidence, reason
    FROM every JOIN events USING (n)
"""

_JETSTREAM_REMOVALS = """
    SELECT did AS account, time, became AS event, NULL::VARCHAR AS evidence
    FROM events WHERE kind = 'account' AND became IS NOT NULL AND did IS NOT NULL
    UNION ALL
    SELECT did, time, CASE collection
        WHEN 'app.bsky.feed.post' THEN 'post deleted'
        WHEN 'app.bsky.feed.repost' THEN 'repost deleted'
        WHEN 'app.bsky.feed.like' THEN 'like deleted'
        WHEN 'app.bsky.graph.follow' THEN 'follow deleted'
        ELSE 'record deleted' END, evidence
    FROM events WHERE kind = 'commit' AND operation = 'delete' AND did IS NOT NULL
"""


def _mark_repeats(connection: "duckdb.DuckDBPyConnection") -> None:
    """Make the table of events; whoever connects anew gets the last ones once more."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS earlier (made_as UHUGEINT)")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE events AS SELECT *, made_as IS NOT NULL AND ("
        "made_as IN (FROM earlier) OR row_number() OVER (PARTITION BY made_as ORDER BY n) > 1"
        f") AS again FROM ({_EVENTS})"
    )
    connection.execute(
        "INSERT INTO earlier SELECT made_as FROM events WHERE made_as IS NOT NULL AND NOT again"
    )


JETSTREAM = Export(
    _JETSTREAM,
    time="microseconds",
    handles="""
        SELECT did AS account, handle, time FROM events
        WHERE kind = 'identity' AND did IS NOT NULL AND handle IS NOT NULL
    """,
    removals=_JETSTREAM_REMOVALS,
    prepare=_mark_repeats,
    notices=("times are when the Jetstream saw a record, not when its author says it was made",),
)


def _is_jetstream(file: File) -> bool:
    return any(
        "time_us" in one and "did" in one and one.get("kind") in _KINDS
        for one in sampled_objects(file)
    )


def _load_jetstream(file: File, request: Request, loader: Loader) -> Part:
    if sampled_objects(file) and not _is_jetstream(file):
        raise ReadingError(
            f"{file.name} is no Jetstream of Bluesky: none of its first objects has did, time_us "
            "and kind"
        )
    try:
        part = load_objects(file, request, loader, JETSTREAM)
    finally:
        loader.connection.execute("DROP TABLE IF EXISTS earlier; DROP TABLE IF EXISTS events")
    return replace(part, removals=_without_news_of_the_living(part.removals))


def _without_news_of_the_living(removals: "pandas.DataFrame | None") -> "pandas.DataFrame | None":
    # Accounts are told to be active when they are made or move too: that restores nothing.
    if removals is None:
        return None
    restored = removals["event"] == "account restored"
    closed = removals[removals["event"].str.startswith("account ") & ~restored]
    return removals[~restored | removals["account"].isin(closed["account"])]


# --- tables of minet ------------------------------------------------------------------------------

_NEEDED = ("user_did", "uri", "timestamp_utc")

# A feed shows a post again with every repost of it, and searches overlap: one act is one record.
# Who reposted is named, but the repost has no address: its evidence is the post.
_TABLE = """
    WITH act AS MATERIALIZED (
        SELECT line, user_did AS source, to_user_did AS target, 'reply' AS relation,
            timestamp_utc AS time, uri AS evidence
        FROM records WHERE to_user_did <> ''
        UNION ALL
        SELECT line, user_did, quoted_user_did, 'quote', timestamp_utc, uri
        FROM records WHERE quoted_user_did <> ''
        UNION ALL
        SELECT line, user_did, mentioned, 'mention', timestamp_utc, uri
        FROM (SELECT *, unnest(string_split(mentioned_user_dids, '|')) AS mentioned FROM records)
        WHERE mentioned <> ''
        UNION ALL
        SELECT line, repost_by_user_did, user_did, 'repost', repost_timestamp_utc, uri
        FROM records WHERE repost_by_user_did <> ''
    ),
    every AS (
        FROM act
        UNION ALL
        SELECT line, user_did, user_did, 'post', timestamp_utc, uri
        FROM records ANTI JOIN (SELECT line FROM act WHERE relation <> 'repost') USING (line)
    )
    SELECT *, CASE WHEN evidence <> '' AND row_number() OVER (
        PARTITION BY source, target, relation, evidence ORDER BY line) > 1
        THEN 'the same act again (in a feed, or found twice)' END AS reason
    FROM every
"""

_TABLE_HANDLES = """
    SELECT user_did AS account, user_handle AS handle, timestamp_utc AS time FROM records
    UNION ALL
    SELECT quoted_user_did, quoted_user_handle, timestamp_utc FROM records
    UNION ALL
    SELECT repost_by_user_did, repost_by_user_handle, repost_timestamp_utc FROM records
    UNION ALL
    SELECT unnest(dids), unnest(names), timestamp_utc FROM (
        SELECT timestamp_utc, string_split(mentioned_user_dids, '|') AS dids,
            string_split(mentioned_user_handles, '|') AS names
        FROM records
    ) WHERE len(dids) = len(names)
"""

TABLE = Export(
    _TABLE,
    time="seconds",
    handles=f"FROM ({_TABLE_HANDLES}) WHERE account <> '' AND handle <> ''",
    whole=True,
    columns=(
        *_NEEDED,
        "user_handle",
        "to_user_did",
        "quoted_user_did",
        "quoted_user_handle",
        "repost_by_user_did",
        "repost_by_user_handle",
        "repost_timestamp_utc",
        "mentioned_user_dids",
        "mentioned_user_handles",
    ),
)


def _is_table(file: File) -> bool:
    return {*_NEEDED, "to_user_did"} <= set(header_of(file))


def _load_table(file: File, request: Request, loader: Loader) -> Part:
    names = header_of(file)
    missing = next((name for name in _NEEDED if name not in names), None)
    if missing is not None:
        raise ReadingError(
            f"{file.name} is no table of Bluesky posts as minet makes them: it has no column "
            f"{missing!r}"
        )
    return load_rows(file, request, loader, TABLE)


READERS: dict[str, Reader] = {
    "bluesky-jetstream": Reader(
        _is_jetstream,
        _load_jetstream,
        "Bluesky: the lines of a Jetstream",
        "whoever reposts, likes, quotes, replies or follows acts on the author, whose posts have "
        "reached it; a repost or like that came via a repost is a record with that reposter too; "
        "whoever mentions reaches the mentioned account",
        "bluesky",
        export=JETSTREAM,
    ),
    "bluesky-table": Reader(
        _is_table,
        _load_table,
        "Bluesky: a table of posts that minet (twitwi) made",
        "whoever reposts, quotes or replies acts on the author, whose posts have reached it; "
        "whoever mentions reaches the mentioned account",
        "bluesky",
        export=TABLE,
    ),
}
"""The formats of this file, in the order in which they are tried."""
