"""Bars, named points and interfering waves state the numbers that they draw."""

from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from grokcore import show
from grokcore.show.style import readable

VALUES = {
    "embedding": {"intact": 1.0, "key frequencies removed": 0.009},
    "logits": {"intact": 1.0, "key frequencies removed": 0.02, "others removed": 0.998},
}


def test_bars_have_the_lengths_of_their_values():
    picture = show.bars(VALUES, percent=True, xlabel="accuracy", title="Ablations")
    lengths = [bar.get_width() for bar in picture.ax.patches]
    assert lengths == [1.0, 0.009, 1.0, 0.02, 0.998]
    colors = [bar.get_facecolor() for bar in picture.ax.patches]
    assert colors[:2] == colors[2:4]
    assert len(set(colors)) == 3
    assert [t.get_text() for t in picture.ax.get_yticklabels()] == [
        series for group in VALUES.values() for series in group
    ]
    assert picture.alt == (
        "Ablations: Embedding: intact 100%, key frequencies removed 0.9%. Logits: "
        "intact 100%, key frequencies removed 2%, others removed 99.8%."
    )


def values_in(picture):
    """The texts that are values, as boxes, and where the axes end."""
    ax = picture.ax
    ax.get_figure().draw_without_rendering()
    texts = [text for text in ax.texts if text.get_text() not in VALUES]
    return [t.get_window_extent() for t in texts], ax.get_window_extent().x1


def test_values_stand_behind_bars():
    boxes, _ = values_in(show.bars(VALUES, percent=True))
    lengths = [value for group in VALUES.values() for value in group.values()]
    assert (
        np.argsort([box.x0 for box in boxes]).tolist()
        == np.argsort(lengths, kind="stable").tolist()
    )


def test_values_stand_behind_all_dots_in_the_colors_of_their_bars():
    seeds = {"embedding": {"key frequencies removed": torch.tensor([0.0, 0.3, 0.02])}}
    picture = show.bars(VALUES, percent=True, spread=seeds)
    (dots,) = picture.ax.lines
    np.testing.assert_allclose(dots.get_xdata(), [0, 0.3, 0.02], rtol=1e-6)
    boxes, end = values_in(picture)
    assert len(boxes) == 5 and all(box.x0 > end for box in boxes)
    texts = [t for t in picture.ax.texts if t.get_text() not in VALUES]
    colors = [to_hex(bar.get_facecolor()) for bar in picture.ax.patches]
    assert [text.get_color() for text in texts] == [*map(readable, colors)]
    assert "key frequencies removed 0.9% (3 values from 0% to 30%)" in picture.alt


def test_losses_on_a_log_axis():
    picture = show.bars({"loss": {"full": 3e-5, "restricted": 8e-8}}, log=True)
    assert picture.ax.get_xlim() == pytest.approx((1e-8, 3e-5))
    ends = [bar.get_x() + bar.get_width() for bar in picture.ax.patches]
    assert ends == pytest.approx([3e-5, 8e-8])
    assert "full 3.0e-5, restricted 8.0e-8" in picture.alt
    with pytest.raises(ValueError, match="values go down to 0; a logarithmic axis"):
        show.bars({"loss": {"full": 0}}, log=True)


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        ({}, {}, "must have groups, each with bars"),
        ({"a": {}}, {}, "must have groups, each with bars"),
        ({"a": {"b": np.nan}}, {}, "'b' of 'a' is nan; it must be finite"),
        ({"a": {"b": 1}}, {"spread": {"c": {}}}, "spread='c' is not known"),
        ({"a": {"b": 1}}, {"spread": {"a": {"c": [1]}}}, r"spread\['a'\]='c' is not"),
        (
            {"a": {"b": 1}},
            {"spread": {"a": {"b": []}}},
            r"spread of 'b' has shape \[0\]",
        ),
    ],
)
def test_what_makes_no_bars_is_refused(values, options, message):
    with pytest.raises(ValueError, match=message):
        show.bars(values, **options)


MODELS = {"clock": (0.3, 0.9), "pizza": (0.99, 0.17), "live": (0.8, 0.5)}
MAKERS = {"clock": "by hand", "pizza": "published", "live": "by hand"}


def test_points_of_a_group_share_shape_and_color():
    picture = show.scatter(MODELS, groups=MAKERS, xlabel="x", ylabel="y")
    by_hand, published = picture.ax.lines
    np.testing.assert_array_equal(by_hand.get_xydata(), [(0.3, 0.9), (0.8, 0.5)])
    assert by_hand.get_marker() != published.get_marker()
    assert [t.get_text() for t in picture.ax.get_legend().get_texts()] == [
        "by hand",
        "published",
    ]
    assert picture.alt == (
        "Y against x: clock (by hand) 0.9 at 0.3, pizza (published) 0.17 at 0.99, live "
        "(by hand) 0.5 at 0.8."
    )


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=5))
def test_names_of_points_do_not_collide(places):
    ax = show.scatter({f"name {i}": place for i, place in enumerate(places)}).ax
    ax.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert len(boxes) == len(places)
    assert not any(
        a.padded(-2).overlaps(b.padded(-2)) for a, b in combinations(boxes, 2)
    )


@pytest.mark.parametrize(
    ("points", "groups", "message"),
    [
        ({}, None, "points is empty"),
        ({"a": (1, np.nan)}, None, r"'a' is at \(1, nan\); give two finite numbers"),
        ({"a": (1,)}, None, "give two finite numbers"),
        (
            {"a": (1, 2)},
            {"b": "ours"},
            r"groups names \['b'\]; it must name the points",
        ),
        (dict.fromkeys("12345", (1, 2)), {i: i for i in "12345"}, "there are 5 groups"),
    ],
)
def test_what_makes_no_points_is_refused(points, groups, message):
    with pytest.raises(ValueError, match=message):
        show.scatter(points, groups=groups)


def cosines(p, *frequencies):
    return np.cos(2 * np.pi * np.outer(frequencies, np.arange(p)) / p)


def test_the_answer_is_in_the_middle_of_the_curve():
    waves = cosines(113, 5, 17, 40)
    picture = show.interference(waves.sum(0), parts=waves)
    *parts, curve = [line for line in picture.ax.lines if len(line.get_xdata()) == 113]
    assert len(parts) == 3
    assert curve.get_xdata()[56] == 0
    assert curve.get_ydata()[56] == pytest.approx(3) == curve.get_ydata().max()
    np.testing.assert_allclose(
        sum(part.get_ydata() for part in parts), curve.get_ydata()
    )


@settings(max_examples=8, deadline=None)
@given(st.integers(3, 40), st.integers(0, 2**32 - 1))
def test_alt_tells_the_gap_to_the_best_rival(p, seed):
    curve = np.random.default_rng(seed).uniform(-5, 5, size=p)
    picture = show.interference(curve)
    rival = int(curve[1:].argmax()) + 1
    d = rival if rival <= p // 2 else rival - p
    assert f"at distance {d}".replace("-", "−") in picture.alt
    gap = picture.ax.texts[-1].get_text().split("\n")[1]
    assert float(gap.replace("−", "-").replace("e−", "e-")) == pytest.approx(
        curve[0] - curve[rival], rel=0.01, abs=1e-3
    )


def test_rivals_on_both_sides_are_told_as_one():
    curve = np.array([1.0, 2.0]) @ cosines(113, 2, 30)
    rival = int(curve[1:57].argmax()) + 1
    alt = show.interference(
        curve, parts=cosines(113, 2, 30), names=["k = 2", "k = 30"]
    ).alt
    assert f"at distance ±{rival}, a gap of" in alt
    assert "−56 to 56, the sum of k = 2 and k = 30." in alt


def test_frames_of_interference_hold_still():
    waves = cosines(113, 5, 17, 40, 55)
    book = show.Flipbook(
        lambda n: show.interference(waves[:n].sum(0), parts=waves[:n], limit=5),
        [1, 2, 3, 4],
    )
    places = {tuple(p.ax.get_position().extents.round(9)) for p in book.pictures}
    assert len(places) == 1
    assert {p.ax.get_ylim() for p in book.pictures} == {(-5, 5)}


@pytest.mark.parametrize(
    ("curve", "options", "message"),
    [
        ([1, 2], {}, "curve has 2 values; it must have at least 3"),
        ([1, 2, np.nan], {}, r"curve holds nan at \[2\]"),
        (
            [1, 2, 3],
            {"parts": [1, 2, 3]},
            r"parts has shape \[3\]; it must be \[K, 3\]",
        ),
        ([1, 2, 3], {"names": ["a"]}, r"names=\['a'\] must be as many as parts, 0"),
    ],
)
def test_what_makes_no_curve_is_refused(curve, options, message):
    with pytest.raises(ValueError, match=message):
        show.interference(curve, **options)


def test_all_draw_on_the_axes_given():
    for draw, data in (
        (show.bars, VALUES),
        (show.scatter, MODELS),
        (show.interference, cosines(7, 1)[0]),
    ):
        ax = Figure().subplots()
        assert draw(data, ax=ax).ax is ax
