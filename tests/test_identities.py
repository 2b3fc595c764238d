"""Who is who: handles, removals, several platforms, aliases; and facts about accounts in tables."""

import json
from dataclasses import replace
from pathlib import Path

import pandas
import pytest
from commands import keynodes, table
from reading import rows

from keynodes import ReadingError, UnknownAccount, build_graph, rank, takedown
from keynodes.interactions import COLUMNS
from keynodes.lists import match, read_aliases
from keynodes.readers import READERS, damage, frames, read_interactions, reading
from keynodes.readers.damage import beyond_chance, damaged_ids
from keynodes.readers.requests import Reader

EXPORTS = Path(__file__).parent / "exports"


@pytest.fixture
def export(write):
    """A reader that says of accounts what it is told to: the frame of what real ones find."""
    registered = dict(READERS)

    def _export(platform="flock", name="flock.csv", **said):
        def load(file, request, loader):
            part = READERS["delimited"].load(file, request, loader)
            known = {
                key: pandas.DataFrame(rows, columns=columns, dtype=object)
                for key, columns, rows in (
                    ("handles", ["account", "handle", "time"], said.get("handles")),
                    ("removals", ["account", "time", "event", "evidence"], said.get("removals")),
                )
                if rows is not None
            }
            return replace(part, attributes=said.get("attributes"), **known)

        def detects(file):
            return file.head.startswith(f"{platform}_".encode())

        # In front of the others, which would take it for a table.
        _put({platform: Reader(detects, load, platform, "", platform), **READERS})
        body = said.get("body", "1,2,RT,2024-05-01\n2,3,RT,2024-05-02\n")
        return write(f"{platform}_note,source,target,relation,time\n" + "".join(
            f"x,{line}\n" for line in body.splitlines()), name)  # fmt: skip

    yield _export
    _put(registered)


def _put(readers):
    """Their order is that in which they are tried."""
    READERS.clear()
    READERS.update(readers)


# --- handles and removals ------------------------------------------------------------------------


def test_the_last_handle_is_the_handle_and_a_change_makes_a_history(export):
    path = export(
        handles=[
            ("1", "bea", "2024-05-03"),
            ("1", "ann", "2024-05-01"),
            ("1", "ann", "2024-05-02"),
            ("2", "cy", None),
            ("3", "", "2024-05-01"),
        ]
    )
    facts = read_interactions(path).attributes
    assert facts["handle"].to_dict() == {"1": "bea", "2": "cy"}
    history = json.loads(facts["handles"]["1"])
    assert history == [["ann", "2024-05-01T00:00:00Z"], ["bea", "2024-05-03T00:00:00Z"]]
    assert facts["handles"]["2"] is None


def test_without_any_change_there_is_no_column_of_histories(export):
    facts = read_interactions(export(handles=[("1", "a\n,\x1b", "2024-05-01")])).attributes
    assert facts.columns.tolist() == ["handle"]
    assert facts["handle"]["1"] == "a\n,\x1b"


def test_removals_are_kept_oldest_first_and_told_of_their_accounts(export):
    path = export(
        removals=[
            ("1", "2024-05-04", "account suspended", None),
            ("2", "2024-05-03", "post deleted", "77"),
            ("3", "2024-05-05", "takendown", None),
            ("2", "2024-05-01", "account suspended", None),
            ("2", "2024-05-02", "account restored", None),
            ("4", None, "deleted", None),
        ]
    )
    found = read_interactions(path)
    times = found.removals["time"].dt.strftime("%m-%d").fillna("").tolist()
    assert times == ["", "05-01", "05-02", "05-03", "05-04", "05-05"]
    assert found.removals["event"].iloc[-1] == "account takendown"
    assert found.removals["evidence"].dropna().tolist() == ["77"]
    facts = found.attributes
    assert facts["removed_how"].to_dict() == {
        "1": "account suspended",
        "3": "account takendown",
        "4": "account deleted",
    }  # a deleted post is no removed account, and account 2 came back
    assert facts["removed_at"]["1"] == "2024-05-04T00:00:00Z"
    assert facts["removed_at"]["4"] is None
    assert "6 removal(s)" in "".join(found.report.notices)


def test_the_word_of_the_user_goes_before_that_of_a_file_value_by_value(export):
    said = pandas.DataFrame({"team": ["red", "blue"], "weight": ["9", "9"]}, index=["1", "2"])
    path = export(handles=[("1", "ann", None), ("2", "bob", None)], attributes=said)
    given = pandas.DataFrame({"account": ["1", "2", "9"], "handle": ["Ann!", "", "zoe"]})
    found = read_interactions(path, accounts=given)
    facts = found.attributes
    assert facts["handle"].to_dict() == {"1": "Ann!", "2": "bob", "9": "zoe"}
    assert facts["team"].dropna().to_dict() == {"1": "red", "2": "blue"}
    assert found.given_attributes == ("handle",)
    # A node's weight may be anything: nothing is counted by it unasked.
    assert "weight" not in facts.columns
    assert facts["node_weight"].dropna().to_dict() == {"1": "9", "2": "9"}
    assert any("node_weight" in notice for notice in found.report.notices)


# --- several platforms ----------------------------------------------------------------------------


def test_ids_of_one_platform_stay_as_they_are(export):
    path = export(handles=[("1", "ann", None)])
    assert rows(read_interactions(path)) == [("1", "2"), ("2", "3")]


def test_ids_of_several_platforms_begin_with_the_platform(export, write):
    one = export("flock", "a.csv", handles=[("1", "ann", None)])
    other = export("herd", "b.csv", removals=[("1", "2024-05-01", "suspended", None)])
    plain = write("source,target,relation,time\n1,2,RT,2024-05-03\n", "plain.csv")
    found = read_interactions([one, other, plain])
    assert rows(found) == [
        ("1", "2"),
        ("flock:1", "flock:2"),
        ("flock:2", "flock:3"),
        ("herd:1", "herd:2"),
        ("herd:2", "herd:3"),
    ]
    assert found.attributes["handle"].dropna().to_dict() == {"flock:1": "ann"}
    assert found.attributes["removed_how"].dropna().to_dict() == {"herd:1": "account suspended"}
    assert found.removals["account"].tolist() == ["herd:1"]
    said = " ".join(found.report.notices)
    assert "flock:…, herd:…" in said
    assert "plain.csv are left as they are" in said
    graph = build_graph(found)
    with pytest.raises(UnknownAccount, match="did you mean 'flock:3'"):
        match(graph, ["3"], "seed").require("--allow-unknown")
    with pytest.raises(UnknownAccount, match="did you mean 'flock:3'"):
        graph.index_of("3")


# --- aliases ------------------------------------------------------------------------------------


def test_aliases_are_followed_to_the_end_of_the_chain(write):
    path = write("account,alias\nann,ann2\nann2,ann3\nbob,bob\n", "aliases.csv")
    assert read_aliases(path) == {"ann2": "ann", "ann3": "ann"}
    assert read_aliases(pandas.DataFrame({"alias": ["x"], "account": ["y"]})) == {"x": "y"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("account,alias\na,b\nb,c\nc,a\n", "line 4: .* leads back to itself"),
        ("account,alias\na,b\nb,a\n", "line 3: .* leads back to itself"),
        (
            "account,alias\na,x\n\nb,x\n",
            "line 4: 'x' is an alias of 'b' here, but of 'a' in line 2",
        ),
        ("account,alias\na,\n", "line 2: the alias is blank"),
        ("account,alais\na,b\n", "no column 'alias' .* did you mean 'alais'"),
        ("account,alias,alias\na,b,c\n", "more than one column 'alias'"),
        ("account,alias\n", "names no aliases"),
        ("account,alias\nann,ann\n", "names no aliases"),
        ("", "is empty"),
    ],
)
def test_aliases_that_cannot_be_are_refused_with_their_line(write, text, words):
    with pytest.raises(ReadingError, match=words):
        read_aliases(write(text, "aliases.csv"))


def test_a_long_chain_of_aliases_takes_no_time():
    chain = {f"a{i}": f"a{i + 1}" for i in range(50_000)}
    assert set(read_aliases(chain).values()) == {"a50000"}


def test_numbers_as_aliases_are_refused():
    with pytest.raises(ReadingError, match="row 1: the alias must be text"):
        read_aliases(pandas.DataFrame({"account": ["a"], "alias": [12345678901234567890]}))


@pytest.fixture
def merged(write):
    path = write(
        "source,target,relation\nfan,ann\x202,RT\nfan,ann,RT\nann\x202,ann,RT\ncy,fan,RT\n"
    )
    aliases = write('account,alias\nann,"ann\x202"\nann,ghost\n', "aliases.csv")
    return read_interactions(path, aliases=aliases)


def test_records_of_an_alias_become_those_of_its_account(merged):
    assert rows(merged) == [("ann", "ann"), ("cy", "fan"), ("fan", "ann"), ("fan", "ann")]
    assert merged.report.self_loops == 1
    said = " ".join(merged.report.notices)
    assert "aliases: 1 account(s) merged into 1, in 2 record(s)" in said
    assert "aliases: 1 of 3 names do not occur in the records: 'ghost'" in said


def test_a_list_may_name_the_alias(merged):
    graph = build_graph(merged)
    assert graph.accounts.tolist() == ["ann", "cy", "fan"]
    found = match(graph, ["ann\x202", "ann", "ghost"], "seed")
    assert (found.indices.tolist(), found.unknown, found.asked) == ([0], (), 1)
    assert graph.index_of("ann\x202") == 0
    protected = rank(graph, ["in_degree"], protected=["ann\x202"]).to_frame()
    assert protected.set_index("account")["protected"].to_dict() == {
        "ann": True,
        "cy": False,
        "fan": False,
    }
    # The hub would go first; named by an alias it is protected all the same.
    assert takedown(graph, budget=1, strategy="out_degree").to_frame()["account"].tolist() == [
        "ann"
    ]
    kept = takedown(graph, budget=1, strategy="out_degree", protect=["ghost"])
    assert kept.to_frame()["account"].tolist() == ["fan"]
    labelled = rank(graph, ["liaison"], labels={"ann\x202": "a", "cy": "b", "fan": "c"})
    assert not [notice for notice in labelled.notices if "no label" in notice]


def test_every_list_of_the_command_line_may_name_the_alias(write, tmp_path):
    path = write("source,target,relation\nfan,ann2,RT\nfan,ann,RT\ncy,fan,RT\ncy,ann,RT\n")
    aliases = write("account,alias\nann,ann2\n", "aliases.csv")
    named = write("ann2\n", "named")
    priced = write("account,cost\nann2,3\n", "costs.csv")
    common = (path, "--aliases", aliases)
    for arguments, column in (
        (("rank", *common, "--protect", named, "--by", "in_degree"), "protected"),
        (("keyplayers", *common, "--size", 1, "--protect", named), None),
        (("takedown", *common, "--budget", 1, "--protect", named), None),
        (("takedown", *common, "--budget", 9, "--costs", priced), None),
        (("curve", *common, "--plan", named), "account"),
        (("reach", *common, "--seeds", named, "--vitality", "--worlds", 16), "seed"),
        (("explain", *common[:1], "ann2", *common[1:], "--by", "in_degree"), None),
    ):
        code, out, err = keynodes(*arguments)
        assert (code, "not in the graph" in err) == (0, False), (arguments, err)
        if column == "account":
            assert [row["account"] for row in table(out)] == ["ann"]
        elif column is not None:
            assert {row["account"] for row in table(out) if row[column] == "1"} == {"ann"}


def test_facts_of_aliases_fill_those_of_the_account_and_posts_add_up(write):
    path = write("source,target\nfan,ann\nfan,ann2\n")
    facts = pandas.DataFrame(
        {"account": ["ann2", "ann", "fan"], "posts": [3, 4, 1], "team": ["red", "", "blue"]}
    )
    found = read_interactions(path, accounts=facts, aliases={"ann2": "ann"})
    assert found.attributes["posts"].to_dict() == {"ann": 7.0, "fan": 1.0}
    assert found.attributes["team"].to_dict() == {"ann": "red", "fan": "blue"}


def test_aliases_of_platforms_are_named_with_them(export):
    one, other = export("flock", "a.csv"), export("herd", "b.csv")
    found = read_interactions([one, other], aliases={"herd:1": "flock:1", "1": "flock:2"})
    assert {source for source, _ in rows(found)} == {"flock:1", "flock:2", "herd:2"}
    assert any("begin with the platform)" in notice for notice in found.report.notices)


# --- damaged ids ----------------------------------------------------------------------------------


def damaged(*ids, evidence=None):
    frame = pandas.DataFrame({"source": ids, "target": ["x"] * len(ids)})
    if evidence is not None:
        frame["evidence"] = evidence
    return [one for one in read_interactions(frame).report.notices if "DAMAGED" in one]


@pytest.mark.parametrize("one", ["1.29E+18", "1,29E+18", "1.29e18", "1E+18", "-1.5E+12"])
def test_ids_in_scientific_notation_are_flagged_with_count_and_example(one):
    (notice,) = damaged(one, one, "ann")
    assert "1 account ids in 2 record(s) are numbers in scientific notation" in notice
    assert repr(one) in notice


def test_ids_with_a_fraction_are_flagged():
    (notice,) = damaged("1294.0", "77.0", "x")
    assert "2 account ids in 2 record(s) have a decimal fraction" in notice


@pytest.mark.parametrize("one", ["12e45", "2.0", "deadbeef1e10", "1e5", "E+18", "v1.0", "100000"])
def test_names_that_only_look_a_little_so_are_not(one):
    assert damaged(one, "ann") == []


def test_ids_cut_to_fifteen_digits_are_flagged():
    ids = [f"12345678901{i:04}000" for i in range(40)]
    (notice,) = damaged(*ids)
    assert "40 account ids in 40 record(s) of 40 long ones end in 000" in notice


def test_ids_cut_to_seventeen_digits_are_flagged():
    ids = [f"12345678901{i:05}100" for i in range(40)]
    (notice,) = damaged(*ids)
    assert "end in 00," in notice


def test_evidence_is_looked_at_too():
    ids = [f"12345678901{i:04}000" for i in range(10)]
    (notice,) = damaged(*["ann"] * 10, evidence=ids)
    assert "10 evidence ids" in notice
    # One message that names many is one id.
    assert damaged(*["ann"] * 10, evidence=ids[:1] * 10) == []


def test_zeros_of_chance_are_no_alarm():
    import numpy

    rng = numpy.random.default_rng(7)
    alarms = 0
    for _ in range(200):
        # Clock ids whose last three bits are 0: one in 125 ends in 000, one in 25 in 00.
        ids = rng.integers(10**17, 10**18, 500) * 8
        thousands, hundreds = int((ids % 1000 == 0).sum()), int((ids % 100 == 0).sum())
        alarms += beyond_chance(thousands, 500, 1 / 125) or beyond_chance(hundreds, 500, 1 / 25)
    assert alarms == 0
    assert damaged("1234567890123456000", "1234567890123457000", "1234567890123458000") == []


def test_evidence_that_counts_up_is_no_alarm(monkeypatch):
    monkeypatch.setattr(damage, "SAMPLE", 2000)
    # More records than are looked at, of ids that are all multiples of 8.
    count = 10 * damage.SAMPLE
    frame = pandas.DataFrame({"source": "a", "target": "b", "evidence": range(count)})
    frame["evidence"] = (8 * frame["evidence"] + 10**18).astype(str)
    assert not [one for one in read_interactions(frame).report.notices if "DAMAGED" in one]
    frame["evidence"] = frame["evidence"].str.slice(0, 16) + "000"
    assert [one for one in read_interactions(frame).report.notices if "DAMAGED" in one]


def test_only_the_rows_asked_for_are_looked_at():
    frame = pandas.DataFrame({"source": ["1.2E+10", "ann"], "target": ["x", "y"]})
    found = read_interactions(frame)
    assert len(damaged_ids(found.connection, "rowid >= 0")) == 1
    assert damaged_ids(found.connection, "rowid >= 1") == []


# --- facts in every table -----------------------------------------------------------------------


@pytest.fixture
def facts(write):
    return write(
        'account,team,score,Account,step\nstar,"=x, y",7,@star,4\nfan0,,8,f,5\n', "facts.csv"
    )


def test_facts_about_nobody_here_are_said():
    records = pandas.DataFrame({"source": ["ann"], "target": ["bob"]})
    for name, told in (("@ann", True), ("ann", False), ("ann_2", False)):
        given = pandas.DataFrame({"account": [name, "zoe"], "team": ["red", "blue"]})
        found = read_interactions(records, accounts=given, aliases={"ann_2": "ann"})
        assert any("none of 2 account(s) occurs" in said for said in found.report.notices) is told


def test_facts_stand_after_the_columns_of_the_table(retweets, facts, tmp_path):
    code, out, err = keynodes("rank", retweets, "--by", "out_degree", "--accounts", facts)
    assert code == 0
    assert (
        out.splitlines()[0] == "rank,account,score,team,account_score,account_Account,account_step"
    )
    first = table(out)[0]
    assert (first["account"], first["team"], first["account_score"]) == ("star", "=x, y", "7")
    assert "'score' stands as 'account_score'" in err
    # The scores are those without facts.
    _, without, _ = keynodes("rank", retweets, "--by", "out_degree")
    assert [row["score"] for row in table(out)] == [row["score"] for row in table(without)]


@pytest.mark.parametrize(
    "command",
    [
        ("communities", "--runs", 2),
        ("communities", "--gatekeepers", "--runs", 2),
        ("takedown", "--budget", 2),
        ("keyplayers", "--size", 1),
        ("reach", "--worlds", 16),
        ("reach", "--worlds", 16, "--vitality"),
        ("hubs", "--labels", "{labels}"),
        ("takedown", "--budget", 1, "--impact"),
    ],
)
def test_facts_travel_to_every_table_of_accounts(retweets, facts, write, command):
    labels = write("account,label\nstar,a\nfan0,b\nfan1,b\n", "labels.csv")
    name, *options = [str(part).replace("{labels}", str(labels)) for part in command]
    code, plain, _ = keynodes(name, retweets, *options)
    assert code == 0
    code, out, _ = keynodes(name, retweets, *options, "--accounts", facts)
    assert code == 0
    own = plain.splitlines()[0]
    assert out.splitlines()[0].startswith(f"{own},team,")
    for row in table(out):
        expected = "=x, y" if row["account"] == "star" else ""
        assert row["team"] == expected


def test_what_was_written_with_facts_is_read_back_as_a_list(retweets, facts, tmp_path):
    out = tmp_path / "rank.csv"
    keynodes("rank", retweets, "--by", "out_degree", "--accounts", facts, "-o", out)
    code, planned, _ = keynodes("curve", retweets, "--plan", out)
    assert code == 0
    assert table(planned)[0]["account"] == "star"
    grouped = tmp_path / "groups.csv"
    labelled = tmp_path / "labelled.csv"
    labelled.write_text("account,label\nstar,mine\n")
    keynodes("communities", retweets, "--runs", 2, "--accounts", labelled, "-o", grouped)
    code, _, err = keynodes("rank", retweets, "--by", "liaison", "--labels", grouped)
    assert code == 0, err


def test_facts_stand_beside_both_ends_in_an_explanation(retweets, facts):
    _, out, _ = keynodes("explain", retweets, "star", "--by", "out_degree", "--accounts", facts)
    found = {(row["what"], row["name"]): row["account_score"] for row in table(out)}
    assert found[("measure", "out_degree")] == "7"
    assert found[("heard by", "fan0")] == "8"
    assert found[("heard by", "fan1")] == ""


def test_a_drawn_table_shows_handles_and_what_was_asked_for(export):
    from keynodes.cli.delivery import with_facts

    said = pandas.DataFrame({"x": ["1.5", "2"]}, index=["1", "2"])
    path = export(handles=[("1", "ann", None), ("2", "bob", None)], attributes=said)
    given = pandas.DataFrame({"account": ["1"], "note": ["seen"]})
    found = read_interactions(path, accounts=given)
    ranked = rank(build_graph(found), ["in_degree"]).to_frame()
    drawn = with_facts(ranked, found, "table", [])
    assert drawn.columns.tolist() == ["rank", "account", "score", "note", "handle"]
    piped = with_facts(ranked, found, "csv", [])
    assert piped.columns.tolist() == ["rank", "account", "score", "note", "handle", "x"]
    assert dict(zip(piped["account"], piped["handle"], strict=True))["2"] == "bob"


def test_without_facts_nothing_changes(retweets):
    _, out, _ = keynodes("rank", retweets, "--by", "out_degree")
    assert out.splitlines()[0] == "rank,account,score"


def test_readers_in_memory_take_no_reader():
    from keynodes import UsageError

    frame = pandas.DataFrame({"source": ["a"], "target": ["b"]})
    assert frames.is_frame(frame)
    with pytest.raises(UsageError, match="for files"):
        read_interactions(frame, reader="delimited")
    assert reading.chosen_reader(None) is None


def test_facts_of_network_files_travel_whatever_they_hold(write, tmp_path):
    import duckdb

    path = write(
        """<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">
        <key id="k0" for="node" attr.name="=sure&#10;" attr.type="boolean"/>
        <key id="k1" for="node" attr.name="fans" attr.type="long"/>
        <graph edgedefault="directed"><node id="a"><data key="k0">true</data></node>
        <node id="b"><data key="k1">9007199254740993</data></node>
        <edge source="a" target="b"/></graph></graphml>""",
        "net.graphml",
    )
    asked = ("rank", path, "--by", "in_degree")
    code, out, _ = keynodes(*asked)
    assert code == 0
    assert out.splitlines()[0] == "rank,account,score,=sure\\x0a,fans"
    assert {row["account"]: row["fans"] for row in table(out)} == {"a": "", "b": "9007199254740993"}
    _, out, _ = keynodes(*asked, "--spreadsheet-safe")
    assert "'=sure\\x0a" in out.splitlines()[0]
    keynodes(*asked, "-o", tmp_path / "out.parquet")
    fans = duckdb.sql(f"SELECT fans FROM '{tmp_path / 'out.parquet'}' ORDER BY account").fetchall()
    assert fans == [(None,), (9007199254740993,)]
    facts = write("account,fans\nb,12\na,\n", "facts.csv")
    _, out, _ = keynodes(*asked, "--accounts", facts)
    assert {row["account"]: row["fans"] for row in table(out)} == {"a": "", "b": "12"}


def test_two_columns_of_facts_cannot_have_one_name():
    frame = pandas.DataFrame([["a", 1, 2]], columns=["account", "x", "x"])
    records = pandas.DataFrame({"source": ["a"], "target": ["b"]})
    with pytest.raises(ReadingError, match="two columns are called 'x'"):
        read_interactions(records, accounts=frame)


def test_an_act_that_two_exports_have_counts_once(tmp_path):
    first = EXPORTS / "mastodon.jsonl"
    second = tmp_path / "again.jsonl"
    lines = first.read_text(encoding="utf-8").splitlines(keepends=True)
    second.write_text("".join(lines[:5]), encoding="utf-8")
    one, part = read_interactions(first), read_interactions(second)
    both = read_interactions([first, second])
    pandas.testing.assert_frame_equal(
        *(r.to_frame().sort_values(list(COLUMNS), ignore_index=True) for r in (one, both))
    )
    assert both.report.unmapped["the same act stands in an earlier file"] == part.report.records
    assert both.report.rows == both.report.records == one.report.records
    assert any("an earlier file has too" in notice for notice in both.report.notices)
