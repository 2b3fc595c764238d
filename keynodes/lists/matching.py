"""Which accounts of a list a graph has, and which of its accounts may have been meant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from keynodes.errors import UnknownAccount, UsageError
from keynodes.escaping import one_line, shortened
from keynodes.graph import InteractionGraph, accounts_by_handle

SHOWN = 5
"""How many unknown accounts a sentence names."""


@dataclass(frozen=True)
class Match:
    """Which accounts of a list a graph has.

    Attributes
    ----------
    what : str
        What the list holds, such as ``"protected account"``.
    indices : numpy.ndarray of int64
        Indices of those the graph has, sorted, each once.
    unknown : tuple of str
        Those it lacks, in the order of the list.
    near : mapping of str to str
        For some of them an account of the graph that differs only in case, a leading ``@`` or
        blanks around it.
    asked : int
        How many different accounts the list has.
    handles : mapping of str to str
        For some of the unknown the one account of the graph that has it as its handle. It is
        told, never matched: handles can be imitated.
    """

    what: str
    indices: np.ndarray
    unknown: tuple[str, ...]
    near: Mapping[str, str]
    asked: int
    handles: Mapping[str, str] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """One line on the unknown accounts; empty when there are none."""
        if not self.unknown:
            return ""
        return one_line(
            f"{len(self.unknown):,} of {self.asked:,} {self.what}{'s' * (self.asked != 1)} "
            f"{'is' if len(self.unknown) == 1 else 'are'} not in the graph: "
            f"{self.quoted}"
        )

    @property
    def quoted(self) -> str:
        """The first of the unknown accounts, with who may have been meant."""
        return named(self.unknown, self.near, self.handles)

    def require_any(self) -> None:
        """Stop when the graph has none of them.

        Raises
        ------
        UsageError
            Because there is nothing to begin with.
        """
        if not self.asked:
            raise UsageError(f"the list of {self.what}s is empty")
        if not len(self.indices):
            raise UsageError(f"none of the {self.what}s is in the graph: {self.quoted}")

    def require(self, option: str) -> None:
        """Stop when the graph lacks some of them, naming the option that lets it pass.

        Raises
        ------
        UnknownAccount
            Because a protection that matches nobody would fail silently.
        """
        if self.unknown:
            raise UnknownAccount(f"{self.sentence}; correct the list, or go on with {option}")


def match(graph: InteractionGraph, accounts: Iterable[str], what: str = "account") -> Match:
    """Find the accounts of a list in a graph, and near matches for those it lacks.

    An alias of the graph means the account that it was merged into.

    Notes
    -----
    O(n + length of the list), whatever the near matches.

    Examples
    --------
    >>> graph = InteractionGraph.from_arcs(["ann", "bob"], [0], [1])
    >>> match(graph, ["ann", "@Bob "], "seed").sentence
    "1 of 2 seeds is not in the graph: '@Bob ' (did you mean 'bob'?)"
    """
    wanted = list(dict.fromkeys(resolved(graph, accounts)))
    index = {account: i for i, account in enumerate(graph.accounts.tolist())}
    unknown = tuple(account for account in wanted if account not in index)
    found = np.asarray(sorted(index[a] for a in wanted if a in index), dtype=np.int64)
    return Match(
        what,
        found,
        unknown,
        near_matches(unknown, index),
        len(wanted),
        accounts_by_handle(graph, unknown) if unknown else {},
    )


def resolved(graph: InteractionGraph, accounts: Iterable[str]) -> list[str]:
    """Return a list with the account in the place of each alias, in its order.

    Examples
    --------
    >>> from dataclasses import replace
    >>> graph = InteractionGraph.from_arcs(["ann", "bob"], [0], [1])
    >>> resolved(replace(graph, aliases={"ann_2": "ann"}), ["bob", "ann_2"])
    ['bob', 'ann']
    """
    return [graph.aliases.get(account, account) for account in accounts]


def near_matches(unknown: Sequence[str], index: Mapping[str, int]) -> dict[str, str]:
    """Return, for each unknown account that has one, an account of the index spelled alike.

    Where records of several platforms were read together, ``twitter:7`` is near to ``7``.
    """
    if not unknown:
        return {}
    wanted = {_folded(account) for account in unknown}
    folded: dict[str, str] = {}
    behind: dict[str, str] = {}
    for account in index:
        if (key := _folded(account)) in wanted:
            folded.setdefault(key, account)
        if ":" in account and (key := _folded(account.partition(":")[2])) in wanted:
            behind.setdefault(key, account)
    folded = behind | folded
    return {a: folded[_folded(a)] for a in unknown if _folded(a) in folded}


def named(
    unknown: Sequence[str], near: Mapping[str, str], handles: Mapping[str, str] | None = None
) -> str:
    """Quote the first unknown accounts, each with its near match and with whose handle it is."""
    handles = handles or {}
    # Those of whom something is known first: they are the ones that can be put right.
    shown = sorted(unknown, key=lambda account: account not in near and account not in handles)
    shown = shown[:SHOWN]
    words = [
        repr(shortened(account, 40))
        + (f" (did you mean {shortened(near[account], 40)!r}?)" if account in near else "")
        + (f" is the handle of {shortened(handles[account], 40)!r}" if account in handles else "")
        for account in shown
    ]
    more = len(unknown) - len(shown)
    return ", ".join(words) + (f" and {more:,} more" if more else "")


def _folded(account: str) -> str:
    return account.strip().removeprefix("@").strip().casefold()
