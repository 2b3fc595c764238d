"""What the columns mean: ids, names of columns, times, weights, relations and flow."""

import numpy as np
import pandas
import pytest
from reading import rows, times_of

from keynodes import FLOW, UsageError, build_graph, read_interactions
from keynodes.interactions import COLUMNS
from keynodes.readers.columns import NAMES
from keynodes.readers.flows import parse_flow
from keynodes.readers.times import kind_of_column

# --- ids ----------------------------------------------------------------------------------------

HARD_IDS = ["0012", "12345678901234567890", "1e5", "1E5", "00", "NULL", "nan", "None", "true", "-0"]


@pytest.mark.parametrize("account", HARD_IDS)
def test_ids_are_text_end_to_end(write, way, account):
    graph = build_graph(read_interactions(write(f"source,target\n{account},other\n")))
    assert set(graph.accounts) == {account, "other"}


def test_json_numbers_keep_their_digits(write):
    path = write(
        '{"source": 12345678901234567890123, "target": 1e5}\n{"source": 1.50, "target": "1e5"}\n',
        "edges.jsonl",
    )
    assert rows(read_interactions(path)) == [
        ("1.50", "1e5"),
        ("12345678901234567890123", "1e5"),
    ]


@pytest.mark.parametrize(
    "ids",
    [
        pandas.Series([1, 2]),
        pandas.Series([1, 2], dtype="Int64"),
        pandas.Series([2**70, 2], dtype=object),
        pandas.Series([np.int32(1), "b"], dtype=object),
        pandas.Series(["x", "y"], dtype="category"),
        pandas.Series(["x", "y"], dtype=object),
        pandas.Series([12345678901234567890, 1], dtype="uint64"),
    ],
)
def test_ids_of_a_frame(ids):
    frame = pandas.DataFrame({"source": ids, "target": ["a", "b"]})
    expected = [(str(one), other) for one, other in zip(ids, "ab", strict=True)]
    assert rows(read_interactions(frame)) == sorted(expected, key=repr)


def test_a_frame_keeps_its_index_out_of_it():
    frame = pandas.DataFrame({"source": ["a", "b"], "target": ["b", "c"]}, index=[7, 7])
    assert rows(read_interactions(frame)) == [("a", "b"), ("b", "c")]


def test_spreadsheet_safe_ids_come_back_only_with_the_flag(write, way):
    path = write("source,target\n'=1+1,'bob\n''x,\"'\tq\"\n")
    assert rows(read_interactions(path)) == [("''x", "'\tq"), ("'=1+1", "'bob")]
    safe = read_interactions(path, spreadsheet_safe=True)
    assert rows(safe) == sorted([("'x", "\tq"), ("=1+1", "'bob")], key=repr)


# --- columns ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("source", "target"),
        ("from", "to"),
        ("SRC", "Dst"),
        ("user_1", "user_2"),
        ("Vertex 1", "Vertex 2"),
        ("vertex-1", "VERTEX_2"),
        ("actor", "object"),
    ],
)
def test_names_people_use(write, source, target):
    path = write(f"x,{target},y,{source}\n1,b,2,a\n")
    assert rows(read_interactions(path)) == [("a", "b")]


@pytest.mark.parametrize(
    ("role", "name"),
    [(role, name) for role, groups in NAMES.items() for group in groups for name in group],
)
def test_every_recognised_name(role, name):
    columns = {"source": ["a"], "target": ["b"]}
    values = {"relation": "RT", "time": "2024-01-01", "weight": 2.0}
    columns.pop(role, None)
    columns[name] = [values.get(role, "x")]
    frame = read_interactions(pandas.DataFrame(columns)).to_frame()
    assert frame[role].notna().all()


def test_id_gives_way_to_a_better_name_for_evidence(write):
    path = write("id,source,target,tweet_id\n1,a,b,t9\n")
    assert rows(read_interactions(path), "evidence") == [("t9",)]


def test_columns_that_are_named(write):
    path = write("who,whom,n,how,when,which,from\na,b,3,RT,5,m1,x\n")
    interactions = read_interactions(
        path,
        columns={
            "source": "who",
            "target": "WHOM",
            "weight": "n",
            "relation": "how",
            "time": "when",
            "evidence": "which",
        },
    )
    assert rows(interactions, *COLUMNS) == [("a", "b", "repost", 5.0, 3.0, "m1", "back")]


def test_naming_one_of_two_settles_what_is_ambiguous(write):
    path = write("from,source,to\nx,a,b\n")
    assert rows(read_interactions(path, columns={"source": "source"})) == [("a", "b")]


def test_headerless_columns(write):
    def read(text, *columns):
        return rows(read_interactions(write(text)), "source", "target", *columns)

    assert read("a,b\n") == [("a", "b")]
    assert read("a,b,2\nc,d,0.5\n", "weight") == [("a", "b", 2.0), ("c", "d", 0.5)]
    assert read("a,b,RT\nc,d,mention\n", "relation") == [
        ("a", "b", "repost"),
        ("c", "d", "mention"),
    ]
    time = pandas.Timestamp("2004-04-15 14:56:01", tz="UTC")
    assert read("a b 1082040961\n", "time") == [("a", "b", time)]
    assert read("a,b,2004-04-15T14:56:01\n", "time") == [("a", "b", time)]


def test_headerless_is_said(write):
    notices = read_interactions(write("a,b,2\n")).report.notices
    assert "has no header that is recognised: columns read as source, target, weight" in notices[0]


def test_columns_by_number_without_a_header(write):
    path = write("x,a,b,9\ny,c,d,8\n")
    columns = {"source": "2", "target": "3", "weight": "4"}
    interactions = read_interactions(path, columns=columns, header=False)
    assert rows(interactions, "source", "target", "weight") == [("a", "b", 9.0), ("c", "d", 8.0)]
    three = write("a,b,1082040961\n")
    weight = read_interactions(three, columns={"weight": "3"}, header=False)
    assert rows(weight, "source", "weight") == [("a", 1082040961.0)]


def test_a_header_can_be_denied(write):
    path = write("source,target\na,b\n")
    assert rows(read_interactions(path, header=False)) == [("a", "b"), ("source", "target")]


# --- times --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2023-11-14T22:13:20Z",
        "2023-11-14 22:13:20",
        "2023-11-14T22:13:20.000",
        "2023-11-15T00:13:20+02:00",
        "2023-11-14T18:43:20-0330",
        "1700000000",
        "1700000000000",
        "1700000000000000",
        " 1700000000 ",
    ],
)
def test_ways_of_writing_a_time(write, way, text):
    interactions = read_interactions(write(f"source,target,time\na,b,{text}\n"))
    assert interactions.to_frame()["time"][0] == pandas.Timestamp(1_700_000_000, unit="s", tz="UTC")
    assert interactions.report.time_unit == "timestamp"
    assert any(notice.startswith("times are read as ") for notice in interactions.report.notices)


def test_fractions_of_seconds(write):
    path = write("source,target,time\na,b,2023-11-14T22:13:20.25Z\n")
    assert times_of(read_interactions(path)) == [(1_700_000_000.25,)]


def test_plain_numbers_are_phases(write):
    interactions = read_interactions(write("source,target,time\na,b,11\nc,d,-2.5\n"))
    assert interactions.report.time_unit == "number"
    assert rows(interactions, "time") == [(-2.5,), (11.0,)]
    assert "times are read as plain numbers (phases, not dates)" in interactions.report.notices


def test_kind_of_a_column():
    assert kind_of_column([]) is None
    assert kind_of_column(["", " "]) is None
    assert kind_of_column(["May", "June"]) == "iso"
    assert kind_of_column(["2024-01-01", "5"]) == "iso"


def test_missing_times_are_kept_and_said(write, way):
    interactions = read_interactions(write("source,target,time\na,b,5\nc,d,\n"))
    assert interactions.report.records == 2
    assert "1 record(s) have no time" in interactions.report.notices
    assert np.isnan(build_graph(interactions).first_time[1])


@pytest.mark.parametrize(
    ("since", "until", "kept"),
    [
        ("2024-01-02", None, ["b", "c"]),
        (None, "2024-01-02", ["a"]),
        ("2024-01-01", "2024-01-03", ["a", "b"]),
        (1704153600, None, ["b", "c"]),
        (1704153600000, None, ["b", "c"]),
        (pandas.Timestamp("2024-01-02"), None, ["b", "c"]),
        (
            pandas.Timestamp("2024-01-02T01:00", tz="Europe/Berlin").to_pydatetime(),
            None,
            ["b", "c"],
        ),
        (pandas.Timestamp("2024-01-02").date(), None, ["b", "c"]),
    ],
)
def test_since_is_inside_and_until_is_not(write, since, until, kept):
    path = write(
        "source,target,time\na,x,2024-01-01\nb,x,2024-01-02T00:00:00Z\nc,x,2024-01-03\nd,x,\n"
    )
    interactions = read_interactions(path, since=since, until=until)
    assert [source for (source,) in rows(interactions, "source")] == kept
    report = interactions.report
    assert report.rows_outside_period == 4 - len(kept)
    assert report.records == report.rows - report.rows_refused - report.rows_outside_period


def test_period_of_plain_numbers(write):
    path = write("source,target,phase\na,x,1\nb,x,2\nc,x,3\n")
    interactions = read_interactions(path, columns={"time": "phase"}, since=2, until="3")
    assert rows(interactions, "source") == [("b",)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"since": "2024-01-01"}, "since and until are dates, but the times of the records"),
        ({"since": "2024-01-01", "until": 3}, "must both be dates or both be plain numbers"),
        ({"since": 3, "until": 2}, "must be before until"),
        ({"since": "soon"}, "since must be a date such as"),
    ],
)
def test_periods_that_make_no_sense(write, arguments, message):
    with pytest.raises(UsageError, match=message):
        read_interactions(write("source,target,time\na,b,1\n"), **arguments)


def test_a_period_needs_times(write):
    with pytest.raises(UsageError, match="no time column"):
        read_interactions(write("source,target\na,b\n"), since="2024-01-01")


# --- weights, relations and flow ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("weights", "kind"),
    [(["1", "2"], "count"), (["1.0", "3e2"], "count"), (["1", "0.5"], "weight"), ([], "none")],
)
def test_whole_weights_are_counts(write, way, weights, kind):
    if weights:
        text = "source,target,weight\n" + "".join(f"a,b,{w}\n" for w in weights)
    else:
        text = "source,target\na,b\n"
    assert read_interactions(write(text)).report.weight_kind == kind


@pytest.mark.parametrize(
    ("name", "relation"),
    [(alias, r) for r, row in FLOW.items() for alias in (r, *row.aliases, r.upper())],
)
def test_relations_by_any_name(name, relation):
    frame = pandas.DataFrame({"source": ["a"], "target": ["b"], "type": [name]})
    interactions = read_interactions(frame)
    assert rows(interactions, "relation", "flow") == [(relation, FLOW[relation].flow)]
    assert interactions.report.relations == {relation: 1}


@pytest.mark.parametrize(
    ("flow", "repost", "odd"),
    [
        ("odd=both", "back", "both"),
        (["forth"], "forth", "forth"),
        (["both", "RT=back"], "back", "both"),
        ({"ODD": "forth", "retweet": "both"}, "both", "forth"),
        ("BACK", "back", "back"),
    ],
)
def test_flow_overrides(write, way, flow, repost, odd):
    path = write("source,target,relation\na,b,RT\nc,d,odd\n")
    interactions = read_interactions(path, flow=flow)
    assert dict(rows(interactions, "relation", "flow")) == {"repost": repost, "odd": odd}


def test_relations_first_seen_beyond_the_sample(write, way):
    lines = ["a,b,RT"] * 1500 + ["c,d,MT"] * 2
    interactions = read_interactions(write("source,target,relation\n" + "\n".join(lines) + "\n"))
    assert interactions.report.relations == {"repost": 1500, "mention": 2}
    assert ("mention", "forth") in rows(interactions, "relation", "flow")


def test_flow_for_a_relation_that_does_not_occur_is_said(write):
    path = write("source,target,relation\na,b,RT\n")
    notices = read_interactions(path, flow="poke=back").report.notices
    assert "--flow names relation 'poke', which does not occur" in notices


@pytest.mark.parametrize("flow", ["bak", "RT=", "RT=sideways", ["back", "forth"], {"RT": "x"}])
def test_flows_that_are_none(flow):
    with pytest.raises(UsageError, match="flow "):
        parse_flow(flow)


def test_flow_said_twice():
    with pytest.raises(UsageError, match="said twice for 'repost'"):
        parse_flow(["RT=back", "repost=forth"])


def test_without_relations_the_first_record_is_said_in_words(write):
    path = write("source,target\nann,bob\n")
    interactions = read_interactions(path)
    assert rows(interactions, "flow") == [("forth",)]
    said = [n for n in interactions.report.notices if n.startswith("no relation column")]
    assert "what 'ann' posts is read as reaching 'bob'" in said[0]
    assert "--flow back" in said[0]
    assert not read_interactions(path, flow="back").report.notices


def test_likes_and_follows_are_no_posts(write):
    path = write(
        "source,target,relation,id\n"
        "ann,bob,like,1\nann,bob,follow,2\ncat,bob,RT,3\ncat,bob,like,4\nann,dan,mention,5\n"
    )
    assert read_interactions(path).posts()[0].to_dict() == {
        "ann": 1.0,
        "bob": 0.0,
        "cat": 1.0,
        "dan": 0.0,
    }
    only = write("source,target,relation\nann,bob,like\n", "likes.csv")
    assert read_interactions(only).posts()[0].to_dict() == {"ann": 0.0, "bob": 0.0}
