"""A kernel machine that learns features, without gradient descent.

The recursive feature machine of Radhakrishnan et al. (2024), Science 383, on modular
arithmetic: Mallinar et al. (2024), arXiv:2407.20199.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["Solve", "circulant_share", "solves"]

#: Added to the diagonal of the kernel, so that it can be inverted.
_RIDGE = 1e-9


class Solve(NamedTuple):
    """What a kernel machine has after one of its solves.

    Attributes:
        features: [D, D] the matrix M that it compares inputs by.
        outputs: [N, C] its answers to all rows, shown or not.
    """

    features: Tensor
    outputs: Tensor


def solves(x: Tensor, y: Tensor, train: Tensor, count: int) -> Iterator[Solve]:
    """Solve a kernel machine, learn features from it, solve again, and so on.

    The kernel is (xᵀ M x')². M begins as the identity; after each solve it becomes the
    square root of the average gradient outer product, over the training rows, of the
    solution. Nothing descends: a linear system is solved exactly each time.

    Args:
        x: [N, D] the inputs of all rows, numbers that are one-hot, in float64.
        y: [N, C] what they should become.
        train: [n] rows that are shown.
        count: how many solves.

    Raises:
        ValueError: if an input is neither 0 nor 1, or nothing is shown.

    >>> numbers = torch.cartesian_prod(torch.arange(5), torch.arange(5))
    >>> x = torch.nn.functional.one_hot(numbers, 5).flatten(1).double()
    >>> y = torch.nn.functional.one_hot(numbers.sum(1) % 5, 5).double()
    >>> [*_, last] = solves(x, y, torch.arange(20), 3)
    >>> torch.allclose(last.outputs[:20], y[:20], atol=1e-5)
    True
    """
    if not ((x == 0) | (x == 1)).all():
        raise ValueError("x has values other than 0 and 1; give one-hot numbers")
    if not len(train):
        raise ValueError("train is empty; give at least one row to learn from")
    features = torch.eye(x.shape[1], dtype=x.dtype)
    ridge = _RIDGE * torch.eye(len(train), dtype=x.dtype)
    for _ in range(count):
        products = x @ features @ x[train].T
        kernel, slopes = products.square(), 2 * products[train]
        weights = torch.linalg.solve(kernel[train] + ridge, y[train])
        yield Solve(features, kernel @ weights)
        # Which rows have a 1 in an input is all that a gradient by it takes.
        shares = [slopes[:, ones] @ weights[ones] for ones in x[train].bool().T]
        # A gradient is its row here times M, which can wait until they are added up.
        rows = torch.stack(shares, -1).flatten(0, 1)
        products = features @ (rows.T @ rows) @ features
        power, axes = torch.linalg.eigh(products / len(train))
        features = axes * power.clamp(min=0).sqrt() @ axes.T


def circulant_share(block: Tensor, direction: int) -> float:
    """Return how much of a square block is constant along its (wrapped) diagonals.

    Args:
        block: [p, p] what a matrix of features has of two operands.
        direction: 1 for entries whose difference is the same, as in a circulant matrix;
            -1 for those whose sum is.

    Returns:
        The share of the variance of its entries: 1 for a circulant block, about 1/p for
        a random one, NaN where all entries are equal.

    Raises:
        ValueError: if the block is not square, or the direction another.

    >>> block = torch.tensor([[1.0, 2.0, 4.0], [4.0, 1.0, 2.0], [2.0, 4.0, 1.0]])
    >>> round(circulant_share(block, 1), 3), round(circulant_share(block, -1), 3)
    (1.0, 0.0)
    """
    p = len(block)
    if block.shape != (p, p):
        raise ValueError(f"block is {[*block.shape]}; expected as many rows as columns")
    if direction not in (1, -1):
        raise ValueError(f"direction={direction}; allowed: 1 and -1")
    centered = block - block.mean()
    if not centered.any():
        return math.nan
    # Row i moved back by i: what was a wrapped diagonal is a column.
    straight = torch.stack([row.roll(-direction * i) for i, row in enumerate(centered)])
    return float(p * straight.mean(0).square().sum() / centered.square().sum())
