"""One number for many weights: how large they are, and how unevenly spread."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

__all__ = ["gini", "sum_of_squares"]


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
