"""Master notebooks: what a question is made of.

A master is a notebook in the format of Otter Assign. Raw cells such as ``# BEGIN
SOLUTION`` say what is for whom.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import yaml

__all__ = ["MASTERS", "Master", "Question", "read"]

#: Where the masters are.
MASTERS = Path(__file__).parents[1] / "exercises"

#: Kinds of questions, as the line under a title names them.
KINDS = ("Write the function", "Run the experiment", "Read the figure", "Explain")

_LINE = re.compile(
    r"\*(?P<kind>[^·*]+) · difficulty (?P<difficulty>\d) · (?P<minutes>\d+) minutes"
    r" · (?P<points>\d+) points?(?P<by_hand>, graded by a person)?\*"
)


@dataclass
class Question:
    """A question of a master.

    Attributes:
        name: ``q1``, ``q2``, …
        title: its heading, without the number.
        kind: one of :data:`KINDS`.
        difficulty: 1 to 5.
        minutes: how long it takes.
        points: for the whole question.
        by_hand: whether a person grades it.
        prompt: its text, hints included.
        given: the sources of the code cells that come with the text.
        solution: the cells of the answer.
        tests: the sources of its test cells.
        checks: the sources of the code cells between it and the next question.
    """

    name: str
    points: int
    by_hand: bool
    title: str = ""
    kind: str = ""
    difficulty: int = 0
    minutes: int = 0
    prompt: str = ""
    given: list[str] = field(default_factory=list)
    solution: list[nbformat.NotebookNode] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)

    @property
    def hints(self) -> int:
        """How many folded hints it has."""
        return self.prompt.count("<summary>Hint")

    @property
    def answers(self) -> list[str]:
        """The sources of the code cells of the answer."""
        return [cell.source for cell in self.solution if cell.cell_type == "code"]


@dataclass
class Master:
    """A master notebook, read.

    Attributes:
        path: its file.
        title: the heading of its first cell.
        questions: in their order.
        imports: the sources of the code cells before the first question, but for the
            one that sets Colab up.
    """

    path: Path
    title: str
    questions: list[Question]
    imports: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name of the exercises, which is that of their chapter."""
        return self.path.stem


def read(path: Path) -> Master:
    """Read a master.

    Raises:
        ValueError: if there is no title, or a question has no line that says what kind
            it is, or one that does not fit its configuration.
    """
    cells = nbformat.read(path, as_version=4).cells
    title = re.match(r"# (.+)", cells[0].source) if cells else None
    if title is None:
        raise ValueError(f"{path.name}: its first cell needs a heading '# Title'")
    questions, imports, part = [], [], ""
    for cell in cells:
        if cell.cell_type == "raw":
            part = cell.source.splitlines()[0].removeprefix("# ")
            if part == "BEGIN QUESTION":
                about = yaml.safe_load(cell.source)
                by_hand = about.get("manual", False)
                questions.append(Question(about["name"], about["points"], by_hand))
        elif questions:
            _sort(cell, part, questions[-1])
        elif cell.cell_type == "code" and "%pip" not in cell.source:
            imports.append(cell.source)
    for question in questions:
        _describe(question, path.name)
    return Master(path, title[1], questions, imports)


def _sort(cell: nbformat.NotebookNode, part: str, question: Question) -> None:
    """Put a cell where it belongs in its question."""
    match part:
        case "BEGIN QUESTION" if cell.cell_type == "markdown":
            question.prompt += cell.source + "\n\n"
        case "BEGIN QUESTION":
            question.given.append(cell.source)
        case "BEGIN SOLUTION":
            question.solution.append(cell)
        case "BEGIN TESTS":
            question.tests.append(cell.source)
        case "END QUESTION" if cell.cell_type == "code":
            question.checks.append(cell.source)


def _describe(question: Question, where: str) -> None:
    """Read the heading and the line under it."""
    heading = re.search(r"^## \d+\. (.+)$", question.prompt, re.M)
    line = _LINE.search(question.prompt)
    if heading is None or line is None or line["kind"] not in KINDS:
        raise ValueError(
            f"{where}, {question.name}: needs a heading '## 1. Title' and a line "
            f"'*Kind · difficulty 1 · 10 minutes · 3 points*'; kinds: {KINDS}"
        )
    if (int(line["points"]), bool(line["by_hand"])) != (
        question.points,
        question.by_hand,
    ):
        raise ValueError(
            f"{where}, {question.name}: the line says {line[0]}, the configuration "
            f"points: {question.points}, manual: {question.by_hand}"
        )
    question.title, question.kind = heading[1], line["kind"]
    question.difficulty, question.minutes = (
        int(line["difficulty"]),
        int(line["minutes"]),
    )
