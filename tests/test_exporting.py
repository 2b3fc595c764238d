"""`export_network`: what a picture says is what the library says, and how it looks."""

from dataclasses import replace

import numpy as np
import pandas
import pytest
from conftest import graphs, random_graph
from hypothesis import given, settings

from keynodes import (
    InteractionGraph,
    UnknownAccount,
    UnknownName,
    UsageError,
    build_graph,
    export_network,
    gatekeepers,
    partition,
    rank,
    read_interactions,
    roles,
    write_network,
)
from keynodes.communities.partitioning import given as given_communities
from keynodes.exporting.columns import attribute_columns
from keynodes.exporting.files import FORMATS, format_of, nodes_file
from keynodes.exporting.pictures import SIZES
from keynodes.layouts import LAYOUTS
from keynodes.palettes import COMMUNITIES, OTHERS, PROTECTED, REMOVED

HOSTILE = ["<b>&", "=1+1", "a,b\n", "\x1b[31m", "x" * 3000, "‮evil", '"quoted"', "null"]


def chain(n=6, **facts):
    """a0 → a1 → a2 …"""
    graph = InteractionGraph.from_arcs([f"a{i}" for i in range(n)], range(n - 1), range(1, n))
    return replace(graph, **facts) if facts else graph


def two_groups():
    """Two cliques of five and four, and one arc from the first to the second."""
    pairs = [(u, v) for u in range(5) for v in range(5) if u != v]
    pairs += [(u, v) for u in range(5, 9) for v in range(5, 9) if u != v]
    pairs.append((4, 5))
    return InteractionGraph.from_arcs([f"a{i}" for i in range(9)], *zip(*pairs, strict=True))


def records(rows, columns=("source", "target", "relation", "time")):
    return build_graph(read_interactions(pandas.DataFrame(rows, columns=list(columns))))


# --- scores, ranks, sizes


def test_every_score_and_its_ranks_are_columns():
    graph = random_graph(60, 240)
    by = ["pagerank", "in_degree"]
    nodes = export_network(graph, by, layout="none").network.nodes
    for text in by:
        alone = rank(graph, text)
        assert np.array_equal(nodes[text], alone.scores)
        assert np.array_equal(nodes[f"{text}_rank"], alone.ranks)
    together = rank(graph, by)
    assert np.array_equal(nodes["rank"], together.ranks)
    assert np.array_equal(nodes["reciprocal_rank_fusion"], together.scores)


def test_one_measure_has_one_rank():
    graph = random_graph(40, 100)
    nodes = export_network(graph, "out_degree", layout="none").network.nodes
    assert np.array_equal(nodes["rank"], rank(graph, "out_degree").ranks)
    assert "reciprocal_rank_fusion" not in nodes
    assert "out_degree_rank" not in nodes


def test_without_a_measure_it_is_the_consensus_of_rank():
    graph = random_graph(60, 240)
    assert np.array_equal(
        export_network(graph, layout="none").network.nodes["rank"], rank(graph).ranks
    )


def test_area_is_in_inverse_proportion_to_rank_and_ties_are_small():
    graph = InteractionGraph.from_arcs([f"a{i:03}" for i in range(300)], [0] * 99 + [1] * 50,
                                       [*range(1, 100), *range(2, 52)])  # fmt: skip
    sizes = export_network(graph, "out_degree", layout="none").network.nodes["size"]
    smallest, largest = SIZES
    assert sizes[0] == largest
    assert sizes[1] ** 2 == pytest.approx(largest**2 / 2)
    # The other 298 have no score: none of them is as large as the third.
    assert set(sizes[2:]) == {max(smallest, largest / np.sqrt((3 + 300) / 2))}


def test_measures_use_the_seeds_and_communities_that_they_need():
    graph = two_groups()
    found = given_communities(graph, [0] * 5 + [1] * 4)
    by = ["participation", "in_degree"]
    picture = export_network(graph, by, communities=found, seeds=["a1"], layout="none")
    alone = rank(graph, "participation", labels=found)
    assert np.array_equal(picture.network.nodes["participation"], alone.scores)


# --- communities, roles, lists


def test_communities_roles_and_gatekeepers_are_those_of_the_library():
    graph = two_groups()
    found = partition(graph)
    nodes = export_network(graph, "in_degree", layout="none").network.nodes
    assert nodes["community"].tolist() == found.labels.tolist() == [0] * 5 + [1] * 4
    assert np.array_equal(nodes["stability"], found.stability)
    assert nodes["role"].tolist() == roles(graph, found).role.tolist()
    gates = gatekeepers(graph, found)
    assert len(gates.account)
    for account in range(graph.n):
        mine = gates.account == account
        assert (nodes["gates"][account] or 0) == mine.sum()
        if mine.any():
            assert nodes["gate_share"][account] == gates.share[mine].max()
        else:
            assert np.isnan(nodes["gate_share"][account])


def test_given_communities_keep_their_names_and_may_be_missing():
    graph = chain(4)
    labels = {"a0": "red", "a1": "red", "a2": "blue"}
    picture = export_network(graph, "in_degree", communities=labels, layout="none")
    assert picture.network.nodes["community"].tolist() == ["red", "red", "blue", None]
    assert picture.network.nodes["color"].tolist() == [
        COMMUNITIES[0], COMMUNITIES[0], COMMUNITIES[1], OTHERS,
    ]  # fmt: skip


def test_lists_are_columns_and_colours():
    picture = export_network(
        chain(), "in_degree", plan=["a4", "a1"], protected=["a0"], seeds=["a2"], layout="none"
    )
    nodes = picture.network.nodes
    assert nodes["removal_step"].tolist() == [None, 2, None, None, 1, None]
    assert np.flatnonzero(nodes["protected"]).tolist() == [0]
    assert np.flatnonzero(nodes["seed"]).tolist() == [2]
    assert nodes["color"][[0, 1, 4]].tolist() == [PROTECTED, REMOVED, REMOVED]
    assert "black: removed by the plan; yellow: protected" in picture.notices[-1]


def test_lists_that_were_not_given_are_no_columns():
    nodes = export_network(chain(), "in_degree", layout="none").network.nodes
    assert not {"removal_step", "protected", "seed"} & set(nodes)


def test_a_plan_that_names_a_protected_account_is_refused():
    with pytest.raises(UsageError, match="protected account"):
        export_network(chain(), "in_degree", plan=["a1"], protected=["a1"])
    with pytest.raises(UnknownAccount, match="zz"):
        export_network(chain(), "in_degree", plan=["zz"])
    picture = export_network(chain(), "in_degree", protected=["zz"], layout="none")
    assert any("zz" in notice for notice in picture.notices)


def test_more_communities_than_colours():
    n = 3 * (len(COMMUNITIES) + 2)
    graph = InteractionGraph.from_arcs([f"a{i:02}" for i in range(n)], [], [])
    labels = np.arange(n) // 3
    picture = export_network(graph, "in_degree", communities=labels, layout="none")
    assert (picture.network.nodes["color"] == OTHERS).sum() == 6
    assert "colours: the 12 largest communities, grey the other 2" in picture.notices


# --- attributes


def test_attributes_travel_numbers_as_numbers():
    facts = pandas.DataFrame(
        {
            "followers": ["10", "", "3"],
            "share": ["0.5", "1e-3", ""],
            "platform_id": ["1234567890123456789", "2", "3"],
            "long": ["9999999999999999", "2", "3"],
            "code": ["007", "8", "9"],
            "mixed": ["1", "x", ""],
            "flag": [True, False, True],
            "rank": ["first", "", ""],
            "size": [1, 2, 3],
            "nothing": ["", None, " "],
        },
        index=["a0", "a1", "a9"],
    )
    columns = attribute_columns(chain(3, attributes=facts), ["rank"])
    assert columns["followers"].tolist() == [10, None, None]
    assert columns["share"].tolist()[:2] == [0.5, 0.001]
    assert np.isnan(columns["share"][2])
    assert columns["platform_id"].tolist() == ["1234567890123456789", "2", None]
    assert columns["long"].tolist() == ["9999999999999999", "2", None]
    assert columns["code"].tolist() == ["007", "8", None]
    assert columns["mixed"].tolist() == ["1", "x", None]
    assert columns["flag"].tolist() == [True, False, None]
    assert columns["given_rank"].tolist() == ["first", None, None]
    assert columns["size_value"].tolist()[:2] == [1, 2]
    assert columns["nothing"].tolist() == [None] * 3
    assert attribute_columns(chain(3), []) == {}


def test_names_of_attributes_that_differ_in_case_only():
    facts = pandas.DataFrame({"Rank": [1], "rank": [2], "Community": [3]}, index=["a0"])
    nodes = export_network(chain(3, attributes=facts), "in_degree", layout="none").network.nodes
    assert len({name.casefold() for name in nodes}) == len(nodes)
    assert {"given_Rank", "given_Community"} < set(nodes)


def test_two_attributes_of_one_name_are_two_columns():
    facts = pandas.DataFrame([[1, 2]], columns=["x1", "x1"], index=["a0"])
    columns = attribute_columns(chain(3, attributes=facts), [])
    assert [values[0] for values in columns.values()] == [1, 2]


def test_an_attribute_can_be_the_label():
    facts = pandas.DataFrame({"handle": ["@ann", ""]}, index=["a0", "a1"])
    graph = chain(3, attributes=facts)
    assert export_network(graph, "in_degree", label="handle", layout="none").network.nodes[
        "label"
    ].tolist() == ["@ann", "a1", "a2"]
    with pytest.raises(UnknownName, match="did you mean 'handle'"):
        export_network(graph, "in_degree", label="handel")
    with pytest.raises(UnknownName, match="no fact 'x'"):
        export_network(chain(3), "in_degree", label="x")


def test_handles_are_the_labels_unless_others_are_asked_for():
    facts = pandas.DataFrame({"handle": ["@ann", None], "name": ["Ann", "Bo"]}, index=["a0", "a1"])
    graph = chain(3, attributes=facts)
    network = export_network(graph, "in_degree", layout="none").network
    assert network.nodes["label"].tolist() == ["@ann", "a1", "a2"]
    assert network.ids.tolist() == ["a0", "a1", "a2"]
    named = export_network(graph, "in_degree", label="name", layout="none").network
    assert named.nodes["label"].tolist() == ["Ann", "Bo", "a2"]


# --- arcs


def test_arcs_carry_weight_counts_relations_and_times():
    graph = records(
        [
            ("a", "b", "mention", "2024-01-02T00:00:00Z"),
            ("a", "b", "mention", "2024-01-05T00:00:00Z"),
            ("b", "a", "reply", "2024-01-03T00:00:00Z"),
            ("c", "a", "mention", "2024-01-04T00:00:00Z"),
        ]
    )
    network = export_network(graph, "in_degree", layout="none").network
    ends = [
        (network.ids[t], network.ids[h]) for t, h in zip(network.tails, network.heads, strict=True)
    ]
    assert ends == [("a", "b"), ("c", "a")]
    assert network.arcs["weight"].tolist() == [3, 1]
    assert network.arcs["interactions"].tolist() == [3, 1]
    assert network.arcs["interaction"].tolist() == ["mention+reply", "mention"]
    assert network.arcs["n_mention"].tolist() == [2, 1]
    assert network.arcs["n_reply"].tolist() == [1, 0]
    assert network.time_unit == "timestamp"
    day = np.diff([network.arcs["first_time"], network.arcs["last_time"]], axis=0)[0] / 86400
    assert day.tolist() == [3, 0]


def test_what_the_records_lack_is_no_column():
    arcs = export_network(chain(), "in_degree", layout="none").network.arcs
    assert set(arcs) == {"weight", "interactions"}


# --- selection


def test_the_first_accounts_keep_the_ranks_of_the_whole_graph():
    graph = random_graph(80, 300)
    whole = export_network(graph, "pagerank", layout="none").network
    picture = export_network(graph, "pagerank", top=10, layout="none")
    part = picture.network
    assert sorted(part.nodes["rank"].tolist()) == list(range(1, 11))
    place = {account: i for i, account in enumerate(whole.ids.tolist())}
    at = [place[account] for account in part.ids.tolist()]
    for name in ("pagerank", "community", "color", "size", "role"):
        assert part.nodes[name].tolist() == whole.nodes[name][at].tolist()
    inside = np.isin(graph.tails, at) & np.isin(graph.out.indices, at)
    assert len(part.tails) == inside.sum()
    assert any("left out: 70 of 80 accounts" in notice for notice in picture.notices)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"around": ["a3"]}, "a2 a3 a4"),
        ({"around": ["a3"], "ego": 0}, "a3"),
        ({"around": ["a0", "a5"], "ego": 1}, "a0 a1 a4 a5"),
        ({"around": ["a0"], "ego": 2}, "a0 a1 a2"),
        ({"seeds": ["a5"], "ego": 1}, "a4 a5"),
        ({"seeds": ["a5"]}, "a0 a1 a2 a3 a4 a5"),
        ({"top": 1, "ego": 1}, "a0 a1"),
        ({"top": 1, "around": ["a4"], "ego": 0}, "a0 a4"),
        ({"top": 99}, "a0 a1 a2 a3 a4 a5"),
    ],
)
def test_who_is_shown(asked, shown):
    # All but the last have one arc out: the first of equals is a0.
    network = export_network(chain(), "out_degree", layout="none", **asked).network
    assert network.ids.tolist() == shown.split()


def test_a_radius_around_nobody():
    with pytest.raises(UsageError, match="accounts to be around"):
        export_network(chain(), "in_degree", ego=1)
    with pytest.raises(UnknownAccount, match="did you mean 'a1'"):
        export_network(chain(), "in_degree", around=["A1"])
    with pytest.raises(UsageError, match="top must be"):
        export_network(chain(), "in_degree", top=-1)


def test_too_much_to_draw_is_said(monkeypatch):
    from keynodes.exporting import pictures

    monkeypatch.setattr(pictures, "MOST_NODES", 5)
    picture = export_network(chain(6), "in_degree", layout="none")
    assert any("--level communities" in notice for notice in picture.notices)
    assert not any(
        "--level" in notice
        for notice in export_network(chain(6), "in_degree", top=5, layout="none").notices
    )


# --- communities as nodes


def test_a_node_a_community():
    graph = two_groups()
    picture = export_network(
        graph, "in_degree", level="communities", plan=["a6"], protected=["a0", "a1"]
    )
    network = picture.network
    assert network.ids.tolist() == ["0", "1"]
    # The arc from the first group to the second makes a5 the first of those who hear.
    assert network.nodes["label"].tolist()[1] == "1: a5"
    assert network.nodes["members"].tolist() == [5, 4]
    assert network.nodes["inside_arcs"].tolist() == [20, 12]
    assert network.nodes["protected_members"].tolist() == [2, 0]
    assert network.nodes["removed_members"].tolist() == [0, 1]
    assert network.nodes["color"].tolist() == list(COMMUNITIES[:2])
    assert network.nodes["size"][0] ** 2 / network.nodes["size"][1] ** 2 == pytest.approx(5 / 4)
    assert network.arcs["weight"].tolist() == [1]
    assert (network.tails.tolist(), network.heads.tolist()) == ([0], [1])


@given(graph=graphs())
@settings(max_examples=20)
def test_weight_is_inside_communities_or_between_them(graph):
    labels = np.arange(graph.n) % 3
    names = {
        account: f"c{9 - label}" for account, label in zip(graph.accounts, labels, strict=True)
    }
    network = export_network(
        graph, "out_degree", communities=names if graph.n else labels, level="communities",
        layout="grid",
    ).network  # fmt: skip
    between = {}
    for tail, head, weight in zip(graph.tails, graph.out.indices, graph.out.weights, strict=True):
        ends = names[graph.accounts[tail]], names[graph.accounts[head]]
        between[ends] = between.get(ends, 0) + weight
    found = {
        (network.ids[t], network.ids[h]): w
        for t, h, w in zip(network.tails, network.heads, network.arcs["weight"], strict=True)
    }
    assert found == {ends: weight for ends, weight in between.items() if ends[0] != ends[1]}
    inside = dict(zip(network.ids, network.nodes["inside_weight"], strict=True))
    assert inside == {name: between.get((name, name), 0) for name in network.ids}


@pytest.mark.parametrize(
    "part", [{"top": 3}, {"around": iter(["a0"])}, {"seeds": ["a0"], "ego": 0}]
)
def test_communities_are_those_of_all_accounts(part):
    with pytest.raises(UsageError, match="leave --top, --around and --ego out"):
        export_network(two_groups(), "in_degree", level="communities", **part)


def test_accounts_without_a_community_are_left_out_and_counted():
    picture = export_network(
        chain(4), "in_degree", communities={"a0": "x", "a1": "y"}, level="communities"
    )
    assert picture.network.nodes["members"].tolist() == [1, 1]
    assert "2 accounts without a community are left out" in picture.notices


# --- any graph, any name


@pytest.mark.parametrize("level", ["accounts", "communities"])
@given(graph=graphs())
@settings(max_examples=15)
def test_graphs_of_any_shape(level, graph):
    picture = export_network(graph, "in_degree", level=level)
    network = picture.network
    spots = np.column_stack([network.nodes["x"], network.nodes["y"]])
    assert np.isfinite(spots).all()
    assert len(np.unique(spots, axis=0)) == len(network.ids)
    assert ((network.nodes["size"] >= SIZES[0]) & (network.nodes["size"] <= SIZES[1])).all()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("level", ["accounts", "communities"])
def test_hostile_names_travel(form, level, tmp_path):
    n = len(HOSTILE)
    graph = InteractionGraph.from_arcs(HOSTILE, range(n - 1), range(1, n))
    facts = pandas.DataFrame(dict.fromkeys(HOSTILE, HOSTILE), index=HOSTILE)
    labels = {name: HOSTILE[i // 2] for i, name in enumerate(HOSTILE)}
    picture = export_network(
        replace(graph, attributes=facts), "in_degree", communities=labels, level=level,
        plan=HOSTILE[:2], protected=HOSTILE[2:3], label="=1+1",
    )  # fmt: skip
    # Labels lose the blanks around them when they are read.
    names = HOSTILE if level == "accounts" else [name.strip() for name in labels.values()]
    assert set(picture.network.ids) == set(names)
    report = write_network(picture.network, tmp_path / f"graph.{form}")
    assert report.nodes == len(picture.network.ids)
    assert all("\x1b" not in notice and "\n" not in notice for notice in picture.notices)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_by_name(layout):
    nodes = export_network(two_groups(), "in_degree", layout=layout).network.nodes
    assert np.ptp(nodes["x"]) > 0
    nodes = export_network(two_groups(), "in_degree", layout="none").network.nodes
    assert "x" not in nodes


def test_the_same_for_the_same_seed():
    graph = random_graph(200, 800)
    one, same = (export_network(graph, rng=3).network for _ in range(2))
    for name, values in one.nodes.items():
        pandas.testing.assert_series_equal(pandas.Series(values), pandas.Series(same.nodes[name]))


# --- files


def test_endings():
    assert format_of("a/b.GEXF") == "gexf"
    assert format_of("a.csv.gz") == "csv"
    assert nodes_file("a/b.CSV.GZ") == "a/b.nodes.CSV.GZ"
    for wrong in ("graph.xlsx", "graph", "graph.gz", "graphml"):
        with pytest.raises(UsageError, match=r"\.graphml, \.gexf, \.json, \.csv"):
            format_of(wrong)
    with pytest.raises(UsageError, match="two files"):
        format_of("/dev/stdout", "csv")


def test_unknown_names():
    for wrong in ({"level": "account"}, {"layout": "comunities"}, {"by": "pagerang"}):
        with pytest.raises(UnknownName, match="did you mean"):
            export_network(chain(), **wrong)
    with pytest.raises(UsageError, match="asked for twice"):
        export_network(chain(), ["in_degree", "in_degree"])


def test_a_column_of_texts_is_no_column_of_relations():
    ends = {"source": ["a"] * 101, "target": ["b"] * 101}
    records = pandas.DataFrame({**ends, "relation": [f"text {i}" for i in range(101)]})
    graph = build_graph(read_interactions(records, flow="forth"))
    with pytest.raises(UsageError, match="101 relations, such as text 0"):
        export_network(graph, "out_degree", layout="none")
    fewer = build_graph(read_interactions(records[1:], flow="forth"))
    assert len(export_network(fewer, "out_degree", layout="none").network.arcs) > 100
