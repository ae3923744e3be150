"""The waves in attention: one frequency a head, fitted to scores and to patterns.

With w = 2πk/p, in Nanda et al. (2023), section 4 and appendix: the score of a head
from "=" to a number is a wave of one frequency, and so the pattern is nearly
½ + C (cos w(a + θ) − cos w(b + θ)).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from grokcore.analysis import fourier
from grokcore.analysis._tables import table

__all__ = ["PatternFit", "WaveFit", "fit_pattern", "fit_wave"]


@dataclass(frozen=True)
class WaveFit:
    """The frequency that explains each wave best.

    Attributes:
        frequency: […], 1 … p // 2, or 0 for what does not vary.
        explained: […], share of the variance, 0 … 1.
    """

    frequency: Tensor
    explained: Tensor


def fit_wave(wave: Tensor) -> WaveFit:
    """Fit a constant and one cosine of any phase to waves over the numbers.

    Args:
        wave: […, p], such as the attention scores to b = 0 … p − 1.

    >>> n = torch.arange(59)
    >>> waves = torch.cos(2 * torch.pi * torch.tensor([[5], [29]]) * n / 59 + 1) + 3
    >>> fit = fit_wave(waves)
    >>> fit.frequency, fit.explained.round(decimals=4)
    (tensor([ 5, 29]), tensor([1., 1.], dtype=torch.float64))
    """
    power = fourier.amplitudes(wave, dim=-1).square()
    largest, index = power.max(-1)
    varies = (wave.amax(-1) != wave.amin(-1)).cpu()
    return WaveFit(
        frequency=torch.where(varies, index + 1, 0),
        explained=torch.where(varies, largest / power.sum(-1), 0.0),
    )


@dataclass(frozen=True)
class PatternFit:
    """½ + C (cos w(a + θ) − cos w(b + θ)), w = 2πk/p, fitted to a head's attention.

    Attributes:
        frequency: k, 1 … p // 2, or 0 for a pattern that does not vary.
        amplitude: C ≥ 0.
        phase: θ, in numbers, from 0 to the period p/k.
        explained: share of the pattern's variance about its own mean, 0 … 1. It does
            not say whether that mean is ½: before training, attention to the equals
            sign takes a third.
    """

    frequency: int
    amplitude: float
    phase: float
    explained: float


def fit_pattern(pattern: Tensor) -> PatternFit:
    """Fit ½ + C (cos w(a + θ) − cos w(b + θ)) by least squares, over all frequencies.

    Meant for the attention to a. The attention to b has a minus in front of C, which is
    the same as half a period more in θ.

    Args:
        pattern: [p, p] attention of one head to a, for all (a, b).

    Raises:
        ValueError: if the pattern is no square table.

    >>> n = torch.arange(59)
    >>> wave = torch.cos(2 * torch.pi * 5 * (n + 2) / 59)
    >>> fit = fit_pattern(0.5 + 0.3 * (wave[:, None] - wave))
    >>> fit.frequency, round(fit.amplitude, 4), round(fit.phase, 4)
    (5, 0.3, 2.0)
    """
    pattern = table(pattern)
    if pattern.ndim != 2:
        raise ValueError(f"pattern has shape {tuple(pattern.shape)}; expected [p, p]")
    if pattern.max() == pattern.min():
        return PatternFit(0, 0.0, 0.0, 0.0)
    p = len(pattern)
    # The fit is f(a) − f(b). All that the table says of f is in row minus column means.
    difference = pattern.mean(1) - pattern.mean(0)
    power = fourier.amplitudes(difference).square()
    k = int(power.argmax()) + 1
    cosine, sine = _coefficients(difference / 2, k)
    angle = math.atan2(-sine, cosine) % (2 * math.pi)
    total = float((pattern - pattern.mean()).square().sum())
    return PatternFit(
        frequency=k,
        amplitude=math.hypot(cosine, sine),
        phase=angle * p / (2 * math.pi * k),
        explained=p * float(power[k - 1]) / 2 / total,
    )


def _coefficients(wave: Tensor, k: int) -> tuple[float, float]:
    """Factors of cos w n and sin w n in a wave [p]."""
    p = len(wave)
    # The basis has waves divided by their norm.
    norm = math.sqrt(p / 2 if 2 * k < p else p)
    cosine, *sine = (fourier.transform(wave)[fourier.rows([k], p)] / norm).tolist()
    return cosine, sine[0] if sine else 0.0
