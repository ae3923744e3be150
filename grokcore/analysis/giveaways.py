"""What a table gives away by itself: to a shift of its cells, or to their neighbors.

These are nulls. A rule that knows nothing of numbers, only that some cells of a table
have equal answers, may be right about many cells that it was never shown.
"""

from __future__ import annotations

from itertools import groupby, product
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["nearest_answers", "shift_agreement"]


def shift_agreement(answers: Tensor) -> Tensor:
    """Return for each shift how many cells keep their answer when they move by it.

    Args:
        answers: [p, p], a row for each a and a column for each b.

    Returns:
        [p, p] shares in float64; at [i, j] that of the cells (a, b) which have the
        answer of (a + i, b + j) mod p. At [0, 0] stands 1.

    Raises:
        ValueError: if the table is not a square.

    >>> n = torch.arange(5)
    >>> shift_agreement((n[:, None] + n) % 5)[1].tolist()  # (a, b) to (a + 1, b + 4)
    [0.0, 0.0, 0.0, 0.0, 1.0]
    """
    p = _side(answers)
    kept = [
        (answers == answers.roll((-i, -j), (0, 1))).double().mean()
        for i, j in product(range(p), repeat=2)
    ]
    return torch.stack(kept).view(p, p)


def nearest_answers(
    answers: Tensor, shown: Tensor, within: Literal["table", "column"] = "table"
) -> Tensor:
    """Answer each cell as the shown cells nearest to it do.

    Distance is that on paper; the table does not go around. Of several cells that are
    equally near, the answer that most of them have is taken, and of several such
    answers the lowest. A shown cell does not count as its own neighbor.

    Args:
        answers: [p, p] integers from 0 on.
        shown: [p, p] booleans; at least two cells are shown.
        within: ``"column"`` looks only at cells of the same b.

    Returns:
        [p, p] answers, and −1 where a column shows no other cell.

    Raises:
        ValueError: if the tables are not squares of one size, or fewer than two cells
            are shown.

    >>> shown = torch.tensor([[True, False, False], [False, False, False], [True] * 3])
    >>> nearest_answers(torch.arange(9).view(3, 3), shown)
    tensor([[6, 0, 0],
            [0, 7, 8],
            [7, 6, 7]])
    """
    p = _side(answers)
    if shown.shape != answers.shape or shown.dtype != torch.bool or shown.sum() < 2:
        raise ValueError(
            f"shown is {shown.dtype} {tuple(shown.shape)} with {int(shown.sum())} "
            f"cells; expected bool {(p, p)} with at least two"
        )
    votes = F.one_hot(answers).movedim(-1, 0) * shown  # [C, p, p]
    padded = F.pad(votes, (p - 1,) * 4)
    found = torch.full_like(answers, -1)
    across = range(1 - p, p) if within == "table" else [0]
    steps = sorted(product(range(1 - p, p), across), key=_square)
    for distance, ring in groupby(steps, key=_square):
        if not distance:
            continue
        total = sum(_window(padded, p, *step) for step in ring)
        decided = (found < 0) & (total.sum(0) > 0)
        found[decided] = total.argmax(0)[decided]
        if (found >= 0).all():
            break
    return found


def _side(answers: Tensor) -> int:
    if answers.ndim != 2 or answers.shape[0] != answers.shape[1]:
        raise ValueError(f"answers have shape {tuple(answers.shape)}; expected [p, p]")
    return len(answers)


def _square(step: tuple[int, int]) -> int:
    return step[0] ** 2 + step[1] ** 2


def _window(padded: Tensor, p: int, i: int, j: int) -> Tensor:
    """For each cell the votes of the one i rows further down and j columns right."""
    return padded[:, p - 1 + i : 2 * p - 1 + i, p - 1 + j : 2 * p - 1 + j]
