"""What acts on weights after a step: a frozen description."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from pydantic import Field
from torch import Tensor

from grokcore.config import description
from grokcore.filters.base import Parameters

__all__ = ["FixedNorm"]


@description
class FixedNorm:
    """Put all weights together back to one length after each step.

    The length is a share of what the initial weights have; they are brought to it, too
    (Liu et al. 2023, Omnigrok, arXiv:2210.01117).

    Args:
        share: of the initial norm, > 0.

    Raises:
        ValueError: for an impossible value; the message names it and what is allowed.

    >>> w = torch.nn.Parameter(torch.tensor([3.0, 4.0]))
    >>> project = FixedNorm(share=2.0).build({"w": w})
    >>> w.data *= 7
    >>> project()
    >>> w.norm().item()
    10.0
    """

    share: float = Field(1.0, gt=0)
    kind: Literal["fixed_norm"] = Field("fixed_norm", kw_only=True)

    @torch.no_grad()
    def build(self, parameters: Parameters) -> Callable[[], None]:
        """Return the projection; the weights are at that length from now on."""
        tensors = [*parameters.values()]
        length = self.share * _norm(tensors)

        @torch.no_grad()
        def project() -> None:
            torch._foreach_mul_(tensors, length / _norm(tensors))

        project()
        return project


def _norm(tensors: list[Tensor]) -> Tensor:
    return torch.stack(torch._foreach_norm(tensors)).norm()
