"""Whatever goes wrong is one line on stderr and an exit code; Ctrl-C is 130."""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from io import TextIOWrapper
from types import FrameType
from typing import NoReturn, TextIO, cast

_asked_to_stop = False


def ready() -> None:
    """Prepare the process: hear Ctrl-C, and write UTF-8 wherever the output goes."""
    # Compiled modules turn a KeyboardInterrupt into errors of their own, above all while they
    # are imported; so it is noted. A process told to ignore Ctrl-C (nohup, &) goes on doing so.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _stop)
    # Names are of all scripts; a terminal's code page would refuse or change them.
    for stream, errors in ((sys.stdout, "strict"), (sys.stderr, "backslashreplace")):
        if stream is not None:
            cast(TextIOWrapper, stream).reconfigure(encoding="utf-8", errors=errors)


def asked_to_stop() -> bool:
    """Whether Ctrl-C was pressed."""
    return _asked_to_stop


def answered() -> None:
    """Forget a Ctrl-C that was met with a result: the command goes on to write it."""
    global _asked_to_stop
    _asked_to_stop = False


def _stop(signum: int, frame: FrameType | None) -> NoReturn:
    global _asked_to_stop
    _asked_to_stop = True
    raise KeyboardInterrupt


def guarded(run: Callable[[], None]) -> None:
    """Run a command; leave with an exit code and one line on stderr when it fails."""
    try:
        run()
        return
    except KeyboardInterrupt:
        code, line = 130, "interrupted"
    except SystemExit:
        if not asked_to_stop():
            raise
        code, line = 130, ""
    except BrokenPipeError:
        # The reader of our output has what it wanted (| head): that is no error.
        code, line = 0, ""
    except Exception as error:
        if asked_to_stop():
            code, line = 130, "interrupted"
        else:
            code, line = _of(error)
    if line:
        complain(line)
    for stream in (sys.stdout, sys.stderr):
        _flushed(stream)
    raise SystemExit(code)


def complain(line: str) -> None:
    """Say on stderr what stopped us."""
    if sys.stderr is not None:
        with suppress(OSError):  # nobody may be reading
            sys.stderr.write(f"keynodes: {line}\n")


def _of(error: Exception) -> tuple[int, str]:
    """Exit code and line for an error; one that should not happen is raised again."""
    from keynodes.errors import KeynodesError
    from keynodes.escaping import one_line

    if isinstance(error, KeynodesError):
        return error.exit_code, str(error)
    if isinstance(error, MemoryError):
        return 1, "there is not enough memory for this"
    if isinstance(error, OSError):
        what = error.strerror or str(error) or type(error).__name__
        name = error.filename
        return 1, one_line(what if name is None else f"{os.fsdecode(name)}: {what}")
    # An error of DuckDB can only come up where it was imported.
    duckdb = sys.modules.get("duckdb")
    if duckdb is not None and isinstance(error, duckdb.Error):
        if isinstance(error, duckdb.InterruptException):
            return 130, "interrupted"
        return 1, one_line(" ".join(str(error).split()))
    if isinstance(error, RuntimeError) and str(error) == "Query interrupted":
        return 130, "interrupted"
    raise error


def _flushed(stream: TextIO | None) -> None:
    """Empty a stream, into nothing if need be: Python would complain again when it leaves."""
    if stream is None:
        return
    try:
        stream.flush()
    except OSError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
