"""What a box that asks for a prediction keeps to; CONTRIBUTING.md has its form."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
STARTS = "**Predict.** "
SUMMARY = "What each answer would mean"


@dataclass
class Box:
    """A block quote that asks for a prediction, as Markdown reads it.

    Attributes:
        question: its paragraphs.
        answers: of its list; empty if the question is an open one.
        meanings: of the list in its fold-out.
        problems: what is not as it should be.
    """

    question: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    meanings: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def boxes(markdown: str) -> list[Box]:
    """Return the boxes of a Markdown cell."""
    tree = SyntaxTreeNode(MarkdownIt("commonmark").parse(markdown))
    quotes = [node for node in tree.children if node.type == "blockquote"]
    return [box(q) for q in quotes if text(q.children[0]).startswith(STARTS)]


def box(quote: SyntaxTreeNode) -> Box:
    """Read a box: question, then answers, then the fold-out with meanings."""
    found, inside, folded = Box(), "question", []
    for node in quote.children:
        if node.type == "html_block":
            tags = node.content.strip()
            folded.append(tags)
            inside = "fold" if tags.startswith("<details>") else "end"
        elif node.type == "ordered_list":
            kept = {"question": found.answers, "fold": found.meanings}.get(inside)
            if kept is None or kept:
                found.problems.append(f"a list too many: {text(node)[:60]!r}")
            else:
                kept += [item(i, found.problems) for i in node.children]
            if inside == "question":
                inside = "answers"
        elif node.type == "paragraph" and inside == "question":
            found.question.append(text(node))
        else:
            found.problems.append(f"{node.type} after {inside}: {text(node)[:60]!r}")
    fold = [f"<details>\n<summary>{SUMMARY}</summary>", "</details>"]
    if folded != (fold if found.answers else []):
        found.problems.append(f"the fold is {folded}, not {fold}")
    return found


def item(node: SyntaxTreeNode, problems: list[str]) -> str:
    """The paragraph of an item of a list."""
    if [child.type for child in node.children] != ["paragraph"]:
        problems.append(f"not one paragraph: {text(node)[:60]!r}")
    return text(node)


def text(node: SyntaxTreeNode) -> str:
    """The source of what is in a node, on one line."""
    inline = [n.content for n in node.walk() if n.type == "inline"]
    return " ".join(" ".join(inline).split())


def asked() -> list:
    """Every box of every chapter, with a name."""
    found = []
    for path in CHAPTERS:
        cells = nbformat.read(path, as_version=4).cells
        prose = [cell.source for cell in cells if cell.cell_type == "markdown"]
        here = [b for source in prose for b in boxes(source)]
        found += [
            pytest.param(b, id=f"{path.stem.split('-')[0]}-{i}")
            for i, b in enumerate(here, 1)
        ]
    return found


every_box = pytest.mark.parametrize("found", asked())


def test_every_prediction_is_read():
    written = sum(p.read_text("utf-8").count("> **Predict.**") for p in CHAPTERS)
    assert len(asked()) == written > 0


@every_box
def test_a_list_has_as_many_meanings_as_answers(found):
    assert not found.problems
    assert len(found.meanings) == len(found.answers)
    assert len(found.answers) in (0, 2, 3, 4)
    assert len({*found.answers}) == len(found.answers)


@every_box
def test_no_answer_is_marked_before_the_reader_commits(found):
    for answer in found.answers:
        # Emphasis, a sign or a word would stand out; formulas and code are words.
        plain = re.sub(r"\$[^$]+\$|`[^`]+`", "", answer)
        assert not re.search(r"\*\*|__|<|[✓✔✗✘☑☒]", plain), answer
        assert not re.search(r"\b(in)?correct(ly)? answer|\(right\)", plain), answer


@every_box
def test_a_meaning_says_what_would_follow(found):
    for meaning in found.meanings:
        assert meaning.startswith("Then "), meaning


def test_questions_are_told_apart_by_their_words():
    """The browser keeps an answer under the question's words, without its formulas."""
    questions = [re.sub(r"\$[^$]+\$", "", p.values[0].question[0]) for p in asked()]
    assert len({*questions}) == len(questions)


def test_script_and_paper_know_the_form():
    script = (ROOT / "book" / "_static" / "predictions.js").read_text("utf-8")
    assert f'"{STARTS.strip().strip("*")}"' in script
    assert f'"{SUMMARY}"' in (ROOT / "tools" / "pdf_book.js").read_text("utf-8")
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    examples = re.findall(r"```markdown\n(.*?)```", guide, re.S)
    (found,) = [b for example in examples for b in boxes(example)]
    assert not found.problems and len(found.answers) == len(found.meanings) == 2


GOOD = """> **Predict.** One
> or two?
>
> 1. One.
> 2. Two.
>
> <details>
> <summary>What each answer would mean</summary>
>
> 1. Then one.
> 2. Then two.
>
> </details>
"""


def test_a_good_box_has_no_problems():
    (found,) = boxes(GOOD)
    assert found == Box(
        ["**Predict.** One or two?"],
        ["One.", "Two."],
        ["Then one.", "Then two."],
    )


def test_an_open_question_and_another_quote_are_left_alone():
    assert boxes("> **Predict.** One or two?") == [Box(["**Predict.** One or two?"])]
    assert boxes("> A note.\n>\n> 1. One.") == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("> 1. One.\n> 2. Two.", "> - One.\n> - Two."),
        ("mean</summary>\n>\n", "mean</summary>\n"),
        ("<summary>What each answer would mean", "<summary>Answer"),
        ("> </details>\n", ""),
        ("> <details>\n> <summary>What each answer would mean</summary>\n", ""),
        ("> 2. Two.\n", "> 2. Two.\n>\n>    And more.\n"),
        ("> </details>\n", "> </details>\n>\n> The second one is right.\n"),
    ],
)
def test_a_box_that_the_script_would_not_read_is_refused(old, new):
    assert old in GOOD
    (found,) = boxes(GOOD.replace(old, new))
    assert found.problems
