"""The HTML of a Flipbook: everything in one piece, nothing fetched from anywhere.

Without scripts (a printed page, a notebook not yet trusted) it is one picture, the
poster, with its alt text. The script brings out the controls.
"""

from __future__ import annotations

import json
from html import escape

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
/* In its dark mode the book puts HTML outputs on a light sheet; this one needs none. */
.text_html:has(> .grokcore-flipbook) { color: inherit !important;
  background: none !important; padding: 0 !important }
@media print { .grokcore-flipbook-bar { display: none } }
"""

SCRIPT = """
(function (key, book) {
  const PLAY = "M6 4l14 8-14 8z", PAUSE = "M6 4h4v16H6zM14 4h4v16h-4z",
        NEXT = "M5 4l10 8-10 8zM16 4h3v16h-3z";
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  function start(root) {
    const [image, bar, button, glyph, range, output] =
      ["img", "div", "button", "path", "input", "output"].map(
        (name) => root.querySelector(name));
    const last = book.frames.length - 1;
    let timer = null;

    function show(i) {
      const frame = book.frames[i];
      image.src = "data:image/webp;base64," + frame.webp;
      image.alt = frame.alt;
      range.value = i;
      range.setAttribute("aria-valuetext", frame.label);
      output.textContent = frame.label;
    }
    function idle() {
      clearInterval(timer);
      timer = null;
      output.setAttribute("aria-live", "polite");
      name(still.matches ? "Next frame" : "Play", still.matches ? NEXT : PLAY);
    }
    function name(text, path) {
      button.setAttribute("aria-label", text);
      button.title = text;
      glyph.setAttribute("d", path);
    }
    function next() {
      if (!root.isConnected) return clearInterval(timer);
      const i = Number(range.value) + 1;
      if (i <= last) show(i);
      if (i >= last) idle();
    }
    function press() {
      if (timer !== null) return idle();
      if (Number(range.value) === last) show(0);
      else if (still.matches) next();
      if (still.matches) return;
      output.setAttribute("aria-live", "off");  // a running commentary helps nobody
      name("Pause", PAUSE);
      timer = setInterval(next, book.delay);
    }

    button.addEventListener("click", press);
    range.addEventListener("input", () => { idle(); show(Number(range.value)); });
    bar.addEventListener("keydown", (event) => {
      if (event.key === " " && event.target === range) press();
      else if (event.key === "ArrowRight" && event.target === button)
        { idle(); show(Math.min(last, Number(range.value) + 1)); }
      else if (event.key === "ArrowLeft" && event.target === button)
        { idle(); show(Math.max(0, Number(range.value) - 1)); }
      else return;
      event.preventDefault();
    });
    still.addEventListener("change", idle);
    show(Number(range.value));
    idle();
    bar.hidden = false;
  }

  // The same Flipbook may be shown twice; each copy is started once.
  document.querySelectorAll('[data-flipbook="' + key + '"]').forEach((root) => {
    if (root.dataset.started) return;
    root.dataset.started = "yes";
    start(root);
  });
})"""

BODY = """<div class="grokcore-flipbook" data-flipbook="{key}" style="width:{width}px">
<style>{css}</style>
<img alt="{alt}" width="{width}" height="{height}" decoding="sync" \
style="display:block;max-width:100%;height:auto;padding:0" \
src="data:image/webp;base64,{webp}">
<div class="grokcore-flipbook-bar" role="group" aria-label="{name}" hidden \
data-lm-suppress-shortcuts="true">
<button type="button" aria-label="Play"><svg viewBox="0 0 24 24" aria-hidden="true">\
<path d=""/></svg></button>
<label><span>{name}</span><input type="range" min="0" max="{last}" step="1" \
value="{poster}" aria-valuetext="{label}"></label>
<output aria-live="polite" style="min-width:{letters}ch">{label}</output>
</div>
<script>{script}("{key}", {book});</script>
</div>"""


def flipbook_html(
    key: str,
    frames: list[dict[str, str]],
    poster: int,
    size: tuple[int, int],
    name: str,
    delay: int,
) -> str:
    """Return the HTML of frames, each with ``webp`` (base64), ``alt`` and ``label``.

    ``key`` tells this Flipbook from others on the page, ``delay`` is in milliseconds.
    """
    book = json.dumps({"frames": frames, "delay": delay}, ensure_ascii=False)
    return BODY.format(
        key=key,
        css=CSS,
        script=SCRIPT,
        book=book.replace("</", "<\\/").replace("<!--", "<\\u0021--"),
        width=size[0],
        height=size[1],
        webp=frames[poster]["webp"],
        alt=escape(frames[poster]["alt"]),
        label=escape(frames[poster]["label"]),
        letters=max(len(frame["label"]) for frame in frames),
        poster=poster,
        last=len(frames) - 1,
        name=escape(name),
    )
