"""`keynodes takedown` and `keynodes curve`: tables, lists, Ctrl-C, and what is refused."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import readme
from commands import SAMPLE, keynodes, program, table

import keynodes as library

COLUMNS = "step,account,cut,left,largest_component,pairs,components"
QUICK = ("--iterations", 200)

HOSTILE = ["=1+1", "#a", "a,b", 'say "hi"', "'q", "two\nlines", " blank ", "\u202eabc", "é;x", "+1"]


@pytest.fixture
def stars(tmp_path):
    """Two stars of six leaves whose centres, b and y, are joined by x."""
    rows = [f"{hub},{hub}{i}" for hub in "by" for i in range(6)] + ["b,x", "x,y"]
    path = tmp_path / "stars.csv"
    path.write_text("source,target,relation\n" + "".join(f"{row},mention\n" for row in rows))
    return path


def test_the_table_of_steps_and_the_summary(stars):
    code, out, err = keynodes("takedown", stars, "--budget", 2)
    assert code == 0, err
    assert out.splitlines()[0] == COLUMNS
    rows = table(out)
    assert {row["account"] for row in rows} == {"b", "y"}
    assert [row["step"] for row in rows] == ["1", "2"]
    assert rows[1]["largest_component"] == "1"
    assert rows[1]["components"] == "13"
    assert float(rows[0]["cut"]) + float(rows[0]["left"]) == pytest.approx(1)
    assert float(rows[1]["left"]) == pytest.approx(1 / 15)
    assert "largest-component: 15 at the start, 1 after 2 removals (93.3% cut)" in err
    assert "50 % after 1, 20 % after 2, 10 % after 2, 1 % after 2" in err
    # 8 are left after the first, then 1 thirteen times, then none: 21 / 15².
    assert "R (Schneider): 0.0933" in err
    assert "strategy: search" in err
    assert "seed 0" in err


def test_one_removal_is_one(stars):
    err = keynodes("takedown", stars, "--budget", 1)[2]
    assert "after 1 removal (" in err


def test_the_command_and_the_library_agree(stars):
    how = ("--objective", "pairs", "--budget", 3, "--seed", 5, *QUICK)
    _, out, _ = keynodes("takedown", stars, *how)
    graph = library.build_graph(library.read_interactions(stars))
    found = library.takedown(graph, objective="pairs", budget=3, rng=5, iterations=200)
    assert [row["account"] for row in table(out)] == found.to_frame()["account"].tolist()


def test_every_option_together(stars, tmp_path):
    (tmp_path / "protect.txt").write_text("y\nnobody\n")
    (tmp_path / "must.csv").write_text("account,why\nx,told to\n")
    (tmp_path / "costs.csv").write_text("account,cost,why\nb,2.5,dear\nb0,,\n")
    (tmp_path / "accounts.csv").write_text("account,weight\ny,100\n")
    out = tmp_path / "out.csv"
    code, nothing, err = keynodes(
        "takedown", stars, "--objective", "largest-component", "--strategy", "search", "--budget",
        3.5, "--iterations", 50, "--protect", tmp_path / "protect.txt", "--allow-unknown",
        "--must", tmp_path / "must.csv", "--costs", tmp_path / "costs.csv", "--intervals", 3,
        "--missing", 0.2, "--missing-what", "accounts", "--accounts", tmp_path / "accounts.csv",
        "--target-column", "target", "--source", "source", "--relation", "relation",
        "--flow", "forth", "--seed", 2, "-o", out,
    )  # fmt: skip
    assert (code, nothing) == (0, ""), err
    more = ",heaviest_component,weighted_pairs,cost_so_far,cut_low,cut_high,held,shaky,weight"
    assert out.read_text().splitlines()[0] == COLUMNS + more
    rows = table(out.read_text())
    assert rows[0]["account"] == "x"
    assert float(rows[-1]["cost_so_far"]) <= 3.5
    assert "y" not in {row["account"] for row in rows}
    assert "1 of 2 protected accounts is not in the graph: 'nobody'" in err
    assert "14 accounts without a cost count as 1" in err
    assert "accounts count by their weights" in err
    manifest = json.loads(Path(f"{out}.manifest.json").read_text())
    read = {Path(entry["name"]).name for entry in manifest["inputs"]}
    assert read == {"stars.csv", "protect.txt", "must.csv", "costs.csv", "accounts.csv"}
    assert manifest["options"]["budget"] == 3.5
    assert manifest["command"] == "takedown"
    assert any("by weight: 114 at the start" in notice for notice in manifest["notices"])


def test_a_target(stars):
    code, out, err = keynodes("takedown", stars, "--target", 0.6, "--minimise", "area")
    assert code == 0, err
    # ⌈0.6 · 15⌉ = 9: b, x or y alone leaves 8 or 7.
    assert [row["account"] for row in table(out)] == ["x"]


def test_several_strategies_make_a_comparison(stars, tmp_path):
    plan = tmp_path / "plan.csv"
    how = (
        "--strategy",
        "coreness_total",
        "--strategy",
        "search",
        "--budget",
        2,
        "--best-plan",
        plan,
    )
    code, out, err = keynodes("takedown", stars, *how, "--intervals", 2)
    assert code == 0, err
    rows = table(out)
    assert [row["strategy"] for row in rows] == ["search", "coreness_total"]
    assert out.splitlines()[0].startswith("strategy,removals,cut,left,largest_component,pairs,")
    assert "strategy: search" in err
    assert "coreness_total has no objective; on largest-component it is scored only" in err
    steps = table(plan.read_text())
    assert {row["account"] for row in steps} == {"b", "y"}
    assert "cut_low" in steps[0]
    manifest = json.loads(Path(f"{plan}.manifest.json").read_text())
    assert manifest["options"]["plan_file"] == str(plan)


def test_the_impact_of_each_account_alone(stars):
    code, out, err = keynodes("takedown", stars, "--budget", 1, "--impact", "--top", 2)
    assert code == 0, err
    rows = {row["account"]: row for row in table(out)}
    assert len(rows) in (2, 3)
    # Without x, 7 of 15 are left: 8 are lost. With b its six leaves go.
    assert (rows["x"]["component_loss"], rows["x"]["step"]) == ("8", "1")
    _, out, _ = keynodes("takedown", stars, "--budget", 1, "--impact", "--top", 0)
    assert len(table(out)) == 15


def test_the_table_of_strategies_needs_no_records():
    code, out, err = keynodes("takedown", "--strategies")
    assert (code, err) == (0, "")
    known = {*library.STRATEGIES, *library.REACH_STRATEGIES}
    assert {row["strategy"] for row in table(out)} == known
    assert keynodes("takedown")[0] == 2
    code, out, err = keynodes("takedown", "--strategies", "--budget", 3)
    assert (code, out) == (2, "")
    assert "--budget says nothing beside --strategies" in err


def test_the_help_says_what_a_place_in_a_plan_is():
    for command in ("takedown", "curve"):
        _, out, _ = keynodes(command, "--help")
        said = " ".join(out.replace("│", " ").split())
        assert "A place in a plan is a reason to look at an account, never a reason by" in said


def test_it_fits_a_terminal():
    shown = readme.shown_on_a_terminal(f"keynodes takedown {SAMPLE} --budget 4 --iterations 200")
    assert "step account" in shown
    assert max(map(len, shown.splitlines())) <= 122
    assert shown.count("largest component at most this share") == 1


# curve


@pytest.mark.parametrize(
    "how",
    [(), ("--objective", "pairs"), ("--objective", "core"), ("--accounts", "weights.csv"),
     ("--costs", "costs.csv")],
)  # fmt: skip
def test_the_curve_of_a_plan_is_the_table_of_the_takedown(tmp_path, monkeypatch, how):
    monkeypatch.chdir(tmp_path)
    Path("weights.csv").write_text("account,weight\na-head,50\n")
    Path("costs.csv").write_text("account,cost\na-courier,3\n")
    code, _, err = keynodes("takedown", SAMPLE, *how, *QUICK, "--budget", 5, "-o", "plan.csv")
    assert code == 0, err
    code, out, again = keynodes("curve", SAMPLE, *how, "--plan", "plan.csv")
    assert (code, out) == (0, Path("plan.csv").read_text())
    summary = [line for line in err.splitlines() if "at the start" in line or "curve_area" in line]
    assert len(summary) == 2
    assert all(line in again for line in summary)
    assert "strategy: given" in again
    # Steps in another order of lines, and columns of another program.
    header, *rows = Path("plan.csv").read_text().splitlines()
    Path("turned.csv").write_text("\n".join([header, *rows[::-1]]) + "\n")
    assert keynodes("curve", SAMPLE, *how, "--plan", "turned.csv")[1] == out
    accounts = "".join(f"{row.split(',')[1]}\n" for row in rows)
    Path("list.txt").write_text("# a plan\n" + accounts)
    assert keynodes("curve", SAMPLE, *how, "--plan", "list.txt")[1] == out
    code, _, err = keynodes("curve", SAMPLE, "--plan", "list.txt", "-o", "list.txt")
    assert (code, "would be written over" in err) == (2, True)


def test_accounts_of_a_plan_that_the_graph_lacks(stars, tmp_path):
    plan = tmp_path / "plan.txt"
    plan.write_text("y\nB\nb\n")
    code, out, err = keynodes("curve", stars, "--plan", plan)
    assert (code, out) == (1, "")
    assert "'B' (did you mean 'b'?); correct the list, or go on with --allow-unknown" in err
    code, out, err = keynodes("curve", stars, "--plan", plan, "--allow-unknown")
    assert code == 0
    assert [row["account"] for row in table(out)] == ["y", "b"]
    assert "'B' (did you mean 'b'?); passed over" in err


def test_a_plan_that_names_a_protected_account_is_refused(stars, tmp_path):
    plan, protect = tmp_path / "plan.txt", tmp_path / "protect.txt"
    plan.write_text("y\nb\n")
    protect.write_text("b\nb0\n")
    code, out, err = keynodes("curve", stars, "--plan", plan, "--protect", protect)
    assert (code, out) == (2, "")
    assert "the plan names 1 protected account: 'b'; they are never removed" in err
    protect.write_text("b0\nnobody\n")
    code, out, err = keynodes("curve", stars, "--plan", plan, "--protect", protect)
    assert (code, out) == (1, "")
    assert "1 of 2 protected accounts is not in the graph: 'nobody'" in err
    how = ("--protect", protect, "--allow-unknown", "-o", tmp_path / "curve.csv")
    code, out, err = keynodes("curve", stars, "--plan", plan, *how)
    assert code == 0, err
    assert "'nobody'; passed over" in err
    rows = table((tmp_path / "curve.csv").read_text())
    assert [row["account"] for row in rows] == ["y", "b"]
    manifest = json.loads((tmp_path / "curve.csv.manifest.json").read_text())
    assert manifest["options"]["protect"] == str(protect)
    code, _, err = keynodes("curve", stars, "--plan", plan, "-o", protect, *how[:3])
    assert (code, "would be written over" in err) == (2, True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("step,account\n1,b\n1,y\n", "step 1 is also that of line 2"),
        ("step,account\n1,b\n2,b\n", "line 3: account 'b' is in the plan already, in line 2"),
        ("b\nb\n", "line 2: account 'b' is in the plan already, in line 1"),
        ("step,account\n1,b\nx,y\n", "line 3: a step must be a number, found 'x'"),
        ("step,account\n1,b\n,y\n", "a step must be a number, found ''"),
        ("step,account\n", "names no accounts"),
        ("", "names no accounts"),
        ("strategy,removals\nsearch,3\n", "there is no column 'account'"),
    ],
)
def test_plans_that_cannot_be_read(stars, tmp_path, text, says):
    plan = tmp_path / "plan.csv"
    plan.write_text(text)
    code, out, err = keynodes("curve", stars, "--plan", plan)
    assert (code, out) == (1, "")
    assert says in err
    assert err.count("keynodes: ") == 1
    code, _, err = keynodes("curve", stars, "--plan", tmp_path / "plan.json")
    assert (code, "a plan is read from CSV" in err) == (1, True)


@pytest.mark.parametrize("safe", [(), ("--spreadsheet-safe",)])
def test_hostile_names_come_back(tmp_path, safe):
    records = tmp_path / "records.jsonl"
    hub = HOSTILE[5]
    lines = [json.dumps({"source": hub, "target": name}) for name in HOSTILE if name != hub]
    records.write_text("\n".join(lines) + "\n")
    plan = tmp_path / "plan.csv"
    how = ("--flow", "forth", *safe)
    code, _, err = keynodes("takedown", records, "--budget", 10, *how, "-o", plan)
    assert code == 0, err
    code, out, err = keynodes("curve", records, "--plan", plan, *how)
    assert (code, out) == (0, plan.read_text()), err
    accounts = {row["account"] for row in table(out)}
    if not safe:
        assert accounts == set(HOSTILE)
    else:
        assert "'=1+1" in accounts
    # And as a list of those that must go, and that must not.
    code, out, err = keynodes("takedown", records, "--budget", 10, *how, "--must", plan)
    assert (code, len(table(out))) == (0, 10), err
    code, out, err = keynodes("takedown", records, "--budget", 10, *how, "--protect", plan)
    assert (code, table(out)) == (0, []), err


# What is refused


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (("--budget", 2, "--target", 0.1), 2, "--budget says nothing beside --target"),
        (("--budget", 0), 2, "budget must be above 0"),
        (("--budget", 1.5), 2, "a number of accounts unless accounts have costs"),
        (("--target", 2), 2, "target must be a share above 0 and below 1"),
        (("--target", "user_2"), 2, "the column of targets is --target-column"),
        (("--objective", "pair"), 2, "did you mean 'pairs'?"),
        (("--strategy", "serach"), 2, "did you mean 'search'?"),
        (("--strategy", "search", "--strategy", "search"), 2, "asked for twice"),
        (("--strategy", "corehd", "--seconds", 3), 2, "seconds say nothing to corehd"),
        (("--iterations", 3, "--seconds", 3), 2, "--iterations says nothing beside --seconds"),
        (("--minimise", "area"), 2, "--minimise says nothing without --target"),
        (("--missing", 0.2), 2, "--missing says nothing without --intervals"),
        (("--allow-unknown",), 2, "--allow-unknown says nothing without --protect"),
        (("--top", 3), 2, "--top says nothing without --impact"),
        (("--impact", "--intervals", 3), 2, "--intervals says nothing beside --impact"),
        (("--impact", "--strategy", "search", "--strategy", "corehd"), 2, "of one plan"),
        (("--seeds", "{list}"), 2, "seeds are used by none of these strategies: search"),
        (("--protect", "{list}"), 1, "'B' (did you mean 'b'?)"),
        (("--must", "{list}"), 1, "'B' (did you mean 'b'?)"),
        (("--protect", "none.txt"), 1, "none.txt: there is no such file"),
        (("--costs", "{list}"), 1, "has a header but no accounts"),
        (("--costs", "{curt}"), 1, "there is no column 'cost' among 'weight'"),
        (("--costs", "{bad}"), 1, "cost of account 'y' must be a number above 0, found '-2'"),
        (("-o", "{list}", "--must", "{list}"), 2, "would be written over"),
        (("-o", "{bad}", "--costs", "{bad}"), 2, "would be written over"),
        (("--best-plan", "{bad}", "--costs", "{bad}"), 2, "would be written over"),
        (("-o", "{new}", "--best-plan", "{new}"), 2, "would be written twice"),
    ],
)
def test_what_is_refused_in_one_line(stars, tmp_path, options, code, says):
    names = {
        "list": "B\n",
        "bad": "account,cost\nb,1\ny,-2\n",
        "curt": "account,weight\nb,1\n",
        "new": "",
    }
    for name, text in names.items():
        if text:
            (tmp_path / name).write_text(text)
    given = [str(o).format(**{name: tmp_path / name for name in names}) for o in options]
    got, out, err = keynodes("takedown", stars, *given)
    assert (got, out) == (code, "")
    assert says in err
    assert len([line for line in err.splitlines() if line.startswith("keynodes: ")]) == 1
    assert (tmp_path / "list").read_text() == "B\n"
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "text", ["account,cost\nb,much\n", "account,cost\nb,0\n", "account,cost\nb,inf\n"]
)
def test_costs_that_are_none(stars, tmp_path, text):
    costs = tmp_path / "costs.csv"
    costs.write_text(text)
    code, _, err = keynodes("takedown", stars, "--costs", costs)
    value = text.split(",")[-1].strip()
    assert code == 1
    assert f"{costs}: cost of account 'b' must be a number above 0, found '{value}'" in err
    costs.write_text("account,cost\nB,2\nb,3\n")
    code, _, err = keynodes("takedown", stars, "--costs", costs)
    assert code == 0
    assert "1 of 2 priced accounts is not in the graph: 'B' (did you mean 'b'?)" in err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--target", 7), "target must be a share above 0 and below 1 (10 % is 0.1), got 7"),
        (("--budget", -1), "budget must be above 0, got -1"),
        (("--budget", 1.5), "a number of accounts unless accounts have costs"),
        (("--missing", 7, "--intervals", 2), "missing share must be at least 0 and below 1, got 7"),
        (("--missing", 7), "--missing says nothing without --intervals"),
        (("--missing-what", "record", "--intervals", 2), "did you mean 'records'?"),
        (("--strategy", "search", "--strategy", "search"), "asked for twice"),
        (("--strategy", "explosive:candidates=5:candidates=7"), "candidates is given twice"),
        (("--objective", "pair"), "did you mean 'pairs'?"),
    ],
)
def test_values_out_of_range_are_refused_before_files_are_read(options, says):
    code, out, err = keynodes("takedown", "no-such-file.csv", *options)
    assert (code, out) == (2, "")
    assert says in err
    assert "no-such-file" not in err


# Ctrl-C


@pytest.mark.compiled
@pytest.mark.parametrize("to_file", [False, True])
def test_ctrl_c_in_the_search_still_writes_the_best_plan(tmp_path, to_file):
    rng = np.random.default_rng(0)
    ends = (4000 * rng.random((2, 16_000)) ** 1.7).astype(int)
    records = tmp_path / "records.csv"
    records.write_text("source,target\n" + "".join(f"u{u},u{v}\n" for u, v in ends.T))
    assert keynodes("takedown", records, "--budget", 30, "--iterations", 10)[0] == 0  # compiled
    output = tmp_path / "plan.csv"
    command = [
        str(Path(sys.executable).parent / "keynodes"), "takedown", str(records), "--budget", "30",
        "--seconds", "60", *(["-o", str(output)] if to_file else []),
    ]  # fmt: skip
    for pause in (4, 8, 16, 32):  # until it searches: on a busy machine later
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )  # fmt: skip
        assert "no relation column" in process.stderr.readline()  # the records are read
        time.sleep(pause)
        process.send_signal(signal.SIGINT)
        start = time.perf_counter()
        out, err = process.communicate(timeout=60)
        assert time.perf_counter() - start < 10  # a second on an idle machine
        if process.returncode != 130:  # too early: there was no plan yet
            break
    assert process.returncode == 0, err
    assert "search: stopped by Ctrl-C; this is the best plan found so far" in err
    assert "Traceback" not in err
    text = output.read_text() if to_file else out
    assert text.splitlines()[0] == COLUMNS
    assert len(table(text)) == 30
    if to_file:
        notices = json.loads(Path(f"{output}.manifest.json").read_text())["notices"]
        assert any("stopped by Ctrl-C" in notice for notice in notices)
        again = program("curve", records, "--plan", output)
        assert again.stdout == text
