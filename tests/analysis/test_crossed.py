"""Variance shares of two crossed causes, against the analysis of variance."""

import pytest
import torch

from grokcore.analysis.crossed import variance_shares


def anova(y):
    """The same by mean squares: expected mean squares, solved for the components."""
    A, B = y.shape[:2]
    mean = y.mean((0, 1))
    rows, columns = y.mean(1), y.mean(0)
    of_rows = B * (rows - mean).square().sum() / (A - 1)
    of_columns = A * (columns - mean).square().sum() / (B - 1)
    left = y - rows[:, None] - columns[None] + mean
    rest = left.square().sum() / ((A - 1) * (B - 1))
    found = torch.stack([(of_rows - rest) / B, (of_columns - rest) / A, rest])
    return (found / found.sum()).tolist()


@pytest.mark.parametrize("shape", [(2, 2, 1), (3, 5, 2), (10, 10, 29)])
def test_they_are_the_components_of_the_analysis_of_variance(shape):
    generator = torch.Generator().manual_seed(0)
    y = torch.randn(shape, generator=generator, dtype=torch.float64) + 7
    assert variance_shares(y) == pytest.approx(anova(y), abs=1e-9)


def test_they_find_what_was_put_in():
    generator = torch.Generator().manual_seed(1)

    def noise(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    # 300 independent outcomes of 30 x 30: standard errors below .01.
    y = 2 * noise(30, 1, 300) + noise(1, 30, 300) + 2 * noise(30, 30, 300)
    assert variance_shares(y) == pytest.approx((4 / 9, 1 / 9, 4 / 9), abs=0.05)


def test_shuffled_cells_leave_nothing_to_either_cause():
    generator = torch.Generator().manual_seed(2)
    y = torch.randn(20, 1, 50, generator=generator).expand(20, 20, 50)
    order = torch.randperm(400, generator=generator)
    shuffled = y.reshape(400, 50)[order].reshape(20, 20, 50)
    assert variance_shares(y).first == pytest.approx(1)
    first, second, rest = variance_shares(shuffled)
    assert abs(first) < 0.05 and abs(second) < 0.05 and rest > 0.9


@pytest.mark.parametrize("y", [[1, 2, 3], [[1, 2]], torch.zeros(2, 2, 2, 2)])
def test_other_shapes_are_refused_by_name(y):
    with pytest.raises(ValueError, match=r"\[A, B\] or \[A, B, K\]"):
        variance_shares(y)


def test_what_never_varies_has_no_shares():
    with pytest.raises(ValueError, match="nothing varies"):
        variance_shares(torch.ones(3, 3))
