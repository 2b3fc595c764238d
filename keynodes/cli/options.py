"""How commands share options, each defined once; where output goes; what does not go together.

A command names a record of options as the type of a parameter; `shares_options` puts the fields
of the record into the command's own signature, where typer finds them, and hands the filled
record to the command. It also turns errors into one line and an exit code.
"""

import functools
import inspect
import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from itertools import combinations
from typing import Annotated, Any

import typer

from keynodes.cli.guarding import guarded
from keynodes.cli.reading import Reading

LISTS = ("seeds", "protect", "must", "costs", "plan", "announcers")
"""Options of commands that name a file to read, beside those of `Reading`."""

NEEDS = {
    "missing": ("intervals",),
    "missing_what": ("intervals",),
    "allow_unknown": ("protect", "plan"),
    "within_communities": ("communities",),
    "minimise": ("target_share",),
}
"""Options that say nothing without another one (or one of two), in commands that have it."""


EXCLUDES: dict[str, tuple[str, ...] | None] = {
    "methods": None,
    "resolutions": ("resolution", "summary", "gatekeepers", "all_scores", "top"),
    "gatekeepers": ("summary", "all_scores"),
    "summary": (),
    "strategies": None,
    "models": None,
    "presets": None,
    "parameters": None,
    "preset": ("impact", "hops", "within", "delay", "cut"),
    "vitality": ("plan",),
    "target_share": ("budget",),
    "seconds": ("iterations",),
}
"""Tables and limits, and the options that say nothing beside them; None: all but `Output`."""


def listed(options: Mapping[str, Any]) -> list[str]:
    """Return the files that options name to be read, beside those of `Reading`."""
    files: list[str] = []
    for name in LISTS:
        named = options.get(name) or []
        files += [named] if isinstance(named, str) else named
    communities = options.get("communities")
    # Else it is the name of a method.
    if communities is not None and os.path.lexists(communities):
        files.append(communities)
    return files


@dataclass(frozen=True)
class Output:
    """Where the table goes, and in which form."""

    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write to FILE, and what it was made from to FILE.manifest.json.",
            rich_help_panel="Output",
        ),
    ] = None
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="table|csv|json|parquet",
            help="By default a table on a terminal and CSV in a pipe or a file.",
            rich_help_panel="Output",
        ),
    ] = None
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", help="No notices and no progress.", rich_help_panel="Output"),
    ] = False

    def chosen_format(self) -> str:
        """Return the format to write; it and the place are checked before any work is done."""
        from keynodes.interop.tables import FORMATS, format_for
        from keynodes.registry import pick
        from keynodes.writing import check_writable

        asked = pick({form: form for form in FORMATS}, self.form, "format") if self.form else None
        form = format_for(self.output, asked)
        for path in self.written():
            check_writable(path)
        return form

    def written(self) -> list[str]:
        """Return the files that the command will write."""
        from keynodes.interop.manifest import manifest_of
        from keynodes.writing import is_stream

        if self.output is None:
            return []
        # What goes into a pipe or a device leaves no file that a manifest could lie beside.
        return [self.output] if is_stream(self.output) else [self.output, manifest_of(self.output)]


@dataclass(frozen=True)
class PlainOutput(Output):
    """The same for a table that no data went into: it has no manifest."""

    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write to FILE.", rich_help_panel="Output"
        ),
    ] = None

    def written(self) -> list[str]:
        """Return the files that the command will write."""
        return [] if self.output is None else [self.output]


def shares_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give `command` the options of the records it takes, and its errors an exit code.

    What holds for the options of every command is checked here.
    """
    parameters: list[inspect.Parameter] = []
    records: dict[str, Any] = {}
    for parameter in inspect.signature(command).parameters.values():
        if is_dataclass(parameter.annotation):
            records[parameter.name] = parameter.annotation
            parameters += [
                inspect.Parameter(
                    field.name,
                    inspect.Parameter.KEYWORD_ONLY,
                    default=_default(field),
                    annotation=field.type,
                )
                for field in fields(parameter.annotation)
            ]
        else:
            parameters.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))

    parameters.append(
        inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    )

    @functools.wraps(command)
    def wrapper(context: typer.Context, **given: Any) -> None:
        flat = dict(given)
        for name, kind in records.items():
            given[name] = kind(**{field.name: given.pop(field.name) for field in fields(kind)})

        def run() -> None:
            _check_needs(context, flat)
            _check_excludes(context, flat)
            _check_reach(context, flat)
            _check_files(given, listed(flat))
            command(**given)

        guarded(run)

    wrapper.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {p.name: p.annotation for p in parameters}
    return wrapper


def _default(field: Field[Any]) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return inspect.Parameter.empty if field.default is MISSING else field.default


def _check_needs(context: typer.Context, given: Mapping[str, Any]) -> None:
    """Refuse an option that was given but would be ignored."""
    from keynodes.errors import UsageError

    for name, needed in NEEDS.items():
        there = [other for other in needed if other in given]
        lacks = there and not any(given[other] for other in there)
        if name in given and lacks and given_by_user(context, name):
            option, other = (_spelled(context, part) for part in (name, there[0]))
            raise UsageError(f"{option} says nothing without {other}")


def _check_excludes(context: typer.Context, given: Mapping[str, Any]) -> None:
    """Refuse an option that would be ignored beside the table that was asked for."""
    from keynodes.errors import UsageError

    heard = {field.name for field in fields(Output)}
    for name, excluded in EXCLUDES.items():
        if not given.get(name):
            continue
        for other in given if excluded is None else excluded:
            if other != name and other not in heard and given_by_user(context, other):
                option, beside = (_spelled(context, part) for part in (other, name))
                raise UsageError(f"{option} says nothing beside {beside}")


OF_REACH = {
    **dict.fromkeys(
        ("model", "model_relations", "decay", "hops", "within", "delay", "worlds", "fresh_worlds",
         "cut", "seeds_removable", "max_memory", "together_file", "protected_file", "preset")
    ),
    **dict.fromkeys(
        ("horizon", "policy", "policy_until", "return_probability", "return_delay", "regained",
         "regained_decay", "speed_up", "announcers", "histories", "box"),
        "preset",
    ),
    "delay": "within",
    "cut": "vitality",
    "seeds_removable": "seeds",
    "protected_file": "protect",
}  # fmt: skip
"""Options that say something where reach is counted only, and what they say nothing without."""

OF_FRAGMENTATION = (
    "target_share", "minimise", "iterations", "seconds", "intervals", "missing", "missing_what",
)  # fmt: skip
"""Options of plans that say nothing to the objective reach."""


def _check_reach(context: typer.Context, given: Mapping[str, Any]) -> None:
    """Refuse an option that says nothing to the objective, or without another one."""
    from keynodes.errors import UsageError

    of_reach = [name for name in OF_REACH if name in given and given_by_user(context, name)]
    if "objective" in given:
        from keynodes.cli.spreading import REACH, against_reach

        strange = of_reach
        if against_reach(given["objective"]):
            strange = [name for name in OF_FRAGMENTATION if given_by_user(context, name)]
        elif "strategy" not in given:
            # Measures among the strategies may use seeds and chance; a plan that is given may not.
            strange += [name for name in ("seeds", "seed") if given_by_user(context, name)]
        for name in strange:
            option = _spelled(context, name)
            to = REACH if name in OF_FRAGMENTATION else given["objective"]
            raise UsageError(f"{option} says nothing to the objective {to}")
    for name in of_reach:
        needed = OF_REACH[name]
        if needed in given and not given[needed]:
            option, other = (_spelled(context, part) for part in (name, needed))
            raise UsageError(f"{option} says nothing without {other}")


def _spelled(context: typer.Context, name: str) -> str:
    """How a parameter is written on the command line."""
    parameter = next(one for one in context.command.params if one.name == name)
    return parameter.opts[0] if parameter.param_type_name == "option" else "FILE"


def given_by_user(context: typer.Context, name: str) -> bool:
    """Whether an option was on the command line, even with the value it has by default."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _check_files(given: Mapping[str, Any], lists: list[str]) -> None:
    """Refuse to write over what is read, or to write two things into one file."""
    output, reading = given.get("output"), given.get("reading")
    if not isinstance(output, Output) or not isinstance(reading, Reading):
        return
    written = output.written()
    if not written:
        return
    from keynodes.errors import UsageError
    from keynodes.readers.inputs import expand
    from keynodes.writing import is_same_file, is_stream

    for one, other in combinations(written, 2):
        if not is_stream(one) and is_same_file(one, other):
            raise UsageError(f"{one} would be written twice; name two files")
    files = expand(reading.files) if reading.files else []
    inputs = [*files, *reading.beside(), *lists]
    for path in written:
        for read in inputs:
            if not is_stream(path) and is_same_file(path, read):
                raise UsageError(
                    f"{path} would be written over, but it is read"
                    + (" from standard input" if read == "-" else "")
                    + "; write to another file"
                )
