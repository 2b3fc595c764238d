"""Tables of who shared the same: CooRTweet and the coordination network toolkit."""

import itertools
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from reading import rows

from keynodes import ReadingError, UsageError, build_graph, read_interactions
from keynodes.interactions import connect
from keynodes.readers import READERS
from keynodes.readers.flows import parse_flow
from keynodes.readers.inputs import opened
from keynodes.readers.loading import Loader
from keynodes.readers.platforms import coordination, coordination_toolkit
from keynodes.readers.requests import Request

EXPORTS = Path(__file__).parent / "exports"
GRAPHS = Path(__file__).parent.parent / "graphs"
OWN = ("coortweet", "coordination-csv", "coordination-network", "coordination-sqlite")


def detected(path):
    with opened(path) as file:
        return next(name for name, reader in READERS.items() if reader.detects(file))


def forced(path, reader, skip_bad_rows=False, **parameters):
    """What a reader makes of a file by itself: the records as a table, and the part."""
    connection = connect()
    loader = Loader(connection, parse_flow(None), skip_bad_rows=skip_bad_rows)
    with opened(path) as file:
        part = READERS[reader].load(file, Request(parameters=parameters), loader)
        loader.settle_flows(part.shape, 0, part.first_line)
    return connection, part


def records_of(connection, columns="source, target, relation, time, evidence"):
    return sorted(connection.execute(f"SELECT {columns} FROM interactions").fetchall(), key=repr)


def arcs_of(path):
    arcs = build_graph(read_interactions(path)).arcs
    return {(row.source[-2:], row.target[-2:]) for row in arcs.itertuples()}


def pairs_of(arcs):
    return set(zip(arcs.source, arcs.target, strict=True))


# --- which format a file has --------------------------------------------------------------------


def test_each_format_is_seen_from_its_content_and_no_other_file_is_taken_for_it(database):
    assert detected(EXPORTS / "coortweet.csv") == "coortweet"
    assert detected(EXPORTS / "coordination-csv.csv") == "coordination-csv"
    assert detected(EXPORTS / "coordination-network.csv") == "coordination-network"
    assert detected(database) == "coordination-sqlite"
    own = {"coortweet.csv", "coordination-csv.csv", "coordination-network.csv"}
    others = [path for path in EXPORTS.iterdir() if path.is_file() and path.name not in own]
    for path in [*others, *GRAPHS.glob("*.csv*")]:
        with opened(path) as file:
            assert not any(READERS[name].detects(file) for name in OWN), path.name


def test_plain_tables_stay_plain_tables(write):
    assert detected(write("user_1,user_2,weight,time\na,b,1,3\n")) == "delimited"
    assert detected(write("account_id,content_id\na,b\n")) == "delimited"
    assert detected(write("user_id,message_id\na,b\n")) == "delimited"


@pytest.mark.parametrize("reader", OWN)
def test_a_wrong_file_is_refused_in_words(reader, write):
    path = write("source,target\na,b\n", "plain.csv")
    with pytest.raises(ReadingError, match=r"plain\.csv is no ") as error:
        forced(path, reader)
    assert "\n" not in str(error.value)


# --- CooRTweet ----------------------------------------------------------------------------------


def test_shares_within_the_window_tie_accounts_each_way():
    """Who shared later is the actor; what either posts can reach the other."""
    interactions = read_interactions(EXPORTS / "coortweet.csv")
    pairs = [
        (source[-2:], target[-2:], evidence[-2:])
        for source, target, relation, evidence in rows(
            interactions, "source", "target", "relation", "evidence"
        )
        if relation == "co-share"
    ]
    assert pairs == [
        ("01", "02", "07"),
        ("02", "01", "02"),
        ("02", "01", "05"),  # at the same moment: the smaller id goes first
        ("03", "01", "03"),  # ten seconds are within ten seconds
        ("03", "02", "03"),
        ("04", "02", "04"),
        ("04", "03", "04"),
        ("07", "06", "12"),  # the object itself is no share of it
    ]
    edges = {frozenset(pair[:2]) for pair in pairs}
    arcs = arcs_of(EXPORTS / "coortweet.csv")
    assert arcs == {arc for edge in edges for arc in itertools.permutations(edge)}
    assert interactions.report.readers == ("coortweet",)


def test_every_share_is_a_post_and_lone_accounts_stay():
    interactions = read_interactions(EXPORTS / "coortweet.csv")
    report = interactions.report
    assert report.relations == {"co-share": 8, "post": 13}
    assert report.unmapped == {
        "the same share once more": 1,
        "what was shared is not named": 1,
        "a share without a time is in no window": 1,
    }
    accounts = set(build_graph(interactions).accounts)
    assert {"=cmd|'/C calc'!A0", "1450000000000000008", "1450000000000000009"} <= accounts
    posts, basis = interactions.posts()
    assert (posts["1450000000000000001"], posts["1450000000000000004"]) == (3, 1)
    assert basis == "distinct evidence ids"
    time = {row[4]: row[3] for row in records_of(interactions.connection)}
    assert time["9000000000000000004"] == 1700000011
    assert time["9000000000000000015"] is None


def test_what_the_user_says_of_the_flow_holds():
    """Content from the earlier share to the later one only, where the user says so."""
    arcs = build_graph(read_interactions(EXPORTS / "coortweet.csv", flow="co-share=back")).arcs
    assert ("1450000000000000003", "1450000000000000004") in pairs_of(arcs)
    assert ("1450000000000000004", "1450000000000000003") not in pairs_of(arcs)


def naive_pairs(shares, window, most=None):
    pairs = []
    for name in sorted({share[0] for share in shares}):
        ordered = sorted((t, a, c) for o, a, c, t in shares if o == name)
        for i, (time, account, content) in enumerate(ordered):
            near = [j for j in range(i) if time - ordered[j][0] <= window]
            for j in near[-most:] if most else near:
                if ordered[j][1] != account:
                    pairs.append((account, ordered[j][1], content))
    return sorted(pairs)


@pytest.mark.parametrize(("window", "most"), [("10", None), ("1m", None), ("0.5", None), ("9", 2)])
def test_pairs_are_those_of_two_loops(window, most, write):
    draw = random.Random(7)
    shares = [
        (f"o{draw.randrange(4)}", f"a{draw.randrange(9)}", f"c{i}", draw.randrange(0, 120))
        for i in range(150)
    ]
    text = "".join(f"{o},{a},{c},{1_700_000_000 + t}\n" for o, a, c, t in shares)
    path = write("object_id,id_user,content_id,timestamp_share\n" + text)
    parameters = {"window": window} | ({"most": str(most)} if most else {})
    connection, part = forced(path, "coortweet", **parameters)
    found = records_of(connection, "source, target, relation, evidence")
    seconds = {"1m": 60.0}.get(window) or float(window)
    pairs = sorted((s, t, e) for s, t, relation, e in found if relation == "co-share")
    assert pairs == naive_pairs(shares, seconds, most)
    assert any("left out" in notice for notice in part.notices) is bool(most)
    assert not connection.execute("SELECT * FROM duckdb_tables() WHERE temporary").fetchall()


def test_pairs_left_out_by_most_are_counted(write):
    text = "".join(f"o,a{i},c{i},1700000000\n" for i in range(10))
    path = write("object_id,account_id,content_id,timestamp_share\n" + text)
    connection, part = forced(path, "coortweet", most="3")
    (links,) = connection.execute(
        "SELECT count(*) FROM interactions WHERE relation = 'co-share'"
    ).fetchone()
    assert links == 1 + 2 + 3 * 7
    assert any(f"{45 - links} pair(s) of shares left out" in notice for notice in part.notices)


def test_a_hub_is_named_with_what_to_do(write):
    """50,000 accounts at once have 1.25e9 pairs: nothing is made of them before somebody says."""
    text = "".join(f"hub,a{i},c{i},1700000000\n" for i in range(50_000))
    path = write("object_id,account_id,content_id,timestamp_share\n" + text)
    with pytest.raises(ReadingError, match=r"1,249,975,000 pairs.*'hub' alone.*coortweet:most"):
        read_interactions(path)


def test_an_object_of_many_shares_far_apart_costs_little(write, monkeypatch):
    """The window slides: pairs that are not in it are never looked at."""
    text = "".join(f"hub,a{i},c{i},{1_700_000_000 + 60 * i}\n" for i in range(10_000))
    path = write("object_id,account_id,content_id,timestamp_share\n" + text)
    monkeypatch.setattr(coordination, "MOST_PAIRS", 0)
    assert read_interactions(path).report.relations == {"post": 10_000}


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("2023-11-14 22:13:2{}", 1700000000), ("170000000{}000", 1700000000), ("{}", 0)],
)
def test_times_in_every_kind(written, seconds, write):
    lines = [f"o,a{i},c{i},{written.format(i)}\n" for i in (1, 3, 9)]
    path = write("object_id,account_id,content_id,timestamp_share\n" + "".join(lines))
    connection, _ = forced(path, "coortweet", window="2")
    links = connection.execute(
        "SELECT source, target, time FROM interactions WHERE relation = 'co-share'"
    ).fetchall()
    assert links == [("a3", "a1", seconds + 3)]


def test_malformed_shares_are_refused_by_line(write):
    path = write(
        "object_id,account_id,content_id,timestamp_share\no,a,c1,1700000000\no,b,c2,noon\n"
        "o, ,c3,1700000001\no,c,c4\no,d,c5,1700000002\n"
    )
    with pytest.raises(ReadingError, match="line 5: found 3 fields"):
        read_interactions(path)
    interactions = read_interactions(path, skip_bad_rows=True)
    assert interactions.report.rows_refused == 3
    assert rows(interactions, "source", "target", "relation") == [
        ("a", "a", "post"),
        ("d", "a", "co-share"),
        ("d", "d", "post"),
    ]


@pytest.mark.parametrize("parameters", [{"window": "soon"}, {"window": "0"}, {"most": "many"}])
def test_parameters_are_checked(parameters):
    with pytest.raises(UsageError, match=f"coortweet:{next(iter(parameters))}"):
        forced(EXPORTS / "coortweet.csv", "coortweet", **parameters)


# --- the toolkit's messages -----------------------------------------------------------------------


def test_reposts_and_replies_find_the_author_in_the_file():
    """What is reposted or answered reached whoever reposts or answers: from author to user."""
    path = EXPORTS / "coordination-csv.csv"
    assert arcs_of(path) == {("01", "02"), ("01", "03"), ("03", "01"), ("01", "05"), ("03", "05")}
    interactions = read_interactions(path)
    assert rows(interactions, "source", "target", "relation", "evidence") == sorted(
        [
            ("1450000000000000001", "1450000000000000001", "post", "9007199254740993"),
            ("1450000000000000002", "1450000000000000001", "repost", "9007199254740995"),
            ("1450000000000000003", "1450000000000000001", "reply", "9007199254740997"),
            ("1450000000000000001", "1450000000000000003", "reply", "9007199254740999"),
            ("1450000000000000005", "1450000000000000001", "repost", "9007199254741005"),
            ("1450000000000000005", "1450000000000000003", "reply", "9007199254741005"),
            ("1450000000000000006", "1450000000000000006", "post", "9007199254741007"),
        ],
        key=repr,
    )
    assert set(rows(interactions, "flow", "relation")) == {
        ("back", "repost"),
        ("back", "reply"),
        ("forth", "post"),
    }


def test_what_is_answered_elsewhere_is_counted_and_its_account_stays():
    interactions = read_interactions(EXPORTS / "coordination-csv.csv")
    assert interactions.report.unmapped == {
        "the same message once more": 1,
        "the reposted message is not in the file, and its author is not named": 1,
        "the message replied to is not in the file, and its author is not named": 1,
    }
    assert interactions.isolated == ("1450000000000000004",)
    assert "1450000000000000004" in build_graph(interactions).accounts
    assert interactions.report.time_unit == "timestamp"


def test_names_are_kept_with_their_times():
    _, part = forced(EXPORTS / "coordination-csv.csv", "coordination-csv")
    found = set(part.handles.itertuples(index=False, name=None))
    assert ("1450000000000000001", "harbour", "1700000000") in found
    assert ("1450000000000000001", "harbour_new", "1700000090") in found


def test_columns_of_messages_go_by_their_place(write):
    text = (EXPORTS / "coordination-csv.csv").read_text().partition("\n")[2]
    path = write("id,account,line,Line,b,c,d,e\n" + text)
    assert detected(path) != "coordination-csv"
    connection, _ = forced(path, "coordination-csv")
    assert records_of(connection) == records_of(
        read_interactions(EXPORTS / "coordination-csv.csv").connection
    )


def test_hostile_messages(write):
    header = (EXPORTS / "coordination-csv.csv").read_text().partition("\n")[0] + "\n"
    path = write(
        header
        + '1,"a\nb\u202e",=1+1,,,[{"x": 1}],3,\n'
        + "2,\U0001f600,,1,2,,4,\n"
        + ",c,,,,no id,5,\n"
        + ",c,,,,no id either,6,\n"
        + "3, ,,,,nobody,7,\n"
        + "4,d,,3,,of nobody,8,\n"
    )
    with pytest.raises(ReadingError, match="source is blank"):
        read_interactions(path)
    interactions = read_interactions(path, skip_bad_rows=True)
    assert interactions.report.rows_refused == 1
    assert rows(interactions, "source", "target", "relation") == sorted(
        [
            ("a\nb\u202e", "a\nb\u202e", "post"),
            ("\U0001f600", "a\nb\u202e", "repost"),
            ("\U0001f600", "\U0001f600", "reply"),
            ("c", "c", "post"),
            ("c", "c", "post"),
        ],
        key=repr,
    )
    assert sum(interactions.report.unmapped.values()) == 1


# --- the toolkit's results ------------------------------------------------------------------------


def test_a_result_ties_both_accounts_by_the_messages_of_both():
    """What either posts can reach the other; each row adds the messages of its first account."""
    interactions = read_interactions(EXPORTS / "coordination-network.csv")
    arcs = build_graph(interactions).arcs
    assert {(r.source[-2:], r.target[-2:], r.weight) for r in arcs.itertuples()} == {
        ("01", "02", 5.0),
        ("02", "01", 5.0),
        ("01", "03", 1.0),
        ("03", "01", 1.0),
    }
    assert interactions.report.relations == {"co-share": 4}
    assert interactions.report.self_loops == 1


def test_a_result_without_the_kind_and_with_bad_weights(write):
    path = write("user_1,user_2,weight\na,b,2\nb,c,none\n")
    with pytest.raises(ReadingError, match="line 3: weight must be a number"):
        read_interactions(path)
    path = write("user_1,user_2,weight\na,b,2\n")
    assert rows(read_interactions(path), "source", "target", "relation", "flow") == [
        ("a", "b", "co-share", "both")
    ]


# --- the toolkit's database -----------------------------------------------------------------------

SCHEMA = """
    CREATE TABLE edge (message_id PRIMARY KEY, user_id NOT NULL, username TEXT, repost_id, reply_id,
        message TEXT, transformed_message TEXT, transformed_message_length INTEGER,
        transformed_message_hash BLOB, token_set TEXT, timestamp INTEGER);
    CREATE TABLE metadata (property PRIMARY KEY, value);
    INSERT INTO metadata VALUES ('version', 1);
    CREATE TABLE co_retweet_network (user_1, user_2, weight, PRIMARY KEY (user_1, user_2))
        WITHOUT ROWID;
    INSERT INTO co_retweet_network VALUES ('u1', 'u2', 4), ('u2', 'u1', 3);
"""
MESSAGES = [
    ("9007199254740993", 1450000000000000001, "harbour", None, None, 1700000000),
    (9007199254740995, "1450000000000000002", None, "9007199254740993", None, 1700000030.5),
    ("9007199254740997", "1450000000000000003", "signal", None, "1", 1700000060),
    ("9007199254740999", "=x\n\u202e", "", None, 9007199254740995, None),
]


@pytest.fixture
def database(tmp_path):
    return made(tmp_path / "toolkit.db", MESSAGES)


def made(path, messages, schema=SCHEMA):
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(schema)
        connection.executemany(
            "INSERT INTO edge (message_id, user_id, username, repost_id, reply_id, timestamp) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            messages,
        )
        connection.commit()
    return path


def test_a_database_is_read_as_its_messages_and_left_alone(database):
    """From the author to whoever reposts or replies; ids are texts whatever their type was."""
    before = database.read_bytes(), database.stat().st_mtime_ns
    interactions = read_interactions(database)
    assert (database.read_bytes(), database.stat().st_mtime_ns) == before
    assert [path.name for path in database.parent.iterdir()] == ["toolkit.db"]
    assert rows(interactions, "source", "target", "relation", "evidence") == sorted(
        [
            ("1450000000000000001", "1450000000000000001", "post", "9007199254740993"),
            ("1450000000000000002", "1450000000000000001", "repost", "9007199254740995"),
            ("=x\n\u202e", "1450000000000000002", "reply", "9007199254740999"),
        ],
        key=repr,
    )
    arcs = build_graph(interactions).arcs
    assert pairs_of(arcs) == {
        ("1450000000000000001", "1450000000000000002"),
        ("1450000000000000002", "=x\n\u202e"),
    }
    assert sum(interactions.report.unmapped.values()) == 1
    assert any("co_retweet_network" in notice for notice in interactions.report.notices)
    assert sorted(
        interactions.connection.execute("SELECT time FROM interactions").fetchall(), key=repr
    ) == [(1700000000.0,), (1700000030.5,), (None,)]


def test_a_result_of_a_database_is_read_when_it_is_named(database):
    connection, _ = forced(database, "coordination-sqlite", table="co_retweet_network")
    assert records_of(connection, "source, target, relation, weight, flow") == [
        ("u1", "u2", "co-share", 4.0, "both"),
        ("u2", "u1", "co-share", 3.0, "both"),
    ]
    with pytest.raises(UsageError, match=r"no table 'co_link_network'.*co_retweet_network"):
        forced(database, "coordination-sqlite", table="co_link_network")
    with pytest.raises(UsageError, match="no table 'metadata'"):
        forced(database, "coordination-sqlite", table="metadata")


def test_a_database_without_messages_says_what_it_has(tmp_path):
    with pytest.raises(ReadingError, match=r"only results: co_retweet_network.*:table=co_retweet"):
        read_interactions(made(tmp_path / "results.db", []))


def test_a_name_that_means_something_in_an_address(tmp_path):
    path = made(tmp_path / "a b?mode=rwc#100%.db", MESSAGES)
    assert read_interactions(path).report.readers == ("coordination-sqlite",)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_rows_of_a_database_that_are_no_text(tmp_path):
    bad = [*MESSAGES, ("5", b"\x00\x01", None, None, None, 1700000100)]
    path = made(tmp_path / "blob.db", bad)
    with pytest.raises(ReadingError, match=r"blob\.db, row 5: user_id must be a text or a number"):
        read_interactions(path)
    assert read_interactions(path, skip_bad_rows=True).report.rows_refused == 1
    path = made(tmp_path / "bytes.db", MESSAGES)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO edge (message_id, user_id) VALUES ('6', CAST(x'ff61' AS TEXT))"
        )
        connection.commit()
    with pytest.raises(ReadingError, match=r"row 5: byte 0xFF"):
        read_interactions(path)


def test_a_database_that_hides_code_behind_its_tables(tmp_path):
    """A view called edge could run for ever: it is no table of messages."""
    path = tmp_path / "view.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE VIEW edge AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
            "SELECT i AS message_id, i AS user_id FROM n;"
        )
    with pytest.raises(ReadingError, match="SQLite database"):
        read_interactions(path)
    with pytest.raises(ReadingError, match="no database of the coordination network toolkit"):
        forced(path, "coordination-sqlite")


def test_values_too_large_and_columns_that_are_computed(tmp_path, monkeypatch):
    monkeypatch.setattr(coordination_toolkit, "LONGEST_OBJECT", 100_000)
    path = made(tmp_path / "huge.db", MESSAGES)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE edge SET username = zeroblob(100001) WHERE rowid = 1")
        connection.commit()
    with pytest.raises(ReadingError, match=r"huge\.db cannot be read .*too big"):
        read_interactions(path)
    path = tmp_path / "computed.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE edge (message_id, username, repost_id, reply_id, message, timestamp, "
            "user_id AS (hex(zeroblob(400000000)))); INSERT INTO edge (message_id) VALUES (1);"
        )
    with pytest.raises(ReadingError, match="table edge has no column user_id"):
        read_interactions(path)


def test_databases_that_cannot_be_read(database, tmp_path):
    old = made(tmp_path / "old.db", [])
    with closing(sqlite3.connect(old)) as connection:
        connection.executescript(
            "ALTER TABLE edge DROP COLUMN reply_id;"
            "INSERT INTO edge (message_id, user_id) VALUES (1, 2);"
        )
    with pytest.raises(ReadingError, match=r"old\.db: table edge has no column reply_id"):
        read_interactions(old)
    cut = tmp_path / "cut.db"
    cut.write_bytes(database.read_bytes()[:6000])
    with pytest.raises(ReadingError, match=r"cut\.db .*SQLite database"):
        read_interactions(cut)
    (tmp_path / "toolkit.db-wal").write_bytes(b"waiting")
    with pytest.raises(ReadingError, match=r"changes that are not in it yet .*toolkit\.db-wal"):
        read_interactions(database)
