r"""Ids and texts as the network files hold them, and back.

XML has no place for control characters, U+FFFE and U+FFFF; parsers turn tabs and line breaks of
an attribute into spaces; Gephi warns of outer spaces and stops at an empty id; and an account that
calls itself ``constructor`` keeps Gephi Lite from opening the file (`OBJECT_NAMES`). In an id what
does so, and nothing else, is written as ``\xNN`` or ``\uNNNN``, a backslash as two, the empty id as
``\0``. So different ids stay different.

A reader undoes this, by `read_id` and `read_text`, in files that say that keynodes wrote them and
in no others: GraphML in ``<graph id="keynodes" …>``, GEXF in ``<creator>keynodes</creator>``
(`MARK`). graphology's JSON has another spelling (`keynodes.interop.names.object_id`).
"""

import re
from collections.abc import Callable

from keynodes.errors import KeynodesError, ReadingError
from keynodes.escaping import escape, shortened, unescape

MARK = "keynodes"
"""The id of the graph in GraphML and the creator in GEXF: ids and texts are written as here."""

EMPTY = r"\0"

OBJECT_NAMES = frozenset(
    {"constructor", "toString", "toLocaleString", "valueOf", "hasOwnProperty", "isPrototypeOf"}
    | {"propertyIsEnumerable", "__proto__", "__defineGetter__", "__defineSetter__"}
    | {"__lookupGetter__", "__lookupSetter__"}
)
"""What every object in JavaScript has: graphology takes such a neighbour for one it knows."""

_NOT_IN_IDS = re.compile("[\x00-\x1f\ufffe\uffff\ud800-\udfff\\\\]|\\A | \\Z")
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff\\\\]")
HALVES = re.compile("[\ud800-\udfff]")


def written_id(account: str, backslash: str = "\\\\") -> str:
    r"""Write an account id for a network file, so that `read_id` gives it back.

    Raises
    ------
    KeynodesError
        For an unpaired surrogate, which no file can hold.

    Examples
    --------
    >>> print(written_id("ann"), written_id("bo\nb"), written_id(" C:\\d"), written_id(""))
    ann bo\x0ab \x20C:\\d \0
    >>> print(written_id("valueOf"))
    \x76alueOf
    """
    if account in OBJECT_NAMES:
        return f"\\x{ord(account[0]):02x}{account[1:]}"
    return written(account, _NOT_IN_IDS, backslash) or EMPTY


def written_text(text: str, backslash: str = "\\\\") -> str:
    r"""Write another text for a network file: as `written_id`, but blanks stay as they are.

    Examples
    --------
    >>> written_text("two\nlines"), print(written_text("a\x00b"))
    a\x00b
    ('two\nlines', None)
    """
    return written(text, _NOT_IN_TEXT, backslash)


def read_id(text: str) -> str:
    r"""Undo `written_id`.

    Raises
    ------
    ReadingError
        When `written_id` does not write so: two ids of a file that was tampered with could
        become one.

    Examples
    --------
    >>> read_id(r"bo\x0ab"), read_id(r"\0")
    ('bo\nb', '')
    """
    return "" if text == EMPTY else _read(text, written_id)


def read_text(text: str) -> str:
    """Undo `written_text`, as `read_id` undoes `written_id`."""
    return _read(text, written_text)


def written(text: str, unwritable: re.Pattern[str], backslash: str = "\\\\") -> str:
    """Write a text so that nothing of it is `unwritable`; halves of characters are refused."""
    if unwritable.search(text) is None:
        return text

    def code(found: re.Match[str]) -> str:
        character = found[0]
        if character == "\\":
            return backslash
        if "\ud800" <= character <= "\udfff":
            raise KeynodesError(
                f"{shortened(escape(text))}: cannot be written: it holds half a character "
                f"(the unpaired surrogate U+{ord(character):04X}); read it again as UTF-8"
            )
        return f"\\x{ord(character):02x}" if character < "\x80" else f"\\u{ord(character):04x}"

    return unwritable.sub(code, text)


def _read(text: str, write: Callable[[str], str]) -> str:
    if "\\" not in text:
        return text
    try:
        meant = unescape(text)
        as_written = write(meant)
    except (ValueError, OverflowError, KeynodesError):  # no escape, or one of what cannot be
        as_written = None
    if as_written != text:
        raise ReadingError(
            f"{shortened(text)}: keynodes writes no name so, the file was changed since; remove "
            f'its mark "{MARK}" (the id of the graph, or the creator) to read names as they stand'
        )
    return meant
