"""Notices in streams of tweets: of deleted and withheld tweets and of suspended accounts."""

from keynodes.readers.platforms.tweets import (
    digest_row,
    iso_of_milliseconds,
    leaf_text,
    leaf_time,
    user,
)

EVENTS = {
    "delete": "post deleted",
    "withheld": "post withheld",
    "status_withheld": "post withheld",
    "drop": "post hidden",
    "undrop": "post restored",
    "user_delete": "account deleted",
    "user_undelete": "account restored",
    "user_suspend": "account suspended",
    "user_unsuspend": "account restored",
    "user_withheld": "account withheld",
}
"""What notices of a stream say, by the name under which they stand there."""

_NOTICE = """{"tweet": {"id": "JSON", "author_id": "JSON"},
    "user": {"id": "JSON"},
    "status": {"id_str": "JSON", "id": "JSON", "user_id_str": "JSON", "user_id": "JSON"},
    "id_str": "JSON", "id": "JSON", "user_id_str": "JSON", "user_id": "JSON",
    "event_at": "JSON", "timestamp_ms": "JSON"}"""


def notice_steps(items: str) -> str:
    """SQL: the steps that find notices among `items` (``line, page, place, other``)."""
    names = ", ".join(f"'{name}'" for name in EVENTS)
    words = " ".join(f"WHEN '{name}' THEN '{words}'" for name, words in EVENTS.items())
    account = leaf_text(
        "said.tweet.author_id",
        "said.user.id",
        "said.status.user_id_str",
        "said.status.user_id",
        "said.user_id_str",
        "said.user_id",
    )
    post = leaf_text("said.tweet.id", "said.status.id_str", "said.status.id")
    millis = f"try_cast({leaf_text('said.timestamp_ms')} AS BIGINT)"
    return f"""
        noted AS (
            SELECT line, page, place, other, list_intersect(json_keys(other), [{names}])[1] AS name
            FROM {items}
            WHERE json_type(other) = 'OBJECT'
                AND NOT list_has_any(json_keys(other), ['id', 'id_str'])
        ),
        notice AS MATERIALIZED (
            SELECT line, page, place, time, CASE name {words} END AS event,
                coalesce(named, CASE WHEN starts_with(name, 'user_') THEN own END) AS account,
                CASE WHEN NOT starts_with(name, 'user_') THEN coalesce(post, own) END AS post
            FROM (
                SELECT line, page, place, name, {account} AS named, {post} AS post,
                    {leaf_text("said.id_str", "said.id")} AS own,
                    coalesce({leaf_time("said.event_at")}, {iso_of_milliseconds(millis)}) AS time
                FROM (
                    SELECT *, json_transform(json_extract(other, '$.' || name), '{_NOTICE}') AS said
                    FROM noted WHERE name IS NOT NULL
                )
            )
        )
    """


REMOVAL = digest_row(
    "notice", "removal", id="post", author=user("account", "NULL"), time="time", event="event"
)
