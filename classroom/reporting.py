"""What instructors and students are told: one table, and a page for each."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from classroom.masters import Master
from classroom.results import Grade

__all__ = ["feedback", "table"]

_COLUMNS = ["submission", "exercises", "score", "possible", "by_hand", "status"]
_COLUMNS += ["reason", "seconds", "contained"]


def table(grades: Iterable[Grade]) -> str:
    """Return the grades as CSV, a row for each, with a column for each question.

    >>> print(table([Grade(submission="a.ipynb")]).splitlines()[0])
    submission,exercises,score,possible,by_hand,status,reason,seconds,contained
    """
    rows = []
    for grade in grades:
        row = {name: _plain(getattr(grade, name)) for name in _COLUMNS}
        row |= {name: answer.score for name, answer in grade.answers.items()}
        rows.append(row)
    questions = sorted({name for row in rows for name in row} - {*_COLUMNS})
    frame = pd.DataFrame(rows, columns=[*_COLUMNS, *questions])
    return frame.round({"seconds": 1}).to_csv(index=False)


def _plain(value: object) -> object:
    """Text that no spreadsheet takes for a formula."""
    risky = isinstance(value, str) and value.startswith(tuple("=+-@\t\r\n"))
    return f"'{value}" if risky else value


def feedback(grade: Grade, master: Master | None) -> str:
    """Return what a student is told, as Markdown.

    Args:
        grade: of the submission.
        master: the exercises that it answers, if that is known.
    """
    parts = [f"# `{grade.submission}`"]
    if master is not None:
        parts.append(f"*{master.title}*")
    total = f"**{grade.score:g} of {grade.possible:g} points**"
    if grade.by_hand:
        total += f", and up to {grade.by_hand:g} more from a person"
    parts.append(total)
    if grade.reason:
        parts += ["What went wrong:", _indented(grade.reason)]
    for question in master.questions if master else ():
        parts.append(f"## {question.name}. {question.title}")
        answer = grade.answers.get(question.name)
        if question.by_hand:
            parts.append(f"Graded by a person, up to {question.points:g} points.")
        elif answer is None:
            parts.append(f"No result: 0 of {question.points:g} points.")
        else:
            parts.append(f"{answer.score:g} of {answer.possible:g} points.")
            parts += [_indented(message) for message in answer.messages]
    return "\n\n".join(parts) + "\n"


def _indented(text: str) -> str:
    """A block of text that Markdown leaves alone."""
    return "\n".join(f"    {line}" for line in text.splitlines())
