"""Telegram Desktop: the file result.json, of one chat or of everything."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from keynodes.errors import ReadingError
from keynodes.readers.dialects import encoding_of
from keynodes.readers.exports import list_at, load_objects, text_at
from keynodes.readers.inputs import File
from keynodes.readers.lines import lines
from keynodes.readers.loading import Loader
from keynodes.readers.platforms.telegram_acts import T_ME, export_of, named, seconds
from keynodes.readers.requests import Part, Request

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
        coalesce({text_at("$.message.forwarded_from_id")}, {named("$.message.forwarded_from")})
            AS origin,
        CASE WHEN NOT is_service THEN {text_at("$.message.reply_to_message_id")} END AS answered_id,
        coalesce({text_at("$.message.reply_to_peer_id")}, place) AS answered_place,
        NULL::VARCHAR AS answered,
        [m[2:] FOR m IN {_part("mention", "$.text")}] AS usernames,
        flatten([regexp_extract_all(l, {T_ME}, 1) FOR l IN
            list_concat({_part("link", "$.text")}, {_part("text_link", "$.href")})]) AS links,
        ['user' || u FOR u IN {_part("mention_name", "$.user_id")}] AS mentioned,
        CASE WHEN {text_at("$.message.action")} IN ('invite_members', 'create_group') THEN
            [{named("$", "m")} FOR m IN {_MEMBERS}
                IF {text_at("$", "m")} IS DISTINCT FROM {text_at("$.message.actor")}]
            END AS invited,
        CASE WHEN {text_at("$.message.action")} = 'join_group_by_link'
            THEN {named("$.message.inviter")} END AS inviter,
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
                    {seconds(text_at("$.message.date"))}) AS time,
                coalesce({text_at("$.message.type")} = 'service', false) AS is_service
            FROM records
        )
    )
"""

DESKTOP = export_of(_DESKTOP)

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


def is_desktop(file: File) -> bool:
    """Whether a file begins like an export of one chat, or of everything."""
    head = file.head.decode("utf-8-sig", "ignore")
    one = _ONE_CHAT.match(head)
    if one is None:
        return _ALL_DATA.match(head) is not None
    return re.search(rf'"type"\s*:\s*"({_CHAT_TYPES})"', one[0]) is not None


def load_desktop(file: File, request: Request, loader: Loader) -> Part:
    """Read the messages of every chat; the file is held in memory."""
    encoding = encoding_of(file, request.encoding)
    text = "".join(raw for _, raw in lines(file.path, file.name, encoding, longest=None))
    if '"messages"' not in text or not text.lstrip().startswith(("{", "[")):
        raise ReadingError(
            f"{file.name} is no export of Telegram Desktop: it has no list of messages"
        )
    notices = [_NAMES]
    if '"date_unixtime"' not in text:
        notices.append(_LOCAL)
    if "\\x" in text:
        text = _CONTROL.sub(r"\1\\u00\2", text)
    export = replace(DESKTOP, notices=tuple(notices))
    return load_objects(file, request, loader, export, _messages(text))
