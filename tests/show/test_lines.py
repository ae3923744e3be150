"""Lines carry their names, phases and moments, and nothing collides."""

from functools import partial
from itertools import combinations, pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from grokcore import show
from grokcore.show._spread import spread

EPOCHS = np.array([0, 10, 100, 1000])
LOSSES = {
    "training": (EPOCHS, [4.7, 1.0, 1e-6, 1e-7]),
    "validation": (EPOCHS, [4.7, 20.0, 9.0, 1e-4]),
    "restricted": (EPOCHS, [4.0, 4.0, 1.0, 1e-5]),
    "excluded": (EPOCHS, [4.7, 1.0, 0.1, 3.0]),
}
ROLES = {"training": "train", "validation": "validation"}

rows = st.lists(
    st.tuples(st.floats(0, 1), st.floats(0.01, 0.2)), min_size=1, max_size=6
)


@settings(deadline=None)
@given(rows)
def test_spread_labels_keep_apart_and_in_order(labels):
    centers, sizes = map(list, zip(*labels, strict=True))
    places = spread(centers, sizes, 0, 2)
    taken = sorted(zip(places, sizes, strict=True))
    assert all(b - a >= (m + n) / 2 - 1e-9 for (a, m), (b, n) in pairwise(taken))
    assert all(p - s / 2 >= -1e-9 for p, s in taken)
    order = np.argsort(centers, kind="stable")
    assert (np.diff(np.array(places)[order]) >= 0).all()


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_labels_with_room_stay_where_they_belong(centers):
    centers = np.sort(centers) + np.arange(len(centers))
    np.testing.assert_allclose(
        spread(centers, [0.01] * len(centers), -1, 9), centers, atol=1e-9
    )


def test_labels_that_collide_move_equally():
    assert spread([0.5, 0.5], [0.2, 0.4], 0, 1) == pytest.approx([0.35, 0.65])
    assert spread([], [], 0, 1) == []


def plotted(picture, count):
    return {line.get_label(): line for line in picture.ax.lines[:count]}


def test_training_is_blue_and_solid_validation_orange_and_dashed():
    picture = show.lines(LOSSES, styles=ROLES, log_y=True, ylabel="loss")
    drawn = plotted(picture, 4)
    assert drawn["training"].get_color() == show.TRAIN
    assert drawn["training"].get_linestyle() == "-"
    assert drawn["validation"].get_color() == show.VALIDATION
    assert drawn["validation"].get_linestyle() == "--"
    others = {drawn[name].get_color() for name in ("restricted", "excluded")}
    assert not others & {show.TRAIN, show.VALIDATION}
    assert len({str(line._unscaled_dash_pattern) for line in drawn.values()}) == 4
    assert picture.ax.get_ylabel() == "loss (log scale)"


def test_alt_says_what_the_data_says():
    alt = show.lines(
        {"validation": LOSSES["validation"]},
        log_x=True,
        title="Loss",
        marks={"learned": 580},
        references={"ln 113": 4.73},
        spans={"memorization": (0, 10), "clean-up": (100, 1000)},
    ).alt
    assert alt == (
        "Loss: Validation starts at 4.7 at epoch 0, peaks at 20 at epoch 10 and ends "
        "at 0.0001 at epoch 1,000. Shaded: memorization from 0 to 10 and clean-up from "
        "100 to 1,000. Thin vertical line: learned at epoch 580. A dotted line marks "
        "ln 113 at 4.73."
    )
    shares = {"circularity": [0.05, 0.01, 0.86]}
    alt = show.lines(shares, x=[1, 2, 3], xlabel="step", percent=True).alt
    assert alt == (
        "Circularity starts at 5% at step 1, is lowest at 1% at step 2 and ends at 86% "
        "at step 3."
    )


def test_rows_not_measured_are_left_out():
    picture = show.lines({"a": ([0, 1, 2], [1, np.nan, 3])})
    np.testing.assert_array_equal(picture.ax.lines[0].get_xdata(), [0, 2])


def test_tensors_and_a_shared_x():
    y = torch.tensor([1.0, 2.0], requires_grad=True)
    picture = show.lines({"a": y, "b": ([0, 5], [0, 1])}, x=[0, 10])
    assert picture.ax.get_xlim() == (0, 10)


def boxes(picture):
    """Where text stands, in the axes and above them, in pixels."""
    picture.figure.draw_without_rendering()
    return {t.get_text(): t.get_window_extent() for t in picture.ax.texts}


def touching(found):
    return [
        (one, other)
        for one, other in combinations(found, 2)
        if found[one].padded(-1.5).overlaps(found[other].padded(-1.5))
    ]


@pytest.mark.parametrize("log_x", [False, True])
def test_no_text_touches_another(log_x):
    picture = show.lines(
        LOSSES,
        styles=ROLES,
        log_x=log_x,
        log_y=True,
        title="Three phases",
        marks={"95% of training": 40, "95% of validation": 700},
        spans={
            "memorization": (0, 30),
            "circuit formation": (30, 700),
            "clean-up": (700, 1000),
        },
    )
    found = boxes(picture)
    found["title"] = picture.ax._left_title.get_window_extent()
    assert set(LOSSES) <= set(found)
    assert not touching(found)
    width = picture.figure.bbox.width
    assert all(box.x0 >= 0 and box.x1 <= width for box in found.values())


def test_few_points_are_dots_and_many_or_two_are_a_line():
    drawn = plotted(
        show.lines(
            {
                "measured at four sizes": ([31, 59, 97, 113], [4, 2, 1, 2]),
                "a straight line": ([31, 113], [4, 1]),
                "a course": (range(31, 114), range(83)),
            }
        ),
        3,
    )
    assert {name: line.get_marker() for name, line in drawn.items()} == {
        "measured at four sizes": ".",
        "a straight line": "",
        "a course": "",
    }


def test_what_y_is_has_room_in_low_axes():
    name = "gap at equal norms, over that of a single one"
    picture = show.lines(LOSSES, log_y=True, ylabel=name)
    picture.figure.draw_without_rendering()
    label = picture.ax.yaxis.label
    assert " ".join(label.get_text().split()) == f"{name} (log scale)"
    box, figure = label.get_window_extent(), picture.figure.bbox
    assert box.x0 >= 0 and box.y0 >= 0 and box.y1 <= figure.height


def paths(picture):
    """What is drawn of the lines that have points of their own, in pixels."""
    drawn = [line for line in picture.ax.lines if len(line.get_xdata()) > 2]
    return [line.get_transform().transform_path(line.get_path()) for line in drawn]


def test_a_line_that_ends_early_is_named_where_it_ends():
    x = np.arange(101)
    early = {"one": (x[:41], x[:41] / 100), "two": (x[:61], 1 - x[:61] / 100)}
    found = boxes(picture := show.lines(early | {"whole": (x, 0.1 + 0 * x)}))
    for name, (place, _) in early.items():
        end = picture.ax.transData.transform((place[-1], 0))[0]
        assert end < found[name].x0 < end + 30
    assert found["whole"].x0 > picture.ax.get_window_extent().x1
    hidden = [
        n for n in found if any(p.intersects_bbox(found[n]) for p in paths(picture))
    ]
    assert not hidden


def test_a_name_moves_off_a_line_that_goes_on_where_its_own_ends():
    x = np.arange(101)
    series = {
        "early": (x[:41], x[:41] / 100),
        "on": (x, 0 * x + 0.4),
        "low": (x, 0 * x),
    }
    found = boxes(picture := show.lines(series))
    assert found["early"].x1 < picture.ax.get_window_extent().x1
    assert not any(
        path.intersects_bbox(found["early"], False) for path in paths(picture)
    )


def test_a_name_that_would_cover_a_line_goes_to_the_edge():
    x = np.arange(101)
    crowd = {f"{y:.2f}": (x, 0 * x + y) for y in (0, *np.arange(0.32, 0.5, 0.04), 1)}
    found = boxes(picture := show.lines({"early": (x[:41], x[:41] / 100)} | crowd))
    edge = picture.ax.get_window_extent().x1
    assert all(box.x0 > edge for box in found.values())


@pytest.mark.parametrize("level", [0.02, 0.3, 0.5, 0.97])
def test_the_name_of_a_level_covers_no_line(level):
    x = np.linspace(0, 1, 200)
    picture = show.lines(
        {"up": (x, x), "down": (x, 1 - x)}, references={"level": level}
    )
    found = boxes(picture)
    assert not any(
        path.intersects_bbox(found["level"], False) for path in paths(picture)
    )
    middle = picture.ax.transData.transform((0, level))[1]
    assert abs((found["level"].y0 + found["level"].y1) / 2 - middle) < 25


def test_lines_that_end_together_are_named_apart():
    same = {name: ([0, 1], [0, 1]) for name in ("one", "two", "three", "four")}
    picture = show.lines(same)
    assert not touching(boxes(picture))
    assert len(boxes(picture)) == 4


def test_in_narrow_axes_a_legend_names_the_lines():
    figure = Figure(figsize=(2, 2), layout="constrained")
    long = {f"a rather long name {i}": ([0, 1], [0, i]) for i in range(3)}
    ax = show.lines(long, ax=figure.subplots()).ax
    assert [t.get_text() for t in ax.get_legend().get_texts()] == list(long)


def test_titles_of_panels_stand_above_the_rows_of_text():
    phases = {"memorization": (0, 1), "circuit formation": (1, 2), "clean-up": (2, 3)}
    draw = partial(show.lines, {"gini": ([0, 3], [0, 1])}, spans=phases)
    picture = show.panels({"with phases": draw, "without": partial(draw, spans=None)})
    picture.figure.draw_without_rendering()
    tops = [max(t.get_window_extent().y1 for t in picture.ax.texts)]
    titles = [ax._left_title.get_window_extent() for ax in picture.figure.axes]
    assert titles[0].y0 >= tops[0]
    assert titles[0].y0 == titles[1].y0


def test_frames_hold_still_while_a_mark_moves():
    book = show.Flipbook(
        lambda at: show.lines(LOSSES, marks={f"epoch {at}": at}, limits=(0, 30)),
        [0, 10, 990],
    )
    places = {tuple(p.ax.get_position().extents.round(9)) for p in book.pictures}
    assert len(places) == 1
    assert {p.ax.get_ylim() for p in book.pictures} == {(0, 30)}


@pytest.mark.parametrize(
    ("series", "options", "message"),
    [
        ({}, {}, "series is empty"),
        ({"a": [1, 2]}, {}, r"'a' has no places; give a pair \(x, y\), or x for all"),
        ({"a": ([0, 1], [1])}, {}, r"'a' has shapes \[2\] and \[1\]"),
        ({"a": ([0, 1], [np.nan, np.inf])}, {}, "'a' holds no finite value"),
        ({"a": ([1, 0], [1, 1])}, {}, "x of 'a' must not decrease"),
        ({"a": ([0, 1], [1, 0])}, {"log_y": True}, "'a' goes down to 0; a log"),
        ({"a": ([0], [1])}, {"styles": {"b": "train"}}, "styles='b' is not known"),
        ({"a": ([0], [1])}, {"styles": {"a": "red"}}, r"styles\['a'\]='red' is not"),
        ({"a": ([0, 9], [1, 2])}, {"spans": {"s": (5, 1)}}, r"spans\['s'\] ends at 1"),
    ],
)
def test_what_makes_no_line_is_refused(series, options, message):
    with pytest.raises(ValueError, match=message):
        show.lines(series, **options)


def test_draws_on_the_axes_given():
    ax = Figure().subplots()
    assert show.lines(LOSSES, ax=ax).ax is ax
