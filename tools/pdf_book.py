"""Print the built book as one PDF, by Chromium.

    python tools/pdf_book.py

Writes ``dist/grokking-book.pdf``: all pages in the order of the table of contents, with
bookmarks, links from page to page, and the figures' alt texts in its tags. Figures that
move are there as posters. Set-up and checks, which the book folds away, are left out.
"""

from __future__ import annotations

import html
import io
import mimetypes
import re
import runpy
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml
from playwright.sync_api import Browser, Page, Route, sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import Destination, NameObject, TextStringObject

ROOT = Path(__file__).resolve().parents[1]
HTML = ROOT / "_build" / "html"
PDF = ROOT / "dist" / "grokking-book.pdf"
# A server that is not there: files of the book answer in its name, and nothing else.
SERVER = "http://book.invalid/"
# What the margins leave of A4, in CSS pixels.
PAPER = {"width": 643, "height": 967}

BIND, STYLE = (
    Path(__file__).with_suffix(kind).read_text(encoding="utf-8")
    for kind in (".js", ".css")
)

DOCUMENT = """<!doctype html>
<html lang="{language}" data-theme="light" data-mode="light">
<meta charset="utf-8">
<title>{title}</title>
<script>
window.MathJax = {{
  startup: {{typeset: false}},
  options: {{enableMenu: false, enableAssistiveMml: false,
    processHtmlClass: "math", ignoreHtmlClass: "bd-article|toc"}},
  svg: {{fontCache: "none"}}
}};
</script>
<script src="/_static/mathjax/tex-svg.js"></script>
{style_sheets}
<style>{style}</style>
<div class="cover">
<img src="/_static/{logo}" alt="">
<p class="title">{title}</p>
<p>{author}</p>
<div class="about">
<p>This is the book as it can be printed. Figures that move are shown as one or two of
their frames. Cells that set up and check, which the book folds away, are left out. The
answer to a prediction stands below the figure that it is about, and so does what each
answer would mean.</p>
<p>The course, with everything that runs: <a href="{url}">{url}</a></p>
<p>Code under the MIT license, prose and figures under
<a href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>.</p>
</div>
</div>
<nav class="toc" aria-label="Contents"><p class="contents">Contents</p></nav>
<main></main>
</html>
"""

# The contents' numbers, by the targets of its links.
NUMBER = """(places) => document.querySelectorAll("nav a").forEach((link) => {
  link.querySelector(".number").textContent = places[link.hash.slice(1)];
})"""

# What is cut at the right, or makes Chromium shrink every page.
TOO_WIDE = """() => [...document.querySelectorAll("main *")]
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
  .map((e) => `${e.closest("article").id}: ${e.outerHTML.slice(0, 120)}`)"""


def table_of_contents() -> list[dict]:
    """Return the book's parts: their captions, and the pages that they have."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    parts = [{"caption": "", "pages": [toc["root"]]}]
    for part in toc["parts"]:
        pages = [*_files(part["chapters"])]
        parts.append({"caption": part["caption"], "pages": pages})
    return parts


def _files(entries: Iterable[dict]) -> Iterator[str]:
    """Yield the pages of entries of the table of contents, each before its own."""
    for entry in entries:
        yield entry["file"]
        yield from _files(entry.get("sections", []))


def write(browser: Browser, book: Path = HTML, into: Path = PDF) -> Path:
    """Print a built book; return where it is.

    Args:
        browser: a Chromium.
        book: the folder of the built book.
        into: the file to write.

    Raises:
        FileNotFoundError: if a page of the table of contents is not built.
        playwright.sync_api.Error: if a figure, a formula or the target of a link within
            the book is broken.
        ValueError: if something is wider than the paper.
    """
    parts = table_of_contents()
    pages = [book / f"{name}.html" for part in parts for name in part["pages"]]
    if missing := [str(page) for page in pages if not page.exists()]:
        raise FileNotFoundError(f"not built, run 'make book' first: {missing}")
    window = browser.new_context(color_scheme="light", viewport=PAPER)
    window.route("**/*", lambda route: _answer(route, book))
    page = window.new_page()
    page.set_default_timeout(0)
    page.goto(SERVER)
    page.emulate_media(media="print")
    headings = page.evaluate(BIND, parts)
    if too_wide := page.evaluate(TOO_WIDE):
        raise ValueError("wider than the paper:\n" + "\n".join(too_wide))
    # Once to learn on which page everything is, and once with that in the contents.
    page.evaluate(NUMBER, _places(_print(page)))
    pdf = PdfWriter(clone_from=_print(page))
    window.close()
    _name_bookmarks(pdf, headings)
    config = _config()
    pdf.metadata = {"/Title": config["title"], "/Author": config["author"]}
    into.parent.mkdir(parents=True, exist_ok=True)
    pdf.write(into)
    return into


def _print(page: Page) -> PdfReader:
    printed = page.pdf(tagged=True, outline=True, prefer_css_page_size=True)
    return PdfReader(io.BytesIO(printed))


def _places(pdf: PdfReader) -> dict[str, int]:
    """On which page each target of a link is, counted from 1."""
    places = pdf.named_destinations.items()
    return {
        name.lstrip("/"): pdf.get_destination_page_number(place) + 1
        for name, place in places
    }


def _name_bookmarks(pdf: PdfWriter, headings: Sequence[str]) -> None:
    """Write the bookmarks' words anew.

    Chromium forgets the space at the end of a line, and says twice what it moved to
    another page.
    """
    bookmarks = _flat(pdf.outline)
    for bookmark, heading in zip(bookmarks, headings, strict=True):
        entry = bookmark.node
        entry[NameObject("/Title")] = TextStringObject(heading)


def _flat(outline: Iterable) -> Iterator[Destination]:
    for entry in outline:
        if isinstance(entry, list):
            yield from _flat(entry)
        else:
            yield entry


def _answer(route: Route, book: Path) -> None:
    """Give a file of the book; at the server's own address, the document."""
    url = route.request.url
    name = unquote(urlsplit(url).path).lstrip("/")
    path = book / name
    if not url.startswith(SERVER):
        route.abort()
    elif not name:
        route.fulfill(body=_document(book), content_type="text/html")
    elif path.is_file():
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        route.fulfill(body=path.read_bytes(), content_type=kind)
    else:
        route.fulfill(status=404)


def _document(book: Path) -> str:
    """The document that pages are bound into: cover, contents, and room for them."""
    config = _config()
    return DOCUMENT.format(
        language=config["sphinx"]["config"]["language"],
        title=html.escape(config["title"]),
        author=html.escape(config["author"]),
        url=html.escape(config["repository"]["url"]),
        logo=Path(config["logo"]).name,
        style_sheets=_style_sheets(book),
        style=STYLE,
    )


def _config() -> dict:
    return yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))


def _style_sheets(book: Path) -> str:
    """The links to those of the first page."""
    page = (book / "book" / "welcome.html").read_text(encoding="utf-8")
    links = re.findall(r'<link[^>]* rel="stylesheet"[^>]*>', page)
    return "\n".join(links).replace('"../_static', '"/_static')


def main() -> None:
    """Print the book, or say what is missing."""
    if not (HTML / "index.html").exists():
        sys.exit("error: no book yet; run 'make book' first")
    chromium = runpy.run_path(str(ROOT / "tools" / "chromium.py"))
    path = chromium["find"]()
    if path is None:
        sys.exit(chromium["WHAT_TO_DO"])
    with sync_playwright() as playwright:
        # Root in a container has no sandbox; all pages are our own.
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        print(f"The whole book, to print or to carry:\n  {write(browser)}")
        browser.close()


if __name__ == "__main__":
    main()
