"""The loss around a network: along directions, and how it bends.

A Hessian has as many rows as there are weights, and is never written down: one product
of it with a vector costs two backward passes (Pearlmutter 1994), and its largest
eigenvalue and its trace need nothing but such products.

A loss is a function of weights, and weights are tensors by name, as in a state dict.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn
from torch.func import functional_call

from grokcore.losses import cross_entropy

__all__ = [
    "Loss",
    "Weights",
    "direction",
    "hessian_vector_product",
    "line",
    "loss_of",
    "plane",
    "pull",
    "roughness",
    "top_eigenvalue",
    "trace",
    "turned",
    "weights_of",
]

#: Tensors by name.
Weights = Mapping[str, Tensor]

#: A scalar for weights.
Loss = Callable[[Weights], Tensor]


def weights_of(model: nn.Module) -> dict[str, Tensor]:
    """Return the parameters of a model by name, in float64."""
    return {name: w.detach().double() for name, w in model.named_parameters()}


def loss_of(
    model: nn.Module,
    tokens: Tensor,
    targets: Tensor,
    loss: Callable[[Tensor, Tensor], Tensor] = cross_entropy,
) -> Loss:
    """Return the loss of some rows as a function of a model's weights.

    Args:
        model: whose forward pass it is; its own weights do not matter, nor change.
        tokens: [B, T] what it is asked.
        targets: [B] the right answers.
        loss: takes logits [B, C] and targets [B] to a scalar.

    >>> import grokcore as gc
    >>> task = gc.ModularTask("add", p=5, train_fraction=0.5)
    >>> model, data = gc.EmbeddingMLPConfig().build(task, seed=0), task.data()
    >>> nats = loss_of(model, data.tokens, data.targets)
    >>> still = {name: 0 * w for name, w in weights_of(model).items()}
    >>> round(nats(still).item(), 4)  # ln 5
    1.6094
    """
    return lambda weights: loss(functional_call(model, dict(weights), tokens), targets)


# -- how it bends --------------------------------------------------------------------


def hessian_vector_product(loss: Loss, at: Weights, vector: Weights) -> Weights:
    """Return H v, the change of the gradient at ``at`` along ``vector``.

    The gradient's product with v is a number; its own gradient is H v (Pearlmutter
    1994).

    >>> H = torch.tensor([[2.0, 1.0], [1.0, 3.0]])
    >>> bowl = lambda weights: weights["w"] @ H @ weights["w"] / 2
    >>> at, v = {"w": torch.ones(2)}, {"w": torch.tensor([1.0, 0.0])}
    >>> hessian_vector_product(bowl, at, v)
    {'w': tensor([2., 1.])}
    """
    leaves = {name: w.detach().requires_grad_() for name, w in at.items()}
    gradient = torch.autograd.grad(loss(leaves), [*leaves.values()], create_graph=True)
    along = sum((g * vector[n]).sum() for n, g in zip(leaves, gradient, strict=True))
    if not along.requires_grad:  # of a linear loss nothing is left
        return {name: torch.zeros_like(w) for name, w in at.items()}
    product = torch.autograd.grad(
        along, [*leaves.values()], allow_unused=True, materialize_grads=True
    )
    return dict(zip(leaves, product, strict=True))


def top_eigenvalue(
    loss: Loss, at: Weights, *, rounds: int = 100, tolerance: float = 1e-3
) -> float:
    """Return the Hessian's eigenvalue of largest size, by power iteration.

    Args:
        loss: a function of weights.
        at: where.
        rounds: Hessian-vector products, at most.
        tolerance: stop when a round changes it by less than this share.

    Raises:
        ValueError: if no round is allowed.

    >>> bowl = lambda weights: (torch.tensor([1.0, 9.0]) * weights["w"] ** 2).sum()
    >>> round(top_eigenvalue(bowl, {"w": torch.zeros(2)}), 2)
    18.0
    """
    if rounds < 1:
        raise ValueError(f"rounds={rounds} must be at least 1")
    v = direction(at, seed=0, normalize=False)
    value = math.inf
    for _ in range(rounds):
        v = _times(1 / _norm(v), v)
        product = hessian_vector_product(loss, at, v)
        before, value = value, _dot(v, product)
        if _norm(product) == 0:
            return 0.0
        if abs(value - before) <= tolerance * abs(value):
            break
        v = product
    return value


def trace(
    loss: Loss, at: Weights, *, draws: int = 100, seed: int = 0
) -> tuple[float, float]:
    """Return the Hessian's trace and its standard error, by Hutchinson's estimate.

    The mean of v · H v over vectors v of random signs is the trace, for the
    off-diagonal entries cancel (Hutchinson 1989).

    Args:
        loss: a function of weights.
        at: where.
        draws: how many vectors, at least 2.
        seed: of the signs.

    Raises:
        ValueError: for fewer than two draws.

    >>> bowl = lambda weights: (torch.tensor([1.0, 9.0]) * weights["w"] ** 2).sum()
    >>> trace(bowl, {"w": torch.zeros(2)})  # 2 + 18, exact where H is diagonal
    (20.0, 0.0)
    """
    if draws < 2:
        raise ValueError(f"draws={draws} must be at least 2")
    dice = torch.Generator().manual_seed(seed)
    found = []
    for _ in range(draws):
        signs = {
            n: 2.0 * torch.randint(2, w.shape, generator=dice).to(w) - 1
            for n, w in at.items()
        }
        found.append(_dot(signs, hessian_vector_product(loss, at, signs)))
    values = torch.tensor(found, dtype=torch.float64)
    return values.mean().item(), (values.std() / math.sqrt(draws)).item()


def pull(loss: Loss, at: Weights) -> float:
    """Return the cosine of the steepest descent with the weights themselves.

    1 where the loss falls by making all weights longer, which changes no answer of a
    network without biases ("naive loss minimization", Prieto et al. 2025,
    arXiv:2501.04697, section 4). A random direction among N weights has about
    1 / √N, with either sign.

    >>> far = lambda weights: 1 / weights["w"].norm()
    >>> round(pull(far, {"w": torch.tensor([3.0, 4.0])}), 6)
    1.0
    """
    leaves = {name: w.detach().requires_grad_() for name, w in at.items()}
    gradient = torch.autograd.grad(loss(leaves), [*leaves.values()])
    slope = dict(zip(leaves, gradient, strict=True))
    return -_dot(slope, at) / (_norm(slope) * _norm(at))


# -- along directions ----------------------------------------------------------------


def direction(at: Weights, seed: int, *, normalize: bool = True) -> dict[str, Tensor]:
    """Return a random direction; each filter of it as long as the network's own.

    A filter is what feeds one output: a column of a matrix, of each head's matrix by
    itself, and a whole vector of biases. So one unit along it changes each filter by
    its own length, whatever that is (Li et al. 2018, arXiv:1712.09913, section 4).

    Args:
        at: the network's weights.
        seed: of the direction.
        normalize: ``False`` leaves the filters as they were drawn, and makes the whole
            as long as 1.

    >>> w = {"w": torch.tensor([[3.0, 0.0], [4.0, 0.1]])}
    >>> [round(x, 4) for x in direction(w, seed=0)["w"].norm(dim=0).tolist()]
    [5.0, 0.1]
    """
    dice = torch.Generator().manual_seed(seed)
    drawn = {
        n: torch.randn(w.shape, generator=dice, dtype=torch.float64).to(w)
        for n, w in at.items()
    }
    if not normalize:
        return _times(1 / _norm(drawn), drawn)
    return {n: d * _lengths(at[n]) / _lengths(d) for n, d in drawn.items()}


def turned(first: Weights, second: Weights, angle: float) -> dict[str, Tensor]:
    """Return the direction at an angle, in radians, of the plane of two directions.

    >>> x, y = {"w": torch.tensor([1.0, 0.0])}, {"w": torch.tensor([0.0, 1.0])}
    >>> turned(x, y, math.pi / 2)["w"].round(decimals=6)
    tensor([0., 1.])
    """
    cos, sin = math.cos(angle), math.sin(angle)
    return {n: cos * d + sin * second[n] for n, d in first.items()}


@torch.no_grad()
def line(loss: Loss, at: Weights, along: Weights, places: ArrayLike) -> Tensor:
    """Return the loss [N] at ``at`` + x · ``along``, for N places x.

    >>> bowl = lambda weights: (weights["w"] ** 2).sum()
    >>> line(bowl, {"w": torch.zeros(2)}, {"w": torch.ones(2)}, [-1, 0, 1])
    tensor([2., 0., 2.], dtype=torch.float64)
    """
    xs = torch.as_tensor(places, dtype=torch.float64).tolist()
    heights = [loss({n: w + x * along[n] for n, w in at.items()}) for x in xs]
    return torch.stack(heights).double()


def plane(
    loss: Loss, at: Weights, first: Weights, second: Weights, places: ArrayLike
) -> Tensor:
    """Return the loss [N, N] at ``at`` + x · ``first`` + y · ``second``, rows by y.

    >>> bowl = lambda weights: (weights["w"] ** 2).sum()
    >>> x, y = {"w": torch.tensor([1.0, 0.0])}, {"w": torch.tensor([0.0, 2.0])}
    >>> plane(bowl, {"w": torch.zeros(2)}, x, y, [0, 1])
    tensor([[0., 1.],
            [4., 5.]], dtype=torch.float64)
    """
    ys = torch.as_tensor(places, dtype=torch.float64).tolist()
    rows = ({n: w + y * second[n] for n, w in at.items()} for y in ys)
    return torch.stack([line(loss, row, first, places) for row in rows])


def roughness(heights: ArrayLike, places: ArrayLike) -> float:
    """Return the mean size of the second difference along a slice, per unit squared.

    Of a straight line it is 0, of x² it is 2, wherever and however often one looks.

    Args:
        heights: [N] losses, N ≥ 3.
        places: [N] where, equally far from each other.

    Raises:
        ValueError: if there are fewer than three, or they are not equally far apart.

    >>> x = torch.linspace(-1, 1, 21)
    >>> round(roughness(x**2, x), 3), round(roughness(3 * x, x), 3)
    (2.0, 0.0)
    """
    y = torch.as_tensor(heights, dtype=torch.float64)
    x = torch.as_tensor(places, dtype=torch.float64)
    if y.shape != x.shape or x.ndim != 1 or len(x) < 3:
        raise ValueError(
            f"heights and places have shapes {list(y.shape)} and {list(x.shape)}; "
            "give flat ones, equally long, of at least 3"
        )
    steps = x.diff()
    if not torch.allclose(steps, steps.mean(), rtol=1e-4) or not steps[0] > 0:
        raise ValueError(
            f"places are {steps.min():g} to {steps.max():g} apart; they must rise, "
            "all by the same step, as those of torch.linspace do"
        )
    return (y.diff(n=2) / steps.mean().square()).abs().mean().item()


def _lengths(x: Tensor) -> Tensor:
    """Of each filter, in the shape that broadcasts; never 0."""
    dim = -2 if x.ndim > 1 else None
    length = torch.linalg.vector_norm(x, dim=dim, keepdim=True)
    return length.clamp(min=torch.finfo(x.dtype).tiny)


def _times(factor: float, x: Weights) -> dict[str, Tensor]:
    return {name: factor * w for name, w in x.items()}


def _dot(x: Weights, y: Weights) -> float:
    return sum((w * y[name]).sum() for name, w in x.items()).item()


def _norm(x: Weights) -> float:
    return math.sqrt(_dot(x, x))
