"""Worlds of a scenario: how many, drawn in packs, kept or passed through."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from keynodes.cascades.keys import CHOOSING, world_keys
from keynodes.cascades.scenario import Scenario
from keynodes.errors import UsageError
from keynodes.kernels import worlds as kernels
from keynodes.kernels.blocks import Progress, in_order, slices
from keynodes.kernels.worlds import Worlds

Result = TypeVar("Result")

SEEDED, SOURCED = 1_000, 20_000
"""Worlds unless asked otherwise: where all seeds speak, and where a world has one source (its
cascade is small, and its source is chance too)."""

MOST_SEEDED = 5_000
"""Worlds with seeds where they are small: a thousand choose some per cent worse there."""

SMALL_VISITS = 5 * 10**7
"""Arcs that the worlds beyond the first thousand may look at together: a second."""

FEWEST = 200
"""Worlds that are drawn however large they are: an estimate from fewer is no estimate."""

MOST_VISITS = 2 * 10**9
"""Arcs that the worlds may look at together (a node is as much work as ten) unless their number is
asked for: half a minute."""

PILOT = 20
"""Worlds that are drawn first, to see how large they are."""

PILOT_VISITS = 2 * 10**6
"""Arcs after which that is seen, however few these worlds are: large ones are much alike."""

PACK_VISITS = 16 * 10**6
"""Arcs that a pack of worlds looks at: a tenth of a second or so."""

MEMORY = 2**30
"""Bytes that stored worlds may take unless said otherwise."""

BYTES_PER_NODE, BYTES_PER_ARC = 40, 8
"""What a node and an arc take, of the worlds to choose by and as many to judge by, with the scores
of each node and the room to work on them."""

BYTES_PER_BOUNDED_NODE, BYTES_PER_TIMED_ARC = 16, 8
"""What they take beside it: nodes where a limit leaves two bounds of each score, and arcs that keep
how long they take, in both sets of worlds."""


@dataclass(frozen=True)
class Size:
    """How large the worlds of a scenario are, on average."""

    visits: float
    """Arcs looked at in a world."""
    nodes: float
    """Accounts reached in a world, sources included."""
    arcs: float
    """Live arcs among them."""
    limited: bool = False
    """Whether there is a limit of hops or time."""
    timed: bool = False
    """Whether worlds keep how long each arc takes."""

    def pack(self) -> int:
        """Return how many worlds make a pack."""
        return max(1, min(512, int(PACK_VISITS / (self.visits + 10 * self.nodes))))

    def bytes(self, count: int) -> float:
        """Return about what so many stored worlds take."""
        node = BYTES_PER_NODE + self.limited * BYTES_PER_BOUNDED_NODE
        arc = BYTES_PER_ARC + self.timed * BYTES_PER_TIMED_ARC
        return count * (node * self.nodes + arc * self.arcs)


def size_of(scenario: Scenario) -> Size:
    """Look at a few worlds to see how large they are."""
    keys = world_keys(scenario.rng, CHOOSING, PILOT)
    drawn = arcs = nodes = live = 0
    while drawn < PILOT and arcs < PILOT_VISITS:
        pack, visits = sampled(scenario, keys[drawn : drawn + 1])
        drawn += 1
        arcs, nodes, live = arcs + visits, nodes + len(pack.nodes), live + len(pack.targets)
    return Size(
        max(1.0, arcs / drawn),
        max(1.0, nodes / drawn),
        live / drawn,
        scenario.limited,
        scenario.within is not None,
    )


def how_many(
    scenario: Scenario,
    asked: int | None,
    size: Size,
    notices: list[str],
    max_memory: float | None = None,
    beside: float = 0.0,
) -> int:
    """Return the number of worlds to draw: as asked, or as many as are enough and affordable.

    With `max_memory`, in bytes, no more than fit; each of them takes `beside` more than itself.
    """
    if asked is not None:
        if isinstance(asked, bool) or not isinstance(asked, int | np.integer) or asked < 2:
            raise UsageError(f"worlds must be a whole number from 2 on, got {asked!r}")
        count = int(asked)
    else:
        cheap = int(SMALL_VISITS / (size.visits + 10 * size.nodes))
        count = min(max(SEEDED, cheap), MOST_SEEDED)
        if scenario.seeds is None:
            count = SOURCED
        affordable = max(FEWEST, int(MOST_VISITS / (size.visits + 10 * size.nodes)))
        if affordable < count:
            notices.append(
                f"worlds are large ({size.nodes:,.0f} accounts in each): {affordable:,} are drawn "
                f"instead of {count:,}; say how many with worlds"
            )
            count = affordable
    if max_memory is not None and size.bytes(count) + beside * count > max_memory:
        fit = int(max_memory / (size.bytes(1) + beside))
        if fit < 2:
            raise UsageError(
                f"not even two worlds of {size.nodes:,.0f} accounts fit into "
                f"{max_memory / 2**20:,.0f} MB; raise the memory limit or lower the probabilities"
            )
        notices.append(
            f"{fit:,} worlds are stored for choosing instead of {count:,}: more do not fit into "
            f"{max_memory / 2**20:,.0f} MB"
        )
        count = fit
    return count


def sampled(scenario: Scenario, keys: np.ndarray) -> tuple[Worlds, int]:
    """Draw one world for each row of `keys`; with them, how many arcs were looked at."""
    passing = scenario.transmission
    source_starts, source_nodes = sources_of(scenario, keys)
    arcs = (passing.indptr, passing.heads, passing.low, passing.top, keys)
    if scenario.within is not None:
        *arrays, visits = kernels.sampled_in_time(
            *arcs, source_starts, source_nodes, scenario.delay, scenario.within
        )
        return Worlds(*arrays), visits
    hops = 2**62 if scenario.hops is None else scenario.hops
    starts, sources, nodes, ptr, targets, visits = kernels.sampled(
        *arcs, source_starts, source_nodes, hops
    )
    return Worlds(starts, sources, nodes, ptr, targets, np.zeros(0, np.float32)), visits


def each_pack(
    scenario: Scenario,
    stream: int,
    count: int,
    size: Size,
    step: Callable[[Worlds], Result],
    progress: Progress | None = None,
) -> Iterator[tuple[slice, Result]]:
    """Yield what `step` makes of every pack of worlds, with the worlds in it, in order.

    Packs are drawn on all threads and dropped when `step` has seen them: memory does not grow
    with `count`. What is in a pack does not depend on the machine.
    """
    keys = world_keys(scenario.rng, stream, count)
    packs = slices(count, size.pack())

    def work(pack: slice) -> Result:
        return step(sampled(scenario, keys[pack])[0])

    yield from zip(packs, in_order(work, packs, progress), strict=True)


def stored(
    scenario: Scenario, stream: int, count: int, size: Size, progress: Progress | None = None
) -> list[Worlds]:
    """Draw worlds and keep them, pack by pack."""
    return [pack for _, pack in each_pack(scenario, stream, count, size, _itself, progress)]


def _itself(pack: Worlds) -> Worlds:
    return pack


def sources_of(scenario: Scenario, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each world starts: all seeds, or one account by the world's third key."""
    if scenario.seeds is not None:
        speaking = len(scenario.seeds)
        return np.arange(len(keys) + 1) * speaking, np.tile(scenario.seeds, len(keys))
    assert scenario.source_shares is not None
    running = np.cumsum(scenario.source_shares)
    drawn = (keys[:, 2].astype(np.float64) + 0.5) / 2.0**32 * running[-1]
    sources = np.searchsorted(running, drawn, side="right").astype(np.int32)
    return np.arange(len(keys) + 1), sources
