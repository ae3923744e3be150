"""The table of all exercises, for the book."""

from __future__ import annotations

from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from classroom.masters import MASTERS, Master, Question, read

__all__ = ["Listing"]

_CONFIG = Path(__file__).parents[1] / "_config.yml"


class Listing:
    """Shows itself as HTML: for each chapter links to its notebook, and a table."""

    def __init__(self) -> None:
        self.masters = [read(path) for path in sorted(MASTERS.glob("*.ipynb"))]
        book = yaml.safe_load(_CONFIG.read_text(encoding="utf-8"))
        self.colab = _colab(book["repository"]["url"])

    def _repr_html_(self) -> str:
        return "".join(_chapter(master, self.colab) for master in self.masters)


def _colab(repository: str) -> str:
    """Where Colab opens what the published book has: Colab reads GitHub alone."""
    where = urlsplit(repository)
    if where.hostname != "github.com":
        return ""
    return f"https://colab.research.google.com/github{where.path}/blob/gh-pages"


def _chapter(master: Master, colab: str) -> str:
    title = escape(master.title.removeprefix("Exercises: "))
    title = title[0].upper() + title[1:]
    notebook = f"{master.name}.ipynb"
    links = f'<a download href="../{notebook}">{title}</a>'
    if colab:
        links += (
            f', <a href="{colab}/{notebook}" aria-label="{title}, on Colab">Colab</a>'
        )
    minutes = sum(question.minutes for question in master.questions)
    rows = "".join(map(_row, enumerate(master.questions, 1)))
    heads = "".join(
        f'<th scope="col">{head}</th>'
        for head in ("question", "kind", "difficulty", "minutes", "points")
    )
    return (
        f'<table class="table exercises"><caption>{links}, {minutes} minutes</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(numbered: tuple[int, Question]) -> str:
    number, question = numbered
    return (
        f'<tr><th scope="row">{number}. {escape(question.title)}</th>'
        f"<td>{question.kind.lower()}</td><td>{question.difficulty}</td>"
        f"<td>{question.minutes}</td><td>{question.points}</td></tr>"
    )
