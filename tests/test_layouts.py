"""Layouts: every account finds a place of its own, and communities stay together."""

import os
import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest
from conftest import graphs, labels_for, random_graph
from hypothesis import given, settings

from keynodes import InteractionGraph, KeynodesError
from keynodes.errors import UnknownName
from keynodes.layouts import LAYOUTS, foreign, places
from keynodes.layouts.filling import filled
from keynodes.layouts.forces import Forces
from keynodes.layouts.spacing import FRAME, framed, part, spread
from keynodes.palettes import COMMUNITIES, OTHERS, PROTECTED, REMOVED, community_colors

QUICK = [name for name, row in LAYOUTS.items() if row.needs == "keynodes"]
"""Those that need no process of their own."""


def sound(spots, n):
    assert spots.shape == (n, 2)
    assert spots.dtype == np.float64
    assert np.isfinite(spots).all()
    assert np.abs(spots).max(initial=0) <= FRAME
    assert len(np.unique(spots, axis=0)) == n


def planted(groups=6, size=40, seed=1):
    """Groups that have many ties inside and few between, and their labels."""
    rng = np.random.default_rng(seed)
    n = groups * size
    tails = rng.integers(n, size=12 * n)
    inside = tails // size * size + rng.integers(size, size=len(tails))
    heads = np.where(rng.random(len(tails)) < 0.97, inside, rng.integers(n, size=len(tails)))
    graph = InteractionGraph.from_arcs([f"a{i:04}" for i in range(n)], tails, heads)
    return graph, np.arange(n) // size


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_account_has_a_place_of_its_own(name):
    graph = random_graph(120, 300)
    spots = places(graph, name, labels=labels_for(graph), radii=np.linspace(2, 30, graph.n))
    sound(spots, graph.n)


@pytest.mark.parametrize("name", QUICK)
@given(graph=graphs())
@settings(max_examples=25)
def test_graphs_of_any_shape(name, graph):
    sound(places(graph, name, labels=labels_for(graph)), graph.n)


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_no_arc_at_all(name, n):
    graph = InteractionGraph.from_arcs([f"a{i}" for i in range(n)], [], [])
    sound(places(graph, name), n)


@pytest.mark.parametrize("name", LAYOUTS)
def test_same_bits_for_any_number_of_threads(name, monkeypatch):
    graph = random_graph(3000, 9000) if name in QUICK else random_graph(300, 900)
    found = []
    for threads in ("1", "3"):
        monkeypatch.setenv("KEYNODES_THREADS", threads)
        found.append(places(graph, name, labels=labels_for(graph), rng=5))
    assert np.array_equal(*found)


@pytest.mark.parametrize("name", ["communities", "disc", "fruchterman-reingold"])
def test_the_seed_decides(name):
    graph = random_graph(60, 200)
    one, same, other = (places(graph, name, labels=labels_for(graph), rng=r) for r in (0, 0, 1))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("name", QUICK)
def test_names_do_not_matter(name):
    graph, labels = planted()
    renamed = InteractionGraph.from_arcs(
        [f"b{i:04}" for i in range(graph.n)], graph.tails, graph.out.indices, graph.out.weights
    )
    one, other = (places(g, name, labels=labels) for g in (graph, renamed))
    assert np.array_equal(one, other)


@pytest.mark.compiled
@pytest.mark.parametrize(
    # Without labels the layout of communities is that of one disc.
    "name",
    [name for name, row in LAYOUTS.items() if row.hubs and name != "disc"],
)
def test_a_star_of_300_000_leaves(star, name):
    sound(places(star, name, radii=np.where(star.accounts == "centre", 32.0, 4.0)), star.n)


def test_communities_are_discs_that_do_not_overlap():
    graph, labels = planted()
    spots = places(graph, labels=labels)
    centres = np.array([spots[labels == c].mean(axis=0) for c in range(6)])
    reach = [np.hypot(*(spots[labels == c] - centres[c]).T).max() for c in range(6)]
    for one, other in combinations(range(6), 2):
        assert np.hypot(*(centres[one] - centres[other])) > reach[one] + reach[other]


def test_communities_with_ties_are_neighbours():
    # A chain of groups: each is nearer to the next than to the others.
    size, groups = 30, 5
    rng = np.random.default_rng(0)
    tails, heads = [], []
    for c in range(groups):
        tails += (c * size + rng.integers(size, size=200)).tolist()
        heads += (c * size + rng.integers(size, size=200)).tolist()
        if c:
            tails += (c * size - size + rng.integers(size, size=40)).tolist()
            heads += (c * size + rng.integers(size, size=40)).tolist()
    graph = InteractionGraph.from_arcs([f"a{i:03}" for i in range(size * groups)], tails, heads)
    labels = np.arange(graph.n) // size
    spots = places(graph, labels=labels)
    centres = np.array([spots[labels == c].mean(axis=0) for c in range(groups)])
    gaps = np.hypot(*(centres[:, None] - centres).transpose(2, 0, 1))
    ranks = np.arange(groups)
    steps = np.abs(ranks[:, None] - ranks)
    assert gaps[steps == 1].mean() < 0.75 * gaps[steps > 1].mean()


def test_neighbours_are_nearer_than_others():
    graph, labels = planted()
    for name, share in (("communities", 0.9), ("disc", 0.6)):
        spots = places(graph, name, labels=labels)
        ties = np.hypot(*(spots[graph.tails] - spots[graph.out.indices]).T)
        pairs = np.hypot(*(spots[:, None] - spots).transpose(2, 0, 1))
        inside = pairs[labels[:, None] == labels].mean()
        if name == "disc":
            # The groups are found without labels.
            assert inside < share * pairs.mean()
        assert ties.mean() < share * pairs.mean()


def test_hubs_are_in_the_middle():
    n = 200
    graph = InteractionGraph.from_arcs([f"a{i:03}" for i in range(n)], [7] * n, range(n))
    spots = places(graph, "disc")
    out = np.hypot(*(spots - spots.mean(axis=0)).T)
    assert out[7] < 0.1 * out.max()


def test_hubs_are_in_the_middle_of_their_communities():
    # Five stars, and some ties from leaf to leaf.
    size, stars = 60, 5
    rng = np.random.default_rng(2)
    hubs = np.arange(stars) * size
    leaves = np.setdiff1d(np.arange(stars * size), hubs)
    tails, heads = [*(leaves // size * size)], [*leaves]
    tails += rng.choice(leaves, 20).tolist()
    heads += rng.choice(leaves, 20).tolist()
    graph = InteractionGraph.from_arcs([f"a{i:03}" for i in range(size * stars)], tails, heads)
    labels = np.arange(graph.n) // size
    spots = places(graph, labels=labels)
    for star, hub in enumerate(hubs):
        out = np.hypot(*(spots[labels == star] - spots[labels == star].mean(axis=0)).T)
        assert out[hub - star * size] < 0.1 * out.max()


def test_discs_do_not_push_each_other_to_their_rims():
    n, radius = 400, 100.0
    graph = InteractionGraph.from_arcs([f"a{i:03}" for i in range(n)], [], [])
    discs, centres = np.arange(n) % 2, np.array([[0.0, 0.0], [250.0, 0.0]])
    rooms = np.full(2, radius)
    start = np.random.default_rng(0).standard_normal((n, 2)) + centres[discs]
    start = filled(discs, centres, rooms, start, np.array([0, 1]))
    forces = Forces(graph, discs, rooms, centres[discs])
    for disc in range(2):
        moved = forces.moved(start, 0.1)[discs == disc].mean(axis=0)
        assert np.hypot(*(moved - start[discs == disc].mean(axis=0))) < 0.02 * radius


def test_large_circles_have_room():
    graph, labels = planted()
    radii = np.full(graph.n, 4.0)
    radii[::20] = 25.0
    spots = places(graph, labels=labels, radii=radii)
    gaps = np.hypot(*(spots[:, None] - spots).transpose(2, 0, 1)) - radii[:, None] - radii
    np.fill_diagonal(gaps, 0)
    # Hardly any two overlap by more than a little.
    assert (gaps < -0.25 * 4).sum() / graph.n < 0.05


def test_a_disc_is_filled_evenly_whatever_the_start():
    n = 500
    rng = np.random.default_rng(0)
    start = rng.standard_normal((n, 2)) * [100, 0.01]
    spots = filled(np.zeros(n, int), np.zeros((1, 2)), np.array([10.0]), start, np.array([7]))
    gaps = np.hypot(*(spots[:, None] - spots).transpose(2, 0, 1))
    np.fill_diagonal(gaps, np.inf)
    assert gaps.min() > 0.5 * 10 * np.sqrt(np.pi / n)
    assert spots[7].tolist() == [0, 0]
    # What was on the left is on the left.
    start, spots = np.delete(start, 7, axis=0), np.delete(spots, 7, axis=0)
    left = start[:, 0] <= np.median(start[:, 0])
    assert spots[left, 0].max() <= spots[~left, 0].min()


def test_places_that_are_alike_are_told_apart():
    sound(framed(np.zeros((50, 2))), 50)
    sound(framed(np.full((3, 2), FRAME * 9)), 3)


def test_circles_at_one_place_are_parted():
    spots = np.zeros((2, 2))
    part(spots, np.array([3.0, 1.0]))
    assert np.hypot(*(spots[0] - spots[1])) == pytest.approx(4, rel=0.01)
    # The larger one hardly moves.
    assert np.hypot(*spots[0]) < np.hypot(*spots[1]) / 5


def test_outliers_do_not_press_the_others_together():
    spots = np.random.default_rng(0).standard_normal((200, 2))
    spots[0] = 1e6, 0
    found = spread(spots, np.full(200, 5.0))
    out = np.hypot(*found.T)
    assert out.max() < 30 * np.median(out)


def test_arguments_are_not_changed():
    graph = random_graph(50, 100)
    labels, radii = labels_for(graph), np.full(graph.n, 5.0)
    for given_array in (labels, radii):
        given_array.setflags(write=False)
    for name in LAYOUTS:
        places(graph, name, labels=labels, radii=radii)


def test_progress_is_told():
    told = []
    places(random_graph(50, 100), progress=lambda done, total: told.append((done, total)))
    done, totals = zip(*told, strict=True)
    assert list(done) == list(range(1, totals[0] + 1))


def test_an_unknown_layout():
    with pytest.raises(UnknownName, match="did you mean 'communities'"):
        places(random_graph(5, 5), "comunities")


def test_a_process_that_fails_is_reported(monkeypatch, tmp_path):
    broken = tmp_path / "broken.py"
    broken.write_text("raise SystemExit('no room')")
    monkeypatch.setattr(foreign.worker, "__file__", str(broken))
    with pytest.raises(KeynodesError, match="ended with code 1 \\(no room\\)"):
        places(random_graph(5, 9), "fruchterman-reingold")


def test_the_process_ends_with_whoever_started_it(tmp_path):
    job = tmp_path / "graph.npz"
    n = 4000
    start = np.random.default_rng(0).standard_normal((n, 2))
    ties = np.arange(n - 1, dtype=np.int32)
    np.savez(job, seed=0, start=start, tails=ties, heads=ties + 1, weights=np.ones(n - 1))
    process = subprocess.Popen(
        [sys.executable, foreign.worker.__file__, str(job), str(tmp_path / "made.npy")],
        stdin=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    process.stdin.close()
    assert process.wait(timeout=30) == 1
    assert not (tmp_path / "made.npy").exists()


# --- colours

MACHADO = {
    "all colours": np.eye(3),
    "no red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def lab(color, seen):
    """CIE L*a*b* of a colour (sRGB, D65), as somebody sees it."""
    values = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.asarray(seen) @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.array(to_xyz) @ linear / [0.9505, 1, 1.089]
    f = [np.cbrt(t) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("seen", MACHADO)
def test_everybody_can_tell_the_colours_apart(seen):
    for one, other in combinations([*COMMUNITIES, OTHERS, REMOVED, PROTECTED], 2):
        gap = np.linalg.norm(lab(one, MACHADO[seen]) - lab(other, MACHADO[seen]))
        assert gap >= 14, (one, other)


def test_a_community_keeps_its_colour():
    more = np.arange(-1, 20)
    colors = community_colors(more)
    assert colors[1 : 1 + len(COMMUNITIES)].tolist() == list(COMMUNITIES)
    assert {colors[0], *colors[1 + len(COMMUNITIES) :]} == {OTHERS}
