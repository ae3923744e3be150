"""A Flipbook is one piece of HTML that needs nothing else."""

import base64
import io
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from grokcore import show


def draw(frame):
    figure = Figure(figsize=(3, 2))
    figure.subplots().plot([0, frame])
    return show.Picture(figure, f"A line from 0 to {frame}.")


def book(frames=range(3), **options):
    return show.Flipbook(draw, frames, **options)


class Page(HTMLParser):
    """Start tags with their attributes, in order."""

    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def only(self, name):
        (attributes,) = [found for tag, found in self.tags if tag == name]
        return attributes


def data_of(html):
    """The frames and the delay that the script is given."""
    return json.loads(re.search(r'\("[0-9a-f]{12}", (\{.*\})\);', html).group(1))


def test_controls_are_labeled_and_wait_for_the_script():
    html = book(label=lambda n: f"epoch {n}", name="Epoch").html
    page = Page(html)
    slider = page.only("input")
    assert (slider["type"], slider["min"], slider["max"]) == ("range", "0", "2")
    assert slider["value"] == "2"
    assert slider["aria-valuetext"] == "epoch 2"
    assert page.only("img")["loading"] == "lazy"
    assert "<label><span>Epoch</span><input" in html
    assert page.only("button")["aria-label"] == "Play"
    assert page.only("output")["aria-live"] == "polite"
    bar = next(a for _, a in page.tags if a.get("class") == "grokcore-flipbook-bar")
    assert "hidden" in bar
    assert "prefers-reduced-motion" in html


def test_every_frame_comes_with_picture_alt_and_label():
    data = data_of(book(label=lambda n: f"epoch {n}", fps=4).html)
    assert data["delay"] == 250
    assert [f["label"] for f in data["frames"]] == ["epoch 0", "epoch 1", "epoch 2"]
    assert [f["alt"] for f in data["frames"]] == [
        f"A line from 0 to {n}." for n in range(3)
    ]
    for frame, picture in zip(data["frames"], book().pictures, strict=True):
        image = Image.open(io.BytesIO(base64.b64decode(frame["webp"])))
        assert image.format == "WEBP"
        original = Image.open(io.BytesIO(picture.png)).convert("RGB")
        assert np.array_equal(np.asarray(image), np.asarray(original))


def test_without_scripts_the_poster_is_shown():
    flipbook = book(poster=1)
    bundle = flipbook._repr_mimebundle_()
    image = Page(bundle["text/html"]).only("img")
    assert image["alt"] == "A line from 0 to 1."
    assert (image["width"], image["height"]) == ("300", "200")
    assert image["src"].startswith("data:image/webp;base64,")
    assert base64.b64decode(bundle["image/png"]) == flipbook.pictures[1].png


def test_nothing_is_fetched():
    html = book().html
    assert not re.search(r"https?:|@import|url\(|fetch\(|import\(", html)
    addresses = [a.get("src") or a.get("href") for _, a in Page(html).tags]
    assert all(a.startswith("data:") for a in addresses if a)


def test_flipbooks_on_one_page_do_not_collide():
    key = re.compile(r'data-flipbook="(\w+)"')
    assert key.findall(book().html) == key.findall(book().html)
    assert key.findall(book().html) != key.findall(book(range(4)).html)
    assert not any("id" in attributes for _, attributes in Page(book().html).tags)


def test_text_cannot_break_out_of_the_page():
    evil = '</script><b> "quoted" & <!-- {braces}'
    html = book(alt=lambda _: evil, label=lambda _: evil, name=evil).html
    assert html.count("</script>") == 1
    assert "<b>" not in html.replace(json.dumps(evil), "").split("<script>")[0]
    assert Page(html).only("img")["alt"] == evil
    assert data_of(html)["frames"][0]["label"] == evil


def test_forty_frames_of_a_table_stay_small():
    rng = np.random.default_rng(0)
    is_train = rng.random((113, 113)) < 0.3
    known = rng.random((113, 113))

    def table(n):
        return show.prediction_grid(is_train | (known < n / 40), is_train, f"epoch {n}")

    html = show.Flipbook(table, range(40)).html
    assert len(html) < 1_200_000


def test_axes_hold_still_while_labels_grow():
    def tall(n):
        with show.style():
            figure = Figure(figsize=(4, 3), layout="constrained")
            ax = figure.subplots()
            ax.plot([0, 10.0**n])
            ax.ticklabel_format(style="plain")
        return show.Picture(figure, f"Up to 10 to the power {n}.")

    flipbook = show.Flipbook(tall, range(0, 8, 3))
    places = {tuple(p.ax.get_position().extents.round(9)) for p in flipbook.pictures}
    assert len(places) == 1
    widest = flipbook.pictures[-1]
    label = widest.ax.get_yticklabels()[-1].get_window_extent()
    assert label.x0 >= 0


def test_bare_figures_need_alt():
    def bare(frame):
        return draw(frame).figure

    assert (
        show.Flipbook(bare, [1], alt=lambda n: f"Line {n}.").pictures[0].alt
        == "Line 1."
    )
    with pytest.raises(ValueError, match="pass alt"):
        show.Flipbook(bare, [1])


def test_frames_that_cannot_be_shown():
    shared = draw(1)
    with pytest.raises(ValueError, match="empty"):
        book([])
    with pytest.raises(
        ValueError, match="poster=3 is out of range; there are 3 frames"
    ):
        book(poster=3)
    with pytest.raises(ValueError, match="fps=0 must be above 0"):
        book(fps=0)
    with pytest.raises(ValueError, match="same figure twice"):
        show.Flipbook(lambda _: shared, range(2))
    with pytest.raises(TypeError, match="not 'text'"):
        show.Flipbook(lambda _: "text", range(2))
    with pytest.raises(ValueError, match="differ in size"):
        show.Flipbook(
            lambda n: show.Picture(Figure(figsize=(n, 2)), f"Nothing, {n}."), [2, 3]
        )


def test_save_writes_a_page(tmp_path):
    path = tmp_path / "book.html"
    book().save(path)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert 'lang="en"' in text
