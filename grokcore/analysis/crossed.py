"""What two causes have to do with an outcome, where each of one met each of the other.

The classical name is a two-way random-effects model with one observation a cell: the
shares are its variance components (Searle, Casella, McCulloch 1992, *Variance
Components*, chapter 4).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from numpy.typing import ArrayLike

__all__ = ["Shares", "variance_shares"]


class Shares(NamedTuple):
    """Parts of one variance; together 1.

    Attributes:
        first: what those have in common that share the first cause alone.
        second: what those have in common that share the second cause alone.
        rest: the two causes together, beyond what each does alone, and chance.
    """

    first: float
    second: float
    rest: float


def variance_shares(observed: ArrayLike) -> Shares:
    """Return which share of the variance belongs to each of two crossed causes.

    How much more alike are two outcomes that share one cause than two that share
    none? Their mean product, less that of two with nothing in common, over the whole
    variance. The estimate is unbiased, so it may fall a little below 0 where a cause
    does nothing.

    Args:
        observed: [A, B] or [A, B, K]: the outcome, or K of them, for each of the A
            first causes with each of the B second ones. The variances of several
            outcomes are added.

    Returns:
        The share of the first cause, of the second, and what is left.

    Raises:
        ValueError: if there are fewer than two of a cause, or if nothing varies.

    >>> shares = variance_shares([[1, 1, 1, 1], [0, 0, 0, 0], [1, 1, 1, 1]])
    >>> [round(share, 6) + 0.0 for share in shares]
    [1.0, 0.0, 0.0]
    """
    y = torch.as_tensor(observed, dtype=torch.float64)
    if y.ndim not in (2, 3) or min(y.shape[:2]) < 2:
        raise ValueError(
            f"observed has shape {list(y.shape)}; it must be [A, B] or [A, B, K], "
            "with A and B at least 2"
        )
    y = y.reshape(*y.shape[:2], -1)
    y = y - y.mean((0, 1))  # changes no share, and saves digits
    A, B, _ = y.shape
    squares = y.square().sum()
    first = y.sum(1).square().sum() - squares  # over all pairs that share the first
    second = y.sum(0).square().sum() - squares
    none = y.sum((0, 1)).square().sum() - first - second - squares
    none = none / (A * B * (A - 1) * (B - 1))
    total = squares / (A * B) - none
    if not total > 0:
        raise ValueError("nothing varies: all outcomes are the same")
    one = float((first / (A * B * (B - 1)) - none) / total)
    other = float((second / (A * B * (A - 1)) - none) / total)
    return Shares(one, other, 1 - one - other)
