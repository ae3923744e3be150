"""Numbers of named rows and columns: all of them drawn, written and said."""

import numpy as np
import pytest
import torch

from grokcore import show

ROWS, COLUMNS = ["embedding", "key"], ["a", "b", "="]


def test_every_number_is_drawn_written_and_said():
    table = torch.tensor([[1.0, 0.0, 0.25], [0.126, -0.5, 0.0]])
    picture = show.matrix({"trained": table}, ROWS, COLUMNS, unit="share", title="Map")
    (image,) = picture.ax.images
    np.testing.assert_allclose(image.get_array(), table)
    written = {text.get_position(): text.get_text() for text in picture.ax.texts}
    assert written[0, 0] == "1" and written[0, 1] == "0.13" and written[1, 1] == "−0.5"
    assert len(written) == 6
    assert picture.alt == (
        "Map: Share, for a, b and =. Trained: embedding 1, 0 and 0.25, key 0.13, -0.5 "
        "and 0."
    )


def test_tables_share_a_scale_and_the_names_of_rows():
    tables = {"trained": np.ones((2, 3)), "untrained": np.full((2, 3), 0.5)}
    picture = show.matrix(tables, ROWS, COLUMNS, limit=(0, 2), xlabel="position")
    picture.figure.draw_without_rendering()
    first, second, bar = picture.figure.axes
    assert first.images[0].get_clim() == second.images[0].get_clim() == (0, 2)
    assert [t.get_text() for t in first.get_yticklabels()] == ROWS
    assert [t.get_text() for t in second.get_xticklabels()] == COLUMNS
    assert not second.yaxis.get_tick_params()["labelleft"]
    assert first.get_xlabel() == "position" and bar is not second


def test_a_number_can_be_read_in_every_cell():
    """White paper on the dark half of the scale, ink on the other."""
    picture = show.matrix({"": [[0.0, 1.0]]}, ["row"], ["none", "all"])
    light, dark = (text.get_color() for text in picture.ax.texts)
    assert light != dark and dark == "#FFFFFF"


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({}, "tables is empty"),
        ({"trained": [[1.0, 2.0]]}, r"'trained' has shape \[1, 2\]"),
        ({"trained": [[1.0, 2.0, np.nan]] * 2}, "every value must be finite"),
    ],
)
def test_what_is_no_table_of_these_names_is_refused(tables, message):
    with pytest.raises(ValueError, match=message):
        show.matrix(tables, ROWS, COLUMNS)
