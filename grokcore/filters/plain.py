"""Filters that remember nothing: OrthoGrad, and a plain gain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from pydantic import Field
from torch import Tensor

from grokcore.config import description
from grokcore.filters.base import GradientFilter, Parameters, gradients_of

__all__ = ["Gain", "OrthoGrad"]


@description
class OrthoGrad:
    """Take out of each gradient what points along its own weights, and keep its length.

    Growing the weights along themselves lowers the loss of a network that has memorized
    without changing its answers. Each tensor is treated apart: g − (w·g / w·w) w, then
    rescaled to ‖g‖ (Prieto et al. 2025, arXiv:2501.04697, section 5).

    >>> w = torch.nn.Parameter(torch.tensor([1.0, 0.0]))
    >>> w.grad = torch.tensor([3.0, 4.0])
    >>> OrthoGrad().build({"w": w})()
    >>> w.grad
    tensor([0., 5.])
    """

    kind: Literal["orthograd"] = Field("orthograd", kw_only=True)

    def build(self, parameters: Parameters) -> GradientFilter:
        """Return the filter at work on some parameters."""
        return _Forgetful(lambda: _orthogonalize(parameters))


def _orthogonalize(parameters: Parameters) -> None:
    tiny = 1e-30  # weights of zero, and gradients along the weights, divide by 0
    for name, gradient in gradients_of(parameters).items():
        w, g = parameters[name].flatten(), gradient.flatten()
        across = g - w.dot(g) / (w.dot(w) + tiny) * w
        across *= g.norm() / (across.norm() + tiny)
        gradient.copy_(across.view_as(gradient))


@description
class Gain:
    """Multiply gradients by 1 + λ: what a Grokfast filter does, less the averaging.

    Adam does not see the scale of gradients, but weight decay that is coupled into them
    shrinks by 1 + λ in comparison. So this is a filter's honest control.

    Args:
        lamb: λ, ≥ 0.

    Raises:
        ValueError: for an impossible value; the message names it and what is allowed.

    >>> w = torch.nn.Parameter(torch.zeros(1))
    >>> w.grad = torch.tensor([1.0])
    >>> Gain(lamb=2.0).build({"w": w})()
    >>> w.grad.item()
    3.0
    """

    lamb: float = Field(2.0, ge=0)
    kind: Literal["gain"] = Field("gain", kw_only=True)

    def build(self, parameters: Parameters) -> GradientFilter:
        """Return the filter at work on some parameters."""

        def multiply() -> None:
            gradients = [*gradients_of(parameters).values()]
            if gradients:
                torch._foreach_mul_(gradients, 1 + self.lamb)

        return _Forgetful(multiply)


class _Forgetful:
    """A filter that remembers nothing."""

    def __init__(self, act: Callable[[], None]) -> None:
        self.act = act

    @torch.no_grad()
    def __call__(self) -> None:
        self.act()

    def state(self) -> dict[str, Tensor]:
        return {}

    def restore(self, tensors: dict[str, Tensor]) -> None:
        pass
