"""The command line: what goes in, what comes out, where it goes, and with which exit code."""

import csv
import hashlib
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
import readme
from commands import SAMPLE, keynodes, program, table


def test_rank_gives_csv_in_a_pipe_and_notices_on_stderr(retweets):
    code, out, err = keynodes("rank", retweets, "--by", "out_degree")
    assert code == 0
    assert out.splitlines()[:2] == ["rank,account,score", "1,star,5.0"]
    assert "7 records" in err
    assert "acting on themselves" in err


def test_quiet_says_nothing(retweets):
    code, out, err = keynodes("rank", retweets, "--by", "out_degree", "--quiet")
    assert (code, err) == (0, "")
    assert out


def test_the_default_is_a_consensus_with_its_members(retweets):
    from keynodes.ranking import DEFAULT_MEASURES

    _, out, _ = keynodes("rank", retweets)
    assert out.splitlines()[0] == ",".join(["rank", "account", "score", *DEFAULT_MEASURES])


def test_every_option_of_rank_together(retweets, tmp_path):
    (tmp_path / "seeds").write_text("star\n")
    (tmp_path / "protect.csv").write_text("account,why\nfan1,journalist\n")
    (tmp_path / "labels.csv").write_text("account,label\nstar,a\nfan0,b\nfan1,b\n")
    (tmp_path / "accounts.csv").write_text("account,posts\nstar,12\n")
    code, out, _ = keynodes(
        "rank", retweets, "--by", "pagerank:damping=0.5", "--by", "liaison", "--top", 3,
        "--intervals", 4, "--missing", 0.2, "--missing-what", "accounts",
        "--seeds", tmp_path / "seeds", "--protect", tmp_path / "protect.csv",
        "--labels", tmp_path / "labels.csv", "--accounts", tmp_path / "accounts.csv",
        "--since", "2024-03-01", "--until", "2024-04-01", "--min-weight", 1,
        "--flow", "RT=back", "--source", "source", "--target", "target", "--relation", "type",
        "--time", "timestamp", "--delimiter", ",", "--encoding", "utf-8", "--skip-bad-rows",
        "--format", "csv", "--spreadsheet-safe", "--seed", 3,
    )  # fmt: skip
    assert code == 0
    expected = "rank,account,score,rank_low,rank_high,top_share,protected,"
    # Facts about accounts come after the columns of the table itself.
    assert out.splitlines()[0] == expected + "pagerank:damping=0.5,liaison,posts"
    assert {row["account"]: row["protected"] for row in table(out)}["fan1"] == "1"


def test_flow_turns_the_answer_round(retweets):
    _, back, _ = keynodes("rank", retweets, "--by", "out_degree", "--top", 1)
    _, forth, _ = keynodes("rank", retweets, "--by", "in_degree", "--flow", "forth", "--top", 1)
    assert table(back)[0]["account"] == table(forth)[0]["account"] == "star"
    _, forth, _ = keynodes("rank", retweets, "--by", "out_degree", "--flow", "forth")
    assert table(forth)[-1]["account"] == "star"


def test_formats_agree(retweets, tmp_path):
    import duckdb

    _, out, _ = keynodes("rank", retweets, "--by", "pagerank")
    for form in ("csv", "json", "parquet"):
        code, nothing, _ = keynodes(
            "rank", retweets, "--by", "pagerank", "-o", tmp_path / f"out.{form}"
        )
        assert (code, nothing) == (0, "")
    assert (tmp_path / "out.csv").read_text() == out
    rows = [(int(r["rank"]), r["account"], float(r["score"])) for r in table(out)]
    assert [tuple(r.values()) for r in json.loads((tmp_path / "out.json").read_text())] == rows
    query = f"SELECT * FROM '{tmp_path / 'out.parquet'}'"
    assert duckdb.connect().execute(query).fetchall() == rows


def test_the_manifest_says_what_it_was_made_from(retweets, tmp_path):
    keynodes("rank", retweets, "--by", "out_degree", "-o", tmp_path / "out.csv", "--seed", 7)
    manifest = json.loads((tmp_path / "out.csv.manifest.json").read_text())
    digest = hashlib.sha256(retweets.read_bytes()).hexdigest()
    assert manifest["inputs"] == [
        {"name": str(retweets), "bytes": retweets.stat().st_size, "sha256": digest}
    ]
    made = hashlib.sha256((tmp_path / "out.csv").read_bytes()).hexdigest()
    assert manifest["output"]["sha256"] == made
    assert manifest["options"]["seed"] == 7
    assert manifest["options"]["by"] == ["out_degree"]
    assert manifest["reading"]["rows"] == 7
    assert manifest["reading"]["self_loops"] == 1
    assert manifest["time_utc"].endswith("+00:00")
    assert {"keynodes", "versions", "graph", "notices", "command"} <= set(manifest)


def test_lists_honour_spreadsheet_safe(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text("source,target\n'=a,b\n'=a,c\n")
    Path("list.csv").write_text("account\n'=a\n")
    Path("labels.csv").write_text("account,label\n'=a,1\nb,2\nc,3\n")
    Path("facts.csv").write_text("account,posts\n'=a,7\n")
    code, out, err = keynodes(
        "rank", "in.csv", "--by", "pagerank", "--by", "liaison", "--protect", "list.csv",
        "--labels", "labels.csv", "--accounts", "facts.csv",
        "--seeds", "list.csv", "--spreadsheet-safe",
    )  # fmt: skip
    assert code == 0, err
    assert {row["account"]: row["protected"] for row in table(out)}["'=a"] == "1"
    assert "not in the graph" not in err


def test_info_keeps_whole_numbers_in_every_form(tmp_path):
    import duckdb

    path = tmp_path / "in.csv"
    path.write_text("source,target,weight\n" + "a,b,0.5\n" * 7)
    keynodes("info", path, "-o", tmp_path / "out.parquet")
    query = f"SELECT value FROM '{tmp_path / 'out.parquet'}' WHERE fact = 'rows'"
    assert duckdb.connect().execute(query).fetchall() == [("7",)]
    assert "rows,7\n" in keynodes("info", path, "--spreadsheet-safe")[1]


HOSTILE = ["=cmd|' /C calc'!A0", "\x1b[31mred", "‮gnp", "a\nb", "nul\x00", "[bold]x", "é" * 9, "-1"]


def test_hostile_names_survive_csv_and_are_escaped_on_a_screen(tmp_path):
    path = tmp_path / "names.csv"
    with open(path, "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["source", "target", "relation"])
        writer.writerows([[name, f"{name}-friend", "mention"] for name in HOSTILE])
    code, _, _ = keynodes("rank", path, "--by", "out_degree", "-o", tmp_path / "out.csv")
    assert code == 0
    with open(tmp_path / "out.csv", newline="", encoding="utf-8") as stream:
        accounts = [row["account"] for row in csv.DictReader(stream)]
    assert set(HOSTILE) <= set(accounts)
    _, out, err = keynodes("rank", path, "--by", "out_degree", "--format", "table")
    for text in (out, err):
        assert all(line.isprintable() for line in text.split("\n"))
    # A round trip: our own CSV, spreadsheet-safe, read again with the same flag.
    safe = tmp_path / "safe.csv"
    keynodes("rank", path, "--by", "out_degree", "--spreadsheet-safe", "-o", safe, "--top", 0)
    again = tmp_path / "again.csv"
    with open(safe, newline="", encoding="utf-8") as stream:
        rows = [("hub", row["account"]) for row in csv.DictReader(stream)]
    with open(again, "w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([("source", "target"), *rows])
    _, out, _ = keynodes("rank", again, "--by", "in_degree", "--spreadsheet-safe", "--top", 0,
                         "--format", "json")  # fmt: skip
    names = {row["account"].removeprefix("'") for row in json.loads(out)}
    assert set(HOSTILE) <= names


def test_a_list_can_come_from_standard_input():
    result = program("rank", "-", "--by", "out_degree", input="from,to\na,b\na,c\n")
    assert result.returncode == 0
    assert result.stdout.splitlines()[1] == "1,a,2.0"


def test_several_files_are_one_graph(tmp_path):
    (tmp_path / "one.csv").write_text("source,target\na,b\n")
    (tmp_path / "two.csv").write_text("source,target\na,c\n")
    for files in ([tmp_path / "one.csv", tmp_path / "two.csv"], [tmp_path / "*.csv"]):
        _, out, _ = keynodes("rank", *files, "--by", "out_degree")
        assert out.splitlines()[1] == "1,a,2.0"


def test_the_first_record_is_put_in_words(retweets):
    _, _, err = keynodes("rank", retweets, "--by", "out_degree")
    words = "first record: 'fan0' acted on 'star' (repost), so what 'star' posts reaches 'fan0'"
    assert words in err
    _, _, err = keynodes("rank", retweets, "--by", "out_degree", "--flow", "both")
    assert "what either posts reaches the other" in err


def test_a_cut_list_and_an_empty_graph_are_said(retweets):
    _, _, err = keynodes("rank", retweets, "--by", "out_degree", "--top", 2)
    assert "the first 2 of 6 accounts; --top 0 lists all" in err
    _, _, err = keynodes("rank", retweets, "--by", "out_degree", "--min-weight", 99)
    assert "6 arcs lighter than 99 were left out" in err
    assert "no arc is left" in err


def test_explain_marks_protected_accounts(retweets, tmp_path):
    (tmp_path / "protect").write_text("fan1\n")
    _, out, _ = keynodes("explain", retweets, "star", "--protect", tmp_path / "protect")
    marked = {row["name"]: row["protected"] for row in table(out)}
    assert (marked["fan1"], marked["fan2"], marked["out_degree"]) == ("1", "0", "0")


def test_info_describes(retweets):
    _, out, _ = keynodes("info", retweets)
    facts = {row["fact"]: row["value"] for row in table(out)}
    assert facts["accounts"] == "6"
    assert facts["arcs"] == "6"
    assert facts["self_loops"] == "1"
    assert facts["relation repost"] == "5"
    assert facts["first_time"] == "2024-03-01T10:00:00Z"


def test_explain_shows_scores_arcs_and_sensitivity(retweets):
    code, out, _ = keynodes("explain", retweets, "star", "--intervals", 3, "--arcs", 2)
    assert code == 0
    rows = table(out)
    scores = {row["name"]: row for row in rows if row["what"] == "measure"}
    assert scores["out_degree"]["score"] == "5.0"
    assert scores["out_degree"]["rank"] == "1"
    assert scores["pagerank"]["rank_low"] == "1.0"
    heard = [row for row in rows if row["what"] == "heard by"]
    assert [row["name"] for row in heard] == ["fan0", "fan1"]
    assert heard[0]["relations"] == "repost 1"
    assert heard[0]["first_time"] == "2024-03-01T10:00:00Z"


def test_measures_lists_the_registry():
    from keynodes import MEASURES

    _, out, _ = keynodes("measures")
    assert [row["measure"] for row in table(out)] == list(MEASURES)
    _, out, _ = keynodes("measures", "h-index")
    assert "Hirsch" in out


def test_one_list_of_measures_has_no_manifest_and_promises_none(tmp_path):
    code, _, _ = keynodes("measures", "-o", tmp_path / "out.csv")
    assert (code, os.listdir(tmp_path)) == (0, ["out.csv"])
    assert "manifest" not in keynodes("measures", "--help")[1]
    assert "manifest" in keynodes("rank", "--help")[1]


def test_synth_says_what_it_replaces(tmp_path):
    (tmp_path / "truth.csv").write_text("mine")
    err = keynodes("synth", "two-cells", "-o", tmp_path)[2]
    assert f"wrote {tmp_path / 'records.csv'}\n" in err
    assert f"replaced {tmp_path / 'truth.csv'}\n" in err
    assert len(os.listdir(tmp_path)) == 4


@pytest.mark.parametrize("name", ["two-cells", "gateways"])
def test_synth_makes_what_rank_reads(tmp_path, name):
    code, _, err = keynodes("synth", name, "-o", tmp_path / "made")
    assert code == 0
    assert "wrote" in err
    code, out, _ = keynodes(
        "rank", tmp_path / "made" / "records.csv", "--by", "betweenness", "--protect",
        tmp_path / "made" / "protected.csv", "--top", 5,
    )  # fmt: skip
    assert code == 0
    with open(tmp_path / "made" / "truth.csv", newline="") as stream:
        key = {row["account"] for row in csv.DictReader(stream) if row["key"] == "1"}
    assert len(key & {row["account"] for row in table(out)}) >= 3


def test_the_version_is_printed():
    import keynodes as package

    code, out, _ = keynodes("--version")
    assert (code, out) == (0, f"keynodes {package.__version__}\n")


def test_help_answers_at_once():
    """Half a second, and no more than twice what typer needs for itself."""
    own = "import typer; a = typer.Typer(); a.command()(lambda: None); a.callback()(lambda: 0); a()"
    times = {}
    for name, command in {
        "keynodes": [str(Path(sys.executable).parent / "keynodes"), "--help"],
        "typer": [sys.executable, "-c", own, "--help"],
    }.items():
        runs = []
        for _ in range(4):
            start = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True)
            runs.append(time.perf_counter() - start)
        times[name] = min(runs)
    assert times["keynodes"] < 2 * times["typer"] + 0.1


@pytest.mark.compiled
def test_the_same_bytes_whatever_the_order_threads_and_hash_seed(tmp_path):
    """Shuffled lines, weights of three decimals, one or two threads, two hash seeds."""
    chance = random.Random(4)
    rows = [
        f"u{int(300 * chance.random() ** 2)},u{int(300 * chance.random())},"
        f"{chance.randint(1, 9999) / 1000}"
        for _ in range(4000)
    ]
    outputs = set()
    for threads, hash_seed in (("1", "1"), ("2", "2")):
        chance.shuffle(rows)
        path = tmp_path / f"{threads}.csv"
        path.write_text("source,target,weight\n" + "\n".join(rows) + "\n")
        result = program(
            "rank", path, "--top", 0, "--intervals", 3,
            env={**os.environ, "KEYNODES_THREADS": threads, "PYTHONHASHSEED": hash_seed},
        )  # fmt: skip
        assert result.returncode == 0, result.stderr
        outputs.add(result.stdout)
    assert len(outputs) == 1


def test_a_terminal_gets_a_table():
    shown = readme.shown_on_a_terminal(f"keynodes rank {SAMPLE} --by out_degree --top 3")
    assert " rank account" in shown
    assert "rank,account" not in shown
