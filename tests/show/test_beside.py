"""Flipbooks side by side are one piece of HTML and move as one."""

import base64
import io
import json
import re
from html.parser import HTMLParser

import pytest
from matplotlib.figure import Figure
from PIL import Image

from grokcore import show


def book(name, frames=3, height=2, **options):
    def draw(frame):
        figure = Figure(figsize=(3, height))
        figure.subplots().plot([0, frame])
        return show.Picture(figure, f"{name}, from 0 to {frame}.")

    return show.Flipbook(draw, range(frames), label=lambda n: f"{name} {n}", **options)


def tags(html):
    found = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag, attributes):
            found.append((tag, dict(attributes)))

    Tags().feed(html)
    return found


def test_one_script_drives_all_views():
    html = show.beside(book("left", fps=4), book("right")).html
    assert html.count("<script>") == html.count("<style>") == 1
    data = json.loads(re.search(r'\("[0-9a-f]{12}", (\{.*\})\);', html).group(1))
    assert data["delay"] == 250
    assert [[page["label"] for page in pages] for pages in data["frames"]] == [
        [f"left {n}", f"right {n}"] for n in range(3)
    ]
    groups = [a for _, a in tags(html) if "data-flipbook" in a]
    assert [a["class"] for a in groups] == ["grokcore-shelf"]


def test_all_views_begin_at_the_first_poster_and_one_speaks():
    html = show.beside(book("left", poster=1), book("right")).html
    found = tags(html)
    assert [a["value"] for tag, a in found if tag == "input"] == ["1", "1"]
    assert [a["alt"] for tag, a in found if tag == "img"] == [
        "left, from 0 to 1.",
        "right, from 0 to 1.",
    ]
    live = [a["aria-live"] for tag, a in found if tag == "output"]
    assert live == ["polite", "off"]


def test_books_of_different_length_move_each_on_their_own():
    shelf = show.beside(book("left"), book("right", frames=2))
    assert not shelf.linked
    assert repr(shelf) == "Shelf(2 Flipbooks that move each on its own)"
    for own in shelf.books:
        assert own.html in shelf.html
    assert shelf.html.count("<script>") == 2


def test_the_fallback_shows_all_posters():
    shelf = show.beside(book("left"), book("right", height=3))
    bundle = shelf._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/png"}
    assert bundle["text/html"] == shelf.html
    image = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))
    assert image.size == (600 + 32 + 600, 600)


def test_nothing_is_fetched_and_nothing_breaks_out():
    html = show.beside(book("</script><b>"), book("right")).html
    assert not re.search(r"https?:|@import|url\(|fetch\(|import\(", html)
    assert html.count("</script>") == 1
    assert not any("id" in attributes for _, attributes in tags(html))


def test_save_writes_a_page(tmp_path):
    shelf = show.beside(book("left"), book("right"))
    shelf.save(tmp_path / "shelf.html")
    page = (tmp_path / "shelf.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert shelf.html in page


def test_what_is_no_flipbook_is_refused():
    with pytest.raises(ValueError, match="no books; give at least one Flipbook"):
        show.beside()
    with pytest.raises(TypeError, match="beside takes Flipbooks, not 'text'"):
        show.beside(book("left"), "text")
