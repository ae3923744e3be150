"""Arrivals: dots where runs got there, triangles where they did not, and words."""

from itertools import pairwise

import numpy as np
import pytest

from grokcore.analysis.delay import GrokkingDelay
from grokcore.show import TRAIN, VALIDATION, arrivals, panels


def delay(train, val):
    return GrokkingDelay(0.95, train, val, train, val, 4_000, 4_000, 50)


FACTORIAL = {
    "filter": {
        "EMA": [delay(600, 1_500), delay(650, 1_700), delay(610, 1_600)],
        "EMA, no decay": [delay(600, None), delay(620, None), delay(None, None)],
    },
    "AdamW": {"decay 1": [delay(450, 1_100), delay(460, 9_000)]},
}


def drawn(picture, color):
    """x of all dots of a color, filled and open."""
    filled, open_ = [], []
    for line in picture.ax.lines:
        if line.get_marker() in "oD>" and len(line.get_xdata()):
            if line.get_color() == color:
                filled += list(line.get_xdata())
            elif line.get_markeredgecolor() == color:
                open_ += list(line.get_xdata())
    return sorted(filled), open_


def test_every_run_has_a_dot_for_each_arrival_or_a_triangle():
    picture = arrivals(FACTORIAL, budget=4_000)
    train, never_train = drawn(picture, TRAIN)
    val, never_val = drawn(picture, VALIDATION)
    assert train == [450, 460, 600, 600, 610, 620, 650]
    assert val == [1_100, 1_500, 1_600, 1_700]
    assert len(never_train) == 1 and len(never_val) == 4  # 9,000 is too late
    assert min(never_val) > 4_000


def ends_of_rows(picture):
    """What stands behind the rows; last comes the head of that column."""
    return [t.get_text() for t in picture.ax.texts if t.xy[0] > 1][:-1]


def test_a_row_ends_with_its_median_and_with_how_many_arrived():
    found = ends_of_rows(arrivals(FACTORIAL, budget=4_000))
    assert found == ["1,600", "> 4,000", "> 4,000 (1 of 2)"]
    two = {"g": {"r": [delay(10, 90), delay(10, 70), delay(10, None)]}}
    assert ends_of_rows(arrivals(two, budget=100))[-1:] == ["90 (2 of 3)"]


def test_the_alt_text_says_all_of_it():
    alt = arrivals(FACTORIAL, budget=4_000, title="Factorial").alt
    assert alt.startswith("Factorial: Filter: EMA memorized at step 600 to 650, ")
    assert "generalized at step 1,500 to 1,700 (3 of 3 within 4,000 steps)" in alt
    assert (
        "EMA, no decay memorized at step 600 to 620, never generalized (0 of 3" in alt
    )
    assert (
        "decay 1 memorized at step 450 to 460, generalized at step 1,100 (1 of 2" in alt
    )


def test_it_can_be_drawn_on_given_axes():
    def draw(ax):
        return arrivals(FACTORIAL, budget=4_000, ax=ax)

    assert "Never" not in panels({"one": draw}, columns=1).alt


@pytest.mark.parametrize("empty", [{}, {"group": {}}, {"group": {"recipe": []}}])
def test_nothing_to_draw_is_refused(empty):
    with pytest.raises(ValueError, match="each with runs"):
        arrivals(empty, budget=10)


def test_runs_of_which_none_arrived_are_refused():
    with pytest.raises(ValueError, match="within 300 steps"):
        arrivals({"g": {"r": [delay(None, None), delay(400, 500)]}}, budget=300)


def test_dots_of_one_place_do_not_hide_each_other():
    picture = arrivals({"g": {"r": [delay(10, 100)] * 3}}, budget=1_000)
    heights = [
        line.get_ydata() for line in picture.ax.lines if len(line.get_ydata()) == 3
    ]
    assert all(len(np.unique(y)) == 3 for y in heights) and len(heights) == 2


def test_a_run_that_does_both_at_once_has_a_dot_around_its_diamond():
    ax = arrivals({"g": {"r": [delay(100, 100), delay(10, 200)]}}, budget=1_000).ax
    around = [line for line in ax.lines if line.get_markersize() > 8]
    assert [line.get_xdata().tolist() for line in around] == [[100]]


def test_words_stand_apart_and_inside_however_long_the_names():
    """The names of the rows take their room; what is left is for the rest."""
    names = ["Grokfast EMA, AdamW, decay 1, lr 0.003", "fixed norm, lr 0.003"]
    recipes = {name: [delay(60, 700), delay(70, None)] for name in names}
    picture = arrivals(
        {"Each at its best of four learning rates": recipes}, budget=1_000
    )
    figure = picture.figure
    figure.draw_without_rendering()
    texts = [t for t in picture.ax.texts if t.get_text()]
    ticks = [t for t in picture.ax.get_xticklabels() if t.get_text()]
    boxes = [
        t.get_window_extent() for t in texts + ticks + picture.ax.get_yticklabels()
    ]
    page = figure.bbox
    for i, box in enumerate(boxes):
        assert page.x0 <= box.x0 and box.x1 <= page.x1
        assert not any(box.overlaps(other) for other in boxes[:i])


def test_nothing_is_kept_free_for_triangles_that_are_not_there():
    picture = arrivals({"g": {"r": [delay(10, 100)] * 3}}, budget=1_000)
    picture.figure.draw_without_rendering()
    below = picture.ax.xaxis.label.get_window_extent().y0
    assert below < 0.05 * picture.figure.bbox.height


@pytest.mark.parametrize("budget", [600, 4_000, 10_000, 50_000])
def test_numbers_on_the_axis_stand_apart(budget):
    picture = arrivals({"": {"decay 1": [delay(20, budget - 1)]}}, budget=budget)
    picture.figure.draw_without_rendering()
    labels = picture.ax.get_xticklabels()
    low, high = picture.ax.get_xlim()
    boxes = [
        label.get_window_extent()
        for label in labels
        if label.get_text() and low <= label.get_position()[0] <= high
    ]
    assert len(boxes) >= 2
    assert all(a.x1 < b.x0 for a, b in pairwise(boxes))


def test_the_legend_names_the_threshold_of_the_delays():
    at = [GrokkingDelay(t, 50, 700, 50, 700, 4_000, 4_000, 50) for t in (0.8, 0.95)]
    picture = arrivals({"digits": {"on": at[:1]}}, budget=4_000)
    written = [text.get_text() for text in picture.ax.texts]
    assert "● train 80%" in written and "◆ validation 80%" in written
    with pytest.raises(ValueError, match=r"thresholds \[0.8, 0.95\]"):
        arrivals({"digits": {"on": at}}, budget=4_000)
