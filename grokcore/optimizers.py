"""How weights move: frozen descriptions that build torch's own optimizers."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import torch
from pydantic import Field
from torch import nn

from grokcore.descriptions import description

__all__ = ["SGD", "Adam", "AdamW", "Optimizer"]

_Positive = Annotated[float, Field(gt=0)]
_NonNegative = Annotated[float, Field(ge=0)]
_Unit = Annotated[float, Field(ge=0, lt=1)]


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

    >>> AdamW(lr=1e-2).build([nn.Parameter(torch.ones(2))]).defaults["betas"]
    (0.9, 0.98)
    """

    lr: _Positive = 1e-3
    weight_decay: _NonNegative = 1.0
    betas: tuple[_Unit, _Unit] = (0.9, 0.98)
    eps: _Positive = 1e-8
    kind: Literal["adamw"] = Field("adamw", kw_only=True)

    def build(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """Return ``torch.optim.AdamW``, fused where torch has that."""
        return _fused(
            torch.optim.AdamW,
            parameters,
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

    >>> Adam(weight_decay=0.005).build([nn.Parameter(torch.ones(2))]).defaults[
    ...     "weight_decay"
    ... ]
    0.005
    """

    lr: _Positive = 1e-3
    weight_decay: _NonNegative = 0.0
    betas: tuple[_Unit, _Unit] = (0.9, 0.98)
    eps: _Positive = 1e-8
    kind: Literal["adam"] = Field("adam", kw_only=True)

    def build(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """Return ``torch.optim.Adam``, fused where torch has that."""
        return _fused(
            torch.optim.Adam,
            parameters,
            lr=self.lr,
            weight_decay=self.weight_decay,
            betas=self.betas,
            eps=self.eps,
        )


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

    lr: _Positive = 1e-2
    momentum: _Unit = 0.0
    nesterov: bool = False
    weight_decay: _NonNegative = 0.0
    kind: Literal["sgd"] = Field("sgd", kw_only=True)

    def __post_init__(self) -> None:
        if self.nesterov and self.momentum == 0:
            raise ValueError("nesterov=True needs a momentum in (0, 1), not 0")

    def build(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """Return ``torch.optim.SGD``, fused where torch has that."""
        return _fused(
            torch.optim.SGD,
            parameters,
            lr=self.lr,
            momentum=self.momentum,
            nesterov=self.nesterov,
            weight_decay=self.weight_decay,
        )


def _fused(
    optimizer: type[torch.optim.Optimizer],
    parameters: Iterable[nn.Parameter],
    **settings: Any,
) -> torch.optim.Optimizer:
    """One kernel for all parameters, where torch has one for their device."""
    parameters = list(parameters)
    try:
        return optimizer(parameters, fused=True, **settings)
    except RuntimeError:
        return optimizer(parameters, **settings)


#: Any of the descriptions above, told apart by ``kind`` in JSON.
Optimizer = Annotated[AdamW | Adam | SGD, Field(discriminator="kind")]
