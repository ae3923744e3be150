"""The table of all exercises, for the book."""

from __future__ import annotations

from html import escape

from classroom.masters import MASTERS, Master, Question, read

__all__ = ["Listing"]


class Listing:
    """Shows itself as HTML: for each chapter a link to its notebook, and a table."""

    def __init__(self) -> None:
        self.masters = [read(path) for path in sorted(MASTERS.glob("*.ipynb"))]

    def _repr_html_(self) -> str:
        return "".join(map(_chapter, self.masters))


def _chapter(master: Master) -> str:
    title = escape(master.title.removeprefix("Exercises: "))
    minutes = sum(question.minutes for question in master.questions)
    rows = "".join(map(_row, enumerate(master.questions, 1)))
    heads = "".join(
        f'<th scope="col">{head}</th>'
        for head in ("question", "kind", "difficulty", "minutes", "points")
    )
    return (
        f'<table class="table exercises"><caption>'
        f'<a download href="../{master.name}.ipynb">{title[0].upper()}{title[1:]}</a>, '
        f"{minutes} minutes</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(numbered: tuple[int, Question]) -> str:
    number, question = numbered
    return (
        f'<tr><th scope="row">{number}. {escape(question.title)}</th>'
        f"<td>{question.kind.lower()}</td><td>{question.difficulty}</td>"
        f"<td>{question.minutes}</td><td>{question.points}</td></tr>"
    )
