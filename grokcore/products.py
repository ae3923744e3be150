"""Matrix products by the quicker of the two libraries that torch brings along.

On x86 CPUs torch multiplies float32 matrices with MKL, which keeps to narrow vector
instructions on processors that are not Intel's. oneDNN, which torch uses for
convolutions and in compiled models, takes the widest there are: on an AMD processor
with AVX-512 a product takes less than half the time, at the same accuracy.
"""

import platform

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["affine"]


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
    if not _is_for_onednn(x):
        return F.linear(x, weight.T, bias)
    rows = x if x.ndim == 2 else x.flatten(0, -2)
    out = _Affine.apply(rows, weight, bias)
    return out if x.ndim == 2 else out.unflatten(0, x.shape[:-1])


def _is_for_onednn(x: Tensor) -> bool:
    return (
        _HAS_ONEDNN
        and x.device.type == "cpu"
        and x.dtype == torch.float32
        and not torch.is_autocast_enabled("cpu")
    )


class _Affine(torch.autograd.Function):
    """oneDNN's product, which has no derivative of its own."""

    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.save_for_backward(x, weight)
        return _onednn(x, weight.T, bias, "none", [], "")

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


def _find_onednn():
    """The product that torch's compiler uses on CPUs, if this torch has it."""
    is_x86 = platform.machine().lower() in ("x86_64", "amd64")
    if not (is_x86 and torch.backends.mkldnn.is_available()):
        return None
    return getattr(torch.ops.mkldnn, "_linear_pointwise", None)


_onednn = _find_onednn()
_HAS_ONEDNN = _onednn is not None
