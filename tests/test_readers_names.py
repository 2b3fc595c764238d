"""Hostile account names: read and kept, through every format and into the graph."""

import json

import networkx
import pandas
import pytest

from keynodes import build_graph, read_interactions

HOSTILE = [
    "with\0nul",
    "two\nlines",
    "two\r\nlines",
    "\x1b[31mred\x1b[0m",
    "\u202egnp.exe",
    "a,b;c\td|e",
    'say "hi"',
    "back\\slash",
    "=1+1",
    "'quoted",
    "#hash",
    "%percent",
    "<b>&amp;</b>",
    "[bold]",
    "e" + "\u0301" * 5000,
    "x" * 100_000,
    "\ufeffmark",
    "\u2028line",
    " blanks ",
    "😀",
    "NULL",
    "nan",
    "\u3164",
]


def as_csv(path):
    cells = ['"' + name.replace('"', '""') + '"' for name in HOSTILE]
    path.write_bytes(("source,target\n" + "".join(f"{c},x\n" for c in cells)).encode())
    return path


def as_tsv(path):
    cells = ['"' + name.replace('"', '""') + '"' for name in HOSTILE]
    path.write_bytes(("source\ttarget\r\n" + "".join(f"{c}\tx\r\n" for c in cells)).encode())
    return path


def as_utf16(path):
    path.write_bytes(as_csv(path).read_bytes().decode().encode("utf-16"))
    return path


def as_json_lines(path):
    path.write_text("".join(json.dumps({"from": n, "to": "x"}) + "\n" for n in HOSTILE))
    return path


def as_frame(path):
    return pandas.DataFrame({"source": HOSTILE, "target": "x"})


def as_parquet(path):
    as_frame(path).to_parquet(path)
    return path


def as_networkx(path):
    return networkx.DiGraph([(name, "x") for name in HOSTILE])


@pytest.mark.parametrize(
    "form", [as_csv, as_tsv, as_utf16, as_json_lines, as_frame, as_parquet, as_networkx]
)
def test_hostile_names_are_read_and_kept(tmp_path, form):
    interactions = read_interactions(form(tmp_path / "edges"))
    assert interactions.to_frame()["source"].tolist() == HOSTILE
    graph = build_graph(interactions)
    assert set(graph.accounts) == {*HOSTILE, "x"}
    assert graph.m == len(HOSTILE)
    assert all(notice.isprintable() for notice in interactions.report.notices)
    assert all(text.isprintable() for text in interactions.report.inputs)


def test_names_that_begin_like_a_comment(tmp_path):
    path = tmp_path / "edges.csv"
    path.write_text(
        '# head\n#alice,x\nsource,target\n#bob,x\n%cy,x\n# dan,x\n#one\n#a,b,c\n"# eve",x\n'
    )
    interactions = read_interactions(path)
    assert interactions.to_frame()["source"].tolist() == ["#bob", "%cy", "# eve"]
    assert interactions.report.comments == 5
    said = next(n for n in interactions.report.notices if "begin with # or %" in n)
    assert "2 line(s)" in said


def test_lone_surrogates_are_refused_and_halves_that_match_are_not(tmp_path):
    path = tmp_path / "edges.jsonl"
    path.write_text('{"from": "\\ud83d\\ude00", "to": "x"}\n{"from": "\\ud83d", "to": "x"}\n')
    interactions = read_interactions(path, skip_bad_rows=True)
    assert interactions.to_frame()["source"].tolist() == ["😀"]
    assert "U+D83D" in interactions.report.refused[0]
