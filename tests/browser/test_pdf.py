"""The whole book as one PDF: complete, in order, and readable for who listens to it."""

import re
import runpy
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

ROOT = Path(__file__).parents[2]
TOOL = runpy.run_path(str(ROOT / "tools" / "pdf_book.py"))
MEGABYTES = 60


class Told(HTMLParser):
    """What a page says in its headings, in its figures' alt texts and in formulas."""

    def __init__(self):
        super().__init__()
        self.headings, self.alts, self.formulas = [], [], []
        self.inside, self.into = False, None
        # How deep in what is hidden, as the lab is until it runs, and what hides it.
        self.hidden, self.hiding = 0, ""

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        look = (attributes.get("class") or "").split()
        self.inside |= tag == "article"
        if self.hidden:
            self.hidden += tag == self.hiding
        elif "hidden" in attributes and tag in ("div", "form", "section"):
            self.hidden, self.hiding = 1, tag
        if not self.inside or self.hidden:
            return
        if tag == "img":
            self.alts.append(attributes["alt"])
        elif re.fullmatch("h[1-6]", tag):
            self.headings.append("")
            self.into = self.headings
        elif "math" in look:
            self.formulas.append("")
            self.into = self.formulas
        elif "headerlink" in look:
            self.into = None

    def handle_data(self, data):
        if self.into is not None:
            self.into[-1] += data

    def handle_endtag(self, tag):
        self.inside &= tag != "article"
        self.hidden -= self.hidden > 0 and tag == self.hiding
        ends = "span|div" if self.into is self.formulas else "h[1-6]"
        if re.fullmatch(ends, tag):
            self.into = None


def words(text):
    """Words with one space between them, and no ligatures, which fonts put in."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


@pytest.fixture(scope="module")
def printed(browser, book, tmp_path_factory):
    """The file, made from the built book."""
    return TOOL["write"](browser, book, tmp_path_factory.mktemp("pdf") / "book.pdf")


@pytest.fixture(scope="module")
def pdf(printed):
    return PdfReader(printed)


@pytest.fixture(scope="module")
def contents():
    return [page for part in TOOL["table_of_contents"]() for page in part["pages"]]


@pytest.fixture(scope="module")
def told(book, contents):
    """What the pages say, in the order of the table of contents."""
    found = {}
    for page in contents:
        found[page] = Told()
        found[page].feed((book / f"{page}.html").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def tags(pdf):
    """The nodes of the structure tree: who listens to the PDF hears these."""
    found, waiting = [], [pdf.root_object["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            found.append(node)
            if "/K" in node:
                waiting.append(node["/K"])
    return found


def bookmarks(pdf):
    """Each bookmark's words, depth, and the page it leads to, counted from 0."""

    def walk(outline, depth):
        for entry in outline:
            if isinstance(entry, list):
                yield from walk(entry, depth + 1)
            else:
                yield entry.title, depth, pdf.get_destination_page_number(entry)

    return list(walk(pdf.outline, 0))


def test_it_is_a_file_to_carry(printed, pdf, measured):
    size = printed.stat().st_size / 1e6
    measured(f"{size:.1f} MB, {len(pdf.pages)} pages: the book as a PDF")
    assert size <= MEGABYTES
    assert len(pdf.pages) > 100


def test_it_says_what_it_is(pdf):
    assert pdf.metadata.title.startswith("Grokking")
    assert pdf.metadata.author
    assert pdf.root_object["/Lang"] == "en"
    assert pdf.root_object["/MarkInfo"]["/Marked"]


def test_its_bookmarks_are_the_headings_of_all_pages(pdf, told):
    headings = [words(h) for page in told.values() for h in page.headings]
    assert [title for title, _, _ in bookmarks(pdf)] == headings
    chapters = [title for title, depth, _ in bookmarks(pdf) if depth == 0]
    assert chapters == [words(page.headings[0]) for page in told.values()]
    places = [place for _, _, place in bookmarks(pdf)]
    assert places == sorted(places)


def test_each_chapter_starts_a_page_that_has_its_number(pdf):
    for title, depth, place in bookmarks(pdf):
        if depth == 0:
            text = words(pdf.pages[place].extract_text())
            assert title in text
            assert str(place + 1) in text.split()


def test_the_contents_say_on_which_page_a_chapter_is(pdf):
    chapters = [(t, place) for t, depth, place in bookmarks(pdf) if depth == 0]
    front = words(" ".join(p.extract_text() for p in pdf.pages[: chapters[0][1]]))
    for title, place in chapters:
        assert f"{title} {place + 1}" in front


def test_no_page_is_blank(pdf):
    for page in pdf.pages:
        drawn = page.get_contents().get_data()
        # Besides the number below: words, or a picture.
        assert len(re.findall(rb"\bT[jJ]\b", drawn)) > 1 or b" Do" in drawn


def test_links_between_pages_stay_in_the_book(pdf, contents):
    for page in contents:
        assert page.replace("/", "-") in {n.lstrip("/") for n in pdf.named_destinations}
    for page in pdf.pages:
        for mark in page.get("/Annots", []):
            uri = mark.get_object().get("/A", {}).get("/URI", "")
            assert not re.match("file:|http://book", uri), uri


def test_every_picture_has_its_alt_text(tags, told):
    figures = [tag for tag in tags if tag.get("/S") == "/Figure"]
    alts = {words(figure.get("/Alt", "")) for figure in figures}
    assert "" not in alts
    for page in told.values():
        assert {words(alt) for alt in page.alts} <= alts


def test_every_formula_has_its_source(tags, told):
    alts = {words(tag["/Alt"]) for tag in tags if "/Alt" in tag}
    for page in told.values():
        for formula in page.formulas:
            source = re.sub(r"^\\[\[(]|\\[\])]$", "", formula.strip())
            assert words(source) in alts


def test_what_an_answer_would_mean_is_unfolded(pdf, book, contents):
    title = "What each answer would mean"
    pages = [(book / f"{page}.html").read_text(encoding="utf-8") for page in contents]
    # CONTRIBUTING names it, too.
    said = [BeautifulSoup(page, "html.parser").article.get_text() for page in pages]
    wanted = sum(words(text).count(title) for text in said)
    assert sum(page.count(f"<summary>{title}") for page in pages) > 50
    text = words(" ".join(page.extract_text() for page in pdf.pages))
    assert text.count(title) == wanted


def test_tables_lists_and_headings_are_tagged(tags):
    kinds = {tag.get("/S") for tag in tags}
    assert {"/H1", "/H2", "/P", "/Table", "/TH", "/L", "/LI", "/Link"} <= kinds
