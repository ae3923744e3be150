"""What all optimizers share: their bounds, and torch's fused kernels."""

from collections.abc import Mapping
from typing import Annotated, Any

import torch
from pydantic import Field
from torch import nn

__all__ = ["NonNegative", "Parameters", "Positive", "Share", "fused"]

#: Weights by name.
Parameters = Mapping[str, nn.Parameter]

Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, lt=1)]


def fused(
    optimizer: type[torch.optim.Optimizer],
    parameters: list[nn.Parameter],
    **settings: Any,
) -> torch.optim.Optimizer:
    """Return one of torch's optimizers, with one kernel for all parameters.

    Where torch has no such kernel for their device, with one each.
    """
    try:
        return optimizer(parameters, fused=True, **settings)
    except (RuntimeError, TypeError):  # TypeError: it has no such option at all
        return optimizer(parameters, **settings)
