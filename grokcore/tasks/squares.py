"""Latin squares: tables with each answer once in each row and column.

The table of a group is one. Cycle switches (Wanless 2004) lead from one to others: of
two rows, some columns hold the same answers; exchange what is in them.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

__all__ = ["is_latin", "renamed", "switched"]


def is_latin(table: Tensor) -> bool:
    """Whether each row and each column of a square holds each of 0 … n − 1 once.

    >>> is_latin(torch.tensor([[0, 1], [1, 0]]))
    True
    """
    every = torch.arange(len(table))
    by_row, by_column = table.sort(1).values, table.T.sort(1).values
    return bool((by_row == every).all() and (by_column == every).all())


def renamed(table: Tensor, seed: int) -> Tensor:
    """Return a table with new names for its operands, and others for its answers.

    All that can be said without names stays. Of a group it leaves one in disguise: most
    often there is no identity any more.

    >>> square = torch.tensor([[0, 1, 2], [1, 2, 0], [2, 0, 1]])
    >>> renamed(square, seed=0)
    tensor([[1, 0, 2],
            [0, 2, 1],
            [2, 1, 0]])
    """
    generator = torch.Generator().manual_seed(seed)
    operands, answers = (
        torch.randperm(len(table), generator=generator) for _ in range(2)
    )
    return answers[table[operands][:, operands]]


def switched(table: Tensor, seed: int, times: int | None = None) -> Tensor:
    """Return a Latin square made of another one by random cycle switches.

    Each takes two rows, or two columns, at random, and one of the cycles of the
    permutation that leads from the one to the other, unless there is a single one.

    Args:
        table: [n, n], a Latin square.
        seed: of the choices.
        times: how many; ``None`` is n², after which hardly a cell is as it was.

    >>> square = torch.tensor([[0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0]])
    >>> once = switched(square, seed=1, times=1)
    >>> is_latin(once), int((once != square).sum())
    (True, 4)
    """
    square = table.numpy().copy()
    n = len(square)
    dice = np.random.default_rng(seed)
    for _ in range(n * n if times is None else times):
        lines = square if dice.random() < 0.5 else square.T  # a view: it is written to
        i, j = dice.choice(n, 2, replace=False)
        where = np.argsort(lines[i])  # at which place line i has an answer
        place = start = int(dice.integers(n))
        cycle = [start]
        while (place := int(where[lines[j, place]])) != start:
            cycle.append(place)
        if len(cycle) < n:  # else the two lines would only change places
            lines[i, cycle], lines[j, cycle] = lines[j, cycle], lines[i, cycle]
    return torch.from_numpy(square)
