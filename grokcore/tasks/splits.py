"""Which rows of a table are trained on, where a pair and its mirror image matter."""

from typing import Literal

import torch
from torch import Tensor

__all__ = ["Mirrors", "split"]

#: Where the mirror image (b, a) of a cell (a, b) goes.
Mirrors = Literal["anywhere", "together", "apart"]


def split(
    order: Tensor, n: int, mirrors: Mirrors = "anywhere"
) -> tuple[Tensor, Tensor]:
    """Split the rows of a table in two, both ascending.

    Args:
        order: [N] all rows in random order; row p·a + b is the cell (a, b) unless
            ``mirrors`` is ``"anywhere"``.
        n: how many rows are trained on.
        mirrors: what :class:`~grokcore.tasks.modular.ModularTask` says of it.

    Returns:
        The n rows to train on, and all others.

    >>> train, val = split(torch.arange(9), 4, "together")
    >>> train.tolist()  # of 3 × 3 cells: (0, 1) and (1, 0), and two of the diagonal
    [0, 1, 3, 4]
    """
    if mirrors != "anywhere":
        order = _ranked(order, n, mirrors)
    # Ascending rows keep look-ups of neighboring embeddings in the cache.
    return order[:n].sort().values, order[n:].sort().values


def _ranked(order: Tensor, n: int, mirrors: Mirrors) -> Tensor:
    """All rows, in the order in which they are taken into the training set."""
    p = round(len(order) ** 0.5)
    place = torch.empty_like(order)
    place[order] = torch.arange(len(order))
    mirror = torch.arange(len(order)).view(p, p).T.flatten()
    if mirrors == "together":
        key = torch.minimum(place, place[mirror])  # one after the other
    else:
        second = place > place[mirror]
        key = place + len(order) * second  # one of each pair, then the second of any
    ranked = key.argsort(stable=True)
    # The diagonal's share is that of the table, or one cell more: pairs are two cells.
    on_diagonal = ranked == mirror[ranked]
    diagonal, others = ranked[on_diagonal], ranked[~on_diagonal]
    d = p * n // len(order)
    d += (n - d) % 2
    first = torch.cat([diagonal[:d], others[: n - d]])
    return torch.cat([first, diagonal[d:], others[n - d :]])
