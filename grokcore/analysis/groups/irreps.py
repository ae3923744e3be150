"""The Fourier transform of a finite group: functions by irreducible representation.

A function on n elements is a vector of n numbers. It falls into parts, one for each
irreducible representation (*irrep*): what the entries of the irrep's matrices span. On
the numbers mod p these parts are the frequencies. The parts are told apart by numbers
alone (Serre 1977, *Linear Representations of Finite Groups*, section 2.6): average a
function over a conjugacy class, and each part is multiplied with a number of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from grokcore.tasks.cayley import inverses

__all__ = ["Irreps", "characters_in", "irreps", "keep", "power", "share"]

_PRIMES = ("", "′", "″")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True)
class Irreps:
    """The irreps of a group over the real numbers, and the part that belongs to each.

    Attributes:
        names: its dimension, and a mark if others have the same: 1, 1′, 4, 4′, 5. The
            first is the constant. Where an irrep and its complex conjugate differ the
            two stand here as one, of twice the dimension, as cos and sin do.
        dimensions: of each part: how many numbers a function has there. d² of an irrep
            of dimension d; 2 d² of a pair.
        projectors: [R, n, n] in float64: times a function, its part. Row e, that of the
            identity, is the character times d / n.

    They are ordered by dimension, then by what their characters are at the group's
    first elements, from the largest on: on a clock, by frequency.
    """

    names: tuple[str, ...]
    dimensions: tuple[int, ...]
    projectors: Tensor

    def find(self, names: Iterable[str]) -> list[int]:
        """Return the places of some irreps.

        Raises:
            ValueError: for a name that none has, or one given twice.
        """
        names = [names] if isinstance(names, str) else [*names]
        if wrong := [name for name in names if name not in self.names]:
            raise ValueError(f"no irrep {wrong[0]!r}; there are {[*self.names]}")
        if len({*names}) < len(names):
            raise ValueError(f"irreps {names} name one twice; allowed: each once")
        return [self.names.index(name) for name in names]


def irreps(table: Tensor) -> Irreps:
    """Find the irreps of a group from its table.

    Args:
        table: [n, n], a · b in row a and column b.

    Raises:
        ValueError: if what is found is no decomposition, as for a table that is no
            group's.

    >>> from grokcore.tasks.cayley import named
    >>> found = irreps(named("S5"))
    >>> found.names, found.dimensions, sum(found.dimensions)
    (('1', '1′', '4', '4′', '5', '5′', '6'), (1, 1, 16, 16, 25, 25, 36), 120)
    >>> irreps(named("C7")).names  # the constant, and three frequencies
    ('1', '2', '2′', '2″')
    """
    table = table.cpu()
    inverse = inverses(table)
    identity = int(table[0, inverse[0]])
    classes = _classes(table, inverse)
    dice = np.random.default_rng(0)
    weights = torch.from_numpy(dice.standard_normal(int(classes.max()) + 1))
    # The same number for conjugates and inverses: convolving with it commutes with all
    # translations, so it is one number on each part. The matrix is symmetric.
    values, vectors = torch.linalg.eigh(weights[classes[table[inverse]]])
    ends = torch.diff(values) > 1e-8 * values.abs().max()
    sizes = torch.diff(
        torch.cat(
            [torch.tensor([0]), ends.nonzero()[:, 0] + 1, torch.tensor([len(table)])]
        )
    )
    parts = torch.stack([v @ v.T for v in vectors.split(sizes.tolist(), dim=1)])
    if len(parts) != int(classes.max()) + 1:
        raise ValueError(
            f"{len(parts)} parts were found and {int(classes.max()) + 1} classes of "
            f"elements; is this the table of a group?"
        )
    order = sorted(
        range(len(parts)),
        key=lambda i: (
            int(sizes[i]),
            *(-parts[i, identity].round(decimals=6)).tolist(),
        ),
    )
    dimensions = tuple(int(sizes[i]) for i in order)
    return Irreps(_names(dimensions), dimensions, parts[order])


def _classes(table: Tensor, inverse: Tensor) -> Tensor:
    """The number of each element's class [n]: conjugates and their inverses."""
    conjugates = table[table, inverse[:, None]]  # [h, g]: h g h⁻¹
    smallest = conjugates.amin(0)
    smallest = torch.minimum(smallest, smallest[inverse])
    return smallest.unique(return_inverse=True)[1]


def _names(dimensions: tuple[int, ...]) -> tuple[str, ...]:
    names = []
    for i, size in enumerate(dimensions):
        d = math.isqrt(size)
        d = d if d * d == size else 2 * math.isqrt(size // 2)
        before, alike = dimensions[:i].count(size), dimensions.count(size)
        many = alike > len(_PRIMES)
        mark = str(before + 1).translate(_SUBSCRIPTS) if many else _PRIMES[before]
        names.append(f"{d}{mark}")
    return tuple(names)


def keep(x: Tensor, found: Irreps, names: Iterable[str], dim: int = 0) -> Tensor:
    """Return the part of ``x`` that belongs to some irreps.

    Args:
        x: any shape, with the n elements along ``dim``.
        found: the group's irreps.
        names: those to keep.
        dim: the axis of the elements.

    Returns:
        A tensor of the shape and type of ``x``.

    Raises:
        ValueError: for a name that none has, or one given twice.

    >>> from grokcore.tasks.cayley import named
    >>> x, found = torch.randn(6, 8), irreps(named("S3"))
    >>> parts = [keep(x, found, [name]) for name in found.names]
    >>> torch.allclose(sum(parts), x, atol=1e-6)
    True
    """
    projector = found.projectors[found.find(names)].sum(0)
    y = torch.tensordot(projector, _plain(x), dims=([1], [dim]))
    return y.movedim(0, dim).to(x)


def power(x: Tensor, found: Irreps, dim: int = 0) -> Tensor:
    """Return the power of each irrep in ``x``, summed over all other axes, [R].

    Together they are the sum of all squares.

    >>> from grokcore.tasks.cayley import named
    >>> power(torch.ones(120), irreps(named("S5"))).round().tolist()
    [120.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    """
    x = _plain(x).movedim(dim, 0).flatten(1) if x.ndim > 1 else _plain(x)[:, None]
    return torch.stack([(p @ x).square().sum() for p in found.projectors])


def share(x: Tensor, found: Irreps, dim: int = 0) -> dict[str, float]:
    """Return which part of the power of ``x`` each irrep but the constant has.

    Of random numbers an irrep has as much as it has dimensions.

    >>> from grokcore.tasks.cayley import named, permutations
    >>> first_stays = (permutations(5)[:, 0] == 0).double()
    >>> found = share(first_stays, irreps(named("S5")))
    >>> round(found["4"], 6), len(found)
    (1.0, 6)
    """
    powers = power(x, found, dim)[1:]
    total = float(powers.sum())
    return {
        name: float(p) / total if total else 0.0
        for name, p in zip(found.names[1:], powers, strict=True)
    }


def characters_in(logits: Tensor, found: Irreps, table: Tensor) -> dict[str, float]:
    """Return which share of the logits' variance each irrep's character explains.

    The character is taken of a b c⁻¹, as a function of all three: what a network that
    multiplies the matrices of representations would have there (Chughtai et al. 2023,
    arXiv:2302.03025). Logits count up to a constant for each pair (a, b).

    Args:
        logits: [n, n, n] for all pairs (a, b) and answers c.
        found: the group's irreps.
        table: [n, n] the group.

    >>> from grokcore.tasks.cayley import named
    >>> table = named("S3")
    >>> right = torch.nn.functional.one_hot(table)  # the answers, and no mechanism
    >>> {n: round(s, 3) for n, s in characters_in(right, irreps(table), table).items()}
    {'1′': 0.2, '2': 0.8}
    """
    n = len(table)
    centered = _plain(logits) - _plain(logits).mean(2, keepdim=True)
    total = float(centered.square().sum())
    # The mean of all rows whose product is g: [g, c].
    sums = torch.zeros(n, n, dtype=torch.float64)
    sums.index_add_(0, table.cpu().flatten(), centered.reshape(n * n, n))
    along = torch.einsum("rgc,gc->r", found.projectors, sums / n)
    explained = n * along.square() / torch.tensor(found.dimensions)
    return {
        name: float(e) / total if total else 0.0
        for name, e in zip(found.names[1:], explained[1:], strict=True)
    }


def _plain(x: Tensor) -> Tensor:
    return x.detach().to("cpu", torch.float64)
