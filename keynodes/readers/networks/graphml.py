"""GraphML, of any program, and as keynodes writes it."""

from keynodes.readers.inputs import File
from keynodes.readers.loading import Loader
from keynodes.readers.networks.elements import Elements, load_network
from keynodes.readers.networks.facts import LOOKS
from keynodes.readers.networks.markup import Attributes, Markup, root_of
from keynodes.readers.requests import Part, Request
from keynodes.spelling import MARK, read_text

NAMES_OF_IGRAPH = "v_name"
"""The key under which igraph writes the names of vertices; their ids are n0, n1…."""

_LABELS = ("NodeLabel", "EdgeLabel")
"""Where yEd keeps what it shows of a node or an edge."""


def looks_like_graphml(file: File) -> bool:
    """Whether a file is GraphML."""
    return root_of(file) == "graphml"


def load_graphml(file: File, request: Request, loader: Loader) -> Part:
    """Read GraphML."""
    return load_network(file, request, loader, lambda elements: _Parsing(elements).markup.read())


class _Holder:
    """A node or an edge whose end has not come yet, or what may have data around them."""

    __slots__ = ("attributes", "data", "line", "what")

    def __init__(self, what: str, line: int, attributes: Attributes) -> None:
        self.what = what
        self.line = line
        self.attributes = attributes
        self.data: dict[str, str] = {}


class _Parsing:
    """One pass over a file."""

    def __init__(self, elements: Elements) -> None:
        self.elements = elements
        encoding = elements.request.encoding
        self.markup = Markup(elements.file, "graphml", encoding, self._start, self._end)
        self.directed = True
        # By what they are of: the name of every key, and the value of those not given.
        self.names: dict[str, dict[str, str]] = {"node": {}, "edge": {}}
        self.defaults: dict[str, dict[str, str]] = {"node": {}, "edge": {}}
        self.texts: dict[str, set[str]] = {"node": set(), "edge": set()}
        self.holders: list[_Holder] = []
        self.graphs = 0
        self.key: tuple[list[str], str] | None = None
        self.data: str | None = None
        self.label: str | None = None

    def _start(self, name: str, attributes: Attributes) -> None:
        if self.data is not None:
            if name.rpartition(":")[2] in _LABELS:
                self.markup.listen()
                self.label = name
            return
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "data":
            self.data = attributes.get("key", "")
            self.markup.listen()
        elif name in ("node", "edge"):
            self.holders.append(_Holder(name, self.markup.line, attributes))
        elif name == "graph":
            self._graph(attributes)
        elif name == "key":
            self._declare(attributes)
        elif name == "default":
            self.markup.listen()
        elif name in ("hyperedge", "port"):
            reason = {
                "hyperedge": "a hyperedge: it joins any number of nodes, not who acted and on whom",
                "port": "a port of a node: edges are read as being between nodes",
            }[name]
            self.elements.count(reason, self.markup.line)
            self.holders.append(_Holder(name, self.markup.line, attributes))

    def _graph(self, attributes: Attributes) -> None:
        elements = self.elements
        if self.holders:
            elements.count(
                "a graph inside a node or edge: read as part of the whole", self.markup.line
            )
        elif self.graphs:
            elements.count(
                "a further graph of the file: read as part of the first", self.markup.line
            )
        else:
            self.directed = attributes.get("edgedefault", "directed") != "undirected"
            elements.ours = attributes.get("id") == MARK
            if elements.ours:
                self._undo_names()
        self.graphs += 1

    def _declare(self, attributes: Attributes) -> None:
        key, kind = attributes.get("id", ""), attributes.get("attr.type", "string")
        # What yEd draws with is XML of its own, under a key without a name.
        name = attributes.get("attr.name", "" if "yfiles.type" in attributes else key)
        domain = attributes.get("for", "all")
        domains = ["node", "edge"] if domain == "all" else [domain] if domain in self.names else []
        for of in domains:
            taken = name and name in self.names[of].values()
            self.names[of][key] = f"{name} ({key})" if taken else name
            if kind.casefold() == "string":
                self.texts[of].add(key)
        if "node" in domains:
            self.elements.facts.kinds[self.names["node"][key]] = kind
        self.key = (domains, key)

    def _undo_names(self) -> None:
        def undone(text: str) -> str:
            return self.elements.undone(read_text, text, self.markup.line)

        for of, names in self.names.items():
            self.names[of] = {undone(key): undone(name) for key, name in names.items()}
            self.texts[of] = {undone(key) for key in self.texts[of]}
        kinds = self.elements.facts.kinds
        self.elements.facts.kinds = {undone(name): kind for name, kind in kinds.items()}

    def _end(self, name: str) -> None:
        if self.data is not None:
            if name == self.label:
                text = self.markup.heard().strip()
                self.label = None
                if text and self.holders:
                    self.holders[-1].data.setdefault("label", text)
            elif name == "data" or name.endswith(":data"):
                self._data(self.data)
                self.data = None
            return
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "edge":
            self._edge(self.holders.pop())
        elif name == "node":
            self._node(self.holders.pop())
        elif name == "default" and self.key is not None:
            text = self.markup.heard()
            for of in self.key[0]:
                self.defaults[of][self.names[of][self.key[1]]] = text
        elif name in ("hyperedge", "port"):
            self.holders.pop()

    def _data(self, key: str) -> None:
        text = self.markup.heard()
        if not self.holders or self.holders[-1].what not in self.names:
            return
        holder, ours = self.holders[-1], self.elements.ours
        if ours and "\\" in key:
            key = self.elements.undone(read_text, key, self.markup.line)
        column = self.names[holder.what].get(key)
        if column is None:
            self.elements.count("data of a key that is not declared", self.markup.line)
        elif column and not (ours and column in LOOKS):
            if ours and "\\" in text and key in self.texts[holder.what]:
                text = self.elements.undone(read_text, text, self.markup.line)
            holder.data.setdefault(column, text)

    def _node(self, holder: _Holder) -> None:
        node = holder.attributes.get("id")
        if node is None:
            self.elements.refuse(holder.line, "a node without an id")
            return
        data = {**self.defaults["node"], **holder.data}
        name = ""
        column = self.names["node"].get(NAMES_OF_IGRAPH)
        if column is not None and node.startswith("n") and not self.elements.plan.by_id:
            name = data.pop(column, "")
        self.elements.node(holder.line, node, data, name)

    def _edge(self, holder: _Holder) -> None:
        attributes = holder.attributes
        source, target = attributes.get("source"), attributes.get("target")
        if source is None or target is None:
            missing = "source" if source is None else "target"
            self.elements.refuse(holder.line, f"an edge without a {missing}")
            return
        said = attributes.get("directed")
        directed = self.directed if said is None else said not in ("false", "0")
        data = holder.data
        if self.defaults["edge"]:
            data = {**self.defaults["edge"], **data}
        if "id" in attributes and "id" not in data:
            data["id"] = attributes["id"]
        self.elements.edge(holder.line, source, target, data, directed)
