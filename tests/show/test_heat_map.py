"""Tables of numbers: all written and said, what is not there, too, and framed cells."""

import math

import numpy as np
import pytest
from matplotlib.figure import Figure

from grokcore.show import heat_map
from grokcore.show.heat_map import _FRAME

LABELS = {"rows": ["a", "b"], "columns": ["1", "2", "3"], "xlabel": "x", "ylabel": "y"}
VALUES = [[1.0, 10.0, 100.0], [math.inf, math.nan, 0.0]]


def texts(picture):
    return [text.get_text() for text in picture.ax.texts]


def test_every_cell_says_its_number_or_why_there_is_none():
    picture = heat_map(VALUES, unit="steps", **LABELS)
    assert texts(picture) == ["1", "10", "100", ">", "?", "0"]
    assert picture.alt.startswith("Table of steps, with y down and x (1, 2, 3) across.")
    assert "a: 1, 10, 100. b: not within the run, unknown, 0." in picture.alt


def test_larger_is_darker_and_letters_stand_out():
    picture = heat_map(VALUES, **LABELS)

    def lightness(color):
        return sum(color[:3]) / 3

    cells = picture.ax.patches[:3]
    shades = [lightness(cell.get_facecolor()) for cell in cells]
    assert shades == sorted(shades, reverse=True)
    inks = [text.get_color() for text in picture.ax.texts[:3]]
    assert inks[0] != inks[2]


def test_one_scale_makes_tables_comparable():
    def shade(values, limit):
        picture = heat_map([values], **LABELS | {"rows": ["a"]}, limit=limit)
        return picture.ax.patches[0].get_facecolor()

    assert shade([10, 20, 40], (1, 1_000)) == shade([10, 500, 900], (1, 1_000))
    assert shade([10, 20, 40], None) != shade([10, 5, 2], None)


def test_a_frame_goes_around_its_cells_and_not_through_them():
    framed = np.array([[True, True, False], [False, False, False]])
    picture = heat_map(VALUES, framed=framed, frame="band", **LABELS)
    sides = [line for line in picture.ax.lines if line.get_color() == _FRAME]
    assert len(sides) == 6  # around two cells that touch
    assert picture.alt.endswith("Band cells: 1, 10.")


def test_differences_are_written_with_two_decimals_and_a_true_minus():
    values = [[1.0, 0.0, 0.25], [0.126, -0.5, 12.345]]
    picture = heat_map(values, unit="share", scale="linear", title="Map", **LABELS)
    assert texts(picture) == ["1", "0", "0.25", "0.13", "−0.5", "12.3"]
    assert picture.alt == (
        "Map: Table of share, with y down and x (1, 2, 3) across. "
        "a: 1, 0, 0.25. b: 0.13, -0.5, 12.3."
    )


def test_several_tables_share_a_scale_and_the_names_of_rows():
    tables = {"trained": np.ones((2, 3)), "untrained": np.full((2, 3), 0.5)}
    picture = heat_map(tables, scale="linear", limit=(0, 2), unit="share", **LABELS)
    picture.figure.draw_without_rendering()
    first, second = picture.figure.axes
    assert [ax.get_title("left") for ax in (first, second)] == list(tables)
    assert [t.get_text() for t in first.get_yticklabels()] == LABELS["rows"]
    assert [t.get_text() for t in second.get_xticklabels()] == LABELS["columns"]
    assert not second.yaxis.get_tick_params()["labelleft"]
    colors = [ax.patches[0].get_facecolor() for ax in (first, second)]
    assert sum(colors[0][:3]) < sum(colors[1][:3])
    assert picture.alt.startswith("Tables of share, with y down")
    assert (
        "Trained. a: 1, 1, 1. b: 1, 1, 1. Untrained. a: 0.5, 0.5, 0.5." in picture.alt
    )


def test_what_is_no_such_table_is_refused():
    for changes, complaint in (
        ({"values": [[1, 2]]}, r"shape \[1, 2\]; rows and columns name \[2, 3\]"),
        ({"values": [[1, 2, -3], [1, 2, 3]]}, "go down to -3"),
        ({"values": np.full((2, 3), np.inf)}, "no number above 0"),
        ({"framed": [[True]]}, r"framed has shape \[1, 1\]"),
        ({"limit": (0, 3)}, "limit="),
        ({"limit": (3, 1)}, "limit="),
        ({"values": {}}, "is empty"),
        ({"values": {"trained": [[1, 2]]}}, r"'trained' has shape \[1, 2\]"),
        ({"scale": "root"}, "scale='root'"),
        ({"values": np.full((2, 3), np.nan), "scale": "linear"}, "that is finite"),
        ({"values": {"a": VALUES, "b": VALUES}, "ax": Figure().subplots()}, "one"),
    ):
        values = changes.pop("values", VALUES)
        with pytest.raises(ValueError, match=complaint):
            heat_map(values, **LABELS, **changes)
