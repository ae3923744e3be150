"""The discrete Fourier transform on the numbers mod p, in real cosines and sines.

Along an axis of p numbers, n = 0 … p − 1, stands for each frequency k the pair of waves
cos w n and sin w n with w = 2πk/p. There are p // 2 frequencies: beyond that waves
repeat. All of them, and the constant, are p waves: exactly enough to write any vector.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from statistics import NormalDist

import torch
from torch import Tensor

__all__ = [
    "amplitudes",
    "amplitudes2",
    "basis",
    "chosen",
    "frequencies",
    "inverse",
    "keep",
    "key_frequencies",
    "ranks",
    "remove",
    "rows",
    "share",
    "spectrum",
    "transform",
    "transform2",
]

#: How seldom random embeddings may seem to have a key frequency: one in so many.
_CHANCE = 1_000


def frequencies(p: int) -> range:
    """Return the frequencies on p numbers, 1 … p // 2; a ValueError if p is below 2.

    >>> frequencies(7)
    range(1, 4)
    """
    if p < 2:
        raise ValueError(f"p={p} numbers have no frequencies; allowed: 2 or more")
    return range(1, p // 2 + 1)


def basis(p: int) -> Tensor:
    """Return the Fourier basis as rows of an orthonormal matrix [p, p], in float64.

    Rows: constant, cos 1, sin 1, cos 2, sin 2, … For even p the last one is cos p/2,
    which alternates between two values and has no sine.

    Raises:
        ValueError: if p is below 2.

    >>> F = basis(113)
    >>> torch.allclose(F @ F.T, torch.eye(113, dtype=F.dtype))
    True
    """
    return _basis(p).clone()  # a caller may write into it


def chosen(wanted: Iterable[int], p: int) -> tuple[int, ...]:
    """Return frequencies as they were given, each of them possible and there once.

    Raises:
        ValueError: for a frequency that p numbers do not have, or one given twice.

    >>> chosen([5, 56], 113)
    (5, 56)
    """
    wanted = tuple(int(k) for k in wanted)
    if wrong := [k for k in wanted if k not in frequencies(p)]:
        raise ValueError(
            f"frequencies {wrong} do not exist; {p} numbers have 1 … {p // 2}"
        )
    if len(set(wanted)) < len(wanted):
        raise ValueError(f"frequencies {wanted} name one twice; allowed: each once")
    return wanted


def rows(wanted: Iterable[int], p: int) -> list[int]:
    """Return which rows of :func:`basis` belong to some frequencies.

    Raises:
        ValueError: for a frequency that p numbers do not have, or one given twice.

    >>> rows([1, 3], 7), rows([3], 6)
    ([1, 2, 5, 6], [5])
    """
    return [r for k in chosen(wanted, p) for r in (2 * k - 1, 2 * k) if r < p]


def transform(x: Tensor, dim: int = 0) -> Tensor:
    """Return the coefficients of ``x`` in the Fourier basis along one axis.

    Args:
        x: any shape, with p numbers along ``dim``.
        dim: the axis that is transformed.

    Returns:
        A float64 tensor of the same shape; along ``dim`` the order of :func:`basis`.

    >>> x = torch.randn(113, 8)
    >>> torch.allclose(inverse(transform(x)), x.double())
    True
    """
    return _apply(_basis(x.shape[dim]), x, dim)


def inverse(coefficients: Tensor, dim: int = 0) -> Tensor:
    """Undo :func:`transform`, which see.

    >>> x = torch.tensor([1.0, 0.0, 2.0])
    >>> torch.allclose(inverse(transform(x)), x.double())
    True
    """
    return _apply(_basis(coefficients.shape[dim]).T, coefficients, dim)


def amplitudes(x: Tensor, dim: int = 0) -> Tensor:
    """Return √(cos² + sin²) of each frequency, along an axis that then has p // 2.

    >>> n = torch.arange(7.0)
    >>> amplitudes(torch.cos(2 * torch.pi * 3 * n / 7)).round(decimals=2)
    tensor([0.0000, 0.0000, 1.8700], dtype=torch.float64)
    """
    return (
        _blocks(transform(x, dim).square(), dim)
        .narrow(dim, 1, x.shape[dim] // 2)
        .sqrt()
    )


def spectrum(x: Tensor, dim: int = 0) -> Tensor:
    """Return the power of each frequency [p // 2], summed over all other axes.

    With the power of the constant, it adds up to the sum of all squares (Parseval).

    >>> spectrum(torch.randn(113, 128)).shape
    torch.Size([56])
    """
    power = amplitudes(x, dim).square().movedim(dim, 0)
    return power.flatten(1).sum(1) if power.ndim > 1 else power


def share(x: Tensor, frequencies: Iterable[int]) -> float:
    """Return which part of the power of ``x`` [p, …] some frequencies carry.

    The constant counts for nothing. 1 means that all power is in them.

    Raises:
        ValueError: for a frequency that p numbers do not have, or one given twice.

    >>> n = torch.arange(7.0)
    >>> round(share(torch.cos(2 * torch.pi * 3 * n / 7), [3]), 6)
    1.0
    """
    power = spectrum(x)
    places = [k - 1 for k in chosen(frequencies, len(x))]
    return float(power[places].sum() / power.sum())


def ranks(x: Tensor, frequencies: Iterable[int]) -> list[int]:
    """Return which place some frequencies take by their power in ``x`` [p, …].

    1 is the strongest of all.

    Raises:
        ValueError: for a frequency that p numbers do not have, or one given twice.

    >>> n = 2 * torch.pi * torch.arange(7.0) / 7
    >>> ranks(3 * (2 * n).cos() + 2 * n.cos() + (3 * n).cos(), [1, 2, 3])
    [2, 1, 3]
    """
    power = spectrum(x)
    return [1 + int((power > power[k - 1]).sum()) for k in chosen(frequencies, len(x))]


def keep(x: Tensor, frequencies: Iterable[int], dim: int = 0) -> Tensor:
    """Return the part of ``x`` that is constant or has one of some frequencies.

    Args:
        x: any shape, with p numbers along ``dim``.
        frequencies: those to keep.
        dim: the axis that the waves run along.

    Returns:
        A tensor of the shape and type of ``x``.

    Raises:
        ValueError: for a frequency that p numbers do not have, or one given twice.

    >>> x = torch.randn(113, 8)
    >>> kept, rest = keep(x, [5, 17]), remove(x, [5, 17])
    >>> torch.allclose(kept + rest, x + x.mean(0), atol=1e-5)
    True
    """
    return _project(x, [0, *rows(frequencies, x.shape[dim])], dim)


def remove(x: Tensor, frequencies: Iterable[int], dim: int = 0) -> Tensor:
    """Return ``x`` without some frequencies; the rest, and the constant, stay.

    Args and result are those of :func:`keep`.

    >>> x = torch.randn(113, 8)
    >>> share(remove(x, [5, 17]), [5, 17]) < 1e-9
    True

    Raises:
        ValueError: for a frequency that p numbers do not have, or one given twice.
    """
    return x - _project(x, rows(frequencies, x.shape[dim]), dim)


def transform2(table: Tensor) -> Tensor:
    """Return the coefficients of a table [p, p, …] along both of its operands.

    >>> table = torch.randn(7, 7)
    >>> torch.allclose(transform2(table), basis(7) @ table.double() @ basis(7).T)
    True
    """
    return transform(transform(table, 0), 1)


def amplitudes2(table: Tensor) -> Tensor:
    """Return how large each pair of frequencies is in a table [p, p, …].

    Returns:
        [p // 2 + 1, p // 2 + 1, …]: the root of the squares of the products of waves
        of frequency i in a with those of frequency j in b. Frequency 0 is the constant.

    >>> a = torch.arange(7.0)
    >>> wave = torch.cos(2 * torch.pi * 3 * (a[:, None] + a) / 7)
    >>> amplitudes2(wave).round(decimals=2)[3]
    tensor([0.0000, 0.0000, 0.0000, 4.9500], dtype=torch.float64)
    """
    squares = transform2(table).square()
    return _blocks(_blocks(squares, 0), 1).sqrt()


def key_frequencies(x: Tensor) -> tuple[int, ...]:
    """Return the frequencies that stand out of an embedding, ascending.

    A frequency is *key* if it has more of the power than chance would give to any. Were
    the power spread at random, as in an untrained embedding, a frequency's share would
    be p // 2-th part, give or take: the sum of 2 D squares of normal numbers is a χ²
    variable. The bound is what the largest of all shares exceeds once in a thousand
    random embeddings. It depends on the shape [p, D] alone; nothing is tuned to a run.

    Args:
        x: number embeddings [p, D], one row a number.

    Raises:
        ValueError: if ``x`` is not a matrix of at least two rows.

    >>> n = torch.arange(113)[:, None]
    >>> waves = torch.cos(2 * torch.pi * n * torch.tensor([14, 35, 56]) / 113)
    >>> key_frequencies(waves @ torch.ones(3, 128) + 0.1 * torch.randn(113, 128))
    (14, 35, 56)
    >>> key_frequencies(torch.randn(113, 128, generator=torch.manual_seed(0)))
    ()
    """
    if x.ndim != 2:
        raise ValueError(f"x has shape {tuple(x.shape)}; expected [p, D]")
    p, width = x.shape
    power = spectrum(x)
    waves = torch.full_like(power, 2.0)
    if p % 2 == 0:
        waves[-1] = 1.0
    expected = power.sum() * waves / waves.sum()
    bound = torch.tensor(
        [_largest_by_chance(int(w) * width, len(power)) for w in waves]
    )
    return tuple(int(i) + 1 for i in (power > bound * expected).nonzero())


def _largest_by_chance(squares: int, candidates: int) -> float:
    """How many times its mean a χ² variable is, by chance, at its largest.

    Wilson and Hilferty (1931): the cube root of a χ² variable is nearly normal.
    """
    z = NormalDist().inv_cdf((1 - 1 / _CHANCE) ** (1 / candidates))
    spread = 2 / (9 * squares)
    return (1 - spread + z * math.sqrt(spread)) ** 3


@lru_cache(maxsize=16)
def _basis(p: int) -> Tensor:
    n = torch.arange(p, dtype=torch.float64)
    waves = [torch.ones(p, dtype=torch.float64)]
    for k in frequencies(p):
        # k n mod p first: a small angle has an exact cosine.
        angle = 2 * math.pi * (k * n % p) / p
        waves += [angle.cos(), angle.sin()] if 2 * k < p else [angle.cos()]
    matrix = torch.stack(waves)
    return matrix / matrix.norm(dim=1, keepdim=True)


def _apply(matrix: Tensor, x: Tensor, dim: int) -> Tensor:
    x = x.detach().to("cpu", torch.float64)
    return torch.tensordot(matrix, x, dims=([1], [dim])).movedim(0, dim)


def _project(x: Tensor, places: list[int], dim: int) -> Tensor:
    """The part of ``x`` that lies in some rows of the basis."""
    waves = _basis(x.shape[dim])[places]
    return _apply(waves.T @ waves, x, dim).to(x)


def _blocks(squares: Tensor, dim: int) -> Tensor:
    """Add sine to cosine: an axis of p coefficients becomes one of 1 + p // 2."""
    squares = squares.movedim(dim, 0)
    p = len(squares)
    summed = torch.zeros(p // 2 + 1, *squares.shape[1:], dtype=squares.dtype)
    summed.index_add_(0, (torch.arange(p) + 1) // 2, squares)
    return summed.movedim(0, dim)
