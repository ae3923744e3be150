"""The record table as HTML, for the book's page on the speedrun."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from statistics import median

from grokcore.speedrun.records import Record
from grokcore.speedrun.report import spread
from grokcore.speedrun.yardsticks import DEMO_EPOCHS

__all__ = ["Table"]

#: What ranks comes last, in bold.
_HEAD = ("record", "steps", "seconds", "cost")


class Table:
    """Records that show themselves as HTML, the oldest first.

    Three short columns of numbers, so that a phone has room for them.

    Args:
        records: the rows.
    """

    def __init__(self, records: Iterable[Record]) -> None:
        self.records = tuple(records)

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{name}</th>' for name in _HEAD)
        rows = "".join(map(_row, self.records))
        return (
            f'<table class="table speedrun"><thead><tr>{head}</tr></thead>'
            f"<tbody>{rows}</tbody></table>{_notes(self.records)}"
        )


def _row(record: Record) -> str:
    laps = record.result.laps
    steps = spread([lap.verdict.reached for lap in laps], ",")
    seconds = spread([lap.seconds for lap in laps], ".2f")
    looking = median(lap.seconds_with_evaluation for lap in laps)
    cells = (
        f"<td>{steps}</td><td>{seconds}<br><small>{looking:.2f} with "
        f"evaluation</small></td><td><strong>{record.result.reference_steps:.1f}"
        f"</strong></td>"
    )
    return (
        f'<tr><th scope="row"><code>{escape(record.name)}</code><br>'
        f"<small>{escape(record.idea)}. {escape(record.date)}.</small></th>{cells}</tr>"
    )


def _notes(records: tuple[Record, ...]) -> str:
    """What cannot be told from a row: the reference, the demo, other seeds, where."""
    notes = []
    for record in records:
        result, where = record.result, record.machine
        reference = 1e3 * median(lap.reference for lap in result.laps)
        text = f"a step of the reference took {reference:.1f} ms"
        if (over := result.over_demo) is not None:
            epoch = 1e3 * median(lap.demo for lap in result.laps)
            text += (
                f", an epoch of TransformerLens' demo {epoch:.0f} ms, which times its "
                f"{DEMO_EPOCHS:,} is {over:,.0f} times as long as this"
            )
        if result.more:
            stay = sum(lap.verdict.stays for lap in result.more)
            text += f"; of {len(result.more)} more seeds {stay} stay"
        notes.append(
            f"<li><code>{escape(record.name)}</code>: {text}. "
            f"{escape(where['processor'])}, {where['threads']} threads, "
            f"{escape(where['system'])}, torch {escape(where['torch'])}.</li>"
        )
    return f"<ul>{''.join(notes)}</ul>"
