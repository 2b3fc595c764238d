"""What goes to stderr: notices, and progress on anything that takes a while."""

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from keynodes.escaping import one_line

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PATIENCE = 1.0
"""Seconds before a bar appears: what is over sooner needs none."""


def say(sentences: Iterable[str], quiet: bool) -> None:
    """Print notices on stderr, one a line."""
    if not quiet and sys.stderr is not None:
        for sentence in sentences:
            sys.stderr.write(one_line(sentence) + "\n")


class Talk:
    """Progress bars on a terminal; silence elsewhere."""

    def __init__(self, quiet: bool) -> None:
        self._shown = sys.stderr is not None and sys.stderr.isatty() and not quiet
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._start = time.monotonic()
        self._lock = threading.Lock()

    @contextmanager
    def about(self, what: str) -> Iterator[None]:
        """Show a bar that only moves, for work that cannot say how far it is."""
        if not self._shown:
            yield
            return
        timer = threading.Timer(PATIENCE, self._show, (what, 0, None))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
            self._finish(what)

    def __call__(self, what: str, done: int, total: int) -> None:
        """Report progress: the callback that library functions take."""
        if self._shown and time.monotonic() - self._start >= PATIENCE:
            self._show(what, done, total)
            if done >= total:
                self._finish(what)

    def on(self, what: str) -> Callable[[int, int], None]:
        """Return the callback for library functions that do one thing: ``(done, total)``."""
        return partial(self, what)

    def close(self) -> None:
        """Take all bars away."""
        with self._lock:
            if self._bars is not None:
                self._bars.stop()
            self._bars = None
            self._tasks.clear()

    def _show(self, what: str, done: int, total: int | None) -> None:
        with self._lock:
            if self._bars is None:
                self._bars = _bars()
                self._bars.start()
            if what not in self._tasks:
                self._tasks[what] = self._bars.add_task(one_line(what), total=total)
            self._bars.update(self._tasks[what], completed=done, total=total)

    def _finish(self, what: str) -> None:
        with self._lock:
            task = self._tasks.pop(what, None)
            if task is not None and self._bars is not None:
                self._bars.remove_task(task)
        if not self._tasks:
            self.close()


def _bars() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.progress import TimeRemainingColumn as Remaining

    text = TextColumn("{task.description}", markup=False)
    columns = (text, BarColumn(), TimeElapsedColumn(), Remaining())
    return Progress(*columns, console=Console(stderr=True), transient=True)


@contextmanager
def talk(quiet: bool) -> Iterator[Talk]:
    """A `Talk` whose bars are gone when the block ends, whatever happens in it."""
    talking = Talk(quiet)
    try:
        yield talking
    finally:
        talking.close()
