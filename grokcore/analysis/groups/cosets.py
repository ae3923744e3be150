"""Subgroups, their cosets, and how much of a function they explain.

A subgroup H cuts the group into blocks of one size, its cosets: left ones, g H, and
right ones, H g. A function that is one number on each block is *explained* by them.
"""

from __future__ import annotations

import torch
from torch import Tensor

from grokcore.tasks.cayley import inverses

__all__ = ["averaged", "cosets", "explained", "subgroups"]


def subgroups(table: Tensor, smallest: int = 2) -> list[tuple[int, ...]]:
    """Return the proper subgroups of a group that have at least so many elements.

    Args:
        table: [n, n] the group.
        smallest: how many elements they have at least.

    Returns:
        Each as its elements, ascending; larger ones first.

    >>> from grokcore.tasks.cayley import named
    >>> [len(h) for h in subgroups(named("S3"))]
    [3, 2, 2, 2]
    """
    n = len(table)
    identity = int(table[0, inverses(table)[0]])
    cyclic = {_closed(table, [g]) for g in range(n)}
    found, waiting = {(identity,)}, [(identity,)]
    for known in waiting:  # it grows: each subgroup joined with each cyclic one
        inside = set(known)
        for other in cyclic:
            if not inside.issuperset(other):
                joined = _closed(table, [*known, *other])
                if joined not in found:
                    found.add(joined)
                    waiting.append(joined)
    return sorted(
        (h for h in found if smallest <= len(h) < n), key=lambda h: (-len(h), h)
    )


def _closed(table: Tensor, elements: list[int]) -> tuple[int, ...]:
    """All products of some elements."""
    inside = torch.zeros(len(table), dtype=torch.bool)
    inside[elements] = True
    size = 0
    while size < (size := int(inside.sum())):
        members = inside.nonzero()[:, 0]
        inside[table[members][:, members].flatten()] = True
    return tuple(inside.nonzero()[:, 0].tolist())


def cosets(table: Tensor, subgroup: tuple[int, ...], side: str = "left") -> Tensor:
    """Return in which coset each element is, [n], numbered from 0.

    Args:
        table: [n, n] the group.
        subgroup: its elements.
        side: "left" for g H, "right" for H g.

    Raises:
        ValueError: for another side, or elements that are no subgroup.

    >>> from grokcore.tasks.cayley import named
    >>> cosets(named("C6"), (0, 3)).tolist()
    [0, 1, 2, 0, 1, 2]
    """
    if side not in ("left", "right"):
        raise ValueError(f"side={side!r}; allowed: 'left' (g H), 'right' (H g)")
    if _closed(table, [*subgroup]) != tuple(sorted(subgroup)):
        raise ValueError(f"{subgroup} are no subgroup: products are missing")
    blocks = table[:, [*subgroup]] if side == "left" else table[[*subgroup]].T
    return blocks.amin(1).unique(return_inverse=True)[1]


def averaged(x: Tensor, blocks: Tensor) -> Tensor:
    """Return ``x`` with its mean over each block in place of each number.

    Args:
        x: [n] or [n, M] functions on the group.
        blocks: [n] in which block each element is.

    >>> averaged(torch.tensor([0.0, 1.0, 5.0]), torch.tensor([0, 0, 1])).tolist()
    [0.5, 0.5, 5.0]
    """
    member = torch.nn.functional.one_hot(blocks).to(x)
    means = member / member.sum(0)
    return member @ (means.T @ x)


def explained(x: Tensor, blocks: Tensor) -> Tensor:
    """Return the share of the variance of functions [n, M] that blocks explain, [M].

    0 for a function that does not vary.

    >>> x = torch.tensor([[0.0, 1.0], [1.0, 2.0], [5.0, 3.0], [6.0, 4.0]]).double()
    >>> explained(x, torch.tensor([0, 0, 1, 1])).round(decimals=2).tolist()
    [0.96, 0.8]
    """
    x = x.detach().double()
    x = x - x.mean(0)
    total = x.square().sum(0)
    return torch.where(total > 0, averaged(x, blocks).square().sum(0) / total, 0.0)
