"""The HTML of Flipbooks: everything in one piece, nothing fetched from anywhere.

Without scripts (a printed page, a notebook not yet trusted) a Flipbook is one picture,
the poster, with its alt text. The script brings out the controls. It moves all views
of one group together: the one of a Flipbook, or those of a shelf.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
CSS = (_HERE / "_flipbook.css").read_text(encoding="utf-8")
SCRIPT = (_HERE / "_flipbook.js").read_text(encoding="utf-8").rstrip()

GROUP = """<div class="{kind}" data-flipbook="{key}"{style}>
<style>
{css}</style>
{views}
<script>
{script}("{key}", {book});</script>
</div>"""

VIEW = """<img alt="{alt}" width="{width}" height="{height}" \
loading="lazy" decoding="sync" \
style="display:block;max-width:100%;height:auto;padding:0" \
src="data:image/webp;base64,{webp}">
<div class="grokcore-flipbook-bar" role="group" aria-label="{name}" hidden \
data-lm-suppress-shortcuts="true">
<button type="button" aria-label="Play"><svg viewBox="0 0 24 24" aria-hidden="true">\
<path d=""/></svg></button>
<label><span>{name}</span><input type="range" min="0" max="{last}" step="1" \
value="{poster}" aria-valuetext="{label}"></label>
<output aria-live="{live}" style="min-width:{letters}ch">{label}</output>
</div>"""

Frame = dict[str, str]
"""A picture of a Flipbook: ``webp`` (base64), ``alt`` and ``label``."""


@dataclass(frozen=True)
class View:
    """What is shown of one Flipbook.

    Attributes:
        frames: its pictures.
        size: width and height in CSS pixels.
        name: what the slider moves through.
    """

    frames: Sequence[Frame]
    size: tuple[int, int]
    name: str

    def html(self, poster: int, *, announced: bool = True) -> str:
        """The picture and, hidden until the script runs, its controls."""
        frame = self.frames[poster]
        return VIEW.format(
            width=self.size[0],
            height=self.size[1],
            webp=frame["webp"],
            alt=escape(frame["alt"]),
            label=escape(frame["label"]),
            letters=max(len(frame["label"]) for frame in self.frames),
            poster=poster,
            last=len(self.frames) - 1,
            name=escape(self.name),
            live="polite" if announced else "off",
        )

    @property
    def style(self) -> str:
        """The attribute that makes the view as wide as its pictures."""
        return f' style="width:{self.size[0]}px"'


def flipbook_html(view: View, poster: int, delay: int) -> str:
    """Return the HTML of one Flipbook; ``delay`` is in milliseconds."""
    return _group(
        "grokcore-flipbook", view.style, view.html(poster), view.frames, delay
    )


def shelf_html(views: Sequence[View], poster: int, delay: int) -> str:
    """Return the HTML of Flipbooks side by side that move together.

    All must have the same number of frames. Only the first label is read aloud.
    """
    parts = [
        f'<div class="grokcore-flipbook"{view.style}>\n'
        f"{view.html(poster, announced=i == 0)}\n</div>"
        for i, view in enumerate(views)
    ]
    frames = list(zip(*(view.frames for view in views), strict=True))
    return _group("grokcore-shelf", "", "\n".join(parts), frames, delay)


def apart_html(books: Sequence[str]) -> str:
    """Return the HTML of Flipbooks side by side that move each on its own."""
    return '<div class="grokcore-shelf">\n{}\n</div>'.format("\n".join(books))


def document(title: str, body: str) -> str:
    """Return a page of its own around a piece of HTML."""
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n{body}\n</html>\n"
    )


def _group(kind: str, style: str, views: str, frames: Sequence[Any], delay: int) -> str:
    # The key is made from the content: two builds of a page give the same bytes.
    key = hashlib.sha256(repr(frames).encode()).hexdigest()[:12]
    book = json.dumps({"frames": frames, "delay": delay}, ensure_ascii=False)
    return GROUP.format(
        kind=kind,
        key=key,
        style=style,
        css=CSS,
        views=views,
        script=SCRIPT,
        book=book.replace("</", "<\\/").replace("<!--", "<\\u0021--"),
    )
