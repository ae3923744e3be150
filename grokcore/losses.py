"""What is minimized: each loss takes logits [B, C] and targets [B] to a scalar.

Losses are computed in float64, but for those that say otherwise: late in training
every probability is 1 to within float32, and the gradients that finish the clean-up
would round to zero.
"""

import warnings
from collections.abc import Callable
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from grokcore.config import one_of

__all__ = [
    "LOSSES",
    "LossName",
    "cross_entropy",
    "cross_entropy_float16",
    "cross_entropy_float32",
    "mse",
    "stablemax",
    "stablemax_float32",
]


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


def cross_entropy_float32(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy in nats, in float32: what most published code minimizes.

    Once every training answer is sure, its gradients round to zero one by one:

    >>> import torch
    >>> sure = torch.tensor([[20.0, 0.0]], requires_grad=True), torch.tensor([0])
    >>> cross_entropy_float32(*sure).item()
    0.0
    >>> f"{cross_entropy(*sure).item():.3g}"
    '2.06e-09'
    """
    return F.cross_entropy(logits.float(), targets)


def cross_entropy_float16(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy in nats, each row in float16: what a sum of halves forgets.

    A half keeps 11 bits. Where all wrong answers together weigh less than 2⁻¹¹ of the
    right one, their sum with it is 1, and the loss and the gradient of the right answer
    are 0:

    >>> import torch
    >>> sure = torch.tensor([[8.0, 0.0]], requires_grad=True), torch.tensor([0])
    >>> cross_entropy_float16(*sure).item(), cross_entropy_float32(*sure).item() > 0
    (0.0, True)
    """
    halves = logits.half()
    right = halves.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    top = halves.amax(-1).detach()
    # By hand: torch's own log_softmax sums halves in float32.
    summed = (halves - top.unsqueeze(-1)).exp().sum(-1)
    return (top + summed.log() - right).double().mean()


def stablemax(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean of −ln of the right answer's StableMax probability, in float64.

    StableMax grows linearly where softmax grows exponentially, so that an answer is
    sure to within rounding only where logits are very large: s(x) = x + 1 for x ≥ 0 and
    1 / (1 − x) below, over the sum of all s (Prieto et al. 2025, arXiv:2501.04697,
    section 4).

    >>> import torch
    >>> loss = stablemax(torch.tensor([[3.0, 0.0, -1.0]]), torch.tensor([0]))
    >>> round(loss.exp().item(), 12)  # the right answer has 4 of 5.5
    1.375
    """
    return _stablemax(_precise(logits), targets)


def stablemax_float32(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean of −ln of the right answer's StableMax probability, in float32.

    Far from silent where softmax in float32 is, but not for ever:

    >>> import torch
    >>> sure = torch.tensor([[100.0, 0.0]], requires_grad=True), torch.tensor([0])
    >>> cross_entropy_float32(*sure).item(), round(stablemax_float32(*sure).item(), 4)
    (0.0, 0.0099)
    >>> stablemax_float32(1e8 * sure[0], sure[1]).item(), stablemax(*sure).item() > 0
    (0.0, True)
    """
    return _stablemax(logits.float(), targets)


def _stablemax(x: Tensor, targets: Tensor) -> Tensor:
    # Each branch sees only what it is for: no gradient of a division by 0.
    s = torch.where(x >= 0, x + 1, 1 / (1 - x.clamp(max=0)))
    right = s.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    return (s.sum(-1).log() - right.log()).mean()


def mse(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean squared distance of the logits to the one-hot target, in float64.

    >>> import torch
    >>> mse(torch.tensor([[1.0, 0.0]]), torch.tensor([1])).item()
    1.0
    """
    one_hot = F.one_hot(targets, logits.shape[-1])
    return F.mse_loss(_precise(logits), one_hot.to(_precise(logits).dtype))


#: All losses by name.
LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    loss.__name__: loss
    for loss in (
        cross_entropy,
        cross_entropy_float32,
        cross_entropy_float16,
        mse,
        stablemax,
        stablemax_float32,
    )
}

#: A name in that table.
LossName = one_of(LOSSES)
