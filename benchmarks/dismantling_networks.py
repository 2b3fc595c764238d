"""The networks of the dismantling benchmarks: files in place, and graphs made from a seed."""

import gzip
from pathlib import Path

import numpy as np

DATA = Path(__file__).parents[2] / "shared" / "data"
NETWORKS = DATA / "dismantling"


def networks(folder=NETWORKS, only=None):
    """Files ``NAME.txt`` or ``NAME.txt.gz`` of a folder by name, the smallest file first."""
    folder = Path(folder)
    files = {
        path.name.removesuffix(".gz").removesuffix(".txt"): path
        for path in sorted(folder.glob("*.txt*"), key=lambda path: (path.stat().st_size, path.name))
        if path.name.endswith((".txt", ".txt.gz"))
    }
    if not files:
        raise SystemExit(f"no networks NAME.txt or NAME.txt.gz in {folder}: give --networks DIR")
    for name in only or ():
        if name not in files:
            raise SystemExit(f"no network {name!r} in {folder}; there are {', '.join(files)}")
    return {name: path for name, path in files.items() if not only or name in only}


def load(path):
    """The graph of a file with ``u v`` on each line, numbered from 0; numbers left out count too.

    A number that no line names is an account on its own: the peers' figures count them.
    """
    opened = gzip.open if path.name.endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8") as stream:
        ends = np.loadtxt(stream, np.int64, comments=("#", "%"), usecols=(0, 1), ndmin=2)
    return graph_of(int(ends.max()) + 1, ends[:, 0], ends[:, 1])


def graph_of(n, tails, heads, ways=2):
    """A graph of edges: an arc each way, so that measures see no direction.

    With one way only for size: takedown sees the undirected view of either.
    """
    from keynodes import InteractionGraph

    low, high = np.minimum(tails, heads), np.maximum(tails, heads)
    low, high = np.divmod(np.unique(low * n + high), n)
    names = [f"{i:0{len(str(n))}}" for i in range(n)]
    if ways == 2:
        low, high = np.concatenate([low, high]), np.concatenate([high, low])
    return InteractionGraph.from_arcs(names, low, high)


def edges_of(graph):
    """How many edges the undirected view has."""
    return len(graph.both.indices) // 2


def lcc(graph):
    """Accounts in the largest component."""
    from keynodes.objectives import removal_curve

    return int(removal_curve(graph, np.zeros(0, np.int32)).largest_component[0])


# --- graphs made from a seed ----------------------------------------------------------------------


def made(n, seed):
    """Graphs of n accounts by name: random, blocks, LFR, power law."""
    import networkx as nx

    size = n // 10
    inside, across = np.full(10, 5.0 / size), 1.0 / (n - size)
    probabilities = np.full((10, 10), across)
    np.fill_diagonal(probabilities, inside)
    makers = {
        "ER, mean degree 4": lambda: nx.gnm_random_graph(n, 2 * n, seed=seed),
        "ER, mean degree 8": lambda: nx.gnm_random_graph(n, 4 * n, seed=seed),
        "SBM, 10 blocks, 5 ties inside, 1 across": lambda: nx.stochastic_block_model(
            [size] * 10, probabilities.tolist(), seed=seed
        ),
        "LFR, 10% across": lambda: _lfr(n, 0.1, seed),
        "LFR, 30% across": lambda: _lfr(n, 0.3, seed),
        "power law 2.5": lambda: _power_law(n, 2.5, seed),
        "power law 3": lambda: _power_law(n, 3.0, seed),
    }
    for name, make in makers.items():
        ends = np.array([(u, v) for u, v in make().edges() if u != v], np.int64)
        yield f"{name}, n = {n:,}", graph_of(n, ends[:, 0], ends[:, 1])


def _lfr(n, mixing, seed):
    import networkx as nx

    # Some seeds have no graph with these degrees.
    for attempt in range(seed, seed + 5000, 100):
        try:
            return nx.LFR_benchmark_graph(
                n,
                2.5,
                1.5,
                mixing,
                average_degree=8,
                max_degree=50,
                min_community=20,
                max_community=100,
                max_iters=2000,
                seed=attempt,
            )
        except nx.ExceededMaxIterations:
            continue
    raise RuntimeError("no LFR graph was found")


def _power_law(n, exponent, seed):
    """Configuration model: degrees of 2 or more, P(k) ∝ k^−exponent, repeats and loops dropped."""
    import networkx as nx

    random = np.random.default_rng(seed)
    values = np.arange(2, n)
    share = values**-exponent
    degrees = random.choice(values, n, p=share / share.sum())
    degrees[0] += degrees.sum() % 2
    return nx.configuration_model(degrees.tolist(), seed=seed)


def heavy_tailed(n, m, seed=0, exponent=2.5):
    """About m edges among n accounts whose expected degrees follow a power law (Chung & Lu)."""
    random = np.random.default_rng(seed)
    shares = np.cumsum(np.arange(1, n + 1) ** (-1.0 / (exponent - 1.0)))
    keys = np.zeros(0, np.int64)
    while len(keys) < m:
        drawn = np.searchsorted(shares, random.random((2, m)) * shares[-1])
        low, high = drawn.min(0), drawn.max(0)
        keys = np.unique(np.concatenate([keys, (low * n + high)[low < high]]))
    keys = random.permutation(keys)[:m]
    shuffled = random.permutation(n)
    return graph_of(n, *(shuffled[end] for end in np.divmod(keys, n)), ways=1)


def with_hubs(n, m, degree=50_000, seed=0):
    """Half of the edges at hubs with so many neighbours each, the others at random."""
    random = np.random.default_rng(seed)
    degree = min(degree, n // 2)
    hubs = max(1, m // (2 * degree))
    heads = np.concatenate([random.choice(n - hubs, degree, replace=False) for _ in range(hubs)])
    rest = random.integers(0, n, (2, m - hubs * degree))
    tails = np.concatenate([np.repeat(np.arange(n - hubs, n), degree), rest[0]])
    return graph_of(n, tails, np.concatenate([heads, rest[1]]), ways=1)
