"""What the dismantling benchmarks share: scores of plans, peers' figures, ratios, the file."""

import contextlib
import csv
import math
import signal
from pathlib import Path
from typing import NamedTuple

from measured import RESULTS, _cell, machine

PEERS = Path(__file__).parent / "dismantling_peers.csv"
ADAPTIVE = RESULTS / "dismantling_adaptive.csv"
"""Adaptive betweenness as computed here: written by `adaptive`, read by the other tables."""
REORDERED = "re-ordered"


class Score(NamedTuple):
    """What a table shows of a plan."""

    area: float
    removals: int | None
    seconds: float | None = None
    note: str = ""

    def __str__(self):
        if self.note and math.isnan(self.area):
            return self.note
        # Peers' areas are known to a tenth.
        digits = 1 if self.area >= 100 or self.seconds is None else 2
        area = "–" if math.isnan(self.area) else f"{self.area:.{digits}f}"
        parts = [area, "–" if self.removals is None else f"{self.removals:,}"]
        if self.seconds is not None:
            parts.append(f"{self.seconds:.{0 if self.seconds >= 10 else 1}f} s")
        return " / ".join(parts) + (f" ({self.note})" if self.note else "")


class TooLong(Exception):
    """The time limit of one contestant is over."""


@contextlib.contextmanager
def time_limit(seconds):
    """Raise `TooLong` after some seconds; like Ctrl-C it is heard between two compiled calls."""

    def over(*_):
        raise TooLong

    if not seconds:
        yield
        return
    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def score(graph, strategy, limit=None, **settings):
    """The plan of one strategy down to a tenth of all accounts, by its area."""
    from keynodes.dismantling import takedown

    try:
        with time_limit(limit):
            found = takedown(graph, target=0.1, strategy=strategy, minimise="area", **settings)
    except TooLong:
        return Score(math.nan, None, None, f"over {limit:g} s")
    return Score(found.curve_area, found.removals_to[0.1], found.seconds)


def warm(strategies):
    """Compile what the strategies need, on a small graph: no table counts that."""
    import numpy as np

    from keynodes import InteractionGraph

    random = np.random.default_rng(0)
    names = [f"{i:03}" for i in range(300)]
    graph = InteractionGraph.from_arcs(names, *random.integers(0, 300, (2, 600)))
    for strategy in strategies:
        score(graph, strategy, **({"iterations": 100} if strategy == "search" else {}))


def peers(name):
    """Published and measured figures of the peers on a network, by method."""
    with open(PEERS, newline="", encoding="utf-8") as stream:
        return {
            row["method"]: Score(
                float(row["curve_area"]),
                int(row["removals"]) if row["removals"] else None,
                None,
                row["set_of"],
            )
            for row in csv.DictReader(stream)
            if row["network"] == name
        }


def best_released(found):
    """The least area of a peer's own plan, HBA among them where it is known."""
    own = [row.area for method, row in found.items() if method != REORDERED]
    return min(own, default=math.nan)


def adaptive_betweenness():
    """What `adaptive` found, by network."""
    if not ADAPTIVE.exists():
        return {}
    with open(ADAPTIVE, newline="", encoding="utf-8") as stream:
        return {
            row["network"]: Score(
                float(row["curve_area"] or "nan"),
                int(row["removals"]) if row["removals"] else None,
                float(row["seconds"]),
                "" if row["curve_area"] else f"over {float(row['seconds']):.0f} s",
            )
            for row in csv.DictReader(stream)
        }


def compared(what, ours, theirs, mean_bar=None, worst_bar=None):
    """A row: geometric mean and worst of ours / theirs where both are known, beside the bars."""
    ratios = {
        name: ours[name] / theirs[name]
        for name in ours
        if math.isfinite(ours[name]) and math.isfinite(theirs.get(name, math.nan))
    }
    shown = [None if bar is None else f"≤ {bar:.2f}" for bar in (mean_bar, worst_bar)]
    if not ratios:
        return [what, None, shown[0], None, None, shown[1], 0, None, None]
    mean = math.exp(sum(map(math.log, ratios.values())) / len(ratios))
    worst = max(ratios, key=ratios.get)
    bars = [(mean, mean_bar), (ratios[worst], worst_bar)]
    met = [value <= bar for value, bar in bars if bar is not None]
    return [
        what,
        f"{mean:.3f}",
        shown[0],
        f"{ratios[worst]:.3f}",
        worst,
        shown[1],
        len(ratios),
        sum(ratio < 1 for ratio in ratios.values()),
        None if not met else "yes" if all(met) else "**no**",
    ]


COMPARED = [
    "ratio of areas",
    "geometric mean",
    "bar",
    "worst",
    "on",
    "bar",
    "networks",
    "of them < 1",
    "met",
]


def document(name, title, command, sections):
    """Print tables and, if there is a name, keep them as ``benchmarks/results/<name>.md``.

    `sections` are a heading, a header, rows and notes each; without a header only the notes.
    """
    lines = [f"# {title}", "", f"Written by `{command}`.", ""]
    for heading, header, rows, notes in sections:
        lines += [f"## {heading}", ""]
        if header:
            lines += ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
            lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
            lines.append("")
        for note in notes:
            lines += [note, ""]
    lines += [machine(), ""]
    text = "\n".join(lines)
    if name:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{name}.md").write_text(text, encoding="utf-8")
    print(text)
