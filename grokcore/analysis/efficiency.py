"""How long weights have to be for a margin: the efficiency of a solution.

Varma et al. (2023), arXiv:2309.02390, explain grokking by it: of two solutions the one
wins that gives larger logits for the same length of weights. In a network without
biases, whose logits grow with a power of its weights, it is one number, and it is the
normalized margin of Lyu and Li (2020), arXiv:1906.05890, in other units.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["even_margin", "norm_needed"]


def even_margin(loss: ArrayLike, classes: int) -> np.ndarray:
    """Return the margin of a network with this loss whose wrong logits are all equal.

    Each row would have its right logit so far above the others. Below 0 where guessing
    is better.

    Args:
        loss: cross-entropy in nats, any shape.
        classes: how many answers there are.

    Raises:
        ValueError: for a loss that is not above 0, or fewer than two classes.

    >>> float(even_margin(np.log(31), 31).round(9))  # guessing
    0.0
    >>> even_margin([0.1, 0.001], 31).round(2).tolist()
    [5.65, 10.31]
    """
    loss = np.asarray(loss, dtype=float)
    if classes < 2:
        raise ValueError(f"classes={classes}; a margin takes at least two answers")
    if not (loss > 0).all():
        raise ValueError(f"loss={loss.min()}; cross-entropy is above 0")
    return np.log(classes - 1) - np.log(np.expm1(loss))


def norm_needed(
    norm: ArrayLike,
    loss: ArrayLike,
    classes: int,
    *,
    margin: float = 10.0,
    degree: float = 3.0,
) -> np.ndarray:
    """Return the norm at which a network would have a given margin.

    If weights times c are logits times c to the ``degree``, a network can be scaled to
    any margin, and the norm that this takes does not depend on the one it has.

    Args:
        norm: of all weights, any shape.
        loss: cross-entropy in nats at this norm, of the same shape.
        classes: how many answers there are.
        margin: the margin that is wanted, in nats, as :func:`even_margin` has it.
        degree: 3 for embedding, hidden layer and unembedding without biases.

    Returns:
        The norms, NaN where the margin is not above 0: no scale would make it so.

    >>> twice = norm_needed([20.0], [0.005], 31)  # weights halved, margin an eighth
    >>> halved = norm_needed([10.0], [np.log1p(30 * np.exp(-float(
    ...     even_margin(0.005, 31)) / 8))], 31)
    >>> bool(np.isclose(twice, halved))
    True
    """
    has = even_margin(loss, classes)
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = (margin / np.where(has > 0, has, np.nan)) ** (1 / degree)
    return np.asarray(norm, dtype=float) * factor
