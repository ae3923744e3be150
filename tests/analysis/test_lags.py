"""Lags between courses, and what they are worth."""

import numpy as np
import pytest
import torch

from grokcore.analysis import lags


def test_correlations_are_numpys():
    x, y = torch.randn(2, 30, generator=torch.Generator().manual_seed(0))
    found = lags.cross_correlation(x, y, most=4)
    for k, r in zip(range(-4, 5), found.tolist(), strict=True):
        a, b = (x[: 30 - k], y[k:]) if k >= 0 else (x[-k:], y[:k])
        assert r == pytest.approx(np.corrcoef(a, b)[0, 1], rel=1e-5)


@pytest.mark.parametrize("later", [-3, 0, 5])
def test_a_shifted_course_is_found(later):
    x = torch.randn(60, generator=torch.Generator().manual_seed(1))
    lag, r = lags.best_lag(x, x.roll(later), most=8)
    assert lag == later and r == pytest.approx(1)


def test_a_shifted_course_stands_above_the_null_and_noise_does_not():
    dice = torch.Generator().manual_seed(2)
    x, noise = torch.randn(2, 200, generator=dice)
    _, r = lags.best_lag(x, x.roll(3), most=5)
    null = lags.shifted(x, x.roll(3), most=5)
    assert len(null) == 200 - 21 and r > 2 * null.max()
    _, r = lags.best_lag(x, noise, most=5)
    assert r <= lags.shifted(x, noise, most=5).max()


def test_what_does_not_change_goes_with_nothing():
    assert (
        lags.cross_correlation([1, 1, 1, 1], [1, 2, 3, 4], most=1).tolist() == [0] * 3
    )


@pytest.mark.parametrize(
    ("x", "y", "most", "message"),
    [
        ([1, 2, 3, 4], [1, 2, 3], 1, "equally long"),
        ([1, 2, 3, 4], [1, 2, 3, 4], 2, "most=2 must be 0 to 1"),
        ([1, 2, 3, 4], [1, 2, 3, 4], -1, "most=-1"),
    ],
)
def test_bad_courses_are_refused(x, y, most, message):
    with pytest.raises(ValueError, match=message):
        lags.cross_correlation(x, y, most)


def test_a_null_needs_turns():
    with pytest.raises(ValueError, match="leave no turn"):
        lags.shifted([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], most=3)
