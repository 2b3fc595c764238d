"""Planted graphs: what is promised of each holds, and what is stored is what is made."""

import gzip
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import networkx as nx
import numpy as np
import pandas
import pytest
from conftest import processor_seconds

from keynodes import FLOW, MEASURES, InteractionGraph, KeynodesError, UsageError
from keynodes.registry import pick
from keynodes.synthetic import (
    SYNTHETIC,
    Planted,
    census,
    gateways,
    recruiting,
    store,
    two_cells,
    write,
)
from keynodes.synthetic.storing import STORED

ROOT = Path(__file__).parents[1]
DAY = pandas.Timedelta(days=1)


def a_small_census():
    return census(accounts=1000, records=20_000)


MAKERS = {
    "two-cells": two_cells,
    "gateways": gateways,
    "recruiting": recruiting,
    "census": a_small_census,
}
every_graph = pytest.mark.parametrize("name", list(SYNTHETIC))


def graph_of(planted: Planted) -> InteractionGraph:
    """Arcs by the table of flows, as `build_graph` would make them."""
    back = planted.records["relation"].isin([r for r, row in FLOW.items() if row.flow == "back"])
    source, target = (planted.records[end].astype(str) for end in ("source", "target"))
    place = {account: i for i, account in enumerate(planted.truth["account"])}
    tails = np.where(back, target, source)
    heads = np.where(back, source, target)
    return InteractionGraph.from_arcs(
        list(place), [place[a] for a in tails], [place[a] for a in heads]
    )


def undirected(planted: Planted) -> nx.Graph:
    """Who acted on whom, whichever way."""
    graph = nx.Graph()
    graph.add_nodes_from(planted.truth["account"])
    graph.add_edges_from(zip(planted.records["source"], planted.records["target"], strict=True))
    return graph


def average_precision(planted: Planted, scores: np.ndarray) -> float:
    from sklearn.metrics import average_precision_score

    return average_precision_score(planted.truth["key"], scores)


# --- all of them ------------------------------------------------------------------------------


def test_every_graph_can_be_looked_up():
    assert list(SYNTHETIC) == list(MAKERS)
    assert pick(SYNTHETIC, "two_cells", "graph") is two_cells


@every_graph
def test_tables_have_the_promised_shape(name):
    planted = MAKERS[name]()
    records, truth = planted.records, planted.truth
    assert planted.name == name
    assert list(records.columns) == ["source", "target", "relation", "time", "evidence"]
    assert list(truth.columns) == ["account", "role", "community", "key"]
    assert set(records["relation"]) <= set(FLOW)
    assert not records.isna().any(axis=None)
    assert (records["source"].astype(str) != records["target"].astype(str)).all()
    assert records["time"].is_monotonic_increasing
    assert truth["account"].is_monotonic_increasing
    assert truth["account"].is_unique
    assert set(truth["key"]) == {0, 1}
    assert {*records["source"], *records["target"]} == set(truth["account"])
    assert nx.is_connected(undirected(planted))


@every_graph
def test_lists_hold_accounts_that_are_not_key(name):
    planted = MAKERS[name]()
    others = set(planted.truth.query("key == 0")["account"])
    for accounts in (planted.seeds, planted.protected):
        assert accounts == sorted(set(accounts))
        assert set(accounts) <= others
    assert planted.seeds
    assert not set(planted.seeds) & set(planted.protected)


@every_graph
def test_names_are_obviously_invented(name):
    pattern = re.compile(r"[ab]-(head|courier|(relay|reporter)-\d|\d\d)|c\d\d-\d{4}")
    assert all(pattern.fullmatch(account) for account in MAKERS[name]().truth["account"])


@pytest.mark.parametrize("name", ["gateways", "recruiting", "census"])
def test_another_seed_makes_another_graph(name):
    size = {"accounts": 1000, "records": 20_000} if name == "census" else {}
    first, again, other = (SYNTHETIC[name](**size, rng=rng) for rng in (1, 1, 2))
    pandas.testing.assert_frame_equal(first.records, again.records)
    pandas.testing.assert_frame_equal(first.truth, again.truth)
    assert not first.truth.equals(other.truth)


def test_the_same_bytes_in_any_process(tmp_path):
    program = (
        "import sys, hashlib\n"
        "from keynodes.synthetic import census, recruiting, gateways, write\n"
        "for made in (census(accounts=1000, records=20_000), recruiting(), gateways()):\n"
        "    for path in write(made, sys.argv[1]):\n"
        "        print(path.name, hashlib.sha256(path.read_bytes()).hexdigest())\n"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", program, tmp_path / seed],
            env={**os.environ, "PYTHONHASHSEED": seed, "KEYNODES_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, threads in (("1", "1"), ("2", "4"))
    ]
    assert outputs[0].count("\n") == 12
    assert outputs[0] == outputs[1]


# --- two cells --------------------------------------------------------------------------------


def test_two_cells_meet_at_the_couriers_only():
    planted = two_cells()
    graph = undirected(planted)
    crossing = [(u, v) for u, v in graph.edges if u[0] != v[0]]
    assert [set(edge) for edge in crossing] == [{"a-courier", "b-courier"}]
    scores = dict(
        zip(planted.truth["account"], MEASURES["vitality_pairs"](graph_of(planted)), strict=True)
    )
    assert sorted(scores, key=scores.get)[-2:] == ["a-courier", "b-courier"]
    # 80 accounts fall into 40 and 39: 3,160 pairs less 780 and 741.
    assert scores["a-courier"] == scores["b-courier"] == 1639


def test_two_cells_have_equal_sides():
    truth = two_cells().truth
    assert truth.groupby(["community", "role"]).size().to_dict() == {
        (cell, role): count
        for cell in "ab"
        for role, count in (
            ("gateway", 1),
            ("head", 1),
            ("member", 33),
            ("relay", 3),
            ("reporter", 2),
        )
    }


# --- gateways ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(12, 200, 2), (3, 40, 2), (5, 60, 3)])
def test_gateways_are_the_only_ways_and_none_is_the_only_one(size):
    communities, members, redundancy = size
    planted = gateways(communities=communities, members=members, redundancy=redundancy, rng=5)
    community = dict(zip(planted.truth["account"], planted.truth["community"], strict=True))
    key = set(planted.truth.query("key == 1")["account"])
    graph = undirected(planted)
    assert len(planted.truth) == communities * members
    assert len(key) == (communities - 1) * redundancy

    joining: dict[tuple[str, ...], set[str]] = {}
    for u, v in graph.edges:
        if community[u] != community[v]:
            pair = tuple(sorted((community[u], community[v])))
            joining.setdefault(pair, set()).update({u, v} & key)
            assert {u, v} & key
    assert len(joining) == communities - 1
    assert all(len(accounts) == redundancy for accounts in joining.values())

    assert not key & set(nx.articulation_points(graph))
    for gateway in sorted(key):
        rest = graph.copy()
        rest.remove_node(gateway)
        assert nx.is_connected(rest)
    for accounts in joining.values():
        rest = graph.copy()
        rest.remove_nodes_from(accounts)
        assert nx.number_connected_components(rest) == 2


def test_degree_does_not_find_the_gateways():
    planted = gateways()
    degree = dict(undirected(planted).degree)
    roles = planted.truth.assign(degree=planted.truth["account"].map(degree)).groupby("role")[
        "degree"
    ]
    assert roles.median()["gateway"] < 2 * roles.median()["member"] < roles.median()["hub"]


@pytest.mark.parametrize("wrong", [{"communities": 1}, {"redundancy": 1}, {"members": 10}])
def test_gateways_refuses_sizes_that_cannot_hold_them(wrong):
    with pytest.raises(UsageError, match="gateways"):
        gateways(**wrong)


# --- recruiting -------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[0, 7])
def recruits(request):
    """Planted graph, and for each newcomer: first sight, first contact, who else and when."""
    planted = recruiting(rng=request.param)
    role = dict(zip(planted.truth["account"], planted.truth["role"], strict=True))
    arrivals: dict[str, list[tuple[pandas.Timestamp, str]]] = {}
    for source, target, _, when, _ in planted.records.itertuples(index=False):
        for newcomer, other in ((source, target), (target, source)):
            if role[newcomer] in ("recruit", "newcomer"):
                arrivals.setdefault(newcomer, []).append((when, other))
    return planted, role, arrivals


def further_members(meetings):
    """Members other than the first contact met after the window and within the horizon."""
    first, contact = meetings[0]
    return {
        other
        for when, other in meetings
        if first + 7 * DAY < when <= first + 30 * DAY and other != contact
    }


def test_accounts_and_roles_are_as_many_as_promised(recruits):
    planted, _, _ = recruits
    roles = planted.truth["role"].value_counts().to_dict()
    assert len(planted.truth) == 2000
    assert {r: roles[r] for r in ("recruiter", "poster", "celebrity", "greeter")} == {
        "recruiter": 15,
        "poster": 15,
        "celebrity": 15,
        "greeter": 10,
    }
    assert set(planted.truth.query("key == 1")["role"]) == {"recruiter"}


def test_each_recruiter_is_first_contact_of_twenty_who_are_drawn_in(recruits):
    _, role, arrivals = recruits
    brought: dict[str, int] = {}
    for newcomer, meetings in arrivals.items():
        contact = meetings[0][1]
        assert (role[contact] == "recruiter") == (role[newcomer] == "recruit")
        if role[contact] == "recruiter":
            assert len(further_members(meetings)) >= 3
            brought[contact] = brought.get(contact, 0) + 1
    assert len(brought) == 15
    assert min(brought.values()) >= 20


def test_seventy_percent_of_newcomers_meet_somebody_else_first(recruits):
    _, role, arrivals = recruits
    others = [n for n, meetings in arrivals.items() if role[meetings[0][1]] != "recruiter"]
    assert len(others) / len(arrivals) == pytest.approx(0.7)
    # Chance brings them to posters and celebrities too, and half of them stay.
    contacts = {role[arrivals[n][0][1]] for n in others}
    assert contacts == {"poster", "celebrity", "greeter", "member"}
    ordinary = [n for n in others if role[arrivals[n][0][1]] != "greeter"]
    stayed = np.mean([len(further_members(arrivals[n])) >= 3 for n in ordinary])
    assert 0.45 < stayed < 0.55


def test_newcomers_of_greeters_leave(recruits):
    _, role, arrivals = recruits
    greeted: dict[str, int] = {}
    for meetings in arrivals.values():
        if role[meetings[0][1]] == "greeter":
            assert {other for _, other in meetings} == {meetings[0][1]}
            assert meetings[-1][0] <= meetings[0][0] + 7 * DAY
            greeted[meetings[0][1]] = greeted.get(meetings[0][1], 0) + 1
    assert set(greeted.values()) == {20}
    assert len(greeted) == 10


def test_newcomers_are_first_seen_well_inside_the_period(recruits):
    planted, _, arrivals = recruits
    start, end = planted.records["time"].iloc[[0, -1]]
    for meetings in arrivals.values():
        assert meetings[0][0] >= start + 55 * DAY
        assert meetings[0][0] + 37 * DAY <= end


def test_established_members_interact_before_anybody_arrives(recruits):
    planted, role, arrivals = recruits
    records = planted.records
    early = records[records["time"] < min(meetings[0][0] for meetings in arrivals.values())]
    home = dict(zip(planted.truth["account"], planted.truth["community"], strict=True))
    same = early["source"].map(home) == early["target"].map(home)
    established = {a for a, r in role.items() if r not in ("recruit", "newcomer")}
    assert set(early[same]["source"]) == established
    late = records[records["time"] > records["time"].iloc[-1] - 60 * DAY]
    assert len(set(late["source"]) & established) > 0.8 * len(established)


def test_one_message_may_address_many(recruits):
    planted, role, _ = recruits
    messages = planted.records.groupby("evidence")
    assert (messages[["source", "time"]].nunique() == 1).all(axis=None)
    of_many = messages.size()
    senders = messages["source"].first()[of_many > 1].map(role)
    assert {"poster", "recruiter"} <= set(senders)


def test_loud_and_loved_accounts_lead_by_degree(recruits):
    planted, _, _ = recruits
    graph = graph_of(planted)
    assert average_precision(planted, MEASURES["out_degree"](graph)) < 0.3
    leaders = planted.truth["role"].to_numpy()[np.argsort(-MEASURES["out_degree"](graph))[:20]]
    assert set(leaders) <= {"poster", "celebrity"}


# --- census -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("accounts", "records"), [(1000, 10_000), (3000, 40_000)])
def test_census_has_the_size_asked_for(accounts, records):
    planted = census(accounts=accounts, records=records)
    assert (len(planted.truth), len(planted.records)) == (accounts, records)
    roles = planted.truth["role"].value_counts()
    assert roles["recruiter"] == roles["gateway"] == roles["poster"] == roles["celebrity"] == 3
    year = planted.records["time"].iloc[-1] - planted.records["time"].iloc[0]
    assert 350 * DAY < year <= 365 * DAY


def test_census_recruiters_are_the_first_to_address_many():
    planted = census(accounts=3000, records=60_000)
    role = dict(zip(planted.truth["account"], planted.truth["role"], strict=True))
    seen: set[str] = set()
    first: dict[str, int] = {}
    for source, target in planted.records[["source", "target"]].itertuples(index=False):
        if target not in seen and source in seen:
            first[source] = first.get(source, 0) + 1
        seen |= {source, target}
    recruiters = [account for account, r in role.items() if r == "recruiter"]
    assert min(first[account] for account in recruiters) >= 30


@pytest.mark.compiled
def test_census_is_made_in_time_and_neither_trivial_nor_hopeless(tmp_path):
    """A tenth of the full size; the full one must take less than 30 s."""
    start = processor_seconds()
    planted = census(accounts=7000, records=500_000)
    write(planted, tmp_path)
    assert processor_seconds() - start < 10
    graph = graph_of(planted)
    assert 0.6 < graph.m / len(planted.records) < 0.9
    out_degree, h_index = (
        average_precision(planted, MEASURES[name](graph)) for name in ("out_degree", "h_index")
    )
    assert out_degree < 0.2 < h_index
    # Heavy tails: the most heard account has twenty times the median.
    degrees = MEASURES["out_degree"](graph)
    assert degrees.max() > 15 * np.median(degrees)


@pytest.mark.parametrize("wrong", [{"accounts": 999}, {"accounts": 1000, "records": 9999}])
def test_census_refuses_sizes_that_cannot_hold_it(wrong):
    with pytest.raises(UsageError, match="census"):
        census(**wrong)


# --- files ------------------------------------------------------------------------------------


@every_graph
def test_written_files_hold_the_tables(name, tmp_path):
    planted = MAKERS[name]()
    paths = write(planted, tmp_path / "new")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(
        path.name for path in paths
    )
    records, truth, seeds, protected = (pandas.read_csv(path) for path in paths)
    for column in ("source", "target", "relation"):
        assert records[column].tolist() == planted.records[column].tolist()
    if name == "two-cells":
        assert records["time"].tolist() == planted.records["time"].tolist()
    else:
        assert records["time"].str.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ").all()
        times = pandas.to_datetime(records["time"]).astype("datetime64[s, UTC]")
        assert (times == planted.records["time"]).all()
    assert truth.to_csv() == planted.truth.to_csv()
    assert seeds["account"].tolist() == planted.seeds
    assert protected["account"].tolist() == planted.protected


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    write(two_cells(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def fail(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(KeynodesError, match="the disk is full"):
        write(gateways(communities=2, members=40), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def content(path: Path) -> bytes:
    """What a file holds: compressed bytes may differ from one zlib to the next."""
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def test_stored_files_are_what_their_recipes_make(tmp_path):
    made = store(tmp_path)
    for path in made[:-1]:
        relative = path.relative_to(tmp_path)
        assert content(path) == content(ROOT / relative), f"{relative} is not what is stored"


def test_stored_files_have_their_checksums():
    listed = {}
    for line in (ROOT / "graphs" / "checksums.txt").read_text().splitlines():
        checksum, _, name = line.partition("  ")
        listed[name] = checksum
        assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == checksum, name
    # Nothing else lies there: no real data can have slipped in.
    there = {
        f"{folder}/{p.name}" for folder in ("graphs", "seeds") for p in (ROOT / folder).iterdir()
    }
    sheets = {"graphs/README.md", "graphs/checksums.txt", "seeds/README.md"}
    assert there == {*listed, *sheets}
    assert all((ROOT / name).stat().st_size < 500_000 for name in there)


def test_compressed_files_carry_no_date():
    for name in STORED:
        if name.endswith(".gz"):
            assert (ROOT / "graphs" / name).read_bytes()[3:8] == bytes(5)


def test_data_sheets_say_how_many_there_are():
    sheet = (ROOT / "graphs" / "README.md").read_text(encoding="utf-8")
    for name, make in STORED.items():
        planted = make()
        section = sheet.split(f"## {name}")[1].split("\n## ")[0]
        assert f"{len(planted.truth):,} accounts, {len(planted.records):,} records" in section
