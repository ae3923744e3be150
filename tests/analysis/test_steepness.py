"""An exponential law through times, some of which are only bounds."""

import math

import numpy as np
import pytest
import torch

from grokcore.analysis.steepness import over_seeds, steepness


def made(rate, scatter, count=400, seed=0):
    """Fractions, and times that follow a law with scatter."""
    dice = np.random.default_rng(seed)
    x = np.tile(np.linspace(0.2, 0.35, 8), count // 8)
    return x, np.exp(12 - rate * x + scatter * dice.standard_normal(len(x)))


def test_without_bounds_it_is_least_squares():
    x, times = made(30, 0.2)
    slope, level = np.polyfit(x, np.log(times), 1)
    law = steepness(x, times, limit=1e9)
    assert law.rate == pytest.approx(-slope, rel=1e-4)
    assert law.log_at_zero == pytest.approx(level, rel=1e-4)
    residual = np.log(times) - level - slope * x
    assert law.scatter == pytest.approx(residual.std(), rel=1e-3)
    assert law.factor == pytest.approx(math.exp(-slope / 100), rel=1e-4)
    assert law.time(0.3).item() == pytest.approx(math.exp(level + 0.3 * slope), 1e-4)


def test_bounds_are_neither_left_out_nor_taken_for_times():
    """Half is cut off: both shortcuts are flatter, the likelihood is not."""
    x, times = made(30, 0.4)
    limit = float(np.median(times))
    cut = np.where(times <= limit, times, math.inf)
    whole = steepness(x, times, limit=1e9).rate
    there = np.isfinite(cut)
    left_out = -np.polyfit(x[there], np.log(cut[there]), 1)[0]
    taken = -np.polyfit(x, np.log(np.minimum(times, limit)), 1)[0]
    assert abs(steepness(x, cut, limit).rate - whole) < 1.5
    assert whole - left_out > 3 and whole - taken > 3


def test_the_likelihood_is_at_its_highest():
    x, times = made(25, 0.3, count=40, seed=1)
    limit = float(np.quantile(times, 0.7))
    cut = np.where(times <= limit, times, math.nan)
    law = steepness(x, cut, limit)

    def likelihood(rate, level, scatter):
        normal = torch.distributions.Normal(torch.tensor(level - rate * x), scatter)
        there = np.isfinite(cut)
        known = normal.log_prob(torch.tensor(np.log(times)))[there].sum()
        longer = (1 - normal.cdf(torch.tensor(math.log(limit)))).log()
        return (known + longer[~there].sum()).item()

    best = (law.rate, law.log_at_zero, law.scatter)
    top = likelihood(*best)
    for i in range(3):
        for change in (0.99, 1.01):
            other = list(best)
            other[i] *= change
            assert likelihood(*other) < top


def test_a_perfect_law_is_found_too():
    x = [0.2, 0.25, 0.3]
    law = steepness(x, np.exp([5.0, 4.0, 3.0]), limit=1_000)
    assert law.rate == pytest.approx(20, rel=1e-3) and law.scatter < 0.01


def test_a_bootstrap_over_equal_seeds_has_no_spread_and_over_others_has():
    x, column = np.array([0.2, 0.25, 0.3, 0.35]), np.array([800.0, 420, 190, 110])
    same = over_seeds(x, np.stack([column] * 3, axis=1), limit=1_000, draws=10)
    assert torch.allclose(same, same[0], rtol=1e-3)
    rates = np.array([10.0, 20, 30])
    times = np.exp(8 - np.outer(x, rates))
    drawn = over_seeds(x, times, limit=1e9, draws=60)
    assert (drawn.diff() >= 0).all()
    ends = np.exp(rates[[0, -1]] / 100)
    assert drawn[0] == pytest.approx(ends[0], 1e-3)  # one seed three times
    assert drawn[-1] <= ends[1] + 1e-3 and drawn[-1] > 1.25


def test_what_is_no_such_data_is_refused():
    for arguments, complaint in (
        (([0.2, 0.3], [100], 500), r"shapes \[2\] and \[1\]"),
        (([0.2, 0.3], [100, 900], 500), r"900; it must be in \(0, 500\]"),
        (([0.2, 0.3], [100, 0], 500), "a time is 0"),
        (([0.2, 0.3], [100, math.inf], 500), "fewer than two fractions"),
        (([0.3, 0.3], [100, 200], 500), "fewer than two fractions"),
    ):
        with pytest.raises(ValueError, match=complaint):
            steepness(*arguments)
    with pytest.raises(ValueError, match=r"must be \[2, seeds\]"):
        over_seeds([0.2, 0.3], [100, 200], 500)
