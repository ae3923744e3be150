"""Adam, with weight decay beside the gradient or inside it."""

from typing import Literal

import torch
from pydantic import Field

from grokcore.config import description
from grokcore.optimizers.base import NonNegative, Parameters, Positive, Share, fused

__all__ = ["Adam", "AdamW"]


@description
class AdamW:
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019).

    Decay acts on all parameters. The default betas are those of the grokking papers.

    Args:
        lr: learning rate, > 0.
        weight_decay: share of a weight, times ``lr``, that a step takes away, ≥ 0.
        betas: decay of the running means of the gradient and of its square, in [0, 1).
        eps: added to the root of the latter, > 0.

    Raises:
        ValueError: for an impossible value; the message names it and what is allowed.

    >>> AdamW(lr=1e-2).build({"w": torch.nn.Parameter(torch.ones(2))}).defaults["betas"]
    (0.9, 0.98)
    """

    lr: Positive = 1e-3
    weight_decay: NonNegative = 1.0
    betas: tuple[Share, Share] = (0.9, 0.98)
    eps: Positive = 1e-8
    kind: Literal["adamw"] = Field("adamw", kw_only=True)

    def build(self, parameters: Parameters) -> torch.optim.Optimizer:
        """Return ``torch.optim.AdamW``, fused where torch has that."""
        return fused(
            torch.optim.AdamW,
            [*parameters.values()],
            lr=self.lr,
            weight_decay=self.weight_decay,
            betas=self.betas,
            eps=self.eps,
        )


@description
class Adam:
    """Adam with L2 regularization coupled into the gradient, as in Grokfast's runs.

    Args:
        lr: learning rate, > 0.
        weight_decay: share of a weight that is added to its gradient, ≥ 0.
        betas: decay of the running means of the gradient and of its square, in [0, 1).
        eps: added to the root of the latter, > 0.

    Raises:
        ValueError: for an impossible value; the message names it and what is allowed.

    >>> adam = Adam(weight_decay=0.005).build({"w": torch.nn.Parameter(torch.ones(2))})
    >>> adam.defaults["weight_decay"]
    0.005
    """

    lr: Positive = 1e-3
    weight_decay: NonNegative = 0.0
    betas: tuple[Share, Share] = (0.9, 0.98)
    eps: Positive = 1e-8
    kind: Literal["adam"] = Field("adam", kw_only=True)

    def build(self, parameters: Parameters) -> torch.optim.Optimizer:
        """Return ``torch.optim.Adam``, fused where torch has that."""
        return fused(
            torch.optim.Adam,
            [*parameters.values()],
            lr=self.lr,
            weight_decay=self.weight_decay,
            betas=self.betas,
            eps=self.eps,
        )
