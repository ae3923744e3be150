"""Gradients as signals: their power by frequency, and what a filter makes of it.

A frequency is in cycles a step, from 0 (never changes) to ½ (up, down, up, down).
"""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor

from grokcore.filters import Gain, GrokfastEMA, GrokfastMA

__all__ = ["cutoff", "frequencies", "power_spectrum", "response", "shares"]


def frequencies(steps: int) -> Tensor:
    """Return the frequencies that so many steps can tell apart, [steps // 2 + 1].

    >>> frequencies(4)
    tensor([0.0000, 0.2500, 0.5000], dtype=torch.float64)
    """
    return torch.fft.rfftfreq(steps, dtype=torch.float64)


def power_spectrum(series: Tensor) -> Tensor:
    """Return the mean power of some series at each frequency, [steps // 2 + 1].

    Their mean over time is part of them, as power at frequency 0. Power at all other
    frequencies counts twice, once for its mirror image, so that the sum over all
    is the mean square (Parseval's theorem).

    Args:
        series: [steps, N], such as N entries of a gradient at each of some steps.

    Raises:
        ValueError: for less than 2 steps or another shape.

    >>> up_down = torch.tensor([[1.0], [-1.0], [1.0], [-1.0]]) + 3
    >>> power_spectrum(up_down)
    tensor([9., 0., 1.], dtype=torch.float64)
    """
    if series.ndim != 2 or len(series) < 2:
        raise ValueError(
            f"series has shape {tuple(series.shape)}; expected [steps, N], 2 or more "
            f"steps"
        )
    steps = len(series)
    power = torch.fft.rfft(series.double(), dim=0).abs().square().mean(1) / steps**2
    power[1 : (steps + 1) // 2] *= 2
    return power


def shares(series: Tensor, length: int) -> Tensor:
    """Return the spectrum of each stretch of a series, as shares of its power.

    Steps that fill no whole stretch are left out.

    Args:
        series: [steps, N].
        length: steps of a stretch, 2 or more.

    Returns:
        [steps // length, length // 2 + 1], each row with the sum 1.

    >>> up_down = torch.tensor([[1.0], [-1.0], [1.0], [-1.0]]) + 3
    >>> shares(up_down, 2)
    tensor([[0.9000, 0.1000],
            [0.9000, 0.1000]], dtype=torch.float64)
    """
    whole = [x for x in series.split(length) if len(x) == length]
    power = torch.zeros(len(whole), length // 2 + 1, dtype=torch.float64)
    for i, stretch in enumerate(whole):
        power[i] = power_spectrum(stretch)
    return power / power.sum(1, keepdim=True)


def response(filter: GrokfastEMA | GrokfastMA | Gain, at: Tensor) -> Tensor:
    """Return by how much a filter multiplies a wave of each frequency, complex.

    Its absolute value is the gain, its angle how far the wave is shifted. That of a
    :class:`~grokcore.filters.grokfast.GrokfastMA` is of its full window.

    Args:
        filter: one that acts on each entry of a gradient alike.
        at: frequencies in cycles a step.

    Raises:
        TypeError: for a filter that is not linear, which has no response.

    >>> response(GrokfastEMA(alpha=0.98, lamb=2.0), torch.tensor([0.0, 0.5])).abs()
    tensor([3.0000, 1.0202], dtype=torch.float64)
    """
    turn = torch.exp(-2j * math.pi * at.double())
    if isinstance(filter, Gain):
        return (1 + filter.lamb) * torch.ones_like(turn)
    if isinstance(filter, GrokfastEMA):
        mean = (1 - filter.alpha) / (1 - filter.alpha * turn)
    elif isinstance(filter, GrokfastMA):
        ages = torch.arange(filter.window, dtype=torch.float64)
        mean = (turn[..., None] ** ages).mean(-1)
    else:
        raise TypeError(
            f"{filter!r} has no frequency response; allowed: GrokfastEMA, GrokfastMA, "
            f"Gain"
        )
    return 1 + filter.lamb * mean


def cutoff(filter: GrokfastEMA | GrokfastMA) -> float:
    """Return the frequency where a filter's mean keeps half of a wave's power.

    Slower waves are in the mean, quicker ones average out.

    >>> round(1 / cutoff(GrokfastEMA(alpha=0.98)))  # one wave in so many steps
    311
    >>> round(1 / cutoff(GrokfastMA(window=100)))
    226
    """
    mean_alone = replace(filter, lamb=1.0)
    low, high = 0.0, 0.5
    for _ in range(60):  # bisection
        middle = (low + high) / 2
        kept = (response(mean_alone, torch.tensor(middle)) - 1).abs().square()
        low, high = (middle, high) if kept > 0.5 else (low, middle)
    return low
