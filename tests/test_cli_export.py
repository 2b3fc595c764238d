"""`keynodes export`, from records to a file that other programs read."""

import gzip
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import networkx
import pytest
from commands import SAMPLE, keynodes, table

from keynodes import build_graph, rank, read_interactions

CHEAP = ("--by", "pagerank")


def attributes(network):
    return dict(network.nodes(data=True))


def test_from_records_to_a_picture(tmp_path):
    path = tmp_path / "graph.graphml"
    code, out, err = keynodes("export", SAMPLE, "-o", path)
    assert (code, out) == (0, "")
    graph = build_graph(read_interactions(SAMPLE))
    network = networkx.read_graphml(path)
    assert isinstance(network, networkx.DiGraph)
    assert sorted(network) == graph.accounts.tolist()
    assert network.number_of_edges() == graph.m
    nodes = attributes(network)
    ranks = dict(zip(graph.accounts, rank(graph).ranks, strict=True))
    assert {account: facts["rank"] for account, facts in nodes.items()} == ranks
    first = nodes[min(ranks, key=ranks.get)]
    assert first["size"] == max(facts["size"] for facts in nodes.values()) > 40
    assert {"label", "x", "y", "r", "g", "b", "color", "community", "role"} < set(first)
    assert len({(facts["x"], facts["y"]) for facts in nodes.values()}) == graph.n
    assert f"{graph.n:,} nodes and {graph.m:,} arcs in {path}" in err
    assert "colours: the" in err


def test_the_manifest_says_how_to_make_it_again(tmp_path):
    path, plan = tmp_path / "graph.gexf", tmp_path / "plan.csv"
    plan.write_text("account,step\n" + f"{networkx_first(1)},1\n")
    aliases, mapping = tmp_path / "aliases.csv", tmp_path / "mapping.toml"
    aliases.write_text("account,alias\na-head,a-01\n")
    assert keynodes("validate", SAMPLE, "--save-mapping", mapping)[0] == 0
    beside = ("--aliases", aliases, "--reader", mapping, "--takedown", plan)
    code, _, err = keynodes("export", SAMPLE, "-o", path, *CHEAP, *beside, "--seed", 4)
    assert code == 0, err
    manifest = json.loads(Path(f"{path}.manifest.json").read_text())
    assert manifest["command"] == "export"
    read = [SAMPLE, mapping, aliases, plan]
    assert [entry["name"] for entry in manifest["inputs"]] == list(map(str, read))
    assert manifest["output"]["bytes"] == path.stat().st_size
    options = manifest["options"]
    assert (options["by"], options["seed"], options["format"]) == (["pagerank"], 4, "gexf")
    assert options["layout"] == "communities"


def networkx_first(number):
    graph = build_graph(read_interactions(SAMPLE))
    return graph.accounts[rank(graph, "pagerank").order[number - 1]]


def test_two_files_of_a_spreadsheet(tmp_path):
    path = tmp_path / "graph.csv"
    code, _, err = keynodes("export", SAMPLE, "-o", path, *CHEAP, "--top", 10)
    assert code == 0, err
    assert f"in {path} and {tmp_path / 'graph.nodes.csv'}" in err
    nodes = table((tmp_path / "graph.nodes.csv").read_text())
    edges = table(path.read_text())
    assert len(nodes) == 10
    ids = {row["Id"] for row in nodes}
    assert all({row["Source"], row["Target"]} <= ids for row in edges)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "graph.csv",
        "graph.csv.manifest.json",
        "graph.nodes.csv",
        "graph.nodes.csv.manifest.json",
    ]


def test_packed_and_forced_formats(tmp_path):
    code, _, err = keynodes("export", SAMPLE, "-o", tmp_path / "g.json.gz", *CHEAP, "--top", 5)
    assert code == 0, err
    with gzip.open(tmp_path / "g.json.gz", "rt") as stream:
        assert len(json.load(stream)["nodes"]) == 5
    code, _, err = keynodes(
        "export", SAMPLE, "-o", tmp_path / "g.xml", "--format", "graphml", *CHEAP
    )
    assert code == 0, err
    assert networkx.read_graphml(tmp_path / "g.xml").number_of_nodes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "graph.xlsx"], "ends in .graphml, .gexf, .json, .csv"),
        ([], "name the file to write: -o graph.graphml"),
        (["-o", "g.graphml", "--layout", "comunities"], "did you mean 'communities'"),
        (["-o", "g.graphml", "--level", "account"], "did you mean 'accounts'"),
        (["-o", "g.graphml", "--level", "communities", "--top", "3"], "leave --top, --around and"),
        (["-o", "g.graphml", "--level", "communities", "--around", "nobody"], "shows all comm"),
        (["-o", "g.graphml", "--by", "pagerang"], "did you mean 'pagerank'"),
        (["-o", "g.graphml", "--format", "xlsx"], "there is no format 'xlsx'"),
        (["-o", "g.graphml", "--communities", "leidem"], "did you mean 'leiden'"),
        (["-o", "g.graphml", "--ego", "2"], "give --top, --around, or --seeds"),
        (["-o", "g.graphml", "--allow-unknown"], "says nothing without"),
        (["-o", "g.graphml", "--label", "handle"], "no fact 'handle'"),
    ],
)
def test_what_cannot_be_done_is_said(arguments, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    extra = [] if "--by" in arguments else CHEAP
    code, _, err = keynodes("export", SAMPLE, *arguments, *extra)
    assert code == 2
    assert said in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["g.json", "g.json.gz"])
def test_a_picture_for_gephi_lite_is_not_read(name, tmp_path):
    path = tmp_path / name
    assert keynodes("export", SAMPLE, "-o", path, *CHEAP)[0] == 0
    code, out, err = keynodes("rank", path)
    assert (code, out) == (1, "")
    assert "is a picture for Gephi Lite" in err
    assert "read the .graphml or .gexf" in err


def test_an_input_is_never_written_over(tmp_path):
    records = tmp_path / "g.csv"
    records.write_text("source,target\na,b\n")
    nodes = tmp_path / "h.nodes.csv"
    nodes.write_text("account\na\n")
    for arguments in (["-o", records], ["-o", tmp_path / "h.csv", "--seeds", nodes]):
        code, _, err = keynodes("export", records, *arguments, "--flow", "forth")
        assert code == 2
        assert "would be written over, but it is read" in err
    assert records.read_text() == "source,target\na,b\n"
    assert nodes.read_text() == "account\na\n"


def test_lists_are_marked_and_checked(tmp_path):
    protect, seeds, path = (tmp_path / name for name in ("p.csv", "s.csv", "g.graphml"))
    protect.write_text(f"account\n{networkx_first(3)}\nnobody\n")
    seeds.write_text(f"account\n{networkx_first(2)}\n")
    lists = ["--protect", protect, "--seeds", seeds]
    code, _, err = keynodes("export", SAMPLE, "-o", path, *CHEAP, *lists)
    assert code == 1
    assert "--allow-unknown" in err
    assert not path.exists()
    code, _, err = keynodes("export", SAMPLE, "-o", path, *CHEAP, *lists, "--allow-unknown")
    assert code == 0
    assert "passed over" in err
    nodes = attributes(networkx.read_graphml(path))
    assert [a for a, facts in nodes.items() if facts["protected"]] == [networkx_first(3)]
    assert [a for a, facts in nodes.items() if facts["seed"]] == [networkx_first(2)]


def test_a_handle_in_the_place_of_an_id_is_told(tmp_path):
    facts, listed, path = (tmp_path / name for name in ("a.csv", "l.csv", "g.graphml"))
    facts.write_text(f"account,handle\n{networkx_first(1)},alice\n")
    listed.write_text("account\nAlice\n")
    said = f"is the handle of '{networkx_first(1)}'"
    for asked in (["--around", "alice"], ["--protect", listed], ["--takedown", listed]):
        code, _, err = keynodes("export", SAMPLE, "-o", path, *CHEAP, "--accounts", facts, *asked)
        assert (code, path.exists()) == (1, False)
        assert said in err
    code, _, err = keynodes(
        "export", SAMPLE, "-o", path, *CHEAP, "--accounts", facts, "--seeds", listed
    )
    # The measure needs a seed to begin with.
    assert (code, said in err) == (2, True)


def test_a_plan_by_takedown_comes_with_its_steps(tmp_path):
    plan, path = tmp_path / "plan.csv", tmp_path / "g.graphml"
    code, _, err = keynodes("takedown", SAMPLE, "--budget", 3, "--strategy", "pagerank", "-o", plan)
    assert code == 0, err
    removed = [row["account"] for row in table(plan.read_text())]
    code, _, err = keynodes("export", SAMPLE, "-o", path, *CHEAP, "--takedown", plan)
    assert code == 0, err
    nodes = attributes(networkx.read_graphml(path))
    steps = {facts["removal_step"]: a for a, facts in nodes.items() if "removal_step" in facts}
    assert [steps[step] for step in (1, 2, 3)] == removed
    assert len(steps) == 3
    assert {nodes[account]["color"] for account in removed} == {"#000000"}


def test_facts_about_accounts_travel(tmp_path):
    facts, path = tmp_path / "accounts.csv", tmp_path / "g.graphml"
    one, two = networkx_first(1), networkx_first(2)
    facts.write_text(f"account,followers,handle\n{one},12,@one\n{two},7,\n")
    code, _, err = keynodes(
        "export", SAMPLE, "-o", path, *CHEAP, "--accounts", facts, "--label", "handle"
    )
    assert code == 0, err
    nodes = attributes(networkx.read_graphml(path))
    assert (nodes[one]["followers"], nodes[one]["label"]) == (12, "@one")
    assert (nodes[two]["followers"], nodes[two]["label"]) == (7, two)


def test_communities_of_a_file_and_as_nodes(tmp_path):
    labels, path = tmp_path / "labels.csv", tmp_path / "g.graphml"
    code, _, err = keynodes("communities", SAMPLE, "-o", labels)
    assert code == 0, err
    sizes = {row["community"]: int(row["size"]) for row in table(labels.read_text())}
    code, _, err = keynodes(
        "export", SAMPLE, "-o", path, *CHEAP, "--communities", labels, "--level", "communities"
    )
    assert code == 0, err
    nodes = attributes(networkx.read_graphml(path))
    assert {name: facts["members"] for name, facts in nodes.items()} == sizes


def test_the_same_file_in_every_process(tmp_path):
    made = []
    for threads, salt in (("1", "1"), ("2", "77")):
        path = tmp_path / f"g{threads}.graphml"
        done = subprocess.run(
            [
                str(Path(sys.executable).parent / "keynodes"),
                "export",
                SAMPLE,
                "-o",
                path,
                *CHEAP,
                "-q",
            ],
            env={**os.environ, "KEYNODES_THREADS": threads, "PYTHONHASHSEED": salt},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert (done.returncode, done.stderr) == (0, "")
        made.append(path.read_bytes())
    assert made[0] == made[1]


def test_ctrl_c_leaves_nothing(tmp_path):
    records = tmp_path / "records.csv"
    rows = [f"u{i % 4999},u{(i * i + 7) % 9973}" for i in range(60_000)]
    records.write_text("source,target\n" + "\n".join(rows) + "\n")
    before = set(tmp_path.iterdir())
    program = shlex.quote(str(Path(sys.executable).parent / "keynodes"))
    arguments = f"export {records} --flow forth --by in_degree -o {tmp_path / 'g.graphml'}"
    # Fruchterman and Reingold's layout of so many accounts takes a while, in igraph.
    process = subprocess.Popen(
        f"exec {program} {arguments} --communities components --layout fruchterman-reingold",
        shell=True,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    # The layout has begun when its process has.
    while not children(process.pid) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert process.poll() is None, process.stderr.read()
    worker = children(process.pid)
    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "interrupted" in err
    assert time.monotonic() - asked < 10
    assert set(tmp_path.iterdir()) == before
    assert not any(Path(f"/proc/{child}").exists() for child in worker)


def children(pid):
    path = Path(f"/proc/{pid}/task/{pid}/children")
    if not path.exists():
        pytest.skip("no list of child processes here")
    return path.read_text().split()
