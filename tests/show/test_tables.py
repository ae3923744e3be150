"""Tables of numbers become colors on a stated scale; waves become lines."""

from functools import partial

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from grokcore import show
from grokcore.analysis import fourier


def test_table_draws_rows_as_a_and_columns_as_b():
    table = np.arange(6.0).reshape(2, 3)
    picture = show.table_map(torch.tensor(table), unit="score", title="Head 0")
    (image,) = picture.ax.images
    np.testing.assert_array_equal(image.get_array(), table)
    assert (picture.ax.get_xlabel(), picture.ax.get_ylabel()) == ("b", "a")
    assert picture.alt == "Head 0: Table of 2 by 3 cells, score: from 0 to 5, mean 2.5."
    bar = picture.figure.axes[1]
    assert bar.get_ylabel() == "score"


def test_scales_compare_tables():
    assert show.table_map([[1.0, 2.0]], limit=(-1.0, 4.0)).ax.images[0].get_clim() == (
        -1,
        4,
    )
    centered = show.table_map([[-1.0, 2.0]], centered=True).ax.images[0]
    assert centered.get_clim() == (-2, 2)
    assert centered.cmap.name != show.table_map([[1.0]]).ax.images[0].cmap.name


def test_maps_share_one_scale_and_one_bar():
    tables = {"head 0": np.zeros((4, 4)), "head 1": np.eye(4), "head 2": -np.eye(4)}
    picture = show.table_maps(tables, unit="score", title="Scores")
    axes = picture.figure.axes
    drawn = [ax for ax in axes if ax.images and ax.get_visible()]
    assert [ax.get_title(loc="left") for ax in drawn] == list(tables)
    assert {ax.images[0].get_clim() for ax in drawn} == {(-1, 1)}
    assert len(axes) == 5  # a grid of four, and the color bar
    assert picture.alt == (
        "Scores: 3 tables of 4 by 4 cells, score. Head 0: from 0 to 0, mean 0. Head 1: "
        "from 0 to 1, mean 0.25. Head 2: from -1 to 0, mean -0.25."
    )


def test_outer_tables_carry_the_numbers():
    picture = show.table_maps({str(i): np.eye(8) for i in range(4)})
    picture.figure.draw_without_rendering()
    shown = [
        [bool(ax.get_xlabel()), bool(ax.get_ylabel())] for ax in picture.figure.axes[:4]
    ]
    assert shown == [[True, True], [True, False], [False, True], [False, False]]


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        ([1.0], {}, r"values has shape \[1\]; it must be \[rows, columns\]"),
        ([[]], {}, "not empty"),
        ([[np.nan]], {}, r"values holds nan at \[0, 0\]"),
        ([[1.0]], {"limit": -2}, "limit=-2 gives a color scale"),
    ],
)
def test_what_is_no_table_is_refused(values, options, message):
    with pytest.raises(ValueError, match=message):
        show.table_map(values, **options)


def test_what_makes_no_set_of_tables_is_refused():
    with pytest.raises(ValueError, match="tables is empty"):
        show.table_maps({})
    with pytest.raises(ValueError, match="columns=0 must be at least 1"):
        show.table_maps({"a": [[1]]}, 0)
    with pytest.raises(ValueError, match=r"differ in shape: \[\(1, 1\), \(1, 2\)\]"):
        show.table_maps({"a": [[1]], "b": [[1, 2]]})
    with pytest.raises(ValueError, match="'b' holds inf"):
        show.table_maps({"a": [[1]], "b": [[np.inf]]})


def test_tables_stand_in_panels_and_flipbooks():
    draw = partial(show.table_map, np.eye(5), unit="pattern")
    picture = show.panels({"trained": draw, "untrained": draw})
    assert "trained: Table of 5 by 5 cells, pattern" in picture.alt
    book = show.Flipbook(
        lambda k: show.table_map(k * np.eye(5), limit=1000), [0.001, 1, 1000]
    )
    places = {
        tuple(ax.get_position().extents.round(9))
        for p in book.pictures
        for ax in [p.figure.axes[0]]
    }
    assert len(places) == 1


def wave(k, p=113, phase=0.3):
    return np.cos(2 * np.pi * k * np.arange(p) / p + phase)


def test_alt_names_the_strongest_frequency_and_the_fit():
    y = 3 * wave(5) + wave(9)
    alt = show.waves({"head 0": y}, fit={"head 0": 3 * wave(5)}).alt
    assert "strongest frequency 5 with 90% of its variance" in alt
    assert "the dotted fit explains 90%" in alt
    share = float(fourier.share(torch.tensor(y), [5]))
    assert share == pytest.approx(0.9)
    assert "from 2 to 2, the same everywhere" in show.waves({"flat": [2, 2, 2]}).alt


def test_several_waves_have_a_row_each_on_one_scale():
    picture = show.waves({"head 0": wave(3), "head 1": 5 * wave(20)}, title="Scores")
    first, second = picture.figure.axes
    assert first.get_ylim() == second.get_ylim()
    assert [ax.get_title(loc="left") for ax in (first, second)] == ["head 0", "head 1"]
    np.testing.assert_array_equal(second.lines[0].get_ydata(), 5 * wave(20))
    assert picture.alt.startswith("Scores: Attention score against b, 0 to 112.")


def test_on_given_axes_waves_are_told_apart_and_named():
    ax = Figure(figsize=(6.4, 3.6), layout="constrained").subplots()
    names = ["head 0", "head 1", "head 2"]
    picture = show.waves({n: wave(3 * i + 2) for i, n in enumerate(names)}, ax=ax)
    assert picture.ax is ax
    assert {text.get_text() for text in ax.texts} == set(names)
    kinds = {(line.get_color(), line.get_linestyle()) for line in ax.lines[:3]}
    assert len(kinds) == 3
    assert show.TRAIN not in {line.get_color() for line in ax.lines}


def test_limits_hold():
    assert show.waves({"a": wave(3)}, limits=(-4, 4)).ax.get_ylim() == (-4, 4)


@pytest.mark.parametrize(
    ("waves", "options", "message"),
    [
        ({}, {}, "waves is empty"),
        ({"a": [[1, 2]]}, {}, r"'a' has shape \[1, 2\]; it must be \[p\]"),
        ({"a": [1, np.nan]}, {}, r"'a' holds nan at \[1\]"),
        ({"a": [1, 2], "b": [1, 2, 3]}, {}, r"waves have \[2, 3\] values"),
        ({"a": [1]}, {}, r"waves have \[1\] values"),
        ({"a": [1, 2]}, {"fit": {"b": [1, 2]}}, "fit='b' is not known"),
        ({"a": [1, 2]}, {"fit": {"a": [1]}}, "the fit of 'a' has shape"),
    ],
)
def test_what_is_no_wave_is_refused(waves, options, message):
    with pytest.raises(ValueError, match=message):
        show.waves(waves, **options)
