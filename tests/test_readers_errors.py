"""Bad input: each kind is one clear line that says what, where, what was found and what to do."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import networkx
import numpy as np
import pandas
import pytest

from keynodes import (
    KeynodesError,
    ReadingError,
    UnknownName,
    UnknownRelation,
    UsageError,
    read_interactions,
)

HEADER = b"source,target\n"


def failure(source, kind=ReadingError, **arguments):
    """The message of the error, which must be one printable line."""
    with pytest.raises(kind) as caught:
        read_interactions(source, **arguments)
    message = str(caught.value)
    assert type(caught.value) is kind
    assert message.isprintable()
    return message


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a file into the working folder and return its bare name."""
    monkeypatch.chdir(tmp_path)

    def _write(content, name="edges.csv"):
        Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    return _write


def test_missing_file(write):
    write("")
    assert failure("nope.csv") == "nope.csv: there is no such file"
    assert failure("no*.csv") == "no file matches 'no*.csv'"


def test_directory(write):
    os.mkdir(write("")[:5])
    assert failure("edges").startswith("edges is a directory; name the files in it")


def test_unreadable_file(write, monkeypatch):
    path = write(HEADER + b"a,b\n")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    assert failure(path) == "edges.csv cannot be read: Permission denied"


def test_nothing_given():
    assert "no input was given" in failure([], UsageError)
    assert "the name of an input is empty" in failure("", UsageError)
    assert "got int" in failure(5, UsageError)


@pytest.mark.parametrize("content", [b"", gzip.compress(b"", mtime=0)])
def test_empty_file(write, content):
    assert failure(write(content)) == "edges.csv is empty"


@pytest.mark.parametrize("content", [b"\n\n", b"# nothing\n% here\n", b"\xef\xbb\xbf\n"])
def test_no_records(write, content):
    assert failure(write(content)).startswith("edges.csv holds no records")


@pytest.mark.parametrize("content", [HEADER, b"source,target", HEADER + b"# none\n\n"])
def test_header_only(write, content):
    assert failure(write(content)) == "edges.csv has a header but no records"


def test_one_column(write):
    message = failure(write("source\na\n"))
    assert message.startswith("edges.csv, line 1: only one column is found, 'source'")
    assert "--delimiter" in message
    assert "only one column" in failure(write("source;target\na;b\n"), delimiter=",")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (bytes(range(256)) * 50, "is not text but binary data"),
        (np.random.default_rng(0).bytes(5000), "is not text but binary data"),
        (
            "source,target\na,b\n".encode("utf-16-le"),
            "is not text but binary data; if it is UTF-16",
        ),
        (b"PK\x03\x04...", "is a zip archive; unpack it first"),
        (b"PK\x03\x04..xl/workbook.xml", "is a damaged workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "is an Office file of the old kind"),
        (b"SQLite format 3\0", "is an SQLite database"),
        (b"BZh91AY", "is packed with bzip2"),
        (b"\xfd7zXZ\0", "is packed with xz"),
        (b"<?xml version='1.0'?>", "is XML"),
        (b"%PDF-1.4", "is a PDF"),
        (b'[{"from": "a", "to": "b"}]', "is one JSON array; write one object a line"),
        (b'{"options":{},\n"attributes":{},\n"nodes":[]}', "is a picture for Gephi Lite"),
        (b"PAR1....", "cannot be read as Parquet"),
    ],
)
def test_files_of_another_kind(write, content, words):
    assert failure(write(content)).startswith(f"edges.csv {words}")


def test_truncated_or_damaged_gzip(write):
    packed = gzip.compress(HEADER + b"a,b\n" * 50_000)
    cut = write(packed[: len(packed) // 2], "edges.csv.gz")
    assert failure(cut) == "edges.csv.gz: the gzip data end too early; the file is cut off"
    assert "cut off" in failure(write(packed[:-3]))
    wrong = bytearray(packed)
    wrong[-6] ^= 1
    assert "the gzip data are damaged (CRC check failed" in failure(write(bytes(wrong)))


def test_truncated_or_damaged_zstd(write):
    zstandard = pytest.importorskip("zstandard")
    lines = np.random.default_rng(0).integers(0, 10**9, (50_000, 2)).tolist()
    text = "source,target\n" + "".join(f"{a},{b}\n" for a, b in lines)
    packed = zstandard.ZstdCompressor(write_checksum=True).compress(text.encode())
    cut = write(packed[: len(packed) // 2])
    assert failure(cut) == "edges.csv: the zstd data end too early; the file is cut off"
    assert "damaged" in failure(write(packed[:5000] + b"\xff" * 500 + packed[5500:]))


def test_wrong_encoding_names_the_byte_and_the_option(write):
    path = write(HEADER + "a,b\nCafé,x\n".encode("latin-1"))
    message = failure(path)
    assert message.startswith("edges.csv, line 3: byte 0xE9 after 'Caf' is not UTF-8")
    assert "--encoding" in message
    assert read_interactions(path, encoding="latin-1").report.records == 2
    assert read_interactions(path, skip_bad_rows=True).report.rows_refused == 1


def test_wrong_encoding_far_down(write):
    path = write(HEADER + b"a,b\n" * 30_000 + b"\xe9,b\n")
    assert failure(path).startswith("edges.csv, line 30002: byte 0xE9 after '' is not UTF-8")
    assert "0x81" in failure(write(HEADER + b"\x81,b\n"), encoding="cp1252")


def test_encodings_that_are_none(write):
    path = write(HEADER + b"a,b\n")
    assert "no text encoding 'latin-99'" in failure(path, UsageError, encoding="latin-99")
    assert "no text encoding 'base64'" in failure(path, UsageError, encoding="base64")
    assert "--encoding" in failure(write(b"\xff\xfea\0,\0b\0\n\0\x00\xd8a\0\n\0"))


@pytest.mark.parametrize(
    ("row", "found"),
    [("c", "found 1 field where"), ("c,d,e", "found 3 fields where"), ("c,d,,e", "found 4 fields")],
)
def test_unequal_row_lengths(write, row, found):
    message = failure(write(f"source,target\na,b\n{row}\ne,f\n"))
    assert message.startswith(f"edges.csv, line 3: {found}")
    assert message.endswith("correct it, or skip such rows with --skip-bad-rows")


def test_a_cut_row_among_others_does_not_change_the_delimiter(write):
    assert "line 2: found 3 fields" in failure(write("Ann Lee,Bob Ray\nCy Dee,Di Fox,3\n"))


@pytest.mark.parametrize("blank", ["", " ", '""', '" \t"', '"\n"'])
def test_blank_ids(write, blank):
    assert failure(write(f"source,target\na,b\n{blank},d\n")) == (
        "edges.csv, line 3: source is blank; correct it, or skip such rows with --skip-bad-rows"
    )
    assert "line 3: target is blank" in failure(write(f"source,target\na,b\nd,{blank}\n"))


@pytest.mark.parametrize("weight", ["-2", "0", "-0.0", "nan", "inf", "-inf", "two", "1e999"])
def test_weights(write, weight):
    assert failure(write(f'source,target,weight\na,b,1\nc,d,"{weight}"\n')) == (
        f"edges.csv, line 3: weight must be a number above 0, found '{weight}'; "
        "correct it, or skip such rows with --skip-bad-rows"
    )


def test_a_decimal_comma_is_named(write):
    message = failure(write('source,target,weight\na,b,1\nc,d,"1,5"\n'))
    assert "found '1,5'; a decimal comma must be a point" in message


def test_blank_weight(write):
    assert "line 2: weight is blank" in failure(write("source,target,weight\na,b,\nc,d,1\n"))


def test_blank_relation(write):
    assert "line 3: relation is blank" in failure(write("source,target,type\na,b,RT\nc,d,\n"))


@pytest.mark.parametrize(
    ("first", "bad", "expected"),
    [
        ("2024-01-01", "May", "an ISO 8601 date"),
        ("2024-01-01", "2024-13-01", "an ISO 8601 date"),
        ("2024-01-01", "24-01-01", "an ISO 8601 date"),
        ("2024-01-01", "infinity", "an ISO 8601 date"),
        ("2024-01-01", "1700000000", "an ISO 8601 date"),
        ("1700000000", "5", "unix seconds"),
        ("1700000000", "1700000000000", "unix seconds"),
        ("1700000000000", "x", "unix milliseconds"),
        ("3", "2024-01-01", "a plain number"),
        ("3", "nan", "a plain number"),
    ],
)
def test_times(write, first, bad, expected):
    rows = f"a,b,{first}\n" * 3
    message = failure(write(f"source,target,time\n{rows}c,d,{bad}\n"))
    assert message.startswith(f"edges.csv, line 5: time must be {expected}")
    assert f"found '{bad}'" in message


@pytest.mark.parametrize("content", ['"a,b\nc,d\n', '"a"x,b\nc,d\n'])
def test_quotes_that_do_not_match(write, content):
    message = failure(write("source,target\nx,y\n" + content))
    assert message.startswith("edges.csv, line 3: ")
    assert "quote" in message
    report = read_interactions("edges.csv", skip_bad_rows=True).report
    assert (report.records, report.rows_refused) == (2, 1)


def test_a_line_of_100_mb_in_little_memory(tmp_path):
    path = tmp_path / "long.csv"
    with open(path, "wb") as stream:
        stream.write(HEADER + b"a,b\n")
        for _ in range(100):
            stream.write(b"x" * 1_000_000)
        stream.write(b",y\nc,d\n")
    script = """
import resource, sys
from keynodes import KeynodesError, read_interactions
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_interactions(sys.argv[1])
except KeynodesError as error:
    sys.stderr.write(str(error))
print(read_interactions(sys.argv[1], skip_bad_rows=True).report.records)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    assert done.stderr.startswith(f"{path}, line 3: longer than 1,000,000 characters")
    records, megabytes = map(int, done.stdout.split())
    assert records == 2
    assert megabytes < 150


# --- columns ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "names", "option"),
    [
        ("from,source,to", "'from' and 'source'", "--source COLUMN"),
        ("from,to,weight,count", "'weight' and 'count'", "--weight COLUMN"),
        ("from,to,date,time", "'date' and 'time'", "--time COLUMN"),
        ("source,target,target", "'target' and 'target'", "--target COLUMN"),
    ],
)
def test_columns_that_compete(write, header, names, option):
    message = failure(write(header + "\n" + ",".join("1" for _ in header.split(",")) + "\n"))
    assert names in message
    assert option in message


def test_columns_that_are_not_recognised(write):
    message = failure(write("who,whom,when,what\na,b,c,d\n"))
    assert "'who', 'whom', 'when', 'what'" in message
    assert "--source" in message
    message = failure(write("source,whom,x\na,b,c\n"))
    assert "no column is recognised as target" in message
    assert "--no-header" in message
    assert "looks like a header" in failure(write("follower,followee\n1,2\n3,4\n"))
    assert "the third column" in failure(write("a,b,cat\nc,d,dog\n"))
    assert "no column is recognised" in failure(pandas.DataFrame({"x": ["a"], "y": ["b"]}))


def test_columns_that_do_not_exist(write):
    path = write("who,whom\na,b\n")
    message = failure(path, UnknownName, columns={"source": "who", "target": "whome"})
    assert (
        message
        == "edges.csv: there is no column 'whome' (asked for as target); did you mean 'whom'?"
    )
    assert "no column role 'sorce'; did you mean 'source'?" in failure(
        path, UsageError, columns={"sorce": "who"}
    )
    same = {"source": "who", "target": "who"}
    assert "the same column" in failure(path, UsageError, columns=same)


# --- relations ----------------------------------------------------------------------------------


def test_an_unknown_relation_is_named_with_the_option(write):
    path = write("source,target,relation\na,b,RT\na,b,sold to\nc,d,sold to\ne,f,met\n")
    message = failure(path, UnknownRelation)
    assert message.startswith("edges.csv, line 3: nobody has said which way content flows in")
    assert "'sold to' of 2 records (as for 'met')" in message
    assert "--flow 'sold to=back'" in message
    for source in (pandas.read_csv(path), networkx.DiGraph([("a", "b", {"type": "met"})])):
        assert "nobody has said" in failure(source, UnknownRelation)
    skipped = "nobody has said"  # a relation is no bad row: it must not be skipped silently
    assert skipped in failure(path, UnknownRelation, skip_bad_rows=True)


# --- typed ids ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        (pandas.Series([1.0, 2.0]), "floating-point numbers"),
        (pandas.Series([1.5, "a"], dtype=object), "floating-point numbers"),
        (pandas.Series([True, False]), "true and false"),
        (pandas.Series([b"a", "b"], dtype=object), "must be a text or a whole number"),
        (pandas.Series([None, "b"], dtype=object), "row 1: source is blank"),
        (pandas.Series([1, None], dtype="Int64"), "row 2: source is blank"),
        (pandas.Series(["\ud800", "b"], dtype=object), "row 1: the source holds a lone surrogate"),
    ],
)
def test_ids_of_a_frame(ids, words):
    frame = pandas.DataFrame({"source": ids, "target": pandas.Series(["x", "y"])})
    message = failure(frame)
    assert message.startswith("<DataFrame>")
    assert words in message
    if words == "floating-point numbers":
        assert "dtype={'source': str}" in message


def test_ids_of_parquet(tmp_path):
    path = tmp_path / "edges.parquet"
    for ids, words in (([1.5], "floating-point"), ([True], "BOOLEAN"), ([b"\xff"], "BLOB")):
        pandas.DataFrame({"source": ids, "target": ["b"]}).to_parquet(path)
        assert words in failure(path)
    pandas.DataFrame({"source": ["a", " "], "target": ["b", "c"]}).to_parquet(path)
    assert "edges.parquet, row 2: source is blank" in failure(path)
    path.write_bytes(path.read_bytes()[:-200])
    assert "cannot be read as Parquet" in failure(path)


def test_empty_frame():
    assert "has no rows" in failure(pandas.DataFrame({"source": [], "target": []}))


def test_graphs_whose_nodes_are_no_ids():
    assert "two nodes are called '1'" in failure(networkx.Graph([(1, "1")]))
    assert "floating-point" in failure(networkx.Graph([(1.5, 2)]))
    assert "source is blank" in failure(networkx.DiGraph([(" ", "a")]))
    lonely = networkx.Graph()
    lonely.add_node("")
    assert "blank" in failure(lonely)
    assert "no records" in failure(networkx.Graph())


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"from": "\\ud800", "to": "b"}', "the lone surrogate U+D800"),
        ('{"from": true, "to": "b"}', "source must be a text or a number, found true"),
        ('{"from": ["a"], "to": "b"}', 'source must be a text or a number, found ["a"]'),
        ('{"from": "a"}', "target is blank"),
        ('{"from": "a", "to": null}', "target is blank"),
        ('{"from": "a", "to": ', "no valid JSON"),
        ("[1]", "a JSON object is needed, found"),
        ('{"from": "a", "to": "b", "weight": NaN}', "found 'NaN'"),
        ('{"from": "a", "to": "b", "weight": "x"}', "found 'x'"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_json_lines(write, line, words):
    path = write('{"from": "a", "to": "b", "weight": 1}\n' + line + "\n", "edges.jsonl")
    message = failure(path)
    assert message.startswith("edges.jsonl, line 2: ")
    assert words in message
    assert message.endswith("--skip-bad-rows")
    report = read_interactions(path, skip_bad_rows=True).report
    assert (report.records, report.rows_refused) == (1, 1)


def test_json_bytes_that_are_no_text(write):
    path = write(b'{"from": "a", "to": "b"}\n{"from": "\xe9", "to": "b"}\n')
    assert failure(path).startswith("edges.csv, line 2: byte 0xE9")


def test_every_row_refused_is_an_error(write):
    message = failure(write("source,target,weight\na,b,0\n"), skip_bad_rows=True)
    assert "every one of 1 rows was refused" in message


def test_errors_show_hostile_names_safely(write):
    path = write("source,target,weight\na,b,\x1b[31m\u202e\n")
    assert "\\x1b[31m\\u202e" in failure(path).replace("\\\\", "\\")


def test_errors_are_all_of_one_family():
    for kind in (ReadingError, UnknownRelation, UsageError, UnknownName):
        assert issubclass(kind, KeynodesError)
