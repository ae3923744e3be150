"""Finite groups as tables: row a, column b, entry a · b; elements are 0 … n − 1.

A permutation is written as the places its numbers go to: (1, 2, 0) sends 0 to 1, 1 to 2
and 2 to 0. In a product b acts first: (a · b)(x) = a(b(x)).
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

__all__ = [
    "FAMILIES",
    "LARGEST",
    "alternating",
    "broken_axiom",
    "cyclic",
    "dihedral",
    "direct_product",
    "inverses",
    "named",
    "permutations",
    "symmetric",
]

#: Groups of more elements are refused: their tables have millions of cells.
LARGEST = 1_000


def permutations(n: int) -> Tensor:
    """Return all permutations of 0 … n − 1 as rows [n!, n], in lexicographic order.

    >>> permutations(3).tolist()
    [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
    """
    return torch.tensor([*itertools.permutations(range(n))])


def symmetric(n: int) -> Tensor:
    """Return the table of the n! permutations of n things, in lexicographic order.

    >>> symmetric(3)[1].tolist()  # swap the last two, after another one
    [1, 0, 4, 5, 2, 3]
    """
    return _composed(permutations(n))


def alternating(n: int) -> Tensor:
    """Return the table of the even permutations of n ≥ 2 things.

    >>> len(alternating(5))
    60
    """
    rows = permutations(n)
    first, second = torch.triu_indices(n, n, offset=1)
    inversions = (rows[:, first] > rows[:, second]).sum(1)
    return _composed(rows[inversions % 2 == 0])


def _composed(rows: Tensor) -> Tensor:
    """The table of a set of permutations, each a row, that is closed."""
    places = len(rows[0]) ** torch.arange(len(rows[0]))
    codes = (rows * places).sum(1)
    order = codes.argsort()
    products = rows[:, rows]  # [a, b, x]: a(b(x))
    found = torch.searchsorted(codes[order], (products * places).sum(2))
    return order[found]


def cyclic(n: int) -> Tensor:
    """Return the table of (a + b) mod n.

    >>> cyclic(3).tolist()
    [[0, 1, 2], [1, 2, 0], [2, 0, 1]]
    """
    a = torch.arange(n)
    return (a[:, None] + a) % n


def dihedral(n: int) -> Tensor:
    """Return the table of the 2n symmetries of a regular polygon with n corners.

    Element k < n turns it by k corners; n + k flips it first, then turns it.

    >>> table = dihedral(4)
    >>> len(table), table[1, 4].item(), table[4, 1].item()
    (8, 5, 7)
    """
    element = torch.arange(2 * n)
    turn, flip = element % n, element // n
    sign = 1 - 2 * flip
    turned = (turn[:, None] + sign[:, None] * turn) % n
    return turned + n * (flip[:, None] ^ flip)


def direct_product(one: Tensor, other: Tensor) -> Tensor:
    """Return the table of pairs, multiplied part by part; (x, y) is x · m + y.

    >>> direct_product(cyclic(2), cyclic(2)).tolist()
    [[0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0]]
    """
    n, m = len(one), len(other)
    pairs = one[:, None, :, None] * m + other[None, :, None, :]
    return pairs.reshape(n * m, n * m)


#: What a letter stands for: how a table is built from its number, and its size.
FAMILIES: dict[str, tuple[Callable[[int], Tensor], Callable[[int], int]]] = {
    "S": (symmetric, math.factorial),
    "A": (alternating, lambda n: math.factorial(n) // 2),
    "C": (cyclic, lambda n: n),
    "D": (dihedral, lambda n: 2 * n),
}


def named(name: str) -> Tensor:
    """Return the table of a group by its name.

    Args:
        name: factors with ``x`` or ``×`` between them, such as ``"A5 x C2"``. S, A: all
            or all even permutations of so many things; C: so many hours of a clock; D:
            the symmetries of a polygon with so many corners, twice as many.

    Raises:
        ValueError: for another name, and for groups that are too small or too large.

    >>> len(named("S5")), len(named("A5 x C2"))
    (120, 120)
    """
    return _named(name).clone()  # a caller may write into it


@lru_cache(maxsize=16)
def _named(name: str) -> Tensor:
    factors = []
    for word in re.split(r"\s*[x×]\s*", name.strip()):
        match = re.fullmatch(rf"([{''.join(FAMILIES)}])([1-9]\d{{0,3}})", word)
        if match is None or (match[1] == "A" and match[2] == "1"):
            raise ValueError(
                f"group {name!r} has {word!r} in it; allowed: S3, A5, C120, D60 and "
                f"the like, with 'x' between factors, as in 'A5 x C2'"
            )
        factors.append((match[1], int(match[2])))
    sizes = [FAMILIES[f][1](min(n, LARGEST + 1)) for f, n in factors]
    size = math.prod(sizes)
    if not 2 <= size <= LARGEST:
        raise ValueError(
            f"group {name!r} has {size:,} elements; allowed: 2 to {LARGEST:,}"
            if size <= 10**9
            else f"group {name!r} is too large; allowed: 2 to {LARGEST:,} elements"
        )
    table = torch.zeros(1, 1, dtype=torch.long)
    for family, n in factors:
        table = direct_product(table, FAMILIES[family][0](n))
    return table


def broken_axiom(table: Sequence[Sequence[int]] | Tensor) -> str | None:
    """Say which axiom of a group a table breaks, and at which elements; or ``None``.

    In this order: closure (a square of numbers 0 … n − 1), an identity, inverses,
    associativity.

    >>> broken_axiom([[0, 1, 2], [1, 0, 2], [2, 1, 0]])
    'no associativity: (1 · 2) · 1 = 2 · 1 = 1, but 1 · (2 · 1) = 1 · 1 = 0'
    """
    rows = [list(row) for row in table]
    n = len(rows)
    if ragged := [i for i, row in enumerate(rows) if len(row) != n]:
        return (
            f"no table: row {ragged[0]} has {len(rows[ragged[0]])} entries, and there "
            f"are {n} rows"
        )
    t = np.array(rows, dtype=np.int64).reshape(n, n)
    if len(outside := np.argwhere((t < 0) | (t >= n))):
        a, b = outside[0]
        return (
            f"no closure: {a} · {b} = {t[a, b]} is none of the {n} elements 0 … {n - 1}"
        )
    every = np.arange(n)
    left = (t == every).all(1)
    right = (t == every[:, None]).all(0)
    if not (left & right).any():
        return _no_identity(t, left, right)
    e = int((left & right).argmax())
    both = (t == e) & (e == t.T)
    if len(without := np.flatnonzero(~both.any(1))):
        a = without[0]
        return f"no inverse: there is no b with {a} · b = b · {a} = {e}, the identity"
    for a in every:
        wrong = t[t[a]] != t[a][t]  # [b, c]: (a b) c and a (b c)
        if wrong.any():
            b, c = np.argwhere(wrong)[0]
            return (
                f"no associativity: ({a} · {b}) · {c} = {t[a, b]} · {c} = "
                f"{t[t[a, b], c]}, but {a} · ({b} · {c}) = {a} · {t[b, c]} = "
                f"{t[a, t[b, c]]}"
            )
    return None


def _no_identity(t: np.ndarray, left: np.ndarray, right: np.ndarray) -> str:
    every = np.arange(len(t))
    for candidates, side in ((left, "right"), (right, "left")):
        if candidates.any():
            e = int(candidates.argmax())
            moved = t[:, e] if side == "right" else t[e]
            b = int((moved != every).argmax())
            product = f"{b} · {e}" if side == "right" else f"{e} · {b}"
            return (
                f"no identity: {e} leaves every element as it is from one side, but "
                f"{product} = {moved[b]}"
            )
    b = int((t[0] != every).argmax())
    return (
        f"no identity: no row has the elements in their order, 0 … {len(t) - 1} (0 is "
        f"none, since 0 · {b} = {t[0, b]})"
    )


def inverses(table: Tensor) -> Tensor:
    """Return the inverse of each element of a group [n].

    >>> inverses(cyclic(5)).tolist()
    [0, 4, 3, 2, 1]
    """
    every = torch.arange(len(table))
    identity = int((table == every).all(1).nonzero()[0, 0])
    return (table == identity).int().argmax(1)
