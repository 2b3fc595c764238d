"""Mastodon statuses: whose accounts are they, and which way does a post travel?"""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import rows
from social import EXPORTS, acts, forced, taken, travels

from keynodes import ReadingError, build_graph, read_interactions
from keynodes.readers.platforms import mastodon

STATUSES = EXPORTS / "mastodon.jsonl"
ANNA, BERT, CARL = "anna@hill.example", "bert@lake.example", "carl@sea.example"
DORA, EMIL, FRIDA = "dora@hill.example", "emil@lake.example", "frida@lake.example"


def account(identity, acct, host="hill.example"):
    return {"id": identity, "acct": acct, "url": f"https://{host}/@{acct.split('@')[0]}"}


def status(author, identity="1", **more):
    return {
        "id": identity,
        "uri": f"https://hill.example/statuses/{identity}",
        "created_at": "2024-05-31T12:00:00.000Z",
        "account": author,
        "reblog": None,
        "mentions": [],
    } | more


def jsonl(write, *statuses):
    return write("".join(json.dumps(one) + "\n" for one in statuses), "statuses.jsonl")


def test_which_way_posts_travel():
    interactions = read_interactions(STATUSES)
    assert interactions.report.readers == ("mastodon",)
    assert acts(interactions) == [
        # Carl answers Anna and Dora reads along: his post reaches her. That it also names Anna,
        # as every answer names whom it answers, is no act of its own.
        ("mention", CARL, DORA),
        ("mention", DORA, EMIL),
        # Bert quotes Carl by the id of a post that is in the file; Dora quotes Anna.
        ("quote", BERT, CARL),
        ("quote", DORA, ANNA),
        # Anna goes on with her own thread; Dora answers a post of Bert that is not in the file.
        ("reply", ANNA, ANNA),
        ("reply", CARL, ANNA),
        ("reply", DORA, BERT),
        # Bert boosted Anna, Frida boosted Bert: the posts came to them.
        ("repost", BERT, ANNA),
        ("repost", FRIDA, BERT),
    ]
    assert travels(interactions) == {
        (CARL, DORA), (DORA, EMIL),  # mentions go forth
        (CARL, BERT), (ANNA, DORA),  # what was quoted came to who quotes
        (ANNA, CARL), (BERT, DORA),  # what was answered came to who answers
        (ANNA, BERT), (BERT, FRIDA),  # what was boosted came to who boosts
    }  # fmt: skip


def test_posts_times_and_evidence():
    interactions = read_interactions(STATUSES)
    frame = interactions.to_frame()
    own = frame[frame["relation"] == "post"]
    assert sorted(own["source"]) == [ANNA, BERT, BERT, DORA]
    repost = frame[(frame["relation"] == "repost") & (frame["source"] == BERT)].iloc[0]
    assert repost["evidence"] == "https://lake.example/users/bert/statuses/2/activity"
    assert repost["time"].isoformat() == "2024-05-31T00:00:02+00:00"
    posts, _ = interactions.posts()
    assert posts[ANNA] == 2


def test_what_a_file_does_not_say_is_counted():
    assert read_interactions(STATUSES).report.unmapped == {
        "a reply to an account that the file does not name": 1,
        "the quoted post is not in the file, and its author is not named": 1,
        "a quote of a post that is not shown (deleted, or not approved)": 1,
    }


def test_handles_and_closed_accounts():
    part = forced("mastodon", STATUSES)
    handles = part.handles[["account", "handle"]].drop_duplicates().values.tolist()
    assert sorted(handles) == [[name, name] for name in (ANNA, BERT, CARL, DORA, FRIDA)]
    assert part.removals[["account", "event"]].values.tolist() == [[CARL, "account suspended"]]


def test_an_array_of_statuses(write):
    lines = STATUSES.read_text().splitlines()
    path = write("[" + ",\n".join(lines) + "]", "statuses.json")
    one, other = read_interactions(path), read_interactions(STATUSES)
    assert one.report.readers == ("mastodon",)
    columns = ("source", "target", "relation", "evidence")
    assert rows(one, *columns) == rows(other, *columns)
    pages = write(f"[{','.join(lines[:6])}]\n[{','.join(lines[6:])}]\n", "pages.jsonl")
    assert rows(read_interactions(pages), *columns) == rows(other, *columns)


def test_a_status_that_stands_twice_is_one(write):
    anna, bert = account("1", "anna"), account("2", "bert@lake.example", "lake.example")
    boost = status(bert, "7", reblog=status(anna, "6"))
    same = [status(anna, "6"), boost, status(anna, "6"), boost]
    # Another instance knows the same boost by a number of its own.
    same.append(boost | {"id": "900", "account": bert | {"id": "31"}})
    found = read_interactions(jsonl(write, *same))
    assert rows(found) == [(ANNA, ANNA), (BERT, ANNA)]
    assert found.report.unmapped == {"a status that stood in the file before": 3}


def test_ids_of_two_instances_are_not_mixed_up(write):
    anna, hugo = account("7", "anna"), account("7", "hugo", "moor.example")
    reply = status(account("8", "berta"), "2", in_reply_to_id="9", in_reply_to_account_id="7")
    alone = read_interactions(jsonl(write, status(anna), reply))
    assert acts(alone) == [("reply", "berta@hill.example", ANNA)]
    # Account 7 of another instance, though Anna is not in the file: 7 could be either of them.
    mixed = read_interactions(jsonl(write, status(hugo), reply))
    assert acts(mixed) == []
    assert mixed.report.unmapped == {"a reply to an account that the file does not name": 1}
    named = reply | {"mentions": [account("7", "anna")]}
    assert acts(read_interactions(jsonl(write, status(hugo), named))) == [
        ("reply", "berta@hill.example", ANNA)
    ]


def test_ids_keep_their_digits(write):
    people = [account(str(2**63 + i), f"p{i}") for i in range(3)]
    answers = [
        status(people[0], f"9{i}", in_reply_to_id="x", in_reply_to_account_id=2**63 + i)
        for i in (1, 2)
    ]
    interactions = read_interactions(jsonl(write, *map(status, people), *answers))
    assert acts(interactions) == [
        ("reply", "p0@hill.example", f"p{i}@hill.example") for i in (1, 2)
    ]


def test_accounts_without_a_page_belong_to_the_one_instance(write):
    reply = status({"id": "8", "acct": "bo"}, in_reply_to_account_id="7")
    interactions = read_interactions(jsonl(write, status(account("7", "anna")), reply))
    assert acts(interactions) == [("reply", "bo@hill.example", ANNA)]
    lost = read_interactions(
        jsonl(write, status({"id": "8", "acct": "bo"}), status(account("1", BERT)))
    )
    assert lost.report.unmapped == {"a status that does not name its author": 1}


def test_forks_that_quote_a_status_as_it_is(write):
    quote = status(account("2", CARL), "5")
    interactions = read_interactions(jsonl(write, status(account("1", "anna"), quote=quote)))
    assert acts(interactions) == [("quote", ANNA, CARL)]


def test_who_boosts_nobody_knows_whom_stays(write):
    boost = status(account("1", "anna"), reblog={"id": "3", "account": None})
    interactions = read_interactions(jsonl(write, boost, status(account("2", BERT))))
    assert interactions.report.unmapped == {"a boost of a post that does not name its author": 1}
    assert list(build_graph(interactions).accounts) == [ANNA, BERT]


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.just("a@b"),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["account", "acct", "id", "url", "quoted_status", "state"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
FIELDS = (
    "account",
    "reblog",
    "mentions",
    "quote",
    "in_reply_to_account_id",
    "in_reply_to_id",
    "uri",
)


@settings(max_examples=5)
@given(
    st.lists(
        st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, ODD)), min_size=15, max_size=30
    )
)
def test_no_status_stops_the_reading(tmp_path, records):
    path = tmp_path / "statuses.jsonl"
    lines = [
        status(account("1", "anna")),
        *(status(account("2", "ö\n\u202e")) | r for r in records),
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    interactions = read_interactions(path)
    report = interactions.report
    assert (ANNA, ANNA) in rows(interactions)
    # Every status is somewhere: an act, a post, or counted.
    assert report.records + sum(report.unmapped.values()) >= len(lines)


def test_bad_lines_and_other_files(write):
    good = json.dumps(status(account("1", "anna")))
    path = write(f"{good}\n[1, 2]\n{good[:-9]}\n", "statuses.jsonl")
    with pytest.raises(ReadingError, match=r"statuses\.jsonl, line 2: a JSON object is needed"):
        read_interactions(path)
    assert len(read_interactions(path, skip_bad_rows=True)) == 1
    late = json.dumps(status(account("1", "anna"), created_at="Friday"))
    with pytest.raises(ReadingError, match="line 1: time must be an ISO 8601 date"):
        read_interactions(write(late, "late.jsonl"))
    edges = write('{"source": "a", "target": "b", "account": "x"}\n', "edges.jsonl")
    assert read_interactions(edges).report.readers == ("json-lines",)
    with pytest.raises(ReadingError, match=r"edges\.jsonl holds no Mastodon statuses"):
        forced("mastodon", edges)


def test_it_takes_nothing_else():
    assert taken(mastodon.READERS, "mastodon") == []
