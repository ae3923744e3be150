"""Matrix products by the quicker of the two libraries that torch brings along.

On x86 CPUs torch multiplies float32 matrices with MKL, which keeps to narrow vector
instructions on processors that are not Intel's. oneDNN, which torch uses for
convolutions and in compiled models, takes the widest there are: on an AMD EPYC with
AVX-512, where this was measured, a product takes less than half the time, at the same
accuracy. The operator is private to torch, so it is tried once before it is used.
``GROKCORE_PRODUCTS=torch`` leaves the choice to torch, as on a machine that lacks it.
"""

import os
import platform
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["affine", "library", "relu_network"]


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


def relu_network(
    x: Tensor,
    W_in: Tensor,
    b_in: Tensor,
    W_out: Tensor,
    W_past: Tensor,
    b_out: Tensor,
) -> Tensor:
    """Return relu(x @ W_in + b_in) @ W_out + x @ W_past + b_out.

    One hidden layer and a way past it, differentiable any number of times. On CPUs the
    first derivative is written by hand: the hidden layer is the largest tensor of a
    training step, and no more passes are made over it than there must be.

    Args:
        x: [B, N].
        W_in: [N, M].
        b_in: [M].
        W_out: [M, C].
        W_past: [N, C].
        b_out: [C].

    >>> x, one, two = torch.tensor([[3.0, -5.0]]), torch.eye(2), 2 * torch.eye(2)
    >>> relu_network(x, one, torch.zeros(2), two, one, torch.ones(2))
    tensor([[10., -4.]])
    """
    network = _ReluNetwork.apply if _is_for_onednn(x, W_in) else _relu_network
    return network(x, W_in, b_in, W_out, W_past, b_out)


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


def _relu_network(x, W_in, b_in, W_out, W_past, b_out) -> Tensor:
    hidden = torch.relu_(affine(x, W_in, b_in))
    return affine(hidden, W_out) + affine(x, W_past, b_out)


class _ReluNetwork(torch.autograd.Function):
    """The same, with a derivative that shares copies and overwrites its own."""

    @staticmethod
    def forward(ctx, x, W_in, b_in, W_out, W_past, b_out) -> Tensor:
        hidden = _onednn(x, W_in, b_in, "relu")
        ctx.save_for_backward(x, W_in, b_in, W_out, W_past, b_out, hidden)
        return _onednn(hidden, W_out).add_(_onednn(x, W_past, b_out))

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor | None, ...]:
        *inputs, hidden = ctx.saved_tensors
        if torch.is_grad_enabled():  # somebody wants the derivative of this one
            return _again(_relu_network, inputs, ctx.needs_input_grad, gradient)
        x, W_in, _, W_out, W_past, _ = inputs
        inner = _onednn(gradient, W_out.T)
        torch.ops.aten.threshold_backward.grad_input(inner, hidden, 0, grad_input=inner)
        # A product's first factor lies row by row: these two are copied once for all.
        # Below x.T a row of ones sums the gradient up, which is that of the bias.
        by_class = gradient.T.contiguous()
        by_feature = F.pad(x.T, (0, 0, 0, 1), value=1.0)
        into = _onednn(by_feature, inner)
        return (
            _onednn(inner, W_in.T).add_(_onednn(gradient, W_past.T)),
            into[:-1],
            into[-1],
            _onednn(by_class, hidden).T,
            _onednn(by_class, x).T,
            by_class.sum(1),
        )


def _again(function, inputs, needed, gradient) -> tuple[Tensor | None, ...]:
    """The gradients of a function's inputs by autograd, to be derived once more."""
    wanted = [x for x, is_needed in zip(inputs, needed, strict=True) if is_needed]
    found = iter(
        torch.autograd.grad(function(*inputs), wanted, gradient, create_graph=True)
    )
    return tuple(next(found) if is_needed else None for is_needed in needed)


def _outer(x: Tensor, gradient: Tensor) -> Tensor:
    """x.T @ gradient; oneDNN copies the first factor of a product, so the smaller."""
    if x.shape[1] <= gradient.shape[1]:
        return affine(x.T, gradient)
    return affine(gradient.T, x).T


def _onednn(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, then: str = "none"
) -> Tensor:
    """The product that torch's compiler uses on CPUs, ``then`` "relu" if asked for."""
    return torch.ops.mkldnn._linear_pointwise(x, weight.T, bias, then, [], "")


@cache
def _onednn_works() -> bool:
    """Whether this torch has the product, and it gives what a product should."""
    is_x86 = platform.machine().lower() in ("x86_64", "amd64")
    if not (is_x86 and torch.backends.mkldnn.is_available()):
        return False
    if os.environ.get("GROKCORE_PRODUCTS") == "torch":
        return False
    x, weight = torch.arange(-6.0, 6).view(3, 4), torch.arange(20.0).view(5, 4).T
    try:
        return all(
            torch.equal(_onednn(x, weight, bias, then), function(plain))
            for bias in (None, torch.arange(5.0))
            for plain in [F.linear(x, weight.T, bias)]
            for then, function in {"none": torch.clone, "relu": torch.relu}.items()
        )
    except Exception:  # what is private may have changed in any way
        return False
