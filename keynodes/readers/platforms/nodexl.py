"""NodeXL workbooks: edges and vertices, a sheet each."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from keynodes.errors import ReadingError
from keynodes.readers.columns import listing, plain
from keynodes.readers.exports import BATCH, Export, load_frames
from keynodes.readers.inputs import File
from keynodes.readers.loading import Loader
from keynodes.readers.requests import Part, Reader, Request
from keynodes.readers.workbooks import Cell, Workbook, opened_workbook

if TYPE_CHECKING:
    import duckdb
    import pandas

COLUMNS: dict[str, tuple[str, ...]] = {
    "vertex_1": ("Vertex 1",),
    "vertex_2": ("Vertex 2",),
    "relation": ("Relationship",),
    "time": ("Relationship Date (UTC)", "Tweet Date (UTC)", "Date (UTC)", "Date"),
    "weight": ("Edge Weight",),
    "evidence": ("Imported ID", "Tweet ID", "Post ID", "Unified Twitter ID"),
}
"""The columns of the sheet Edges that are read; of several, the first that a row fills."""

RELATIONS: dict[str, tuple[str, ...]] = {
    "post": ("Tweet", "Post"),
    "repost": ("Retweet", "Repost"),
    "reply": ("Replies to", "Replied to", "Reply"),
    "quote": ("Quote", "Quoted"),
    "mention": ("Mentions", "MentionsInReplyTo", "MentionsInReply", "MentionsInQuote"),
    "mention in a repost": ("MentionsInRetweet", "MentionsInRepost"),
}
"""What NodeXL's relationships mean; others go to `FLOW` as they are.

Who replies or quotes writes a text of their own, and speaks to whom it mentions. Who retweets
writes none: a mention in it is by the author, and no act of the retweeter.
"""

_RELATION_OF = {plain(name): relation for relation, names in RELATIONS.items() for name in names}

# What NodeXL itself puts on the sheet Vertices: how to draw a vertex, no facts about it.
_LOOKS = frozenset(
    plain(name)
    for name in (
        *("Vertex", "Subgraph", "Color", "Shape", "Size", "Opacity", "Image File", "Visibility"),
        *("Label", "Label Fill Color", "Label Position", "Tooltip", "Layout Order", "X", "Y"),
        *("Locked?", "Polar R", "Polar Angle", "ID", "Dynamic Filter", "Add Your Own Columns Here"),
        *("Custom Menu Item Text", "Custom Menu Item Action"),
    )
)

_USED = ("posts", "weight")  # facts that keynodes would use by their name

_INTERACTIONS = """
    SELECT line, one.account AS source, other.account AS target, relation, time, weight, evidence,
        CASE WHEN relation = 'mention in a repost'
            THEN 'a mention inside a retweet is by its author, not by who retweeted it'
            WHEN relation = 'post' AND vertex_1 <> vertex_2
            THEN 'a post is by one account, and two are named' END AS reason
    FROM records
    JOIN vertices AS one ON one.vertex = vertex_1
    JOIN vertices AS other ON other.vertex = vertex_2
"""


def looks_like_nodexl(file: File) -> bool:
    """Whether a file is a workbook whose sheet Edges names two vertices, or a torn workbook."""
    if not file.head.startswith(b"PK\x03\x04"):
        return False
    try:
        with opened_workbook(file) as workbook:
            return _edges_header(workbook) is not None
    except ReadingError:
        return b"xl/" in file.head


def load_nodexl(file: File, request: Request, loader: Loader) -> Part:
    """Read the edges of a NodeXL workbook; its vertices stay, and facts about them are kept.

    Accounts are called by their user ids if the sheet Vertices has one, undamaged, for every
    vertex, else by the names of the vertices: never some by this and some by that. An edge counts
    whether NodeXL shows it or not.
    """
    if not file.head.startswith(b"PK\x03\x04"):
        raise ReadingError(f"{file.name} is no NodeXL workbook: it is no .xlsx file")
    with opened_workbook(file) as workbook:
        header = _edges_header(workbook)
        if header is None:
            raise ReadingError(
                f"{file.name} is no NodeXL workbook: it has no sheet Edges with the columns "
                f"Vertex 1 and Vertex 2; its sheets are {listing(list(workbook.sheets))}"
            )
        first_row, columns = header
        places = {
            role: tuple(columns[plain(name)] for name in names if plain(name) in columns)
            for role, names in COLUMNS.items()
        }
        described = _described(workbook)
        ids = _ids(described)

        def call_accounts(connection: "duckdb.DuckDBPyConnection") -> None:
            nonlocal ids
            ids = _name_vertices(connection, described, ids)

        export = Export(
            _INTERACTIONS,
            weight=bool(places["weight"]),
            relation=bool(places["relation"]),
            row="row",
            whole=True,
            prepare=call_accounts,
            handles="SELECT account, vertex AS handle, NULL::VARCHAR AS time FROM vertices "
            "WHERE account <> vertex",
            isolated="SELECT account FROM vertices WHERE trim(account) <> ''",
        )
        part = load_frames(file, loader, export, _edges(workbook, first_row, places))
        loader.connection.execute("DROP TABLE IF EXISTS vertices")
    notices = []
    if ids is not None:
        notices.append(f"{file.name}: accounts are called by their user ids")
    elif any(_user_id(facts) is not None for facts in described.values()):
        notices.append(
            f"{file.name}: not every vertex has an undamaged user id of its own, so accounts are "
            "called by the names of the vertices"
        )
    return replace(
        part, notices=(*part.notices, *notices), attributes=_facts(workbook, described, ids)
    )


def _edges_header(workbook: Workbook) -> tuple[int, dict[str, int]] | None:
    return _header(workbook, "Edges", "Vertex 1", "Vertex 2")


def _header(workbook: Workbook, sheet: str, *needed: str) -> tuple[int, dict[str, int]] | None:
    """The number of the row that names the columns, below NodeXL's banner, and where each is."""
    if sheet not in workbook.sheets:
        return None
    for number, cells in islice(workbook.rows(sheet), 10):
        columns: dict[str, int] = {}
        for place, cell in cells.items():
            columns.setdefault(plain(cell.text), place)
        if all(plain(name) in columns for name in needed):
            return number, columns
    return None


def _edges(
    workbook: Workbook, header: int, places: Mapping[str, tuple[int, ...]]
) -> Iterator["pandas.DataFrame"]:
    """Yield the edges in batches; rows without any vertex are the table's empty end."""
    import pandas

    numbers: list[int] = []
    columns: dict[str, list[str]] = {role: [] for role in places}

    def frame() -> "pandas.DataFrame":
        made = pandas.DataFrame(
            {"line": np.asarray(numbers, np.int64)}
            | {role: pandas.Series(texts, dtype=object) for role, texts in columns.items()}
        )
        numbers.clear()
        for role in columns:
            columns[role] = []
        return made

    for number, cells in workbook.rows("Edges"):
        if number <= header:
            continue
        found = {
            role: next((cells[p] for p in of if p in cells), Cell(""))
            for role, of in places.items()
        }
        if not found["vertex_1"].text and not found["vertex_2"].text:
            continue
        numbers.append(number)
        for role, cell in found.items():
            text = workbook.date(cell) if role == "time" else cell.text
            if role == "relation":
                text = _RELATION_OF.get(plain(text), text)
            # NodeXL fills in the weight of edges that it has merged; another is one edge.
            columns[role].append(text if text or role != "weight" else "1")
        if len(numbers) >= BATCH:
            yield frame()
    if numbers:
        yield frame()


def _described(workbook: Workbook) -> dict[str, dict[str, Cell]]:
    """What the sheet Vertices says of each vertex, by the names of its columns."""
    header = _header(workbook, "Vertices", "Vertex")
    if header is None:
        return {}
    first_row, columns = header
    # The name as it is written, of the columns that say something about an account.
    written = {
        place: cell.text.strip()
        for number, cells in islice(workbook.rows("Vertices"), 10)
        if number == first_row
        for place, cell in cells.items()
        if plain(cell.text) not in _LOOKS and columns[plain(cell.text)] == place
    }
    described: dict[str, dict[str, Cell]] = {}
    for number, cells in workbook.rows("Vertices"):
        vertex = cells.get(columns["vertex"])
        if number > first_row and vertex is not None and vertex.text.strip():
            facts = {written[place]: cell for place, cell in cells.items() if place in written}
            described.setdefault(vertex.text, {}).update(facts)
    return described


def _user_id(facts: Mapping[str, Cell]) -> Cell | None:
    return next((cell for name, cell in facts.items() if plain(name) == "userid"), None)


def _ids(described: Mapping[str, Mapping[str, Cell]]) -> dict[str, str] | None:
    """The user id of each vertex; None unless every one has its own, with all its digits."""
    ids: dict[str, str] = {}
    for vertex, facts in described.items():
        cell = _user_id(facts)
        # A spreadsheet keeps 15 digits of a number.
        if cell is None or not cell.text.strip() or (cell.number and len(cell.text) > 15):
            return None
        ids[vertex] = cell.text.strip()
    return ids if ids and len(set(ids.values())) == len(ids) else None


def _name_vertices(
    connection: "duckdb.DuckDBPyConnection",
    described: Mapping[str, Any],
    ids: dict[str, str] | None,
) -> dict[str, str] | None:
    """Make the table of every vertex and its account; return the ids if those are used."""
    import pandas

    named = [
        name
        for (name,) in connection.execute(
            "SELECT vertex_1 FROM records UNION SELECT vertex_2 FROM records"
        ).fetchall()
    ]
    if ids is not None and not all(name in ids for name in named):
        ids = None
    vertices = list(dict.fromkeys([*described, *named]))
    accounts = vertices if ids is None else [ids[vertex] for vertex in vertices]
    columns = {"vertex": vertices, "account": accounts}
    frame = pandas.DataFrame({name: pandas.Series(c, dtype=object) for name, c in columns.items()})
    connection.register("frame_of_vertices", frame)
    connection.execute("CREATE OR REPLACE TEMP TABLE vertices AS SELECT * FROM frame_of_vertices")
    connection.unregister("frame_of_vertices")
    return ids


def _facts(
    workbook: Workbook,
    described: Mapping[str, Mapping[str, Cell]],
    ids: Mapping[str, str] | None,
) -> "pandas.DataFrame | None":
    """What is said of each account: columns of numbers where every cell is one, else of text."""
    import pandas

    names = dict.fromkeys(name for facts in described.values() for name in facts)
    if not names:
        return None
    columns = {}
    for name in names:
        cells = [facts.get(name) for facts in described.values()]
        dates = "date" in plain(name)
        texts = [cell and (workbook.date(cell) if dates else cell.text) for cell in cells]
        column = pandas.Series(texts, dtype=object)
        if not dates and all(cell is None or cell.number for cell in cells):
            column = pandas.to_numeric(column, errors="coerce")
        columns[f"{name}_value" if plain(name) in _USED else name] = column
    frame = pandas.DataFrame(columns)
    accounts = list(described) if ids is None else [ids[vertex] for vertex in described]
    frame.index = pandas.Index(accounts, dtype=object, name="account")
    return frame


READERS: dict[str, Reader] = {
    "nodexl": Reader(
        looks_like_nodexl,
        load_nodexl,
        "NodeXL workbook (.xlsx) with the sheets Edges and Vertices",
        "Vertex 1 acts on Vertex 2: content goes from Vertex 2 to Vertex 1 in a retweet, quote or "
        "reply, and from Vertex 1 to Vertex 2 in a mention; a mention inside a retweet is counted "
        "only, for it is by the author",
        export=Export(_INTERACTIONS, row="row"),
    ),
}
"""The formats of this file, in the order in which they are tried."""
