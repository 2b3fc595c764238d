"""Telegram: messages as Telethon and 4CAT write them, and what Telegram Desktop exports."""

from typing import Any

from keynodes.errors import ReadingError
from keynodes.readers.exports import list_at, load_objects, sampled_objects, text_at
from keynodes.readers.inputs import File
from keynodes.readers.loading import Loader
from keynodes.readers.platforms.telegram_acts import AT, T_ME, export_of, named, seconds
from keynodes.readers.platforms.telegram_desktop import DESKTOP, is_desktop, load_desktop
from keynodes.readers.requests import Part, Reader, Request


def _peer(path: str) -> str:
    """SQL: the account that a Peer names, or what 4CAT puts in its place when it resolves it."""
    return f"""coalesce('channel' || {text_at(path + ".channel_id")},
        'user' || {text_at(path + ".user_id")}, 'chat' || {text_at(path + ".chat_id")},
        'user' || {text_at(path + ".user.id")}, 'user' || {text_at(path + ".users[0].id")})"""


def _entity(path: str) -> str:
    """SQL: the account that a User, Channel or Chat is."""
    kind = f"coalesce({text_at(path + '._type')}, {text_at(path + '._')})"
    return (
        f"CASE {kind} WHEN 'User' THEN 'user' WHEN 'Channel' THEN 'channel' "
        f"WHEN 'Chat' THEN 'chat' END || {text_at(path + '.id')}"
    )


def _called(path: str, account: str) -> str:
    """SQL: an account with its username and the name it shows."""
    full = f"concat_ws(' ', {text_at(path + '.first_name')}, {text_at(path + '.last_name')})"
    return (
        f"{{'account': {account}, 'username': nullif({text_at(path + '.username')}, ''), "
        f"'name': nullif(coalesce({text_at(path + '.title')}, {full}), '')}}"
    )


def _true(path: str) -> str:
    return f"coalesce((object -> '{path}') = 'true'::JSON, false)"


_KIND = f"coalesce({text_at('$.action._type')}, {text_at('$.action._')})"

_ADDED = f"{_KIND} IN ('MessageActionChatAddUser', 'MessageActionChatCreate')"

# In a channel the channel speaks, whoever wrote; in a group the sender, or the group itself where
# an administrator stays unnamed; in a private chat nobody is named where it is the other one.
_TELETHON = f"""
    SELECT line, time, chat, chat AS place, {text_at("$.id")} AS id, chat || '/' || id AS evidence,
        CASE WHEN {_true("$.post")} OR {_true("$._chat.broadcast")} THEN chat
            WHEN is_service AND {_KIND} = 'MessageActionChatJoinedByLink' THEN author
            ELSE coalesce(author, CASE WHEN NOT {_true("$.out")} OR NOT starts_with(chat, 'user')
                THEN chat END) END AS sender,
        is_service,
        coalesce(json_type(object, '$.fwd_from') = 'OBJECT', false) AS is_forward,
        coalesce({_peer("$.fwd_from.from_id")}, {_peer("$.fwd_from")},
            'user' || {text_at("$.fwd_from.from_id")}, {named("$.fwd_from.from_name")}) AS origin,
        CASE WHEN {_true("$.reply_to.forum_topic")} AND {text_at("$.reply_to.reply_to_top_id")}
            IS NULL THEN NULL
            ELSE coalesce({text_at("$.reply_to.reply_to_msg_id")}, {text_at("$.reply_to_msg_id")})
            END AS answered_id,
        coalesce({_peer("$.reply_to.reply_to_peer_id")}, chat) AS answered_place,
        coalesce({_peer("$.reply_to.reply_from.from_id")},
            {named("$.reply_to.reply_from.from_name")},
            CASE WHEN {text_at("$.reply_to.story_id")} IS NOT NULL
                THEN coalesce({_peer("$.reply_to.peer")}, {_peer("$.reply_to")}) END) AS answered,
        regexp_extract_all({text_at("$.message")}, {AT}, 1) AS usernames,
        list_concat(regexp_extract_all({text_at("$.message")}, {T_ME}, 1),
            flatten([regexp_extract_all({text_at("$.url", "e")}, {T_ME}, 1) FOR e IN entities]))
            AS links,
        ['user' || {text_at("$.user_id", "e")} FOR e IN entities
            IF {text_at("$.user_id", "e")} IS NOT NULL] AS mentioned,
        CASE WHEN is_service AND {_ADDED} THEN
            ['user' || {text_at("$", "u")} FOR u IN coalesce({list_at("$.action.users")}, [])
                IF ('user' || {text_at("$", "u")}) IS DISTINCT FROM author] END AS invited,
        CASE WHEN is_service AND {_KIND} = 'MessageActionChatJoinedByLink'
            THEN 'user' || {text_at("$.action.inviter_id")} END AS inviter,
        [{_called("$._chat", "chat")}, {_called("$._sender", _entity("$._sender"))},
            {_called("$._forward._chat", _entity("$._forward._chat"))},
            {_called("$._forward._sender", _entity("$._forward._sender"))}] AS people
    FROM (
        SELECT line, object, {seconds(text_at("$.date"))} AS time,
            coalesce({_peer("$.peer_id")}, {_peer("$.to_id")}, {_entity("$._chat")}) AS chat,
            coalesce({_peer("$.from_id")}, 'user' || {text_at("$.from_id")},
                {_entity("$._sender")}) AS author,
            coalesce({list_at("$.entities")}, []) AS entities,
            coalesce(json_type(object, '$.action'), 'NULL') <> 'NULL' AS is_service
        FROM records
    )
"""

TELETHON = export_of(_TELETHON)


def _is_message(one: dict[str, Any]) -> bool:
    chat = one.get("peer_id") or one.get("to_id")
    names = ("channel_id", "user_id", "chat_id", "full_chat", "user", "_", "_type")
    return isinstance(chat, dict) and "date" in one and any(name in chat for name in names)


def _is_telethon(file: File) -> bool:
    return any(_is_message(one) for one in sampled_objects(file))


def _load_telethon(file: File, request: Request, loader: Loader) -> Part:
    if sampled_objects(file) and not _is_telethon(file):
        raise ReadingError(
            f"{file.name} holds no messages of Telethon or 4CAT: none of its first objects has "
            "peer_id and date"
        )
    return load_objects(file, request, loader, TELETHON)


_FLOW = (
    "in a channel the channel acts, whoever writes; in a group the sender. Whoever forwards, "
    "answers or links to a post (a quote) acts on where it is from, whose posts have reached it; "
    "whoever mentions or invites an account, or writes to it, reaches it"
)

READERS: dict[str, Reader] = {
    "telegram": Reader(
        _is_telethon,
        _load_telethon,
        "Telegram: messages of Telethon or 4CAT",
        _FLOW,
        "telegram",
        export=TELETHON,
    ),
    "telegram-desktop": Reader(
        is_desktop,
        load_desktop,
        "Telegram Desktop: result.json",
        _FLOW,
        "telegram",
        export=DESKTOP,
    ),
}
"""The formats of this file, in the order in which they are tried."""
