import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keynodes.errors import KeynodesError
from keynodes.escaping import escape, one_line, shortened, unescape

anything = st.text(st.characters(), max_size=30)
hostile = pytest.mark.parametrize(
    "name",
    [
        "\x1b[31mred\x1b[0m",
        "a\x00b",
        "two\nlines\r\n",
        "‮gnp.exe",
        "⁦hidden⁩",
        "zero​width",
        "line sep",
        "\x9b31m",
        "a" + "́" * 50,
        "\ud800",
        "[bold]markup[/bold]",
    ],
)


@given(anything)
def test_unescape_undoes_escape(text):
    assert unescape(escape(text)) == text


@given(st.text(st.characters(exclude_characters="\\"), max_size=30))
def test_different_names_stay_different(text):
    assert escape(text + "\\") != escape(text)


@hostile
def test_nothing_unsafe_is_left(name):
    for shown in (escape(name), one_line(name)):
        assert shown.isprintable()
        assert not re.search("́" * 6, shown)


def test_ordinary_names_are_left_alone():
    for name in ("alice", "Zoë", "Nguyễn", "كريم", "李", "👍", "a b"):
        assert escape(name) == name


@hostile
def test_error_messages_are_one_printable_line(name):
    message = str(KeynodesError(f"edges.csv, line 3: {name} is unknown"))
    assert message.isprintable()
    json.dumps(message).encode()


def test_long_names_are_cut_with_a_mark():
    assert shortened("x" * 100, 10) == "x" * 9 + "…"
    assert shortened("short", 10) == "short"
