"""Matrices that multiply as permutations do: Young's orthogonal form.

For each shape, a partition of n such as (3, 2), there is one irreducible representation
of the permutations of n things. Its dimension is the number of standard tableaux: ways
to write 1 … n into the boxes, growing along rows and down columns (Young 1932; James
and Kerber 1981, *The Representation Theory of the Symmetric Group*, section 3.4).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import torch
from torch import Tensor

from grokcore.tasks.cayley import permutations

__all__ = ["orthogonal_form", "partitions", "tableaux"]


def partitions(n: int, largest: int | None = None) -> list[tuple[int, ...]]:
    """Return the ways to write n as a sum, from the longest first row on.

    >>> partitions(4)
    [(4,), (3, 1), (2, 2), (2, 1, 1), (1, 1, 1, 1)]
    """
    if n == 0:
        return [()]
    firsts = range(min(n, largest or n), 0, -1)
    return [(first, *rest) for first in firsts for rest in partitions(n - first, first)]


def tableaux(shape: Sequence[int]) -> list[tuple[int, ...]]:
    """Return the standard tableaux of a shape: for each the row of every number.

    >>> tableaux((2, 1))  # 1 2 over 3, and 1 3 over 2
    [(0, 0, 1), (0, 1, 0)]
    """
    places = [row for row, length in enumerate(shape) for _ in range(length)]

    def grows(rows: tuple[int, ...]) -> bool:
        heads = [rows[: k + 1] for k in range(len(rows))]
        return all(
            row == 0 or head.count(row - 1) >= head.count(row)
            for row, head in zip(rows, heads, strict=True)
        )

    return sorted(filter(grows, {*itertools.permutations(places)}))


def orthogonal_form(shape: Sequence[int]) -> Tensor:
    """Return an orthogonal matrix for each permutation [n!, d, d], in float64.

    The matrix of a product is the product of the matrices. Permutations are in the
    order of :func:`grokcore.tasks.cayley.symmetric`.

    Args:
        shape: a partition of n ≤ 6, its rows from the longest to the shortest.

    Raises:
        ValueError: if it is none.

    >>> orthogonal_form((2, 1))[2]  # exchange the first two
    tensor([[ 1.,  0.],
            [ 0., -1.]], dtype=torch.float64)
    """
    n = sum(shape)
    if not 1 <= n <= 6 or tuple(shape) not in partitions(n):
        raise ValueError(
            f"shape={tuple(shape)} is no partition of 1 to 6, such as (3, 2)"
        )
    swaps = [_swap(shape, k) for k in range(n - 1)]
    rows = [tuple(row) for row in permutations(n).tolist()]
    matrices = {rows[0]: torch.eye(len(tableaux(shape)), dtype=torch.float64)}
    waiting = [rows[0]]
    for row in waiting:  # it grows: each permutation times a swap of neighbors
        for k in range(n - 1):
            next_row = (*row[:k], row[k + 1], row[k], *row[k + 2 :])
            if next_row not in matrices:
                matrices[next_row] = matrices[row] @ swaps[k]
                waiting.append(next_row)
    return torch.stack([matrices[row] for row in rows])


def _swap(shape: Sequence[int], k: int) -> Tensor:
    """The matrix that exchanges k and k + 1, counted from 0."""
    basis = tableaux(shape)
    matrix = torch.zeros(len(basis), len(basis), dtype=torch.float64)
    for i, rows in enumerate(basis):
        content = [rows[:m].count(rows[m]) - rows[m] for m in (k, k + 1)]
        near = 1 / (content[1] - content[0])
        other = (*rows[:k], rows[k + 1], rows[k], *rows[k + 2 :])
        if other in basis:
            matrix[i, basis.index(other)] = math.sqrt(1 - near**2)
        matrix[i, i] = near
    return matrix
