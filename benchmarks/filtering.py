"""Rows about what gradient filters cost, on the two-layer model."""

from __future__ import annotations

from collections import deque

import torch
from torch import nn

from benchmarks.findings import Finding, Target
from benchmarks.ours import Ours
from benchmarks.recipes import TWO_LAYERS
from benchmarks.timing import interleaved
from grokcore import GrokfastEMA, GrokfastMA

_WINDOW, _LAMB = 100, 5.0


class SummingMA:
    """The moving average as published code has it: sum the window anew each step."""

    def __init__(self, parameters: dict[str, nn.Parameter]) -> None:
        self.parameters = parameters
        self.held = {name: deque(maxlen=_WINDOW) for name in parameters}

    @torch.no_grad()
    def __call__(self) -> None:
        for name, parameter in self.parameters.items():
            held = self.held[name]
            held.append(parameter.grad.detach())
            if len(held) == _WINDOW:
                parameter.grad = parameter.grad + sum(held) / _WINDOW * _LAMB


def against_summing(repeats: int) -> list[Finding]:
    sides = {
        "ours": GrokfastMA(_WINDOW, _LAMB).build(_resting()),
        "summing": SummingMA(_resting()),
    }
    for act in sides.values():
        for _ in range(_WINDOW):  # until the window is full
            act()
    times = interleaved(sides, repeats)
    return [
        Finding(
            "filter-ma",
            "Grokfast's moving average: a filter that sums its window over ours",
            Target("≥", 8, "×"),
            times.ratio("summing", "ours"),
            times.milliseconds(),
            f"the filter alone; two layers, window {_WINDOW}",
        )
    ]


def ema_in_a_step(repeats: int) -> list[Finding]:
    ours = Ours(TWO_LAYERS)
    act = GrokfastEMA().build(_resting())
    times = interleaved({"step": ours.step, "filter": act}, repeats)
    return [
        Finding(
            "filter-ema",
            "Grokfast's exponential average, share of a step",
            Target("≤", 5, "%"),
            100 * times.ratio("filter", "step"),
            times.milliseconds(),
            "two layers, batch 512",
        )
    ]


def _resting() -> dict[str, nn.Parameter]:
    """The model's parameters with gradients of 0, which no filter makes grow."""
    model = TWO_LAYERS.model.build(TWO_LAYERS.task, TWO_LAYERS.seed)
    parameters = dict(model.named_parameters())
    for parameter in parameters.values():
        parameter.grad = torch.zeros_like(parameter)
    return parameters
