"""The ledger as HTML, for the book's page "What the literature claims"."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

from grokcore.claims.ledger import Claim, Finding, Result
from grokcore.claims.report import again, runs_of
from grokcore.claims.values import Value

__all__ = ["Entries", "chapters"]


def chapters(folder: Path) -> dict[str, tuple[str, str]]:
    """Return title and address of each chapter in a folder, by its file's number.

    The address is that of the page which the book makes of the notebook, as seen from
    a folder beside that of the chapters.
    """
    found = {}
    for path in sorted(folder.glob("[0-9][0-9]*-*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        title = "".join(cells[0]["source"]).splitlines()[0].removeprefix("# ")
        found[path.stem.split("-")[0]] = (title, f"../{folder.name}/{path.stem}.html")
    return found


class Entries:
    """Rows of the ledger that show themselves as HTML, one below the other.

    Not a table: a statement, its numbers and what they have to be are four columns of
    text, and a phone has room for one. What a script of the page filters by stands in
    attributes.

    Args:
        results: the rows.
        chapters: where the book tells of them, by number: title and address.
        sources: who says so, by the keys of the claims: a name, and that of the
            reference.
    """

    def __init__(
        self,
        results: Iterable[Result],
        chapters: Mapping[str, tuple[str, str]],
        sources: Mapping[str, tuple[str, str | None]] | None = None,
    ) -> None:
        self.results = tuple(results)
        self.chapters = chapters
        self.sources = sources or {}

    def _repr_html_(self) -> str:
        entries = "".join(map(self._entry, self.results))
        return f'<div class="ledger">{entries}</div>'

    def _entry(self, result: Result) -> str:
        claim = result.claim
        several = len(result.findings) > 1
        found = "".join(_line(result, finding, several) for finding in result.findings)
        notes = [f"Measured: {claim.statistic}."]
        notes.append(f"Counts as reproduced: {claim.criterion}, for every seed.")
        if claim.published is not None:
            notes.append(f"Published: {claim.write(Value(claim.published))}.")
        command, took = again(claim)
        anew = f"Anew: <code>{escape(command)}</code> ({escape(took)})."
        name = f"claim-{escape(claim.id)}"
        return (
            f'<div class="claim" id="{name}"{self._attributes(result)}>'
            f'<p><a href="#{name}"><strong>{escape(claim.id)}</strong></a> '
            f"{escape(claim.statement)}</p>"
            f"<p>{_mark(result.verdict)}</p>"
            f"<ul>{found}</ul>"
            f"<p><small>{escape(' '.join(notes))}{self._link(result)} {anew}</small>"
            f"</p></div>"
        )

    def _attributes(self, result: Result) -> str:
        claim = result.claim
        source, _ = self.sources.get(claim.source, (claim.source, None))
        chapter, _ = self.chapters.get(claim.chapter, (claim.chapter, ""))
        said = {"source": source, "verdict": _kind(result.verdict), "chapter": chapter}
        return "".join(f' data-{key}="{escape(value)}"' for key, value in said.items())

    def _link(self, result: Result) -> str:
        claim = result.claim
        if claim.chapter not in self.chapters:
            return ""
        title, address = self.chapters[claim.chapter]
        if claim.section:
            title, address = f"{title}: {claim.section}", f"{address}#{_slug(claim)}"
        stop = "" if title.endswith("?") else "."
        return f' Shown in <a href="{escape(address)}">{escape(title)}</a>{stop}'


def _slug(claim: Claim) -> str:
    """What the book calls a section in its address."""
    return re.sub(r"[^a-z0-9]+", "-", claim.section.lower()).strip("-")


def _line(result: Result, finding: Finding, several: bool) -> str:
    count = runs_of(finding)
    parts = [f"{escape(finding.setting)}: <b>{escape(result.write(finding))}</b>"]
    parts += [count] if count else []
    parts += [finding.verdict] if several else []
    return f"<li>{', '.join(parts)}</li>"


def _mark(verdict: str) -> str:
    """A verdict in words, with a class for its color."""
    name = _kind(verdict).replace(" ", "-")
    return f'<span class="verdict {name}">{escape(verdict)}</span>'


def _kind(verdict: str) -> str:
    """A verdict without the settings that it holds in."""
    return "only under" if verdict.startswith("only under") else verdict
