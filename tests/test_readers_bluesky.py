"""Bluesky: the lines of a Jetstream, and tables of minet. Which way does a post travel?"""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import rows
from social import EXPORTS, acts, forced, taken, travels

from keynodes import ReadingError, read_interactions
from keynodes.readers import exports
from keynodes.readers.platforms import bluesky

STREAM = EXPORTS / "bluesky-jetstream.jsonl"
TABLE = EXPORTS / "bluesky-table.csv"
TIME = 1717113600000000


def named(pairs):
    """The same pairs or triples without did:plc: before each name."""
    return {tuple(text.removeprefix("did:plc:") for text in one) for one in pairs}


def commit(record, collection="app.bsky.feed.post", did="did:plc:x", **more):
    made = {"operation": "create", "collection": collection, "rkey": "1", "record": record}
    return {"did": did, "time_us": TIME, "kind": "commit", "commit": made | more}


def jsonl(write, *records):
    return write("".join(json.dumps(one) + "\n" for one in records), "stream.jsonl")


# --- Jetstream ------------------------------------------------------------------------------------


def test_each_is_told_by_content():
    assert read_interactions(STREAM).report.readers == ("bluesky-jetstream",)
    assert read_interactions(TABLE).report.readers == ("bluesky-table",)


def test_which_way_posts_travel_in_a_jetstream():
    interactions = read_interactions(STREAM)
    found = named(acts(interactions))
    assert found == {
        # Birch reposted Amber's post: it came from Amber to Birch.
        ("repost", "birch", "amber"),
        # Cedar reposted Amber's post, which it saw by Birch's repost: it came from both.
        ("repost", "cedar", "amber"),
        ("repost", "cedar", "birch"),
        # Dahlia likes it, and saw it by Cedar's repost.
        ("like", "dahlia", "amber"),
        ("like", "dahlia", "cedar"),
        # Elm answers a post of Birch (in Amber's thread), so has read it; and speaks to Fern.
        ("reply", "elm", "birch"),
        ("mention", "elm", "fern"),
        # Fern and Ginkgo quote, Ginkgo beside a picture: what they quote has reached them.
        ("quote", "fern", "amber"),
        ("quote", "ginkgo", "elm"),
        # Hazel follows Amber, whose posts reach it; the starter pack's maker has no part in it.
        ("follow", "hazel", "amber"),
    }
    back = {(target, actor) for relation, actor, target in found if relation != "mention"}
    assert named(travels(interactions)) == back | {("elm", "fern")}


def test_posts_evidence_and_times_of_a_jetstream():
    interactions = read_interactions(STREAM)
    frame = interactions.to_frame()
    own = frame[frame["relation"] == "post"]
    assert (own["source"] == own["target"]).all()
    # Whoever also answers, quotes or mentions is there by that; one's other posts are these.
    assert sorted(own["source"]) == ["did:plc:amber", "did:plc:hazel"]
    # A reply that also mentions is one post.
    posts, basis = interactions.posts()
    assert basis == "distinct evidence ids"
    assert posts["did:plc:elm"] == 1
    reply = frame[frame["relation"] == "reply"].iloc[0]
    assert reply["evidence"] == "at://did:plc:elm/app.bsky.feed.post/3kpost2"
    # When the Jetstream saw it; createdAt, in the record, is what the client says.
    assert reply["time"].isoformat() == "2024-05-31T00:00:05+00:00"


def test_what_a_jetstream_holds_besides_is_counted():
    assert read_interactions(STREAM).report.unmapped == {
        "a block: nothing flows": 1,
        "what is embedded is no post (but a list, a feed, a starter pack …)": 1,
        "a like of what is no post": 1,
        "a record that was changed, not made": 1,
        "a record that is no post, repost, like or follow": 1,
        "an identity event without a handle": 1,
    }


def test_handles_and_removals_of_a_jetstream():
    part = forced("bluesky-jetstream", STREAM)
    handles = part.handles.sort_values("time").values.tolist()
    assert handles == [
        ["did:plc:birch", "birch.example", str(TIME + 18_000_000)],
        ["did:plc:birch", "birch-tree.example", str(TIME + 19_000_000)],
    ]
    removals = part.removals.sort_values("time")
    assert removals[["account", "event", "evidence"]].fillna("").values.tolist() == [
        ["did:plc:elm", "post deleted", "at://did:plc:elm/app.bsky.feed.post/3kpost2"],
        ["did:plc:cedar", "repost deleted", "at://did:plc:cedar/app.bsky.feed.repost/3krep2"],
        ["did:plc:hazel", "follow deleted", "at://did:plc:hazel/app.bsky.graph.follow/3kfol1"],
        ["did:plc:hazel", "record deleted", "at://did:plc:hazel/app.bsky.graph.block/3kblk1"],
        ["did:plc:cedar", "account takendown", ""],
        ["did:plc:dahlia", "account deactivated", ""],
        # That Dahlia was active again is told; that Gorse, who was never away, is, is no news.
        ["did:plc:dahlia", "account restored", ""],
    ]
    assert removals["time"].iloc[-1] == str(TIME + 23_000_000)


def test_a_repost_via_its_author_or_oneself_is_one_record(write):
    subject = {"uri": "at://did:plc:a/app.bsky.feed.post/1"}
    records = [
        commit({"subject": subject, "via": {"uri": f"at://{via}/app.bsky.feed.repost/2"}},
               "app.bsky.feed.repost", "did:plc:b", rkey=str(key))
        for key, via in enumerate(("did:plc:a", "did:plc:b"))
    ]  # fmt: skip
    interactions = read_interactions(jsonl(write, *records))
    assert rows(interactions) == [("did:plc:b", "did:plc:a")] * 2


def test_what_a_stream_tells_again_after_a_new_connection_is_one(write, monkeypatch):
    monkeypatch.setattr(exports, "BATCH", 2)
    follow = commit({"subject": "did:plc:a"}, "app.bsky.graph.follow", rev="3k1")
    again = follow | {"time_us": TIME + 5}
    anew = commit({"subject": "did:plc:a"}, "app.bsky.graph.follow", rev="3k9")
    path = jsonl(write, follow, follow, commit({"text": "calm"}), again, anew)
    for _ in range(2):
        found = read_interactions(path)
        assert acts(found) == [("follow", "did:plc:x", "did:plc:a")] * 2
        assert found.report.unmapped == {"a record that stood in the file before": 2}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"reply": []}, "a reply that names no post"),
        ({"reply": {"parent": {"uri": ["at://did:plc:a/app.bsky.feed.post/1"]}}}, "a reply"),
        ({"reply": {"parent": {"uri": "at://a.example/app.bsky.feed.post/1"}}}, "a reply"),
        ({"embed": {"record": {"uri": "at://did:plc:a/app.bsky.feed.post/ 1"}}}, "what is"),
        ({"facets": [{"features": [{"$type": "app.bsky.richtext.facet#mention", "did": 7}]}]},
         "a mention without a DID"),
    ],
)  # fmt: skip
def test_what_a_hostile_record_does_not_say_is_counted(write, record, reason):
    calm = commit({"text": "calm"}, rkey="2")
    interactions = read_interactions(jsonl(write, commit(record), calm))
    # The post stands all the same; only what it would refer to is unknown.
    assert rows(interactions) == [("did:plc:x", "did:plc:x")] * 2
    assert [text.startswith(reason) for text in interactions.report.unmapped] == [True]


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("did:plc:y"),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["uri", "parent", "record", "did", "features", "$type", "a.b", '"']),
            inner,
            max_size=2,
        )
    ),
    max_leaves=5,
)


@settings(max_examples=5)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["post", "repost", "like"]),
            st.fixed_dictionaries(
                {}, optional=dict.fromkeys(("reply", "embed", "facets", "subject", "via"), ODD)
            ),
        ),
        min_size=15,
        max_size=30,
    )
)
def test_no_record_stops_the_reading(tmp_path, records):
    path = tmp_path / "stream.jsonl"
    lines = [
        commit(one, f"app.bsky.feed.{kind}", rkey=str(n)) for n, (kind, one) in enumerate(records)
    ]
    lines.append(commit({"text": ""}, did="did:plc:z"))
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    interactions = read_interactions(path)
    posts = sum(kind == "post" for kind, _ in records)
    assert rows(interactions) == [("did:plc:x", "did:plc:x")] * posts + [("did:plc:z",) * 2]
    assert sum(interactions.report.unmapped.values()) >= len(records) - posts


def test_lines_that_are_no_event(write):
    good = json.dumps(commit({"text": "\u2028 x"}, rkey="9"), ensure_ascii=False)
    # A stream that was cut in the middle of its first line.
    path = write('pe":"app.bsky.feed.post"}}}\n' + good + "\n", "cut.jsonl")
    with pytest.raises(ReadingError, match=r"cut\.jsonl, line 1: no valid JSON; correct it"):
        read_interactions(path)
    interactions = read_interactions(path, skip_bad_rows=True)
    assert rows(interactions, "source", "evidence") == [
        ("did:plc:x", "at://did:plc:x/app.bsky.feed.post/9")
    ]
    nobody = json.dumps(commit({"text": ""}, did=None))
    with pytest.raises(ReadingError, match="line 2: source is blank"):
        read_interactions(write(f"{good}\n{nobody}\n", "nobody.jsonl"))


def test_a_jetstream_that_is_another_file(write):
    path = write('{"source": "a", "target": "b"}\n', "edges.jsonl")
    assert read_interactions(path).report.readers == ("json-lines",)
    with pytest.raises(ReadingError, match=r"is no Jetstream of Bluesky: none of its first"):
        forced("bluesky-jetstream", path)


# --- tables of minet ------------------------------------------------------------------------------


def test_which_way_posts_travel_in_a_table():
    interactions = read_interactions(TABLE)
    post = "at://did:plc:{}/app.bsky.feed.post/{}"
    found = rows(interactions, "relation", "source", "target", "evidence")
    assert [row for row in found if row[0] != "post"] == [
        # Elm, answering, speaks to two accounts: its post reaches them.
        ("mention", "did:plc:elm", "did:plc:fern", post.format("elm", "3kpost2")),
        ("mention", "did:plc:elm", "did:plc:ginkgo", post.format("elm", "3kpost2")),
        # Fern quotes Elm, Elm answers Amber, Birch reposted Amber: they had read the posts.
        ("quote", "did:plc:fern", "did:plc:elm", post.format("fern", "3kpost3")),
        ("reply", "did:plc:elm", "did:plc:amber", post.format("elm", "3kpost2")),
        ("repost", "did:plc:birch", "did:plc:amber", post.format("amber", "3kpost1")),
    ]
    assert named(travels(interactions)) == {
        ("elm", "fern"), ("elm", "ginkgo"), ("amber", "elm"), ("amber", "birch"),
    }  # fmt: skip


def test_a_feed_that_shows_a_post_twice_counts_it_once():
    interactions = read_interactions(TABLE)
    posts, _ = interactions.posts()
    assert posts["did:plc:amber"] == interactions.report.relations["post"] == 1
    assert interactions.report.unmapped == {"the same act again (in a feed, or found twice)": 1}
    frame = interactions.to_frame()
    repost = frame[frame["relation"] == "repost"].iloc[0]
    assert repost["time"].isoformat() == "2024-05-31T00:00:10+00:00"


def test_handles_of_a_table():
    part = forced("bluesky-table", TABLE)
    handles = dict(part.handles[["account", "handle"]].values.tolist())
    assert handles == {
        f"did:plc:{name}": f"{name}.example" for name in ("amber", "birch", "elm", "fern", "ginkgo")
    }


def test_a_table_with_few_columns(write):
    text = "uri,user_did,timestamp_utc,to_user_did\nat://1,did:plc:=1,1717113600,did:plc:\u202e\n"
    interactions = read_interactions(write(text, "few.csv"))
    assert interactions.report.readers == ("bluesky-table",)
    assert rows(interactions, "relation", "source", "target") == [
        ("reply", "did:plc:=1", "did:plc:\u202e"),
    ]


def test_a_table_with_bad_rows(write):
    text = "uri,user_did,timestamp_utc,to_user_did\nat://1,,1717113600,\nat://2,did:plc:b,May,\n"
    with pytest.raises(ReadingError, match=r"line 2: source is blank"):
        read_interactions(write(text))
    with pytest.raises(ReadingError, match=r"every one of 2 rows was refused"):
        read_interactions(write(text), skip_bad_rows=True)


def test_a_table_that_is_another_file(write):
    path = write("source,target\na,b\n")
    with pytest.raises(ReadingError, match="it has no column 'user_did'"):
        forced("bluesky-table", path)


def test_neither_takes_what_is_not_its_own():
    assert taken(bluesky.READERS, "bluesky") == []
