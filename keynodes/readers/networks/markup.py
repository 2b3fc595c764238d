"""XML as a stream, from people who may not wish us well: in little memory, nothing fetched.

A document type may declare entities, which grow without bounds or name other files, and where it
only names one, a parser passes over references that it does not know: ids would lose characters
unseen. So a file with more than the bare name of a document type is refused.
"""

import codecs
import re
from collections.abc import Callable
from xml.parsers import expat

from keynodes.errors import ReadingError, UsageError
from keynodes.escaping import shortened
from keynodes.readers.inputs import File

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BEFORE_ROOT = re.compile(
    r"\s*+(?:<\?.*?\?>\s*+|<!--.*?-->\s*+|<!DOCTYPE[^>\[]*+>\s*+)*+", re.DOTALL
)
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*+\[.*?\]\s*>", re.DOTALL)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)[\s/>]")

Attributes = dict[str, str]


class Markup:
    """A parser that calls `start` and `end` for each element of a document of the kind `root`."""

    def __init__(
        self,
        file: File,
        root: str,
        encoding: str | None,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None],
    ) -> None:
        self.file = file
        try:
            self.parser = expat.ParserCreate(encoding)
        except (LookupError, ValueError):
            raise UsageError(f"there is no text encoding {encoding!r}") from None
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._entity
        self.parser.StartElementHandler = self._first
        self.parser.EndElementHandler = end
        self._root = root
        self._start = start
        self._pieces: list[str] = []
        self._hear = self._pieces.append

    @property
    def line(self) -> int:
        """The line where the parser is."""
        return self.parser.CurrentLineNumber

    def listen(self) -> None:
        """Collect the text from here on."""
        self._pieces.clear()
        self.parser.CharacterDataHandler = self._hear

    def heard(self) -> str:
        """Return the text since `listen`, and collect no more."""
        self.parser.CharacterDataHandler = None
        pieces = self._pieces
        return pieces[0] if len(pieces) == 1 else "".join(pieces)

    def read(self) -> None:
        """Parse the file.

        Raises
        ------
        ReadingError
            Where the file is no XML, is cut off, or declares what could do harm.
        """
        try:
            with open(self.file.path, "rb") as stream:
                self.parser.ParseFile(stream)
        except expat.ExpatError as error:
            cut = error.code in _CUT_OFF
            what = "the file is cut off" if cut else expat.ErrorString(error.code)
            raise ReadingError(
                f"{self.file.name}, line {error.lineno}: no valid XML ({what}, at character "
                f"{error.offset + 1}); write the file again with the program that made it"
            ) from None
        except (LookupError, ValueError) as error:
            if "encoding" not in str(error):
                raise
            raise ReadingError(
                f"{self.file.name}: its encoding cannot be read ({error}); save it as UTF-8, or "
                "name the encoding with --encoding"
            ) from None

    def _first(self, name: str, attributes: Attributes) -> None:
        if name.rpartition(":")[2] != self._root:
            raise ReadingError(
                f"{self.file.name}, line {self.line}: no {self._root} but <{shortened(name)}> "
                "begins here; read it with another reader, or leave --reader out"
            )
        self.parser.StartElementHandler = self._start
        self._start(name, attributes)

    def _doctype(self, name: str, system: str | None, public: str | None, has_subset: bool) -> None:
        if system or public or has_subset:
            raise ReadingError(
                f"{self.file.name}, line {self.line}: a document type with declarations or from "
                "another file is not read, for it can change names unseen; remove <!DOCTYPE …> "
                "from the file"
            )

    def _entity(self, name: str, *_: object) -> None:
        raise ReadingError(
            f"{self.file.name}, line {self.line}: the entity {name!r} is declared, and entities "
            "are not read, for they can grow without bounds; remove <!DOCTYPE …> from the file"
        )


_CUT_OFF = (
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
    expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
)


def root_of(file: File) -> str:
    """Return the name of the first element of an XML file, empty where it is none."""
    encoding = next((name for mark, name in _MARKS if file.head.startswith(mark)), "utf-8")
    text = file.head.decode(encoding, "ignore")
    declared = _DOCTYPE.match(text, max(text.find("<!DOCTYPE"), 0))
    if declared:
        text = text[: declared.start()] + text[declared.end() :]
    before = _BEFORE_ROOT.match(text)
    found = _ROOT.match(text, before.end() if before else 0)
    return found[1] if found else ""
