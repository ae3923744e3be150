"""The readings as HTML, for the book's page on instruments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

import pandas as pd

from grokcore.instruments.instrument import Instrument
from grokcore.instruments.measures import INSTRUMENTS
from grokcore.instruments.reading import fooled, written
from grokcore.instruments.specimen import Specimen

__all__ = ["ReadingTable", "Verdicts"]

#: A group of columns, by the kind of what stands there.
_GROUPS = {
    "nothing": "knows nothing",
    "memory": "memories",
    "built": "built by hand",
    "trained": "trained",
}


class ReadingTable:
    """All readings in one table, a row an instrument; what fools it is marked.

    Specimens that are alike but for a number behind a comma ("live, seed 0") share a
    column, from the lowest to the highest reading.

    Args:
        read: what :func:`~grokcore.instruments.reading.readings` returned.
        of: the specimens.
    """

    def __init__(self, read: pd.DataFrame, of: Iterable[Specimen]) -> None:
        self.read = read
        self.specimens = tuple(of)
        self.fooled = fooled(read, self.specimens)

    def _repr_html_(self) -> str:
        columns = self._columns()
        groups = "".join(
            f'<th scope="colgroup" colspan="{count}">{escape(name)}</th>'
            for name, count in self._groups(columns)
        )
        heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
        rows = "".join(self._row(i, columns) for i in self._instruments())
        return (
            '<div class="pst-scrollable-table-container instruments" '
            'style="overflow-x: auto" role="region" tabindex="0" '
            'aria-label="Every measure on every specimen">'
            f'<table class="table"><thead><tr><td></td>{groups}</tr>'
            f'<tr><th scope="col">measure</th>{heads}</tr></thead>'
            f"<tbody>{rows}</tbody></table></div>"
        )

    def _instruments(self) -> list[Instrument]:
        return [i for i in INSTRUMENTS if i.name in self.read.index]

    def _columns(self) -> dict[str, list[str]]:
        """Names of specimens, by that of their column."""
        found: dict[str, list[str]] = {}
        for specimen in self.specimens:
            name = specimen.name.split(", ")[0]
            found.setdefault(name, []).append(specimen.name)
        return {
            name if len(names) == 1 else f"{name}, {len(names)} seeds": names
            for name, names in found.items()
        }

    def _groups(self, columns: Mapping[str, list[str]]) -> list[tuple[str, int]]:
        """What stands above columns, and above how many."""
        kinds = {s.name: s.kind for s in self.specimens}
        counts: dict[str, int] = {}
        for first, *_ in columns.values():
            counts[kinds[first]] = counts.get(kinds[first], 0) + 1
        return [(_GROUPS[kind], count) for kind, count in counts.items()]

    def _row(self, instrument: Instrument, columns: Mapping[str, list[str]]) -> str:
        cells = "".join(self._cell(instrument, names) for names in columns.values())
        link = f'<a href="#{_anchor(instrument)}">{escape(instrument.name)}</a>'
        return f'<tr><th scope="row">{link}</th>{cells}</tr>'

    def _cell(self, instrument: Instrument, names: list[str]) -> str:
        found = sorted(float(x) for x in self.read.loc[instrument.name, names])
        ends = [written(instrument, x) for x in (found[0], found[-1])]
        text = ends[0] if ends[0] == ends[1] else " to ".join(ends)
        if {*names} & {*self.fooled[instrument.name]}:
            text = f"<mark>{text}</mark>"
        return f"<td>{text}</td>"


class Verdicts:
    """What each instrument is, whose, where it is introduced, and whether it is fooled.

    Args:
        read: what :func:`~grokcore.instruments.reading.readings` returned.
        of: the specimens.
        chapters: title and address of each, by number, as
            :func:`grokcore.claims.page.chapters` returns them.
    """

    def __init__(
        self,
        read: pd.DataFrame,
        of: Iterable[Specimen],
        chapters: Mapping[str, tuple[str, str]],
    ) -> None:
        self.read = read
        self.specimens = tuple(of)
        self.fooled = fooled(read, self.specimens)
        self.chapters = chapters

    def _repr_html_(self) -> str:
        entries = "".join(
            self._entry(i) for i in INSTRUMENTS if i.name in self.read.index
        )
        return f'<div class="ledger">{entries}</div>'

    def _entry(self, instrument: Instrument) -> str:
        title, address = self.chapters[instrument.chapter]
        return (
            f'<div class="claim" id="{_anchor(instrument)}">'
            f"<p><strong>{escape(instrument.name)}</strong>: "
            f"{escape(instrument.what)}</p>{self._said(instrument)}"
            f"<p><small>From: {escape(instrument.source)}. Introduced in "
            f'<a href="{escape(address)}">{escape(title)}</a>, '
            f"“{escape(instrument.section)}”.</small></p></div>"
        )

    def _said(self, instrument: Instrument) -> str:
        """The verdict, in words."""
        by = self.fooled[instrument.name]
        memories = [s.name for s in self.specimens if s.kind == "memory"]
        tried = [n for n in memories if not self.read.isna().loc[instrument.name, n]]
        if not tried:
            name, words = "", "No memory to try it on"
        elif {*by} & {*tried}:
            name, words = "not-reproduced", "Cannot tell a memory from a mechanism"
        else:
            name = "partly" if by else "reproduced"
            words = "Tells memories from mechanisms"
        words += f". Fooled by: {', '.join(by) or 'nothing here'}."
        return f'<p><span class="verdict {name}">{escape(words)}</span></p>'


def _anchor(instrument: Instrument) -> str:
    words = "".join(c if c.isalnum() else " " for c in instrument.name)
    return "measure-" + "-".join(words.split())
