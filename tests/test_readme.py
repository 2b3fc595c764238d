"""What the README shows is what the program does."""

import re

import pytest
import readme

TEXT = readme.README.read_text(encoding="utf-8")


def lines(text):
    """Lines without the blanks at their ends, which no reader sees."""
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def without_seconds(printed):
    """The lines without how long something took: the summary's words, the comparison's column."""
    printed = [re.sub(r"[\d.,]+ s; seed", "… s; seed", line) for line in printed]
    timed = [i for i, line in enumerate(printed) if line.endswith(" seconds")]
    if timed:
        table = [line.rpartition(" ")[0].rstrip() for line in printed[timed[0] + 2 :]]
        printed = [*printed[: timed[0] + 1], *table]
    return printed


def test_the_tables_are_made_from_the_code():
    assert readme.filled(TEXT) == TEXT, "run python tests/readme.py"


@pytest.mark.compiled
@pytest.mark.parametrize(("command", "output"), readme.sessions(TEXT))
def test_a_session_prints_what_the_readme_says(command, output):
    shown = lines(readme.shown_on_a_terminal(command))
    assert without_seconds(shown) == without_seconds(lines(output))


def test_there_is_a_session_on_the_first_screen():
    first_screen = "\n".join(TEXT.splitlines()[:45])
    assert "$ keynodes rank" in first_screen


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_path_that_a_document_names_exists(document):
    text = (readme.ROOT / document).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)", text):
        if "://" not in link:
            assert (readme.ROOT / link).exists(), link
    for path in re.findall(
        r"`((?:keynodes|tests|benchmarks|graphs|seeds|examples)/[^`\s<]*)`", text
    ):
        assert (readme.ROOT / path).exists(), path


def test_the_tree_in_the_architecture_is_the_tree():
    tree = (readme.ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    tree = tree.split("```")[1]
    told = set(re.findall(r"^  (\S+)", tree, flags=re.MULTILINE))
    there = {
        path.name + ("/" if path.is_dir() else "")
        for path in (readme.ROOT / "keynodes").iterdir()
        if path.name != "__pycache__" and path.name != "py.typed"
    }
    assert told == there
