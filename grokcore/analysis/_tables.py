"""What analyses of whole tables share: a table has a row an a and a column a b."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["answers_of", "project", "sums", "table"]


def table(x: Tensor) -> Tensor:
    """``x`` [p, p, …] in float64 on the CPU.

    Raises:
        ValueError: if it is no square table.
    """
    if x.ndim < 2 or x.shape[0] != x.shape[1]:
        raise ValueError(f"a table has shape {tuple(x.shape)}; expected [p, p, …]")
    return x.detach().to("cpu", torch.float64)


def sums(p: int) -> Tensor:
    """(a + b) mod p, for all pairs [p, p]."""
    n = torch.arange(p)
    return (n[:, None] + n) % p


def answers_of(p: int, classes: int, answers: Tensor | None) -> Tensor:
    """The table of right answers [p, p]; a + b unless another is given.

    Raises:
        ValueError: for a table of another size, or answers beyond the classes.
    """
    answers = sums(p) if answers is None else answers.detach().cpu()
    if answers.shape != (p, p):
        raise ValueError(
            f"answers have shape {tuple(answers.shape)}; expected [{p}, {p}]"
        )
    low, high = int(answers.min()), int(answers.max())
    if low < 0 or high >= classes:
        raise ValueError(f"answers are {low} … {high}; allowed: 0 … {classes - 1}")
    return answers.long()


def project(x: Tensor, directions: Tensor) -> Tensor:
    """The part of ``x`` [p, p, …] along orthonormal directions [N, p, p]."""
    rows = directions.flatten(1)
    flat = x.reshape(rows.shape[1], -1)
    return (rows.T @ (rows @ flat)).reshape(x.shape)
