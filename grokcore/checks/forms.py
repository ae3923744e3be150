"""Checks of answers that are a number or a letter: of their form, not their truth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from grokcore.checks import asking

__all__ = ["choice", "number"]


def number(
    value: Any, name: str, low: float = -math.inf, high: float = math.inf
) -> None:
    """Say whether an answer is a number in a range. Whether it is right, it keeps.

    Raises:
        ~grokcore.checks.CheckFailed: if it is none, or lies outside.

    >>> number(3, "epoch", 0, 10)
    epoch = 3 has the form asked for.
    """
    found = asking.number(value, name, low, high)
    print(f"{name} = {found:g} has the form asked for.")


def choice(value: Any, name: str, options: Sequence[Any]) -> None:
    """Say whether an answer is one of some. Whether it is right, it keeps.

    Raises:
        ~grokcore.checks.CheckFailed: if it is none of them.

    >>> choice("B", "answer", "ABC")
    answer = B has the form asked for.
    """
    print(f"{name} = {asking.choice(value, name, options)} has the form asked for.")
