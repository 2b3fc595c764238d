"""Twitter (X) as JSON: version 2 of its interface (twarc: pages or flattened) and version 1.1.

In both, what counts is what was collected: a tweet that came along because another refers to it is
asked for its author only. Notices of deleted and withheld tweets and of suspended accounts, as
they stand in streams, become the history of removals.
"""

import re
from typing import Any

from keynodes.errors import ReadingError
from keynodes.readers.exports import Export, load_objects, sampled_objects
from keynodes.readers.inputs import File
from keynodes.readers.loading import Loader
from keynodes.readers.platforms.tweet_notices import EVENTS, REMOVAL, notice_steps
from keynodes.readers.platforms.tweets import (
    FLOW,
    digest_of,
    digest_row,
    export_of,
    iso_of_milliseconds,
    leaf_text,
    leaf_time,
    time_of,
    user,
)
from keynodes.readers.requests import Part, Reader, Request

# Leaves stay JSON, for a list where a text should be must not become the name of an account.
_USER = '{"id_str": "JSON", "id": "JSON", "screen_name": "JSON", "username": "JSON"}'

_TWEET_2 = f"""{{"id": "JSON", "author_id": "JSON", "author": {_USER}, "created_at": "JSON",
    "text": "JSON", "username": "JSON", "in_reply_to_user_id": "JSON", "in_reply_to_user": {_USER},
    "referenced_tweets": [
        {{"type": "VARCHAR", "id": "JSON", "author_id": "JSON", "author": {_USER}}}],
    "entities": {{"mentions": [{{"start": "BIGINT", "id": "JSON", "username": "JSON"}}]}},
    "__twarc": {{"retrieved_at": "JSON"}}, "action": "JSON", "redacted_at": "JSON"}}"""

_PAGE = f"""{{"data": "JSON", "includes": {{"users": [{_USER}],
    "tweets": [{{"id": "JSON", "author_id": "JSON"}}]}}, "meta": {{"result_count": "BIGINT"}},
    "__twarc": {{"retrieved_at": "JSON"}}}}"""

_STATUS = f'{{"id_str": "JSON", "id": "JSON", "user": {_USER}}}'

_MENTIONS = (
    '{"user_mentions": [{"id_str": "JSON", "id": "JSON", "screen_name": "JSON", '
    '"indices": ["BIGINT"]}]}'
)

_TWEET_1 = f"""{{"id_str": "JSON", "id": "JSON", "user": {_USER}, "created_at": "JSON",
    "timestamp_ms": "JSON", "in_reply_to_status_id_str": "JSON", "in_reply_to_status_id": "JSON",
    "in_reply_to_user_id_str": "JSON", "in_reply_to_user_id": "JSON",
    "in_reply_to_screen_name": "JSON", "quoted_status_id_str": "JSON", "quoted_status_id": "JSON",
    "retweeted_status": {_STATUS}, "quoted_status": {_STATUS},
    "entities": {_MENTIONS}, "extended_tweet": {{"entities": {_MENTIONS}}}}}"""


_NO_TWEET = "'no tweet: an account, an error or a notice of the interface'"


# --- version 2 ------------------------------------------------------------------------------------


def _referenced(kind: str, column: str) -> str:
    """SQL: what a tweet of version 2 refers to in one of three ways."""
    of_kind = f"[r for r in coalesce(t.referenced_tweets, []) if r.type = '{kind}']"
    return f"{of_kind}[1] AS {column}"


_ITEMS_2 = f"""
    pages AS MATERIALIZED (
        SELECT rowid AS page, line, p.includes AS includes,
            {leaf_time("p.__twarc.retrieved_at")} AS retrieved,
            CASE WHEN p.data IS NOT NULL THEN coalesce(try_cast(p.data AS JSON[]), [p.data])
                WHEN p.meta.result_count IS DISTINCT FROM 0 THEN [object] END AS data
        FROM (SELECT rowid, line, object, json_transform(object, '{_PAGE}') AS p FROM records)
    ),
    items AS (
        SELECT page, line, retrieved, unnest(data) AS item, generate_subscripts(data, 1) AS place
        FROM pages
    ),
    parsed AS (SELECT *, json_transform(item, '{_TWEET_2}') AS t FROM items),
    read AS MATERIALIZED (
        SELECT * EXCLUDE (item), {leaf_text("t.id")} AS id,
            {leaf_text("t.author_id", "t.author.id")} AS author_id,
            {_referenced("retweeted", "retweeted")}, {_referenced("replied_to", "replied")},
            {_referenced("quoted", "quoted")},
            coalesce(t.entities.mentions, []) AS mentions,
            id IS NOT NULL AND json_type(t.action) = 'VARCHAR' AND author_id IS NULL
                AND t.text IS NULL AS is_compliance,
            NOT is_compliance AND
                (author_id IS NOT NULL OR id IS NOT NULL AND t.text IS NOT NULL) AS is_tweet,
            CASE WHEN NOT (is_tweet OR is_compliance) THEN item END AS other
        FROM parsed
    ),
    {notice_steps("read")},
    tweets AS (
        SELECT *, {time_of(leaf_time("t.created_at"), "id")} AS time,
            coalesce({leaf_text("retweeted.id")} <> id, retweeted IS NOT NULL) AS is_repost,
            coalesce({leaf_text("quoted.id")} <> id, quoted IS NOT NULL) AS is_quote
        FROM read WHERE is_tweet
    )
"""


def _reference_user(name: str) -> str:
    return user(
        leaf_text(f"{name}.author_id", f"{name}.author.id"), leaf_text(f"{name}.author.username")
    )


_MENTION_2 = user(leaf_text("m.id"), leaf_text("m.username"))

_DIGEST_2 = digest_of(
    _ITEMS_2,
    digest_row(
        "tweets",
        "tweet",
        id="id",
        author=user("author_id", leaf_text("t.author.username")),
        time="time",
        seen="coalesce(retrieved, time)",
        is_repost="is_repost",
        repost_of=leaf_text("retweeted.id"),
        reposted=_reference_user("retweeted"),
        reposted_name=f"[{_MENTION_2} for m in mentions if m.start = 3][1]",
        is_reply="replied IS NOT NULL",
        reply_to=leaf_text("replied.id"),
        replied=user(
            leaf_text("t.in_reply_to_user_id", "t.in_reply_to_user.id", "replied.author_id"),
            leaf_text("t.in_reply_to_user.username"),
        ),
        is_quote="is_quote",
        quote_of=leaf_text("quoted.id"),
        quoted=_reference_user("quoted"),
        mentions=f"[{_MENTION_2} for m in mentions]",
    ),
    # The tweets that a page includes, and those inside others, which their own rows may refer to.
    digest_row(
        "(SELECT line, page, 0 AS place, unnest(includes.tweets) AS s FROM pages)",
        "seen",
        id=leaf_text("s.id"),
        author=user(leaf_text("s.author_id"), "NULL"),
    ),
    digest_row(
        "(SELECT line, page, place, unnest(t.referenced_tweets) AS s FROM tweets)",
        "seen",
        id=leaf_text("s.id"),
        author=_reference_user("s"),
    ),
    digest_row(
        "(SELECT *, 0 AS place FROM pages WHERE len(includes.users) > 0)",
        "seen",
        seen="retrieved",
        others=f"[{user(leaf_text('u.id'), leaf_text('u.username'))} for u in includes.users]",
    ),
    REMOVAL,
    digest_row(
        "(SELECT * FROM read WHERE is_compliance)",
        "removal",
        id="id",
        time=leaf_time("t.redacted_at"),
        event=f"CASE WHEN {leaf_text('t.action')} = 'delete' THEN 'post deleted' "
        f"ELSE {leaf_text('t.action')} END",
    ),
    digest_row(
        "(SELECT * FROM read ANTI JOIN notice USING (page, place) WHERE other IS NOT NULL)",
        "none",
        seen="retrieved",
        others=f"[{user('id', leaf_text('t.username'))}]",
        reason=_NO_TWEET,
    ),
)

VERSION_2 = export_of(_DIGEST_2)


# --- version 1.1 ----------------------------------------------------------------------------------

_MILLIS_1 = f"try_cast({leaf_text('t.timestamp_ms')} AS BIGINT)"

_CREATED_1 = (
    "coalesce(strftime(try_strptime(t.created_at ->> '$', '%a %b %d %H:%M:%S %z %Y'), "
    f"'%Y-%m-%dT%H:%M:%SZ'), {leaf_time('t.created_at')}, {iso_of_milliseconds(_MILLIS_1)})"
)

_ITEMS_1 = f"""
    pages AS (
        SELECT rowid AS page, line,
            coalesce(json_transform(object, '{{"statuses": ["JSON"]}}').statuses, [object]) AS data
        FROM records
    ),
    items AS (
        SELECT page, line, unnest(data) AS item, generate_subscripts(data, 1) AS place FROM pages
    ),
    parsed AS (SELECT *, json_transform(item, '{_TWEET_1}') AS t FROM items),
    read AS MATERIALIZED (
        SELECT * EXCLUDE (item), {leaf_text("t.id_str", "t.id")} AS id,
            {leaf_text("t.user.id_str", "t.user.id")} AS author_id,
            {leaf_text("t.retweeted_status.id_str", "t.retweeted_status.id")} AS repost_of,
            {leaf_text("t.in_reply_to_status_id_str", "t.in_reply_to_status_id")} AS reply_to,
            {
    leaf_text(
        "t.quoted_status_id_str",
        "t.quoted_status_id",
        "t.quoted_status.id_str",
        "t.quoted_status.id",
    )
} AS quote_of,
            coalesce(t.extended_tweet.entities.user_mentions, t.entities.user_mentions, [])
                AS mentions,
            id IS NOT NULL AND (author_id IS NOT NULL OR t.created_at IS NOT NULL) AS is_tweet,
            CASE WHEN NOT is_tweet THEN item END AS other
        FROM parsed
    ),
    {notice_steps("read")},
    tweets AS (
        SELECT *, {time_of(_CREATED_1, "id")} AS time,
            t.retweeted_status IS NOT NULL AND coalesce(repost_of <> id, true) AS is_repost,
            coalesce(quote_of <> id, t.quoted_status IS NOT NULL) AS is_quote
        FROM read WHERE is_tweet
    )
"""

_MENTION_1 = user(leaf_text("m.id_str", "m.id"), leaf_text("m.screen_name"))


def _user_1(status: str) -> str:
    return user(
        leaf_text(f"{status}.user.id_str", f"{status}.user.id"),
        leaf_text(f"{status}.user.screen_name"),
    )


_DIGEST_1 = digest_of(
    _ITEMS_1,
    digest_row(
        "tweets",
        "tweet",
        id="id",
        author=user("author_id", leaf_text("t.user.screen_name")),
        time="time",
        seen="time",
        is_repost="is_repost",
        repost_of="repost_of",
        reposted=_user_1("t.retweeted_status"),
        reposted_name=f"[{_MENTION_1} for m in mentions if m.indices[1] = 3][1]",
        is_reply="reply_to IS NOT NULL",
        reply_to="reply_to",
        replied=user(
            leaf_text("t.in_reply_to_user_id_str", "t.in_reply_to_user_id"),
            leaf_text("t.in_reply_to_screen_name"),
        ),
        is_quote="is_quote",
        quote_of="quote_of",
        quoted=_user_1("t.quoted_status"),
        mentions=f"[{_MENTION_1} for m in mentions]",
    ),
    *(
        digest_row(
            f"(SELECT line, page, place, t.{status} AS s FROM tweets WHERE t.{status} IS NOT NULL)",
            "seen",
            id=leaf_text("s.id_str", "s.id"),
            author=_user_1("s"),
        )
        for status in ("retweeted_status", "quoted_status")
    ),
    REMOVAL,
    digest_row(
        "(SELECT * FROM read ANTI JOIN notice USING (page, place) WHERE other IS NOT NULL)",
        "none",
        reason=_NO_TWEET,
    ),
)

VERSION_1 = export_of(_DIGEST_1)


# --- what is what ---------------------------------------------------------------------------------

# A page is a line of hundreds of kilobytes: its head is no JSON yet, and must do.
_HEAD_2 = re.compile(
    r'"(referenced_tweets|edit_history_tweet_ids|conversation_id|public_metrics|reply_settings)"\s*:'
)
_HEAD_1 = re.compile(r'"(id_str|retweeted_status|in_reply_to_status_id_str)"\s*:')


def _is_tweet_2(one: dict[str, Any]) -> bool:
    tweet = _first(one, "data")
    return "author_id" in tweet and "id" in tweet


def _is_notice_2(one: dict[str, Any]) -> bool:
    return any(
        name in EVENTS
        and isinstance(said, dict)
        and (isinstance(said.get("tweet"), dict) or isinstance(said.get("user"), dict))
        for name, said in _first(one, "data").items()
    )


def _is_tweet_1(one: dict[str, Any]) -> bool:
    author = _first(one, "statuses").get("user")
    # Weibo has the same names, but for its ids.
    return isinstance(author, dict) and "screen_name" in author and "idstr" not in author


def _is_notice_1(one: dict[str, Any]) -> bool:
    return any(
        isinstance(said, dict) and ("status" in said or "withheld_in_countries" in said)
        for said in map(one.get, ("delete", "status_withheld", "user_withheld"))
    )


def _first(one: dict[str, Any], page: str) -> dict[str, Any]:
    """What a page holds first, or the object itself where it is none."""
    held = one.get(page)
    first = held[0] if isinstance(held, list) and held else held
    return first if isinstance(first, dict) else one


def looks_like_version_2(file: File) -> bool:
    """Whether a file holds tweets of version 2, or notices of its streams and no other tweets."""
    found = sampled_objects(file)
    if not found:
        head = _head(file)
        return '"author_id"' in head and _HEAD_2.search(head) is not None
    return any(map(_is_tweet_2, found)) or (
        any(map(_is_notice_2, found)) and not any(map(_is_tweet_1, found))
    )


def looks_like_version_1(file: File) -> bool:
    """Whether a file holds tweets of version 1.1, or notices of its streams."""
    found = sampled_objects(file)
    if not found:
        head = _head(file)
        return '"screen_name"' in head and _HEAD_1.search(head) is not None
    return any(_is_tweet_1(one) or _is_notice_1(one) for one in found)


def _head(file: File) -> str:
    """The head of a file of JSON that ends within the first object; else nothing."""
    text = file.head.decode("utf-8", "ignore").lstrip("\ufeff \t\r\n")
    return text if text.startswith(("{", "[")) else ""


def _loader(export: Export, what: str) -> Any:
    def load(file: File, request: Request, loader: Loader) -> Part:
        before = loader.loaded
        part = load_objects(file, request, loader, export)
        if loader.loaded == before and part.removals is None and not part.isolated:
            reason, (_, line) = next(iter(part.unmapped.items()), ("", (0, 0)))
            found = f" (line {line}: {reason})" if reason else ""
            raise ReadingError(
                f"{file.name}: no interaction can be read from it as {what}{found}; "
                "if it is something else, leave the reader to be found out"
            )
        return part

    return load


READERS: dict[str, Reader] = {
    name: Reader(looks, _loader(export, what), what, FLOW, "twitter", export=export)
    for name, looks, export, what in (
        (
            "twitter-v2",
            looks_like_version_2,
            VERSION_2,
            "Twitter (X) version 2, JSON: twarc's pages or flattened tweets, or a response",
        ),
        (
            "twitter-v1",
            looks_like_version_1,
            VERSION_1,
            "Twitter version 1.1, JSON: tweets with id_str, user and retweeted_status",
        ),
    )
}
"""The formats of this file, in the order in which they are tried."""
