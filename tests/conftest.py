"""Graphs that the tests share. Prefer these to building your own."""

import ctypes
import gc
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from keynodes import InteractionGraph

# Compiling a kernel for the first time takes seconds; that is no failure of the test.
settings.register_profile(
    "keynodes",
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("keynodes")

COMPILED = os.environ.get("NUMBA_DISABLE_JIT", "0") == "0"
DATA = Path(__file__).parents[2] / "shared" / "data"


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("compiled") and not COMPILED:
            item.add_marker(pytest.mark.skip(reason="too large to run with the JIT off"))
        if item.get_closest_marker("real") and not DATA.is_dir():
            item.add_marker(pytest.mark.skip(reason="the research networks are not here"))


@st.composite
def graphs(draw, max_accounts=12, whole_weights=True):
    """Small directed graphs of any shape: empty, loose, dense, with isolated accounts."""
    n = draw(st.integers(0, max_accounts))
    if n < 2:
        return InteractionGraph.from_arcs([f"a{i:02}" for i in range(n)], [], [])
    arcs = draw(
        st.lists(
            st.tuples(st.integers(0, n - 1), st.integers(0, n - 1), st.integers(1, 4)),
            max_size=4 * n,
        )
    )
    tails, heads, weights = zip(*arcs, strict=True) if arcs else ((), (), ())
    scale = 1 if whole_weights else 0.37
    names = [f"a{i:02}" for i in range(n)]
    return InteractionGraph.from_arcs(names, tails, heads, np.asarray(weights) * scale)


def random_graph(n: int, m: int, seed: int = 0, hubs: float = 2.0) -> InteractionGraph:
    """A larger graph with heavy-tailed degrees: about m arcs between n accounts."""
    rng = np.random.default_rng(seed)
    tails = (n * rng.random(m) ** hubs).astype(np.int64)
    heads = (n * rng.random(m) ** hubs).astype(np.int64)
    shuffled = rng.permutation(n)
    weights = rng.integers(1, 5, m)
    names = [f"user{i:06}" for i in range(n)]
    return InteractionGraph.from_arcs(names, shuffled[tails], shuffled[heads], weights)


def labels_for(graph: InteractionGraph) -> np.ndarray:
    """Three made-up communities, and an account in seven without one (-1)."""
    labels = np.arange(graph.n, dtype=np.int64) % 3
    labels[np.arange(graph.n) % 7 == 5] = -1
    return labels


def memory(line: str) -> int:
    """Read a line of this process's status on Linux, in kB: VmRSS now, VmHWM the peak."""
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{line}:")[1].split()[0])


def forget_peak_memory() -> int | None:
    """Let the peak of memory start anew from what is held now, and return that in kB.

    None where the system cannot: then there is nothing to measure.
    """
    gc.collect()
    try:
        # What was freed and is kept for reuse would hide what is asked for next.
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")
        held = memory("VmRSS")
        # Some sandboxes take the request and do nothing.
        return held if memory("VmHWM") < held + 10_000 else None
    except (OSError, AttributeError, IndexError, TypeError):
        return None


def processor_seconds() -> float:
    """Seconds of work so far, by this process's threads and by the processes it has waited for.

    Unlike the clock's, they do not grow when other tests keep the processors busy.
    """
    now = os.times()
    return now.user + now.system + now.children_user + now.children_system


@pytest.fixture(scope="session")
def medium_graph() -> InteractionGraph:
    """Large enough for several blocks of work; without the JIT, for every branch of a loop."""
    return random_graph(400, 2000) if COMPILED else random_graph(100, 500)


@pytest.fixture(scope="session")
def star() -> InteractionGraph:
    """One account heard by 300,000."""
    n = 300_001
    names = [f"leaf{i:06}" for i in range(n)]
    names[0] = "centre"
    return InteractionGraph.from_arcs(names, np.zeros(n - 1, int), np.arange(1, n))


@pytest.fixture
def write(tmp_path):
    """Write a file and return its path."""

    def _write(content, name="edges.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return _write


@pytest.fixture(params=["fast", "careful"])
def way(request, monkeypatch):
    """Both ways through a text file; the fast one must not fall back unseen."""
    from keynodes.readers import delimited

    if request.param == "careful":
        monkeypatch.setattr(delimited, "_load_fast", lambda *_: False)
    else:

        def fell_back(*_):
            raise AssertionError("the careful way was taken")

        monkeypatch.setattr(delimited, "_load_carefully", fell_back)
    return request.param


@pytest.fixture
def retweets(tmp_path):
    path = tmp_path / "retweets.csv"
    rows = ["source,target,type,timestamp"]
    rows += [f"fan{i},star,RT,2024-03-0{i + 1}T10:00:00Z" for i in range(5)]
    rows += ["fan0,fan1,RE,2024-03-09T10:00:00Z", "star,star,RT,2024-03-10T10:00:00Z"]
    path.write_text("\n".join(rows) + "\n")
    return path
