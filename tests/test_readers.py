"""Reading: the table, its report, and the two ways through a text file."""

import gzip
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from reading import rows

from keynodes import ReadingError, UsageError, build_graph, read_interactions
from keynodes.interactions import COLUMNS
from keynodes.readers import delimited
from keynodes.readers.lines import Splitter

# --- the table and its report -----------------------------------------------------------------


def test_every_column_of_the_table(write, way):
    path = write(
        "source,target,relation,time,weight,id\n"
        "ann,bob,RT,2024-05-31T12:00:00+02:00,2,m1\n"
        "bob,bob,mention,2024-06-01,1,m2\n"
    )
    interactions = read_interactions(path)
    frame = interactions.to_frame()
    assert tuple(frame.columns) == COLUMNS
    assert frame["source"].tolist() == ["ann", "bob"]  # never swapped, whatever the flow
    assert frame["relation"].tolist() == ["repost", "mention"]
    assert frame["flow"].tolist() == ["back", "forth"]
    assert frame["time"].tolist() == [
        pandas.Timestamp("2024-05-31 10:00", tz="UTC"),
        pandas.Timestamp("2024-06-01", tz="UTC"),
    ]
    assert frame["weight"].tolist() == [2.0, 1.0]
    assert frame["evidence"].tolist() == ["m1", "m2"]
    report = interactions.report
    assert (report.rows, report.records, report.self_loops) == (2, 2, 1)
    assert report.relations == {"repost": 1, "mention": 1}
    assert (report.time_unit, report.weight_kind) == ("timestamp", "count")
    assert report.inputs == (str(path),)
    assert len(interactions) == 2
    assert interactions.relation.columns == list(COLUMNS)  # a lazy DuckDB relation


def test_inputs_are_not_modified_and_nothing_is_left_behind(write, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    packed = gzip.compress(b"source,target\na,b\n")
    path = write(packed, "edges.csv.gz")
    read_interactions(path)
    assert path.read_bytes() == packed
    assert not list(tmp_path.glob("keynodes-*"))


def test_self_loop_is_counted_and_its_account_and_post_stay(write):
    interactions = read_interactions(write("source,target\na,b\nc,c\n"))
    assert interactions.report.self_loops == 1
    assert build_graph(interactions).accounts.tolist() == ["a", "b", "c"]
    assert interactions.posts()[0].to_dict() == {"a": 1.0, "b": 0.0, "c": 1.0}


def test_skipped_rows_are_counted_and_the_first_are_shown(write):
    bad = "".join(f"a,b,{-i}\n" for i in range(7))
    path = write(f"source,target,weight\na,b,1\n{bad}x,y\nc,d,2\n")
    report = read_interactions(path, skip_bad_rows=True).report
    assert (report.rows, report.rows_refused, report.records) == (10, 8, 2)
    assert len(report.refused) == 5
    assert report.refused[0] == f"{path}, line 3: weight must be a number above 0, found '0'"
    assert any(n.startswith("8 malformed row(s) left out") for n in report.notices)


def test_skipped_rows_are_shown_in_line_order(write):
    path = write("source,target,weight\na,b\na,b,-1\na,b,1\na\na,b,0\n")
    report = read_interactions(path, skip_bad_rows=True).report
    lines = [text.split("line ")[1].split(":")[0] for text in report.refused]
    assert lines == ["2", "3", "5", "6"]


def test_shuffled_lines_give_the_same_graph(write):
    rng = np.random.default_rng(0)
    lines = [f"u{a},u{b},{w / 1000}" for a, b, w in rng.integers(1, 40, (500, 3))]
    graphs = []
    for seed in (1, 2):
        shuffled = np.random.default_rng(seed).permutation(lines)
        text = "source,target,weight\n" + "\n".join(shuffled) + "\n"
        graphs.append(build_graph(read_interactions(write(text))))
    assert graphs[0].out.weights.tobytes() == graphs[1].out.weights.tobytes()
    assert graphs[0].accounts.tolist() == graphs[1].accounts.tolist()


# --- what text files look like ----------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "source,target\na,b\nc,d\n",
        "source,target\na,b\nc,d",
        "source,target\r\na,b\r\nc,d\r\n",
        "source\ttarget\na\tb\nc\td\n",
        "source;target\na;b\nc;d\n",
        "source|target\na|b\nc|d\n",
        "source target\na b\nc d\n",
        "a,b\nc,d\n",
        "a b\nc d\n",
        '"source","target"\n"a","b"\n"c","d"\n',
        'source,target\na, "b"\n"c" ,d\n',
        "# made by hand\n% and so on\nsource,target\na,b\nc,d\n",
        "source,target\n\na,b\n\nc,d\n\n",
        "source,target\na,b,\nc,d,\n",
    ],
)
def test_ways_of_writing_two_records(write, text, monkeypatch):
    assert rows(read_interactions(write(text))) == [("a", "b"), ("c", "d")]
    monkeypatch.setattr(delimited, "_load_fast", lambda *_: False)
    assert rows(read_interactions(write(text))) == [("a", "b"), ("c", "d")]


@pytest.mark.parametrize(
    "text",
    [
        "  a   b\nc \t d  \n",
        "source,target\na,b\r\nc,d\n",
        "source,target\ra,b\rc,d\r",
        "\ufeffa,b\nc,d\n",
        "source,target\na,b\n# not now\nc,d\n",
        "source,target\na,b\n   \nc,d\n",
    ],
)
def test_odder_ways_of_writing_them(write, text):
    assert rows(read_interactions(write(text))) == [("a", "b"), ("c", "d")]


@pytest.mark.parametrize("delimiter", ["\t", "tab", "\\t", "comma", ";", "|", "space", "~"])
def test_a_delimiter_that_is_given(write, delimiter):
    sign = {"tab": "\t", "\\t": "\t", "comma": ",", "space": " "}.get(delimiter, delimiter)
    path = write(f"a{sign}b\nc{sign}d\n")
    assert rows(read_interactions(path, delimiter=delimiter)) == [("a", "b"), ("c", "d")]


@pytest.mark.parametrize("delimiter", ["", "ab", '"', "x", "\n"])
def test_a_delimiter_that_is_none(write, delimiter):
    with pytest.raises(UsageError, match="a delimiter is one sign"):
        read_interactions(write("a,b\n"), delimiter=delimiter)


def test_names_with_blanks_and_other_delimiters_do_not_mislead(write):
    assert rows(read_interactions(write("Ann Lee,Bob Ray\nCy Dee,Di Fox\n"))) == [
        ("Ann Lee", "Bob Ray"),
        ("Cy Dee", "Di Fox"),
    ]
    assert rows(read_interactions(write("source;target\na,b;c,d\n"))) == [("a,b", "c,d")]
    assert rows(read_interactions(write('source,target\n"a,b;c","d;e"\n'))) == [("a,b;c", "d;e")]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1251", "utf-16-le", "shift_jis", "utf-8"])
def test_an_encoding_that_is_given(write, encoding):
    name = {"cp1251": "Анна", "shift_jis": "さくら"}.get(encoding, "Zoë")
    path = write(f"source,target\n{name},b\n".encode(encoding))
    assert rows(read_interactions(path, encoding=encoding)) == [(name, "b")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_are_understood(write, encoding):
    for text in ("source,target\nZoë,b\n", "Zoë,b\n"):
        assert rows(read_interactions(write(text.encode(encoding)))) == [("Zoë", "b")]


def test_gzip_and_zstd_by_content_not_by_name(write):
    zstandard = pytest.importorskip("zstandard")
    plain = b"source,target\n" + b"a,b\nc,d\n" * 20_000
    packed = zstandard.ZstdCompressor()
    for content, name in (
        (gzip.compress(plain), "edges.csv.gz"),
        (gzip.compress(plain[:1000]) + gzip.compress(plain[1000:]), "edges.csv"),
        (packed.compress(plain), "edges.csv.zst"),
        (packed.compress(plain[:14]) + packed.compress(plain[14:]), "edges"),
    ):
        interactions = read_interactions(write(content, name))
        assert interactions.report.records == 40_000
        assert interactions.report.inputs[0].endswith(name)


def test_comments_are_counted_in_both_ways(write, way):
    path = write("# a\n% b\nsource,target\na,b\n")
    assert read_interactions(path).report.comments == 2


def test_snap_and_konect_files(write):
    snap = write("# Directed graph\n# FromNodeId\tToNodeId\n0\t4\n0\t5\n", "snap.txt")
    assert rows(read_interactions(snap)) == [("0", "4"), ("0", "5")]
    konect = write("% asym posweighted\n1 2 3 1082040961\n2 3 1 1082040962\n", "out.konect")
    interactions = read_interactions(konect)
    assert rows(interactions, "source", "target", "weight") == [("1", "2", 3.0), ("2", "3", 1.0)]
    assert interactions.report.time_unit == "timestamp"
    assert interactions.report.comments == 1
    assert "columns read as source, target, weight, time" in interactions.report.notices[0]


# --- both ways give the same table -------------------------------------------------------------

NAMES_ON_FILE = st.text(
    st.sampled_from([*"ab \t,;|#%'\"\\\r\n\0é", "\u202e", "\u3000", "😀", "\ufeff"]),
    max_size=5,
)


def assert_both_ways_agree(path, delimiter):
    """Whatever the fast way reads, the careful way reads alike."""

    def refuse(*_):
        raise NotImplementedError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "_load_carefully", refuse)
        try:
            fast = read_interactions(path, delimiter=delimiter)
        except (NotImplementedError, ReadingError):
            return  # only the careful way can read it, or neither
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "_load_fast", lambda *_: False)
        careful = read_interactions(path, delimiter=delimiter)
    assert fast.to_frame().equals(careful.to_frame())
    assert fast.report == careful.report


@given(
    st.lists(st.tuples(NAMES_ON_FILE, NAMES_ON_FILE), min_size=1, max_size=6),
    st.booleans(),
    st.sampled_from([",", "\t", ";", "|", " "]),
    st.sampled_from(["\n", "\r\n"]),
)
@example([("a", "b "), ("#c", "d")], False, ",", "\n")
def test_fast_and_careful_agree(tmp_path_factory, pairs, quoted, delimiter, end):
    def cell(text):
        if quoted or delimiter in text or any(sign in text for sign in "\r\n"):
            return '"' + text.replace('"', '""') + '"'
        return text

    path = tmp_path_factory.getbasetemp() / "agree.csv"
    lines = [f"source{delimiter}target", *(f"{cell(a)}{delimiter}{cell(b)}" for a, b in pairs)]
    path.write_bytes((end.join(lines) + end).encode())

    assert_both_ways_agree(path, delimiter)


@given(st.text(st.sampled_from(list('ab, "#%\n\r\t')), max_size=30), st.booleans())
@example('a,b,,\na,b,""\n', False)
@example("a,b\n#c,d,\n%e,f\n", False)
@example('a, "b"x\n', False)
def test_fast_and_careful_agree_on_scribbles(tmp_path_factory, text, blanks):
    path = tmp_path_factory.getbasetemp() / "scribbles.csv"
    sign = " " if blanks else ","
    path.write_bytes(f"source{sign}target\na{sign}b\n{text}".encode())
    assert_both_ways_agree(path, "space" if blanks else ",")


@given(st.lists(NAMES_ON_FILE.filter(str.strip), min_size=2, max_size=8))
def test_any_name_survives_a_quoted_file(tmp_path_factory, names):
    path = tmp_path_factory.getbasetemp() / "names.csv"
    pairs = list(zip(names[::2], names[1::2], strict=False))
    text = "".join('"{}","{}"\n'.format(*(n.replace('"', '""') for n in p)) for p in pairs)
    path.write_bytes(("source,target\n" + text).encode())
    assert rows(read_interactions(path)) == sorted(pairs, key=repr)


@pytest.mark.parametrize(
    ("delimiter", "text", "fields"),
    [
        (",", 'a,"b,c",d', ["a", "b,c", "d"]),
        (",", 'a, "b" ,"",', ["a", "b", "", ""]),
        (",", 'x"y,"say ""hi"""', ['x"y', 'say "hi"']),
        (None, '"John Smith" \t b', ["John Smith", "b"]),
        (None, 'a "b" "c d"', ["a", "b", "c d"]),
        (None, " a\u3000b  c ", ["a\u3000b", "c"]),
        ("|", "a||b", ["a", "", "b"]),
    ],
)
def test_splitting_a_record(delimiter, text, fields):
    assert Splitter(delimiter).split(text) == fields


def test_splitting_takes_linear_time():
    hostile = '"' + '""' * 200_000 + "x"
    with pytest.raises(ValueError, match="never closed"):
        Splitter(",").split(hostile)


# --- size ---------------------------------------------------------------------------------------


@pytest.mark.compiled
def test_a_file_larger_than_memory_still_aggregates(tmp_path):
    path = tmp_path / "large.csv"
    rng = np.random.default_rng(0)
    with open(path, "w") as stream:
        stream.write("source,target,time,text\n")
        for start in range(0, 2_000_000, 100_000):
            pairs = rng.integers(0, 20_000, (100_000, 2)).tolist()
            stream.writelines(
                f"account-with-a-long-name-{a:08},account-with-a-long-name-{b:08},"
                f"{1_700_000_000 + start},some words that nobody reads but that take room\n"
                for a, b in pairs
            )
    assert path.stat().st_size > 200_000_000
    script = (
        "import sys; from keynodes import build_graph, read_interactions;"
        "i = read_interactions(sys.argv[1]); g = build_graph(i); print(len(i), g.n, g.records)"
    )
    environment = {"KEYNODES_MEMORY": "150MB", "PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        env=environment,
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    records, accounts, kept = map(int, done.stdout.split())
    assert (records, accounts) == (2_000_000, 20_000)
    assert kept > 1_999_000
    assert not list(tmp_path.glob("keynodes-*"))  # what was spilled is gone


@pytest.mark.real
def test_the_research_networks_are_read():
    from conftest import DATA

    for path in sorted(DATA.glob("*/edges*.csv*")) + sorted(DATA.glob("dismantling/*.txt.gz")):
        report = read_interactions(path).report
        assert report.records == report.rows > 50, path
        assert not report.rows_refused
