"""One number for many weights: how large they are, and how unevenly spread."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from numpy.typing import ArrayLike
from torch import Tensor

__all__ = ["gini", "spike", "sum_of_squares"]


def gini(x: Tensor) -> float:
    """Return the Gini coefficient: 0 where all are equal, near 1 where one has all.

    The mean distance of two values, over all pairs, divided by twice the mean (Gini
    1912). Nanda et al. (2023), section 5.2 and appendix, take it of the norms of
    an embedding's Fourier components to say how sparse they are.

    Args:
        x: numbers that are not negative, any shape.

    Raises:
        ValueError: if one is negative, or if there are none above 0.

    >>> gini(torch.ones(56))
    0.0
    >>> round(gini(torch.tensor([0.0, 0.0, 0.0, 1.0])), 6)
    0.75
    """
    values = x.detach().to("cpu", torch.float64).flatten().sort().values
    if not len(values) or values[0] < 0 or values[-1] <= 0:
        raise ValueError(f"x={x.tolist()}; expected numbers ≥ 0, at least one above 0")
    n = len(values)
    weights = 2 * torch.arange(1, n + 1, dtype=torch.float64) - n - 1
    return float((weights * values).sum() / (n * values.sum()))


def sum_of_squares(parameters: Iterable[Tensor]) -> float:
    """Return Σw² over all weights, in float64.

    >>> sum_of_squares([torch.ones(2, 3), torch.full((2,), 2.0)])
    14.0
    """
    return float(sum(w.detach().double().square().sum() for w in parameters))


def spike(lengths: ArrayLike) -> float:
    """Return how far a course stands out above both of its ends, as a factor.

    1 where it is nowhere higher than at the higher end: it rises, or it falls, and that
    is no spike.

    Args:
        lengths: [N] numbers above 0 in the order of time.

    Raises:
        ValueError: for anything else.

    >>> spike([2.0, 3.0, 1.0]), spike([1.0, 2.0, 3.0])
    (1.5, 1.0)
    """
    x = torch.as_tensor(lengths, dtype=torch.float64)
    if x.ndim != 1 or not len(x) or not (x > 0).all():
        raise ValueError(f"lengths={x.tolist()}; expected a list of numbers above 0")
    return (x.max() / torch.maximum(x[0], x[-1])).item()
