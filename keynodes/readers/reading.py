"""`read_interactions`: any number of inputs into one table, with an account of every row."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb

from keynodes.errors import ReadingError, UsageError
from keynodes.escaping import shortened
from keynodes.interactions import Interactions, connect
from keynodes.lists import read_aliases, read_attributes
from keynodes.readers import frames
from keynodes.readers.columns import checked_request, listing
from keynodes.readers.exports import header_of, sampled_objects
from keynodes.readers.flows import parse_flow
from keynodes.readers.formats import BINARY, BY_COLUMN, READERS, TABULAR, chosen_format, format_of
from keynodes.readers.identities import Loaded
from keynodes.readers.inputs import File, expand, opened, refuse_foreign
from keynodes.readers.loading import Loader
from keynodes.readers.mapping import FileMapping, is_mapping, load_mapped, read_mapping
from keynodes.readers.reporting import settle
from keynodes.readers.requests import Part, Request
from keynodes.readers.times import parse_period

if TYPE_CHECKING:
    import os

    import pandas


def read_interactions(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    flow: "str | Iterable[str] | Mapping[str, str] | None" = None,
    since: object = None,
    until: object = None,
    reader: "str | os.PathLike[str] | None" = None,
    accounts: "str | os.PathLike[str] | pandas.DataFrame | None" = None,
    aliases: "str | os.PathLike[str] | pandas.DataFrame | Mapping[str, str] | None" = None,
    delimiter: str | None = None,
    header: bool | None = None,
    encoding: str | None = None,
    skip_bad_rows: bool = False,
    spreadsheet_safe: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Interactions:
    """Read who acted on whom, check it, and account for every row.

    What exports say of accounts beside (names they had, what was taken down) is in the attributes
    and removals of the result. Where exports of several platforms are read together, ids begin
    with the platform (``twitter:7``).

    Parameters
    ----------
    source : path, glob, "-", DataFrame, networkx or igraph graph, or a list of these
        Files are CSV or other delimited text, JSON lines, Parquet, or one of the other formats of
        `READERS`, also packed with gzip or zstd; what they are is seen from their content. "-" is
        standard input.
    columns : mapping of str to str, optional
        Which column is which, by role: source, target, relation, time, weight, evidence. Common
        names are recognised without it (see `readers.columns.NAMES`). Columns of a file without
        a header are called by their number: "1", "2"….
    flow : str, list of str or mapping, optional
        Which way content flowed: "back" (from the target to the actor), "forth" or "both", for
        every record or for one relation ("RT=back", {"RT": "back"}); overrides `FLOW`.
    since, until : str, number, date or datetime, optional
        Keep records with ``since ≤ time < until``; naive dates are UTC.
    reader : str or path, optional
        The format of the files, when it is not to be seen from their content: a name of
        `READERS` (with its parameters: ``"coortweet:window=60"``), or a mapping file (``.toml``,
        see `readers.mapping`).
    accounts : path or DataFrame, optional
        Facts about accounts: a column of ids and any others; ``posts`` and ``weight`` are used
        by name.
    aliases : path, DataFrame or mapping, optional
        Ids that are one identity: columns ``account`` and ``alias`` (a mapping: from alias to
        account). Records of an alias become those of the account; lists may name either.
    delimiter : str, optional
        A sign or its name (tab, comma, semicolon, pipe, space); found out when not given.
    header : bool, optional
        Whether the first row names the columns; found out when not given.
    encoding : str, optional
        The text encoding; UTF-8, or UTF-16 and UTF-32 by their byte order mark, when not given.
    skip_bad_rows : bool
        Leave malformed rows out and count them, instead of stopping at the first.
    spreadsheet_safe : bool
        Remove the ``'`` that ``--spreadsheet-safe`` output puts before ids such as ``=1+1``.
    progress : callable, optional
        Called as ``progress(done, total)`` in inputs.

    Returns
    -------
    Interactions
        The records as a DuckDB relation, and the report of what was read and left out.

    Raises
    ------
    ReadingError
        For an input that cannot be read, with file and line.
    UnknownRelation
        For a relation that `FLOW` lacks and `flow` does not name.
    UsageError
        For arguments that do not fit together.

    Notes
    -----
    Plain UTF-8 text goes through DuckDB's own reader in one pass, on all threads; a file with
    anything odd in it is read again line by line, about ten times slower, in any encoding. Both
    give the same table. DuckDB spills to disk when memory runs short; a compressed input is first
    unpacked to the temporary folder. Inputs are never changed.

    Examples
    --------
    >>> import pandas
    >>> from keynodes import read_interactions
    >>> records = pandas.DataFrame({"from": ["ann", "bob"], "to": ["eve", "eve"]})
    >>> read_interactions(records, flow="back").to_frame()[["source", "target", "flow"]]
      source target  flow
    0    ann    eve  back
    1    bob    eve  back
    """
    period = parse_period(since, until)
    chosen = chosen_reader(reader)
    request = Request(checked_request(columns), delimiter, header, encoding, progress)
    flows = parse_flow(flow)
    if isinstance(chosen, FileMapping):
        flows = chosen.flows_under(flows)
    sources = expand(source)
    given = (
        None if accounts is None else read_attributes(accounts, spreadsheet_safe=spreadsheet_safe)
    )
    merged = {} if aliases is None else read_aliases(aliases, spreadsheet_safe=spreadsheet_safe)
    connection = connect()
    try:
        loader = Loader(
            connection, flows, skip_bad_rows=skip_bad_rows, spreadsheet_safe=spreadsheet_safe
        )
        inputs = []
        for done, one in enumerate(sources, start=1):
            start = loader.loaded
            with loading(one, request, loader, chosen) as loaded:
                loader.settle_flows(loaded.part.shape, start, loaded.part.first_line)
                inputs.append(loaded)
            if progress:
                progress(done, len(sources))
        report, known = settle(loader, inputs, period, given, merged)
    except BaseException:
        connection.close()
        raise
    return Interactions(
        connection,
        report,
        known.isolated,
        known.attributes,
        known.removals,
        () if given is None else tuple(map(str, given.columns)),
        merged,
    )


Chosen = tuple[str, dict[str, str]] | FileMapping | None
"""What ``reader=`` asks for: a format with its parameters, a mapping, or to look."""


def chosen_reader(reader: "str | os.PathLike[str] | None") -> Chosen:
    """Understand ``reader=``."""
    if reader is None:
        return None
    return read_mapping(reader) if is_mapping(reader) else chosen_format(str(reader))


@contextmanager
def loading(source: Any, request: Request, loader: Loader, chosen: Chosen) -> Iterator[Loaded]:
    """Load one input, and keep it open: to find the first line of a relation in it."""
    start = loader.loaded
    for detects, load in (
        (frames.is_frame, frames.load_frame),
        (frames.is_networkx, frames.load_networkx),
        (frames.is_igraph, frames.load_igraph),
    ):
        if detects(source):
            if chosen is not None:
                raise UsageError(f"reader= is for files, and {type(source).__name__} is none")
            part = load(source, request, loader)
            yield Loaded(part, part.shape.name.strip("<>"), None, start, loader.loaded)
            return
    if source != "-" and not hasattr(source, "__fspath__"):
        raise UsageError(
            "interactions are read from a path, a DataFrame, a networkx or an igraph graph; "
            f"got {type(source).__name__}"
        )
    with opened(source) as file:
        if isinstance(chosen, FileMapping):
            part, name = load_mapped(file, request, loader, chosen)
        elif chosen is not None:
            name, parameters = chosen
            part = _forced(file, replace(request, parameters=parameters), loader, name)
        else:
            # Whoever names columns, or says that there is no header, has a table.
            by_column = bool(request.columns) or request.header is False
            name = format_of(file, by_column=by_column)
            if name == "delimited":
                refuse_foreign(file)
            part = READERS[name].load(file, request, loader)
        part = replace(part, notices=(*part.notices, *_passed_over(file, name, request)))
        yield Loaded(part, name, READERS[name].platform, start, loader.loaded)


def _passed_over(file: File, name: str, request: Request) -> list[str]:
    """Say which options mean nothing in a format."""
    options = {
        "--delimiter": request.delimiter is not None and name not in TABULAR,
        "--no-header": request.header is False and name not in TABULAR,
        "--encoding": request.encoding is not None and name in BINARY,
    }
    return [
        f"{file.name}: {option} says nothing of a file of the format {name!r}"
        for option, idle in options.items()
        if idle
    ]


def _forced(file: File, request: Request, loader: Loader, name: str) -> Part:
    """Load a file as what it is said to be; if that fails, say what it looks like."""
    reader = READERS[name]
    if request.columns and name not in BY_COLUMN:
        role, column = next(iter(request.columns.items()))
        raise UsageError(
            f"--{role} {column} says nothing to the reader {name!r}, whose fields are known; to "
            "read a plain table, say --reader delimited or json-lines"
        )
    if reader.detects(file):
        return reader.load(file, request, loader)
    start, refused = loader.loaded, loader.refused.rows
    problem = "no record of it is found"
    try:
        part = reader.load(file, request, loader)
        if loader.loaded > start or loader.refused.rows > refused or part.isolated:
            return part
        if part.unmapped:
            problem = f"nothing in it can be mapped: {next(iter(part.unmapped))}"
    except (UsageError, MemoryError, duckdb.InterruptException):
        raise
    except ReadingError as error:
        problem = str(error)
    except Exception as error:  # whatever comes of reading a file as what it is not
        words = " ".join(str(error).split()).replace(str(file.path), file.name)
        problem = f"{type(error).__name__}: {words}"
    raise ReadingError(
        f"{file.name} does not fit the reader {name!r}, but looks like {_looks_like(file)}: "
        f"{shortened(problem, 300)}; leave --reader out, or name another (see keynodes readers)"
    )


def _looks_like(file: File) -> str:
    """What a file is by its content, in words."""
    name = format_of(file)
    words = f"{name!r} ({READERS[name].words})"
    if name == "json-lines":
        fields = dict.fromkeys(key for one in sampled_objects(file) for key in one)
        return f"{words} with the fields {listing(list(fields), 8)}" if fields else words
    if name == "delimited":
        return f"{words} with the first line {listing(header_of(file), 8)}"
    return words
