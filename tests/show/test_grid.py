"""The prediction grid colors each cell for what it is and counts them right."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from grokcore import show
from grokcore.show.grid import COLORS

tables = st.tuples(st.integers(1, 12), st.integers(1, 12)).flatmap(
    lambda shape: st.tuples(arrays(bool, shape), arrays(bool, shape))
)


@settings(max_examples=20, deadline=None)
@given(tables)
def test_alt_counts_the_cells(pair):
    correct, is_train = pair
    alt = show.prediction_grid(correct, is_train, "epoch 7").alt
    told = re.findall(r"(\d+) of (\d+) (training|validation)", alt)
    expected = [
        (str(int(correct[split].sum())), str(int(split.sum())), name)
        for split, name in ((is_train, "training"), (~is_train, "validation"))
        if split.any()
    ]
    assert told == expected
    assert "epoch 7" in alt


@settings(max_examples=20, deadline=None)
@given(tables)
def test_every_cell_has_the_color_of_its_kind(pair):
    correct, is_train = pair
    image = show.prediction_grid(correct, is_train).ax.images[0]
    drawn = image.to_rgba(image.get_array())[..., :3]
    for a, b in np.ndindex(correct.shape):
        split = "training" if is_train[a, b] else "validation"
        color = COLORS[split, "right" if correct[a, b] else "wrong"]
        np.testing.assert_allclose(drawn[a, b], to_rgb(color), atol=1e-6)


def test_colors_differ_in_gray_too():
    grays = sorted(np.array(to_rgb(c)) @ [0.299, 0.587, 0.114] for c in COLORS.values())
    assert np.diff(grays).min() > 0.1
    assert COLORS["training", "right"] == show.TRAIN
    assert COLORS["validation", "right"] == show.VALIDATION


def test_title_says_when_and_how_well():
    correct = np.array([[True, True], [True, False]])
    picture = show.prediction_grid(correct, np.eye(2, dtype=bool), "epoch 580")
    title = picture.ax.get_title(loc="left")
    assert title == "epoch 580 · train 50% · validation 100%"


@pytest.mark.parametrize("p", [59, 97, 113, 227])
def test_cells_are_whole_pixels(p):
    ax = show.prediction_grid(np.ones((p, p), bool), np.ones((p, p), bool)).ax
    inches = ax.get_window_extent().width / ax.get_figure().dpi
    assert 200 * inches / p == pytest.approx(round(200 * inches / p), abs=0.01)


def test_draws_on_the_axes_given():
    ax = Figure().subplots()
    assert show.prediction_grid([[True]], [[True]], ax=ax).ax is ax


@pytest.mark.parametrize(
    ("correct", "is_train", "message"),
    [
        ([True], [True], r"correct has shape \(1,\)"),
        ([[]], [[]], r"correct has shape \(1, 0\)"),
        ([[1.0]], [[True]], "correct holds float64; it must hold booleans"),
        ([[True]], [[True, False]], r"\(1, 1\), is_train has shape \(1, 2\)"),
    ],
)
def test_what_is_no_table_is_refused(correct, is_train, message):
    with pytest.raises(ValueError, match=message):
        show.prediction_grid(correct, is_train)
