"""How the learning rate changes over a run: shares of its value, step by step."""

import math
from collections.abc import Callable
from typing import Literal

__all__ = ["SCHEDULES", "ScheduleName", "share"]

ScheduleName = Literal["constant", "linear", "cosine"]

#: What is left of the learning rate, as a function of how far the fall has come, [0, 1].
SCHEDULES: dict[str, Callable[[float], float]] = {
    "constant": lambda fallen: 1.0,
    "linear": lambda fallen: 1.0 - fallen,
    "cosine": lambda fallen: (1.0 + math.cos(math.pi * fallen)) / 2,
}


def share(
    schedule: ScheduleName, step: int, last_step: int, *, fall_from: float, warmup: int
) -> float:
    """Return which share of the learning rate the update after ``step`` has.

    A function of the step alone, so that a run that goes on elsewhere has nothing to
    remember. The last update still has a little: the fall would end one step later.

    Args:
        schedule: "constant", "linear" or "cosine".
        step: updates made before, from 0 to ``last_step`` - 1.
        last_step: updates in all, if nothing stops the run before.
        fall_from: share of the run at which the fall begins, in [0, 1).
        warmup: updates over which the rate rises linearly to its value.

    >>> [share("linear", s, 10, fall_from=0.6, warmup=2) for s in (0, 1, 6, 8, 9)]
    [0.5, 1.0, 1.0, 0.5, 0.25]
    """
    risen = min(1.0, (step + 1) / warmup) if warmup else 1.0
    fallen = max(0.0, (step / last_step - fall_from) / (1 - fall_from))
    return risen * SCHEDULES[schedule](fallen)
