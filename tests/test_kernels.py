"""What the measures stand on: sorting, transposing, symmetrising, and work in blocks."""

import threading
import time

import numpy as np
import pytest
from conftest import graphs
from hypothesis import given
from hypothesis import strategies as st

from keynodes.errors import UsageError
from keynodes.graph import Groups, grouped
from keynodes.kernels import blocks, csr

triples = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 3)))


@given(triples)
def test_sorting_by_several_keys_is_stable(rows):
    first, second, third = np.array(rows, dtype=np.int64).reshape(-1, 3).T.copy()
    order = np.arange(len(rows))
    for keys, bound in ((third, 4), (second, 7), (first, 7)):
        order = csr.stable_order(keys, bound, order)
    assert order.tolist() == sorted(range(len(rows)), key=lambda i: (*rows[i], i))


@given(triples, st.lists(st.sampled_from([np.nan, 1.0, 2.0, 5.0]), min_size=200, max_size=200))
def test_records_of_the_same_three_are_added_up(rows, times):
    tails, heads, codes = np.array(rows, dtype=np.int32).reshape(-1, 3).T.copy()
    counts = np.arange(1, len(rows) + 1)
    time = np.array(times[: len(rows)])
    groups = grouped(
        Groups(tails, heads, codes, counts, counts * 2, counts * 0.5, time, time), 7, 4
    )
    expected = {}
    for i, row in enumerate(rows):
        expected.setdefault(row, []).append(i)
    keys = list(zip(*(column.tolist() for column in groups[:3]), strict=True))
    assert keys == sorted(expected)
    for key, count, mutual, weight, first, last in zip(keys, *groups[3:], strict=True):
        assert count == sum(i + 1 for i in expected[key])
        assert (mutual, weight) == (2 * count, 0.5 * count)
        known = [times[i] for i in expected[key] if times[i] == times[i]]
        assert (first == min(known) and last == max(known)) if known else np.isnan(first + last)


@given(graphs())
def test_the_transpose_is_scipys(graph):
    expected = graph.to_scipy().T.tocsr()
    expected.sort_indices()
    np.testing.assert_array_equal(graph.into.indptr, expected.indptr)
    np.testing.assert_array_equal(graph.into.indices, expected.indices)
    np.testing.assert_array_equal(graph.into.weights, expected.data)
    np.testing.assert_array_equal(graph.tails[graph.into_arcs], graph.into.indices)


@given(graphs(whole_weights=False))
def test_the_undirected_view_is_scipys_sum(graph):
    matrix = graph.to_scipy()
    expected = (matrix + matrix.T).tocsr()
    expected.sort_indices()
    np.testing.assert_array_equal(graph.both.indptr, expected.indptr)
    np.testing.assert_array_equal(graph.both.indices, expected.indices)
    np.testing.assert_allclose(graph.both.weights, expected.data)


@pytest.mark.parametrize("threads", ["1", "3"])
def test_blocks_come_back_in_order(threads, monkeypatch):
    monkeypatch.setenv("KEYNODES_THREADS", threads)
    seen = []

    def step(i):
        time.sleep(0.002 * (7 - i))
        return i * i

    results = list(blocks.in_order(step, range(7), lambda *at: seen.append(at)))
    assert results == [i * i for i in range(7)]
    assert seen == [(i, 7) for i in range(1, 8)]


def test_blocks_run_at_the_same_time(monkeypatch):
    monkeypatch.setenv("KEYNODES_THREADS", "2")
    together = threading.Barrier(2, timeout=10)
    assert len(list(blocks.in_order(lambda _: together.wait(), range(4)))) == 4


def test_an_error_in_a_block_stops_the_rest(monkeypatch):
    monkeypatch.setenv("KEYNODES_THREADS", "2")
    done = []

    def step(i):
        if i == 1:
            raise ValueError("one")
        done.append(i)

    with pytest.raises(ValueError, match="one"):
        list(blocks.in_order(step, range(1000)))
    assert len(done) < 20


def test_the_number_of_threads_can_be_set(monkeypatch):
    monkeypatch.setenv("KEYNODES_THREADS", "5")
    assert blocks.threads() == 5
    for unset in ("", " "):
        monkeypatch.setenv("KEYNODES_THREADS", unset)
        assert blocks.threads() >= 1


@pytest.mark.parametrize("nonsense", ["nonsense", "0", "-1", "1.5", "²", "9" * 5000])
def test_a_number_of_threads_that_is_none_is_one_line(monkeypatch, nonsense):
    monkeypatch.setenv("KEYNODES_THREADS", nonsense)
    with pytest.raises(UsageError, match="KEYNODES_THREADS must be a whole number"):
        blocks.threads()
