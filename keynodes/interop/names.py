"""What the writers of network files say ids and texts with: `keynodes.spelling`, and XML's own."""

import re

from keynodes.spelling import (
    EMPTY,
    HALVES,
    MARK,
    OBJECT_NAMES,
    read_id,
    read_text,
    written,
    written_id,
    written_text,
)

__all__ = [
    "EMPTY",
    "MARK",
    "OBJECT_NAMES",
    "ODD_IN_XML",
    "escaped",
    "object_id",
    "read_id",
    "read_text",
    "whole",
    "written_id",
    "written_text",
    "xml",
]

ODD_IN_XML = re.compile('[\x00-\x1f\x85\u2028\ufffe\uffff\ud800-\udfff\\\\&<>"]')
"""What a text without it can stand in XML as it is."""

# Two line breaks of XML 1.1: parsers of 1.0 that know them make plain ones of them.
_NOT_IN_XML = re.compile('[&<>"\t\n\r\x85\u2028]')
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def xml(text: str) -> str:
    """Write a text between quotes or tags; blanks as references, or a parser makes spaces of them.

    Examples
    --------
    >>> xml('a<b> & "c"')
    'a&lt;b&gt; &amp; &quot;c&quot;'
    """
    if _NOT_IN_XML.search(text) is None:
        return text
    return _NOT_IN_XML.sub(lambda found: _ENTITIES.get(found[0]) or f"&#{ord(found[0])};", text)


def escaped(text: str) -> str:
    r"""Write a text for XML: what XML has no place for as ``\xNN``, its own signs as entities."""
    return xml(written_text(text))


def object_id(account: str) -> str:
    r"""Write an account id for JSON: as it is, but a backslash before an object's own names.

    Examples
    --------
    >>> print(object_id("bo\\b"), object_id("valueOf"), object_id(r"\valueOf"))
    bo\b \valueOf \\valueOf
    """
    return f"\\{account}" if account.lstrip("\\") in OBJECT_NAMES else whole(account)


def whole(text: str) -> str:
    """Return the text as it is.

    Raises
    ------
    KeynodesError
        For an unpaired surrogate, as in `written_id`.
    """
    return written(text, HALVES, "")
