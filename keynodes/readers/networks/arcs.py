"""Arcs that keynodes wrote, back to records which make the very same arcs."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from keynodes.readers.flows import Flows

COUNT = "n_"
"""What the column of a relation's counts begins with."""

TOTAL = "interactions"
"""How many interactions an arc stands for."""

MOST = 1_000_000
"""Records that one arc may become."""

_FIRST, _LAST = ("first_time", "start"), ("last_time", "end")


class Record(NamedTuple):
    """A record behind an arc."""

    relation: str
    time: str
    weight: str
    back: bool
    """Whether its actor is who hears: content went back."""


def holds_arcs(names: Iterable[str]) -> bool:
    """Whether edges have the columns that keynodes writes, whoever saved the file since."""
    known = set(names)
    return "interaction" in known and any(name.startswith(COUNT) for name in known)


class Arcs:
    """How the columns of such arcs are read.

    The direction of an arc is resolved already. Each relation becomes a record of who acted on
    whom, in the way that its flow makes this arc again.
    """

    def __init__(self, names: Sequence[str], flows: Flows, counted: bool) -> None:
        self.first = next((name for name in _FIRST if name in names), "")
        self.last = next((name for name in _LAST if name in names), "")
        self.relations = {
            name: name[len(COUNT) :] for name in names if name.startswith(COUNT) and name != COUNT
        }
        self.weighted = "weight" in names or bool(self.relations) or TOTAL in names
        self._counted = counted
        self._back = {name: flows.of(name) == "back" for name in self.relations.values()}
        self._back[""] = flows.overall == "back"

    def missed(self, name: str) -> bool:
        """Whether a column that was not there when this was made is one of its own."""
        return name.startswith(COUNT) or name in (*_FIRST, *_LAST, "weight", TOTAL)

    def records(self, attributes: Mapping[str, str]) -> "list[Record] | str | None":
        """Return the records of an arc; a text says what is wrong; None, that nothing is counted.

        Where weights are counts, a record weighs as many interactions as it stands for. Else each
        weighs its share of the arc to the last bit, so that any order of adding gives the weight.
        """
        get = attributes.get
        counts: dict[str, int] = {}
        try:
            for name, relation in self.relations.items():
                if text := get(name):
                    counts[relation] = int(text)
            total = sum(counts.values()) if counts else int(get(TOTAL) or 0)
            weight = float(get("weight") or total or 1)
        except ValueError:
            return "the weight and the counts of an arc must be numbers"
        if not 0 < weight < math.inf or total < 0 or (counts and min(counts.values()) < 0):
            return "the weight of an arc must be above 0, and its counts not below"
        if self.relations and not total:
            return "an arc without a count of any relation"
        first = get(self.first, "")
        last = get(self.last, "") or first
        first = first or last
        if not self._counted:
            return self._shares(counts or {"": total or 1 + (first != last)}, weight, first, last)
        if not weight.is_integer() or weight != (total or weight):
            return None
        return self._whole(counts or {"": int(weight)}, first, last)

    def _whole(self, counts: Mapping[str, int], first: str, last: str) -> list[Record]:
        """A record a relation; where the times differ, one more or another has the last."""
        records = [
            Record(relation, first, str(count), self._back[relation])
            for relation, count in counts.items()
            if count
        ]
        if first != last:
            relation, _, weight, back = records.pop()
            if not records and int(weight) > 1:
                records.append(Record(relation, first, str(int(weight) - 1), back))
                weight = "1"
            records.append(Record(relation, last, weight, back))
        return records

    def _shares(
        self, counts: Mapping[str, int], weight: float, first: str, last: str
    ) -> "list[Record] | str":
        """As many records as interactions, each a whole number of the weight's last bits."""
        total = sum(counts.values())
        if total > MOST:
            return f"an arc of {total:,} interactions, of which each is a record; {MOST:,} at most"
        fraction, exponent = math.frexp(weight)
        share, left = divmod(int(fraction * 2**53), total)
        records: list[Record] = []
        for relation, count in counts.items():
            for _ in range(count):
                bits = share + (len(records) < left)
                part = repr(math.ldexp(bits, exponent - 53))
                records.append(Record(relation, first, part, self._back[relation]))
        if first != last:
            records[-1] = records[-1]._replace(time=last)
        return records
