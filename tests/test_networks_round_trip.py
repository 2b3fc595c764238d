"""What keynodes writes as GraphML and GEXF it reads as the same graph, to the last bit."""

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import rows

from keynodes import ReadingError, build_graph, read_interactions
from keynodes.exporting.columns import arc_columns
from keynodes.interop.gexf import write_gexf
from keynodes.interop.graphml import write_graphml
from keynodes.interop.networks import Network

WRITERS = {"graphml": write_graphml, "gexf": write_gexf}

NAMES = st.text(
    st.sampled_from([*"ab \\x0<&\"'\t\n\r\x00\x1b", "\u202e", "\ufffe", "é", "😀"]),
    min_size=1,
    max_size=4,
).filter(str.strip)

# Times of exports are whole microseconds at most.
TIMES = st.integers(0, 2**31 * 10**6).map(lambda t: t / 1e6)


@st.composite
def records(draw):
    """Records of any kind: with relations, times and weights, or without; and lone accounts."""
    n = draw(st.integers(1, 12))
    accounts = draw(st.lists(NAMES, min_size=2, max_size=6, unique=True))
    one = st.sampled_from(accounts)
    columns = {
        "source": draw(st.lists(one, min_size=n, max_size=n)),
        "target": draw(st.lists(one, min_size=n, max_size=n)),
    }
    relations = st.sampled_from(["repost", "reply", "mention", "like"])
    if draw(st.booleans()):
        columns["relation"] = draw(st.lists(relations, min_size=n, max_size=n))
    dated = draw(st.booleans())
    if draw(st.booleans()):
        times = (
            TIMES.map(lambda t: np.datetime64(round(t * 1e6), "us")) if dated else st.integers(0, 9)
        )
        columns["time"] = draw(st.lists(times, min_size=n, max_size=n))
    weights = {
        "none": None,
        "counts": st.integers(1, 5),
        "any": st.floats(1e-6, 1e6),
    }[draw(st.sampled_from(["none", "counts", "any"]))]
    if weights is not None:
        columns["weight"] = draw(st.lists(weights, min_size=n, max_size=n))
    flow = draw(st.sampled_from([None, "forth", "both", "back"]))
    return pandas.DataFrame(columns), flow


def network_of(graph, nodes=None):
    """The network of a graph as `keynodes export` makes it."""
    return Network(
        graph.accounts,
        nodes or {},
        graph.tails,
        graph.out.indices,
        arc_columns(graph),
        time_unit=graph.time_unit,
    )


def assert_same(again, graph):
    assert again.accounts.tolist() == graph.accounts.tolist()
    assert again.out.indptr.tolist() == graph.out.indptr.tolist()
    assert again.out.indices.tolist() == graph.out.indices.tolist()
    assert again.out.weights.tobytes() == graph.out.weights.tobytes()
    assert again.counts.tolist() == graph.counts.tolist()
    for name in ("first_time", "last_time"):
        np.testing.assert_array_equal(getattr(again, name), getattr(graph, name))
    counts, expected = (each.arcs.loc[:, lambda arcs: arcs.any()] for each in (again, graph))
    pandas.testing.assert_frame_equal(counts, expected)
    if graph.m:
        assert again.time_unit == graph.time_unit


@pytest.mark.parametrize("kind", WRITERS)
@settings(max_examples=12)
@given(given_records=records())
def test_a_graph_is_read_again_as_it_was(tmp_path, kind, given_records):
    frame, flow = given_records
    graph = build_graph(read_interactions(frame, flow=flow))
    path = tmp_path / f"network.{kind}"
    WRITERS[kind](network_of(graph), path)
    found = read_interactions(path)
    assert found.report.readers == (kind,)
    assert_same(build_graph(found), graph)
    # What was said of the records stands: the arcs are the same with the same options.
    if flow in ("back", "forth"):
        assert_same(build_graph(read_interactions(path, flow=flow)), graph)


@pytest.mark.parametrize("kind", WRITERS)
def test_who_acted_on_whom_is_read_again(tmp_path, kind):
    table = pandas.DataFrame(
        {
            "source": ["fan", "fan", "star"],
            "target": ["star", "star", "new"],
            "relation": ["RT", "RE", "MT"],
        }
    )
    path = tmp_path / "network"
    WRITERS[kind](network_of(build_graph(read_interactions(table))), path)
    expected = [("fan", "star", "reply"), ("fan", "star", "repost"), ("star", "new", "mention")]
    assert rows(read_interactions(path), "source", "target", "relation") == expected


@pytest.mark.parametrize("kind", WRITERS)
def test_relations_that_flow_does_not_know_need_no_word(tmp_path, kind):
    table = pandas.DataFrame({"source": ["a"], "target": ["b"], "relation": ["sold to"]})
    graph = build_graph(read_interactions(table, flow="sold to=back"))
    path = tmp_path / "network"
    WRITERS[kind](network_of(graph), path)
    assert_same(build_graph(read_interactions(path)), graph)


@pytest.mark.parametrize("kind", WRITERS)
def test_attributes_are_read_again_and_looks_are_not(tmp_path, kind):
    graph = build_graph(
        read_interactions(pandas.DataFrame({"source": ["a", "b\n"], "target": ["b\n", "c\\x00"]}))
    )
    nodes = {
        "score": np.array([0.1 + 0.2, np.nan, -0.0]),
        "rank": np.array([1, 2, 3]),
        "role": np.array(["a\x00b", None, "\\x0a"], dtype=object),
        "watch": np.array([True, False, True]),
        "x": np.array([1.0, 2.0, 3.0]),
        "y": np.array([1.0, 2.0, 3.0]),
        "size": np.array([1.0, 2.0, 3.0]),
        "color": np.array(["#010203"] * 3, dtype=object),
    }
    path = tmp_path / "network"
    WRITERS[kind](network_of(graph, nodes), path)
    attributes = read_interactions(path).attributes.loc[graph.accounts.tolist()]
    assert set(attributes.columns) == {"score", "rank", "role", "watch"}
    assert attributes["score"].to_numpy().tobytes() == nodes["score"].tobytes()
    assert attributes["rank"].tolist() == [1, 2, 3]
    assert attributes["role"].tolist() == ["a\x00b", None, "\\x0a"]
    assert attributes["watch"].tolist() == [True, False, True]


def test_ids_of_other_files_are_not_unescaped(tmp_path):
    path = tmp_path / "network"
    path.write_text(
        '<graphml><graph id="other" edgedefault="directed"><edge source="a\\x0ab" target="\\0"/>'
        "</graph></graphml>"
    )
    assert rows(read_interactions(path)) == [("a\\x0ab", "\\0")]


def test_a_file_of_keynodes_that_was_changed_is_refused(tmp_path):
    path = tmp_path / "network"
    path.write_text(
        '<graphml><graph id="keynodes" edgedefault="directed">\n<node id="a\\q"/></graph></graphml>'
    )
    with pytest.raises(ReadingError, match=r"network, line 2: .*the file was changed since"):
        read_interactions(path)


def test_what_gephi_saved_of_it_keeps_its_arcs(tmp_path):
    table = pandas.DataFrame({"source": ["fan"], "target": ["star"], "relation": ["RT"]})
    path = tmp_path / "network"
    write_graphml(network_of(build_graph(read_interactions(table))), path)
    path.write_text(path.read_text().replace('id="keynodes"', 'id="G"'))
    found = read_interactions(path)
    arcs = build_graph(found).arcs
    assert (arcs["source"].tolist(), arcs["target"].tolist()) == (["star"], ["fan"])
    assert any("columns of a file that keynodes wrote" in notice for notice in found.report.notices)


def test_arcs_whose_numbers_do_not_fit_are_refused(tmp_path):
    path = tmp_path / "network"
    keys = "".join(
        f'<key id="{name}" for="edge" attr.name="{name}" attr.type="double"/>'
        for name in ("weight", "n_reply")
    )
    for data, message in (
        ({"weight": 1.5, "n_reply": 10**7}, "an arc of 10,000,000 interactions"),
        ({"weight": 1.5, "n_reply": "x"}, "must be numbers"),
        ({"weight": -1, "n_reply": 1}, "above 0"),
        ({"weight": 1}, "an arc without a count of any relation"),
    ):
        cells = "".join(f'<data key="{k}">{v}</data>' for k, v in data.items())
        path.write_text(
            f'<graphml>{keys}<graph id="keynodes" edgedefault="directed">'
            '<edge source="a" target="b"><data key="weight">0.5</data>'
            f'<data key="n_reply">1</data></edge>\n<edge source="a" target="c">{cells}</edge>'
            "</graph></graphml>"
        )
        with pytest.raises(ReadingError, match=f"line 2: .*{message}"):
            read_interactions(path)
