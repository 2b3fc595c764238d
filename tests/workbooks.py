"""Small workbooks, written as NodeXL and Excel write them."""

import zipfile
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TO = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

BANNER = ["", "", "Visual Properties", "", "Labels", "Graph Metrics", "Other Columns"]
"""What NodeXL has above the names of the columns."""

EDGES = [
    *("Vertex 1", "Vertex 2", "Color", "Edge Weight", "ID", "Relationship"),
    *("Relationship Date (UTC)", "Tweet", "Tweet Date (UTC)", "Imported ID"),
]
VERTICES = ["Vertex", "Color", "Label", "ID", "Followers", "Joined Twitter Date (UTC)", "User ID"]


class Raw(str):
    """The XML of a cell's content, as it is: ``<v>…</v>``; its type goes before a bar."""

    __slots__ = ()


def letters(place):
    """The name of a column, counted from 0."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def sheet_of(rows, texts, first_row=1, prefix=""):
    """The XML of a sheet; None is an empty cell, and texts go into the shared table."""
    pieces = [f'<{prefix}worksheet xmlns{":" + prefix[:-1] if prefix else ""}="{MAIN}">']
    pieces.append(f"<{prefix}sheetData>")
    for number, cells in enumerate(rows, start=first_row):
        pieces.append(f'<{prefix}row r="{number}">')
        for place, value in enumerate(cells):
            if value is None or value == "":
                continue
            at = f'r="{letters(place)}{number}"'
            if isinstance(value, Raw):
                kind, _, inside = value.partition("|")
                pieces.append(f'<{prefix}c {at} t="{kind}">{inside}</{prefix}c>')
            elif isinstance(value, str):
                texts.setdefault(value, len(texts))
                pieces.append(
                    f'<{prefix}c {at} t="s"><{prefix}v>{texts[value]}</{prefix}v></{prefix}c>'
                )
            else:
                pieces.append(f'<{prefix}c {at} s="1"><{prefix}v>{value!r}</{prefix}v></{prefix}c>')
        pieces.append(f"</{prefix}row>")
    pieces.append(f"</{prefix}sheetData></{prefix}worksheet>")
    return "".join(pieces)


def write_workbook(path, sheets, *, properties="", parts=None, prefix=""):
    """Write sheets, each a list of rows, as a workbook; `parts` replace what is in the archive."""
    texts = {}
    found = {
        f"xl/worksheets/sheet{i}.xml": rows
        if isinstance(rows, str)
        else sheet_of(rows, texts, prefix=prefix)
        for i, rows in enumerate(sheets.values(), start=1)
    }
    names = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{i}" r:id="rId{i}"/>'
        for i, name in enumerate(sheets, start=1)
    )
    targets = "".join(
        f'<Relationship Id="rId{i}" Type="{TO}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    shared = "".join(f"<si><t xml:space='preserve'>{escape(text)}</t></si>" for text in texts)
    found |= {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{TO}">{properties}'
        f"<sheets>{names}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{targets}'
        f'<Relationship Id="rIdT" Type="{TO}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
        "</Relationships>",
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{shared}</sst>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (found | (parts or {})).items():
            if text is not None:
                archive.writestr(name, text)
    return path
