"""Which of two courses comes first: their correlation, one of them shifted."""

from __future__ import annotations

import torch
from numpy.typing import ArrayLike
from torch import Tensor

__all__ = ["best_lag", "cross_correlation", "shifted"]


def cross_correlation(first: ArrayLike, second: ArrayLike, most: int) -> Tensor:
    """Return the correlation of two courses at each lag from −most to most.

    At lag k stands the correlation of ``first`` with ``second`` k rows later: where it
    is highest at a k above 0, the first one leads. Each is taken over the rows that
    both have.

    Args:
        first, second: [N] courses, at the same times, which are equally far apart.
        most: the largest lag, at most N − 3.

    Returns:
        [2 · most + 1]; 0 where one of the two does not change.

    Raises:
        ValueError: if they are not flat and equally long, or too short for the lag.

    >>> x = [0, 0, 1, 0, 0, 0, 0, 0]
    >>> two_later = [0, 0, 0, 0, 1, 0, 0, 0]
    >>> cross_correlation(x, two_later, most=2).round(decimals=1).tolist()
    [-0.2, -0.2, -0.1, -0.2, 1.0]
    """
    x = torch.as_tensor(first, dtype=torch.float64)
    y = torch.as_tensor(second, dtype=torch.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(
            f"two courses have shapes {list(x.shape)} and {list(y.shape)}; they must "
            "be flat and equally long"
        )
    n = len(x)
    if not 0 <= most <= n - 3:
        raise ValueError(f"most={most} must be 0 to {n - 3}, with {n} rows")
    found = []
    for k in range(-most, most + 1):
        a, b = (x[: n - k], y[k:]) if k >= 0 else (x[-k:], y[:k])
        found.append(_correlation(a, b))
    return torch.stack(found)


def best_lag(first: ArrayLike, second: ArrayLike, most: int) -> tuple[int, float]:
    """Return the lag with the highest correlation, and that correlation.

    >>> best_lag([0, 0, 1, 0, 0, 0], [0, 0, 0, 1, 0, 0], most=2)
    (1, 1.0)
    """
    found = cross_correlation(first, second, most)
    at = int(found.argmax())
    return at - most, round(found[at].item(), 12)


def shifted(first: ArrayLike, second: ArrayLike, most: int) -> Tensor:
    """Return the highest correlation for each turn of the second course: a null.

    What runs out at its end comes in again at its beginning, so that each keeps its
    shape and its times mean nothing. Turns by up to twice ``most`` rows are left out:
    after one of them, a lag might still bring together what belongs together.

    Args:
        first, second, most: as for :func:`cross_correlation`.

    Returns:
        [N − 4 · most − 1] highest correlations.

    Raises:
        ValueError: as there, and if no turn is left.

    >>> shifted([0, 0, 1, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0], most=1).shape
    torch.Size([2])
    """
    y = torch.as_tensor(second, dtype=torch.float64)
    turns = range(2 * most + 1, len(y) - 2 * most)
    if not turns:
        raise ValueError(f"{len(y)} rows leave no turn beyond 2 · most={2 * most}")
    return torch.stack([cross_correlation(first, y.roll(k), most).max() for k in turns])


def _correlation(x: Tensor, y: Tensor) -> Tensor:
    x, y = x - x.mean(), y - y.mean()
    scale = x.norm() * y.norm()
    return x.dot(y) / scale if scale > 0 else scale
