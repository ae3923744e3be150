"""What is minimized: each loss takes logits [B, C] and targets [B] to a scalar.

Losses are computed in float64: late in training every probability is 1 to within
float32, and the gradients that finish the clean-up would round to zero.
"""

import warnings
from collections.abc import Callable
from functools import cache
from typing import Literal

import torch.nn.functional as F
from torch import Tensor

__all__ = ["LOSSES", "LossName", "cross_entropy", "mse"]

LossName = Literal["cross_entropy", "mse"]


@cache
def _say_once_that_mps_has_no_float64() -> None:
    warnings.warn(
        "Apple's MPS has no float64: the loss is computed in float32 there",
        stacklevel=3,
    )


def _precise(logits: Tensor) -> Tensor:
    if logits.device.type == "mps":
        _say_once_that_mps_has_no_float64()
        return logits.float()
    return logits.double()


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy in nats, in float64.

    An undecided model over C classes scores ln C:

    >>> import torch
    >>> cross_entropy(torch.zeros(4, 113), torch.arange(4)).item()  # ln 113
    4.727387818712341
    """
    return F.cross_entropy(_precise(logits), targets)


def mse(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean squared distance of the logits to the one-hot target, in float64.

    >>> import torch
    >>> mse(torch.tensor([[1.0, 0.0]]), torch.tensor([1])).item()
    1.0
    """
    one_hot = F.one_hot(targets, logits.shape[-1])
    return F.mse_loss(_precise(logits), one_hot.to(_precise(logits).dtype))


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "cross_entropy": cross_entropy,
    "mse": mse,
}
