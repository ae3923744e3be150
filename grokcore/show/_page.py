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
from typing import Any

CSS = """
.grokcore-flipbook { max-width: 100%; margin: 0.5em 0; color: inherit }
.grokcore-flipbook img { border-radius: 4px }
.grokcore-flipbook-bar { display: flex; align-items: center; gap: 0.75em;
  max-width: 100%; padding: 0.4em 6px 6px; font-size: 1rem; line-height: 1.25 }
.grokcore-flipbook-bar[hidden] { display: none }
.grokcore-flipbook button { flex: none; width: 44px; height: 44px; padding: 0;
  display: grid; place-items: center; cursor: pointer; color: inherit;
  background: transparent; border: 1.5px solid currentColor; border-radius: 50% }
.grokcore-flipbook button:hover { background: rgba(128, 128, 128, 0.2) }
.grokcore-flipbook svg { width: 20px; height: 20px; fill: currentColor }
.grokcore-flipbook label { flex: 1 1 6em; min-width: 5em; margin: 0; display: flex }
.grokcore-flipbook label span { position: absolute; width: 1px; height: 1px;
  overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.grokcore-flipbook input { flex: 1; width: 100%; min-width: 0; height: 44px; margin: 0;
  cursor: pointer; accent-color: #2a8fd0 }
.grokcore-flipbook output { flex: none;
  font-variant-numeric: tabular-nums }
.grokcore-flipbook :is(button, input):focus-visible { outline: 3px solid #2a8fd0;
  outline-offset: 2px; border-radius: 6px }
.grokcore-flipbook button:focus-visible { border-radius: 50% }
.grokcore-shelf { display: grid; align-items: start; gap: 0 1em;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)) }
/* In its dark mode the book puts HTML outputs on a light sheet; this one needs none. */
.text_html:has(> :is(.grokcore-flipbook, .grokcore-shelf)) { color: inherit !important;
  background: none !important; padding: 0 !important }
@media print { .grokcore-flipbook-bar { display: none } }
"""

SCRIPT = """
(function (key, book) {
  const PLAY = "M6 4l14 8-14 8z", PAUSE = "M6 4h4v16H6zM14 4h4v16h-4z",
        NEXT = "M5 4l10 8-10 8zM16 4h3v16h-3z";
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  function start(group) {
    const roots = group.matches(".grokcore-flipbook") ? [group]
      : [...group.querySelectorAll(".grokcore-flipbook")];
    const views = roots.map((root) => Object.fromEntries(
      ["img", "div", "button", "path", "input", "output"].map(
        (name) => [name, root.querySelector(name)])));
    const last = book.frames.length - 1;
    let at = Number(views[0].input.value), timer = null;

    function show(i) {
      at = i;
      const pages = [].concat(book.frames[i]);  // one for each view
      views.forEach((view, n) => {
        view.img.loading = "eager";  // a lazy one would blink
        view.img.src = "data:image/webp;base64," + pages[n].webp;
        view.img.alt = pages[n].alt;
        view.input.value = i;
        view.input.setAttribute("aria-valuetext", pages[n].label);
        view.output.textContent = pages[n].label;
      });
    }
    function idle() {
      clearInterval(timer);
      timer = null;
      views[0].output.setAttribute("aria-live", "polite");
      name(still.matches ? "Next frame" : "Play", still.matches ? NEXT : PLAY);
    }
    function name(text, glyph) {
      for (const view of views) {
        view.button.setAttribute("aria-label", text);
        view.button.title = text;
        view.path.setAttribute("d", glyph);
      }
    }
    function next() {
      if (!group.isConnected) return clearInterval(timer);
      if (at < last) show(at + 1);
      if (at === last) idle();
    }
    function press() {
      if (timer !== null) return idle();
      if (at === last) show(0);
      else if (still.matches) next();
      if (still.matches) return;
      // A running commentary helps nobody.
      views[0].output.setAttribute("aria-live", "off");
      name("Pause", PAUSE);
      timer = setInterval(next, book.delay);
    }

    for (const { div: bar, button, input } of views) {
      button.addEventListener("click", press);
      input.addEventListener("input", () => { idle(); show(Number(input.value)); });
      bar.addEventListener("keydown", (event) => {
        if (event.key === " " && event.target === input) press();
        else if (event.key === "ArrowRight" && event.target === button)
          { idle(); show(Math.min(last, at + 1)); }
        else if (event.key === "ArrowLeft" && event.target === button)
          { idle(); show(Math.max(0, at - 1)); }
        else return;
        event.preventDefault();
      });
      bar.hidden = false;
    }
    still.addEventListener("change", idle);
    // After a reload some browsers leave the slider where it was, off the poster.
    if (at !== Number(views[0].input.defaultValue)) show(at);
    idle();
  }

  // The same Flipbook may be shown twice; each copy is started once.
  document.querySelectorAll('[data-flipbook="' + key + '"]').forEach((group) => {
    if (group.dataset.started) return;
    group.dataset.started = "yes";
    start(group);
  });
})"""

GROUP = """<div class="{kind}" data-flipbook="{key}"{style}>
<style>{css}</style>
{views}
<script>{script}("{key}", {book});</script>
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
