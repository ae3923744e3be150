"""What all filters have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import torch
from torch import Tensor, nn

__all__ = ["GradientFilter", "Parameters", "below", "gradients_of", "precise"]

#: Those of a model, by name.
Parameters = Mapping[str, nn.Parameter]


class GradientFilter(Protocol):
    """What a filter's ``build`` returns."""

    def __call__(self) -> None:
        """Change the gradients in place; once a step."""

    def state(self) -> dict[str, Tensor]:
        """Return what it remembers, as named tensors."""

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Go back to what :meth:`state` returned."""


def gradients_of(parameters: Parameters) -> dict[str, Tensor]:
    """Return the gradients that there are, by the parameter's name."""
    return {n: p.grad for n, p in parameters.items() if p.grad is not None}


def precise(gradient: Tensor) -> torch.dtype:
    """Return what sums are kept in: Apple's MPS has no float64."""
    return gradient.dtype if gradient.device.type == "mps" else torch.float64


def below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors whose name starts so, by what follows."""
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }
