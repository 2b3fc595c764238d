"""GEXF, of Gephi and others, and as keynodes writes it."""

import re

from keynodes.readers.inputs import File
from keynodes.readers.loading import Loader
from keynodes.readers.networks.elements import Elements, load_network
from keynodes.readers.networks.markup import Attributes, Markup, root_of
from keynodes.readers.requests import Part, Request
from keynodes.spelling import MARK, read_text

_DIRECTED = {"directed": True, "undirected": False, "mutual": False}
"""An edge that is mutual goes both ways, as an undirected one."""

_OWN = ("weight", "kind", "label", "start", "end", "timestamp", "id")
"""What an edge says in its own tag, beside the declared attributes."""

_FIRST_TIME = re.compile(r"[\[\]<>(),;\s]*([^\[\]<>(),;\s]+)")


def looks_like_gexf(file: File) -> bool:
    """Whether a file is GEXF."""
    return root_of(file) == "gexf"


def load_gexf(file: File, request: Request, loader: Loader) -> Part:
    """Read GEXF."""
    return load_network(file, request, loader, lambda elements: _Parsing(elements).markup.read())


class _Holder:
    """A node or an edge whose end has not come yet."""

    __slots__ = ("attributes", "line", "spell", "values", "what")

    def __init__(self, what: str, line: int, attributes: Attributes) -> None:
        self.what = what
        self.line = line
        self.attributes = attributes
        self.values: dict[str, str] = {}
        self.spell: dict[str, str] = {}


class _Parsing:
    """One pass over a file."""

    def __init__(self, elements: Elements) -> None:
        self.elements = elements
        encoding = elements.request.encoding
        self.markup = Markup(elements.file, "gexf", encoding, self._start, self._end)
        self.directed = False  # as GEXF says of a graph that says nothing
        self.names: dict[str, dict[str, str]] = {"node": {}, "edge": {}}
        self.defaults: dict[str, dict[str, str]] = {"node": {}, "edge": {}}
        self.texts: dict[str, set[str]] = {"node": set(), "edge": set()}
        self.of = ""
        self.attribute = ""
        self.holders: list[_Holder] = []

    def _start(self, name: str, attributes: Attributes) -> None:
        if ":" in name:
            prefix, _, name = name.rpartition(":")
            if prefix == "viz":
                return
        if name == "attvalue":
            self._value(attributes)
        elif name in ("node", "edge"):
            if self.holders:
                self.elements.count(
                    "a node inside another: read as part of the whole", self.markup.line
                )
            self.holders.append(_Holder(name, self.markup.line, attributes))
        elif name == "spell" and self.holders:
            for end in ("start", "end"):
                if end in attributes:
                    self.holders[-1].spell.setdefault(end, attributes[end])
        elif name == "graph":
            self.directed = _DIRECTED.get(attributes.get("defaultedgetype", "undirected"), True)
        elif name == "attributes":
            self.of = attributes.get("class", "")
        elif name == "attribute":
            self._declare(attributes)
        elif name in ("creator", "default"):
            self.markup.listen()

    def _end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "edge":
            self._edge(self.holders.pop())
        elif name == "node":
            self._node(self.holders.pop())
        elif name == "creator":
            self.elements.ours = self.markup.heard() == MARK
        elif name == "default" and self.of in self.names:
            column = self.names[self.of].get(self.attribute)
            text = self.markup.heard()
            if column is not None:
                self.defaults[self.of][column] = text

    def _declare(self, attributes: Attributes) -> None:
        if self.of not in self.names:
            return
        names = self.names[self.of]
        key = attributes.get("id", "")
        name, kind = attributes.get("title", key), attributes.get("type", "string")
        if self.elements.ours:
            line = self.markup.line
            key, name = (self.elements.undone(read_text, text, line) for text in (key, name))
        taken = name in names.values()
        names[key] = f"{name} ({key})" if taken else name
        if kind.casefold() == "string":
            self.texts[self.of].add(key)
        if self.of == "node":
            self.elements.facts.kinds[names[key]] = kind
        self.attribute = key

    def _value(self, attributes: Attributes) -> None:
        if not self.holders:
            return
        holder = self.holders[-1]
        key = attributes.get("for", attributes.get("id", ""))
        text = attributes.get("value", "")
        if self.elements.ours and ("\\" in key or "\\" in text):
            key = self.elements.undone(read_text, key, self.markup.line)
            if key in self.texts[holder.what]:
                text = self.elements.undone(read_text, text, self.markup.line)
        column = self.names[holder.what].get(key)
        if column is None:
            self.elements.count("a value of an attribute that is not declared", self.markup.line)
        elif column in holder.values:
            self.elements.count(
                "a value that changes with time: the first is kept", self.markup.line
            )
        else:
            holder.values[column] = text

    def _node(self, holder: _Holder) -> None:
        node = holder.attributes.get("id")
        if node is None:
            self.elements.refuse(holder.line, "a node without an id")
            return
        facts = {**self.defaults["node"], **holder.values}
        if holder.attributes.get("label") and not self.elements.ours:
            facts.setdefault("label", holder.attributes["label"])
        self.elements.node(holder.line, node, facts)

    def _edge(self, holder: _Holder) -> None:
        attributes = holder.attributes
        source, target = attributes.get("source"), attributes.get("target")
        if source is None or target is None:
            missing = "source" if source is None else "target"
            self.elements.refuse(holder.line, f"an edge without a {missing}")
            return
        values = {**self.defaults["edge"], **holder.spell, **holder.values}
        ours = self.elements.ours
        for own in _OWN:
            # What keynodes writes as the kind is the column `interaction` once more.
            if own in attributes and not (ours and own == "kind"):
                values[own] = attributes[own]
        if "timestamps" in attributes and (found := _FIRST_TIME.match(attributes["timestamps"])):
            values.setdefault("timestamp", found[1])
        said = attributes.get("type")
        directed = self.directed
        if said is not None:
            if said in _DIRECTED:
                directed = _DIRECTED[said]
            else:
                values.setdefault("type", said)
        self.elements.edge(holder.line, source, target, values, directed)
