"""Which way content flows in each relation: the table `FLOW`, and what the user says instead."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from keynodes.errors import UsageError
from keynodes.flow import FLOW, FLOWS, canonical_relation
from keynodes.registry import suggestion


@dataclass(frozen=True)
class Flows:
    """The user's word on flow: for every record, for single relations, or none.

    A relation's own setting beats the one for every record, and that beats `FLOW`.
    """

    overall: str | None = None
    of_relation: Mapping[str, str] = field(default_factory=dict)
    """Flow by `_key` of the relation."""
    named: Mapping[str, str] = field(default_factory=dict)
    """How the user wrote each key of `of_relation`."""

    def of(self, relation: str) -> str | None:
        """Return the flow of a relation as it stands in a file; None when nobody has said."""
        if (own := self.of_relation.get(_key(relation))) is not None:
            return own
        if self.overall is not None:
            return self.overall
        row = FLOW.get(canonical_relation(relation))
        return None if row is None else row.flow

    def said(self, relation: str) -> bool:
        """Whether the user said it of this relation, or of every record."""
        return self.overall is not None or _key(relation) in self.of_relation

    def knows(self, relation: str) -> bool:
        """Whether the name stands in `FLOW` or was named by the user."""
        return _key(relation) in self.of_relation or canonical_relation(relation) in FLOW

    def unused(self, relations: Iterable[str]) -> list[str]:
        """Return the relations that the user named and that do not occur."""
        present = {_key(relation) for relation in relations}
        return [name for key, name in self.named.items() if key not in present]


def parse_flow(flow: "str | Iterable[str] | Mapping[str, str] | None") -> Flows:
    """Read ``"back"``, ``"RT=forth"``, a list of such settings, or ``{"RT": "forth"}``.

    Examples
    --------
    >>> flows = parse_flow(["both", "RT=back"])
    >>> flows.of("retweet"), flows.of("anything")
    ('back', 'both')
    """
    if flow is None:
        return Flows()
    if isinstance(flow, Flows):
        return flow
    settings: list[tuple[str | None, str]] = []
    if isinstance(flow, Mapping):
        settings = list(flow.items())
    else:
        for setting in [flow] if isinstance(flow, str) else flow:
            name, equals, word = str(setting).rpartition("=")
            settings.append((name if equals else None, word))
    overall: str | None = None
    of_relation: dict[str, str] = {}
    named: dict[str, str] = {}
    for relation, value in settings:
        word = str(value).strip().casefold()
        if word not in FLOWS:
            raise UsageError(f"flow must be back, forth or both, got {value!r}; {_hint(word)}")
        if relation is None:
            if overall not in (None, word):
                raise UsageError(f"flow is said twice for every record: {overall} and {word}")
            overall = word
            continue
        key = _key(relation)
        if of_relation.get(key, word) != word:
            raise UsageError(
                f"flow is said twice for {relation!r}: {of_relation[key]} and {word} "
                f"(as {named[key]!r})"
            )
        of_relation[key], named[key] = word, relation
    return Flows(overall, of_relation, named)


def _key(relation: str) -> str:
    return canonical_relation(relation).strip().casefold()


def _hint(word: str) -> str:
    hint = suggestion(word, FLOWS)
    return hint if hint.startswith("did") else "for one relation write RELATION=back"
