"""What all checks do: ask a function, look at what it returned, say what is wrong.

A check is for the one who wrote the answer. So it names the call that went wrong, what
came out, and what was expected, and it never shows a traceback of its own.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

__all__ = [
    "CheckFailed",
    "ask",
    "check",
    "choice",
    "fail",
    "missed",
    "number",
    "same",
    "several",
    "tensor",
    "whole_numbers",
]


class CheckFailed(AssertionError):
    """An answer is not right yet. The message says for which input, and how."""

    def _render_traceback_(self) -> list[str]:
        """What Jupyter shows instead of a traceback."""
        return [f"Not yet: {self}"]


def fail(message: str) -> None:
    """Raise :class:`CheckFailed`.

    Raises:
        CheckFailed: always.
    """
    raise CheckFailed(message) from None


def check(function: Callable[..., None]) -> Callable[..., None]:
    """Make a function a check, which says that all went well where it raises nothing.

    >>> @check
    ... def fourier_basis(answer):
    ...     if answer != 1:
    ...         fail(f"answer is {answer}, not 1")
    >>> fourier_basis(1)
    fourier_basis: all checks passed.
    """

    @functools.wraps(function)
    def checked(*arguments: Any, **named: Any) -> None:
        function(*arguments, **named)
        print(f"{function.__name__}: all checks passed.")

    return checked


def missed(found: float, asked: float, right: str, near: float = 0.1) -> str:
    """Say by how much a share misses what is asked, and what a right answer does.

    Args:
        found: the share, in [0, 1].
        asked: what it has to be.
        right: what every right answer does, in words.
        near: how far away is no near miss any more.

    >>> missed(0.932, 0.95, "a right answer is there by step 100")
    '1.8 points short of 95%; a right answer is there by step 100'
    >>> missed(0.3, 0.95, "a right answer is there by step 100")
    'expected 95%'
    """
    short = asked - found
    if short > near:
        return f"expected {asked:.0%}"
    return f"{100 * short:.2g} points short of {asked:.0%}; {right}"


def ask(function: Callable, *arguments: Any, **named: Any) -> Any:
    """Call a function of the student's, and return what it returns.

    Raises:
        CheckFailed: if it is no function, raises an error, returns nothing, or changes
            a tensor that it was given.

    >>> ask(lambda x: x + 1, 2)
    3
    >>> ask(lambda x: x.zero_(), torch.ones(2))
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: <lambda>(tensor [2]) changes its input in ...
    """
    if not callable(function):
        fail(f"expected a function, got {_short(function)}")
    given = [*arguments, *named.values()]
    before = [_copy(value) for value in given]
    call = spell(function, *arguments, **named)
    try:
        result = function(*arguments, **named)
    except Exception as error:
        fail(f"{call} raises {type(error).__name__}: {error}")
    if result is None or result is Ellipsis:
        fail(f"{call} returns nothing; is there a return at its end?")
    for old, new in zip(before, given, strict=True):
        if _differs(old, new):
            fail(f"{call} changes its input in place; work on a copy of it")
    return result


def spell(function: Callable, *arguments: Any, **named: Any) -> str:
    """Return a call as one would write it, with tensors by their shapes.

    >>> spell(torch.add, torch.ones(2, 3), alpha=2)
    'add(tensor [2, 3], alpha=2)'
    """
    name = getattr(function, "__name__", type(function).__name__)
    parts = [_short(value) for value in arguments]
    parts += [f"{key}={_short(value)}" for key, value in named.items()]
    return f"{name}({', '.join(parts)})"


def tensor(value: Any, shape: Sequence[int], what: str) -> Tensor:
    """Return a value as a float64 tensor of the shape that it should have.

    Args:
        value: a tensor, an array, or a nested list of numbers.
        shape: what is expected.
        what: the value's name in a message, such as ``fourier_basis(7)``.

    Raises:
        CheckFailed: if it is none, or has another shape, or is complex or not finite.

    >>> tensor([[1, 2]], (1, 2), "it")
    tensor([[1., 2.]], dtype=torch.float64)
    >>> tensor([1, 2], (1, 2), "it")
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: it has shape [2], expected [1, 2]
    """
    try:
        found = torch.as_tensor(np.array(value) if _listed(value) else value)
        if found.is_complex():
            fail(f"{what} has complex values, expected real ones")
        found = found.detach().to("cpu", torch.float64)
    except (TypeError, ValueError, RuntimeError):
        fail(f"{what} is {_short(value)}, expected a tensor of shape {[*shape]}")
    if tuple(found.shape) != tuple(shape):
        fail(f"{what} has shape {[*found.shape]}, expected {[*shape]}")
    if not found.isfinite().all():
        fail(f"{what} has values that are not finite (nan or inf)")
    return found


def same(
    value: Tensor, expected: Tensor, what: str, *, tolerance: float = 1e-5
) -> None:
    """Compare two tensors of one shape.

    Args:
        value: what was returned.
        expected: what it should be.
        what: the value's name in a message.
        tolerance: of the largest expected size, at least of 1.

    Raises:
        CheckFailed: with the place where they differ most.

    >>> same(torch.tensor([1.0, 2.5]), torch.tensor([1.0, 2.0]), "it")
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: it[1] is 2.5, expected 2
    """
    expected = expected.to(value.dtype)
    away = (value - expected).abs()
    if not away.numel() or away.max() <= tolerance * max(1.0, expected.abs().max()):
        return
    place = np.unravel_index(int(away.argmax()), away.shape)
    where = f"[{', '.join(str(int(i)) for i in place)}]" if away.ndim else ""
    fail(f"{what}{where} is {value[place]:.4g}, expected {expected[place]:.4g}")


def number(
    value: Any, what: str, low: float = -math.inf, high: float = math.inf
) -> float:
    """Return a number, which lies in a range.

    Raises:
        CheckFailed: if it is none, or lies outside.

    >>> number(3, "epoch", 0, 10)
    3.0
    >>> number(..., "epoch")
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: epoch is Ellipsis, expected a number
    """
    if isinstance(value, Tensor | np.ndarray) and math.prod(value.shape) == 1:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        fail(f"{what} is {_short(value)}, expected a number")
    if isinstance(value, np.complexfloating) or math.isnan(value):
        fail(f"{what} is {value}, expected a real number")
    if not low <= value <= high:
        fail(f"{what} is {value:g}, expected a number from {low:g} to {high:g}")
    return float(value)


def whole_numbers(value: Any, what: str, expected: str) -> tuple[int, ...]:
    """Return a list of whole numbers as a tuple.

    Raises:
        CheckFailed: if it is none, with what is expected.

    >>> whole_numbers(np.array([3, 5]), "keys", "two frequencies")
    (3, 5)
    """
    try:
        return tuple(int(k) for k in value)
    except (TypeError, ValueError):
        fail(f"{what} is {_short(value)}, expected {expected}")


def several(value: Any, what: str, names: Sequence[str]) -> tuple:
    """Return what a call returned, one thing for each name.

    Raises:
        CheckFailed: if it is no tuple of so many.

    >>> several((1, 2), "f()", ("low", "high"))
    (1, 2)
    >>> several(1, "f()", ("low", "high"))
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: f() returns 1, expected (low, high)
    """
    if not _listed(value) or len(value) != len(names):
        fail(f"{what} returns {_short(value)}, expected ({', '.join(names)})")
    return tuple(value)


def choice(value: Any, what: str, options: Sequence[Any]) -> Any:
    """Return a value that is one of some.

    Raises:
        CheckFailed: if it is none of them.

    >>> choice("B", "answer", "ABC")
    'B'
    >>> choice("b", "answer", "ABC")
    Traceback (most recent call last):
    grokcore.checks.asking.CheckFailed: answer is 'b', expected one of A, B, C
    """
    if not any(type(value) is type(option) and value == option for option in options):
        named = ", ".join(str(option) for option in options)
        fail(f"{what} is {_short(value)}, expected one of {named}")
    return value


def _listed(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _copy(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.detach().clone()
    return value.copy() if isinstance(value, np.ndarray | list | dict) else value


def _differs(old: Any, new: Any) -> bool:
    if isinstance(old, Tensor):
        return old.shape != new.shape or not torch.equal(old, new)
    if isinstance(old, np.ndarray):
        return not np.array_equal(old, new)
    return isinstance(old, list | dict) and not _equal(old, new)


def _equal(old: Any, new: Any) -> bool:
    """Whether containers hold the same things; tensors inside are held by identity."""
    if len(old) != len(new):
        return False
    if isinstance(old, dict):
        return all(key in new and new[key] is old[key] for key in old)
    return all(one is other for one, other in zip(old, new, strict=True))


def _short(value: Any) -> str:
    """A value in a message: tensors by their shapes, long texts cut."""
    if isinstance(value, Tensor | np.ndarray):
        return f"tensor {[*value.shape]}"
    text = getattr(value, "__name__", None) or repr(value)
    return text if len(text) <= 40 else text[:37] + "…"
