"""Finish the built pages where neither the theme nor Sphinx has an option for it.

A page of this book opens from a folder, on a phone, for somebody who listens to it. The
theme's pages nearly do. What is left is mended in the HTML once it is written, so that
nothing here depends on a version's templates; tests/browser looks at what comes out.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

# Scripts that no reader of a stored page needs. The icons come from fonts; this one
# draws them a second time and weighs as much as a chapter. Thebe asks a server on the
# Internet for a kernel, and its constants, written twice, are an error on every page.
FONT_AWESOME = r'<script[^>]* src="[^"]*scripts/fontawesome\.js[^"]*"></script>\s*'
THEBE = (
    r"<script>const THEBE_JS_URL = [^<]*</script>\s*"
    r'|<script[^>]* src="[^"]*sphinx-thebe\.js[^"]*"></script>\s*'
    r'|<link[^>]* href="[^"]*sphinx-thebe\.css[^"]*" />\s*'
)
LEFT_OUT = ("scripts/fontawesome.js", "sphinx-thebe.js", "sphinx-thebe.css")

# A signature with a parameter a line is no list of terms and definitions.
PARAMETERS = re.compile(r"<dl>\n(<dd>.*?</dd>\n)</dl>", re.S)

# A column without a name has no header. Markdown and pandas write an empty one.
EMPTY = r"<th\b([^>]*)>\s*(?:<p></p>)?\s*</th>"
NO_HEADERS = re.compile(rf"<thead>\s*<tr[^>]*>\s*(?:{EMPTY}\s*)+</tr>\s*</thead>\s*")
NO_HEADER = re.compile(EMPTY)

# A row that begins with words in bold begins with its header.
BOLD_FIRST = re.compile(
    r"(<tr[^>]*>\s*)<td([^>]*)>(<p><strong>[^<]*</strong></p>)</td>"
)

# The logo and the search are in no landmark: who goes from one to the next misses them.
SIDEBAR = '<div id="pst-primary-sidebar" class='
LANDMARK = '<div id="pst-primary-sidebar" role="region" aria-label="Book" class='

# The theme's tips cannot be sent away by a key (WCAG 1.4.13); the browser's own can.
TIP = ' data-bs-toggle="tooltip"'
TIP_SAYS = "data-bs-title="

# The arrow that unfolds a chapter's side rooms has no name.
UNFOLDS = re.compile(
    r'(<li class="toctree-l1[^"]*"><a [^>]*>([^<]*)</a><details[^>]*>)<summary>'
)

# What each entry of the bibliography is called by today's ARIA.
ENTRY = 'role="doc-biblioentry"'

# A browser may break a line between a formula and the comma behind it.
FORMULA = r'<span class="math notranslate nohighlight">[^<]*</span>[,.;:!?)\u2019]+'
LOOSE_END = re.compile(rf'(?<!<span class="one-line">)({FORMULA})')

INDEX = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url={root}.html">
<link rel="icon" href="{icon}">
<title>{title}</title>
<h1>{title}</h1>
<p><a href="{root}.html">To the book</a></p>
</html>
"""


def mend(page: str) -> str:
    """Return a page without what it can do without; a second time changes nothing."""
    page = re.sub(f"{FONT_AWESOME}|{THEBE}", "", page)
    page = PARAMETERS.sub(_lines, page)
    page = NO_HEADER.sub(r"<td\1></td>", NO_HEADERS.sub("", page))
    page = BOLD_FIRST.sub(r'\1<th scope="row"\2>\3</th>', page)
    page = page.replace(SIDEBAR, LANDMARK)
    page = UNFOLDS.sub(r'\1<summary aria-label="Side rooms of \2">', page)
    page = LOOSE_END.sub(r'<span class="one-line">\1</span>', page)
    page = page.replace(TIP, "").replace(TIP_SAYS, "title=")
    return page.replace(ENTRY, 'role="listitem"')


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Mend every page, and write the one that leads to the first."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    for path in sorted(out.rglob("*.html")):
        if "_static" in path.relative_to(out).parts:
            continue
        page = path.read_text(encoding="utf-8")
        path.write_text(mend(page), encoding="utf-8")
    for name in LEFT_OUT:
        (out / "_static" / name).unlink(missing_ok=True)
    index = INDEX.format(
        language=app.config.language,
        title=app.config.html_title or app.config.project,
        root=app.config.root_doc,
        icon=f"_static/{Path(app.config.html_favicon or '').name}",
    )
    (out / "index.html").write_text(index, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx, after those that write an index of their own."""
    app.connect("build-finished", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _lines(match: re.Match[str]) -> str:
    lines = match[1].replace("<dd>", "<span>").replace("</dd>", "</span>")
    return f'<span class="parameters">\n{lines}</span>'
