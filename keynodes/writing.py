"""Files are written whole or not at all."""

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keynodes.errors import KeynodesError, UsageError

_OPEN = ("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/")
"""These stand for files that are open already; one may be plain and hold what others wrote."""


def is_stream(path: str | os.PathLike[str]) -> bool:
    """Whether `path` is a pipe, a terminal or a device: it is written into, never replaced."""
    try:
        kind = os.stat(path).st_mode
    except OSError:
        return False
    if stat.S_ISDIR(kind):
        return False
    return not stat.S_ISREG(kind) or os.path.abspath(path).startswith(_OPEN)


def is_same_file(path: str | os.PathLike[str], other: str | os.PathLike[str]) -> bool:
    """Whether two names lead to one file; ``"-"`` as the other is standard input."""
    if os.path.realpath(path) == os.path.realpath(other) and other != "-":
        return True
    try:
        stdin = other == "-" and sys.stdin is not None
        return os.path.samestat(
            os.stat(path), os.fstat(sys.stdin.fileno()) if stdin else os.stat(other)
        )
    except OSError:
        return False


def check_writable(path: str | os.PathLike[str]) -> None:
    """Find out whether `path` could be written, before the work that there is to write.

    Raises
    ------
    KeynodesError
        As `written_whole` would.
    """
    _temporary(path).unlink()


def check_folder(path: str | os.PathLike[str]) -> None:
    """Find out whether `path` is a folder or could be made one.

    Raises
    ------
    KeynodesError
        When a file is in the way, or nothing may be written there.
    """
    there = Path(path).absolute()
    while not os.path.lexists(there):
        there = there.parent
    if not there.is_dir():
        raise KeynodesError(f"{path}: {there} is not a folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise KeynodesError(f"{path}: nothing may be written into {there}")


@contextmanager
def written_whole(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path beside `path`, which takes its place when the block ends well.

    Whatever goes wrong inside the block, Ctrl-C included, `path` is left as it was. A symbolic
    link stays one: the file it leads to is replaced. Into a pipe or a device the finished file
    is copied.

    Raises
    ------
    KeynodesError
        When the folder does not exist or cannot be written to.
    """
    temporary = _temporary(path)
    try:
        yield temporary
        if is_stream(path):
            # Appending: /dev/stdout may be a file that others have written to.
            with open(temporary, "rb") as finished, open(path, "ab") as stream:
                shutil.copyfileobj(finished, stream)
        else:
            target = os.path.realpath(path)
            temporary.chmod(_rights(target))
            os.replace(temporary, target)
    except BrokenPipeError:
        raise  # the reader of a pipe has what it wanted
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _temporary(path: str | os.PathLike[str]) -> Path:
    """Make an empty file, on the disk that `path` will be on."""
    if not os.fspath(path):
        raise UsageError("the name of the file to write is empty")
    if os.path.isdir(path):
        raise KeynodesError(f"{path}: is a folder; name a file to write")
    try:
        if os.path.exists(path) and not os.access(path, os.W_OK):
            raise PermissionError(0, "Permission denied")
        os.lstat(path)
    except FileNotFoundError:
        pass
    except OSError as error:  # a name that is too long, a file where a folder is needed…
        raise _unwritable(path, error) from error
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise KeynodesError(f"{path}: cannot be written: the link leads to itself")
    try:
        if is_stream(path):
            handle, name = tempfile.mkstemp(prefix="keynodes-")
        else:
            handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
    except OSError as error:
        raise _unwritable(path, error) from error
    os.close(handle)
    return Path(name)


def _rights(target: str) -> int:
    """Those of the file that is replaced, or the usual: mkstemp's are only their owner's."""
    if os.path.exists(target):
        return stat.S_IMODE(os.stat(target).st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _unwritable(path: str | os.PathLike[str], error: OSError) -> KeynodesError:
    return KeynodesError(f"{os.fspath(path)}: cannot be written: {error.strerror or error}")
