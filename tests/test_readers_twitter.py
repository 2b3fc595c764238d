"""Tweets: JSON of version 2 and 1.1, tables by twarc-csv, minet and TCAT. Which way do they go?"""

import csv
import gzip
import io
import json
from itertools import product

import pandas
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from reading import rows
from social import EXPORTS, acts, forced, taken, travels

from keynodes import ReadingError, read_interactions
from keynodes.readers.platforms import tweet_tables, twitter

FORMATS = {
    "twitter-v2.jsonl": "twitter-v2",
    "twitter-v2-flattened.jsonl": "twitter-v2",
    "twitter-v1.jsonl": "twitter-v1",
    "twarc-csv.csv": "twarc-csv",
    "minet.csv": "minet",
    "tcat.csv": "tcat",
}
OWN = ("twitter", "twarc", "minet.csv", "tcat")
FAMILY = twitter.READERS | tweet_tables.READERS
# Ids as long as Twitter's, beyond what a float can tell apart.
NAMES = ("ada", "bo", "cy", "dee", "eve", "flo", "gus")
IDS = {str(9007199254740993 + 1000 * i): name for i, name in enumerate(NAMES)}
ID = {name: account for account, name in IDS.items()}
GONE = "is not in the file, and its author is not named"


def named(found):
    """The same tuples with the names of the fixtures in place of ids."""
    return {tuple(IDS.get(text, text) for text in one) for one in found}


def jsonl(write, *objects):
    return write("".join(json.dumps(one) + "\n" for one in objects), "tweets.jsonl")


def tweet(number="1631000000000000001", by="7", **more):
    """A tweet of version 2."""
    return {"id": number, "author_id": by, "text": "…", "conversation_id": number} | more


def status(number="1631000000000000001", by="7", **more):
    """A tweet of version 1.1."""
    made = {"id_str": number, "id": int(number), "full_text": "…"}
    return made | {"user": {"id_str": by, "screen_name": "a"}} | more


def refers(kind, number="55", **more):
    return {"referenced_tweets": [{"type": kind, "id": number, **more}]}


def table(write, like, *lines):
    """A table with the columns of a fixture, and rows with some of them."""
    with open(EXPORTS / like, newline="", encoding="utf-8") as stream:
        names = next(csv.reader(stream))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return write(text.getvalue(), like)


# --- which format ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
def test_each_is_told_by_content(name):
    report = read_interactions(EXPORTS / name).report
    assert report.readers == (FORMATS[name],)


def test_no_file_of_another_family_is_taken():
    assert taken(FAMILY, OWN) == []


def test_plain_tables_stay_plain(write):
    for name, content, reader in (
        ("a.jsonl", '{"source": "a", "target": "b", "author_id": "c"}\n', "json-lines"),
        ("b.csv", "source,target,user_id,id\na,b,c,d\n", "delimited"),
        ("c.csv", "id,author_id,source,target\n1,2,a,b\n", "delimited"),
    ):
        assert read_interactions(write(content, name)).report.readers == (reader,)


def test_weibo_has_the_same_names_and_is_not_taken(write):
    path = jsonl(
        write,
        {"idstr": "1", "user": {"idstr": "2", "screen_name": "w"}, "source": "a", "target": "b"},
    )
    assert read_interactions(path).report.readers == ("json-lines",)


@pytest.mark.parametrize(
    ("version", "row"), [("twitter-v2", tweet(filler="x" * 900)), ("twitter-v1", status())]
)
def test_a_page_longer_than_what_is_looked_at(write, version, row):
    key = "data" if version == "twitter-v2" else "statuses"
    page = {key: [row | {"filler": "x" * 900}] * 100}
    interactions = read_interactions(jsonl(write, page))
    assert interactions.report.readers == (version,)
    assert len(interactions) == 1
    assert interactions.report.unmapped == {"a tweet that stood in the file before": 99}


def test_pages_may_be_one_document_an_array_or_packed(write, tmp_path):
    page = {"data": [tweet(), tweet("1631000000000000002", "8")], "meta": {"result_count": 2}}
    expected = [("7", "7"), ("8", "8")]
    for text in (
        json.dumps(page),
        json.dumps(page, indent=1),
        json.dumps([page]),
        json.dumps(page["data"], indent=1),
        json.dumps({"data": page["data"][0]}) + "\n" + json.dumps(page["data"][1]),
    ):
        assert rows(read_interactions(write(text, "document.json"))) == expected
    (tmp_path / "tweets.jsonl.gz").write_bytes(gzip.compress(json.dumps(page).encode()))
    assert rows(read_interactions(tmp_path / "tweets.jsonl.gz")) == expected


# --- which way posts travel -----------------------------------------------------------------------


def test_which_way_posts_travel_in_version_2():
    interactions = read_interactions(EXPORTS / "twitter-v2.jsonl")
    found = named(acts(interactions))
    assert found == {
        # Bo reposted Ada's tweet: it came from Ada to Bo. "RT @ada" is no mention of Ada, and
        # Dee is named in it by Ada, not by Bo.
        ("repost", "bo", "ada"),
        # Dee answers Ada, so has read her; Cy, whom the platform put into the text, hears of it.
        ("reply", "dee", "ada"),
        ("mention", "dee", "cy"),
        # Cy answers Dee and quotes Eve, in one tweet: both have reached Cy.
        ("reply", "cy", "dee"),
        ("quote", "cy", "eve"),
        # Eve speaks to Flo, twice in a tweet, which is one mention.
        ("mention", "eve", "flo"),
        # Ada continues a thread of her own: no arc.
        ("reply", "ada", "ada"),
        # Flo's tweet begins with @bo and answers none of his: she speaks to him.
        ("mention", "flo", "bo"),
    }
    assert named(travels(interactions)) == {
        ("ada", "bo"),
        ("ada", "dee"),
        ("dee", "cy"),
        ("eve", "cy"),
        ("eve", "flo"),
        ("flo", "bo"),
    }


def test_which_way_posts_travel_in_flattened_tweets():
    interactions = read_interactions(EXPORTS / "twitter-v2-flattened.jsonl")
    # Bo reposted Ada; Cy answers Dee and quotes Eve: what they wrote reached Bo and Cy.
    assert named(acts(interactions)) == {
        ("repost", "bo", "ada"),
        ("reply", "cy", "dee"),
        ("quote", "cy", "eve"),
    }
    assert named(travels(interactions)) == {("ada", "bo"), ("dee", "cy"), ("eve", "cy")}


def test_which_way_posts_travel_in_version_1():
    interactions = read_interactions(EXPORTS / "twitter-v1.jsonl")
    assert named(acts(interactions)) == {
        # Bo reposted Ada's tweet, and Dee Cy's: they came from Ada to Bo, and from Cy to Dee.
        ("repost", "bo", "ada"),
        # Cy's tweet quotes Eve. It does so also inside Dee's repost, but Dee quotes nobody.
        ("repost", "dee", "cy"),
        ("quote", "cy", "eve"),
        # Dee answers Ada, whom she has read, and names Cy, whom that reaches.
        ("reply", "dee", "ada"),
        ("mention", "dee", "cy"),
        # Eve speaks to Flo, in the part of the text that old programs do not show.
        ("mention", "eve", "flo"),
    }
    assert named(travels(interactions)) == {
        ("ada", "bo"),
        ("cy", "dee"),
        ("dee", "cy"),
        ("eve", "cy"),
        ("ada", "dee"),
        ("eve", "flo"),
    }


def test_which_way_posts_travel_in_a_table_of_twarc():
    interactions = read_interactions(EXPORTS / "twarc-csv.csv")
    assert named(acts(interactions)) == {
        # Bo reposted Ada, Dee answers her, Cy quotes Eve: content came to each of the three.
        ("repost", "bo", "ada"),
        ("reply", "dee", "ada"),
        ("quote", "cy", "eve"),
        # Dee names Cy too; Eve speaks to Flo, and to one whose id nobody tells.
        ("mention", "dee", "cy"),
        ("mention", "eve", "flo"),
        ("mention", "eve", "@nobody"),
    }
    assert named(travels(interactions)) == {
        ("ada", "bo"),
        ("ada", "dee"),
        ("eve", "cy"),
        ("dee", "cy"),
        ("eve", "flo"),
        ("eve", "@nobody"),
    }


def test_which_way_posts_travel_in_a_table_of_minet():
    interactions = read_interactions(EXPORTS / "minet.csv")
    assert named(acts(interactions)) == {
        # Bo reposted Ada, Dee answers her: her tweets reached both.
        ("repost", "bo", "ada"),
        ("reply", "dee", "ada"),
        ("mention", "dee", "cy"),
        # Cy quotes Eve and speaks to Bo and Ada; Flo is named in Eve's text alone, not by Cy.
        ("quote", "cy", "eve"),
        ("mention", "cy", "bo"),
        ("mention", "cy", "ada"),
        ("mention", "eve", "flo"),
        # Flo's tweet begins with @dee and answers none of hers.
        ("mention", "flo", "dee"),
    }
    assert named(travels(interactions)) == {
        ("ada", "bo"),
        ("ada", "dee"),
        ("dee", "cy"),
        ("eve", "cy"),
        ("cy", "bo"),
        ("cy", "ada"),
        ("eve", "flo"),
        ("flo", "dee"),
    }


def test_which_way_posts_travel_in_a_table_of_tcat():
    interactions = read_interactions(EXPORTS / "tcat.csv")
    assert named(acts(interactions)) == {
        # "RT @ada:" says that Bo reposted Ada, called Ada in the file, where her id is, too.
        ("repost", "bo", "ada"),
        # Dee answers Ada, and speaks to a stranger; dee@mail.example is no mention.
        ("reply", "dee", "ada"),
        ("mention", "dee", "@stranger"),
        # Cy quotes Ada's tweet, which is in the file.
        ("quote", "cy", "ada"),
        # Eve speaks to the same stranger, in capitals, and to Bo.
        ("mention", "eve", "@stranger"),
        ("mention", "eve", "bo"),
    }
    assert named(travels(interactions)) == {
        ("ada", "bo"),
        ("ada", "dee"),
        ("dee", "@stranger"),
        ("ada", "cy"),
        ("eve", "@stranger"),
        ("eve", "bo"),
    }


@pytest.mark.parametrize("name", FORMATS)
def test_the_flow_of_every_format_is_said(name):
    row = FAMILY[FORMATS[name]]
    assert "reposts" in row.flow
    assert "mentions" in row.flow
    assert row.platform == "twitter"


# --- posts, evidence, times -----------------------------------------------------------------------


def test_posts_and_evidence_of_version_2():
    interactions = read_interactions(EXPORTS / "twitter-v2.jsonl")
    frame = interactions.to_frame()
    own = frame[frame["relation"] == "post"]
    assert (own["source"] == own["target"]).all()
    # Also the quote of a tweet that is gone is a post of its author.
    assert named(zip(own["source"], own["evidence"].str[-3:], strict=True)) == {
        ("eve", "104"),
        ("flo", "105"),
        ("flo", "108"),
    }
    posts, basis = interactions.posts()
    assert basis == "distinct evidence ids"
    # A tweet counts once, whatever it does: that of Cy answers and quotes.
    counted = {"ada": 1, "bo": 1, "cy": 1, "dee": 1, "eve": 1, "flo": 2}
    assert {IDS[account]: posts[account] for account in posts.index} == counted
    # All that Gus did is a repost of what is gone: he stays, without arcs.
    assert interactions.isolated == (ID["gus"],)


def test_times_are_those_of_the_tweets():
    frame = read_interactions(EXPORTS / "twitter-v2.jsonl").to_frame()
    times = {e[-3:]: t.isoformat() for e, t in zip(frame["evidence"], frame["time"], strict=True)}
    assert times["101"] == "2023-03-02T10:00:00+00:00"
    # Without created_at, the id tells it: (id >> 22) + 1288834974657 milliseconds.
    assert times["104"] == "2023-03-01T18:34:37.171000+00:00"
    frame = read_interactions(EXPORTS / "twitter-v1.jsonl").to_frame()
    times = {e[-3:]: t.isoformat() for e, t in zip(frame["evidence"], frame["time"], strict=True)}
    assert times["201"] == "2023-03-02T10:00:00+00:00"
    assert times["205"] == "2023-03-03T10:00:00.657000+00:00"
    frame = read_interactions(EXPORTS / "minet.csv").to_frame()
    times = {e[-3:]: t.isoformat() for e, t in zip(frame["evidence"], frame["time"], strict=True)}
    assert times["102"] == "2023-03-02T11:00:00+00:00"
    assert times["104"] == "2023-03-01T18:34:37.171000+00:00"
    frame = read_interactions(EXPORTS / "tcat.csv").to_frame()
    assert str(frame["time"].min()) == "2023-03-01 10:00:00+00:00"


def test_counted_ids_tell_no_time_and_offsets_are_heard(write):
    path = jsonl(
        write,
        tweet("20", "7"),
        tweet("1631000000000000001", "8", created_at="2023-03-02T10:00:00+02:00"),
    )
    frame = read_interactions(path).to_frame().sort_values("source")
    assert frame["time"].isna().tolist() == [True, False]
    assert str(frame["time"].iloc[1]) == "2023-03-02 08:00:00+00:00"
    path = jsonl(write, status(created_at="Wed Oct 10 20:19:24 +0200 2018"))
    assert str(read_interactions(path).to_frame()["time"].iloc[0]) == "2018-10-10 18:19:24+00:00"


def test_long_ids_keep_every_digit_also_as_numbers(write):
    long = "9" * 40
    path = jsonl(
        write,
        {"id": 10**39, "author_id": int(long), "text": "…", "public_metrics": {}},
        tweet("1631000000000000002", "007"),
    )
    assert rows(read_interactions(path), "source", "evidence") == [
        ("007", "1631000000000000002"),
        (long, str(10**39)),
    ]


# --- handles and removals -------------------------------------------------------------------------


def test_handles_of_version_2_tell_renames():
    handles = forced("twitter-v2", EXPORTS / "twitter-v2.jsonl").handles
    found = handles[handles["account"] == ID["ada"]].sort_values("time")
    # What the tweets tell is as old as when they were fetched.
    assert list(zip(found["handle"], found["time"].str[:10], strict=True)) == [
        ("ada", "2023-03-05"),
        ("ada_renamed", "2023-03-06"),
    ]
    assert named(zip(handles["handle"], handles["account"], strict=True)) >= {
        (name, name) for name in NAMES
    }


@pytest.mark.parametrize("name", ["twitter-v1.jsonl", "twarc-csv.csv", "minet.csv", "tcat.csv"])
def test_every_format_tells_handles(name):
    handles = forced(FORMATS[name], EXPORTS / name).handles
    found = named(zip(handles["handle"].str.lower(), handles["account"], strict=True))
    assert {("ada", "ada"), ("bo", "bo"), ("eve", "eve")} <= found
    assert handles["time"].str.startswith("2023-03-").all()


def test_notices_are_the_history_of_removals():
    found = forced("twitter-v2", EXPORTS / "twitter-v2.jsonl").removals
    assert named(found[["account", "event", "time"]].itertuples(index=False, name=None)) == {
        ("eve", "post deleted", "2023-03-07T00:00:00.000Z"),
        ("gus", "account suspended", "2023-03-08T00:00:00.000Z"),
        # A line of a compliance job names the tweet alone: its author is in the file.
        ("flo", "post deleted", "2023-03-09T00:00:00.000Z"),
    }
    found = forced("twitter-v1", EXPORTS / "twitter-v1.jsonl").removals
    assert named(found[["account", "event", "time"]].itertuples(index=False, name=None)) == {
        ("eve", "post deleted", "2023-03-04T10:00:00.657Z"),
        ("flo", "post withheld", "2023-03-04T10:00:01.657Z"),
        ("gus", "account withheld", "2023-03-04T10:00:02.657Z"),
    }
    posts = dict(zip(found["event"], found["evidence"], strict=True))
    assert posts["post deleted"] == "1631000000000000205"
    assert pandas.isna(posts["account withheld"])


def test_a_tweet_that_is_withheld_somewhere_is_still_a_tweet(write):
    path = jsonl(write, tweet(withheld={"copyright": False, "country_codes": ["DE"]}))
    assert rows(read_interactions(path), "source", "relation") == [("7", "post")]


# --- what cannot be mapped ------------------------------------------------------------------------


def test_what_cannot_be_mapped_is_counted_by_reason():
    assert read_interactions(EXPORTS / "twitter-v2.jsonl").report.unmapped == {
        f"the quoted tweet {GONE}": 1,
        f"the reposted tweet {GONE}": 1,
        "a tweet that stood in the file before": 1,
        "what was removed is not in the file, and its account is not named": 1,
        "no tweet: an account, an error or a notice of the interface": 1,
    }
    assert read_interactions(EXPORTS / "twitter-v1.jsonl").report.unmapped == {
        f"the quoted tweet {GONE}": 1,
        "no tweet: an account, an error or a notice of the interface": 1,
    }
    assert read_interactions(EXPORTS / "twarc-csv.csv").report.unmapped == {
        f"the quoted tweet {GONE}": 1,
        "mentions that are no JSON list": 1,
    }
    for name in ("minet.csv", "tcat.csv"):
        unmapped = read_interactions(EXPORTS / name).report.unmapped
        assert unmapped == {f"the quoted tweet {GONE}": 1}


def test_an_author_is_found_anywhere_in_the_file(write):
    # The tweet referred to comes later, on a page of its own; the reference names nobody.
    for kind, relation in (("retweeted", "repost"), ("replied_to", "reply"), ("quoted", "quote")):
        path = jsonl(write, tweet("66", "8", **refers(kind)), tweet("55", "9"))
        assert acts(read_interactions(path)) == [(relation, "8", "9")]
        path = jsonl(write, tweet("66", "8", **refers(kind)))
        interactions = read_interactions(path)
        assert acts(interactions) == []
        (reason,) = interactions.report.unmapped
        assert reason.endswith(GONE)


def test_a_repost_of_what_is_gone_names_its_author_by_itself(write):
    mentions = {"entities": {"mentions": [{"start": 3, "end": 5, "username": "x", "id": "9"}]}}
    path = jsonl(write, tweet("66", "8", text="RT @x: …", **refers("retweeted"), **mentions))
    assert acts(read_interactions(path)) == [("repost", "8", "9")]
    # An earlier interface gives the handle alone; its id is known when another tweet tells it.
    mentions["entities"]["mentions"][0].pop("id")
    alone = tweet("66", "8", text="RT @x: …", **refers("retweeted"), **mentions)
    assert acts(read_interactions(jsonl(write, alone))) == [("repost", "8", "@x")]
    other = tweet("67", "9", author={"id": "9", "username": "X"})
    assert acts(read_interactions(jsonl(write, alone, other))) == [("repost", "8", "9")]
    # Two accounts that had the handle: whose it was then, nobody knows.
    third = tweet("68", "10", author={"id": "10", "username": "x"})
    assert acts(read_interactions(jsonl(write, alone, other, third))) == [("repost", "8", "@x")]


def test_a_mention_at_the_third_place_of_a_tweet_that_is_no_repost_is_one(write):
    mentions = {"entities": {"mentions": [{"start": 3, "end": 5, "username": "x", "id": "9"}]}}
    path = jsonl(write, tweet("66", "8", text="RT @x: by hand", **mentions))
    assert acts(read_interactions(path)) == [("mention", "8", "9")]


def test_ids_that_a_spreadsheet_damaged_do_not_merge_tweets(write):
    lines = [
        {"id": "1.29E+18", "author_id": "8", "author.username": "a", "created_at": f"2023-03-0{i}"}
        for i in (1, 1, 2)
    ]
    lines.append({"id": "1.29E+18", "author_id": "9", "referenced_tweets.quoted.id": "1.29E+18"})
    interactions = read_interactions(table(write, "twarc-csv.csv", *lines))
    # None is dropped as the same, and no author is taken from a tweet that has the same ruin.
    assert rows(interactions, "source", "evidence") == [("8", "1.29E+18")] * 3 + [("9", "1.29E+18")]
    assert interactions.report.unmapped == {f"the quoted tweet {GONE}": 1}


def test_the_same_id_by_another_author_is_another_tweet(write):
    renamed = tweet("55", "7", author={"id": "7", "username": "new"})
    path = jsonl(write, tweet("55", "7"), tweet("55", "8"), renamed)
    interactions = read_interactions(path)
    assert rows(interactions) == [("7", "7"), ("8", "8")]
    assert interactions.report.unmapped == {"a tweet that stood in the file before": 1}


# --- tables of other years and settings -----------------------------------------------------------


def test_a_table_of_twarc_in_its_earlier_and_its_encoded_form(write):
    early = "id,author_id,conversation_id,created_at,in_reply_to_user_id,referenced_tweets\n"
    early += '1,8,1,2021-01-01T00:00:00Z,9,"[{""type"": ""replied_to"", ""id"": ""2""}]"\n'
    early += '2,9,2,2021-01-01T00:00:00Z,,\n3,10,3,,,"[{""type"": ""quoted"", ""id"": ""2""}]"\n'
    interactions = read_interactions(write(early, "early.csv"))
    assert acts(interactions) == [("quote", "10", "9"), ("reply", "8", "9")]
    encoded = 'id,author_id,retweeted_user_id,created_at\n"""1""","""8""","""9""",'
    encoded += '"""2021-01-01T00:00:00.000Z"""\n'
    assert acts(read_interactions(write(encoded, "encoded.csv"))) == [("repost", "8", "9")]


def test_whom_a_reply_is_to_is_enough_where_a_table_has_no_column_for_what(write):
    path = write("id,author_id,conversation_id,in_reply_to_user_id\n1,8,1,9\n2,8,2,\n", "few.csv")
    assert acts(read_interactions(path)) == [("reply", "8", "9")]
    path = write("id,user_id,user_screen_name,to_userid\n1,8,x,9\n", "few.csv")
    assert acts(read_interactions(path)) == [("reply", "8", "9")]


def test_mentions_of_minet_by_name_alone(write):
    line = {"id": "1", "user_id": "8", "user_screen_name": "a", "mentioned_names": "b|c"}
    interactions = read_interactions(table(write, "minet.csv", line))
    assert acts(interactions) == [("mention", "8", "@b"), ("mention", "8", "@c")]


def test_mentions_of_tcat_from_their_column(write):
    text = "id,from_user_id,from_user_name,to_user_name,text,mentions\n1,8,a,,@no,B; c\n"
    interactions = read_interactions(write(text, "tcat.csv"))
    assert acts(interactions) == [("mention", "8", "@b"), ("mention", "8", "@c")]


# --- hostile and malformed ------------------------------------------------------------------------


def test_hostile_names_stay_as_they_are(write):
    account = "\u202e=1+1\n\u0000"
    mention = {"username": "<b>\\", "id": account, "start": 0}
    path = jsonl(write, tweet("1", "8", entities={"mentions": [mention]}))
    interactions = read_interactions(path)
    assert acts(interactions) == [("mention", "8", account)]
    handles = forced("twitter-v2", path).handles
    assert handles["handle"].tolist() == ["<b>\\"]


def test_wrong_types_in_any_field_are_survived(write):
    wrong = [["x"], {"a": 1}, True, None, 7, "", "x", [None], [["x"], {}], [{"type": ["x"]}]]
    fields = ("author_id", "referenced_tweets", "entities", "in_reply_to_user_id", "author", "text")
    odd = [tweet(str(i), "8", **{f: w}) for i, (f, w) in enumerate(product(fields, wrong))]
    interactions = read_interactions(jsonl(write, tweet("99", "1"), *odd))
    # Whatever stands there, the account is the text or the number of it, or nobody.
    frame = interactions.to_frame()
    assert set(frame["source"]) == {"1", "8", "7", "x"}
    assert set(frame["target"]) == {"1", "8", "7", "x"}
    # Seven values are no author: none of these tweets is dropped unseen.
    assert interactions.report.unmapped["a tweet that does not name its author"] == 8
    fields = ("user", "retweeted_status", "quoted_status", "entities", "extended_tweet")
    odd = [status(str(i), "8") | {f: w} for i, (f, w) in enumerate(product(fields, wrong))]
    interactions = read_interactions(jsonl(write, status("99", "1"), *odd))
    assert set(interactions.to_frame()["source"]) == {"1", "8"}
    assert sum(interactions.report.unmapped.values()) >= len(wrong)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["id", "id_str", "author_id", "username", "user", "status", "tweet"]),
            inner,
            max_size=2,
        )
    ),
    max_leaves=4,
)
FIELDS = (
    "data",
    "includes",
    "id",
    "author_id",
    "author",
    "user",
    "text",
    "referenced_tweets",
    "entities",
    "retweeted_status",
    "quoted_status",
    "statuses",
    "timestamp_ms",
    "delete",
    "user_withheld",
    "action",
)


@settings(max_examples=5, phases=[Phase.generate])
@given(
    st.lists(st.dictionaries(st.sampled_from(FIELDS), values, max_size=5), min_size=9, max_size=30)
)
def test_no_object_makes_the_reader_fail(tmp_path_factory, objects):
    for name, first in (("twitter-v2", tweet("99", "1")), ("twitter-v1", status("99", "1"))):
        path = tmp_path_factory.mktemp("any") / "tweets.jsonl"
        path.write_text("".join(json.dumps(one) + "\n" for one in (first, *objects)))
        interactions = read_interactions(path, reader=name, skip_bad_rows=True)
        assert "1" in set(interactions.to_frame()["source"])


def test_malformed_lines_are_told_with_their_line(write):
    path = write(json.dumps(tweet()) + "\n[1]\n{nonsense\n", "tweets.jsonl")
    with pytest.raises(ReadingError, match="line 2: a JSON object is needed"):
        read_interactions(path)
    assert read_interactions(path, skip_bad_rows=True).report.rows_refused == 2
    path = jsonl(write, tweet(), tweet("2", "8", created_at="yesterday"))
    with pytest.raises(ReadingError, match=r"line 2: time must be an ISO 8601 date.*'yesterday'"):
        read_interactions(path)
    line = {"id": "1", "user_id": "8", "user_screen_name": "a", "timestamp_utc": "noon"}
    with pytest.raises(ReadingError, match=r"line 2: time must be .*'noon'"):
        read_interactions(table(write, "minet.csv", line))


def test_a_tweet_without_an_author_is_counted(write):
    path = jsonl(write, tweet(), {"id": "2", "text": "who?"})
    unmapped = read_interactions(path).report.unmapped
    assert unmapped == {"a tweet that does not name its author": 1}


@pytest.mark.parametrize("name", FAMILY)
def test_a_wrong_file_gives_a_clear_error(write, name):
    content = '{"source": "a", "target": "b"}\n' if "v" in name[-2:] else "a,b\nc,d\n"
    path = write(content, "wrong.txt")
    with pytest.raises(ReadingError, match=r"wrong\.txt.*; if it is something else") as error:
        forced(name, path)
    assert "\n" not in str(error.value)
