"""Spectra against Parseval and planted waves, responses against the filters at work."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from grokcore import Gain, GrokfastEMA, GrokfastMA, OrthoGrad
from grokcore.analysis import filtering


def noise(steps, n, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(steps, n, generator=generator, dtype=torch.float64)


@given(st.integers(2, 60), st.integers(1, 5), st.integers(0, 999))
def test_the_power_adds_up_to_the_mean_square(steps, n, seed):
    series = noise(steps, n, seed) + 2
    power = filtering.power_spectrum(series)
    assert len(power) == len(filtering.frequencies(steps))
    assert power.sum().item() == pytest.approx(series.square().mean().item())


def test_a_planted_wave_has_its_power_where_it_was_planted():
    steps, k = 120, 17
    wave = 3 * torch.cos(2 * math.pi * k * torch.arange(steps) / steps + 1)
    power = filtering.power_spectrum(torch.stack([wave, 2 * wave], 1))
    assert power.argmax() == k
    assert filtering.frequencies(steps)[k].item() == pytest.approx(k / steps)
    assert power[k].item() == pytest.approx((9 / 2 + 36 / 2) / 2, rel=1e-6)
    assert power.sum() - power[k] < 1e-9


@pytest.mark.parametrize("series", [torch.ones(5), torch.ones(1, 3)])
def test_other_shapes_are_refused(series):
    with pytest.raises(ValueError, match=r"expected \[steps, N\]"):
        filtering.power_spectrum(series)


@pytest.mark.parametrize(
    "config", [GrokfastEMA(0.9, 2.0), GrokfastMA(20, 5.0), Gain(3.0)], ids=repr
)
@pytest.mark.parametrize("turns", [0, 3, 25, 100])
def test_the_response_is_what_the_filter_does_to_a_wave(config, turns):
    # After the first 200 steps, what the start left has decayed by .9 ** 200 = 7e-10.
    steps, w = 400, nn.Parameter(torch.zeros(1, dtype=torch.float64))
    at = torch.tensor(turns / 200, dtype=torch.float64)
    act, seen = config.build({"w": w}), []
    for step in range(steps):
        w.grad = torch.cos(2 * math.pi * at * step + 0.3).reshape(1)
        act()
        seen.append(w.grad.item())
    response = filtering.response(config, at)
    step = torch.arange(200, steps)
    phase = torch.exp(1j * (2 * math.pi * at * step + 0.3))
    expected = (response * phase).real
    torch.testing.assert_close(
        torch.tensor(seen[200:], dtype=torch.float64), expected, rtol=0, atol=1e-6
    )


def test_both_filters_multiply_what_is_constant_by_one_plus_lambda():
    for config in (GrokfastEMA(0.98, 2.0), GrokfastMA(100, 5.0)):
        gain = filtering.response(config, torch.zeros(1)).abs().item()
        assert gain == pytest.approx(1 + config.lamb)


def test_the_cutoff_is_where_half_of_the_power_is_left():
    for config in (GrokfastEMA(0.98, 2.0), GrokfastMA(100, 5.0)):
        at = torch.tensor(filtering.cutoff(config), dtype=torch.float64)
        mean = (filtering.response(config, at) - 1) / config.lamb
        assert mean.abs().square().item() == pytest.approx(0.5, abs=1e-6)


def test_a_filter_that_is_not_linear_has_no_response():
    with pytest.raises(TypeError, match=r"OrthoGrad.*has no frequency response"):
        filtering.response(OrthoGrad(), torch.zeros(1))
