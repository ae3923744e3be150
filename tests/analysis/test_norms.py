"""How unevenly weights are spread, and how far a course stands out."""

import pytest
import torch

from grokcore.analysis import norms


@pytest.mark.parametrize(
    ("course", "height"),
    [([1, 3, 2], 1.5), ([5, 4, 3], 1), ([1, 2, 2], 1), ([2], 1), ([4, 1, 4], 1)],
)
def test_a_spike_stands_out_above_both_ends(course, height):
    assert norms.spike(course) == height
    assert norms.spike(10 * torch.tensor(course)) == pytest.approx(height)


@pytest.mark.parametrize("course", [[], [1, 0, 1], [1, -2], [[1, 2]]])
def test_a_course_is_a_list_of_numbers_above_0(course):
    with pytest.raises(ValueError, match="above 0"):
        norms.spike(course)
