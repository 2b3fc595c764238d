"""Telegram: who acts in a channel and in a group, and which way does a message travel?"""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import rows
from social import EXPORTS, acts, forced, taken, travels

from keynodes import ReadingError, build_graph, read_interactions
from keynodes.readers.inputs import opened
from keynodes.readers.platforms import telegram

MESSAGES = EXPORTS / "telegram.ndjson"
GROUP = EXPORTS / "telegram-desktop.json"
ALL_DATA = EXPORTS / "telegram-desktop-all.json"
WATCH, TALK, UPSTREAM = "channel1000000001", "channel1000000002", "channel1000000009"
ADA, BEN, CLEO = "user501", "user502", "user503"
TIME = 1717113600


def message(identity, text="", channel=7, sender=None, **more):
    named = {"from_id": {"_type": "PeerUser", "user_id": sender}} if sender else {}
    return {
        "id": identity,
        "date": TIME,
        "peer_id": {"_type": "PeerChannel", "channel_id": channel},
        "message": text,
    } | named | more  # fmt: skip


def ndjson(write, *messages):
    return write("".join(json.dumps(one) + "\n" for one in messages), "messages.ndjson")


def chat(write, *messages, name="result.json", **more):
    about = {"name": "Pier", "type": "public_supergroup", "id": 7} | more
    return write(json.dumps(about | {"messages": list(messages)}, indent=1), name)


def said(identity, who="user1", text="", **more):
    return {
        "id": identity, "type": "message", "date_unixtime": str(TIME), "from_id": who, "text": text,
    } | more  # fmt: skip


# --- Telethon, 4CAT -------------------------------------------------------------------------------


def test_which_way_messages_travel():
    interactions = read_interactions(MESSAGES)
    assert interactions.report.readers == ("telegram",)
    assert acts(interactions) == [
        # The channel (not Ada, who signed) forwards a post of another, and a message of somebody
        # of whom only a name is known; in the group it is Cleo who forwards a user's message.
        ("forward", WATCH, UPSTREAM),
        ("forward", WATCH, "name:Old Tom"),
        ("forward", CLEO, "user505"),
        # Ada added two to the group; Dan came by a link that she had made.
        ("invite", ADA, "user506"),
        ("invite", ADA, "user507"),
        ("invite", ADA, "user508"),
        # @Ada_Lake is Ada by the file; t.me/HarbourTalk, the group; of @quay_master no more is
        # known. Cleo names a user that has no username.
        ("mention", WATCH, "@quay_master"),
        ("mention", WATCH, TALK),
        ("mention", WATCH, ADA),
        ("mention", CLEO, "user504"),
        # Links to a post, by username (as in the forward) and by number.
        ("quote", WATCH, "channel1000000008"),
        ("quote", WATCH, UPSTREAM),
        # Ben answers Ada, Cleo answers Ben, the group (an unnamed administrator) Cleo, and Ada the
        # channel, in another chat.
        ("reply", TALK, CLEO),
        ("reply", ADA, WATCH),
        ("reply", BEN, ADA),
        ("reply", CLEO, BEN),
    ]
    assert travels(interactions) == {
        # What was forwarded, linked to or answered came from there.
        (UPSTREAM, WATCH), ("name:Old Tom", WATCH), ("user505", CLEO), ("channel1000000008", WATCH),
        (CLEO, TALK), (WATCH, ADA), (ADA, BEN), (BEN, CLEO),
        # What mentions or invites goes to who is mentioned or invited.
        (WATCH, "@quay_master"), (WATCH, TALK), (WATCH, ADA), (CLEO, "user504"),
        (ADA, "user506"), (ADA, "user507"), (ADA, "user508"),
    }  # fmt: skip


def test_posts_times_and_evidence():
    interactions = read_interactions(MESSAGES)
    frame = interactions.to_frame()
    own = frame[frame["relation"] == "post"]
    assert sorted(own["evidence"]) == sorted(
        [f"{WATCH}/1", f"{WATCH}/5", f"{TALK}/11", f"{TALK}/14", f"{TALK}/17"]
    )
    forward = frame[frame["evidence"] == f"{WATCH}/2"].iloc[0]
    assert forward["time"].isoformat() == "2024-05-31T00:00:02+00:00"
    posts, _ = interactions.posts()
    assert posts[WATCH] == 5


def test_what_the_messages_do_not_say_is_counted():
    interactions = read_interactions(MESSAGES)
    assert interactions.report.unmapped == {
        "an invite link, which names no account": 1,
        "the answered message is not in the file": 1,
        "a forward whose origin has no name": 1,
        "a service message (joined, pinned, renamed …)": 1,
    }


def test_handles_are_usernames_or_else_names():
    part = forced("telegram", MESSAGES)
    assert dict(part.handles[["account", "handle"]].values.tolist()) == {
        WATCH: "HarbourWatch", TALK: "harbourtalk", UPSTREAM: "upstream_news",
        ADA: "ada_lake", BEN: "Ben Moor", CLEO: "Cleo", "user508": "Dan",
    }  # fmt: skip


def test_messages_as_telethon_writes_them_itself(write):
    first = {
        "_": "Message", "id": 1, "date": "2024-05-31T02:00:00+02:00", "message": "", "out": False,
        "peer_id": {"_": "PeerChannel", "channel_id": 2**60 + 1},
        "from_id": {"_": "PeerUser", "user_id": 9007199254740993},
    }  # fmt: skip
    added = first | {
        "_": "MessageService", "id": 2,
        "action": {"_": "MessageActionChatAddUser", "users": [9007199254740992]},
    }  # fmt: skip
    interactions = read_interactions(ndjson(write, first, added))
    assert rows(interactions, "relation", "source", "target", "evidence") == [
        # Ids beyond 2⁵³ keep their last digit.
        ("invite", "user9007199254740993", "user9007199254740992", "channel1152921504606846977/2"),
        ("post", "user9007199254740993", "user9007199254740993", "channel1152921504606846977/1"),
    ]
    assert interactions.to_frame()["time"][0].isoformat() == "2024-05-31T00:00:00+00:00"


def test_what_4cat_resolved(write):
    resolved = {"channel_id": 3, "full_chat": {"id": 3}, "chats": [{"id": 3, "username": "three"}]}
    origin = {"_type": "MessageFwdHeader", "from_id": resolved, "date": TIME}
    user = {"_type": "MessageFwdHeader", "from_id": {"user": {"id": 5}, "users": []}}
    path = ndjson(
        write, message(1, fwd_from=origin, post=True), message(2, sender=4, fwd_from=user)
    )
    assert acts(read_interactions(path)) == [
        ("forward", "channel7", "channel3"),
        ("forward", "user4", "user5"),
    ]


def test_a_message_that_stands_twice_is_one(write):
    told = message(1, "see @somebody_else", sender=5)
    found = read_interactions(ndjson(write, told, told, told | {"peer_id": {"channel_id": 8}}))
    assert acts(found) == [("mention", "user5", "@somebody_else")] * 2
    assert found.report.unmapped == {"a message that stood in the file before": 1}
    found = read_interactions(chat(write, said(1), said(1), said(2)))
    assert rows(found) == [("user1", "user1")] * 2
    assert found.report.unmapped == {"a message that stood in the file before": 1}


def test_users_and_channels_of_one_number_are_two(write):
    path = ndjson(write, message(1, sender=7), message(2, channel=7, post=True))
    assert rows(read_interactions(path)) == [("channel7", "channel7"), ("user7", "user7")]


def test_a_username_of_two_accounts_is_neither(write):
    held = {"_sender": {"_type": "User", "id": 4, "username": "pier"}, "post": False}
    once = {"_sender": {"_type": "User", "id": 5, "username": "Pier"}, "post": False}
    ask = message(3, "ask @PIER", sender=6)
    assert acts(read_interactions(ndjson(write, message(1, **held), ask))) == [
        ("mention", "user6", "user4")
    ]
    two = read_interactions(ndjson(write, message(1, **held), message(2, **once), ask))
    assert acts(two) == [("mention", "user6", "@pier")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mail ann@pier.example or x/@pier_one", []),
        ("(@pier_one), @pier_one!", [("mention", "@pier_one")]),
        ("t.me/s/pier_one?before=5", [("mention", "@pier_one")]),
        ("HTTPS://T.ME/Pier_One/12.", [("quote", "@pier_one")]),
        ("https://not.t.me/pier_one https://evil.example/t.me/pier_one", []),
        ("t.me/share/url?url=x t.me/addstickers/pack", []),
        ("t.me/c/12/7 t.me/c/13", [("mention", "channel13"), ("quote", "channel12")]),
    ],
)
def test_links_and_mentions_in_texts(write, text, found):
    interactions = read_interactions(ndjson(write, message(1, text, post=True)))
    assert acts(interactions) == [(relation, "channel7", target) for relation, target in found]


def test_private_chats(write):
    peer = {"peer_id": {"_type": "PeerUser", "user_id": 9}}
    theirs = message(1, **peer, out=False)
    mine = message(2, **peer, out=True, from_id={"_type": "PeerUser", "user_id": 1})
    unnamed = message(3, **peer, out=True)
    interactions = read_interactions(ndjson(write, theirs, mine, unnamed))
    # What is written to somebody reaches that account.
    assert acts(interactions) == [("message", "user1", "user9")]
    assert travels(interactions) == {("user1", "user9")}
    assert interactions.report.unmapped == {"a message that does not name its sender": 1}


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.just("https://t.me/x/1"),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    "_type",
                    "id",
                    "user_id",
                    "channel_id",
                    "from_id",
                    "reply_to_msg_id",
                    "url",
                    "users",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
FIELDS = ("message", "fwd_from", "reply_to", "entities", "from_id", "_sender", "_chat", "action")


@settings(max_examples=4)
@given(
    st.lists(
        st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, ODD)), min_size=15, max_size=30
    )
)
def test_no_message_stops_the_reading(tmp_path, records):
    path = tmp_path / "messages.ndjson"
    lines = [message(0, post=True), *(message(i, **one) for i, one in enumerate(records, 1))]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    interactions = read_interactions(path)
    report = interactions.report
    assert ("channel7", "channel7") in rows(interactions)
    # Every message is somewhere: an act, a post, or counted.
    assert report.records + sum(report.unmapped.values()) >= len(lines)


def test_bad_messages_and_other_files(write):
    path = write(json.dumps(message(1)) + "\n{\n", "messages.ndjson")
    with pytest.raises(ReadingError, match=r"messages\.ndjson, line 2: no valid JSON"):
        read_interactions(path)
    late = ndjson(write, message(1) | {"date": "Friday"})
    with pytest.raises(ReadingError, match="line 1: time must be unix seconds"):
        read_interactions(late)
    edges = write('{"source": "a", "target": "b", "date": "2024-01-01"}\n', "edges.jsonl")
    assert read_interactions(edges).report.readers == ("json-lines",)
    with pytest.raises(ReadingError, match=r"edges\.jsonl holds no messages of Telethon or 4CAT"):
        forced("telegram", edges)


# --- Telegram Desktop -----------------------------------------------------------------------------


def test_which_way_messages_travel_in_an_exported_group():
    interactions = read_interactions(GROUP)
    assert interactions.report.readers == ("telegram-desktop",)
    assert acts(interactions) == [
        # Cleo forwards a channel's post, and a message of one of whom only the name is known.
        ("forward", CLEO, UPSTREAM),
        ("forward", CLEO, "name:Old Tom"),
        # Gus came by a link of someone called Ada; Ada made the group with Ben and added two.
        ("invite", "name:Ada", "user505"),
        ("invite", ADA, "name:=Eve\n"),
        ("invite", ADA, "name:Ben"),
        ("invite", ADA, "name:Dan"),
        # Ben names two accounts, and links to a channel; and to a post, which he has read.
        ("mention", BEN, "@harbourwatch"),
        ("mention", BEN, "@quay_master"),
        ("mention", BEN, CLEO),
        ("quote", BEN, "@upstream_news"),
        # Ben answers Ada: he has read her message.
        ("reply", BEN, ADA),
    ]
    assert travels(interactions) == {
        (UPSTREAM, CLEO), ("name:Old Tom", CLEO), ("@upstream_news", BEN), (ADA, BEN),
        ("name:Ada", "user505"), (ADA, "name:=Eve\n"), (ADA, "name:Ben"), (ADA, "name:Dan"),
        (BEN, "@harbourwatch"), (BEN, "@quay_master"), (BEN, CLEO),
    }  # fmt: skip


def test_what_an_exported_group_does_not_say_is_counted():
    report = read_interactions(GROUP).report
    assert report.unmapped == {
        "a forward whose origin has no name": 1,
        "an invited account without a name": 1,
        "the answered message is not in the file": 2,
        "an answer to a service message (a topic of a forum)": 1,
        "a service message (joined, pinned, renamed …)": 2,
    }
    # Lines are those of the file: the message with a forward from nobody begins at line 78.
    assert GROUP.read_text().splitlines()[77:79] == ["  {", '   "id": 6,']
    assert any(
        "a forward whose origin has no name, the first in line 78" in notice
        for notice in report.notices
    )


def test_a_whole_export_chat_by_chat():
    interactions = read_interactions(ALL_DATA)
    assert acts(interactions) == [
        ("forward", WATCH, "name:Upstream"),
        ("message", "user500", "user601"),
        # Messages are counted anew in every chat: number 1 that is answered is of the same chat.
        ("reply", "user601", "user500"),
        ("reply", "user602", "user601"),
    ]
    frame = interactions.to_frame()
    assert set(frame["evidence"]) >= {"user601/1", "chat700/1", "chat number 4/9", f"{WATCH}/2"}
    # An older export: dates without a zone, users as numbers.
    assert any("are read as UTC" in notice for notice in interactions.report.notices)
    assert frame[frame["evidence"] == "user601/1"]["time"].iloc[0].isoformat() == (
        "2024-05-31T02:00:01+00:00"
    )


def test_names_of_an_export():
    part = forced("telegram-desktop", GROUP)
    assert dict(part.handles[["account", "handle"]].values.tolist()) == {
        TALK: "Harbour Talk", UPSTREAM: "Upstream", ADA: "Ada", BEN: "Ben", CLEO: "Cleo",
        "user504": "Fay", "user505": "Gus",
    }  # fmt: skip
    assert any("those of one name are one" in notice for notice in part.notices)


def test_controls_as_telegram_desktop_writes_them(write):
    # \x1B is what it writes, and no JSON; a backslash before an x is written \\x.
    text = chat(write, said(1, forwarded_from="ESC BACK")).read_text()
    path = write(text.replace("ESC", r"\x1B").replace("BACK", r"\\x41"), "controls.json")
    assert acts(read_interactions(path)) == [("forward", "user1", "name:\x1b \\x41")]


def test_who_forwards_nobody_knows_whom_stays(write):
    path = chat(write, said(1, forwarded_from=None), said(2, "user2"))
    assert list(build_graph(read_interactions(path)).accounts) == ["user1", "user2"]


def test_an_export_that_was_cut_off(write):
    text = chat(write, said(1), said(2), said(3)).read_text()
    path = write(text[: text.index('"id": 3')], "cut.json")
    with pytest.raises(ReadingError, match=r"cut\.json, line \d+: no valid JSON"):
        read_interactions(path)
    interactions = read_interactions(path, skip_bad_rows=True)
    assert rows(interactions, "evidence") == [("channel7/1",), ("channel7/2",)]
    assert interactions.report.rows_refused == 1


DESKTOP_FIELDS = (
    "text", "members", "actor", "inviter", "forwarded_from", "reply_to_message_id", "type",
    "action", "from", "from_id",
)  # fmt: skip


@settings(max_examples=4)
@given(st.lists(st.dictionaries(st.sampled_from(DESKTOP_FIELDS), ODD), min_size=15, max_size=30))
def test_no_exported_message_stops_the_reading(tmp_path, records):
    path = tmp_path / "result.json"
    messages = [said(0), *(said(i) | one for i, one in enumerate(records, 1)), 5]
    path.write_text(json.dumps({"type": "private_group", "id": 1, "messages": messages}))
    interactions = read_interactions(path)
    report = interactions.report
    assert ("user1", "user1") in rows(interactions)
    assert report.records + sum(report.unmapped.values()) >= len(messages)


def test_an_export_is_told_by_how_it_begins(write):
    for path in (GROUP, ALL_DATA, chat(write, said(1))):
        with opened(path) as file:
            assert telegram.READERS["telegram-desktop"].detects(file)
            assert not telegram.READERS["telegram"].detects(file)
    other = write('{"type": "letter", "id": 1, "messages": [{"source": "a"}]}', "other.json")
    with opened(other) as file:
        assert not telegram.READERS["telegram-desktop"].detects(file)
    with pytest.raises(ReadingError, match=r"edges\.csv is no export of Telegram Desktop"):
        forced("telegram-desktop", write("source,target\na,b\n"))


def test_they_take_nothing_else():
    assert taken(telegram.READERS, "telegram") == []
