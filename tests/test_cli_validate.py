"""keynodes validate: what would be read, or everything that is wrong, line by line."""

import json
from pathlib import Path

import pytest
from commands import keynodes, program, table

from keynodes import KeynodesError
from keynodes.readers import READERS
from keynodes.readers.validation import validate

EXPORTS = Path(__file__).parent / "exports"


def facts(out, fact):
    return {row["name"]: row["value"] for row in table(out) if row["fact"] == fact}


def test_a_file_in_order(retweets):
    code, out, err = keynodes("validate", retweets)
    assert (code, err) == (0, "")
    assert facts(out, "format") == {"": "delimited (CSV, TSV and other delimited text)"}
    assert facts(out, "column") == {
        "source": "source", "target": "target", "relation": "type", "time": "timestamp"
    }  # fmt: skip
    assert facts(out, "relation") == {
        "repost": "6, content goes back",
        "reply": "1, content goes back",
    }
    assert facts(out, "accounts") == {"": "6"}
    assert facts(out, "first time") == {"": "2024-03-01T10:00:00Z"}
    assert facts(out, "last time") == {"": "2024-03-10T10:00:00Z"}
    selves = facts(out, "records")
    assert selves["of accounts with themselves (posts)"] == "1"
    assert facts(out, "in words") == {
        "": "first record: 'fan0' acted on 'star' (repost), so what 'star' posts reaches 'fan0'"
    }
    assert facts(out, "problem") == {}


def test_everything_that_is_wrong_is_said_and_the_exit_code_is_1(write):
    path = write(
        "source,target,relation,time,weight\n"
        ",b,RT,2024-05-01,1\n"
        "a,b,RT,yesterday,1\n"
        "a,b,RT,2024-05-01,none\n"
        "a,b\n"
        "a,b,sold,2024-05-01,1\n"
        + "".join(f"a,,RT,2024-05-01,{i}\n" for i in range(1, 9))
        + "a,b,RT,2024-05-01,1\n"
    )
    code, out, err = keynodes("validate", path)
    assert (code, err) == (1, "")
    assert facts(out, "refused") == {
        "source is blank": "1",
        "time must be an ISO 8601 date such as 2024-05-31 or 2024-05-31T12:00:00Z": "1",
        "weight must be a number above 0": "1",
        "found … fields where the first row has …": "1",
        "target is blank": "8",
    }
    said = [row["value"] for row in table(out) if row["fact"] == "problem"]
    for line, words in ((2, "source is blank"), (3, "'yesterday'"), (4, "'none'"),
                        (5, "found 2 fields"), (7, "target is blank")):  # fmt: skip
        assert any(f"line {line}: " in one and words in one for one in said), (line, said)
    assert any("line 6" in one and "'sold'" in one and "--flow 'sold=back'" in one for one in said)
    # Of each kind the first few, not all.
    assert sum("target is blank" in one for one in said) == 5
    # What is in order is counted all the same.
    assert facts(out, "records")[""] == "2"
    # Reading itself stops at the first.
    assert keynodes("info", path)[0] == 1


def test_tables_in_memory_and_standard_input():
    import pandas

    frame = pandas.DataFrame({"source": ["a", ""], "target": ["b", "b"]})
    found = validate([frame, pandas.DataFrame({"x": [1]})])
    assert found.problems[0] == "<DataFrame>, row 2: source is blank"
    assert "no column is recognised" in found.problems[1]
    code, out, _ = keynodes("validate", "-", stdin="source,target\na,b\n")
    assert code == 0
    assert {row["input"] for row in table(out)} == {"<stdin>", "all inputs"}


def test_many_rows_of_one_kind_do_not_hide_another_kind(write):
    path = write("source,target,weight\n" + "a,,1\n" * 30 + "a,b,0\n" + ",b,1\n" + "a,b,1\n")
    found = validate(path)
    lines = [words.partition(", line ")[2] for words in found.problems]
    assert lines == [
        *(f"{line}: target is blank" for line in range(2, 7)),
        "32: weight must be a number above 0, found '0'",
        "33: source is blank",
    ]


def test_rows_that_the_user_leaves_out_are_no_problem(write):
    path = write("source,target\n,b\na,b\n")
    code, out, _ = keynodes("validate", path, "--skip-bad-rows")
    assert code == 0
    assert facts(out, "refused") == {"source is blank": "1"}
    assert facts(out, "left out") == {"": f"{path}, line 2: source is blank"}
    assert keynodes("validate", path)[0] == 1


def test_a_file_that_cannot_be_read_does_not_hide_the_next(write, tmp_path):
    good = write("source,target\na,b\n", "good.csv")
    empty = write("", "empty.csv")
    binary = write(b"PAR1 not parquet at all", "bad.parquet")
    torn = write(b"\x1f\x8bnot gzip", "torn.gz")
    missing = tmp_path / "missing.csv"
    code, out, err = keynodes("validate", missing, empty, binary, torn, good)
    assert (code, err) == (1, "")
    rows = table(out)
    problems = {row["input"]: row["value"] for row in rows if row["fact"] == "problem"}
    assert "there is no such file" in problems[str(missing)]
    assert "is empty" in problems[str(empty)]
    assert "Parquet" in problems[str(binary)]
    assert "gzip" in problems[str(torn)]
    records = {row["input"]: row["value"] for row in rows if row["fact"] == "records"}
    assert records == {str(good): "1", "all inputs": "1"}


def test_files_that_do_not_fit_together_are_a_problem_of_them_all(write):
    one = write("source,target,relation\na,b,RT\n", "one.csv")
    other = write("source,target\na,b\n", "other.csv")
    code, out, _ = keynodes("validate", one, other)
    assert code == 1
    assert "has no relation column" in facts(out, "problem")[""]


def test_rows_read_before_a_file_broke_off_are_taken_back(write, monkeypatch):
    def breaks(file, request, loader):
        READERS["delimited"].load(file, request, loader)
        raise KeynodesError("halfway")

    bad = write("source,target\nx,y\nx,z\n", "bad.csv")
    good = write("source,target\na,b\n", "good.csv")
    monkeypatch.setitem(
        READERS,
        "json-lines",
        READERS["delimited"]._replace(load=breaks, detects=lambda file: "bad" in file.name),
    )
    found = validate([bad, good])
    assert found.problems == ("halfway",)
    records = {fact.input: fact.value for fact in found.facts if fact.fact == "records"}
    assert records == {str(good): 1, "all inputs": 1}


def test_what_would_be_asked_is_said(write):
    path = write("source,target\na,b\n")
    _, out, _ = keynodes("validate", path)
    assert "--flow back" in facts(out, "asked")[""]
    _, out, _ = keynodes("validate", path, "--flow", "back")
    assert facts(out, "asked") == {}
    assert "what 'b' posts reaches 'a'" in facts(out, "in words")[""]


def test_damaged_ids_are_loud(write):
    path = write("source,target\n1.29E+18,b\n")
    code, out, _ = keynodes("validate", path)
    # Ids that lost digits may have merged: a script must not go on.
    assert code == 1
    assert "1 account ids" in facts(out, "problem")[""]
    _, _, err = keynodes("info", path)
    assert err.startswith("DAMAGED IDS: ")


@pytest.mark.parametrize(
    "name",
    ["twitter-v2.jsonl", "minet.csv", "mastodon.jsonl", "coortweet.csv", "gexf.gexf", "konect.txt"],
)
def test_exports_of_every_family_are_validated(name):
    path = EXPORTS / name
    code, out, _ = keynodes("validate", path)
    problems = [row["value"] for row in table(out) if row["fact"] == "problem"]
    assert code == (1 if problems else 0)
    assert int(facts(out, "records")[""].replace(",", "")) > 0
    assert facts(out, "format")[""].split(" ")[0] in READERS


def test_the_options_of_reading_hold(write, tmp_path):
    path = write("a;b;2024-05-01\nb;c;2024-06-01\n")
    facts_file = write("account,team\na,x\n", "facts.csv")
    aliases = write("account,alias\na,c\n", "aliases.csv")
    code, out, _ = keynodes(
        "validate", path, "--no-header", "--source", 1, "--target", 2, "--time", 3, "--delimiter",
        "semicolon", "--since", "2024-05-15", "--accounts", facts_file, "--aliases", aliases,
    )  # fmt: skip
    assert code == 0
    assert facts(out, "outside the period") == {"": "1"}
    assert facts(out, "header") == {"": "none"}
    assert facts(out, "facts about accounts") == {"": "team"}
    notices = [row["value"] for row in table(out) if row["fact"] == "notice"]
    assert any("1 account(s) merged" in notice for notice in notices)
    code, _, err = keynodes("validate", path, "--min-weight", 2)
    assert (code, "--min-weight says nothing" in err) == (2, True)
    code, _, err = keynodes("validate", path, "--reader", "nonsense")
    assert (code, "there is no reader" in err) == (2, True)


def test_as_json_and_into_a_file(retweets, tmp_path):
    code, out, _ = keynodes("validate", retweets, "--format", "json")
    assert code == 0
    found = json.loads(out)
    assert {row["fact"] for row in found} >= {"format", "records", "accounts"}
    assert all(set(row) == {"input", "fact", "name", "value"} for row in found)
    out_file = tmp_path / "facts.csv"
    assert keynodes("validate", retweets, "-o", out_file)[:2] == (0, "")
    assert out_file.read_text() == keynodes("validate", retweets)[1]


def test_hostile_names_are_shown_on_one_line(write):
    path = write('source,target,relation\n"a\n\x1b[31m","b\n",RT\n"x\ny",z,"so\nld"\n')
    found = validate(path)
    for line in found.sentences():
        assert line.isprintable()
    assert found.sentences()[-1] == "1 problem(s)"


def test_it_reads_as_a_report_to_a_person(retweets):
    lines = validate(retweets).sentences()
    assert lines[0] == str(retweets)
    assert "  relation repost: 6, content goes back" in lines
    assert lines[-1] == "nothing is wrong"


def test_as_a_process_it_leaves_with_1(write):
    done = program("validate", write("source,target\na,\n"))
    assert (done.returncode, done.stderr) == (1, "")
    assert "target is blank" in done.stdout
