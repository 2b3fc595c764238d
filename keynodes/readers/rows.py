"""Rows that Python has read, on their way into the table: a batch at a time."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keynodes.readers.loading import SHOWN, Loader, Shape

BATCH = 20_000
"""Rows held in Python at a time."""

TEXTS = ("source", "target", "relation", "time", "weight", "evidence")


class Batches:
    """Collects rows of text and loads them; the first bad row in line order is the error."""

    def __init__(self, loader: Loader, shape: Shape, roles: Sequence[str]) -> None:
        self.loader = loader
        self.shape = shape
        self.roles = tuple(roles)
        self._lines: list[int] = []
        self._rows: list[list[str]] = []

    def add(self, line: int, values: list[str]) -> None:
        """Add a row: one text a role, empty where it has none."""
        self._lines.append(line)
        self._rows.append(values)
        if len(self._rows) >= BATCH:
            self.finish()

    def refuse(self, line: int, problem: str) -> None:
        """Refuse a row that is no row; those before it are looked at first."""
        if len(self.loader.refused.shown) < SHOWN:
            self.finish()
        self.loader.refuse(self.shape, line, problem)

    def finish(self) -> None:
        """Load what is waiting."""
        if not self._rows:
            return
        import pandas

        columns: dict[str, Any] = {"line": np.asarray(self._lines, np.int64)}
        for role, values in zip(self.roles, zip(*self._rows, strict=True), strict=True):
            # Objects, so that pandas does not copy them into texts of its own.
            columns[role] = pandas.Series(values, dtype=object)
        self._lines, self._rows = [], []
        connection = self.loader.connection
        connection.register("batch", pandas.DataFrame(columns))
        try:
            absent = "".join(f", NULL::VARCHAR AS {r}" for r in TEXTS if r not in self.roles)
            self.loader.load(f"SELECT *{absent} FROM batch", self.shape)
        finally:
            connection.unregister("batch")
