"""Pictures carry honest alt text and show themselves as small, sharp images."""

import base64
import io
import subprocess
import sys
from html.parser import HTMLParser

import matplotlib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from PIL import Image

from grokcore import show
from grokcore.show._words import percent
from grokcore.show.style import RC


def picture(alt="A line rises from 0 to 1.", size=(4, 3)):
    figure = Figure(figsize=size)
    figure.subplots().plot([0, 1])
    return show.Picture(figure, alt)


def image_of(html):
    """Attributes of the only <img> in a piece of HTML."""
    found = []

    class Images(HTMLParser):
        def handle_starttag(self, tag, attributes):
            if tag == "img":
                found.append(dict(attributes))

    Images().feed(html)
    (image,) = found
    return image


@pytest.mark.parametrize(
    "alt", ["", "  \n", "loss.png", "figures/My Curve.SVG", "../_images/0f3a.jpg"]
)
def test_alt_that_tells_nothing_is_refused(alt):
    with pytest.raises(ValueError, match="say what the figure shows") as error:
        picture(alt)
    assert repr(alt) in str(error.value)


@settings(deadline=None, max_examples=50)
@given(st.text("aé<>&\"' \n", min_size=1).filter(str.strip))
def test_alt_survives_the_trip_through_html(alt):
    small = show.Picture(Figure(figsize=(0.1, 0.1)), alt)
    assert image_of(small.html)["alt"] == small.alt == " ".join(alt.split())


def test_mime_bundle_holds_the_figure_twice():
    bundle = picture()._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/png"}
    image = image_of(bundle["text/html"])
    scheme, shown = image["src"].split(",")
    assert scheme == "data:image/webp;base64"
    assert image["loading"] == "lazy"
    assert (image["width"], image["height"]) == ("400", "300")
    decoded = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))
    assert decoded.format == "PNG"
    assert decoded.size == (800, 600)
    page = Image.open(io.BytesIO(base64.b64decode(shown)))
    assert page.format == "WEBP"
    assert np.array_equal(page, decoded.convert("RGB"))


def test_png_keeps_paper_white_and_line_colors_exact():
    figure = Figure(figsize=(4, 3))
    figure.subplots().plot([0, 1], color=show.TRAIN, linewidth=4)
    image = Image.open(io.BytesIO(show.Picture(figure, "A line.").png))
    assert image.mode == "P"
    colors = [color for _, color in image.convert("RGB").getcolors(1 << 24)]
    assert (255, 255, 255) in colors
    assert (0, 0x72, 0xB2) in colors


def test_same_figure_same_bytes():
    assert picture().png == picture().png


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_save(tmp_path, suffix):
    path = tmp_path / f"figure{suffix}"
    picture().save(path)
    assert path.stat().st_size > 1000


def test_ax_is_where_the_drawing_was_made():
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert show.Picture(figure, "Two panels.").ax is left
    assert show.Picture(figure, "Two panels.", right).ax is right


def test_style_leaves_matplotlib_as_it_was():
    before = {name: matplotlib.rcParams[name] for name in RC}
    with show.style():
        assert matplotlib.rcParams["axes.spines.top"] is False
    assert {name: matplotlib.rcParams[name] for name in RC} == before


def luminance(color):
    rgb = np.array(matplotlib.colors.to_rgb(color))
    return float(rgb @ [0.299, 0.587, 0.114])


def test_train_is_blue_validation_is_orange_and_gray_print_tells_them_apart():
    assert show.TRAIN == show.OKABE_ITO["blue"] == "#0072B2"
    assert show.VALIDATION == show.OKABE_ITO["orange"] == "#E69F00"
    assert luminance(show.VALIDATION) - luminance(show.TRAIN) > 0.2


@pytest.mark.parametrize("color", show.OKABE_ITO.values())
def test_readable_reaches_the_contrast(color):
    linear = np.array(matplotlib.colors.to_rgb(show.readable(color)))
    linear = np.where(
        linear <= 0.04045, linear / 12.92, ((linear + 0.055) / 1.055) ** 2.4
    )
    assert 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05) >= 4.45


@given(st.integers(1, 9))
def test_shades_run_from_dark_to_light(count):
    tones = [luminance(shade) for shade in show.shades(show.VALIDATION, count)]
    assert len(tones) == count
    assert tones == sorted(tones)
    assert len(set(tones)) == count


@given(
    st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
)
def test_only_all_right_is_100_percent(answers):
    right, total = answers
    text = percent(right / total)
    assert (text == "100%") == (right == total)
    assert abs(float(text.removesuffix("%")) - 100 * right / total) <= 0.1


def test_drawing_never_loads_pyplot():
    code = (
        "import sys, grokcore.show as s;"
        "s.curves({'epoch': [0, 1], 'train_accuracy': [0, 1], 'val_accuracy': [0, 1]});"
        "s.circle([[1, 0], [0, 1], [-1, -1]], 1).png;"
        "s.spectrum([1, 2], [2]); s.spectrum_map([[1, 2]]);"
        "s.table_map([[1]]); s.table_maps({'a': [[1]], 'b': [[2]]}).png;"
        "s.waves({'a': [0, 1], 'b': [1, 2]}); s.lines({'a': ([0, 1], [1, 2])});"
        "s.bars({'a': {'b': 1}}); s.scatter({'a': (0, 1)}); s.interference([1, 2, 3]);"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
