"""What every network file holds: nodes and edges, on their way into the table.

A format's file hands each node and edge to `Elements` as it meets them. Which columns of the edges
are which is settled after the first `SAMPLE` of them; where a later one shows that this was wrong,
the file is read `Again` with that known.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from keynodes.errors import ReadingError, UsageError
from keynodes.escaping import shortened
from keynodes.interactions import TABLE
from keynodes.readers.columns import choose, plain, recognised
from keynodes.readers.dialects import encoding_of
from keynodes.readers.inputs import File
from keynodes.readers.lines import SURROGATE, lines, undecodable
from keynodes.readers.loading import Loader, Shape
from keynodes.readers.networks.arcs import Arcs, holds_arcs
from keynodes.readers.networks.facts import Facts
from keynodes.readers.requests import Part, Request
from keynodes.readers.rows import Batches
from keynodes.readers.times import kind_of_column
from keynodes.spelling import read_id

SAMPLE = 20_000
"""Edges looked at to tell what their columns are."""

MOST_UNNAMED = 5_000_000
"""Nodes that a header may ask for by their number alone."""

ALSO: Mapping[str, tuple[str, ...]] = {
    "relation": ("interaction",),
    "time": ("start", "firsttime"),
}
"""Names that edges of network files have for a role beside those of `columns.NAMES`."""


@dataclass(frozen=True)
class Plan:
    """What is known of a file before it is read: nothing, the first time."""

    late: Mapping[str, str] = field(default_factory=dict)
    """Columns of edges that the sample lacks, and the first value of each."""
    by_id: bool = False
    """Whether accounts go by the ids of nodes, for their names are not unique."""
    counted: bool = True
    """Whether weights of arcs that keynodes wrote are counts of interactions."""


class Again(Exception):
    """What was read so far cannot stand: the file must be read again after another plan."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan


Parse = Callable[["Elements"], None]
"""Hands the nodes and edges of a file to `Elements`."""


def load_network(file: File, request: Request, loader: Loader, parse: Parse) -> Part:
    """Read a network file: again where what comes late shows that it was misunderstood."""
    start, plan = loader.loaded, Plan()
    while True:
        refused = loader.refused.copy()
        elements = Elements(file, request, loader, plan)
        try:
            parse(elements)
            return elements.finish()
        except Again as again:
            loader.forget(start, refused)
            plan = again.plan


class Elements:
    """The nodes and edges of one network file."""

    def __init__(self, file: File, request: Request, loader: Loader, plan: Plan) -> None:
        self.file = file
        self.request = request
        self.loader = loader
        self.plan = plan
        self.ours = False
        """Whether keynodes wrote the file: its ids are escaped, its arcs resolved."""
        self.notices: list[str] = []
        self.comments = 0
        self.facts = Facts()
        self._shape = Shape(file.name)
        self._start = loader.loaded
        self._accounts: dict[str, str] = {}
        self._named = False
        self._undeclared: dict[str, int] = {}
        self._waiting: list[tuple[int, str, str, Mapping[str, str], bool]] = []
        self._batches: Batches | None = None
        self._arcs: Arcs | None = None
        self._roles: dict[str, str] = {}
        self._others: list[str] = []
        self._known: set[str] = set()
        self._relations: dict[str, int] = {}
        self._unmapped: dict[str, tuple[int, int]] = {}
        self._edges = {True: 0, False: 0}
        self._weightless = 0

    def node(self, line: int, node: str, facts: Mapping[str, str], name: str = "") -> None:
        """Take a node: its account is `name` where the format names nodes, else its id."""
        if node in self._accounts:
            self.count("a node that is there already; the first is kept", line)
            return
        account = node
        if self.ours:
            account = self.undone(read_id, node, line)
        elif name.strip() and not self.plan.by_id:
            account = name
            self._named = self._named or name != node
            if name != node and node in self._undeclared:
                self._go_by_id()
        problem = "" if account.strip() else "the id of the node is blank"
        for text in (account, *facts, *facts.values()):
            problem = problem or _undecodable(text)
        if problem:
            self.refuse(line, problem)
            return
        self._accounts[node] = account
        self.facts.add(account, facts)

    def edge(
        self, line: int, source: str, target: str, attributes: Mapping[str, str], directed: bool
    ) -> None:
        """Take an edge between two nodes by their ids; they need not be declared."""
        self._edges[directed] += 1
        if self._batches is not None:
            self._add(line, source, target, attributes, directed)
            return
        self._waiting.append((line, source, target, attributes, directed))
        if len(self._waiting) >= SAMPLE:
            self._settle()

    def count(self, reason: str, line: int) -> None:
        """Count what cannot be mapped."""
        times, first = self._unmapped.get(reason, (0, line))
        self._unmapped[reason] = (times + 1, first)

    def undone(self, read: Callable[[str], str], text: str, line: int) -> str:
        """Undo what keynodes did to an id or a text that it wrote."""
        try:
            return read(text) if "\\" in text else text
        except ReadingError as error:
            raise ReadingError(f"{self.file.name}, line {line}: {error}") from None

    def refuse(self, line: int, problem: str) -> None:
        """Refuse a malformed row: stop, or skip it where the caller asked so."""
        if self._batches is not None:
            self._batches.refuse(line, problem)
        else:
            self.loader.refuse(self._shape, line, problem)

    def finish(self) -> Part:
        """Load what is waiting, and say how the file was read."""
        if self._batches is None and self._waiting:
            self._settle()
        if self._batches is not None:
            self._batches.finish()
        if self._named and len(set(self._accounts.values())) < len(self._accounts):
            self._go_by_id()
        if (
            self._named
            and self._undeclared
            and not self._undeclared.keys().isdisjoint(self._accounts.values())
        ):
            self._go_by_id()
        attributes = self.facts.frame(self.notices)
        return Part(
            self._final_shape(),
            evidence="evidence" in self._roles,
            comments=self.comments,
            notices=tuple(self.notices + self._told()),
            isolated=self._isolated(),
            first_line=self._relations.get,
            unmapped=self._unmapped,
            attributes=attributes,
        )

    def _go_by_id(self) -> None:
        raise Again(replace(self.plan, by_id=True))

    def _settle(self) -> None:
        """Settle from the edges seen so far which of their columns is which."""
        name = self.file.name
        seen = dict.fromkeys(self.plan.late)
        for _, _, _, attributes, _ in self._waiting:
            seen.update(dict.fromkeys(attributes))
        asked = self.request.columns
        resaved = not asked and holds_arcs(seen)
        if self.ours or resaved:
            self._take_arcs(list(seen), resaved and not self.ours)
            return
        self._known = set(seen)
        # The number of an edge is no evidence of anything, unless the user says so.
        kept = [n for n in seen if n not in ("source", "target")]
        kept = [n for n in kept if plain(n) != "id" or n in asked.values()]
        named = ["source", "target", *kept]
        places = choose(
            named, {"source": "source", "target": "target"} | dict(asked), name, header=False
        )
        roles = {role: named[place] for role, place in places.items()}
        if self.request.only:
            roles = {r: n for r, n in roles.items() if r in asked or r in ("source", "target")}
        else:
            self._look_further(roles, kept)
        time = None
        if "time" in roles:
            time = kind_of_column(self._sampled(roles["time"])) or "iso"
        self._roles = roles
        self._others = [n for r, n in roles.items() if r not in ("source", "target")]
        ends = [r for r in roles if r in ("source", "target")]
        order = [*ends, *(r for r in roles if r not in ends)]
        self._roles = {role: roles[role] for role in order}
        self._begin(
            Shape(name, "relation" in roles, time, "weight" in roles, row="line", flows=True), order
        )

    def _look_further(self, roles: dict[str, str], names: Sequence[str]) -> None:
        """Add roles whose columns are called as only those of network files are."""
        taken = set(roles.values())
        for role, others in ALSO.items():
            found = next((n for n in names if plain(n) in others and n not in taken), None)
            if role not in roles and found is not None:
                roles[role] = found
        label = next((n for n in names if plain(n) == "label" and n not in taken), None)
        if "relation" not in roles and label is not None:
            # Labels say anything; where every one is a relation that is known, they are that.
            values = [attributes.get(label, "") for _, _, _, attributes, _ in self._waiting]
            if values and all(self.loader.flows.knows(value) for value in values):
                roles["relation"] = label

    def _sampled(self, name: str) -> Iterator[str]:
        if name in self.plan.late:
            yield self.plan.late[name]
        for _, _, _, attributes, _ in self._waiting:
            yield attributes.get(name, "")

    def _take_arcs(self, names: list[str], resaved: bool) -> None:
        if self.request.columns:
            option = next(iter(self.request.columns))
            raise UsageError(
                f"{self.file.name} was written by keynodes, which knows its columns; leave out "
                f"--{option}"
            )
        if resaved:
            self.notices.append(
                f"{self.file.name} has the columns of a file that keynodes wrote: its arcs are "
                "taken as they are, from who is heard to who hears"
            )
        self._arcs = Arcs(names, self.loader.flows, self.plan.counted)
        time = None
        if self._arcs.first:
            columns = [name for name in (self._arcs.first, self._arcs.last) if name]
            time = kind_of_column(v for name in columns for v in self._sampled(name)) or "iso"
        self._known = set(names)
        shape = Shape(
            self.file.name, bool(self._arcs.relations), time, self._arcs.weighted, flows=True
        )
        self._begin(shape, ["source", "target", "relation", "time", "weight"])

    def _begin(self, shape: Shape, roles: list[str]) -> None:
        self._shape = shape
        self._batches = Batches(self.loader, shape, (*roles, "flow"))
        waiting, self._waiting = self._waiting, []
        for edge in waiting:
            self._add(*edge)

    def _add(
        self, line: int, source: str, target: str, attributes: Mapping[str, str], directed: bool
    ) -> None:
        assert self._batches is not None
        if not attributes.keys() <= self._known:
            self._meet(attributes)
        ends = [self._end(source, line), self._end(target, line)]
        if self._arcs is not None:
            self._add_arc(line, ends[0], ends[1], attributes, directed)
            return
        roles = self._roles
        if roles["source"] != "source" or roles["target"] != "target":
            given = {**attributes, "source": ends[0], "target": ends[1]}
            ends = [given.get(roles[end], "") for end in ("source", "target")]
        row = [*ends, *(attributes.get(name, "") for name in self._others)]
        for place, role in enumerate(roles):
            if role == "weight" and not row[place].strip():
                row[place] = "1"
                self._weightless += 1
            elif role == "relation" and row[place] not in self._relations:
                self._relations[row[place]] = line
                self.loader.learn([row[place]])
        if problem := next((p for text in row if (p := _undecodable(text))), ""):
            self._batches.refuse(line, problem)
            return
        self._batches.add(line, [*row, "" if directed else "both"])

    def _add_arc(
        self, line: int, tail: str, head: str, attributes: Mapping[str, str], directed: bool
    ) -> None:
        assert self._batches is not None
        assert self._arcs is not None
        found = self._arcs.records(attributes)
        if found is None:
            raise Again(replace(self.plan, counted=False))
        if isinstance(found, str):
            self._batches.refuse(line, found)
            return
        for relation, time, weight, back in found:
            if relation not in self._relations:
                self._relations[relation] = line
                self.loader.learn([relation])
            actor, other = (head, tail) if back else (tail, head)
            flow = "both" if not directed else "back" if back else "forth"
            self._batches.add(line, [actor, other, relation, time, weight, flow])

    def _end(self, node: str, line: int) -> str:
        account = self._accounts.get(node)
        if account is None:
            self._undeclared.setdefault(node, line)
            account = self.undone(read_id, node, line) if self.ours else node
        return account

    def _meet(self, attributes: Mapping[str, str]) -> None:
        """Look at columns that the sample did not have: one that matters begins all anew."""
        asked = self.request.columns.values()
        for name, value in attributes.items():
            if name in self._known:
                continue
            self._known.add(name)
            if self._arcs is not None:
                matters = self._arcs.missed(name)
            else:
                also = any(plain(name) in names for names in ALSO.values())
                matters = (recognised(name) and plain(name) != "id") or also or name in asked
            if matters:
                raise Again(replace(self.plan, late={**self.plan.late, name: value}))

    def _final_shape(self) -> Shape:
        flow = None
        if self._arcs is not None or (self._edges[True] and self._edges[False]):
            flow = "forth"
        elif self._edges[False]:
            flow = "both"
        return replace(self._shape, flow=flow)

    def _told(self) -> list[str]:
        name, told = self.file.name, []
        directed, undirected = self._edges[True], self._edges[False]
        said = self.loader.flows.overall
        if undirected and not directed and not said:
            told.append(f"{name} is undirected: each edge is an arc both ways")
        elif undirected and not said:
            told.append(
                f"{name}: {undirected:,} undirected edge(s) are arcs both ways, and {directed:,} "
                "directed one(s) go as they are stored"
                + ("" if self._shape.relation else "; if content went the other way, --flow back")
            )
        if said and self._arcs is not None and said != "both":
            told.append(
                f"{name}: keynodes wrote which way its arcs go; --flow {said} says who acted on "
                "whom, and turns none"
            )
        if self._weightless:
            told.append(f"{name}: {self._weightless:,} edge(s) without a weight weigh 1")
        undeclared = {n: line for n, line in self._undeclared.items() if n not in self._accounts}
        if undeclared and self._accounts:
            first, line = next(iter(undeclared.items()))
            told.append(
                f"{name}: {len(undeclared):,} account(s) stand in edges only, the first, "
                f"{shortened(first, 40)!r}, in line {line}"
            )
        if self.plan.by_id:
            told.append(
                f"{name}: the names of nodes are not unique, or stand after edges, so accounts go "
                "by the ids of nodes"
            )
        return told

    def _isolated(self) -> tuple[str, ...]:
        if not self._accounts:
            return ()
        connection = self.loader.connection
        rows = f"FROM {TABLE} WHERE rowid >= {self._start}"
        touched = connection.execute(f"SELECT source {rows} UNION SELECT target {rows}").fetchall()
        met = {account for (account,) in touched}
        return tuple(a for a in dict.fromkeys(self._accounts.values()) if a not in met)


def check_unnamed(elements: Elements, line: int, nodes: int) -> None:
    """Stop at a header that asks for more nodes than a file of its size can mean."""
    if nodes > MOST_UNNAMED:
        raise ReadingError(
            f"{elements.file.name}, line {line}: {nodes:,} nodes, of which the file names none; "
            f"{MOST_UNNAMED:,} at most, so correct the number"
        )


def text_lines(elements: Elements) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text file with their numbers, without line ends."""
    file = elements.file
    encoding = encoding_of(file, elements.request.encoding)
    for number, raw in lines(file.path, file.name, encoding, longest=None):
        yield number, raw.rstrip("\r\n")


def _undecodable(text: str) -> str:
    if text.isascii() or not SURROGATE.search(text):
        return ""
    return undecodable(text, "UTF-8")
