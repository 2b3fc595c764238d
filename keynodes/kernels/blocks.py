"""Work in fixed blocks: on any number of threads, with the same bits.

A long loop lives in Python and calls compiled steps. The blocks are cut by the caller from the
work alone, never from the machine; they may run on several threads, but their results come back
in block order. So the order of every sum is fixed, progress can be shown, and Ctrl-C is heard
between two blocks.
"""

import os
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

import numpy as np

from keynodes.errors import UsageError
from keynodes.escaping import shortened

Block = TypeVar("Block")
Result = TypeVar("Result")

WORKSPACE = 128 * 2**20
"""Bytes that all threads together may work in: with more cores than that allows, fewer run."""

Progress = Callable[[int, int], None]
"""Called as ``progress(done, total)`` in any unit of work."""

NamedProgress = Callable[[str, int, int], None]
"""Called as ``progress(what, done, total)``, where there are several things to do."""


def progress_on(progress: NamedProgress | None, what: str) -> Progress | None:
    """Return the progress of one thing of several; None where nobody wants to know."""
    return None if progress is None else lambda done, total: progress(what, done, total)


def threads() -> int:
    """How many threads to use: ``KEYNODES_THREADS``, else the processors this process may use.

    Raises
    ------
    UsageError
        When ``KEYNODES_THREADS`` is no whole number from 1 to 9999.
    """
    if asked := os.environ.get("KEYNODES_THREADS", "").strip():
        if not re.fullmatch("0*[1-9][0-9]{0,3}", asked):
            raise UsageError(
                "KEYNODES_THREADS must be a whole number from 1 to 9999, found "
                + repr(shortened(asked, 40))
            )
        return int(asked)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_order(
    step: Callable[[Block], Result],
    blocks: Sequence[Block],
    progress: Progress | None = None,
    workspace: int = 0,
) -> Iterator[Result]:
    """Yield ``step(block)`` for every block, in block order, computed on `threads` threads.

    `step` should release the GIL (a kernel does) and take well under a second: that is how long
    Ctrl-C may have to wait. At most two results a thread are held at a time. `workspace` is what
    one step needs in bytes, when that is much.
    """
    total = len(blocks)
    workers = min(threads(), total, max(1, WORKSPACE // max(workspace, 1)))
    if workers <= 1:
        for done, block in enumerate(blocks, start=1):
            yield step(block)
            if progress:
                progress(done, total)
        return
    with ThreadPoolExecutor(workers) as pool:
        waiting = deque(pool.submit(step, block) for block in blocks[: 2 * workers])
        submitted = len(waiting)
        try:
            for done in range(1, total + 1):
                result = waiting.popleft().result()
                if submitted < total:
                    waiting.append(pool.submit(step, blocks[submitted]))
                    submitted += 1
                yield result
                if progress:
                    progress(done, total)
        finally:
            for future in waiting:
                future.cancel()


def slices(total: int, size: int) -> list[slice]:
    """Cut ``range(total)`` into slices of `size` (the last may be shorter).

    Examples
    --------
    >>> slices(5, 2)
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    return [slice(start, min(start + size, total)) for start in range(0, total, size)]


def by_work(work: np.ndarray, size: int) -> list[slice]:
    """Cut rows, each with its own `work`, into slices of about `size` work.

    A slice ends with the row that fills it, so the heaviest row says how far one can overrun.

    Examples
    --------
    >>> by_work(np.array([1, 1, 9, 1, 1, 1, 1]), 3)
    [slice(0, 3, None), slice(3, 4, None), slice(4, 7, None)]
    """
    done = np.cumsum(work)
    total = int(done[-1]) if len(done) else 0
    ends = np.searchsorted(done, np.arange(size, total, size)) + 1
    bounds = np.unique(np.concatenate([[0], ends, [len(work)]])).tolist()
    return [slice(start, stop) for start, stop in pairwise(bounds)]
