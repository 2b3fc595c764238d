"""The command line of reach: takedown, curve, reach, compare, return; what is refused."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import readme
from commands import SAMPLE, keynodes, program, table

import keynodes as library
from keynodes.returns import PARAMETERS

COLUMNS = "step,account,cut,left,cut_low,cut_high,reached_left,author_share,relay_share"
AGAINST = ("--objective", "reach")
SURE = ("--model", "constant:probability=1", "--worlds", 10)
QUICK = ("--worlds", 60)
PLANS = ("--plan", "x", "--plan", "y")
RETURNS = ("--horizon", "10d", "--histories", 3)

HOSTILE = ["=1+1", "#a", "a,b", 'say "hi"', "'q", "two\nlines", " blank ", "\u202eabc", "é;x", "+1"]


@pytest.fixture
def town(tmp_path, monkeypatch):
    """s is heard by g and h, gates side by side to c0 … c5, and by x, the only way to y0 and y1.

    Records say who reposted whom.
    """
    monkeypatch.chdir(tmp_path)
    arcs = [
        "s,g",
        "s,h",
        "s,x",
        "x,y0",
        "x,y1",
        *(f"{gate},c{i}" for gate in "gh" for i in range(6)),
    ]
    rows = [",".join([*reversed(arc.split(",")), "repost"]) for arc in arcs]
    Path("town.csv").write_text("source,target,relation\n" + "\n".join(rows) + "\n")
    Path("seeds.txt").write_text("s\n")
    return "town.csv"


# takedown


def test_the_table_of_steps_and_the_summary(town):
    code, out, err = keynodes(
        "takedown", town, *AGAINST, "--seeds", "seeds.txt", *SURE, "--budget", 3
    )
    assert code == 0, err
    assert out.splitlines()[0] == COLUMNS
    rows = table(out)
    # 11 are reached: both gates cut 8 of them together, x cuts 3.
    assert {row["account"] for row in rows} == {"g", "h", "x"}
    assert rows[-1]["left"] == "0.0"
    for row in rows:
        cut, left = float(row["cut"]), float(row["left"])
        assert cut + left == 1
        assert float(row["reached_left"]) == pytest.approx(11 * left)
        assert float(row["author_share"]) + float(row["relay_share"]) == pytest.approx(cut)
        assert float(row["cut_low"]) <= cut <= float(row["cut_high"])
    assert "reach: 11.0 accounts at the start, 0.0 (0.0 to 0.0) with 3 removed: 100.0% cut" in err
    assert (
        "model: constant:probability=1 (a convention, not a measurement), relation repost; 1 seed"
        in err
    )
    assert "seeds are not proposed" in err
    assert "10 worlds to choose by, 10 others for these numbers" in err
    assert "no certificate: 10 worlds are too few for a normal approximation" in err
    assert "works only together, on 200 other worlds: 'g' + 'h'" in err


def test_the_command_and_the_library_agree(town):
    how = ("--seeds", "seeds.txt", "--budget", 2, "--seed", 5, "--strategy", "fair-share", *QUICK)
    _, out, _ = keynodes("takedown", town, *AGAINST, *how, "--model", "counts:beta=0.5")
    graph = library.build_graph(library.read_interactions(town))
    found = library.takedown(
        graph, objective="reach", seeds=["s"], budget=2, rng=5, strategy="fair-share", worlds=60,
        model="counts:beta=0.5",
    ).to_frame()  # fmt: skip
    assert [row["account"] for row in table(out)] == found["account"].tolist()
    assert [float(row["cut"]) for row in table(out)] == found["cut"].tolist()


@pytest.mark.parametrize("command", ["reach", "takedown", "curve", "compare"])
def test_what_is_cut_is_the_same_however_it_is_written(town, command):
    Path("gates.txt").write_text("g\nh\n")
    Path("one.txt").write_text("x\n")
    asked = {
        "reach": ("--vitality",),
        "takedown": (*AGAINST, "--budget", 2, "--strategy", "greedy"),
        "curve": (*AGAINST, "--plan", "gates.txt"),
        "compare": ("--plan", "gates.txt", "--plan", "one.txt"),
    }[command]
    found = {}
    for cut in ("reposts", "Reposts", "accounts", "ACCOUNTS"):
        code, found[cut], err = keynodes(
            command, town, *asked, "--seeds", "seeds.txt", *SURE, "--cut", cut
        )
        assert code == 0, err
    assert found["reposts"] == found["Reposts"]
    assert found["accounts"] == found["ACCOUNTS"] != found["reposts"]


def test_every_option_together(town):
    for name, text in {
        "protect.txt": "g\nnobody\n", "must.txt": "y0\n", "costs.csv": "account,cost\nx,2\n",
        "accounts.csv": "account,weight\nc0,50\n",
    }.items():  # fmt: skip
        Path(name).write_text(text)
    code, nothing, err = keynodes(
        "takedown", town, *AGAINST, "--seeds", "seeds.txt", "--budget", 4, "--model",
        "counts:beta=0.9", "--model-relations", "RT", "--worlds", 50, "--fresh-worlds", 70,
        "--strategy", "greedy", "--protect", "protect.txt", "--allow-unknown", "--must", "must.txt",
        "--costs", "costs.csv", "--accounts", "accounts.csv", "--within", "3d", "--delay", "4h",
        "--cut", "reposts", "--seeds-removable", "--max-memory", "64MB", "--together", "groups.csv",
        "--protected-reach", "through.csv", "--best-plan", "best.csv", "--flow", "RT=back",
        "--seed", 3, "-o", "plan.csv",
    )  # fmt: skip
    assert (code, nothing) == (0, ""), err
    rows = table(Path("plan.csv").read_text())
    assert list(rows[0])[-2:] == ["cost_so_far", "weight"]  # facts about accounts come last
    assert rows[0]["account"] == "y0"
    assert float(rows[-1]["cost_so_far"]) <= 4
    assert not {"g", "nobody"} & {row["account"] for row in rows}
    assert Path("best.csv").read_text() == Path("plan.csv").read_text()
    assert table(Path("through.csv").read_text())[0]["account"] == "g"
    assert Path("groups.csv").read_text().startswith("group,account,joint,alone,")
    assert "50 worlds to choose by, 70 others" in err
    assert "seeds may be proposed" in err
    assert "weight of accounts at the start" in err
    assert "muted" in err
    manifest = json.loads(Path("plan.csv.manifest.json").read_text())
    read = {entry["name"] for entry in manifest["inputs"]}
    assert read == {
        "town.csv", "seeds.txt", "protect.txt", "must.txt", "costs.csv", "accounts.csv"
    }  # fmt: skip
    assert manifest["options"]["model"] == "counts:beta=0.9"
    assert manifest["options"]["seeds_removable"] is True
    for name in ("best.csv", "groups.csv", "through.csv"):
        assert Path(f"{name}.manifest.json").exists()


def test_groups_that_work_only_together_as_a_table(town):
    code, _, err = keynodes(
        "takedown", town, *AGAINST, "--seeds", "seeds.txt", *SURE, "--together", "groups.csv", "-q"
    )
    assert (code, err) == (0, "")
    rows = table(Path("groups.csv").read_text())
    assert {row["account"] for row in rows if row["group"] == rows[0]["group"]} == {"g", "h"}
    assert (rows[0]["joint"], rows[0]["alone"]) == ("8.0", "2.0")


def test_without_seeds_sources_are_drawn_by_posts(town):
    code, out, err = keynodes("takedown", town, *AGAINST, "--budget", 2, *QUICK)
    assert code == 0, err
    assert len(table(out)) == 2
    assert "posts of accounts are counted by their outgoing records" in err
    assert "sources drawn in proportion to posts" in err
    Path("accounts.csv").write_text("account,posts\ns,1000\n")
    _, _, err = keynodes("reach", town, "--accounts", "accounts.csv", *SURE)
    assert "posts of accounts are counted by their posts column" in err


def test_several_strategies_make_a_comparison(town):
    code, out, err = keynodes(
        "takedown", town, *AGAINST, "--seeds", "seeds.txt", *SURE, "--budget", 2, "--strategy",
        "fair-share", "--strategy", "out_degree", "--best-plan", "best.csv",
    )  # fmt: skip
    assert code == 0, err
    assert out.splitlines()[0] == "strategy,removals,cut,left,cut_low,cut_high,reached_left,seconds"
    assert [row["strategy"] for row in table(out)] == ["fair-share", "out_degree"]
    assert "out_degree does not work towards reach; it is scored only" in err
    assert {row["account"] for row in table(Path("best.csv").read_text())} == {"g", "h"}


def test_the_impact_of_each_account_alone(town):
    how = ("--seeds", "seeds.txt", *SURE, "--budget", 2, "--impact")
    code, out, err = keynodes("takedown", town, *AGAINST, *how, "--top", 1)
    assert code == 0, err
    assert out.splitlines()[0] == "rank,account,step,drop,low,high,share,author,relay,others,seed"
    rows = table(out)
    # The seed carries all; of the plan the first, one of two gates, cuts nothing but itself.
    assert (rows[0]["account"], rows[0]["drop"], rows[0]["step"]) == ("s", "11.0", "")
    assert rows[1]["account"] in "gh"
    assert (rows[1]["drop"], rows[1]["step"]) == ("1.0", "1")
    assert "each loss is of that account alone" in err
    _, out, _ = keynodes("takedown", town, *AGAINST, *how, "--top", 0)
    assert len(table(out)) == 12


@pytest.mark.parametrize(
    ("option", "names"),
    [
        ("--strategies", {*library.STRATEGIES, *library.REACH_STRATEGIES}),
        ("--models", set(library.MODELS)),
        ("--presets", set(library.PRESETS)),
        ("--parameters", set(PARAMETERS)),
    ],
)
def test_tables_that_need_no_records(option, names):
    code, out, err = keynodes("takedown", option)
    assert (code, err) == (0, "")
    rows = table(out)
    assert {next(iter(row.values())) for row in rows} == names
    assert keynodes("takedown", option, "--budget", 3)[0] == 2
    if option == "--presets":
        assert all(row["source"] and row["assumed"] for row in rows)
    if option == "--parameters":
        assert all(
            float(row["low"]) <= float(row["high"]) for row in rows if row["name"] != "delay"
        )
    if option == "--strategies":
        assert ("reach", "portfolio") in {(row["optimises"], row["strategy"]) for row in rows}


# The same bits


@pytest.mark.compiled
def test_lines_in_another_order_and_one_thread_give_the_same_bytes(tmp_path):
    header, *rows = SAMPLE.read_text().splitlines()
    turned = tmp_path / "turned.csv"
    turned.write_text("\n".join([header, *rows[::-1]]) + "\n")
    seeds = SAMPLE.parents[1] / "seeds" / "two-cells-seeds.csv"
    how = (*AGAINST, "--seeds", seeds, "--budget", 4, *QUICK)
    first = program("takedown", SAMPLE, *how)
    assert first.returncode == 0, first.stderr
    assert program("takedown", turned, *how).stdout == first.stdout
    one = {**os.environ, "NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    assert program("takedown", turned, *how, env=one).stdout == first.stdout


# curve


@pytest.mark.parametrize("how", [(), ("--cut", "reposts"), ("--hops", 2), ("--decay", "30d")])
def test_the_curve_of_a_plan_is_the_table_of_the_takedown(tmp_path, monkeypatch, how):
    monkeypatch.chdir(tmp_path)
    records = "account,other,kind,time\n" + "".join(
        f"u{i},u{i * j % 17},RT,2024-01-{1 + i:02}\n" for i in range(1, 17) for j in (2, 3, 5)
    )
    Path("records.csv").write_text(records)
    Path("seeds.txt").write_text("u2\nu0\n")
    asked = (
        "records.csv", *AGAINST, "--seeds", "seeds.txt", *QUICK, "--source", "account",
        "--target-column", "other", "--relation", "kind", "--time", "time", *how,
    )  # fmt: skip
    code, _, err = keynodes("takedown", *asked, "--budget", 4, "-o", "plan.csv")
    assert code == 0, err
    code, out, again = keynodes("curve", *asked, "--plan", "plan.csv")
    assert (code, out) == (0, Path("plan.csv").read_text()), again
    said = [line for line in err.splitlines() if line.startswith("reach: ")]
    assert said
    assert said[0] in again
    assert "strategy: given" in again


def test_the_curve_of_a_plan_with_a_protected_account_is_refused(town):
    Path("plan.txt").write_text("x\ng\n")
    Path("protect.txt").write_text("g\n")
    how = (*AGAINST, "--seeds", "seeds.txt", *SURE, "--plan", "plan.txt")
    code, out, err = keynodes("curve", town, *how, "--protect", "protect.txt")
    assert (code, out) == (2, "")
    assert "'g'" in err
    assert keynodes("curve", town, *how)[0] == 0


# reach


def test_who_is_reached(town):
    code, out, err = keynodes("reach", town, "--seeds", "seeds.txt", *SURE, "--top", 2)
    assert code == 0, err
    assert out.splitlines()[0] == "rank,account,probability,low,high"
    assert [row["account"] for row in table(out)] == ["c0", "c1"]
    assert "reach: 11.0 accounts on average" in err
    assert "the first 2 of 11 accounts that are reached in any world; --top 0 lists all" in err
    Path("gone.txt").write_text("g\nh\n")
    code, out, err = keynodes("reach", town, "--seeds", "seeds.txt", *SURE, "--plan", "gone.txt")
    assert {row["account"] for row in table(out)} == {"x", "y0", "y1"}
    assert "reach without 2 removed: 3.0 accounts" in err
    Path("gone.txt").write_text("g\nH\n")
    code, out, err = keynodes("reach", town, "--plan", "gone.txt", *SURE)
    assert (code, out) == (1, "")
    assert "'H' (did you mean 'h'?)" in err
    assert keynodes("reach", town, "--plan", "gone.txt", *SURE, "--allow-unknown")[0] == 0


def test_the_vitality_of_each_account(town):
    code, out, err = keynodes(
        "reach", town, "--seeds", "seeds.txt", *SURE, "--vitality", "-o", "v.csv"
    )
    assert (code, out) == (0, ""), err
    rows = {row["account"]: row for row in table(Path("v.csv").read_text())}
    assert (rows["x"]["drop"], rows["x"]["others"], rows["g"]["drop"]) == ("3.0", "2.0", "1.0")
    assert "reach: 11.0 at the start" in err
    assert json.loads(Path("v.csv.manifest.json").read_text())["options"]["vitality"] is True
    _, out, _ = keynodes(
        "reach", town, "--seeds", "seeds.txt", *SURE, "--vitality", "--cut", "reposts", "-q"
    )
    assert {row["account"]: row["drop"] for row in table(out)}["x"] == "2.0"


def test_rank_by_reach_vitality(town):
    _, out, err = keynodes("rank", town, "--by", "reach_vitality:worlds=10", "--seeds", "seeds.txt")
    assert table(out)[0]["account"] == "s"
    assert "10 worlds" in err


def test_given_probabilities_are_combined(tmp_path):
    records = tmp_path / "records.csv"
    records.write_text("source,target,weight\na,b,0.5\na,b,0.5\n")
    (tmp_path / "seeds.txt").write_text("a\n")
    how = ("--flow", "forth", "--seeds", tmp_path / "seeds.txt", "--model", "given")
    code, out, err = keynodes("reach", records, *how, "--worlds", 4000)
    assert code == 0, err
    assert float(table(out)[0]["probability"]) == pytest.approx(0.75, abs=0.03)
    assert keynodes("takedown", records, *AGAINST, *how, "--budget", 1, *QUICK)[0] == 0
    code, _, err = keynodes(
        "rank", records, "--flow", "forth", "--by", "reach_vitality:model=given"
    )
    assert code in (1, 2)
    assert err.count("keynodes: ") == 1
    records.write_text("source,target,weight\na,b,1.5\n")
    code, out, err = keynodes("reach", records, *how)
    assert (code, out) == (2, "")
    assert "probabilities must be at most 1" in err


# compare


def test_two_plans_in_the_same_worlds(town):
    Path("gates.txt").write_text("g\nh\n")
    Path("other.csv").write_text("step,account\n2,x\n1,g\n")
    how = ("--seeds", "seeds.txt", "--plan", "other.csv", "--plan", "gates.txt")
    code, out, err = keynodes("compare", town, *how, *SURE, "-o", "found.csv")
    assert (code, out) == (0, ""), err
    rows = table(Path("found.csv").read_text())
    assert [row["plan"] for row in rows] == ["gates.txt", "other.csv"]
    assert (rows[1]["difference"], rows[1]["p_value"]) == ("4.0", "0.001953125")
    assert "other.csv leaves 4.0 ± 0.0 more (more than chance)" in err
    manifest = json.loads(Path("found.csv.manifest.json").read_text())
    read = {entry["name"] for entry in manifest["inputs"]}
    assert read == {"town.csv", "seeds.txt", "gates.txt", "other.csv"}
    code, _, err = keynodes("compare", town, *how, "-o", "gates.txt")
    assert (code, "gates.txt would be written over" in err) == (2, True)
    Path("gates.txt").write_text("g\nH\n")
    code, out, err = keynodes("compare", town, *how, *SURE)
    assert (code, out) == (1, "")
    assert "'H' (did you mean 'h'?)" in err
    code, out, err = keynodes("compare", town, *how, *SURE, "--allow-unknown")
    assert code == 0
    assert "passed over" in err


def test_plans_by_what_they_leave_while_accounts_return(town):
    Path("gates.txt").write_text("g\nh\n")
    Path("other.txt").write_text("g\nx\n")
    how = ("--seeds", "seeds.txt", "--plan", "other.txt", "--plan", "gates.txt", *SURE, *RETURNS)
    code, out, err = keynodes(
        "compare", town, *how, "--return", "no-return", "--range", "return-probability=0:0.5",
        "--range", "return-delay=1d:3d",
    )  # fmt: skip
    assert code == 0, err
    rows = table(out)
    assert [row["plan"] for row in rows] == ["gates.txt", "other.txt"]
    assert float(rows[0]["area_share"]) == pytest.approx(3 / 11)
    assert float(rows[0]["worst_share"]) >= float(rows[0]["area_share"])
    assert "gates.txt leaves least over 10 days" in err


# Return of accounts


def test_the_return_curve_and_the_plan_beside_it(town):
    how = (*AGAINST, "--seeds", "seeds.txt", *SURE, "--budget", 2, *RETURNS)
    code, out, err = keynodes(
        "takedown", town, *how, "--return", "defaults", "--policy", "react:2h",
        "--return-probability", "0.9,0.5", "--return-delay", "1d", "--regained", 0.8,
        "--regained-decay", 0.9, "--speed-up", 0, "--best-plan", "plan.csv",
    )  # fmt: skip
    assert code == 0, err
    assert out.splitlines()[0].startswith(
        "day,reached,reached_low,reached_high,left,active,returned"
    )
    assert float(table(out)[0]["left"]) <= float(table(out)[-1]["left"]) + 1
    assert "the plan, in its order: " in err
    assert "assumed, not estimated: return_probability 0.9, 0.5 (given), delay 1d (given)" in err
    assert "policy react:2h" in err
    assert "another platform" in err
    assert "from 10 worlds" in err  # as many as were asked for
    plan = table(Path("plan.csv").read_text())
    assert list(plan[0]) == COLUMNS.split(",")
    code, again, err = keynodes(
        "curve", town, *AGAINST, "--seeds", "seeds.txt", *SURE, *RETURNS, "--plan", "plan.csv",
        "--return", "no-return",
    )  # fmt: skip
    assert code == 0, err
    # Nobody returns: what is left stays as it was cut.
    assert {row["left"] for row in table(again)} == {table(again)[0]["left"]}
    assert float(table(again)[0]["left"]) == pytest.approx(float(plan[-1]["left"]))


# Names


@pytest.mark.parametrize("safe", [(), ("--spreadsheet-safe",)])
def test_hostile_names_come_back_and_break_no_line(tmp_path, safe):
    records = tmp_path / "records.jsonl"
    hub = HOSTILE[5]
    lines = [json.dumps({"source": hub, "target": name}) for name in HOSTILE if name != hub]
    lines += [json.dumps({"source": name, "target": f"{name}!"}) for name in HOSTILE if name != hub]
    records.write_text("\n".join(lines) + "\n")
    plan, seeds = tmp_path / "plan.csv", tmp_path / "seeds.csv"
    seeds.write_text('account\n"two\nlines"\n')
    how = ("--flow", "forth", "--seeds", seeds, *SURE, *safe)
    code, _, err = keynodes("takedown", records, *AGAINST, "--budget", 9, *how, "-o", plan)
    assert code == 0, err
    code, out, err = keynodes("curve", records, *AGAINST, "--plan", plan, *how)
    assert (code, out) == (0, plan.read_text()), err
    if not safe:
        assert {row["account"] for row in table(out)} == set(HOSTILE) - {hub}
    returns = (*how, *RETURNS, "--return", "no-return", "--format", "table")
    code, _, err = keynodes("takedown", records, *AGAINST, "--budget", 9, *returns)
    assert code == 0, err
    assert "\u202e" not in err
    assert r"\u202eabc" in err
    code, _, err = keynodes("takedown", records, *AGAINST, "--protect", plan, *how)
    assert code == 0, err
    assert "\u202e" not in err


# What is refused


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("takedown", "--hops", 2), "--hops says nothing to the objective largest-component"),
        (("takedown", "--objective", "pairs", "--model", "counts"), "--model says nothing to the"),
        (("takedown", "--together", "x.csv"), "--together says nothing to the objective"),
        (("takedown", "--return", "no-return"), "--return says nothing to the objective"),
        (("takedown", *AGAINST, "--intervals", 3), "--intervals says nothing to the"),
        (("takedown", *AGAINST, "--target", 0.1), "--target says nothing to the objective reach"),
        (("takedown", *AGAINST, "--iterations", 9), "--iterations says nothing to the objective"),
        (("takedown", *AGAINST, "--model", "cuonts"), "did you mean 'counts'?"),
        (("takedown", *AGAINST, "--model", "counts:beat=1"), "did you mean 'beta'?"),
        (("takedown", *AGAINST, "--strategy", "gredy"), "did you mean 'greedy'?"),
        (("takedown", *AGAINST, "--strategy", "greedy", "--strategy", "greedy"), "asked for twice"),
        (("takedown", "--strategy", "fair-share"), "fair-share works towards reach"),
        (("takedown", "--objective", "raech"), "did you mean 'reach'?"),
        (("takedown", *AGAINST, "--cut", "post"), "did you mean 'reposts'?"),
        (("takedown", *AGAINST, "--max-memory", "much"), "an amount such as 500MB or 2GB"),
        (("takedown", *AGAINST, "--max-memory", "0GB"), "an amount such as 500MB or 2GB"),
        (("takedown", *AGAINST, "--budget", 1.5), "a number of accounts unless"),
        (("takedown", *AGAINST, "--budget", 0), "budget must be above 0"),
        (("takedown", *AGAINST, "--worlds", 1), "--worlds must be a whole number from 2 on"),
        (("takedown", *AGAINST, "--fresh-worlds", 1), "--fresh-worlds must be a whole number"),
        (("takedown", *AGAINST, "--hops", 0), "--hops must be a whole number from 1 on"),
        (("takedown", *AGAINST, "--hops", 2, "--within", "1d", "--delay", "1h"), "not both"),
        (("takedown", *AGAINST, "--within", "1d"), "--within and --delay go together"),
        (("takedown", *AGAINST, "--delay", "1d"), "--delay says nothing without --within"),
        (("takedown", *AGAINST, "--seeds-removable"), "says nothing without --seeds"),
        (("takedown", *AGAINST, "--protected-reach", "x.csv"), "says nothing without --protect"),
        (("takedown", *AGAINST, "--horizon", "9d"), "--horizon says nothing without --return"),
        (("takedown", *AGAINST, "--return", "wave"), "there is no preset of return 'wave'"),
        (("takedown", *AGAINST, "--return", "defaults", "--policy", "evry:2h"), "'every'"),
        (("takedown", *AGAINST, "--return", "defaults", "--horizon", "9"), "of what?"),
        (("takedown", *AGAINST, "--return", "defaults", "--return-probability", "x"), "got 'x'"),
        (("takedown", *AGAINST, "--return", "defaults", "--regained", 2), "from 0 to 1, got 2"),
        (("takedown", *AGAINST, "--return", "defaults", "--histories", 0), "--histories must be"),
        (("takedown", *AGAINST, "--return", "defaults", "--hops", 2), "--hops says nothing beside"),
        (("takedown", *AGAINST, "--return", "defaults", "--impact"), "nothing beside --return"),
        (
            ("curve", *AGAINST, "--plan", "x", "--costs", "x", "--return", "defaults"),
            "--costs says nothing beside --return",
        ),
        (
            ("takedown", *AGAINST, "--return", "defaults", "--strategy", "greedy", "--strategy",
             "random"),
            "--return is of one plan",
        ),
        (("curve", "--plan", "x.csv", "--hops", 2), "--hops says nothing to the objective"),
        (("curve", "--plan", "x.csv", "--seeds", "x.csv"), "--seeds says nothing to the objective"),
        (("curve", "--plan", "x.csv", *AGAINST, "--model", "cuonts"), "did you mean 'counts'?"),
        (("reach", "--model", "cuonts"), "did you mean 'counts'?"),
        (("reach", "--cut", "reposts"), "--cut says nothing without --vitality"),
        (("reach", "--vitality", "--plan", "x.csv"), "--plan says nothing beside --vitality"),
        (("compare", "--plan", "x.csv"), "at least two --plan"),
        (("compare", "--plan", "x.csv", "--plan", "x.csv"), "a plan is named twice"),
        (("compare", *PLANS, "--range", "a=1:2"), "without --return"),
        (
            ("compare", *PLANS, "--return", "defaults", "--range", "regaind=0:1"),
            "did you mean 'regained'?",
        ),
        (
            ("compare", *PLANS, "--return", "defaults", "--range", "regained=1"),
            "--range is NAME=LOW:HIGH",
        ),
    ],
)  # fmt: skip
def test_what_is_refused_before_files_are_read(tmp_path, monkeypatch, options, says):
    monkeypatch.chdir(tmp_path)
    code, out, err = keynodes(options[0], "no-such-file.csv", *options[1:])
    assert (code, out) == (2, ""), err
    assert says in err
    assert "no-such-file" not in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (("--protect", "list"), 1, "'B' (did you mean 'b'?)"),
        (("--must", "list"), 1, "B"),
        (("--seeds", "list"), 2, "none of the seeds is in the graph"),
        (("--seeds", "none.txt"), 1, "none.txt: there is no such file"),
        (("--model-relations", "like"), 2, "no record has the relation 'like'"),
        (("--decay", "30d"), 2, "--decay needs times"),
        (("--model", "given"), 2, "needs a weight a record"),
        (("--return", "defaults", "--announcers", "list"), 1, "B"),
        (("--together", "list", "--seeds", "list"), 2, "would be written over"),
        (("-o", "new.csv", "--together", "new.csv"), 2, "would be written twice"),
    ],
)
def test_what_is_refused_of_the_records(tmp_path, monkeypatch, options, code, says):
    monkeypatch.chdir(tmp_path)
    Path("records.csv").write_text("source,target,relation\nb,a,repost\nc,b,repost\n")
    Path("list").write_text("B\n")
    got, out, err = keynodes(
        "takedown", "records.csv", *AGAINST, "--budget", 1, *SURE[2:], *options
    )
    assert (got, out) == (code, ""), err
    assert says in err
    assert len([line for line in err.splitlines() if line.startswith("keynodes: ")]) == 1
    assert not Path("new.csv").exists()


# The screen, and Ctrl-C


def test_it_fits_a_terminal():
    seeds = SAMPLE.parents[1] / "seeds" / "two-cells-seeds.csv"
    for command in (
        "takedown --objective reach --budget 3",
        "reach --top 3",
        "reach --vitality --top 3",
    ):
        name, _, options = command.partition(" ")
        shown = readme.shown_on_a_terminal(
            f"keynodes {name} {SAMPLE} {options} --seeds {seeds} --worlds 50"
        )
        assert " account " in shown
        assert max(map(len, shown.splitlines())) <= 122


def test_the_help_says_what_a_number_is():
    for command, said in {
        "takedown": "A place in a plan is a reason to look at an account, never a reason by",
        "compare": "A place in a plan is a reason to look at an account, never a reason by",
        "reach": "Reach is an expectation under a model of how content is passed on, not a count",
    }.items():
        _, out, _ = keynodes(command, "--help")
        assert said in " ".join(out.replace("│", " ").split())


@pytest.mark.compiled
def test_ctrl_c_ends_with_130_and_one_line(tmp_path):
    records = tmp_path / "records.csv"
    rows = (f"u{i},u{(i * j + j) % 9000}\n" for i in range(9000) for j in range(1, 20))
    records.write_text("source,target\n" + "".join(rows))
    command = [
        str(Path(sys.executable).parent / "keynodes"), "reach", str(records), "--worlds", "5000000",
        "--model", "constant:probability=0.5",
    ]  # fmt: skip
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert "no relation column" in process.stderr.readline()  # the records are read
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, ""), err
    assert err.splitlines()[-1] == "keynodes: interrupted"
    assert "Traceback" not in err


def test_ctrl_c_after_a_first_plan_still_writes_it(town, monkeypatch):
    from keynodes.blocking import takedowns

    order_by = takedowns.order_by

    def interrupted(problem, asked, *rest):
        if asked.text == "random":
            raise KeyboardInterrupt
        return order_by(problem, asked, *rest)

    monkeypatch.setattr(takedowns, "order_by", interrupted)
    code, _, err = keynodes(
        "takedown", town, *AGAINST, "--seeds", "seeds.txt", *SURE, "--budget", 2, "--strategy",
        "greedy", "--strategy", "random", "--best-plan", "best.csv", "--together", "groups.csv",
    )  # fmt: skip
    assert code == 0, err
    assert "stopped by Ctrl-C: random has no plan" in err
    assert ("groups.csv was not written" in err) == (not Path("groups.csv").exists())
    assert len(table(Path("best.csv").read_text())) == 2


def test_ctrl_c_while_returns_are_followed_still_writes_the_plan(town, monkeypatch):
    from keynodes import returns

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(returns, "simulate_return", interrupted)
    code, out, err = keynodes(
        "takedown", town, *AGAINST, "--seeds", "seeds.txt", *SURE, "--budget", 2, "--strategy",
        "greedy", "--return", "routine-2015",
    )  # fmt: skip
    assert code == 0, err
    assert "stopped by Ctrl-C: returns were not followed; the table is the plan" in err
    assert [row["step"] for row in table(out)] == ["1", "2"]


def test_tables_of_single_losses_mark_seeds_and_protected_accounts(town):
    Path("kept.txt").write_text("g\n")
    lists = ["--seeds", "seeds.txt", "--protect", "kept.txt", *SURE]
    for command in (
        ["reach", town, "--vitality"],
        ["takedown", town, *AGAINST, "--impact", "--budget", 1],
    ):
        code, out, err = keynodes(*command, *lists)
        assert code == 0, err
        rows = {row["account"]: row for row in table(out)}
        assert rows["s"]["seed"] == "1"
        assert [row["account"] for row in rows.values() if row["protected"] == "1"] == ["g"]


def test_plans_with_protected_accounts_are_refused_everywhere(town):
    Path("kept.txt").write_text("g\n")
    Path("plan.txt").write_text("g\n")
    Path("other.txt").write_text("h\n")
    lists = ["--seeds", "seeds.txt", "--protect", "kept.txt", *SURE]
    for command in (
        ["reach", town, "--plan", "plan.txt"],
        ["compare", town, "--plan", "plan.txt", "--plan", "other.txt"],
        ["compare", town, "--plan", "plan.txt", "--plan", "other.txt", "--return", "routine-2015"],
    ):
        code, out, err = keynodes(*command, *lists)
        assert (code != 0, out) == (True, ""), command
        assert "protected" in err
        assert "'g'" in err
