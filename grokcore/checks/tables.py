"""Checks of the exercises on tables, symmetry and splits."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from grokcore.checks.asking import ask, check, fail, number, spell
from grokcore.tasks import ModularTask

__all__ = ["disguise", "floor", "mystery_tables", "powers", "reached"]

#: Whose tables the exercise shows.
MYSTERY = {"A": "x2+xy+y2", "B": "divide", "C": "asymmetric"}


def mystery_tables(p: int = 23) -> dict[str, Tensor]:
    """Return three tables [p, p] by letter; 0 stands where there is no answer.

    >>> [*mystery_tables()], mystery_tables()["A"].shape
    (['A', 'B', 'C'], torch.Size([23, 23]))
    """
    tables = {}
    for letter, operation in MYSTERY.items():
        data = ModularTask(operation, p=p, train_fraction=0.5).data()
        answers = torch.zeros(p, p, dtype=torch.long)
        answers[data.operands[:, 0], data.operands[:, 1]] = data.targets
        tables[letter] = answers
    return tables


@check
def reached(answer: Callable[[Tensor, int, int], Tensor]) -> None:
    """Check a function of shown cells [p, p] and a step: which cells it leads to.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> reached(lambda shown, down, right: shown.clone())
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: <lambda>(tensor [5, 5], 1, 4), where (0, 2) ...
    """
    for p, cells, down, right in (
        (5, [(0, 2)], 1, 4),
        (5, [(4, 4), (1, 0)], 1, 1),
        (6, [(0, 0)], 2, 0),
        (6, [(1, 2), (5, 5)], 3, 2),
    ):
        expect_reached(answer, p, cells, down, right)


def expect_reached(
    answer: Callable, p: int, cells: Sequence[tuple[int, int]], down: int, right: int
) -> None:
    """Ask for the cells that a step leads to, from some cells of a table.

    Raises:
        ~grokcore.checks.CheckFailed: if they are others.
    """
    shown = torch.zeros(p, p, dtype=torch.bool)
    expected = shown.clone()
    for a, b in cells:
        shown[a, b] = True
        for i in range(p):
            expected[(a + i * down) % p, (b + i * right) % p] = True
    found = ask(answer, shown, down, right)
    told = ", ".join(map(str, cells))
    call = f"{spell(answer, shown, down, right)}, where {told} {_is(cells)} shown,"
    if not isinstance(found, Tensor) or found.shape != (p, p):
        fail(f"{call} is {type(found).__name__}, expected a tensor [{p}, {p}]")
    for a, b in (found.bool() != expected).nonzero().tolist()[:1]:
        wrong, is_known = ("misses", "is") if expected[a, b] else ("has", "is not")
        fail(f"{call} {wrong} the cell ({a}, {b}), which {is_known} reached")


def _is(cells: Sequence) -> str:
    return "is" if len(cells) == 1 else "are"


@check
def powers(answer: Callable[[int], Sequence[int]]) -> None:
    """Check a function of a prime p: the numbers 1 … p−1 in the order of powers.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> powers(lambda p: [pow(2, i, p) for i in range(p - 1)])
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: <lambda>(7) is [1, 2, 4, 1, 2, 4], which ...
    """
    for p, base in ((5, 2), (7, 3), (11, 2), (23, 5)):
        expect_powers(answer, p, base)


def expect_powers(answer: Callable, p: int, base: int) -> None:
    """Ask for the powers of the smallest number whose powers are all of 1 … p−1.

    Raises:
        ~grokcore.checks.CheckFailed: if they are others.
    """
    found, call = _numbers(answer, p)
    if sorted(found) != list(range(1, p)):
        fail(f"{call}, which is not each of 1 … {p - 1} once")
    if found != [pow(base, i, p) for i in range(p - 1)]:
        fail(f"{call}, expected the powers of {base}, from 1 on")


@check
def floor(answer: Callable[[ModularTask], float]) -> None:
    """Check a function of a task: the least loss at every position.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> floor(lambda task: math.log(task.p) / len(task.layout))
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: for (a + b) mod 7 as 'a b =', 50% shown, ...
    """
    for task in (
        ModularTask("add", p=7, train_fraction=0.5),
        ModularTask("add", p=7, train_fraction=0.5, token_format="a ∘ b ="),
        ModularTask("divide", p=11, train_fraction=0.3),
    ):
        expect_floor(answer, task)


def expect_floor(answer: Callable, task: ModularTask) -> None:
    """Ask for the floor of one task.

    Raises:
        ~grokcore.checks.CheckFailed: if it is another.
    """
    table = task.data()
    first = [a for a, _ in table.operands[table.train].tolist()]
    expected = sum(math.log(first.count(a)) for a in first)
    expected /= len(first) * len(task.layout)
    what = (
        f"for {task.formula} as {task.token_format!r}, {task.train_fraction:.0%} "
        f"shown, the floor"
    )
    found = number(ask(answer, task), what)
    if abs(found - expected) > 1e-5:
        fail(f"{what} is {found:.5g}, expected {expected:.5g}")


@check
def disguise(answer: Callable[[int], Sequence[int]]) -> None:
    """Check a function of a prime p: an order in which a + b + ab adds places.

    Raises:
        ~grokcore.checks.CheckFailed: with the first thing that is wrong.

    >>> disguise(lambda p: [*range(p - 1)])
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: <lambda>(5) is [0, 1, 2, 3]: at places 1 and ...
    """
    for p in (5, 7, 23):
        expect_disguise(answer, p)


def expect_disguise(answer: Callable, p: int) -> None:
    """Ask for an order of p − 1 numbers, and combine all pairs of them.

    Raises:
        ~grokcore.checks.CheckFailed: if one of them does not stand where it should.
    """
    found, call = _numbers(answer, p)
    if len(found) != p - 1 or len(set(found)) != p - 1:
        fail(f"{call}, expected {p - 1} different numbers")
    if not set(found) <= set(range(p)):
        fail(f"{call}, expected numbers from 0 to {p - 1}")
    for i, a in enumerate(found):
        for j, b in enumerate(found):
            combined, there = (a + b + a * b) % p, found[(i + j) % (p - 1)]
            if combined != there:
                fail(
                    f"{call}: at places {i} and {j} stand {a} and {b}, and {a} ∘ {b} = "
                    f"{combined}, but at place {(i + j) % (p - 1)} stands {there}"
                )


def _numbers(answer: Callable, p: int) -> tuple[list[int], str]:
    """What a function of p returned as whole numbers, and the call with it in words."""
    result = ask(answer, p)
    call = f"{spell(answer, p)} is"
    try:
        found = [int(n) for n in result]
    except (TypeError, ValueError):
        fail(f"{call} {result!r}, expected a list of numbers")
    told = f"{found}" if len(found) <= 12 else f"[{', '.join(map(str, found[:9]))}, …]"
    return found, f"{call} {told}"
