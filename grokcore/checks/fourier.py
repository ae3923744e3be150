"""Checks of the exercises on the Fourier embedding."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from grokcore.analysis import fourier
from grokcore.checks.asking import (
    ask,
    check,
    fail,
    same,
    spell,
    tensor,
    whole_numbers,
)

__all__ = ["fourier_basis", "key_frequencies", "power_shares"]


@check
def fourier_basis(answer: Callable[[int], Tensor]) -> None:
    """Check a function p → [p, p]: the constant, all cosines, then all sines, as rows.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> def rows_in_pairs(p):
    ...     return fourier.basis(p)
    >>> fourier_basis(rows_in_pairs)
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: rows_in_pairs(5)[2] does not have the values ...
    """
    for p in (5, 7, 12):
        call = f"{getattr(answer, '__name__', 'answer')}({p})"
        found = tensor(ask(answer, p), (p, p), call)
        for row, expected in enumerate(sorted_basis(p)):
            _row(found[row], expected, f"{call}[{row}]", _wave(row, p))


@check
def power_shares(answer: Callable[[Tensor], Tensor]) -> None:
    """Check a function [p, D] → [p // 2]: the share of the power in each frequency.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> power_shares(lambda x: fourier.spectrum(x))
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: <lambda>(tensor [7, 3]) adds up to ..., not to 1
    """
    for p, width in ((7, 3), (11, 16)):
        expect_shares(answer, 2 + torch.randn(p, width, generator=torch.manual_seed(p)))


def expect_shares(answer: Callable[[Tensor], Tensor], x: Tensor) -> None:
    """Ask for the shares of the power of one embedding.

    Raises:
        ~grokcore.checks.CheckFailed: if they are others.
    """
    call = spell(answer, x)
    found = tensor(ask(answer, x), (len(x) // 2,), call)
    if abs(found.sum() - 1) > 1e-4:
        fail(f"{call} adds up to {found.sum():.4g}, not to 1")
    power = fourier.spectrum(x)
    same(found, power / power.sum(), call)


@check
def key_frequencies(answer: Callable[[Tensor], tuple[int, ...]]) -> None:
    """Check a function [p, D] → the frequencies that stand out, ascending.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> key_frequencies(fourier.key_frequencies)
    key_frequencies: all checks passed.
    """
    for planted in ((4,), (2, 9)):
        expect_keys(answer, plant(planted, 23, 32, seed=len(planted)), planted)
    expect_keys(answer, plant((), 23, 32, seed=0), ())


def expect_keys(
    answer: Callable[[Tensor], tuple[int, ...]], x: Tensor, planted: tuple[int, ...]
) -> None:
    """Ask twice for the key frequencies of one embedding.

    Raises:
        ~grokcore.checks.CheckFailed: if they are not those that were planted.
    """
    p, width = x.shape
    what = f"for random numbers [{p}, {width}]"
    if planted:
        what += f" and waves of the frequencies {planted}"
    found, again = (
        whole_numbers(ask(answer, x), "key_frequencies(x)", "a tuple of frequencies")
        for _ in range(2)
    )
    if found != again:
        fail(f"{what}, key_frequencies returns {found}, and then {again}")
    if found != planted:
        fail(f"{what}, key_frequencies returns {found}, expected {planted}")


def plant(
    planted: tuple[int, ...], p: int, width: int, seed: int, strength: float = 3.0
) -> Tensor:
    """Return noise [p, width] with waves of some frequencies in it.

    Args:
        planted: the frequencies.
        p: how many numbers.
        width: of the embedding.
        seed: of the noise, and of the waves.
        strength: how many times the noise a wave is, in each of cosine and sine.

    >>> fourier.key_frequencies(plant((4,), p=23, width=32, seed=1))
    (4,)
    """
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(p, width, generator=generator, dtype=torch.float64)
    for row in fourier.rows(planted, p):
        weights = torch.randn(width, generator=generator, dtype=torch.float64)
        x += strength * fourier.basis(p)[row][:, None] * weights
    return x


def sorted_basis(p: int) -> Tensor:
    """Return the Fourier basis with all cosines before all sines.

    >>> sorted_basis(7)[0].tolist() == fourier.basis(7)[0].tolist()
    True
    """
    rows = [0, *range(1, p, 2), *range(2, p, 2)]
    return fourier.basis(p)[rows]


def _wave(row: int, p: int) -> str:
    """The name of a row of the sorted basis."""
    count = p // 2
    if row == 0:
        return "the constant"
    return f"cos, k = {row}" if row <= count else f"sin, k = {row - count}"


def _row(found: Tensor, expected: Tensor, what: str, wave: str) -> None:
    """Tell a wave that is too long or short from another wave."""
    if torch.allclose(found, expected, atol=1e-5):
        return
    length = found.norm()
    if abs(length - 1) > 1e-5 and torch.allclose(found / length, expected, atol=1e-5):
        fail(f"{what} ({wave}) has length {length:.4g}, expected 1")
    fail(f"{what} does not have the values of its wave ({wave})")
