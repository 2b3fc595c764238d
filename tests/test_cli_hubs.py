"""`keynodes hubs`: who draws newcomers in, and the evidence for it."""

import csv
import gzip
import json
import os
import random
from pathlib import Path

import pytest
import readme
from commands import ROOT, keynodes, program, table

COLUMNS = (
    "rank,account,community,role,reached_out,attracted,drawn_in,expected,excess,p_value,q_value,"
    "intake_share,outreach_share"
)
PLANTED = ROOT / "graphs" / "recruiting.csv.gz"


@pytest.fixture
def cell(tmp_path):
    """Six members who talk to each other for ten days, and eve who then brings in four others."""
    members = ["ann", "bob", "cat", "dan", "eve", "fay"]
    rows = []
    for day in range(1, 29):
        for i, name in enumerate(members):
            rows.append((name, members[(i + day % 5 + 1) % 6], day))
    for i, day in enumerate((10, 11, 12, 13)):
        rows.append(("eve", f"new{i}", day))
        rows += [(f"new{i}", other, day + 4) for other in ("ann", "bob", "cat")]
    path = tmp_path / "cell.csv"
    lines = [
        f"{u},{v},mention,2024-03-{day:02}T10:00:00Z,m{i}" for i, (u, v, day) in enumerate(rows)
    ]
    path.write_text("source,target,relation,time,evidence\n" + "\n".join(lines) + "\n")
    labels = tmp_path / "labels.csv"
    labels.write_text("account,label\n" + "".join(f"{name},cell\n" for name in members))
    return path, labels


SHORT = ["--window", "2d", "--horizon", "5d", "--burn-in", "8d"]


def test_the_recruiter_comes_first_with_the_columns_of_the_table(cell):
    path, labels = cell
    code, out, err = keynodes("hubs", path, "--communities", labels, *SHORT, "--top", 3)
    assert code == 0, err
    assert out.splitlines()[0] == COLUMNS
    first = table(out)[0]
    assert [first[name] for name in ("rank", "account", "community")] == ["1", "eve", "cell"]
    assert [first[name] for name in ("reached_out", "attracted", "drawn_in")] == ["4", "0", "4"]
    assert first["intake_share"] == "1.0"
    # The others met nobody new: they are on no list, unless all are asked for.
    assert len(table(out)) == 1
    assert "--top 0 lists all" in err
    _, everybody, _ = keynodes("hubs", path, "--communities", labels, *SHORT, "--top", 0)
    assert len(table(everybody)) > 3
    assert len({row["rank"] for row in table(everybody)[1:]}) == 1
    assert "newcomers" in err


def test_the_evidence_is_a_file_of_its_own(cell, tmp_path):
    path, labels = cell
    evidence = tmp_path / "evidence.csv"
    code, out, err = keynodes(
        "hubs", path, "--communities", labels, *SHORT, "--evidence", evidence, "-o",
        tmp_path / "hubs.csv",
    )  # fmt: skip
    assert (code, out) == (0, ""), err
    rows = table(evidence.read_text())
    mine = [row for row in rows if row["account"] == "eve"]
    assert [row["newcomer"] for row in mine] == ["new0", "new1", "new2", "new3"]
    assert mine[0]["time"] == "2024-03-10T10:00:00Z"
    assert mine[0]["relation"] == "mention"
    assert {row["outcome"] for row in mine} == {"drawn in"}
    for written in (evidence, tmp_path / "hubs.csv"):
        manifest = json.loads(Path(f"{written}.manifest.json").read_text())
        assert manifest["command"] == "hubs"
        assert manifest["output"]["name"] == str(written)
        assert manifest["options"]["evidence_file"] == str(evidence)
        assert [entry["name"] for entry in manifest["inputs"]] == [str(path), str(labels)]


def test_evidence_without_an_output_file(cell, tmp_path):
    path, labels = cell
    code, out, _ = keynodes(
        "hubs", path, "--communities", labels, *SHORT, "--evidence", tmp_path / "e.json"
    )
    assert code == 0
    assert out.startswith(COLUMNS)
    assert json.loads((tmp_path / "e.json").read_text())[0]["account"] == "eve"
    assert (tmp_path / "e.json.manifest.json").exists()


def test_the_column_of_message_ids_has_a_name_of_its_own(cell, tmp_path):
    path, labels = cell
    renamed = tmp_path / "renamed.csv"
    renamed.write_text(path.read_text().replace("time,evidence", "time,tweet", 1))
    how = ["--communities", labels, *SHORT]
    evidence = tmp_path / "e.csv"
    code, out, err = keynodes(
        "hubs", renamed, *how, "--evidence-column", "tweet", "--evidence", evidence
    )
    assert code == 0, err
    assert all(row["evidence"].startswith("m") for row in table(evidence.read_text()))
    assert out == keynodes("hubs", path, *how)[1]
    for name in ("--evidence", "--evidence-column"):
        assert keynodes("info", renamed, name, "tweet")[0] == 0
        code, _, err = keynodes("rank", renamed, name, "tweat")
        assert (code, "tweat" in err) == (2, True)


def test_evidence_that_looks_like_a_column_is_said(cell, tmp_path, monkeypatch):
    path, labels = cell
    monkeypatch.chdir(tmp_path)
    code, _, err = keynodes("hubs", path, "--communities", labels, *SHORT, "--evidence", "tweet")
    assert code == 0
    assert "written to the file tweet; --evidence-column is for the column of message ids" in err
    assert Path("tweet").exists()


def test_communities_come_from_the_burn_in_unless_said(cell):
    path, _ = cell
    code, _, err = keynodes("hubs", path, *SHORT, "--communities-from", "all")
    assert code == 0, err
    assert "they have seen the future" in err
    assert "communities are those of the burn-in" not in err
    code, burnt, err = keynodes("hubs", path, *SHORT)
    assert code == 0, err
    assert "communities are those of the burn-in" in err
    assert "the future" not in err
    assert table(burnt)[0]["account"] == "eve"
    assert burnt == keynodes("hubs", path, *SHORT, "--communities-from", "burn_in")[1]
    assert burnt == keynodes("hubs", path, *SHORT, "--communities", "leiden")[1]


def test_plain_numbers_for_times_that_are_plain_numbers(cell, tmp_path):
    path, labels = cell
    numbers = tmp_path / "numbers.csv"
    text = path.read_text()
    for day in range(1, 32):
        text = text.replace(f"2024-03-{day:02}T10:00:00Z", str(day))
    numbers.write_text(text)
    how = ["--communities", labels]
    _, dated, _ = keynodes("hubs", path, *how, *SHORT)
    code, out, err = keynodes("hubs", numbers, *how, "--window", 2, "--horizon", 5, "--burn-in", 8)
    assert code == 0, err
    assert out == dated
    for wrong in (["--window", "2d"], []):
        code, out, err = keynodes("hubs", numbers, *how, *wrong)
        assert (code, out) == (2, "")
        assert "times are plain numbers (phases, not dates): give --window" in err


def test_without_times_the_score_is_weaker_and_says_so(cell, tmp_path):
    path, labels = cell
    timeless = tmp_path / "timeless.csv"
    timeless.write_text(
        "\n".join(",".join(line.split(",")[:3]) for line in path.read_text().splitlines()) + "\n"
    )
    code, out, err = keynodes("hubs", timeless, "--communities", labels)
    assert code == 0, err
    assert "weaker" in err
    assert "p_value" not in out.splitlines()[0]
    assert table(out)[0]["account"] == "eve"
    for option, value in (
        ("--window", "7d"), ("--horizon", "30d"), ("--burn-in", "8d"), ("--further", "3"),
        ("--evidence", tmp_path / "e.csv"),
    ):  # fmt: skip
        code, out, err = keynodes("hubs", timeless, "--communities", labels, option, value)
        assert (code, out) == (2, "")
        assert f"{option} needs times, and the records have none" in err
    code, out, err = keynodes("hubs", timeless, "--communities-from", "all")
    assert code == 2
    assert not (tmp_path / "e.csv").exists()


def test_a_terminal_gets_a_table(cell):
    path, labels = cell
    shown = readme.shown_on_a_terminal(
        f"keynodes hubs {path} --communities {labels} --top 2 {' '.join(SHORT)}"
    )
    assert " rank account" in shown
    assert "rank,account" not in shown


HOSTILE = ["=cmd|' /C calc'!A0", "\x1b[31mred", "‮gnp", "a\nb", "[bold]x", "-1", "a\\b"]


def test_hostile_names_in_table_and_evidence(cell, tmp_path):
    path, labels = cell
    named = {"eve": HOSTILE[0], **{f"new{i}": HOSTILE[i + 1] for i in range(4)}}
    hostile = tmp_path / "hostile.csv"
    with open(path, newline="") as old, open(hostile, "w", newline="", encoding="utf-8") as new:
        rows = csv.reader(old)
        csv.writer(new).writerows([[named.get(cell, cell) for cell in row] for row in rows])
    with open(labels, newline="") as old:
        rows = [[named.get(cell, cell) for cell in row] for row in csv.reader(old)]
    with open(labels, "w", newline="", encoding="utf-8") as new:
        csv.writer(new).writerows(rows)
    evidence = tmp_path / "e.csv"
    how = ["--communities", labels, *SHORT]
    code, out, err = keynodes("hubs", hostile, *how, "--evidence", evidence, "--format", "table")
    assert code == 0, err
    for text in (out, err):
        assert all(line.isprintable() for line in text.split("\n"))
    with open(evidence, newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["newcomer"] for row in rows if row["account"] == HOSTILE[0]} == set(HOSTILE[1:5])
    keynodes("hubs", hostile, *how, "--evidence", evidence, "--spreadsheet-safe")
    with open(evidence, newline="", encoding="utf-8") as stream:
        assert "'" + HOSTILE[0] in {row["account"] for row in csv.DictReader(stream)}


@pytest.mark.parametrize(
    ("output", "evidence"),
    [
        ("other.csv", "cell.csv"),
        ("other.csv", "labels.csv"),
        ("other.csv", "./cell.csv"),
        ("cell.csv", "other.csv"),
        ("labels.csv", "other.csv"),
        (None, "cell.csv"),
    ],
)
def test_evidence_is_never_written_over_an_input(cell, tmp_path, monkeypatch, output, evidence):
    monkeypatch.chdir(tmp_path)
    before = {path: path.read_bytes() for path in cell}
    outputs = [] if output is None else ["-o", output]
    code, out, err = keynodes(
        "hubs", "cell.csv", "--communities", "labels.csv", "--evidence", evidence, *outputs
    )
    assert (code, out) == (2, "")
    assert "would be written over, but it is read" in err
    assert {path: path.read_bytes() for path in cell} == before
    assert sorted(os.listdir()) == ["cell.csv", "labels.csv"]


@pytest.mark.parametrize("evidence", ["out.csv", "./out.csv", "out.csv.manifest.json"])
def test_evidence_is_never_written_over_the_output(cell, tmp_path, monkeypatch, evidence):
    monkeypatch.chdir(tmp_path)
    code, out, err = keynodes("hubs", "cell.csv", "-o", "out.csv", "--evidence", evidence)
    assert (code, out) == (2, "")
    assert "would be written twice; name two files" in err
    assert sorted(os.listdir()) == ["cell.csv", "labels.csv"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["none.csv"], 1, "none.csv"),
        (["{file}", "--window", "soon"], 2, "--window must be a duration above 0"),
        (["{file}", "--window", "0d"], 2, "--window must be a duration above 0"),
        (["{file}", "--horizon", "1y"], 2, "there is no unit 'y'"),
        (["{file}", "--burn-in", "1999-01-01"], 2, "--burn-in must end after the first record"),
        (["{file}", "--burn-in", "900d"], 2, "--burn-in must end after the first record"),
        (["{file}", "--further", "0"], 2, "further"),
        (["{file}", "--top", "-1"], 2, "--top"),
        (["{file}", "--communities", "leidn"], 2, "did you mean 'leiden'"),
        (["{file}", "--communities", "no.csv"], 1, "no.csv: there is no such file"),
        (["{file}", "--communities-from", "yesterday"], 2, "choose from burn-in, all"),
        (["{file}", "--communities", "{labels}", "--communities-from", "all"], 2, "is a file"),
        (["{file}", "--evidence", "no/such/e.csv"], 1, "cannot be written"),
        (["{file}", "--evidence", "e.xlsx"], 2, "no .xlsx is written here"),
        (["{file}", "--evidence", "{folder}"], 1, "is a folder"),
    ],
)
def test_errors_are_one_line_with_a_code(cell, tmp_path, monkeypatch, arguments, code, words):
    monkeypatch.chdir(tmp_path)
    names = {"{file}": cell[0], "{labels}": cell[1], "{folder}": tmp_path}
    for name, path in names.items():
        arguments = [a.replace(name, str(path)) for a in arguments]
    before = sorted(os.listdir())
    got, out, err = keynodes("hubs", *arguments)
    assert (got, out) == (code, ""), err
    assert words in err
    if "Usage:" not in err:
        assert len([line for line in err.splitlines() if line.startswith("keynodes: ")]) == 1
        assert "Traceback" not in err
    assert sorted(os.listdir()) == before


@pytest.mark.parametrize("records", ["a,a,2024-01-01", "a,b,2024-01-01\nb,a,2024-06-01"])
def test_next_to_nothing(tmp_path, records):
    path = tmp_path / "few.csv"
    path.write_text(f"source,target,time\n{records}\n")
    code, _, err = keynodes("hubs", path)
    assert code in (0, 1, 2)
    assert "Traceback" not in err
    if code:
        assert len([line for line in err.splitlines() if line.startswith("keynodes: ")]) == 1


@pytest.mark.compiled
def test_the_same_bytes_whatever_the_order_threads_and_hash_seed(tmp_path):
    with gzip.open(PLANTED, "rt", encoding="utf-8") as stream:
        header, *rows = stream.read().splitlines()
    chance = random.Random(4)
    outputs = set()
    for threads, hash_seed in (("1", "1"), ("2", "2")):
        chance.shuffle(rows)
        path, evidence = tmp_path / f"{threads}.csv", tmp_path / f"{threads}-evidence.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        result = program(
            "hubs", path, "--top", 40, "--burn-in", "45d", "--evidence", evidence,
            env={**os.environ, "KEYNODES_THREADS": threads, "PYTHONHASHSEED": hash_seed},
        )  # fmt: skip
        assert result.returncode == 0, result.stderr
        outputs.add(result.stdout + evidence.read_text())
    assert len(outputs) == 1


@pytest.mark.compiled
def test_the_planted_recruiters_are_found():
    with open(ROOT / "seeds" / "recruiting-truth.csv", newline="") as stream:
        key = {row["account"] for row in csv.DictReader(stream) if row["key"] == "1"}
    code, out, err = keynodes("hubs", PLANTED, "--burn-in", "45d", "--top", len(key))
    assert code == 0, err
    assert len(key & {row["account"] for row in table(out)}) >= 0.8 * len(key)
