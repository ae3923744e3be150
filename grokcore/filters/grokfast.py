"""Grokfast: add to each gradient what is slow in it, amplified.

Lee et al. 2024, arXiv:2405.20233.
"""

from __future__ import annotations

from typing import Literal

import torch
from pydantic import Field
from torch import Tensor

from grokcore.config import description
from grokcore.filters.base import (
    GradientFilter,
    Parameters,
    below,
    gradients_of,
    precise,
)

__all__ = ["GrokfastEMA", "GrokfastMA"]


@description
class GrokfastEMA:
    """Amplify slow gradients: g + λ m, with m the moving mean α m + (1 − α) g.

    m starts as the first gradient (Lee et al. 2024, arXiv:2405.20233, algorithm 2).

    Args:
        alpha: α, how much of m stays each step, in [0, 1).
        lamb: λ, the weight of m, ≥ 0.

    Raises:
        ValueError: for an impossible value; the message names it and what is allowed.

    >>> w = torch.nn.Parameter(torch.zeros(1))
    >>> filter = GrokfastEMA(alpha=0.5, lamb=2.0).build({"w": w})
    >>> for gradient in (1.0, 3.0):  # m is 1, then 2
    ...     w.grad = torch.tensor([gradient])
    ...     filter()
    ...     print(w.grad.item())
    3.0
    7.0
    """

    alpha: float = Field(0.98, ge=0, lt=1)
    lamb: float = Field(2.0, ge=0)
    kind: Literal["grokfast_ema"] = Field("grokfast_ema", kw_only=True)

    def build(self, parameters: Parameters) -> GradientFilter:
        """Return the filter at work on some parameters."""
        return _EMA(self, parameters)


class _EMA:
    def __init__(self, config: GrokfastEMA, parameters: Parameters) -> None:
        self.config, self.parameters = config, parameters
        self.means: dict[str, Tensor] = {}

    @torch.no_grad()
    def __call__(self) -> None:
        gradients = gradients_of(self.parameters)
        for name, gradient in gradients.items():
            if name not in self.means:
                self.means[name] = gradient.clone()
        means = [self.means[name] for name in gradients]
        if means:  # one fused operation for all parameters each
            torch._foreach_lerp_(means, [*gradients.values()], 1 - self.config.alpha)
            torch._foreach_add_([*gradients.values()], means, alpha=self.config.lamb)

    def state(self) -> dict[str, Tensor]:
        return self.means

    def restore(self, tensors: dict[str, Tensor]) -> None:
        self.means = dict(tensors)


@description
class GrokfastMA:
    """Amplify slow gradients: g + λ m, with m the mean of the last, this one included.

    m comes from a running sum in float64, at a cost that does not depend on the
    window (Lee et al. 2024, arXiv:2405.20233, algorithm 1).

    Args:
        window: how many gradients are averaged, ≥ 1.
        lamb: λ, the weight of their mean, ≥ 0.
        wait_until_full: leave gradients alone until the window is full; otherwise
            average over those that there are.
        start: leave gradients alone for so many steps, while the window fills: the
            paper's two-stage start. (Published code ignores it where gradients do not
            wait; here it always counts.)

    Raises:
        ValueError: for an impossible value; the message names it and what is allowed.

    >>> w = torch.nn.Parameter(torch.zeros(1))
    >>> filter = GrokfastMA(window=2, lamb=4.0).build({"w": w})
    >>> for gradient in (1.0, 3.0, 5.0):
    ...     w.grad = torch.tensor([gradient])
    ...     filter()
    ...     print(w.grad.item())
    1.0
    11.0
    21.0
    """

    window: int = Field(100, ge=1)
    lamb: float = Field(5.0, ge=0)
    wait_until_full: bool = True
    start: int = Field(0, ge=0)
    kind: Literal["grokfast_ma"] = Field("grokfast_ma", kw_only=True)

    def build(self, parameters: Parameters) -> GradientFilter:
        """Return the filter at work on some parameters."""
        return _MA(self, parameters)


class _MA:
    """A ring of the last gradients, and their sum, for each parameter."""

    def __init__(self, config: GrokfastMA, parameters: Parameters) -> None:
        self.config, self.parameters = config, parameters
        self.calls = 0
        self.rings: dict[str, Tensor] = {}
        self.sums: dict[str, Tensor] = {}
        self.seen: dict[str, int] = {}

    @torch.no_grad()
    def __call__(self) -> None:
        window, lamb = self.config.window, self.config.lamb
        for name, gradient in gradients_of(self.parameters).items():
            held = self._insert(name, gradient)
            waits = self.config.wait_until_full and held < window
            if not waits and self.calls >= self.config.start:
                gradient += self.sums[name] * (lamb / held)
        self.calls += 1

    def _insert(self, name: str, gradient: Tensor) -> int:
        """Take a gradient in, and return how many there are then."""
        if name not in self.rings:
            window = (self.config.window, *gradient.shape)
            self.rings[name] = gradient.new_zeros(window)
            self.sums[name] = torch.zeros_like(gradient, dtype=precise(gradient))
            self.seen[name] = 0
        ring, total = self.rings[name], self.sums[name]
        slot = self.seen[name] % self.config.window
        total.add_(gradient).sub_(ring[slot])
        ring[slot] = gradient
        self.seen[name] += 1
        if slot == 0 and total.dtype != torch.float64:
            torch.sum(ring, dim=0, out=total)  # or rounding would pile up
        return min(self.seen[name], self.config.window)

    def state(self) -> dict[str, Tensor]:
        return {
            "calls": torch.tensor(self.calls),
            **{f"rings.{name}": ring for name, ring in self.rings.items()},
            **{f"sums.{name}": total for name, total in self.sums.items()},
            **{f"seen.{name}": torch.tensor(n) for name, n in self.seen.items()},
        }

    def restore(self, tensors: dict[str, Tensor]) -> None:
        self.calls = int(tensors["calls"])
        self.rings = below("rings.", tensors)
        self.sums = below("sums.", tensors)
        self.seen = {name: int(n) for name, n in below("seen.", tensors).items()}
