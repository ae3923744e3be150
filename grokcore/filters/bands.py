"""A part of the gradient alone: what is slow in it, or what is not."""

from __future__ import annotations

from typing import Literal

import torch
from pydantic import Field
from torch import Tensor

from grokcore.config import description
from grokcore.filters.base import GradientFilter, Parameters, gradients_of

__all__ = ["Band"]


@description
class Band:
    """Keep the slow part of the gradient, or the fast one, at the gradient's length.

    The slow part is the moving mean m ← α m + (1 − α) g, which starts as the first
    gradient; the fast part is g − m. All parameters together are one vector, and what
    is kept is made as long as g. This is the experiment behind Grokfast (Lee et al.
    2024, arXiv:2405.20233, section 1): it says that slow parts make a network
    generalize, and fast ones make it memorize.

    Args:
        keep: ``"slow"`` or ``"fast"``.
        alpha: α, how much of m stays each step, in [0, 1).

    Raises:
        ValueError: for an impossible value; the message names it and what is allowed.

    >>> w = torch.nn.Parameter(torch.zeros(2))
    >>> filter = Band(keep="slow", alpha=0.5).build({"w": w})
    >>> for gradient in ([3.0, 4.0], [3.0, -4.0]):  # m is then [3, 0]
    ...     w.grad = torch.tensor(gradient)
    ...     filter()
    ...     print(w.grad.tolist())
    [3.0, 4.0]
    [5.0, 0.0]
    """

    keep: Literal["slow", "fast"] = "slow"
    alpha: float = Field(0.98, ge=0, lt=1)
    kind: Literal["band"] = Field("band", kw_only=True)

    def build(self, parameters: Parameters) -> GradientFilter:
        """Return the filter at work on some parameters."""
        return _Band(self, parameters)


class _Band:
    def __init__(self, config: Band, parameters: Parameters) -> None:
        self.config, self.parameters = config, parameters
        self.means: dict[str, Tensor] = {}

    @torch.no_grad()
    def __call__(self) -> None:
        gradients = gradients_of(self.parameters)
        if not gradients:
            return
        for name, gradient in gradients.items():
            if name not in self.means:
                self.means[name] = gradient.clone()
        means = [self.means[name] for name in gradients]
        whole = [*gradients.values()]
        torch._foreach_lerp_(means, whole, 1 - self.config.alpha)
        length, nothing = _length(whole), whole[0].new_zeros(())
        if self.config.keep == "slow":
            torch._foreach_copy_(whole, means)
        else:
            torch._foreach_sub_(whole, means)
        kept = _length(whole)
        # The first gradient has no fast part, and one of zeros no length.
        torch._foreach_mul_(whole, torch.where(kept > 0, length / kept, nothing))

    def state(self) -> dict[str, Tensor]:
        return self.means

    def restore(self, tensors: dict[str, Tensor]) -> None:
        self.means = dict(tensors)


def _length(parts: list[Tensor]) -> Tensor:
    """The length of all parts as one vector."""
    return torch.stack(torch._foreach_norm(parts)).norm()
