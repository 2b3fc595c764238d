"""Telegram: messages as Telethon and 4CAT write them, and what Telegram Desktop exports."""

import json
import re
from collections.abc import Iterator
from typing import Any

from keynodes.errors import ReadingError
from keynodes.readers.dialects import encoding_of
from keynodes.readers.exports import Export, list_at, load_objects, sampled_objects, text_at
from keynodes.readers.inputs import File
from keynodes.readers.lines import lines
from keynodes.readers.loading import Loader
from keynodes.readers.requests import Part, Reader, Request

# Users, channels (large groups are channels too) and small groups are numbered apart: ids say which
# they are, as those of Telegram Desktop do (user1, channel1, chat1). Who is known only by a
# username is @username, in small letters as they count; who only by a displayed name, name:….

# --- what both have in common ---------------------------------------------------------------------

# Words after t.me/ that are no usernames.
_RESERVED = """('joinchat', 'addstickers', 'addemoji', 'addlist', 'addtheme', 'share', 'proxy',
    'socks', 'login', 'setlanguage', 'confirmphone', 'invoice', 'contact', 'boost', 'giftcode')"""

_PATH = "regexp_replace(regexp_extract(link, '^[^?#]*'), '^s/', '')"

_ACTS = f"""
    WITH message AS MATERIALIZED (SELECT rowid AS n, * FROM records WHERE sender IS NOT NULL),
    username AS (
        SELECT username, min(account) AS account
        FROM (SELECT DISTINCT lower(p.username) AS username, p.account AS account
            FROM (SELECT unnest(people) AS p FROM records))
        WHERE username IS NOT NULL GROUP BY username HAVING count(DISTINCT account) = 1
    ),
    written AS (
        SELECT place, id, min(sender) AS sender, bool_and(is_service) AS is_service
        FROM message GROUP BY place, id HAVING count(DISTINCT sender) = 1
    ),
    link AS (
        SELECT n, {_PATH} AS path, string_split({_PATH}, '/') AS steps
        FROM (SELECT n, unnest(links) AS link FROM message WHERE NOT is_forward)
    ),
    reference AS (
        SELECT n, lower(unnest(usernames)) AS username, NULL AS id, false AS of_post
        FROM message WHERE NOT is_forward
        UNION ALL
        SELECT n, nullif(lower(regexp_extract(path, '^([A-Za-z]\\w{{3,31}})(?:\\W|$)', 1)), '')
            AS name, NULL, coalesce(regexp_full_match(steps[2], '\\d+\\W*'), false)
        FROM link WHERE steps[1] <> 'c' AND name NOT IN {_RESERVED}
        UNION ALL
        SELECT n, NULL, 'channel' || steps[2],
            coalesce(regexp_full_match(steps[3], '\\d+\\W*'), false)
        FROM link WHERE steps[1] = 'c' AND regexp_full_match(steps[2], '\\d+')
        UNION ALL
        SELECT n, NULL, unnest(mentioned), false FROM message WHERE NOT is_forward
    ),
    act AS MATERIALIZED (
        SELECT n, sender AS source, origin AS target, 'forward' AS relation,
            CASE WHEN origin IS NULL THEN 'a forward whose origin has no name' END AS reason
        FROM message WHERE is_forward
        UNION ALL
        SELECT n, message.sender, CASE WHEN NOT written.is_service THEN written.sender
                WHEN written.is_service IS NULL THEN answered END AS target, 'reply',
            CASE WHEN written.is_service THEN 'an answer to a service message (a topic of a forum)'
                WHEN target IS NULL THEN 'the answered message is not in the file' END
        FROM message LEFT JOIN written
            ON written.place = message.answered_place AND written.id = message.answered_id
        WHERE (answered_id IS NOT NULL OR answered IS NOT NULL) AND NOT message.is_service
        UNION ALL
        SELECT DISTINCT n, sender, coalesce(reference.id, account, '@' || username),
            CASE WHEN of_post THEN 'quote' ELSE 'mention' END, NULL
        FROM reference JOIN message USING (n) LEFT JOIN username USING (username)
        WHERE reference.id IS NOT NULL OR username IS NOT NULL
        UNION ALL
        SELECT n, sender, NULL, 'mention', 'an invite link, which names no account'
        FROM link JOIN message USING (n) WHERE starts_with(path, '+') OR steps[1] = 'joinchat'
        UNION ALL
        SELECT n, sender, chat, 'message', NULL
        FROM message WHERE starts_with(chat, 'user') AND chat <> sender AND NOT is_service
        UNION ALL
        SELECT n, sender, target, 'invite', CASE WHEN target IS NULL
            THEN 'an invited account without a name' END
        FROM (SELECT n, sender, unnest(invited) AS target FROM message)
        UNION ALL
        SELECT n, inviter, sender, 'invite', NULL FROM message WHERE inviter IS NOT NULL
        UNION ALL
        SELECT n, sender, NULL, NULL, 'a service message (joined, pinned, renamed …)'
        FROM message WHERE is_service AND inviter IS NULL AND len(coalesce(invited, [])) = 0
    )
    SELECT line, source, target, relation, time, evidence, reason
    FROM act JOIN message USING (n)
    UNION ALL
    SELECT line, sender, sender, 'post', time, evidence, NULL
    FROM message ANTI JOIN (SELECT n FROM act WHERE reason IS NULL) AS acted USING (n)
    WHERE NOT is_service AND NOT is_forward
    UNION ALL
    SELECT line, NULL, NULL, NULL, NULL, NULL, 'a message that does not name its sender'
    FROM records WHERE sender IS NULL
"""

_CALLED = """
    SELECT p.account AS account, coalesce(p.username, p.name) AS handle, time
    FROM (SELECT unnest(people) AS p, time FROM records)
    WHERE account IS NOT NULL AND handle IS NOT NULL
"""

# Senders of forwards of whom nobody knows from where.
_ISOLATED = "SELECT sender AS account FROM records WHERE sender IS NOT NULL AND is_forward"


def _export(digest: str, *notices: str) -> Export:
    return Export(
        _ACTS,
        time="seconds",
        handles=_CALLED,
        isolated=_ISOLATED + " AND origin IS NULL",
        digest=digest,
        notices=notices,
    )


def _seconds(text: str) -> str:
    """SQL: unix seconds, of a number or a date; what is neither stays what it is."""
    date = f"CASE WHEN try_cast({text} AS DOUBLE) IS NULL THEN try_cast({text} AS TIMESTAMPTZ) END"
    return f"coalesce(epoch({date})::VARCHAR, {text})"


def _name(path: str, of: str = "object") -> str:
    """SQL: the account that has no more than a displayed name."""
    return f"'name:' || nullif({text_at(path, of)}, '')"


_AT = "'(?:^|[^\\w@./])@([A-Za-z]\\w{3,31})'"
_T_ME = (
    "'(?i)(?:^|[^\\w./@-])(?:https?://)?(?:www\\.)?(?:t\\.me|telegram\\.me|telegram\\.dog)/"
    "([^\\s\"<>()\\[\\]]+)'"
)


# --- Telethon, 4CAT -------------------------------------------------------------------------------


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
            'user' || {text_at("$.fwd_from.from_id")}, {_name("$.fwd_from.from_name")}) AS origin,
        CASE WHEN {_true("$.reply_to.forum_topic")} AND {text_at("$.reply_to.reply_to_top_id")}
            IS NULL THEN NULL
            ELSE coalesce({text_at("$.reply_to.reply_to_msg_id")}, {text_at("$.reply_to_msg_id")})
            END AS answered_id,
        coalesce({_peer("$.reply_to.reply_to_peer_id")}, chat) AS answered_place,
        coalesce({_peer("$.reply_to.reply_from.from_id")},
            {_name("$.reply_to.reply_from.from_name")},
            CASE WHEN {text_at("$.reply_to.story_id")} IS NOT NULL
                THEN coalesce({_peer("$.reply_to.peer")}, {_peer("$.reply_to")}) END) AS answered,
        regexp_extract_all({text_at("$.message")}, {_AT}, 1) AS usernames,
        list_concat(regexp_extract_all({text_at("$.message")}, {_T_ME}, 1),
            flatten([regexp_extract_all({text_at("$.url", "e")}, {_T_ME}, 1) FOR e IN entities]))
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
        SELECT line, object, {_seconds(text_at("$.date"))} AS time,
            coalesce({_peer("$.peer_id")}, {_peer("$.to_id")}, {_entity("$._chat")}) AS chat,
            coalesce({_peer("$.from_id")}, 'user' || {text_at("$.from_id")},
                {_entity("$._sender")}) AS author,
            coalesce({list_at("$.entities")}, []) AS entities,
            coalesce(json_type(object, '$.action'), 'NULL') <> 'NULL' AS is_service
        FROM records
    )
"""

TELETHON = _export(_TELETHON)


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
            "peer_id and date; let the format be found out, or name another"
        )
    return load_objects(file, request, loader, TELETHON)


# --- Telegram Desktop -----------------------------------------------------------------------------

_CHAT_TYPES = (
    "saved_messages|replies|verification_codes|personal_chat|bot_chat|private_group|"
    "private_supergroup|public_supergroup|private_channel|public_channel"
)
_TEXT = r'"(?:[^"\\]|\\.)*"'
_ONE_CHAT = re.compile(
    rf'\s*\{{(\s*"(name|type|id)"\s*:\s*({_TEXT}|null|-?\d+)\s*,)+\s*"messages"\s*:\s*\['
)
_ALL_DATA = re.compile(
    rf'\s*\{{\s*("about"\s*:\s*{_TEXT}\s*,\s*)?'
    r'"(personal_information|profile_pictures|contacts|frequent_contacts|chats)"\s*:\s*[\[{]'
)

# It writes controls in names and texts as \xHH, which is no JSON.
_CONTROL = re.compile(r"(?<!\\)((?:\\\\)*)\\x([0-9A-Fa-f]{2})")

_PARTS = "coalesce(" + list_at("$.message.text") + ", [])"


def _part(kind: str, what: str) -> str:
    """SQL: what stands in the parts of a text that are of a kind."""
    return (
        f"[{text_at(what, 'p')} FOR p IN {_PARTS} IF {text_at('$.type', 'p')} = '{kind}' "
        f"AND {text_at(what, 'p')} IS NOT NULL]"
    )


_MEMBERS = f"coalesce({list_at('$.message.members')}, [])"

_DESKTOP = f"""
    SELECT line, time, chat, place, {text_at("$.message.id")} AS id,
        place || '/' || id AS evidence, sender, is_service,
        coalesce(json_type(object, '$.message.forwarded_from'),
            json_type(object, '$.message.forwarded_from_id')) IS NOT NULL AS is_forward,
        coalesce({text_at("$.message.forwarded_from_id")}, {_name("$.message.forwarded_from")})
            AS origin,
        CASE WHEN NOT is_service THEN {text_at("$.message.reply_to_message_id")} END AS answered_id,
        coalesce({text_at("$.message.reply_to_peer_id")}, place) AS answered_place,
        NULL::VARCHAR AS answered,
        [m[2:] FOR m IN {_part("mention", "$.text")}] AS usernames,
        flatten([regexp_extract_all(l, {_T_ME}, 1) FOR l IN
            list_concat({_part("link", "$.text")}, {_part("text_link", "$.href")})]) AS links,
        ['user' || u FOR u IN {_part("mention_name", "$.user_id")}] AS mentioned,
        CASE WHEN {text_at("$.message.action")} IN ('invite_members', 'create_group') THEN
            [{_name("$", "m")} FOR m IN {_MEMBERS}
                IF {text_at("$", "m")} IS DISTINCT FROM {text_at("$.message.actor")}]
            END AS invited,
        CASE WHEN {text_at("$.message.action")} = 'join_group_by_link'
            THEN {_name("$.message.inviter")} END AS inviter,
        [{{'account': sender, 'username': NULL::VARCHAR, 'name':
            nullif(coalesce({text_at("$.message.from")}, {text_at("$.message.actor")}), '')}},
        {{'account': {text_at("$.message.forwarded_from_id")}, 'username': NULL::VARCHAR,
            'name': nullif({text_at("$.message.forwarded_from")}, '')}},
        {{'account': chat, 'username': NULL::VARCHAR,
            'name': nullif({text_at("$.chat.name")}, '')}}] AS people
    FROM (
        SELECT *, coalesce(chat, 'chat number ' || {text_at("$.chat.number")}) AS place,
            CASE WHEN ends_with(type, '_channel') AND chat IS NOT NULL THEN chat
                WHEN regexp_full_match(author, '[0-9]+') THEN 'user' || author
                ELSE author END AS sender
        FROM (
            SELECT line, object, {text_at("$.chat.type")} AS type,
                CASE WHEN ends_with(type, '_channel') OR ends_with(type, '_supergroup')
                    THEN 'channel' WHEN type = 'private_group' THEN 'chat'
                    WHEN type IN ('personal_chat', 'bot_chat') THEN 'user' END
                    || {text_at("$.chat.id")} AS chat,
                nullif(coalesce({text_at("$.message.from_id")},
                    {text_at("$.message.actor_id")}), '') AS author,
                coalesce({text_at("$.message.date_unixtime")},
                    {_seconds(text_at("$.message.date"))}) AS time,
                coalesce({text_at("$.message.type")} = 'service', false) AS is_service
            FROM records
        )
    )
"""

_NAMES = (
    "forwards and invitations give names, not ids, in exports of Telegram Desktop: such accounts "
    "are called name:…, and those of one name are one"
)
_LOCAL = "its dates are in the time zone of whoever exported, and are read as UTC"


class _Walk:
    """Goes through an export of Telegram Desktop once, message by message."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.line, self.counted = 1, 0
        self.chats = 0
        self.decode = json.JSONDecoder(strict=False).raw_decode

    def sign(self) -> str:
        """The next sign that is no blank and no comma."""
        while self.text[self.place] in " \t\r\n,":
            self.place += 1
        return self.text[self.place]

    def value(self) -> Any:
        self.sign()
        found, self.place = self.decode(self.text, self.place)
        return found

    def numbered(self) -> int:
        self.line += self.text.count("\n", self.counted, self.place)
        self.counted = self.place
        return self.line

    def messages(self) -> Iterator[tuple[int, str]]:
        """Yield the line of each message within the object or array that begins here, and JSON:
        the message beside its chat."""
        keyed = self.sign() == "{"
        self.place += 1
        chat: dict[str, Any] = {}
        while self.sign() not in "}]":
            key = None
            if keyed:
                key = self.value()
                if self.sign() != ":":
                    raise ValueError(self.text[self.place])
                self.place += 1
            if key == "messages" and self.sign() == "[":
                self.chats += 1
                yield from self.of_chat(json.dumps(chat | {"number": self.chats}))
            elif key in (None, "chats", "left_chats", "list") and self.sign() in "{[":
                yield from self.messages()
            else:
                value = self.value()
                if key in ("name", "type", "id"):
                    chat[key] = value
        self.place += 1

    def of_chat(self, chat: str) -> Iterator[tuple[int, str]]:
        self.place += 1
        while self.sign() != "]":
            start, line = self.place, self.numbered()
            self.value()
            yield line, f'{{"chat": {chat}, "message": {self.text[start : self.place]}}}'
        self.place += 1


def _messages(text: str) -> Iterator[tuple[int, str]]:
    walk = _Walk(text)
    try:
        yield from walk.messages()
    except (ValueError, IndexError, RecursionError):
        # Cut off, or no JSON: what was read stands, and the rest is one bad line.
        walk.place = min(walk.place, len(text))
        yield walk.numbered(), ""


def _is_desktop(file: File) -> bool:
    head = file.head.decode("utf-8-sig", "ignore")
    one = _ONE_CHAT.match(head)
    if one is None:
        return _ALL_DATA.match(head) is not None
    return re.search(rf'"type"\s*:\s*"({_CHAT_TYPES})"', one[0]) is not None


def _load_desktop(file: File, request: Request, loader: Loader) -> Part:
    encoding = encoding_of(file, request.encoding)
    text = "".join(raw for _, raw in lines(file.path, file.name, encoding, longest=None))
    if '"messages"' not in text or not text.lstrip().startswith(("{", "[")):
        raise ReadingError(
            f"{file.name} is no export of Telegram Desktop: it has no list of messages; let the "
            "format be found out, or name another"
        )
    notices = [_NAMES]
    if '"date_unixtime"' not in text:
        notices.append(_LOCAL)
    if "\\x" in text:
        text = _CONTROL.sub(r"\1\\u00\2", text)
    export = _export(_DESKTOP, *notices)
    return load_objects(file, request, loader, export, _messages(text))


_FLOW = (
    "in a channel the channel acts, whoever writes; in a group the sender. Whoever forwards, "
    "answers or links to a post (a quote) acts on where it is from, whose posts have reached it; "
    "whoever mentions or invites an account, or writes to it, reaches it"
)

READERS: dict[str, Reader] = {
    "telegram": Reader(
        _is_telethon, _load_telethon, "Telegram: messages of Telethon or 4CAT", _FLOW, "telegram"
    ),
    "telegram-desktop": Reader(
        _is_desktop, _load_desktop, "Telegram Desktop: result.json", _FLOW, "telegram"
    ),
}
"""The formats of this file, in the order in which they are tried."""
