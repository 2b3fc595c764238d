"""`keynodes keyplayers`: the table, the options, and what is refused."""

import json
import re
from pathlib import Path

import pytest
from commands import keynodes, table

import keynodes as library


@pytest.fixture
def chain(tmp_path):
    """Two cliques of four, both beside h."""
    rows = [(f"{c}{i}", f"{c}{j}") for c in "ab" for i in range(4) for j in range(i + 1, 4)]
    rows += [("a0", "h"), ("b0", "h")]
    path = tmp_path / "chain.csv"
    lines = "".join(f"{u},{v},mention\n" for u, v in rows)
    path.write_text("source,target,relation\n" + lines)
    return path


def test_the_table_of_a_removal(chain):
    code, out, err = keynodes("keyplayers", chain, "--size", 1)
    assert code == 0, err
    assert out.splitlines()[0] == "step,account,value,gain,half_width"
    row = table(out)[0]
    # Without h two cliques of 4 are left: 1 − 24/56 = 4/7.
    assert (row["step"], row["account"], row["half_width"]) == ("1", "h", "0.0")
    assert float(row["value"]) == pytest.approx(4 / 7)
    assert "every set of that size was compared" in err
    assert "fragmentation without the set: 0.5714; with it: 0.0000" in err


def test_whom_to_watch(chain):
    how = ("--goal", "watch", "--size", 2, "--radius", 1, "--direction", "both")
    code, out, err = keynodes("keyplayers", chain, *how)
    assert code == 0, err
    assert {row["account"] for row in table(out)} == {"a0", "b0"}
    assert "m-reach of the set: 9 of 9 accounts, its own included" in err


def test_lists_and_the_manifest(chain, tmp_path):
    protect, must = tmp_path / "protect.txt", tmp_path / "must.txt"
    protect.write_text("h\n")
    must.write_text("a3\n")
    out = tmp_path / "set.csv"
    code, _, err = keynodes(
        "keyplayers", chain, "--size", 2, "--protect", protect, "--must", must, "-o", out
    )
    assert code == 0, err
    chosen = {row["account"] for row in table(out.read_text())}
    assert "a3" in chosen
    assert "h" not in chosen
    manifest = json.loads(Path(f"{out}.manifest.json").read_text())
    assert [entry["name"] for entry in manifest["inputs"]] == [str(chain), str(protect), str(must)]
    assert manifest["options"]["size"] == 2
    code, _, err = keynodes("keyplayers", chain, "--must", must, "-o", must)
    assert (code, "would be written over" in err) == (2, True)


def test_the_column_weight_of_the_accounts_counts(chain, tmp_path):
    facts = tmp_path / "facts.csv"
    facts.write_text("account,weight\na3,1000\n")
    watch = ("--goal", "watch", "--size", 1, "--radius", 1, "--direction", "both")
    code, out, err = keynodes("keyplayers", chain, "--accounts", facts, *watch)
    assert code == 0, err
    # a3 and its clique, and h beside a0: 1,000 + 3 + 1 of 1,008.
    row = table(out)[0]
    assert (row["account"], row["value"]) == ("a0", "1004.0")
    assert "accounts count by their weights (the column weight of the account attributes)" in err
    assert "8 accounts without a weight count as 1" in err
    assert "m-reach of the set: 1,004 of a weight of 1,008, its own included" in err
    code, out, err = keynodes("keyplayers", chain, *watch)
    assert (code, table(out)[0]["value"], "weight" in err.split("m-reach")[1]) == (0, "5.0", False)


def test_the_summary_has_half_widths_where_there_are_some(chain):
    how = ("--measure", "distance-fragmentation", "--size", 1, "--samples", 5)
    code, _, err = keynodes("keyplayers", chain, *how)
    assert code == 0, err
    assert re.search(r"without the set: [\d.]+ ± [\d.]+; with it: [\d.]+ ± [\d.]+", err)


def test_ctrl_c_is_answered_with_the_best_set(chain, monkeypatch):
    from keynodes.keyplayers.cutting import Cutting
    from keynodes.keyplayers.problem import Asked

    monkeypatch.setattr(Asked, "smaller_sets", lambda *_: None)

    def stops(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Cutting, "put_back_all", stops)
    code, out, err = keynodes("keyplayers", chain, "--size", 2)
    assert code == 0, err
    assert len(table(out)) == 2
    assert "stopped by Ctrl-C: this is the best set found so far" in err
    monkeypatch.setattr(Cutting, "greedy", stops)
    code, out, err = keynodes("keyplayers", chain, "--size", 2)
    assert (code, out, "interrupted" in err) == (130, "", True)


def test_protected_accounts_that_match_nobody_stop_it(chain, tmp_path):
    protect = tmp_path / "protect.txt"
    protect.write_text("H\n")
    code, _, err = keynodes("keyplayers", chain, "--size", 1, "--protect", protect)
    assert (code, "did you mean 'h'" in err, "--allow-unknown" in err) == (1, True, True)
    code, out, err = keynodes(
        "keyplayers", chain, "--size", 1, "--protect", protect, "--allow-unknown"
    )
    assert (code, table(out)[0]["account"]) == (0, "h")
    assert "is not in the graph" in err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--measure", "m-reach"), "says nothing for the goal remove"),
        (("--goal", "watch", "--measure", "fragmentation"), "says nothing for the goal watch"),
        (("--goal", "flee"), "there is no goal 'flee'"),
        (("--radius", 3), "a radius says nothing for fragmentation"),
        (("--samples", 100), "samples say nothing"),
        (("--size", 99), "only 9 of 9 accounts"),
        (("--allow-unknown",), "--allow-unknown says nothing without --protect"),
    ],
)
def test_what_is_refused(chain, options, says):
    code, out, err = keynodes("keyplayers", chain, *options)
    assert (code, out) == (2, "")
    assert says in err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--measure", "m-reach"), "says nothing for the goal remove"),
        (("--radius", 3), "a radius says nothing for fragmentation"),
        (("--goal", "watch", "--radius", 0), "the radius must be a whole number"),
        (("--direction", "up"), "direction must be in, out or both"),
        (("--samples", 100), "samples say nothing"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_read(options, says):
    code, out, err = keynodes("keyplayers", "no-such-file.csv", *options)
    assert (code, out) == (2, "")
    assert says in err
    assert "no-such-file" not in err


def test_the_command_and_the_library_agree(chain):
    how = ("--measure", "distance-fragmentation", "--size", 2, "--seed", 3)
    _, out, _ = keynodes("keyplayers", chain, *how)
    graph = library.build_graph(library.read_interactions(chain))
    found = library.key_players(graph, 2, measure="distance-fragmentation", rng=3)
    assert [row["account"] for row in table(out)] == found.accounts.tolist()
