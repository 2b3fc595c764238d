"""Tables out: exact in files, escaped on screens, whole or not at all."""

import csv
import io
import json
import os
import stat
import threading

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keynodes.errors import KeynodesError, UsageError
from keynodes.escaping import escape, unescape
from keynodes.interop.tables import format_for, shown_text, write_table
from keynodes.writing import check_writable, is_stream, written_whole

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def frame(accounts):
    return pd.DataFrame(
        {
            "rank": range(1, len(accounts) + 1),
            "account": pd.Series(accounts, dtype=object),
            "score": [0.1 + 0.2] * len(accounts),
        }
    )


@given(st.lists(names, max_size=8))
def test_csv_gives_back_every_name_and_every_bit(tmp_path, accounts):
    path = tmp_path / "out.csv"
    write_table(frame(accounts), path, "csv")
    with open(path, encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["account"] for row in rows] == accounts
    assert all(float(row["score"]) == 0.1 + 0.2 for row in rows)


@given(st.lists(names, max_size=8))
def test_json_gives_back_every_name(tmp_path, accounts):
    path = tmp_path / "out.json"
    write_table(frame(accounts), path, "json")
    text = path.read_text(encoding="ascii")
    assert [row["account"] for row in json.loads(text)] == accounts


@given(st.lists(names, max_size=8))
def test_parquet_gives_back_every_name(tmp_path, accounts):
    path = tmp_path / "it's out.parquet"
    write_table(frame(accounts), path, "parquet")
    rows = duckdb.connect().execute("SELECT account FROM read_parquet(?)", [str(path)]).fetchall()
    assert [row[0] for row in rows] == accounts


@pytest.mark.parametrize("name", ["\x1b[2Jgone", "‮abc", "[red]x[/red]", "a\nb", "x" * 9999])
def test_a_drawn_table_shows_nothing_unsafe(capsys, name):
    write_table(frame([name]), None, "table")
    shown = capsys.readouterr().out
    assert all(line.isprintable() for line in shown.split("\n"))
    assert len(max(shown.split("\n"), key=len)) < 200
    if name.startswith("["):
        assert name in shown


def test_long_names_that_differ_in_the_middle_or_at_the_end_do_not_look_alike():
    assert shown_text("x" * 70 + "1") != shown_text("x" * 70 + "2")
    assert shown_text("1" + "x" * 70) != shown_text("2" + "x" * 70)
    assert shown_text("x" * 60) == "x" * 60
    assert shown_text("ab" * 50, 9) == "abab…abab"


@given(st.text("\x1b\n\\a \u202e\U000e0001é", max_size=40), st.integers(9, 60))
def test_no_escape_is_cut_in_two(name, longest):
    shown = shown_text(name, longest)
    assert len(shown) <= longest
    assert shown.isprintable()
    if "…" in shown:
        head, tail = map(unescape, shown.split("…"))
        assert name.startswith(head)
        assert name.endswith(tail)
    else:
        assert unescape(shown) == name


def test_outer_blanks_are_seen():
    assert shown_text(" ann") == "\\x20ann"
    assert shown_text("a b\u3000\u00a0") == "a b\\u3000\\xa0"
    assert shown_text("  ") == "\\x20\\x20"
    assert shown_text("plain") == escape("plain")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_csv_on_a_terminal_is_escaped(monkeypatch):
    screen = Terminal()
    monkeypatch.setattr("sys.stdout", screen)
    write_table(frame(["\x1b[2J"]), None, "csv")
    assert "\x1b" not in screen.getvalue()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "'", "\t"])
def test_spreadsheet_safe_defuses_formulas_and_only_names(tmp_path, start):
    path = tmp_path / "out.csv"
    table = frame([start + "1+1", "plain"])
    table["score"] = [-1.5, 2.0]
    write_table(table, path, "csv", spreadsheet_safe=True)
    with open(path, newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0]["account"] == "'" + start + "1+1"
    assert rows[1]["account"] == "plain"
    assert rows[0]["score"] == "-1.5"


MIXED = {
    "whole": [424, None, 3],
    "score": [0.1 + 0.2, None, 1.0],
    "both": [1, 0.5, 2**60 + 1],
    "any": [7, "=x", None],
    "flag": [True, None, False],
    "late": [None, None, "text"],
}


def mixed():
    return pd.DataFrame({name: pd.Series(v, dtype=object) for name, v in MIXED.items()})


def test_spreadsheet_safe_changes_no_number(tmp_path):
    written = []
    for safe in (False, True):
        for form in ("csv", "json", "table"):
            write_table(mixed(), tmp_path / "out", form, spreadsheet_safe=safe)
            written.append((tmp_path / "out").read_text(encoding="utf-8"))
    assert written[0] == "whole,score,both,any,flag,late\n" + (
        f"424,0.30000000000000004,1,7,1,\n,,0.5,=x,,\n3,1.0,{2**60 + 1},,0,text\n"
    )
    assert written[3] == written[0].replace("=x", "'=x")
    assert written[4] == written[1].replace("=x", "'=x")
    assert "424.0" not in written[5]


@pytest.mark.parametrize("safe", [False, True])
def test_parquet_keeps_kinds_of_values_and_writes_a_mixture_as_text(tmp_path, safe):
    path = tmp_path / "out.parquet"
    write_table(mixed(), path, "parquet", spreadsheet_safe=safe)
    rows = duckdb.connect().execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    columns = dict(zip(MIXED, map(list, zip(*rows, strict=True)), strict=True))
    for name in ("whole", "score", "flag", "late"):
        assert columns[name] == MIXED[name]
        assert list(map(type, columns[name])) == list(map(type, MIXED[name]))
    assert columns["both"] == ["1", "0.5", str(2**60 + 1)]
    assert columns["any"] == ["7", "'=x" if safe else "=x", None]


def test_missing_and_undefined_values(tmp_path):
    table = pd.DataFrame(
        {"n": [1, 2], "x": [np.nan, np.inf], "b": [True, False], "t": ["", None]},
    )
    table["t"] = pd.Series(["", None], dtype=object)
    write_table(table, tmp_path / "a.csv", "csv")
    assert (tmp_path / "a.csv").read_text() == 'n,x,b,t\n1,,1,""\n2,inf,0,\n'
    write_table(table, tmp_path / "a.json", "json")
    rows = json.loads((tmp_path / "a.json").read_text())
    assert rows == [
        {"n": 1, "x": None, "b": True, "t": ""},
        {"n": 2, "x": None, "b": False, "t": None},
    ]


def test_a_failure_leaves_the_old_file(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("old")

    def fail_half_way():
        with written_whole(path) as temporary:
            temporary.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["out.csv"]


def test_a_written_file_has_the_usual_rights(tmp_path):
    (tmp_path / "usual").write_text("x")
    with written_whole(tmp_path / "out") as temporary:
        temporary.write_text("x")
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("usual", "out")}
    assert len(modes) == 1


def test_a_file_that_is_replaced_keeps_its_rights(tmp_path):
    (tmp_path / "out").write_text("secret")
    (tmp_path / "out").chmod(0o640)
    with written_whole(tmp_path / "out") as temporary:
        temporary.write_text("new")
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o640


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_pipe_is_written_into_and_stays_a_pipe(tmp_path, form):
    write_table(frame(["a"]), tmp_path / "plain", form)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for name in ("pipe", "link"):
        read = []
        reader = threading.Thread(
            target=lambda into=read: into.append((tmp_path / "pipe").read_bytes()), daemon=True
        )
        reader.start()
        check_writable(tmp_path / name)
        write_table(frame(["a"]), tmp_path / name, form)
        reader.join(20)
        assert read == [(tmp_path / "plain").read_bytes()]
        assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "link").is_symlink()
    assert sorted(os.listdir(tmp_path)) == ["link", "pipe", "plain"]


def test_what_is_open_already_is_not_replaced(tmp_path):
    with open(tmp_path / "out", "w") as stream:
        assert is_stream(f"/dev/fd/{stream.fileno()}")
        assert not is_stream(tmp_path / "out")
        assert not is_stream(tmp_path / "none")
        assert not is_stream(tmp_path)


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_its_file_is_replaced(tmp_path, there):
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "out.csv"
    if there:
        target.write_text("old")
    (tmp_path / "link").symlink_to(target)
    check_writable(tmp_path / "link")
    write_table(frame(["a"]), tmp_path / "link", "csv")
    assert (tmp_path / "link").is_symlink()
    assert target.read_text().startswith("rank,account")
    assert os.listdir(tmp_path / "real") == ["out.csv"]


@pytest.mark.parametrize("name", ["loop", "no/out", "file/out", "x" * 300, ""])
def test_a_bad_place_is_known_before_the_work(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").write_text("x")
    for check in (check_writable, lambda path: write_table(frame(["a"]), path, "csv")):
        with pytest.raises(KeynodesError, match=r"cannot be written|is empty"):
            check(name)
    assert sorted(os.listdir(tmp_path)) == ["file", "loop"]
    assert (tmp_path / "loop").is_symlink()


def test_a_place_that_cannot_be_written_is_one_line(tmp_path):
    with pytest.raises(KeynodesError, match="cannot be written"):
        write_table(frame(["a"]), tmp_path / "no" / "out.csv", "csv")
    with pytest.raises(KeynodesError, match="is a folder"):
        write_table(frame(["a"]), tmp_path, "csv")


def test_the_format_follows_the_file():
    assert format_for("a.JSON", None) == "json"
    assert format_for("a.csv", "json") == "json"
    assert format_for("a.txt", None) == "csv"
    assert format_for(None, None) == "csv"
    with pytest.raises(UsageError, match="binary"):
        format_for(None, "parquet")
