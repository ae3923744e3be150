"""Matrix products by the quicker of the two libraries that torch brings along.

On x86 CPUs torch multiplies float32 matrices with MKL, which keeps to narrow vector
instructions on processors that are not Intel's. oneDNN, which torch uses for
convolutions and in compiled models, takes the widest there are: on an AMD EPYC with
AVX-512, where this was measured, a product takes less than half the time, at the same
accuracy. The operator is private to torch, so it is tried once before it is used.
"""

import platform
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["affine", "library"]


def affine(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return x @ weight + bias, differentiable any number of times.

    Args:
        x: [..., N].
        weight: [N, M].
        bias: [M], if any.

    >>> x, weight = torch.randn(5, 3), torch.randn(3, 4)
    >>> torch.allclose(affine(x, weight), x @ weight, atol=1e-6)
    True
    """
    if not _is_for_onednn(x, weight):
        return F.linear(x, weight.T, bias)
    rows = x if x.ndim == 2 else x.flatten(0, -2)
    out = _Affine.apply(rows, weight, bias)
    return out if x.ndim == 2 else out.unflatten(0, x.shape[:-1])


def library(device: torch.device) -> str:
    """Return what multiplies float32 there: "oneDNN", or "torch" for its own choice.

    >>> library(torch.device("meta"))
    'torch'
    """
    return "oneDNN" if device.type == "cpu" and _onednn_works() else "torch"


#: Multiplications below which the way to oneDNN takes longer than it saves.
_SMALLEST = 2**21


def _is_for_onednn(x: Tensor, weight: Tensor) -> bool:
    return (
        x.device.type == "cpu"
        and x.dtype == torch.float32
        and x.ndim > 1
        and x.numel() * weight.shape[1] >= _SMALLEST
        and not torch.is_autocast_enabled("cpu")
        and _onednn_works()
    )


class _Affine(torch.autograd.Function):
    """oneDNN's product, which has no derivative of its own."""

    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.save_for_backward(x, weight)
        return _onednn(x, weight, bias)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        needs_x, needs_weight, needs_bias = ctx.needs_input_grad
        return (
            affine(gradient, weight.T) if needs_x else None,
            _outer(x, gradient) if needs_weight else None,
            gradient.sum(0) if needs_bias else None,
        )


def _outer(x: Tensor, gradient: Tensor) -> Tensor:
    """x.T @ gradient; oneDNN copies the first factor of a product, so the smaller."""
    if x.shape[1] <= gradient.shape[1]:
        return affine(x.T, gradient)
    return affine(gradient.T, x).T


def _onednn(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """The product that torch's compiler uses on CPUs."""
    return torch.ops.mkldnn._linear_pointwise(x, weight.T, bias, "none", [], "")


@cache
def _onednn_works() -> bool:
    """Whether this torch has the product, and it gives what a product should."""
    is_x86 = platform.machine().lower() in ("x86_64", "amd64")
    if not (is_x86 and torch.backends.mkldnn.is_available()):
        return False
    x, weight = torch.arange(12.0).view(3, 4), torch.arange(20.0).view(5, 4).T
    try:
        return all(
            torch.equal(_onednn(x, weight, bias), F.linear(x, weight.T, bias))
            for bias in (None, torch.arange(5.0))
        )
    except Exception:  # what is private may have changed in any way
        return False
