"""Which cells of a chapter its deck shows, and which part of each.

The words after the hyphen of a tag. For Markdown:

``predict``
    Its predictions, each with the fold-out that follows it.
``first``
    Its first paragraph.
``last``
    Its last paragraph.
``section``
    What stands under its last heading.
``summary``
    What stands under the heading that has "take away" in it.

For code:

``code``
    The code, and what came out of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from nbformat import NotebookNode

__all__ = ["Part", "Slide", "plan"]

PLACES = ("slide", "beside", "fragment")
WORDS = {
    "markdown": ("", "predict", "first", "last", "section", "summary"),
    "code": ("", "code"),
}

_TAG = re.compile(rf"({'|'.join(PLACES)})(?:-([a-z]+))?")
_HEADING = re.compile(r"(#+) (.+)")


@dataclass
class Part:
    """A piece of a slide.

    Attributes:
        kind: ``text``, ``figure`` or ``code``, which decides where it stands.
        fragment: whether it waits for a click.
        source: its Markdown, or its code if that is shown.
        outputs: of its code.
    """

    kind: str
    fragment: bool
    source: str = ""
    outputs: list[NotebookNode] = field(default_factory=list)


@dataclass
class Slide:
    """A slide.

    Attributes:
        heading: of the section that its first part stands in, as Markdown.
        title: whether that is the chapter's title.
        parts: in the order in which they appear.
    """

    heading: str
    title: bool
    parts: list[Part]


@dataclass(frozen=True)
class _Block:
    """A paragraph, list, quote or fold-out, and the heading that it stands under."""

    text: str
    heading: str


def plan(notebook: NotebookNode) -> list[Slide]:
    """Return the slides that the tags of a chapter ask for.

    Args:
        notebook: the chapter; for what code shows, an executed copy of it.

    Raises:
        ValueError: if a tag is not one of those described above, asks for what the cell
            does not have, or comes before the first slide.
    """
    slides: list[Slide] = []
    heading = ""
    for number, cell in enumerate(notebook.cells):
        blocks = []
        if cell.cell_type == "markdown":
            blocks, heading = _blocks(cell.source, heading)
        for place, word in _tags(cell, number):
            under, part = heading, _code(cell, place, word)
            if part is None:
                chosen = _choose(blocks, word)
                if not chosen:
                    raise ValueError(f"cell {number} has nothing to show as {word!r}")
                under = chosen[0].heading
                part = Part("text", place == "fragment", _joined(chosen))
            if place == "slide":
                level, text = _HEADING.fullmatch(under).groups()
                slides.append(Slide(text, level == "#", []))
            elif not slides:
                raise ValueError(f"cell {number} comes before the first slide")
            slides[-1].parts.append(part)
    return slides


def _tags(cell: NotebookNode, number: int) -> Iterator[tuple[str, str]]:
    """The place and the word of each tag that is about slides."""
    for tag in cell.metadata.get("tags", []):
        if tag.partition("-")[0] not in PLACES:
            continue
        match = _TAG.fullmatch(tag)
        if match is None or (match[2] or "") not in WORDS.get(cell.cell_type, ()):
            allowed = [word for word in WORDS.get(cell.cell_type, ()) if word]
            raise ValueError(
                f"cell {number}: no tag {tag!r} for {cell.cell_type}; "
                f"allowed are {', '.join(PLACES)}, alone or with -{', -'.join(allowed)}"
            )
        yield match[1], match[2] or ""


def _code(cell: NotebookNode, place: str, word: str) -> Part | None:
    """The part that a code cell gives; None if it is not code."""
    if cell.cell_type != "code":
        return None
    fragment = place == "fragment"
    if word == "code":
        return Part("code", fragment, cell.source, cell.outputs)
    printed = all(output.output_type == "stream" for output in cell.outputs)
    return Part("text" if printed else "figure", fragment, "", cell.outputs)


def _choose(blocks: list[_Block], word: str) -> list[_Block]:
    """The blocks that a word asks for."""
    if word == "first":
        return blocks[:1]
    if word == "last":
        return blocks[-1:]
    if word == "section":
        return [block for block in blocks if block.heading == blocks[-1].heading]
    if word == "summary":
        return [block for block in blocks if "take away" in block.heading.lower()]
    if word == "predict":
        chosen, before = [], False
        for block in blocks:
            predicts = block.text.startswith("> **Predict.**")
            if predicts or (before and block.text.startswith("<details>")):
                chosen.append(block)
            before = predicts
        return chosen
    return blocks


def _joined(blocks: list[_Block]) -> str:
    """Blocks as Markdown, with the headings that come between them."""
    lines, heading = [], blocks[0].heading
    for block in blocks:
        if block.heading != heading:
            heading = block.heading
            lines.append(f"### {_HEADING.fullmatch(heading)[2]}")
        lines.append(block.text)
    return "\n\n".join(lines)


def _blocks(source: str, heading: str) -> tuple[list[_Block], str]:
    """Take Markdown apart; return its blocks, and the heading in force at its end."""
    blocks, lines, inside = [], [], ""

    def end() -> None:
        if lines:
            blocks.append(_Block("\n".join(lines), heading))
            lines.clear()

    for line in source.splitlines():
        if not inside and _HEADING.fullmatch(line):
            end()
            heading = line
        elif line.strip() or inside:
            lines.append(line)
            if inside:
                inside = "" if line.strip().startswith(inside) else inside
            elif line.startswith("```"):
                inside = "```"
            elif line.startswith("<details>") and "</details>" not in line:
                inside = "</details>"
        else:
            end()
    end()
    return blocks, heading
