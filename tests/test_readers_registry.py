"""Every reader of the registry: its fixture is told by its content, no other is taken for it."""

import csv
import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas
import pytest
from commands import ROOT, keynodes, table
from conftest import processor_seconds
from workbooks import BANNER, EDGES, write_workbook

from keynodes import KeynodesError, ReadingError, UnknownName, UsageError
from keynodes.readers import READERS, formats, read_interactions
from keynodes.readers.formats import BY_COLUMN, TABLES, chosen_format, format_of
from keynodes.readers.inputs import opened

EXPORTS = Path(__file__).parent / "exports"

MADE = ("parquet", "nodexl", "coordination-sqlite", "json-lines", "delimited")
"""Readers whose fixture is made here: binary ones, and tables that are nobody's."""


def owner_of(path):
    """The reader that a fixture is called after, such as twitter-v2 of twitter-v2-flattened."""
    fitting = [name for name in READERS if path.stem == name or path.stem.startswith(f"{name}-")]
    return max(fitting, key=len, default=None)


WRITTEN = sorted(path for path in EXPORTS.iterdir() if path.is_file())


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    pairs = {"source": ["ann", "bob"], "target": ["bob", "cy"]}
    pandas.DataFrame(pairs).to_parquet(folder / "parquet.parquet")
    edge = ["ann", "bob", None, None, 1, "Retweet", 43000.5, "", None, "91"]
    write_workbook(folder / "nodexl.xlsx", {"Edges": [BANNER, EDGES, edge]})
    with closing(sqlite3.connect(folder / "coordination-sqlite.db")) as connection:
        connection.execute(
            "CREATE TABLE edge (message_id PRIMARY KEY, user_id, username, repost_id, reply_id, "
            "message, transformed_message, transformed_message_length, transformed_message_hash, "
            "token_set, timestamp)"
        )
        rows = [("1", "ann", "Ann", None, None), ("2", "bob", "Bob", "1", None)]
        connection.executemany(
            "INSERT INTO edge (message_id, user_id, username, repost_id, reply_id, timestamp) "
            "VALUES (?, ?, ?, ?, ?, 1717200000)",
            rows,
        )
        connection.commit()
    (folder / "json-lines.jsonl").write_text('{"source": "ann", "target": "bob"}\n')
    (folder / "delimited.csv").write_text("source;target\nann;bob\n")
    return sorted(folder.iterdir())


@pytest.fixture(scope="session")
def every_file(made):
    return [*WRITTEN, *made]


def test_every_reader_has_a_fixture_and_every_fixture_a_reader(every_file):
    owners = {path.name: owner_of(path) for path in every_file}
    assert [name for name, owner in owners.items() if owner is None] == []
    assert sorted(set(READERS) - set(owners.values())) == []


def test_every_fixture_is_told_by_its_content_and_taken_for_nothing_else(every_file):
    own = [name for name in READERS if name not in ("json-lines", "delimited")]
    for path in every_file:
        with opened(path) as file:
            assert format_of(file) == owner_of(path), path.name
            taken = [name for name in own if READERS[name].detects(file)]
            assert taken == [name for name in own if name == owner_of(path)], path.name


@pytest.mark.parametrize("path", sorted((ROOT / "graphs").glob("*.csv*")), ids=lambda p: p.name)
def test_sample_graphs_are_plain_tables(path):
    with opened(path) as file:
        assert [name for name in READERS if READERS[name].detects(file)] == ["delimited"]


@pytest.mark.parametrize("name", READERS)
def test_every_reader_says_what_it_is_and_which_way_content_goes(name):
    reader = READERS[name]
    assert reader.words.strip()
    assert len(reader.flow.split()) > 5
    assert name == name.lower()
    assert all(meaning for meaning in reader.parameters.values())


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_every_fixture_holds_records(path):
    report = read_interactions(path, skip_bad_rows=True).report
    assert report.records > 0
    assert report.readers == (owner_of(path),)


def test_made_fixtures_hold_records(made):
    for path in made:
        report = read_interactions(path).report
        assert (report.records > 0, report.readers) == (True, (owner_of(path),)), path.name


@pytest.mark.parametrize("name", READERS)
def test_forced_on_the_file_of_another_format_it_reads_or_says_why_not(name, every_file):
    """The others in turn, so that in the end each reader meets files of every family."""
    others = [path for path in every_file if owner_of(path) != name]
    start = list(READERS).index(name)
    chosen = [others[(start + step * 7) % len(others)] for step in range(3)]
    for path in chosen:
        found, said = None, path.name
        try:
            found = read_interactions(path, reader=name)
        except KeynodesError as error:
            said = str(error)
        assert path.name in said
        if "does not fit the reader" in said:
            assert f"looks like {owner_of(path)!r}" in said
        assert found is None or found.report.records or found.isolated


# --- naming a reader -----------------------------------------------------------------------------


def test_a_reader_is_forced_by_its_name(write):
    path = write("source,target\n1,2\n")
    assert read_interactions(path, reader="Delimited").report.readers == ("delimited",)
    with pytest.raises(ReadingError) as raised:
        read_interactions(path, reader="graphml")
    said = str(raised.value)
    assert "does not fit the reader 'graphml', but looks like 'delimited'" in said
    assert "'source', 'target'" in said


def test_a_forced_reader_goes_before_what_is_seen():
    path = EXPORTS / "twarc-csv.csv"
    columns = {"source": "author_id", "target": "id"}
    found = read_interactions(path, reader="delimited", columns=columns, flow="forth")
    assert found.report.readers == ("delimited",)
    # Whoever names columns has a table, whatever it looks like.
    assert read_interactions(path, columns=columns, flow="forth").report.readers == ("delimited",)


def test_columns_say_nothing_to_a_reader_that_knows_its_fields():
    with pytest.raises(UsageError, match="--source x says nothing to the reader 'mastodon'"):
        read_interactions(EXPORTS / "mastodon.jsonl", reader="mastodon", columns={"source": "x"})
    assert set(TABLES) < set(BY_COLUMN)
    assert "graphml" in BY_COLUMN


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mastodn", "there is no reader 'mastodn'; did you mean 'mastodon'"),
        ("mastodon:window=3", "reader 'mastodon' has no parameter 'window'; it has none"),
        ("coortweet:windw=3", "did you mean 'window'"),
        ("coortweet:window", "written name=value, got 'window'"),
        ("coortweet:window=", "written name=value"),
        ("coortweet:window=1:window=2", "said twice"),
    ],
)
def test_a_name_that_there_is_not_is_refused(text, words):
    with pytest.raises(UsageError, match=words) as raised:
        chosen_format(text)
    assert isinstance(raised.value, UnknownName) or "parameter" in str(raised.value)


def test_parameters_reach_the_reader():
    assert chosen_format("coortweet: window = 60") == ("coortweet", {"window": "60"})
    narrow = read_interactions(EXPORTS / "coortweet.csv", reader="coortweet:window=1")
    wide = read_interactions(EXPORTS / "coortweet.csv", reader="coortweet:window=1d")
    assert wide.report.records > narrow.report.records


def test_a_reader_that_stumbles_over_a_foreign_file_says_so_in_words(write, monkeypatch):
    def stumbles(file, request, loader):
        raise KeyError("nothing\nof the kind")

    monkeypatch.setitem(
        READERS, "stumbling", formats.Reader(lambda file: False, stumbles, "words", "flow")
    )
    with pytest.raises(
        ReadingError, match=r"does not fit the reader 'stumbling'.*KeyError"
    ) as said:
        read_interactions(write("source,target\na,b\n"), reader="stumbling")
    assert "\n" not in str(said.value)


# --- the command ---------------------------------------------------------------------------------


def test_keynodes_readers_lists_them_all():
    code, out, err = keynodes("readers")
    assert (code, err) == (0, "")
    found = {row["reader"]: row for row in table(out)}
    assert list(found) == list(READERS)
    assert found["mastodon"]["platform"] == "mastodon"
    assert "boosts" in found["mastodon"]["content"]
    assert found["coortweet"]["parameters"] == "window, most"


def test_the_drawn_list_of_readers_has_no_sentences():
    code, out, err = keynodes("readers", "--format", "table")
    assert (code, err) == (0, "")
    assert all(name in out for name in READERS)
    assert "boosts" not in out
    assert max(map(len, out.splitlines())) < 200


@pytest.mark.parametrize("name", READERS)
def test_keynodes_readers_explains_each(name):
    code, out, err = keynodes("readers", name)
    assert (code, err) == (0, "")
    assert READERS[name].words in out
    assert READERS[name].flow in out
    if (export := READERS[name].export) is not None:
        assert all(notice in out for notice in export.notices)
        assert "SELECT" not in out
        code, out, err = keynodes("readers", name, "--query")
        assert (code, err) == (0, "")
        assert READERS[name].flow in out
        assert "SELECT" in out
        assert export.interactions.strip().splitlines()[-1].strip() in out


def test_keynodes_readers_refuses_what_it_cannot_do(tmp_path):
    code, _, err = keynodes("readers", "masto")
    assert (code, "did you mean 'mastodon'" in err or "choose from" in err) == (2, True)
    code, _, err = keynodes("readers", "mastodon", "-o", tmp_path / "x.csv")
    assert (code, "in words" in err) == (2, True)
    code, _, err = keynodes("readers", "--query")
    assert (code, "name it" in err) == (2, True)


def test_any_command_takes_a_reader(write):
    path = write('{"source": "a", "target": "b"}\n', "edges.txt")
    for command in ("rank", "info", "communities"):
        code, _, err = keynodes(command, path, "--reader", "json-lines")
        assert code == 0, err
        code, _, err = keynodes(command, path, "--reader", "json-line")
        assert (code, "did you mean 'json-lines'" in err) == (2, True)


# --- columns that are not the format's ------------------------------------------------------------

TABLES_OF_EXPORTS = ("bluesky-table", "coortweet", "minet", "tcat", "twarc-csv")


@pytest.mark.parametrize("name", TABLES_OF_EXPORTS)
def test_columns_that_a_query_would_take_for_its_own_change_nothing(name, write):
    """An analyst's own columns, called as the queries call theirs; names of SQL know no case."""
    text = (EXPORTS / f"{name}.csv").read_text()
    header = next(csv.reader([text.splitlines()[0]]))
    own = ["line", "rowid", "page", "place", "ids", "names", "mentioned", "account", "moment"]
    own += [column.upper() for column in header if column and column.upper() != column]
    table_of = io.StringIO()
    rows_of = csv.reader(io.StringIO(text))
    csv.writer(table_of).writerows(
        [own + row if place == 0 else ["zz"] * len(own) + row for place, row in enumerate(rows_of)]
    )
    frames = [
        read_interactions(path, reader=name, skip_bad_rows=True).to_frame()
        for path in (EXPORTS / f"{name}.csv", write(table_of.getvalue(), "wide.csv"))
    ]
    columns = list(frames[0].columns)
    expected, found = (frame.sort_values(columns, ignore_index=True) for frame in frames)
    pandas.testing.assert_frame_equal(found, expected)


@pytest.mark.parametrize("name", [*TABLES_OF_EXPORTS, "coordination-network"])
def test_columns_that_go_by_their_names_need_them(name):
    with pytest.raises(UsageError, match="--no-header says nothing"):
        read_interactions(EXPORTS / f"{name}.csv", reader=name, header=False)


def test_a_header_of_many_columns_takes_no_time(write):
    header = ",".join(["id", "author_id", "conversation_id", *map(str, range(100_000))])
    path = write(f"{header}\n1,7{',' * 100_001}\n", "wide.csv")
    before = processor_seconds()
    assert read_interactions(path, reader="twarc-csv").report.records == 1
    assert processor_seconds() - before < 10


def test_options_that_mean_nothing_in_a_format_are_told():
    for name in ("graphml.graphml", "mastodon.jsonl"):
        read = read_interactions(EXPORTS / name, delimiter=";")
        assert sum("--delimiter says nothing" in notice for notice in read.report.notices) == 1
    read = read_interactions(EXPORTS / "twarc-csv.csv", delimiter=",", encoding="utf-8")
    assert not any("says nothing" in notice for notice in read.report.notices)


def test_the_formats_that_take_a_delimiter_are_formats():
    assert set(READERS) >= formats.TABULAR | formats.BINARY
