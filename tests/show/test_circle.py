"""A circle joins the numbers in ring order and says how well the order holds."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from grokcore import show
from grokcore.show._maps import DIVERGING, SEQUENTIAL, around, color_scale


def ring_points(p, k, noise=0.0):
    angle = 2 * np.pi * k * np.arange(p) / p
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return points + noise * np.random.default_rng(0).normal(size=points.shape)


def path_of(picture):
    (line,) = picture.ax.collections[:1]
    return np.array([segment[0] for segment in line.get_segments()])


@settings(max_examples=10, deadline=None)
@given(st.sampled_from([5, 7, 13, 59]), st.data())
def test_a_clean_ring_is_joined_neighbor_to_neighbor(p, data):
    k = data.draw(st.integers(1, p // 2))
    picture = show.circle(ring_points(p, k), k)
    steps = np.roll(path := path_of(picture), -1, axis=0) - path
    np.testing.assert_allclose(np.hypot(*steps.T), 2 * np.sin(np.pi / p), atol=1e-9)
    assert f"{p} numbers" in picture.alt
    assert f"frequency {k}: angles in ring order to 1.00" in picture.alt


def test_order_is_told_for_the_frequency_asked():
    points = ring_points(59, 5)
    assert "ring order 1.00" in show.circle(points, 5).ax.get_title(loc="left")
    assert "to 0.00 (1 is perfect, 0.13 is chance)" in show.circle(points, 7).alt


def test_heading_and_labels():
    picture = show.circle(
        ring_points(7, 2), 2, labels=("cos", "sin"), title="W_E", moment="epoch 580"
    )
    assert picture.ax.get_title(loc="left") == "W_E · epoch 580 · ring order 1.00"
    assert picture.alt.startswith("W_E · epoch 580: 7 numbers")
    assert (picture.ax.get_xlabel(), picture.ax.get_ylabel()) == ("cos", "sin")


@pytest.mark.parametrize(("p", "named"), [(59, 59), (113, 23)])
def test_numbers_are_named_where_they_are_if_there_is_room(p, named):
    points = ring_points(p, 5)
    texts = show.circle(points, 5).ax.texts
    assert len(texts) == named
    for text in texts:
        np.testing.assert_allclose(text.xy, points[int(text.get_text())])


def test_a_narrow_figure_names_fewer_numbers_evenly():
    wide, narrow = (show.circle(ring_points(59, 5), 5, width=w) for w in (5.5, 3.7))
    assert narrow.figure.get_figwidth() == 3.7
    named = [int(text.get_text()) for text in narrow.ax.texts]
    assert len(wide.ax.texts) == 59 > len(named) > 10
    steps = np.diff(named) % 59
    assert len(set(steps)) == 1  # the same way along the ring from each to the next


def test_rows_beyond_p_are_no_numbers():
    points = np.concatenate([ring_points(59, 5), [[100.0, 100.0]]])
    picture = show.circle(torch.tensor(points, requires_grad=True), 5, p=59)
    assert len(path_of(picture)) == 59
    assert picture.ax.get_xlim()[1] < 2


def test_frames_hold_still_even_where_numbers_leave_them():
    book = show.Flipbook(
        lambda noise: show.circle(ring_points(59, 5, noise), 5, limit=1.2), [0, 0.3, 1]
    )
    places = {tuple(p.ax.get_position().extents.round(9)) for p in book.pictures}
    assert len(places) == 1
    assert book.pictures[0].ax.get_position().height > 0.75
    assert {p.ax.get_ylim() for p in book.pictures} == {(-1.2, 1.2)}


def test_draws_on_the_axes_given():
    ax = Figure().subplots()
    assert show.circle(ring_points(7, 2), 2, ax=ax).ax is ax


@pytest.mark.parametrize(
    ("points", "k", "options", "message"),
    [
        ([1.0, 2.0], 1, {}, r"points has shape \[2\]; it must be \[p, 2\]"),
        (np.zeros((0, 2)), 1, {}, "not empty"),
        ([[0, 1], [np.nan, 0]], 1, {}, r"points holds nan at \[1, 0\]"),
        (ring_points(7, 1), 1, {"p": 8}, "p=8 must be from 2 to 7"),
        (ring_points(9, 1), 3, {}, "k=3 puts several of p=9"),
        (ring_points(7, 1), 1, {"limit": -1.0}, "limit=-1.0 must be above 0"),
    ],
)
def test_what_makes_no_ring_is_refused(points, k, options, message):
    with pytest.raises(ValueError, match=message):
        show.circle(points, k, **options)


def gray(colors):
    return np.array([to_rgb(c) for c in colors]) @ [0.299, 0.587, 0.114]


def test_colors_around_the_ring_are_even_cyclic_and_dark_enough():
    colors = np.array([to_rgb(c) for c in around(59)])
    steps = np.linalg.norm(np.roll(colors, -1, axis=0) - colors, axis=1)
    assert steps.max() < 2 * np.median(steps)
    light = gray(around(60))
    assert light.max() < 0.65
    assert abs(light - np.roll(light, 30)).max() > 0.25  # opposite places differ


def test_color_maps_rise_or_fall_in_gray_without_a_turn():
    assert (np.diff(gray(SEQUENTIAL.colors)) < 0).all()
    assert (np.diff(gray(DIVERGING.colors)) > 0).all()
    middle = SEQUENTIAL(0.0)[:3]
    assert min(middle) > 0.99  # nothing is paper


@pytest.mark.parametrize(
    ("values", "limit", "centered", "ends"),
    [
        ([1.0, 3.0], None, False, (0, 3)),
        ([-1.0, 3.0], None, False, (-1, 3)),
        ([-4.0, 3.0], None, True, (-4, 4)),
        ([1.0, 3.0], 5, False, (0, 5)),
        ([1.0, 3.0], 5, True, (-5, 5)),
        ([1.0, 3.0], (2.0, 9.0), True, (2, 9)),
        ([0.0, 0.0], None, False, (0, 1)),
    ],
)
def test_color_scales(values, limit, centered, ends):
    assert color_scale(np.array(values), limit, centered=centered) == ends


def test_a_color_scale_upside_down_is_refused():
    with pytest.raises(
        ValueError, match=r"limit=-1 gives a color scale from 0.* to -1"
    ):
        color_scale(np.ones(2), -1, centered=False)


def test_rows_may_have_names_of_their_own():
    powers = [pow(3, i, 7) for i in range(6)]
    points = ring_points(6, 1)
    texts = show.circle(points, 1, names=powers).ax.texts
    assert [int(text.get_text()) for text in texts] == powers
    for text in texts:
        place = powers.index(int(text.get_text()))
        np.testing.assert_allclose(text.xy, points[place])
    with pytest.raises(ValueError, match="there are 5 names for 6 points"):
        show.circle(points, 1, names=powers[:5])
