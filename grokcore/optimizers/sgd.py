"""Stochastic gradient descent."""

from typing import Literal

import torch
from pydantic import Field

from grokcore.config import description
from grokcore.optimizers.base import NonNegative, Parameters, Positive, Share, fused

__all__ = ["SGD"]


@description
class SGD:
    """Stochastic gradient descent; with ``nesterov``, Nesterov's momentum.

    Args:
        lr: learning rate, > 0.
        momentum: share of the last step that the next one keeps, in [0, 1).
        nesterov: look at the gradient where the momentum leads; needs a momentum.
        weight_decay: share of a weight that is added to its gradient, ≥ 0.

    Raises:
        ValueError: for an impossible value; the message names it and what is allowed.

    >>> SGD(lr=0.1, momentum=0.9, nesterov=True).kind
    'sgd'
    """

    lr: Positive = 1e-2
    momentum: Share = 0.0
    nesterov: bool = False
    weight_decay: NonNegative = 0.0
    kind: Literal["sgd"] = Field("sgd", kw_only=True)

    def __post_init__(self) -> None:
        if self.nesterov and self.momentum == 0:
            raise ValueError("nesterov=True needs a momentum in (0, 1), not 0")

    def build(self, parameters: Parameters) -> torch.optim.Optimizer:
        """Return ``torch.optim.SGD``, fused where torch has that."""
        return fused(
            torch.optim.SGD,
            [*parameters.values()],
            lr=self.lr,
            momentum=self.momentum,
            nesterov=self.nesterov,
            weight_decay=self.weight_decay,
        )
