"""A mapping file: a table that no reader knows, read as its user says."""

import pandas
import pytest
from commands import keynodes, table
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import rows

from keynodes import ReadingError, UnknownName, UnknownRelation, UsageError, build_graph
from keynodes.readers import read_interactions
from keynodes.readers.flows import parse_flow
from keynodes.readers.mapping import read_mapping, write_mapping
from keynodes.readers.requests import Table

COLUMNS = '[columns]\nsource = "who"\ntarget = "whom"\n'


@pytest.fixture
def mapping(tmp_path):
    def _mapping(text, name="mapping.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return _mapping


@pytest.fixture
def sightings(write):
    return write(
        "who,whom,when,what,count\nann,bob,2024-05-01,RT,7\nbob,cy,2024-05-02,RT,9\n",
        "sightings.csv",
    )


def arcs(interactions):
    return list(
        build_graph(interactions).arcs[["source", "target"]].itertuples(index=False, name=None)
    )


# --- columns ------------------------------------------------------------------------------------


def test_columns_have_the_roles_that_the_mapping_gives_them_and_no_others(sightings, mapping):
    path = mapping(COLUMNS + 'time = "when"\n')
    found = read_interactions(sightings, reader=path)
    assert rows(found) == [("ann", "bob"), ("bob", "cy")]
    # count would be recognised as a weight, and the mapping does not say so.
    assert found.to_frame()["weight"].tolist() == [1.0, 1.0]
    assert found.report.time_unit == "timestamp"
    assert found.report.readers == ("delimited",)


def test_the_relation_of_every_record_says_which_way_a_post_travels(sightings, mapping):
    found = read_interactions(sightings, reader=mapping('relation = "RT"\n' + COLUMNS))
    assert found.report.relations == {"repost": 2}
    # Ann reposted Bob: what Bob posts reached Ann.
    assert arcs(found) == [("bob", "ann"), ("cy", "bob")]
    invited = read_interactions(sightings, reader=mapping('relation = "invite"\n' + COLUMNS))
    assert arcs(invited) == [("ann", "bob"), ("bob", "cy")]


def test_flow_of_a_mapping_gives_way_to_the_users(sightings, mapping):
    path = mapping(COLUMNS + '[flow]\n"*" = "back"\n')
    assert arcs(read_interactions(sightings, reader=path)) == [("bob", "ann"), ("cy", "bob")]
    forth = read_interactions(sightings, reader=path, flow="forth")
    assert arcs(forth) == [("ann", "bob"), ("bob", "cy")]
    by_relation = mapping(COLUMNS + 'relation = "what"\n[flow]\nRT = "forth"\nsold = "back"\n')
    found = read_interactions(sightings, reader=by_relation)
    assert arcs(found) == [("ann", "bob"), ("bob", "cy")]
    # A flow of the mapping that a file does not need is nothing to speak of.
    assert not [notice for notice in found.report.notices if "sold" in notice]


def test_an_unknown_relation_of_all_records_is_asked_for(sightings, mapping):
    path = mapping('relation = "sold to"\n' + COLUMNS)
    with pytest.raises(UnknownRelation, match="'sold to' of 2 records"):
        read_interactions(sightings, reader=path)


def test_how_a_file_is_written_is_part_of_the_mapping(write, mapping):
    path = write("ann|bob|é\n".encode("cp1252"), "odd.txt")
    said = mapping(
        'delimiter = "pipe"\nheader = false\nencoding = "cp1252"\n'
        '[columns]\nsource = "3"\ntarget = "1"\n'
    )
    assert rows(read_interactions(path, reader=said)) == [("é", "ann")]
    # What the caller says himself counts more, and the mapping stays as it is.
    found = read_interactions(path, reader=said, columns={"target": "2"})
    assert rows(found) == [("é", "bob")]


def test_json_lines_and_parquet_are_mapped_too(write, mapping, tmp_path):
    path = write('{"who": 12345678901234567890, "whom": "b", "date": "x"}\n', "a.jsonl")
    assert rows(read_interactions(path, reader=mapping(COLUMNS))) == [("12345678901234567890", "b")]
    pandas.DataFrame({"who": ["a"], "whom": ["b"]}).to_parquet(tmp_path / "a.parquet")
    found = read_interactions(tmp_path / "a.parquet", reader=mapping(COLUMNS))
    assert rows(found) == [("a", "b")]


# --- a mapping that does not fit, or that is none ----------------------------------------------


def test_a_missing_column_is_named_with_those_there_are(write, mapping):
    path = write("user,whom\na,b\n", "other.csv")
    with pytest.raises(UnknownName) as raised:
        read_interactions(path, reader=mapping(COLUMNS))
    for words in ("other.csv", "no column 'who'", "user", "whom", "mapping.toml"):
        assert words in str(raised.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("colums = 1", "there is no key 'colums'; did you mean 'columns'?"),
        ("[columns", "no valid TOML"),
        ("[columns]\nsource = 'a'", r"\[columns\] must name the column of target"),
        ("[columns]\nsorce = 'a'\nsource = 'a'\ntarget = 'b'", "did you mean 'source'"),
        ("[columns]\nsource = 1\ntarget = 'b'", "source must be a text, found 1"),
        ("header = 'no'\n" + COLUMNS, "header must be true or false, found 'no'"),
        ("delimiter = 'ab'\n" + COLUMNS, "a delimiter is one sign"),
        ("reader = 'delimitd'\n" + COLUMNS, "did you mean 'delimited'"),
        ("reader = 'twitter-v2'\n" + COLUMNS, "there is no reader of tables"),
        (COLUMNS + "[flow]\nRT = 'bak'", "flow must be back, forth or both"),
        ("relation = 'RT'\n" + COLUMNS + "relation = 'what'", "nothing beside a column"),
        ("relation = ' '\n" + COLUMNS, "relation is blank"),
        ("delimiter = ','", "needs \\[columns\\] or a query; it has neither"),
        ("query = 'SELECT 1'\n" + COLUMNS, "needs \\[columns\\] or a query, not both"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_in_words(mapping, sightings, text, words):
    with pytest.raises((ReadingError, UsageError), match=words) as raised:
        read_interactions(sightings, reader=mapping(text))
    assert "mapping.toml" in str(raised.value)


def test_a_mapping_that_cannot_be_read(sightings, tmp_path):
    with pytest.raises(ReadingError, match="no such mapping file"):
        read_interactions(sightings, reader=tmp_path / "absent.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ReadingError, match="UTF-8"):
        read_interactions(sightings, reader=tmp_path / "binary.toml")


# --- queries ------------------------------------------------------------------------------------


def query(text):
    return f'query = """{text}"""\n'


def test_a_query_yields_records(sightings, mapping):
    path = mapping(
        query(
            "SELECT who AS source, whom AS target, 'like' AS relation, \"when\" AS time, "
            '"count" AS weight, what AS evidence, line FROM input WHERE line > 2'
        )
    )
    found = read_interactions(sightings, reader=path)
    columns = ("source", "target", "relation", "weight", "evidence")
    assert rows(found, *columns) == [("bob", "cy", "like", 9.0, "RT")]
    assert arcs(found) == [("cy", "bob")]


def test_a_query_over_json_lines_sees_the_objects(write, mapping):
    path = write('{"u": {"id": "1"}, "to": ["2", "3"]}\n{"u": {"id": "4"}, "to": []}\n', "a.jsonl")
    text = "SELECT object->'u'->>'id' AS source, unnest(object->>'$.to[*]') AS target FROM input"
    assert rows(read_interactions(path, reader=mapping(query(text)))) == [("1", "2"), ("1", "3")]


def test_a_query_over_parquet_and_over_columns_without_names(write, mapping, tmp_path):
    pandas.DataFrame({"a": [2**60 + 1], "b": ["x"]}).to_parquet(tmp_path / "a.parquet")
    by_query = mapping(query("SELECT a AS source, b AS target FROM input"))
    found = read_interactions(tmp_path / "a.parquet", reader=by_query)
    assert rows(found) == [(str(2**60 + 1), "x")]
    headless = mapping("header = false\n" + query('SELECT "1" AS source, "2" AS target FROM input'))
    assert rows(read_interactions(write("a,b\nc,d\n"), reader=headless)) == [("a", "b"), ("c", "d")]


def test_records_of_a_query_are_checked_as_all_are(sightings, mapping):
    path = mapping(query("SELECT '' AS source, whom AS target, line FROM input"))
    with pytest.raises(ReadingError, match="line 2: source is blank"):
        read_interactions(sightings, reader=path)
    path = mapping(query("SELECT 1.5::DOUBLE AS source, whom AS target FROM input"))
    with pytest.raises(ReadingError, match="floating-point"):
        read_interactions(sightings, reader=path)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT content AS source, 'x' AS target FROM read_text('{secret}')",
        "SELECT column0 AS source, 'x' AS target FROM read_csv('{secret}')",
        "SELECT * FROM '{secret}'",
        "SELECT file AS source, 'x' AS target FROM glob('{folder}/*')",
        "SELECT * FROM read_csv('https://example.invalid/a.csv')",
        "SELECT getenv('HOME') AS source, 'x' AS target FROM input",
        "SELECT * FROM batch",
        "SELECT * FROM query('COPY input TO ''{folder}/out.csv''')",
    ],
)
def test_a_query_reaches_no_file_no_network_and_no_variable(sightings, mapping, tmp_path, text):
    (tmp_path / "secret.csv").write_text("hidden,words\n")
    said = text.replace("{secret}", str(tmp_path / "secret.csv"))
    said = said.replace("{folder}", str(tmp_path))
    before = sorted(tmp_path.iterdir())
    path = mapping(query(said))
    with pytest.raises(ReadingError, match="does not fit") as raised:
        read_interactions(sightings, reader=path)
    assert "hidden" not in str(raised.value)
    assert sorted(tmp_path.iterdir()) == sorted([*before, path])


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1 AS source; SELECT 2",
        "COPY input TO 'out.csv'",
        "ATTACH 'x.db'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "INSERT INTO input SELECT * FROM input",
        "DROP TABLE input",
        "PRAGMA version",
        "EXPLAIN SELECT 1",
        "",
    ],
)
def test_anything_but_one_select_is_refused(sightings, mapping, text):
    with pytest.raises(ReadingError, match=r"one SELECT and no more, found|cannot be understood"):
        read_interactions(sightings, reader=mapping(query(text)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SELECT who AS source FROM input", "must yield source and target, and yields 'source'"),
        ("SELECT who AS source, whom AS targt FROM input", "did you mean 'target'"),
        ("SELECT nobody AS source, whom AS target FROM input", "input has 'line', 'who'"),
        ("SELECT who AS source, who AS source FROM input", "one name"),
        ("SELEC who", "cannot be understood"),
    ],
)
def test_a_query_that_does_not_fit_says_what_there_is(sightings, mapping, text, words):
    with pytest.raises((ReadingError, UnknownName), match=words):
        read_interactions(sightings, reader=mapping(query(text)))


def test_columns_of_the_caller_say_nothing_beside_a_query(sightings, mapping):
    path = mapping(query("SELECT who AS source, whom AS target FROM input"))
    with pytest.raises(UsageError, match="--source who says nothing beside the query"):
        read_interactions(sightings, reader=path, columns={"source": "who"})


# --- saved and used again -------------------------------------------------------------------------


@settings(max_examples=25)
@given(
    names=st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=3,
                   max_size=3, unique=True),
    delimiter=st.sampled_from([",", "\t", "|", None]),
    header=st.sampled_from([True, False, None]),
)  # fmt: skip
def test_a_mapping_that_was_written_says_the_same_when_read(tmp_path, names, delimiter, header):
    columns = dict(zip(("source", "target", "relation"), names, strict=True))
    flows = parse_flow([f"{names[0].strip() or 'x'}=back", "forth"])
    write_mapping(
        tmp_path / "m.toml", Table(columns, delimiter, header, "utf-8"), "delimited", flows
    )
    found = read_mapping(tmp_path / "m.toml")
    assert (found.columns, found.delimiter, found.header) == (columns, delimiter, header)
    assert (found.encoding, found.reader) == ("utf-8", "delimited")
    assert (found.flow.overall, found.flow.of_relation) == (flows.overall, flows.of_relation)


def test_validate_saves_the_mapping_that_it_read_by(sightings, tmp_path):
    saved = tmp_path / "saved.toml"
    options = ("--source", "who", "--target", "whom", "--time", "when", "--relation", "what")
    code, _, err = keynodes(
        "validate", sightings, *options, "--weight", "count", "--flow", "RT=forth",
        "--save-mapping", saved,
    )  # fmt: skip
    assert (code, err) == (0, f"mapping saved to {saved}\n")
    first = keynodes("rank", sightings, *options, "--weight", "count", "--flow", "RT=forth")
    assert keynodes("rank", sightings, "--reader", saved) == first
    # Saved once more by way of itself, it is the same.
    again = tmp_path / "again.toml"
    keynodes("validate", sightings, "--reader", saved, "--save-mapping", again)
    assert again.read_text().replace("repost", "RT") == saved.read_text()


def test_the_relation_of_all_records_is_saved_too(sightings, mapping, tmp_path):
    path = mapping('relation = "RT"\n' + COLUMNS)
    keynodes("validate", sightings, "--reader", path, "--save-mapping", tmp_path / "again.toml")
    assert read_mapping(tmp_path / "again.toml").relation == "RT"


def test_no_mapping_is_saved_of_what_is_wrong(tmp_path):
    records, saved = tmp_path / "records.csv", tmp_path / "saved.toml"
    records.write_text("source,target,weight\na,b,1\nb,c,much\n")
    code, out, err = keynodes("validate", records, "--flow", "forth", "--save-mapping", saved)
    assert (code, err) == (1, f"not saved: {saved}, for something is wrong\n")
    assert "much" in out
    assert not saved.exists()
    records.write_text("source,target,weight\na,b,1\n")
    quiet = ("--flow", "forth", "--save-mapping", saved, "--quiet")
    code, _, err = keynodes("validate", records, *quiet)
    assert (code, err, saved.exists()) == (0, "", True)


def test_what_cannot_be_saved_leaves_no_file(sightings, mapping, tmp_path):
    by_query = mapping(query("SELECT who AS source, whom AS target FROM input"))
    saved = tmp_path / "saved.toml"
    code, _, err = keynodes("validate", sightings, "--reader", by_query, "--save-mapping", saved)
    assert code == 2
    assert "there is none to save" in err
    code, _, err = keynodes("validate", tmp_path / "absent", "--save-mapping", saved)
    assert (code, "not saved: " in err) == (1, True)
    assert not saved.exists()
    code, _, err = keynodes("validate", sightings, "--save-mapping", tmp_path / "saved.csv")
    assert (code, "ends in .toml" in err) == (2, True)
    code, _, err = keynodes(
        "validate", sightings, "--reader", by_query, "--save-mapping", by_query
    )  # what is read is not written over
    assert (code, "name another file" in err) == (2, True)


def test_the_manifest_names_the_mapping_among_the_inputs(sightings, mapping, tmp_path):
    import json

    path = mapping(COLUMNS + 'relation = "what"\n')
    out = tmp_path / "out.csv"
    code, _, _ = keynodes("rank", sightings, "--reader", path, "--by", "in_degree", "-o", out)
    assert code == 0
    assert len(table(out.read_text())) == 3
    manifest = json.loads((tmp_path / "out.csv.manifest.json").read_text())
    assert [one["name"] for one in manifest["inputs"]] == [str(sightings), str(path)]
    assert all("sha256" in one for one in manifest["inputs"])
