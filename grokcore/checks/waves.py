"""Checks of the exercises on attention waves and the cosine identity."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from grokcore.analysis.logits import interference
from grokcore.checks.asking import (
    ask,
    check,
    fail,
    number,
    same,
    several,
    spell,
    tensor,
    whole_numbers,
)

__all__ = ["best_rival", "better_set", "repaired", "team"]


@check
def best_rival(answer: Callable[[Mapping[int, float], int], tuple]) -> None:
    """Check a function (alpha, p) → (distance, gap), alpha being {k: α_k}.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> def best_rival_next_door(alpha, p):
    ...     curve = rivals(alpha, p)
    ...     return 1, curve[0] - curve[1]
    >>> best_rival(best_rival_next_door)
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: best_rival_next_door({3: 1.0}, 11) has its ...
    """
    for alpha, p in (({3: 1.0}, 11), ({2: 4.0, 5: 1.5}, 13), ({1: 2.0, 5: 1.0}, 12)):
        expect_rival(answer, alpha, p)


def expect_rival(answer: Callable, alpha: Mapping[int, float], p: int) -> None:
    """Ask for the best rival once.

    Raises:
        ~grokcore.checks.CheckFailed: if distance or gap is another one.
    """
    call = spell(answer, alpha, p)
    distance, gap = several(ask(answer, dict(alpha), p), call, ("distance", "gap"))
    curve = rivals(alpha, p)
    place = 1 + int(curve[1:].argmax())
    if (found := number(distance, f"the distance of {call}")) != place:
        fail(f"{call} has its best rival at distance {found:g}, expected {place}")
    expected, found = float(curve[0] - curve[place]), number(gap, f"the gap of {call}")
    if abs(found - expected) > 5e-5 * curve[0]:
        fail(f"{call} has a gap of {found:.4g}, expected {expected:.4g}")


def rivals(alpha: Mapping[int, float], p: int) -> Tensor:
    """Return Σ α_k cos w_k d for the distances d = 0 … p // 2.

    >>> rivals({1: 2.0}, 4).tolist()
    [2.0, 0.0, -2.0]
    """
    heights = torch.tensor([*alpha.values()], dtype=torch.float64)
    curve = interference(heights, alpha, p)[-1][: p // 2 + 1]
    return curve.round(decimals=12)


@check
def better_set(five: Any, again: Any) -> None:
    """Check two sets of five frequencies mod 113 that have a large gap.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> better_set((8, 19, 36, 41, 54), (1, 2, 3, 4, 5))
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: five has a gap of 0.35..., expected 0.55 or more
    """
    five = set_of_five(five, "five")
    if 41 not in five:
        fail(f"five is {five}, expected 41 to be one of them")
    if gap(five) < 0.55:
        fail(f"five has a gap of {gap(five):.4f}, expected 0.55 or more")
    expect_same_gap(five, again)


def expect_same_gap(five: Any, again: Any) -> None:
    """Compare two sets of five frequencies.

    Raises:
        ~grokcore.checks.CheckFailed: if they share one, or differ in their gap.
    """
    five, again = set_of_five(five, "five"), set_of_five(again, "again")
    if shared := {*five} & {*again}:
        fail(f"five and again share {sorted(shared)}, expected no frequency in common")
    if abs(gap(five) - gap(again)) > 1e-6:
        fail(f"again has a gap of {gap(again):.6f}, expected {gap(five):.6f}")


def set_of_five(found: Any, name: str) -> tuple[int, ...]:
    """Return five different frequencies mod 113.

    Raises:
        ~grokcore.checks.CheckFailed: if they are none.
    """
    chosen = whole_numbers(found, name, "five frequencies")
    if len({*chosen}) != 5 or len(chosen) != 5 or not {*chosen} <= {*range(1, 57)}:
        fail(f"{name} is {chosen}, expected five different frequencies from 1 to 56")
    return chosen


def gap(frequencies: Sequence[int], p: int = 113) -> float:
    """Return the gap to the best rival, with heights that add up to 1.

    >>> gap([1], 4)
    1.0
    """
    curve = rivals(dict.fromkeys(frequencies, 1 / len(frequencies)), p)
    return float(curve[0] - curve[1:].max())


@check
def team(answer: Callable[[int, int], tuple[Tensor, Tensor]]) -> None:
    """Check a function (k, p) → (sees, says), two tensors [M, p], M up to 16.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> def one(k, p):
    ...     wave = torch.cos(2 * math.pi * k * torch.arange(p) / p)[None]
    ...     return wave, wave
    >>> team(one)
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: one(1, 5): the sum over m at [a, b, c] = ...
    """
    sizes = {expect_team(answer, k, p) for k, p in ((1, 5), (3, 7), (2, 8))}
    print(f"A team of {max(sizes)}.")


def expect_team(answer: Callable, k: int, p: int, largest: int = 16) -> int:
    """Ask for a team once, and return how many neurons it has.

    Raises:
        ~grokcore.checks.CheckFailed: if they do not make cos w(a + b − c).
    """
    call = spell(answer, k, p)
    sees, says = several(ask(answer, k, p), call, ("sees", "says"))
    rows = isinstance(sees, list | tuple) or getattr(sees, "ndim", 0)
    size = len(sees) if rows else 0
    if not 1 <= size <= largest:
        fail(f"{call} has a team of {size}, expected 1 to {largest}")
    sees = tensor(sees, (size, p), f"sees of {call}")
    says = tensor(says, (size, p), f"says of {call}")
    made = torch.einsum("ma,mb,mc->abc", sees, sees, says)
    n = torch.arange(p)
    turns = k * (n[:, None, None] + n[:, None] - n) % p
    expected = torch.cos(2 * math.pi * turns.double() / p)
    where = f"{call}: the sum over m at [a, b, c] = "
    same(made, expected, where, tolerance=1e-3)
    return size


@check
def repaired(answer: Callable[[Tensor, float], Tensor]) -> None:
    """Check a function (angle, dose) → the strength of a repaired pizza, […] → […].

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> repaired(lambda angle, dose: (angle / 2).cos().abs() + dose * angle.cos())
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: the strength at the angle 0 with ...
    """
    angle = torch.tensor([0.0, 2.0, 4.0], dtype=torch.float64)
    for dose in (0.0, 0.25):
        expect_repaired(answer, angle, dose)


def expect_repaired(answer: Callable, angle: Tensor, dose: float) -> None:
    """Ask for strengths once.

    Raises:
        ~grokcore.checks.CheckFailed: if they are others.
    """
    found = ask(answer, angle, dose)
    found = tensor(found, angle.shape, spell(answer, angle, dose)).flatten()
    for x, strength in zip(angle.flatten().tolist(), found.tolist(), strict=True):
        expected = abs(math.cos(x / 2)) - dose * math.cos(x)
        if abs(strength - expected) > 1e-3:
            what = f"the strength at the angle {x:.4g} with the dose {dose:g}"
            fail(f"{what} is {strength:.4g}, expected {expected:.4g}")
