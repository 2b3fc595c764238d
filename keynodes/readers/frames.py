"""Tables and networks that are already in memory: pandas, networkx, igraph."""

import datetime
import numbers
from typing import TYPE_CHECKING, Any

import numpy as np

from keynodes.errors import ReadingError
from keynodes.escaping import shortened
from keynodes.readers.columns import choose, recognised
from keynodes.readers.lines import SURROGATE
from keynodes.readers.loading import Loader, Shape
from keynodes.readers.parquet import float_ids, load_typed
from keynodes.readers.requests import Part, Request

if TYPE_CHECKING:
    import pandas


def _from(package: str, value: object) -> bool:
    return any(kind.__module__.partition(".")[0] == package for kind in type(value).__mro__)


def is_frame(value: object) -> bool:
    """Whether this is a pandas DataFrame (looked at without importing pandas)."""
    return _from("pandas", value) and hasattr(value, "columns")


def is_networkx(value: object) -> bool:
    """Whether this is a networkx graph."""
    return _from("networkx", value) and hasattr(value, "adj")


def is_igraph(value: object) -> bool:
    """Whether this is an igraph graph."""
    return _from("igraph", value) and hasattr(value, "es")


def load_frame(
    frame: "pandas.DataFrame",
    request: Request,
    loader: Loader,
    *,
    name: str = "<DataFrame>",
    flow: str | None = None,
) -> Part:
    """Read a DataFrame; rows are counted from 1."""
    import pandas

    if not len(frame):
        raise ReadingError(f"{name} has no rows")
    names = [str(column) for column in frame.columns]
    positions = choose(names, request.columns, name, header=False)
    if len(set(positions.values())) < len(positions):
        raise ReadingError(f"{name}: one column cannot have two roles")
    shape = Shape(name, row="row")
    columns: dict[str, Any] = {}
    for role, place in positions.items():
        series = frame.iloc[:, place]
        if role in ("source", "target"):
            columns[role] = _ids(series, names[place], name, shape, loader)
        elif role == "time":
            columns[role] = _times(series)
        else:
            columns[role] = _texts(series)
    # Series, so that pandas keeps texts as the objects they are, whatever they hold.
    chosen = pandas.DataFrame({role: _as_series(values) for role, values in columns.items()})
    chosen["keynodes_row"] = np.arange(1, len(chosen) + 1)
    bad = _undecodable_rows(chosen)
    for row, role in bad:
        loader.refuse(shape, row + 1, f"the {role} holds a lone surrogate, which is no character")
    if bad:
        chosen = chosen.drop(index=sorted({row for row, _ in bad}))
    connection = loader.connection
    connection.register("frame", chosen)
    try:
        request = Request(columns={role: role for role in positions})
        part = load_typed(
            "frame", "keynodes_row", name, request, loader, hidden=("keynodes_row",), flow=flow
        )
        return _settled(part)
    finally:
        connection.unregister("frame")


def _as_series(values: Any) -> "pandas.Series":
    import pandas

    if isinstance(values, pandas.Series):
        return values
    return pandas.Series(values, dtype=object)


def _settled(part: Part) -> Part:
    # The frame is no longer registered when the first row of a relation would be looked for.
    return Part(part.shape, part.evidence, part.comments, part.notices, part.isolated)


def _ids(
    series: "pandas.Series", column: str, name: str, shape: Shape, loader: Loader
) -> np.ndarray:
    import pandas

    kind = series.dtype
    if pandas.api.types.is_bool_dtype(kind):
        raise ReadingError(f"{name}: column {column!r} holds true and false, not account ids")
    if pandas.api.types.is_float_dtype(kind):
        raise float_ids(name, column)
    values = series.astype(object).to_numpy(dtype=object, na_value="")
    if pandas.api.types.is_integer_dtype(kind):
        return np.fromiter(map(str, values), dtype=object, count=len(values))
    texts = np.empty(len(values), dtype=object)
    for row, value in enumerate(values):
        if isinstance(value, str):
            texts[row] = value
        elif isinstance(value, numbers.Integral) and not isinstance(value, (bool, np.bool_)):
            texts[row] = str(int(value))
        elif isinstance(value, (float, np.floating)):
            raise float_ids(name, column)
        else:
            raise ReadingError(
                f"{name}, row {row + 1}: {column} must be a text or a whole number, "
                f"found {shortened(repr(value), 40)}"
            )
    return texts


def _texts(series: "pandas.Series") -> np.ndarray:
    """Return every value as text (floats as their shortest form), missing ones as empty text."""
    missing = series.isna().to_numpy()
    values = series.astype(object).to_numpy(dtype=object)
    texts = np.empty(len(values), dtype=object)
    for row, value in enumerate(values):
        texts[row] = "" if missing[row] else value if isinstance(value, str) else str(value)
    return texts


def _times(series: "pandas.Series") -> Any:
    import pandas

    if isinstance(series.dtype, pandas.PeriodDtype):
        series = series.dt.to_timestamp()
    if pandas.api.types.is_datetime64_any_dtype(series.dtype):
        return _moments(series)
    texts = _texts(series)
    for row, value in enumerate(series):
        if isinstance(value, datetime.date) and texts[row]:
            texts[row] = value.isoformat()
    return texts


def _moments(series: "pandas.Series") -> "pandas.Series":
    """Return datetimes as naive UTC microseconds, which DuckDB reads as such."""
    moments = series if series.dt.tz is None else series.dt.tz_convert("UTC").dt.tz_localize(None)
    return moments.astype("datetime64[us]").reset_index(drop=True)


def _undecodable_rows(frame: "pandas.DataFrame") -> list[tuple[int, str]]:
    """Return rows whose text cannot be written as UTF-8."""
    found = []
    for role in frame.columns:
        if frame[role].dtype != object and role not in ("source", "target"):
            continue
        for row, value in enumerate(frame[role]):
            if isinstance(value, str) and not value.isascii() and SURROGATE.search(value):
                found.append((row, role))
    return sorted(found)


def load_networkx(graph: Any, request: Request, loader: Loader) -> Part:
    """Read a networkx graph: nodes are accounts, edge attributes are columns."""
    name = "<networkx graph>"
    accounts = {node: _account(node, name) for node in graph.nodes}
    ends, attributes = [], []
    for tail, head, attribute in graph.edges(data=True):
        ends.append((accounts[tail], accounts[head]))
        attributes.append(attribute)
    touched = {node for edge in graph.edges() for node in edge[:2]}
    isolated = [accounts[node] for node in graph.nodes if node not in touched]
    directed = graph.is_directed()
    return _load_network(name, accounts, ends, attributes, isolated, directed, request, loader)


def load_igraph(graph: Any, request: Request, loader: Loader) -> Part:
    """Read an igraph graph: vertex names (else numbers) are accounts, edge attributes columns."""
    name = "<igraph graph>"
    vertices = graph.vs["name"] if "name" in graph.vs.attributes() else range(graph.vcount())
    accounts = {i: _account(vertex, name) for i, vertex in enumerate(vertices)}
    ends = [(accounts[tail], accounts[head]) for tail, head in graph.get_edgelist()]
    attributes = [edge.attributes() for edge in graph.es]
    isolated = [accounts[i] for i, degree in enumerate(graph.degree()) if not degree]
    directed = graph.is_directed()
    return _load_network(name, accounts, ends, attributes, isolated, directed, request, loader)


def _account(node: object, name: str) -> str:
    if isinstance(node, str):
        return node
    if isinstance(node, (float, np.floating)):
        raise ReadingError(
            f"{name}: node {node!r} is a floating-point number, and long ids have lost digits "
            "that way; name the nodes by text or whole numbers"
        )
    return str(node)


def _load_network(
    name: str,
    accounts: dict[Any, str],
    ends: list[tuple[str, str]],
    attributes: list[dict[str, Any]],
    isolated: list[str],
    directed: bool,
    request: Request,
    loader: Loader,
) -> Part:
    import pandas

    if len(set(accounts.values())) < len(accounts):
        seen: set[str] = set()
        twice = next(a for a in accounts.values() if a in seen or seen.add(a))  # type: ignore[func-returns-value]
        raise ReadingError(f"{name}: two nodes are called {twice!r} as text; rename one")
    blank = next((a for a in isolated if not a.strip()), None)
    if blank is not None:
        raise ReadingError(f"{name}: the name of a node is blank")
    keys = dict.fromkeys(key for attribute in attributes for key in attribute)
    columns: dict[str, Any] = {
        "source": np.array([tail for tail, _ in ends] + [""], dtype=object)[:-1],
        "target": np.array([head for _, head in ends] + [""], dtype=object)[:-1],
    }
    wanted = set(request.columns.values())
    for key in keys:
        if isinstance(key, str) and (key in wanted or recognised(key)) and key not in columns:
            values = [attribute.get(key) for attribute in attributes]
            columns[key] = pandas.Series(values, dtype=object)
    notices: tuple[str, ...] = ()
    if not directed:
        notices = (f"{name} is undirected: each edge is an arc both ways",)
    flow = None if directed else "both"
    if not ends:
        part = Part(Shape(name, row="edge", flow=flow))
    else:
        asked = {"source": "source", "target": "target"} | dict(request.columns)
        frame = pandas.DataFrame(columns)
        part = load_frame(frame, Request(columns=asked), loader, name=name, flow=flow)
    return Part(part.shape, part.evidence, 0, notices, tuple(isolated))
