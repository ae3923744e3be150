"""A table of measured numbers: what is not there is said, and framed cells are."""

import math

import numpy as np
import pytest

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


def test_what_is_no_such_table_is_refused():
    for changes, complaint in (
        ({"values": [[1, 2]]}, r"shape \[1, 2\]; rows and columns name \[2, 3\]"),
        ({"values": [[1, 2, -3], [1, 2, 3]]}, "go down to -3"),
        ({"values": np.full((2, 3), np.inf)}, "no number above 0"),
        ({"framed": [[True]]}, r"framed has shape \[1, 1\]"),
        ({"limit": (0, 3)}, "limit="),
        ({"limit": (3, 1)}, "limit="),
    ):
        values = changes.pop("values", VALUES)
        with pytest.raises(ValueError, match=complaint):
            heat_map(values, **LABELS, **changes)
