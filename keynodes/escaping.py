"""Account names made safe to look at.

The people under study choose their names: terminal escapes, right-to-left overrides, newlines,
ten kilobytes of combining marks. Names are kept exactly; what is *shown* goes through here.
"""

import unicodedata

# A letter may carry a few combining marks (Vietnamese: 2, Hebrew with cantillation: 3);
# a longer pile is drawn over the lines around it.
MARKS_SHOWN = 4

# Cc: controls; Cf: invisible formatting, bidirectional overrides among it; Cs: lone surrogates;
# Co, Cn: no agreed look; Zl, Zp: line breaks in some terminals.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MARKS = frozenset({"Mn", "Me"})

# Persian spelling and joined emoji depend on these two.
_JOINERS = "\u200c\u200d"


def escape(text: str) -> str:
    r"""Write `text` so that it can be shown, reversibly: unsafe characters as ``\xNN``.

    Characters without a safe look of their own become ``\xNN``, ``\uNNNN`` or ``\UNNNNNNNN``, a
    backslash becomes two, and so do the fifth and later marks piled on one letter. `unescape`
    gives the text back.

    Examples
    --------
    >>> print(escape("a\x1b[31mb\\c"))
    a\x1b[31mb\\c
    """
    if text.isascii() and text.isprintable():
        return text.replace("\\", "\\\\")
    return "".join(_pieces(text, backslash="\\\\"))


def unescape(text: str) -> str:
    r"""Undo `escape`.

    Examples
    --------
    >>> unescape(escape("a\nb\\n")) == "a\nb\\n"
    True
    """
    pieces = []
    position = 0
    widths = {"x": 2, "u": 4, "U": 8}
    while (found := text.find("\\", position)) >= 0:
        pieces.append(text[position:found])
        kind = text[found + 1 : found + 2]
        width = widths.get(kind, 0)
        if width:
            pieces.append(chr(int(text[found + 2 : found + 2 + width], 16)))
        else:
            pieces.append(kind)
        position = found + 2 + width
    pieces.append(text[position:])
    return "".join(pieces)


def one_line(text: str) -> str:
    """Make a message safe to show on one line (not reversible: backslashes stay single)."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_pieces(text, backslash="\\"))


def shortened(text: str, width: int = 60) -> str:
    """Cut `text` to `width` characters for a person's eye, the cut marked by an ellipsis."""
    return text if len(text) <= width else text[: width - 1] + "…"


def cleaned(text: str, width: int = 60) -> str:
    r"""Clean a name for a picture: what has no look of its own goes, and blanks become one space.

    Not reversible, and different names may become one: it stands beside an id, never for it. A
    name of which nothing is left is escaped instead.

    Examples
    --------
    >>> cleaned("a\x1b[31mb \n c\u202e"), cleaned("\x00")
    ('a[31mb c', '\\x00')
    """
    if text.isascii() and text.isprintable():
        shown = text
    else:
        kept = []
        marks = 0
        for character in text:
            category = unicodedata.category(character)
            marks = marks + 1 if category in _MARKS else 0
            if character.isspace():
                kept.append(" ")
            elif character in _JOINERS or (category not in _UNSAFE and marks <= MARKS_SHOWN):
                kept.append(character)
        shown = "".join(kept)
    shown = " ".join(shown.split()).strip(_JOINERS)
    return shortened(shown or escape(text), width)


def _pieces(text: str, backslash: str) -> list[str]:
    pieces = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in _MARKS else 0
        if character == "\\":
            pieces.append(backslash)
        elif category in _UNSAFE or marks > MARKS_SHOWN:
            code = ord(character)
            if code < 0x100:
                pieces.append(f"\\x{code:02x}")
            elif code < 0x10000:
                pieces.append(f"\\u{code:04x}")
            else:
                pieces.append(f"\\U{code:08x}")
        else:
            pieces.append(character)
    return pieces
