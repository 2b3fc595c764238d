"""NodeXL workbooks, and the workbooks behind them."""

import math
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reading import rows
from workbooks import BANNER, EDGES, VERTICES, Raw, sheet_of, write_workbook

from keynodes import ReadingError, build_graph, read_interactions
from keynodes.interactions import connect
from keynodes.readers import READERS
from keynodes.readers.flows import parse_flow
from keynodes.readers.inputs import opened
from keynodes.readers.loading import Loader
from keynodes.readers.requests import Request
from keynodes.readers.workbooks import opened_workbook

ROOT = Path(__file__).parent.parent
NOON = 43000.5  # 2017-09-22 12:00 as a number of days


def edge(one, other, relation, tweet=None, date=NOON, weight=None):
    return [one, other, None, weight, 7, relation, date, "a text", None, tweet]


MEASURED = [
    BANNER,
    EDGES,
    edge("harbour", "harbour", "Tweet", "910000000000000001"),
    edge("lantern", "harbour", "Retweet", "910000000000000002"),
    edge("lantern", "pilot", "MentionsInRetweet", "910000000000000002"),
    edge("signal", "harbour", "Replies to", "910000000000000003"),
    edge("signal", "lantern", "MentionsInReplyTo", "910000000000000003"),
    edge("quay", "harbour", "Quote", "910000000000000004"),
    edge("quay", "ferry", "MentionsInQuote", "910000000000000004"),
    edge("harbour", "anchor", "Mentions", "910000000000000005", "2017-09-22 13:00:00"),
    edge("harbour", "anchor", "Tweet", "910000000000000006"),
]
DESCRIBED = [
    BANNER,
    VERTICES,
    *(
        [name, "Blue", name.upper(), 3, followers, 41000.25, None]
        for name, followers in [("harbour", 12), ("lantern", 7), ("pilot", None), ("alone", 3.5)]
    ),
]


@pytest.fixture
def workbook(tmp_path):
    return write_workbook(
        tmp_path / "network.xlsx", {"Edges": MEASURED, "Vertices": DESCRIBED, "Overall Metrics": []}
    )


def loaded(path, skip_bad_rows=False):
    """What the reader makes of a file by itself: the records as a table, and the part."""
    connection = connect()
    loader = Loader(connection, parse_flow(None), skip_bad_rows=skip_bad_rows)
    with opened(path) as file:
        part = READERS["nodexl"].load(file, Request(), loader)
        loader.settle_flows(part.shape, 0, part.first_line)
    return connection, part


def edges_of(tmp_path, *edges, name="edges.xlsx", **options):
    return write_workbook(tmp_path / name, {"Edges": [BANNER, EDGES, *edges]}, **options)


# --- which file is one ----------------------------------------------------------------------------


def test_a_workbook_is_seen_from_its_edges(workbook, tmp_path):
    assert read_interactions(workbook).report.readers == ("nodexl",)
    other = write_workbook(tmp_path / "other.xlsx", {"Sheet1": [["source", "target"], ["a", "b"]]})
    archive = tmp_path / "archive.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("edges.csv", "Vertex 1,Vertex 2\na,b\n")
    folders = [*(ROOT / "tests" / "exports").iterdir(), *(ROOT / "graphs").glob("*.csv*")]
    for path in [other, archive, *(path for path in folders if path.is_file())]:
        with opened(path) as file:
            assert not READERS["nodexl"].detects(file), path.name
    with pytest.raises(ReadingError, match=r"other\.xlsx is a spreadsheet"):
        read_interactions(other)


def test_a_wrong_file_is_refused_in_words(write, tmp_path):
    with pytest.raises(ReadingError, match=r"no NodeXL workbook: it is no \.xlsx file"):
        loaded(write("Vertex 1,Vertex 2\na,b\n"))
    other = write_workbook(tmp_path / "other.xlsx", {"Sheet1": [["Vertex 1", "Vertex 2"]]})
    with pytest.raises(ReadingError, match=r"no sheet Edges .*its sheets are 'Sheet1'"):
        loaded(other)


# --- who acts on whom, and which way a post travels -----------------------------------------------


@pytest.mark.parametrize(
    ("relationship", "arc", "relation"),
    [
        ("Retweet", ("star", "fan"), "repost"),  # what the star posts reaches the fan
        ("Quote", ("star", "fan"), "quote"),
        ("Replies to", ("star", "fan"), "reply"),
        ("Mentions", ("fan", "star"), "mention"),  # the fan speaks to the star
        ("MentionsInReplyTo", ("fan", "star"), "mention"),
        ("MentionsInQuote", ("fan", "star"), "mention"),
        ("follow", ("star", "fan"), "follow"),  # any relation of FLOW
    ],
)
def test_which_way_a_post_travels(relationship, arc, relation, tmp_path):
    interactions = read_interactions(edges_of(tmp_path, edge("fan", "star", relationship)))
    assert rows(interactions, "source", "target", "relation") == [("fan", "star", relation)]
    arcs = build_graph(interactions).arcs
    assert list(zip(arcs.source, arcs.target, strict=True)) == [arc]


def test_a_tweet_is_a_post_and_a_mention_inside_a_retweet_is_counted_only(workbook):
    interactions = read_interactions(workbook)
    report = interactions.report
    assert report.relations == {"mention": 3, "post": 1, "quote": 1, "reply": 1, "repost": 1}
    assert report.unmapped == {
        "a mention inside a retweet is by its author, not by who retweeted it": 1,
        "a post is by one account, and two are named": 1,
    }
    assert any("network.xlsx" in notice and "row 5" in notice for notice in report.notices)
    assert report.weight_kind == "count"
    assert set(interactions.isolated) == {"pilot", "alone"}
    graph = build_graph(interactions)
    assert {"pilot", "alone"} <= set(graph.accounts)
    assert "pilot" not in set(graph.arcs.source) | set(graph.arcs.target)


def test_evidence_and_times(workbook):
    connection, part = loaded(workbook)
    found = dict(connection.execute("SELECT evidence, time FROM interactions").fetchall())
    assert found["910000000000000002"] == 1506081600.0
    assert found["910000000000000005"] == 1506085200.0
    assert part.evidence
    assert part.handles is None


def test_dates_from_1904_on_and_the_date_of_the_tweet(tmp_path):
    at = edge("a", "b", "Retweet", date=None)
    at[8] = 0.75
    path = edges_of(tmp_path, at, properties='<workbookPr date1904="1"/>')
    assert rows(read_interactions(path), "time")[0][0].isoformat() == "1904-01-01T18:00:00+00:00"


def test_facts_about_vertices(workbook):
    _, part = loaded(workbook)
    facts = part.attributes
    assert list(facts.columns) == ["Followers", "Joined Twitter Date (UTC)"]
    assert facts["Followers"].tolist()[:2] == [12, 7]
    assert math.isnan(facts["Followers"]["pilot"])
    assert facts["Followers"]["alone"] == 3.5
    assert facts["Joined Twitter Date (UTC)"]["harbour"] == "2012-04-01T06:00:00"


# --- user ids -------------------------------------------------------------------------------------


def with_ids(path, ids):
    vertices = [[name, None, None, None, None, None, one] for name, one in ids.items()]
    edges = [edge("a", "b", "Retweet"), edge("b", "c", "Mentions")]
    return write_workbook(
        path, {"Vertices": [BANNER, VERTICES, *vertices], "Edges": [BANNER, EDGES, *edges]}
    )


def test_accounts_are_called_by_their_user_ids_where_every_vertex_has_one(tmp_path):
    ids = {"a": "9007199254740993", "b": "9007199254740995", "c": 12345}
    path = with_ids(tmp_path / "ids.xlsx", ids)
    interactions = read_interactions(path)
    assert rows(interactions) == [
        ("9007199254740993", "9007199254740995"),
        ("9007199254740995", "12345"),
    ]
    _, part = loaded(path)
    assert set(part.handles.itertuples(index=False, name=None)) == {
        ("9007199254740993", "a", None),
        ("9007199254740995", "b", None),
        ("12345", "c", None),
    }
    assert list(part.attributes.index) == ["9007199254740993", "9007199254740995", "12345"]
    assert any("called by their user ids" in notice for notice in interactions.report.notices)


@pytest.mark.parametrize(
    "ids",
    [
        {"a": "1", "b": "2"},  # one vertex is not described
        {"a": "1", "b": "2", "c": None},
        {"a": "1", "b": "2", "c": "2"},  # two vertices would become one
        {"a": "1", "b": "2", "c": Raw("n|<v>1.2345678901234568E+18</v>")},
        {"a": "1", "b": "2", "c": 1234567890123450000},
    ],
)
def test_else_by_the_names_of_vertices_all_of_them(ids, tmp_path):
    interactions = read_interactions(with_ids(tmp_path / "ids.xlsx", ids))
    assert rows(interactions) == [("a", "b"), ("b", "c")]
    assert any("not every vertex has an undamaged" in n for n in interactions.report.notices)


# --- hostile and odd contents ---------------------------------------------------------------------


def test_names_and_ids_keep_every_character(tmp_path):
    names = [
        "=cmd|'/C calc'!A0",
        " \u202eevil ",
        "a_x005F_x0041_",
        "line_x000A_break",
        "\U0001f600",
        "NA",
    ]
    path = edges_of(
        tmp_path,
        *(edge(name, "hub", "Retweet", tweet=i) for i, name in enumerate(names)),
        edge(9007199254740993, "hub", "Retweet", tweet=910000000000000001),
        edge(Raw("n|<v>1.2345678901234568E+18</v>"), "hub", "Retweet"),
        edge(Raw("n|<v>1E+3</v>"), "hub", "Retweet"),
        edge(
            Raw("inlineStr|<is><r><t>in</t></r><rPh><t>sound</t></rPh><r><t>line</t></r></is>"),
            "hub",
            "Retweet",
        ),
        edge(Raw("str|<f>A1</f><v>formula_xD83D__xDE00_</v>"), "hub", "Retweet"),
        edge(Raw("str|<v>half_xD83D_</v>"), "hub", "Retweet"),
        edge(Raw("b|<v>1</v>"), "hub", "Retweet"),
        edge(Raw("e|<v>#N/A</v>"), "hub", "Retweet"),
    )
    found = {source for source, _ in rows(read_interactions(path))}
    assert found == {
        *names[:2],
        "a_x0041_",
        "line\nbreak",
        "\U0001f600",
        "NA",
        "9007199254740993",
        "1.2345678901234568E+18",
        "1000",
        "inline",
        "formula\U0001f600",
        "half_xD83D_",
        "TRUE",
        "#N/A",
    }


def as_excel_writes(text):
    """What XML cannot hold, and what looks like an escape, is escaped; characters by halves."""
    escaped = re.sub("_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)
    halves = escaped.encode("utf-16-be")
    codes = [int.from_bytes(halves[i : i + 2], "big") for i in range(0, len(halves), 2)]
    plain = set(range(0x20, 0xD800)) | {9}
    return "".join(chr(code) if code in plain else f"_x{code:04X}_" for code in codes)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(min_size=1), min_size=1, max_size=5, unique=True))
@example(["_x005F_x000A_", "\n", "_x000A_", "\x00", "\U0001f600", "a_x0041_"])
def test_texts_come_back_whatever_they_are(tmp_path_factory, names):
    path = tmp_path_factory.mktemp("book") / "texts.xlsx"
    write_workbook(path, {"Edges": [[as_excel_writes(name)] for name in names]})
    with opened(path) as file, opened_workbook(file) as book:
        assert [cells[0].text for _, cells in book.rows("Edges")] == names


def test_a_relation_that_nobody_knows_is_named(tmp_path):
    path = edges_of(tmp_path, edge("a", "b", "Commented"))
    with pytest.raises(ReadingError, match=r"edges\.xlsx.*'Commented'.*--flow 'Commented=back'"):
        read_interactions(path)
    assert rows(read_interactions(path, flow="Commented=back"), "flow") == [("back",)]


def test_malformed_edges_are_refused_by_row(tmp_path):
    path = edges_of(
        tmp_path,
        edge("a", "b", "Retweet"),
        [None, None, "Red"],  # the empty end of NodeXL's table
        edge("a", None, "Retweet"),
        edge("a", "b", None),
        edge("a", "b", "Retweet", date="last week"),
        edge("a", "b", "Retweet", weight=-1),
        edge("a", "b", "Retweet", weight=2.0),
    )
    with pytest.raises(ReadingError, match=r"edges\.xlsx, row 5: target is blank"):
        read_interactions(path)
    interactions = read_interactions(path, skip_bad_rows=True)
    assert interactions.report.rows_refused == 4
    assert rows(interactions, "source", "weight") == [("a", 1.0), ("a", 2.0)]


def test_a_workbook_without_relationships_is_asked_for_the_flow(tmp_path):
    path = write_workbook(
        tmp_path / "plain.xlsx", {"Edges": [["Vertex 1", "Vertex 2"], ["a", "b"]]}
    )
    interactions = read_interactions(path)
    assert rows(interactions, "source", "target", "flow") == [("a", "b", "forth")]
    assert any("no relation column" in notice for notice in interactions.report.notices)
    assert rows(read_interactions(path, flow="back"), "flow") == [("back",)]


def test_names_with_a_prefix_and_rows_without_numbers(tmp_path):
    rows_ = [EDGES, edge("a", "b", "Retweet")]
    path = write_workbook(tmp_path / "prefix.xlsx", {"Edges": rows_}, prefix="x:")
    assert rows(read_interactions(path)) == [("a", "b")]
    bare = (
        '<worksheet><sheetData><row><c t="str"><v>Vertex 1</v></c><c t="str"><v>Vertex 2</v></c>'
        '</row><row><c t="str"><v>a</v></c><c t="str"><v>b</v></c></row></sheetData></worksheet>'
    )
    path = write_workbook(tmp_path / "bare.xlsx", {"Edges": bare})
    assert rows(read_interactions(path)) == [("a", "b")]


def test_cells_far_apart_cost_nothing(tmp_path):
    far = (
        '<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>Vertex 1</v></c><c r="B1" t="str">'
        '<v>Vertex 2</v></c></row><row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>2</v></c></row>'
        '<row r="1048576"><c r="A1048576"><v>3</v></c><c r="B1048576"><v>4</v></c>'
        '<c r="XFD1048576"><v>5</v></c></row></sheetData></worksheet>'
    )
    path = write_workbook(tmp_path / "far.xlsx", {"Edges": far})
    assert rows(read_interactions(path)) == [("1", "2"), ("3", "4")]


# --- damaged and dangerous workbooks --------------------------------------------------------------


def test_a_workbook_cut_off(workbook, tmp_path):
    raw = workbook.read_bytes()
    for length in (200, len(raw) // 2, len(raw) - 10):
        cut = tmp_path / "cut.xlsx"
        cut.write_bytes(raw[:length])
        with pytest.raises(ReadingError, match=r"cut\.xlsx is a damaged workbook"):
            read_interactions(cut)


def test_bytes_of_a_sheet_that_changed(workbook, tmp_path):
    raw = bytearray(workbook.read_bytes())
    with zipfile.ZipFile(workbook) as archive:
        place = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 120
    raw[place : place + 8] = b"\xff" * 8
    changed = tmp_path / "changed.xlsx"
    changed.write_bytes(raw)
    with pytest.raises(ReadingError, match=r"changed\.xlsx is a damaged workbook"):
        loaded(changed)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"xl/sharedStrings.xml": "<sst><si><t>one</t></si></sst>"}, "refers to text"),
        ({"xl/sharedStrings.xml": "<sst><si>"}, "is a damaged workbook"),
        ({"xl/sharedStrings.xml": None}, "holds no .*sharedStrings"),
        ({"xl/worksheets/sheet1.xml": None}, "holds no .*sheet1"),
        (
            {"xl/worksheets/sheet1.xml": '<!DOCTYPE w [<!ENTITY a "b">]><w>&a;</w>'},
            "declares a document type",
        ),
        (
            {"xl/worksheets/sheet1.xml": "<worksheet><row><c r='a1'/></row></worksheet>"},
            "no column",
        ),
    ],
)
def test_parts_that_are_not_what_they_should_be(parts, said, tmp_path):
    path = edges_of(tmp_path, edge("a", "b", "Retweet"), name="odd.xlsx", parts=parts)
    with pytest.raises(ReadingError, match=rf"odd\.xlsx.*{said}") as error:
        loaded(path)
    assert "\n" not in str(error.value)


def test_a_part_that_unpacks_to_too_much(tmp_path, monkeypatch):
    path = edges_of(tmp_path, edge("a", "b", "Retweet"), name="bomb.xlsx")
    monkeypatch.setattr("keynodes.readers.workbooks.LARGEST_PART", 300)
    with pytest.raises(ReadingError, match=r"bomb\.xlsx.*sheet1\.xml unpacks to"):
        read_interactions(path)
    monkeypatch.setattr("keynodes.readers.workbooks.LARGEST_TEXTS", 100)
    with pytest.raises(ReadingError, match=r"bomb\.xlsx.*unpacks to"):
        read_interactions(path)


def test_a_sheet_is_read_in_little_memory(tmp_path):
    """Rows come one by one: a long sheet is never held whole."""
    import tracemalloc

    long = sheet_of(([f"a{i}", f"b{i}"] for i in range(8_000)), texts := {})
    shared = "<sst>" + "".join(f"<si><t>{text}</t></si>" for text in texts) + "</sst>"
    path = write_workbook(
        tmp_path / "long.xlsx", {"Edges": long}, parts={"xl/sharedStrings.xml": shared}
    )
    with opened(path) as file, opened_workbook(file) as book:
        tracemalloc.start()
        assert sum(len(cells) for _, cells in book.rows("Edges")) == 16_000
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 1_500_000


def test_workbooks_of_another_program(tmp_path):
    """What openpyxl writes reads the same, times and all."""
    openpyxl = pytest.importorskip("openpyxl")
    from datetime import datetime

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Edges"
    sheet.append(BANNER)
    sheet.append(EDGES)
    at = datetime(2020, 2, 29, 23, 59, 59)
    for tweet in range(200):
        sheet.append(edge(f"fan {tweet}\n", "star", "Retweet", str(tweet), at))
    book.save(tmp_path / "other.xlsx")
    interactions = read_interactions(tmp_path / "other.xlsx")
    found = rows(interactions, "source", "time", "evidence")
    assert len(found) == 200
    assert {time.isoformat() for _, time, _ in found} == {"2020-02-29T23:59:59+00:00"}
    assert ("fan 7\n", "7") in {(source, evidence) for source, _, evidence in found}
