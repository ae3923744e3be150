"""How long a chapter's prose may be; CONTRIBUTING.md says what counts."""

import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
CHAPTERS = ROOT / "chapters"
LIMITS = dict.fromkeys(sorted(CHAPTERS.glob("[0-9][0-9]-*.ipynb")), 2_500)
LIMITS[CHAPTERS / "primer-one-sum-through-a-transformer.ipynb"] = 1_500


def words_of_prose(markdown: str) -> int:
    """Count the words outside code blocks, tables and block quotes."""
    text = re.sub(r"^```.*?^```", "", markdown, flags=re.M | re.S)
    lines = [line for line in text.splitlines() if not line.startswith((">", "|"))]
    return sum(len(line.split()) for line in lines)


def complaint(name: str, words: int, limit: int) -> str:
    """What to say of a chapter with so many words; nothing if it is short enough."""
    if words <= limit:
        return ""
    return (
        f"{name} has {words:,} words of prose, {words - limit:,} above the limit of "
        f"{limit:,}. Say things shorter, or move what only some readers need to a side "
        "room (CONTRIBUTING.md, 'Add a chapter')."
    )


@pytest.mark.parametrize("path", LIMITS, ids=lambda path: path.stem)
def test_a_chapter_is_not_too_long(path):
    cells = nbformat.read(path, as_version=4).cells
    prose = [cell.source for cell in cells if cell.cell_type == "markdown"]
    problem = complaint(path.name, sum(map(words_of_prose, prose)), LIMITS[path])
    assert not problem, problem


def test_only_side_rooms_are_let_off():
    for path in {*CHAPTERS.glob("*.ipynb")} - {*LIMITS}:
        top = nbformat.read(path, as_version=4).cells[0].source
        assert top.startswith("# Side room: "), path.name


def test_code_tables_and_quotes_do_not_count():
    markdown = (
        "# Two words\n\nThree more words,\nand *four* more follow.\n\n"
        "| a | b |\n|---|---|\n| one | two |\n\n"
        "> **Predict.** What counts?\n>\n> 1. Nothing here.\n\n"
        "```python\nprint('not this')\n```\n\nLast one.\n"
    )
    assert words_of_prose(markdown) == 3 + 3 + 4 + 2  # "#" is one of the first three


def test_a_chapter_that_is_too_long_is_told_what_to_do():
    assert not complaint("01-a-chapter.ipynb", 500, 500)
    problem = complaint("01-a-chapter.ipynb", 507, 500)
    for part in ("01-a-chapter.ipynb", "507", "500", "side room"):
        assert part in problem


def test_the_guide_has_the_same_limits():
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert "at most 2,500 words of prose (the primer 1,500)" in guide
    assert {*LIMITS.values()} == {2_500, 1_500}
