"""The decks of slides: what is in them, and that a browser needs nothing else."""

import re
from functools import cache
from html.parser import HTMLParser

import nbformat
import pytest
from nbformat import v4

from classroom.slides import decks
from classroom.slides.cells import PLACES, WORDS, plan
from grokcore.show import Flipbook, lines

NAMES = sorted(path.stem for path in decks.CHAPTERS.glob("*.ipynb"))
every_deck = pytest.mark.parametrize("name", NAMES)


@cache
def slides(name):
    return plan(nbformat.read(decks.CHAPTERS / f"{name}.ipynb", as_version=4))


def markdown(source, *tags):
    return v4.new_markdown_cell(source, metadata={"tags": [*tags]})


def code(source, *tags, shows=None, prints=""):
    outputs = [v4.new_output("stream", text=prints)] if prints else []
    if shows is not None:
        data = shows._repr_mimebundle_()
        outputs.append(v4.new_output("execute_result", data))
    return v4.new_code_cell(source, metadata={"tags": [*tags]}, outputs=outputs)


def notebook(*cells):
    title = markdown("# A title\n\nA promise.\n\n| a | table |", "slide-first")
    return v4.new_notebook(cells=[title, *cells])


def sources(*cells):
    """The Markdown of the last slide's parts."""
    return [part.source for part in plan(notebook(*cells))[-1].parts]


@every_deck
def test_a_chapter_has_a_deck(name):
    deck = slides(name)
    side_room = re.match(r"\d\d[a-z]-", name)
    assert (4 if side_room else 10) <= len(deck) <= 18
    assert [slide.title for slide in deck] == [True] + [False] * (len(deck) - 1)
    assert "take away" in deck[-1].heading.lower()
    parts = [part for slide in deck for part in slide.parts]
    asked = sum("**Predict.**" in part.source for part in parts)
    assert asked >= (1 if side_room else 4)
    outputs = sum(not part.source for part in parts)
    assert outputs >= (2 if side_room else 6), "outputs of code"


def test_only_tagged_cells_are_shown():
    found = plan(
        notebook(markdown("## Hidden"), markdown("## Shown\n\nText.", "slide"))
    )
    assert [slide.heading for slide in found] == ["A title", "Shown"]
    assert [part.source for part in found[0].parts] == ["A promise."]


def test_a_slide_takes_the_heading_that_it_stands_under():
    (_, slide) = plan(notebook(markdown("## Above"), code("1", "slide", prints="1")))
    assert slide.heading == "Above"


def test_words_choose_a_part():
    fold = "<details>\n<summary>Answer</summary>\n\nTwo.\n\n</details>"
    cell = (
        "Answer.\n\nMore.\n\n## Next\n\nText.\n\n> **Predict.** One\n> or two?\n\n"
        f"{fold}\n\n> No prediction.\n\nLast.\n\n## Take away\n\n- One.\n- Two."
    )
    assert sources(markdown(cell, "slide-first")) == ["Answer."]
    assert sources(markdown(cell, "slide-last")) == ["- One.\n- Two."]
    predictions = f"> **Predict.** One\n> or two?\n\n{fold}"
    assert sources(markdown(cell, "slide-predict")) == [predictions]
    assert sources(markdown(cell, "slide-summary")) == ["- One.\n- Two."]
    section = cell[cell.index("Text.") : cell.index("\n\n## Take")]
    less = markdown(cell[: cell.index("\n\n## Take")], "slide-section")
    assert sources(less) == [section]
    whole = plan(notebook(markdown(cell, "slide")))[-1]
    assert whole.heading == "A title"
    assert "### Next" in whole.parts[0].source and "Last." in whole.parts[0].source


def test_a_cell_may_end_one_slide_and_start_the_next():
    before = markdown("## Before\n\nText.", "slide")
    both = markdown(
        "It does.\n\n## After\n\n> **Predict.** And now?",
        "fragment-first",
        "slide-predict",
    )
    _, first, second = plan(notebook(before, both))
    assert [(p.source, p.fragment) for p in first.parts] == [
        ("Text.", False),
        ("It does.", True),
    ]
    assert second.heading == "After"


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (markdown("Text.", "slide-all"), "no tag 'slide-all' for markdown"),
        (code("1", "slide-predict"), "no tag 'slide-predict' for code"),
        (markdown("Text.", "slide-predict"), "nothing to show as 'predict'"),
    ],
)
def test_a_tag_that_means_nothing_is_refused(cell, message):
    with pytest.raises(ValueError, match=message):
        plan(notebook(cell))


def test_a_deck_begins_with_a_slide():
    with pytest.raises(ValueError, match="before the first slide"):
        plan(v4.new_notebook(cells=[markdown("# A\n\nText.", "fragment")]))


class Reader(HTMLParser):
    """What a page loads, and the alt texts of its images."""

    LOADING = ("script", "img", "link", "iframe", "source", "video", "audio", "object")

    def __init__(self, page):
        super().__init__()
        self.loads, self.alts = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag in self.LOADING:
            names = ("src", "srcset", "data", "href", "poster")
            self.loads += [attrs[name] for name in names if name in attrs]
        if tag == "img":
            self.alts.append(attrs.get("alt"))


@pytest.fixture(scope="module")
def page():
    picture = lines({"a": ([0, 1], [0, 1])}, xlabel="x", ylabel="y")
    book = Flipbook(lambda k: lines({"a": [0, k]}, x=[0, 1], xlabel="x"), [1, 2])
    question = (
        "## Look\n\n> **Predict.** Is $a < b$? See [01](01-one.ipynb), [it](../b.md)."
    )
    return decks.deck(
        notebook(
            markdown(question, "slide-predict"),
            code("drawn = 1", "fragment", shows=picture),
            code("moved = 2", "slide", shows=book),
            code("printed = 3", "slide-code", prints="three\n"),
            code("hidden = 4", prints="four\n"),
        )
    ), (picture.alt, book.pictures[-1].alt)


def test_nothing_is_loaded_from_elsewhere(page, tmp_path):
    decks.assets(tmp_path)
    for target in Reader(page[0]).loads:
        if not target.startswith("data:"):
            assert (tmp_path / target).is_file(), target
    own = [(tmp_path / "assets" / name).read_text() for name in ("deck.css", "deck.js")]
    for text in (*own, *re.findall(r"<style.*?</style>", page[0], re.S)):
        assert not re.search(r"https?:|url\(|@import", text)
    assert not re.search(r"require\(|mermaid|cdn", page[0])


def test_figures_keep_their_alt_texts(page):
    html, alts = page
    assert tuple(Reader(html).alts) == alts
    assert 'type="range"' in html and "grokcore-flipbook" in html


def test_code_is_shown_only_where_a_tag_says_so(page):
    text = re.sub(r"<[^>]+>", "", page[0])
    assert "printed = 3" in text and "three" in text
    assert not re.search(r"drawn = 1|moved = 2|hidden = 4|four", text)


def test_links_lead_to_decks_or_nowhere(page):
    assert '<a href="01-one.html">01</a>' in page[0]
    assert "b.md" not in page[0] and ".ipynb" not in page[0]


def test_formulas_reach_mathjax_as_they_are(page):
    assert "$a &lt; b$" in page[0]


def test_a_copy_of_the_book_is_used_while_it_is_true(tmp_path, monkeypatch):
    chapter, built = tmp_path / "one.ipynb", tmp_path / "built"
    built.mkdir()
    nbformat.write(notebook(code("print(1 + 1)", "slide")), chapter)
    copy = nbformat.read(chapter, as_version=4)
    copy.cells[-1].update(code("print(1 + 1)", prints="from the book"))
    nbformat.write(copy, built / "one.ipynb")

    def printed(**options):
        return decks.executed(chapter, built, **options).cells[-1].outputs[0].text

    monkeypatch.setattr(decks, "_newest", lambda: 0)
    assert printed() == "from the book"
    monkeypatch.setattr(decks, "_newest", lambda: float("inf"))
    assert printed(trusting=True) == "from the book"
    assert printed() == "2\n"


def test_the_guide_names_every_tag():
    guide = (decks.CHAPTERS.parent / "book" / "instructors.md").read_text("utf-8")
    for place in PLACES:
        assert f"| `{place}` |" in guide
    for word in filter(None, {*WORDS["markdown"], *WORDS["code"]}):
        assert f"`-{word}`" in guide
