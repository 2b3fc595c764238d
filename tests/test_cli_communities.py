"""`keynodes communities`, and communities in `rank` and `explain`."""

import csv
import json
import os
import random
from pathlib import Path

import pytest
import readme
from commands import SAMPLE, keynodes, program, table

COLUMNS = "account,community,size,stability,role,within_z,participation"
SUMMARY = "community,size,arcs,inside_share,insularity,conductance,stability,leaders"


@pytest.fixture
def cliques(tmp_path):
    """Two cliques of five and four with one tie between them, and a pair apart."""
    groups = ["abcde", "wxyz", "pq"]
    rows = [f"{u},{v},mention" for group in groups for u in group for v in group if u != v]
    rows.append("e,w,reply")
    path = tmp_path / "cliques.csv"
    path.write_text("source,target,relation\n" + "\n".join(rows) + "\n")
    return path


def test_every_account_has_its_community(cliques):
    code, out, err = keynodes("communities", cliques)
    assert code == 0, err
    assert out.splitlines()[0] == COLUMNS
    rows = table(out)
    assert [row["account"] for row in rows] == list("abcdewxyzpq")
    assert [row["community"] for row in rows] == list("00000111122")
    assert [row["size"] for row in rows] == list("55555444422")
    assert {row["stability"] for row in rows} == {"1.0"}
    assert rows[0]["role"] == "ultra-peripheral"
    assert float(rows[4]["within_z"]) == 0
    assert float(rows[4]["participation"]) == pytest.approx(1 - 0.8**2 - 0.2**2)
    assert "3 communities" in err
    assert "modularity" in err


def test_the_summary_has_a_line_a_community(cliques):
    _, out, _ = keynodes("communities", cliques, "--summary")
    assert out.splitlines()[0] == SUMMARY
    rows = table(out)
    assert [row["size"] for row in rows] == ["5", "4", "2"]
    assert [row["arcs"] for row in rows] == ["20", "12", "2"]
    assert rows[2]["inside_share"] == rows[2]["insularity"] == "1.0"
    assert float(rows[0]["inside_share"]) == pytest.approx(20 / 21)
    assert rows[0]["leaders"] == "a | b | c"
    _, more, _ = keynodes("communities", cliques, "--summary", "--all-scores")
    brokers = "coordinator,itinerant,gatekeeper,representative,liaison"
    assert more.splitlines()[0] == f"{SUMMARY},density,modularity,{brokers}"


def test_gatekeepers_of_the_one_way_through(cliques):
    _, out, _ = keynodes("communities", cliques, "--gatekeepers")
    rows = table(out)
    # A reply of e to w: what w posts reaches e.
    assert [(row["from_community"], row["to_community"]) for row in rows] == [("1", "0")]
    assert rows[0]["account"] == "e"
    assert float(rows[0]["share"]) == 1


def test_all_scores_has_the_brokers_too(cliques):
    _, out, _ = keynodes("communities", cliques, "--all-scores")
    header = out.splitlines()[0]
    assert header.startswith(COLUMNS + ",within_z_in,within_z_out,")
    assert header.endswith("coordinator,itinerant,gatekeeper,representative,liaison")


def test_a_scan_of_resolutions(cliques):
    code, out, err = keynodes("communities", cliques, "--resolutions", "0.1:2:4", "--runs", 3)
    assert code == 0, err
    rows = table(out)
    assert "resolution" in rows[0]
    assert len(rows) == 4
    assert [float(row["resolution"]) for row in rows][::3] == [0.1, 2.0]
    # A missing plateau is a blank in a drawn table, too.
    code, out, err = keynodes(
        "communities", cliques, "--resolutions", "0.1:99:3", "--runs", 2, "--format", "table"
    )
    assert code == 0, err
    assert "plateau" in out


def test_the_methods_need_no_file(tmp_path):
    from keynodes.communities import METHODS

    code, out, err = keynodes("communities", "--methods")
    assert (code, err) == (0, "")
    assert [row["method"] for row in table(out)] == list(METHODS)
    keynodes("communities", "--methods", "-o", tmp_path / "m.json")
    assert len(json.loads((tmp_path / "m.json").read_text())) == len(METHODS)
    assert os.listdir(tmp_path) == ["m.json"]
    shown = readme.shown_on_a_terminal("keynodes communities --methods")
    assert " leiden-layers" in shown


def test_methods_and_their_parameters(cliques):
    for method in ("leiden", "leiden_cpm", "labels", "components", "infomap"):
        code, out, err = keynodes("communities", cliques, "--by", method, "--runs", 2)
        assert code == 0, err
        assert {row["account"] for row in table(out)} == set("abcdewxyzpq")
    sizes = {
        resolution: {row["size"] for row in table(
            keynodes("communities", cliques, "--resolution", resolution, "--runs", 2)[1]
        )}
        for resolution in (0, 1, 50)
    }  # fmt: skip
    assert sizes == {0: {"9", "2"}, 1: {"5", "4", "2"}, 50: {"1"}}


def test_layers_by_relation_and_by_account(cliques, tmp_path):
    (tmp_path / "accounts.csv").write_text(
        "account,platform\n"
        + "".join(f"{a},{'one' if a in 'abcde' else 'two'}\n" for a in "abcdewxyzpq")
    )
    for layers in (
        ["--layers", "relation", "--layer-weight", "reply=0.5", "--layer-weight", "mention=2"],
        ["--layers", "platform", "--accounts", tmp_path / "accounts.csv"],
        ["--by", "leiden-layers"],
    ):
        code, out, err = keynodes("communities", cliques, "--runs", 2, *layers)
        assert code == 0, err
        assert {row["account"] for row in table(out)} == set("abcdewxyzpq")


def test_a_cut_list_shows_every_community(cliques):
    _, whole, _ = keynodes("communities", cliques)
    code, out, err = keynodes("communities", cliques, "--top", 4)
    assert code == 0
    # Within_z ties: the smaller id. Each community gives one, then the first another.
    assert [row["account"] for row in table(out)] == ["a", "b", "w", "p"]
    assert "4 of 11 accounts, those of highest within_z from each community in turn" in err
    assert set(out.splitlines()) <= set(whole.splitlines())
    assert keynodes("communities", cliques, "--top", 0)[1] == whole
    assert keynodes("communities", cliques, "--top", 99)[1] == whole
    _, out, err = keynodes("communities", cliques, "--summary", "--top", 1)
    assert [row["community"] for row in table(out)] == ["0"]
    assert "1 of 3 communities; --top 0 lists all" in err


def test_a_terminal_gets_twenty_rows():
    shown = readme.shown_on_a_terminal(f"keynodes communities {SAMPLE} --runs 2")
    assert "20 of 80 accounts" in shown
    assert "participation" in shown
    assert sum("peripheral" in line or "hub" in line for line in shown.splitlines()) <= 20


def test_the_manifest_and_the_formats(cliques, tmp_path):
    _, out, _ = keynodes("communities", cliques, "--runs", 3)
    for form in ("csv", "json"):
        code, nothing, _ = keynodes(
            "communities", cliques, "--runs", 3, "-o", tmp_path / f"c.{form}"
        )
        assert (code, nothing) == (0, "")
    assert (tmp_path / "c.csv").read_text() == out
    assert list(json.loads((tmp_path / "c.json").read_text())[0]) == COLUMNS.split(",")
    manifest = json.loads((tmp_path / "c.csv.manifest.json").read_text())
    assert manifest["command"] == "communities"
    assert manifest["options"]["by"] == "leiden"
    assert manifest["options"]["runs"] == 3
    assert manifest["options"]["seed"] == 0
    assert any("3 communities" in notice for notice in manifest["notices"])


def test_quiet_says_nothing(cliques):
    code, out, err = keynodes("communities", cliques, "--quiet", "--top", 2)
    assert (code, err) == (0, "")
    assert out


@pytest.mark.parametrize(("records", "accounts"), [("a,a", 1), ("a,a\nb,b", 2), ("a,b", 2)])
@pytest.mark.parametrize("by", ["leiden", "leiden-cpm", "leiden-directed", "infomap", "labels"])
def test_next_to_nothing(tmp_path, records, accounts, by):
    path = tmp_path / "few.csv"
    path.write_text(f"source,target\n{records}\n")
    code, out, err = keynodes("communities", path, "--by", by)
    assert code == 0, err
    assert len(table(out)) == accounts
    for extra in (["--summary"], ["--gatekeepers"], ["--all-scores"]):
        code, out, err = keynodes("communities", path, "--by", by, *extra)
        assert code == 0, err


def test_no_arc_is_left(cliques):
    code, out, err = keynodes("communities", cliques, "--min-weight", 99)
    assert code == 0
    assert {row["size"] for row in table(out)} == {"1"}
    assert "no arc is left" in err


HOSTILE = ["=cmd|' /C calc'!A0", "\x1b[31mred", "‮gnp", "a | b", "a\nb", "[bold]x", "-1", "a\\b"]


def test_hostile_names_in_leaders(tmp_path):
    from keynodes.communities.quality import separated

    path = tmp_path / "names.csv"
    with open(path, "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["source", "target", "relation"])
        for name in HOSTILE:
            writer.writerows([[name, f"{name}-{i}", "mention"] for i in range(3)])
    code, _, err = keynodes("communities", path, "--summary", "--runs", 2, "-o", tmp_path / "s.csv")
    assert code == 0, err
    with open(tmp_path / "s.csv", newline="", encoding="utf-8") as stream:
        leaders = [separated(row["leaders"]) for row in csv.DictReader(stream)]
    assert {names[0] for names in leaders} == set(HOSTILE)
    for extra in (["--summary"], ["--gatekeepers"], []):
        _, out, err = keynodes("communities", path, "--format", "table", "--runs", 2, *extra)
        for text in (out, err):
            assert all(line.isprintable() for line in text.split("\n"))
    # A round trip: our communities, read again as communities.
    for safe in ([], ["--spreadsheet-safe"]):
        keynodes("communities", path, "--runs", 2, "-o", tmp_path / "c.csv", *safe)
        code, out, err = keynodes(
            "rank", path, "--by", "out_degree", "--communities", tmp_path / "c.csv",
            "--within-communities", "--top", 1, "--format", "json", *safe,
        )  # fmt: skip
        assert code == 0, err
        first = {row["account"] for row in json.loads(out)}
        assert {name.removeprefix("'") for name in first} == set(HOSTILE)
        assert "not in the graph" not in err
        assert "no community" not in err


@pytest.mark.compiled
@pytest.mark.parametrize("by", ["leiden", "labels"])
def test_the_same_bytes_whatever_the_order_threads_and_hash_seed(tmp_path, by):
    chance = random.Random(4)
    rows = [
        f"u{g}-{int(40 * chance.random() ** 2)},u{g if chance.random() < 0.7 else 3}-"
        f"{int(40 * chance.random())},{chance.randint(1, 9999) / 1000}"
        for g in range(6)
        for _ in range(300)
    ]
    outputs = set()
    for threads, hash_seed in (("1", "1"), ("2", "2")):
        chance.shuffle(rows)
        path = tmp_path / f"{threads}.csv"
        path.write_text("source,target,weight\n" + "\n".join(rows) + "\n")
        result = program(
            "communities", path, "--by", by, "--all-scores", "--runs", 4,
            env={**os.environ, "KEYNODES_THREADS": threads, "PYTHONHASHSEED": hash_seed},
        )  # fmt: skip
        assert result.returncode == 0, result.stderr
        outputs.add(result.stdout)
    assert len(outputs) == 1


# --- communities of other commands ---------------------------------------------------------------


def test_rank_takes_communities_from_a_file_or_a_method(cliques, tmp_path):
    keynodes("communities", cliques, "-o", tmp_path / "c.csv")
    _, by_file, _ = keynodes(
        "rank", cliques, "--by", "participation", "--communities", tmp_path / "c.csv"
    )
    assert table(by_file)[0]["account"] == "w"
    code, by_method, err = keynodes(
        "rank", cliques, "--by", "participation", "--communities", "leiden"
    )
    assert code == 0, err
    assert by_method == by_file
    assert "3 communities" in err
    _, old_name, _ = keynodes(
        "rank", cliques, "--by", "participation", "--labels", tmp_path / "c.csv"
    )
    assert old_name == by_file


def test_rank_within_communities(cliques, tmp_path):
    code, out, err = keynodes(
        "rank", cliques, "--by", "out_degree", "--within-communities", "--communities", "leiden",
        "--top", 2, "--intervals", 3,
    )  # fmt: skip
    assert code == 0, err
    assert out.splitlines()[0] == "rank,account,community,score,rank_low,rank_high,top_share"
    rows = [(row["rank"], row["account"], row["community"]) for row in table(out)]
    assert rows == [("1", "a", "0"), ("1", "b", "0"), ("1", "w", "1"), ("2", "x", "1"),
                    ("1", "p", "2"), ("1", "q", "2")]  # fmt: skip
    assert "the first 2 of each community, of 11 accounts; --top 0 lists all" in err
    (tmp_path / "some.csv").write_text("account,label\na,north\nb,north\nx,south\n")
    _, out, err = keynodes(
        "rank", cliques, "--by", "out_degree", "--within-communities", "--communities",
        tmp_path / "some.csv",
    )  # fmt: skip
    assert [row["community"] for row in table(out)] == ["north", "north", "south"]
    assert "8 of 11 accounts have no community and are left out" in err


def test_the_default_consensus_can_be_ranked_within_communities(cliques):
    code, out, err = keynodes(
        "rank", cliques, "--within-communities", "--communities", "labels", "--seed", 2
    )
    assert code == 0, err
    assert out.startswith("rank,account,community,score,pagerank,")


def test_explain_takes_communities_too(cliques):
    code, out, err = keynodes(
        "explain", cliques, "e", "--by", "participation", "--communities", "leiden"
    )
    assert code == 0, err
    assert float(table(out)[0]["score"]) == pytest.approx(0.32)
    assert err.count("3 communities") == 1


@pytest.mark.parametrize("name", ["c.json", "c.parquet"])
def test_communities_are_read_from_csv(cliques, tmp_path, name):
    keynodes("communities", cliques, "-o", tmp_path / name)
    code, _, err = keynodes("rank", cliques, "--by", "liaison", "--communities", tmp_path / name)
    assert code == 1
    assert "communities are read from CSV; write them to a .csv file" in err


def test_a_file_goes_before_a_method(cliques, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("labels").write_text("account,label\na,1\ne,2\n")
    code, _, err = keynodes("rank", cliques, "--by", "liaison", "--communities", "labels")
    assert code == 0
    assert "'labels' is a file and a method: the file was read" in err


def test_a_method_is_no_file_to_keep(cliques, tmp_path, monkeypatch):
    """The manifest lists no input of that name, and the output may be called like it."""
    monkeypatch.chdir(tmp_path)
    code, _, err = keynodes(
        "rank", cliques, "--by", "liaison", "--communities", "labels", "-o", "labels"
    )
    assert code == 0, err
    manifest = json.loads(Path("labels.manifest.json").read_text())
    assert [entry["name"] for entry in manifest["inputs"]] == [str(cliques)]
    assert manifest["options"]["communities"] == "labels"
    Path("c.csv").write_text("account,label\na,1\ne,2\n")
    keynodes("rank", cliques, "--by", "liaison", "--communities", "c.csv", "-o", "r.csv")
    manifest = json.loads(Path("r.csv.manifest.json").read_text())
    assert [entry["name"] for entry in manifest["inputs"]] == [str(cliques), "c.csv"]


@pytest.mark.parametrize("command", ["rank", "communities", "hubs"])
def test_no_input_is_written_over(cliques, tmp_path, command):
    labels = tmp_path / "c.csv"
    labels.write_text("account,label\na,1\ne,2\n")
    contents = {path: path.read_bytes() for path in (cliques, labels)}
    for output in (cliques, *([labels] if command != "communities" else [])):
        lists = ["--communities", labels] if command != "communities" else []
        code, out, err = keynodes(command, cliques, *lists, "-o", output)
        assert (code, out) == (2, "")
        assert "would be written over, but it is read" in err
    assert {path: path.read_bytes() for path in contents} == contents


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["communities"], 2, "name at least one FILE"),
        (["communities", "none.csv"], 1, "none.csv"),
        (["communities", "none.csv", "--by", "leidn"], 2, "did you mean 'leiden'"),
        (["communities", "{file}", "--by", "leidn"], 2, "did you mean 'leiden'"),
        (["communities", "{file}", "--methods"], 2, "FILE says nothing beside --methods"),
        (["communities", "--methods", "--runs", "10"], 2, "--runs says nothing beside --methods"),
        (["communities", "{file}", "--summary", "--gatekeepers"], 2, "beside --gatekeepers"),
        (["communities", "{file}", "--gatekeepers", "--all-scores"], 2, "beside --gatekeepers"),
        (["communities", "{file}", "--resolutions", "0:2:3", "--resolution", "1"], 2,
         "--resolution says nothing beside --resolutions"),
        (["communities", "{file}", "--resolutions", "0:2:3", "--summary"], 2, "beside"),
        (["communities", "{file}", "--resolutions", "0:2:3", "--top", "0"], 2, "beside"),
        (["communities", "{file}", "--resolutions", "often"], 2, "A:B:N"),
        (["communities", "{file}", "--runs", "0"], 2, "runs"),
        (["communities", "{file}", "--resolution", "-1"], 2, "resolution"),
        (["communities", "{file}", "--resolution", "nan"], 2, "resolution"),
        (["communities", "{file}", "--by", "labels", "--resolution", "2"], 2, "resolution"),
        (["communities", "{file}", "--by", "leiden", "--layers", "relation"], 2, "layers"),
        (["communities", "{file}", "--by", "leiden", "--layer-weight", "reply=2"], 2, "layer"),
        (["communities", "{file}", "--layers", "platform"], 2, "platform"),
        (["communities", "{file}", "--layer-weight", "reply"], 2, "must be NAME=W"),
        (["communities", "{file}", "--layer-weight", "reply=x"], 2, "must be NAME=W"),
        (["communities", "{file}", "--layer-weight", "reply=1", "--layer-weight", "reply=2"], 2,
         "each name once"),
        (["communities", "{file}", "--layer-weight", "rply=1"], 2, "did you mean 'reply'"),
        (["communities", "{file}", "--format", "parquet"], 2, "-o FILE"),
        (["communities", "{file}", "-o", "{file}.no/such.csv"], 1, "cannot be written"),
        (["rank", "{file}", "--within-communities"], 2,
         "--within-communities says nothing without --communities"),
        (["rank", "{file}", "--by", "liaison", "--communities", "leidn"], 2,
         "did you mean 'leiden'"),
        (["rank", "{file}", "--by", "liaison", "--communities", "none.csv"], 1, "no such file"),
        (["rank", "{file}", "--by", "liaison", "--communities", "{folder}"], 1, "is a directory"),
        (["rank", "{file}", "--by", "pagerank", "--communities", "leiden"], 2, "uses labels"),
    ],
)  # fmt: skip
def test_errors_are_one_line_with_a_code(cliques, tmp_path, arguments, code, words):
    names = {"{file}": cliques, "{folder}": tmp_path}
    for name, path in names.items():
        arguments = [a.replace(name, str(path)) for a in arguments]
    got, out, err = keynodes(*arguments)
    assert (got, out) == (code, ""), err
    assert words in err
    if "Usage:" not in err:
        assert len([line for line in err.splitlines() if line.startswith("keynodes: ")]) == 1
        assert "Traceback" not in err
