"""What each chapter asks of a class: minutes, predictions, slides, exercises."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

import nbformat

from classroom.masters import MASTERS, read
from classroom.slides.cells import plan

__all__ = ["CHAPTERS", "Demands", "Overview", "demands"]

#: Where the chapters are.
CHAPTERS = Path(__file__).parents[1] / "chapters"


@dataclass(frozen=True)
class Demands:
    """What one chapter asks of a class.

    Attributes:
        title: the chapter's.
        page: its notebook.
        reading: minutes, as the table at its top says.
        running: minutes, as that table says.
        predictions: how often it asks for one.
        slides: in its deck.
        questions: in its exercises.
        exercising: minutes for all of them.
    """

    title: str
    page: str
    reading: int
    running: int
    predictions: int
    slides: int
    questions: int
    exercising: int


def demands(chapter: Path) -> Demands:
    """Read a chapter, and its exercises if there are any.

    Args:
        chapter: its notebook.
    """
    notebook = nbformat.read(chapter, as_version=4)
    top = notebook.cells[0].source
    master = MASTERS / chapter.name
    questions = read(master).questions if master.exists() else []
    return Demands(
        title=re.match(r"# (.+)", top)[1],
        page=chapter.name,
        reading=int(re.search(r"\*\*To read\*\* \| (\d+) minutes?", top)[1]),
        running=int(re.search(r"\*\*To run\*\* \| (\d+) minutes?", top)[1]),
        predictions=sum(c.source.count("> **Predict.**") for c in notebook.cells),
        slides=len(plan(notebook)),
        questions=len(questions),
        exercising=sum(question.minutes for question in questions),
    )


class Overview:
    """Shows itself as an HTML table, a row for each chapter."""

    HEADS = ("chapter", "read", "run", "predictions", "slides", "exercises")

    def __init__(self) -> None:
        self.rows = [demands(path) for path in _in_order()]

    def _repr_html_(self) -> str:
        heads = "".join(f'<th scope="col">{head}</th>' for head in self.HEADS)
        body = "".join(map(_row, self.rows))
        return (
            '<div class="pst-scrollable-table-container" style="overflow-x: auto" '
            'role="region" aria-label="What each chapter asks" tabindex="0">'
            f'<table class="table"><thead><tr>{heads}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>"
        )


def _in_order() -> list[Path]:
    """Every chapter, as the table of contents has them."""
    book = CHAPTERS.parent
    toc = (book / "_toc.yml").read_text(encoding="utf-8")
    pages = re.findall(rf"- file: ({CHAPTERS.name}/\S+)", toc)
    return [book / f"{page}.ipynb" for page in pages]


def _row(row: Demands) -> str:
    page = f"../chapters/{Path(row.page).stem}.html"
    exercises = "–"
    if row.questions:
        exercises = f"{row.questions}, {row.exercising} minutes"
    cells = (
        row.reading,
        row.running,
        row.predictions,
        row.slides or "–",
        exercises,
    )
    return (
        f'<tr><th scope="row"><a href="{page}">{escape(row.title)}</a></th>'
        + "".join(f"<td>{cell}</td>" for cell in cells)
        + "</tr>"
    )
